//! The target `differential`: a program does the same in every mode of the engine, and in
//! wasmtime.

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
        None => Ok(Stats {
            executions: 1,
            rejected: 1,
            ..Stats::default()
        }),
    }
}

/// Runs `program` everywhere.
///
/// # Errors
///
/// If something differs.
pub fn compare(program: &Program) -> Result<Stats, Failure> {
    let (Program { wasm, seed }, settings) = (program, program.settings());
    let strictness = |engines| Strictness {
        engines,
        nans: settings.nans,
    };
    let mut stats = Stats {
        executions: 1,
        modules: 1,
        ..Stats::default()
    };
    let failure = |text| Failure {
        wasm: wasm.clone(),
        seed: *seed,
        text,
    };
    let modes = Mode::of(*seed);
    let expected = run(modes[0], program, &mut stats).map_err(failure)?;
    stats.steps += expected.steps.len() as u64;
    stats.failed_steps += expected.n_failed() as u64;
    stats.trapping_programs += u64::from(expected.n_failed() > 0);
    stats.overflows += u64::from(expected.overflowed);
    for mode in &modes[1..] {
        let record = run(*mode, program, &mut stats).map_err(failure)?;
        if let Some(difference) = expected.differs(&record, strictness(Engines::Modes)) {
            return Err(failure(format!(
                "{:?} and {mode:?} differ: {difference}",
                modes[0]
            )));
        }
    }
    let record = reference::run(wasm, *seed, settings)
        .map_err(|error| failure(format!("wasmtime rejects the module: {error:#}")))?;
    if let Some(difference) = expected.differs(&record, strictness(Engines::Wasmtime)) {
        return Err(failure(format!(
            "{:?} and wasmtime differ: {difference}",
            modes[0]
        )));
    }
    if let Some(error) = stats.compile_failures.first() {
        return Err(failure(format!("not compiled: {error}")));
    }
    Ok(stats)
}

fn run(mode: Mode, program: &Program, stats: &mut Stats) -> Result<Record, String> {
    let module = ours::compile((mode, program.settings()), &program.wasm)
        .map_err(|error| format!("{mode:?} rejects the module: {error:#}"))?;
    Ok(ours::run(&module, (Script::Random, program.seed), stats))
}
