//! Signatures of wasmtime 48.0.8: engine. Written by `tests/compat/signatures`.

use super::*;

// `Engine`

fn engine_signatures() {
    let _: fn(&Engine) -> bool = <Engine>::get_memory_may_move;
    let _: fn(&Engine) -> u64 = <Engine>::get_memory_reservation;
    let _: fn(&Engine) -> u64 = <Engine>::get_memory_reservation_for_growth;
    let _: fn(&Engine) -> u64 = <Engine>::get_memory_guard_size;
    let _: fn(&Engine) -> bool = <Engine>::get_gc_heap_may_move;
    let _: fn(&Engine) -> u64 = <Engine>::get_gc_heap_reservation;
    let _: fn(&Engine) -> u64 = <Engine>::get_gc_heap_initial_size;
    let _: fn(&Engine) -> u64 = <Engine>::get_gc_heap_reservation_for_growth;
    let _: fn(&Engine) -> u64 = <Engine>::get_gc_heap_guard_size;
    let _: fn(&Engine) -> bool = <Engine>::get_guard_before_linear_memory;
    let _: fn(&Engine) -> bool = <Engine>::get_table_lazy_init;
    let _: fn(&Engine) -> bool = <Engine>::get_memory_init_cow;
    let _: fn(&Engine) -> u64 = <Engine>::get_memory_guaranteed_dense_image_size;
    let _: fn(&Engine) -> bool = <Engine>::get_signals_based_traps;
    let _: fn(&Engine) -> Option<std::num::NonZeroU32> = <Engine>::get_gc_zeal_alloc_counter;
    let _: fn(&Engine) -> Option<OptLevel> = <Engine>::get_cranelift_opt_level;
    let _: fn(&Engine) -> Option<RegallocAlgorithm> = <Engine>::get_cranelift_regalloc_algorithm;
    let _: fn(&Engine) -> Option<Strategy> = <Engine>::get_strategy;
    let _: fn(&Engine) -> Option<Collector> = <Engine>::get_collector;
    let _: fn(&Engine) -> Option<bool> = <Engine>::get_cranelift_debug_verifier;
    let _: fn(&Engine) -> Inlining = <Engine>::get_compiler_inlining;
    let _: fn(&Engine) -> Option<bool> = <Engine>::get_native_unwind_info;
    let _: fn(&Engine) -> bool = <Engine>::get_parallel_compilation;
    let _: fn(&Engine) -> bool = <Engine>::get_metadata_for_internal_asserts;
    let _: fn(&Engine) -> bool = <Engine>::get_metadata_for_gc_heap_corruption;
    let _: for<'this> fn(&'this Engine) -> Option<&'this PoolingAllocationConfig> =
        <Engine>::get_pooling_config;
    let _: fn(&Engine) -> WasmFeatures = <Engine>::get_wasm_features;
    let _: fn(&Engine) -> usize = <Engine>::get_async_stack_size;
    let _: fn(&Engine) -> bool = <Engine>::get_async_stack_zeroing;
    let _: fn(&Engine) -> bool = <Engine>::get_wasm_branch_hinting;
    let _: fn(&Engine) -> bool = <Engine>::get_concurrency_support;
    let _: fn(&Engine) -> bool = <Engine>::get_epoch_interruption;
    let _: fn(&Engine) -> bool = <Engine>::get_consume_fuel;
    let _: fn(&Engine) -> usize = <Engine>::get_max_wasm_stack;
    let _: fn(&Engine) -> Option<bool> = <Engine>::get_cranelift_nan_canonicalization;
    let _: fn(&Engine) -> bool = <Engine>::get_relaxed_simd_deterministic;
    let _: fn(&Engine) -> bool = <Engine>::get_shared_memory;
    let _: fn(&Engine) -> bool = <Engine>::get_generate_address_map;
    let _: fn(&Engine) -> bool = <Engine>::get_debug_info;
    let _: fn(&Engine) -> bool = <Engine>::get_guest_debug;
    let _: fn(&Engine) -> bool = <Engine>::get_debug_symbols;
    let _: fn(&Engine) -> usize = <Engine>::get_wasm_backtrace_max_frames;
    let _: fn(&Engine) -> Option<String> = <Engine>::get_target;
    let _: fn(&Config) -> Result<Engine> = <Engine>::new;
    let _: for<'this> fn(&'this Engine) -> &'this Config = <Engine>::config;
    let _: fn(&Engine) -> EngineWeak = <Engine>::weak;
    let _: fn(&Engine, &Engine) -> bool = <Engine>::same;
    let _: fn(&Engine) -> bool = <Engine>::is_recording;
    let _: fn(&Engine) -> bool = <Engine>::is_replaying;
    let _: fn(&[u8]) -> Option<Precompiled> = <Engine>::detect_precompiled;
    let _: fn(&Engine) -> bool = <Engine>::is_pulley;
    let _: fn(&Engine, &[u8]) -> Result<Vec<u8>> = <Engine>::precompile_module;
    let _: fn() = <Engine>::tls_eager_initialize;
    let _: fn(&Engine) -> Option<PoolingAllocatorMetrics> = <Engine>::pooling_allocator_metrics;
    let _: fn(&Engine) = <Engine>::increment_epoch;
    let _: unsafe fn(Engine) = <Engine>::unload_process_handlers;
}

fn engine_get_cranelift_flags_enabled<'this>(
    a0: &'this Engine,
) -> impl std::iter::Iterator<Item = &'this str> {
    <Engine>::get_cranelift_flags_enabled(a0)
}

fn engine_get_cranelift_flags_set<'this>(
    a0: &'this Engine,
) -> impl std::iter::Iterator<Item = (&'this str, &'this str)> {
    <Engine>::get_cranelift_flags_set(a0)
}

fn engine_detect_precompiled_file<A0: std::convert::AsRef<std::path::Path>>() {
    let _: fn(A0) -> Result<Option<Precompiled>> = <Engine>::detect_precompiled_file;
}

fn engine_precompile_compatibility_hash<'this>(a0: &'this Engine) -> impl std::hash::Hash + 'this {
    <Engine>::precompile_compatibility_hash(a0)
}

implements!([] [] Engine: Clone + Default + Send + Sync + Unpin + std::fmt::Debug);

// `EngineWeak`

fn engine_weak_signatures() {
    let _: fn(&EngineWeak) -> Option<Engine> = <EngineWeak>::upgrade;
}

implements!([] [] EngineWeak: Clone + Default + Send + Sync + Unpin);

// `Precompiled`

fn precompiled_variants(it: &Precompiled) {
    match it {
        Precompiled::Module => {}
        Precompiled::Component => {}
    }
}

implements!([] [] Precompiled: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);
