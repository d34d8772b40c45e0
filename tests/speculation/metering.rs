//! Fuel and deadlines: the same in compiled code, through exits and entries at loops, as in the
//! interpreter.
//!
//! That each scenario of the other files consumes the same fuel in several modes is up to the
//! harness. Here are those in which fuel runs out, or a deadline passes, at each place there is.

use super::harness::{Run, agrees, base, count_deopts, count_osr, events, everywhere_with, tiered};
use std::thread;
use wasm_interp_jit::inspect::{Event, Reason};
use wasm_interp_jit::{Config, UpdateDeadline, WasmBacktrace};

/// Settings with fuel.
fn with_fuel(mut config: Config) -> Config {
    config.consume_fuel(true);
    config
}

/// Settings with deadlines.
fn with_epochs(mut config: Config) -> Config {
    config.epoch_interruption(true);
    config
}

/// Inlined targets by table, a call that is not inlined, a loop with a load, a trap.
const PROGRAM: &str = r#"(module
(type $t (func (param i32) (result i32)))
(memory 1)
(table (export "t") funcref (elem $a $b $c))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (if (result i32) (i32.and (local.get 0) (i32.const 1))
(then (call $a (local.get 0))) (else (i32.const 7))))
(func $c (type $t) (local $i i32)
(loop $l (local.set $i (i32.add (local.get $i) (i32.const 1)))
(br_if $l (i32.lt_u (local.get $i) (i32.const 3))))
(i32.div_u (local.get $i) (local.get 0)))
(func $f (export "f") (param $n i32) (param $which i32) (result i32) (local $x i32)
(loop $next
(i32.store (local.get $n) (local.get $x))
(local.set $x (i32.add (local.get $x)
(call_indirect (type $t) (local.get $n) (local.get $which))))
(local.set $n (i32.sub (local.get $n) (i32.const 1)))
(br_if $next (local.get $n)))
(i32.add (local.get $x) (i32.load (i32.const 2)))))"#;

// Fuel runs out at the entry of a function, inlined or not, in a loop of it, or in its caller;
// before or after a guard failed, and the loop was entered in the middle.
#[test]
fn fuel_runs_out_everywhere() {
    let script = |run: &mut Run| {
        for _ in 0..3 {
            run.call("f", (5, 0));
        }
        for fuel in 0..120 {
            run.fuel(fuel);
            run.call("f", (4, (fuel % 3) as i32));
            run.call("f", (3, 0));
        }
    };
    let expected = "
        f(5, 0) = 20, 1099511627676 left x3
        f(4, 0) fails: wasm trap: all fuel consumed by WebAssembly < func3@0x1, 0 left";
    let transcript = everywhere_with(&with_fuel(base()), PROGRAM, script, expected);
    assert!(transcript.contains("f(4, 1) = "), "{transcript}");
}

// A site that always had one target gets one that never returns: the guard fails, and fuel runs out
// in the interpreter, in code for the target's loop, or in the target inlined.
#[test]
fn fuel_ends_an_endless_target() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $endless))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $endless (type $t) (loop $l (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br $l))
(unreachable))
(func (export "f") (param $which i32) (result i32)
(call_indirect (type $t) (i32.const 10) (local.get $which))))"#;
    let script = |run: &mut Run| {
        for _ in 0..3 {
            run.repeat(20, "f", (0,));
            for fuel in [100, 101, 10_000] {
                run.fuel(fuel);
                run.call("f", (1,));
            }
            run.fuel(1_000_000);
        }
    };
    let expected = "
        f(0) = 11, 1099511627768 left x20
        f(1) fails: wasm trap: all fuel consumed by WebAssembly < func1@0x1 < func2@0x5, 0 left x3
        f(0) = 11, 999992 left x20
        f(1) fails: wasm trap: all fuel consumed by WebAssembly < func1@0x1 < func2@0x5, 0 left x3";
    everywhere_with(&with_fuel(base()), wat, script, expected);
}

// The same, seen from the tiers: code is left where fuel runs out, and nothing is withdrawn.
#[test]
fn fuel_runs_out_in_compiled_code() {
    let script = |run: &mut Run| {
        for _ in 0..20 {
            run.call("f", (5, 0));
        }
        run.fuel(40);
        run.call("f", (5, 0));
    };
    let events = agrees(&with_fuel(tiered(5)), PROGRAM, script);
    let reasons: Vec<Reason> = reasons(&events);
    assert!(
        matches!(reasons[..], [Reason::Poll | Reason::PollAtEntry]),
        "{reasons:?}"
    );
    let is_withdrawal = |it: &Event| matches!(it, Event::Invalidated { .. });
    assert!(!events.iter().any(is_withdrawal));
}

