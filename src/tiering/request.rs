//! Requests for compilation: what the module has learned, and what is so in the live store.

use deopt::Policy;
use jit::{
    BranchFeedback, Callee, Code, ElementFact, Fact, FuncFeedback, MAX_CALLEE, MAX_DEPTH,
    MemoryStyle, Options, OtherHome, Request, SiteFeedback, TableState, TargetFeedback,
};
use runtime::module::{CallKind, CallSiteInfo, TableClass};
use runtime::vm::{FuncInstance, VMFuncRef};
use runtime::{
    BranchProfile, CallSite, CodeId, FuncIdx, FuncProfile, HomeIdx, IcState, Instance, MAX_TARGETS,
    RelaxedSimd, SiteProfile, Store, TableIdx, Target, TargetProfile,
};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::Arc;

/// Functions whose feedback a request carries at most.
const MAX_FUNCS: usize = 256;

/// Instances whose functions a request is about, at most.
const MAX_HOMES: usize = 8;

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
    let mut gathered = Gathered::new(store, instance);
    // SAFETY: forwarded.
    unsafe { gathered.gather(idx) };
    // SAFETY: forwarded.
    let tuning = unsafe { Store::tuning(store) };
    // SAFETY: instances live as long as the store.
    let (instance, store) = unsafe { (&*instance, &*store) };
    Request {
        module: instance.module.clone(),
        offsets: instance.offsets,
        func: idx,
        osr,
        code,
        others: gathered.others(),
        imports: gathered.imports,
        feedback: gathered.feedback,
        memories: memory_styles(store, instance).collect(),
        tables: (0..instance.tables.len() as u32)
            .map(|it| table_state(store, instance, TableIdx(it)))
            .collect(),
        options: Options {
            inlining: tuning.inlining,
            speculation,
            untaken_after: tuning.untaken_after.filter(|_| speculation),
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

/// Is `fact` so in `instance`?
fn holds(store: &Store, instance: &Instance, fact: &Fact) -> bool {
    match *fact {
        Fact::Element(fact) => has_element(store, instance, &fact),
        // SAFETY: an import is a function of the store, which is not changed meanwhile.
        Fact::Import { func, body } => unsafe {
            let imported = wasm_func(instance.func_ref(func));
            imported.is_some_and(|(other, func)| (*other).module.body_id(func) == body)
        },
    }
}

/// Instance and number of the function behind `func_ref`; `None` for those of the host.
///
/// # Safety
///
/// It is a function of a live store, to whose instances no exclusive reference exists.
unsafe fn wasm_func(func_ref: *mut VMFuncRef) -> Option<(*mut Instance, FuncIdx)> {
    // SAFETY: functions live as long as their store, and so do contexts and instances. The context
    // of host functions has no instance.
    unsafe {
        let instance = (*(*func_ref).vmctx).instance;
        if instance.is_null() {
            return None;
        }
        Some((instance, (*instance).own_func(func_ref)?))
    }
}

/// Is there, as long as the table does not change, what `fact` says?
fn has_element(store: &Store, instance: &Instance, fact: &ElementFact) -> bool {
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

/// What a request says of functions, while it is gathered.
struct Gathered {
    store: *mut Store,
    /// The instances of the request. Others of the same module are taken for one, unless the one calls
    /// the other.
    homes: Vec<*mut Instance>,
    imports: FxHashMap<FuncIdx, Callee>,
    feedback: FxHashMap<Callee, FuncFeedback>,
    /// Functions to look at, with the number of calls between the compiled function and theirs.
    queue: VecDeque<(Callee, u32)>,
}

impl Gathered {
    fn new(store: *mut Store, own: *mut Instance) -> Self {
        Self {
            store,
            homes: vec![own],
            imports: FxHashMap::default(),
            feedback: FxHashMap::default(),
            queue: VecDeque::new(),
        }
    }

    /// Gathers the feedback of `root` and of what can be inlined into it, nearest first.
    ///
    /// # Safety
    ///
    /// The store is alive, no reference to it is, and it owns the instance.
    unsafe fn gather(&mut self, root: FuncIdx) {
        self.queue.push_back((Callee::own(root), 0));
        while let Some((callee, depth)) = self.queue.pop_front() {
            if self.feedback.len() >= MAX_FUNCS || self.feedback.contains_key(&callee) {
                continue;
            }
            // SAFETY: forwarded.
            unsafe { self.add(callee, depth) };
        }
    }

    /// Adds the feedback of `callee`, if it can be inlined, and queues what it calls.
    unsafe fn add(&mut self, callee @ Callee { home, func }: Callee, depth: u32) {
        let instance = self.homes[home.index()];
        // SAFETY: instances live as long as the store; the module is shared.
        let (module, tuning) = unsafe { ((*instance).module.clone(), Store::tuning(self.store)) };
        let inlinable = module
            .body(func)
            .is_some_and(|it| it.range.len() <= MAX_CALLEE);
        if depth > 0 && !inlinable {
            return;
        }
        // SAFETY: no reference to the store is alive. A body that does not validate (lazily) is
        // not inlined: its call raises.
        let Ok(prepared) = (unsafe { Instance::prepare(instance, func) }) else {
            return;
        };
        let (sites, branches): (Vec<SiteProfile>, _) = {
            let mut profile = module.profile();
            // SAFETY: as above.
            let known = unsafe { (*instance).add_to_profile(func, &mut profile) };
            known.map_or_else(Default::default, |it| {
                (it.sites.to_vec(), copy_branches(it))
            })
        };
        // SAFETY: as above; prepared functions live as long as their instance, and have a cache for
        // each call site.
        let (infos, caches) = unsafe {
            let infos = &(*prepared).prepared().call_sites;
            let caches = std::slice::from_raw_parts((*prepared).call_sites, infos.len());
            (infos, caches)
        };
        let mut copies = Vec::with_capacity(infos.len());
        for ((info, cache), site) in infos.iter().zip(caches).zip(&sites) {
            copies.push(self.copy_site(home, info, cache, site));
        }
        if tuning.inlining && depth < MAX_DEPTH {
            for (info, site) in infos.iter().zip(&copies) {
                let direct = info.kind.callee().filter(|_| site.count > 0);
                let direct = direct.and_then(|it| self.direct_callee(home, it));
                let targets = site.targets.iter().filter_map(|it| it.callee);
                let callees = direct.into_iter().chain(targets);
                self.queue.extend(callees.map(|it| (it, depth + 1)));
            }
        }
        let sites = copies.into();
        let feedback = FuncFeedback { sites, branches };
        self.feedback.insert(callee, feedback);
    }

    /// What a direct call of `func` in `home` calls, if it is wasm and known.
    fn direct_callee(&mut self, home: HomeIdx, func: FuncIdx) -> Option<Callee> {
        // SAFETY: instances live as long as the store, to which no reference is alive.
        let instance = unsafe { &*self.homes[home.index()] };
        if !instance.module.is_imported_func(func) {
            return Some(Callee { home, func });
        }
        // Other instances of the same module may import something else.
        if home != HomeIdx(0) {
            return None;
        }
        let callee = self.callee(home, instance.func_ref(func))?;
        self.imports.insert(func, callee);
        Some(callee)
    }

    /// The function behind `func_ref`, as code of `caller` sees it; `None` for those of the host.
    fn callee(&mut self, caller: HomeIdx, func_ref: *mut VMFuncRef) -> Option<Callee> {
        // SAFETY: an inline cache and imports have functions of the store.
        let (instance, func) = unsafe { wasm_func(func_ref)? };
        if self.homes[caller.index()] == instance {
            return Some(Callee { home: caller, func });
        }
        // SAFETY: instances live as long as the store; only their modules are compared.
        let is_like =
            |other: *mut Instance| unsafe { Arc::ptr_eq(&(*other).module, &(*instance).module) };
        let mut known = (1..self.homes.len()).filter(|&it| it != caller.index());
        let home = match known.find(|&it| is_like(self.homes[it])) {
            Some(home) => home,
            None if self.homes.len() < MAX_HOMES => {
                self.homes.push(instance);
                self.homes.len() - 1
            }
            None => return None,
        };
        let home = HomeIdx(home as u32);
        Some(Callee { home, func })
    }

    fn copy_site(
        &mut self,
        home: HomeIdx,
        info: &CallSiteInfo,
        cache: &CallSite,
        site: &SiteProfile,
    ) -> SiteFeedback {
        let kept = site.targets.iter().take(MAX_TARGETS);
        let mut targets: Vec<_> = kept.map(|it| self.own_target(home, info, it)).collect();
        targets.extend(self.foreign_targets(home, cache, site.foreign));
        targets.sort_by_key(|it| Reverse(it.count));
        let state = match targets.len() {
            0 => IcState::Uninitialized,
            n if n.max(site.targets.len()) > MAX_TARGETS || site.unkept() > 0 => {
                IcState::Megamorphic
            }
            1 => IcState::Monomorphic,
            _ => IcState::Polymorphic,
        };
        targets.truncate(MAX_TARGETS);
        SiteFeedback {
            state,
            count: site.count,
            targets,
            exits_exhausted: !Policy::may_exit(site),
            table_changed: site.table_changes > 0,
        }
    }

    /// A target as it is in the instance, where the table may have something else at the index.
    fn own_target(
        &self,
        home: HomeIdx,
        info: &CallSiteInfo,
        target: &TargetProfile,
    ) -> TargetFeedback {
        let TargetProfile { func, index, count } = *target;
        // SAFETY: no exclusive reference to the store is alive; instances live as long as it.
        let (store, instance) = unsafe { (&*self.store, &*self.homes[home.index()]) };
        let is_there = |&index: &u32| match info.kind {
            CallKind::Indirect { table, .. } | CallKind::ReturnIndirect { table, .. } => {
                has_element(store, instance, &ElementFact { table, index, func })
            }
            _ => false,
        };
        TargetFeedback {
            callee: Some(Callee { home, func }),
            index: index.filter(is_there),
            count,
        }
    }

    /// The targets of a site that are functions of other instances, which were called `calls` times.
    ///
    /// A profile only counts them: which they are is known here and now, from the site's own cache.
    fn foreign_targets(
        &mut self,
        home: HomeIdx,
        cache: &CallSite,
        calls: u64,
    ) -> Vec<TargetFeedback> {
        if calls == 0 {
            return Vec::new();
        }
        let instance = self.homes[home.index()];
        // SAFETY: as above.
        let is_foreign = |it: &&Target| unsafe { (*instance).own_func(it.func_ref).is_none() };
        let seen: Vec<Target> = cache.targets().filter(is_foreign).copied().collect();
        let n_seen: u64 = seen.iter().map(|it| u64::from(it.count)).sum();
        let mut found = Vec::<TargetFeedback>::new();
        let mut left = calls;
        let mut add = |callee, count: u64| {
            left = left.saturating_sub(count);
            match found.iter_mut().find(|it| it.callee == callee) {
                Some(known) => known.count += count,
                None => found.push(TargetFeedback {
                    callee,
                    index: None,
                    count,
                }),
            }
        };
        for target in seen {
            let share = u128::from(calls) * u128::from(target.count) / u128::from(n_seen.max(1));
            let share = u64::try_from(share).expect("a part of the calls");
            // A target that was met once is one.
            add(self.callee(home, target.func_ref), share.max(1));
        }
        // What rounding left, or everything.
        match found.iter_mut().max_by_key(|it| it.count) {
            Some(first) => first.count += left,
            None => found.push(TargetFeedback {
                callee: None,
                index: None,
                count: left,
            }),
        }
        found
    }

    /// The other instances.
    fn others(&self) -> Vec<OtherHome> {
        let other = |&it: &*mut Instance| {
            // SAFETY: as above.
            let instance = unsafe { &*it };
            OtherHome {
                module: instance.module.clone(),
                offsets: instance.offsets,
            }
        };
        self.homes.iter().skip(1).map(other).collect()
    }
}

/// What may be relied on of the branches of a function.
fn copy_branches(func: &FuncProfile) -> Box<[BranchFeedback]> {
    if !Policy::may_omit_arms(func) {
        return Box::default();
    }
    // One that failed has taken both arms by now.
    let copy = |it: &BranchProfile| BranchFeedback {
        taken: it.taken.max(it.failed.into()),
        not_taken: it.not_taken.max(it.failed.into()),
    };
    func.branches.iter().map(copy).collect()
}
