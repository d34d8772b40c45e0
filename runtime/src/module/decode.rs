//! Decoding: from bytes to the tables of a [`Module`].
//!
//! wasmparser's validator sees every section first; the decoder then takes from it what the
//! runtime needs. Bodies are only located here. Nothing is kept twice: bodies, data and names
//! stay in the bytes, which are moved into the module.

use super::bytes::FileBytes;
use super::convert::{TypeSpace, global_type, items, memory_type, ref_type, table_type};
use super::{
    Body, ConstExpr, DataSegment, DecodeError, ElemItems, ElemSegment, Export, Features, FuncDecl,
    GlobalDecl, Import, ImportCounts, ImportItem, Learned, Module, ModuleBytes, SegmentMode,
    TableDecl, Validation,
};
use crate::profile::{HintKind, HintSection};
use crate::types::{MemoryType, RefType, SigRef, TypeRegistry, ValType};
use crate::{FuncIdx, GlobalIdx, MemoryIdx, TableIdx, TypeIdx};
use rustc_hash::FxHashMap;
use std::fs::File;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use wasmparser::{
    DataKind, ElementItems, ElementKind, Encoding, ExternalKind, FunctionBody, Parser, Payload,
    TableInit, TypeRef, Validator, ValidatorResources,
};

impl Module {
    /// Decodes and validates a module in the binary format.
    pub fn decode(
        bytes: Box<[u8]>,
        registry: Arc<TypeRegistry>,
        features: Features,
        validation: Validation,
    ) -> Result<Module, DecodeError> {
        let len = bytes.len();
        if u32::try_from(len).is_err() {
            return Err(DecodeError::TooLarge { len });
        }
        let mut decoder = Decoder::new(&registry, features);
        let mut parser = Parser::new(0);
        parser.set_features(features.wasm_features());
        for payload in parser.parse_all(&bytes) {
            decoder.payload(payload?)?;
        }
        let Decoder { sections, .. } = decoder;
        let module = sections.into_module(bytes.into(), registry, features);
        match validation {
            Validation::Eager => module.validate_bodies()?,
            Validation::Lazy => {}
        }
        Ok(module)
    }

    /// Decodes a module in the binary format from a regular file, which must not be written as long
    /// as the module is used. Functions are read and validated when they are first called.
    pub fn decode_file(
        file: File,
        registry: Arc<TypeRegistry>,
        features: Features,
    ) -> Result<Module, DecodeError> {
        let file = FileBytes::new(file)?;
        let mut decoder = Decoder::new(&registry, features);
        let mut parser = Parser::new(0);
        parser.set_features(features.wasm_features());
        file.payloads(parser, |payload| decoder.payload(payload))?;
        let Decoder { sections, .. } = decoder;
        let module = sections.into_module(file.into(), registry, features);
        // Now, since neither `memory.init` nor counting fuel could say that a file cannot be read.
        // What is only copied to a memory is read when it is.
        let needed = |data: &&DataSegment| {
            module.n_imports.memories > 0 || matches!(data.mode, SegmentMode::Passive)
        };
        for data in module.datas.iter().filter(needed) {
            module.bytes.get(data.range.clone())?;
        }
        Ok(module)
    }
}

/// What was decoded so far.
#[derive(Default)]
struct Sections {
    types: Vec<SigRef>,
    imports: Vec<Import>,
    funcs: Vec<FuncDecl>,
    tables: Vec<TableDecl>,
    memories: Vec<MemoryType>,
    globals: Vec<GlobalDecl>,
    n_imports: ImportCounts,
    exports: Vec<Export>,
    export_names: FxHashMap<Box<str>, u32>,
    elems: Vec<ElemSegment>,
    datas: Vec<DataSegment>,
    start: Option<FuncIdx>,
    bodies: Vec<Body>,
    resources: Option<ValidatorResources>,
    name_section: Option<Range<usize>>,
    hints: Vec<HintSection>,
    has_dwarf: bool,
}

struct Decoder<'r> {
    registry: &'r TypeRegistry,
    validator: Validator,
    sections: Sections,
}

impl<'r> Decoder<'r> {
    fn new(registry: &'r TypeRegistry, features: Features) -> Self {
        Self {
            registry,
            validator: Validator::new_with_features(features.wasm_features()),
            sections: Sections::default(),
        }
    }

    /// Validates a payload, then decodes it.
    fn payload(&mut self, payload: Payload<'_>) -> Result<(), DecodeError> {
        match &payload {
            Payload::Version {
                encoding: Encoding::Component,
                ..
            } => return Err(DecodeError::Component),
            // By itself, because `Validator::payload` would copy the body's reader.
            Payload::CodeSectionEntry(body) => return self.code_entry(body),
            _ => {
                self.validator.payload(&payload)?;
            }
        }
        let sections = &mut self.sections;
        match payload {
            Payload::TypeSection(section) => sections.types(section, self.registry),
            Payload::ImportSection(section) => sections.imports(section),
            Payload::FunctionSection(section) => sections.functions(section),
            Payload::TableSection(section) => sections.tables(section),
            Payload::MemorySection(section) => sections.memories(section),
            Payload::GlobalSection(section) => sections.globals(section),
            Payload::ExportSection(section) => sections.exports(section),
            Payload::StartSection { func, .. } => {
                sections.start = Some(FuncIdx(func));
                Ok(())
            }
            Payload::ElementSection(section) => sections.elements(section),
            Payload::DataSection(section) => sections.datas(section),
            Payload::CodeSectionStart { .. } => {
                let n_bodies = sections.funcs.len() - sections.n_imports.funcs as usize;
                sections.bodies.reserve_exact(n_bodies);
                Ok(())
            }
            Payload::CustomSection(section) => {
                sections.custom(&section);
                Ok(())
            }
            // Checked by the validator: versions, counts, unknown sections and the end.
            _ => Ok(()),
        }
    }

