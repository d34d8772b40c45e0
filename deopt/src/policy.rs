//! What is learned from failed speculations.
//!
//! Memory is kept by (call site, reason), not by function: a site that fails never turns off
//! speculation at a healthy one. The bound of invariant 10 follows from [`MAX_FAILURES`]: an exit
//! is compiled for a site only while its failures are below the limit, each failure withdraws the
//! code it happened in, and an activation ends with its exit. So a site fails at most
//! `MAX_FAILURES` times, plus once for every other activation of code that was requested before
//! its last failure.

use crate::SpecSite;
use runtime::{InstanceId, Reason};
use rustc_hash::FxHashMap;

/// Failures of a site for one reason after which it gets no exit for that reason any more.
///
/// A call site can widen three times (from one to four targets) before it is megamorphic.
const MAX_FAILURES: u8 = 4;

/// Compilations of one entry after which it is compiled without speculation.
const MAX_COMPILES: u32 = 24;

/// Failed speculations of a store.
#[derive(Debug, Default)]
pub struct Policy {
    failures: FxHashMap<(InstanceId, SpecSite, Reason), Failures>,
    clock: u64,
}

/// Failures of one site for one reason.
#[derive(Clone, Copy, Debug, Default)]
struct Failures {
    count: u8,
    /// The policy's clock at the last one.
    last: u64,
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
    pub fn clock(&self) -> u64 {
        self.clock
    }

    /// Notes that the speculation at `site` failed for `reason`, in code requested at `clock`.
    ///
    /// Code that was requested before the last failure of the site fails for the same cause: the
    /// site was inlined in several places, or the code still runs in other activations. That
    /// teaches nothing new, so it does not count.
    pub fn exit_taken(
        &mut self,
        instance: InstanceId,
        site: Option<SpecSite>,
        reason: Reason,
        clock: u64,
    ) -> Decision {
        match (reason, site) {
            (Reason::WrongCallTarget | Reason::TableChanged, Some(site)) => {
                let failures = self.failures.entry((instance, site, reason)).or_default();
                if failures.count == 0 || clock >= failures.last {
                    self.clock += 1;
                    failures.count = failures.count.saturating_add(1);
                    failures.last = self.clock;
                }
                Decision::Recompile
            }
            // The code is right: a stress mode made it fail, or the access traps.
            _ => Decision::Keep,
        }
    }

    /// How often `site` failed for `reason`.
    pub fn failures(&self, instance: InstanceId, site: SpecSite, reason: Reason) -> u8 {
        self.failures
            .get(&(instance, site, reason))
            .map_or(0, |it| it.count)
    }

    /// May `site` still leave through an exit when its target is a new one?
    pub fn may_exit(&self, instance: InstanceId, site: SpecSite) -> bool {
        self.failures(instance, site, Reason::WrongCallTarget) < MAX_FAILURES
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
    use runtime::{CallSiteIdx, FuncIdx};

    fn site(func: u32) -> SpecSite {
        SpecSite {
            func: FuncIdx(func),
            site: CallSiteIdx(0),
        }
    }

    // A site that fails again and again is denied exits; another one of the same function is not.
    #[test]
    fn failures_are_bounded_by_site() {
        let (mut policy, instance) = (Policy::default(), InstanceId(0));
        let (failing, healthy) = (
            site(1),
            SpecSite {
                site: CallSiteIdx(1),
                ..site(1)
            },
        );
        for _ in 0..MAX_FAILURES {
            assert!(policy.may_exit(instance, failing));
            let clock = policy.clock();
            let reason = Reason::WrongCallTarget;
            let decision = policy.exit_taken(instance, Some(failing), reason, clock);
            assert_eq!(decision, Decision::Recompile);
        }
        assert!(!policy.may_exit(instance, failing));
        assert!(policy.may_exit(instance, healthy));
        assert!(policy.may_exit(InstanceId(1), failing));
    }

    // A target that is new to a site fails in every function the site is inlined into, once each:
    // that counts as one failure.
    #[test]
    fn old_code_fails_without_counting() {
        let (mut policy, instance) = (Policy::default(), InstanceId(0));
        for _ in 0..100 {
            policy.exit_taken(instance, Some(site(1)), Reason::WrongCallTarget, 0);
        }
        assert_eq!(
            policy.failures(instance, site(1), Reason::WrongCallTarget),
            1
        );
        assert!(policy.may_exit(instance, site(1)));
    }

    // Stress and out-of-bounds exits say nothing against the code.
    #[test]
    fn exits_that_speculate_on_nothing_keep_the_code() {
        let mut policy = Policy::default();
        for reason in [Reason::Stress, Reason::OutOfBounds] {
            assert_eq!(
                policy.exit_taken(InstanceId(0), None, reason, 0),
                Decision::Keep
            );
        }
        assert!(policy.may_exit(InstanceId(0), site(0)));
    }
}
