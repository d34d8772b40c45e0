//! The profile of a module: what all its instances have fed back, in whatever store and thread.
//!
//! ```text
//!   inline caches of an instance ──add──► Profile ──copy──► request for compilation
//!        (interpreter writes)             of the module         (compiler reads)
//! ```
//!
//! Inline caches know functions by address; a profile knows them by index, so it holds for every
//! instance, for other processes, and for instances that do not exist yet. Addresses and table
//! elements differ between instances, so whoever relies on a profile checks what it says: a wrong
//! profile makes code slower, never wrong.
//!
//! What speculations taught (`deopt/src/policy.rs`) lies beside what was seen.

mod hints;
mod snapshot;

use crate::module::CallSiteInfo;
use crate::{
    CallSite, CallSiteIdx, EntryCounts, FuncIdx, Instance, MANY_INDICES, MAX_TARGETS, Target,
};
pub(crate) use hints::{HintKind, HintSection};
use rustc_hash::FxHashMap;
pub use snapshot::ProfileError;

/// Targets of a site that are kept. More than an inline cache keeps, since instances differ.
const MAX_KEPT: usize = 8;

/// What the runs of a module have shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Counts failed speculations; see `last_failure`.
    pub clock: u32,
    funcs: FxHashMap<FuncIdx, FuncProfile>,
    eager: Vec<FuncIdx>,
}

/// What is known of a defined function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FuncProfile {
    /// Where it was hot: at its entry (`None`), or at these loop headers.
    pub hot: Vec<Option<u32>>,
    /// By call site.
    pub sites: Box<[SiteProfile]>,
    /// By side table entry; none unless branches were observed. Those of calls mean nothing.
    pub branches: Box<[BranchProfile]>,
    /// Branches of it that failed; see `BranchProfile::failed`.
    pub wrong_branches: u8,
}

/// What is known of a branch.
///
/// It is taken if it goes where its side table entry says: an `if` when its condition is false.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BranchProfile {
    /// How often it was seen to be taken.
    pub taken: u32,
    /// How often it was seen not to be taken.
    pub not_taken: u32,
    /// It took an arm for which there was no code. This is the policy's.
    pub failed: bool,
}

/// What is known of a call site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteProfile {
    /// Calls, whatever was called.
    pub count: u64,
    /// Calls of functions of other instances and of the host.
    pub foreign: u64,
    /// Targets of an indirect call that are functions of the module, most frequent first.
    pub targets: Vec<TargetProfile>,
    /// Failed speculations on the targets. This and what follows is the policy's.
    pub wrong_targets: u8,
    /// Failed speculations on the table being as it was.
    pub table_changes: u8,
    /// How often its targets were forgotten, to be learned anew.
    pub reprofiles: u8,
    /// How often they were too many again.
    pub in_vain: u8,
    /// The clock at the last failure.
    pub last_failure: u32,
}

/// A target of an indirect call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetProfile {
    /// The function.
    pub func: FuncIdx,
    /// The table index it was found at, if it was always the same.
    pub index: Option<u32>,
    /// How often it was called.
    pub count: u64,
}

impl Profile {
    /// What is known of `func`.
    pub fn func(&self, func: FuncIdx) -> Option<&FuncProfile> {
        self.funcs.get(&func)
    }

    /// All functions of which something is known, in no order.
    pub fn funcs(&self) -> impl Iterator<Item = (FuncIdx, &FuncProfile)> {
        self.funcs.iter().map(|(&func, it)| (func, it))
    }

    /// Sets what is known of a function.
    pub fn insert(&mut self, func: FuncIdx, profile: FuncProfile) {
        self.funcs.insert(func, profile);
    }

    /// What is known of the sites of `func`, to be changed.
    pub fn sites_mut(&mut self, func: FuncIdx) -> &mut [SiteProfile] {
        self.funcs
            .get_mut(&func)
            .map_or(&mut [], |it| &mut it.sites)
    }

    /// What is known of a site, to be changed.
    pub fn site_mut(&mut self, func: FuncIdx, site: CallSiteIdx) -> Option<&mut SiteProfile> {
        self.sites_mut(func).get_mut(site.index())
    }

    /// Notes that `func` was hot at `osr`.
    pub fn note_hot(&mut self, func: FuncIdx, osr: Option<u32>) {
        let hot = &mut self.funcs.entry(func).or_default().hot;
        if !hot.contains(&osr) {
            hot.push(osr);
        }
    }

    /// Adds what the call sites of `func` have counted since they were added before, and returns
    /// what is known of it now.
    pub fn add(
        &mut self,
        instance: &Instance,
        func: FuncIdx,
        (infos, sites): (&[CallSiteInfo], &mut [CallSite]),
    ) -> &FuncProfile {
        let known = self.funcs.entry(func).or_default();
        if known.sites.len() != infos.len() {
            // First of all, or from a profile of other code.
            known.sites = infos.iter().map(|_| SiteProfile::default()).collect();
        }
        for ((known, info), site) in known.sites.iter_mut().zip(infos).zip(sites) {
            if info.kind.callee().is_some() {
                known.count += u64::from(site.take_direct());
            } else {
                site.take_targets(|target, count| known.add(instance, target, count));
            }
        }
        known
    }

