//! Counts what runs did: shows whether the inputs reach what they are meant to reach.

use std::collections::BTreeSet;
use std::fmt;

/// Declares counters with their names in reports.
macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// What happened in one or more executions of a target.
        #[derive(Clone, Debug, Default)]
        pub struct Stats {
            $($(#[$doc])* pub $name: u64,)*
            /// Functions that should have been compiled but were not, and why.
            pub compile_failures: BTreeSet<String>,
        }

        impl Stats {
            const NAMES: &[&str] = &[$(stringify!($name)),*];

            fn counts(&self) -> Vec<u64> {
                vec![$(self.$name),*]
            }

            fn counts_mut(&mut self) -> Vec<&mut u64> {
                vec![$(&mut self.$name),*]
            }
        }
    };
}

counters! {
    /// Executions of the target.
    executions;
    /// Modules that were run.
    modules;
    /// Inputs that gave no module.
    rejected;
    /// Steps of scripts, in the first mode.
    steps;
    /// Of these, failed ones.
    failed_steps;
    /// Programs with a failed step.
    trapping_programs;
    /// Programs that were cut short by a stack overflow.
    overflows;
    /// Compiled functions.
    installed;
    /// Compiled functions with an entry at a loop.
    installed_osr;
    /// Frames that entered compiled code at a loop.
    osr_entries;
    /// Decisions about call sites.
    inlining_decisions;
    /// Deopt exits taken.
    deopts;
    /// Codes withdrawn.
    invalidations;
    /// Exits that have rebuilt what the interpreter had.
    shadowed;
    /// Changed profiles and hints that were not refused.
    accepted_feedback;
}

impl Stats {
    /// An execution of a target on a module.
    pub(crate) fn of_module() -> Stats {
        Stats {
            executions: 1,
            modules: 1,
            ..Stats::default()
        }
    }

    /// An execution of a target on bytes that gave no module.
    pub(crate) fn nothing() -> Stats {
        Stats {
            executions: 1,
            rejected: 1,
            ..Stats::default()
        }
    }
}

impl Stats {
    /// Adds what happened elsewhere.
    pub fn add(&mut self, other: &Stats) {
        for (mine, theirs) in self.counts_mut().into_iter().zip(other.counts()) {
            *mine += theirs;
        }
        self.compile_failures
            .extend(other.compile_failures.iter().cloned());
    }

    /// Reads what [`Display`](fmt::Display) wrote; what it does not know is left out.
    pub fn parse(line: &str) -> Stats {
        let mut stats = Stats::default();
        let counts = stats.counts_mut();
        for (name, count) in Self::NAMES.iter().zip(counts) {
            let found = line
                .split(' ')
                .find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            *count = found.and_then(|found| found.parse().ok()).unwrap_or(0);
        }
        stats
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (name, count)) in Self::NAMES.iter().zip(self.counts()).enumerate() {
            let separator = if n == 0 { "" } else { " " };
            write!(f, "{separator}{name}={count}")?;
        }
        Ok(())
    }
}
