//! Function bodies of [`super::speculate`]: statements that leave the operands as they are, and
//! expressions that push one value.
//!
//! Operands and local variables of all types are live around calls, and what they become is
//! folded into globals, where it can be seen. NaNs flow into floats only: their bits are up to
//! the engine.

mod expression;
mod vector;

use super::speculate::{Level, Shape, TABLE_SIZE, TARGET};
use crate::draw::Draw;
use wasm_encoder::{BlockType, Function, Instruction as I, MemArg, RefType, ValType};

/// Local variables of each type besides the parameters.
const LOCALS: u32 = 2;

/// How deep loops nest; each depth has a counter.
const LOOPS: u32 = 3;

/// Writes a body.
pub(super) struct Body<'a, 'd, 'i> {
    shape: &'a Shape,
    draw: &'d mut Draw<'i>,
    /// Index of the function's level.
    level: usize,
    func: u32,
    /// Types of parameters and locals, without counters.
    locals: Vec<ValType>,
    /// Statements and expressions that may still be written.
    budget: usize,
    /// Loops around what is written next.
    loops: u32,
    code: Vec<I<'static>>,
}

impl<'a, 'd, 'i> Body<'a, 'd, 'i> {
    /// The body of `func`, which is of the given level.
    pub(super) fn new(shape: &'a Shape, draw: &'d mut Draw<'i>, level: usize, func: u32) -> Self {
        let mut locals = shape.levels[level].params.clone();
        locals.extend(shape.types.iter().flat_map(|ty| [*ty; LOCALS as usize]));
        let budget = draw.pick(&[20, 4, 60]);
        Self {
            shape,
            draw,
            level,
            func,
            locals,
            budget,
            loops: 0,
            code: Vec::new(),
        }
    }

    /// Writes it.
    pub(super) fn finish(mut self) -> Function {
        if self.level == 0 {
            self.root();
        } else {
            self.callee();
        }
        self.emit(I::End);
        let types = self.shape.types;
        let mut locals: Vec<(u32, ValType)> = types.iter().map(|ty| (LOCALS, *ty)).collect();
        locals.push((LOOPS, ValType::I32));
        let mut function = Function::new(locals);
        for instruction in &self.code {
            function.instruction(instruction);
        }
        function
    }

    fn emit(&mut self, instruction: I<'static>) {
        self.code.push(instruction);
    }

