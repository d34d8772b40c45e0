//! [`Table`]: a table of a store.

use crate::call::open;
use crate::error::{Context, Result, bail, format_err, refused};
use crate::store::{StoreId, StoreOpaque};
use crate::types::{RefType, TableType};
use crate::{AsContext, AsContextMut, Ref, Trap, Val};
use runtime::TableId;
use std::ops::Range;

/// A table of a store.
///
/// Every method panics if it belongs to another store.
///
/// ```
/// use wasm_interp_jit::{Engine, Func, Ref, RefType, Store, Table, TableType};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let mut store = Store::new(&Engine::default(), ());
/// let ty = TableType::new(RefType::FUNCREF, 2, None);
/// let table = Table::new(&mut store, ty, Ref::Func(None))?;
/// let seven = Func::wrap(&mut store, || 7);
/// table.set(&mut store, 1, seven.into())?;
///
/// let element = table.get(&mut store, 1).expect("there are two");
/// let func = element.unwrap_func().expect("it was set");
/// assert_eq!(func.typed::<(), i32>(&store)?.call(&mut store, ())?, 7);
/// assert!(table.get(&mut store, 0).expect("there are two").is_null());
/// assert!(table.get(&mut store, 2).is_none());
/// assert_eq!(table.grow(&mut store, 3, Ref::Func(None))?, 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Table {
    store: StoreId,
    id: TableId,
}

impl Table {
    /// A table of its minimum size, filled with `init`.
    ///
    /// # Errors
    ///
    /// If it is too large or of a type that is not supported, or if `init` is not of the type of
    /// its elements or belongs to another store.
    pub fn new(mut store: impl AsContextMut, ty: TableType, init: Ref) -> Result<Table> {
        let store = store.as_context_mut().0;
        let lowered = ty
            .lower()
            .ok_or_else(|| format_err!("tables of type {ty:?} are not supported"))?;
        let init = element(store.opaque(), ty.element(), &init)?;
        let id = store.with_limiter(|runtime| runtime.new_table(lowered, init));
        Ok(Table::from_id(store.opaque(), id.map_err(refused)?))
    }

    /// Its type. The minimum is the one it was made with.
    pub fn ty(&self, store: impl AsContext) -> TableType {
        self.load_ty(store.as_context().0.opaque())
    }

    /// The element at `index`; `None` if there is none.
    pub fn get(&self, mut store: impl AsContextMut, index: u64) -> Option<Ref> {
        let store = store.as_context_mut().0.opaque_mut();
        store.check(self.store);
        Val::of_element(store, self.id, index)?.ref_()
    }

    /// Writes the element at `index`.
    ///
    /// # Errors
    ///
    /// If there is none, or if `val` is not of its type or belongs to another store.
    pub fn set(&self, mut store: impl AsContextMut, index: u64, val: Ref) -> Result<()> {
        let store = store.as_context_mut().0.opaque_mut();
        let slot = element(store, self.load_ty(store).element(), &val)?;
        if !store.runtime_mut().table_mut(self.id).set(index, slot) {
            bail!(Trap::TableOutOfBounds);
        }
        Ok(())
    }

    /// Number of elements.
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.runtime(store.as_context().0.opaque()).len()
    }

    /// Grows it by `delta` elements of value `init`. Returns its old size.
    ///
    /// # Errors
    ///
    /// If its maximum or the limiter does not allow it, the limiter's, if `init` is not of the type of its elements or belongs to
    /// another store, and [`OutOfMemory`](crate::OutOfMemory).
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64, init: Ref) -> Result<u64> {
        let store = store.as_context_mut().0;
        let opaque = store.opaque();
        let init = element(opaque, self.load_ty(opaque).element(), &init)?;
        let grown = store.with_limiter(|runtime| runtime.grow_table(self.id, delta, init));
        match grown.map_err(open)? {
            Some(old) => Ok(old),
            None => bail!("failed to grow table by `{delta}`"),
        }
    }

    /// Copies `len` elements from one table to another, or within one.
    ///
    /// # Errors
    ///
    /// If a range is not within its table, or if elements of the source are not of the type of
    /// those of the destination. Nothing is copied then.
    pub fn copy(
        mut store: impl AsContextMut,
        dst_table: &Table,
        dst_index: u64,
        src_table: &Table,
        src_index: u64,
        len: u64,
    ) -> Result<()> {
        let store = store.as_context_mut().0.opaque_mut();
        dst_table.span(store, dst_index, len)?;
        let src = src_table.span(store, src_index, len)?;
        let (dst_ty, src_ty) = (dst_table.load_ty(store), src_table.load_ty(store));
        src_ty
            .element()
            .ensure_matches(store.engine(), dst_ty.element())
            .context(
                "type mismatch: source table's element type does not match destination table's \
             element type",
            )?;
        // Copied first: the ranges may overlap.
        let slots = src_table.runtime(store).slots()[src].to_vec();
        let dst = store.runtime_mut().table_mut(dst_table.id);
        for (index, slot) in (dst_index..).zip(slots) {
            dst.set(index, slot);
        }
        Ok(())
    }

    /// Writes `val` to `len` elements from `dst` on.
    ///
    /// # Errors
    ///
    /// If the range is not within the table, or if `val` is not of the type of its elements or
    /// belongs to another store. Nothing is written then.
    pub fn fill(&self, mut store: impl AsContextMut, dst: u64, val: Ref, len: u64) -> Result<()> {
        let store = store.as_context_mut().0.opaque_mut();
        let slot = element(store, self.load_ty(store).element(), &val)?;
        self.span(store, dst, len)?;
        let table = store.runtime_mut().table_mut(self.id);
        for index in dst..dst + len {
            table.set(index, slot);
        }
        Ok(())
    }

    /// A number that only this table has in its store.
    pub fn debug_index_in_store(&self) -> u64 {
        self.id.0.into()
    }

    pub(crate) fn from_id(store: &StoreOpaque, id: TableId) -> Table {
        Table {
            store: store.id(),
            id,
        }
    }

    pub(crate) fn id(&self) -> TableId {
        self.id
    }

    pub(crate) fn comes_from_same_store(&self, store: &StoreOpaque) -> bool {
        self.store == store.id()
    }

    #[track_caller]
    pub(crate) fn runtime<'a>(&self, store: &'a StoreOpaque) -> &'a runtime::Table {
        store.check(self.store);
        store.runtime().table(self.id)
    }

    #[track_caller]
    fn load_ty(&self, store: &StoreOpaque) -> TableType {
        TableType::raise(store.engine(), &self.runtime(store).ty)
    }

    /// The elements from `start` on, if they are within the table.
    #[track_caller]
    fn span(&self, store: &StoreOpaque, start: u64, len: u64) -> Result<Range<usize>> {
        let end = start.checked_add(len).ok_or(Trap::TableOutOfBounds)?;
        if end > self.runtime(store).len() {
            bail!(Trap::TableOutOfBounds);
        }
        let index = |it| usize::try_from(it).expect("elements fit the address space");
        Ok(index(start)..index(end))
    }
}

/// `val` as an element of type `ty`.
fn element(store: &StoreOpaque, ty: &RefType, val: &Ref) -> Result<u64> {
    val.ensure_matches(store, ty)
        .context("type mismatch: value does not match table element type")?;
    val.to_slot(store)
}
