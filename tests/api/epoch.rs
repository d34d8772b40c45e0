//! Epochs: deadlines, and what happens when one has passed.

use crate::{check, check_with, error, instance, text};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use wasm_interp_jit::{
    Caller, Config, Engine, Func, Instance, Module, Result, Store, Trap, UpdateDeadline, bail,
};

fn with_epochs(config: &mut Config) {
    config.epoch_interruption(true);
}

const SPIN: &str = r#"(module
    (func (export "spin") (loop $l (br $l)))
    (func (export "f") (param i32) (result i32) local.get 0))"#;

#[test]
fn the_deadline_has_passed_in_a_new_store() {
    check_with(with_epochs, |engine| {
        let (mut store, instance) = instance(engine, (), SPIN)?;
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
        for _ in 0..4 {
            let error = f.call(&mut store, 1).expect_err("it has passed");
            assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
            assert_eq!(
                text(&error),
                "error while executing at wasm backtrace:\n    \
                 0:     0x32 - <unknown>!<wasm function 1>: wasm trap: interrupt"
            );
        }
        store.set_epoch_deadline(1);
        assert_eq!(f.call(&mut store, 1)?, 1);
        engine.increment_epoch();
        assert!(f.call(&mut store, 1).is_err());
        store.set_epoch_deadline(u64::MAX / 2);
        assert_eq!(f.call(&mut store, 1)?, 1);
        Ok(())
    });
}

// Without the setting, nobody looks.
#[test]
fn no_deadlines() {
    check(|engine| {
        let (mut store, instance) = instance(engine, (), SPIN)?;
        store.set_epoch_deadline(0);
        store.epoch_deadline_callback(|_| bail!("not called"));
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
        engine.increment_epoch();
        assert_eq!(f.call(&mut store, 1)?, 1);
        Ok(())
    });
}

#[test]
fn another_thread_interrupts() {
    check_with(with_epochs, |engine| {
        let (mut store, instance) = instance(engine, (), SPIN)?;
        let spin = instance.get_typed_func::<(), ()>(&mut store, "spin")?;
        for _ in 0..3 {
            store.set_epoch_deadline(1);
            let clone = engine.clone();
            let thread = thread::spawn(move || clone.increment_epoch());
            let error = spin.call(&mut store, ()).expect_err("it never ends");
            assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
            thread.join().expect("it does not panic");
        }
        Ok(())
    });
}

#[test]
fn what_a_callback_may_say() {
    check_with(with_epochs, |engine| {
        let (mut store, instance) = instance(engine, 0, SPIN)?;
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
        store.epoch_deadline_callback(|mut store| {
            *store.data_mut() += 1;
            Ok(UpdateDeadline::Continue(1))
        });
        assert_eq!(f.call(&mut store, 5)?, 5);
        assert_eq!(f.call(&mut store, 5)?, 5);
        assert_eq!(*store.data(), 1);
        engine.increment_epoch();
        assert_eq!(f.call(&mut store, 5)?, 5);
        assert_eq!(*store.data(), 2);

        engine.increment_epoch();
        store.epoch_deadline_callback(|_| bail!("enough"));
        let error = f.call(&mut store, 5).expect_err("the callback fails");
        assert_eq!(error.root_cause().to_string(), "enough");
        store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Interrupt));
        let error = f.call(&mut store, 5).expect_err("the callback interrupts");
        assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
        store.epoch_deadline_trap();
        let error = f.call(&mut store, 5).expect_err("it traps");
        assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
        Ok(())
    });
}

#[test]
fn yielding() {
    check_with(with_epochs, |engine| {
        let (mut store, instance) = instance(engine, (), SPIN)?;
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
        store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Yield(1)));
        let text = error(f.call(&mut store, 1));
        let why = "cannot use `UpdateDeadline::Yield` without using an async wasm entrypoint";
        assert!(text.ends_with(why), "{text}");
        assert_eq!(crate::async_::at_last(f.call_async(&mut store, 1))?, 1);
        engine.increment_epoch();
        let waits = || UpdateDeadline::YieldCustom(1, Box::pin(async {}));
        store.epoch_deadline_callback(move |_| Ok(waits()));
        let text = error(f.call(&mut store, 1));
        let why = "cannot use `UpdateDeadline::YieldCustom` without using an async wasm entrypoint";
        assert!(text.ends_with(why), "{text}");
        assert_eq!(crate::async_::at_last(f.call_async(&mut store, 1))?, 1);
        engine.increment_epoch();
        store.epoch_deadline_async_yield_and_update(1);
        assert_eq!(
            error(f.call(&mut store, 1)),
            "store configuration requires that `*_async` functions are used instead"
        );
        assert_eq!(crate::async_::at_last(f.call_async(&mut store, 1))?, 1);
        Ok(())
    });
}

