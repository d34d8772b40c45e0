//! Every public item of wasmtime 48, with its signature: a difference is an error of the compiler.
//!
//! Nothing is executed here.

#![expect(
    dead_code,
    deprecated,
    unused_imports,
    unused_parens,
    reason = "what is here is compiled, never called"
)]

#[path = "signatures/mod.rs"]
mod signatures;
