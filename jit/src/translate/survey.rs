//! Survey: what translation must know of a body before it gets there.
//!
//! Two questions, answered by one walk forward and a few backward:
//! 1. Which locals can still be read at a point where an exit may be? Others need not be kept for
//!    it, in registers or in the exit.
//! 2. Does a loop contain anything that calls, or that writes a table or grows a memory? If not,
//!    what it relies on can be loaded and checked before it. Arms that are not compiled do not
//!    count, but for liveness they do: the interpreter goes on there.
//!
//! Liveness is the usual backward analysis, repeated until the sets at loop headers stay the
//! same; for structured code that is the depth of nested loops plus two times at most.

use crate::plan::Paths;
use runtime::module::{Module, PreparedBody};
use runtime::{MemoryIdx, TableIdx};
use rustc_hash::FxHashMap;
use std::ops::Range;
use wasmparser::{MemArg, Operator as Op};

/// Facts about a body.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Sets of locals that are live before the instruction at a pc, 64 a word.
    live: FxHashMap<u32, Box<[u64]>>,
    loops: FxHashMap<u32, Extent>,
    whole: Extent,
}

/// What a loop or a whole body contains.
#[derive(Clone, Debug, Default)]
pub(super) struct Extent {
    /// Its call sites.
    pub(super) sites: Range<u32>,
    /// Does it call builtins?
    pub(super) has_builtin: bool,
    /// Memories that it accesses.
    pub(super) memories: Vec<MemoryIdx>,
    /// Tables that `table.get` reads.
    pub(super) tables: Vec<TableIdx>,
}

/// At which instructions, besides calls and loop headers, exits may be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Points {
    /// At accesses to memory.
    pub(super) memory: bool,
    /// At branches.
    pub(super) branches: bool,
}

impl Survey {
    pub(super) fn new(
        module: &Module,
        body: &PreparedBody,
        (points, paths): (Points, &Paths),
    ) -> Self {
        let mut reader = Reader {
            points,
            ..Reader::default()
        };
        let mut operators = body.operators(module);
        let offset = |at: usize| (at - body.code.start as usize) as u32;
        while !operators.eof() {
            let pc = offset(operators.original_position());
            let op = match operators.read() {
                Ok(op) => op,
                Err(error) => unreachable!("the body passed validation: {error}"),
            };
            reader.is_reached = paths.reaches(pc);
            reader.read(&op, pc, offset(operators.original_position()));
        }
        let n_words = body.local_types.len().div_ceil(64);
        let live = find_live(&reader.steps, reader.n_loops, n_words);
        Self {
            live,
            loops: reader.loops,
            whole: reader.whole,
        }
    }

    /// Can `local` be read after the instruction before `pc`, before it is written?
    pub(super) fn is_live(&self, pc: u32, local: usize) -> bool {
        // Where nobody asked for an exit nothing is known.
        self.live
            .get(&pc)
            .is_none_or(|it| it[local / 64] >> (local % 64) & 1 != 0)
    }

    /// The loop whose header is at `pc`.
    pub(super) fn loop_at(&self, pc: u32) -> Option<&Extent> {
        self.loops.get(&pc)
    }

    /// The body.
    pub(super) fn whole(&self) -> &Extent {
        &self.whole
    }
}

/// Adds `it` to `list` unless it is there.
pub(super) fn insert<T: PartialEq>(list: &mut Vec<T>, it: T) {
    if !list.contains(&it) {
        list.push(it);
    }
}

/// An instruction as liveness sees it.
#[derive(Debug)]
enum Step {
    Read(u32),
    Write(u32),
    /// The set is asked for before this pc.
    Record(u32),
    Block,
    /// With its number and the pc of its header.
    Loop(usize, u32),
    If,
    Else,
    End,
    Branch(u32),
    BranchIf(u32),
    BranchTable(Vec<u32>),
    /// Nothing comes after it.
    Stop,
}

/// Reads a body front to back.
#[derive(Default)]
struct Reader {
    points: Points,
    /// Is the current instruction compiled?
    is_reached: bool,
    steps: Vec<Step>,
    n_loops: usize,
    /// Header and extent so far of each open block; `None` if it is not a loop.
    open: Vec<Option<(u32, Extent)>>,
    loops: FxHashMap<u32, Extent>,
    whole: Extent,
}

