//! [`Extern`]: anything that can be imported, and [`Export`]: anything that is exported.

use crate::store::StoreOpaque;
use crate::types::{ExternType, GlobalType, MemoryType, TableType};
use crate::{AsContext, Func, Global, Memory, SharedMemory, Table, Tag};
use runtime::ExternVal;

/// A function, global, table or memory of a store.
#[derive(Clone, Debug)]
pub enum Extern {
    /// A function.
    Func(Func),
    /// A global.
    Global(Global),
    /// A table.
    Table(Table),
    /// A memory.
    Memory(Memory),
    /// A memory for several threads, which belongs to no store.
    SharedMemory(SharedMemory),
    /// A tag.
    Tag(Tag),
}

/// Declares, for each variant, how to get it out of an [`Extern`] or [`Export`], and the way back.
macro_rules! variants {
    ($($variant:ident = $into:ident, $text:literal;)*) => {
        impl Extern {
            $(
                #[doc = concat!("The ", $text, ", if it is one.")]
                pub fn $into(self) -> Option<$variant> {
                    match self {
                        Extern::$variant(it) => Some(it),
                        _ => None,
                    }
                }
            )*

            pub(crate) fn comes_from_same_store(&self, store: &StoreOpaque) -> bool {
                match self {
                    $(Extern::$variant(it) => it.comes_from_same_store(store),)*
                }
            }
        }

        impl Export<'_> {
            $(
                #[doc = concat!("The ", $text, ", if it is one.")]
                pub fn $into(self) -> Option<$variant> {
                    self.definition.$into()
                }
            )*
        }

        $(
            impl From<$variant> for Extern {
                fn from(it: $variant) -> Extern {
                    Extern::$variant(it)
                }
            }
        )*
    };
}

variants! {
    Func = into_func, "function";
    Global = into_global, "global";
    Table = into_table, "table";
    Memory = into_memory, "memory";
    SharedMemory = into_shared_memory, "shared memory";
    Tag = into_tag, "tag";
}

impl Extern {
    /// Its type.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> ExternType {
        let store = store.as_context().0.opaque();
        match self {
            Extern::Func(it) => it.load_ty(store).into(),
            Extern::Global(it) => GlobalType::raise(store.engine(), &it.runtime(store).ty).into(),
            Extern::Table(it) => TableType::raise(store.engine(), &it.runtime(store).ty).into(),
            Extern::Memory(it) => MemoryType::raise(&it.runtime(store).ty).into(),
            Extern::SharedMemory(it) => it.ty().into(),
            Extern::Tag(it) => it.load_ty(store).clone().into(),
        }
    }

    /// What the runtime links instances with.
    #[track_caller]
    pub(crate) fn lower(&self, store: &mut StoreOpaque) -> ExternVal {
        match self {
            Extern::Func(it) => ExternVal::Func(it.func_ref(store)),
            Extern::Global(it) => ExternVal::Global(it.id()),
            Extern::Table(it) => ExternVal::Table(it.id()),
            Extern::Memory(it) => ExternVal::Memory(it.id()),
            Extern::SharedMemory(it) => {
                ExternVal::Memory(store.runtime_mut().shared_memory(it.runtime()))
            }
            Extern::Tag(_) => unreachable!("no module imports a tag"),
        }
    }
}

/// An export of an instance.
#[derive(Clone, Debug)]
pub struct Export<'instance> {
    name: &'instance str,
    definition: Extern,
}

impl<'instance> Export<'instance> {
    pub(crate) fn new(name: &'instance str, definition: Extern) -> Self {
        Export { name, definition }
    }

    /// Its name.
    pub fn name(&self) -> &'instance str {
        self.name
    }

    /// Its type.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> ExternType {
        self.definition.ty(store)
    }

    /// What is exported.
    pub fn into_extern(self) -> Extern {
        self.definition
    }
}
