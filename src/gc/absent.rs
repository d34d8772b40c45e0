//! Structures, arrays and exceptions: their types exist, so that programs which name them compile,
//! but have no values. Whatever would make one says so.

use super::rooted::GcRef;
use super::{Rooted, root::Root};
use crate::error::{Result, bail};
use crate::store::StoreContextMut;
use crate::types::{HeapType, TagType, ValType};
use crate::{AsContext, AsContextMut, Engine, Finality, Mutability, RefType, Tag, Val};
use std::convert::Infallible;
use std::fmt;

/// How a field is stored.
#[derive(Clone, Debug, Hash)]
pub enum StorageType {
    /// In 8 bits.
    I8,
    /// In 16 bits.
    I16,
    /// As a value.
    ValType(ValType),
}

impl StorageType {
    /// Is it [`StorageType::I8`]?
    pub fn is_i8(&self) -> bool {
        matches!(self, StorageType::I8)
    }

    /// Is it [`StorageType::I16`]?
    pub fn is_i16(&self) -> bool {
        matches!(self, StorageType::I16)
    }

    /// Is it the type of a value?
    pub fn is_val_type(&self) -> bool {
        matches!(self, StorageType::ValType(_))
    }

    /// The type of a value, if it is one.
    pub fn as_val_type(&self) -> Option<&ValType> {
        match self {
            StorageType::ValType(ty) => Some(ty),
            _ => None,
        }
    }

    /// The type of a value.
    ///
    /// # Panics
    ///
    /// If it is none.
    pub fn unwrap_val_type(&self) -> &ValType {
        self.as_val_type()
            .expect("StorageType::unwrap_val_type on a packed type")
    }

    /// The type of the field's value when it is read.
    pub fn unpack(&self) -> &ValType {
        match self {
            StorageType::I8 | StorageType::I16 => &ValType::I32,
            StorageType::ValType(ty) => ty,
        }
    }

    /// Is everything that is stored this way also stored as `other`?
    ///
    /// # Panics
    ///
    /// If both mention function types, of different engines.
    pub fn matches(&self, other: &Self) -> bool {
        match (self, other) {
            (StorageType::I8, StorageType::I8) | (StorageType::I16, StorageType::I16) => true,
            (StorageType::ValType(a), StorageType::ValType(b)) => a.matches(b),
            _ => false,
        }
    }

    /// Are both the same?
    ///
    /// # Panics
    ///
    /// If both mention function types, of different engines.
    #[expect(
        clippy::should_implement_trait,
        reason = "wasmtime's name and signature"
    )]
    pub fn eq(a: &Self, b: &Self) -> bool {
        a.matches(b) && b.matches(a)
    }
}

impl fmt::Display for StorageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StorageType::I8 => f.write_str("i8"),
            StorageType::I16 => f.write_str("i16"),
            StorageType::ValType(ty) => fmt::Display::fmt(ty, f),
        }
    }
}

impl From<ValType> for StorageType {
    fn from(ty: ValType) -> Self {
        StorageType::ValType(ty)
    }
}

impl From<RefType> for StorageType {
    fn from(ty: RefType) -> Self {
        StorageType::ValType(ty.into())
    }
}

/// The type of a field of a structure, or of the elements of an array.
#[derive(Clone, Debug, Hash)]
pub struct FieldType {
    mutability: Mutability,
    element_type: StorageType,
}

impl FieldType {
    /// A field that is stored as an `element_type`.
    pub fn new(mutability: Mutability, element_type: StorageType) -> Self {
        FieldType {
            mutability,
            element_type,
        }
    }

    /// Whether it can change.
    pub fn mutability(&self) -> Mutability {
        self.mutability
    }

    /// How it is stored.
    pub fn element_type(&self) -> &StorageType {
        &self.element_type
    }

    /// Can a field of this type be used as one of `other`?
    ///
    /// # Panics
    ///
    /// If both mention function types, of different engines.
    pub fn matches(&self, other: &Self) -> bool {
        self.mutability == other.mutability
            && match self.mutability {
                Mutability::Const => self.element_type.matches(&other.element_type),
                Mutability::Var => StorageType::eq(&self.element_type, &other.element_type),
            }
    }

    /// Are both the same?
    ///
    /// # Panics
    ///
    /// If both mention function types, of different engines.
    #[expect(
        clippy::should_implement_trait,
        reason = "wasmtime's name and signature"
    )]
    pub fn eq(a: &Self, b: &Self) -> bool {
        a.matches(b) && b.matches(a)
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mutability {
            Mutability::Var => write!(f, "(mut {})", self.element_type),
            Mutability::Const => fmt::Display::fmt(&self.element_type, f),
        }
    }
}

