//! What is known of a table without running the module: can its elements change?
//!
//! Guards of indirect calls are chosen by this (see `TableClass`). Instantiation writes every
//! table, by active segments; only what comes later counts here.
//!
//! One scan of all bodies finds the tables that instructions write. Eager validation reads every
//! instruction anyway and scans on the way; with lazy validation the scan is made when first
//! asked for, so that start-up does not pay for it.

use super::{ImportItem, Module, unsupported};
use crate::TableIdx;
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

/// The tables that some instructions write.
#[derive(Clone, Debug)]
pub(super) struct WrittenTables(Box<[bool]>);

impl WrittenTables {
    /// No table of `n_tables` is written.
    pub(super) fn none(n_tables: usize) -> Self {
        Self(vec![false; n_tables].into_boxed_slice())
    }

    /// All of `n_tables` may be written.
    fn all(n_tables: usize) -> Self {
        Self(vec![true; n_tables].into_boxed_slice())
    }

    fn write(&mut self, table: u32) {
        // Without validation the table may not exist.
        if let Some(written) = self.0.get_mut(table as usize) {
            *written = true;
        }
    }

    /// Adds what another scan found.
    pub(super) fn merge(&mut self, other: &WrittenTables) {
        for (written, &other) in self.0.iter_mut().zip(&other.0) {
            *written |= other;
        }
    }
}

/// Notes the tables that instructions write, and instructions that are not supported, on their way
/// to another visitor.
///
/// # Note
///
/// Reading an `Operator` first and then handing it to the validator is simpler, but makes eager
/// validation take 2.4 times as long.
pub(super) struct Watch<'w, V> {
    pub(super) visitor: V,
    pub(super) written: &'w mut WrittenTables,
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

    (note $self:ident TableSet $table:ident) => { $self.written.write($table) };
    (note $self:ident TableFill $table:ident) => { $self.written.write($table) };
    (note $self:ident TableGrow $table:ident) => { $self.written.write($table) };
    (note $self:ident TableInit $elem:ident $table:ident) => { $self.written.write($table) };
    (note $self:ident TableCopy $dst:ident $src:ident) => { $self.written.write($dst) };
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
        let facts = self
            .table_facts
            .get_or_init(|| self.find_table_facts(&self.scan_bodies()));
        facts[table.index()]
    }

    /// Facts of all tables, given those that instructions write.
    pub(super) fn find_table_facts(&self, written: &WrittenTables) -> Box<[TableFacts]> {
        let mut shared = vec![false; self.tables.len()];
        shared[..self.n_imports.tables as usize].fill(true);
        for export in &self.exports {
            if let ImportItem::Table(table) = export.item {
                shared[table.index()] = true;
            }
        }
        let class = |(&written, shared)| match (written, shared) {
            (true, _) => TableClass::Written,
            (false, true) => TableClass::SharedUnwritten,
            (false, false) => TableClass::Constant,
        };
        let classes = written.0.iter().zip(shared).map(class);
        classes.map(|class| TableFacts { class }).collect()
    }

    /// Looks for writes in bodies that may be invalid.
    fn scan_bodies(&self) -> WrittenTables {
        let mut written = WrittenTables::none(self.tables.len());
        if self.tables.is_empty() {
            return written;
        }
        for body in &self.bodies {
            let Ok(reader) = self.reader(&body.range) else {
                // It may be read later.
                return WrittenTables::all(self.tables.len());
            };
            let body = FunctionBody::new(reader);
            let Ok(mut operators) = body.get_operators_reader() else {
                continue;
            };
            let mut watch = Watch {
                visitor: Ignore,
                written: &mut written,
                unsupported: &mut None,
                offset: 0,
            };
            // What cannot be read cannot be executed: the rest of the body does not count.
            while !operators.eof() && operators.visit_operator(&mut watch).is_ok() {}
        }
        written
    }
}
