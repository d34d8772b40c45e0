//! Numeric instructions: operands, result or trap, in every state of the operand cache.

use super::support::Wasm;
use runtime::Trap;

const DIV_ZERO: Result<u64, Trap> = Err(Trap::IntegerDivisionByZero);
const OVERFLOW: Result<u64, Trap> = Err(Trap::IntegerOverflow);
const NO_INTEGER: Result<u64, Trap> = Err(Trap::BadConversionToInteger);

/// Operand types and result type of an instruction.
fn types(op: &str) -> (Vec<&str>, &str) {
    let (ty, name) = op.split_once('.').expect("a type");
    let conversion = name.rsplit_once("_f").or(name.rsplit_once("_i"));
    let from = match conversion {
        Some((_, rest)) if rest.starts_with("32") || rest.starts_with("64") => {
            let at = name.len() - rest.len() - 1;
            Some(&name[at..at + 3])
        }
        _ => None,
    };
    const COMPARE: [&str; 11] = [
        "eq", "ne", "lt", "gt", "le", "ge", "lt_s", "lt_u", "gt_s", "gt_u", "le_s",
    ];
    let compares = COMPARE.contains(&name) || ["le_u", "ge_s", "ge_u", "eqz"].contains(&name);
    let result = if compares { "i32" } else { ty };
    const UNARY: [&str; 15] = [
        "eqz",
        "clz",
        "ctz",
        "popcnt",
        "extend8_s",
        "extend16_s",
        "extend32_s",
        "abs",
        "neg",
        "ceil",
        "floor",
        "trunc",
        "nearest",
        "sqrt",
        "?",
    ];
    match from {
        Some(from) => (vec![from], result),
        None if UNARY.contains(&name) => (vec![ty], result),
        None => (vec![ty, ty], result),
    }
}

/// Functions that execute `op` with operands in registers, in memory, and in between.
fn module(op: &str) -> String {
    let (params, result) = types(op);
    let params_text = params.join(" ");
    let gets = ["local.get 0", "local.get 1"];
    let gets = &gets[..params.len()];
    let (registers, last) = (gets.join(" "), gets[params.len() - 1]);
    let first = if params.len() == 2 { gets[0] } else { "" };
    let head =
        |name: &str| format!("(func (export \"{name}\") (param {params_text}) (result {result})");
    // A call leaves all operands in memory, a function's result in a register.
    [
        "(module (func $flush)".to_owned(),
        format!("(func $same (param {0}) (result {0}) local.get 0)", params[params.len() - 1]),
        format!("{} {registers} {op})", head("registers")),
        format!("{} {registers} call $flush {op})", head("memory")),
        format!("{} {first} {last} call $same {op})", head("result")),
        format!("{} {first} call $flush {last} {op})", head("mixed")),
        format!(
            "{} (local $r {result}) i32.const 1 i64.const 2 {registers} {op} local.set $r drop drop local.get $r)",
            head("above")
        ),
        format!("{} f64.const 1.5 {registers} {op} call $keep)", head("float")),
        format!("(func $keep (param f64 {result}) (result {result}) local.get 1))"),
    ]
    .join("\n")
}

#[track_caller]
fn check(op: &str, cases: &[(&[u64], Result<u64, Trap>)]) {
    let mut wasm = Wasm::new(&module(op));
    for &(args, expected) in cases {
        for way in ["registers", "memory", "result", "mixed", "above", "float"] {
            let actual = wasm.call(way, args);
            match expected {
                Ok(value) => assert_eq!(actual, Ok(vec![value]), "{op} {args:x?} {way}"),
                Err(trap) => {
                    let error = actual.expect_err("a trap");
                    let text = error.split(':').next().expect("a text");
                    assert_eq!(text, trap.text(), "{op} {args:x?} {way}");
                }
            }
        }
    }
}

const MIN32: u64 = 0x8000_0000;
const MAX32: u64 = 0x7fff_ffff;
const NEG32: u64 = 0xffff_ffff;
const MIN64: u64 = 1 << 63;
const NEG64: u64 = u64::MAX;

