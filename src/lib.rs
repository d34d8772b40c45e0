//! A WebAssembly engine with the embedding API of wasmtime.
//!
//! Functions start in an interpreter that executes the bytes of the module in place. What is hot
//! is compiled, speculatively: where a guess fails, execution goes on in the interpreter at the
//! same instruction. `Config` chooses how much of this happens; results are the same.
//!
//! ```
//! use wasm_interp_jit::{Engine, Instance, Module, Result, Store};
//!
//! fn main() -> Result<()> {
//!     let engine = Engine::default();
//!     let wat = r#"(module (func (export "add") (param i32 i32) (result i32)
//!         local.get 0
//!         local.get 1
//!         i32.add))"#;
//!     let module = Module::new(&engine, wat)?;
//!     let mut store = Store::new(&engine, ());
//!     let instance = Instance::new(&mut store, &module, &[])?;
//!     let add = instance.get_typed_func::<(i32, i32), i32>(&mut store, "add")?;
//!     assert_eq!(add.call(&mut store, (2, 3))?, 5);
//!     Ok(())
//! }
//! ```

mod async_;
mod backtrace;
mod bug;
#[cfg(feature = "cache")]
mod cache;
mod call;
mod code_builder;
mod config;
#[cfg(feature = "coredump")]
mod coredump;
mod debugger;
mod demangle;
mod engine;
pub mod error;
mod externs;
mod func;
mod gc;
mod global;
#[cfg(feature = "profiling")]
mod guest_profiler;
mod index;
pub mod inspect;
mod instance;
mod limits;
mod linker;
mod matching;
mod memory;
mod module;
mod raw;
mod serialized;
mod shared_memory;
mod store;
#[cfg(feature = "addr2line")]
mod symbols;
mod table;
mod tag;
mod tiering;
mod types;
#[cfg(unix)]
pub mod unix;
mod values;

pub use backtrace::{FrameInfo, FrameSymbol, WasmBacktrace, WasmFault};
pub use bug::WasmtimeBug;
#[cfg(feature = "cache")]
pub use cache::{Cache, CacheConfig, CacheStore};
pub use code_builder::{CodeBuilder, CodeHint};
pub use config::{
    Collector, Config, CustomCodeMemory, Enabled, Inlining, InstanceAllocationStrategy,
    ModuleVersionStrategy, OptLevel, PoolConcurrencyLimitError, PoolingAllocationConfig,
    PoolingAllocatorMetrics, ProfilingStrategy, RRConfig, RegallocAlgorithm, StackCreator,
    StackMemory, Strategy, WasmBacktraceDetails,
};
#[cfg(feature = "coredump")]
pub use coredump::WasmCoreDump;
pub use debugger::{Breakpoint, BreakpointEdit, DebugEvent, DebugHandler, FrameHandle, ModulePC};
pub use engine::{Engine, EngineWeak};
pub use error::{Error, OutOfMemory, Result, ToWasmtimeResult};
pub use externs::{Export, Extern};
pub use func::{Func, IntoFunc, TypedFunc, WasmParams, WasmResults, WasmRet, WasmTy, WasmTyList};
pub use gc::{
    AnyRef, ArrayRef, ArrayRefPre, ArrayType, ContType, EqRef, ExnRef, ExnRefPre, ExnType,
    ExternRef, FieldType, GcHeapOutOfMemory, GcRef, I31, NoExtern, NoFunc, NoneRef, OwnedRooted,
    RootScope, Rooted, RootedGcRef, StorageType, StructRef, StructRefPre, StructType,
    ThrownException,
};
pub use global::Global;
#[cfg(feature = "profiling")]
pub use guest_profiler::GuestProfiler;
pub use index::{FuncIndex, StaticModuleIndex};
pub use instance::{Instance, InstancePre};
pub use limits::{
    DEFAULT_INSTANCE_LIMIT, DEFAULT_MEMORY_LIMIT, DEFAULT_TABLE_LIMIT, ResourceLimiter,
    ResourceLimiterAsync, StoreLimits, StoreLimitsBuilder,
};
pub use linker::{Linker, UnknownImportError};
pub use memory::{LinearMemory, Memory, MemoryAccessError, MemoryCreator};
pub use module::{Module, ModuleExport, ModuleFunction, ResourcesRequired};
pub use raw::ValRaw;
/// Traps are told apart from each other and from errors of the host by a downcast:
///
/// ```
/// use wasm_interp_jit::{Engine, Instance, Module, Store, Trap};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let engine = Engine::default();
/// let mut store = Store::new(&engine, ());
/// let module = Module::new(
///     &engine,
///     r#"(module (func (export "div") (param i32 i32) (result i32)
///         (i32.div_s (local.get 0) (local.get 1))))"#,
/// )?;
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let div = instance.get_typed_func::<(i32, i32), i32>(&mut store, "div")?;
/// let mut explain = |a, b| match div.call(&mut store, (a, b)) {
///     Ok(quotient) => quotient.to_string(),
///     Err(error) => match error.downcast_ref::<Trap>() {
///         Some(Trap::IntegerDivisionByZero) => "by zero".to_string(),
///         Some(trap) => trap.to_string(),
///         None => panic!("{error:?}"),
///     },
/// };
/// assert_eq!(explain(7, 2), "3");
/// assert_eq!(explain(7, 0), "by zero");
/// assert_eq!(explain(i32::MIN, -1), "wasm trap: integer overflow");
/// # Ok(())
/// # }
/// ```
pub use runtime::Trap;
pub use runtime::{OperatorCost, VariableOperatorCost, WaitResult};
pub use serialized::Precompiled;
pub use shared_memory::SharedMemory;
pub use store::{
    AsContext, AsContextMut, CallHook, CallHookHandler, Caller, Store, StoreContext,
    StoreContextMut, UpdateDeadline,
};
pub use table::Table;
pub use tag::Tag;
pub use types::{
    ExportType, ExternType, Finality, FuncType, GlobalType, HeapType, ImportType, MemoryType,
    MemoryTypeBuilder, Mutability, RefType, TableType, TagType, ValType,
};
#[doc(hidden)]
pub use values::ContRef;
pub use values::{Ref, V128, Val};
pub use wasmparser::WasmFeatures;
