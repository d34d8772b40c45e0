//! Exits where the stack is nearly used up: the native one, the value stack, or the frame records.

use super::harness::{Run, base, count_installed, survives, tiered};
use std::fmt::Write as _;

/// A recursion `f (n, i)` whose innermost call is of target `i`, with `n_locals` locals alive in
/// each frame. All of it is summed up on the way back.
fn recursion(n_locals: usize) -> String {
    let (mut locals, mut sets, mut sums) = (String::new(), String::new(), String::new());
    for k in 0..n_locals {
        let _ = write!(locals, "(local $l{k} i64)");
        let _ = writeln!(
            sets,
            "(local.set $l{k} (i64.add (local.get $x) (i64.const {k})))"
        );
        let _ = writeln!(sums, "(i64.add (local.get $l{k}))");
    }
    format!(
        r#"(module
(type $t (func (param i64) (result i64)))
(table funcref (elem $a $b))
(func $a (type $t) (i64.add (local.get 0) (i64.const 1)))
(func $b (type $t) (i64.mul (local.get 0) (i64.const 3)))
(func $f (export "f") (param $n i32) (param $i i32) (param $x i64) (result i64)
{locals}
{sets}
(if (result i64) (i32.eqz (local.get $n))
(then (call_indirect (type $t) (local.get $x) (local.get $i)))
(else (call $f
(i32.sub (local.get $n) (i32.const 1)) (local.get $i) (i64.add (local.get $x) (i64.const 7)))))
{sums}))"#
    )
}

/// The recursion to many depths, each with both targets. The argument `x` makes each call one of
/// its own.
fn many_depths(run: &mut Run) {
    for x in 0..15_i64 {
        run.call("f", (3, 0, x));
    }
    for n in [
        1, 5, 10, 20, 40, 60, 80, 100, 130, 160, 200, 300, 500, 1000, 3000,
    ] {
        for index in [0, 1] {
            run.call("f", (n, index, 100_i64));
        }
        run.call("f", (3, 1, i64::from(n)));
    }
}

// A recursion of small and of large frames takes an exit in its innermost call, near the end of
// the stack. It is served or the stack is exhausted; the store is good for the next call.
#[test]
fn exit_near_the_end_of_the_stack() {
    for (n_locals, stack) in [
        (0, 32 << 10),
        (0, 256 << 10),
        (40, 128 << 10),
        (200, 512 << 10),
    ] {
        let mut config = base();
        config.max_wasm_stack(stack);
        let (n_good, n_exhausted) = survives(&config, &recursion(n_locals), many_depths);
        assert!(
            n_good > 0 && n_exhausted > 0,
            "{n_locals} locals: {n_good}, {n_exhausted}"
        );
    }
}

// A recursion never ends, and goes through a table with a target that alternates, so that it
// crosses tiers on the way. Both stacks fill up together; whichever is full first is reported.
#[test]
fn endless_recursion_across_tiers() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(table funcref (elem $f $g $h $do))
(func $f (export "f") (type $t)
(i32.add (i32.const 1) (call_indirect (type $t)
(i32.add (local.get 0) (i32.const 1))
(i32.rem_u (local.get 0) (i32.const 3)))))
(func $g (type $t) (i32.sub (call $f (i32.add (local.get 0) (i32.const 2))) (i32.const 1)))
(func $h (type $t) (i32.add (i32.const 5) (call_indirect (type $t)
(i32.add (local.get 0) (i32.const 5)) (i32.const 3))))
(func (export "ok") (type $t) (call_indirect (type $t) (local.get 0) (i32.const 3))))"#;
    let script = |run: &mut Run| {
        run.host(|caller, arg| {
            if arg < 0 {
                return Ok(-arg);
            }
            let f = caller
                .get_export("f")
                .and_then(wasm_interp_jit::Extern::into_func);
            let f = f.expect("f is a function").typed::<i32, i32>(&*caller)?;
            f.call(&mut *caller, arg)
        });
        for n in 0..3 {
            run.call("f", (n,));
            run.call("ok", (-n - 1,));
        }
    };
    let mut config = base();
    config.max_wasm_stack(256 << 10);
    // With any stack the first call of each pair fails, hence the comparison does not tell: what
    // counts is that nothing crashes and that the second one works.
    survives(&config, wat, script);
}

// A loop is entered in the middle and left by an exit again and again, without ever returning.
// Whatever a round leaves on a stack would exhaust it.
#[test]
fn entries_and_exits_in_constant_stack() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param $n i32) (result i32) (local $x i32)
(loop $next
(local.set $x (call_indirect (type $t)
(local.get $x) (i32.and (local.get $n) (i32.const 1))))
(local.set $n (i32.sub (local.get $n) (i32.const 1)))
(br_if $next (local.get $n)))
(local.get $x)))"#;
    let script = |run: &mut Run| {
        run.call("f", (5000,));
        run.call("f", (5001,));
    };
    let mut config = base();
    config.max_wasm_stack(64 << 10);
    let (_, n_exhausted) = survives(&config, wat, script);
    assert_eq!(n_exhausted, 0);
}

// A recursion that alternates between compiled code and the interpreter, since one of its functions
// takes much longer to get hot than the other, is as deep as in one tier: what the engine's own
// frames take in between is not charged.
#[test]
fn recursion_across_tiers_is_as_deep() {
    let nops = "nop ".repeat(20_000);
    let wat = format!(
        r#"(module
(func $f (export "f") (param i32) (result i32)
(if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
(else (i32.add (i32.const 1) (call $g (i32.sub (local.get 0) (i32.const 1)))))))
(func $g (param i32) (result i32)
(if (i32.eq (local.get 0) (i32.const -1)) (then {nops}))
(if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
(else (i32.add (i32.const 1) (call $f (i32.sub (local.get 0) (i32.const 1)))))))
)"#
    );
    let calls = || {
        let mut config = tiered(10);
        config.max_wasm_stack(512 << 10);
        let mut run = Run::new(&config, &wat);
        run.repeat(100, "f", (0,));
        run.repeat(2, "f", (3000,));
        run.call("f", (1_000_000,));
        run.call("f", (3000,));
        (run.transcript(), count_installed(&run.events()))
    };
    // Frames of builds without optimization are large.
    let run = spec::on_stack(256 << 20, calls);
    let (transcript, n_installed) = run.expect("there is room for a stack");
    let lines: Vec<&str> = transcript.lines().collect();
    assert_eq!(lines[..2], ["f(0) = 0 x100", "f(3000) = 3000 x2"]);
    assert!(
        lines[2].starts_with("f(1000000) fails: call stack exhausted"),
        "{}",
        lines[2]
    );
    assert_eq!(lines[3], "f(3000) = 3000");
    assert!(n_installed > 0);
}
