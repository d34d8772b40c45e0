//! Integers: comparisons, arithmetic, bits.

use super::define::{binary, test, unary};
use super::{Flow, Op, Top, check, op};
use crate::cursor::Path;
use crate::regs::Regs;
use runtime::Trap;

/// Divisions: the value is there or a trap.
macro_rules! division {
    ($($name:ident |$a:ident, $b:ident: $ty:ty| $value:expr;)*) => {$(
        impl Op for op::$name {
            const TOP: Top = Top::Integer;

            #[inline(always)]
            fn run<P: Path>(m: &mut Regs) -> Flow {
                let $b: $ty = m.pop();
                let $a: $ty = m.pop();
                if $b == 0 {
                    return Flow::Trap(Trap::IntegerDivisionByZero);
                }
                m.push(check!($value.ok_or(Trap::IntegerOverflow)));
                m.advance(1);
                Flow::Next
            }
        }
    )*};
}

test! {
    I32Eqz |a: u32| a == 0;
    I64Eqz |a: u64| a == 0;
    I32Eq |a, b: u32| a == b;
    I32Ne |a, b: u32| a != b;
    I32LtS |a, b: i32| a < b;
    I32LtU |a, b: u32| a < b;
    I32GtS |a, b: i32| a > b;
    I32GtU |a, b: u32| a > b;
    I32LeS |a, b: i32| a <= b;
    I32LeU |a, b: u32| a <= b;
    I32GeS |a, b: i32| a >= b;
    I32GeU |a, b: u32| a >= b;
    I64Eq |a, b: u64| a == b;
    I64Ne |a, b: u64| a != b;
    I64LtS |a, b: i64| a < b;
    I64LtU |a, b: u64| a < b;
    I64GtS |a, b: i64| a > b;
    I64GtU |a, b: u64| a > b;
    I64LeS |a, b: i64| a <= b;
    I64LeU |a, b: u64| a <= b;
    I64GeS |a, b: i64| a >= b;
    I64GeU |a, b: u64| a >= b;
}

unary! {
    I32Clz |a: u32| a.leading_zeros();
    I32Ctz |a: u32| a.trailing_zeros();
    I32Popcnt |a: u32| a.count_ones();
    I32Extend8S |a: u32| i32::from(a as i8);
    I32Extend16S |a: u32| i32::from(a as i16);
    I64Clz |a: u64| u64::from(a.leading_zeros());
    I64Ctz |a: u64| u64::from(a.trailing_zeros());
    I64Popcnt |a: u64| u64::from(a.count_ones());
    I64Extend8S |a: u64| i64::from(a as i8);
    I64Extend16S |a: u64| i64::from(a as i16);
    I64Extend32S |a: u64| i64::from(a as i32);
}

binary! {
    I32Add |a, b: u32| a.wrapping_add(b);
    I32Sub |a, b: u32| a.wrapping_sub(b);
    I32Mul |a, b: u32| a.wrapping_mul(b);
    I32And |a, b: u32| a & b;
    I32Or |a, b: u32| a | b;
    I32Xor |a, b: u32| a ^ b;
    I32Shl |a, b: u32| a.wrapping_shl(b);
    I32ShrS |a, b: i32| a.wrapping_shr(b.cast_unsigned());
    I32ShrU |a, b: u32| a.wrapping_shr(b);
    I32Rotl |a, b: u32| a.rotate_left(b & 31);
    I32Rotr |a, b: u32| a.rotate_right(b & 31);
    I64Add |a, b: u64| a.wrapping_add(b);
    I64Sub |a, b: u64| a.wrapping_sub(b);
    I64Mul |a, b: u64| a.wrapping_mul(b);
    I64And |a, b: u64| a & b;
    I64Or |a, b: u64| a | b;
    I64Xor |a, b: u64| a ^ b;
    I64Shl |a, b: u64| a.wrapping_shl(b as u32);
    I64ShrS |a, b: i64| a.wrapping_shr(b as u32);
    I64ShrU |a, b: u64| a.wrapping_shr(b as u32);
    I64Rotl |a, b: u64| a.rotate_left(b as u32 & 63);
    I64Rotr |a, b: u64| a.rotate_right(b as u32 & 63);
}

division! {
    I32DivS |a, b: i32| a.checked_div(b);
    I32DivU |a, b: u32| a.checked_div(b);
    I32RemS |a, b: i32| Some(a.wrapping_rem(b));
    I32RemU |a, b: u32| a.checked_rem(b);
    I64DivS |a, b: i64| a.checked_div(b);
    I64DivU |a, b: u64| a.checked_div(b);
    I64RemS |a, b: i64| Some(a.wrapping_rem(b));
    I64RemU |a, b: u64| a.checked_rem(b);
}
