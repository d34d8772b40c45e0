//! Every public item of wasmtime 48, with its signature: a difference is an error of the compiler.
//!
//! Nothing is executed here.

#![expect(
    clippy::all,
    dead_code,
    deprecated,
    unused_imports,
    unused_parens,
    reason = "written by a program, to be compiled and never called"
)]

#[path = "signatures/mod.rs"]
mod signatures;
