//! The option groups `-W`, `-O`, `-C`, `-D`, `-S` and `-R`: `KEY[=VALUE][,KEY[=VALUE]...]` as in
//! wasmtime.
//!
//! All keys of wasmtime's command are here, for scripts that were made for it: those that would change
//! nothing are taken without effect, and those that would promise something are refused. What is
//! unknown ends the program with code 2. A file for each group has its keys.

mod codegen;
mod debug;
mod file;
mod optimize;
mod record;
mod value;
#[cfg(feature = "wasi")]
mod wasi;
mod wasm;

pub(crate) use value::duration;
#[cfg(feature = "wasi")]
pub(crate) use wasi::WasiSettings;
pub(crate) use wasm::{UnknownExports, UnknownImports};

use clap::Args;
use clap::error::ErrorKind;
use serde_json::{Value as Json, json};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;
use value::Value;
use wasm_interp_jit::{Config, Result, StoreLimitsBuilder, ensure};

/// The option groups as given.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Groups of options; `-W help` lists those of a group")]
pub(crate) struct GroupOptions {
    /// What modules may contain and how far they may go
    #[arg(
        short = 'W',
        long = "wasm",
        value_name = "KEY[=VAL[,..]]",
        value_parser = |it: &str| wasm::GROUP.or_help(it)
    )]
    wasm: Vec<String>,
    /// Memory and optimization
    #[arg(
        short = 'O',
        long = "optimize",
        value_name = "KEY[=VAL[,..]]",
        value_parser = |it: &str| optimize::GROUP.or_help(it)
    )]
    optimize: Vec<String>,
    /// Compiler
    #[arg(
        short = 'C',
        long = "codegen",
        value_name = "KEY[=VAL[,..]]",
        value_parser = |it: &str| codegen::GROUP.or_help(it)
    )]
    codegen: Vec<String>,
    /// Backtraces and debugging
    #[arg(
        short = 'D',
        long = "debug",
        value_name = "KEY[=VAL[,..]]",
        value_parser = |it: &str| debug::GROUP.or_help(it)
    )]
    debug: Vec<String>,
    /// What programs see of their host
    #[cfg(feature = "wasi")]
    #[arg(
        short = 'S',
        long = "wasi",
        value_name = "KEY[=VAL[,..]]",
        value_parser = |it: &str| wasi::GROUP.or_help(it)
    )]
    wasi: Vec<String>,
    /// Recording, which there is none of
    #[arg(
        short = 'R',
        long = "record",
        value_name = "KEY[=VAL[,..]]",
        value_parser = |it: &str| record::GROUP.or_help(it)
    )]
    record: Vec<String>,
    /// Machine to run on, which can only be this one
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    /// File with options, a TOML table for each group; those given here count more
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// All groups.
const GROUPS: &[&Group] = &[
    &wasm::GROUP,
    &optimize::GROUP,
    &codegen::GROUP,
    &debug::GROUP,
    #[cfg(feature = "wasi")]
    &wasi::GROUP,
    &record::GROUP,
];

/// What the groups set.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    /// For [`wasm_interp_jit::Store::limiter`].
    pub(crate) limits: StoreLimitsBuilder,
    /// For [`wasm_interp_jit::Store::set_fuel`].
    pub(crate) fuel: Option<u64>,
    pub(crate) timeout: Option<Duration>,
    /// Where a core dump goes.
    pub(crate) coredump: Option<String>,
    pub(crate) unknown_imports: UnknownImports,
    pub(crate) unknown_exports: UnknownExports,
    #[cfg(feature = "wasi")]
    pub(crate) wasi: WasiSettings,
    pool: optimize::Pool,
    target: Option<String>,
}

struct Group {
    letter: char,
    name: &'static str,
    keys: &'static [Key],
}

struct Key {
    /// The whole key, or what keys begin with if it ends with `-`.
    name: &'static str,
    value: Value,
    help: &'static str,
}

const fn key(name: &'static str, value: Value, help: &'static str) -> Key {
    Key { name, value, help }
}

impl GroupOptions {
    /// The settings, or the end of the program with a message, as for any other usage error.
    /// `set_defaults` changes what holds for keys that are not given.
    pub(crate) fn settings_or_exit(&self, set_defaults: impl FnOnce(&mut Config)) -> Settings {
        let mut settings = Settings::default();
        set_defaults(&mut settings.config);
        let of_file = match self.config.as_deref().map_or(Ok(Vec::new()), file::items) {
            Ok(items) => items,
            Err(error) => {
                crate::report(&error);
                std::process::exit(1);
            }
        };
        self.settings(settings, &of_file).unwrap_or_else(|text| {
            clap::Error::raw(ErrorKind::InvalidValue, format!("{text}\n")).exit()
        })
    }

