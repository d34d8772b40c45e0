//! Checks a [`Config`] and turns it into what the runtime reads.
//!
//! This is where the strategy, the environment and the `jit_` settings meet: the strategy gives
//! defaults, a `jit_` setting replaces one of them.

use super::{Config, ProfilingStrategy, Strategy, WasmBacktraceDetails};
use crate::error::{Context, Result, bail, ensure, format_err};
use runtime::module::Features;
use runtime::{Metering, Profiler, RelaxedSimd, Tuning};
use std::num::NonZeroU32;
use std::sync::Arc;
use target_lexicon::Triple;
use wasmparser::WasmFeatures;

/// Names a mode of execution when the strategy does not.
const MODE_VARIABLE: &str = "WASM_INTERP_JIT_MODE";

/// Whether backtraces are detailed when the settings do not say.
const DETAILS_VARIABLE: &str = "WASMTIME_BACKTRACE_DETAILS";

/// Every n-th guard fails in the mode `deopt-stress`: often, but not so often that nothing
/// compiled is ever executed to its end.
const STRESS_PERIOD: Option<NonZeroU32> = NonZeroU32::new(3);

/// What can be on.
const SUPPORTED: WasmFeatures = Features::ALL.wasm_features();

/// What is off unless switched on, as in wasmtime.
const OFF_BY_DEFAULT: WasmFeatures =
    WasmFeatures::WIDE_ARITHMETIC.union(WasmFeatures::CUSTOM_PAGE_SIZES);

/// What is on unless switched off.
pub(super) const DEFAULT_FEATURES: WasmFeatures = SUPPORTED.difference(OFF_BY_DEFAULT);

/// The settings of an engine, checked.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// What the runtime and the tiers read.
    pub(crate) tuning: Arc<Tuning>,
    /// What modules may contain.
    pub(crate) features: Features,
    /// The same as the embedder says it.
    pub(crate) wasm_features: WasmFeatures,
    /// Whether frames know their offsets.
    pub(crate) address_map: bool,
    /// Whether functions are validated at their first call.
    pub(crate) lazy_validation: bool,
    pub(crate) hints: bool,
    /// Whether a backtrace says that more could be known.
    pub(crate) hint_details: bool,
    /// Whether a backtrace shows debug information.
    #[cfg(feature = "addr2line")]
    pub(crate) show_details: bool,
}

/// A mode of execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Interpreter,
    Jit,
    Tiered,
    DeoptStress,
}

impl Config {
    /// Checks the settings.
    pub(crate) fn resolve(&self) -> Result<Resolved> {
        self.check_features()?;
        let simd = self.features.contains(WasmFeatures::SIMD);
        ensure!(
            simd || !self.features.contains(WasmFeatures::RELAXED_SIMD),
            "cannot disable the simd proposal but enable the relaxed simd proposal"
        );
        ensure!(
            self.max_wasm_stack <= self.accepted_async_stack_size(),
            "max_wasm_stack size cannot exceed the async_stack_size"
        );
        ensure!(
            self.max_wasm_stack != 0,
            "max_wasm_stack size cannot be zero"
        );
        ensure!(
            !self.wmemcheck,
            "wmemcheck (memory checker) was requested but is not enabled in this build"
        );
        ensure!(
            !self.guest_debug,
            "debug instrumentation support was disabled at compile time"
        );
        self.check_debug_info()?;
        if let Some(target) = &self.target {
            ensure!(
                *target == Triple::host(),
                "target `{target}` is not supported: Wasm is executed on this host only"
            );
        }
        crate::tiering::check_flags(&self.cranelift_flags)?;
        Ok(Resolved {
            tuning: Arc::new(self.tuning(self.mode()?)?),
            features: Features::ALL.without(SUPPORTED.difference(self.features)),
            wasm_features: self.features,
            address_map: self.address_map,
            lazy_validation: self.lazy_validation,
            hints: !self.jit.no_hints,
            hint_details: self.hint_details(),
            #[cfg(feature = "addr2line")]
            show_details: self.show_details(),
        })
    }

    fn check_features(&self) -> Result<()> {
        let unsupported = self.features.difference(SUPPORTED);
        for (name, flag) in WasmFeatures::all().iter_names() {
            // Flags of several bits are named first by the supported ones among these.
            if flag.difference(SUPPORTED).intersects(unsupported) {
                bail!(
                    "the wasm_{} feature is not supported on this compiler configuration",
                    name.to_lowercase()
                );
            }
        }
        Ok(())
    }

