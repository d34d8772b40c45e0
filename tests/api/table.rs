//! Tables of the host and of instances.

use crate::{check, error, instance, panic_message, text};
use wasm_interp_jit::{
    Engine, Func, Instance, Module, OutOfMemory, Ref, RefType, Result, Store, Table, TableType,
    Trap, Val, WasmBacktrace,
};

fn funcs(store: &mut Store<()>, min: u32, max: Option<u32>) -> Result<Table> {
    Table::new(
        store,
        TableType::new(RefType::FUNCREF, min, max),
        Ref::Func(None),
    )
}

fn is_out_of_bounds<T: std::fmt::Debug>(result: Result<T>) -> bool {
    let error = result.expect_err("out of bounds");
    error.downcast_ref::<Trap>() == Some(&Trap::TableOutOfBounds)
}

/// Calls the element at `index`, a function without parameters.
fn call(store: &mut Store<()>, table: Table, index: u64) -> Result<i32> {
    let element = table.get(&mut *store, index).expect("there is an element");
    let func = *element.unwrap_func().expect("is not null");
    func.typed::<(), i32>(&*store)?.call(store, ())
}

#[test]
fn get_and_set() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let table = funcs(&mut store, 2, None)?;
        let one = Func::wrap(&mut store, || 1);
        assert!(table.get(&mut store, 1).is_some_and(|it| it.is_null()));
        table.set(&mut store, 1, one.into())?;
        assert_eq!(call(&mut store, table, 1)?, 1);
        for index in [2, u64::from(u32::MAX), u64::MAX] {
            assert!(table.get(&mut store, index).is_none());
            assert!(is_out_of_bounds(table.set(
                &mut store,
                index,
                Ref::Func(None)
            )));
        }
        assert_eq!((table.size(&store), table.ty(&store).minimum()), (2, 2));
        Ok(())
    });
}

#[test]
fn grow() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let table = funcs(&mut store, 1, Some(4))?;
        let one = Func::wrap(&mut store, || 1);
        assert_eq!(table.grow(&mut store, 0, Ref::Func(None))?, 1);
        assert_eq!(table.grow(&mut store, 3, one.into())?, 1);
        assert_eq!(call(&mut store, table, 3)?, 1);
        assert_eq!(
            error(table.grow(&mut store, 1, Ref::Func(None))),
            "failed to grow table by `1`"
        );
        assert!(table.grow(&mut store, u64::MAX, Ref::Func(None)).is_err());
        assert_eq!(table.size(&store), 4);
        Ok(())
    });
}

#[test]
fn refused_elements() -> Result<()> {
    let engine = Engine::default();
    let (mut store, mut other) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let text = "type mismatch: value does not match table element type: type mismatch: expected \
                (ref null func), found (ref null noextern)";
    let ty = TableType::new(RefType::FUNCREF, 1, None);
    assert_eq!(error(Table::new(&mut store, ty, Ref::Extern(None))), text);
    let table = funcs(&mut store, 1, None)?;
    assert_eq!(error(table.set(&mut store, 0, Ref::Extern(None))), text);
    assert_eq!(error(table.grow(&mut store, 1, Ref::Extern(None))), text);
    assert_eq!(error(table.fill(&mut store, 0, Ref::Extern(None), 1)), text);
    let foreign = Ref::from(Func::wrap(&mut other, || ()));
    assert!(error(table.set(&mut store, 0, foreign.clone())).contains("wrong store"));
    assert!(error(table.grow(&mut store, 0, foreign.clone())).contains("wrong store"));
    assert!(error(table.fill(&mut store, 0, foreign, 1)).contains("wrong store"));
    assert_eq!(
        panic_message(|| table.size(&other)),
        "object used with the wrong store"
    );
    Ok(())
}

#[test]
fn refused_types() {
    let mut store = Store::<()>::default();
    let ty = TableType::new(RefType::ANYREF, 1, None);
    assert!(Table::new(&mut store, ty, Ref::Func(None)).is_err());
}

#[test]
fn fill_and_copy() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let (a, b) = (funcs(&mut store, 5, None)?, funcs(&mut store, 3, None)?);
        for (index, value) in (0..5).zip([10, 11, 12, 13, 14]) {
            let func = Func::wrap(&mut store, move || value);
            a.set(&mut store, index, func.into())?;
        }
        Table::copy(&mut store, &b, 1, &a, 3, 2)?;
        assert_eq!((call(&mut store, b, 1)?, call(&mut store, b, 2)?), (13, 14));
        Table::copy(&mut store, &a, 1, &a, 0, 4)?;
        assert_eq!((call(&mut store, a, 1)?, call(&mut store, a, 4)?), (10, 13));
        Table::copy(&mut store, &a, 0, &a, 1, 4)?;
        assert_eq!((call(&mut store, a, 0)?, call(&mut store, a, 3)?), (10, 13));
        let two = Func::wrap(&mut store, || 2);
        a.fill(&mut store, 2, two.into(), 3)?;
        assert_eq!((call(&mut store, a, 1)?, call(&mut store, a, 4)?), (11, 2));

        assert!(is_out_of_bounds(Table::copy(&mut store, &b, 2, &a, 0, 2)));
        assert!(is_out_of_bounds(Table::copy(&mut store, &b, 0, &a, 4, 2)));
        assert!(is_out_of_bounds(Table::copy(
            &mut store,
            &b,
            u64::MAX,
            &a,
            0,
            2
        )));
        assert!(is_out_of_bounds(a.fill(&mut store, 4, Ref::Func(None), 2)));
        assert!(is_out_of_bounds(a.fill(
            &mut store,
            u64::MAX,
            Ref::Func(None),
            1
        )));
        assert_eq!(call(&mut store, a, 4)?, 2, "nothing was written");
        let externs = TableType::new(RefType::EXTERNREF, 3, None);
        let externs = Table::new(&mut store, externs, Ref::Extern(None))?;
        assert!(error(Table::copy(&mut store, &externs, 0, &a, 0, 1)).contains("does not match"));
        Ok(())
    });
}

