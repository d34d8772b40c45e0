//! `completion`: prints what a shell needs to complete this command.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use std::process::ExitCode;

/// Prints a script with which a shell completes this command
///
/// Each shell has its own place for it. For a look: `source <(wasm-interp-jit completion bash)`.
#[derive(Args, Clone, Debug)]
pub(crate) struct CompletionCommand {
    /// The shell
    shell: Shell,
}

impl CompletionCommand {
    pub(crate) fn execute(&self) -> ExitCode {
        let mut script = Vec::new();
        let mut command = crate::Cli::command();
        clap_complete::generate(self.shell, &mut command, "wasm-interp-jit", &mut script);
        print!("{}", String::from_utf8_lossy(&script));
        ExitCode::SUCCESS
    }
}
