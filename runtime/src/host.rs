//! Host functions as the tiers call them.

use crate::types::SigRef;
use crate::vm::{FuncInstance, VMContext, VMFuncRef};
use crate::{Raised, Status, Store, TierKind};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// An error of a host function: the embedder's error type, opaque here.
pub type HostError = Box<dyn Any + Send + Sync>;

/// What a host function is called with.
#[derive(Debug)]
pub struct HostCall {
    /// The store.
    pub store: *mut Store,
    /// Context of the calling instance; null if the host itself calls.
    pub caller: *mut VMContext,
    /// Arguments; results go to the same place. As long as the longer of the two.
    pub slots: *mut u64,
}

/// The closure of a host function.
pub type HostClosure = dyn Fn(&HostCall) -> Result<(), HostError> + Send + Sync;

/// A host function of a store.
pub struct HostFunc {
    /// Its type.
    pub sig: SigRef,
    /// What it does.
    pub closure: std::sync::Arc<HostClosure>,
    /// Where that is: finding it takes a call longer than anything else.
    pub(crate) call: *const HostClosure,
    pub(crate) func_ref: Box<VMFuncRef>,
    pub(crate) instance: Box<FuncInstance>,
}

impl std::fmt::Debug for HostFunc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HostFunc({:?})", self.sig)
    }
}

/// Calls a host function with its arguments in `slots`; results replace them.
///
/// Errors and panics are parked in the store, with the backtrace of the wasm frames below.
///
/// # Safety
///
/// `func` is a host function of `store`; `slots` has room for its arguments and results and lies
/// below `VMStore::value_top`; `VMStore::caller` is the calling context or null.
#[inline]
pub(crate) unsafe fn call_host(
    store: *mut Store,
    func: *mut FuncInstance,
    slots: *mut u64,
) -> Status {
    // SAFETY: the caller promises a live host function. It lives as long as the store, which lives
    // as long as a call of it: its closure needs no count of its own.
    let (closure, caller) = unsafe {
        let closure = (*(*func).host).call;
        (&*closure, (*store).vm.caller)
    };
    let call = HostCall {
        store,
        caller,
        slots,
    };
    let run = || catch_unwind(AssertUnwindSafe(|| closure(&call)));
    // SAFETY: as above.
    let raised = match unsafe { Store::timed(store, TierKind::Host, run) } {
        Ok(Ok(())) => return Status::Returned,
        Ok(Err(error)) => Err(error),
        Err(payload) => Ok(payload),
    };
    // SAFETY: forwarded.
    unsafe { park(store, raised) }
}

/// Parks the panic or the error of a host function.
#[cold]
#[inline(never)]
unsafe fn park(store: *mut Store, raised: Result<Box<dyn Any + Send>, HostError>) -> Status {
    let raised = match raised {
        Ok(payload) => Raised::Panic(payload),
        Err(error) => {
            // SAFETY: the store is alive and no reference to it is.
            let backtrace = unsafe { crate::walk::capture(store, None) };
            Raised::Error { error, backtrace }
        }
    };
    // SAFETY: as above.
    unsafe { (*store).pending = Some(raised) };
    Status::Raised
}
