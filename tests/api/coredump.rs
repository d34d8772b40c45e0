//! Core dumps of traps.

use crate::check_with;
use wasm_interp_jit::{
    Config, Engine, Func, Instance, Module, Result, Store, Trap, Val, WasmBacktrace, WasmCoreDump,
    bail,
};

const WAT: &str = r#"(module $named
    (import "" "f" (func $host))
    (memory (export "m") 1) (data (i32.const 5) "abc")
    (global $g (export "g") (mut i32) (i32.const 42))
    (func (export "host") (call $host))
    (func $inner (global.set $g (i32.const 7)) unreachable)
    (func $outer (export "outer") (call $inner)))"#;

fn on(config: &mut Config) {
    config.coredump_on_trap(true);
}

fn make(engine: &Engine) -> Result<(Store<()>, Instance)> {
    let mut store = Store::new(engine, ());
    let host = Func::wrap(&mut store, || -> Result<()> { bail!("of the host") });
    let module = Module::new(engine, WAT)?;
    let it = Instance::new(&mut store, &module, &[host.into()])?;
    Ok((store, it))
}

#[test]
fn attached_to_traps() {
    check_with(on, |engine| {
        let (mut store, it) = make(engine)?;
        let outer = it.get_typed_func::<(), ()>(&mut store, "outer")?;
        let error = outer.call(&mut store, ()).expect_err("it traps");
        assert!(error.is::<Trap>() && error.is::<WasmBacktrace>());
        let dump = error.downcast_ref::<WasmCoreDump>().expect("there is one");
        assert_eq!(dump.frames().len(), 2);
        assert_eq!(dump.frames()[0].func_name(), Some("inner"));
        assert_eq!(dump.modules().len(), 1);
        assert_eq!(dump.instances().len(), 1);
        assert_eq!(dump.memories().len(), 1);
        assert_eq!(dump.globals().len(), 1);
        assert_eq!(dump.memories()[0].size(&store), 1);
        let value = dump.globals()[0].get(&mut store);
        assert!(matches!(value, Val::I32(7)));
        let text = dump.to_string();
        assert!(text.starts_with(
            "wasm coredump generated while executing store_name:\nmodules:\n  named\n"
        ));
        assert!(text.contains("backtrace:\nerror while executing at wasm backtrace:\n    0: "));
        assert_eq!(format!("{dump:?}"), "<wasm core dump>");
        Ok(())
    });
}

#[test]
fn serialized() {
    check_with(on, |engine| {
        let (mut store, it) = make(engine)?;
        let outer = it.get_typed_func::<(), ()>(&mut store, "outer")?;
        let error = outer.call(&mut store, ()).expect_err("it traps");
        let dump = error.downcast_ref::<WasmCoreDump>().expect("there is one");
        let bytes = dump.serialize(&mut store, "program");
        assert!(bytes.starts_with(b"\0asm"));
        let find = |text: &[u8]| bytes.windows(text.len()).any(|it| it == text);
        for text in [
            &b"core"[..],
            b"program",
            b"coremodules",
            b"named",
            b"coreinstances",
        ] {
            assert!(find(text), "{}", String::from_utf8_lossy(text));
        }
        assert!(find(b"corestack") && find(b"main") && find(b"abc"));
        Module::validate(engine, &bytes)?;
        Ok(())
    });
}

#[test]
fn attached_to_errors_of_the_host() {
    check_with(on, |engine| {
        let (mut store, it) = make(engine)?;
        let host = it.get_typed_func::<(), ()>(&mut store, "host")?;
        let error = host.call(&mut store, ()).expect_err("the host fails");
        assert_eq!(error.root_cause().to_string(), "of the host");
        let dump = error.downcast_ref::<WasmCoreDump>().expect("there is one");
        assert_eq!(dump.frames().len(), 1);
        Ok(())
    });
}

#[test]
fn off_by_default() {
    crate::check(|engine| {
        let (mut store, it) = make(engine)?;
        let outer = it.get_typed_func::<(), ()>(&mut store, "outer")?;
        let error = outer.call(&mut store, ()).expect_err("it traps");
        assert!(!error.is::<WasmCoreDump>());
        Ok(())
    });
}
