//! The target `feedback`: whatever a profile says, a program does the same.
//!
//! A run records a profile. Further runs begin with it, with changed copies of it, and with
//! changed compilation hints; their results must be the interpreter's.

use crate::failure::Failure;
use crate::generate::{self, Program};
use crate::oracle::run;
use crate::ours::{self, Mode, api};
use crate::record::{Engines, Record, Strictness};
use crate::rng::Rng;
use crate::script::Script;
use crate::stats::Stats;

/// Runs with changed profiles, and as many with changed hints.
const RUNS: u64 = 4;

/// Bytes before the functions of a profile: magic, version, and the module's hash.
const HEADER: usize = 21;

/// Runs the program of `data` with false feedback.
///
/// # Errors
///
/// If something differs.
pub fn feedback(data: &[u8]) -> Result<Stats, Failure> {
    match generate::program(data) {
        Some(program) => check_feedback(&program),
        None => Ok(Stats::nothing()),
    }
}

/// Runs `program` with false feedback.
///
/// # Errors
///
/// If something differs.
pub fn check_feedback(program: &Program) -> Result<Stats, Failure> {
    let Program { wasm, seed } = program;
    let mut stats = Stats::of_module();
    let failure = |text| Failure {
        wasm: wasm.clone(),
        seed: *seed,
        text,
    };
    let expected = run(Mode::Interpreter, program, &mut stats).map_err(failure)?;
    let mut check = |module: &api::Module, what: &str| {
        let record = ours::run(module, (Script::Random, *seed), &mut stats);
        compare(&expected, &record, program)
            .map_err(|difference| failure(format!("{what}: {difference}")))
    };
    let rejected = |error: api::Error| failure(format!("the module is rejected: {error:#}"));
    let compile = |wasm: &[u8]| ours::compile((Mode::Tiered, program.settings()), wasm);
    let recorded = compile(wasm).map_err(rejected)?;
    check(&recorded, "recording")?;
    let profile = recorded.profile().map_err(rejected)?;
    let hinted = recorded.with_hints().map_err(rejected)?;
    let mut accepted = 0;
    for n in 0..RUNS {
        let module = compile(wasm).map_err(rejected)?;
        let changed = change(&profile, HEADER, n, *seed);
        if module.apply_profile(&changed).is_ok() {
            accepted += 1;
            check(&module, &format!("profile {changed:?}"))?;
        }
        // Hints are behind the module. Sections that end elsewhere are another module.
        let changed = change(&hinted, wasm.len(), n, *seed);
        if let Ok(module) = compile(&changed) {
            accepted += 1;
            check(&module, &format!("hints {:?}", &changed[wasm.len()..]))?;
        }
    }
    stats.accepted_feedback += accepted;
    Ok(stats)
}

fn compare(expected: &Record, actual: &Record, program: &Program) -> Result<(), String> {
    let strictness = Strictness {
        engines: Engines::Modes,
        nans: program.settings().nans,
    };
    match expected.differs(actual, strictness) {
        Some(difference) => Err(difference.to_string()),
        None => Ok(()),
    }
}

/// `bytes` with some of them changed from `start` on; as they are if `nth` is 0.
fn change(bytes: &[u8], start: usize, nth: u64, seed: u64) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut rng = Rng::of(&[seed, nth]);
    let len = bytes.len() - start.min(bytes.len());
    if nth == 0 || len == 0 {
        return bytes;
    }
    for _ in 0..=rng.below(4) {
        let at = start + rng.below(len as u64) as usize;
        // Small changes keep numbers as long as they were.
        bytes[at] = match rng.below(3) {
            0 => bytes[at] ^ 1 << rng.below(7),
            1 => bytes[at].wrapping_add(1),
            _ => rng.number() as u8,
        };
    }
    bytes
}
