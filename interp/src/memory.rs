//! Loads and stores: the one place where addresses are checked.

use crate::regs::Regs;
use runtime::Fault;

impl Regs {
    /// Reads `N` bytes at `address + offset`; the sum itself if they are not all in memory.
    #[inline(always)]
    pub(crate) fn load<const N: usize>(&self, address: u32, offset: u32) -> Result<[u8; N], u64> {
        let at = self.checked::<N>(address, offset)?;
        // SAFETY: `checked` says that these bytes are in memory.
        Ok(unsafe { at.cast::<[u8; N]>().read() })
    }

    /// Writes bytes to `address + offset`; the sum itself if they are not all in memory.
    #[inline(always)]
    pub(crate) fn store<const N: usize>(
        &self,
        address: u32,
        offset: u32,
        bytes: [u8; N],
    ) -> Result<(), u64> {
        let at = self.checked::<N>(address, offset)?;
        // SAFETY: `checked` says that these bytes are in memory.
        unsafe { at.cast::<[u8; N]>().write(bytes) };
        Ok(())
    }

    /// Where `N` bytes at `address + offset` are; the sum itself if they are not all in memory.
    #[inline(always)]
    pub(crate) fn checked<const N: usize>(
        &self,
        address: u32,
        offset: u32,
    ) -> Result<*mut u8, u64> {
        // Kept as the end of the access: one sum serves the check, the pointer and the fault.
        let end = u64::from(address) + u64::from(offset) + N as u64;
        // SAFETY: the context is that of the current frame (invariant 1 of `regs.rs`).
        let (base, len) = unsafe { ((*self.ctx).memory_base, (*self.ctx).memory_len) };
        if end > len {
            return Err(end - N as u64);
        }
        Ok(base.wrapping_add(end as usize).wrapping_sub(N))
    }

    /// The fault of an access at `address` that was out of bounds.
    pub(crate) fn fault(&self, address: u64) -> Fault {
        // SAFETY: as above.
        let memory_size = unsafe { (*self.ctx).memory_len };
        Fault {
            address: address.max(memory_size),
            memory_size,
        }
    }

    /// Size of the memory in pages.
    #[inline(always)]
    pub(crate) fn memory_pages(&self) -> u32 {
        // SAFETY: as above.
        unsafe { ((*self.ctx).memory_len >> 16) as u32 }
    }
}
