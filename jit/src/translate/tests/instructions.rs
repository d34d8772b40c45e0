//! One function for each instruction.

use super::check;

/// Numeric instructions: names, operand types, result type.
const NUMERIC: &[(&str, &str, &str)] = &[
    (
        "i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor \
         i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s \
         i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u",
        "i32 i32",
        "i32",
    ),
    (
        "i32.clz i32.ctz i32.popcnt i32.eqz i32.extend8_s i32.extend16_s",
        "i32",
        "i32",
    ),
    (
        "i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor \
         i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr",
        "i64 i64",
        "i64",
    ),
    (
        "i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u",
        "i64 i64",
        "i32",
    ),
    (
        "i64.clz i64.ctz i64.popcnt i64.extend8_s i64.extend16_s i64.extend32_s",
        "i64",
        "i64",
    ),
    ("i64.eqz i32.wrap_i64", "i64", "i32"),
    ("i64.extend_i32_s i64.extend_i32_u", "i32", "i64"),
    (
        "f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign",
        "f32 f32",
        "f32",
    ),
    (
        "f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt",
        "f32",
        "f32",
    ),
    (
        "f32.eq f32.ne f32.lt f32.gt f32.le f32.ge",
        "f32 f32",
        "i32",
    ),
    (
        "f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign",
        "f64 f64",
        "f64",
    ),
    (
        "f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt",
        "f64",
        "f64",
    ),
    (
        "f64.eq f64.ne f64.lt f64.gt f64.le f64.ge",
        "f64 f64",
        "i32",
    ),
    (
        "i32.trunc_f32_s i32.trunc_f32_u i32.trunc_sat_f32_s i32.trunc_sat_f32_u \
         i32.reinterpret_f32",
        "f32",
        "i32",
    ),
    (
        "i32.trunc_f64_s i32.trunc_f64_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u",
        "f64",
        "i32",
    ),
    (
        "i64.trunc_f32_s i64.trunc_f32_u i64.trunc_sat_f32_s i64.trunc_sat_f32_u",
        "f32",
        "i64",
    ),
    (
        "i64.trunc_f64_s i64.trunc_f64_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u \
         i64.reinterpret_f64",
        "f64",
        "i64",
    ),
    (
        "f32.convert_i32_s f32.convert_i32_u f32.reinterpret_i32",
        "i32",
        "f32",
    ),
    ("f32.convert_i64_s f32.convert_i64_u", "i64", "f32"),
    ("f64.convert_i32_s f64.convert_i32_u", "i32", "f64"),
    (
        "f64.convert_i64_s f64.convert_i64_u f64.reinterpret_i64",
        "i64",
        "f64",
    ),
    ("f32.demote_f64", "f64", "f32"),
    ("f64.promote_f32", "f32", "f64"),
];

#[test]
fn numeric() {
    let mut wat = String::from("(module ");
    for (names, operands, result) in NUMERIC {
        for name in names.split_whitespace() {
            let gets: String = (0..operands.split(' ').count())
                .map(|it| format!("local.get {it} "))
                .collect();
            wat += &format!("(func (param {operands}) (result {result}) {gets} {name})");
        }
    }
    check(&(wat + ")"));
}

#[test]
fn wide() {
    check(
        "(module
(func (param i64 i64 i64 i64) (result i64 i64)
  local.get 0 local.get 1 local.get 2 local.get 3 i64.add128)
(func (param i64 i64 i64 i64) (result i64 i64)
  local.get 0 local.get 1 local.get 2 local.get 3 i64.sub128)
(func (param i64 i64) (result i64 i64) local.get 0 local.get 1 i64.mul_wide_s)
(func (param i64 i64) (result i64 i64) local.get 0 local.get 1 i64.mul_wide_u))",
    );
}

#[test]
fn atomics() {
    let mut wat = String::from("(module (memory 1) (memory $shared 1 2 shared) ");
    let mut func = |ty: &str, op: &str, n_operands: usize| {
        let params = format!("(param i32 {})", format!("{ty} ").repeat(n_operands));
        let gets: String = (0..=n_operands)
            .map(|it| format!("local.get {it} "))
            .collect();
        let result = match op.contains("store") {
            true => String::new(),
            false => format!("(result {ty})"),
        };
        for memory in ["", "1"] {
            for offset in ["", "offset=16", "offset=0x2000001", "offset=0xfffffff8"] {
                wat +=
                    &format!("(func {params} {result} {gets} {ty}.atomic.{op} {memory} {offset})");
            }
        }
    };
    for (ty, widths) in [
        ("i32", &["", "8", "16"][..]),
        ("i64", &["", "8", "16", "32"]),
    ] {
        for width in widths {
            let u = if width.is_empty() { "" } else { "_u" };
            func(ty, &format!("load{width}{u}"), 0);
            func(ty, &format!("store{width}"), 1);
            func(ty, &format!("rmw{width}.cmpxchg{u}"), 2);
            for op in ["add", "sub", "and", "or", "xor", "xchg"] {
                func(ty, &format!("rmw{width}.{op}{u}"), 1);
            }
        }
    }
    check(
        &(wat
            + "(func atomic.fence)
(func (param i32 i32) (result i32) local.get 0 local.get 1 memory.atomic.notify offset=4)
(func (param i32 i32 i64) (result i32)
  local.get 0 local.get 1 local.get 2 memory.atomic.wait32 1)
(func (param i32 i64 i64) (result i32)
  local.get 0 local.get 1 local.get 2 memory.atomic.wait64 offset=8))"),
    );
}

