//! What is learned from failed speculations.
//!
//! Memory is kept by (call site, reason), not by function: a site that fails never turns off
//! speculation at a healthy one. It lies in the profile of the module, so that all its instances
//! learn from the failure of one. The bound of invariant 10 follows from [`MAX_FAILURES`]: an exit
//! is compiled for a site only while its failures are below the limit, each failure withdraws the
//! code it happened in, and an activation ends with its exit. So a site fails at most
//! `MAX_FAILURES` times, plus once for every other activation, in any store, of code that was
//! requested before its last failure. An exit that teaches nothing is no failure: its call traps, or
//! its target is a function of another instance that was never called, which it is once at most.

use crate::SpecSite;
use runtime::module::CallSiteInfo;
use runtime::{CallSiteIdx, FuncIdx, FuncProfile, Profile, Reason, SiteProfile};

/// Failures of a site for one reason after which it gets no exit for that reason any more.
///
/// A call site can widen three times (from one to four targets) before it is megamorphic.
const MAX_FAILURES: u8 = 4;

/// Compilations of one entry after which it is compiled without speculation.
const MAX_COMPILES: u32 = 100;

/// Branches of a function that may turn out to take an arm without code. More of them, and all of
/// its arms are compiled: it is about to do something else than what was observed.
const MAX_WRONG_BRANCHES: u8 = 4;

/// Decides about failed speculations. What it remembers is in the profile of the module.
#[derive(Debug)]
pub struct Policy;

/// What to do about an exit that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: the code stays as it is.
    Keep,
    /// Withdraw the code, and compile again with the feedback that the interpreter now gathers.
    Recompile,
}

impl Policy {
    /// Notes that the speculation at `site` failed for `reason`, in code that was requested when
    /// the profile's clock was `clock`.
    ///
    /// Code that was requested before the last failure of the site fails for the same cause: the
    /// site was inlined in several places, or the code still runs in other activations. That
    /// teaches nothing new, so it does not count.
    pub fn exit_taken(
        profile: &mut Profile,
        site: SpecSite,
        reason: Reason,
        clock: u32,
    ) -> Decision {
        let now = profile.clock.saturating_add(1);
        let Some(site) = profile.site_mut(site.func, site.site) else {
            return Decision::Keep;
        };
        let failures = match reason {
            Reason::WrongCallTarget => &mut site.wrong_targets,
            Reason::TableChanged => &mut site.table_changes,
            Reason::Reprofile => &mut site.reprofiles,
            // The code is right: a stress mode made it fail, the access traps, or time is up.
            Reason::Stress | Reason::OutOfBounds | Reason::Poll | Reason::PollAtEntry => {
                return Decision::Keep;
            }
            Reason::UntakenBranch => unreachable!("no call site speculates on it"),
        };
        if *failures == 0 || clock >= site.last_failure {
            *failures = failures.saturating_add(1);
            site.last_failure = now;
            if reason == Reason::Reprofile {
                Self::begin_anew(site);
            } else {
                site.decay();
            }
            profile.clock = now;
        }
        Decision::Recompile
    }

    /// Notes that the branch of side table entry `entry` of `func` took an arm without code.
    ///
    /// From now on both of its arms are compiled. So a branch has exits only in code that was
    /// requested before it failed, and a function has at most [`MAX_WRONG_BRANCHES`] that fail,
    /// whatever it does, plus those that fail in such older code.
    pub fn branch_failed(profile: &mut Profile, func: FuncIdx, entry: usize) -> Decision {
        let Some(known) = profile.func_mut(func) else {
            return Decision::Keep;
        };
        let branch = known.branches.get_mut(entry);
        let is_new = branch.is_none_or(|it| !std::mem::replace(&mut it.failed, true));
        if is_new {
            known.wrong_branches = known.wrong_branches.saturating_add(1);
        }
        Decision::Recompile
    }

