//! Calls that leave a tier: host to wasm, wasm to host, and from one tier into the other.

use crate::os::{self, signals, stack_pointer};
use crate::vm::{FuncKind, VMContext, VMFuncRef, VMStore};
use crate::walk::{Activation, ActivationKind};
use crate::{
    FuncIdx, Instance, Raised, RawFrame, Status, Store, TierKind, Trap, host, raise_error,
    raise_trap,
};
use std::sync::atomic::Ordering;

type Entry = unsafe extern "C" fn(*const u8, *mut VMFuncRef, *mut u64, *mut VMStore) -> u32;
type ResumeEntry = unsafe extern "C" fn(*const u8, *mut u8, *mut u8, *mut u64, *mut VMStore) -> u32;

/// Calls `func_ref` from the host, with its arguments at `VMStore::value_top`; results replace
/// them.
///
/// # Errors
///
/// What the call raised.
///
/// # Safety
///
/// `store` is alive and no reference to it is; `func_ref` belongs to it; the arguments have the
/// types of its signature. `caller` is null, or the instance whose start function it is.
pub unsafe fn call_from_host(
    store: *mut Store,
    func_ref: *mut VMFuncRef,
    caller: *mut VMContext,
) -> Result<(), Raised> {
    // SAFETY: the caller promises a live store.
    let (vm, outermost) = unsafe { (&raw mut (*store).vm, (*store).activations.is_null()) };
    // SAFETY: as above.
    let saved = unsafe {
        if outermost {
            let max = (&raw const (*store).tuning)
                .as_ref()
                .map_or(0, |it| it.max_wasm_stack);
            let top = stack_pointer();
            (*store).native_top = top;
            (*vm).native_limit = top.saturating_sub(max);
        }
        let outer = std::mem::replace(&mut (*vm).caller, caller);
        ((*vm).value_top, (*vm).frames_top, outer)
    };
    // SAFETY: as above.
    let crossed_at = unsafe { std::mem::take(&mut (*store).crossed_at) };
    // SAFETY: as above.
    let asks = outermost && unsafe { (*store).signal_handler.is_some() };
    let outer = asks.then(|| signals::set_current(store));
    // SAFETY: forwarded.
    let status = unsafe { finish_tail(store, saved.0, call(store, func_ref, saved.0)) };
    outer.map(signals::set_current);
    // SAFETY: as above.
    unsafe {
        ((*vm).value_top, (*vm).frames_top, (*vm).caller) = saved;
        (*store).crossed_at = crossed_at;
        if outermost && (*store).idle_work {
            (*store).idle_work = false;
            Store::tiers(store).on_idle(store);
        }
        match status {
            Status::Returned => Ok(()),
            _ => Err((*store)
                .pending
                .take()
                .expect("a raised call says what was raised")),
        }
    }
}

/// Calls `func_ref` in whatever tier it is, with its arguments in `slots`; results replace them.
///
/// May return `Status::Tail`; see [`finish_tail`].
///
/// # Safety
///
/// As for [`call_from_host`]; `slots` is the first free slot of the value stack, up to its
/// arguments, and `VMStore::frames_top` is the first free frame record.
pub unsafe fn call(store: *mut Store, func_ref: *mut VMFuncRef, slots: *mut u64) -> Status {
    // SAFETY: a function reference of a live store.
    let (mut func, sig) = unsafe { ((*func_ref).instance, &*(*func_ref).sig) };
    // SAFETY: function instances live as long as the store.
    if unsafe { (*func).kind } == FuncKind::Unprepared {
        // SAFETY: an unprepared function belongs to an instance of the store.
        let prepared = unsafe { prepare(store, func_ref) };
        match prepared {
            Ok(prepared) => func = prepared,
            Err(status) => return status,
        }
    }
    // SAFETY: as above.
    let kind = unsafe { (*func).kind };
    // SAFETY: the store is alive.
    let vm = unsafe { &raw mut (*store).vm };
    // SAFETY: as above.
    let exhausted = unsafe { slots > (*vm).value_limit || stack_pointer() < (*vm).native_limit };
    if exhausted {
        // SAFETY: as above.
        return unsafe { stack_overflow(store, func_ref) };
    }
    if kind.is_interpreted() {
        // SAFETY: as above.
        return unsafe { Store::tiers(store).interpret(store, func, slots) };
    }
    if kind == FuncKind::Host {
        // SAFETY: forwarded.
        return unsafe { call_host(store, func_ref, slots) };
    }
    // SAFETY: a compiled function has stubs, and its code takes what its signature says. The value
    // stack's reserve holds the slots of any call.
    unsafe {
        let saved = (*vm).value_top;
        (*vm).value_top = slots.add(sig.param_slots().max(sig.result_slots()));
        let entry =
            std::mem::transmute::<*mut u8, Entry>(sig.stubs().entry.load(Ordering::Acquire));
        let code = (*func_ref).code;
        let status = in_compiled_activation(store, |vm| entry(code, func_ref, slots, vm));
        (*vm).value_top = saved;
        status
    }
}

