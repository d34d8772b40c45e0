//! Wasm that calls the host that calls Wasm, and so on: what each level sees of the others.

use crate::{check, check_with, error};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wasm_interp_jit::{
    Caller, Config, Engine, Extern, Func, Instance, Linker, Module, Result, Store, Trap, TypedFunc,
    WasmBacktrace, bail,
};

/// `run(n)` calls the host with `n`, and adds 1 to what it says.
const WAT: &str = r#"(module
    (import "" "host" (func $host (param i32) (result i32)))
    (memory (export "memory") 1)
    (table (export "table") 2 funcref)
    (global $g (export "g") (mut i32) (i32.const 0))
    (func $run (export "run") (param i32) (result i32)
        (global.set $g (local.get 0))
        (i32.add (i32.const 1) (call $host (local.get 0)))))"#;

/// An instance whose host does `host`, and its `run`.
fn with_host(
    engine: &Engine,
    host: impl Fn(Caller<'_, u32>, i32) -> Result<i32> + Send + Sync + 'static,
) -> Result<(Store<u32>, Instance, TypedFunc<i32, i32>)> {
    let mut linker = Linker::new(engine);
    linker.func_wrap("", "host", host)?;
    let mut store = Store::new(engine, 0);
    let instance = linker.instantiate(&mut store, &Module::new(engine, WAT)?)?;
    let run = instance.get_typed_func(&mut store, "run")?;
    Ok((store, instance, run))
}

fn func(caller: &mut Caller<'_, u32>, name: &str) -> Result<Func> {
    match caller.get_export(name).and_then(Extern::into_func) {
        Some(func) => Ok(func),
        None => bail!("no function {name}"),
    }
}

/// Calls `run` of the caller.
fn run_again(caller: &mut Caller<'_, u32>, n: i32) -> Result<i32> {
    let run = func(caller, "run")?.typed::<i32, i32>(&*caller)?;
    run.call(caller, n)
}

/// An instance whose host calls `run` again until `n` is 0, and then does `last`.
fn nest(
    engine: &Engine,
    last: impl Fn(Caller<'_, u32>) -> Result<i32> + Send + Sync + 'static,
) -> Result<(Store<u32>, Instance, TypedFunc<i32, i32>)> {
    with_host(engine, move |mut caller, n| {
        *caller.data_mut() += 1;
        match n {
            0 => last(caller),
            _ => run_again(&mut caller, n - 1),
        }
    })
}

#[test]
fn results_come_back_through_all_levels() {
    check(|engine| {
        let (mut store, _, run) = nest(engine, |_| Ok(100))?;
        for n in 0..12 {
            assert_eq!(run.call(&mut store, n)?, 101 + n);
        }
        assert_eq!(*store.data(), (1..=12).sum::<u32>());
        Ok(())
    });
}

// An error passes all levels as it is, with the frames of the innermost.
#[test]
fn errors_pass_all_levels() {
    check(|engine| {
        let (mut store, _, run) = nest(engine, |_| bail!("of the innermost"))?;
        let error = run.call(&mut store, 3).expect_err("it fails");
        assert_eq!(error.root_cause().to_string(), "of the innermost");
        let n_backtraces = error
            .chain()
            .filter(|it| it.to_string().starts_with("error while executing"))
            .count();
        assert_eq!(n_backtraces, 1);
        let backtrace = error.downcast_ref::<WasmBacktrace>().expect("it has one");
        assert_eq!(backtrace.frames().len(), 4);
        // The store is as good as before.
        assert!(run.call(&mut store, 0).is_err());
        Ok(())
    });
}

// A level that takes an error for an answer ends it there.
#[test]
fn errors_are_caught_by_the_host() {
    check(|engine| {
        let (mut store, _, run) = with_host(engine, |mut caller, n| {
            if n == 0 {
                bail!(Trap::UnreachableCodeReached);
            }
            run_again(&mut caller, n - 1).or_else(|error| {
                assert!(error.is::<Trap>());
                Ok(-n)
            })
        })?;
        assert_eq!(run.call(&mut store, 1)?, 0);
        assert_eq!(run.call(&mut store, 4)?, 3);
        assert!(run.call(&mut store, 0).is_err());
        Ok(())
    });
}

#[test]
fn panics_are_caught_by_the_host() {
    check(|engine| {
        let (mut store, _, run) = with_host(engine, |mut caller, n| {
            if n == 0 {
                std::panic::panic_any(7u8);
            }
            let call = std::panic::AssertUnwindSafe(|| run_again(&mut caller, n - 1));
            std::panic::catch_unwind(call)
                .unwrap_or_else(|payload| Ok(i32::from(*payload.downcast::<u8>().expect("ours"))))
        })?;
        assert_eq!(run.call(&mut store, 1)?, 8);
        assert_eq!(run.call(&mut store, 3)?, 10);
        Ok(())
    });
}

// What Wasm of an inner level changes is seen by the outer ones when they go on.
#[test]
fn state_is_shared_by_all_levels() {
    check(|engine| {
        let (mut store, instance, run) = nest(engine, |mut caller| {
            let memory = caller.get_export("memory").and_then(Extern::into_memory);
            let memory = memory.expect("it is exported");
            Ok(i32::try_from(memory.grow(&mut caller, 1)?)?)
        })?;
        assert_eq!(run.call(&mut store, 2)?, 1 + 3);
        assert_eq!(run.call(&mut store, 2)?, 2 + 3);
        let global = instance
            .get_global(&mut store, "g")
            .expect("it is exported");
        assert_eq!(global.get(&mut store).unwrap_i32(), 0);
        Ok(())
    });
}

#[test]
fn endless_recursion_over_the_host() {
    let small = |config: &mut Config| {
        config.max_wasm_stack(200 << 10);
    };
    check_with(small, |engine| {
        let (mut store, _, run) = with_host(engine, |mut caller, n| run_again(&mut caller, n + 1))?;
        for _ in 0..3 {
            let error = run.call(&mut store, 0).expect_err("it never ends");
            assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
        }
        Ok(())
    });
}

// A module is instantiated, and its start function run, while another one waits for the host.
#[test]
fn instances_are_made_during_calls() {
    check(|engine| {
        let started = Arc::new(AtomicUsize::new(0));
        let count = started.clone();
        let mut linker = Linker::<u32>::new(engine);
        linker.func_wrap("", "start", move || {
            count.fetch_add(1, Ordering::Relaxed);
        })?;
        let inner = Module::new(
            engine,
            r#"(module (import "" "start" (func $start)) (start $start)
                (memory (export "memory") 3))"#,
        )?;
        let inner = linker.instantiate_pre(&inner)?;
        let (mut store, _, run) = nest(engine, move |mut caller| {
            let instance = inner.instantiate(&mut caller)?;
            let memory = instance.get_memory(&mut caller, "memory");
            Ok(i32::try_from(
                memory.expect("it is exported").size(&caller),
            )?)
        })?;
        assert_eq!(run.call(&mut store, 0)?, 4);
        assert_eq!(run.call(&mut store, 1)?, 5);
        assert_eq!(started.load(Ordering::Relaxed), 2);
        Ok(())
    });
}

// Functions that are made during a call can be called at once, and stay.
#[test]
fn functions_are_made_during_calls() {
    check(|engine| {
        let (mut store, instance, run) = nest(engine, |mut caller| {
            let times = Func::wrap(&mut caller, |n: i32| n * 3);
            let table = caller.get_export("table").and_then(Extern::into_table);
            let table = table.expect("it is exported");
            table.set(&mut caller, 1, Some(times).into())?;
            times.typed::<i32, i32>(&caller)?.call(&mut caller, 5)
        })?;
        assert_eq!(run.call(&mut store, 0)?, 16);
        let table = instance.get_table(&mut store, "table").expect("is there");
        let func = table.get(&mut store, 1).expect("it is in range");
        let func = *func.unwrap_func().expect("it was set");
        assert_eq!(func.typed::<i32, i32>(&store)?.call(&mut store, 2)?, 6);
        Ok(())
    });
}

// A closure may keep state of its own; it is called through a shared reference.
#[test]
fn closures_with_state() {
    check(|engine| {
        let calls = Arc::new(AtomicUsize::new(0));
        let seen = calls.clone();
        let (mut store, _, run) = nest(engine, move |_| {
            Ok(i32::try_from(calls.fetch_add(1, Ordering::Relaxed))?)
        })?;
        let results: Result<Vec<i32>> = (0..4).map(|_| run.call(&mut store, 0)).collect();
        assert_eq!(results?, [1, 2, 3, 4]);
        assert_eq!(seen.load(Ordering::Relaxed), 4);
        Ok(())
    });
}

// Only the frames of the caller's level and below are there, and the host's are not.
#[test]
fn backtraces_during_calls() {
    thread_local! {
        static FRAMES: Cell<usize> = const { Cell::new(0) };
    }
    check(|engine| {
        let (mut store, _, run) = nest(engine, |caller| {
            FRAMES.set(WasmBacktrace::capture(&caller).frames().len());
            Ok(0)
        })?;
        for n in [0, 1, 7] {
            run.call(&mut store, n)?;
            assert_eq!(FRAMES.get(), n as usize + 1);
        }
        Ok(())
    });
}

// The caller is the instance that called, at every level.
#[test]
fn callers_of_two_instances() {
    check(|engine| {
        let mut linker = Linker::new(engine);
        linker.func_wrap("", "host", |mut caller: Caller<'_, u32>, _: i32| {
            let name = caller.get_export("name").and_then(Extern::into_global);
            Ok(name.expect("it is exported").get(&mut caller).unwrap_i32())
        })?;
        let mut store = Store::new(engine, 0);
        let wat = |name: i32, callee: &str| {
            format!(
                r#"(module
                    (import "" "host" (func $host (param i32) (result i32)))
                    {callee}
                    (global (export "name") i32 (i32.const {name})))"#
            )
        };
        let inner = wat(
            1,
            r#"(func (export "run") (result i32) (call $host (i32.const 0)))"#,
        );
        let inner = linker.instantiate(&mut store, &Module::new(engine, inner)?)?;
        linker.instance(&mut store, "inner", inner)?;
        let outer = wat(
            2,
            r#"(import "inner" "run" (func $inner (result i32)))
            (func (export "run") (result i32)
                (i32.add
                    (i32.mul (i32.const 10) (call $inner))
                    (call $host (i32.const 0))))"#,
        );
        let outer = linker.instantiate(&mut store, &Module::new(engine, outer)?)?;
        let run = outer.get_typed_func::<(), i32>(&mut store, "run")?;
        for _ in 0..5 {
            assert_eq!(run.call(&mut store, ())?, 12);
        }
        Ok(())
    });
}

// Contexts of contexts are the same store.
#[test]
fn contexts_are_passed_on() {
    fn deeper(mut store: impl wasm_interp_jit::AsContextMut<Data = u32>, n: u32) -> u32 {
        *store.as_context_mut().data_mut() += 1;
        match n {
            0 => *store.as_context().data(),
            _ => deeper(store.as_context_mut(), n - 1),
        }
    }
    check(|engine| {
        let (mut store, _, run) = nest(engine, |mut caller| {
            Ok(i32::try_from(deeper(&mut caller, 3))?)
        })?;
        assert_eq!(run.call(&mut store, 0)?, 1 + 5);
        assert_eq!(deeper(&mut store, 2), 8);
        Ok(())
    });
}

#[test]
fn wrong_exports_of_the_caller() {
    check(|engine| {
        let (mut store, _, run) = nest(engine, |mut caller| {
            assert!(caller.get_export("nothing").is_none());
            let memory = caller.get_export("memory").expect("it is exported");
            assert!(memory.clone().into_func().is_none());
            func(&mut caller, "memory")?;
            Ok(0)
        })?;
        let text = error(run.call(&mut store, 0));
        assert!(text.ends_with("no function memory"), "{text}");
        Ok(())
    });
}
