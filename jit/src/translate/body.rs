//! The body that is being translated: its operand stack, its labels, and where it is.
//!
//! Invariants:
//! 1. While `reachable`, `operands` are exactly the operands that validation says there are.
//! 2. While not, instructions are skipped, and `operands` has at least the operands below the
//!    innermost label.

use super::Translator;
use super::exit::State;
use super::survey::Survey;
use crate::plan::NodeId;
use cranelift_codegen::ir::{Block, BlockArg, Value};
use cranelift_frontend::Variable;
use runtime::FuncIdx;
use runtime::code::CodePos;
use runtime::module::PreparedBody;
use std::rc::Rc;

/// A function body in translation.
#[derive(Default)]
pub(super) struct Body<'a> {
    /// The function.
    pub(super) func: FuncIdx,
    /// Its node in the plan.
    pub(super) node: Option<NodeId>,
    /// Its number among the inline frames.
    pub(super) frame: u8,
    /// Its side table, call sites and loops; absent before the first body.
    pub(super) prepared: Option<&'a PreparedBody>,
    /// Facts about it.
    pub(super) survey: Rc<Survey>,
    /// The frame below it, after the call; absent if an exit finds no frame below it.
    pub(super) parent: Option<Rc<State>>,
    /// Locals, parameters first.
    pub(super) locals: Vec<Variable>,
    /// The operand stack.
    pub(super) operands: Vec<Value>,
    /// Open blocks; the first one is the function's.
    pub(super) labels: Vec<Label>,
    /// Can the current instruction be reached?
    pub(super) reachable: bool,
    /// Blocks that were opened in unreachable code.
    pub(super) n_unreachable: u32,
    /// The current instruction.
    pub(super) pc: u32,
    /// Its side table index.
    pub(super) stp: u32,
    /// The next instruction.
    pub(super) next_pc: u32,
    /// Its side table index.
    pub(super) next_stp: u32,
}

/// An open block.
#[derive(Debug)]
pub(super) struct Label {
    pub(super) kind: LabelKind,
    /// Where branches to it go.
    pub(super) dest: Block,
    /// Operands below its parameters.
    pub(super) height: usize,
    pub(super) n_params: usize,
    pub(super) n_results: usize,
    /// Are there branches to `dest`?
    pub(super) branched: bool,
    /// Is it opened where code is rarely reached?
    pub(super) is_rare: bool,
    /// Does `dest` take the operands below, too? So it is around an OSR entry, which brings its
    /// own values of them.
    pub(super) carries_all: bool,
}

/// What opened a block.
#[derive(Debug)]
pub(super) enum LabelKind {
    /// The function, or `block`, or `if` after its `else`.
    Block,
    /// `loop`
    Loop {
        /// pc behind its block type.
        header: u32,
        /// Versions of tables that were known before it.
        n_known: usize,
    },
    /// `if` before its `else`.
    If {
        /// Where its condition leads if it is zero; absent if that arm is not compiled.
        otherwise: Option<Block>,
        /// All operands at its beginning.
        operands: Vec<Value>,
    },
}

impl Label {
    /// Number of operands that a branch to it takes along.
    pub(super) fn arity(&self) -> usize {
        match self.kind {
            LabelKind::Loop { .. } => self.n_params,
            _ => self.n_results,
        }
    }
}

impl<'a> Body<'a> {
    /// The prepared body.
    pub(super) fn prepared(&self) -> &'a PreparedBody {
        match self.prepared {
            Some(prepared) => prepared,
            None => unreachable!("a body in translation is prepared"),
        }
    }

    /// The node in the plan.
    pub(super) fn node(&self) -> NodeId {
        self.node.unwrap_or(NodeId::ROOT)
    }

    /// Is it the compiled function itself?
    pub(super) fn is_root(&self) -> bool {
        self.frame == 0
    }

    /// Position of the current instruction.
    pub(super) fn pos(&self) -> CodePos {
        CodePos::new(self.frame, self.pc)
    }

    /// The label that a branch of `depth` goes to.
    pub(super) fn label(&self, depth: u32) -> &Label {
        &self.labels[self.labels.len() - 1 - depth as usize]
    }

    /// The values that a branch to `label` passes, if it is taken now.
    pub(super) fn branch_args(&self, label: &Label) -> Vec<BlockArg> {
        let below = if label.carries_all {
            &self.operands[..label.height]
        } else {
            &[]
        };
        let kept = &self.operands[self.operands.len() - label.arity()..];
        below
            .iter()
            .chain(kept)
            .map(|&it| BlockArg::Value(it))
            .collect()
    }
}

/// The operand stack. Validation guarantees that the operands exist.
impl Translator<'_> {
    pub(super) fn push(&mut self, value: Value) {
        self.body.operands.push(value);
    }

    pub(super) fn pop(&mut self) -> Value {
        match self.body.operands.pop() {
            Some(value) => value,
            None => unreachable!("validation counted the operands"),
        }
    }

    /// The topmost operand, which stays.
    pub(super) fn top(&self) -> Value {
        match self.body.operands.last() {
            Some(&value) => value,
            None => unreachable!("validation counted the operands"),
        }
    }

    /// The two topmost operands, the lower one first.
    pub(super) fn pop2(&mut self) -> (Value, Value) {
        let second = self.pop();
        (self.pop(), second)
    }

    /// The three topmost operands, the lowest one first.
    pub(super) fn pop3(&mut self) -> (Value, Value, Value) {
        let third = self.pop();
        let (first, second) = self.pop2();
        (first, second, third)
    }

    /// The `n` topmost operands, the lowest one first.
    pub(super) fn pop_n(&mut self, n: usize) -> Vec<Value> {
        let at = self.body.operands.len() - n;
        self.body.operands.split_off(at)
    }
}

/// Values as arguments of a block.
pub(super) fn block_args(values: &[Value]) -> Vec<BlockArg> {
    values.iter().map(|&it| BlockArg::Value(it)).collect()
}
