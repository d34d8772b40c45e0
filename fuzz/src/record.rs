//! What a run of a program did, as far as it can be seen from outside; the same type for every
//! engine, so that runs can be compared.

use std::fmt;

/// A value, without anything that only means something in its store.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    I32(u32),
    I64(u64),
    F32(u32),
    F64(u64),
    V128(u128),
    /// Is it null? Functions are told apart by their number of parameters and results.
    Func(Option<(usize, usize)>),
    /// The number that the host put in.
    Extern(Option<u32>),
}

impl Seen {
    /// The same with one bit pattern for all NaNs.
    fn canonical(self) -> Self {
        match self {
            Seen::F32(bits) if f32::from_bits(bits).is_nan() => Seen::F32(0x7fc0_0000),
            Seen::F64(bits) if f64::from_bits(bits).is_nan() => Seen::F64(0x7ff8_0000_0000_0000),
            other => other,
        }
    }

    /// A number that equal values share. All NaNs are equal.
    pub(crate) fn fingerprint(self) -> u64 {
        match self.canonical() {
            Seen::I32(bits) | Seen::F32(bits) => bits.into(),
            Seen::I64(bits) | Seen::F64(bits) => bits,
            Seen::V128(bits) => bits as u64 ^ (bits >> 64) as u64,
            Seen::Func(ty) => {
                ty.map_or(0, |(params, results)| (params * 1000 + results + 1) as u64)
            }
            Seen::Extern(data) => data.map_or(0, |data| u64::from(data) + 1),
        }
    }
}

/// How far two records must agree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strictness {
    pub(crate) engines: Engines,
    pub(crate) nans: Nans,
}

/// Whose records they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engines {
    /// Two modes of the engine.
    Modes,
    /// The engine and wasmtime, which without signals does not know which address was out of
    /// bounds.
    Wasmtime,
}

/// What NaNs float arithmetic makes in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nans {
    /// Any is as good as another one: which operand's bits an operation on two NaNs gives is open,
    /// and compilers swap operands.
    Any,
    /// Engines are told to canonicalize: every bit counts.
    Canonical,
}

/// What a program needs of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) nans: Nans,
    /// Is fuel counted? Then steps have their own limits, and what is left after each is compared.
    pub(crate) fuel: bool,
}

impl Settings {
    /// Number of different settings.
    pub(crate) const COUNT: usize = 4;

    /// A number below `COUNT`.
    pub(crate) fn index(self) -> usize {
        self.nans as usize * 2 + usize::from(self.fuel)
    }
}

/// What a step returned or why it did not.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Values(Vec<Seen>),
    /// A trap or an error, its whole text, and function and offset of each frame.
    Failed {
        error: String,
        text: String,
        frames: Vec<(u32, Option<usize>)>,
    },
}

/// The state of something exported.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Item {
    Global(Seen),
    Memory { len: usize, hash: u64 },
    Table { len: u64, elements: Vec<Seen> },
}

/// One step of a script.
#[derive(Clone)]
pub(crate) struct Step {
    /// What was done.
    pub(crate) what: String,
    pub(crate) outcome: Outcome,
    /// The state after it.
    pub(crate) state: Vec<(String, Item)>,
    /// Number and fingerprint of the calls of the host.
    pub(crate) host: (u64, u64),
    /// The fuel that is left, if it is counted.
    pub(crate) fuel: Option<u64>,
}

/// A whole run.
#[derive(Clone, Default)]
pub(crate) struct Record {
    pub(crate) steps: Vec<Step>,
    /// The stack overflowed in the last step. Where it does differs between engines and tiers.
    pub(crate) overflowed: bool,
}

impl Record {
    /// Compares with `other`; says what differs first.
    pub(crate) fn differs(&self, other: &Record, strictness: Strictness) -> Option<String> {
        let complete = |record: &Record| record.steps.len() - usize::from(record.overflowed);
        let n = complete(self).min(complete(other));
        for (mine, theirs) in self.steps[..n].iter().zip(&other.steps[..n]) {
            if let Some(difference) = mine.differs(theirs, strictness) {
                return Some(format!("{}\n{difference}", mine.what));
            }
        }
        let cut = self.overflowed || other.overflowed;
        (!cut && self.steps.len() != other.steps.len()).then(|| "number of steps".to_owned())
    }