impl Reader {
    fn read(&mut self, op: &Op<'_>, pc: u32, next_pc: u32) {
        match *op {
            Op::LocalGet { local_index } => self.steps.push(Step::Read(local_index)),
            Op::LocalSet { local_index } | Op::LocalTee { local_index } => {
                self.steps.push(Step::Write(local_index));
            }
            Op::Block { .. } => self.open(Step::Block, None),
            Op::If { .. } => {
                self.branch_point(pc);
                self.open(Step::If, None);
            }
            Op::Loop { .. } => {
                let n_sites = self.whole.sites.end;
                let extent = Extent {
                    sites: n_sites..n_sites,
                    ..Extent::default()
                };
                self.open(Step::Loop(self.n_loops, next_pc), Some((next_pc, extent)));
                self.n_loops += 1;
            }
            Op::Else => self.steps.push(Step::Else),
            Op::End => self.end(),
            Op::Br { relative_depth } => {
                self.branch_point(pc);
                self.steps.push(Step::Branch(relative_depth));
            }
            Op::BrIf { relative_depth }
            | Op::BrOnNull { relative_depth }
            | Op::BrOnNonNull { relative_depth } => {
                self.branch_point(pc);
                self.steps.push(Step::BranchIf(relative_depth));
            }
            Op::BrTable { ref targets } => {
                self.branch_point(pc);
                let mut depths: Vec<u32> = targets.targets().map_while(Result::ok).collect();
                depths.push(targets.default());
                self.steps.push(Step::BranchTable(depths));
            }
            Op::Return | Op::Unreachable => self.steps.push(Step::Stop),
            Op::Call { .. } | Op::CallIndirect { .. } | Op::CallRef { .. } => {
                self.call(pc);
                self.steps.push(Step::Record(next_pc));
            }
            Op::ReturnCall { .. } | Op::ReturnCallIndirect { .. } | Op::ReturnCallRef { .. } => {
                self.call(pc);
                self.steps.push(Step::Stop);
            }
            Op::TableGet { table } => {
                self.each_reached(|it| insert(&mut it.tables, TableIdx(table)));
            }
            ref op if calls_builtin(op) => self.each_reached(|it| it.has_builtin = true),
            ref op => self.memory_access(op, pc),
        }
    }

    fn branch_point(&mut self, pc: u32) {
        if self.points.branches {
            self.steps.push(Step::Record(pc));
        }
    }

    fn call(&mut self, pc: u32) {
        self.steps.push(Step::Record(pc));
        // Sites are numbered by the bytes.
        self.each(|it| it.sites.end += 1);
    }

    fn memory_access(&mut self, op: &Op<'_>, pc: u32) {
        let Some(at) = memarg(op) else {
            return;
        };
        if self.points.memory {
            self.steps.push(Step::Record(pc));
        }
        self.each_reached(|it| insert(&mut it.memories, MemoryIdx(at.memory)));
    }

    /// Changes the extents of the body and of all open loops.
    fn each(&mut self, change: impl Fn(&mut Extent)) {
        change(&mut self.whole);
        self.open
            .iter_mut()
            .flatten()
            .for_each(|it| change(&mut it.1));
    }

    /// The same for an instruction, if it is compiled.
    fn each_reached(&mut self, change: impl Fn(&mut Extent)) {
        if self.is_reached {
            self.each(change);
        }
    }

    fn open(&mut self, step: Step, extent: Option<(u32, Extent)>) {
        self.steps.push(step);
        self.open.push(extent);
    }

    fn end(&mut self) {
        self.steps.push(Step::End);
        if let Some(Some((header, extent))) = self.open.pop() {
            self.loops.insert(header, extent);
        }
    }
}

fn calls_builtin(op: &Op<'_>) -> bool {
    matches!(
        op,
        Op::TableSet { .. }
            | Op::TableGrow { .. }
            | Op::TableFill { .. }
            | Op::TableCopy { .. }
            | Op::TableInit { .. }
            | Op::ElemDrop { .. }
            | Op::MemoryGrow { .. }
            | Op::MemoryFill { .. }
            | Op::MemoryCopy { .. }
            | Op::MemoryInit { .. }
            | Op::DataDrop { .. }
            | Op::MemoryAtomicNotify { .. }
            | Op::MemoryAtomicWait32 { .. }
            | Op::MemoryAtomicWait64 { .. }
    )
}

