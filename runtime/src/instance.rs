//! Instances: a module's functions, tables, memories and globals brought to life in a store.

use crate::host::HostError;
use crate::module::{ConstExpr, DecodeError, ElemItems, Module, SegmentMode};
use crate::vm::{
    FuncInstance, FuncKind, Place, VMContext, VMFuncRef, VMGlobal, VMMemory, VMOffsets, VMTable,
    lazy_entry,
};
use crate::{
    CallSite, Counts, ElemIdx, EntryCounts, FuncIdx, FuncProfile, GlobalId, GlobalIdx, InstanceId,
    Memory, MemoryId, MemoryIdx, MemoryPlace, Profile, ResourceError, SharedMemory, Store, Table,
    TableId, TableIdx, Trap, TypeIdx,
};
use rustc_hash::FxHashMap;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::cell::UnsafeCell;
use std::ptr::{self, NonNull};
use std::sync::Arc;

/// Something that satisfies an import. Its type has been checked.
#[derive(Clone, Copy, Debug)]
pub enum ExternVal {
    /// A function.
    Func(*mut VMFuncRef),
    /// A table.
    Table(TableId),
    /// A memory.
    Memory(MemoryId),
    /// A global.
    Global(GlobalId),
}

/// Why an instance could not be made.
#[derive(Debug, thiserror::Error)]
pub enum InstantiateError {
    /// A table or memory was refused.
    #[error(transparent)]
    Resource(ResourceError),
    /// An active segment is out of bounds. The instance exists, and earlier segments are written.
    #[error("{0}")]
    Trap(Trap),
    /// The contents of an active segment cannot be read from the module's file. The same holds.
    #[error(transparent)]
    Unread(DecodeError),
}

/// An instance of a module in a store.
#[derive(Debug)]
pub struct Instance {
    /// Its number in the store.
    pub id: InstanceId,
    /// Its module.
    pub module: Arc<Module>,
    /// Layout of its context.
    pub offsets: VMOffsets,
    /// The store.
    pub store: *mut Store,
    /// Tables, imports first.
    pub tables: Box<[TableId]>,
    /// Memories, imports first.
    pub memories: Box<[MemoryId]>,
    /// Globals, imports first.
    pub globals: Box<[GlobalId]>,
    /// Where the globals' values are, for the interpreter; marked with `GLOBAL_IS_VECTOR`.
    pub global_slots: Box<[*mut u64]>,
    /// Where the tables are, for the interpreter.
    pub table_places: Box<[*mut VMTable]>,
    /// Where the memories are, for the interpreter.
    pub memory_places: Box<[MemoryPlace]>,
    context: Context,
    /// Prepared functions, by definition; the interpreter and compiled code hold pointers to them.
    funcs: Box<[Option<Box<PreparedFunc>>]>,
    unprepared: Box<FuncInstance>,
    /// Elements of passive segments, evaluated; `None` once dropped.
    pub(crate) elems: Box<[Option<Box<[u64]>>]>,
    /// Which data segments were dropped.
    pub(crate) dropped_datas: Box<[bool]>,
    /// What was observed of the branches of functions, and is not in the profile yet.
    branches: UnsafeCell<FxHashMap<FuncIdx, Box<[EntryCounts]>>>,
}

// SAFETY: the pointers lead into the store that owns the instance.
unsafe impl Send for Instance {}
// SAFETY: as for `Send`; shared access only reads, but for `branches`, whose methods say who may.
unsafe impl Sync for Instance {}

/// A function instance with its inline caches.
#[derive(Debug)]
struct PreparedFunc {
    instance: FuncInstance,
    /// `instance.call_sites` points here.
    call_sites: Box<[CallSite]>,
    /// `instance.counts` points here.
    counts: Option<Box<Counts>>,
}

/// The memory of a `VMContext`.
#[derive(Debug)]
struct Context {
    start: NonNull<VMContext>,
    layout: Layout,
}

impl Context {
    fn new(size: usize) -> Self {
        let layout = Layout::from_size_align(size, 16).expect("below 2 GiB");
        // SAFETY: a context has at least its header.
        let start = unsafe { alloc_zeroed(layout) };
        let Some(start) = NonNull::new(start.cast()) else {
            handle_alloc_error(layout)
        };
        Self { start, layout }
    }

