//! [`ValType`] and [`RefType`]: types of values.

use super::{HeapType, rt};
use crate::error::{Result, bail};
use crate::{Engine, Val};
use std::fmt;

/// Declares the reference types that have a name, as constants of both types.
macro_rules! named_ref_types {
    ($($(#[$doc:meta])* $name:ident = $heap:ident;)*) => {
        impl RefType {$(
            $(#[$doc])*
            pub const $name: RefType = RefType { is_nullable: true, heap_type: HeapType::$heap };
        )*}

        impl ValType {$(
            $(#[$doc])*
            pub const $name: ValType = ValType::Ref(RefType::$name);
        )*}
    };
}

named_ref_types! {
    /// `(ref null extern)`.
    EXTERNREF = Extern;
    /// `(ref null noextern)`.
    NULLEXTERNREF = NoExtern;
    /// `(ref null func)`.
    FUNCREF = Func;
    /// `(ref null nofunc)`.
    NULLFUNCREF = NoFunc;
    /// `(ref null any)`.
    ANYREF = Any;
    /// `(ref null eq)`.
    EQREF = Eq;
    /// `(ref null i31)`.
    I31REF = I31;
    /// `(ref null array)`.
    ARRAYREF = Array;
    /// `(ref null struct)`.
    STRUCTREF = Struct;
    /// `(ref null none)`.
    NULLREF = None;
    /// `(ref null cont)`.
    CONTREF = Cont;
    /// `(ref null nocont)`.
    NULLCONTREF = NoCont;
    /// `(ref null exn)`.
    EXNREF = Exn;
    /// `(ref null noexn)`.
    NULLEXNREF = NoExn;
}

/// The type of a value.
///
/// There is no `==`: equality of types that were registered by different engines has no answer.
/// [`ValType::eq`] panics then.
#[derive(Clone, Hash)]
pub enum ValType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// 128-bit vector.
    V128,
    /// Reference.
    Ref(RefType),
}

impl ValType {
    /// Is it a number type?
    pub fn is_num(&self) -> bool {
        matches!(
            self,
            ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64
        )
    }

    /// Is it `i32`?
    pub fn is_i32(&self) -> bool {
        matches!(self, ValType::I32)
    }

    /// Is it `i64`?
    pub fn is_i64(&self) -> bool {
        matches!(self, ValType::I64)
    }

    /// Is it `f32`?
    pub fn is_f32(&self) -> bool {
        matches!(self, ValType::F32)
    }

    /// Is it `f64`?
    pub fn is_f64(&self) -> bool {
        matches!(self, ValType::F64)
    }

    /// Is it `v128`?
    pub fn is_v128(&self) -> bool {
        matches!(self, ValType::V128)
    }

    /// Is it a reference type?
    pub fn is_ref(&self) -> bool {
        matches!(self, ValType::Ref(_))
    }

    /// Is it `(ref null func)`?
    pub fn is_funcref(&self) -> bool {
        self.is_nullable_ref_to(|heap| matches!(heap, HeapType::Func))
    }

    /// Is it `(ref null extern)`?
    pub fn is_externref(&self) -> bool {
        self.is_nullable_ref_to(|heap| matches!(heap, HeapType::Extern))
    }

    /// Is it `(ref null any)`?
    pub fn is_anyref(&self) -> bool {
        self.is_nullable_ref_to(|heap| matches!(heap, HeapType::Any))
    }

    /// Is it `(ref null cont)`?
    pub fn is_contref(&self) -> bool {
        self.is_nullable_ref_to(|heap| matches!(heap, HeapType::Cont))
    }

    fn is_nullable_ref_to(&self, is_heap: impl Fn(&HeapType) -> bool) -> bool {
        matches!(self, ValType::Ref(ty) if ty.is_nullable && is_heap(&ty.heap_type))
    }

    /// The reference type, if it is one.
    pub fn as_ref(&self) -> Option<&RefType> {
        match self {
            ValType::Ref(ty) => Some(ty),
            _ => None,
        }
    }

    /// The reference type.
    ///
    /// # Panics
    ///
    /// If it is none.
    pub fn unwrap_ref(&self) -> &RefType {
        self.as_ref()
            .expect("ValType::unwrap_ref on a non-reference type")
    }

    /// Is every value of this type one of `other`?
    ///
    /// # Panics
    ///
    /// If both mention function types, of different engines.
    pub fn matches(&self, other: &ValType) -> bool {
        match (self, other) {
            (ValType::I32, ValType::I32)
            | (ValType::I64, ValType::I64)
            | (ValType::F32, ValType::F32)
            | (ValType::F64, ValType::F64)
            | (ValType::V128, ValType::V128) => true,
            (ValType::Ref(a), ValType::Ref(b)) => a.matches(b),
            _ => false,
        }
    }

    /// Are both the same type?
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

    /// Zero or null; `None` if the type has no such value.
    pub fn default_value(&self) -> Option<Val> {
        Val::default_for_ty(self)
    }

    /// Can the type be used with `engine`?
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.as_ref()
            .is_none_or(|ty| ty.comes_from_same_engine(engine))
    }

    /// Like [`ValType::matches`], with an error that names both types.
    pub(crate) fn ensure_matches(&self, engine: &Engine, other: &ValType) -> Result<()> {
        if !self.comes_from_same_engine(engine) || !other.comes_from_same_engine(engine) {
            bail!("type used with wrong engine");
        }
        if !self.matches(other) {
            bail!("type mismatch: expected {other}, found {self}");
        }
        Ok(())
    }

    /// The type as it is executed; `None` if it is not supported.
    pub(crate) fn lower(&self) -> Option<rt::ValType> {
        match self {
            ValType::I32 => Some(rt::ValType::I32),
            ValType::I64 => Some(rt::ValType::I64),
            ValType::F32 => Some(rt::ValType::F32),
            ValType::F64 => Some(rt::ValType::F64),
            ValType::V128 => Some(rt::ValType::V128),
            ValType::Ref(ty) => ty.lower().map(rt::ValType::Ref),
        }
    }

    pub(crate) fn raise(engine: &Engine, ty: rt::ValType) -> ValType {
        match ty {
            rt::ValType::I32 => ValType::I32,
            rt::ValType::I64 => ValType::I64,
            rt::ValType::F32 => ValType::F32,
            rt::ValType::F64 => ValType::F64,
            rt::ValType::V128 => ValType::V128,
            rt::ValType::Ref(ty) => ValType::Ref(RefType::raise(engine, ty)),
        }
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValType::I32 => f.write_str("i32"),
            ValType::I64 => f.write_str("i64"),
            ValType::F32 => f.write_str("f32"),
            ValType::F64 => f.write_str("f64"),
            ValType::V128 => f.write_str("v128"),
            ValType::Ref(ty) => fmt::Display::fmt(ty, f),
        }
    }
}

impl fmt::Debug for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<RefType> for ValType {
    fn from(ty: RefType) -> ValType {
        ValType::Ref(ty)
    }
}

/// The type of a reference.
#[derive(Clone, Hash)]
pub struct RefType {
    is_nullable: bool,
    heap_type: HeapType,
}

impl RefType {
    /// A reference to a `heap_type`, or null if `is_nullable`.
    pub fn new(is_nullable: bool, heap_type: HeapType) -> RefType {
        RefType {
            is_nullable,
            heap_type,
        }
    }

    /// Can it be null?
    pub fn is_nullable(&self) -> bool {
        self.is_nullable
    }

    /// What it refers to.
    pub fn heap_type(&self) -> &HeapType {
        &self.heap_type
    }

    /// Is every reference of this type one of `other`?
    ///
    /// # Panics
    ///
    /// If both mention function types, of different engines.
    pub fn matches(&self, other: &RefType) -> bool {
        (other.is_nullable || !self.is_nullable) && self.heap_type.matches(&other.heap_type)
    }

    /// Are both the same type?
    ///
    /// # Panics
    ///
    /// If both mention function types, of different engines.
    #[expect(
        clippy::should_implement_trait,
        reason = "wasmtime's name and signature"
    )]
    pub fn eq(a: &RefType, b: &RefType) -> bool {
        a.matches(b) && b.matches(a)
    }

    /// Like [`RefType::matches`], with an error that names both types.
    pub(crate) fn ensure_matches(&self, engine: &Engine, other: &RefType) -> Result<()> {
        if !self.comes_from_same_engine(engine) || !other.comes_from_same_engine(engine) {
            bail!("type used with wrong engine");
        }
        if !self.matches(other) {
            bail!("type mismatch: expected {other}, found {self}");
        }
        Ok(())
    }

    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.heap_type.comes_from_same_engine(engine)
    }

    /// The type as it is executed; `None` if it is not supported.
    pub(crate) fn lower(&self) -> Option<rt::RefType> {
        Some(rt::RefType {
            nullable: self.is_nullable,
            heap: self.heap_type.lower()?,
        })
    }

    pub(crate) fn raise(engine: &Engine, ty: rt::RefType) -> RefType {
        RefType::new(ty.nullable, HeapType::raise(engine, ty.heap))
    }
}

impl fmt::Display for RefType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let null = if self.is_nullable { "null " } else { "" };
        write!(f, "(ref {null}{})", self.heap_type)
    }
}

impl fmt::Debug for RefType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
