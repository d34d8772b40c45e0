//! Arithmetic of floats, by lane as the scalar instructions do it.

use super::{F32x4, F64x2, U32x4, U64x2, map, simd, zip};
use crate::ops::float::{F32_SIGN, F64_SIGN, quiet32, quiet64};

// These move bits: NaNs stay as they are.
simd! {
    F32x4Abs(a: U32x4) -> U32x4 { map(a, |a| a & !F32_SIGN) }
    F32x4Neg(a: U32x4) -> U32x4 { map(a, |a| a ^ F32_SIGN) }
    F32x4PMin(a, b: F32x4) -> F32x4 { zip(a, b, pmin) }
    F32x4PMax(a, b: F32x4) -> F32x4 { zip(a, b, pmax) }
    F64x2Abs(a: U64x2) -> U64x2 { map(a, |a| a & !F64_SIGN) }
    F64x2Neg(a: U64x2) -> U64x2 { map(a, |a| a ^ F64_SIGN) }
    F64x2PMin(a, b: F64x2) -> F64x2 { zip(a, b, pmin) }
    F64x2PMax(a, b: F64x2) -> F64x2 { zip(a, b, pmax) }
}

simd! {
    F32x4Ceil(a: F32x4) -> F32x4 { map(a, |a| quiet32(a, f32::ceil)) }
    F32x4Floor(a: F32x4) -> F32x4 { map(a, |a| quiet32(a, f32::floor)) }
    F32x4Trunc(a: F32x4) -> F32x4 { map(a, |a| quiet32(a, f32::trunc)) }
    F32x4Nearest(a: F32x4) -> F32x4 { map(a, |a| quiet32(a, f32::round_ties_even)) }
    F32x4Sqrt(a: F32x4) -> F32x4 { map(a, f32::sqrt) }
    F32x4Add(a, b: F32x4) -> F32x4 { zip(a, b, |a, b| a + b) }
    F32x4Sub(a, b: F32x4) -> F32x4 { zip(a, b, |a, b| a - b) }
    F32x4Mul(a, b: F32x4) -> F32x4 { zip(a, b, |a, b| a * b) }
    F32x4Div(a, b: F32x4) -> F32x4 { zip(a, b, |a, b| a / b) }
    F32x4Min(a, b: F32x4) -> F32x4 { zip(a, b, min32) }
    F32x4Max(a, b: F32x4) -> F32x4 { zip(a, b, max32) }
    F64x2Ceil(a: F64x2) -> F64x2 { map(a, |a| quiet64(a, f64::ceil)) }
    F64x2Floor(a: F64x2) -> F64x2 { map(a, |a| quiet64(a, f64::floor)) }
    F64x2Trunc(a: F64x2) -> F64x2 { map(a, |a| quiet64(a, f64::trunc)) }
    F64x2Nearest(a: F64x2) -> F64x2 { map(a, |a| quiet64(a, f64::round_ties_even)) }
    F64x2Sqrt(a: F64x2) -> F64x2 { map(a, f64::sqrt) }
    F64x2Add(a, b: F64x2) -> F64x2 { zip(a, b, |a, b| a + b) }
    F64x2Sub(a, b: F64x2) -> F64x2 { zip(a, b, |a, b| a - b) }
    F64x2Mul(a, b: F64x2) -> F64x2 { zip(a, b, |a, b| a * b) }
    F64x2Div(a, b: F64x2) -> F64x2 { zip(a, b, |a, b| a / b) }
    F64x2Min(a, b: F64x2) -> F64x2 { zip(a, b, min64) }
    F64x2Max(a, b: F64x2) -> F64x2 { zip(a, b, max64) }
}

/// The second operand if it is smaller, else the first one, whatever these are.
#[inline(always)]
pub(super) fn pmin<T: PartialOrd>(a: T, b: T) -> T {
    if b < a { b } else { a }
}

/// The second operand if it is larger, else the first one, whatever these are.
#[inline(always)]
pub(super) fn pmax<T: PartialOrd>(a: T, b: T) -> T {
    if a < b { b } else { a }
}

/// `min` and `max` without branches, so that the optimizer does all lanes at once.
macro_rules! min_and_max {
    ($ty:ty, $min:ident, $max:ident) => {
        /// The smaller; NaN if there is one; -0 is smaller than +0.
        #[inline(always)]
        pub(super) fn $min(a: $ty, b: $ty) -> $ty {
            let smaller = if a < b { a } else { b };
            let same = <$ty>::from_bits(a.to_bits() | b.to_bits());
            let ordered = if a == b { same } else { smaller };
            if a.is_nan() | b.is_nan() {
                a + b
            } else {
                ordered
            }
        }

        /// The larger; NaN if there is one; +0 is larger than -0.
        #[inline(always)]
        pub(super) fn $max(a: $ty, b: $ty) -> $ty {
            let larger = if a > b { a } else { b };
            let same = <$ty>::from_bits(a.to_bits() & b.to_bits());
            let ordered = if a == b { same } else { larger };
            if a.is_nan() | b.is_nan() {
                a + b
            } else {
                ordered
            }
        }
    };
}

min_and_max!(f32, min32, max32);
min_and_max!(f64, min64, max64);
