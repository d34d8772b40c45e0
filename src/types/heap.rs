//! [`HeapType`]: what references refer to.
//!
//! Types of proposals that are not supported exist so that a program can name them. The hierarchy
//! is complete for those that are listed.

use super::{FuncType, rt};
use crate::error::{Result, bail};
use crate::{ArrayType, ContType, Engine, ExnType, StructType};
use std::fmt;

/// What a reference refers to.
#[derive(Clone, Debug, Hash)]
pub enum HeapType {
    /// Anything of the host.
    Extern,
    /// Nothing: the type of the null `externref`.
    NoExtern,
    /// Any function.
    Func,
    /// Functions of one type.
    ConcreteFunc(FuncType),
    /// Nothing: the type of the null `funcref`.
    NoFunc,
    /// Anything of Wasm but functions.
    Any,
    /// What can be compared.
    Eq,
    /// 31-bit integers.
    I31,
    /// Arrays.
    Array,
    /// Arrays of one type.
    ConcreteArray(ArrayType),
    /// Structures.
    Struct,
    /// Structures of one type.
    ConcreteStruct(StructType),
    /// Exceptions.
    Exn,
    /// Exceptions of one type.
    ConcreteExn(ExnType),
    /// Continuations.
    Cont,
    /// Continuations of one type.
    ConcreteCont(ContType),
    /// Nothing: the type of the null `contref`.
    NoCont,
    /// Nothing: the type of the null `anyref`.
    None,
    /// Nothing: the type of the null `exnref`.
    NoExn,
}

/// Declares the functions about one kind of registered types.
macro_rules! concrete {
    ($($text:literal $variant:ident $ty:ident $is:ident $as:ident $unwrap:ident;)*) => {$(
        #[doc = concat!("Is it one ", $text, " type?")]
        pub fn $is(&self) -> bool {
            matches!(self, HeapType::$variant(_))
        }

        #[doc = concat!("The ", $text, " type, if it is one.")]
        pub fn $as(&self) -> Option<&$ty> {
            match self {
                HeapType::$variant(ty) => Some(ty),
                _ => None,
            }
        }

        #[doc = concat!("The ", $text, " type.")]
        ///
        /// # Panics
        ///
        /// If it is none.
        pub fn $unwrap(&self) -> &$ty {
            self.$as()
                .expect(concat!("expected a concrete ", $text, " type"))
        }
    )*};
}

impl HeapType {
    /// Is it [`HeapType::Extern`]?
    pub fn is_extern(&self) -> bool {
        matches!(self, HeapType::Extern)
    }

    /// Is it [`HeapType::Func`]?
    pub fn is_func(&self) -> bool {
        matches!(self, HeapType::Func)
    }

    /// Is it [`HeapType::NoFunc`]?
    pub fn is_no_func(&self) -> bool {
        matches!(self, HeapType::NoFunc)
    }

    /// Is it [`HeapType::Any`]?
    pub fn is_any(&self) -> bool {
        matches!(self, HeapType::Any)
    }

    /// Is it [`HeapType::I31`]?
    pub fn is_i31(&self) -> bool {
        matches!(self, HeapType::I31)
    }

    /// Is it [`HeapType::None`]?
    pub fn is_none(&self) -> bool {
        matches!(self, HeapType::None)
    }

    /// Is it [`HeapType::Cont`]?
    pub fn is_cont(&self) -> bool {
        matches!(self, HeapType::Cont)
    }

    /// Is it [`HeapType::Exn`]?
    pub fn is_exn(&self) -> bool {
        matches!(self, HeapType::Exn)
    }

    /// Is it [`HeapType::NoExn`]?
    pub fn is_no_exn(&self) -> bool {
        matches!(self, HeapType::NoExn)
    }

    /// Does it stand for more than one registered type?
    pub fn is_abstract(&self) -> bool {
        !self.is_concrete()
    }

    /// Is it one registered type?
    pub fn is_concrete(&self) -> bool {
        self.is_concrete_func()
            || self.is_concrete_array()
            || self.is_concrete_struct()
            || self.is_concrete_exn()
            || self.is_concrete_cont()
    }

    /// Is it one function type?
    pub fn is_concrete_func(&self) -> bool {
        matches!(self, HeapType::ConcreteFunc(_))
    }

    /// The function type, if it is one.
    pub fn as_concrete_func(&self) -> Option<&FuncType> {
        match self {
            HeapType::ConcreteFunc(ty) => Some(ty),
            _ => None,
        }
    }

    /// The function type.
    ///
    /// # Panics
    ///
    /// If it is none.
    pub fn unwrap_concrete_func(&self) -> &FuncType {
        self.as_concrete_func()
            .expect("expected a concrete function type")
    }

    concrete! {
        "array" ConcreteArray ArrayType is_concrete_array as_concrete_array unwrap_concrete_array;
        "structure" ConcreteStruct StructType is_concrete_struct as_concrete_struct unwrap_concrete_struct;
        "continuation" ConcreteCont ContType is_concrete_cont as_concrete_cont unwrap_concrete_cont;
        "exception" ConcreteExn ExnType is_concrete_exn as_concrete_exn unwrap_concrete_exn;
    }

