//! `run`: instantiates a module and calls its entry, or the function that `--invoke` names.
//!
//! Errors have wasmtime's texts and exit codes: that of the program if it exits with one, and 134
//! for traps, as if the process had aborted.

use crate::inspect::InspectOptions;
use crate::invoke::invoke;
use crate::options::{GroupOptions, Settings, UnknownExports, UnknownImports};
use crate::profile::ProfileOptions;
use crate::profiler::{Profile, Sampling};
use crate::tier::TierOptions;
use crate::timeout::Timeout;
#[cfg(feature = "wasi")]
pub(crate) use crate::wasi::Host;
#[cfg(feature = "wasi")]
use crate::wasi::WasiOptions;
use clap::Args;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read as _;
use std::mem;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasm_interp_jit::error::Context as _;
use wasm_interp_jit::inspect::Recorder;
use wasm_interp_jit::{
    Config, Engine, Error, Linker, Module, Result, Store, Trap, WasmCoreDump, ensure, format_err,
};

/// Exit code of a trap: what a shell reports of a process that aborted.
pub(crate) const TRAPPED: u8 = 128 + libc::SIGABRT as u8;

/// The data of stores, where programs see nothing of their host.
#[cfg(not(feature = "wasi"))]
pub(crate) struct Host {
    limits: wasm_interp_jit::StoreLimits,
    pub(crate) profiler: Option<wasm_interp_jit::GuestProfiler>,
}

#[cfg(not(feature = "wasi"))]
impl Host {
    fn new(limits: wasm_interp_jit::StoreLimits) -> Host {
        Host {
            limits,
            profiler: None,
        }
    }
}

/// Runs a WebAssembly module (the default command)
#[derive(Args, Clone, Debug)]
#[command(trailing_var_arg = true)]
pub(crate) struct RunCommand {
    /// Function to call instead of the module's entry
    #[arg(long, value_name = "FUNCTION")]
    invoke: Option<String>,
    /// Module to instantiate first, for imports from NAME
    #[arg(long, value_name = "NAME=MODULE_PATH", value_parser = parse_preload)]
    preload: Vec<(String, PathBuf)>,
    /// Tell `perf` where compiled code is, or write what is executed at each INTERVAL (10ms), for
    /// the Firefox profiler: `perfmap`, `jitdump` or `guest[,PATH[,INTERVAL]]`
    #[arg(long, value_name = "STRATEGY", value_parser = Profile::parse)]
    profile: Option<Profile>,
    /// Take modules that `compile` has written
    #[arg(long)]
    allow_precompiled: bool,
    #[cfg(feature = "wasi")]
    #[command(flatten)]
    wasi: WasiOptions,
    #[command(flatten)]
    groups: GroupOptions,
    #[command(flatten)]
    tier: TierOptions,
    #[command(flatten)]
    learned: ProfileOptions,
    #[command(flatten)]
    inspect: InspectOptions,
    /// Module to run, `-` for standard input, and the arguments of the program or the function
    #[arg(value_name = "WASM", required = true)]
    module_and_args: Vec<OsString>,
}

/// Reports a failure. Traps have an exit code of their own, and programs may choose one.
pub(crate) fn exit_code(result: Result<()>) -> ExitCode {
    match result {
        #[cfg(feature = "wasi")]
        Err(error) if let Some(code) = crate::wasi::exit_code(&error) => code,
        Err(error) if error.is::<Trap>() => {
            crate::report(&error);
            ExitCode::from(TRAPPED)
        }
        result => crate::exit_code(result),
    }
}

fn parse_preload(text: &str) -> Result<(String, PathBuf), String> {
    let (name, path) = text
        .split_once('=')
        .ok_or("must contain exactly one equals character ('=')")?;
    Ok((name.to_string(), path.into()))
}

impl RunCommand {
    pub(crate) fn execute(&self) -> ExitCode {
        exit_code(self.run_and(|_| (), |_, _| ()))
    }

    /// The same command, with a recorder for [`RunCommand::run_and`].
    pub(crate) fn recording(&self) -> RunCommand {
        let mut command = self.clone();
        command.inspect.record = true;
        command
    }

