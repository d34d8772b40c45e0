//! The embedding API: what works, and what is refused with which words.
//!
//! What executes Wasm runs in every mode: the interpreter alone, the same while it counts, everything
//! compiled at its first call, tiered with a small budget, and with guards that fail.

use std::num::NonZeroU32;
use support::{check, check_with, error, fault, instance, panic_message, text};
use wasm_interp_jit::{Config, Strategy};

#[path = "api/async_.rs"]
mod async_;
#[path = "api/atomic.rs"]
mod atomic;
#[cfg(feature = "cache")]
#[path = "api/cache.rs"]
mod cache;
#[path = "api/config.rs"]
mod config;
#[cfg(feature = "coredump")]
#[path = "api/coredump.rs"]
mod coredump;
#[path = "api/counts.rs"]
mod counts;
#[path = "api/debugger.rs"]
mod debugger;
#[path = "api/epoch.rs"]
mod epoch;
#[path = "api/errors.rs"]
mod errors;
#[path = "api/externref.rs"]
mod externref;
#[path = "api/extra.rs"]
mod extra;
#[path = "api/fuel.rs"]
mod fuel;
#[path = "api/func.rs"]
mod func;
#[path = "api/gc.rs"]
mod gc;
#[path = "api/getters.rs"]
mod getters;
#[path = "api/global.rs"]
mod global;
#[path = "api/growth.rs"]
mod growth;
#[cfg(feature = "profiling")]
#[path = "api/guest_profiler.rs"]
mod guest_profiler;
#[path = "api/hooks.rs"]
mod hooks;
#[path = "api/host.rs"]
mod host;
#[path = "api/instance.rs"]
mod instance;
#[path = "api/isolation.rs"]
mod isolation;
#[path = "api/lazy.rs"]
mod lazy;
#[path = "api/limits.rs"]
mod limits;
#[path = "api/linker.rs"]
mod linker;
#[path = "api/memories.rs"]
mod memories;
#[path = "api/memory.rs"]
mod memory;
#[path = "api/memory_creator.rs"]
mod memory_creator;
#[path = "api/module.rs"]
mod module;
#[path = "api/nan.rs"]
mod nan;
#[cfg(feature = "jit")]
#[path = "api/profile.rs"]
mod profile;
#[path = "api/raw.rs"]
mod raw;
#[path = "api/reentrance.rs"]
mod reentrance;
#[path = "api/reference.rs"]
mod reference;
#[path = "api/serialize.rs"]
mod serialize;
#[path = "api/shared_memory.rs"]
mod shared_memory;
#[path = "api/signals.rs"]
mod signals;
#[path = "api/stack.rs"]
mod stack;
#[path = "api/store.rs"]
mod store;
#[path = "api/support.rs"]
mod support;
#[cfg(feature = "addr2line")]
#[path = "api/symbols.rs"]
mod symbols;
#[path = "api/table.rs"]
mod table;
#[path = "api/tag.rs"]
mod tag;
#[path = "api/texts.rs"]
mod texts;
#[path = "api/threads.rs"]
mod threads;
#[path = "api/trap.rs"]
mod trap;
#[path = "api/values.rs"]
mod values;
#[path = "api/vectors.rs"]
mod vectors;

/// The modes in which programs are executed.
fn modes() -> Vec<(&'static str, Config)> {
    let mode = |strategy| {
        let mut config = Config::new();
        config.strategy(strategy);
        config
    };
    let mut counting = mode(Strategy::Interpreter);
    counting.interp_counts(true);
    let mut modes = vec![
        ("interp", mode(Strategy::Interpreter)),
        ("counting", counting),
    ];
    if cfg!(feature = "jit") {
        let mut tiered = mode(Strategy::Tiered);
        tiered.jit_threshold(2).jit_background(false);
        let mut stress = mode(Strategy::Jit);
        stress.jit_deopt_every(NonZeroU32::new(3));
        modes.extend([
            ("jit", mode(Strategy::Jit)),
            ("tiered", tiered),
            ("stress", stress),
        ]);
    }
    modes
}

/// Is this wasmtime, which differs from us here, for this reason?
fn differs(_reason: &str) -> bool {
    false
}
