//! Relaxed instructions: they do what [`RelaxedSimd`] says, as the interpreter does.
//!
//! # Note
//!
//! A multiplication and addition with one rounding is a call of a builtin for each lane, where the
//! machine has no instruction for it and results must not depend on the machine.

use super::super::Translator;
use super::convert::{push_narrowed, translate_trunc_signed_zero};
use super::float::{translate_pmax, translate_pmin};
use super::widen::{self, SIGNED, emit_pairwise, emit_products};
use cranelift_codegen::ir::types::{F32, F32X4, F64, F64X2, I8X16, I16X8, I32, I32X4, I64, I64X2};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value};
use runtime::RelaxedSimd;
use runtime::vm::{Builtin, FMA_MASK};

fn how(cx: &Translator<'_>) -> RelaxedSimd {
    cx.request.options.relaxed_simd
}

pub(super) fn translate_swizzle(cx: &mut Translator<'_>) {
    match how(cx).ssse3 {
        true => cx.zip(I8X16, |ins, a, lanes| ins.x86_pshufb(a, lanes)),
        false => cx.zip(I8X16, |ins, a, lanes| ins.swizzle(a, lanes)),
    }
}

/// `i32x4.relaxed_trunc_f32x4_s`
pub(super) fn translate_trunc_signed(cx: &mut Translator<'_>) {
    match how(cx).sse2 {
        true => cx.map(F32X4, |ins, a| ins.x86_cvtt2dq(I32X4, a)),
        false => cx.map(F32X4, |ins, a| ins.fcvt_to_sint_sat(I32X4, a)),
    }
}

/// `i32x4.relaxed_trunc_f64x2_s_zero`
pub(super) fn translate_relaxed_trunc_signed_zero(cx: &mut Translator<'_>) {
    if !how(cx).sse2 {
        return translate_trunc_signed_zero(cx);
    }
    let operand = cx.pop_vector(F64X2);
    let wide = cx.builder.ins().x86_cvtt2dq(I64X2, operand);
    push_narrowed(cx, wide);
}

/// Lanes of the first operand where those of the third one are true, else of the second one.
pub(super) fn translate_laneselect(cx: &mut Translator<'_>, ty: Type) {
    let (first, second, mask) = cx.pop_vector3(ty);
    let ins = cx.builder.ins();
    let selected = match cx.request.options.relaxed_simd.sse41 && ty != I16X8 {
        true => ins.blendv(mask, first, second),
        false => ins.bitselect(mask, first, second),
    };
    cx.push_vector(selected);
}

pub(super) fn translate_min(cx: &mut Translator<'_>, ty: Type) {
    match how(cx).sse2 {
        true => translate_pmin(cx, ty),
        false => cx.zip(ty, |ins, a, b| ins.fmin(a, b)),
    }
}

pub(super) fn translate_max(cx: &mut Translator<'_>, ty: Type) {
    match how(cx).sse2 {
        true => translate_pmax(cx, ty),
        false => cx.zip(ty, |ins, a, b| ins.fmax(a, b)),
    }
}

pub(super) fn translate_q15_product(cx: &mut Translator<'_>) {
    match how(cx).ssse3 {
        true => cx.zip(I16X8, |ins, a, b| ins.x86_pmulhrsw(a, b)),
        false => cx.zip(I16X8, |ins, a, b| ins.sqmul_round_sat(a, b)),
    }
}

/// `i16x8.relaxed_dot_i8x16_i7x16_s`
pub(super) fn translate_dot(cx: &mut Translator<'_>) {
    match how(cx).ssse3 {
        true => cx.zip(I8X16, |ins, a, b| ins.x86_pmaddubsw(a, b)),
        false => widen::translate_dot(cx, I8X16),
    }
}

/// `i32x4.relaxed_dot_i8x16_i7x16_add_s`
pub(super) fn translate_dot_add(cx: &mut Translator<'_>) {
    let addend = cx.pop_vector(I32X4);
    let (first, second) = cx.pop_vector2(I8X16);
    let dots = match how(cx).ssse3 {
        true => {
            let dots = cx.builder.ins().x86_pmaddubsw(first, second);
            emit_pairwise(cx, dots, SIGNED)
        }
        false => {
            let (low, high) = emit_products(cx, (first, second));
            let low = emit_pairwise(cx, low, SIGNED);
            let high = emit_pairwise(cx, high, SIGNED);
            cx.builder.ins().iadd_pairwise(low, high)
        }
    };
    let sums = cx.builder.ins().iadd(dots, addend);
    cx.push_vector(sums);
}

pub(super) fn translate_madd(cx: &mut Translator<'_>, ty: Type) {
    let (a, b, c) = cx.pop_vector3(ty);
    let sum = emit_madd(cx, a, b, c);
    cx.push_vector(sum);
}

/// The same with the negated product.
pub(super) fn translate_nmadd(cx: &mut Translator<'_>, ty: Type) {
    let (a, b, c) = cx.pop_vector3(ty);
    let a = cx.builder.ins().fneg(a);
    let sum = emit_madd(cx, a, b, c);
    cx.push_vector(sum);
}

fn emit_madd(cx: &mut Translator<'_>, a: Value, b: Value, c: Value) -> Value {
    match (how(cx).fused, cx.request.options.has_fused) {
        (true, true) => cx.builder.ins().fma(a, b, c),
        (true, false) => emit_madd_calls(cx, [a, b, c]),
        (false, _) => {
            let product = cx.builder.ins().fmul(a, b);
            cx.builder.ins().fadd(product, c)
        }
    }
}

fn emit_madd_calls(cx: &mut Translator<'_>, operands: [Value; 3]) -> Value {
    let ty = cx.builder.func.dfg.value_type(operands[0]);
    let mut sums = operands[2];
    for lane in 0..ty.lane_count() as u8 {
        let lanes = operands.map(|it| cx.builder.ins().extractlane(it, lane));
        let sum = match ty.lane_type() {
            F32 => emit_madd_call_f32(cx, lanes),
            _ => emit_madd_call_f64(cx, lanes),
        };
        sums = cx.builder.ins().insertlane(sums, sum, lane);
    }
    sums
}

fn emit_madd_call_f32(cx: &mut Translator<'_>, operands: [Value; 3]) -> Value {
    let operands = operands.map(|it| {
        let bits = cx.builder.ins().bitcast(I32, MemFlagsData::new(), it);
        cx.extend(bits)
    });
    let sum = cx.call_builtin(Builtin::FmaF32, &operands);
    let sum = cx.builder.ins().ireduce(I32, sum);
    cx.builder.ins().bitcast(F32, MemFlagsData::new(), sum)
}

fn emit_madd_call_f64(cx: &mut Translator<'_>, operands: [Value; 3]) -> Value {
    let flags = MemFlagsData::new();
    let operands = operands.map(|it| cx.builder.ins().bitcast(I64, flags, it));
    let sum = cx.call_builtin(Builtin::FmaF64, &operands);
    let mask = cx.iconst64(FMA_MASK);
    let sum = cx.builder.ins().bxor(sum, mask);
    cx.builder.ins().bitcast(F64, flags, sum)
}
