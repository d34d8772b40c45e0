//! Values that are alive where compiled code is left: all of them arrive, bit by bit.

use super::harness::{
    Run, agrees, deopts, deopts_with, events, everywhere, inlined, tiered, unindent,
};
use std::fmt::Write as _;
use std::num::NonZeroU32;
use wasm_interp_jit::Val;
use wasm_interp_jit::inspect::Event;

/// Two targets of type `$leaf`: they return 1 and 2.
const LEAVES: &str = "(type $leaf (func (result i32)))
(table funcref (elem $one $two))
(func $one (export \"one\") (type $leaf) (i32.const 1))
(func $two (type $leaf) (i32.const 2))";

/// `n` calls of `f(0, ..)`, in which it is compiled, then of `f(1, ..)`, the first of which leaves
/// by an exit, then the first again.
fn leave_with(n: usize, args: &[Val]) -> impl Fn(&mut Run) + Copy {
    move |run| {
        for (n, index) in [(n, 0), (n, 1), (2, 0)] {
            let mut all = vec![Val::I32(index)];
            all.extend_from_slice(args);
            run.repeat(n, "f", all);
        }
    }
}

// Values of every type are alive as operands and as parameters of three frames. Each frame has
// others, so that a frame that gets its neighbour's values shows.
#[test]
fn values_of_every_type_in_three_frames() {
    let wat = format!(
        r#"(module
{LEAVES}
(func $inner (param $i i32) (param i32 i64 f32 f64 funcref externref)
(result i32 i64 f32 f64 funcref externref i32)
(local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6)
(call_indirect (type $leaf) (local.get $i)))
(func $middle (param $i i32) (param i32 i64 f32 f64 funcref externref)
(result i32 i64 f32 f64 funcref externref i32 i64 f32 f64 funcref externref i32)
(i32.xor (local.get 1) (i32.const -1))
(i64.xor (local.get 2) (i64.const -1))
(f32.neg (local.get 3))
(f64.neg (local.get 4))
(local.get 5)
(ref.null extern)
(call $inner (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
(local.get 5) (local.get 6)))
(func (export "f") (param $i i32) (param i32 i64 f32 f64 funcref externref)
(result i32 i64 f32 f64 funcref externref
i32 i64 f32 f64 funcref externref
i32 i64 f32 f64 funcref externref i32)
(local.get 1) (local.get 2) (local.get 3) (local.get 4) (ref.null func) (local.get 6)
(call $middle (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
(local.get 5) (local.get 6))))"#
    );
    let script = |run: &mut Run| {
        let (func, value) = (run.func("one"), run.extern_ref(5));
        let numbers = [
            Val::I32(i32::MIN),
            Val::I64(i64::MIN + 1),
            Val::F32(0x7fa0_0001),
            Val::F64(0x7ff4_0000_0000_0001),
        ];
        let args: Vec<Val> = numbers.into_iter().chain([func, value]).collect();
        leave_with(20, &args)(run);
        let nulls = [
            numbers.as_slice(),
            &[Val::FuncRef(None), Val::ExternRef(None)],
        ]
        .concat();
        leave_with(20, &nulls)(run);
    };
    let values = "-2147483648, -9223372036854775807i64, 0x7fa00001f32, 0x7ff4000000000001f64";
    let negated = "2147483647, 9223372036854775806i64, 0xffa00001f32, 0xfff4000000000001f64";
    let mut expected = String::new();
    for (func, value) in [("func[]->[i32]", "extern 5"), ("null", "null")] {
        for (index, result, n) in [(0, 1, " x20"), (1, 2, " x20"), (0, 1, " x2")] {
            let _ = writeln!(
                expected,
                "f({index}, {values}, {func}, {value}) = {values}, null, {value}, \
                 {negated}, {func}, null, {values}, {func}, {value}, {result}{n}",
            );
        }
    }
    everywhere(&wat, script, &expected);
    assert_eq!(deopts(&wat, script), ["WrongCallTarget func2@0xe x3"]);
}

// i32 values are made from wider ones, and by instructions that leave dirt in a register's upper
// half, and are then extended after the exit. A slot must have its upper half clean.
#[test]
fn narrow_values_have_clean_upper_halves() {
    let wat = format!(
        r#"(module
{LEAVES}
(memory (data "\11\22\33\44\55"))
(func (export "f") (param $i i32) (param $x i64) (result i64 i64 i64 i64 i64 i32)
(local $wrapped i32) (local $byte i32) (local $sum i32) (local $constant i32)
(local.set $constant (i32.const -3))
(local.set $wrapped (i32.wrap_i64 (local.get $x)))
(local.set $byte (i32.extend8_s (local.get $wrapped)))
(local.set $sum (i32.add (local.get $wrapped) (local.get $wrapped)))
(i32.wrap_i64 (local.get $x))
(call_indirect (type $leaf) (local.get $i))
(i32.add)
(i64.extend_i32_u)
(i64.extend_i32_u (local.get $wrapped))
(i64.extend_i32_u (local.get $byte))
(i64.extend_i32_s (local.get $sum))
(i64.extend_i32_u (local.get $constant))
(block $default
(block $zero
(br_table $zero $zero $zero $default (i32.and (local.get $wrapped) (i32.const 0x82))))
(local.set $byte (i32.const -132)))
(i32.load8_u (i32.sub (local.get $byte) (i32.const -132)))))"#
    );
    let script = leave_with(20, &[Val::I64(0x7ead_beef_ffff_ff80)]);
    // 0x80 is beyond the branch table; -128 + 132 is address 4.
    let rest = "4294967168i64, 4294967168i64, -256i64, 4294967293i64, 85 x20";
    let expected = format!(
        "f(0, 9128161957751291776i64) = 4294967169i64, {rest}
        f(1, 9128161957751291776i64) = 4294967170i64, {rest}"
    );
    everywhere(&wat, script, &expected);
    assert_eq!(deopts(&wat, script).len(), 1);
}

// NaNs that are not the canonical one, signalling ones and negative zeros are alive: constants,
// arguments and loaded from memory. Whatever moves them must not take them for numbers.
#[test]
fn nan_payloads_and_negative_zeros() {
    let wat = format!(
        r#"(module
{LEAVES}
(memory (data "\02\00\a0\ff" "\03\00\00\00\00\00\f4\ff"))
(func (export "f") (param $i i32) (param $a f32) (param $b f64)
(result f32 f64 f32 f64 f32 f64 f32 f64 f32 f64 i32)
(local $s f32) (local $d f64) (local $z f32) (local $w f64)
(local.set $s (f32.const nan:0x200001))
(local.set $d (f64.const nan:0x4000000000001))
(local.set $z (f32.const -0x0p+0))
(local.set $w (f64.const -0x0p+0))
(f32.load (i32.const 0))
(f64.load (i32.const 4))
(f32.const -nan:0x200004)
(f64.const -nan:0x4000000000005)
(local.get $a)
(local.get $b)
(local.set $a (f32.const 0))
(local.set $i (call_indirect (type $leaf) (local.get $i)))
(local.get $s)
(local.get $d)
(local.get $z)
(local.get $w)
(local.get $i)))"#
    );
    let script = leave_with(
        20,
        &[Val::F32(0x7fa0_0006), Val::F64(0xfff4_0000_0000_0007)],
    );
    let result = "0xffa00002f32, 0xfff4000000000003f64, 0xffa00004f32, 0xfff4000000000005f64, \
        0x7fa00006f32, 0xfff4000000000007f64, 0x7fa00001f32, 0x7ff4000000000001f64, \
        0x80000000f32, 0x8000000000000000f64";
    let expected = format!(
        "f(0, 0x7fa00006f32, 0xfff4000000000007f64) = {result}, 1 x20
        f(1, 0x7fa00006f32, 0xfff4000000000007f64) = {result}, 2 x20"
    );
    everywhere(&wat, script, &expected);
    assert_eq!(deopts(&wat, script).len(), 1);
}

// Locals are constants that only the compiler computes, several locals share one value, and one
// of them changes after the exit. In the interpreter's frame they are slots of their own.
#[test]
fn folded_constants_and_shared_values() {
    let wat = format!(
        r#"(module
{LEAVES}
(func (export "f") (param $i i32) (param $x i64)
(result i32 i32 i32 i64 f64 i64 i64 i32)
(local $a i32) (local $b i32) (local $c i32) (local $unset i32)
(local $d i64) (local $e f64) (local $y i64)
(local.set $a (i32.mul (i32.add (i32.const 3) (i32.const 4)) (i32.const -6)))
(local.set $b (local.get $a))
(local.set $c (local.get $b))
(local.set $d (i64.shl (i64.const 1) (i64.const 40)))
(local.set $e (f64.add (f64.const 1.5) (f64.const 2.25)))
(local.set $y (local.get $x))
(i32.sub (i32.const 100) (i32.const 1))
(call_indirect (type $leaf) (local.get $i))
(local.set $i)
(local.set $a (i32.add (local.get $a) (local.get $i)))
(local.set $x (i64.add (local.get $x) (i64.const 1)))
(local.set $unset (i32.add (local.get $unset) (local.get $a)))
(i32.add (local.get $c))
(local.get $unset)
(i32.add (local.get $b) (local.get $c))
(local.get $d)
(local.get $e)
(local.get $x)
(local.get $y)
(local.get $i)))"#
    );
    let script = leave_with(20, &[Val::I64(-1)]);
    let expected = "
        f(0, -1i64) = 57, -41, -84, 1099511627776i64, 0x400e000000000000f64, 0i64, -1i64, 1 x20
        f(1, -1i64) = 57, -40, -84, 1099511627776i64, 0x400e000000000000f64, 0i64, -1i64, 2 x20";
    everywhere(&wat, script, expected);
    assert_eq!(deopts(&wat, script).len(), 1);
}

