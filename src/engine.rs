//! [`Engine`]: what stores and modules share: settings, and the registry of function types.
//!
//! It executes nothing. Everything in it is immutable or behind a lock of its own.

use crate::Config;
use crate::config::Resolved;
use crate::error::Result;
use crate::tiering;
use runtime::module::Features;
use runtime::types::TypeRegistry;
use runtime::{Tiers, Tuning};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

/// Settings and types that stores and modules share. Clones are the same engine.
///
/// ```
/// use wasm_interp_jit::{Engine, Module, Store};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let engine = Engine::default();
/// // A module can be used in any number of stores of its engine, on any thread.
/// let module = Module::new(&engine, "(module)")?;
/// std::thread::spawn({
///     let (engine, module) = (engine.clone(), module.clone());
///     move || {
///         let mut store = Store::new(&engine, ());
///         wasm_interp_jit::Instance::new(&mut store, &module, &[])
///     }
/// });
/// assert!(Engine::same(&engine, module.engine()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    resolved: Resolved,
    types: Arc<TypeRegistry>,
    tiers: Arc<dyn Tiers>,
    epoch: AtomicU64,
}

impl Engine {
    /// Makes an engine.
    ///
    /// # Errors
    ///
    /// If settings contradict each other or ask for what is not supported, and if the environment
    /// names an unknown mode.
    pub fn new(config: &Config) -> Result<Engine> {
        let resolved = config.resolve()?;
        let tiers = tiering::tiers(&resolved.tuning);
        let inner = Inner {
            config: config.clone(),
            resolved,
            types: Arc::default(),
            tiers,
            epoch: AtomicU64::new(0),
        };
        Ok(Engine {
            inner: Arc::new(inner),
        })
    }

    /// The settings it was made with.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Are both the same engine?
    pub fn same(a: &Engine, b: &Engine) -> bool {
        Arc::ptr_eq(&a.inner, &b.inner)
    }

    /// A reference that does not keep the engine alive.
    pub fn weak(&self) -> EngineWeak {
        EngineWeak {
            inner: Arc::downgrade(&self.inner),
        }
    }

    /// Begins the next epoch. May be called by any thread, and by signal handlers.
    ///
    /// See [`Config::epoch_interruption`].
    pub fn increment_epoch(&self) {
        self.inner.epoch.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of the epoch. It is valid as long as the engine.
    pub(crate) fn epoch(&self) -> *const AtomicU64 {
        &raw const self.inner.epoch
    }

    /// Is Wasm executed as code for Pulley? It never is.
    pub fn is_pulley(&self) -> bool {
        false
    }

    /// Are executions recorded? They never are.
    pub fn is_recording(&self) -> bool {
        false
    }

    /// Are executions replayed? They never are.
    pub fn is_replaying(&self) -> bool {
        false
    }

    /// Does nothing: a thread needs no preparation for Wasm.
    pub fn tls_eager_initialize() {}

    /// Has signals handled as they were before there was an engine, so that the library can be
    /// unloaded.
    ///
    /// # Panics
    ///
    /// If there is another reference to the engine: a clone, a module, a store or a linker.
    ///
    /// # Safety
    ///
    /// As in wasmtime: it is the last engine of the process.
    ///
    /// # Aborts
    ///
    /// If somebody else has taken over the signals since they became those of compiled code.
    pub unsafe fn unload_process_handlers(self) {
        assert_eq!(Arc::weak_count(&self.inner), 0);
        assert_eq!(Arc::strong_count(&self.inner), 1);
        drop(self);
        runtime::os::signals::uninstall();
    }

    /// What the runtime and the tiers read.
    pub(crate) fn tuning(&self) -> &Arc<Tuning> {
        &self.inner.resolved.tuning
    }

    /// What modules may contain.
    pub(crate) fn features(&self) -> Features {
        self.inner.resolved.features
    }

    /// The same as the embedder says it.
    pub(crate) fn wasm_features(&self) -> wasmparser::WasmFeatures {
        self.inner.resolved.wasm_features
    }

    /// Are functions validated at their first call?
    pub(crate) fn hints(&self) -> bool {
        self.inner.resolved.hints && self.inner.resolved.tuning.jit
    }

    pub(crate) fn lazy_validation(&self) -> bool {
        self.inner.resolved.lazy_validation
    }

    /// Do frames know their offsets?
    pub(crate) fn address_map(&self) -> bool {
        self.inner.resolved.address_map
    }

    /// Do backtraces say that debug information could be shown?
    pub(crate) fn hint_details(&self) -> bool {
        self.inner.resolved.hint_details
    }

    /// Do backtraces show debug information?
    #[cfg(feature = "addr2line")]
    pub(crate) fn show_details(&self) -> bool {
        self.inner.resolved.show_details
    }

    /// The interpreter and the compiler.
    pub(crate) fn tiers(&self) -> &Arc<dyn Tiers> {
        &self.inner.tiers
    }

    /// The canonical function types.
    pub(crate) fn types(&self) -> &Arc<TypeRegistry> {
        &self.inner.types
    }
}

impl Default for Engine {
    /// An engine with the default settings.
    ///
    /// # Panics
    ///
    /// If the environment names an unknown mode.
    fn default() -> Engine {
        match Engine::new(&Config::default()) {
            Ok(engine) => engine,
            Err(error) => panic!("default settings: {error:#}"),
        }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

/// A reference to an engine that does not keep it alive.
#[derive(Clone, Default)]
pub struct EngineWeak {
    inner: Weak<Inner>,
}

impl EngineWeak {
    /// The engine, if something else still keeps it alive.
    pub fn upgrade(&self) -> Option<Engine> {
        self.inner.upgrade().map(|inner| Engine { inner })
    }
}

impl fmt::Debug for EngineWeak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EngineWeak")
    }
}