// Only a maximum makes `table.grow` return -1. Where memory is missing, wasmtime 48 ends the
// program with an error that is no trap and takes no context, not even a backtrace.
#[test]
fn growth_without_memory() {
    check(|engine| {
        let (mut store, it) = instance(
            engine,
            (),
            r#"(module
            (table $funcs (export "funcs") i64 1 funcref)
            (table $hosts (export "hosts") i64 1 externref)
            (table $few i64 1 1000 funcref)
            (table $narrow 1 funcref)
            (func (export "funcs.grow") (param i64) (result i64)
                (table.grow $funcs (ref.null func) (local.get 0)))
            (func (export "hosts.grow") (param i64) (result i64)
                (table.grow $hosts (ref.null extern) (local.get 0)))
            (func (export "few.grow") (param i64) (result i64)
                (table.grow $few (ref.null func) (local.get 0)))
            (func (export "narrow.grow") (param i64) (result i64)
                (i64.extend_i32_s
                    (table.grow $narrow (ref.null func) (i32.wrap_i64 (local.get 0))))))"#,
        )?;
        for (name, null, size) in [
            ("funcs", Ref::Func(None), 8_u64),
            ("hosts", Ref::Extern(None), 4),
        ] {
            let grow = it.get_typed_func::<u64, i64>(&mut store, &format!("{name}.grow"))?;
            let table = it.get_table(&mut store, name).expect("it is exported");
            for delta in [1 << 60, u64::MAX - 1] {
                // Larger numbers are not told apart.
                let bytes = (delta + 1)
                    .saturating_mul(size)
                    .min(i64::MAX.cast_unsigned());
                let expected = format!("out of memory (failed to allocate {bytes} bytes)");
                for result in [
                    grow.call(&mut store, delta).map(|_| ()),
                    table.grow(&mut store, delta, null.clone()).map(|_| ()),
                ] {
                    let error = result.expect_err("there is not that much memory");
                    assert_eq!(text(&error), expected);
                    assert!(error.is::<OutOfMemory>() && !error.is::<WasmBacktrace>());
                }
            }
            assert_eq!(grow.call(&mut store, u64::MAX)?, -1);
            assert!(error(table.grow(&mut store, u64::MAX, null)).starts_with("failed to grow"));
            assert_eq!(grow.call(&mut store, 2)?, 1);
            assert_eq!(table.size(&store), 3);
        }
        let grow = it.get_typed_func::<u64, i64>(&mut store, "few.grow")?;
        assert_eq!(grow.call(&mut store, 1 << 60)?, -1);
        let grow = it.get_typed_func::<u64, i64>(&mut store, "narrow.grow")?;
        assert_eq!(grow.call(&mut store, u64::from(u32::MAX))?, -1);
        Ok(())
    });
}

// Compiled code may rely on what it has seen in a table. Writes of the host must end that.
#[test]
fn host_writes_reach_indirect_calls() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let table = funcs(&mut store, 1, None)?;
        let wat = r#"(module
            (import "" "" (table 1 funcref))
            (func $one (export "one") (result i32) i32.const 1)
            (func $two (export "two") (result i32) i32.const 2)
            (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))"#;
        let module = Module::new(engine, wat)?;
        let it = Instance::new(&mut store, &module, &[table.into()])?;
        let f = it.get_typed_func::<(), i32>(&mut store, "call")?;
        let one = it.get_func(&mut store, "one").expect("is exported");
        let two = it.get_func(&mut store, "two").expect("is exported");
        let three = Func::wrap(&mut store, || 3);
        for _ in 0..3 {
            for (func, expected) in [(one, 1), (two, 2), (three, 3)] {
                table.set(&mut store, 0, func.into())?;
                for _ in 0..10 {
                    assert_eq!(f.call(&mut store, ())?, expected);
                }
            }
        }
        table.fill(&mut store, 0, Ref::Func(None), 1)?;
        let error = f.call(&mut store, ()).expect_err("null");
        assert_eq!(
            error.downcast_ref::<Trap>(),
            Some(&Trap::IndirectCallToNull)
        );
        Ok(())
    });
}

#[test]
fn nulls() {
    let val = Val::null_ref(RefType::FUNCREF.heap_type());
    assert!(val.unwrap_funcref().is_none());
    assert!(
        Ref::null(RefType::EXTERNREF.heap_type())
            .unwrap_extern()
            .is_none()
    );
    assert!(
        Ref::null(RefType::ANYREF.heap_type())
            .unwrap_any()
            .is_none()
    );
    assert!(
        Ref::null(RefType::NULLEXNREF.heap_type())
            .unwrap_exn()
            .is_none()
    );
    assert_eq!(panic_message(|| val.unwrap_i32()), "expected i32");
}
