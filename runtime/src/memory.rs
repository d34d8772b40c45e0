//! Linear memories.
//!
//! ```text
//!   base        len           capacity          capacity + guard
//!   │ accessible │ inaccessible   │ guard              │
//!   └────────────┴────────────────┴────────────────────┘
//! ```
//!
//! Every memory reserves address space to grow into and guard pages behind it. A memory of 32-bit
//! addresses, if it reserves all that these can reach, is *guarded*: it never moves, and compiled
//! code needs no checks. All others are checked: those of 64-bit addresses, those whose pages are
//! smaller than the system's, and those for which the configuration or the system grants less
//! address space. They move when they grow beyond their capacity.

use crate::host::HostError;
use crate::os::{Mapping, page_size};
use crate::store::define;
use crate::types::{IndexType, MemoryType};
use crate::vm::VMMemory;
use crate::{Fault, GrowthFailure, ResourceError, SharedMemory, Tuning};
use std::ptr::NonNull;

/// What 32-bit addresses can reach.
const REACH_32: usize = 1 << 32;

/// A linear memory of a store, or one that it shares with others.
#[derive(Debug)]
pub struct Memory {
    /// Its type as declared.
    pub ty: MemoryType,
    storage: Storage,
}

#[derive(Debug)]
enum Storage {
    Own(Own),
    Shared(SharedMemory),
}

/// A memory that nobody else has.
#[derive(Debug)]
struct Own {
    backing: Backing,
    /// The size up to which it grows without being moved.
    capacity: usize,
    guarded: bool,
    policy: Policy,
    vm: NonNull<VMMemory>,
    /// Holds `vm` unless it lies in a `VMContext`.
    own: Option<Box<VMMemory>>,
}

/// Where the bytes are.
#[derive(Debug)]
enum Backing {
    Mapping(Mapping),
    /// The embedder's.
    Host(Box<dyn HostMemory>),
}

impl Backing {
    fn start(&self) -> *mut u8 {
        match self {
            Backing::Mapping(mapping) => mapping.start(),
            Backing::Host(memory) => memory.as_ptr(),
        }
    }

    /// Bytes in which an access that faults is one of this memory.
    fn reserved(&self) -> usize {
        match self {
            Backing::Mapping(mapping) => mapping.len(),
            // Accesses are checked; a fault is the embedder's.
            Backing::Host(_) => 0,
        }
    }
}

/// A memory of the embedder's.
pub trait HostMemory: Send + Sync + std::fmt::Debug {
    /// Bytes up to which it grows without moving.
    fn byte_capacity(&self) -> usize;

    /// Makes it `new_size` bytes long.
    ///
    /// # Errors
    ///
    /// The embedder's.
    fn grow_to(&mut self, new_size: usize) -> Result<(), HostError>;

    /// Its first byte. As many as its size can be read and written.
    fn as_ptr(&self) -> *mut u8;
}

/// Makes memories of the embedder's.
pub trait HostMemoryCreator: Send + Sync + std::fmt::Debug {
    /// A zeroed memory of `minimum` bytes.
    ///
    /// # Errors
    ///
    /// The embedder's.
    fn new_memory(
        &self,
        ty: &MemoryType,
        minimum: usize,
        tuning: &Tuning,
    ) -> Result<Box<dyn HostMemory>, ResourceError>;
}

/// How much address space a memory takes.
#[derive(Clone, Copy, Debug)]
struct Policy {
    /// Capacity of a memory at first.
    reservation: usize,
    /// Capacity beyond its size of a memory that is larger, or was moved.
    for_growth: usize,
    guard: usize,
    may_move: bool,
}

// SAFETY: `vm` points into `own` or into a `VMContext` of the same store.
unsafe impl Send for Own {}
// SAFETY: as for `Send`.
unsafe impl Sync for Own {}

/// A memory's place, for the interpreter.
#[derive(Clone, Copy, Debug)]
pub struct MemoryPlace {
    /// Where its definition is.
    pub vm: *mut VMMemory,
    /// Type of its addresses.
    pub index: IndexType,
    /// Binary logarithm of its page size.
    pub page_size_log2: u8,
    /// Do other threads access it?
    pub shared: bool,
}

