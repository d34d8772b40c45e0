//! Indices of wasmtime's API as types of their own.

/// Declares types that are an index.
macro_rules! indices {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(u32);

        impl $name {
            /// The index `x`.
            ///
            /// # Panics
            ///
            /// If it is `u32::MAX`, which is none.
            pub fn from_u32(x: u32) -> Self {
                assert!(x < u32::MAX);
                Self(x)
            }

            /// The index.
            pub fn as_u32(self) -> u32 {
                self.0
            }

            /// The index as bits.
            pub fn as_bits(self) -> u32 {
                self.0
            }

            /// The index of bits that [`Self::as_bits`] gave.
            pub fn from_bits(x: u32) -> Self {
                Self(x)
            }
        }
    )*};
}

indices! {
    /// A function of a module, imports first.
    FuncIndex;
    /// A function of a module, without imports.
    DefinedFuncIndex;
    /// A module of a component.
    StaticModuleIndex;
}