macro_rules! memarg {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        /// The memory immediate of an instruction that has one, as some builtins do, too.
        fn memarg<'a>(op: &'a Op<'_>) -> Option<&'a MemArg> {
            $(memarg!(op, $op $($(, $arg)*)?);)*
            None
        }
    };
    ($it:ident, $op:ident, memarg $(, $other:ident)*) => {
        if let Op::$op { memarg, .. } = $it {
            return Some(memarg);
        }
    };
    ($it:ident, $op:ident $(, $other:ident)*) => {};
}
wasmparser::for_each_operator!(memarg);

/// A set of locals.
type Set = Vec<u64>;

/// An open block, met from its end.
struct Open {
    /// What is live where branches to it go.
    target: Set,
    /// What is live behind it.
    behind: Set,
    /// What is live at the beginning of the `else` arm.
    otherwise: Option<Set>,
}

/// The sets before each `Step::Record` and loop header.
fn find_live(steps: &[Step], n_loops: usize, n_words: usize) -> FxHashMap<u32, Box<[u64]>> {
    let mut headers = vec![vec![0; n_words]; n_loops];
    loop {
        let mut live = FxHashMap::default();
        if !walk_back(steps, &mut headers, n_words, &mut live) {
            return live;
        }
    }
}

/// One walk. Returns whether a set in `headers` has grown.
fn walk_back(
    steps: &[Step],
    headers: &mut [Set],
    n_words: usize,
    live: &mut FxHashMap<u32, Box<[u64]>>,
) -> bool {
    let mut current: Set = vec![0; n_words];
    let mut open: Vec<Open> = Vec::new();
    let mut grown = false;
    let kinds = match_ends(steps);
    for (nth, step) in steps.iter().enumerate().rev() {
        let target = |depth: u32| &open[open.len() - 1 - depth as usize].target;
        match *step {
            Step::Read(local) => current[local as usize / 64] |= 1 << (local % 64),
            Step::Write(local) => current[local as usize / 64] &= !(1 << (local % 64)),
            Step::Record(pc) => drop(live.insert(pc, current.clone().into())),
            Step::End => {
                let target = match kinds[nth] {
                    Some(header) => headers[header].clone(),
                    None => current.clone(),
                };
                open.push(Open {
                    target,
                    behind: current.clone(),
                    otherwise: None,
                });
            }
            Step::Else => {
                let block = open.last_mut().unwrap_or_else(|| unreachable!("matched"));
                let behind = block.behind.clone();
                block.otherwise = Some(std::mem::replace(&mut current, behind));
            }
            Step::If => {
                if let Some(block) = open.pop() {
                    unite(&mut current, &block.otherwise.unwrap_or(block.behind));
                }
            }
            Step::Block => drop(open.pop()),
            Step::Loop(header, pc) => {
                open.pop();
                grown |= unite(&mut headers[header], &current);
                live.insert(pc, current.clone().into());
            }
            Step::Branch(depth) => current.clone_from(target(depth)),
            Step::BranchIf(depth) => drop(unite(&mut current, target(depth))),
            Step::BranchTable(ref depths) => {
                current.fill(0);
                for &depth in depths {
                    unite(&mut current, target(depth));
                }
            }
            Step::Stop => current.fill(0),
        }
    }
    grown
}

/// For each `end` of a loop the loop's number.
fn match_ends(steps: &[Step]) -> Vec<Option<usize>> {
    let mut kinds = vec![None; steps.len()];
    let mut open = Vec::new();
    for (nth, step) in steps.iter().enumerate() {
        match *step {
            Step::Block | Step::If => open.push(None),
            Step::Loop(number, _) => open.push(Some(number)),
            // The last one ends the function.
            Step::End => kinds[nth] = open.pop().flatten(),
            _ => {}
        }
    }
    kinds
}

/// Adds `more` to `set`; returns whether that changed it.
fn unite(set: &mut Set, more: &Set) -> bool {
    let mut grown = false;
    for (word, more) in set.iter_mut().zip(more) {
        grown |= *more & !*word != 0;
        *word |= more;
    }
    grown
}
