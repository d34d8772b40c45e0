//! The target `translate`: any bytes are accepted exactly if wasmparser accepts them, and every
//! function of what is accepted can be compiled.
//!
//! Results are not looked at; `differential` does that.

use crate::draw::Draw;
use crate::failure::Failure;
use crate::features::{self, FEATURES};
use crate::generate;
use crate::instrument::{Exports, instrument};
use crate::ours::{self, Mode};
use crate::record::{Nans, Settings};
use crate::rng::Rng;
use crate::script::Script;
use crate::stats::Stats;
use wasm_smith::Module;
use wasmparser::WasmFeatures;

/// Modules above this size are not compiled.
const LARGE: usize = 64 << 10;

/// Checks the bytes that `data` gives.
///
/// # Errors
///
/// If they are accepted and should not be, or the reverse, or if a function is not compiled.
pub fn translate(data: &[u8]) -> Result<Stats, Failure> {
    let wasm = bytes(data);
    check(&wasm)
}

/// What `wasm` is compiled with: some of it counts fuel.
fn settings(wasm: &[u8]) -> Settings {
    Settings {
        nans: Nans::Any,
        fuel: wasm.len().is_multiple_of(3),
    }
}

/// Checks `wasm`.
///
/// # Errors
///
/// As [`translate`].
pub fn check(wasm: &[u8]) -> Result<Stats, Failure> {
    let mut stats = Stats {
        executions: 1,
        ..Stats::default()
    };
    let failure = |wasm: &[u8], text| Failure {
        wasm: wasm.to_vec(),
        seed: 0,
        text,
    };
    let accepted = ours::compile((Mode::Jit, settings(wasm)), wasm);
    match (&accepted, features::is_valid(wasm)) {
        (Ok(_), true) => {}
        (Err(_), false) => {
            stats.rejected += 1;
            return Ok(stats);
        }
        (Ok(_), false) => return Err(failure(wasm, "an invalid module is accepted".to_owned())),
        (Err(error), true) => return Err(failure(wasm, format!("rejected: {error:#}"))),
    }
    let exports = Exports {
        memories: false,
        tables: false,
        globals: false,
    };
    let Some(limited) = instrument(wasm, exports, 20) else {
        return Ok(stats);
    };
    if limited.len() > LARGE {
        return Ok(stats);
    }
    stats.modules += 1;
    let module = ours::compile((Mode::Jit, settings(wasm)), &limited)
        .map_err(|error| failure(&limited, format!("rejected: {error:#}")))?;
    ours::run(&module, (Script::EachOnce, 0), &mut stats);
    if let Some(error) = stats.compile_failures.first() {
        return Err(failure(&limited, format!("not compiled: {error}")));
    }
    Ok(stats)
}

/// The bytes of a module, or nearly so, that [`translate`] makes of `data`.
pub fn bytes(data: &[u8]) -> Vec<u8> {
    if data.starts_with(b"\0asm") {
        return data.to_vec();
    }
    let mut draw = Draw::new(data);
    let seed = draw.any();
    let kind = draw.below(4);
    let mut config = match kind {
        // Proposals that are not supported must be noticed.
        3 => generate::config_of(FEATURES.union(draw.pick(&[
            WasmFeatures::GC,
            WasmFeatures::EXCEPTIONS,
            WasmFeatures::SHARED_EVERYTHING_THREADS,
        ]))),
        _ => generate::small_config(&mut draw),
    };
    config.allow_invalid_funcs = kind == 2;
    config.generate_custom_sections = draw.one_in(4);
    let Ok(module) = Module::new(config, draw.input()) else {
        return data.to_vec();
    };
    let mut wasm = module.to_bytes();
    if kind == 1 {
        mutate(&mut wasm, &mut Rng::new(seed));
    }
    wasm
}

/// Changes a few bytes.
fn mutate(wasm: &mut Vec<u8>, rng: &mut Rng) {
    for _ in 0..=rng.below(4) {
        let at = rng.index(wasm.len());
        match rng.below(4) {
            0 => wasm.truncate(at),
            1 => wasm.insert(at, rng.number() as u8),
            2 if at < wasm.len() => {
                wasm.remove(at);
            }
            _ => {
                if let Some(byte) = wasm.get_mut(at) {
                    *byte = if rng.below(2) == 0 {
                        rng.number() as u8
                    } else {
                        *byte ^ 1
                    };
                }
            }
        }
    }
}
