//! Host functions: what they get, return, raise and panic with.

use crate::{check, error, panic_message};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use wasm_interp_jit::error::{Context, bail, format_err};
use wasm_interp_jit::{
    AsContext, AsContextMut, Caller, Engine, Extern, Func, FuncType, Instance, Module, Result,
    Store, Trap, Val, ValType, WasmBacktrace,
};

/// Instantiates a module whose only import is `host`.
fn import<T>(store: &mut Store<T>, wat: &str, host: Func) -> Result<Instance> {
    let module = Module::new(store.engine(), wat)?;
    Instance::new(store, &module, &[host.into()])
}

const CALLS_HOST: &str = r#"(module
    (import "" "" (func $host))
    (func (export "f") call $host))"#;

#[test]
fn all_kinds_of_closures() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let ty = |func: Func, store: &Store<()>| func.ty(store).to_string();
        let func = Func::wrap(&mut store, || ());
        assert_eq!(ty(func, &store), "(type (func))");
        let func = Func::wrap(&mut store, |_: i32, _: u64| 1_f32);
        assert_eq!(
            ty(func, &store),
            "(type (func (param i32 i64) (result f32)))"
        );
        let func = Func::wrap(&mut store, |_: Caller<'_, ()>, _: f64| (1_u32, 2_i64));
        assert_eq!(
            ty(func, &store),
            "(type (func (param f64) (result i32 i64)))"
        );
        let func = Func::wrap(&mut store, |_: Option<Func>| -> Result<Option<Func>> {
            Ok(None)
        });
        assert_eq!(
            ty(func, &store),
            "(type (func (param (ref null func)) (result (ref null func))))"
        );
        let func = Func::wrap(&mut store, |_: Caller<'_, ()>| -> Result<()> { Ok(()) });
        assert_eq!(ty(func, &store), "(type (func))");
        Ok(())
    });
}

#[test]
fn called_from_wasm() {
    check(|engine| {
        let mut store = Store::new(engine, 10);
        let host = Func::wrap(&mut store, |mut caller: Caller<'_, i32>, a: i32, b: i64| {
            *caller.data_mut() += a;
            (b, *caller.data())
        });
        let wat = r#"(module
            (import "" "" (func $host (param i32 i64) (result i64 i32)))
            (func (export "f") (param i32) (result i32)
                (call $host (local.get 0) (i64.const 5))
                (i32.add (i32.wrap_i64))))"#;
        let wat = wat.replace(
            "(i32.add (i32.wrap_i64))",
            "local.set 0 i32.wrap_i64 local.get 0 i32.add",
        );
        let it = import(&mut store, &wat, host)?;
        let f = it.get_typed_func::<i32, i32>(&mut store, "f")?;
        assert_eq!(f.call(&mut store, 1)?, 16);
        assert_eq!(f.call(&mut store, 2)?, 18);
        assert_eq!(*store.data(), 13);
        Ok(())
    });
}

#[test]
fn called_directly() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let add = Func::wrap(&mut store, |a: i32, b: i32| a + b);
        assert_eq!(
            add.typed::<(i32, i32), i32>(&store)?
                .call(&mut store, (1, 2))?,
            3
        );
        let mut results = [Val::I32(0)];
        add.call(&mut store, &[Val::I32(3), Val::I32(4)], &mut results)?;
        assert_eq!(results[0].i32(), Some(7));
        Ok(())
    });
}

#[test]
fn dynamic_host_functions() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let ty = FuncType::new(
            engine,
            [ValType::I32, ValType::F64],
            [ValType::F64, ValType::I32],
        );
        let host = Func::new(&mut store, ty, |_, params, results| {
            results[0] = params[1];
            results[1] = params[0];
            Ok(())
        });
        let wat = r#"(module
            (import "" "" (func $host (param i32 f64) (result f64 i32)))
            (func (export "f") (result f64 i32) (call $host (i32.const 4) (f64.const 0.5))))"#;
        let it = import(&mut store, wat, host)?;
        let f = it.get_typed_func::<(), (f64, i32)>(&mut store, "f")?;
        assert_eq!(f.call(&mut store, ())?, (0.5, 4));
        Ok(())
    });
}

