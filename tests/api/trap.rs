//! Traps: codes, faults, backtraces, and the state of a store after one.

use crate::{check, check_with, instance};
use wasm_interp_jit::{
    AsContext, Caller, Config, Engine, Error, Extern, Func, Instance, Module, Result, Store, Trap,
    WasmBacktrace,
};

/// Calls `name`, which takes and returns nothing, several times; all errors must be the same.
fn trap<T>(store: &mut Store<T>, instance: Instance, name: &str) -> Result<Error> {
    let func = instance.get_typed_func::<(), ()>(&mut *store, name)?;
    let mut last = func.call(&mut *store, ()).expect_err("traps");
    for _ in 0..5 {
        let error = func.call(&mut *store, ()).expect_err("traps");
        assert_eq!(format!("{error:#}"), format!("{last:#}"));
        last = error;
    }
    Ok(last)
}

fn code(error: &Error) -> Option<Trap> {
    error.root_cause().downcast_ref::<Trap>().copied()
}

fn backtrace(error: &Error) -> String {
    error
        .downcast_ref::<WasmBacktrace>()
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[test]
fn every_code() {
    check(|engine| {
        let cases = [
            ("unreachable", Trap::UnreachableCodeReached),
            (
                "(drop (i32.div_s (i32.const 1) (i32.const 0)))",
                Trap::IntegerDivisionByZero,
            ),
            (
                "(drop (i64.rem_u (i64.const 1) (i64.const 0)))",
                Trap::IntegerDivisionByZero,
            ),
            (
                "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
                Trap::IntegerOverflow,
            ),
            (
                "(drop (i32.trunc_f32_s (f32.const 1e10)))",
                Trap::IntegerOverflow,
            ),
            (
                "(drop (i64.trunc_f64_u (f64.const nan)))",
                Trap::BadConversionToInteger,
            ),
            (
                "(drop (i32.load (i32.const 65533)))",
                Trap::MemoryOutOfBounds,
            ),
            (
                "(i64.store (i32.const -1) (i64.const 0))",
                Trap::MemoryOutOfBounds,
            ),
            (
                "(memory.fill (i32.const 65530) (i32.const 0) (i32.const 7))",
                Trap::MemoryOutOfBounds,
            ),
            (
                "(memory.copy (i32.const 0) (i32.const 65530) (i32.const 7))",
                Trap::MemoryOutOfBounds,
            ),
            (
                "(memory.init 0 (i32.const 0) (i32.const 0) (i32.const 4))",
                Trap::MemoryOutOfBounds,
            ),
            ("(drop (table.get 0 (i32.const 3)))", Trap::TableOutOfBounds),
            (
                "(table.set 0 (i32.const 3) (ref.null func))",
                Trap::TableOutOfBounds,
            ),
            (
                "(table.fill 0 (i32.const 1) (ref.null func) (i32.const 3))",
                Trap::TableOutOfBounds,
            ),
            ("(call_indirect (i32.const 3))", Trap::TableOutOfBounds),
            ("(call_indirect (i32.const 0))", Trap::IndirectCallToNull),
            ("(call_indirect (i32.const 1))", Trap::BadSignature),
            ("(call $f)", Trap::StackOverflow),
        ];
        for (body, expected) in cases {
            let wat = format!(
                "(module (memory 1) (data \"abc\") (table 3 funcref) (elem (i32.const 1) $g)
                    (func $f (export \"f\") {body})
                    (func $g (param i32)))"
            );
            let (mut store, it) = instance(engine, (), &wat)?;
            let error = trap(&mut store, it, "f")?;
            assert_eq!(code(&error), Some(expected), "{body}");
            assert!(error.is::<Trap>() && error.is::<WasmBacktrace>(), "{body}");
        }
        Ok(())
    });
}

// The form is that of wasmtime, byte for byte: people match on it.
#[test]
fn backtrace_text() {
    check(|engine| {
        let wat = r#"(module $m
            (func (export "run") call $foo)
            (func $foo call 2)
            (func call $die)
            (func $die unreachable))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let error = trap(&mut store, it, "run")?;
        assert_eq!(
            format!("{:#}", Error::msg(backtrace(&error))),
            "error while executing at wasm backtrace:\n\
             \x20   0:     0x32 - m!die\n\
             \x20   1:     0x2d - m!<wasm function 2>\n\
             \x20   2:     0x28 - m!foo\n\
             \x20   3:     0x23 - m!<wasm function 0>"
        );
        let messages: Vec<_> = error.chain().map(ToString::to_string).collect();
        assert_eq!(messages.len(), 2);
        assert_eq!(
            messages[1],
            "wasm trap: wasm `unreachable` instruction executed"
        );
        Ok(())
    });
}

#[test]
fn frames() {
    check(|engine| {
        let wat =
            "(module (func (export \"f\") (local i32 i64) nop call $g) (func $g unreachable))";
        let (mut store, it) = instance(engine, (), wat)?;
        let error = trap(&mut store, it, "f")?;
        let frames = error
            .downcast_ref::<WasmBacktrace>()
            .expect("has one")
            .frames();
        assert_eq!((frames[0].func_index(), frames[1].func_index()), (1, 0));
        assert_eq!(
            (frames[0].func_name(), frames[1].func_name()),
            (Some("g"), None)
        );
        // Declarations of locals count: two groups of two bytes after their number, then `nop`.
        assert_eq!(
            (frames[0].func_offset(), frames[1].func_offset()),
            (Some(1), Some(6))
        );
        assert!(Module::same(frames[0].module(), it.module(&store)));
        assert!(frames[0].module_offset() > frames[1].module_offset());
        assert!(frames[0].symbols().is_empty());
        Ok(())
    });
}

#[test]
fn faults() {
    check(|engine| {
        let wat = r#"(module (memory 1)
            (func (export "far") (drop (i32.load (i32.const 0xdeadbeef))))
            (func (export "bulk") (memory.fill (i32.const 1) (i32.const 0) (i32.const -1))))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let error = trap(&mut store, it, "far")?;
        assert_eq!(crate::fault(&error), Some((0xdead_beef, 0x10000)));
        let messages: Vec<_> = error.chain().skip(1).map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "memory fault at wasm address 0xdeadbeef in linear memory of size 0x10000",
                "wasm trap: out of bounds memory access"
            ]
        );
        assert_eq!(crate::fault(&trap(&mut store, it, "bulk")?), None);
        Ok(())
    });
}

