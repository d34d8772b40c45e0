//! What tests of the API share, whichever engine they run against.

use wasm_interp_jit::{Config, Engine, Error, Instance, Module, Result, Store};

/// Runs `test` with an engine of each mode.
pub(crate) fn check(test: impl Fn(&Engine) -> Result<()>) {
    check_with(|_| (), test);
}

/// Runs `test` with an engine of each mode and other settings as `set` makes them.
pub(crate) fn check_with(set: impl Fn(&mut Config), test: impl Fn(&Engine) -> Result<()>) {
    for (mode, mut config) in crate::modes() {
        set(&mut config);
        let result = Engine::new(&config).and_then(|engine| test(&engine));
        if let Err(error) = result {
            panic!("mode {mode}: {error:?}");
        }
    }
}

/// An instance without imports.
pub(crate) fn instance<T>(engine: &Engine, data: T, wat: &str) -> Result<(Store<T>, Instance)> {
    let module = Module::new(engine, wat)?;
    let mut store = Store::new(engine, data);
    let instance = Instance::new(&mut store, &module, &[])?;
    Ok((store, instance))
}

/// All messages of the error of something that must fail.
pub(crate) fn error<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => panic!("succeeded unexpectedly"),
        Err(error) => text(&error),
    }
}

pub(crate) fn text(error: &Error) -> String {
    format!("{error:#}")
}

/// Address and memory size of a memory fault, as the error's messages say it: wasmtime keeps the
/// type to itself.
pub(crate) fn fault(error: &Error) -> Option<(u64, u64)> {
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
pub(crate) fn panic_message<T>(run: impl FnOnce() -> T) -> String {
    let payload = match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(_) => panic!("did not panic"),
        Err(payload) => payload,
    };
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().expect("a message")).to_owned(),
    }
}
