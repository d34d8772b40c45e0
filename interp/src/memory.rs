//! Loads and stores: the one place where addresses are checked.
//!
//! Nearly all accesses are to a memory 0 of 32-bit addresses. All paths but the general one know
//! nothing else, and test nothing for it: in an instance whose memory 0 has 64-bit addresses, or is
//! shared, they find a memory of length 0, and what is not in bounds is left to the general path.

use crate::cursor::{MemArg, Path};
use crate::ops::Flow;
use crate::regs::Regs;
use runtime::vm::VMMemory;
use runtime::{Fault, MemoryIdx, MemoryPlace, Trap, racy};
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64};

/// An atomic of the standard library. Any bytes that are aligned to its size are one.
pub(crate) trait Atomic: Sized {
    const SIZE: usize = size_of::<Self>();
}

impl Atomic for AtomicU8 {}
impl Atomic for AtomicU16 {}
impl Atomic for AtomicU32 {}
impl Atomic for AtomicU64 {}

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
        Ok(unsafe { self.read::<P, N>(at, arg) })
    }

    /// Reads `N` bytes at a place that was checked.
    ///
    /// # Safety
    ///
    /// `at` is what `checked` said for the memory of `arg`.
    #[inline(always)]
    pub(crate) unsafe fn read<P: Path, const N: usize>(&self, at: *mut u8, arg: MemArg) -> [u8; N] {
        if P::GENERAL && self.memory(arg.memory).shared {
            // SAFETY: the bytes are in memory. Others may write them meanwhile, by atomics or
            // compiled code as well, so that this is no data race.
            return unsafe { racy::load(at) };
        }
        // SAFETY: the bytes are in memory, which only this thread accesses: it belongs to its
        // store alone.
        unsafe { at.cast::<[u8; N]>().read() }
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
        // SAFETY: as in `read`.
        unsafe {
            if P::GENERAL && self.memory(arg.memory).shared {
                racy::store(at, bytes);
            } else {
                at.cast::<[u8; N]>().write(bytes);
            }
        }
        Ok(())
    }

    /// The aligned place of an atomic access at `address`.
    #[inline(always)]
    pub(crate) fn atomic<T: Atomic>(&self, address: u64, arg: MemArg) -> Result<&T, Flow> {
        if !address
            .wrapping_add(arg.offset)
            .is_multiple_of(T::SIZE as u64)
        {
            return Err(Flow::Trap(Trap::HeapMisaligned));
        }
        let at = self.checked_in_any(address, arg, T::SIZE)?;
        // SAFETY: these bytes are in memory, which stays where it is while the instruction is
        // executed, and aligned: `base` is that of a page. Nobody accesses them otherwise than by
        // atomics, `racy` or compiled code at the same time.
        Ok(unsafe { &*at.cast::<T>() })
    }

    /// Where `N` bytes at `address`, the operand of an access, are.
    #[inline(always)]
    pub(crate) fn checked<P: Path, const N: usize>(
        &self,
        address: u64,
        arg: MemArg,
    ) -> Result<*mut u8, Flow> {
        if P::GENERAL {
            return self.checked_in_any(address, arg, N);
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
    fn checked_in_any(&self, address: u64, arg: MemArg, n: usize) -> Result<*mut u8, Flow> {
        // SAFETY: definitions live as long as the store.
        let memory: &VMMemory = unsafe { &*self.memory(arg.memory).vm };
        // An address beyond all numbers is no address to report.
        let start = address
            .checked_add(arg.offset)
            .ok_or(Flow::Trap(Trap::MemoryOutOfBounds))?;
        match start.checked_add(n as u64) {
            Some(end) if end <= memory.len() as u64 => Ok(memory.base.wrapping_add(start as usize)),
            _ => Err(Flow::OutOfBounds(start, arg.memory)),
        }
    }

    /// The fault of an access to `memory` at `address` that was out of bounds.
    pub(crate) fn fault(&self, address: u64, memory: MemoryIdx) -> Fault {
        // SAFETY: definitions live as long as the store.
        let memory_size = unsafe { (*self.memory(memory).vm).len() as u64 };
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
        unsafe { (*memory.vm).len() as u64 >> memory.page_size_log2 }
    }

    #[inline(always)]
    fn memory(&self, memory: MemoryIdx) -> MemoryPlace {
        // SAFETY: the context is that of the current frame (invariant 1 of `regs.rs`), and
        // instructions name memories that exist (invariant 3).
        unsafe { *(*self.ctx).memories.add(memory.index()) }
    }
}
