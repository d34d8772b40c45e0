//! Linkers.

use crate::{check, error, panic_message};
use std::sync::Arc;
use wasm_interp_jit::{
    Caller, Engine, Extern, Func, FuncType, Global, GlobalType, Instance, Linker, Memory,
    MemoryType, Module, Mutability, Ref, RefType, Result, Store, Table, TableType, Trap,
    UnknownImportError, Val, ValType,
};

fn linker<T>(store: &Store<T>) -> Linker<T> {
    Linker::new(store.engine())
}

fn call(store: &mut Store<()>, instance: Instance, name: &str) -> Result<i32> {
    instance
        .get_typed_func::<(), i32>(&mut *store, name)?
        .call(store, ())
}

#[test]
fn unknown_imports() -> Result<()> {
    let mut store = Store::<()>::default();
    let linker = linker(&store);
    let module = Module::new(
        store.engine(),
        "(module (import \"a\" \"b\" (func (param i32))))",
    )?;
    let error = linker
        .instantiate(&mut store, &module)
        .expect_err("is not defined");
    assert_eq!(
        error.to_string(),
        "unknown import: `a::b` has not been defined"
    );
    let unknown = error
        .downcast_ref::<UnknownImportError>()
        .expect("says which");
    assert_eq!((unknown.module(), unknown.name()), ("a", "b"));
    assert_eq!(unknown.ty().unwrap_func().params().len(), 1);
    assert!(linker.instantiate_pre(&module).is_err());
    Ok(())
}

#[test]
fn duplicates_and_shadowing() -> Result<()> {
    let mut store = Store::<()>::default();
    let mut linker = linker(&store);
    linker.func_wrap("m", "f", || 1)?;
    let text = "import of `m::f` defined twice";
    assert_eq!(error(linker.func_wrap("m", "f", || 2)), text);
    let ty = FuncType::new(store.engine(), [], []);
    assert_eq!(error(linker.func_new("m", "f", ty, |_, _, _| Ok(()))), text);
    let func = Func::wrap(&mut store, || 3);
    assert_eq!(error(linker.define(&store, "m", "f", func)), text);
    linker.allow_shadowing(true);
    linker.define(&store, "m", "f", func)?;
    let found = linker
        .get(&mut store, "m", "f")?
        .into_func()
        .expect("is a function");
    assert_eq!(found.typed::<(), i32>(&store)?.call(&mut store, ())?, 3);
    linker.allow_shadowing(false);
    assert_eq!(error(linker.func_wrap("m", "f", || 2)), text);
    Ok(())
}

#[test]
fn types_are_checked() -> Result<()> {
    let mut store = Store::<()>::default();
    let mut linker = linker(&store);
    linker.func_wrap("m", "f", || 1)?;
    let module = Module::new(store.engine(), "(module (import \"m\" \"f\" (func)))")?;
    let text = "incompatible import type for `m::f`: types incompatible: expected type `(func)`, \
                found type `(func (result i32))`";
    assert_eq!(error(linker.instantiate(&mut store, &module)), text);
    assert_eq!(error(linker.instantiate_pre(&module)), text);
    Ok(())
}

#[test]
fn all_kinds_of_items() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
        let table = TableType::new(RefType::FUNCREF, 1, None);
        let table = Table::new(&mut store, table, Ref::Func(None))?;
        let global = GlobalType::new(ValType::I32, Mutability::Const);
        let global = Global::new(&mut store, global, Val::I32(9))?;
        linker
            .define(&store, "", "m", memory)?
            .define(&store, "", "t", table)?;
        linker
            .define(&store, "", "g", global)?
            .func_wrap("", "f", |n: i32| n * 2)?;
        let wat = r#"(module
            (import "" "f" (func $f (param i32) (result i32)))
            (import "" "g" (global $g i32))
            (import "" "t" (table 1 funcref))
            (import "" "m" (memory 1))
            (func (export "go") (result i32)
                (i32.store (i32.const 4) (call $f (global.get $g)))
                (i32.load (i32.const 4))))"#;
        let it = linker.instantiate(&mut store, &Module::new(engine, wat)?)?;
        assert_eq!(call(&mut store, it, "go")?, 18);
        let mut names: Vec<_> = linker.iter(&mut store).map(|(_, name, _)| name).collect();
        names.sort_unstable();
        assert_eq!(names, ["f", "g", "m", "t"]);
        Ok(())
    });
}

