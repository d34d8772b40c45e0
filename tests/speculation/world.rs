//! Memories, tables, globals and segments that change around a guard, from inside and outside.

use super::harness::{Run, deopts, everywhere, null, reenter};
use wasm_interp_jit::{Extern, Instance, Module, Store};

// The memory grows in the callee that is inlined, in one that is new and reached through an exit,
// and by the host during a call. The access after the call must see the new size and base.
#[test]
fn memory_grows_in_the_callee() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(memory (export "memory") 1 4)
(table funcref (elem $stay $grow $host))
(func $stay (type $t) (memory.size))
(func $grow (type $t) (memory.grow (local.get 0)))
(func $host (type $t) (call $do (local.get 0)))
(func (export "f") (param $i i32) (param $at i32) (result i32)
(i32.store (local.get $at) (i32.const 7))
(drop (call_indirect (type $t) (i32.const 1) (local.get $i)))
(i32.store offset=65536 (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 8)))
(i32.add (i32.load (local.get $at)) (i32.load offset=65536 (local.get $at)))))"#;
    let script = |run: &mut Run| {
        run.host(|caller, pages| {
            let memory = caller.get_export("memory").and_then(Extern::into_memory);
            let pages = u64::try_from(pages).expect("pages are counted from 0");
            let grown = memory
                .expect("the memory is exported")
                .grow(&mut *caller, pages);
            Ok(grown.map_or(-1, |it| it as i32))
        });
        run.repeat(20, "f", (0, 0));
        run.call("f", (1, 0));
        run.repeat(20, "f", (0, 0));
        run.call("f", (0, 65536));
        run.call("f", (1, 65536));
        run.call("f", (0, 131072));
        run.call("f", (2, 131072));
        run.repeat(20, "f", (0, 131072));
        run.call("f", (1, 196608));
        run.call("f", (2, 196608));
        run.repeat(20, "f", (0, 0));
    };
    let fault = |at: &str, size: &str| {
        format!(
            "fails: wasm trap: out of bounds memory access \
             (memory fault at wasm address {at} in linear memory of size {size}) < func4@0x1a"
        )
    };
    let expected = format!(
        "f(0, 0) {} x20
        f(1, 0) = 22
        f(0, 0) = 22 x20
        f(0, 65536) {}
        f(1, 65536) = 22
        f(0, 131072) {}
        f(2, 131072) = 22
        f(0, 131072) = 22 x20
        f(1, 196608) {3}
        f(2, 196608) {3}
        f(0, 0) = 22 x20",
        fault("0x10000", "0x10000"),
        fault("0x20000", "0x20000"),
        fault("0x30000", "0x30000"),
        fault("0x40000", "0x40000"),
    );
    everywhere(wat, script, &expected);
}

// An instruction of an inlined callee traps, each that can. The trap is the callee's, at the
// exact instruction, with its callers below.
#[test]
fn trap_in_an_inlined_callee() {
    let kinds = [
        (
            "(i32.load offset=4 (local.get 0))",
            0x3,
            "out of bounds memory access",
        ),
        (
            "(i32.store (local.get 0) (i32.const 1)) (i32.const 9)",
            0x5,
            "out of bounds memory",
        ),
        (
            "(nop) (i32.div_s (i32.const -2147483648) (local.get 0))",
            0xa,
            "integer overflow",
        ),
        (
            "(i32.rem_u (i32.const 1) (i32.add (local.get 0) (i32.const 1)))",
            0x8,
            "integer divide",
        ),
        (
            "(if (i32.eq (local.get 0) (i32.const -1)) (then (unreachable))) (i32.const 9)",
            0x8,
            "wasm `unreachable`",
        ),
        (
            "(i32.trunc_f32_s (f32.div (f32.const 1) (f32.add (f32.const 1) \
            (f32.convert_i32_s (local.get 0)))))",
            0x10,
            "integer overflow",
        ),
        (
            "(table.set (local.get 0) (ref.func 0)) (i32.const 9)",
            0x5,
            "undefined element",
        ),
        (
            "(memory.fill (i32.const 0) (i32.const 1) (local.get 0)) (i32.const 9)",
            0x7,
            "out of bounds memory",
        ),
    ];
    for (body, offset, message) in kinds {
        let wat = format!(
            r#"(module
(type $t (func (param i32) (result i32)))
(memory (export "memory") 1)
(table $t 10 funcref)
(elem (table $t) (i32.const 0) func $g)
(func $g (type $t) {body})
(func $middle (param i32) (result i32)
(i32.add (call_indirect (type $t) (local.get 0) (i32.const 0)) (i32.const 1)))
(func (export "f") (param i32) (result i32) (call $middle (local.get 0))))"#
        );
        let script = |run: &mut Run| {
            for arg in [1, -1, 1] {
                run.repeat(12, "f", (arg,));
            }
        };
        let transcript = everywhere(&wat, script, "f(1) = ");
        let lines: Vec<&str> = transcript.lines().collect();
        assert!(lines[1].contains(message), "{body}: {}", lines[1]);
        let frames = format!(" < func0@{offset:#x} < func1@0x5 < func2@0x3 x12");
        assert!(lines[1].ends_with(&frames), "{body}: {}", lines[1]);
    }
}

