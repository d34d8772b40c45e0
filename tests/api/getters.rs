//! Settings, as engines give them back, and those that are refused.

use crate::error;
use wasm_interp_jit::{
    Collector, Config, Enabled, Engine, Inlining, InstanceAllocationStrategy, Module,
    ModuleVersionStrategy, OptLevel, PoolingAllocationConfig, RegallocAlgorithm, Result, Strategy,
    WasmFeatures,
};

fn engine(set: impl FnOnce(&mut Config)) -> Engine {
    let mut config = Config::new();
    set(&mut config);
    Engine::new(&config).expect("the settings are valid")
}

fn refused(set: impl FnOnce(&mut Config)) -> String {
    let mut config = Config::new();
    set(&mut config);
    error(Engine::new(&config))
}

#[test]
fn defaults() {
    let it = Engine::default();
    assert!(it.get_memory_may_move() && it.get_signals_based_traps());
    assert_eq!(it.get_memory_reservation(), 4 << 30);
    assert_eq!(it.get_memory_reservation_for_growth(), 2 << 30);
    assert_eq!(it.get_memory_guard_size(), 32 << 20);
    assert!(it.get_guard_before_linear_memory() && it.get_table_lazy_init());
    assert!(it.get_memory_init_cow());
    assert_eq!(it.get_memory_guaranteed_dense_image_size(), 16 << 20);
    assert_eq!(it.get_cranelift_opt_level(), Some(OptLevel::Speed));
    assert_eq!(
        it.get_cranelift_regalloc_algorithm(),
        Some(RegallocAlgorithm::Backtracking)
    );
    assert_eq!(it.get_strategy(), Some(Strategy::Cranelift));
    assert_eq!(it.get_collector(), Some(Collector::Auto));
    assert_eq!(it.get_compiler_inlining(), Inlining::No);
    assert_eq!(it.get_cranelift_nan_canonicalization(), Some(false));
    assert!(!it.get_metadata_for_internal_asserts());
    assert!(it.get_metadata_for_gc_heap_corruption());
    assert!(it.get_pooling_config().is_none());
    assert_eq!(it.get_async_stack_size(), 2 << 20);
    assert_eq!(it.get_max_wasm_stack(), 512 << 10);
    assert!(!it.get_async_stack_zeroing() && !it.get_wasm_branch_hinting());
    assert!(!it.get_relaxed_simd_deterministic() && !it.get_shared_memory());
    assert!(it.get_generate_address_map() && it.get_debug_symbols());
    assert!(!it.get_debug_info() && !it.get_guest_debug());
    assert_eq!(it.get_wasm_backtrace_max_frames(), 20);
    assert_eq!(it.get_gc_zeal_alloc_counter(), None);
    assert_eq!(it.get_cranelift_flags_enabled().count(), 0);
    assert!(it.get_wasm_features().contains(WasmFeatures::SIMD));
    assert!(
        !it.get_wasm_features()
            .contains(WasmFeatures::WIDE_ARITHMETIC)
    );
    assert!(it.get_target().is_some_and(|it| it.contains("linux")));
}

#[test]
fn what_was_set() {
    let it = engine(|c| {
        c.memory_may_move(false)
            .memory_reservation(1 << 20)
            .memory_reservation_for_growth(2 << 20)
            .memory_guard_size(3 << 20)
            .gc_heap_reservation(1 << 20)
            .gc_heap_reservation_for_growth(2 << 20)
            .gc_heap_guard_size(3 << 20)
            .gc_heap_may_move(false)
            .gc_heap_initial_size(5)
            .guard_before_linear_memory(false)
            .table_lazy_init(false)
            .memory_init_cow(false)
            .memory_guaranteed_dense_image_size(6)
            .cranelift_opt_level(OptLevel::SpeedAndSize)
            .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass)
            .cranelift_nan_canonicalization(true)
            .cranelift_debug_verifier(true)
            .compiler_inlining(Inlining::Yes)
            .async_stack_size(1 << 20)
            .max_wasm_stack(1 << 19)
            .async_stack_zeroing(true)
            .wasm_branch_hinting(true)
            .relaxed_simd_deterministic(true)
            .shared_memory(true)
            .generate_address_map(false)
            .debug_info(true)
            .wasm_backtrace_max_frames(None);
    });
    assert!(!it.get_memory_may_move());
    assert_eq!(it.get_memory_reservation(), 1 << 20);
    assert_eq!(it.get_memory_reservation_for_growth(), 2 << 20);
    assert_eq!(it.get_memory_guard_size(), 3 << 20);
    assert_eq!(it.get_gc_heap_reservation(), 1 << 20);
    assert_eq!(it.get_gc_heap_reservation_for_growth(), 2 << 20);
    assert_eq!(it.get_gc_heap_guard_size(), 3 << 20);
    assert_eq!(it.get_gc_heap_initial_size(), 5);
    assert!(!it.get_gc_heap_may_move() && !it.get_guard_before_linear_memory());
    assert!(!it.get_table_lazy_init() && !it.get_memory_init_cow());
    assert_eq!(it.get_memory_guaranteed_dense_image_size(), 6);
    assert_eq!(it.get_cranelift_opt_level(), Some(OptLevel::SpeedAndSize));
    assert_eq!(
        it.get_cranelift_regalloc_algorithm(),
        Some(RegallocAlgorithm::SinglePass)
    );
    assert_eq!(it.get_cranelift_nan_canonicalization(), Some(true));
    assert_eq!(it.get_cranelift_debug_verifier(), Some(true));
    assert_eq!(it.get_compiler_inlining(), Inlining::Yes);
    assert_eq!(it.get_async_stack_size(), 1 << 20);
    assert_eq!(it.get_max_wasm_stack(), 1 << 19);
    assert!(it.get_async_stack_zeroing() && it.get_wasm_branch_hinting());
    assert!(it.get_relaxed_simd_deterministic() && it.get_shared_memory());
    assert!(!it.get_generate_address_map() && it.get_debug_info());
    assert_eq!(it.get_wasm_backtrace_max_frames(), 0);
}

