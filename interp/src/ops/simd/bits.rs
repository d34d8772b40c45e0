//! Vectors as 128 bits, and what becomes of all lanes together.

use super::{I8x16, I16x8, I32x4, I64x2, U64x2, map, simd, zip, zip3};
use std::ops::{BitAnd, BitXor};

simd! {
    V128Not(a: U64x2) -> U64x2 { map(a, |a| !a) }
    V128And(a, b: U64x2) -> U64x2 { zip(a, b, |a, b| a & b) }
    V128AndNot(a, b: U64x2) -> U64x2 { zip(a, b, |a, b| a & !b) }
    V128Or(a, b: U64x2) -> U64x2 { zip(a, b, |a, b| a | b) }
    V128Xor(a, b: U64x2) -> U64x2 { zip(a, b, |a, b| a ^ b) }
    V128Bitselect(a, b, mask: U64x2) -> U64x2 { zip3(a, b, mask, select_bits) }
    V128AnyTrue(a: U64x2) -> bool { a != [0; 2] }
    I8x16AllTrue(a: I8x16) -> bool { !a.contains(&0) }
    I16x8AllTrue(a: I16x8) -> bool { !a.contains(&0) }
    I32x4AllTrue(a: I32x4) -> bool { !a.contains(&0) }
    I64x2AllTrue(a: I64x2) -> bool { !a.contains(&0) }
    I8x16Bitmask(a: U64x2) -> u32 { signs(a[0]) | signs(a[1]) << 8 }
    I16x8Bitmask(a: I16x8) -> u32 { mask(map(a, |a| a < 0)) }
    I32x4Bitmask(a: I32x4) -> u32 { mask(map(a, |a| a < 0)) }
    I64x2Bitmask(a: I64x2) -> u32 { mask(map(a, |a| a < 0)) }
}

/// Bits of `a` where the mask has ones, of `b` where it has zeros.
#[inline(always)]
pub(super) fn select_bits<T>(a: T, b: T, mask: T) -> T
where
    T: Copy + BitXor<Output = T> + BitAnd<Output = T>,
{
    b ^ (a ^ b) & mask
}

/// Bit `n` is lane `n`.
#[inline(always)]
fn mask<const N: usize>(lanes: [bool; N]) -> u32 {
    let bits = lanes.iter().rev();
    bits.fold(0, |mask, &bit| mask << 1 | u32::from(bit))
}

/// Bit `n` is the sign of byte `n`.
#[inline(always)]
fn signs(bytes: u64) -> u32 {
    // The factor moves bit 0 of byte `n` to bit 56 + `n`; no two products meet.
    let ones = bytes >> 7 & 0x0101_0101_0101_0101;
    (ones.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}
