//! Single lanes: constants, moving numbers into lanes and out of them, and lanes to other places.

use super::{F32x4, F64x2, Function, I8x16, I16x8, Operand, U8x16, U16x8, U32x4, U64x2};
use super::{join, map, simd, top};
use crate::cursor::Path;
use crate::ops::{Flow, Op, Top, behind_prefixed, decode, op};
use crate::regs::Regs;

impl Op for op::V128Const {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let at = decode!(behind_prefixed::<P, Self>(m.pc));
        let value: U8x16 = at.bytes();
        value.push(m);
        m.pc = at.skip(16);
        Flow::Next
    }
}

/// Defines instructions with an immediate of some bytes.
macro_rules! immediate {
    ($(
        $name:ident[$immediate:ident: $n:literal]($($arg:ident: $ty:ty),+) -> $result:ty $body:block
    )*) => {$(
        impl Op for op::$name {
            const TOP: Top = top!($($ty),+);

            #[inline(always)]
            fn run<P: Path>(m: &mut Regs) -> Flow {
                let at = decode!(behind_prefixed::<P, Self>(m.pc));
                let $immediate: [u8; $n] = at.bytes();
                let run = |$($arg: $ty),+| -> $result { $body };
                run.apply(m);
                m.pc = at.skip($n);
                Flow::Next
            }
        }
    )*};
}

immediate! {
    I8x16ExtractLaneS[lane: 1](a: I8x16) -> i32 { get(a, lane).into() }
    I8x16ExtractLaneU[lane: 1](a: U8x16) -> u32 { get(a, lane).into() }
    I16x8ExtractLaneS[lane: 1](a: I16x8) -> i32 { get(a, lane).into() }
    I16x8ExtractLaneU[lane: 1](a: U16x8) -> u32 { get(a, lane).into() }
    I32x4ExtractLane[lane: 1](a: U32x4) -> u32 { get(a, lane) }
    I64x2ExtractLane[lane: 1](a: U64x2) -> u64 { get(a, lane) }
    F32x4ExtractLane[lane: 1](a: U32x4) -> u32 { get(a, lane) }
    F64x2ExtractLane[lane: 1](a: F64x2) -> f64 { get(a, lane) }
    I8x16ReplaceLane[lane: 1](a: U8x16, value: u32) -> U8x16 { with(a, lane, value as u8) }
    I16x8ReplaceLane[lane: 1](a: U16x8, value: u32) -> U16x8 { with(a, lane, value as u16) }
    I32x4ReplaceLane[lane: 1](a: U32x4, value: u32) -> U32x4 { with(a, lane, value) }
    I64x2ReplaceLane[lane: 1](a: U64x2, value: u64) -> U64x2 { with(a, lane, value) }
    F32x4ReplaceLane[lane: 1](a: U32x4, value: u32) -> U32x4 { with(a, lane, value) }
    F64x2ReplaceLane[lane: 1](a: F64x2, value: f64) -> F64x2 { with(a, lane, value) }
    I8x16Shuffle[lanes: 16](a: U8x16, b: U8x16) -> U8x16 { shuffle(a, b, lanes) }
}

simd! {
    I8x16Splat(value: u32) -> U8x16 { [value as u8; 16] }
    I16x8Splat(value: u32) -> U16x8 { [value as u16; 8] }
    I32x4Splat(value: u32) -> U32x4 { [value; 4] }
    I64x2Splat(value: u64) -> U64x2 { [value; 2] }
    F32x4Splat(value: f32) -> F32x4 { [value; 4] }
    F64x2Splat(value: f64) -> F64x2 { [value; 2] }
    I8x16Swizzle(a, lanes: U8x16) -> U8x16 { swizzle(a, lanes) }
}

/// A lane; validation made sure that there is one of this number.
#[inline(always)]
pub(super) fn get<A: Copy, const N: usize>(a: [A; N], lane: [u8; 1]) -> A {
    a[usize::from(lane[0]) % N]
}

/// The vector with another value in a lane, which exists as for [`get`].
#[inline(always)]
pub(super) fn with<A: Copy, const N: usize>(mut a: [A; N], lane: [u8; 1], value: A) -> [A; N] {
    a[usize::from(lane[0]) % N] = value;
    a
}

/// Takes each lane from one of two vectors: numbers from 16 on mean the second one.
#[inline(always)]
pub(super) fn shuffle(a: U8x16, b: U8x16, lanes: U8x16) -> U8x16 {
    let both: [u8; 32] = join(a, b);
    map(lanes, |it| both[usize::from(it) % 32])
}

/// The lanes of these numbers; 0 where there is none.
#[inline(always)]
pub(super) fn swizzle(a: U8x16, lanes: U8x16) -> U8x16 {
    let with_zeros: [u8; 32] = join(a, [0; 16]);
    map(lanes, |it| with_zeros[usize::from(it.min(31))])
}
