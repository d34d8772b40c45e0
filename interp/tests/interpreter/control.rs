//! Blocks, branches, locals, constants of all lengths, multiple values.

use super::support::Wasm;
use runtime::{FuncIdx, HotPoint, Tuning};

#[track_caller]
fn check(wat: &str, cases: &[(&[u64], &[u64])]) {
    let mut wasm = Wasm::new(wat);
    for (args, expected) in cases {
        wasm.check("f", args, Ok(expected));
    }
}

#[test]
fn branches_drop_and_keep() {
    check(
        r#"(module (func (export "f") (param i32) (result i32)
block $out (result i32)
  i32.const 1 i32.const 2 i32.const 3
  local.get 0 i32.const 10 i32.add
  local.get 0
  br_if $out
  drop drop drop
end))"#,
        &[(&[0], &[1]), (&[5], &[15])],
    );
}

#[test]
fn branch_table_with_values() {
    check(
        r#"(module (func (export "f") (param i32) (result i32)
block $c (result i32)
  block $b (result i32)
    block $a (result i32)
      i64.const 9
      i32.const 100
      local.get 0
      br_table $a $b $c
    end
    i32.const 1 i32.add
    br $c
  end
  i32.const 2 i32.add
end))"#,
        &[
            (&[0], &[101]),
            (&[1], &[102]),
            (&[2], &[100]),
            (&[77], &[100]),
            (&[0xffff_ffff], &[100]),
        ],
    );
}

#[test]
fn loop_with_parameters() {
    check(
        r#"(module (func (export "f") (param $n i32) (result i64)
i64.const 0 local.get $n
loop $l (param i64 i32) (result i64)
  local.set $n
  i64.const 55
  drop
  local.get $n i64.extend_i32_u i64.add
  f64.const 1
  drop
  i32.const 7
  drop
  local.get $n i32.const 1 i32.sub
  local.tee $n
  local.get $n
  br_if $l
  drop
end))"#,
        &[(&[1], &[1]), (&[10], &[55]), (&[100], &[5050])],
    );
}

#[test]
fn if_else_and_blocks_with_parameters() {
    check(
        r#"(module (func (export "f") (param i32) (result i32)
i32.const 5
local.get 0
if (param i32) (result i32)
  i32.const 1 i32.add
else
  i32.const 2 i32.mul
end
local.get 0
if
  nop
end
local.get 0
if (param i32) (result i32)
end
block (param i32) (result i32) i32.const 1 i32.add end))"#,
        &[(&[0], &[11]), (&[1], &[7])],
    );
}

#[test]
fn unreachable_code_is_skipped() {
    check(
        r#"(module (func (export "f") (param i32) (result i32)
block (result i32)
  local.get 0
  br 0
  i32.add br_if 0 call 0 br_table 0 0
end
return
drop drop))"#,
        &[(&[3], &[3])],
    );
}

#[test]
fn many_locals_and_long_immediates() {
    let locals = "(local i64) ".repeat(200);
    check(
        &format!(
            r#"(module (memory 1) (func (export "f") (param i32) (result i64) {locals}
i64.const -9223372036854775808 local.set 150
local.get 0 i32.const -1000000 i32.add i64.extend_i32_s local.tee 199
local.get 150 i64.xor
local.set 130
i32.const 0 local.get 130 i64.store offset=65528
i32.const 60000 i64.load offset=5528 align=1))"#
        ),
        &[
            (&[1_000_000], &[1 << 63]),
            (&[0], &[(-1_000_000i64 as u64) ^ 1 << 63]),
        ],
    );
}

#[test]
fn locals_of_all_types_are_zeroed() {
    check(
        r#"(module
(func $dirty (result i64) (local i64 i64 i64 i64)
  i64.const -1 local.tee 0 local.tee 1 local.tee 2 local.tee 3)
(func (export "f") (param i32) (result i64 f64 i32) (local i64 f64 i32)
  call $dirty drop
  local.get 1 local.get 2 local.get 3))"#,
        &[(&[9], &[0, 0, 0])],
    );
}

