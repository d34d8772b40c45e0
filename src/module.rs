//! [`Module`]: a decoded module of an engine, with the types of what it imports and exports.

use crate::error::{Context, Error, Result, ensure, format_err};
use crate::types::{
    ExportType, ExternType, FuncType, GlobalType, ImportType, MemoryType, TableType,
};
use crate::{Engine, FuncIndex, StaticModuleIndex};
use runtime::module::{DecodeError, ImportItem, Module as RuntimeModule, Validation};
use runtime::{FuncIdx, Profile};
#[cfg(feature = "wat")]
use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A module. Clones are the same module; it can be instantiated in any store of its engine.
///
/// ```
/// use wasm_interp_jit::{Engine, Module};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let engine = Engine::default();
/// let module = Module::new(
///     &engine,
///     r#"(module $calculator
///         (import "host" "log" (func (param i32)))
///         (func (export "add") (param i32 i32) (result i32)
///             (i32.add (local.get 0) (local.get 1))))"#,
/// )?;
/// assert_eq!(module.name(), Some("calculator"));
/// let import = module.imports().next().expect("it has one");
/// assert_eq!((import.module(), import.name()), ("host", "log"));
/// let add = module.get_export("add").expect("it is exported");
/// assert_eq!(add.unwrap_func().params().len(), 2);
///
/// // An error says where it is.
/// let error = Module::new(&engine, "(module (func (result i32)))").unwrap_err();
/// assert_eq!(
///     error.root_cause().to_string(),
///     "Invalid input WebAssembly code at offset 24: type mismatch: expected i32 but nothing on stack"
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Module {
    inner: Arc<Inner>,
}

struct Inner {
    /// Unique in the process.
    id: u64,
    engine: Engine,
    runtime: Arc<RuntimeModule>,
}

/// An export of a module, for looking it up fast.
///
/// Good for instances of the module that it was made by.
#[derive(Clone, Copy, Debug)]
pub struct ModuleExport {
    module: u64,
    pub(crate) item: ImportItem,
}

/// What an instance of a module will need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourcesRequired {
    /// Memories that it makes.
    pub num_memories: u32,
    /// Pages of the largest of them; `None` without any.
    pub max_initial_memory_size: Option<u64>,
    /// Tables that it makes.
    pub num_tables: u32,
    /// Elements of the largest of them; `None` without any.
    pub max_initial_table_size: Option<u64>,
}

/// A function of a module.
pub struct ModuleFunction {
    /// Always 0: there is one module.
    pub module: StaticModuleIndex,
    /// Its index, imports first.
    pub index: FuncIndex,
    /// Its name, if the module has a name section that gives it one.
    pub name: Option<String>,
    /// Where its body begins in the bytes of the module, as there is no machine code beforehand.
    pub offset: usize,
    /// Bytes of its body.
    pub len: usize,
}

impl Module {
    /// Decodes and validates a module in the binary format, or in the text format if the feature
    /// `wat` is on.
    ///
    /// # Errors
    ///
    /// If it is malformed, invalid, or a component, or uses what is not supported.
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Module> {
        let bytes = bytes.as_ref();
        check_compiler(engine)?;
        #[cfg(feature = "wat")]
        let bytes = &*wat::parse_bytes(bytes)?;
        Module::from_binary(engine, bytes)
    }

    /// [`Module::new`] of the contents of a file.
    ///
    /// With [`Config::lazy_validation`](crate::Config::lazy_validation), functions of a module in
    /// the binary format are read when they are first called: the file must not be written as long
    /// as the module is used. If it is, calls of functions that were never called fail.
    ///
    /// # Errors
    ///
    /// Those of [`Module::new`], and if the file cannot be read.
    pub fn from_file(engine: &Engine, file: impl AsRef<Path>) -> Result<Module> {
        let file = file.as_ref();
        check_compiler(engine)?;
        let context = || format!("failed to read input file: {}", file.display());
        if engine.lazy_validation()
            && let Some(binary) = open_binary(file).with_context(context)?
        {
            let (types, features) = (engine.types().clone(), engine.features());
            let runtime = RuntimeModule::decode_file(binary, types, features);
            return Ok(Module::from_runtime(
                engine,
                runtime.map_err(compile_error)?,
            ));
        }
        #[cfg(not(feature = "wat"))]
        let bytes = std::fs::read(file).with_context(context)?;
        #[cfg(feature = "wat")]
        let bytes = match std::fs::read(file) {
            Ok(bytes) => bytes,
            // For its words, which are wasmtime's.
            Err(error) => {
                return Err(wat::parse_file(file)
                    .err()
                    .map_or(error.into(), Error::from));
            }
        };
        #[cfg(feature = "wat")]
        let bytes = match wat::parse_bytes(&bytes) {
            Ok(Cow::Owned(translated)) => translated,
            // Binary already: moved on, for a copy would double the memory of a large module.
            Ok(Cow::Borrowed(_)) => bytes,
            Err(mut error) => {
                error.set_path(file);
                return Err(error.into());
            }
        };
        Module::from_bytes(engine, bytes.into_boxed_slice())
    }

