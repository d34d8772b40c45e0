//! [`TypedFunc`]: functions whose type the Rust compiler knows.
//!
//! Calls write arguments to the value stack and read results from it; they allocate nothing and
//! check nothing but the store.

#![expect(clippy::unused_unit, reason = "the tuple of no parameters")]

use super::Func;
use crate::error::{Context, Result, bail};
use crate::gc::{
    AnyRef, ArrayRef, EqRef, ExnRef, ExternRef, GcRef, I31, NoExtern, NoFunc, NoneRef, OwnedRooted,
    Rooted, StructRef,
};
use crate::store::StoreOpaque;
use crate::types::{HeapType, RefType, ValType};
use crate::{AsContext, AsContextMut, Engine, V128, call};
use runtime::types as rt;
use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// A [`Func`] with parameters `Params` and results `Results`.
///
/// ```
/// use wasm_interp_jit::{Engine, Instance, Module, Store, TypedFunc};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let engine = Engine::default();
/// let mut store = Store::new(&engine, ());
/// let module = Module::new(
///     &engine,
///     r#"(module (func (export "divmod") (param i32 i32) (result i32 i32)
///         (i32.div_u (local.get 0) (local.get 1))
///         (i32.rem_u (local.get 0) (local.get 1))))"#,
/// )?;
/// let instance = Instance::new(&mut store, &module, &[])?;
/// // The type is checked once, here; calls are as cheap as calls of functions of Rust.
/// let divmod: TypedFunc<(u32, u32), (u32, u32)> =
///     instance.get_typed_func(&mut store, "divmod")?;
/// assert_eq!(divmod.call(&mut store, (17, 5))?, (3, 2));
///
/// let error = instance.get_typed_func::<u64, ()>(&mut store, "divmod").unwrap_err();
/// assert_eq!(error.to_string(), "failed to convert function `divmod` to given type");
/// # Ok(())
/// # }
/// ```
pub struct TypedFunc<Params, Results> {
    func: Func,
    /// Whether arguments must be checked: `Func` stands for references to any type of functions.
    has_concrete_params: bool,
    _ty: PhantomData<fn(Params) -> Results>,
}

impl<Params, Results> TypedFunc<Params, Results>
where
    Params: WasmParams,
    Results: WasmResults,
{
    /// `func`, whose type nobody checks.
    ///
    /// # Safety
    ///
    /// It has this type.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub unsafe fn new_unchecked(store: impl AsContext, func: Func) -> TypedFunc<Params, Results> {
        // SAFETY: forwarded.
        unsafe { Self::of_checked(store.as_context().0.opaque(), func) }
    }

    /// # Safety
    ///
    /// `func` belongs to `store` and has this type.
    pub(super) unsafe fn of_checked(store: &StoreOpaque, func: Func) -> Self {
        let sig = func.sig(store);
        let is_concrete = |ty: &rt::ValType| matches!(ty, rt::ValType::Ref(ty) if matches!(ty.heap, rt::HeapType::ConcreteFunc(_)));
        TypedFunc {
            func,
            has_concrete_params: sig.ty().params.iter().any(is_concrete),
            _ty: PhantomData,
        }
    }

    /// The function.
    pub fn func(&self) -> &Func {
        &self.func
    }

    /// Calls it.
    ///
    /// # Errors
    ///
    /// If an argument belongs to another store, or if it is a function of another type than the
    /// parameter's. Otherwise what the call raises, as for
    /// [`Func::call`].
    ///
    /// # Panics
    ///
    /// If it belongs to another store, or if a host function panics.
    #[inline]
    pub fn call(&self, mut store: impl AsContextMut, params: Params) -> Result<Results> {
        let store = store.as_context_mut().0;
        store.opaque().check_entry()?;
        let func_ref = self.func.func_ref(store.opaque());
        if self.has_concrete_params {
            params.check_concrete(store.opaque(), &self.func.sig(store.opaque()).ty().params)?;
        }
        let slots = call::slots(store.opaque())?;
        // SAFETY: the value stack has room for the arguments of any function.
        unsafe { params.store(store.opaque(), slots)? };
        // SAFETY: the function belongs to the store, and the arguments have its types.
        unsafe { call::enter(store, func_ref)? };
        // SAFETY: the call left results of these types, and nothing has overwritten them.
        Ok(unsafe { Results::load(store.opaque_mut(), slots) })
    }
}

impl<Params, Results> Clone for TypedFunc<Params, Results> {
    fn clone(&self) -> Self {
        TypedFunc {
            func: self.func,
            has_concrete_params: self.has_concrete_params,
            _ty: PhantomData,
        }
    }
}

