//! `bench`: compares commands, or engines over a list of programs, by CPU time; or start-up,
//! compiling, or what instances cost that end soon.

mod compile;
mod instances;
mod measure;
mod process;
mod start;
mod suite;

use clap::Args;
use indicatif::ProgressBar;
use measure::{Spread, Times, measure};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use suite::{Engine, INTERP_PROGRAMS, PROGRAMS, Program};
use wasm_interp_jit::{Result, ensure};

/// Compares the CPU time of commands, in alternating runs
#[derive(Args, Clone, Debug)]
pub(crate) struct BenchCommand {
    /// Commands as the shell takes them; ratios are to the first one
    #[arg(value_name = "COMMAND", required_unless_present_any = ["suite", "interp", "start", "instances", "compile"])]
    commands: Vec<String>,
    /// How often each command runs, not counting one run to warm up
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Run the programs of this project instead, in every engine that is given
    #[arg(long, conflicts_with = "commands")]
    suite: bool,
    /// Run the programs for interpreters, in the interpreter alone; ratios are to the others
    #[arg(long, conflicts_with_all = ["commands", "suite"])]
    interp: bool,
    /// Start modules of several sizes instead; ratios are to wasmi
    #[arg(long, conflicts_with_all = ["commands", "suite", "interp"])]
    start: bool,
    /// Make N short-lived instances instead, in cold and in warm engines
    #[arg(long, value_name = "N", conflicts_with_all = ["commands", "suite", "interp", "start"], value_parser = clap::value_parser!(u32).range(1..))]
    instances: Option<u32>,
    /// Compile the programs instead, each function --rounds times
    #[arg(long, conflicts_with_all = ["commands", "suite", "interp", "start", "instances"])]
    compile: bool,
    /// Only programs whose name contains this
    #[arg(long, value_name = "TEXT", conflicts_with = "commands")]
    only: Option<String>,
    /// wasmtime's command, to compare with
    #[arg(long, value_name = "PATH", conflicts_with = "commands")]
    wasmtime: Option<PathBuf>,
    /// wasmi's command, to compare with
    #[arg(long, value_name = "PATH", conflicts_with = "commands")]
    wasmi: Option<PathBuf>,
    /// wasm3's command, to compare with
    #[arg(long, value_name = "PATH", conflicts_with = "commands")]
    wasm3: Option<PathBuf>,
    /// The command of WAMR (`iwasm`), to compare with
    #[arg(long, value_name = "PATH", conflicts_with = "commands")]
    wamr: Option<PathBuf>,
    /// Another engine to compare with, e.g. `mine='mine -e run {file} {size}'`
    #[arg(long = "engine", value_name = "NAME=COMMAND", conflicts_with = "commands", value_parser = Engine::parse)]
    engines: Vec<Engine>,
    /// Another build of this command, to compare with
    #[arg(long, value_name = "PATH", conflicts_with = "commands")]
    other: Option<PathBuf>,
}

impl BenchCommand {
    pub(crate) fn execute(&self) -> ExitCode {
        let result = if let Some(n) = self.instances {
            self.run_instances(n)
        } else if self.compile {
            self.run_compile()
        } else if self.start {
            self.run_start()
        } else if self.suite || self.interp {
            self.run_suite()
        } else {
            self.run_commands()
        };
        crate::exit_code(result)
    }

    fn run_commands(&self) -> Result<()> {
        let times = self.measure(&self.commands)?;
        println!(
            "{:>9}  {:>6}  {:>13}  command",
            "median", "ratio", "min to max"
        );
        for (command, time) in self.commands.iter().zip(&times) {
            let ratio = time.ratios(&times[0]);
            println!(
                "{:>8.3}s  {:>6.3}  {:>6.3} {:>6.3}  {command}",
                time.spread().median,
                ratio.median,
                ratio.min,
                ratio.max,
            );
        }
        Ok(())
    }

