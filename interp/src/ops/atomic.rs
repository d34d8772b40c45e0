//! Atomics. Always on the general path, which knows every memory, and the length of a shared one
//! as it is now.

use super::{Flow, Op, check, decode, op};
use crate::cursor::{Cursor, Full, General, Path};
use crate::regs::Regs;
use runtime::Expected;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

/// The place behind the opcode at `at`.
#[inline(always)]
fn behind_opcode(at: Cursor) -> Cursor {
    match Full::u32(at.skip(1)) {
        Some((_sub, at)) => at,
        None => unreachable!("the full path reads any number"),
    }
}

/// Takes what an access refers to, or leaves the body.
macro_rules! cell {
    ($m:ident.atomic::<$cell:ty>($address:ident, $arg:ident)) => {
        match $m.atomic::<$cell>($address, $arg) {
            Ok(cell) => cell,
            Err(flow) => return flow,
        }
    };
}

/// An access to the place that `$arg` names, on the general path whatever `P` is.
macro_rules! access {
    ($name:ident |$m:ident, $arg:ident| $body:block) => {
        impl Op for op::$name {
            #[inline(always)]
            fn run<P: Path>($m: &mut Regs) -> Flow {
                let ($arg, next) = decode!(General::memarg(behind_opcode($m.pc)));
                $body
                $m.pc = next;
                Flow::Next
            }
        }
    };
}

/// Loads, which extend with zeros.
macro_rules! load {
    ($($name:ident: $cell:ty => $ty:ty;)*) => {$(
        access!($name |m, arg| {
            let address = m.pop();
            let value = cell!(m.atomic::<$cell>(address, arg)).load(Ordering::SeqCst);
            m.push(<$ty>::from(value.to_le()));
        });
    )*};
}

/// Stores, which wrap.
macro_rules! store {
    ($($name:ident: $ty:ty => $cell:ty, $bits:ty;)*) => {$(
        access!($name |m, arg| {
            let value: $ty = m.pop();
            let address = m.pop();
            let value = (value as $bits).to_le();
            cell!(m.atomic::<$cell>(address, arg)).store(value, Ordering::SeqCst);
        });
    )*};
}

/// Read, modify, write. Each line is for all widths, in the order of the opcodes.
macro_rules! rmw {
    ($(|$old:ident, $operand:ident| $new:expr => $($name:ident)*;)*) => {$(
        rmw!(@widths |$old, $operand| $new => $($name)*);
    )*};
    (@widths |$old:ident, $operand:ident| $new:expr =>
        $i32:ident $i64:ident $i32_8:ident $i32_16:ident $i64_8:ident $i64_16:ident $i64_32:ident
    ) => {
        rmw!(@one $i32: u32, AtomicU32, u32, |$old, $operand| $new);
        rmw!(@one $i64: u64, AtomicU64, u64, |$old, $operand| $new);
        rmw!(@one $i32_8: u32, AtomicU8, u8, |$old, $operand| $new);
        rmw!(@one $i32_16: u32, AtomicU16, u16, |$old, $operand| $new);
        rmw!(@one $i64_8: u64, AtomicU8, u8, |$old, $operand| $new);
        rmw!(@one $i64_16: u64, AtomicU16, u16, |$old, $operand| $new);
        rmw!(@one $i64_32: u64, AtomicU32, u32, |$old, $operand| $new);
    };
    (@one $name:ident: $ty:ty, $cell:ty, $bits:ty, |$old:ident, $operand:ident| $new:expr) => {
        access!($name |m, arg| {
            let operand: $ty = m.pop();
            let address = m.pop();
            let $operand = operand as $bits;
            let cell = cell!(m.atomic::<$cell>(address, arg));
            let mut seen = cell.load(Ordering::Relaxed);
            loop {
                let $old = seen.to_le();
                let new: $bits = $new;
                let (success, failure) = (Ordering::SeqCst, Ordering::Relaxed);
                match cell.compare_exchange_weak(seen, new.to_le(), success, failure) {
                    Ok(_) => break,
                    Err(other) => seen = other,
                }
            }
            m.push(<$ty>::from(seen.to_le()));
        });
    };
}

/// Compare and exchange. Of what is expected only as many bits count as are loaded.
macro_rules! cmpxchg {
    ($($name:ident: $ty:ty => $cell:ty, $bits:ty;)*) => {$(
        access!($name |m, arg| {
            let new: $ty = m.pop();
            let expected: $ty = m.pop();
            let address = m.pop();
            let cell = cell!(m.atomic::<$cell>(address, arg));
            let (expected, new) = ((expected as $bits).to_le(), (new as $bits).to_le());
            let seen = cell
                .compare_exchange(expected, new, Ordering::SeqCst, Ordering::SeqCst)
                .unwrap_or_else(|seen| seen);
            m.push(<$ty>::from(seen.to_le()));
        });
    )*};
}

