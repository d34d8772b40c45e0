//! Feedback: what the interpreter has seen at each call site of a function.
//!
//! Written only by the interpreter's inline caches. What they have counted is added to the profile
//! of the module (`profile.rs`) when a compilation is requested, and when the store is dropped. The
//! first target of a site lies inline, so that a hit is a compare and an increment; up to three
//! more lie behind a pointer.

use crate::vm::VMFuncRef;

/// Number of targets a site keeps before it is megamorphic.
pub const MAX_TARGETS: usize = 4;

/// Table index of a target that was reached through several indices.
pub const MANY_INDICES: u32 = u32::MAX;

/// State of an inline cache. Only ever moves down this list, unless it is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum IcState {
    /// Never executed.
    Uninitialized,
    /// One target.
    Monomorphic,
    /// Two to four targets.
    Polymorphic,
    /// More targets than are kept.
    Megamorphic,
}

/// One observed target of a call site.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The callee. Its signature has been checked.
    pub func_ref: *mut VMFuncRef,
    /// How often it was called; saturates.
    pub count: u32,
    /// Table index it was found at, or [`MANY_INDICES`].
    pub index: u32,
}

impl Target {
    /// No target.
    pub const NONE: Target = Target {
        func_ref: std::ptr::null_mut(),
        count: 0,
        index: 0,
    };
}

/// The inline cache of one call instruction.
#[repr(C)]
#[derive(Debug)]
pub struct CallSite {
    /// The first target; null before the first call. Direct calls use only its count.
    pub first: Target,
    /// Further targets.
    pub more: Option<Box<MoreTargets>>,
    /// What the targets amount to.
    pub state: IcState,
    /// Calls of the first target that the module's profile has.
    pub taken: u32,
}

// Handlers shift an index instead of multiplying it.
const _: () = assert!(size_of::<CallSite>() == 32);

/// What a site keeps of targets beyond the first.
#[derive(Debug)]
pub struct MoreTargets {
    /// In the order they were first seen.
    pub targets: [Target; MAX_TARGETS - 1],
    /// Counts calls of targets for which there was no room. It has no function.
    pub others: Target,
    /// Calls of `targets` and `others` that the module's profile has.
    taken: [u32; MAX_TARGETS],
}

impl MoreTargets {
    /// No targets.
    pub const NONE: MoreTargets = MoreTargets {
        targets: [Target::NONE; MAX_TARGETS - 1],
        others: Target::NONE,
        taken: [0; MAX_TARGETS],
    };
}

impl Default for CallSite {
    fn default() -> Self {
        Self {
            first: Target::NONE,
            more: None,
            state: IcState::Uninitialized,
            taken: 0,
        }
    }
}

impl CallSite {
    /// The observed targets, in the order they were first seen.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let more = self.more.iter().flat_map(|it| it.targets.iter());
        std::iter::once(&self.first)
            .chain(more)
            .filter(|it| !it.func_ref.is_null())
    }

    /// Calls of targets for which there was no room.
    pub fn others(&self) -> u32 {
        self.more.as_ref().map_or(0, |it| it.others.count)
    }

    /// The calls of a direct call site that were not taken yet.
    pub(crate) fn take_direct(&mut self) -> u32 {
        take(self.first.count, &mut self.taken)
    }

    /// Hands out the targets of an indirect call site with the calls that were not taken yet;
    /// `None` stands for those for which there was no room.
    pub(crate) fn take_targets(&mut self, mut receive: impl FnMut(Option<&Target>, u32)) {
        let mut hand_out = |target: &Target, taken: &mut u32, is_kept: bool| {
            let count = take(target.count, taken);
            if count > 0 {
                receive(is_kept.then_some(target), count);
            }
        };
        hand_out(&self.first, &mut self.taken, true);
        if let Some(more) = &mut self.more {
            let MoreTargets {
                targets,
                others,
                taken,
            } = &mut **more;
            for (target, taken) in targets.iter().zip(&mut *taken) {
                hand_out(target, taken, true);
            }
            hand_out(others, &mut taken[MAX_TARGETS - 1], false);
        }
    }
}

fn take(count: u32, taken: &mut u32) -> u32 {
    count.saturating_sub(std::mem::replace(taken, count))
}
