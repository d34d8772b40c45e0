//! Memories of several stores and threads.

use crate::{check_with, error, instance};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;
use wasm_interp_jit::{
    Config, Engine, Extern, Instance, Linker, Memory, MemoryType, Module, Result, SharedMemory,
    Store, WaitResult,
};

const PAGE: usize = 65536;

fn allow_shared(config: &mut Config) {
    config.shared_memory(true);
}

fn engine() -> Engine {
    let mut config = Config::new();
    config.shared_memory(true);
    Engine::new(&config).expect("the settings are valid")
}

/// A word of a memory.
fn word(memory: &SharedMemory, at: usize) -> &AtomicU32 {
    let cell: &UnsafeCell<u8> = &memory.data()[at];
    assert!(at.is_multiple_of(4) && at + 4 <= memory.data_size());
    // SAFETY: four aligned bytes that everyone accesses atomically.
    unsafe { AtomicU32::from_ptr(cell.get().cast()) }
}

// wasmtime 48 has the proposal on and shared memories off.
#[test]
fn off_by_default() {
    let engine = Engine::default();
    let text = "shared memory support is disabled for this engine -- see `Config::shared_memory`";
    let memory = SharedMemory::new(&engine, MemoryType::shared(1, 2));
    assert_eq!(error(memory), text);
    let wat = "(module (memory 1 2 shared))";
    assert_eq!(error(instance(&engine, (), wat)), text);
    let wat = "(module (memory 1) (func (param i32) local.get 0 i32.atomic.load drop))";
    assert!(instance(&engine, (), wat).is_ok());
    let unbounded = error(Module::new(&engine, "(module (memory 1 shared))"));
    assert!(unbounded.contains("shared memory must have"), "{unbounded}");
    let mut config = Config::new();
    config.wasm_threads(false);
    let engine = Engine::new(&config).expect("the settings are valid");
    assert!(Module::new(&engine, wat).is_err());
    assert!(Module::new(&engine, "(module (memory 1 2 shared))").is_err());
}

#[test]
fn kinds_of_memories_are_kept_apart() {
    let engine = engine();
    assert_eq!(
        error(SharedMemory::new(&engine, MemoryType::new(1, Some(2)))),
        "shared memory must have the `shared` flag enabled on its memory type"
    );
    let mut store = Store::new(&engine, ());
    assert_eq!(
        error(Memory::new(&mut store, MemoryType::shared(1, 2))),
        "shared memories must be created through `SharedMemory`"
    );
    let wat = r#"(module (memory (export "m") 1 2 shared))"#;
    let (mut store, instance) = instance(&engine, (), wat).expect("an instance");
    assert!(instance.get_memory(&mut store, "m").is_none());
    let memory = instance.get_shared_memory(&mut store, "m");
    assert_eq!(memory.expect("an export").ty(), MemoryType::shared(1, 2));
    let export = instance.get_export(&mut store, "m").expect("an export");
    assert!(matches!(export, Extern::SharedMemory(_)));
    assert!(export.ty(&store).unwrap_memory().is_shared());
}

#[test]
fn size_and_growth() -> Result<()> {
    let memory = SharedMemory::new(&engine(), MemoryType::shared(1, 3))?;
    let (same, before) = (memory.clone(), memory.data().as_ptr());
    assert_eq!(
        (memory.size(), memory.data_size(), memory.page_size()),
        (1, PAGE, 65536)
    );
    word(&memory, PAGE - 4).store(7, Ordering::SeqCst);
    assert_eq!(same.grow(2)?, 1);
    assert_eq!(memory.grow(0)?, 3);
    assert_eq!(error(memory.grow(1)), "failed to grow memory by `1`");
    assert!(memory.grow(u64::MAX).is_err());
    assert_eq!((memory.size(), memory.data().len()), (3, 3 * PAGE));
    assert_eq!(memory.data().as_ptr(), before, "it never moves");
    assert_eq!(word(&memory, PAGE - 4).load(Ordering::SeqCst), 7);
    assert_eq!(word(&memory, 3 * PAGE - 4).load(Ordering::SeqCst), 0);
    Ok(())
}

