//! Vector functions: those with a `v128` among their locals or operands.
//!
//! A vector takes two slots, low half first. So in a vector function locals are not where their
//! indices say, and `drop` may drop two slots. Vector functions have dispatch tables of their own,
//! with the versions of such instructions that are here; all other functions pay nothing.
//!
//! ```text
//!   FuncInstance::vector_locals     by local: slot * 2, + 1 if it is a vector
//!   FuncInstance::vector_operands   a bit for each byte of code: set if the `drop` or `select`
//!                                   there is about vectors
//! ```
//!
//! Invariants:
//! 1. Vectors are never in registers.
//! 2. Vector instructions occur in vector functions only.

use super::{Coded, Flow, Op, decode, op};
use crate::cursor::Path;
use crate::regs::Regs;
use runtime::GlobalIdx;
use runtime::opcode::Opcode;

/// A local of a vector function.
#[derive(Clone, Copy)]
struct Local {
    at: *mut u64,
    is_vector: bool,
}

impl Regs {
    /// A local. Requires a vector function.
    #[inline(always)]
    fn vector_local(&self, idx: u32) -> Local {
        // SAFETY: invariants 1 and 3 of `regs.rs`: a vector function has an entry for each local.
        let entry = unsafe { *(*self.func()).vector_locals.add(idx as usize) };
        Local {
            at: self.fp.wrapping_add((entry >> 1) as usize),
            is_vector: entry & 1 != 0,
        }
    }

    /// Is the current `drop` or `select` about vectors? Requires a vector function.
    #[inline(always)]
    fn is_about_vectors(&self) -> bool {
        let func = self.func();
        // SAFETY: as above; the bits are as many as the function's bytes.
        unsafe {
            let at = (self.pc.as_ptr() as usize).wrapping_sub((*func).code as usize);
            *(*func).vector_operands.add(at / 8) >> (at % 8) & 1 != 0
        }
    }

    #[inline(always)]
    fn set_vector_local(&mut self, local: Local) {
        if local.is_vector {
            let value = self.pop_v128();
            // SAFETY: invariant 3 of `regs.rs`; a vector local has two slots.
            unsafe { local.at.cast::<[u8; 16]>().write(value) };
        } else {
            let slot = self.pop_slot();
            // SAFETY: invariant 3 of `regs.rs`.
            unsafe { local.at.write(slot) };
        }
    }

    #[inline(always)]
    fn select_vector(&mut self) {
        let first: bool = self.pop();
        self.flush();
        let (b, a) = (self.pop_v128(), self.pop_v128());
        self.push_v128(if first { a } else { b });
    }
}

/// Declares the vector function's version of instructions.
macro_rules! versions {
    ($($(#[$doc:meta])* $name:ident |$m:ident, $p:ident| $body:block)*) => {$(
        $(#[$doc])*
        pub(crate) enum $name {}

        impl Coded for $name {
            const OPCODE: Opcode = Opcode::$name;
        }

        impl Op for $name {
            #[inline(always)]
            fn run<$p: Path>($m: &mut Regs) -> Flow $body
        }
    )*};
}

/// Expands `$mac! { to: Variant ... }` for all versions.
macro_rules! for_each_vector_version {
    ($mac:ident, $to:ident) => {
        $mac! {
            $to: LocalGet LocalSet LocalTee GlobalGet GlobalSet Drop Select TypedSelect
        }
    };
}
pub(crate) use for_each_vector_version;

versions! {
    /// `local.get`
    LocalGet |m, P| {
        let (local, next) = decode!(P::u32(m.pc.skip(1)));
        let local = m.vector_local(local);
        if local.is_vector {
            // SAFETY: invariant 3 of `regs.rs`; a vector local has two slots.
            m.push_v128(unsafe { local.at.cast::<[u8; 16]>().read() });
        } else {
            // SAFETY: invariant 3 of `regs.rs`.
            m.push(unsafe { local.at.read() });
        }
        m.pc = next;
        Flow::Next
    }

    /// `local.set`
    LocalSet |m, P| {
        let (local, next) = decode!(P::u32(m.pc.skip(1)));
        let local = m.vector_local(local);
        m.set_vector_local(local);
        m.pc = next;
        Flow::Next
    }

    /// `local.tee`
    LocalTee |m, P| {
        let (local, next) = decode!(P::u32(m.pc.skip(1)));
        let local = m.vector_local(local);
        // The copy that is popped is the one that is set; the registers keep the other.
        let mut copy = *m;
        copy.set_vector_local(local);
        m.pc = next;
        Flow::Next
    }

    /// `global.get`
    GlobalGet |m, P| {
        let (global, next) = decode!(P::u32(m.pc.skip(1)));
        match m.vector_global(GlobalIdx(global)) {
            // SAFETY: a vector's global has two slots.
            Some(at) => m.push_v128(unsafe { at.read() }),
            None => m.push(m.global_value(GlobalIdx(global))),
        }
        m.pc = next;
        Flow::Next
    }

    /// `global.set`
    GlobalSet |m, P| {
        let (global, next) = decode!(P::u32(m.pc.skip(1)));
        match m.vector_global(GlobalIdx(global)) {
            Some(at) => {
                let value = m.pop_v128();
                // SAFETY: a vector's global has two slots.
                unsafe { at.write(value) };
            }
            None => {
                let slot = m.pop_slot();
                m.set_global(GlobalIdx(global), slot);
            }
        }
        m.pc = next;
        Flow::Next
    }

    /// `drop`
    Drop |m, P| {
        if m.is_about_vectors() {
            m.pop_v128();
        } else {
            m.pop_slot();
        }
        m.advance(1);
        Flow::Next
    }

    /// `select`
    Select |m, P| {
        if m.is_about_vectors() {
            m.select_vector();
            m.advance(1);
            return Flow::Next;
        }
        op::Select::run::<P>(m)
    }

    /// `select` with a type
    TypedSelect |m, P| {
        let (_one, types) = decode!(P::u32(m.pc.skip(1)));
        if types.byte() == V128 {
            m.select_vector();
            m.pc = types.skip(1);
            return Flow::Next;
        }
        op::TypedSelect::run::<P>(m)
    }
}

/// The byte that stands for the type.
const V128: u8 = 0x7b;
