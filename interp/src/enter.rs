//! Activations: from other tiers into the interpreter.
//!
//! Below an activation's frames lies a sentinel, so that returning from its first frame is noticed.
//! Nested activations share one context. Therefore an activation that is left sets nothing back
//! there, and the one below loads its frame again.

use crate::context::{Context, Saved, context_of};
use crate::cursor::Cursor;
use crate::dispatch;
use crate::frame::{sentinel, suspended};
use crate::hotness::charge_call;
use crate::meter::Begin;
use crate::regs::Regs;
use runtime::vm::{Frame, FuncInstance, FuncKind};
use runtime::walk::{Activation, ActivationKind};
use runtime::{Status, Store};
use std::sync::atomic::Ordering;

/// Calls an interpreted function with its arguments in `slots`, and leaves its results there.
///
/// May return `Status::Tail`: then `VMStore::tail_code` continues what was called.
///
/// # Safety
///
/// `store` is alive, no reference to it is, and its interpreter state is of
/// [`new_context`](crate::new_context). `func` belongs to it and is interpreted; `slots` is
/// `VMStore::value_top`, and the arguments there have the function's types.
pub unsafe fn interpret(store: *mut Store, func: *mut FuncInstance, slots: *mut u64) -> Status {
    // SAFETY: forwarded. The limits are checked before the frame begins.
    unsafe {
        charge_call(store, func);
        let vm = &raw mut (*store).vm;
        if (*func).kind == FuncKind::Compiled {
            let sig = &*(*(*func).func_ref).sig;
            (*vm).tail_code = sig.stubs().tail_entry.load(Ordering::Acquire);
            (*vm).tail_func = (*func).func_ref;
            (*vm).tail_arg0 = (*func).func_ref.cast();
            (*vm).tail_arg1 = slots.cast();
            return Status::Tail;
        }
        let end = slots.wrapping_add((*func).n_slots as usize);
        if end > (*vm).value_limit || (*vm).frames_top >= (*vm).frames_limit {
            return runtime::stack_overflow(store, (*func).func_ref);
        }
        let base = (*vm).frames_top;
        activate(store, base, |ctx| {
            (*ctx).begin = Begin::Call;
            (*ctx).frame = base.add(1);
            (*ctx).func = func;
            Context::enter_instance(ctx, (*func).vmctx);
            let pc = Cursor::new((*func).code);
            let sp = slots.wrapping_add((*func).n_params as usize);
            let mut m = Regs::new(ctx, Saved { pc, sp, fp: slots });
            m.begin(func, slots);
            m
        })
    }
}

/// What the interpreter goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// The instruction at the innermost frame's pc.
    Instruction,
    /// The entry of the innermost frame's function, which is counted: fuel and deadline are looked
    /// at before its first instruction.
    Entry,
}

/// Goes on with `frames`, outermost first, after compiled code was left by a deopt exit. Results
/// of the outermost one are left at its local 0.
///
/// All but the innermost frame are as after their call; it is before the instruction at its `pc`,
/// with its operands below `sp`.
///
/// May return `Status::Tail`, like [`interpret`].
///
/// # Safety
///
/// As for [`interpret`]. `frames` is not empty; its frames describe functions of `store` that are
/// prepared, at `pc` and `stp` that belong together, with locals and operands at `fp`. The first
/// `fp` is `VMStore::value_top`, and each frame begins where the operands of the one before end.
pub unsafe fn resume(store: *mut Store, frames: &[Frame], sp: *mut u64, at: Resume) -> Status {
    let Some((innermost, callers)) = frames.split_last() else {
        unreachable!("a deopt exit has a frame")
    };
    // SAFETY: forwarded. The limits are checked before anything is pushed.
    unsafe {
        let vm = &raw mut (*store).vm;
        let base = (*vm).frames_top;
        let end = innermost
            .fp
            .wrapping_add((*innermost.func).n_slots as usize);
        if end > (*vm).value_limit || base.wrapping_add(callers.len()) >= (*vm).frames_limit {
            return runtime::stack_overflow(store, (*innermost.func).func_ref);
        }
        activate(store, base, |ctx| {
            (*ctx).begin = match at {
                Resume::Entry => Begin::Entry,
                Resume::Instruction => Begin::Middle,
            };
            for (n, pair) in frames.windows(2).enumerate() {
                base.add(1 + n).write(suspended(pair[0], pair[1].func));
            }
            (*ctx).frame = base.add(frames.len());
            (*ctx).func = innermost.func;
            (*ctx).stp = innermost.stp;
            Context::enter_instance(ctx, (*innermost.func).vmctx);
            let saved = Saved {
                pc: Cursor::new(innermost.pc),
                sp,
                fp: innermost.fp,
            };
            Regs::new(ctx, saved)
        })
    }
}

/// Runs an activation whose sentinel is at `base`; `begin` makes its frames above it.
///
/// # Safety
///
/// `store` is alive and no reference to it is; `base` is `VMStore::frames_top` and usable.
unsafe fn activate(
    store: *mut Store,
    base: *mut Frame,
    begin: impl FnOnce(*mut Context) -> Regs,
) -> Status {
    // SAFETY: forwarded; the activation is unlinked before it dies.
    unsafe {
        let vm = &raw mut (*store).vm;
        let (prev, value_top) = ((*store).activations, (*vm).value_top);
        base.write(sentinel());
        let mut activation = Activation {
            prev,
            kind: ActivationKind::Interpreted { base },
        };
        (*store).activations = &raw mut activation;
        let ctx = context_of(store);
        (*ctx).store = store;
        (*ctx).frames_limit = (*vm).frames_limit;
        (*ctx).value_limit = (*vm).value_limit;
        let status = dispatch::run(begin(ctx));
        (*store).activations = prev;
        ((*vm).frames_top, (*vm).value_top) = (base, value_top);
        status
    }
}
