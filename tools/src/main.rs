//! The command `wasm-interp-jit`: runs modules and scripts, and measures.
//!
//! What wasmtime's command has too behaves as it does there: arguments, output, exit codes and
//! texts of errors. This file only routes; a subcommand decides its own exit code.

mod bench;
mod deopt_time;
mod explain;
mod generate;
mod inspect;
mod invoke;
mod options;
mod run;
mod tier;
#[cfg(feature = "wasi")]
mod wasi;
mod wast;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Runs WebAssembly in an interpreter that learns, and compiles what is hot.
#[derive(Debug, Parser)]
#[command(
    name = "wasm-interp-jit",
    version,
    args_conflicts_with_subcommands = true,
    override_usage = "wasm-interp-jit [OPTIONS] <WASM>...\n       wasm-interp-jit <COMMAND>",
    after_help = "Without a command, `run` is meant.\nExamples:\n  \
        wasm-interp-jit program.wasm\n  \
        wasm-interp-jit run --invoke example --stats examples/indirect-sum.wat 200000000\n  \
        wasm-interp-jit wast --mode all tests/"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::RunCommand,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunCommand),
    Wast(wast::WastCommand),
    Bench(bench::BenchCommand),
    Explain(explain::ExplainCommand),
    DeoptTime(deopt_time::DeoptTimeCommand),
    Generate(generate::GenerateCommand),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(command) => command.execute(),
        Command::Wast(command) => command.execute(),
        Command::Bench(command) => command.execute(),
        Command::Explain(command) => command.execute(),
        Command::DeoptTime(command) => command.execute(),
        Command::Generate(command) => command.execute(),
    }
}

/// Exit code of failures that are not traps.
fn report(error: &wasm_interp_jit::Error) -> ExitCode {
    eprintln!("Error: {error:?}");
    ExitCode::FAILURE
}
