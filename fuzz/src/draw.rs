//! Choices of the generators, drawn from the fuzzer's input.
//!
//! No choice fails: when the input is used up, each is the first one, so that generators must
//! offer the smallest choice first to end.

use arbitrary::Unstructured;

/// Source of choices.
pub(crate) struct Draw<'a> {
    input: Unstructured<'a>,
}

impl<'a> Draw<'a> {
    /// Draws from `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            input: Unstructured::new(bytes),
        }
    }

    /// What is left, for generators that draw themselves.
    pub(crate) fn input(&mut self) -> &mut Unstructured<'a> {
        &mut self.input
    }

    /// A number below `n`, or 0 if `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        match n.checked_sub(1) {
            Some(last) => self.input.int_in_range(0..=last).unwrap_or(0),
            None => 0,
        }
    }

    /// One of `low..=high`.
    pub(crate) fn within(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True in one of `n` cases; false when the input is used up.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    /// One of `choices`, which must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// Any number.
    pub(crate) fn any<T: arbitrary::Arbitrary<'a> + Default>(&mut self) -> T {
        self.input.arbitrary().unwrap_or_default()
    }
}
