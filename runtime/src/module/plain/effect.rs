//! The table of instructions without control flow: what they do to operands.

use super::module::{F32, F64, I32, I64, Type};

/// What an instruction does to the operands: pops none, one or two of known types, and pushes at
/// most one. And how long it is.
#[derive(Clone, Copy)]
pub(super) struct Effect {
    /// What it pops, the top in the high byte. Bytes outside of the mask are 0.
    pub(super) expected: u16,
    pub(super) mask: u16,
    pub(super) pops: u8,
    pub(super) pushes: u8,
    /// What it pushes; 0 if that is the type of a local.
    pub(super) result: u8,
    /// All ones if the number is a local, whose type is what is popped and pushed.
    pub(super) is_local: u8,
    /// The greatest byte that may follow the opcode.
    pub(super) max_byte: u8,
    /// Bytes between the opcode and the number.
    pub(super) n_bytes: u8,
    /// All ones if there is a number in LEB128.
    pub(super) has_number: u8,
    /// Bytes of the number from which on it needs a closer look.
    pub(super) long_number: u8,
    pub(super) number: Number,
}

const _: () = assert!(size_of::<Effect>() == 14);

/// The number at the end of an instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    None,
    Local,
    U32,
    I32,
    I64,
    /// The instruction is not in the table.
    Other,
}

impl Effect {
    const OTHER: Effect = Effect::new(Number::Other, &[], &[]);

    const fn new(number: Number, pops: &[Type], pushes: &[Type]) -> Self {
        let (expected, mask) = match *pops {
            [] => (0, 0),
            [Type(top)] => ((top as u16) << 8, 0xff00),
            [Type(below), Type(top)] => ((top as u16) << 8 | below as u16, 0xffff),
            _ => panic!("no such instruction is in the table"),
        };
        let has_number = !matches!(number, Number::None | Number::Other);
        let is_local = matches!(number, Number::Local);
        Self {
            expected,
            mask,
            pops: pops.len() as u8,
            pushes: pushes.len() as u8,
            result: if pushes.is_empty() { 0 } else { pushes[0].0 },
            is_local: if is_local { 0xff } else { 0 },
            max_byte: 0xff,
            n_bytes: 0,
            has_number: if has_number { 0xff } else { 0 },
            long_number: if is_local { 2 } else { 5 },
            number,
        }
    }

    const fn unary(from: Type, to: Type) -> Self {
        Effect::new(Number::None, &[from], &[to])
    }

    const fn binary(from: Type, to: Type) -> Self {
        Effect::new(Number::None, &[from, from], &[to])
    }

    /// `align` is the exponent of the natural alignment. As the greatest byte it also excludes the
    /// bit that says that the index of a memory follows.
    const fn load(ty: Type, align: u8) -> Self {
        let effect = Effect::new(Number::U32, &[I32], &[ty]);
        Effect {
            max_byte: align,
            n_bytes: 1,
            ..effect
        }
    }

    const fn store(ty: Type, align: u8) -> Self {
        let effect = Effect::new(Number::U32, &[I32, ty], &[]);
        Effect {
            max_byte: align,
            n_bytes: 1,
            ..effect
        }
    }

    const fn float(ty: Type, n_bytes: u8) -> Self {
        Effect {
            n_bytes,
            ..Effect::new(Number::None, &[], &[ty])
        }
    }

    /// `drop`, which pops whatever there is.
    const fn drop() -> Self {
        Effect {
            mask: 0,
            ..Effect::new(Number::None, &[I32], &[])
        }
    }
}

/// Effects by opcode byte.
pub(super) static EFFECTS: [Effect; 256] = effects(true);

/// The same, for modules without a memory that loads and stores could use.
pub(super) static EFFECTS_WITHOUT_MEMORY: [Effect; 256] = effects(false);