    /// Adds what was observed of the branches of `func`, by side table entry, and returns what is
    /// known of it now.
    pub(crate) fn add_branches(&mut self, func: FuncIdx, seen: &[EntryCounts]) -> &FuncProfile {
        let known = self.funcs.entry(func).or_default();
        if known.branches.len() < seen.len() {
            let mut branches = std::mem::take(&mut known.branches).into_vec();
            branches.resize(seen.len(), BranchProfile::default());
            known.branches = branches.into();
        }
        let more =
            |known: u32, seen: u64| known.saturating_add(u32::try_from(seen).unwrap_or(u32::MAX));
        for (known, seen) in known.branches.iter_mut().zip(seen) {
            known.taken = more(known.taken, seen.taken);
            known.not_taken = more(known.not_taken, seen.not_taken);
        }
        known
    }

    /// What is known of a function, to be changed.
    pub fn func_mut(&mut self, func: FuncIdx) -> Option<&mut FuncProfile> {
        self.funcs.get_mut(&func)
    }

    /// Adds what another profile knows of functions of which this one knows nothing yet, and has
    /// its hot functions compiled as soon as there is an instance.
    pub fn merge(&mut self, other: Profile) {
        for (func, profile) in other.funcs {
            if !profile.hot.is_empty() && !self.eager.contains(&func) {
                self.eager.push(func);
            }
            self.funcs.entry(func).or_insert(profile);
        }
        self.eager.sort();
    }

    /// Functions that a profile of another run knows to be hot.
    pub fn eager(&self) -> &[FuncIdx] {
        &self.eager
    }
}

impl SiteProfile {
    /// Adds `count` calls of `target`; `None` are functions that no cache had room for.
    fn add(&mut self, instance: &Instance, target: Option<&Target>, count: u32) {
        let count = u64::from(count);
        self.count = self.count.saturating_add(count);
        let Some(target) = target else {
            return;
        };
        let Some(func) = instance.own_func(target.func_ref) else {
            self.foreign = self.foreign.saturating_add(count);
            return;
        };
        let index = (target.index != MANY_INDICES).then_some(target.index);
        self.add_target(TargetProfile { func, index, count });
    }

    /// Adds calls of a target, in order.
    pub(crate) fn add_target(&mut self, new: TargetProfile) {
        let at = match self.targets.iter().position(|it| it.func == new.func) {
            Some(at) => {
                let known = &mut self.targets[at];
                known.count = known.count.saturating_add(new.count);
                if known.index != new.index {
                    known.index = None;
                }
                at
            }
            None if self.targets.len() < MAX_KEPT => {
                self.targets.push(new);
                self.targets.len() - 1
            }
            // The rarest one makes room, if it is rarer; its calls stay counted.
            None => match self.targets.last_mut() {
                Some(last) if last.count < new.count => {
                    *last = new;
                    self.targets.len() - 1
                }
                _ => return,
            },
        };
        let hotter = self.targets[..at]
            .iter()
            .rposition(|it| it.count >= self.targets[at].count);
        self.targets[hotter.map_or(0, |it| it + 1)..=at].rotate_right(1);
    }

    /// Calls of own functions that are not among `targets`.
    pub fn unkept(&self) -> u64 {
        let kept = self.targets.iter().map(|it| it.count);
        kept.fold(self.count.saturating_sub(self.foreign), u64::saturating_sub)
    }

    /// Are there more targets than an inline cache keeps?
    pub fn is_megamorphic(&self) -> bool {
        self.targets.len() > MAX_TARGETS || self.unkept() > 0
    }

    /// Makes what was seen so far count less than what will be. No target is forgotten.
    pub fn decay(&mut self) {
        const SHIFT: u32 = 3;
        let unkept = self.unkept() >> SHIFT;
        let less = |it: u64| if it == 0 { 0 } else { (it >> SHIFT).max(1) };
        self.foreign = less(self.foreign);
        self.count = unkept + self.foreign;
        for target in &mut self.targets {
            target.count = less(target.count);
            self.count += target.count;
        }
    }

    /// Forgets what was seen.
    pub fn forget(&mut self) {
        self.targets.clear();
        (self.count, self.foreign) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(func: u32, count: u64) -> TargetProfile {
        TargetProfile {
            func: FuncIdx(func),
            index: Some(func),
            count,
        }
    }

    fn funcs(site: &SiteProfile) -> Vec<u32> {
        site.targets.iter().map(|it| it.func.0).collect()
    }

    // The order is by count, and of those with equal counts the first one seen comes first: equal
    // profiles make equal plans.
    #[test]
    fn targets_are_in_order() {
        let mut site = SiteProfile::default();
        for (func, count) in [(1, 5), (2, 9), (3, 5), (1, 1), (4, 100)] {
            site.add_target(target(func, count));
        }
        assert_eq!(funcs(&site), [4, 2, 1, 3]);
        site.add_target(target(3, 1));
        assert_eq!(funcs(&site), [4, 2, 1, 3]);
    }

    // A frequent target takes the place of the rarest one, a rare one does not.
    #[test]
    fn the_most_frequent_targets_are_kept() {
        let mut site = SiteProfile::default();
        for func in 0..MAX_KEPT as u32 {
            site.add_target(target(func, 10 + u64::from(func)));
        }
        site.add_target(target(100, 5));
        assert!(!funcs(&site).contains(&100));
        site.add_target(target(101, 50));
        assert_eq!(funcs(&site)[0], 101);
        assert!(!funcs(&site).contains(&0));
    }

    // What decays counts less, but its targets stay known: each would be a new failure.
    #[test]
    fn decay_forgets_no_target() {
        let mut site = SiteProfile {
            count: 100_804,
            ..SiteProfile::default()
        };
        site.add_target(target(1, 100_000));
        site.add_target(target(2, 4));
        site.decay();
        assert_eq!(funcs(&site), [1, 2]);
        assert_eq!((site.unkept(), site.count), (100, 12_601));
    }
}
