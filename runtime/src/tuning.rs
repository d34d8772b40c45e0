//! Settings of an engine that the runtime and the tiers read.

use crate::{HostMemoryCreator, Metering, RelaxedSimd};
use std::num::NonZeroU32;
use std::sync::Arc;

/// Which profiler of the system is told where compiled code is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profiler {
    /// None.
    #[default]
    None,
    /// `perf`, by the file `/tmp/perf-PID.map`.
    PerfMap,
    /// `perf`, by the file `jit-PID.dump` in the current directory.
    JitDump,
}

/// Settings of an engine. Plain data; immutable once the engine exists.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// Compile at all?
    pub jit: bool,
    /// Hotness budget of a small function; 0 compiles at the first call.
    pub threshold: u32,
    /// Compile on a worker thread (otherwise when the budget is used up, on the spot).
    pub background: bool,
    /// Enter compiled code at loop headers.
    pub osr: bool,
    /// Inline calls.
    pub inlining: bool,
    /// Speculate on feedback.
    pub speculation: bool,
    /// Indirect calls of compiled code that are not inlined, after which the site that makes the
    /// next one is looked at anew.
    pub reprofile_after: Option<NonZeroU32>,
    /// Executions of a branch after which compiled code is without an arm that none of them took.
    /// They are observed just before a function is hot.
    pub untaken_after: Option<NonZeroU32>,
    /// Every n-th guard fails.
    pub deopt_every: Option<NonZeroU32>,
    /// Guards fail at random, in a sequence that this begins.
    pub deopt_random: Option<u64>,
    /// Bytes of code that an engine may have; `None` leaves it to the compiler.
    pub code_limit: Option<usize>,
    /// Only the k-th guard that is executed fails.
    pub deopt_at: Option<u64>,
    /// Bytes of native and of value stack that an activation may use.
    pub max_wasm_stack: usize,
    /// Frames in a backtrace; `None` captures none.
    pub backtrace_frames: Option<usize>,
    /// Address space reserved for a memory.
    pub memory_reservation: usize,
    /// Address space reserved beyond the size of a memory for which that is not enough.
    pub memory_reservation_for_growth: usize,
    /// May there be memories for several threads?
    pub shared_memory: bool,
    /// May a memory that grows move?
    pub memory_may_move: bool,
    /// Inaccessible bytes after a memory.
    pub memory_guard: usize,
    /// What relaxed vector instructions do.
    pub relaxed_simd: RelaxedSimd,
    /// Does float arithmetic make no NaNs but the canonical ones?
    pub canonical_nans: bool,
    /// Run Cranelift's verifier.
    pub verifier: bool,
    /// What is metered, if anything.
    pub metering: Option<Metering>,
    /// Count what the interpreter executes?
    pub counts: bool,
    /// Keep CLIF and disassembly of compiled functions for dumps.
    pub keep_dumps: bool,
    /// Who is told where compiled code is.
    pub profiler: Profiler,
    /// Who makes memories, if the embedder does.
    pub memory_creator: Option<Arc<dyn HostMemoryCreator>>,
    /// Flags of Cranelift by name, with a value unless they are to be on.
    pub cranelift_flags: Vec<(String, Option<String>)>,
}

/// The hotness budget of a function: calls and loop trips until it is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Those that nobody looks at.
    pub quick: i32,
    /// Those after them, at which its branches are observed.
    pub observed: i32,
}

impl Tuning {
    /// Does some guard fail that holds?
    pub fn has_stress(&self) -> bool {
        self.deopt_every.is_some() || self.deopt_random.is_some() || self.deopt_at.is_some()
    }

    /// Are branches observed before functions are compiled?
    pub fn observes(&self) -> bool {
        self.jit && self.speculation && self.untaken_after.is_some()
    }

    /// The hotness budget of a body of `size` bytes: larger ones cost more to compile.
    pub fn budget(&self, size: usize) -> Budget {
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let whole = u64::from(self.threshold).saturating_mul(8 + size / 32) / 8;
        let whole = i32::try_from(whole).unwrap_or(i32::MAX);
        let observed = match self.untaken_after {
            Some(n) if self.observes() => n.get().saturating_mul(2),
            _ => 0,
        };
        let observed = i32::try_from(observed).unwrap_or(i32::MAX).min(whole / 2);
        Budget {
            quick: whole - observed,
            observed,
        }
    }
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            jit: true,
            threshold: 1000,
            background: true,
            osr: true,
            inlining: true,
            speculation: true,
            // Some milliseconds of doing nothing else.
            reprofile_after: NonZeroU32::new(2_000_000),
            untaken_after: NonZeroU32::new(64),
            deopt_every: None,
            deopt_random: None,
            code_limit: None,
            deopt_at: None,
            max_wasm_stack: 512 << 10,
            backtrace_frames: Some(20),
            memory_reservation: 4 << 30,
            memory_reservation_for_growth: 2 << 30,
            shared_memory: false,
            memory_may_move: true,
            memory_guard: 32 << 20,
            relaxed_simd: RelaxedSimd::native(),
            canonical_nans: false,
            verifier: cfg!(debug_assertions),
            metering: None,
            counts: false,
            keep_dumps: false,
            profiler: Profiler::None,
            memory_creator: None,
            cranelift_flags: Vec::new(),
        }
    }
}
