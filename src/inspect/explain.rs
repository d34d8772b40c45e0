//! Listings: the bytecode of a function, and beside it what the interpreter knows.

use super::code::{Decision, Named};
use super::dump::{Prepared, prepared};
use crate::AsContext;
use crate::store::StoreOpaque;
use runtime::module::{CallKind, Landing};
use runtime::vm::FuncKind;
use runtime::{CallSiteIdx, CodeId, EntryCounts, FuncIdx, IcState, InstanceId};
use std::cmp::Reverse;
use std::fmt;

/// A function that was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Its instance.
    pub instance: InstanceId,
    /// The function.
    pub func: FuncIdx,
    /// Its name, or that of an export of it.
    pub name: Option<String>,
    /// Bytes of code.
    pub size: u32,
    /// Locals, parameters included.
    pub n_locals: u32,
    /// Slots that operands may take.
    pub operand_slots: u32,
    /// How it is called now.
    pub kind: FuncKind,
    /// What is left until it is hot.
    pub hotness: i32,
    /// Instructions that the interpreter executed, if they were counted.
    pub instructions: Option<u64>,
    /// Its instructions.
    pub lines: Vec<Line>,
}

/// An instruction in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From the first instruction.
    pub pc: u32,
    /// Mnemonic and immediates.
    pub instruction: String,
    /// If it is a branch: where it goes; several places if it is a `br_table`.
    pub branches: Vec<Branch>,
    /// If it is a call: what it called.
    pub call: Option<Call>,
    /// If it is a loop: its header, and where backward branches land.
    pub header: Option<(u32, u32)>,
    /// Exits that were taken here, by code and reason; only in an
    /// [`Explanation`](super::Explanation).
    pub exits: Vec<SiteExits>,
}

/// A place that a branch may go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its side table entry.
    pub stp: u32,
    /// The place.
    pub landing: Landing,
    /// How often it went there, and how often it was executed, if that was counted.
    pub counts: Option<(u64, u64)>,
}

/// A call site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Of the instruction.
    pub pc: u32,
    /// Its side table entry.
    pub stp: u32,
    /// Its number.
    pub site: CallSiteIdx,
    /// Whom it calls.
    pub kind: CallKind,
    /// What it has called.
    pub targets: Targets,
    /// How often its target was on record and was not, if that was counted.
    pub counts: Option<EntryCounts>,
    /// What the compiler decided on it, in the order of the codes; only in an
    /// [`Explanation`](super::Explanation).
    pub decisions: Vec<SiteDecision>,
}

/// What the compiler decided on a call site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteDecision {
    /// For this code.
    pub code: CodeId,
    /// What.
    pub decision: Decision,
}

/// Exits that were taken at an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteExits {
    /// Of this code.
    pub code: CodeId,
    /// Why: the text of a [`Reason`](super::Reason).
    pub reason: String,
    /// How often.
    pub count: u64,
}

/// What a call site has called, by feedback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// Always the same function: how often.
    Direct(u32),
    /// The inline cache: its state, and the targets on record.
    Cached(IcState, Vec<Target>),
}

/// A target on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The function, if it is one of the same instance.
    pub func: Option<FuncIdx>,
    /// The table index it was found at, if there was only one.
    pub index: Option<u32>,
    /// How often it was called.
    pub count: u32,
}

/// Lists functions that were called, the hottest first.
///
/// `select` is a function's index, or its name in the module or in its exports; without it, all
/// functions are listed. Counts are there if [`Config::interp_counts`](crate::Config) is on.
pub fn explain(store: impl AsContext, select: Option<&str>) -> Vec<Listing> {
    listings(store.as_context().0.opaque(), select)
}

pub(super) fn listings(store: &StoreOpaque, select: Option<&str>) -> Vec<Listing> {
    let instances = &store.runtime().instances;
    let funcs = instances.iter().flat_map(|it| prepared(it));
    let is_selected = |func: &Prepared<'_>| {
        let index = func.instance.func.0.to_string();
        select.is_none_or(|it| it == index || Some(it) == func.name())
    };
    let mut listings: Vec<_> = funcs.filter(is_selected).map(|it| list(&it)).collect();
    listings.sort_by_key(|it| Reverse(it.instructions));
    listings
}

