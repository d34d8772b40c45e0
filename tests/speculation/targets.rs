//! What a guarded call may find instead of the target it was compiled for.

use super::harness::{
    Run, base, call_element, deopts, everywhere, everywhere_with, inlined, inlined_into, table_of,
};

// A site meets its own function, one of the host, one of another instance, an import by its other
// name, and another own one. Only the first foreign one may cost an exit: the site is called then.
#[test]
fn foreign_targets_are_called() {
    check_foreign_targets("call_indirect", "0x4", "index == 0");
}

/// Checks a site whose call is of the form `form` and at `pc`, and is inlined behind `guard`.
pub(crate) fn check_foreign_targets(form: &str, pc: &str, guard: &str) {
    let library = r#"(module
(import "host" "do" (func $do (param i32) (result i32)))
(export "do" (func $do))
(global $calls (export "calls") (mut i32) (i32.const 0))
(func (export "g") (param i32) (result i32)
(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
(i32.add (local.get 0) (i32.const 1000))))"#;
    let table = table_of(form, "$a $do $g $again $b");
    let call = call_element(form, "(i32.const 10)", "(local.get 0)");
    let user = format!(
        r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(import "main" "g" (func $g (type $t)))
(import "main" "do" (func $again (type $t)))
{table}
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param i32) (result i32) {call}))"#
    );
    let script = |run: &mut Run| {
        run.host(|_, arg| Ok(arg + 100));
        run.instantiate("user", &user);
        for index in (0..5).chain(0..5) {
            run.repeat(20, "user.f", (index,));
        }
    };
    let expected = "
        user.f(0) = 11 x20
        user.f(1) = 110 x20
        user.f(2) = 1010 x20
        user.f(3) = 110 x20
        user.f(4) = 30 x20
        user.f(0) = 11 x20
        user.f(1) = 110 x20";
    everywhere(library, script, expected);
    assert_eq!(
        deopts(library, script),
        [format!("WrongCallTarget func5@{pc} x1")]
    );
    assert_eq!(
        inlined_into("func5", library, script),
        [
            format!("func5: func5@{pc} func3 behind {guard}, else exit"),
            format!("func5: func5@{pc} func3 behind {guard}, else called"),
        ]
    );
}

// The first target that a site meets is the host's. There is nothing to inline, and nothing to
// fail when an own function follows.
#[test]
fn host_target_first() {
    check_host_target_first("call_indirect");
}

/// Checks a site whose call is of the form `form`.
pub(crate) fn check_host_target_first(form: &str) {
    let table = table_of(form, "$do $a");
    let call = call_element(form, "(i32.const 10)", "(local.get 0)");
    let wat = format!(
        r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
{table}
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func (export "f") (param i32) (result i32) {call}))"#
    );
    let script = |run: &mut Run| {
        run.host(|_, arg| Ok(arg + 100));
        for index in [0, 1, 0, 1] {
            run.repeat(20, "f", (index,));
        }
    };
    let expected = "
        f(0) = 110 x20
        f(1) = 11 x20
        f(0) = 110 x20
        f(1) = 11 x20";
    everywhere(&wat, script, expected);
    assert!(deopts(&wat, script).is_empty());
}

// Two instances of a module share a table, in which the same function of the one and of the other
// take turns. The function index alone does not tell them apart; globals and memory show whose
// context the callee got.
#[test]
fn same_function_of_another_instance() {
    let wat = r#"(module
(type $t (func (result i32)))
(table (export "t") 1 funcref)
(global $own (export "own") (mut i32) (i32.const 7))
(memory (export "memory") 1)
(func (export "get") (type $t)
(i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
(global.get $own))
(func (export "f") (result i32) (call_indirect (type $t) (i32.const 0))))"#;
    let script = |run: &mut Run| {
        run.instantiate("other", wat);
        run.set_global("other.own", 9);
        for func in ["get", "other.get", "get", "other.get"] {
            run.set_element("t", 0, func);
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

// A site with one target meets what no call can be made of. The trap is that of the instruction,
// the store before it has happened once, and the next good call is as good as before.
#[test]
fn no_target_traps_at_the_call() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table 4 funcref)
(elem (i32.const 0) func $a)
(elem (i32.const 2) func $wrong)
(global $calls (export "calls") (mut i32) (i32.const 0))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $wrong)
(func (export "f") (param i32) (result i32)
(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
(call_indirect (type $t) (i32.const 10) (local.get 0))))"#;
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0,));
        for index in [1, 2, 3, 4, -1, 1] {
            run.repeat(2, "f", (index,));
            run.repeat(20, "f", (0,));
        }
    };
    let expected = "
        f(0) = 11 x20
        f(1) fails: wasm trap: uninitialized element < func2@0xc x2
        f(0) = 11 x20
        f(2) fails: wasm trap: indirect call type mismatch < func2@0xc x2
        f(0) = 11 x20
        f(3) fails: wasm trap: uninitialized element < func2@0xc x2
        f(0) = 11 x20
        f(4) fails: wasm trap: undefined element: out of bounds table access < func2@0xc x2
        f(0) = 11 x20
        f(-1) fails: wasm trap: undefined element: out of bounds table access < func2@0xc x2
        f(0) = 11 x20
        f(1) fails: wasm trap: uninitialized element < func2@0xc x2
        f(0) = 11 x20";
    everywhere(wat, script, expected);
    // Each leaves compiled code to trap in the interpreter, and none is held against the site.
    assert_eq!(deopts(wat, script), ["WrongCallTarget func2@0xb x1"; 12]);
}

