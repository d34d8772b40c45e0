//! What validation accepts, but nobody executes yet: the gc proposal beyond function types.
//!
//! The proposal's recursion groups, subtypes and bottom types belong to function references, too,
//! so that it is switched on; its structures, arrays and numbers in references are refused here.
//! Declared types are refused where they are converted (`convert.rs`), instructions and the types
//! that bodies mention by these functions.

use super::DecodeError;
use super::convert::TypeSpace;
use crate::types::{SigRef, ValType};
use wasmparser::{AbstractHeapType, BlockType, FuncValidator, HeapType, Operator};
use wasmparser::{BinaryReader, WasmModuleResources};

/// Whether a body may not mention references to `ty`.
pub(super) fn is_heap_type(ty: HeapType) -> bool {
    use AbstractHeapType::{Extern, Func, NoExtern, NoFunc};
    match ty {
        HeapType::Abstract { shared, ty } => {
            shared || !matches!(ty, Func | NoFunc | Extern | NoExtern)
        }
        HeapType::Concrete(_) => false,
        HeapType::Exact(_) => true,
    }
}

/// Whether a body may not mention `ty`.
pub(super) fn is_val_type(ty: wasmparser::ValType) -> bool {
    match ty {
        wasmparser::ValType::Ref(ty) => is_heap_type(ty.heap_type()),
        _ => false,
    }
}

/// Whether a block may not have the type `ty`. Types of functions were looked at before.
pub(super) fn is_block_type(ty: BlockType) -> bool {
    matches!(ty, BlockType::Type(ty) if is_val_type(ty))
}

/// Whether a body may not contain `op`.
pub(super) fn is_operator(op: &Operator<'_>) -> bool {
    match *op {
        Operator::RefNull { hty } => is_heap_type(hty),
        Operator::TypedSelect { ty } => is_val_type(ty),
        Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
            is_block_type(blockty)
        }
        ref op => is_of_gc(op),
    }
}

macro_rules! by_proposal {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        fn is_of_gc(op: &Operator<'_>) -> bool {
            match op {
                $(Operator::$op { .. } => by_proposal!($proposal),)*
                _ => false,
            }
        }
    };
    (gc) => { true };
    ($other:ident) => { false };
}
wasmparser::for_each_operator!(by_proposal);

/// Reads the declarations of locals, one by one.
pub(super) fn read_locals<T: WasmModuleResources>(
    validator: &mut FuncValidator<T>,
    reader: &mut BinaryReader<'_>,
    types: &[SigRef],
    mut local: impl FnMut(u32, ValType),
) -> Result<(), DecodeError> {
    for _ in 0..reader.read_var_u32()? {
        let offset = reader.original_position();
        let count = reader.read()?;
        let ty = reader.read()?;
        validator.define_locals(offset, count, ty)?;
        match TypeSpace::new(types).val_type(ty) {
            Some(ty) => local(count, ty),
            None => {
                let what = "type of a local";
                return Err(DecodeError::Unsupported { what, offset });
            }
        }
    }
    Ok(())
}
