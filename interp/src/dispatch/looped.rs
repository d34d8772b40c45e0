//! Dispatch by a loop: for builds in which a call in tail position may be a call.

use super::{Nans, leave, run_cold};
use crate::cursor::{Full, General, Path};
use crate::ops::canonical::{Canonical, for_each_arithmetic, for_each_vector_arithmetic};
use crate::ops::vector::{self, for_each_vector_version};
use crate::ops::{Flow, N_SLOTS, Op, op, slot_of, slot_of_atomic, slot_of_prefixed, slot_of_simd};
use crate::regs::Regs;
use runtime::Status;
use runtime::opcode::Opcode;

/// Handlers by opcode.
type Handlers = [Handler; N_SLOTS];

/// The handlers of vector functions, and those of all others.
#[derive(Clone, Copy)]
pub(crate) struct Tables {
    ordinary: &'static Handlers,
    vector: &'static Handlers,
}

impl Tables {
    pub(crate) fn new(nans: Nans) -> Self {
        match nans {
            Nans::Any => Tables {
                ordinary: &HANDLERS,
                vector: &VECTOR_HANDLERS,
            },
            Nans::Canonical => Tables {
                ordinary: &CANONICAL_HANDLERS,
                vector: &CANONICAL_VECTOR_HANDLERS,
            },
        }
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

/// Executes an instruction; a status if the activation ends.
type Handler = fn(&mut Regs) -> Option<Status>;

macro_rules! define_table {
    ($(($code:literal, $name:ident, $mnemonic:literal, $immediates:tt, $feedback:tt))*) => {
        static HANDLERS: Handlers = {
            let mut handlers: Handlers = [no_instruction; N_SLOTS];
            $(handlers[slot_of(Opcode::$name)] = execute::<op::$name>;)*
            handlers
        };
    };
}
runtime::for_each_opcode!(define_table);

macro_rules! define_canonical_table {
    ($(($name:ident, $result:ty))*) => {
        static CANONICAL_HANDLERS: Handlers = {
            let mut handlers = HANDLERS;
            $(handlers[slot_of(Opcode::$name)] = execute::<Canonical<op::$name>>;)*
            handlers
        };
    };
}
for_each_arithmetic!(define_canonical_table);

macro_rules! enter_vector_versions {
    ($handlers:ident: $($name:ident)*) => {
        $($handlers[slot_of(Opcode::$name)] = execute::<vector::$name>;)*
    };
}

/// The same handlers, but for the versions that vector functions have.
const fn in_vector(mut handlers: Handlers) -> Handlers {
    for_each_vector_version!(enter_vector_versions, handlers);
    handlers
}

static VECTOR_HANDLERS: Handlers = in_vector(HANDLERS);

macro_rules! define_canonical_vector_table {
    ($(($name:ident, $result:ty))*) => {
        static CANONICAL_VECTOR_HANDLERS: Handlers = {
            let mut handlers = in_vector(CANONICAL_HANDLERS);
            $(handlers[slot_of(Opcode::$name)] = execute::<Canonical<op::$name>>;)*
            handlers
        };
    };
}
for_each_vector_arithmetic!(define_canonical_vector_table);

fn no_instruction(m: &mut Regs) -> Option<Status> {
    unreachable!("opcode {:#x} passed validation", m.pc.byte())
}

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

/// The second part of the opcode at `pc`.
fn sub_opcode(m: &Regs) -> u32 {
    match Full::u32(m.pc.skip(1)) {
        Some((sub, _)) => sub,
        None => unreachable!("the full path reads any number"),
    }
}

/// Runs the activation that begins with these registers.
///
/// # Safety
///
/// The invariants of `regs.rs` hold.
pub(super) unsafe fn run(mut m: Regs) -> Status {
    // SAFETY: invariant 1 of `regs.rs`; a context keeps its tables.
    let Tables { ordinary, vector } = unsafe { (*m.ctx).dispatch };
    loop {
        let slot = match m.pc.byte() {
            Opcode::PREFIX => slot_of_prefixed(sub_opcode(&m)),
            Opcode::SIMD_PREFIX => slot_of_simd(sub_opcode(&m)),
            Opcode::ATOMIC_PREFIX => slot_of_atomic(sub_opcode(&m)),
            byte => usize::from(byte),
        };
        debug_assert_eq!(m.vector, m.is_in_vector_function());
        #[cfg(feature = "trace-interp")]
        m.trace();
        let handlers = if m.vector { vector } else { ordinary };
        if let Some(status) = handlers[slot](&mut m) {
            return status;
        }
    }
}