/// What making a type without values says; it is what wasmtime says without a collector.
fn undefined(name: &str) -> String {
    format!("cannot define `{name}`s without a GC runtime enabled")
}

/// Declares types without values.
macro_rules! never {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// There are none yet.
        #[derive(Clone, Debug, Hash)]
        pub struct $name {
            never: Infallible,
        }

        impl $name {
            pub(crate) fn never(&self) -> ! {
                match self.never {}
            }
        }
    )*};
}

never! {
    /// The type of structures.
    StructType;
    /// The type of arrays.
    ArrayType;
    /// The type of exceptions.
    ExnType;
    /// The type of continuations.
    ContType;
    /// A structure.
    StructRef;
    /// An array.
    ArrayRef;
    /// An exception.
    ExnRef;
    /// What makes structures of a type.
    StructRefPre;
    /// What makes arrays of a type.
    ArrayRefPre;
    /// What makes exceptions of a type.
    ExnRefPre;
}

/// What types of a module have in common.
macro_rules! types {
    ($($name:ident)*) => {$(
        impl $name {
            /// The engine it belongs to.
            pub fn engine(&self) -> &Engine {
                self.never()
            }

            /// Is everything of this type of type `other` too?
            pub fn matches(&self, _other: &$name) -> bool {
                self.never()
            }

            /// Are both the same type?
            #[expect(
                clippy::should_implement_trait,
                reason = "wasmtime's name and signature"
            )]
            pub fn eq(a: &$name, _b: &$name) -> bool {
                a.never()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.never()
            }
        }
    )*};
}

types!(StructType ArrayType ExnType ContType);

impl StructType {
    /// A type of structures.
    ///
    /// # Errors
    ///
    /// Always: there are no structures yet.
    pub fn new(_: &Engine, _: impl IntoIterator<Item = FieldType>) -> Result<Self> {
        bail!(undefined("StructType"))
    }

    /// A type of structures, which may have subtypes, and be one.
    ///
    /// # Errors
    ///
    /// Always: there are no structures yet.
    pub fn with_finality_and_supertype(
        _engine: &Engine,
        _finality: Finality,
        _supertype: Option<&Self>,
        _fields: impl IntoIterator<Item = FieldType>,
    ) -> Result<Self> {
        bail!(undefined("StructType"))
    }

    /// Whether it can have subtypes.
    pub fn finality(&self) -> Finality {
        self.never()
    }

    /// The type that it is declared to be a subtype of.
    pub fn supertype(&self) -> Option<Self> {
        self.never()
    }

    /// The `i`-th field.
    pub fn field(&self, _i: usize) -> Option<FieldType> {
        self.never()
    }

    /// The fields.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = FieldType> + '_ {
        none(&self.never)
    }
}

impl ArrayType {
    /// A type of arrays.
    ///
    /// # Panics
    ///
    /// Always: there are no arrays yet.
    pub fn new(_engine: &Engine, _field_type: FieldType) -> Self {
        panic!("{}", undefined("ArrayType"))
    }

    /// A type of arrays, which may have subtypes, and be one.
    ///
    /// # Errors
    ///
    /// Always: there are no arrays yet.
    pub fn with_finality_and_supertype(
        _engine: &Engine,
        _finality: Finality,
        _supertype: Option<&Self>,
        _field_type: FieldType,
    ) -> Result<Self> {
        bail!(undefined("ArrayType"))
    }

    /// Whether it can have subtypes.
    pub fn finality(&self) -> Finality {
        self.never()
    }

    /// The type that it is declared to be a subtype of.
    pub fn supertype(&self) -> Option<Self> {
        self.never()
    }

    /// Its elements.
    pub fn field_type(&self) -> FieldType {
        self.never()
    }

    /// Whether its elements can change.
    pub fn mutability(&self) -> Mutability {
        self.never()
    }

    /// How its elements are stored.
    pub fn element_type(&self) -> StorageType {
        self.never()
    }
}

impl ExnType {
    /// A type of exceptions.
    ///
    /// # Errors
    ///
    /// Always: there are no exceptions yet.
    pub fn new(_: &Engine, _: impl IntoIterator<Item = ValType>) -> Result<ExnType> {
        bail!(undefined("ExnType"))
    }

    /// The type of exceptions with a tag.
    ///
    /// # Errors
    ///
    /// Always: there are no exceptions yet.
    pub fn from_tag_type(_tag: &TagType) -> Result<ExnType> {
        bail!(undefined("ExnType"))
    }

    /// The type of its tag.
    pub fn tag_type(&self) -> TagType {
        self.never()
    }