#[test]
fn i32_arithmetic() {
    check(
        "i32.add",
        &[
            (&[1, 2], Ok(3)),
            (&[MAX32, 1], Ok(MIN32)),
            (&[NEG32, 1], Ok(0)),
        ],
    );
    check("i32.sub", &[(&[1, 2], Ok(NEG32)), (&[MIN32, 1], Ok(MAX32))]);
    check(
        "i32.mul",
        &[(&[NEG32, NEG32], Ok(1)), (&[0x10000, 0x10000], Ok(0))],
    );
    check(
        "i32.div_s",
        &[
            (&[7, 2], Ok(3)),
            (&[(-7i32) as u32 as u64, 2], Ok((-3i32) as u32 as u64)),
            (&[MIN32, NEG32], OVERFLOW),
            (&[1, 0], DIV_ZERO),
        ],
    );
    check(
        "i32.div_u",
        &[
            (&[NEG32, 2], Ok(MAX32)),
            (&[MIN32, NEG32], Ok(0)),
            (&[0, 0], DIV_ZERO),
        ],
    );
    check(
        "i32.rem_s",
        &[
            (&[MIN32, NEG32], Ok(0)),
            (&[7, 4], Ok(3)),
            (&[1, 0], DIV_ZERO),
        ],
    );
    check("i32.rem_u", &[(&[NEG32, 10], Ok(5)), (&[1, 0], DIV_ZERO)]);
    check("i32.and", &[(&[12, 10], Ok(8))]);
    check("i32.or", &[(&[12, 10], Ok(14))]);
    check("i32.xor", &[(&[12, 10], Ok(6))]);
    check(
        "i32.shl",
        &[
            (&[1, 31], Ok(MIN32)),
            (&[1, 32], Ok(1)),
            (&[3, 31], Ok(MIN32)),
        ],
    );
    check(
        "i32.shr_s",
        &[(&[MIN32, 31], Ok(NEG32)), (&[MIN32, 33], Ok(0xc000_0000))],
    );
    check(
        "i32.shr_u",
        &[(&[MIN32, 31], Ok(1)), (&[MIN32, 32], Ok(MIN32))],
    );
    check(
        "i32.rotl",
        &[(&[MIN32, 1], Ok(1)), (&[0x1234_5678, 36], Ok(0x2345_6781))],
    );
    check(
        "i32.rotr",
        &[(&[1, 1], Ok(MIN32)), (&[0x1234_5678, 36], Ok(0x8123_4567))],
    );
}

#[test]
fn i32_bits_and_comparisons() {
    check(
        "i32.clz",
        &[(&[0], Ok(32)), (&[1], Ok(31)), (&[MIN32], Ok(0))],
    );
    check("i32.ctz", &[(&[0], Ok(32)), (&[MIN32], Ok(31))]);
    check("i32.popcnt", &[(&[NEG32], Ok(32)), (&[0x101], Ok(2))]);
    check(
        "i32.extend8_s",
        &[(&[0x80], Ok(0xffff_ff80)), (&[0x17f], Ok(0x7f))],
    );
    check(
        "i32.extend16_s",
        &[(&[0x8000], Ok(0xffff_8000)), (&[0x1_7fff], Ok(0x7fff))],
    );
    check("i32.eqz", &[(&[0], Ok(1)), (&[MIN32], Ok(0))]);
    check("i32.eq", &[(&[5, 5], Ok(1)), (&[5, 6], Ok(0))]);
    check("i32.ne", &[(&[5, 5], Ok(0)), (&[5, 6], Ok(1))]);
    check(
        "i32.lt_s",
        &[(&[NEG32, 0], Ok(1)), (&[0, NEG32], Ok(0)), (&[1, 1], Ok(0))],
    );
    check("i32.lt_u", &[(&[NEG32, 0], Ok(0)), (&[0, NEG32], Ok(1))]);
    check("i32.gt_s", &[(&[NEG32, 0], Ok(0)), (&[0, NEG32], Ok(1))]);
    check("i32.gt_u", &[(&[NEG32, 0], Ok(1)), (&[0, NEG32], Ok(0))]);
    check("i32.le_s", &[(&[NEG32, 0], Ok(1)), (&[1, 1], Ok(1))]);
    check("i32.le_u", &[(&[NEG32, 0], Ok(0)), (&[1, 1], Ok(1))]);
    check("i32.ge_s", &[(&[NEG32, 0], Ok(0)), (&[1, 1], Ok(1))]);
    check("i32.ge_u", &[(&[NEG32, 0], Ok(1)), (&[1, 1], Ok(1))]);
}

