//! Relaxed instructions: they do what [`RelaxedSimd`] says, as compiled code does.
//!
//! Whether NaNs are canonical is for `canonical.rs` to say, but not where it depends on the choice:
//! `min` and `max` always make canonical ones, and `pmin` and `pmax` make none.

use super::bits::select_bits;
use super::float::{max32, max64, min32, min64, pmax, pmin};
use super::int::{q15_product, rounded_product};
use super::lane::swizzle;
use super::{F32x4, F64x2, Function, I8x16, I16x8, I32x4, I64x2, U8x16, U32x4};
use super::{join, map, pairwise, simd, top, zip, zip3};
use crate::cursor::Path;
use crate::ops::canonical::Floats;
use crate::ops::{Flow, Op, Top, behind_prefixed, decode, op};
use crate::regs::Regs;
use runtime::{RelaxedSimd, Store};
use std::array::from_fn;

/// Defines instructions that do one thing if a choice was made, and otherwise another.
///
/// # Note
///
/// Each is a function of its own: the optimizer does not keep lanes together where paths meet.
macro_rules! relaxed {
    ($(
        $name:ident($($($arg:ident),+: $ty:ty),+) -> $result:ident
            if $choice:ident { $yes:expr } else { $no:expr }
    )*) => {$(
        impl Op for op::$name {
            const TOP: Top = top!($($ty),+);

            #[inline(always)]
            fn run<P: Path>(m: &mut Regs) -> Flow {
                let next = decode!(behind_prefixed::<P, Self>(m.pc));
                if m.relaxed_simd().$choice {
                    let run = |$($($arg: $ty),+),+| -> $result { $yes };
                    run.apply(m);
                } else {
                    let run = |$($($arg: $ty),+),+| -> $result { $no };
                    run.apply(m);
                }
                m.pc = next;
                Flow::Next
            }
        }
    )*};
}

relaxed! {
    I8x16RelaxedSwizzle(a, lanes: U8x16) -> U8x16
        if ssse3 { pshufb(a, lanes) } else { swizzle(a, lanes) }
    I32x4RelaxedTruncF32x4S(a: F32x4) -> I32x4
        if sse2 { map(a, cvttps2dq) } else { map(a, |a| a as i32) }
    I32x4RelaxedTruncF64x2SZero(a: F64x2) -> I32x4
        if sse2 { join(map(a, cvttpd2dq), [0; 2]) } else { join(map(a, |a| a as i32), [0; 2]) }
    F32x4RelaxedMadd(a, b, c: F32x4) -> F32x4
        if fused { zip3(a, b, c, f32::mul_add) } else { zip3(a, b, c, |a, b, c| a * b + c) }
    F32x4RelaxedNmadd(a, b, c: F32x4) -> F32x4
        if fused { zip3(map(a, |a| -a), b, c, f32::mul_add) }
        else { zip3(a, b, c, |a, b, c| -a * b + c) }
    F64x2RelaxedMadd(a, b, c: F64x2) -> F64x2
        if fused { zip3(a, b, c, f64::mul_add) } else { zip3(a, b, c, |a, b, c| a * b + c) }
    F64x2RelaxedNmadd(a, b, c: F64x2) -> F64x2
        if fused { zip3(map(a, |a| -a), b, c, f64::mul_add) }
        else { zip3(a, b, c, |a, b, c| -a * b + c) }
    I8x16RelaxedLaneselect(a, b, mask: I8x16) -> I8x16
        if sse41 { zip3(a, b, mask, select_by_sign) } else { zip3(a, b, mask, select_bits) }
    I32x4RelaxedLaneselect(a, b, mask: I32x4) -> I32x4
        if sse41 { zip3(a, b, mask, select_by_sign) } else { zip3(a, b, mask, select_bits) }
    I64x2RelaxedLaneselect(a, b, mask: I64x2) -> I64x2
        if sse41 { zip3(a, b, mask, select_by_sign) } else { zip3(a, b, mask, select_bits) }
    F32x4RelaxedMin(a, b: F32x4) -> F32x4
        if sse2 { zip(a, b, pmin) } else { zip(a, b, min32).canonical() }
    F32x4RelaxedMax(a, b: F32x4) -> F32x4
        if sse2 { zip(a, b, pmax) } else { zip(a, b, max32).canonical() }
    F64x2RelaxedMin(a, b: F64x2) -> F64x2
        if sse2 { zip(a, b, pmin) } else { zip(a, b, min64).canonical() }
    F64x2RelaxedMax(a, b: F64x2) -> F64x2
        if sse2 { zip(a, b, pmax) } else { zip(a, b, max64).canonical() }
    I16x8RelaxedQ15mulrS(a, b: I16x8) -> I16x8
        if ssse3 { zip(a, b, pmulhrsw) } else { zip(a, b, q15_product) }
    I16x8RelaxedDotI8x16I7x16S(a, b: I8x16) -> I16x8
        if ssse3 { pmaddubsw(a, b) } else { pairwise(products(a, b), i16::wrapping_add) }
    I32x4RelaxedDotI8x16I7x16AddS(a, b: I8x16, c: I32x4) -> I32x4
        if ssse3 { zip(pairwise(pmaddubsw(a, b), sum), c, i32::wrapping_add) }
        else { zip(quads(products(a, b)), c, i32::wrapping_add) }
}

