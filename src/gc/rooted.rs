//! The handles by which the embedder holds references: [`Rooted`], [`OwnedRooted`], and
//! [`RootScope`].

use super::root::{Place, Root};
use super::{AnyRef, ArrayRef, EqRef, ExnRef, ExternRef, StructRef};
use crate::error::Result;
use crate::store::StoreOpaque;
use crate::{AsContext, AsContextMut, StoreContext, StoreContextMut};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// Types that handles refer to: [`ExternRef`], [`AnyRef`], and so on.
pub trait GcRef: sealed::Sealed + Sized + 'static {
    #[doc(hidden)]
    fn from_root(root: &Root) -> &Self;
}

/// Handles to a `T`: [`Rooted`] and [`OwnedRooted`].
pub trait RootedGcRef<T: GcRef>: sealed::Sealed + Deref<Target = T> {
    #[doc(hidden)]
    fn root(&self) -> Root;
}

pub(super) mod sealed {
    pub trait Sealed {}
}

impl<T: GcRef> sealed::Sealed for Rooted<T> {}
impl<T: GcRef> sealed::Sealed for OwnedRooted<T> {}

/// A reference that is valid until its [`RootScope`] ends, or the call of the host function it was
/// made in. Without either it is valid as long as its store.
///
/// Using it later is an error.
pub struct Rooted<T: GcRef> {
    root: Root,
    _ty: PhantomData<T>,
}

/// A reference that is valid as long as it exists. What it refers to is not freed before.
pub struct OwnedRooted<T: GcRef> {
    root: Root,
    alive: Arc<()>,
    _ty: PhantomData<T>,
}

impl<T: GcRef> Rooted<T> {
    /// The reference in a slot of `store`; `None` if it is null.
    pub(crate) fn from_slot(store: &mut StoreOpaque, slot: u64) -> Option<Self> {
        (slot != 0).then(|| {
            let place = store.roots_mut().push(slot);
            let root = Root {
                store: store.id(),
                place,
            };
            Rooted {
                root,
                _ty: PhantomData,
            }
        })
    }

    /// The same reference, valid as long as it exists.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn to_owned_rooted(&self, mut store: impl AsContextMut) -> Result<OwnedRooted<T>> {
        let store = store.as_context_mut().0.opaque_mut();
        let slot = self.root.slot(store)?;
        Ok(OwnedRooted::own(store, slot))
    }

    /// Are both the same handle? Two handles can refer to the same; [`Rooted::ref_eq`] tells.
    pub fn rooted_eq(a: Self, b: Self) -> bool {
        a.root == b.root
    }

    /// Do both refer to the same?
    ///
    /// # Errors
    ///
    /// If the scope of one of them has ended.
    ///
    /// # Panics
    ///
    /// If one of them belongs to another store.
    pub fn ref_eq(
        store: impl AsContext,
        a: &impl RootedGcRef<T>,
        b: &impl RootedGcRef<T>,
    ) -> Result<bool> {
        ref_eq(store.as_context().0.opaque(), a.root(), b.root())
    }

    /// Hashes the handle.
    pub fn rooted_hash<H: Hasher>(&self, state: &mut H) {
        self.root.hash(state);
    }

    /// Hashes what it refers to.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn ref_hash<H: Hasher>(&self, store: impl AsContext, state: &mut H) -> Result<()> {
        let slot = self.root.slot(store.as_context().0.opaque())?;
        slot.hash(state);
        Ok(())
    }

    pub(super) fn cast<U: GcRef>(self) -> Rooted<U> {
        Rooted {
            root: self.root,
            _ty: PhantomData,
        }
    }
}

impl<T: GcRef> OwnedRooted<T> {
    fn own(store: &mut StoreOpaque, slot: u64) -> Self {
        let (place, alive) = store.roots_mut().own(slot);
        let root = Root {
            store: store.id(),
            place,
        };
        OwnedRooted {
            root,
            alive,
            _ty: PhantomData,
        }
    }

    /// The reference in a slot of `store`; `None` if it is null.
    pub(crate) fn from_slot(store: &mut StoreOpaque, slot: u64) -> Option<Self> {
        (slot != 0).then(|| OwnedRooted::own(store, slot))
    }

