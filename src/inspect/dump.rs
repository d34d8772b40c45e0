//! Dumps of what the tiers work with. Deterministic: no addresses, no hash order, no times.

use crate::AsContext;
use runtime::module::{CallSiteInfo, Export, ImportItem, PreparedBody, side_table_entries};
use runtime::vm::FuncInstance;
use runtime::{CallSite, CallSiteIdx, FuncIdx, Instance, MANY_INDICES};
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
    for func in prepared(instance) {
        // SAFETY: the function is prepared.
        let body = unsafe { func.prepared() };
        // Writing to a string does not fail.
        let _ = match kind {
            DumpKind::Feedback => dump_feedback(instance, func, out),
            _ => writeln!(out, "{}\n{}", func.func, body.display(&instance.module)),
        };
    }
}

fn dump_feedback(instance: &Instance, func: &FuncInstance, out: &mut String) -> std::fmt::Result {
    writeln!(out, "{}", func.func)?;
    for (n, (info, site)) in (0..).zip(sites_of(func)) {
        write!(out, "  {}@{:#x} {:?}", CallSiteIdx(n), info.pc, info.kind)?;
        dump_site(instance, info, site, out)?;
        writeln!(out)?;
    }
    Ok(())
}

/// What a site has called.
fn dump_site(
    instance: &Instance,
    info: &CallSiteInfo,
    site: &CallSite,
    out: &mut String,
) -> std::fmt::Result {
    if info.kind.callee().is_some() {
        return write!(out, " x {}", site.first.count);
    }
    write!(out, " {:?}", site.state)?;
    for target in site.targets() {
        match instance.own_func(target.func_ref) {
            Some(func) => write!(out, " {func}")?,
            None => write!(out, " foreign")?,
        }
        match target.index {
            MANY_INDICES => write!(out, "[*]")?,
            index => write!(out, "[{index}]")?,
        }
        write!(out, " x {}", target.count)?;
    }
    Ok(())
}

/// The call sites of a prepared function.
fn sites_of(func: &FuncInstance) -> impl Iterator<Item = (&CallSiteInfo, &CallSite)> {
    // SAFETY: a prepared function has a call site for each of its infos, and no wasm runs.
    let (infos, sites) = unsafe {
        let infos = &func.prepared().call_sites;
        (
            infos,
            std::slice::from_raw_parts(func.call_sites, infos.len()),
        )
    };
    infos.iter().zip(sites)
}

/// The functions of an instance that were called.
fn prepared(instance: &Instance) -> impl Iterator<Item = &FuncInstance> {
    let n_imported = instance.module.n_imports.funcs;
    let funcs = (0..instance.module.bodies.len() as u32).map(move |n| FuncIdx(n_imported + n));
    // SAFETY: prepared functions live as long as their instance, and no wasm runs.
    funcs.filter_map(|func| instance.prepared(func).map(|it| unsafe { &*it }))
}

/// The call sites of the functions of an instance that were called.
pub(super) fn call_sites(
    instance: &Instance,
) -> impl Iterator<Item = (FuncIdx, impl Iterator<Item = (&CallSiteInfo, &CallSite)>)> {
    prepared(instance).map(|func| (func.func, sites_of(func)))
}

/// Lists functions that were called: instructions, and beside them their side table entries, loop
/// headers and call sites with what they called.
///
/// `select` is a function's index, or its name in the module or in its exports; without it, all
/// functions are listed.
pub fn explain(store: impl AsContext, select: Option<&str>) -> String {
    let store = store.as_context();
    let mut out = String::new();
    for instance in &store.0.opaque().runtime().instances {
        for func in prepared(instance) {
            let name = name_of(instance, func.func);
            let index = func.func.0.to_string();
            if select.is_none_or(|it| it == index || Some(it) == name) {
                // Writing to a string does not fail.
                let _ = explain_func(instance, func, name, &mut out);
            }
        }
    }
    out
}

/// The name of a function, or that of an export of it.
fn name_of(instance: &Instance, func: FuncIdx) -> Option<&str> {
    let exported = || {
        let mut exports = instance.module.exports.iter();
        let is_it = |it: &&Export| matches!(it.item, ImportItem::Func(idx) if idx == func);
        exports.find(is_it).map(|it| &*it.name)
    };
    instance.module.names().func(func).or_else(exported)
}

fn explain_func(
    instance: &Instance,
    func: &FuncInstance,
    name: Option<&str>,
    out: &mut String,
) -> std::fmt::Result {
    // SAFETY: the function is prepared.
    let body = unsafe { func.prepared() };
    write!(out, "{}", func.func)?;
    if let Some(name) = name {
        write!(out, " ({name})")?;
    }
    writeln!(
        out,
        ": {} bytes, {} locals, {} operand slots, {:?}, hotness left {}",
        body.code.len(),
        body.n_locals(),
        body.max_operands,
        func.kind,
        func.hotness,
    )?;
    let mut sites = (0..).map(CallSiteIdx).zip(sites_of(func)).peekable();
    let mut operators = body.operators(&instance.module);
    let mut stp = 0;
    while !operators.eof() {
        let at = operators.original_position();
        let op = operators.read().map_err(|_| std::fmt::Error)?;
        let pc = offset(at) - body.code.start;
        write!(out, "  {pc:#06x}  {}", instance.module.instruction(at))?;
        let end = stp + side_table_entries(&op);
        if let Some((idx, (info, site))) = sites.next_if(|(_, (info, _))| info.pc == pc) {
            write!(out, "  ; st{stp} {idx}")?;
            dump_site(instance, info, site, out)?;
        } else {
            for stp in stp..end {
                explain_branch(body, pc, stp, out)?;
            }
        }
        stp = end;
        let next = offset(operators.original_position()) - body.code.start;
        if let Some(header) = body.loop_at(next) {
            write!(out, "  ; header {next:#x}, lands {:#x}", header.landing)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Where the branch at `pc` lands by its entry at `stp`.
fn explain_branch(body: &PreparedBody, pc: u32, stp: u32, out: &mut String) -> std::fmt::Result {
    let entry = &body.side_table[stp as usize];
    let landing = pc.wrapping_add_signed(entry.pc_delta());
    let landing_stp = stp.wrapping_add_signed(entry.stp_delta());
    let arrow = if entry.is_backward() { "->^" } else { "->" };
    write!(out, "  ; st{stp} {arrow} {landing:#x} st{landing_stp}")?;
    match entry.n_drop() {
        0 => Ok(()),
        n => write!(out, " keep={} drop={n}", entry.n_keep()),
    }
}

fn offset(n: usize) -> u32 {
    u32::try_from(n).expect("modules have less than 2^32 bytes")
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
