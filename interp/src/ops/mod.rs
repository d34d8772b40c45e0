//! Handler bodies: what each instruction does to the registers, whatever dispatch makes of it.
//!
//! A body is written once, as an implementation of [`Op`]. It is compiled for every [`Path`] and,
//! where dispatch jumps, for every state of the cache. Bodies decode, check, and act, in this
//! order: when they give up, nothing has happened yet.

mod atomic;
pub(crate) mod call;
pub(crate) mod canonical;
mod const_;
pub(crate) mod control;
mod convert;
mod define;
mod float;
mod int;
mod memory;
mod reference;
mod simd;
mod table;
mod variable;
pub(crate) mod vector;
mod wide;

use crate::cursor::{Cursor, Path};
use crate::regs::{Cache, Regs, Slot};
use runtime::opcode::Opcode;
use runtime::{MemoryIdx, Status, Trap};

/// How a handler body ended.
#[derive(Clone, Copy)]
pub(crate) enum Flow {
    /// The instruction is done, and the one behind it follows.
    Next,
    /// The instruction is done, and one elsewhere follows.
    Jump,
    /// The instruction is done but for pushing this condition, and the one behind it follows.
    Test(bool),
    /// Only the body's [`Full`](crate::cursor::Full) version can do it. The registers are as
    /// before the instruction.
    Full,
    /// Only the body's [`General`](crate::cursor::General) version can do it. Registers do not
    /// matter: those before the instruction are restored.
    General,
    /// Only [`Op::cold`] can do it. The registers are as before the instruction.
    Cold,
    /// The instruction traps.
    Trap(Trap),
    /// The instruction accesses a memory at this address, which is out of bounds.
    OutOfBounds(u64, MemoryIdx),
    /// The activation ends.
    Exit(Status),
}

/// What is known of an instruction's topmost operand: not every state of the cache can be.
#[derive(Clone, Copy)]
pub(crate) enum Top {
    /// Nothing; or there is none.
    Any,
    /// An integer or an `f32`, which are never in the float register.
    Integer,
    /// A vector, which is never in a register.
    Vector,
}

impl Top {
    /// Can the cache be in this state?
    pub(crate) const fn allows(self, cache: Cache) -> bool {
        match self {
            Top::Any => true,
            Top::Integer => !matches!(cache, Cache::Float),
            Top::Vector => matches!(cache, Cache::Empty),
        }
    }
}

/// [`Op::TOP`] of an instruction whose topmost operand is a `T`.
pub(crate) const fn top_of<T: Slot>() -> Top {
    match T::IS_FLOAT {
        true => Top::Any,
        false => Top::Integer,
    }
}

/// An instruction.
pub(crate) trait Op: Coded {
    /// What its topmost operand is, before it.
    const TOP: Top = Top::Any;

    /// The instruction, from registers to registers.
    fn run<P: Path>(m: &mut Regs) -> Flow;

    /// The same where it calls other parts of the engine.
    ///
    /// Begins with all operands in memory, and ends so. The context is not that of the current
    /// frame while something else runs.
    fn cold(_m: &mut Regs) -> Flow {
        unreachable!("{} has no cold cases", Self::OPCODE)
    }
}

/// The place of an instruction in the opcode table.
pub(crate) trait Coded {
    /// The opcode.
    const OPCODE: Opcode;

    /// Its place in dispatch tables.
    const SLOT: usize = slot_of(Self::OPCODE);
}

macro_rules! define_ops {
    ($(($code:literal, $name:ident, $mnemonic:literal, $immediates:tt, $feedback:tt))*) => {
        /// A type for each instruction, to implement [`Op`] for.
        pub(crate) mod op {
            $(
                #[doc = concat!("`", $mnemonic, "`")]
                pub(crate) enum $name {}

                impl super::Coded for $name {
                    const OPCODE: runtime::opcode::Opcode = runtime::opcode::Opcode::$name;
                }
            )*
        }
    };
}
runtime::for_each_opcode!(define_ops);

