//! Hot functions: what happens when a budget is used up.
//!
//! Handlers charge calls and backward branches (`frame::charge`); what a budget is and what to do
//! when it is gone is up to the tiers.

use crate::context::context_of;
use crate::frame::charge;
use crate::observe;
use crate::ops::Flow;
use crate::regs::{Entry, Regs};
use runtime::vm::FuncInstance;
use runtime::{HotAction, HotPoint, Status, Store};

/// Charges the call of a prepared function that is about to be made, and tells the tiers if it is
/// hot. They may compile it: look at its kind again.
///
/// # Safety
///
/// `store` is alive and no reference to it is; `func` is a prepared function of it.
pub(crate) unsafe fn charge_call(store: *mut Store, func: *mut FuncInstance) {
    // SAFETY: forwarded.
    unsafe {
        if charge(func) {
            let action = Store::tiers(store).on_hot(store, func, HotPoint::Entry);
            if action == HotAction::Observe {
                observe::begin(context_of(store));
            }
        }
    }
}

impl Regs {
    /// Takes the branch of `entry`, and tells the tiers if its loop is hot. Requires all operands
    /// in memory, and the branch's condition popped.
    pub(crate) fn branch_hot(&mut self, entry: Entry) -> Flow {
        self.branch_flushed(entry);
        let func = self.func();
        // SAFETY: invariant 1 of `regs.rs`.
        if !entry.is_backward() || !unsafe { charge(func) } {
            return Flow::Jump;
        }
        // SAFETY: invariant 1 of `regs.rs`; nothing in the context refers to the store.
        let action = unsafe {
            let store = (*self.ctx).store;
            (*store).vm.value_top = self.sp;
            (*store).vm.frames_top = (*self.ctx).frame;
            let pc = (*func).loop_header(self.pc.as_ptr());
            Store::tiers(store).on_hot(store, func, HotPoint::Loop { pc })
        };
        match action {
            HotAction::Continue => Flow::Jump,
            HotAction::Observe => {
                // SAFETY: as above.
                unsafe { observe::begin(self.ctx) };
                Flow::Jump
            }
            HotAction::EnterOsr(code) => self.enter_osr(code),
        }
    }

    /// Finishes the current frame in `code`, and goes on in its caller.
    fn enter_osr(&mut self, code: *const u8) -> Flow {
        let (ctx, fp) = (self.ctx, self.fp);
        // SAFETY: invariant 1 of `regs.rs`. OSR code reads the frame before it uses the value
        // stack. The frame is on no record any more: compiled code has taken its place.
        unsafe {
            let store = (*ctx).store;
            let (func_ref, arg0) = ((*self.func()).func_ref, (*ctx).vmctx.cast());
            if self.is_base_frame() {
                // Not a call, so that a loop of OSR entries and deopt exits uses no native stack.
                return self.exit_to(func_ref, (code, arg0, fp.cast()));
            }
            let n_results = (*self.func()).n_results;
            let record = (*ctx).frame.sub(1);
            match runtime::resume_compiled(store, func_ref, (code, arg0, fp.cast()), fp) {
                Status::Returned => {
                    self.sp = fp.wrapping_add(n_results as usize);
                    self.resume_record(record);
                    Flow::Jump
                }
                status => Flow::Exit(status),
            }
        }
    }
}
