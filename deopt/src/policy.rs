//! What is learned from failed speculations.
//!
//! Memory is kept by (call site, reason), not by function: a site that fails never turns off
//! speculation at a healthy one. The bound of invariant 10 follows from [`MAX_FAILURES`]: an exit
//! is compiled for a site only while its failures are below the limit, each failure withdraws the
//! code it happened in, and an activation ends with its exit. So a site fails at most
//! `MAX_FAILURES` times, plus once for every other activation of code that was requested before
//! its last failure.

use runtime::{CallSite, Reason};

/// Failures of a site for one reason after which it gets no exit for that reason any more.
///
/// A call site can widen three times (from one to four targets) before it is megamorphic.
const MAX_FAILURES: u8 = 4;

/// Compilations of one entry after which it is compiled without speculation.
const MAX_COMPILES: u32 = 24;

/// Decides about failed speculations of a store. What it remembers of a site is in the site.
#[derive(Debug, Default)]
pub struct Policy {
    clock: u32,
}

/// What to do about an exit that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: the code stays as it is.
    Keep,
    /// Withdraw the code, and compile again with the feedback that the interpreter now gathers.
    Recompile,
}

impl Policy {
    /// Counts failures; code remembers the clock at which it was requested.
    pub fn clock(&self) -> u32 {
        self.clock
    }

    /// Notes that the speculation at `site` failed for `reason`, in code requested at `clock`.
    ///
    /// Code that was requested before the last failure of the site fails for the same cause: the
    /// site was inlined in several places, or the code still runs in other activations. That
    /// teaches nothing new, so it does not count.
    pub fn exit_taken(
        &mut self,
        site: Option<&mut CallSite>,
        reason: Reason,
        clock: u32,
    ) -> Decision {
        let Some(site) = site else {
            return Decision::Keep;
        };
        let failures = match reason {
            Reason::WrongCallTarget => &mut site.wrong_targets,
            Reason::TableChanged => &mut site.table_changes,
            // The code is right: a stress mode made it fail, or the access traps.
            Reason::Stress | Reason::OutOfBounds => return Decision::Keep,
        };
        if *failures == 0 || clock >= site.last_failure {
            self.clock = self.clock.saturating_add(1);
            *failures = failures.saturating_add(1);
            site.last_failure = self.clock;
        }
        Decision::Recompile
    }

    /// May `site` still leave through an exit when its target is a new one?
    pub fn may_exit(site: &CallSite) -> bool {
        site.wrong_targets < MAX_FAILURES
    }

    /// Does an entry that is compiled for the `compiles`-th time still speculate?
    ///
    /// Each recompilation follows a failure, and failures are bounded by site; this bounds
    /// functions into which many failing sites are inlined.
    pub fn may_speculate(compiles: u32) -> bool {
        compiles <= MAX_COMPILES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // A site that fails again and again is denied exits; another one of the same function is not.
    #[test]
    fn failures_are_bounded_by_site() {
        let mut policy = Policy::default();
        let (mut failing, healthy) = (CallSite::default(), CallSite::default());
        for _ in 0..MAX_FAILURES {
            assert!(Policy::may_exit(&failing));
            let clock = policy.clock();
            let decision = policy.exit_taken(Some(&mut failing), Reason::WrongCallTarget, clock);
            assert_eq!(decision, Decision::Recompile);
        }
        assert!(!Policy::may_exit(&failing));
        assert!(Policy::may_exit(&healthy));
    }

    // A target that is new to a site fails in every function the site is inlined into, once each:
    // that counts as one failure.
    #[test]
    fn old_code_fails_without_counting() {
        let (mut policy, mut site) = (Policy::default(), CallSite::default());
        for _ in 0..100 {
            policy.exit_taken(Some(&mut site), Reason::WrongCallTarget, 0);
        }
        assert_eq!(site.wrong_targets, 1);
        assert!(Policy::may_exit(&site));
    }

    // Stress and out-of-bounds exits say nothing against the code.
    #[test]
    fn exits_that_speculate_on_nothing_keep_the_code() {
        let (mut policy, mut site) = (Policy::default(), CallSite::default());
        for reason in [Reason::Stress, Reason::OutOfBounds] {
            let decision = policy.exit_taken(Some(&mut site), reason, 0);
            assert_eq!(decision, Decision::Keep);
        }
        assert_eq!((site.wrong_targets, site.table_changes), (0, 0));
    }
}
