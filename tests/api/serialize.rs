//! Serialized modules, and modules that are built step by step.

use crate::{check, check_with, error};
use std::path::{Path, PathBuf};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, Ordering};
use wasm_interp_jit::{
    CodeBuilder, CodeHint, Config, Engine, Instance, Module, ModuleVersionStrategy, Precompiled,
    Result, Store,
};

const WAT: &str = r#"(module $named
    (memory (export "m") 1) (data (i32.const 3) "x")
    (func (export "f") (param i32) (result i32)
        (i32.add (i32.load8_u (i32.const 3)) (local.get 0))))"#;

/// The result of calling `f` with 1.
fn call(module: &Module) -> Result<i32> {
    let mut store = Store::new(module.engine(), ());
    let it = Instance::new(&mut store, module, &[])?;
    let f = it.get_typed_func::<i32, i32>(&mut store, "f")?;
    f.call(&mut store, 1)
}

fn deserialize(engine: &Engine, bytes: &[u8]) -> Result<Module> {
    // SAFETY: the bytes are those of `Module::serialize`, perhaps damaged, of this process.
    unsafe { Module::deserialize(engine, bytes) }
}

fn file(name: &str, bytes: &[u8]) -> Result<PathBuf> {
    let path = std::env::temp_dir().join(format!("wij-{}-{name}", std::process::id()));
    std::fs::write(&path, bytes)?;
    Ok(path)
}

#[test]
fn there_and_back() {
    check(|engine| {
        let module = Module::new(engine, WAT)?;
        let bytes = module.serialize()?;
        let again = deserialize(engine, &bytes)?;
        assert_eq!(again.name(), Some("named"));
        assert_eq!(again.exports().len(), 2);
        assert_eq!(call(&again)?, i32::from(b'x') + 1);
        // Also after it has run, and what came back.
        assert_eq!(call(&module)?, i32::from(b'x') + 1);
        let again = deserialize(engine, &module.serialize()?)?;
        let again = deserialize(engine, &again.serialize()?)?;
        assert_eq!(call(&again)?, i32::from(b'x') + 1);
        Ok(())
    });
}

#[test]
fn precompiled_by_the_engine() {
    check(|engine| {
        let bytes = engine.precompile_module(WAT.as_bytes())?;
        assert_eq!(
            Engine::detect_precompiled(&bytes),
            Some(Precompiled::Module)
        );
        assert_eq!(Engine::detect_precompiled(b"\0asm"), None);
        assert_eq!(call(&deserialize(engine, &bytes)?)?, i32::from(b'x') + 1);
        assert!(
            engine
                .precompile_module(b"(module (func (result i32)))")
                .is_err()
        );
        Ok(())
    });
}

#[test]
fn another_engine_of_the_same_settings() -> Result<()> {
    let bytes = Engine::default().precompile_module(WAT.as_bytes())?;
    assert_eq!(
        call(&deserialize(&Engine::default(), &bytes)?)?,
        i32::from(b'x') + 1
    );
    Ok(())
}

#[test]
fn files() -> Result<()> {
    let engine = Engine::default();
    let path = file("module.cwasm", &engine.precompile_module(WAT.as_bytes())?)?;
    assert_eq!(
        Engine::detect_precompiled_file(&path)?,
        Some(Precompiled::Module)
    );
    // SAFETY: the file is as it was written.
    let modules = unsafe {
        [
            Module::deserialize_file(&engine, &path)?,
            Module::deserialize_open_file(&engine, std::fs::File::open(&path)?)?,
            Module::from_trusted_file(&engine, &path)?,
        ]
    };
    for module in &modules {
        assert_eq!(call(module)?, i32::from(b'x') + 1);
    }
    std::fs::remove_file(&path)?;
    let text = file("module.wat", WAT.as_bytes())?;
    // SAFETY: as above.
    let module = unsafe { Module::from_trusted_file(&engine, &text)? };
    assert_eq!(call(&module)?, i32::from(b'x') + 1);
    std::fs::remove_file(&text)?;
    // SAFETY: there is no such file.
    let missing = unsafe { Module::deserialize_file(&engine, Path::new("/nowhere/x.cwasm")) };
    error(missing);
    Ok(())
}

#[test]
fn memory_of_the_embedder() -> Result<()> {
    let engine = Engine::default();
    let bytes = engine.precompile_module(WAT.as_bytes())?;
    // SAFETY: a leaked box stays as it is.
    let module = unsafe {
        let bytes: &'static mut [u8] = page_aligned(&bytes);
        Module::deserialize_raw(&engine, NonNull::from(bytes))
    };
    // wasmtime wants memory that it can make executable, which this may not be.
    if let Ok(module) = module {
        assert_eq!(call(&module)?, i32::from(b'x') + 1);
    }
    Ok(())
}