#[test]
fn wait_and_notify_of_the_host() -> Result<()> {
    use wasm_interp_jit::Trap;
    let memory = &SharedMemory::new(&engine(), MemoryType::shared(1, 1))?;
    let short = Some(Duration::from_millis(1));
    assert_eq!(memory.atomic_wait32(8, 1, None), Ok(WaitResult::Mismatch));
    assert_eq!(memory.atomic_wait64(8, 1, None), Ok(WaitResult::Mismatch));
    assert_eq!(memory.atomic_wait32(8, 0, short), Ok(WaitResult::TimedOut));
    assert_eq!(memory.atomic_wait64(8, 0, short), Ok(WaitResult::TimedOut));
    assert_eq!(memory.atomic_notify(8, 5), Ok(0));
    assert_eq!(memory.atomic_wait32(2, 0, None), Err(Trap::HeapMisaligned));
    assert_eq!(memory.atomic_wait64(4, 0, None), Err(Trap::HeapMisaligned));
    assert_eq!(memory.atomic_notify(1, 0), Err(Trap::HeapMisaligned));
    for at in [PAGE as u64, u64::MAX - 7] {
        assert_eq!(memory.atomic_notify(at, 0), Err(Trap::MemoryOutOfBounds));
        assert_eq!(
            memory.atomic_wait32(at, 0, None),
            Err(Trap::MemoryOutOfBounds)
        );
        assert_eq!(
            memory.atomic_wait64(at, 0, None),
            Err(Trap::MemoryOutOfBounds)
        );
    }
    thread::scope(|scope| {
        let waiting = scope.spawn(|| memory.atomic_wait64(16, 0, None));
        while memory.atomic_notify(16, 1) == Ok(0) {
            thread::yield_now();
        }
        assert_eq!(waiting.join().expect("no panic"), Ok(WaitResult::Ok));
    });
    Ok(())
}

#[test]
fn imports_match() -> Result<()> {
    let engine = engine();
    let mut store = Store::new(&engine, ());
    let shared = SharedMemory::new(&engine, MemoryType::shared(1, 3))?;
    let plain = Memory::new(&mut store, MemoryType::new(1, Some(3)))?;
    let mut link = |ty: &str, item: Extern| {
        let module = Module::new(
            &engine,
            format!("(module (import \"\" \"m\" (memory {ty})))"),
        )?;
        Instance::new(&mut store, &module, &[item])
    };
    link("1 3 shared", shared.clone().into())?;
    link("0 4 shared", shared.clone().into())?;
    assert_eq!(
        error(link("1 3", shared.clone().into())),
        "incompatible import type for `::m`: memory types incompatible: expected non-shared \
         memory, found shared memory"
    );
    assert_eq!(
        error(link("1 3 shared", plain.into())),
        "incompatible import type for `::m`: memory types incompatible: expected shared memory, \
         found non-shared memory"
    );
    assert!(error(link("2 3 shared", shared.clone().into())).contains("memory limits"));
    shared.grow(1)?;
    link("2 3 shared", shared.clone().into())?;
    // Of another engine.
    let other = SharedMemory::new(&self::engine(), MemoryType::shared(1, 3))?;
    assert!(link("1 3 shared", other.into()).is_err());
    Ok(())
}

