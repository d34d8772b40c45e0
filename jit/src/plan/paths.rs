//! Paths: which arms of branches are left out of the code of a body, and what it still reaches.
//!
//! An arm that was never taken in many executions is an exit instead: what it would have computed,
//! called and written need not be compiled, and does not disturb what is optimized around it.
//!
//! What is seen in a window says little about how a loop is left: one that runs for long has never
//! been. So an arm that leaves its loop is only omitted if the loop was left by another one, or if
//! the arm ends in a trap.
//!
//! Invariant: translation reaches no instruction that is not reached here.

use crate::{BranchFeedback, Callee, FuncFeedback, Request};
use runtime::module::{Module, PreparedBody, side_table_entries};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;
use wasmparser::Operator as Op;

/// Instructions that a look ahead goes past.
const MAX_STEPS: usize = 100;

/// Executions that are few for a label of a `br_table`.
const FEW: u64 = 3;

/// An arm is rarely taken if it is less than once in so many executions of its branch, and there were
/// as many.
const RARELY: u64 = 32;

/// Which arms of a body are compiled.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    /// Those that are not, by pc of their branch.
    omitted: FxHashMap<u32, Omitted>,
    /// pcs that only such arms reach, in order.
    unreached: Vec<Range<u32>>,
    /// Arms that are compiled and rarely taken, by pc of their branch.
    rare: FxHashMap<u32, Direction>,
}

/// What is not compiled of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Omitted {
    pub(crate) arms: Arms,
    /// How often the other arms were seen to be taken.
    pub(crate) n_others: u64,
}

/// Arms of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arms {
    /// One of the two.
    One(Direction),
    /// Of a `br_table`, by the depths of their labels.
    Labels(Box<[u32]>),
}

/// Which arm of a branch that has two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Where its side table entry leads: the target of `br_if`, and the `else` of `if`.
    Taken,
    /// The instruction behind it.
    NotTaken,
}

impl Paths {
    /// The paths of `callee`, which is prepared. Arms of branches before `from` stay.
    pub(super) fn new(request: &Request, callee: Callee, from: u32) -> Self {
        let body = request.body(callee);
        let feedback = request.feedback.get(&callee);
        let (Some(minimum), Some(body), Some(feedback)) =
            (request.options.untaken_after, body, feedback)
        else {
            return Self::default();
        };
        if feedback.branches.is_empty() {
            return Self::default();
        }
        let control = Control::new(request.module(callee.home), body, feedback);
        let omitted = control.omitted(minimum.get(), from);
        let unreached = control.unreached(&omitted);
        let rare = control.rare(&omitted);
        Self {
            omitted,
            unreached,
            rare,
        }
    }

    /// The arm that is omitted of the branch at `pc`, which has two.
    pub(crate) fn omitted(&self, pc: u32) -> Option<Direction> {
        omitted_arm(self.omitted.get(&pc))
    }

    /// The labels that are omitted of the `br_table` at `pc`, by depth.
    pub(crate) fn omitted_labels(&self, pc: u32) -> &[u32] {
        omitted_labels(self.omitted.get(&pc))
    }

    /// The arm that is compiled and rarely taken of the branch at `pc`, which has two.
    pub(crate) fn rare(&self, pc: u32) -> Option<Direction> {
        self.rare.get(&pc).copied()
    }

    /// All that is omitted, with the pcs of the branches, in no order.
    pub(super) fn all_omitted(&self) -> impl Iterator<Item = (u32, &Omitted)> {
        self.omitted.iter().map(|(&pc, it)| (pc, it))
    }

    /// Are all arms compiled?
    pub(crate) fn is_complete(&self) -> bool {
        self.omitted.is_empty()
    }

    /// Can the instruction at `pc` be reached by arms that are compiled?
    pub(crate) fn reaches(&self, pc: u32) -> bool {
        let at = self.unreached.partition_point(|it| it.end <= pc);
        self.unreached.get(at).is_none_or(|it| pc < it.start)
    }
}

fn omitted_arm(omitted: Option<&Omitted>) -> Option<Direction> {
    match omitted?.arms {
        Arms::One(arm) => Some(arm),
        Arms::Labels(_) => None,
    }
}

