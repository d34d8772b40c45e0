//! References: addresses and numbers in 64 bits, null is 0.

use super::Translator;
use crate::traps::trap_code;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, types};
use runtime::{FuncIdx, Trap};

pub(super) fn translate_ref_null(cx: &mut Translator<'_>) {
    let null = cx.iconst64(0);
    cx.push(null);
}

pub(super) fn translate_ref_is_null(cx: &mut Translator<'_>) {
    let reference = cx.pop();
    let is_null = cx.builder.ins().icmp_imm_s(IntCC::Equal, reference, 0);
    let is_null = cx.builder.ins().uextend(types::I32, is_null);
    cx.push(is_null);
}

pub(super) fn translate_ref_as_non_null(cx: &mut Translator<'_>) {
    let reference = cx.pop();
    let trap = trap_code(Trap::NullReference);
    cx.builder.ins().trapz(reference, trap);
    cx.push(reference);
}

pub(super) fn translate_ref_func(cx: &mut Translator<'_>, func: FuncIdx) {
    let reference = cx.func_ref(func);
    cx.push(reference);
}