#[test]
fn one_memory_in_many_stores() {
    let wat = r#"(module
        (import "env" "m" (memory 1 4 shared))
        (data (i32.const 100) "data")
        (data $passive "passive")
        (func (export "load") (param i32) (result i32) local.get 0 i32.load)
        (func (export "store") (param i32 i32) local.get 0 local.get 1 i32.store)
        (func (export "size") (result i32) memory.size)
        (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
        (func (export "fill") (param i32 i32 i32)
          local.get 0 local.get 1 local.get 2 memory.fill)
        (func (export "copy") (param i32 i32 i32)
          local.get 0 local.get 1 local.get 2 memory.copy)
        (func (export "init") (param i32 i32 i32)
          local.get 0 local.get 1 local.get 2 memory.init $passive))"#;
    check_with(allow_shared, |engine| {
        let memory = SharedMemory::new(engine, MemoryType::shared(1, 4))?;
        let module = Module::new(engine, wat)?;
        let mut linker = Linker::new(engine);
        let mut stores = [Store::new(engine, ()), Store::new(engine, ())];
        linker.define(&stores[0], "env", "m", memory.clone())?;
        let instances: Vec<_> = stores
            .iter_mut()
            .map(|store| linker.instantiate(store, &module))
            .collect::<Result<_>>()?;
        for round in 0..4_u32 {
            for n in [0, 1] {
                let (store, instance) = (&mut stores[n], instances[n]);
                let call = |store: &mut Store<()>, name: &str, args: (u32, u32, u32)| {
                    let func = instance.get_typed_func::<(u32, u32, u32), ()>(&mut *store, name)?;
                    func.call(store, args)
                };
                let set = instance.get_typed_func::<(u32, u32), ()>(&mut *store, "store")?;
                // Aligned and not.
                set.call(&mut *store, (0, round * 2 + n as u32))?;
                set.call(&mut *store, (17, 0x0102_0304 + round))?;
                call(store, "fill", (200 + round, 0xaa, 19))?;
                call(store, "copy", (301, 200, 30))?;
                call(store, "copy", (302, 301, 30))?;
                call(store, "init", (400 + round, 1, 5))?;
                assert!(call(store, "fill", (PAGE as u32 * 4, 1, 1)).is_err());
                assert!(call(store, "init", (0, 1, 7)).is_err());
            }
            let other = &mut stores[0];
            let load = instances[0].get_typed_func::<u32, u32>(&mut *other, "load")?;
            assert_eq!(load.call(&mut *other, 0)?, round * 2 + 1);
            assert_eq!(load.call(&mut *other, 17)?, 0x0102_0304 + round);
            assert_eq!(load.call(&mut *other, 100)?, u32::from_le_bytes(*b"data"));
            assert_eq!(load.call(&mut *other, 202 + round)?, 0xaaaa_aaaa);
            assert_eq!(load.call(&mut *other, 304 + round)?, 0xaaaa_aaaa);
            assert_eq!(
                load.call(&mut *other, 400 + round)?,
                u32::from_le_bytes(*b"assi")
            );
        }
        // One store grows it, both see it.
        let at_end = (PAGE as u32) * 2 - 4;
        let load = instances[0].get_typed_func::<u32, u32>(&mut stores[0], "load")?;
        let text = error(load.call(&mut stores[0], at_end));
        assert!(text.contains("memory fault at wasm address 0x1fffc in linear memory of size"));
        let grow = instances[1].get_typed_func::<u32, u32>(&mut stores[1], "grow")?;
        assert_eq!(grow.call(&mut stores[1], 1)?, 1);
        assert_eq!(load.call(&mut stores[0], at_end)?, 0);
        let size = instances[0].get_typed_func::<(), u32>(&mut stores[0], "size")?;
        assert_eq!(size.call(&mut stores[0], ())?, 2);
        assert_eq!(grow.call(&mut stores[1], 3)?, u32::MAX);
        assert_eq!(memory.size(), 2);
        Ok(())
    });
}

