//! Functions that are validated, and read, when they are first called.

use crate::error;
use wasm_interp_jit::{Config, Engine, Instance, Module, Result, Store};

// An invalid function of a lazily validated module is an error of the call, and only of that one.
#[test]
fn lazy_validation() -> Result<()> {
    let mut config = Config::new();
    config.lazy_validation(true);
    let engine = Engine::new(&config)?;
    let wat = r#"(module
        (func (export "good") (result i32) i32.const 1)
        (func (export "bad") (result i32)))"#;
    let module = Module::new(&engine, wat)?;
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    let good = instance.get_typed_func::<(), i32>(&mut store, "good")?;
    let bad = instance.get_typed_func::<(), i32>(&mut store, "bad")?;
    let message = error(bad.call(&mut store, ()));
    assert!(
        message.contains("expected i32 but nothing on stack"),
        "{message}"
    );
    assert_eq!(good.call(&mut store, ())?, 1);
    Ok(())
}

// Functions of a file are read at their first calls: before that nobody looks at them, and after
// that nobody notices if the file changes.
#[test]
fn lazy_files() -> Result<()> {
    let wat = r#"(module $named (memory (export "memory") 1) (data (i32.const 5) "data")
        (func (export "called") (result i32) (i32.load8_u (i32.const 6)))
        (func $inner (result i32) i32.const 2)
        (func (export "outer") (result i32) call $inner)
        (func (export "late") (result i32) i32.const 3)
        )"#;
    // So that functions are on pages of their own.
    let nops = "nop ".repeat(10_000);
    let wat = wat.replace("i32.const 3", &format!("{nops} i32.const 3"));
    let path = std::env::temp_dir().join(format!("wij-lazy-{}.wasm", std::process::id()));
    std::fs::write(&path, wat::parse_str(&wat)?)?;
    let mut config = Config::new();
    config.lazy_validation(true);
    let engine = Engine::new(&config)?;
    let module = Module::from_file(&engine, &path)?;
    assert_eq!(module.name(), Some("named"));
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    let mut call = |name| {
        let func = instance.get_typed_func::<(), i32>(&mut store, name)?;
        func.call(&mut store, ())
    };
    assert_eq!(call("called")?, i32::from(b'a'));
    assert_eq!(call("outer")?, 2);
    std::fs::write(&path, b"\0asm")?;
    let message = error(call("late"));
    assert_eq!(call("outer")?, 2);
    std::fs::remove_file(&path)?;
    assert!(message.contains("failed to read the module"), "{message}");
    Ok(())
}
