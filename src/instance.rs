//! [`Instance`] and [`InstancePre`]: modules brought to life.

use crate::error::{Context, Result, ensure, format_err, refused};
use crate::func::HostFunc;
use crate::matching::{Definition, check_imports};
use crate::store::{StoreId, StoreInner, StoreOpaque};
use crate::{
    AsContextMut, Engine, Export, Extern, Func, Global, Memory, Module, ModuleExport, SharedMemory,
    StoreContext, StoreContextMut, Table, Tag, TypedFunc, WasmParams, WasmResults,
};
use runtime::module::ImportItem;
use runtime::{ExternVal, InstanceId, InstantiateError};
use std::fmt;

/// A module with its own functions, globals, tables and memories, in a store.
///
/// Every method panics if it belongs to another store.
///
/// ```
/// use wasm_interp_jit::{Engine, Func, Instance, Module, Store};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let engine = Engine::default();
/// let mut store = Store::new(&engine, ());
/// let module = Module::new(
///     &engine,
///     r#"(module
///         (import "" "now" (func $now (result i64)))
///         (memory (export "memory") 1)
///         (func (export "save") (i64.store (i32.const 0) (call $now))))"#,
/// )?;
/// // Imports are given in the order of the module; a `Linker` finds them by name.
/// let now = Func::wrap(&mut store, || 1234_i64);
/// let instance = Instance::new(&mut store, &module, &[now.into()])?;
/// instance.get_typed_func::<(), ()>(&mut store, "save")?.call(&mut store, ())?;
/// let memory = instance.get_memory(&mut store, "memory").expect("it is exported");
/// assert_eq!(memory.data(&store)[..2], [0xd2, 0x04]);
/// let names: Vec<_> = instance.exports(&mut store).map(|it| it.name()).collect();
/// assert_eq!(names, ["memory", "save"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance {
    store: StoreId,
    id: InstanceId,
}

impl Instance {
    /// Makes an instance, with `imports` for the imports of the module in order, and runs the
    /// start function.
    ///
    /// # Errors
    ///
    /// If imports are missing, too many, of another type or of another store; if memories or
    /// tables are too large; if an active segment is out of bounds; what the start function
    /// raises. What segments and the start function wrote to imports stays.
    ///
    /// # Panics
    ///
    /// If a host function panics.
    pub fn new(
        mut store: impl AsContextMut,
        module: &Module,
        imports: &[Extern],
    ) -> Result<Instance> {
        let store = store.as_context_mut().0;
        let opaque = store.opaque();
        ensure!(
            imports
                .iter()
                .all(|import| import.comes_from_same_store(opaque)),
            "cross-`Store` instantiation is not currently supported"
        );
        let engine = opaque.engine();
        let given: Vec<_> = imports
            .iter()
            .map(|import| (Definition::new(opaque, import), engine))
            .collect();
        check_imports(engine, module, &given)?;
        let opaque = store.opaque_mut();
        let imports: Vec<_> = imports.iter().map(|import| import.lower(opaque)).collect();
        instantiate(store, module, &imports)
    }

