//! Vector instructions: each one on many operands, in the interpreter and compiled, against the
//! model in `simd/model.rs`; and accesses to memory at its very end.

#[path = "simd/memory.rs"]
mod memory;
#[path = "simd/model.rs"]
mod model;

use model::{Instruction, Relaxed, instructions, join, split};
use std::fmt::Write;
use wasm_interp_jit::inspect::Recorder;
use wasm_interp_jit::{Config, Engine, Instance, Memory, Module, Result, Store, Strategy};

/// Type of operands and results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    V128,
    I32,
    I64,
    F32,
    F64,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Type::V128 => "v128",
            Type::I32 => "i32",
            Type::I64 => "i64",
            Type::F32 => "f32",
            Type::F64 => "f64",
        }
    }

    fn bytes(self) -> usize {
        match self {
            Type::V128 => 16,
            Type::I64 | Type::F64 => 8,
            Type::I32 | Type::F32 => 4,
        }
    }
}

/// Operands lie here in memory, 16 bytes apart.
const RESULT: usize = 64;

/// How often each instruction is executed.
const ROUNDS: usize = 100;

/// NaNs that arithmetic makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nans {
    Any,
    Canonical,
}

/// Engines without and with compiled code.
fn engines(relaxed: Relaxed, nans: Nans) -> Vec<(&'static str, Engine)> {
    let mut strategies = vec![("interpreter", Strategy::Interpreter)];
    if cfg!(feature = "jit") {
        strategies.push(("compiled", Strategy::Jit));
    }
    let engine = |(name, strategy)| {
        let mut config = Config::new();
        config
            .strategy(strategy)
            .relaxed_simd_deterministic(relaxed == Relaxed::Deterministic)
            .cranelift_nan_canonicalization(nans == Nans::Canonical);
        (name, Engine::new(&config).expect("the settings are valid"))
    };
    strategies.into_iter().map(engine).collect()
}

/// A module with a function for each instruction, which takes operands from memory and puts the
/// result there.
fn module(instructions: &[Instruction]) -> String {
    let mut wat = String::from("(module (memory (export \"memory\") 1)\n");
    for (nth, it) in instructions.iter().enumerate() {
        let loads: String = (it.operands.iter().enumerate())
            .map(|(at, ty)| format!(" ({}.load offset={} (i32.const 0))", ty.name(), 16 * at))
            .collect();
        let _ = writeln!(
            wat,
            "(func (export \"{nth}\") ({}.store offset={RESULT} (i32.const 0) ({}{loads})))",
            it.result.name(),
            it.text,
        );
    }
    wat + ")"
}

/// Pseudorandom numbers.
fn random(state: &mut u64) -> u64 {
    *state = state
        .wrapping_mul(6364136223846793005)
        .wrapping_add(1442695040888963407);
    *state >> 32
}

/// A vector of numbers that are likely to make a difference.
fn operand(state: &mut u64) -> u128 {
    const F32: &[f32] = &[
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.0,
        -1.5,
        2.5,
        -2.5,
        0.99999994,
        8388607.5,
        16777216.0,
        2147483520.0,
        2147483648.0,
        -2147483648.0,
        -2147483904.0,
        4294967040.0,
        4294967296.0,
        1e-45,
        f32::MIN_POSITIVE,
        f32::MAX,
        f32::MIN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        3.3333333,
        1e20,
        -1e-20,
    ];
    const F64: &[f64] = &[
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.0,
        -1.5,
        2.5,
        -2.5,
        0.9999999999999999,
        4503599627370495.5,
        2147483647.0,
        2147483647.9,
        2147483648.0,
        -2147483648.9,
        -2147483649.0,
        4294967295.9,
        4294967296.0,
        -0.9,
        5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        1e300,
        16777217.0,
        3.4028235677973366e38,
        1e-46,
    ];
    let kind = random(state) % 8;
    let width = [8, 16, 32, 64][random(state) as usize % 4];
    let mut lane = |width: u32| -> u128 {
        let number = random(state);
        let at = number as usize / 8;
        match (kind, number % 8) {
            // Signalling NaNs.
            (0, 0) => 0x7f80_0001 | u128::from(number & 1) << 31,
            (0, _) => F32[at % F32.len()].to_bits().into(),
            (1, 0) => 0x7ff0_0000_0000_0001 | u128::from(number & 8) << 60,
            (1, _) => F64[at % F64.len()].to_bits().into(),
            (2 | 3, _) => {
                let edges = [
                    0,
                    1,
                    2,
                    (1 << (width - 1)) - 1,
                    1 << (width - 1),
                    u128::MAX,
                    u128::MAX - 1,
                ];
                edges[at % edges.len()]
            }
            (4, _) => u128::from(number % 40),
            (5, _) => f32::from_bits((number as u32 & 0x87ff_ffff) | 0x3800_0000)
                .to_bits()
                .into(),
            (6, _) => f64::from(number as u32 as i32 as f32 / 3.0)
                .to_bits()
                .into(),
            _ => u128::from(number) << 32 | u128::from(number.reverse_bits()),
        }
    };
    match kind {
        0 | 5 => join((0..4).map(|_| lane(32)), 32),
        1 | 6 => join((0..2).map(|_| lane(64)), 64),
        4 => join((0..16).map(|_| lane(8)), 8),
        _ => join((0..128 / width).map(|_| lane(width)), width),
    }
}