/// A function `f (index, how)` that has the table written in one of several ways just before its
/// call of an element: 0 not at all, 1 to 4 by an instruction that puts `$b` at 0, 5 by growing
/// it, 6 by the host, 7 by putting `$a` back.
const WRITERS: &str = r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(table $t (export "t") 3 20 funcref)
(elem (table $t) (i32.const 0) func $a $b $c)
(elem $segment func $b)
(func $a (export "a") (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (export "b") (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $c (type $t) (i32.xor (local.get 0) (i32.const 5)))
(func $write (export "write") (param $how i32)
(block $0 (block $1 (block $2 (block $3 (block $4 (block $5 (block $6 (block $7
(br_table $0 $1 $2 $3 $4 $5 $6 $7 (local.get $how)))
(table.set $t (i32.const 0) (ref.func $a)) (return))
(drop (call $do (i32.const 0))) (return))
(drop (table.grow $t (ref.null func) (i32.const 1))) (return))
(table.init $t $segment (i32.const 0) (i32.const 0) (i32.const 1)) (return))
(table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 1)) (return))
(table.fill $t (i32.const 0) (ref.func $b) (i32.const 1)) (return))
(table.set $t (i32.const 0) (ref.func $b)) (return)))
(func (export "f") (param $i i32) (param $how i32) (result i32)
(call $write (local.get $how))
(call_indirect (type $t) (i32.const 10) (local.get $i))))"#;

/// The result of `f(0, how)` after [`WRITERS`]' ways to write.
fn written(how: i32) -> i32 {
    if matches!(how, 0 | 5 | 7) { 11 } else { 30 }
}

/// The host puts `$b` at 0.
fn host_writes(run: &mut Run) {
    run.host(|caller, _| {
        let table = caller.get_export("t").and_then(Extern::into_table);
        let b = caller.get_export("b").and_then(Extern::into_func);
        let table = table.expect("the table is exported");
        table.set(&mut *caller, 0, b.into())?;
        Ok(0)
    });
}

// The table is written in the current frame just before the guarded call, by each instruction and
// by the host. What code knew of the elements is void, and it must notice exactly once.
#[test]
fn table_written_just_before_the_call() {
    for how in 1..=7 {
        let script = |run: &mut Run| {
            host_writes(run);
            run.repeat(20, "f", (0, 0));
            run.repeat(20, "f", (1, 0));
            run.call("f", (0, how));
            run.repeat(20, "f", (0, 0));
            run.call("f", (0, 7));
            run.repeat(20, "f", (0, 0));
            run.repeat(20, "f", (2, 0));
        };
        let new = written(how);
        let expected = format!(
            "f(0, 0) = 11 x20
            f(1, 0) = 30 x20
            f(0, {how}) = {new}
            f(0, 0) = {new} x20
            f(0, 7) = 11
            f(0, 0) = 11 x20
            f(2, 0) = 15 x20"
        );
        everywhere(WRITERS, script, &expected);
        let deopts = deopts(WRITERS, script);
        let n_changed = deopts
            .iter()
            .filter(|it| it.starts_with("TableChanged func5@"))
            .count();
        // A table that grows, or gets what it holds, keeps its elements.
        let changes = !matches!(how, 5 | 7);
        assert_eq!(n_changed, usize::from(changes), "way {how}: {deopts:?}");
    }
}

