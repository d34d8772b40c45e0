//! What exists while Wasm runs: the data every tier reads and writes.
//!
//! This crate knows no tier. The tiers reach each other in three places, all declared here: the
//! [`Tiers`] trait, the entry pointer of each function's `VMFuncRef`, and the builtins.

mod atomic;
mod bulk;
mod call;
mod clock;
pub mod code;
mod counts;
mod entity;
mod events;
mod feedback;
pub mod host;
mod host_values;
mod instance;
mod leb128;
mod limits;
mod memory;
mod metering;
pub mod module;
pub mod opcode;
pub mod os;
mod profile;
pub mod racy;
mod raise;
mod relaxed_simd;
mod resource;
mod shadow;
mod shared_memory;
mod stack;
mod store;
mod table;
mod tiers;
mod trap;
mod tuning;
pub mod types;
pub mod vm;
mod wait;
pub mod walk;

pub use atomic::{Expected, memory_atomic_notify, memory_atomic_wait};
pub use bulk::{
    data_drop, elem_drop, memory_copy, memory_fill, memory_grow, memory_init, table_copy,
    table_fill, table_grow, table_init,
};
pub use call::{call, call_from_host, finish_tail, prepare, resume_compiled, stack_overflow};
pub use clock::{TierClock, TierKind};
pub use counts::{Counts, EntryCounts};
pub use entity::{
    BodyId, CallSiteIdx, CodeId, DataIdx, ElemIdx, ExitIdx, FuncIdx, GlobalId, GlobalIdx, HomeIdx,
    InstanceId, MemoryId, MemoryIdx, SigId, TableId, TableIdx, TypeIdx,
};
pub use events::{Event, EventKind, EventSink, Reason};
pub use feedback::{CallSite, IcState, MANY_INDICES, MAX_TARGETS, MoreTargets, Target};
pub use host_values::{HostValue, HostValues, collect};
pub use instance::{ExternVal, Instance, InstantiateError};
pub use leb128::write_leb128;
pub use limits::{
    Counts as LimitCounts, DEFAULT_LIMIT, GrowError, Growth, GrowthFailure, Limiter, Limits, Sizes,
    maximum_bytes,
};
pub use memory::{HostMemory, HostMemoryCreator, Memory, MemoryPlace};
pub use metering::{
    EpochCallback, EpochUpdate, Metering, OperatorCost, StoreMeters, VariableOperatorCost,
    is_poll_due, poll, poll_at_start,
};
pub use profile::{BranchProfile, FuncProfile, Profile, ProfileError, SiteProfile, TargetProfile};
pub(crate) use raise::raise_error;
pub use raise::{Fault, Raised, RawFrame, raise_growth, raise_trap};
pub use relaxed_simd::RelaxedSimd;
pub use resource::{OutOfMemory, ResourceError};
pub use shadow::{ExitTaken, FrameCopy, Moment, Snapshot, Watch};
pub use shared_memory::SharedMemory;
pub use stack::ValueStack;
pub use store::{Global, Store};
pub use table::Table;
pub use tiers::{CodeMemory, ExitId, HotAction, HotPoint, Linkage, Status, TierState, Tiers};
pub use trap::Trap;
pub use tuning::{Profiler, Tuning};
pub use wait::WaitResult;
