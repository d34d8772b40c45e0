//! Fuel: what consumes it, what is left, and what happens without any.
//!
//! `fuzz/tests/fuel.rs` compares it with wasmtime, unit by unit.

use crate::{check_with, error, instance, text};
use wasm_interp_jit::{
    AsContext, AsContextMut, Caller, Config, Engine, Func, Instance, Memory, MemoryType, Module,
    OperatorCost, Result, Store, Trap,
};

fn with_fuel(config: &mut Config) {
    config.consume_fuel(true);
}

/// A function that adds up to its parameter in a loop.
const SUM: &str = r#"(module (func (export "sum") (param $n i32) (result i32) (local $s i32)
    loop $l
        local.get $s
        local.get $n
        i32.add
        local.set $s
        local.get $n
        i32.const 1
        i32.sub
        local.tee $n
        br_if $l
    end
    local.get $s))"#;

#[test]
fn without_fuel() -> Result<()> {
    let mut store = Store::new(&Engine::default(), ());
    assert!(!store.engine().get_consume_fuel());
    assert!(!store.engine().get_epoch_interruption());
    let text = "fuel is not configured in this store";
    assert_eq!(error(store.get_fuel()), text);
    assert_eq!(error(store.set_fuel(1)), text);
    assert_eq!(error(store.fuel_async_yield_interval(Some(1))), text);
    assert_eq!(error(store.as_context().get_fuel()), text);
    assert_eq!(error(store.as_context_mut().get_fuel()), text);
    assert_eq!(error(store.as_context_mut().set_fuel(1)), text);
    Ok(())
}

// A call costs 1, and so do most instructions; an iteration of the loop has 9 of these.
#[test]
fn what_is_left() {
    check_with(with_fuel, |engine| {
        let (mut store, instance) = instance(engine, (), SUM)?;
        assert_eq!(store.get_fuel()?, 0);
        let sum = instance.get_typed_func::<i32, i32>(&mut store, "sum")?;
        for n in 1..40 {
            store.set_fuel(1000)?;
            assert_eq!(sum.call(&mut store, n)?, n * (n + 1) / 2);
            assert_eq!(store.get_fuel()?, 1000 - 2 - 9 * n as u64);
        }
        Ok(())
    });
}

#[test]
fn none_left() {
    check_with(with_fuel, |engine| {
        let (mut store, instance) = instance(engine, (), SUM)?;
        let sum = instance.get_typed_func::<i32, i32>(&mut store, "sum")?;
        for _ in 0..4 {
            let error = sum.call(&mut store, 3).expect_err("there is no fuel");
            assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
            assert_eq!(
                text(&error),
                "error while executing at wasm backtrace:\n    \
                 0:     0x22 - <unknown>!<wasm function 0>: \
                 wasm trap: all fuel consumed by WebAssembly"
            );
        }
        // Used up in the third iteration, at the header of the loop.
        store.set_fuel(19)?;
        let error = sum.call(&mut store, 30).expect_err("it is too little");
        assert!(text(&error).contains("0x24 - "), "{error:?}");
        assert_eq!(store.get_fuel()?, 0);
        // The store is as good as before.
        store.set_fuel(u64::MAX)?;
        assert_eq!(sum.call(&mut store, 3)?, 6);
        assert_eq!(store.get_fuel()?, u64::MAX - 29);
        Ok(())
    });
}

#[test]
fn host_functions_see_and_set_it() {
    let wat = r#"(module
        (import "" "h" (func $h (param i64)))
        (func (export "f") (param i64)
            nop
            local.get 0
            call $h
            local.get 0
            drop))"#;
    check_with(with_fuel, |engine| {
        let module = Module::new(engine, wat)?;
        let mut store = Store::new(engine, Vec::new());
        let host = Func::wrap(
            &mut store,
            |mut caller: Caller<'_, Vec<u64>>, fuel: u64| -> Result<()> {
                let left = caller.get_fuel()?;
                assert_eq!(caller.as_context().get_fuel()?, left);
                caller.data_mut().push(left);
                caller.set_fuel(fuel)
            },
        );
        let instance = Instance::new(&mut store, &module, &[host.into()])?;
        let f = instance.get_typed_func::<u64, ()>(&mut store, "f")?;
        for _ in 0..5 {
            store.set_fuel(10)?;
            f.call(&mut store, 77)?;
            assert_eq!(store.get_fuel()?, 76);
        }
        assert_eq!(store.data(), &[7; 5]);
        // None is left: it is not noticed any more.
        f.call(&mut store, 0)?;
        assert_eq!(store.get_fuel()?, 0);
        Ok(())
    });
}

