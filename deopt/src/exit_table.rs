//! Exit tables: the deopt exits of one piece of code, encoded compactly.
//!
//! An exit takes a few bytes of LEB128 numbers, because there are many and most are never taken:
//!
//! ```text
//!   exit   reason, site (0, or func + 1 and site), number of frames, frames
//!   frame  home (0, or its number and the value of its context), func, pc, stp, number of locals, number of slots, slots
//!   slot   value index * 2, or 1 and the constant
//! ```

use crate::{Exit, FrameState, Home, SlotState, SpecSite};
use runtime::{CallSiteIdx, ExitIdx, FuncIdx, HomeIdx, Reason, write_leb128 as number};
use rustc_hash::FxHashMap;
use std::fmt;

/// Builds an [`ExitTable`].
#[derive(Debug, Default)]
pub struct ExitTableBuilder {
    table: ExitTable,
    known: FxHashMap<Box<[u8]>, ExitIdx>,
    scratch: Vec<u8>,
}

/// All deopt exits of one piece of code.
#[derive(Clone, Debug, Default)]
pub struct ExitTable {
    bytes: Vec<u8>,
    starts: Vec<u32>,
}

impl ExitTableBuilder {
    /// Adds `exit`. An exit with identical state and reason is shared.
    pub fn push(&mut self, exit: &Exit) -> ExitIdx {
        self.scratch.clear();
        encode(exit, &mut self.scratch);
        if let Some(&known) = self.known.get(self.scratch.as_slice()) {
            return known;
        }
        let table = &mut self.table;
        let idx =
            ExitIdx(u32::try_from(table.starts.len()).expect("exits are bounded by code size"));
        table
            .starts
            .push(u32::try_from(table.bytes.len()).expect("bounded by code size"));
        table.bytes.extend_from_slice(&self.scratch);
        self.known.insert(self.scratch.as_slice().into(), idx);
        idx
    }

    /// The table.
    pub fn finish(mut self) -> ExitTable {
        self.table.bytes.shrink_to_fit();
        self.table.starts.shrink_to_fit();
        self.table
    }
}

impl ExitTable {
    /// Number of exits.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Has it no exits?
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Size of the encoded exits in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len() + self.starts.len() * size_of::<u32>()
    }

    /// Reads an exit.
    pub fn exit(&self, idx: ExitIdx) -> Exit {
        let mut reader = self.reader(idx);
        let (reason, site, n_frames) = reader.header();
        let frames = (0..n_frames)
            .map(|_| {
                let header = reader.frame();
                let slots = (0..header.n_slots).map(|_| reader.slot()).collect();
                FrameState {
                    home: header.home,
                    func: header.func,
                    pc: header.pc,
                    stp: header.stp,
                    n_locals: header.n_locals,
                    slots,
                }
            })
            .collect();
        Exit {
            reason,
            site,
            frames,
        }
    }

    /// All exits in order.
    pub fn exits(&self) -> impl Iterator<Item = (ExitIdx, Exit)> {
        (0..self.len()).map(|it| {
            let idx = ExitIdx(it as u32);
            (idx, self.exit(idx))
        })
    }

    pub(crate) fn reader(&self, idx: ExitIdx) -> Reader<'_> {
        Reader {
            bytes: &self.bytes[self.starts[idx.index()] as usize..],
        }
    }
}

impl fmt::Display for ExitTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.exits()
            .try_for_each(|(idx, exit)| writeln!(f, "{idx} {exit}"))
    }
}

/// The fixed part of an encoded frame.
pub(crate) struct FrameHeader {
    pub(crate) home: Home,
    pub(crate) func: FuncIdx,
    pub(crate) pc: u32,
    pub(crate) stp: u32,
    pub(crate) n_locals: u32,
    pub(crate) n_slots: u32,
}

/// Reads one encoded exit, front to back.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    /// Reason, site, and number of frames.
    pub(crate) fn header(&mut self) -> (Reason, Option<SpecSite>, u32) {
        let reason = REASONS[self.number() as usize];
        let site = self.number32().checked_sub(1).map(|func| SpecSite {
            func: FuncIdx(func),
            site: CallSiteIdx(self.number32()),
        });
        (reason, site, self.number32())
    }

    pub(crate) fn frame(&mut self) -> FrameHeader {
        let home = match self.number32() {
            0 => Home::Own,
            idx => Home::Other {
                idx: HomeIdx(idx),
                vmctx: self.number32(),
            },
        };
        FrameHeader {
            home,
            func: FuncIdx(self.number32()),
            pc: self.number32(),
            stp: self.number32(),
            n_locals: self.number32(),
            n_slots: self.number32(),
        }
    }

    #[inline]
    pub(crate) fn slot(&mut self) -> SlotState {
        match self.number32() {
            1 => SlotState::Const(self.number()),
            value => SlotState::Value(value / 2),
        }
    }

    #[inline]
    fn number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let (&byte, rest) = self.bytes.split_first().expect("written by `encode`");
            self.bytes = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
    }

    fn number32(&mut self) -> u32 {
        self.number() as u32
    }
}

const REASONS: [Reason; 8] = [
    Reason::WrongCallTarget,
    Reason::TableChanged,
    Reason::OutOfBounds,
    Reason::Reprofile,
    Reason::UntakenBranch,
    Reason::Stress,
    Reason::Poll,
    Reason::PollAtEntry,
];

fn encode(exit: &Exit, out: &mut Vec<u8>) {
    debug_assert_eq!(REASONS[exit.reason as usize], exit.reason);
    number(exit.reason as u64, out);
    match exit.site {
        None => number(0, out),
        Some(SpecSite { func, site }) => {
            number(u64::from(func.0) + 1, out);
            number(u64::from(site.0), out);
        }
    }
    number(exit.frames.len() as u64, out);
    for frame in &exit.frames {
        number(u64::from(frame.home.idx().0), out);
        if let Home::Other { vmctx, .. } = frame.home {
            number(u64::from(vmctx), out);
        }
        let n_slots = frame.slots.len() as u32;
        for it in [frame.func.0, frame.pc, frame.stp, frame.n_locals, n_slots] {
            number(u64::from(it), out);
        }
        for slot in &frame.slots {
            match *slot {
                SlotState::Value(value) => number(u64::from(value) * 2, out),
                SlotState::Const(value) => {
                    number(1, out);
                    number(value, out);
                }
            }
        }
    }
}
