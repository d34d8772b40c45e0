//! What is known of the functions and the code of a store: who is queued, compiled, withdrawn.

use deopt::Policy;
use jit::Code;
use runtime::vm::{FuncInstance, lazy_entry};
use runtime::{CodeId, Event, FuncIdx, InstanceId, Store};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What tiering keeps in a store.
#[derive(Default)]
pub(super) struct State {
    /// Installed code, by `CodeId`. Freed code leaves a hole.
    pub(super) codes: Vec<Option<Installed>>,
    /// Entries that were ever hot.
    pub(super) entries: Vec<Entry>,
    /// Where they are.
    by_key: FxHashMap<EntryKey, EntryIdx>,
    /// Failed speculations.
    pub(super) policy: Policy,
    /// Withdrawn code that activations may still be in.
    pub(super) retired: Vec<CodeId>,
    /// Results of the compiler's worker.
    pub(super) mailbox: Arc<jit::Mailbox>,
    /// What the worker was asked for, by the code it will be.
    pub(super) queued: FxHashMap<CodeId, Requested>,
}

/// An entry that was requested.
#[derive(Clone, Copy, Debug)]
pub(super) struct Requested {
    pub(super) func: *mut FuncInstance,
    pub(super) osr: Option<u32>,
    pub(super) entry: EntryIdx,
    /// The policy's clock at the request.
    pub(super) clock: u32,
}

// SAFETY: `func` belongs to the store that owns the state.
unsafe impl Send for Requested {}
// SAFETY: as for `Send`; shared access only reads.
unsafe impl Sync for Requested {}

/// A piece of installed code.
pub(super) struct Installed {
    pub(super) code: Arc<Code>,
    pub(super) requested: Requested,
}

/// An entry into a function: the normal one, or one at a loop header.
pub(super) type EntryKey = (InstanceId, FuncIdx, Option<u32>);

/// Position in `State::entries`.
pub(super) type EntryIdx = usize;

/// What is known of an entry.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Compilations requested so far.
    pub(super) compiles: u32,
    /// How far it has come.
    pub(super) progress: Progress,
}

/// How far an entry has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Progress {
    /// Not requested, or withdrawn.
    #[default]
    None,
    /// The worker has it.
    Queued,
    /// Installed.
    Installed(CodeId),
    /// Stays in the interpreter for good.
    Failed,
}

impl State {
    /// The state of `store`.
    ///
    /// # Safety
    ///
    /// `store` is alive and no other reference to its tiering state is.
    pub(super) unsafe fn of<'a>(store: *mut Store) -> &'a mut State {
        // SAFETY: forwarded.
        let state = unsafe { &mut (*store).tier_state.tiering };
        state.downcast_mut().expect("made by `TwoTiers::new_store`")
    }

    /// Numbers a new piece of code.
    pub(super) fn new_code(&mut self) -> CodeId {
        self.codes.push(None);
        CodeId(u32::try_from(self.codes.len() - 1).expect("fewer than 2^32 compilations"))
    }

    /// Where an entry is.
    pub(super) fn entry(&mut self, key: EntryKey) -> EntryIdx {
        *self.by_key.entry(key).or_insert_with(|| {
            self.entries.push(Entry::default());
            self.entries.len() - 1
        })
    }
}

/// The key of an entry into `func`.
///
/// # Safety
///
/// `func` is a wasm function of a live store.
pub(super) unsafe fn key(func: *mut FuncInstance, osr: Option<u32>) -> EntryKey {
    // SAFETY: forwarded.
    unsafe { ((*(*(*func).vmctx).instance).id, (*func).func, osr) }
}

/// Withdraws a piece of code: nobody enters it any more, and it is freed when nothing runs.
///
/// # Safety
///
/// As for [`State::of`]; `id` is installed.
pub(super) unsafe fn withdraw(store: *mut Store, id: CodeId, hotness: i32) {
    // SAFETY: forwarded.
    let state = unsafe { State::of(store) };
    let Some(installed) = &state.codes[id.index()] else {
        return;
    };
    let Requested {
        func, osr, entry, ..
    } = installed.requested;
    let progress = &mut state.entries[entry].progress;
    if *progress != Progress::Installed(id) {
        // Withdrawn before, by another activation.
        return;
    }
    *progress = Progress::None;
    state.retired.push(id);
    // SAFETY: as above.
    unsafe {
        if osr.is_none() {
            let func_ref = (*func).func_ref;
            (*func_ref).code = lazy_entry((*(*func_ref).sig).ty());
            (*func).kind = (*func).interpreted_kind();
        }
        (*func).hotness = hotness;
        (*store).emit(Event::Invalidated {
            func: (*func).func,
            code: id,
        });
    }
}

/// A piece of installed code, for reports and dumps.
#[derive(Clone, Debug)]
pub(crate) struct CodeReport {
    /// The function.
    pub(crate) func: FuncIdx,
    /// Loop header, for OSR code.
    pub(crate) osr: Option<u32>,
    /// The code.
    pub(crate) code: Arc<Code>,
}

/// All code of a store that has not been freed.
pub(crate) fn code_reports(store: &Store) -> Vec<CodeReport> {
    let Some(state) = store.tier_state.tiering.downcast_ref::<State>() else {
        return Vec::new();
    };
    let report = |it: &Installed| CodeReport {
        func: it.code.func(),
        osr: it.code.osr(),
        code: it.code.clone(),
    };
    state.codes.iter().flatten().map(report).collect()
}
