//! Types of references that are null: nothing else can be where Wasm says so.

use crate::{Ref, Val};
use std::convert::Infallible;

/// Declares a type without values whose option is null.
macro_rules! nulls {
    ($($(#[$doc:meta])* $name:ident: $val:ident $ref:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// There are no values of it; `Option` of it is null.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name {
            never: Infallible,
        }

        impl $name {
            /// Null, as a parameter or result.
            #[inline]
            pub fn null() -> Option<Self> {
                None
            }

            /// Null, as a reference.
            #[inline]
            pub fn null_ref() -> Ref {
                Ref::$ref(None)
            }

            /// Null, as a value.
            #[inline]
            pub fn null_val() -> Val {
                Val::$val(None)
            }

            pub(crate) fn never(&self) -> ! {
                match self.never {}
            }
        }
    )*};
}

nulls! {
    /// What `nullfuncref` refers to.
    NoFunc: FuncRef Func;
    /// What `nullexternref` refers to.
    NoExtern: ExternRef Extern;
    /// What `nullref` refers to.
    NoneRef: AnyRef Any;
}