// Sizes are taken when the module is instantiated, not when the memory was defined.
#[test]
fn sizes_are_current() -> Result<()> {
    let mut store = Store::<()>::default();
    let mut linker = linker(&store);
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    linker.define(&store, "", "", memory)?;
    let module = Module::new(store.engine(), "(module (import \"\" \"\" (memory 2)))")?;
    assert!(linker.instantiate(&mut store, &module).is_err());
    memory.grow(&mut store, 1)?;
    linker.instantiate(&mut store, &module)?;
    Ok(())
}

// A linker with host functions serves any number of stores, on any thread.
#[test]
fn many_stores() {
    check(|engine| {
        let mut linker = Linker::<u32>::new(engine);
        linker.func_wrap("", "data", |caller: Caller<'_, u32>| *caller.data())?;
        let wat = r#"(module
            (import "" "data" (func $data (result i32)))
            (func (export "f") (result i32) call $data))"#;
        let pre = linker.instantiate_pre(&Module::new(engine, wat)?)?;
        let threads: Vec<_> = (0..4_u32)
            .map(|i| {
                let pre = pre.clone();
                std::thread::spawn(move || -> Result<u32> {
                    let mut store = Store::new(pre.module().engine(), i);
                    let it = pre.instantiate(&mut store)?;
                    let f = it.get_typed_func::<(), u32>(&mut store, "f")?;
                    (0..10).try_fold(0, |sum, _| Ok(sum + f.call(&mut store, ())?))
                })
            })
            .collect();
        for (i, thread) in (0..).zip(threads) {
            assert_eq!(thread.join().expect("does not panic")?, i * 10);
        }
        Ok(())
    });
}

#[test]
fn wrong_store_or_engine() -> Result<()> {
    let engine = Engine::default();
    let (mut store, mut other) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let mut linker = linker(&store);
    let func = Func::wrap(&mut store, || ());
    linker.define(&store, "", "", func)?;
    let module = Module::new(&engine, "(module (import \"\" \"\" (func)))")?;
    assert_eq!(
        error(linker.instantiate(&mut other, &module)),
        "cross-`Store` instantiation is not currently supported"
    );
    let text = "object used with the wrong store";
    assert_eq!(
        panic_message(|| linker.define(&other, "", "x", func).map(drop)),
        text
    );
    let module = Module::new(&Engine::default(), "(module)")?;
    let text = "cross-`Engine` instantiation is not currently supported";
    assert_eq!(error(linker.instantiate(&mut store, &module)), text);
    assert_eq!(error(linker.instantiate_pre(&module)), text);
    let module = Module::new(&engine, "(module)")?;
    let mut foreign = Store::<()>::default();
    assert_eq!(
        error(linker.instantiate(&mut foreign, &module)),
        "cross-`Engine` usage is not supported"
    );
    assert_eq!(
        panic_message(|| linker.clone().module(&mut foreign, "", &module).map(drop)),
        "different engines for this linker and the store provided"
    );
    let ty = FuncType::new(&Engine::default(), [], []);
    let message = panic_message(|| linker.func_new("", "y", ty, |_, _, _| Ok(())).map(drop));
    assert_eq!(
        message,
        "assertion failed: ty.comes_from_same_engine(engine)"
    );
    Ok(())
}

#[test]
fn aliases() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        linker
            .func_wrap("a", "f", || 1)?
            .func_wrap("a", "g", || 2)?;
        linker.alias("a", "f", "b", "h")?;
        linker.alias_module("a", "c")?;
        linker.alias_module("none", "d")?;
        for (module, name, expected) in [("b", "h", 1), ("c", "f", 1), ("c", "g", 2)] {
            let func = linker
                .get(&mut store, module, name)?
                .into_func()
                .expect("is one");
            assert_eq!(
                func.typed::<(), i32>(&store)?.call(&mut store, ())?,
                expected
            );
        }
        assert_eq!(
            error(linker.alias("x", "y", "b", "i")),
            "no item named `x::y` defined"
        );
        assert_eq!(
            error(linker.alias("a", "g", "b", "h")),
            "import of `b::h` defined twice"
        );
        // Any of the names may come first.
        let text = error(linker.alias_module("a", "c"));
        assert!(text.starts_with("import of `c::") && text.ends_with("` defined twice"));
        assert_eq!(
            error(linker.get(&mut store, "x", "y")),
            "missing definition for `x::y`"
        );
        Ok(())
    });
}

