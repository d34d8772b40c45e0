//! `GuestProfiler`: which frames are in its samples, and how they are written.

use crate::{check, check_with, panic_message};
use serde_json::Value;
use std::time::Duration;
use wasm_interp_jit::{
    CallHook, Config, Engine, Extern, Func, GuestProfiler, Instance, Module, Result, Store,
    StoreContextMut, UpdateDeadline,
};

const WAT: &str = r#"(module
    (import "" "host" (func $host))
    (func $inner (call $host))
    (func $outer (export "outer") (call $inner))
    (func (export "unnamed") (call $outer)))"#;

type Data = Option<GuestProfiler>;

fn with(
    mut store: StoreContextMut<'_, Data>,
    look: impl FnOnce(&mut GuestProfiler, StoreContextMut<'_, Data>),
) {
    let mut profiler = store.data_mut().take().expect("nobody else looks");
    look(&mut profiler, StoreContextMut::from(&mut store));
    *store.data_mut() = Some(profiler);
}

fn profiler(engine: &Engine, modules: &[(&str, &Module)]) -> Result<GuestProfiler> {
    let modules = modules
        .iter()
        .map(|(name, module)| ((*name).to_owned(), (*module).clone()));
    GuestProfiler::new(engine, "the guest", Duration::from_millis(10), modules)
}

fn finish(store: Store<Data>) -> Result<Value> {
    let mut json = Vec::new();
    store.into_data().expect("nobody looks").finish(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}

/// The stack with an index, as names, outermost first.
fn stack(thread: &Value, index: &Value) -> Vec<String> {
    let Some(index) = index.as_u64() else {
        return Vec::new();
    };
    let at = |table: &str, column: &str, row: u64| thread[table][column][row as usize].clone();
    let number = |it: Value| it.as_u64().expect("an index");
    let frame = number(at("stackTable", "frame", index));
    let func = number(at("frameTable", "func", frame));
    let name = number(at("funcTable", "name", func));
    let name = thread["stringArray"][name as usize]
        .as_str()
        .expect("a string");
    let mut names = stack(thread, &at("stackTable", "prefix", index));
    names.push(name.to_owned());
    names
}

/// The stacks of all samples.
fn samples(profile: &Value) -> Vec<Vec<String>> {
    let thread = &profile["threads"][0];
    let stacks = thread["samples"]["stack"].as_array().expect("a column");
    stacks.iter().map(|it| stack(thread, it)).collect()
}

fn hooked(
    engine: &Engine,
    profiler: GuestProfiler,
    module: &Module,
) -> Result<(Store<Data>, Instance)> {
    let mut store = Store::new(engine, Some(profiler));
    let host = Func::wrap(
        &mut store,
        |mut caller: wasm_interp_jit::Caller<'_, Data>| {
            let context = StoreContextMut::from(&mut caller);
            with(context, |it, store| {
                it.sample(&store, Duration::from_micros(7))
            });
        },
    );
    let instance = Instance::new(&mut store, module, &[host.into()])?;
    Ok((store, instance))
}

// Samples are taken wherever the embedder takes them, here in a host function.
#[test]
fn samples_have_the_frames_of_wasm() {
    check(|engine| {
        let module = Module::new(engine, WAT)?;
        let profiler = profiler(engine, &[("it.wasm", &module)])?;
        let (mut store, instance) = hooked(engine, profiler, &module)?;
        for name in ["outer", "unnamed"] {
            let func = instance.get_typed_func::<(), ()>(&mut store, name)?;
            func.call(&mut store, ())?;
        }
        let profile = finish(store)?;
        let expected: [&[&str]; 2] = [
            &["outer", "inner"],
            // The third function that the module defines: imports do not count here.
            &["<wasm function 2>", "outer", "inner"],
        ];
        assert_eq!(samples(&profile), expected);

        assert_eq!(profile["meta"]["product"], "the guest");
        assert_eq!(profile["meta"]["interval"], 10.0);
        assert_eq!(profile["libs"][0]["name"], "it.wasm");
        let thread = &profile["threads"][0];
        assert_eq!(thread["processName"], "the guest");
        assert_eq!(thread["samples"]["threadCPUDelta"][1], 7);
        assert_eq!(thread["samples"]["length"], 2);
        Ok(())
    });
}

// More frames than a backtrace has by default, and backtraces are off: profiles have them all.
#[test]
fn samples_have_all_frames() {
    let off = |config: &mut Config| {
        config.wasm_backtrace_max_frames(None);
    };
    check_with(off, |engine| {
        let module = Module::new(
            engine,
            r#"(module
                (import "" "host" (func $host))
                (func $down (export "down") (param i32)
                    (if (local.get 0)
                        (then (call $down (i32.sub (local.get 0) (i32.const 1))))
                        (else (call $host)))))"#,
        )?;
        let profiler = profiler(engine, &[("it.wasm", &module)])?;
        let (mut store, instance) = hooked(engine, profiler, &module)?;
        let down = instance.get_typed_func::<i32, ()>(&mut store, "down")?;
        down.call(&mut store, 49)?;
        let samples = samples(&finish(store)?);
        assert_eq!(samples, [vec!["down".to_owned(); 50]]);
        Ok(())
    });
}

