//! Which instructions likely follow which: their bodies are part of the handler before.
//!
//! A likely successor costs a compare instead of an indirect jump, and its body is at hand. Behind
//! it, its own most likely successors follow once more; then handlers end. Every candidate costs
//! all those behind it a compare, and code in four handlers, so that only what follows in a
//! quarter of all cases or more is in a list. Frequencies are those of compiled C (CoreMark).
//!
//! # Note
//!
//! Time relative to lists of up to five candidates, one level deep: recursive calls 0.81, indirect
//! calls 0.90, integer loop 0.88, sieve 0.85, matrices 0.90; CoreMark is 1.2 times faster.
//! Without any lists, loops take 1.5 times as long, calls the same.

use super::state::{Empty, State};
use super::{execute, next, opaque, pin};
use crate::cursor::{Path, Quick};
use crate::ops::canonical::is_arithmetic;
use crate::ops::{Coded, Flow, Op, Top, op};
use crate::regs::Regs;
use runtime::opcode::Opcode;
use std::marker::PhantomData;

/// An instruction with its likely successors.
pub(super) trait Lookahead {
    /// Behind it.
    type Next: Successors;
    /// Behind its full version.
    type NextOfFull: Successors;
    /// Behind it, if it was itself a likely successor.
    type Then: List;
    /// Where it jumps to, returns to, or the function it calls.
    type Jump: Successors;
    /// The state of the cache behind it, if it was in state `S` before. A comparison has pushed
    /// its result. Something is only looked for in this state; a wrong one costs no more than that.
    type After<S: State>: State;
    /// The same where it jumps to, unless the cache is empty there.
    type Landing<S: State>: State;
}

/// A list of instructions, most likely first: `(A, (B, ()))`.
pub(super) trait List {
    /// The same list as the last one of a handler.
    type AsLast: Successors;
}

/// Instructions whose bodies follow if they come next.
pub(super) trait Successors {
    /// Is float arithmetic among them? Stores that canonicalize NaNs must not find it.
    const HAVE_ARITHMETIC: bool;
    /// Are branches looked for behind comparisons?
    const MAY_BRANCH: bool = true;

    /// Executes the instruction at `pc`, quickly if it is among them. The cache is in state `S`.
    #[inline(always)]
    fn run<S: State>(mut m: Regs) -> u64 {
        pin(&mut m);
        Self::run_opcode::<S>(m, usize::from(m.pc.byte()))
    }

    /// The same for an instruction whose opcode byte is `opcode`.
    fn run_opcode<S: State>(m: Regs, opcode: usize) -> u64;

    /// Executes the instruction `O`, at `pc`, by its full version.
    #[inline(always)]
    fn full<O: Op + Lookahead>(m: Regs) -> u64 {
        super::full_in_state::<O>(m)
    }
}

/// A list behind whose instructions nothing follows any more.
pub(super) struct Last<L>(PhantomData<L>);

impl List for () {
    type AsLast = ();
}

impl<O: Op + Lookahead, Rest: List> List for (O, Rest) {
    type AsLast = Last<(O, Rest)>;
}

impl Successors for () {
    const HAVE_ARITHMETIC: bool = false;

    #[inline(always)]
    fn run_opcode<S: State>(m: Regs, opcode: usize) -> u64 {
        next(m, opcode)
    }
}

impl<O: Op + Lookahead, Rest: Successors> Successors for (O, Rest) {
    const HAVE_ARITHMETIC: bool = is_arithmetic(O::OPCODE)
        || <O::Then as List>::AsLast::HAVE_ARITHMETIC
        || Rest::HAVE_ARITHMETIC;

    #[inline(always)]
    fn run_opcode<S: State>(m: Regs, opcode: usize) -> u64 {
        // Otherwise the compares become a jump table, which is what they are to avoid.
        let opcode = opaque(opcode);
        if opcode == O::OPCODE as usize {
            return execute::<O, Quick, S, <O::Then as List>::AsLast, ()>(m);
        }
        Rest::run_opcode::<S>(m, opcode)
    }
}

