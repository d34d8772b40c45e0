//! What a store has installed, and what it has withdrawn.

use super::shared::{Shared, SharedCode};
use runtime::vm::{FuncInstance, lazy_entry};
use runtime::{CodeId, Event, FuncIdx, Instance, InstanceId, Store};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use std::sync::Arc;

/// What tiering keeps in a store.
#[derive(Default)]
pub(super) struct State {
    /// Installed code, and withdrawn code that activations may still be in.
    codes: FxHashMap<CodeId, Installed>,
    /// What is entered where.
    entries: FxHashMap<EntryKey, Arc<SharedCode>>,
    /// Code that was withdrawn since the store was last idle.
    retired: Vec<CodeId>,
    /// Code that was requested here, by what it is for, and is not installed yet.
    requested: FxHashMap<EntryKey, CodeId>,
    /// Entries that are interpreted for want of room, of which an event has told.
    refused: FxHashSet<EntryKey>,
    /// Hot points at which the branches of a function are still to be observed.
    observations: FxHashMap<(InstanceId, FuncIdx), u32>,
}

/// A piece of installed code.
struct Installed {
    code: Arc<SharedCode>,
    /// Where it is entered.
    entries: SmallVec<[EntryKey; 1]>,
}

/// What is special about installing a piece of code.
pub(super) struct Installation {
    /// Is it new in this store?
    pub(super) is_new: bool,
    /// Was it compiled for another instance?
    pub(super) reused: bool,
}

/// An entry into a function of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct EntryKey {
    pub(super) instance: InstanceId,
    pub(super) func: FuncIdx,
    /// The loop header; `None` is the normal entry.
    pub(super) osr: Option<u32>,
}

impl State {
    /// The state of `store`.
    ///
    /// # Safety
    ///
    /// `store` is alive and no other reference to its tiering state is.
    pub(super) unsafe fn of<'a>(store: *mut Store) -> &'a mut State {
        // SAFETY: forwarded. A store whose tiers are two has what `TwoTiers::new_store` made for it.
        // Each deopt and each entry at a loop comes here, so it is not asked for its type.
        unsafe {
            let state = &raw mut *(*store).tier_state.tiering;
            debug_assert!((*state).is::<State>());
            &mut *state.cast::<State>()
        }
    }

    /// What is entered at `key`.
    pub(super) fn entered(&self, key: EntryKey) -> Option<&Arc<SharedCode>> {
        self.entries.get(&key)
    }

    /// Code that is installed, or was and may still run.
    pub(super) fn code(&self, id: CodeId) -> Option<&Arc<SharedCode>> {
        self.codes.get(&id).map(|it| &it.code)
    }

    /// Is a function to be observed at this hot point, if it is at `n` of them?
    pub(super) fn observe(&mut self, func: (InstanceId, FuncIdx), n: impl FnOnce() -> u32) -> bool {
        let left = self.observations.entry(func).or_insert_with(n);
        let is_observed = *left > 0;
        *left = left.saturating_sub(1);
        is_observed
    }

    /// Notes that this store has `code` compiled for `key`.
    pub(super) fn note_request(&mut self, key: EntryKey, code: CodeId) {
        self.requested.insert(key, code);
    }

    /// Notes that there is no room for code of `key`. Returns whether that is news.
    pub(super) fn note_refused(&mut self, key: EntryKey) -> bool {
        self.refused.insert(key)
    }

    /// Notes that `code` is entered at `key`.
    pub(super) fn install(&mut self, key: EntryKey, code: &Arc<SharedCode>) -> Installation {
        let id = code.code.id();
        self.refused.remove(&key);
        self.entries.insert(key, code.clone());
        let mut is_new = false;
        let installed = self.codes.entry(id).or_insert_with(|| {
            is_new = true;
            Installed {
                code: code.clone(),
                entries: SmallVec::new(),
            }
        });
        installed.entries.push(key);
        Installation {
            is_new,
            reused: self.requested.remove(&key) != Some(id),
        }
    }

    /// Code that `func` of `instance` is entered in.
    pub(super) fn codes_of(&self, instance: InstanceId, func: FuncIdx) -> Vec<CodeId> {
        let is_of = |key: &EntryKey| (key.instance, key.func) == (instance, func);
        let entries = self.entries.iter().filter(|it| is_of(it.0));
        let mut codes: Vec<_> = entries.map(|it| it.1.code.id()).collect();
        codes.sort();
        codes
    }

    /// Notes that nothing runs: withdrawn code is not needed here any more. Returns it.
    pub(super) fn free_retired(&mut self) -> impl Iterator<Item = Arc<SharedCode>> {
        self.retired.drain(..).filter_map(|id| {
            // It may have been installed again.
            let is_unused = self.codes.get(&id)?.entries.is_empty();
            let freed = is_unused.then(|| self.codes.remove(&id));
            Some(freed??.code)
        })
    }

    /// Has `id` entered nowhere. Returns where it was: nowhere if it was withdrawn before, by
    /// another activation.
    fn uninstall(&mut self, id: CodeId) -> SmallVec<[EntryKey; 1]> {
        let installed = self.codes.get_mut(&id);
        let entries = installed.map_or_else(SmallVec::new, |it| std::mem::take(&mut it.entries));
        for key in &entries {
            self.entries.remove(key);
        }
        if !entries.is_empty() {
            self.retired.push(id);
        }
        entries
    }
}

/// The key of an entry into `func`.
///
/// # Safety
///
/// `func` is a wasm function of a live store.
pub(super) unsafe fn key(func: *mut FuncInstance, osr: Option<u32>) -> EntryKey {
    // SAFETY: forwarded.
    unsafe {
        EntryKey {
            instance: (*instance(func)).id,
            func: (*func).func,
            osr,
        }
    }
}

/// The instance of a wasm function.
///
/// # Safety
///
/// As for [`key`].
pub(super) unsafe fn instance(func: *mut FuncInstance) -> *mut Instance {
    // SAFETY: forwarded.
    unsafe { (*(*func).vmctx).instance }
}

/// Withdraws a piece of code, from all instances of the store and from those to come: nobody
/// enters it any more, and it is freed when nothing runs.
///
/// # Safety
///
/// As for [`State::of`]; `id` runs in the store.
pub(super) unsafe fn withdraw(store: *mut Store, id: CodeId, hotness: i32) {
    // SAFETY: forwarded.
    let state = unsafe {
        (*store).idle_work = true;
        State::of(store)
    };
    for EntryKey {
        instance,
        func,
        osr,
    } in state.uninstall(id)
    {
        // SAFETY: instances live as long as the store.
        let instance = unsafe { &(&(*store).instances)[instance.index()] };
        Shared::of(&instance.module).withdraw((func, osr), id);
        let prepared = instance.prepared(func);
        let prepared = prepared.expect("compiled functions are prepared");
        // SAFETY: functions live as long as the store.
        unsafe {
            if osr.is_none() {
                let func_ref = (*prepared).func_ref;
                (*func_ref).code = lazy_entry((*(*func_ref).sig).ty());
                (*prepared).kind = (*prepared).interpreted_kind();
            }
            (*prepared).hotness = hotness;
            (*store).emit(|| Event::Invalidated { func, code: id });
        }
    }
}

/// All code of a store that has not been freed, in the order of the requests.
pub(crate) fn codes(store: &Store) -> Vec<Arc<SharedCode>> {
    let Some(state) = store.tier_state.tiering.downcast_ref::<State>() else {
        return Vec::new();
    };
    let mut codes: Vec<_> = state.codes.values().map(|it| it.code.clone()).collect();
    codes.sort_by_key(|it| it.code.id());
    codes
}