/// Where prefixed instructions are found in dispatch tables: no instruction has these bytes.
const PREFIXED: usize = 0xe0;

/// Number of places in the dispatch tables of functions without vectors.
pub(crate) const N_BYTES: usize = 0x100;

/// Where vector instructions are found in the dispatch tables of vector functions.
const SIMD: usize = N_BYTES;

/// Number of places in the dispatch tables of vector functions.
pub(crate) const N_VECTOR_SLOTS: usize = SIMD + 0x114;

/// Where atomics are found: behind all others.
const ATOMIC: usize = N_VECTOR_SLOTS;

/// Number of atomics, and of gaps between them.
pub(crate) const N_ATOMICS: usize = 0x4f;

/// Number of places of instructions.
pub(crate) const N_SLOTS: usize = ATOMIC + N_ATOMICS;

/// The place of an opcode in dispatch tables.
pub(crate) const fn slot_of(opcode: Opcode) -> usize {
    match opcode.prefixed() {
        None => opcode as usize,
        Some((Opcode::SIMD_PREFIX, sub)) => SIMD + sub as usize,
        Some((Opcode::ATOMIC_PREFIX, sub)) => ATOMIC + sub as usize,
        Some((_, sub)) => PREFIXED + sub as usize,
    }
}

/// The place of the prefixed instruction `sub` in dispatch tables.
#[inline(always)]
pub(crate) fn slot_of_prefixed(sub: u32) -> usize {
    debug_assert!(sub < 0x17);
    PREFIXED + (sub & 0x1f) as usize
}

/// The place of the atomic instruction `sub` in dispatch tables.
#[inline(always)]
pub(crate) fn slot_of_atomic(sub: u32) -> usize {
    debug_assert!((sub as usize) < N_ATOMICS);
    ATOMIC + sub as usize
}

/// The place of the vector instruction `sub` in dispatch tables.
#[inline(always)]
pub(crate) fn slot_of_simd(sub: u32) -> usize {
    debug_assert!(SIMD + (sub as usize) < N_VECTOR_SLOTS);
    SIMD + sub as usize
}

/// The place behind the opcode of the prefixed instruction `O` at `pc`.
#[inline(always)]
pub(crate) fn behind_prefixed<P: Path, O: Coded>(pc: Cursor) -> Option<Cursor> {
    match O::OPCODE.prefixed() {
        Some((_, sub)) => P::sub_opcode(pc.skip(1), sub),
        None => unreachable!("{} has no prefix", O::OPCODE),
    }
}

// Slots are not shared.
const _: () = {
    let mut seen = [false; N_SLOTS];
    seen[Opcode::PREFIX as usize] = true;
    seen[Opcode::SIMD_PREFIX as usize] = true;
    seen[Opcode::ATOMIC_PREFIX as usize] = true;
    let mut at = 0;
    while at < Opcode::ALL.len() {
        let slot = slot_of(Opcode::ALL[at]);
        assert!(!seen[slot]);
        seen[slot] = true;
        at += 1;
    }
};

/// Takes the value of an immediate, or leaves the body for a version that can.
///
/// The path is called `P` where the macro is used, unless it is the full one.
macro_rules! decode {
    (Full::$read:ident($at:expr)) => {
        match Full::$read($at) {
            Some(value) => value,
            None => return <Full as $crate::cursor::Path>::MORE,
        }
    };
    ($immediate:expr) => {
        match $immediate {
            Some(value) => value,
            None => return <P as $crate::cursor::Path>::MORE,
        }
    };
}
pub(crate) use decode;

/// Takes a value, or leaves the body with a trap.
macro_rules! check {
    ($value:expr) => {
        match $value {
            Ok(value) => value,
            Err(trap) => return $crate::ops::Flow::Trap(trap),
        }
    };
}
pub(crate) use check;
