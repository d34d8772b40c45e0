//! Limits of a store: what a module may not get, however it asks.
//!
//! `cargo run --example limits`

use wasm_interp_jit::{
    Config, Engine, Instance, Module, ResourceLimiter, Result, Store, StoreLimits,
    StoreLimitsBuilder, Trap,
};

const GREEDY: &str = r#"(module
    (memory (export "memory") 1)
    (table (export "table") 10 funcref)
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func $deep (export "deep") (call $deep)))"#;

/// Counts what it allows.
struct Counted {
    pages: usize,
    asked: usize,
}

impl ResourceLimiter for Counted {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool> {
        self.asked += 1;
        Ok(desired <= self.pages * 65_536)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool> {
        Ok(desired <= 100)
    }
}

fn main() -> Result<()> {
    // The stack is a matter of the engine.
    let mut config = Config::new();
    config.max_wasm_stack(256 << 10);
    let engine = Engine::new(&config)?;
    let module = Module::new(&engine, GREEDY)?;

    // Fixed limits: growing beyond them fails as the specification says, with -1.
    let limits = StoreLimitsBuilder::new()
        .memory_size(4 * 65_536)
        .instances(2)
        .build();
    let mut store: Store<StoreLimits> = Store::new(&engine, limits);
    store.limiter(|limits| limits);
    let instance = Instance::new(&mut store, &module, &[])?;
    let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow")?;
    println!("grown by 3: {}", grow.call(&mut store, 3)?);
    println!("grown by 1: {}", grow.call(&mut store, 1)?);
    Instance::new(&mut store, &module, &[])?;
    let third = Instance::new(&mut store, &module, &[]).expect_err("two are allowed");
    println!("{third:#}");

    // Endless recursion ends with a trap, not with the process.
    let deep = instance.get_typed_func::<(), ()>(&mut store, "deep")?;
    let error = deep.call(&mut store, ()).expect_err("there is an end");
    println!("{}", error.downcast_ref::<Trap>().expect("a trap"));

    // Limits of one's own are asked each time.
    let counted = Counted { pages: 2, asked: 0 };
    let mut store = Store::new(&engine, counted);
    store.limiter(|counted| counted);
    let instance = Instance::new(&mut store, &module, &[])?;
    let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow")?;
    let results = [1, 1, 0].map(|pages| grow.call(&mut store, pages));
    for result in results {
        println!("own limits: {}", result?);
    }
    println!("asked {} times", store.data().asked);
    Ok(())
}

// Prints:
// grown by 3: 1
// grown by 1: -1
// resource limit exceeded: instance count too high at 3
// wasm trap: call stack exhausted
// own limits: 1
// own limits: -1
// own limits: 2
// asked 3 times
