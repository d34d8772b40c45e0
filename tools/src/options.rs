//! The option groups `-W`, `-O`, `-C`, `-D` and `-S`: `KEY[=VALUE][,KEY[=VALUE]...]` as in wasmtime.
//!
//! Only what the engine has is here; all else is unknown, and that ends the program with code 2.

#[cfg(feature = "wasi")]
mod wasi;

#[cfg(feature = "wasi")]
pub(crate) use wasi::WasiSettings;

use clap::Args;
use clap::error::ErrorKind;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use wasm_interp_jit::{Config, OptLevel, WasmBacktraceDetails, WasmFeatures};

/// The option groups as given.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Groups of options; `-W help` lists those of a group")]
pub(crate) struct GroupOptions {
    /// What modules may contain and how far they may go
    #[arg(
        short = 'W',
        long = "wasm",
        value_name = "KEY[=VAL[,..]]",
        value_parser = |it: &str| WASM.or_help(it)
    )]
    wasm: Vec<String>,
    /// Memory and optimization
    #[arg(
        short = 'O',
        long = "optimize",
        value_name = "KEY[=VAL[,..]]",
        value_parser = |it: &str| OPTIMIZE.or_help(it)
    )]
    optimize: Vec<String>,
    /// Compiler
    #[arg(
        short = 'C',
        long = "codegen",
        value_name = "KEY[=VAL[,..]]",
        value_parser = |it: &str| CODEGEN.or_help(it)
    )]
    codegen: Vec<String>,
    /// Backtraces
    #[arg(
        short = 'D',
        long = "debug",
        value_name = "KEY[=VAL[,..]]",
        value_parser = |it: &str| DEBUG.or_help(it)
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
}

/// What the groups set.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    pub(crate) unknown_imports: UnknownImports,
    pub(crate) unknown_exports: UnknownExports,
    #[cfg(feature = "wasi")]
    pub(crate) wasi: WasiSettings,
}

/// What happens to an import that nobody defines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UnknownImports {
    #[default]
    Reject,
    /// Calling it traps.
    Trap,
    /// Calling it returns zeros.
    Default,
}

/// What happens to an export of a command that is not a function of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UnknownExports {
    #[default]
    Reject,
    Allow,
}

struct Group {
    letter: char,
    name: &'static str,
    keys: &'static [Key],
}

struct Key {
    name: &'static str,
    value: Value,
    help: &'static str,
}