// The table is written while no code that relies on it runs: by the host, by an export, and by
// another instance that imports it.
#[test]
fn table_written_between_calls() {
    let other = r#"(module
(type $t (func (param i32) (result i32)))
(import "main" "t" (table $t 3 20 funcref))
(elem (table $t) (i32.const 0) func $own)
(func $own (type $t) (i32.const 99)))"#;
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0, 0));
        run.set_element("t", 0, "b");
        run.repeat(20, "f", (0, 0));
        run.call("write", (7,));
        run.repeat(20, "f", (0, 0));
        run.instantiate("other", other);
        run.repeat(20, "f", (0, 0));
        let table = run.table("t");
        table
            .set(&mut run.store, 0, null())
            .expect("the element exists");
        run.repeat(3, "f", (0, 0));
        table
            .grow(&mut run.store, 2, null())
            .expect("the maximum is larger");
        run.repeat(3, "f", (4, 0));
        let b = run.func("b").ref_().expect("a function is a reference");
        table
            .fill(&mut run.store, 0, b, 5)
            .expect("the elements exist");
        run.repeat(20, "f", (4, 0));
    };
    let expected = "
        f(0, 0) = 11 x20
        f(0, 0) = 30 x20
        write(7)
        f(0, 0) = 11 x20
        f(0, 0) = 99 x20
        f(0, 0) fails: wasm trap: uninitialized element < func5@0x9 x3
        f(4, 0) fails: wasm trap: uninitialized element < func5@0x9 x3
        f(4, 0) = 30 x20";
    everywhere(WRITERS, script, expected);
    let deopts = deopts(WRITERS, script);
    assert!(
        deopts[0].starts_with("TableChanged func5@0x8"),
        "{deopts:?}"
    );
    // Six lead to a trap.
    assert!(deopts.len() <= 8, "{deopts:?}");
}

// The table is written while code that relies on it waits further down the stack: the host is
// called by it, and writes, or calls an export that does, or that deopts itself.
#[test]
fn table_written_below_waiting_code() {
    let script = |run: &mut Run| {
        run.host(|caller, _| {
            reenter(caller, "f", (0, 0));
            reenter(caller, "write", (1,));
            reenter(caller, "f", (0, 0));
            Ok(0)
        });
        run.repeat(20, "f", (0, 0));
        run.call("f", (0, 6));
        run.repeat(20, "f", (0, 0));
        run.call("write", (7,));
        run.repeat(20, "f", (0, 0));
        run.call("f", (0, 6));
    };
    let expected = "
        f(0, 0) = 11 x21
        write(1)
        f(0, 0) = 30
        f(0, 6) = 30
        f(0, 0) = 30 x20
        write(7)
        f(0, 0) = 11 x21
        write(1)
        f(0, 0) = 30
        f(0, 6) = 30";
    everywhere(WRITERS, script, expected);
}

// Globals of every kind are read on both sides of a call that changes them: own, exported,
// imported, and constants of another instance. None may be taken for constant that is not.
#[test]
fn globals_change_around_the_call() {
    let library = r#"(module
(global (export "fixed") i64 (i64.const 0x100000000))
(global $g (export "shared") (mut i64) (i64.const 10))
(func (export "add") (param i64) (global.set $g (i64.add (global.get $g) (local.get 0)))))"#;
    let user = r#"(module