#[test]
fn i64_arithmetic() {
    check(
        "i64.add",
        &[(&[NEG64, 1], Ok(0)), (&[NEG32, 1], Ok(1 << 32))],
    );
    check("i64.sub", &[(&[0, 1], Ok(NEG64))]);
    check(
        "i64.mul",
        &[(&[1 << 32, 1 << 32], Ok(0)), (&[3, NEG64], Ok(NEG64 - 2))],
    );
    check(
        "i64.div_s",
        &[
            (&[NEG64, 1], Ok(NEG64)),
            (&[MIN64, NEG64], OVERFLOW),
            (&[1, 0], DIV_ZERO),
        ],
    );
    check(
        "i64.div_u",
        &[(&[NEG64, 2], Ok(NEG64 >> 1)), (&[1, 0], DIV_ZERO)],
    );
    check(
        "i64.rem_s",
        &[(&[MIN64, NEG64], Ok(0)), (&[1, 0], DIV_ZERO)],
    );
    check("i64.rem_u", &[(&[NEG64, 10], Ok(5)), (&[1, 0], DIV_ZERO)]);
    check("i64.and", &[(&[12, 10], Ok(8))]);
    check("i64.or", &[(&[12, 10], Ok(14))]);
    check("i64.xor", &[(&[12, 10], Ok(6))]);
    check(
        "i64.shl",
        &[
            (&[1, 63], Ok(MIN64)),
            (&[1, 64], Ok(1)),
            (&[1, 1 << 32], Ok(1)),
        ],
    );
    check("i64.shr_s", &[(&[MIN64, 63], Ok(NEG64))]);
    check("i64.shr_u", &[(&[MIN64, 63], Ok(1))]);
    check("i64.rotl", &[(&[MIN64, 1], Ok(1)), (&[1, 65], Ok(2))]);
    check("i64.rotr", &[(&[1, 1], Ok(MIN64)), (&[2, 65], Ok(1))]);
    check("i64.clz", &[(&[0], Ok(64)), (&[1], Ok(63))]);
    check("i64.ctz", &[(&[0], Ok(64)), (&[MIN64], Ok(63))]);
    check("i64.popcnt", &[(&[NEG64], Ok(64))]);
    check("i64.extend8_s", &[(&[0x80], Ok(NEG64 - 0x7f))]);
    check("i64.extend16_s", &[(&[0x8000], Ok(NEG64 - 0x7fff))]);
    check("i64.extend32_s", &[(&[MIN32], Ok(NEG64 - 0x7fff_ffff))]);
    check("i64.eqz", &[(&[1 << 32], Ok(0)), (&[0], Ok(1))]);
    check("i64.eq", &[(&[1 << 32, 0], Ok(0)), (&[7, 7], Ok(1))]);
    check("i64.ne", &[(&[1 << 32, 0], Ok(1))]);
    check("i64.lt_s", &[(&[NEG64, 0], Ok(1))]);
    check("i64.lt_u", &[(&[NEG64, 0], Ok(0))]);
    check("i64.gt_s", &[(&[NEG64, 0], Ok(0))]);
    check("i64.gt_u", &[(&[NEG64, 0], Ok(1))]);
    check("i64.le_s", &[(&[NEG64, 0], Ok(1))]);
    check("i64.le_u", &[(&[NEG64, 0], Ok(0))]);
    check("i64.ge_s", &[(&[NEG64, 0], Ok(0))]);
    check("i64.ge_u", &[(&[NEG64, 0], Ok(1))]);
}

fn f(value: f32) -> u64 {
    u64::from(value.to_bits())
}

fn d(value: f64) -> u64 {
    value.to_bits()
}

/// A signalling NaN with a payload, and what it becomes when it is made quiet.
const SNAN32: u64 = 0x7fa0_0001;
const QNAN32: u64 = 0x7fe0_0001;
const SNAN64: u64 = 0x7ff4_0000_0000_0001;
const QNAN64: u64 = 0x7ffc_0000_0000_0001;

