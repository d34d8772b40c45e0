//! [`ValRaw`]: values without their type, for calls that nobody checks.

use crate::error::Result;
use crate::store::StoreOpaque;
use crate::types::{HeapType, ValType};
use crate::{AnyRef, AsContextMut, ExnRef, Func, Rooted, Val};
use runtime::types as rt;
use std::ffi::c_void;
use std::fmt;

/// A value whose type is known from elsewhere. Numbers are in little-endian order.
///
/// Null references are 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub union ValRaw {
    i32: i32,
    i64: i64,
    f32: u32,
    f64: u64,
    v128: [u8; 16],
    funcref: *mut c_void,
    externref: u32,
    anyref: u32,
    exnref: u32,
}

// SAFETY: it is a number; the pointer is only read by unsafe functions that check the store.
unsafe impl Send for ValRaw {}
// SAFETY: as for `Send`.
unsafe impl Sync for ValRaw {}

impl fmt::Debug for ValRaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: all 16 bytes are initialized by every constructor.
        let bytes = unsafe { self.v128 };
        write!(f, "ValRaw({:#034x})", u128::from_le_bytes(bytes))
    }
}

/// Declares constructors and getters of one field. What is written fills all 16 bytes.
macro_rules! fields {
    ($($text:literal $name:ident $get:ident: $ty:ty = |$it:ident| $bits:expr, |$bits_of:ident| $value:expr;)*) => {
        impl ValRaw {$(
            #[doc = concat!("A ", $text, ".")]
            #[inline]
            pub fn $name($it: $ty) -> ValRaw {
                ValRaw::of_bits($bits)
            }

            #[doc = concat!("The value, which is a ", $text, ".")]
            #[inline]
            pub fn $get(&self) -> $ty {
                let $bits_of = self.bits();
                $value
            }
        )*}
    };
}

fields! {
    "32-bit integer" i32 get_i32: i32 = |it| it.cast_unsigned().into(), |bits| bits as i32;
    "64-bit integer" i64 get_i64: i64 = |it| it.cast_unsigned().into(), |bits| bits as i64;
    "32-bit integer" u32 get_u32: u32 = |it| it.into(), |bits| bits as u32;
    "64-bit integer" u64 get_u64: u64 = |it| it.into(), |bits| bits as u64;
    "32-bit float, as bits" f32 get_f32: u32 = |it| it.into(), |bits| bits as u32;
    "64-bit float, as bits" f64 get_f64: u64 = |it| it.into(), |bits| bits as u64;
    "vector" v128 get_v128: u128 = |it| it, |bits| bits;
    "reference of the host" externref get_externref: u32 = |it| it.into(), |bits| bits as u32;
    "reference within Wasm" anyref get_anyref: u32 = |it| it.into(), |bits| bits as u32;
    "reference to an exception" exnref get_exnref: u32 = |it| it.into(), |bits| bits as u32;
}

impl ValRaw {
    /// Zero, or null, of any type.
    #[inline]
    pub fn null() -> ValRaw {
        ValRaw::of_bits(0)
    }

    /// A reference to a function, as [`Func::to_raw`] gives it.
    #[inline]
    pub fn funcref(it: *mut c_void) -> ValRaw {
        ValRaw::of_bits(it.expose_provenance() as u128)
    }

    /// The reference to a function.
    #[inline]
    pub fn get_funcref(&self) -> *mut c_void {
        std::ptr::with_exposed_provenance_mut(self.bits() as usize)
    }

    fn of_bits(bits: u128) -> ValRaw {
        ValRaw {
            v128: bits.to_le_bytes(),
        }
    }

    fn bits(&self) -> u128 {
        // SAFETY: all 16 bytes are initialized by every constructor.
        u128::from_le_bytes(unsafe { self.v128 })
    }

    /// Reads a value of type `ty` from `slots`, and moves that behind it.
    ///
    /// # Safety
    ///
    /// `slots` holds a `ty`.
    pub(crate) unsafe fn load(ty: rt::ValType, slots: &mut *const u64) -> ValRaw {
        // SAFETY: forwarded.
        unsafe {
            let low = slots.read();
            let high = match ty {
                rt::ValType::V128 => slots.add(1).read(),
                _ => 0,
            };
            *slots = slots.add(ty.n_slots() as usize);
            ValRaw::of_bits(u128::from(high) << 64 | u128::from(low))
        }
    }

    /// Writes the value, which is of type `ty`, to `slots`, and moves that behind it.
    ///
    /// # Safety
    ///
    /// There is room, and a reference is one of the store that `slots` belongs to.
    pub(crate) unsafe fn store(self, ty: rt::ValType, slots: &mut *mut u64) {
        let bits = self.bits();
        let low = match ty {
            rt::ValType::I32 | rt::ValType::F32 => u64::from(bits as u32),
            rt::ValType::Ref(ty) if !ty.heap.is_func() => u64::from(bits as u32),
            _ => bits as u64,
        };
        // SAFETY: forwarded.
        unsafe {
            slots.write(low);
            if ty == rt::ValType::V128 {
                slots.add(1).write((bits >> 64) as u64);
            }
            *slots = slots.add(ty.n_slots() as usize);
        }
    }
}

impl Val {
    /// The value without its type.
    ///
    /// # Errors
    ///
    /// If it is a reference whose scope has ended.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn to_raw(&self, mut store: impl AsContextMut) -> Result<ValRaw> {
        let store = store.as_context_mut().0.opaque();
        Ok(ValRaw::of_bits(self.to_cell(store)?))
    }

    /// The value of a raw one.
    ///
    /// # Safety
    ///
    /// It is of type `ty`, and belongs to `store` if it is a reference.
    ///
    /// # Panics
    ///
    /// If there are no values of type `ty`.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: ValRaw, ty: ValType) -> Val {
        let store = store.as_context_mut().0.opaque_mut();
        match ty.lower() {
            // SAFETY: forwarded.
            Some(ty) => unsafe { Val::from_cell(store, ty, raw.cell(ty)) },
            None => Val::from_absent(store, raw, &ty),
        }
    }

    fn from_absent(store: &mut StoreOpaque, raw: ValRaw, ty: &ValType) -> Val {
        let slot = u64::from(raw.get_anyref());
        match ty.unwrap_ref().heap_type().top() {
            HeapType::Any => Val::AnyRef(Rooted::<AnyRef>::from_slot(store, slot)),
            HeapType::Exn if slot == 0 => Val::ExnRef(None::<Rooted<ExnRef>>),
            _ => panic!("there are no values of type `{ty}`"),
        }
    }
}

impl ValRaw {
    fn cell(self, ty: rt::ValType) -> u128 {
        match ty {
            rt::ValType::I32 | rt::ValType::F32 => u128::from(self.get_u32()),
            rt::ValType::Ref(ty) if !ty.heap.is_func() => u128::from(self.get_externref()),
            rt::ValType::V128 => self.bits(),
            _ => u128::from(self.get_u64()),
        }
    }
}

impl Func {
    /// The function of a [`ValRaw`]; `None` if it is null.
    ///
    /// # Safety
    ///
    /// `raw` is null, or what [`Func::to_raw`] gave or Wasm passed for a function of `store`.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: *mut c_void) -> Option<Func> {
        let store = store.as_context_mut().0.opaque();
        // SAFETY: forwarded.
        unsafe { crate::func::func_from_slot(store, raw.expose_provenance() as u64) }
    }
}
