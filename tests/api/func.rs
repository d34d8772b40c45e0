//! Calls from the host: values, types, and arguments that do not fit.

use crate::{check, error, instance, panic_message};
use wasm_interp_jit::{
    Engine, Func, FuncType, HeapType, Instance, Module, RefType, Result, Store, Val, ValType,
};

const IDENTITIES: &str = r#"(module
    (func (export "i32") (param i32) (result i32) local.get 0)
    (func (export "i64") (param i64) (result i64) local.get 0)
    (func (export "f32") (param f32) (result f32) local.get 0)
    (func (export "f64") (param f64) (result f64) local.get 0)
    (func (export "swap") (param i32 f64) (result f64 i32) local.get 1 local.get 0)
    (func (export "nothing"))
    (func (export "funcref") (param funcref) (result funcref) local.get 0)
    (func (export "call") (param funcref) (result i32)
        (table.set (i32.const 0) (local.get 0))
        (call_indirect (result i32) (i32.const 0)))
    (func (export "seven") (result i32) i32.const 7)
    (table 1 funcref))"#;

#[test]
fn typed_calls() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), IDENTITIES)?;
        let i32s = it.get_typed_func::<i32, i32>(&mut store, "i32")?;
        let u32s = it.get_typed_func::<u32, u32>(&mut store, "i32")?;
        let i64s = it.get_typed_func::<i64, u64>(&mut store, "i64")?;
        let f32s = it.get_typed_func::<f32, f32>(&mut store, "f32")?;
        let f64s = it.get_typed_func::<(f64,), (f64,)>(&mut store, "f64")?;
        let swap = it.get_typed_func::<(i32, f64), (f64, i32)>(&mut store, "swap")?;
        let nothing = it.get_typed_func::<(), ()>(&mut store, "nothing")?;
        assert_eq!(i32s.call(&mut store, -5)?, -5);
        assert_eq!(u32s.call(&mut store, u32::MAX)?, u32::MAX);
        assert_eq!(i64s.call(&mut store, i64::MIN)?, 1 << 63);
        assert_eq!(f32s.call(&mut store, 1.5)?, 1.5);
        assert_eq!(f64s.call(&mut store, (-0.0,))?.0.to_bits(), 1 << 63);
        assert_eq!(swap.call(&mut store, (3, 0.25))?, (0.25, 3));
        nothing.call(&mut store, ())
    });
}

// A payload that the host sees changed would tell which tier is at work.
#[test]
fn nan_payloads() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), IDENTITIES)?;
        let f32s = it.get_func(&mut store, "f32").expect("is exported");
        let f64s = it.get_func(&mut store, "f64").expect("is exported");
        for bits in [0x7fa0_0001, 0xffc1_2345, 0x7f80_0000] {
            let mut results = [Val::I32(0)];
            f32s.call(&mut store, &[Val::F32(bits)], &mut results)?;
            assert!(matches!(results, [Val::F32(it)] if it == bits));
        }
        let bits = 0xfff4_0000_0000_0001;
        let mut results = [Val::I32(0)];
        f64s.call(&mut store, &[Val::F64(bits)], &mut results)?;
        assert!(matches!(results, [Val::F64(it)] if it == bits));
        Ok(())
    });
}

#[test]
fn untyped_calls() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), IDENTITIES)?;
        let swap = it.get_func(&mut store, "swap").expect("is exported");
        let mut results = [Val::null_func_ref(), Val::null_func_ref()];
        swap.call(&mut store, &[1.into(), 2.5.into()], &mut results)?;
        assert_eq!((results[0].f64(), results[1].i32()), (Some(2.5), Some(1)));
        Ok(())
    });
}

#[test]
fn wrong_number_of_arguments_or_results() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), IDENTITIES)?;
        let func = it.get_func(&mut store, "i32").expect("is exported");
        let mut call = |params: &[Val], n_results| {
            error(func.call(&mut store, params, &mut vec![Val::I32(0); n_results]))
        };
        assert_eq!(call(&[], 1), "expected 1 arguments, got 0");
        assert_eq!(
            call(&[Val::I32(0), Val::I32(0)], 1),
            "expected 1 arguments, got 2"
        );
        assert_eq!(call(&[Val::I32(0)], 0), "expected 1 results, got 0");
        assert_eq!(call(&[Val::I32(0)], 3), "expected 1 results, got 3");
        Ok(())
    });
}

