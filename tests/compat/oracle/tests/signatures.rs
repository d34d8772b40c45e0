//! The signatures of `tests/signatures` are those of wasmtime 48.0.8.

#![expect(
    dead_code,
    deprecated,
    unused_imports,
    unused_parens,
    reason = "what is here is compiled, never called"
)]

#[path = "../../../signatures/mod.rs"]
mod signatures;
