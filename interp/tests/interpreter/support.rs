//! Runs modules in the interpreter alone: the tiers of these tests compile nothing.

use runtime::host::{HostCall, HostError};
use runtime::module::{Features, ImportItem, Module, Validation};
use runtime::types::{FuncType, TypeRegistry, ValType};
use runtime::vm::{FuncInstance, VMFuncRef};
use runtime::{
    ExternVal, FuncIdx, HotAction, HotPoint, Instance, InstanceId, Raised, RawFrame, Status, Store,
    TierState, Tiers, Tuning, call_from_host,
};
use std::sync::{Arc, Mutex};

/// Tiers without a compiler. Notes who was hot, and refills the budget.
#[derive(Default)]
pub(crate) struct InterpreterOnly {
    pub(crate) hot: Mutex<Vec<(FuncIdx, HotPoint)>>,
}

impl Tiers for InterpreterOnly {
    unsafe fn on_hot(
        &self,
        _store: *mut Store,
        func: *mut FuncInstance,
        at: HotPoint,
    ) -> HotAction {
        // SAFETY: the caller passes a live function.
        let func = unsafe { &mut *func };
        func.hotness = i32::MAX;
        self.hot
            .lock()
            .expect("no panic while locked")
            .push((func.func, at));
        HotAction::Continue
    }

    unsafe fn interpret(
        &self,
        store: *mut Store,
        func: *mut FuncInstance,
        slots: *mut u64,
    ) -> Status {
        // SAFETY: forwarded.
        unsafe { interp::interpret(store, func, slots) }
    }

    fn new_store(&self, tuning: &Tuning) -> TierState {
        TierState {
            interp: interp::new_context(tuning),
            tiering: Box::new(()),
        }
    }
}

/// A store with instances.
pub(crate) struct Wasm {
    pub(crate) store: Box<Store>,
    pub(crate) tiers: Arc<InterpreterOnly>,
    registry: Arc<TypeRegistry>,
}

impl Wasm {
    /// An empty store.
    pub(crate) fn empty(tuning: Tuning) -> Self {
        let tiers = Arc::new(InterpreterOnly::default());
        let store = Store::new(tiers.clone(), Arc::new(tuning)).expect("a value stack");
        Self {
            store,
            tiers,
            registry: Arc::default(),
        }
    }

    /// A store with an instance of a module without imports.
    pub(crate) fn new(wat: &str) -> Self {
        let mut this = Self::empty(Tuning::default());
        this.instantiate(wat, &[]);
        this
    }

    /// Adds an instance; its imports are given in order.
    pub(crate) fn instantiate(&mut self, wat: &str, imports: &[ExternVal]) -> InstanceId {
        let bytes = wat::parse_str(wat)
            .expect("wat of a test")
            .into_boxed_slice();
        let registry = self.registry.clone();
        let module = Module::decode(bytes, registry, Features::ALL, Validation::Eager);
        let module = Arc::new(module.expect("a module"));
        Instance::new(&mut self.store, module, imports).expect("an instance")
    }

    /// An export as an import of another instance.
    pub(crate) fn export(&self, instance: InstanceId, name: &str) -> ExternVal {
        let instance = self.store.instance(instance);
        match instance.module.export(name).expect("an export") {
            ImportItem::Func(idx) => ExternVal::Func(instance.func_ref(idx)),
            ImportItem::Table(idx) => ExternVal::Table(instance.tables[idx.index()]),
            ImportItem::Memory(idx) => ExternVal::Memory(instance.memories[idx.index()]),
            ImportItem::Global(idx) => ExternVal::Global(instance.globals[idx.index()]),
        }
    }

    /// A host function.
    pub(crate) fn host(
        &mut self,
        params: &[ValType],
        results: &[ValType],
        body: impl Fn(&HostCall) -> Result<(), HostError> + Send + Sync + 'static,
    ) -> ExternVal {
        let ty = FuncType {
            params: params.into(),
            results: results.into(),
        };
        let sig = self.registry.intern(&ty);
        ExternVal::Func(self.store.new_host_func(sig, Arc::new(body)))
    }

    /// Calls an export of the first instance.
    pub(crate) fn call(&mut self, name: &str, args: &[u64]) -> Result<Vec<u64>, String> {
        self.call_in(InstanceId(0), name, args)
    }

    /// Calls an export.
    pub(crate) fn call_in(
        &mut self,
        instance: InstanceId,
        name: &str,
        args: &[u64],
    ) -> Result<Vec<u64>, String> {
        let ExternVal::Func(func_ref) = self.export(instance, name) else {
            panic!("{name} is no function")
        };
        // SAFETY: the function belongs to the store, which nobody else uses.
        unsafe { call(&raw mut *self.store, func_ref, args) }.map_err(|raised| text(&raised))
    }

    /// Checks results, or what is raised as [`text`] has it.
    #[track_caller]
    pub(crate) fn check(&mut self, name: &str, args: &[u64], expected: Result<&[u64], &str>) {
        let actual = self.call(name, args);
        let actual = actual.as_ref().map(|it| &**it).map_err(|it| &**it);
        assert_eq!(actual, expected, "{name}{args:?}");
    }
}

/// Calls a function as the host does.
///
/// # Safety
///
/// `func_ref` belongs to the live `store`, to which no reference exists.
pub(crate) unsafe fn call(
    store: *mut Store,
    func_ref: *mut VMFuncRef,
    args: &[u64],
) -> Result<Vec<u64>, Raised> {
    // SAFETY: forwarded; the value stack has room for arguments and results.
    unsafe {
        let slots = (*store).vm.value_top;
        slots.copy_from_nonoverlapping(args.as_ptr(), args.len());
        call_from_host(store, func_ref, std::ptr::null_mut())?;
        let n_results = (*(*func_ref).sig).result_slots();
        Ok(std::slice::from_raw_parts(slots, n_results).to_vec())
    }
}

/// What was raised: `trap text [address/size]: func1@0x5 func0@0x2`.
pub(crate) fn text(raised: &Raised) -> String {
    let frames = |frames: &[RawFrame]| {
        let frame = |it: &RawFrame| match it.pc {
            Some(pc) => format!(" {}@{pc:#x}", it.func),
            None => format!(" {}@entry", it.func),
        };
        frames.iter().map(frame).collect::<String>()
    };
    match raised {
        Raised::Trap {
            trap,
            fault: None,
            backtrace,
        } => {
            format!("{}:{}", trap.text(), frames(backtrace))
        }
        Raised::Trap {
            trap,
            fault: Some(fault),
            backtrace,
        } => {
            let (address, size) = (fault.address, fault.memory_size);
            format!(
                "{} [{address:#x}/{size:#x}]:{}",
                trap.text(),
                frames(backtrace)
            )
        }
        Raised::Error { error, backtrace } => {
            let error = error.downcast_ref::<&str>().unwrap_or(&"error");
            format!("{error}:{}", frames(backtrace))
        }
        Raised::Panic(payload) => {
            format!("panic {}", payload.downcast_ref::<&str>().unwrap_or(&"?"))
        }
    }
}
