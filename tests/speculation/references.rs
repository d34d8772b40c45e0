//! Calls of references: `call_ref` and `return_call_ref`, and what holds typed references.

use super::feedback::{TARGETS, check_two_sites, check_walk};
use super::harness::{
    Run, agrees, call_element, count_deopts, count_osr, deopts, everywhere, inlined, tiered,
};
use super::targets::{
    check_foreign_targets, check_function_inlined_into_itself, check_host_target_first,
    check_targets_that_are_no_good,
};
use wasm_interp_jit::Val;

/// [`TARGETS`], and null.
const TABLE: &str = "(table $targets (ref null $t) (elem (ref.func $a) (ref.func $b) (ref.func $c)
(ref.func $d) (ref.func $e) (ref.null $t)))";

/// A function `f (index, x)` that calls one of [`TARGETS`] by `call_ref` or `return_call_ref`.
fn caller(form: &str) -> String {
    let call = call_element(form, "(local.get 1)", "(local.get 0)");
    format!(
        r#"(module {TARGETS} {TABLE}
(func (export "f") (param i32 i32) (result i32) {call}))"#
    )
}

const FORMS: [&str; 2] = ["call_ref", "return_call_ref"];

// As in `feedback::site_walks_from_one_target_to_many`, where the targets are references.
#[test]
fn site_walks_from_one_target_to_many() {
    for form in FORMS {
        check_walk(&caller(form), "0x6", ["reference"; 4]);
    }
}

// Null is called before the site has met anything, at one target, at two, and when there are too
// many. The trap is that of the instruction, and is not held against the site: it keeps its code
// and its exits, and still learns its second target.
#[test]
fn null_traps_at_the_call() {
    let script = |run: &mut Run| {
        run.repeat(2, "f", (5, 10));
        run.repeat(20, "f", (0, 10));
        run.repeat(12, "f", (5, 10));
        run.repeat(20, "f", (0, 10));
        run.repeat(20, "f", (1, 10));
        run.repeat(12, "f", (5, 10));
        for index in 0..5 {
            run.repeat(20, "f", (index, 10));
        }
        run.repeat(2, "f", (5, 10));
    };
    let expected = "
        f(5, 10) fails: wasm trap: null reference < func5@0x7 x2
        f(0, 10) = 11 x20
        f(5, 10) fails: wasm trap: null reference < func5@0x7 x12
        f(0, 10) = 11 x20
        f(1, 10) = 30 x20
        f(5, 10) fails: wasm trap: null reference < func5@0x7 x12
        f(0, 10) = 11 x20
        f(1, 10) = 30 x20
        f(2, 10) = 15 x20
        f(3, 10) = 3 x20
        f(4, 10) = 80 x20
        f(5, 10) fails: wasm trap: null reference < func5@0x7 x2";
    for form in FORMS {
        let wat = caller(form);
        everywhere(&wat, script, expected);
        // 24 that trap, and four that meet a new target; then the site is called.
        assert_eq!(deopts(&wat, script).len(), 28);
    }
}

// As in `feedback::two_sites_fail_independently`, where the targets are references.
#[test]
fn two_sites_fail_independently() {
    check_two_sites("call_ref", ["0x6", "0xc"]);
}

// As in `targets::foreign_targets_are_called`, where the targets are references.
#[test]
fn foreign_targets_are_called() {
    for form in FORMS {
        check_foreign_targets(form, "0x6", "reference");
    }
}

// As in `targets::host_target_first`, where the targets are references.
#[test]
fn host_target_first() {
    check_host_target_first("call_ref");
}

