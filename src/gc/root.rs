//! Roots: what the embedder holds of a store's references.
//!
//! ```text
//!   Rooted ──► scope[index], if its generation is the handle's ──► slot
//!   OwnedRooted ──► owned[index], until the last clone is dropped ──► slot
//! ```
//!
//! Roots of a scope are a stack: a `RootScope`, and each call of a host function by Wasm, pops what
//! it pushed. A handle to a root that was popped finds another generation, or nothing, in its place.

use crate::error::{Result, format_err};
use crate::store::{StoreId, StoreOpaque};
use std::sync::{Arc, Weak};

/// Where a reference is: all that a handle holds.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Root {
    pub(super) store: StoreId,
    pub(super) place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// In the stack of scopes.
    Scope { index: u32, generation: u32 },
    /// Among the roots that live as long as their handles.
    Owned(u32),
}

/// The roots of a store.
#[derive(Default)]
pub(crate) struct Roots {
    scoped: Vec<(u32, u64)>,
    generation: u32,
    owned: Vec<Option<(Weak<()>, u64)>>,
    free: Vec<u32>,
}

impl Roots {
    /// How many roots there are in scopes: what to pop to later.
    #[inline]
    pub(crate) fn enter_scope(&self) -> usize {
        self.scoped.len()
    }

    /// Pops the roots that were made since `scope`.
    #[inline]
    pub(crate) fn exit_scope(&mut self, scope: usize) {
        if self.scoped.len() > scope {
            self.scoped.truncate(scope);
            self.generation = self.generation.wrapping_add(1);
        }
    }

    pub(super) fn reserve(&mut self, additional: usize) {
        self.scoped.reserve(additional);
    }

    pub(super) fn push(&mut self, slot: u64) -> Place {
        let index = u32::try_from(self.scoped.len()).expect("fewer than 2^32 roots");
        self.scoped.push((self.generation, slot));
        Place::Scope {
            index,
            generation: self.generation,
        }
    }

    /// A root that lives as long as what is returned with it.
    pub(super) fn own(&mut self, slot: u64) -> (Place, Arc<()>) {
        let alive = Arc::new(());
        let entry = Some((Arc::downgrade(&alive), slot));
        let index = match self.free.pop() {
            Some(index) => {
                self.owned[index as usize] = entry;
                index
            }
            None => {
                self.owned.push(entry);
                u32::try_from(self.owned.len() - 1).expect("fewer than 2^32 roots")
            }
        };
        (Place::Owned(index), alive)
    }

    fn get(&self, place: Place) -> Option<u64> {
        match place {
            Place::Scope { index, generation } => {
                let &(current, slot) = self.scoped.get(index as usize)?;
                (current == generation).then_some(slot)
            }
            Place::Owned(index) => Some(self.owned.get(index as usize)?.as_ref()?.1),
        }
    }

    /// All slots that are held. Forgets owned roots whose handles are gone.
    pub(crate) fn trace(&mut self) -> Vec<u64> {
        for (index, entry) in self.owned.iter_mut().enumerate() {
            if entry.as_ref().is_some_and(|it| it.0.strong_count() == 0) {
                *entry = None;
                self.free.push(index as u32);
            }
        }
        let scoped = self.scoped.iter().map(|it| it.1);
        let owned = self.owned.iter().flatten().map(|it| it.1);
        scoped.chain(owned).collect()
    }
}

impl Root {
    /// The slot of the reference.
    ///
    /// # Errors
    ///
    /// If its scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    #[track_caller]
    pub(super) fn slot(&self, store: &StoreOpaque) -> Result<u64> {
        assert!(self.store == store.id(), "object used with wrong store");
        store.roots().get(self.place).ok_or_else(unrooted)
    }
}

#[cold]
fn unrooted() -> crate::Error {
    format_err!("attempted to use a garbage-collected object that has been unrooted")
}
