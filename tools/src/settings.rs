//! `settings`: lists the keys of all option groups, with what has an effect.

use crate::options::{listing, listing_text};
use clap::Args;
use std::process::ExitCode;

/// Lists the options of all groups, with those that have no effect or are refused
#[derive(Args, Clone, Debug)]
pub(crate) struct SettingsCommand {
    /// List for programs, on one line
    #[arg(long)]
    json: bool,
}

impl SettingsCommand {
    pub(crate) fn execute(&self) -> ExitCode {
        if self.json {
            println!("{}", listing());
        } else {
            print!("{}", listing_text());
        }
        ExitCode::SUCCESS
    }
}
