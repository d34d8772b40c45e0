//! Functions with several results, in Wasm and on the host, called with types and without.
//!
//! `cargo run --example multi_value`

use wasm_interp_jit::{Engine, Func, FuncType, Instance, Module, Result, Store, Val, ValType};

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "divide" (func $divide (param i64 i64) (result i64 i64)))
            (func (export "swap") (param i32 f64) (result f64 i32)
                (local.get 1) (local.get 0))
            (func (export "hours") (param i64) (result i64 i64)
                (call $divide (local.get 0) (i64.const 60))))"#,
    )?;

    // Several results are a tuple.
    let divide = Func::wrap(&mut store, |a: i64, b: i64| (a / b, a % b));
    let instance = Instance::new(&mut store, &module, &[divide.into()])?;
    let swap = instance.get_typed_func::<(i32, f64), (f64, i32)>(&mut store, "swap")?;
    println!("{:?}", swap.call(&mut store, (1, 2.5))?);
    let hours = instance.get_typed_func::<i64, (i64, i64)>(&mut store, "hours")?;
    let (h, min) = hours.call(&mut store, 500)?;
    println!("{h} h {min} min");

    // Where types are known at run time only, values have them along.
    let ty = FuncType::new(&engine, [ValType::I32], [ValType::I32, ValType::I64]);
    let twice = Func::new(&mut store, ty, |_, params, results| {
        let n = params[0].unwrap_i32();
        results[0] = Val::I32(n);
        results[1] = Val::I64(i64::from(n) * 2);
        Ok(())
    });
    println!("{}", twice.ty(&store));
    let mut results = [Val::I32(0), Val::I32(0)];
    twice.call(&mut store, &[Val::I32(21)], &mut results)?;
    println!("{results:?}");
    Ok(())
}

// Prints:
// (2.5, 1)
// 8 h 20 min
// (type (func (param i32) (result i32 i64)))
// [I32(21), I64(42)]