    /// The same reference, valid in the current scope.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn to_rooted(&self, mut store: impl AsContextMut) -> Rooted<T> {
        let store = store.as_context_mut().0.opaque_mut();
        let slot = self.root.slot(store);
        slot.ok()
            .and_then(|slot| Rooted::from_slot(store, slot))
            .expect("a root lives as long as its handle")
    }

    /// Do both refer to the same?
    ///
    /// # Errors
    ///
    /// If the scope of one of them has ended.
    ///
    /// # Panics
    ///
    /// If one of them belongs to another store.
    pub fn ref_eq(
        store: impl AsContext,
        a: &impl RootedGcRef<T>,
        b: &impl RootedGcRef<T>,
    ) -> Result<bool> {
        ref_eq(store.as_context().0.opaque(), a.root(), b.root())
    }

    /// Hashes the handle; clones have the same hash.
    pub fn rooted_hash<H: Hasher>(&self, state: &mut H) {
        self.root.hash(state);
    }

    /// Hashes what it refers to.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn ref_hash<H: Hasher>(&self, store: impl AsContext, state: &mut H) {
        let slot = self.root.slot(store.as_context().0.opaque());
        slot.expect("a root lives as long as its handle")
            .hash(state);
    }

    pub(super) fn cast<U: GcRef>(self) -> OwnedRooted<U> {
        OwnedRooted {
            root: self.root,
            alive: self.alive,
            _ty: PhantomData,
        }
    }
}

fn ref_eq(store: &StoreOpaque, a: Root, b: Root) -> Result<bool> {
    Ok(a.slot(store)? == b.slot(store)?)
}

/// What both handles have.
macro_rules! handles {
    ($($name:ident)*) => {$(
        impl<T: GcRef> $name<T> {
            pub(crate) fn comes_from_same_store(&self, store: &StoreOpaque) -> bool {
                self.root.store == store.id()
            }

            /// The slot that Wasm holds.
            ///
            /// # Errors
            ///
            /// If its scope has ended.
            #[track_caller]
            pub(crate) fn slot(&self, store: &StoreOpaque) -> Result<u64> {
                self.root.slot(store)
            }
        }

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

        impl<T: GcRef> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let name = std::any::type_name::<T>();
                let name = name.rsplit("::").next().unwrap_or(name);
                let owned = matches!(self.root.place, Place::Owned(_));
                let handle = if owned { "OwnedRooted" } else { "Rooted" };
                write!(f, "{handle}<{name}>")
            }
        }
    )*};
}

handles!(Rooted OwnedRooted);

impl<T: GcRef> Clone for Rooted<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: GcRef> Copy for Rooted<T> {}

impl<T: GcRef> Clone for OwnedRooted<T> {
    fn clone(&self) -> Self {
        OwnedRooted {
            root: self.root,
            alive: self.alive.clone(),
            _ty: PhantomData,
        }
    }
}

/// Declares references that are others, too.
macro_rules! upcasts {
    ($($from:ident => $to:ident, $name:ident;)*) => {$(
        impl Rooted<$from> {
            /// The same reference as one of a larger type.
            pub fn $name(self) -> Rooted<$to> {
                self.cast()
            }
        }

        impl OwnedRooted<$from> {
            /// The same reference as one of a larger type.
            pub fn $name(self) -> OwnedRooted<$to> {
                self.cast()
            }
        }

        impl From<Rooted<$from>> for Rooted<$to> {
            fn from(it: Rooted<$from>) -> Self {
                it.cast()
            }
        }

        impl From<OwnedRooted<$from>> for OwnedRooted<$to> {
            fn from(it: OwnedRooted<$from>) -> Self {
                it.cast()
            }
        }
    )*};
}

upcasts! {
    EqRef => AnyRef, to_anyref;
    StructRef => AnyRef, to_anyref;
    StructRef => EqRef, to_eqref;
    ArrayRef => AnyRef, to_anyref;
    ArrayRef => EqRef, to_eqref;
}

/// A scope for the references that are made in it. They are not valid after it, and what only they
/// refer to can be freed.
#[derive(Debug)]
pub struct RootScope<C: AsContextMut> {
    store: C,
    scope: usize,
}

impl<C: AsContextMut> RootScope<C> {
    /// Opens a scope.
    pub fn new(store: C) -> Self {
        let scope = store.as_context().0.opaque().roots().enter_scope();
        RootScope { store, scope }
    }

    fn opaque_mut(&mut self) -> &mut StoreOpaque {
        self.store.as_context_mut().0.opaque_mut()
    }

    /// Makes room for `additional` references.
    pub fn reserve(&mut self, additional: usize) {
        self.opaque_mut().roots_mut().reserve(additional);
    }
}

impl<C: AsContextMut> Drop for RootScope<C> {
    fn drop(&mut self) {
        let scope = self.scope;
        self.opaque_mut().roots_mut().exit_scope(scope);
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

impl sealed::Sealed for ExternRef {}
impl sealed::Sealed for AnyRef {}
impl sealed::Sealed for EqRef {}
impl sealed::Sealed for StructRef {}
impl sealed::Sealed for ArrayRef {}
impl sealed::Sealed for ExnRef {}
