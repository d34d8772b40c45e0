//! Structures that compiled code and the interpreter read by offset, and what compiled code calls.

mod asm;
mod builtins;
mod layout;

pub use asm::{lazy_entry, unwind_to_entry};
pub use builtins::{
    BUILTINS, Builtin, FMA_MASK, RAISED, builtin_address, call_slow_address, deopt_address,
};
pub use layout::{
    DEOPT_BUFFER_SLOTS, EntryRecord, Frame, FuncInstance, FuncKind, GLOBAL_IS_VECTOR, Place,
    VMContext, VMFuncRef, VMGlobal, VMMemory, VMOffsets, VMSignature, VMStore, VMStubs, VMTable,
};
