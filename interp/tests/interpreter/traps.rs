//! Traps: which, where, and with what fault.

use super::support::{self, Wasm};
use runtime::Tuning;

#[track_caller]
fn check(wat: &str, args: &[u64], expected: &str) {
    let mut wasm = Wasm::new(wat);
    // The second time, prepared functions and full inline caches take other paths.
    wasm.check("f", args, Err(expected));
    wasm.check("f", args, Err(expected));
}

#[test]
fn position_of_the_instruction() {
    check(
        r#"(module (func $g (param i32) local.get 0 if unreachable end)
(func (export "f") (param i32) nop local.get 0 call $g nop))"#,
        &[1],
        "wasm `unreachable` instruction executed: func0@0x4 func1@0x3",
    );
    // Behind immediates of several bytes, and between instructions that are executed together.
    check(
        r#"(module (func (export "f") (param i32) (result i32)
i32.const 100000 local.get 0 i32.div_s local.set 0 local.get 0))"#,
        &[0],
        "integer divide by zero: func0@0x6",
    );
    check(
        r#"(module (func (export "f") (param f64) (result i32) local.get 0 i32.trunc_f64_s))"#,
        &[f64::NAN.to_bits()],
        "invalid conversion to integer: func0@0x2",
    );
}

#[test]
fn out_of_bounds_accesses() {
    let load = |op: &str| {
        let ty = &op[..3];
        format!(
            r#"(module (memory 1) (func (export "f") (param i32) (result {ty}) local.get 0 {op}))"#
        )
    };
    check(
        &load("i32.load"),
        &[0x10000],
        "out of bounds memory access [0x10000/0x10000]: func0@0x2",
    );
    check(
        &load("i32.load"),
        &[0xfffd],
        "out of bounds memory access [0x10000/0x10000]: func0@0x2",
    );
    check(
        &load("i64.load offset=0xffffffff"),
        &[0xffff_ffff],
        "out of bounds memory access [0x1fffffffe/0x10000]: func0@0x2",
    );
    check(
        &load("f64.load offset=16"),
        &[0xffff_fff0],
        "out of bounds memory access [0x100000000/0x10000]: func0@0x2",
    );
    let mut wasm = Wasm::new(&load("i32.load"));
    wasm.check("f", &[0xfffc], Ok(&[0]));
    check(
        r#"(module (memory 0) (func (export "f") (param i32) local.get 0 i64.const 1 i64.store16 offset=4))"#,
        &[0],
        "out of bounds memory access [0x4/0x0]: func0@0x4",
    );
}

// Nothing is written unless all of it can be.
#[test]
fn stores_are_checked_as_a_whole() {
    let mut wasm = Wasm::new(
        r#"(module (memory 1)
(func (export "s") (param i32 i64) local.get 0 local.get 1 i64.store)
(func (export "l") (param i32) (result i64) local.get 0 i64.load))"#,
    );
    let text = "out of bounds memory access [0x10000/0x10000]: func0@0x4";
    wasm.check("s", &[0xfffc, u64::MAX], Err(text));
    wasm.check("l", &[0xfff8], Ok(&[0]));
    wasm.check("s", &[0xfff8, 7], Ok(&[]));
    wasm.check("l", &[0xfff8], Ok(&[7]));
}

#[test]
fn indirect_calls() {
    let wat = |index: &str| {
        format!(
            r#"(module (table 2 funcref) (elem (i32.const 0) func $g)
(type $t (func (param i32)))
(func $g (param i64))
(func (export "f") (param i32) local.get 0 {index} call_indirect (type $t)))"#
        )
    };
    check(
        &wat("i32.const 0"),
        &[1],
        "indirect call type mismatch: func1@0x4",
    );
    check(
        &wat("i32.const 1"),
        &[1],
        "uninitialized element: func1@0x4",
    );
    check(
        &wat("i32.const 2"),
        &[1],
        "undefined element: out of bounds table access: func1@0x4",
    );
    check(
        &wat("i32.const 0").replace("call_indirect", "return_call_indirect"),
        &[1],
        "indirect call type mismatch: func1@0x4",
    );
}

// The callee has no pc, since it has not begun; the frames below are as usual.
#[test]
fn stack_overflow() {
    let mut wasm = Wasm::empty(Tuning {
        max_wasm_stack: 64 << 10,
        ..Tuning::default()
    });
    wasm.instantiate(
        r#"(module (func $f (export "f") (param i64) (result i64)
  nop local.get 0 call $f)
(func $locals (export "l") (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) nop call $locals))"#,
        &[],
    );
    for (name, func, call) in [("f", 0, 3), ("l", 1, 1)] {
        for _ in 0..2 {
            let error = wasm.call(name, &[1]).expect_err("a stack overflow");
            let frame = format!(" func{func}@{call:#x}");
            let expected = format!("call stack exhausted: func{func}@entry{}", frame.repeat(19));
            assert_eq!(error, expected);
        }
    }
}

#[test]
fn stack_overflow_of_tail_calls_and_hosts() {
    let mut wasm = Wasm::empty(Tuning {
        max_wasm_stack: 64 << 10,
        ..Tuning::default()
    });
    let host = wasm.host(&[], &[], |call| {
        // SAFETY: the store is alive, and this call is the only user.
        unsafe {
            let instance = &(&(*call.store).instances)[0];
            let func_ref = instance.func_ref(runtime::FuncIdx(1));
            support::call(call.store, func_ref, &[])
                .map(|_| ())
                .map_err(|raised| {
                    let text = support::text(&raised);
                    Box::new(text.split(':').next().expect("a text").to_owned().leak() as &str) as _
                })
        }
    });
    let locals = "i64 ".repeat(20_000);
    wasm.instantiate(
        &format!(
            r#"(module (import "" "" (func $host))
(func (export "f") call $host)
(func $big (local {locals}))
(func (export "t") return_call $big)
(func (export "c") call $big))"#
        ),
        &[host],
    );
    for _ in 0..2 {
        let error = wasm.call("f", &[]).expect_err("a stack overflow");
        assert!(
            error.starts_with("call stack exhausted: func1@0x0"),
            "{error}"
        );
        wasm.check("t", &[], Err("call stack exhausted: func2@entry"));
        wasm.check("c", &[], Err("call stack exhausted: func2@entry func4@0x0"));
    }
}
