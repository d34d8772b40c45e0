//! The settings of an [`Engine`] as wasmtime's getters give them.

use super::{ModuleVersionStrategy, OptLevel, Strategy};
use crate::Engine;
use target_lexicon::Triple;
use wasmparser::WasmFeatures;

impl Engine {
    /// See [`Config::memory_may_move`](crate::Config::memory_may_move).
    pub fn get_memory_may_move(&self) -> bool {
        self.tuning().memory_may_move
    }

    /// See [`Config::memory_reservation`](crate::Config::memory_reservation).
    pub fn get_memory_reservation(&self) -> u64 {
        self.tuning().memory_reservation as u64
    }

    /// See [`Config::memory_reservation_for_growth`](crate::Config::memory_reservation_for_growth).
    pub fn get_memory_reservation_for_growth(&self) -> u64 {
        self.tuning().memory_reservation_for_growth as u64
    }

    /// See [`Config::memory_guard_size`](crate::Config::memory_guard_size).
    pub fn get_memory_guard_size(&self) -> u64 {
        self.tuning().memory_guard as u64
    }

    /// See [`Config::consume_fuel`](crate::Config::consume_fuel).
    pub fn get_consume_fuel(&self) -> bool {
        self.config().fuel
    }

    /// See [`Config::epoch_interruption`](crate::Config::epoch_interruption).
    pub fn get_epoch_interruption(&self) -> bool {
        self.config().epochs
    }

    /// See [`Config::signals_based_traps`](crate::Config::signals_based_traps).
    pub fn get_signals_based_traps(&self) -> bool {
        self.config().signals_based_traps
    }

    /// How much Cranelift optimizes; `None` without a compiler.
    pub fn get_cranelift_opt_level(&self) -> Option<OptLevel> {
        let config = self.config();
        config.compiler.then_some(config.opt_level)
    }

    /// How Wasm is executed; `None` without a compiler. [`Strategy::Auto`] reads as
    /// [`Strategy::Cranelift`].
    pub fn get_strategy(&self) -> Option<Strategy> {
        let config = self.config();
        config.compiler.then_some(match config.strategy {
            Strategy::Auto => Strategy::Cranelift,
            other => other,
        })
    }

    /// Whether Cranelift checks its intermediate code; `None` without a compiler.
    pub fn get_cranelift_debug_verifier(&self) -> Option<bool> {
        let config = self.config();
        config.compiler.then_some(config.verifier)
    }

    /// Whether NaNs are canonical; `None` without a compiler.
    pub fn get_cranelift_nan_canonicalization(&self) -> Option<bool> {
        let config = self.config();
        config.compiler.then_some(config.canonical_nans)
    }

    /// See [`Config::native_unwind_info`](crate::Config::native_unwind_info); `None` without a
    /// compiler.
    pub fn get_native_unwind_info(&self) -> Option<bool> {
        let config = self.config();
        config
            .compiler
            .then_some(config.native_unwind_info.unwrap_or(false))
    }

    /// See [`Config::parallel_compilation`](crate::Config::parallel_compilation).
    pub fn get_parallel_compilation(&self) -> bool {
        self.config().parallel_compilation
    }

    /// The proposals that are on.
    pub fn get_wasm_features(&self) -> WasmFeatures {
        self.wasm_features()
    }

    /// See [`Config::max_wasm_stack`](crate::Config::max_wasm_stack).
    pub fn get_max_wasm_stack(&self) -> usize {
        self.config().max_wasm_stack
    }

    /// See [`Config::relaxed_simd_deterministic`](crate::Config::relaxed_simd_deterministic).
    pub fn get_relaxed_simd_deterministic(&self) -> bool {
        self.config().relaxed_simd_deterministic
    }

    /// See [`Config::shared_memory`](crate::Config::shared_memory).
    pub fn get_shared_memory(&self) -> bool {
        self.config().shared_memory
    }

    /// See [`Config::generate_address_map`](crate::Config::generate_address_map).
    pub fn get_generate_address_map(&self) -> bool {
        self.config().address_map
    }

    /// Whether Wasm can be debugged: never.
    pub fn get_guest_debug(&self) -> bool {
        self.config().guest_debug
    }

    /// See [`Config::wasm_backtrace_max_frames`](crate::Config::wasm_backtrace_max_frames); 0 if
    /// there are no backtraces.
    pub fn get_wasm_backtrace_max_frames(&self) -> usize {
        self.config().backtrace_max_frames.map_or(0, usize::from)
    }

    /// The machine that Wasm is executed on; `None` without a compiler.
    pub fn get_target(&self) -> Option<String> {
        self.config().compiler.then(|| Triple::host().to_string())
    }

    /// The flags of Cranelift that were switched on.
    pub fn get_cranelift_flags_enabled(&self) -> impl Iterator<Item = &str> {
        let flags = self.config().cranelift_flags.iter();
        flags.filter_map(|(name, value)| value.is_none().then_some(name.as_str()))
    }

    /// The settings of Cranelift that were set.
    pub fn get_cranelift_flags_set(&self) -> impl Iterator<Item = (&str, &str)> {
        let flags = self.config().cranelift_flags.iter();
        flags.filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)))
    }

    /// What tells serialized modules apart.
    pub(crate) fn module_version(&self) -> &ModuleVersionStrategy {
        &self.config().module_version
    }

    /// Do errors of traps come with a core dump?
    #[cfg(feature = "coredump")]
    pub(crate) fn dumps_core(&self) -> bool {
        self.config().coredump_on_trap
    }

    /// Can modules be made of Wasm?
    pub(crate) fn has_compiler(&self) -> bool {
        self.config().compiler
    }
}
