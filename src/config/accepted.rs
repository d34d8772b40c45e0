//! Settings of wasmtime that have no effect here, so that programs which make them compile.
//!
//! They are about code that is compiled ahead of time, a heap for GC, fibers, and kinds of memory
//! that this engine does not have. What was set is kept, and [`Engine`](crate::Engine) gives it
//! back. Settings that would promise something are not here: `resolve` refuses them.

use super::Config;
use crate::Engine;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

/// How Cranelift allocates registers.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegallocAlgorithm {
    /// For good code.
    Backtracking,
    /// For fast compilation.
    SinglePass,
}

/// How garbage is collected.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Collector {
    /// However the engine likes.
    #[default]
    Auto,
    /// By deferred reference counting.
    DeferredReferenceCounting,
    /// Not at all.
    Null,
    /// By copying what is alive.
    Copying,
}

/// Whether something is used: yes, no, or if it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Enabled {
    /// If the system has it.
    Auto,
    /// Yes.
    Yes,
    /// No.
    No,
}

/// Which calls a compiler ahead of time inlines.
///
/// # Note
///
/// The JIT decides by what it has seen; [`Config::jit_inlining`] switches that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Inlining {
    /// All that pay.
    Yes,
    /// Those between modules, and within modules that use GC.
    InterModuleAndIntraGc,
    /// Those between modules.
    InterModule,
    /// Those of intrinsics.
    Intrinsics,
    /// None.
    No,
}

impl std::str::FromStr for Inlining {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "y" | "yes" | "true" => Ok(Self::Yes),
            "n" | "no" | "false" => Ok(Self::No),
            // wasmtime takes both for this one.
            "gc" | "inter-module" => Ok(Self::InterModuleAndIntraGc),
            "intrinsics" => Ok(Self::Intrinsics),
            _ => crate::bail!(
                "invalid intra-module inlining option string: `{text}`, only \
                 yes,no,gc,inter-module,intrinsics accepted"
            ),
        }
    }
}

impl std::fmt::Display for Inlining {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Inlining::Yes => "yes",
            Inlining::InterModuleAndIntraGc => "gc",
            Inlining::InterModule => "inter-module",
            Inlining::Intrinsics => "intrinsics",
            Inlining::No => "no",
        })
    }
}

/// Who is told where compiled code is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ProfilingStrategy {
    /// Nobody.
    #[default]
    None,
    /// `perf`, by the file `/tmp/perf-PID.map`.
    PerfMap,
    /// `perf`, by the file `jit-PID.dump` in the current directory, for `perf inject --jit`.
    JitDump,
    /// VTune: making the engine fails.
    VTune,
    /// A profiler of Pulley, which this engine does not have: making it fails.
    Pulley,
}

/// What tells serialized modules of one version from those of another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum ModuleVersionStrategy {
    /// The version of the engine.
    #[default]
    WasmtimeVersion,
    /// A name of the embedder's.
    Custom(String),
    /// Nothing: the embedder knows that modules fit.
    None,
}

impl ModuleVersionStrategy {
    /// What is written into a serialized module.
    pub fn as_str(&self) -> &str {
        match self {
            Self::WasmtimeVersion => env!("CARGO_PKG_VERSION"),
            Self::Custom(name) => name,
            Self::None => "",
        }
    }
}

/// Whether executions are recorded and replayed: they never are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RRConfig {
    /// They are not.
    None,
}

/// How instances are allocated.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum InstanceAllocationStrategy {
    /// One by one.
    #[default]
    OnDemand,
    /// As [`InstanceAllocationStrategy::OnDemand`]: limits of pools do not apply.
    Pooling(super::PoolingAllocationConfig),
}

impl InstanceAllocationStrategy {
    /// Pooling with default settings.
    pub fn pooling() -> Self {
        Self::Pooling(super::PoolingAllocationConfig::default())
    }
}

impl From<super::PoolingAllocationConfig> for InstanceAllocationStrategy {
    fn from(config: super::PoolingAllocationConfig) -> Self {
        Self::Pooling(config)
    }
}

