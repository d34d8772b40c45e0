//! Arithmetic of integers whose results have the operands' shape.

use super::{I8x16, I16x8, I32x4, I64x2, U8x16, U16x8, U32x4, U64x2, map, simd, zip};

simd! {
    I8x16Abs(a: I8x16) -> I8x16 { map(a, i8::wrapping_abs) }
    I8x16Neg(a: I8x16) -> I8x16 { map(a, i8::wrapping_neg) }
    I8x16Popcnt(a: U8x16) -> U8x16 { map(a, |a| a.count_ones() as u8) }
    I8x16Add(a, b: U8x16) -> U8x16 { zip(a, b, u8::wrapping_add) }
    I8x16AddSatS(a, b: I8x16) -> I8x16 { zip(a, b, i8::saturating_add) }
    I8x16AddSatU(a, b: U8x16) -> U8x16 { zip(a, b, u8::saturating_add) }
    I8x16Sub(a, b: U8x16) -> U8x16 { zip(a, b, u8::wrapping_sub) }
    I8x16SubSatS(a, b: I8x16) -> I8x16 { zip(a, b, i8::saturating_sub) }
    I8x16SubSatU(a, b: U8x16) -> U8x16 { zip(a, b, u8::saturating_sub) }
    I8x16MinS(a, b: I8x16) -> I8x16 { zip(a, b, i8::min) }
    I8x16MinU(a, b: U8x16) -> U8x16 { zip(a, b, u8::min) }
    I8x16MaxS(a, b: I8x16) -> I8x16 { zip(a, b, i8::max) }
    I8x16MaxU(a, b: U8x16) -> U8x16 { zip(a, b, u8::max) }
    I8x16AvgrU(a, b: U8x16) -> U8x16 {
        zip(a, b, |a, b| ((u16::from(a) + u16::from(b) + 1) >> 1) as u8)
    }
    I16x8Abs(a: I16x8) -> I16x8 { map(a, i16::wrapping_abs) }
    I16x8Neg(a: I16x8) -> I16x8 { map(a, i16::wrapping_neg) }
    I16x8Add(a, b: U16x8) -> U16x8 { zip(a, b, u16::wrapping_add) }
    I16x8AddSatS(a, b: I16x8) -> I16x8 { zip(a, b, i16::saturating_add) }
    I16x8AddSatU(a, b: U16x8) -> U16x8 { zip(a, b, u16::saturating_add) }
    I16x8Sub(a, b: U16x8) -> U16x8 { zip(a, b, u16::wrapping_sub) }
    I16x8SubSatS(a, b: I16x8) -> I16x8 { zip(a, b, i16::saturating_sub) }
    I16x8SubSatU(a, b: U16x8) -> U16x8 { zip(a, b, u16::saturating_sub) }
    I16x8Mul(a, b: U16x8) -> U16x8 { zip(a, b, u16::wrapping_mul) }
    I16x8Q15MulrSatS(a, b: I16x8) -> I16x8 { zip(a, b, q15_product) }
    I16x8MinS(a, b: I16x8) -> I16x8 { zip(a, b, i16::min) }
    I16x8MinU(a, b: U16x8) -> U16x8 { zip(a, b, u16::min) }
    I16x8MaxS(a, b: I16x8) -> I16x8 { zip(a, b, i16::max) }
    I16x8MaxU(a, b: U16x8) -> U16x8 { zip(a, b, u16::max) }
    I16x8AvgrU(a, b: U16x8) -> U16x8 {
        zip(a, b, |a, b| ((u32::from(a) + u32::from(b) + 1) >> 1) as u16)
    }
    I32x4Abs(a: I32x4) -> I32x4 { map(a, i32::wrapping_abs) }
    I32x4Neg(a: I32x4) -> I32x4 { map(a, i32::wrapping_neg) }
    I32x4Add(a, b: U32x4) -> U32x4 { zip(a, b, u32::wrapping_add) }
    I32x4Sub(a, b: U32x4) -> U32x4 { zip(a, b, u32::wrapping_sub) }
    I32x4Mul(a, b: U32x4) -> U32x4 { zip(a, b, u32::wrapping_mul) }
    I32x4MinS(a, b: I32x4) -> I32x4 { zip(a, b, i32::min) }
    I32x4MinU(a, b: U32x4) -> U32x4 { zip(a, b, u32::min) }
    I32x4MaxS(a, b: I32x4) -> I32x4 { zip(a, b, i32::max) }
    I32x4MaxU(a, b: U32x4) -> U32x4 { zip(a, b, u32::max) }
    I64x2Abs(a: I64x2) -> I64x2 { map(a, i64::wrapping_abs) }
    I64x2Neg(a: I64x2) -> I64x2 { map(a, i64::wrapping_neg) }
    I64x2Add(a, b: U64x2) -> U64x2 { zip(a, b, u64::wrapping_add) }
    I64x2Sub(a, b: U64x2) -> U64x2 { zip(a, b, u64::wrapping_sub) }
    I64x2Mul(a, b: U64x2) -> U64x2 { zip(a, b, u64::wrapping_mul) }
}

/// The rounded product of two fractions of 2^15. Only that of -1 and -1 is too large.
#[inline(always)]
pub(super) fn q15_product(a: i16, b: i16) -> i16 {
    rounded_product(a, b).min(0x7fff) as i16
}

/// The same in more bits.
#[inline(always)]
pub(super) fn rounded_product(a: i16, b: i16) -> i32 {
    (i32::from(a) * i32::from(b) + 0x4000) >> 15
}