// A local is never read after the exit and was not set before it, another one was set only on a
// path that was not taken. After the exit they are read on a path that is new as well.
#[test]
fn locals_that_compiled_code_does_not_need() {
    let wat = format!(
        r#"(module
{LEAVES}
(func (export "f") (param $i i32) (param $path i32) (result i32)
(local $dead i32) (local $unset i64) (local $some i32)
(local.set $dead (i32.const 77))
(if (local.get $path) (then (local.set $some (i32.const 5))))
(if (result i32) (i32.eq (call_indirect (type $leaf) (local.get $i)) (i32.const 2))
(then (i32.add (i32.add (local.get $dead) (i32.wrap_i64 (local.get $unset)))
(local.get $some)))
(else (i32.const 0)))))"#
    );
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0, 0));
        run.repeat(2, "f", (1, 0));
        run.repeat(20, "f", (1, 1));
    };
    everywhere(
        &wat,
        script,
        "f(0, 0) = 0 x20\nf(1, 0) = 77 x2\nf(1, 1) = 82 x20",
    );
    assert_eq!(deopts(&wat, script).len(), 1);
}

// The inlined callee overwrites its parameters, which are also a local and an operand of the
// caller. The caller's copies must keep their values in the rebuilt frame.
#[test]
fn parameter_overwritten_in_the_callee() {
    let wat = format!(
        r#"(module
{LEAVES}
(func $callee (param $i i32) (param $x i32) (param $y i32) (result i32)
(local.set $x (i32.mul (local.get $x) (i32.const 2)))
(local.set $y (local.get $x))
(local.set $i (call_indirect (type $leaf) (local.get $i)))
(i32.add (i32.add (local.get $x) (local.get $y)) (local.get $i)))
(func (export "f") (param $i i32) (param $x i32) (result i32 i32 i32 i32)
(local.get $x)
(call $callee (local.get $i) (local.get $x) (local.get $x))
(local.get $x)
(local.get $i)))"#
    );
    let script = leave_with(20, &[Val::I32(21)]);
    let expected = "
        f(0, 21) = 21, 85, 21, 0 x20
        f(1, 21) = 21, 86, 21, 1 x20
        f(0, 21) = 21, 85, 21, 0 x2";
    everywhere(&wat, script, expected);
    let deopts = deopts(&wat, script);
    assert!(
        matches!(&deopts[..], [it] if it.ends_with("x2")),
        "{deopts:?}"
    );
}