#[test]
fn f32_arithmetic() {
    check(
        "f32.abs",
        &[(&[f(-1.0)], Ok(f(1.0))), (&[SNAN32 | MIN32], Ok(SNAN32))],
    );
    check(
        "f32.neg",
        &[(&[f(0.0)], Ok(f(-0.0))), (&[SNAN32], Ok(SNAN32 | MIN32))],
    );
    check(
        "f32.ceil",
        &[
            (&[f(-0.5)], Ok(f(-0.0))),
            (&[f(1.1)], Ok(f(2.0))),
            (&[SNAN32], Ok(QNAN32)),
        ],
    );
    check("f32.floor", &[(&[f(-0.5)], Ok(f(-1.0)))]);
    check("f32.trunc", &[(&[f(-1.9)], Ok(f(-1.0)))]);
    check(
        "f32.nearest",
        &[
            (&[f(2.5)], Ok(f(2.0))),
            (&[f(3.5)], Ok(f(4.0))),
            (&[f(-0.4)], Ok(f(-0.0))),
        ],
    );
    check(
        "f32.sqrt",
        &[(&[f(9.0)], Ok(f(3.0))), (&[f(-0.0)], Ok(f(-0.0)))],
    );
    check(
        "f32.add",
        &[
            (&[f(1.5), f(2.0)], Ok(f(3.5))),
            (&[SNAN32, f(1.0)], Ok(QNAN32)),
        ],
    );
    check("f32.sub", &[(&[f(1.5), f(2.0)], Ok(f(-0.5)))]);
    check("f32.mul", &[(&[f(1.5), f(2.0)], Ok(f(3.0)))]);
    check("f32.div", &[(&[f(1.0), f(0.0)], Ok(f(f32::INFINITY)))]);
    check(
        "f32.min",
        &[
            (&[f(0.0), f(-0.0)], Ok(f(-0.0))),
            (&[f(1.0), f(2.0)], Ok(f(1.0))),
            (&[SNAN32, f(1.0)], Ok(QNAN32)),
            (&[f(1.0), SNAN32], Ok(QNAN32)),
        ],
    );
    check(
        "f32.max",
        &[
            (&[f(-0.0), f(0.0)], Ok(f(0.0))),
            (&[f(1.0), f(2.0)], Ok(f(2.0))),
            (&[f(1.0), SNAN32], Ok(QNAN32)),
        ],
    );
    check(
        "f32.copysign",
        &[
            (&[f(1.0), f(-0.0)], Ok(f(-1.0))),
            (&[SNAN32, f(-1.0)], Ok(SNAN32 | MIN32)),
        ],
    );
    check(
        "f32.eq",
        &[(&[f(0.0), f(-0.0)], Ok(1)), (&[SNAN32, SNAN32], Ok(0))],
    );
    check("f32.ne", &[(&[SNAN32, SNAN32], Ok(1))]);
    check(
        "f32.lt",
        &[(&[f(1.0), f(2.0)], Ok(1)), (&[f(1.0), SNAN32], Ok(0))],
    );
    check("f32.gt", &[(&[f(1.0), f(2.0)], Ok(0))]);
    check("f32.le", &[(&[f(1.0), f(1.0)], Ok(1))]);
    check("f32.ge", &[(&[f(1.0), SNAN32], Ok(0))]);
}

