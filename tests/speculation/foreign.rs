//! Functions of other instances: inlined like own ones, in a context of their own.

use super::harness::{Run, deopts, events, everywhere, inlined_into, tiered};
use wasm_interp_jit::Extern;
use wasm_interp_jit::inspect::Event;

/// Counts its calls in a global and in memory, which nobody imports.
const COUNTER: &str = r#"(module
(type $t (func (param i32) (result i32)))
(global $calls (export "calls") (mut i32) (i32.const 0))
(memory (export "memory") 1)
(func $count (export "count") (type $t)
(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
(i32.store offset=8 (local.get 0) (i32.add (i32.load offset=8 (local.get 0)) (i32.const 1)))
(i32.add (i32.mul (global.get $calls) (i32.const 1000)) (i32.load offset=8 (local.get 0)))))"#;

// An imported function is inlined without a guard: what an instance imports never changes. An
// instance that imports it from elsewhere gets code of its own.
#[test]
fn imports_are_inlined() {
    let user = r#"(module
(import "main" "count" (func $count (param i32) (result i32)))
(global $calls (export "calls") (mut i32) (i32.const 5))
(memory 2)
(func (export "f") (param i32) (result i32)
(i32.store offset=8 (local.get 0) (i32.const 77))
(i32.add (call $count (local.get 0)) (i32.add (global.get $calls) (i32.load offset=8 (local.get 0))))))"#;
    let other = r#"(module
(func (export "count") (param i32) (result i32) (i32.const -1)))"#;
    let script = |run: &mut Run| {
        run.allow_shadowing();
        run.instantiate("user", user);
        for at in [0, 4].repeat(10) {
            run.call("user.f", (at,));
        }
        run.call("user.f", (65536,));
        run.instantiate("main", other);
        run.instantiate("another", user);
        run.repeat(20, "another.f", (0,));
        run.repeat(20, "user.f", (16,));
    };
    let expected = "
        user.f(0) = 1083
        user.f(4) = 2083
        user.f(0) = 3084";
    let transcript = everywhere(COUNTER, script, expected);
    let trap = "user.f(65536) fails: wasm trap: out of bounds memory access \
        (memory fault at wasm address 0x10008 in linear memory of size 0x10000) \
        < func0@0xc < func1@0xb";
    assert!(transcript.contains(trap), "{transcript}");
    assert!(transcript.contains("another.f(0) = 81 x20"), "{transcript}");
    let inlined = inlined_into("func1", COUNTER, script);
    assert_eq!(inlined[0], "func1: func1@0xa home1:func0");
    assert!(
        !deopts(COUNTER, script)
            .iter()
            .any(|it| it.starts_with("WrongCallTarget"))
    );
}

// The elements of a shared table are functions of several instances, two of them of the same
// module. One guard holds for both: the function is the same. Each has its own state.
#[test]
fn elements_are_inlined() {
    for form in ["call_indirect", "return_call_indirect"] {
        let user = format!(
            r#"(module
(type $t (func (param i32) (result i32)))
(import "table" "t" (table $t 4 funcref))
(import "main" "count" (func $count (type $t)))
(import "second" "count" (func $second (type $t)))
(elem (table $t) (i32.const 0) func $count $second $own)
(func $own (type $t) (i32.const 3))
(func (export "f") (param i32 i32) (result i32)
({form} $t (type $t) (local.get 1) (local.get 0))))"#
        );
        let table = r#"(module (table (export "t") 4 funcref))"#;
        let script = |run: &mut Run| {
            run.instantiate("table", table);
            run.instantiate("second", COUNTER);
            run.instantiate("user", &user);
            run.repeat(10, "user.f", (0, 0));
            run.repeat(10, "user.f", (1, 4));
            for _ in 0..10 {
                run.call("user.f", (0, 0));
                run.call("user.f", (1, 0));
                run.call("user.f", (2, 0));
            }
            run.repeat(2, "user.f", (3, 0));
            run.repeat(2, "user.f", (0, 65536));
        };
        everywhere(COUNTER, script, "user.f(0, 0) = 1001");
        let exits = deopts(COUNTER, script);
        let wrong = exits.iter().filter(|it| it.starts_with("WrongCallTarget"));
        // The second instance's function before it is prepared, the own one, and null twice, which is
        // held against nobody.
        assert_eq!(wrong.count(), 4, "{form}: {exits:?}");
        let inlined = inlined_into("func3", COUNTER, script);
        let (first, last) = (&inlined[0], &inlined[inlined.len() - 1]);
        assert!(
            first.ends_with(" home1:func0 behind element, else exit"),
            "{first}"
        );
        assert!(
            last.ends_with(" home1:func0 | func2 behind element, else exit"),
            "{last}"
        );
    }
}

