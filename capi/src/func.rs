//! Functions: callbacks of C, and calls.

use crate::finalizer::{Finalizer, HostInfo};
use crate::reference::{Object, Reference};
use crate::store::{Data, StoreRef, wasm_store_t};
use crate::trap::{self, panicked};
use crate::types::Type;
use crate::value::{Values, wasm_val_t};
use crate::{protect, trap::thrown};
use std::ffi::c_void;
use wasm_interp_jit::{
    AsContextMut as _, Caller, Func, FuncType, Result, StoreContextMut, Val, ensure,
};

type Plain = extern "C" fn(*const Values, *mut Values) -> Option<Box<Reference>>;
type WithEnv = extern "C" fn(*mut c_void, *const Values, *mut Values) -> Option<Box<Reference>>;

/// What a function of the host calls.
enum Callback {
    Plain(Plain),
    /// With a pointer, which is finalized when the function ends.
    WithEnv(WithEnv, HostInfo),
}

impl Callback {
    fn call(&self, args: &Values, results: &mut Values) -> Option<Box<Reference>> {
        match self {
            Callback::Plain(call) => call(args, results),
            Callback::WithEnv(call, env) => call(env.data(), args, results),
        }
    }

    /// Calls it as a function of type `ty`.
    fn invoke(
        &self,
        mut caller: Caller<'_, Data>,
        ty: &FuncType,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let store = caller.data().store();
        let mut cx = caller.as_context_mut();
        let args: Result<Vec<_>> = params
            .iter()
            .map(|&it| wasm_val_t::new(&store, &mut cx, it))
            .collect();
        let args = Values::from(args?);
        let mut given: Values = ty.results().map(|ty| wasm_val_t::blank_of(&ty)).collect();
        let entered = store.enter(&mut cx);
        let trap = self.call(&args, &mut given);
        drop(entered);
        if let Some(trap) = trap {
            return Err(thrown(&mut cx, *trap));
        }
        let n_given = given.as_slice().len();
        ensure!(
            n_given == results.len(),
            "expected {} results, got {n_given}",
            results.len()
        );
        for ((result, given), ty) in results.iter_mut().zip(given.as_slice()).zip(ty.results()) {
            *result = given.to_val(&mut cx, &ty)?;
        }
        Ok(())
    }
}

/// A function that calls `callback`, which is freed also if it cannot be made.
fn new(
    store: Option<&wasm_store_t>,
    ty: Option<&Type>,
    callback: Option<Callback>,
) -> Option<Box<Reference>> {
    let (store, ty, callback) = (&store?.store, ty?, callback?);
    let func = protect(|| {
        store.with(|mut cx| {
            let ty = ty.to_func(cx.engine())?;
            Func::try_new(&mut cx, ty.clone(), move |caller, params, results| {
                callback.invoke(caller, &ty, params, results)
            })
        })
    });
    Some(Reference::new(store, func.ok()?.ok()?))
}

/// Calls a function with values of C, and writes the results if it returns, as far as there is room.
fn call(store: &StoreRef, func: Func, args: &[wasm_val_t], results: *mut Values) -> Result<()> {
    store.with(|mut cx| {
        let args = arguments(&mut cx, func, args)?;
        let mut values = vec![Val::I32(0); func.ty(&cx).results().len()];
        func.call(&mut cx, &args, &mut values)?;
        let made: Result<Vec<_>> = values
            .into_iter()
            .map(|it| wasm_val_t::new(store, &mut cx, it))
            .collect();
        // SAFETY: invariant 1; no code of C runs from here on.
        let places = unsafe { results.as_mut() }.map_or(&mut [][..], |it| it.as_uninit());
        for (place, value) in places.iter_mut().zip(made?) {
            place.write(value);
        }
        Ok(())
    })
}

fn arguments(
    cx: &mut StoreContextMut<'_, Data>,
    func: Func,
    args: &[wasm_val_t],
) -> Result<Vec<Val>> {
    let ty = func.ty(&*cx);
    ensure!(
        ty.params().len() == args.len(),
        "expected {} arguments, got {}",
        ty.params().len(),
        args.len()
    );
    let args = args.iter().zip(ty.params());
    args.map(|(arg, ty)| arg.to_val(cx, &ty)).collect()
}

/// The type of a function that is referred to.
fn ty(it: Option<&Reference>) -> Option<FuncType> {
    let it = it?;
    match &it.object {
        Object::Func(func) => Some(it.store.with(|cx| func.ty(&cx))),
        _ => None,
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasm_func_new(
    store: Option<&wasm_store_t>,
    ty: Option<&Type>,
    callback: Option<Plain>,
) -> Option<Box<Reference>> {
    new(store, ty, callback.map(Callback::Plain))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_func_new_with_env(
    store: Option<&wasm_store_t>,
    ty: Option<&Type>,
    callback: Option<WithEnv>,
    env: *mut c_void,
    finalizer: Finalizer,
) -> Option<Box<Reference>> {
    let env = HostInfo::new(env, finalizer);
    new(store, ty, callback.map(|it| Callback::WithEnv(it, env)))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_func_type(it: Option<&Reference>) -> Option<Box<Type>> {
    let ty = wasm_interp_jit::ExternType::from(ty(it)?);
    Some(Box::new(ty.into()))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_func_param_arity(it: Option<&Reference>) -> usize {
    ty(it).map_or(0, |ty| ty.params().len())
}

#[unsafe(no_mangle)]
extern "C" fn wasm_func_result_arity(it: Option<&Reference>) -> usize {
    ty(it).map_or(0, |ty| ty.results().len())
}

#[unsafe(no_mangle)]
extern "C" fn wasm_func_call(
    it: *const Reference,
    args: *const Values,
    results: *mut Values,
) -> Option<Box<Reference>> {
    // SAFETY: invariant 1. Copied, since a callback could free the handle.
    let Reference { store, object } = unsafe { it.as_ref() }.cloned()?;
    let Object::Func(func) = object else {
        return None;
    };
    // SAFETY: invariant 1; they are read before any code of C runs.
    let args = unsafe { args.as_ref() }.map_or(&[][..], Values::as_slice);
    match protect(|| call(&store, func, args, results)) {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(trap::trap(&store, error)),
        Err(message) => Some(panicked(&store, &message)),
    }
}
