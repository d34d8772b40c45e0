//! `bench --start`: how long it takes to load a module and call one export, and how much memory.
//!
//! The modules are those of `generate`, and one that is all but empty, which tells what memory a
//! process takes without a module. Each run is a process of its own. What validation alone takes,
//! and how large side tables are, is measured in this process.

use super::BenchCommand;
use super::measure::Spread;
use super::process::{Usage, on_one_core, own_cpu_time, run};
use std::path::{Path, PathBuf};
use std::time::Instant;
use wasm_interp_jit::inspect::module_sizes;
use wasm_interp_jit::{Config, Engine, Module, Result, ensure};

/// Sizes of the modules.
const SIZES: &[(&str, usize)] = &[("empty", 0), ("5 MB", 5_000_000), ("20 MB", 20_000_000)];

/// A module without anything but an export like that of the others.
const EMPTY: &str = r#"(module (func (export "run") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))"#;

/// Argument and result of the export.
const CALL: (&str, &str) = ("41", "42");

struct Contender {
    name: &'static str,
    program: PathBuf,
    args: &'static [&'static str],
    /// Runs it on one core only.
    one_core: bool,
    /// Also runs the large modules.
    large: bool,
}

impl Contender {
    fn run(&self, module: &Path) -> Result<Usage> {
        let mut command = vec![self.program.display().to_string()];
        command.extend(self.args.iter().map(ToString::to_string));
        command.extend([module.display().to_string(), CALL.0.to_string()]);
        let usage = if self.one_core {
            on_one_core(|| run(&command))?
        } else {
            run(&command)?
        };
        ensure!(
            usage.output.contains(CALL.1),
            "{} prints {:?}",
            self.name,
            usage.output
        );
        Ok(usage)
    }
}

impl BenchCommand {
    pub(super) fn run_start(&self) -> Result<()> {
        let dir =
            std::env::temp_dir().join(format!("wasm-interp-jit-start-{}", std::process::id()));
        std::fs::create_dir_all(&dir)?;
        let result = self.start_all(&dir);
        std::fs::remove_dir_all(&dir)?;
        result
    }

    fn contenders(&self) -> Result<Vec<Contender>> {
        let this = std::env::current_exe()?;
        let own = |name, program: &Path, args| Contender {
            name,
            program: program.to_path_buf(),
            args,
            one_core: false,
            large: true,
        };
        const EAGER: &[&str] = &["run", "--invoke", "run"];
        const LAZY: &[&str] = &["run", "-O", "lazy-validation", "--invoke", "run"];
        let mut contenders = Vec::new();
        if let Some(wasmi) = &self.wasmi {
            let args = &["--compilation-mode", "lazy-translation", "--invoke", "run"];
            contenders.push(own("wasmi", wasmi, args));
        }
        contenders.push(own("this", &this, EAGER));
        contenders.push(Contender {
            one_core: true,
            ..own("this, one core", &this, EAGER)
        });
        contenders.push(own("this, lazy", &this, LAZY));
        if let Some(other) = &self.other {
            contenders.push(own("other", other, EAGER));
        }
        if let Some(wasmtime) = &self.wasmtime {
            // It would compile the large ones, which is another matter.
            contenders.push(Contender {
                large: false,
                ..own("wasmtime", wasmtime, EAGER)
            });
        }
        Ok(contenders)
    }

    fn start_all(&self, dir: &Path) -> Result<()> {
        let contenders = self.contenders()?;
        println!(
            "{:<8}{:<16}{:>17}{:>17}{:>19}{:>19}",
            "module", "", "wall time", "CPU time", "peak memory", "without empty's"
        );
        // By contender: those that run no large modules are the last ones.
        let mut without_module: Vec<Vec<Usage>> = Vec::new();
        let file_of = |bytes: usize| dir.join(format!("{bytes}.wasm"));
        for &(size, bytes) in SIZES {
            let file = file_of(bytes);
            write_module(bytes, &file)?;
            let runs: Vec<_> = contenders
                .iter()
                .filter(|it| it.large || bytes == 0)
                .collect();
            let usages = self.rounds_of(&runs, &file)?;
            for (n, (contender, usage)) in runs.iter().zip(&usages).enumerate() {
                print!("{size:<8}{:<16}", contender.name);
                let column = |get: fn(&Usage) -> f64| {
                    let figures = |of: &[Usage]| of.iter().map(get).collect::<Vec<_>>();
                    cell(&figures(usage), &figures(&usages[0]))
                };
                let (wall, ratio) = column(|it| it.wall);
                print!("{:>8.2} ms {ratio:>5.2}", wall * 1e3);
                let (cpu, ratio) = column(|it| it.cpu);
                print!("{:>8.2} ms {ratio:>5.2}", cpu * 1e3);
                let (peak, ratio) = column(|it| it.peak);
                print!("{:>10.2} MB {ratio:>5.2}", peak / 1e6);
                if let Some(base) = without_module.get(n) {
                    let added = |of: &[Usage], base: &[Usage]| -> Vec<f64> {
                        let pairs = of.iter().zip(base);
                        pairs.map(|(it, base)| it.peak - base.peak).collect()
                    };
                    let others = added(&usages[0], &without_module[0]);
                    let (added, ratio) = cell(&added(usage, base), &others);
                    print!("{:>10.2} MB {ratio:>5.2}", added / 1e6);
                }
                println!();
            }
            if bytes == 0 {
                without_module = usages;
            }
        }
        // After all runs: they begin as copies of this process, which should be small then.
        for &(size, bytes) in SIZES.iter().filter(|(_, bytes)| *bytes > 0) {
            println!(
                "{size}: {}",
                self.validation(&std::fs::read(file_of(bytes))?)?
            );
        }
        Ok(())
    }

