//! Wide arithmetic: 128-bit integers as two operands each, the low half first.
//!
//! They exist only between operands and results of one instruction, so that no exit meets one.

use super::Translator;
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_frontend::FuncInstBuilder;

pub(super) fn translate_add(cx: &mut Translator<'_>) {
    cx.wide_binary(|ins, a, b| ins.iadd(a, b));
}

pub(super) fn translate_sub(cx: &mut Translator<'_>) {
    cx.wide_binary(|ins, a, b| ins.isub(a, b));
}

/// The whole product of two 64-bit operands, each of which `widen` makes one of 128 bits.
pub(super) fn translate_mul(
    cx: &mut Translator<'_>,
    widen: impl Fn(FuncInstBuilder<'_, '_>, Value) -> Value,
) {
    let (a, b) = cx.pop2();
    // Cranelift knows products of extended operands: one multiplication each.
    let (a, b) = (widen(cx.builder.ins(), a), widen(cx.builder.ins(), b));
    let product = cx.builder.ins().imul(a, b);
    cx.push_wide(product);
}

impl Translator<'_> {
    /// Replaces the two topmost 128-bit operands.
    fn wide_binary(&mut self, emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value) {
        let (low, high) = self.pop2();
        let second = self.builder.ins().iconcat(low, high);
        let (low, high) = self.pop2();
        let first = self.builder.ins().iconcat(low, high);
        let result = emit(self.builder.ins(), first, second);
        self.push_wide(result);
    }

    fn push_wide(&mut self, value: Value) {
        let (low, high) = self.builder.ins().isplit(value);
        self.push(low);
        self.push(high);
    }
}
