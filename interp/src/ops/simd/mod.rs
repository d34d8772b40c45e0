//! SIMD: instructions on vectors.
//!
//! A vector is an array of lanes, lane 0 first. What an instruction does is written down once for
//! a lane and applied by [`map`] and [`zip`]; in optimized builds that becomes vector instructions.
//! None of it needs more than the machine's base instruction set.
//!
//! Operands that are vectors lie in memory, never in registers.

mod bits;
mod compare;
mod convert;
mod float;
mod int;
mod lane;
mod memory;
mod relaxed;
mod shift;
mod widen;

use crate::ops::Top;
use crate::regs::{Regs, Slot};
use std::array::from_fn;

/// Defines instructions without immediates.
macro_rules! simd {
    ($($name:ident($($($arg:ident),+: $ty:ty),+) -> $result:ty $body:block)*) => {$(
        impl $crate::ops::Op for $crate::ops::op::$name {
            const TOP: $crate::ops::Top = $crate::ops::simd::top!($($ty),+);

            #[inline(always)]
            fn run<P: $crate::cursor::Path>(m: &mut $crate::regs::Regs) -> $crate::ops::Flow {
                let next = $crate::ops::decode!($crate::ops::behind_prefixed::<P, Self>(m.pc));
                let run = |$($($arg: $ty),+),+| -> $result { $body };
                $crate::ops::simd::Function::apply(run, m);
                m.pc = next;
                $crate::ops::Flow::Next
            }
        }
    )*};
}
use simd;

/// [`Op::TOP`](crate::ops::Op::TOP) of an instruction with operands of these types.
macro_rules! top {
    ($last:ty) => { <$last as $crate::ops::simd::Operand>::TOP };
    ($first:ty, $($rest:ty),+) => { $crate::ops::simd::top!($($rest),+) };
}
use top;

type U8x16 = [u8; 16];
type I8x16 = [i8; 16];
type U16x8 = [u16; 8];
type I16x8 = [i16; 8];
type U32x4 = [u32; 4];
type I32x4 = [i32; 4];
type U64x2 = [u64; 2];
type I64x2 = [i64; 2];
pub(crate) type F32x4 = [f32; 4];
pub(crate) type F64x2 = [f64; 2];

/// Vectors of one shape.
trait Lanes: Copy {
    fn from_bytes(bytes: [u8; 16]) -> Self;

    fn to_bytes(self) -> [u8; 16];
}

macro_rules! lanes {
    ($($name:ident = [$lane:ty; $n:literal];)*) => {$(
        impl Lanes for $name {
            #[inline(always)]
            fn from_bytes(bytes: [u8; 16]) -> Self {
                let (lanes, _) = bytes.as_chunks();
                from_fn(|it| <$lane>::from_le_bytes(lanes[it]))
            }

            #[inline(always)]
            fn to_bytes(self) -> [u8; 16] {
                let mut bytes = [0; 16];
                let (lanes, _) = bytes.as_chunks_mut();
                for (to, lane) in lanes.iter_mut().zip(self) {
                    *to = <$lane>::to_le_bytes(lane);
                }
                bytes
            }
        }

        impl Operand for $name {
            const TOP: Top = Top::Vector;

            #[inline(always)]
            fn pop(m: &mut Regs) -> Self {
                Self::from_bytes(m.pop_v128())
            }

            #[inline(always)]
            fn push(self, m: &mut Regs) {
                m.push_v128(self.to_bytes());
            }
        }
    )*};
}

lanes! {
    U8x16 = [u8; 16];
    I8x16 = [i8; 16];
    U16x8 = [u16; 8];
    I16x8 = [i16; 8];
    U32x4 = [u32; 4];
    I32x4 = [i32; 4];
    U64x2 = [u64; 2];
    I64x2 = [i64; 2];
    F32x4 = [f32; 4];
    F64x2 = [f64; 2];
}

/// What instructions on vectors take and give: vectors and numbers.
pub(crate) trait Operand {
    /// What an instruction that pops it first is told.
    const TOP: Top;

    fn pop(m: &mut Regs) -> Self;

    fn push(self, m: &mut Regs);
}

