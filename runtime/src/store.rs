//! The store: instances and what they own, the value stack, activations, and installed code.
//!
//! A store is used by one thread at a time, through raw pointers: compiled code and interpreter
//! handlers hold pointers into it, so no `&mut Store` may live across a call into wasm. Everything
//! that wasm can hold a pointer to is boxed and stays where it is until the store is dropped.

use crate::code::CodeMap;
use crate::host::{HostClosure, HostFunc};
use crate::instance::Instance;
use crate::os::signals::SignalHandler;
use crate::types::{GlobalType, MemoryType, SigRef, TableType, ValType};
use crate::vm::{
    DEOPT_BUFFER_SLOTS, FuncInstance, FuncKind, GLOBAL_IS_VECTOR, VMContext, VMFuncRef, VMGlobal,
    VMStore, lazy_entry,
};
use crate::walk::Activation;
use crate::{
    Event, EventSink, FuncIdx, GlobalId, HostValues, InstanceId, Limits, Linkage, Memory, MemoryId,
    Raised, ResourceError, SharedMemory, StoreMeters, Table, TableId, TierClock, TierKind,
    TierState, Tiers, Tuning, ValueStack, Watch,
};
use std::ptr::{self, NonNull};
use std::sync::Arc;

/// A store as the tiers see it. The embedder's data lies in the root crate's store, at `owner`.
pub struct Store {
    /// What compiled code sees.
    pub vm: VMStore,
    /// The root crate's store that this is part of.
    pub owner: *mut (),
    /// The tiers.
    pub tiers: Arc<dyn Tiers>,
    /// What the tiers keep here.
    pub tier_state: TierState,
    /// Settings.
    pub tuning: Arc<Tuning>,
    /// Instances, by `InstanceId`. Never removed.
    pub instances: Vec<Box<Instance>>,
    /// Memories, by `MemoryId`.
    pub memories: Vec<Memory>,
    /// Tables, by `TableId`.
    pub tables: Vec<Table>,
    /// Globals, by `GlobalId`.
    pub globals: Vec<Global>,
    /// Host functions.
    pub host_funcs: Vec<Box<HostFunc>>,
    /// Host values that Wasm refers to.
    pub host_values: HostValues,
    /// Where the native stack was at the outermost call, if Wasm runs.
    pub native_top: usize,
    /// `VMStore::exit_fp` where compiled code called the interpreter, if nobody else's frames are
    /// between there and the top of the native stack; else 0.
    pub crossed_at: usize,
    /// Installed code.
    pub codes: CodeMap,
    /// Newest activation; null if no wasm runs.
    pub activations: *mut Activation,
    /// State of the sequence by which guards fail at random.
    random: Option<u64>,
    /// What is being raised.
    pub pending: Option<Raised>,
    /// What is asked first about signals.
    pub signal_handler: Option<SignalHandler>,
    /// Have the tiers something to do when nothing runs?
    pub idle_work: bool,
    /// What the embedder allows.
    pub limits: Limits,
    /// What is metered besides what `vm` has.
    pub meters: StoreMeters,
    /// Where events go.
    pub events: Option<EventSink>,
    /// Who looks at states, if anybody does.
    pub watch: Option<Watch>,
    /// Time in each tier, if it is measured.
    pub clock: Option<TierClock>,
    /// Holds the memory that `vm` points into.
    stack: ValueStack,
    pub(crate) linkage: Linkage,
    /// Context of host functions: a header without instance.
    pub(crate) host_context: Box<VMContext>,
}

// SAFETY: the pointers lead to what the store owns, or to activations, of which there are none
// while a store is moved. `owner` is moved along by the root crate, which bounds `T`.
unsafe impl Send for Store {}
// SAFETY: `&Store` gives access to plain data only.
unsafe impl Sync for Store {}

/// A global of a store.
#[derive(Debug)]
pub struct Global {
    /// Its type.
    pub ty: GlobalType,
    vm: NonNull<VMGlobal>,
    /// Holds `vm` unless it lies in a `VMContext`.
    own: Option<Box<VMGlobal>>,
}