// The same function of two instances of a module, in a global that both could read. The function
// index alone does not tell them apart; globals show whose context the callee got.
#[test]
fn same_function_of_another_instance() {
    let wat = r#"(module
(type $t (func (result i32)))
(global $target (export "target") (mut (ref null $t)) (ref.null $t))
(global $own (export "own") (mut i32) (i32.const 7))
(func (export "get") (type $t) (global.get $own))
(func (export "f") (result i32) (call_ref $t (global.get $target))))"#;
    let script = |run: &mut Run| {
        run.instantiate("other", wat);
        run.set_global("other.own", 9);
        for func in ["get", "other.get", "get", "other.get"] {
            let target = run.func(func);
            run.set_global("target", target);
            run.repeat(20, "f", ());
        }
    };
    let expected = "
        f() = 7 x20
        f() = 9 x20
        f() = 7 x20
        f() = 9 x20";
    everywhere(wat, script, expected);
    assert_eq!(deopts(wat, script), ["WrongCallTarget func1@0x2 x1"]);
}

// As in `targets::targets_that_are_no_good`, where the targets are references.
#[test]
fn targets_that_are_no_good() {
    check_targets_that_are_no_good("call_ref", "0x7");
}

// The target is another one in each iteration, first of two and then of five. After a few exits the
// site knows all of the two, and is called when they are more; no exit is taken for a known one.
#[test]
fn flipping_targets_cause_few_deopts() {
    for form in FORMS {
        let wat = caller(form);
        let flip = |n_targets: i32| {
            move |run: &mut Run| {
                for n in 0..400 {
                    run.call("f", (n % n_targets, 100));
                }
            }
        };
        everywhere(&wat, flip(2), "f(0, 100) = 101\nf(1, 100) = 300\n");
        everywhere(
            &wat,
            flip(5),
            "f(0, 100) = 101\nf(1, 100) = 300\nf(2, 100) = 97\n",
        );
        assert!(deopts(&wat, flip(2)).len() <= 1);
        assert!(deopts(&wat, flip(5)).len() <= 4);
    }
}

// As in `targets::function_inlined_into_itself`, where the first call takes a reference that is
// known, and the second one a reference that is not.
#[test]
fn recursion_by_reference() {
    check_function_inlined_into_itself(
        "call_ref",
        "(call_ref $t (i32.sub (local.get 0) (i32.const 1)) (local.get 1) (ref.func $fib))",
    );
}

// A reference that the compiler can see through is no guess: of an instruction, and of a global
// that never changes.
#[test]
fn known_references() {
    let wat = format!(
        r#"(module {TARGETS} {TABLE}
(global $constant (ref $t) (ref.func $b))
(func (export "f") (param i32) (result i32) (call_ref $t (local.get 0) (ref.func $a)))
(func (export "g") (param i32) (result i32) (call_ref $t (local.get 0) (global.get $constant))))"#
    );
    let script = |run: &mut Run| {
        run.repeat(20, "f", (10,));
        run.repeat(20, "g", (10,));
    };
    everywhere(&wat, script, "f(10) = 11 x20\ng(10) = 30 x20");
    assert!(deopts(&wat, script).is_empty());
    assert_eq!(
        inlined(&wat, script),
        [
            "func5: func5@0x4 func0 behind reference, else exit",
            "func6: func6@0x4 func1 behind reference, else exit",
        ]
    );
}

// A state machine of tail calls by reference, whose next state changes while it runs: a million
// steps need constant stack in every tier and across them.
#[test]
fn tail_calls_in_constant_stack() {
    let wat = r#"(module
(type $s (func (param i32 i32) (result i32)))
(table $states (ref null $s) (elem (ref.func $even) (ref.func $odd) (ref.func $third)))
(func $next (param i32) (result (ref null $s))
(table.get $states (select
(i32.rem_u (local.get 0) (i32.const 3))
(i32.and (local.get 0) (i32.const 1))
(i32.lt_u (local.get 0) (i32.const 1000)))))
(func $even (type $s) (return_call $step (local.get 0) (i32.add (local.get 1) (i32.const 1))))
(func $odd (type $s) (return_call $step (local.get 0) (i32.add (local.get 1) (i32.const 2))))
(func $third (type $s) (return_call $step (local.get 0) (i32.add (local.get 1) (i32.const 3))))
(func $step (export "step") (type $s)
(if (i32.eqz (local.get 0)) (then (return (local.get 1))))
(return_call_ref $s (i32.sub (local.get 0) (i32.const 1)) (local.get 1)
(call $next (local.get 0)))))"#;
    let script = |run: &mut Run| {
        run.call("step", (100_000, 0));
        run.call("step", (900, 0));
    };
    everywhere(wat, script, "step(100000, 0) = ");
    let long = |run: &mut Run| drop(run.call("step", (3_000_000, 0)));
    let events = agrees(&tiered(10), wat, long);
    assert!(count_deopts(&events) <= 8, "{events:?}");
}

