//! Observation: what branches do, for a while, just before a function is compiled.
//!
//! Handlers count no branches: that would cost each of them. Instead, the last hot points before a
//! compilation (`Tuning::budget`) begin a window each, in which instructions are executed by the
//! loop (`dispatch/looped.rs`) and branches noted. A window goes on in callers and callees, so that
//! what is inlined is observed along with its callers.

use crate::context::Context;
use crate::counts::branch;
use crate::regs::Regs;
use runtime::Instance;

/// Instructions in a window.
///
/// # Note
///
/// The loop takes some nanoseconds for each. What a function does after them, until its next hot
/// point, is not observed; then there is no reason to omit anything there.
const WINDOW: u32 = 1000;

/// Begins a window.
///
/// # Safety
///
/// `ctx` is the context of a live store.
pub(crate) unsafe fn begin(ctx: *mut Context) {
    // SAFETY: forwarded.
    unsafe { (*ctx).observe = WINDOW };
}

/// Are instructions to be observed?
#[inline(always)]
pub(crate) fn is_on(m: &Regs) -> bool {
    // SAFETY: invariant 1 of `regs.rs`.
    unsafe { (*m.ctx).observe != 0 }
}

/// Notes what the instruction at `pc` is about to do. Leaves all operands in memory.
pub(crate) fn observe(m: &mut Regs) {
    m.flush();
    // SAFETY: invariant 1 of `regs.rs`, here and below.
    unsafe { (*m.ctx).observe -= 1 };
    let Some((nth, taken)) = branch(m) else {
        return;
    };
    let entry = m.entry().plus(nth).as_ptr();
    // SAFETY: functions and instances live as long as the store, on whose thread this is; the entry
    // is one of the function's side table.
    unsafe {
        let func = &*m.func();
        let entry = entry.offset_from_unsigned(func.side_table);
        let instance: &Instance = &*(*func.vmctx).instance;
        instance.note_branch(func, entry, taken);
    }
}
