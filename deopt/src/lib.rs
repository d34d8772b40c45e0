//! Deoptimization: what an exit of compiled code restores, and what is learned from it.
//!
//! Depends on `runtime` only: it writes interpreter frames but never runs them, and it knows
//! nothing of how code is compiled.

mod checker;
mod exit_table;
mod frame_state;
mod materialize;
mod policy;

pub use checker::{CheckError, check_exits};
pub use exit_table::{ExitTable, ExitTableBuilder};
pub use frame_state::{Exit, FrameState, Home, SlotState, SpecSite};
pub use materialize::{Materialized, materialize};
pub use policy::{Decision, Policy};
