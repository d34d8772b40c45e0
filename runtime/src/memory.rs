//! Linear memories.
//!
//! A memory reserves the whole address space that 32-bit addresses can reach, and guard pages
//! behind it, so that compiled code needs no checks. Where the host refuses the reservation the
//! memory is an ordinary mapping that moves when it grows, and code compiled for it checks.

use crate::Fault;
use crate::os::Mapping;
use crate::types::MemoryType;
use crate::vm::VMMemory;
use std::ptr::NonNull;

/// The largest size of a 32-bit memory in bytes.
const MAX_BYTES: u64 = 1 << 32;

/// A linear memory of a store.
#[derive(Debug)]
pub struct Memory {
    /// Its type as declared.
    pub ty: MemoryType,
    mapping: Mapping,
    guarded: bool,
    vm: NonNull<VMMemory>,
    /// Holds `vm` unless it lies in a `VMContext`.
    own: Option<Box<VMMemory>>,
}

// SAFETY: `vm` points into `own` or into a `VMContext` of the same store.
unsafe impl Send for Memory {}
// SAFETY: as for `Send`.
unsafe impl Sync for Memory {}

impl Memory {
    /// A zeroed memory of `ty`'s minimum size. Its definition is written to `place`, or kept here.
    ///
    /// # Errors
    ///
    /// Says what was too large or refused.
    pub(crate) fn new(
        ty: MemoryType,
        tuning: &crate::Tuning,
        place: Option<NonNull<VMMemory>>,
    ) -> Result<Self, String> {
        let pages = ty.minimum;
        let too_big = || format!("memory minimum size of {pages} pages exceeds memory limits");
        let bytes = pages
            .checked_shl(u32::from(ty.page_size_log2))
            .ok_or_else(too_big)?;
        if bytes > MAX_BYTES {
            return Err(too_big());
        }
        let len = usize::try_from(bytes).map_err(|_| too_big())?;
        let reservation = tuning.memory_reservation.max(len) + tuning.memory_guard;
        let guarded = match Mapping::reserve(reservation) {
            Ok(mapping) if tuning.memory_reservation as u64 >= MAX_BYTES => Some(mapping),
            _ => None,
        };
        let (mapping, guarded) = match guarded {
            Some(mut mapping) => {
                mapping
                    .make_accessible(0, len)
                    .map_err(|err| err.to_string())?;
                (mapping, true)
            }
            None => (
                Mapping::accessible(len).map_err(|err| err.to_string())?,
                false,
            ),
        };
        let def = VMMemory {
            base: mapping.start(),
            len,
        };
        let (vm, own) = match place {
            Some(place) => {
                // SAFETY: the place is part of a `VMContext` under construction.
                unsafe { place.write(def) };
                (place, None)
            }
            None => {
                let mut own = Box::new(def);
                (NonNull::from(&mut *own), Some(own))
            }
        };
        Ok(Self {
            ty,
            mapping,
            guarded,
            vm,
            own,
        })
    }

    /// What compiled code sees.
    pub fn vm(&self) -> *mut VMMemory {
        debug_assert!(
            self.own
                .as_ref()
                .is_none_or(|it| std::ptr::eq(&raw const **it, self.vm.as_ptr()))
        );
        self.vm.as_ptr()
    }

    /// Do guard pages catch every access beyond its end?
    pub fn is_guarded(&self) -> bool {
        self.guarded
    }

    /// First byte.
    pub fn base(&self) -> *mut u8 {
        self.mapping.start()
    }

    /// Size in bytes.
    pub fn len(&self) -> usize {
        // SAFETY: the definition lives as long as the memory.
        unsafe { (*self.vm.as_ptr()).len }
    }

    /// Is it empty?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Size in pages.
    pub fn pages(&self) -> u64 {
        (self.len() as u64) >> self.ty.page_size_log2
    }

    /// Grows by `delta` pages; returns the old size in pages, or `None` if it cannot.
    pub fn grow(&mut self, delta: u64) -> Option<u64> {
        let old = self.pages();
        let new = old.checked_add(delta)?;
        let bytes = new.checked_shl(u32::from(self.ty.page_size_log2))?;
        if new > self.ty.maximum.unwrap_or(u64::MAX) || bytes > MAX_BYTES {
            return None;
        }
        let len = usize::try_from(bytes).ok()?;
        if self.guarded {
            self.mapping.make_accessible(self.len(), len).ok()?;
        } else if len > self.mapping.len() {
            self.mapping.grow(len).ok()?;
        }
        // SAFETY: the definition lives as long as the memory; tiers reload it after growing.
        unsafe {
            *self.vm.as_ptr() = VMMemory {
                base: self.mapping.start(),
                len,
            }
        };
        Some(old)
    }

    /// The fault of a native address, if it lies in this memory's reservation.
    pub(crate) fn fault_at(&self, address: usize) -> Option<Fault> {
        let offset = address.checked_sub(self.base() as usize)?;
        (offset < self.mapping.len()).then(|| Fault {
            address: offset as u64,
            memory_size: self.len() as u64,
        })
    }
}
