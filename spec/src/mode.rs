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
    /// The same, and guards fail at random.
    AutoRandom,
    /// Interpreted once, then compiled.
    AutoOnce,
    /// The same, but compiled on a worker thread.
    AutoBackground,
}

/// What the sequence of guards that fail at random begins with.
const SEED: u64 = 17;

impl Mode {
    /// All modes. Those after the first need the compiler.
    pub const ALL: &[Mode] = &[
        Mode::Interp,
        Mode::Jit,
        Mode::JitDeopt,
        Mode::Auto,
        Mode::AutoRandom,
        Mode::AutoOnce,
        Mode::AutoBackground,
    ];

    /// Its name for options and messages.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Interp => "interp",
            Mode::Jit => "jit",
            Mode::JitDeopt => "jit-deopt",
            Mode::Auto => "auto",
            Mode::AutoRandom => "auto-random",
            Mode::AutoOnce => "auto-once",
            Mode::AutoBackground => "auto-background",
        }
    }

    /// Sets what makes the mode. Everything is compiled at once, so that runs are repeatable, but
    /// where that is what is tested.
    ///
    /// Where guards fail, a recursion has a native frame of the interpreter at each level. They are
    /// large in debug builds, hence the larger stack: threads must have it.
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
            Mode::AutoRandom => config
                .strategy(Strategy::Tiered)
                .jit_threshold(2)
                .jit_background(false)
                .jit_deopt_random(Some(SEED))
                .max_wasm_stack(2 << 20),
            Mode::AutoOnce => config
                .strategy(Strategy::Tiered)
                .jit_threshold(1)
                .jit_background(false),
            Mode::AutoBackground => config
                .strategy(Strategy::Tiered)
                .jit_threshold(1)
                .jit_background(true),
        };
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
