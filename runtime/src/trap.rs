//! Why Wasm stopped: the trap codes, with wasmtime's names, numbers and texts.
//!
//! The numbers are stored in compiled code's trap tables and cross the C boundary of the tiers, so
//! they never change; a number outside the table is not a trap. Where a trap happened is not said
//! here: the backtrace says it.

use std::fmt;

/// Calls the macro it is given with every trap: number, name and text.
///
/// In order of the numbers, without gaps; [`Trap::from_u8`] relies on it and asserts it.
macro_rules! for_each_trap {
    ($use_it:ident) => {
        $use_it! {
            /// The value stack, the native stack or the call depth is used up.
            0 StackOverflow = "call stack exhausted";
            /// A memory access, bulk operation or active data segment left its memory.
            1 MemoryOutOfBounds = "out of bounds memory access";
            /// An atomic access is not aligned to its size.
            2 HeapMisaligned = "unaligned atomic";
            /// A table access, bulk operation or active element segment left its table.
            3 TableOutOfBounds = "undefined element: out of bounds table access";
            /// An indirect call found a null element.
            4 IndirectCallToNull = "uninitialized element";
            /// An indirect call found a function of another type.
            5 BadSignature = "indirect call type mismatch";
            /// A division or float-to-integer conversion has no representable result.
            6 IntegerOverflow = "integer overflow";
            /// An integer was divided by zero.
            7 IntegerDivisionByZero = "integer divide by zero";
            /// NaN was converted to an integer.
            8 BadConversionToInteger = "invalid conversion to integer";
            /// The instruction `unreachable` was executed.
            9 UnreachableCodeReached = "wasm `unreachable` instruction executed";
            /// The store's epoch deadline has passed.
            10 Interrupt = "interrupt";
            /// The store's fuel is used up.
            11 OutOfFuel = "all fuel consumed by WebAssembly";
            /// `memory.atomic.wait` on a memory that is not shared.
            12 AtomicWaitNonSharedMemory = "atomic wait on non-shared memory";
            /// A null reference was used where a non-null one is needed.
            13 NullReference = "null reference";
            /// An array access left its array.
            14 ArrayOutOfBounds = "out of bounds array access";
            /// An allocation can never be satisfied.
            15 AllocationTooLarge = "allocation size too large";
            /// A reference is not of the type it was cast to.
            16 CastFailure = "cast failure";
            /// A component instance may not be entered. Components only.
            17 CannotEnterComponent = "cannot enter component instance";
            /// An async export returned without a result. Components only.
            18 NoAsyncResult = "async-lifted export failed to produce a result";
            /// A suspension has no handler. Stack switching only.
            19 UnhandledTag = "unhandled tag";
            /// A continuation was resumed twice. Stack switching only.
            20 ContinuationAlreadyConsumed = "continuation already consumed";
            /// An opcode that was compiled out. Pulley only.
            21 DisabledOpcode = "pulley opcode disabled at compile time was executed";
            /// No task can make progress. Components only.
            22 AsyncDeadlock = "deadlock detected: event loop cannot make further progress";
            /// A component instance may not be left. Components only.
            23 CannotLeaveComponent = "cannot leave component instance";
            /// A synchronous task tried to block. Components only.
            24 CannotBlockSyncTask = "cannot block a synchronous task before returning";
            /// A `char` is not a scalar value. Components only.
            25 InvalidChar = "invalid `char` bit pattern";
            /// A string was not encoded to its end. Components only.
            26 DebugAssertStringEncodingFinished = "should have finished string encoding";
            /// Code unit counts differ. Components only.
            27 DebugAssertEqualCodeUnits = "code units should be equal";
            /// A pointer is not aligned. Components only.
            28 DebugAssertPointerAligned = "pointer should be aligned";
            /// Upper bits are set. Components only.
            29 DebugAssertUpperBitsUnset = "upper bits should be unset";
            /// A string left its memory. Components only.
            30 StringOutOfBounds = "string content out-of-bounds";
            /// A list left its memory. Components only.
            31 ListOutOfBounds = "list content out-of-bounds";
            /// A variant has no such case. Components only.
            32 InvalidDiscriminant = "invalid variant discriminant";
            /// A pointer is not aligned. Components only.
            33 UnalignedPointer = "unaligned pointer";
            /// `task.cancel` without a request. Components only.
            34 TaskCancelNotCancelled =
                "`task.cancel` called by task which has not been cancelled";
            /// A task ended twice. Components only.
            35 TaskCancelOrReturnTwice =
                "`task.return` or `task.cancel` called more than once for current task";
            /// `subtask.cancel` of a finished subtask. Components only.
            36 SubtaskCancelAfterTerminal =
                "`subtask.cancel` called after terminal status delivered";
            /// `task.return` with another type than the task's. Components only.
            37 TaskReturnInvalid =
                "invalid `task.return` signature and/or options for current task";
            /// A waitable set was dropped while in use. Components only.
            38 WaitableSetDropHasWaiters = "cannot drop waitable set with waiters";
            /// A running subtask was dropped. Components only.
            39 SubtaskDropNotResolved = "cannot drop a subtask which has not yet resolved";
            /// A thread's start function has another type. Components only.
            40 ThreadNewIndirectInvalidType = "start function does not match expected type \
(currently only `(i32) -> ()` is supported)";
            /// A thread's start function is null. Components only.
            41 ThreadNewIndirectUninitialized =
                "the start function index points to an uninitialized function";
            /// Too many backpressure requests. Components only.
            42 BackpressureOverflow = "backpressure counter overflow";
            /// A callback returned an unknown code. Components only.
            43 UnsupportedCallbackCode = "unsupported callback code";
            /// A running thread was resumed. Components only.
            44 CannotResumeThread = "cannot resume thread which is not suspended";
            /// A second operation on a busy future or stream. Components only.
            45 ConcurrentFutureStreamOp =
                "cannot have concurrent operations active on a future/stream";
            /// A reference count is too large. Components only.
            46 ReferenceCountOverflow = "reference count overflow";
            /// A stream operation is too large. Components only.
            47 StreamOpTooBig = "stream read/write count too large";
            /// A waitable is in a set and used directly. Components only.
            48 WaitableSyncAndAsync =
                "waitable cannot be used synchronously while added to a waitable set";
            /// An exception left a component. Components only.
            49 UncaughtException = "uncaught exception propagated out of component";
        }
    };
}

