//! wasmtime, the engine to compare with.

pub(crate) use wasmtime as api;

#[path = "drive.rs"]
#[expect(clippy::duplicate_mod, reason = "it runs over two engines, see there")]
mod drive;

use crate::features::FEATURES;
use crate::record::{Nans, Record};
use crate::script::Script;
use api::{Config, Engine, OptLevel, Result, WasmFeatures};
use std::sync::OnceLock;

/// Runs `wasm`.
pub(crate) fn run(wasm: &[u8], seed: u64, nans: Nans) -> Result<Record> {
    static ENGINES: [OnceLock<Engine>; 2] = [OnceLock::new(), OnceLock::new()];
    let engine = ENGINES[nans as usize]
        .get_or_init(|| Engine::new(&config(nans)).expect("the settings are valid"));
    let module = drive::compile(engine, wasm)?;
    Ok(drive::run(engine, &module, (Script::Random, seed), |_| {}))
}

fn config(nans: Nans) -> Config {
    let mut config = Config::new();
    config
        .wasm_features(WasmFeatures::all(), false)
        .wasm_features(FEATURES, true)
        .shared_memory(true)
        .max_wasm_stack(1 << 20)
        .cranelift_nan_canonicalization(nans == Nans::Canonical)
        // Not the optimizations that the engine under test shares with it.
        .cranelift_opt_level(OptLevel::None)
        // Signals are left to the engine under test.
        .signals_based_traps(false)
        .memory_reservation(0)
        .memory_guard_size(0)
        .memory_init_cow(false);
    config
}