#[test]
fn costs_of_instructions() {
    let mut cost = OperatorCost::new();
    assert_eq!((cost.Nop, cost.I32Add, cost.If, cost.Else), (0, 1, 1, 0));
    cost.LocalGet = 10;
    cost.I32Sub = 0;
    let set = move |config: &mut Config| {
        config.consume_fuel(true).operator_cost(cost.clone());
    };
    check_with(set, |engine| {
        let (mut store, instance) = instance(engine, (), SUM)?;
        let sum = instance.get_typed_func::<i32, i32>(&mut store, "sum")?;
        for n in 1..10 {
            store.set_fuel(1000)?;
            sum.call(&mut store, n)?;
            assert_eq!(store.get_fuel()?, 1000 - 11 - 35 * n as u64);
        }
        Ok(())
    });
}

#[test]
fn start_functions() {
    check_with(with_fuel, |engine| {
        let module = Module::new(engine, "(module (func $f) (start $f))")?;
        let mut store = Store::new(engine, ());
        let error = Instance::new(&mut store, &module, &[]).expect_err("there is no fuel");
        assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
        store.set_fuel(10)?;
        Instance::new(&mut store, &module, &[])?;
        assert_eq!(store.get_fuel()?, 7);
        Ok(())
    });
}

// Data segments are mapped, and cost nothing, unless the module imports a memory: then what they leave
// in whole pages of the host is copied.
#[test]
fn data_of_memories() {
    check_with(with_fuel, |engine| {
        for (text, expected) in [
            ("(memory 1) (data (i32.const 1) \"a\")", 0),
            ("(memory 1) (memory 1) (data (i32.const 1) \"a\")", 1),
            (
                "(memory 1) (memory 1) (data (i32.const 1) \"a\")
                 (data (memory 1) (i32.const 1) \"\\00\")",
                0,
            ),
            ("(import \"\" \"\" (memory 0)) (memory 1)", 0),
            (
                "(import \"\" \"\" (memory 0)) (memory 1) (data (memory 1) (i32.const 1) \"a\")",
                4097,
            ),
            (
                "(import \"\" \"\" (memory 0)) (memory 1) (memory 2)
                 (data (memory 2) (i32.const 4095) \"a\")
                 (data (memory 2) (i32.const 20479) \"ab\")",
                6 * 4096 + 1,
            ),
            (
                "(import \"\" \"\" (memory 0)) (memory 1) (data (memory 1) (i32.const 1) \"\\00\")",
                4097,
            ),
            // What was counted before a segment that is mapped is lost.
            (
                "(global i32 (i32.add (i32.const 1) (i32.const 2))) (memory 1)
                 (func $f) (start $f) (data (i32.const 1) \"\\00\")",
                3,
            ),
        ] {
            let module = Module::new(engine, format!("(module {text})"))?;
            let mut store = Store::new(engine, ());
            let memory = Memory::new(&mut store, MemoryType::new(0, None))?;
            let imports = [memory.into()];
            let n_imports = module.imports().len();
            store.set_fuel(100_000)?;
            Instance::new(&mut store, &module, &imports[..n_imports])?;
            assert_eq!(100_000 - store.get_fuel()?, expected, "{text}");
        }
        Ok(())
    });
}

// The interval has no effect, but Wasm must be called by functions named `*_async` then.
#[test]
fn yielding() {
    check_with(with_fuel, |engine| {
        let (mut store, instance) = instance(engine, (), SUM)?;
        let sum = instance.get_typed_func::<i32, i32>(&mut store, "sum")?;
        assert_eq!(
            error(store.fuel_async_yield_interval(Some(0))),
            "fuel_async_yield_interval must not be 0"
        );
        store.set_fuel(10_000)?;
        store.fuel_async_yield_interval(Some(7))?;
        assert_eq!(store.get_fuel()?, 10_000);
        assert_eq!(
            error(sum.call(&mut store, 3)),
            "store configuration requires that `*_async` functions are used instead"
        );
        let future = sum.call_async(&mut store, 100);
        assert_eq!(crate::async_::at_last(future)?, 5050);
        assert_eq!(store.get_fuel()?, 10_000 - 902);
        Ok(())
    });
}