// The signature is a promise to compiled code; a closure that breaks it must not get through.
#[test]
fn dynamic_results_are_checked() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let mut run = |result: Option<Val>| {
            let ty = FuncType::new(engine, [], [ValType::I32]);
            let host = Func::new(&mut store, ty, move |_, _, results| {
                if let Some(result) = result {
                    results[0] = result;
                }
                Ok(())
            });
            error(host.call(&mut store, &[], &mut [Val::I32(0)]))
        };
        let context = "function attempted to return an incompatible value: ";
        assert_eq!(
            run(Some(Val::I64(0))),
            format!("{context}type mismatch: expected i32, found i64")
        );
        assert!(
            run(None).starts_with(context),
            "a result that was not written"
        );
        let mut other = Store::new(engine, ());
        let foreign = Func::wrap(&mut other, || ());
        assert_eq!(
            run(Some(foreign.into())),
            format!("{context}value used with wrong store")
        );
        Ok(())
    });
}

#[test]
fn typed_results_of_another_store() {
    check(|engine| {
        let mut other = Store::new(engine, ());
        let foreign = Func::wrap(&mut other, || ());
        let mut store = Store::new(engine, ());
        let host = Func::wrap(&mut store, move || Some(foreign));
        assert_eq!(
            error(host.call(&mut store, &[], &mut [Val::I32(0)])),
            "host function attempted to return cross-`Store` value to Wasm"
        );
        Ok(())
    });
}

#[derive(Debug)]
struct MyError(u32);

impl std::fmt::Display for MyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "my error {}", self.0)
    }
}

impl std::error::Error for MyError {}

// The embedder's error comes back as the value it was, with the frames it went through.
#[test]
fn errors_come_back() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let host = Func::wrap(&mut store, || -> Result<()> {
            Err(MyError(5)).context("in the host")
        });
        let it = import(&mut store, CALLS_HOST, host)?;
        let f = it.get_typed_func::<(), ()>(&mut store, "f")?;
        for _ in 0..4 {
            let error = f.call(&mut store, ()).expect_err("the host fails");
            assert_eq!(error.downcast_ref::<MyError>().map(|it| it.0), Some(5));
            assert_eq!(error.root_cause().to_string(), "my error 5");
            assert!(!error.is::<Trap>());
            let backtrace = error
                .downcast_ref::<WasmBacktrace>()
                .expect("went through wasm");
            assert_eq!(backtrace.frames().len(), 1);
            assert_eq!(backtrace.frames()[0].func_index(), 1);
            let messages: Vec<_> = error.chain().skip(1).map(|it| it.to_string()).collect();
            assert_eq!(messages, ["in the host", "my error 5"]);
        }
        Ok(())
    });
}

#[test]
fn errors_without_wasm_have_no_backtrace() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let host = Func::wrap(&mut store, || -> Result<()> { bail!("alone") });
        let error = host
            .call(&mut store, &[], &mut [])
            .expect_err("the host fails");
        assert!(!error.is::<WasmBacktrace>());
        assert_eq!(format!("{error:#}"), "alone");
        Ok(())
    });
}

#[test]
fn traps_of_the_host() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let host = Func::wrap(&mut store, || -> Result<()> {
            bail!(Trap::IntegerOverflow)
        });
        let it = import(&mut store, CALLS_HOST, host)?;
        let f = it.get_typed_func::<(), ()>(&mut store, "f")?;
        let error = f.call(&mut store, ()).expect_err("the host traps");
        assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::IntegerOverflow));
        Ok(())
    });
}

#[test]
fn panics_come_back() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let host = Func::wrap(&mut store, || -> () { std::panic::panic_any("a payload") });
        let it = import(&mut store, CALLS_HOST, host)?;
        let f = it.get_typed_func::<(), ()>(&mut store, "f")?;
        for _ in 0..3 {
            assert_eq!(panic_message(|| f.call(&mut store, ())), "a payload");
        }
        assert_eq!(
            panic_message(|| host.call(&mut store, &[], &mut [])),
            "a payload"
        );
        Ok(())
    });
}

