//! The targets `differential`, a program does the same in every mode of the engine and in wasmtime,
//! and `deopt_stress`, a program that is made to deopt does the same in every mode that fails guards.

use crate::failure::Failure;
use crate::generate::{self, Program};
use crate::ours::{self, Mode};
use crate::record::{Engines, Record, Strictness};
use crate::reference;
use crate::script::Script;
use crate::stats::Stats;

/// Runs the program of `data` everywhere.
///
/// # Errors
///
/// If something differs.
pub fn differential(data: &[u8]) -> Result<Stats, Failure> {
    match generate::program(data) {
        Some(program) => compare(&program),
        None => Ok(Stats::nothing()),
    }
}

/// Runs a program that speculation is made for, the one of `data`, with guards that fail in many
/// ways.
///
/// # Errors
///
/// If something differs.
pub fn deopt_stress(data: &[u8]) -> Result<Stats, Failure> {
    match generate::speculative(data) {
        Some(program) => compare_stressed(&program),
        None => Ok(Stats::nothing()),
    }
}

/// Runs `program` with guards that fail in many ways, and compares what exits rebuild with what the
/// interpreter has at the same moments.
///
/// # Errors
///
/// If something differs.
pub fn compare_stressed(program: &Program) -> Result<Stats, Failure> {
    let (record, mut stats) = compare_modes(program, &Mode::stressed(program.seed))?;
    if record.overflowed {
        // Where the stack ends differs, and so does what happens then.
        return Ok(stats);
    }
    for mode in Mode::shadowed(program.seed) {
        ours::shadow(mode, program, &mut stats).map_err(|text| Failure {
            wasm: program.wasm.clone(),
            seed: program.seed,
            text,
        })?;
    }
    Ok(stats)
}

/// Runs `program` everywhere.
///
/// # Errors
///
/// If something differs.
pub fn compare(program: &Program) -> Result<Stats, Failure> {
    let Program { wasm, seed } = program;
    let modes = Mode::of(*seed);
    let (expected, stats) = compare_modes(program, &modes)?;
    let failure = |text| Failure {
        wasm: wasm.clone(),
        seed: *seed,
        text,
    };
    let record = reference::run(wasm, *seed, program.settings())
        .map_err(|error| failure(format!("wasmtime rejects the module: {error:#}")))?;
    let strictness = Strictness {
        engines: Engines::Wasmtime,
        nans: program.settings().nans,
    };
    match expected.differs(&record, strictness) {
        Some(difference) => Err(failure(format!(
            "{:?} and wasmtime differ: {difference}",
            modes[0]
        ))),
        None => Ok(stats),
    }
}

/// Runs `program` in `modes`, of which the first is the one to compare with. Returns its record.
fn compare_modes(program: &Program, modes: &[Mode]) -> Result<(Record, Stats), Failure> {
    let Program { wasm, seed } = program;
    let strictness = Strictness {
        engines: Engines::Modes,
        nans: program.settings().nans,
    };
    let mut stats = Stats::of_module();
    let failure = |text| Failure {
        wasm: wasm.clone(),
        seed: *seed,
        text,
    };
    let expected = run(modes[0], program, &mut stats).map_err(failure)?;
    stats.steps += expected.steps.len() as u64;
    stats.failed_steps += expected.n_failed() as u64;
    stats.trapping_programs += u64::from(expected.n_failed() > 0);
    stats.overflows += u64::from(expected.overflowed);
    for mode in &modes[1..] {
        let record = run(*mode, program, &mut stats).map_err(failure)?;
        if let Some(difference) = expected.differs(&record, strictness) {
            return Err(failure(format!(
                "{:?} and {mode:?} differ: {difference}",
                modes[0]
            )));
        }
    }
    match stats.compile_failures.first() {
        Some(error) => Err(failure(format!("not compiled: {error}"))),
        None => Ok((expected, stats)),
    }
}

pub(crate) fn run(mode: Mode, program: &Program, stats: &mut Stats) -> Result<Record, String> {
    let module = ours::compile((mode, program.settings()), &program.wasm)
        .map_err(|error| format!("{mode:?} rejects the module: {error:#}"))?;
    Ok(ours::run(&module, (Script::Random, program.seed), stats))
}
