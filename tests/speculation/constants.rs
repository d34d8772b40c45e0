//! What code takes for constant because nobody can write it: globals, sizes of memories, elements.

use super::harness::{Run, deopts, everywhere, inlined, null};
use wasm_interp_jit::Extern;

// Globals that may be written but never are: constants of the module, and constants of an instance
// that depend on what it imports. Instances share code, so only the former may be in it. An index
// from one needs no guard, and code for one instance is not for the other.
#[test]
fn globals_that_nobody_writes() {
    let user = r#"(module
(type $t (func (param i64) (result i64)))
(import "where" "given" (global $given i32))
(global $index (mut i32) (i32.const 1))
(global $fixed i32 (i32.const 0))
(global $copied (mut i32) (global.get $fixed))
(global $own (mut i32) (global.get $given))
(global $sum (mut i32) (i32.add (global.get $given) (i32.const 1)))
(global $far (mut f64) (f64.const -0x1p-1074))
(global $wide (mut v128) (v128.const i64x2 -1 7))
(global $written (mut i32) (i32.const 0))
(table 4 funcref)
(elem (i32.const 0) $a $b)
(func $a (type $t) (i64.add (local.get 0) (i64.const 1)))
(func $b (type $t) (i64.mul (local.get 0) (i64.const 3)))
(func (export "f") (param $x i64) (result i64 i64 i64 f64 i64 i32)
(global.set $written (i32.add (global.get $written) (i32.const 1)))
(call_indirect (type $t) (local.get $x) (global.get $index))
(call_indirect (type $t) (local.get $x) (global.get $own))
(i64.extend_i32_s (global.get $sum))
(global.get $far)
(i64x2.extract_lane 1 (global.get $wide))
(i32.add (global.get $written) (global.get $copied))))"#;
    let script = |run: &mut Run| {
        run.allow_shadowing();
        for given in 0..2 {
            let library = format!(r#"(module (global (export "given") i32 (i32.const {given})))"#);
            run.instantiate("where", &library);
            run.instantiate(&format!("at{given}"), user);
        }
        for _ in 0..20 {
            run.call("at0.f", (10_i64,));
            run.call("at1.f", (10_i64,));
        }
    };
    let expected = "
        at0.f(10i64) = 30i64, 11i64, 1i64, 0x8000000000000001f64, 7i64, 1
        at1.f(10i64) = 30i64, 30i64, 2i64, 0x8000000000000001f64, 7i64, 1
        at0.f(10i64) = 30i64, 11i64, 1i64, 0x8000000000000001f64, 7i64, 2";
    everywhere("(module)", script, expected);
    // What the second instance finds at its index is not what the first one does.
    let deopts = deopts("(module)", script);
    assert!(deopts.len() <= 4, "{deopts:?}");
    let is_imported = |it: &String| it == "WrongCallTarget func2@0x12 x1";
    assert!(deopts.iter().all(is_imported), "{deopts:?}");
}

// Memories that cannot grow, of 32 and of 64 bits, with bounds in the code; one that has the same
// type, but is imported, and one that may be larger than its type says.
#[test]
fn memories_that_cannot_grow() {
    let library = r#"(module
(memory (export "fixed") 2 2)
(memory (export "larger") 3 5)
(func (export "grow") (param i32) (result i32) (memory.grow 1 (local.get 0)))
(func (export "grow fixed") (param i32) (result i32) (memory.grow 0 (local.get 0))))"#;
    let body = r#"(func (export "f") (param $at i32) (result i32 i32)
