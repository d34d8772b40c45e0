//! [`Linker`]: names for what modules import.

use crate::error::{Context, Result, bail, ensure};
use crate::func::HostFunc;
use crate::instance::Import;
use crate::types::{ExternType, FuncType, ImportType};
use crate::{
    AsContext, AsContextMut, Caller, Engine, Extern, Func, Instance, InstancePre, IntoFunc, Module,
    StoreContextMut, Val, ValRaw,
};
use std::collections::BTreeMap;
use std::fmt;
use std::mem::MaybeUninit;

/// Names for what modules import, for stores with data of type `T`.
///
/// Host functions of a linker are made anew in each store.
///
/// ```
/// use wasm_interp_jit::{Engine, Linker, Module, Store};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let engine = Engine::default();
/// let mut linker = Linker::new(&engine);
/// linker.func_wrap("host", "double", |it: i32| it * 2)?;
/// let library = Module::new(
///     &engine,
///     r#"(module
///         (import "host" "double" (func $double (param i32) (result i32)))
///         (func (export "quadruple") (param i32) (result i32)
///             (call $double (call $double (local.get 0)))))"#,
/// )?;
/// let mut store = Store::new(&engine, ());
/// // The exports of a module become names that others import.
/// linker.module(&mut store, "library", &library)?;
/// let program = Module::new(
///     &engine,
///     r#"(module
///         (import "library" "quadruple" (func $quadruple (param i32) (result i32)))
///         (func (export "run") (result i32) (call $quadruple (i32.const 10))))"#,
/// )?;
/// let instance = linker.instantiate(&mut store, &program)?;
/// let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
/// assert_eq!(run.call(&mut store, ())?, 40);
/// # Ok(())
/// # }
/// ```
pub struct Linker<T> {
    engine: Engine,
    modules: BTreeMap<Box<str>, BTreeMap<Box<str>, Import<T>>>,
    allow_shadowing: bool,
    allow_unknown_exports: bool,
}

/// A module imports what a linker has no definition for.
#[derive(Clone, Debug)]
pub struct UnknownImportError {
    module: String,
    name: String,
    ty: ExternType,
}

impl UnknownImportError {
    fn new(import: &ImportType<'_>) -> Self {
        UnknownImportError {
            module: import.module().to_owned(),
            name: import.name().to_owned(),
            ty: import.ty(),
        }
    }

    /// Name of the module it is imported from.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// Its name in that module.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type it is imported with.
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }
}

impl fmt::Display for UnknownImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown import: `{}::{}` has not been defined",
            self.module, self.name
        )
    }
}

impl std::error::Error for UnknownImportError {}

/// What the exports of a module say about its use.
enum ModuleKind {
    /// Runs once, by `_start`: each call of an export gets an instance of its own.
    Command,
    /// Lives on: there is one instance, and `_initialize` is called first.
    Reactor,
}

impl<T> Linker<T> {
    /// An empty linker.
    pub fn new(engine: &Engine) -> Linker<T> {
        Linker {
            engine: engine.clone(),
            modules: BTreeMap::new(),
            allow_shadowing: false,
            allow_unknown_exports: false,
        }
    }

    /// Its engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether names can be defined again. Off by default.
    pub fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        self.allow_shadowing = allow;
        self
    }

    /// Whether [`Linker::module`] ignores exports of commands that it cannot define. Off by
    /// default.
    pub fn allow_unknown_exports(&mut self, allow: bool) -> &mut Self {
        self.allow_unknown_exports = allow;
        self
    }

    /// Defines a name as what another name is.
    ///
    /// # Errors
    ///
    /// If there is no such other name, or the name is already defined.
    pub fn alias(
        &mut self,
        module: &str,
        name: &str,
        as_module: &str,
        as_name: &str,
    ) -> Result<&mut Self> {
        match self.lookup(module, name).cloned() {
            Some(import) => self.insert(as_module, as_name, import),
            None => bail!("no item named `{module}::{name}` defined"),
        }
    }

    /// Defines all names of a module under another name of the module.
    ///
    /// # Errors
    ///
    /// If a name is already defined.
    pub fn alias_module(&mut self, module: &str, as_module: &str) -> Result<()> {
        let imports = self.modules.get(module).cloned().unwrap_or_default();
        for (name, import) in imports {
            self.insert(as_module, &name, import)?;
        }
        Ok(())
    }

    fn lookup(&self, module: &str, name: &str) -> Option<&Import<T>> {
        self.modules.get(module)?.get(name)
    }

    pub(crate) fn insert(
        &mut self,
        module: &str,
        name: &str,
        import: Import<T>,
    ) -> Result<&mut Self> {
        if !self.allow_shadowing && self.lookup(module, name).is_some() {
            bail!("import of `{module}::{name}` defined twice");
        }
        self.modules
            .entry(module.into())
            .or_default()
            .insert(name.into(), import);
        Ok(self)
    }
}

