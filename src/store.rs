//! [`Store`]: the embedder's data together with everything that Wasm made.
//!
//! ```text
//!   Store<T> ──► StoreInner<T> { opaque: StoreOpaque ──► runtime::Store, data: T }
//!                     ▲                                        │
//!                     └──────────── owner, while Wasm runs ────┘
//! ```
//!
//! Compiled code and interpreter handlers hold pointers into the runtime's store. It lies in an
//! allocation of its own that is only reached through a raw pointer, so that no reference of ours
//! is invalidated by what they write.
//!
//! Invariants:
//! 1. `StoreOpaque::runtime` is valid from `StoreOpaque::new` to its drop, and nothing else frees
//!    it. References made of it live at most as long as a borrow of the `StoreOpaque`.
//! 2. While Wasm of a store runs, `runtime::Store::owner` points to its `StoreInner<T>`, derived
//!    from the reference that the innermost call was made with (`call.rs` sees to it).
//! 3. Everything that was made in a store (function references, instances, and so on) stays where
//!    it is until the store is dropped. A handle names its store by id; who uses it checks that.

mod caller;
mod context;
mod hooks;
mod metering;

pub use caller::Caller;
pub use context::{AsContext, AsContextMut, StoreContext, StoreContextMut};
pub use hooks::{CallHook, CallHookHandler};
pub use metering::UpdateDeadline;

use crate::error::{Context, Result};
use crate::gc::Roots;
use crate::limits::FindLimiter;
use crate::types::TagType;
use crate::{Engine, Module};
use runtime::{RawFrame, walk};
use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Identifies a store within the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StoreId(u64);

impl StoreId {
    fn next() -> StoreId {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        StoreId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Instances, functions, memories and so on, and data of the embedder.
///
/// Nothing is freed before the store is. One thread at a time uses it.
///
/// ```
/// use wasm_interp_jit::{Caller, Engine, Func, Store};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let engine = Engine::default();
/// // Host functions reach the data of the store that they are called in.
/// let mut store = Store::new(&engine, Vec::new());
/// let push = Func::wrap(&mut store, |mut caller: Caller<'_, Vec<i32>>, it: i32| {
///     caller.data_mut().push(it);
/// });
/// let push = push.typed::<i32, ()>(&store)?;
/// push.call(&mut store, 1)?;
/// push.call(&mut store, 2)?;
/// assert_eq!(store.into_data(), [1, 2]);
/// # Ok(())
/// # }
/// ```
pub struct Store<T: 'static> {
    inner: Box<StoreInner<T>>,
}

/// What a store is, at a fixed place.
pub(crate) struct StoreInner<T: 'static> {
    // Dropped before `data`: host functions go first.
    opaque: StoreOpaque,
    limiter: Option<FindLimiter<T>>,
    hook: Option<hooks::Hook<T>>,
    data: T,
}

/// The part of a store that does not depend on the embedder's data.
#[doc(hidden)]
pub struct StoreOpaque {
    id: StoreId,
    engine: Engine,
    /// Modules of the instances, by the runtime's module.
    modules: HashMap<*const runtime::module::Module, Module>,
    hostcall_fuel: usize,
    roots: Roots,
    tags: Vec<TagType>,
    /// Must Wasm be called by functions named `*_async`?
    async_required: bool,
    /// Is it?
    in_async: bool,
    runtime: NonNull<runtime::Store>,
}

/// Bytes that a host function may copy out of Wasm at once, unless the embedder says otherwise.
const DEFAULT_HOSTCALL_FUEL: usize = 128 << 20;

// SAFETY: `runtime` is owned (invariant 1) and `Send`; the keys of `modules` are only compared.
unsafe impl Send for StoreOpaque {}
// SAFETY: shared access to `runtime` gives shared access to a `runtime::Store`, which is `Sync`.
unsafe impl Sync for StoreOpaque {}

