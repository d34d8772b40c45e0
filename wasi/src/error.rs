//! Errors of `wasmtime-wasi`, which are wasmtime's, as ours.

use std::io;
use wasm_interp_jit::Error;
use wasmtime_wasi::I32Exit;
use wiggle::GuestError;

/// The type in which all system calls fail.
pub(crate) type SystemError = wiggle::error::Error;

/// An error of ours from which can be had what embedders look for in one: the exit code of the
/// program, an error of the operating system, and a bad pointer. Of the rest there are the texts.
pub(crate) fn translate(error: SystemError) -> Error {
    let error = match error.downcast::<I32Exit>() {
        Ok(exit) => return exit.into(),
        Err(error) => error,
    };
    let error = match error.downcast::<io::Error>() {
        Ok(error) => return error.into(),
        Err(error) => error,
    };
    match error.downcast::<GuestError>() {
        Ok(error) => error.into(),
        Err(error) => Error::from_boxed(error.into_boxed_dyn_error()),
    }
}
