//! `wast`: runs scripts of the official test suite, in one mode or in all.

use crate::options::GroupOptions;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use indicatif::{ProgressBar, ProgressStyle};
use spec::{Engines, Mode};
use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasm_interp_jit::error::Context as _;
use wasm_interp_jit::{Error, Result};

/// Runs WebAssembly scripts
#[derive(Args, Clone, Debug)]
pub(crate) struct WastCommand {
    /// Scripts, and folders that are searched for `*.wast`
    #[arg(value_name = "FILE|DIR", required = true)]
    paths: Vec<PathBuf>,
    /// How to run them
    #[arg(long, value_parser = Modes::parser(), default_value = "auto")]
    mode: Modes,
    /// Take any error for the right one
    #[arg(long)]
    ignore_error_messages: bool,
    /// Accepted without effect: nothing is compiled ahead
    #[arg(long, num_args = 0..=1, require_equals = true, hide = true)]
    generate_dwarf: Option<Option<bool>>,
    /// Accepted without effect: asynchronous calls do the same
    #[arg(long = "async", num_args = 0..=1, require_equals = true, hide = true)]
    asynchronous: Option<Option<bool>>,
    /// Run scripts too that need what is not covered
    #[arg(long)]
    no_lists: bool,
    /// Say why directives were skipped, and how many
    #[arg(long)]
    skipped: bool,
    #[command(flatten)]
    groups: GroupOptions,
}

/// The modes that a value of `--mode` stands for.
#[derive(Clone, Copy, Debug)]
struct Modes(&'static [Mode]);

/// What came out of all scripts.
#[derive(Default)]
struct Total {
    passed: usize,
    failed: usize,
    /// Reasons, and how many directives each has.
    skipped: BTreeMap<String, usize>,
}

impl WastCommand {
    pub(crate) fn execute(&self) -> ExitCode {
        match self.run() {
            Ok(code) => code,
            Err(error) => crate::report(&error),
        }
    }

    fn run(&self) -> Result<ExitCode> {
        let files = self.files()?;
        let modes = self.mode.0;
        let mut options = self.options(files.len());
        let mut total = Total::default();
        let bar = progress_bar(files.len() * modes.len());
        for mode in modes {
            let mut settings = self.groups.settings_or_exit(spec::features::enable);
            settings.finish()?;
            let mut engines = Engines::new(*mode, settings.config);
            for (file, in_suite) in &files {
                let engine = engines.for_script(in_suite, &mut options)?;
                bar.set_message(format!("{mode} {}", file.display()));
                let report = spec::run_file(file, &engine, &options);
                bar.suspend(|| print_failures(&report, *mode));
                bar.inc(1);
                if let Some(error) = total.add(report)
                    && files.len() == 1
                    && modes.len() == 1
                {
                    crate::report(&error);
                }
            }
        }
        bar.finish_and_clear();
        self.print(&total);
        Ok(if total.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    /// The scripts to run, and where they are in their suite, without those that are listed. One
    /// that is named itself always runs.
    fn files(&self) -> Result<Vec<(PathBuf, String)>> {
        let mut files = Vec::new();
        for path in &self.paths {
            let found = spec::wast_files(path)
                .with_context(|| format!("failed to read `{}`", path.display()))?;
            // Of a script that is named itself, the folder says what it belongs to.
            let suite = match path.is_file() {
                true => path.parent().and_then(Path::parent),
                false => Some(path.as_path()),
            };
            let all = path.is_file() || self.no_lists;
            files.extend(found.into_iter().filter_map(|file| {
                let in_suite = suite.and_then(|suite| file.strip_prefix(suite).ok());
                let in_suite = in_suite.unwrap_or(&file).to_string_lossy().into_owned();
                let runs = all || spec::lists::left_out(&in_suite).is_none();
                runs.then_some((file, in_suite))
            }));
        }
        Ok(files)
    }

    /// What scripts print is of use if it is clear which script it was.
    fn options(&self, n_files: usize) -> spec::Options {
        spec::Options {
            messages: if self.ignore_error_messages {
                spec::Messages::Ignore
            } else {
                spec::Messages::Compare
            },
            output: if n_files == 1 {
                spec::Output::Stdout
            } else {
                spec::Output::Discard
            },
            ..spec::Options::default()
        }
    }

    fn print(&self, total: &Total) {
        if self.skipped {
            for (reason, count) in &total.skipped {
                println!("skipped {count}: {reason}");
            }
        }
        print!("{} passed, {} failed", total.passed, total.failed);
        match total.skipped.values().sum::<usize>() {
            0 => println!(),
            skipped => println!(", {skipped} skipped"),
        }
    }
}

impl Modes {
    fn parser() -> impl TypedValueParser<Value = Modes> {
        let modes = Mode::ALL.iter();
        let modes = modes.map(|it| PossibleValue::new(it.name()).help(it.about()));
        let all = PossibleValue::new("all").help("All of these, one after the other");
        PossibleValuesParser::new(modes.chain([all])).map(|name| {
            let place = Mode::ALL.iter().position(|it| it.name() == name);
            Modes(place.map_or(Mode::ALL, |it| &Mode::ALL[it..=it]))
        })
    }
}

impl Total {
    /// Adds a report. Its first failure comes back as wasmtime would tell it.
    fn add(&mut self, report: spec::Report) -> Option<Error> {
        self.passed += report.passed;
        self.failed += report.failed.len();
        for (_, reason) in report.skipped {
            *self.skipped.entry(reason).or_default() += 1;
        }
        let failure = report.failed.into_iter().next()?;
        Some(
            failure
                .error
                .context(format!(
                    "failed directive on {}:{}",
                    report.name, failure.line
                ))
                .context(format!("failed to run script file '{}'", report.name)),
        )
    }
}

fn print_failures(report: &spec::Report, mode: Mode) {
    for line in report.to_string().lines() {
        println!("[{mode}] {line}");
    }
}

fn progress_bar(length: usize) -> ProgressBar {
    // One script is over before one has read what it is.
    if length < 2 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length as u64).with_style(style)
}
