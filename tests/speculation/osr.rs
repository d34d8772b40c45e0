//! Loops that are entered in the middle, left by an exit, and entered again.

use super::harness::{
    Run, agrees, count_deopts, count_osr, deopts_with, events, everywhere, tiered,
};
use wasm_interp_jit::Val;
use wasm_interp_jit::inspect::Event;

/// Two nested loops with parameters and an operand below them. `$b` is the target in iteration
/// `flip` of the outer one, `$a` in all others.
const NESTED: &str = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param $n i32) (param $flip i32) (result i32)
(local $i i32) (local $j i32)
i32.const 1000
i32.const 5
loop $outer (param i32) (result i32)
i32.const 0
local.set $j
loop $inner (param i32) (result i32)
local.get $i
local.get $flip
i32.eq
call_indirect (type $t)
local.get $j
i32.const 1
i32.add
local.tee $j
i32.const 10
i32.lt_s
br_if $inner
end
local.get $i
i32.const 1
i32.add
local.tee $i
local.get $n
i32.lt_s
br_if $outer
end
i32.add))"#;

// A single call stays long enough in nested loops to be compiled there; a new target has it leave
// and come back. Operands below the loops and their parameters come along both ways.
#[test]
fn nested_loops_with_parameters() {
    let script = |run: &mut Run| {
        for (n, flip) in [(20, -1), (20, 5), (20, 19), (100, -1), (100, 50)] {
            run.call("f", (n, flip));
        }
    };
    let expected = "
        f(20, -1) = 1205
        f(20, 5) = 3248835
        f(20, 19) = 11515555
        f(100, -1) = 2005
        f(100, 50) = 29821235";
    everywhere(NESTED, script, expected);
    let events = events(&tiered(10), NESTED, |run| {
        run.call("f", (100, 50));
    });
    assert_eq!(count_deopts(&events), 1);
    // Once before the exit and once after it.
    assert!(count_osr(&events) >= 2, "{} entries", count_osr(&events));
    let order: Vec<bool> = events
        .iter()
        .filter_map(|it| match it {
            Event::OsrEntered { .. } => Some(true),
            Event::Deopt { .. } => Some(false),
            _ => None,
        })
        .collect();
    assert_eq!((order.first(), order.last()), (Some(&true), Some(&true)));
}

// The interpreter lands behind the blocks that the loop begins with, and one of the branches gets
// there by way of another one. The loop is entered at its header all the same.
#[test]
fn loop_that_begins_with_blocks() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param $n i32) (param $flip i32) (result i32) (local $i i32) (local $sum i32)
(loop $next
(block $done
(block $even
(local.set $sum (i32.add (local.get $sum) (call_indirect (type $t)
(local.get $i) (i32.eq (local.get $i) (local.get $flip)))))
(local.set $i (i32.add (local.get $i) (i32.const 1)))
(br_if $done (i32.ge_s (local.get $i) (local.get $n)))
(br_if $even (i32.eqz (i32.and (local.get $i) (i32.const 1))))
(local.set $sum (i32.add (local.get $sum) (i32.const 1))))
(br $next)))
(local.get $sum)))"#;
    let script = |run: &mut Run| {
        for (n, flip) in [(20, -1), (100, -1), (100, 50)] {
            run.call("f", (n, flip));
        }
    };
    let expected = "
        f(20, -1) = 220
        f(100, -1) = 5100
        f(100, 50) = 5199";
    everywhere(wat, script, expected);
    let events = events(&tiered(10), wat, |run| {
        run.call("f", (100, 50));
    });
    assert!(count_osr(&events) >= 1 && count_deopts(&events) == 1);
}

/// A loop of `n` iterations, of which `flip` has another target.
const SIMPLE: &str = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param $n i32) (param $flip i32) (result i32)
(local $i i32) (local $x i32)
(loop $next
(local.set $x (call_indirect (type $t)
(local.get $x) (i32.eq (local.get $i) (local.get $flip))))
(local.set $i (i32.add (local.get $i) (i32.const 1)))
(br_if $next (i32.lt_s (local.get $i) (local.get $n))))
(local.get $x)))"#;

