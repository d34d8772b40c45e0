//! Comparisons: a lane of the result has all bits set if the comparison holds.

use super::{F32x4, F64x2, I8x16, I16x8, I32x4, I64x2, U8x16, U16x8, U32x4, simd, zip};

macro_rules! compare {
    ($($operand:ident -> $result:ident of $mask:ident { $($name:ident $op:tt)* })*) => {
        simd! {$($(
            $name(a, b: $operand) -> $result { zip(a, b, |a, b| -$mask::from(a $op b)) }
        )*)*}
    };
}

compare! {
    U8x16 -> I8x16 of i8 {
        I8x16Eq == I8x16Ne != I8x16LtU < I8x16GtU > I8x16LeU <= I8x16GeU >=
    }
    I8x16 -> I8x16 of i8 { I8x16LtS < I8x16GtS > I8x16LeS <= I8x16GeS >= }
    U16x8 -> I16x8 of i16 {
        I16x8Eq == I16x8Ne != I16x8LtU < I16x8GtU > I16x8LeU <= I16x8GeU >=
    }
    I16x8 -> I16x8 of i16 { I16x8LtS < I16x8GtS > I16x8LeS <= I16x8GeS >= }
    U32x4 -> I32x4 of i32 {
        I32x4Eq == I32x4Ne != I32x4LtU < I32x4GtU > I32x4LeU <= I32x4GeU >=
    }
    I32x4 -> I32x4 of i32 { I32x4LtS < I32x4GtS > I32x4LeS <= I32x4GeS >= }
    I64x2 -> I64x2 of i64 {
        I64x2Eq == I64x2Ne != I64x2LtS < I64x2GtS > I64x2LeS <= I64x2GeS >=
    }
    F32x4 -> I32x4 of i32 {
        F32x4Eq == F32x4Ne != F32x4Lt < F32x4Gt > F32x4Le <= F32x4Ge >=
    }
    F64x2 -> I64x2 of i64 {
        F64x2Eq == F64x2Ne != F64x2Lt < F64x2Gt > F64x2Le <= F64x2Ge >=
    }
}
