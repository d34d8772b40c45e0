//! Modules of the shape that the compiler speculates on.
//!
//! ```text
//! roots -> level 1 -> level 2 -> level 3        1..2, 2..5, 0..3 and 0..2 functions
//!            ^t0        ^t1        ^t2          each level has a type and a table
//! ```
//!
//! Roots and functions call the next level, directly or through its table, so that programs end
//! soon. The functions of a level have one type, most often with the results of the level above,
//! so that it can be tail-called. The index of an indirect call mostly comes from the global
//! `g0`, which the host changes between calls. Tables are written by functions, or not at all. If
//! their elements are references to functions of their level's type, these are called, too.

use super::body::Body;
use crate::draw::Draw;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, EntityType, FunctionSection,
    GlobalSection, GlobalType, HeapType, ImportSection, MemorySection, MemoryType, Module, RefType,
    StartSection, TableSection, TableType, TypeSection, ValType,
};

/// Types of values; local variables, globals and block types come in this order.
const TYPES: [ValType; 7] = [
    ValType::I32,
    ValType::I64,
    ValType::F32,
    ValType::F64,
    ValType::FUNCREF,
    ValType::EXTERNREF,
    // Last: most modules have no vectors.
    ValType::V128,
];

/// The global that selects targets.
pub(super) const TARGET: u32 = 0;

/// The first of the mutable globals, one of each type.
pub(super) const FIRST_GLOBAL: u32 = 1;

/// Elements of each table of functions.
pub(super) const TABLE_SIZE: u32 = 8;

/// Functions that can be called in the same ways.
pub(super) struct Level {
    pub(super) params: Vec<ValType>,
    pub(super) results: Vec<ValType>,
    /// Index of the type.
    pub(super) ty: u32,
    /// Functions, hosts' and own.
    pub(super) funcs: Vec<u32>,
    /// Table with these functions, if it is not the level of the roots. The passive element
    /// segment with the functions has the same index.
    pub(super) table: Option<u32>,
    n_imported: usize,
}

/// What bodies may refer to.
pub(super) struct Shape {
    /// The first has the roots.
    pub(super) levels: Vec<Level>,
    /// Do tables know the type of their functions?
    typed_tables: bool,
    /// Are tables written by functions?
    pub(super) writes_tables: bool,
    /// Is there a memory?
    pub(super) memory: bool,
    /// Does it have 64-bit addresses?
    pub(super) wide_memory: bool,
    /// Is it for several threads?
    shared_memory: bool,
    /// Do the tables of functions have 64-bit indices?
    pub(super) wide_tables: bool,
    /// The table of external references.
    pub(super) extern_table: u32,
    /// Types of values.
    pub(super) types: &'static [ValType],
    /// The first of the types `[t] -> [t]`, in the order of `types`.
    first_block_type: u32,
    /// Do tables have null and functions of wrong types?
    holes: bool,
    /// Does the first root run when the module is instantiated?
    start: bool,
}

impl Shape {
    /// Are vectors among the types?
    pub(super) fn has_vectors(&self) -> bool {
        self.types.contains(&ValType::V128)
    }

    /// The block type `[ty] -> [ty]`.
    pub(super) fn identity(&self, ty: ValType) -> BlockType {
        let n = TYPES.iter().position(|other| *other == ty).unwrap_or(0);
        BlockType::FunctionType(self.first_block_type + n as u32)
    }

    /// What the table of `level` holds.
    pub(super) fn element_type(&self, level: &Level) -> RefType {
        let heap_type = if self.typed_tables {
            HeapType::Concrete(level.ty)
        } else {
            HeapType::FUNC
        };
        RefType {
            nullable: true,
            heap_type,
        }
    }

    /// The global that collects values of type `ty`.
    pub(super) fn global(&self, ty: ValType) -> u32 {
        FIRST_GLOBAL + TYPES.iter().position(|other| *other == ty).unwrap_or(0) as u32
    }
}

