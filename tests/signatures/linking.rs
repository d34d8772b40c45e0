//! Signatures of wasmtime 48.0.8: linking. Written by `tests/compat/signatures`.

use super::*;

// `Instance`

fn instance_signatures() {
    let _: fn(&Instance) -> u32 = <Instance>::debug_index_in_store;
}

fn instance_debug_global<A0: AsContextMut>() {
    let _: fn(&Instance, A0, u32) -> Option<Global> = <Instance>::debug_global;
}

fn instance_debug_memory<A0: AsContextMut>() {
    let _: fn(&Instance, A0, u32) -> Option<Memory> = <Instance>::debug_memory;
}

fn instance_debug_shared_memory<A0: AsContextMut>() {
    let _: fn(&Instance, A0, u32) -> Option<SharedMemory> = <Instance>::debug_shared_memory;
}

fn instance_debug_table<A0: AsContextMut>() {
    let _: fn(&Instance, A0, u32) -> Option<Table> = <Instance>::debug_table;
}

fn instance_debug_function<A0: AsContextMut>() {
    let _: fn(&Instance, A0, u32) -> Option<Func> = <Instance>::debug_function;
}

fn instance_debug_tag<A0: AsContextMut>() {
    let _: fn(&Instance, A0, u32) -> Option<Tag> = <Instance>::debug_tag;
}

fn instance_new<A0: AsContextMut>() {
    let _: fn(A0, &Module, &[Extern]) -> Result<Instance> = <Instance>::new;
}

async fn instance_new_async<A0: AsContextMut>(
    a0: A0,
    a1: &Module,
    a2: &[Extern],
) -> Result<Instance> {
    <Instance>::new_async(a0, a1, a2).await
}

fn instance_module<'a, T: 'static, A0: Into<StoreContext<'a, T>>>() {
    let _: fn(&Instance, A0) -> &'a Module = <Instance>::module;
}

fn instance_exports<'a, T: 'static, A0: Into<StoreContextMut<'a, T>>>(
    a0: &'a Instance,
    a1: A0,
) -> impl std::iter::ExactSizeIterator<Item = Export<'a>> + 'a {
    <Instance>::exports(a0, a1)
}

fn instance_get_export<A0: AsContextMut>() {
    let _: fn(&Instance, A0, &str) -> Option<Extern> = <Instance>::get_export;
}

fn instance_get_module_export<A0: AsContextMut>() {
    let _: fn(&Instance, A0, &ModuleExport) -> Option<Extern> = <Instance>::get_module_export;
}

fn instance_get_func<A0: AsContextMut>() {
    let _: fn(&Instance, A0, &str) -> Option<Func> = <Instance>::get_func;
}

fn instance_get_typed_func<Params, Results, A0: AsContextMut>()
where
    Params: WasmParams,
    Results: WasmResults,
{
    let _: fn(&Instance, A0, &str) -> Result<TypedFunc<Params, Results>> =
        <Instance>::get_typed_func;
}

fn instance_get_table<A0: AsContextMut>() {
    let _: fn(&Instance, A0, &str) -> Option<Table> = <Instance>::get_table;
}

fn instance_get_memory<A0: AsContextMut>() {
    let _: fn(&Instance, A0, &str) -> Option<Memory> = <Instance>::get_memory;
}

fn instance_get_shared_memory<A0: AsContextMut>() {
    let _: fn(&Instance, A0, &str) -> Option<SharedMemory> = <Instance>::get_shared_memory;
}

fn instance_get_global<A0: AsContextMut>() {
    let _: fn(&Instance, A0, &str) -> Option<Global> = <Instance>::get_global;
}

fn instance_get_tag<A0: AsContextMut>() {
    let _: fn(&Instance, A0, &str) -> Option<Tag> = <Instance>::get_tag;
}