/// A function with `n` locals of each of `types`, all alive over an indirect call and summed up
/// after it. Local `k` of a type is `x + k`.
fn many_locals(n: usize, types: &[&str]) -> String {
    let (mut locals, mut sets, mut sums) = (String::new(), String::new(), String::new());
    for ty in types {
        let convert = match *ty {
            "i64" => "(local.get $x)".to_owned(),
            "i32" => "(i32.wrap_i64 (local.get $x))".to_owned(),
            ty => format!("({ty}.convert_i64_s (local.get $x))"),
        };
        let widen = match *ty {
            "i64" => "",
            "i32" => "(i64.extend_i32_s)",
            "f32" => "(i64.trunc_f32_s)",
            _ => "(i64.trunc_f64_s)",
        };
        for k in 0..n {
            let _ = write!(locals, "(local ${ty}{k} {ty})");
            let _ = writeln!(
                sets,
                "(local.set ${ty}{k} ({ty}.add {convert} ({ty}.const {k})))"
            );
            let _ = writeln!(sums, "(local.get ${ty}{k}) {widen} (i64.add)");
        }
    }
    format!(
        r#"(module
{LEAVES}
(func (export "f") (param $i i32) (param $x i64) (result i64)
{locals}
{sets}
(i64.extend_i32_u (call_indirect (type $leaf) (local.get $i)))
{sums}))"#
    )
}

