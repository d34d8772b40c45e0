//! Vectors as locals and operands, wherever frames are left, entered or rebuilt.
//!
//! A vector takes two slots of an interpreter frame, and functions with vectors are executed with
//! dispatch tables of their own: every way between such functions and others is taken here.

use super::harness::{Run, count_osr, deopts, events, everywhere, tiered};
use super::run::reenter;
use wasm_interp_jit::Val;

fn vector(lanes: [u32; 4]) -> Val {
    let bits = (0..4).map(|n| u128::from(lanes[n]) << (32 * n));
    Val::from(bits.sum::<u128>())
}

/// Vectors among numbers as locals and operands of three functions that are inlined into one
/// another. The innermost call has three targets; `$plain` does nothing with vectors but return
/// one.
const NESTED: &str = r#"(module
(type $t (func (param v128 i32 v128) (result v128)))
(table funcref (elem $add $sub $plain))
(func $add (type $t) (local v128)
(local.set 3 (i32x4.splat (local.get 1)))
(i32x4.add (i32x4.add (local.get 0) (local.get 3)) (local.get 2)))
(func $sub (type $t)
(i32x4.sub (local.get 0) (i32x4.mul (local.get 2) (i32x4.splat (local.get 1)))))
(func $plain (type $t) (local.get 2))
(func $inner (param $which i32) (param $v v128) (result v128 i32)
(local $dead v128) (local $w v128) (local $x i64)
(local.set $dead (v128.const i32x4 9 9 9 9))
(local.set $w (i32x4.add (local.get $v) (v128.const i32x4 1 2 3 4)))
(local.set $x (i64x2.extract_lane 1 (local.get $w)))
local.get $w
v128.const i64x2 -1 77
f64.const 1.5
(call_indirect (type $t) (local.get $v) (local.get $which) (local.get $w) (local.get $which))
local.set $v
i32.trunc_f64_s
i32x4.splat
i32x4.add
i64x2.add
(v128.xor (local.get $w) (local.get $v))
v128.xor
(i32.wrap_i64 (local.get $x)))
(func $middle (param $v v128) (param $which i32) (result i32 v128)
(local $k v128) (local $n i32)
local.get $v
i64.const 3
(local.set $k (v128.not (local.get $v)))
(call $inner (local.get $which) (local.get $k))
local.set $n
local.get $k
i32x4.add
local.set $k
(i64x2.splat)
i64x2.add
(local.set $v)
local.get $n
(v128.xor (local.get $v) (local.get $k)))
(func (export "f") (param $which i32) (param $v v128) (result v128 i32 v128)
;; The others are not inlined into a function that is much smaller.
(drop (i32.const 0)) (drop (i64.const 0)) (drop (i32.const 0)) (drop (i64.const 0))
(drop (f64.const 0)) (drop (f64.const 0)) (drop (f64.const 0)) (drop (f64.const 0))
(drop (f64.const 0)) (drop (f64.const 0)) (drop (f64.const 0)) (drop (f64.const 0))
local.get $v
(call $middle (local.get $v) (local.get $which))))"#;

// All vectors of all frames come along, bit by bit: live ones, dead ones, constants, operands
// below calls.
#[test]
fn vectors_in_three_frames() {
    let script = |run: &mut Run| {
        let v = vector([1, 0x8000_0000, 0xffff_ffff, 4]);
        run.repeat(40, "f", (0, v));
        run.call("f", (1, v));
        run.repeat(40, "f", (2, v));
        run.repeat(3, "f", (1, v));
    };
    everywhere(NESTED, script, "");
    let exits = deopts(NESTED, script);
    assert!(
        exits.first().is_some_and(|it| it.ends_with("x3")),
        "{exits:?}"
    );
}

