//! Modes of the engine in which a script must come to the same.

use std::fmt;
use std::num::NonZeroU32;
use wasm_interp_jit::{Config, Strategy};

/// A way to run a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everything in the interpreter.
    Interp,
    /// Each function is compiled at its first call.
    Jit,
    /// The same, and every guard fails.
    JitDeopt,
    /// Interpreted first, compiled when hot, which is soon.
    Auto,
}

impl Mode {
    /// All modes. Those after the first need the compiler.
    pub const ALL: &[Mode] = &[Mode::Interp, Mode::Jit, Mode::JitDeopt, Mode::Auto];

    /// Its name for options and messages.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Interp => "interp",
            Mode::Jit => "jit",
            Mode::JitDeopt => "jit-deopt",
            Mode::Auto => "auto",
        }
    }

    /// Sets what makes the mode. Everything is compiled at once, so that runs are repeatable.
    ///
    /// If every guard fails, a recursion has a native frame of the interpreter at each level. They
    /// are large in debug builds, hence the larger stack: threads must have it.
    pub fn configure(self, config: &mut Config) {
        match self {
            Mode::Interp => config.strategy(Strategy::Interpreter),
            Mode::Jit => config.strategy(Strategy::Jit),
            Mode::JitDeopt => config
                .strategy(Strategy::Jit)
                .jit_deopt_every(Some(NonZeroU32::MIN))
                .max_wasm_stack(2 << 20),
            Mode::Auto => config
                .strategy(Strategy::Tiered)
                .jit_threshold(2)
                .jit_background(false),
        };
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
