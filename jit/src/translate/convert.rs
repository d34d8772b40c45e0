//! Conversions. Those that trap do so as Cranelift's instructions: `BadConversionToInteger` for
//! NaN, `IntegerOverflow` for what is out of range.

use super::Translator;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};
use runtime::types::IndexType;

/// The same bits as a value of type `ty`.
pub(super) fn translate_reinterpret(cx: &mut Translator<'_>, ty: Type) {
    cx.unary(|ins, it| ins.bitcast(ty, MemFlagsData::new(), it));
}

impl Translator<'_> {
    /// An unsigned number of 32 or 64 bits as one of 64: an operand of a builtin, an address.
    pub(super) fn extend(&mut self, value: Value) -> Value {
        match self.builder.func.dfg.value_type(value) {
            types::I64 => value,
            _ => self.builder.ins().uextend(types::I64, value),
        }
    }

    /// A 64-bit number as a size of type `index`.
    pub(super) fn reduce(&mut self, value: Value, index: IndexType) -> Value {
        match index {
            IndexType::I32 => self.builder.ins().ireduce(types::I32, value),
            IndexType::I64 => value,
        }
    }

    /// Pops a value as one of type `ty`: the low bits, if it is a wider number.
    pub(super) fn pop_reduced(&mut self, ty: Type) -> Value {
        let value = self.pop();
        match self.builder.func.dfg.value_type(value) {
            same if same == ty => value,
            _ => self.builder.ins().ireduce(ty, value),
        }
    }
}
