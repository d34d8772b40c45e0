//! Settings and engines.

use crate::error;
use std::num::NonZeroUsize;
use wasm_interp_jit::{Config, Engine, Instance, Module, OptLevel, Store, Strategy, WasmFeatures};

fn refused(set: impl FnOnce(&mut Config) -> &mut Config) -> String {
    let mut config = Config::new();
    set(&mut config);
    error(Engine::new(&config))
}

// What is not supported must fail when it is asked for, not when it is used.
#[test]
fn unsupported_features() {
    let text =
        |name| format!("the wasm_{name} feature is not supported on this compiler configuration");
    assert_eq!(refused(|c| c.wasm_exceptions(true)), text("exceptions"));
    assert_eq!(
        refused(|c| c.wasm_features(WasmFeatures::EXCEPTIONS, true)),
        text("exceptions")
    );
}

#[test]
fn invalid_settings() {
    assert_eq!(
        refused(|c| c.max_wasm_stack(0)),
        "max_wasm_stack size cannot be zero"
    );
    assert_eq!(
        refused(|c| c.strategy(Strategy::Winch)),
        "winch support not compiled in"
    );
    let half = "cannot disable the simd proposal but enable the relaxed simd proposal";
    assert_eq!(refused(|c| c.wasm_simd(false)), half);
}

// Switching a proposal off must reach validation.
#[test]
fn features_can_be_switched_off() {
    let refuses = |set: fn(&mut Config, bool) -> &mut Config, wat: &str| {
        let mut config = Config::new();
        set(&mut config, false);
        let off = Engine::new(&config).expect("all settings are valid");
        assert!(Module::new(&Engine::default(), wat).is_ok(), "{wat}");
        assert!(Module::new(&off, wat).is_err(), "{wat}");
    };
    refuses(Config::wasm_tail_call, "(module (func $f return_call $f))");
    refuses(
        |c, on| c.wasm_simd(on).wasm_relaxed_simd(on),
        "(module (func (param v128)))",
    );
    refuses(
        Config::wasm_relaxed_simd,
        "(module (func (param v128) (result v128)
            (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))",
    );
    refuses(
        Config::wasm_multi_value,
        "(module (func (result i32 i32) unreachable))",
    );
    refuses(
        Config::wasm_reference_types,
        "(module (func (param externref)))",
    );
    refuses(
        Config::wasm_function_references,
        "(module (type $t (func)) (func (param (ref null $t)) (call_ref $t (local.get 0))))",
    );
    refuses(
        Config::wasm_gc,
        "(module (rec (type (func)) (type (func))))",
    );
    refuses(
        Config::wasm_extended_const,
        "(module (global i32 (i32.add (i32.const 1) (i32.const 2))))",
    );
    refuses(
        Config::wasm_bulk_memory,
        "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))",
    );
}

// What is valid but not supported must fail when it is asked for, too.
#[test]
fn unsupported_types_and_instructions() {
    let refuses = |wat: &str, expected: &str| {
        for lazy in [false, true] {
            let mut config = Config::new();
            config.lazy_validation(lazy);
            let engine = Engine::new(&config).expect("all settings are valid");
            let error = Module::new(&engine, wat).and_then(|module| {
                let mut store = Store::new(&engine, ());
                let instance = Instance::new(&mut store, &module, &[])?;
                instance
                    .get_typed_func::<(), ()>(&mut store, "f")?
                    .call(&mut store, ())
            });
            let error = format!("{:?}", error.expect_err("is refused"));
            assert!(error.contains(expected), "{wat}: {error}");
        }
    };
    refuses("(module (type (struct)))", "unsupported struct type at 0x");
    refuses("(module (type (array i8)))", "unsupported array type at 0x");
    refuses(
        "(module (func (param anyref)))",
        "unsupported value type at 0x",
    );
    refuses(
        "(module (table 0 i31ref))",
        "unsupported reference type at 0x",
    );
    let in_body = |code: &str| format!("(module (func (export \"f\") {code}))");
    refuses(
        &in_body("(local eqref)"),
        "unsupported type of a local at 0x",
    );
    for code in [
        "(drop (ref.i31 (i32.const 1)))",
        "(drop (ref.null any))",
        "(drop (ref.test funcref (ref.null func)))",
        "(drop (block (result anyref) unreachable))",
        "(drop (select (result i31ref) unreachable))",
        "(drop (any.convert_extern (ref.null extern)))",
    ] {
        refuses(&in_body(code), "unsupported instruction at 0x");
    }
}

// wasmtime 48 has these off.
#[test]
fn features_off_by_default() {
    let wide = "(module (func (param i64 i64) (result i64 i64)
        local.get 0 local.get 1 i64.mul_wide_s))";
    assert!(Module::new(&Engine::default(), wide).is_err());
    let mut config = Config::new();
    config.wasm_wide_arithmetic(true);
    let engine = Engine::new(&config).expect("all settings are valid");
    assert!(Module::new(&engine, wide).is_ok());
}

#[test]
fn every_setting_is_accepted() {
    let mut config = Config::new();
    config
        .max_wasm_stack(1 << 20)
        .wasm_backtrace_max_frames(NonZeroUsize::new(5))
        .generate_address_map(false)
        .cranelift_opt_level(OptLevel::None)
        .cranelift_debug_verifier(true)
        .cranelift_nan_canonicalization(true)
        .parallel_compilation(false)
        .memory_reservation(0)
        .memory_guard_size(0)
        .signals_based_traps(false)
        .lazy_validation(true)
        .jit_threshold(1)
        .jit_background(false)
        .jit_deopt_every(None)
        .jit_deopt_at(Some(1))
        .jit_osr(false)
        .jit_inlining(false)
        .jit_speculation(false);
    let engine = Engine::new(&config.clone()).expect("all settings are valid");
    assert!(Module::new(&engine, "(module)").is_ok());
}

#[test]
fn engines_are_the_same_or_not() {
    let engine = Engine::default();
    let clone = engine.clone();
    assert!(Engine::same(&engine, &clone));
    assert!(!Engine::same(&engine, &Engine::default()));
    let weak = engine.weak();
    assert!(
        weak.upgrade()
            .is_some_and(|strong| Engine::same(&strong, &engine))
    );
    drop((engine, clone));
    assert!(weak.upgrade().is_none());
}

// Modules and stores keep the engine alive, with its types.
#[test]
fn engine_outlives_its_handle() {
    let engine = Engine::default();
    let weak = engine.weak();
    let module = Module::new(&engine, "(module (func (export \"f\") (param i32)))");
    let module = module.expect("is valid");
    drop(engine);
    let ty = module.get_export("f").expect("there is an export");
    assert_eq!(ty.unwrap_func().to_string(), "(type (func (param i32)))");
    drop(module);
    assert!(weak.upgrade().is_some(), "the type is still there");
    drop(ty);
    assert!(weak.upgrade().is_none());
}
