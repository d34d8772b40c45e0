//! Paths, operands and ranges that compiled code has not seen before, without a call to blame.
//!
//! Nothing speculates on these so far. The tests keep it honest when something does.

use super::harness::{Run, everywhere};

// A branch is taken, an arm of a table reached and an instruction trapping for the first time in
// compiled code. The untaken side must not have been dropped.
#[test]
fn paths_first_taken_in_compiled_code() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func (export "f") (param $x i32) (result i32) (local $y i32)
(local.set $y (i32.const 5))
(if (i32.gt_s (local.get $x) (i32.const 100))
(then (local.set $y (call_indirect (type $t) (local.get $x) (i32.const 0)))))
(block $other (block $two (block $one (block $zero
(br_table $zero $one $two $other (i32.rem_s (local.get $x) (i32.const 4))))
(return (local.get $y)))
(return (i32.mul (local.get $y) (i32.const 10))))
(if (i32.eq (local.get $x) (i32.const 202)) (then (unreachable)))
(return (i32.sub (local.get $y) (i32.const 1))))
(i32.const -7)))"#;
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0,));
        for x in [1, 2, 3, 100, 101, 102, 202, 103, 104, -1, 0] {
            run.call("f", (x,));
        }
    };
    let expected = "
        f(0) = 5 x20
        f(1) = 50
        f(2) = 4
        f(3) = -7
        f(100) = 5
        f(101) = 1020
        f(102) = 102
        f(202) fails: wasm trap: wasm `unreachable` instruction executed < func1@0x40
        f(103) = -7
        f(104) = 105
        f(-1) = -7
        f(0) = 5";
    everywhere(wat, script, expected);
}

// A loop stores up to the end of the memory, over it, from its very end and not at all. What comes
// before the trapping store has happened, and nothing after it.
#[test]
fn loop_that_leaves_the_memory() {
    let wat = r#"(module
(memory (export "memory") 1 2)
(global $done (export "done") (mut i32) (i32.const 0))
(func (export "f") (param $at i32) (param $n i32) (result i32)
(global.set $done (i32.const 0))
(block $end (loop $next
(br_if $end (i32.eqz (local.get $n)))
(i32.store offset=4 (local.get $at) (i32.add (i32.load offset=4 (local.get $at)) (i32.const 1)))
(global.set $done (i32.add (global.get $done) (i32.const 1)))
(local.set $at (i32.add (local.get $at) (i32.const 4)))
(local.set $n (i32.sub (local.get $n) (i32.const 1)))
(br_if $next (i32.ne (local.get $n) (i32.const 1000)))
(drop (memory.grow (i32.const 1)))
(br $next)))
(global.get $done))
(func (export "done?") (result i32) (global.get $done))
(func (export "load") (param i32) (result i32) (i32.load (local.get 0))))"#;
    let script = |run: &mut Run| {
        run.repeat(10, "f", (0, 10));
        for (at, n) in [
            (0, 0),
            (65532 - 40, 20),
            (-8, 20),
            (-4, 2),
            (65532, 1),
            (65528, 2),
        ] {
            run.call("f", (at, n));
            run.call("done?", ());
        }
        run.call("load", (65532,));
        run.call("f", (65536 - 4 * 200, 1100));
        run.call("done?", ());
        run.call("load", (65532,));
        run.call("load", (65536,));
        run.call("f", (2 * 65536 - 40, 20));
        run.call("done?", ());
    };
    let fault = |at: u32, size: u32| {
        format!(
            "fails: wasm trap: out of bounds memory access (memory fault at wasm address {at:#x} \
             in linear memory of size {size:#x}) < func0@0x12"
        )
    };
    let expected = format!(
        "f(0, 10) = 10 x10
        f(0, 0) = 0
        done?() = 0
        f(65492, 20) {}
        done?() = 10
        f(-8, 20) {}
        done?() = 0
        f(-4, 2) {}
        done?() = 0
        f(65532, 1) {}
        done?() = 0
        f(65528, 2) {}
        done?() = 1
        load(65532) = 2
        f(64736, 1100) = 1100
        done?() = 1100
        load(65532) = 3
        load(65536) = 1
        f(131032, 20) {}
        done?() = 9",
        fault(0x1_0000, 0x1_0000),
        "fails: wasm trap: out of bounds memory access (memory fault at wasm address 0xfffffffc \
         in linear memory of size 0x10000) < func0@0x12",
        "fails: wasm trap: out of bounds memory access (memory fault at wasm address 0x100000000 \
         in linear memory of size 0x10000) < func0@0x12",
        fault(0x1_0000, 0x1_0000),
        fault(0x1_0000, 0x1_0000),
        fault(0x2_0000, 0x2_0000),
    );
    everywhere(wat, script, &expected);
}