/// The same for a host function.
#[inline]
unsafe fn call_host(store: *mut Store, func_ref: *mut VMFuncRef, slots: *mut u64) -> Status {
    // SAFETY: forwarded; the value stack's reserve holds the slots of any call.
    unsafe {
        let (vm, sig) = (&raw mut (*store).vm, &*(*func_ref).sig);
        let n = sig.param_slots().max(sig.result_slots());
        let saved = std::mem::replace(&mut (*vm).value_top, slots.add(n));
        let status = host::call_host(store, (*func_ref).instance, slots);
        (*vm).value_top = saved;
        status
    }
}

/// Goes on with `VMStore::tail_code` if `status` is `Tail`: the function that was called with
/// arguments in `slots` ended in a call of a function in the other tier.
///
/// # Safety
///
/// `status` is what a call with `slots` just returned.
#[inline]
pub unsafe fn finish_tail(store: *mut Store, slots: *mut u64, status: Status) -> Status {
    if status != Status::Tail {
        return status;
    }
    // SAFETY: the store is alive, and `Tail` set these.
    let (func_ref, code, arg0, arg1) = unsafe {
        let vm = &(*store).vm;
        (vm.tail_func, vm.tail_code, vm.tail_arg0, vm.tail_arg1)
    };
    // SAFETY: `tail_code` has the results of the function that was called.
    unsafe { resume_compiled(store, func_ref, (code, arg0, arg1), slots) }
}

/// Enters `code`, which is `Tail (arg0, arg1) -> results` with the results of `func_ref`'s
/// signature, and leaves the results in `slots`.
///
/// # Safety
///
/// `code` is OSR code or a tail entry made in this store, with the arguments it expects. `func_ref`
/// is compiled, so that its signature has stubs.
pub unsafe fn resume_compiled(
    store: *mut Store,
    func_ref: *mut VMFuncRef,
    (code, arg0, arg1): (*const u8, *mut u8, *mut u8),
    slots: *mut u64,
) -> Status {
    // SAFETY: the store is alive; there is compiled code, so the signature has stubs.
    unsafe {
        let sig = &*(*func_ref).sig;
        let entry = sig.stubs().resume_entry.load(Ordering::Acquire);
        let entry = std::mem::transmute::<*mut u8, ResumeEntry>(entry);
        in_compiled_activation(store, |vm| entry(code, arg0, arg1, slots, vm))
    }
}

/// Runs an entry trampoline as an activation of compiled code.
#[inline]
unsafe fn in_compiled_activation(
    store: *mut Store,
    run: impl FnOnce(*mut VMStore) -> u32,
) -> Status {
    // SAFETY: the store is alive.
    let vm = unsafe { &raw mut (*store).vm };
    // SAFETY: as above.
    let (prev, entry, exit_fp, frames_top, value_top) = unsafe {
        (
            (*store).activations,
            (*vm).entry,
            (*vm).exit_fp,
            (*vm).frames_top,
            (*vm).value_top,
        )
    };
    let kind = ActivationKind::Compiled {
        older_entry: entry,
        older_exit_fp: exit_fp,
    };
    let mut activation = Activation { prev, kind };
    // SAFETY: as above; unlinked below, before it dies.
    unsafe { (*store).activations = &raw mut activation };
    // SAFETY: as above.
    let limit = unsafe { (*vm).native_limit };
    // SAFETY: as above.
    unsafe { discount_crossing(store) };
    let outer = signals::set_current(store);
    // SAFETY: as above.
    let status = unsafe { Store::timed(store, TierKind::Compiled, || run(vm)) };
    signals::set_current(outer);
    // SAFETY: as above.
    unsafe {
        (*store).activations = prev;
        (*vm).native_limit = limit;
        ((*vm).entry, (*vm).exit_fp) = (entry, exit_fp);
        ((*vm).frames_top, (*vm).value_top) = (frames_top, value_top);
    }
    if status == Status::Returned as u32 {
        Status::Returned
    } else {
        Status::Raised
    }
}

