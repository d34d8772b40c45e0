//! What the embedder allows: how large memories and tables become, and how many there are.
//!
//! A store may have a limiter, which is asked before a memory or table is made or grows, and told
//! when growth fails afterwards. The order of questions is wasmtime's, which embedders count in.

use crate::host::HostError;
use crate::module::Module;
use crate::types::{IndexType, MemoryType, TableType};
use crate::{MemoryId, OutOfMemory, Raised, ResourceError, Store, TableId};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a limiter is asked or told. Sizes are bytes of memories and elements of tables.
#[derive(Debug)]
pub enum Growth {
    /// May a memory grow?
    Memory(Sizes),
    /// May a table grow?
    Table(Sizes),
    /// A memory that was allowed to grow did not.
    MemoryFailed(GrowthFailure),
    /// A table that was allowed to grow did not.
    TableFailed(GrowthFailure),
}

/// The sizes of what wants to grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Now; 0 if it is being made.
    pub current: usize,
    /// Then.
    pub desired: usize,
    /// As its type says, as far as an address can say it.
    pub maximum: Option<usize>,
}

/// Why something did not grow.
#[derive(Debug, thiserror::Error)]
pub enum GrowthFailure {
    /// Its addresses do not reach that far.
    #[error("memory growth exceeds memory type's limits")]
    MemoryType,
    /// A memory has a smaller maximum, or may not move.
    #[error("Memory maximum size exceeded")]
    MemoryMaximum,
    /// A table has a smaller maximum.
    #[error("Table maximum size exceeded")]
    TableMaximum,
    /// The number of elements is none.
    #[error("overflow calculating new table size")]
    TableOverflow,
    /// The system or the embedder's memory refused.
    #[error("the memory cannot grow")]
    Refused(HostError),
}

/// Answers for the store at `owner`. Told something, it answers `true`.
///
/// # Safety
///
/// `owner` is `Store::owner` while it is valid. The runtime's store is not touched.
pub type Limiter = unsafe fn(owner: *mut (), Growth) -> Result<bool, HostError>;

/// How many of each a store may have, and how many it has.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// Instances.
    pub instances: usize,
    /// Tables of instances.
    pub tables: usize,
    /// Memories of instances.
    pub memories: usize,
}

/// How many a store may have unless the embedder says otherwise.
pub const DEFAULT_LIMIT: usize = 10_000;

/// What a store knows of limits.
#[derive(Debug)]
pub struct Limits {
    /// How many there may be.
    pub most: Counts,
    /// How many there are.
    pub now: Counts,
    /// Who is asked.
    pub limiter: Option<Limiter>,
}

impl Default for Limits {
    fn default() -> Self {
        let all = |n| Counts {
            instances: n,
            tables: n,
            memories: n,
        };
        Limits {
            most: all(DEFAULT_LIMIT),
            now: all(0),
            limiter: None,
        }
    }
}

/// Why a call that lets something grow has no result.
pub enum GrowError {
    /// The limiter's error, or a lack of memory.
    Error(HostError),
    /// The limiter panicked.
    Panic(Box<dyn Any + Send>),
}

impl GrowError {
    /// The same, to be raised in Wasm.
    pub(crate) fn raised(self, backtrace: Vec<crate::RawFrame>) -> Raised {
        match self {
            GrowError::Error(error) => Raised::Error { error, backtrace },
            GrowError::Panic(payload) => Raised::Panic(payload),
        }
    }
}

impl std::fmt::Debug for GrowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            GrowError::Error(error) => write!(f, "Error({error:?})"),
            GrowError::Panic(_) => f.write_str("Panic"),
        }
    }
}

impl Store {
    /// Asks or tells the limiter; a panic of it is an error.
    fn ask(&mut self, growth: Growth) -> Result<bool, HostError> {
        match self.limits.limiter {
            // SAFETY: whoever lets something grow has set `owner` for the time being.
            Some(limiter) => unsafe { limiter(self.owner, growth) },
            None => Ok(true),
        }
    }

    /// Grows a memory by `delta` pages; returns its old size in pages, or `None` if it cannot.
    ///
    /// # Errors
    ///
    /// The limiter's.
    pub fn grow_memory(&mut self, id: MemoryId, delta: u64) -> Result<Option<u64>, HostError> {
        let memory = self.memory(id);
        let (old, ty, current) = (memory.pages(), memory.ty, memory.len());
        if memory.shared().is_some() {
            return Ok(self.memory_mut(id).grow(delta).ok());
        }
        if delta == 0 {
            return Ok(Some(old));
        }
        let page_size = 1_usize << ty.page_size_log2;
        let desired = usize::try_from(delta)
            .unwrap_or(usize::MAX)
            .saturating_mul(page_size)
            .saturating_add(current)
            .min(0_usize.wrapping_sub(page_size));
        if !has_room_for(&ty, desired) {
            self.ask(Growth::MemoryFailed(GrowthFailure::MemoryType))?;
            return Ok(None);
        }
        let maximum = maximum_bytes(&ty);
        let sizes = Sizes {
            current,
            desired,
            maximum,
        };
        if !self.ask(Growth::Memory(sizes))? {
            return Ok(None);
        }
        match self.memory_mut(id).grow(delta) {
            Ok(old) => Ok(Some(old)),
            Err(failure) => {
                self.ask(Growth::MemoryFailed(failure))?;
                Ok(None)
            }
        }
    }

