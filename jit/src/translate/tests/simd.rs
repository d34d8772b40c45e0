//! One function for each vector instruction.

use super::{check, compile, request};
use runtime::opcode::{Immediates, Opcode};
use runtime::{FuncIdx, RelaxedSimd};

/// All vector instructions.
fn instructions() -> impl Iterator<Item = Opcode> {
    let all = Opcode::ALL.iter().copied();
    all.filter(|it| it.prefixed().is_some_and(|it| it.0 == Opcode::SIMD_PREFIX))
}

/// The types of operands and result.
fn signature(op: Opcode) -> (&'static str, &'static str) {
    let (shape, name) = op.mnemonic().split_once('.').expect("a shape");
    let (number, vector_and_number) = match shape {
        "i64x2" => ("i64", "v128 i64"),
        "f32x4" => ("f32", "v128 f32"),
        "f64x2" => ("f64", "v128 f64"),
        _ => ("i32", "v128 i32"),
    };
    let starts = |names: &[&str]| names.iter().any(|it| name.starts_with(it));
    match name {
        "const" => ("", "v128"),
        "splat" => (number, "v128"),
        "replace_lane" => (vector_and_number, "v128"),
        "bitselect" | "relaxed_dot_i8x16_i7x16_add_s" => ("v128 v128 v128", "v128"),
        _ if starts(&["extract"]) => ("v128", number),
        _ if starts(&["any_true", "all_true", "bitmask"]) => ("v128", "i32"),
        _ if starts(&["shl", "shr"]) => ("v128 i32", "v128"),
        _ if name.ends_with("_lane") && starts(&["load"]) => ("i32 v128", "v128"),
        _ if starts(&["load"]) => ("i32", "v128"),
        _ if starts(&["store"]) => ("i32 v128", ""),
        _ if starts(&["relaxed_lane", "relaxed_madd", "relaxed_nmadd"]) => {
            ("v128 v128 v128", "v128")
        }
        _ if starts(&[
            "not",
            "abs",
            "neg",
            "popcnt",
            "ceil",
            "floor",
            "trunc",
            "nearest",
            "sqrt",
            "extend",
            "extadd",
            "convert",
            "demote",
            "promote",
            "relaxed_trunc",
        ]) =>
        {
            ("v128", "v128")
        }
        _ => ("v128 v128", "v128"),
    }
}

/// Some immediates in the text format.
fn immediates(op: Opcode) -> &'static [&'static str] {
    match op.immediates() {
        Immediates::None => &[""],
        Immediates::V128 => &["i64x2 0 0", "i64x2 1 -1"],
        Immediates::Lane => &["0", "1"],
        Immediates::Lanes => &[
            "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
            "31 30 29 28 27 26 25 24 7 6 5 4 3 2 1 0",
        ],
        Immediates::Memarg => &["", "offset=16", "offset=0x2000000", "offset=0xffffffff"],
        Immediates::MemargLane => &[
            "0",
            "offset=16 1",
            "offset=0x2000000 0",
            "offset=0xffffffff 1",
        ],
        other => unreachable!("{other:?} are no immediates of {op}"),
    }
}

fn module(ops: impl Iterator<Item = Opcode>) -> String {
    let mut wat = String::from("(module (memory 1) ");
    for op in ops {
        let (params, result) = signature(op);
        let gets: String = (0..params.split_whitespace().count())
            .map(|it| format!("local.get {it} "))
            .collect();
        for immediates in immediates(op) {
            wat += &format!("(func (param {params}) (result {result}) {gets} {op} {immediates})\n");
        }
    }
    wat + ")"
}

#[test]
fn all_instructions() {
    check(&module(instructions()));
}

// Other code for relaxed instructions, also where the machine lacks the one that they need.
#[test]
fn deterministic_instructions() {
    let wat = module(instructions().filter(|it| it.mnemonic().contains("relaxed")));
    let mut request = request(&wat, 0);
    request.options.relaxed_simd = RelaxedSimd::DETERMINISTIC;
    for has_fused in [true, false] {
        request.options.has_fused = has_fused;
        for func in 0..request.module.bodies.len() as u32 {
            request.func = FuncIdx(func);
            compile(&request);
        }
    }
}

// Cranelift merges loads into what uses them, through casts. Their traps are those of the loads.
#[test]
fn positions_of_merged_loads() {
    let mut wat = String::from("(module (memory 1) ");
    for body in [
        "local.get 1 local.get 0 v128.load i8x16.add",
        "local.get 1 local.get 0 v128.load f64x2.mul",
        "local.get 1 local.get 0 v128.load local.get 0 v128.load offset=16 i32x4.add i16x8.max_s",
        "local.get 1 local.get 0 v128.load local.get 1 v128.bitselect",
        "local.get 0 v128.load f32x4.sqrt",
        "local.get 0 v128.load i16x8.extend_low_i8x16_s",
        "local.get 0 v128.load f32x4.convert_i32x4_s",
        "local.get 0 v128.load64_zero i16x8.extend_low_i8x16_u",
        "local.get 0 v128.load64_zero f64x2.promote_low_f32x4",
        "local.get 0 v128.load32_zero local.get 1 f32x4.add",
        "local.get 0 v128.load64_splat local.get 1 i64x2.add",
        "local.get 0 local.get 0 local.get 1 v128.load16_lane 3 v128.load8_lane 7",
        "local.get 0 f32.load f32x4.splat",
        "local.get 0 i32.load8_u i8x16.splat",
        "local.get 1 local.get 0 i64.load i64x2.replace_lane 1",
        "local.get 1 local.get 0 f64.load f64x2.replace_lane 0",
        "local.get 1 local.get 0 i32.load i32x4.shl",
        "local.get 0 local.get 0 v128.load local.get 1 v128.xor v128.store local.get 1",
        "local.get 0 local.get 0 v128.load v128.store32_lane 2 local.get 1",
    ] {
        wat += &format!("(func (param i32 v128) (result v128) {body})");
    }
    check(&(wat + ")"));
}
