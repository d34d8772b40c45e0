//! Dispatch by a loop: for builds in which a call in tail position may be a call, and for stores
//! that count what is executed, or meter it; and for windows in which branches are observed.
//!
//! It has no tables of handlers: tables are pointers, which each start of a program would have to
//! relocate, even if it never gets here.

use super::{leave, run_cold};
use crate::counts::count;
use crate::cursor::{Full, General, Path};
use crate::meter;
use crate::observe;
use crate::ops::canonical::{Canonical, for_each_arithmetic, for_each_vector_arithmetic};
use crate::ops::vector::{self, for_each_vector_version};
use crate::ops::{Coded, Flow, Op, op, slot_of_atomic, slot_of_prefixed, slot_of_simd};
use crate::regs::Regs;
use crate::shadow;
use runtime::opcode::Opcode;
use runtime::{Status, Store};

#[cfg(not(tail_calls))]
pub(crate) use as_mode::*;

/// What stands for the handlers and the hints of optimized builds.
#[cfg(not(tail_calls))]
mod as_mode {
    use crate::dispatch::Nans;

    /// The handlers of a store: none, see the file's documentation.
    pub(crate) struct Tables;

    impl Tables {
        pub(crate) fn new(_nans: Nans) -> Self {
            Tables
        }

        pub(crate) fn looped() -> Self {
            Tables
        }
    }

    /// A value that the optimizer knows nothing about.
    pub(crate) fn opaque(value: usize) -> usize {
        value
    }

    /// An address that the optimizer does not take apart.
    pub(crate) fn opaque_ptr<T>(at: *mut T) -> *mut T {
        at
    }

    /// A value that the optimizer does not compute together with those of another `ID`.
    pub(crate) fn apart<const ID: u32>(value: i64) -> i64 {
        value
    }
}

/// Runs the activation that begins with these registers.
///
/// # Safety
///
/// The invariants of `regs.rs` hold.
pub(super) unsafe fn run(m: Regs) -> Status {
    // SAFETY: invariant 1 of `regs.rs`.
    let tuning = unsafe { Store::tuning((*m.ctx).store) };
    let is_watched = tuning.counts || tuning.metering.is_some() || tuning.observes();
    match (tuning.canonical_nans, is_watched) {
        (false, false) => run_as::<false, false>(m),
        (false, true) => run_as::<false, true>(m),
        (true, false) => run_as::<true, false>(m),
        (true, true) => run_as::<true, true>(m),
    }
}

/// The same in a store that canonicalizes NaNs, and one that counts, meters or observes, or does not.
fn run_as<const CANONICAL: bool, const WATCHES: bool>(mut m: Regs) -> Status {
    // SAFETY: invariant 1 of `regs.rs`.
    let tuning = unsafe { Store::tuning((*m.ctx).store) };
    let (counts, meters) = (tuning.counts, tuning.metering.is_some());
    if WATCHES && meters {
        // SAFETY: as above.
        let begin = unsafe { (*m.ctx).begin };
        if let Some(status) = meter::begin(&mut m, begin) {
            return status;
        }
    }
    loop {
        let slot = slot(&m);
        debug_assert_eq!(m.vector, m.is_in_vector_function());
        #[cfg(feature = "trace-interp")]
        m.trace();
        if WATCHES && counts {
            count(&mut m);
        }
        if WATCHES && observe::is_on(&m) {
            observe::observe(&mut m);
        }
        if !WATCHES || !meters {
            if let Some(status) = step::<CANONICAL>(&mut m, slot) {
                return status;
            }
            continue;
        }
        if let Some(status) = metered_step::<CANONICAL>(&mut m, slot) {
            return status;
        }
    }
}

/// Executes the instructions that are to be observed; a status if the activation ends. Leaves all
/// operands in memory.
///
/// Requires a store that neither counts nor meters: there, the loop observes.
#[cfg(tail_calls)]
pub(super) fn run_window(m: &mut Regs) -> Option<Status> {
    // SAFETY: invariant 1 of `regs.rs`.
    let canonical = unsafe { Store::tuning((*m.ctx).store) }.canonical_nans;
    while observe::is_on(m) {
        #[cfg(feature = "trace-interp")]
        m.trace();
        observe::observe(m);
        let slot = slot(m);
        let status = match canonical {
            true => step::<true>(m, slot),
            false => step::<false>(m, slot),
        };
        if status.is_some() {
            return status;
        }
    }
    m.flush();
    None
}

