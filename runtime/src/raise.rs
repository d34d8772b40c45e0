//! What leaves wasm other than by returning: traps, host errors, host panics.

use crate::host::HostError;
use crate::module::Module;
use crate::vm::FuncInstance;
use crate::{FuncIdx, GrowError, Status, Store, Trap};
use std::sync::Arc;

/// One wasm frame of a backtrace.
#[derive(Clone, Debug)]
pub struct RawFrame {
    /// Its module.
    pub module: Arc<Module>,
    /// Its function.
    pub func: FuncIdx,
    /// Offset of its current instruction from the first one; unknown on stack overflow. The entry
    /// of a function lies before its first instruction: there it wraps.
    pub pc: Option<u32>,
}

impl RawFrame {
    /// A frame of `func` at `pc`.
    ///
    /// # Safety
    ///
    /// `func` is a wasm function of a live store.
    pub unsafe fn new(func: *mut FuncInstance, pc: u32) -> Self {
        // SAFETY: the context of a wasm function is that of a live instance.
        let (func, instance) = unsafe { (&*func, &*(*(*func).vmctx).instance) };
        Self {
            module: instance.module.clone(),
            func: func.func,
            pc: Some(pc),
        }
    }
}

/// A memory access that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// First inaccessible byte that was touched, as a wasm address.
    pub address: u64,
    /// Size of the memory in bytes.
    pub memory_size: u64,
}

/// What a call raised, parked in the store while its frames are left.
pub enum Raised {
    /// A trap.
    Trap {
        /// Which.
        trap: Trap,
        /// For out-of-bounds loads and stores: where.
        fault: Option<Fault>,
        /// Frames at the trap, innermost first.
        backtrace: Vec<RawFrame>,
    },
    /// An error: of a host function, or of the runtime but no trap.
    Error {
        /// The error.
        error: HostError,
        /// Wasm frames below the host function or at the instruction, innermost first.
        backtrace: Vec<RawFrame>,
    },
    /// A panic of a host function; resumed by the outermost entry.
    Panic(Box<dyn std::any::Any + Send>),
}

impl std::fmt::Debug for Raised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Raised::Trap { trap, .. } => write!(f, "Trap({trap:?})"),
            Raised::Error { .. } => f.write_str("Error"),
            Raised::Panic(_) => f.write_str("Panic"),
        }
    }
}

/// Raises `trap` at the current instruction of the innermost frame, which is `innermost` if it is
/// not yet on record (the interpreter's current frame), and returns the status to leave with.
///
/// # Safety
///
/// `store` is alive, no reference to it is, and its activations describe the stack.
#[cold]
pub unsafe fn raise_trap(
    store: *mut Store,
    trap: Trap,
    fault: Option<Fault>,
    innermost: Option<RawFrame>,
) -> Status {
    // SAFETY: forwarded.
    let backtrace = unsafe { crate::walk::capture(store, innermost) };
    // SAFETY: the caller promises a live store.
    unsafe {
        (*store).pending = Some(Raised::Trap {
            trap,
            fault,
            backtrace,
        })
    };
    Status::Raised
}

/// The same for what is no trap.
///
/// # Safety
///
/// As for [`raise_trap`].
#[cold]
pub(crate) unsafe fn raise_error(
    store: *mut Store,
    error: HostError,
    innermost: Option<RawFrame>,
) -> Status {
    // SAFETY: forwarded.
    let backtrace = unsafe { crate::walk::capture(store, innermost) };
    // SAFETY: the caller promises a live store.
    unsafe { (*store).pending = Some(Raised::Error { error, backtrace }) };
    Status::Raised
}

/// The same for what a limiter raised.
///
/// # Safety
///
/// As for [`raise_trap`].
#[cold]
pub unsafe fn raise_growth(
    store: *mut Store,
    error: GrowError,
    innermost: Option<RawFrame>,
) -> Status {
    // SAFETY: forwarded.
    let backtrace = unsafe { crate::walk::capture(store, innermost) };
    // SAFETY: the caller promises a live store.
    unsafe { (*store).pending = Some(error.raised(backtrace)) };
    Status::Raised
}
