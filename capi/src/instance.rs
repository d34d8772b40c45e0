//! Instances.

use crate::protect;
use crate::reference::{Object, Reference};
use crate::store::{Data, StoreRef, wasm_store_t};
use crate::trap;
use crate::vector::Vector;
use std::mem::MaybeUninit;
use wasm_interp_jit::{Extern, Instance, Module, Result, StoreContextMut, bail, format_err};

type Externs = Vector<Option<Box<Reference>>>;

/// Where the trap goes that ended an instantiation.
type TrapOut = *mut Option<Box<Reference>>;

/// The externals that C gives for the imports of a module.
fn imports(store: &StoreRef, imports: &[Option<Box<Reference>>]) -> Result<Vec<Extern>> {
    let imports = imports.iter().enumerate();
    imports
        .map(|(i, import)| {
            let Some(import) = import else {
                bail!("import {i} is null");
            };
            if !import.store.is_same(store) {
                bail!("cross-`Store` instantiation is not currently supported");
            }
            import
                .to_extern()
                .ok_or_else(|| format_err!("import {i} is nothing that can be imported"))
        })
        .collect()
}

/// Notes an instance for frames of backtraces. One that failed has no handle, but may have frames.
fn note(cx: &mut StoreContextMut<'_, Data>, module: &Module, instance: Option<Instance>) {
    let modules = &mut cx.data_mut().modules;
    match modules.iter_mut().find(|(it, _)| Module::same(it, module)) {
        Some((_, only)) => *only = None,
        None => modules.push((module.clone(), instance)),
    }
}

fn object(item: Extern) -> Object {
    match item {
        Extern::Func(it) => it.into(),
        Extern::Global(it) => it.into(),
        Extern::Table(it) => it.into(),
        Extern::Memory(it) => it.into(),
        _ => unreachable!("no engine of this interface has shared memories"),
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_instance_new(
    store: *const wasm_store_t,
    module: *const Reference,
    externs: *const Externs,
    trap: TrapOut,
) -> Option<Box<Reference>> {
    // SAFETY: invariant 1. All are copied, since the start function may lead to code of C that
    // frees them.
    let (store, module, externs) = unsafe { (store.as_ref(), module.as_ref(), externs.as_ref()) };
    let made = match (store, module.and_then(crate::module::module)) {
        (Some(store), Some(module)) => {
            let (store, module) = (store.store.clone(), module.module.clone());
            let imports = imports(&store, externs.map_or(&[], Externs::as_slice));
            instantiate(&store, &module, imports).map_err(Some)
        }
        _ => Err(None),
    };
    let (instance, failure) = match made {
        Ok(instance) => (Some(instance), None),
        Err(failure) => (None, failure),
    };
    if !trap.is_null() {
        // SAFETY: invariant 1: there is room for a pointer, which may be uninitialized.
        unsafe { trap.write(failure) };
    }
    instance
}

fn instantiate(
    store: &StoreRef,
    module: &Module,
    imports: Result<Vec<Extern>>,
) -> Result<Box<Reference>, Box<Reference>> {
    let made = protect(|| {
        store.with(|mut cx| {
            let made = Instance::new(&mut cx, module, &imports?);
            note(&mut cx, module, made.as_ref().ok().copied());
            made
        })
    });
    match made {
        Ok(Ok(instance)) => Ok(Reference::new(store, instance)),
        Ok(Err(error)) => Err(trap::trap(store, error)),
        Err(message) => Err(trap::panicked(store, &message)),
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_instance_exports(
    it: Option<&Reference>,
    out: Option<&mut MaybeUninit<Externs>>,
) {
    let exports: Option<Externs> = it.and_then(|it| {
        let Object::Instance(instance) = &it.object else {
            return None;
        };
        let items: Vec<Extern> = it.store.with(|mut cx| {
            let exports = instance.exports(&mut cx);
            exports.map(|it| it.into_extern()).collect()
        });
        let exports = items.into_iter();
        Some(
            exports
                .map(|item| Some(Reference::new(&it.store, object(item))))
                .collect(),
        )
    });
    exports.unwrap_or_default().give(out);
}