    /// Decodes and validates a module in the binary format.
    ///
    /// # Errors
    ///
    /// If it is malformed, invalid, or a component, or uses what is not supported.
    pub fn from_binary(engine: &Engine, binary: &[u8]) -> Result<Module> {
        check_compiler(engine)?;
        Module::from_bytes(engine, binary.into())
    }

    fn from_bytes(engine: &Engine, binary: Box<[u8]>) -> Result<Module> {
        let validation = if engine.lazy_validation() {
            Validation::Lazy
        } else {
            Validation::Eager
        };
        let runtime = decode(engine, binary, validation).map_err(compile_error)?;
        Ok(Module::from_runtime(engine, runtime))
    }

    pub(crate) fn from_runtime(engine: &Engine, mut runtime: RuntimeModule) -> Module {
        runtime.metering = engine.tuning().metering.clone();
        if engine.hints()
            && let Some(hints) = Profile::from_hints(&runtime)
        {
            runtime.profile().merge(hints);
        }
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        let inner = Inner {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            engine: engine.clone(),
            runtime: Arc::new(runtime),
        };
        Module {
            inner: Arc::new(inner),
        }
    }

    /// Checks that `binary` is a module that [`Module::from_binary`] accepts.
    ///
    /// # Errors
    ///
    /// Says why not.
    pub fn validate(engine: &Engine, binary: &[u8]) -> Result<()> {
        decode(engine, binary.into(), Validation::Eager)?;
        Ok(())
    }

    /// Its name, if it has a name section that says so.
    pub fn name(&self) -> Option<&str> {
        self.inner.runtime.names().module()
    }

    /// Its imports, in order.
    pub fn imports(&self) -> impl ExactSizeIterator<Item = ImportType<'_>> + '_ {
        self.inner.runtime.imports.iter().map(|import| {
            ImportType::new(&import.module, &import.name, self.item_type(import.item))
        })
    }

    /// Its exports, in order.
    pub fn exports(&self) -> impl ExactSizeIterator<Item = ExportType<'_>> + '_ {
        let exports = self.inner.runtime.exports.iter();
        exports.map(|export| ExportType::new(&export.name, self.item_type(export.item)))
    }

    /// The type of an export.
    pub fn get_export(&self, name: &str) -> Option<ExternType> {
        Some(self.item_type(self.inner.runtime.export(name)?))
    }

    /// The index of an export.
    pub fn get_export_index(&self, name: &str) -> Option<ModuleExport> {
        let item = self.inner.runtime.export(name)?;
        Some(ModuleExport {
            module: self.inner.id,
            item,
        })
    }

    /// Its engine.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// Are both the same module? Two modules made of the same bytes are not.
    pub fn same(a: &Module, b: &Module) -> bool {
        Arc::ptr_eq(&a.inner, &b.inner)
    }

    /// What an instance will need.
    pub fn resources_required(&self) -> ResourcesRequired {
        let (module, imported) = (&self.inner.runtime, self.inner.runtime.n_imports);
        let memories = &module.memories[imported.memories as usize..];
        let tables = &module.tables[imported.tables as usize..];
        let count = |n: usize| u32::try_from(n).expect("validated");
        ResourcesRequired {
            num_memories: count(memories.len()),
            max_initial_memory_size: memories.iter().map(|ty| ty.minimum).max(),
            num_tables: count(tables.len()),
            max_initial_table_size: tables.iter().map(|table| table.ty.minimum).max(),
        }
    }

    /// What its runs have shown so far, as bytes for [`Module::apply_profile`] of a later run:
    /// targets of calls and their counts, failed speculations, hot functions.
    ///
    /// Stores add what they have counted when they are dropped, and to what they have compiled at
    /// once. Those of engines without a compiler add nothing.
    ///
    /// # Errors
    ///
    /// If the module is in a file that cannot be read any more.
    pub fn profile(&self) -> Result<Vec<u8>> {
        let module = &self.inner.runtime;
        Ok(module.profile().to_bytes(module)?)
    }

    /// Adds what another run has shown: instances made from now on have the functions compiled
    /// that were hot there, with speculation on what was called there.
    ///
    /// Whatever the bytes are, they change speed only. They are of the module if its bytes are the
    /// same.
    ///
    /// # Errors
    ///
    /// If they are not of this module, of another version of the format, or damaged. Then nothing is
    /// changed.
    pub fn apply_profile(&self, profile: &[u8]) -> Result<()> {
        let module = &self.inner.runtime;
        let read = Profile::from_bytes(profile, module)?;
        module.profile().merge(read);
        Ok(())
    }

