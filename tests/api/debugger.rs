//! The API of the debugger, which finds nothing unless Wasm is compiled for debugging.

use crate::{check, error, instance, panic_message};
use wasm_interp_jit::{
    Caller, DebugEvent, DebugHandler, Engine, Func, Instance, Module, ModulePC, Store,
    StoreContextMut,
};

const WAT: &str = r#"(module
    (import "" "host" (func $host))
    (memory 1) (global i32 (i32.const 1)) (table 1 funcref)
    (func (export "run") (call $host)))"#;

#[test]
fn finds_nothing() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let host = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| {
            assert_eq!(caller.debug_exit_frames().count(), 0);
            assert!(caller.edit_breakpoints().is_none());
            assert!(caller.debug_all_instances().is_empty());
            assert!(caller.debug_all_modules().is_empty());
        });
        let module = Module::new(engine, WAT)?;
        let it = Instance::new(&mut store, &module, &[host.into()])?;
        it.get_typed_func::<(), ()>(&mut store, "run")?
            .call(&mut store, ())?;
        assert_eq!(store.debug_exit_frames().count(), 0);
        assert!(store.edit_breakpoints().is_none());
        assert!(store.debug_all_instances().is_empty());
        assert!(store.debug_all_modules().is_empty());
        assert!(store.breakpoints().is_none() && !store.is_single_step());
        store.clear_debug_handler();
        let mut context = StoreContextMut::from(&mut store);
        assert_eq!(context.debug_exit_frames().count(), 0);
        assert!(context.debug_all_modules().is_empty());
        assert!(it.debug_global(&mut store, 0).is_none());
        assert!(it.debug_memory(&mut store, 0).is_none());
        assert!(it.debug_shared_memory(&mut store, 0).is_none());
        assert!(it.debug_table(&mut store, 0).is_none());
        assert!(it.debug_function(&mut store, 0).is_none());
        assert!(it.debug_tag(&mut store, 0).is_none());
        assert!(module.debug_bytecode().is_none());
        Ok(())
    });
}

#[derive(Clone)]
struct Handler;

impl DebugHandler for Handler {
    type Data = ();

    async fn handle(&self, _: StoreContextMut<'_, ()>, _: DebugEvent<'_>) {}
}

#[test]
fn handlers_are_refused() {
    let mut store = Store::<()>::default();
    let text = panic_message(|| store.set_debug_handler(Handler));
    assert_eq!(text, "debug hooks require guest debugging to be enabled");
}

#[test]
fn modules_are_checked() {
    let (engine, other) = (Engine::default(), Engine::default());
    let mut store = Store::new(&engine, ());
    let module = |engine| Module::new(engine, "(module)").expect("it is valid");
    let result = store.debug_register_module(&module(&engine));
    assert!(result.is_ok());
    let text = error(store.debug_register_module(&module(&other)));
    assert!(text.contains("ngine"), "{text}");
}

// Numbers differ within a store, whatever they are.
#[test]
fn numbers_of_items() {
    check(|engine| {
        let wat = r#"(module
            (memory (export "m") 1) (memory (export "n") 1)
            (table (export "t") 1 funcref) (table (export "u") 1 funcref)
            (global (export "g") i32 (i32.const 1)) (global (export "h") i32 (i32.const 1)))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let module = it.module(&store).clone();
        let second = Instance::new(&mut store, &module, &[])?;
        assert_ne!(it.debug_index_in_store(), second.debug_index_in_store());
        let m = it.get_memory(&mut store, "m").expect("is there");
        let n = it.get_memory(&mut store, "n").expect("is there");
        assert_ne!(m.debug_index_in_store(), n.debug_index_in_store());
        let again = it.get_memory(&mut store, "m").expect("is there");
        assert_eq!(m.debug_index_in_store(), again.debug_index_in_store());
        let t = it.get_table(&mut store, "t").expect("is there");
        let u = it.get_table(&mut store, "u").expect("is there");
        assert_ne!(t.debug_index_in_store(), u.debug_index_in_store());
        let g = it.get_global(&mut store, "g").expect("is there");
        let h = it.get_global(&mut store, "h").expect("is there");
        assert_ne!(g.debug_index_in_store(), h.debug_index_in_store());
        let (a, b) = (Module::new(engine, wat)?, Module::new(engine, wat)?);
        assert_ne!(a.debug_index_in_engine(), b.debug_index_in_engine());
        assert_eq!(a.debug_index_in_engine(), a.clone().debug_index_in_engine());
        Ok(())
    });
}

#[test]
fn offsets_have_texts() {
    let pc = ModulePC::new(0x2a);
    assert_eq!((pc.raw(), pc.to_string()), (42, "0x2a".to_owned()));
    assert_eq!(format!("{pc:?}"), "ModulePC(0x2a)");
    assert!(pc < ModulePC::new(43));
}

// The functions that a module defines, with places that no two share.
#[test]
fn functions_of_a_module() {
    check(|engine| {
        let module = Module::new(engine, WAT)?;
        let functions: Vec<_> = module.functions().collect();
        assert_eq!(functions.len(), 1);
        assert_eq!(functions[0].index.as_u32(), 1);
        assert_eq!(functions[0].module.as_u32(), 0);
        assert_eq!(functions[0].name, None);
        let module = Module::new(engine, "(module (func $a) (func $b (drop (i32.const 1))))")?;
        let functions: Vec<_> = module.functions().collect();
        let names: Vec<_> = functions.iter().map(|it| it.name.as_deref()).collect();
        assert_eq!(names, [Some("a"), Some("b")]);
        assert!(functions[0].offset + functions[0].len <= functions[1].offset);
        assert!(functions.iter().all(|it| it.len > 0));
        Ok(())
    });
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
