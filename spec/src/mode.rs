//! Modes of the engine in which a script must come to the same.

use std::fmt;
use std::num::NonZeroU32;
use wasm_interp_jit::{Config, Strategy};

/// Declares the modes, with their names for options and messages, and what help says of them.
macro_rules! modes {
    ($(#[doc = $about:literal] $mode:ident = $name:literal;)*) => {
        /// A way to run a script.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Mode {
            $(#[doc = $about] $mode,)*
        }

        impl Mode {
            /// All modes. Those after the first need the compiler.
            pub const ALL: &[Mode] = &[$(Mode::$mode),*];

            /// Its name for options and messages.
            pub fn name(self) -> &'static str {
                match self {
                    $(Mode::$mode => $name,)*
                }
            }

            /// What it does, for help.
            pub fn about(self) -> &'static str {
                let about = match self {
                    $(Mode::$mode => $about,)*
                };
                about.trim_start()
            }
        }
    };
}

modes! {
    /// Interpret everything
    Interp = "interp";
    /// Compile each function at its first call
    Jit = "jit";
    /// The same, and let every guard fail
    JitDeopt = "jit-deopt";
    /// Interpret, and compile at the second call
    Auto = "auto";
    /// The same, and let guards fail at random
    AutoRandom = "auto-random";
    /// Interpret one call, then compile
    AutoOnce = "auto-once";
    /// The same, on a thread in the background
    AutoBackground = "auto-background";
}

/// What the sequence of guards that fail at random begins with.
const SEED: u64 = 17;

impl Mode {
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
