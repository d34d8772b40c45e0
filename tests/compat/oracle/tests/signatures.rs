//! The signatures of `tests/signatures` are those of wasmtime 48.0.8.

#![expect(
    clippy::all,
    dead_code,
    deprecated,
    unused_imports,
    unused_parens,
    reason = "written by a program, to be compiled and never called"
)]

#[path = "../../../signatures/mod.rs"]
mod signatures;