#[test]
fn instances_as_modules() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        let library = Module::new(
            engine,
            "(module (func (export \"f\") (result i32) i32.const 5))",
        )?;
        let library = linker.instantiate(&mut store, &library)?;
        linker.instance(&mut store, "lib", library)?;
        assert_eq!(
            error(linker.instance(&mut store, "lib", library)),
            "import of `lib::f` defined twice"
        );
        let wat = r#"(module
            (import "lib" "f" (func $f (result i32)))
            (func (export "g") (result i32) (i32.add (call $f) (i32.const 1))))"#;
        let module = Module::new(engine, wat)?;
        let it = linker.instantiate(&mut store, &module)?;
        assert_eq!(call(&mut store, it, "g")?, 6);
        let import = module.imports().next().expect("there is an import");
        assert!(linker.get_by_import(&mut store, &import).is_some());
        Ok(())
    });
}

// Each call of a command's export has a fresh instance, each of a reactor's the same one.
#[test]
fn commands_and_reactors() {
    check(|engine| {
        let wat = r#"(module
            (global $n (mut i32) (i32.const 0))
            (func (export "START"))
            (func (export "next") (result i32)
                (global.set $n (i32.add (global.get $n) (i32.const 1)))
                (global.get $n)))"#;
        let run = |start: &str| -> Result<(i32, i32)> {
            let mut store = Store::new(engine, ());
            let mut linker = Linker::new(engine);
            let module = Module::new(engine, wat.replace("START", start))?;
            linker.module(&mut store, "m", &module)?;
            let next = linker
                .get(&mut store, "m", "next")?
                .into_func()
                .expect("is one");
            let next = next.typed::<(), i32>(&store)?;
            Ok((next.call(&mut store, ())?, next.call(&mut store, ())?))
        };
        assert_eq!(run("_start")?, (1, 1));
        assert_eq!(run("_initialize")?, (1, 2));
        assert_eq!(run("other")?, (1, 2));
        Ok(())
    });
}

#[test]
fn reactors_are_initialized() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        let wat = r#"(module
            (global $n (mut i32) (i32.const 0))
            (func (export "_initialize") (global.set $n (i32.const 8)))
            (func (export "get") (result i32) global.get $n))"#;
        linker.module(&mut store, "m", &Module::new(engine, wat)?)?;
        let get = linker
            .get(&mut store, "m", "get")?
            .into_func()
            .expect("is one");
        assert_eq!(get.typed::<(), i32>(&store)?.call(&mut store, ())?, 8);
        let trap = Module::new(
            engine,
            "(module (func (export \"_initialize\") unreachable))",
        )?;
        let error = linker
            .module(&mut store, "t", &trap)
            .map(drop)
            .expect_err("traps");
        assert_eq!(
            error.to_string(),
            "calling the Reactor initialization function"
        );
        assert!(error.is::<Trap>());
        Ok(())
    });
}

#[test]
fn modules_that_are_neither() -> Result<()> {
    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    let mut linker = linker(&store);
    let mut refuse = |wat: &str| -> Result<String> {
        Ok(error(linker.module(
            &mut store,
            "m",
            &Module::new(&engine, wat)?,
        )))
    };
    assert_eq!(
        refuse("(module (func (export \"_start\")) (func (export \"_initialize\")))")?,
        "Program cannot be both a Command and a Reactor"
    );
    assert_eq!(
        refuse("(module (memory (export \"_start\") 1))")?,
        "`_start` must be a function"
    );
    assert_eq!(
        refuse("(module (memory (export \"_initialize\") 1))")?,
        "`_initialize` must be a function"
    );
    let command = "(module (func (export \"_start\")) (memory (export \"mem\") 1))";
    assert_eq!(refuse(command)?, "command export 'mem' is not a function");
    linker.allow_unknown_exports(true).allow_shadowing(true);
    linker.module(&mut store, "m", &Module::new(&engine, command)?)?;
    Ok(())
}

