//! From one instruction to the next.
//!
//! In optimized builds for x86-64 each handler ends in a jump to the next one (`tail.rs`); in all
//! others a loop calls them (`looped.rs`), since only optimization makes jumps of calls in tail
//! position. Both run the same bodies, and both need constant native stack. Stores that count what
//! is executed, or meter it, run the loop in all builds: in their tables, it is the handler of
//! everything.

mod looped;
#[cfg(tail_calls)]
mod tail;

#[cfg(not(tail_calls))]
use looped as mode;
#[cfg(tail_calls)]
use tail as mode;

pub(crate) use mode::{Tables, apart, opaque, opaque_ptr};

use crate::ops::{Flow, Op};
use crate::regs::Regs;
use runtime::{Status, Tuning};

/// What NaNs float arithmetic makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nans {
    /// The machine's.
    Any,
    /// Always the same.
    Canonical,
}

/// The dispatch tables of a store.
pub(crate) fn tables(tuning: &Tuning) -> Tables {
    match (
        tuning.counts || tuning.metering.is_some(),
        tuning.canonical_nans,
    ) {
        (true, _) => Tables::looped(),
        (false, true) => Tables::new(Nans::Canonical),
        (false, false) => Tables::new(Nans::Any),
    }
}

/// Runs the activation that begins with these registers.
///
/// # Safety
///
/// The invariants of `regs.rs` hold.
pub(crate) unsafe fn run(m: Regs) -> Status {
    // SAFETY: forwarded.
    unsafe { mode::run(m) }
}

/// Runs the cold version of an instruction. `None` if the next one follows.
///
/// Requires all operands in memory.
#[cold]
fn run_cold<O: Op>(m: &mut Regs) -> Option<Status> {
    let before = *m;
    match O::cold(m) {
        Flow::Next | Flow::Jump => None,
        flow => Some(leave::<O>(&before, flow)),
    }
}

/// Leaves the activation at an instruction that is not done.
#[cold]
fn leave<O: Op>(before: &Regs, flow: Flow) -> Status {
    match flow {
        Flow::Trap(trap) => before.raise(trap),
        Flow::OutOfBounds(address, memory) => before.raise_out_of_bounds(address, memory),
        Flow::Exit(status) => status,
        Flow::Next | Flow::Jump | Flow::Test(_) | Flow::Full | Flow::General | Flow::Cold => {
            unreachable!("{} gave up twice", O::OPCODE)
        }
    }
}