// A function type that may have subtypes: an indirect call accepts functions declared as such,
// which are inlined like others, and refuses those that only look like it or are a supertype.
#[test]
fn indirect_calls_of_subtypes() {
    let wat = |table: &str| {
        format!(
            r#"(module
(type $top (sub (func (param i32) (result funcref))))
(type $middle (sub $top (func (param i32) (result (ref null $top)))))
(type $bottom (sub final $middle (func (param i32) (result (ref null $middle)))))
(type $plain (func (param i32) (result funcref)))
(table {table} funcref (elem $t $m $b $p))
(global $n (export "n") (mut i32) (i32.const 0))
(func $count (param i32) (global.set $n (i32.add (global.get $n) (local.get 0))))
(func $t (type $top) (call $count (i32.const 1)) (ref.null func))
(func $m (type $middle) (call $count (i32.const 10)) (ref.func $m))
(func $b (type $bottom) (call $count (i32.const 100)) (ref.func $b))
(func $p (type $plain) (call $count (i32.const 1000)) (ref.null func))
(func (export "top") (param i32) (result i32)
(ref.is_null (call_indirect (type $top) (i32.const 1) (local.get 0))))
(func (export "middle") (param i32) (result i32)
(ref.is_null (call_indirect (type $middle) (i32.const 1) (local.get 0))))
(func (export "bottom") (param i32) (result i32)
(ref.is_null (call_indirect (type $bottom) (i32.const 1) (local.get 0))))
(func (export "other") (param i32) (result i32)
(ref.is_null (call_indirect (type $plain) (i32.const 1) (local.get 0))))
(func (export "write") (table.set (i32.const 0) (ref.func $t))))"#
        )
    };
    let script = |run: &mut Run| {
        run.call("write", ());
        for _ in 0..2 {
            for index in [2, 1, 0, 3] {
                for func in ["top", "middle", "bottom", "other"] {
                    run.repeat(15, func, (index,));
                }
            }
        }
    };
    let refused = "fails: wasm trap: indirect call type mismatch <";
    let expected = format!(
        "
        write()
        top(2) = 0 x15
        middle(2) = 0 x15
        bottom(2) = 0 x15
        other(2) {refused} func8@0x5 x15
        top(1) = 0 x15
        middle(1) = 0 x15
        bottom(1) {refused} func7@0x5 x15
        other(1) {refused} func8@0x5 x15
        top(0) = 1 x15
        middle(0) {refused} func6@0x5 x15
        bottom(0) {refused} func7@0x5 x15
        other(0) {refused} func8@0x5 x15
        top(3) {refused} func5@0x5 x15
        middle(3) {refused} func6@0x5 x15
        bottom(3) {refused} func7@0x5 x15
        other(3) = 1 x15"
    );
    for table in ["", r#"(export "t")"#] {
        everywhere(&wat(table), script, &expected);
        let decisions = inlined(&wat(table), script);
        let all = "func5: func5@0x4 func1 | func2 | func3 behind";
        assert!(
            decisions.iter().any(|it| it.starts_with(all)),
            "{decisions:?}"
        );
    }
}

