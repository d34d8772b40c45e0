//! Arithmetic of integers whose results have lanes of twice the width.

use super::{
    I8x16, I16x8, I32x4, I64x2, U8x16, U16x8, U32x4, U64x2, map_high, map_low, pairwise, simd, zip,
    zip_high, zip_low,
};

/// For each pair of shapes: extensions, products and, where they exist, sums of neighbours.
macro_rules! widen {
    ($($from:ident -> $to:ident as $wide:ident {
        $low:ident $high:ident $product_low:ident $product_high:ident $($sums:ident)?
    })*) => {
        simd! {$(
            $low(a: $from) -> $to { map_low(a, $wide::from) }
            $high(a: $from) -> $to { map_high(a, $wide::from) }
            $product_low(a, b: $from) -> $to {
                zip_low(a, b, |a, b| $wide::from(a) * $wide::from(b))
            }
            $product_high(a, b: $from) -> $to {
                zip_high(a, b, |a, b| $wide::from(a) * $wide::from(b))
            }
            $($sums(a: $from) -> $to { pairwise(a, |a, b| $wide::from(a) + $wide::from(b)) })?
        )*}
    };
}

widen! {
    I8x16 -> I16x8 as i16 {
        I16x8ExtendLowI8x16S I16x8ExtendHighI8x16S I16x8ExtMulLowI8x16S I16x8ExtMulHighI8x16S
        I16x8ExtAddPairwiseI8x16S
    }
    U8x16 -> U16x8 as u16 {
        I16x8ExtendLowI8x16U I16x8ExtendHighI8x16U I16x8ExtMulLowI8x16U I16x8ExtMulHighI8x16U
        I16x8ExtAddPairwiseI8x16U
    }
    I16x8 -> I32x4 as i32 {
        I32x4ExtendLowI16x8S I32x4ExtendHighI16x8S I32x4ExtMulLowI16x8S I32x4ExtMulHighI16x8S
        I32x4ExtAddPairwiseI16x8S
    }
    U16x8 -> U32x4 as u32 {
        I32x4ExtendLowI16x8U I32x4ExtendHighI16x8U I32x4ExtMulLowI16x8U I32x4ExtMulHighI16x8U
        I32x4ExtAddPairwiseI16x8U
    }
    I32x4 -> I64x2 as i64 {
        I64x2ExtendLowI32x4S I64x2ExtendHighI32x4S I64x2ExtMulLowI32x4S I64x2ExtMulHighI32x4S
    }
    U32x4 -> U64x2 as u64 {
        I64x2ExtendLowI32x4U I64x2ExtendHighI32x4U I64x2ExtMulLowI32x4U I64x2ExtMulHighI32x4U
    }
}

simd! {
    I32x4DotI16x8S(a, b: I16x8) -> I32x4 {
        pairwise(zip(a, b, |a, b| i32::from(a) * i32::from(b)), i32::wrapping_add)
    }
}
