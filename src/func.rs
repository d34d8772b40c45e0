//! [`Func`]: a function of a store, called with [`Val`]s.

#[macro_use]
mod arity;
mod host;
mod typed;

pub use host::{IntoFunc, WasmRet, WasmTyList};
pub use typed::{TypedFunc, WasmParams, WasmResults, WasmTy};

pub(crate) use host::HostFunc;
pub(crate) use typed::{func_from_slot, func_to_slot};

use crate::error::{Context, Result, bail};
use crate::store::{StoreId, StoreInner, StoreOpaque};
use crate::types::{FuncType, ValType};
use crate::{AsContext, AsContextMut, Caller, Val, ValRaw, call};
use runtime::types::SigRef;
use runtime::vm::VMFuncRef;
use runtime::{FuncIdx, InstanceId};
use std::ffi::c_void;
use std::fmt;
use std::mem::MaybeUninit;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;
use typed::Position;

/// A function of a store: of an instance or of the host.
///
/// ```
/// use wasm_interp_jit::{Engine, Func, FuncType, Store, Val, ValType};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let engine = Engine::default();
/// let mut store = Store::new(&engine, ());
/// // The type of a closure is the function's type.
/// let half = Func::wrap(&mut store, |it: i64| it / 2);
/// let mut results = [Val::I64(0)];
/// half.call(&mut store, &[Val::I64(9)], &mut results)?;
/// assert_eq!(results[0].i64(), Some(4));
///
/// // One that is known at run time only comes with values that know theirs.
/// let ty = FuncType::new(&engine, [ValType::F64], [ValType::F64]);
/// let double = Func::new(&mut store, ty, |_, params, results| {
///     results[0] = Val::from(params[0].unwrap_f64() * 2.0);
///     Ok(())
/// });
/// let double = double.typed::<f64, f64>(&store)?;
/// assert_eq!(double.call(&mut store, 1.5)?, 3.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Func {
    store: StoreId,
    /// Valid as long as the store lives. Only read after `store` was checked.
    func_ref: NonNull<VMFuncRef>,
}

/// What the pointer leads to is part of the store, which is what a panic may leave half done.
impl UnwindSafe for Func {}
impl RefUnwindSafe for Func {}

// SAFETY: the pointer is only read through a borrow of the store, which is checked to be its own.
unsafe impl Send for Func {}
// SAFETY: as for `Send`.
unsafe impl Sync for Func {}

impl Func {
    /// A function of the host that gets its arguments as [`Val`]s and writes its results.
    ///
    /// Results are null references of the right type until they are written. A result that is not
    /// of its type is an error of the call.
    ///
    /// # Panics
    ///
    /// If `ty` belongs to another engine, or has a type that is not supported.
    pub fn new<T: 'static>(
        store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Func {
        unwrap(Func::try_new(store, ty, func))
    }

    /// As [`Func::new`].
    ///
    /// # Errors
    ///
    /// If `ty` has a type that is not supported.
    ///
    /// # Panics
    ///
    /// If `ty` belongs to another engine.
    pub fn try_new<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Func> {
        let store = store.as_context_mut().0;
        let engine = store.opaque().engine();
        assert!(ty.comes_from_same_engine(engine));
        Ok(HostFunc::new(ty, func)?.bring_into(store))
    }

