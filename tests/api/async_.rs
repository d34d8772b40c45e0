//! Asynchronous functions: they are done when they are polled first, whatever they wait for.

use crate::{check, error, panic_message};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use wasm_interp_jit::{
    Caller, Engine, Func, FuncType, Instance, Linker, Memory, MemoryType, Module, Ref, RefType,
    Result, Store, Table, TableType, Trap, Val, ValType, format_err,
};

/// What a future is ready with when it is polled first.
pub(crate) fn now<F: Future + Send>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("is pending"),
    }
}

/// What a future is ready with, however often it must be polled.
pub(crate) fn at_last<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Pending until another thread, which it starts, wakes it.
#[derive(Default)]
struct Woken {
    is_started: bool,
    is_done: Arc<AtomicBool>,
}

impl Future for Woken {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.is_done.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        if !self.is_started {
            self.is_started = true;
            let (is_done, waker) = (self.is_done.clone(), context.waker().clone());
            thread::spawn(move || {
                is_done.store(true, Ordering::Release);
                waker.wake();
            });
        }
        Poll::Pending
    }
}

const CALLS: &str = r#"(module
    (import "" "wrapped" (func $wrapped (param i32 i64) (result i64)))
    (import "" "new" (func $new (param i32) (result i32)))
    (global $started (mut i32) (i32.const 0))
    (func $start (global.set $started (call $new (i32.const 1))))
    (start $start)
    (func (export "run") (param i32) (result i64)
      (call $wrapped (call $new (local.get 0)) (i64.extend_i32_u (global.get $started)))))"#;

/// Functions that wait, and change the data of the store before and after.
fn linker(engine: &Engine) -> Result<Linker<u32>> {
    let mut linker = Linker::new(engine);
    linker.func_wrap_async(
        "",
        "wrapped",
        |mut caller: Caller<'_, u32>, (a, b): (i32, i64)| {
            Box::new(async move {
                *caller.data_mut() += 1;
                Woken::default().await;
                *caller.data_mut() += 1;
                i64::from(a) * b
            })
        },
    )?;
    let ty = FuncType::new(engine, [ValType::I32], [ValType::I32]);
    linker.func_new_async("", "new", ty, |_, params, results| {
        Box::new(async move {
            Woken::default().await;
            results[0] = Val::I32(params[0].unwrap_i32() + 10);
            Ok(())
        })
    })?;
    Ok(linker)
}

#[test]
fn calls_wait_for_host_functions() {
    if crate::differs("it leaves the stack of a call that waits, and comes back") {
        return;
    }
    check(|engine| {
        let linker = linker(engine)?;
        let module = Module::new(engine, CALLS)?;
        let mut store = Store::new(engine, 0);
        let instance = now(linker.instantiate_async(&mut store, &module))?;
        let run = instance.get_typed_func::<i32, i64>(&mut store, "run")?;
        for n in 0..5 {
            assert_eq!(now(run.call_async(&mut store, n))?, i64::from(n + 10) * 11);
        }
        // So do calls that are not asynchronous.
        assert_eq!(run.call(&mut store, 5)?, 15 * 11);
        let mut results = [Val::I64(0)];
        let params = [Val::I32(6)];
        now(run.func().call_async(&mut store, &params, &mut results))?;
        assert_eq!(results[0].unwrap_i64(), 16 * 11);
        assert_eq!(*store.data(), 14);

        let pre = linker.instantiate_pre(&module)?;
        now(pre.instantiate_async(&mut store))?;
        Ok(())
    });
}

#[test]
fn functions_of_a_store() {
    check(|engine| {
        let mut store = Store::new(engine, 7);
        let add = Func::wrap_async(&mut store, |caller: Caller<'_, i32>, (a,): (i32,)| {
            Box::new(async move { a + *caller.data() })
        });
        let ty = FuncType::new(engine, [], []);
        let fails = Func::new_async(&mut store, ty, |_, _, _| {
            Box::new(async { Err(Trap::Interrupt.into()) })
        });
        let wat = r#"(module (import "" "add" (func $add (param i32) (result i32)))
            (import "" "fails" (func $fails))
            (func (export "add") (param i32) (result i32) (call $add (local.get 0)))
            (func (export "fails") (call $fails)))"#;
        let module = Module::new(engine, wat)?;
        let imports = [add.into(), fails.into()];
        let instance = now(Instance::new_async(&mut store, &module, &imports))?;
        let add = instance.get_typed_func::<i32, i32>(&mut store, "add")?;
        assert_eq!(now(add.call_async(&mut store, 5))?, 12);
        let fails = instance.get_typed_func::<(), ()>(&mut store, "fails")?;
        let error = now(fails.call_async(&mut store, ())).expect_err("it fails");
        assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
        Ok(())
    });
}

// An error and a panic reach the caller as those of other host functions do.
#[test]
fn errors_and_panics() {
    if crate::differs("it leaves the stack of a call that waits, and comes back") {
        return;
    }
    check(|engine| {
        let mut linker: Linker<()> = Linker::new(engine);
        linker.func_wrap_async("", "f", |_: Caller<'_, ()>, (n,): (i32,)| {
            Box::new(async move {
                Woken::default().await;
                match n {
                    0 => Err(format_err!("none")),
                    1 => Ok(()),
                    n => panic!("{n} of them"),
                }
            })
        })?;
        let wat = r#"(module (import "" "f" (func $f (param i32)))
            (func (export "run") (param i32) (call $f (local.get 0))))"#;
        let mut store = Store::new(engine, ());
        now(linker.module_async(&mut store, "m", &Module::new(engine, wat)?))?;
        let run = linker.get(&mut store, "m", "run")?.into_func();
        let run = run.expect("it is a function").typed::<i32, ()>(&store)?;
        assert!(error(now(run.call_async(&mut store, 0))).ends_with("none"));
        now(run.call_async(&mut store, 1))?;
        let message = panic_message(|| now(run.call_async(&mut store, 3)));
        assert_eq!(message, "3 of them");
        Ok(())
    });
}

#[test]
fn memories_and_tables() -> Result<()> {
    let mut store = Store::new(&Engine::default(), ());
    let memory = now(Memory::new_async(&mut store, MemoryType::new(1, Some(2))))?;
    assert_eq!(now(memory.grow_async(&mut store, 1))?, 1);
    assert!(now(memory.grow_async(&mut store, 1)).is_err());
    let ty = TableType::new(RefType::FUNCREF, 1, Some(2));
    let table = now(Table::new_async(&mut store, ty, Ref::Func(None)))?;
    assert_eq!(now(table.grow_async(&mut store, 1, Ref::Func(None)))?, 1);
    assert!(now(table.grow_async(&mut store, 1, Ref::Func(None))).is_err());
    Ok(())
}