/// Ring of 4 words at 16, with two counters: what was written (at 0) and what was read (at 4).
const RING: &str = r#"(module
    (import "env" "m" (memory 1 4 shared))
    (func $slot (param i32) (result i32)
      local.get 0 i32.const 3 i32.and i32.const 2 i32.shl)
    (func $await (param $at i32) (param $not i32)
      loop $l
        local.get $at i32.atomic.load local.get $not i32.eq
        if
          local.get $at local.get $not i64.const -1 memory.atomic.wait32 drop
          br $l
        end
      end)
    (func (export "produce") (param $n i32) (local $i i32)
      loop $l
        ;; Full: wait until one more is read.
        i32.const 4 local.get $i i32.const 4 i32.sub call $await
        local.get $i call $slot local.get $i i32.const 3 i32.mul i32.store offset=16
        i32.const 0 local.get $i i32.const 1 i32.add local.tee $i i32.atomic.store
        i32.const 0 i32.const 1 memory.atomic.notify drop
        local.get $i local.get $n i32.lt_u br_if $l
      end)
    (func (export "consume") (param $n i32) (result i64) (local $i i32) (local $sum i64)
      loop $l
        i32.const 0 local.get $i call $await
        local.get $i call $slot i32.load offset=16 i64.extend_i32_u
        local.get $sum i64.add local.set $sum
        i32.const 4 local.get $i i32.const 1 i32.add local.tee $i i32.atomic.store
        i32.const 4 i32.const 1 memory.atomic.notify drop
        local.get $i local.get $n i32.lt_u br_if $l
      end
      local.get $sum))"#;

// Two stores on two threads. Each waits for the other all the time, also for the first word.
#[test]
fn producer_and_consumer() {
    const N: u32 = 400;
    check_with(allow_shared, |engine| {
        let memory = SharedMemory::new(engine, MemoryType::shared(1, 4))?;
        let module = Module::new(engine, RING)?;
        let start = |memory: SharedMemory| -> Result<(Store<()>, Instance)> {
            let mut store = Store::new(engine, ());
            let instance = Instance::new(&mut store, &module, &[memory.into()])?;
            Ok((store, instance))
        };
        let (mut store, instance) = start(memory.clone())?;
        let consume = instance.get_typed_func::<u32, u64>(&mut store, "consume")?;
        let (mut other, instance) = start(memory)?;
        let produce = instance.get_typed_func::<u32, ()>(&mut other, "produce")?;
        let (sum, produced) = thread::scope(|scope| {
            let consumer = scope.spawn(move || consume.call(&mut store, N));
            let produced = produce.call(&mut other, N);
            (consumer.join().expect("no panic"), produced)
        });
        produced?;
        assert_eq!(sum?, (0..u64::from(N)).map(|it| it * 3).sum::<u64>());
        Ok(())
    });
}

// Counted by several threads at once: no increment is lost, whatever tiers they are in.
#[test]
fn counters() {
    let wat = r#"(module
        (import "env" "m" (memory 1 4 shared))
        (func $inc (result i32) i32.const 8 i32.const 1 i32.atomic.rmw.add)
        (func (export "count") (param $n i32) (local $old i64)
          loop $l
            call $inc drop
            i32.const 13 i32.const 1 i32.atomic.rmw8.add_u drop
            (block $done (loop $cas
              (local.set $old (i64.atomic.load (i32.const 16)))
              (br_if $done (i64.eq (local.get $old)
                (i64.atomic.rmw.cmpxchg (i32.const 16) (local.get $old)
                  (i64.add (local.get $old) (i64.const 0x100000001)))))
              (br $cas)))
            local.get $n i32.const 1 i32.sub local.tee $n br_if $l
          end))"#;
    const N: u32 = 2000;
    check_with(allow_shared, |engine| {
        let memory = &SharedMemory::new(engine, MemoryType::shared(1, 4))?;
        let module = &Module::new(engine, wat)?;
        thread::scope(|scope| {
            let count = || -> Result<()> {
                let mut store = Store::new(engine, ());
                let instance = Instance::new(&mut store, module, &[memory.clone().into()])?;
                let count = instance.get_typed_func::<u32, ()>(&mut store, "count")?;
                (0..4).try_for_each(|_| count.call(&mut store, N / 4))
            };
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(count)).collect();
            threads
                .into_iter()
                .try_for_each(|it| it.join().expect("no panic"))
        })?;
        let read = |at| word(memory, at).load(Ordering::SeqCst);
        assert_eq!(read(8), 3 * N);
        assert_eq!(read(12).to_le_bytes()[1], (3 * N) as u8);
        assert_eq!((read(16), read(20)), (3 * N, 3 * N));
        Ok(())
    });
}

