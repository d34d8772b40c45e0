//! What a run has learned: a report of the tiers, and a profile for the next run.
//!
//! `cargo run --example profile`

use wasm_interp_jit::inspect::Recorder;
use wasm_interp_jit::{Config, Engine, Instance, Module, Result, Store, Strategy};

const SHAPES: &str = r#"(module
    (type $area (func (param i32) (result i32)))
    (table funcref (elem $square $double))
    (func $square (type $area) (i32.mul (local.get 0) (local.get 0)))
    (func $double (type $area) (i32.shl (local.get 0) (i32.const 1)))
    (func (export "sum") (param $n i32) (param $shape i32) (result i32)
        (local $sum i32)
        (loop $next
            (local.set $sum (i32.add (local.get $sum)
                (call_indirect (type $area) (i32.and (local.get $n) (i32.const 7)) (local.get $shape))))
            (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum)))"#;

/// An engine that compiles on the calling thread, so that each run does the same.
fn engine() -> Result<Engine> {
    let mut config = Config::new();
    config.strategy(Strategy::Tiered).jit_background(false);
    Engine::new(&config)
}

/// Runs `sum` in a store of its own, and says what the tiers did.
fn run(module: &Module, what: &str) -> Result<()> {
    let mut store = Store::new(module.engine(), ());
    let recorder = Recorder::attach(&mut store);
    let instance = Instance::new(&mut store, module, &[])?;
    let sum = instance.get_typed_func::<(i32, i32), i32>(&mut store, "sum")?;
    let result = sum.call(&mut store, (100_000, 0))?;
    let report = recorder.report(&store);
    let compiled = report.codes.iter().filter(|it| !it.reused).count();
    println!(
        "{what}: {result}, {compiled} compiled, {} installed",
        report.codes.len()
    );
    Ok(())
}

fn main() -> Result<()> {
    let module = Module::new(&engine()?, SHAPES)?;
    run(&module, "first instance")?;
    // Code and feedback are the module's: nothing is compiled again.
    run(&module, "second instance")?;

    // What was learned, for another process: there the function is compiled before it is called.
    let profile = module.profile()?;
    let later = Module::new(&engine()?, SHAPES)?;
    later.apply_profile(&profile)?;
    run(&later, "with a profile")?;

    // A profile of another module is refused.
    let other = Module::new(&engine()?, "(module)")?;
    let error = other.apply_profile(&profile).unwrap_err();
    println!("{error}");
    Ok(())
}

// Prints:
// first instance: 1750000, 1 compiled, 1 installed
// second instance: 1750000, 0 compiled, 1 installed
// with a profile: 1750000, 1 compiled, 1 installed
// the profile was recorded with another module