// A function is called for the first time as one of a supertype, by code that knows of no other
// type. The stub by which the interpreter is reached must be there for its own type, too.
#[test]
fn first_call_as_a_supertype() {
    let wat = r#"(module
(type $top (sub (func (param i32 f64) (result i32))))
(type $sub (sub $top (func (param i32 f64) (result i32))))
(global $target (mut (ref null $top)) (ref.null $top))
(func $t (type $top) (i32.const 1))
(func $s (type $sub) (i32.trunc_f64_s (local.get 1)))
(elem declare func $t $s)
(func (export "use_t") (global.set $target (ref.func $t)))
(func (export "use_s") (global.set $target (ref.func $s)))
(func (export "f") (result i32)
(call_ref $top (i32.const 5) (f64.const 6) (global.get $target)))
(func (export "g") (result i32)
(return_call_ref $top (i32.const 5) (f64.const 6) (global.get $target))))"#;
    let script = |run: &mut Run| {
        for _ in 0..2 {
            for choose in ["use_t", "use_s"] {
                run.call(choose, ());
                run.repeat(20, "f", ());
                run.repeat(20, "g", ());
            }
        }
    };
    let expected = "
        use_t()
        f() = 1 x20
        g() = 1 x20
        use_s()
        f() = 6 x20
        g() = 6 x20
        use_t()
        f() = 1 x20
        g() = 1 x20
        use_s()
        f() = 6 x20
        g() = 6 x20";
    everywhere(wat, script, expected);
    assert_eq!(deopts(wat, script).len(), 2);
}

// References of all kinds, in parameters, locals and operands of three frames, when the innermost
// one meets a new target. Some locals cannot be null and are not set yet: whatever the exit puts
// there is never read.
#[test]
fn references_in_three_frames() {
    let wat = format!(
        r#"(module {TARGETS} {TABLE}
(func $inner (param $f (ref $t)) (param $null (ref null $t)) (param $any funcref)
(param $host externref) (param $i i32) (result i32)
(local $unset (ref $t)) (local $sum i32)
(local.get $f)
(local.set $sum (call_ref $t (i32.const 10) (table.get $targets (local.get $i))))
(local.set $unset)
(local.set $sum (i32.add (local.get $sum) (call_ref $t (i32.const 20) (local.get $unset))))
(local.set $sum (i32.add (local.get $sum) (ref.is_null (local.get $null))))
(drop (ref.as_non_null (local.get $any)))
(i32.add (local.get $sum) (ref.is_null (local.get $host))))
(func $middle (param $f (ref $t)) (param $host externref) (param $i i32) (result i32)
(local $unset (ref $t)) (local $sum i32)
(local.get $f)
(local.set $sum
(call $inner (local.get $f) (ref.null $t) (ref.func $c) (local.get $host) (local.get $i)))
(local.set $unset)
(call_ref $t (local.get $sum) (local.get $unset)))
(func (export "f") (param $host externref) (param $i i32) (result i32)
(local $unset (ref func)) (local $sum i32) {}
(local.get $host)
(local.set $sum (call $middle (ref.func $b) (local.get $host) (local.get $i)))
(local.set $unset (ref.func $d))
(i32.add (ref.is_null) (i32.add (local.get $sum) (ref.is_null (local.get $unset))))))"#,
        "(nop)".repeat(100)
    );
    let script = |run: &mut Run| {
        let host = run.extern_ref(5);
        for index in [0, 1, 0, 2] {
            run.repeat(20, "f", (host, index));
            run.repeat(2, "f", (Val::ExternRef(None), index));
        }
    };
    everywhere(&wat, script, "f(");
    let lines = deopts(&wat, script);
    assert!(
        lines.iter().any(|it| it.ends_with(" x3")),
        "an exit rebuilds three frames: {lines:?}"
    );
}

// A table whose elements cannot be null is full from the beginning, and is called by index and by
// reference while it is written.
#[test]
fn table_without_null() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table $t (export "t") 4 8 (ref $t) (ref.func $a))
(elem declare func $b)
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "set") (param i32) (table.set $t (local.get 0) (ref.func $b)))
(func (export "grow") (result i32) (table.grow $t (ref.func $b) (i32.const 2)))
(func (export "f") (param i32) (result i32)
(i32.sub (call_ref $t (i32.const 10) (table.get $t (local.get 0)))
(call_indirect $t (type $t) (i32.const 20) (local.get 0)))))"#;
    let script = |run: &mut Run| {
        run.repeat(20, "f", (3,));
        run.call("set", (3,));
        run.repeat(20, "f", (3,));
        run.repeat(2, "f", (4,));
        run.call("grow", ());
        run.repeat(20, "f", (4,));
        run.repeat(20, "f", (0,));
    };
    let expected = "
        f(3) = -10 x20
        set(3)
        f(3) = -30 x20
        f(4) fails: wasm trap: undefined element: out of bounds table access < func4@0x5 x2
        grow() = 4
        f(4) = -30 x20
        f(0) = -10 x20";
    everywhere(wat, script, expected);
}