// A guard cannot see what a function of another instance is before that has called it. This is held
// against nobody: the code stays as it is, however many instances there are.
#[test]
fn functions_that_were_never_called() {
    let user = r#"(module
(type $t (func (param i32) (result i32)))
(import "table" "t" (table $t 1 funcref))
(func (export "f") (param i32) (result i32)
(call_indirect $t (type $t) (local.get 0) (i32.const 0))))"#;
    let table = r#"(module (table (export "t") 1 funcref))"#;
    const N_INSTANCES: usize = 10;
    let script = |run: &mut Run| {
        run.instantiate("table", table);
        run.instantiate("user", user);
        run.set_element("table.t", 0, "count");
        run.repeat(20, "user.f", (0,));
        for n in 0..N_INSTANCES {
            run.instantiate(&format!("counter{n}"), COUNTER);
            run.set_element("table.t", 0, &format!("counter{n}.count"));
            run.repeat(5, "user.f", (0,));
        }
    };
    everywhere(COUNTER, script, "user.f(0) = 1001");
    assert_eq!(
        deopts(COUNTER, script),
        ["WrongCallTarget func0@0x4 x1"; N_INSTANCES]
    );
    let events = events(&tiered(2), COUNTER, script);
    let is_withdrawal = |it: &&Event| matches!(it, Event::Invalidated { .. });
    assert_eq!(events.iter().filter(is_withdrawal).count(), 0);
}

/// Calls back into whoever calls it, through a table that it imports.
const MIDDLE: &str = r#"(module
(type $t (func (param i32 i64) (result i64)))
(import "main" "t" (table $t 3 funcref))
(memory 1)
(global $own (export "own") (mut i64) (i64.const 100))
(func (export "middle") (param $i i32) (param $x i64) (result i64)
(local $kept f64)
(local.set $kept (f64.convert_i64_s (local.get $x)))
(i64.store (i32.const 0) (local.get $x))
(global.get $own)
(call_indirect $t (type $t) (local.get $i) (i64.add (local.get $x) (i64.const 1)) (local.get $i))
(i64.add)
(i64.add (i64.load (i32.const 0)))
(i64.add (i64.trunc_f64_s (local.get $kept)))))"#;

// A guard fails in a function of another instance, and in an own one that this has inlined again.
// Frames of both instances are rebuilt, each in its context.
#[test]
fn guards_fail_abroad() {
    let main = r#"(module
(type $t (func (param i32 i64) (result i64)))
(table $t (export "t") 3 funcref)
(table $inner 2 funcref)
(elem (table $t) (i32.const 0) func $a $b $c)
(elem (table $inner) (i32.const 0) func $a $b)
(global $which (export "which") (mut i32) (i32.const 0))
(global $own (export "own") (mut i64) (i64.const 7))
(func $a (type $t) (i64.add (local.get 1) (global.get $own)))
(func $b (type $t) (i64.mul (local.get 1) (i64.const 3)))
(func $c (type $t)
(global.set $own (i64.add (global.get $own) (i64.const 1)))
(i64.add (call_indirect $inner (type $t) (local.get 0) (local.get 1) (global.get $which))
(i64.const 1000000)))
(func (export "run") (param $x i64) (result i64) (i64.const 1)))"#;
    let user = r#"(module
