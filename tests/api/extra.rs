//! What wasmtime has with features only that `tests/compat/oracle` does without.

use wasm_interp_jit::{AsContextMut, Config, Engine, Module, Result, Store};

#[test]
fn hostcall_fuel() {
    let mut store = Store::new(&Engine::default(), ());
    assert_eq!(store.hostcall_fuel(), 128 << 20);
    store.set_hostcall_fuel(5);
    let mut context = store.as_context_mut();
    assert_eq!(context.hostcall_fuel(), 5);
    context.set_hostcall_fuel(6);
    assert_eq!(store.hostcall_fuel(), 6);
}

#[test]
fn parallel_compilation() -> Result<()> {
    assert!(Engine::default().get_parallel_compilation());
    let mut config = Config::new();
    config.parallel_compilation(false);
    assert!(!Engine::new(&config)?.get_parallel_compilation());
    Ok(())
}

// What concerns machine code that is made ahead of time is there, and says that there is none.
#[test]
fn no_code_ahead_of_time() -> Result<()> {
    let engine = Engine::default();
    assert!(!engine.is_pulley() && !engine.is_recording() && !engine.is_replaying());
    Engine::tls_eager_initialize();
    let module = Module::new(&engine, "(module (func))")?;
    assert!(module.text().is_empty() && module.image_range().is_empty());
    assert!(module.address_map().is_none());
    module.initialize_copy_on_write_image()
}
