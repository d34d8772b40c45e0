//! A decoded module: what is shared by its instances and never changes.
//!
//! The bytes stay as they are and are executed in place (`bytes.rs` says where they are). Decoding reads the sections into the
//! tables below; a function body is prepared (side table, call sites) when it is first called.

mod body;
mod bytes;
mod const_expr;
mod constants;
mod constness;
mod convert;
mod decode;
mod dump;
mod error;
mod features;
mod heights;
mod listing;
mod meters;
mod names;
mod plain;
mod prepare;
mod side_table;
mod startup;
mod unsupported;
mod validate;
mod widths;

pub use body::{Body, CallKind, CallSiteInfo, LoopInfo, PreparedBody, Vectors};
pub use bytes::ModuleBytes;
pub use const_expr::{ConstExpr, ConstOp};
pub(crate) use constness::Facts;
pub use constness::{TableClass, TableFacts};
pub use dump::{Landing, SideTableDump};
pub use error::DecodeError;
pub use features::{Features, Validation};
pub use heights::AtPc;
pub use listing::Instruction;
pub use meters::{Meter, MeterKind, Meters};
pub use names::Names;
pub use side_table::{SideTableEntry, side_table_entries};
pub use startup::Startup;

use crate::profile::HintSection;
use crate::types::{FuncType, GlobalType, MemoryType, RefType, SigRef, TableType, TypeRegistry};
use crate::{
    BodyId, DataIdx, ElemIdx, FuncIdx, GlobalIdx, MemoryIdx, Metering, Profile, TableIdx, TypeIdx,
};
use rustc_hash::FxHashMap;
use std::any::Any;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// A decoded and validated module.
#[derive(Debug)]
pub struct Module {
    /// The module as it was given. Bodies are executed from here.
    pub bytes: ModuleBytes,
    /// Canonical types of the type section.
    pub types: Box<[SigRef]>,
    /// Keeps `types` alive.
    pub registry: Arc<TypeRegistry>,
    /// Imports in order.
    pub imports: Box<[Import]>,
    /// Functions, imports first.
    pub funcs: Box<[FuncDecl]>,
    /// Tables, imports first.
    pub tables: Box<[TableDecl]>,
    /// Memories, imports first.
    pub memories: Box<[MemoryType]>,
    /// Globals, imports first.
    pub globals: Box<[GlobalDecl]>,
    /// Number of imported functions, tables, memories and globals.
    pub n_imports: ImportCounts,
    /// Exports in order.
    pub exports: Box<[Export]>,
    /// Position in `exports` by name.
    pub export_names: FxHashMap<Box<str>, u32>,
    /// Element segments.
    pub elems: Box<[ElemSegment]>,
    /// Data segments.
    pub datas: Box<[DataSegment]>,
    /// Start function.
    pub start: Option<FuncIdx>,
    /// Bodies of the defined functions.
    pub bodies: Box<[Body]>,
    /// What is known without running the module, once it was looked for.
    pub(crate) facts: OnceLock<Facts>,
    /// Name section, parsed when first asked for.
    pub(crate) names: OnceLock<Names>,
    /// Range of the name section's contents, if there is one.
    pub(crate) name_section: Option<Range<usize>>,
    /// Custom sections with hints for compilers.
    pub(crate) hints: Box<[HintSection]>,
    /// Whether some custom section holds DWARF (`.debug_info`).
    pub has_dwarf: bool,
    /// What validation of a single body needs; absent if there are no bodies.
    pub(crate) resources: Option<wasmparser::ValidatorResources>,
    /// The features the module was validated with.
    pub features: wasmparser::WasmFeatures,
    /// What its engine meters, if anything. To be set before a body is prepared.
    pub metering: Option<Metering>,
    /// Can there be a vector that no vector instruction of the same body has made?
    pub(crate) has_vector_types: bool,
    /// No other module of the process has or will have it.
    pub(crate) number: u64,
    /// What its instances learned. The only part that changes.
    pub(crate) learned: Learned,
}

/// What the instances of a module learn, for each other and for those to come.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    profile: Mutex<Profile>,
    /// What the tiers share between stores.
    tiers: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// How many entities of each kind are imported; these come first in their index space.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportCounts {
    /// Imported functions.
    pub funcs: u32,
    /// Imported tables.
    pub tables: u32,
    /// Imported memories.
    pub memories: u32,
    /// Imported globals.
    pub globals: u32,
}

/// One import.
#[derive(Clone, Debug)]
pub struct Import {
    /// Module name.
    pub module: Box<str>,
    /// Item name.
    pub name: Box<str>,
    /// What is imported.
    pub item: ImportItem,
}