impl<O: Op + Lookahead, Rest: List> Successors for Last<(O, Rest)> {
    const HAVE_ARITHMETIC: bool = is_arithmetic(O::OPCODE) || Rest::AsLast::HAVE_ARITHMETIC;

    #[inline(always)]
    fn run_opcode<S: State>(m: Regs, opcode: usize) -> u64 {
        let opcode = opaque(opcode);
        if opcode == O::OPCODE as usize {
            return execute::<O, Quick, S, (), ()>(m);
        }
        Rest::AsLast::run_opcode::<S>(m, opcode)
    }
}

/// Does the handler of `O` have float arithmetic in one of its lists?
pub(super) const fn finds_arithmetic<O: Lookahead>() -> bool {
    O::Next::HAVE_ARITHMETIC || O::NextOfFull::HAVE_ARITHMETIC || O::Jump::HAVE_ARITHMETIC
}

/// The instruction `O`, behind which nothing is looked for.
pub(super) struct Unaware<O>(PhantomData<O>);

impl<O: Op> Coded for Unaware<O> {
    const OPCODE: Opcode = O::OPCODE;
}

impl<O: Op> Op for Unaware<O> {
    const TOP: Top = O::TOP;

    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        O::run::<P>(m)
    }

    fn cold(m: &mut Regs) -> Flow {
        O::cold(m)
    }
}

impl<O: Op> Lookahead for Unaware<O> {
    type Next = ();
    type NextOfFull = ();
    type Then = ();
    type Jump = ();
    type After<S: State> = S;
    type Landing<S: State> = S;
}

macro_rules! list {
    () => { () };
    ($first:ident $($rest:ident)*) => { (op::$first, list!($($rest)*)) };
}

/// [`Lookahead::Next`].
#[rustfmt::skip]
macro_rules! likely {
    (Block) => { list!(LocalGet) };
    (Loop) => { list!(LocalGet) };
    (If) => { list!(LocalGet) };
    (End) => { list!(LocalGet) };
    (BrIf) => { list!(LocalGet) };
    (Drop) => { list!(LocalGet) };
    (LocalGet) => { list!(I32Const LocalGet I32Add) };
    (LocalSet) => { list!(LocalGet) };
    (LocalTee) => { list!(BrIf I32Const) };
    (I32Load) => { list!(LocalTee LocalSet) };
    (F64Load) => { list!(LocalGet) };
    (I32Load8U) => { list!(LocalSet LocalGet) };
    (I32Load16S) => { list!(LocalGet) };
    (I32Load16U) => { list!(LocalGet) };
    (I32Store) => { list!(LocalGet) };
    (F64Store) => { list!(LocalGet) };
    (I32Store8) => { list!(LocalGet) };
    (I32Store16) => { list!(LocalGet) };
    (I32Const) => { list!(I32Add I32And) };
    (I32Add) => { list!(LocalSet LocalTee) };
    (I32Sub) => { list!(LocalTee LocalSet) };
    (I32Mul) => { list!(LocalGet I32Add) };
    (I32Xor) => { list!(LocalGet I32Const) };
    (I32Shl) => { list!(I32Add) };
    (I32ShrU) => { list!(I32Const) };
    (I64Add) => { list!(LocalSet LocalTee) };
    (F64Add) => { list!(LocalSet) };
    (F64Mul) => { list!(F64Add) };
    ($other:ident) => { () };
}

/// [`Lookahead::NextOfFull`]: behind long constants, other instructions are likely than behind
/// short ones.
#[rustfmt::skip]
macro_rules! likely_behind_full {
    (I32Const) => { list!(I32Add) };
    ($other:ident) => { likely!($other) };
}

