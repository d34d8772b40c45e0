//! Tables.

use crate::store::define;
use crate::types::{HeapType, IndexType, TableType};
use crate::vm::VMTable;
use crate::{OutOfMemory, ResourceError};
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::{self, NonNull};

/// Tables may not be larger, also those of 64-bit indices: then any index fits 32 bits.
const MAX_ELEMENTS: u64 = u32::MAX as u64;

/// A table of a store. Elements are slots: `*mut VMFuncRef` or externrefs.
#[derive(Debug)]
pub struct Table {
    /// Its type as declared.
    pub ty: TableType,
    vm: NonNull<VMTable>,
    capacity: usize,
    /// Holds `vm` unless it lies in a `VMContext`.
    own: Option<Box<VMTable>>,
}

// SAFETY: `vm` points into `own` or into a `VMContext` of the same store; elements are owned.
unsafe impl Send for Table {}
// SAFETY: as for `Send`.
unsafe impl Sync for Table {}

impl Table {
    /// A table of `ty`'s minimum size filled with `init`. Its definition is written to `place`,
    /// or kept here.
    ///
    /// # Errors
    ///
    /// Says what was too large or refused.
    pub(crate) fn new(
        ty: TableType,
        init: u64,
        place: Option<NonNull<VMTable>>,
    ) -> Result<Self, ResourceError> {
        let n = ty.minimum;
        let capacity = usize::try_from(n).map_err(|_| ResourceError::TooLarge {
            kind: "table",
            size: n,
            unit: "elements",
        })?;
        let bytes = capacity
            .checked_mul(element_size(&ty))
            .ok_or(ResourceError::Overflow)?;
        Layout::from_size_align(bytes, element_size(&ty))?;
        let base = Some(capacity)
            .filter(|_| n <= MAX_ELEMENTS)
            .and_then(allocate)
            .ok_or(OutOfMemory::new(bytes))?;
        let def = VMTable {
            base,
            len: n,
            version: 0,
        };
        let (vm, own) = define(def, place);
        let mut table = Self {
            ty,
            vm,
            capacity,
            own,
        };
        if init != 0 {
            table.slots_mut().fill(init);
        }
        Ok(table)
    }

    /// What compiled code sees.
    pub fn vm(&self) -> *mut VMTable {
        debug_assert!(
            self.own
                .as_ref()
                .is_none_or(|it| std::ptr::eq(&raw const **it, self.vm.as_ptr()))
        );
        self.vm.as_ptr()
    }

    /// Number of elements.
    pub fn len(&self) -> u64 {
        // SAFETY: the definition lives as long as the table.
        unsafe { (*self.vm.as_ptr()).len }
    }

    /// Is it empty?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements.
    pub fn slots(&self) -> &[u64] {
        // SAFETY: `base` points to `capacity >= len` initialized slots.
        unsafe { std::slice::from_raw_parts((*self.vm.as_ptr()).base, self.len() as usize) }
    }

    /// The elements, for writing. The caller calls [`Table::written`] after instantiation.
    pub(crate) fn slots_mut(&mut self) -> &mut [u64] {
        // SAFETY: as in `slots`, and `self` is exclusive.
        unsafe { std::slice::from_raw_parts_mut((*self.vm.as_ptr()).base, self.len() as usize) }
    }

    /// Notes that an element was written: assumptions about the elements no longer hold.
    pub(crate) fn written(&mut self) {
        // SAFETY: the definition lives as long as the table.
        unsafe { (*self.vm.as_ptr()).version += 1 };
    }

    /// The element at `index`.
    pub fn get(&self, index: u64) -> Option<u64> {
        self.slots().get(usize::try_from(index).ok()?).copied()
    }

    /// Writes the element at `index`; `false` if there is none.
    pub fn set(&mut self, index: u64, value: u64) -> bool {
        let Some(slot) = usize::try_from(index)
            .ok()
            .and_then(|it| self.slots_mut().get_mut(it))
        else {
            return false;
        };
        // Writing the same value changes nothing that anyone could rely on.
        if *slot != value {
            *slot = value;
            self.written();
        }
        true
    }

