//! Signatures of wasmtime 48.0.8: func. Written by `tests/compat/signatures`.

use super::*;

// `Caller`

fn caller_get_export<'p0, T>()
where
    T: 'static,
{
    let _: fn(&mut Caller<'p0, T>, &str) -> Option<Extern> = <Caller<'p0, T>>::get_export;
}

fn caller_get_module_export<'p0, T>()
where
    T: 'static,
{
    let _: fn(&mut Caller<'p0, T>, &ModuleExport) -> Option<Extern> =
        <Caller<'p0, T>>::get_module_export;
}

fn caller_data<'p0, T>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this Caller<'p0, T>) -> &'this T = <Caller<'p0, T>>::data;
}

fn caller_data_mut<'p0, T>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this mut Caller<'p0, T>) -> &'this mut T = <Caller<'p0, T>>::data_mut;
}

fn caller_engine<'p0, T>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this Caller<'p0, T>) -> &'this Engine = <Caller<'p0, T>>::engine;
}

fn caller_gc<'p0, T>()
where
    T: 'static,
{
    let _: fn(&mut Caller<'p0, T>, Option<&GcHeapOutOfMemory<()>>) -> Result<()> =
        <Caller<'p0, T>>::gc;
}

fn caller_gc_heap_capacity<'p0, T>()
where
    T: 'static,
{
    let _: fn(&Caller<'p0, T>) -> usize = <Caller<'p0, T>>::gc_heap_capacity;
}

async fn caller_gc_async<'p0, T>(
    a0: &mut Caller<'p0, T>,
    a1: Option<&GcHeapOutOfMemory<()>>,
) -> Result<()>
where
    T: 'static,
    T: Send + 'static,
{
    <Caller<'p0, T>>::gc_async(a0, a1).await
}

fn caller_get_fuel<'p0, T>()
where
    T: 'static,
{
    let _: fn(&Caller<'p0, T>) -> Result<u64> = <Caller<'p0, T>>::get_fuel;
}

fn caller_set_fuel<'p0, T>()
where
    T: 'static,
{
    let _: fn(&mut Caller<'p0, T>, u64) -> Result<()> = <Caller<'p0, T>>::set_fuel;
}

fn caller_fuel_async_yield_interval<'p0, T>()
where
    T: 'static,
{
    let _: fn(&mut Caller<'p0, T>, Option<u64>) -> Result<()> =
        <Caller<'p0, T>>::fuel_async_yield_interval;
}

fn caller_debug_exit_frames<'a, T>(
    a0: &mut Caller<'a, T>,
) -> impl std::iter::Iterator<Item = FrameHandle>
where
    T: 'static,
{
    <Caller<'a, T>>::debug_exit_frames(a0)
}

fn caller_edit_breakpoints<'a, T>()
where
    T: 'static,
{
    let _: for<'b> fn(&'b mut Caller<'a, T>) -> Option<BreakpointEdit<'b>> =
        <Caller<'a, T>>::edit_breakpoints;
}

fn caller_debug_all_instances<'a, T>()
where
    T: 'static,
{
    let _: fn(&mut Caller<'a, T>) -> Vec<Instance> = <Caller<'a, T>>::debug_all_instances;
}

fn caller_debug_all_modules<'a, T>()
where
    T: 'static,
{
    let _: fn(&mut Caller<'a, T>) -> Vec<Module> = <Caller<'a, T>>::debug_all_modules;
}

implements!(['a, T] [T: 'static] Caller<'a, T>: Unpin);
implements!(['a, T] [T: Send, T: 'static] Caller<'a, T>: Send);
implements!(['a, T] [T: Sync, T: 'static] Caller<'a, T>: Sync);
implements!(['a, T: 'static] [T: 'static] StoreContextMut<'a, T>: From<Caller<'a, T>>);
implements!(['p0, T: 'static] [T: 'static] Caller<'p0, T>: AsContext<Data = T> + AsContextMut);

// `Func`

fn func_new<
    T: 'static,
    A0: AsContextMut<Data = T>,
    A1: Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
>() {
    let _: fn(A0, FuncType, A1) -> Func = <Func>::new;
}

fn func_try_new<
    T: 'static,
    A0: AsContextMut<Data = T>,
    A1: Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
>() {
    let _: fn(A0, FuncType, A1) -> Result<Func> = <Func>::try_new;
}

fn func_new_unchecked<
    T: 'static,
    A0: AsContextMut<Data = T>,
    A1: Fn(Caller<'_, T>, &mut [std::mem::MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
>() {
    let _: unsafe fn(A0, FuncType, A1) -> Func = <Func>::new_unchecked;
}

fn func_new_async<T, F, A0: AsContextMut<Data = T>>()
where
    F: for<'a> Fn(
            Caller<'a, T>,
            &'a [Val],
            &'a mut [Val],
        ) -> Box<dyn std::future::Future<Output = Result<()>> + Send + 'a>
        + Send
        + Sync
        + 'static,
    T: Send + 'static,
{
    let _: fn(A0, FuncType, F) -> Func = <Func>::new_async;
}

fn func_wrap<T, Params, Results, A0: AsContextMut<Data = T>, A1: IntoFunc<T, Params, Results>>()
where
    T: 'static,
{
    let _: fn(A0, A1) -> Func = <Func>::wrap;
}

fn func_try_wrap<T, Params, Results, A0: AsContextMut<Data = T>, A1: IntoFunc<T, Params, Results>>()
where
    T: 'static,
{
    let _: fn(A0, A1) -> Result<Func> = <Func>::try_wrap;
}

fn func_wrap_async<T, F, P, R, A0: AsContextMut<Data = T>>()
where
    F: for<'a> Fn(Caller<'a, T>, P) -> Box<dyn std::future::Future<Output = R> + Send + 'a>
        + Send
        + Sync
        + 'static,
    P: WasmTyList,
    R: WasmRet,
    T: Send + 'static,
{
    let _: fn(A0, F) -> Func = <Func>::wrap_async;
}

fn func_ty<A0: AsContext>() {
    let _: fn(&Func, A0) -> FuncType = <Func>::ty;
}

fn func_matches_ty<A0: AsContext>() {
    let _: fn(&Func, A0, &FuncType) -> bool = <Func>::matches_ty;
}

fn func_call<A0: AsContextMut>() {
    let _: fn(&Func, A0, &[Val], &mut [Val]) -> Result<()> = <Func>::call;
}

fn func_call_unchecked<A0: AsContextMut>() {
    let _: unsafe fn(&Func, A0, *mut [ValRaw]) -> Result<()> = <Func>::call_unchecked;
}

fn func_from_raw<A0: AsContextMut>() {
    let _: unsafe fn(A0, *mut std::ffi::c_void) -> Option<Func> = <Func>::from_raw;
}

fn func_to_raw<A0: AsContextMut>() {
    let _: fn(&Func, A0) -> *mut std::ffi::c_void = <Func>::to_raw;
}

async fn func_call_async<A0: AsContextMut<Data: Send>>(
    a0: &Func,
    a1: A0,
    a2: &[Val],
    a3: &mut [Val],
) -> Result<()> {
    <Func>::call_async(a0, a1, a2, a3).await
}

fn func_typed<Params, Results, A0: AsContext>()
where
    Params: WasmParams,
    Results: WasmResults,
{
    let _: fn(&Func, A0) -> Result<TypedFunc<Params, Results>> = <Func>::typed;
}

implements!([] [] Extern: From<Func>);
implements!([] [] Func: Clone + Copy + Send + Sync + Unpin + WasmParams + WasmResults + WasmRet + WasmTy + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);
implements!([] [] Ref: From<Func>);
implements!([] [] Val: From<Func>);

// `IntoFunc`

fn into_func_object<T, Params, Results>(it: Box<dyn IntoFunc<T, Params, Results>>) {
    drop(it);
}

implements!(['p0, T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, A16: WasmTy, A17: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17), R>);
implements!(['p0, T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, A16: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16), R>);
implements!(['p0, T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15), R>);
implements!(['p0, T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14), R>);
implements!(['p0, T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13), R>);
implements!(['p0, T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12), R>);
implements!(['p0, T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11), R>);
implements!(['p0, T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10), R>);
implements!(['p0, T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5, A6, A7, A8, A9), R>);
implements!(['p0, T, F, A1, A2, A3, A4, A5, A6, A7, A8, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5, A6, A7, A8) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5, A6, A7, A8), R>);
implements!(['p0, T, F, A1, A2, A3, A4, A5, A6, A7, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5, A6, A7) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5, A6, A7), R>);
implements!(['p0, T, F, A1, A2, A3, A4, A5, A6, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5, A6) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5, A6), R>);
implements!(['p0, T, F, A1, A2, A3, A4, A5, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4, A5) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4, A5), R>);
implements!(['p0, T, F, A1, A2, A3, A4, R] [F: Fn(Caller<'_, T>, A1, A2, A3, A4) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3, A4), R>);
implements!(['p0, T, F, A1, A2, A3, R] [F: Fn(Caller<'_, T>, A1, A2, A3) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2, A3), R>);
implements!(['p0, T, F, A1, A2, R] [F: Fn(Caller<'_, T>, A1, A2) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1, A2), R>);
implements!(['p0, T, F, A1, R] [F: Fn(Caller<'_, T>, A1) -> R + Send + Sync + 'static, A1: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>, A1), R>);
implements!(['p0, T, F, R] [F: Fn(Caller<'_, T>) -> R + Send + Sync + 'static, R: WasmRet, T: 'static] F: IntoFunc<T, (Caller<'p0, T>,), R>);
implements!([T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17, R] [F: Fn(A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, A16: WasmTy, A17: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17), R>);
implements!([T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, R] [F: Fn(A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, A16: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16), R>);
implements!([T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, R] [F: Fn(A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15), R>);
implements!([T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, R] [F: Fn(A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14), R>);
implements!([T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, R] [F: Fn(A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13), R>);
implements!([T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, R] [F: Fn(A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12), R>);
implements!([T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, R] [F: Fn(A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11), R>);
implements!([T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, R] [F: Fn(A1, A2, A3, A4, A5, A6, A7, A8, A9, A10) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10), R>);
implements!([T, F, A1, A2, A3, A4, A5, A6, A7, A8, A9, R] [F: Fn(A1, A2, A3, A4, A5, A6, A7, A8, A9) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5, A6, A7, A8, A9), R>);
implements!([T, F, A1, A2, A3, A4, A5, A6, A7, A8, R] [F: Fn(A1, A2, A3, A4, A5, A6, A7, A8) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5, A6, A7, A8), R>);
implements!([T, F, A1, A2, A3, A4, A5, A6, A7, R] [F: Fn(A1, A2, A3, A4, A5, A6, A7) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5, A6, A7), R>);
implements!([T, F, A1, A2, A3, A4, A5, A6, R] [F: Fn(A1, A2, A3, A4, A5, A6) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5, A6), R>);
implements!([T, F, A1, A2, A3, A4, A5, R] [F: Fn(A1, A2, A3, A4, A5) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4, A5), R>);
implements!([T, F, A1, A2, A3, A4, R] [F: Fn(A1, A2, A3, A4) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3, A4), R>);
implements!([T, F, A1, A2, A3, R] [F: Fn(A1, A2, A3) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, A3: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2, A3), R>);
implements!([T, F, A1, A2, R] [F: Fn(A1, A2) -> R + Send + Sync + 'static, A1: WasmTy, A2: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, (A1, A2), R>);
implements!([T, F, A1, R] [F: Fn(A1) -> R + Send + Sync + 'static, A1: WasmTy, R: WasmRet, T: 'static] F: IntoFunc<T, A1, R>);
implements!([T, F, R] [F: Fn() -> R + Send + Sync + 'static, R: WasmRet, T: 'static] F: IntoFunc<T, (), R>);
implements!([T, Params, Results, This: IntoFunc<T, Params, Results>] [] This: 'static + Send + Sync);

// `NoFunc`

fn no_func_signatures() {
    let _: fn() -> Option<NoFunc> = <NoFunc>::null;
    let _: fn() -> Ref = <NoFunc>::null_ref;
    let _: fn() -> Val = <NoFunc>::null_val;
}

implements!([] [] NoFunc: Clone + Copy + Send + Sync + Unpin + WasmParams + WasmResults + WasmRet + WasmTy + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `TypedFunc`

fn typed_func_new_unchecked<Params, Results, A0: AsContext>()
where
    Params: WasmParams,
    Results: WasmResults,
{
    let _: unsafe fn(A0, Func) -> TypedFunc<Params, Results> =
        <TypedFunc<Params, Results>>::new_unchecked;
}

fn typed_func_func<Params, Results>()
where
    Params: WasmParams,
    Results: WasmResults,
{
    let _: for<'this> fn(&'this TypedFunc<Params, Results>) -> &'this Func =
        <TypedFunc<Params, Results>>::func;
}

fn typed_func_call<Params, Results, A0: AsContextMut>()
where
    Params: WasmParams,
    Results: WasmResults,
{
    let _: fn(&TypedFunc<Params, Results>, A0, Params) -> Result<Results> =
        <TypedFunc<Params, Results>>::call;
}

async fn typed_func_call_async<Params, Results, A0: AsContextMut<Data: Send>>(
    a0: &TypedFunc<Params, Results>,
    a1: A0,
    a2: Params,
) -> Result<Results>
where
    Params: WasmParams,
    Results: WasmResults,
    Params: Sync,
    Results: Sync,
{
    <TypedFunc<Params, Results>>::call_async(a0, a1, a2).await
}

implements!([Params, Results] [] TypedFunc<Params, Results>: Clone + Send + Sync + Unpin);

// `WasmParams`

implements!([] [] (): WasmParams);
implements!([A1: WasmTy] [] (A1,): WasmParams);
implements!([A1: WasmTy, A2: WasmTy] [] (A1, A2): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy] [] (A1, A2, A3): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy] [] (A1, A2, A3, A4): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy] [] (A1, A2, A3, A4, A5): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy] [] (A1, A2, A3, A4, A5, A6): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, A16: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16): WasmParams);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, A16: WasmTy, A17: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17): WasmParams);
implements!([T] [T: WasmTy] T: WasmParams);
implements!([This: WasmParams] [] This: Send);

// `WasmResults`

implements!([] [] (): WasmResults);
implements!([A1: WasmTy] [] (A1,): WasmResults);
implements!([A1: WasmTy, A2: WasmTy] [] (A1, A2): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy] [] (A1, A2, A3): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy] [] (A1, A2, A3, A4): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy] [] (A1, A2, A3, A4, A5): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy] [] (A1, A2, A3, A4, A5, A6): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, A16: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16): WasmResults);
implements!([A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, A16: WasmTy, A17: WasmTy] [] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17): WasmResults);
implements!([T: WasmTy] [] T: WasmResults);
implements!([This: WasmResults] [] This: WasmParams);

// `WasmRet`

implements!([] [] (): WasmRet);
implements!([A1] [A1: WasmTy] (A1,): WasmRet);
implements!([A1, A2] [A1: WasmTy, A2: WasmTy] (A1, A2): WasmRet);
implements!([A1, A2, A3] [A1: WasmTy, A2: WasmTy, A3: WasmTy] (A1, A2, A3): WasmRet);
implements!([A1, A2, A3, A4] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy] (A1, A2, A3, A4): WasmRet);
implements!([A1, A2, A3, A4, A5] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy] (A1, A2, A3, A4, A5): WasmRet);
implements!([A1, A2, A3, A4, A5, A6] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy] (A1, A2, A3, A4, A5, A6): WasmRet);
implements!([A1, A2, A3, A4, A5, A6, A7] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy] (A1, A2, A3, A4, A5, A6, A7): WasmRet);
implements!([A1, A2, A3, A4, A5, A6, A7, A8] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8): WasmRet);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9): WasmRet);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10): WasmRet);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11): WasmRet);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12): WasmRet);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13): WasmRet);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14): WasmRet);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15): WasmRet);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, A16: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16): WasmRet);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, A16: WasmTy, A17: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17): WasmRet);
implements!([T] [T: WasmRet] Result<T>: WasmRet);
implements!([T] [T: WasmTy] T: WasmRet);

// `WasmTy`

implements!([] [] Option<Func>: WasmTy);
implements!([] [] Option<I31>: WasmTy);
implements!([] [] Option<NoExtern>: WasmTy);
implements!([] [] Option<NoFunc>: WasmTy);
implements!([] [] Option<NoneRef>: WasmTy);
implements!([] [] Option<OwnedRooted<AnyRef>>: WasmTy);
implements!([] [] Option<OwnedRooted<ArrayRef>>: WasmTy);
implements!([] [] Option<OwnedRooted<EqRef>>: WasmTy);
implements!([] [] Option<OwnedRooted<ExnRef>>: WasmTy);
implements!([] [] Option<OwnedRooted<ExternRef>>: WasmTy);
implements!([] [] Option<OwnedRooted<StructRef>>: WasmTy);
implements!([] [] Option<Rooted<AnyRef>>: WasmTy);
implements!([] [] Option<Rooted<ArrayRef>>: WasmTy);
implements!([] [] Option<Rooted<EqRef>>: WasmTy);
implements!([] [] Option<Rooted<ExnRef>>: WasmTy);
implements!([] [] Option<Rooted<ExternRef>>: WasmTy);
implements!([] [] Option<Rooted<StructRef>>: WasmTy);
implements!([] [] f32: WasmTy);
implements!([] [] f64: WasmTy);
implements!([] [] i32: WasmTy);
implements!([] [] i64: WasmTy);
implements!([] [] u32: WasmTy);
implements!([] [] u64: WasmTy);
implements!([This: WasmTy] [] This: Send);

// `WasmTyList`

fn wasm_ty_list_valtypes<This: WasmTyList>() -> impl std::iter::Iterator<Item = ValType> {
    <This as WasmTyList>::valtypes()
}

implements!([] [] (): WasmTyList);
implements!([A1] [A1: WasmTy] (A1,): WasmTyList);
implements!([A1, A2] [A1: WasmTy, A2: WasmTy] (A1, A2): WasmTyList);
implements!([A1, A2, A3] [A1: WasmTy, A2: WasmTy, A3: WasmTy] (A1, A2, A3): WasmTyList);
implements!([A1, A2, A3, A4] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy] (A1, A2, A3, A4): WasmTyList);
implements!([A1, A2, A3, A4, A5] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy] (A1, A2, A3, A4, A5): WasmTyList);
implements!([A1, A2, A3, A4, A5, A6] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy] (A1, A2, A3, A4, A5, A6): WasmTyList);
implements!([A1, A2, A3, A4, A5, A6, A7] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy] (A1, A2, A3, A4, A5, A6, A7): WasmTyList);
implements!([A1, A2, A3, A4, A5, A6, A7, A8] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8): WasmTyList);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9): WasmTyList);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10): WasmTyList);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11): WasmTyList);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12): WasmTyList);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13): WasmTyList);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14): WasmTyList);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15): WasmTyList);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, A16: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16): WasmTyList);
implements!([A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17] [A1: WasmTy, A2: WasmTy, A3: WasmTy, A4: WasmTy, A5: WasmTy, A6: WasmTy, A7: WasmTy, A8: WasmTy, A9: WasmTy, A10: WasmTy, A11: WasmTy, A12: WasmTy, A13: WasmTy, A14: WasmTy, A15: WasmTy, A16: WasmTy, A17: WasmTy] (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17): WasmTyList);
