//! Shifts of all lanes by the same count, which is taken modulo the lane's width.

use super::super::Translator;
use cranelift_codegen::ir::{Type, Value};
use cranelift_frontend::FuncInstBuilder;

pub(super) fn translate_shift(
    cx: &mut Translator<'_>,
    ty: Type,
    emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value,
) {
    let count = cx.pop();
    cx.map(ty, |ins, it| emit(ins, it, count));
}
