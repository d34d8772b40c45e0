//! Exits out of inlined calls and tail calls: which frames are rebuilt, and in which order.

use super::harness::{
    Run, base, call_element, count_deopts, deopts, events, everywhere, everywhere_with, reenter,
    tiered, trace,
};
use std::fmt::Write as _;
use wasm_interp_jit::bail;

/// Instructions that do nothing, so that a function may grow by what is inlined into it.
fn room(n: usize) -> String {
    "(nop)".repeat(n)
}

/// A chain of six functions, inlined into each other. Bit `k` of the second argument chooses the
/// target of the `k`-th, which is called by `form`, a call of a table's element or of a reference.
fn chain(form: &str) -> String {
    let mut wat = String::from(
        "(module
(type $t (func (param i32) (result i32)))
(table $targets (ref null $t) (elem (ref.func $a) (ref.func $b)))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))\n",
    );
    for k in 1..=6 {
        let next = match k {
            6 => "(local.get $y)".to_owned(),
            _ => format!("(call $f{} (local.get $y) (local.get $m))", k + 1),
        };
        let index = format!("(i32.and (i32.shr_u (local.get $m) (i32.const {k})) (i32.const 1))");
        let call = call_element(form, "(local.get $x)", &index);
        let _ = writeln!(
            wat,
            "(func $f{k} (param $x i32) (param $m i32) (result i32) (local $y i32)
(local.set $y {call})
(i32.sub {next} (local.get $x)))"
        );
    }
    let _ = write!(
        wat,
        r#"(func (export "f") (param i32 i32) (result i32) {}
(call $f1 (local.get 0) (local.get 1))))"#,
        room(200)
    );
    wat
}

// One function of a chain of six inlined ones meets a new target, each of them once. As many
// frames are rebuilt as it is deep, and each goes on after its own call.
#[test]
fn exit_at_each_depth() {
    check_chain("call_indirect", "0xa");
}

// The same where the targets are references.
#[test]
fn exit_at_each_depth_by_reference() {
    check_chain("call_ref", "0xc");
}

/// Checks the chain whose calls are of the form `form` and at `pc`.
fn check_chain(form: &str, pc: &str) {
    let wat = chain(form);
    let script = |run: &mut Run| {
        run.repeat(20, "f", (10, 0));
        for k in 1..=6 {
            run.repeat(3, "f", (10, 1 << k));
        }
        run.repeat(20, "f", (10, 126));
    };
    let expected = "
        f(10, 0) = -59 x20
        f(10, 2) = -135 x3
        f(10, 4) = -122 x3
        f(10, 8) = -105 x3
        f(10, 16) = -84 x3
        f(10, 32) = -59 x3
        f(10, 64) = -30 x3
        f(10, 126) = 3650 x20";
    everywhere(&wat, script, expected);
    for k in 1..=6 {
        let script = |run: &mut Run| {
            run.repeat(40, "f", (10, 0));
            run.call("f", (10, 1 << k));
        };
        let func = 1 + k;
        assert_eq!(
            deopts(&wat, script),
            [format!("WrongCallTarget func{func}@{pc} x{}", k + 1)]
        );
    }
}

/// Targets that show who called them: one returns, one traps, one lets the host fail.
const WITNESSES: &str = r#"(type $t (func (param i32) (result i32)))
(import "host" "trace" (func $trace))
(import "host" "fail" (func $fail))
(table $targets funcref (elem $a $b $traps $fails))
(func $a (type $t) (call $trace) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (call $trace) (i32.mul (local.get 0) (i32.const 3)))
(func $traps (type $t) (i32.div_u (local.get 0) (i32.const 0)))
(func $fails (type $t) (call $fail) (i32.const 0))"#;

/// Each target until it is known, in the order that makes the sites fail.
fn each_target(run: &mut Run) {
    for index in [0, 1, 2, 3, 0] {
        run.repeat(15, "f", (10, index));
    }
}

