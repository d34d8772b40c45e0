//! Signatures of wasmtime 48.0.8: store. Written by `tests/compat/signatures`.

use super::*;

// `AsContext`

fn as_context_as_context<This: AsContext>() {
    let _: for<'this> fn(&'this This) -> StoreContext<'this, <This as AsContext>::Data> =
        <This as AsContext>::as_context;
}

fn as_context_object(it: Box<dyn AsContext<Data = ()>>) {
    drop(it);
}

const _: () = {
    struct Mine;
    impl AsContext for Mine {
        type Data = ();
        fn as_context(self: &Self) -> StoreContext<'_, <Self as AsContext>::Data> where {
            unreachable!()
        }
    }
};

implements!(['p0, T: AsContext] [] &'p0 T: AsContext<Data = <T as AsContext>::Data>);
implements!(['p0, T: AsContext] [] &'p0 mut T: AsContext<Data = <T as AsContext>::Data>);
implements!([This: AsContext] [] <This as AsContext>::Data: 'static);

// `AsContextMut`

fn as_context_mut_as_context_mut<This: AsContextMut>() {
    let _: for<'this> fn(&'this mut This) -> StoreContextMut<'this, <This as AsContext>::Data> =
        <This as AsContextMut>::as_context_mut;
}

implements!(['p0, T: AsContextMut] [] &'p0 mut T: AsContextMut);
implements!([This: AsContextMut] [] This: AsContext);

// `CallHook`

fn call_hook_signatures() {
    let _: fn(&CallHook) -> bool = <CallHook>::entering_host;
    let _: fn(&CallHook) -> bool = <CallHook>::exiting_host;
}

fn call_hook_variants(it: &CallHook) {
    match it {
        CallHook::CallingWasm => {}
        CallHook::ReturningFromWasm => {}
        CallHook::CallingHost => {}
        CallHook::ReturningFromHost => {}
    }
}

implements!([] [] CallHook: Clone + Copy + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `CallHookHandler`

fn call_hook_handler_handle_call_event<'life0, 'life1, 'async_trait, T, This: CallHookHandler<T>>(
    a0: &'life0 This,
    a1: StoreContextMut<'life1, T>,
    a2: CallHook,
) -> std::pin::Pin<Box<dyn std::future::Future<Output = Result<()>> + Send + 'async_trait>>
where
    This: 'async_trait,
    'life0: 'async_trait,
    'life1: 'async_trait,
{
    <This as CallHookHandler<T>>::handle_call_event(a0, a1, a2)
}

fn call_hook_handler_object<T>(it: Box<dyn CallHookHandler<T>>) {
    drop(it);
}

const _: () = {
    struct Mine<T>(std::marker::PhantomData<fn() -> (T,)>);
    impl<T> CallHookHandler<T> for Mine<T> {
        fn handle_call_event<'life0, 'life1, 'async_trait>(
            self: &'life0 Self,
            _a1: StoreContextMut<'life1, T>,
            _a2: CallHook,
        ) -> std::pin::Pin<Box<dyn std::future::Future<Output = Result<()>> + Send + 'async_trait>>
        where
            Self: 'async_trait,
            'life0: 'async_trait,
            'life1: 'async_trait,
        {
            unreachable!()
        }
    }
};

implements!([T, This: CallHookHandler<T>] [] This: Send);

// `Store`

fn store_debug_exit_frames<T>(a0: &mut Store<T>) -> impl std::iter::Iterator<Item = FrameHandle>
where
    T: 'static,
{
    <Store<T>>::debug_exit_frames(a0)
}

fn store_edit_breakpoints<T>()
where
    T: 'static,
{
    let _: for<'a> fn(&'a mut Store<T>) -> Option<BreakpointEdit<'a>> =
        <Store<T>>::edit_breakpoints;
}

fn store_debug_all_instances<T>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>) -> Vec<Instance> = <Store<T>>::debug_all_instances;
}

fn store_debug_all_modules<T>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>) -> Vec<Module> = <Store<T>>::debug_all_modules;
}

fn store_limiter_async<
    T,
    A0: FnMut(&mut T) -> &mut (dyn ResourceLimiterAsync) + Send + Sync + 'static,
>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>, A0) = <Store<T>>::limiter_async;
}

fn store_call_hook_async<T, A0: CallHookHandler<T> + Send + Sync + 'static>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>, A0) = <Store<T>>::call_hook_async;
}