// Loops are entered with vectors as locals, as operands below the loop and as its parameters.
#[test]
fn vectors_at_the_entry_of_a_loop() {
    let wat = r#"(module
        (type $t (func (param v128) (result v128)))
        (table funcref (elem $double $not))
        (func $double (type $t) (i32x4.add (local.get 0) (local.get 0)))
        (func $not (type $t) (v128.not (local.get 0)))
        (func (export "f") (param $n i32) (param $flip i32) (param $v v128) (result v128)
        (local $i i32) (local $w v128) (local $f f32) (local $sum v128)
        v128.const i32x4 1 2 3 4
        i32.const 7
        local.get $v
        f32.const 0.5
        loop $l (param v128 f32) (result v128 f32)
        local.set $f
        local.set $w
        (local.set $sum (i32x4.add (local.get $sum) (local.get $w)))
        (call_indirect (type $t) (local.get $w) (i32.eq (local.get $i) (local.get $flip)))
        (f32.add (local.get $f) (f32.const 1))
        (br_if $l (i32.lt_s
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (local.get $n)))
        end
        f32x4.splat
        i32x4.add
        local.set $w
        i32x4.splat
        i32x4.add
        (i32x4.add (local.get $w) (local.get $sum))
        i32x4.add))"#;
    let script = |run: &mut Run| {
        for (n, flip) in [(30, -1), (30, 20), (100, 50), (100, 99)] {
            run.call("f", (n, flip, vector([1, 2, 3, 0xfff0_0001])));
        }
    };
    everywhere(wat, script, "");
    assert!(count_osr(&events(&tiered(10), wat, script)) > 1);
}

/// Each function calls the next one in tail position with other arguments than it has: vectors,
/// numbers, or both, directly or through the table.
const TAIL_CALLS: &str = r#"(module
(type $v (func (param i32 v128) (result v128)))
(type $n (func (param i32 i64 i64) (result v128)))
(type $m (func (param v128 i32 v128 f32 v128) (result v128)))
(table funcref (elem $vector $number $mixed))
(func $vector (export "f") (type $v)
(if (i32.eqz (local.get 0)) (then (return (local.get 1))))
(return_call $number (i32.sub (local.get 0) (i32.const 1))
(i64x2.extract_lane 0 (local.get 1)) (i64x2.extract_lane 1 (local.get 1))))
(func $number (type $n) (local v128)
(local.set 3 (i64x2.replace_lane 1 (i64x2.splat (local.get 1)) (local.get 2)))
(if (i32.eqz (local.get 0)) (then (return (local.get 3))))
(return_call_indirect (type $m)
(local.get 3) (i32.sub (local.get 0) (i32.const 1)) (v128.const i32x4 1 2 3 4)
(f32.const 1) (i32x4.splat (local.get 0)) (i32.const 2)))
(func $mixed (type $m)
(if (i32.eqz (local.get 1)) (then (return (local.get 0))))
(return_call $through (i32.sub (local.get 1) (i32.const 1))
(i32x4.add (i32x4.add (local.get 0) (local.get 2))
(i32x4.add (local.get 4) (i32x4.trunc_sat_f32x4_s (f32x4.splat (local.get 3)))))))
(func $through (type $v)
(return_call_indirect (type $v) (local.get 0) (local.get 1) (i32.const 0)))
(func (export "g") (type $v)
(i32x4.add (local.get 1) (call_indirect (type $v) (local.get 0) (local.get 1) (i32.const 0))))
;; No vector, but in the type of what it calls in its place.
(func $none (export "none") (param i32) (result i32)
(if (i32.eqz (local.get 0)) (then (return (i32.const 77))))
(return_call $some (local.get 0)))
(func $some (param i32) (result i32) (local v128)
(local.set 1 (i32x4.splat (local.get 0)))
(return_call $none (i32.sub (i32x4.extract_lane 3 (local.get 1)) (i32.const 1)))))"#;

// Frames are replaced by smaller and larger ones, of the one kind of function and the other, in
// constant stack.
#[test]
fn tail_calls_between_functions_with_and_without_vectors() {
    let script = |run: &mut Run| {
        for n in [0, 1, 2, 3, 4, 5, 20, 100] {
            run.call("f", (n, vector([n as u32, 1, 2, 3])));
            run.call("g", (n, vector([n as u32, 1, 2, 3])));
            run.call("none", (n,));
        }
    };
    everywhere(TAIL_CALLS, script, "");
    let deep = |run: &mut Run| {
        run.call("f", (30_000, vector([0; 4])));
        run.call("none", (30_000,));
    };
    everywhere(TAIL_CALLS, deep, "");
}

