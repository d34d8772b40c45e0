//! [`ExternRef`]: values of the host that Wasm can hold, and the handles by which the host does.
//!
//! The values live as long as their store. Handles are therefore only a store and a slot, and
//! scopes end nothing; the types are wasmtime's, so that programs can rely on less than that.

use crate::error::Result;
use crate::store::{StoreId, StoreOpaque};
use crate::{AsContext, AsContextMut, StoreContext, StoreContextMut};
use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::num::NonZeroU64;
use std::ops::Deref;

/// A value of the host in a store. Used through [`Rooted`] and [`OwnedRooted`].
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
#[repr(transparent)]
pub struct ExternRef {
    root: Root,
}

/// Where a reference is: all that a handle holds.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Root {
    store: StoreId,
    slot: NonZeroU64,
}

/// Types that handles refer to: [`ExternRef`].
pub trait GcRef: sealed::Sealed {
    #[doc(hidden)]
    fn from_root(root: &Root) -> &Self;
}

/// Handles to a `T`: [`Rooted`] and [`OwnedRooted`].
pub trait RootedGcRef<T: GcRef>: sealed::Sealed {
    #[doc(hidden)]
    fn root(&self) -> Root;
}

mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for ExternRef {}

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
        let slot = store.runtime_mut().new_extern_ref(Box::new(value));
        Ok(Rooted::from_slot(store, slot).expect("the slot of a value is not 0"))
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// None, so far.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn data<'a, T: 'static>(
        &self,
        store: impl Into<StoreContext<'a, T>>,
    ) -> Result<Option<&'a (dyn Any + Send + Sync)>> {
        let store = store.into().0.opaque();
        let index = self.index(store);
        Ok(Some(&*store.runtime().extern_refs[index]))
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// None, so far.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> Result<Option<&'a mut (dyn Any + Send + Sync)>> {
        let store = store.into().0.opaque_mut();
        let index = self.index(store);
        Ok(Some(&mut *store.runtime_mut().extern_refs[index]))
    }

    fn index(&self, store: &StoreOpaque) -> usize {
        store.check(self.root.store);
        usize::try_from(self.root.slot.get() - 1).expect("values fit the address space")
    }
}

impl fmt::Debug for ExternRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExternRef({})", self.root.slot)
    }
}

/// Declares a handle. The two differ in what they would promise if values were collected.
macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        pub struct $name<T: GcRef> {
            root: Root,
            _ty: PhantomData<T>,
        }

        impl<T: GcRef> $name<T> {
            /// Do both refer to the same value?
            ///
            /// # Errors
            ///
            /// None, so far.
            ///
            /// # Panics
            ///
            /// If one of them belongs to another store.
            pub fn ref_eq(
                store: impl AsContext,
                a: &impl RootedGcRef<T>,
                b: &impl RootedGcRef<T>,
            ) -> Result<bool> {
                let store = store.as_context().0.opaque();
                let (a, b) = (a.root(), b.root());
                store.check(a.store);
                store.check(b.store);
                Ok(a == b)
            }

            fn new(root: Root) -> Self {
                Self { root, _ty: PhantomData }
            }

            pub(crate) fn comes_from_same_store(&self, store: &StoreOpaque) -> bool {
                self.root.store == store.id()
            }

            /// The slot that Wasm holds.
            #[track_caller]
            pub(crate) fn slot(&self, store: &StoreOpaque) -> u64 {
                store.check(self.root.store);
                self.root.slot.get()
            }

            /// The reference in a slot of `store`; `None` if it is null.
            pub(crate) fn from_slot(store: &StoreOpaque, slot: u64) -> Option<Self> {
                let slot = NonZeroU64::new(slot)?;
                Some(Self::new(Root { store: store.id(), slot }))
            }
        }

        impl<T: GcRef> sealed::Sealed for $name<T> {}

        impl<T: GcRef> RootedGcRef<T> for $name<T> {
            fn root(&self) -> Root {
                self.root
            }
        }

        impl<T: GcRef> Deref for $name<T> {
            type Target = T;

            fn deref(&self) -> &T {
                T::from_root(&self.root)
            }
        }

        impl<T: GcRef + fmt::Debug> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&**self, f)
            }
        }
    )*};
}

handles! {
    /// A reference that is valid in its [`RootScope`], or as long as the store.
    Rooted;
    /// A reference that is valid as long as it exists.
    OwnedRooted;
}

impl<T: GcRef> Rooted<T> {
    /// The same reference, valid as long as it exists.
    ///
    /// # Errors
    ///
    /// None, so far.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn to_owned_rooted(&self, mut store: impl AsContextMut) -> Result<OwnedRooted<T>> {
        store.as_context_mut().0.opaque().check(self.root.store);
        Ok(OwnedRooted::new(self.root))
    }

    /// Are both the same handle?
    pub fn rooted_eq(a: Self, b: Self) -> bool {
        a.root == b.root
    }

    /// Hashes the handle.
    pub fn rooted_hash<H: Hasher>(&self, state: &mut H) {
        self.root.hash(state);
    }
}

impl<T: GcRef> OwnedRooted<T> {
    /// The same reference, valid in the current scope.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn to_rooted(&self, mut store: impl AsContextMut) -> Rooted<T> {
        store.as_context_mut().0.opaque().check(self.root.store);
        Rooted::new(self.root)
    }
}

impl<T: GcRef> Clone for Rooted<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: GcRef> Copy for Rooted<T> {}

impl<T: GcRef> Clone for OwnedRooted<T> {
    fn clone(&self) -> Self {
        OwnedRooted::new(self.root)
    }
}

/// A scope for the references that are made in it. They may be collected after it.
#[derive(Debug)]
pub struct RootScope<C: AsContextMut> {
    store: C,
}

impl<C: AsContextMut> RootScope<C> {
    /// Opens a scope.
    pub fn new(store: C) -> Self {
        RootScope { store }
    }

    /// Makes room for `additional` references.
    pub fn reserve(&mut self, additional: usize) {
        self.store
            .as_context_mut()
            .0
            .opaque_mut()
            .runtime_mut()
            .extern_refs
            .reserve(additional);
    }
}

impl<C: AsContextMut> AsContext for RootScope<C> {
    type Data = C::Data;

    fn as_context(&self) -> StoreContext<'_, C::Data> {
        self.store.as_context()
    }
}

impl<C: AsContextMut> AsContextMut for RootScope<C> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        self.store.as_context_mut()
    }
}
