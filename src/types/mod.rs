//! Types of values and of everything that modules import and export.
//!
//! They are richer than [`runtime::types`], which holds what is executed: a type here can also say
//! what no supported module contains. `lower` and `raise` convert between the two.

mod default;
mod extern_type;
mod func;
mod heap;
mod limits;
mod value;

pub use extern_type::{ExportType, ExternType, ImportType};
pub use func::FuncType;
pub use heap::HeapType;
pub use limits::{MemoryType, MemoryTypeBuilder, TableType};
pub use value::{RefType, ValType};

use crate::Engine;
use runtime::types as rt;

/// Whether a global can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mutability {
    /// It cannot.
    Const,
    /// It can.
    Var,
}

impl Mutability {
    /// Is it [`Mutability::Const`]?
    pub fn is_const(&self) -> bool {
        *self == Mutability::Const
    }

    /// Is it [`Mutability::Var`]?
    pub fn is_var(&self) -> bool {
        *self == Mutability::Var
    }
}

/// Whether a type can have subtypes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finality {
    /// It cannot.
    Final,
    /// It can.
    NonFinal,
}

impl Finality {
    /// Is it [`Finality::Final`]?
    pub fn is_final(&self) -> bool {
        *self == Finality::Final
    }

    /// Is it [`Finality::NonFinal`]?
    pub fn is_non_final(&self) -> bool {
        *self == Finality::NonFinal
    }
}

/// The type of a global.
#[derive(Clone, Debug, Hash)]
pub struct GlobalType {
    content: ValType,
    mutability: Mutability,
}

impl GlobalType {
    /// A global that holds a `content`.
    pub fn new(content: ValType, mutability: Mutability) -> GlobalType {
        GlobalType {
            content,
            mutability,
        }
    }

    /// The type of its value.
    pub fn content(&self) -> &ValType {
        &self.content
    }

    /// Whether it can change.
    pub fn mutability(&self) -> Mutability {
        self.mutability
    }

    pub(crate) fn lower(&self) -> Option<rt::GlobalType> {
        Some(rt::GlobalType {
            content: self.content.lower()?,
            mutable: self.mutability.is_var(),
        })
    }

    pub(crate) fn raise(engine: &Engine, ty: &rt::GlobalType) -> GlobalType {
        let mutability = if ty.mutable {
            Mutability::Var
        } else {
            Mutability::Const
        };
        GlobalType::new(ValType::raise(engine, ty.content), mutability)
    }
}

/// The type of a tag: the fields of its exceptions are the parameters of a function type.
#[derive(Clone, Debug, Hash)]
pub struct TagType {
    ty: FuncType,
}

impl TagType {
    /// A tag for exceptions with the parameters of `ty`.
    pub fn new(ty: FuncType) -> TagType {
        TagType { ty }
    }

    /// The function type.
    pub fn ty(&self) -> &FuncType {
        &self.ty
    }
}

#[cfg(test)]
mod tests;
