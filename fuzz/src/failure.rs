//! What a target reports.

use std::fmt;

/// Something is wrong with the engine.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The module.
    pub wasm: Vec<u8>,
    /// The seed of the program, 0 if there is none.
    pub seed: u64,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} bytes of wasm, seed {}: {}",
            self.wasm.len(),
            self.seed,
            self.text
        )
    }
}

impl std::error::Error for Failure {}
