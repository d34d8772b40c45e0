//! Makes a module terminate and observable, whoever made it.
//!
//! Each function and each iteration of a loop takes one unit of fuel from a global that is added
//! at the end, and traps with `unreachable` if there is none. The exports are replaced: all
//! functions are `f0`, `f1` and so on, the fuel is `fuel`, and memories, tables and globals are
//! `m`, `t` and `g` with their index if [`Exports`] says so. Maxima of memories and tables are
//! lowered. Custom sections are dropped.
//!
//! Instructions are copied byte by byte, overlong integers and all: the engine executes them in
//! place.

use crate::features;
use wasm_encoder::{
    CodeSection, ConstExpr, Encode, ExportKind, ExportSection, GlobalSection, GlobalType, HeapType,
    Instruction, MemorySection, MemoryType, RawSection, RefType, Section, SectionId, TableSection,
    TableType, ValType,
};
use wasmparser::{FunctionBody, Operator, Parser, Payload, TypeRef};

/// Pages by which a memory can grow.
const PAGES_TO_GROW: u64 = 3;

/// Elements by which a table can grow.
const ELEMENTS_TO_GROW: u64 = 20;

/// Which kinds of things are exported besides functions.
///
/// Compiled code treats tables that nobody else can write in another way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exports {
    /// All memories?
    pub(crate) memories: bool,
    /// All tables?
    pub(crate) tables: bool,
    /// All globals?
    pub(crate) globals: bool,
}

/// Numbers of things in a module, imported ones first.
#[derive(Default)]
struct Counts {
    funcs: u32,
    memories: u32,
    tables: u32,
    globals: u32,
}

/// `wasm` with fuel and new exports, or `None` if it is invalid, or too large to execute.
///
/// `fuel` is what the start function gets.
pub(crate) fn instrument(wasm: &[u8], exports: Exports, fuel: u32) -> Option<Vec<u8>> {
    if !features::is_valid(wasm) {
        return None;
    }
    let mut sections = Sections::default();
    let mut counts = Counts::default();
    let mut bodies = Vec::new();
    let mut globals = (0, &[][..]);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.ok()? {
            Payload::ImportSection(imports) => {
                sections.copy(SectionId::Import, &wasm[imports.range()]);
                for import in imports.into_imports() {
                    let ty = import.ok()?.ty;
                    if matches!(&ty, TypeRef::Memory(memory) if !is_small(memory)) {
                        return None;
                    }
                    counts.add(ty);
                }
            }
            Payload::FunctionSection(funcs) => {
                counts.funcs += funcs.count();
                sections.copy(SectionId::Function, &wasm[funcs.range()]);
            }
            Payload::TableSection(tables) => {
                counts.tables += tables.count();
                sections.add(SectionId::Table, &lower_tables(tables)?);
            }
            Payload::MemorySection(memories) => {
                counts.memories += memories.count();
                sections.add(SectionId::Memory, &lower_memories(memories)?);
            }
            Payload::GlobalSection(section) => {
                counts.globals += section.count();
                globals = (
                    section.count(),
                    &wasm[section.original_position()..section.range().end],
                );
            }
            Payload::CodeSectionEntry(body) => bodies.push(body),
            Payload::ExportSection(_) | Payload::CodeSectionStart { .. } => {}
            other => {
                if let Some((id, range)) = other.as_section()
                    && let Some(id) = plain_section(id)
                {
                    sections.copy(id, &wasm[range]);
                }
            }
        }
    }
    let fuel_global = counts.globals;
    sections.copy(SectionId::Global, &with_fuel(globals, fuel));
    sections.add(SectionId::Export, &counts.exports(exports));
    let mut code = CodeSection::new();
    for body in &bodies {
        code.raw(&limit(wasm, body, fuel_global)?);
    }
    if !bodies.is_empty() {
        sections.add(SectionId::Code, &code);
    }
    let wasm = sections.finish();
    debug_assert!(
        features::is_valid(&wasm),
        "instrumentation keeps modules valid"
    );
    Some(wasm)
}

/// Sections that are copied, other than those with a case of their own.
fn plain_section(id: u8) -> Option<SectionId> {
    [
        SectionId::Type,
        SectionId::Start,
        SectionId::Element,
        SectionId::DataCount,
        SectionId::Data,
    ]
    .into_iter()
    .find(|section| *section as u8 == id)
}

impl Counts {
    fn add(&mut self, ty: TypeRef) {
        match ty {
            TypeRef::Func(_) | TypeRef::FuncExact(_) => self.funcs += 1,
            TypeRef::Memory(_) => self.memories += 1,
            TypeRef::Table(_) => self.tables += 1,
            TypeRef::Global(_) => self.globals += 1,
            TypeRef::Tag(_) => unreachable!("no module with tags passed validation"),
        }
    }

    fn exports(&self, exports: Exports) -> ExportSection {
        let mut section = ExportSection::new();
        let mut all = |kind, prefix, count| {
            for index in 0..count {
                section.export(&format!("{prefix}{index}"), kind, index);
            }
        };
        all(ExportKind::Func, "f", self.funcs);
        if exports.memories {
            all(ExportKind::Memory, "m", self.memories);
        }
        if exports.tables {
            all(ExportKind::Table, "t", self.tables);
        }
        if exports.globals {
            all(ExportKind::Global, "g", self.globals);
        }
        section.export("fuel", ExportKind::Global, self.globals);
        section
    }
}

/// Sections as they are encoded, with what sorts them.
#[derive(Default)]
struct Sections(Vec<(usize, u8, Vec<u8>)>);

