//! Shadows: shows what there is at the moments that somebody wants to see (`runtime/src/shadow.rs`).
//!
//! Only the loop calls this, before each metered instruction (`dispatch/looped.rs`).

use crate::frame::LEAVES;
use crate::regs::Regs;
use runtime::vm::Frame;

/// Looks at the instruction at `pc`, and shows the state before it if that is wanted. Leaves all
/// operands in memory then.
pub(crate) fn show(m: &mut Regs) {
    let innermost = Frame {
        func: m.func(),
        pc: m.pc.as_ptr(),
        stp: m.entry().as_ptr(),
        fp: m.fp,
    };
    // SAFETY: invariant 1 of `regs.rs`; the innermost function is one of the store.
    let wanted = unsafe { (*(*m.ctx).store).wanted_frames(&innermost) };
    let Some(n_frames) = wanted else { return };
    m.flush();
    let mut frames = vec![innermost];
    // SAFETY: invariant 2 of `context.rs`: records lie below, down to a sentinel.
    unsafe {
        let mut record = (*m.ctx).frame.sub(1);
        while frames.len() < n_frames && !(*record).func.is_null() {
            let fp = (*record).fp.map_addr(|it| it & !LEAVES);
            frames.push(Frame { fp, ..*record });
            record = record.sub(1);
        }
    }
    frames.reverse();
    // SAFETY: records are of functions of the store; each frame begins where the arguments of the
    // one below were, and the innermost one ends at `sp`.
    unsafe { (*(*m.ctx).store).note_moment(&frames, m.sp) };
}