/// Whether the result is what the model says.
fn agrees(it: &Instruction, nans: Nans, actual: u128, expected: u128) -> bool {
    let Some(width) = it.nan_width else {
        return actual == expected;
    };
    let lanes = split(actual, width).into_iter().zip(split(expected, width));
    let is_nan = |lane: u128| match width {
        32 => f32::from_bits(lane as u32).is_nan(),
        _ => f64::from_bits(lane as u64).is_nan(),
    };
    // What arithmetic makes is quiet at least.
    let (canonical, payload) = match width {
        32 => (0x7fc0_0000, 0x803f_ffff),
        _ => (0x7ff8_0000_0000_0000, 0x8007_ffff_ffff_ffff),
    };
    let open = if nans == Nans::Any { payload } else { 0 };
    lanes
        .into_iter()
        .all(|(actual, expected)| match is_nan(expected) {
            true => actual & !open == canonical,
            false => actual == expected,
        })
}

fn call(
    store: &mut Store<()>,
    instance: Instance,
    memory: Memory,
    (nth, it): (usize, &Instruction),
    operands: &[u128],
) -> Result<u128> {
    let func = instance.get_typed_func::<(), ()>(&mut *store, &nth.to_string())?;
    for (at, value) in operands.iter().enumerate() {
        memory.write(&mut *store, 16 * at, &value.to_le_bytes())?;
    }
    func.call(&mut *store, ())?;
    let mut bytes = [0; 16];
    memory.read(&*store, RESULT, &mut bytes[..it.result.bytes()])?;
    Ok(u128::from_le_bytes(bytes))
}

fn check(relaxed: Relaxed, nans: Nans) -> Result<()> {
    let instructions = instructions(relaxed);
    let wat = module(&instructions);
    for (name, engine) in engines(relaxed, nans) {
        let module = Module::new(&engine, &wat)?;
        let mut store = Store::new(&engine, ());
        let recorder = Recorder::attach(&mut store);
        let instance = Instance::new(&mut store, &module, &[])?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .expect("it is exported");
        let mut state = 7;
        for (nth, it) in instructions.iter().enumerate() {
            let rounds = if it.operands.is_empty() { 1 } else { ROUNDS };
            for _ in 0..rounds {
                let operands: Vec<u128> = (it.operands.iter())
                    .map(|ty| operand(&mut state) & (u128::MAX >> (128 - 8 * ty.bytes())))
                    .collect();
                let actual = call(&mut store, instance, memory, (nth, it), &operands)?;
                let expected = (it.model)(&operands);
                assert!(
                    agrees(it, nans, actual, expected),
                    "{} {operands:#x?}: {name} {actual:#x}, expected {expected:#x}",
                    it.text
                );
            }
        }
        let report = recorder.report(&store);
        assert!(report.failed.is_empty(), "{report}");
        let expected = if name == "compiled" {
            instructions.len()
        } else {
            0
        };
        assert_eq!(report.codes.len(), expected, "{report}");
    }
    Ok(())
}

#[test]
fn instructions_do_what_the_model_does() -> Result<()> {
    check(Relaxed::Native, Nans::Any)
}

// Relaxed instructions have other results then on x86-64. The others are the same.
#[test]
fn deterministic_instructions_do_what_the_model_does() -> Result<()> {
    check(Relaxed::Deterministic, Nans::Any)
}

// All NaNs that arithmetic makes have the same bits then, in both tiers.
#[test]
fn canonical_nans() -> Result<()> {
    check(Relaxed::Native, Nans::Canonical)?;
    check(Relaxed::Deterministic, Nans::Canonical)
}

// The model has all instructions, and nothing twice.
#[test]
fn model_is_complete() {
    let all = instructions(Relaxed::Native);
    let names: std::collections::BTreeSet<&str> = (all.iter())
        .map(|it| it.text.split(' ').next().expect("a name"))
        .collect();
    // 22 loads and stores are elsewhere.
    assert_eq!(names.len(), 236 + 20 - 22);
}
