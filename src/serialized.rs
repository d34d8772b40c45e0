//! Serialized modules: the bytes of a module that was validated, with what its runs have shown.
//!
//! ```text
//!   magic, format │ version: length, text │ features │ module: length, bytes │ profile: the rest
//! ```
//!
//! There is no machine code in it: what is hot is compiled where it runs. So a serialized module
//! is as safe as one in the binary format. It is decoded again; its functions, which were validated
//! before it was written, are validated when they are first called.

use crate::config::ModuleVersionStrategy;
use crate::error::{Context, Result, bail, ensure, format_err};
use crate::module::compile_error;
use crate::{Engine, Module};
use runtime::module::{Module as RuntimeModule, Validation};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::ptr::NonNull;
use wasmparser::WasmFeatures;

/// What serialized modules begin with. The last byte is the version of the format.
const MAGIC: &[u8; 8] = b"\0wijmod\x01";

/// What kind of precompiled code something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precompiled {
    /// A module.
    Module,
    /// A component. There are none.
    Component,
}

impl Engine {
    /// What kind of serialized code `bytes` are, if they are any.
    pub fn detect_precompiled(bytes: &[u8]) -> Option<Precompiled> {
        bytes.starts_with(MAGIC).then_some(Precompiled::Module)
    }

    /// What kind of serialized code a file has, if it has any.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn detect_precompiled_file(path: impl AsRef<Path>) -> Result<Option<Precompiled>> {
        let mut start = Vec::new();
        let file = File::open(path)?;
        file.take(MAGIC.len() as u64).read_to_end(&mut start)?;
        Ok(Engine::detect_precompiled(&start))
    }

    /// Validates a module and serializes it.
    ///
    /// # Errors
    ///
    /// Those of [`Module::new`].
    pub fn precompile_module(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        Module::new(self, bytes)?.serialize()
    }

    /// Whatever must be equal for an engine to use what another has serialized.
    pub fn precompile_compatibility_hash(&self) -> impl std::hash::Hash + '_ {
        (
            self.module_version().as_str(),
            self.get_wasm_features().bits(),
        )
    }
}

impl Module {
    /// The module in a form that [`Module::deserialize`] reads, with what its runs have shown.
    ///
    /// # Errors
    ///
    /// If the module is in a file that cannot be read any more.
    pub fn serialize(&self) -> Result<Vec<u8>> {
        let module = self.runtime();
        let bytes = module.bytes.get(0..module.bytes.len())?;
        let profile = self.profile()?;
        let version = self.engine().module_version().as_str();
        let features = self.engine().get_wasm_features().bits();
        let mut out = Vec::with_capacity(bytes.len() + profile.len() + 64);
        out.extend(MAGIC);
        out.push(u8::try_from(version.len()).expect("versions have at most 255 bytes"));
        out.extend(version.as_bytes());
        out.extend(features.to_le_bytes());
        out.extend((bytes.len() as u64).to_le_bytes());
        out.extend(bytes);
        out.extend(profile);
        Ok(out)
    }

    /// Reads what [`Module::serialize`] wrote.
    ///
    /// # Errors
    ///
    /// If it is something else or damaged, of another version (see
    /// [`Config::module_version`](crate::Config::module_version)), or of an engine with proposals
    /// that are off here.
    ///
    /// # Safety
    ///
    /// None is required: this is unsafe because it is in wasmtime, whose serialized modules are
    /// machine code.
    pub unsafe fn deserialize(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Module> {
        read(engine, bytes.as_ref())
    }

    /// As [`Module::deserialize`], of memory that stays as it is as long as the process runs. It is
    /// copied.
    ///
    /// # Errors
    ///
    /// Those of [`Module::deserialize`].
    ///
    /// # Safety
    ///
    /// The memory can be read.
    pub unsafe fn deserialize_raw(engine: &Engine, memory: NonNull<[u8]>) -> Result<Module> {
        // SAFETY: forwarded.
        read(engine, unsafe { memory.as_ref() })
    }

    /// As [`Module::deserialize`], of the contents of a file.
    ///
    /// # Errors
    ///
    /// Those of [`Module::deserialize`], and if the file cannot be read.
    ///
    /// # Safety
    ///
    /// None is required; see [`Module::deserialize`].
    pub unsafe fn deserialize_file(engine: &Engine, path: impl AsRef<Path>) -> Result<Module> {
        let path = path.as_ref();
        let file =
            File::open(path).with_context(|| format!("failed to open file: {}", path.display()))?;
        // SAFETY: forwarded.
        unsafe { Module::deserialize_open_file(engine, file) }
            .with_context(|| format!("failed deserialization for: {}", path.display()))
    }

    /// As [`Module::deserialize`], of the contents of a file from where it is.
    ///
    /// # Errors
    ///
    /// Those of [`Module::deserialize`], and if the file cannot be read.
    ///
    /// # Safety
    ///
    /// None is required; see [`Module::deserialize`].
    pub unsafe fn deserialize_open_file(engine: &Engine, mut file: File) -> Result<Module> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        read(engine, &bytes)
    }

    /// A module of a file: serialized, or in the binary or text format.
    ///
    /// # Errors
    ///
    /// Those of [`Module::deserialize`] and [`Module::from_file`].
    ///
    /// # Safety
    ///
    /// None is required; see [`Module::deserialize`].
    pub unsafe fn from_trusted_file(engine: &Engine, file: impl AsRef<Path>) -> Result<Module> {
        let file = file.as_ref();
        if Engine::detect_precompiled_file(file).is_ok_and(|it| it.is_some()) {
            // SAFETY: forwarded.
            return unsafe { Module::deserialize_file(engine, file) };
        }
        Module::from_file(engine, file)
    }
}

fn read(engine: &Engine, bytes: &[u8]) -> Result<Module> {
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| {
        format_err!("failed to parse precompiled artifact: it is no serialized module")
    })?;
    let truncated = || format_err!("failed to parse precompiled artifact: it is cut off");
    let (&len, rest) = rest.split_first().ok_or_else(truncated)?;
    let (version, rest) = rest.split_at_checked(len.into()).ok_or_else(truncated)?;
    let version = std::str::from_utf8(version)?;
    let expected = engine.module_version();
    if *expected != ModuleVersionStrategy::None && version != expected.as_str() {
        bail!("Module was compiled with incompatible version '{version}'");
    }
    let (features, rest) = number(rest).ok_or_else(truncated)?;
    check_features(engine, features)?;
    let (len, rest) = number(rest).ok_or_else(truncated)?;
    let len = usize::try_from(len)?;
    let (wasm, profile) = rest.split_at_checked(len).ok_or_else(truncated)?;
    let (types, features) = (engine.types().clone(), engine.features());
    let runtime = RuntimeModule::decode(wasm.into(), types, features, Validation::Lazy);
    let module = Module::from_runtime(engine, runtime.map_err(compile_error)?);
    module.apply_profile(profile)?;
    Ok(module)
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u64::from_le_bytes(*number), rest))
}

fn check_features(engine: &Engine, features: u64) -> Result<()> {
    let features = WasmFeatures::from_bits_truncate(features);
    let missing = features.difference(engine.get_wasm_features());
    let first = missing.iter_names().next();
    ensure!(
        first.is_none(),
        "Module was compiled with support for WebAssembly feature `{}` but it is not enabled for \
         the host",
        first.map_or("", |it| it.0).to_lowercase()
    );
    Ok(())
}
