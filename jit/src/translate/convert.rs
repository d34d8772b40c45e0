//! Conversions. Those that trap do so as Cranelift's instructions: `BadConversionToInteger` for
//! NaN, `IntegerOverflow` for what is out of range.

use super::Translator;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type};

/// The same bits as a value of type `ty`.
pub(super) fn translate_reinterpret(cx: &mut Translator<'_>, ty: Type) {
    cx.unary(|ins, it| ins.bitcast(ty, MemFlagsData::new(), it));
}