// After a panic and an error the store has no frames left over and can be called again.
#[test]
fn store_is_usable_after_panics_and_errors() {
    check(|engine| {
        let mut store = Store::new(engine, 0);
        let host = Func::wrap(&mut store, |mut caller: Caller<'_, i32>| -> Result<i32> {
            *caller.data_mut() += 1;
            match *caller.data() % 3 {
                0 => bail!("third"),
                1 => panic!("first"),
                _ => Ok(42),
            }
        });
        let wat = r#"(module
            (import "" "" (func $host (result i32)))
            (func $deep (param i32) (result i32)
                (if (result i32) (local.get 0)
                    (then (call $deep (i32.sub (local.get 0) (i32.const 1))))
                    (else (call $host))))
            (func (export "f") (result i32) (call $deep (i32.const 50))))"#;
        let it = import(&mut store, wat, host)?;
        let f = it.get_typed_func::<(), i32>(&mut store, "f")?;
        for _ in 0..5 {
            assert_eq!(panic_message(|| f.call(&mut store, ())), "first");
            assert_eq!(f.call(&mut store, ())?, 42);
            assert!(error(f.call(&mut store, ())).contains("third"));
        }
        Ok(())
    });
}

#[test]
fn caller_sees_exports_of_its_instance() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let host = Func::wrap(
            &mut store,
            |mut caller: Caller<'_, ()>, at: i32| -> Result<i32> {
                assert!(caller.get_export("absent").is_none());
                let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
                    bail!("no memory");
                };
                let byte = memory.data(&caller)[usize::try_from(at)?];
                memory.write(&mut caller, 0, &[byte + 1])?;
                Ok(byte.into())
            },
        );
        let wat = r#"(module
            (import "" "" (func $host (param i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 7) "\2a")
            (func (export "f") (result i32)
                (i32.add (i32.mul (call $host (i32.const 7)) (i32.const 100))
                    (i32.load8_u (i32.const 0)))))"#;
        let it = import(&mut store, wat, host)?;
        let f = it.get_typed_func::<(), i32>(&mut store, "f")?;
        assert_eq!(f.call(&mut store, ())?, 4243);
        // Without an instance there are no exports.
        let host = host.typed::<i32, i32>(&store)?;
        assert_eq!(error(host.call(&mut store, 0)), "no memory");
        Ok(())
    });
}

// wasm -> host -> wasm -> host in one store.
#[test]
fn reentrance() {
    check(|engine| {
        let mut store = Store::new(engine, Vec::new());
        let host = Func::wrap(
            &mut store,
            |mut caller: Caller<'_, Vec<i32>>, n: i32| -> Result<i32> {
                caller.data_mut().push(n);
                let f = caller
                    .get_export("f")
                    .and_then(Extern::into_func)
                    .context("no export")?;
                let f = f.typed::<i32, i32>(&caller)?;
                let result = f.call(&mut caller, n - 1)?;
                caller.data_mut().push(result);
                Ok(result)
            },
        );
        let wat = r#"(module
            (import "" "" (func $host (param i32) (result i32)))
            (func (export "f") (param i32) (result i32)
                (if (result i32) (local.get 0)
                    (then (i32.add (call $host (local.get 0)) (local.get 0)))
                    (else (i32.const 0)))))"#;
        let it = import(&mut store, wat, host)?;
        let f = it.get_typed_func::<i32, i32>(&mut store, "f")?;
        assert_eq!(f.call(&mut store, 3)?, 6);
        assert_eq!(store.data()[..], [3, 2, 1, 0, 1, 3]);
        Ok(())
    });
}

