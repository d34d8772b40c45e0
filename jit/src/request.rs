//! A request for compilation: an inert copy of everything the compiler may look at.
//!
//! Made on the store's own thread; compiled on any. The compiler sees no live store.

use runtime::module::{Module, PreparedBody};
use runtime::vm::VMOffsets;
use runtime::{BodyId, CodeId, FuncIdx, HomeIdx, IcState, RelaxedSimd, TableIdx};
use rustc_hash::FxHashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Weak};

/// What to compile, and from what feedback.
///
/// `M` is how the module is referred to: a request that waits in a queue keeps it from nobody.
#[derive(Clone, Debug)]
pub struct Request<M = Arc<Module>> {
    /// The module.
    pub module: M,
    /// Layout of its instances' contexts.
    pub offsets: VMOffsets,
    /// The function.
    pub func: FuncIdx,
    /// Loop header to enter at, for OSR code.
    pub osr: Option<u32>,
    /// Number that the code will get in its engine; part of its exit ids.
    pub code: CodeId,
    /// Other instances whose functions can be inlined.
    pub others: Vec<OtherHome>,
    /// Imported functions that are functions of those.
    pub imports: FxHashMap<FuncIdx, Callee>,
    /// Feedback of the function and of those that can be inlined. All of them are prepared.
    pub feedback: FxHashMap<Callee, FuncFeedback>,
    /// Memories, imports first.
    pub memories: Box<[MemoryStyle]>,
    /// Tables, imports first.
    pub tables: Box<[TableState]>,
    /// Settings.
    pub options: Options,
}

impl<M> Request<M> {
    fn with_module<N>(self, module: N) -> Request<N> {
        Request {
            module,
            offsets: self.offsets,
            func: self.func,
            osr: self.osr,
            code: self.code,
            others: self.others,
            imports: self.imports,
            feedback: self.feedback,
            memories: self.memories,
            tables: self.tables,
            options: self.options,
        }
    }
}

/// An instance that code of another one calls. Any one of the same module can take its place, so
/// nothing is known of it but the module, even if it is the function's own instance again.
#[derive(Clone, Debug)]
pub struct OtherHome {
    /// The module.
    pub module: Arc<Module>,
    /// Layout of its instances' contexts.
    pub offsets: VMOffsets,
}

/// A function that may be inlined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Callee {
    /// Its instance: 0 is the compiled function's, the others are `Request::others`.
    pub home: HomeIdx,
    /// Its number in the instance's module.
    pub func: FuncIdx,
}

impl Callee {
    /// A function of the compiled function's instance.
    pub fn own(func: FuncIdx) -> Self {
        let home = HomeIdx(0);
        Self { home, func }
    }
}

/// As in events: functions of other instances are marked.
impl fmt::Display for Callee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.home != HomeIdx(0) {
            write!(f, "{}:", self.home)?;
        }
        self.func.fmt(f)
    }
}

impl Request {
    /// The module of an instance.
    pub(crate) fn module(&self, home: HomeIdx) -> &Module {
        match home.index().checked_sub(1) {
            None => &self.module,
            Some(other) => &self.others[other].module,
        }
    }

    /// The layout of an instance's context.
    pub(crate) fn offsets(&self, home: HomeIdx) -> VMOffsets {
        match home.index().checked_sub(1) {
            None => self.offsets,
            Some(other) => self.others[other].offsets,
        }
    }

    /// The body of a function, if it is prepared.
    pub(crate) fn body(&self, callee: Callee) -> Option<&PreparedBody> {
        self.module(callee.home).body(callee.func)?.prepared()
    }

    /// The request for as long as somebody else keeps its module.
    pub(crate) fn park(self) -> Request<Weak<Module>> {
        let module = Arc::downgrade(&self.module);
        self.with_module(module)
    }
}

impl Request<Weak<Module>> {
    /// The request, unless its module is gone.
    pub(crate) fn revive(self) -> Option<Request> {
        let module = self.module.upgrade()?;
        Some(self.with_module(module))
    }
}

