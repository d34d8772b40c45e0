//! `compile`: checks a module and writes it in the serialized form, which `run --allow-precompiled`
//! takes.
//!
//! There is no machine code in it: what is hot is compiled where it runs. What it saves is the
//! validation, and the translation of the text format.

use crate::options::GroupOptions;
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasm_interp_jit::error::Context as _;
use wasm_interp_jit::{Engine, Module, Result, bail};

/// Checks a module and writes it in a form that starts faster
///
/// `run --allow-precompiled` takes it, with the same version of this command and the same proposals.
/// There is no machine code in it: that is made where the module runs, of what is hot.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:\n  \
    wasm-interp-jit compile program.wasm\n  \
    wasm-interp-jit compile -W custom-page-sizes -o small.cwasm small.wat\n  \
    wasm-interp-jit run --allow-precompiled program.cwasm")]
pub(crate) struct CompileCommand {
    /// File to write; MODULE with the extension `cwasm`, in this folder, if it is not given
    #[arg(short, long, value_name = "OUTPUT")]
    output: Option<PathBuf>,
    /// Refused: what is compiled depends on what runs, see `run --dump clif`
    #[arg(long, value_name = "PATH", hide = true)]
    emit_clif: Option<PathBuf>,
    #[command(flatten)]
    groups: GroupOptions,
    /// Module to compile
    #[arg(value_name = "MODULE")]
    module: PathBuf,
}

impl CompileCommand {
    pub(crate) fn execute(&self) -> ExitCode {
        crate::exit_code(self.compile())
    }

    fn compile(&self) -> Result<()> {
        let mut settings = self.groups.settings_or_exit(|_| ());
        settings.finish()?;
        let engine = Engine::new(&settings.config)?;
        if self.emit_clif.is_some() {
            bail!("nothing is compiled before it runs: `run --dump clif` shows what was");
        }
        let Some(name) = self.module.file_name() else {
            bail!(
                "'{}' is not a valid input module path",
                self.module.display()
            );
        };
        let module = Module::from_file(&engine, &self.module)?;
        let output = match &self.output {
            Some(output) => output.clone(),
            None => Path::new(name).with_extension("cwasm"),
        };
        fs::write(&output, module.serialize()?)
            .with_context(|| format!("failed to write output: {}", output.display()))
    }
}