// The host makes and grows things while Wasm is suspended in the call.
#[test]
fn host_changes_the_store_during_a_call() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let host = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| -> Result<()> {
            let memory = caller.get_export("memory").and_then(Extern::into_memory);
            let memory = memory.context("no memory")?;
            memory.grow(&mut caller, 1)?;
            memory.data_mut(&mut caller)[65536] = 9;
            let engine = caller.engine().clone();
            for _ in 0..20 {
                let module = Module::new(&engine, "(module (func (export \"x\")))")?;
                let it = Instance::new(&mut caller, &module, &[])?;
                it.get_typed_func::<(), ()>(&mut caller, "x")?
                    .call(&mut caller, ())?;
                Func::wrap(caller.as_context_mut(), || ());
            }
            Ok(())
        });
        let wat = r#"(module
            (import "" "" (func $host))
            (memory (export "memory") 1)
            (func (export "f") (result i32)
                (call $host)
                (i32.load8_u (i32.const 65536))))"#;
        let it = import(&mut store, wat, host)?;
        let f = it.get_typed_func::<(), i32>(&mut store, "f")?;
        assert_eq!(f.call(&mut store, ())?, 9);
        Ok(())
    });
}

// A host function may run another store; what that one raises is its own business.
#[test]
fn calls_across_stores() {
    check(|engine| {
        let mut inner = Store::new(engine, ());
        let module = Module::new(engine, "(module (func (export \"f\") unreachable))")?;
        let it = Instance::new(&mut inner, &module, &[])?;
        let trap = it.get_typed_func::<(), ()>(&mut inner, "f")?;
        let inner = std::sync::Mutex::new(inner);
        let mut store = Store::new(engine, ());
        let host = Func::wrap(&mut store, move |caller: Caller<'_, ()>| -> Result<i32> {
            let mut inner = inner.lock().map_err(|_| format_err!("poisoned"))?;
            let error = trap.call(&mut *inner, ()).expect_err("traps");
            let frames = error
                .downcast_ref::<WasmBacktrace>()
                .map_or(0, |it| it.frames().len());
            assert_eq!(frames, 1, "frames of the other store are not shown");
            assert_eq!(
                WasmBacktrace::capture(caller.as_context()).frames().len(),
                1
            );
            Ok(5)
        });
        let wat = r#"(module
            (import "" "" (func $host (result i32)))
            (func (export "f") (result i32) call $host))"#;
        let it = import(&mut store, wat, host)?;
        let f = it.get_typed_func::<(), i32>(&mut store, "f")?;
        assert_eq!(f.call(&mut store, ())?, 5);
        Ok(())
    });
}

#[test]
fn wrong_engine() {
    let (one, two) = (Engine::default(), Engine::default());
    let mut store = Store::new(&one, ());
    let ty = FuncType::new(&two, [], []);
    let message = panic_message(|| Func::new(&mut store, ty, |_, _, _| Ok(())));
    assert_eq!(
        message,
        "assertion failed: ty.comes_from_same_engine(engine)"
    );
}

#[test]
fn unsupported_types() {
    if crate::differs("it has values of all types") {
        return;
    }
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let ty = FuncType::new(&engine, [ValType::ANYREF], []);
    assert_eq!(
        error(Func::try_new(&mut store, ty, |_, _, _| Ok(()))),
        "functions of type (type (func (param (ref null any)))) are not supported"
    );
    let ty = FuncType::new(&engine, [], [ValType::ANYREF]);
    assert_eq!(
        error(Func::try_new(&mut store, ty, |_, _, _| Ok(()))),
        "functions of type (type (func (result (ref null any)))) are not supported"
    );
}

// Closures own what embedders want to see dropped: not before the store, and not never.
#[test]
fn closures_are_dropped_with_the_store() {
    struct Counted(Arc<AtomicU32>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    check(|engine| {
        let drops = Arc::new(AtomicU32::new(0));
        let counted = Counted(drops.clone());
        let mut store = Store::new(engine, ());
        let host = Func::wrap(&mut store, move || {
            let _ = &counted;
        });
        let it = import(&mut store, CALLS_HOST, host)?;
        let f = it.get_typed_func::<(), ()>(&mut store, "f")?;
        for _ in 0..20 {
            f.call(&mut store, ())?;
        }
        assert_eq!(drops.load(Ordering::Relaxed), 0);
        drop(store);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        Ok(())
    });
}
