//! Constants.

use super::{Flow, Op, decode, op};
use crate::cursor::Path;
use crate::regs::Regs;

impl Op for op::I32Const {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (value, next) = decode!(P::i64(m.pc.skip(1)));
        m.push(value as u32);
        m.pc = next;
        Flow::Next
    }
}

impl Op for op::I64Const {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (value, next) = decode!(P::i64(m.pc.skip(1)));
        m.push(value);
        m.pc = next;
        Flow::Next
    }
}

impl Op for op::F32Const {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let bytes = m.pc.skip(1).bytes();
        m.push(u32::from_le_bytes(bytes));
        m.advance(5);
        Flow::Next
    }
}

impl Op for op::F64Const {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let bytes = m.pc.skip(1).bytes();
        m.push(f64::from_bits(u64::from_le_bytes(bytes)));
        m.advance(9);
        Flow::Next
    }
}
