//! A module that calls a function of the host.
//!
//! `cargo run --example hello`

use wasm_interp_jit::{Caller, Engine, Func, Instance, Module, Result, Store};

/// What the store keeps for its host functions.
struct Greeter {
    name: String,
    greetings: u32,
}

fn main() -> Result<()> {
    // An engine is made once; modules are decoded and validated for it.
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "greet" (func $greet (param i32)))
            (func (export "run")
                (call $greet (i32.const 1))
                (call $greet (i32.const 2))))"#,
    )?;

    // Everything that runs lives in a store, together with data of ours.
    let greeter = Greeter {
        name: "Wasm".to_string(),
        greetings: 0,
    };
    let mut store = Store::new(&engine, greeter);

    // A closure becomes a function that Wasm can import. The caller gives it the store's data.
    let greet = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, Greeter>, number: i32| {
            let greeter = caller.data_mut();
            greeter.greetings += 1;
            println!("hello from {}, call {number}", greeter.name);
        },
    );

    // Imports are given in the order in which the module has them.
    let instance = Instance::new(&mut store, &module, &[greet.into()])?;
    let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
    run.call(&mut store, ())?;
    println!("{} greetings", store.data().greetings);
    Ok(())
}

// Prints:
// hello from Wasm, call 1
// hello from Wasm, call 2
// 2 greetings