    /// A function of the host whose type is that of a closure.
    ///
    /// See [`IntoFunc`] for the closures that can be used.
    ///
    /// # Panics
    ///
    /// If it has a type that is not supported.
    pub fn wrap<T: 'static, Params, Results>(
        store: impl AsContextMut<Data = T>,
        func: impl IntoFunc<T, Params, Results>,
    ) -> Func {
        unwrap(Func::try_wrap(store, func))
    }

    /// As [`Func::wrap`].
    ///
    /// # Errors
    ///
    /// If it has a type that is not supported.
    pub fn try_wrap<T: 'static, Params, Results>(
        mut store: impl AsContextMut<Data = T>,
        func: impl IntoFunc<T, Params, Results>,
    ) -> Result<Func> {
        let store = store.as_context_mut().0;
        Ok(func.into_func(store.opaque().engine())?.bring_into(store))
    }

    /// Its type.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        self.load_ty(store.as_context().0.opaque())
    }

    /// Is it of type `func_ty`?
    ///
    /// # Panics
    ///
    /// If it belongs to another store, or the type to another engine.
    pub fn matches_ty(&self, store: impl AsContext, func_ty: &FuncType) -> bool {
        self.load_ty(store.as_context().0.opaque()).matches(func_ty)
    }

    /// Calls it.
    ///
    /// # Errors
    ///
    /// If arguments or results are not as many as the type says, or an argument is not of its
    /// type or belongs to another store. Otherwise what the call raises: traps with a
    /// [`Trap`](crate::Trap) at the root, errors of host functions as these returned them.
    ///
    /// # Panics
    ///
    /// If it belongs to another store, or if a host function panics.
    pub fn call(
        &self,
        mut store: impl AsContextMut,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let store = store.as_context_mut().0;
        store.opaque().check_entry()?;
        let sig = self.sig(store.opaque());
        check_call(store.opaque(), sig, params, results)?;
        self.call_checked(store, params, results)
    }

    /// Requires that `params` and `results` fit the signature.
    fn call_checked<T>(
        &self,
        store: &mut StoreInner<T>,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let slots = call::slots(store.opaque())?;
        let mut at = slots;
        for param in params {
            // SAFETY: the value stack has room for the arguments of any function.
            at = unsafe { param.store(store.opaque(), at)? };
        }
        // SAFETY: the caller checked that the function and arguments are of this store, and types.
        unsafe { call::enter(store, self.func_ref.as_ptr())? };
        let sig = self.sig(store.opaque());
        let mut at = slots.cast_const();
        for (result, &ty) in results.iter_mut().zip(&sig.ty().results) {
            // SAFETY: the call left results of these types, and nothing has overwritten them.
            *result = unsafe { Val::load(store.opaque_mut(), ty, &mut at) };
        }
        Ok(())
    }

    /// As [`Func::new`], with arguments and results that nobody checks. Results take the place of
    /// arguments; the slice is as long as the longer of the two.
    ///
    /// # Safety
    ///
    /// `func` leaves results of the types that `ty` has, which belong to the store.
    ///
    /// # Panics
    ///
    /// If `ty` belongs to another engine, or has a type that is not supported.
    pub unsafe fn new_unchecked<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        let store = store.as_context_mut().0;
        let engine = store.opaque().engine();
        assert!(ty.comes_from_same_engine(engine));
        // SAFETY: forwarded.
        match unsafe { HostFunc::new_unchecked(ty, func) } {
            Ok(func) => func.bring_into(store),
            Err(error) => panic!("cannot make a host function: {error:#}"),
        }
    }

    /// Calls it with arguments that nobody checks; results take their place.
    ///
    /// # Errors
    ///
    /// What the call raises, as for [`Func::call`].
    ///
    /// # Panics
    ///
    /// If it belongs to another store, or if a host function panics.
    ///
    /// # Safety
    ///
    /// There are arguments of the types that the function has, which belong to the store, and room
    /// for its results.
    pub unsafe fn call_unchecked(
        &self,
        mut store: impl AsContextMut,
        params_and_returns: *mut [ValRaw],
    ) -> Result<()> {
        let store = store.as_context_mut().0;
        let sig = self.sig(store.opaque());
        let slots = call::slots(store.opaque())?;
        let values = params_and_returns.cast::<ValRaw>();
        let mut at = slots;
        for (n, &ty) in sig.ty().params.iter().enumerate() {
            // SAFETY: forwarded; the value stack has room for the arguments of any function.
            unsafe { values.add(n).read().store(ty, &mut at) };
        }
        // SAFETY: forwarded; the function belongs to the store.
        unsafe { call::enter(store, self.func_ref.as_ptr())? };
        let mut at = slots.cast_const();
        for (n, &ty) in sig.ty().results.iter().enumerate() {
            // SAFETY: the call left results of these types; the caller gives room for them.
            unsafe { values.add(n).write(ValRaw::load(ty, &mut at)) };
        }
        Ok(())
    }

    /// An address that only this function has in its store.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn to_raw(&self, mut store: impl AsContextMut) -> *mut c_void {
        self.func_ref(store.as_context_mut().0.opaque()).cast()
    }

    /// The same function, with its type known to the Rust compiler.
    ///
    /// # Errors
    ///
    /// If its type is another.
    ///
    /// # Panics
    ///
    /// If it belongs to another store.
    pub fn typed<Params, Results>(
        &self,
        store: impl AsContext,
    ) -> Result<TypedFunc<Params, Results>>
    where
        Params: WasmParams,
        Results: WasmResults,
    {
        let store = store.as_context().0.opaque();
        let (engine, sig) = (store.engine(), self.sig(store));
        Params::typecheck(engine, &sig.ty().params, Position::Param)
            .context("type mismatch with parameters")?;
        Results::typecheck(engine, &sig.ty().results, Position::Result)
            .context("type mismatch with results")?;
        // SAFETY: the types were checked.
        Ok(unsafe { TypedFunc::of_checked(store, *self) })
    }

    /// A function of an instance.
    pub(crate) fn of_instance(store: &StoreOpaque, instance: InstanceId, func: FuncIdx) -> Func {
        let func_ref = store.runtime().instance(instance).func_ref(func);
        let func_ref = NonNull::new(func_ref).expect("functions of instances are not null");
        // SAFETY: an instance of the store has functions of the store.
        unsafe { Func::from_ref(store, func_ref) }
    }

    /// # Safety
    ///
    /// `func_ref` is a function reference of `store`.
    unsafe fn from_ref(store: &StoreOpaque, func_ref: NonNull<VMFuncRef>) -> Func {
        Func {
            store: store.id(),
            func_ref,
        }
    }

    pub(crate) fn comes_from_same_store(&self, store: &StoreOpaque) -> bool {
        self.store == store.id()
    }

    /// The function reference.
    #[inline]
    #[track_caller]
    pub(crate) fn func_ref(&self, store: &StoreOpaque) -> *mut VMFuncRef {
        store.check(self.store);
        self.func_ref.as_ptr()
    }

    /// The signature.
    #[track_caller]
    pub(crate) fn sig(&self, store: &StoreOpaque) -> SigRef {
        let func_ref = self.func_ref(store);
        // SAFETY: function references live as long as their store, and so do the engine's types.
        unsafe { SigRef::from_ptr((*func_ref).sig) }
    }

    /// Checks that it is a function of `store` that can be called as one of type `ty`.
    fn ensure_matches_ty(&self, store: &StoreOpaque, ty: &FuncType) -> Result<()> {
        if !self.comes_from_same_store(store) {
            bail!("function used with wrong store");
        }
        let actual = self.load_ty(store);
        if !actual.matches(ty) {
            bail!("type mismatch: expected {ty}, found {actual}");
        }
        Ok(())
    }

    #[track_caller]
    pub(crate) fn load_ty(&self, store: &StoreOpaque) -> FuncType {
        FuncType::raise(store.engine(), self.sig(store))
    }
}

impl fmt::Debug for Func {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Func")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// Checks the arguments of a call, and how many results it has.
fn check_call(store: &StoreOpaque, sig: SigRef, params: &[Val], results: &[Val]) -> Result<()> {
    let ty = sig.ty();
    if ty.params.len() != params.len() {
        bail!(
            "expected {} arguments, got {}",
            ty.params.len(),
            params.len()
        );
    }
    if ty.results.len() != results.len() {
        bail!(
            "expected {} results, got {}",
            ty.results.len(),
            results.len()
        );
    }
    for (&ty, param) in ty.params.iter().zip(params) {
        param
            .ensure_matches(store, &ValType::raise(store.engine(), ty))
            .context("argument type mismatch")?;
    }
    Ok(())
}

fn unwrap(func: Result<Func>) -> Func {
    match func {
        Ok(func) => func,
        Err(error) => panic!("cannot make a host function: {error:#}"),
    }
}