    /// The largest type of its hierarchy.
    pub fn top(&self) -> HeapType {
        match self {
            HeapType::Extern | HeapType::NoExtern => HeapType::Extern,
            HeapType::Func | HeapType::ConcreteFunc(_) | HeapType::NoFunc => HeapType::Func,
            HeapType::Any
            | HeapType::Eq
            | HeapType::I31
            | HeapType::Array
            | HeapType::ConcreteArray(_)
            | HeapType::Struct
            | HeapType::ConcreteStruct(_)
            | HeapType::None => HeapType::Any,
            HeapType::Exn | HeapType::ConcreteExn(_) | HeapType::NoExn => HeapType::Exn,
            HeapType::Cont | HeapType::ConcreteCont(_) | HeapType::NoCont => HeapType::Cont,
        }
    }

    /// Is it the largest type of its hierarchy?
    pub fn is_top(&self) -> bool {
        use HeapType::{Any, Cont, Exn, Extern, Func};
        matches!(self, Any | Extern | Func | Exn | Cont)
    }

    /// The smallest type of its hierarchy.
    pub fn bottom(&self) -> HeapType {
        match self.top() {
            HeapType::Extern => HeapType::NoExtern,
            HeapType::Func => HeapType::NoFunc,
            HeapType::Exn => HeapType::NoExn,
            HeapType::Cont => HeapType::NoCont,
            _ => HeapType::None,
        }
    }

    /// Is it the smallest type of its hierarchy?
    pub fn is_bottom(&self) -> bool {
        use HeapType::{NoCont, NoExn, NoExtern, NoFunc, None};
        matches!(self, None | NoExtern | NoFunc | NoExn | NoCont)
    }

    /// Is everything of this type of type `other` too?
    ///
    /// # Panics
    ///
    /// If both are function types, of different engines.
    pub fn matches(&self, other: &HeapType) -> bool {
        use HeapType::{Array, ConcreteFunc, Eq, I31, Struct};
        match (self, other) {
            (ConcreteFunc(a), ConcreteFunc(b)) => a.matches(b),
            _ if other.is_top() => self.top().is_same_abstract(other),
            _ if self.is_bottom() => self.is_same_abstract(&other.bottom()),
            (I31 | Array | Struct, Eq) => true,
            _ => self.is_same_abstract(other),
        }
    }

    /// Are both the same type?
    ///
    /// # Panics
    ///
    /// If both are function types, of different engines.
    #[expect(
        clippy::should_implement_trait,
        reason = "wasmtime's name and signature"
    )]
    pub fn eq(a: &HeapType, b: &HeapType) -> bool {
        a.matches(b) && b.matches(a)
    }

    /// Like [`HeapType::matches`], with an error that names both types.
    pub(crate) fn ensure_matches(&self, engine: &Engine, other: &HeapType) -> Result<()> {
        if !self.comes_from_same_engine(engine) || !other.comes_from_same_engine(engine) {
            bail!("type used with wrong engine");
        }
        if !self.matches(other) {
            bail!("type mismatch: expected {other}, found {self}");
        }
        Ok(())
    }

    fn is_same_abstract(&self, other: &HeapType) -> bool {
        self.is_abstract() && std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// The type as it is executed; `None` if it is not supported.
    pub(crate) fn lower(&self) -> Option<rt::HeapType> {
        match self {
            HeapType::Func => Some(rt::HeapType::Func),
            HeapType::ConcreteFunc(ty) => ty.sig().map(rt::HeapType::ConcreteFunc),
            HeapType::NoFunc => Some(rt::HeapType::NoFunc),
            HeapType::Extern => Some(rt::HeapType::Extern),
            HeapType::NoExtern => Some(rt::HeapType::NoExtern),
            _ => None,
        }
    }

    pub(crate) fn raise(engine: &Engine, ty: rt::HeapType) -> HeapType {
        match ty {
            rt::HeapType::Func => HeapType::Func,
            rt::HeapType::ConcreteFunc(sig) => FuncType::raise(engine, sig).into(),
            rt::HeapType::NoFunc => HeapType::NoFunc,
            rt::HeapType::Extern => HeapType::Extern,
            rt::HeapType::NoExtern => HeapType::NoExtern,
        }
    }

    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.as_concrete_func()
            .is_none_or(|ty| Engine::same(ty.engine(), engine))
    }
}

impl fmt::Display for HeapType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HeapType::Extern => "extern",
            HeapType::NoExtern => "noextern",
            HeapType::Func => "func",
            HeapType::ConcreteFunc(ty) => return ty.fmt_as_heap_type(f),
            HeapType::NoFunc => "nofunc",
            HeapType::Any => "any",
            HeapType::Eq => "eq",
            HeapType::I31 => "i31",
            HeapType::Array => "array",
            HeapType::ConcreteArray(ty) => ty.never(),
            HeapType::Struct => "struct",
            HeapType::ConcreteStruct(ty) => ty.never(),
            HeapType::Exn => "exn",
            HeapType::ConcreteExn(ty) => ty.never(),
            HeapType::Cont => "cont",
            HeapType::ConcreteCont(ty) => ty.never(),
            HeapType::NoCont => "nocont",
            HeapType::None => "none",
            HeapType::NoExn => "noexn",
        })
    }
}

impl From<FuncType> for HeapType {
    fn from(ty: FuncType) -> HeapType {
        HeapType::ConcreteFunc(ty)
    }
}

/// Declares conversions of registered types.
macro_rules! from_concrete {
    ($($ty:ident => $variant:ident;)*) => {$(
        impl From<$ty> for HeapType {
            fn from(ty: $ty) -> HeapType {
                HeapType::$variant(ty)
            }
        }
    )*};
}

from_concrete! {
    ArrayType => ConcreteArray;
    StructType => ConcreteStruct;
    ContType => ConcreteCont;
    ExnType => ConcreteExn;
}
