//! WASI preview 0: what old modules import from `wasi_unstable`.
//!
//! Contexts are those of [`p1`](crate::p1), and both previews can be in one linker.

use crate::integration;
use crate::p1::WasiP1Ctx;
use wasm_interp_jit::{Linker, Result};

/// Defines the functions of WASI preview 0 in `linker`. `context` finds the context in the data of
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
    integration::add_preview0(linker, context)
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
    integration::add_preview0(linker, context)
}
