//! [`Chain`]: an error and its causes.

use std::error::Error as StdError;
use std::iter::FusedIterator;

/// An error and its causes, outermost first, as [`Error::chain`](super::Error::chain) gives them.
pub struct Chain<'a>(pub(super) anyhow::Chain<'a>);

impl<'a> Iterator for Chain<'a> {
    type Item = &'a (dyn StdError + 'static);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

// What comes after an error without a cause is nothing, however often it is asked for.
impl FusedIterator for Chain<'_> {}