    /// Grows a table by `delta` elements of value `init`; returns its old size, or `None` if it
    /// cannot.
    ///
    /// # Errors
    ///
    /// The limiter's, and [`OutOfMemory`].
    pub fn grow_table(
        &mut self,
        id: TableId,
        delta: u64,
        init: u64,
    ) -> Result<Option<u64>, HostError> {
        let table = self.table(id);
        let (ty, current) = (table.ty, table.len() as usize);
        if delta == 0 {
            return Ok(Some(current as u64));
        }
        let desired = usize::try_from(delta)
            .ok()
            .and_then(|it| it.checked_add(current));
        let Some(desired) = desired else {
            self.ask(Growth::TableFailed(GrowthFailure::TableOverflow))?;
            return Ok(None);
        };
        let sizes = Sizes {
            current,
            desired,
            maximum: maximum_elements(&ty),
        };
        if !self.ask(Growth::Table(sizes))? {
            return Ok(None);
        }
        let grown = self.table_mut(id).grow(delta, init);
        match grown.map_err(|error: OutOfMemory| Box::new(error) as HostError)? {
            Some(old) => Ok(Some(old)),
            None => {
                self.ask(Growth::TableFailed(GrowthFailure::TableMaximum))?;
                Ok(None)
            }
        }
    }

    /// Asks whether a memory of type `ty` may be made.
    ///
    /// # Errors
    ///
    /// If not, and the limiter's.
    pub(crate) fn allow_memory(&mut self, ty: &MemoryType) -> Result<(), ResourceError> {
        let page_size = 1_usize << ty.page_size_log2;
        let minimum = ty
            .minimum
            .checked_mul(page_size as u64)
            .and_then(|it| usize::try_from(it).ok());
        let sizes = Sizes {
            current: 0,
            desired: minimum.unwrap_or(0_usize.wrapping_sub(page_size)),
            maximum: maximum_bytes(ty),
        };
        match self.ask(Growth::Memory(sizes)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(ResourceError::memory_too_large(ty)),
            Err(error) => Err(ResourceError::Limiter(error)),
        }
    }

    /// Asks whether a table of type `ty` may be made.
    ///
    /// # Errors
    ///
    /// If not, and the limiter's.
    pub(crate) fn allow_table(&mut self, ty: &TableType) -> Result<(), ResourceError> {
        let sizes = Sizes {
            current: 0,
            desired: usize::try_from(ty.minimum).unwrap_or(usize::MAX),
            maximum: maximum_elements(ty),
        };
        match self.ask(Growth::Table(sizes)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(ResourceError::table_too_large(ty)),
            Err(error) => Err(ResourceError::Limiter(error)),
        }
    }

    /// Counts an instance of `module` with what it makes.
    ///
    /// # Errors
    ///
    /// If there would be too many. What was counted before stays so, as in wasmtime.
    pub(crate) fn count_instance(&mut self, module: &Module) -> Result<(), ResourceError> {
        let (most, now) = (self.limits.most, &mut self.limits.now);
        let memories = module.memories.len() - module.n_imports.memories as usize;
        let tables = module.tables.len() - module.n_imports.tables as usize;
        count("instance", &mut now.instances, most.instances, 1)?;
        count("memory", &mut now.memories, most.memories, memories)?;
        count("table", &mut now.tables, most.tables, tables)
    }
}

/// Lets something grow for Wasm, which must not unwind: a panic of the limiter is a value.
pub(crate) fn catch<T>(grow: impl FnOnce() -> Result<T, HostError>) -> Result<T, GrowError> {
    match catch_unwind(AssertUnwindSafe(grow)) {
        Ok(result) => result.map_err(GrowError::Error),
        Err(payload) => Err(GrowError::Panic(payload)),
    }
}

fn count(
    kind: &'static str,
    now: &mut usize,
    most: usize,
    more: usize,
) -> Result<(), ResourceError> {
    let count = now.saturating_add(more);
    if count > most {
        return Err(ResourceError::TooMany { kind, count });
    }
    *now = count;
    Ok(())
}

/// Can the addresses of a memory tell such a size?
fn has_room_for(ty: &MemoryType, bytes: usize) -> bool {
    ty.page_size_log2 != 0 || ty.index.is_64() || (bytes as u64) < u64::from(u32::MAX)
}

/// What a limiter is told to be the maximum of a memory: what its addresses reach, if its type
/// does not say.
pub fn maximum_bytes(ty: &MemoryType) -> Option<usize> {
    let page_size = 1_u64 << ty.page_size_log2;
    let maximum = match ty.maximum {
        Some(maximum) => maximum.checked_mul(page_size)?,
        None => {
            let reach = match ty.index {
                IndexType::I32 => 1 << 32,
                IndexType::I64 => 0_u64.wrapping_sub(page_size),
            };
            ty.minimum.checked_mul(page_size)?.max(reach)
        }
    };
    usize::try_from(maximum).ok()
}

fn maximum_elements(ty: &TableType) -> Option<usize> {
    let maximum = ty.maximum.unwrap_or(match ty.index {
        IndexType::I32 => u32::MAX.into(),
        IndexType::I64 => u64::MAX,
    });
    usize::try_from(maximum).ok()
}