impl<Params, Results> fmt::Debug for TypedFunc<Params, Results> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedFunc")
            .field("func", &self.func)
            .finish()
    }
}

/// Whether a type is that of a parameter or of a result.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    Param,
    Result,
}

/// Rust types that are a Wasm value.
///
/// # Safety
///
/// Not for implementation outside of this crate: slots of the type that [`WasmTy::valtype`] names
/// are converted without a check.
pub unsafe trait WasmTy: Send {
    #[doc(hidden)]
    fn valtype() -> ValType;

    #[doc(hidden)]
    fn compatible_with_store(&self, store: &StoreOpaque) -> bool;

    /// Checks that it is a reference that is still valid, if it is one.
    #[doc(hidden)]
    #[inline]
    fn ensure_rooted(&self, _store: &StoreOpaque) -> Result<()> {
        Ok(())
    }

    /// Writes it to `slots`, and returns the place behind it.
    ///
    /// # Safety
    ///
    /// There is room, and it was checked: it belongs to `store` and is still valid.
    #[doc(hidden)]
    unsafe fn store(self, store: &StoreOpaque, slots: *mut u64) -> *mut u64;

    /// Reads a value from `slots`, and returns it with the place behind it.
    ///
    /// # Safety
    ///
    /// `slots` holds a value of this type that belongs to `store`.
    #[doc(hidden)]
    unsafe fn load(store: &mut StoreOpaque, slots: *const u64) -> (Self, *const u64)
    where
        Self: Sized;

    /// Checks that a function with `actual` in `position` can be called with this type.
    ///
    /// References to functions of one type are parameters for a reference to any function: each
    /// call checks its argument.
    #[doc(hidden)]
    fn typecheck(engine: &Engine, actual: &ValType, position: Position) -> Result<()> {
        let own = Self::valtype();
        match (position, own.as_ref(), actual.as_ref()) {
            (Position::Param, Some(own), Some(actual)) if actual.heap_type().is_concrete() => {
                let (own, actual) = (own.heap_type().top(), actual.heap_type().top());
                own.ensure_matches(engine, &actual)
            }
            (Position::Param, ..) => own.ensure_matches(engine, actual),
            (Position::Result, ..) => actual.ensure_matches(engine, &own),
        }
    }

    /// Checks that the value can be an argument for a parameter of type `expected`, which refers
    /// to functions of one type.
    #[doc(hidden)]
    fn check_concrete(&self, _store: &StoreOpaque, _expected: &RefType) -> Result<()> {
        Ok(())
    }
}

/// Implements the methods of [`WasmTy`] that read and write, for types of one slot.
macro_rules! one_slot {
    (|$it:ident, $to:ident| $slot:expr, |$read:ident, $from:ident| $value:expr) => {
        #[inline]
        unsafe fn store(self, $to: &StoreOpaque, slots: *mut u64) -> *mut u64 {
            let $it = self;
            // SAFETY: the caller gives room.
            unsafe {
                slots.write($slot);
                slots.add(1)
            }
        }

        #[inline]
        unsafe fn load($from: &mut StoreOpaque, slots: *const u64) -> (Self, *const u64) {
            // SAFETY: the caller gives a slot with a value of this type.
            unsafe {
                let $read = slots.read();
                ($value, slots.add(1))
            }
        }
    };
}

/// Implements [`WasmTy`] for types without a store.
macro_rules! number_types {
    ($($ty:ty: $val:ident, $to:expr, $from:expr;)*) => {$(
        // SAFETY: slots hold numbers as the runtime's `ValType` says: zero-extended bits.
        unsafe impl WasmTy for $ty {
            #[inline]
            fn valtype() -> ValType {
                ValType::$val
            }

            #[inline]
            fn compatible_with_store(&self, _: &StoreOpaque) -> bool {
                true
            }

            one_slot! { |it, _store| $to(it), |slot, _store| $from(slot) }
        }
    )*};
}

number_types! {
    i32: I32, |it: i32| u64::from(it.cast_unsigned()), |slot: u64| slot as i32;
    u32: I32, u64::from, |slot: u64| slot as u32;
    i64: I64, i64::cast_unsigned, u64::cast_signed;
    u64: I64, |it: u64| it, |slot: u64| slot;
    f32: F32, |it: f32| u64::from(it.to_bits()), |slot: u64| f32::from_bits(slot as u32);
    f64: F64, f64::to_bits, f64::from_bits;
}

// SAFETY: a vector takes two slots, low half first.
unsafe impl WasmTy for V128 {
    #[inline]
    fn valtype() -> ValType {
        ValType::V128
    }

