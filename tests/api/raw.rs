//! Calls that nobody checks, and raw values.

use crate::{check, error, instance, panic_message};
use std::mem::MaybeUninit;
use wasm_interp_jit::{
    Caller, Engine, ExternRef, Func, FuncType, Instance, Linker, Module, Result, Rooted, Store,
    TypedFunc, Val, ValRaw, ValType, bail,
};

#[test]
fn raw_values() {
    assert_eq!(ValRaw::i32(-1).get_i32(), -1);
    assert_eq!(ValRaw::i32(-1).get_u32(), u32::MAX);
    assert_eq!(ValRaw::i64(-1).get_i64(), -1);
    assert_eq!(ValRaw::u64(5).get_u64(), 5);
    assert_eq!(ValRaw::f32(1.5_f32.to_bits()).get_f32(), 1.5_f32.to_bits());
    assert_eq!(ValRaw::f64(2.5_f64.to_bits()).get_f64(), 2.5_f64.to_bits());
    assert_eq!(ValRaw::v128(1 << 100).get_v128(), 1 << 100);
    assert_eq!(ValRaw::externref(4).get_externref(), 4);
    assert_eq!(ValRaw::anyref(3).get_anyref(), 3);
    assert!(
        ValRaw::funcref(std::ptr::null_mut())
            .get_funcref()
            .is_null()
    );
    assert_eq!(size_of::<ValRaw>(), 16);
}

#[test]
fn there_and_back() -> Result<()> {
    let mut store = Store::<()>::default();
    let func = Func::wrap(&mut store, || 5);
    let value = ExternRef::new(&mut store, 7_u32)?;
    for val in [
        Val::I32(-3),
        Val::I64(i64::MIN),
        Val::F32(1),
        Val::F64(2),
        Val::V128((u128::MAX / 3).into()),
        Val::FuncRef(None),
        Val::FuncRef(Some(func)),
        Val::ExternRef(None),
        Val::ExternRef(Some(value)),
        Val::AnyRef(None),
    ] {
        let ty = val.ty(&store)?;
        let raw = val.to_raw(&mut store)?;
        // SAFETY: the value is of this type and store.
        let back = unsafe { Val::from_raw(&mut store, raw, ty.clone()) };
        assert!(ValType::eq(&back.ty(&store)?, &ty));
        let again = back.to_raw(&mut store)?;
        match ty {
            ValType::V128 => assert_eq!(again.get_v128(), raw.get_v128()),
            ValType::I32 | ValType::F32 => assert_eq!(again.get_u32(), raw.get_u32()),
            ValType::I64 | ValType::F64 => assert_eq!(again.get_u64(), raw.get_u64()),
            _ if matches!(val, Val::FuncRef(Some(_))) => {
                assert_eq!(again.get_funcref(), raw.get_funcref());
            }
            _ => assert_eq!(again.get_externref(), raw.get_externref()),
        }
    }
    let raw = func.to_raw(&mut store);
    // SAFETY: the pointer is of this store.
    let back = unsafe { Func::from_raw(&mut store, raw) }.expect("is not null");
    assert_eq!(back.typed::<(), i32>(&store)?.call(&mut store, ())?, 5);
    // SAFETY: null is of any store.
    assert!(unsafe { Func::from_raw(&mut store, std::ptr::null_mut()) }.is_none());
    let raw = value.to_raw(&mut store)?;
    let back = ExternRef::from_raw(&mut store, raw).expect("is not null");
    assert!(Rooted::ref_eq(&store, &back, &value)?);
    assert!(ExternRef::from_raw(&mut store, 0).is_none());
    Ok(())
}

const MIXED: &str = r#"(module
    (func (export "f") (param i32 f64 v128 externref) (result v128 f64 i32 externref)
        (local.get 2)
        (f64.add (local.get 1) (f64.const 1))
        (i32.add (local.get 0) (i32.const 1))
        (local.get 3)))"#;