implements!([] [] Instance: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `InstancePre`

fn instance_pre_module<T: 'static>() {
    let _: for<'this> fn(&'this InstancePre<T>) -> &'this Module = <InstancePre<T>>::module;
}

fn instance_pre_instantiate<T: 'static, A0: AsContextMut<Data = T>>() {
    let _: fn(&InstancePre<T>, A0) -> Result<Instance> = <InstancePre<T>>::instantiate;
}

async fn instance_pre_instantiate_async<T: 'static, A0: AsContextMut<Data = T>>(
    a0: &InstancePre<T>,
    a1: A0,
) -> Result<Instance> {
    <InstancePre<T>>::instantiate_async(a0, a1).await
}

implements!([T] [] InstancePre<T>: Clone + Send + Sync + Unpin);

// `Linker`

fn linker_new<T>() {
    let _: fn(&Engine) -> Linker<T> = <Linker<T>>::new;
}

fn linker_engine<T>() {
    let _: for<'this> fn(&'this Linker<T>) -> &'this Engine = <Linker<T>>::engine;
}

fn linker_allow_shadowing<T>() {
    let _: for<'this> fn(&'this mut Linker<T>, bool) -> &'this mut Linker<T> =
        <Linker<T>>::allow_shadowing;
}

fn linker_allow_unknown_exports<T>() {
    let _: for<'this> fn(&'this mut Linker<T>, bool) -> &'this mut Linker<T> =
        <Linker<T>>::allow_unknown_exports;
}

fn linker_define_unknown_imports_as_traps<T>()
where
    T: 'static,
{
    let _: fn(&mut Linker<T>, &Module) -> Result<()> = <Linker<T>>::define_unknown_imports_as_traps;
}

fn linker_define_unknown_imports_as_default_values<T, A0: AsContextMut<Data = T>>()
where
    T: 'static,
{
    let _: fn(&mut Linker<T>, A0, &Module) -> Result<()> =
        <Linker<T>>::define_unknown_imports_as_default_values;
}

fn linker_define<T, A0: AsContext<Data = T>, A1: Into<Extern>>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this mut Linker<T>, A0, &str, &str, A1) -> Result<&'this mut Linker<T>> =
        <Linker<T>>::define;
}

fn linker_func_new<
    T,
    A0: Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
>()
where
    T: 'static,
{
    let _: for<'this> fn(
        &'this mut Linker<T>,
        &str,
        &str,
        FuncType,
        A0,
    ) -> Result<&'this mut Linker<T>> = <Linker<T>>::func_new;
}

fn linker_func_new_unchecked<
    T,
    A0: Fn(Caller<'_, T>, &mut [std::mem::MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
>()
where
    T: 'static,
{
    let _: for<'this> unsafe fn(
        &'this mut Linker<T>,
        &str,
        &str,
        FuncType,
        A0,
    ) -> Result<&'this mut Linker<T>> = <Linker<T>>::func_new_unchecked;
}

fn linker_func_new_async<T, F>()
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
    let _: for<'this> fn(
        &'this mut Linker<T>,
        &str,
        &str,
        FuncType,
        F,
    ) -> Result<&'this mut Linker<T>> = <Linker<T>>::func_new_async::<F>;
}

fn linker_func_wrap<T, Params, Args, A0: IntoFunc<T, Params, Args>>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this mut Linker<T>, &str, &str, A0) -> Result<&'this mut Linker<T>> =
        <Linker<T>>::func_wrap;
}

fn linker_func_wrap_async<T, F, Params: WasmTyList, Args: WasmRet>()
where
    F: for<'a> Fn(Caller<'a, T>, Params) -> Box<dyn std::future::Future<Output = Args> + Send + 'a>
        + Send
        + Sync
        + 'static,
    T: Send + 'static,
{
    let _: for<'this> fn(&'this mut Linker<T>, &str, &str, F) -> Result<&'this mut Linker<T>> =
        <Linker<T>>::func_wrap_async::<F, Params, Args>;
}