// The callback calls Wasm, whose deadline has passed, too: its own callback is not called for it.
#[test]
fn a_callback_that_calls_wasm() {
    check_with(with_epochs, |engine| {
        let (mut store, instance) = instance(engine, (), SPIN)?;
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
        let inner = f.clone();
        store.epoch_deadline_callback(move |mut store| {
            let error = inner.call(&mut store, 1).expect_err("it has passed");
            assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
            store.set_epoch_deadline(1);
            assert_eq!(inner.call(&mut store, 7)?, 7);
            Ok(UpdateDeadline::Continue(1))
        });
        assert_eq!(f.call(&mut store, 5)?, 5);
        Ok(())
    });
}

#[test]
fn a_panic_in_a_callback() {
    check_with(with_epochs, |engine| {
        let (mut store, instance) = instance(engine, (), SPIN)?;
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
        store.epoch_deadline_callback(|_| panic!("no time"));
        let message = crate::panic_message(|| f.call(&mut store, 5));
        assert_eq!(message, "no time");
        store.set_epoch_deadline(1);
        assert_eq!(f.call(&mut store, 5)?, 5);
        Ok(())
    });
}

#[test]
fn the_start_function_is_interrupted() {
    check_with(with_epochs, |engine| {
        let module = Module::new(engine, "(module (func $f (loop (br 0))) (start $f))")?;
        let mut store = Store::new(engine, ());
        let error = Instance::new(&mut store, &module, &[]).expect_err("it has passed");
        assert_eq!(text(&error), "wasm trap: interrupt");
        store.set_epoch_deadline(1);
        let clone = engine.clone();
        let thread = thread::spawn(move || clone.increment_epoch());
        let error = Instance::new(&mut store, &module, &[]).expect_err("it never ends");
        assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
        thread.join().expect("it does not panic");
        Ok(())
    });
}

// Stores of an engine share the epoch, and have deadlines of their own.
#[test]
fn two_stores() -> Result<()> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    let engine = Engine::new(&config)?;
    let (mut one, instance_of_one) = instance(&engine, (), SPIN)?;
    let (mut other, instance_of_other) = instance(&engine, (), SPIN)?;
    one.set_epoch_deadline(1);
    other.set_epoch_deadline(2);
    let f = instance_of_one.get_typed_func::<i32, i32>(&mut one, "f")?;
    let g = instance_of_other.get_typed_func::<i32, i32>(&mut other, "f")?;
    engine.increment_epoch();
    assert!(f.call(&mut one, 1).is_err());
    assert_eq!(g.call(&mut other, 1)?, 1);
    engine.increment_epoch();
    assert!(g.call(&mut other, 1).is_err());
    Ok(())
}

// A host function that goes on for long is not interrupted, but the code behind it is.
#[test]
fn host_functions_are_not_interrupted() {
    let wat = r#"(module (import "" "h" (func $h))
        (func (export "f") (call $h) (loop $l)))"#;
    check_with(with_epochs, |engine| {
        let module = Module::new(engine, wat)?;
        let mut store = Store::new(engine, ());
        let calls = Arc::new(AtomicU32::new(0));
        let seen = calls.clone();
        let host = Func::wrap(&mut store, move |caller: Caller<'_, ()>| {
            caller.engine().increment_epoch();
            seen.fetch_add(1, Ordering::Relaxed);
        });
        let instance = Instance::new(&mut store, &module, &[host.into()])?;
        let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
        for n in 1..5 {
            store.set_epoch_deadline(1);
            let error = f
                .call(&mut store, ())
                .expect_err("it passes in the host function");
            assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
            assert_eq!(calls.load(Ordering::Relaxed), n);
        }
        Ok(())
    });
}
