//! Types of values, of externals, and of imports and exports, as data of C.
//!
//! The types of externals are one Rust type, so that a view of one is the type itself. Sizes beyond
//! 32 bits read as the largest; a type keeps what its values are exactly.

use crate::vector::{Bytes, Vector};
use wasm_interp_jit::{
    Engine, ExportType, ExternType, FuncType, GlobalType, ImportType, MemoryType, Mutability,
    Result, TableType, ValType, bail, format_err,
};

const I32: u8 = 0;
const I64: u8 = 1;
const F32: u8 = 2;
const F64: u8 = 3;
/// Not in the header: values of this kind do not exist there.
const V128: u8 = 4;
const EXTERNREF: u8 = 128;
const FUNCREF: u8 = 129;

const CONST: u8 = 0;
const VAR: u8 = 1;

/// The maximum of limits that have none.
const NO_MAXIMUM: u32 = u32::MAX;

#[derive(Clone)]
pub(crate) struct wasm_valtype_t {
    ty: ValType,
}

type Types = Vector<Option<Box<wasm_valtype_t>>>;

#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct wasm_limits_t {
    min: u32,
    max: u32,
}

/// `wasm_externtype_t`, `wasm_functype_t`, and so on.
#[derive(Clone)]
pub(crate) enum Type {
    Func {
        params: Types,
        results: Types,
    },
    Global {
        content: Box<wasm_valtype_t>,
        mutability: u8,
    },
    Table {
        element: Box<wasm_valtype_t>,
        limits: wasm_limits_t,
    },
    Memory {
        limits: wasm_limits_t,
    },
}

#[derive(Clone)]
pub(crate) struct wasm_importtype_t {
    module: Bytes,
    name: Bytes,
    ty: Box<Type>,
}

#[derive(Clone)]
pub(crate) struct wasm_exporttype_t {
    name: Bytes,
    ty: Box<Type>,
}

declare_type!(valtype, wasm_valtype_t);
declare_type!(functype, Type);
declare_type!(globaltype, Type);
declare_type!(tabletype, Type);
declare_type!(memorytype, Type);
declare_type!(externtype, Type);
declare_type!(importtype, wasm_importtype_t);
declare_type!(exporttype, wasm_exporttype_t);
declare_view!(functype, externtype, Type, |it| matches!(
    it,
    Type::Func { .. }
));
declare_view!(globaltype, externtype, Type, |it| matches!(
    it,
    Type::Global { .. }
));
declare_view!(tabletype, externtype, Type, |it| matches!(
    it,
    Type::Table { .. }
));
declare_view!(memorytype, externtype, Type, |it| matches!(
    it,
    Type::Memory { .. }
));

/// The kind of values of a type.
pub(crate) fn kind(ty: &ValType) -> u8 {
    match ty {
        ValType::I32 => I32,
        ValType::I64 => I64,
        ValType::F32 => F32,
        ValType::F64 => F64,
        ValType::V128 => V128,
        ValType::Ref(ty) if ty.heap_type().top().is_func() => FUNCREF,
        ValType::Ref(_) => EXTERNREF,
    }
}

impl wasm_valtype_t {
    fn new(ty: ValType) -> Box<wasm_valtype_t> {
        Box::new(wasm_valtype_t { ty })
    }
}

impl wasm_limits_t {
    fn new(minimum: u64, maximum: Option<u64>) -> wasm_limits_t {
        let clamped = |size| u32::try_from(size).unwrap_or(u32::MAX);
        wasm_limits_t {
            min: clamped(minimum),
            max: maximum.map_or(NO_MAXIMUM, clamped),
        }
    }

    fn maximum(self) -> Option<u32> {
        (self.max != NO_MAXIMUM).then_some(self.max)
    }
}