    #[inline]
    fn compatible_with_store(&self, _: &StoreOpaque) -> bool {
        true
    }

    #[inline]
    unsafe fn store(self, _: &StoreOpaque, slots: *mut u64) -> *mut u64 {
        // SAFETY: the caller gives room.
        unsafe {
            slots.cast::<u128>().write_unaligned(self.as_u128());
            slots.add(2)
        }
    }

    #[inline]
    unsafe fn load(_: &mut StoreOpaque, slots: *const u64) -> (Self, *const u64) {
        // SAFETY: the caller gives slots with a vector.
        unsafe {
            let bits = slots.cast::<u128>().read_unaligned();
            (bits.into(), slots.add(2))
        }
    }
}

/// Implements [`WasmTy`] for references: the type itself is never null, the option can be.
macro_rules! reference_types {
    ($($ty:ty: $heap:ident, $to:ident, $from:ident, $check:ident, $rooted:ident;)*) => {$(
        // SAFETY: a reference that is not null has a slot that is not 0.
        unsafe impl WasmTy for $ty {
            #[inline]
            fn valtype() -> ValType {
                ValType::Ref(RefType::new(false, HeapType::$heap))
            }

            #[inline]
            fn compatible_with_store(&self, store: &StoreOpaque) -> bool {
                self.comes_from_same_store(store)
            }

            #[inline]
            fn ensure_rooted(&self, store: &StoreOpaque) -> Result<()> {
                $rooted(Some(self), store)
            }

            one_slot! {
                |it, store| $to(Some(it), store),
                |slot, store| {
                    let value: Option<Self> = $from(store, slot);
                    value.expect("a value of a type without null is not null")
                }
            }

            fn check_concrete(&self, store: &StoreOpaque, expected: &RefType) -> Result<()> {
                $check(Some(self), store, expected)
            }
        }

        // SAFETY: as above; 0 is null.
        unsafe impl WasmTy for Option<$ty> {
            #[inline]
            fn valtype() -> ValType {
                ValType::Ref(RefType::new(true, HeapType::$heap))
            }

            #[inline]
            fn compatible_with_store(&self, store: &StoreOpaque) -> bool {
                self.as_ref().is_none_or(|it| it.comes_from_same_store(store))
            }

            #[inline]
            fn ensure_rooted(&self, store: &StoreOpaque) -> Result<()> {
                $rooted(self.as_ref(), store)
            }

            one_slot! { |it, store| $to(it, store), |slot, store| $from(store, slot) }

            fn check_concrete(&self, store: &StoreOpaque, expected: &RefType) -> Result<()> {
                $check(self.as_ref(), store, expected)
            }
        }
    )*};
}

reference_types! {
    Func: Func, func_to_slot, func_from_slot, check_func, always;
    Rooted<ExternRef>: Extern, rooted_to_slot, rooted_from_slot, check_nothing, rooted;
    Rooted<AnyRef>: Any, rooted_to_slot, rooted_from_slot, check_nothing, rooted;
    Rooted<EqRef>: Eq, rooted_to_slot, rooted_from_slot, check_nothing, rooted;
    Rooted<StructRef>: Struct, rooted_to_slot, rooted_from_slot, check_nothing, rooted;
    Rooted<ArrayRef>: Array, rooted_to_slot, rooted_from_slot, check_nothing, rooted;
    Rooted<ExnRef>: Exn, rooted_to_slot, rooted_from_slot, check_nothing, rooted;
    OwnedRooted<ExternRef>: Extern, owned_to_slot, owned_from_slot, check_nothing, always;
    OwnedRooted<AnyRef>: Any, owned_to_slot, owned_from_slot, check_nothing, always;
    OwnedRooted<EqRef>: Eq, owned_to_slot, owned_from_slot, check_nothing, always;
    OwnedRooted<StructRef>: Struct, owned_to_slot, owned_from_slot, check_nothing, always;
    OwnedRooted<ArrayRef>: Array, owned_to_slot, owned_from_slot, check_nothing, always;
    OwnedRooted<ExnRef>: Exn, owned_to_slot, owned_from_slot, check_nothing, always;
}