    fn here(&self) -> &'a Level {
        &self.shape.levels[self.level]
    }

    fn next_level(&self) -> Option<&'a Level> {
        self.shape.levels.get(self.level + 1)
    }

    /// A loop that calls the next level often.
    fn root(&mut self) {
        if self.draw.one_in(2) {
            self.statements(2);
        }
        self.repeat(None, |body| {
            // The bound comes from the host.
            body.emit(I::LocalGet(0));
            body.emit(I::I32Const(31));
            body.emit(I::I32And);
        });
        self.fold_locals();
        self.emit(I::GlobalGet(self.shape.global(ValType::I64)));
    }

    fn callee(&mut self) {
        let most = self.draw.within(0, 3);
        self.statements(most);
        self.repeat_by_tail_call();
        match self.next_level() {
            Some(next) if next.results == self.here().results && self.draw.one_in(3) => {
                self.arguments(next);
                self.call(next, Call::Tail);
            }
            _ => {
                for ty in &self.here().results {
                    self.expression(*ty, 3);
                }
            }
        }
    }

    /// Counts the first parameter down by tail calls within the level, if it is small.
    fn repeat_by_tail_call(&mut self) {
        let here = self.here();
        if here.params.first() != Some(&ValType::I32) || !self.draw.one_in(3) {
            return;
        }
        self.emit(I::LocalGet(0));
        self.emit(I::I32Const(1));
        self.emit(I::I32Sub);
        self.emit(I::I32Const(9));
        self.emit(I::I32LtU);
        self.emit(I::If(BlockType::Empty));
        self.emit(I::LocalGet(0));
        self.emit(I::I32Const(1));
        self.emit(I::I32Sub);
        for ty in &here.params[1..] {
            self.expression(*ty, 1);
        }
        if self.draw.one_in(2) {
            self.call(here, Call::Tail);
        } else {
            self.emit(I::ReturnCall(self.func));
        }
        self.emit(I::End);
    }

    /// Up to `most` statements, at least one.
    fn statements(&mut self, most: usize) {
        for _ in 0..self.draw.within(1, most.max(1)) {
            self.statement();
        }
    }

    fn statement(&mut self) {
        if self.budget == 0 {
            return;
        }
        self.budget -= 1;
        let calls = self.next_level().is_some();
        match self.draw.below(16) {
            0..=5 if calls => self.call_statement(),
            6 => self.keep_alive(|body| body.statements(2)),
            7 if self.loops < LOOPS => {
                let ty = if self.draw.one_in(2) {
                    Some(self.draw.pick(self.shape.types))
                } else {
                    None
                };
                self.repeat(ty, |body| {
                    let count = body.draw.within(1, 6);
                    body.emit(I::I32Const(count as i32));
                });
            }
            8 => self.branch(),
            9 => self.switch(),
            10 => self.write_memory(),
            11 if self.shape.writes_tables => self.write_table(),
            12 => self.write_extern_table(),
            13 => self.leave_early(),
            14 if self.draw.one_in(2) => self.look_at_reference(),
            _ => {
                let ty = self.draw.pick(self.shape.types);
                self.expression(ty, 3);
                self.fold(ty);
            }
        }
    }

    /// A call with operands below its arguments.
    fn call_statement(&mut self) {
        let Some(next) = self.next_level() else {
            return;
        };
        self.keep_alive(|body| {
            body.arguments(next);
            body.call(next, Call::Plain);
            for ty in next.results.iter().rev() {
                body.fold(*ty);
            }
        });
    }

    /// Writes `inner` with operands of several types below it.
    fn keep_alive(&mut self, inner: impl FnOnce(&mut Self)) {
        let count = self.draw.within(0, 6);
        let live: Vec<ValType> = (0..count)
            .map(|_| self.draw.pick(self.shape.types))
            .collect();
        for ty in &live {
            self.expression(*ty, 2);
        }
        inner(self);
        for ty in live.iter().rev() {
            self.fold(*ty);
        }
    }

    /// A loop that runs as often as `bound` pushes, but at least once, with a value of type
    /// `carried` as its parameter.
    fn repeat(&mut self, carried: Option<ValType>, bound: impl FnOnce(&mut Self)) {
        let counter = self.locals.len() as u32 + self.loops;
        if let Some(ty) = carried {
            self.expression(ty, 1);
        }
        bound(self);
        self.emit(I::LocalSet(counter));
        self.emit(I::Loop(
            carried.map_or(BlockType::Empty, |ty| self.shape.identity(ty)),
        ));
        self.loops += 1;
        if self.level == 0 && self.loops == 1 {
            self.call_statement();
        }
        self.statements(3);
        self.loops -= 1;
        self.emit(I::LocalGet(counter));
        self.emit(I::I32Const(1));
        self.emit(I::I32Sub);
        self.emit(I::LocalTee(counter));
        self.emit(I::I32Const(0));
        self.emit(I::I32GtS);
        self.emit(I::BrIf(0));
        self.emit(I::End);
        if let Some(ty) = carried {
            self.fold(ty);
        }
    }

    fn branch(&mut self) {
        self.expression(ValType::I32, 2);
        self.emit(I::If(BlockType::Empty));
        self.statements(2);
        if self.draw.one_in(2) {
            self.emit(I::Else);
            self.statements(2);
        }
        self.emit(I::End);
    }

    /// Uses a reference only if it is not null.
    fn look_at_reference(&mut self) {
        let ty = self.draw.pick(&[ValType::FUNCREF, ValType::EXTERNREF]);
        self.emit(I::Block(BlockType::Empty));
        self.expression(ty, 2);
        self.emit(I::BrOnNull(0));
        self.fold(ty);
        self.statements(1);
        self.emit(I::End);
    }

    fn switch(&mut self) {
        let cases = self.draw.within(1, 3) as u32;
        for _ in 0..=cases {
            self.emit(I::Block(BlockType::Empty));
        }
        self.expression(ValType::I32, 2);
        let targets: Vec<u32> = (0..cases).collect();
        self.emit(I::BrTable(targets.into(), cases));
        for case in 0..=cases {
            self.emit(I::End);
            self.statements(1);
            if case < cases && self.draw.one_in(2) {
                self.emit(I::Br(cases - case - 1));
            }
        }
    }

    /// Returns if something holds, perhaps with operands left over.
    fn leave_early(&mut self) {
        self.expression(ValType::I32, 1);
        self.emit(I::I32Const(5));
        self.emit(I::I32Eq);
        self.emit(I::If(BlockType::Empty));
        let here = self.here();
        if self.draw.one_in(2) {
            self.expression(ValType::F64, 1);
        }
        match self.next_level() {
            Some(next) if next.results == here.results && self.draw.one_in(2) => {
                self.arguments(next);
                self.call(next, Call::Tail);
            }
            _ => {
                for ty in &here.results {
                    self.expression(*ty, 1);
                }
                self.emit(I::Return);
            }
        }
        self.emit(I::End);
    }

    fn arguments(&mut self, level: &Level) {
        for ty in &level.params {
            let depth = self.draw.below(3);
            self.expression(*ty, depth);
        }
    }

    /// Calls a function of `level`: directly, by its table, or by a reference.
    fn call(&mut self, level: &Level, call: Call) {
        let is_typed = self.shape.element_type(level) != RefType::FUNCREF;
        match (level.table, self.draw.below(4)) {
            (Some(table), 3) if is_typed => {
                self.target_index();
                self.emit(I::TableGet(table));
                self.call_reference(level, call);
            }
            (_, 0) if self.draw.one_in(4) => {
                let func = self.draw.pick(&level.funcs);
                self.emit(I::RefFunc(func));
                self.call_reference(level, call);
            }
            (Some(table_index), 1..) => {
                self.target_index();
                self.widen(self.shape.wide_tables);
                let type_index = level.ty;
                self.emit(match call {
                    Call::Plain => I::CallIndirect {
                        type_index,
                        table_index,
                    },
                    Call::Tail => I::ReturnCallIndirect {
                        type_index,
                        table_index,
                    },
                });
            }
            _ => {
                let func = self.draw.pick(&level.funcs);
                self.emit(match call {
                    Call::Plain => I::Call(func),
                    Call::Tail => I::ReturnCall(func),
                });
            }
        }
    }

    /// Calls the reference on top, sometimes after a look at it.
    fn call_reference(&mut self, level: &Level, call: Call) {
        if self.draw.one_in(4) {
            self.emit(I::RefAsNonNull);
        }
        self.emit(match call {
            Call::Plain => I::CallRef(level.ty),
            Call::Tail => I::ReturnCallRef(level.ty),
        });
    }

    /// Pushes the index of an indirect call.
    fn target_index(&mut self) {
        let mask = (TABLE_SIZE - 1) as i32;
        match self.draw.below(16) {
            0..=6 => self.emit(I::GlobalGet(TARGET)),
            7..=9 => {
                let index = self.draw.below(TABLE_SIZE as usize);
                return self.emit(I::I32Const(index as i32));
            }
            10..=12 => {
                // Other targets in other iterations.
                let counter = self.locals.len() as u32 + self.draw.below(LOOPS as usize) as u32;
                self.emit(I::LocalGet(counter));
                self.emit(I::GlobalGet(TARGET));
                self.emit(I::I32Add);
            }
            13 => {
                // Mostly one target, seldom another one.
                self.emit(I::GlobalGet(TARGET));
                self.expression(ValType::I32, 1);
                self.emit(I::I32Const(3));
                self.emit(I::I32Eq);
                self.emit(I::I32Add);
            }
            14 => self.expression(ValType::I32, 1),
            _ => {
                let local = self.local(ValType::I32);
                self.emit(I::LocalGet(local));
            }
        }
        if !self.draw.one_in(24) {
            self.emit(I::I32Const(mask));
            self.emit(I::I32And);
        }
    }

    /// Takes a value of type `ty` from the operands, so that it can be seen later.
    fn fold(&mut self, ty: ValType) {
        let global = self.shape.global(ty);
        if self.draw.one_in(3) {
            let local = self.local(ty);
            return self.emit(I::LocalSet(local));
        }
        let arithmetic = match ty {
            ValType::I32 => [I::I32Const(31), I::I32Mul, I::I32Add],
            ValType::I64 => [I::I64Const(31), I::I64Mul, I::I64Add],
            ValType::V128 => [I::V128Const(31), I::I8x16Add, I::V128Xor],
            ValType::Ref(_) if self.draw.one_in(2) => {
                self.emit(I::RefIsNull);
                return self.fold(ValType::I32);
            }
            _ => return self.emit(I::GlobalSet(global)),
        };
        self.emit(I::GlobalGet(global));
        for instruction in arithmetic {
            self.emit(instruction);
        }
        self.emit(I::GlobalSet(global));
    }

    fn fold_locals(&mut self) {
        for (n, ty) in (0..).zip(self.locals.clone()) {
            self.emit(I::LocalGet(n));
            self.fold(ty);
        }
    }

    fn write_memory(&mut self) {
        if !self.shape.memory {
            return;
        }
        if self.shape.has_vectors() && self.draw.one_in(2) {
            return self.store_vector();
        }
        self.address();
        if self.draw.one_in(4) {
            self.expression(ValType::I32, 1);
            self.emit(I::I32Const(200));
            self.widen(self.shape.wide_memory);
            return self.emit(I::MemoryFill(0));
        }
        let at = MemArg {
            offset: self.draw.below(64) as u64,
            align: 0,
            memory_index: 0,
        };
        if self.draw.one_in(2) {
            self.expression(ValType::I32, 2);
            let store = self.draw.pick(&[I::I32Store, I::I32Store8, I::I32Store16]);
            self.emit(store(at));
        } else {
            self.expression(ValType::I64, 2);
            let store = self
                .draw
                .pick(&[I::I64Store, I::I64Store8, I::I64Store16, I::I64Store32]);
            self.emit(store(at));
        }
    }

    /// Pushes an address, mostly of the first page.
    fn address(&mut self) {
        self.expression(ValType::I32, 2);
        if !self.draw.one_in(24) {
            self.emit(I::I32Const(0xff8));
            self.emit(I::I32And);
        }
        self.widen(self.shape.wide_memory);
    }

    /// Makes an index, address or size of the number on top, if these are `wide`.
    pub(super) fn widen(&mut self, wide: bool) {
        if wide {
            self.emit(I::I64ExtendI32U);
        }
    }

    /// Pushes an index into a table of functions, or a number of its elements.
    fn table_index(&mut self, index: i32) {
        self.emit(I::I32Const(index));
        self.widen(self.shape.wide_tables);
    }

    /// Writes the table of this or of a later level.
    fn write_table(&mut self) {
        let last = self.shape.levels.len() - 1;
        let first = self.level.max(1);
        let level = &self.shape.levels[self.draw.within(first, last)];
        let Some(table) = level.table else { return };
        let index = self.draw.below(TABLE_SIZE as usize - 2) as i32;
        let func = self.draw.pick(&level.funcs);
        let other = self.draw.below(TABLE_SIZE as usize - 2) as i32;
        match self.draw.below(12) {
            0..=4 => {
                self.emit(I::GlobalGet(TARGET));
                self.emit(I::I32Const((TABLE_SIZE - 1) as i32));
                self.emit(I::I32And);
                self.widen(self.shape.wide_tables);
                self.emit(I::RefFunc(func));
                self.emit(I::TableSet(table));
            }
            5 => {
                self.table_index(index);
                let heap_type = self.shape.element_type(level).heap_type;
                self.emit(I::RefNull(heap_type));
                self.emit(I::TableSet(table));
            }
            6 | 7 => {
                self.table_index(index);
                self.emit(I::RefFunc(func));
                self.table_index(2);
                self.emit(I::TableFill(table));
            }
            8 | 9 => {
                self.table_index(index);
                self.table_index(other);
                self.table_index(2);
                self.emit(I::TableCopy {
                    src_table: table,
                    dst_table: table,
                });
            }
            10 => {
                let count = self.draw.below(level.funcs.len() + 1) as i32;
                self.table_index(index % 4);
                self.emit(I::I32Const(0));
                self.emit(I::I32Const(count.min(3)));
                self.emit(I::TableInit {
                    elem_index: table,
                    table,
                });
            }
            _ => {
                self.emit(I::RefFunc(func));
                self.table_index(1);
                self.emit(I::TableGrow(table));
                self.emit(I::Drop);
            }
        }
    }

    fn write_extern_table(&mut self) {
        self.expression(ValType::I32, 1);
        self.emit(I::I32Const(3));
        self.emit(I::I32And);
        self.expression(ValType::EXTERNREF, 1);
        self.emit(I::TableSet(self.shape.extern_table));
    }

    /// A local variable of type `ty`.
    fn local(&mut self, ty: ValType) -> u32 {
        let locals = (0..).zip(&self.locals).filter(|(_, other)| **other == ty);
        let locals: Vec<u32> = locals.map(|(n, _)| n).collect();
        self.draw.pick(&locals)
    }
}

/// Whether the caller's frame stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    Plain,
    Tail,
}