    /// Ratios are to this engine: above 1, the other one needs more time. For interpreters it is
    /// the other way round, as goals are given: above 1, this one needs more time.
    fn run_suite(&self) -> Result<()> {
        let engines = self.engines()?;
        let list = if self.interp {
            INTERP_PROGRAMS
        } else {
            PROGRAMS
        };
        let programs: Vec<&Program> = list
            .iter()
            .filter(|program| {
                self.only
                    .as_ref()
                    .is_none_or(|text| program.name.contains(text))
            })
            .collect();
        ensure!(!programs.is_empty(), "no program has this in its name");
        let dir =
            std::env::temp_dir().join(format!("wasm-interp-jit-bench-{}", std::process::id()));
        std::fs::create_dir_all(&dir)?;
        let result = self.run_programs(&engines, &programs, &dir);
        std::fs::remove_dir_all(&dir)?;
        result
    }

    fn run_programs(&self, engines: &[Engine], programs: &[&Program], dir: &Path) -> Result<()> {
        print!("{:<18}", "");
        for engine in engines {
            print!("  {:^28}", engine.name);
        }
        println!();
        let mut means = vec![Mean::default(); engines.len()];
        for program in programs {
            let file = dir.join(program.name).with_extension("wasm");
            std::fs::write(&file, wat::parse_bytes(program.module)?)?;
            let commands: Vec<Option<String>> = engines
                .iter()
                .map(|it| it.command(program, &file))
                .collect();
            let times = self.measure(&commands.iter().flatten().cloned().collect::<Vec<_>>())?;
            let this = &times[0];
            let expected = engines[0].result(&this.output);
            let mut times = times.iter();
            print!("{:<18}", program.name);
            for ((engine, command), mean) in engines.iter().zip(&commands).zip(&mut means) {
                let Some(time) = command.as_ref().and_then(|_| times.next()) else {
                    print!("  {:^28}", "-");
                    continue;
                };
                ensure!(
                    engine.result(&time.output) == expected,
                    "{}: {} prints {:?}, {} prints {:?}",
                    program.name,
                    engines[0].name,
                    this.output,
                    engine.name,
                    time.output,
                );
                let ratio = if self.interp {
                    this.ratios(time)
                } else {
                    time.ratios(this)
                };
                mean.add(ratio.median);
                print!("  {}", cell(time, ratio));
            }
            println!();
        }
        print!("{:<18}", "geometric mean");
        for mean in means {
            print!("  {:>9} {:>6.3} {:>11}", "", mean.value(), "");
        }
        println!();
        Ok(())
    }

    fn engines(&self) -> Result<Vec<Engine>> {
        let this = std::env::current_exe()?;
        let options = if self.interp { "--tier interp" } else { "" };
        let mut engines = vec![Engine::own("this", &this, options)];
        engines.extend(
            self.other
                .iter()
                .map(|it| Engine::own("other", it, options)),
        );
        engines.extend(self.wasmtime.iter().map(|it| Engine::wasmtime(it)));
        engines.extend(self.wasmi.iter().map(|it| Engine::wasmi(it)));
        engines.extend(self.wasm3.iter().map(|it| Engine::wasm3(it)));
        engines.extend(self.wamr.iter().map(|it| Engine::wamr(it)));
        engines.extend(self.engines.iter().cloned());
        Ok(engines)
    }

    fn measure(&self, commands: &[String]) -> Result<Vec<Times>> {
        let spinner = ProgressBar::new_spinner();
        spinner.enable_steady_tick(Duration::from_millis(100));
        let times = measure(commands, usize::from(self.rounds), |command| {
            spinner.set_message(command.to_string());
        });
        spinner.finish_and_clear();
        times
    }
}

/// A geometric mean.
#[derive(Clone, Copy, Default)]
struct Mean {
    logarithms: f64,
    n: u32,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.logarithms += value.ln();
        self.n += 1;
    }

    fn value(self) -> f64 {
        (self.logarithms / f64::from(self.n)).exp()
    }
}

/// Median time, and the median, least and greatest ratio.
fn cell(time: &Times, ratio: Spread) -> String {
    let ends = format!("{:.2}-{:.2}", ratio.min, ratio.max);
    format!(
        "{:>8.3}s {:>6.3} {ends:>11}",
        time.spread().median,
        ratio.median
    )
}
