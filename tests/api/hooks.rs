//! Call hooks: what is called at each change between the host and Wasm.

use crate::{check, error};
use wasm_interp_jit::{
    CallHook, Caller, Engine, Func, Instance, Module, Result, Store, Trap, bail,
};

#[derive(Default)]
struct Log {
    events: String,
    fail_at: Option<usize>,
    n: usize,
}

impl Log {
    fn take(&mut self) -> String {
        self.n = 0;
        std::mem::take(&mut self.events)
    }
}

fn store(engine: &Engine) -> Store<Log> {
    let mut store = Store::new(engine, Log::default());
    store.call_hook(|mut store, hook| {
        let log = store.data_mut();
        log.events.push(match hook {
            CallHook::CallingWasm => '(',
            CallHook::ReturningFromWasm => ')',
            CallHook::CallingHost => '[',
            CallHook::ReturningFromHost => ']',
        });
        log.n += 1;
        if log.fail_at == Some(log.n) {
            bail!("hook {} fails", log.n);
        }
        Ok(())
    });
    store
}

const CALLS_TWICE: &str = r#"(module
    (import "" "f" (func $f (param i32) (result i32)))
    (func (export "g") (param i32) (result i32)
        (call $f (call $f (local.get 0)))))"#;

fn calling(engine: &Engine) -> Result<(Store<Log>, Instance)> {
    let mut store = store(engine);
    let f = Func::wrap(&mut store, |n: i32| n + 1);
    let module = Module::new(engine, CALLS_TWICE)?;
    let it = Instance::new(&mut store, &module, &[f.into()])?;
    Ok((store, it))
}

#[test]
fn kinds() {
    use CallHook::{CallingHost, CallingWasm, ReturningFromHost, ReturningFromWasm};
    for hook in [CallingHost, ReturningFromWasm] {
        assert!(hook.entering_host() && !hook.exiting_host());
    }
    for hook in [CallingWasm, ReturningFromHost] {
        assert!(!hook.entering_host() && hook.exiting_host());
    }
}

#[test]
fn around_every_call() {
    check(|engine| {
        let (mut store, it) = calling(engine)?;
        let g = it.get_typed_func::<i32, i32>(&mut store, "g")?;
        for _ in 0..3 {
            assert_eq!(g.call(&mut store, 5)?, 7);
            assert_eq!(store.data_mut().take(), "([][])");
        }
        Ok(())
    });
}

#[test]
fn host_function_called_by_the_host() {
    check(|engine| {
        let mut store = store(engine);
        let typed = Func::wrap(&mut store, || 5).typed::<(), i32>(&store)?;
        assert_eq!(typed.call(&mut store, ())?, 5);
        assert_eq!(store.data_mut().take(), "([])");
        Ok(())
    });
}

#[test]
fn nested() {
    check(|engine| {
        let mut store = store(engine);
        let f = Func::wrap(&mut store, |mut caller: Caller<'_, Log>, n: i32| {
            if n == 0 {
                return Ok(0);
            }
            let g = caller.get_export("g").and_then(|it| it.into_func());
            let g = g.expect("is exported").typed::<i32, i32>(&caller)?;
            g.call(&mut caller, n - 1)
        });
        let wat = r#"(module
            (import "" "f" (func $f (param i32) (result i32)))
            (func (export "g") (param i32) (result i32) (call $f (local.get 0))))"#;
        let it = Instance::new(&mut store, &Module::new(engine, wat)?, &[f.into()])?;
        let g = it.get_typed_func::<i32, i32>(&mut store, "g")?;
        assert_eq!(g.call(&mut store, 2)?, 0);
        assert_eq!(store.data_mut().take(), "([([([])])])");
        Ok(())
    });
}

// Start functions are calls, too; instances without one call nothing.
#[test]
fn instantiation() {
    check(|engine| {
        let mut store = store(engine);
        let wat = "(module (func $f) (start $f))";
        Instance::new(&mut store, &Module::new(engine, wat)?, &[])?;
        assert_eq!(store.data_mut().take(), "()");
        Instance::new(&mut store, &Module::new(engine, "(module)")?, &[])?;
        assert_eq!(store.data_mut().take(), "");
        Ok(())
    });
}

// Whatever hook fails, its error is that of the call, and every hook that was entered is left.
#[test]
fn failures() {
    check(|engine| {
        let (mut store, it) = calling(engine)?;
        let g = it.get_typed_func::<i32, i32>(&mut store, "g")?;
        for (fail_at, events) in [
            (1, "("),
            (2, "([)"),
            (3, "([])"),
            (4, "([][)"),
            (5, "([][])"),
            (6, "([][])"),
        ] {
            store.data_mut().fail_at = Some(fail_at);
            let failed = g.call(&mut store, 5).expect_err("a hook fails");
            assert_eq!(
                failed.root_cause().to_string(),
                format!("hook {fail_at} fails")
            );
            assert_eq!(store.data_mut().take(), events, "at {fail_at}");
        }
        store.data_mut().fail_at = None;
        assert_eq!(g.call(&mut store, 5)?, 7);
        Ok(())
    });
}

#[test]
fn traps() {
    check(|engine| {
        let mut store = store(engine);
        let f = Func::wrap(&mut store, || -> Result<()> { bail!("no") });
        let wat = r#"(module
            (import "" "f" (func $f))
            (func (export "host") (call $f))
            (func (export "trap") unreachable))"#;
        let it = Instance::new(&mut store, &Module::new(engine, wat)?, &[f.into()])?;
        let host = it.get_typed_func::<(), ()>(&mut store, "host")?;
        error(host.call(&mut store, ()));
        assert_eq!(store.data_mut().take(), "([])");
        let trap = it.get_typed_func::<(), ()>(&mut store, "trap")?;
        let failed = trap.call(&mut store, ()).expect_err("it traps");
        assert_eq!(
            failed.downcast_ref::<Trap>(),
            Some(&Trap::UnreachableCodeReached)
        );
        assert_eq!(store.data_mut().take(), "()");
        // The hook's error takes the place of the trap.
        store.data_mut().fail_at = Some(2);
        assert_eq!(error(trap.call(&mut store, ())), "hook 2 fails");
        Ok(())
    });
}

// A hook is not called for the calls that it makes.
#[test]
fn calls_of_the_hook() {
    check(|engine| {
        let (mut store, it) = calling(engine)?;
        let g = it.get_typed_func::<i32, i32>(&mut store, "g")?;
        let inner = g.clone();
        store.call_hook(move |mut store, _| {
            store.data_mut().n += 1;
            assert_eq!(inner.call(&mut store, 0)?, 2);
            Ok(())
        });
        assert_eq!(g.call(&mut store, 5)?, 7);
        assert_eq!(store.data().n, 6);
        Ok(())
    });
}
