//! Vectors as 128 bits, and what becomes of all lanes together.

use super::super::Translator;
use super::super::int::translate_bool;
use cranelift_codegen::ir::types::{I8X16, I32};
use cranelift_codegen::ir::{InstBuilder, Type};

pub(super) fn translate_bitselect(cx: &mut Translator<'_>) {
    let (first, second, mask) = cx.pop_vector3(I8X16);
    let selected = cx.builder.ins().bitselect(mask, first, second);
    cx.push_vector(selected);
}

pub(super) fn translate_any_true(cx: &mut Translator<'_>) {
    cx.unary(|ins, it| ins.vany_true(it));
    translate_bool(cx);
}

pub(super) fn translate_all_true(cx: &mut Translator<'_>, ty: Type) {
    let operand = cx.pop_vector(ty);
    let all = cx.builder.ins().vall_true(operand);
    cx.push(all);
    translate_bool(cx);
}

/// A bit for the sign of each lane.
pub(super) fn translate_bitmask(cx: &mut Translator<'_>, ty: Type) {
    let operand = cx.pop_vector(ty);
    let mask = cx.builder.ins().vhigh_bits(I32, operand);
    cx.push(mask);
}
