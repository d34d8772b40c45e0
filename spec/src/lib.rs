//! Runs WebAssembly `.wast` scripts over nothing but the public API of the engine.
//!
//! A script is a list of directives: modules, calls, and assertions about both. Every directive is
//! passed, failed or skipped; a failing one does not stop its file. A directive is skipped only if
//! its module needs a proposal that is not covered (see [`features`]), never because of its result.
//!
//! This crate knows no tier. Which tier runs a script is decided by the `Engine` it is given.

mod engines;
pub mod features;
pub mod lists;
mod mode;
mod names;
mod report;
mod script;
mod spectest;
mod stack;
mod suite;
mod threads;
mod value;

pub use engines::Engines;
pub use mode::Mode;
pub use report::{Failure, Report};
pub use stack::{STACK, on_stack};
pub use suite::{files_below, wast_files};

use std::path::Path;
use wasm_interp_jit::Engine;
use wasm_interp_jit::error::Context as _;
use wasmparser::WasmFeatures;

/// What is expected of an engine apart from passing.
#[derive(Clone, Debug)]
pub struct Options {
    /// A rejected module that needs more than these features is skipped, not failed.
    pub features: WasmFeatures,
    /// Whether the texts of traps and link errors count.
    pub messages: Messages,
    /// Where `spectest.print` and its kin write.
    pub output: Output,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            features: features::COVERED,
            messages: Messages::Compare,
            output: Output::Discard,
        }
    }
}

/// Whether the texts of traps and link errors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Messages {
    /// The error must contain the text of the assertion.
    Compare,
    /// Any error will do.
    Ignore,
}

/// Where `spectest.print` and its kin write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Nowhere.
    Discard,
    /// To standard output, as wasmtime does.
    Stdout,
}

/// Runs the script in the file `path`.
///
/// A file that cannot be read is a report with one failure at line 0.
pub fn run_file(path: &Path, engine: &Engine, options: &Options) -> Report {
    let name = path.display().to_string();
    match std::fs::read_to_string(path).with_context(|| format!("failed to read `{name}`")) {
        Ok(text) => run_text(&name, &text, engine, options),
        Err(error) => {
            let mut report = Report::new(&name);
            report.fail(0, error);
            report
        }
    }
}

/// Runs the script `text`; `name` is only for messages.
pub fn run_text(name: &str, text: &str, engine: &Engine, options: &Options) -> Report {
    script::run(name, text, engine, options)
}
