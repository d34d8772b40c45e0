//! `TypedFunc::call` is the fast way into Wasm: it must not allocate.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use wasm_interp_jit::{Config, Engine, Func, Instance, Module, Result, Store, Strategy};

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

// Not only the call itself: nor what it calls, Wasm or host.
#[test]
fn typed_calls_allocate_nothing() -> Result<()> {
    let strategies: &[_] = if cfg!(feature = "jit") {
        &[Strategy::Interpreter, Strategy::Jit]
    } else {
        &[Strategy::Interpreter]
    };
    for &strategy in strategies {
        let mut config = Config::new();
        config.strategy(strategy);
        let engine = Engine::new(&config)?;
        let wat = r#"(module
            (import "" "" (func $host (param i32) (result i32)))
            (func $wasm (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
            (func (export "f") (param i32 i64) (result i64 i32)
                local.get 1
                (call $host (call $wasm (local.get 0)))))"#;
        let module = Module::new(&engine, wat)?;
        let mut store = Store::new(&engine, ());
        let host = Func::wrap(&mut store, |n: i32| n * 2);
        let instance = Instance::new(&mut store, &module, &[host.into()])?;
        let f = instance.get_typed_func::<(i32, i64), (i64, i32)>(&mut store, "f")?;
        assert_eq!(f.call(&mut store, (1, 2))?, (2, 4));
        let before = ALLOCATIONS.get();
        for i in 0..100 {
            assert_eq!(f.call(&mut store, (i, 7))?, (7, 2 * i + 2));
        }
        assert_eq!(ALLOCATIONS.get(), before, "{strategy:?}");
    }
    Ok(())
}