/// Makes stacks for asynchronous calls. Never asked: these run on the stack of their caller.
///
/// # Safety
///
/// Stacks are not used by anyone else.
pub unsafe trait StackCreator: Send + Sync {
    /// A stack of `size` bytes, filled with zeros if `zeroed`.
    ///
    /// # Errors
    ///
    /// If there is no memory for it.
    fn new_stack(
        &self,
        size: usize,
        zeroed: bool,
    ) -> crate::Result<Box<dyn StackMemory>, crate::Error>;
}

/// A stack that a [`StackCreator`] made.
///
/// # Safety
///
/// The addresses are those of accessible memory.
pub unsafe trait StackMemory: Send + Sync {
    /// Its end: where use of it begins.
    fn top(&self) -> *mut u8;

    /// What is used of it.
    fn range(&self) -> std::ops::Range<usize>;

    /// What guards it.
    fn guard_range(&self) -> std::ops::Range<*mut u8>;
}

/// Makes memory executable. Never asked: the JIT has pages of its own.
pub trait CustomCodeMemory: Send + Sync {
    /// What addresses and lengths are multiples of.
    fn required_alignment(&self) -> usize;

    /// Makes memory executable.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    fn publish_executable(&self, ptr: *const u8, len: usize) -> crate::Result<()>;

    /// Makes memory writable again.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    fn unpublish_executable(&self, ptr: *const u8, len: usize) -> crate::Result<()>;
}

/// A setting that is an object of the embedder's and never used.
pub(super) struct Unused<T: ?Sized>(Option<Arc<T>>);

impl<T: ?Sized> Clone for Unused<T> {
    fn clone(&self) -> Self {
        Unused(self.0.clone())
    }
}

impl<T: ?Sized> std::fmt::Debug for Unused<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Some(..)" } else { "None" })
    }
}

