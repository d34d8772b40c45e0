//! What is done with an instance.

/// What is done with an instance, besides making it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// Exports are called and changed as a seed says.
    Random,
    /// Each function is called once.
    EachOnce,
}
