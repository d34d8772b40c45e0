//! Signals are handled as before when the last engine is gone, and engines work afterwards.

use crate::modes;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasm_interp_jit::{Config, Engine, Instance, Module, Result, Store, Trap};

/// What handles the signals that compiled code may raise.
fn handlers() -> [usize; 4] {
    [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE].map(|signal| {
        // SAFETY: an all-zero `sigaction` is valid, and nothing is changed.
        unsafe {
            let mut now = std::mem::zeroed::<libc::sigaction>();
            assert_eq!(libc::sigaction(signal, std::ptr::null(), &raw mut now), 0);
            now.sa_sigaction
        }
    })
}

/// Makes an engine, and has Wasm trap as memory accesses and instructions do.
fn trap(config: &Config) -> Result<Engine> {
    let engine = Engine::new(config)?;
    let wat = r#"(module (memory 1)
        (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
        (func (export "div") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0))))"#;
    let module = Module::new(&engine, wat)?;
    let mut store = Store::new(&engine, ());
    let it = Instance::new(&mut store, &module, &[])?;
    for (name, argument, expected) in [
        ("load", -8, Trap::MemoryOutOfBounds),
        ("div", 0, Trap::IntegerDivisionByZero),
    ] {
        let func = it.get_typed_func::<i32, i32>(&mut store, name)?;
        let error = func.call(&mut store, argument).expect_err("it traps");
        assert_eq!(error.downcast_ref::<Trap>(), Some(&expected));
    }
    Ok(engine)
}

/// Is the engine still referred to, so that this panics?
fn panics_when_unloaded(engine: Engine) -> bool {
    let unload = || {
        // SAFETY: it panics before anything else.
        unsafe { engine.unload_process_handlers() }
    };
    catch_unwind(AssertUnwindSafe(unload)).is_err()
}

// One test, since others must have no engines meanwhile.
#[test]
fn handlers_are_as_before() -> Result<()> {
    let before = handlers();
    for (mode, config) in modes() {
        // Twice: what was unloaded is there again for the next engine.
        for _ in 0..2 {
            let engine = trap(&config)?;
            // SAFETY: it is the only engine.
            unsafe { engine.unload_process_handlers() };
            assert_eq!(handlers(), before, "{mode}");
        }

        // Whoever still has the engine may go on with it: then this panics, and changes nothing.
        let engine = trap(&config)?;
        let during = handlers();
        let (clone, weak) = (engine.clone(), engine.weak());
        assert!(panics_when_unloaded(clone), "{mode}");
        let module = Module::new(&engine, "(module)")?;
        drop(weak);
        assert!(panics_when_unloaded(engine.clone()), "{mode}");
        assert_eq!(handlers(), during, "{mode}");
        drop(module);
        drop(trap(&config)?);
        // SAFETY: now it is the only engine.
        unsafe { engine.unload_process_handlers() };
        assert_eq!(handlers(), before, "{mode}");
    }
    Ok(())
}