/// Executes the instruction at `slot`, and meters it; a status if the activation ends.
fn metered_step<const CANONICAL: bool>(m: &mut Regs, slot: usize) -> Option<Status> {
    // SAFETY: invariant 1 of `regs.rs`.
    if unsafe { (*(*m.ctx).store).watch.is_some() } {
        shadow::show(m);
    }
    let before = match meter::before(m) {
        Ok(before) => before,
        Err(status) => return Some(status),
    };
    match step::<CANONICAL>(m, slot) {
        None => meter::after(m, before),
        Some(status) => {
            if status == Status::Raised {
                meter::at_trap(m, before);
            }
            Some(status)
        }
    }
}

/// The slot of the instruction at `pc`.
fn slot(m: &Regs) -> usize {
    match m.pc.byte() {
        Opcode::PREFIX => slot_of_prefixed(sub_opcode(m)),
        Opcode::SIMD_PREFIX => slot_of_simd(sub_opcode(m)),
        Opcode::ATOMIC_PREFIX => slot_of_atomic(sub_opcode(m)),
        byte => usize::from(byte),
    }
}

/// The second part of the opcode at `pc`.
fn sub_opcode(m: &Regs) -> u32 {
    match Full::u32(m.pc.skip(1)) {
        Some((sub, _)) => sub,
        None => unreachable!("the full path reads any number"),
    }
}

/// Executes the instruction at `slot`; a status if the activation ends.
fn step<const CANONICAL: bool>(m: &mut Regs, slot: usize) -> Option<Status> {
    match m.vector {
        true => vector_version::<CANONICAL>(m, slot),
        false => any::<CANONICAL>(m, slot),
    }
}

macro_rules! define_vector_version {
    ($step:ident: $($name:ident)*) => {
        /// The same in a vector function.
        fn $step<const CANONICAL: bool>(m: &mut Regs, slot: usize) -> Option<Status> {
            match slot {
                $(<vector::$name as Coded>::SLOT => execute::<vector::$name>(m),)*
                _ => any::<CANONICAL>(m, slot),
            }
        }
    };
}
for_each_vector_version!(define_vector_version, vector_version);

/// The same if vector functions have no version of their own.
fn any<const CANONICAL: bool>(m: &mut Regs, slot: usize) -> Option<Status> {
    match CANONICAL {
        true => arithmetic(m, slot),
        false => ordinary(m, slot),
    }
}

macro_rules! define_arithmetic {
    ($(($name:ident, $result:ty))*) => {
        /// The same in a store that canonicalizes NaNs.
        fn arithmetic(m: &mut Regs, slot: usize) -> Option<Status> {
            match slot {
                $(<op::$name as Coded>::SLOT => execute::<Canonical<op::$name>>(m),)*
                _ => vector_arithmetic(m, slot),
            }
        }
    };
}
for_each_arithmetic!(define_arithmetic);

macro_rules! define_vector_arithmetic {
    ($(($name:ident, $result:ty))*) => {
        /// The same if it is no arithmetic of scalars.
        fn vector_arithmetic(m: &mut Regs, slot: usize) -> Option<Status> {
            match slot {
                $(<op::$name as Coded>::SLOT => execute::<Canonical<op::$name>>(m),)*
                _ => ordinary(m, slot),
            }
        }
    };
}
for_each_vector_arithmetic!(define_vector_arithmetic);

macro_rules! define_ordinary {
    ($(($code:literal, $name:ident, $mnemonic:literal, $immediates:tt, $feedback:tt))*) => {
        /// The same if there is one version of it.
        fn ordinary(m: &mut Regs, slot: usize) -> Option<Status> {
            match slot {
                $(<op::$name as Coded>::SLOT => execute::<op::$name>(m),)*
                _ => unreachable!("opcode {:#x} passed validation", m.pc.byte()),
            }
        }
    };
}
runtime::for_each_opcode!(define_ordinary);

/// Executes the instruction `O` at `pc`; a status if the activation ends.
#[inline(never)]
fn execute<O: Op>(m: &mut Regs) -> Option<Status> {
    debug_assert!(O::TOP.allows(m.cache), "{} and {:?}", O::OPCODE, m.cache);
    let before = *m;
    let mut flow = O::run::<Full>(m);
    if let Flow::General = flow {
        *m = before;
        flow = general::<O>(m);
    }
    match flow {
        Flow::Next | Flow::Jump => None,
        Flow::Test(condition) => {
            m.push(condition);
            None
        }
        Flow::Cold => {
            m.flush();
            run_cold::<O>(m)
        }
        flow => Some(leave::<O>(&before, flow)),
    }
}

/// In a function of its own, which keeps the stack frames of recursive activations small.
#[inline(never)]
fn general<O: Op>(m: &mut Regs) -> Flow {
    O::run::<General>(m)
}
