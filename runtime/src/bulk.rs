//! Instructions on whole ranges of memories and tables, shared by the tiers.
//!
//! Every function checks all bounds before it writes anything, as the specification demands.

use crate::module::ModuleBytes;
use crate::{
    DataIdx, ElemIdx, GrowError, Instance, InstantiateError, Memory, MemoryIdx, Store, TableIdx,
    Trap, limits, racy,
};
use std::ops::Range;

/// Destination, source and length of a bulk operation, in bytes or elements.
type Span = (u64, u64, u64);

/// `memory.grow`: the slot of the old size in pages, or of -1.
///
/// # Errors
///
/// What the limiter raises.
///
/// # Safety
///
/// `instance` is alive and no reference to its store is.
pub unsafe fn memory_grow(
    instance: *mut Instance,
    memory: MemoryIdx,
    delta: u64,
) -> Result<u64, GrowError> {
    // SAFETY: the caller promises exclusive access to the store.
    let (store, instance) = unsafe { parts(instance) };
    let id = instance.memories[memory.index()];
    let failed = store.memory(id).ty.index.minus_one();
    let grown = limits::catch(|| store.grow_memory(id, delta))?;
    Ok(grown.unwrap_or(failed))
}

/// `memory.copy`.
///
/// # Errors
///
/// Traps if either range is out of bounds.
///
/// # Safety
///
/// As for [`memory_grow`].
pub unsafe fn memory_copy(
    instance: *mut Instance,
    (dst, src): (MemoryIdx, MemoryIdx),
    (to, from, len): Span,
) -> Result<(), Trap> {
    // SAFETY: forwarded.
    let (store, instance) = unsafe { parts(instance) };
    let (dst, src) = (
        instance.memories[dst.index()],
        instance.memories[src.index()],
    );
    let (dst, src) = (store.memory(dst), store.memory(src));
    let from = range(from, len, src.len() as u64).ok_or(Trap::MemoryOutOfBounds)?;
    let to = range(to, len, dst.len() as u64).ok_or(Trap::MemoryOutOfBounds)?;
    let shared = src.shared().is_some() || dst.shared().is_some();
    // SAFETY: both ranges are in bounds; both ways to copy allow them to overlap.
    unsafe {
        let n = from.len();
        let (from, to) = (src.base().add(from.start), dst.base().add(to.start));
        match shared {
            true => racy::copy(from, to, n),
            false => std::ptr::copy(from, to, n),
        }
    }
    Ok(())
}

/// `memory.fill`.
///
/// # Errors
///
/// Traps if the range is out of bounds.
///
/// # Safety
///
/// As for [`memory_grow`].
pub unsafe fn memory_fill(
    instance: *mut Instance,
    memory: MemoryIdx,
    (to, value, len): (u64, u8, u64),
) -> Result<(), Trap> {
    // SAFETY: forwarded.
    let (store, instance) = unsafe { parts(instance) };
    let memory = store.memory(instance.memories[memory.index()]);
    let to = range(to, len, memory.len() as u64).ok_or(Trap::MemoryOutOfBounds)?;
    // SAFETY: the range is in bounds.
    unsafe {
        let at = memory.base().add(to.start);
        match memory.shared() {
            Some(_) => racy::fill(at, value, to.len()),
            None => std::ptr::write_bytes(at, value, to.len()),
        }
    }
    Ok(())
}

/// `memory.init`.
///
/// # Errors
///
/// Traps if either range is out of bounds.
///
/// # Safety
///
/// As for [`memory_grow`].
pub unsafe fn memory_init(
    instance: *mut Instance,
    (memory, data): (MemoryIdx, DataIdx),
    (to, from, len): Span,
) -> Result<(), Trap> {
    // SAFETY: forwarded.
    let (store, instance) = unsafe { parts(instance) };
    let bytes = match instance.dropped_datas[data.index()] {
        true => &[][..],
        false => instance.module.data(data),
    };
    let memory = store.memory(instance.memories[memory.index()]);
    let from = range(from, len, bytes.len() as u64).ok_or(Trap::MemoryOutOfBounds)?;
    let to = range(to, len, memory.len() as u64).ok_or(Trap::MemoryOutOfBounds)?;
    let bytes = &bytes[from];
    // SAFETY: the destination is in bounds; module bytes are not part of a memory.
    unsafe {
        let at = memory.base().add(to.start);
        match memory.shared() {
            Some(_) => racy::write(at, bytes),
            None => std::ptr::copy_nonoverlapping(bytes.as_ptr(), at, bytes.len()),
        }
    }
    Ok(())
}

/// Copies an active data segment, which is `data` of `bytes`, to `to`.
pub(crate) fn write_data(
    memory: &Memory,
    (bytes, data): (&ModuleBytes, Range<usize>),
    to: u64,
) -> Result<(), InstantiateError> {
    let to = range(to, data.len() as u64, memory.len() as u64)
        .ok_or(InstantiateError::Trap(Trap::MemoryOutOfBounds))?;
    if to.is_empty() {
        return Ok(());
    }
    // SAFETY: the destination is in bounds, and that of a memory that is not shared belongs to a
    // store of which the caller has the only reference.
    let written = unsafe {
        let at = memory.base().add(to.start);
        match memory.shared() {
            Some(_) => bytes.get(data).map(|it| racy::write(at, it)),
            None => bytes.copy(data, std::slice::from_raw_parts_mut(at, to.len())),
        }
    };
    written.map_err(InstantiateError::Unread)
}