// The new target comes in every possible iteration: before the loop is compiled, in the first one
// after the entry, in the last one. Iterations before and after are neither lost nor repeated.
#[test]
fn exit_in_each_iteration() {
    let mut n_exits = 0;
    for flip in 0..40 {
        for threshold in [2, 10] {
            let events = agrees(&tiered(threshold), SIMPLE, |run| {
                run.call("f", (40, flip));
                run.call("f", (40, 39 - flip));
            });
            n_exits += count_deopts(&events);
        }
    }
    assert!(n_exits >= 40, "{n_exits} exits");
    everywhere(
        SIMPLE,
        |run| {
            run.call("f", (40, 0));
            run.call("f", (40, 20));
            run.call("f", (40, 39));
        },
        "f(40, 0) = 39\nf(40, 20) = 79\nf(40, 39) = 117",
    );
}

// A function is compiled for its entry and for its loop. An exit from one of them withdraws that
// one; the other one is right, with its own feedback, and so is the function.
#[test]
fn code_for_the_entry_and_for_the_loop() {
    let script = |run: &mut Run| {
        run.call("f", (200, -1));
        run.repeat(30, "f", (3, -1));
        run.call("f", (200, 100));
        run.repeat(30, "f", (3, 1));
        run.call("f", (200, 199));
        run.repeat(30, "f", (3, 2));
    };
    let expected = "
        f(200, -1) = 200
        f(3, -1) = 3 x30
        f(200, 100) = 399
        f(3, 1) = 4 x30
        f(200, 199) = 597
        f(3, 2) = 6 x30";
    everywhere(SIMPLE, script, expected);
    let events = events(&tiered(10), SIMPLE, script);
    let installed = |osr: bool| {
        events
            .iter()
            .filter(|it| {
                matches!(it, Event::Installed { osr: at, func, .. }
                if at.is_some() == osr && func.0 == 2)
            })
            .count()
    };
    assert!(installed(false) >= 1 && installed(true) >= 1);
    assert!(
        count_deopts(&events) <= 3,
        "{} deopts",
        count_deopts(&events)
    );
}

// The exit is behind the loop, in code that was entered in the loop, and then in a second loop,
// which is entered by itself.
#[test]
fn exit_behind_the_loop() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param $n i32) (param $i i32) (result i32)
(local $k i32) (local $x i32)
(loop $next
(local.set $x (i32.add (local.get $x) (local.get $k)))
(local.set $k (i32.add (local.get $k) (i32.const 1)))
(br_if $next (i32.lt_s (local.get $k) (local.get $n))))
(local.set $x (call_indirect (type $t) (local.get $x) (local.get $i)))
(loop $next
(local.set $x (call_indirect (type $t)
(local.get $x) (i32.gt_s (i32.const 3) (local.get $k))))
(local.set $k (i32.sub (local.get $k) (i32.const 1)))
(br_if $next (local.get $k)))
(local.get $x)))"#;
    let script = |run: &mut Run| {
        // So that the site behind the loop is known before the loop is compiled.
        run.repeat(2, "f", (2, 0));
        run.repeat(2, "f", (50, 0));
        run.repeat(2, "f", (50, 1));
        run.call("f", (4, 0));
    };
    // 0 + ... + 49 = 1225; then 48 times $a and twice $b.
    let expected = "
        f(2, 0) = 18 x2
        f(50, 0) = 11466 x2
        f(50, 1) = 33507 x2
        f(4, 0) = 81";
    everywhere(wat, script, expected);
    let deopts = deopts_with(&tiered(10), wat, script);
    assert!(!deopts.is_empty());
}

// A function of several frames below the loop: the compiled loop is entered in a callee of an
// interpreted function, and its results go back there.
#[test]
fn loop_of_an_interpreted_callee() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $loop (param $n i32) (param $flip i32) (result i32 i64)
(local $i i32) (local $x i32)
(loop $next
(local.set $x (call_indirect (type $t)
(local.get $x) (i32.eq (local.get $i) (local.get $flip))))
(local.set $i (i32.add (local.get $i) (i32.const 1)))
(br_if $next (i32.lt_s (local.get $i) (local.get $n))))
(local.get $x)
(i64.const -1))
(func $middle (param $n i32) (param $flip i32) (result i32) (local $w i64)
(i32.const 500)
(call $loop (local.get $n) (local.get $flip))
(local.set $w)
(i32.add)
(i32.add (i32.wrap_i64 (local.get $w))))
(func (export "f") (param i32 i32) (result i32)
(i32.const 10000)
(call $middle (local.get 0) (local.get 1))
(i32.add)))"#;
    let script = |run: &mut Run| {
        run.call("f", (60, -1));
        run.call("f", (60, 30));
        run.call("f", (60, 59));
    };
    let expected = "
        f(60, -1) = 10559
        f(60, 30) = 10618
        f(60, 59) = 10676";
    everywhere(wat, script, expected);
}

