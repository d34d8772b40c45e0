//! References.

use super::{Flow, Op, decode, op};
use crate::cursor::{Full, Path};
use crate::regs::Regs;
use runtime::{FuncIdx, Trap};

impl Op for op::RefNull {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (_heap_type, next) = decode!(P::i64(m.pc.skip(1)));
        m.push(0u64);
        m.pc = next;
        Flow::Next
    }
}

impl Op for op::RefIsNull {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let reference = m.pop_slot();
        m.push(reference == 0);
        m.advance(1);
        Flow::Next
    }
}

impl Op for op::RefAsNonNull {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let reference = m.pop_slot();
        if reference == 0 {
            return Flow::Trap(Trap::NullReference);
        }
        m.push(reference);
        m.advance(1);
        Flow::Next
    }
}

impl Op for op::RefFunc {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (func, next) = decode!(P::u32(m.pc.skip(1)));
        let Some(func_ref) = m.own_func(FuncIdx(func)) else {
            return Flow::Cold;
        };
        m.push(func_ref as u64);
        m.pc = next;
        Flow::Next
    }

    fn cold(m: &mut Regs) -> Flow {
        let (func, next) = decode!(Full::u32(m.pc.skip(1)));
        m.push(m.any_func(FuncIdx(func)) as u64);
        m.flush();
        m.pc = next;
        Flow::Next
    }
}
