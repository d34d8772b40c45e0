//! The list of programs that the engine is measured with, and how each engine runs one.
//!
//! Sizes are such that compiled code takes about a second, hence interpreters take longer.

use std::path::Path;

/// A program of `tools/bench`; it exports `run(i32) -> i32`.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    /// The argument of `run`.
    pub(crate) size: u32,
}

macro_rules! programs {
    ($($name:literal * $size:literal,)*) => {
        /// All programs.
        pub(crate) const PROGRAMS: &[Program] = &[$(Program {
            name: $name,
            text: include_str!(concat!("../../bench/", $name, ".wat")),
            size: $size,
        }),*];
    };
}

programs! {
    "fib" * 40,
    "integer-loop" * 400_000_000,
    "sieve" * 200,
    "call-indirect" * 400_000_000,
    "vtable-1" * 800_000,
    "vtable-3" * 400_000,
    "vtable-16" * 300_000,
    "vtable-change" * 800_000,
}

/// An engine that can run the programs.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    pub(crate) name: String,
    /// The command, with `{file}` for the program and `{size}` for the argument of `run`.
    command: String,
}

impl Engine {
    pub(crate) fn new(name: &str, command: &str) -> Self {
        Self {
            name: name.to_string(),
            command: command.to_string(),
        }
    }

    /// Parses `NAME=COMMAND`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (name, command) = text
            .split_once('=')
            .ok_or("must be a name, an equals character ('=') and a command")?;
        Ok(Self::new(name, command))
    }

    /// This engine, as `program` with `options`.
    pub(crate) fn own(name: &str, program: &Path, options: &str) -> Self {
        let program = quoted(program);
        Self::new(
            name,
            &format!("{program} run {options} --invoke run {{file}} {{size}}"),
        )
    }

    pub(crate) fn wasmtime(program: &Path) -> Self {
        let program = quoted(program);
        Self::new(
            "wasmtime",
            &format!("{program} run -C cache=n --invoke run {{file}} {{size}}"),
        )
    }

    pub(crate) fn wasmi(program: &Path) -> Self {
        let program = quoted(program);
        Self::new(
            "wasmi",
            &format!("{program} --invoke run {{file}} {{size}}"),
        )
    }

    /// The command that runs `program`, which was written to `file`.
    pub(crate) fn command(&self, program: &Program, file: &Path) -> String {
        let command = self.command.replace("{file}", &quoted(file));
        format!(
            "exec {}",
            command.replace("{size}", &program.size.to_string())
        )
    }
}

/// The path as the shell takes it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}