fn reasons(events: &[Event]) -> Vec<Reason> {
    let reason = |it: &Event| match it {
        Event::Deopt { reason, .. } => Some(*reason),
        _ => None,
    };
    events.iter().filter_map(reason).collect()
}

/// A function for each kind of endless loop. Before it, a loop that makes the function hot, and a
/// call of the host, which has time go on.
const ENDLESS: &str = r#"(module
(import "host" "do" (func $do (param i32) (result i32)))
(memory 1)
(global $g (mut i32) (i32.const 0))
(func $warm (param $n i32)
(loop $l (local.set $n (i32.sub (local.get $n) (i32.const 1)))
(br_if $l (local.get $n)))
(drop (call $do (i32.const 0))))
(func $spin (param $n i32) (loop $l (br_if $l (local.get $n))))
(func (export "empty") (call $warm (i32.const 50)) (loop $l (br $l)))
(func (export "nested") (local $i i32) (call $warm (i32.const 50))
(loop $l (local.set $i (i32.const 5))
(loop $m (local.set $i (i32.sub (local.get $i) (i32.const 1))) (br_if $m (local.get $i)))
(br $l)))
(func (export "inner") (call $warm (i32.const 50))
(block $b (loop $l (loop $m (br_if $m (i32.const 1)) (br $b)) (br $l))))
(func (export "inlined") (call $warm (i32.const 50)) (call $spin (i32.const 1)))
(func (export "memory") (local $i i32) (call $warm (i32.const 50))
(loop $l (i32.store (local.get $i) (i32.const 7))
(local.set $i (i32.and (i32.add (local.get $i) (i32.load (i32.const 0))) (i32.const 1023)))
(br_if $l (i32.load (i32.const 0)))))
(func (export "global") (call $warm (i32.const 50))
(loop $l (global.set $g (i32.add (global.get $g) (i32.const 1))) (br $l)))
(func $tail (export "tail") (param $n i32)
(if (i32.eqz (local.get $n)) (then (drop (call $do (i32.const 0)))))
(return_call $tail (i32.sub (local.get $n) (i32.const 1))))
(func (export "hot") (local $n i32) (local.set $n (i32.const 1000))
(loop $l (local.set $n (i32.sub (local.get $n) (i32.const 1))) (br_if $l (local.get $n)))
(drop (call $do (i32.const 0)))
(loop $l (br $l))))"#;

/// Has the next epoch begin on another thread, when that has given way so often.
fn interrupt_after(n_yields: u32, run: &mut Run) {
    run.store.set_epoch_deadline(1);
    run.host(move |caller, _| {
        let engine = caller.engine().clone();
        thread::spawn(move || {
            for _ in 0..n_yields {
                thread::yield_now();
            }
            engine.increment_epoch();
        });
        Ok(0)
    });
}

// Loops without an end, in each tier, entered from the interpreter and compiled at once. Cranelift
// would move a load out of them.
#[test]
fn endless_loops_are_interrupted() {
    let script = |run: &mut Run| {
        for _ in 0..3 {
            interrupt_after(0, run);
            run.call("empty", ());
        }
        interrupt_after(0, run);
        run.call("tail", (50,));
    };
    let expected = "
        empty() fails: wasm trap: interrupt < func3@0x5 x3
        tail(50) fails: wasm trap: interrupt < func9@0x0";
    everywhere_with(&with_epochs(base()), ENDLESS, script, expected);
    // Where these are interrupted is not always the same.
    for mut config in [base(), tiered(2), tiered(20)] {
        for name in ["nested", "inner", "inlined", "global"] {
            let mut run = Run::new(config.epoch_interruption(true), ENDLESS);
            interrupt_after(20, &mut run);
            run.call(name, ());
            let transcript = run.transcript();
            assert!(
                transcript.contains("fails: wasm trap: interrupt"),
                "{transcript}"
            );
        }
    }
}

// The same loops are compiled, and left by an exit.
#[test]
fn endless_loops_are_left() {
    for name in ["empty", "inner", "inlined", "memory", "hot"] {
        // On a busy machine it may take long until there is code to be left.
        let is_left_after = |n_yields: u32| {
            let script = |run: &mut Run| {
                interrupt_after(n_yields, run);
                run.call(name, ());
            };
            let events = events(&with_epochs(tiered(5)), ENDLESS, script);
            reasons(&events).contains(&Reason::Poll)
        };
        assert!(
            [20, 2_000, 200_000, 5_000_000]
                .into_iter()
                .any(is_left_after),
            "{name}"
        );
    }
}

