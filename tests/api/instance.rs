//! Instances: imports that do not fit, what is exported, and what stays after a failure.

use crate::{check, error, instance};
use wasm_interp_jit::{
    Engine, Extern, Func, Global, GlobalType, Instance, Memory, MemoryType, Module, Mutability,
    Ref, RefType, Result, Store, Table, TableType, Trap, Val, ValType,
};

/// What is said when `item` is given for an import of `ty`.
fn refused(store: &mut Store<()>, ty: &str, item: impl Into<Extern>) -> Result<String> {
    let module = Module::new(
        store.engine(),
        format!("(module (import \"m\" \"n\" {ty}))"),
    )?;
    let message = error(Instance::new(store, &module, &[item.into()]));
    let context = "incompatible import type for `m::n`: ";
    assert!(message.starts_with(context), "{message}");
    Ok(message[context.len()..].to_owned())
}

#[test]
fn number_of_imports() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(&engine, "(module (import \"\" \"\" (func)))")?;
    let mut store = Store::new(&engine, ());
    let func = Func::wrap(&mut store, || ());
    assert_eq!(
        error(Instance::new(&mut store, &module, &[])),
        "expected 1 imports, found 0"
    );
    let imports = [func.into(), func.into()];
    assert_eq!(
        error(Instance::new(&mut store, &module, &imports)),
        "expected 1 imports, found 2"
    );
    Instance::new(&mut store, &module, &[func.into()])?;
    Ok(())
}

#[test]
fn kinds_of_imports() -> Result<()> {
    let mut store = Store::<()>::default();
    let func = Func::wrap(&mut store, || ());
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    assert_eq!(
        refused(&mut store, "(func)", memory)?,
        "expected func, but found memory"
    );
    assert_eq!(
        refused(&mut store, "(memory 1)", func)?,
        "expected memory, but found function"
    );
    assert_eq!(
        refused(&mut store, "(table 1 funcref)", func)?,
        "expected table, but found function"
    );
    assert_eq!(
        refused(&mut store, "(global i32)", func)?,
        "expected global, but found function"
    );
    Ok(())
}

#[test]
fn types_of_functions() -> Result<()> {
    let mut store = Store::<()>::default();
    let func = Func::wrap(&mut store, |_: i32, _: f32| 0_i64);
    assert_eq!(
        refused(&mut store, "(func (param i32))", func)?,
        "types incompatible: expected type `(func (param i32))`, found type `(func (param i32 \
         f32) (result i64))`"
    );
    Ok(())
}

#[test]
fn types_of_globals() -> Result<()> {
    let mut store = Store::<()>::default();
    let ty = GlobalType::new(ValType::I32, Mutability::Const);
    let global = Global::new(&mut store, ty, Val::I32(0))?;
    assert_eq!(
        refused(&mut store, "(global i64)", global)?,
        "global types incompatible: expected global of type `i64`, found global of type `i32`"
    );
    assert_eq!(
        refused(&mut store, "(global (mut i32))", global)?,
        "global types incompatible: expected mutable global, found immutable global"
    );
    Ok(())
}

#[test]
fn types_of_tables() -> Result<()> {
    let mut store = Store::<()>::default();
    let ty = TableType::new(RefType::FUNCREF, 1, Some(5));
    let table = Table::new(&mut store, ty, Ref::Func(None))?;
    assert_eq!(
        refused(&mut store, "(table 1 externref)", table)?,
        "table types incompatible: expected table of type `externref`, found table of type `funcref`"
    );
    assert_eq!(
        refused(&mut store, "(table 2 funcref)", table)?,
        "table types incompatible: expected table limits (min: 2, max: none) doesn't match \
         provided table limits (min: 1, max: 5)"
    );
    assert!(refused(&mut store, "(table 1 4 funcref)", table)?.contains("max: 4"));
    Ok(())
}

