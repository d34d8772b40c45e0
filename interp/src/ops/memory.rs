//! Linear memory: loads, stores, and instructions on the whole memory.

use super::define::outside;
use super::{Flow, Op, Top, decode, op};
use crate::cursor::{Full, Path};
use crate::regs::Regs;
use runtime::{DataIdx, MemoryIdx};

/// Loads: bytes to value.
macro_rules! load {
    ($($name:ident |$bytes:ident| $value:expr;)*) => {$(
        impl Op for op::$name {
            const TOP: Top = Top::Integer;

            #[inline(always)]
            fn run<P: Path>(m: &mut Regs) -> Flow {
                let (arg, next) = decode!(P::memarg(m.pc.skip(1)));
                let address = m.pop();
                match m.load::<P, _>(address, arg) {
                    Ok($bytes) => m.push($value),
                    Err(flow) => return flow,
                }
                m.pc = next;
                Flow::Next
            }
        }
    )*};
}

/// Stores: value to bytes.
macro_rules! store {
    ($($name:ident |$value:ident: $ty:ty| $bytes:expr;)*) => {$(
        impl Op for op::$name {
            #[inline(always)]
            fn run<P: Path>(m: &mut Regs) -> Flow {
                let (arg, next) = decode!(P::memarg(m.pc.skip(1)));
                let $value: $ty = m.pop();
                let address = m.pop();
                if let Err(flow) = m.store::<P, _>(address, arg, $bytes) {
                    return flow;
                }
                m.pc = next;
                Flow::Next
            }
        }
    )*};
}

load! {
    I32Load |bytes| u32::from_le_bytes(bytes);
    I64Load |bytes| u64::from_le_bytes(bytes);
    F32Load |bytes| u32::from_le_bytes(bytes);
    F64Load |bytes| f64::from_le_bytes(bytes);
    I32Load8S |bytes| i32::from(i8::from_le_bytes(bytes));
    I32Load8U |bytes| u32::from(u8::from_le_bytes(bytes));
    I32Load16S |bytes| i32::from(i16::from_le_bytes(bytes));
    I32Load16U |bytes| u32::from(u16::from_le_bytes(bytes));
    I64Load8S |bytes| i64::from(i8::from_le_bytes(bytes));
    I64Load8U |bytes| u64::from(u8::from_le_bytes(bytes));
    I64Load16S |bytes| i64::from(i16::from_le_bytes(bytes));
    I64Load16U |bytes| u64::from(u16::from_le_bytes(bytes));
    I64Load32S |bytes| i64::from(i32::from_le_bytes(bytes));
    I64Load32U |bytes| u64::from(u32::from_le_bytes(bytes));
}

store! {
    I32Store |value: u32| value.to_le_bytes();
    I64Store |value: u64| value.to_le_bytes();
    F32Store |value: u32| value.to_le_bytes();
    F64Store |value: f64| value.to_le_bytes();
    I32Store8 |value: u32| (value as u8).to_le_bytes();
    I32Store16 |value: u32| (value as u16).to_le_bytes();
    I64Store8 |value: u64| (value as u8).to_le_bytes();
    I64Store16 |value: u64| (value as u16).to_le_bytes();
    I64Store32 |value: u64| (value as u32).to_le_bytes();
}

impl Op for op::MemorySize {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (memory, next) = decode!(P::u32(m.pc.skip(1)));
        m.push(m.memory_pages(MemoryIdx(memory)));
        m.pc = next;
        Flow::Next
    }
}

impl Op for op::MemoryGrow {
    #[inline(always)]
    fn run<P: Path>(_m: &mut Regs) -> Flow {
        Flow::Cold
    }

    fn cold(m: &mut Regs) -> Flow {
        let (memory, next) = decode!(Full::u32(m.pc.skip(1)));
        let delta: u64 = m.pop();
        // SAFETY: the instance is that of the current frame; no reference to its store is alive.
        match unsafe { runtime::memory_grow(m.instance(), MemoryIdx(memory), delta) } {
            Ok(old) => {
                m.reload_memory();
                m.push(old);
                m.flush();
                m.pc = next;
                Flow::Next
            }
            Err(error) => Flow::Exit(m.raise_growth(error)),
        }
    }
}

outside! {
    MemoryInit |m, _sub, at| {
        let (data, at) = decode!(Full::u32(at));
        let (memory, next) = decode!(Full::u32(at));
        let at = (MemoryIdx(memory), DataIdx(data));
        // SAFETY: the instance is that of the current frame; no reference to its store is alive.
        unsafe { runtime::memory_init(m.instance(), at, m.pop_span()) }.map(|()| next)
    }
    DataDrop |m, _sub, at| {
        let (data, next) = decode!(Full::u32(at));
        // SAFETY: as above.
        unsafe { runtime::data_drop(m.instance(), DataIdx(data)) };
        Ok(next)
    }
    MemoryCopy |m, _sub, at| {
        let (dst, at) = decode!(Full::u32(at));
        let (src, next) = decode!(Full::u32(at));
        let at = (MemoryIdx(dst), MemoryIdx(src));
        // SAFETY: as above.
        unsafe { runtime::memory_copy(m.instance(), at, m.pop_span()) }.map(|()| next)
    }
    MemoryFill |m, _sub, at| {
        let (memory, next) = decode!(Full::u32(at));
        let (to, value, len) = m.pop_span();
        let span = (to, value as u8, len);
        // SAFETY: as above.
        unsafe { runtime::memory_fill(m.instance(), MemoryIdx(memory), span) }.map(|()| next)
    }
}

impl Regs {
    /// Pops the operands of an instruction on a range, in the order in which they were pushed.
    /// Each has 32 or 64 bits.
    pub(super) fn pop_span(&mut self) -> (u64, u64, u64) {
        let (len, from, to) = (self.pop(), self.pop(), self.pop());
        (to, from, len)
    }
}
