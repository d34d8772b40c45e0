//! Dispatch by a loop: for builds in which a call in tail position may be a call.

use super::{Nans, leave, run_cold};
use crate::cursor::{Full, Path};
use crate::ops::canonical::{Canonical, for_each_arithmetic};
use crate::ops::{Flow, Op, op, slot_of, slot_of_prefixed};
use crate::regs::Regs;
use runtime::Status;
use runtime::opcode::Opcode;

/// Handlers by opcode.
pub(crate) struct Tables(&'static [Handler; 256]);

impl Tables {
    pub(crate) fn new(nans: Nans) -> Self {
        match nans {
            Nans::Any => Tables(&HANDLERS),
            Nans::Canonical => Tables(&CANONICAL_HANDLERS),
        }
    }
}

/// A value that the optimizer knows nothing about.
pub(crate) fn opaque(value: u32) -> u32 {
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

/// Executes an instruction; a status if the activation ends.
type Handler = fn(&mut Regs) -> Option<Status>;

macro_rules! define_table {
    ($(($code:literal, $name:ident, $mnemonic:literal, $immediates:tt, $feedback:tt))*) => {
        static HANDLERS: [Handler; 256] = {
            let mut handlers: [Handler; 256] = [no_instruction; 256];
            $(handlers[slot_of(Opcode::$name)] = execute::<op::$name>;)*
            handlers
        };
    };
}
runtime::for_each_opcode!(define_table);

macro_rules! define_canonical_table {
    ($(($name:ident, $result:ty))*) => {
        static CANONICAL_HANDLERS: [Handler; 256] = {
            let mut handlers = HANDLERS;
            $(handlers[slot_of(Opcode::$name)] = execute::<Canonical<op::$name>>;)*
            handlers
        };
    };
}
for_each_arithmetic!(define_canonical_table);

fn no_instruction(m: &mut Regs) -> Option<Status> {
    unreachable!("opcode {:#x} passed validation", m.pc.byte())
}

fn execute<O: Op>(m: &mut Regs) -> Option<Status> {
    let before = *m;
    match O::run::<Full>(m) {
        Flow::Next | Flow::Jump => None,
        Flow::Cold => {
            m.flush();
            run_cold::<O>(m)
        }
        flow => Some(leave::<O>(&before, flow)),
    }
}

/// Runs the activation that begins with these registers.
///
/// # Safety
///
/// The invariants of `regs.rs` hold.
pub(super) unsafe fn run(mut m: Regs) -> Status {
    // SAFETY: invariant 1 of `regs.rs`; a context keeps its tables.
    let handlers = unsafe { (*m.ctx).dispatch.0 };
    loop {
        let slot = match m.pc.byte() {
            Opcode::PREFIX => match Full::u32(m.pc.skip(1)) {
                Some((sub, _)) => slot_of_prefixed(sub),
                None => unreachable!("the full path reads any number"),
            },
            byte => usize::from(byte),
        };
        if let Some(status) = handlers[slot](&mut m) {
            return status;
        }
    }
}
