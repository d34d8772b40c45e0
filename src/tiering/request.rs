//! Requests for compilation: what the module has learned, and what is so in the live store.

use deopt::Policy;
use jit::{
    Code, ElementFact, FuncFeedback, MemoryStyle, Options, Request, SiteFeedback, TableState,
    TargetFeedback,
};
use runtime::module::{CallKind, CallSiteInfo, TableClass};
use runtime::vm::FuncInstance;
use runtime::{
    CodeId, FuncIdx, IcState, Instance, MAX_TARGETS, RelaxedSimd, SiteProfile, Store, TableIdx,
    TargetProfile,
};
use rustc_hash::FxHashMap;

/// Bodies larger than this are never inlined, so their feedback is of no use to a caller.
const MAX_INLINEE_BYTES: usize = 500;

/// Functions whose feedback a request carries at most.
const MAX_FUNCS: usize = 256;

/// Calls between the compiled function and the deepest inlinee.
const MAX_DEPTH: u32 = 7;

/// A request to compile `func`, or its loop at `osr`, as code `code`, with or without speculation.
///
/// # Safety
///
/// `store` is alive, no reference to it is, and it owns `func`, which is prepared.
pub(super) unsafe fn make(
    store: *mut Store,
    func: *mut FuncInstance,
    (osr, code, speculation): (Option<u32>, CodeId, bool),
) -> Request {
    // SAFETY: a wasm function leads to its instance.
    let (instance, idx) = unsafe { ((*(*func).vmctx).instance, (*func).func) };
    // SAFETY: forwarded.
    let tuning = unsafe { Store::tuning(store) };
    // SAFETY: forwarded.
    let feedback = unsafe { feedback(store, instance, idx) };
    // SAFETY: instances live as long as the store.
    let (instance, store) = unsafe { (&*instance, &*store) };
    Request {
        module: instance.module.clone(),
        offsets: instance.offsets,
        func: idx,
        osr,
        code,
        feedback,
        memories: memory_styles(store, instance).collect(),
        tables: (0..instance.tables.len() as u32)
            .map(|it| table_state(store, instance, TableIdx(it)))
            .collect(),
        options: Options {
            inlining: tuning.inlining,
            speculation,
            reprofile: speculation && tuning.reprofile_after.is_some(),
            stress: tuning.has_stress(),
            fuel: tuning.metering.as_ref().is_some_and(|it| it.fuel.is_some()),
            epochs: tuning.metering.as_ref().is_some_and(|it| it.epochs),
            relaxed_simd: tuning.relaxed_simd,
            has_fused: RelaxedSimd::native().fused,
            keep_dumps: tuning.keep_dumps,
        },
    }
}

/// May `code`, which was compiled for another instance of the module, run in `instance`?
pub(super) fn fits(store: &Store, instance: &Instance, code: &Code) -> bool {
    memory_styles(store, instance).eq(code.memories().iter().copied())
        && code.facts().iter().all(|it| holds(store, instance, it))
}

/// Is there, as long as the table does not change, what `fact` says?
fn holds(store: &Store, instance: &Instance, fact: &ElementFact) -> bool {
    let is_known = table_state(store, instance, fact.table) != TableState::Written;
    is_known && {
        let table = store.table(instance.tables[fact.table.index()]);
        table.get(fact.index.into()) == Some(instance.func_ref(fact.func) as u64)
    }
}

fn memory_styles(store: &Store, instance: &Instance) -> impl Iterator<Item = MemoryStyle> {
    instance.memories.iter().map(|&it| memory_style(store, it))
}

fn memory_style(store: &Store, memory: runtime::MemoryId) -> MemoryStyle {
    if store.memory(memory).is_guarded() {
        MemoryStyle::Guarded {
            guard: store.tuning.memory_guard as u64,
        }
    } else {
        MemoryStyle::Checked
    }
}

