//! wasmparser's types as the runtime's.
//!
//! `None` and errors stand for types of proposals outside [`Features`](super::Features): validation
//! rejects them before, so that no caller meets them unless the two lists come apart.

use super::DecodeError;
use crate::types::{FuncType, GlobalType, MemoryType, TableType, ValType};
use wasmparser::{BinaryReaderError, RefType};

impl ValType {
    /// The type as the runtime has it.
    pub(super) fn from_wasm(ty: wasmparser::ValType) -> Option<ValType> {
        Some(match ty {
            wasmparser::ValType::I32 => ValType::I32,
            wasmparser::ValType::I64 => ValType::I64,
            wasmparser::ValType::F32 => ValType::F32,
            wasmparser::ValType::F64 => ValType::F64,
            wasmparser::ValType::Ref(RefType::FUNCREF) => ValType::FuncRef,
            wasmparser::ValType::Ref(RefType::EXTERNREF) => ValType::ExternRef,
            wasmparser::ValType::V128 => ValType::V128,
            wasmparser::ValType::Ref(_) => return None,
        })
    }
}

/// A value type found at `offset`.
pub(super) fn val_type(ty: wasmparser::ValType, offset: usize) -> Result<ValType, DecodeError> {
    ValType::from_wasm(ty).ok_or(DecodeError::Unsupported {
        what: "value type",
        offset,
    })
}

/// A reference type found at `offset`.
pub(super) fn ref_type(ty: RefType, offset: usize) -> Result<ValType, DecodeError> {
    val_type(wasmparser::ValType::Ref(ty), offset)
}

/// A function type found at `offset`.
pub(super) fn func_type(ty: &wasmparser::FuncType, offset: usize) -> Result<FuncType, DecodeError> {
    let convert = |types: &[wasmparser::ValType]| {
        types
            .iter()
            .map(|&ty| val_type(ty, offset))
            .collect::<Result<Box<[_]>, _>>()
    };
    Ok(FuncType {
        params: convert(ty.params())?,
        results: convert(ty.results())?,
    })
}

/// A table type found at `offset`.
pub(super) fn table_type(
    ty: wasmparser::TableType,
    offset: usize,
) -> Result<TableType, DecodeError> {
    Ok(TableType {
        element: ref_type(ty.element_type, offset)?,
        minimum: ty.initial,
        maximum: ty.maximum,
    })
}

/// A memory type found at `offset`.
pub(super) fn memory_type(
    ty: wasmparser::MemoryType,
    offset: usize,
) -> Result<MemoryType, DecodeError> {
    let page_size_log2 = ty.page_size_log2.unwrap_or(16);
    let page_size_log2 = u8::try_from(page_size_log2).map_err(|_| DecodeError::Unsupported {
        what: "page size",
        offset,
    })?;
    Ok(MemoryType {
        minimum: ty.initial,
        maximum: ty.maximum,
        page_size_log2,
    })
}

/// A global type found at `offset`.
pub(super) fn global_type(
    ty: wasmparser::GlobalType,
    offset: usize,
) -> Result<GlobalType, DecodeError> {
    Ok(GlobalType {
        content: val_type(ty.content_type, offset)?,
        mutable: ty.mutable,
    })
}

/// The items of a section, with their offsets, converted one by one.
///
/// Requires that the section was validated: its count is trusted as a capacity.
pub(super) fn items<'a, T: wasmparser::FromReader<'a>, U>(
    section: wasmparser::SectionLimited<'a, T>,
    mut convert: impl FnMut(usize, T) -> Result<U, DecodeError>,
) -> Result<Vec<U>, DecodeError> {
    let mut all = Vec::with_capacity(section.count() as usize);
    for item in section.into_iter_with_offsets() {
        let (offset, item) = item.map_err(|error: BinaryReaderError| DecodeError::from(error))?;
        all.push(convert(offset, item)?);
    }
    Ok(all)
}