// A loop is entered with values of every type in locals and below it, some of them never touched
// by it. They are loaded from the interpreter's frame, and written back by the exit.
#[test]
fn values_of_every_type_at_the_entry() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (export "a") (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param $n i32) (param $flip i32)
(param $l i64) (param $s f32) (param $d f64) (param $r funcref) (param $e externref)
(result i32 i64 f32 f64 funcref externref i64 f32 f64 funcref externref i32)
(local $i i32) (local $x i32) (local $unset i64)
(i32.sub (local.get $n) (i32.const 1))
(i64.sub (local.get $l) (i64.const 1))
(f32.neg (local.get $s))
(f64.neg (local.get $d))
(local.get $r)
(local.get $e)
(local.set $r (ref.null func))
(loop $next
(local.set $x (call_indirect (type $t)
(local.get $x) (i32.eq (local.get $i) (local.get $flip))))
(local.set $l (i64.add (local.get $l) (i64.const 1)))
(local.set $s (f32.neg (local.get $s)))
(local.set $i (i32.add (local.get $i) (i32.const 1)))
(br_if $next (i32.lt_s (local.get $i) (local.get $n))))
(i64.add (local.get $l) (local.get $unset))
(local.get $s) (local.get $d) (local.get $r) (local.get $e) (local.get $x)))"#;
    let script = |run: &mut Run| {
        for (flip, value) in [(-1, 5), (30, 6), (39, 7)] {
            let args = vec![
                Val::I32(41),
                Val::I32(flip),
                Val::I64(1 << 40),
                Val::F32(0x7fa0_0001),
                Val::F64(0xfff4_0000_0000_0001),
                run.func("a"),
                run.extern_ref(value),
            ];
            run.call("f", args);
        }
    };
    let mut expected = String::new();
    for (flip, value, x) in [(-1, 5, 41), (30, 6, 100), (39, 7, 118)] {
        expected.push_str(&format!(
            "f(41, {flip}, 1099511627776i64, 0x7fa00001f32, 0xfff4000000000001f64, \
             func[i32]->[i32], extern {value}) = 40, 1099511627775i64, 0xffa00001f32, \
             0x7ff4000000000001f64, func[i32]->[i32], extern {value}, 1099511627817i64, \
             0xffa00001f32, 0xfff4000000000001f64, null, extern {value}, {x}\n"
        ));
    }
    everywhere(wat, script, &expected);
    let events = events(&tiered(10), wat, script);
    assert!(count_osr(&events) >= 1 && count_deopts(&events) >= 1);
}

// The start function of a module loops until it is compiled, takes an exit and traps; that of
// another one ends well. Instantiation is a call as any other.
#[test]
fn start_function() {
    let wat = |end: &str| {
        format!(
            r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(global $x (export "x") (mut i32) (i32.const 0))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $start (local $i i32)
(loop $next
(global.set $x (call_indirect (type $t)
(global.get $x) (i32.eq (local.get $i) (i32.const 30))))
(local.set $i (i32.add (local.get $i) (i32.const 1)))
(br_if $next (i32.lt_s (local.get $i) (i32.const 40))))
{end})
(start $start))"#
        )
    };
    let good = wat("");
    let bad = wat("(drop (i32.div_u (global.get $x) (i32.const 0)))");
    let script = |run: &mut Run| run.instantiate("bad", &bad);
    let expected = "
        instantiate bad fails: wasm trap: integer divide by zero < func2@0x24
        main.x: 99";
    everywhere(&good, script, expected);
    assert_eq!(deopts_with(&tiered(10), &good, |_| {}).len(), 1);
}

// A worker compiles a loop while it runs. The running frame enters the code when it is there, and
// an exit from it leads back into the same loop.
#[test]
fn loop_compiled_by_the_worker() {
    let mut config = tiered(10);
    config.jit_background(true);
    let events = events(&config, SIMPLE, |run| {
        for _ in 0..1000 {
            let results = run.call("f", (100_000, -1)).expect("nothing traps");
            assert_eq!(results[0].unwrap_i32(), 100_000);
            if count_osr(&run.events()) > 0 {
                break;
            }
        }
        for n in [50_000, 99_999] {
            let results = run.call("f", (100_000, n)).expect("nothing traps");
            assert_eq!(results[0].unwrap_i32(), 3 * n + 99_999 - n);
        }
    });
    assert!(count_osr(&events) >= 1 && count_deopts(&events) <= 3);
}
