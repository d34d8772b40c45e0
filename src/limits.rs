//! Limits of a store: [`ResourceLimiter`] is asked before memories and tables are made or grow.
//!
//! The order of questions is wasmtime's: memories of an instance in order, then its tables; growth
//! is asked for even if the maximum of the type forbids it, and its failure is told afterwards.

use crate::async_::block_on;
use crate::error::{Error, Result, bail};
use crate::store::StoreInner;
use runtime::host::HostError;
use runtime::{Growth, GrowthFailure, Sizes};
use std::pin::Pin;

/// Instances that a store may have, unless its limiter says otherwise.
pub const DEFAULT_INSTANCE_LIMIT: usize = runtime::DEFAULT_LIMIT;

/// Tables that the instances of a store may have, unless its limiter says otherwise.
pub const DEFAULT_TABLE_LIMIT: usize = runtime::DEFAULT_LIMIT;

/// Memories that the instances of a store may have, unless its limiter says otherwise.
pub const DEFAULT_MEMORY_LIMIT: usize = runtime::DEFAULT_LIMIT;

/// Decides whether memories and tables may grow, and how many there may be.
///
/// See [`Store::limiter`](crate::Store::limiter). Memories for several threads are not asked for.
pub trait ResourceLimiter: Send {
    /// May a memory grow from `current` to `desired` bytes? It is made if `current` is 0.
    /// `maximum` is that of its type.
    ///
    /// `false` lets the growth fail as the specification says. After `true` it can still fail.
    ///
    /// # Errors
    ///
    /// Anything; the instruction or call fails with it.
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool>;

    /// A memory did not grow although it may.
    ///
    /// # Errors
    ///
    /// Anything; the instruction or call fails with it. Without one, growth fails as the
    /// specification says.
    fn memory_grow_failed(&mut self, _error: Error) -> Result<()> {
        Ok(())
    }

    /// May a table grow from `current` to `desired` elements? See
    /// [`ResourceLimiter::memory_growing`].
    ///
    /// # Errors
    ///
    /// Anything; the instruction or call fails with it.
    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool>;

    /// A table did not grow although it may.
    ///
    /// # Errors
    ///
    /// As for [`ResourceLimiter::memory_grow_failed`].
    fn table_grow_failed(&mut self, _error: Error) -> Result<()> {
        Ok(())
    }

    /// Instances that the store may have. Asked once.
    fn instances(&self) -> usize {
        DEFAULT_INSTANCE_LIMIT
    }

    /// Tables that instances of the store may have. Asked once.
    fn tables(&self) -> usize {
        DEFAULT_TABLE_LIMIT
    }

    /// Memories that instances of the store may have. Asked once.
    fn memories(&self) -> usize {
        DEFAULT_MEMORY_LIMIT
    }
}

/// A [`ResourceLimiter`] that may wait. Its thread is blocked until it is ready.
///
/// The two functions that wait have the signatures that the macro `async_trait` makes of them, so
/// that implementations are written with it.
pub trait ResourceLimiterAsync: Send {
    /// As [`ResourceLimiter::memory_growing`].
    fn memory_growing<'life0, 'async_trait>(
        &'life0 mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Pin<Box<dyn Future<Output = Result<bool>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait;

    /// As [`ResourceLimiter::memory_grow_failed`].
    ///
    /// # Errors
    ///
    /// Anything; the instruction or call fails with it.
    fn memory_grow_failed(&mut self, _error: Error) -> Result<()> {
        Ok(())
    }

    /// As [`ResourceLimiter::table_growing`].
    fn table_growing<'life0, 'async_trait>(
        &'life0 mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Pin<Box<dyn Future<Output = Result<bool>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait;

    /// As [`ResourceLimiter::table_grow_failed`].
    ///
    /// # Errors
    ///
    /// Anything; the instruction or call fails with it.
    fn table_grow_failed(&mut self, _error: Error) -> Result<()> {
        Ok(())
    }

    /// Instances that the store may have. Asked once.
    fn instances(&self) -> usize {
        DEFAULT_INSTANCE_LIMIT
    }

    /// Tables that instances of the store may have. Asked once.
    fn tables(&self) -> usize {
        DEFAULT_TABLE_LIMIT
    }

    /// Memories that instances of the store may have. Asked once.
    fn memories(&self) -> usize {
        DEFAULT_MEMORY_LIMIT
    }
}

/// Fixed limits: a [`ResourceLimiter`] that [`StoreLimitsBuilder`] makes.
#[derive(Clone, Debug)]
pub struct StoreLimits {
    memory_size: Option<usize>,
    table_elements: Option<usize>,
    instances: usize,
    tables: usize,
    memories: usize,
    trap_on_grow_failure: bool,
}

impl Default for StoreLimits {
    fn default() -> Self {
        StoreLimits {
            memory_size: None,
            table_elements: None,
            instances: DEFAULT_INSTANCE_LIMIT,
            tables: DEFAULT_TABLE_LIMIT,
            memories: DEFAULT_MEMORY_LIMIT,
            trap_on_grow_failure: false,
        }
    }
}

impl ResourceLimiter for StoreLimits {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        let is_allowed = is_within(desired, [self.memory_size, maximum]);
        if !is_allowed && self.trap_on_grow_failure {
            bail!("forcing trap when growing memory to {desired} bytes");
        }
        Ok(is_allowed)
    }

    fn memory_grow_failed(&mut self, error: Error) -> Result<()> {
        if self.trap_on_grow_failure {
            return Err(error.context("forcing a memory growth failure to be a trap"));
        }
        Ok(())
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        let is_allowed = is_within(desired, [self.table_elements, maximum]);
        if !is_allowed && self.trap_on_grow_failure {
            bail!("forcing trap when growing table to {desired} elements");
        }
        Ok(is_allowed)
    }

    fn table_grow_failed(&mut self, error: Error) -> Result<()> {
        if self.trap_on_grow_failure {
            return Err(error.context("forcing a table growth failure to be a trap"));
        }
        Ok(())
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.tables
    }

    fn memories(&self) -> usize {
        self.memories
    }
}

fn is_within(desired: usize, limits: [Option<usize>; 2]) -> bool {
    limits.into_iter().flatten().all(|limit| desired <= limit)
}

/// Makes [`StoreLimits`].
pub struct StoreLimitsBuilder(StoreLimits);

impl StoreLimitsBuilder {
    /// No limits but those on how many there may be.
    pub fn new() -> Self {
        StoreLimitsBuilder(StoreLimits::default())
    }