/// Calls the host in a loop, with an inlined function that has a loop.
const CALLBACKS: &str = r#"(module
(import "host" "do" (func $do (param i32) (result i32)))
(memory (export "m") 1)
(table (export "t") 1 10 funcref)
(func $leaf (param i32) (result i32) (i32.load (local.get 0)))
(func $few (param i32) (result i32) (local $s i32)
(loop $l (local.set $s (i32.add (local.get $s) (call $leaf (local.get 0))))
(local.set 0 (i32.sub (local.get 0) (i32.const 1)))
(br_if $l (local.get 0)))
(local.get $s))
(func (export "f") (param $n i32) (result i32) (local $s i32)
(loop $l
(local.set $s (i32.add (local.get $s) (call $do (local.get $n))))
(local.set $s (i32.add (local.get $s) (call $few (i32.const 3))))
(local.set $n (i32.sub (local.get $n) (i32.const 1)))
(br_if $l (local.get $n)))
(i32.add (local.get $s) (i32.add (memory.size) (table.size)))))"#;

// A callback lets Wasm go on again and again, from where its backtrace says; it grows what
// compiled code has loaded the addresses of, and calls back.
#[test]
fn callbacks_go_on() {
    let script = |run: &mut Run| {
        let memory = run.export("m").into_memory().expect("m is a memory");
        let table = run.table("t");
        run.store.epoch_deadline_callback(move |mut store| {
            let trace = WasmBacktrace::force_capture(&store);
            let frames: Vec<_> = trace
                .frames()
                .iter()
                .map(|it| format!("{}@{:#x}", it.func_index(), it.func_offset().unwrap_or(0)))
                .collect();
            let size = memory.size(&store);
            if size < 9 {
                memory.grow(&mut store, 1)?;
                memory.data_mut(&mut store)[1] = size as u8;
            }
            if table.size(&store) < 9 {
                table.grow(&mut store, 1, wasm_interp_jit::Ref::Func(None))?;
            }
            store.data_mut().line(format!("epoch {}", frames.join(" ")));
            Ok(UpdateDeadline::Continue(1))
        });
        run.host(|caller, n| {
            caller.engine().increment_epoch();
            Ok(n)
        });
        run.store.set_epoch_deadline(1);
        for _ in 0..4 {
            run.call("f", (6,));
        }
        // Each time it is looked at.
        run.store.set_epoch_deadline(0);
        run.store.epoch_deadline_callback(|mut store| {
            let trace = WasmBacktrace::force_capture(&store);
            let frame = trace.frames()[0].func_offset().unwrap_or(0);
            let index = trace.frames()[0].func_index();
            store.data_mut().line(format!("epoch {index}@{frame:#x}"));
            Ok(UpdateDeadline::Continue(0))
        });
        run.call("f", (3,));
    };
    let expected = "
        epoch 2@0x1 3@0x12 x6
        f(6) = 56";
    everywhere_with(&with_epochs(base()), CALLBACKS, script, expected);
    let events = agrees(&with_epochs(tiered(3)), CALLBACKS, script);
    assert!(
        count_deopts(&events) > 10 && count_osr(&events) > 0,
        "{events:?}"
    );
}

// An error of the callback, a panic and an interruption leave Wasm; the store is good afterwards.
#[test]
fn callbacks_that_fail() {
    let script = |run: &mut Run| {
        run.host(|caller, n| {
            caller.engine().increment_epoch();
            Ok(n)
        });
        for round in 0..3 {
            run.store.set_epoch_deadline(2);
            let mut n = 0;
            run.store.epoch_deadline_callback(move |_| {
                n += 1;
                match (n, round) {
                    (1, _) => Ok(UpdateDeadline::Continue(1)),
                    (_, 0) => wasm_interp_jit::bail!("no more"),
                    (_, 1) => Ok(UpdateDeadline::Yield(1)),
                    _ => Ok(UpdateDeadline::Interrupt),
                }
            });
            for _ in 0..2 {
                run.call("f", (6,));
            }
        }
        run.store.set_epoch_deadline(1 << 20);
        run.call("f", (6,));
    };
    let expected = "
        f(6) fails: no more < func2@0x1 < func3@0x12";
    let transcript = everywhere_with(&with_epochs(base()), CALLBACKS, script, expected);
    assert!(
        transcript
            .contains("cannot use `UpdateDeadline::Yield` without using an async wasm entrypoint"),
        "{transcript}"
    );
    assert!(transcript.contains("f(6) = "), "{transcript}");
}
