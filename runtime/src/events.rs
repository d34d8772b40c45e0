//! Events: what tests, counters, traces and reports read of the tiers' decisions.

use crate::code::InlineFrame;
use crate::feedback::IcState;
use crate::{CallSiteIdx, CodeId, ExitIdx, FuncIdx, HomeIdx, InstanceId};
use std::fmt;
use std::time::Duration;

/// Why compiled code gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Reason {
    /// An indirect call had another target than the feedback promised.
    WrongCallTarget,
    /// A table that was never written since instantiation has been.
    TableChanged,
    /// A memory access was out of bounds of a memory without guard pages.
    OutOfBounds,
    /// A call that is not inlined was made so often that it is worth a new look at its targets.
    Reprofile,
    /// A branch took an arm that it had never taken, so that there is no code for it.
    UntakenBranch,
    /// A deopt stress mode made a guard fail.
    Stress,
    /// Fuel is used up or the deadline has passed. The interpreter looks at them, too, at the
    /// instruction that it goes on with.
    Poll,
    /// The same at the entry of a function, which the interpreter has to be told.
    PollAtEntry,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Kinds of events, as named by `--trace`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Inline caches.
    Ic,
    /// Tier-up, compilation, invalidation.
    Tier,
    /// Inlining decisions.
    Inline,
    /// Deopt exits.
    Deopt,
    /// OSR entries.
    Osr,
    /// Interpreted instructions, one by one; only in builds with the feature `trace-interp`.
    Interp,
}

/// One decision of a tier.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// An inline cache changed its state.
    Ic {
        /// Function of the site.
        func: FuncIdx,
        /// The site.
        site: CallSiteIdx,
        /// New state.
        state: IcState,
    },
    /// A function ran out of its hotness budget and a compilation was requested.
    Hot {
        /// The instance.
        instance: InstanceId,
        /// The function.
        func: FuncIdx,
        /// Loop header, if hot by a loop.
        osr: Option<u32>,
    },
    /// Code was installed.
    Installed {
        /// The instance.
        instance: InstanceId,
        /// The function.
        func: FuncIdx,
        /// Loop header, for OSR code.
        osr: Option<u32>,
        /// The code.
        code: CodeId,
        /// Size in bytes.
        size: usize,
        /// Number of deopt exits.
        exits: usize,
        /// Time to compile; not shown in traces.
        time: Duration,
        /// It was compiled for another instance of the module, maybe in another store.
        reused: bool,
        /// Bodies it is made of, the compiled function's first; not shown in traces.
        bodies: Box<[InlineFrame]>,
    },
    /// A compilation failed; the function stays in the interpreter.
    CompileFailed {
        /// The function.
        func: FuncIdx,
        /// Why.
        error: String,
    },
    /// A call site was decided on.
    Inlined {
        /// The compiled function.
        root: FuncIdx,
        /// Function of the site.
        func: FuncIdx,
        /// The call's pc.
        pc: u32,
        /// What was done, e.g. `func3 behind index == 2, else exit`.
        decision: String,
    },
    /// Compiled code was left through an exit.
    Deopt {
        /// The code.
        code: CodeId,
        /// The exit.
        exit: ExitIdx,
        /// Why.
        reason: Reason,
        /// Instance of the innermost frame,
        home: HomeIdx,
        /// its function,
        func: FuncIdx,
        /// and its pc.
        pc: u32,
        /// Number of frames rebuilt.
        frames: usize,
    },
    /// Code was withdrawn: new calls do not enter it.
    Invalidated {
        /// The function.
        func: FuncIdx,
        /// The code.
        code: CodeId,
    },
    /// A running frame entered compiled code at a loop.
    OsrEntered {
        /// The function.
        func: FuncIdx,
        /// Loop header.
        pc: u32,
        /// The code.
        code: CodeId,
    },
    /// The interpreter is about to execute an instruction.
    Step {
        /// The function.
        func: FuncIdx,
        /// The instruction's pc.
        pc: u32,
        /// Mnemonic and immediates.
        instruction: String,
        /// Slots of all operands, the topmost one last.
        operands: Vec<u64>,
    },
}

impl Event {
    /// Its kind.
    pub fn kind(&self) -> EventKind {
        match self {
            Event::Ic { .. } => EventKind::Ic,
            Event::Hot { .. }
            | Event::Installed { .. }
            | Event::CompileFailed { .. }
            | Event::Invalidated { .. } => EventKind::Tier,
            Event::Inlined { .. } => EventKind::Inline,
            Event::Deopt { .. } => EventKind::Deopt,
            Event::OsrEntered { .. } => EventKind::Osr,
            Event::Step { .. } => EventKind::Interp,
        }
    }
}

/// The loop header of OSR code, as printed after its function.
struct At(Option<u32>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(pc) => write!(f, " loop@{pc:#x}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Ic { func, site, state } => write!(f, "ic {func} {site} {state:?}"),
            Event::Hot { func, osr, .. } => write!(f, "tier {func}{} hot", At(*osr)),
            Event::Installed {
                func,
                osr,
                code,
                size,
                exits,
                reused,
                ..
            } => {
                write!(
                    f,
                    "tier {func}{} installed {code}: {size} bytes, {exits} exits{}",
                    At(*osr),
                    if *reused { ", compiled before" } else { "" }
                )
            }
            Event::CompileFailed { func, error } => {
                write!(f, "tier {func} stays in the interpreter: {error}")
            }
            Event::Inlined {
                root,
                func,
                pc,
                decision,
            } => {
                write!(f, "inline {root}: {func}@{pc:#x} {decision}")
            }
            Event::Deopt {
                code,
                exit,
                reason,
                home,
                func,
                pc,
                frames,
            } => {
                write!(f, "deopt {code} {exit} {reason}: ")?;
                if *home != HomeIdx(0) {
                    write!(f, "{home}:")?;
                }
                write!(f, "{func}@{pc:#x}, {frames} frame(s)")
            }
            Event::Invalidated { func, code } => write!(f, "tier {func} invalidated {code}"),
            Event::OsrEntered { func, pc, code } => write!(f, "osr {func} loop@{pc:#x} {code}"),
            Event::Step {
                func,
                pc,
                instruction,
                operands,
            } => {
                write!(f, "interp {func}@{pc:#x} {instruction}")?;
                match operands.is_empty() {
                    true => Ok(()),
                    false => write!(f, " {operands:x?}"),
                }
            }
        }
    }
}

/// Receives the events of a store.
pub type EventSink = Box<dyn FnMut(&Event) + Send + Sync>;
