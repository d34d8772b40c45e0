//! Calls from the host into Wasm, and what comes out of them: results, errors, or a panic.
//!
//! Arguments and results travel as slots on top of the store's value stack. Whoever writes and
//! reads them is in `func.rs` and `func/typed.rs`; this file enters and leaves.

#[cfg(feature = "coredump")]
use crate::WasmCoreDump;
use crate::error::{Error, Result, refused};
use crate::module::compile_error;
use crate::store::{StoreInner, StoreOpaque};
use crate::{CallHook, Trap, WasmBacktrace, WasmFault};
use runtime::host::HostError;
use runtime::module::DecodeError;
use runtime::vm::{VMContext, VMFuncRef};
use runtime::{InstanceId, OutOfMemory, Raised, RawFrame, ResourceError};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Where the arguments of the next call go and its results come from.
///
/// # Errors
///
/// If the value stack is used up. Otherwise there is room for the arguments and results of any
/// function.
#[inline]
pub(crate) fn slots(store: &StoreOpaque) -> Result<*mut u64> {
    let vm = &store.runtime().vm;
    if vm.value_top > vm.value_limit {
        return Err(Trap::StackOverflow.into());
    }
    Ok(vm.value_top)
}

/// Calls `func`, whose arguments were written to [`slots`].
///
/// # Errors
///
/// Traps and errors of host functions.
///
/// # Panics
///
/// If a host function does, with its payload.
///
/// # Safety
///
/// `func` belongs to the store, and the arguments have the types of its signature.
#[inline]
pub(crate) unsafe fn enter<T>(store: &mut StoreInner<T>, func: *mut VMFuncRef) -> Result<()> {
    // SAFETY: forwarded.
    unsafe { enter_as(store, func, std::ptr::null_mut()) }
}

/// Begins an instance: counts what that takes, and runs the start function, if there is one. If it
/// is the host's, the instance is its caller.
///
/// # Errors
///
/// As for [`enter`].
///
/// # Panics
///
/// As for [`enter`].
pub(crate) fn start<T>(store: &mut StoreInner<T>, instance: InstanceId) -> Result<()> {
    let instance = store.opaque().runtime().instance(instance);
    let (startup, caller) = (instance.module.startup(), instance.vmctx());
    let start = instance.module.start.map(|it| instance.func_ref(it));
    if let Some(startup) = startup {
        // SAFETY: the host runs.
        leave_host(store, |runtime| unsafe {
            runtime::poll_at_start(runtime, startup)
        })?;
    }
    match start {
        // SAFETY: a function of the store; a start function has no arguments.
        Some(start) => unsafe { enter_as(store, start, caller) },
        None => Ok(()),
    }
}

/// [`enter`] on behalf of `caller`, which is null unless `func` is its start function.
///
/// # Safety
///
/// As for [`enter`]; `caller` is a context of the store.
#[inline]
unsafe fn enter_as<T>(
    store: &mut StoreInner<T>,
    func: *mut VMFuncRef,
    caller: *mut VMContext,
) -> Result<()> {
    if store.has_hook() {
        // SAFETY: forwarded.
        unsafe { hook_around(store, func, CallHook::CallingWasm)? };
    }
    // SAFETY: forwarded.
    let call = |runtime| unsafe { runtime::call_from_host(runtime, func, caller) };
    let result = leave_host(store, call);
    if store.has_hook() {
        // SAFETY: forwarded.
        unsafe { hook_around(store, func, CallHook::ReturningFromWasm)? };
    }
    result
}

/// Runs what may run Wasm, or code of the embedder.
#[inline]
fn leave_host<T>(
    store: &mut StoreInner<T>,
    run: impl FnOnce(*mut runtime::Store) -> std::result::Result<(), Raised>,
) -> Result<()> {
    let runtime = store.opaque().runtime_ptr();
    let inner: *mut StoreInner<T> = store;
    // SAFETY: the runtime's store is alive, and no reference to it is (`store.rs`, invariant 1).
    let outer = unsafe { mem::replace(&mut (*runtime).owner, inner.cast()) };
    let result = run(runtime);
    // SAFETY: as above. The outer call goes on with its own reference (`store.rs`, invariant 2).
    unsafe { (*runtime).owner = outer };
    // SAFETY: host functions have given their references to the store back.
    let store = unsafe { &*inner };
    result.map_err(|raised| error_of(store.opaque(), raised))
}

/// Calls the hook before or after a call of `func`, whose arguments or results lie on top of the
/// value stack: calls of the hook must not overwrite them.
///
/// # Safety
///
/// `func` belongs to the store.
#[cold]
unsafe fn hook_around<T>(
    store: &mut StoreInner<T>,
    func: *mut VMFuncRef,
    event: CallHook,
) -> Result<()> {
    // SAFETY: a function reference leads to its signature.
    let sig = unsafe { &*(*func).sig };
    let n = sig.param_slots().max(sig.result_slots());
    let vm = &mut store.opaque_mut().runtime_mut().vm;
    let top = vm.value_top;
    vm.value_top = top.wrapping_add(n);
    let result = catch_unwind(AssertUnwindSafe(|| store.call_hook(event)));
    store.opaque_mut().runtime_mut().vm.value_top = top;
    result.unwrap_or_else(|payload| resume_unwind(payload))
}

/// The error that the embedder gets; resumes a panic.
#[cold]
fn error_of(store: &StoreOpaque, raised: Raised) -> Error {
    match raised {
        Raised::Trap {
            trap,
            fault,
            backtrace,
        } => {
            let mut error = Error::from(trap);
            if let Some(fault) = fault {
                error = error.context(WasmFault {
                    memory_size: usize::try_from(fault.memory_size)
                        .expect("a memory fits the address space"),
                    wasm_address: fault.address,
                });
            }
            with_backtrace(store, error, backtrace)
        }
        Raised::Error { error, backtrace } => with_backtrace(store, open(error), backtrace),
        Raised::Panic(payload) => resume_unwind(payload),
    }
}

/// The error in a box of the runtime's: the embedder's, what is wrong with a function that was
/// only validated now, or a lack of memory.
pub(crate) fn open(error: HostError) -> Error {
    let error = match error.downcast::<Error>() {
        Ok(error) => return *error,
        Err(other) => other,
    };
    let error = match error.downcast::<OutOfMemory>() {
        Ok(error) => return (*error).into(),
        Err(other) => other,
    };
    let error = match error.downcast::<ResourceError>() {
        Ok(error) => return refused(*error),
        Err(other) => other,
    };
    match error.downcast::<DecodeError>() {
        Ok(error) => compile_error(*error),
        Err(_) => unreachable!("the runtime and host functions fail with these types only"),
    }
}

/// Adds a backtrace that says something, unless an inner call has already: its backtrace has the
/// outer frames too.
fn with_backtrace(store: &StoreOpaque, error: Error, frames: Vec<RawFrame>) -> Error {
    if frames.is_empty() || error.is::<WasmBacktrace>() {
        return error;
    }
    #[cfg(feature = "coredump")]
    if store.engine().dumps_core() {
        let dump = WasmCoreDump::new(store, WasmBacktrace::new(store, frames.clone()));
        return error
            .context(WasmBacktrace::new(store, frames))
            .context(dump);
    }
    error.context(WasmBacktrace::new(store, frames))
}
