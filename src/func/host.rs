//! Host functions: closures of the embedder in the form in which the runtime calls them.
//!
//! Invariant: the closure of a `HostFunc<T>` is only brought into stores of `T`. It casts a pointer
//! to the store's data without asking.

#![expect(clippy::unused_unit, reason = "the tuple of no parameters")]

use super::{Func, WasmTy};
use crate::error::{Context, Error, Result, ensure, format_err};
use crate::store::{StoreInner, StoreOpaque};
use crate::types::{FuncType, ValType};
use crate::{CallHook, Caller, Engine, Val, ValRaw};
use runtime::InstanceId;
use runtime::host::{HostCall, HostClosure, HostError};
use runtime::types::SigRef;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::Arc;

/// A closure of the embedder for stores of `T`, not yet part of one.
#[doc(hidden)]
pub struct HostFunc<T> {
    ty: FuncType,
    sig: SigRef,
    closure: Arc<HostClosure>,
    _store: PhantomData<fn() -> T>,
}

impl<T: 'static> HostFunc<T> {
    /// A function with arguments and results as [`Val`]s.
    ///
    /// # Errors
    ///
    /// If `ty` has a type that is not supported.
    pub(crate) fn new(
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        let sig = signature(&ty)?;
        HostFunc::from_closure(ty, move |store: &mut StoreInner<T>, instance, slots| {
            let types = sig.ty();
            let mut at = slots.cast_const();
            // SAFETY: the caller left arguments of these types.
            let load = |&ty: &_| unsafe { Val::load(store.opaque_mut(), ty, &mut at) };
            let mut values: Vec<Val> = types.params.iter().map(load).collect();
            values.extend(types.results.iter().map(|_| Val::null_func_ref()));
            let (params, results) = values.split_at_mut(types.params.len());
            func(Caller::new(store, instance), params, results)?;
            let mut at = slots;
            for (&ty, result) in types.results.iter().zip(results) {
                result
                    .ensure_matches(store.opaque(), &ValType::raise(store.opaque().engine(), ty))
                    .context("function attempted to return an incompatible value")?;
                // SAFETY: `slots` has room for the results.
                at = unsafe { result.store(store.opaque(), at)? };
            }
            Ok(())
        })
    }

    /// A function with arguments and results that nobody checks.
    ///
    /// # Errors
    ///
    /// If `ty` has a type that is not supported.
    ///
    /// # Safety
    ///
    /// `func` leaves results of the types that `ty` has, which belong to the store.
    pub(crate) unsafe fn new_unchecked(
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        let sig = signature(&ty)?;
        HostFunc::from_closure(ty, move |store: &mut StoreInner<T>, instance, slots| {
            let types = sig.ty();
            let n = types.params.len().max(types.results.len());
            let mut values = vec![MaybeUninit::new(ValRaw::null()); n];
            let mut at = slots.cast_const();
            for (value, &ty) in values.iter_mut().zip(&types.params) {
                // SAFETY: the caller left arguments of these types.
                value.write(unsafe { ValRaw::load(ty, &mut at) });
            }
            func(Caller::new(store, instance), &mut values)?;
            let mut at = slots;
            for (value, &ty) in values.iter().zip(&types.results) {
                // SAFETY: `func` leaves results of these types, and `slots` has room for them.
                unsafe { value.assume_init().store(ty, &mut at) };
            }
            Ok(())
        })
    }

    /// A function with the types of a closure.
    pub(crate) fn wrap<Params, Results>(
        engine: &Engine,
        func: impl Fn(Caller<'_, T>, Params) -> Results + Send + Sync + 'static,
    ) -> Result<Self>
    where
        Params: WasmTyList,
        Results: WasmRet,
    {
        let ty = FuncType::new(engine, Params::valtypes(), Results::valtypes());
        HostFunc::from_closure(ty, move |store: &mut StoreInner<T>, instance, slots| {
            // SAFETY: the caller left arguments of these types.
            let params = unsafe { Params::load(store.opaque_mut(), slots) };
            let results = func(Caller::new(store, instance), params);
            // SAFETY: `slots` has room for the results.
            unsafe { results.store(store.opaque(), slots) }
        })
    }

    /// `call` gets the store, the calling instance, and slots with arguments for results.
    fn from_closure(
        ty: FuncType,
        call: impl Fn(&mut StoreInner<T>, Option<InstanceId>, *mut u64) -> Result<()>
        + Send
        + Sync
        + 'static,
    ) -> Result<Self> {
        let sig = signature(&ty)?;
        let closure = move |host_call: &HostCall| {
            let &HostCall {
                store,
                caller,
                slots,
            } = host_call;
            // SAFETY: the store's owner is the `StoreInner` of the call in progress (`store.rs`,
            // invariant 2), of this `T` (invariant above), and nobody else uses it now.
            let store = unsafe { &mut *(*store).owner.cast::<StoreInner<T>>() };
            // SAFETY: a context that is not null is alive; that of host functions has no instance.
            let instance = unsafe { caller.as_ref().and_then(|it| it.instance.as_ref()) };
            let instance = instance.map(|it| it.id);
            let called = store.call_hook(CallHook::CallingHost).and_then(|()| {
                let scope = store.opaque().roots().enter_scope();
                let result = call(store, instance, slots);
                store.opaque_mut().roots_mut().exit_scope(scope);
                store.call_hook(CallHook::ReturningFromHost)?;
                result
            });
            called.map_err(|error: Error| Box::new(error) as HostError)
        };
        Ok(HostFunc {
            ty,
            sig,
            closure: Arc::new(closure),
            _store: PhantomData,
        })
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.ty.engine()
    }

    pub(crate) fn sig(&self) -> SigRef {
        self.sig
    }

    /// Makes a function of `store`.
    pub(crate) fn bring_into(&self, store: &mut StoreInner<T>) -> Func {
        let store = store.opaque_mut();
        debug_assert!(Engine::same(self.engine(), store.engine()));
        let func_ref = store
            .runtime_mut()
            .new_host_func(self.sig, self.closure.clone());
        let func_ref = NonNull::new(func_ref).expect("a function reference is not null");
        // SAFETY: it was just made there.
        unsafe { Func::from_ref(store, func_ref) }
    }
}

