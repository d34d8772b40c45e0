//! [`ExternRef`]: values of the host that Wasm can hold.

use super::root::Root;
use super::{AnyRef, GcRef, Rooted};
use crate::error::Result;
use crate::store::StoreOpaque;
use crate::{AsContext, AsContextMut, StoreContext, StoreContextMut};
use std::any::Any;
use std::fmt;

/// A value of the host in a store. Used through [`Rooted`] and [`OwnedRooted`](super::OwnedRooted).
///
/// It is dropped when neither handles nor Wasm refer to it: by
/// [`Store::gc`](crate::Store::gc), or when many more values were made since the last time.
///
/// ```
/// use wasm_interp_jit::{Engine, ExternRef, Instance, Module, Rooted, Store};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let engine = Engine::default();
/// let mut store = Store::new(&engine, ());
/// let module = Module::new(
///     &engine,
///     r#"(module (func (export "same") (param externref) (result externref) (local.get 0)))"#,
/// )?;
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let same = instance
///     .get_typed_func::<Option<Rooted<ExternRef>>, Option<Rooted<ExternRef>>>(&mut store, "same")?;
/// let given = ExternRef::new(&mut store, "of the host")?;
/// let back = same.call(&mut store, Some(given))?.expect("it is not null");
/// assert!(Rooted::ref_eq(&store, &given, &back)?);
/// let data = back.data(&store)?.and_then(|it| it.downcast_ref::<&str>());
/// assert_eq!(data, Some(&"of the host"));
/// assert!(same.call(&mut store, None)?.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[repr(transparent)]
pub struct ExternRef {
    root: Root,
}

impl GcRef for ExternRef {
    fn from_root(root: &Root) -> &Self {
        // SAFETY: an `ExternRef` is a `Root`, transparently.
        unsafe { &*std::ptr::from_ref(root).cast::<ExternRef>() }
    }
}

impl ExternRef {
    /// Moves a value into a store.
    ///
    /// # Errors
    ///
    /// None, so far.
    pub fn new<T>(mut store: impl AsContextMut, value: T) -> Result<Rooted<ExternRef>>
    where
        T: Any + Send + Sync + 'static,
    {
        let store = store.as_context_mut().0.opaque_mut();
        if store.runtime().host_values.is_crowded() {
            store.collect();
        }
        let slot = store.runtime_mut().host_values.insert(Box::new(value));
        Ok(Rooted::from_slot(store, slot).expect("the slot of a value is not 0"))
    }

    /// As [`ExternRef::new`].
    ///
    /// # Errors
    ///
    /// None, so far.
    pub async fn new_async<T>(store: impl AsContextMut, value: T) -> Result<Rooted<ExternRef>>
    where
        T: Any + Send + Sync + 'static,
    {
        ExternRef::new(store, value)
    }

    /// The reference as one of the host.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn convert_any(
        mut store: impl AsContextMut,
        anyref: Rooted<AnyRef>,
    ) -> Result<Rooted<ExternRef>> {
        let store = store.as_context_mut().0.opaque_mut();
        let slot = anyref.slot(store)?;
        Ok(Rooted::from_slot(store, slot).expect("is not null"))
    }

    /// The value; `None` if it is not one of the host.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn data<'a, T: 'static>(
        &self,
        store: impl Into<StoreContext<'a, T>>,
    ) -> Result<Option<&'a (dyn Any + Send + Sync)>> {
        let store = store.into().0.opaque();
        let slot = self.root.slot(store)?;
        Ok(store.runtime().host_values.get(slot))
    }

    /// The value; `None` if it is not one of the host.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> Result<Option<&'a mut (dyn Any + Send + Sync)>> {
        let store = store.into().0.opaque_mut();
        let slot = self.root.slot(store)?;
        Ok(store.runtime_mut().host_values.get_mut(slot))
    }

    /// The reference of a [`ValRaw`](crate::ValRaw); `None` if it is null.
    ///
    /// The number is one that [`ExternRef::to_raw`] gave or Wasm passed, and nothing was collected
    /// in between that only it referred to. Otherwise the reference may be to another value.
    pub fn from_raw(mut store: impl AsContextMut, raw: u32) -> Option<Rooted<ExternRef>> {
        Rooted::from_slot(store.as_context_mut().0.opaque_mut(), raw.into())
    }

    /// The reference for a [`ValRaw`](crate::ValRaw).
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn to_raw(&self, mut store: impl AsContextMut) -> Result<u32> {
        let slot = self.root.slot(store.as_context_mut().0.opaque())?;
        Ok(raw(slot))
    }
}

/// A slot as it is in a [`ValRaw`](crate::ValRaw).
pub(super) fn raw(slot: u64) -> u32 {
    u32::try_from(slot).expect("references are smaller than 2^32")
}

impl fmt::Debug for ExternRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExternRef({:?})", self.root.place)
    }
}

impl StoreOpaque {
    /// Drops the values of the host that nobody refers to.
    pub(crate) fn collect(&mut self) {
        let roots = self.roots_mut().trace();
        // SAFETY: no reference to the runtime's store is alive; if its Wasm runs, it waits for a
        // host function on this thread, for the store is borrowed.
        let garbage = unsafe { runtime::collect(self.runtime_ptr(), roots.into_iter()) };
        drop(garbage);
    }
}

/// A heap for GC has no room for a value, which is given back. Never raised by this engine: values
/// of the host have boxes of their own.
pub struct GcHeapOutOfMemory<T> {
    inner: T,
    never: std::convert::Infallible,
}

impl<T> GcHeapOutOfMemory<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// The value, and the error without it.
    pub fn take_inner(self) -> (T, GcHeapOutOfMemory<()>) {
        match self.never {}
    }
}

impl<T> fmt::Debug for GcHeapOutOfMemory<T> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.never {}
    }
}

impl<T> fmt::Display for GcHeapOutOfMemory<T> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.never {}
    }
}

impl<T> std::error::Error for GcHeapOutOfMemory<T> {}

/// Declares the functions that collect, for what gives a store.
macro_rules! collections {
    ($($ty:ty;)*) => {$(
        impl<T: 'static> $ty {
            /// Drops the values of the host that neither handles nor Wasm refer to.
            ///
            /// # Errors
            ///
            /// None, so far.
            pub fn gc(&mut self, _why: Option<&GcHeapOutOfMemory<()>>) -> Result<()> {
                self.as_context_mut().0.opaque_mut().collect();
                Ok(())
            }

            /// As [`Store::gc`](crate::Store::gc).
            ///
            /// # Errors
            ///
            /// None, so far.
            pub async fn gc_async(&mut self, why: Option<&GcHeapOutOfMemory<()>>) -> Result<()> {
                self.gc(why)
            }

            /// Bytes of a heap for GC: there is none, hence 0.
            pub fn gc_heap_capacity(&self) -> usize {
                let _ = self.as_context();
                0
            }
        }
    )*};
}

collections! {
    crate::Store<T>;
    StoreContextMut<'_, T>;
    crate::Caller<'_, T>;
}
