//! Constants among operands, as a compiler sees them that makes static single assignments of one
//! pass over the code.
//!
//! wasmtime does, and counts fuel differently where a length is a constant to it
//! (`meters.rs`): written by `i32.const`, kept in locals and passed by blocks, if all ways to a
//! place bring the same value. In a loop whose end is not seen yet nothing is known of locals.

use super::Module;
use crate::types::ValType;
use wasmparser::{BlockType, Operator as Op};

/// Bodies with more locals are not followed: nothing is a constant there but what is pushed right
/// before it is used. Each branch looks at each local.
const MAX_LOCALS: usize = 1000;

/// A value: what one instruction, or the beginning of a block, has made.
type Id = u32;

#[derive(Clone, Copy, Debug)]
enum Value {
    Constant(u64),
    Unknown,
    /// The same as an older one, as was found out later.
    Same(Id),
}

/// All values.
#[derive(Debug)]
struct Values(Vec<Value>);

impl Values {
    fn add(&mut self, value: Value) -> Id {
        self.0.push(value);
        Id::try_from(self.0.len() - 1).expect("bodies are below 8 MB")
    }

    fn resolve(&self, mut id: Id) -> Id {
        while let Value::Same(older) = self.0[id as usize] {
            id = older;
        }
        id
    }

    /// Makes new values of those that differ.
    fn unite(&mut self, to: &mut [Id], from: &[Id]) {
        for (to, from) in to.iter_mut().zip(from) {
            if self.resolve(*to) != self.resolve(*from) {
                *to = self.add(Value::Unknown);
            }
        }
    }
}

/// The operands and locals at an instruction.
#[derive(Debug)]
pub(super) struct Constants {
    values: Values,
    locals: Vec<Id>,
    operands: Vec<Id>,
    labels: Vec<Label>,
    reachable: bool,
    /// Blocks that were opened where nothing is reachable.
    n_skipped: u32,
}

#[derive(Debug)]
struct Label {
    /// Operands below the block's parameters.
    height: usize,
    n_results: usize,
    /// What is known at its end, if a branch goes there.
    end: Option<State>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Block,
    /// What is known where its condition does not hold.
    If(State),
    Loop {
        n_params: usize,
        /// What came in from above, and what stands for it inside.
        from: State,
        inside: State,
        /// What comes back.
        back: Vec<State>,
    },
}

/// Locals, and the operands that a block takes or gives.
#[derive(Clone, Debug)]
struct State {
    locals: Vec<Id>,
    operands: Vec<Id>,
}

impl Constants {
    /// Before the first instruction of a body with `n_params` parameters, `groups` of locals, and
    /// `n_results` results.
    pub(super) fn new(n_params: usize, groups: &[(u32, ValType)], n_results: usize) -> Self {
        let mut this = Self {
            values: Values(vec![Value::Unknown]),
            locals: Vec::new(),
            operands: Vec::new(),
            labels: vec![Label {
                height: 0,
                n_results,
                end: None,
                kind: Kind::Block,
            }],
            reachable: true,
            n_skipped: 0,
        };
        let n_locals = groups.iter().map(|it| it.0 as usize).sum::<usize>() + n_params;
        if n_locals <= MAX_LOCALS {
            this.locals = (0..n_params)
                .map(|_| this.values.add(Value::Unknown))
                .collect();
            for &(count, ty) in groups {
                let value = this.values.add(match ty {
                    ValType::I32 | ValType::I64 => Value::Constant(0),
                    _ => Value::Unknown,
                });
                this.locals
                    .extend(std::iter::repeat_n(value, count as usize));
            }
        }
        this
    }

    /// The topmost operand, if it is a constant.
    pub(super) fn top(&self) -> Option<u64> {
        let top = *self.operands.last()?;
        match self.values.0[self.values.resolve(top) as usize] {
            Value::Constant(value) => Some(value),
            Value::Unknown | Value::Same(_) => None,
        }
    }

