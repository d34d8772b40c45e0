//! [`Config`]: settings of an [`Engine`](crate::Engine), collected before it is made.
//!
//! Methods named as wasmtime's do what they do there. Those that start with `jit_` or `interp_`,
//! and [`Config::lazy_validation`], are this engine's own. Nothing is checked here:
//! [`Engine::new`](crate::Engine::new) does, in `resolve`.

mod accepted;
mod getters;
mod pooling;
mod resolve;

use crate::error::{Result, bail, format_err};
use crate::memory::{MemoryCreator, MemoryCreators};
use runtime::OperatorCost;
use std::num::{NonZeroU32, NonZeroUsize};
use std::str::FromStr;
use std::sync::Arc;
use target_lexicon::Triple;
use wasmparser::WasmFeatures;

pub use accepted::{
    Collector, CustomCodeMemory, Enabled, Inlining, InstanceAllocationStrategy,
    ModuleVersionStrategy, ProfilingStrategy, RRConfig, RegallocAlgorithm, StackCreator,
    StackMemory,
};
pub use pooling::{PoolConcurrencyLimitError, PoolingAllocationConfig, PoolingAllocatorMetrics};
pub(crate) use resolve::Resolved;

/// How Wasm is executed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// What the environment variable `WASM_INTERP_JIT_MODE` says: `interp`, `jit`, `tiered` or
    /// `deopt-stress`. Without it, [`Strategy::Tiered`].
    Auto,
    /// The only compiler of this engine, hence the same as [`Strategy::Auto`].
    Cranelift,
    /// Not supported: making the engine fails.
    Winch,
    /// Everything stays in the interpreter.
    Interpreter,
    /// Functions start in the interpreter and are compiled when they are hot.
    Tiered,
    /// Functions are compiled at their first call, on the calling thread.
    Jit,
}

/// How much Cranelift optimizes.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptLevel {
    /// Not at all.
    None,
    /// For speed.
    Speed,
    /// For speed and size.
    SpeedAndSize,
}

/// Whether backtraces show what debug information says.
#[derive(Clone, Copy, Debug)]
pub enum WasmBacktraceDetails {
    /// They do.
    Enable,
    /// They do not.
    Disable,
    /// They do if the environment variable `WASMTIME_BACKTRACE_DETAILS` is `1`.
    Environment,
}

/// Settings of an engine.
///
/// The defaults are wasmtime's, except that proposals which this engine does not support are off;
/// those it supports are as there: on, but for wide arithmetic.
///
/// ```
/// use wasm_interp_jit::{Config, Engine, Module, Strategy};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let mut config = Config::new();
/// config
///     .strategy(Strategy::Interpreter)
///     .max_wasm_stack(64 << 10)
///     .wasm_tail_call(false);
/// let engine = Engine::new(&config)?;
/// let tail_call = "(module (func $f return_call $f))";
/// assert!(Module::new(&engine, tail_call).is_err());
///
/// // What contradicts itself is found out when the engine is made.
/// config.max_wasm_stack(0);
/// let error = Engine::new(&config).unwrap_err();
/// assert_eq!(error.to_string(), "max_wasm_stack size cannot be zero");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    features: WasmFeatures,
    max_wasm_stack: usize,
    backtrace_max_frames: Option<NonZeroUsize>,
    backtrace_details: WasmBacktraceDetails,
    address_map: bool,
    strategy: Strategy,
    opt_level: OptLevel,
    verifier: bool,
    canonical_nans: bool,
    shared_memory: bool,
    parallel_compilation: bool,
    memory_reservation: Option<u64>,
    memory_reservation_for_growth: Option<u64>,
    memory_may_move: bool,
    memory_guard_size: Option<u64>,
    signals_based_traps: bool,
    relaxed_simd_deterministic: bool,
    lazy_validation: bool,
    counts: bool,
    fuel: bool,
    operator_cost: Option<OperatorCost>,
    epochs: bool,
    jit: JitKnobs,
    /// Whether modules can be made of Wasm.
    compiler: bool,
    target: Option<Triple>,
    /// Flags of Cranelift by name, with a value unless it is to be on.
    cranelift_flags: Vec<(String, Option<String>)>,
    native_unwind_info: Option<bool>,
    module_version: ModuleVersionStrategy,
    coredump_on_trap: bool,
    guest_debug: bool,
    wmemcheck: bool,
    memory_creator: MemoryCreators,
    accepted: accepted::Accepted,
}