macro_rules! define_trap {
    ($($(#[$doc:meta])* $number:literal $name:ident = $text:expr;)*) => {
        /// Why Wasm stopped.
        ///
        /// The root cause of the error that a call into Wasm returns; `error.downcast_ref` finds it
        /// under the contexts that say where.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Trap {
            $($(#[$doc])* $name = $number,)*
        }

        /// All traps; a trap's number is its position.
        const ALL: &[Trap] = &[$(Trap::$name),*];

        impl Trap {
            /// What happened, without the prefix that `Display` puts before it.
            pub fn text(self) -> &'static str {
                match self {
                    $(Trap::$name => $text,)*
                }
            }
        }
    };
}

for_each_trap!(define_trap);

// The order of the table is the numbering.
const _: () = {
    let mut number = 0;
    while number < ALL.len() {
        assert!(ALL[number] as usize == number);
        number += 1;
    }
};

impl Trap {
    /// The trap of a number; `None` if there is none.
    pub fn from_u8(number: u8) -> Option<Trap> {
        ALL.get(usize::from(number)).copied()
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wasm trap: {}", self.text())
    }
}

impl std::error::Error for Trap {}

#[cfg(test)]
mod tests {
    use super::*;

    // Embedders store the numbers, and match the texts of the traps they handle.
    #[test]
    fn numbers_and_texts() {
        assert_eq!(ALL.len(), 50);
        for number in 0..=u8::MAX {
            let trap = Trap::from_u8(number);
            assert_eq!(trap.is_some(), number < 50);
            assert!(trap.is_none_or(|trap| trap as u8 == number));
        }
        let text = |number| Trap::from_u8(number).map(|trap| trap.to_string());
        assert_eq!(
            text(9).as_deref(),
            Some("wasm trap: wasm `unreachable` instruction executed")
        );
        assert_eq!(
            text(40).as_deref(),
            Some(
                "wasm trap: start function does not match expected type \
                 (currently only `(i32) -> ()` is supported)"
            )
        );
    }
}
