//! Vectors as arguments, results and globals of the host, and in its functions.

use crate::{check, check_with, error, instance};
use wasm_interp_jit::{
    Caller, Config, Engine, Func, FuncType, Global, GlobalType, Linker, Module, Mutability, Result,
    Store, V128, Val, ValType,
};

const A: u128 = 0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100;
const B: u128 = 0xffff_ffff_0000_0001_8000_0000_7fff_ffff;

// The low half of a vector is the first of its slots; numbers lie before, between and behind.
#[test]
fn arguments_and_results() {
    let wat = r#"(module
        (func (export "turn") (param i32 v128 f64 v128 i64) (result v128 i64 v128 f64 i32)
          local.get 3
          local.get 4
          local.get 1
          local.get 2
          local.get 0)
        (func (export "low") (param v128) (result i64) (i64x2.extract_lane 0 (local.get 0))))"#;
    check(|engine| {
        let (mut store, instance) = instance(engine, (), wat)?;
        type Params = (i32, V128, f64, V128, i64);
        type Results = (V128, i64, V128, f64, i32);
        let turn = instance.get_typed_func::<Params, Results>(&mut store, "turn")?;
        let low = instance.get_typed_func::<V128, u64>(&mut store, "low")?;
        for _ in 0..4 {
            let (b, long, a, double, int) =
                turn.call(&mut store, (-1, A.into(), 0.5, B.into(), i64::MIN))?;
            assert_eq!((a.as_u128(), b.as_u128()), (A, B));
            assert_eq!((int, double, long), (-1, 0.5, i64::MIN));
            assert_eq!(low.call(&mut store, A.into())?, 0x0706_0504_0302_0100);
        }
        let turn = turn.func();
        let args = [1.into(), A.into(), 2.0.into(), B.into(), 3_i64.into()];
        let mut results = [const { Val::I32(0) }; 5];
        turn.call(&mut store, &args, &mut results)?;
        assert_eq!(results[0].unwrap_v128().as_u128(), B);
        assert_eq!(results[2].unwrap_v128().as_u128(), A);
        assert_eq!((results[1].unwrap_i64(), results[4].unwrap_i32()), (3, 1));
        assert_eq!(
            error(turn.call(&mut store, &[A.into(); 5], &mut results)),
            "argument type mismatch: type mismatch: expected i32, found v128"
        );
        assert!(
            turn.typed::<(i32, i64, f64, V128, i64), Results>(&store)
                .is_err()
        );
        Ok(())
    });
}

/// Calls functions of the host that take and give vectors.
const HOST: &str = r#"(module
    (import "host" "wrapped" (func $wrapped (param i32 v128 v128 i64) (result v128 i32)))
    (import "host" "dynamic" (func $dynamic (param v128 i32 v128) (result i32 v128 v128)))
    (func (export "f") (param $n i32) (param $v v128) (result v128 i32)
      (local $w v128)
      (local.set $w (v128.not (local.get $v)))
      local.get $v
      (call $wrapped (local.get $n) (local.get $v) (local.get $w) (i64.const -2))
      local.set $n
      local.set $v
      (call $dynamic (local.get $v) (local.get $n) (local.get $w))
      i64x2.sub
      local.set $v
      local.set $n
      (v128.xor (local.get $v))
      (v128.xor (local.get $w))
      local.get $n))"#;

