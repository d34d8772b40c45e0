//! Options that choose which tier runs what, and when.

use clap::{Args, ValueEnum};
use std::num::NonZeroU32;
use wasm_interp_jit::{Config, Strategy};

/// Which tier runs what, and when.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Tiers")]
pub(crate) struct TierOptions {
    /// Tier to run in; otherwise the environment variable `WASM_INTERP_JIT_MODE`, or `auto`
    #[arg(long, value_name = "TIER")]
    tier: Option<Tier>,
    /// Hotness budget of a small function before it is compiled
    #[arg(long, value_name = "N")]
    threshold: Option<u32>,
    /// Compile on the thread that runs, not in the background: the same events in each run
    #[arg(long)]
    sync_tier_up: bool,
    /// Let every N-th guard fail
    #[arg(long, value_name = "N")]
    deopt_every: Option<NonZeroU32>,
    /// Let the K-th guard fail
    #[arg(long, value_name = "K")]
    deopt_at: Option<u64>,
    /// Let guards fail at random
    #[arg(long, value_name = "SEED")]
    deopt_random: Option<u64>,
    /// Bytes of compiled code that there may be; what does not fit is interpreted
    #[arg(long, value_name = "BYTES")]
    code_limit: Option<usize>,
    /// Calls that are not inlined until one of them is looked at anew; 0 for never
    #[arg(long, value_name = "N")]
    reprofile_after: Option<u32>,
    /// Executions of a branch after which an arm that none took is not compiled; 0 compiles all
    #[arg(long, value_name = "N")]
    untaken_after: Option<u32>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tier {
    /// Interpret everything
    Interp,
    /// Compile each function at its first call
    Jit,
    /// Interpret, and compile what is hot
    Auto,
}

impl TierOptions {
    /// Changes what was asked for, and nothing else.
    pub(crate) fn apply(&self, config: &mut Config) {
        if let Some(tier) = self.tier {
            config.strategy(match tier {
                Tier::Interp => Strategy::Interpreter,
                Tier::Jit => Strategy::Jit,
                Tier::Auto => Strategy::Tiered,
            });
        }
        if let Some(threshold) = self.threshold {
            config.jit_threshold(threshold);
        }
        if self.sync_tier_up {
            config.jit_background(false);
        }
        if self.deopt_every.is_some() {
            config.jit_deopt_every(self.deopt_every);
        }
        if self.deopt_at.is_some() {
            config.jit_deopt_at(self.deopt_at);
        }
        if self.deopt_random.is_some() {
            config.jit_deopt_random(self.deopt_random);
        }
        if let Some(bytes) = self.code_limit {
            config.jit_code_limit(bytes);
        }
        if let Some(calls) = self.reprofile_after {
            config.jit_reprofile_after(NonZeroU32::new(calls));
        }
        if let Some(executions) = self.untaken_after {
            config.jit_untaken_after(NonZeroU32::new(executions));
        }
    }
}