    /// The address `offset` bytes into the context.
    fn at<T>(&self, offset: i32) -> NonNull<T> {
        let offset = usize::try_from(offset).expect("offsets are not negative");
        assert!(offset + size_of::<T>() <= self.layout.size());
        // SAFETY: within the allocation.
        unsafe { self.start.byte_add(offset).cast() }
    }

    fn write<T>(&self, offset: i32, value: T) {
        // SAFETY: `at` checked the bounds; the layout aligns every part.
        unsafe { self.at::<T>(offset).write(value) };
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout.
        unsafe { dealloc(self.start.as_ptr().cast(), self.layout) };
    }
}

impl Instance {
    /// Makes an instance of `module` in `store` with `imports` in order, writes its active
    /// segments, and returns it. The start function is not run.
    ///
    /// # Errors
    ///
    /// See [`InstantiateError`].
    #[expect(clippy::new_ret_no_self, reason = "instances live in their store")]
    pub fn new(
        store: &mut Store,
        module: Arc<Module>,
        imports: &[ExternVal],
    ) -> Result<InstanceId, InstantiateError> {
        let counted = store.count_instance(&module);
        counted.map_err(InstantiateError::Resource)?;
        let id = InstanceId(u32::try_from(store.instances.len()).expect("fits an id"));
        let mut this = Box::new(Self::empty(id, store, module));
        this.link(imports, store);
        let defined = this.define(store);
        // Even if it failed: what was made before that lies in its context.
        store.instances.push(this);
        defined?;
        let this = &raw mut **store.instances.last_mut().expect("just pushed");
        // SAFETY: instances are boxed and never removed; `this` aliases no other borrow below.
        let this = unsafe { &mut *this };
        let written = this.write_elems(store).map_err(InstantiateError::Trap);
        let written = written.and_then(|()| this.write_datas(store));
        if written.is_err() {
            this.read_datas();
        }
        written.map(|()| id)
    }

    fn empty(id: InstanceId, store: &mut Store, module: Arc<Module>) -> Self {
        let offsets = VMOffsets::new(&module);
        let context = Context::new(offsets.size());
        Self {
            id,
            store: store.vm.store,
            offsets,
            tables: Box::default(),
            memories: Box::default(),
            globals: Box::default(),
            global_slots: Box::default(),
            table_places: Box::default(),
            memory_places: Box::default(),
            funcs: module.bodies.iter().map(|_| None).collect(),
            unprepared: Box::new(FuncInstance::unprepared()),
            elems: module.elems.iter().map(|_| None).collect(),
            dropped_datas: module.datas.iter().map(|_| false).collect(),
            branches: UnsafeCell::default(),
            context,
            module,
        }
    }

    /// Fills the context's header, pointers to imports, and function references.
    fn link(&mut self, imports: &[ExternVal], store: &mut Store) {
        let instance = &raw mut *self;
        let (context, offsets) = (&self.context, &self.offsets);
        let (builtins, vm) = (store.linkage.builtins, &raw mut store.vm);
        context.write(
            0,
            VMContext {
                store: vm,
                builtins,
                instance,
            },
        );
        for (n, sig) in (0..).zip(&self.module.types) {
            context.write(offsets.sig(TypeIdx(n)), sig.as_ptr());
        }
        let (mut tables, mut memories, mut globals) = (Vec::new(), Vec::new(), Vec::new());
        let mut n_funcs = 0;
        for import in imports {
            match *import {
                ExternVal::Func(func_ref) => {
                    context.write(offsets.imported_func(FuncIdx(n_funcs)), func_ref);
                    n_funcs += 1;
                }
                ExternVal::Table(id) => {
                    let n = TableIdx(tables.len() as u32);
                    write_import(context, offsets.table(n), store.table(id).vm());
                    tables.push(id);
                }
                ExternVal::Memory(id) => {
                    let n = MemoryIdx(memories.len() as u32);
                    write_import(context, offsets.memory(n), store.memory(id).vm());
                    memories.push(id);
                }
                ExternVal::Global(id) => {
                    let n = GlobalIdx(globals.len() as u32);
                    write_import(context, offsets.global(n), store.global(id).vm());
                    globals.push(id);
                }
            }
        }
        self.unprepared.vmctx = context.start.as_ptr();
        for n in 0..self.module.bodies.len() {
            let func = FuncIdx(self.module.n_imports.funcs + n as u32);
            let sig = self.module.funcs[func.index()].sig;
            let func_ref = VMFuncRef {
                code: lazy_entry(sig.ty()),
                vmctx: context.start.as_ptr(),
                sig: sig.as_ptr(),
                instance: &raw mut *self.unprepared,
            };
            context.write(offsets.func_ref(func).expect("defined"), func_ref);
        }
        (self.tables, self.memories, self.globals) =
            (tables.into(), memories.into(), globals.into());
    }

