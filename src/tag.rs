//! [`Tag`]: what exceptions of a kind have in common.
//!
//! The host can make tags and give them names. Modules that have any are not supported yet.

use crate::AsContext;
use crate::AsContextMut;
use crate::error::{Result, ensure};
use crate::store::{StoreId, StoreOpaque};
use crate::types::TagType;

/// A tag of a store.
///
/// Every method panics if it belongs to another store.
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    store: StoreId,
    index: usize,
}

impl Tag {
    /// A new tag, different from all others.
    ///
    /// # Errors
    ///
    /// If the type belongs to another engine.
    pub fn new(mut store: impl AsContextMut, ty: &TagType) -> Result<Tag> {
        let store = store.as_context_mut().0.opaque_mut();
        ensure!(
            ty.ty().comes_from_same_engine(store.engine()),
            "type used with wrong engine"
        );
        Ok(Tag {
            store: store.id(),
            index: store.add_tag(ty.clone()),
        })
    }

    /// Its type.
    pub fn ty(&self, store: impl AsContext) -> TagType {
        self.load_ty(store.as_context().0.opaque()).clone()
    }

    #[track_caller]
    pub(crate) fn load_ty<'a>(&self, store: &'a StoreOpaque) -> &'a TagType {
        store.check(self.store);
        store.tag(self.index)
    }

    /// Are both the same tag?
    pub fn eq(a: &Tag, b: &Tag, store: impl AsContext) -> bool {
        let store = store.as_context().0.opaque();
        store.check(a.store);
        store.check(b.store);
        a.index == b.index
    }

    /// A number that only this tag has in its store.
    pub fn debug_index_in_store(&self) -> u64 {
        self.index as u64
    }

    pub(crate) fn comes_from_same_store(&self, store: &StoreOpaque) -> bool {
        self.store == store.id()
    }
}
