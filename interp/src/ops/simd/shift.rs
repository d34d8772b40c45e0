//! Shifts of all lanes by the same count, which is taken modulo the lane's width.

use super::{I8x16, I16x8, I32x4, I64x2, U8x16, U16x8, U32x4, U64x2, map, simd};

simd! {
    I8x16Shl(a: U8x16, n: u32) -> U8x16 { map(a, |a| a.wrapping_shl(n)) }
    I8x16ShrS(a: I8x16, n: u32) -> I8x16 { map(a, |a| a.wrapping_shr(n)) }
    I8x16ShrU(a: U8x16, n: u32) -> U8x16 { map(a, |a| a.wrapping_shr(n)) }
    I16x8Shl(a: U16x8, n: u32) -> U16x8 { map(a, |a| a.wrapping_shl(n)) }
    I16x8ShrS(a: I16x8, n: u32) -> I16x8 { map(a, |a| a.wrapping_shr(n)) }
    I16x8ShrU(a: U16x8, n: u32) -> U16x8 { map(a, |a| a.wrapping_shr(n)) }
    I32x4Shl(a: U32x4, n: u32) -> U32x4 { map(a, |a| a.wrapping_shl(n)) }
    I32x4ShrS(a: I32x4, n: u32) -> I32x4 { map(a, |a| a.wrapping_shr(n)) }
    I32x4ShrU(a: U32x4, n: u32) -> U32x4 { map(a, |a| a.wrapping_shr(n)) }
    I64x2Shl(a: U64x2, n: u32) -> U64x2 { map(a, |a| a.wrapping_shl(n)) }
    I64x2ShrS(a: I64x2, n: u32) -> I64x2 { map(a, |a| a.wrapping_shr(n)) }
    I64x2ShrU(a: U64x2, n: u32) -> U64x2 { map(a, |a| a.wrapping_shr(n)) }
}