/// The `jit_` settings; `None` where the strategy decides.
#[derive(Clone, Copy, Debug, Default)]
struct JitKnobs {
    threshold: Option<u32>,
    background: Option<bool>,
    code_limit: Option<usize>,
    deopt_every: Option<Option<NonZeroU32>>,
    deopt_at: Option<u64>,
    deopt_random: Option<u64>,
    keep_dumps: bool,
    osr: Option<bool>,
    inlining: Option<bool>,
    speculation: Option<bool>,
    reprofile_after: Option<Option<NonZeroU32>>,
    untaken_after: Option<Option<NonZeroU32>>,
    no_hints: bool,
    profiler: ProfilingStrategy,
}

/// Declares a method for each proposal that can be switched.
macro_rules! feature_toggles {
    ($($(#[$doc:meta])* $name:ident = $flag:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(&mut self, enable: bool) -> &mut Self {
            self.wasm_features(WasmFeatures::$flag, enable)
        }
    )*};
}

impl Config {
    /// The default settings.
    pub fn new() -> Self {
        Self {
            features: resolve::DEFAULT_FEATURES,
            max_wasm_stack: 512 << 10,
            backtrace_max_frames: NonZeroUsize::new(20),
            backtrace_details: WasmBacktraceDetails::Environment,
            address_map: true,
            strategy: Strategy::Auto,
            opt_level: OptLevel::Speed,
            verifier: cfg!(debug_assertions),
            canonical_nans: false,
            shared_memory: false,
            parallel_compilation: true,
            memory_reservation: None,
            memory_reservation_for_growth: None,
            memory_may_move: true,
            memory_guard_size: None,
            signals_based_traps: true,
            relaxed_simd_deterministic: false,
            lazy_validation: false,
            counts: false,
            fuel: false,
            operator_cost: None,
            epochs: false,
            jit: JitKnobs::default(),
            compiler: true,
            target: None,
            cranelift_flags: Vec::new(),
            native_unwind_info: None,
            module_version: ModuleVersionStrategy::default(),
            coredump_on_trap: false,
            guest_debug: false,
            wmemcheck: false,
            memory_creator: MemoryCreators::default(),
            accepted: accepted::Accepted::default(),
        }
    }

    /// Switches proposals on or off.
    ///
    /// One that is not supported can be switched on, but then making the engine fails.
    pub fn wasm_features(&mut self, flags: WasmFeatures, enable: bool) -> &mut Self {
        self.features.set(flags, enable);
        self
    }