// What counts is how large it is now, not how large it was made.
#[test]
fn sizes_of_memories() -> Result<()> {
    let mut store = Store::<()>::default();
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    assert_eq!(
        refused(&mut store, "(memory 2)", memory)?,
        "memory types incompatible: expected memory limits (min: 2, max: none) doesn't match \
         provided memory limits (min: 1, max: none)"
    );
    memory.grow(&mut store, 1)?;
    let module = Module::new(store.engine(), "(module (import \"\" \"\" (memory 2)))")?;
    Instance::new(&mut store, &module, &[memory.into()])?;
    assert!(refused(&mut store, "(memory 2 9)", memory)?.contains("max: none"));
    Ok(())
}

#[test]
fn imports_of_another_store_or_engine() -> Result<()> {
    let engine = Engine::default();
    let (mut store, mut other) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let module = Module::new(&engine, "(module (import \"\" \"\" (func)))")?;
    let func = Func::wrap(&mut other, || ());
    assert_eq!(
        error(Instance::new(&mut store, &module, &[func.into()])),
        "cross-`Store` instantiation is not currently supported"
    );
    let mut foreign = Store::new(&Engine::default(), ());
    let func = Func::wrap(&mut foreign, || ());
    assert_eq!(
        error(Instance::new(&mut foreign, &module, &[func.into()])),
        "cross-`Engine` instantiation is not currently supported"
    );
    Ok(())
}

#[test]
fn exports() {
    check(|engine| {
        let wat = r#"(module
            (func (export "z"))
            (memory (export "a") 1)
            (table (export "m") 1 funcref)
            (global (export "g") i32 (i32.const 4)))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let names: Vec<_> = it
            .exports(&mut store)
            .map(|it| it.name().to_owned())
            .collect();
        assert_eq!(names, ["z", "a", "m", "g"]);
        assert_eq!(it.exports(&mut store).len(), 4);
        assert!(
            it.exports(&mut store)
                .next()
                .is_some_and(|it| it.into_func().is_some())
        );
        assert!(it.get_func(&mut store, "z").is_some() && it.get_func(&mut store, "a").is_none());
        assert!(
            it.get_memory(&mut store, "a").is_some() && it.get_memory(&mut store, "").is_none()
        );
        assert!(it.get_table(&mut store, "m").is_some() && it.get_table(&mut store, "g").is_none());
        let global = it.get_global(&mut store, "g").expect("is exported");
        assert_eq!(global.get(&mut store).i32(), Some(4));
        let ty = it
            .get_export(&mut store, "g")
            .expect("is exported")
            .ty(&store);
        assert!(ty.unwrap_global().content().is_i32());
        assert_eq!(it.module(&store).exports().len(), 4);
        Ok(())
    });
}

// Imports that are exported again are the same things.
#[test]
fn exports_of_imports() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let func = Func::wrap(&mut store, || 3);
        let wat = r#"(module (import "" "" (func $f (result i32))) (export "f" (func $f)))"#;
        let module = Module::new(engine, wat)?;
        let first = Instance::new(&mut store, &module, &[func.into()])?;
        let func = first.get_func(&mut store, "f").expect("is exported");
        let second = Instance::new(&mut store, &module, &[func.into()])?;
        assert!(first != second);
        let f = second.get_typed_func::<(), i32>(&mut store, "f")?;
        assert_eq!(f.call(&mut store, ())?, 3);
        Ok(())
    });
}

#[test]
fn instances_have_their_own_state() {
    check(|engine| {
        let wat = r#"(module
            (global $g (mut i32) (i32.const 0))
            (func (export "next") (result i32)
                (global.set $g (i32.add (global.get $g) (i32.const 1)))
                (global.get $g)))"#;
        let module = Module::new(engine, wat)?;
        let mut store = Store::new(engine, ());
        let mut make = || -> Result<_> {
            let it = Instance::new(&mut store, &module, &[])?;
            it.get_typed_func::<(), i32>(&mut store, "next")
        };
        let (a, b) = (make()?, make()?);
        for i in 1..20 {
            assert_eq!(a.call(&mut store, ())?, i);
        }
        assert_eq!(b.call(&mut store, ())?, 1);
        Ok(())
    });
}