/// Something that code relies on without a check of its own, or with one that says less: whoever
/// installs it in an instance must find it to be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// An element of a table.
    Element(ElementFact),
    /// An imported function has this body.
    Import {
        /// The import.
        func: FuncIdx,
        /// The body.
        body: BodyId,
    },
}

/// A function of the instance that is an element of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementFact {
    /// The table.
    pub table: TableIdx,
    /// The index,
    pub index: u32,
    /// at which this function of the instance is.
    pub func: FuncIdx,
}

/// Settings of a compilation.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Inline calls.
    pub inlining: bool,
    /// Speculate on feedback.
    pub speculation: bool,
    /// Executions of a branch after which an arm that none of them took is an exit.
    pub untaken_after: Option<NonZeroU32>,
    /// Indirect calls that are not inlined count down `VMStore::generic_calls`.
    pub reprofile: bool,
    /// Every guard also counts down `VMStore::stress`, and there are additional guards at loop
    /// headers and before calls.
    pub stress: bool,
    /// Count fuel.
    pub fuel: bool,
    /// Look at the deadline.
    pub epochs: bool,
    /// What relaxed vector instructions do.
    pub relaxed_simd: RelaxedSimd,
    /// Has the machine instructions that multiply and add with one rounding?
    pub has_fused: bool,
    /// Keep CLIF and disassembly.
    pub keep_dumps: bool,
}

/// Code for this machine that is made of feedback, and has nothing else.
impl Default for Options {
    fn default() -> Self {
        let relaxed_simd = RelaxedSimd::native();
        Self {
            inlining: true,
            speculation: true,
            untaken_after: None,
            reprofile: false,
            stress: false,
            fuel: false,
            epochs: false,
            relaxed_simd,
            has_fused: relaxed_simd.fused,
            keep_dumps: false,
        }
    }
}

/// Feedback of one function.
#[derive(Clone, Debug, Default)]
pub struct FuncFeedback {
    /// By call site.
    pub sites: Box<[SiteFeedback]>,
    /// By side table entry; none if all arms are to be compiled.
    pub branches: Box<[BranchFeedback]>,
}

/// What was seen of a branch; nothing if both of its arms are to be compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BranchFeedback {
    /// How often it went where its side table entry leads.
    pub taken: u32,
    /// How often it did not.
    pub not_taken: u32,
}

/// Feedback of one call site.
#[derive(Clone, Debug)]
pub struct SiteFeedback {
    /// State of the inline cache.
    pub state: IcState,
    /// Executions, as far as they were counted.
    pub count: u64,
    /// Observed targets, most frequent first; empty for direct calls.
    pub targets: Vec<TargetFeedback>,
    /// The last miss may not be an exit: exits at this site failed as often as is allowed.
    pub exits_exhausted: bool,
    /// The version guard of its table failed: look at the element instead.
    pub table_changed: bool,
}

/// One observed target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetFeedback {
    /// The function, if it is a defined one of an instance of the request.
    pub callee: Option<Callee>,
    /// The table index it was found at, if it was always the same.
    pub index: Option<u32>,
    /// How often.
    pub count: u64,
}

/// How accesses to a memory are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryStyle {
    /// Guard pages follow 4 GiB of reservation: 32-bit addresses need no check, and the base
    /// never changes. Offsets up to the guard's size are covered.
    Guarded {
        /// Bytes of the guard region.
        guard: u64,
    },
    /// An access beyond the length leaves through an exit; base and length change when it grows.
    Checked,
}

/// What is known of a table's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableState {
    /// Never written after instantiation: an index names its element for ever.
    Constant,
    /// Not written yet: as long as `VMTable::version` is this, an index names its element.
    Unwritten {
        /// The version now.
        version: u64,
    },
    /// Written since: guards load the element.
    Written,
}