(type $t (func (result i64)))
(import "main" "fixed" (global $fixed i64))
(import "main" "shared" (global $shared (mut i64)))
(import "main" "add" (func $add (param i64)))
(global $own (mut i64) (i64.const 0))
(global $seen (export "seen") (mut f64) (f64.const 0))
(table funcref (elem $stay $set $call))
(func $stay (type $t) (i64.const 0))
(func $set (type $t) (global.set $own (i64.const 1000))
(global.set $shared (i64.add (global.get $shared) (i64.const 1))) (i64.const 1))
(func $call (type $t) (call $add (i64.const 5)) (global.set $own (i64.const 0)) (i64.const 2))
(func (export "f") (param $i i32) (result i64 i64 i64 f64)
(i64.add (global.get $own) (global.get $fixed))
(global.get $shared)
(global.set $seen (f64.add (global.get $seen) (f64.const 1)))
(call_indirect (type $t) (local.get $i))
(i64.add (global.get $own))
(i64.add (global.get $shared))
(global.get $seen)))"#;
    let script = |run: &mut Run| {
        run.instantiate("user", user);
        run.repeat(2, "user.f", (0,));
        for index in [0, 1, 0, 2] {
            run.repeat(12, "user.f", (index,));
        }
        run.set_global("shared", 77_i64);
        run.set_global("user.seen", -0.0);
        run.repeat(3, "user.f", (0,));
        run.repeat(3, "user.f", (1,));
    };
    let expected = "
        user.f(0) = 4294967296i64, 10i64, 10i64, 0x3ff0000000000000f64
        user.f(0) = 4294967296i64, 10i64, 10i64, 0x4000000000000000f64
        user.f(0) = 4294967296i64, 10i64, 10i64, 0x4008000000000000f64";
    everywhere(library, script, expected);
    let deopts = deopts(library, script);
    assert_eq!(deopts.len(), 2, "{deopts:?}");
}

// A global and a memory cell count the calls just before the guard, and a table grows. After the
// exit each must have happened exactly once: they are before the instruction that is repeated.
#[test]
fn effects_before_the_guard_happen_once() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table $calls funcref (elem $a $b $c $d))
(table $grows (export "grows") 0 500 funcref)
(global $n (export "n") (mut i32) (i32.const 0))
(memory (export "memory") 1)
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $c (type $t) (i32.load8_u (i32.const 4)))
(func $d (type $t) (global.get $n))
(func (export "f") (param $i i32) (result i32 i32 i32 i32)
(global.set $n (i32.add (global.get $n) (i32.const 1)))
(i32.store8 (i32.const 4) (i32.add (i32.load8_u (i32.const 4)) (i32.const 1)))
(table.grow $grows (ref.null func) (i32.const 1))
(call_indirect $calls (type $t) (i32.const 10) (local.get $i))
(global.get $n)
(i32.load8_u (i32.const 4))))"#;
    let script = |run: &mut Run| {
        for index in [0, 1, 2, 3, 0] {
            for _ in 0..15 {
                run.call("f", (index,));
            }
        }
    };
    let mut expected = String::new();
    for (n, index) in [0, 1, 2, 3, 0]
        .into_iter()
        .flat_map(|it| [it; 15])
        .enumerate()
    {
        let result = [11, 30, n + 1, n + 1][index];
        expected.push_str(&format!("f({index}) = {n}, {result}, {0}, {0}\n", n + 1));
    }
    everywhere(wat, script, &expected);
    assert_eq!(deopts(wat, script).len(), 3);
}

