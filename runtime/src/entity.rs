//! Index types. An index is meaningful only together with the module, instance or store it counts in.

use std::fmt;

/// Declares index newtypes that print as in dumps: `func3`, `exit1`.
macro_rules! entities {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[repr(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as a `usize`, for indexing.
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self, f)
            }
        }
    )*};
}

entities! {
    /// A type of a module's type section.
    TypeIdx = "type";
    /// A function of a module, imports first.
    FuncIdx = "func";
    /// A table of a module, imports first.
    TableIdx = "table";
    /// A memory of a module, imports first.
    MemoryIdx = "memory";
    /// A global of a module, imports first.
    GlobalIdx = "global";
    /// An element segment of a module.
    ElemIdx = "elem";
    /// A data segment of a module.
    DataIdx = "data";
    /// A call site of a function, in bytecode order.
    CallSiteIdx = "site";
    /// A function type, canonical within an engine: equal types have equal ids.
    SigId = "sig";
    /// An instance of a store.
    InstanceId = "instance";
    /// A piece of installed code of a store.
    CodeId = "code";
    /// A deopt exit of a piece of code.
    ExitIdx = "exit";
    /// An instance whose functions a piece of code has inlined: 0 is the compiled function's own, all
    /// others are known by their modules only.
    HomeIdx = "home";
}

entities! {
    /// A table of a store.
    TableId = "table#";
    /// A memory of a store.
    MemoryId = "memory#";
    /// A global of a store.
    GlobalId = "global#";
}

/// A function body among all modules of the process: what tells code that a reference to a function
/// of another instance is one to a body it knows. Not reused when a module is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct BodyId(pub u64);

impl BodyId {
    /// Of functions that have none, or were never prepared.
    pub const NONE: BodyId = BodyId(0);
}
