//! Macros that define instructions of the same shape.

/// Instructions on numbers, without immediates, with one operand.
macro_rules! unary {
    ($($name:ident |$a:ident: $ty:ty| $value:expr;)*) => {$(
        impl $crate::ops::Op for $crate::ops::op::$name {
            const TOP: $crate::ops::Top = $crate::ops::top_of::<$ty>();

            #[inline(always)]
            fn run<P: $crate::cursor::Path>(m: &mut $crate::regs::Regs) -> $crate::ops::Flow {
                let $a: $ty = m.pop();
                m.push($value);
                m.advance(1);
                $crate::ops::Flow::Next
            }
        }
    )*};
}
pub(super) use unary;

/// The same with two operands of the same type.
macro_rules! binary {
    ($($name:ident |$a:ident, $b:ident: $ty:ty| $value:expr;)*) => {$(
        impl $crate::ops::Op for $crate::ops::op::$name {
            const TOP: $crate::ops::Top = $crate::ops::top_of::<$ty>();

            #[inline(always)]
            fn run<P: $crate::cursor::Path>(m: &mut $crate::regs::Regs) -> $crate::ops::Flow {
                let $b: $ty = m.pop();
                let $a: $ty = m.pop();
                m.push($value);
                m.advance(1);
                $crate::ops::Flow::Next
            }
        }
    )*};
}
pub(super) use binary;

/// Comparisons of numbers.
macro_rules! test {
    ($($name:ident |$a:ident $(, $b:ident)?: $ty:ty| $value:expr;)*) => {$(
        impl $crate::ops::Op for $crate::ops::op::$name {
            const TOP: $crate::ops::Top = $crate::ops::top_of::<$ty>();

            #[inline(always)]
            fn run<P: $crate::cursor::Path>(m: &mut $crate::regs::Regs) -> $crate::ops::Flow {
                $(let $b: $ty = m.pop();)?
                let $a: $ty = m.pop();
                m.advance(1);
                $crate::ops::Flow::Test($value)
            }
        }
    )*};
}
pub(super) use test;

/// Instructions that the runtime executes for every tier: cold only. `first` is the first number
/// behind the opcode byte: of a prefixed instruction, the other half of its opcode.
macro_rules! outside {
    ($($name:ident |$m:ident, $first:ident, $at:ident| $body:block)*) => {$(
        impl $crate::ops::Op for $crate::ops::op::$name {
            #[inline(always)]
            fn run<P: $crate::cursor::Path>(_m: &mut $crate::regs::Regs) -> $crate::ops::Flow {
                $crate::ops::Flow::Cold
            }

            fn cold($m: &mut $crate::regs::Regs) -> $crate::ops::Flow {
                let at = $m.pc.skip(1);
                let ($first, $at) = $crate::ops::decode!(Full::u32(at));
                let result: Result<$crate::cursor::Cursor, ::runtime::Trap> = $body;
                $m.pc = $crate::ops::check!(result);
                $crate::ops::Flow::Next
            }
        }
    )*};
}
pub(super) use outside;
