//! `Engine::unload_process_handlers`, in a process in which nobody else has engines.

use wasm_interp_jit::{Config, Strategy};

#[path = "api/unload.rs"]
mod unload;

/// How engines are made.
fn modes() -> Vec<(&'static str, Config)> {
    let mode = |strategy| {
        let mut config = Config::new();
        config.strategy(strategy);
        config
    };
    let mut modes = vec![("interp", mode(Strategy::Interpreter))];
    if cfg!(feature = "jit") {
        modes.push(("jit", mode(Strategy::Jit)));
    }
    modes
}