    /// The `i`-th field.
    pub fn field(&self, _i: usize) -> Option<FieldType> {
        self.never()
    }

    /// The fields.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = FieldType> + '_ {
        none(&self.never)
    }
}

/// The iterator over what does not exist.
fn none<T>(never: &Infallible) -> std::vec::IntoIter<T> {
    match *never {}
}

/// What makes values of a type.
macro_rules! allocators {
    ($($name:ident of $ty:ident;)*) => {$(
        impl $name {
            /// What makes values of `ty` in `store`.
            pub fn new(_store: impl AsContextMut, ty: $ty) -> Self {
                ty.never()
            }
        }
    )*};
}

allocators! {
    StructRefPre of StructType;
    ArrayRefPre of ArrayType;
    ExnRefPre of ExnType;
}

/// What references without values have in common.
macro_rules! references {
    ($($name:ident: $ty:ident, $matched:ident;)*) => {$(
        impl GcRef for $name {
            fn from_root(_: &Root) -> &Self {
                unreachable!("there are no references of this type")
            }
        }

        impl $name {
            /// Its type.
            ///
            /// # Errors
            ///
            /// If its scope has ended.
            pub fn ty(&self, _store: impl AsContext) -> Result<$ty> {
                self.never()
            }

            /// Is it of type `ty`?
            ///
            /// # Errors
            ///
            /// If its scope has ended.
            pub fn matches_ty(&self, _store: impl AsContext, _ty: &$matched) -> Result<bool> {
                self.never()
            }
        }
    )*};
}

references! {
    StructRef: StructType, StructType;
    ArrayRef: ArrayType, ArrayType;
    ExnRef: ExnType, HeapType;
}

impl StructRef {
    /// A structure with these fields.
    ///
    /// # Errors
    ///
    /// None: there is no allocator to call it with.
    pub fn new(
        _store: impl AsContextMut,
        allocator: &StructRefPre,
        _fields: &[Val],
    ) -> Result<Rooted<StructRef>> {
        allocator.never()
    }

    /// As [`StructRef::new`].
    ///
    /// # Errors
    ///
    /// None: there is no allocator to call it with.
    pub async fn new_async(
        _store: impl AsContextMut,
        allocator: &StructRefPre,
        _fields: &[Val],
    ) -> Result<Rooted<StructRef>> {
        allocator.never()
    }

    /// The values of its fields.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    pub fn fields<'a, T: 'static>(
        &'a self,
        _store: impl Into<StoreContextMut<'a, T>>,
    ) -> Result<impl ExactSizeIterator<Item = Val> + 'a> {
        Ok(none(&self.never))
    }

    /// The value of a field.
    ///
    /// # Errors
    ///
    /// If its scope has ended, or if there is no such field.
    pub fn field(&self, _store: impl AsContextMut, _index: usize) -> Result<Val> {
        self.never()
    }

    /// Sets the value of a field.
    ///
    /// # Errors
    ///
    /// If its scope has ended, or if there is no such field or it cannot have the value.
    pub fn set_field(&self, _store: impl AsContextMut, _index: usize, _value: Val) -> Result<()> {
        self.never()
    }
}

impl ArrayRef {
    /// An array of `len` times `elem`.
    ///
    /// # Errors
    ///
    /// None: there is no allocator to call it with.
    pub fn new(
        _store: impl AsContextMut,
        allocator: &ArrayRefPre,
        _elem: &Val,
        _len: u32,
    ) -> Result<Rooted<ArrayRef>> {
        allocator.never()
    }

    /// As [`ArrayRef::new`].
    ///
    /// # Errors
    ///
    /// None: there is no allocator to call it with.
    pub async fn new_async(
        _store: impl AsContextMut,
        allocator: &ArrayRefPre,
        _elem: &Val,
        _len: u32,
    ) -> Result<Rooted<ArrayRef>> {
        allocator.never()
    }

    /// An array of these elements.
    ///
    /// # Errors
    ///
    /// None: there is no allocator to call it with.
    pub fn new_fixed(
        _store: impl AsContextMut,
        allocator: &ArrayRefPre,
        _elems: &[Val],
    ) -> Result<Rooted<ArrayRef>> {
        allocator.never()
    }

    /// As [`ArrayRef::new_fixed`].
    ///
    /// # Errors
    ///
    /// None: there is no allocator to call it with.
    pub async fn new_fixed_async(
        _store: impl AsContextMut,
        allocator: &ArrayRefPre,
        _elems: &[Val],
    ) -> Result<Rooted<ArrayRef>> {
        allocator.never()
    }

