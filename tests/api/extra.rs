//! What wasmtime has with features only that `tests/compat/oracle` does without.

use crate::{check, instance};
use wasm_interp_jit::{AsContextMut, Config, Engine, Instance, Module, Result, Store};

#[test]
fn hostcall_fuel() {
    let mut store = Store::new(&Engine::default(), ());
    assert_eq!(store.hostcall_fuel(), 128 << 20);
    store.set_hostcall_fuel(5);
    let mut context = store.as_context_mut();
    assert_eq!(context.hostcall_fuel(), 5);
    context.set_hostcall_fuel(6);
    assert_eq!(store.hostcall_fuel(), 6);
}

// An export is the same thing however often it is looked up, and no other thing: who wraps handles,
// as the C API does, has nothing else to compare.
#[test]
fn things_of_a_store_have_numbers() {
    check(|engine| {
        let text = r#"(module
            (func $f (export "f") (export "again")) (func (export "other"))
            (table (export "table") 1 funcref) (elem (i32.const 0) $f)
            (memory (export "m") 0) (memory (export "m2") 0)
            (global (export "g") i32 (i32.const 0)) (global (export "g2") i32 (i32.const 0)))"#;
        let (mut store, one) = instance(engine, (), text)?;
        let two = Instance::new(&mut store, &Module::new(engine, text)?, &[])?;
        assert_ne!(one.debug_index_in_store(), two.debug_index_in_store());
        let table = one.get_table(&mut store, "table").expect("a table");
        let in_table = table
            .get(&mut store, 0)
            .and_then(|it| it.as_func()?.copied());
        let raw = in_table.expect("a function").to_raw(&mut store);
        let mut func = |instance: Instance, name| {
            let func = instance.get_func(&mut store, name).expect("a function");
            func.to_raw(&mut store)
        };
        assert_eq!([func(one, "f"), func(one, "again")], [raw, raw]);
        assert!(func(one, "other") != raw && func(two, "f") != raw);
        let mut numbers = |instance: Instance| {
            let table = instance.get_table(&mut store, "table").expect("a table");
            let memory = ["m", "m2"].map(|name| {
                let memory = instance.get_memory(&mut store, name).expect("a memory");
                memory.debug_index_in_store()
            });
            let global = ["g", "g2"].map(|name| {
                let global = instance.get_global(&mut store, name).expect("a global");
                global.debug_index_in_store()
            });
            (table.debug_index_in_store(), memory, global)
        };
        let (first, again, other) = (numbers(one), numbers(one), numbers(two));
        assert_eq!(first, again);
        assert_ne!(first.0, other.0);
        for (a, b) in [(first.1, other.1), (first.2, other.2)] {
            assert!(a[0] != a[1] && !b.contains(&a[0]) && !b.contains(&a[1]));
        }
        Ok(())
    });
}

#[test]
fn parallel_compilation() -> Result<()> {
    assert!(Engine::default().get_parallel_compilation());
    let mut config = Config::new();
    config.parallel_compilation(false);
    assert!(!Engine::new(&config)?.get_parallel_compilation());
    Ok(())
}

// What concerns machine code that is made ahead of time is there, and says that there is none.
#[test]
fn no_code_ahead_of_time() -> Result<()> {
    let engine = Engine::default();
    assert!(!engine.is_pulley() && !engine.is_recording() && !engine.is_replaying());
    Engine::tls_eager_initialize();
    let module = Module::new(&engine, "(module (func))")?;
    assert!(module.text().is_empty() && module.image_range().is_empty());
    assert!(module.address_map().is_none());
    module.initialize_copy_on_write_image()
}
