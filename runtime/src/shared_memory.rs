//! Shared memories: linear memories that several stores, and their threads, use at once.
//!
//! Invariants:
//! 1. The base never moves: address space for the maximum is reserved when the memory is made.
//! 2. The length only grows, and what lies below it is accessible: `grow` sets it, one thread at a
//!    time, when the system has made the pages accessible. Everyone else reads it atomically.
//! 3. No reference to the bytes exists, and Rust code accesses them only by `racy`.

use crate::memory::is_guarded;
use crate::os::Mapping;
use crate::types::MemoryType;
use crate::vm::VMMemory;
use crate::wait::{WaitQueue, WaitResult};
use crate::{ResourceError, Trap, Tuning};
use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A linear memory that several threads use. Clones are the same memory.
#[derive(Clone)]
pub struct SharedMemory(Arc<Inner>);

struct Inner {
    ty: MemoryType,
    guarded: bool,
    /// Bytes of address space, accessible or not.
    reserved: usize,
    /// What compiled code and the interpreter see.
    vm: VMMemory,
    /// Locked to grow.
    mapping: Mutex<Mapping>,
    waiters: WaitQueue,
}

// SAFETY: `vm` points into `mapping`, which lives as long and is plain address space. Its base is
// constant and its length atomic.
unsafe impl Send for Inner {}
// SAFETY: as for `Send`; all else is synchronized by itself.
unsafe impl Sync for Inner {}

impl SharedMemory {
    /// A zeroed memory of `ty`'s minimum size.
    ///
    /// # Errors
    ///
    /// Says what was too large or refused.
    pub fn new(ty: MemoryType, tuning: &Tuning) -> Result<Self, ResourceError> {
        if !tuning.shared_memory {
            return Err(ResourceError::SharedMemoryOff);
        }
        let too_large = || ResourceError::TooLarge {
            kind: "memory",
            size: ty.minimum,
            unit: "pages",
        };
        let bytes = |pages| ty.bytes(pages).and_then(|it| usize::try_from(it).ok());
        let len = bytes(ty.minimum).ok_or_else(too_large)?;
        let maximum = ty.maximum.and_then(bytes).ok_or_else(too_large)?;
        let (capacity, guard) = (tuning.memory_reservation.max(maximum), tuning.memory_guard);
        let reserve = |bytes| {
            Mapping::reserve(bytes).map_err(|source| ResourceError::Reserve { bytes, source })
        };
        let mut mapping = reserve(capacity.saturating_add(guard)).or_else(|_| reserve(maximum))?;
        mapping.make_accessible(0, len)?;
        Ok(Self(Arc::new(Inner {
            ty,
            guarded: is_guarded(&ty, &mapping, guard),
            reserved: mapping.len(),
            vm: VMMemory::new(mapping.start(), len),
            mapping: Mutex::new(mapping),
            waiters: WaitQueue::default(),
        })))
    }

    /// Its type as declared.
    pub fn ty(&self) -> &MemoryType {
        &self.0.ty
    }

    /// What compiled code sees.
    pub fn vm(&self) -> *mut VMMemory {
        (&raw const self.0.vm).cast_mut()
    }

    /// Do guard pages catch every access beyond its end?
    pub fn is_guarded(&self) -> bool {
        self.0.guarded
    }

    /// First byte.
    pub fn base(&self) -> *mut u8 {
        self.0.vm.base
    }

    /// Size in bytes. Other threads may make it larger at any time.
    pub fn len(&self) -> usize {
        self.0.vm.len()
    }

    /// Is it empty?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Size in pages.
    pub fn pages(&self) -> u64 {
        (self.len() as u64) >> self.0.ty.page_size_log2
    }

    /// Are both the same memory?
    pub fn same(&self, other: &SharedMemory) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Grows by `delta` pages; returns the old size in pages, or `None` if it cannot.
    pub fn grow(&self, delta: u64) -> Option<u64> {
        let ty = &self.0.ty;
        let mapping = self.0.mapping.lock();
        let mut mapping = mapping.unwrap_or_else(PoisonError::into_inner);
        let old = self.pages();
        let new = old.checked_add(delta)?;
        if new > ty.maximum.unwrap_or(0) {
            return None;
        }
        let len = usize::try_from(ty.bytes(new)?).ok()?;
        mapping.make_accessible(self.len(), len).ok()?;
        self.0.vm.len.store(len, Ordering::SeqCst);
        Some(old)
    }

    /// `memory.atomic.notify`: wakes up to `count` threads that wait at `address`, and says how
    /// many.
    ///
    /// # Errors
    ///
    /// Traps if four bytes at `address` are not aligned or not within the memory.
    pub fn atomic_notify(&self, address: u64, count: u32) -> Result<u32, Trap> {
        check(&self.0.vm, address, 4)?;
        Ok(self.0.waiters.notify(address, count))
    }

    /// `memory.atomic.wait32`: waits at `address` while it is `expected`, for a notification.
    ///
    /// # Errors
    ///
    /// Traps if four bytes at `address` are not aligned or not within the memory.
    pub fn atomic_wait32(
        &self,
        address: u64,
        expected: u32,
        timeout: Option<Duration>,
    ) -> Result<WaitResult, Trap> {
        let at = check(&self.0.vm, address, 4)?;
        // SAFETY: `check` says that it is aligned and in memory; there, all accesses are atomic.
        let cell = unsafe { AtomicU32::from_ptr(at.cast()) };
        let is_expected = || cell.load(Ordering::SeqCst) == expected.to_le();
        Ok(self.0.waiters.wait(address, timeout, is_expected))
    }

    /// `memory.atomic.wait64`: waits at `address` while it is `expected`, for a notification.
    ///
    /// # Errors
    ///
    /// Traps if eight bytes at `address` are not aligned or not within the memory.
    pub fn atomic_wait64(
        &self,
        address: u64,
        expected: u64,
        timeout: Option<Duration>,
    ) -> Result<WaitResult, Trap> {
        let at = check(&self.0.vm, address, 8)?;
        // SAFETY: as above.
        let cell = unsafe { AtomicU64::from_ptr(at.cast()) };
        let is_expected = || cell.load(Ordering::SeqCst) == expected.to_le();
        Ok(self.0.waiters.wait(address, timeout, is_expected))
    }

    /// Bytes of address space, accessible or not.
    pub(crate) fn reserved(&self) -> usize {
        self.0.reserved
    }
}

/// Where an atomic operation on `size` bytes at `address` takes place.
pub(crate) fn check(memory: &VMMemory, address: u64, size: u64) -> Result<*mut u8, Trap> {
    if !address.is_multiple_of(size) {
        return Err(Trap::HeapMisaligned);
    }
    let end = address.checked_add(size);
    if end.is_none_or(|end| end > memory.len() as u64) {
        return Err(Trap::MemoryOutOfBounds);
    }
    Ok(memory.base.wrapping_add(address as usize))
}

impl fmt::Debug for SharedMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedMemory({} bytes)", self.len())
    }
}