    /// The module's bytes, with what [`Module::profile`] has in the custom sections of the
    /// [compilation hints proposal](https://github.com/WebAssembly/compilation-hints), which other
    /// engines read. They take the place of such sections that the module has.
    ///
    /// # Errors
    ///
    /// If the module is in a file that cannot be read any more.
    pub fn with_hints(&self) -> Result<Vec<u8>> {
        let module = &self.inner.runtime;
        let profile = module.profile().clone();
        Ok(profile.write_hints(module)?)
    }

    /// Machine code of the module: it has none of its own, hence no bytes. What is hot is compiled
    /// by the stores that run it.
    pub fn text(&self) -> &[u8] {
        &[]
    }

    /// Where the module's machine code is mapped: nowhere, hence an empty range.
    pub fn image_range(&self) -> std::ops::Range<*const u8> {
        self.text().as_ptr_range()
    }

    /// Which offsets of machine code come from which of the module: `None`, for there is no machine
    /// code.
    pub fn address_map(&self) -> Option<impl Iterator<Item = (usize, Option<u32>)> + '_> {
        None::<std::iter::Empty<(usize, Option<u32>)>>
    }

    /// The functions that it defines, in order.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = ModuleFunction> + '_ {
        let module = &*self.inner.runtime;
        let n_imports = module.n_imports.funcs as usize;
        (n_imports..module.funcs.len()).map(|n| {
            let func = FuncIdx(u32::try_from(n).expect("validated"));
            let range = &module.body(func).expect("it is defined").range;
            ModuleFunction {
                module: StaticModuleIndex::from_u32(0),
                index: FuncIndex::from_u32(func.0),
                name: module.names().func(func).map(str::to_owned),
                offset: range.start as usize,
                len: range.len(),
            }
        })
    }

    /// The module's bytes, if they are kept for a debugger: they are not.
    pub fn debug_bytecode(&self) -> Option<&[u8]> {
        None
    }

    /// A number that no other module has.
    pub fn debug_index_in_engine(&self) -> u64 {
        self.inner.id
    }

    /// Does nothing: memories are filled from the module's bytes.
    ///
    /// # Errors
    ///
    /// None.
    pub fn initialize_copy_on_write_image(&self) -> Result<()> {
        Ok(())
    }

    /// The runtime's module.
    pub(crate) fn runtime(&self) -> &Arc<RuntimeModule> {
        &self.inner.runtime
    }

    /// Is `export` one of this module?
    pub(crate) fn owns(&self, export: &ModuleExport) -> bool {
        export.module == self.inner.id
    }

    fn item_type(&self, item: ImportItem) -> ExternType {
        let (engine, module) = (&self.inner.engine, &*self.inner.runtime);
        match item {
            ImportItem::Func(idx) => FuncType::raise(engine, module.funcs[idx.index()].sig).into(),
            ImportItem::Table(idx) => {
                TableType::raise(engine, &module.tables[idx.index()].ty).into()
            }
            ImportItem::Memory(idx) => MemoryType::raise(&module.memories[idx.index()]).into(),
            ImportItem::Global(idx) => {
                GlobalType::raise(engine, &module.globals[idx.index()].ty).into()
            }
        }
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

fn check_compiler(engine: &Engine) -> Result<()> {
    ensure!(
        engine.has_compiler(),
        "Engine was not configured with a compiler"
    );
    Ok(())
}

/// Opens a file if it is a regular one that begins like the binary format.
fn open_binary(path: &Path) -> std::io::Result<Option<File>> {
    let mut file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut magic = [0; 4];
    let is_binary = file.read_exact(&mut magic).is_ok() && magic == *b"\0asm";
    Ok(is_binary.then_some(file))
}

fn decode(
    engine: &Engine,
    binary: Box<[u8]>,
    validation: Validation,
) -> Result<RuntimeModule, DecodeError> {
    RuntimeModule::decode(
        binary,
        engine.types().clone(),
        engine.features(),
        validation,
    )
}

/// Says what is wrong with a module, with the chain of causes that wasmtime gives.
pub(crate) fn compile_error(error: DecodeError) -> Error {
    let Some(reader) = error.reader_error() else {
        return error.into();
    };
    let Some(defined) = error.defined_func() else {
        return Error::new(reader.clone()).context("failed to parse WebAssembly module");
    };
    format_err!(
        "Invalid input WebAssembly code at offset {}: {}",
        reader.offset(),
        reader.message()
    )
    .context("WebAssembly translation error")
    .context(format!("failed to compile: wasm[0]::function[{defined}]"))
}