// Nothing is told of modules that the profiler was not made with.
#[test]
fn other_modules_are_not_shown() {
    check(|engine| {
        let inner = Module::new(engine, WAT)?;
        let outer = Module::new(
            engine,
            r#"(module (import "" "f" (func $f)) (func $secret (export "call") (call $f)))"#,
        )?;
        let empty = Module::new(engine, "(module)")?;
        let profiler = profiler(engine, &[("empty", &empty), ("inner", &inner)])?;
        let (mut store, instance) = hooked(engine, profiler, &inner)?;
        let imports: [Extern; 1] = [instance.get_export(&mut store, "outer").expect("is there")];
        let outer = Instance::new(&mut store, &outer, &imports)?;
        let call = outer.get_typed_func::<(), ()>(&mut store, "call")?;
        call.call(&mut store, ())?;
        let profile = finish(store)?;
        assert_eq!(samples(&profile), [["outer", "inner"]]);
        // Not even by the name of a module without functions.
        let text = profile.to_string();
        assert!(
            !text.contains("secret") && !text.contains("empty"),
            "{text}"
        );
        Ok(())
    });
}

#[test]
fn epochs_take_samples() {
    let epochs = |config: &mut Config| {
        config.epoch_interruption(true);
    };
    check_with(epochs, |engine| {
        let module = Module::new(
            engine,
            r#"(module
                (import "" "tick" (func $tick))
                (func $work (export "work") (local i32)
                    (loop $again
                        (call $tick)
                        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                        (br_if $again (i32.lt_u (local.get 0) (i32.const 5))))))"#,
        )?;
        let profiler = profiler(engine, &[("it.wasm", &module)])?;
        let mut store = Store::new(engine, Some(profiler));
        store.epoch_deadline_callback(|store| {
            with(store, |it, store| it.sample(&store, Duration::ZERO));
            Ok(UpdateDeadline::Continue(1))
        });
        store.set_epoch_deadline(1);
        let clock = engine.clone();
        let tick = Func::wrap(&mut store, move || clock.increment_epoch());
        let instance = Instance::new(&mut store, &module, &[tick.into()])?;
        let work = instance.get_typed_func::<(), ()>(&mut store, "work")?;
        work.call(&mut store, ())?;
        // After each tick but the last there is an iteration.
        assert_eq!(samples(&finish(store)?), vec![["work"]; 4]);
        Ok(())
    });
}

#[test]
fn calls_of_the_host_are_marked() {
    check(|engine| {
        let module = Module::new(engine, WAT)?;
        let profiler = profiler(engine, &[("it.wasm", &module)])?;
        let mut store = Store::new(engine, Some(profiler));
        store.call_hook(|store, event| {
            with(store, |it, store| it.call_hook(&store, event));
            Ok(())
        });
        let host = Func::wrap(&mut store, || ());
        let instance = Instance::new(&mut store, &module, &[host.into()])?;
        let outer = instance.get_typed_func::<(), ()>(&mut store, "outer")?;
        outer.call(&mut store, ())?;
        outer.call(&mut store, ())?;
        let profile = finish(store)?;
        let thread = &profile["threads"][0];
        let markers = &thread["markers"];
        assert_eq!(markers["length"], 4);
        // Begin and end of an interval.
        assert_eq!(markers["phase"], serde_json::json!([2, 3, 2, 3]));
        for marker in 0..4 {
            let name = markers["name"][marker].as_u64().expect("an index");
            assert_eq!(thread["stringArray"][name as usize], "hostcall");
        }
        let cause = &markers["data"][0]["cause"]["stack"];
        assert_eq!(stack(thread, cause), ["outer", "inner"]);
        assert_eq!(samples(&profile), Vec::<Vec<String>>::new());
        Ok(())
    });
}

// Entering Wasm and coming back is none of the host's calls.
#[test]
fn calls_of_wasm_are_not_marked() {
    check(|engine| {
        let module = Module::new(engine, WAT)?;
        let mut it = profiler(engine, &[("it.wasm", &module)])?;
        let store = Store::<Data>::new(engine, None);
        it.call_hook(&store, CallHook::CallingWasm);
        it.call_hook(&store, CallHook::ReturningFromWasm);
        // Nothing runs: a sample without frames.
        it.sample(&store, Duration::ZERO);
        let profile = finish(Store::new(engine, Some(it)))?;
        assert_eq!(profile["threads"][0]["markers"]["length"], 0);
        assert_eq!(samples(&profile), [Vec::<String>::new()]);
        Ok(())
    });
}

#[test]
fn modules_of_other_engines() {
    let (engine, other) = (Engine::default(), Engine::default());
    let module = Module::new(&other, "(module)").expect("it is valid");
    let text = panic_message(|| profiler(&engine, &[("it", &module)]));
    assert!(text.contains("Engine::same"), "{text}");
}

// The output is the embedder's; what is wrong with it is an error.
#[test]
fn output_that_fails() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("no room"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let engine = Engine::default();
    let profiler = profiler(&engine, &[]).expect("nothing is wrong with it");
    let error = profiler.finish(Full).expect_err("there is no room");
    assert_eq!(format!("{error:#}"), "no room");
}