#[test]
fn start_function() {
    check(|engine| {
        let mut store = Store::new(engine, 0);
        let host = Func::wrap(
            &mut store,
            |mut caller: wasm_interp_jit::Caller<'_, i32>| {
                *caller.data_mut() += 1;
            },
        );
        let module = Module::new(engine, "(module (import \"\" \"\" (func $f)) (start $f))")?;
        Instance::new(&mut store, &module, &[host.into()])?;
        assert_eq!(*store.data(), 1);
        let module = Module::new(engine, "(module (func $f unreachable) (start $f))")?;
        let error = Instance::new(&mut store, &module, &[]).expect_err("traps");
        assert_eq!(
            error.downcast_ref::<Trap>(),
            Some(&Trap::UnreachableCodeReached)
        );
        Ok(())
    });
}

// The specification: segments are written in order, and what was written before one fails stays.
#[test]
fn segments_out_of_bounds() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
        let ty = TableType::new(RefType::FUNCREF, 2, None);
        let table = Table::new(&mut store, ty, Ref::Func(None))?;
        let wat = r#"(module
            (import "" "m" (memory 1))
            (import "" "t" (table 2 funcref))
            (func $f (result i32) i32.const 6)
            (elem (i32.const 1) $f)
            (data (i32.const 0) "x")
            (data (i32.const 65536) "y"))"#;
        let module = Module::new(engine, wat)?;
        let imports = [memory.into(), table.into()];
        let error = Instance::new(&mut store, &module, &imports).expect_err("out of bounds");
        assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::MemoryOutOfBounds));
        assert_eq!(memory.data(&store)[0], b'x');
        let element = table.get(&mut store, 1).expect("there is an element");
        let func = *element.unwrap_func().expect("was written");
        assert_eq!(func.typed::<(), i32>(&store)?.call(&mut store, ())?, 6);

        let wat = r#"(module (import "" "t" (table 2 funcref)) (func $f) (elem (i32.const 2) $f))"#;
        let module = Module::new(engine, wat)?;
        let error = Instance::new(&mut store, &module, &[table.into()]).expect_err("out of bounds");
        assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::TableOutOfBounds));
        Ok(())
    });
}

// A refused memory after a table that was made: dropping the store must not see half an instance.
#[test]
fn half_made_instances() {
    check(|engine| {
        let wat = "(module (table 10 funcref) (table 4294967295 funcref))";
        let mut store = Store::new(engine, ());
        let module = Module::new(engine, wat);
        if let Ok(module) = module {
            // 32 GiB of elements: refused, or granted by a host that overcommits.
            let _ = Instance::new(&mut store, &module, &[]);
        }
        let func = Func::wrap(&mut store, || 1);
        assert_eq!(func.typed::<(), i32>(&store)?.call(&mut store, ())?, 1);
        Ok(())
    });
}

// Functions of different instances call each other through imports and tables.
#[test]
fn linked_instances() {
    check(|engine| {
        let library = r#"(module
            (memory (export "memory") 1)
            (global $n (mut i32) (i32.const 0))
            (func (export "poke") (param i32)
                (global.set $n (i32.add (global.get $n) (i32.const 1)))
                (i32.store (local.get 0) (global.get $n))))"#;
        let user = r#"(module
            (import "" "memory" (memory 1))
            (import "" "poke" (func $poke (param i32)))
            (table 1 funcref)
            (elem (i32.const 0) $poke)
            (func (export "f") (param i32) (result i32)
                (call $poke (local.get 0))
                (call_indirect (param i32) (local.get 0) (i32.const 0))
                (i32.load (local.get 0))))"#;
        let (mut store, library) = instance(engine, (), library)?;
        let imports: Vec<_> = library
            .exports(&mut store)
            .map(|it| it.into_extern())
            .collect();
        let user = Instance::new(&mut store, &Module::new(engine, user)?, &imports)?;
        let f = user.get_typed_func::<i32, i32>(&mut store, "f")?;
        for i in 1..20 {
            assert_eq!(f.call(&mut store, 8)?, 2 * i);
        }
        Ok(())
    });
}
