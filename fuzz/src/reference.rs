//! wasmtime, the engine to compare with.

pub(crate) use wasmtime as api;

#[path = "drive.rs"]
#[expect(clippy::duplicate_mod, reason = "it runs over two engines, see there")]
mod drive;

use crate::features::FEATURES;
use crate::record::{Nans, Record, Settings};
use crate::script::Script;
use api::{Config, Engine, OptLevel, Result, WasmFeatures};
use std::sync::OnceLock;

/// Runs `wasm`.
pub(crate) fn run(wasm: &[u8], seed: u64, settings: Settings) -> Result<Record> {
    static ENGINES: [OnceLock<Engine>; Settings::COUNT] = [const { OnceLock::new() }; _];
    let engine = ENGINES[settings.index()]
        .get_or_init(|| Engine::new(&config(settings)).expect("the settings are valid"));
    let module = drive::compile(engine, wasm)?;
    Ok(drive::run(engine, &module, (Script::Random, seed), |_| {}))
}

fn config(Settings { nans, fuel }: Settings) -> Config {
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
        // Shared memories never move: they grow as far as this, if they do.
        .memory_reservation(1 << 20)
        .memory_guard_size(0)
        // What it makes images of takes no fuel.
        .memory_init_cow(fuel)
        .consume_fuel(fuel);
    config
}
