//! The list of programs that the engine is measured with, and how each engine runs one.
//!
//! Sizes are such that compiled code takes about a second, hence interpreters take longer.

use std::path::Path;
use wasm_interp_jit::Result;

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
    /// The command up to the program's file.
    prefix: String,
}

impl Engine {
    /// This engine, as the program of this process.
    pub(crate) fn own() -> Result<Self> {
        Ok(Self::build("this", &std::env::current_exe()?))
    }

    /// This engine, as `program`.
    pub(crate) fn build(name: &str, program: &Path) -> Self {
        let prefix = format!("{} run --invoke run", quoted(program));
        Self {
            name: name.to_string(),
            prefix,
        }
    }

    /// The same, with `options`.
    pub(crate) fn with(self, name: &str, options: &str) -> Self {
        Self {
            name: name.to_string(),
            prefix: format!("{} {options}", self.prefix),
        }
    }

    pub(crate) fn wasmtime(program: &Path) -> Self {
        let prefix = format!("{} run -C cache=n --invoke run", quoted(program));
        Self {
            name: "wasmtime".to_string(),
            prefix,
        }
    }

    pub(crate) fn wasmi(program: &Path) -> Self {
        let prefix = format!("{} --invoke run", quoted(program));
        Self {
            name: "wasmi".to_string(),
            prefix,
        }
    }

    /// The command that runs `program`, which was written to `file`.
    pub(crate) fn command(&self, program: &Program, file: &Path) -> String {
        format!("exec {} {} {}", self.prefix, quoted(file), program.size)
    }
}

/// The path as the shell takes it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}
