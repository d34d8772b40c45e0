//! A request for compilation: an inert copy of everything the compiler may look at.
//!
//! Made on the store's own thread; compiled on any. The compiler sees no live store.

use runtime::module::Module;
use runtime::vm::VMOffsets;
use runtime::{CodeId, FuncIdx, IcState, RelaxedSimd};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What to compile, and from what feedback.
#[derive(Clone, Debug)]
pub struct Request {
    /// The module.
    pub module: Arc<Module>,
    /// Layout of its instances' contexts.
    pub offsets: VMOffsets,
    /// The function.
    pub func: FuncIdx,
    /// Loop header to enter at, for OSR code.
    pub osr: Option<u32>,
    /// Number that the code will get in its store; part of its exit ids.
    pub code: CodeId,
    /// Feedback of the function and of those that can be inlined. All of them are prepared.
    pub feedback: FxHashMap<FuncIdx, FuncFeedback>,
    /// Memories, imports first.
    pub memories: Box<[MemoryStyle]>,
    /// Tables, imports first.
    pub tables: Box<[TableState]>,
    /// Settings.
    pub options: Options,
}

/// Settings of a compilation.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Inline calls.
    pub inlining: bool,
    /// Speculate on feedback.
    pub speculation: bool,
    /// Every guard also counts down `VMStore::stress`, and there are additional guards at loop
    /// headers and before calls.
    pub stress: bool,
    /// What relaxed vector instructions do.
    pub relaxed_simd: RelaxedSimd,
    /// Has the machine instructions that multiply and add with one rounding?
    pub has_fused: bool,
    /// Keep CLIF and disassembly.
    pub keep_dumps: bool,
}

/// Feedback of one function.
#[derive(Clone, Debug, Default)]
pub struct FuncFeedback {
    /// By call site.
    pub sites: Box<[SiteFeedback]>,
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
    /// The function, if it is a defined one of the same instance.
    pub own: Option<FuncIdx>,
    /// The table index it was found at, if it was always the same.
    pub index: Option<u32>,
    /// How often.
    pub count: u32,
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
