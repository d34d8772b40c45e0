//! The lists of programs that the engine is measured with, and how each engine runs one.
//!
//! [`PROGRAMS`] are for the compiler: compiled code takes about a second. [`INTERP_PROGRAMS`] are
//! for interpreters, with sizes that take them about that long.

use std::path::Path;

/// A program of `tools/bench`; it exports `run(i32) -> i32`.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// The module, as text or binary.
    pub(crate) module: &'static [u8],
    /// The argument of `run`.
    pub(crate) size: u32,
}

impl Program {
    /// Has it vector instructions?
    fn has_vectors(&self) -> bool {
        self.name == "simd.wasm"
    }
}

macro_rules! programs {
    ($(#[$attr:meta] $list:ident: $($file:literal * $size:literal,)*)*) => {$(
        #[$attr]
        pub(crate) const $list: &[Program] = &[$(Program {
            name: $file,
            module: include_bytes!(concat!("../../bench/", $file)),
            size: $size,
        }),*];
    )*};
}

programs! {
    /// Programs whose time goes into calls and loops that are compiled.
    PROGRAMS:
    "fib.wat" * 40,
    "integer-loop.wat" * 400_000_000,
    "sieve.wat" * 200,
    "call-indirect.wat" * 400_000_000,
    "vtable-1.wat" * 800_000,
    "vtable-3.wat" * 400_000,
    "vtable-16.wat" * 300_000,
    "vtable-change.wat" * 800_000,
    /// Programs of the kinds that interpreters are judged by.
    INTERP_PROGRAMS:
    "mix.wasm" * 3_000,
    "fib.wat" * 31,
    "integer-loop.wat" * 12_000_000,
    "sieve.wat" * 10,
    "matmul.wasm" * 200,
    "bytes.wasm" * 80,
    "machine.wasm" * 2_000,
    "call-indirect.wat" * 25_000_000,
    "indirect-1.wasm" * 20_000_000,
    "indirect-4.wasm" * 20_000_000,
    "indirect-16.wasm" * 20_000_000,
    "simd.wasm" * 20_000,
}

/// An engine that can run the programs.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    pub(crate) name: String,
    /// The command, with `{file}` for the program and `{size}` for the argument of `run`.
    command: String,
    /// What it prints before a result.
    result_prefix: &'static str,
    /// Does it know vector instructions?
    vectors: bool,
}

impl Engine {
    pub(crate) fn new(name: &str, command: &str) -> Self {
        Self {
            name: name.to_string(),
            command: command.to_string(),
            result_prefix: "",
            vectors: true,
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

    /// wasm3 reports results on standard error, with a word before them. It has no vectors.
    pub(crate) fn wasm3(program: &Path) -> Self {
        let program = quoted(program);
        let command = format!("{program} --func run {{file}} {{size}} 2>&1");
        Self {
            result_prefix: "Result: ",
            vectors: false,
            ..Self::new("wasm3", &command)
        }
    }

    /// The result in what a run of it printed.
    pub(crate) fn result<'a>(&self, output: &'a str) -> &'a str {
        output.strip_prefix(self.result_prefix).unwrap_or(output)
    }

    /// The command that runs `program`, which was written to `file`; `None` if the engine cannot.
    pub(crate) fn command(&self, program: &Program, file: &Path) -> Option<String> {
        if program.has_vectors() && !self.vectors {
            return None;
        }
        let command = self.command.replace("{file}", &quoted(file));
        let size = program.size.to_string();
        Some(format!("exec {}", command.replace("{size}", &size)))
    }
}

/// The path as the shell takes it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}