impl<T> Store<T> {
    /// A store of `engine`.
    ///
    /// # Panics
    ///
    /// If the operating system refuses the stack for Wasm. [`Store::try_new`] returns an error.
    pub fn new(engine: &Engine, data: T) -> Self {
        match Self::try_new(engine, data) {
            Ok(store) => store,
            Err(error) => panic!("cannot make a store: {error:#}"),
        }
    }

    /// A store of `engine`.
    ///
    /// # Errors
    ///
    /// If the operating system refuses the stack for Wasm.
    pub fn try_new(engine: &Engine, data: T) -> Result<Self> {
        let opaque = StoreOpaque::new(engine)?;
        Ok(Store {
            inner: Box::new(StoreInner {
                opaque,
                limiter: None,
                hook: None,
                data,
            }),
        })
    }

    /// The embedder's data.
    pub fn data(&self) -> &T {
        &self.inner.data
    }

    /// The embedder's data.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.inner.data
    }

    /// Frees the store, but not the data.
    pub fn into_data(self) -> T {
        self.inner.data
    }

    /// Its engine.
    pub fn engine(&self) -> &Engine {
        &self.inner.opaque.engine
    }

    #[cfg(unix)]
    pub(crate) fn set_runtime_signal_handler(
        &mut self,
        handler: runtime::os::signals::SignalHandler,
    ) {
        self.inner.opaque.runtime_mut().signal_handler = Some(handler);
    }

    /// How many bytes of Wasm, roughly, one call of a host function may copy for itself.
    pub fn hostcall_fuel(&self) -> usize {
        self.inner.opaque.hostcall_fuel
    }

    /// Sets [`Store::hostcall_fuel`], which is 128 MiB otherwise.
    ///
    /// The functions of WASI keep to it, so that a module cannot make the host run out of memory.
    /// Each call has as much.
    pub fn set_hostcall_fuel(&mut self, fuel: usize) {
        self.inner.opaque.hostcall_fuel = fuel;
    }
}

impl<T: Default> Default for Store<T> {
    fn default() -> Self {
        Store::new(&Engine::default(), T::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for Store<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("data", &self.inner.data)
            .finish_non_exhaustive()
    }
}

impl<T> StoreInner<T> {
    pub(crate) fn opaque(&self) -> &StoreOpaque {
        &self.opaque
    }

    pub(crate) fn opaque_mut(&mut self) -> &mut StoreOpaque {
        &mut self.opaque
    }

    pub(crate) fn data(&self) -> &T {
        &self.data
    }

    pub(crate) fn data_mut(&mut self) -> &mut T {
        &mut self.data
    }

    /// Lets the runtime's store do what may ask the limiter.
    ///
    /// # Panics
    ///
    /// If the limiter does.
    pub(crate) fn with_limiter<R>(&mut self, body: impl FnOnce(&mut runtime::Store) -> R) -> R {
        let runtime = self.opaque.runtime_ptr();
        let inner: *mut StoreInner<T> = self;
        // SAFETY: invariants 1 and 2; the limiter does not touch the runtime's store.
        let (outer, result) = unsafe {
            let outer = mem::replace(&mut (*runtime).owner, inner.cast());
            let body = AssertUnwindSafe(|| body(&mut *runtime));
            (outer, catch_unwind(body))
        };
        // SAFETY: as above. The outer call goes on with its own reference.
        unsafe { (*runtime).owner = outer };
        result.unwrap_or_else(|payload| resume_unwind(payload))
    }

    /// Both parts at once.
    pub(crate) fn split_mut(&mut self) -> (&mut StoreOpaque, &mut T) {
        (&mut self.opaque, &mut self.data)
    }
}

impl StoreOpaque {
    fn new(engine: &Engine) -> Result<StoreOpaque> {
        let tuning = engine.tuning().clone();
        let mut runtime = runtime::Store::new(engine.tiers().clone(), tuning)
            .context("failed to allocate the stack for wasm")?;
        // The engine outlives the store.
        runtime.vm.epoch = engine.epoch();
        Ok(StoreOpaque {
            id: StoreId::next(),
            engine: engine.clone(),
            modules: HashMap::new(),
            hostcall_fuel: DEFAULT_HOSTCALL_FUEL,
            roots: Roots::default(),
            tags: Vec::new(),
            async_required: false,
            in_async: false,
            runtime: NonNull::from(Box::leak(runtime)),
        })
    }

