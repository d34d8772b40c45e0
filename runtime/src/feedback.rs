//! Feedback: what the interpreter has seen at each call site of a function.
//!
//! Written only by the interpreter's inline caches, read only by requests for compilation, which
//! copy it. The first target of a site lies inline, so that a hit is a compare and an increment;
//! up to three more lie behind a pointer. What the policy remembers of a site lies beside it: a
//! deopt touches the site anyway.

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
    pub more: Option<Box<[Target; MAX_TARGETS - 1]>>,
    /// What the targets amount to.
    pub state: IcState,
    /// Failed speculations on the targets. This and what follows is the policy's.
    pub wrong_targets: u8,
    /// Failed speculations on the table being as it was.
    pub table_changes: u8,
    /// The policy's clock at the last failure.
    pub last_failure: u32,
}

// Handlers shift an index instead of multiplying it.
const _: () = assert!(size_of::<CallSite>() == 32);

impl Default for CallSite {
    fn default() -> Self {
        Self {
            first: Target::NONE,
            more: None,
            state: IcState::Uninitialized,
            wrong_targets: 0,
            table_changes: 0,
            last_failure: 0,
        }
    }
}

impl CallSite {
    /// The observed targets, in the order they were first seen.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let more = self.more.iter().flat_map(|it| it.iter());
        std::iter::once(&self.first)
            .chain(more)
            .filter(|it| !it.func_ref.is_null())
    }
}