// More vectors than registers, as arguments and as results, through the table and without.
#[test]
fn twenty_vectors() {
    let types = vec!["v128"; 20].join(" ");
    let gets = |range: &mut dyn Iterator<Item = usize>| -> String {
        range.map(|it| format!("(local.get {it})")).collect()
    };
    let turned = gets(&mut (1..20).chain([0]));
    let rest = gets(&mut (0..20));
    let adds = "i32x4.add ".repeat(19);
    let wat = format!(
        r#"(module
        (type $t (func (param {types}) (result {types})))
        (table funcref (elem $turn $same))
        (func $turn (type $t) {turned})
        (func $same (type $t) {rest})
        (func $turn_mixed (param i32 {types} i64) (result f64 {types} i32)
        f64.const 2.5
        (call $same {mixed})
        (i32.wrap_i64 (local.get 21)))
        (func (export "f") (param i32 v128) (result v128 i32)
        (local $i i32)
        {splats}
        (call_indirect (type $t) (local.get 0))
        (call_indirect (type $t) (i32.const 0))
        call $turn
        {shuffle}
        i32.const 5)
        (func (export "g") (param i32 v128) (result f64 {types} i32)
        local.get 0
        {splats}
        i64.const 3
        call $turn_mixed))"#,
        mixed = gets(&mut (1..21)),
        splats = (0..20)
            .map(|it| format!("(i32x4.add (local.get 1) (v128.const i32x4 {it} 0 1 {it}))"))
            .collect::<String>(),
        shuffle = adds,
    );
    let script = |run: &mut Run| {
        for n in [0, 0, 0, 1, 0, 1] {
            run.repeat(3, "f", (n, vector([1, 2, 3, 4])));
            run.repeat(3, "g", (n, vector([1, 2, 3, 4])));
        }
    };
    everywhere(&wat, script, "");
}

// `drop`, `select` and branches move two slots for a vector and one for everything else.
#[test]
fn vectors_among_operands() {
    let wat = r#"(module
        (global $g (mut v128) (v128.const i32x4 1 2 3 4))
        (func (export "select") (param i32 v128 v128 i64 i64) (result v128 i64 v128)
        (select (local.get 1) (local.get 2) (local.get 0))
        (select (local.get 3) (local.get 4) (local.get 0))
        (select (result v128) (local.get 2) (local.get 1) (local.get 0)))
        (func (export "drop") (param v128 i32) (result i32)
        local.get 1
        local.get 0
        local.get 1
        local.get 0
        drop
        drop
        drop)
        (func (export "branch") (param i32 v128) (result i64 v128 i32) (local i64)
        (block $b (result i64 v128)
        i64.const 1
        local.get 1
        i32.const 2
        local.get 1
        i64.const 3
        (v128.not (local.get 1))
        (br_if $b (i32.eqz (local.get 0)))
        (block $c (param i64 v128) (result v128 i64)
        local.set 1
        (v128.const i64x2 5 6)
        (local.get 1)
        (i64.const 9)
        (br_table $c $c (i32.sub (local.get 0) (i32.const 1))))
        local.set 2
        local.set 1
        (br $b (local.get 2) (local.get 1)))
        i32.const 11)
        (func (export "if") (param i32 v128) (result v128)
        f32.const 1
        local.get 1
        local.get 0
        (if (param v128) (result v128 i32)
        (then (global.set $g) (local.get 1) (i32.const 1))
        (else (v128.not) (i32.const 2)))
        i32x4.splat
        i32x4.add
        global.get $g
        i32x4.add
        local.set 1
        drop
        local.get 1)
        (func (export "tee") (param v128 i32) (result v128 i32 v128)
        (local v128 i32)
        (local.tee 2 (i32x4.add (local.get 0) (local.get 2)))
        (local.tee 3 (i32.add (local.get 1) (local.get 3)))
        (local.get 2)))"#;
    let script = |run: &mut Run| {
        let (a, b) = (
            vector([1, 2, 3, 4]),
            vector([0xffff_ffff, 0, 7, 0x8000_0000]),
        );
        for n in [0, 1, 2, 3] {
            run.repeat(3, "select", (n, a, b, 5i64, 6i64));
            run.repeat(3, "drop", (a, n));
            run.repeat(3, "branch", (n, b));
            run.repeat(3, "if", (n, b));
            run.repeat(3, "tee", (a, n));
        }
    };
    everywhere(
        wat,
        script,
        "select(0, 0x4000000030000000200000001v128, 0x800000000000000700000000ffffffffv128, \
         5i64, 6i64) = 0x800000000000000700000000ffffffffv128, 6i64, \
         0x4000000030000000200000001v128 x3
         drop(0x4000000030000000200000001v128, 0) = 0 x3",
    );
}

