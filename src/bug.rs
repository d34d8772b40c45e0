//! [`WasmtimeBug`]: an error type of wasmtime that has no values here.

use std::convert::Infallible;
use std::fmt;

/// What wasmtime says if it finds itself to be wrong, instead of panicking. Never raised here: a
/// broken invariant panics.
#[derive(Debug)]
pub struct WasmtimeBug {
    never: Infallible,
}

impl fmt::Display for WasmtimeBug {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.never {}
    }
}

impl std::error::Error for WasmtimeBug {}