/// A module.
pub(crate) fn module(draw: &mut Draw<'_>) -> Vec<u8> {
    let shape = Shape::draw(draw);
    let mut bodies = CodeSection::new();
    for (n, level) in shape.levels.iter().enumerate() {
        for func in &level.funcs[level.n_imported..] {
            bodies.function(&Body::new(&shape, draw, n, *func).finish());
        }
    }
    shape.encode(draw, &bodies)
}

impl Shape {
    fn draw(draw: &mut Draw<'_>) -> Shape {
        let types = if draw.one_in(4) {
            &TYPES[..]
        } else {
            &TYPES[..6]
        };
        let mut levels = vec![Level {
            params: vec![ValType::I32],
            results: vec![ValType::I64],
            ty: 0,
            funcs: Vec::new(),
            table: None,
            n_imported: 0,
        }];
        for ty in 1..=draw.within(1, 3) as u32 {
            let above = &levels[levels.len() - 1].results;
            let results = if ty > 1 && !draw.one_in(4) {
                above.clone()
            } else {
                draw_types(draw, types, 4)
            };
            levels.push(Level {
                params: draw_types(draw, types, 6),
                results,
                ty,
                funcs: Vec::new(),
                table: Some(ty - 1),
                n_imported: usize::from(draw.one_in(4)),
            });
        }
        let mut next = 0;
        for level in &mut levels {
            level.funcs.extend(next..next + level.n_imported as u32);
            next += level.n_imported as u32;
        }
        for (n, level) in levels.iter_mut().enumerate() {
            let count = match n {
                0 => draw.within(1, 2),
                1 => draw.within(2, 5),
                _ => draw.within(1, 3),
            } as u32;
            level.funcs.extend(next..next + count);
            next += count;
        }
        Shape {
            extern_table: levels.len() as u32 - 1,
            types,
            first_block_type: levels.len() as u32,
            levels,
            typed_tables: draw.one_in(2),
            writes_tables: draw.one_in(2),
            memory: draw.one_in(2),
            wide_memory: draw.one_in(4),
            shared_memory: draw.one_in(2),
            wide_tables: draw.one_in(4),
            holes: draw.one_in(6),
            start: draw.one_in(8),
        }
    }

    fn encode(&self, draw: &mut Draw<'_>, bodies: &CodeSection) -> Vec<u8> {
        let mut module = Module::new();
        module
            .section(&self.types())
            .section(&self.imports())
            .section(&self.functions());
        module.section(&self.tables());
        if self.memory {
            let mut memories = MemorySection::new();
            memories.memory(MemoryType {
                minimum: 1,
                maximum: Some(2),
                memory64: self.wide_memory,
                shared: self.shared_memory,
                page_size_log2: None,
            });
            module.section(&memories);
        }
        module.section(&self.globals(draw));
        if self.start {
            // Its type has to be `[] -> []`: the last function is made for it.
            module.section(&StartSection {
                function_index: self.n_funcs(),
            });
        }
        module
            .section(&self.elements(draw))
            .section(&self.code(bodies));
        module.finish()
    }

    fn n_funcs(&self) -> u32 {
        self.levels
            .iter()
            .map(|level| level.funcs.len() as u32)
            .sum()
    }

    fn types(&self) -> TypeSection {
        let mut section = TypeSection::new();
        for level in &self.levels {
            section
                .ty()
                .function(level.params.clone(), level.results.clone());
        }
        for &ty in self.types {
            section.ty().function([ty], [ty]);
        }
        section.ty().function([], []);
        section
    }

    fn imports(&self) -> ImportSection {
        let mut section = ImportSection::new();
        for level in &self.levels {
            for _ in 0..level.n_imported {
                section.import("host", "func", EntityType::Function(level.ty));
            }
        }
        section
    }

