//! Compilations that come late, in vain, not at all, or very often.

use super::harness::{
    FIVE, RESULTS, Run, agrees, base, count_deopts, count_installed, deopt_line, deopts, events,
    everywhere, reenter, tiered, unindent,
};
use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use wasm_interp_jit::inspect::{DumpKind, Event, dump};
use wasm_interp_jit::{Config, Engine, Instance, Module, Store, Strategy};

/// A function `f (index, x)` with one site and five targets.
fn five() -> String {
    let f = r#"(func (export "f") (param i32 i32) (result i32)
(call_indirect (type $t) (local.get 1) (local.get 0))))"#;
    format!("{FIVE}{f}")
}

/// Calls that are made at most while a worker compiles: far more than it takes.
const PATIENCE: usize = 50_000_000;

/// `f(index, 100)`, without a line in the transcript for each call.
fn call_quietly(run: &mut Run, index: usize) {
    let f = run.export("f").into_func().expect("f is a function");
    let f = f
        .typed::<(i32, i32), i32>(&run.store)
        .expect("f has this type");
    let result = f
        .call(&mut run.store, (index as i32, 100))
        .expect("nothing traps");
    assert_eq!(result, RESULTS[index]);
}

/// Calls `f` with the targets `indices` in turn until something was installed once more.
fn call_until_installed(run: &mut Run, indices: &[usize]) {
    let n_before = count_installed(&run.events());
    for n in 0..PATIENCE {
        call_quietly(run, indices[n % indices.len()]);
        if n % 64 == 0 {
            if count_installed(&run.events()) > n_before {
                return;
            }
            std::thread::yield_now();
        }
    }
    panic!("nothing was installed");
}

// The feedback changes while a worker compiles with what it was. The code is stale when it comes:
// it may fail once for it, and is replaced by better code, not by the same.
#[test]
fn stale_code_of_the_worker() {
    let mut config = base();
    config.jit_threshold(10).jit_background(true);
    let script = |run: &mut Run| {
        let is_hot = |run: &Run| {
            run.events()
                .iter()
                .any(|it| matches!(it, Event::Hot { .. }))
        };
        while !is_hot(run) {
            call_quietly(run, 0);
        }
        call_until_installed(run, &[1, 2, 0]);
        for _ in 0..3 {
            for index in [1, 2, 0, 1, 2] {
                for _ in 0..2000 {
                    call_quietly(run, index);
                }
            }
        }
    };
    let events = events(&config, &five(), script);
    let deopts: Vec<String> = events.iter().filter_map(deopt_line).collect();
    assert!(deopts.len() <= 4, "{deopts:?}");
}

// Each target comes when code for the ones before it is on its way or just installed. Exits and
// compilations are bounded although each result of the worker is late.
#[test]
fn worker_and_policy_come_to_rest() {
    let mut config = base();
    config.jit_threshold(10).jit_background(true);
    let events = events(&config, &five(), |run| {
        for n in 1..=5 {
            let seen: Vec<usize> = (0..n).collect();
            call_for_a_while(run, &seen);
        }
    });
    assert!(
        count_deopts(&events) <= 8,
        "{} deopts",
        count_deopts(&events)
    );
    assert!(
        count_installed(&events) <= 12,
        "{} compilations",
        count_installed(&events)
    );
}

/// Calls `f` with `indices` in turn long enough for a worker to come to its end.
fn call_for_a_while(run: &mut Run, indices: &[usize]) {
    for n in 0..20_000 {
        call_quietly(run, indices[n % indices.len()]);
        if n % 64 == 0 {
            std::thread::yield_now();
        }
    }
}

// Store and module are dropped while a worker compiles for them, again and again. Its result goes
// nowhere; the engine goes on.
#[test]
fn store_dropped_while_the_worker_compiles() {
    let mut config = base();
    config.jit_threshold(1).jit_background(true);
    let engine = Engine::new(&config).expect("the settings are valid");
    for n in 0..30 {
        let module = Module::new(&engine, five()).expect("the module is valid");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]);
        let instance = instance.expect("it imports nothing");
        drop(module);
        let f = instance
            .get_typed_func::<(i32, i32), i32>(&mut store, "f")
            .expect("f is exported");
        for k in 0..=n * 20 {
            let result = f.call(&mut store, (k % 5, 100)).expect("nothing traps");
            assert_eq!(result, RESULTS[k as usize % 5]);
        }
    }
}

// Some functions cannot be compiled: they have too many locals, or are too large. They stay in the
// interpreter, between others that are compiled, called by these and calling them.
#[test]
fn functions_that_cannot_be_compiled() {
    let wat = format!(
        r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $many $large))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $many (type $t) (local {}) (i32.mul (call $a (local.get 0)) (i32.const 2)))