fn table_state(store: &Store, instance: &Instance, table: TableIdx) -> TableState {
    // SAFETY: the definition lives as long as the store.
    let version = unsafe { (*store.table(instance.tables[table.index()]).vm()).version };
    match instance.module.table_facts(table).class {
        TableClass::Constant => TableState::Constant,
        TableClass::SharedUnwritten | TableClass::Written if version == 0 => {
            TableState::Unwritten { version }
        }
        TableClass::SharedUnwritten | TableClass::Written => TableState::Written,
    }
}

/// Feedback of `root` and of what can be inlined into it, nearest first.
unsafe fn feedback(
    store: *mut Store,
    instance: *mut Instance,
    root: FuncIdx,
) -> FxHashMap<FuncIdx, FuncFeedback> {
    // SAFETY: instances live as long as the store; the module is shared.
    let (module, tuning) = unsafe { ((*instance).module.clone(), Store::tuning(store)) };
    let mut found = FxHashMap::default();
    let mut queue = std::collections::VecDeque::from([(root, 0)]);
    while let Some((func, depth)) = queue.pop_front() {
        if found.len() >= MAX_FUNCS || found.contains_key(&func) {
            continue;
        }
        let inlinable = module
            .body(func)
            .is_some_and(|it| it.range.len() <= MAX_INLINEE_BYTES);
        if depth > 0 && !inlinable {
            continue;
        }
        // SAFETY: no reference to the store is alive. A body that does not validate (lazily) is
        // not inlined: its call raises.
        let Ok(prepared) = (unsafe { Instance::prepare(instance, func) }) else {
            continue;
        };
        let mut profile = module.profile();
        // SAFETY: as above.
        let sites = unsafe { (*instance).add_to_profile(func, &mut profile) };
        let sites = sites.map_or(&[][..], |it| &it.sites);
        // SAFETY: as above; prepared functions live as long as their instance.
        let (store, instance, infos) =
            unsafe { (&*store, &*instance, &(*prepared).prepared().call_sites) };
        let copy = FuncFeedback {
            sites: infos
                .iter()
                .zip(sites)
                .map(|(info, site)| copy_site(store, instance, info, site))
                .collect(),
        };
        drop(profile);
        if tuning.inlining && depth < MAX_DEPTH {
            for (info, site) in infos.iter().zip(&copy.sites) {
                let direct = info.kind.callee();
                let targets = site.targets.iter().filter_map(|it| it.own);
                let defined = |it: &FuncIdx| !module.is_imported_func(*it);
                queue.extend(
                    direct
                        .into_iter()
                        .chain(targets)
                        .filter(defined)
                        .map(|it| (it, depth + 1)),
                );
            }
        }
        found.insert(func, copy);
    }
    found
}

fn copy_site(
    store: &Store,
    instance: &Instance,
    info: &CallSiteInfo,
    site: &SiteProfile,
) -> SiteFeedback {
    let kept = site.targets.iter().take(MAX_TARGETS);
    let mut targets: Vec<_> = kept.map(|it| target(store, instance, info, it)).collect();
    if site.foreign > 0 {
        targets.push(TargetFeedback {
            own: None,
            index: None,
            count: site.foreign,
        });
        targets.sort_by_key(|it| std::cmp::Reverse(it.count));
    }
    let state = match targets.len() {
        0 => IcState::Uninitialized,
        _ if site.targets.len() > MAX_TARGETS || site.unkept() > 0 => IcState::Megamorphic,
        1 => IcState::Monomorphic,
        _ => IcState::Polymorphic,
    };
    SiteFeedback {
        state,
        count: site.count,
        targets,
        exits_exhausted: !Policy::may_exit(site),
        table_changed: site.table_changes > 0,
    }
}

/// A target as it is in `instance`, where the table may have something else at the index.
fn target(
    store: &Store,
    instance: &Instance,
    info: &CallSiteInfo,
    target: &TargetProfile,
) -> TargetFeedback {
    let TargetProfile { func, index, count } = *target;
    let is_there = |&index: &u32| match info.kind {
        CallKind::Indirect { table, .. } | CallKind::ReturnIndirect { table, .. } => {
            holds(store, instance, &ElementFact { table, index, func })
        }
        _ => false,
    };
    TargetFeedback {
        own: Some(func),
        index: index.filter(is_there),
        count,
    }
}
