//! Calls: direct, indirect, imported, host, re-entrant, and in tail position.

use super::support::{self, Wasm};
use runtime::types::ValType::{F64, I32, I64};
use runtime::{ExternVal, Instance, InstanceId, Tuning};

const FIB: &str = r#"(module (func $fib (export "f") (param i32) (result i32)
local.get 0 i32.const 2 i32.lt_s
if (result i32) local.get 0
else
  local.get 0 i32.const 1 i32.sub call $fib
  local.get 0 i32.const 2 i32.sub call $fib
  i32.add
end))"#;

#[test]
fn recursion() {
    Wasm::new(FIB).check("f", &[20], Ok(&[6765]));
}

#[test]
fn indirect_calls_through_tables() {
    let mut wasm = Wasm::new(
        r#"(module
(type $b (func (param i32 i32) (result i32)))
(table $other 1 funcref)
(table $t 4 funcref)
(elem (table $t) (i32.const 0) func $add $sub $mul)
(elem (table $other) (i32.const 0) func $sub)
(func $add (type $b) local.get 0 local.get 1 i32.add)
(func $sub (type $b) local.get 0 local.get 1 i32.sub)
(func $mul (type $b) local.get 0 local.get 1 i32.mul)
(func (export "f") (param i32 i32 i32) (result i32)
  local.get 0 local.get 1 local.get 2 call_indirect $t (type $b))
(func (export "g") (param i32 i32) (result i32)
  local.get 0 local.get 1 i32.const 0 call_indirect $other (type $b)))"#,
    );
    for _ in 0..3 {
        wasm.check("f", &[7, 3, 0], Ok(&[10]));
        wasm.check("f", &[7, 3, 1], Ok(&[4]));
        wasm.check("f", &[7, 3, 2], Ok(&[21]));
        wasm.check("g", &[7, 3], Ok(&[4]));
    }
}

#[test]
fn host_functions() {
    let mut wasm = Wasm::empty(Tuning::default());
    let host = wasm.host(&[I32, F64], &[I64, I32], |call| {
        // SAFETY: two arguments and two results.
        let slots = unsafe { std::slice::from_raw_parts_mut(call.slots, 2) };
        assert!(!call.caller.is_null());
        slots.swap(0, 1);
        Ok(())
    });
    wasm.instantiate(
        r#"(module (import "" "" (func $host (param i32 f64) (result i64 i32)))
(func (export "f") (param i32 f64) (result i32 i64) (local i64 i32)
  i32.const 5
  local.get 0 local.get 1 call $host
  local.set 3 local.set 2
  local.get 3 i32.add local.get 2)
(export "host" (func $host)))"#,
        &[host],
    );
    wasm.check("f", &[2, 99], Ok(&[7, 99]));
}

#[test]
fn host_errors_and_panics_pass_through() {
    let mut wasm = Wasm::empty(Tuning::default());
    let error = wasm.host(&[], &[], |_| Err(Box::new("refused")));
    let panics = wasm.host(&[], &[], |_| std::panic::resume_unwind(Box::new("ouch")));
    wasm.instantiate(
        r#"(module (import "" "" (func $error)) (import "" "" (func $panics))
(func $g nop call $error)
(func (export "f") call $g)
(func (export "p") call $panics))"#,
        &[error, panics],
    );
    for _ in 0..2 {
        wasm.check("f", &[], Err("refused: func2@0x1 func3@0x0"));
        wasm.check("p", &[], Err("panic ouch"));
    }
}

/// A host function that calls the export "g" of the first instance with its argument.
fn reentering(wasm: &mut Wasm) -> ExternVal {
    wasm.host(&[I32], &[I32], |call| {
        // SAFETY: the store is alive, and this call is the only user.
        unsafe {
            let instance: &Instance = &(&(*call.store).instances)[0];
            let func = match instance.module.export("g") {
                Some(runtime::module::ImportItem::Func(func)) => func,
                _ => unreachable!("the module exports g"),
            };
            let func_ref = instance.func_ref(func);
            match support::call(call.store, func_ref, &[*call.slots]) {
                Ok(results) => *call.slots = results[0],
                Err(raised) => return Err(Box::new(support::text(&raised).leak() as &str)),
            }
        }
        Ok(())
    })
}