#[test]
fn results_of_waiting() {
    let wat = r#"(module
        (memory (export "m") 1 1 shared)
        (func (export "wait32") (param i32 i64) (result i32)
          i32.const 8 local.get 0 local.get 1 memory.atomic.wait32 offset=8)
        (func (export "wait64") (param i64 i64) (result i32)
          i32.const 8 local.get 0 local.get 1 memory.atomic.wait64 offset=8)
        (func (export "notify") (param i32) (result i32)
          i32.const 8 local.get 0 memory.atomic.notify offset=8))"#;
    check_with(allow_shared, |engine| {
        let (mut store, instance) = instance(engine, (), wat)?;
        let memory = instance
            .get_shared_memory(&mut store, "m")
            .expect("an export");
        let wait32 = instance.get_typed_func::<(u32, i64), u32>(&mut store, "wait32")?;
        let wait64 = instance.get_typed_func::<(u64, i64), u32>(&mut store, "wait64")?;
        let notify = instance.get_typed_func::<u32, u32>(&mut store, "notify")?;
        for _ in 0..4 {
            assert_eq!(wait32.call(&mut store, (1, -1))?, 1, "another value");
            assert_eq!(wait64.call(&mut store, (1, -1))?, 1, "another value");
            assert_eq!(wait32.call(&mut store, (0, 1_000_000))?, 2, "timeout");
            assert_eq!(wait64.call(&mut store, (0, 0))?, 2, "timeout");
            assert_eq!(notify.call(&mut store, u32::MAX)?, 0, "nobody waits");
            // The host wakes wasm, without a timeout and with one that never comes.
            for timeout in [-1, i64::MAX] {
                thread::scope(|scope| {
                    let waker = scope.spawn(|| {
                        while memory.atomic_notify(16, 1) == Ok(0) {
                            thread::yield_now();
                        }
                    });
                    assert_eq!(wait32.call(&mut store, (0, timeout))?, 0, "notified");
                    waker.join().expect("no panic");
                    Ok::<_, wasm_interp_jit::Error>(())
                })?;
            }
            // Wasm wakes the host.
            let woken = thread::scope(|scope| -> Result<_> {
                let waiting = scope.spawn(|| memory.atomic_wait32(16, 0, None));
                while notify.call(&mut store, 1)? == 0 {
                    thread::yield_now();
                }
                Ok(waiting.join().expect("no panic"))
            })?;
            assert_eq!(woken, Ok(WaitResult::Ok));
        }
        Ok(())
    });
}

/// Instances of `wat`, which imports `memory`, in two stores.
fn two_stores(
    engine: &Engine,
    wat: &str,
    memory: &SharedMemory,
) -> Result<[(Store<()>, Instance); 2]> {
    let module = Module::new(engine, wat)?;
    let instantiate = || -> Result<(Store<()>, Instance)> {
        let mut store = Store::new(engine, ());
        let instance = Instance::new(&mut store, &module, &[memory.clone().into()])?;
        Ok((store, instance))
    };
    Ok([instantiate()?, instantiate()?])
}