#[test]
fn multiple_results() {
    check(
        r#"(module
(func $swap (param i32 f64) (result f64 i32) local.get 1 local.get 0)
(func $three (result i32 i32 i32) i64.const 4 drop i32.const 1 i32.const 2 i32.const 3)
(func (export "f") (param i32 f64) (result f64 i32 f64 i32)
  local.get 0 local.get 1 call $swap
  call $three i32.add i32.add
  i32.add
  local.get 1
  local.get 0))"#,
        &[(&[7, 99], &[99, 13, 99, 7])],
    );
    // Results that lie above other operands.
    check(
        r#"(module (func (export "f") (param i32) (result i32 i64)
i32.const 1 i32.const 2 f64.const 3 local.get 0 i64.const 5 return))"#,
        &[(&[7], &[7, 5])],
    );
}

#[test]
fn select_of_all_kinds() {
    check(
        r#"(module (func (export "f") (param i32) (result i64 f64 f64 funcref)
i64.const 1 i64.const 2 local.get 0 select
f64.const 1 f64.const 2 local.get 0 select (result f64)
f64.const 1 f64.const 2 f64.const 0 f64.const 1 f64.lt select
ref.null func ref.null func local.get 0 select (result funcref)))"#,
        &[
            (&[0], &[2, 0x4000_0000_0000_0000, 0x3ff0_0000_0000_0000, 0]),
            (&[1], &[1, 0x3ff0_0000_0000_0000, 0x3ff0_0000_0000_0000, 0]),
        ],
    );
}

#[test]
fn floats_through_locals_and_globals() {
    check(
        r#"(module (global $g (mut f64) (f64.const 0.5)) (global $i (mut i32) (i32.const 3))
(func (export "f") (param f64) (result f64 i32) (local $x f64)
  local.get 0 global.get $g f64.add local.tee $x
  f64.const 2 f64.mul local.set $x
  local.get $x global.set $g
  global.get $i i32.const 1 i32.add global.set $i
  global.get $g local.get $x f64.sub local.get 0 f64.add
  global.get $i))"#,
        &[(&[0x3ff0_0000_0000_0000], &[0x3ff0_0000_0000_0000, 4])],
    );
}

// Branches to the loop land behind the blocks that it begins with; one gets there on the way of
// another one. It is still reported with the pc of its header.
#[test]
fn hot_loops_that_begin_with_blocks() {
    let mut wasm = Wasm::empty(Tuning {
        threshold: 80,
        ..Tuning::default()
    });
    wasm.instantiate(
        r#"(module (func (export "f") (param i32) (result i32) (local $sum i32)
  loop $l
    block block
      local.get $sum local.get 0 i32.add local.set $sum
      local.get 0 i32.const 1 i32.sub local.tee 0
      br_if 0
      local.get $sum return
    end br $l end
  end
  unreachable))"#,
        &[],
    );
    wasm.check("f", &[200], Ok(&[20100]));
    let hot = wasm.tiers.hot.lock().expect("unlocked").clone();
    assert_eq!(hot, [(FuncIdx(0), HotPoint::Loop { pc: 2 })]);
}

// A budget of 80 is used up by the loop; the function is reported with the header's pc, and goes on.
#[test]
fn hot_loops_and_entries_are_reported() {
    let mut wasm = Wasm::empty(Tuning {
        threshold: 80,
        ..Tuning::default()
    });
    wasm.instantiate(
        r#"(module
(func $callee (param i32) (result i32) local.get 0)
(func (export "f") (param i32) (result i32) (local $sum i32)
  loop $l
    local.get $sum local.get 0 call $callee i32.add local.set $sum
    local.get 0 i32.const 1 i32.sub local.tee 0
    br_if $l
  end
  local.get $sum))"#,
        &[],
    );
    wasm.check("f", &[200], Ok(&[20100]));
    let hot = wasm.tiers.hot.lock().expect("unlocked").clone();
    let expected = [
        (FuncIdx(1), HotPoint::Loop { pc: 2 }),
        (FuncIdx(0), HotPoint::Entry),
    ];
    assert_eq!(hot, expected);
}