    /// Makes the instance's own globals, memories and tables: limiters are asked in this order.
    fn define(&mut self, store: &mut Store) -> Result<(), InstantiateError> {
        let module = self.module.clone();
        let mut globals = std::mem::take(&mut self.globals).into_vec();
        for decl in &module.globals[globals.len()..] {
            let init = decl.init.as_ref().expect("a defined global has a value");
            let value = init.eval_global(
                |it| store.global(globals[it.index()]).cell(),
                |it| self.func_ref(it) as u64,
            );
            let place =
                self.own_place::<VMGlobal>(self.offsets.global(GlobalIdx(globals.len() as u32)));
            globals.push(store.add_global(decl.ty, value, Some(place)));
        }
        let mut memories = std::mem::take(&mut self.memories).into_vec();
        for ty in &module.memories[memories.len()..] {
            let place = self.offsets.memory(MemoryIdx(memories.len() as u32));
            let memory = if ty.shared {
                SharedMemory::new(*ty, &store.tuning).map(|memory| {
                    write_import(&self.context, place, memory.vm());
                    Memory::of_shared(memory)
                })
            } else {
                store.allow_memory(ty).and_then(|()| {
                    Memory::new(*ty, &store.tuning, Some(self.own_place::<VMMemory>(place)))
                })
            };
            memories.push(store.add_memory(memory.map_err(InstantiateError::Resource)?));
        }
        let mut tables = std::mem::take(&mut self.tables).into_vec();
        for decl in &module.tables[tables.len()..] {
            let init = decl
                .init
                .as_ref()
                .map_or(0, |it| self.eval(it, &globals, store));
            let place =
                self.own_place::<VMTable>(self.offsets.table(TableIdx(tables.len() as u32)));
            let table = store
                .allow_table(&decl.ty)
                .and_then(|()| Table::new(decl.ty, init, Some(place)));
            tables.push(store.add_table(table.map_err(InstantiateError::Resource)?));
        }
        self.global_slots = globals.iter().map(|&it| store.global(it).slots()).collect();
        self.table_places = tables.iter().map(|&it| store.table(it).vm()).collect();
        self.memory_places = memories
            .iter()
            .map(|&it| store.memory(it).place())
            .collect();
        (self.globals, self.tables, self.memories) =
            (globals.into(), tables.into(), memories.into());
        Ok(())
    }

    /// Copies active element segments, and evaluates passive ones.
    fn write_elems(&mut self, store: &mut Store) -> Result<(), Trap> {
        let module = self.module.clone();
        let globals = self.globals.clone();
        for (n, elem) in (0..).zip(&module.elems) {
            let items: Box<[u64]> = match &elem.items {
                ElemItems::Funcs(funcs) => {
                    funcs.iter().map(|&it| self.func_ref(it) as u64).collect()
                }
                ElemItems::Exprs(exprs) => exprs
                    .iter()
                    .map(|it| self.eval(it, &globals, store))
                    .collect(),
            };
            match &elem.mode {
                SegmentMode::Passive => self.elems[n as usize] = Some(items),
                SegmentMode::Declared => {}
                SegmentMode::Active { index, offset } => {
                    let at = self.eval(offset, &globals, store);
                    self.elems[n as usize] = Some(items);
                    let len = self.elems[n as usize].as_ref().map_or(0, |it| it.len());
                    let (id, elem) = (self.tables[index.index()], ElemIdx(n));
                    let own = index.0 >= module.n_imports.tables;
                    crate::bulk::init_table(store, self, (*index, elem), (at, 0, len as u64))?;
                    if own {
                        // Still instantiating: nobody can have relied on the elements yet.
                        // SAFETY: the definition lives as long as the table.
                        unsafe { (*store.table(id).vm()).version = 0 };
                    }
                    self.elems[n as usize] = None;
                }
            }
        }
        Ok(())
    }

