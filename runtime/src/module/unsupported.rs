//! What validation accepts, but nobody executes yet: the gc proposal beyond function types.
//!
//! The proposal's recursion groups, subtypes and bottom types belong to function references, too,
//! so that it is switched on; its structures, arrays and numbers in references are refused here.
//! Declared types are refused where they are converted (`convert.rs`), types of locals here,
//! instructions and the types they mention by `Watch` (`constness.rs`), which asks these functions.

use super::DecodeError;
use super::convert::TypeSpace;
use crate::types::{SigRef, ValType};
use wasmparser::{AbstractHeapType, BlockType, FuncValidator, HeapType};
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