// The same by closures with Rust types, by closures with values, and computed here.
#[test]
fn functions_of_the_host() {
    check(|engine| {
        let mut linker = Linker::<u32>::new(engine);
        linker.func_wrap(
            "host",
            "wrapped",
            |mut caller: Caller<'_, u32>, n: i32, v: V128, w: V128, long: i64| {
                *caller.data_mut() += 1;
                assert_eq!(long, -2);
                assert_eq!(v.as_u128(), !w.as_u128());
                (V128::from(v.as_u128().rotate_left(8)), n + 1)
            },
        )?;
        let ty = FuncType::new(
            engine,
            [ValType::V128, ValType::I32, ValType::V128],
            [ValType::I32, ValType::V128, ValType::V128],
        );
        linker.func_new("host", "dynamic", ty, |_, params, results| {
            results[0] = Val::I32(params[1].unwrap_i32() * 2);
            results[1] = params[2];
            results[2] = params[0];
            Ok(())
        })?;
        let module = Module::new(engine, HOST)?;
        let mut store = Store::new(engine, 0);
        let instance = linker.instantiate(&mut store, &module)?;
        let f = instance.get_typed_func::<(i32, V128), (V128, i32)>(&mut store, "f")?;
        for n in 0..6 {
            let (v, w) = (A.rotate_left(8), !A);
            let half = |it: u32| ((w >> (64 * it)) as u64).wrapping_sub((v >> (64 * it)) as u64);
            let difference = u128::from(half(1)) << 64 | u128::from(half(0));
            let (vector, int) = f.call(&mut store, (n, A.into()))?;
            assert_eq!(vector.as_u128(), A ^ difference ^ w);
            assert_eq!(int, (n + 1) * 2);
        }
        assert_eq!(*store.data(), 6);
        Ok(())
    });
}

// Called by the host itself, without any module.
#[test]
fn functions_of_the_host_called_by_it() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let swap = Func::wrap(&mut store, |a: V128, n: u32, b: V128| (b, n, a));
    assert_eq!(
        swap.ty(&store).to_string(),
        "(type (func (param v128 i32 v128) (result v128 i32 v128)))"
    );
    type Three = (V128, u32, V128);
    let typed = swap.typed::<Three, Three>(&store)?;
    let (b, n, a) = typed.call(&mut store, (A.into(), 7, B.into()))?;
    assert_eq!((a.as_u128(), n, b.as_u128()), (A, 7, B));
    Ok(())
}

#[test]
fn globals() {
    let wat = r#"(module
        (import "" "g" (global $g (mut v128)))
        (global (export "own") (mut v128) (v128.const i64x2 1 2))
        (func (export "add")
          (global.set $g (i64x2.add (global.get $g) (v128.const i64x2 1 -1)))))"#;
    check(|engine| {
        let mut store = Store::new(engine, ());
        let ty = GlobalType::new(ValType::V128, Mutability::Var);
        let global = Global::new(&mut store, ty, A.into())?;
        let module = Module::new(engine, wat)?;
        let instance = wasm_interp_jit::Instance::new(&mut store, &module, &[global.into()])?;
        let add = instance.get_typed_func::<(), ()>(&mut store, "add")?;
        for _ in 0..4 {
            global.set(&mut store, B.into())?;
            add.call(&mut store, ())?;
            assert_eq!(
                global.get(&mut store).unwrap_v128().as_u128(),
                0xffff_ffff_0000_0000_8000_0000_8000_0000
            );
        }
        let own = instance.get_global(&mut store, "own").expect("exported");
        assert_eq!(own.get(&mut store).unwrap_v128().as_u128(), 2 << 64 | 1);
        assert!(own.ty(&store).content().is_v128());
        own.set(&mut store, A.into())?;
        assert_eq!(own.get(&mut store).unwrap_v128().as_u128(), A);
        assert!(error(own.set(&mut store, 1.into())).contains("expected v128, found i32"));
        Ok(())
    });
}

// Vectors are types of the proposal, also where no instruction is about them.
#[test]
fn without_the_proposal() {
    let off = |config: &mut Config| {
        config.wasm_relaxed_simd(false).wasm_simd(false);
    };
    check_with(off, |engine| {
        for wat in [
            "(module (func (param v128)))",
            "(module (global v128 (v128.const i64x2 0 0)))",
            "(module (func (local v128)))",
            "(module (func (drop (v128.const i64x2 0 0))))",
        ] {
            let error = error(Module::new(engine, wat));
            assert!(error.contains("SIMD support is not enabled"), "{error}");
        }
        Ok(())
    });
}
