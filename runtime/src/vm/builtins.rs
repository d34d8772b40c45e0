//! Runtime functions that compiled code calls, through stubs that the compiler makes of this list.
//!
//! Every builtin takes the caller's `VMContext` and up to five 64-bit operands, and returns 64
//! bits. [`RAISED`] means that `Store::pending` is set: the stub then abandons the activation, so
//! compiled code never looks at a status.

use super::VMContext;
use crate::{
    DataIdx, ElemIdx, ExitId, Expected, GrowError, Instance, MemoryIdx, Raised, Store, TableIdx,
    Trap, atomic, bulk, raise_growth, raise_trap,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Result of a builtin that raised. No size and no old size is this value.
pub const RAISED: u64 = 1 << 63;

/// What [`Builtin::FmaF64`] combines its result with, by exclusive or: [`RAISED`] would then be a
/// signalling NaN, which is never a result.
pub const FMA_MASK: u64 = RAISED ^ 0x7ff0_0000_0000_0001;

/// Declares the builtins: an enum, their number of operands, and their addresses. The body runs
/// with `instance` and the operands bound, and yields a `Result<u64, Trap>`.
macro_rules! for_each_builtin {
    ($($(#[$doc:meta])* $name:ident($instance:ident $(, $operand:ident)*) $body:block)*) => {
        /// A runtime function that compiled code calls.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Builtin {
            $($(#[$doc])* $name,)*
        }

        /// All builtins, in the order of `VMContext::builtins`.
        pub const BUILTINS: &[(Builtin, usize)] = &[
            $((Builtin::$name, <[&str]>::len(&[$(stringify!($operand)),*])),)*
        ];

        /// Address of a builtin: `C (vmctx, operands...) -> u64`.
        pub fn builtin_address(builtin: Builtin) -> *const u8 {
            match builtin {
                $(Builtin::$name => {
                    unsafe extern "C" fn entry(vmctx: *mut VMContext $(, $operand: u64)*) -> u64 {
                        let body = |$instance: *mut Instance| $body;
                        // SAFETY: compiled code passes its own context.
                        unsafe { run(vmctx, body) }
                    }
                    entry as *const u8
                })*
            }
        }
    };
}

for_each_builtin! {
    /// `memory.grow`: (memory, delta) -> old size or -1.
    MemoryGrow(instance, memory, delta) {
        // SAFETY: no reference to the store is alive in a builtin.
        let grown = unsafe { bulk::memory_grow(instance, MemoryIdx(memory as u32), delta) };
        Ok(grown.unwrap_or_else(|error| raised(instance, error)))
    }
    /// `memory.copy`: (dst memory << 32 | src memory, to, from, len).
    MemoryCopy(instance, memories, to, from, len) {
        let (dst, src) = (MemoryIdx((memories >> 32) as u32), MemoryIdx(memories as u32));
        // SAFETY: as above.
        unsafe { bulk::memory_copy(instance, (dst, src), (to, from, len)) }.map(|()| 0)
    }
    /// `memory.fill`: (memory, to, value, len).
    MemoryFill(instance, memory, to, value, len) {
        // SAFETY: as above.
        unsafe { bulk::memory_fill(instance, MemoryIdx(memory as u32), (to, value as u8, len)) }
            .map(|()| 0)
    }
    /// `memory.init`: (memory << 32 | segment, to, from, len).
    MemoryInit(instance, at, to, from, len) {
        let at = (MemoryIdx((at >> 32) as u32), DataIdx(at as u32));
        // SAFETY: as above.
        unsafe { bulk::memory_init(instance, at, (to, from, len)) }.map(|()| 0)
    }
    /// `memory.atomic.notify`: (memory, address, offset, count) -> threads woken.
    MemoryAtomicNotify(instance, memory, address, offset, count) {
        let at = (MemoryIdx(memory as u32), address, offset);
        // SAFETY: as above.
        unsafe { atomic::memory_atomic_notify(instance, at, count as u32) }.map(u64::from)
    }
    /// `memory.atomic.wait32`: (memory, address, offset, expected, timeout) -> how it ended.
    MemoryAtomicWait32(instance, memory, address, offset, expected, timeout) {
        let at = (MemoryIdx(memory as u32), address, offset);
        let expected = Expected::I32(expected as u32);
        // SAFETY: as above.
        unsafe { atomic::memory_atomic_wait(instance, at, expected, timeout.cast_signed()) }
            .map(u64::from)
    }
    /// `memory.atomic.wait64`: (memory, address, offset, expected, timeout) -> how it ended.
    MemoryAtomicWait64(instance, memory, address, offset, expected, timeout) {
        let at = (MemoryIdx(memory as u32), address, offset);
        let expected = Expected::I64(expected);
        // SAFETY: as above.
        unsafe { atomic::memory_atomic_wait(instance, at, expected, timeout.cast_signed()) }
            .map(u64::from)
    }
    /// `data.drop`: (segment).
    DataDrop(instance, data) {
        // SAFETY: as above.
        unsafe { bulk::data_drop(instance, DataIdx(data as u32)) };
        Ok(0)
    }
    /// `table.set`: (table, index, value).
    TableSet(instance, table, index, value) {
        // SAFETY: as above.
        let table = unsafe {
            let id = (*instance).tables[table as usize];
            (*(*instance).store).table_mut(id)
        };
        if table.set(index, value) { Ok(0) } else { Err(Trap::TableOutOfBounds) }
    }
    /// `table.grow`: (table, delta, init) -> old size or -1.
    TableGrow(instance, table, delta, init) {
        // SAFETY: as above.
        let grown = unsafe { bulk::table_grow(instance, TableIdx(table as u32), (delta, init)) };
        Ok(grown.unwrap_or_else(|error| raised(instance, error)))
    }
    /// `table.fill`: (table, to, value, len).
    TableFill(instance, table, to, value, len) {
        // SAFETY: as above.
        unsafe { bulk::table_fill(instance, TableIdx(table as u32), (to, value, len)) }.map(|()| 0)
    }
    /// `table.copy`: (dst table << 32 | src table, to, from, len).
    TableCopy(instance, tables, to, from, len) {
        let (dst, src) = (TableIdx((tables >> 32) as u32), TableIdx(tables as u32));
        // SAFETY: as above.
        unsafe { bulk::table_copy(instance, (dst, src), (to, from, len)) }.map(|()| 0)
    }
    /// `table.init`: (table << 32 | segment, to, from, len).
    TableInit(instance, at, to, from, len) {
        let at = (TableIdx((at >> 32) as u32), ElemIdx(at as u32));
        // SAFETY: as above.
        unsafe { bulk::table_init(instance, at, (to, from, len)) }.map(|()| 0)
    }
    /// `elem.drop`: (segment).
    ElemDrop(instance, elem) {
        // SAFETY: as above.
        unsafe { bulk::elem_drop(instance, ElemIdx(elem as u32)) };
        Ok(0)
    }
    /// A lane of `f32x4.relaxed_madd` with one rounding: bits of (a, b, c) -> bits of a * b + c.
    /// NaNs are canonical, which Cranelift cannot see to.
    FmaF32(_instance, a, b, c) {
        let [a, b, c] = [a, b, c].map(|it| f32::from_bits(it as u32));
        let sum = a.mul_add(b, c);
        Ok(if sum.is_nan() { 0x7fc0_0000 } else { u64::from(sum.to_bits()) })
    }
    /// The same for `f64x2`: the result is combined with [`FMA_MASK`].
    FmaF64(_instance, a, b, c) {
        let [a, b, c] = [a, b, c].map(f64::from_bits);
        let sum = a.mul_add(b, c);
        Ok(FMA_MASK ^ if sum.is_nan() { 0x7ff8_0000_0000_0000 } else { sum.to_bits() })
    }
}

/// Parks what a limiter raised.
#[cold]
fn raised(instance: *mut Instance, error: GrowError) -> u64 {
    // SAFETY: the instance is that of the calling builtin, whose stub recorded its frame, so that
    // all frames are on record.
    unsafe { raise_growth((*instance).store, error, None) };
    RAISED
}

/// Runs a builtin's body, and parks what it raises.
///
/// # Safety
///
/// `vmctx` is the context of a live instance, whose compiled code has called the builtin by its stub;
/// no reference to the store is alive.
unsafe fn run(vmctx: *mut VMContext, body: impl FnOnce(*mut Instance) -> Result<u64, Trap>) -> u64 {
    // SAFETY: the caller promises the context of a live instance.
    let (instance, store) = unsafe { ((*vmctx).instance, (*(*vmctx).store).store) };
    match catch_unwind(AssertUnwindSafe(|| body(instance))) {
        Ok(Ok(value)) => value,
        Ok(Err(trap)) => {
            // SAFETY: the stub recorded its frame, so all frames are on record.
            unsafe { raise_trap(store, trap, None, None) };
            RAISED
        }
        Err(payload) => {
            // SAFETY: the store is alive.
            unsafe { (*store).pending = Some(Raised::Panic(payload)) };
            RAISED
        }
    }
}

/// Address of what slow stubs call: `C (callee, slots) -> status`.
pub fn call_slow_address() -> *const u8 {
    crate::call::call_slow as *const u8
}

/// Address of what deopt stubs call: `C (vmctx, exit id) -> status`.
pub fn deopt_address() -> *const u8 {
    deopt_exit as *const u8
}

unsafe extern "C" fn deopt_exit(vmctx: *mut VMContext, exit: u64) -> u32 {
    // SAFETY: compiled code passes its own context.
    let store: *mut Store = unsafe { (*(*vmctx).store).store };
    // SAFETY: the store is alive, and so are its tiers.
    let status = unsafe {
        crate::call::crossing(store, || {
            Store::tiers(store).on_deopt_exit(store, vmctx, ExitId::from_bits(exit))
        })
    };
    status as u32
}
