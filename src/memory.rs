//! [`Memory`]: a linear memory of a store, and [`MemoryCreator`]: who makes them instead of us.

use crate::call::open;
use crate::error::{Result, bail, refused};
use crate::store::{StoreId, StoreOpaque};
use crate::types::MemoryType;
use crate::{AsContext, AsContextMut, StoreContext, StoreContextMut};
use runtime::host::HostError;
use runtime::{HostMemory, HostMemoryCreator, MemoryId, ResourceError, Tuning};
use std::fmt;
use std::ops::Range;
use std::slice;
use std::sync::Arc;

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
///
/// ```
/// use wasm_interp_jit::{Engine, Memory, MemoryType, Store};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let mut store = Store::new(&Engine::default(), ());
/// // One page now, two at most.
/// let memory = Memory::new(&mut store, MemoryType::new(1, Some(2)))?;
/// memory.write(&mut store, 10, b"text")?;
/// assert_eq!(&memory.data(&store)[10..14], b"text");
/// assert_eq!(memory.grow(&mut store, 1)?, 1);
/// assert_eq!(memory.data_size(&store), 2 * 65_536);
/// assert!(memory.grow(&mut store, 1).is_err());
/// assert!(memory.read(&store, 2 * 65_536, &mut [0]).is_err());
/// # Ok(())
/// # }
/// ```
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
    /// If it is too large or shared, and the limiter's.
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> Result<Memory> {
        let store = store.as_context_mut().0;
        if ty.is_shared() {
            bail!("shared memories must be created through `SharedMemory`");
        }
        let id = store.with_limiter(|runtime| runtime.new_memory(ty.lower()));
        Ok(Memory::from_id(store.opaque(), id.map_err(refused)?))
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
    /// If its maximum, the limiter or the address space does not allow it, and the limiter's.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64) -> Result<u64> {
        let store = store.as_context_mut().0;
        store.opaque().check(self.store);
        let grown = store.with_limiter(|runtime| runtime.grow_memory(self.id, delta));
        match grown.map_err(open)? {
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

    /// All memories of a store but those of several threads.
    #[cfg(feature = "coredump")]
    pub(crate) fn all(store: &StoreOpaque) -> Vec<Memory> {
        let memories = (0..).zip(&store.runtime().memories);
        memories
            .filter(|(_, it)| it.shared().is_none())
            .map(|(n, _)| Memory::from_id(store, MemoryId(n)))
            .collect()
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

/// A memory that a [`MemoryCreator`] made.
///
/// # Safety
///
/// As many bytes as its size are readable and writable from its address on, by nobody else, and it
/// does not move unless it grows beyond its capacity.
pub unsafe trait LinearMemory: Send + Sync + 'static {
    /// Its size in bytes.
    fn byte_size(&self) -> usize;

    /// Bytes up to which it grows without moving.
    fn byte_capacity(&self) -> usize;

    /// Makes it `new_size` bytes long, with zeros behind what it has.
    ///
    /// # Errors
    ///
    /// If it cannot be that long.
    fn grow_to(&mut self, new_size: usize) -> Result<()>;

    /// Its first byte.
    fn as_ptr(&self) -> *mut u8;
}

/// Makes memories; see [`Config::with_host_memory`](crate::Config::with_host_memory).
///
/// # Safety
///
/// What it makes is as [`LinearMemory`] says, and zeroed.
pub unsafe trait MemoryCreator: Send + Sync {
    /// A memory of `minimum` bytes that can have `maximum`.
    ///
    /// The engine would like to reserve `reserved_size_in_bytes` of addresses, and
    /// `guard_size_in_bytes` behind them that are not accessible. It relies on neither.
    ///
    /// # Errors
    ///
    /// Says why there is none.
    fn new_memory(
        &self,
        ty: MemoryType,
        minimum: usize,
        maximum: Option<usize>,
        reserved_size_in_bytes: Option<usize>,
        guard_size_in_bytes: usize,
    ) -> Result<Box<dyn LinearMemory>, String>;
}

/// The embedder's memories as the runtime wants them; `None` if the engine makes memories.
#[derive(Clone, Default)]
pub(crate) struct MemoryCreators(Option<Arc<dyn MemoryCreator>>);

impl MemoryCreators {
    pub(crate) fn new(creator: Arc<dyn MemoryCreator>) -> Self {
        MemoryCreators(Some(creator))
    }

    pub(crate) fn runtime(&self) -> Option<Arc<dyn HostMemoryCreator>> {
        self.0.as_ref()?;
        Some(Arc::new(self.clone()))
    }
}

impl fmt::Debug for MemoryCreators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Some(..)" } else { "None" })
    }
}

impl HostMemoryCreator for MemoryCreators {
    fn new_memory(
        &self,
        ty: &runtime::types::MemoryType,
        minimum: usize,
        tuning: &Tuning,
    ) -> Result<Box<dyn HostMemory>, ResourceError> {
        let creator = self.0.as_ref().expect("only asked if there is one");
        let made = creator.new_memory(
            MemoryType::raise(ty),
            minimum,
            runtime::maximum_bytes(ty),
            Some(tuning.memory_reservation),
            tuning.memory_guard,
        );
        match made {
            Ok(memory) => Ok(Box::new(Created(memory))),
            Err(text) => Err(ResourceError::Creator(text)),
        }
    }
}

struct Created(Box<dyn LinearMemory>);

impl fmt::Debug for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinearMemory({} bytes)", self.0.byte_size())
    }
}

impl HostMemory for Created {
    fn byte_capacity(&self) -> usize {
        self.0.byte_capacity()
    }

    fn grow_to(&mut self, new_size: usize) -> Result<(), HostError> {
        let grown = self.0.grow_to(new_size);
        grown.map_err(|error| Box::new(error) as HostError)
    }

    fn as_ptr(&self) -> *mut u8 {
        self.0.as_ptr()
    }
}
