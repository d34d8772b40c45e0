//! The engine under test, in each of its modes.

pub(crate) use wasm_interp_jit as api;

#[path = "drive.rs"]
#[expect(clippy::duplicate_mod, reason = "it runs over two engines, see there")]
mod drive;

use crate::features::FEATURES;
use crate::generate::Program;
use crate::record::{Nans, Record, Settings};
use crate::script::Script;
use crate::stats::Stats;
use api::inspect::{self, Event, ExitRecorder, Shadow};
use api::{Config, Engine, Module, Result, Store, Strategy, WasmFeatures};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How the engine executes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Interpreter,
    /// The same, counting what it executes: in optimized builds, by another dispatch.
    Counting,
    /// Compiled at the first call.
    Jit,
    /// Compiled at the first call; the n-th guard of each n fails. Memories have no guard pages.
    Stress(NonZeroU32),
    /// Compiled when hot, on the spot.
    Tiered,
    /// Compiled when hot, meanwhile.
    Background,
    /// Compiled when hot; one guard fails.
    DeoptAt(u64),
    /// Compiled when hot; guards fail at random, as this seed has it, and every third call that is
    /// not inlined is looked at anew.
    Random(u64),
    /// The same, compiled meanwhile.
    RandomBackground(u64),
}

/// Modes with an engine that all runs share.
const SHARED: [Mode; 7] = [
    Mode::Interpreter,
    Mode::Jit,
    Mode::Stress(NonZeroU32::MIN),
    Mode::Stress(NonZeroU32::MIN.saturating_add(2)),
    Mode::Tiered,
    Mode::Counting,
    Mode::Background,
];

/// Hotness budget of the modes that start in the interpreter.
const THRESHOLD: u32 = 2;

impl Mode {
    /// The modes in which a program with this seed runs; the first is the one to compare with.
    pub(crate) fn of(seed: u64) -> Vec<Mode> {
        let mut modes = SHARED[..5].to_vec();
        if seed.is_multiple_of(4) {
            modes.push(Mode::Counting);
        }
        // Threads make runs slow and failures hard to repeat.
        if seed.is_multiple_of(16) {
            modes.push(Mode::Background);
        }
        modes.push(Mode::DeoptAt(seed / 16 % 40 + 1));
        modes
    }

    /// The modes in which guards fail for a program with this seed; the first is the one to compare
    /// with.
    pub(crate) fn stressed(seed: u64) -> Vec<Mode> {
        let mut modes = vec![Mode::Interpreter, Mode::Tiered];
        let every = |n| Mode::Stress(NonZeroU32::MIN.saturating_add(n));
        modes.extend([0, 1, 2, 6].map(every));
        modes.extend((1..=12).map(|k| Mode::DeoptAt(k + seed % 8 * 12)));
        modes.extend((0..6).map(|n| Mode::Random(seed.wrapping_add(n))));
        if seed.is_multiple_of(8) {
            modes.push(Mode::RandomBackground(seed));
        }
        modes
    }

    /// The modes whose exits are compared with what the interpreter has, for a program with this
    /// seed.
    pub(crate) fn shadowed(seed: u64) -> [Mode; 3] {
        let every = Mode::Stress(NonZeroU32::MIN.saturating_add((seed % 3) as u32));
        [Mode::Tiered, every, Mode::Random(seed)]
    }

    fn config(self, Settings { nans, fuel }: Settings) -> Config {
        let mut config = Config::new();
        config
            .wasm_features(WasmFeatures::all(), false)
            .wasm_features(FEATURES, true)
            .shared_memory(true)
            .consume_fuel(fuel)
            .max_wasm_stack(1 << 20)
            .cranelift_nan_canonicalization(nans == Nans::Canonical)
            .cranelift_debug_verifier(true)
            // Arms that are not taken at once are left out.
            .jit_untaken_after(NonZeroU32::new(1))
            .jit_background(false);
        match self {
            Mode::Interpreter => config.strategy(Strategy::Interpreter),
            Mode::Counting => config.strategy(Strategy::Interpreter).interp_counts(true),
            Mode::Jit => config.strategy(Strategy::Jit),
            Mode::Stress(n) => config
                .strategy(Strategy::Jit)
                .jit_deopt_every(Some(n))
                .memory_reservation(0)
                .memory_reservation_for_growth(0)
                .memory_guard_size(0),
            Mode::Tiered => config.strategy(Strategy::Tiered).jit_threshold(THRESHOLD),
            Mode::Background => config
                .strategy(Strategy::Tiered)
                .jit_threshold(THRESHOLD)
                .jit_background(true),
            Mode::DeoptAt(k) => config
                .strategy(Strategy::Tiered)
                .jit_threshold(THRESHOLD)
                .jit_deopt_at(Some(k)),
            Mode::Random(seed) | Mode::RandomBackground(seed) => config
                .strategy(Strategy::Tiered)
                .jit_threshold((seed % 3) as u32)
                .jit_background(matches!(self, Mode::RandomBackground(_)))
                .jit_reprofile_after(NonZeroU32::new(3))
                .jit_deopt_random(Some(seed)),
        };
        config
    }

