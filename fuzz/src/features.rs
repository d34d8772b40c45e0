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

/// What wasmtime is compared for: atomics would need it to be built with its feature `threads`.
pub(crate) const REFERENCE: WasmFeatures = FEATURES.difference(WasmFeatures::THREADS);

/// Is `wasm` a module with all of [`FEATURES`]?
pub(crate) fn is_valid(wasm: &[u8]) -> bool {
    is_valid_with(FEATURES, wasm)
}

/// Is `wasm` a module with these features?
pub(crate) fn is_valid_with(features: WasmFeatures, wasm: &[u8]) -> bool {
    wasmparser::Validator::new_with_features(features)
        .validate_all(wasm)
        .is_ok()
}
