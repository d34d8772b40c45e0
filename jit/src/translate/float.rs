//! Float arithmetic. `fmin`, `fmax` and `nearest` are Wasm's; NaNs are as the hardware makes them.

use super::Translator;
use super::int::translate_bool;
use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::FloatCC;

pub(super) fn translate_compare(cx: &mut Translator<'_>, condition: FloatCC) {
    cx.binary(|ins, a, b| ins.fcmp(condition, a, b));
    translate_bool(cx);
}