    fn make_engine(self, settings: Settings) -> Engine {
        Engine::new(&self.config(settings)).expect("the settings are valid")
    }

    /// The engine of this mode.
    fn engine(self, settings: Settings) -> Engine {
        static ENGINES: [OnceLock<Vec<Engine>>; Settings::COUNT] = [const { OnceLock::new() }; _];
        let make = || {
            let engines = SHARED.iter().map(|mode| mode.make_engine(settings));
            engines.collect()
        };
        let engines = ENGINES[settings.index()].get_or_init(make);
        match SHARED.iter().position(|mode| *mode == self) {
            Some(n) => engines[n].clone(),
            None => self.make_engine(settings),
        }
    }
}

/// Makes a module of `wasm`, in the engine of `mode`.
pub(crate) fn compile((mode, settings): (Mode, Settings), wasm: &[u8]) -> Result<Module> {
    drive::compile(&mode.engine(settings), wasm)
}

/// Exits of a run whose states are compared, at most.
const MAX_EXITS: usize = 64;

/// Runs `program` in the interpreter once more, and compares the states it has with those that
/// exits have rebuilt in a run in `mode`. Adds how many were compared.
///
/// # Errors
///
/// What is different.
pub(crate) fn shadow(mode: Mode, program: &Program, stats: &mut Stats) -> Result<(), String> {
    // Moments are told by fuel.
    let settings = Settings {
        nans: Nans::Canonical,
        fuel: true,
    };
    let run = |mode: Mode, watch: &mut dyn FnMut(&mut Store<drive::Host>)| {
        let module = compile((mode, settings), &program.wasm);
        let module = module.map_err(|error| format!("{mode:?} rejects the module: {error:#}"))?;
        let script = (Script::Random, program.seed);
        drive::run(module.engine(), &module, script, |store| watch(store));
        Ok::<_, String>(())
    };
    let (mut exits, mut shadow) = (None, None);
    run(mode, &mut |store| {
        exits = Some(ExitRecorder::attach(store, MAX_EXITS).expect("fuel is counted"));
    })?;
    let Some(exits) = exits.filter(|it| !it.is_empty()) else {
        return Ok(());
    };
    run(Mode::Interpreter, &mut |store| {
        shadow = Some(Shadow::attach(store, &exits).expect("fuel is counted"));
    })?;
    let comparison = shadow.map(|it| it.compare()).unwrap_or_default();
    stats.shadowed += comparison.equal as u64;
    match comparison.differences.first() {
        Some(difference) => Err(format!("{mode:?} and its shadow differ: {difference}")),
        None => Ok(()),
    }
}

/// Runs `module`, which is of the engine of one of the modes, by `script`. Counts events.
pub(crate) fn run(module: &Module, script: (Script, u64), stats: &mut Stats) -> Record {
    let events = Arc::<Mutex<Stats>>::default();
    let sink = events.clone();
    let watch = move |store: &mut Store<drive::Host>| {
        inspect::on_event(store, move |event| count(&sink, event));
    };
    let record = drive::run(module.engine(), module, script, watch);
    stats.add(&events.lock().unwrap_or_else(PoisonError::into_inner));
    record
}

fn count(stats: &Mutex<Stats>, event: &Event) {
    let mut stats = stats.lock().unwrap_or_else(PoisonError::into_inner);
    match event {
        Event::Installed { osr: None, .. } => stats.installed += 1,
        Event::Installed { osr: Some(_), .. } => stats.installed_osr += 1,
        Event::CompileFailed { func, error } => {
            stats.compile_failures.insert(format!("{func}: {error}"));
        }
        Event::Inlined { .. } => stats.inlining_decisions += 1,
        Event::Deopt { .. } => stats.deopts += 1,
        Event::OsrEntered { .. } => stats.osr_entries += 1,
        Event::Invalidated { .. } => stats.invalidations += 1,
        _ => {}
    }
}
