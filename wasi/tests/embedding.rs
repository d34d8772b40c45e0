//! WASI from an embedder's point of view: contexts, errors, and threads of any kind.

use std::time::{Duration, Instant};
use wasm_interp_jit::{Config, MemoryTypeBuilder};
use wasm_interp_jit::{Engine, Error, Linker, Module, Result, SharedMemory, Store};
use wasm_interp_jit_wasi::p1::{self, WasiP1Ctx};
use wasm_interp_jit_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasm_interp_jit_wasi::{FsPerms, I32Exit, WasiCtxBuilder};

/// Imports of the programs here.
const IMPORTS: &str = r#"
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "wasi_snapshot_preview1" "fd_write"
      (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read"
      (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff"
      (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))"#;

/// Waits for 30 ms, and exits with the error code.
const SLEEP: &str = r#"
    (memory (export "memory") 1)
    (func (export "_start")
      ;; A subscription to the monotonic clock at 0, for this many nanoseconds.
      (i32.store (i32.const 16) (i32.const 1))
      (i64.store (i32.const 24) (i64.const 30_000_000))
      (call $exit (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))"#;

/// A store's data of which the context is a part.
struct Data {
    wasi: WasiP1Ctx,
}

/// The error of running `_start` of a program.
fn error_of(engine: &Engine, text: &str, builder: &mut WasiCtxBuilder) -> Result<Error> {
    let module = Module::new(engine, format!("(module {IMPORTS} {text})"))?;
    let mut linker = Linker::new(engine);
    p1::add_to_linker_async(&mut linker, |data: &mut Data| &mut data.wasi)?;
    let wasi = builder.build_p1();
    let mut store = Store::new(engine, Data { wasi });
    let instance = linker.instantiate(&mut store, &module)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
    Ok(start.call(&mut store, ()).expect_err("it exits or traps"))
}

fn exit_code(error: &Error) -> Option<i32> {
    error.downcast_ref().map(|I32Exit(code)| *code)
}

#[test]
fn exit() -> Result<()> {
    let text = r#"(memory (export "memory") 1)
        (func (export "_start") (call $exit (i32.const 33)))"#;
    let error = error_of(&Engine::default(), text, &mut WasiCtxBuilder::new())?;
    assert_eq!(exit_code(&error), Some(33));
    assert_eq!(
        error.root_cause().to_string(),
        "Exited with i32 exit status 33"
    );
    Ok(())
}

// The streams of a program can be memory of the host.
#[test]
fn streams() -> Result<()> {
    let text = r#"(memory (export "memory") 1)
        (func (export "_start")
          (i32.store (i32.const 0) (i32.const 100))
          (i32.store (i32.const 4) (i32.const 50))
          (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
          (i32.store (i32.const 4) (i32.load (i32.const 8)))
          (call $exit (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))"#;
    let stdout = MemoryOutputPipe::new(100);
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdin(MemoryInputPipe::new("text"))
        .stdout(stdout.clone());
    let error = error_of(&Engine::default(), text, &mut builder)?;
    assert_eq!(exit_code(&error), Some(0));
    assert_eq!(stdout.contents(), "text");
    Ok(())
}

// They end the program, as in wasmtime; its error is no trap.
#[test]
fn bad_pointers() -> Result<()> {
    let text = r#"(memory (export "memory") 1)
        (func (export "_start") (call $exit (call $random (i32.const 65530) (i32.const 7))))"#;
    let error = error_of(&Engine::default(), text, &mut WasiCtxBuilder::new())?;
    assert_eq!(exit_code(&error), None);
    assert_eq!(
        error.root_cause().to_string(),
        "Pointer out of bounds: Region { start: 65530, len: 7 }"
    );
    // So does a vector of buffers that is not aligned.
    let text = r#"(memory (export "memory") 1)
        (func (export "_start")
          (call $exit (call $write (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 8))))"#;
    let error = error_of(&Engine::default(), text, &mut WasiCtxBuilder::new())?;
    assert_eq!(exit_code(&error), None);
    assert!(
        format!("{error:?}").contains("Pointer not aligned"),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn a_program_without_memory() -> Result<()> {
    let text = r#"(func (export "_start") (call $exit (i32.const 0)))"#;
    let error = error_of(&Engine::default(), text, &mut WasiCtxBuilder::new())?;
    assert_eq!(
        error.root_cause().to_string(),
        "missing required memory export"
    );
    Ok(())
}

#[test]
fn shared_memory() -> Result<()> {
    let mut config = Config::new();
    config.shared_memory(true);
    let engine = Engine::new(&config)?;
    let ty = MemoryTypeBuilder::new()
        .min(1)
        .max(Some(1))
        .shared(true)
        .build()?;
    drop(SharedMemory::new(&engine, ty)?);
    let text = r#"(memory (export "memory") 1 1 shared)
        (func (export "_start") (call $exit (call $random (i32.const 0) (i32.const 9))))"#;
    let error = error_of(&engine, text, &mut WasiCtxBuilder::new())?;
    assert_eq!(exit_code(&error), Some(0));
    Ok(())
}

#[test]
fn names_are_defined_once() -> Result<()> {
    let mut linker: Linker<WasiP1Ctx> = Linker::default();
    p1::add_to_linker_sync(&mut linker, |context| context)?;
    let error = p1::add_to_linker_sync(&mut linker, |context| context);
    let text = error.expect_err("they are there already").to_string();
    assert!(
        text.starts_with("import of `wasi_snapshot_preview1::"),
        "{text}"
    );
    assert!(text.ends_with("` defined twice"), "{text}");
    linker.allow_shadowing(true);
    p1::add_to_linker_sync(&mut linker, |context| context)
}

#[test]
fn directories_that_are_not_there() {
    let mut builder = WasiCtxBuilder::new();
    let result = builder.preopened_dir("/there/is/none", "/", FsPerms::ReadOnly);
    let error = result.err().expect("it is not there");
    let error = error
        .downcast_ref::<std::io::Error>()
        .expect("the system said so");
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
}

/// A program that sleeps ends, and not at once.
fn sleeps() {
    let start = Instant::now();
    let error = error_of(&Engine::default(), SLEEP, &mut WasiCtxBuilder::new());
    assert_eq!(exit_code(&error.expect("the program runs")), Some(0));
    assert!(start.elapsed() >= Duration::from_millis(30));
}

#[test]
fn waiting_on_a_thread() {
    sleeps();
}

#[test]
fn waiting_on_many_threads() {
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(sleeps);
        }
    });
}

// The one thread of a runtime is blocked by the call: who is to wake it must be elsewhere.
#[test]
fn waiting_in_a_task() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async { sleeps() });
    Ok(())
}
