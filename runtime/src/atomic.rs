//! `memory.atomic.notify` and `memory.atomic.wait`, shared by the tiers.

use crate::shared_memory::check;
use crate::wait::WaitResult;
use crate::{Instance, MemoryIdx, Store, Trap};
use std::time::Duration;

/// Memory, address and offset of an instruction.
type At = (MemoryIdx, u64, u64);

/// What is to be waited for: that an address does not hold this any more.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    /// Of `memory.atomic.wait32`.
    I32(u32),
    /// Of `memory.atomic.wait64`.
    I64(u64),
}

impl Expected {
    fn size(self) -> u64 {
        match self {
            Expected::I32(_) => 4,
            Expected::I64(_) => 8,
        }
    }
}

/// `memory.atomic.notify`: the number of threads woken, which is 0 for memories that are not
/// shared.
///
/// # Errors
///
/// Traps if the address is not aligned or out of bounds.
///
/// # Safety
///
/// `instance` is alive and no reference to its store is.
pub unsafe fn memory_atomic_notify(
    instance: *mut Instance,
    (memory, address, offset): At,
    count: u32,
) -> Result<u32, Trap> {
    // SAFETY: the caller promises exclusive access to the store.
    let memory = unsafe {
        let store: &Store = &*(*instance).store;
        store.memory((&(*instance).memories)[memory.index()])
    };
    let address = effective(address, offset, 4)?;
    match memory.shared() {
        Some(memory) => memory.atomic_notify(address, count),
        None => {
            // SAFETY: the definition lives as long as the memory.
            check(unsafe { &*memory.vm() }, address, 4)?;
            Ok(0)
        }
    }
}

/// `memory.atomic.wait32` and `memory.atomic.wait64`, with a timeout in nanoseconds that is none
/// if it is negative: a [`WaitResult`] as a number.
///
/// # Errors
///
/// Traps if the address is not aligned or out of bounds, or if the memory is not shared.
///
/// # Safety
///
/// As for [`memory_atomic_notify`].
pub unsafe fn memory_atomic_wait(
    instance: *mut Instance,
    (memory, address, offset): At,
    expected: Expected,
    timeout: i64,
) -> Result<u32, Trap> {
    // SAFETY: as above.
    let memory = unsafe {
        let store: &Store = &*(*instance).store;
        store.memory((&(*instance).memories)[memory.index()])
    };
    let address = effective(address, offset, expected.size())?;
    let Some(memory) = memory.shared() else {
        // SAFETY: the definition lives as long as the memory.
        check(unsafe { &*memory.vm() }, address, expected.size())?;
        return Err(Trap::AtomicWaitNonSharedMemory);
    };
    let timeout = u64::try_from(timeout).ok().map(Duration::from_nanos);
    let result: WaitResult = match expected {
        Expected::I32(expected) => memory.atomic_wait32(address, expected, timeout)?,
        Expected::I64(expected) => memory.atomic_wait64(address, expected, timeout)?,
    };
    Ok(result as u32)
}

/// The address of an access. Misalignment comes before what is out of bounds.
fn effective(address: u64, offset: u64, size: u64) -> Result<u64, Trap> {
    if !address.wrapping_add(offset).is_multiple_of(size) {
        return Err(Trap::HeapMisaligned);
    }
    address.checked_add(offset).ok_or(Trap::MemoryOutOfBounds)
}