/// Kind and index of an import; its type is found under the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportItem {
    /// A function.
    Func(FuncIdx),
    /// A table.
    Table(TableIdx),
    /// A memory.
    Memory(MemoryIdx),
    /// A global.
    Global(GlobalIdx),
}

/// One export.
#[derive(Clone, Debug)]
pub struct Export {
    /// Its name.
    pub name: Box<str>,
    /// What is exported.
    pub item: ImportItem,
}

/// A function's declaration.
#[derive(Clone, Copy, Debug)]
pub struct FuncDecl {
    /// Its type in the type section.
    pub ty: TypeIdx,
    /// Its canonical type.
    pub sig: SigRef,
}

/// A table's declaration.
#[derive(Clone, Debug)]
pub struct TableDecl {
    /// Its type.
    pub ty: TableType,
    /// Initial value of each element; null if absent.
    pub init: Option<ConstExpr>,
}

/// A global's declaration.
#[derive(Clone, Debug)]
pub struct GlobalDecl {
    /// Its type.
    pub ty: GlobalType,
    /// Initial value; absent for imports.
    pub init: Option<ConstExpr>,
}

/// How a segment is used at instantiation.
#[derive(Clone, Debug)]
pub enum SegmentMode<I> {
    /// Copied to `offset` of the table or memory, then dropped.
    Active {
        /// Where to.
        index: I,
        /// Offset in elements or bytes.
        offset: ConstExpr,
    },
    /// Copied by `table.init` or `memory.init`.
    Passive,
    /// Declares functions for `ref.func`; dropped at once.
    Declared,
}

/// An element segment.
#[derive(Clone, Debug)]
pub struct ElemSegment {
    /// Type of the elements.
    pub ty: RefType,
    /// The elements.
    pub items: ElemItems,
    /// How it is used.
    pub mode: SegmentMode<TableIdx>,
}

/// The elements of a segment.
#[derive(Clone, Debug)]
pub enum ElemItems {
    /// Function indices.
    Funcs(Box<[FuncIdx]>),
    /// Constant expressions.
    Exprs(Box<[ConstExpr]>),
}

/// A data segment.
#[derive(Clone, Debug)]
pub struct DataSegment {
    /// Its contents within `Module::bytes`.
    pub range: Range<usize>,
    /// How it is used.
    pub mode: SegmentMode<MemoryIdx>,
}

impl Module {
    fn next_number() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    /// The body of a defined function, among those of all modules.
    pub fn body_id(&self, func: FuncIdx) -> BodyId {
        /// Index spaces are limited to 1,000,000.
        const FUNC_BITS: u32 = 20;
        debug_assert!(func.0 < 1 << FUNC_BITS);
        BodyId(self.number << FUNC_BITS | u64::from(func.0))
    }

    /// The type of function `func`.
    pub fn func_type(&self, func: FuncIdx) -> &FuncType {
        self.funcs[func.index()].sig.ty()
    }

    /// Is `func` an import?
    pub fn is_imported_func(&self, func: FuncIdx) -> bool {
        func.0 < self.n_imports.funcs
    }

    /// The body of a defined function; `None` for imports.
    pub fn body(&self, func: FuncIdx) -> Option<&Body> {
        let defined = func.0.checked_sub(self.n_imports.funcs)?;
        self.bodies.get(defined as usize)
    }

    /// What validation of a body needs.
    ///
    /// Requires that there is a body.
    pub(crate) fn resources(&self) -> &wasmparser::ValidatorResources {
        match &self.resources {
            Some(resources) => resources,
            None => unreachable!("the code section had bodies, so it had resources"),
        }
    }

    /// What was fed back so far. Locked only for moments, and never while Wasm runs.
    pub fn profile(&self) -> MutexGuard<'_, Profile> {
        let profile = &self.learned.profile;
        // Counts that a panic left half-way are as good as others.
        profile.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the tiers of all its stores share. The same `make` comes with each call.
    pub fn tiers<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> &T {
        let tiers = self.learned.tiers.get_or_init(|| Box::new(make()));
        tiers
            .downcast_ref()
            .expect("a module has one engine, which has one kind of tiers")
    }

    /// Looks an export up.
    pub fn export(&self, name: &str) -> Option<ImportItem> {
        let at = *self.export_names.get(name)?;
        Some(self.exports[at as usize].item)
    }

    /// Names from the name section.
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::parse(self))
    }

    /// The contents of a data segment.
    pub fn data(&self, data: DataIdx) -> &[u8] {
        self.bytes.present(self.datas[data.index()].range.clone())
    }

    /// An element segment.
    pub fn elem(&self, elem: ElemIdx) -> &ElemSegment {
        &self.elems[elem.index()]
    }
}
