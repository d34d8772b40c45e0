//! Configurations, engines and stores, and how handles reach the store they belong to.
//!
//! While a callback of C runs, the store is borrowed by the call that led to it, and the callback has
//! a context to use it through. What C calls then goes through that context (`StoreCell::active`):
//! the store itself is only borrowed when no callback runs.

use crate::finalizer::{HostInfo, Stage};
use crate::protect;
use crate::reference::{InfoCell, Key};
use std::cell::{Cell, UnsafeCell};
use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::{Arc, Weak};
use wasm_interp_jit::{
    AsContextMut as _, Config, Engine, Instance, Module, RootScope, Store, StoreContextMut,
    StoreLimits, StoreLimitsBuilder,
};

pub(crate) struct wasm_config_t {
    config: Config,
}

pub(crate) struct wasm_engine_t {
    pub(crate) engine: Engine,
}

/// C's handle of a store.
pub(crate) struct wasm_store_t {
    pub(crate) store: StoreRef,
}

declare_own!(config, wasm_config_t);
declare_own!(engine, wasm_engine_t);
declare_own!(store, wasm_store_t);

/// Keeps a store.
#[derive(Clone)]
pub(crate) struct StoreRef {
    cell: Arc<StoreCell>,
}

struct StoreCell {
    store: UnsafeCell<Store<Data>>,
    /// The context of the innermost callback that runs.
    active: Cell<Option<NonNull<StoreContextMut<'static, Data>>>>,
}

/// The data of stores.
pub(crate) struct Data {
    cell: Weak<StoreCell>,
    /// What C attached to objects that only the store holds.
    pub(crate) infos: HashMap<Key, HostInfo>,
    /// Modules of the instances, with the instance if there is only one.
    pub(crate) modules: Vec<(Module, Option<Instance>)>,
    /// What the trap that a callback has just returned is recognized by.
    pub(crate) thrown: Option<Arc<InfoCell>>,
    /// None but memory: C could not change those that stores have by default.
    limits: StoreLimits,
}

/// Ends the use of a callback's context.
pub(crate) struct Entered<'a> {
    cell: &'a StoreCell,
    outer: Option<NonNull<StoreContextMut<'static, Data>>>,
    _stage: Stage,
}

impl StoreRef {
    fn new(engine: &Engine) -> wasm_interp_jit::Result<StoreRef> {
        let data = Data {
            cell: Weak::new(),
            infos: HashMap::new(),
            modules: Vec::new(),
            thrown: None,
            limits: StoreLimitsBuilder::new()
                .instances(usize::MAX)
                .tables(usize::MAX)
                .memories(usize::MAX)
                .build(),
        };
        let mut store = Store::try_new(engine, data)?;
        store.limiter(|data| &mut data.limits);
        #[expect(
            clippy::arc_with_non_send_sync,
            reason = "handles of a store may be freed by another thread than made them"
        )]
        let cell = Arc::new(StoreCell {
            store: UnsafeCell::new(store),
            active: Cell::new(None),
        });
        let store = StoreRef { cell };
        let weak = Arc::downgrade(&store.cell);
        store.with(|mut cx| cx.data_mut().cell = weak);
        Ok(store)
    }

    /// Uses the store. `f` runs no code of C but callbacks that Wasm calls, and keeps nothing: the
    /// references that it makes end with it.
    pub(crate) fn with<R>(&self, f: impl FnOnce(StoreContextMut<'_, Data>) -> R) -> R {
        let _stage = Stage::borrow();
        let cx = match self.cell.active.get() {
            // SAFETY: it is the context of a callback that has not returned (`enter`), and nobody
            // else uses that: the callback waits for C, and one thread uses the store.
            Some(active) => unsafe { (*active.as_ptr()).as_context_mut() },
            // SAFETY: no callback runs, hence no other `f`, which would borrow the store, nor any
            // finalizer (F1); and one thread uses it.
            None => unsafe { (*self.cell.store.get()).as_context_mut() },
        };
        f(RootScope::new(cx).as_context_mut())
    }

    /// Lets C use the store through the context of a callback until the result is dropped, which is
    /// before the context is.
    pub(crate) fn enter(&self, cx: &mut StoreContextMut<'_, Data>) -> Entered<'_> {
        let active = NonNull::from(cx).cast();
        Entered {
            cell: &self.cell,
            outer: self.cell.active.replace(Some(active)),
            _stage: Stage::lend(),
        }
    }

    pub(crate) fn is_same(&self, other: &StoreRef) -> bool {
        Arc::ptr_eq(&self.cell, &other.cell)
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.cell.active.set(self.outer);
    }
}

impl Data {
    /// The store that has this data.
    ///
    /// Requires that Wasm of it runs: then the call from C holds it.
    pub(crate) fn store(&self) -> StoreRef {
        let cell = self.cell.upgrade().expect("a store that is used exists");
        StoreRef { cell }
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_config_new() -> Option<Box<wasm_config_t>> {
    let config = Config::new();
    Some(Box::new(wasm_config_t { config }))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_engine_new() -> Option<Box<wasm_engine_t>> {
    wasm_engine_new_with_config(wasm_config_new())
}

#[unsafe(no_mangle)]
extern "C" fn wasm_engine_new_with_config(
    config: Option<Box<wasm_config_t>>,
) -> Option<Box<wasm_engine_t>> {
    let config = config?.config;
    let engine = protect(|| Engine::new(&config)).ok()?.ok()?;
    Some(Box::new(wasm_engine_t { engine }))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_store_new(engine: Option<&wasm_engine_t>) -> Option<Box<wasm_store_t>> {
    let engine = &engine?.engine;
    let store = protect(|| StoreRef::new(engine)).ok()?.ok()?;
    Some(Box::new(wasm_store_t { store }))
}
