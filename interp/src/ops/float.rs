//! Floats: comparisons and arithmetic. NaNs that arithmetic makes are the machine's; `canonical.rs`
//! has the same instructions with others.

use super::define::{binary, test, unary};

// Sign operations are on bits: they keep NaN payloads and signalling NaNs.
unary! {
    F32Abs |a: u32| a & !F32_SIGN;
    F32Neg |a: u32| a ^ F32_SIGN;
    F32Ceil |a: f32| quiet32(a, f32::ceil);
    F32Floor |a: f32| quiet32(a, f32::floor);
    F32Trunc |a: f32| quiet32(a, f32::trunc);
    F32Nearest |a: f32| quiet32(a, f32::round_ties_even);
    F32Sqrt |a: f32| a.sqrt();
    F64Abs |a: f64| f64::from_bits(a.to_bits() & !F64_SIGN);
    F64Neg |a: f64| f64::from_bits(a.to_bits() ^ F64_SIGN);
    F64Ceil |a: f64| quiet64(a, f64::ceil);
    F64Floor |a: f64| quiet64(a, f64::floor);
    F64Trunc |a: f64| quiet64(a, f64::trunc);
    F64Nearest |a: f64| quiet64(a, f64::round_ties_even);
    F64Sqrt |a: f64| a.sqrt();
}

test! {
    F32Eq |a, b: f32| a == b;
    F32Ne |a, b: f32| a != b;
    F32Lt |a, b: f32| a < b;
    F32Gt |a, b: f32| a > b;
    F32Le |a, b: f32| a <= b;
    F32Ge |a, b: f32| a >= b;
    F64Eq |a, b: f64| a == b;
    F64Ne |a, b: f64| a != b;
    F64Lt |a, b: f64| a < b;
    F64Gt |a, b: f64| a > b;
    F64Le |a, b: f64| a <= b;
    F64Ge |a, b: f64| a >= b;
}

binary! {
    F32Add |a, b: f32| a + b;
    F32Sub |a, b: f32| a - b;
    F32Mul |a, b: f32| a * b;
    F32Div |a, b: f32| a / b;
    F32Min |a, b: f32| min32(a, b);
    F32Max |a, b: f32| max32(a, b);
    F32Copysign |a, b: u32| a & !F32_SIGN | b & F32_SIGN;
    F64Add |a, b: f64| a + b;
    F64Sub |a, b: f64| a - b;
    F64Mul |a, b: f64| a * b;
    F64Div |a, b: f64| a / b;
    F64Min |a, b: f64| min64(a, b);
    F64Max |a, b: f64| max64(a, b);
    F64Copysign |a, b: f64| f64::from_bits(a.to_bits() & !F64_SIGN | b.to_bits() & F64_SIGN);
}

pub(super) const F32_SIGN: u32 = 1 << 31;
pub(super) const F64_SIGN: u64 = 1 << 63;

/// Functions that Rust and wasm define alike but for NaN.
macro_rules! functions {
    ($ty:ty, $quiet:ident, $min:ident, $max:ident) => {
        /// Rounds. A NaN becomes quiet and keeps its payload, as by machine instructions.
        #[inline(always)]
        pub(super) fn $quiet(a: $ty, round: impl Fn($ty) -> $ty) -> $ty {
            if a.is_nan() { a + a } else { round(a) }
        }

        /// The smaller; NaN if there is one; -0 is smaller than +0.
        #[inline(always)]
        fn $min(a: $ty, b: $ty) -> $ty {
            if a < b {
                a
            } else if b < a {
                b
            } else if a == b {
                <$ty>::from_bits(a.to_bits() | b.to_bits())
            } else {
                a + b
            }
        }

        /// The larger; NaN if there is one; +0 is larger than -0.
        #[inline(always)]
        fn $max(a: $ty, b: $ty) -> $ty {
            if a > b {
                a
            } else if b > a {
                b
            } else if a == b {
                <$ty>::from_bits(a.to_bits() & b.to_bits())
            } else {
                a + b
            }
        }
    };
}

functions!(f32, quiet32, min32, max32);
functions!(f64, quiet64, min64, max64);
