//! Stack walks: the wasm frames of a store, innermost first, whatever tier they are in.
//!
//! ```text
//!   activations (newest first)        frames
//!   ─────────────────────────        ──────────────────────────────────────────────
//!   Compiled                          frame pointers from VMStore::exit_fp to entry.fp
//!   Polling { func, pc }              the current frame of the interpreter below
//!   Interpreted { base }              records from VMStore::frames_top down to base + 1
//!   Compiled { .. }                   frame pointers between the saved exit and entry
//! ```
//!
//! A frame is on record (pushed, or reachable from an exit frame pointer) whenever its tier is
//! left; the innermost frame of a trapping interpreter is passed in instead.

use crate::code::{CodeInfo, CodePos};
use crate::vm::{EntryRecord, Frame, FuncInstance};
use crate::{RawFrame, Store};

/// One stay in a tier, between the Rust frame that entered it and what it called.
#[derive(Debug)]
pub struct Activation {
    /// The one before.
    pub prev: *mut Activation,
    /// Which tier.
    pub kind: ActivationKind,
}

/// The tier of an activation, and what a walk must know of it.
#[derive(Clone, Copy, Debug)]
pub enum ActivationKind {
    /// The interpreter; its frames lie above `base`, which is a sentinel.
    Interpreted {
        /// The sentinel record.
        base: *mut Frame,
    },
    /// A function that looked at the deadline, whose callback runs.
    Polling {
        /// The function. Its frame is not on record.
        func: *mut FuncInstance,
        /// Where it is.
        pc: u32,
    },
    /// Compiled code.
    Compiled {
        /// `VMStore::entry` of the next older compiled activation.
        older_entry: EntryRecord,
        /// `VMStore::exit_fp` of the next older compiled activation.
        older_exit_fp: usize,
    },
}

/// Captures the frames of `store`, `innermost` first if it is not on record.
///
/// # Safety
///
/// `store` is alive, no exclusive reference to it is, and all frames but `innermost` are on record.
pub unsafe fn capture(store: *mut Store, innermost: Option<RawFrame>) -> Vec<RawFrame> {
    // SAFETY: forwarded.
    let Some(limit) = (unsafe { Store::tuning(store).backtrace_frames }) else {
        return Vec::new();
    };
    // SAFETY: forwarded.
    unsafe { walk(store, innermost.into_iter().collect(), None, limit) }
}

/// Captures the frames of `store` regardless of settings, at most `limit`.
///
/// # Safety
///
/// As for [`capture`].
pub unsafe fn capture_forced(store: *mut Store, limit: usize) -> Vec<RawFrame> {
    // SAFETY: forwarded.
    unsafe { walk(store, Vec::new(), None, limit) }
}

/// Captures the frames of `store` at a trap of compiled code.
///
/// # Safety
///
/// As for [`capture`]; `pc` is a trap site of `code`, and `fp` its frame's frame pointer.
pub(crate) unsafe fn capture_at_trap(
    store: *mut Store,
    code: &CodeInfo,
    pc: usize,
    fp: usize,
) -> Vec<RawFrame> {
    // SAFETY: forwarded.
    let Some(limit) = (unsafe { Store::tuning(store).backtrace_frames }) else {
        return Vec::new();
    };
    let mut frames = Vec::new();
    match code.trap_at(pc).and_then(|it| it.pos) {
        Some(pos) => push_inlined(code, pos, &mut frames),
        // A prologue that ran out of stack: its function has not begun.
        None => frames.push(RawFrame {
            module: code.module(&code.frames[0]),
            func: code.frames[0].func,
            pc: None,
        }),
    }
    // SAFETY: forwarded.
    unsafe { walk(store, frames, Some(fp), limit) }
}

