//! Threads: one module in many stores, and one memory that all of them share.
//!
//! `cargo run --example threads`

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::thread;
use wasm_interp_jit::{
    Config, Engine, Linker, MemoryType, Module, Result, SharedMemory, Store, WaitResult,
};

const THREADS: u32 = 4;
const ROUNDS: u32 = 1000;

fn main() -> Result<()> {
    // Memories for several threads are off unless they are asked for.
    let mut config = Config::new();
    config.shared_memory(true);
    let engine = Engine::new(&config)?;
    let module = Module::new(
        &engine,
        r#"(module
            (import "" "memory" (memory 1 1 shared))
            (func (export "count") (param $rounds i32)
                (loop $again
                    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
                    (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
                    (br_if $again (local.get $rounds)))
                ;; One more is done: whoever waits for it looks again.
                (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 1)))
                (drop (memory.atomic.notify (i32.const 4) (i32.const 1)))))"#,
    )?;
    let memory = SharedMemory::new(&engine, MemoryType::shared(1, 1))?;

    // Engine, module and shared memory belong to all threads; a store to one at a time.
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (engine, module, memory) = (engine.clone(), module.clone(), memory.clone());
            thread::spawn(move || -> Result<()> {
                let mut store = Store::new(&engine, ());
                let mut linker = Linker::new(&engine);
                linker.define(&store, "", "memory", memory)?;
                let instance = linker.instantiate(&mut store, &module)?;
                let count = instance.get_typed_func::<u32, ()>(&mut store, "count")?;
                count.call(&mut store, ROUNDS)
            })
        })
        .collect();

    // The host waits in the same memory for the last of them.
    loop {
        let done = word(&memory, 4);
        if done == THREADS {
            break;
        }
        match memory.atomic_wait32(4, done, None)? {
            // Woken, or too late to sleep.
            WaitResult::Ok | WaitResult::Mismatch => {}
            WaitResult::TimedOut => unreachable!("no time was given"),
        }
    }
    println!("{} additions", word(&memory, 0));
    for thread in threads {
        thread.join().expect("it does not panic")?;
    }
    Ok(())
}

/// The word at an address, which other threads may be writing.
fn word(memory: &SharedMemory, address: usize) -> u32 {
    let cells = &memory.data()[address..address + 4];
    // SAFETY: the four bytes are in the memory, which is aligned, and others access them by atomic
    // instructions only.
    unsafe { AtomicU32::from_ptr(cells.as_ptr().cast_mut().cast()) }.load(SeqCst)
}

// Prints:
// 4000 additions
