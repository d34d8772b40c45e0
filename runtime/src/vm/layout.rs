//! Layout of everything that compiled code and interpreter handlers reach by offset.
//!
//! ```text
//!   VMFuncRef ──sig──► VMSignature        one per function type and engine; leads to its stubs
//!      │ │└──instance─► FuncInstance      one per function and instance: bytes, side table, caches
//!      │ └───code────► compiled code, or `lazy_entry`
//!      └─────vmctx───► VMContext ──store──► VMStore      one per store: limits, deopt buffer, ...
//!                        │ header
//!                        │ signatures, imported functions/tables/memories/globals   (pointers)
//!                        │ own tables, memories, globals                            (inline)
//!                        └ own VMFuncRefs                                           (inline)
//! ```
//!
//! Own `VMFuncRef`s lie inline, so `vmctx + constant` names a function *and* its instance, and a
//! callee finds its `VMContext` by subtracting a constant from the reference it is called with.
//! The compiled calling convention is `Tail (callee: *mut VMFuncRef, args...) -> results`.

use crate::feedback::CallSite;
use crate::module::{ImportCounts, Meter, Module, PreparedBody, SideTableEntry};
use crate::types::{FuncType, SigRef, SubType, slots_of};
use crate::{BodyId, Counts, FuncIdx, GlobalIdx, MemoryIdx, SigId, Store, TableIdx, TypeIdx};
use std::mem::{offset_of, size_of};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

/// Number of values a deopt exit can hand over.
pub const DEOPT_BUFFER_SLOTS: usize = 4096;

/// Where the innermost entry into compiled code resumes when its activation is abandoned.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct EntryRecord {
    /// Frame pointer of the entry trampoline; also ends stack walks.
    pub fp: usize,
    /// Stack pointer inside the entry trampoline.
    pub sp: usize,
    /// Address of the trampoline's exception handler.
    pub handler: usize,
}

/// The part of a store that compiled code reads and writes.
#[repr(C)]
#[derive(Debug)]
pub struct VMStore {
    /// Lowest stack address that compiled code may use; checked in prologues.
    pub native_limit: usize,
    /// Frame pointer of the stub through which compiled code was left last.
    pub exit_fp: usize,
    /// Innermost entry into compiled code.
    pub entry: EntryRecord,
    /// First free slot of the value stack while compiled or host code runs.
    pub value_top: *mut u64,
    /// One past the last usable slot; a reserve for arguments lies above.
    pub value_limit: *mut u64,
    /// First free interpreter frame record while compiled or host code runs.
    pub frames_top: *mut Frame,
    /// One past the last usable frame record.
    pub frames_limit: *mut Frame,
    /// Instance that makes the call in progress; set before calls that may reach the host.
    pub caller: *mut VMContext,
    /// Code to continue with after `Status::Tail`: `Tail (arg0, arg1) -> results`.
    pub tail_code: *const u8,
    /// First argument of `tail_code`.
    pub tail_arg0: *mut u8,
    /// Second argument of `tail_code`.
    pub tail_arg1: *mut u8,
    /// The compiled function that `tail_code` belongs to. It has the results of the function that
    /// is continued, and its signature has stubs; the other one's need not have any.
    pub tail_func: *mut VMFuncRef,
    /// Counts down at every guard in deopt stress modes; the guard that finds 0 fails.
    pub stress: i64,
    /// Counts down at every indirect call of compiled code that is not inlined; the call that finds
    /// 0 is looked at anew.
    pub generic_calls: i64,
    /// Fuel that was consumed, settled by functions that call or end; 0 if it is used up.
    pub fuel_consumed: i64,
    /// The same as the running function counts it: the interpreter always, compiled code where
    /// the interpreter takes over or did before.
    pub fuel_running: i64,
    /// The engine's epoch.
    pub epoch: *const AtomicU64,
    /// The epoch at which Wasm is interrupted.
    pub epoch_deadline: u64,
    /// Written by compiled code that looks at the epoch, never read: it stands for what makes the
    /// epoch change.
    pub epoch_seen: u64,
    /// The store itself.
    pub store: *mut Store,
    /// Values handed over by a deopt exit.
    pub deopt_buffer: [u64; DEOPT_BUFFER_SLOTS],
}