fn omitted_labels(omitted: Option<&Omitted>) -> &[u32] {
    match omitted.map(|it| &it.arms) {
        Some(Arms::Labels(depths)) => depths,
        _ => &[],
    }
}

/// An instruction that decides what comes next, or a call.
struct Inst {
    pc: u32,
    next_pc: u32,
    kind: Kind,
    /// What was seen of the branch, if it has two arms.
    seen: BranchFeedback,
    /// The innermost block around it, by the instruction that opens it.
    parent: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Block,
    Loop,
    If,
    Else,
    End,
    Branch(u32),
    /// `br_if`, `br_on_null` and `br_on_non_null`.
    BranchIf(u32),
    /// With the depth of each of its labels, and how often it was seen to be taken.
    BranchTable(Vec<(u32, u64)>),
    Return,
    Trap,
    /// Was it ever made?
    Call(bool),
}

/// Where an instruction leads to in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Out of the loop.
    Leaves,
    /// To a trap.
    Traps,
    /// There is a call on the way that was made.
    Executed,
    /// Not known; mostly, it stays in the loop.
    Open,
}

/// The control flow of a body.
#[derive(Default)]
struct Control {
    insts: Vec<Inst>,
    /// Where blocks end, by the instruction that opens them.
    ends: FxHashMap<usize, usize>,
    /// Their `else`.
    elses: FxHashMap<usize, usize>,
}

impl Control {
    fn new(module: &Module, body: &PreparedBody, feedback: &FuncFeedback) -> Self {
        let mut this = Self::default();
        let mut open = Vec::new();
        let mut operators = body.operators(module);
        let offset = |at: usize| (at - body.code.start as usize) as u32;
        let (mut stp, mut site) = (0, 0);
        while !operators.eof() {
            let pc = offset(operators.original_position());
            let op = match operators.read() {
                Ok(op) => op,
                Err(error) => unreachable!("the body passed validation: {error}"),
            };
            let next_pc = offset(operators.original_position());
            let entries = stp..stp + side_table_entries(&op) as usize;
            stp = entries.end;
            let seen = feedback.branches.get(entries).unwrap_or_default();
            let mut was_made = || {
                site += 1;
                feedback.sites.get(site - 1).is_some_and(|it| it.count > 0)
            };
            let Some(kind) = kind(&op, seen, &mut was_made) else {
                continue;
            };
            let idx = this.insts.len();
            match kind {
                Kind::End => {
                    if let Some(opener) = open.pop() {
                        this.ends.insert(opener, idx);
                    }
                }
                Kind::Else => {
                    if let Some(&opener) = open.last() {
                        this.elses.insert(opener, idx);
                    }
                }
                _ => {}
            }
            let parent = open.last().copied();
            if matches!(kind, Kind::Block | Kind::Loop | Kind::If) {
                open.push(idx);
            }
            this.insts.push(Inst {
                pc,
                next_pc,
                kind,
                seen: seen.first().copied().unwrap_or_default(),
                parent,
            });
        }
        this
    }

    /// The block that a branch of `depth` at `at` goes to; `None` is the function.
    fn target(&self, at: usize, depth: u32) -> Option<usize> {
        let mut block = self.insts[at].parent;
        for _ in 0..depth {
            block = self.insts[block?].parent;
        }
        block
    }

    /// The innermost loop around an instruction.
    fn loop_of(&self, at: usize) -> Option<usize> {
        let mut block = self.insts[at].parent;
        while let Some(opener) = block.filter(|&it| self.insts[it].kind != Kind::Loop) {
            block = self.insts[opener].parent;
        }
        block
    }

    /// Where a branch to `target` goes on; `None` if it returns.
    fn landing(&self, target: Option<usize>) -> Option<usize> {
        let opener = target?;
        match self.insts[opener].kind {
            Kind::Loop => Some(opener + 1),
            _ => Some(self.ends.get(&opener)? + 1),
        }
    }

