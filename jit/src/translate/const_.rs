//! Constants.

use super::Translator;
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use runtime::types::ValType;

/// Pushes the constant of type `ty` whose slot is `slot`.
pub(super) fn translate_const(cx: &mut Translator<'_>, ty: ValType, slot: u64) {
    let value = cx.emit_const(ty, slot);
    cx.push(value);
}

impl Translator<'_> {
    /// The constant of type `ty` whose slot is `slot`. References are null.
    pub(super) fn emit_const(&mut self, ty: ValType, slot: u64) -> Value {
        match ty {
            // Constants of narrow types are given without their sign.
            ValType::I32 => self
                .builder
                .ins()
                .iconst(types::I32, i64::from(slot as u32)),
            ValType::F32 => self.builder.ins().f32const(Ieee32::with_bits(slot as u32)),
            ValType::F64 => self.builder.ins().f64const(Ieee64::with_bits(slot)),
            ValType::V128 => unreachable!("a vector is not a slot"),
            ValType::I64 | ValType::Ref(_) => self.iconst64(slot),
        }
    }

    /// The constant vector whose slots are these, the low half first.
    pub(super) fn emit_vector(&mut self, [low, high]: [u64; 2]) -> Value {
        let bits = u128::from(high) << 64 | u128::from(low);
        self.vector_constant(types::I8X16, bits.to_le_bytes())
    }
}
