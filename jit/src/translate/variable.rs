//! Locals and globals, and the operand stack itself.

use super::Translator;
use crate::abi::{clif_type, to_slot};
use crate::regions::Region;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use runtime::GlobalIdx;
use runtime::module::ConstExpr;
use runtime::types::ValType;

pub(super) fn translate_local_get(cx: &mut Translator<'_>, local: u32) {
    let value = cx.builder.use_var(cx.body.locals[local as usize]);
    cx.push(value);
}

pub(super) fn translate_local_set(cx: &mut Translator<'_>, local: u32) {
    let value = cx.pop();
    cx.builder.def_var(cx.body.locals[local as usize], value);
}

pub(super) fn translate_local_tee(cx: &mut Translator<'_>, local: u32) {
    let value = cx.pop();
    cx.builder.def_var(cx.body.locals[local as usize], value);
    cx.push(value);
}

pub(super) fn translate_select(cx: &mut Translator<'_>) {
    let (if_true, if_false, condition) = cx.pop3();
    let value = cx.builder.ins().select(condition, if_true, if_false);
    cx.push(value);
}

pub(super) fn translate_global_get(cx: &mut Translator<'_>, global: GlobalIdx) {
    let ty = cx.home.module.globals[global.index()].ty.content;
    let known_value = match cx.home.module.known_value(global) {
        Some(ConstExpr::Const(slot) | ConstExpr::Folded(slot, _)) => Some(cx.emit_const(ty, *slot)),
        Some(ConstExpr::Vector(slots)) => Some(cx.emit_vector(*slots)),
        Some(ConstExpr::RefFunc(func)) => Some(cx.func_ref(*func)),
        Some(ConstExpr::GlobalGet(_) | ConstExpr::Program(_)) | None => None,
    };
    if let Some(value) = known_value {
        return cx.push(value);
    }
    let place = cx.home.offsets.global(global);
    let flags = match cx.home.module.is_constant(global) {
        true => cx.constant(),
        false => {
            let owner = cx.owner(place, global.0);
            cx.flags(Region::Global(owner))
        }
    };
    let (base, offset) = cx.place(place);
    if ty == ValType::V128 {
        // Unlike slots elsewhere, globals are aligned to 16 bytes.
        let value = cx.builder.ins().load(types::I8X16, flags, base, offset);
        return cx.push(value);
    }
    // Always the whole slot, so that a value that was just stored is found again.
    let slot = cx.builder.ins().load(types::I64, flags, base, offset);
    let value = from_slot(cx, ty, slot);
    cx.push(value);
}

pub(super) fn translate_global_set(cx: &mut Translator<'_>, global: GlobalIdx) {
    let value = cx.pop();
    let place = cx.home.offsets.global(global);
    let owner = cx.owner(place, global.0);
    let flags = cx.flags(Region::Global(owner));
    let (base, offset) = cx.place(place);
    let slot = match cx.builder.func.dfg.value_type(value) {
        types::F64 => cx
            .builder
            .ins()
            .bitcast(types::I64, MemFlagsData::new(), value),
        _ => to_slot(&mut cx.builder, value),
    };
    cx.builder.ins().store(flags, slot, base, offset);
}

fn from_slot(cx: &mut Translator<'_>, ty: ValType, slot: Value) -> Value {
    match ty {
        ValType::I32 => cx.builder.ins().ireduce(types::I32, slot),
        ValType::F32 => {
            let bits = cx.builder.ins().ireduce(types::I32, slot);
            cx.builder
                .ins()
                .bitcast(types::F32, MemFlagsData::new(), bits)
        }
        ValType::F64 => cx
            .builder
            .ins()
            .bitcast(types::F64, MemFlagsData::new(), slot),
        ValType::V128 => unreachable!("a vector is not a slot"),
        ValType::I64 | ValType::Ref(_) => {
            debug_assert_eq!(clif_type(ty), types::I64);
            slot
        }
    }
}