// The function in the middle calls the innermost one in tail position, and is inlined with it.
// After the exit its frame must be missing from backtraces, as it is in the interpreter.
#[test]
fn tail_caller_has_no_frame() {
    let wat = format!(
        r#"(module {WITNESSES}
(func $inner (param i32 i32) (result i32)
(call_indirect (type $t) (local.get 0) (local.get 1)))
(func $middle (param i32 i32) (result i32) (return_call $inner (local.get 0) (local.get 1)))
(func (export "f") (param i32 i32) (result i32) {}
(i32.add (call $middle (local.get 0) (local.get 1)) (i32.const 100))))"#,
        room(60)
    );
    let expected = "
        trace < func2@0x1 < func6@0x5 < func8@0x41
        f(10, 0) = 111";
    everywhere(&wat, each_target, expected);
    let script = |run: &mut Run| {
        run.repeat(15, "f", (10, 0));
        run.call("f", (10, 2));
    };
    assert_eq!(deopts(&wat, script), ["WrongCallTarget func6@0x4 x2"]);
}

// The compiled function itself is gone by a tail call when an exit is taken in what it called.
// One frame is rebuilt: a second one would return twice.
#[test]
fn compiled_function_is_tail_called_away() {
    let wat = format!(
        r#"(module {WITNESSES}
(func $inner (param i32 i32) (result i32)
(i32.add (call_indirect (type $t) (local.get 0) (local.get 1)) (i32.const 100)))
(func (export "f") (param i32 i32) (result i32) {}
(return_call $inner (local.get 0) (local.get 1))))"#,
        room(60)
    );
    let expected = "
        trace < func2@0x1 < func6@0x5
        f(10, 0) = 111";
    everywhere(&wat, each_target, expected);
    let script = |run: &mut Run| {
        run.repeat(15, "f", (10, 0));
        run.call("f", (10, 1));
    };
    assert_eq!(deopts(&wat, script), ["WrongCallTarget func6@0x4 x1"]);
}

// A tail call has one target and then others. Its exit replaces the frame in the interpreter, and
// afterwards the known targets are inlined without one.
#[test]
fn indirect_tail_call_meets_new_targets() {
    let wat = format!(
        r#"(module {WITNESSES}
(func $g (param i32 i32) (result i32)
(return_call_indirect (type $t) (local.get 0) (local.get 1)))
(func (export "f") (param i32 i32) (result i32) {}
(i32.add (call $g (local.get 0) (local.get 1)) (i32.const 100))))"#,
        room(60)
    );
    let expected = "
        trace < func2@0x1 < func7@0x41
        f(10, 0) = 111";
    everywhere(&wat, each_target, expected);
    let script = |run: &mut Run| {
        for index in [0, 1, 0, 1] {
            run.repeat(15, "f", (10, index));
        }
    };
    // `g` was compiled by itself before it was inlined.
    assert_eq!(
        deopts(&wat, script),
        [
            "WrongCallTarget func6@0x4 x2",
            "WrongCallTarget func6@0x4 x1"
        ]
    );
}

/// A machine of four states that call each other in tail position, by a pseudo-random index.
const MACHINE: &str = r#"(module
(type $t (func (param i32 i32) (result i32)))
(table funcref (elem $s0 $s1 $s2 $s3))
(func $next (param $n i32) (result i32)
(i32.shr_u (i32.mul (local.get $n) (i32.const 0x9e3779b1)) (i32.const 30)))
(func $s0 (export "f") (type $t) (param $n i32) (param $x i32) (result i32)
(if (i32.eqz (local.get $n)) (then (return (local.get $x))))
(local.set $n (i32.sub (local.get $n) (i32.const 1)))
(return_call_indirect (type $t)
(local.get $n) (i32.add (local.get $x) (i32.const 1)) (call $next (local.get $n))))
(func $s1 (type $t) (param $n i32) (param $x i32) (result i32)
(if (i32.eqz (local.get $n)) (then (return (local.get $x))))
(local.set $n (i32.sub (local.get $n) (i32.const 1)))
(return_call_indirect (type $t)
(local.get $n) (i32.mul (local.get $x) (i32.const 3)) (call $next (local.get $n))))
(func $s2 (type $t) (param $n i32) (param $x i32) (result i32)
(if (i32.eqz (local.get $n)) (then (return (local.get $x))))
(local.set $n (i32.sub (local.get $n) (i32.const 1)))
(return_call_indirect (type $t)
(local.get $n) (i32.xor (local.get $x) (i32.const 5)) (call $next (local.get $n))))
(func $s3 (type $t) (param $n i32) (param $x i32) (result i32)
(if (i32.eqz (local.get $n)) (then (return (local.get $x))))
(local.set $n (i32.sub (local.get $n) (i32.const 1)))
(return_call_indirect (type $t)
(local.get $n) (i32.rotl (local.get $x) (i32.const 3)) (call $next (local.get $n)))))"#;

