//! [`AnyRef`], [`EqRef`] and [`I31`]: references within Wasm.
//!
//! Modules that use them are not supported yet, so that only the host has such values: integers,
//! and references of the host that were converted.

use super::externref::raw;
use super::root::Root;
use super::{ArrayRef, ExternRef, GcRef, Rooted, StructRef};
use crate::error::Result;
use crate::store::StoreOpaque;
use crate::types::HeapType;
use crate::{AsContext, AsContextMut};
use std::fmt;

/// A 31-bit integer.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct I31(u32);

impl I31 {
    /// `value`, if it has 31 bits.
    pub fn new_u32(value: u32) -> Option<Self> {
        (value >> 31 == 0).then_some(I31(value))
    }

    /// `value`, if it has 31 bits with its sign.
    pub fn new_i32(value: i32) -> Option<Self> {
        let it = Self::wrapping_i32(value);
        (it.get_i32() == value).then_some(it)
    }

    /// The lower 31 bits of `value`.
    pub fn wrapping_u32(value: u32) -> Self {
        I31(value & (u32::MAX >> 1))
    }

    /// The lower 31 bits of `value`.
    pub fn wrapping_i32(value: i32) -> Self {
        Self::wrapping_u32(value.cast_unsigned())
    }

    /// Its value without a sign.
    pub fn get_u32(&self) -> u32 {
        self.0
    }

    /// Its value with a sign.
    pub fn get_i32(&self) -> i32 {
        (self.0 << 1).cast_signed() >> 1
    }

    pub(crate) fn slot(self) -> u64 {
        u64::from(self.0) << 1 | 1
    }

    pub(crate) fn of_slot(slot: u64) -> Option<Self> {
        (slot % 2 == 1).then_some(I31((slot >> 1) as u32))
    }
}

impl fmt::Debug for I31 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("I31")
            .field("as_u32", &self.get_u32())
            .field("as_i32", &self.get_i32())
            .finish()
    }
}

/// A reference within Wasm: a 31-bit integer, or a reference of the host that was converted.
#[repr(transparent)]
pub struct AnyRef {
    root: Root,
}

/// A reference within Wasm that can be compared: a 31-bit integer.
#[repr(transparent)]
pub struct EqRef {
    root: Root,
}

impl AnyRef {
    /// The reference of the host as one within Wasm.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn convert_extern(
        mut store: impl AsContextMut,
        externref: Rooted<ExternRef>,
    ) -> Result<Rooted<Self>> {
        let store = store.as_context_mut().0.opaque_mut();
        let slot = externref.slot(store)?;
        Ok(Rooted::from_slot(store, slot).expect("is not null"))
    }

    /// The reference of a [`ValRaw`](crate::ValRaw); `None` if it is null.
    pub fn from_raw(mut store: impl AsContextMut, raw: u32) -> Option<Rooted<Self>> {
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
        Ok(raw(self.root.slot(store.as_context_mut().0.opaque())?))
    }

    /// Can it be compared?
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn is_eqref(&self, store: impl AsContext) -> Result<bool> {
        self.is_i31(store)
    }

    /// The reference as one that can be compared.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn as_eqref(&self, mut store: impl AsContextMut) -> Result<Option<Rooted<EqRef>>> {
        let store = store.as_context_mut().0.opaque_mut();
        Ok(match self.load_i31(store)? {
            Some(it) => Rooted::from_slot(store, it.slot()),
            None => None,
        })
    }

    /// The reference as one that can be compared.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it cannot, or belongs to another store.
    pub fn unwrap_eqref(&self, store: impl AsContextMut) -> Result<Rooted<EqRef>> {
        Ok(self
            .as_eqref(store)?
            .expect("AnyRef::unwrap_eqref on non-eqref"))
    }
}

