//! [`wasm_val_t`]: values as data of C, and the way from and to values of the engine.

use crate::reference::{Object, Reference};
use crate::store::{Data, StoreRef};
use crate::types::kind;
use crate::vector::{Blank, Vector};
use std::mem::{self, MaybeUninit};
use std::ptr;
use wasm_interp_jit::{Ref, RefType, Result, StoreContextMut, Val, ValType, bail};

/// The smallest kind of references.
const FIRST_REF: u8 = 128;

/// A value of C. It owns its reference.
#[repr(C)]
pub(crate) struct wasm_val_t {
    kind: u8,
    of: Payload,
}

#[repr(C)]
union Payload {
    i32: i32,
    i64: i64,
    f32: f32,
    f64: f64,
    reference: *mut Reference,
}

pub(crate) type Values = Vector<wasm_val_t>;

declare_vec!(val, wasm_val_t);

impl wasm_val_t {
    /// A value to be overwritten.
    pub(crate) fn blank_of(ty: &ValType) -> wasm_val_t {
        wasm_val_t {
            kind: kind(ty),
            of: Payload { i64: 0 },
        }
    }

    /// A value of the engine, which gets a handle if it is a reference.
    pub(crate) fn new(
        store: &StoreRef,
        cx: &mut StoreContextMut<'_, Data>,
        value: Val,
    ) -> Result<wasm_val_t> {
        let ty = match value {
            Val::I32(_) => ValType::I32,
            Val::I64(_) => ValType::I64,
            Val::F32(_) => ValType::F32,
            Val::F64(_) => ValType::F64,
            Val::FuncRef(_) => ValType::FUNCREF,
            Val::ExternRef(_) => ValType::EXTERNREF,
            Val::V128(_) => bail!("values of type v128 do not exist in the C API"),
            Val::AnyRef(_) | Val::ExnRef(_) | Val::ContRef(_) => {
                bail!("references within Wasm do not exist in the C API")
            }
        };
        let of = match value {
            Val::I32(it) => Payload { i32: it },
            Val::I64(it) => Payload { i64: it },
            Val::F32(it) => Payload {
                f32: f32::from_bits(it),
            },
            Val::F64(it) => Payload {
                f64: f64::from_bits(it),
            },
            _ => {
                let reference = match value.ref_() {
                    Some(it) => from_ref(store, cx, it)?,
                    None => None,
                };
                Payload {
                    reference: reference.map_or(ptr::null_mut(), Box::into_raw),
                }
            }
        };
        Ok(wasm_val_t {
            kind: kind(&ty),
            of,
        })
    }

    /// The value for the engine; `ty`, the type it is used as, says which references are meant.
    pub(crate) fn to_val(&self, cx: &mut StoreContextMut<'_, Data>, ty: &ValType) -> Result<Val> {
        if let (Some(ty), true) = (ty.as_ref(), self.kind >= FIRST_REF) {
            return Ok(to_ref(cx, self.reference(), ty)?.into());
        }
        // SAFETY: invariant 1: what C says the kind is, it is. Any bits are a number.
        Ok(unsafe {
            match self.kind {
                0 => Val::I32(self.of.i32),
                1 => Val::I64(self.of.i64),
                2 => Val::F32(self.of.f32.to_bits()),
                3 => Val::F64(self.of.f64.to_bits()),
                FIRST_REF.. => Val::null_extern_ref(),
                other => bail!("there is no kind {other} of values"),
            }
        })
    }

    /// The reference, if it is one and not null.
    fn reference(&self) -> Option<&Reference> {
        if self.kind < FIRST_REF {
            return None;
        }
        // SAFETY: invariant 1: it is a reference by its kind, null or of a handle that it owns.
        unsafe { self.of.reference.as_ref() }
    }
}

impl Clone for wasm_val_t {
    fn clone(&self) -> Self {
        let of = match self.reference() {
            Some(reference) => Payload {
                reference: Box::into_raw(Box::new(reference.clone())),
            },
            // SAFETY: the widest member has all bits, also those that are not initialized by C: they
            // are copied as they are.
            None => unsafe { ptr::read(&raw const self.of) },
        };
        wasm_val_t {
            kind: self.kind,
            of,
        }
    }
}

impl Drop for wasm_val_t {
    fn drop(&mut self) {
        if self.reference().is_some() {
            // SAFETY: a value owns its reference, which was made by `Box::into_raw`, as all handles.
            drop(unsafe { Box::from_raw(self.of.reference) });
        }
    }
}

impl Blank for wasm_val_t {
    fn blank() -> Self {
        wasm_val_t::blank_of(&ValType::I32)
    }
}

/// A handle of what a reference of the engine refers to; `None` if it is null.
pub(crate) fn from_ref(
    store: &StoreRef,
    cx: &mut StoreContextMut<'_, Data>,
    value: Ref,
) -> Result<Option<Box<Reference>>> {
    let object = match value {
        Ref::Func(it) => it.map(Object::from),
        Ref::Extern(Some(it)) => Some(Object::of_extern_ref(cx, it)?),
        Ref::Extern(None) => None,
        Ref::Any(_) | Ref::Exn(_) => bail!("references within Wasm do not exist in the C API"),
    };
    Ok(object.map(|it| Reference::new(store, it)))
}

/// A handle as a reference of type `ty`. As an `externref`, anything can be used.
pub(crate) fn to_ref(
    cx: &mut StoreContextMut<'_, Data>,
    reference: Option<&Reference>,
    ty: &RefType,
) -> Result<Ref> {
    let is_func = ty.heap_type().top().is_func();
    let Some(reference) = reference else {
        return Ok(if is_func {
            Ref::Func(None)
        } else {
            Ref::Extern(None)
        });
    };
    let belongs_here = reference.store.is_same(&cx.data().store());
    if !belongs_here {
        bail!("reference used with wrong store");
    }
    match &reference.object {
        Object::Func(func) if is_func => Ok((*func).into()),
        _ if is_func => bail!("type mismatch: expected {ty}, found a reference to no function"),
        object => Ok(object.to_extern_ref(cx)?.into()),
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_val_delete(it: Option<&mut wasm_val_t>) {
    if let Some(it) = it {
        // Deleted twice, it is no harm.
        drop(mem::replace(it, wasm_val_t::blank()));
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_val_copy(out: Option<&mut MaybeUninit<wasm_val_t>>, from: Option<&wasm_val_t>) {
    if let Some(out) = out {
        out.write(from.map_or_else(wasm_val_t::blank, wasm_val_t::clone));
    }
}