/// Implements [`WasmTy`] for types without values, whose option is null.
macro_rules! null_types {
    ($($ty:ty: $heap:ident;)*) => {$(
        // SAFETY: there are no values.
        unsafe impl WasmTy for $ty {
            #[inline]
            fn valtype() -> ValType {
                ValType::Ref(RefType::new(false, HeapType::$heap))
            }

            #[inline]
            fn compatible_with_store(&self, _: &StoreOpaque) -> bool {
                self.never()
            }

            unsafe fn store(self, _: &StoreOpaque, _: *mut u64) -> *mut u64 {
                self.never()
            }

            unsafe fn load(_: &mut StoreOpaque, _: *const u64) -> (Self, *const u64) {
                unreachable!("Wasm has no value of a type without values")
            }
        }

        // SAFETY: null is 0.
        unsafe impl WasmTy for Option<$ty> {
            #[inline]
            fn valtype() -> ValType {
                ValType::Ref(RefType::new(true, HeapType::$heap))
            }

            #[inline]
            fn compatible_with_store(&self, _: &StoreOpaque) -> bool {
                true
            }

            one_slot! { |_it, _store| 0, |_slot, _store| None }
        }
    )*};
}

null_types! {
    NoFunc: NoFunc;
    NoExtern: NoExtern;
    NoneRef: None;
}

// SAFETY: no function that can exist has parameters or results of this type.
unsafe impl WasmTy for I31 {
    #[inline]
    fn valtype() -> ValType {
        ValType::Ref(RefType::new(false, HeapType::I31))
    }

    #[inline]
    fn compatible_with_store(&self, _: &StoreOpaque) -> bool {
        true
    }

    one_slot! {
        |it, _store| it.slot(),
        |slot, _store| I31::of_slot(slot).expect("a value of a type without null is not null")
    }
}

// SAFETY: as above.
unsafe impl WasmTy for Option<I31> {
    #[inline]
    fn valtype() -> ValType {
        ValType::Ref(RefType::new(true, HeapType::I31))
    }

    #[inline]
    fn compatible_with_store(&self, _: &StoreOpaque) -> bool {
        true
    }

    one_slot! {
        |it, _store| it.map_or(0, I31::slot),
        |slot, _store| I31::of_slot(slot)
    }
}

/// Functions, and handles that keep what they refer to, are always valid.
fn always<T>(_: Option<&T>, _: &StoreOpaque) -> Result<()> {
    Ok(())
}

fn rooted<T: GcRef>(value: Option<&Rooted<T>>, store: &StoreOpaque) -> Result<()> {
    value.map_or(Ok(()), |value| value.slot(store).map(|_| ()))
}

fn check_func(func: Option<&Func>, store: &StoreOpaque, expected: &RefType) -> Result<()> {
    let heap = expected.heap_type();
    match func {
        Some(func) => func
            .ensure_matches_ty(store, heap.unwrap_concrete_func())
            .context("argument type mismatch for reference to concrete type"),
        None if expected.is_nullable() => Ok(()),
        None => {
            bail!(
                "argument type mismatch: expected non-nullable (ref {heap}), found null reference"
            )
        }
    }
}

/// Other references have no types that are registered.
fn check_nothing<T>(_: Option<&T>, _: &StoreOpaque, _: &RefType) -> Result<()> {
    Ok(())
}

/// The slot of a function of `store`.
pub(crate) fn func_to_slot(func: Option<Func>, store: &StoreOpaque) -> u64 {
    func.map_or(0, |func| func.func_ref(store).expose_provenance() as u64)
}

/// The function of a slot.
///
/// # Safety
///
/// `slot` is 0 or a function reference of `store`.
pub(crate) unsafe fn func_from_slot(store: &StoreOpaque, slot: u64) -> Option<Func> {
    let address = usize::try_from(slot).expect("a function reference is an address");
    let func_ref = NonNull::new(std::ptr::with_exposed_provenance_mut(address))?;
    // SAFETY: forwarded.
    Some(unsafe { Func::from_ref(store, func_ref) })
}

fn rooted_to_slot<T: GcRef>(value: Option<Rooted<T>>, store: &StoreOpaque) -> u64 {
    value.map_or(0, |value| value.slot(store).expect("was checked"))
}

/// # Safety
///
/// `slot` is 0 or a reference of this type of `store`.
unsafe fn rooted_from_slot<T: GcRef>(store: &mut StoreOpaque, slot: u64) -> Option<Rooted<T>> {
    Rooted::from_slot(store, slot)
}

fn owned_to_slot<T: GcRef>(value: Option<OwnedRooted<T>>, store: &StoreOpaque) -> u64 {
    value.map_or(0, |value| {
        value.slot(store).expect("lives as long as its handle")
    })
}

/// # Safety
///
/// As for [`rooted_from_slot`].
unsafe fn owned_from_slot<T: GcRef>(store: &mut StoreOpaque, slot: u64) -> Option<OwnedRooted<T>> {
    OwnedRooted::from_slot(store, slot)
}