/// What a key's value is and does.
enum Value {
    Flag(fn(&mut Settings, bool)),
    Feature(WasmFeatures),
    Number(fn(&mut Settings, u64)),
    OptLevel,
    /// Taken without effect, since scripts made for wasmtime have it.
    Ignored,
    /// The same, with any value.
    #[cfg(feature = "wasi")]
    IgnoredText,
    /// Refused with this text if it is turned on, and without effect if it is turned off.
    #[cfg(feature = "wasi")]
    Missing(&'static str),
}

const fn key(name: &'static str, value: Value, help: &'static str) -> Key {
    Key { name, value, help }
}

const WASM: Group = Group {
    letter: 'W',
    name: "wasm",
    keys: &[
        key(
            "max-wasm-stack",
            Value::Number(|it, bytes| {
                let bytes = size(bytes);
                let with_host = bytes.saturating_add(512 << 10);
                it.config.max_wasm_stack(bytes).async_stack_size(with_host);
            }),
            "bytes of stack that wasm may use",
        ),
        key(
            "unknown-imports-trap",
            Value::Flag(|it, on| it.set_unknown_imports(on, UnknownImports::Trap)),
            "functions that nobody defines trap when called",
        ),
        key(
            "unknown-imports-default",
            Value::Flag(|it, on| it.set_unknown_imports(on, UnknownImports::Default)),
            "functions that nobody defines return zeros",
        ),
        key(
            "unknown-exports-allow",
            Value::Flag(|it, on| {
                it.unknown_exports = if on {
                    UnknownExports::Allow
                } else {
                    UnknownExports::Reject
                }
            }),
            "commands may export what is not known",
        ),
        key(
            "nan-canonicalization",
            Value::Flag(|it, on| {
                it.config.cranelift_nan_canonicalization(on);
            }),
            "float arithmetic makes no NaNs but the canonical ones",
        ),
        key(
            "bulk-memory",
            Value::Feature(WasmFeatures::BULK_MEMORY),
            "proposal",
        ),
        key(
            "multi-memory",
            Value::Feature(WasmFeatures::MULTI_MEMORY),
            "proposal",
        ),
        key(
            "multi-value",
            Value::Feature(WasmFeatures::MULTI_VALUE),
            "proposal",
        ),
        key(
            "reference-types",
            Value::Feature(WasmFeatures::REFERENCE_TYPES),
            "proposal",
        ),
        key("simd", Value::Feature(WasmFeatures::SIMD), "proposal"),
        key(
            "relaxed-simd",
            Value::Feature(WasmFeatures::RELAXED_SIMD),
            "proposal",
        ),
        key(
            "relaxed-simd-deterministic",
            Value::Flag(|it, on| {
                it.config.relaxed_simd_deterministic(on);
            }),
            "the same results of relaxed-simd on all machines",
        ),
        key(
            "tail-call",
            Value::Feature(WasmFeatures::TAIL_CALL),
            "proposal",
        ),
        key("threads", Value::Feature(WasmFeatures::THREADS), "proposal"),
        key(
            "shared-memory",
            Value::Flag(|it, on| {
                it.config.shared_memory(on);
            }),
            "memories for several threads",
        ),
        key(
            "memory64",
            Value::Feature(WasmFeatures::MEMORY64),
            "proposal",
        ),
        key(
            "function-references",
            Value::Feature(WasmFeatures::FUNCTION_REFERENCES),
            "proposal",
        ),
        key("gc", Value::Feature(WasmFeatures::GC), "proposal"),
        key(
            "custom-page-sizes",
            Value::Feature(WasmFeatures::CUSTOM_PAGE_SIZES),
            "proposal",
        ),
        key(
            "wide-arithmetic",
            Value::Feature(WasmFeatures::WIDE_ARITHMETIC),
            "proposal",
        ),
        key(
            "extended-const",
            Value::Feature(WasmFeatures::EXTENDED_CONST),
            "proposal",
        ),
        key(
            "exceptions",
            Value::Feature(WasmFeatures::EXCEPTIONS),
            "proposal",
        ),
        key(
            "stack-switching",
            Value::Feature(WasmFeatures::STACK_SWITCHING),
            "proposal",
        ),
        key(
            "shared-everything-threads",
            Value::Feature(WasmFeatures::SHARED_EVERYTHING_THREADS),
            "proposal",
        ),
    ],
};

const OPTIMIZE: Group = Group {
    letter: 'O',
    name: "optimize",
    keys: &[
        key("opt-level", Value::OptLevel, "0, 1, 2 or s"),
        key(
            "lazy-validation",
            Value::Flag(|it, on| {
                it.config.lazy_validation(on);
            }),
            "validate functions when they are first called",
        ),
        key(
            "memory-reservation",
            Value::Number(|it, bytes| {
                it.config.memory_reservation(bytes);
            }),
            "bytes of address space for a memory",
        ),
        key(
            "memory-reservation-for-growth",
            Value::Number(|it, bytes| {
                it.config.memory_reservation_for_growth(bytes);
            }),
            "bytes of address space for a memory to grow beyond its reservation",
        ),
        key(
            "memory-may-move",
            Value::Flag(|it, on| {
                it.config.memory_may_move(on);
            }),
            "whether memories may move when they grow",
        ),
        key(
            "memory-guard-size",
            Value::Number(|it, bytes| {
                it.config.memory_guard_size(bytes);
            }),
            "inaccessible bytes after a memory",
        ),
        key(
            "signals-based-traps",
            Value::Flag(|it, on| {
                it.config.signals_based_traps(on);
            }),
            "whether traps may be raised by signals",
        ),
    ],
};

const CODEGEN: Group = Group {
    letter: 'C',
    name: "codegen",
    keys: &[
        key("cache", Value::Ignored, "nothing is cached"),
        key(
            "cranelift-debug-verifier",
            Value::Flag(|it, on| {
                it.config.cranelift_debug_verifier(on);
            }),
            "check intermediate code",
        ),
        key(
            "parallel-compilation",
            Value::Flag(|it, on| {
                it.config.parallel_compilation(on);
            }),
            "compile in the background",
        ),
    ],
};

const DEBUG: Group = Group {
    letter: 'D',
    name: "debug",
    keys: &[
        key(
            "address-map",
            Value::Flag(|it, on| {
                it.config.generate_address_map(on);
            }),
            "offsets in backtraces",
        ),
        key(
            "max-backtrace",
            Value::Number(|it, frames| match NonZeroUsize::new(size(frames)) {
                None => drop(
                    it.config
                        .wasm_backtrace_details(WasmBacktraceDetails::Disable),
                ),
                frames => drop(it.config.wasm_backtrace_max_frames(frames)),
            }),
            "frames of a backtrace; 0 only leaves out details",
        ),
    ],
};

impl GroupOptions {
    /// The settings, or the end of the program with a message, as for any other usage error.
    /// `set_defaults` changes what holds for keys that are not given.
    pub(crate) fn settings_or_exit(&self, set_defaults: impl FnOnce(&mut Config)) -> Settings {
        let mut settings = Settings::default();
        set_defaults(&mut settings.config);
        self.settings(settings).unwrap_or_else(|text| {
            clap::Error::raw(ErrorKind::InvalidValue, format!("{text}\n")).exit()
        })
    }