    /// May code of a function be without arms of its branches?
    pub fn may_omit_arms(func: &FuncProfile) -> bool {
        func.wrong_branches < MAX_WRONG_BRANCHES
    }

    /// Forgets the targets of a site. One that had too many may get few again, but what it called
    /// before may come back: it gets a call instead of an exit.
    fn begin_anew(site: &mut SiteProfile) {
        if site.is_megamorphic() {
            site.wrong_targets = MAX_FAILURES;
            site.in_vain = site.in_vain.saturating_add(u8::from(site.reprofiles > 1));
        }
        site.forget();
    }

    /// Has all worn-out sites of `func` learned anew, since one that its code contains is: phases
    /// of a program change many sites, and the code is made again anyway. Returns which.
    ///
    /// `infos` are its call sites.
    pub fn begin_others_anew(
        profile: &mut Profile,
        func: FuncIdx,
        infos: &[CallSiteInfo],
    ) -> Vec<CallSiteIdx> {
        let mut begun = Vec::new();
        for (n, (info, site)) in (0..).zip(infos.iter().zip(profile.sites_mut(func))) {
            let is_worn_out = site.is_megamorphic() || !Self::may_exit(site);
            if info.kind.callee().is_none() && site.count > 0 && is_worn_out {
                site.reprofiles = site.reprofiles.saturating_add(1);
                Self::begin_anew(site);
                begun.push(CallSiteIdx(n));
            }
        }
        begun
    }

    /// How many calls that are not inlined there may be until a site is looked at anew, after
    /// `first` for the first time: always some more than the time before, so that there are at
    /// most `sqrt(2 * calls / first)` exits at a site; and twice as many whenever it was in vain,
    /// so that those are at most the logarithm of the calls.
    pub fn reprofile_after(site: &SiteProfile, first: u32) -> i64 {
        const MAX_SHIFT: u8 = 20;
        let more = i64::from(site.reprofiles) + 1;
        (i64::from(first) * more) << site.in_vain.min(MAX_SHIFT)
    }