    feature_toggles! {
        /// `memory.copy`, `memory.fill`, `memory.init` and their like for tables.
        wasm_bulk_memory = BULK_MEMORY;
        /// Several results and block parameters.
        wasm_multi_value = MULTI_VALUE;
        /// Arithmetic in constant expressions.
        wasm_extended_const = EXTENDED_CONST;
        /// Several memories.
        wasm_multi_memory = MULTI_MEMORY;
        /// Tail calls.
        wasm_tail_call = TAIL_CALL;
        /// `externref`, and references as values.
        wasm_reference_types = REFERENCE_TYPES;
        /// Pages of one byte.
        wasm_custom_page_sizes = CUSTOM_PAGE_SIZES;
        /// 64-bit memories and tables.
        wasm_memory64 = MEMORY64;
        /// Typed function references.
        wasm_function_references = FUNCTION_REFERENCES;
        /// 128-bit vectors.
        wasm_simd = SIMD;
        /// Relaxed operations on vectors.
        wasm_relaxed_simd = RELAXED_SIMD;
        /// Atomics and shared memories.
        wasm_threads = THREADS;
        /// Shared functions, tables and globals.
        wasm_shared_everything_threads = SHARED_EVERYTHING_THREADS;
        /// Garbage-collected values.
        ///
        /// Only what concerns function types is supported: recursion groups, subtypes and the types
        /// of null references. Modules with structures, arrays, `i31`, casts, or references to
        /// what is not a function or of the host are refused, whether this is on or off.
        wasm_gc = GC;
        /// Exceptions.
        wasm_exceptions = EXCEPTIONS;
        /// 128-bit integer arithmetic.
        wasm_wide_arithmetic = WIDE_ARITHMETIC;
        /// Continuations.
        wasm_stack_switching = STACK_SWITCHING;
        /// References to what a heap for GC would hold, those of the host among them.
        gc_support = GC_TYPES;
        /// Components.
        wasm_component_model = COMPONENT_MODEL;
        /// Asynchronous functions of components.
        wasm_component_model_async = CM_ASYNC;
        /// More builtins for these.
        wasm_component_model_more_async_builtins = CM_MORE_ASYNC_BUILTINS;
        /// Asynchronous functions of components that have a stack.
        wasm_component_model_async_stackful = CM_ASYNC_STACKFUL;
        /// Threads of components.
        wasm_component_model_threading = CM_THREADING;
        /// Contexts of errors of components.
        wasm_component_model_error_context = CM_ERROR_CONTEXT;
        /// Components that use GC.
        wasm_component_model_gc = CM_GC;
        /// Maps of components.
        wasm_component_model_map = CM_MAP;
        /// 64-bit memories of components.
        wasm_component_model_memory64 = CM64;
        /// Lists of a fixed length of components.
        wasm_component_model_fixed_length_lists = CM_FIXED_LENGTH_LISTS;
        /// What components implement.
        wasm_component_model_implements = CM_IMPLEMENTS;
    }

    /// Exceptions as they were proposed first.
    #[doc(hidden)]
    #[deprecated(note = "only exists for tests of wasmtime")]
    pub fn wasm_legacy_exceptions(&mut self, enable: bool) -> &mut Self {
        self.wasm_features(WasmFeatures::LEGACY_EXCEPTIONS, enable)
    }

    /// Whether modules can be made of Wasm. On by default; if off, only serialized modules can be
    /// used.
    pub fn enable_compiler(&mut self, enable: bool) -> &mut Self {
        self.compiler = enable;
        self
    }

    /// The machine that Wasm is executed on. It must be this one: making the engine fails for any
    /// other.
    ///
    /// # Errors
    ///
    /// If there is no such machine.
    pub fn target(&mut self, target: &str) -> Result<&mut Self> {
        self.target = Some(Triple::from_str(target).map_err(|error| format_err!(error))?);
        Ok(self)
    }

    /// Switches a flag of Cranelift on. Making the engine fails if there is no such flag.
    ///
    /// # Safety
    ///
    /// As in wasmtime: Cranelift believes in what flags say.
    pub unsafe fn cranelift_flag_enable(&mut self, flag: &str) -> &mut Self {
        self.cranelift_flags.push((flag.to_owned(), None));
        self
    }

    /// Sets a setting of Cranelift. Making the engine fails if there is no such setting or value.
    ///
    /// # Safety
    ///
    /// As in wasmtime: Cranelift believes in what settings say.
    pub unsafe fn cranelift_flag_set(&mut self, name: &str, value: &str) -> &mut Self {
        let setting = (name.to_owned(), Some(value.to_owned()));
        self.cranelift_flags.push(setting);
        self
    }

    /// Whether compiled code has unwind information of the system. It never has any: there is no
    /// way out of compiled code that would need it.
    pub fn native_unwind_info(&mut self, enable: bool) -> &mut Self {
        self.native_unwind_info = Some(enable);
        self
    }

