//! Modules, also shared by threads and as bytes.

use crate::protect;
use crate::reference::{InfoCell, Object, Reference};
use crate::store::wasm_store_t;
use crate::types::{wasm_exporttype_t, wasm_importtype_t};
use crate::vector::{Bytes, Vector};
use std::mem::MaybeUninit;
use std::sync::Arc;
use wasm_interp_jit::{Engine, Module, Result};

/// A module as handles of a store share it.
pub(crate) struct ModuleData {
    pub(crate) module: Module,
    pub(crate) info: InfoCell,
}

/// A module for any thread.
pub(crate) struct wasm_shared_module_t {
    module: Module,
}

declare_own!(shared_module, wasm_shared_module_t);

/// The module of a handle.
pub(crate) fn module(it: &Reference) -> Option<&ModuleData> {
    match &it.object {
        Object::Module(data) => Some(data),
        _ => None,
    }
}

/// A module of the engine of a store.
fn new(
    store: &wasm_store_t,
    make: impl FnOnce(&Engine) -> Result<Module>,
) -> Option<Box<Reference>> {
    let engine = store.store.with(|cx| cx.engine().clone());
    let module = protect(|| make(&engine)).ok()?.ok()?;
    Some(reference(store, module))
}

fn reference(store: &wasm_store_t, module: Module) -> Box<Reference> {
    let data = ModuleData {
        module,
        info: InfoCell::default(),
    };
    Reference::new(&store.store, Object::Module(Arc::new(data)))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_module_new(
    store: Option<&wasm_store_t>,
    binary: Option<&Bytes>,
) -> Option<Box<Reference>> {
    let binary = binary?.as_slice();
    new(store?, |engine| Module::from_binary(engine, binary))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_module_validate(store: Option<&wasm_store_t>, binary: Option<&Bytes>) -> bool {
    let Some((store, binary)) = store.zip(binary) else {
        return false;
    };
    let engine = store.store.with(|cx| cx.engine().clone());
    matches!(
        protect(|| Module::validate(&engine, binary.as_slice())),
        Ok(Ok(()))
    )
}

#[unsafe(no_mangle)]
extern "C" fn wasm_module_imports(
    it: Option<&Reference>,
    out: Option<&mut MaybeUninit<Vector<Option<Box<wasm_importtype_t>>>>>,
) {
    let imports: Option<Vector<_>> = it.and_then(module).map(|it| {
        let imports = it.module.imports();
        imports.map(|it| Some(Box::new(it.into()))).collect()
    });
    imports.unwrap_or_default().give(out);
}

#[unsafe(no_mangle)]
extern "C" fn wasm_module_exports(
    it: Option<&Reference>,
    out: Option<&mut MaybeUninit<Vector<Option<Box<wasm_exporttype_t>>>>>,
) {
    let exports: Option<Vector<_>> = it.and_then(module).map(|it| {
        let exports = it.module.exports();
        exports.map(|it| Some(Box::new(it.into()))).collect()
    });
    exports.unwrap_or_default().give(out);
}

#[unsafe(no_mangle)]
extern "C" fn wasm_module_serialize(it: Option<&Reference>, out: Option<&mut MaybeUninit<Bytes>>) {
    let bytes = it.and_then(module).and_then(|it| {
        let serialized = protect(|| it.module.serialize());
        serialized.ok()?.ok()
    });
    Bytes::from(bytes.unwrap_or_default()).give(out);
}

#[unsafe(no_mangle)]
extern "C" fn wasm_module_deserialize(
    store: Option<&wasm_store_t>,
    bytes: Option<&Bytes>,
) -> Option<Box<Reference>> {
    let bytes = bytes?.as_slice();
    // SAFETY: none is required, unlike in wasmtime: there is no machine code in it.
    new(store?, |engine| unsafe {
        Module::deserialize(engine, bytes)
    })
}

#[unsafe(no_mangle)]
extern "C" fn wasm_module_share(it: Option<&Reference>) -> Option<Box<wasm_shared_module_t>> {
    let data = module(it?)?;
    Some(Box::new(wasm_shared_module_t {
        module: data.module.clone(),
    }))
}

/// None, if the store is of another engine.
#[unsafe(no_mangle)]
extern "C" fn wasm_module_obtain(
    store: Option<&wasm_store_t>,
    shared: Option<&wasm_shared_module_t>,
) -> Option<Box<Reference>> {
    let (store, shared) = store.zip(shared)?;
    let engine = store.store.with(|cx| cx.engine().clone());
    Engine::same(&engine, shared.module.engine()).then_some(())?;
    Some(reference(store, shared.module.clone()))
}
