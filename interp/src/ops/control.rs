//! Blocks, branches and returns.

use super::{Coded as _, Flow, Op, Top, decode, op};
use crate::cursor::{Full, Path};
use crate::frame::charge;
use crate::regs::{Entry, Regs};
use runtime::Trap;
use runtime::module::SideTableEntry;

impl Op for op::Unreachable {
    #[inline(always)]
    fn run<P: Path>(_m: &mut Regs) -> Flow {
        Flow::Trap(Trap::UnreachableCodeReached)
    }
}

impl Op for op::Nop {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        m.advance(1);
        Flow::Next
    }
}

impl Op for op::Block {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        m.pc = decode!(P::type_(m.pc.skip(1)));
        if m.pc.byte() == op::Block::OPCODE as u8 {
            m.skip_blocks();
        }
        Flow::Next
    }
}

impl Op for op::Loop {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        m.pc = decode!(P::type_(m.pc.skip(1)));
        Flow::Next
    }
}

impl Op for op::If {
    const TOP: Top = Top::Integer;

    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let condition: bool = m.pop();
        m.if_(condition)
    }
}

/// Reached at the end of the first arm: goes behind the `end`.
impl Op for op::Else {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        m.jump(m.entry())
    }
}

impl Op for op::End {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let next = m.pc.skip(1);
        // SAFETY: the context is that of the current frame (invariant 1 of `regs.rs`).
        if next.as_ptr() == unsafe { (*m.func()).end } {
            return m.return_::<P>();
        }
        m.pc = next;
        Flow::Next
    }

    fn cold(m: &mut Regs) -> Flow {
        m.return_cold()
    }
}

impl Op for op::Return {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        m.return_::<P>()
    }

    fn cold(m: &mut Regs) -> Flow {
        m.return_cold()
    }
}

impl Op for op::Br {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        m.branch::<P>(m.entry())
    }

    fn cold(m: &mut Regs) -> Flow {
        m.branch_hot(m.entry())
    }
}

impl Op for op::BrIf {
    const TOP: Top = Top::Integer;

    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let taken: bool = m.pop();
        m.branch_if::<P>(taken)
    }

    fn cold(m: &mut Regs) -> Flow {
        m.pop_slot();
        m.branch_hot(m.entry())
    }
}

impl Op for op::BrOnNull {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let reference = m.pop_slot();
        let entry = m.entry();
        if reference != 0 {
            m.push(reference);
            return m.fall_through(entry);
        }
        let flow = m.branch::<P>(entry);
        if let Flow::Full | Flow::Cold = flow {
            m.push(reference);
        }
        flow
    }

    fn cold(m: &mut Regs) -> Flow {
        m.pop_slot();
        m.branch_hot(m.entry())
    }
}

/// The reference goes along if the branch is taken.
impl Op for op::BrOnNonNull {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let reference = m.pop_slot();
        let entry = m.entry();
        if reference == 0 {
            return m.fall_through(entry);
        }
        m.push(reference);
        m.branch::<P>(entry)
    }

    fn cold(m: &mut Regs) -> Flow {
        m.branch_hot(m.entry())
    }
}

impl Op for op::BrTable {
    const TOP: Top = Top::Integer;

    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (n_targets, _) = decode!(P::u32(m.pc.skip(1)));
        let before = *m;
        let index = m.pop::<u32>().min(n_targets);
        let flow = m.branch::<P>(m.entry().plus(index));
        if let Flow::Full | Flow::Cold = flow {
            *m = before;
        }
        flow
    }

    fn cold(m: &mut Regs) -> Flow {
        let (n_targets, _) = decode!(Full::u32(m.pc.skip(1)));
        let index: u32 = m.pop();
        m.branch_hot(m.entry().plus(index.min(n_targets)))
    }
}

impl Regs {
    /// Goes on past blocks without results, four at a time and then what is left of four.
    ///
    /// # Note
    ///
    /// Compilers open a block for each arm of a `switch`, right before the `br_table`: an
    /// interpreter of 49 instructions spent half its time on them.
    #[inline(always)]
    fn skip_blocks(&mut self) {
        const FOUR: u64 = u64::from_le_bytes([0x02, 0x40, 0x02, 0x40, 0x02, 0x40, 0x02, 0x40]);
        // SAFETY: the context is that of the current frame (invariant 1 of `regs.rs`).
        let end = unsafe { (*self.func()).end };
        while end.addr() - self.pc.as_ptr().addr() >= 8 {
            let differ = u64::from_le_bytes(self.pc.bytes()) ^ FOUR;
            if differ != 0 {
                self.advance(differ.trailing_zeros() as usize / 16 * 2);
                return;
            }
            self.advance(8);
        }
    }

    /// `if`, its condition being popped.
    #[inline(always)]
    pub(crate) fn if_(&mut self, condition: bool) -> Flow {
        let entry = self.entry();
        if condition {
            self.fall_through(entry)
        } else {
            self.jump(entry)
        }
    }

    /// `br_if`, its condition being popped.
    #[inline(always)]
    pub(crate) fn branch_if<P: Path>(&mut self, taken: bool) -> Flow {
        let entry = self.entry();
        if !taken {
            return self.fall_through(entry);
        }
        let flow = self.branch::<P>(entry);
        if let Flow::Full | Flow::Cold = flow {
            // Any condition that is true will do, and this one need not be kept until here.
            self.push(true);
        }
        flow
    }

    /// Goes to the next instruction, the current one being a branch that is not taken.
    #[inline(always)]
    fn fall_through(&mut self, entry: Entry) -> Flow {
        self.advance(entry.op_len() as usize);
        self.set_entry(entry.plus(1));
        Flow::Next
    }

    /// Goes where `entry` leads, with the operands as they are.
    #[inline(always)]
    fn jump(&mut self, entry: Entry) -> Flow {
        self.pc = self.pc.jump(entry.pc_delta());
        self.set_entry(entry.landing());
        Flow::Jump
    }

    /// Takes the branch of `entry`.
    #[inline(always)]
    fn branch<P: Path>(&mut self, entry: Entry) -> Flow {
        // One compare for what is frequent: forward, and nothing to drop.
        if entry.drop_or_site != 0 {
            if entry.drop_or_site != SideTableEntry::BACKWARD && !P::FULL {
                return Flow::Full;
            }
            // SAFETY: the context is that of the current frame (invariant 1 of `regs.rs`).
            if entry.is_backward() && unsafe { charge(self.func()) } {
                return Flow::Cold;
            }
        }
        if P::FULL {
            self.flush();
            self.drop_operands(entry);
        }
        self.jump(entry)
    }

    /// Drops the operands that the branch of `entry` drops, below those it keeps. Requires all
    /// operands in memory.
    #[inline(always)]
    fn drop_operands(&mut self, entry: Entry) {
        let (n_keep, n_drop) = (entry.n_keep(), entry.n_drop());
        if n_drop != 0 {
            let to = self.sp.wrapping_sub((n_keep + n_drop) as usize);
            self.move_operands(n_keep, to);
        }
    }

    /// Takes the branch of `entry`, all operands being in memory.
    pub(crate) fn branch_flushed(&mut self, entry: Entry) {
        self.drop_operands(entry);
        self.jump(entry);
    }
}