    pub(crate) fn id(&self) -> StoreId {
        self.id
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn hostcall_fuel(&self) -> usize {
        self.hostcall_fuel
    }

    pub(crate) fn set_hostcall_fuel(&mut self, fuel: usize) {
        self.hostcall_fuel = fuel;
    }

    /// What the embedder holds of references.
    pub(crate) fn roots(&self) -> &Roots {
        &self.roots
    }

    /// What the embedder holds of references.
    pub(crate) fn roots_mut(&mut self) -> &mut Roots {
        &mut self.roots
    }

    /// Makes a tag.
    pub(crate) fn add_tag(&mut self, ty: TagType) -> usize {
        self.tags.push(ty);
        self.tags.len() - 1
    }

    /// The type of a tag.
    pub(crate) fn tag(&self, index: usize) -> &TagType {
        &self.tags[index]
    }

    /// The runtime's store.
    pub(crate) fn runtime(&self) -> &runtime::Store {
        // SAFETY: invariant 1; no Wasm runs during the borrow.
        unsafe { self.runtime.as_ref() }
    }

    /// Tells the tiers of a new instance.
    pub(crate) fn on_instantiated(&self, instance: runtime::InstanceId) {
        let store = self.runtime_ptr();
        // SAFETY: the store is alive and no reference to it is; no Wasm runs.
        unsafe { runtime::Store::tiers(store).on_instantiated(store, instance) };
    }

    /// The runtime's store.
    pub(crate) fn runtime_mut(&mut self) -> &mut runtime::Store {
        // SAFETY: invariant 1; no Wasm runs during the borrow, which is exclusive.
        unsafe { self.runtime.as_mut() }
    }

    /// The runtime's store, for calls into Wasm.
    pub(crate) fn runtime_ptr(&self) -> *mut runtime::Store {
        self.runtime.as_ptr()
    }

    /// The frames of its Wasm, innermost first, as many as the settings say.
    pub(crate) fn capture(&self) -> Vec<RawFrame> {
        // SAFETY: the store is alive and borrowed; if anything of it runs that is a host function,
        // so that all frames are on record.
        unsafe { walk::capture(self.runtime_ptr(), None) }
    }

    /// The frames of its Wasm, even if the settings say none.
    pub(crate) fn capture_forced(&self) -> Vec<RawFrame> {
        let limit = self.engine.tuning().backtrace_frames.unwrap_or(usize::MAX);
        // SAFETY: as in `capture`.
        unsafe { walk::capture_forced(self.runtime_ptr(), limit) }
    }

    /// All frames of its Wasm, whatever the settings say.
    #[cfg(feature = "profiling")]
    pub(crate) fn capture_all(&self) -> Vec<RawFrame> {
        // SAFETY: as in `capture`.
        unsafe { walk::capture_forced(self.runtime_ptr(), usize::MAX) }
    }

    /// Panics unless a handle with `id` belongs to this store.
    #[inline]
    #[track_caller]
    pub(crate) fn check(&self, id: StoreId) {
        if self.id != id {
            wrong_store();
        }
    }

    /// Notes whose module an instance is of.
    pub(crate) fn register_module(&mut self, module: &Module) {
        let key = Arc::as_ptr(module.runtime());
        self.modules.entry(key).or_insert_with(|| module.clone());
    }

    /// The module of an instance.
    pub(crate) fn module(&self, module: &Arc<runtime::module::Module>) -> &Module {
        &self.modules[&Arc::as_ptr(module)]
    }
}

impl Drop for StoreOpaque {
    fn drop(&mut self) {
        // SAFETY: invariant 1: leaked by `new`, freed only here.
        drop(unsafe { Box::from_raw(self.runtime.as_ptr()) });
    }
}

impl fmt::Debug for StoreOpaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOpaque")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cold]
#[track_caller]
fn wrong_store() -> ! {
    panic!("object used with the wrong store")
}
