//! `explain`: runs a module, or reads what was saved of a run, and shows what the tiers did in it
//! and why: function by function and call by call.

mod html;
mod json;
#[cfg(test)]
mod sample;
mod text;
mod tree;

use crate::run::{RunCommand, exit_code};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasm_interp_jit::error::Context as _;
use wasm_interp_jit::inspect::{Explanation, FuncIdx, InstanceId, Printable};
use wasm_interp_jit::{Config, Result, format_err};

/// Runs a module, then shows what was seen, compiled, inlined and given up in it
///
/// For each function: tiers, code with its inline tree, and bytecode with side table, call sites,
/// decisions of the compiler, exits, branch counts and hotness. The hottest function comes first.
///
/// The interpreter counts what it executes, which makes it slower. What compiled code does is not
/// in the counts: `--tier interp` counts everything.
#[derive(Args, Clone, Debug)]
#[command(mut_arg("module_and_args", |it| it.required(false).required_unless_present("from")))]
pub(crate) struct ExplainCommand {
    /// Only this function, its code and its exits: its index or its name
    #[arg(long, value_name = "FUNC", conflicts_with = "from")]
    func: Option<String>,
    /// Show it for programs, on one line, or write that to FILE
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = STDOUT
    )]
    json: Option<PathBuf>,
    /// Write a page for browsers to FILE, in place of the text
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Run nothing: show what `--json=FILE` has saved
    #[arg(long, value_name = "FILE", conflicts_with = "module_and_args")]
    from: Option<PathBuf>,
    /// Do not let the interpreter count, so that it runs as it does without `explain`
    #[arg(long)]
    no_counts: bool,
    #[command(flatten)]
    run: RunCommand,
}

/// What `--json` without a file means.
const STDOUT: &str = "-";

impl ExplainCommand {
    /// What is shown goes to standard output, behind the program's own.
    pub(crate) fn execute(&self) -> ExitCode {
        exit_code(match &self.from {
            Some(path) => read(path).and_then(|it| self.show(&it)),
            None => self.explain_run(),
        })
    }

    /// A failure of the program comes before one to write files.
    fn explain_run(&self) -> Result<()> {
        let set = |config: &mut Config| {
            config.interp_counts(!self.no_counts);
        };
        let mut shown = Ok(());
        let result = self.run.recording().run_and(set, |store, recorder| {
            if let Some(recorder) = recorder {
                shown = self.show(&recorder.explain(store, self.func.as_deref()));
            }
        });
        result.and(shown)
    }

    fn show(&self, explanation: &Explanation) -> Result<()> {
        if let Some(path) = &self.html {
            write(path, &html::page(explanation))?;
        }
        match &self.json {
            Some(path) if path == Path::new(STDOUT) => println!("{}", json::write(explanation)),
            Some(path) => write(path, &json::write(explanation))?,
            None if self.html.is_some() => {}
            None => print!("{}", text::Text(explanation)),
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Explanation> {
    let text = fs::read_to_string(path);
    let text = text.with_context(|| format!("failed to read `{}`", path.display()))?;
    json::read(&text)
        .map_err(|it| format_err!("{it}"))
        .with_context(|| format!("`{}` is not of `explain --json`", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("failed to write `{}`", path.display()))
}

/// A function as shown: index, and name if it is known.
fn named(explanation: &Explanation, instance: InstanceId, func: FuncIdx) -> String {
    let which = which(explanation, instance);
    match explanation.name(instance, func) {
        Some(name) => format!("{which}{func} ({})", Printable(name)),
        None => format!("{which}{func}"),
    }
}

/// What is before a function of `instance`: nothing, unless there are functions of several.
fn which(explanation: &Explanation, instance: InstanceId) -> String {
    let mut functions = explanation.functions.iter();
    match functions.any(|it| it.instance != instance) {
        true => format!("{instance} "),
        false => String::new(),
    }
}