    /// `of_file` are items by groups, before those that are given.
    fn settings(
        &self,
        mut settings: Settings,
        of_file: &[(&str, String)],
    ) -> Result<Settings, String> {
        settings.target = self.target.clone();
        let given = [
            &self.wasm,
            &self.optimize,
            &self.codegen,
            &self.debug,
            #[cfg(feature = "wasi")]
            &self.wasi,
            &self.record,
        ];
        for (group, given) in GROUPS.iter().zip(given) {
            let of_file = of_file.iter().filter(|(name, _)| *name == group.name);
            let given = given.iter().flat_map(|it| it.split(','));
            let mut items: Vec<&str> = of_file.map(|(_, item)| &**item).chain(given).collect();
            // A proposal that is named counts more than all of them.
            let is = |item: &str, key| item.split('=').next() == Some(key);
            items.sort_by_key(|item| !is(item, wasm::ALL_PROPOSALS));
            items.sort_by_key(|item| is(item, wasm::ASYNC_STACK_SIZE));
            for item in items {
                group.apply(item, &mut settings)?;
            }
        }
        Ok(settings)
    }
}

impl Settings {
    /// Checks what keys say together, and the machine.
    ///
    /// # Errors
    ///
    /// If keys contradict each other, or there is no such machine.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.pool.check()?;
        if let Some(path) = &self.coredump {
            ensure!(
                !path.contains('%'),
                "the coredump-on-trap path does not support patterns yet."
            );
            self.config.coredump_on_trap(true);
        }
        if self.timeout.is_some() {
            self.config.epoch_interruption(true);
        }
        if let Some(target) = &self.target {
            self.config.target(target)?;
        }
        Ok(())
    }
}

impl Group {
    fn apply(&self, item: &str, settings: &mut Settings) -> Result<(), String> {
        let (name, value) = match item.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (item, None),
        };
        let Some(key) = self.keys.iter().find(|key| key.is(name)) else {
            return Err(format!(
                "unknown -{} / --{} option: {name}",
                self.letter, self.name
            ));
        };
        let rest = name.strip_prefix(key.name).unwrap_or_default();
        key.value
            .apply(rest, value, settings)
            .map_err(|text| format!("failed to parse -{} option `{item}`: {text}", self.letter))
    }

    /// The items as they are, or the end of the program if one asks for help. It comes before
    /// anything else that is wrong, such as a module that is missing.
    fn or_help(&self, items: &str) -> Result<String, Infallible> {
        for item in items.split(',') {
            let text = match item {
                "help" => self.help(),
                "help-long" => self.long_help(),
                _ => continue,
            };
            print!("{text}");
            std::process::exit(0);
        }
        Ok(items.to_string())
    }

    fn help(&self) -> String {
        let mut text = format!("Available {} options:\n\n", self.name);
        let usages: Vec<String> = self.keys.iter().map(Key::usage).collect();
        let width = usages
            .iter()
            .map(|it| it.chars().count())
            .max()
            .unwrap_or(0);
        for (key, usage) in self.keys.iter().zip(usages) {
            let (letter, help) = (self.letter, key.help);
            let _ = write!(text, "  -{letter} {usage:<width$} -- {help}");
            let _ = match key.value.effect() {
                Some(effect) => writeln!(text, " ({effect})"),
                None => writeln!(text),
            };
        }
        let _ = writeln!(
            text,
            "\npass `-{} help-long` to see longer-form explanations",
            self.letter
        );
        text
    }

    fn long_help(&self) -> String {
        let mut text = format!("Available {} options:\n\n", self.name);
        for key in self.keys {
            let _ = writeln!(text, "  -{} {} --\n", self.letter, key.usage());
            let _ = writeln!(text, "        {}.", key.help);
            if let Some(effect) = key.value.effect() {
                let _ = writeln!(text, "        {}.", key.value.explain(effect));
            }
            text.push('\n');
        }
        text
    }
}

impl Key {
    fn is(&self, name: &str) -> bool {
        match self.name.strip_suffix('-') {
            Some(_) => name.len() > self.name.len() && name.starts_with(self.name),
            None => name == self.name,
        }
    }

    fn usage(&self) -> String {
        let key = if self.name.ends_with('-') {
            "<KEY>"
        } else {
            ""
        };
        format!("{}{key}{}", self.name, self.value.form())
    }
}

/// All keys of all groups with what they do.
pub(crate) fn listing() -> Json {
    let keys = GROUPS.iter().flat_map(|group| {
        group.keys.iter().map(|key| {
            json!({
                "group": format!("-{} / --{}", group.letter, group.name),
                "key": key.usage(),
                "help": key.help,
                "effect": key.value.effect().unwrap_or("yes"),
            })
        })
    });
    keys.collect()
}

/// [`listing`] for people.
pub(crate) fn listing_text() -> String {
    GROUPS.iter().fold(String::new(), |mut text, group| {
        let help = group.help();
        let end = help.find("\npass `").unwrap_or(help.len());
        let _ = writeln!(text, "{}", &help[..end]);
        text
    })
}

/// More than the address space is as good as all of it.
fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    // Of two keys of a name, the second would never be found.
    #[test]
    fn keys_are_unique() {
        for group in GROUPS {
            let names: BTreeSet<_> = group.keys.iter().map(|it| it.name).collect();
            assert_eq!(names.len(), group.keys.len(), "-{}", group.letter);
            for key in group.keys {
                assert!(
                    !key.help.ends_with('.') && !key.help.is_empty(),
                    "{}",
                    key.name
                );
            }
        }
    }
}