#[test]
fn unchecked_calls() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), MIXED)?;
        let f = it.get_func(&mut store, "f").expect("is exported");
        let value = ExternRef::new(&mut store, 3_u32)?.to_raw(&mut store)?;
        for n in 0..4 {
            let mut values = [
                ValRaw::i32(n),
                ValRaw::f64(2.5_f64.to_bits()),
                ValRaw::v128(u128::MAX - 5),
                ValRaw::externref(value),
            ];
            // SAFETY: the values are those of the type.
            unsafe { f.call_unchecked(&mut store, &raw mut values[..])? };
            assert_eq!(values[0].get_v128(), u128::MAX - 5);
            assert_eq!(values[1].get_f64(), 3.5_f64.to_bits());
            assert_eq!(values[2].get_i32(), n + 1);
            assert_eq!(values[3].get_externref(), value);
        }
        Ok(())
    });
}

fn mixed_type(engine: &Engine) -> FuncType {
    let types = [ValType::I32, ValType::V128, ValType::I64];
    FuncType::new(engine, types.clone(), types.into_iter().rev())
}

fn reverse(_: Caller<'_, ()>, values: &mut [MaybeUninit<ValRaw>]) -> Result<()> {
    // SAFETY: there are three arguments.
    let [a, b, c] = [0, 1, 2].map(|n| unsafe { values[n].assume_init() });
    if a.get_i32() < 0 {
        bail!("negative");
    }
    values[0].write(ValRaw::i64(c.get_i64() + 1));
    values[1].write(ValRaw::v128(b.get_v128() + 1));
    values[2].write(ValRaw::i32(a.get_i32() + 1));
    Ok(())
}

const CALLER: &str = r#"(module
    (import "" "f" (func $f (param i32 v128 i64) (result i64 v128 i32)))
    (func (export "g") (param i32) (result i64 i32)
        (local $v v128)
        (call $f (local.get 0) (v128.const i32x4 1 2 3 4) (i64.const 40))
        (local.set 0) (local.set $v)
        (i32.add (local.get 0) (i32x4.extract_lane 0 (local.get $v)))))"#;

#[test]
fn unchecked_host_functions() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        // SAFETY: `reverse` leaves results of the type.
        let f = unsafe { Func::new_unchecked(&mut store, mixed_type(engine), reverse) };
        let module = Module::new(engine, CALLER)?;
        let it = Instance::new(&mut store, &module, &[f.into()])?;
        let g = it.get_typed_func::<i32, (i64, i32)>(&mut store, "g")?;
        for n in 0..4 {
            assert_eq!(g.call(&mut store, n)?, (41, n + 1 + 2));
        }
        let failed = g.call(&mut store, -1).expect_err("is negative");
        assert_eq!(failed.root_cause().to_string(), "negative");

        let mut linker = Linker::new(engine);
        // SAFETY: as above.
        unsafe { linker.func_new_unchecked("", "f", mixed_type(engine), reverse)? };
        let it = linker.instantiate(&mut store, &module)?;
        let g = it.get_typed_func::<i32, (i64, i32)>(&mut store, "g")?;
        assert_eq!(g.call(&mut store, 5)?, (41, 8));
        Ok(())
    });
}

#[test]
fn typed_without_a_check() {
    check(|engine| {
        let wat = r#"(module (func (export "f") (param i32) (result i32) (local.get 0)))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let f = it.get_func(&mut store, "f").expect("is exported");
        // SAFETY: this is its type.
        let f = unsafe { TypedFunc::<i32, i32>::new_unchecked(&store, f) };
        assert_eq!(f.call(&mut store, 3)?, 3);
        Ok(())
    });
}

#[test]
fn types_of_another_engine() {
    let mut store = Store::<()>::default();
    let ty = mixed_type(&Engine::default());
    // SAFETY: it is never called.
    let message = panic_message(|| unsafe { Func::new_unchecked(&mut store, ty, reverse) });
    assert_eq!(
        message,
        "assertion failed: ty.comes_from_same_engine(engine)"
    );
    let engine = store.engine().clone();
    let ty = mixed_type(&engine);
    let mut linker = Linker::<()>::new(&engine);
    // SAFETY: it is never called.
    unsafe {
        linker
            .func_new_unchecked("", "f", ty.clone(), reverse)
            .expect("is the first");
        assert_eq!(
            error(linker.func_new_unchecked("", "f", ty, reverse).map(|_| ())),
            "import of `::f` defined twice"
        );
    }
}