// The same at a table that was written, where the guard must not load what lies behind the table.
#[test]
fn no_target_traps_at_a_written_table() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table $t (export "t") 3 funcref)
(elem (table $t) (i32.const 0) func $a)
(elem (table $t) (i32.const 2) func $wrong)
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $wrong)
(func (export "write") (table.set $t (i32.const 0) (ref.func $a)))
(func (export "f") (param i32) (result i32)
(call_indirect (type $t) (i32.const 10) (local.get 0))))"#;
    let script = |run: &mut Run| {
        run.call("write", ());
        run.repeat(20, "f", (0,));
        for index in [1, 2, 3, 1_000_000, -1] {
            run.repeat(2, "f", (index,));
            run.repeat(20, "f", (0,));
        }
    };
    let expected = "
        write()
        f(0) = 11 x20
        f(1) fails: wasm trap: uninitialized element < func3@0x5 x2
        f(0) = 11 x20
        f(2) fails: wasm trap: indirect call type mismatch < func3@0x5 x2
        f(0) = 11 x20
        f(3) fails: wasm trap: undefined element: out of bounds table access < func3@0x5 x2
        f(0) = 11 x20
        f(1000000) fails: wasm trap: undefined element: out of bounds table access < func3@0x5 x2
        f(0) = 11 x20
        f(-1) fails: wasm trap: undefined element: out of bounds table access < func3@0x5 x2
        f(0) = 11 x20";
    everywhere(wat, script, expected);
}

// New targets are a function that was never called, one that is invalid, two that always trap, and
// one that is too large. The interpreter prepares and validates the first two after the exit; the
// next two trap inlined.
#[test]
fn targets_that_are_no_good() {
    check_targets_that_are_no_good("call_indirect", "0x5");
}

/// Checks a site whose call is of the form `form`, and is at `offset` in backtraces.
pub(crate) fn check_targets_that_are_no_good(form: &str, offset: &str) {
    let table = table_of(form, "$a $b $invalid $unreachable $divide $large");
    let call = call_element(form, "(i32.const 10)", "(local.get 0)");
    let wat = format!(
        r#"(module
(type $t (func (param i32) (result i32)))
{table}
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $invalid (type $t) (i64.const 1))
(func $unreachable (type $t) (nop) (unreachable))
(func $divide (type $t) (i32.div_s (local.get 0) (i32.const 0)))
(func $large (type $t) {} (local.get 0))
(func (export "f") (param i32) (result i32) {call}))"#,
        "(nop)".repeat(600)
    );
    let script = |run: &mut Run| {
        for index in [0, 1, 2, 0, 3, 0, 4, 5, 2, 0] {
            run.repeat(20, "f", (index,));
        }
    };
    let mut config = base();
    config.lazy_validation(true);
    everywhere_with(
        &config,
        &wat,
        script,
        "f(0) = 11 x20\nf(1) = 30 x20\nf(2) fails: ",
    );
    let valid = wat.replace("(i64.const 1)", "(i32.const 1)");
    let caller = format!("func6@{offset}");
    let expected = format!(
        "
        f(0) = 11 x20
        f(1) = 30 x20
        f(2) = 1 x20
        f(0) = 11 x20
        f(3) fails: wasm trap: wasm `unreachable` instruction executed < func3@0x2 < {caller} x20
        f(0) = 11 x20
        f(4) fails: wasm trap: integer divide by zero < func4@0x5 < {caller} x20
        f(5) = 10 x20
        f(2) = 1 x20
        f(0) = 11 x20"
    );
    everywhere(&valid, script, &expected);
    assert_eq!(deopts(&valid, script).len(), 4);
}

// A callee is too large to be inlined. The site is called, and has no exit to fail.
#[test]
fn large_target_is_called() {
    let wat = format!(
        r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $large $b))
(func $large (type $t) {} (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param i32) (result i32)
(call_indirect (type $t) (i32.const 10) (local.get 0))))"#,
        "(nop)".repeat(600)
    );
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0,));
        run.repeat(20, "f", (1,));
    };
    everywhere(&wat, script, "f(0) = 11 x20\nf(1) = 30 x20");
    assert!(deopts(&wat, script).is_empty());
    assert!(inlined(&wat, script).contains(&"func2: func2@0x4 called: func0 has 606 bytes".into()));
}