(import "middle" "middle" (func $middle (param i32 i64) (result i64)))
(memory 1)
(func (export "f") (param $i i32) (param $x i64) (result i64)
(i64.store (i32.const 0) (i64.const -1))
(i64.xor (call $middle (local.get $i) (local.get $x)) (i64.load (i32.const 0)))))"#;
    let script = |run: &mut Run| {
        run.instantiate("middle", MIDDLE);
        run.instantiate("user", user);
        for index in [0, 1, 0, 2, 2] {
            run.repeat(12, "user.f", (index, 5_i64));
        }
        run.set_global("which", 1);
        run.repeat(12, "user.f", (2, 6_i64));
        run.set_global("which", 2);
        run.repeat(2, "user.f", (2, 6_i64));
        run.set_global("middle.own", 0_i64);
        run.repeat(12, "user.f", (0, 6_i64));
    };
    let first = !(100 + 6 + 7 + 5 + 5_i64);
    let second = !(100 + 18 + 5 + 5_i64);
    let expected = format!(
        "user.f(0, 5i64) = {first}i64 x12
        user.f(1, 5i64) = {second}i64 x12
        user.f(0, 5i64) = {first}i64 x12"
    );
    let transcript = everywhere(main, script, &expected);
    let trap = "user.f(2, 6i64) fails: wasm trap: undefined element: out of bounds table access \
        < func2@0xe < func0@0x1a < func1@0xc x2";
    assert!(transcript.contains(trap), "{transcript}");
    let exits = deopts(main, script);
    let depth = |n: usize| {
        exits
            .iter()
            .filter(|it| it.ends_with(&format!("x{n}")))
            .count()
    };
    assert!(depth(2) >= 1 && depth(3) >= 1, "{exits:?}");
}

// What one instance owns another one imports: own accesses and those of inlined functions are to the
// same memory, table and global.
#[test]
fn state_is_shared() {
    let main = r#"(module
(type $t (func (param i32) (result i32)))
(memory (export "memory") 1 4)
(table $t (export "t") 2 funcref)
(global $g (export "g") (mut i32) (i32.const 1))
(func (export "f") (param i32) (result i32 i32 i32)
(i32.store (i32.const 16) (local.get 0))
(global.set $g (local.get 0))
(call_indirect $t (type $t) (i32.const 16) (i32.const 0))
(i32.load (i32.const 16))
(global.get $g)))"#;
    let user = r#"(module
(type $t (func (param i32) (result i32)))
(import "main" "memory" (memory 1))
(import "main" "t" (table $t 2 funcref))
(import "main" "g" (global $g (mut i32)))
(elem (table $t) (i32.const 0) func $change)
(func $change (export "change") (type $t)
(i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 5)))
(global.set $g (i32.mul (global.get $g) (i32.const 3)))
(i32.add (i32.load (local.get 0)) (global.get $g))))"#;
    let script = |run: &mut Run| {
        run.instantiate("user", user);
        for n in 0..30 {
            run.call("f", (n,));
        }
    };
    let mut expected = String::new();
    for n in 0..30 {
        expected += &format!("f({n}) = {}, {}, {}\n", n + 5 + 3 * n, n + 5, 3 * n);
    }
    everywhere(main, script, &expected);
    let inlined = inlined_into("func0", main, script);
    assert!(
        inlined[0].ends_with("home1:func0 behind element, else exit"),
        "{inlined:?}"
    );
}

// A function of another instance calls the host, which sees that instance; tail calls; and loops
// that are entered while they run.
#[test]
fn calls_of_the_host_tail_calls_and_loops() {
    let main = r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(import "host" "trace" (func $trace))
(global (export "id") i32 (i32.const 1))
(func (export "ask") (type $t) (call $trace) (i32.add (call $do (local.get 0)) (i32.const 1)))
(func $fails (type $t) (i32.div_u (i32.const 8) (local.get 0)))
(func (export "tail") (type $t) (return_call $fails (local.get 0))))"#;
    let user = r#"(module
