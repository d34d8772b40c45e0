//! Expressions of vectors.
//!
//! No float arithmetic: vectors can be read as integers, and the bits of NaNs are open.

use super::Body;
use wasm_encoder::{Instruction as I, MemArg, ValType};

const V128: ValType = ValType::V128;

impl Body<'_, '_, '_> {
    pub(super) fn vector(&mut self, depth: usize) {
        match self.draw.below(10) {
            0..=3 => self.binary(V128, depth, &BINARY),
            4 => self.unary(V128, depth, &UNARY),
            5 => {
                let splat = [I::I8x16Splat, I::I16x8Splat, I::I32x4Splat];
                self.unary(ValType::I32, depth, &splat);
            }
            6 => {
                self.expression(V128, depth);
                self.unary(ValType::I32, depth, &SHIFTS);
            }
            7 => {
                self.expression(V128, depth);
                self.unary(
                    ValType::I64,
                    depth,
                    &[I::I64x2ReplaceLane(0), I::I64x2ReplaceLane(1)],
                );
            }
            8 if self.shape.memory => {
                self.address();
                let load = self
                    .draw
                    .pick(&[I::V128Load, I::V128Load8x8U, I::V128Load32Splat]);
                self.emit(load(AT));
            }
            _ => {
                self.leaf(V128);
                self.binary(V128, depth, &[I::V128Bitselect, I::I16x8RelaxedLaneselect]);
            }
        }
    }

    pub(super) fn vector_constant(&mut self) -> I<'static> {
        // In one lane, or in several.
        let copies = [1, 1 << 64 | 1, 0x1_0000_0001, i128::MAX / 255];
        let lane = i128::from(self.draw.any::<u32>());
        I::V128Const(lane.wrapping_mul(self.draw.pick(&copies)))
    }

    /// An `i32` made of a vector.
    pub(super) fn vector_to_i32(&mut self, depth: usize) {
        let operators = [
            I::V128AnyTrue,
            I::I8x16Bitmask,
            I::I16x8AllTrue,
            I::I32x4Bitmask,
            I::I8x16ExtractLaneS(5),
            I::I16x8ExtractLaneU(7),
            I::I32x4ExtractLane(2),
        ];
        self.unary(V128, depth, &operators);
    }

    /// An `i64` made of a vector.
    pub(super) fn vector_to_i64(&mut self, depth: usize) {
        self.unary(
            V128,
            depth,
            &[I::I64x2ExtractLane(0), I::I64x2ExtractLane(1)],
        );
    }

    /// Stores a vector, or a lane of one. Requires a memory.
    pub(super) fn store_vector(&mut self) {
        self.address();
        self.expression(V128, 1);
        let store = match self.draw.below(3) {
            0 => I::V128Store16Lane {
                memarg: AT,
                lane: 6,
            },
            _ => I::V128Store(AT),
        };
        self.emit(store);
    }
}

const AT: MemArg = MemArg {
    offset: 2,
    align: 0,
    memory_index: 0,
};

const UNARY: [I<'static>; 12] = [
    I::V128Not,
    I::I8x16Popcnt,
    I::I16x8Abs,
    I::I64x2Neg,
    I::F32x4Neg,
    I::F64x2Abs,
    I::I16x8ExtendHighI8x16S,
    I::I32x4ExtAddPairwiseI16x8U,
    I::I32x4TruncSatF32x4S,
    I::I32x4RelaxedTruncF64x2SZero,
    I::F32x4ConvertI32x4U,
    I::F64x2ConvertLowI32x4S,
];
const BINARY: [I<'static>; 20] = [
    I::V128Xor,
    I::V128AndNot,
    I::I8x16Add,
    I::I8x16SubSatU,
    I::I8x16LtS,
    I::I8x16Swizzle,
    I::I8x16NarrowI16x8U,
    I::I8x16Shuffle([0, 17, 2, 19, 4, 21, 6, 23, 8, 25, 10, 27, 12, 29, 14, 31]),
    I::I16x8Mul,
    I::I16x8Q15MulrSatS,
    I::I16x8AvgrU,
    I::I32x4MaxU,
    I::I32x4DotI16x8S,
    I::I64x2Mul,
    I::I64x2GtS,
    I::I64x2ExtMulLowI32x4U,
    I::F32x4Lt,
    I::F64x2PMax,
    I::I8x16RelaxedSwizzle,
    I::I16x8RelaxedDotI8x16I7x16S,
];
const SHIFTS: [I<'static>; 4] = [I::I8x16ShrS, I::I16x8Shl, I::I32x4ShrU, I::I64x2ShrS];
