//! Loads and stores: the one place where addresses are checked.
//!
//! Nearly all accesses are to a memory 0 of 32-bit addresses. All paths but the general one know
//! nothing else, and test nothing for it: in an instance whose memory 0 has 64-bit addresses they
//! find a memory of length 0, and what is not in bounds is left to the general path.

use crate::cursor::{MemArg, Path};
use crate::ops::Flow;
use crate::regs::Regs;
use runtime::vm::VMMemory;
use runtime::{Fault, MemoryIdx, MemoryPlace, Trap};

impl Regs {
    /// Reads `N` bytes, at least one, at `address`.
    #[inline(always)]
    pub(crate) fn load<P: Path, const N: usize>(
        &self,
        address: u64,
        arg: MemArg,
    ) -> Result<[u8; N], Flow> {
        let at = self.checked::<P, N>(address, arg)?;
        // SAFETY: `checked` says that these bytes are in memory.
        Ok(unsafe { at.cast::<[u8; N]>().read() })
    }

    /// Writes bytes, at least one, to `address`.
    #[inline(always)]
    pub(crate) fn store<P: Path, const N: usize>(
        &self,
        address: u64,
        arg: MemArg,
        bytes: [u8; N],
    ) -> Result<(), Flow> {
        let at = self.checked::<P, N>(address, arg)?;
        // SAFETY: `checked` says that these bytes are in memory.
        unsafe { at.cast::<[u8; N]>().write(bytes) };
        Ok(())
    }

    /// Where `N` bytes at `address`, the operand of an access, are.
    #[inline(always)]
    pub(crate) fn checked<P: Path, const N: usize>(
        &self,
        address: u64,
        arg: MemArg,
    ) -> Result<*mut u8, Flow> {
        if P::GENERAL {
            return self.checked_in_any::<N>(address, arg);
        }
        // The last byte of the access: one sum serves the check and the pointer. It wraps around
        // only if the address has 64 bits. Then the length is 0, and no number is below it.
        let last = address
            .wrapping_add(arg.offset)
            .wrapping_add(const { N as u64 - 1 });
        // SAFETY: the context is that of the current frame (invariant 1 of `regs.rs`).
        let (base, len) = unsafe { ((*self.ctx).memory_base, (*self.ctx).memory_len) };
        if last >= len {
            return Err(Flow::General);
        }
        debug_assert!(u32::try_from(address).is_ok());
        Ok(base.wrapping_add(last as usize).wrapping_sub(N - 1))
    }

    #[inline(always)]
    fn checked_in_any<const N: usize>(&self, address: u64, arg: MemArg) -> Result<*mut u8, Flow> {
        // SAFETY: definitions live as long as the store.
        let VMMemory { base, len } = unsafe { &*self.memory(arg.memory).vm };
        // An address beyond all numbers is no address to report.
        let start = address
            .checked_add(arg.offset)
            .ok_or(Flow::Trap(Trap::MemoryOutOfBounds))?;
        match start.checked_add(N as u64) {
            Some(end) if end <= *len as u64 => Ok(base.wrapping_add(start as usize)),
            _ => Err(Flow::OutOfBounds(start, arg.memory)),
        }
    }

    /// The fault of an access to `memory` at `address` that was out of bounds.
    pub(crate) fn fault(&self, address: u64, memory: MemoryIdx) -> Fault {
        // SAFETY: definitions live as long as the store.
        let memory_size = unsafe { (*self.memory(memory).vm).len as u64 };
        Fault {
            address: address.max(memory_size),
            memory_size,
        }
    }

    /// Size of `memory` in pages.
    #[inline(always)]
    pub(crate) fn memory_pages(&self, memory: MemoryIdx) -> u64 {
        let memory = self.memory(memory);
        // SAFETY: definitions live as long as the store.
        unsafe { (*memory.vm).len as u64 >> memory.page_size_log2 }
    }

    #[inline(always)]
    fn memory(&self, memory: MemoryIdx) -> MemoryPlace {
        // SAFETY: the context is that of the current frame (invariant 1 of `regs.rs`), and
        // instructions name memories that exist (invariant 3).
        unsafe { *(*self.ctx).memories.add(memory.index()) }
    }
}