    /// Copies active data segments.
    fn write_datas(&mut self, store: &mut Store) -> Result<(), InstantiateError> {
        let module = self.module.clone();
        for (n, data) in module.datas.iter().enumerate() {
            if let SegmentMode::Active { index, offset } = &data.mode {
                let at = self.eval(offset, &self.globals, store);
                let memory = store.memory(self.memories[index.index()]);
                crate::bulk::write_data(memory, (&module.bytes, data.range.clone()), at)?;
                self.dropped_datas[n] = true;
            }
        }
        Ok(())
    }

    /// Reads the data segments that are left, or drops them: functions of an instance that failed
    /// may be in tables, and their `memory.init` cannot say that a file cannot be read.
    fn read_datas(&mut self) {
        for (data, dropped) in self.module.datas.iter().zip(&mut self.dropped_datas) {
            *dropped = *dropped || self.module.bytes.get(data.range.clone()).is_err();
        }
    }

    fn eval(&self, expr: &ConstExpr, globals: &[GlobalId], store: &Store) -> u64 {
        expr.eval(
            |it| store.global(globals[it.index()]).get(),
            |it| self.func_ref(it) as u64,
        )
    }

    fn own_place<T>(&self, place: Place) -> NonNull<T> {
        match place {
            Place::Own(offset) => self.context.at(offset),
            Place::Imported(_) => unreachable!("defined entities come after imported ones"),
        }
    }

    /// Its context.
    pub fn vmctx(&self) -> *mut VMContext {
        self.context.start.as_ptr()
    }

    /// The reference to a function, own or imported.
    pub fn func_ref(&self, func: FuncIdx) -> *mut VMFuncRef {
        match self.offsets.func_ref(func) {
            Some(offset) => self.context.at(offset).as_ptr(),
            // SAFETY: written by `link`.
            None => unsafe { self.context.at(self.offsets.imported_func(func)).read() },
        }
    }

    /// The defined function behind `func_ref`, if it is one of this instance.
    pub fn own_func(&self, func_ref: *const VMFuncRef) -> Option<FuncIdx> {
        let first = self
            .offsets
            .func_ref(FuncIdx(self.module.n_imports.funcs))? as usize;
        let offset = (func_ref as usize).checked_sub(self.vmctx() as usize)?;
        (first <= offset && offset < self.offsets.size()).then(|| self.offsets.func_at(offset))
    }

    /// The instance of a defined function, if it has been prepared.
    pub fn prepared(&self, func: FuncIdx) -> Option<*mut FuncInstance> {
        let defined = func.0.checked_sub(self.module.n_imports.funcs)?;
        let func = self.funcs[defined as usize].as_ref()?;
        Some((&raw const func.instance).cast_mut())
    }