// Divisors, shift counts and conversions take values that trap or wrap, after many that do not.
#[test]
fn rare_operands() {
    let wat = r#"(module
(func (export "div") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
(func (export "rem") (param i32 i32) (result i32) (i32.rem_s (local.get 0) (local.get 1)))
(func (export "shift") (param i32 i32) (result i32 i32 i32 i32)
(i32.shl (local.get 0) (local.get 1))
(i32.shr_s (local.get 0) (local.get 1))
(i32.shr_u (local.get 0) (local.get 1))
(i32.rotl (local.get 0) (local.get 1)))
(func (export "wide") (param i64 i64) (result i64 i64)
(i64.shl (local.get 0) (local.get 1))
(i64.div_s (local.get 0) (local.get 1)))
(func (export "trunc") (param f64) (result i32 i64)
(i32.trunc_sat_f64_s (local.get 0))
(i64.trunc_f64_u (local.get 0))))"#;
    let script = |run: &mut Run| {
        for name in ["div", "rem", "shift"] {
            run.repeat(20, name, (100, 7));
        }
        for (a, b) in [(i32::MIN, -1), (1, 0), (i32::MIN, 1), (-7, 2)] {
            run.call("div", (a, b));
            run.call("rem", (a, b));
        }
        for count in [31, 32, 33, -1] {
            run.call("shift", (-2, count));
        }
        run.repeat(20, "wide", (1_i64, 3_i64));
        run.call("wide", (i64::MIN, -1_i64));
        run.call("wide", (3_i64, 64_i64));
        run.repeat(20, "trunc", (7.5,));
        for value in [-0.5, 18446744073709549568.0, -1.0, f64::NAN, 1e300] {
            run.call("trunc", (value,));
        }
    };
    let expected = "
        div(100, 7) = 14 x20
        rem(100, 7) = 2 x20
        shift(100, 7) = 12800, 0, 0, 12800 x20
        div(-2147483648, -1) fails: wasm trap: integer overflow < func0@0x5
        rem(-2147483648, -1) = 0
        div(1, 0) fails: wasm trap: integer divide by zero < func0@0x5
        rem(1, 0) fails: wasm trap: integer divide by zero < func1@0x5
        div(-2147483648, 1) = -2147483648
        rem(-2147483648, 1) = 0
        div(-7, 2) = -3
        rem(-7, 2) = -1
        shift(-2, 31) = 0, -1, 1, 2147483647
        shift(-2, 32) = -2, -2, -2, -2
        shift(-2, 33) = -4, -1, 2147483647, -3
        shift(-2, -1) = 0, -1, 1, 2147483647
        wide(1i64, 3i64) = 8i64, 0i64 x20
        wide(-9223372036854775808i64, -1i64) fails: wasm trap: integer overflow < func3@0xa
        wide(3i64, 64i64) = 3i64, 0i64
        trunc(0x401e000000000000f64) = 7, 7i64 x20
        trunc(0xbfe0000000000000f64) = 0, 0i64
        trunc(0x43effffffffffffff64) = 2147483647, -2048i64";
    everywhere(wat, script, expected);
}

// A parameter and a global have one value for long, and then another: as operand, as index of a
// table, and as address. They were never constants.
#[test]
fn values_that_were_always_the_same() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(memory (data "\05\06\07\08"))
(global $g (export "g") (mut i32) (i32.const 0))
(func $a (type $t) (i32.add (local.get 0) (global.get $g)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $apply (param $x i32) (param $i i32) (result i32)
(i32.add (i32.load8_u (global.get $g))
(call_indirect (type $t) (local.get $x) (local.get $i))))
(func (export "f") (param i32) (result i32) (call $apply (local.get 0) (global.get $g)))
(func (export "g1") (result i32) (call $apply (i32.const 1) (i32.const 1))))"#;
    let script = |run: &mut Run| {
        run.repeat(20, "f", (10,));
        run.set_global("g", 1);
        run.repeat(20, "f", (10,));
        run.repeat(20, "g1", ());
        run.set_global("g", 0);
        run.repeat(20, "g1", ());
        run.repeat(2, "f", (-10,));
    };
    let expected = "
        f(10) = 15 x20
        f(10) = 36 x20
        g1() = 9 x20
        g1() = 8 x20
        f(-10) = -5 x2";
    everywhere(wat, script, expected);
}