impl Global {
    /// What compiled code sees.
    pub fn vm(&self) -> *mut VMGlobal {
        debug_assert!(
            self.own
                .as_ref()
                .is_none_or(|it| std::ptr::eq(&raw const **it, self.vm.as_ptr()))
        );
        self.vm.as_ptr()
    }

    /// Its value as a slot. Requires that it is no vector.
    pub fn get(&self) -> u64 {
        // SAFETY: the definition lives as long as the store.
        unsafe { (*self.vm.as_ptr()).value[0] }
    }

    /// Its value: a vector, or a slot.
    pub fn cell(&self) -> u128 {
        // SAFETY: as in `get`.
        let [low, high] = unsafe { (*self.vm.as_ptr()).value };
        u128::from(high) << 64 | u128::from(low)
    }

    /// Sets its value: a vector, or a slot.
    pub fn set(&mut self, cell: u128) {
        // SAFETY: as in `get`.
        unsafe { (*self.vm.as_ptr()).value = halves(cell) };
    }

    /// Where its value is, for the interpreter.
    pub(crate) fn slots(&self) -> *mut u64 {
        let mark = match self.ty.content {
            ValType::V128 => GLOBAL_IS_VECTOR,
            _ => 0,
        };
        self.vm().cast::<u64>().map_addr(|it| it | mark)
    }
}

/// Puts a definition where instances find it: at its place in a `VMContext`, or in a box if it has
/// none.
pub(crate) fn define<T>(def: T, place: Option<NonNull<T>>) -> (NonNull<T>, Option<Box<T>>) {
    match place {
        Some(place) => {
            // SAFETY: the place is part of a `VMContext` under construction.
            unsafe { place.write(def) };
            (place, None)
        }
        None => {
            let mut own = Box::new(def);
            (NonNull::from(&mut *own), Some(own))
        }
    }
}

impl Store {
    /// An empty store.
    ///
    /// # Errors
    ///
    /// The operating system's, if the value stack is refused.
    pub fn new(tiers: Arc<dyn Tiers>, tuning: Arc<Tuning>) -> std::io::Result<Box<Self>> {
        let stack = ValueStack::new(tuning.max_wasm_stack)?;
        let linkage = tiers.compiled_linkage();
        let vm = VMStore {
            native_limit: 0,
            exit_fp: 0,
            entry: Default::default(),
            value_top: stack.start(),
            value_limit: stack.limit(),
            frames_top: stack.frames_start(),
            frames_limit: stack.frames_limit(),
            caller: ptr::null_mut(),
            tail_code: ptr::null(),
            tail_arg0: ptr::null_mut(),
            tail_arg1: ptr::null_mut(),
            tail_func: ptr::null_mut(),
            stress: first_stress(&tuning),
            generic_calls: tuning
                .reprofile_after
                .map_or(i64::MAX, |it| it.get().into()),
            fuel_consumed: 0,
            fuel_running: 0,
            epoch: &raw const crate::metering::NO_EPOCH,
            epoch_deadline: 0,
            epoch_seen: 0,
            store: ptr::null_mut(),
            deopt_buffer: [0; DEOPT_BUFFER_SLOTS],
        };
        let host_context = Box::new(VMContext {
            store: ptr::null_mut(),
            builtins: linkage.builtins,
            instance: ptr::null_mut(),
        });
        let mut store = Box::new(Self {
            vm,
            owner: ptr::null_mut(),
            tier_state: tiers.new_store(&tuning),
            random: tuning.deopt_random,
            tiers,
            tuning,
            instances: Vec::new(),
            memories: Vec::new(),
            tables: Vec::new(),
            globals: Vec::new(),
            host_funcs: Vec::new(),
            host_values: HostValues::default(),
            native_top: 0,
            crossed_at: 0,
            codes: CodeMap::default(),
            activations: ptr::null_mut(),
            pending: None,
            signal_handler: None,
            idle_work: false,
            limits: Limits::default(),
            meters: StoreMeters::default(),
            events: None,
            watch: None,
            clock: None,
            stack,
            linkage,
            host_context,
        });
        store.vm.store = &raw mut *store;
        store.host_context.store = &raw mut store.vm;
        Ok(store)
    }

