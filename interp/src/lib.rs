//! The interpreter: executes validated bodies in place, and records what it sees at call sites.
//!
//! ```text
//!   enter.rs      an activation: sentinel record, first frame, leaving again
//!   dispatch/     from one handler to the next: jumps (optimized x86-64) or a loop (elsewhere)
//!   counts.rs     counts what the loop is about to execute, if the engine asks for it
//!   meter.rs      counts fuel and looks at the deadline, around what the loop executes
//!   observe.rs    notes what branches do, in windows before a function is compiled
//!   shadow.rs     shows states that are to be compared with those of compiled code
//!   ops/          handler bodies, by family of instructions
//!   regs.rs       what handlers work on: pc, locals, operands of which two are in registers
//!   frame.rs      frames: pushing, replacing, popping; records of the suspended ones
//! ```
//!
//! Nothing here knows the other tiers: functions that are not interpreted are called through
//! `runtime::call`, and hot ones are reported to `runtime::Tiers`. Interpreted functions that call
//! each other, and tail calls of any kind, need no native stack.

mod context;
mod counts;
mod cursor;
mod dispatch;
mod enter;
mod frame;
mod hotness;
mod inline_cache;
mod memory;
mod meter;
mod observe;
mod ops;
mod raise;
mod regs;
mod shadow;

pub use context::new_context;
pub use counts::branch_entry;
pub use enter::{Resume, interpret, resume};
pub use inline_cache::{call_target, forget};