/// A reference to a function. Equal pointers mean equal functions of equal instances.
#[repr(C)]
#[derive(Debug)]
pub struct VMFuncRef {
    /// Entry for compiled callers: compiled code or a stub; `lazy_entry` until one is needed.
    pub code: *const u8,
    /// Context of the function's instance; for host functions, one without an instance.
    pub vmctx: *mut VMContext,
    /// Canonical type.
    pub sig: *const VMSignature,
    /// What the interpreter needs. Never null.
    pub instance: *mut FuncInstance,
}

/// A canonical function type.
#[repr(C)]
#[derive(Debug)]
pub struct VMSignature {
    /// Number of the type in its engine.
    pub id: SigId,
    /// Number of supertypes.
    pub depth: u32,
    /// Supertypes, the one without a supertype first. So a type is a subtype of another one if
    /// that is found here, at the place that is its depth.
    pub supertypes: *const SigRef,
    /// Stubs of all types whose values are passed alike.
    pub stubs: NonNull<VMStubs>,
    n_params: u32,
    param_slots: u32,
    result_slots: u32,
    is_final: bool,
    ty: FuncType,
    /// `supertypes` points here.
    all_supertypes: Box<[SigRef]>,
}

/// The stubs of function types. Made by the compiler when first needed.
#[repr(C)]
#[derive(Debug, Default)]
pub struct VMStubs {
    /// `Tail (callee, args...) -> results`: calls a function that is not compiled.
    pub slow_stub: AtomicPtr<u8>,
    /// `Tail (vmctx, exit id) -> results`: finishes the activation in the interpreter.
    pub deopt_stub: AtomicPtr<u8>,
    /// `Tail (callee, slots) -> results`: loads arguments from slots and tail-calls.
    pub tail_entry: AtomicPtr<u8>,
    /// `C (code, callee, slots, vmstore) -> status`: calls with arguments from slots.
    pub entry: AtomicPtr<u8>,
    /// `C (code, arg0, arg1, results, vmstore) -> status`: enters OSR code or a tail entry.
    pub resume_entry: AtomicPtr<u8>,
}

impl VMStubs {
    /// Have they been made?
    pub fn exist(&self) -> bool {
        !self.slow_stub.load(Ordering::Acquire).is_null()
    }
}

impl VMSignature {
    pub(crate) fn new(id: SigId, sub: SubType, stubs: NonNull<VMStubs>) -> Self {
        let SubType {
            ty,
            is_final,
            supertype,
        } = sub;
        let supertypes: Box<[SigRef]> = supertype
            .iter()
            .flat_map(|it| it.supertypes().iter().copied().chain([*it]))
            .collect();
        Self {
            id,
            depth: u32::try_from(supertypes.len()).expect("validated"),
            supertypes: supertypes.as_ptr(),
            stubs,
            n_params: u32::try_from(ty.params.len()).expect("validated"),
            param_slots: slots_of(&ty.params),
            result_slots: slots_of(&ty.results),
            is_final,
            ty,
            all_supertypes: supertypes,
        }
    }

    /// Parameters and results.
    pub fn ty(&self) -> &FuncType {
        &self.ty
    }

    /// Can it have no subtypes?
    pub fn is_final(&self) -> bool {
        self.is_final
    }

    /// The type it is declared to be a subtype of.
    pub fn supertype(&self) -> Option<SigRef> {
        self.all_supertypes.last().copied()
    }

    /// All its supertypes, the one without a supertype first.
    pub fn supertypes(&self) -> &[SigRef] {
        &self.all_supertypes
    }

    /// The stubs of functions of this type.
    pub fn stubs(&self) -> &VMStubs {
        // SAFETY: the registry keeps them as long as the signature.
        unsafe { self.stubs.as_ref() }
    }

    /// Number of parameters.
    pub fn n_params(&self) -> usize {
        self.n_params as usize
    }