    /// Adds what the call sites of `func` have counted to `profile`, and returns what that knows
    /// of it now. `None` if `func` is not prepared.
    ///
    /// # Safety
    ///
    /// No reference to the instance's call sites is alive, and `self` is of a live store.
    pub unsafe fn add_to_profile<'a>(
        &self,
        func: FuncIdx,
        profile: &'a mut Profile,
    ) -> Option<&'a FuncProfile> {
        let prepared = self.prepared(func)?;
        // SAFETY: the caller's promise; a prepared function has a call site for each info.
        unsafe {
            let infos = &*(*prepared).prepared().call_sites;
            let sites = std::slice::from_raw_parts_mut((*prepared).call_sites, infos.len());
            profile.add(self, func, (infos, sites));
            let branches = (*self.branches.get()).remove(&func);
            Some(profile.add_branches(func, branches.as_deref().unwrap_or(&[])))
        }
    }

    /// Notes that the branch of side table entry `entry` of `func` was taken, or was not.
    ///
    /// # Safety
    ///
    /// `self` is of a live store, on whose thread this is called.
    pub unsafe fn note_branch(&self, func: &FuncInstance, entry: usize, taken: bool) {
        // SAFETY: nobody else has a reference to them: both who do are called on the store's
        // thread, and call nothing back.
        let branches = unsafe { &mut *self.branches.get() };
        let counts = branches.entry(func.func).or_insert_with(|| {
            // SAFETY: what is executed is prepared.
            let body = unsafe { func.prepared() };
            vec![EntryCounts::default(); body.side_table.len()].into()
        });
        match taken {
            true => counts[entry].taken += 1,
            false => counts[entry].not_taken += 1,
        }
    }

    /// Prepares a defined function for the interpreter: side table, inline caches, hotness.
    ///
    /// # Errors
    ///
    /// A validation error of the body, if the module is validated lazily.
    ///
    /// # Safety
    ///
    /// `this` is an instance of a live store, to which no reference exists; `func` is defined.
    pub unsafe fn prepare(
        this: *mut Instance,
        func: FuncIdx,
    ) -> Result<*mut FuncInstance, HostError> {
        // SAFETY: the caller promises that no other reference exists.
        let this = unsafe { &mut *this };
        if let Some(prepared) = this.prepared(func) {
            return Ok(prepared);
        }
        let module = this.module.clone();
        let body = module
            .prepare(func)
            .map_err(|err| Box::new(err.clone()) as HostError)?;
        let func_ref = this.func_ref(func);
        let vectors = body.vectors.as_deref();
        let range = body.code.start as usize..body.code.end as usize;
        let code = module.bytes.present(range).as_ptr();
        let mut call_sites: Box<[CallSite]> = body
            .call_sites
            .iter()
            .map(|_| CallSite::default())
            .collect();
        // SAFETY: the store is alive.
        let tuning = unsafe { Store::tuning(this.store) };
        let new_counts = || Box::new(Counts::new(body.side_table.len()));
        let mut instance = FuncInstance {
            kind: FuncKind::Interpreted,
            vector_locals: vectors.map_or(ptr::null(), |it| it.locals.as_ptr()),
            vector_operands: vectors.map_or(ptr::null(), |it| it.operands.as_ptr()),
            hotness: tuning.budget(body.code.len()).quick,
            code,
            end: code.wrapping_add(body.code.len()),
            side_table: body.side_table.as_ptr(),
            call_sites: call_sites.as_mut_ptr(),
            n_params: body.param_slots,
            n_extra: body.local_slots - body.param_slots,
            n_results: body.result_slots,
            n_slots: body.local_slots + body.max_operands,
            vmctx: this.vmctx(),
            func_ref,
            func,
            body: module.body_id(func),
            prepared: body,
            host: ptr::null(),
            counts: ptr::null_mut(),
            meters: body
                .meters
                .as_ref()
                .map_or(ptr::null(), |it| it.at.as_ptr()),
        };
        instance.kind = instance.interpreted_kind();
        let mut prepared = Box::new(PreparedFunc {
            instance,
            call_sites,
            counts: tuning.counts.then(new_counts),
        });
        if let Some(counts) = &mut prepared.counts {
            prepared.instance.counts = &raw mut **counts;
        }
        debug_assert_eq!(
            prepared.instance.call_sites,
            prepared.call_sites.as_mut_ptr()
        );
        let instance = &raw mut prepared.instance;
        this.funcs[(func.0 - module.n_imports.funcs) as usize] = Some(prepared);
        // SAFETY: function references live in the context.
        unsafe { (*func_ref).instance = instance };
        Ok(instance)
    }
}

fn write_import<T>(context: &Context, place: Place, at: *mut T) {
    match place {
        Place::Imported(offset) => context.write(offset, at),
        Place::Own(_) => unreachable!("imports come first"),
    }
}