(func $large (type $t) {} (call_indirect (type $t) (local.get 0) (i32.const 1)))
(func (export "f") (param i32 i32) (result i32)
(i32.add (call_indirect (type $t) (local.get 0) (local.get 1)) (i32.const 1000))))"#,
        "i64 ".repeat(2100),
        "(nop)".repeat(600 << 10),
    );
    let script = |run: &mut Run| {
        for index in [0, 1, 2, 0, 1, 2] {
            run.repeat(12, "f", (10, index));
        }
    };
    let expected = "
        f(10, 0) = 1011 x12
        f(10, 1) = 1022 x12
        f(10, 2) = 1022 x12
        f(10, 0) = 1011 x12
        f(10, 1) = 1022 x12
        f(10, 2) = 1022 x12";
    for threshold in [0, 1, 10] {
        let events = agrees(&tiered(threshold), &wat, |run| {
            script(run);
            assert!(
                run.transcript().starts_with(&unindent(expected)),
                "{}",
                run.transcript()
            );
        });
        let failed: Vec<String> = events
            .iter()
            .filter(|it| matches!(it, Event::CompileFailed { .. }))
            .map(Event::to_string)
            .collect();
        assert!(
            threshold > 1 || failed.iter().any(|it| it.contains("func1 ")),
            "{failed:?}"
        );
        // Each is tried once.
        assert!(failed.len() <= 2, "{failed:?}");
    }
}

// The same script runs twenty times and more in the same process. Events, sizes of code and exit
// tables must be the same each time: nothing may depend on addresses or on the order of a map.
#[test]
fn runs_are_reproducible() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(memory 1)
(table funcref (elem $a $b $c $do))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $c (type $t) (call_indirect (type $t) (local.get 0) (i32.and (local.get 0) (i32.const 1))))
(func $mix (param i32 i32) (result i32)
(i32.store (i32.const 0) (local.get 0))
(i32.add
(call_indirect (type $t) (local.get 0) (local.get 1))
(call_indirect (type $t) (i32.load (i32.const 0)) (i32.rem_u (local.get 0) (i32.const 4)))))
(func (export "f") (param $n i32) (param $i i32) (result i32) (local $x i32)
(loop $next
(local.set $x (i32.xor (local.get $x) (call $mix (local.get $n) (local.get $i))))
(local.set $n (i32.sub (local.get $n) (i32.const 1)))
(br_if $next (local.get $n)))
(local.get $x)))"#;
    let run = || {
        let text = Mutex::new(String::new());
        events(&tiered(5), wat, |run| {
            run.host(|caller, arg| match arg {
                1 => Ok(reenter(caller, "f", (2, 0)).map_or(0, |it| it.unwrap_i32())),
                _ => Ok(arg + 100),
            });
            for index in [0, 1, 2, 3, 0] {
                run.repeat(10, "f", (9, index));
            }
            let mut text = text.lock().expect("no panic while it is locked");
            for event in run.events() {
                let _ = writeln!(text, "{event}");
            }
            text.push_str(&dump(&run.store, DumpKind::Exits));
            text.push_str(&dump(&run.store, DumpKind::Feedback));
            text.push_str(&run.transcript());
        });
        text.into_inner().expect("no panic while it is locked")
    };
    let first = run();
    assert!(
        first.contains("deopt code") && first.contains("installed"),
        "{first}"
    );
    for _ in 0..20 {
        assert!(run() == first, "two runs differ");
    }
}

// Very many functions are compiled, deopt once, and are compiled again. Code that was withdrawn is
// gone when nothing runs: one piece for each function is left, and one for each target.
#[test]
fn many_functions_deopt_once() {
    const N: usize = 500;
    let mut wat = String::from(
        "(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))\n",
    );
    for n in 0..N {
        let _ = writeln!(
            wat,
            r#"(func (export "f{n}") (param i32) (result i32)
(i32.add (call_indirect (type $t) (i32.const 10) (local.get 0)) (i32.const {n})))"#
        );
    }
    wat.push(')');
    let n_left = AtomicUsize::new(0);
    let events = events(&tiered(1), &wat, |run| {
        for index in [0, 1] {
            for n in 0..N {
                let results = run.call(&format!("f{n}"), (index,)).expect("nothing traps");
                let more = i32::try_from(n).expect("functions are few");
                assert_eq!(
                    results[0].unwrap_i32(),
                    more + if index == 0 { 11 } else { 30 }
                );
                run.repeat(4, &format!("f{n}"), (index,));
            }
        }
        let exits = dump(&run.store, DumpKind::Exits);
        let is_code = |it: &&str| it.starts_with("code");
        n_left.store(exits.lines().filter(is_code).count(), Ordering::Relaxed);
    });
    assert_eq!(count_deopts(&events), N);
    let n_left = n_left.into_inner();
    assert!(
        (N..=N + 2).contains(&n_left),
        "{n_left} pieces of code are left"
    );
}

