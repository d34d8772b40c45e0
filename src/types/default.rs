//! Things of a type that hold zeros and nulls.

use super::{ExternType, FuncType, GlobalType, MemoryType, TableType, TagType};
use crate::error::{Context, Result, ensure};
use crate::{AsContextMut, Extern, Func, Global, Memory, Ref, SharedMemory, Table, Tag, Val};

impl ExternType {
    /// Something of this type.
    ///
    /// # Errors
    ///
    /// If the type has values without a default, or cannot be allocated.
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Extern> {
        Ok(match self {
            ExternType::Func(ty) => ty.default_value(store)?.into(),
            ExternType::Global(ty) => ty.default_value(store)?.into(),
            ExternType::Table(ty) => ty.default_value(store)?.into(),
            ExternType::Memory(ty) => ty.default_value(store)?,
            ExternType::Tag(ty) => ty.default_value(store)?.into(),
        })
    }
}

impl FuncType {
    /// A function that returns zeros and nulls.
    ///
    /// # Errors
    ///
    /// If a result has no default.
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Func> {
        let values = self
            .results()
            .map(|ty| ty.default_value())
            .collect::<Option<Vec<Val>>>();
        ensure!(
            values.is_some(),
            "function results do not have a default value"
        );
        let values = values.unwrap_or_default();
        Func::try_new(store, self.clone(), move |_, _, results| {
            results.copy_from_slice(&values);
            Ok(())
        })
    }
}

impl GlobalType {
    /// A global that is zero or null.
    ///
    /// # Errors
    ///
    /// If the type has no default.
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Global> {
        let value = self
            .content()
            .default_value()
            .context("global type has no default value")?;
        Global::new(store, self.clone(), value)
    }
}

impl TableType {
    /// A table of nulls.
    ///
    /// # Errors
    ///
    /// If its elements cannot be null.
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Table> {
        let element = self.element();
        ensure!(
            element.is_nullable(),
            "table element type does not have a default value"
        );
        Table::new(store, self.clone(), Ref::null(element.heap_type()))
    }
}

impl TagType {
    /// A tag of this type.
    ///
    /// # Errors
    ///
    /// If the type belongs to another engine.
    pub fn default_value(&self, store: impl AsContextMut) -> Result<Tag> {
        Tag::new(store, self)
    }
}

impl MemoryType {
    /// A memory of zeros.
    ///
    /// # Errors
    ///
    /// If it cannot be allocated.
    pub fn default_value(&self, mut store: impl AsContextMut) -> Result<Extern> {
        let store = store.as_context_mut();
        Ok(match self.is_shared() {
            true => SharedMemory::new(store.engine(), self.clone())?.into(),
            false => Memory::new(store, self.clone())?.into(),
        })
    }
}