#[test]
fn f64_arithmetic() {
    check(
        "f64.abs",
        &[(&[d(-1.0)], Ok(d(1.0))), (&[SNAN64 | MIN64], Ok(SNAN64))],
    );
    check(
        "f64.neg",
        &[(&[d(0.0)], Ok(d(-0.0))), (&[SNAN64], Ok(SNAN64 | MIN64))],
    );
    check(
        "f64.ceil",
        &[(&[d(-0.5)], Ok(d(-0.0))), (&[SNAN64], Ok(QNAN64))],
    );
    check("f64.floor", &[(&[d(-0.5)], Ok(d(-1.0)))]);
    check("f64.trunc", &[(&[d(1.9)], Ok(d(1.0)))]);
    check(
        "f64.nearest",
        &[(&[d(2.5)], Ok(d(2.0))), (&[d(-3.5)], Ok(d(-4.0)))],
    );
    check("f64.sqrt", &[(&[d(9.0)], Ok(d(3.0)))]);
    check(
        "f64.add",
        &[
            (&[d(1.5), d(2.0)], Ok(d(3.5))),
            (&[SNAN64, d(1.0)], Ok(QNAN64)),
        ],
    );
    check("f64.sub", &[(&[d(1.5), d(2.0)], Ok(d(-0.5)))]);
    check("f64.mul", &[(&[d(1.5), d(2.0)], Ok(d(3.0)))]);
    check("f64.div", &[(&[d(-1.0), d(0.0)], Ok(d(f64::NEG_INFINITY)))]);
    check(
        "f64.min",
        &[
            (&[d(0.0), d(-0.0)], Ok(d(-0.0))),
            (&[d(1.0), SNAN64], Ok(QNAN64)),
        ],
    );
    check(
        "f64.max",
        &[
            (&[d(-0.0), d(0.0)], Ok(d(0.0))),
            (&[SNAN64, d(1.0)], Ok(QNAN64)),
        ],
    );
    check("f64.copysign", &[(&[d(1.0), d(-0.0)], Ok(d(-1.0)))]);
    check("f64.eq", &[(&[d(0.0), d(-0.0)], Ok(1))]);
    check("f64.ne", &[(&[SNAN64, SNAN64], Ok(1))]);
    check("f64.lt", &[(&[d(1.0), d(2.0)], Ok(1))]);
    check("f64.gt", &[(&[d(1.0), d(2.0)], Ok(0))]);
    check("f64.le", &[(&[d(1.0), d(1.0)], Ok(1))]);
    check("f64.ge", &[(&[d(1.0), SNAN64], Ok(0))]);
}

#[test]
fn conversions() {
    check(
        "i32.wrap_i64",
        &[(&[NEG64], Ok(NEG32)), (&[1 << 32], Ok(0))],
    );
    check("i64.extend_i32_s", &[(&[MIN32], Ok(NEG64 - 0x7fff_ffff))]);
    check("i64.extend_i32_u", &[(&[NEG32], Ok(NEG32))]);
    check("f32.convert_i32_s", &[(&[NEG32], Ok(f(-1.0)))]);
    check("f32.convert_i32_u", &[(&[NEG32], Ok(f(4294967296.0)))]);
    check("f32.convert_i64_s", &[(&[NEG64], Ok(f(-1.0)))]);
    check(
        "f32.convert_i64_u",
        &[(&[NEG64], Ok(f(18446744073709551616.0)))],
    );
    check("f64.convert_i32_s", &[(&[NEG32], Ok(d(-1.0)))]);
    check("f64.convert_i32_u", &[(&[NEG32], Ok(d(4294967295.0)))]);
    check(
        "f64.convert_i64_s",
        &[(&[MIN64], Ok(d(-9223372036854775808.0)))],
    );
    check(
        "f64.convert_i64_u",
        &[(&[NEG64], Ok(d(18446744073709551616.0)))],
    );
    check(
        "f32.demote_f64",
        &[(&[d(1.5)], Ok(f(1.5))), (&[d(1e300)], Ok(f(f32::INFINITY)))],
    );
    check("f64.promote_f32", &[(&[f(1.5)], Ok(d(1.5)))]);
    check("i32.reinterpret_f32", &[(&[SNAN32], Ok(SNAN32))]);
    check("i64.reinterpret_f64", &[(&[SNAN64], Ok(SNAN64))]);
    check("f32.reinterpret_i32", &[(&[SNAN32], Ok(SNAN32))]);
    check("f64.reinterpret_i64", &[(&[SNAN64], Ok(SNAN64))]);
}

