//! Signatures of wasmtime 48.0.8: debug. Written by `tests/compat/signatures`.

use super::*;

// `Breakpoint`

fields!(Breakpoint [] module: &Module, pc: &ModulePC,);

implements!([] [] Breakpoint: Send + Sync + Unpin);

// `BreakpointEdit`

fn breakpoint_edit_add_breakpoint<'a>() {
    let _: fn(&mut BreakpointEdit<'a>, &Module, ModulePC) -> Result<()> =
        <BreakpointEdit<'a>>::add_breakpoint;
}

fn breakpoint_edit_remove_breakpoint<'a>() {
    let _: fn(&mut BreakpointEdit<'a>, &Module, ModulePC) -> Result<()> =
        <BreakpointEdit<'a>>::remove_breakpoint;
}

fn breakpoint_edit_single_step<'a>() {
    let _: fn(&mut BreakpointEdit<'a>, bool) -> Result<()> = <BreakpointEdit<'a>>::single_step;
}

implements!(['a] [] BreakpointEdit<'a>: Send + Sync + Unpin);

// `DebugEvent`

fn debug_event_variants<'a>(it: &DebugEvent<'a>) {
    match it {
        DebugEvent::HostcallError(a0) => {
            let _: (&&'a Error,) = (a0,);
        }
        DebugEvent::Exception(a0) => {
            let _: (&OwnedRooted<ExnRef>,) = (a0,);
        }
        DebugEvent::Trap(a0) => {
            let _: (&Trap,) = (a0,);
        }
        DebugEvent::Breakpoint => {}
        DebugEvent::EpochYield => {}
    }
}

implements!(['a] [] DebugEvent<'a>: Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `DebugHandler`

fn debug_handler_handle<This: DebugHandler>(
    a0: &This,
    a1: StoreContextMut<'_, <This as DebugHandler>::Data>,
    a2: DebugEvent<'_>,
) -> impl std::future::Future<Output = ()> + Send {
    <This as DebugHandler>::handle(a0, a1, a2)
}

implements!([This: DebugHandler] [] This: 'static + Clone + Send + Sync);

// `FrameHandle`

fn frame_handle_is_valid<A0: AsContextMut>() {
    let _: fn(&FrameHandle, A0) -> bool = <FrameHandle>::is_valid;
}

fn frame_handle_parent<A0: AsContextMut>() {
    let _: fn(&FrameHandle, A0) -> Result<Option<FrameHandle>> = <FrameHandle>::parent;
}

fn frame_handle_instance<A0: AsContextMut>() {
    let _: fn(&FrameHandle, A0) -> Result<Instance> = <FrameHandle>::instance;
}

fn frame_handle_module<'a, T: 'static, A0: Into<StoreContextMut<'a, T>>>() {
    let _: fn(&FrameHandle, A0) -> Result<Option<&'a Module>> = <FrameHandle>::module;
}

fn frame_handle_num_locals<A0: AsContextMut>() {
    let _: fn(&FrameHandle, A0) -> Result<u32> = <FrameHandle>::num_locals;
}

fn frame_handle_num_stacks<A0: AsContextMut>() {
    let _: fn(&FrameHandle, A0) -> Result<u32> = <FrameHandle>::num_stacks;
}

fn frame_handle_local<A0: AsContextMut>() {
    let _: fn(&FrameHandle, A0, u32) -> Result<Val> = <FrameHandle>::local;
}

fn frame_handle_stack<A0: AsContextMut>() {
    let _: fn(&FrameHandle, A0, u32) -> Result<Val> = <FrameHandle>::stack;
}

implements!([] [] FrameHandle: Clone + Send + Sync + Unpin + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `GuestProfiler`

fn guest_profiler_new<A0: std::iter::IntoIterator<Item = (String, Module)>>() {
    let _: fn(&Engine, &str, std::time::Duration, A0) -> Result<GuestProfiler> =
        <GuestProfiler>::new;
}

fn guest_profiler_sample<A0: AsContext>() {
    let _: fn(&mut GuestProfiler, A0, std::time::Duration) = <GuestProfiler>::sample;
}

fn guest_profiler_call_hook<A0: AsContext>() {
    let _: fn(&mut GuestProfiler, A0, CallHook) = <GuestProfiler>::call_hook;
}

fn guest_profiler_finish<A0: std::io::Write>() {
    let _: fn(GuestProfiler, A0) -> Result<()> = <GuestProfiler>::finish;
}

implements!([] [] GuestProfiler: Send + Sync + Unpin + std::fmt::Debug);
