//! The value stack of a store, and beside it the stack of suspended interpreter frames.
//!
//! ```text
//!   values:  | slots .................... | reserve | guard page |
//!            start                        limit
//!   frames:  | records ...... | guard page |
//! ```
//!
//! Interpreter frames lie in the values: locals (the arguments are the caller's operands in
//! place), then operands. The reserve holds arguments and results of calls that are about to fail
//! for lack of space, so that they need no check of their own.

use crate::os::Mapping;
use crate::vm::Frame;
use std::io;
use std::mem::size_of;

/// Slots above the limit: more than the parameters and results of any function, which are at most
/// a thousand each, of two slots.
const RESERVE_SLOTS: usize = 2 * 2 * 1000 + 48;

/// Records above the limit: the sentinel and the frame being pushed when the check fails.
const RESERVE_FRAMES: usize = 16;

/// Value stack and frame records of a store.
#[derive(Debug)]
pub struct ValueStack {
    values: Mapping,
    frames: Mapping,
    n_slots: usize,
    n_frames: usize,
}

impl ValueStack {
    /// A stack for interpreter frames as deep as `max_wasm_stack` bytes of compiled frames.
    ///
    /// An interpreter frame takes a slot for each local and operand and a record; a compiled one
    /// keeps only what is live and spilled, but has a return address and a frame pointer. Twice
    /// the bytes for slots, and records for frames of 32 bytes, make the interpreter no shallower.
    ///
    /// # Errors
    ///
    /// The operating system's, if the address space is refused.
    pub fn new(max_wasm_stack: usize) -> io::Result<Self> {
        let too_big = || io::Error::from(io::ErrorKind::OutOfMemory);
        let n_slots = max_wasm_stack.checked_mul(2).ok_or_else(too_big)? / size_of::<u64>();
        let n_frames = max_wasm_stack / size_of::<Frame>() + 1;
        let value_bytes = (n_slots + RESERVE_SLOTS) * size_of::<u64>();
        let frame_bytes = (n_frames + RESERVE_FRAMES) * size_of::<Frame>();
        Ok(Self {
            values: guarded(value_bytes)?,
            frames: guarded(frame_bytes)?,
            n_slots,
            n_frames,
        })
    }

    /// First slot.
    pub fn start(&self) -> *mut u64 {
        self.values.start().cast()
    }

    /// One past the last usable slot.
    pub fn limit(&self) -> *mut u64 {
        self.start().wrapping_add(self.n_slots)
    }

    /// First frame record.
    pub(crate) fn frames_start(&self) -> *mut Frame {
        self.frames.start().cast()
    }

    /// One past the last usable frame record.
    pub fn frames_limit(&self) -> *mut Frame {
        self.frames_start().wrapping_add(self.n_frames)
    }
}

/// Accessible bytes followed by an inaccessible page.
fn guarded(len: usize) -> io::Result<Mapping> {
    let page = crate::os::page_size();
    let len = len
        .checked_next_multiple_of(page)
        .ok_or(io::ErrorKind::OutOfMemory)?;
    let mut mapping = Mapping::reserve(len.checked_add(page).ok_or(io::ErrorKind::OutOfMemory)?)?;
    mapping.make_accessible(0, len)?;
    Ok(mapping)
}