(i32.store8 $m INDEX (i32.add (i32.load8_u $m INDEX) (i32.const 1)))
(i32.load8_u $m offset=1 INDEX)
SIZE)"#;
    let module = |memory: &str, is_64: bool| {
        let index = if is_64 {
            "(i64.extend_i32_u (local.get $at))"
        } else {
            "(local.get $at)"
        };
        let size = if is_64 {
            "(i32.wrap_i64 (memory.size $m))"
        } else {
            "(memory.size $m)"
        };
        let body = body.replace("INDEX", index).replace("SIZE", size);
        format!("(module {memory} {body})")
    };
    let memories = [
        ("own", "(memory $m 1)", false, 1_u64),
        ("exported", r#"(memory $m (export "m") 1 1)"#, false, 1),
        ("far", "(memory $m i64 1)", true, 1),
        ("none", "(memory $m 0)", false, 0),
        (
            "fixed",
            r#"(import "main" "fixed" (memory $m 2 2))"#,
            false,
            2,
        ),
        (
            "larger",
            r#"(import "main" "larger" (memory $m 2))"#,
            false,
            3,
        ),
    ];
    let script = |run: &mut Run| {
        for (name, memory, is_64, _) in memories {
            run.instantiate(name, &module(memory, is_64));
        }
        for (name, _, _, pages) in memories {
            let name = format!("{name}.f");
            let end = i32::try_from(pages << 16).expect("small");
            run.repeat(15, &name, (8,));
            run.repeat(2, &name, (end - 2,));
            run.repeat(2, &name, (end - 1,));
            run.repeat(2, &name, (end,));
            run.repeat(2, &name, (-1,));
        }
        run.call("grow fixed", (1,));
        run.call("grow fixed", (0,));
        run.call("grow", (1,));
        run.repeat(2, "larger.f", (3 << 16,));
        let Extern::Memory(memory) = run.export("exported.m") else {
            panic!("it is a memory")
        };
        memory.grow(&mut run.store, 0).expect("it stays as it is");
        memory
            .grow(&mut run.store, 1)
            .expect_err("its maximum is its size");
        run.repeat(2, "exported.f", (65534,));
    };
    let transcript = everywhere(
        library,
        script,
        "own.f(8) = 0, 1 x15\n own.f(65534) = 0, 1 x2\n own.f(65535) fails:",
    );
    for line in [
        "none.f(8) fails:",
        "fixed.f(131070) = 0, 2 x2",
        "larger.f(196606) = 0, 3 x2",
        "grow fixed(1) = -1",
        "grow fixed(0) = 2",
        "grow(1) = 3",
        "larger.f(196608) = 0, 4 x2",
        "exported.f(65534) = 0, 1 x2",
    ] {
        assert!(
            transcript.lines().any(|it| it.starts_with(line)),
            "{line}: {transcript}"
        );
    }
}

/// A function `f (index)` that calls an element, and one that writes elements that are there already
/// in each possible way.
const SAME: &str = r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(table $t (export "t") 6 funcref)
(elem (table $t) (i32.const 0) func $a $b $a $b)
(elem $segment func $a $b)
(func $a (export "a") (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (export "b") (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "write") (param $how i32)
(block $0 (block $1 (block $2 (block $3 (block $4 (block $5
(br_table $0 $1 $2 $3 $4 $5 (local.get $how)))
(table.copy $t $t (i32.const 0) (i32.const 0) (i32.const 4)) (return))
(table.copy $t $t (i32.const 2) (i32.const 0) (i32.const 2)) (return))
(table.init $t $segment (i32.const 2) (i32.const 0) (i32.const 2)) (return))
(table.fill $t (i32.const 4) (ref.null func) (i32.const 2)) (return))
(table.fill $t (i32.const 1) (ref.func $b) (i32.const 1)) (return))
(table.set $t (i32.const 0) (ref.func $a)))
(func (export "f") (param i32) (result i32)
(call_indirect (type $t) (i32.const 10) (local.get 0))))"#;

// Elements are written that are there already, by each instruction, by the host, and by a segment
// of another instance. Code that relies on the elements stays, and nothing fails.
#[test]
fn same_elements_are_written_again() {
    let other = r#"(module
(type $t (func (param i32) (result i32)))
(import "main" "t" (table $t 6 funcref))
(import "main" "b" (func $b (type $t)))
(elem (table $t) (i32.const 3) func $b))"#;
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0,));
        for how in 0..=5 {
            run.call("write", (how,));
            run.repeat(2, "f", (0,));
        }
        let table = run.table("t");
        let a = run.func("a").ref_().expect("a function is a reference");
        let same = a.clone();
        table
            .set(&mut run.store, 2, same)
            .expect("the element exists");
        table
            .fill(&mut run.store, 0, a, 1)
            .expect("the element exists");
        table
            .fill(&mut run.store, 4, null(), 2)
            .expect("the elements exist");
        wasm_interp_jit::Table::copy(&mut run.store, &table, 2, &table, 0, 2)
            .expect("the elements exist");
        run.instantiate("other", other);
        run.repeat(5, "f", (0,));
    };
    everywhere(
        SAME,
        script,
        "f(0) = 11 x20\n write(0)\n f(0) = 11 x2\n write(1)",
    );
    assert_eq!(deopts(SAME, script), [""; 0]);
    let decisions = inlined(SAME, script);
    assert!(
        decisions.iter().any(|it| it.contains("and table version")),
        "{decisions:?}"
    );
    // The same instructions, and the host, with other elements: each of them is noticed.
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0,));
        run.set_element("t", 5, "a");
        run.repeat(20, "f", (0,));
        run.call("write", (1,));
    };
    assert!(deopts(SAME, script)[0].starts_with("TableChanged"));
}