async fn store_gc_async<T>(a0: &mut Store<T>, a1: Option<&GcHeapOutOfMemory<()>>) -> Result<()>
where
    T: 'static,
    T: Send,
{
    <Store<T>>::gc_async(a0, a1).await
}

fn store_epoch_deadline_async_yield_and_update<T>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>, u64) = <Store<T>>::epoch_deadline_async_yield_and_update;
}

fn store_gc<T>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>, Option<&GcHeapOutOfMemory<()>>) -> Result<()> = <Store<T>>::gc;
}

fn store_gc_heap_capacity<T>()
where
    T: 'static,
{
    let _: fn(&Store<T>) -> usize = <Store<T>>::gc_heap_capacity;
}

fn store_throw<T, R>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>, Rooted<ExnRef>) -> Result<R> = <Store<T>>::throw::<R>;
}

fn store_take_pending_exception<T>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>) -> Option<Rooted<ExnRef>> = <Store<T>>::take_pending_exception;
}

fn store_new<T>()
where
    T: 'static,
{
    let _: fn(&Engine, T) -> Store<T> = <Store<T>>::new;
}

fn store_try_new<T>()
where
    T: 'static,
{
    let _: fn(&Engine, T) -> Result<Store<T>> = <Store<T>>::try_new;
}

fn store_data<T>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this Store<T>) -> &'this T = <Store<T>>::data;
}

fn store_data_mut<T>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this mut Store<T>) -> &'this mut T = <Store<T>>::data_mut;
}

fn store_into_data<T>()
where
    T: 'static,
{
    let _: fn(Store<T>) -> T = <Store<T>>::into_data;
}

fn store_limiter<T, A0: FnMut(&mut T) -> &mut (dyn ResourceLimiter) + Send + Sync + 'static>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>, A0) = <Store<T>>::limiter;
}

fn store_call_hook<
    T,
    A0: FnMut(StoreContextMut<'_, T>, CallHook) -> Result<()> + Send + Sync + 'static,
>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>, A0) = <Store<T>>::call_hook;
}

fn store_engine<T>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this Store<T>) -> &'this Engine = <Store<T>>::engine;
}

fn store_get_fuel<T>()
where
    T: 'static,
{
    let _: fn(&Store<T>) -> Result<u64> = <Store<T>>::get_fuel;
}

fn store_set_fuel<T>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>, u64) -> Result<()> = <Store<T>>::set_fuel;
}

fn store_fuel_async_yield_interval<T>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>, Option<u64>) -> Result<()> = <Store<T>>::fuel_async_yield_interval;
}

fn store_set_epoch_deadline<T>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>, u64) = <Store<T>>::set_epoch_deadline;
}

fn store_epoch_deadline_trap<T>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>) = <Store<T>>::epoch_deadline_trap;
}

fn store_epoch_deadline_callback<
    T,
    A0: FnMut(StoreContextMut<'_, T>) -> Result<UpdateDeadline> + Send + Sync + 'static,
>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>, A0) = <Store<T>>::epoch_deadline_callback;
}

fn store_has_pending_exception<T>()
where
    T: 'static,
{
    let _: fn(&Store<T>) -> bool = <Store<T>>::has_pending_exception;
}

fn store_breakpoints<'this, T>(
    a0: &'this Store<T>,
) -> Option<impl std::iter::Iterator<Item = Breakpoint> + 'this>
where
    T: 'static,
{
    <Store<T>>::breakpoints(a0)
}

fn store_is_single_step<T>()
where
    T: 'static,
{
    let _: fn(&Store<T>) -> bool = <Store<T>>::is_single_step;
}

fn store_set_debug_handler<T, A0: DebugHandler<Data = T>>()
where
    T: 'static,
    T: Send,
{
    let _: fn(&mut Store<T>, A0) = <Store<T>>::set_debug_handler;
}

fn store_clear_debug_handler<T>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>) = <Store<T>>::clear_debug_handler;
}

fn store_debug_register_module<T>()
where
    T: 'static,
{
    let _: fn(&mut Store<T>, &Module) -> Result<()> = <Store<T>>::debug_register_module;
}

