//! Expressions: what pushes one value of a given type.

use super::{Body, Call};
use crate::generate::speculate::{TABLE_SIZE, TARGET};
use wasm_encoder::{BlockType, HeapType, Instruction as I, MemArg, ValType};

impl Body<'_, '_, '_> {
    /// Pushes a value of type `ty`; `depth` bounds how expressions nest.
    pub(super) fn expression(&mut self, ty: ValType, depth: usize) {
        if depth == 0 || self.budget == 0 {
            return self.leaf(ty);
        }
        self.budget -= 1;
        let depth = depth - 1;
        match self.draw.below(16) {
            0 | 1 => self.leaf(ty),
            2 => self.select(ty, depth),
            3 => self.choice(ty, depth),
            4 => self.early_value(ty, depth),
            5 | 6 => self.call_value(ty),
            7 => {
                let local = self.local(ty);
                self.expression(ty, depth);
                self.emit(I::LocalTee(local));
            }
            _ => match ty {
                ValType::I32 => self.i32_value(depth),
                ValType::I64 => self.i64_value(depth),
                ValType::F32 => self.f32_value(depth),
                ValType::F64 => self.f64_value(depth),
                ValType::V128 => self.vector(depth),
                _ => self.reference(ty, depth),
            },
        }
    }

    pub(super) fn leaf(&mut self, ty: ValType) {
        match self.draw.below(4) {
            0 | 1 => {
                let local = self.local(ty);
                self.emit(I::LocalGet(local));
            }
            2 => {
                let global = self.shape.global(ty);
                self.emit(I::GlobalGet(global));
            }
            _ => self.constant(ty),
        }
    }

    fn constant(&mut self, ty: ValType) {
        let small = self.draw.below(24) as i32 - 8;
        let constant = match ty {
            ValType::I32 => I::I32Const(self.draw.pick(&[small, i32::MIN, i32::MAX, 1 << 16])),
            ValType::I64 => {
                I::I64Const(
                    self.draw
                        .pick(&[small.into(), i64::MIN, 1 << 32, 0xffff_ffff]),
                )
            }
            ValType::F32 => I::F32Const(
                self.draw
                    .pick(&[small as f32, 0.1, f32::INFINITY, -0.0])
                    .into(),
            ),
            ValType::F64 => I::F64Const(
                self.draw
                    .pick(&[f64::from(small), 0.1, f64::NEG_INFINITY, 1e300])
                    .into(),
            ),
            ValType::V128 => self.vector_constant(),
            ValType::EXTERNREF => I::RefNull(HeapType::EXTERN),
            _ => {
                // Only functions of later levels: one must not get into its own level's reach.
                let level = &self.shape.levels[self.shape.levels.len() - 1];
                I::RefFunc(self.draw.pick(&level.funcs))
            }
        };
        self.emit(constant);
    }

    fn select(&mut self, ty: ValType, depth: usize) {
        self.expression(ty, depth);
        self.expression(ty, depth);
        self.expression(ValType::I32, depth);
        match ty {
            ValType::Ref(_) => self.emit(I::TypedSelect(ty)),
            _ => self.emit(I::Select),
        }
    }

    fn choice(&mut self, ty: ValType, depth: usize) {
        self.expression(ValType::I32, depth);
        self.emit(I::If(BlockType::Result(ty)));
        self.expression(ty, depth);
        self.emit(I::Else);
        self.statement();
        self.expression(ty, depth);
        self.emit(I::End);
    }

    /// A block that is left early with the value, or with another one.
    fn early_value(&mut self, ty: ValType, depth: usize) {
        self.emit(I::Block(BlockType::Result(ty)));
        if self.draw.one_in(2) {
            // An operand that the branch drops.
            self.emit(I::I64Const(77));
        } else {
            self.emit(I::RefNull(HeapType::EXTERN));
        }
        self.expression(ty, depth);
        self.expression(ValType::I32, depth);
        self.emit(I::BrIf(0));
        self.fold(ty);
        self.emit(I::Drop);
        self.expression(ty, depth);
        self.emit(I::End);
    }

    /// A result of the next level.
    fn call_value(&mut self, ty: ValType) {
        let Some(next) = self.next_level() else {
            return self.leaf(ty);
        };
        self.arguments(next);
        self.call(next, Call::Plain);
        let mut found = None;
        for result in next.results.iter().rev() {
            if *result == ty && found.is_none() {
                let local = self.local(ty);
                self.emit(I::LocalSet(local));
                found = Some(local);
            } else {
                self.fold(*result);
            }
        }
        match found {
            Some(local) => self.emit(I::LocalGet(local)),
            None => self.leaf(ty),
        }
    }

    fn i32_value(&mut self, depth: usize) {
        match self.draw.below(13) {
            12 if self.shape.has_vectors() => self.vector_to_i32(depth),
            0..=2 => self.binary(ValType::I32, depth, &I32_BINARY),
            3 => {
                // Division mostly by what is not zero.
                self.expression(ValType::I32, depth);
                self.expression(ValType::I32, depth);
                if !self.draw.one_in(24) {
                    self.emit(I::I32Const(1));
                    self.emit(I::I32Or);
                }
                let divide = self.draw.below(2);
                self.emit([I::I32DivU, I::I32RemS][divide].clone());
            }
            4 => self.binary(ValType::I64, depth, &I64_COMPARE),
            5 => self.binary(ValType::F64, depth, &F64_COMPARE),
            6 => self.binary(ValType::F32, depth, &F32_COMPARE),
            7 => self.unary(ValType::I64, depth, &[I::I32WrapI64, I::I64Eqz]),
            8 => self.unary(
                ValType::F64,
                depth,
                &[I::I32TruncSatF64S, I::I32TruncSatF64U],
            ),
            9 => {
                let ty = if self.draw.one_in(2) {
                    ValType::FUNCREF
                } else {
                    ValType::EXTERNREF
                };
                self.unary(ty, depth, &[I::RefIsNull]);
            }
            10 if self.shape.memory => {
                self.address();
                let at = MemArg {
                    offset: 4,
                    align: 0,
                    memory_index: 0,
                };
                let load = self.draw.pick(&[I::I32Load, I::I32Load8S, I::I32Load16U]);
                self.emit(load(at));
            }
            11 => {
                let (size, wide) = match self.draw.below(3) {
                    0 => (I::TableSize(0), self.shape.wide_tables),
                    1 if self.shape.memory => (I::MemorySize(0), self.shape.wide_memory),
                    _ => (I::GlobalGet(TARGET), false),
                };
                self.emit(size);
                if wide {
                    self.emit(I::I32WrapI64);
                }
            }
            _ => self.unary(ValType::I32, depth, &I32_UNARY),
        }
    }

    fn i64_value(&mut self, depth: usize) {
        match self.draw.below(10) {
            8 if self.shape.has_vectors() => self.vector_to_i64(depth),
            0..=2 => self.binary(ValType::I64, depth, &I64_BINARY),
            3 => self.unary(ValType::I32, depth, &[I::I64ExtendI32S, I::I64ExtendI32U]),
            4 => self.unary(
                ValType::F32,
                depth,
                &[I::I64TruncSatF32S, I::I64TruncSatF32U],
            ),
            5 if self.shape.memory => {
                self.address();
                let at = MemArg {
                    offset: 0,
                    align: 0,
                    memory_index: 0,
                };
                let load = self.draw.pick(&[I::I64Load, I::I64Load32S, I::I64Load8U]);
                self.emit(load(at));
            }
            6 => self.wide(depth),
            7 if self.shape.memory => self.atomic(depth),
            _ => self.unary(ValType::I64, depth, &I64_UNARY),
        }
    }

    /// Both halves of a 128-bit result, added up.
    fn wide(&mut self, depth: usize) {
        if self.draw.one_in(2) {
            self.binary(ValType::I64, depth, &[I::I64MulWideS, I::I64MulWideU]);
        } else {
            self.expression(ValType::I64, depth);
            self.leaf(ValType::I64);
            self.leaf(ValType::I64);
            self.unary(ValType::I64, depth, &[I::I64Add128, I::I64Sub128]);
        }
        self.emit(I::I64Add);
    }

    /// What an atomic access finds. Mostly aligned.
    fn atomic(&mut self, depth: usize) {
        self.address();
        let at = |align| MemArg {
            offset: 8,
            align,
            memory_index: 0,
        };
        match self.draw.below(5) {
            0 => self.emit(I::I64AtomicLoad(at(3))),
            1 => {
                self.expression(ValType::I64, depth);
                let (rmw, align) = self.draw.pick(&[
                    (I::I64AtomicRmw8AddU as fn(MemArg) -> I<'static>, 0),
                    (I::I64AtomicRmw16SubU, 1),
                    (I::I64AtomicRmw32AndU, 2),
                    (I::I64AtomicRmwOr, 3),
                    (I::I64AtomicRmwXor, 3),
                    (I::I64AtomicRmwXchg, 3),
                ]);
                self.emit(rmw(at(align)));
            }
            2 => {
                self.expression(ValType::I64, depth);
                self.leaf(ValType::I64);
                self.emit(I::I64AtomicRmw16CmpxchgU(at(1)));
            }
            3 => {
                self.expression(ValType::I64, depth);
                // Instrumentation makes it no time at all.
                self.emit(I::I64Const(-1));
                self.emit(I::MemoryAtomicWait64(at(3)));
                self.emit(I::I64ExtendI32U);
            }
            _ => {
                self.expression(ValType::I32, depth);
                self.emit(I::MemoryAtomicNotify(at(2)));
                self.emit(I::I64ExtendI32U);
            }
        }
    }

    fn f32_value(&mut self, depth: usize) {
        match self.draw.below(6) {
            0..=2 => self.binary(ValType::F32, depth, &F32_BINARY),
            3 => self.unary(ValType::F64, depth, &[I::F32DemoteF64]),
            4 => self.unary(ValType::I32, depth, &[I::F32ConvertI32S, I::F32ConvertI32U]),
            _ => self.unary(ValType::F32, depth, &F32_UNARY),
        }
    }

    fn f64_value(&mut self, depth: usize) {
        match self.draw.below(6) {
            0..=2 => self.binary(ValType::F64, depth, &F64_BINARY),
            3 => self.unary(ValType::F32, depth, &[I::F64PromoteF32]),
            4 => self.unary(ValType::I64, depth, &[I::F64ConvertI64S, I::F64ConvertI64U]),
            _ => self.unary(ValType::F64, depth, &F64_UNARY),
        }
    }

    fn reference(&mut self, ty: ValType, depth: usize) {
        if self.draw.one_in(6) {
            return self.other_than_null(ty, depth);
        }
        let (table, size, wide) = match (ty, self.next_level().and_then(|next| next.table)) {
            (ValType::EXTERNREF, _) => (self.shape.extern_table, 4, false),
            (_, Some(table)) => (table, TABLE_SIZE, self.shape.wide_tables),
            _ => return self.leaf(ty),
        };
        self.expression(ValType::I32, depth);
        self.emit(I::I32Const(size as i32 - 1));
        self.emit(I::I32And);
        self.widen(wide);
        self.emit(I::TableGet(table));
    }

    /// A reference, or another one if it is null.
    fn other_than_null(&mut self, ty: ValType, depth: usize) {
        self.emit(I::Block(BlockType::Result(ty)));
        self.expression(ty, depth);
        self.emit(I::BrOnNonNull(0));
        self.leaf(ty);
        self.emit(I::End);
    }

    pub(super) fn unary(&mut self, ty: ValType, depth: usize, operators: &[I<'static>]) {
        self.expression(ty, depth);
        let operator = self.draw.below(operators.len());
        self.emit(operators[operator].clone());
    }

    pub(super) fn binary(&mut self, ty: ValType, depth: usize, operators: &[I<'static>]) {
        self.expression(ty, depth);
        self.unary(ty, depth, operators);
    }
}

const I32_UNARY: [I<'static>; 6] = [
    I::I32Eqz,
    I::I32Clz,
    I::I32Ctz,
    I::I32Popcnt,
    I::I32Extend8S,
    I::I32Extend16S,
];
const I64_UNARY: [I<'static>; 6] = [
    I::I64Clz,
    I::I64Ctz,
    I::I64Popcnt,
    I::I64Extend8S,
    I::I64Extend16S,
    I::I64Extend32S,
];
const F32_UNARY: [I<'static>; 6] = [
    I::F32Neg,
    I::F32Abs,
    I::F32Sqrt,
    I::F32Ceil,
    I::F32Nearest,
    I::F32Trunc,
];
const F64_UNARY: [I<'static>; 6] = [
    I::F64Neg,
    I::F64Abs,
    I::F64Sqrt,
    I::F64Floor,
    I::F64Nearest,
    I::F64Trunc,
];
const I32_BINARY: [I<'static>; 14] = [
    I::I32Add,
    I::I32Sub,
    I::I32Mul,
    I::I32And,
    I::I32Or,
    I::I32Xor,
    I::I32Shl,
    I::I32ShrS,
    I::I32ShrU,
    I::I32Rotl,
    I::I32Eq,
    I::I32LtS,
    I::I32GeU,
    I::I32Ne,
];
const I64_BINARY: [I<'static>; 10] = [
    I::I64Add,
    I::I64Sub,
    I::I64Mul,
    I::I64And,
    I::I64Or,
    I::I64Xor,
    I::I64Shl,
    I::I64ShrS,
    I::I64ShrU,
    I::I64Rotr,
];
const I64_COMPARE: [I<'static>; 5] = [I::I64Eq, I::I64Ne, I::I64LtS, I::I64GtU, I::I64LeS];
const F32_BINARY: [I<'static>; 6] = [
    I::F32Add,
    I::F32Sub,
    I::F32Mul,
    I::F32Div,
    I::F32Min,
    I::F32Max,
];
const F64_BINARY: [I<'static>; 6] = [
    I::F64Add,
    I::F64Sub,
    I::F64Mul,
    I::F64Div,
    I::F64Min,
    I::F64Max,
];
const F32_COMPARE: [I<'static>; 4] = [I::F32Eq, I::F32Lt, I::F32Ge, I::F32Ne];
const F64_COMPARE: [I<'static>; 4] = [I::F64Eq, I::F64Gt, I::F64Le, I::F64Ne];
