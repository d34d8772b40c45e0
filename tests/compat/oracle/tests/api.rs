//! The API suite against wasmtime 48.0.8: the sources of `tests/api`, with the name of our crate
//! bound to wasmtime.
//!
//! What is not here is about this engine alone: `config`, `counts`, `lazy` and `profile` use
//! settings of its own. Where both engines differ, a test asks `differs`, and `DIFFERENCES` says
//! why.

use wasm_interp_jit::{Config, Engine, Error, Instance, Module, Result, Store};

#[path = "../../../api/async_.rs"]
mod async_;
#[path = "../../../api/atomic.rs"]
mod atomic;
#[path = "../../../api/coredump.rs"]
mod coredump;
#[path = "../../../api/externref.rs"]
mod externref;
#[path = "../../../api/func.rs"]
mod func;
#[path = "../../../api/gc.rs"]
mod gc;
#[path = "../../../api/getters.rs"]
mod getters;
#[path = "../../../api/global.rs"]
mod global;
#[path = "../../../api/hooks.rs"]
mod hooks;
#[path = "../../../api/host.rs"]
mod host;
#[path = "../../../api/instance.rs"]
mod instance;
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
#[path = "../../../api/reference.rs"]
mod reference;
#[path = "../../../api/serialize.rs"]
mod serialize;
#[path = "../../../api/shared_memory.rs"]
mod shared_memory;
#[path = "../../../api/store.rs"]
mod store;
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
#[path = "../../../api/vectors.rs"]
mod vectors;

/// The one mode there is.
fn modes() -> Vec<(&'static str, Config)> {
    vec![("wasmtime", Config::new())]
}

/// Runs `test` with an engine.
fn check(test: impl Fn(&Engine) -> Result<()>) {
    check_with(|_| (), test);
}

/// Runs `test` with an engine and settings as `set` makes them.
fn check_with(set: impl Fn(&mut Config), test: impl Fn(&Engine) -> Result<()>) {
    let mut config = Config::new();
    set(&mut config);
    let result = Engine::new(&config).and_then(|engine| test(&engine));
    if let Err(error) = result {
        panic!("{error:?}");
    }
}

/// An instance without imports.
fn instance<T>(engine: &Engine, data: T, wat: &str) -> Result<(Store<T>, Instance)> {
    let module = Module::new(engine, wat)?;
    let mut store = Store::new(engine, data);
    let instance = Instance::new(&mut store, &module, &[])?;
    Ok((store, instance))
}

/// All messages of the error of something that must fail.
fn error<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => panic!("succeeded unexpectedly"),
        Err(error) => text(&error),
    }
}

fn text(error: &Error) -> String {
    format!("{error:#}")
}

/// Is this wasmtime, which differs from us here, for this reason?
fn differs(_reason: &str) -> bool {
    true
}

/// Address and memory size of a memory fault, as the error's messages say it: wasmtime keeps the
/// type to itself.
fn fault(error: &Error) -> Option<(u64, u64)> {
    let messages = error.chain().map(|it| it.to_string());
    let sizes = |it: String| {
        let rest = it.strip_prefix("memory fault at wasm address 0x")?;
        let (address, size) = rest.split_once(" in linear memory of size 0x")?;
        let number = |it| u64::from_str_radix(it, 16).ok();
        Some((number(address)?, number(size)?))
    };
    messages.filter_map(sizes).next()
}

/// What `run` panics with.
fn panic_message<T>(run: impl FnOnce() -> T) -> String {
    let payload = match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(_) => panic!("did not panic"),
        Err(payload) => payload,
    };
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().expect("a message")).to_owned(),
    }
}
