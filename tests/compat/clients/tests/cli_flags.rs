//! The option groups of wasmtime's command, by the unmodified crate `wasmtime-cli-flags`.

use clap::Parser as _;
use wasmtime::{Engine, Module, OptLevel, Result, WasmFeatures};
use wasmtime_cli_flags::CommonOptions;

/// The engine of a command line.
fn engine(args: &[&str]) -> Result<Engine> {
    let args = ["program"].iter().chain(args);
    let mut options = CommonOptions::try_parse_from(args)?;
    Engine::new(&options.config(None)?)
}

#[test]
fn settings_reach_the_engine() -> Result<()> {
    let engine = engine(&[
        "-W",
        "fuel=5,epoch-interruption=y,max-wasm-stack=1000000,wide-arithmetic=y,shared-memory=y",
        "-O",
        "opt-level=s,memory-reservation=65536,pooling-allocator=y,pooling-total-memories=7",
        "-C",
        "parallel-compilation=n,nan-canonicalization=y",
        "-D",
        "max-backtrace=3,coredump=x",
    ]);
    // `nan-canonicalization` is one of `-W`: the mistake is the crate's to find.
    assert!(engine.is_err());
    let engine = self::engine(&[
        "-W",
        "fuel=5,epoch-interruption=y,max-wasm-stack=1000000,wide-arithmetic=y,nan-canonicalization=y",
        "-O",
        "opt-level=s,memory-reservation=65536,pooling-allocator=y,pooling-total-memories=7",
        "-C",
        "parallel-compilation=n",
        "-D",
        "max-backtrace=3",
    ])?;
    assert!(engine.get_consume_fuel() && engine.get_epoch_interruption());
    assert_eq!(engine.get_max_wasm_stack(), 1_000_000);
    assert_eq!(engine.get_async_stack_size(), 1_000_000 + (512 << 10));
    assert!(engine.get_wasm_features().contains(WasmFeatures::WIDE_ARITHMETIC));
    assert_eq!(engine.get_cranelift_opt_level(), Some(OptLevel::SpeedAndSize));
    assert_eq!(engine.get_memory_reservation(), 65536);
    let pool = engine.get_pooling_config();
    assert_eq!(pool.map(|it| it.get_total_memories()), Some(7));
    assert!(!engine.get_parallel_compilation());
    assert_eq!(engine.get_cranelift_nan_canonicalization(), Some(true));
    assert_eq!(engine.get_wasm_backtrace_max_frames(), 3);
    Ok(())
}

// What the crate reads back from an engine makes the same engine again.
#[test]
fn options_of_an_engine() -> Result<()> {
    let first = engine(&["-W", "fuel=1,threads=n", "-O", "memory-guard-size=0"])?;
    let mut options = CommonOptions::from_engine(&first);
    let second = Engine::new(&options.config(None)?)?;
    assert!(second.get_consume_fuel());
    assert_eq!(second.get_memory_guard_size(), 0);
    assert_eq!(second.get_wasm_features(), first.get_wasm_features());
    Ok(())
}

#[test]
fn switched_off_proposals() -> Result<()> {
    let wat = "(module (func (result v128) (v128.const i64x2 1 2)))";
    assert!(Module::new(&engine(&[])?, wat).is_ok());
    assert!(Module::new(&engine(&["-W", "simd=n,relaxed-simd=n"])?, wat).is_err());
    Ok(())
}