    /// Its module.
    pub fn module<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> &'a Module {
        self.data(store.into().0.opaque()).module()
    }

    /// Its exports, in order.
    pub fn exports<'a, T: 'static>(
        &'a self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> impl ExactSizeIterator<Item = Export<'a>> + 'a {
        let store: &'a StoreInner<T> = store.into().0;
        let data = self.data(store.opaque());
        let exports = data.module().runtime().exports.iter();
        exports.map(move |export| Export::new(&export.name, data.item(export.item)))
    }

    /// An export.
    pub fn get_export(&self, mut store: impl AsContextMut, name: &str) -> Option<Extern> {
        self.data(store.as_context_mut().0.opaque()).export(name)
    }

    /// An export, by an index that was looked up before; `None` if the index is not one of its
    /// module.
    pub fn get_module_export(
        &self,
        mut store: impl AsContextMut,
        export: &ModuleExport,
    ) -> Option<Extern> {
        self.data(store.as_context_mut().0.opaque())
            .module_export(export)
    }

    /// An exported function.
    pub fn get_func(&self, store: impl AsContextMut, name: &str) -> Option<Func> {
        self.get_export(store, name)?.into_func()
    }

    /// An exported function with its type.
    ///
    /// # Errors
    ///
    /// If there is no such function, or its type is another.
    pub fn get_typed_func<Params, Results>(
        &self,
        mut store: impl AsContextMut,
        name: &str,
    ) -> Result<TypedFunc<Params, Results>>
    where
        Params: WasmParams,
        Results: WasmResults,
    {
        let func = self
            .get_func(&mut store, name)
            .ok_or_else(|| format_err!("failed to find function export `{name}`"))?;
        func.typed(store)
            .with_context(|| format!("failed to convert function `{name}` to given type"))
    }

    /// An exported table.
    pub fn get_table(&self, store: impl AsContextMut, name: &str) -> Option<Table> {
        self.get_export(store, name)?.into_table()
    }

    /// An exported memory.
    pub fn get_memory(&self, store: impl AsContextMut, name: &str) -> Option<Memory> {
        self.get_export(store, name)?.into_memory()
    }

    /// An exported memory for several threads.
    pub fn get_shared_memory(&self, store: impl AsContextMut, name: &str) -> Option<SharedMemory> {
        self.get_export(store, name)?.into_shared_memory()
    }

    /// An exported global.
    pub fn get_global(&self, store: impl AsContextMut, name: &str) -> Option<Global> {
        self.get_export(store, name)?.into_global()
    }

    /// An exported tag.
    pub fn get_tag(&self, store: impl AsContextMut, name: &str) -> Option<Tag> {
        self.get_export(store, name)?.into_tag()
    }

    /// A number that only this instance has in its store.
    pub fn debug_index_in_store(&self) -> u32 {
        self.id.0
    }

    /// All instances of a store.
    #[cfg(feature = "coredump")]
    pub(crate) fn all(store: &StoreOpaque) -> Vec<Instance> {
        let instances = store.runtime().instances.iter();
        instances
            .map(|it| Instance {
                store: store.id(),
                id: it.id,
            })
            .collect()
    }

    /// Its module.
    #[cfg(feature = "coredump")]
    pub(crate) fn load_module<'a>(&self, store: &'a StoreOpaque) -> &'a Module {
        self.data(store).module()
    }

    /// The numbers of its memories and globals in the store.
    #[cfg(feature = "coredump")]
    pub(crate) fn all_memories_and_globals(&self, store: &StoreOpaque) -> (Vec<u64>, Vec<u64>) {
        let instance = self.data(store).runtime;
        let memories = instance.memories.iter().map(|it| it.0.into()).collect();
        let globals = instance.globals.iter().map(|it| it.0.into()).collect();
        (memories, globals)
    }

    #[track_caller]
    fn data<'a>(&self, store: &'a StoreOpaque) -> InstanceData<'a> {
        store.check(self.store);
        InstanceData::new(store, self.id)
    }
}

/// An instance that is looked into.
#[derive(Clone, Copy)]
pub(crate) struct InstanceData<'a> {
    store: &'a StoreOpaque,
    runtime: &'a runtime::Instance,
}

impl<'a> InstanceData<'a> {
    pub(crate) fn new(store: &'a StoreOpaque, id: InstanceId) -> InstanceData<'a> {
        InstanceData {
            store,
            runtime: store.runtime().instance(id),
        }
    }

    pub(crate) fn export(&self, name: &str) -> Option<Extern> {
        Some(self.item(self.runtime.module.export(name)?))
    }

    pub(crate) fn module_export(&self, export: &ModuleExport) -> Option<Extern> {
        self.module().owns(export).then(|| self.item(export.item))
    }

    fn module(&self) -> &'a Module {
        self.store.module(&self.runtime.module)
    }

    fn item(&self, item: ImportItem) -> Extern {
        let (store, instance) = (self.store, self.runtime);
        match item {
            ImportItem::Func(idx) => Func::of_instance(store, instance.id, idx).into(),
            ImportItem::Table(idx) => Table::from_id(store, instance.tables[idx.index()]).into(),
            ImportItem::Memory(idx) => {
                let id = instance.memories[idx.index()];
                match store.runtime().memory(id).shared() {
                    None => Memory::from_id(store, id).into(),
                    Some(memory) => {
                        SharedMemory::from_runtime(store.engine(), memory.clone()).into()
                    }
                }
            }
            ImportItem::Global(idx) => Global::from_id(store, instance.globals[idx.index()]).into(),
        }
    }
}

/// A module with what it imports, type-checked and ready for any number of instances.
///
/// Made by [`Linker::instantiate_pre`](crate::Linker::instantiate_pre).
pub struct InstancePre<T> {
    module: Module,
    imports: Vec<Import<T>>,
}

