//! What is known without running the module: can elements of a table change, the value of a global,
//! the size of a memory?
//!
//! Guards of indirect calls are chosen by this (see `TableClass`), and compiled code has in it what
//! cannot change. Instantiation writes all of these; only what comes later counts here.
//!
//! One scan of all bodies finds what instructions write. Eager validation reads every instruction
//! anyway and scans on the way; with lazy validation the scan is made when first asked for, so that
//! start-up does not pay for it.
//!
//! Invariant: facts hold in every instance, whatever it imports, and whoever has its exports.

use super::{ConstExpr, ImportItem, Module, unsupported};
use crate::types::MemoryType;
use crate::{GlobalIdx, MemoryIdx, TableIdx};
use wasmparser::{FrameKind, FrameStack, FunctionBody, VisitOperator, VisitSimdOperator};

/// What is known of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableFacts {
    /// Who may write it after instantiation.
    pub class: TableClass,
}

/// Who may write a table after instantiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableClass {
    /// Nobody: not imported, not exported, and no instruction writes it.
    Constant,
    /// The host or other instances, but no instruction of this module.
    SharedUnwritten,
    /// Instructions of this module, and maybe others.
    Written,
}

/// What is known of a module.
#[derive(Debug)]
pub(crate) struct Facts {
    tables: Box<[TableFacts]>,
    /// Are these globals the same for as long as the instance lives?
    constant_globals: Box<[bool]>,
    /// Sizes of memories in bytes, if they cannot change.
    memory_lens: Box<[Option<u64>]>,
}

/// What some instructions write, by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Writes {
    tables: Box<[bool]>,
    globals: Box<[bool]>,
    /// Memories that grow.
    memories: Box<[bool]>,
}

impl Writes {
    /// Nothing of `module` is written.
    pub(super) fn none(module: &Module) -> Self {
        Self::each(module, false)
    }

    fn each(module: &Module, written: bool) -> Self {
        let all = |len: usize| vec![written; len].into_boxed_slice();
        Self {
            tables: all(module.tables.len()),
            globals: all(module.globals.len()),
            memories: all(module.memories.len()),
        }
    }

    fn write_table(&mut self, table: u32) {
        set(&mut self.tables, table);
    }

    /// `global.set`
    pub(super) fn set_global(&mut self, global: u32) {
        set(&mut self.globals, global);
    }

    /// `memory.grow`
    pub(super) fn grow_memory(&mut self, memory: u32) {
        set(&mut self.memories, memory);
    }

    /// Adds what another scan found.
    pub(super) fn merge(&mut self, other: &Writes) {
        let unite = |to: &mut [bool], from: &[bool]| {
            to.iter_mut().zip(from).for_each(|(to, from)| *to |= from);
        };
        unite(&mut self.tables, &other.tables);
        unite(&mut self.globals, &other.globals);
        unite(&mut self.memories, &other.memories);
    }
}

fn set(list: &mut [bool], index: u32) {
    // Without validation it may not exist.
    if let Some(written) = list.get_mut(index as usize) {
        *written = true;
    }
}

/// Notes what instructions write, and instructions that are not supported, on their way to another
/// visitor.
///
/// # Note
///
/// Reading an `Operator` first and then handing it to the validator is simpler, but makes eager
/// validation take 2.4 times as long.
pub(super) struct Watch<'w, V> {
    pub(super) visitor: V,
    pub(super) writes: &'w mut Writes,
    /// Where the first instruction is that is not supported.
    pub(super) unsupported: &'w mut Option<usize>,
    /// Where this one is.
    pub(super) offset: usize,
}

impl<V> Watch<'_, V> {
    fn refuse(&mut self, is_unsupported: bool) {
        if is_unsupported {
            self.unsupported.get_or_insert(self.offset);
        }
    }
}

macro_rules! watch {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {$(
        #[inline]
        fn $visit(&mut self $($(, $arg: $ty)*)?) -> V::Output {
            watch!(in self $proposal);
            watch!(note self $op $($($arg)*)?);
            self.visitor.$visit($($($arg),*)?)
        }
    )*};

    (note $self:ident TableSet $table:ident) => { $self.writes.write_table($table) };
    (note $self:ident TableFill $table:ident) => { $self.writes.write_table($table) };
    (note $self:ident TableGrow $table:ident) => { $self.writes.write_table($table) };
    (note $self:ident TableInit $elem:ident $table:ident) => { $self.writes.write_table($table) };
    (note $self:ident TableCopy $dst:ident $src:ident) => { $self.writes.write_table($dst) };
    (note $self:ident GlobalSet $global:ident) => { $self.writes.set_global($global) };
    (note $self:ident MemoryGrow $memory:ident) => { $self.writes.grow_memory($memory) };
    (note $self:ident RefNull $ty:ident) => { $self.refuse(unsupported::is_heap_type($ty)) };
    (note $self:ident TypedSelect $ty:ident) => { $self.refuse(unsupported::is_val_type($ty)) };
    (note $self:ident Block $ty:ident) => { $self.refuse(unsupported::is_block_type($ty)) };
    (note $self:ident Loop $ty:ident) => { $self.refuse(unsupported::is_block_type($ty)) };
    (note $self:ident If $ty:ident) => { $self.refuse(unsupported::is_block_type($ty)) };
    (in $self:ident gc) => { $self.refuse(true) };
    (in $self:ident $other:ident) => {};
    (note $self:ident $other:ident $($arg:ident)*) => {};
}