    /// An array of these bytes.
    ///
    /// # Errors
    ///
    /// None: there is no allocator to call it with.
    pub fn new_from_i8_slice(
        _store: impl AsContextMut,
        allocator: &ArrayRefPre,
        _elems: &[u8],
    ) -> Result<Rooted<ArrayRef>> {
        allocator.never()
    }

    /// As [`ArrayRef::new_from_i8_slice`].
    ///
    /// # Errors
    ///
    /// None: there is no allocator to call it with.
    pub async fn new_from_i8_slice_async(
        _store: impl AsContextMut,
        allocator: &ArrayRefPre,
        _elems: &[u8],
    ) -> Result<Rooted<ArrayRef>> {
        allocator.never()
    }

    /// Copies its bytes.
    ///
    /// # Errors
    ///
    /// If its scope has ended, or if it is not an array of as many bytes.
    pub fn copy_to_i8_slice(&self, _store: impl AsContextMut, _dst: &mut [u8]) -> Result<()> {
        self.never()
    }

    /// Number of its elements.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    pub fn len(&self, _store: impl AsContext) -> Result<u32> {
        self.never()
    }

    /// Its elements.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    pub fn elems<'a, T: 'static>(
        &'a self,
        _store: impl Into<StoreContextMut<'a, T>>,
    ) -> Result<impl ExactSizeIterator<Item = Val> + 'a> {
        Ok(none(&self.never))
    }

    /// An element.
    ///
    /// # Errors
    ///
    /// If its scope has ended, or if there is no such element.
    pub fn get(&self, _store: impl AsContextMut, _index: u32) -> Result<Val> {
        self.never()
    }

    /// Sets an element.
    ///
    /// # Errors
    ///
    /// If its scope has ended, or if there is no such element or it cannot have the value.
    pub fn set(&self, _store: impl AsContextMut, _index: u32, _value: Val) -> Result<()> {
        self.never()
    }
}

impl ExnRef {
    /// An exception with these fields.
    ///
    /// # Errors
    ///
    /// None: there is no allocator to call it with.
    pub fn new(
        _store: impl AsContextMut,
        allocator: &ExnRefPre,
        _tag: &Tag,
        _fields: &[Val],
    ) -> Result<Rooted<ExnRef>> {
        allocator.never()
    }

    /// As [`ExnRef::new`].
    ///
    /// # Errors
    ///
    /// None: there is no allocator to call it with.
    pub async fn new_async(
        _store: impl AsContextMut,
        allocator: &ExnRefPre,
        _tag: &Tag,
        _fields: &[Val],
    ) -> Result<Rooted<ExnRef>> {
        allocator.never()
    }

    /// The exception of a [`ValRaw`](crate::ValRaw), which is null.
    pub fn from_raw(_store: impl AsContextMut, _raw: u32) -> Option<Rooted<Self>> {
        None
    }

    /// The reference for a [`ValRaw`](crate::ValRaw).
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    pub fn to_raw(&self, _store: impl AsContextMut) -> Result<u32> {
        self.never()
    }

    /// The values of its fields.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    pub fn fields<'a, T: 'static>(
        &'a self,
        _store: impl Into<StoreContextMut<'a, T>>,
    ) -> Result<impl ExactSizeIterator<Item = Val> + 'a> {
        Ok(none(&self.never))
    }

    /// The value of a field.
    ///
    /// # Errors
    ///
    /// If its scope has ended, or if there is no such field.
    pub fn field(&self, _store: impl AsContextMut, _index: usize) -> Result<Val> {
        self.never()
    }

    /// Its tag.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    pub fn tag(&self, _store: impl AsContextMut) -> Result<Tag> {
        self.never()
    }
}

/// An exception of Wasm that nobody caught is in the store. Never raised: there are no exceptions
/// yet.
#[derive(Debug)]
pub struct ThrownException;

impl fmt::Display for ThrownException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("thrown Wasm exception")
    }
}

impl std::error::Error for ThrownException {}

/// Declares the functions about exceptions, for what gives a store.
macro_rules! exceptions {
    ($($ty:ty;)*) => {$(
        impl<T: 'static> $ty {
            /// Throws an exception into the Wasm that called. There are none yet.
            ///
            /// # Errors
            ///
            /// Always: [`ThrownException`].
            pub fn throw<R>(&mut self, exception: Rooted<ExnRef>) -> Result<R> {
                exception.never()
            }

            /// The exception that nobody caught: none.
            pub fn take_pending_exception(&mut self) -> Option<Rooted<ExnRef>> {
                None
            }

            /// Is there an exception that nobody caught? There is none.
            pub fn has_pending_exception(&self) -> bool {
                false
            }
        }
    )*};
}

exceptions! {
    crate::Store<T>;
    StoreContextMut<'_, T>;
}