/// First opcode, last opcode, and what they do.
#[rustfmt::skip]
const RANGES: &[(usize, usize, Effect)] = &[
    (0x01, 0x01, Effect::new(Number::None, &[], &[])),
    (0x1a, 0x1a, Effect::drop()),
    // Instead of `i32`, the local's type.
    (0x20, 0x20, Effect::new(Number::Local, &[], &[I32])),
    (0x21, 0x21, Effect::new(Number::Local, &[I32], &[])),
    (0x22, 0x22, Effect::new(Number::Local, &[I32], &[I32])),
    (0x41, 0x41, Effect::new(Number::I32, &[], &[I32])),
    (0x42, 0x42, Effect::new(Number::I64, &[], &[I64])),
    (0x43, 0x43, Effect::float(F32, 4)), (0x44, 0x44, Effect::float(F64, 8)),
    // Comparisons.
    (0x45, 0x45, Effect::unary(I32, I32)), (0x46, 0x4f, Effect::binary(I32, I32)),
    (0x50, 0x50, Effect::unary(I64, I32)), (0x51, 0x5a, Effect::binary(I64, I32)),
    (0x5b, 0x60, Effect::binary(F32, I32)), (0x61, 0x66, Effect::binary(F64, I32)),
    // Arithmetic.
    (0x67, 0x69, Effect::unary(I32, I32)), (0x6a, 0x78, Effect::binary(I32, I32)),
    (0x79, 0x7b, Effect::unary(I64, I64)), (0x7c, 0x8a, Effect::binary(I64, I64)),
    (0x8b, 0x91, Effect::unary(F32, F32)), (0x92, 0x98, Effect::binary(F32, F32)),
    (0x99, 0x9f, Effect::unary(F64, F64)), (0xa0, 0xa6, Effect::binary(F64, F64)),
    // Conversions.
    (0xa7, 0xa7, Effect::unary(I64, I32)),
    (0xa8, 0xa9, Effect::unary(F32, I32)), (0xaa, 0xab, Effect::unary(F64, I32)),
    (0xac, 0xad, Effect::unary(I32, I64)),
    (0xae, 0xaf, Effect::unary(F32, I64)), (0xb0, 0xb1, Effect::unary(F64, I64)),
    (0xb2, 0xb3, Effect::unary(I32, F32)), (0xb4, 0xb5, Effect::unary(I64, F32)),
    (0xb6, 0xb6, Effect::unary(F64, F32)),
    (0xb7, 0xb8, Effect::unary(I32, F64)), (0xb9, 0xba, Effect::unary(I64, F64)),
    (0xbb, 0xbb, Effect::unary(F32, F64)),
    (0xbc, 0xbc, Effect::unary(F32, I32)), (0xbd, 0xbd, Effect::unary(F64, I64)),
    (0xbe, 0xbe, Effect::unary(I32, F32)), (0xbf, 0xbf, Effect::unary(I64, F64)),
    (0xc0, 0xc1, Effect::unary(I32, I32)), (0xc2, 0xc4, Effect::unary(I64, I64)),
];

#[rustfmt::skip]
const MEMORY_RANGES: &[(usize, usize, Effect)] = &[
    (0x28, 0x28, Effect::load(I32, 2)), (0x29, 0x29, Effect::load(I64, 3)),
    (0x2a, 0x2a, Effect::load(F32, 2)), (0x2b, 0x2b, Effect::load(F64, 3)),
    (0x2c, 0x2d, Effect::load(I32, 0)), (0x2e, 0x2f, Effect::load(I32, 1)),
    (0x30, 0x31, Effect::load(I64, 0)), (0x32, 0x33, Effect::load(I64, 1)),
    (0x34, 0x35, Effect::load(I64, 2)),
    (0x36, 0x36, Effect::store(I32, 2)), (0x37, 0x37, Effect::store(I64, 3)),
    (0x38, 0x38, Effect::store(F32, 2)), (0x39, 0x39, Effect::store(F64, 3)),
    (0x3a, 0x3a, Effect::store(I32, 0)), (0x3b, 0x3b, Effect::store(I32, 1)),
    (0x3c, 0x3c, Effect::store(I64, 0)), (0x3d, 0x3d, Effect::store(I64, 1)),
    (0x3e, 0x3e, Effect::store(I64, 2)),
];

const fn effects(has_memory: bool) -> [Effect; 256] {
    let effects = fill([Effect::OTHER; 256], RANGES);
    if has_memory {
        fill(effects, MEMORY_RANGES)
    } else {
        effects
    }
}

const fn fill(mut effects: [Effect; 256], ranges: &[(usize, usize, Effect)]) -> [Effect; 256] {
    let mut nth = 0;
    while nth < ranges.len() {
        let (mut at, last, effect) = ranges[nth];
        while at <= last {
            effects[at] = effect;
            at += 1;
        }
        nth += 1;
    }
    effects
}
