//! Modules that import from each other and from the host, put together by name.
//!
//! `cargo run --example linking`

use wasm_interp_jit::{Caller, Engine, Extern, Linker, Module, Result, Store, UnknownImportError};

fn main() -> Result<()> {
    let engine = Engine::default();
    let math = Module::new(
        &engine,
        r#"(module
            (func (export "square") (param i32) (result i32)
                (i32.mul (local.get 0) (local.get 0)))
            (memory (export "memory") 1)
            (data (i32.const 0) "squares: "))"#,
    )?;
    let program = Module::new(
        &engine,
        r#"(module
            (import "math" "square" (func $square (param i32) (result i32)))
            (import "math" "memory" (memory 1))
            (import "host" "say" (func $say (param i32 i32 i32)))
            (memory $own (export "memory") 1)
            (data (memory $own) (i32.const 0) "result: ")
            (func (export "run")
                (call $say (i32.const 0) (i32.const 8) (call $square (i32.const 12)))))"#,
    )?;

    // A linker knows things by the two names that imports have.
    let mut linker = Linker::new(&engine);
    linker.func_wrap(
        "host",
        "say",
        |mut caller: Caller<'_, ()>, start: u32, length: u32, number: i32| -> Result<()> {
            // The memory of whoever calls.
            let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
                wasm_interp_jit::bail!("the caller exports no memory");
            };
            let mut text = vec![0; length as usize];
            memory.read(&caller, start as usize, &mut text)?;
            println!("{}{number}", String::from_utf8_lossy(&text));
            Ok(())
        },
    )?;

    // What is missing is an error that says so.
    let mut store = Store::new(&engine, ());
    let error = linker
        .instantiate(&mut store, &program)
        .expect_err("math is missing");
    let missing = error
        .downcast_ref::<UnknownImportError>()
        .expect("the reason");
    println!("missing: {} of {}", missing.name(), missing.module());

    // The exports of an instance, under a name.
    let math = linker.instantiate(&mut store, &math)?;
    linker.instance(&mut store, "math", math)?;
    let instance = linker.instantiate(&mut store, &program)?;
    let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
    run.call(&mut store, ())?;

    // Prepared once, an instance is made without looking names up: in this store as often as it
    // takes.
    let prepared = linker.instantiate_pre(&program)?;
    for _ in 0..2 {
        let instance = prepared.instantiate(&mut store)?;
        let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
        run.call(&mut store, ())?;
    }
    Ok(())
}

// Prints:
// missing: square of math
// result: 144
// result: 144
// result: 144