(type $t (func (param i32) (result i32)))
(import "main" "ask" (func $ask (type $t)))
(import "main" "tail" (func $tail (type $t)))
(global (export "id") i32 (i32.const 2))
(func (export "ask") (type $t) (call $ask (local.get 0)))
(func $return (type $t) (return_call $tail (local.get 0)))
(func (export "tail") (type $t) (i32.add (call $return (local.get 0)) (i32.const 0)))
(func (export "sum") (param $n i32) (result i32) (local $sum i32)
(loop $more (result i32)
(local.set $sum (i32.add (local.get $sum) (call $tail (local.get $n))))
(local.tee $n (i32.sub (local.get $n) (i32.const 1)))
(if (result i32) (then (br $more)) (else (local.get $sum))))))"#;
    let script = |run: &mut Run| {
        run.host(|caller, arg| {
            let id = caller.get_export("id").and_then(Extern::into_global);
            let id = id.expect("it is exported").get(&mut *caller);
            Ok(id.unwrap_i32() * 100 + arg)
        });
        run.instantiate("user", user);
        run.repeat(20, "user.ask", (3,));
        run.repeat(20, "user.tail", (2,));
        run.repeat(2, "user.tail", (0,));
        run.repeat(3, "user.sum", (1000,));
    };
    let transcript = everywhere(main, script, "");
    for line in [
        "user.ask(3) = 104",
        "user.tail(2) = 4 x20",
        "user.tail(0) fails: wasm trap: integer divide by zero < func3@0x5 < func4@0x3 x2",
        "user.sum(1000) = 20 x3",
    ] {
        assert!(transcript.contains(line), "{line}\n{transcript}");
    }
}

// What the function of another instance loads through its context never changes, and could be loaded
// before the loop that calls it: but if the reference is another one there is no such context.
#[test]
fn nothing_is_loaded_before_the_guard() {
    let main = r#"(module
(type $t (func (param i32) (result i32)))
(memory (export "memory") 1 1)
(global (export "base") (mut i32) (i32.const 100))
(table $t (export "t") 4 (ref null $t))
(func $own (type $t) (i32.const 1))
(elem (table $t) (i32.const 1) (ref null $t) (ref.func $own) (ref.func $own))
(func (export "sum") (param $which i32) (param $n i32) (result i32)
(local $f (ref null $t)) (local $sum i32)
(local.set $f (table.get $t (local.get $which)))
(loop $more
(local.set $sum (i32.add (local.get $sum) (call_ref $t (local.get $n) (local.get $f))))
(br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
(local.get $sum)))"#;
    let user = r#"(module
(type $t (func (param i32) (result i32)))
(import "main" "memory" (memory 1))
(import "main" "base" (global $base (mut i32)))
(import "main" "t" (table $t 4 (ref null $t)))
(elem (table $t) (i32.const 0) (ref null $t) (ref.func $get))
(func $get (type $t) (i32.add (global.get $base) (i32.load (local.get 0)))))"#;
    let script = |run: &mut Run| {
        run.instantiate("user", user);
        run.repeat(3, "sum", (0, 50));
        for which in [1, 3, 0, 2, 3, 0] {
            run.repeat(3, "sum", (which, 50));
        }
    };
    let expected = "
        sum(0, 50) = 5000 x3
        sum(1, 50) = 50 x3
        sum(3, 50) fails: wasm trap: null reference < func1@0x14 x3
        sum(0, 50) = 5000 x3
        sum(2, 50) = 50 x3";
    everywhere(main, script, expected);
}

// Code that has inlined a function of another instance runs in instances of other stores, where that
// may not be prepared yet.
#[test]
fn other_stores_run_the_code() {
    use super::run::World;
    let user = r#"(module
(import "main" "count" (func $count (param i32) (result i32)))
(func (export "f") (param i32) (result i32) (call $count (local.get 0))))"#;
    let world = World::new(&super::harness::tiered(2));
    let mut transcripts = Vec::new();
    let mut compiled = Vec::new();
    for _ in 0..3 {
        let mut run = Run::in_world(&world, COUNTER);
        run.instantiate("user", user);
        run.repeat(20, "user.f", (0,));
        run.repeat(2, "user.f", (65536,));
        run.repeat(20, "user.f", (0,));
        transcripts.push(run.transcript());
        let installed = super::harness::count_installed(&run.events());
        compiled.push(installed);
    }
    assert_eq!(transcripts[0], transcripts[1]);
    assert_eq!(transcripts[0], transcripts[2]);
    assert!(compiled[1] > 0);
}