impl Type {
    /// The function type of `engine`.
    pub(crate) fn to_func(&self, engine: &Engine) -> Result<FuncType> {
        let Type::Func { params, results } = self else {
            bail!("not the type of a function");
        };
        let list = |types: &Types| -> Result<Vec<ValType>> {
            let types = types.as_slice().iter();
            types
                .map(|ty| match ty {
                    Some(ty) => Ok(ty.ty.clone()),
                    None => Err(format_err!("a type is null")),
                })
                .collect()
        };
        Ok(FuncType::new(engine, list(params)?, list(results)?))
    }

    pub(crate) fn to_global(&self) -> Result<GlobalType> {
        let Type::Global {
            content,
            mutability,
        } = self
        else {
            bail!("not the type of a global");
        };
        let mutability = match *mutability {
            CONST => Mutability::Const,
            VAR => Mutability::Var,
            other => bail!("there is no mutability {other}"),
        };
        Ok(GlobalType::new(content.ty.clone(), mutability))
    }

    pub(crate) fn to_table(&self) -> Result<TableType> {
        let Type::Table { element, limits } = self else {
            bail!("not the type of a table");
        };
        match element.ty.as_ref() {
            Some(element) => Ok(TableType::new(
                element.clone(),
                limits.min,
                limits.maximum(),
            )),
            None => bail!("elements of tables are references"),
        }
    }

    pub(crate) fn to_memory(&self) -> Result<MemoryType> {
        let Type::Memory { limits } = self else {
            bail!("not the type of a memory");
        };
        MemoryType::builder()
            .min(limits.min.into())
            .max(limits.maximum().map(u64::from))
            .build()
    }

    fn kind(&self) -> u8 {
        match self {
            Type::Func { .. } => 0,
            Type::Global { .. } => 1,
            Type::Table { .. } => 2,
            Type::Memory { .. } => 3,
        }
    }
}

impl From<ExternType> for Type {
    fn from(ty: ExternType) -> Type {
        match ty {
            ExternType::Func(ty) => Type::Func {
                params: ty
                    .params()
                    .map(|it| Some(wasm_valtype_t::new(it)))
                    .collect(),
                results: ty
                    .results()
                    .map(|it| Some(wasm_valtype_t::new(it)))
                    .collect(),
            },
            ExternType::Global(ty) => Type::Global {
                content: wasm_valtype_t::new(ty.content().clone()),
                mutability: if ty.mutability().is_var() { VAR } else { CONST },
            },
            ExternType::Table(ty) => Type::Table {
                element: wasm_valtype_t::new(ty.element().clone().into()),
                limits: wasm_limits_t::new(ty.minimum(), ty.maximum()),
            },
            ExternType::Memory(ty) => Type::Memory {
                limits: wasm_limits_t::new(ty.minimum(), ty.maximum()),
            },
            ExternType::Tag(_) => unreachable!("modules with tags are not supported"),
        }
    }
}

impl From<ImportType<'_>> for wasm_importtype_t {
    fn from(it: ImportType<'_>) -> Self {
        wasm_importtype_t {
            module: it.module().as_bytes().to_vec().into(),
            name: it.name().as_bytes().to_vec().into(),
            ty: Box::new(it.ty().into()),
        }
    }
}