/// Something that is given for an import before there is a store, or in one.
pub(crate) enum Import<T> {
    /// Something of a store.
    Extern {
        item: Extern,
        /// Its type, and its size when it was defined.
        definition: Definition,
        engine: Engine,
    },
    /// A host function, made anew in each store.
    HostFunc(HostFunc<T>),
}

impl<T: 'static> Import<T> {
    pub(crate) fn new(store: &StoreOpaque, item: Extern) -> Self {
        let definition = Definition::new(store, &item);
        Import::Extern {
            item,
            definition,
            engine: store.engine().clone(),
        }
    }

    /// The same with its current size, if it is something of `store`.
    pub(crate) fn refresh(&mut self, store: &StoreOpaque) {
        if let Import::Extern {
            item, definition, ..
        } = self
            && item.comes_from_same_store(store)
        {
            *definition = Definition::new(store, item);
        }
    }

    fn definition(&self) -> (Definition, &Engine) {
        match self {
            Import::Extern {
                definition, engine, ..
            } => (*definition, engine),
            Import::HostFunc(func) => (Definition::Func(func.sig()), func.engine()),
        }
    }

    fn can_be_used_in(&self, store: &StoreOpaque) -> bool {
        match self {
            Import::Extern { item, .. } => item.comes_from_same_store(store),
            Import::HostFunc(_) => true,
        }
    }

    pub(crate) fn bring_into(&self, store: &mut StoreInner<T>) -> Extern {
        match self {
            Import::Extern { item, .. } => item.clone(),
            Import::HostFunc(func) => func.bring_into(store).into(),
        }
    }
}

impl<T> Clone for Import<T> {
    fn clone(&self) -> Self {
        match self {
            Import::Extern {
                item,
                definition,
                engine,
            } => Import::Extern {
                item: item.clone(),
                definition: *definition,
                engine: engine.clone(),
            },
            Import::HostFunc(func) => Import::HostFunc(func.clone()),
        }
    }
}

impl<T: 'static> InstancePre<T> {
    pub(crate) fn new(engine: &Engine, module: &Module, imports: Vec<Import<T>>) -> Result<Self> {
        let given: Vec<_> = imports.iter().map(Import::definition).collect();
        check_imports(engine, module, &given)?;
        Ok(InstancePre {
            module: module.clone(),
            imports,
        })
    }

    /// The module.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// Makes an instance in `store`, and runs the start function.
    ///
    /// # Errors
    ///
    /// If an import belongs to another store or the module to another engine; otherwise as for
    /// [`Instance::new`].
    ///
    /// # Panics
    ///
    /// If a host function panics.
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> Result<Instance> {
        let store = store.as_context_mut().0;
        let opaque = store.opaque();
        ensure!(
            self.imports
                .iter()
                .all(|import| import.can_be_used_in(opaque)),
            "cross-`Store` instantiation is not currently supported"
        );
        ensure!(
            Engine::same(opaque.engine(), self.module.engine()),
            "cross-`Engine` usage is not supported"
        );
        let mut lower = |import: &Import<T>| {
            let item = import.bring_into(store);
            item.lower(store.opaque_mut())
        };
        let imports: Vec<_> = self.imports.iter().map(&mut lower).collect();
        instantiate(store, &self.module, &imports)
    }
}

impl<T> Clone for InstancePre<T> {
    fn clone(&self) -> Self {
        InstancePre {
            module: self.module.clone(),
            imports: self.imports.clone(),
        }
    }
}

impl<T> fmt::Debug for InstancePre<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstancePre")
            .field("module", &self.module)
            .finish_non_exhaustive()
    }
}

/// Makes an instance with imports that were checked, and runs the start function.
fn instantiate<T: 'static>(
    store: &mut StoreInner<T>,
    module: &Module,
    imports: &[ExternVal],
) -> Result<Instance> {
    let opaque = store.opaque_mut();
    // Also if this fails: the instance may exist, and frames of its functions with it.
    opaque.register_module(module);
    let made = store
        .with_limiter(|runtime| runtime::Instance::new(runtime, module.runtime().clone(), imports));
    let opaque = store.opaque();
    let id = made.map_err(|error| match error {
        InstantiateError::Resource(error) => refused(error),
        InstantiateError::Trap(trap) => trap.into(),
        InstantiateError::Unread(error) => crate::module::compile_error(error),
    })?;
    let instance = Instance {
        store: opaque.id(),
        id,
    };
    opaque.on_instantiated(id);
    crate::call::start(store, id)?;
    Ok(instance)
}