    /// Runs the module with other settings as `set` makes them, and then looks at what is in the
    /// store, whatever the result.
    pub(crate) fn run_and(
        &self,
        set: impl FnOnce(&mut Config),
        look: impl FnOnce(&Store<Host>, Option<&Recorder>),
    ) -> Result<()> {
        let mut settings = self.groups.settings_or_exit(|_| ());
        self.tier.apply(&mut settings.config);
        if let Some(profile) = &self.profile {
            profile.apply(&mut settings.config);
        }
        self.inspect.apply(&mut settings.config);
        set(&mut settings.config);
        settings.finish()?;
        let engine = Engine::new(&settings.config)?;
        let path = Path::new(&self.module_and_args[0]);
        let module = self.load(&engine, path)?;
        self.learned.apply(&module)?;
        let preload =
            |(name, path): &(String, PathBuf)| Ok((name.clone(), self.load(&engine, path)?));
        let preloads: Vec<_> = self.preload.iter().map(preload).collect::<Result<_>>()?;

        let mut store = Store::new(&engine, Host::new(mem::take(&mut settings.limits).build()));
        store.limiter(|host| &mut host.limits);
        if let Some(fuel) = settings.fuel {
            store.set_fuel(fuel)?;
        }
        let name = path.to_str().unwrap_or("<main module>").to_string();
        let mut shown = vec![(name.clone(), module.clone())];
        shown.extend(preloads.iter().cloned());
        let profile = self.profile.as_ref();
        let sampling = Sampling::start(profile, &mut store, &name, shown, settings.timeout)?;
        // Samples see to it otherwise.
        let timeout = settings.timeout.filter(|_| sampling.is_none());
        let timeout = timeout.map(|time| Timeout::start(&mut store, time));
        let watch = self.inspect.attach(&mut store);
        let mut linker = Linker::new(&engine);
        self.provide(&mut linker, &mut store, &module, &settings)?;
        for ((name, module), (_, path)) in preloads.iter().zip(&self.preload) {
            self.provide(&mut linker, &mut store, module, &settings)?;
            linker.module(&mut store, name, module).with_context(|| {
                format!("failed to process preload `{name}` at `{}`", path.display())
            })?;
        }
        let result = self
            .run_main(&mut linker, &mut store, &module, &settings)
            .with_context(|| format!("failed to run main module `{}`", path.display()));
        drop(timeout);
        if let Some(sampling) = sampling {
            sampling.finish(&mut store);
        }
        watch.finish(&store);
        look(&store, watch.recorder());
        drop(store);
        self.learned.write(&module).and(result)
    }

    /// Defines what `module` imports from its host.
    #[cfg(feature = "wasi")]
    fn provide(
        &self,
        linker: &mut Linker<Host>,
        store: &mut Store<Host>,
        module: &Module,
        settings: &Settings,
    ) -> Result<()> {
        let args = &self.module_and_args;
        self.wasi
            .provide(linker, store, module, &settings.wasi, args)
    }

    #[cfg(not(feature = "wasi"))]
    fn provide(
        &self,
        _linker: &mut Linker<Host>,
        _store: &mut Store<Host>,
        _module: &Module,
        _settings: &Settings,
    ) -> Result<()> {
        Ok(())
    }

    fn run_main(
        &self,
        linker: &mut Linker<Host>,
        store: &mut Store<Host>,
        module: &Module,
        settings: &Settings,
    ) -> Result<()> {
        match settings.unknown_imports {
            UnknownImports::Reject => {}
            UnknownImports::Trap => linker.define_unknown_imports_as_traps(module)?,
            UnknownImports::Default => {
                linker.define_unknown_imports_as_default_values(&mut *store, module)?;
            }
        }
        linker.allow_unknown_exports(settings.unknown_exports == UnknownExports::Allow);
        let instance = linker
            .instantiate(&mut *store, module)
            .with_context(|| format!("failed to instantiate {:?}", self.module_and_args[0]))?;
        if let Some(initialize) = instance.get_func(&mut *store, "_initialize") {
            initialize
                .typed::<(), ()>(&mut *store)?
                .call(&mut *store, ())?;
        }
        let args = &self.module_and_args[1..];
        let (func, name) = match &self.invoke {
            Some(name) => {
                let func = instance.get_func(&mut *store, name);
                let func = func.ok_or_else(|| format_err!("no func export named `{name}` found"));
                (func?, format!("`{name}`"))
            }
            None => {
                let entry = instance
                    .get_func(&mut *store, "")
                    .or_else(|| instance.get_func(&mut *store, "_start"));
                // A library has no entry; then there is nothing to do.
                let Some(entry) = entry else { return Ok(()) };
                (entry, "command default".to_owned())
            }
        };
        invoke(store, func, &name, args).map_err(|error| self.dump_core(store, error, settings))
    }

    /// Writes a core dump of a trap, if one is wanted. The result is the error that says so.
    fn dump_core(&self, store: &mut Store<Host>, error: Error, settings: &Settings) -> Error {
        let (Some(path), true) = (&settings.coredump, error.is::<Trap>()) else {
            return error;
        };
        let name = self.module_and_args[0].to_str().unwrap_or("unknown");
        // An error that did not come out of Wasm has none.
        let Some(dump) = error.downcast_ref::<WasmCoreDump>() else {
            return error;
        };
        let bytes = dump.serialize(store, name);
        match fs::write(path, bytes) {
            Ok(()) => error.context(format!("core dumped at {path}")),
            Err(failure) => {
                eprintln!("warning: coredump failed to generate: {failure}");
                error
            }
        }
    }

    /// A module in the binary, the text, or the serialized form; `-` is standard input.
    fn load(&self, engine: &Engine, path: &Path) -> Result<Module> {
        if path == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes)?;
            if Engine::detect_precompiled(&bytes).is_some() {
                self.ensure_allow_precompiled()?;
                // SAFETY: none is required here, unlike in wasmtime.
                return unsafe { Module::deserialize(engine, bytes) };
            }
            return Module::new(engine, bytes);
        }
        File::open(path).with_context(|| format!("failed to open wasm module {path:?}"))?;
        // What cannot be read is an error of the next line.
        if let Ok(Some(_)) = Engine::detect_precompiled_file(path) {
            self.ensure_allow_precompiled()?;
            // SAFETY: none is required here, unlike in wasmtime.
            return unsafe { Module::deserialize_file(engine, path) };
        }
        Module::from_file(engine, path)
    }

    fn ensure_allow_precompiled(&self) -> Result<()> {
        ensure!(
            self.allow_precompiled,
            "running a precompiled module requires the `--allow-precompiled` flag"
        );
        Ok(())
    }
}
