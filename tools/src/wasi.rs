//! WASI previews 0 and 1 for the programs that `run` runs.
//!
//! It is made when the first module that imports it is about to be linked: a module that does not
//! pays nothing for it.

use crate::options::WasiSettings;
use clap::Args;
use std::ffi::{OsStr, OsString};
use std::mem;
use std::path::Path;
use std::process::ExitCode;
use wasm_interp_jit::error::Context as _;
use wasm_interp_jit::{
    Error, GuestProfiler, Linker, Module, Result, Store, StoreLimits, format_err,
};
use wasm_interp_jit_wasi::p0;
use wasm_interp_jit_wasi::p1::{self, WasiP1Ctx};
use wasm_interp_jit_wasi::{FsPerms, I32Exit, WasiCtxBuilder, WasiView as _};

/// What modules import preview 1 from.
const PREVIEW1: &str = "wasi_snapshot_preview1";

/// What modules import preview 0 from.
const PREVIEW0: &str = "wasi_unstable";

/// What the host provides to a program.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "What WASI programs see")]
pub(crate) struct WasiOptions {
    /// Directory that the program may use, under the name GUEST_DIR if it is given
    #[arg(long = "dir", value_name = "HOST_DIR[::GUEST_DIR]", value_parser = parse_dir)]
    dirs: Vec<(String, String)>,
    /// Variable of the program's environment; without a value, that of this process
    #[arg(long = "env", value_name = "NAME[=VAL]", value_parser = parse_env)]
    vars: Vec<(String, Option<String>)>,
    /// Name of the program as it sees it, instead of the module's file name
    #[arg(long, value_name = "NAME")]
    argv0: Option<String>,
}

/// The data of stores: what it may have, and the system interface, once there is one.
#[derive(Default)]
pub(crate) struct Host {
    pub(crate) limits: StoreLimits,
    pub(crate) profiler: Option<GuestProfiler>,
    wasi: Option<WasiP1Ctx>,
    has_preview0: bool,
    has_preview1: bool,
}

impl Host {
    pub(crate) fn new(limits: StoreLimits) -> Host {
        Host {
            limits,
            ..Host::default()
        }
    }

    fn wasi(&mut self) -> &mut WasiP1Ctx {
        self.wasi.as_mut().expect("its functions come after it")
    }
}

/// The exit code of a program that exited with an error of this kind.
pub(crate) fn exit_code(error: &Error) -> Option<ExitCode> {
    let I32Exit(code) = error.downcast_ref()?;
    // Larger ones are refused before.
    Some(ExitCode::from(u8::try_from(*code).unwrap_or(u8::MAX)))
}

fn parse_dir(text: &str) -> Result<(String, String), String> {
    let mut parts = text.split("::");
    let host = parts.next().unwrap_or_default();
    let guest = parts.next().unwrap_or(host);
    Ok((host.to_string(), guest.to_string()))
}

fn parse_env(text: &str) -> Result<(String, Option<String>), String> {
    Ok(match text.split_once('=') {
        Some((name, value)) => (name.to_string(), Some(value.to_string())),
        None => (text.to_string(), None),
    })
}

impl WasiOptions {
    /// Gives `module` what it imports of WASI, unless another one already has it.
    ///
    /// `module_and_args` are what the program's arguments are made of.
    pub(crate) fn provide(
        &self,
        linker: &mut Linker<Host>,
        store: &mut Store<Host>,
        module: &Module,
        settings: &WasiSettings,
        module_and_args: &[OsString],
    ) -> Result<()> {
        if !settings.cli {
            return Ok(());
        }
        let imports = |name| module.imports().any(|import| import.module() == name);
        let preview1 = imports(PREVIEW1);
        let preview0 = settings.preview0 && imports(PREVIEW0);
        // A directory that is not there is an error in any case, as in wasmtime.
        let is_wanted = preview1 || preview0 || !self.dirs.is_empty();
        if is_wanted && store.data().wasi.is_none() {
            let mut context = self.context(settings, module_and_args)?;
            if let Some(max) = settings.max_resources {
                context.ctx().table.set_max_capacity(max);
            }
            if let Some(fuel) = settings.hostcall_fuel {
                store.set_hostcall_fuel(fuel);
            }
            store.data_mut().wasi = Some(context);
        }
        if preview1 && !mem::replace(&mut store.data_mut().has_preview1, true) {
            p1::add_to_linker_sync(linker, Host::wasi)?;
        }
        if preview0 && !mem::replace(&mut store.data_mut().has_preview0, true) {
            p0::add_to_linker_sync(linker, Host::wasi)?;
        }
        Ok(())
    }

