//! Traps of the current instruction.

use crate::regs::Regs;
use runtime::{Fault, MemoryIdx, RawFrame, Status, Trap, raise_trap};

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
        // SAFETY: invariant 1 of `regs.rs`; suspended frames are on record, the current one is not.
        unsafe {
            let (store, func) = ((*self.ctx).store, self.func());
            (*store).vm.frames_top = (*self.ctx).frame;
            let innermost = RawFrame {
                module: (*self.instance()).module.clone(),
                func: (*func).func,
                pc: Some((*func).pc_offset(self.pc.as_ptr())),
            };
            raise_trap(store, trap, fault, Some(innermost))
        }
    }
}