    /// What tells serialized modules of one version from those of another.
    ///
    /// # Errors
    ///
    /// If the name is longer than 255 bytes.
    pub fn module_version(&mut self, strategy: ModuleVersionStrategy) -> Result<&mut Self> {
        if let ModuleVersionStrategy::Custom(name) = &strategy
            && name.len() > 255
        {
            bail!("custom module version cannot be more than 255 bytes: {name}");
        }
        self.module_version = strategy;
        Ok(self)
    }

    /// Whether errors of traps come with a [`WasmCoreDump`](crate::WasmCoreDump). Off by default.
    pub fn coredump_on_trap(&mut self, enable: bool) -> &mut Self {
        self.coredump_on_trap = enable;
        self
    }

    /// Whether Wasm can be debugged. It cannot: making the engine fails if this is on.
    pub fn guest_debug(&mut self, enable: bool) -> &mut Self {
        self.guest_debug = enable;
        self
    }

    /// Whether accesses to freed memory are found. They are not: making the engine fails if this is
    /// on.
    pub fn wmemcheck(&mut self, enable: bool) -> &mut Self {
        self.wmemcheck = enable;
        self
    }

    /// Who makes memories, instead of the engine. Shared ones are made by the engine in any case.
    ///
    /// Accesses to these memories are checked explicitly.
    pub fn with_host_memory(&mut self, mem_creator: Arc<dyn MemoryCreator>) -> &mut Self {
        self.memory_creator = MemoryCreators::new(mem_creator);
        self
    }

    /// Whether relaxed operations on vectors have the same results on all machines, instead of those
    /// of the shortest code for this one. Off by default.
    pub fn relaxed_simd_deterministic(&mut self, enable: bool) -> &mut Self {
        self.relaxed_simd_deterministic = enable;
        self
    }

    /// Whether there may be memories for several threads. Off by default; without it, instances of
    /// modules that define one cannot be made.
    ///
    /// Atomic instructions on other memories need only [`Config::wasm_threads`].
    pub fn shared_memory(&mut self, enable: bool) -> &mut Self {
        self.shared_memory = enable;
        self
    }

    /// Whether executing Wasm consumes fuel. Off by default.
    ///
    /// Most instructions and each call consume 1; [`Trap::OutOfFuel`](crate::Trap::OutOfFuel) ends
    /// Wasm without any. A program consumes the same in every mode, and the same as in wasmtime.
    /// The interpreter of such an engine is slower.
    pub fn consume_fuel(&mut self, enable: bool) -> &mut Self {
        self.fuel = enable;
        self
    }

    /// How much fuel each instruction consumes.
    pub fn operator_cost(&mut self, cost: OperatorCost) -> &mut Self {
        self.operator_cost = Some(cost);
        self
    }

    /// Whether Wasm looks at the deadline of its store, at the entries of functions and at each
    /// iteration of loops. Off by default.
    ///
    /// [`Engine::increment_epoch`](crate::Engine::increment_epoch) makes the time go on,
    /// [`Store::set_epoch_deadline`](crate::Store::set_epoch_deadline) sets the deadline, which has
    /// passed otherwise. The interpreter of such an engine is slower.
    pub fn epoch_interruption(&mut self, enable: bool) -> &mut Self {
        self.epochs = enable;
        self
    }

    /// Bytes of stack that Wasm may use, counted from the outermost call of the host on and
    /// including the frames of host functions. 512 KiB by default.
    ///
    /// The thread must have more stack than this left when it calls into Wasm.
    pub fn max_wasm_stack(&mut self, size: usize) -> &mut Self {
        self.max_wasm_stack = size;
        self
    }

    /// Number of frames kept of a backtrace: 20 by default. `None` attaches no backtraces.
    pub fn wasm_backtrace_max_frames(&mut self, limit: Option<NonZeroUsize>) -> &mut Self {
        self.backtrace_max_frames = limit;
        self
    }

    /// Whether errors get backtraces; on means 20 frames.
    #[deprecated(note = "use `wasm_backtrace_max_frames`")]
    pub fn wasm_backtrace(&mut self, enable: bool) -> &mut Self {
        self.wasm_backtrace_max_frames(NonZeroUsize::new(if enable { 20 } else { 0 }))
    }

