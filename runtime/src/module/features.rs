//! Which proposals modules may use, and when bodies are validated.

use wasmparser::WasmFeatures;

/// The proposals a module may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features(WasmFeatures);

impl Features {
    /// Everything the engine implements: WebAssembly 2.0, tail calls, relaxed SIMD, typed function
    /// references, wide arithmetic, and memories and tables of 64 bits, in any number, with pages of
    /// any size.
    ///
    /// `GC` is here for its recursion groups, subtypes and bottom types; the rest of it is refused
    /// by `unsupported.rs`. `GC_TYPES` is no proposal: without it wasmparser rejects `externref`.
    pub const ALL: Features = Features(
        WasmFeatures::MUTABLE_GLOBAL
            .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
            .union(WasmFeatures::SIGN_EXTENSION)
            .union(WasmFeatures::REFERENCE_TYPES)
            .union(WasmFeatures::MULTI_VALUE)
            .union(WasmFeatures::BULK_MEMORY)
            .union(WasmFeatures::TAIL_CALL)
            .union(WasmFeatures::EXTENDED_CONST)
            .union(WasmFeatures::MULTI_MEMORY)
            .union(WasmFeatures::MEMORY64)
            .union(WasmFeatures::CUSTOM_PAGE_SIZES)
            .union(WasmFeatures::FLOATS)
            .union(WasmFeatures::SIMD)
            .union(WasmFeatures::RELAXED_SIMD)
            .union(WasmFeatures::THREADS)
            .union(WasmFeatures::WIDE_ARITHMETIC)
            .union(WasmFeatures::FUNCTION_REFERENCES)
            .union(WasmFeatures::GC)
            .union(WasmFeatures::GC_TYPES),
    );

    /// The same without `removed`.
    pub const fn without(self, removed: WasmFeatures) -> Features {
        Features(self.0.difference(removed))
    }

    /// As wasmparser wants them.
    pub const fn wasm_features(self) -> WasmFeatures {
        self.0
    }
}

impl Default for Features {
    fn default() -> Self {
        Features::ALL
    }
}

/// When bodies are validated. The rest of a module always is when it is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validation {
    /// All of them by [`Module::decode`](super::Module::decode).
    #[default]
    Eager,
    /// Each by its first [`Module::prepare`](super::Module::prepare).
    Lazy,
}
