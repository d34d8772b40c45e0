//! Integer arithmetic. Division traps as Cranelift's instructions do: by zero, and on overflow.

use super::Translator;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Type, Value, types};
use cranelift_frontend::FuncInstBuilder;

impl Translator<'_> {
    /// Replaces the topmost operand.
    pub(super) fn unary(&mut self, emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value) -> Value) {
        let operand = self.pop();
        let result = emit(self.builder.ins(), operand);
        self.push(result);
    }

    /// Replaces the two topmost operands.
    pub(super) fn binary(
        &mut self,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value,
    ) {
        let (first, second) = self.pop2();
        let result = emit(self.builder.ins(), first, second);
        self.push(result);
    }
}

pub(super) fn translate_eqz(cx: &mut Translator<'_>) {
    cx.unary(|ins, it| ins.icmp_imm_s(IntCC::Equal, it, 0));
    translate_bool(cx);
}

pub(super) fn translate_compare(cx: &mut Translator<'_>, condition: IntCC) {
    cx.binary(|ins, a, b| ins.icmp(condition, a, b));
    translate_bool(cx);
}

/// Makes an `i32` of the result of a comparison.
pub(super) fn translate_bool(cx: &mut Translator<'_>) {
    cx.unary(|ins, it| ins.uextend(types::I32, it));
}

/// Extends the sign of the low bits, which are of type `low`.
pub(super) fn translate_extend(cx: &mut Translator<'_>, ty: Type, low: Type) {
    cx.unary(|ins, it| ins.ireduce(low, it));
    cx.unary(|ins, it| ins.sextend(ty, it));
}
