//! Dumps of what the tiers work with. Deterministic: no addresses, no hash order, no times.

use crate::AsContext;
use runtime::module::CallKind;
use runtime::vm::FuncInstance;
use runtime::{CallSiteIdx, FuncIdx, Instance, MANY_INDICES};
use std::fmt::Write as _;

/// What to dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DumpKind {
    /// Side tables of the functions that were called.
    SideTable,
    /// Inline caches of the functions that were called.
    Feedback,
    /// Intermediate code of compiled functions.
    Clif,
    /// Disassembly of compiled functions.
    Asm,
    /// Deopt exits of compiled functions.
    Exits,
}

/// Dumps what a store has now. Code that was freed is not there any more; intermediate code and
/// disassembly are kept only if [`Config::jit_keep_dumps`](crate::Config::jit_keep_dumps) is on.
pub fn dump(store: impl AsContext, kind: DumpKind) -> String {
    let store = store.as_context();
    let runtime = store.0.opaque().runtime();
    let mut out = String::new();
    match kind {
        DumpKind::SideTable | DumpKind::Feedback => {
            for instance in &runtime.instances {
                dump_instance(instance, kind, &mut out);
            }
        }
        DumpKind::Clif | DumpKind::Asm | DumpKind::Exits => dump_codes(runtime, kind, &mut out),
    }
    out
}

fn dump_instance(instance: &Instance, kind: DumpKind, out: &mut String) {
    for n in 0..instance.module.bodies.len() as u32 {
        let func = FuncIdx(instance.module.n_imports.funcs + n);
        let Some(prepared) = instance.prepared(func) else {
            continue;
        };
        // SAFETY: prepared functions live as long as their instance, and no wasm runs.
        let prepared = unsafe { &*prepared };
        // SAFETY: as above.
        let body = unsafe { prepared.prepared() };
        // Writing to a string does not fail.
        let _ = match kind {
            DumpKind::Feedback => dump_feedback(instance, prepared, out),
            _ => writeln!(out, "{func}\n{}", body.display(&instance.module)),
        };
    }
}

fn dump_feedback(instance: &Instance, func: &FuncInstance, out: &mut String) -> std::fmt::Result {
    // SAFETY: a prepared function has a call site for each of its infos, and no wasm runs.
    let (infos, sites) = unsafe {
        let infos = &func.prepared().call_sites;
        (
            infos,
            std::slice::from_raw_parts(func.call_sites, infos.len()),
        )
    };
    writeln!(out, "{}", func.func)?;
    for (n, (info, site)) in (0..).zip(infos.iter().zip(sites)) {
        write!(out, "  {}@{:#x} {:?}", CallSiteIdx(n), info.pc, info.kind)?;
        if info.kind.callee().is_some() {
            writeln!(out, " x {}", site.first.count)?;
            continue;
        }
        write!(out, " {:?}", site.state)?;
        for target in site.targets() {
            match instance.own_func(target.func_ref) {
                Some(func) => write!(out, " {func}")?,
                None => write!(out, " foreign")?,
            }
            match (info.kind, target.index) {
                (CallKind::Ref { .. } | CallKind::ReturnRef { .. }, _) => {}
                (_, MANY_INDICES) => write!(out, "[*]")?,
                (_, index) => write!(out, "[{index}]")?,
            }
            write!(out, " x {}", target.count)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

#[cfg(feature = "jit")]
fn dump_codes(runtime: &runtime::Store, kind: DumpKind, out: &mut String) {
    for report in crate::tiering::code_reports(runtime) {
        let _ = write!(out, "{} {}", report.code.id(), report.func);
        let _ = match report.osr {
            Some(pc) => writeln!(out, " loop@{pc:#x}"),
            None => writeln!(out),
        };
        let _ = match (kind, report.code.dump()) {
            (DumpKind::Exits, _) => writeln!(out, "{}", report.code.exits()),
            (DumpKind::Clif, Some(dump)) => writeln!(out, "{}", dump.clif),
            (_, Some(dump)) => writeln!(out, "{}", dump.disassembly),
            (_, None) => writeln!(out, "not kept"),
        };
    }
}

#[cfg(not(feature = "jit"))]
fn dump_codes(_: &runtime::Store, _: DumpKind, out: &mut String) {
    out.push_str("no code: built without the compiler\n");
}
