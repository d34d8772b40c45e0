//! wasmparser's types as the runtime's.
//!
//! `None` and errors stand for what is valid but not supported: types of garbage-collected values
//! among [`Features`](super::Features), and nothing else unless the two lists come apart.

use super::DecodeError;
use crate::types::{
    FuncType, GlobalType, HeapType, IndexType, MemoryType, RefType, SigRef, SubType, TableType,
    ValType,
};
use wasmparser::{AbstractHeapType, BinaryReaderError, CompositeInnerType, UnpackedIndex};

/// Canonical function types by type index.
///
/// Those of a recursion group that is being decoded come behind the ones before it.
#[derive(Clone, Copy)]
pub(super) struct TypeSpace<'a> {
    before: &'a [SigRef],
    group: &'a [SigRef],
}

impl<'a> TypeSpace<'a> {
    /// Outside of any group.
    pub(super) fn new(before: &'a [SigRef]) -> Self {
        Self { before, group: &[] }
    }

    pub(super) fn with_group(before: &'a [SigRef], group: &'a [SigRef]) -> Self {
        Self { before, group }
    }

    fn get(self, idx: UnpackedIndex) -> Option<SigRef> {
        let idx = idx.as_module_index()? as usize;
        let in_group = || self.group.get(idx - self.before.len());
        self.before.get(idx).or_else(in_group).copied()
    }

    /// The type as the runtime has it.
    pub(super) fn val_type(self, ty: wasmparser::ValType) -> Option<ValType> {
        Some(match ty {
            wasmparser::ValType::I32 => ValType::I32,
            wasmparser::ValType::I64 => ValType::I64,
            wasmparser::ValType::F32 => ValType::F32,
            wasmparser::ValType::F64 => ValType::F64,
            wasmparser::ValType::Ref(ty) => ValType::Ref(self.ref_type(ty)?),
            wasmparser::ValType::V128 => ValType::V128,
        })
    }

    fn ref_type(self, ty: wasmparser::RefType) -> Option<RefType> {
        Some(RefType {
            nullable: ty.is_nullable(),
            heap: self.heap_type(ty.heap_type())?,
        })
    }

    fn heap_type(self, ty: wasmparser::HeapType) -> Option<HeapType> {
        use wasmparser::HeapType as Wasm;
        match ty {
            Wasm::Concrete(idx) => self.get(idx).map(HeapType::ConcreteFunc),
            Wasm::Abstract { shared: false, ty } => match ty {
                AbstractHeapType::Func => Some(HeapType::Func),
                AbstractHeapType::NoFunc => Some(HeapType::NoFunc),
                AbstractHeapType::Extern => Some(HeapType::Extern),
                AbstractHeapType::NoExtern => Some(HeapType::NoExtern),
                _ => None,
            },
            Wasm::Abstract { shared: true, .. } | Wasm::Exact(_) => None,
        }
    }

    /// A declared type found at `offset`.
    pub(super) fn sub_type(
        self,
        ty: &wasmparser::SubType,
        offset: usize,
    ) -> Result<SubType, DecodeError> {
        let unsupported = |what| DecodeError::Unsupported { what, offset };
        let func = match &ty.composite_type.inner {
            CompositeInnerType::Func(func) => func,
            CompositeInnerType::Array(_) => return Err(unsupported("array type")),
            CompositeInnerType::Struct(_) => return Err(unsupported("struct type")),
            CompositeInnerType::Cont(_) => return Err(unsupported("continuation type")),
        };
        let types = |types: &[wasmparser::ValType]| {
            let types = types.iter().map(|&it| val_type(self, it, offset));
            types.collect::<Result<Box<[_]>, _>>()
        };
        let supertype = ty.supertype_idx.map(|it| {
            let supertype = self.get(it.unpack());
            supertype.ok_or(unsupported("supertype"))
        });
        Ok(SubType {
            ty: FuncType {
                params: types(func.params())?,
                results: types(func.results())?,
            },
            is_final: ty.is_final,
            supertype: supertype.transpose()?,
        })
    }
}

/// A value type found at `offset`.
pub(super) fn val_type(
    types: TypeSpace<'_>,
    ty: wasmparser::ValType,
    offset: usize,
) -> Result<ValType, DecodeError> {
    types.val_type(ty).ok_or(DecodeError::Unsupported {
        what: "value type",
        offset,
    })
}

/// A reference type found at `offset`.
pub(super) fn ref_type(
    types: TypeSpace<'_>,
    ty: wasmparser::RefType,
    offset: usize,
) -> Result<RefType, DecodeError> {
    types.ref_type(ty).ok_or(DecodeError::Unsupported {
        what: "reference type",
        offset,
    })
}

/// A table type found at `offset`.
pub(super) fn table_type(
    types: TypeSpace<'_>,
    ty: wasmparser::TableType,
    offset: usize,
) -> Result<TableType, DecodeError> {
    Ok(TableType {
        element: ref_type(types, ty.element_type, offset)?,
        index: IndexType::new(ty.table64),
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
        index: IndexType::new(ty.memory64),
        minimum: ty.initial,
        maximum: ty.maximum,
        page_size_log2,
        shared: ty.shared,
    })
}

/// A global type found at `offset`.
pub(super) fn global_type(
    types: TypeSpace<'_>,
    ty: wasmparser::GlobalType,
    offset: usize,
) -> Result<GlobalType, DecodeError> {
    Ok(GlobalType {
        content: val_type(types, ty.content_type, offset)?,
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