    /// The fate of an arm of the branch at `at`.
    fn fate(&self, at: usize, arm: Direction) -> Fate {
        let around = self.loop_of(at);
        match (&self.insts[at].kind, arm) {
            (Kind::BranchIf(depth), Direction::Taken) => {
                self.fate_of_branch(self.target(at, *depth), around, 0)
            }
            (Kind::If, Direction::Taken) => {
                let otherwise = self.elses.get(&at).or_else(|| self.ends.get(&at));
                otherwise.map_or(Fate::Open, |it| self.fate_from(it + 1, around, 0))
            }
            _ => self.fate_from(at + 1, around, 0),
        }
    }

    /// That of a branch to a label of the `br_table` at `at`.
    fn fate_of_label(&self, at: usize, depth: u32) -> Fate {
        self.fate_of_branch(self.target(at, depth), self.loop_of(at), 0)
    }

    /// That of a branch to `target` within the loop `around`.
    fn fate_of_branch(&self, target: Option<usize>, around: Option<usize>, steps: usize) -> Fate {
        let stays = around.is_some_and(|around| target.is_some_and(|it| it >= around));
        let is_loop = target.is_some_and(|it| self.insts[it].kind == Kind::Loop);
        match (self.landing(target), stays) {
            // Once more around some loop.
            (Some(_), true) if is_loop => Fate::Open,
            (Some(landing), true) => self.fate_from(landing, around, steps + 1),
            (None, _) => Fate::Leaves,
            (Some(landing), false) => match self.fate_from(landing, None, steps + 1) {
                fate @ (Fate::Traps | Fate::Executed) => fate,
                _ => Fate::Leaves,
            },
        }
    }

    /// That of what begins at `at`, within the loop `around`.
    fn fate_from(&self, mut at: usize, around: Option<usize>, mut steps: usize) -> Fate {
        while steps < MAX_STEPS {
            steps += 1;
            let Some(inst) = self.insts.get(at) else {
                return Fate::Leaves;
            };
            match inst.kind {
                Kind::Block | Kind::Call(false) => {}
                Kind::Call(true) => return Fate::Executed,
                Kind::End => {
                    let is_around = |it: usize| self.ends.get(&it) == Some(&at);
                    if around.is_some_and(is_around) {
                        return Fate::Leaves;
                    }
                }
                // The end of the arm before it.
                Kind::Else => match inst.parent.and_then(|it| self.ends.get(&it)) {
                    Some(&end) => at = end,
                    None => return Fate::Open,
                },
                Kind::Branch(depth) => {
                    return self.fate_of_branch(self.target(at, depth), around, steps);
                }
                Kind::Return => return Fate::Leaves,
                Kind::Trap => return Fate::Traps,
                Kind::Loop | Kind::If | Kind::BranchIf(_) | Kind::BranchTable(_) => {
                    return Fate::Open;
                }
            }
            at += 1;
        }
        Fate::Open
    }

    /// What is not compiled, by the pcs of branches.
    fn omitted(&self, minimum: u32, from: u32) -> FxHashMap<u32, Omitted> {
        let left = self.loops_left();
        let mut omitted = FxHashMap::default();
        for (at, inst) in self.insts.iter().enumerate() {
            let n_others = inst.n_seen();
            if inst.pc < from || n_others < u64::from(minimum) {
                continue;
            }
            if let Some(arms) = self.arms_never_taken(at, &left) {
                omitted.insert(inst.pc, Omitted { arms, n_others });
            }
        }
        omitted
    }

    /// Arms of the branch at `at` that were never taken and may be omitted, if the loops `left` were
    /// seen to be left.
    fn arms_never_taken(&self, at: usize, left: &FxHashSet<Option<usize>>) -> Option<Arms> {
        let may_be_omitted = |fate: Fate| match fate {
            Fate::Executed => false,
            Fate::Leaves => {
                let around = self.loop_of(at);
                around.is_none() || left.contains(&around)
            }
            Fate::Traps | Fate::Open => true,
        };
        let inst = &self.insts[at];
        match &inst.kind {
            Kind::BranchIf(_) | Kind::If => {
                let arm = match (inst.seen.taken, inst.seen.not_taken) {
                    (0, _) => Direction::Taken,
                    (_, 0) => Direction::NotTaken,
                    _ => return None,
                };
                may_be_omitted(self.fate(at, arm)).then_some(Arms::One(arm))
            }
            Kind::BranchTable(labels) => {
                // A label that was seen once or twice says that there may be others as rare.
                if labels.iter().any(|it| (1..FEW).contains(&it.1)) {
                    return None;
                }
                let never = labels.iter().filter(|it| it.1 == 0).map(|it| it.0);
                let depths: Box<[u32]> = never
                    .filter(|&depth| may_be_omitted(self.fate_of_label(at, depth)))
                    .collect();
                (!depths.is_empty()).then_some(Arms::Labels(depths))
            }
            _ => None,
        }
    }

