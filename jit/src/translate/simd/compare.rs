//! Comparisons: a lane of the result has all bits set if the comparison holds.

use super::super::Translator;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Type};

pub(super) fn translate_icmp(cx: &mut Translator<'_>, ty: Type, condition: IntCC) {
    cx.zip(ty, |ins, a, b| ins.icmp(condition, a, b));
}

pub(super) fn translate_fcmp(cx: &mut Translator<'_>, ty: Type, condition: FloatCC) {
    cx.zip(ty, |ins, a, b| ins.fcmp(condition, a, b));
}