    /// Number of steps that failed.
    pub(crate) fn n_failed(&self) -> usize {
        let failed = |step: &&Step| matches!(step.outcome, Outcome::Failed { .. });
        self.steps.iter().filter(failed).count()
    }
}

impl Step {
    fn differs(&self, other: &Step, strictness: Strictness) -> Option<String> {
        if self.what != other.what {
            return Some(format!("  other step\n  {}\n  {}", self.what, other.what));
        }
        if !self.outcome.same(&other.outcome, strictness) {
            return Some(format!("  {:?}\n  {:?}", self.outcome, other.outcome));
        }
        if self.host != other.host {
            return Some(format!(
                "  host calls {:x?}\n  host calls {:x?}",
                self.host, other.host
            ));
        }
        if self.fuel != other.fuel {
            return Some(format!("  left {:?}\n  left {:?}", self.fuel, other.fuel));
        }
        let pairs = self.state.iter().zip(&other.state);
        let differs = pairs
            .into_iter()
            .find(|(mine, theirs)| mine.0 != theirs.0 || !mine.1.same(&theirs.1, strictness.nans));
        differs.map(|((name, mine), (_, theirs))| format!("  {name} {mine:?}\n  {name} {theirs:?}"))
    }
}

impl Outcome {
    fn same(&self, other: &Outcome, strictness: Strictness) -> bool {
        match (self, other) {
            (Outcome::Values(mine), Outcome::Values(theirs)) => {
                let mut pairs = mine.iter().zip(theirs);
                mine.len() == theirs.len() && pairs.all(|(a, b)| same(*a, *b, strictness.nans))
            }
            (
                Outcome::Failed {
                    error,
                    text,
                    frames,
                },
                Outcome::Failed {
                    error: error2,
                    text: text2,
                    frames: frames2,
                },
            ) => {
                let same_text = match strictness.engines {
                    Engines::Modes => text == text2,
                    Engines::Wasmtime => without_fault(text) == without_fault(text2),
                };
                error == error2 && frames == frames2 && same_text
            }
            _ => false,
        }
    }
}

/// The text of an error without the address of a memory fault.
fn without_fault(text: &str) -> String {
    let parts = text
        .split(": ")
        .filter(|part| !part.trim_start().starts_with("memory fault at"));
    parts.collect::<Vec<_>>().join(": ")
}

impl Item {
    fn same(&self, other: &Item, nans: Nans) -> bool {
        match (self, other) {
            (Item::Global(mine), Item::Global(theirs)) => same(*mine, *theirs, nans),
            _ => self == other,
        }
    }
}

fn same(a: Seen, b: Seen, nans: Nans) -> bool {
    match nans {
        Nans::Any => a.canonical() == b.canonical(),
        Nans::Canonical => a == b,
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Seen::I32(bits) => write!(f, "i32:{}", bits.cast_signed()),
            Seen::I64(bits) => write!(f, "i64:{}", bits.cast_signed()),
            Seen::F32(bits) => write!(f, "f32:{bits:#x}"),
            Seen::F64(bits) => write!(f, "f64:{bits:#x}"),
            Seen::V128(bits) => write!(f, "v128:{bits:#x}"),
            Seen::Func(None) => f.write_str("func:null"),
            Seen::Func(Some((params, results))) => write!(f, "func:{params}->{results}"),
            Seen::Extern(None) => f.write_str("extern:null"),
            Seen::Extern(Some(data)) => write!(f, "extern:{data}"),
        }
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Values(values) => write!(f, "{values:?}"),
            Outcome::Failed {
                error,
                text,
                frames,
            } if frames.len() > 4 => {
                write!(
                    f,
                    "{error} {:x?} and {} more, {} characters",
                    &frames[..4],
                    frames.len() - 4,
                    text.len()
                )
            }
            Outcome::Failed {
                error,
                text,
                frames,
            } => write!(f, "{error} {frames:x?} {text:?}"),
        }
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::Global(value) => write!(f, "{value:?}"),
            Item::Memory { len, hash } => write!(f, "{len} bytes {hash:#x}"),
            Item::Table { len, elements } => write!(f, "{len} elements {elements:?}"),
        }
    }
}
