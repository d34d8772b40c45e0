//! Rebuilding interpreter frames from a deopt exit.
//!
//! Cost matters here: this is all that lies between the failed guard and the interpreter's first
//! instruction, whatever the size of the function. It reads the encoded exit once, front to back,
//! and writes each slot once.

use crate::{ExitTable, Home, SlotState, SpecSite};
use runtime::vm::{Frame, VMContext};
use runtime::{ExitIdx, HomeIdx, Instance, Reason, Store};
use smallvec::SmallVec;

/// The frames of an exit, rebuilt.
#[derive(Debug)]
pub struct Materialized {
    /// Why the exit was taken.
    pub reason: Reason,
    /// Whose speculation failed.
    pub site: Option<SpecSite>,
    /// The instance of the innermost frame.
    pub home: HomeIdx,
    /// The frames, outermost first. Their slots are written; they are not on record yet.
    pub frames: SmallVec<[Frame; 8]>,
    /// First free slot of the innermost frame.
    pub sp: *mut u64,
}

/// Writes the slots of the frames of `exit`, from `VMStore::value_top` up. `None` if the value
/// stack is too small.
///
/// # Safety
///
/// `exits` belongs to the code that took `exit`, whose values are in the deopt buffer of `store`;
/// `vmctx` is the context of the code; no reference to the store is alive. All functions of the exit
/// are valid, and those of `vmctx` prepared.
pub unsafe fn materialize(
    store: *mut Store,
    vmctx: *mut VMContext,
    (exits, exit): (&ExitTable, ExitIdx),
) -> Option<Materialized> {
    let mut reader = exits.reader(exit);
    let (reason, site, n_frames) = reader.header();
    // SAFETY: the caller promises a live store and its context.
    let (vm, own) = unsafe { (&raw mut (*store).vm, (*vmctx).instance) };
    // SAFETY: as above.
    let (buffer, limit, mut fp) = unsafe {
        (
            &raw const (*vm).deopt_buffer,
            (*vm).value_limit,
            (*vm).value_top,
        )
    };
    let (mut frames, mut home) = (SmallVec::new(), HomeIdx(0));
    for _ in 0..n_frames {
        let header = reader.frame();
        home = header.home.idx();
        // SAFETY: instances live as long as the store, and an exit names the contexts of those
        // that its code has entered.
        let func = unsafe {
            let instance = match header.home {
                Home::Own => own,
                Home::Other { vmctx, .. } => {
                    let vmctx = (*buffer)[vmctx as usize] as *mut VMContext;
                    (*vmctx).instance
                }
            };
            match (*instance).prepared(header.func) {
                Some(func) => func,
                None => Instance::prepare(instance, header.func).ok()?,
            }
        };
        // SAFETY: prepared functions live as long as their instance.
        let (code, side_table, n_slots) =
            unsafe { ((*func).code, (*func).side_table, (*func).n_slots) };
        if fp.wrapping_add(n_slots as usize) > limit {
            return None;
        }
        let mut sp = fp;
        for _ in 0..header.n_slots {
            let value = match reader.slot() {
                // SAFETY: an exit names only values that its code has stored.
                SlotState::Value(value) => unsafe { (*buffer)[value as usize] },
                SlotState::Const(value) => value,
            };
            // SAFETY: the frame fits, by the check above.
            unsafe { sp.write(value) };
            sp = sp.wrapping_add(1);
        }
        let pc = code.wrapping_add(header.pc as usize);
        frames.push(Frame {
            func,
            pc,
            stp: side_table.wrapping_add(header.stp as usize),
            fp,
        });
        // The next frame begins where this one's operands end: its arguments are gone.
        fp = sp;
    }
    Some(Materialized {
        reason,
        site,
        home,
        frames,
        sp: fp,
    })
}