// A target that is new to its site drops the segments that the instructions behind the call use.
// These trap in the interpreter, and in compiled code from then on.
#[test]
fn segments_dropped_behind_an_exit() {
    let wat = r#"(module
(type $t (func (result i32)))
(table $t 4 funcref)
(elem (table $t) (i32.const 0) func $keep $drop_data $drop_elements)
(elem $elements func $keep)
(data $bytes "\07\08\09\0a")
(memory (export "memory") 1)
(func $keep (type $t) (i32.const 1))
(func $drop_data (type $t) (data.drop $bytes) (i32.const 2))
(func $drop_elements (type $t) (elem.drop $elements) (i32.const 3))
(func (export "f") (param $i i32) (param $n i32) (result i32)
(i32.store8 (i32.const 100) (i32.add (i32.load8_u (i32.const 100)) (i32.const 1)))
(call_indirect $t (type $t) (local.get $i))
(memory.init $bytes (i32.const 0) (i32.const 0) (local.get $n))
(table.init $t $elements (i32.const 3) (i32.const 0) (i32.const 1))
(i32.add (i32.load8_u (i32.const 3)))))"#;
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0, 4));
        run.repeat(2, "f", (1, 0));
        run.repeat(20, "f", (0, 0));
        run.repeat(20, "f", (0, 4));
        run.repeat(2, "f", (2, 0));
        run.repeat(20, "f", (0, 0));
    };
    let expected = "
        f(0, 4) = 11 x20
        f(1, 0) = 12 x2
        f(0, 0) = 11 x20
        f(0, 4) fails: wasm trap: out of bounds memory access";
    everywhere(wat, script, expected);
    assert_eq!(deopts(wat, script), ["WrongCallTarget func3@0x11 x1"; 2]);
}

// The host takes a backtrace in an inlined callee, after an exit, and in the interpreter. All of
// them are the same, offset by offset.
#[test]
fn backtraces_are_those_of_the_interpreter() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "trace" (func $trace))
(table funcref (elem $a $b))
(func $a (type $t) (nop) (call $trace) (local.get 0))
(func $b (type $t) (nop) (nop) (call $trace) (local.get 0))
(func $inner (param i32 i32) (result i32)
(call $trace)
(i32.add (call_indirect (type $t) (local.get 0) (local.get 1)) (i32.const 1)))
(func $middle (param i32 i32) (result i32)
(i32.add (i32.const 1000) (call $inner (local.get 0) (local.get 1))))
(func (export "f") (param i32 i32) (result i32)
(call $trace)
(call $middle (local.get 0) (local.get 1))
(call $trace)))"#;
    let script = |run: &mut Run| {
        for index in [0, 1, 0] {
            run.repeat(15, "f", (10, index));
        }
    };
    let expected = "
        trace < func5@0x1
        trace < func3@0x1 < func4@0x8 < func5@0x7
        trace < func1@0x2 < func3@0x7 < func4@0x8 < func5@0x7
        trace < func5@0x9
        f(10, 0) = 1011";
    everywhere(wat, script, expected);
    let deopts = deopts(wat, script);
    assert_eq!(deopts[0], "WrongCallTarget func3@0x6 x3");
}

// In a loop, the inlined target itself puts another function in its place. The version that the
// guard looked at in the round before says nothing about this one.
#[test]
fn table_written_by_the_target_in_a_loop() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table $t (export "t") 3 funcref)
(elem (table $t) (i32.const 0) func $a $b $a)
(func $a (type $t)
(if (i32.eq (local.get 0) (i32.const 50)) (then (table.set $t (i32.const 0) (ref.func $b))))
(i32.add (local.get 0) (i32.const 1)))
(func $b (type $t)
(if (i32.eq (local.get 0) (i32.const 70))
(then (table.copy $t $t (i32.const 0) (i32.const 2) (i32.const 1))))
(i32.add (local.get 0) (i32.const 10)))
(func (export "f") (param $x i32) (param $end i32) (result i32) (local $n i32)
(loop $next
(local.set $x (call_indirect (type $t) (local.get $x) (i32.const 0)))
(local.set $n (i32.add (local.get $n) (i32.const 1)))
(br_if $next (i32.lt_s (local.get $x) (local.get $end))))
(local.get $n)))"#;
    let script = |run: &mut Run| {
        run.call("f", (0, 40));
        run.call("f", (0, 100));
        run.call("f", (0, 1000));
        run.call("f", (49, 1000));
        run.call("f", (49, 71));
        run.call("f", (50, 1000));
    };
    // From 51 on `$b` leaves out 70, so that it stays there for the next call.
    let expected = "
        f(0, 40) = 40
        f(0, 100) = 56
        f(0, 1000) = 928
        f(49, 1000) = 97
        f(49, 71) = 3
        f(50, 1000) = 923";
    everywhere(wat, script, expected);
    assert!(
        deopts(wat, script)
            .iter()
            .any(|it| it.starts_with("TableChanged"))
    );
}