load! {
    I32AtomicLoad: AtomicU32 => u32;
    I64AtomicLoad: AtomicU64 => u64;
    I32AtomicLoad8U: AtomicU8 => u32;
    I32AtomicLoad16U: AtomicU16 => u32;
    I64AtomicLoad8U: AtomicU8 => u64;
    I64AtomicLoad16U: AtomicU16 => u64;
    I64AtomicLoad32U: AtomicU32 => u64;
}

store! {
    I32AtomicStore: u32 => AtomicU32, u32;
    I64AtomicStore: u64 => AtomicU64, u64;
    I32AtomicStore8: u32 => AtomicU8, u8;
    I32AtomicStore16: u32 => AtomicU16, u16;
    I64AtomicStore8: u64 => AtomicU8, u8;
    I64AtomicStore16: u64 => AtomicU16, u16;
    I64AtomicStore32: u64 => AtomicU32, u32;
}

rmw! {
    |a, b| a.wrapping_add(b) => I32AtomicRmwAdd I64AtomicRmwAdd I32AtomicRmw8AddU
        I32AtomicRmw16AddU I64AtomicRmw8AddU I64AtomicRmw16AddU I64AtomicRmw32AddU;
    |a, b| a.wrapping_sub(b) => I32AtomicRmwSub I64AtomicRmwSub I32AtomicRmw8SubU
        I32AtomicRmw16SubU I64AtomicRmw8SubU I64AtomicRmw16SubU I64AtomicRmw32SubU;
    |a, b| a & b => I32AtomicRmwAnd I64AtomicRmwAnd I32AtomicRmw8AndU
        I32AtomicRmw16AndU I64AtomicRmw8AndU I64AtomicRmw16AndU I64AtomicRmw32AndU;
    |a, b| a | b => I32AtomicRmwOr I64AtomicRmwOr I32AtomicRmw8OrU
        I32AtomicRmw16OrU I64AtomicRmw8OrU I64AtomicRmw16OrU I64AtomicRmw32OrU;
    |a, b| a ^ b => I32AtomicRmwXor I64AtomicRmwXor I32AtomicRmw8XorU
        I32AtomicRmw16XorU I64AtomicRmw8XorU I64AtomicRmw16XorU I64AtomicRmw32XorU;
    |_a, b| b => I32AtomicRmwXchg I64AtomicRmwXchg I32AtomicRmw8XchgU
        I32AtomicRmw16XchgU I64AtomicRmw8XchgU I64AtomicRmw16XchgU I64AtomicRmw32XchgU;
}

cmpxchg! {
    I32AtomicRmwCmpxchg: u32 => AtomicU32, u32;
    I64AtomicRmwCmpxchg: u64 => AtomicU64, u64;
    I32AtomicRmw8CmpxchgU: u32 => AtomicU8, u8;
    I32AtomicRmw16CmpxchgU: u32 => AtomicU16, u16;
    I64AtomicRmw8CmpxchgU: u64 => AtomicU8, u8;
    I64AtomicRmw16CmpxchgU: u64 => AtomicU16, u16;
    I64AtomicRmw32CmpxchgU: u64 => AtomicU32, u32;
}

impl Op for op::AtomicFence {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (_sub, at) = decode!(P::u32(m.pc.skip(1)));
        std::sync::atomic::fence(Ordering::SeqCst);
        // The ordering, a byte that is always 0.
        m.pc = at.skip(1);
        Flow::Next
    }
}

/// What the runtime does for every tier: cold only.
macro_rules! runtime {
    ($($name:ident |$m:ident, $arg:ident| $body:expr;)*) => {$(
        impl Op for op::$name {
            #[inline(always)]
            fn run<P: Path>(_m: &mut Regs) -> Flow {
                Flow::Cold
            }

            fn cold($m: &mut Regs) -> Flow {
                type P = General;
                let ($arg, next) = decode!(P::memarg(behind_opcode($m.pc)));
                let result: Result<u32, runtime::Trap> = $body;
                $m.push(check!(result));
                $m.flush();
                $m.pc = next;
                Flow::Next
            }
        }
    )*};
}

runtime! {
    MemoryAtomicNotify |m, arg| {
        let (count, address): (u32, u64) = (m.pop(), m.pop());
        let at = (arg.memory, address, arg.offset);
        // SAFETY: the instance is that of the current frame; no reference to its store is alive.
        unsafe { runtime::memory_atomic_notify(m.instance(), at, count) }
    };
    MemoryAtomicWait32 |m, arg| {
        let (timeout, expected): (i64, u32) = (m.pop(), m.pop());
        let at = (arg.memory, m.pop(), arg.offset);
        // SAFETY: as above.
        unsafe { runtime::memory_atomic_wait(m.instance(), at, Expected::I32(expected), timeout) }
    };
    MemoryAtomicWait64 |m, arg| {
        let (timeout, expected): (i64, u64) = (m.pop(), m.pop());
        let at = (arg.memory, m.pop(), arg.offset);
        // SAFETY: as above.
        unsafe { runtime::memory_atomic_wait(m.instance(), at, Expected::I64(expected), timeout) }
    };
}
