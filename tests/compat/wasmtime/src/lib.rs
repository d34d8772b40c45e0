//! wasm-interp-jit by the name of wasmtime, so that programs written for that crate are built
//! without a change of theirs.

pub use wasm_interp_jit::*;

/// Features of wasmtime that have no counterpart here.
macro_rules! absent {
    ($($feature:literal)*) => {$(
        #[cfg(feature = $feature)]
        compile_error!(concat!("wasm-interp-jit has no `", $feature, "`"));
    )*};
}

absent!("component-model" "stack-switching" "winch" "wmemcheck");
