//! Loads and stores of vectors, and of parts of them.

use super::lane::{get, with};
use super::{I16x8, I32x4, I64x2, Operand, U8x16, U16x8, U32x4, U64x2};
use crate::cursor::Path;
use crate::ops::{Flow, Op, Top, behind_prefixed, decode, op};
use crate::regs::Regs;
use std::array::from_fn;

/// Loads: bytes to vector.
///
/// # Note
///
/// The bytes are not part of a `Result`: the optimizer would move them one by one.
macro_rules! load {
    ($($name:ident($bytes:ident: $n:literal) -> $result:ty $body:block)*) => {$(
        impl Op for op::$name {
            const TOP: Top = Top::Integer;

            #[inline(always)]
            fn run<P: Path>(m: &mut Regs) -> Flow {
                let at = decode!(behind_prefixed::<P, Self>(m.pc));
                let (arg, next) = decode!(P::memarg(at));
                let address = m.pop();
                let at = match m.checked::<P, $n>(address, arg) {
                    Ok(at) => at,
                    Err(flow) => return flow,
                };
                // SAFETY: `checked` says that these bytes are in memory.
                let $bytes = unsafe { m.read::<P, $n>(at, arg) };
                let value: $result = $body;
                value.push(m);
                m.pc = next;
                Flow::Next
            }
        }
    )*};
}

/// Wider lanes, made of narrow ones in memory.
macro_rules! extend {
    ($bytes:ident, $narrow:ident as $wide:ident) => {{
        let (lanes, _) = $bytes.as_chunks();
        from_fn(|it| $wide::from($narrow::from_le_bytes(lanes[it])))
    }};
}

/// Loads of a lane, and stores of one.
macro_rules! lanes {
    ($($load:ident $store:ident of $lanes:ident: $lane:ty;)*) => {$(
        impl Op for op::$load {
            const TOP: Top = Top::Vector;

            #[inline(always)]
            fn run<P: Path>(m: &mut Regs) -> Flow {
                let at = decode!(behind_prefixed::<P, Self>(m.pc));
                let (arg, lane) = decode!(P::memarg(at));
                let vector = $lanes::pop(m);
                let address = m.pop();
                let value = match m.load::<P, _>(address, arg) {
                    Ok(bytes) => <$lane>::from_le_bytes(bytes),
                    Err(flow) => return flow,
                };
                with(vector, lane.bytes(), value).push(m);
                m.pc = lane.skip(1);
                Flow::Next
            }
        }

        impl Op for op::$store {
            const TOP: Top = Top::Vector;

            #[inline(always)]
            fn run<P: Path>(m: &mut Regs) -> Flow {
                let at = decode!(behind_prefixed::<P, Self>(m.pc));
                let (arg, lane) = decode!(P::memarg(at));
                let value = get($lanes::pop(m), lane.bytes());
                let address = m.pop();
                if let Err(flow) = m.store::<P, _>(address, arg, value.to_le_bytes()) {
                    return flow;
                }
                m.pc = lane.skip(1);
                Flow::Next
            }
        }
    )*};
}

load! {
    V128Load(bytes: 16) -> U8x16 { bytes }
    V128Load8x8S(bytes: 8) -> I16x8 { extend!(bytes, i8 as i16) }
    V128Load8x8U(bytes: 8) -> U16x8 { extend!(bytes, u8 as u16) }
    V128Load16x4S(bytes: 8) -> I32x4 { extend!(bytes, i16 as i32) }
    V128Load16x4U(bytes: 8) -> U32x4 { extend!(bytes, u16 as u32) }
    V128Load32x2S(bytes: 8) -> I64x2 { extend!(bytes, i32 as i64) }
    V128Load32x2U(bytes: 8) -> U64x2 { extend!(bytes, u32 as u64) }
    V128Load8Splat(bytes: 1) -> U8x16 { [bytes[0]; 16] }
    V128Load16Splat(bytes: 2) -> U16x8 { [u16::from_le_bytes(bytes); 8] }
    V128Load32Splat(bytes: 4) -> U32x4 { [u32::from_le_bytes(bytes); 4] }
    V128Load64Splat(bytes: 8) -> U64x2 { [u64::from_le_bytes(bytes); 2] }
    V128Load32Zero(bytes: 4) -> U32x4 { [u32::from_le_bytes(bytes), 0, 0, 0] }
    V128Load64Zero(bytes: 8) -> U64x2 { [u64::from_le_bytes(bytes), 0] }
}

lanes! {
    V128Load8Lane V128Store8Lane of U8x16: u8;
    V128Load16Lane V128Store16Lane of U16x8: u16;
    V128Load32Lane V128Store32Lane of U32x4: u32;
    V128Load64Lane V128Store64Lane of U64x2: u64;
}

impl Op for op::V128Store {
    const TOP: Top = Top::Vector;

    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let at = decode!(behind_prefixed::<P, Self>(m.pc));
        let (arg, next) = decode!(P::memarg(at));
        let value = U8x16::pop(m);
        let address = m.pop();
        if let Err(flow) = m.store::<P, _>(address, arg, value) {
            return flow;
        }
        m.pc = next;
        Flow::Next
    }
}