// More values are alive than there are registers, of each class. Those in registers and those on
// the stack must both reach the exit.
#[test]
fn more_values_than_registers() {
    let wat = many_locals(40, &["i32", "i64", "f32", "f64"]);
    let script = leave_with(100, &[Val::I64(1000)]);
    // 4 * (40 * 1000 + 0 + 1 + ... + 39) = 163120
    let expected = "
        f(0, 1000i64) = 163121i64 x100
        f(1, 1000i64) = 163122i64 x100
        f(0, 1000i64) = 163121i64 x2";
    everywhere(&wat, script, expected);
    assert_eq!(deopts(&wat, script).len(), 1);
}

// A function has more than a thousand locals that are alive. The exit is large, but it is one.
#[test]
fn a_thousand_locals() {
    let wat = many_locals(1200, &["i64"]);
    // Large functions must be called more often before they are compiled.
    let script = leave_with(130, &[Val::I64(1 << 40)]);
    // 1200 * 2^40 + 0 + 1 + ... + 1199
    let sum = 1200 * (1_i64 << 40) + 1199 * 600;
    let expected = format!(
        "f(0, 1099511627776i64) = {}i64 x130
        f(1, 1099511627776i64) = {}i64 x130",
        sum + 1,
        sum + 2
    );
    everywhere(&wat, script, &expected);
    assert_eq!(deopts_with(&tiered(2), &wat, script).len(), 1);
}

// A function has as many locals as Wasm allows. It stays in the interpreter, and works.
#[test]
fn too_many_locals_stay_in_the_interpreter() {
    let locals = "(local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)".repeat(4999);
    let wat = format!(
        r#"(module
{LEAVES}
(func (export "f") (param $i i32) (result i32) {locals} (local $last i32)
(local.set $last (i32.const 40))
(i32.add (call_indirect (type $leaf) (local.get $i)) (local.get $last))))"#
    );
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0,));
        run.repeat(20, "f", (1,));
    };
    everywhere(&wat, script, "f(0) = 41 x20\nf(1) = 42 x20");
    let events = events(&tiered(1), &wat, |run| run.repeat(50, "f", (0,)));
    let failed = |it: &&Event| matches!(it, Event::CompileFailed { .. });
    assert_eq!(events.iter().filter(failed).count(), 1);
}

// Twenty arguments and twenty results pass through an inlined callee and through one that is
// called, so that they lie partly in registers, partly on the stack, partly in the interpreter.
#[test]
fn many_arguments_and_results() {
    let types = "i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64";
    let gets: String = (0..20).rev().map(|n| format!("(local.get {n}) ")).collect();
    let reversed = types.split(' ').rev().collect::<Vec<_>>().join(" ");
    let args: String = (0..)
        .zip(types.split(' '))
        .map(|(n, ty)| format!("({ty}.const {n}) "))
        .collect();
    let wat = format!(
        r#"(module
(type $wide (func (param {types}) (result {reversed})))
(table funcref (elem $a $b))
(func $a (type $wide) {gets})
(func $b (type $wide) (local.set 0 (i32.const 77)) {gets})
(func $apply (param $i i32) (result {reversed} i32)
{args}
(call_indirect (type $wide) (local.get $i))
(local.get $i))
(func (export "f") (param $i i32) (result i32 {reversed} i32)
{}
(i32.const -1)
(call $apply (local.get $i))))"#,
        // Large enough that all is inlined.
        "(nop)".repeat(60)
    );
    let script = |run: &mut Run| {
        for (n, index) in [(20, 0), (20, 1), (2, 0)] {
            run.repeat(n, "f", (index,));
        }
    };
    let results = |first: i32| {
        let value = |(n, ty): (i32, &str)| match ty {
            "i32" => format!("{}", if n == 0 { first } else { n }),
            "i64" => format!("{n}i64"),
            "f32" => format!("{:#x}f32", (n as f32).to_bits()),
            _ => format!("{:#x}f64", f64::from(n).to_bits()),
        };
        let values: Vec<String> = (0..).zip(types.split(' ')).map(value).collect();
        values.into_iter().rev().collect::<Vec<_>>().join(", ")
    };
    let expected = format!(
        "f(0) = -1, {}, 0 x20
        f(1) = -1, {}, 1 x20
        f(0) = -1, {}, 0 x2",
        results(0),
        results(77),
        results(0)
    );
    everywhere(&wat, script, &expected);
    let deopts = deopts(&wat, script);
    assert!(
        matches!(&deopts[..], [it] if it.ends_with("x2")),
        "{deopts:?}"
    );
}

