//! Profiles in files: what one run has learned, for the next one and for other engines.

use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use wasm_interp_jit::error::Context as _;
use wasm_interp_jit::{Module, Result};

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Profiles")]
pub(crate) struct ProfileOptions {
    /// Begin with the profile of an earlier run of the same module: what was hot there is compiled
    /// at once
    #[arg(long, value_name = "FILE")]
    profile_in: Option<PathBuf>,
    /// Write what this run has learned, when it ends
    #[arg(long, value_name = "FILE")]
    profile_out: Option<PathBuf>,
    /// Write the module with what this run has learned as compilation hints, when it ends
    #[arg(long, value_name = "FILE")]
    hints_out: Option<PathBuf>,
}

impl ProfileOptions {
    /// Gives `module` the profile that it is to begin with.
    pub(crate) fn apply(&self, module: &Module) -> Result<()> {
        let Some(path) = &self.profile_in else {
            return Ok(());
        };
        let context = || format!("failed to read profile `{}`", path.display());
        let profile = fs::read(path).with_context(context)?;
        module.apply_profile(&profile).with_context(context)
    }

    /// Writes what `module` has learned. Requires that its stores are gone.
    pub(crate) fn write(&self, module: &Module) -> Result<()> {
        if let Some(path) = &self.profile_out {
            write(path, "profile", module.profile())?;
        }
        match &self.hints_out {
            Some(path) => write(path, "module with hints", module.with_hints()),
            None => Ok(()),
        }
    }
}

fn write(path: &Path, what: &str, bytes: Result<Vec<u8>>) -> Result<()> {
    bytes
        .and_then(|it| Ok(fs::write(path, it)?))
        .with_context(|| format!("failed to write {what} `{}`", path.display()))
}