#[test]
fn contradictions() {
    assert_eq!(
        refused(|c| {
            c.max_wasm_stack(2 << 20).async_stack_size(1 << 20);
        }),
        "max_wasm_stack size cannot exceed the async_stack_size"
    );
    assert_eq!(
        refused(|c| {
            c.debug_info(true).debug_symbols(false);
        }),
        "cannot enable native debug info while debug symbols are disabled"
    );
    assert_eq!(
        refused(|c| {
            c.wmemcheck(true);
        }),
        "wmemcheck (memory checker) was requested but is not enabled in this build"
    );
}

#[test]
fn flags_of_cranelift() -> Result<()> {
    let mut config = Config::new();
    // SAFETY: the flags change neither calls nor traps.
    unsafe {
        config
            .cranelift_flag_enable("enable_pcc")
            .cranelift_flag_set("opt_level", "none");
    }
    let text = error(Engine::new(&config));
    assert!(text.contains("enable_pcc"), "{text}");
    let mut config = Config::new();
    // SAFETY: as above.
    unsafe {
        config
            .cranelift_flag_enable("enable_heap_access_spectre_mitigation")
            .cranelift_flag_set("regalloc_algorithm", "single_pass");
    }
    let it = Engine::new(&config)?;
    assert_eq!(
        it.get_cranelift_flags_enabled().collect::<Vec<_>>(),
        ["enable_heap_access_spectre_mitigation"]
    );
    assert!(
        it.get_cranelift_flags_set()
            .any(|it| it == ("regalloc_algorithm", "single_pass"))
    );
    Ok(())
}

#[test]
fn targets() -> Result<()> {
    let target = Engine::default().get_target().expect("has a compiler");
    let mut config = Config::new();
    config.target(&target)?;
    assert_eq!(Engine::new(&config)?.get_target(), Some(target));
    let text = error(Config::new().target("nonsense"));
    assert_eq!(text, "Unrecognized architecture: nonsense");
    Ok(())
}

#[test]
fn pools() {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_memories(5)
        .total_tables(6)
        .total_core_instances(7)
        .max_memory_size(1 << 20)
        .table_elements(8)
        .pagemap_scan(Enabled::Auto)
        .linear_memory_keep_resident(9);
    assert_eq!(pool.get_total_memories(), 5);
    assert_eq!(pool.get_total_tables(), 6);
    assert_eq!(pool.get_total_core_instances(), 7);
    assert_eq!(pool.get_max_memory_size(), 1 << 20);
    assert_eq!(pool.get_table_elements(), 8);
    assert_eq!(pool.get_pagemap_scan(), Enabled::Auto);
    assert_eq!(pool.get_memory_keep_resident(), 9);
    assert_eq!(pool.get_total_stacks(), 1000);
    assert_eq!(pool.get_max_unused_warm_slots(), 100);
    assert_eq!(pool.get_max_tables_per_module(), 1);
    assert_eq!(pool.get_max_core_instances_per_component(), u32::MAX);
    let strategy = InstanceAllocationStrategy::from(pool);
    assert!(matches!(strategy, InstanceAllocationStrategy::Pooling(_)));
}

#[test]
fn names() {
    for (text, inlining) in [
        ("yes", Inlining::Yes),
        ("n", Inlining::No),
        ("gc", Inlining::InterModuleAndIntraGc),
        ("inter-module", Inlining::InterModuleAndIntraGc),
        ("intrinsics", Inlining::Intrinsics),
    ] {
        assert_eq!(text.parse::<Inlining>().ok(), Some(inlining));
    }
    assert_eq!(
        error("maybe".parse::<Inlining>()),
        "invalid intra-module inlining option string: `maybe`, only \
         yes,no,gc,inter-module,intrinsics accepted"
    );
    assert_eq!(Inlining::InterModule.to_string(), "inter-module");
    assert_eq!(ModuleVersionStrategy::Custom("x".to_owned()).as_str(), "x");
    assert_eq!(ModuleVersionStrategy::None.as_str(), "");
    let long = ModuleVersionStrategy::Custom("x".repeat(256));
    assert!(
        error(Config::new().module_version(long))
            .starts_with("custom module version cannot be more than 255 bytes: xxx")
    );
}

#[test]
fn without_a_compiler() {
    let it = engine(|c| {
        c.enable_compiler(false);
    });
    let text = "Engine was not configured with a compiler";
    assert_eq!(error(Module::new(&it, "(module)")), text);
    assert_eq!(error(Module::from_binary(&it, b"\0asm\x01\0\0\0")), text);
    assert!(it.get_strategy().is_none() && it.get_target().is_none());
    assert!(it.get_cranelift_opt_level().is_none());
    assert!(it.get_cranelift_debug_verifier().is_none());
    assert!(it.get_cranelift_regalloc_algorithm().is_none());
    assert!(it.get_cranelift_nan_canonicalization().is_none());
    assert!(it.get_native_unwind_info().is_none());
}
