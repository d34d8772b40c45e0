//! SIMD: instructions on vectors.
//!
//! As an operand a vector has the type `I8X16`, whatever lanes it has for its instruction. Casts
//! in between cost nothing: lanes of all types lie in a register as in memory.
//!
//! # Note
//!
//! Shuffles need SSSE3 and rounding needs SSE4.1: without, Cranelift makes calls of them, and the
//! function stays in the interpreter, as with scalar rounding. All x86-64 machines since 2008 have
//! both.

mod bits;
mod compare;
mod convert;
mod float;
mod lane;
mod memory;
mod relaxed;
mod router;
mod shift;
mod widen;

pub(super) use router::translate;

use super::Translator;
use cranelift_codegen::ir::types::I8X16;
use cranelift_codegen::ir::{Endianness, InstBuilder, MemFlagsData, Type, Value};
use cranelift_frontend::FuncInstBuilder;

impl Translator<'_> {
    /// The same bits as a vector of type `ty`.
    fn cast_vector(&mut self, value: Value, ty: Type) -> Value {
        if self.builder.func.dfg.value_type(value) == ty {
            return value;
        }
        let flags = MemFlagsData::new().with_endianness(Endianness::Little);
        self.builder.ins().bitcast(ty, flags, value)
    }

    /// Pops a vector as one of type `ty`.
    fn pop_vector(&mut self, ty: Type) -> Value {
        let value = self.pop();
        self.cast_vector(value, ty)
    }

    /// Pops two vectors of type `ty`, and returns the lower one first.
    fn pop_vector2(&mut self, ty: Type) -> (Value, Value) {
        let second = self.pop_vector(ty);
        (self.pop_vector(ty), second)
    }

    /// Pops three vectors of type `ty`, and returns the lowest one first.
    fn pop_vector3(&mut self, ty: Type) -> (Value, Value, Value) {
        let third = self.pop_vector(ty);
        let (first, second) = self.pop_vector2(ty);
        (first, second, third)
    }

    /// Pushes a vector of any type.
    fn push_vector(&mut self, value: Value) {
        let value = self.cast_vector(value, I8X16);
        self.push(value);
    }

    /// Replaces the topmost operand, taken as a vector of type `ty`, by another one.
    fn map(&mut self, ty: Type, emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value) -> Value) {
        let operand = self.pop_vector(ty);
        let result = emit(self.builder.ins(), operand);
        self.push_vector(result);
    }

    /// The same for the two topmost operands.
    fn zip(&mut self, ty: Type, emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value) {
        let (first, second) = self.pop_vector2(ty);
        let result = emit(self.builder.ins(), first, second);
        self.push_vector(result);
    }

    /// A constant vector.
    pub(super) fn vector_constant(&mut self, ty: Type, bytes: [u8; 16]) -> Value {
        let bytes = bytes.as_slice().into();
        let constant = self.builder.func.dfg.constants.insert(bytes);
        self.builder.ins().vconst(ty, constant)
    }
}
