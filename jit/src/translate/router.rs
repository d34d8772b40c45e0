//! Which file translates which instruction.
//!
//! Requires that the instruction is reachable. What validation lets through but no arm knows
//! makes the compilation fail, so that the function stays in the interpreter.

use super::call::Position::{Call, Return};
use super::memory::Extend::{No, Sign, Zero};
use super::{
    Translator, atomic, call, const_, control, convert, float, int, memory, reference, simd, table,
    variable, wide,
};
use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F32, F64, I8, I16, I32, I64, I128};
use runtime::types::ValType;
use runtime::{DataIdx, ElemIdx, FuncIdx, GlobalIdx, MemoryIdx, TableIdx, TypeIdx};
use wasmparser::Operator as Op;

/// Translates the current instruction.
pub(super) fn translate(cx: &mut Translator<'_>, op: &Op<'_>) {
    match *op {
        // Control.
        Op::Unreachable => control::translate_unreachable(cx),
        Op::Nop => {}
        Op::Block { blockty } => control::translate_block(cx, blockty),
        Op::Loop { blockty } => control::translate_loop(cx, blockty),
        Op::If { blockty } => control::translate_if(cx, blockty),
        Op::Else => control::translate_else(cx),
        Op::End => control::translate_end(cx),
        Op::Br { relative_depth } => control::translate_br(cx, relative_depth),
        Op::BrIf { relative_depth } => control::translate_br_if(cx, relative_depth),
        Op::BrOnNull { relative_depth } => control::translate_br_on_null(cx, relative_depth),
        Op::BrOnNonNull { relative_depth } => control::translate_br_on_non_null(cx, relative_depth),
        Op::BrTable { ref targets } => control::translate_br_table(cx, targets),
        Op::Return => control::translate_return(cx),

        // Calls.
        Op::Call { function_index: it } => call::translate_call(cx, FuncIdx(it), Call),
        Op::ReturnCall { function_index: it } => call::translate_call(cx, FuncIdx(it), Return),
        Op::CallIndirect {
            type_index: ty,
            table_index: table,
        } => {
            call::translate_call_indirect(cx, TypeIdx(ty), TableIdx(table), Call);
        }
        Op::ReturnCallIndirect {
            type_index: ty,
            table_index: table,
        } => {
            call::translate_call_indirect(cx, TypeIdx(ty), TableIdx(table), Return);
        }
        Op::CallRef { type_index: ty } => call::translate_call_ref(cx, TypeIdx(ty), Call),
        Op::ReturnCallRef { type_index: ty } => call::translate_call_ref(cx, TypeIdx(ty), Return),

        // Variables and operands.
        Op::Drop => drop(cx.pop()),
        Op::Select | Op::TypedSelect { .. } => variable::translate_select(cx),
        Op::LocalGet { local_index } => variable::translate_local_get(cx, local_index),
        Op::LocalSet { local_index } => variable::translate_local_set(cx, local_index),
        Op::LocalTee { local_index } => variable::translate_local_tee(cx, local_index),
        Op::GlobalGet { global_index: it } => variable::translate_global_get(cx, GlobalIdx(it)),
        Op::GlobalSet { global_index: it } => variable::translate_global_set(cx, GlobalIdx(it)),

        // References and tables.
        Op::RefNull { .. } => reference::translate_ref_null(cx),
        Op::RefAsNonNull => reference::translate_ref_as_non_null(cx),
        Op::RefIsNull => reference::translate_ref_is_null(cx),
        Op::RefFunc { function_index } => {
            reference::translate_ref_func(cx, FuncIdx(function_index))
        }
        Op::TableGet { table } => table::translate_table_get(cx, TableIdx(table)),
        Op::TableSet { table } => table::translate_table_set(cx, TableIdx(table)),
        Op::TableSize { table } => table::translate_table_size(cx, TableIdx(table)),
        Op::TableGrow { table } => table::translate_table_grow(cx, TableIdx(table)),
        Op::TableFill { table } => table::translate_table_fill(cx, TableIdx(table)),
        Op::TableCopy {
            dst_table: dst,
            src_table: src,
        } => {
            table::translate_table_copy(cx, TableIdx(dst), TableIdx(src));
        }
        Op::TableInit {
            elem_index: elem,
            table,
        } => {
            table::translate_table_init(cx, TableIdx(table), ElemIdx(elem));
        }
        Op::ElemDrop { elem_index } => table::translate_elem_drop(cx, ElemIdx(elem_index)),

        // Memory.
        Op::I32Load { memarg: ref at } => memory::translate_load(cx, at, (I32, I32), No),
        Op::I64Load { memarg: ref at } => memory::translate_load(cx, at, (I64, I64), No),
        Op::F32Load { memarg: ref at } => memory::translate_load(cx, at, (F32, F32), No),
        Op::F64Load { memarg: ref at } => memory::translate_load(cx, at, (F64, F64), No),
        Op::I32Load8S { memarg: ref at } => memory::translate_load(cx, at, (I32, I8), Sign),
        Op::I32Load8U { memarg: ref at } => memory::translate_load(cx, at, (I32, I8), Zero),
        Op::I32Load16S { memarg: ref at } => memory::translate_load(cx, at, (I32, I16), Sign),
        Op::I32Load16U { memarg: ref at } => memory::translate_load(cx, at, (I32, I16), Zero),
        Op::I64Load8S { memarg: ref at } => memory::translate_load(cx, at, (I64, I8), Sign),
        Op::I64Load8U { memarg: ref at } => memory::translate_load(cx, at, (I64, I8), Zero),
        Op::I64Load16S { memarg: ref at } => memory::translate_load(cx, at, (I64, I16), Sign),
        Op::I64Load16U { memarg: ref at } => memory::translate_load(cx, at, (I64, I16), Zero),
        Op::I64Load32S { memarg: ref at } => memory::translate_load(cx, at, (I64, I32), Sign),
        Op::I64Load32U { memarg: ref at } => memory::translate_load(cx, at, (I64, I32), Zero),
        Op::I32Store { memarg: ref at } => memory::translate_store(cx, at, I32),
        Op::I64Store { memarg: ref at } => memory::translate_store(cx, at, I64),
        Op::F32Store { memarg: ref at } => memory::translate_store(cx, at, F32),
        Op::F64Store { memarg: ref at } => memory::translate_store(cx, at, F64),
        Op::I32Store8 { memarg: ref at } => memory::translate_store(cx, at, I8),
        Op::I32Store16 { memarg: ref at } => memory::translate_store(cx, at, I16),
        Op::I64Store8 { memarg: ref at } => memory::translate_store(cx, at, I8),
        Op::I64Store16 { memarg: ref at } => memory::translate_store(cx, at, I16),
        Op::I64Store32 { memarg: ref at } => memory::translate_store(cx, at, I32),
        Op::MemorySize { mem } => memory::translate_memory_size(cx, MemoryIdx(mem)),
        Op::MemoryGrow { mem } => memory::translate_memory_grow(cx, MemoryIdx(mem)),
        Op::MemoryFill { mem } => memory::translate_memory_fill(cx, MemoryIdx(mem)),
        Op::MemoryCopy {
            dst_mem: dst,
            src_mem: src,
        } => {
            memory::translate_memory_copy(cx, MemoryIdx(dst), MemoryIdx(src));
        }
        Op::MemoryInit {
            data_index: data,
            mem,
        } => {
            memory::translate_memory_init(cx, MemoryIdx(mem), DataIdx(data));
        }
        Op::DataDrop { data_index } => memory::translate_data_drop(cx, DataIdx(data_index)),

        // Constants.
        Op::I32Const { value } => const_::translate_const(cx, ValType::I32, value as u32 as u64),
        Op::I64Const { value } => const_::translate_const(cx, ValType::I64, value as u64),
        Op::F32Const { value } => const_::translate_const(cx, ValType::F32, value.bits().into()),
        Op::F64Const { value } => const_::translate_const(cx, ValType::F64, value.bits()),

        // Integers.
        Op::I32Eqz | Op::I64Eqz => int::translate_eqz(cx),
        Op::I32Eq | Op::I64Eq => int::translate_compare(cx, IntCC::Equal),
        Op::I32Ne | Op::I64Ne => int::translate_compare(cx, IntCC::NotEqual),
        Op::I32LtS | Op::I64LtS => int::translate_compare(cx, IntCC::SignedLessThan),
        Op::I32LtU | Op::I64LtU => int::translate_compare(cx, IntCC::UnsignedLessThan),
        Op::I32GtS | Op::I64GtS => int::translate_compare(cx, IntCC::SignedGreaterThan),
        Op::I32GtU | Op::I64GtU => int::translate_compare(cx, IntCC::UnsignedGreaterThan),
        Op::I32LeS | Op::I64LeS => int::translate_compare(cx, IntCC::SignedLessThanOrEqual),
        Op::I32LeU | Op::I64LeU => int::translate_compare(cx, IntCC::UnsignedLessThanOrEqual),
        Op::I32GeS | Op::I64GeS => int::translate_compare(cx, IntCC::SignedGreaterThanOrEqual),
        Op::I32GeU | Op::I64GeU => int::translate_compare(cx, IntCC::UnsignedGreaterThanOrEqual),
        Op::I32Clz | Op::I64Clz => cx.unary(|ins, it| ins.clz(it)),
        Op::I32Ctz | Op::I64Ctz => cx.unary(|ins, it| ins.ctz(it)),
        Op::I32Popcnt | Op::I64Popcnt => cx.unary(|ins, it| ins.popcnt(it)),
        Op::I32Add | Op::I64Add => cx.binary(|ins, a, b| ins.iadd(a, b)),
        Op::I32Sub | Op::I64Sub => cx.binary(|ins, a, b| ins.isub(a, b)),
        Op::I32Mul | Op::I64Mul => cx.binary(|ins, a, b| ins.imul(a, b)),
        Op::I32DivS | Op::I64DivS => cx.binary(|ins, a, b| ins.sdiv(a, b)),
        Op::I32DivU | Op::I64DivU => cx.binary(|ins, a, b| ins.udiv(a, b)),
        Op::I32RemS | Op::I64RemS => cx.binary(|ins, a, b| ins.srem(a, b)),
        Op::I32RemU | Op::I64RemU => cx.binary(|ins, a, b| ins.urem(a, b)),
        Op::I32And | Op::I64And => cx.binary(|ins, a, b| ins.band(a, b)),
        Op::I32Or | Op::I64Or => cx.binary(|ins, a, b| ins.bor(a, b)),
        Op::I32Xor | Op::I64Xor => cx.binary(|ins, a, b| ins.bxor(a, b)),
        Op::I32Shl | Op::I64Shl => cx.binary(|ins, a, b| ins.ishl(a, b)),
        Op::I32ShrS | Op::I64ShrS => cx.binary(|ins, a, b| ins.sshr(a, b)),
        Op::I32ShrU | Op::I64ShrU => cx.binary(|ins, a, b| ins.ushr(a, b)),
        Op::I32Rotl | Op::I64Rotl => cx.binary(|ins, a, b| ins.rotl(a, b)),
        Op::I32Rotr | Op::I64Rotr => cx.binary(|ins, a, b| ins.rotr(a, b)),
        Op::I32Extend8S => int::translate_extend(cx, I32, I8),
        Op::I32Extend16S => int::translate_extend(cx, I32, I16),
        Op::I64Extend8S => int::translate_extend(cx, I64, I8),
        Op::I64Extend16S => int::translate_extend(cx, I64, I16),
        Op::I64Extend32S => int::translate_extend(cx, I64, I32),

        // Wide arithmetic.
        Op::I64Add128 => wide::translate_add(cx),
        Op::I64Sub128 => wide::translate_sub(cx),
        Op::I64MulWideS => wide::translate_mul(cx, |ins, it| ins.sextend(I128, it)),
        Op::I64MulWideU => wide::translate_mul(cx, |ins, it| ins.uextend(I128, it)),

        // Floats.
        Op::F32Eq | Op::F64Eq => float::translate_compare(cx, FloatCC::Equal),
        Op::F32Ne | Op::F64Ne => float::translate_compare(cx, FloatCC::NotEqual),
        Op::F32Lt | Op::F64Lt => float::translate_compare(cx, FloatCC::LessThan),
        Op::F32Gt | Op::F64Gt => float::translate_compare(cx, FloatCC::GreaterThan),
        Op::F32Le | Op::F64Le => float::translate_compare(cx, FloatCC::LessThanOrEqual),
        Op::F32Ge | Op::F64Ge => float::translate_compare(cx, FloatCC::GreaterThanOrEqual),
        Op::F32Abs | Op::F64Abs => cx.unary(|ins, it| ins.fabs(it)),
        Op::F32Neg | Op::F64Neg => cx.unary(|ins, it| ins.fneg(it)),
        Op::F32Ceil | Op::F64Ceil => cx.unary(|ins, it| ins.ceil(it)),
        Op::F32Floor | Op::F64Floor => cx.unary(|ins, it| ins.floor(it)),
        Op::F32Trunc | Op::F64Trunc => cx.unary(|ins, it| ins.trunc(it)),
        Op::F32Nearest | Op::F64Nearest => cx.unary(|ins, it| ins.nearest(it)),
        Op::F32Sqrt | Op::F64Sqrt => cx.unary(|ins, it| ins.sqrt(it)),
        Op::F32Add | Op::F64Add => cx.binary(|ins, a, b| ins.fadd(a, b)),
        Op::F32Sub | Op::F64Sub => cx.binary(|ins, a, b| ins.fsub(a, b)),
        Op::F32Mul | Op::F64Mul => cx.binary(|ins, a, b| ins.fmul(a, b)),
        Op::F32Div | Op::F64Div => cx.binary(|ins, a, b| ins.fdiv(a, b)),
        Op::F32Min | Op::F64Min => cx.binary(|ins, a, b| ins.fmin(a, b)),
        Op::F32Max | Op::F64Max => cx.binary(|ins, a, b| ins.fmax(a, b)),
        Op::F32Copysign | Op::F64Copysign => cx.binary(|ins, a, b| ins.fcopysign(a, b)),

        // Conversions.
        Op::I32WrapI64 => cx.unary(|ins, it| ins.ireduce(I32, it)),
        Op::I64ExtendI32S => cx.unary(|ins, it| ins.sextend(I64, it)),
        Op::I64ExtendI32U => cx.unary(|ins, it| ins.uextend(I64, it)),
        Op::I32TruncF32S | Op::I32TruncF64S => cx.unary(|ins, it| ins.fcvt_to_sint(I32, it)),
        Op::I32TruncF32U | Op::I32TruncF64U => cx.unary(|ins, it| ins.fcvt_to_uint(I32, it)),
        Op::I64TruncF32S | Op::I64TruncF64S => cx.unary(|ins, it| ins.fcvt_to_sint(I64, it)),
        Op::I64TruncF32U | Op::I64TruncF64U => cx.unary(|ins, it| ins.fcvt_to_uint(I64, it)),
        Op::I32TruncSatF32S | Op::I32TruncSatF64S => {
            cx.unary(|ins, it| ins.fcvt_to_sint_sat(I32, it));
        }
        Op::I32TruncSatF32U | Op::I32TruncSatF64U => {
            cx.unary(|ins, it| ins.fcvt_to_uint_sat(I32, it));
        }
        Op::I64TruncSatF32S | Op::I64TruncSatF64S => {
            cx.unary(|ins, it| ins.fcvt_to_sint_sat(I64, it));
        }
        Op::I64TruncSatF32U | Op::I64TruncSatF64U => {
            cx.unary(|ins, it| ins.fcvt_to_uint_sat(I64, it));
        }
        Op::F32ConvertI32S | Op::F32ConvertI64S => {
            cx.unary(|ins, it| ins.fcvt_from_sint(F32, it));
        }
        Op::F32ConvertI32U | Op::F32ConvertI64U => {
            cx.unary(|ins, it| ins.fcvt_from_uint(F32, it));
        }
        Op::F64ConvertI32S | Op::F64ConvertI64S => {
            cx.unary(|ins, it| ins.fcvt_from_sint(F64, it));
        }
        Op::F64ConvertI32U | Op::F64ConvertI64U => {
            cx.unary(|ins, it| ins.fcvt_from_uint(F64, it));
        }
        Op::F32DemoteF64 => cx.unary(|ins, it| ins.fdemote(F32, it)),
        Op::F64PromoteF32 => cx.unary(|ins, it| ins.fpromote(F64, it)),
        Op::I32ReinterpretF32 => convert::translate_reinterpret(cx, I32),
        Op::I64ReinterpretF64 => convert::translate_reinterpret(cx, I64),
        Op::F32ReinterpretI32 => convert::translate_reinterpret(cx, F32),
        Op::F64ReinterpretI64 => convert::translate_reinterpret(cx, F64),

        ref op if simd::translate(cx, op) || atomic::translate(cx, op) => {}
        ref op => {
            cx.unsupported(format!("instruction {op:?}"));
            control::translate_unreachable(cx);
        }
    }
}