impl From<ExportType<'_>> for wasm_exporttype_t {
    fn from(it: ExportType<'_>) -> Self {
        wasm_exporttype_t {
            name: it.name().as_bytes().to_vec().into(),
            ty: Box::new(it.ty().into()),
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_valtype_new(kind: u8) -> Option<Box<wasm_valtype_t>> {
    let ty = match kind {
        I32 => ValType::I32,
        I64 => ValType::I64,
        F32 => ValType::F32,
        F64 => ValType::F64,
        EXTERNREF => ValType::EXTERNREF,
        FUNCREF => ValType::FUNCREF,
        _ => return None,
    };
    Some(wasm_valtype_t::new(ty))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_valtype_kind(ty: Option<&wasm_valtype_t>) -> u8 {
    ty.map_or(I32, |it| kind(&it.ty))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_functype_new(
    params: Option<&mut Types>,
    results: Option<&mut Types>,
) -> Option<Box<Type>> {
    let is_given = params.is_some() && results.is_some();
    let (params, results) = (Types::take(params), Types::take(results));
    let mut types = params.as_slice().iter().chain(results.as_slice());
    let is_complete = is_given && types.all(Option::is_some);
    is_complete.then(|| Box::new(Type::Func { params, results }))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_functype_params(ty: Option<&Type>) -> Option<&Types> {
    match ty? {
        Type::Func { params, .. } => Some(params),
        _ => None,
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_functype_results(ty: Option<&Type>) -> Option<&Types> {
    match ty? {
        Type::Func { results, .. } => Some(results),
        _ => None,
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_globaltype_new(
    content: Option<Box<wasm_valtype_t>>,
    mutability: u8,
) -> Option<Box<Type>> {
    let content = content?;
    Some(Box::new(Type::Global {
        content,
        mutability,
    }))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_globaltype_content(ty: Option<&Type>) -> Option<&wasm_valtype_t> {
    match ty? {
        Type::Global { content, .. } => Some(content),
        _ => None,
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_globaltype_mutability(ty: Option<&Type>) -> u8 {
    match ty {
        Some(Type::Global { mutability, .. }) => *mutability,
        _ => CONST,
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_tabletype_new(
    element: Option<Box<wasm_valtype_t>>,
    limits: Option<&wasm_limits_t>,
) -> Option<Box<Type>> {
    let (element, limits) = element.zip(limits.copied())?;
    Some(Box::new(Type::Table { element, limits }))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_tabletype_element(ty: Option<&Type>) -> Option<&wasm_valtype_t> {
    match ty? {
        Type::Table { element, .. } => Some(element),
        _ => None,
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_tabletype_limits(ty: Option<&Type>) -> Option<&wasm_limits_t> {
    match ty? {
        Type::Table { limits, .. } => Some(limits),
        _ => None,
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_memorytype_new(limits: Option<&wasm_limits_t>) -> Option<Box<Type>> {
    let limits = *limits?;
    Some(Box::new(Type::Memory { limits }))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_memorytype_limits(ty: Option<&Type>) -> Option<&wasm_limits_t> {
    match ty? {
        Type::Memory { limits } => Some(limits),
        _ => None,
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_externtype_kind(ty: Option<&Type>) -> u8 {
    ty.map_or(0, Type::kind)
}

#[unsafe(no_mangle)]
extern "C" fn wasm_importtype_new(
    module: Option<&mut Bytes>,
    name: Option<&mut Bytes>,
    ty: Option<Box<Type>>,
) -> Option<Box<wasm_importtype_t>> {
    let is_given = module.is_some() && name.is_some();
    let (module, name) = (Bytes::take(module), Bytes::take(name));
    let ty = ty.filter(|_| is_given)?;
    Some(Box::new(wasm_importtype_t { module, name, ty }))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_importtype_module(it: Option<&wasm_importtype_t>) -> Option<&Bytes> {
    Some(&it?.module)
}

#[unsafe(no_mangle)]
extern "C" fn wasm_importtype_name(it: Option<&wasm_importtype_t>) -> Option<&Bytes> {
    Some(&it?.name)
}

#[unsafe(no_mangle)]
extern "C" fn wasm_importtype_type(it: Option<&wasm_importtype_t>) -> Option<&Type> {
    Some(&it?.ty)
}

#[unsafe(no_mangle)]
extern "C" fn wasm_exporttype_new(
    name: Option<&mut Bytes>,
    ty: Option<Box<Type>>,
) -> Option<Box<wasm_exporttype_t>> {
    let is_given = name.is_some();
    let name = Bytes::take(name);
    let ty = ty.filter(|_| is_given)?;
    Some(Box::new(wasm_exporttype_t { name, ty }))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_exporttype_name(it: Option<&wasm_exporttype_t>) -> Option<&Bytes> {
    Some(&it?.name)
}

#[unsafe(no_mangle)]
extern "C" fn wasm_exporttype_type(it: Option<&wasm_exporttype_t>) -> Option<&Type> {
    Some(&it?.ty)
}
