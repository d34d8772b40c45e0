//! Values of scripts: arguments made from text, results matched against patterns.

use crate::script::Stop;
use wasm_interp_jit::{ExternRef, Result, Store, V128, Val};
use wast::core::{HeapType, NanPattern, V128Const, V128Pattern, WastArgCore, WastRetCore};
use wast::token::{F32, F64};
use wast::{WastArg, WastRet};

/// Makes the argument that `arg` describes.
pub(crate) fn argument(store: &mut Store<()>, arg: &WastArg<'_>) -> Result<Val, Stop> {
    let WastArg::Core(arg) = arg else {
        return Err(Stop::skip("needs component-model"));
    };
    Ok(match arg {
        WastArgCore::I32(value) => Val::I32(*value),
        WastArgCore::I64(value) => Val::I64(*value),
        WastArgCore::F32(value) => Val::F32(value.bits),
        WastArgCore::F64(value) => Val::F64(value.bits),
        WastArgCore::V128(value) => Val::V128(V128::from(v128_bits(value))),
        WastArgCore::RefExtern(value) => Val::ExternRef(Some(ExternRef::new(store, *value)?)),
        WastArgCore::RefNull(heap) => null(heap)?,
        WastArgCore::RefHost(_) => return Err(Stop::skip("needs gc")),
    })
}

fn v128_bits(value: &V128Const) -> u128 {
    u128::from_le_bytes(value.to_le_bytes())
}

fn null(heap: &HeapType<'_>) -> Result<Val, Stop> {
    use wast::core::AbstractHeapType::{Extern, Func, NoExtern, NoFunc};
    match heap {
        HeapType::Abstract {
            shared: false,
            ty: Func | NoFunc,
        } => Ok(Val::FuncRef(None)),
        HeapType::Abstract {
            shared: false,
            ty: Extern | NoExtern,
        } => Ok(Val::ExternRef(None)),
        _ => Err(Stop::skip("needs gc")),
    }
}

/// Whether `actual` is one of the values that `expected` allows.
pub(crate) fn matches(
    store: &Store<()>,
    actual: &Val,
    expected: &WastRet<'_>,
) -> Result<bool, Stop> {
    match expected {
        WastRet::Core(expected) => matches_core(store, actual, expected),
        _ => Err(Stop::skip("needs component-model")),
    }
}

fn matches_core(store: &Store<()>, actual: &Val, expected: &WastRetCore<'_>) -> Result<bool, Stop> {
    Ok(match (expected, actual) {
        (WastRetCore::Either(cases), _) => {
            for case in cases {
                if matches_core(store, actual, case)? {
                    return Ok(true);
                }
            }
            false
        }
        (WastRetCore::I32(expected), Val::I32(actual)) => expected == actual,
        (WastRetCore::I64(expected), Val::I64(actual)) => expected == actual,
        (WastRetCore::F32(expected), Val::F32(actual)) => matches_f32(expected, *actual),
        (WastRetCore::F64(expected), Val::F64(actual)) => matches_f64(expected, *actual),
        (WastRetCore::V128(expected), Val::V128(actual)) => {
            matches_v128(expected, actual.as_u128())
        }
        (WastRetCore::RefNull(_), Val::FuncRef(None) | Val::ExternRef(None)) => true,
        (WastRetCore::RefFunc(_), Val::FuncRef(Some(_))) => true,
        (WastRetCore::RefExtern(None), Val::ExternRef(Some(_))) => true,
        (WastRetCore::RefExtern(Some(expected)), Val::ExternRef(Some(actual))) => {
            let data = actual
                .data(store)?
                .and_then(|data| data.downcast_ref::<u32>());
            data == Some(expected)
        }
        (
            WastRetCore::RefHost(_)
            | WastRetCore::RefAny
            | WastRetCore::RefEq
            | WastRetCore::RefArray
            | WastRetCore::RefStruct
            | WastRetCore::RefI31
            | WastRetCore::RefI31Shared,
            _,
        ) => return Err(Stop::skip("needs gc")),
        _ => false,
    })
}

/// A quiet NaN has the top bit of its payload set; a canonical one has no other.
fn matches_f32(expected: &NanPattern<F32>, actual: u32) -> bool {
    match expected {
        NanPattern::CanonicalNan => actual & 0x7fff_ffff == 0x7fc0_0000,
        NanPattern::ArithmeticNan => actual & 0x7fc0_0000 == 0x7fc0_0000,
        NanPattern::Value(value) => value.bits == actual,
    }
}

/// Like [`matches_f32`].
fn matches_f64(expected: &NanPattern<F64>, actual: u64) -> bool {
    match expected {
        NanPattern::CanonicalNan => actual & 0x7fff_ffff_ffff_ffff == 0x7ff8_0000_0000_0000,
        NanPattern::ArithmeticNan => actual & 0x7ff8_0000_0000_0000 == 0x7ff8_0000_0000_0000,
        NanPattern::Value(value) => value.bits == actual,
    }
}

fn matches_v128(expected: &V128Pattern, actual: u128) -> bool {
    let f32_lane = |lane: usize| (actual >> (32 * lane)) as u32;
    let f64_lane = |lane: usize| (actual >> (64 * lane)) as u64;
    let expected = match expected {
        V128Pattern::F32x4(lanes) => {
            return (0..4).all(|lane| matches_f32(&lanes[lane], f32_lane(lane)));
        }
        V128Pattern::F64x2(lanes) => {
            return (0..2).all(|lane| matches_f64(&lanes[lane], f64_lane(lane)));
        }
        V128Pattern::I8x16(lanes) => V128Const::I8x16(*lanes),
        V128Pattern::I16x8(lanes) => V128Const::I16x8(*lanes),
        V128Pattern::I32x4(lanes) => V128Const::I32x4(*lanes),
        V128Pattern::I64x2(lanes) => V128Const::I64x2(*lanes),
    };
    v128_bits(&expected) == actual
}
