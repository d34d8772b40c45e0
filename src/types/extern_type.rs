//! [`ExternType`], and the imports and exports of a module that have one.

use super::{FuncType, GlobalType, MemoryType, TableType, TagType};
use std::fmt;

/// The type of something that modules import and export.
#[derive(Clone, Debug)]
pub enum ExternType {
    /// A function.
    Func(FuncType),
    /// A global.
    Global(GlobalType),
    /// A table.
    Table(TableType),
    /// A memory.
    Memory(MemoryType),
    /// A tag.
    Tag(TagType),
}

/// Declares, for each variant, how to get its type out and how to make one of it.
macro_rules! extern_types {
    ($($variant:ident($ty:ident) = $get:ident, $unwrap:ident, $text:literal;)*) => {
        impl ExternType {
            $(
                #[doc = concat!("The type of a ", $text, ", if it is one.")]
                pub fn $get(&self) -> Option<&$ty> {
                    match self {
                        ExternType::$variant(ty) => Some(ty),
                        _ => None,
                    }
                }

                #[doc = concat!("The type of a ", $text, ".")]
                ///
                /// # Panics
                ///
                /// If it is the type of something else.
                pub fn $unwrap(&self) -> &$ty {
                    self.$get().expect(concat!("expected ", stringify!($ty)))
                }
            )*
        }

        $(
            impl From<$ty> for ExternType {
                fn from(ty: $ty) -> ExternType {
                    ExternType::$variant(ty)
                }
            }
        )*
    };
}

extern_types! {
    Func(FuncType) = func, unwrap_func, "function";
    Global(GlobalType) = global, unwrap_global, "global";
    Table(TableType) = table, unwrap_table, "table";
    Memory(MemoryType) = memory, unwrap_memory, "memory";
    Tag(TagType) = tag, unwrap_tag, "tag";
}

/// An import of a module.
#[derive(Clone)]
pub struct ImportType<'module> {
    module: &'module str,
    name: &'module str,
    ty: ExternType,
}

impl<'module> ImportType<'module> {
    pub(crate) fn new(module: &'module str, name: &'module str, ty: ExternType) -> Self {
        ImportType { module, name, ty }
    }

    /// Name of the module it is imported from.
    pub fn module(&self) -> &'module str {
        self.module
    }

    /// Its name in that module.
    pub fn name(&self) -> &'module str {
        self.name
    }

    /// Its type.
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }
}

impl fmt::Debug for ImportType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportType")
            .field("module", &self.module)
            .field("name", &self.name)
            .field("ty", &self.ty)
            .finish()
    }
}

/// An export of a module.
#[derive(Clone)]
pub struct ExportType<'module> {
    name: &'module str,
    ty: ExternType,
}

impl<'module> ExportType<'module> {
    pub(crate) fn new(name: &'module str, ty: ExternType) -> Self {
        ExportType { name, ty }
    }

    /// Its name.
    pub fn name(&self) -> &'module str {
        self.name
    }

    /// Its type.
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }
}

impl fmt::Debug for ExportType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportType")
            .field("name", &self.name)
            .field("ty", &self.ty)
            .finish()
    }
}