    fn code_entry(&mut self, body: &FunctionBody<'_>) -> Result<(), DecodeError> {
        let to_validate = self.validator.code_section_entry(body)?;
        let range = body.range();
        let range = position(range.start)..position(range.end);
        self.sections.bodies.push(Body::new(range));
        if self.sections.resources.is_none() {
            self.sections.resources = Some(to_validate.resources);
        }
        Ok(())
    }
}

/// One section each, in the order of the binary format. Requires that it was validated.
impl Sections {
    fn types(
        &mut self,
        section: wasmparser::TypeSectionReader<'_>,
        registry: &TypeRegistry,
    ) -> Result<(), DecodeError> {
        self.types.reserve_exact(section.count() as usize);
        for group in section.into_iter_with_offsets() {
            let (offset, group) = group?;
            let types: Vec<_> = group.into_types().collect();
            let group = registry.intern_group(types.len(), |group| {
                let space = TypeSpace::with_group(&self.types, group);
                types.iter().map(|it| space.sub_type(it, offset)).collect()
            })?;
            self.types.extend(group);
        }
        Ok(())
    }

    fn imports(&mut self, section: wasmparser::ImportSectionReader<'_>) -> Result<(), DecodeError> {
        self.imports.reserve_exact(section.count() as usize);
        for import in section.into_imports_with_offsets() {
            let (offset, import) = import?;
            let item = self.imported_item(import.ty, offset)?;
            self.imports.push(Import {
                module: import.module.into(),
                name: import.name.into(),
                item,
            });
        }
        Ok(())
    }

