//! NaN canonicalization: float arithmetic whose NaNs all have the same bits.
//!
//! A store whose engine canonicalizes has other handlers for the instructions listed here, and
//! for those before which they are looked for: nobody else pays, not even with a branch. What is
//! listed is what Cranelift's pass of the same purpose rewrites, so that both tiers agree.

use super::{Coded, Flow, Op, op};
use crate::cursor::Path;
use crate::regs::{Regs, Slot};
use runtime::opcode::Opcode;
use std::marker::PhantomData;

/// Float arithmetic.
pub(crate) trait Arithmetic: Op {
    /// Type of its result.
    type Result: Floats;
}

/// Values with floats in them.
pub(crate) trait Floats: Slot {
    /// The same with the canonical NaN for every NaN.
    fn canonical(self) -> Self;
}

impl Floats for f32 {
    #[inline(always)]
    fn canonical(self) -> Self {
        // Not `f32::NAN`, whose sign Rust leaves open.
        if self.is_nan() {
            f32::from_bits(0x7fc0_0000)
        } else {
            self
        }
    }
}

impl Floats for f64 {
    #[inline(always)]
    fn canonical(self) -> Self {
        if self.is_nan() {
            f64::from_bits(0x7ff8_0000_0000_0000)
        } else {
            self
        }
    }
}

/// The instruction `O` with canonical NaNs.
pub(crate) struct Canonical<O>(PhantomData<O>);

impl<O: Arithmetic> Coded for Canonical<O> {
    const OPCODE: Opcode = O::OPCODE;
}

impl<O: Arithmetic> Op for Canonical<O> {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let flow = O::run::<P>(m);
        if let Flow::Next = flow {
            let result: O::Result = m.pop();
            m.push(result.canonical());
        }
        flow
    }
}

/// Expands `$mac! { (Variant, type of the result) ... }` for all float arithmetic.
macro_rules! for_each_arithmetic {
    ($mac:ident) => {
        $mac! {
            (F32Ceil, f32)
            (F32Floor, f32)
            (F32Trunc, f32)
            (F32Nearest, f32)
            (F32Sqrt, f32)
            (F32Add, f32)
            (F32Sub, f32)
            (F32Mul, f32)
            (F32Div, f32)
            (F32Min, f32)
            (F32Max, f32)
            (F64Ceil, f64)
            (F64Floor, f64)
            (F64Trunc, f64)
            (F64Nearest, f64)
            (F64Sqrt, f64)
            (F64Add, f64)
            (F64Sub, f64)
            (F64Mul, f64)
            (F64Div, f64)
            (F64Min, f64)
            (F64Max, f64)
            (F32DemoteF64, f32)
            (F64PromoteF32, f64)
        }
    };
}
pub(crate) use for_each_arithmetic;

macro_rules! implement {
    ($(($name:ident, $result:ty))*) => {
        $(
            impl Arithmetic for op::$name {
                type Result = $result;
            }
        )*

        /// Is it float arithmetic?
        #[cfg(tail_calls)]
        pub(crate) const fn is_arithmetic(opcode: Opcode) -> bool {
            matches!(opcode, $(Opcode::$name)|*)
        }
    };
}
for_each_arithmetic!(implement);
