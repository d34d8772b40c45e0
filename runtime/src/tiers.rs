//! The one trait by which the tiers reach each other. The root crate implements it.

use crate::vm::{FuncInstance, VMContext};
use crate::{CodeId, ExitIdx, InstanceId, Store, Tuning};

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Status {
    /// Results are in place.
    Returned = 0,
    /// `Store::pending` says what was raised.
    Raised = 1,
    /// Continue with `VMStore::tail_code`, in place of the function that was called.
    Tail = 2,
}

/// Names a deopt exit of installed code; fits the register it is passed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitId {
    /// The code.
    pub code: CodeId,
    /// The exit within it.
    pub exit: ExitIdx,
}

impl ExitId {
    /// As passed by compiled code.
    pub fn to_bits(self) -> u64 {
        u64::from(self.code.0) << 32 | u64::from(self.exit.0)
    }

    /// Inverse of [`ExitId::to_bits`].
    pub fn from_bits(bits: u64) -> Self {
        Self {
            code: CodeId((bits >> 32) as u32),
            exit: ExitIdx(bits as u32),
        }
    }
}

/// Where a function ran out of its hotness budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HotPoint {
    /// At its entry; arguments are in place, no frame has been pushed.
    Entry,
    /// At a backward branch to the loop whose header is at this pc. Its frame is the current one.
    Loop {
        /// Offset of the loop header from the first instruction.
        pc: u32,
    },
}

/// What the interpreter does after [`Tiers::on_hot`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HotAction {
    /// Goes on; a function that was compiled at its entry has changed its `FuncKind`.
    Continue,
    /// Goes on, and observes what branches do for a while.
    Observe,
    /// Enters this OSR code: `Tail (vmctx, frame's local 0) -> results`.
    EnterOsr(*const u8),
}

/// Transitions between tiers.
///
/// All functions are called on the store's own thread, without any `&mut` to the store alive.
pub trait Tiers: Send + Sync {
    /// `func` used up its hotness. Compiles, installs, or refills the budget.
    ///
    /// # Safety
    ///
    /// `store` is alive and owns `func`, which is prepared.
    unsafe fn on_hot(&self, store: *mut Store, func: *mut FuncInstance, at: HotPoint) -> HotAction;

    /// `instance` was made, and none of it has run. Has compiled what another run has found hot; if
    /// there is a compiler.
    ///
    /// # Safety
    ///
    /// `store` is alive, and so is its `instance`.
    unsafe fn on_instantiated(&self, store: *mut Store, instance: InstanceId) {
        let _ = (store, instance);
    }

    /// `func` was prepared, for its first call. Installs what other stores have compiled; if there
    /// is a compiler.
    ///
    /// # Safety
    ///
    /// As for [`Tiers::on_hot`].
    unsafe fn on_prepared(&self, store: *mut Store, func: *mut FuncInstance) {
        let _ = (store, func);
    }

    /// Calls an interpreted function with its arguments in `slots`, and leaves results there.
    ///
    /// May return `Status::Tail`.
    ///
    /// # Safety
    ///
    /// `func` belongs to `store` and is interpreted; `slots` is `VMStore::value_top`.
    unsafe fn interpret(
        &self,
        store: *mut Store,
        func: *mut FuncInstance,
        slots: *mut u64,
    ) -> Status;

    /// Compiled code took a deopt exit: finishes its activation in the interpreter and leaves the
    /// results of the compiled function at `VMStore::value_top`.
    ///
    /// May return `Status::Tail`. Without a compiler nobody calls it.
    ///
    /// # Safety
    ///
    /// `exit` is an exit of code installed in `store` whose values are in the deopt buffer.
    unsafe fn on_deopt_exit(
        &self,
        store: *mut Store,
        vmctx: *mut VMContext,
        exit: ExitId,
    ) -> Status {
        let _ = (store, vmctx);
        unreachable!("{exit:?} without a compiler")
    }

    /// `store` was left by its outermost activation: nothing of it is running. Only called if
    /// `Store::idle_work` says that there is something to do.
    ///
    /// # Safety
    ///
    /// `store` is alive and has no activation.
    unsafe fn on_idle(&self, store: *mut Store) {
        let _ = store;
    }

    /// What `VMContext`s have for compiled code; nothing without a compiler.
    fn compiled_linkage(&self) -> Linkage {
        Linkage {
            builtins: std::ptr::null(),
        }
    }

    /// What compiled code takes; nothing without a compiler.
    fn code_memory(&self) -> CodeMemory {
        CodeMemory::default()
    }

    /// Makes what the tiers keep for each store.
    fn new_store(&self, tuning: &Tuning) -> TierState;
}

/// What compiled code needs to find in `VMContext`s.
#[derive(Clone, Copy, Debug)]
pub struct Linkage {
    /// `VMContext::builtins`: the stubs of builtins.
    pub builtins: *const *const u8,
}

/// What the compiled code of an engine takes, and what was not compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeMemory {
    /// Bytes in use, stubs included, in whole pages.
    pub used: usize,
    /// Bytes that may be in use.
    pub limit: usize,
    /// Pieces of code that are not freed.
    pub pieces: usize,
    /// Bytes of what describes them: exits, bodies, and the positions of calls and accesses.
    pub described_by: usize,
    /// Compilations that were refused for want of room.
    pub refused: u64,
    /// Compilations that failed for good.
    pub failed: u64,
}

/// State that the tiers keep in a store.
#[derive(Debug)]
pub struct TierState {
    /// Registers and dispatch tables of the interpreter.
    pub interp: Box<dyn std::any::Any + Send + Sync>,
    /// Installed code, exit tables, policy.
    pub tiering: Box<dyn std::any::Any + Send + Sync>,
}
