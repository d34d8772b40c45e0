//! Float arithmetic that is more than one instruction of Cranelift's.

use super::super::Translator;
use cranelift_codegen::ir::condcodes::FloatCC::LessThan;
use cranelift_codegen::ir::{InstBuilder, Type, Value};

/// The second operand if it is smaller, else the first one, whatever these are.
pub(super) fn translate_pmin(cx: &mut Translator<'_>, ty: Type) {
    let (first, second) = cx.pop_vector2(ty);
    emit_select_less(cx, (second, first), (second, first));
}

/// The second operand if it is larger, else the first one, whatever these are.
pub(super) fn translate_pmax(cx: &mut Translator<'_>, ty: Type) {
    let (first, second) = cx.pop_vector2(ty);
    emit_select_less(cx, (first, second), (second, first));
}

/// Pushes lanes of `yes` where those of `left` are less than those of `right`, else of `no`.
fn emit_select_less(
    cx: &mut Translator<'_>,
    (left, right): (Value, Value),
    (yes, no): (Value, Value),
) {
    let ty = cx.builder.func.dfg.value_type(left);
    let less = cx.builder.ins().fcmp(LessThan, left, right);
    // A mask of the operands' type: this is the pattern of one machine instruction.
    let less = cx.cast_vector(less, ty);
    let selected = cx.builder.ins().bitselect(less, yes, no);
    cx.push_vector(selected);
}
