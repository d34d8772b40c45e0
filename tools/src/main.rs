//! The command `wasm-interp-jit`: runs modules and scripts, and measures.
//!
//! What wasmtime's command has too behaves as it does there: arguments, output, exit codes and
//! texts of errors. This file only routes; a subcommand decides its own exit code.

mod bench;
mod compile;
mod completion;
mod deopt_time;
mod explain;
mod generate;
mod inspect;
mod invoke;
mod options;
mod profile;
mod profiler;
mod run;
mod settings;
mod tier;
mod timeout;
#[cfg(feature = "wasi")]
mod wasi;
mod wast;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// What `--help` says at its end.
const EXAMPLES: &str = "\
Without a command, `run` is meant. Everything after the module is for the program.

Examples:
  Run a program of WASI with arguments, a directory and a variable:
    wasm-interp-jit --dir data::/data --env LEVEL=3 program.wasm arg1 arg2
  Call a function of a module, in the text format or the binary one:
    wasm-interp-jit --invoke add calculator.wat 1 2
  Read the module from standard input:
    wasm-interp-jit - < program.wasm
  Show what the tiers did:
    wasm-interp-jit run --stats --invoke example examples/indirect-sum.wat 100000
  List a function with what the interpreter saw in it:
    wasm-interp-jit explain --func inlinee --invoke example examples/indirect-sum.wat 1000
  Make a page of what was compiled and inlined, and what failed:
    wasm-interp-jit explain --html run.html --invoke example examples/indirect-sum.wat 100000
  Check a module once, and run it without checks:
    wasm-interp-jit compile program.wasm
    wasm-interp-jit --allow-precompiled program.cwasm
  Run the scripts of a folder in every mode:
    wasm-interp-jit wast --mode all tests/
  Complete commands in bash:
    source <(wasm-interp-jit completion bash)
  List the options of a group, or of all:
    wasm-interp-jit -W help
    wasm-interp-jit settings";

/// Runs WebAssembly in an interpreter that learns, and compiles what is hot.
#[derive(Debug, Parser)]
#[command(
    name = "wasm-interp-jit",
    version,
    args_conflicts_with_subcommands = true,
    override_usage = "wasm-interp-jit [OPTIONS] <WASM>...\n       wasm-interp-jit <COMMAND>",
    after_help = EXAMPLES
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
    Compile(compile::CompileCommand),
    #[command(visible_alias = "explore")]
    Explain(explain::ExplainCommand),
    Settings(settings::SettingsCommand),
    Completion(completion::CompletionCommand),
    Bench(bench::BenchCommand),
    DeoptTime(deopt_time::DeoptTimeCommand),
    Generate(generate::GenerateCommand),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(command) => command.execute(),
        Command::Wast(command) => command.execute(),
        Command::Compile(command) => command.execute(),
        Command::Bench(command) => command.execute(),
        Command::Explain(command) => command.execute(),
        Command::Settings(command) => command.execute(),
        Command::Completion(command) => command.execute(),
        Command::DeoptTime(command) => command.execute(),
        Command::Generate(command) => command.execute(),
    }
}

/// Reports a failure that is not a trap.
fn exit_code(result: wasm_interp_jit::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

/// Exit code of failures that are not traps.
fn report(error: &wasm_interp_jit::Error) -> ExitCode {
    eprintln!("Error: {}", format!("{error:?}").trim_end());
    ExitCode::FAILURE
}