// Here there is nothing to gain on any machine.
simd! {
    I32x4RelaxedTruncF32x4U(a: F32x4) -> U32x4 { map(a, |a| a as u32) }
    I32x4RelaxedTruncF64x2UZero(a: F64x2) -> U32x4 { join(map(a, |a| a as u32), [0; 2]) }
    I16x8RelaxedLaneselect(a, b, mask: I16x8) -> I16x8 {
        zip3(a, b, mask, select_bits)
    }
}

/// The first one where the mask is negative.
#[inline(always)]
fn select_by_sign<T: PartialOrd + Default>(a: T, b: T, mask: T) -> T {
    if mask < T::default() { a } else { b }
}

/// Numbers without the highest bit count modulo 16.
#[inline(always)]
fn pshufb(a: U8x16, lanes: U8x16) -> U8x16 {
    let with_zeros: [u8; 32] = join(a, [0; 16]);
    map(lanes, |it| {
        with_zeros[usize::from((it & 15) | (it >> 7 << 4))]
    })
}

/// The smallest integer stands for all that are out of range.
#[inline(always)]
fn cvttps2dq(a: f32) -> i32 {
    if (-2147483648.0..2147483648.0).contains(&a) {
        a as i32
    } else {
        i32::MIN
    }
}

/// The same for wider floats.
#[inline(always)]
fn cvttpd2dq(a: f64) -> i32 {
    // Between these, the integer part is in range.
    if a > -2147483649.0 && a < 2147483648.0 {
        a as i32
    } else {
        i32::MIN
    }
}

/// The rounded product of two fractions of 2^15. That of -1 and -1 wraps.
#[inline(always)]
fn pmulhrsw(a: i16, b: i16) -> i16 {
    rounded_product(a, b) as i16
}

/// Products of lanes; all of them fit.
#[inline(always)]
fn products(a: I8x16, b: I8x16) -> [i16; 16] {
    zip(a, b, |a, b| i16::from(a) * i16::from(b))
}

/// Sums of the products of two lanes each; those of `b` are taken as unsigned.
#[inline(always)]
fn pmaddubsw(a: I8x16, b: I8x16) -> I16x8 {
    let products = zip(a, b, |a, b| i16::from(a) * i16::from(b.cast_unsigned()));
    pairwise(products, i16::saturating_add)
}

/// The exact sum of two products.
#[inline(always)]
fn sum(a: i16, b: i16) -> i32 {
    i32::from(a) + i32::from(b)
}

/// The exact sums of each four products.
#[inline(always)]
fn quads(products: [i16; 16]) -> I32x4 {
    from_fn(|it| products[4 * it..][..4].iter().copied().map(i32::from).sum())
}

impl Regs {
    /// What relaxed instructions do.
    #[inline(always)]
    fn relaxed_simd(&self) -> RelaxedSimd {
        // SAFETY: invariant 1 of `regs.rs`; the tuning never changes.
        unsafe { Store::tuning((*self.ctx).store).relaxed_simd }
    }
}