// Blocks, a loop and the two arms of an `if` have operands below them and parameters. The frame's
// height at the call is the sum of all of them, and the side table must fit it.
#[test]
fn operands_below_nested_blocks() {
    let wat = format!(
        r#"(module
{LEAVES}
(func (export "f") (param $i i32) (param $n i32) (result i32)
i32.const 1
block (result i32)
i32.const 2
loop (param i32) (result i32)
i32.const 4
local.get $n
if (param i32) (result i32)
i32.const 8
local.get $i
call_indirect (type $leaf)
i32.add
i32.add
else
i32.const 16
local.get $i
call_indirect (type $leaf)
i32.mul
i32.add
end
i32.add
local.get $n
i32.eqz
br_if 1
local.get $n
i32.const 1
i32.sub
local.set $n
br 0
end
end
i32.add))"#
    );
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0, 2));
        run.repeat(20, "f", (1, 2));
        run.repeat(20, "f", (0, 0));
        run.repeat(20, "f", (1, 0));
        run.call("f", (1, 100));
    };
    let expected = "
        f(0, 2) = 49 x20
        f(1, 2) = 67 x20
        f(0, 0) = 23 x20
        f(1, 0) = 39 x20
        f(1, 100) = 1439";
    everywhere(&wat, script, expected);
    let deopts = deopts(&wat, script);
    assert!((1..=3).contains(&deopts.len()), "{deopts:?}");
    assert_eq!(deopts[0], "WrongCallTarget func2@0x12 x1");
}

// Results of a call that a block takes as parameters, with a new target inside of the block. The
// rebuilt frame has operands that no instruction of its own pushed.
#[test]
fn block_parameters() {
    let wat = format!(
        r#"(module
{LEAVES}
(func $pair (param i32) (result i32 i64) (i32.add (local.get 0) (i32.const 1)) (i64.const 7))
(func (export "f") (param $i i32) (param $x i32) (result i32)
(local $wide i64)
i32.const 100
local.get $x
call $pair
block (param i32 i32 i64) (result i32)
local.set $wide
local.get $i
call_indirect (type $leaf)
local.get $i
if (param i32 i32) (result i32)
i32.mul
else
i32.sub
end
i32.add
local.get $wide
i32.wrap_i64
i32.add
end))"#
    );
    let script = leave_with(20, &[Val::I32(30)]);
    let expected = "
        f(0, 30) = 137 x20
        f(1, 30) = 169 x20";
    everywhere(&wat, script, expected);
    assert_eq!(deopts(&wat, script).len(), 1);
}

// The inlined callee returns out of nested blocks with operands below its results, and behind an
// exit. What lies below belongs to nobody, and the caller's operands must stay.
#[test]
fn return_over_operands_in_the_callee() {
    let wat = format!(
        r#"(module
{LEAVES}
(func $callee (param $i i32) (param $x i32) (result i32 i64)
i32.const 11
i64.const 12
block (result i32 i64)
i32.const 13
loop (result i32 i64)
local.get $i
call_indirect (type $leaf)
local.get $x
i32.mul
i64.const 14
local.get $x
i32.const 3
i32.gt_s
br_if 2
local.get $x
br_if 1
return
end
br 0
end
return)
(func (export "f") (param $i i32) (param $x i32) (result i64 i32 i64)
i64.const 100
local.get $i
local.get $x
call $callee))"#
    );
    let script = leave_with(20, &[Val::I32(5)]);
    let expected = "
        f(0, 5) = 100i64, 5, 14i64 x20
        f(1, 5) = 100i64, 10, 14i64 x20";
    everywhere(&wat, script, expected);
    for x in [0, 1] {
        everywhere(
            &wat,
            leave_with(20, &[Val::I32(x)]),
            &format!("f(0, {x}) = 100i64, {x}, 14"),
        );
    }
    let deopts = deopts(&wat, script);
    assert!(
        matches!(&deopts[..], [it] if it.ends_with("x2")),
        "{deopts:?}"
    );
}