fn linker_instance<T, A0: AsContextMut<Data = T>>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this mut Linker<T>, A0, &str, Instance) -> Result<&'this mut Linker<T>> =
        <Linker<T>>::instance;
}

fn linker_module<T, A0: AsContextMut<Data = T>>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this mut Linker<T>, A0, &str, &Module) -> Result<&'this mut Linker<T>> =
        <Linker<T>>::module;
}

async fn linker_module_async<'this, T, A0: AsContextMut<Data = T>>(
    a0: &'this mut Linker<T>,
    a1: A0,
    a2: &str,
    a3: &Module,
) -> Result<&'this mut Linker<T>>
where
    T: Send + 'static,
{
    <Linker<T>>::module_async(a0, a1, a2, a3).await
}

fn linker_alias<T>() {
    let _: for<'this> fn(
        &'this mut Linker<T>,
        &str,
        &str,
        &str,
        &str,
    ) -> Result<&'this mut Linker<T>> = <Linker<T>>::alias;
}

fn linker_alias_module<T>() {
    let _: fn(&mut Linker<T>, &str, &str) -> Result<()> = <Linker<T>>::alias_module;
}

fn linker_instantiate<T, A0: AsContextMut<Data = T>>()
where
    T: 'static,
{
    let _: fn(&Linker<T>, A0, &Module) -> Result<Instance> = <Linker<T>>::instantiate;
}

async fn linker_instantiate_async<T, A0: AsContextMut<Data = T>>(
    a0: &Linker<T>,
    a1: A0,
    a2: &Module,
) -> Result<Instance>
where
    T: Send + 'static,
{
    <Linker<T>>::instantiate_async(a0, a1, a2).await
}

fn linker_instantiate_pre<T>()
where
    T: 'static,
{
    let _: fn(&Linker<T>, &Module) -> Result<InstancePre<T>> = <Linker<T>>::instantiate_pre;
}

fn linker_iter<'a: 'p, 'p, T, A0: AsContextMut<Data = T> + 'p>(
    a0: &'a Linker<T>,
    a1: A0,
) -> impl std::iter::Iterator<Item = (&'a str, &'a str, Extern)> + 'p
where
    T: 'static,
{
    <Linker<T>>::iter(a0, a1)
}

fn linker_get<T, A0: AsContextMut<Data = T>>()
where
    T: 'static,
{
    let _: fn(&Linker<T>, A0, &str, &str) -> Result<Extern> = <Linker<T>>::get;
}

fn linker_get_by_import<T, A0: AsContextMut<Data = T>>()
where
    T: 'static,
{
    let _: fn(&Linker<T>, A0, &ImportType<'_>) -> Option<Extern> = <Linker<T>>::get_by_import;
}

fn linker_try_get_by_import<T, A0: AsContextMut<Data = T>>()
where
    T: 'static,
{
    let _: fn(&Linker<T>, A0, &ImportType<'_>) -> Result<Option<Extern>> =
        <Linker<T>>::try_get_by_import;
}

fn linker_get_default<T, A0: AsContextMut<Data = T>>()
where
    T: 'static,
{
    let _: fn(&Linker<T>, A0, &str) -> Result<Func> = <Linker<T>>::get_default;
}

implements!([T] [] Linker<T>: Clone + Send + Sync + Unpin + std::fmt::Debug);
implements!([T: 'static] [] Linker<T>: Default);

// `UnknownImportError`

fn unknown_import_error_signatures() {
    let _: for<'this> fn(&'this UnknownImportError) -> &'this str = <UnknownImportError>::module;
    let _: for<'this> fn(&'this UnknownImportError) -> &'this str = <UnknownImportError>::name;
    let _: fn(&UnknownImportError) -> ExternType = <UnknownImportError>::ty;
}

implements!([] [] UnknownImportError: Clone + Send + Sync + Unpin + std::error::Error + std::fmt::Debug + std::fmt::Display);