    /// Number of slots that the parameters take.
    pub fn param_slots(&self) -> usize {
        self.param_slots as usize
    }

    /// Number of slots that the results take.
    pub fn result_slots(&self) -> usize {
        self.result_slots as usize
    }
}

/// A linear memory.
#[repr(C)]
#[derive(Debug)]
pub struct VMMemory {
    /// First byte.
    pub base: *mut u8,
    /// Accessible bytes. Other threads change it if the memory is shared.
    pub len: AtomicUsize,
}

impl VMMemory {
    /// `len` accessible bytes at `base`.
    pub const fn new(base: *mut u8, len: usize) -> Self {
        let len = AtomicUsize::new(len);
        Self { base, len }
    }

    /// Accessible bytes.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A table.
#[repr(C)]
#[derive(Debug)]
pub struct VMTable {
    /// Elements: `*mut VMFuncRef` or externref slots.
    pub base: *mut u64,
    /// Number of elements.
    pub len: u64,
    /// Changes with every write to an element after instantiation.
    pub version: u64,
}

/// A global's value.
#[repr(C, align(16))]
#[derive(Debug, Default)]
pub struct VMGlobal {
    /// The slot; the second one is for v128.
    pub value: [u64; 2],
}

/// Bit of an address in `Instance::global_slots`: the global's value is a vector.
pub const GLOBAL_IS_VECTOR: usize = 1;

/// A suspended interpreter frame: where it goes on.
///
/// `pc` and `stp` are after the call that suspended it, whose length is in the side table entry
/// before `stp`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Its function; null in the sentinel below an activation's first frame.
    pub func: *mut FuncInstance,
    /// Next instruction.
    pub pc: *const u8,
    /// Side table position of `pc`.
    pub stp: *const SideTableEntry,
    /// Local 0. Bit 0 is the interpreter's, nobody else reads it.
    pub fp: *mut u64,
}

/// How the interpreter calls a function.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FuncKind {
    /// By pushing a frame.
    Interpreted = 0,
    /// After preparing it: side table and call sites do not exist yet.
    Unprepared = 1,
    /// Through its host closure.
    Host = 2,
    /// Through its compiled code.
    Compiled = 3,
    /// By pushing a frame that is executed with the dispatch tables of vector functions.
    InterpretedVector = 4,
}

impl FuncKind {
    /// Is a call made by pushing a frame?
    pub fn is_interpreted(self) -> bool {
        matches!(self, FuncKind::Interpreted | FuncKind::InterpretedVector)
    }
}

/// A function of an instance as the interpreter sees it.
#[repr(C)]
#[derive(Debug)]
pub struct FuncInstance {
    /// How to call it.
    pub kind: FuncKind,
    /// Counts down at entries and loop back edges; below zero asks for compilation.
    pub hotness: i32,
    /// First instruction.
    pub code: *const u8,
    /// One past the final `end`.
    pub end: *const u8,
    /// Side table.
    pub side_table: *const SideTableEntry,
    /// Inline caches, by call site.
    pub call_sites: *mut CallSite,
    /// Parameter slots.
    pub n_params: u32,
    /// Slots of locals that are not parameters; zeroed at entry.
    pub n_extra: u32,
    /// Result slots.
    pub n_results: u32,
    /// Slots from local 0 that the frame can use: locals and operands.
    pub n_slots: u32,
    /// Context of its instance; null for host functions.
    pub vmctx: *mut VMContext,
    /// Its reference.
    pub func_ref: *mut VMFuncRef,
    /// Its number in the module.
    pub func: FuncIdx,
    /// Side table, call sites and loops; null until prepared.
    pub prepared: *const PreparedBody,
    /// The host function; null for wasm.
    pub host: *const crate::host::HostFunc,
    /// `Vectors::locals`; null unless it is a vector function.
    pub vector_locals: *const u32,
    /// `Vectors::operands`; null unless it is a vector function.
    pub vector_operands: *const u8,
    /// What was executed; null unless the engine counts that. Last: whoever counts is slow.
    pub counts: *mut Counts,
    /// By pc; null unless the engine meters.
    pub meters: *const Meter,
    /// Its body, once it is prepared: asked for by code of other instances that has inlined it.
    pub body: BodyId,
}

