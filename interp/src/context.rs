//! The interpreter's state in a store: what handlers need beyond their registers.
//!
//! It describes the current frame, copies what is read often from its instance, and holds the
//! dispatch tables, so that a handler finds its successor at a constant from `ctx`. The tables come
//! last: the rest is then within the short displacements of x86-64.
//!
//! Invariants, while handlers run:
//! 1. `func`, `stp`, `vmctx` and what is copied from the instance belong to the current frame.
//! 2. `frame` is the first free record; those below it, down to the sentinel, are suspended.
//! 3. `memory_base` and `memory_len` are those of memory 0 if it has 32-bit addresses and is not
//!    shared; else, the length is 0. They are loaded again after anything that can grow it.
//!
//! Between activations and while a called function runs in another tier, nothing here but `store`
//! and the tables is valid: nested activations use the same context, and who goes on afterwards
//! loads everything again.

use crate::cursor::Cursor;
use crate::dispatch::{self, Tables};
use crate::meter::Begin;
use runtime::module::SideTableEntry;
use runtime::types::IndexType;
use runtime::vm::{Frame, FuncInstance, VMContext, VMFuncRef, VMMemory, VMSignature, VMTable};
use runtime::{FuncIdx, Instance, MemoryPlace, Store, Tuning, TypeIdx};
use std::any::Any;
use std::ptr::{self, NonNull};

/// State of the interpreter in a store.
#[repr(C)]
pub(crate) struct Context {
    /// Side table position of the current instruction.
    pub(crate) stp: *const SideTableEntry,
    /// Function of the current frame.
    pub(crate) func: *mut FuncInstance,
    /// First free record.
    pub(crate) frame: *mut Frame,
    pub(crate) frames_limit: *mut Frame,
    pub(crate) value_limit: *mut u64,
    pub(crate) memory_base: *mut u8,
    pub(crate) memory_len: u64,
    /// Where the globals' values are.
    pub(crate) globals: *const *mut u64,
    pub(crate) tables: *const *mut VMTable,
    /// Where the reference to function 0 would be if it were not imported.
    pub(crate) own_func_refs: *mut VMFuncRef,
    pub(crate) n_imported_funcs: u32,
    /// Canonical types of the type section.
    pub(crate) sigs: *const *const VMSignature,
    pub(crate) memory: *const VMMemory,
    pub(crate) memories: *const MemoryPlace,
    pub(crate) vmctx: *mut VMContext,
    pub(crate) store: *mut Store,
    /// Registers of the current frame while a cold function works on it.
    pub(crate) saved: Saved,
    /// What is to be metered before the first instruction of an activation.
    pub(crate) begin: Begin,
    /// Instructions that are still to be observed (`observe.rs`).
    pub(crate) observe: u32,
    pub(crate) dispatch: Tables,
}

/// The registers that are not empty when all operands are in memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Saved {
    pub(crate) pc: Cursor,
    pub(crate) sp: *mut u64,
    pub(crate) fp: *mut u64,
}

/// Definition of memory 0 in an instance without one of 32-bit addresses of its store alone.
static NO_MEMORY: NoMemory = NoMemory(VMMemory::new(ptr::dangling_mut(), 0));

struct NoMemory(VMMemory);

// SAFETY: nothing is ever read or written through its base, since its length is 0.
unsafe impl Sync for NoMemory {}

impl Context {
    /// Loads what is copied from the instance of `vmctx`.
    ///
    /// # Safety
    ///
    /// `this` is a context, `vmctx` that of a live instance of the same store.
    pub(crate) unsafe fn enter_instance(this: *mut Self, vmctx: *mut VMContext) {
        // SAFETY: forwarded; an instance stays where it is as long as its store lives.
        unsafe {
            let instance: &Instance = &*(*vmctx).instance;
            let offsets = &instance.offsets;
            let n_imported = instance.module.n_imports.funcs;
            let own = offsets.func_ref(FuncIdx(n_imported)).unwrap_or_default();
            let own = vmctx.wrapping_byte_offset(own as isize).cast::<VMFuncRef>();
            (*this).own_func_refs = own.wrapping_sub(n_imported as usize);
            (*this).n_imported_funcs = n_imported;
            (*this).globals = instance.global_slots.as_ptr();
            (*this).tables = instance.table_places.as_ptr();
            (*this).sigs = vmctx
                .wrapping_byte_offset(offsets.sig(TypeIdx(0)) as isize)
                .cast();
            (*this).memory = match instance.memory_places.first() {
                Some(memory) if memory.index == IndexType::I32 && !memory.shared => memory.vm,
                _ => &raw const NO_MEMORY.0,
            };
            (*this).memories = instance.memory_places.as_ptr();
            (*this).vmctx = vmctx;
            Self::reload_memory(this);
        }
    }

    /// Loads base and length of memory 0, which may have grown.
    ///
    /// # Safety
    ///
    /// `this` is a context whose instance has been entered.
    pub(crate) unsafe fn reload_memory(this: *mut Self) {
        // SAFETY: definitions of memories live as long as the store.
        unsafe {
            (*this).memory_base = (*(*this).memory).base;
            (*this).memory_len = (*(*this).memory).len() as u64;
        }
    }
}

/// Owns a context at an address that does not change.
///
/// Not simply the context in a box: activations keep pointers to it, and nested ones must not
/// invalidate them by borrowing it anew.
struct Owner(NonNull<Context>);

// SAFETY: the context is plain data, used only by the thread that uses the store.
unsafe impl Send for Owner {}
// SAFETY: `&Owner` gives out a pointer only.
unsafe impl Sync for Owner {}

impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("interp::Context")
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // SAFETY: made of a box by `new_context`.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// What the interpreter keeps in a store, for `TierState::interp`.
pub fn new_context(tuning: &Tuning) -> Box<dyn Any + Send + Sync> {
    let context = Box::new(Context {
        stp: ptr::null(),
        func: ptr::null_mut(),
        frame: ptr::null_mut(),
        frames_limit: ptr::null_mut(),
        value_limit: ptr::null_mut(),
        memory_base: ptr::null_mut(),
        memory_len: 0,
        globals: ptr::null(),
        tables: ptr::null(),
        own_func_refs: ptr::null_mut(),
        n_imported_funcs: 0,
        sigs: ptr::null(),
        memory: &raw const NO_MEMORY.0,
        memories: ptr::null(),
        vmctx: ptr::null_mut(),
        store: ptr::null_mut(),
        saved: Saved {
            // SAFETY: never read before an activation has set it.
            pc: unsafe { Cursor::new(ptr::null()) },
            sp: ptr::null_mut(),
            fp: ptr::null_mut(),
        },
        begin: Begin::Middle,
        observe: 0,
        dispatch: dispatch::tables(tuning),
    });
    Box::new(Owner(NonNull::from(Box::leak(context))))
}

/// The interpreter's context of `store`.
///
/// # Safety
///
/// `store` is alive, and its tiers made its state with [`new_context`].
pub(crate) unsafe fn context_of(store: *mut Store) -> *mut Context {
    // SAFETY: forwarded.
    let state = unsafe { &(*store).tier_state.interp };
    match state.downcast_ref::<Owner>() {
        Some(owner) => owner.0.as_ptr(),
        None => unreachable!("the tiers make a store's interpreter state with new_context"),
    }
}