// The nested activation uses the same context; the outer one must find its frame, its memory and
// its instance again.
#[test]
fn reentry() {
    let mut wasm = Wasm::empty(Tuning::default());
    let host = reentering(&mut wasm);
    wasm.instantiate(
        r#"(module (import "" "" (func $host (param i32) (result i32)))
(memory 1 10)
(func (export "f") (param i32) (result i32)
  i32.const 1000
  local.get 0 call $host
  i32.add
  i32.const 70000 i32.load8_u i32.add)
(func (export "g") (param i32) (result i32)
  local.get 0 i32.eqz
  if (result i32)
    i32.const 3 memory.grow drop
    i32.const 70000 i32.const 7 i32.store8
    i32.const 0
  else
    local.get 0 i32.const 1 i32.sub call $host
    i32.const 1 i32.add
  end))"#,
        &[host],
    );
    wasm.check("f", &[5], Ok(&[1012]));
}

#[test]
fn traps_of_nested_activations() {
    let mut wasm = Wasm::empty(Tuning::default());
    let host = reentering(&mut wasm);
    wasm.instantiate(
        r#"(module (import "" "" (func $host (param i32) (result i32)))
(func (export "f") (param i32) (result i32) nop local.get 0 call $host)
(func (export "g") (param i32) (result i32) i32.const 1 local.get 0 i32.div_u))"#,
        &[host],
    );
    wasm.check("f", &[1], Ok(&[1]));
    let inner = "integer divide by zero: func2@0x4 func1@0x3: func1@0x3";
    wasm.check("f", &[0], Err(inner));
}

const COUNTER: &str = r#"(module
(global $n (mut i32) (i32.const 0)) (memory 1)
(table (export "t") 2 funcref)
(elem (i32.const 0) func $get $inc)
(func $get (export "get") (result i32) global.get $n i32.const 0 i32.load8_u i32.add)
(func $inc (export "inc") (param i32) (result i32)
  global.get $n local.get 0 i32.add global.set $n
  i32.const 0 local.get 0 i32.store8
  call $get)
(func (export "tail") (param i32) (result i32) local.get 0 return_call $inc))"#;

const USER: &str = r#"(module
(import "" "inc" (func $inc (param i32) (result i32)))
(import "" "t" (table 2 funcref))
(import "" "tail" (func $tail (param i32) (result i32)))
(type $i (func (param i32) (result i32)))
(global $n (mut i32) (i32.const 100)) (memory 1)
(data (i32.const 0) "\05")
(func $own (result i32) global.get $n i32.const 0 i32.load8_u i32.add)
(func (export "f") (param i32) (result i32 i32)
  local.get 0 call $inc
  call $own)
(func (export "i") (param i32) (result i32 i32)
  local.get 0 i32.const 1 call_indirect (type $i)
  call $own)
(func $through (param i32) (result i32) local.get 0 return_call $inc)
(func $through_table (param i32) (result i32) local.get 0 i32.const 1 return_call_indirect (type $i))
(func $back (param i32) (result i32) local.get 0 call $tail)
(func (export "r") (param i32) (result i32 i32) local.get 0 call $through call $own)
(func (export "ri") (param i32) (result i32 i32) local.get 0 call $through_table call $own)
(func (export "b") (param i32) (result i32 i32) local.get 0 call $back call $own)
(func (export "base") (param i32) (result i32) local.get 0 return_call $inc))"#;

// Each instance sees its own globals and memory, however control gets there and back.
#[test]
fn calls_across_instances() {
    let mut wasm = Wasm::empty(Tuning::default());
    let counter = wasm.instantiate(COUNTER, &[]);
    let imports = ["inc", "t", "tail"].map(|name| wasm.export(counter, name));
    let user = wasm.instantiate(USER, &imports);
    let mut n = 0;
    for _ in 0..3 {
        for name in ["f", "i", "r", "ri", "b"] {
            n += 2;
            assert_eq!(
                wasm.call_in(user, name, &[2]),
                Ok(vec![n + 2, 105]),
                "{name}"
            );
        }
        n += 3;
        assert_eq!(wasm.call_in(user, "base", &[3]), Ok(vec![n + 3]));
    }
}

/// Checks the result of `f (n)`, with a step for each `n`, in threads whose native stack is far too
/// small for a frame each step: without counts, and with, which has a dispatch of its own.
fn check_with_little_stack(wat: &'static str, result: fn(u64) -> u64) {
    for (counts, steps) in [(false, 10_000_000), (true, 1_000_000)] {
        let run = move || {
            let mut wasm = Wasm::empty(Tuning {
                counts,
                ..Tuning::default()
            });
            wasm.instantiate(wat, &[]);
            wasm.check("f", &[steps], Ok(&[result(steps)]));
        };
        let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(run);
        thread.expect("a thread").join().expect("no panic");
    }
}