// States call each other millions of times in tail position, in every tier and across tiers. Any
// stack that a step leaves behind would overflow, and each step could be a new target.
#[test]
fn tail_calls_in_constant_stack() {
    let mut small = base();
    small.max_wasm_stack(128 << 10);
    let script = |run: &mut Run| {
        run.call("f", (3000, 1));
        run.call("f", (3000, 1));
    };
    everywhere_with(&small, MACHINE, script, "f(3000, 1) = -651370951 x2");
    let mut small = tiered(10);
    small.max_wasm_stack(128 << 10);
    let script = |run: &mut Run| {
        let results = run.call("f", (10_000_000, 1)).expect("nothing traps");
        assert_eq!(results[0].unwrap_i32(), -689562040);
    };
    let events = events(&small, MACHINE, script);
    // Four sites with three new targets each.
    assert!(
        count_deopts(&events) <= 4 * 4,
        "{} deopts",
        count_deopts(&events)
    );
}

// A function with two parameters tail-calls one with thirty and is called back the same way, with
// exits on either side. The frame grows over what was its own arguments.
#[test]
fn tail_call_with_more_arguments() {
    let args: String = (0..28).map(|n| format!("(i32.const {n}) ")).collect();
    let sum: String = (2..30)
        .map(|n| format!("(local.get {n}) (i32.add) "))
        .collect();
    let types = "i32 ".repeat(28);
    let wat = format!(
        r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $narrow (export "f") (param $i i32) (param $x i32) (result i32) {}
(if (i32.gt_s (local.get $x) (i32.const 3000)) (then (return (local.get $x))))
(local.set $x (call_indirect (type $t)
(local.get $x) (i32.and (local.get $i) (i32.const 1))))
(return_call $wide (local.get $i) (local.get $x) {args}))
(func $wide (param $i i32) (param $x i32) (param {types}) (result i32)
(local.set $x (call_indirect (type $t)
(local.get $x) (i32.shr_u (local.get $i) (i32.const 1))))
(local.get $x) {sum}
(local.set $x)
(return_call $narrow (local.get $i) (local.get $x))))"#,
        room(100)
    );
    let script = |run: &mut Run| {
        for index in [0, 1, 2, 3, 0] {
            run.repeat(15, "f", (index, 10));
        }
    };
    let expected = [0, 1, 2, 3, 0].map(|index: i32| {
        let mut x = 10;
        while x <= 3000 {
            for target in [index & 1, index >> 1] {
                x = if target == 0 { x + 1 } else { x * 3 };
            }
            // 0 + 1 + ... + 27
            x += 378;
        }
        format!("f({index}, 10) = {x} x15\n")
    });
    everywhere(&wat, script, &expected.concat());
    assert!(!deopts(&wat, script).is_empty());
}

// The host fails, or Wasm traps, in what was called after an exit, below compiled callers that
// are not inlined. The error passes all of them, with the same frames as everywhere.
#[test]
fn errors_pass_rebuilt_frames() {
    let wat = format!(
        r#"(module {WITNESSES}
(func $inner (param i32 i32) (result i32)
(i32.add (call_indirect (type $t) (local.get 0) (local.get 1)) (i32.const 100)))
(func $large (param i32 i32) (result i32) {}
(i32.add (call $inner (local.get 0) (local.get 1)) (i32.const 1000)))
(func (export "f") (param i32 i32) (result i32)
(i32.add (call $large (local.get 0) (local.get 1)) (i32.const 10000))))"#,
        room(600)
    );
    let script = |run: &mut Run| {
        for index in [0, 2, 3, 0, 1, 3, 2, 0] {
            run.repeat(50, "f", (10, index));
        }
    };
    let callers = "func6@0x5 < func7@0x25d < func8@0x5";
    let good = format!("trace < func2@0x1 < {callers}\nf(10, 0) = 11111\n");
    let expected = format!(
        "{}f(10, 2) fails: wasm trap: integer divide by zero < func4@0x5 < {callers} x50
        f(10, 3) fails: the host fails < func5@0x1 < {callers} x50
        {good}",
        good.repeat(50)
    );
    everywhere(&wat, script, &expected);
    // Three new targets, in the code of `large` and in that of `inner` alone.
    let n_deopts = deopts(&wat, script).len();
    assert!((3..=6).contains(&n_deopts), "{n_deopts} deopts");
}

