//! `--profile STRATEGY`: who is told where the time goes.
//!
//! `perf` is told where compiled code is. `guest` looks itself: another thread makes epochs go by,
//! and in each one the frames on the stack are written down, for the Firefox profiler.

use crate::options;
use crate::run::Host;
use std::fs::File;
use std::io::BufWriter;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;
use wasm_interp_jit::{
    AsContext as _, Config, Error, GuestProfiler, Module, ProfilingStrategy, Result, Store,
    StoreContext, StoreContextMut, UpdateDeadline, bail, format_err,
};

/// A value of the option.
#[derive(Clone, Debug)]
pub(crate) enum Profile {
    /// By a profiler of the system.
    Native(ProfilingStrategy),
    /// By this process, into a file.
    Guest { path: String, interval: Duration },
}

impl Profile {
    pub(crate) fn parse(text: &str) -> Result<Profile> {
        let (mut path, mut interval) = ("wasmtime-guest-profile.json", Duration::from_millis(10));
        match text.split(',').collect::<Vec<_>>()[..] {
            ["perfmap"] => return Ok(Profile::Native(ProfilingStrategy::PerfMap)),
            ["jitdump"] => return Ok(Profile::Native(ProfilingStrategy::JitDump)),
            ["vtune"] => return Ok(Profile::Native(ProfilingStrategy::VTune)),
            ["pulley"] => return Ok(Profile::Native(ProfilingStrategy::Pulley)),
            ["guest"] => {}
            ["guest", given] => path = given,
            ["guest", given, time] => {
                path = given;
                interval = options::duration(Some(time)).map_err(|text| format_err!("{text}"))?;
                if interval.is_zero() {
                    bail!("the interval of a profile must not be zero");
                }
            }
            _ => bail!("unknown profiling strategy: {text}"),
        }
        let path = path.to_string();
        Ok(Profile::Guest { path, interval })
    }

    pub(crate) fn apply(&self, config: &mut Config) {
        match self {
            Profile::Native(strategy) => config.profiler(*strategy),
            Profile::Guest { .. } => config.epoch_interruption(true),
        };
    }
}

/// Samples that are being taken. No more are when this is dropped.
pub(crate) struct Sampling {
    path: String,
    _is_over: Sender<()>,
}

impl Sampling {
    /// Begins to sample `store`, if that is asked for. `modules` are shown by their names. With a
    /// timeout, Wasm fails in the first sample after it.
    pub(crate) fn start(
        profile: Option<&Profile>,
        store: &mut Store<Host>,
        name: &str,
        modules: Vec<(String, Module)>,
        timeout: Option<Duration>,
    ) -> Result<Option<Sampling>> {
        let Some(Profile::Guest { path, interval }) = profile else {
            return Ok(None);
        };
        let profiler = GuestProfiler::new(store.engine(), name, *interval, modules)?;
        store.data_mut().profiler = Some(profiler);
        store.call_hook(|store, event| {
            with_profiler(store, |profiler, store| profiler.call_hook(store, event));
            Ok(())
        });
        let samples = |timeout: Duration| timeout.as_secs_f64() / interval.as_secs_f64();
        let mut left = timeout.map(|it| samples(it).ceil().max(1.0));
        store.epoch_deadline_callback(move |store| {
            with_profiler(store, |it, store| it.sample(store, Duration::ZERO));
            if let Some(left) = &mut left {
                *left -= 1.0;
                if *left <= 0.0 {
                    bail!("timeout exceeded");
                }
            }
            Ok(UpdateDeadline::Continue(1))
        });
        store.set_epoch_deadline(1);
        let (sender, receiver) = mpsc::channel();
        let (engine, interval) = (store.engine().clone(), *interval);
        thread::spawn(move || {
            let wait = || -> Result<(), _> { receiver.recv_timeout(interval) };
            while wait() == Err(RecvTimeoutError::Timeout) {
                engine.increment_epoch();
            }
        });
        Ok(Some(Sampling {
            path: path.clone(),
            _is_over: sender,
        }))
    }

    /// Writes what the samples show.
    pub(crate) fn finish(self, store: &mut Store<Host>) {
        let profiler = store.data_mut().profiler.take();
        let profiler = profiler.expect("it is there between samples");
        let path = &self.path;
        let written = File::create(path)
            .map_err(Error::from)
            .and_then(|file| profiler.finish(BufWriter::new(file)));
        match written {
            Ok(()) => eprintln!(
                "\nProfile written to: {path}\nView this profile at https://profiler.firefox.com/."
            ),
            Err(error) => eprintln!("failed writing profile at {path}: {error:#}"),
        }
    }
}

/// The profiler and its store at once.
fn with_profiler(
    mut store: StoreContextMut<'_, Host>,
    look: impl FnOnce(&mut GuestProfiler, StoreContext<'_, Host>),
) {
    // Gone only while it looks, which calls nothing.
    if let Some(mut profiler) = store.data_mut().profiler.take() {
        look(&mut profiler, store.as_context());
        store.data_mut().profiler = Some(profiler);
    }
}
