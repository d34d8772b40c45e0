//! Requests for compilation: copying feedback out of the live store.

use deopt::Policy;
use jit::{FuncFeedback, MemoryStyle, Options, Request, SiteFeedback, TableState, TargetFeedback};
use runtime::module::{CallSiteInfo, TableClass};
use runtime::vm::FuncInstance;
use runtime::{
    CallSite, CodeId, FuncIdx, Instance, MANY_INDICES, RelaxedSimd, Store, TableIdx, Tuning,
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
    let feedback = unsafe { feedback(instance, idx, tuning) };
    // SAFETY: instances live as long as the store.
    let (instance, store) = unsafe { (&*instance, &*store) };
    Request {
        module: instance.module.clone(),
        offsets: instance.offsets,
        func: idx,
        osr,
        code,
        feedback,
        memories: instance
            .memories
            .iter()
            .map(|&it| memory_style(store, it))
            .collect(),
        tables: (0..instance.tables.len() as u32)
            .map(|it| table_state(store, instance, TableIdx(it)))
            .collect(),
        options: Options {
            inlining: tuning.inlining,
            speculation,
            stress: tuning.deopt_every.is_some() || tuning.deopt_at.is_some(),
            relaxed_simd: tuning.relaxed_simd,
            has_fused: RelaxedSimd::native().fused,
            keep_dumps: tuning.keep_dumps,
        },
    }
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
    instance: *mut Instance,
    root: FuncIdx,
    tuning: &Tuning,
) -> FxHashMap<FuncIdx, FuncFeedback> {
    let mut found = FxHashMap::default();
    let mut queue = std::collections::VecDeque::from([(root, 0)]);
    while let Some((func, depth)) = queue.pop_front() {
        if found.len() >= MAX_FUNCS || found.contains_key(&func) {
            continue;
        }
        // SAFETY: instances live as long as the store; the module is shared.
        let module = unsafe { (*instance).module.clone() };
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
        // SAFETY: as above; the function has a call site for each of its infos.
        let (infos, sites) = unsafe {
            let infos = &(*prepared).prepared().call_sites;
            (
                infos,
                std::slice::from_raw_parts((*prepared).call_sites, infos.len()),
            )
        };
        // SAFETY: as above.
        let copy = copy_sites(unsafe { &*instance }, infos, sites);
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

fn copy_sites(instance: &Instance, infos: &[CallSiteInfo], sites: &[CallSite]) -> FuncFeedback {
    let copy = |(info, site): (&CallSiteInfo, &CallSite)| {
        let indirect = info.kind.callee().is_none();
        let mut targets: Vec<TargetFeedback> = match indirect {
            true => site.targets().map(|it| target(instance, it)).collect(),
            false => Vec::new(),
        };
        targets.sort_by_key(|it| std::cmp::Reverse(it.count));
        SiteFeedback {
            state: site.state,
            count: match indirect {
                true => targets.iter().map(|it| u64::from(it.count)).sum(),
                false => u64::from(site.first.count),
            },
            targets,
            exits_exhausted: !Policy::may_exit(site),
            table_changed: site.table_changes > 0,
        }
    };
    FuncFeedback {
        sites: infos.iter().zip(sites).map(copy).collect(),
    }
}

fn target(instance: &Instance, target: &runtime::Target) -> TargetFeedback {
    TargetFeedback {
        own: instance.own_func(target.func_ref),
        index: (target.index != MANY_INDICES).then_some(target.index),
        count: target.count,
    }
}
