//! Fuzzing: what the targets in `fuzz_targets/` do, as functions over bytes.
//!
//! A target makes a module from the bytes, checks it, and returns what happened or what is wrong.
//! It does not know who calls it: libFuzzer, `examples/soak.rs`, or a test.
//!
//! ```text
//! bytes -> draw -> generate -> instrument -> program -> drive (each mode, wasmtime) -> record
//!                                                                                       |
//!                                                        failure or stats <- oracle <---+
//! ```

mod cells;
mod draw;
mod failure;
mod features;
mod feedback;
mod generate;
mod instrument;
mod oracle;
mod ours;
mod record;
mod reference;
mod replay;
mod rng;
mod script;
mod stats;
mod translate;
mod values;

pub use failure::Failure;
pub use feedback::{check_feedback, feedback};
pub use generate::{Program, program, speculative};
pub use oracle::{compare, compare_stressed, deopt_stress, differential};
pub use replay::replay;
pub use rng::Rng;
pub use stats::Stats;
pub use translate::{bytes, check, translate};