    /// Loops that were seen to be left, by the instruction that opens them.
    fn loops_left(&self) -> FxHashSet<Option<usize>> {
        let mut left = FxHashSet::default();
        for (at, inst) in self.insts.iter().enumerate() {
            let leaves = match &inst.kind {
                Kind::BranchIf(_) | Kind::If => [Direction::Taken, Direction::NotTaken]
                    .into_iter()
                    .any(|it| inst.seen.count(it) > 0 && self.fate(at, it) == Fate::Leaves),
                Kind::BranchTable(labels) => labels
                    .iter()
                    .any(|it| it.1 > 0 && self.fate_of_label(at, it.0) == Fate::Leaves),
                _ => false,
            };
            if leaves {
                left.insert(self.loop_of(at));
            }
        }
        left
    }

    /// Arms that are rarely taken and not `omitted`, by the pcs of branches.
    ///
    /// None of branches back to a loop: one jump that goes back is best in its place.
    fn rare(&self, omitted: &FxHashMap<u32, Omitted>) -> FxHashMap<u32, Direction> {
        let rare = |(at, inst): (usize, &Inst)| {
            let target = match inst.kind {
                Kind::BranchIf(depth) => self.target(at, depth),
                Kind::If => None,
                _ => return None,
            };
            let goes_back = target.is_some_and(|it| self.insts[it].kind == Kind::Loop);
            let is_compiled = !omitted.contains_key(&inst.pc);
            let arm = inst.seen.rare().filter(|_| is_compiled && !goes_back);
            arm.map(|it| (inst.pc, it))
        };
        self.insts.iter().enumerate().filter_map(rare).collect()
    }

    /// pcs that no arm reaches but those that are omitted.
    fn unreached(&self, omitted: &FxHashMap<u32, Omitted>) -> Vec<Range<u32>> {
        if omitted.is_empty() {
            return Vec::new();
        }
        let mut reach = Reach::new();
        let mut unreached = Vec::new();
        let mut gone_since = None;
        for inst in &self.insts {
            reach.pass(&inst.kind, omitted.get(&inst.pc));
            match (gone_since, reach.is_reached) {
                (None, false) => gone_since = Some(inst.next_pc),
                (Some(start), true) => {
                    unreached.push(start..inst.pc);
                    gone_since = None;
                }
                _ => {}
            }
        }
        if let (Some(start), Some(last)) = (gone_since, self.insts.last()) {
            unreached.push(start..last.pc);
        }
        unreached.retain(|it| it.start < it.end);
        unreached
    }
}

/// A walk over a body that knows what is reached. Follows `translate/control.rs`.
struct Reach {
    labels: Vec<Label>,
    /// Is the next instruction?
    is_reached: bool,
}

/// An open block.
struct Label {
    /// Is it opened by an instruction that is reached?
    live: bool,
    /// Is it left by a branch that is compiled?
    branched: bool,
    /// Is its `else` reached?
    otherwise: bool,
}

impl Reach {
    fn new() -> Self {
        let mut this = Self {
            labels: Vec::new(),
            is_reached: true,
        };
        this.open(false);
        this
    }

    fn open(&mut self, otherwise: bool) {
        self.labels.push(Label {
            live: self.is_reached,
            branched: false,
            otherwise,
        });
    }

    fn branch(&mut self, depth: u32) {
        let nth = self.labels.len().saturating_sub(1 + depth as usize);
        self.labels[nth].branched = true;
    }

