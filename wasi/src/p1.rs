//! WASI preview 1: what modules import from `wasi_snapshot_preview1`.

use crate::integration;
use wasm_interp_jit::{Linker, Result};

pub use wasmtime_wasi::p1::WasiP1Ctx;

/// Defines the functions of WASI preview 1 in `linker`. `context` finds the context in the data of
/// a store; it is called by each of them.
///
/// A function that has to wait blocks its thread, also in a task of an executor.
///
/// # Errors
///
/// If one of the names is already defined.
pub fn add_to_linker_sync<T: Send + 'static>(
    linker: &mut Linker<T>,
    context: impl Fn(&mut T) -> &mut WasiP1Ctx + Copy + Send + Sync + 'static,
) -> Result<()> {
    integration::add_preview1(linker, context)
}

/// As [`add_to_linker_sync`]: asynchronous functions, too, run to completion when they are called.
///
/// # Errors
///
/// If one of the names is already defined.
pub fn add_to_linker_async<T: Send + 'static>(
    linker: &mut Linker<T>,
    context: impl Fn(&mut T) -> &mut WasiP1Ctx + Copy + Send + Sync + 'static,
) -> Result<()> {
    integration::add_preview1(linker, context)
}