implements!([T] [T: 'static] Store<T>: Unpin + unix::StoreExt);
implements!([T] [T: Send, T: 'static] Store<T>: Send);
implements!([T] [T: Sync, T: 'static] Store<T>: Sync);
implements!([T: 'static] [T: 'static] Store<T>: AsContext<Data = T> + AsContextMut);
implements!([T: Default] [T: 'static] Store<T>: Default);
implements!([T: std::fmt::Debug] [T: 'static] Store<T>: std::fmt::Debug);

// `StoreContext`

fn store_context_breakpoints<'a, T>(
    a0: StoreContext<'a, T>,
) -> Option<impl std::iter::Iterator<Item = Breakpoint> + 'a>
where
    T: 'static,
{
    <StoreContext<'a, T>>::breakpoints(a0)
}

fn store_context_is_single_step<'a, T>()
where
    T: 'static,
{
    let _: fn(&StoreContext<'a, T>) -> bool = <StoreContext<'a, T>>::is_single_step;
}

fn store_context_engine<'a, T>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this StoreContext<'a, T>) -> &'this Engine =
        <StoreContext<'a, T>>::engine;
}

fn store_context_data<'a, T>()
where
    T: 'static,
{
    let _: fn(&StoreContext<'a, T>) -> &'a T = <StoreContext<'a, T>>::data;
}

fn store_context_get_fuel<'a, T>()
where
    T: 'static,
{
    let _: fn(&StoreContext<'a, T>) -> Result<u64> = <StoreContext<'a, T>>::get_fuel;
}

implements!(['a, T] [T: 'static] StoreContext<'a, T>: Unpin);
implements!(['a, T] [T: Sync, T: 'static] StoreContext<'a, T>: Send + Sync);
implements!(['a, T: 'static] [T: 'static] StoreContext<'a, T>: From<StoreContextMut<'a, T>>);
implements!(['a, T: AsContext] [] StoreContext<'a, <T as AsContext>::Data>: From<&'a T> + From<&'a mut T>);
implements!(['p0, T: 'static] [T: 'static] StoreContext<'p0, T>: AsContext<Data = T>);

// `StoreContextMut`

fn store_context_mut_debug_exit_frames<'a, T>(
    a0: &mut StoreContextMut<'a, T>,
) -> impl std::iter::Iterator<Item = FrameHandle>
where
    T: 'static,
{
    <StoreContextMut<'a, T>>::debug_exit_frames(a0)
}

fn store_context_mut_edit_breakpoints<'a, T>()
where
    T: 'static,
{
    let _: fn(StoreContextMut<'a, T>) -> Option<BreakpointEdit<'a>> =
        <StoreContextMut<'a, T>>::edit_breakpoints;
}

fn store_context_mut_debug_all_instances<'a, T>()
where
    T: 'static,
{
    let _: fn(StoreContextMut<'a, T>) -> Vec<Instance> =
        <StoreContextMut<'a, T>>::debug_all_instances;
}

fn store_context_mut_debug_all_modules<'a, T>()
where
    T: 'static,
{
    let _: fn(StoreContextMut<'a, T>) -> Vec<Module> = <StoreContextMut<'a, T>>::debug_all_modules;
}

async fn store_context_mut_gc_async<'a, T>(
    a0: &mut StoreContextMut<'a, T>,
    a1: Option<&GcHeapOutOfMemory<()>>,
) -> Result<()>
where
    T: 'static,
    T: Send + 'static,
{
    <StoreContextMut<'a, T>>::gc_async(a0, a1).await
}

fn store_context_mut_epoch_deadline_async_yield_and_update<'a, T>()
where
    T: 'static,
{
    let _: fn(&mut StoreContextMut<'a, T>, u64) =
        <StoreContextMut<'a, T>>::epoch_deadline_async_yield_and_update;
}

fn store_context_mut_gc<'a, T>()
where
    T: 'static,
{
    let _: fn(&mut StoreContextMut<'a, T>, Option<&GcHeapOutOfMemory<()>>) -> Result<()> =
        <StoreContextMut<'a, T>>::gc;
}

fn store_context_mut_throw<'a, T, R>()
where
    T: 'static,
{
    let _: fn(&mut StoreContextMut<'a, T>, Rooted<ExnRef>) -> Result<R> =
        <StoreContextMut<'a, T>>::throw::<R>;
}

fn store_context_mut_take_pending_exception<'a, T>()
where
    T: 'static,
{
    let _: fn(&mut StoreContextMut<'a, T>) -> Option<Rooted<ExnRef>> =
        <StoreContextMut<'a, T>>::take_pending_exception;
}

fn store_context_mut_data<'a, T>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this StoreContextMut<'a, T>) -> &'this T =
        <StoreContextMut<'a, T>>::data;
}

fn store_context_mut_data_mut<'a, T>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this mut StoreContextMut<'a, T>) -> &'this mut T =
        <StoreContextMut<'a, T>>::data_mut;
}

fn store_context_mut_engine<'a, T>()
where
    T: 'static,
{
    let _: for<'this> fn(&'this StoreContextMut<'a, T>) -> &'this Engine =
        <StoreContextMut<'a, T>>::engine;
}

fn store_context_mut_get_fuel<'a, T>()
where
    T: 'static,
{
    let _: fn(&StoreContextMut<'a, T>) -> Result<u64> = <StoreContextMut<'a, T>>::get_fuel;
}

fn store_context_mut_set_fuel<'a, T>()
where
    T: 'static,
{
    let _: fn(&mut StoreContextMut<'a, T>, u64) -> Result<()> = <StoreContextMut<'a, T>>::set_fuel;
}

fn store_context_mut_fuel_async_yield_interval<'a, T>()
where
    T: 'static,
{
    let _: fn(&mut StoreContextMut<'a, T>, Option<u64>) -> Result<()> =
        <StoreContextMut<'a, T>>::fuel_async_yield_interval;
}

fn store_context_mut_set_epoch_deadline<'a, T>()
where
    T: 'static,
{
    let _: fn(&mut StoreContextMut<'a, T>, u64) = <StoreContextMut<'a, T>>::set_epoch_deadline;
}

fn store_context_mut_epoch_deadline_trap<'a, T>()
where
    T: 'static,
{
    let _: fn(&mut StoreContextMut<'a, T>) = <StoreContextMut<'a, T>>::epoch_deadline_trap;
}

fn store_context_mut_has_pending_exception<'a, T>()
where
    T: 'static,
{
    let _: fn(&StoreContextMut<'a, T>) -> bool = <StoreContextMut<'a, T>>::has_pending_exception;
}

implements!(['a, T] [T: 'static] StoreContextMut<'a, T>: Unpin);
implements!(['a, T] [T: Send, T: 'static] StoreContextMut<'a, T>: Send);
implements!(['a, T] [T: Sync, T: 'static] StoreContextMut<'a, T>: Sync);
implements!(['a, T: 'static] [T: 'static] StoreContext<'a, T>: From<StoreContextMut<'a, T>>);
implements!(['a, T: 'static] [T: 'static] StoreContextMut<'a, T>: From<Caller<'a, T>>);
implements!(['a, T: AsContextMut] [] StoreContextMut<'a, <T as AsContext>::Data>: From<&'a mut T>);
implements!(['p0, T: 'static] [T: 'static] StoreContextMut<'p0, T>: AsContext<Data = T> + AsContextMut);

// `UpdateDeadline`

fn update_deadline_variants(it: &UpdateDeadline) {
    match it {
        UpdateDeadline::Interrupt => {}
        UpdateDeadline::Continue(a0) => {
            let _: (&u64,) = (a0,);
        }
        UpdateDeadline::Yield(a0) => {
            let _: (&u64,) = (a0,);
        }
        UpdateDeadline::YieldCustom(a0, a1) => {
            let _: (
                &u64,
                &std::pin::Pin<Box<dyn std::future::Future<Output = ()> + Send>>,
            ) = (a0, a1);
        }
        _ => {}
    }
}

implements!([] [] UpdateDeadline: Send + Unpin);
lacks!([] [] UpdateDeadline: Sync);

// `unix::StoreExt`

fn unix_store_ext_set_signal_handler<This: unix::StoreExt, H>()
where
    H: 'static
        + Fn(std::ffi::c_int, *const libc::siginfo_t, *const std::ffi::c_void) -> bool
        + Send
        + Sync,
{
    let _: unsafe fn(&mut This, H) = <This as unix::StoreExt>::set_signal_handler::<H>;
}

const _: () = {
    struct Mine;
    impl unix::StoreExt for Mine {
        unsafe fn set_signal_handler<H>(self: &mut Self, _a1: H)
        where
            H: 'static
                + Fn(std::ffi::c_int, *const libc::siginfo_t, *const std::ffi::c_void) -> bool
                + Send
                + Sync,
        {
            unreachable!()
        }
    }
};