    fn mode(&self) -> Result<Mode> {
        let mode = match self.strategy {
            Strategy::Auto | Strategy::Cranelift => match std::env::var(MODE_VARIABLE) {
                Ok(name) => Mode::from_name(&name)?,
                Err(_) if cfg!(feature = "jit") => Mode::Tiered,
                Err(_) => Mode::Interpreter,
            },
            Strategy::Winch => bail!("winch support not compiled in"),
            Strategy::Interpreter => Mode::Interpreter,
            Strategy::Tiered => Mode::Tiered,
            Strategy::Jit => Mode::Jit,
        };
        if mode != Mode::Interpreter {
            ensure!(cfg!(feature = "jit"), "jit support not compiled in");
        }
        Ok(mode)
    }

    fn tuning(&self, mode: Mode) -> Result<Tuning> {
        let default = Tuning::default();
        let knobs = self.jit;
        let at_once = matches!(mode, Mode::Jit | Mode::DeoptStress);
        let stress = if mode == Mode::DeoptStress {
            STRESS_PERIOD
        } else {
            None
        };
        let bytes = |given: Option<u64>, default: usize| match given {
            Some(bytes) => usize::try_from(bytes).context("the address space is too small"),
            None => Ok(default),
        };
        let profiler = match knobs.profiler {
            ProfilingStrategy::None => Profiler::None,
            ProfilingStrategy::PerfMap => Profiler::PerfMap,
            ProfilingStrategy::JitDump => Profiler::JitDump,
            ProfilingStrategy::VTune => bail!("vtune support disabled at compile time"),
            ProfilingStrategy::Pulley => bail!("pulley profiler support disabled at compile time"),
        };
        Ok(Tuning {
            jit: mode != Mode::Interpreter && self.signals_based_traps,
            threshold: knobs
                .threshold
                .unwrap_or(if at_once { 0 } else { default.threshold }),
            background: knobs
                .background
                .unwrap_or(!at_once && self.parallel_compilation),
            osr: knobs.osr.unwrap_or(default.osr),
            inlining: knobs.inlining.unwrap_or(default.inlining),
            speculation: knobs.speculation.unwrap_or(default.speculation),
            reprofile_after: knobs.reprofile_after.unwrap_or(default.reprofile_after),
            untaken_after: knobs.untaken_after.unwrap_or(default.untaken_after),
            deopt_every: knobs.deopt_every.unwrap_or(stress),
            code_limit: knobs.code_limit,
            deopt_at: knobs.deopt_at,
            profiler,
            deopt_random: knobs.deopt_random,
            max_wasm_stack: self.max_wasm_stack,
            backtrace_frames: self.backtrace_max_frames.map(usize::from),
            memory_reservation: bytes(self.memory_reservation, default.memory_reservation)?,
            memory_reservation_for_growth: bytes(
                self.memory_reservation_for_growth,
                default.memory_reservation_for_growth,
            )?,
            memory_may_move: self.memory_may_move,
            memory_guard: bytes(self.memory_guard_size, default.memory_guard)?,
            relaxed_simd: match self.relaxed_simd_deterministic {
                true => RelaxedSimd::DETERMINISTIC,
                false => RelaxedSimd::native(),
            },
            canonical_nans: self.canonical_nans,
            shared_memory: self.shared_memory,
            verifier: self.verifier,
            metering: self.metering(),
            counts: self.counts,
            keep_dumps: knobs.keep_dumps,
            memory_creator: self.memory_creator.runtime(),
            cranelift_flags: self.cranelift_flags.clone(),
        })
    }

    fn metering(&self) -> Option<Metering> {
        let costs = || Arc::new(self.operator_cost.clone().unwrap_or_default());
        let fuel = self.fuel.then(costs);
        let epochs = self.epochs;
        (fuel.is_some() || epochs).then_some(Metering { fuel, epochs })
    }

    fn show_details(&self) -> bool {
        match self.backtrace_details {
            WasmBacktraceDetails::Enable => true,
            WasmBacktraceDetails::Disable => false,
            WasmBacktraceDetails::Environment => {
                std::env::var(DETAILS_VARIABLE).is_ok_and(|value| value == "1")
            }
        }
    }

