//! What came out of a script: counts, failures and skipped directives, each with its line.

use std::fmt;
use wasm_interp_jit::Error;

/// The outcome of one script.
#[derive(Debug)]
pub struct Report {
    /// The file, for messages.
    pub name: String,
    /// Number of directives that did what they should.
    pub passed: usize,
    /// Directives that did not, in order.
    pub failed: Vec<Failure>,
    /// Directives that were not run or not judged: line and reason, in order.
    pub skipped: Vec<(usize, String)>,
    /// Fuel that was consumed; 0 in engines without. That of assertions of exhaustion is not in it:
    /// how deep a recursion gets depends on the tier.
    pub fuel: u64,
}

/// A directive that did not do what it should.
#[derive(Debug)]
pub struct Failure {
    /// Line of the directive, from 1; 0 if the file could not be read.
    pub line: usize,
    /// What went wrong, with its causes, in one piece.
    pub text: String,
    /// The same, for those who print chains themselves.
    pub error: Error,
}

impl Report {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_string(),
            passed: 0,
            failed: Vec::new(),
            skipped: Vec::new(),
            fuel: 0,
        }
    }

    pub(crate) fn fail(&mut self, line: usize, error: Error) {
        self.failed.push(Failure {
            line,
            text: format!("{error:#}"),
            error,
        });
    }

    /// Adds what came out of a thread of the script.
    pub(crate) fn add(&mut self, thread: Report) {
        self.passed += thread.passed;
        self.failed.extend(thread.failed);
        self.skipped.extend(thread.skipped);
        self.fuel += thread.fuel;
    }

    /// Whether nothing failed.
    pub fn is_ok(&self) -> bool {
        self.failed.is_empty()
    }
}

/// The failures, one `file:line: text` each; runs of the same text are cut short.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for run in self.failed.chunk_by(|a, b| a.text == b.text) {
            writeln!(f, "{}:{}: {}", self.name, run[0].line, run[0].text)?;
            if run.len() > 1 {
                writeln!(f, "{}:  ... and {} more like it", self.name, run.len() - 1)?;
            }
        }
        Ok(())
    }
}