// The loop calls nothing: its tier must look at the length each time, and must not trap in pages
// that are there now.
#[test]
fn growth_while_another_thread_runs() {
    let wat = r#"(module
        (import "env" "m" (memory 1 4 shared))
        (func (export "spin") (result i32)
          i32.const 0 i32.const 1 i32.atomic.store
          loop $l
            memory.size i32.const 2 i32.lt_u br_if $l
          end
          i32.const 131068 i32.load
          loop $l
            i32.const 0 i32.atomic.load i32.const 2 i32.lt_u br_if $l
          end
          i32.const 196604 i32.load i32.add)
        (func (export "grow") (result i32) i32.const 1 memory.grow))"#;
    // With guard pages and without.
    for reservation in [None, Some(0)] {
        let set = |config: &mut Config| {
            config.shared_memory(true);
            if let Some(bytes) = reservation {
                config.memory_reservation(bytes).memory_guard_size(0);
            }
        };
        check_with(set, |engine| {
            let memory = &SharedMemory::new(engine, MemoryType::shared(1, 4))?;
            let [first, second] = two_stores(engine, wat, memory)?;
            let (mut store, instance) = first;
            let spin = instance.get_typed_func::<(), u32>(&mut store, "spin")?;
            let (mut other, instance) = second;
            let grow = instance.get_typed_func::<(), u32>(&mut other, "grow")?;
            let sum = thread::scope(|scope| -> Result<_> {
                let spinning = scope.spawn(move || spin.call(&mut store, ()));
                while word(memory, 0).load(Ordering::SeqCst) == 0 {
                    thread::yield_now();
                }
                assert_eq!(grow.call(&mut other, ())?, 1);
                // By the host this time.
                memory.grow(1)?;
                word(memory, 3 * PAGE - 4).store(7, Ordering::SeqCst);
                word(memory, 0).store(2, Ordering::SeqCst);
                spinning.join().expect("no panic")
            })?;
            assert_eq!(sum, 7);
            Ok(())
        });
    }
}

// What the compiled code of one store does may be deoptimized while another store writes.
#[test]
fn message_passing() {
    let wat = r#"(module
        (import "env" "m" (memory 1 4 shared))
        (type $t (func (param i32) (result i32)))
        (table 2 funcref) (elem (i32.const 0) $a $b)
        (func $a (type $t) local.get 0 i32.load offset=64)
        (func $b (type $t) local.get 0 i32.load offset=64 i32.const 0 i32.add)
        ;; Reads what was written before the flag was set, by a call whose target changes.
        (func (export "read") (param $n i32) (result i32) (local $i i32) (local $bad i32)
          loop $l
            local.get $i i32.const 1 i32.add local.set $i
            loop $wait
              i32.const 0 i32.atomic.load local.get $i i32.ne br_if $wait
            end
            i32.const 0 local.get $i i32.const 1 i32.and call_indirect (type $t)
            local.get $i i32.ne local.get $bad i32.add local.set $bad
            i32.const 4 local.get $i i32.atomic.store
            local.get $i local.get $n i32.lt_u br_if $l
          end
          local.get $bad)
        (func (export "write") (param $n i32) (local $i i32)
          loop $l
            i32.const 64 local.get $i i32.const 1 i32.add local.tee $i i32.store
            i32.const 0 local.get $i i32.atomic.store
            loop $wait
              i32.const 4 i32.atomic.load local.get $i i32.ne br_if $wait
            end
            local.get $i local.get $n i32.lt_u br_if $l
          end))"#;
    check_with(allow_shared, |engine| {
        let memory = &SharedMemory::new(engine, MemoryType::shared(1, 4))?;
        let [first, second] = two_stores(engine, wat, memory)?;
        let (mut store, instance) = first;
        let read = instance.get_typed_func::<u32, u32>(&mut store, "read")?;
        let (mut other, instance) = second;
        let write = instance.get_typed_func::<u32, ()>(&mut other, "write")?;
        let bad = thread::scope(|scope| {
            let reader = scope.spawn(move || read.call(&mut store, 50));
            write.call(&mut other, 50)?;
            reader.join().expect("no panic")
        })?;
        assert_eq!(bad, 0);
        Ok(())
    });
}