impl MemoryPlace {
    pub(crate) fn new(vm: *mut VMMemory, ty: &MemoryType) -> Self {
        Self {
            vm,
            index: ty.index,
            page_size_log2: ty.page_size_log2,
            shared: ty.shared,
        }
    }
}

impl Memory {
    /// A zeroed memory of `ty`'s minimum size. Its definition is written to `place`, or kept here.
    ///
    /// # Errors
    ///
    /// Says what was too large or refused.
    pub(crate) fn new(
        ty: MemoryType,
        tuning: &Tuning,
        place: Option<NonNull<VMMemory>>,
    ) -> Result<Self, ResourceError> {
        let len = ty.bytes(ty.minimum).and_then(|it| usize::try_from(it).ok());
        let len = len.ok_or_else(|| ResourceError::memory_too_large(&ty))?;
        let policy = Policy {
            reservation: tuning.memory_reservation,
            for_growth: tuning.memory_reservation_for_growth,
            guard: tuning.memory_guard,
            may_move: tuning.memory_may_move,
        };
        let (backing, capacity, guarded) = match &tuning.memory_creator {
            None => {
                let capacity = match len <= policy.reservation {
                    true => policy.reservation,
                    false => len.saturating_add(policy.for_growth),
                };
                let (mapping, capacity) = map(len, capacity, policy.guard)?;
                let guarded = is_guarded(&ty, &mapping, policy.guard);
                (Backing::Mapping(mapping), capacity, guarded)
            }
            Some(creator) => {
                let memory = creator.new_memory(&ty, len, tuning)?;
                let capacity = memory.byte_capacity();
                (Backing::Host(memory), capacity, false)
            }
        };
        let def = VMMemory::new(backing.start(), len);
        let (vm, own) = define(def, place);
        let storage = Storage::Own(Own {
            backing,
            capacity,
            guarded,
            policy,
            vm,
            own,
        });
        Ok(Self { ty, storage })
    }

    /// A memory that is shared, as one of a store.
    pub(crate) fn of_shared(memory: SharedMemory) -> Self {
        Self {
            ty: *memory.ty(),
            storage: Storage::Shared(memory),
        }
    }

    /// The shared memory, if it is one.
    pub fn shared(&self) -> Option<&SharedMemory> {
        match &self.storage {
            Storage::Own(_) => None,
            Storage::Shared(memory) => Some(memory),
        }
    }

    /// What compiled code sees.
    pub fn vm(&self) -> *mut VMMemory {
        match &self.storage {
            Storage::Own(it) => {
                debug_assert!(
                    it.own
                        .as_ref()
                        .is_none_or(|own| std::ptr::eq(&raw const **own, it.vm.as_ptr()))
                );
                it.vm.as_ptr()
            }
            Storage::Shared(memory) => memory.vm(),
        }
    }

    /// Do guard pages catch every access beyond its end?
    pub fn is_guarded(&self) -> bool {
        match &self.storage {
            Storage::Own(it) => it.guarded,
            Storage::Shared(memory) => memory.is_guarded(),
        }
    }

    /// First byte.
    pub fn base(&self) -> *mut u8 {
        match &self.storage {
            Storage::Own(it) => it.backing.start(),
            Storage::Shared(memory) => memory.base(),
        }
    }

    /// Size in bytes.
    pub fn len(&self) -> usize {
        // SAFETY: the definition lives as long as the memory.
        unsafe { (*self.vm()).len() }
    }

    /// Is it empty?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Size in pages.
    pub fn pages(&self) -> u64 {
        (self.len() as u64) >> self.ty.page_size_log2
    }

    /// What the interpreter sees.
    pub fn place(&self) -> MemoryPlace {
        MemoryPlace::new(self.vm(), &self.ty)
    }