#[test]
fn wrong_types_of_arguments() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), IDENTITIES)?;
        let i32s = it.get_func(&mut store, "i32").expect("is exported");
        let funcrefs = it.get_func(&mut store, "funcref").expect("is exported");
        let mut call =
            |func: &Func, param: Val| error(func.call(&mut store, &[param], &mut [Val::I32(0)]));
        let context = "argument type mismatch: type mismatch:";
        assert_eq!(
            call(&i32s, Val::F32(0)),
            format!("{context} expected i32, found f32")
        );
        let found = match crate::differs("it takes the null `externref` for a null function") {
            true => "nofunc",
            false => "noextern",
        };
        assert_eq!(
            call(&funcrefs, Val::null_extern_ref()),
            format!("{context} expected (ref null func), found (ref null {found})")
        );
        assert_eq!(
            call(&i32s, 5_u128.into()),
            format!("{context} expected i32, found v128")
        );
        Ok(())
    });
}

#[test]
fn wrong_types_of_typed_functions() -> Result<()> {
    let (mut store, it) = instance(&Engine::default(), (), IDENTITIES)?;
    let func = it.get_func(&mut store, "swap").expect("is exported");
    let text = |result: Result<()>| error(result);
    assert_eq!(
        text(func.typed::<i32, (f64, i32)>(&store).map(drop)),
        "type mismatch with parameters: expected 1 types, found 2"
    );
    assert_eq!(
        text(func.typed::<(i32, f64), ()>(&store).map(drop)),
        "type mismatch with results: expected 0 types, found 2"
    );
    assert_eq!(
        text(func.typed::<(i32, f32), (f64, i32)>(&store).map(drop)),
        "type mismatch with parameters: type mismatch: expected f64, found f32"
    );
    assert_eq!(
        text(func.typed::<(i32, f64), (i64, i32)>(&store).map(drop)),
        "type mismatch with results: type mismatch: expected i64, found f64"
    );
    assert_eq!(
        text(it.get_typed_func::<(), ()>(&mut store, "swap").map(drop)),
        "failed to convert function `swap` to given type: type mismatch with parameters: expected \
         0 types, found 2"
    );
    assert_eq!(
        text(it.get_typed_func::<(), ()>(&mut store, "absent").map(drop)),
        "failed to find function export `absent`"
    );
    Ok(())
}

// `Func` is never null: it can be given to a function that takes null, but not be returned by one.
#[test]
fn nullability_of_typed_functions() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), IDENTITIES)?;
        let func = it.get_func(&mut store, "funcref").expect("is exported");
        assert_eq!(
            error(func.typed::<Option<Func>, Func>(&store)),
            "type mismatch with results: type mismatch: expected (ref func), found (ref null func)"
        );
        let typed = func.typed::<Func, Option<Func>>(&store)?;
        let same = typed.call(&mut store, func)?.expect("is not null");
        assert!(FuncType::eq(&same.ty(&store), &func.ty(&store)));
        let typed = func.typed::<Option<Func>, Option<Func>>(&store)?;
        assert!(typed.call(&mut store, None)?.is_none());
        Ok(())
    });
}

#[test]
fn functions_as_values() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), IDENTITIES)?;
        let call = it.get_typed_func::<Option<Func>, i32>(&mut store, "call")?;
        let seven = it.get_func(&mut store, "seven");
        assert_eq!(call.call(&mut store, seven)?, 7);
        let host = Func::wrap(&mut store, || 8);
        assert_eq!(call.call(&mut store, Some(host))?, 8);
        let other = Func::wrap(&mut store, |_: i32| 8);
        assert!(error(call.call(&mut store, Some(other))).contains("indirect call type mismatch"));
        assert!(error(call.call(&mut store, None)).contains("uninitialized element"));
        Ok(())
    });
}