// A function calls itself through a table, so that it is inlined into itself. Each level of its
// frames has the same function, and must be told apart when a new target is met in the innermost.
#[test]
fn function_inlined_into_itself() {
    check_function_inlined_into_itself(
        "call_indirect",
        "(call_indirect (type $t)
(i32.sub (local.get 0) (i32.const 1)) (local.get 1) (i32.const 0))",
    );
}

/// Checks a function whose first call of itself is `first`, and the second one of the form `form`.
pub(crate) fn check_function_inlined_into_itself(form: &str, first: &str) {
    let table = table_of(form, "$fib $one");
    let second = call_element(
        form,
        "(i32.sub (local.get 0) (i32.const 2)) (local.get 1)",
        "(i32.and (local.get 1) (i32.lt_s (local.get 0) (i32.const 4)))",
    );
    let wat = format!(
        r#"(module
(type $t (func (param i32 i32) (result i32)))
{table}
(func $one (type $t) (i32.const 1))
(func $fib (export "fib") (type $t)
(if (result i32) (i32.lt_s (local.get 0) (i32.const 2))
(then (local.get 0))
(else (i32.add {first} {second})))))"#
    );
    let script = |run: &mut Run| {
        run.call("fib", (10, 0));
        run.call("fib", (12, 1));
        run.call("fib", (12, 0));
    };
    // With 1 as second argument, the second call for 2 and 3 is one of the other target, so that
    // the numbers are the next ones.
    let expected = "
        fib(10, 0) = 55
        fib(12, 1) = 233
        fib(12, 0) = 144";
    everywhere(&wat, script, expected);
    assert!(!deopts(&wat, script).is_empty());
}

// Two functions call each other through a table until they are told not to, with a new target at
// the end. Inlining one into the other must end as well.
#[test]
fn mutual_recursion() {
    let wat = r#"(module
(type $t (func (param i32 i32) (result i32)))
(table funcref (elem $even $odd $yes $no))
(func $even (export "even") (type $t)
(if (result i32) (local.get 0)
(then (call_indirect (type $t)
(i32.sub (local.get 0) (i32.const 1)) (local.get 1) (i32.const 1)))
(else (call_indirect (type $t) (i32.const 0) (local.get 1) (i32.const 2)))))
(func $odd (type $t)
(if (result i32) (local.get 0)
(then (call_indirect (type $t)
(i32.sub (local.get 0) (i32.const 1)) (local.get 1) (i32.const 0)))
(else (call_indirect (type $t) (i32.const 0) (local.get 1) (i32.const 3)))))
(func $yes (type $t) (i32.add (i32.const 1) (local.get 1)))
(func $no (type $t) (i32.const 0)))"#;
    let script = |run: &mut Run| {
        run.repeat(10, "even", (20, 0));
        run.call("even", (500, 5));
        run.call("even", (501, 5));
        run.call("even", (400, 5));
    };
    let expected = "
        even(20, 0) = 1 x10
        even(500, 5) = 6
        even(501, 5) = 0
        even(400, 5) = 6";
    everywhere(wat, script, expected);
}

// Two tables hold the same functions in opposite order. An index is one of its own table.
#[test]
fn two_tables() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table $first funcref (elem $a $b))
(table $second funcref (elem $b $a))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param i32) (result i32)
(call_indirect $first (type $t)
(call_indirect $second (type $t) (i32.const 10) (local.get 0))
(local.get 0))))"#;
    let script = |run: &mut Run| {
        for index in [0, 1, 0] {
            run.repeat(20, "f", (index,));
        }
    };
    everywhere(wat, script, "f(0) = 31 x20\nf(1) = 33 x20\nf(0) = 31 x20");
    assert_eq!(
        inlined(wat, script)[..2],
        [
            "func2: func2@0x4 func1 behind index == 0, else exit",
            "func2: func2@0x9 func0 behind index == 0, else exit",
        ]
    );
    // The second site meets its new target in the interpreter.
    assert_eq!(deopts(wat, script), ["WrongCallTarget func2@0x4 x1"]);
}

// The index is a constant that the compiler sees, inlined from the caller, and is another one in
// another caller. What is known in one place must not be believed in the other.
#[test]
fn constant_index_of_an_inlined_caller() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $apply (param i32) (result i32)
(call_indirect (type $t) (i32.const 10) (local.get 0)))
(func (export "f") (result i32) (call $apply (i32.const 0)))
(func (export "g") (result i32) (call $apply (i32.const 1))))"#;
    let script = |run: &mut Run| {
        run.repeat(20, "f", ());
        run.repeat(20, "g", ());
        run.repeat(20, "f", ());
    };
    everywhere(wat, script, "f() = 11 x20\ng() = 30 x20\nf() = 11 x20");
}
