//! `TypedFunc::call` is the fast way into Wasm, and `Func::wrap` the fast way out of it: neither
//! allocates.

#![expect(
    clippy::unused_unit,
    reason = "the tuple of no parameters looks like any other"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use wasm_interp_jit::{Caller, Config, Engine, Func, Instance, Module, Result, Store, Strategy};

/// Counts what the current thread allocates.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: forwarded.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: forwarded.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Engines that execute Wasm in each way.
fn engines() -> Result<Vec<(&'static str, Engine)>> {
    let mut interpreter = Config::new();
    interpreter.strategy(Strategy::Interpreter);
    let mut engines = vec![("interp", Engine::new(&interpreter)?)];
    if cfg!(feature = "jit") {
        let mut compiled = Config::new();
        compiled.strategy(Strategy::Jit);
        let mut tiered = Config::new();
        tiered.strategy(Strategy::Tiered);
        tiered.jit_threshold(2).jit_background(false);
        engines.push(("jit", Engine::new(&compiled)?));
        engines.push(("tiered", Engine::new(&tiered)?));
    }
    Ok(engines)
}

/// What `run` allocates, once it has run often enough for everything to be compiled.
fn allocations(mut run: impl FnMut() -> Result<()>) -> Result<u64> {
    for _ in 0..10 {
        run()?;
    }
    let before = ALLOCATIONS.get();
    for _ in 0..100 {
        run()?;
    }
    Ok(ALLOCATIONS.get() - before)
}

/// A function of these parameters gives them to a closure of the host, with and without the
/// caller, and returns what that returns: all of them.
macro_rules! arity {
    ($mode:ident, $engine:ident, $($param:ident)*) => {{
        let names: &[&str] = &[$(stringify!($param)),*];
        let values = "i64 ".repeat(names.len());
        let gets: String = (0..names.len()).map(|i| format!("(local.get {i})")).collect();
        let wat = format!(
            r#"(module
                (type $t (func (param {values}) (result {values})))
                (import "" "plain" (func $plain (type $t)))
                (import "" "called" (func $called (type $t)))
                (func $inner (type $t) (call $called {gets}))
                (func (export "f") (type $t) (call $inner (call $plain {gets}))))"#
        );
        let module = Module::new($engine, wat)?;
        let mut store = Store::new($engine, 0);
        let plain = Func::wrap(&mut store, |$($param: i64),*| ($($param,)*));
        let called = Func::wrap(&mut store, |mut caller: Caller<'_, i64>, $($param: i64),*| {
            *caller.data_mut() += 1;
            ($($param,)*)
        });
        let instance = Instance::new(&mut store, &module, &[plain.into(), called.into()])?;
        let export = instance.get_typed_func::<($(arity!(i64 $param),)*), ($(arity!(i64 $param),)*)>(
            &mut store, "f",
        )?;
        let mut n = 0_i64;
        let count = allocations(|| {
            n += 1;
            $(let $param = n << stringify!($param).as_bytes()[0] % 32;)*
            let given: &[i64] = &[$($param),*];
            let ($($param,)*) = export.call(&mut store, ($($param,)*))?;
            let got: &[i64] = &[$($param),*];
            assert!(given == got && n > 0);
            Ok(())
        })?;
        assert_eq!(count, 0, "{} parameters, {}", names.len(), $mode);
        assert_eq!(*store.data(), 110);
    }};
    (i64 $param:ident) => { i64 };
}

// Up to as many parameters and results as a typed function can have. Not only the call itself: nor
// what it calls, Wasm or host.
#[test]
fn typed_calls_allocate_nothing() -> Result<()> {
    for (mode, engine) in &engines()? {
        arity!(mode, engine,);
        arity!(mode, engine, a);
        arity!(mode, engine, a b);
        arity!(mode, engine, a b c);
        arity!(mode, engine, a b c d);
        arity!(mode, engine, a b c d e);
        arity!(mode, engine, a b c d e f);
        arity!(mode, engine, a b c d e f g);
        arity!(mode, engine, a b c d e f g h);
        arity!(mode, engine, a b c d e f g h i);
        arity!(mode, engine, a b c d e f g h i j);
        arity!(mode, engine, a b c d e f g h i j k);
        arity!(mode, engine, a b c d e f g h i j k l);
        arity!(mode, engine, a b c d e f g h i j k l m);
        arity!(mode, engine, a b c d e f g h i j k l m n);
        arity!(mode, engine, a b c d e f g h i j k l m n o);
        arity!(mode, engine, a b c d e f g h i j k l m n o p);
        arity!(mode, engine, a b c d e f g h i j k l m n o p q);
    }
    Ok(())
}

// All types of numbers, in registers of both kinds and beyond them.
#[test]
fn nor_do_calls_of_mixed_types() -> Result<()> {
    type Mixed = (i32, i64, f32, f64, u32, u64, f64, f32, i64, i32, f64, i64);
    for (mode, engine) in &engines()? {
        let values = "i32 i64 f32 f64 i32 i64 f64 f32 i64 i32 f64 i64";
        let gets: String = (0..12).map(|i| format!("(local.get {i})")).collect();
        let wat = format!(
            r#"(module
                (type $t (func (param {values}) (result {values})))
                (import "" "h" (func $h (type $t)))
                (func (export "f") (type $t) (call $h {gets})))"#
        );
        let module = Module::new(engine, wat)?;
        let mut store = Store::new(engine, ());
        let host = Func::wrap(
            &mut store,
            |a: i32,
             b: i64,
             c: f32,
             d: f64,
             e: u32,
             f: u64,
             g: f64,
             h: f32,
             i: i64,
             j: i32,
             k: f64,
             l: i64| { (a, b, c, d, e, f, g, h, i, j, k, l) },
        );
        let instance = Instance::new(&mut store, &module, &[host.into()])?;
        let f = instance.get_typed_func::<Mixed, Mixed>(&mut store, "f")?;
        let values = (-1, -2, 3.5, 4.5, 5, 6, 7.5, 8.5, 9, 10, 11.5, 12);
        let count = allocations(|| {
            assert!(f.call(&mut store, values)? == values);
            Ok(())
        })?;
        assert_eq!(count, 0, "{mode}");
    }
    Ok(())
}