#[test]
fn truncations() {
    let min = d(-2147483648.0);
    check(
        "i32.trunc_f64_s",
        &[
            (&[d(-1.9)], Ok(NEG32)),
            (&[min], Ok(MIN32)),
            (&[d(-2147483648.9)], Ok(MIN32)),
            (&[d(-2147483649.0)], OVERFLOW),
            (&[d(2147483648.0)], OVERFLOW),
            (&[SNAN64], NO_INTEGER),
        ],
    );
    check(
        "i32.trunc_f64_u",
        &[
            (&[d(-0.9)], Ok(0)),
            (&[d(-1.0)], OVERFLOW),
            (&[d(4294967295.9)], Ok(NEG32)),
        ],
    );
    check(
        "i32.trunc_f32_s",
        &[
            (&[f(-2147483648.0)], Ok(MIN32)),
            (&[f(2147483648.0)], OVERFLOW),
            (&[SNAN32], NO_INTEGER),
        ],
    );
    check(
        "i32.trunc_f32_u",
        &[
            (&[f(4294967040.0)], Ok(0xffff_ff00)),
            (&[f(4294967296.0)], OVERFLOW),
        ],
    );
    check(
        "i64.trunc_f64_s",
        &[
            (&[d(-9223372036854775808.0)], Ok(MIN64)),
            (&[d(9223372036854775808.0)], OVERFLOW),
        ],
    );
    check(
        "i64.trunc_f64_u",
        &[
            (&[d(18446744073709549568.0)], Ok(0xffff_ffff_ffff_f800)),
            (&[d(-1.0)], OVERFLOW),
        ],
    );
    check(
        "i64.trunc_f32_s",
        &[
            (&[f(-9223372036854775808.0)], Ok(MIN64)),
            (&[f(9223372036854775808.0)], OVERFLOW),
        ],
    );
    check(
        "i64.trunc_f32_u",
        &[
            (&[f(-0.5)], Ok(0)),
            (&[f(18446744073709551616.0)], OVERFLOW),
        ],
    );
    check(
        "i32.trunc_sat_f64_s",
        &[
            (&[d(1e10)], Ok(MAX32)),
            (&[d(-1e10)], Ok(MIN32)),
            (&[SNAN64], Ok(0)),
        ],
    );
    check(
        "i32.trunc_sat_f64_u",
        &[(&[d(-1.0)], Ok(0)), (&[d(1e10)], Ok(NEG32))],
    );
    check("i32.trunc_sat_f32_s", &[(&[f(1e10)], Ok(MAX32))]);
    check("i32.trunc_sat_f32_u", &[(&[f(1e10)], Ok(NEG32))]);
    check("i64.trunc_sat_f64_s", &[(&[d(1e30)], Ok(NEG64 >> 1))]);
    check("i64.trunc_sat_f64_u", &[(&[d(1e30)], Ok(NEG64))]);
    check("i64.trunc_sat_f32_s", &[(&[f(-1e30)], Ok(MIN64))]);
    check("i64.trunc_sat_f32_u", &[(&[f(1e30)], Ok(NEG64))]);
}

// Results fill two slots, over whatever the cache of operands held.
#[test]
fn wide_arithmetic() {
    let wide = |op: &str, params: &str, gets: &str| {
        format!(
            "(module (func $flush)
            (func (export \"registers\") (param {params}) (result i64 i64) {gets} {op})
            (func (export \"memory\") (param {params}) (result i64 i64) {gets} call $flush {op})
            (func (export \"above\") (param {params}) (result i64 i64) (local $h i64)
              f64.const 1 i32.const 2 {gets} {op} local.set $h local.set 0 drop drop
              local.get 0 local.get $h))"
        )
    };
    let check = |op: &str, cases: &[(&[u64], [u64; 2])]| {
        let n_params = cases[0].0.len();
        let gets: String = (0..n_params).map(|n| format!("local.get {n} ")).collect();
        let mut wasm = Wasm::new(&wide(op, &"i64 ".repeat(n_params), &gets));
        for (args, expected) in cases {
            for way in ["registers", "memory", "above"] {
                wasm.check(way, args, Ok(expected));
            }
        }
    };
    check(
        "i64.add128",
        &[
            (&[NEG64, 0, 1, 0], [0, 1]),
            (&[NEG64, NEG64, 1, 0], [0, 0]),
            (&[1, 2, 3, 4], [4, 6]),
        ],
    );
    check(
        "i64.sub128",
        &[
            (&[0, 0, 1, 0], [NEG64, NEG64]),
            (&[0, 1, 1, 0], [NEG64, 0]),
            (&[5, 5, 3, 4], [2, 1]),
        ],
    );
    check(
        "i64.mul_wide_s",
        &[
            (&[NEG64, NEG64], [1, 0]),
            (&[MIN64, 2], [0, NEG64]),
            (&[MIN64, MIN64], [0, 1 << 62]),
        ],
    );
    check(
        "i64.mul_wide_u",
        &[
            (&[NEG64, NEG64], [1, NEG64 - 1]),
            (&[MIN64, 2], [0, 1]),
            (&[7, 6], [42, 0]),
        ],
    );
}
