//! Single lanes: constants, moving numbers into lanes and out of them, and lanes to other places.

use super::super::Translator;
use cranelift_codegen::ir::types::{I8X16, I32};
use cranelift_codegen::ir::{InstBuilder, Type};

pub(super) fn translate_const(cx: &mut Translator<'_>, bytes: &[u8; 16]) {
    let value = cx.vector_constant(I8X16, *bytes);
    cx.push_vector(value);
}

pub(super) fn translate_splat(cx: &mut Translator<'_>, ty: Type) {
    let value = cx.pop_reduced(ty.lane_type());
    let vector = cx.builder.ins().splat(ty, value);
    cx.push_vector(vector);
}

/// Pushes a lane as wide as its number.
pub(super) fn translate_extract(cx: &mut Translator<'_>, ty: Type, lane: u8) {
    let vector = cx.pop_vector(ty);
    let value = cx.builder.ins().extractlane(vector, lane);
    cx.push(value);
}

/// Pushes a narrow lane with its sign.
pub(super) fn translate_extract_signed(cx: &mut Translator<'_>, ty: Type, lane: u8) {
    translate_extract(cx, ty, lane);
    cx.unary(|ins, it| ins.sextend(I32, it));
}

/// Pushes a narrow lane with zeros.
pub(super) fn translate_extract_unsigned(cx: &mut Translator<'_>, ty: Type, lane: u8) {
    translate_extract(cx, ty, lane);
    cx.unary(|ins, it| ins.uextend(I32, it));
}

pub(super) fn translate_replace(cx: &mut Translator<'_>, ty: Type, lane: u8) {
    let value = cx.pop_reduced(ty.lane_type());
    let vector = cx.pop_vector(ty);
    let vector = cx.builder.ins().insertlane(vector, value, lane);
    cx.push_vector(vector);
}

pub(super) fn translate_shuffle(cx: &mut Translator<'_>, lanes: &[u8; 16]) {
    let mask = lanes.as_slice().into();
    let mask = cx.builder.func.dfg.immediates.push(mask);
    cx.zip(I8X16, |ins, a, b| ins.shuffle(a, b, mask));
}
