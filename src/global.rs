//! [`Global`]: a global of a store.

use crate::error::{Context, Result, bail, format_err};
use crate::store::{StoreId, StoreOpaque};
use crate::types::{GlobalType, ValType};
use crate::{AsContext, AsContextMut, Val};
use runtime::GlobalId;

/// A global of a store.
///
/// Every method panics if it belongs to another store.
///
/// ```
/// use wasm_interp_jit::{Engine, Global, GlobalType, Instance, Module, Mutability, Store, Val, ValType};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let engine = Engine::default();
/// let mut store = Store::new(&engine, ());
/// let ty = GlobalType::new(ValType::I32, Mutability::Var);
/// let counter = Global::new(&mut store, ty, Val::I32(5))?;
/// let module = Module::new(
///     &engine,
///     r#"(module
///         (global $counter (import "" "counter") (mut i32))
///         (func $next (global.set $counter (i32.add (global.get $counter) (i32.const 1))))
///         (start $next))"#,
/// )?;
/// Instance::new(&mut store, &module, &[counter.into()])?;
/// assert_eq!(counter.get(&mut store).i32(), Some(6));
/// counter.set(&mut store, Val::I32(-1))?;
/// assert!(counter.set(&mut store, Val::I64(0)).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Global {
    store: StoreId,
    id: GlobalId,
}

impl Global {
    /// A global with a value.
    ///
    /// # Errors
    ///
    /// If the value is not of the type, or belongs to another store, or if the type is not
    /// supported.
    pub fn new(mut store: impl AsContextMut, ty: GlobalType, val: Val) -> Result<Global> {
        let store = store.as_context_mut().0.opaque_mut();
        val.ensure_matches(store, ty.content()).context(
            "type mismatch: initial value provided does not match the type of this global",
        )?;
        let lowered = ty
            .lower()
            .ok_or_else(|| format_err!("globals of type {ty:?} are not supported"))?;
        let cell = val.to_cell(store)?;
        let id = store.runtime_mut().new_global(lowered, cell);
        Ok(Global::from_id(store, id))
    }

    /// Its type.
    pub fn ty(&self, store: impl AsContext) -> GlobalType {
        let store = store.as_context().0.opaque();
        GlobalType::raise(store.engine(), &self.runtime(store).ty)
    }

    /// Its value.
    pub fn get(&self, mut store: impl AsContextMut) -> Val {
        let store = store.as_context_mut().0.opaque_mut();
        store.check(self.store);
        Val::of_global(store, self.id)
    }

    /// Sets its value.
    ///
    /// # Errors
    ///
    /// If it cannot change, or if the value is not of its type or belongs to another store.
    pub fn set(&self, mut store: impl AsContextMut, val: Val) -> Result<()> {
        let store = store.as_context_mut().0.opaque_mut();
        let ty = self.runtime(store).ty;
        if !ty.mutable {
            bail!("immutable global cannot be set");
        }
        val.ensure_matches(store, &ValType::raise(store.engine(), ty.content))
            .context("type mismatch: attempt to set global to value of wrong type")?;
        let cell = val.to_cell(store)?;
        store.runtime_mut().global_mut(self.id).set(cell);
        Ok(())
    }

    /// A number that only this global has in its store.
    pub fn debug_index_in_store(&self) -> u64 {
        self.id.0.into()
    }

    pub(crate) fn from_id(store: &StoreOpaque, id: GlobalId) -> Global {
        Global {
            store: store.id(),
            id,
        }
    }

    /// All globals of a store.
    #[cfg(feature = "coredump")]
    pub(crate) fn all(store: &StoreOpaque) -> Vec<Global> {
        let ids = (0..).zip(&store.runtime().globals);
        ids.map(|(n, _)| Global::from_id(store, GlobalId(n)))
            .collect()
    }

    pub(crate) fn id(&self) -> GlobalId {
        self.id
    }

    pub(crate) fn comes_from_same_store(&self, store: &StoreOpaque) -> bool {
        self.store == store.id()
    }

    #[track_caller]
    pub(crate) fn runtime<'a>(&self, store: &'a StoreOpaque) -> &'a runtime::Global {
        store.check(self.store);
        store.runtime().global(self.id)
    }
}
