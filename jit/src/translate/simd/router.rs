//! Which file translates which vector instruction.
//!
//! What is one instruction of Cranelift's, too, is here.

use super::super::Translator;
use super::widen::{SIGNED, SIGNED_HIGH, SIGNED_LOW, UNSIGNED, UNSIGNED_HIGH, UNSIGNED_LOW};
use super::{bits, compare, convert, float, lane, memory, relaxed, shift, widen};
use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F32X4, F64X2, I8X16, I16X8, I32X4, I64X2};
use wasmparser::Operator as Op;

/// Translates the current instruction if it is one on vectors. Was it?
pub(in super::super) fn translate(cx: &mut Translator<'_>, op: &Op<'_>) -> bool {
    match *op {
        // Memory.
        Op::V128Load { memarg: ref at } => memory::translate_load(cx, at),
        Op::V128Load8x8S { memarg: ref at } => {
            memory::translate_load_extend(cx, at, |ins, flags, base, at| {
                ins.sload8x8(flags, base, at)
            });
        }
        Op::V128Load8x8U { memarg: ref at } => {
            memory::translate_load_extend(cx, at, |ins, flags, base, at| {
                ins.uload8x8(flags, base, at)
            });
        }
        Op::V128Load16x4S { memarg: ref at } => {
            memory::translate_load_extend(cx, at, |ins, flags, base, at| {
                ins.sload16x4(flags, base, at)
            });
        }
        Op::V128Load16x4U { memarg: ref at } => {
            memory::translate_load_extend(cx, at, |ins, flags, base, at| {
                ins.uload16x4(flags, base, at)
            });
        }
        Op::V128Load32x2S { memarg: ref at } => {
            memory::translate_load_extend(cx, at, |ins, flags, base, at| {
                ins.sload32x2(flags, base, at)
            });
        }
        Op::V128Load32x2U { memarg: ref at } => {
            memory::translate_load_extend(cx, at, |ins, flags, base, at| {
                ins.uload32x2(flags, base, at)
            });
        }
        Op::V128Load8Splat { memarg: ref at } => memory::translate_load_splat(cx, at, I8X16),
        Op::V128Load16Splat { memarg: ref at } => memory::translate_load_splat(cx, at, I16X8),
        Op::V128Load32Splat { memarg: ref at } => memory::translate_load_splat(cx, at, I32X4),
        Op::V128Load64Splat { memarg: ref at } => memory::translate_load_splat(cx, at, I64X2),
        Op::V128Load32Zero { memarg: ref at } => memory::translate_load_zero(cx, at, I32X4),
        Op::V128Load64Zero { memarg: ref at } => memory::translate_load_zero(cx, at, I64X2),
        Op::V128Load8Lane {
            memarg: ref at,
            lane,
        } => memory::translate_load_lane(cx, at, I8X16, lane),
        Op::V128Load16Lane {
            memarg: ref at,
            lane,
        } => memory::translate_load_lane(cx, at, I16X8, lane),
        Op::V128Load32Lane {
            memarg: ref at,
            lane,
        } => memory::translate_load_lane(cx, at, I32X4, lane),
        Op::V128Load64Lane {
            memarg: ref at,
            lane,
        } => memory::translate_load_lane(cx, at, I64X2, lane),
        Op::V128Store { memarg: ref at } => memory::translate_store(cx, at),
        Op::V128Store8Lane {
            memarg: ref at,
            lane,
        } => memory::translate_store_lane(cx, at, I8X16, lane),
        Op::V128Store16Lane {
            memarg: ref at,
            lane,
        } => memory::translate_store_lane(cx, at, I16X8, lane),
        Op::V128Store32Lane {
            memarg: ref at,
            lane,
        } => memory::translate_store_lane(cx, at, I32X4, lane),
        Op::V128Store64Lane {
            memarg: ref at,
            lane,
        } => memory::translate_store_lane(cx, at, I64X2, lane),

        // Lanes.
        Op::V128Const { value } => lane::translate_const(cx, value.bytes()),
        Op::I8x16Shuffle { ref lanes } => lane::translate_shuffle(cx, lanes),
        Op::I8x16Swizzle => cx.zip(I8X16, |ins, a, lanes| ins.swizzle(a, lanes)),
        Op::I8x16Splat => lane::translate_splat(cx, I8X16),
        Op::I16x8Splat => lane::translate_splat(cx, I16X8),
        Op::I32x4Splat => lane::translate_splat(cx, I32X4),
        Op::I64x2Splat => lane::translate_splat(cx, I64X2),
        Op::F32x4Splat => lane::translate_splat(cx, F32X4),
        Op::F64x2Splat => lane::translate_splat(cx, F64X2),
        Op::I8x16ExtractLaneS { lane } => lane::translate_extract_signed(cx, I8X16, lane),
        Op::I8x16ExtractLaneU { lane } => lane::translate_extract_unsigned(cx, I8X16, lane),
        Op::I16x8ExtractLaneS { lane } => lane::translate_extract_signed(cx, I16X8, lane),
        Op::I16x8ExtractLaneU { lane } => lane::translate_extract_unsigned(cx, I16X8, lane),
        Op::I32x4ExtractLane { lane } => lane::translate_extract(cx, I32X4, lane),
        Op::I64x2ExtractLane { lane } => lane::translate_extract(cx, I64X2, lane),
        Op::F32x4ExtractLane { lane } => lane::translate_extract(cx, F32X4, lane),
        Op::F64x2ExtractLane { lane } => lane::translate_extract(cx, F64X2, lane),
        Op::I8x16ReplaceLane { lane } => lane::translate_replace(cx, I8X16, lane),
        Op::I16x8ReplaceLane { lane } => lane::translate_replace(cx, I16X8, lane),
        Op::I32x4ReplaceLane { lane } => lane::translate_replace(cx, I32X4, lane),
        Op::I64x2ReplaceLane { lane } => lane::translate_replace(cx, I64X2, lane),
        Op::F32x4ReplaceLane { lane } => lane::translate_replace(cx, F32X4, lane),
        Op::F64x2ReplaceLane { lane } => lane::translate_replace(cx, F64X2, lane),

        // Bits.
        Op::V128Not => cx.map(I8X16, |ins, a| ins.bnot(a)),
        Op::V128And => cx.zip(I8X16, |ins, a, b| ins.band(a, b)),
        Op::V128AndNot => cx.zip(I8X16, |ins, a, b| ins.band_not(a, b)),
        Op::V128Or => cx.zip(I8X16, |ins, a, b| ins.bor(a, b)),
        Op::V128Xor => cx.zip(I8X16, |ins, a, b| ins.bxor(a, b)),
        Op::V128Bitselect => bits::translate_bitselect(cx),
        Op::V128AnyTrue => bits::translate_any_true(cx),
        Op::I8x16AllTrue => bits::translate_all_true(cx, I8X16),
        Op::I16x8AllTrue => bits::translate_all_true(cx, I16X8),
        Op::I32x4AllTrue => bits::translate_all_true(cx, I32X4),
        Op::I64x2AllTrue => bits::translate_all_true(cx, I64X2),
        Op::I8x16Bitmask => bits::translate_bitmask(cx, I8X16),
        Op::I16x8Bitmask => bits::translate_bitmask(cx, I16X8),
        Op::I32x4Bitmask => bits::translate_bitmask(cx, I32X4),
        Op::I64x2Bitmask => bits::translate_bitmask(cx, I64X2),

        // Comparisons.
        Op::I8x16Eq => compare::translate_icmp(cx, I8X16, IntCC::Equal),
        Op::I8x16Ne => compare::translate_icmp(cx, I8X16, IntCC::NotEqual),
        Op::I8x16LtS => compare::translate_icmp(cx, I8X16, IntCC::SignedLessThan),
        Op::I8x16LtU => compare::translate_icmp(cx, I8X16, IntCC::UnsignedLessThan),
        Op::I8x16GtS => compare::translate_icmp(cx, I8X16, IntCC::SignedGreaterThan),
        Op::I8x16GtU => compare::translate_icmp(cx, I8X16, IntCC::UnsignedGreaterThan),
        Op::I8x16LeS => compare::translate_icmp(cx, I8X16, IntCC::SignedLessThanOrEqual),
        Op::I8x16LeU => compare::translate_icmp(cx, I8X16, IntCC::UnsignedLessThanOrEqual),
        Op::I8x16GeS => compare::translate_icmp(cx, I8X16, IntCC::SignedGreaterThanOrEqual),
        Op::I8x16GeU => compare::translate_icmp(cx, I8X16, IntCC::UnsignedGreaterThanOrEqual),
        Op::I16x8Eq => compare::translate_icmp(cx, I16X8, IntCC::Equal),
        Op::I16x8Ne => compare::translate_icmp(cx, I16X8, IntCC::NotEqual),
        Op::I16x8LtS => compare::translate_icmp(cx, I16X8, IntCC::SignedLessThan),
        Op::I16x8LtU => compare::translate_icmp(cx, I16X8, IntCC::UnsignedLessThan),
        Op::I16x8GtS => compare::translate_icmp(cx, I16X8, IntCC::SignedGreaterThan),
        Op::I16x8GtU => compare::translate_icmp(cx, I16X8, IntCC::UnsignedGreaterThan),
        Op::I16x8LeS => compare::translate_icmp(cx, I16X8, IntCC::SignedLessThanOrEqual),
        Op::I16x8LeU => compare::translate_icmp(cx, I16X8, IntCC::UnsignedLessThanOrEqual),
        Op::I16x8GeS => compare::translate_icmp(cx, I16X8, IntCC::SignedGreaterThanOrEqual),
        Op::I16x8GeU => compare::translate_icmp(cx, I16X8, IntCC::UnsignedGreaterThanOrEqual),
        Op::I32x4Eq => compare::translate_icmp(cx, I32X4, IntCC::Equal),
        Op::I32x4Ne => compare::translate_icmp(cx, I32X4, IntCC::NotEqual),
        Op::I32x4LtS => compare::translate_icmp(cx, I32X4, IntCC::SignedLessThan),
        Op::I32x4LtU => compare::translate_icmp(cx, I32X4, IntCC::UnsignedLessThan),
        Op::I32x4GtS => compare::translate_icmp(cx, I32X4, IntCC::SignedGreaterThan),
        Op::I32x4GtU => compare::translate_icmp(cx, I32X4, IntCC::UnsignedGreaterThan),
        Op::I32x4LeS => compare::translate_icmp(cx, I32X4, IntCC::SignedLessThanOrEqual),
        Op::I32x4LeU => compare::translate_icmp(cx, I32X4, IntCC::UnsignedLessThanOrEqual),
        Op::I32x4GeS => compare::translate_icmp(cx, I32X4, IntCC::SignedGreaterThanOrEqual),
        Op::I32x4GeU => compare::translate_icmp(cx, I32X4, IntCC::UnsignedGreaterThanOrEqual),
        Op::I64x2Eq => compare::translate_icmp(cx, I64X2, IntCC::Equal),
        Op::I64x2Ne => compare::translate_icmp(cx, I64X2, IntCC::NotEqual),
        Op::I64x2LtS => compare::translate_icmp(cx, I64X2, IntCC::SignedLessThan),
        Op::I64x2GtS => compare::translate_icmp(cx, I64X2, IntCC::SignedGreaterThan),
        Op::I64x2LeS => compare::translate_icmp(cx, I64X2, IntCC::SignedLessThanOrEqual),
        Op::I64x2GeS => compare::translate_icmp(cx, I64X2, IntCC::SignedGreaterThanOrEqual),
        Op::F32x4Eq => compare::translate_fcmp(cx, F32X4, FloatCC::Equal),
        Op::F32x4Ne => compare::translate_fcmp(cx, F32X4, FloatCC::NotEqual),
        Op::F32x4Lt => compare::translate_fcmp(cx, F32X4, FloatCC::LessThan),
        Op::F32x4Gt => compare::translate_fcmp(cx, F32X4, FloatCC::GreaterThan),
        Op::F32x4Le => compare::translate_fcmp(cx, F32X4, FloatCC::LessThanOrEqual),
        Op::F32x4Ge => compare::translate_fcmp(cx, F32X4, FloatCC::GreaterThanOrEqual),
        Op::F64x2Eq => compare::translate_fcmp(cx, F64X2, FloatCC::Equal),
        Op::F64x2Ne => compare::translate_fcmp(cx, F64X2, FloatCC::NotEqual),
        Op::F64x2Lt => compare::translate_fcmp(cx, F64X2, FloatCC::LessThan),
        Op::F64x2Gt => compare::translate_fcmp(cx, F64X2, FloatCC::GreaterThan),
        Op::F64x2Le => compare::translate_fcmp(cx, F64X2, FloatCC::LessThanOrEqual),
        Op::F64x2Ge => compare::translate_fcmp(cx, F64X2, FloatCC::GreaterThanOrEqual),

        // Integers.
        Op::I8x16Abs => cx.map(I8X16, |ins, a| ins.iabs(a)),
        Op::I8x16Neg => cx.map(I8X16, |ins, a| ins.ineg(a)),
        Op::I8x16Popcnt => cx.map(I8X16, |ins, a| ins.popcnt(a)),
        Op::I8x16Add => cx.zip(I8X16, |ins, a, b| ins.iadd(a, b)),
        Op::I8x16Sub => cx.zip(I8X16, |ins, a, b| ins.isub(a, b)),
        Op::I8x16AddSatS => cx.zip(I8X16, |ins, a, b| ins.sadd_sat(a, b)),
        Op::I8x16AddSatU => cx.zip(I8X16, |ins, a, b| ins.uadd_sat(a, b)),
        Op::I8x16SubSatS => cx.zip(I8X16, |ins, a, b| ins.ssub_sat(a, b)),
        Op::I8x16SubSatU => cx.zip(I8X16, |ins, a, b| ins.usub_sat(a, b)),
        Op::I8x16AvgrU => cx.zip(I8X16, |ins, a, b| ins.avg_round(a, b)),
        Op::I8x16MinS => cx.zip(I8X16, |ins, a, b| ins.smin(a, b)),
        Op::I8x16MinU => cx.zip(I8X16, |ins, a, b| ins.umin(a, b)),
        Op::I8x16MaxS => cx.zip(I8X16, |ins, a, b| ins.smax(a, b)),
        Op::I8x16MaxU => cx.zip(I8X16, |ins, a, b| ins.umax(a, b)),
        Op::I8x16Shl => shift::translate_shift(cx, I8X16, |ins, a, n| ins.ishl(a, n)),
        Op::I8x16ShrS => shift::translate_shift(cx, I8X16, |ins, a, n| ins.sshr(a, n)),
        Op::I8x16ShrU => shift::translate_shift(cx, I8X16, |ins, a, n| ins.ushr(a, n)),
        Op::I16x8Abs => cx.map(I16X8, |ins, a| ins.iabs(a)),
        Op::I16x8Neg => cx.map(I16X8, |ins, a| ins.ineg(a)),
        Op::I16x8Add => cx.zip(I16X8, |ins, a, b| ins.iadd(a, b)),
        Op::I16x8Sub => cx.zip(I16X8, |ins, a, b| ins.isub(a, b)),
        Op::I16x8Mul => cx.zip(I16X8, |ins, a, b| ins.imul(a, b)),
        Op::I16x8AddSatS => cx.zip(I16X8, |ins, a, b| ins.sadd_sat(a, b)),
        Op::I16x8AddSatU => cx.zip(I16X8, |ins, a, b| ins.uadd_sat(a, b)),
        Op::I16x8SubSatS => cx.zip(I16X8, |ins, a, b| ins.ssub_sat(a, b)),
        Op::I16x8SubSatU => cx.zip(I16X8, |ins, a, b| ins.usub_sat(a, b)),
        Op::I16x8AvgrU => cx.zip(I16X8, |ins, a, b| ins.avg_round(a, b)),
        Op::I16x8MinS => cx.zip(I16X8, |ins, a, b| ins.smin(a, b)),
        Op::I16x8MinU => cx.zip(I16X8, |ins, a, b| ins.umin(a, b)),
        Op::I16x8MaxS => cx.zip(I16X8, |ins, a, b| ins.smax(a, b)),
        Op::I16x8MaxU => cx.zip(I16X8, |ins, a, b| ins.umax(a, b)),
        Op::I16x8Q15MulrSatS => cx.zip(I16X8, |ins, a, b| ins.sqmul_round_sat(a, b)),
        Op::I16x8Shl => shift::translate_shift(cx, I16X8, |ins, a, n| ins.ishl(a, n)),
        Op::I16x8ShrS => shift::translate_shift(cx, I16X8, |ins, a, n| ins.sshr(a, n)),
        Op::I16x8ShrU => shift::translate_shift(cx, I16X8, |ins, a, n| ins.ushr(a, n)),
        Op::I32x4Abs => cx.map(I32X4, |ins, a| ins.iabs(a)),
        Op::I32x4Neg => cx.map(I32X4, |ins, a| ins.ineg(a)),
        Op::I32x4Add => cx.zip(I32X4, |ins, a, b| ins.iadd(a, b)),
        Op::I32x4Sub => cx.zip(I32X4, |ins, a, b| ins.isub(a, b)),
        Op::I32x4Mul => cx.zip(I32X4, |ins, a, b| ins.imul(a, b)),
        Op::I32x4MinS => cx.zip(I32X4, |ins, a, b| ins.smin(a, b)),
        Op::I32x4MinU => cx.zip(I32X4, |ins, a, b| ins.umin(a, b)),
        Op::I32x4MaxS => cx.zip(I32X4, |ins, a, b| ins.smax(a, b)),
        Op::I32x4MaxU => cx.zip(I32X4, |ins, a, b| ins.umax(a, b)),
        Op::I32x4Shl => shift::translate_shift(cx, I32X4, |ins, a, n| ins.ishl(a, n)),
        Op::I32x4ShrS => shift::translate_shift(cx, I32X4, |ins, a, n| ins.sshr(a, n)),
        Op::I32x4ShrU => shift::translate_shift(cx, I32X4, |ins, a, n| ins.ushr(a, n)),
        Op::I64x2Abs => cx.map(I64X2, |ins, a| ins.iabs(a)),
        Op::I64x2Neg => cx.map(I64X2, |ins, a| ins.ineg(a)),
        Op::I64x2Add => cx.zip(I64X2, |ins, a, b| ins.iadd(a, b)),
        Op::I64x2Sub => cx.zip(I64X2, |ins, a, b| ins.isub(a, b)),
        Op::I64x2Mul => cx.zip(I64X2, |ins, a, b| ins.imul(a, b)),
        Op::I64x2Shl => shift::translate_shift(cx, I64X2, |ins, a, n| ins.ishl(a, n)),
        Op::I64x2ShrS => shift::translate_shift(cx, I64X2, |ins, a, n| ins.sshr(a, n)),
        Op::I64x2ShrU => shift::translate_shift(cx, I64X2, |ins, a, n| ins.ushr(a, n)),

        // Wider lanes.
        Op::I16x8ExtendLowI8x16S => widen::translate_extend(cx, I8X16, SIGNED_LOW),
        Op::I16x8ExtendHighI8x16S => widen::translate_extend(cx, I8X16, SIGNED_HIGH),
        Op::I16x8ExtendLowI8x16U => widen::translate_extend(cx, I8X16, UNSIGNED_LOW),
        Op::I16x8ExtendHighI8x16U => widen::translate_extend(cx, I8X16, UNSIGNED_HIGH),
        Op::I16x8ExtMulLowI8x16S => widen::translate_product(cx, I8X16, SIGNED_LOW),
        Op::I16x8ExtMulHighI8x16S => widen::translate_product(cx, I8X16, SIGNED_HIGH),
        Op::I16x8ExtMulLowI8x16U => widen::translate_product(cx, I8X16, UNSIGNED_LOW),
        Op::I16x8ExtMulHighI8x16U => widen::translate_product(cx, I8X16, UNSIGNED_HIGH),
        Op::I16x8ExtAddPairwiseI8x16S => widen::translate_pairwise(cx, I8X16, SIGNED),
        Op::I16x8ExtAddPairwiseI8x16U => widen::translate_pairwise(cx, I8X16, UNSIGNED),
        Op::I32x4ExtendLowI16x8S => widen::translate_extend(cx, I16X8, SIGNED_LOW),
        Op::I32x4ExtendHighI16x8S => widen::translate_extend(cx, I16X8, SIGNED_HIGH),
        Op::I32x4ExtendLowI16x8U => widen::translate_extend(cx, I16X8, UNSIGNED_LOW),
        Op::I32x4ExtendHighI16x8U => widen::translate_extend(cx, I16X8, UNSIGNED_HIGH),
        Op::I32x4ExtMulLowI16x8S => widen::translate_product(cx, I16X8, SIGNED_LOW),
        Op::I32x4ExtMulHighI16x8S => widen::translate_product(cx, I16X8, SIGNED_HIGH),
        Op::I32x4ExtMulLowI16x8U => widen::translate_product(cx, I16X8, UNSIGNED_LOW),
        Op::I32x4ExtMulHighI16x8U => widen::translate_product(cx, I16X8, UNSIGNED_HIGH),
        Op::I32x4ExtAddPairwiseI16x8S => widen::translate_pairwise(cx, I16X8, SIGNED),
        Op::I32x4ExtAddPairwiseI16x8U => widen::translate_pairwise(cx, I16X8, UNSIGNED),
        Op::I64x2ExtendLowI32x4S => widen::translate_extend(cx, I32X4, SIGNED_LOW),
        Op::I64x2ExtendHighI32x4S => widen::translate_extend(cx, I32X4, SIGNED_HIGH),
        Op::I64x2ExtendLowI32x4U => widen::translate_extend(cx, I32X4, UNSIGNED_LOW),
        Op::I64x2ExtendHighI32x4U => widen::translate_extend(cx, I32X4, UNSIGNED_HIGH),
        Op::I64x2ExtMulLowI32x4S => widen::translate_product(cx, I32X4, SIGNED_LOW),
        Op::I64x2ExtMulHighI32x4S => widen::translate_product(cx, I32X4, SIGNED_HIGH),
        Op::I64x2ExtMulLowI32x4U => widen::translate_product(cx, I32X4, UNSIGNED_LOW),
        Op::I64x2ExtMulHighI32x4U => widen::translate_product(cx, I32X4, UNSIGNED_HIGH),
        Op::I32x4DotI16x8S => widen::translate_dot(cx, I16X8),

        // Floats.
        Op::F32x4Abs => cx.map(F32X4, |ins, a| ins.fabs(a)),
        Op::F32x4Neg => cx.map(F32X4, |ins, a| ins.fneg(a)),
        Op::F32x4Ceil => cx.map(F32X4, |ins, a| ins.ceil(a)),
        Op::F32x4Floor => cx.map(F32X4, |ins, a| ins.floor(a)),
        Op::F32x4Trunc => cx.map(F32X4, |ins, a| ins.trunc(a)),
        Op::F32x4Nearest => cx.map(F32X4, |ins, a| ins.nearest(a)),
        Op::F32x4Sqrt => cx.map(F32X4, |ins, a| ins.sqrt(a)),
        Op::F32x4Add => cx.zip(F32X4, |ins, a, b| ins.fadd(a, b)),
        Op::F32x4Sub => cx.zip(F32X4, |ins, a, b| ins.fsub(a, b)),
        Op::F32x4Mul => cx.zip(F32X4, |ins, a, b| ins.fmul(a, b)),
        Op::F32x4Div => cx.zip(F32X4, |ins, a, b| ins.fdiv(a, b)),
        Op::F32x4Min => cx.zip(F32X4, |ins, a, b| ins.fmin(a, b)),
        Op::F32x4Max => cx.zip(F32X4, |ins, a, b| ins.fmax(a, b)),
        Op::F32x4PMin => float::translate_pmin(cx, F32X4),
        Op::F32x4PMax => float::translate_pmax(cx, F32X4),
        Op::F64x2Abs => cx.map(F64X2, |ins, a| ins.fabs(a)),
        Op::F64x2Neg => cx.map(F64X2, |ins, a| ins.fneg(a)),
        Op::F64x2Ceil => cx.map(F64X2, |ins, a| ins.ceil(a)),
        Op::F64x2Floor => cx.map(F64X2, |ins, a| ins.floor(a)),
        Op::F64x2Trunc => cx.map(F64X2, |ins, a| ins.trunc(a)),
        Op::F64x2Nearest => cx.map(F64X2, |ins, a| ins.nearest(a)),
        Op::F64x2Sqrt => cx.map(F64X2, |ins, a| ins.sqrt(a)),
        Op::F64x2Add => cx.zip(F64X2, |ins, a, b| ins.fadd(a, b)),
        Op::F64x2Sub => cx.zip(F64X2, |ins, a, b| ins.fsub(a, b)),
        Op::F64x2Mul => cx.zip(F64X2, |ins, a, b| ins.fmul(a, b)),
        Op::F64x2Div => cx.zip(F64X2, |ins, a, b| ins.fdiv(a, b)),
        Op::F64x2Min => cx.zip(F64X2, |ins, a, b| ins.fmin(a, b)),
        Op::F64x2Max => cx.zip(F64X2, |ins, a, b| ins.fmax(a, b)),
        Op::F64x2PMin => float::translate_pmin(cx, F64X2),
        Op::F64x2PMax => float::translate_pmax(cx, F64X2),

        // Conversions.
        Op::I8x16NarrowI16x8S => cx.zip(I16X8, |ins, a, b| ins.snarrow(a, b)),
        Op::I8x16NarrowI16x8U => cx.zip(I16X8, |ins, a, b| ins.unarrow(a, b)),
        Op::I16x8NarrowI32x4S => cx.zip(I32X4, |ins, a, b| ins.snarrow(a, b)),
        Op::I16x8NarrowI32x4U => cx.zip(I32X4, |ins, a, b| ins.unarrow(a, b)),
        Op::I32x4TruncSatF32x4S => cx.map(F32X4, |ins, a| ins.fcvt_to_sint_sat(I32X4, a)),
        Op::I32x4TruncSatF32x4U => cx.map(F32X4, |ins, a| ins.fcvt_to_uint_sat(I32X4, a)),
        Op::I32x4TruncSatF64x2SZero => convert::translate_trunc_signed_zero(cx),
        Op::I32x4TruncSatF64x2UZero => convert::translate_trunc_unsigned_zero(cx),
        Op::F32x4ConvertI32x4S => cx.map(I32X4, |ins, a| ins.fcvt_from_sint(F32X4, a)),
        Op::F32x4ConvertI32x4U => cx.map(I32X4, |ins, a| ins.fcvt_from_uint(F32X4, a)),
        Op::F64x2ConvertLowI32x4S => convert::translate_convert_low_signed(cx),
        Op::F64x2ConvertLowI32x4U => convert::translate_convert_low_unsigned(cx),
        Op::F32x4DemoteF64x2Zero => cx.map(F64X2, |ins, a| ins.fvdemote(a)),
        Op::F64x2PromoteLowF32x4 => cx.map(F32X4, |ins, a| ins.fvpromote_low(a)),

        // Relaxed.
        Op::I8x16RelaxedSwizzle => relaxed::translate_swizzle(cx),
        Op::I32x4RelaxedTruncF32x4S => relaxed::translate_trunc_signed(cx),
        Op::I32x4RelaxedTruncF32x4U => cx.map(F32X4, |ins, a| ins.fcvt_to_uint_sat(I32X4, a)),
        Op::I32x4RelaxedTruncF64x2SZero => relaxed::translate_relaxed_trunc_signed_zero(cx),
        Op::I32x4RelaxedTruncF64x2UZero => convert::translate_trunc_unsigned_zero(cx),
        Op::F32x4RelaxedMadd => relaxed::translate_madd(cx, F32X4),
        Op::F32x4RelaxedNmadd => relaxed::translate_nmadd(cx, F32X4),
        Op::F64x2RelaxedMadd => relaxed::translate_madd(cx, F64X2),
        Op::F64x2RelaxedNmadd => relaxed::translate_nmadd(cx, F64X2),
        Op::I8x16RelaxedLaneselect => relaxed::translate_laneselect(cx, I8X16),
        Op::I16x8RelaxedLaneselect => relaxed::translate_laneselect(cx, I16X8),
        Op::I32x4RelaxedLaneselect => relaxed::translate_laneselect(cx, I32X4),
        Op::I64x2RelaxedLaneselect => relaxed::translate_laneselect(cx, I64X2),
        Op::F32x4RelaxedMin => relaxed::translate_min(cx, F32X4),
        Op::F32x4RelaxedMax => relaxed::translate_max(cx, F32X4),
        Op::F64x2RelaxedMin => relaxed::translate_min(cx, F64X2),
        Op::F64x2RelaxedMax => relaxed::translate_max(cx, F64X2),
        Op::I16x8RelaxedQ15mulrS => relaxed::translate_q15_product(cx),
        Op::I16x8RelaxedDotI8x16I7x16S => relaxed::translate_dot(cx),
        Op::I32x4RelaxedDotI8x16I7x16AddS => relaxed::translate_dot_add(cx),

        _ => return false,
    }
    true
}