// Globals that hold vectors: own and imported, constant and not.
#[test]
fn vectors_in_globals() {
    let other = r#"(module
        (import "main" "own" (global $own (mut v128)))
        (import "main" "constant" (global $constant v128))
        (global (export "copy") v128 (global.get $constant))
        (global $number (export "number") (mut i32) (i32.const 3))
        (func (export "swap") (param v128) (result v128)
        global.get $own
        (global.set $own (i32x4.add (global.get $constant) (local.get 0)))
        (global.set $number (i32.add (global.get $number) (i32.const 1)))))"#;
    let wat = r#"(module
        (global $own (export "own") (mut v128) (v128.const i64x2 1 -1))
        (global $number (export "number") (mut i64) (i64.const 7))
        (global $constant (export "constant") v128 (v128.const f32x4 1 -0 nan inf))
        (func (export "add") (param v128) (result v128 v128)
        (global.set $own (i64x2.add (global.get $own) (local.get 0)))
        (global.set $number (i64.add (global.get $number) (i64.const 1)))
        (global.get $own)
        (global.get $constant)))"#;
    let script = |run: &mut Run| {
        run.instantiate("other", other);
        for n in 0..6 {
            run.call("add", (vector([n, 1, n, 1]),));
            run.call("other.swap", (vector([5, n, 5, n]),));
            run.call("add", (vector([n, 1, n, 1]),));
        }
        run.set_global("own", vector([1, 2, 3, 4]));
        run.call("add", (vector([1, 1, 1, 1]),));
    };
    everywhere(wat, script, "");
}

/// Calls between functions with and without vectors, of this instance and another one, and of the
/// host, which calls back.
const FRAMES: &str = r#"(module
(import "host" "do" (func $do (param i32) (result i32)))
(import "host" "trace" (func $trace))
(type $n (func (param i32) (result i32)))
(memory (export "memory") 1)
(table funcref (elem $number $vector))
(func $vector (export "vector") (type $n) (local v128)
(local.set 1 (i32x4.splat (local.get 0)))
i32.const 1000
local.get 1
(call_indirect (type $n) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))
i32x4.splat
i32x4.add
i32x4.extract_lane 2
i32.add)
(func $number (export "number") (type $n)
(if (i32.eq (local.get 0) (i32.const 2)) (then (call $trace)))
(if (i32.eq (local.get 0) (i32.const 1)) (then (return (call $do (i32.const 4)))))
(if (i32.eq (local.get 0) (i32.const -3)) (then (return (i32.const 33))))
(if (i32.le_s (local.get 0) (i32.const -5))
(then (return (i32.load (i32.mul (local.get 0) (i32.const 1000))))))
(i32.add (local.get 0)
(call_indirect (type $n) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1))))
(func (export "trap") (param v128 i32) (result v128)
(i32x4.add (local.get 0) (i32x4.splat (i32.div_s (i32.const 1)
(call $number (local.get 1)))))))"#;

// Activations within activations, traces, and traps with their frames.
#[test]
fn calls_between_functions_with_and_without_vectors() {
    let script = |run: &mut Run| {
        run.host(|caller, arg| {
            reenter(caller, "trap", (vector([1, 2, 3, 4]), 0));
            let result = reenter(caller, "vector", (0,));
            Ok(result.map_or(0, |it| it.unwrap_i32()) + arg)
        });
        for n in [-1, 4, 5, 6, 7, 8, 9, 10] {
            run.call("vector", (n,));
            run.call("number", (n,));
            run.call("trap", (vector([9; 4]), n));
        }
    };
    everywhere(FRAMES, script, "");
}