macro_rules! numbers {
    ($($top:ident: $($ty:ty)*;)*) => {$($(
        impl Operand for $ty {
            const TOP: Top = Top::$top;

            #[inline(always)]
            fn pop(m: &mut Regs) -> Self {
                Slot::pop(m)
            }

            #[inline(always)]
            fn push(self, m: &mut Regs) {
                Slot::push(self, m);
            }
        }
    )*)*};
}

numbers! {
    Integer: u32 i32 u64 f32 bool;
    Any: f64;
}

/// What an instruction does, from operands to its result.
trait Function<Operands> {
    /// Replaces the operands.
    fn apply(self, m: &mut Regs);
}

macro_rules! functions {
    ($(($($arg:ident: $ty:ident),+) by $($popped:ident),+;)*) => {$(
        impl<F: FnOnce($($ty),+) -> R, R: Operand, $($ty: Operand),+> Function<($($ty,)+)> for F {
            #[inline(always)]
            fn apply(self, m: &mut Regs) {
                $(let $popped = Operand::pop(m);)+
                self($($arg),+).push(m);
            }
        }
    )*};
}

functions! {
    (a: A) by a;
    (a: A, b: B) by b, a;
    (a: A, b: B, c: C) by c, b, a;
}

/// Applies `f` to each lane.
#[inline(always)]
fn map<A: Copy, R, const N: usize>(a: [A; N], f: impl Fn(A) -> R) -> [R; N] {
    from_fn(|it| f(a[it]))
}

/// Applies `f` to each pair of lanes.
#[inline(always)]
fn zip<A: Copy, B: Copy, R, const N: usize>(a: [A; N], b: [B; N], f: impl Fn(A, B) -> R) -> [R; N] {
    from_fn(|it| f(a[it], b[it]))
}

/// Applies `f` to each triple of lanes.
#[inline(always)]
fn zip3<A: Copy, R, const N: usize>(
    a: [A; N],
    b: [A; N],
    c: [A; N],
    f: impl Fn(A, A, A) -> R,
) -> [R; N] {
    from_fn(|it| f(a[it], b[it], c[it]))
}

/// Applies `f` to each lane of the first half.
#[inline(always)]
fn map_low<A: Copy, R, const N: usize, const HALF: usize>(
    a: [A; N],
    f: impl Fn(A) -> R,
) -> [R; HALF] {
    const { assert!(HALF * 2 == N) };
    from_fn(|it| f(a[it]))
}

/// Applies `f` to each lane of the second half.
#[inline(always)]
fn map_high<A: Copy, R, const N: usize, const HALF: usize>(
    a: [A; N],
    f: impl Fn(A) -> R,
) -> [R; HALF] {
    const { assert!(HALF * 2 == N) };
    from_fn(|it| f(a[HALF + it]))
}

/// Applies `f` to each pair of lanes of the first halves.
#[inline(always)]
fn zip_low<A: Copy, B: Copy, R, const N: usize, const HALF: usize>(
    a: [A; N],
    b: [B; N],
    f: impl Fn(A, B) -> R,
) -> [R; HALF] {
    const { assert!(HALF * 2 == N) };
    from_fn(|it| f(a[it], b[it]))
}

/// Applies `f` to each pair of lanes of the second halves.
#[inline(always)]
fn zip_high<A: Copy, B: Copy, R, const N: usize, const HALF: usize>(
    a: [A; N],
    b: [B; N],
    f: impl Fn(A, B) -> R,
) -> [R; HALF] {
    const { assert!(HALF * 2 == N) };
    from_fn(|it| f(a[HALF + it], b[HALF + it]))
}

/// The lanes of one vector behind those of another one.
#[inline(always)]
fn join<A: Copy, const HALF: usize, const N: usize>(a: [A; HALF], b: [A; HALF]) -> [A; N] {
    const { assert!(HALF * 2 == N) };
    from_fn(|it| if it < HALF { a[it] } else { b[it - HALF] })
}

/// Applies `f` to each two lanes that lie beside each other.
#[inline(always)]
fn pairwise<A: Copy, R, const N: usize, const HALF: usize>(
    a: [A; N],
    f: impl Fn(A, A) -> R,
) -> [R; HALF] {
    const { assert!(HALF * 2 == N) };
    from_fn(|it| f(a[2 * it], a[2 * it + 1]))
}
