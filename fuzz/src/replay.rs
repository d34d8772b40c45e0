//! Runs a target over files, as libFuzzer saved them.

use crate::{Failure, Stats};
use std::process::ExitCode;

/// Runs `target` over the contents of `files` and prints what is wrong.
pub fn replay(
    target: fn(&[u8]) -> Result<Stats, Failure>,
    files: impl IntoIterator<Item = String>,
) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for file in files {
        let outcome = std::fs::read(&file).map(|data| target(&data));
        match &outcome {
            Ok(Ok(stats)) => println!("{file}: {stats}"),
            Ok(Err(failure)) => println!("{file}: {failure}"),
            Err(error) => println!("{file}: {error}"),
        }
        if !matches!(outcome, Ok(Ok(_))) {
            code = ExitCode::FAILURE;
        }
    }
    code
}
