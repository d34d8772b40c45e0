//! The speculative compiler: from a request, an inert copy of feedback, to installed code.
//!
//! ```text
//!   Request ──translate──► CLIF ──Cranelift──► Compiled ──publish──► Code
//!            on any thread                       plain data           on the store's thread
//! ```
//!
//! Depends on `runtime` and `deopt`, and on nothing that is alive: a compilation sees no store.
//! Nobody else sees Cranelift.

mod abi;
mod code_memory;
mod compiler;
mod error;
mod install;
mod plan;
mod positions;
mod regions;
mod request;
mod stubs;
mod translate;
mod traps;
mod worker;

#[cfg(test)]
mod tests;

pub use compiler::{Compiled, Compiler, Dump, check_flags};
pub use error::CompileError;
pub use install::Code;
pub use plan::{MAX_CALLEE, MAX_DEPTH};
pub use request::{
    BranchFeedback, Callee, ElementFact, Fact, FuncFeedback, MemoryStyle, Options, OtherHome,
    Request, SiteFeedback, TableState, TargetFeedback,
};
pub use worker::Deliver;
