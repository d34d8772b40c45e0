//! Epochs: interrupting a module from outside, when it has run for too long.
//!
//! `cargo run --example epochs`

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use wasm_interp_jit::{
    Caller, Config, Engine, Func, Instance, Module, Result, Store, Trap, UpdateDeadline,
};

static IS_OVER: AtomicBool = AtomicBool::new(false);

fn main() -> Result<()> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    let engine = Engine::new(&config)?;
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "still_wanted" (func $wanted (result i32)))
            (func (export "forever") (loop $again (br $again)))
            (func (export "while_wanted") (loop $again (br_if $again (call $wanted)))))"#,
    )?;

    // Somebody has to let time pass: a thread here, one for all stores of the engine.
    let clock = thread::spawn({
        let engine = engine.clone();
        move || {
            while !IS_OVER.load(Relaxed) {
                thread::sleep(Duration::from_millis(1));
                engine.increment_epoch();
            }
        }
    });

    // By default Wasm stops with a trap when its deadline has passed.
    let mut store = Store::new(&engine, 0_u32);
    let wanted = Func::wrap(&mut store, |caller: Caller<'_, u32>| {
        i32::from(*caller.data() < 3)
    });
    let instance = Instance::new(&mut store, &module, &[wanted.into()])?;
    let forever = instance.get_typed_func::<(), ()>(&mut store, "forever")?;
    store.set_epoch_deadline(2);
    let error = forever.call(&mut store, ()).expect_err("it never ends");
    println!("{}", error.downcast_ref::<Trap>().expect("a trap"));

    // A callback can look at what happened, and let it go on for some epochs more.
    store.epoch_deadline_callback(|mut cx| {
        *cx.data_mut() += 1;
        Ok(UpdateDeadline::Continue(1))
    });
    store.set_epoch_deadline(1);
    let while_wanted = instance.get_typed_func::<(), ()>(&mut store, "while_wanted")?;
    while_wanted.call(&mut store, ())?;
    println!("the callback was called {} times", store.data());

    // Or end it with an error of its own.
    store.epoch_deadline_callback(|_| wasm_interp_jit::bail!("enough of it"));
    store.set_epoch_deadline(1);
    let error = forever.call(&mut store, ()).expect_err("it never ends");
    println!("{}", error.root_cause());

    IS_OVER.store(true, Relaxed);
    clock.join().expect("it does not panic");
    Ok(())
}

// Prints:
// wasm trap: interrupt
// the callback was called 3 times
// enough of it