    fn functions(&self) -> FunctionSection {
        let mut section = FunctionSection::new();
        for level in &self.levels {
            for _ in level.n_imported..level.funcs.len() {
                section.function(level.ty);
            }
        }
        if self.start {
            section.function(self.first_block_type + self.types.len() as u32);
        }
        section
    }

    fn code(&self, bodies: &CodeSection) -> CodeSection {
        let mut section = bodies.clone();
        if self.start {
            let mut body = wasm_encoder::Function::new([]);
            body.instructions()
                .i32_const(9)
                .call(self.levels[0].funcs[0])
                .drop()
                .end();
            section.function(&body);
        }
        section
    }

    fn tables(&self) -> TableSection {
        let mut section = TableSection::new();
        let mut table = |element_type, size: u32, table64| {
            section.table(TableType {
                element_type,
                minimum: size.into(),
                maximum: Some(u64::from(size) + 2),
                table64,
                shared: false,
            });
        };
        for level in &self.levels[1..] {
            table(self.element_type(level), TABLE_SIZE, self.wide_tables);
        }
        table(RefType::EXTERNREF, 4, false);
        section
    }

    fn globals(&self, draw: &mut Draw<'_>) -> GlobalSection {
        let mut section = GlobalSection::new();
        let mut global = |val_type, init: ConstExpr| {
            section.global(
                GlobalType {
                    val_type,
                    mutable: true,
                    shared: false,
                },
                &init,
            );
        };
        global(ValType::I32, ConstExpr::i32_const(draw.below(8) as i32));
        global(ValType::I32, ConstExpr::i32_const(draw.any()));
        global(ValType::I64, ConstExpr::i64_const(draw.any()));
        global(ValType::F32, ConstExpr::f32_const(1.5.into()));
        global(ValType::F64, ConstExpr::f64_const((-0.25).into()));
        let first = &self.levels[1].funcs;
        global(
            ValType::FUNCREF,
            ConstExpr::ref_func(first[draw.below(first.len())]),
        );
        global(ValType::EXTERNREF, ConstExpr::ref_null(HeapType::EXTERN));
        if self.has_vectors() {
            global(
                ValType::V128,
                ConstExpr::v128_const(draw.any::<u64>().into()),
            );
        }
        section
    }

    fn elements(&self, draw: &mut Draw<'_>) -> ElementSection {
        let mut section = ElementSection::new();
        for level in &self.levels[1..] {
            let funcs = level.funcs.iter().map(|func| ConstExpr::ref_func(*func));
            let funcs: Vec<ConstExpr> = funcs.collect();
            section.passive(Elements::Expressions(
                self.element_type(level),
                funcs.into(),
            ));
        }
        for (n, level) in self.levels.iter().enumerate() {
            let Some(table) = level.table else { continue };
            // One function in each place, or all in turn.
            let stride = draw.below(3);
            let elements: Vec<ConstExpr> = (0..TABLE_SIZE as usize)
                .map(|place| match self.levels.get(n + 1) {
                    _ if self.holes && draw.one_in(6) => {
                        ConstExpr::ref_null(self.element_type(level).heap_type)
                    }
                    Some(below) if self.holes && !self.typed_tables && draw.one_in(6) => {
                        ConstExpr::ref_func(below.funcs[0])
                    }
                    _ => ConstExpr::ref_func(level.funcs[place * stride % level.funcs.len()]),
                })
                .collect();
            let offset = match self.wide_tables {
                true => ConstExpr::i64_const(0),
                false => ConstExpr::i32_const(0),
            };
            section.active(
                Some(table),
                &offset,
                Elements::Expressions(self.element_type(level), elements.into()),
            );
        }
        section
    }
}

/// Up to `most` types; sometimes more, so that they do not all fit in registers.
fn draw_types(draw: &mut Draw<'_>, types: &[ValType], most: usize) -> Vec<ValType> {
    let count = if draw.one_in(12) {
        most + 6
    } else {
        draw.within(0, most)
    };
    (0..count).map(|_| draw.pick(types)).collect()
}
