//! Arithmetic of integers whose results have lanes of twice the width.

use super::super::Translator;
use cranelift_codegen::ir::{InstBuilder, Type, Value};
use cranelift_frontend::FuncInstBuilder;

/// One half of a vector in lanes of twice the width.
type Widen = fn(FuncInstBuilder<'_, '_>, Value) -> Value;

pub(super) const SIGNED_LOW: Widen = |ins, it| ins.swiden_low(it);
pub(super) const SIGNED_HIGH: Widen = |ins, it| ins.swiden_high(it);
pub(super) const UNSIGNED_LOW: Widen = |ins, it| ins.uwiden_low(it);
pub(super) const UNSIGNED_HIGH: Widen = |ins, it| ins.uwiden_high(it);

/// Both halves.
type Halves = (Widen, Widen);

pub(super) const SIGNED: Halves = (SIGNED_LOW, SIGNED_HIGH);
pub(super) const UNSIGNED: Halves = (UNSIGNED_LOW, UNSIGNED_HIGH);

/// One half of the lanes.
pub(super) fn translate_extend(cx: &mut Translator<'_>, ty: Type, half: Widen) {
    cx.map(ty, half);
}

/// Products of one half of the lanes.
pub(super) fn translate_product(cx: &mut Translator<'_>, ty: Type, half: Widen) {
    let (first, second) = cx.pop_vector2(ty);
    let product = emit_product(cx, (first, second), half);
    cx.push_vector(product);
}

/// Sums of each two lanes that lie beside each other.
pub(super) fn translate_pairwise(cx: &mut Translator<'_>, ty: Type, halves: Halves) {
    let operand = cx.pop_vector(ty);
    let sums = emit_pairwise(cx, operand, halves);
    cx.push_vector(sums);
}

/// Sums of each two products of signed lanes that lie beside each other.
pub(super) fn translate_dot(cx: &mut Translator<'_>, ty: Type) {
    let operands = cx.pop_vector2(ty);
    let (low, high) = emit_products(cx, operands);
    let sums = cx.builder.ins().iadd_pairwise(low, high);
    cx.push_vector(sums);
}

pub(super) fn emit_pairwise(cx: &mut Translator<'_>, lanes: Value, (low, high): Halves) -> Value {
    let low = low(cx.builder.ins(), lanes);
    let high = high(cx.builder.ins(), lanes);
    cx.builder.ins().iadd_pairwise(low, high)
}

/// The products of signed lanes, in two vectors.
pub(super) fn emit_products(cx: &mut Translator<'_>, operands: (Value, Value)) -> (Value, Value) {
    let (low, high) = SIGNED;
    (
        emit_product(cx, operands, low),
        emit_product(cx, operands, high),
    )
}

fn emit_product(cx: &mut Translator<'_>, (first, second): (Value, Value), half: Widen) -> Value {
    let first = half(cx.builder.ins(), first);
    let second = half(cx.builder.ins(), second);
    cx.builder.ins().imul(first, second)
}
