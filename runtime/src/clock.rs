//! How long a store spends in each tier. Off unless a report asks for it.

use std::time::{Duration, Instant};

/// Where time goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TierKind {
    /// Outside wasm: the embedder, and host functions.
    Host,
    /// The interpreter.
    Interpreter,
    /// Compiled code.
    Compiled,
}

/// Measures the time between changes of tier.
#[derive(Clone, Debug)]
pub struct TierClock {
    current: TierKind,
    since: Instant,
    spent: [Duration; 3],
}

impl Default for TierClock {
    fn default() -> Self {
        Self {
            current: TierKind::Host,
            since: Instant::now(),
            spent: [Duration::ZERO; 3],
        }
    }
}

impl TierClock {
    /// Notes that `next` runs from now on; returns what ran so far.
    pub fn switch(&mut self, next: TierKind) -> TierKind {
        let now = Instant::now();
        self.spent[self.current as usize] += now - self.since;
        self.since = now;
        std::mem::replace(&mut self.current, next)
    }

    /// Time spent in a tier, up to the last switch.
    pub fn spent(&self, tier: TierKind) -> Duration {
        self.spent[tier as usize]
    }
}
