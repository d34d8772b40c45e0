//! Wide arithmetic: 128-bit integers as two operands each, the low half first.

use super::{Flow, Op, decode, op};
use crate::cursor::Path;
use crate::regs::Regs;

/// Instructions with two 128-bit operands.
macro_rules! binary {
    ($($name:ident |$a:ident, $b:ident| $value:expr;)*) => {$(
        impl Op for op::$name {
            #[inline(always)]
            fn run<P: Path>(m: &mut Regs) -> Flow {
                let (_sub, next) = decode!(P::u32(m.pc.skip(1)));
                let $b = m.pop_wide();
                let $a = m.pop_wide();
                m.push_wide($value);
                m.pc = next;
                Flow::Next
            }
        }
    )*};
}

/// Products of 64-bit operands.
macro_rules! product {
    ($($name:ident |$a:ident, $b:ident: $ty:ty| $value:expr;)*) => {$(
        impl Op for op::$name {
            #[inline(always)]
            fn run<P: Path>(m: &mut Regs) -> Flow {
                let (_sub, next) = decode!(P::u32(m.pc.skip(1)));
                let $b: $ty = m.pop();
                let $a: $ty = m.pop();
                m.push_wide($value);
                m.pc = next;
                Flow::Next
            }
        }
    )*};
}

binary! {
    I64Add128 |a, b| a.wrapping_add(b);
    I64Sub128 |a, b| a.wrapping_sub(b);
}

product! {
    I64MulWideS |a, b: i64| (i128::from(a) * i128::from(b)).cast_unsigned();
    I64MulWideU |a, b: u64| u128::from(a) * u128::from(b);
}

impl Regs {
    #[inline(always)]
    fn pop_wide(&mut self) -> u128 {
        let high: u64 = self.pop();
        let low: u64 = self.pop();
        u128::from(high) << 64 | u128::from(low)
    }

    #[inline(always)]
    fn push_wide(&mut self, value: u128) {
        self.push(value as u64);
        self.push((value >> 64) as u64);
    }
}
