//! Conversions between number types.

use super::define::unary;
use super::{Flow, Op, check, decode, op};
use crate::cursor::Path;
use crate::regs::Regs;
use runtime::Trap;

/// Float to integer, or a trap. The bounds are the nearest floats that are out of range.
macro_rules! truncate {
    ($($name:ident |$a:ident: $ty:ty| $low:literal .. $high:literal => $value:expr;)*) => {$(
        impl Op for op::$name {
            #[inline(always)]
            fn run<P: Path>(m: &mut Regs) -> Flow {
                let $a: $ty = m.pop();
                let in_range = $a > $low && $a < $high;
                check!(if in_range { Ok(()) } else { Err(no_integer($a.is_nan())) });
                m.push($value);
                m.advance(1);
                Flow::Next
            }
        }
    )*};
}

/// Float to the nearest integer; NaN becomes 0, as by `as`.
macro_rules! saturate {
    ($($name:ident |$a:ident: $ty:ty| $value:expr;)*) => {$(
        impl Op for op::$name {
            #[inline(always)]
            fn run<P: Path>(m: &mut Regs) -> Flow {
                let (_sub, next) = decode!(P::u32(m.pc.skip(1)));
                let $a: $ty = m.pop();
                m.push($value);
                m.pc = next;
                Flow::Next
            }
        }
    )*};
}

/// Why a float is not converted.
fn no_integer(is_nan: bool) -> Trap {
    if is_nan {
        Trap::BadConversionToInteger
    } else {
        Trap::IntegerOverflow
    }
}

unary! {
    I32WrapI64 |a: u64| a as u32;
    I64ExtendI32S |a: i32| i64::from(a);
    I64ExtendI32U |a: u32| u64::from(a);
    F32ConvertI32S |a: i32| a as f32;
    F32ConvertI32U |a: u32| a as f32;
    F32ConvertI64S |a: i64| a as f32;
    F32ConvertI64U |a: u64| a as f32;
    F32DemoteF64 |a: f64| a as f32;
    F64ConvertI32S |a: i32| f64::from(a);
    F64ConvertI32U |a: u32| f64::from(a);
    F64ConvertI64S |a: i64| a as f64;
    F64ConvertI64U |a: u64| a as f64;
    F64PromoteF32 |a: f32| f64::from(a);
    I32ReinterpretF32 |a: u32| a;
    I64ReinterpretF64 |a: f64| a.to_bits();
    F32ReinterpretI32 |a: u32| a;
    F64ReinterpretI64 |a: u64| f64::from_bits(a);
}

truncate! {
    I32TruncF32S |a: f32| -2147483904.0 .. 2147483648.0 => a as i32;
    I32TruncF32U |a: f32| -1.0 .. 4294967296.0 => a as u32;
    I32TruncF64S |a: f64| -2147483649.0 .. 2147483648.0 => a as i32;
    I32TruncF64U |a: f64| -1.0 .. 4294967296.0 => a as u32;
    I64TruncF32S |a: f32| -9223373136366403584.0 .. 9223372036854775808.0 => a as i64;
    I64TruncF32U |a: f32| -1.0 .. 18446744073709551616.0 => a as u64;
    I64TruncF64S |a: f64| -9223372036854777856.0 .. 9223372036854775808.0 => a as i64;
    I64TruncF64U |a: f64| -1.0 .. 18446744073709551616.0 => a as u64;
}

saturate! {
    I32TruncSatF32S |a: f32| a as i32;
    I32TruncSatF32U |a: f32| a as u32;
    I32TruncSatF64S |a: f64| a as i32;
    I32TruncSatF64U |a: f64| a as u32;
    I64TruncSatF32S |a: f32| a as i64;
    I64TruncSatF32U |a: f32| a as u64;
    I64TruncSatF64S |a: f64| a as i64;
    I64TruncSatF64U |a: f64| a as u64;
}
