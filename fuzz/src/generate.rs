//! Makes programs from the fuzzer's input.
//!
//! wasm-smith makes half of them: anything valid. [`speculate`] makes the others: what the
//! compiler speculates on.

mod body;
pub(crate) mod speculate;

use crate::draw::Draw;
use crate::features::FEATURES;
use crate::instrument::{Exports, instrument};
use crate::record::{Nans, Settings};
use wasm_smith::{Config, Module};
use wasmparser::WasmFeatures;

/// A module to run, and the seed of what is done with it.
#[derive(Clone, Debug)]
pub struct Program {
    /// The module. It terminates.
    pub wasm: Vec<u8>,
    /// Determines the script and the host's behaviour.
    pub seed: u64,
}

impl Program {
    /// What it needs of the engines that run it.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            nans: nans(self.seed),
            fuel: self.seed.is_multiple_of(3),
        }
    }
}

fn nans(seed: u64) -> Nans {
    if seed % 4 == 3 {
        Nans::Canonical
    } else {
        Nans::Any
    }
}

/// A program, if `data` gives one.
pub fn program(data: &[u8]) -> Option<Program> {
    program_of(data, |draw, seed| match draw.one_in(2) {
        true => Some(speculate::module(draw)),
        false => smith(draw, nans(seed)),
    })
}

/// A program that speculation is made for, if `data` gives one.
pub fn speculative(data: &[u8]) -> Option<Program> {
    program_of(data, |draw, _| Some(speculate::module(draw)))
}

fn program_of(
    data: &[u8],
    module: impl FnOnce(&mut Draw<'_>, u64) -> Option<Vec<u8>>,
) -> Option<Program> {
    let mut draw = Draw::new(data);
    let seed = draw.any();
    let exports = exports(&mut draw);
    let wasm = module(&mut draw, seed)?;
    let fuel = draw.pick(&[300, 20, 2000]);
    Some(Program {
        wasm: instrument(&wasm, exports, fuel)?,
        seed,
    })
}

/// Which kinds are exported: mostly all, so that more can be seen.
pub(crate) fn exports(draw: &mut Draw<'_>) -> Exports {
    Exports {
        memories: !draw.one_in(4),
        tables: !draw.one_in(3),
        globals: !draw.one_in(4),
    }
}

fn smith(draw: &mut Draw<'_>, nans: Nans) -> Option<Vec<u8>> {
    let mut config = small_config(draw);
    // The module must canonicalize if the engines do not.
    config.canonicalize_nans = nans == Nans::Any;
    // It does not for relaxed instructions.
    config.relaxed_simd_enabled &= nans == Nans::Canonical;
    Some(Module::new(config, draw.input()).ok()?.to_bytes())
}

/// Limits that keep modules small, and our features.
pub(crate) fn small_config(draw: &mut Draw<'_>) -> Config {
    let mut config = config_of(FEATURES);
    config.max_instructions = draw.pick(&[100, 20, 300, 1000]);
    config.min_funcs = 1;
    config.max_funcs = draw.pick(&[8, 2, 20]);
    config.max_types = 12;
    config.max_imports = draw.pick(&[4, 0, 10]);
    config.max_globals = 8;
    config.max_memories = draw.pick(&[1, 1, 3]);
    config.max_memory32_bytes = 2 << 16;
    config.max_memory64_bytes = 2 << 16;
    config.memory64_enabled &= draw.one_in(2);
    config.custom_page_sizes_enabled &= draw.one_in(4);
    config.max_tables = 3;
    config.max_table_elements = 20;
    config.max_element_segments = 6;
    config.max_elements = 10;
    config.max_data_segments = 4;
    config.table_max_size_required = true;
    config.memory_max_size_required = true;
    config.disallow_traps = draw.one_in(2);
    config.min_uleb_size = draw.pick(&[1, 1, 3, 5]);
    config
}

/// wasm-smith's settings for `features`.
pub(crate) fn config_of(features: WasmFeatures) -> Config {
    let on = |feature| features.contains(feature);
    Config {
        bulk_memory_enabled: on(WasmFeatures::BULK_MEMORY),
        custom_page_sizes_enabled: on(WasmFeatures::CUSTOM_PAGE_SIZES),
        exceptions_enabled: on(WasmFeatures::EXCEPTIONS),
        extended_const_enabled: on(WasmFeatures::EXTENDED_CONST),
        gc_enabled: on(WasmFeatures::GC),
        memory64_enabled: on(WasmFeatures::MEMORY64),
        multi_value_enabled: on(WasmFeatures::MULTI_VALUE),
        reference_types_enabled: on(WasmFeatures::REFERENCE_TYPES),
        relaxed_simd_enabled: on(WasmFeatures::RELAXED_SIMD),
        saturating_float_to_int_enabled: on(WasmFeatures::SATURATING_FLOAT_TO_INT),
        shared_everything_threads_enabled: on(WasmFeatures::SHARED_EVERYTHING_THREADS),
        sign_extension_ops_enabled: on(WasmFeatures::SIGN_EXTENSION),
        simd_enabled: on(WasmFeatures::SIMD),
        tail_call_enabled: on(WasmFeatures::TAIL_CALL),
        threads_enabled: on(WasmFeatures::THREADS),
        wide_arithmetic_enabled: on(WasmFeatures::WIDE_ARITHMETIC),
        ..Config::default()
    }
}