    /// Goes past an instruction of which what is `omitted` is not compiled.
    fn pass(&mut self, kind: &Kind, omitted: Option<&Omitted>) {
        let arm = omitted_arm(omitted);
        match kind {
            Kind::Block | Kind::Loop => self.open(false),
            Kind::If => {
                self.open(arm != Some(Direction::Taken));
                self.is_reached &= arm != Some(Direction::NotTaken);
            }
            Kind::Else => {
                if let Some(label) = self.labels.last_mut() {
                    label.branched |= self.is_reached;
                    self.is_reached = label.live && label.otherwise;
                    label.otherwise = false;
                }
            }
            Kind::End => {
                if let Some(label) = self.labels.pop() {
                    // A branch to a loop does not lead behind it, but that is none the worse.
                    self.is_reached |= label.live && (label.branched || label.otherwise);
                }
            }
            _ if !self.is_reached => {}
            Kind::Branch(depth) => {
                self.branch(*depth);
                self.is_reached = false;
            }
            Kind::BranchIf(depth) => {
                if arm != Some(Direction::Taken) {
                    self.branch(*depth);
                }
                self.is_reached = arm != Some(Direction::NotTaken);
            }
            Kind::BranchTable(labels) => {
                let omitted = omitted_labels(omitted);
                let compiled = labels.iter().filter(|it| !omitted.contains(&it.0));
                compiled.for_each(|it| self.branch(it.0));
                self.is_reached = false;
            }
            Kind::Return | Kind::Trap => self.is_reached = false,
            Kind::Call(_) => {}
        }
    }
}

/// What `op` is to control flow, if anything; `seen` are its side table entries. `was_made` is asked
/// once for each call.
fn kind(op: &Op<'_>, seen: &[BranchFeedback], was_made: &mut impl FnMut() -> bool) -> Option<Kind> {
    Some(match *op {
        Op::Block { .. } => Kind::Block,
        Op::Loop { .. } => Kind::Loop,
        Op::If { .. } => Kind::If,
        Op::Else => Kind::Else,
        Op::End => Kind::End,
        Op::Br { relative_depth } => Kind::Branch(relative_depth),
        Op::BrIf { relative_depth }
        | Op::BrOnNull { relative_depth }
        | Op::BrOnNonNull { relative_depth } => Kind::BranchIf(relative_depth),
        Op::BrTable { ref targets } => {
            let depths = targets.targets().map_while(Result::ok);
            let depths = depths.chain([targets.default()]);
            let seen = seen.iter().map(|it| u64::from(it.taken));
            let mut labels: Vec<(u32, u64)> = Vec::new();
            for (depth, n) in depths.zip(seen.chain(std::iter::repeat(0))) {
                match labels.iter_mut().find(|it| it.0 == depth) {
                    Some(label) => label.1 += n,
                    None => labels.push((depth, n)),
                }
            }
            Kind::BranchTable(labels)
        }
        Op::Return => Kind::Return,
        Op::Unreachable => Kind::Trap,
        Op::Call { .. } | Op::CallIndirect { .. } | Op::CallRef { .. } => Kind::Call(was_made()),
        Op::ReturnCall { .. } | Op::ReturnCallIndirect { .. } | Op::ReturnCallRef { .. } => {
            was_made();
            Kind::Return
        }
        _ => return None,
    })
}

impl Inst {
    /// How often the branch was seen.
    fn n_seen(&self) -> u64 {
        match &self.kind {
            Kind::BranchTable(labels) => labels.iter().map(|it| it.1).sum(),
            _ => self.seen.total(),
        }
    }
}

impl BranchFeedback {
    fn total(self) -> u64 {
        u64::from(self.taken) + u64::from(self.not_taken)
    }

    fn count(self, arm: Direction) -> u32 {
        match arm {
            Direction::Taken => self.taken,
            Direction::NotTaken => self.not_taken,
        }
    }

    /// The arm that is rarely taken.
    fn rare(self) -> Option<Direction> {
        let total = self.total();
        if total < RARELY {
            return None;
        }
        let is_rare = |it: &Direction| u64::from(self.count(*it)) * RARELY < total;
        let arms = [Direction::Taken, Direction::NotTaken];
        arms.into_iter().find(is_rare)
    }
}
