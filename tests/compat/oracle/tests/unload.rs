//! `Engine::unload_process_handlers` of wasmtime 48.0.8.

use wasm_interp_jit::Config;

#[path = "../../../api/unload.rs"]
mod unload;

/// The one mode there is.
fn modes() -> Vec<(&'static str, Config)> {
    vec![("wasmtime", Config::new())]
}