impl<T: 'static> Linker<T> {
    /// Defines the imports of `module` that are functions and not defined yet as ones that fail
    /// with [`UnknownImportError`].
    ///
    /// # Errors
    ///
    /// If a function has a type that is not supported.
    pub fn define_unknown_imports_as_traps(&mut self, module: &Module) -> Result<()> {
        for import in module.imports() {
            if let Err(error) = self.find(&import)
                && let ExternType::Func(ty) = error.ty()
            {
                self.func_new(import.module(), import.name(), ty, move |_, _, _| {
                    Err(error.clone().into())
                })?;
            }
        }
        Ok(())
    }

    /// Defines the imports of `module` that are not defined yet: functions return, and globals
    /// are, zero and null; tables hold null; memories are zeroed.
    ///
    /// # Errors
    ///
    /// If there is no such value for an import.
    pub fn define_unknown_imports_as_default_values(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        for import in module.imports() {
            if let Err(error) = self.find(&import) {
                let (from, name, ty) = (import.module(), import.name(), error.ty());
                let item = ty.default_value(&mut store).with_context(|| {
                    format!("no default value exists for `{from}::{name}` with type `{ty:?}`")
                })?;
                self.define(&store, from, name, item)?;
            }
        }
        Ok(())
    }

    /// Defines a name as something of a store.
    ///
    /// # Errors
    ///
    /// If the name is already defined.
    ///
    /// # Panics
    ///
    /// If the item belongs to another store.
    pub fn define(
        &mut self,
        store: impl AsContext<Data = T>,
        module: &str,
        name: &str,
        item: impl Into<Extern>,
    ) -> Result<&mut Self> {
        let import = Import::new(store.as_context().0.opaque(), item.into());
        self.insert(module, name, import)
    }

    /// Defines a name as a host function; see [`Func::new`].
    ///
    /// # Errors
    ///
    /// If the name is already defined, or if `ty` has a type that is not supported.
    ///
    /// # Panics
    ///
    /// If `ty` belongs to another engine.
    pub fn func_new(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<&mut Self> {
        let engine = &self.engine;
        assert!(ty.comes_from_same_engine(engine));
        self.insert(module, name, Import::HostFunc(HostFunc::new(ty, func)?))
    }

    /// Defines a name as a host function; see [`Func::new_unchecked`].
    ///
    /// # Errors
    ///
    /// If the name is already defined, or if `ty` has a type that is not supported.
    ///
    /// # Panics
    ///
    /// If `ty` belongs to another engine.
    ///
    /// # Safety
    ///
    /// As for [`Func::new_unchecked`].
    pub unsafe fn func_new_unchecked(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<&mut Self> {
        let engine = &self.engine;
        assert!(ty.comes_from_same_engine(engine));
        // SAFETY: forwarded.
        let func = unsafe { HostFunc::new_unchecked(ty, func)? };
        self.insert(module, name, Import::HostFunc(func))
    }

    /// Defines a name as a host function; see [`Func::wrap`].
    ///
    /// # Errors
    ///
    /// If the name is already defined, or if the function has a type that is not supported.
    pub fn func_wrap<Params, Args>(
        &mut self,
        module: &str,
        name: &str,
        func: impl IntoFunc<T, Params, Args>,
    ) -> Result<&mut Self> {
        let func = func.into_func(&self.engine)?;
        self.insert(module, name, Import::HostFunc(func))
    }

    /// Defines the exports of an instance.
    ///
    /// # Errors
    ///
    /// If a name is already defined.
    ///
    /// # Panics
    ///
    /// If the instance belongs to another store.
    pub fn instance(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module_name: &str,
        instance: Instance,
    ) -> Result<&mut Self> {
        let mut store = store.as_context_mut();
        let exports: Vec<(Box<str>, Extern)> = instance
            .exports(&mut store)
            .map(|export| (export.name().into(), export.into_extern()))
            .collect();
        for (name, item) in exports {
            self.define(&store, module_name, &name, item)?;
        }
        Ok(self)
    }

    /// Instantiates a module and defines its exports.
    ///
    /// A module that exports `_start` is a command: every call of one of its functions makes an
    /// instance of its own. Any other is instantiated now, and its `_initialize` called.
    ///
    /// # Errors
    ///
    /// Those of [`Linker::instantiate`]; if a name is already defined; if a command exports
    /// something that cannot be defined; if a module exports both functions.
    ///
    /// # Panics
    ///
    /// If the store belongs to another engine.
    pub fn module(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module_name: &str,
        module: &Module,
    ) -> Result<&mut Self> {
        let mut store = store.as_context_mut();
        assert!(
            Engine::same(&self.engine, store.engine()),
            "different engines for this linker and the store provided"
        );
        match ModuleKind::of(module)? {
            ModuleKind::Command => self.command(store, module_name, module),
            ModuleKind::Reactor => {
                let instance = self.instantiate(&mut store, module)?;
                if let Some(initialize) = instance.get_func(&mut store, "_initialize") {
                    initialize
                        .typed::<(), ()>(&store)
                        .and_then(|it| it.call(&mut store, ()))
                        .context("calling the Reactor initialization function")?;
                }
                self.instance(store, module_name, instance)
            }
        }
    }

    fn command(
        &mut self,
        mut store: StoreContextMut<'_, T>,
        module_name: &str,
        module: &Module,
    ) -> Result<&mut Self> {
        for export in module.exports() {
            if let ExternType::Func(ty) = export.ty() {
                let pre = self.instantiate_pre(module)?;
                let name = export.name().to_owned();
                let func = Func::try_new(&mut store, ty, move |mut caller, params, results| {
                    let instance = pre.instantiate(&mut caller)?;
                    let func = instance.get_func(&mut caller, &name);
                    func.expect("the module exports it")
                        .call(&mut caller, params, results)
                })?;
                self.define(&store, module_name, export.name(), func)?;
            } else if !self.allow_unknown_exports && !is_tolerated(export.name(), &export.ty()) {
                bail!("command export '{}' is not a function", export.name());
            }
        }
        Ok(self)
    }

    /// Makes an instance of a module with what the linker defines, and runs the start function.
    ///
    /// # Errors
    ///
    /// [`UnknownImportError`] if an import is not defined; otherwise as for [`Instance::new`].
    ///
    /// # Panics
    ///
    /// If a host function panics.
    pub fn instantiate(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<Instance> {
        let mut store = store.as_context_mut();
        let mut imports = self.imports_of(module)?;
        for import in &mut imports {
            import.refresh(store.0.opaque());
        }
        InstancePre::new(&self.engine, module, imports)?.instantiate(&mut store)
    }

    /// Prepares instances of a module.
    ///
    /// # Errors
    ///
    /// [`UnknownImportError`] if an import is not defined, and if one is of another type.
    pub fn instantiate_pre(&self, module: &Module) -> Result<InstancePre<T>> {
        InstancePre::new(&self.engine, module, self.imports_of(module)?)
    }

    fn imports_of(&self, module: &Module) -> Result<Vec<Import<T>>> {
        ensure!(
            Engine::same(&self.engine, module.engine()),
            "cross-`Engine` instantiation is not currently supported"
        );
        module
            .imports()
            .map(|import| Ok(self.find(&import)?.clone()))
            .collect()
    }

    /// Everything that is defined.
    pub fn iter<'a: 'p, 'p>(
        &'a self,
        mut store: impl AsContextMut<Data = T> + 'p,
    ) -> impl Iterator<Item = (&'a str, &'a str, Extern)> + 'p {
        let names = self.modules.iter().flat_map(|(module, names)| {
            names
                .iter()
                .map(|(name, import)| (&**module, &**name, import))
        });
        names.map(move |(module, name, import)| {
            (module, name, import.bring_into(store.as_context_mut().0))
        })
    }

    /// What a name is defined as.
    ///
    /// # Errors
    ///
    /// If it is not defined.
    pub fn get(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &str,
        name: &str,
    ) -> Result<Extern> {
        match self.lookup(module, name) {
            Some(import) => Ok(import.bring_into(store.as_context_mut().0)),
            None => bail!("missing definition for `{module}::{name}`"),
        }
    }

    /// What the name of an import is defined as.
    pub fn get_by_import(
        &self,
        mut store: impl AsContextMut<Data = T>,
        import: &ImportType<'_>,
    ) -> Option<Extern> {
        let import = self.find(import).ok()?;
        Some(import.bring_into(store.as_context_mut().0))
    }

    /// As [`Linker::get_by_import`].
    ///
    /// # Errors
    ///
    /// None, so far.
    pub fn try_get_by_import(
        &self,
        store: impl AsContextMut<Data = T>,
        import: &ImportType<'_>,
    ) -> Result<Option<Extern>> {
        Ok(self.get_by_import(store, import))
    }

    /// The function to run of a module: the one named ``, else `_start`, else one that does
    /// nothing.
    ///
    /// # Errors
    ///
    /// If what has such a name is not a function.
    pub fn get_default(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &str,
    ) -> Result<Func> {
        let found = ["", "_start"]
            .into_iter()
            .find(|name| self.lookup(module, name).is_some());
        let Some(name) = found else {
            return Func::try_wrap(store, || {});
        };
        match self.get(&mut store, module, name)? {
            Extern::Func(func) => Ok(func),
            _ if name.is_empty() => bail!("default export in '{module}' is not a function"),
            _ => bail!("`{name}` in '{module}' is not a function"),
        }
    }

    fn find(&self, import: &ImportType<'_>) -> Result<&Import<T>, UnknownImportError> {
        self.lookup(import.module(), import.name())
            .ok_or_else(|| UnknownImportError::new(import))
    }
}

