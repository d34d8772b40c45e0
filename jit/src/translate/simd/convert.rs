//! Conversions between integers and floats, and to lanes of another width.
//!
//! # Note
//!
//! There are no instructions for vectors of 64-bit integers that these conversions pass through:
//! Cranelift knows the patterns as a whole.

use super::super::Translator;
use cranelift_codegen::ir::types::{F64X2, I32X4, I64X2};
use cranelift_codegen::ir::{InstBuilder, Value};

/// `i32x4.trunc_sat_f64x2_s_zero`
pub(super) fn translate_trunc_signed_zero(cx: &mut Translator<'_>) {
    let operand = cx.pop_vector(F64X2);
    let wide = cx.builder.ins().fcvt_to_sint_sat(I64X2, operand);
    push_narrowed(cx, wide);
}

/// `i32x4.trunc_sat_f64x2_u_zero`
pub(super) fn translate_trunc_unsigned_zero(cx: &mut Translator<'_>) {
    let operand = cx.pop_vector(F64X2);
    let wide = cx.builder.ins().fcvt_to_uint_sat(I64X2, operand);
    let zero = cx.vector_constant(I64X2, [0; 16]);
    let narrow = cx.builder.ins().uunarrow(wide, zero);
    cx.push_vector(narrow);
}

/// Pushes two signed lanes, narrowed, and zeros.
pub(super) fn push_narrowed(cx: &mut Translator<'_>, wide: Value) {
    let zero = cx.vector_constant(I64X2, [0; 16]);
    let narrow = cx.builder.ins().snarrow(wide, zero);
    cx.push_vector(narrow);
}

/// `f64x2.convert_low_i32x4_s`
pub(super) fn translate_convert_low_signed(cx: &mut Translator<'_>) {
    cx.map(I32X4, |ins, it| ins.swiden_low(it));
    cx.map(I64X2, |ins, it| ins.fcvt_from_sint(F64X2, it));
}

/// `f64x2.convert_low_i32x4_u`
pub(super) fn translate_convert_low_unsigned(cx: &mut Translator<'_>) {
    cx.map(I32X4, |ins, it| ins.uwiden_low(it));
    cx.map(I64X2, |ins, it| ins.fcvt_from_uint(F64X2, it));
}