impl FuncInstance {
    pub(crate) const fn unprepared() -> Self {
        use std::ptr::{null, null_mut};
        Self {
            kind: FuncKind::Unprepared,
            hotness: 0,
            code: null(),
            end: null(),
            side_table: null(),
            call_sites: null_mut(),
            n_params: 0,
            n_extra: 0,
            n_results: 0,
            n_slots: 0,
            vmctx: null_mut(),
            func_ref: null_mut(),
            func: FuncIdx(0),
            prepared: null(),
            host: null(),
            vector_locals: null(),
            vector_operands: null(),
            counts: null_mut(),
            meters: null(),
            body: BodyId::NONE,
        }
    }

    /// Is it a vector function?
    #[inline]
    pub fn is_vector(&self) -> bool {
        !self.vector_locals.is_null()
    }

    /// Its kind as long as it is not compiled.
    pub fn interpreted_kind(&self) -> FuncKind {
        match self.is_vector() {
            true => FuncKind::InterpretedVector,
            false => FuncKind::Interpreted,
        }
    }

    /// The prepared body.
    ///
    /// # Safety
    ///
    /// The function is prepared wasm, and its module is alive.
    pub unsafe fn prepared<'a>(&self) -> &'a PreparedBody {
        // SAFETY: set by `Instance::prepare`, kept alive by the module.
        unsafe { &*self.prepared }
    }

    /// Offset of `pc` from the first instruction.
    pub fn pc_offset(&self, pc: *const u8) -> u32 {
        u32::try_from(pc as usize - self.code as usize).expect("bodies are below 8 MB")
    }

    /// The header of the loop whose backward branches land at `pc`.
    ///
    /// # Safety
    ///
    /// As for [`Self::prepared`].
    pub unsafe fn loop_header(&self, pc: *const u8) -> u32 {
        // SAFETY: forwarded.
        let prepared = unsafe { self.prepared() };
        match prepared.loop_landing_at(self.pc_offset(pc)) {
            Some(header) => header.pc,
            None => unreachable!("backward branches land at loops"),
        }
    }
}

/// Root of everything that compiled code of an instance can reach. The rest of the context
/// follows; [`VMOffsets`] says where.
#[repr(C)]
#[derive(Debug)]
pub struct VMContext {
    /// The store.
    pub store: *mut VMStore,
    /// Builtin stubs, by `Builtin`.
    pub builtins: *const *const u8,
    /// The instance.
    pub instance: *mut crate::Instance,
}

/// Where a table, memory or global of an instance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Inline at this offset of the `VMContext`.
    Own(i32),
    /// Behind the pointer at this offset of the `VMContext`: an import, or a shared memory.
    Imported(i32),
}

/// Offsets into the `VMContext`s of a module's instances.
#[derive(Clone, Copy, Debug)]
pub struct VMOffsets {
    n_imports: ImportCounts,
    sigs: usize,
    imported_funcs: usize,
    imported_tables: usize,
    imported_memories: usize,
    imported_globals: usize,
    globals: usize,
    tables: usize,
    memories: usize,
    /// Which own memories are shared. There are at most 100 memories.
    shared_memories: u128,
    func_refs: usize,
    size: usize,
}

const PTR: usize = size_of::<usize>();

