//! [`Caller`]: the store as a host function sees it, and the instance that called.

use super::{AsContext, AsContextMut, StoreContext, StoreContextMut, StoreInner};
use crate::instance::InstanceData;
use crate::{Engine, Extern, ModuleExport};
use runtime::InstanceId;
use std::fmt;

/// The store during a call of a host function.
///
/// ```
/// use wasm_interp_jit::{Caller, Engine, Instance, Linker, Module, Result, Store, bail};
///
/// # fn main() -> Result<()> {
/// let engine = Engine::default();
/// let mut linker = Linker::new(&engine);
/// // A host function that reads what its caller points to.
/// linker.func_wrap(
///     "host",
///     "print",
///     |mut caller: Caller<'_, String>, start: u32, length: u32| {
///         let Some(memory) = caller.get_export("memory").and_then(|it| it.into_memory()) else {
///             bail!("the caller has no memory");
///         };
///         let mut text = vec![0; length as usize];
///         memory.read(&caller, start as usize, &mut text)?;
///         caller.data_mut().push_str(&String::from_utf8_lossy(&text));
///         Ok(())
///     },
/// )?;
/// let module = Module::new(
///     &engine,
///     r#"(module
///         (import "host" "print" (func $print (param i32 i32)))
///         (memory (export "memory") 1)
///         (data (i32.const 8) "hello")
///         (func (export "run") (call $print (i32.const 8) (i32.const 5))))"#,
/// )?;
/// let mut store = Store::new(&engine, String::new());
/// let instance: Instance = linker.instantiate(&mut store, &module)?;
/// instance.get_typed_func::<(), ()>(&mut store, "run")?.call(&mut store, ())?;
/// assert_eq!(store.data(), "hello");
/// # Ok(())
/// # }
/// ```
pub struct Caller<'a, T: 'static> {
    pub(super) store: StoreContextMut<'a, T>,
    instance: Option<InstanceId>,
}

impl<'a, T> Caller<'a, T> {
    /// `instance` is the caller, if it is one.
    pub(crate) fn new(store: &'a mut StoreInner<T>, instance: Option<InstanceId>) -> Self {
        Caller {
            store: StoreContextMut(store),
            instance,
        }
    }

    pub(super) fn into_context(self) -> StoreContextMut<'a, T> {
        self.store
    }

    /// An export of the calling instance; `None` also if the host itself calls.
    pub fn get_export(&mut self, name: &str) -> Option<Extern> {
        InstanceData::new(self.store.0.opaque(), self.instance?).export(name)
    }

    /// As [`Caller::get_export`], by an index that was looked up before.
    pub fn get_module_export(&mut self, export: &ModuleExport) -> Option<Extern> {
        InstanceData::new(self.store.0.opaque(), self.instance?).module_export(export)
    }

    /// The embedder's data.
    pub fn data(&self) -> &T {
        self.store.0.data()
    }

    /// The embedder's data.
    pub fn data_mut(&mut self) -> &mut T {
        self.store.0.data_mut()
    }

    /// The store's engine.
    pub fn engine(&self) -> &Engine {
        self.store.0.opaque().engine()
    }
}

impl<T> fmt::Debug for Caller<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("instance", &self.instance)
            .finish_non_exhaustive()
    }
}

impl<T> AsContext for Caller<'_, T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        self.store.as_context()
    }
}

impl<T> AsContextMut for Caller<'_, T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        self.store.as_context_mut()
    }
}