/// Declares settings: field with default, method of [`Config`], and method of [`Engine`] if there
/// is one.
macro_rules! accepted {
    ($($(#[$doc:meta])* $name:ident $(/ $get:ident)?: $ty:ty = $default:expr;)*) => {
        /// The settings of this file.
        #[derive(Clone, Debug)]
        pub(super) struct Accepted {
            $($name: $ty,)*
            allocation_strategy: InstanceAllocationStrategy,
            host_stack: Unused<dyn StackCreator>,
            code_memory: Unused<dyn CustomCodeMemory>,
        }

        impl Default for Accepted {
            fn default() -> Self {
                Accepted {
                    $($name: $default,)*
                    allocation_strategy: InstanceAllocationStrategy::OnDemand,
                    host_stack: Unused(None),
                    code_memory: Unused(None),
                }
            }
        }

        impl Config {$(
            $(#[$doc])*
            ///
            /// # Note
            ///
            /// Kept, but without effect.
            pub fn $name(&mut self, $name: $ty) -> &mut Self {
                self.accepted.$name = $name;
                self
            }
        )*}

        impl Engine {$($(
            #[doc = concat!("What [`Config::", stringify!($name), "`] was set to.")]
            pub fn $get(&self) -> $ty {
                self.config().accepted.$name.clone()
            }
        )?)*}
    };
}

accepted! {
    /// Whether compiled code comes with debug information of native code. Off by default.
    debug_info / get_debug_info: bool = false;
    /// Whether compiled code has a symbol table. On by default.
    debug_symbols / get_debug_symbols: bool = true;
    /// Size of the stacks of asynchronous calls: 2 MiB by default. Not smaller than
    /// [`Config::max_wasm_stack`], or making the engine fails.
    async_stack_size / get_async_stack_size: usize = 2 << 20;
    /// Whether stacks of asynchronous calls are zeroed. Off by default.
    async_stack_zeroing / get_async_stack_zeroing: bool = false;
    /// Whether branch hints are read. Off by default.
    wasm_branch_hinting / get_wasm_branch_hinting: bool = false;
    /// How garbage is collected.
    collector: Collector = Collector::Auto;
    /// Bytes of a GC heap at first: 0 by default.
    gc_heap_initial_size / get_gc_heap_initial_size: u64 = 0;
    /// Address space of a GC heap: 4 GiB by default.
    gc_heap_reservation / get_gc_heap_reservation: u64 = 4 << 30;
    /// Address space beyond a GC heap that had to grow: 2 GiB by default.
    gc_heap_reservation_for_growth / get_gc_heap_reservation_for_growth: u64 = 2 << 30;
    /// Inaccessible bytes after a GC heap: 32 MiB by default.
    gc_heap_guard_size / get_gc_heap_guard_size: u64 = 32 << 20;
    /// Whether a GC heap may move. On by default.
    gc_heap_may_move / get_gc_heap_may_move: bool = true;
    /// How registers are allocated.
    cranelift_regalloc_algorithm: RegallocAlgorithm = RegallocAlgorithm::Backtracking;
    /// Whether compiled code checks itself. Off by default.
    cranelift_wasmtime_debug_checks: bool = false;
    /// Which calls a compiler ahead of time inlines. None by default.
    compiler_inlining / get_compiler_inlining: Inlining = Inlining::No;
    /// Whether there are guard pages before memories, too. On by default.
    guard_before_linear_memory / get_guard_before_linear_memory: bool = true;
    /// Whether tables are filled when they are read. On by default.
    table_lazy_init / get_table_lazy_init: bool = true;
    /// Whether memories are mapped from images. On by default.
    memory_init_cow / get_memory_init_cow: bool = true;
    /// Whether such images are files in memory. Off by default.
    force_memory_init_memfd: bool = false;
    /// Size up to which memories get an image in any case: 16 MiB by default.
    memory_guaranteed_dense_image_size / get_memory_guaranteed_dense_image_size: u64 = 16 << 20;
    /// Whether adapters of components can be debugged. Off by default.
    debug_adapter_modules: bool = false;
    /// Whether traps come as Mach exceptions on macOS. On by default.
    macos_use_mach_ports: bool = true;
    /// Whether compiled code has metadata for checks of the compiler. Off by default.
    metadata_for_internal_asserts / get_metadata_for_internal_asserts: bool = false;
    /// Whether compiled code has metadata for checks of a GC heap. On by default.
    metadata_for_gc_heap_corruption / get_metadata_for_gc_heap_corruption: bool = true;
    /// Whether calls of components may run concurrently. On by default.
    concurrency_support / get_concurrency_support: bool = true;
    /// Whether executions are recorded.
    rr: RRConfig = RRConfig::None;
}

impl Config {
    /// How instances are allocated.
    ///
    /// # Note
    ///
    /// Kept, but without effect: also for pools there are no limits but those of a
    /// [`ResourceLimiter`](crate::ResourceLimiter).
    pub fn allocation_strategy(
        &mut self,
        strategy: impl Into<InstanceAllocationStrategy>,
    ) -> &mut Self {
        self.accepted.allocation_strategy = strategy.into();
        self
    }

    /// Who makes stacks for asynchronous calls.
    ///
    /// # Note
    ///
    /// Kept, but never asked: these run on the stack of their caller.
    pub fn with_host_stack(&mut self, stack_creator: Arc<dyn StackCreator>) -> &mut Self {
        self.accepted.host_stack = Unused(Some(stack_creator));
        self
    }

    /// Who makes memory executable.
    ///
    /// # Note
    ///
    /// Kept, but never asked: the JIT has pages of its own.
    pub fn with_custom_code_memory(
        &mut self,
        custom_code_memory: Option<Arc<dyn CustomCodeMemory>>,
    ) -> &mut Self {
        self.accepted.code_memory = Unused(custom_code_memory);
        self
    }

    /// A cache of compiled modules.
    ///
    /// # Note
    ///
    /// Without effect: nothing is kept in it, for nothing is compiled before it runs.
    #[cfg(feature = "cache")]
    pub fn cache(&mut self, _cache: Option<crate::Cache>) -> &mut Self {
        self
    }

    /// Where parts of compiled code are kept.
    ///
    /// # Errors
    ///
    /// None.
    ///
    /// # Panics
    ///
    /// If the engine is to have no compiler.
    ///
    /// # Note
    ///
    /// Never asked: what is compiled depends on what was seen.
    #[cfg(feature = "cache")]
    pub fn enable_incremental_compilation(
        &mut self,
        _cache_store: Arc<dyn crate::CacheStore>,
    ) -> crate::Result<&mut Self> {
        assert!(self.compiler, "the engine is to have no compiler");
        Ok(self)
    }

    /// A directory for intermediate code.
    ///
    /// # Note
    ///
    /// Without effect: what is compiled depends on what was seen, and
    /// [`Config::jit_keep_dumps`] keeps it.
    pub fn emit_clif(&mut self, _path: &Path) -> &mut Self {
        self
    }

    /// How to find out what the processor can.
    ///
    /// # Safety
    ///
    /// As in wasmtime. Here it is without effect: code never leaves the process it is made in.
    pub unsafe fn detect_host_feature(&mut self, _detect: fn(&str) -> Option<bool>) -> &mut Self {
        self
    }

    /// Whether floats may be passed to the host as this target wants them.
    ///
    /// # Safety
    ///
    /// As in wasmtime. Here it is without effect: they are never passed in registers.
    pub unsafe fn x86_float_abi_ok(&mut self, _enable: bool) -> &mut Self {
        self
    }

    /// Has not had any effect in wasmtime for long.
    #[doc(hidden)]
    #[deprecated(note = "no longer has any effect")]
    pub fn async_support(&mut self, _enable: bool) -> &mut Self {
        self
    }

    /// How often a GC heap collects, for tests of wasmtime.
    ///
    /// # Errors
    ///
    /// Always, as in builds of wasmtime that are not for such tests.
    #[doc(hidden)]
    pub fn gc_zeal_alloc_counter(
        &mut self,
        _counter: Option<NonZeroU32>,
    ) -> crate::Result<&mut Self> {
        crate::bail!(
            "cannot set `gc_zeal_alloc_counter` because Wasmtime was not built with `cfg(gc_zeal)`"
        )
    }
}

impl Config {
    pub(super) fn accepted_async_stack_size(&self) -> usize {
        self.accepted.async_stack_size
    }

    pub(super) fn check_debug_info(&self) -> crate::Result<()> {
        crate::ensure!(
            self.accepted.debug_symbols || !self.accepted.debug_info,
            "cannot enable native debug info while debug symbols are disabled"
        );
        Ok(())
    }
}

impl Engine {
    /// Always `None`, as in builds of wasmtime that are not for tests of GC.
    #[doc(hidden)]
    pub fn get_gc_zeal_alloc_counter(&self) -> Option<NonZeroU32> {
        None
    }

    /// What [`Config::collector`] was set to.
    pub fn get_collector(&self) -> Option<Collector> {
        Some(self.config().accepted.collector)
    }

    /// What [`Config::cranelift_regalloc_algorithm`] was set to; `None` without a compiler.
    pub fn get_cranelift_regalloc_algorithm(&self) -> Option<RegallocAlgorithm> {
        let config = self.config();
        config
            .compiler
            .then_some(config.accepted.cranelift_regalloc_algorithm)
    }

    /// The settings of the pool, if instances are to come from one.
    pub fn get_pooling_config(&self) -> Option<&super::PoolingAllocationConfig> {
        match &self.config().accepted.allocation_strategy {
            InstanceAllocationStrategy::Pooling(config) => Some(config),
            InstanceAllocationStrategy::OnDemand => None,
        }
    }

    /// Never any metrics: there are no pools.
    pub fn pooling_allocator_metrics(&self) -> Option<crate::PoolingAllocatorMetrics> {
        None
    }
}
