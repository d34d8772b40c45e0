//! Traps as Cranelift numbers them, and back.
//!
//! Wasm traps are user codes, one above the number of the `Trap`, since 0 is no code. Cranelift
//! has codes of its own for the traps that its instructions imply; [`trap_of`] is the one table.

use cranelift_codegen::ir::TrapCode;
use runtime::Trap;

/// The code of memory accesses that rely on guard pages.
pub(crate) const HEAP: TrapCode = TrapCode::HEAP_OUT_OF_BOUNDS;

/// The code of an explicit trap.
pub(crate) const fn trap_code(trap: Trap) -> TrapCode {
    TrapCode::unwrap_user(trap as u8 + 1)
}

/// The trap that a code stands for; `None` for codes that the translator never uses.
pub(crate) fn trap_of(code: TrapCode) -> Option<Trap> {
    Some(match code {
        TrapCode::STACK_OVERFLOW => Trap::StackOverflow,
        TrapCode::HEAP_OUT_OF_BOUNDS => Trap::MemoryOutOfBounds,
        TrapCode::INTEGER_OVERFLOW => Trap::IntegerOverflow,
        TrapCode::INTEGER_DIVISION_BY_ZERO => Trap::IntegerDivisionByZero,
        TrapCode::BAD_CONVERSION_TO_INTEGER => Trap::BadConversionToInteger,
        code => return Trap::from_u8(code.as_raw().get() - 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Every trap survives the way through Cranelift, and Cranelift's own codes are known.
    #[test]
    fn codes_round_trip() {
        for trap in (0..u8::MAX).map_while(Trap::from_u8) {
            assert_eq!(trap_of(trap_code(trap)), Some(trap));
        }
        for &code in TrapCode::non_user_traps() {
            assert!(trap_of(code).is_some(), "{code}");
        }
    }
}