// The host is called by an inlined callee, calls back, and there an exit is taken in the same
// code; then the host fails. Each activation ends by itself.
#[test]
fn errors_pass_nested_activations() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(table funcref (elem $a $b $host))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $host (type $t) (call $do (local.get 0)))
(func (export "f") (param i32 i32) (result i32)
(i32.add (call_indirect (type $t) (local.get 0) (local.get 1)) (i32.const 100))))"#;
    let script = |run: &mut Run| {
        run.host(|caller, arg| {
            trace(caller);
            match reenter(caller, "f", (arg - 1, if arg > 1 { 2 } else { 1 })) {
                Some(value) if value.unwrap_i32() != 100 => Ok(value.unwrap_i32() + 1000),
                _ => bail!("the host fails at {arg}"),
            }
        });
        run.repeat(15, "f", (10, 0));
        run.call("f", (1, 2));
        run.call("f", (3, 2));
        run.repeat(15, "f", (10, 0));
        run.call("f", (3, 2));
    };
    let expected = "
        f(10, 0) = 111 x15
        trace < func3@0x3 < func4@0x5
        f(0, 1) = 100
        f(1, 2) fails: the host fails at 1 < func3@0x3 < func4@0x5
        trace < func3@0x3 < func4@0x5
        trace < func3@0x3 < func4@0x5 < func3@0x3 < func4@0x5";
    everywhere(wat, script, expected);
}

// The host panics in what was called after an exit, below a compiled caller and an interpreted
// one. The panic comes out of the outermost call with its payload, and the store can be used.
#[test]
fn panics_pass_rebuilt_frames() {
    let wat = format!(
        r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(table funcref (elem $a $host))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $host (type $t) (call $do (local.get 0)))
(func $inner (param i32 i32) (result i32)
(i32.add (call_indirect (type $t) (local.get 0) (local.get 1)) (i32.const 100)))
(func $large (param i32 i32) (result i32) {}
(i32.add (call $inner (local.get 0) (local.get 1)) (i32.const 1000)))
(func (export "f") (param i32 i32) (result i32)
(i32.add (call $large (local.get 0) (local.get 1)) (i32.const 10000))))"#,
        room(600)
    );
    let script = |run: &mut Run| {
        run.host(|caller, arg| match arg {
            7 => std::panic::panic_any(format!("the host panics at {arg}")),
            arg if arg > 20 => Ok(reenter(caller, "f", (7, 1)).map_or(0, |it| it.unwrap_i32())),
            arg => Ok(arg * 2),
        });
        run.repeat(50, "f", (10, 0));
        for arg in [7, 10, 21, 7] {
            let call = std::panic::AssertUnwindSafe(|| run.call("f", (arg, 1)));
            if let Err(payload) = std::panic::catch_unwind(call) {
                let text = payload
                    .downcast_ref::<String>()
                    .expect("it is the host's panic");
                run.store.data_mut().line(text.clone());
            }
            run.repeat(3, "f", (10, 0));
        }
        run.repeat(50, "f", (10, 1));
    };
    let expected = "
        f(10, 0) = 11111 x50
        the host panics at 7
        f(10, 0) = 11111 x3
        f(10, 1) = 11120
        f(10, 0) = 11111 x3
        the host panics at 7
        f(10, 0) = 11111 x3
        the host panics at 7
        f(10, 0) = 11111 x3
        f(10, 1) = 11120 x50";
    everywhere(&wat, script, expected);
}