    /// Grows by `delta` pages; returns the old size in pages. No limiter is asked:
    /// [`Store::grow_memory`](crate::Store::grow_memory) does.
    ///
    /// # Errors
    ///
    /// Says what did not allow it.
    pub fn grow(&mut self, delta: u64) -> Result<u64, GrowthFailure> {
        let old = self.pages();
        let memory = match &mut self.storage {
            Storage::Own(memory) => memory,
            Storage::Shared(memory) => {
                return memory.grow(delta).ok_or(GrowthFailure::MemoryMaximum);
            }
        };
        let new = old.checked_add(delta).ok_or(GrowthFailure::MemoryMaximum)?;
        let bytes = self.ty.bytes(new).ok_or(GrowthFailure::MemoryMaximum)?;
        if new > self.ty.maximum.unwrap_or(u64::MAX) {
            return Err(GrowthFailure::MemoryMaximum);
        }
        memory.grow_to(usize::try_from(bytes).map_err(|_| GrowthFailure::MemoryMaximum)?)?;
        Ok(old)
    }

    /// The fault of a native address, if it lies in this memory's reservation.
    pub(crate) fn fault_at(&self, address: usize) -> Option<Fault> {
        let reserved = match &self.storage {
            Storage::Own(it) => it.backing.reserved(),
            Storage::Shared(memory) => memory.reserved(),
        };
        let offset = address.checked_sub(self.base() as usize)?;
        (offset < reserved).then(|| Fault {
            address: offset as u64,
            memory_size: self.len() as u64,
        })
    }
}

impl Own {
    /// Makes `len` bytes accessible, which are more than before.
    fn grow_to(&mut self, len: usize) -> Result<(), GrowthFailure> {
        // SAFETY: the definition lives as long as the memory.
        let old = unsafe { (*self.vm.as_ptr()).len() };
        if len > self.capacity && !self.policy.may_move {
            return Err(GrowthFailure::MemoryMaximum);
        }
        let refused = |error: ResourceError| GrowthFailure::Refused(Box::new(error));
        match &mut self.backing {
            Backing::Host(memory) => {
                memory.grow_to(len).map_err(GrowthFailure::Refused)?;
                self.capacity = memory.byte_capacity();
            }
            Backing::Mapping(mapping) if len <= self.capacity => {
                let grown = mapping.make_accessible(old, len);
                grown.map_err(|error| refused(error.into()))?;
            }
            Backing::Mapping(mapping) => {
                debug_assert!(!self.guarded);
                let capacity = len.saturating_add(self.policy.for_growth);
                let (mut new, capacity) = map(len, capacity, self.policy.guard).map_err(refused)?;
                new.copy_from(mapping, old);
                (*mapping, self.capacity) = (new, capacity);
            }
        }
        let def = VMMemory::new(self.backing.start(), len);
        // SAFETY: as above; tiers reload it after growing.
        unsafe { *self.vm.as_ptr() = def };
        Ok(())
    }
}

/// Do guard pages catch every access to a memory of type `ty` in `mapping` beyond its end?
pub(crate) fn is_guarded(ty: &MemoryType, mapping: &Mapping, guard: usize) -> bool {
    ty.index == IndexType::I32
        && 1 << ty.page_size_log2 >= page_size()
        && mapping.len() >= REACH_32.saturating_add(guard)
}

/// Address space whose first `len` bytes are accessible, and its capacity: the one that is wanted,
/// with a guard behind it, or if that is refused just enough.
fn map(len: usize, capacity: usize, guard: usize) -> Result<(Mapping, usize), ResourceError> {
    let bytes = capacity.saturating_add(guard);
    match Mapping::reserve(bytes) {
        Ok(mut mapping) => {
            mapping.make_accessible(0, len)?;
            // All of it, to the page: a memory that is guarded has room for all it can become.
            let capacity = mapping.len().saturating_sub(guard);
            Ok((mapping, capacity))
        }
        Err(source) => match Mapping::accessible(len) {
            Ok(mapping) => {
                let capacity = mapping.len();
                Ok((mapping, capacity))
            }
            Err(_) => Err(ResourceError::Reserve { bytes, source }),
        },
    }
}