// A list of closures is walked until its end, by each of the branches on null: forward out of the
// loop, and backward to its header with the reference as its parameter. The loop is hot.
#[test]
fn branches_on_null_in_a_hot_loop() {
    let wat = format!(
        r#"(module {TARGETS} {TABLE}
(func $get (param $i i32) (param $n i32) (result (ref null $t))
(if (result (ref null $t)) (i32.lt_u (local.get $i) (local.get $n))
(then (table.get $targets (i32.rem_u (local.get $i) (i32.const 2))))
(else (ref.null $t))))
(func (export "forward") (param $n i32) (result i32) (local $i i32) (local $x i32)
(block $end
(loop $next
(local.set $x (call_ref $t (local.get $x)
(br_on_null $end (call $get (local.get $i) (local.get $n)))))
(local.set $i (i32.add (local.get $i) (i32.const 1)))
(br $next)))
(local.get $x))
(func (export "backward") (param $n i32) (result i32) (local $i i32) (local $x i32)
(ref.as_non_null (table.get $targets (i32.const 0)))
(loop $next (param (ref $t))
(local.set $i (i32.add (local.get $i) (i32.const 1)))
(local.set $x (i32.add (local.get $x) (i32.const 1)))
(drop)
(br_on_non_null $next (call $get (local.get $i) (local.get $n))))
(i32.add (local.get $x) (local.get $i)))
(func (export "get") (param $i i32) (result i32)
(call_ref $t (i32.const 10) (ref.as_non_null (table.get $targets (local.get $i))))))"#
    );
    let script = |run: &mut Run| {
        for n in [0, 3, 500, 7, 2000] {
            run.call("forward", (n,));
            run.call("backward", (n,));
        }
        run.repeat(20, "get", (1,));
        run.repeat(3, "get", (5,));
        run.repeat(20, "get", (0,));
    };
    let expected = "
        forward(0) = 0
        backward(0) = 2
        forward(3) = 4
        backward(3) = 6";
    let transcript = everywhere(&wat, script, expected);
    let trap = "get(5) fails: wasm trap: null reference < func8@0x7 x3";
    assert!(transcript.contains(trap), "{transcript}");
    assert!(count_osr(&agrees(&tiered(10), &wat, script)) >= 2);
}

// A hot loop whose callee is inlined behind a reference calls nothing, so that what it relies on is
// checked before it. The target changes between runs of the loop, and inside of one.
#[test]
fn quiet_loop_behind_a_reference() {
    let wat = format!(
        r#"(module {TARGETS} {TABLE}
(func (export "f") (param $n i32) (param $first i32) (param $then i32) (param $when i32)
(result i32) (local $x i32)
(loop $next
(local.set $x (call_ref $t (local.get $x) (table.get $targets
(select (local.get $first) (local.get $then)
(i32.gt_u (local.get $n) (local.get $when))))))
(br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
(local.get $x)))"#
    );
    let script = |run: &mut Run| {
        run.call("f", (1000, 0, 0, 0));
        run.call("f", (1000, 0, 2, 500));
        run.call("f", (1000, 2, 3, 1));
        run.call("f", (1000, 0, 5, 10));
        run.call("f", (1000, 0, 0, 0));
    };
    let transcript = everywhere(&wat, script, "f(1000, 0, 0, 0) = 1000");
    assert!(
        transcript.contains("f(1000, 0, 5, 10) fails: wasm trap: null reference < func5@0x"),
        "{transcript}"
    );
    let events = agrees(&tiered(10), &wat, script);
    assert!(count_osr(&events) > 0 && count_deopts(&events) <= 4);
}
