//! [`CodeBuilder`]: modules of bytes or files, step by step.

use crate::error::{Context, Result, bail, format_err};
use crate::{Engine, Module};
use std::borrow::Cow;
use std::path::Path;

/// Collects what a module is made of.
pub struct CodeBuilder<'a> {
    engine: &'a Engine,
    wasm: Option<Cow<'a, [u8]>>,
    has_dwarf_package: bool,
}

/// What bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeHint {
    /// A module.
    Module,
    /// A component.
    Component,
}

impl<'a> CodeBuilder<'a> {
    /// Nothing yet, for `engine`.
    pub fn new(engine: &'a Engine) -> Self {
        CodeBuilder {
            engine,
            wasm: None,
            has_dwarf_package: false,
        }
    }

    /// A module in the binary format. `wasm_path` is where it comes from, if that is known.
    ///
    /// # Errors
    ///
    /// If there is one already.
    pub fn wasm_binary(
        &mut self,
        wasm_bytes: impl Into<Cow<'a, [u8]>>,
        _wasm_path: Option<&'a Path>,
    ) -> Result<&mut Self> {
        if self.wasm.is_some() {
            bail!("cannot configure wasm bytes twice");
        }
        self.wasm = Some(wasm_bytes.into());
        Ok(self)
    }

    /// A module in the binary format, or in the text format if the feature `wat` is on.
    ///
    /// # Errors
    ///
    /// If there is one already, or the text is none.
    pub fn wasm_binary_or_text(
        &mut self,
        wasm_bytes: &'a [u8],
        wasm_path: Option<&'a Path>,
    ) -> Result<&mut Self> {
        #[cfg(feature = "wat")]
        let wasm_bytes = wat::parse_bytes(wasm_bytes).map_err(|mut error| {
            if let Some(path) = wasm_path {
                error.set_path(path);
            }
            error
        })?;
        self.wasm_binary(wasm_bytes, wasm_path)
    }

    /// As [`CodeBuilder::wasm_binary`], of a file.
    ///
    /// # Errors
    ///
    /// If there is one already, or the file cannot be read.
    pub fn wasm_binary_file(&mut self, file: &'a Path) -> Result<&mut Self> {
        let wasm = std::fs::read(file)
            .with_context(|| format!("failed to read input file: {}", file.display()))?;
        self.wasm_binary(wasm, Some(file))
    }

    /// As [`CodeBuilder::wasm_binary_or_text`], of a file.
    ///
    /// # Errors
    ///
    /// If there is one already, or the file cannot be read, or its text is none.
    pub fn wasm_binary_or_text_file(&mut self, file: &'a Path) -> Result<&mut Self> {
        #[cfg(feature = "wat")]
        return self.wasm_binary(wat::parse_file(file)?, Some(file));
        #[cfg(not(feature = "wat"))]
        self.wasm_binary_file(file)
    }

    /// Name of the module by which the Wasm would import functions that reach the host's memory.
    /// There are none: who imports them needs a linker that defines them.
    ///
    /// # Safety
    ///
    /// None is required.
    pub unsafe fn expose_unsafe_intrinsics(
        &mut self,
        _import_name: impl Into<String>,
    ) -> &mut Self {
        self
    }

    /// A file with debug information that the module does not have itself. Backtraces do without it.
    ///
    /// # Errors
    ///
    /// If there is one already, or the file cannot be read.
    pub fn dwarf_package_file(&mut self, file: &Path) -> Result<&mut Self> {
        self.add_dwarf_package(|| {
            let read = std::fs::read(file);
            read.with_context(|| format!("failed to read dwarf input file: {}", file.display()))
        })
    }

    /// Debug information that the module does not have itself. Backtraces do without it.
    ///
    /// # Errors
    ///
    /// If there is one already.
    pub fn dwarf_package(&mut self, _dwp_bytes: &'a [u8]) -> Result<&mut Self> {
        self.add_dwarf_package(|| Ok(()))
    }

    fn add_dwarf_package<R>(&mut self, read: impl FnOnce() -> Result<R>) -> Result<&mut Self> {
        if self.has_dwarf_package {
            bail!("cannot call `dwarf_package` or `dwarf_package_file` twice");
        }
        read()?;
        self.has_dwarf_package = true;
        Ok(self)
    }

    /// What the bytes look like, if there are any.
    pub fn hint(&self) -> Option<CodeHint> {
        let wasm = self.wasm.as_ref()?;
        if wasmparser::Parser::is_component(wasm) {
            Some(CodeHint::Component)
        } else if wasmparser::Parser::is_core_wasm(wasm) {
            Some(CodeHint::Module)
        } else {
            None
        }
    }

    /// The module.
    ///
    /// # Errors
    ///
    /// If there are no bytes, and those of [`Module::from_binary`].
    pub fn compile_module(&self) -> Result<Module> {
        let wasm = self.wasm.as_deref();
        let wasm = wasm.ok_or_else(|| format_err!("no wasm bytes have been configured"))?;
        Module::from_binary(self.engine, wasm)
    }

    /// The module, serialized.
    ///
    /// # Errors
    ///
    /// Those of [`CodeBuilder::compile_module`].
    pub fn compile_module_serialized(&self) -> Result<Vec<u8>> {
        self.compile_module()?.serialize()
    }
}

impl std::fmt::Debug for CodeBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = self.wasm.as_ref().map(|it| it.len());
        f.debug_struct("CodeBuilder")
            .field("bytes", &bytes)
            .finish_non_exhaustive()
    }
}
