//! Locals and globals.

use super::{Flow, Op, decode, op};
use crate::cursor::Path;
use crate::regs::{Cache, Regs};
use runtime::GlobalIdx;

impl Op for op::LocalGet {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (local, next) = decode!(P::u32(m.pc.skip(1)));
        m.push(m.local(local));
        m.pc = next;
        Flow::Next
    }
}

impl Op for op::LocalSet {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (local, next) = decode!(P::u32(m.pc.skip(1)));
        m.set_local(local);
        m.pc = next;
        Flow::Next
    }
}

impl Op for op::LocalTee {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (local, next) = decode!(P::u32(m.pc.skip(1)));
        if m.cache == Cache::Empty {
            let slot = m.pop_slot();
            m.push(slot);
        }
        // The copy that is popped is the one that is set; the registers keep the other.
        let mut copy = *m;
        copy.set_local(local);
        m.pc = next;
        Flow::Next
    }
}

impl Op for op::GlobalGet {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (global, next) = decode!(P::u32(m.pc.skip(1)));
        m.push(m.global_value(GlobalIdx(global)));
        m.pc = next;
        Flow::Next
    }
}

impl Op for op::GlobalSet {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (global, next) = decode!(P::u32(m.pc.skip(1)));
        let slot = m.pop_slot();
        m.set_global(GlobalIdx(global), slot);
        m.pc = next;
        Flow::Next
    }
}

impl Op for op::Drop {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        m.pop_slot();
        m.advance(1);
        Flow::Next
    }
}

impl Op for op::Select {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        m.select();
        m.advance(1);
        Flow::Next
    }
}

impl Op for op::TypedSelect {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (_one, types) = decode!(P::u32(m.pc.skip(1)));
        let next = decode!(P::type_(types));
        m.select();
        m.pc = next;
        Flow::Next
    }
}

impl Regs {
    #[inline(always)]
    fn select(&mut self) {
        let first: bool = self.pop();
        let (b, a) = (self.pop_slot(), self.pop_slot());
        self.push(if first { a } else { b });
    }
}