    /// May `site` still leave through an exit when its target is a new one?
    pub fn may_exit(site: &SiteProfile) -> bool {
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
    use runtime::module::CallKind;
    use runtime::{BranchProfile, TypeIdx};

    const FUNC: FuncIdx = FuncIdx(0);

    fn site(n: u32) -> SpecSite {
        SpecSite {
            func: FUNC,
            site: CallSiteIdx(n),
        }
    }

    /// A profile of a function with two sites.
    fn profile() -> Profile {
        let mut profile = Profile::default();
        let func = FuncProfile {
            sites: vec![SiteProfile::default(); 2].into(),
            ..FuncProfile::default()
        };
        profile.insert(FUNC, func);
        profile
    }

    fn known_of(profile: &Profile, n: usize) -> &SiteProfile {
        &profile.func(FUNC).expect("inserted").sites[n]
    }

    // A site that fails again and again is denied exits; another one of the same function is not.
    #[test]
    fn failures_are_bounded_by_site() {
        let mut profile = profile();
        for _ in 0..MAX_FAILURES {
            assert!(Policy::may_exit(known_of(&profile, 0)));
            let clock = profile.clock;
            let decision =
                Policy::exit_taken(&mut profile, site(0), Reason::WrongCallTarget, clock);
            assert_eq!(decision, Decision::Recompile);
        }
        assert!(!Policy::may_exit(known_of(&profile, 0)));
        assert!(Policy::may_exit(known_of(&profile, 1)));
    }

    // A target that is new to a site fails in every function the site is inlined into, and in every
    // store that runs the code, once each: that counts as one failure.
    #[test]
    fn old_code_fails_without_counting() {
        let mut profile = profile();
        for _ in 0..100 {
            Policy::exit_taken(&mut profile, site(0), Reason::WrongCallTarget, 0);
        }
        assert_eq!(known_of(&profile, 0).wrong_targets, 1);
        assert!(Policy::may_exit(known_of(&profile, 0)));
    }

    // A site with too many targets that is looked at anew forgets them, and leaves by no exit any
    // more: the bound on its failures holds. One that was never executed learns as if it were new.
    #[test]
    fn sites_begin_anew() {
        let mut profile = profile();
        profile
            .site_mut(FUNC, CallSiteIdx(0))
            .expect("inserted")
            .count = 100;
        for (n, may_exit) in [(0, false), (1, true)] {
            let clock = profile.clock;
            Policy::exit_taken(&mut profile, site(n), Reason::Reprofile, clock);
            let site = known_of(&profile, n as usize);
            assert_eq!((site.count, site.reprofiles), (0, 1));
            assert_eq!(Policy::may_exit(site), may_exit);
            assert_eq!(Policy::reprofile_after(site, 1000), 2000);
        }
    }

    // A look in vain doubles the time until the next one, others only lengthen it.
    #[test]
    fn looks_become_rarer() {
        let mut profile = profile();
        let mut intervals = Vec::new();
        for (n, count) in [100, 0, 0, 100, 100].into_iter().enumerate() {
            let known = &mut profile.sites_mut(FUNC)[0];
            known.count = count;
            let clock = profile.clock;
            Policy::exit_taken(&mut profile, site(0), Reason::Reprofile, clock);
            let known = known_of(&profile, 0);
            assert_eq!(usize::from(known.reprofiles), n + 1);
            intervals.push(Policy::reprofile_after(known, 10));
        }
        assert_eq!(intervals, [20, 30, 40, 100, 240]);
    }

    // With one site its worn-out neighbours are learned anew, and healthy ones are not.
    #[test]
    fn neighbours_begin_anew() {
        let mut profile = profile();
        profile.sites_mut(FUNC)[1].count = 7;
        let infos = |kind| [CallSiteInfo { pc: 0, kind }; 2];
        let direct = infos(CallKind::Direct(FUNC));
        assert!(Policy::begin_others_anew(&mut profile, FUNC, &direct).is_empty());
        let indirect = infos(CallKind::Ref { ty: TypeIdx(0) });
        assert_eq!(
            Policy::begin_others_anew(&mut profile, FUNC, &indirect),
            [CallSiteIdx(1)]
        );
        assert_eq!(known_of(&profile, 1).count, 0);
        assert!(Policy::begin_others_anew(&mut profile, FuncIdx(9), &indirect).is_empty());
    }

    // A branch fails once, however often its old code does; and if several do, no arm of the function
    // is left out any more. Other functions are not concerned.
    #[test]
    fn wrong_branches_are_bounded() {
        let mut profile = profile();
        let known = profile.func_mut(FUNC).expect("inserted");
        known.branches = vec![BranchProfile::default(); 10].into();
        let mut n_failures = 0;
        while Policy::may_omit_arms(profile.func(FUNC).expect("inserted")) {
            for _ in 0..3 {
                let decision = Policy::branch_failed(&mut profile, FUNC, n_failures);
                assert_eq!(decision, Decision::Recompile);
            }
            n_failures += 1;
        }
        assert_eq!(n_failures, usize::from(MAX_WRONG_BRANCHES));
        let known = profile.func(FUNC).expect("inserted");
        let failed = known.branches.iter().filter(|it| it.failed).count();
        assert_eq!(failed, n_failures);
        let other = Policy::branch_failed(&mut profile, FuncIdx(7), 0);
        assert_eq!(other, Decision::Keep);
    }

    // Stress and out-of-bounds exits say nothing against the code.
    #[test]
    fn exits_that_speculate_on_nothing_keep_the_code() {
        let mut profile = profile();
        for reason in [Reason::Stress, Reason::OutOfBounds] {
            let decision = Policy::exit_taken(&mut profile, site(0), reason, 0);
            assert_eq!(decision, Decision::Keep);
        }
        let site = known_of(&profile, 0);
        assert_eq!((site.wrong_targets, site.table_changes), (0, 0));
    }
}
