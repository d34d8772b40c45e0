//! Loads and stores of vectors, and of parts of them.

use super::super::Translator;
use super::super::memory::emit_address;
use cranelift_codegen::ir::types::{I8X16, I64};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value};
use cranelift_frontend::FuncInstBuilder;
use wasmparser::MemArg;

/// Loads all lanes.
pub(super) fn translate_load(cx: &mut Translator<'_>, arg: &MemArg) {
    let (flags, base, offset) = emit_address(cx, arg, I8X16, 1);
    let value = cx.builder.ins().load(I8X16, flags, base, offset);
    cx.push_vector(value);
}

/// Loads 64 bits, and makes wider lanes of them.
pub(super) fn translate_load_extend(
    cx: &mut Translator<'_>,
    arg: &MemArg,
    emit: impl FnOnce(FuncInstBuilder<'_, '_>, MemFlagsData, Value, i32) -> Value,
) {
    let (flags, base, offset) = emit_address(cx, arg, I64, 1);
    let value = emit(cx.builder.ins(), flags, base, offset);
    cx.push_vector(value);
}

/// Loads a lane, and copies it to all lanes.
pub(super) fn translate_load_splat(cx: &mut Translator<'_>, arg: &MemArg, ty: Type) {
    let lane = emit_load(cx, arg, ty.lane_type(), 1);
    let vector = cx.builder.ins().splat(ty, lane);
    cx.push_vector(vector);
}

/// Loads the first lane; the others are zero.
pub(super) fn translate_load_zero(cx: &mut Translator<'_>, arg: &MemArg, ty: Type) {
    let lane = emit_load(cx, arg, ty.lane_type(), 1);
    let vector = cx.builder.ins().scalar_to_vector(ty, lane);
    cx.push_vector(vector);
}

/// Loads a lane of a vector that is there.
pub(super) fn translate_load_lane(cx: &mut Translator<'_>, arg: &MemArg, ty: Type, lane: u8) {
    let value = emit_load(cx, arg, ty.lane_type(), 2);
    cx.map(ty, |ins, vector| ins.insertlane(vector, value, lane));
}

/// Loads a value of type `ty` for an instruction with `n_operands`.
fn emit_load(cx: &mut Translator<'_>, arg: &MemArg, ty: Type, n_operands: usize) -> Value {
    let (flags, base, offset) = emit_address(cx, arg, ty, n_operands);
    cx.builder.ins().load(ty, flags, base, offset)
}

/// Stores all lanes.
pub(super) fn translate_store(cx: &mut Translator<'_>, arg: &MemArg) {
    let (flags, base, offset) = emit_address(cx, arg, I8X16, 2);
    let value = cx.pop_vector(I8X16);
    cx.builder.ins().store(flags, value, base, offset);
}

/// Stores a lane.
pub(super) fn translate_store_lane(cx: &mut Translator<'_>, arg: &MemArg, ty: Type, lane: u8) {
    let (flags, base, offset) = emit_address(cx, arg, ty.lane_type(), 2);
    let vector = cx.pop_vector(ty);
    let value = cx.builder.ins().extractlane(vector, lane);
    cx.builder.ins().store(flags, value, base, offset);
}
