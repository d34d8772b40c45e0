//! Signatures of wasmtime 48.0.8: trap. Written by `tests/compat/signatures`.

use super::*;

// `FrameInfo`

fn frame_info_signatures() {
    let _: fn(&FrameInfo) -> u32 = <FrameInfo>::func_index;
    let _: for<'this> fn(&'this FrameInfo) -> &'this Module = <FrameInfo>::module;
    let _: for<'this> fn(&'this FrameInfo) -> Option<&'this str> = <FrameInfo>::func_name;
    let _: fn(&FrameInfo) -> Option<usize> = <FrameInfo>::module_offset;
    let _: fn(&FrameInfo) -> Option<usize> = <FrameInfo>::func_offset;
    let _: for<'this> fn(&'this FrameInfo) -> &'this [FrameSymbol] = <FrameInfo>::symbols;
}

implements!([] [] FrameInfo: Send + Sync + Unpin + std::fmt::Debug);

// `FrameSymbol`

fn frame_symbol_signatures() {
    let _: for<'this> fn(&'this FrameSymbol) -> Option<&'this str> = <FrameSymbol>::name;
    let _: for<'this> fn(&'this FrameSymbol) -> Option<&'this str> = <FrameSymbol>::file;
    let _: fn(&FrameSymbol) -> Option<u32> = <FrameSymbol>::line;
    let _: fn(&FrameSymbol) -> Option<u32> = <FrameSymbol>::column;
}

implements!([] [] FrameSymbol: Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `Trap`

fn trap_signatures() {
    let _: fn(u8) -> Option<Trap> = <Trap>::from_u8;
}

fn trap_variants(it: &Trap) {
    match it {
        Trap::StackOverflow => {}
        Trap::MemoryOutOfBounds => {}
        Trap::HeapMisaligned => {}
        Trap::TableOutOfBounds => {}
        Trap::IndirectCallToNull => {}
        Trap::BadSignature => {}
        Trap::IntegerOverflow => {}
        Trap::IntegerDivisionByZero => {}
        Trap::BadConversionToInteger => {}
        Trap::UnreachableCodeReached => {}
        Trap::Interrupt => {}
        Trap::OutOfFuel => {}
        Trap::AtomicWaitNonSharedMemory => {}
        Trap::NullReference => {}
        Trap::ArrayOutOfBounds => {}
        Trap::AllocationTooLarge => {}
        Trap::CastFailure => {}
        Trap::CannotEnterComponent => {}
        Trap::NoAsyncResult => {}
        Trap::UnhandledTag => {}
        Trap::ContinuationAlreadyConsumed => {}
        Trap::DisabledOpcode => {}
        Trap::AsyncDeadlock => {}
        Trap::CannotLeaveComponent => {}
        Trap::CannotBlockSyncTask => {}
        Trap::InvalidChar => {}
        Trap::DebugAssertStringEncodingFinished => {}
        Trap::DebugAssertEqualCodeUnits => {}
        Trap::DebugAssertPointerAligned => {}
        Trap::DebugAssertUpperBitsUnset => {}
        Trap::StringOutOfBounds => {}
        Trap::ListOutOfBounds => {}
        Trap::InvalidDiscriminant => {}
        Trap::UnalignedPointer => {}
        Trap::TaskCancelNotCancelled => {}
        Trap::TaskCancelOrReturnTwice => {}
        Trap::SubtaskCancelAfterTerminal => {}
        Trap::TaskReturnInvalid => {}
        Trap::WaitableSetDropHasWaiters => {}
        Trap::SubtaskDropNotResolved => {}
        Trap::ThreadNewIndirectInvalidType => {}
        Trap::ThreadNewIndirectUninitialized => {}
        Trap::BackpressureOverflow => {}
        Trap::UnsupportedCallbackCode => {}
        Trap::CannotResumeThread => {}
        Trap::ConcurrentFutureStreamOp => {}
        Trap::ReferenceCountOverflow => {}
        Trap::StreamOpTooBig => {}
        Trap::WaitableSyncAndAsync => {}
        Trap::UncaughtException => {}
        _ => {}
    }
}

implements!([] [] Trap: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::error::Error + std::fmt::Debug + std::fmt::Display + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `WasmBacktrace`

fn wasm_backtrace_signatures() {
    let _: for<'this> fn(&'this WasmBacktrace) -> &'this [FrameInfo] = <WasmBacktrace>::frames;
}

fn wasm_backtrace_capture<A0: AsContext>() {
    let _: fn(A0) -> WasmBacktrace = <WasmBacktrace>::capture;
}

fn wasm_backtrace_force_capture<A0: AsContext>() {
    let _: fn(A0) -> WasmBacktrace = <WasmBacktrace>::force_capture;
}

implements!([] [] WasmBacktrace: Send + Sync + Unpin + std::fmt::Debug + std::fmt::Display);

// `WasmCoreDump`

fn wasm_core_dump_signatures() {
    let _: for<'this> fn(&'this WasmCoreDump) -> &'this [FrameInfo] = <WasmCoreDump>::frames;
    let _: for<'this> fn(&'this WasmCoreDump) -> &'this [Module] = <WasmCoreDump>::modules;
    let _: for<'this> fn(&'this WasmCoreDump) -> &'this [Instance] = <WasmCoreDump>::instances;
    let _: for<'this> fn(&'this WasmCoreDump) -> &'this [Global] = <WasmCoreDump>::globals;
    let _: for<'this> fn(&'this WasmCoreDump) -> &'this [Memory] = <WasmCoreDump>::memories;
}

fn wasm_core_dump_serialize<A0: AsContextMut>() {
    let _: fn(&WasmCoreDump, A0, &str) -> Vec<u8> = <WasmCoreDump>::serialize;
}

implements!([] [] WasmCoreDump: Send + Sync + Unpin + std::fmt::Debug + std::fmt::Display);