#[test]
fn types_of_functions() -> Result<()> {
    let engine = Engine::default();
    let (mut store, it) = instance(&engine, (), IDENTITIES)?;
    let func = it.get_func(&mut store, "swap").expect("is exported");
    let ty = func.ty(&store);
    assert_eq!(
        ty.to_string(),
        "(type (func (param i32 f64) (result f64 i32)))"
    );
    assert!(ty.param(1).is_some_and(|ty| ty.is_f64()) && ty.param(2).is_none());
    assert!(ty.result(1).is_some_and(|ty| ty.is_i32()) && ty.result(2).is_none());
    assert!(func.matches_ty(&store, &FuncType::new(&engine, ty.params(), ty.results())));
    assert!(!func.matches_ty(&store, &FuncType::new(&engine, [], [])));
    let value = Val::from(func);
    assert!(value.matches_ty(&store, &ValType::FUNCREF)?);
    assert!(value.matches_ty(&store, &RefType::new(false, HeapType::from(ty)).into())?);
    assert!(!value.matches_ty(&store, &ValType::NULLFUNCREF)?);
    assert_eq!(
        value.ty(&store)?.unwrap_ref().to_string(),
        format!("(ref {})", value_type(&value, &store)?)
    );
    Ok(())
}

fn value_type(value: &Val, store: &Store<()>) -> Result<HeapType> {
    Ok(value.ty(store)?.unwrap_ref().heap_type().clone())
}

// Handles of another store would be dangling pointers; they are caught before they are used.
#[test]
fn wrong_store() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), IDENTITIES)?;
        let mut other = Store::new(engine, ());
        let func = it.get_func(&mut store, "nothing").expect("is exported");
        let typed = func.typed::<(), ()>(&store)?;
        let text = "object used with the wrong store";
        assert_eq!(panic_message(|| func.call(&mut other, &[], &mut [])), text);
        assert_eq!(panic_message(|| typed.call(&mut other, ())), text);
        assert_eq!(panic_message(|| func.ty(&other)), text);
        assert_eq!(panic_message(|| it.get_func(&mut other, "nothing")), text);
        Ok(())
    });
}

// As arguments, functions of another store are an error and not a panic.
#[test]
fn arguments_of_another_store() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), IDENTITIES)?;
        let mut other = Store::new(engine, ());
        let foreign = Func::wrap(&mut other, || ());
        let func = it.get_func(&mut store, "funcref").expect("is exported");
        assert_eq!(
            error(func.call(&mut store, &[foreign.into()], &mut [Val::I32(0)])),
            "argument type mismatch: value used with wrong store"
        );
        let typed = func.typed::<Option<Func>, Option<Func>>(&store)?;
        assert_eq!(
            error(typed.call(&mut store, Some(foreign))),
            "attempt to pass cross-`Store` value to Wasm as function argument"
        );
        Ok(())
    });
}

// The limits of what Rust types can name; one more would need dynamic values.
#[test]
fn seventeen_parameters_and_results() {
    check(|engine| {
        let (types, gets): (Vec<_>, Vec<_>) = (0..17)
            .map(|i| ("i32".to_owned(), format!("local.get {}", 16 - i)))
            .unzip();
        let (types, gets) = (types.join(" "), gets.join(" "));
        let wat = format!("(module (func (export \"f\") (param {types}) (result {types}) {gets}))");
        let (mut store, it) = instance(engine, (), &wat)?;
        #[rustfmt::skip]
        type Many = (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32);
        let func = it.get_typed_func::<Many, Many>(&mut store, "f")?;
        let results = func.call(
            &mut store,
            (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
        )?;
        assert_eq!((results.0, results.8, results.16), (16, 8, 0));
        Ok(())
    });
}

#[test]
fn a_thousand_parameters() {
    check(|engine| {
        let types = "i64 ".repeat(1000);
        let wat =
            format!("(module (func (export \"f\") (param {types}) (result i64) local.get 999))");
        let (mut store, it) = instance(engine, (), &wat)?;
        let func = it.get_func(&mut store, "f").expect("is exported");
        let params: Vec<_> = (0..1000_i64).map(Val::from).collect();
        let mut results = [Val::I32(0)];
        func.call(&mut store, &params, &mut results)?;
        assert_eq!(results[0].i64(), Some(999));
        Ok(())
    });
}

// Functions survive the instance handle and module that they came from.
#[test]
fn handles_keep_nothing_but_need_the_store() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let func = {
            let module = Module::new(engine, IDENTITIES)?;
            let it = Instance::new(&mut store, &module, &[])?;
            it.get_typed_func::<(), i32>(&mut store, "seven")?
        };
        for _ in 0..10 {
            assert_eq!(func.clone().call(&mut store, ())?, 7);
        }
        assert_eq!(
            func.func().ty(&store).to_string(),
            "(type (func (result i32)))"
        );
        Ok(())
    });
}
