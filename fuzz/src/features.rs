//! The proposals that are fuzzed: what the engine supports.

use wasmparser::WasmFeatures;

/// WebAssembly 2.0, relaxed SIMD, tail calls, extended constant expressions, typed function
/// references, wide arithmetic and threads.
///
/// wasm-smith has typed references only together with structures and arrays: it makes none, our
/// generator does.
pub(crate) const FEATURES: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::RELAXED_SIMD)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::FUNCTION_REFERENCES)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::MEMORY64)
    .union(WasmFeatures::CUSTOM_PAGE_SIZES)
    .union(WasmFeatures::THREADS)
    .union(WasmFeatures::WIDE_ARITHMETIC);

/// Is `wasm` a module with all of [`FEATURES`]?
pub(crate) fn is_valid(wasm: &[u8]) -> bool {
    wasmparser::Validator::new_with_features(FEATURES)
        .validate_all(wasm)
        .is_ok()
}
