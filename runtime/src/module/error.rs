//! Why bytes are not a module of ours.

use crate::FuncIdx;
use wasmparser::BinaryReaderError;

/// Why a module or one of its bodies was rejected.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DecodeError {
    /// A component instead of a module.
    #[error("expected a WebAssembly module but was given a WebAssembly component")]
    Component,
    /// More bytes than 32-bit offsets can address.
    #[error("module of {len} bytes exceeds the limit of 4294967295 bytes")]
    TooLarge {
        /// Its size.
        len: usize,
    },
    /// The file of the module cannot be read, or is not the same any more.
    #[error("failed to read the module: {message}")]
    File {
        /// What the operating system says.
        message: String,
    },
    /// Malformed or invalid outside of function bodies.
    #[error(transparent)]
    Module(#[from] BinaryReaderError),
    /// Malformed or invalid in a function body.
    #[error("invalid body of {func}")]
    Body {
        /// The function.
        func: FuncIdx,
        /// Its index among the defined functions, which wasmtime prints.
        defined: u32,
        /// What is wrong, with its offset in the module.
        source: BinaryReaderError,
    },
    /// Valid, but nobody executes it: see `unsupported.rs`.
    #[error("unsupported {what} at {offset:#x}")]
    Unsupported {
        /// What it is.
        what: &'static str,
        /// Where it is.
        offset: usize,
    },
}

impl DecodeError {
    pub(super) fn file(error: std::io::Error) -> Self {
        let message = error.to_string();
        DecodeError::File { message }
    }

    /// The same error as one in the body of `func`. The first `n_imports` functions are imported.
    pub(super) fn in_body(self, func: FuncIdx, n_imports: u32) -> Self {
        match self {
            DecodeError::Module(source) => DecodeError::Body {
                func,
                defined: func.0 - n_imports,
                source,
            },
            other => other,
        }
    }

    /// wasmparser's error: message and offset in the module.
    pub fn reader_error(&self) -> Option<&BinaryReaderError> {
        match self {
            DecodeError::Module(error) | DecodeError::Body { source: error, .. } => Some(error),
            _ => None,
        }
    }

    /// Index among the defined functions, if the error is in a body.
    pub fn defined_func(&self) -> Option<u32> {
        match *self {
            DecodeError::Body { defined, .. } => Some(defined),
            _ => None,
        }
    }
}