#[test]
fn default_function() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
        linker
            .func_wrap("a", "", || 1)?
            .func_wrap("a", "_start", || 2)?;
        linker.func_wrap("b", "_start", || 3)?;
        linker
            .define(&store, "c", "", memory)?
            .define(&store, "d", "_start", memory)?;
        let a = linker.get_default(&mut store, "a")?;
        assert_eq!(a.typed::<(), i32>(&store)?.call(&mut store, ())?, 1);
        let b = linker.get_default(&mut store, "b")?;
        assert_eq!(b.typed::<(), i32>(&store)?.call(&mut store, ())?, 3);
        let none = linker.get_default(&mut store, "none")?;
        none.typed::<(), ()>(&store)?.call(&mut store, ())?;
        assert_eq!(
            error(linker.get_default(&mut store, "c")),
            "default export in 'c' is not a function"
        );
        assert_eq!(
            error(linker.get_default(&mut store, "d")),
            "`_start` in 'd' is not a function"
        );
        Ok(())
    });
}

const NEEDS_MUCH: &str = r#"(module
    (import "m" "f" (func $f (param i32) (result i64 funcref)))
    (import "m" "g" (global $g i32))
    (import "m" "t" (table 2 funcref))
    (import "m" "m" (memory 1))
    (func (export "go") (result i32)
        (call $f (i32.const 3))
        ref.is_null
        global.get $g
        i32.add
        table.size 0
        i32.add
        memory.size
        i32.add
        local.set 0
        drop
        local.get 0)
    )"#;

#[test]
fn default_values() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        let wat = NEEDS_MUCH.replace(
            "(result i32)\n        (call",
            "(result i32) (local i32)\n (call",
        );
        let module = Module::new(engine, wat)?;
        linker.define_unknown_imports_as_default_values(&mut store, &module)?;
        let it = linker.instantiate(&mut store, &module)?;
        assert_eq!(call(&mut store, it, "go")?, 1 + 2 + 1);
        Ok(())
    });
}

#[test]
fn unknown_imports_as_traps() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        let wat = r#"(module
            (import "m" "known" (func $known (result i32)))
            (import "m" "unknown" (func $unknown (result i32)))
            (func (export "a") (result i32) call $known)
            (func (export "b") (result i32) call $unknown))"#;
        let module = Module::new(engine, wat)?;
        linker.func_wrap("m", "known", || 4)?;
        linker.define_unknown_imports_as_traps(&module)?;
        let it = linker.instantiate(&mut store, &module)?;
        assert_eq!(call(&mut store, it, "a")?, 4);
        let error = call(&mut store, it, "b").expect_err("is unknown");
        assert!(error.is::<UnknownImportError>() && !error.is::<Trap>());
        let globals = Module::new(engine, "(module (import \"m\" \"g\" (global i32)))")?;
        linker.define_unknown_imports_as_traps(&globals)?;
        assert!(
            linker.instantiate(&mut store, &globals).is_err(),
            "only functions can trap"
        );
        Ok(())
    });
}

// The closure lives as long as the last of linker, prepared instance and store that has it.
#[test]
fn closures_are_dropped_with_the_last_user() -> Result<()> {
    let mut store = Store::<()>::default();
    let token = Arc::new(());
    let held = token.clone();
    let mut linker = linker(&store);
    linker.func_wrap("", "", move || {
        let _ = &held;
    })?;
    let module = Module::new(store.engine(), "(module (import \"\" \"\" (func)))")?;
    let clone = linker.clone();
    let pre = linker.instantiate_pre(&module)?;
    clone.instantiate(&mut store, &module)?;
    drop(linker);
    drop((clone, pre));
    assert_eq!(Arc::strong_count(&token), 2, "the store still has it");
    drop(store);
    assert_eq!(Arc::strong_count(&token), 1);
    Ok(())
}

#[test]
fn items_are_cheap_to_get() -> Result<()> {
    let mut store = Store::<()>::default();
    let mut linker = linker(&store);
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    linker.define(&store, "m", "n", Extern::from(memory))?;
    memory.data_mut(&mut store)[0] = 3;
    let same = linker
        .get(&mut store, "m", "n")?
        .into_memory()
        .expect("is one");
    assert_eq!(same.data(&store)[0], 3);
    Ok(())
}