    fn settings(&self, mut settings: Settings) -> Result<Settings, String> {
        let groups = [
            (&WASM, &self.wasm),
            (&OPTIMIZE, &self.optimize),
            (&CODEGEN, &self.codegen),
            (&DEBUG, &self.debug),
            #[cfg(feature = "wasi")]
            (&wasi::GROUP, &self.wasi),
        ];
        for (group, given) in groups {
            for item in given.iter().flat_map(|it| it.split(',')) {
                group.apply(item, &mut settings)?;
            }
        }
        Ok(settings)
    }
}

impl Settings {
    fn set_unknown_imports(&mut self, on: bool, to: UnknownImports) {
        if on {
            self.unknown_imports = to;
        } else if self.unknown_imports == to {
            self.unknown_imports = UnknownImports::Reject;
        }
    }
}

impl Group {
    fn apply(&self, item: &str, settings: &mut Settings) -> Result<(), String> {
        let (name, value) = match item.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (item, None),
        };
        let Some(key) = self.keys.iter().find(|key| key.name == name) else {
            return Err(format!(
                "unknown -{} / --{} option: {name}",
                self.letter, self.name
            ));
        };
        key.apply(value, settings)
            .map_err(|text| format!("failed to parse -{} option `{item}`: {text}", self.letter))
    }

    /// The items as they are, or the end of the program if one asks for help. It comes before
    /// anything else that is wrong, such as a module that is missing.
    fn or_help(&self, items: &str) -> Result<String, Infallible> {
        if items.split(',').any(|item| item == "help") {
            print!("{}", self.help());
            std::process::exit(0);
        }
        Ok(items.to_string())
    }

    fn help(&self) -> String {
        let mut text = String::new();
        for key in self.keys {
            let value = match key.value {
                Value::Flag(_) | Value::Feature(_) | Value::Ignored => "[=y|n]",
                #[cfg(feature = "wasi")]
                Value::Missing(_) => "[=y|n]",
                #[cfg(feature = "wasi")]
                Value::IgnoredText => "=VALUE",
                Value::Number(_) => "=N",
                Value::OptLevel => "=LEVEL",
            };
            let usage = format!("-{} {}{value}", self.letter, key.name);
            let _ = writeln!(text, "  {usage:<40} {}", key.help);
        }
        text
    }
}

impl Key {
    fn apply(&self, value: Option<&str>, settings: &mut Settings) -> Result<(), String> {
        match self.value {
            Value::Flag(set) => set(settings, flag(value)?),
            Value::Feature(feature) => drop(settings.config.wasm_features(feature, flag(value)?)),
            Value::Number(set) => set(settings, number(value)?),
            Value::OptLevel => drop(settings.config.cranelift_opt_level(opt_level(value)?)),
            Value::Ignored => drop(flag(value)?),
            #[cfg(feature = "wasi")]
            Value::IgnoredText => drop(given(value)?),
            #[cfg(feature = "wasi")]
            Value::Missing(text) => {
                if flag(value)? {
                    return Err(text.to_string());
                }
            }
        }
        Ok(())
    }
}

fn flag(value: Option<&str>) -> Result<bool, String> {
    match value {
        None | Some("y" | "yes" | "true") => Ok(true),
        Some("n" | "no" | "false") => Ok(false),
        Some(value) => Err(format!(
            "unknown boolean flag `{value}`, only yes,no,<nothing> accepted"
        )),
    }
}

fn given(value: Option<&str>) -> Result<&str, String> {
    value.ok_or_else(|| "value must be specified with `key=val` syntax".to_string())
}

fn number(value: Option<&str>) -> Result<u64, String> {
    let digits = given(value)?.replace('_', "");
    match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => digits.parse(),
    }
    .map_err(|error| error.to_string())
}

fn opt_level(value: Option<&str>) -> Result<OptLevel, String> {
    match given(value)? {
        "0" => Ok(OptLevel::None),
        "1" | "2" => Ok(OptLevel::Speed),
        "s" => Ok(OptLevel::SpeedAndSize),
        other => Err(format!(
            "unknown optimization level `{other}`, only 0,1,2,s accepted"
        )),
    }
}

/// More than the address space is as good as all of it.
fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
