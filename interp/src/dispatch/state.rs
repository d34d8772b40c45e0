//! States of the cache as types: what a state becomes is known before anything is compiled.
//!
//! A handler's body works on [`Regs`](crate::regs::Regs), where the state is a value. Behind the
//! body comes code for one state, the one that these types predict; were all of them compiled and
//! all but one dropped, a handler with three instructions would be made 64 times.

use crate::regs::Cache;

/// A state of the cache.
pub(super) trait State {
    /// The state as a value.
    const CACHE: Cache;
    /// Behind a pop.
    type Pop: State;
    /// Behind a push of an integer, an `f32` or a reference.
    type Push: State;
    /// Behind a push of an `f64`.
    type PushFloat: State;
}

macro_rules! states {
    ($($name:ident: $pop:ident, $push:ident;)*) => {$(
        #[doc = concat!("[`Cache::", stringify!($name), "`].")]
        pub(super) enum $name {}

        impl State for $name {
            const CACHE: Cache = Cache::$name;
            type Pop = $pop;
            type Push = $push;
            type PushFloat = Float;
        }
    )*};
}

states! {
    // name: pop, push
    Empty: Empty, Int;
    Int: Empty, IntInt;
    IntInt: Int, IntInt;
    Float: Empty, Int;
}
