//! One module in many stores on many threads.

use crate::check;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use wasm_interp_jit::{
    Caller, Engine, Func, Instance, InstancePre, Linker, Module, Result, Store, Trap,
};

const WAT: &str = r#"(module
    (import "" "next" (func $next (param i32) (result i32)))
    (type $f (func (param i32) (result i32)))
    (table 2 funcref) (elem (i32.const 0) $double $next)
    (memory 1)
    (func $double (type $f) (i32.mul (local.get 0) (i32.const 2)))
    (func (export "run") (param $n i32) (result i32)
        (local $sum i32)
        (loop $l
            (local.set $sum (i32.add (local.get $sum)
                (call_indirect (type $f) (local.get $n)
                    (i32.and (local.get $n) (i32.const 1)))))
            (i32.store (i32.const 0) (local.get $sum))
            (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (i32.load (i32.const 0)))
    (func (export "trap") (param i32) (result i32)
        (i32.div_u (i32.const 1) (local.get 0))))"#;

/// What `run` of `n` gives: even numbers are doubled, odd ones increased.
fn expected(n: i32) -> i32 {
    (1..=n)
        .map(|it| if it % 2 == 0 { it * 2 } else { it + 1 })
        .sum()
}

fn linker(engine: &Engine) -> Result<Linker<u32>> {
    let mut linker = Linker::new(engine);
    linker.func_wrap("", "next", |mut caller: Caller<'_, u32>, n: i32| {
        *caller.data_mut() += 1;
        n + 1
    })?;
    Ok(linker)
}

fn run(pre: &InstancePre<u32>, engine: &Engine, n: i32) -> Result<()> {
    let mut store = Store::new(engine, 0);
    let it = pre.instantiate(&mut store)?;
    let f = it.get_typed_func::<i32, i32>(&mut store, "run")?;
    assert_eq!(f.call(&mut store, n)?, expected(n));
    assert_eq!(*store.data(), (n as u32).div_ceil(2));
    let trap = it.get_typed_func::<i32, i32>(&mut store, "trap")?;
    let failed = trap.call(&mut store, 0).expect_err("divides by zero");
    assert_eq!(failed.downcast_ref(), Some(&Trap::IntegerDivisionByZero));
    Ok(())
}

// What functions learn, and their code, belong to the module: stores come and go meanwhile.
#[test]
fn a_thousand_stores_on_eight_threads() {
    check(|engine| {
        let module = Module::new(engine, WAT)?;
        let pre = linker(engine)?.instantiate_pre(&module)?;
        let n_done = AtomicU32::new(0);
        thread::scope(|scope| {
            for thread in 0..8 {
                let (pre, n_done) = (&pre, &n_done);
                scope.spawn(move || {
                    for round in 0..125 {
                        run(pre, engine, 20 + (thread + round) % 7).expect("no call fails");
                        n_done.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(n_done.into_inner(), 1000);
        Ok(())
    });
}

// Stores are dropped, and with them what they compiled, while instances of their module run.
#[test]
fn stores_dropped_while_others_run() {
    check(|engine| {
        let module = Module::new(engine, WAT)?;
        let pre = linker(engine)?.instantiate_pre(&module)?;
        let is_running = Arc::new(Barrier::new(2));
        thread::scope(|scope| {
            let (pre, inside) = (&pre, is_running.clone());
            scope.spawn(move || {
                let mut store = Store::new(engine, 0);
                let it = pre.instantiate(&mut store).expect("is instantiated");
                let f = it
                    .get_typed_func::<i32, i32>(&mut store, "run")
                    .expect("is exported");
                inside.wait();
                for _ in 0..50 {
                    assert_eq!(f.call(&mut store, 200).expect("runs"), expected(200));
                }
            });
            is_running.wait();
            for _ in 0..50 {
                run(pre, engine, 30).expect("no call fails");
            }
        });
        Ok(())
    });
}

// The module, the engine and the linker are gone; the instance is not.
#[test]
fn stores_outlive_what_they_were_made_of() {
    check(|engine| {
        let mut store = Store::new(engine, 0);
        let it = {
            let module = Module::new(engine, WAT)?;
            linker(engine)?.instantiate(&mut store, &module)?
        };
        let f = it.get_typed_func::<i32, i32>(&mut store, "run")?;
        for _ in 0..4 {
            assert_eq!(f.call(&mut store, 10)?, expected(10));
        }
        assert_eq!(it.module(&store).exports().len(), 2);
        Ok(())
    });
}

// Modules are made and dropped on threads that share nothing but the engine.
#[test]
fn modules_of_one_engine_on_many_threads() {
    check(|engine| {
        thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || {
                    for round in 0..20 {
                        let n = thread * 100 + round;
                        let wat = format!(
                            r#"(module (func (export "f") (param i64 i32) (result i32)
                                (i32.add (local.get 1) (i32.const {n}))))"#
                        );
                        let module = Module::new(engine, wat).expect("is valid");
                        let mut store = Store::new(engine, ());
                        let it = Instance::new(&mut store, &module, &[]).expect("has no imports");
                        let f = it.get_typed_func::<(i64, i32), i32>(&mut store, "f");
                        let f = f.expect("is exported");
                        assert_eq!(f.call(&mut store, (0, 1)).expect("runs"), n + 1);
                    }
                });
            }
        });
        Ok(())
    });
}

// A host function of one store calls into another one of the same thread, whose trap it handles.
#[test]
fn traps_of_a_store_within_another() {
    check(|engine| {
        let module = Module::new(engine, WAT)?;
        let linker = linker(engine)?;
        let mut outer = Store::new(engine, 0_u32);
        let inner = linker.instantiate_pre(&module)?;
        let host = Func::wrap(&mut outer, move |caller: Caller<'_, u32>, n: i32| -> i32 {
            let mut store = Store::new(caller.engine(), 0);
            let it = inner.instantiate(&mut store).expect("is instantiated");
            let trap = it
                .get_typed_func::<i32, i32>(&mut store, "trap")
                .expect("is exported");
            assert!(trap.call(&mut store, 0).is_err());
            n + 1
        });
        let it = Instance::new(&mut outer, &module, &[host.into()])?;
        let f = it.get_typed_func::<i32, i32>(&mut outer, "run")?;
        assert_eq!(f.call(&mut outer, 9)?, expected(9));
        let trap = it.get_typed_func::<i32, i32>(&mut outer, "trap")?;
        assert!(trap.call(&mut outer, 0).is_err());
        Ok(())
    });
}