// A function of a hundred kilobytes takes an exit in its middle. What is rebuilt is its frame, and
// its exit describes no more than that: it costs what a small function's exit costs.
#[test]
fn exit_of_a_large_function() {
    let line = "(local.set $x (i32.add (i32.mul (local.get $x) (i32.const 3)) (i32.const 1)))\n";
    let wat = |n: usize| {
        format!(
            r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param $x i32) (param $i i32) (result i32)
{0}(local.set $x (call_indirect (type $t) (local.get $x) (local.get $i)))
{0}(local.get $x)))"#,
            line.repeat(n)
        )
    };
    let value = |mut x: i32, n: usize, index: i32| {
        let lines = |mut x: i32| {
            for _ in 0..n {
                x = x.wrapping_mul(3).wrapping_add(1);
            }
            x
        };
        x = lines(x);
        lines(if index == 0 {
            x.wrapping_add(1)
        } else {
            x.wrapping_mul(3)
        })
    };
    for n in [1, 5000] {
        // Large functions must be called more often before they are compiled.
        let n_calls = 20 + n / 2;
        let script = |run: &mut Run| {
            run.repeat(n_calls, "f", (7, 0));
            run.repeat(3, "f", (7, 1));
            run.call("f", (7, 0));
        };
        let expected = format!(
            "f(7, 0) = {0} x{n_calls}
            f(7, 1) = {1} x3
            f(7, 0) = {0}",
            value(7, n, 0),
            value(7, n, 1)
        );
        let events = agrees(&tiered(1), &wat(n), |run| {
            script(run);
            assert!(
                run.transcript().starts_with(&unindent(&expected)),
                "{}",
                run.transcript()
            );
        });
        let deopts: Vec<String> = events.iter().filter_map(deopt_line).collect();
        assert!(
            matches!(&deopts[..], [it] if it.ends_with(" x1")),
            "{deopts:?}"
        );
        assert!(
            events
                .iter()
                .any(|it| matches!(it, Event::Installed { exits: 1, .. }))
        );
    }
}

// What a test of this suite sees is what it says it sees: modes differ in what they do.
#[test]
fn modes_do_what_they_are_named_for() {
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0, 100));
        run.call("f", (1, 100));
    };
    everywhere(&five(), script, "f(0, 100) = 101 x20\nf(1, 100) = 300");
    assert_eq!(deopts(&five(), script).len(), 1);
    let count = |set: fn(&mut Config)| {
        let mut config = tiered(2);
        set(&mut config);
        let events = agrees(&config, &five(), script);
        (count_installed(&events) > 0, count_deopts(&events))
    };
    let interpreter = count(|it| {
        it.strategy(Strategy::Interpreter);
    });
    assert_eq!(interpreter, (false, 0));
    let jit = count(|it| {
        it.strategy(Strategy::Jit).jit_threshold(0);
    });
    assert_eq!(jit, (true, 0));
    let calm = count(|it| {
        it.jit_speculation(false);
    });
    assert_eq!(calm, (true, 0));
    let one = count(|it| {
        it.jit_deopt_at(Some(3));
    });
    assert_eq!(one, (true, 2));
    let (_, all) = count(|it| {
        it.jit_deopt_every(NonZeroU32::new(1));
    });
    assert!(all >= 18, "{all} deopts");
}

// Stores of one engine run on several threads, compile on one worker and on the spot, and deopt.
// What they share is the compiler and the signatures' stubs.
#[test]
fn stores_on_several_threads() {
    for background in [false, true] {
        let mut config = tiered(3);
        config.jit_background(background);
        let engine = Engine::new(&config).expect("the settings are valid");
        let module = Module::new(&engine, five()).expect("the module is valid");
        let run = || {
            for _ in 0..5 {
                let mut store = Store::new(&engine, ());
                let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
                let f = instance.get_typed_func::<(i32, i32), i32>(&mut store, "f");
                let f = f.expect("f is exported");
                for (index, result) in (0..).zip(RESULTS) {
                    for _ in 0..500 {
                        let actual = f.call(&mut store, (index, 100)).expect("nothing traps");
                        assert_eq!(actual, result);
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
            for thread in threads {
                thread.join().expect("no thread panics");
            }
        });
    }
}