impl<T> Clone for HostFunc<T> {
    fn clone(&self) -> Self {
        HostFunc {
            ty: self.ty.clone(),
            sig: self.sig,
            closure: self.closure.clone(),
            _store: PhantomData,
        }
    }
}

impl<T> fmt::Debug for HostFunc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFunc")
            .field("ty", &self.ty)
            .finish_non_exhaustive()
    }
}

fn signature(ty: &FuncType) -> Result<SigRef> {
    ty.sig()
        .ok_or_else(|| format_err!("functions of type {ty} are not supported"))
}

/// Closures that can be host functions: up to 17 parameters that are [`WasmTy`], perhaps a
/// [`Caller`] before them, and results that are [`WasmRet`].
pub trait IntoFunc<T, Params, Results>: Send + Sync + 'static {
    #[doc(hidden)]
    fn into_func(self, engine: &Engine) -> Result<HostFunc<T>>;
}

/// Rust types that a host function can return: nothing, a [`WasmTy`], a tuple of up to 17, or a
/// `Result` of one of these.
///
/// # Safety
///
/// Not for implementation outside of this crate.
pub unsafe trait WasmRet {
    #[doc(hidden)]
    fn valtypes() -> impl Iterator<Item = ValType>;

    /// Writes the values to `slots`, which has room for them.
    #[doc(hidden)]
    unsafe fn store(self, store: &StoreOpaque, slots: *mut u64) -> Result<()>;
}

/// Tuples of up to 17 [`WasmTy`].
///
/// # Safety
///
/// Not for implementation outside of this crate.
pub unsafe trait WasmTyList {
    #[doc(hidden)]
    fn valtypes() -> impl Iterator<Item = ValType>;