/// What both types of references have.
macro_rules! references {
    ($($name:ident, $text:literal;)*) => {$(
        impl GcRef for $name {
            fn from_root(root: &Root) -> &Self {
                // SAFETY: it is a `Root`, transparently.
                unsafe { &*std::ptr::from_ref(root).cast::<$name>() }
            }
        }

        impl $name {
            /// The integer as a reference.
            pub fn from_i31(mut store: impl AsContextMut, value: I31) -> Rooted<Self> {
                let store = store.as_context_mut().0.opaque_mut();
                Rooted::from_slot(store, value.slot()).expect("is not null")
            }

            fn load_i31(&self, store: &StoreOpaque) -> Result<Option<I31>> {
                Ok(I31::of_slot(self.root.slot(store)?))
            }

            pub(crate) fn load_ty(&self, store: &StoreOpaque) -> Result<HeapType> {
                Ok(match self.load_i31(store)? {
                    Some(_) => HeapType::I31,
                    None => HeapType::Any,
                })
            }

            /// The most precise type of the reference.
            ///
            /// # Errors
            ///
            /// If its scope has ended.
            ///
            /// # Panics
            ///
            /// If it belongs to another store.
            pub fn ty(&self, store: impl AsContext) -> Result<HeapType> {
                self.load_ty(store.as_context().0.opaque())
            }

            /// Is it of type `ty`?
            ///
            /// # Errors
            ///
            /// If its scope has ended.
            ///
            /// # Panics
            ///
            /// If it belongs to another store, or the type to another engine.
            pub fn matches_ty(&self, store: impl AsContext, ty: &HeapType) -> Result<bool> {
                Ok(self.ty(store)?.matches(ty))
            }

            /// Is it an integer?
            ///
            /// # Errors
            ///
            /// If its scope has ended.
            ///
            /// # Panics
            ///
            /// If it belongs to another store.
            pub fn is_i31(&self, store: impl AsContext) -> Result<bool> {
                Ok(self.as_i31(store)?.is_some())
            }

            /// The integer, if it is one.
            ///
            /// # Errors
            ///
            /// If its scope has ended.
            ///
            /// # Panics
            ///
            /// If it belongs to another store.
            pub fn as_i31(&self, store: impl AsContext) -> Result<Option<I31>> {
                self.load_i31(store.as_context().0.opaque())
            }

            /// The integer.
            ///
            /// # Errors
            ///
            /// If its scope has ended.
            ///
            /// # Panics
            ///
            /// If it is none, or belongs to another store.
            pub fn unwrap_i31(&self, store: impl AsContext) -> Result<I31> {
                let it = self.as_i31(store)?;
                Ok(it.expect(concat!($text, "::unwrap_i31 on non-i31")))
            }
        }

        references! {@none $name, $text:
            StructRef is_struct as_struct unwrap_struct "structure" "struct",
            ArrayRef is_array as_array unwrap_array "array" "array",
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($text, "({:?})"), self.root.place)
            }
        }
    )*};
    (@none $name:ident, $text:literal:
        $($ty:ident $is:ident $as:ident $unwrap:ident $word:literal $wasm:literal,)*
    ) => {
        impl $name {$(
            #[doc = concat!("Is it of the kind ", $word, "? There are none.")]
            ///
            /// # Errors
            ///
            /// If its scope has ended.
            ///
            /// # Panics
            ///
            /// If it belongs to another store.
            pub fn $is(&self, store: impl AsContext) -> Result<bool> {
                self.load_ty(store.as_context().0.opaque())?;
                Ok(false)
            }

            #[doc = concat!("The ", $word, ", if it is one: it is not.")]
            ///
            /// # Errors
            ///
            /// If its scope has ended.
            ///
            /// # Panics
            ///
            /// If it belongs to another store.
            pub fn $as(&self, store: impl AsContext) -> Result<Option<Rooted<$ty>>> {
                self.load_ty(store.as_context().0.opaque())?;
                Ok(None)
            }

            #[doc = concat!("The ", $word, ".")]
            ///
            /// # Errors
            ///
            /// If its scope has ended.
            ///
            /// # Panics
            ///
            /// If it is none, as ever, or belongs to another store.
            pub fn $unwrap(&self, store: impl AsContext) -> Result<Rooted<$ty>> {
                let it = self.$as(store)?;
                Ok(it.expect(concat!($text, "::unwrap_", $wasm, " on non-", $wasm, "ref")))
            }
        )*}
    };
}

references! {
    AnyRef, "AnyRef";
    EqRef, "EqRef";
}
