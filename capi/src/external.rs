//! Globals, tables and memories, and what all externals have.

use crate::protect;
use crate::reference::{Object, Reference};
use crate::store::{Data, StoreRef, wasm_store_t};
use crate::types::Type;
use crate::value::{from_ref, to_ref, wasm_val_t};
use std::mem::MaybeUninit;
use std::ptr;
use wasm_interp_jit::{ExternType, Global, Memory, Result, StoreContextMut, Table, ValType};

/// Does something with a store; `None` if that fails.
fn with<T>(
    store: &StoreRef,
    f: impl FnOnce(&mut StoreContextMut<'_, Data>) -> Result<T>,
) -> Option<T> {
    protect(|| store.with(|mut cx| f(&mut cx))).ok()?.ok()
}

/// Does something with a global and its store.
fn with_global<T>(
    it: Option<&Reference>,
    f: impl FnOnce(&mut StoreContextMut<'_, Data>, &Global) -> Result<T>,
) -> Option<T> {
    match it? {
        Reference {
            store,
            object: Object::Global(global),
        } => with(store, |cx| f(cx, global)),
        _ => None,
    }
}

/// Does something with a table and its store.
fn with_table<T>(
    it: Option<&Reference>,
    f: impl FnOnce(&mut StoreContextMut<'_, Data>, &Table) -> Result<T>,
) -> Option<T> {
    match it? {
        Reference {
            store,
            object: Object::Table(table),
        } => with(store, |cx| f(cx, table)),
        _ => None,
    }
}

/// Does something with a memory and its store.
fn with_memory<T>(
    it: Option<&Reference>,
    f: impl FnOnce(&mut StoreContextMut<'_, Data>, &Memory) -> Result<T>,
) -> Option<T> {
    match it? {
        Reference {
            store,
            object: Object::Memory(memory),
        } => with(store, |cx| f(cx, memory)),
        _ => None,
    }
}

fn boxed(ty: impl Into<ExternType>) -> Box<Type> {
    let ty: ExternType = ty.into();
    Box::new(ty.into())
}

fn clamped(size: u64) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

#[unsafe(no_mangle)]
extern "C" fn wasm_extern_kind(it: Option<&Reference>) -> u8 {
    match it.map(|it| &it.object) {
        Some(Object::Global(_)) => 1,
        Some(Object::Table(_)) => 2,
        Some(Object::Memory(_)) => 3,
        _ => 0,
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_extern_type(it: Option<&Reference>) -> Option<Box<Type>> {
    let it = it?;
    let item = it.to_extern()?;
    let ty = with(&it.store, |cx| Ok(item.ty(&*cx)))?;
    Some(Box::new(ty.into()))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_global_new(
    store: Option<&wasm_store_t>,
    ty: Option<&Type>,
    value: Option<&wasm_val_t>,
) -> Option<Box<Reference>> {
    let (store, ty, value) = (&store?.store, ty?, value?);
    let global = with(store, |cx| {
        let ty = ty.to_global()?;
        let value = value.to_val(cx, ty.content())?;
        Global::new(cx, ty, value)
    })?;
    Some(Reference::new(store, global))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_global_type(it: Option<&Reference>) -> Option<Box<Type>> {
    with_global(it, |cx, global| Ok(boxed(global.ty(&*cx))))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_global_get(it: Option<&Reference>, out: Option<&mut MaybeUninit<wasm_val_t>>) {
    let value = it.and_then(|reference| {
        with_global(it, |cx, global| {
            let value = global.get(&mut *cx);
            wasm_val_t::new(&reference.store, cx, value)
        })
    });
    if let Some(out) = out {
        out.write(value.unwrap_or_else(|| wasm_val_t::blank_of(&ValType::I32)));
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_global_set(it: Option<&Reference>, value: Option<&wasm_val_t>) {
    let Some(value) = value else { return };
    // There is nobody to tell of a failure.
    let _ = with_global(it, |cx, global| {
        let ty = global.ty(&*cx);
        let value = value.to_val(cx, ty.content())?;
        global.set(cx, value)
    });
}

#[unsafe(no_mangle)]
extern "C" fn wasm_table_new(
    store: Option<&wasm_store_t>,
    ty: Option<&Type>,
    init: Option<&Reference>,
) -> Option<Box<Reference>> {
    let (store, ty) = (&store?.store, ty?);
    let table = with(store, |cx| {
        let ty = ty.to_table()?;
        let init = to_ref(cx, init, ty.element())?;
        Table::new(cx, ty, init)
    })?;
    Some(Reference::new(store, table))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_table_type(it: Option<&Reference>) -> Option<Box<Type>> {
    with_table(it, |cx, table| Ok(boxed(table.ty(&*cx))))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_table_get(it: Option<&Reference>, index: u32) -> Option<Box<Reference>> {
    let store = &it?.store;
    with_table(it, |cx, table| match table.get(&mut *cx, index.into()) {
        Some(element) => from_ref(store, cx, element),
        None => Ok(None),
    })?
}

#[unsafe(no_mangle)]
extern "C" fn wasm_table_set(
    it: Option<&Reference>,
    index: u32,
    value: Option<&Reference>,
) -> bool {
    let set = with_table(it, |cx, table| {
        let ty = table.ty(&*cx);
        let value = to_ref(cx, value, ty.element())?;
        table.set(cx, index.into(), value)
    });
    set.is_some()
}

#[unsafe(no_mangle)]
extern "C" fn wasm_table_size(it: Option<&Reference>) -> u32 {
    with_table(it, |cx, table| Ok(clamped(table.size(&*cx)))).unwrap_or(0)
}

#[unsafe(no_mangle)]
extern "C" fn wasm_table_grow(
    it: Option<&Reference>,
    delta: u32,
    init: Option<&Reference>,
) -> bool {
    let grown = with_table(it, |cx, table| {
        let ty = table.ty(&*cx);
        let init = to_ref(cx, init, ty.element())?;
        table.grow(cx, delta.into(), init)
    });
    grown.is_some()
}

#[unsafe(no_mangle)]
extern "C" fn wasm_memory_new(
    store: Option<&wasm_store_t>,
    ty: Option<&Type>,
) -> Option<Box<Reference>> {
    let (store, ty) = (&store?.store, ty?);
    let memory = with(store, |cx| Memory::new(cx, ty.to_memory()?))?;
    Some(Reference::new(store, memory))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_memory_type(it: Option<&Reference>) -> Option<Box<Type>> {
    with_memory(it, |cx, memory| Ok(boxed(memory.ty(&*cx))))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_memory_data(it: Option<&Reference>) -> *mut u8 {
    with_memory(it, |cx, memory| Ok(memory.data_ptr(&*cx))).unwrap_or(ptr::null_mut())
}

#[unsafe(no_mangle)]
extern "C" fn wasm_memory_data_size(it: Option<&Reference>) -> usize {
    with_memory(it, |cx, memory| Ok(memory.data_size(&*cx))).unwrap_or(0)
}

#[unsafe(no_mangle)]
extern "C" fn wasm_memory_size(it: Option<&Reference>) -> u32 {
    with_memory(it, |cx, memory| Ok(clamped(memory.size(&*cx)))).unwrap_or(0)
}

#[unsafe(no_mangle)]
extern "C" fn wasm_memory_grow(it: Option<&Reference>, delta: u32) -> bool {
    with_memory(it, |cx, memory| memory.grow(cx, delta.into())).is_some()
}
