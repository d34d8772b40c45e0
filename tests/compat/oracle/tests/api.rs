//! The API suite against wasmtime 48.0.8: the sources of `tests/api`, with the name of our crate
//! bound to wasmtime.
//!
//! What is not here is about this engine alone: `config`, `counts`, `lazy` and `profile` use
//! settings of its own, and `extra` is about what comes with components there. Where both engines
//! differ, a test asks `differs`, and says why.

use support::{check, check_with, error, fault, instance, panic_message, text};
use wasm_interp_jit::Config;

#[path = "../../../api/async_.rs"]
mod async_;
#[path = "../../../api/atomic.rs"]
mod atomic;
#[path = "../../../api/cache.rs"]
mod cache;
#[path = "../../../api/coredump.rs"]
mod coredump;
#[path = "../../../api/debugger.rs"]
mod debugger;
#[path = "../../../api/epoch.rs"]
mod epoch;
#[path = "../../../api/errors.rs"]
mod errors;
#[path = "../../../api/externref.rs"]
mod externref;
#[path = "../../../api/fuel.rs"]
mod fuel;
#[path = "../../../api/func.rs"]
mod func;
#[path = "../../../api/gc.rs"]
mod gc;
#[path = "../../../api/getters.rs"]
mod getters;
#[path = "../../../api/global.rs"]
mod global;
#[path = "../../../api/growth.rs"]
mod growth;
#[path = "../../../api/guest_profiler.rs"]
mod guest_profiler;
#[path = "../../../api/hooks.rs"]
mod hooks;
#[path = "../../../api/host.rs"]
mod host;
#[path = "../../../api/instance.rs"]
mod instance;
#[path = "../../../api/isolation.rs"]
mod isolation;
#[path = "../../../api/limits.rs"]
mod limits;
#[path = "../../../api/linker.rs"]
mod linker;
#[path = "../../../api/memories.rs"]
mod memories;
#[path = "../../../api/memory.rs"]
mod memory;
#[path = "../../../api/memory_creator.rs"]
mod memory_creator;
#[path = "../../../api/module.rs"]
mod module;
#[path = "../../../api/nan.rs"]
mod nan;
#[path = "../../../api/raw.rs"]
mod raw;
#[path = "../../../api/reentrance.rs"]
mod reentrance;
#[path = "../../../api/reference.rs"]
mod reference;
#[path = "../../../api/serialize.rs"]
mod serialize;
#[path = "../../../api/shared_memory.rs"]
mod shared_memory;
#[path = "../../../api/signals.rs"]
mod signals;
#[path = "../../../api/stack.rs"]
mod stack;
#[path = "../../../api/store.rs"]
mod store;
#[path = "../../../api/support.rs"]
mod support;
#[path = "../../../api/symbols.rs"]
mod symbols;
#[path = "../../../api/table.rs"]
mod table;
#[path = "../../../api/tag.rs"]
mod tag;
#[path = "../../../api/texts.rs"]
mod texts;
#[path = "../../../api/threads.rs"]
mod threads;
#[path = "../../../api/trap.rs"]
mod trap;
#[path = "../../../api/values.rs"]
mod values;
#[path = "../../../api/vectors.rs"]
mod vectors;

/// The one mode there is.
fn modes() -> Vec<(&'static str, Config)> {
    vec![("wasmtime", Config::new())]
}

/// Is this wasmtime, which differs from us here, for this reason?
fn differs(_reason: &str) -> bool {
    true
}
