//! The budget of inlining: how many bytes of Wasm may be added to a function.
//!
//! Numbers are V8's, with minor changes; measure before changing one.

/// Larger functions are never inlined.
pub const MAX_CALLEE: usize = 500;

/// Bodies inlined into one function, at most.
const MAX_INLINEES: usize = 60;

/// A function may grow to this multiple of its size,
const MAX_GROWTH: usize = 5;

/// or by this much if it is very small,
const MIN_BUDGET: usize = 50;

/// but not beyond this size,
const MAX_TOTAL: usize = 6000;

/// unless it is large already: then it may grow by a tenth.
const LARGE_GROWTH: usize = 10;

/// Smaller functions cost about as much as the call they replace,
const TINY: usize = 12;

/// so this much is not counted for them.
const TINY_ALLOWANCE: usize = 100;

/// Is a body of `size` bytes never inlined?
pub(super) fn is_too_large(size: usize) -> bool {
    size > MAX_CALLEE
}

/// What is left to spend.
#[derive(Debug)]
pub(super) struct Budget {
    root: usize,
    limit: usize,
    inlined: usize,
    n_inlined: usize,
}

impl Budget {
    /// The budget of a function of `root` bytes.
    pub(super) fn new(root: usize) -> Self {
        let growth = (root * MAX_GROWTH).max(root + MIN_BUDGET);
        let cap = MAX_TOTAL.max(root + root / LARGE_GROWTH);
        Self {
            root,
            limit: growth.min(cap),
            inlined: 0,
            n_inlined: 0,
        }
    }

    /// Pays for the bodies of one site: for all of them or for none.
    pub(super) fn take(&mut self, sizes: &[usize]) -> bool {
        let size: usize = sizes.iter().sum();
        let mut inlined = self.inlined;
        if size < TINY {
            inlined = inlined.saturating_sub(TINY_ALLOWANCE);
        }
        if self.n_inlined + sizes.len() > MAX_INLINEES || self.root + inlined + size > self.limit {
            return false;
        }
        self.inlined += size;
        self.n_inlined += sizes.len();
        true
    }
}
