//! Types of operands, and the module as plain bodies see it.

use crate::module::Module;
use crate::types::{FuncType, GlobalType, HeapType, IndexType, ValType};
use crate::{FuncIdx, GlobalIdx, TypeIdx};
use wasmparser::WasmFeatures;

/// Without these not even plain bodies are valid.
const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::FLOATS)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::BULK_MEMORY);

/// The type of an operand, as a number from 0 to 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Type(pub(super) u8);

pub(super) const I32: Type = Type(0);
pub(super) const I64: Type = Type(1);
pub(super) const F32: Type = Type(2);
pub(super) const F64: Type = Type(3);

impl Type {
    fn new(ty: ValType) -> Option<Self> {
        match ty {
            ValType::I32 => Some(I32),
            ValType::I64 => Some(I64),
            ValType::F32 => Some(F32),
            ValType::F64 => Some(F64),
            ValType::V128 | ValType::Ref(_) => None,
        }
    }

    /// The type that is encoded as `byte`, as a slice since blocks have such results.
    pub(super) fn from_byte(byte: u8) -> Option<&'static [Type; 1]> {
        match byte {
            0x7f => Some(&[I32]),
            0x7e => Some(&[I64]),
            0x7d => Some(&[F32]),
            0x7c => Some(&[F64]),
            _ => None,
        }
    }
}

/// A module as plain bodies see it. What they may not use is `None` or false.
pub(in crate::module) struct PlainModule<'m> {
    module: &'m Module,
    /// Types of functions, by type index.
    types: Vec<Option<Signature>>,
    /// Parameters and results of all types.
    pool: Vec<Type>,
    /// Type and mutability.
    globals: Vec<Option<(Type, bool)>>,
    /// Can `call_indirect` use the table?
    pub(super) tables: Vec<bool>,
    /// Is there a memory 0, of 32 bits?
    pub(super) has_memory: bool,
}

/// Where in the pool parameters begin, where they end and results begin, and where these end.
#[derive(Clone, Copy)]
struct Signature(usize, usize, usize);

/// Parameters and results of a block or function.
#[derive(Clone, Copy, Default)]
pub(super) struct BlockType<'p> {
    pub(super) params: &'p [Type],
    pub(super) results: &'p [Type],
}

impl<'m> PlainModule<'m> {
    /// `None` if no body can be plain.
    pub(in crate::module) fn new(module: &'m Module) -> Option<Self> {
        if !module.features.contains(FEATURES) {
            return None;
        }
        let mut pool = Vec::new();
        let global = |ty: &GlobalType| Some((Type::new(ty.content)?, ty.mutable));
        Some(Self {
            types: (module.types.iter().map(|sig| add(sig.ty(), &mut pool))).collect(),
            pool,
            globals: module.globals.iter().map(|it| global(&it.ty)).collect(),
            tables: (module.tables.iter())
                .map(|it| it.ty.index == IndexType::I32 && it.ty.element.heap == HeapType::Func)
                .collect(),
            has_memory: (module.memories.first()).is_some_and(|it| it.index == IndexType::I32),
            module,
        })
    }

    pub(super) fn ty(&self, ty: TypeIdx) -> Option<BlockType<'_>> {
        let Signature(start, middle, end) = (*self.types.get(ty.index())?)?;
        Some(BlockType {
            params: &self.pool[start..middle],
            results: &self.pool[middle..end],
        })
    }

    pub(super) fn func(&self, func: FuncIdx) -> Option<BlockType<'_>> {
        self.ty(self.module.funcs.get(func.index())?.ty)
    }

    pub(super) fn global(&self, global: GlobalIdx) -> Option<(Type, bool)> {
        *self.globals.get(global.index())?
    }
}

fn add(ty: &FuncType, pool: &mut Vec<Type>) -> Option<Signature> {
    let start = pool.len();
    for &ty in ty.params.iter().chain(&ty.results) {
        let Some(ty) = Type::new(ty) else {
            pool.truncate(start);
            return None;
        };
        pool.push(ty);
    }
    Some(Signature(start, start + ty.params.len(), pool.len()))
}