    fn context(&self, settings: &WasiSettings, module_and_args: &[OsString]) -> Result<WasiP1Ctx> {
        let mut builder = WasiCtxBuilder::new();
        // There is nothing else to do on this thread.
        builder.allow_blocking_current_thread(true);
        builder.args(&self.args(module_and_args)?);
        if settings.inherit_stdin {
            builder.inherit_stdin();
        }
        if settings.inherit_stdout {
            builder.inherit_stdout();
        }
        if settings.inherit_stderr {
            builder.inherit_stderr();
        }
        if settings.inherit_env {
            for (name, value) in std::env::vars_os() {
                let name = name.to_str().ok_or_else(|| {
                    format_err!("environment variable name {name:?} not valid utf-8")
                })?;
                let value = value.to_str().ok_or_else(|| {
                    format_err!("environment variable {name:?} value {value:?} not valid utf-8")
                })?;
                // Programs take the first of several values, and what is given counts more.
                if !self.vars.iter().any(|(given, _)| given == name) {
                    builder.env(name, value);
                }
            }
        }
        for (name, value) in &self.vars {
            // One that this process does not have, the program does not have either.
            let inherited = match value {
                Some(_) => None,
                None => std::env::var_os(name)
                    .map(|it| it.into_string())
                    .transpose()
                    .map_err(|_| format_err!("environment variable `{name}` not valid utf-8"))?,
            };
            if let Some(value) = value.as_ref().or(inherited.as_ref()) {
                builder.env(name, value);
            }
        }
        for (host, guest) in &self.dirs {
            builder
                .preopened_dir(host, guest, FsPerms::ReadWrite)
                .with_context(|| format!("failed to open directory `{host}`"))?;
        }
        Ok(builder.build_p1())
    }

    /// The first argument is the name of the module without the folders it is in.
    fn args(&self, module_and_args: &[OsString]) -> Result<Vec<String>> {
        let name = module_and_args.first().map(OsString::as_os_str);
        let name = match &self.argv0 {
            Some(given) => Some(OsStr::new(given)),
            None => name
                .and_then(|it| Path::new(it).components().next_back())
                .map(|it| it.as_os_str()),
        };
        let args = module_and_args.iter().skip(1).map(OsString::as_os_str);
        name.into_iter()
            .chain(args)
            .map(|arg| match arg.to_str() {
                Some(arg) => Ok(arg.to_string()),
                None => Err(format_err!("failed to convert {arg:?} to utf-8")),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_interp_jit::Engine;

    /// Whether there is a context, and how many functions are defined, for a module.
    fn provided(text: &str) -> (bool, usize) {
        let options = WasiOptions {
            dirs: Vec::new(),
            vars: Vec::new(),
            argv0: None,
        };
        let engine = Engine::default();
        let module = Module::new(&engine, text).expect("the module is valid");
        let mut linker = Linker::new(&engine);
        let mut store = Store::new(&engine, Host::default());
        // Twice, as for a module and a preload.
        for _ in 0..2 {
            let (settings, args) = (WasiSettings::default(), ["name".into()]);
            options
                .provide(&mut linker, &mut store, &module, &settings, &args)
                .expect("it can be provided");
        }
        (store.data().wasi.is_some(), linker.iter(&mut store).count())
    }

    // Making a context and 46 functions takes longer than running a small module.
    #[test]
    fn only_who_imports_it_pays_for_it() {
        assert_eq!(provided("(module)"), (false, 0));
        let from = |name| format!(r#"(module (import "{name}" "proc_exit" (func (param i32))))"#);
        assert_eq!(provided(&from("other")), (false, 0));
        assert_eq!(provided(&from(PREVIEW0)), (true, 45));
        assert_eq!(provided(&from(PREVIEW1)), (true, 46));
    }
}