    /// What follows cannot be reached.
    pub(super) fn stop(&mut self) {
        self.reachable = false;
    }

    /// Follows a valid instruction, which takes and gives as many operands as `arity` says, unless
    /// it opens or ends a block.
    pub(super) fn instruction(&mut self, module: &Module, op: &Op<'_>, arity: (u32, u32)) {
        if !self.reachable {
            return self.skip(op);
        }
        match *op {
            Op::I32Const { value } => self.push_new(Value::Constant(value.cast_unsigned().into())),
            Op::I64Const { value } => self.push_new(Value::Constant(value.cast_unsigned())),
            Op::LocalGet { local_index } => {
                let value = self.locals.get(local_index as usize).copied();
                self.operands.push(value.unwrap_or(0));
            }
            Op::LocalSet { local_index } => {
                let value = self.pop();
                self.set_local(local_index, value);
            }
            Op::LocalTee { local_index } => {
                let value = self.pop();
                self.operands.push(value);
                self.set_local(local_index, value);
            }
            Op::Block { blockty } => {
                let (n_params, n_results) = block_arity(module, blockty);
                self.open(n_params, n_results, Kind::Block);
            }
            Op::Loop { blockty } => self.open_loop(block_arity(module, blockty)),
            Op::If { blockty } => {
                self.pop();
                let (n_params, n_results) = block_arity(module, blockty);
                let otherwise = self.state(n_params);
                self.open(n_params, n_results, Kind::If(otherwise));
            }
            Op::Else => self.else_(),
            Op::End => self.end(),
            Op::Br { relative_depth } => {
                self.branch(relative_depth);
                self.reachable = false;
            }
            Op::BrIf { relative_depth } => {
                self.pop();
                self.branch(relative_depth);
            }
            Op::BrOnNull { relative_depth } => {
                let reference = self.pop();
                self.branch(relative_depth);
                self.operands.push(reference);
            }
            Op::BrOnNonNull { relative_depth } => {
                self.branch(relative_depth);
                self.pop();
            }
            Op::BrTable { ref targets } => {
                self.pop();
                for depth in targets.targets() {
                    self.branch(depth.expect("targets are validated"));
                }
                self.branch(targets.default());
                self.reachable = false;
            }
            Op::Unreachable
            | Op::Return
            | Op::ReturnCall { .. }
            | Op::ReturnCallIndirect { .. }
            | Op::ReturnCallRef { .. } => self.reachable = false,
            _ => {
                let (takes, gives) = arity;
                let height = self.operands.len().saturating_sub(takes as usize);
                self.operands.truncate(height);
                (0..gives).for_each(|_| self.push_new(Value::Unknown));
            }
        }
    }

    /// The same where nothing is reachable.
    fn skip(&mut self, op: &Op<'_>) {
        match op {
            Op::Block { .. } | Op::Loop { .. } | Op::If { .. } => self.n_skipped += 1,
            Op::Else if self.n_skipped == 0 => self.else_(),
            Op::End if self.n_skipped == 0 => self.end(),
            Op::End => self.n_skipped -= 1,
            _ => {}
        }
    }

    fn push_new(&mut self, value: Value) {
        let value = self.values.add(value);
        self.operands.push(value);
    }

    fn pop(&mut self) -> Id {
        self.operands.pop().unwrap_or(0)
    }

    fn set_local(&mut self, idx: u32, value: Id) {
        if let Some(local) = self.locals.get_mut(idx as usize) {
            *local = value;
        }
    }

    /// With the `n` topmost operands.
    fn state(&self, n: usize) -> State {
        let at = self.operands.len().saturating_sub(n);
        State {
            locals: self.locals.clone(),
            operands: self.operands[at..].to_vec(),
        }
    }

    fn open(&mut self, n_params: usize, n_results: usize, kind: Kind) {
        self.labels.push(Label {
            height: self.operands.len().saturating_sub(n_params),
            n_results,
            end: None,
            kind,
        });
    }

