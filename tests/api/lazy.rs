//! Functions that are validated, and read, when they are first called.

use crate::error;
use wasm_interp_jit::{
    Config, Engine, Instance, Memory, MemoryType, Module, Ref, RefType, Result, Store, Table,
    TableType,
};

/// An engine whose functions are validated when they are first called.
fn lazy() -> Result<Engine> {
    let mut config = Config::new();
    config.lazy_validation(true);
    Engine::new(&config)
}

// An invalid function of a lazily validated module is an error of the call, and only of that one.
#[test]
fn lazy_validation() -> Result<()> {
    let engine = lazy()?;
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
    let engine = lazy()?;
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

// Data is read when it is copied, or at once if `memory.init` may want it later, be it that of an
// instance that could not be made and whose functions are in a table.
#[test]
fn data_of_lazy_files() -> Result<()> {
    let wat = r#"(module
        (import "" "table" (table 1 funcref)) (import "" "memory" (memory 1))
        (memory $own 1)
        (elem (i32.const 0) $init)
        (data $passive "passive")
        (data (memory $own) (i32.const 0) "PAGES")
        (data $late (memory $own) (i32.const 0xffff) "late")
        (func $init (export "init") (result i32)
            (memory.init $own $passive (i32.const 0) (i32.const 0) (i32.const 7))
            (memory.init $own $late (i32.const 7) (i32.const 0) (i32.const 4))
            (i32.add (i32.load8_u $own (i32.const 0)) (i32.load8_u $own (i32.const 7)))))"#;
    // So that the function and what is late are not on the same page.
    let wat = wat.replace("PAGES", &"own".repeat(10_000));
    for imports_memory in [true, false] {
        let wat = match imports_memory {
            true => wat.clone(),
            false => wat.replace(r#"(import "" "memory" (memory 1))"#, ""),
        };
        let path = std::env::temp_dir().join(format!("wij-data-{}.wasm", std::process::id()));
        std::fs::write(&path, wat::parse_str(&wat)?)?;
        let engine = lazy()?;
        let module = Module::from_file(&engine, &path)?;
        let mut store = Store::new(&engine, ());
        let ty = TableType::new(RefType::FUNCREF, 1, None);
        let table = Table::new(&mut store, ty, Ref::Func(None))?;
        let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
        let imports = [table.into(), memory.into()];
        let imports = &imports[..1 + usize::from(imports_memory)];
        let message = error(Instance::new(&mut store, &module, imports));
        assert!(message.contains("out of bounds memory access"), "{message}");
        std::fs::write(&path, b"\0asm")?;
        let init = table.get(&mut store, 0).expect("an element");
        let init = *init.as_func().expect("a function").expect("not null");
        let sum = init.typed::<(), i32>(&store)?.call(&mut store, ())?;
        assert_eq!(sum, i32::from(b'p') + i32::from(b'l'));
        let message = error(Instance::new(&mut store, &module, imports));
        let expected = match imports_memory {
            true => "out of bounds memory access",
            false => "failed to read the module",
        };
        assert!(message.contains(expected), "{message}");
        std::fs::remove_file(&path)?;
    }
    Ok(())
}