/// A copy that is never freed, on pages of its own.
fn page_aligned(bytes: &[u8]) -> &'static mut [u8] {
    // Known here, so that whoever looks for leaks finds none.
    static KEPT: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());
    let copy = vec![0; bytes.len() + 4096].leak();
    KEPT.store(copy.as_mut_ptr(), Ordering::Relaxed);
    let start = copy.as_ptr().align_offset(4096);
    let copy = &mut copy[start..start + bytes.len()];
    copy.copy_from_slice(bytes);
    copy
}

#[test]
fn versions() -> Result<()> {
    let engine = |version: ModuleVersionStrategy| -> Result<Engine> {
        let mut config = Config::new();
        config.module_version(version)?;
        Engine::new(&config)
    };
    let custom = |name: &str| engine(ModuleVersionStrategy::Custom(name.to_owned()));
    let bytes = custom("one")?.precompile_module(WAT.as_bytes())?;
    assert_eq!(call(&deserialize(&custom("one")?, &bytes)?)?, 121);
    assert_eq!(
        error(deserialize(&custom("two")?, &bytes)),
        "Module was compiled with incompatible version 'one'"
    );
    assert_eq!(
        error(deserialize(&Engine::default(), &bytes)),
        "Module was compiled with incompatible version 'one'"
    );
    let any = engine(ModuleVersionStrategy::None)?;
    assert_eq!(call(&deserialize(&any, &bytes)?)?, 121);
    Ok(())
}

#[test]
fn proposals_that_are_off() -> Result<()> {
    let mut config = Config::new();
    config.wasm_wide_arithmetic(true);
    let bytes = Engine::new(&config)?.precompile_module(WAT.as_bytes())?;
    assert_eq!(
        error(deserialize(&Engine::default(), &bytes)),
        "Module was compiled with support for WebAssembly feature `wide_arithmetic` but it is not \
         enabled for the host"
    );
    Ok(())
}

#[test]
fn something_else() {
    let engine = Engine::default();
    for bytes in [&b""[..], b"\0asm\x01\0\0\0", b"(module)", &[0xff; 100]] {
        let text = error(deserialize(&engine, bytes));
        assert!(
            text.starts_with("failed to parse precompiled artifact"),
            "{text}"
        );
    }
}

#[test]
fn without_a_compiler() {
    check_with(
        |config| {
            config.enable_compiler(false);
        },
        |engine| {
            // Whatever is compiled ahead of time must say that it is for the same machine.
            let bytes = Engine::default().precompile_module(WAT.as_bytes())?;
            assert_eq!(call(&deserialize(engine, &bytes)?)?, 121);
            assert_eq!(
                error(engine.precompile_module(WAT.as_bytes())),
                "Engine was not configured with a compiler"
            );
            Ok(())
        },
    );
}

#[test]
fn built_step_by_step() {
    check(|engine| {
        let mut builder = CodeBuilder::new(engine);
        assert!(builder.hint().is_none());
        assert_eq!(
            error(builder.compile_module()),
            "no wasm bytes have been configured"
        );
        builder.wasm_binary_or_text(WAT.as_bytes(), None)?;
        assert!(matches!(builder.hint(), Some(CodeHint::Module)));
        assert_eq!(call(&builder.compile_module()?)?, 121);
        let bytes = builder.compile_module_serialized()?;
        assert_eq!(call(&deserialize(engine, &bytes)?)?, 121);
        assert_eq!(
            error(builder.wasm_binary(&b""[..], None).map(|_| ())),
            "cannot configure wasm bytes twice"
        );
        builder.dwarf_package(b"")?;
        assert_eq!(
            error(builder.dwarf_package(b"").map(|_| ())),
            "cannot call `dwarf_package` or `dwarf_package_file` twice"
        );
        Ok(())
    });
}

#[test]
fn built_of_files() -> Result<()> {
    let engine = Engine::default();
    let text = file("built.wat", WAT.as_bytes())?;
    let binary = file("built.wasm", &wat::parse_str(WAT)?)?;
    for path in [&text, &binary] {
        let mut builder = CodeBuilder::new(&engine);
        builder.wasm_binary_or_text_file(path)?;
        assert_eq!(call(&builder.compile_module()?)?, 121);
    }
    let mut builder = CodeBuilder::new(&engine);
    builder.wasm_binary_file(&binary)?;
    assert_eq!(call(&builder.compile_module()?)?, 121);
    let mut builder = CodeBuilder::new(&engine);
    let missing = builder.wasm_binary_file(Path::new("/nowhere/x.wasm"));
    let missing = error(missing.map(|_| ()));
    assert!(missing.starts_with("failed to read input file: /nowhere/x.wasm: "));
    std::fs::remove_file(text)?;
    std::fs::remove_file(binary)?;
    Ok(())
}