    /// Grows by `delta` elements of value `init`; returns the old size, or `None` if its type or
    /// its indices do not allow it.
    ///
    /// # Errors
    ///
    /// If there is not enough memory, or if it had more elements than any table may have.
    ///
    /// # Note
    ///
    /// The specification would have it that this fails like other growth. wasmtime ends the
    /// program.
    pub fn grow(&mut self, delta: u64, init: u64) -> Result<Option<u64>, OutOfMemory> {
        let old = self.len();
        let maximum = self.ty.maximum.unwrap_or(match self.ty.index {
            IndexType::I32 => u32::MAX.into(),
            IndexType::I64 => u64::MAX,
        });
        let Some(new) = old.checked_add(delta).filter(|new| *new <= maximum) else {
            return Ok(None);
        };
        let out_of_memory = || {
            let bytes = new.saturating_mul(element_size(&self.ty) as u64);
            OutOfMemory::new(usize::try_from(bytes).unwrap_or(usize::MAX))
        };
        if new > MAX_ELEMENTS {
            return Err(out_of_memory());
        }
        let len = usize::try_from(new).map_err(|_| out_of_memory())?;
        if len > self.capacity {
            let wanted = len.max(self.capacity * 2).min(MAX_ELEMENTS as usize);
            let (base, capacity) = match allocate(wanted) {
                Some(base) => (base, wanted),
                None => (allocate(len).ok_or_else(out_of_memory)?, len),
            };
            // SAFETY: both hold at least `old` slots and do not overlap; the old one is ours.
            unsafe {
                let vm = self.vm.as_ptr();
                ptr::copy_nonoverlapping((*vm).base, base, old as usize);
                free((*vm).base, self.capacity);
                (*vm).base = base;
            }
            self.capacity = capacity;
        }
        // SAFETY: the definition lives as long as the table; `capacity >= new`.
        unsafe { (*self.vm.as_ptr()).len = new };
        // Slots beyond the end have never been anything but zero.
        if init != 0 {
            self.slots_mut()[old as usize..].fill(init);
        }
        Ok(Some(old))
    }

    /// Frees the elements. The table is not used afterwards.
    ///
    /// Not in `Drop`: the definition may lie in a `VMContext`, which the store frees later.
    pub(crate) fn free(&mut self) {
        // SAFETY: the elements are ours; `capacity` is what they were allocated with.
        unsafe {
            let vm = self.vm.as_ptr();
            free((*vm).base, self.capacity);
            (*vm).base = ptr::null_mut();
            (*vm).len = 0;
        }
        self.capacity = 0;
    }
}

/// Bytes, and alignment, of an element in wasmtime: those of the host's values have half a slot.
/// Texts of errors tell.
fn element_size(ty: &TableType) -> usize {
    match ty.element.heap {
        HeapType::Extern | HeapType::NoExtern => size_of::<u32>(),
        HeapType::Func | HeapType::ConcreteFunc(_) | HeapType::NoFunc => size_of::<u64>(),
    }
}

fn layout(n: usize) -> Option<Layout> {
    Layout::array::<u64>(n).ok()
}

fn allocate(n: usize) -> Option<*mut u64> {
    if n == 0 {
        return Some(ptr::dangling_mut());
    }
    // SAFETY: the layout is not empty.
    let base = unsafe { alloc_zeroed(layout(n)?) };
    (!base.is_null()).then(|| base.cast())
}

/// # Safety
///
/// `base` is what `allocate` gave for `n` slots, and nobody uses them any more.
unsafe fn free(base: *mut u64, n: usize) {
    if n != 0
        && let Some(layout) = layout(n)
    {
        // SAFETY: allocated by `allocate` with the same layout.
        unsafe { dealloc(base.cast(), layout) };
    }
}