// Memory, table and global belong to another instance, which changes all of them by its own means
// while compiled code uses them: a base that was read before is not the base.
#[test]
fn imported_memory_table_and_global() {
    let owner = r#"(module
(type $t (func (param i32) (result i32)))
(memory (export "memory") 1 10)
(table $t (export "t") 2 10 funcref)
(elem (table $t) (i32.const 0) func $a $b)
(global $g (export "g") (mut i64) (i64.const 1))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "change") (type $t)
(global.set $g (i64.add (global.get $g) (i64.const 1)))
(drop (table.grow $t (ref.func $b) (i32.const 1)))
(table.set $t (i32.const 0) (ref.func $b))
(drop (memory.grow (i32.const 1)))
(i32.store (i32.const 0) (i32.const 1000))
(local.get 0)))"#;
    let user = r#"(module
(type $t (func (param i32) (result i32)))
(import "main" "memory" (memory 1))
(import "main" "t" (table $t 2 funcref))
(import "main" "g" (global $g (mut i64)))
(import "main" "change" (func $change (type $t)))
(func $own (type $t) (i32.sub (local.get 0) (i32.const 4)))
(func (export "reset") (table.set $t (i32.const 0) (ref.func $own)))
(elem declare func $own)
(func (export "f") (param $change i32) (result i32 i64 i32 i32)
(i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
(global.set $g (i64.mul (global.get $g) (i64.const 3)))
(if (local.get $change) (then (drop (call $change (i32.const 5)))))
(call_indirect $t (type $t) (i32.const 10) (i32.const 0))
(global.get $g)
(i32.load (i32.const 0))
(i32.add (memory.size) (table.size $t))))"#;
    let script = |run: &mut Run| {
        run.instantiate("user", user);
        for change in [0, 1, 0, 1] {
            for _ in 0..15 {
                run.set_global("g", 0_i64);
                run.call("user.f", (0,));
                run.call("user.reset", ());
                run.call("user.f", (change,));
            }
        }
    };
    let expected = "
        user.f(0) = 11, 0i64, 1, 3
        user.reset()
        user.f(0) = 6, 0i64, 2, 3
        user.f(0) = 6, 0i64, 3, 3
        user.reset()
        user.f(0) = 6, 0i64, 4, 3";
    everywhere(owner, script, expected);
}

// While the host is called by compiled code it runs another store, of the same engine, where code
// is compiled, deopts, traps and is dropped. The outer store notices nothing.
#[test]
fn another_store_runs_in_a_host_call() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(memory (export "memory") 1)
(table funcref (elem $a $b $host))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $host (type $t) (call $do (local.get 0)))
(func (export "f") (param $x i32) (param $i i32) (result i32)
(i32.store (i32.const 8) (local.get $x))
(i32.add (call_indirect (type $t) (local.get $x) (local.get $i)) (i32.load (i32.const 8)))))"#;
    const INNER: &str = r#"(module
(type $t (func (param i32) (result i32)))
(memory 1)
(table funcref (elem $a $b $load))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $load (type $t) (i32.load (i32.sub (i32.const 0) (local.get 0))))
(func (export "f") (param $x i32) (param $i i32) (result i32)
(call_indirect (type $t) (local.get $x) (local.get $i))))"#;
    let script = |run: &mut Run| {
        run.host(|caller, arg| {
            let module = Module::new(caller.engine(), INNER)?;
            let mut store = Store::new(caller.engine(), ());
            let instance = Instance::new(&mut store, &module, &[])?;
            let f = instance.get_typed_func::<(i32, i32), i32>(&mut store, "f")?;
            let mut sum = 0;
            for index in [0, 1, 2] {
                for _ in 0..15 {
                    sum += f.call(&mut store, (arg, index)).unwrap_or(-1000);
                }
            }
            Ok(sum)
        });
        for index in [0, 1, 2, 0, 2] {
            run.repeat(12, "f", (10, index));
        }
    };
    // 15 * (11 + 30 - 1000) + 10
    let expected = "
        f(10, 0) = 21 x12
        f(10, 1) = 40 x12
        f(10, 2) = -14375 x12
        f(10, 0) = 21 x12
        f(10, 2) = -14375 x12";
    everywhere(wat, script, expected);
}