impl VMOffsets {
    /// Lays out the context of `module`'s instances.
    pub fn new(module: &Module) -> Self {
        let n = module.n_imports;
        let mut at = size_of::<VMContext>();
        let mut take = |count: usize, size: usize| {
            let start = at;
            at += count * size;
            start
        };
        let sigs = take(module.types.len(), PTR);
        let imported_funcs = take(n.funcs as usize, PTR);
        let imported_tables = take(n.tables as usize, PTR);
        let imported_memories = take(n.memories as usize, PTR);
        let imported_globals = take(n.globals as usize, PTR);
        let pad = take(0, 0).wrapping_neg() % 16;
        take(pad, 1);
        let globals = take(
            module.globals.len() - n.globals as usize,
            size_of::<VMGlobal>(),
        );
        let tables = take(
            module.tables.len() - n.tables as usize,
            size_of::<VMTable>(),
        );
        let memories = take(
            module.memories.len() - n.memories as usize,
            size_of::<VMMemory>(),
        );
        let func_refs = take(module.bodies.len(), size_of::<VMFuncRef>());
        Self {
            n_imports: n,
            sigs,
            imported_funcs,
            imported_tables,
            imported_memories,
            imported_globals,
            globals,
            tables,
            memories,
            shared_memories: shared_memories(module),
            func_refs,
            size: at,
        }
    }

    /// Size of the context in bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Offset of the pointer to a type's `VMSignature`.
    pub fn sig(&self, ty: TypeIdx) -> i32 {
        offset(self.sigs + ty.index() * PTR)
    }

    /// Offset of the pointer to an imported function's `VMFuncRef`.
    pub fn imported_func(&self, func: FuncIdx) -> i32 {
        debug_assert!(func.0 < self.n_imports.funcs);
        offset(self.imported_funcs + func.index() * PTR)
    }

    /// Offset of a defined function's `VMFuncRef`; `None` for imports.
    pub fn func_ref(&self, func: FuncIdx) -> Option<i32> {
        let defined = func.0.checked_sub(self.n_imports.funcs)?;
        Some(offset(
            self.func_refs + defined as usize * size_of::<VMFuncRef>(),
        ))
    }

    /// The defined function whose `VMFuncRef` lies at `offset`.
    pub(crate) fn func_at(&self, offset: usize) -> FuncIdx {
        let defined = (offset - self.func_refs) / size_of::<VMFuncRef>();
        FuncIdx(self.n_imports.funcs + u32::try_from(defined).expect("fits an index"))
    }

    /// Place of a `VMTable`.
    pub fn table(&self, table: TableIdx) -> Place {
        let own = (self.n_imports.tables, self.tables, size_of::<VMTable>());
        place(table.0, self.imported_tables, own)
    }

    /// Place of a `VMMemory`.
    pub fn memory(&self, memory: MemoryIdx) -> Place {
        let own = (
            self.n_imports.memories,
            self.memories,
            size_of::<VMMemory>(),
        );
        match place(memory.0, self.imported_memories, own) {
            Place::Own(offset) if self.shared_memories >> memory.0 & 1 != 0 => {
                Place::Imported(offset)
            }
            place => place,
        }
    }

    /// Place of a `VMGlobal`.
    pub fn global(&self, global: GlobalIdx) -> Place {
        let own = (self.n_imports.globals, self.globals, size_of::<VMGlobal>());
        place(global.0, self.imported_globals, own)
    }
}

fn shared_memories(module: &Module) -> u128 {
    let memories = (0..).zip(&module.memories);
    let shared = memories.filter(|(_, ty)| ty.shared);
    shared.fold(0, |all, (n, _)| all | 1_u128.checked_shl(n).unwrap_or(0))
}

fn place(idx: u32, imported: usize, (n_imported, own, size): (u32, usize, usize)) -> Place {
    match idx.checked_sub(n_imported) {
        Some(idx) => Place::Own(offset(own + idx as usize * size)),
        None => Place::Imported(offset(imported + idx as usize * PTR)),
    }
}

fn offset(at: usize) -> i32 {
    i32::try_from(at).expect("a VMContext is below 2 GiB: index spaces are limited to 1,000,000")
}

const _: () = {
    assert!(offset_of!(VMStore, native_limit) == 0);
    assert!(offset_of!(VMContext, store) == 0);
    assert!(size_of::<VMFuncRef>() == 32);
    assert!(size_of::<Frame>() == 32);
    assert!(size_of::<VMGlobal>() == 16);
    assert!(std::mem::align_of::<VMGlobal>() == 16);
};