/// [`Lookahead::Then`].
#[rustfmt::skip]
macro_rules! likely_then {
    (LocalGet) => { list!(I32Const) };
    (LocalSet) => { list!(LocalGet) };
    (LocalTee) => { list!(BrIf) };
    (I32Const) => { list!(I32Add) };
    (I32Add) => { list!(LocalSet LocalTee) };
    ($other:ident) => { () };
}

/// [`Lookahead::Jump`].
#[rustfmt::skip]
macro_rules! likely_elsewhere {
    (If) => { list!(LocalGet) };
    (Br) => { list!(LocalGet) };
    (BrIf) => { list!(LocalGet) };
    (Call) => { list!(LocalGet) };
    (CallIndirect) => { list!(LocalGet) };
    (CallRef) => { list!(LocalGet) };
    (End) => { list!(LocalGet LocalSet) };
    ($other:ident) => { () };
}

/// A state behind pops and pushes.
macro_rules! state {
    ($state:ty;) => { $state };
    ($state:ty; pop $($rest:tt)*) => { state!(<$state as State>::Pop; $($rest)*) };
    ($state:ty; push $($rest:tt)*) => { state!(<$state as State>::Push; $($rest)*) };
    ($state:ty; push_float $($rest:tt)*) => { state!(<$state as State>::PushFloat; $($rest)*) };
}

/// [`Lookahead::After`], for what something is looked for behind.
#[rustfmt::skip]
macro_rules! after {
    (If $s:ident) => { state!($s; pop) };
    (BrIf $s:ident) => { state!($s; pop) };
    (Drop $s:ident) => { state!($s; pop) };
    (LocalGet $s:ident) => { state!($s; push) };
    (LocalSet $s:ident) => { state!($s; pop) };
    (LocalTee $s:ident) => { state!($s; pop push) };
    (F64Load $s:ident) => { state!($s; pop push_float) };
    (I32Store $s:ident) => { state!($s; pop pop) };
    (F64Store $s:ident) => { state!($s; pop pop) };
    (I32Store8 $s:ident) => { state!($s; pop pop) };
    (I32Store16 $s:ident) => { state!($s; pop pop) };
    (I32Const $s:ident) => { state!($s; push) };
    (I64Const $s:ident) => { state!($s; push) };
    (I32Load $s:ident) => { state!($s; pop push) };
    (I64Load $s:ident) => { state!($s; pop push) };
    (I32Load8S $s:ident) => { state!($s; pop push) };
    (I32Load8U $s:ident) => { state!($s; pop push) };
    (I32Load16S $s:ident) => { state!($s; pop push) };
    (I32Load16U $s:ident) => { state!($s; pop push) };
    (I32Eqz $s:ident) => { state!($s; pop push) };
    (I64Eqz $s:ident) => { state!($s; pop push) };
    (F64Add $s:ident) => { state!($s; pop pop push_float) };
    (F64Sub $s:ident) => { state!($s; pop pop push_float) };
    (F64Mul $s:ident) => { state!($s; pop pop push_float) };
    (Block $s:ident) => { $s };
    (Loop $s:ident) => { $s };
    (End $s:ident) => { $s };
    // Operators with two operands; for others, nothing is looked for.
    ($other:ident $s:ident) => { state!($s; pop pop push) };
}

/// [`Lookahead::Landing`].
#[rustfmt::skip]
macro_rules! landing {
    (If $s:ident) => { state!($s; pop) };
    (BrIf $s:ident) => { state!($s; pop) };
    // With one result.
    (End $s:ident) => { state!(Empty; push) };
    ($other:ident $s:ident) => { $s };
}

macro_rules! define_lookahead {
    ($(($code:literal, $name:ident, $mnemonic:literal, $immediates:tt, $feedback:tt))*) => {$(
        impl Lookahead for op::$name {
            type Next = likely!($name);
            type NextOfFull = likely_behind_full!($name);
            type Then = likely_then!($name);
            type Jump = likely_elsewhere!($name);
            type After<S: State> = after!($name S);
            type Landing<S: State> = landing!($name S);
        }
    )*};
}
runtime::for_each_opcode!(define_lookahead);