// While compiled code waits for the host, that one makes instances, memories, tables and globals
// by the dozen in the same store. What the code points to must not have moved.
#[test]
fn instances_made_in_a_host_call() {
    const OTHER: &str = r#"(module
(type $t (func (param i32) (result i32)))
(memory 1) (table 5 funcref) (global (mut i64) (i64.const 1))
(elem (i32.const 0) func $f)
(func $f (export "f") (type $t) (memory.grow (local.get 0))))"#;
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(memory (export "memory") 1)
(table (export "t") 3 funcref)
(global $g (export "g") (mut i64) (i64.const 5))
(elem (i32.const 0) func $a $host $b)
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $host (type $t) (call $do (local.get 0)))
(func (export "f") (param $x i32) (param $i i32) (result i32 i64)
(i32.store (i32.const 4) (i32.add (i32.load (i32.const 4)) (i32.const 1)))
(global.set $g (i64.add (global.get $g) (i64.const 1)))
(call_indirect (type $t) (local.get $x) (local.get $i))
(i32.add (call_indirect (type $t) (i32.const 10) (i32.const 0)))
(i32.add (i32.load (i32.const 4)))
(global.get $g)))"#;
    let script = |run: &mut Run| {
        run.host(|caller, arg| {
            let module = Module::new(caller.engine(), OTHER)?;
            for _ in 0..20 {
                let instance = Instance::new(&mut *caller, &module, &[])?;
                let f = instance.get_typed_func::<i32, i32>(&mut *caller, "f")?;
                f.call(&mut *caller, 1)?;
            }
            Ok(arg * 100)
        });
        for index in [0, 1, 2] {
            for _ in 0..13 {
                run.call("f", (3, index));
            }
        }
    };
    let mut expected = String::new();
    for (n, index) in (1..).zip([0, 1, 2].into_iter().flat_map(|it| [it; 13])) {
        let result = [4, 300, 9][index] + 11 + n;
        expected.push_str(&format!("f(3, {index}) = {result}, {}i64\n", n + 5));
    }
    everywhere(wat, script, &expected);
}

// An exit between accesses to two memories, one with addresses of 64 bits. What was stored before it
// is there once, and what follows goes to the right one.
#[test]
fn exit_between_accesses_to_two_memories() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(memory $a (export "a") 1)
(memory $b (export "b") i64 1)
(table funcref (elem $inc $twice))
(func $inc (type $t)
(i32.store $b (i64.const 8) (i32.add (i32.load $b (i64.const 8)) (i32.const 1)))
(i32.add (local.get 0) (i32.const 1)))
(func $twice (type $t) (i32.shl (local.get 0) (i32.const 1)))
(func (export "f") (param $index i32) (param $x i32) (result i32)
(i32.store $a (i32.const 4) (i32.add (i32.load $a (i32.const 4)) (i32.const 1)))
(local.set $x (call_indirect (type $t) (local.get $x) (local.get $index)))
(i32.store $b (i64.const 16)
(i32.add (i32.load $b (i64.const 16)) (i32.load $a (i32.const 4))))
(i32.add (local.get $x) (i32.load $b (i64.const 16)))))"#;
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0, 1));
        run.repeat(20, "f", (1, 5));
    };
    everywhere(wat, script, "f(0, 1) = 3\n f(0, 1) = 5\n f(0, 1) = 8");
    assert_eq!(deopts(wat, script).len(), 1);
}
