//! Fuel: an exact bound on how much a module may execute.
//!
//! `cargo run --example fuel`

use wasm_interp_jit::{Config, Engine, Instance, Module, Result, Store, Trap};

fn main() -> Result<()> {
    let mut config = Config::new();
    config.consume_fuel(true);
    let engine = Engine::new(&config)?;
    let module = Module::new(
        &engine,
        r#"(module
            (func $fib (export "fib") (param i32) (result i32)
                (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
                    (then (local.get 0))
                    (else
                        (i32.add
                            (call $fib (i32.sub (local.get 0) (i32.const 1)))
                            (call $fib (i32.sub (local.get 0) (i32.const 2))))))))"#,
    )?;

    // A store begins without any.
    let mut store = Store::new(&engine, ());
    store.set_fuel(10_000)?;
    let instance = Instance::new(&mut store, &module, &[])?;
    let fib = instance.get_typed_func::<u32, u32>(&mut store, "fib")?;

    // What a call takes is the same each time, on every machine, in every mode.
    for n in [1, 2, 10, 10] {
        let before = store.get_fuel()?;
        let result = fib.call(&mut store, n)?;
        println!("fib({n}) = {result} took {}", before - store.get_fuel()?);
    }

    // Without fuel, it stops where it is.
    let error = fib.call(&mut store, 40).expect_err("that takes more");
    println!("{}", error.downcast_ref::<Trap>().expect("a trap"));
    println!("{} left", store.get_fuel()?);

    // With more, the store can be used again.
    store.set_fuel(1000)?;
    println!("fib(5) = {}", fib.call(&mut store, 5)?);
    Ok(())
}

// Prints:
// fib(1) = 1 took 6
// fib(2) = 1 took 26
// fib(10) = 55 took 1766
// fib(10) = 55 took 1766
// wasm trap: all fuel consumed by WebAssembly
// 0 left
// fib(5) = 5