#[test]
fn number_of_frames() {
    let wat = r#"(module
        (func (export "f") (call $g (i32.const 30)))
        (func $g (param i32)
            (if (i32.eqz (local.get 0)) (then unreachable))
            (call $g (i32.sub (local.get 0) (i32.const 1)))))"#;
    let count = |limit: usize| {
        let expected = if limit == 0 {
            None
        } else {
            Some(limit.min(32))
        };
        let set = move |config: &mut Config| {
            _ = config.wasm_backtrace_max_frames(std::num::NonZeroUsize::new(limit));
        };
        check_with(set, |engine| {
            let (mut store, it) = instance(engine, (), wat)?;
            let error = trap(&mut store, it, "f")?;
            let frames = error
                .downcast_ref::<WasmBacktrace>()
                .map(|it| it.frames().len());
            assert_eq!(frames, expected);
            Ok(())
        });
    };
    for limit in [0, 1, 20, 100] {
        count(limit);
    }
}

#[test]
fn without_address_map() {
    check_with(
        |config| _ = config.generate_address_map(false),
        |engine| {
            let (mut store, it) =
                instance(engine, (), "(module (func (export \"f\") unreachable))")?;
            let error = trap(&mut store, it, "f")?;
            assert_eq!(
                backtrace(&error),
                "error while executing at wasm backtrace:\n    0: <unknown>!<wasm function 0>"
            );
            Ok(())
        },
    );
}

// A stack overflow has no instruction in the function that did not begin.
#[test]
fn stack_overflow() {
    check_with(
        |config| _ = config.wasm_backtrace_max_frames(std::num::NonZeroUsize::new(2)),
        |engine| {
            let wat = "(module $m (func $f (export \"f\") call $f))";
            let (mut store, it) = instance(engine, (), wat)?;
            let error = trap(&mut store, it, "f")?;
            assert_eq!(code(&error), Some(Trap::StackOverflow));
            let frames = error
                .downcast_ref::<WasmBacktrace>()
                .expect("has one")
                .frames();
            assert_eq!(
                (frames[0].module_offset(), frames[1].func_offset()),
                (None, Some(1))
            );
            Ok(())
        },
    );
}

// Host frames are left out, but the Wasm below them is not; the inner call's frames come first.
#[test]
fn frames_below_the_host() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let host = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| -> Result<()> {
            let frames = WasmBacktrace::capture(caller.as_context());
            assert_eq!(frames.frames().len(), 2);
            let inner = caller
                .get_export("inner")
                .and_then(Extern::into_func)
                .expect("is there");
            inner.typed::<(), ()>(&caller)?.call(&mut caller, ())
        });
        let wat = r#"(module $m
            (import "" "" (func $host))
            (func $inner (export "inner") unreachable)
            (func $middle call $host)
            (func $outer (export "outer") call $middle))"#;
        let module = Module::new(engine, wat)?;
        let it = Instance::new(&mut store, &module, &[host.into()])?;
        let error = trap(&mut store, it, "outer")?;
        assert_eq!(code(&error), Some(Trap::UnreachableCodeReached));
        let frames = error
            .downcast_ref::<WasmBacktrace>()
            .expect("has one")
            .frames();
        let names: Vec<_> = frames.iter().filter_map(|it| it.func_name()).collect();
        assert_eq!(names, ["inner", "middle", "outer"]);
        assert_eq!(error.chain().count(), 2, "one backtrace is enough");
        Ok(())
    });
}

