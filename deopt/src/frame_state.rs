//! Frame states: interpreter frames described at a pc.

use runtime::{CallSiteIdx, FuncIdx, HomeIdx, Reason};
use std::fmt;

/// Where the value of a local or operand comes from when a frame is rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotState {
    /// The n-th value of the deopt buffer.
    Value(u32),
    /// A constant, as a slot.
    Const(u64),
}

/// The instance of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Home {
    /// That of the code.
    #[default]
    Own,
    /// Another one, or that of the code again if it was left before.
    Other {
        /// Its number, which is not 0. It tells the module.
        idx: HomeIdx,
        /// The value of the deopt buffer that is its `VMContext`.
        vmctx: u32,
    },
}

impl Home {
    /// Its number in the code.
    pub fn idx(self) -> HomeIdx {
        match self {
            Home::Own => HomeIdx(0),
            Home::Other { idx, .. } => idx,
        }
    }
}

/// One interpreter frame.
///
/// The innermost frame of an exit is at the state *before* the instruction at `pc`, operands of
/// the instruction included. Frames below it are at the state *after* their call: `pc` is the
/// next instruction, and the arguments are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameState {
    /// The instance.
    pub home: Home,
    /// The function.
    pub func: FuncIdx,
    /// Where it goes on, as an offset from its first instruction.
    pub pc: u32,
    /// Side table index at `pc`.
    pub stp: u32,
    /// Slots of the locals, parameters included.
    pub n_locals: u32,
    /// Locals, then operands.
    pub slots: Vec<SlotState>,
}

/// The call site whose speculation an exit belongs to, in the instance of its innermost frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpecSite {
    /// Its function.
    pub func: FuncIdx,
    /// The site.
    pub site: CallSiteIdx,
}

/// A deopt exit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Why it is taken.
    pub reason: Reason,
    /// Whose speculation fails by it; `None` for exits that speculate on nothing.
    pub site: Option<SpecSite>,
    /// Frames to rebuild, outermost first. Tail-called-away frames are absent.
    pub frames: Vec<FrameState>,
}

impl fmt::Display for FrameState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_operands = self.slots.len() - self.n_locals as usize;
        if let Home::Other { idx, .. } = self.home {
            write!(f, "{idx}:")?;
        }
        write!(f, "{}@{:#x}", self.func, self.pc)?;
        write!(f, "[locals={} operands={n_operands}]", self.n_locals)
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.reason)?;
        self.frames.iter().try_for_each(|it| write!(f, " {it}"))
    }
}