#[test]
fn loops_use_constant_native_stack() {
    check_with_little_stack(
        r#"(module (func (export "f") (param i32) (result i32) (local i32)
loop $l
  local.get 1 i32.const 3 i32.add local.set 1
  local.get 0 i32.const 1 i32.sub local.tee 0 br_if $l
end
local.get 1))"#,
        |steps| 3 * steps,
    );
}

#[test]
fn tail_calls_use_constant_stack() {
    check_with_little_stack(
        r#"(module
(type $t (func (param i32 i32) (result i32)))
(table 2 funcref) (elem (i32.const 0) func $even $odd) (elem declare func $skip)
(func $even (type $t) local.get 0 i32.eqz if local.get 1 return end
  local.get 0 i32.const 1 i32.sub local.get 1 i32.const 1 i32.add return_call $odd)
(func $odd (type $t) (local i64 i64 i64) local.get 0 i32.eqz if i32.const -1 return end
  local.get 0 i32.const 1 i32.sub local.get 1 i32.const 1 i32.const 1 return_call_indirect (type $next))
(type $next (func (param i32 i32 i32) (result i32)))
(func $skip (type $next) local.get 0 local.get 1 local.get 2 i32.const 1 i32.sub return_call_indirect (type $t))
(func (export "f") (param i32) (result i32)
  i32.const 1 ref.func $skip table.set
  local.get 0 i32.const 0 return_call $even))"#,
        |steps| steps / 2,
    );
}

#[test]
fn calls_and_returns_use_constant_native_stack() {
    check_with_little_stack(
        r#"(module (func $id (param i32) (result i32) local.get 0)
(func (export "f") (param i32) (result i32) (local i32)
loop $l
  local.get 1 i32.const 1 call $id i32.add local.set 1
  local.get 0 i32.const 1 i32.sub local.tee 0 br_if $l
end
local.get 1))"#,
        |steps| steps,
    );
}

// Host functions called in tail position take the place of their caller.
#[test]
fn tail_calls_of_host_functions() {
    let mut wasm = Wasm::empty(Tuning::default());
    let double = wasm.host(&[I32], &[I32], |call| {
        // SAFETY: one argument and one result.
        unsafe { *call.slots = (*call.slots * 2) & 0xffff_ffff };
        Ok(())
    });
    let fails = wasm.host(&[I32], &[I32], |_| Err(Box::new("refused")));
    wasm.instantiate(
        r#"(module (import "" "" (func $double (param i32) (result i32)))
(import "" "" (func $fails (param i32) (result i32)))
(func (export "f") (param i32) (result i32) local.get 0 return_call $double)
(func $inner (param i32 i64) (result i32) i64.const 1 local.get 0 return_call $double)
(func (export "g") (param i32) (result i32) i32.const 1 local.get 0 i64.const 0 call $inner i32.add)
(func $bad (param i32) (result i32) local.get 0 return_call $fails)
(func (export "e") (param i32) (result i32) nop local.get 0 call $bad))"#,
        &[double, fails],
    );
    wasm.check("f", &[21], Ok(&[42]));
    wasm.check("g", &[21], Ok(&[43]));
    wasm.check("e", &[21], Err("refused: func6@0x3"));
}

// The arguments of a tail call may need more room than the caller's frame had.
#[test]
fn tail_calls_may_grow_the_frame() {
    let params = "i64 ".repeat(100);
    let args = (0..100)
        .map(|n| format!("i64.const {n} "))
        .collect::<String>();
    let mut wasm = Wasm::new(&format!(
        r#"(module
(func $big (param {params}) (result i64) (local i64) local.get 99 local.get 1 i64.add local.get 100 i64.add)
(func $small (result i64) {args} return_call $big)
(func (export "f") (result i64) i64.const 1000 call $small i64.add))"#
    ));
    wasm.check("f", &[], Ok(&[1100]));
}

#[test]
fn start_order_of_instances() {
    let mut wasm = Wasm::empty(Tuning::default());
    let first = wasm.instantiate(FIB, &[]);
    assert_eq!(first, InstanceId(0));
    wasm.check("f", &[10], Ok(&[55]));
}
