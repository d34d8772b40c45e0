//! Dumps of what the tiers work with. Deterministic: no addresses, no hash order, no times.

use super::explain::{Call, Target, Targets};
use crate::AsContext;
use runtime::module::{CallSiteInfo, Export, ImportItem, Module, PreparedBody};
use runtime::vm::FuncInstance;
use runtime::{CallSite, CallSiteIdx, Counts, FuncIdx, Instance, MANY_INDICES};
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
        // Writing to a string does not fail.
        let _ = match kind {
            DumpKind::Feedback => dump_feedback(&func, out),
            _ => writeln!(
                out,
                "{}\n{}",
                func.instance.func,
                func.body.display(func.module)
            ),
        };
    }
}

fn dump_feedback(func: &Prepared<'_>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "{}", func.instance.func)?;
    for call in func.calls() {
        write!(out, "  {}@{:#x} {:?}", call.site, call.pc, call.kind)?;
        writeln!(out, "{}", call.targets)?;
    }
    Ok(())
}

/// A function that was called, with what the interpreter knows of it.
pub(super) struct Prepared<'a> {
    pub(super) owner: &'a Instance,
    pub(super) module: &'a Module,
    pub(super) instance: &'a FuncInstance,
    pub(super) body: &'a PreparedBody,
    sites: &'a [CallSite],
    pub(super) counts: Option<&'a Counts>,
}

/// The functions of an instance that were called.
pub(super) fn prepared(owner: &Instance) -> impl Iterator<Item = Prepared<'_>> {
    let n_imported = owner.module.n_imports.funcs;
    let funcs = (0..owner.module.bodies.len() as u32).map(move |n| FuncIdx(n_imported + n));
    funcs.filter_map(|func| {
        let func = owner.prepared(func)?;
        // SAFETY: prepared functions live as long as their instance, have a call site for each
        // info, and counts or null; and no wasm runs.
        unsafe {
            let body = (*func).prepared();
            Some(Prepared {
                owner,
                module: &owner.module,
                instance: &*func,
                body,
                sites: std::slice::from_raw_parts((*func).call_sites, body.call_sites.len()),
                counts: (*func).counts.as_ref(),
            })
        }
    })
}

impl<'a> Prepared<'a> {
    /// Its call sites.
    pub(super) fn calls(&self) -> impl Iterator<Item = Call> {
        let infos = self.body.call_sites.iter().zip(self.sites);
        let mut instructions = self.body.instructions(self.module);
        (0..).zip(infos).map(move |(n, (info, site))| {
            let Some(stp) = instructions
                .find(|it| it.pc == info.pc)
                .map(|it| it.entries.start)
            else {
                unreachable!("call sites are those of instructions")
            };
            Call {
                pc: info.pc,
                stp,
                site: CallSiteIdx(n),
                kind: info.kind,
                targets: self.targets(info, site),
                counts: self.counts.map(|it| it.entries[stp as usize]),
                decisions: Vec::new(),
            }
        })
    }

    fn targets(&self, info: &CallSiteInfo, site: &CallSite) -> Targets {
        if info.kind.callee().is_some() {
            return Targets::Direct(site.first.count);
        }
        let targets = site.targets().map(|target| Target {
            func: self.owner.own_func(target.func_ref),
            index: (target.index != MANY_INDICES).then_some(target.index),
            count: target.count,
        });
        Targets::Cached(site.state, targets.collect())
    }

    /// Its name, or that of an export of it.
    pub(super) fn name(&self) -> Option<&'a str> {
        let func = self.instance.func;
        let exported = || {
            let mut exports = self.module.exports.iter();
            let is_it = |it: &&Export| matches!(it.item, ImportItem::Func(idx) if idx == func);
            exports.find(is_it).map(|it| &*it.name)
        };
        self.module.names().func(func).or_else(exported)
    }
}

#[cfg(feature = "jit")]
fn dump_codes(runtime: &runtime::Store, kind: DumpKind, out: &mut String) {
    for shared in crate::tiering::codes(runtime) {
        let code = &shared.code;
        let _ = write!(out, "{} {}", code.id(), code.func());
        let _ = match code.osr() {
            Some(pc) => writeln!(out, " loop@{pc:#x}"),
            None => writeln!(out),
        };
        let _ = match (kind, code.dump()) {
            (DumpKind::Exits, _) => writeln!(out, "{}", code.exits()),
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