    fn hint_details(&self) -> bool {
        matches!(self.backtrace_details, WasmBacktraceDetails::Environment) && !self.show_details()
    }
}

impl Mode {
    fn from_name(name: &str) -> Result<Mode> {
        Ok(match name {
            "interp" => Mode::Interpreter,
            "jit" => Mode::Jit,
            "tiered" => Mode::Tiered,
            "deopt-stress" => Mode::DeoptStress,
            _ => {
                return Err(format_err!(
                    "{MODE_VARIABLE} is `{name}`, expected `interp`, `jit`, `tiered` or \
                     `deopt-stress`"
                ));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(set: impl FnOnce(&mut Config) -> &mut Config) -> Result<Resolved> {
        let mut config = Config::new();
        // The environment must not decide: these tests run in every mode.
        config.strategy(if cfg!(feature = "jit") {
            Strategy::Tiered
        } else {
            Strategy::Interpreter
        });
        set(&mut config);
        config.resolve()
    }

    fn tuning(set: impl FnOnce(&mut Config) -> &mut Config) -> Arc<Tuning> {
        resolve(set).expect("the settings are valid").tuning
    }

    fn error(set: impl FnOnce(&mut Config) -> &mut Config) -> String {
        resolve(set)
            .expect_err("the settings are invalid")
            .to_string()
    }

    #[test]
    fn unsupported_features_are_named() {
        let text = "feature is not supported on this compiler configuration";
        assert_eq!(
            error(|c| c.wasm_exceptions(true)),
            format!("the wasm_exceptions {text}")
        );
        for off in [
            WasmFeatures::all(),
            WasmFeatures::SIMD.union(WasmFeatures::RELAXED_SIMD),
            WasmFeatures::RELAXED_SIMD,
            WasmFeatures::TAIL_CALL,
        ] {
            assert!(resolve(|c| c.wasm_features(off, false)).is_ok());
        }
    }

    #[test]
    fn invalid_settings() {
        assert_eq!(
            error(|c| c.max_wasm_stack(0)),
            "max_wasm_stack size cannot be zero"
        );
        assert_eq!(
            error(|c| c.strategy(Strategy::Winch)),
            "winch support not compiled in"
        );
        assert!(Mode::from_name("fast").is_err());
    }

    #[test]
    fn strategy_gives_defaults_that_knobs_replace() {
        let interp = tuning(|c| c.strategy(Strategy::Interpreter));
        assert!(!interp.jit);
        if !cfg!(feature = "jit") {
            return;
        }
        let jit = tuning(|c| c.strategy(Strategy::Jit));
        assert!(jit.jit && jit.threshold == 0 && !jit.background);
        let jit = tuning(|c| {
            c.strategy(Strategy::Jit)
                .jit_threshold(7)
                .jit_background(true)
        });
        assert!(jit.threshold == 7 && jit.background);
        let tiered = tuning(|c| c);
        assert!(tiered.jit && tiered.threshold > 0 && tiered.background);
        assert!(!tuning(|c| c.parallel_compilation(false)).background);
        assert!(!tuning(|c| c.signals_based_traps(false)).jit);
    }

    #[test]
    fn relaxed_vectors() {
        let default = tuning(|c| c).relaxed_simd;
        assert_eq!(default, RelaxedSimd::native());
        let chosen = tuning(|c| c.relaxed_simd_deterministic(true)).relaxed_simd;
        assert_eq!(chosen, RelaxedSimd::DETERMINISTIC);
    }

    // Stress exists to exercise exits; a knob still turns it off, to bisect failures.
    #[test]
    fn stress_mode() {
        if !cfg!(feature = "jit") {
            return;
        }
        let mode = Mode::from_name("deopt-stress").expect("is a mode");
        let stressed = Config::new().tuning(mode).expect("the settings are valid");
        assert!(stressed.deopt_every == STRESS_PERIOD && stressed.threshold == 0);
        let mut config = Config::new();
        config.jit_deopt_every(None).jit_deopt_at(Some(5));
        let calm = config.tuning(mode).expect("the settings are valid");
        assert!(calm.deopt_every.is_none() && calm.deopt_at == Some(5));
    }
}