    fn open_loop(&mut self, (n_params, n_results): (usize, usize)) {
        let from = self.state(n_params);
        let mut anew = |ids: &[Id]| -> Vec<Id> {
            ids.iter()
                .map(|_| self.values.add(Value::Unknown))
                .collect()
        };
        let inside = State {
            locals: anew(&from.locals),
            operands: anew(&from.operands),
        };
        let at = self.operands.len().saturating_sub(n_params);
        self.operands.truncate(at);
        self.operands.extend_from_slice(&inside.operands);
        self.locals.clone_from(&inside.locals);
        let kind = Kind::Loop {
            n_params,
            from,
            inside,
            back: Vec::new(),
        };
        self.open(n_params, n_results, kind);
    }

    /// A branch with the current operands.
    fn branch(&mut self, depth: u32) {
        let nth = self.labels.len() - 1 - depth as usize;
        let n = match self.labels[nth].kind {
            Kind::Loop { n_params, .. } => n_params,
            _ => self.labels[nth].n_results,
        };
        let state = self.state(n);
        match &mut self.labels[nth].kind {
            Kind::Loop { back, .. } => back.push(state),
            _ => self.arrive(nth, state),
        }
    }

    /// Brings a state to the end of a block.
    fn arrive(&mut self, nth: usize, state: State) {
        let end = match self.labels[nth].end.take() {
            None => state,
            Some(mut end) => {
                self.values.unite(&mut end.locals, &state.locals);
                self.values.unite(&mut end.operands, &state.operands);
                end
            }
        };
        self.labels[nth].end = Some(end);
    }

    fn else_(&mut self) {
        let nth = self.labels.len() - 1;
        if self.reachable {
            let state = self.state(self.labels[nth].n_results);
            self.arrive(nth, state);
        }
        let label = &mut self.labels[nth];
        if let Kind::If(otherwise) = std::mem::replace(&mut label.kind, Kind::Block) {
            self.operands.truncate(label.height);
            self.operands.extend(otherwise.operands);
            self.locals = otherwise.locals;
            self.reachable = true;
        }
    }

    fn end(&mut self) {
        let nth = self.labels.len() - 1;
        if let Kind::Loop { .. } = self.labels[nth].kind {
            return self.end_loop();
        }
        if self.reachable {
            let state = self.state(self.labels[nth].n_results);
            self.arrive(nth, state);
        }
        if let Kind::If(otherwise) = std::mem::replace(&mut self.labels[nth].kind, Kind::Block) {
            self.arrive(nth, otherwise);
        }
        let Some(label) = self.labels.pop() else {
            return;
        };
        self.reachable = label.end.is_some();
        if let Some(end) = label.end {
            self.operands.truncate(label.height);
            self.operands.extend(end.operands);
            self.locals = end.locals;
        }
    }

    /// What every branch back brings unchanged was the same all the time.
    fn end_loop(&mut self) {
        let Some(Label {
            kind: Kind::Loop {
                from, inside, back, ..
            },
            ..
        }) = self.labels.pop()
        else {
            return;
        };
        let all = |it: &State| [it.locals.clone(), it.operands.clone()].concat();
        let back: Vec<Vec<Id>> = back.iter().map(all).collect();
        for (n, (from, inside)) in all(&from).into_iter().zip(all(&inside)).enumerate() {
            let from = self.values.resolve(from);
            let is_same = |it: &Vec<Id>| [inside, from].contains(&self.values.resolve(it[n]));
            if back.iter().all(is_same) {
                self.values.0[inside as usize] = Value::Same(from);
            }
        }
    }
}

/// Numbers of parameters and results of a block.
fn block_arity(module: &Module, ty: BlockType) -> (usize, usize) {
    match ty {
        BlockType::Empty => (0, 0),
        BlockType::Type(_) => (0, 1),
        BlockType::FuncType(ty) => {
            let ty = module.types[ty as usize].ty();
            (ty.params.len(), ty.results.len())
        }
    }
}