#[test]
fn loads_and_stores() {
    let mut wat = String::from("(module (memory 1) ");
    for (names, ty) in [
        ("load load8_s load8_u load16_s load16_u", "i32"),
        (
            "load load8_s load8_u load16_s load16_u load32_s load32_u",
            "i64",
        ),
        ("load", "f32"),
        ("load", "f64"),
        ("store store8 store16", "i32"),
        ("store store8 store16 store32", "i64"),
        ("store", "f32"),
        ("store", "f64"),
    ] {
        for name in names.split_whitespace() {
            for offset in ["", "offset=16", "offset=0x2000000", "offset=0xffffffff"] {
                wat += &match name.starts_with("load") {
                    true => {
                        format!("(func (param i32) (result {ty}) local.get 0 {ty}.{name} {offset})")
                    }
                    false => format!(
                        "(func (param i32 {ty}) local.get 0 local.get 1 {ty}.{name} {offset})"
                    ),
                };
            }
        }
    }
    check(&(wat + ")"));
}

// Cranelift merges loads into what uses them. Their traps were reported there.
#[test]
fn positions_of_merged_loads() {
    let mut wat = String::from("(module (memory 1) ");
    for body in [
        "local.get 0 i64.load local.get 1 i64.add",
        "local.get 1 local.get 0 i64.load i64.xor local.get 0 i64.load offset=8 i64.add",
        "local.get 1 local.get 0 i64.load i64.lt_u if i64.const 1 return end i64.const 3",
        "local.get 0 local.get 0 i64.load i64.const 1 i64.add i64.store local.get 1",
        "local.get 1 local.get 0 i64.load i64.div_u",
        "local.get 1 local.get 0 i32.load i64.extend_i32_u i64.add",
        "local.get 1 local.get 0 i32.load i64.extend_i32_s i64.mul",
        "local.get 1 i64.const 3 local.get 0 i64.load local.get 1 i64.eq select",
        "local.get 0 f64.load f64.const 1 f64.add i64.trunc_f64_s",
        "local.get 0 f32.load f64.promote_f32 i64.trunc_f64_s",
        "local.get 0 i32.load f64.convert_i32_s local.get 0 f64.load f64.mul i64.trunc_f64_s",
    ] {
        wat += &format!("(func (param i32 i64) (result i64) {body})");
    }
    check(&(wat + ")"));
}

#[test]
fn memory_tables_and_references() {
    check(
        r#"(module
(import "m" "t" (table $it 1 funcref))
(import "m" "f" (func $host (param i32) (result i32)))
(import "m" "g" (global $ig (mut f32)))
(import "m" "h" (global $ih externref))
(memory 1 2)
(table $t 10 funcref)
(table $x 10 externref)
(global $i (mut i32) (i32.const 1))
(global $l (mut i64) (i64.const 1))
(global $d (mut f64) (f64.const 1))
(global $r (mut funcref) (ref.null func))
(global $c i32 (i32.const 7))
(global $cf funcref (ref.func $own))
(data $data "abc")
(elem $elem func $own $host)
(func $own (param i32) (result i32) local.get 0)
(func (result i32) memory.size)
(func (param i32) (result i32) local.get 0 memory.grow)
(func (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.copy)
(func (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.fill)
(func (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.init $data data.drop $data)
(func (param i32) (result funcref) local.get 0 table.get $t)
(func (param i32) (result externref) local.get 0 table.get $x)
(func (param i32) (result funcref) local.get 0 table.get $it)
(func (param i32 funcref) local.get 0 local.get 1 table.set $t)
(func (param i32 externref) local.get 0 local.get 1 table.set $x)
(func (result i32 i32) table.size $t table.size $it)
(func (param funcref i32) (result i32) local.get 0 local.get 1 table.grow $t)
(func (param i32 externref i32) local.get 0 local.get 1 local.get 2 table.fill $x)
(func (param i32 i32 i32) local.get 0 local.get 1 local.get 2 table.copy $t $it)
(func (param i32 i32 i32) local.get 0 local.get 1 local.get 2 table.init $t $elem elem.drop $elem)
(func (result funcref funcref i32) ref.func $own ref.func $host ref.null func ref.is_null)
(func (param externref) (result i32) local.get 0 ref.is_null)
(func (param f32) (result f32) local.get 0 global.set $ig global.get $ig)
(func (param i32) (result i32) local.get 0 global.set $i global.get $i)
(func (param i64) (result i64) local.get 0 global.set $l global.get $l)
(func (param f64) (result f64) local.get 0 global.set $d global.get $d)
(func (param funcref) (result funcref) local.get 0 global.set $r global.get $r)
(func (result i32 funcref externref) global.get $c global.get $cf global.get $ih)
(func (result i32 i64 f32 f64) i32.const -1 i64.const -1 f32.const nan:0x200001 f64.const -0)
(func (param i32) (result i32) local.get 0 call $host)
(func (param i32) (result i32) local.get 0 call $own)
(func (param i32) (result i32) local.get 0 return_call $host)
(func (param i32) (result i32) local.get 0 return_call $own)
(func (param i32) (result i32) local.get 0 local.get 0 call_indirect $t (param i32) (result i32))
(func (param i32) (result i32)
  local.get 0 local.get 0 return_call_indirect $it (param i32) (result i32))
(func (param i32 i64 i64) (result i64) local.get 1 local.get 2 local.get 0 select)
(func (param i32 funcref funcref) (result funcref)
  local.get 1 local.get 2 local.get 0 select (result funcref))
(func (param i32) (result i32) nop local.get 0 local.tee 0 drop local.get 0 local.set 0 local.get 0)
)"#,
    );
}
