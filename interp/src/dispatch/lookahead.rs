//! Which instructions likely follow which: their bodies are part of the handler before.
//!
//! A likely successor costs a compare instead of an indirect jump, and the two bodies are
//! optimized as one. Pairs are those that are frequent in compiled C and Rust; each costs code in
//! four handlers.

use super::{execute, next, opaque, pin};
use crate::cursor::Quick;
use crate::ops::{Op, op};
use crate::regs::Regs;

/// An instruction with its likely successors.
pub(super) trait Lookahead {
    /// Behind it.
    type Next: Successors;
    /// Where it jumps to, returns to, or the function it calls.
    type Jump: Successors;
}

/// A list of instructions, most likely first: `(A, (B, ()))`.
pub(super) trait Successors {
    /// Executes the instruction at `pc`, quickly if it is in the list.
    #[inline(always)]
    fn run<const ID: u32>(mut m: Regs) -> u64 {
        pin(&mut m);
        Self::run_opcode::<ID>(m, u32::from(m.pc.byte()))
    }

    /// The same for an instruction whose opcode byte is `opcode`.
    fn run_opcode<const ID: u32>(m: Regs, opcode: u32) -> u64;
}

impl Successors for () {
    #[inline(always)]
    fn run_opcode<const ID: u32>(m: Regs, opcode: u32) -> u64 {
        next::<ID>(m, opcode as usize)
    }
}

impl<O: Op + Lookahead, Rest: Successors> Successors for (O, Rest) {
    #[inline(always)]
    fn run_opcode<const ID: u32>(m: Regs, opcode: u32) -> u64 {
        // Otherwise the compares become a jump table, which is what they are to avoid.
        let opcode = opaque(opcode);
        if opcode == O::OPCODE as u32 {
            return execute::<O, Quick, (), ()>(m);
        }
        Rest::run_opcode::<ID>(m, opcode)
    }
}

macro_rules! list {
    () => { () };
    ($first:ident $($rest:ident)*) => { (op::$first, list!($($rest)*)) };
}

#[rustfmt::skip]
macro_rules! likely {
    (Block) => { list!(Block LocalGet) };
    (Loop) => { list!(LocalGet) };
    (If) => { list!(LocalGet) };
    (End) => { list!(LocalGet) };
    (BrIf) => { list!(LocalGet Block) };
    (Drop) => { list!(LocalGet) };
    (LocalGet) => { list!(I32Const LocalGet I32Load LocalSet I32Add) };
    (LocalSet) => { list!(LocalGet) };
    (LocalTee) => { list!(BrIf I32Const LocalGet) };
    (I32Load) => { list!(LocalTee LocalSet) };
    (F64Load) => { list!(LocalGet) };
    (I32Load8U) => { list!(LocalSet LocalGet BrIf) };
    (I32Load16S) => { list!(LocalGet) };
    (I32Load16U) => { list!(LocalGet) };
    (I32Store) => { list!(LocalGet) };
    (F64Store) => { list!(LocalGet) };
    (I32Store8) => { list!(LocalGet) };
    (I32Store16) => { list!(LocalGet) };
    (I32Const) => { list!(I32Add I32And I32ShrU I32Sub I32LtU) };
    (I32Eqz) => { list!(BrIf If) };
    (I32Eq) => { list!(BrIf If) };
    (I32Ne) => { list!(BrIf If) };
    (I32LtS) => { list!(BrIf If) };
    (I32LtU) => { list!(BrIf If) };
    (I32GtS) => { list!(BrIf If) };
    (I32GtU) => { list!(BrIf If) };
    (I32LeS) => { list!(BrIf If) };
    (I32LeU) => { list!(BrIf If) };
    (I32GeS) => { list!(BrIf If) };
    (I32GeU) => { list!(BrIf If) };
    (I64Eqz) => { list!(BrIf If) };
    (I64Eq) => { list!(BrIf If) };
    (I64Ne) => { list!(BrIf If) };
    (I64LtS) => { list!(BrIf If) };
    (I64LtU) => { list!(BrIf If) };
    (I32Add) => { list!(LocalSet LocalTee) };
    (I32Sub) => { list!(LocalSet LocalTee Call) };
    (I32Mul) => { list!(LocalGet I32Add) };
    (I32And) => { list!(LocalTee I32Const) };
    (I32Or) => { list!(LocalSet) };
    (I32Xor) => { list!(LocalGet I32Const) };
    (I32Shl) => { list!(I32Add) };
    (I32ShrU) => { list!(I32Const) };
    (I64Add) => { list!(LocalSet LocalTee) };
    (F64Add) => { list!(LocalSet) };
    (F64Mul) => { list!(F64Add) };
    ($other:ident) => { () };
}

#[rustfmt::skip]
macro_rules! likely_after_jump {
    (If) => { list!(LocalGet) };
    (Br) => { list!(LocalGet) };
    (BrIf) => { list!(LocalGet) };
    (Call) => { list!(LocalGet) };
    (CallIndirect) => { list!(LocalGet) };
    (End) => { list!(LocalGet LocalSet) };
    ($other:ident) => { () };
}

macro_rules! define_lookahead {
    ($(($code:literal, $name:ident, $mnemonic:literal, $immediates:tt, $feedback:tt))*) => {$(
        impl Lookahead for op::$name {
            type Next = likely!($name);
            type Jump = likely_after_jump!($name);
        }
    )*};
}
runtime::for_each_opcode!(define_lookahead);