impl<T> Clone for Linker<T> {
    fn clone(&self) -> Self {
        Linker {
            engine: self.engine.clone(),
            modules: self.modules.clone(),
            allow_shadowing: self.allow_shadowing,
            allow_unknown_exports: self.allow_unknown_exports,
        }
    }
}

impl<T: 'static> Default for Linker<T> {
    fn default() -> Self {
        Linker::new(&Engine::default())
    }
}

impl<T> fmt::Debug for Linker<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self
            .modules
            .iter()
            .map(|(module, names)| (module, names.keys()));
        f.debug_map().entries(names).finish()
    }
}

/// Exports that toolchains give to commands although nobody can use them.
fn is_tolerated(name: &str, ty: &ExternType) -> bool {
    match ty {
        ExternType::Memory(_) => name == "memory",
        ExternType::Table(_) => matches!(name, "__indirect_function_table" | "table"),
        ExternType::Global(_) => {
            matches!(
                name,
                "__data_end" | "__heap_base" | "__dso_handle" | "__rtti_base"
            )
        }
        ExternType::Func(_) | ExternType::Tag(_) => false,
    }
}

impl ModuleKind {
    fn of(module: &Module) -> Result<ModuleKind> {
        let is_func = |ty: ExternType| ty.func().is_some();
        match (
            module.get_export("_start"),
            module.get_export("_initialize"),
        ) {
            (Some(_), Some(_)) => bail!("Program cannot be both a Command and a Reactor"),
            (Some(start), None) if is_func(start.clone()) => Ok(ModuleKind::Command),
            (Some(_), None) => bail!("`_start` must be a function"),
            (None, Some(initialize)) if !is_func(initialize.clone()) => {
                bail!("`_initialize` must be a function")
            }
            (None, _) => Ok(ModuleKind::Reactor),
        }
    }
}