    /// The tiers of a store that is reached through a pointer. They live as long as the store.
    ///
    /// # Safety
    ///
    /// `store` is alive.
    pub unsafe fn tiers<'a>(store: *mut Store) -> &'a dyn Tiers {
        // SAFETY: the store is alive and never exchanges its tiers.
        unsafe { &*Arc::as_ptr(&(*store).tiers) }
    }

    /// The settings of a store that is reached through a pointer.
    ///
    /// # Safety
    ///
    /// `store` is alive.
    pub unsafe fn tuning<'a>(store: *mut Store) -> &'a Tuning {
        // SAFETY: the store is alive and never exchanges its settings.
        unsafe { &*Arc::as_ptr(&(*store).tuning) }
    }

    /// Runs `body` as time of `tier`, if time is measured.
    ///
    /// # Safety
    ///
    /// `store` is alive, and stays so while `body` runs.
    #[inline]
    pub unsafe fn timed<R>(store: *mut Store, tier: TierKind, body: impl FnOnce() -> R) -> R {
        // SAFETY: forwarded.
        match unsafe { (*store).clock.is_none() } {
            true => body(),
            // SAFETY: forwarded.
            false => unsafe { Store::timed_by_clock(store, tier, body) },
        }
    }

    /// The same if time is measured. Apart, since calls between the host and Wasm come here.
    ///
    /// # Safety
    ///
    /// As for [`Store::timed`].
    #[cold]
    #[inline(never)]
    unsafe fn timed_by_clock<R>(store: *mut Store, tier: TierKind, body: impl FnOnce() -> R) -> R {
        // SAFETY: forwarded; no reference is kept while `body` runs.
        let switch = |tier| unsafe { (*store).clock.as_mut().map(|it| it.switch(tier)) };
        let outer = switch(tier);
        let result = body();
        outer.map(switch);
        result
    }

    /// Sends an event to the sink, if there is one; otherwise it is not made.
    #[inline]
    pub fn emit(&mut self, event: impl FnOnce() -> Event) {
        if let Some(sink) = &mut self.events {
            sink(&event());
        }
    }

    /// An instance.
    pub fn instance(&self, id: InstanceId) -> &Instance {
        &self.instances[id.index()]
    }

    /// A memory.
    pub fn memory(&self, id: MemoryId) -> &Memory {
        &self.memories[id.index()]
    }

    /// A memory, for growing it.
    pub(crate) fn memory_mut(&mut self, id: MemoryId) -> &mut Memory {
        &mut self.memories[id.index()]
    }

