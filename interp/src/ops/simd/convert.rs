//! Conversions between integers and floats, and to lanes of another width. Out of range becomes
//! the nearest value, NaN becomes 0, as by `as`.

use super::{F32x4, F64x2, I8x16, I16x8, I32x4, U8x16, U16x8, U32x4, join, map, map_low, simd};

simd! {
    I8x16NarrowI16x8S(a, b: I16x8) -> I8x16 {
        map(join(a, b), |it: i16| it.clamp(-0x80, 0x7f) as i8)
    }
    I8x16NarrowI16x8U(a, b: I16x8) -> U8x16 {
        map(join(a, b), |it: i16| it.clamp(0, 0xff) as u8)
    }
    I16x8NarrowI32x4S(a, b: I32x4) -> I16x8 {
        map(join(a, b), |it: i32| it.clamp(-0x8000, 0x7fff) as i16)
    }
    I16x8NarrowI32x4U(a, b: I32x4) -> U16x8 {
        map(join(a, b), |it: i32| it.clamp(0, 0xffff) as u16)
    }
    I32x4TruncSatF32x4S(a: F32x4) -> I32x4 { map(a, |it| it as i32) }
    I32x4TruncSatF32x4U(a: F32x4) -> U32x4 { map(a, |it| it as u32) }
    I32x4TruncSatF64x2SZero(a: F64x2) -> I32x4 { join(map(a, |it| it as i32), [0; 2]) }
    I32x4TruncSatF64x2UZero(a: F64x2) -> U32x4 { join(map(a, |it| it as u32), [0; 2]) }
    F32x4ConvertI32x4S(a: I32x4) -> F32x4 { map(a, |it| it as f32) }
    F32x4ConvertI32x4U(a: U32x4) -> F32x4 { map(a, |it| it as f32) }
    F64x2ConvertLowI32x4S(a: I32x4) -> F64x2 { map_low(a, f64::from) }
    F64x2ConvertLowI32x4U(a: U32x4) -> F64x2 { map_low(a, f64::from) }
    F32x4DemoteF64x2Zero(a: F64x2) -> F32x4 { join(map(a, |it| it as f32), [0.0; 2]) }
    F64x2PromoteLowF32x4(a: F32x4) -> F64x2 { map_low(a, f64::from) }
}
