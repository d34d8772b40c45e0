//! Constant expressions: offsets of segments, initial values of globals and table elements.
//!
//! Values are slots: 64 bits, `i32` and `f32` in the low half with the high half zero, references
//! as addresses with null = 0. What needs an instance is asked for with closures.

use super::DecodeError;
use crate::{FuncIdx, GlobalIdx};
use wasmparser::Operator;

/// A constant expression. Whatever depends on nothing is folded when it is decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstExpr {
    /// A number, or a null reference.
    Const(u64),
    /// A vector, low half first.
    Vector([u64; 2]),
    /// The value of a global.
    GlobalGet(GlobalIdx),
    /// A reference to a function.
    RefFunc(FuncIdx),
    /// What so many instructions of the extended-const proposal make.
    Folded(u64, u32),
    /// Instructions of the extended-const proposal, in postfix order.
    Program(Box<[ConstOp]>),
}

const _: () = assert!(size_of::<ConstExpr>() <= 24);

/// An instruction of a [`ConstExpr::Program`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstOp {
    /// Pushes a number.
    Const(u64),
    /// Pushes the value of a global.
    GlobalGet(GlobalIdx),
    /// `i32.add`
    I32Add,
    /// `i32.sub`
    I32Sub,
    /// `i32.mul`
    I32Mul,
    /// `i64.add`
    I64Add,
    /// `i64.sub`
    I64Sub,
    /// `i64.mul`
    I64Mul,
}

impl ConstExpr {
    /// Reads a validated expression.
    pub(super) fn decode(expr: &wasmparser::ConstExpr<'_>) -> Result<Self, DecodeError> {
        let mut reader = expr.get_operators_reader();
        let mut program = Vec::new();
        loop {
            let (op, offset) = reader.read_with_offset()?;
            program.push(match op {
                Operator::I32Const { value } => ConstOp::Const(u64::from(value.cast_unsigned())),
                Operator::I64Const { value } => ConstOp::Const(value.cast_unsigned()),
                Operator::F32Const { value } => ConstOp::Const(u64::from(value.bits())),
                Operator::F64Const { value } => ConstOp::Const(value.bits()),
                Operator::RefNull { .. } => ConstOp::Const(0),
                Operator::GlobalGet { global_index } => ConstOp::GlobalGet(GlobalIdx(global_index)),
                Operator::I32Add => ConstOp::I32Add,
                Operator::I32Sub => ConstOp::I32Sub,
                Operator::I32Mul => ConstOp::I32Mul,
                Operator::I64Add => ConstOp::I64Add,
                Operator::I64Sub => ConstOp::I64Sub,
                Operator::I64Mul => ConstOp::I64Mul,
                // Vectors and references have no operators: it is the whole expression.
                Operator::V128Const { value } => {
                    let (low, high) = value.bytes().split_at(8);
                    let half = |it: &[u8]| u64::from_le_bytes(it.try_into().expect("8 bytes"));
                    return Ok(ConstExpr::Vector([half(low), half(high)]));
                }
                Operator::RefFunc { function_index } => {
                    return Ok(ConstExpr::RefFunc(FuncIdx(function_index)));
                }
                Operator::End => return Ok(Self::fold(program)),
                _ => {
                    return Err(DecodeError::Unsupported {
                        what: "instruction in a constant expression",
                        offset,
                    });
                }
            });
        }
    }

    /// The smallest form of a program.
    fn fold(program: Vec<ConstOp>) -> Self {
        match *program {
            [ConstOp::Const(value)] => return ConstExpr::Const(value),
            [ConstOp::GlobalGet(global)] => return ConstExpr::GlobalGet(global),
            _ => {}
        }
        let depends = |op: &ConstOp| matches!(op, ConstOp::GlobalGet(_));
        if program.iter().any(depends) {
            return ConstExpr::Program(program.into_boxed_slice());
        }
        let n_ops = u32::try_from(program.len()).expect("modules have less than 2^32 bytes");
        ConstExpr::Folded(run(&program, |_| 0), n_ops)
    }

    /// Number of its instructions.
    pub(crate) fn n_ops(&self) -> u64 {
        match self {
            ConstExpr::Folded(_, n_ops) => (*n_ops).into(),
            ConstExpr::Program(program) => program.len() as u64,
            ConstExpr::Const(_)
            | ConstExpr::Vector(_)
            | ConstExpr::GlobalGet(_)
            | ConstExpr::RefFunc(_) => 1,
        }
    }

    /// The value in an instance whose globals and function references are given.
    pub fn eval(&self, global: impl Fn(GlobalIdx) -> u64, func: impl Fn(FuncIdx) -> u64) -> u64 {
        match *self {
            ConstExpr::Const(value) | ConstExpr::Folded(value, _) => value,
            ConstExpr::Vector(_) => unreachable!("a vector is the value of a global only"),
            ConstExpr::GlobalGet(idx) => global(idx),
            ConstExpr::RefFunc(idx) => func(idx),
            ConstExpr::Program(ref program) => run(program, global),
        }
    }

    /// The value of a global: a vector, or a slot.
    pub(crate) fn eval_global(
        &self,
        global: impl Fn(GlobalIdx) -> u128,
        func: impl Fn(FuncIdx) -> u64,
    ) -> u128 {
        match *self {
            ConstExpr::Vector([low, high]) => u128::from(high) << 64 | u128::from(low),
            ConstExpr::GlobalGet(idx) => global(idx),
            _ => self.eval(|it| global(it) as u64, func).into(),
        }
    }

    /// The value if it is the same in every instance.
    pub fn as_const(&self) -> Option<u64> {
        match *self {
            ConstExpr::Const(value) | ConstExpr::Folded(value, _) => Some(value),
            _ => None,
        }
    }
}

/// Runs a validated program.
fn run(program: &[ConstOp], global: impl Fn(GlobalIdx) -> u64) -> u64 {
    let mut stack = Vec::with_capacity(4);
    for &op in program {
        let value = match op {
            ConstOp::Const(value) => value,
            ConstOp::GlobalGet(idx) => global(idx),
            ConstOp::I32Add => binary(&mut stack, |a, b| low(a.wrapping_add(b))),
            ConstOp::I32Sub => binary(&mut stack, |a, b| low(a.wrapping_sub(b))),
            ConstOp::I32Mul => binary(&mut stack, |a, b| low(a.wrapping_mul(b))),
            ConstOp::I64Add => binary(&mut stack, u64::wrapping_add),
            ConstOp::I64Sub => binary(&mut stack, u64::wrapping_sub),
            ConstOp::I64Mul => binary(&mut stack, u64::wrapping_mul),
        };
        stack.push(value);
    }
    stack.pop().expect("the expression passed validation")
}

fn binary(stack: &mut Vec<u64>, op: impl Fn(u64, u64) -> u64) -> u64 {
    let b = stack.pop().expect("the expression passed validation");
    let a = stack.pop().expect("the expression passed validation");
    op(a, b)
}

/// The slot of an `i32`. Low halves of sums, differences and products depend on low halves only.
fn low(value: u64) -> u64 {
    value & 0xffff_ffff
}