    /// Bytes that each memory may have.
    pub fn memory_size(mut self, limit: usize) -> Self {
        self.0.memory_size = Some(limit);
        self
    }

    /// Elements that each table may have.
    pub fn table_elements(mut self, limit: usize) -> Self {
        self.0.table_elements = Some(limit);
        self
    }

    /// Instances that the store may have.
    pub fn instances(mut self, limit: usize) -> Self {
        self.0.instances = limit;
        self
    }

    /// Tables that instances may have together.
    pub fn tables(mut self, tables: usize) -> Self {
        self.0.tables = tables;
        self
    }

    /// Memories that instances may have together.
    pub fn memories(mut self, memories: usize) -> Self {
        self.0.memories = memories;
        self
    }

    /// Whether growth that fails is an error. Off by default.
    pub fn trap_on_grow_failure(mut self, trap: bool) -> Self {
        self.0.trap_on_grow_failure = trap;
        self
    }

    /// The limits.
    pub fn build(self) -> StoreLimits {
        self.0
    }
}

impl Default for StoreLimitsBuilder {
    fn default() -> Self {
        Self::new()
    }
}

/// How a store finds its limiter in the embedder's data.
pub(crate) enum FindLimiter<T> {
    Sync(Box<dyn (FnMut(&mut T) -> &mut dyn ResourceLimiter) + Send + Sync>),
    Async(Box<dyn (FnMut(&mut T) -> &mut dyn ResourceLimiterAsync) + Send + Sync>),
}

impl<T> FindLimiter<T> {
    fn answer(&mut self, data: &mut T, growth: Growth) -> Result<bool> {
        match self {
            FindLimiter::Sync(find) => {
                let limiter = find(data);
                match growth {
                    Growth::Memory(Sizes {
                        current,
                        desired,
                        maximum,
                    }) => limiter.memory_growing(current, desired, maximum),
                    Growth::Table(Sizes {
                        current,
                        desired,
                        maximum,
                    }) => limiter.table_growing(current, desired, maximum),
                    Growth::MemoryFailed(failure) => {
                        limiter.memory_grow_failed(error_of(failure))?;
                        Ok(true)
                    }
                    Growth::TableFailed(failure) => {
                        limiter.table_grow_failed(error_of(failure))?;
                        Ok(true)
                    }
                }
            }
            FindLimiter::Async(find) => {
                let limiter = find(data);
                match growth {
                    Growth::Memory(Sizes {
                        current,
                        desired,
                        maximum,
                    }) => block_on(limiter.memory_growing(current, desired, maximum)),
                    Growth::Table(Sizes {
                        current,
                        desired,
                        maximum,
                    }) => block_on(limiter.table_growing(current, desired, maximum)),
                    Growth::MemoryFailed(failure) => {
                        limiter.memory_grow_failed(error_of(failure))?;
                        Ok(true)
                    }
                    Growth::TableFailed(failure) => {
                        limiter.table_grow_failed(error_of(failure))?;
                        Ok(true)
                    }
                }
            }
        }
    }

    /// How many instances, tables and memories there may be.
    pub(crate) fn counts(&mut self, data: &mut T) -> runtime::LimitCounts {
        let (instances, tables, memories) = match self {
            FindLimiter::Sync(find) => {
                let limiter = find(data);
                (limiter.instances(), limiter.tables(), limiter.memories())
            }
            FindLimiter::Async(find) => {
                let limiter = find(data);
                (limiter.instances(), limiter.tables(), limiter.memories())
            }
        };
        runtime::LimitCounts {
            instances,
            tables,
            memories,
        }
    }
}

fn error_of(failure: GrowthFailure) -> Error {
    match failure {
        GrowthFailure::Refused(error) => crate::call::open(error),
        other => Error::msg(other.to_string()),
    }
}

/// The runtime's way to the limiter of a store of `T`.
///
/// # Safety
///
/// `owner` is that of such a store, at a time when nobody else uses its data.
pub(crate) unsafe fn answer<T: 'static>(owner: *mut (), growth: Growth) -> Result<bool, HostError> {
    // SAFETY: forwarded.
    let store = unsafe { &mut *owner.cast::<StoreInner<T>>() };
    let (limiter, data) = store.limiter_and_data();
    match limiter {
        Some(limiter) => limiter
            .answer(data, growth)
            .map_err(|error| Box::new(error) as HostError),
        None => Ok(true),
    }
}