/// `data.drop`.
///
/// # Safety
///
/// As for [`memory_grow`].
pub unsafe fn data_drop(instance: *mut Instance, data: DataIdx) {
    // SAFETY: forwarded.
    let (_, instance) = unsafe { parts(instance) };
    instance.dropped_datas[data.index()] = true;
}

/// `table.grow`: the slot of the old size, or of -1.
///
/// # Errors
///
/// If there is not enough memory, and what the limiter raises.
///
/// # Safety
///
/// As for [`memory_grow`].
pub unsafe fn table_grow(
    instance: *mut Instance,
    table: TableIdx,
    (delta, init): (u64, u64),
) -> Result<u64, GrowError> {
    // SAFETY: forwarded.
    let (store, instance) = unsafe { parts(instance) };
    let id = instance.tables[table.index()];
    let failed = store.table(id).ty.index.minus_one();
    let grown = limits::catch(|| store.grow_table(id, delta, init))?;
    Ok(grown.unwrap_or(failed))
}

/// `table.fill`.
///
/// # Errors
///
/// Traps if the range is out of bounds.
///
/// # Safety
///
/// As for [`memory_grow`].
pub unsafe fn table_fill(
    instance: *mut Instance,
    table: TableIdx,
    (to, value, len): Span,
) -> Result<(), Trap> {
    // SAFETY: forwarded.
    let (store, instance) = unsafe { parts(instance) };
    let table = store.table_mut(instance.tables[table.index()]);
    let to = range(to, len, table.len()).ok_or(Trap::TableOutOfBounds)?;
    // As for [`Table::set`](crate::Table::set): what is there already is not written.
    if table.slots()[to.clone()].iter().any(|&it| it != value) {
        table.slots_mut()[to].fill(value);
        table.written();
    }
    Ok(())
}

/// `table.copy`.
///
/// # Errors
///
/// Traps if either range is out of bounds.
///
/// # Safety
///
/// As for [`memory_grow`].
pub unsafe fn table_copy(
    instance: *mut Instance,
    (dst, src): (TableIdx, TableIdx),
    span: Span,
) -> Result<(), Trap> {
    // SAFETY: forwarded.
    let (store, instance) = unsafe { parts(instance) };
    copy_table(
        store,
        (instance.tables[dst.index()], instance.tables[src.index()]),
        span,
    )
}

/// Copies elements between two tables of a store.
///
/// # Errors
///
/// Traps if either range is out of bounds.
pub(crate) fn copy_table(
    store: &mut Store,
    (dst, src): (crate::TableId, crate::TableId),
    (to, from, len): Span,
) -> Result<(), Trap> {
    let from = range(from, len, store.table(src).len()).ok_or(Trap::TableOutOfBounds)?;
    let to = range(to, len, store.table(dst).len()).ok_or(Trap::TableOutOfBounds)?;
    // Writing what is there changes nothing that anyone could rely on.
    if store.table(dst).slots()[to.clone()] == store.table(src).slots()[from.clone()] {
        return Ok(());
    }
    if dst == src {
        store.table_mut(dst).slots_mut().copy_within(from, to.start);
    } else {
        let [dst, src] = store
            .tables
            .get_disjoint_mut([dst.index(), src.index()])
            .expect("two different tables of the store");
        dst.slots_mut()[to].copy_from_slice(&src.slots()[from]);
    }
    store.table_mut(dst).written();
    Ok(())
}

/// `table.init`.
///
/// # Errors
///
/// Traps if either range is out of bounds.
///
/// # Safety
///
/// As for [`memory_grow`].
pub unsafe fn table_init(
    instance: *mut Instance,
    at: (TableIdx, ElemIdx),
    span: Span,
) -> Result<(), Trap> {
    // SAFETY: forwarded.
    let (store, instance) = unsafe { parts(instance) };
    init_table(store, instance, at, span)
}

pub(crate) fn init_table(
    store: &mut Store,
    instance: &Instance,
    (table, elem): (TableIdx, ElemIdx),
    (to, from, len): Span,
) -> Result<(), Trap> {
    let items = instance.elems[elem.index()].as_deref().unwrap_or(&[]);
    let table = store.table_mut(instance.tables[table.index()]);
    let from = range(from, len, items.len() as u64).ok_or(Trap::TableOutOfBounds)?;
    let to = range(to, len, table.len()).ok_or(Trap::TableOutOfBounds)?;
    // As for [`Table::set`](crate::Table::set): what is there already is not written.
    if table.slots()[to.clone()] != items[from.clone()] {
        table.slots_mut()[to].copy_from_slice(&items[from]);
        table.written();
    }
    Ok(())
}

/// `elem.drop`.
///
/// # Safety
///
/// As for [`memory_grow`].
pub unsafe fn elem_drop(instance: *mut Instance, elem: ElemIdx) {
    // SAFETY: forwarded.
    let (_, instance) = unsafe { parts(instance) };
    instance.elems[elem.index()] = None;
}

/// The store and the instance, which lies in a box of its own.
///
/// # Safety
///
/// Both are alive, and no reference to either is.
unsafe fn parts<'a>(instance: *mut Instance) -> (&'a mut Store, &'a mut Instance) {
    // SAFETY: the caller promises that both are alive and unreferenced; code reached through the
    // store reference does not touch this instance.
    unsafe { (&mut *(*instance).store, &mut *instance) }
}

fn range(start: u64, len: u64, bound: u64) -> Option<Range<usize>> {
    let end = start.checked_add(len).filter(|&end| end <= bound)?;
    Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}
