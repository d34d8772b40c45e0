//! Installed code: what it is made of, why, and where it was left.

use super::explain::Printable;
use runtime::code::InlineFrame;
use runtime::{CodeId, ExitIdx, FuncIdx, HomeIdx, InstanceId};
use std::fmt;
use std::time::Duration;

/// A piece of code that was installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSummary {
    /// The code.
    pub code: CodeId,
    /// The instance it was installed in.
    pub instance: InstanceId,
    /// Its function.
    pub func: FuncIdx,
    /// The function's name.
    pub name: Option<String>,
    /// Loop header, for code that is entered there.
    pub osr: Option<u32>,
    /// Size in bytes.
    pub size: usize,
    /// Number of deopt exits.
    pub exits: usize,
    /// How often it was left through them.
    pub deopts: u64,
    /// Time to compile.
    pub compile_time: Duration,
    /// Whether it was compiled for another instance of the module.
    pub reused: bool,
    /// When it was installed.
    pub installed: Duration,
    /// When a running frame first entered it at a loop.
    pub first_osr: Option<Duration>,
    /// How often running frames entered it at a loop.
    pub osr_entries: u64,
    /// When it was withdrawn.
    pub withdrawn: Option<Duration>,
    /// What was decided on call sites, by function and pc.
    pub inlined: Vec<Decision>,
    /// Its inline tree: the function's own body, and behind it those that are inlined.
    pub bodies: Vec<InlinedBody>,
}

/// A body that code is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InlinedBody {
    /// The instance: 0 is that of the code, the others are known by their modules only.
    pub home: HomeIdx,
    /// The function.
    pub func: FuncIdx,
    /// The body it was inlined into, by its place in [`CodeSummary::bodies`], which is before its
    /// own, and the pc of the call. `None` for the compiled function and for what it tail-calls: a
    /// tail call leaves nothing to return into.
    pub call: Option<(u32, u32)>,
}

/// What was decided on a call site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Function of the site.
    pub func: FuncIdx,
    /// The call's pc.
    pub pc: u32,
    /// What was done, e.g. `func3 behind index == 2, else called` or `called: megamorphic`.
    pub text: String,
}

impl Decision {
    /// Why nothing was inlined; `None` if something was.
    pub fn refusal(&self) -> Option<&str> {
        self.text.strip_prefix("called: ")
    }
}

/// An exit that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeoptSummary {
    /// The code.
    pub code: CodeId,
    /// The exit.
    pub exit: ExitIdx,
    /// Why: the text of a [`Reason`](super::Reason).
    pub reason: String,
    /// Instance of the innermost frame: 0 is that of the code.
    pub home: HomeIdx,
    /// Its function.
    pub func: FuncIdx,
    /// Where it went on.
    pub pc: u32,
    /// Frames rebuilt.
    pub frames: usize,
    /// When.
    pub at: Duration,
}

impl InlinedBody {
    pub(super) fn new(frame: &InlineFrame) -> Self {
        Self {
            home: frame.home,
            func: frame.func,
            call: frame.call.map(|it| (it.frame() as u32, it.pc())),
        }
    }
}

/// A function as printed: index, and name if there is one.
pub(super) struct Named<'a>(pub(super) FuncIdx, pub(super) &'a Option<String>);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Some(name) => write!(f, "{} ({})", self.0, Printable(name)),
            None => write!(f, "{}", self.0),
        }
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

impl fmt::Display for CodeSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let func = Named(self.func, &self.name);
        write!(f, "compiled {}: {func}", self.code)?;
        if let Some(pc) = self.osr {
            write!(f, " from its loop at {pc:#x}")?;
        }
        write!(
            f,
            ", {} bytes, {} exits, in {:.2} ms, installed at {:.1} ms",
            self.size,
            self.exits,
            ms(self.compile_time),
            ms(self.installed),
        )?;
        if let Some(at) = self.first_osr {
            write!(f, ", entered by OSR at {:.1} ms", ms(at))?;
        }
        if self.reused {
            write!(f, ", compiled before")?;
        }
        if self.withdrawn.is_some() {
            write!(f, ", withdrawn")?;
        }
        self.inlined.iter().try_for_each(|it| write!(f, "\n  {it}"))
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{:#x} {}", self.func, self.pc, self.text)
    }
}

impl fmt::Display for DeoptSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} to ", self.code, self.reason)?;
        if self.home != HomeIdx(0) {
            write!(f, "{}:", self.home)?;
        }
        write!(
            f,
            "{}@{:#x}, {} frame(s), at {:.1} ms",
            self.func,
            self.pc,
            self.frames,
            ms(self.at),
        )
    }
}