impl<'a, V: VisitOperator<'a>> VisitOperator<'a> for Watch<'_, V> {
    type Output = V::Output;

    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = V::Output>> {
        self.visitor.simd_visitor()
    }

    wasmparser::for_each_visit_operator!(watch);
}

impl<V: FrameStack> FrameStack for Watch<'_, V> {
    fn current_frame(&self) -> Option<FrameKind> {
        self.visitor.current_frame()
    }
}

/// A visitor that does nothing, for scans without validation.
struct Ignore;

macro_rules! ignore {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {$(
        fn $visit(&mut self $($(, _: $ty)*)?) {}
    )*};
}

impl<'a> VisitOperator<'a> for Ignore {
    type Output = ();

    wasmparser::for_each_visit_operator!(ignore);
}

impl Module {
    /// What is known of a table.
    pub fn table_facts(&self, table: TableIdx) -> TableFacts {
        self.facts().tables[table.index()]
    }

    /// Is the global the same for as long as the instance lives?
    pub fn is_constant(&self, global: GlobalIdx) -> bool {
        // Without a look at bodies, if possible.
        !self.globals[global.index()].ty.mutable || self.facts().constant_globals[global.index()]
    }

    /// What the global is in every instance, if that is known: no other global.
    pub fn known_value(&self, global: GlobalIdx) -> Option<&ConstExpr> {
        let is_constant = |it: &GlobalIdx| self.is_constant(*it);
        match self.globals[global.index()].init.as_ref()? {
            // Globals before this one.
            &ConstExpr::GlobalGet(other) => self.known_value(other),
            ConstExpr::Program(_) => None,
            value => Some(global).filter(is_constant).and(Some(value)),
        }
    }

    /// The size of the memory in bytes, if it cannot change; then it never moves, either.
    pub fn fixed_len(&self, memory: MemoryIdx) -> Option<u64> {
        let ty = &self.memories[memory.index()];
        fixed_by_type(ty).or_else(|| self.facts().memory_lens[memory.index()])
    }

    fn facts(&self) -> &Facts {
        self.facts
            .get_or_init(|| self.find_facts(&self.scan_bodies()))
    }

    /// All facts, given what instructions write.
    pub(super) fn find_facts(&self, writes: &Writes) -> Facts {
        let n_imports = &self.n_imports;
        let mut shared = Writes::none(self);
        shared.tables[..n_imports.tables as usize].fill(true);
        shared.globals[..n_imports.globals as usize].fill(true);
        shared.memories[..n_imports.memories as usize].fill(true);
        for export in &self.exports {
            match export.item {
                ImportItem::Func(_) => {}
                ImportItem::Table(table) => set(&mut shared.tables, table.0),
                ImportItem::Memory(memory) => set(&mut shared.memories, memory.0),
                ImportItem::Global(global) => set(&mut shared.globals, global.0),
            }
        }
        let class = |(&written, &shared): (&bool, &bool)| match (written, shared) {
            (true, _) => TableClass::Written,
            (false, true) => TableClass::SharedUnwritten,
            (false, false) => TableClass::Constant,
        };
        let classes = writes.tables.iter().zip(&shared.tables).map(class);
        let globals = self.globals.iter().zip(writes.globals.iter());
        let globals = globals.zip(&shared.globals);
        let memories = self.memories.iter().zip(writes.memories.iter());
        let memories = memories.zip(&shared.memories);
        Facts {
            tables: classes.map(|class| TableFacts { class }).collect(),
            constant_globals: globals
                .map(|((it, &written), &shared)| !it.ty.mutable || !written && !shared)
                .collect(),
            memory_lens: memories
                .map(
                    |((ty, &grows), &shared)| match grows || shared || ty.shared {
                        true => fixed_by_type(ty),
                        false => ty.bytes(ty.minimum),
                    },
                )
                .collect(),
        }
    }

    /// Looks for writes in bodies that may be invalid.
    fn scan_bodies(&self) -> Writes {
        let mut writes = Writes::none(self);
        if writes == Writes::default() {
            return writes;
        }
        for body in &self.bodies {
            let Ok(reader) = self.reader(&body.range) else {
                // It may be read later.
                return Writes::each(self, true);
            };
            let body = FunctionBody::new(reader);
            let Ok(mut operators) = body.get_operators_reader() else {
                continue;
            };
            let mut watch = Watch {
                visitor: Ignore,
                writes: &mut writes,
                unsupported: &mut None,
                offset: 0,
            };
            // What cannot be read cannot be executed: the rest of the body does not count.
            while !operators.eof() && operators.visit_operator(&mut watch).is_ok() {}
        }
        writes
    }
}

/// The size of all memories of type `ty`, if there is one: also of imported ones, which have its
/// minimum at least and its maximum at most.
fn fixed_by_type(ty: &MemoryType) -> Option<u64> {
    let is_fixed = !ty.shared && ty.maximum == Some(ty.minimum);
    is_fixed.then(|| ty.bytes(ty.minimum)).flatten()
}