/// Runs `run`, which compiled code has called to go on in the interpreter.
///
/// # Safety
///
/// `store` is alive and no reference to it is; compiled code was left through a stub.
pub(crate) unsafe fn crossing(store: *mut Store, run: impl FnOnce() -> Status) -> Status {
    // SAFETY: the caller promises a live store.
    unsafe {
        let exit_fp = (*store).vm.exit_fp;
        let outer = std::mem::replace(&mut (*store).crossed_at, exit_fp);
        let status = run();
        (*store).crossed_at = outer;
        status
    }
}

/// Lowers the limit of the native stack by what the engine's own frames take since compiled code
/// called the interpreter, which now calls compiled code: how deep Wasm can recurse must not depend
/// on the tiers of its functions. The frames of compiled code count, as in wasmtime.
unsafe fn discount_crossing(store: *mut Store) {
    // SAFETY: the caller promises a live store.
    let (crossed_at, vm) = unsafe { ((*store).crossed_at, &raw mut (*store).vm) };
    if crossed_at == 0 {
        return;
    }
    if let Some(floor) = os::stack_floor() {
        let used = crossed_at.saturating_sub(stack_pointer());
        // SAFETY: as above.
        unsafe {
            let limit = (*vm).native_limit;
            (*vm).native_limit = limit.saturating_sub(used).max(floor).min(limit);
        }
    }
}

/// What a slow stub calls: `callee` is not compiled, or not any more.
pub(crate) unsafe extern "C" fn call_slow(callee: *mut VMFuncRef, slots: *mut u64) -> u32 {
    // SAFETY: a function reference leads to its store.
    let store = unsafe { (*(*(*callee).vmctx).store).store };
    // SAFETY: function instances live as long as the store.
    if unsafe { (*(*callee).instance).kind } == FuncKind::Host {
        // What follows looks at the stacks, which matters for Wasm only.
        // SAFETY: compiled code calls with arguments at the top of the value stack.
        return unsafe { call_host(store, callee, slots) } as u32;
    }
    // Only the interpreter and host calls run below, and they catch panics where they can occur.
    // SAFETY: compiled code calls with arguments at the top of the value stack.
    let status = unsafe { crossing(store, || call(store, callee, slots)) };
    status as u32
}

/// Prepares the function of `func_ref`: validates it and makes what the interpreter needs.
///
/// # Errors
///
/// A body that is validated now may be invalid; that is raised.
///
/// # Safety
///
/// `store` is alive and no reference to it is; `func_ref` belongs to it and is not prepared; all
/// frames are on record.
#[cold]
pub unsafe fn prepare(
    store: *mut Store,
    func_ref: *mut VMFuncRef,
) -> Result<*mut crate::vm::FuncInstance, Status> {
    // SAFETY: the context of an unprepared function is that of an instance of `store`.
    let (instance, func) = unsafe {
        let instance = (*(*func_ref).vmctx).instance;
        let func: FuncIdx = (*instance)
            .own_func(func_ref)
            .expect("a function of its instance");
        (instance, func)
    };
    // SAFETY: no reference to the store or its instances is alive.
    match unsafe { Instance::prepare(instance, func) } {
        Ok(prepared) => {
            // SAFETY: as above.
            unsafe { Store::tiers(store).on_prepared(store, prepared) };
            Ok(prepared)
        }
        Err(error) => {
            // SAFETY: as above.
            Err(unsafe { raise_error(store, error, None) })
        }
    }
}

/// Raises a stack overflow in `func_ref`, which has not begun.
///
/// # Safety
///
/// `store` is alive and no reference to it is; `func_ref` belongs to it; all frames are on record.
#[cold]
pub unsafe fn stack_overflow(store: *mut Store, func_ref: *mut VMFuncRef) -> Status {
    // SAFETY: a function reference of a live store.
    let callee = unsafe {
        let instance = (*(*func_ref).vmctx).instance;
        instance.as_ref().and_then(|it| {
            let func = it.own_func(func_ref)?;
            Some(RawFrame {
                module: it.module.clone(),
                func,
                pc: None,
            })
        })
    };
    // SAFETY: forwarded.
    unsafe { raise_trap(store, Trap::StackOverflow, None, callee) }
}
