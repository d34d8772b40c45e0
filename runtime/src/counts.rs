//! Counts: what the interpreter executed of a function, if its engine asks for that.
//!
//! Not part of feedback, which saturates, forgets what megamorphic sites call, and decides what is
//! compiled. Nothing decides by counts. What compiled code executes is not in them.

/// What the interpreter executed of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Instructions, those included that trapped. Branches land behind what does nothing
    /// (`module/side_table.rs`), and what they skip does not count.
    pub instructions: u64,
    /// Branches and calls, by side table entry.
    pub entries: Box<[EntryCounts]>,
}

impl Counts {
    /// No counts yet, of a function with `n_entries` side table entries.
    pub fn new(n_entries: usize) -> Self {
        Self {
            instructions: 0,
            entries: vec![EntryCounts::default(); n_entries].into(),
        }
    }
}

/// What the owner of a side table entry did.
///
/// A branch is taken if it goes where the entry says: an `if` when its condition is false, and
/// `br_table` by the entry of one target. A call that traps for want of a target does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryCounts {
    /// Branch: taken. Call: made, and its target was on record; direct calls always count here.
    pub taken: u64,
    /// Branch: not taken. Call: made, and its target was not on record.
    pub not_taken: u64,
}

impl EntryCounts {
    /// How often the branch was executed, or the call made.
    pub fn total(self) -> u64 {
        self.taken + self.not_taken
    }
}