    /// Whether backtraces show source lines that debug information names, or say that they could.
    pub fn wasm_backtrace_details(&mut self, enable: WasmBacktraceDetails) -> &mut Self {
        self.backtrace_details = enable;
        self
    }

    /// Whether the frames of backtraces know their offset in the module. On by default.
    pub fn generate_address_map(&mut self, generate: bool) -> &mut Self {
        self.address_map = generate;
        self
    }

    /// How Wasm is executed; [`Strategy::Auto`] by default.
    pub fn strategy(&mut self, strategy: Strategy) -> &mut Self {
        self.strategy = strategy;
        self
    }

    /// How much Cranelift optimizes.
    ///
    /// # Note
    ///
    /// The JIT compiles hot code only and always for speed, so this is stored but has no effect.
    pub fn cranelift_opt_level(&mut self, level: OptLevel) -> &mut Self {
        self.opt_level = level;
        self
    }

    /// Whether Cranelift checks its intermediate code. On in debug builds by default.
    pub fn cranelift_debug_verifier(&mut self, enable: bool) -> &mut Self {
        self.verifier = enable;
        self
    }

    /// Whether float arithmetic makes no NaNs but those with a payload of one bit and without a
    /// sign. Off by default.
    ///
    /// If on, results have the same bits on every machine and in every mode. The interpreter keeps
    /// to it as well.
    pub fn cranelift_nan_canonicalization(&mut self, enable: bool) -> &mut Self {
        self.canonical_nans = enable;
        self
    }

    /// Whether threads of the engine's own may compile. On by default; off is the default of
    /// [`Config::jit_background`] then.
    pub fn parallel_compilation(&mut self, parallel: bool) -> &mut Self {
        self.parallel_compilation = parallel;
        self
    }

    /// Bytes of address space reserved for a memory, so that it need not move when it grows: 4 GiB
    /// by default.
    ///
    /// Without address space for this much, memories are checked explicitly; they do not fail.
    /// Memories of 64-bit addresses always are checked.
    pub fn memory_reservation(&mut self, bytes: u64) -> &mut Self {
        self.memory_reservation = Some(bytes);
        self
    }

    /// Bytes of address space reserved beyond the size of a memory that is larger than its
    /// reservation, or had to move: 2 GiB by default.
    pub fn memory_reservation_for_growth(&mut self, bytes: u64) -> &mut Self {
        self.memory_reservation_for_growth = Some(bytes);
        self
    }

    /// Whether a memory may move when it grows. On by default; if off, it cannot grow beyond what
    /// is reserved for it.
    pub fn memory_may_move(&mut self, enable: bool) -> &mut Self {
        self.memory_may_move = enable;
        self
    }

    /// Bytes of inaccessible address space after a memory: 32 MiB by default.
    pub fn memory_guard_size(&mut self, bytes: u64) -> &mut Self {
        self.memory_guard_size = Some(bytes);
        self
    }

    /// Whether traps may be raised by signals. On by default.
    ///
    /// Compiled code needs them, so that everything stays in the interpreter if this is off.
    pub fn signals_based_traps(&mut self, enable: bool) -> &mut Self {
        self.signals_based_traps = enable;
        self
    }

    /// Whether a function is validated when it is first called, instead of with its module.
    ///
    /// Off by default. If on, a call of an invalid function is an error, and
    /// [`Module::from_file`](crate::Module::from_file) reads functions when they are first called.
    pub fn lazy_validation(&mut self, enable: bool) -> &mut Self {
        self.lazy_validation = enable;
        self
    }

    /// Whether the interpreter counts what it executes: instructions, branches taken and not taken,
    /// calls, hits and misses of inline caches. Off by default; stores of other engines pay nothing
    /// for it, those of this one are interpreted by a slower loop.
    ///
    /// [`inspect`](crate::inspect) shows the counts. What compiled code executes is not in them.
    pub fn interp_counts(&mut self, enable: bool) -> &mut Self {
        self.counts = enable;
        self
    }

