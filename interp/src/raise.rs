//! Traps and other errors of the current instruction.

use crate::regs::Regs;
use runtime::{Fault, GrowError, MemoryIdx, RawFrame, Status, Trap, raise_growth, raise_trap};

impl Regs {
    /// Raises `trap` at the current instruction.
    #[cold]
    pub(crate) fn raise(&self, trap: Trap) -> Status {
        self.raise_with(trap, None)
    }

    /// Raises an access to `memory` at `address` that is out of bounds.
    #[cold]
    pub(crate) fn raise_out_of_bounds(&self, address: u64, memory: MemoryIdx) -> Status {
        self.raise_with(Trap::MemoryOutOfBounds, Some(self.fault(address, memory)))
    }

    fn raise_with(&self, trap: Trap, fault: Option<Fault>) -> Status {
        let innermost = self.leave_at_instruction();
        // SAFETY: invariant 1 of `regs.rs`; suspended frames are on record, the current one is not.
        unsafe { raise_trap((*self.ctx).store, trap, fault, Some(innermost)) }
    }

    /// Raises what a limiter did at the current instruction.
    #[cold]
    pub(crate) fn raise_growth(&self, error: GrowError) -> Status {
        let innermost = self.leave_at_instruction();
        // SAFETY: as above.
        unsafe { raise_growth((*self.ctx).store, error, Some(innermost)) }
    }

    /// Tells the store which frames are on record. Returns the current one, which is not.
    fn leave_at_instruction(&self) -> RawFrame {
        // SAFETY: invariant 1 of `regs.rs`.
        unsafe {
            let (store, func) = ((*self.ctx).store, self.func());
            (*store).vm.frames_top = (*self.ctx).frame;
            RawFrame::new(func, (*func).pc_offset(self.pc.as_ptr()))
        }
    }
}