/// Walks all activations. `from` is the frame pointer of the innermost compiled frame if that
/// frame is already in `frames`; otherwise the walk starts at `VMStore::exit_fp`.
///
/// # Safety
///
/// As for [`capture`].
unsafe fn walk(
    store: *mut Store,
    mut frames: Vec<RawFrame>,
    mut from: Option<usize>,
    limit: usize,
) -> Vec<RawFrame> {
    // SAFETY: the caller promises a live store that nobody changes meanwhile.
    let store = unsafe { &*store };
    let (mut entry, mut exit_fp) = (store.vm.entry, store.vm.exit_fp);
    let mut top = store.vm.frames_top;
    let mut activation = store.activations;
    while !activation.is_null() && frames.len() < limit {
        // SAFETY: activations lie on the stack below and are unlinked before they die.
        let this = unsafe { &*activation };
        match this.kind {
            ActivationKind::Interpreted { base } => {
                // SAFETY: records between `base` and `top` are initialized.
                unsafe { push_interpreted(store, base, top, &mut frames) };
                top = base;
            }
            ActivationKind::Polling { func, pc } => {
                // SAFETY: functions live as long as their store.
                frames.push(unsafe { RawFrame::new(func, pc) });
            }
            ActivationKind::Compiled {
                older_entry,
                older_exit_fp,
            } => {
                let start = from.take().unwrap_or(exit_fp);
                // SAFETY: compiled code and stubs keep frame pointers.
                unsafe { push_compiled(store, start, entry.fp, &mut frames) };
                (entry, exit_fp) = (older_entry, older_exit_fp);
            }
        }
        activation = this.prev;
    }
    frames.truncate(limit);
    frames
}

/// Pushes the frames of an activation of the interpreter.
///
/// # Safety
///
/// `base` and the records from the next one to `top` are those of an activation of `store`.
unsafe fn push_interpreted(
    store: &Store,
    base: *mut Frame,
    mut top: *mut Frame,
    frames: &mut Vec<RawFrame>,
) {
    // SAFETY: `base` is a record below `top`.
    let first = unsafe { base.add(1) };
    while top > first {
        // SAFETY: records in `first..top` are initialized; functions outlive their frames.
        let (frame, func) = unsafe {
            top = top.sub(1);
            (&*top, &*(*top).func)
        };
        // SAFETY: a suspended frame is after a call, whose side table entry is before `stp`.
        let call_len = unsafe { (*frame.stp.sub(1)).op_len() };
        // SAFETY: the context of a wasm function is that of a live instance.
        let instance = unsafe { &*(*func.vmctx).instance };
        debug_assert!(std::ptr::eq(instance.store, store));
        frames.push(RawFrame {
            module: instance.module.clone(),
            func: func.func,
            pc: Some(func.pc_offset(frame.pc) - call_len),
        });
    }
}

/// Pushes the frames of an activation of compiled code.
///
/// # Safety
///
/// From `fp` on, a chain of frame pointers of compiled code and of stubs leads to `entry_fp`.
unsafe fn push_compiled(store: &Store, mut fp: usize, entry_fp: usize, frames: &mut Vec<RawFrame>) {
    while fp != entry_fp {
        // SAFETY: `fp` is a frame pointer of compiled code or of a stub: the caller's frame
        // pointer lies there, and the return address above it.
        let (caller, pc) = unsafe {
            (
                std::ptr::read(fp as *const usize),
                std::ptr::read((fp + 8) as *const usize),
            )
        };
        if let Some(code) = store.codes.find(pc - 1)
            && let Some(pos) = code.return_to(pc)
        {
            push_inlined(code, pos, frames);
        }
        fp = caller;
    }
}

/// Pushes the frame at `pos` and the ones it is inlined into.
fn push_inlined(code: &CodeInfo, pos: CodePos, frames: &mut Vec<RawFrame>) {
    let mut pos = Some(pos);
    while let Some(at) = pos {
        let frame = &code.frames[at.frame()];
        frames.push(RawFrame {
            module: code.module(frame),
            func: frame.func,
            pc: Some(at.pc()),
        });
        pos = frame.call;
    }
}