#[test]
fn frames_of_several_modules() {
    check(|engine| {
        let (mut store, inner) = instance(
            engine,
            (),
            "(module $inner (func $trap (export \"f\") unreachable))",
        )?;
        let f = inner.get_export(&mut store, "f").expect("is exported");
        let wat = "(module $outer (import \"\" \"\" (func $f)) (func $run (export \"g\") call $f))";
        let outer = Instance::new(&mut store, &Module::new(engine, wat)?, &[f])?;
        let error = trap(&mut store, outer, "g")?;
        let text = backtrace(&error);
        assert!(
            text.contains("inner!trap") && text.contains("outer!run"),
            "{text}"
        );
        Ok(())
    });
}

// A function that was left by a tail call is not in the backtrace.
#[test]
fn tail_calls_leave_no_frame() {
    check(|engine| {
        let wat = r#"(module
            (func $a (export "a") call $b)
            (func $b return_call $c)
            (func $c unreachable))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let error = trap(&mut store, it, "a")?;
        let frames = error
            .downcast_ref::<WasmBacktrace>()
            .expect("has one")
            .frames();
        let names: Vec<_> = frames.iter().filter_map(|it| it.func_name()).collect();
        assert_eq!(names, ["c", "a"]);
        Ok(())
    });
}

#[test]
fn capture_without_wasm() {
    let store = Store::<()>::default();
    assert!(WasmBacktrace::capture(&store).frames().is_empty());
    assert_eq!(
        WasmBacktrace::force_capture(&store).to_string(),
        "error while executing at wasm backtrace:\n"
    );
}

#[test]
fn forced_capture() {
    check_with(
        |config| _ = config.wasm_backtrace_max_frames(None),
        |engine| {
            let mut store = Store::new(engine, ());
            let host = Func::wrap(&mut store, |caller: Caller<'_, ()>| {
                assert!(WasmBacktrace::capture(&caller).frames().is_empty());
                assert_eq!(WasmBacktrace::force_capture(&caller).frames().len(), 1);
            });
            let wat = "(module (import \"\" \"\" (func $f)) (func (export \"g\") call $f))";
            let it = Instance::new(&mut store, &Module::new(engine, wat)?, &[host.into()])?;
            it.get_typed_func::<(), ()>(&mut store, "g")?
                .call(&mut store, ())
        },
    );
}

// What was done before a trap stays done, and everything can be called again.
#[test]
fn store_is_usable_after_traps() {
    check(|engine| {
        let wat = r#"(module
            (memory (export "m") 1)
            (global $n (export "n") (mut i32) (i32.const 0))
            (func $down (param i32) (result i32)
                (global.set $n (i32.add (global.get $n) (i32.const 1)))
                (if (i32.eqz (local.get 0)) (then unreachable))
                (call $down (i32.sub (local.get 0) (i32.const 1))))
            (func (export "f") (i32.store8 (i32.const 0) (i32.const 5)) (drop (call $down (i32.const 9))))
            (func (export "n") (result i32) global.get $n))"#;
        let wat = wat.replace("(global $n (export \"n\")", "(global $n");
        let (mut store, it) = instance(engine, (), &wat)?;
        trap(&mut store, it, "f")?;
        let n = it.get_typed_func::<(), i32>(&mut store, "n")?;
        assert_eq!(n.call(&mut store, ())?, 60);
        let memory = it.get_memory(&mut store, "m").expect("is exported");
        assert_eq!(memory.data(&store)[0], 5);
        Ok(())
    });
}

// Modules survive in the frames of an error.
#[test]
fn errors_outlive_the_store() -> Result<()> {
    let error = {
        let engine = Engine::default();
        let (mut store, it) = instance(
            &engine,
            (),
            "(module $kept (func $f (export \"f\") unreachable))",
        )?;
        trap(&mut store, it, "f")?
    };
    let name = match crate::differs("it takes names for types of C++") {
        true => "float",
        false => "f",
    };
    assert!(backtrace(&error).ends_with(&format!("kept!{name}")));
    Ok(())
}

#[test]
fn hint_at_debug_information() -> Result<()> {
    if std::env::var_os("WASMTIME_BACKTRACE_DETAILS").is_some() {
        return Ok(());
    }
    let wat = "(module (func (export \"f\") unreachable) (@custom \".debug_info\" \"\"))";
    let (mut store, it) = instance(&Engine::default(), (), wat)?;
    let text = backtrace(&trap(&mut store, it, "f")?);
    let hint = "\nnote: using the `WASMTIME_BACKTRACE_DETAILS=1` environment variable may show \
                more debugging information";
    assert!(text.ends_with(hint), "{text}");
    Ok(())
}