    /// Enters an import into its index space.
    fn imported_item(&mut self, ty: TypeRef, offset: usize) -> Result<ImportItem, DecodeError> {
        Ok(match ty {
            // Exactness is about declared subtypes of function types.
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.funcs.push(self.func_decl(ty));
                ImportItem::Func(FuncIdx(next(&mut self.n_imports.funcs)))
            }
            TypeRef::Table(ty) => {
                let ty = table_type(TypeSpace::new(&self.types), ty, offset)?;
                self.tables.push(TableDecl { ty, init: None });
                ImportItem::Table(TableIdx(next(&mut self.n_imports.tables)))
            }
            TypeRef::Memory(ty) => {
                self.memories.push(memory_type(ty, offset)?);
                ImportItem::Memory(MemoryIdx(next(&mut self.n_imports.memories)))
            }
            TypeRef::Global(ty) => {
                let ty = global_type(TypeSpace::new(&self.types), ty, offset)?;
                self.globals.push(GlobalDecl { ty, init: None });
                ImportItem::Global(GlobalIdx(next(&mut self.n_imports.globals)))
            }
            TypeRef::Tag(_) => {
                return Err(DecodeError::Unsupported {
                    what: "import",
                    offset,
                });
            }
        })
    }

    fn func_decl(&self, ty: u32) -> FuncDecl {
        FuncDecl {
            ty: TypeIdx(ty),
            sig: self.types[ty as usize],
        }
    }

    fn functions(
        &mut self,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), DecodeError> {
        self.funcs.reserve_exact(section.count() as usize);
        for ty in section {
            self.funcs.push(self.func_decl(ty?));
        }
        Ok(())
    }

    fn tables(&mut self, section: wasmparser::TableSectionReader<'_>) -> Result<(), DecodeError> {
        let types = TypeSpace::new(&self.types);
        self.tables.extend(items(section, |offset, table| {
            Ok(TableDecl {
                ty: table_type(types, table.ty, offset)?,
                init: match table.init {
                    TableInit::RefNull => None,
                    TableInit::Expr(expr) => Some(ConstExpr::decode(&expr)?),
                },
            })
        })?);
        Ok(())
    }

    fn memories(
        &mut self,
        section: wasmparser::MemorySectionReader<'_>,
    ) -> Result<(), DecodeError> {
        let memories = items(section, |offset, ty| memory_type(ty, offset))?;
        self.memories.extend(memories);
        Ok(())
    }

    fn globals(&mut self, section: wasmparser::GlobalSectionReader<'_>) -> Result<(), DecodeError> {
        let types = TypeSpace::new(&self.types);
        self.globals.extend(items(section, |offset, global| {
            Ok(GlobalDecl {
                ty: global_type(types, global.ty, offset)?,
                init: Some(ConstExpr::decode(&global.init_expr)?),
            })
        })?);
        Ok(())
    }

    fn exports(&mut self, section: wasmparser::ExportSectionReader<'_>) -> Result<(), DecodeError> {
        self.exports = items(section, |offset, export| {
            let item = match export.kind {
                ExternalKind::Func | ExternalKind::FuncExact => {
                    ImportItem::Func(FuncIdx(export.index))
                }
                ExternalKind::Table => ImportItem::Table(TableIdx(export.index)),
                ExternalKind::Memory => ImportItem::Memory(MemoryIdx(export.index)),
                ExternalKind::Global => ImportItem::Global(GlobalIdx(export.index)),
                ExternalKind::Tag => {
                    return Err(DecodeError::Unsupported {
                        what: "export",
                        offset,
                    });
                }
            };
            Ok(Export {
                name: export.name.into(),
                item,
            })
        })?;
        let names = self.exports.iter().map(|export| export.name.clone());
        self.export_names = names.zip(0..).collect();
        Ok(())
    }

    fn elements(
        &mut self,
        section: wasmparser::ElementSectionReader<'_>,
    ) -> Result<(), DecodeError> {
        let types = TypeSpace::new(&self.types);
        self.elems = items(section, |offset, elem| {
            let (ty, items) = elem_items(types, elem.items, offset)?;
            let mode = match elem.kind {
                ElementKind::Passive => SegmentMode::Passive,
                ElementKind::Declared => SegmentMode::Declared,
                ElementKind::Active {
                    table_index,
                    offset_expr,
                } => SegmentMode::Active {
                    index: TableIdx(table_index.unwrap_or(0)),
                    offset: ConstExpr::decode(&offset_expr)?,
                },
            };
            Ok(ElemSegment { ty, items, mode })
        })?;
        Ok(())
    }

    fn datas(&mut self, section: wasmparser::DataSectionReader<'_>) -> Result<(), DecodeError> {
        self.datas = items(section, |_, data| {
            // The bytes are the last part of a segment.
            let end = data.range.end;
            Ok(DataSegment {
                range: end - data.data.len()..end,
                mode: match data.kind {
                    DataKind::Passive => SegmentMode::Passive,
                    DataKind::Active {
                        memory_index,
                        offset_expr,
                    } => SegmentMode::Active {
                        index: MemoryIdx(memory_index),
                        offset: ConstExpr::decode(&offset_expr)?,
                    },
                },
            })
        })?;
        Ok(())
    }

    /// The first name section counts.
    fn custom(&mut self, section: &wasmparser::CustomSectionReader<'_>) {
        match section.name() {
            "name" if self.name_section.is_none() => {
                let start = section.data_offset();
                self.name_section = Some(start..start + section.data().len());
            }
            ".debug_info" => self.has_dwarf = true,
            name => self.hints.extend(HintKind::from_name(name).map(|kind| {
                let start = section.data_offset();
                let range = start..start + section.data().len();
                HintSection { kind, range }
            })),
        }
    }

    fn into_module(
        self,
        bytes: ModuleBytes,
        registry: Arc<TypeRegistry>,
        features: Features,
    ) -> Module {
        let is_vector = |it: &GlobalDecl| it.ty.content == ValType::V128;
        let has_vector_types =
            self.types.iter().any(|it| it.ty().has_vector()) || self.globals.iter().any(is_vector);
        Module {
            bytes,
            types: self.types.into(),
            registry,
            imports: self.imports.into(),
            funcs: self.funcs.into(),
            tables: self.tables.into(),
            memories: self.memories.into(),
            globals: self.globals.into(),
            n_imports: self.n_imports,
            exports: self.exports.into(),
            export_names: self.export_names,
            elems: self.elems.into(),
            datas: self.datas.into(),
            start: self.start,
            bodies: self.bodies.into(),
            facts: OnceLock::new(),
            names: OnceLock::new(),
            name_section: self.name_section,
            has_dwarf: self.has_dwarf,
            resources: self.resources,
            features: features.wasm_features(),
            metering: None,
            has_vector_types,
            hints: self.hints.into(),
            number: Module::next_number(),
            learned: Learned::default(),
        }
    }
}

/// Type and elements of a segment.
fn elem_items(
    types: TypeSpace<'_>,
    elements: ElementItems<'_>,
    offset: usize,
) -> Result<(RefType, ElemItems), DecodeError> {
    Ok(match elements {
        ElementItems::Functions(funcs) => {
            let funcs = items(funcs, |_, func| Ok(FuncIdx(func)))?;
            (RefType::FUNCREF, ElemItems::Funcs(funcs.into()))
        }
        ElementItems::Expressions(ty, exprs) => {
            let exprs = items(exprs, |_, expr| ConstExpr::decode(&expr))?;
            (ref_type(types, ty, offset)?, ElemItems::Exprs(exprs.into()))
        }
    })
}

/// Takes the next index of an index space.
fn next(count: &mut u32) -> u32 {
    let idx = *count;
    *count += 1;
    idx
}

fn position(offset: usize) -> u32 {
    u32::try_from(offset).expect("the size of the module was checked")
}