// A call has as many arguments and results as Wasm allows, with an operand below. They outnumber
// every register, and what the value stack keeps in reserve must do.
#[test]
fn a_thousand_arguments_and_results() {
    let types = "i32 ".repeat(1000);
    let consts = |first: usize, n: usize| -> String {
        (0..n)
            .map(|n| format!("(i32.const {}) ", n + first))
            .collect()
    };
    // The targets are small enough to be inlined, since others make their results.
    let wat = format!(
        r#"(module
(type $wide (func (param {types}) (result {types})))
(table funcref (elem $same $other))
(func $from_0 (param i32) (result {types}) {} (local.get 0))
(func $from_1 (param i32) (result {types}) {} (local.get 0))
(func $same (type $wide) (call $from_0 (local.get 999)))
(func $other (type $wide) (call $from_1 (local.get 500)))
(func (export "f") (param $i i32) (result i32)
(i32.const 9)
{}
(call_indirect (type $wide) (local.get $i))
{}
(i32.sub)))"#,
        consts(0, 999),
        consts(1, 999),
        consts(0, 1000),
        "(i32.mul (i32.const 31)) (i32.add) ".repeat(999),
    );
    let value = |first: i32, last: i32| {
        let results = (0..999).map(|n| n + first).chain([last]);
        // The topmost result is multiplied first.
        let sum = results
            .rev()
            .reduce(|sum, it| sum.wrapping_mul(31).wrapping_add(it));
        9_i32.wrapping_sub(sum.expect("there are results"))
    };
    let expected = format!(
        "f(0) = {0} x70
        f(1) = {1} x70
        f(0) = {0} x2",
        value(0, 999),
        value(1, 500)
    );
    // Not in all modes, for the time they take.
    let mut stress = tiered(2);
    stress.jit_deopt_every(NonZeroU32::new(2));
    for config in [tiered(0), tiered(2), stress] {
        let events = agrees(&config, &wat, |run| {
            for (n, index) in [(70, 0), (70, 1), (2, 0)] {
                run.repeat(n, "f", (index,));
            }
            assert!(
                run.transcript().starts_with(&unindent(&expected)),
                "{}",
                run.transcript()
            );
        });
        let failed = events
            .iter()
            .find(|it| matches!(it, Event::CompileFailed { .. }));
        assert!(failed.is_none(), "{failed:?}");
    }
    let script = |run: &mut Run| {
        run.repeat(70, "f", (0,));
        run.call("f", (1,));
    };
    assert_eq!(deopts_with(&tiered(2), &wat, script).len(), 1);
}

// Three functions with so many locals that the frames of all of them do not fit an exit. The last
// one is called instead.
#[test]
fn frames_too_large_to_be_rebuilt_together() {
    let mut wat = format!("(module {LEAVES}\n");
    for n in 0..3 {
        let call = match n {
            0 => "(call_indirect (type $leaf) (local.get $i))".to_owned(),
            n => format!("(call $f{} (local.get $i))", n - 1),
        };
        let _ = writeln!(
            wat,
            r#"(func $f{n} (export "f{n}") (param $i i32) (result i32) (local {}) (local $k i32)
{}
(local.set $k (i32.const {n}))
(i32.add {call} (local.get $k)))"#,
            "i64 ".repeat(1900),
            "(nop)".repeat(30),
        );
    }
    wat.push(')');
    let script = |run: &mut Run| {
        for (n, index) in [(40, 0), (40, 1), (2, 0)] {
            run.repeat(n, "f2", (index,));
        }
    };
    everywhere(&wat, script, "f2(0) = 4 x40\nf2(1) = 5 x40\nf2(0) = 4 x2");
    let decisions = inlined(&wat, script);
    let too_large = |it: &String| it.contains("called: the frames of func2 are too large");
    assert!(decisions.iter().any(too_large), "{decisions:?}");
}