    /// A table.
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id.index()]
    }

    /// A table, for writing.
    pub fn table_mut(&mut self, id: TableId) -> &mut Table {
        &mut self.tables[id.index()]
    }

    /// A global.
    pub fn global(&self, id: GlobalId) -> &Global {
        &self.globals[id.index()]
    }

    /// A global, for writing.
    pub fn global_mut(&mut self, id: GlobalId) -> &mut Global {
        &mut self.globals[id.index()]
    }

    /// Makes a memory that belongs to no instance.
    ///
    /// # Errors
    ///
    /// Says what was too large or refused.
    pub fn new_memory(&mut self, ty: MemoryType) -> Result<MemoryId, ResourceError> {
        self.allow_memory(&ty)?;
        let memory = Memory::new(ty, &self.tuning, None)?;
        Ok(self.add_memory(memory))
    }

    /// The memory of this store that is `memory`.
    pub fn shared_memory(&mut self, memory: &SharedMemory) -> MemoryId {
        let is_same = |it: &Memory| it.shared().is_some_and(|it| it.same(memory));
        match self.memories.iter().position(is_same) {
            Some(n) => MemoryId(id_of(n + 1)),
            None => self.add_memory(Memory::of_shared(memory.clone())),
        }
    }

    /// Makes a table that belongs to no instance.
    ///
    /// # Errors
    ///
    /// Says what was too large or refused.
    pub fn new_table(&mut self, ty: TableType, init: u64) -> Result<TableId, ResourceError> {
        self.allow_table(&ty)?;
        let table = Table::new(ty, init, None)?;
        Ok(self.add_table(table))
    }

    /// Makes a global that belongs to no instance.
    pub fn new_global(&mut self, ty: GlobalType, value: u128) -> GlobalId {
        self.add_global(ty, value, None)
    }

    /// Makes a host function.
    pub fn new_host_func(&mut self, sig: SigRef, closure: Arc<HostClosure>) -> *mut VMFuncRef {
        let mut host = Box::new(HostFunc {
            sig,
            call: Arc::as_ptr(&closure),
            closure,
            func_ref: Box::new(VMFuncRef {
                code: lazy_entry(sig.ty()),
                vmctx: &raw mut *self.host_context,
                sig: sig.as_ptr(),
                instance: ptr::null_mut(),
            }),
            instance: Box::new(FuncInstance {
                kind: FuncKind::Host,
                ..FuncInstance::unprepared()
            }),
        });
        let func_ref = &raw mut *host.func_ref;
        host.func_ref.instance = &raw mut *host.instance;
        host.instance.func_ref = func_ref;
        host.instance.vmctx = &raw mut *self.host_context;
        host.instance.host = &raw const *host;
        self.host_funcs.push(host);
        func_ref
    }

    /// The first slot of the value stack.
    pub(crate) fn stack_start(&self) -> *const u64 {
        self.stack.start()
    }

    pub(crate) fn add_memory(&mut self, memory: Memory) -> MemoryId {
        self.memories.push(memory);
        MemoryId(id_of(self.memories.len()))
    }

    pub(crate) fn add_table(&mut self, table: Table) -> TableId {
        self.tables.push(table);
        TableId(id_of(self.tables.len()))
    }

    pub(crate) fn add_global(
        &mut self,
        ty: GlobalType,
        value: u128,
        place: Option<NonNull<VMGlobal>>,
    ) -> GlobalId {
        let def = VMGlobal {
            value: halves(value),
        };
        let (vm, own) = define(def, place);
        self.globals.push(Global { ty, vm, own });
        GlobalId(id_of(self.globals.len()))
    }

    /// Resets the counter of the deopt stress modes after a guard was made to fail.
    pub fn rearm_stress(&mut self) {
        self.vm.stress = match (self.tuning.deopt_every, &mut self.random) {
            (Some(every), _) => i64::from(every.get()) - 1,
            (None, Some(random)) => next_stress(random),
            (None, None) => i64::MAX,
        };
    }
}

fn first_stress(tuning: &Tuning) -> i64 {
    match (tuning.deopt_every, tuning.deopt_random, tuning.deopt_at) {
        (Some(every), ..) => i64::from(every.get()) - 1,
        (None, Some(mut seed), _) => next_stress(&mut seed),
        (None, None, Some(at)) => i64::try_from(at).unwrap_or(i64::MAX),
        (None, None, None) => i64::MAX,
    }
}

/// The number of guards that hold until one fails at random: few mostly, many sometimes.
fn next_stress(random: &mut u64) -> i64 {
    // SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
    *random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *random;
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    let width = bits % 8;
    ((bits >> 8) & ((1 << width) - 1)).cast_signed()
}

/// The slots of a cell, low half first.
fn halves(cell: u128) -> [u64; 2] {
    [cell as u64, (cell >> 64) as u64]
}

fn id_of(len: usize) -> u32 {
    u32::try_from(len - 1).expect("fewer than 2^32 of anything in a store")
}

/// Leaves what an instance has counted to the profile of its module.
fn teach(instance: &Instance) {
    let imported = instance.module.n_imports.funcs;
    let mut profile = instance.module.profile();
    for func in (0..instance.module.bodies.len() as u32).map(|n| FuncIdx(imported + n)) {
        // SAFETY: the store is alive, and nothing runs in it.
        unsafe { instance.add_to_profile(func, &mut profile) };
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        debug_assert!(
            self.activations.is_null(),
            "a store is dropped while its wasm runs"
        );
        if self.tuning.jit {
            self.instances.iter().for_each(|it| teach(it));
        }
        for table in &mut self.tables {
            table.free();
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({} instances)", self.instances.len())
    }
}