    /// Hotness budget of a small function before it is compiled; 0 compiles it when it is first
    /// called.
    pub fn jit_threshold(&mut self, budget: u32) -> &mut Self {
        self.jit.threshold = Some(budget);
        self
    }

    /// Whether to compile on a worker thread. If off, the call that made a function hot waits.
    pub fn jit_background(&mut self, enable: bool) -> &mut Self {
        self.jit.background = Some(enable);
        self
    }

    /// After how many indirect calls of compiled code that are not inlined a store looks anew at
    /// what the site that makes the next one calls. From then on twice as many, for that site.
    /// `None` never does, so that a site with too many targets stays as it is for good.
    pub fn jit_reprofile_after(&mut self, calls: Option<NonZeroU32>) -> &mut Self {
        self.jit.reprofile_after = Some(calls);
        self
    }

    /// After how many executions of a branch compiled code leaves out an arm that none of them took:
    /// if the branch takes it after all, the interpreter goes on, and from then on there is code for
    /// it. Branches are observed just before a function is compiled, so large numbers leave out
    /// nothing. `None` compiles all arms.
    pub fn jit_untaken_after(&mut self, executions: Option<NonZeroU32>) -> &mut Self {
        self.jit.untaken_after = Some(executions);
        self
    }

    /// How many bytes of compiled code an engine may have, in whole pages, stubs included. 256 MiB
    /// by default, or as much of it as the system reserves.
    ///
    /// A function for which there is no room is not compiled: it stays in the interpreter until
    /// other code was freed, with its module, or because it was compiled anew. With less than a
    /// page nothing is ever compiled. [`inspect::code_memory`](crate::inspect::code_memory) says
    /// how much there is, and what was refused.
    pub fn jit_code_limit(&mut self, bytes: usize) -> &mut Self {
        self.jit.code_limit = Some(bytes);
        self
    }

    /// Whether to compile what the custom sections of a module say is hot, with the targets they
    /// name, as soon as there is an instance. On by default.
    ///
    /// Source: the [compilation hints proposal](https://github.com/WebAssembly/compilation-hints).
    pub fn jit_hints(&mut self, enable: bool) -> &mut Self {
        self.jit.no_hints = !enable;
        self
    }

    /// Who is told where compiled code is, and what it is: function, and how it is entered. Nobody
    /// by default.
    pub fn profiler(&mut self, profile: ProfilingStrategy) -> &mut Self {
        self.jit.profiler = profile;
        self
    }

    /// Lets every n-th guard fail, whatever it compares. For tests.
    pub fn jit_deopt_every(&mut self, n: Option<NonZeroU32>) -> &mut Self {
        self.jit.deopt_every = Some(n);
        self
    }

    /// Lets the k-th guard that a store executes fail, whatever it compares. For tests.
    pub fn jit_deopt_at(&mut self, k: Option<u64>) -> &mut Self {
        self.jit.deopt_at = k;
        self
    }

    /// Lets guards fail at random, in a sequence that `seed` begins: the same in each store. For
    /// tests.
    pub fn jit_deopt_random(&mut self, seed: Option<u64>) -> &mut Self {
        self.jit.deopt_random = seed;
        self
    }

    /// Keeps intermediate code and disassembly of what is compiled, for
    /// [`inspect::dump`](crate::inspect::dump). Off by default.
    pub fn jit_keep_dumps(&mut self, enable: bool) -> &mut Self {
        self.jit.keep_dumps = enable;
        self
    }

    /// Whether hot loops are entered in the middle.
    pub fn jit_osr(&mut self, enable: bool) -> &mut Self {
        self.jit.osr = Some(enable);
        self
    }

    /// Whether calls are inlined.
    pub fn jit_inlining(&mut self, enable: bool) -> &mut Self {
        self.jit.inlining = Some(enable);
        self
    }

    /// Whether compiled code relies on what the interpreter saw.
    pub fn jit_speculation(&mut self, enable: bool) -> &mut Self {
        self.jit.speculation = Some(enable);
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}
