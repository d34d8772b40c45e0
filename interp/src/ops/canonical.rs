//! NaN canonicalization: float arithmetic whose NaNs all have the same bits.
//!
//! A store whose engine canonicalizes has other handlers for the instructions listed here, and
//! for those before which they are looked for: nobody else pays, not even with a branch. What is
//! listed is what Cranelift's pass of the same purpose rewrites, so that both tiers agree.

use super::simd::{F32x4, F64x2, Operand};
use super::{Coded, Flow, Op, Top, op};
use crate::cursor::Path;
use crate::regs::Regs;
use runtime::opcode::Opcode;
use std::marker::PhantomData;

/// Float arithmetic.
pub(crate) trait Arithmetic: Op {
    /// Type of its result.
    type Result: Floats;
}

/// Values with floats in them.
pub(crate) trait Floats: Operand {
    /// The same with the canonical NaN for every NaN.
    fn canonical(self) -> Self;
}

// By bits, of which the optimizer knows nothing: a test of the value it drops behind `sqrt`, since
// to it all NaNs that arithmetic makes are the same.
impl Floats for f32 {
    #[inline(always)]
    fn canonical(self) -> Self {
        let bits = self.to_bits();
        let is_nan = bits & 0x7fff_ffff > 0x7f80_0000;
        f32::from_bits(if is_nan { 0x7fc0_0000 } else { bits })
    }
}

impl Floats for f64 {
    #[inline(always)]
    fn canonical(self) -> Self {
        let bits = self.to_bits();
        let is_nan = bits & 0x7fff_ffff_ffff_ffff > 0x7ff0_0000_0000_0000;
        f64::from_bits(if is_nan { 0x7ff8_0000_0000_0000 } else { bits })
    }
}

impl<T: Floats, const N: usize> Floats for [T; N]
where
    Self: Operand,
{
    #[inline(always)]
    fn canonical(self) -> Self {
        self.map(T::canonical)
    }
}

/// The instruction `O` with canonical NaNs.
pub(crate) struct Canonical<O>(PhantomData<O>);

impl<O: Arithmetic> Coded for Canonical<O> {
    const OPCODE: Opcode = O::OPCODE;
}

impl<O: Arithmetic> Op for Canonical<O> {
    const TOP: Top = O::TOP;

    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let flow = O::run::<P>(m);
        if let Flow::Next = flow {
            O::Result::pop(m).canonical().push(m);
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

/// The same for vectors.
macro_rules! for_each_vector_arithmetic {
    ($mac:ident) => {
        $mac! {
            (F32x4Ceil, F32x4)
            (F32x4Floor, F32x4)
            (F32x4Trunc, F32x4)
            (F32x4Nearest, F32x4)
            (F32x4Sqrt, F32x4)
            (F32x4Add, F32x4)
            (F32x4Sub, F32x4)
            (F32x4Mul, F32x4)
            (F32x4Div, F32x4)
            (F32x4Min, F32x4)
            (F32x4Max, F32x4)
            (F32x4DemoteF64x2Zero, F32x4)
            (F32x4RelaxedMadd, F32x4)
            (F32x4RelaxedNmadd, F32x4)
            (F64x2Ceil, F64x2)
            (F64x2Floor, F64x2)
            (F64x2Trunc, F64x2)
            (F64x2Nearest, F64x2)
            (F64x2Sqrt, F64x2)
            (F64x2Add, F64x2)
            (F64x2Sub, F64x2)
            (F64x2Mul, F64x2)
            (F64x2Div, F64x2)
            (F64x2Min, F64x2)
            (F64x2Max, F64x2)
            (F64x2PromoteLowF32x4, F64x2)
            (F64x2RelaxedMadd, F64x2)
            (F64x2RelaxedNmadd, F64x2)
        }
    };
}
pub(crate) use for_each_vector_arithmetic;

macro_rules! implement_vector {
    ($(($name:ident, $result:ty))*) => {$(
        impl Arithmetic for op::$name {
            type Result = $result;
        }
    )*};
}
for_each_vector_arithmetic!(implement_vector);

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