    /// Reads the values from `slots`, which has values of these types that belong to `store`.
    #[doc(hidden)]
    unsafe fn load(store: &mut StoreOpaque, slots: *const u64) -> Self;
}

// SAFETY: the same as for a tuple of one.
unsafe impl<T: WasmTy> WasmRet for T {
    fn valtypes() -> impl Iterator<Item = ValType> {
        std::iter::once(T::valtype())
    }

    #[inline]
    unsafe fn store(self, store: &StoreOpaque, slots: *mut u64) -> Result<()> {
        // SAFETY: forwarded.
        unsafe { (self,).store(store, slots) }
    }
}

// SAFETY: the types are those of the values.
unsafe impl<T: WasmRet> WasmRet for Result<T> {
    fn valtypes() -> impl Iterator<Item = ValType> {
        T::valtypes()
    }

    #[inline]
    unsafe fn store(self, store: &StoreOpaque, slots: *mut u64) -> Result<()> {
        let value = self?;
        // SAFETY: forwarded.
        unsafe { value.store(store, slots) }
    }
}

/// How the parameters of a closure are named in [`IntoFunc`]: one stands for itself.
macro_rules! params {
    ($ty:ident) => { $ty };
    ($($ty:ident)*) => { ($($ty,)*) };
}

macro_rules! host_functions {
    ($n:literal $(($ty:ident $value:ident))*) => {
        // SAFETY: one type for each slot that is written.
        unsafe impl<$($ty: WasmTy,)*> WasmRet for ($($ty,)*) {
            fn valtypes() -> impl Iterator<Item = ValType> {
                [$($ty::valtype(),)*].into_iter()
            }

            #[inline]
            unsafe fn store(self, _store: &StoreOpaque, slots: *mut u64) -> Result<()> {
                let ($($value,)*) = self;
                $(
                    ensure!(
                        $value.compatible_with_store(_store),
                        "host function attempted to return cross-`Store` value to Wasm",
                    );
                    $value.ensure_rooted(_store)?;
                )*
                let _at = slots;
                // SAFETY: the caller gives room for all.
                $(let _at = unsafe { $value.store(_store, _at) };)*
                Ok(())
            }
        }

        // SAFETY: one type for each slot that is read.
        unsafe impl<$($ty: WasmTy,)*> WasmTyList for ($($ty,)*) {
            fn valtypes() -> impl Iterator<Item = ValType> {
                [$($ty::valtype(),)*].into_iter()
            }

            #[inline]
            unsafe fn load(_store: &mut StoreOpaque, slots: *const u64) -> Self {
                let _at = slots;
                // SAFETY: the caller gives values of these types.
                $(let ($value, _at) = unsafe { $ty::load(_store, _at) };)*
                ($($value,)*)
            }
        }

        impl<T, F, $($ty,)* R> IntoFunc<T, params!($($ty)*), R> for F
        where
            T: 'static,
            F: Fn($($ty),*) -> R + Send + Sync + 'static,
            $($ty: WasmTy,)*
            R: WasmRet,
        {
            fn into_func(self, engine: &Engine) -> Result<HostFunc<T>> {
                HostFunc::wrap(engine, move |_: Caller<'_, T>, ($($value,)*)| self($($value),*))
            }
        }

        impl<T, F, $($ty,)* R> IntoFunc<T, (Caller<'_, T>, $($ty,)*), R> for F
        where
            T: 'static,
            F: Fn(Caller<'_, T>, $($ty),*) -> R + Send + Sync + 'static,
            $($ty: WasmTy,)*
            R: WasmRet,
        {
            fn into_func(self, engine: &Engine) -> Result<HostFunc<T>> {
                HostFunc::wrap(engine, move |caller: Caller<'_, T>, ($($value,)*)| {
                    self(caller, $($value),*)
                })
            }
        }
    };
}

for_each_arity!(host_functions);
