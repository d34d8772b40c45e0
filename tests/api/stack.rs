//! The stack that Wasm may use: how deep calls go, and what is said when they go too deep.

use crate::{check_with, instance, text};
use std::num::NonZeroUsize;
use wasm_interp_jit::{
    AsContextMut, Caller, Config, Error, Extern, Func, Instance, Module, Result, Store, Trap,
    WasmBacktrace,
};

/// Two functions that call each other, small enough to be inlined, and count how often.
const ENDLESS: &str = r#"(module
    (global $depth (export "depth") (mut i32) (i32.const 0))
    (func $f (export "f") (param i32) (result i32)
        (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
        (i32.add (i32.const 1) (call $g (local.get 0))))
    (func $g (param i32) (result i32)
        (i32.mul (i32.const 3) (call $f (local.get 0)))))"#;

/// Calls `f`, which never returns. Returns how deep it got.
fn overflow(store: &mut Store<()>, instance: Instance) -> Result<(i32, Error)> {
    let f = instance.get_typed_func::<i32, i32>(&mut *store, "f")?;
    let depth = instance.get_global(&mut *store, "depth").expect("it is");
    depth.set(&mut *store, 0.into())?;
    let error = f.call(&mut *store, 1).expect_err("it never ends");
    assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
    Ok((depth.get(&mut *store).unwrap_i32(), error))
}

// The frames are those of the recursion, each at its call, whatever is inlined where.
#[test]
fn overflows_look_the_same() {
    let set = |config: &mut Config| {
        config.max_wasm_stack(128 << 10);
    };
    check_with(set, |engine| {
        let (mut store, instance) = instance(engine, (), ENDLESS)?;
        for _ in 0..6 {
            let (_, error) = overflow(&mut store, instance)?;
            assert!(
                text(&error).ends_with("wasm trap: call stack exhausted"),
                "{error:?}"
            );
            let backtrace = error.downcast_ref::<WasmBacktrace>();
            let frames = backtrace.expect("it has one").frames();
            assert_eq!(frames.len(), 20);
            let mut func = frames[0].func_index();
            for frame in &frames[1..] {
                func = 1 - func;
                let offset = [Some(0x3c), Some(0x46)][func as usize];
                assert_eq!((frame.func_index(), frame.module_offset()), (func, offset));
            }
        }
        Ok(())
    });
}

// In every mode, more stack is more depth; and a call that fails leaves nothing behind, so that the
// next one gets as deep. Compiled frames differ in size from those of the interpreter, which may
// take turns: only the order of magnitude is the same in each call.
#[test]
fn more_stack_is_more_depth() {
    // Where guards fail the engine's own frames lie in between; they are not charged as long as the
    // thread has room.
    let thread = std::thread::Builder::new().stack_size(256 << 20);
    let thread = thread
        .spawn(compare_depths)
        .expect("there is room for a stack");
    thread.join().expect("no panic");
}

fn compare_depths() {
    let sizes = [32 << 10, 128 << 10, 512 << 10];
    let mut depths = Vec::new();
    for size in sizes {
        let found = std::cell::RefCell::new(Vec::new());
        let set = move |config: &mut Config| {
            config.max_wasm_stack(size);
        };
        check_with(set, |engine| {
            let (mut store, instance) = instance(engine, (), ENDLESS)?;
            for _ in 0..4 {
                overflow(&mut store, instance)?;
            }
            found.borrow_mut().push(overflow(&mut store, instance)?.0);
            Ok(())
        });
        depths.push(found.into_inner());
    }
    for mode in 0..depths[0].len() {
        for n in 1..sizes.len() {
            let (less, more) = (depths[n - 1][mode], depths[n][mode]);
            assert!(more > 2 * less && less > 5, "{depths:?}");
        }
    }
}

// All frames of a deep recursion with inlined functions, at a trap, in a host function, and at an
// error that passes them.
#[test]
fn deep_backtraces() {
    let wat = r#"(module
        (import "" "h" (func $h (param i32) (result i32)))
        (func $f (export "f") (param i32) (result i32)
            (if (i32.eqz (local.get 0)) (then (return (call $h (local.get 0)))))
            (i32.add (i32.const 1) (call $g (local.get 0))))
        (func $g (param i32) (result i32)
            (if (i32.and (local.get 0) (i32.const 1))
                (then (return (call $f (i32.sub (local.get 0) (i32.const 1))))))
            (call $f (i32.sub (local.get 0) (i32.const 1))))
        (func (export "trap") (param i32) (result i32)
            (i32.div_u (call $f (local.get 0)) (i32.const 0))))"#;
    let set = |config: &mut Config| {
        // Each exit of a recursion takes native stack, in debug builds a lot.
        config
            .max_wasm_stack(1 << 20)
            .wasm_backtrace_max_frames(NonZeroUsize::new(1000));
    };
    let expected = |depth: i32| {
        let mut frames = vec![(1, Some(0x38))];
        for n in 1..=depth {
            frames.push((2, Some(if n % 2 == 1 { 0x52 } else { 0x5b })));
            frames.push((1, Some(0x40)));
        }
        frames
    };
    check_with(set, |engine| {
        let module = Module::new(engine, wat)?;
        let mut store = Store::new(engine, Vec::new());
        let host = Func::wrap(
            &mut store,
            |mut caller: Caller<'_, Vec<_>>, n: i32| -> Result<i32> {
                let frames = frames(&WasmBacktrace::capture(&caller));
                caller.as_context_mut().data_mut().push(frames);
                Ok(n)
            },
        );
        let fails = Func::wrap(&mut store, |_: i32| -> Result<i32> {
            wasm_interp_jit::bail!("the host fails")
        });
        let imports: [Extern; 1] = [host.into()];
        let instance = Instance::new(&mut store, &module, &imports)?;
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
        for depth in [1, 2, 3, 40, 41, 70] {
            f.call(&mut store, depth)?;
            let seen = store.data_mut().pop().expect("the host was called");
            assert_eq!(seen, expected(depth), "{depth}");
        }
        let failing = Instance::new(&mut store, &module, &[fails.into()])?;
        let f = failing.get_typed_func::<i32, i32>(&mut store, "f")?;
        for depth in [1, 2, 3, 40, 41, 70] {
            let error = f.call(&mut store, depth).expect_err("the host fails");
            assert_eq!(error.root_cause().to_string(), "the host fails");
            let backtrace = error.downcast_ref().expect("it has one");
            assert_eq!(frames(backtrace), expected(depth), "{depth}");
        }
        Ok(())
    });
}

fn frames(backtrace: &WasmBacktrace) -> Vec<(u32, Option<usize>)> {
    let frames = backtrace.frames().iter();
    frames
        .map(|it| (it.func_index(), it.module_offset()))
        .collect()
}
