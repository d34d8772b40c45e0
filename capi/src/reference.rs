//! [`Reference`]: handles of objects, their identity, and what C attaches to objects.
//!
//! All types of handles in the header are this one, which is why a view of a handle is the handle
//! itself. An object that only the store holds is recognized by a [`Key`]; one that handles share has
//! an [`InfoCell`] of its own.

use crate::finalizer::HostInfo;
use crate::module::ModuleData;
use crate::store::{Data, StoreRef, wasm_store_t};
use crate::trap::TrapData;
use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};
use wasm_interp_jit::{
    Extern, ExternRef, Func, Global, Instance, Memory, Result, Rooted, StoreContextMut, Table, bail,
};

/// A handle of an object: `wasm_ref_t`, `wasm_func_t`, and so on.
#[derive(Clone)]
pub(crate) struct Reference {
    pub(crate) store: StoreRef,
    pub(crate) object: Object,
}

/// What handles refer to. It holds no store (invariant 4), since stores hold objects.
#[derive(Clone)]
pub(crate) enum Object {
    Func(Func),
    Global(Global),
    Table(Table),
    Memory(Memory),
    Instance(Instance),
    Module(Arc<ModuleData>),
    Trap(Arc<TrapData>),
    Foreign(Arc<InfoCell>),
}

/// What an object is recognized by in its store.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Func(usize),
    Global(u64),
    Table(u64),
    Memory(u64),
    Instance(u32),
    /// The address of what handles share.
    Shared(usize),
}

/// What C attached to an object that handles share.
#[derive(Default)]
pub(crate) struct InfoCell {
    info: Mutex<Option<HostInfo>>,
}

impl InfoCell {
    fn get(&self) -> Option<*mut c_void> {
        let info = self.info.lock().unwrap_or_else(PoisonError::into_inner);
        info.as_ref().map(HostInfo::data)
    }

    /// The result is what was there.
    fn set(&self, new: HostInfo) -> Option<HostInfo> {
        let mut info = self.info.lock().unwrap_or_else(PoisonError::into_inner);
        info.replace(new)
    }
}

impl Reference {
    pub(crate) fn new(store: &StoreRef, object: impl Into<Object>) -> Box<Reference> {
        Box::new(Reference {
            store: store.clone(),
            object: object.into(),
        })
    }

    /// Do both refer to the same object?
    pub(crate) fn is_same(&self, other: &Reference) -> bool {
        let key = |it: &Reference| it.store.with(|cx| it.object.key(cx));
        self.store.is_same(&other.store) && key(self) == key(other)
    }

    /// What C attached to the object, or NULL.
    pub(crate) fn host_info(&self) -> *mut c_void {
        let info = match self.object.info_cell() {
            Some(cell) => cell.get(),
            None => self.store.with(|mut cx| {
                let key = self.object.key(&mut cx);
                cx.data().infos.get(&key).map(HostInfo::data)
            }),
        };
        info.unwrap_or(ptr::null_mut())
    }

    /// Attaches something to the object. What was attached before is finalized.
    pub(crate) fn set_host_info(&self, info: HostInfo) {
        let old = match self.object.info_cell() {
            Some(cell) => cell.set(info),
            None => self.store.with(|mut cx| {
                let key = self.object.key(&mut cx);
                cx.data_mut().infos.insert(key, info)
            }),
        };
        // Here, where nothing is borrowed: the finalizer may use the object.
        drop(old);
    }

    /// The object as something that can be imported.
    pub(crate) fn to_extern(&self) -> Option<Extern> {
        match self.object {
            Object::Func(it) => Some(it.into()),
            Object::Global(it) => Some(it.into()),
            Object::Table(it) => Some(it.into()),
            Object::Memory(it) => Some(it.into()),
            _ => None,
        }
    }
}

impl Object {
    pub(crate) fn is_extern(&self) -> bool {
        use Object::{Func, Global, Memory, Table};
        matches!(self, Func(_) | Global(_) | Table(_) | Memory(_))
    }

    /// What it is recognized by, for as long as it exists.
    fn key(&self, cx: impl wasm_interp_jit::AsContextMut) -> Key {
        match self {
            Object::Func(it) => Key::Func(it.to_raw(cx).addr()),
            Object::Global(it) => Key::Global(it.debug_index_in_store()),
            Object::Table(it) => Key::Table(it.debug_index_in_store()),
            Object::Memory(it) => Key::Memory(it.debug_index_in_store()),
            Object::Instance(it) => Key::Instance(it.debug_index_in_store()),
            Object::Module(it) => Key::Shared(Arc::as_ptr(it).addr()),
            // The error may have come back in another trap; this has come along.
            Object::Trap(it) => Key::Shared(Arc::as_ptr(&it.identity).addr()),
            Object::Foreign(it) => Key::Shared(Arc::as_ptr(it).addr()),
        }
    }

    fn info_cell(&self) -> Option<&InfoCell> {
        match self {
            Object::Module(it) => Some(&it.info),
            Object::Trap(it) => Some(&it.identity),
            Object::Foreign(it) => Some(it),
            _ => None,
        }
    }

    /// The object as a value that Wasm holds.
    ///
    /// It is a new one each time: Wasm cannot compare them, and here the object in it counts.
    pub(crate) fn to_extern_ref(
        &self,
        cx: &mut StoreContextMut<'_, Data>,
    ) -> Result<Rooted<ExternRef>> {
        ExternRef::new(cx, self.clone())
    }

    /// The object of such a value.
    pub(crate) fn of_extern_ref(
        cx: &mut StoreContextMut<'_, Data>,
        value: Rooted<ExternRef>,
    ) -> Result<Object> {
        let object = value.data(&*cx)?.and_then(|it| it.downcast_ref::<Object>());
        match object {
            Some(object) => Ok(object.clone()),
            None => bail!("a reference that was not made here"),
        }
    }
}

/// Declares the way from something of the engine to an object.
macro_rules! into_object {
    ($($ty:ident),*) => {$(
        impl From<$ty> for Object {
            fn from(it: $ty) -> Object {
                Object::$ty(it)
            }
        }
    )*};
}

into_object!(Func, Global, Table, Memory, Instance);

declare_ref_base!(ref);
declare_ref!(trap, |it| matches!(it.object, Object::Trap(_)));
declare_ref!(foreign, |it| matches!(it.object, Object::Foreign(_)));
declare_ref!(module, |it| matches!(it.object, Object::Module(_)));
declare_ref!(func, |it| matches!(it.object, Object::Func(_)));
declare_ref!(global, |it| matches!(it.object, Object::Global(_)));
declare_ref!(table, |it| matches!(it.object, Object::Table(_)));
declare_ref!(memory, |it| matches!(it.object, Object::Memory(_)));
declare_ref!(instance, |it| matches!(it.object, Object::Instance(_)));
declare_ref!(extern, |it| it.object.is_extern());
declare_vec!(extern, Option<Box<Reference>>);
declare_view!(func, extern, Reference, |it| matches!(
    it.object,
    Object::Func(_)
));
declare_view!(global, extern, Reference, |it| matches!(
    it.object,
    Object::Global(_)
));
declare_view!(table, extern, Reference, |it| matches!(
    it.object,
    Object::Table(_)
));
declare_view!(memory, extern, Reference, |it| matches!(
    it.object,
    Object::Memory(_)
));

#[unsafe(no_mangle)]
extern "C" fn wasm_foreign_new(store: Option<&wasm_store_t>) -> Option<Box<Reference>> {
    let object = Object::Foreign(Arc::default());
    Some(Reference::new(&store?.store, object))
}
