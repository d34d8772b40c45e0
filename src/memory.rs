//! [`Memory`]: a linear memory of a store.

use crate::error::{Result, bail};
use crate::store::{StoreId, StoreOpaque};
use crate::types::MemoryType;
use crate::{AsContext, AsContextMut, StoreContext, StoreContextMut};
use runtime::MemoryId;
use std::fmt;
use std::ops::Range;
use std::slice;

/// An access left its memory.
#[derive(Debug)]
#[non_exhaustive]
pub struct MemoryAccessError {}

impl fmt::Display for MemoryAccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of bounds memory access")
    }
}

impl std::error::Error for MemoryAccessError {}

/// A linear memory of a store.
///
/// Every method panics if it belongs to another store.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    store: StoreId,
    id: MemoryId,
}

impl Memory {
    /// A memory of its minimum size, filled with zeros.
    ///
    /// # Errors
    ///
    /// If it is too large or shared.
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> Result<Memory> {
        let store = store.as_context_mut().0.opaque_mut();
        if ty.is_shared() {
            bail!("shared memories must be created through `SharedMemory`");
        }
        let id = store.runtime_mut().new_memory(ty.lower())?;
        Ok(Memory::from_id(store, id))
    }

    /// Its type. The minimum is the one it was made with.
    pub fn ty(&self, store: impl AsContext) -> MemoryType {
        MemoryType::raise(&self.runtime(store.as_context().0.opaque()).ty)
    }

    /// Copies bytes out of it.
    ///
    /// # Errors
    ///
    /// If `offset` to the length of `buffer` is not within the memory; nothing is copied then.
    pub fn read(
        &self,
        store: impl AsContext,
        offset: usize,
        buffer: &mut [u8],
    ) -> Result<(), MemoryAccessError> {
        let store = store.as_context();
        let data = self.data(store);
        buffer.copy_from_slice(
            data.get(span(offset, buffer.len())?)
                .ok_or(MemoryAccessError {})?,
        );
        Ok(())
    }

    /// Copies bytes into it.
    ///
    /// # Errors
    ///
    /// If `offset` to the length of `buffer` is not within the memory; nothing is copied then.
    pub fn write(
        &self,
        mut store: impl AsContextMut,
        offset: usize,
        buffer: &[u8],
    ) -> Result<(), MemoryAccessError> {
        let mut store = store.as_context_mut();
        let data = self.data_mut(&mut store);
        let span = span(offset, buffer.len())?;
        data.get_mut(span)
            .ok_or(MemoryAccessError {})?
            .copy_from_slice(buffer);
        Ok(())
    }

    /// Its bytes.
    pub fn data<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> &'a [u8] {
        let memory = self.runtime(store.into().0.opaque());
        // SAFETY: the memory is accessible in this length. Only Wasm and the host write to it or
        // make it grow, and both need the store exclusively.
        unsafe { slice::from_raw_parts(memory.base(), memory.len()) }
    }

    /// Its bytes.
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> &'a mut [u8] {
        self.data_and_store_mut(store).0
    }

    /// Its bytes and the embedder's data, both at once.
    pub fn data_and_store_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> (&'a mut [u8], &'a mut T) {
        let (opaque, data) = store.into().0.split_mut();
        let memory = self.runtime(opaque);
        // SAFETY: as in `data`; the store is borrowed exclusively as long as the slice is, and its
        // data lies elsewhere.
        (
            unsafe { slice::from_raw_parts_mut(memory.base(), memory.len()) },
            data,
        )
    }

    /// Its first byte. Growing and Wasm invalidate what was read through it.
    pub fn data_ptr(&self, store: impl AsContext) -> *mut u8 {
        self.runtime(store.as_context().0.opaque()).base()
    }

    /// Its size in bytes.
    pub fn data_size(&self, store: impl AsContext) -> usize {
        self.runtime(store.as_context().0.opaque()).len()
    }

    /// Its size in pages.
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.runtime(store.as_context().0.opaque()).pages()
    }

    /// Bytes in a page.
    pub fn page_size(&self, store: impl AsContext) -> u64 {
        self.ty(store).page_size()
    }

    /// Binary logarithm of the page size.
    pub fn page_size_log2(&self, store: impl AsContext) -> u8 {
        self.ty(store).page_size_log2()
    }

    /// Grows it by `delta` pages of zeros. Returns its old size in pages.
    ///
    /// # Errors
    ///
    /// If its maximum or the address space does not allow it.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64) -> Result<u64> {
        let store = store.as_context_mut().0.opaque_mut();
        store.check(self.store);
        match store.runtime_mut().memory_mut(self.id).grow(delta) {
            Some(old) => Ok(old),
            None => bail!("failed to grow memory by `{delta}`"),
        }
    }

    /// A number that only this memory has in its store.
    pub fn debug_index_in_store(&self) -> u64 {
        self.id.0.into()
    }

    pub(crate) fn from_id(store: &StoreOpaque, id: MemoryId) -> Memory {
        Memory {
            store: store.id(),
            id,
        }
    }

    pub(crate) fn id(&self) -> MemoryId {
        self.id
    }

    pub(crate) fn comes_from_same_store(&self, store: &StoreOpaque) -> bool {
        self.store == store.id()
    }

    #[track_caller]
    pub(crate) fn runtime<'a>(&self, store: &'a StoreOpaque) -> &'a runtime::Memory {
        store.check(self.store);
        store.runtime().memory(self.id)
    }
}

fn span(offset: usize, len: usize) -> Result<Range<usize>, MemoryAccessError> {
    let end = offset.checked_add(len).ok_or(MemoryAccessError {})?;
    Ok(offset..end)
}
