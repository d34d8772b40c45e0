//! The lists of programs that the engine is measured with, and how each engine runs one.
//!
//! [`PROGRAMS`] are for the compiler: compiled code takes about a second. [`INTERP_PROGRAMS`] are
//! for interpreters, with sizes that take them about that long.

use std::borrow::Cow;
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
    "vtable-accessors.wat" * 400_000,
    "rare-target.wat" * 400_000_000,
    "phases.wat" * 8_000_000,
    "shapes.wasm" * 400,
    "expressions.wasm" * 4_000_000,
    "qsort.wasm" * 1_000,
    "checked.wat" * 300_000_000,
    "richards.wasm" * 25_000,
    "deltablue.wasm" * 12_000,
    "regex.wasm" * 450,
    "evaluator.wasm" * 300_000,
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

/// How an engine prints the result of a program.
#[derive(Clone, Copy, Debug)]
enum Results {
    /// As this one does: a signed number.
    Plain,
    /// The same behind a word.
    Behind(&'static str),
    /// As in `0x2a:i32`.
    Hexadecimal,
}

/// An engine that can run the programs.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    pub(crate) name: String,
    /// The command, with `{file}` for the program and `{size}` for the argument of `run`.
    command: String,
    /// How it prints results.
    results: Results,
    /// Does it know vector instructions?
    vectors: bool,
}

impl Engine {
    pub(crate) fn new(name: &str, command: &str) -> Self {
        Self {
            name: name.to_string(),
            command: command.to_string(),
            results: Results::Plain,
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
            results: Results::Behind("Result: "),
            vectors: false,
            ..Self::new("wasm3", &command)
        }
    }

    /// WAMR reports results in hexadecimal digits, with their type. Its interpreter has vectors only
    /// if it is built with a library for them.
    pub(crate) fn wamr(program: &Path) -> Self {
        let program = quoted(program);
        Self {
            results: Results::Hexadecimal,
            vectors: false,
            ..Self::new("wamr", &format!("{program} -f run {{file}} {{size}}"))
        }
    }

    /// The result in what a run of it printed.
    pub(crate) fn result<'a>(&self, output: &'a str) -> Cow<'a, str> {
        let output = output.trim_end();
        match self.results {
            Results::Plain => output.into(),
            Results::Behind(word) => output.strip_prefix(word).unwrap_or(output).into(),
            Results::Hexadecimal => {
                let digits = output
                    .strip_prefix("0x")
                    .and_then(|it| it.strip_suffix(":i32"));
                match digits.and_then(|it| u32::from_str_radix(it, 16).ok()) {
                    Some(bits) => bits.cast_signed().to_string().into(),
                    None => output.into(),
                }
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_engines_are_comparable() {
        let path = Path::new("engine");
        assert_eq!(Engine::wasmi(path).result("-7\n"), "-7");
        assert_eq!(Engine::wasm3(path).result("Result: -7\n"), "-7");
        assert_eq!(Engine::wamr(path).result("0xfffffff9:i32\n"), "-7");
        assert_eq!(
            Engine::wamr(path).result("Exception: unreachable"),
            "Exception: unreachable"
        );
    }
}