impl Sections {
    /// Adds a section with the given contents.
    fn copy(&mut self, id: SectionId, contents: &[u8]) {
        /// Order of sections in a module.
        const ORDER: &[SectionId] = &[
            SectionId::Type,
            SectionId::Import,
            SectionId::Function,
            SectionId::Table,
            SectionId::Memory,
            SectionId::Global,
            SectionId::Export,
            SectionId::Start,
            SectionId::Element,
            SectionId::DataCount,
            SectionId::Code,
            SectionId::Data,
        ];
        let place = ORDER.iter().position(|other| *other as u8 == id as u8);
        let place = place.unwrap_or(ORDER.len());
        self.0.push((place, id as u8, contents.to_vec()));
    }

    /// Adds a section that was made anew.
    fn add(&mut self, id: SectionId, section: &impl Section) {
        let mut bytes = Vec::new();
        section.encode(&mut bytes);
        // The encoding starts with the size of the contents.
        let size = bytes
            .iter()
            .position(|byte| byte & 0x80 == 0)
            .map_or(0, |last| last + 1);
        self.copy(id, &bytes[size..]);
    }

    fn finish(mut self) -> Vec<u8> {
        self.0.sort_by_key(|(place, ..)| *place);
        let mut module = wasm_encoder::Module::new();
        for (_, id, data) in &self.0 {
            module.section(&RawSection { id: *id, data });
        }
        module.finish()
    }
}

fn lower_tables(tables: wasmparser::TableSectionReader<'_>) -> Option<TableSection> {
    let mut section = TableSection::new();
    for table in tables {
        let ty = table.ok()?.ty;
        let limit = ty.initial + ELEMENTS_TO_GROW;
        if ty.initial > 10_000 {
            return None;
        }
        let heap_type = match ty.element_type.heap_type() {
            wasmparser::HeapType::Concrete(idx) => HeapType::Concrete(idx.as_module_index()?),
            wasmparser::HeapType::EXTERN => HeapType::EXTERN,
            _ => HeapType::FUNC,
        };
        section.table(TableType {
            element_type: RefType {
                nullable: ty.element_type.is_nullable(),
                heap_type,
            },
            minimum: ty.initial,
            maximum: Some(ty.maximum.unwrap_or(limit).min(limit)),
            table64: ty.table64,
            shared: false,
        });
    }
    Some(section)
}

fn lower_memories(memories: wasmparser::MemorySectionReader<'_>) -> Option<MemorySection> {
    let mut section = MemorySection::new();
    for memory in memories {
        let ty = memory.ok()?;
        let limit = ty.initial + PAGES_TO_GROW;
        if !is_small(&ty) {
            return None;
        }
        section.memory(MemoryType {
            minimum: ty.initial,
            maximum: Some(ty.maximum.unwrap_or(limit).min(limit)),
            memory64: ty.memory64,
            shared: ty.shared,
            page_size_log2: ty.page_size_log2,
        });
    }
    Some(section)
}

/// Has it at most the size of 64 ordinary pages?
fn is_small(ty: &wasmparser::MemoryType) -> bool {
    ty.initial <= 64 << 16 >> ty.page_size_log2.unwrap_or(16)
}

/// The global section with one more: the fuel.
fn with_fuel((count, globals): (u32, &[u8]), fuel: u32) -> Vec<u8> {
    let mut one = GlobalSection::new();
    let ty = GlobalType {
        val_type: ValType::I32,
        mutable: true,
        shared: false,
    };
    one.global(ty, &ConstExpr::i32_const(fuel.cast_signed()));
    let mut encoded = Vec::new();
    one.encode(&mut encoded);
    let mut bytes = Vec::new();
    (count + 1).encode(&mut bytes);
    bytes.extend_from_slice(globals);
    // The size and the count of a section this small are one byte each.
    bytes.extend_from_slice(&encoded[2..]);
    bytes
}

/// `body` with fuel taken at its start and after each `loop`. It waits for no time at all: nobody
/// would ever notify it.
fn limit(wasm: &[u8], body: &FunctionBody<'_>, fuel: u32) -> Option<Vec<u8>> {
    let (check, no_time) = (take_fuel(fuel), no_time());
    let mut reader = body.get_operators_reader().ok()?;
    let mut copied = reader.original_position();
    let mut bytes = wasm[body.range().start..copied].to_vec();
    bytes.extend_from_slice(&check);
    while !reader.eof() {
        let start = reader.original_position();
        let (at, more) = match reader.read().ok()? {
            Operator::Loop { .. } => (reader.original_position(), &check),
            Operator::MemoryAtomicWait32 { .. } | Operator::MemoryAtomicWait64 { .. } => {
                (start, &no_time)
            }
            _ => continue,
        };
        bytes.extend_from_slice(&wasm[copied..at]);
        bytes.extend_from_slice(more);
        copied = at;
    }
    bytes.extend_from_slice(&wasm[copied..body.range().end]);
    Some(bytes)
}

/// Another timeout for the wait that follows.
fn no_time() -> Vec<u8> {
    encode(&[Instruction::Drop, Instruction::I64Const(0)])
}

fn take_fuel(fuel: u32) -> Vec<u8> {
    encode(&[
        Instruction::GlobalGet(fuel),
        Instruction::I32Eqz,
        Instruction::If(wasm_encoder::BlockType::Empty),
        Instruction::Unreachable,
        Instruction::End,
        Instruction::GlobalGet(fuel),
        Instruction::I32Const(1),
        Instruction::I32Sub,
        Instruction::GlobalSet(fuel),
    ])
}

fn encode(instructions: &[Instruction<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for instruction in instructions {
        instruction.encode(&mut bytes);
    }
    bytes
}
