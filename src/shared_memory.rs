//! [`SharedMemory`]: a linear memory of an engine, for several stores and threads.

use crate::error::{Result, bail, ensure};
use crate::store::StoreOpaque;
use crate::types::MemoryType;
use crate::{Engine, Trap};
use runtime::WaitResult;
use std::cell::UnsafeCell;
use std::fmt;
use std::slice;
use std::time::Duration;

/// A linear memory that belongs to no store, so that instances in several stores, on several
/// threads, can use it at once. Clones are the same memory.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
/// use wasm_interp_jit::{Config, Engine, Instance, MemoryType, Module, SharedMemory, Store};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let mut config = Config::new();
/// config.shared_memory(true);
/// let engine = Engine::new(&config)?;
/// let memory = SharedMemory::new(&engine, MemoryType::shared(1, 1))?;
/// let module = Module::new(
///     &engine,
///     r#"(module
///         (import "" "memory" (memory 1 1 shared))
///         (func $add (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))
///         (start $add))"#,
/// )?;
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| {
///             let mut store = Store::new(&engine, ());
///             Instance::new(&mut store, &module, &[memory.clone().into()]).expect("it starts");
///         });
///     }
/// });
/// // SAFETY: the first four bytes are in the memory, aligned, and only accessed by atomics.
/// let word = unsafe { AtomicU32::from_ptr(memory.data().as_ptr().cast_mut().cast()) };
/// assert_eq!(word.load(SeqCst), 4);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SharedMemory {
    engine: Engine,
    memory: runtime::SharedMemory,
}

impl SharedMemory {
    /// A memory of its minimum size, filled with zeros.
    ///
    /// # Errors
    ///
    /// If its type is not shared, if [`Config::shared_memory`](crate::Config::shared_memory) is
    /// off, or if it is too large.
    pub fn new(engine: &Engine, ty: MemoryType) -> Result<SharedMemory> {
        ensure!(
            ty.is_shared(),
            "shared memory must have the `shared` flag enabled on its memory type"
        );
        let memory = runtime::SharedMemory::new(ty.lower(), engine.tuning())?;
        Ok(SharedMemory::from_runtime(engine, memory))
    }

    /// Its type. The minimum is the one it was made with.
    pub fn ty(&self) -> MemoryType {
        MemoryType::raise(self.memory.ty())
    }

    /// Its size in pages.
    pub fn size(&self) -> u64 {
        self.memory.pages()
    }

    /// Bytes in a page.
    pub fn page_size(&self) -> u64 {
        self.ty().page_size()
    }

    /// Its size in bytes.
    pub fn data_size(&self) -> usize {
        self.memory.len()
    }

    /// Its bytes, as many as there are now.
    ///
    /// They stay where they are, but other threads may write them at any time: use the atomics of
    /// the standard library to access them.
    pub fn data(&self) -> &[UnsafeCell<u8>] {
        // SAFETY: the memory is accessible in this length as long as it exists; it never moves or
        // shrinks. Cells promise nothing about their content.
        unsafe { slice::from_raw_parts(self.memory.base().cast(), self.memory.len()) }
    }

    /// Grows it by `delta` pages of zeros, for all who use it. Returns its old size in pages.
    ///
    /// # Errors
    ///
    /// If its maximum does not allow it.
    pub fn grow(&self, delta: u64) -> Result<u64> {
        match self.memory.grow(delta) {
            Some(old) => Ok(old),
            None => bail!("failed to grow memory by `{delta}`"),
        }
    }

    /// What `memory.atomic.notify` does: wakes up to `count` threads that wait at `addr`, and
    /// returns how many.
    ///
    /// # Errors
    ///
    /// If `addr` is not aligned to 4 bytes or not within the memory.
    pub fn atomic_notify(&self, addr: u64, count: u32) -> Result<u32, Trap> {
        self.memory.atomic_notify(addr, count)
    }

    /// What `memory.atomic.wait32` does: waits until it is notified, if there is `expected` at
    /// `addr`. `None` waits without a limit.
    ///
    /// # Errors
    ///
    /// If `addr` is not aligned to 4 bytes or not within the memory.
    pub fn atomic_wait32(
        &self,
        addr: u64,
        expected: u32,
        timeout: Option<Duration>,
    ) -> Result<WaitResult, Trap> {
        self.memory.atomic_wait32(addr, expected, timeout)
    }

    /// What `memory.atomic.wait64` does: waits until it is notified, if there is `expected` at
    /// `addr`. `None` waits without a limit.
    ///
    /// # Errors
    ///
    /// If `addr` is not aligned to 8 bytes or not within the memory.
    pub fn atomic_wait64(
        &self,
        addr: u64,
        expected: u64,
        timeout: Option<Duration>,
    ) -> Result<WaitResult, Trap> {
        self.memory.atomic_wait64(addr, expected, timeout)
    }

    pub(crate) fn from_runtime(engine: &Engine, memory: runtime::SharedMemory) -> SharedMemory {
        SharedMemory {
            engine: engine.clone(),
            memory,
        }
    }

    /// Can instances in `store` use it? Any store of its engine will do.
    pub(crate) fn comes_from_same_store(&self, store: &StoreOpaque) -> bool {
        Engine::same(&self.engine, store.engine())
    }

    pub(crate) fn runtime(&self) -> &runtime::SharedMemory {
        &self.memory
    }
}

impl fmt::Debug for SharedMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedMemory").finish_non_exhaustive()
    }
}