fn list(func: &Prepared<'_>) -> Listing {
    let body = func.body;
    let mut calls = func.calls().peekable();
    let instructions = body.instructions(func.module).collect::<Vec<_>>();
    let ends = instructions.iter().skip(1).map(|it| it.pc);
    let ends = ends.chain([body.code.len() as u32]);
    let lines = instructions.iter().zip(ends).map(|(it, end)| {
        let call = calls.next_if(|call| call.pc == it.pc);
        let entries = if call.is_some() {
            0..0
        } else {
            it.entries.clone()
        };
        Line {
            pc: it.pc,
            instruction: body.instruction_text(func.module, it.pc),
            branches: entries
                .clone()
                .map(|stp| Branch {
                    stp,
                    landing: Landing::new(&body.side_table[stp as usize], it.pc, stp),
                    counts: func.counts.map(|counts| {
                        let of = |stp: u32| counts.entries[stp as usize];
                        let executed = entries.clone().map(|it| of(it).total()).sum();
                        (of(stp).taken, executed)
                    }),
                })
                .collect(),
            call,
            header: body.loop_at(end).map(|it| (it.pc, it.landing)),
            exits: Vec::new(),
        }
    });
    Listing {
        instance: func.owner.id,
        func: func.instance.func,
        name: func.name().map(str::to_owned),
        size: body.code.len() as u32,
        n_locals: body.n_locals(),
        operand_slots: body.max_operands,
        kind: func.instance.kind,
        hotness: func.instance.hotness,
        instructions: func.counts.map(|it| it.instructions),
        lines: lines.collect(),
    }
}

/// Longer instructions do not move what is beside the others.
const MAX_WIDTH: usize = 32;

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} bytes, {} locals, {} operand slots, {:?}, hotness left {}",
            Named(self.func, &self.name),
            self.size,
            self.n_locals,
            self.operand_slots,
            self.kind,
            self.hotness,
        )?;
        match self.instructions {
            Some(n) => writeln!(f, ", {n} instructions interpreted")?,
            None => writeln!(f)?,
        }
        let widths = self.lines.iter().map(|line| line.instruction.len());
        let width = widths.filter(|it| *it <= MAX_WIDTH).max().unwrap_or(0);
        for line in &self.lines {
            write!(f, "  {:#06x}  ", line.pc)?;
            match line.notes().split_first() {
                None => writeln!(f, "{}", line.instruction)?,
                Some((first, more)) => {
                    writeln!(f, "{:width$}  ; {first}", line.instruction)?;
                    for note in more {
                        writeln!(f, "  {:6}  {:width$}  ; {note}", "", "")?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Line {
    /// What is beside it.
    fn notes(&self) -> Vec<String> {
        let branches = self.branches.iter().map(Branch::to_string);
        let call = self.call.iter().flat_map(|call| {
            let decisions = call.decisions.iter().map(SiteDecision::to_string);
            [call.to_string()].into_iter().chain(decisions)
        });
        let header = self
            .header
            .map(|(pc, landing)| format!("header {pc:#x}, lands {landing:#x}"));
        let exits = self.exits.iter().map(SiteExits::to_string);
        branches.chain(call).chain(header).chain(exits).collect()
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "st{} {}", self.stp, self.landing)?;
        match self.counts {
            Some((taken, executed)) => write!(f, ", taken {taken} of {executed}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "st{} {}", self.stp, self.site)?;
        match (&self.targets, self.counts) {
            (Targets::Direct(_), Some(counts)) => write!(f, " x {}", counts.total()),
            (Targets::Cached(..), Some(EntryCounts { taken, not_taken })) => {
                write!(f, "{}, {taken} hits, {not_taken} misses", self.targets)
            }
            (targets, None) => write!(f, "{targets}"),
        }
    }
}

impl fmt::Display for SiteDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SiteDecision { code, decision } = self;
        match decision.refusal() {
            Some(_) => write!(f, "{code}: {}", decision.text),
            None => write!(f, "{code}: inlined {}", decision.text),
        }
    }
}

impl fmt::Display for SiteExits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SiteExits {
            code,
            reason,
            count,
        } = self;
        write!(f, "{code}: exits taken x {count}: {reason}")
    }
}

/// With a space before each part.
impl fmt::Display for Targets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (state, targets) = match self {
            Targets::Direct(count) => return write!(f, " x {count}"),
            Targets::Cached(state, targets) => (state, targets),
        };
        write!(f, " {state:?}")?;
        for target in targets {
            match target.func {
                Some(func) => write!(f, " {func}")?,
                None => write!(f, " foreign")?,
            }
            match target.index {
                Some(index) => write!(f, "[{index}]")?,
                None => write!(f, "[*]")?,
            }
            write!(f, " x {}", target.count)?;
        }
        Ok(())
    }
}

/// A name as it can be printed: modules choose names, and these may hold what moves the cursor or
/// turns text around.
#[derive(Clone, Copy, Debug)]
pub struct Printable<'a>(pub &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let turns = |it: char| matches!(it, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        self.0.chars().try_for_each(|it| match it {
            it if it.is_control() || turns(it) => write!(f, "{}", it.escape_unicode()),
            it => write!(f, "{it}"),
        })
    }
}