/// Rust types that are the parameters of a function: a [`WasmTy`], or a tuple of up to 17.
///
/// # Safety
///
/// Not for implementation outside of this crate.
pub unsafe trait WasmParams: Send {
    #[doc(hidden)]
    fn typecheck(engine: &Engine, types: &[rt::ValType], position: Position) -> Result<()>;

    /// Checks arguments for those of `types` that refer to functions of one type.
    #[doc(hidden)]
    fn check_concrete(&self, store: &StoreOpaque, types: &[rt::ValType]) -> Result<()>;

    /// Writes the values to `slots`, which has room for them.
    #[doc(hidden)]
    unsafe fn store(self, store: &StoreOpaque, slots: *mut u64) -> Result<()>;
}

/// Rust types that are the results of a function: the same as [`WasmParams`].
///
/// # Safety
///
/// Not for implementation outside of this crate.
pub unsafe trait WasmResults: WasmParams {
    /// Reads the values from `slots`, which has values of these types that belong to `store`.
    #[doc(hidden)]
    unsafe fn load(store: &mut StoreOpaque, slots: *const u64) -> Self;
}

// SAFETY: the same as for a tuple of one.
unsafe impl<T: WasmTy> WasmParams for T {
    fn typecheck(engine: &Engine, types: &[rt::ValType], position: Position) -> Result<()> {
        <(T,)>::typecheck(engine, types, position)
    }

    fn check_concrete(&self, store: &StoreOpaque, types: &[rt::ValType]) -> Result<()> {
        check_concrete(self, store, types[0])
    }

    #[inline]
    unsafe fn store(self, store: &StoreOpaque, slots: *mut u64) -> Result<()> {
        // SAFETY: forwarded.
        unsafe { (self,).store(store, slots) }
    }
}

// SAFETY: the same as for a tuple of one.
unsafe impl<T: WasmTy> WasmResults for T {
    #[inline]
    unsafe fn load(store: &mut StoreOpaque, slots: *const u64) -> Self {
        // SAFETY: forwarded.
        unsafe { <(T,)>::load(store, slots).0 }
    }
}

fn check_concrete<T: WasmTy>(value: &T, store: &StoreOpaque, ty: rt::ValType) -> Result<()> {
    if !value.compatible_with_store(store) {
        bail!("attempt to pass cross-`Store` value to Wasm as function argument");
    }
    match ValType::raise(store.engine(), ty) {
        ValType::Ref(ty) if ty.heap_type().is_concrete() => value.check_concrete(store, &ty),
        _ => Ok(()),
    }
}

macro_rules! tuples {
    ($n:literal $(($ty:ident $value:ident))*) => {
        // SAFETY: `typecheck` compares one type for each slot that is written.
        unsafe impl<$($ty: WasmTy,)*> WasmParams for ($($ty,)*) {
            fn typecheck(
                _engine: &Engine,
                types: &[rt::ValType],
                _position: Position,
            ) -> Result<()> {
                let [$($value,)*] = types else {
                    bail!("expected {} types, found {}", $n, types.len());
                };
                $($ty::typecheck(_engine, &ValType::raise(_engine, *$value), _position)?;)*
                Ok(())
            }

            fn check_concrete(&self, _store: &StoreOpaque, _types: &[rt::ValType]) -> Result<()> {
                let ($($value,)*) = self;
                let mut _types = _types.iter();
                $(
                    if let Some(&ty) = _types.next() {
                        check_concrete($value, _store, ty)?;
                    }
                )*
                Ok(())
            }

            #[inline]
            unsafe fn store(self, _store: &StoreOpaque, slots: *mut u64) -> Result<()> {
                let ($($value,)*) = self;
                $(
                    if !$value.compatible_with_store(_store) {
                        bail!("attempt to pass cross-`Store` value to Wasm as function argument");
                    }
                    $value.ensure_rooted(_store)?;
                )*
                let _at = slots;
                // SAFETY: the caller gives room for all.
                $(let _at = unsafe { $value.store(_store, _at) };)*
                Ok(())
            }
        }

        // SAFETY: as above.
        unsafe impl<$($ty: WasmTy,)*> WasmResults for ($($ty,)*) {
            #[inline]
            unsafe fn load(_store: &mut StoreOpaque, slots: *const u64) -> Self {
                let _at = slots;
                // SAFETY: the caller gives values of these types.
                $(let ($value, _at) = unsafe { $ty::load(_store, _at) };)*
                ($($value,)*)
            }
        }
    };
}

for_each_arity!(tuples);