    /// Runs all in turns, one round to warm up.
    fn rounds_of(&self, runs: &[&Contender], file: &Path) -> Result<Vec<Vec<Usage>>> {
        let mut usages = vec![Vec::new(); runs.len()];
        for round in 0..=self.rounds {
            for (run, usages) in runs.iter().zip(&mut usages) {
                let usage = run.run(file)?;
                if round > 0 {
                    usages.push(usage);
                }
            }
        }
        Ok(usages)
    }

    /// What validation takes for each megabyte of code, and what side tables would.
    fn validation(&self, bytes: &[u8]) -> Result<String> {
        let mut lazy = Config::new();
        lazy.lazy_validation(true);
        let (eager, lazy) = (Engine::default(), Engine::new(&lazy)?);
        let start = Instant::now();
        let now = || Ok(start.elapsed().as_secs_f64());
        let all_cores = self.difference(&eager, &lazy, bytes, now)?;
        let one_core = on_one_core(|| self.difference(&eager, &lazy, bytes, own_cpu_time))?;

        let module = Module::from_binary(&lazy, bytes)?;
        let before = own_cpu_time()?;
        let sizes = module_sizes(&module)?;
        let preparing = own_cpu_time()? - before;
        let (code, per_mb) = (sizes.code as f64, 1e3 / (sizes.code as f64 / 1e6));
        Ok(format!(
            "{:.2} MB of code: validation {:.2} ms/MB of CPU time on one core, {:.2} ms/MB of wall \
             time on {}; preparing all functions {:.2} ms/MB; {:.2} bytes of side tables and {:.2} \
             of sites a byte of code",
            code / 1e6,
            one_core * per_mb,
            all_cores * per_mb,
            std::thread::available_parallelism().map_or(1, |it| it.get()),
            preparing * per_mb,
            sizes.side_tables as f64 / code,
            sizes.sites as f64 / code,
        ))
    }

    /// How much more time, as `now` has it, loading takes with one engine than with another.
    fn difference(
        &self,
        with: &Engine,
        without: &Engine,
        bytes: &[u8],
        now: impl Fn() -> Result<f64>,
    ) -> Result<f64> {
        let time = |engine: &Engine| -> Result<f64> {
            let before = now()?;
            Module::from_binary(engine, bytes)?;
            Ok(now()? - before)
        };
        let rounds = (0..self.rounds).map(|_| Ok(time(with)? - time(without)?));
        Ok(Spread::of(rounds.collect::<Result<_>>()?).median)
    }
}

/// The median of some figures, and of their ratios to others of the same rounds.
fn cell(figures: &[f64], base: &[f64]) -> (f64, f64) {
    let ratios = figures.iter().zip(base).map(|(it, base)| it / base);
    let ratio = Spread::of(ratios.collect()).median;
    (Spread::of(figures.to_vec()).median, ratio)
}

/// Large modules are made by another process, so that this one stays small.
fn write_module(bytes: usize, file: &Path) -> Result<()> {
    if bytes == 0 {
        std::fs::write(file, wat::parse_str(EMPTY)?)?;
        return Ok(());
    }
    let this = std::env::current_exe()?.display().to_string();
    let size = format!("--bytes={bytes}");
    run(&[
        this,
        "generate".to_string(),
        size,
        file.display().to_string(),
    ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    // The first one is what ratios are to, round by round.
    #[test]
    fn ratios_to_the_first() {
        assert_eq!(cell(&[2.0, 6.0, 8.0], &[1.0, 2.0, 8.0]), (6.0, 2.0));
        assert_eq!(cell(&[3.0], &[3.0]), (3.0, 1.0));
    }

    #[test]
    fn the_empty_module_is_one() -> Result<()> {
        let module = Module::new(&Engine::default(), EMPTY)?;
        assert!(module.get_export("run").is_some());
        assert_eq!(module_sizes(&module)?.side_tables, 0);
        Ok(())
    }
}
