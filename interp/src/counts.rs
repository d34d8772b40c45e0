//! Counts what is about to be executed, in stores whose engine asks for that.
//!
//! Only the loop calls this, before each instruction (`dispatch/looped.rs`). What a branch or call
//! will do follows from its operands, so that no handler knows of counts.

use crate::cursor::{Cursor, Full, Path};
use crate::inline_cache::{self, Site};
use crate::ops::{Flow, Op, op};
use crate::regs::Regs;
use runtime::opcode::Opcode;
use runtime::vm::Frame;
use runtime::{Counts, EntryCounts};

/// Counts the instruction at `pc`. Leaves all operands in memory.
pub(crate) fn count(m: &mut Regs) {
    m.flush();
    // SAFETY: invariant 1 of `regs.rs`; functions of a store that counts have counts, to which
    // nothing refers while the store executes.
    let counts = unsafe { &mut *(*m.func()).counts };
    counts.instructions += 1;
    let Some(opcode) = Opcode::from_byte(m.pc.byte()) else {
        // Prefixed instructions have no side table entries.
        return;
    };
    let (nth, taken) = match opcode {
        Opcode::Block => {
            counts.instructions += blocks_behind(*m);
            return;
        }
        Opcode::Br | Opcode::Else | Opcode::Call | Opcode::ReturnCall => (0, true),
        Opcode::CallIndirect
        | Opcode::ReturnCallIndirect
        | Opcode::CallRef
        | Opcode::ReturnCallRef => match is_on_record(m) {
            Some(is_on_record) => (0, is_on_record),
            None => return,
        },
        _ => match branch(m) {
            Some(branch) => branch,
            None => return,
        },
    };
    let entry = entry_counts(m, counts, nth);
    match taken {
        true => entry.taken += 1,
        false => entry.not_taken += 1,
    }
}

/// What the instruction at `pc` is about to do if it is a branch that has a choice: by which of its
/// side table entries, and whether it is taken. Requires all operands in memory.
pub(crate) fn branch(m: &Regs) -> Option<(u32, bool)> {
    let top = || {
        // SAFETY: only asked for if validation promises an operand.
        unsafe { *m.sp.wrapping_sub(1) }
    };
    Some(match Opcode::from_byte(m.pc.byte())? {
        Opcode::If => (0, top() as u32 == 0),
        Opcode::BrOnNull => (0, top() == 0),
        Opcode::BrIf => (0, top() as u32 != 0),
        Opcode::BrOnNonNull => (0, top() != 0),
        Opcode::BrTable => (target_of_table(m.pc, top() as u32), true),
        _ => return None,
    })
}

/// The side table entry, by its place in the table of the function, of what the branch that `frame`
/// executes next is about to do: for `br_table` that of its target.
///
/// # Safety
///
/// `frame` is of a live function, before a branch whose condition or index is below `sp`.
pub unsafe fn branch_entry(frame: &Frame, sp: *mut u64) -> usize {
    // SAFETY: forwarded.
    unsafe {
        let first = frame.stp.offset_from_unsigned((*frame.func).side_table);
        let nth = match Opcode::from_byte(*frame.pc) {
            Some(Opcode::BrTable) => {
                target_of_table(Cursor::new(frame.pc), *sp.wrapping_sub(1) as u32)
            }
            _ => 0,
        };
        first + nth as usize
    }
}

/// How many blocks does the one at `pc` execute along with itself?
pub(crate) fn blocks_behind(mut m: Regs) -> u64 {
    let Some(next) = Full::type_(m.pc.skip(1)) else {
        unreachable!("the full path reads any type")
    };
    let Flow::Next = op::Block::run::<Full>(&mut m) else {
        unreachable!("the full path opens any block")
    };
    // Each is an opcode and an empty type.
    (m.pc.as_ptr().addr() - next.as_ptr().addr()) as u64 / 2
}

/// Those of the `nth` side table entry of the current instruction.
fn entry_counts<'a>(m: &Regs, counts: &'a mut Counts, nth: u32) -> &'a mut EntryCounts {
    let stp = m.entry().plus(nth).as_ptr();
    // SAFETY: invariant 1 of `regs.rs`; both point into the side table.
    let idx = unsafe { stp.offset_from_unsigned((*m.func()).side_table) };
    &mut counts.entries[idx]
}

/// Which of the targets of the `br_table` at `pc` is that of `index`?
fn target_of_table(pc: Cursor, index: u32) -> u32 {
    match Full::u32(pc.skip(1)) {
        Some((n_targets, _)) => index.min(n_targets),
        None => unreachable!("the full path reads any number"),
    }
}

/// Does the inline cache of the indirect call at `pc` have what it will call? `None` if it traps.
fn is_on_record(m: &Regs) -> Option<bool> {
    let frame = Frame {
        func: m.func(),
        pc: m.pc.as_ptr(),
        stp: m.entry().as_ptr(),
        fp: m.fp,
    };
    // SAFETY: invariants 1 to 3 of `regs.rs`; all operands are in memory. Nobody else refers to
    // the call sites meanwhile.
    unsafe {
        let target = inline_cache::call_target(&frame, m.sp)?;
        let site = (*m.func()).call_sites.add(m.entry().site().index());
        Some(Site::new(site).find(target).is_some())
    }
}
