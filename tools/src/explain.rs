//! `explain`: runs a module, then lists functions as the interpreter sees them.

use crate::run::{RunCommand, exit_code};
use clap::Args;
use std::process::ExitCode;
use wasm_interp_jit::inspect;

/// Runs a module, then lists bytecode with side table, call sites, targets and hotness beside it
#[derive(Args, Clone, Debug)]
pub(crate) struct ExplainCommand {
    /// Only this function: its index or its name
    #[arg(long, value_name = "FUNC")]
    func: Option<String>,
    #[command(flatten)]
    run: RunCommand,
}

impl ExplainCommand {
    /// The listing goes to standard output, behind the program's own.
    pub(crate) fn execute(&self) -> ExitCode {
        exit_code(self.run.run_and(|store| {
            print!("{}", inspect::explain(store, self.func.as_deref()));
        }))
    }
}
