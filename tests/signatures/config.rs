//! Signatures of wasmtime 48.0.8: config. Written by `tests/compat/signatures`.

use super::*;

// `Cache`

fn cache_signatures() {
    let _: fn(CacheConfig) -> Result<Cache> = <Cache>::new;
    let _: fn(Option<&std::path::Path>) -> Result<Cache> = <Cache>::from_file;
    let _: fn(&Cache) -> u64 = <Cache>::worker_event_queue_size;
    let _: fn(&Cache) -> i32 = <Cache>::baseline_compression_level;
    let _: fn(&Cache) -> i32 = <Cache>::optimized_compression_level;
    let _: fn(&Cache) -> u64 = <Cache>::optimized_compression_usage_counter_threshold;
    let _: fn(&Cache) -> std::time::Duration = <Cache>::cleanup_interval;
    let _: fn(&Cache) -> std::time::Duration = <Cache>::optimizing_compression_task_timeout;
    let _: fn(&Cache) -> std::time::Duration = <Cache>::allowed_clock_drift_for_files_from_future;
    let _: fn(&Cache) -> u64 = <Cache>::file_count_soft_limit;
    let _: fn(&Cache) -> u64 = <Cache>::files_total_size_soft_limit;
    let _: fn(&Cache) -> u8 = <Cache>::file_count_limit_percent_if_deleting;
    let _: fn(&Cache) -> u8 = <Cache>::files_total_size_limit_percent_if_deleting;
    let _: for<'this> fn(&'this Cache) -> &'this std::path::PathBuf = <Cache>::directory;
    let _: fn(&Cache) -> usize = <Cache>::cache_hits;
    let _: fn(&Cache) -> usize = <Cache>::cache_misses;
}

implements!([] [] Cache: Clone + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `CacheConfig`

fn cache_config_signatures() {
    let _: fn() -> CacheConfig = <CacheConfig>::new;
    let _: fn(Option<&std::path::Path>) -> Result<CacheConfig> = <CacheConfig>::from_file;
    let _: fn(&CacheConfig) -> u64 = <CacheConfig>::worker_event_queue_size;
    let _: fn(&CacheConfig) -> i32 = <CacheConfig>::baseline_compression_level;
    let _: fn(&CacheConfig) -> i32 = <CacheConfig>::optimized_compression_level;
    let _: fn(&CacheConfig) -> u64 = <CacheConfig>::optimized_compression_usage_counter_threshold;
    let _: fn(&CacheConfig) -> std::time::Duration = <CacheConfig>::cleanup_interval;
    let _: fn(&CacheConfig) -> std::time::Duration =
        <CacheConfig>::optimizing_compression_task_timeout;
    let _: fn(&CacheConfig) -> std::time::Duration =
        <CacheConfig>::allowed_clock_drift_for_files_from_future;
    let _: fn(&CacheConfig) -> u64 = <CacheConfig>::file_count_soft_limit;
    let _: fn(&CacheConfig) -> u64 = <CacheConfig>::files_total_size_soft_limit;
    let _: fn(&CacheConfig) -> u8 = <CacheConfig>::file_count_limit_percent_if_deleting;
    let _: fn(&CacheConfig) -> u8 = <CacheConfig>::files_total_size_limit_percent_if_deleting;
    let _: for<'this> fn(&'this CacheConfig) -> Option<&'this std::path::PathBuf> =
        <CacheConfig>::directory;
    let _: for<'this> fn(&'this mut CacheConfig, u64) -> &'this mut CacheConfig =
        <CacheConfig>::with_worker_event_queue_size;
    let _: for<'this> fn(&'this mut CacheConfig, i32) -> &'this mut CacheConfig =
        <CacheConfig>::with_baseline_compression_level;
    let _: for<'this> fn(&'this mut CacheConfig, i32) -> &'this mut CacheConfig =
        <CacheConfig>::with_optimized_compression_level;
    let _: for<'this> fn(&'this mut CacheConfig, u64) -> &'this mut CacheConfig =
        <CacheConfig>::with_optimized_compression_usage_counter_threshold;
    let _: for<'this> fn(&'this mut CacheConfig, std::time::Duration) -> &'this mut CacheConfig =
        <CacheConfig>::with_cleanup_interval;
    let _: for<'this> fn(&'this mut CacheConfig, std::time::Duration) -> &'this mut CacheConfig =
        <CacheConfig>::with_optimizing_compression_task_timeout;
    let _: for<'this> fn(&'this mut CacheConfig, std::time::Duration) -> &'this mut CacheConfig =
        <CacheConfig>::with_allowed_clock_drift_for_files_from_future;
    let _: for<'this> fn(&'this mut CacheConfig, u64) -> &'this mut CacheConfig =
        <CacheConfig>::with_file_count_soft_limit;
    let _: for<'this> fn(&'this mut CacheConfig, u64) -> &'this mut CacheConfig =
        <CacheConfig>::with_files_total_size_soft_limit;
    let _: for<'this> fn(&'this mut CacheConfig, u8) -> &'this mut CacheConfig =
        <CacheConfig>::with_file_count_limit_percent_if_deleting;
    let _: for<'this> fn(&'this mut CacheConfig, u8) -> &'this mut CacheConfig =
        <CacheConfig>::with_files_total_size_limit_percent_if_deleting;
}

fn cache_config_with_directory<A0: Into<std::path::PathBuf>>() {
    let _: for<'this> fn(&'this mut CacheConfig, A0) -> &'this mut CacheConfig =
        <CacheConfig>::with_directory;
}

implements!([] [] CacheConfig: Clone + Default + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `Collector`

fn collector_variants(it: &Collector) {
    match it {
        Collector::Auto => {}
        Collector::DeferredReferenceCounting => {}
        Collector::Null => {}
        Collector::Copying => {}
        _ => {}
    }
}

implements!([] [] Collector: Clone + Copy + Default + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `Config`

fn config_signatures() {
    let _: fn() -> Config = <Config>::new;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::enable_compiler;
    let _: for<'this> fn(&'this mut Config, &str) -> Result<&'this mut Config> = <Config>::target;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::debug_info;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::debug_symbols;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::guest_debug;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::wasm_backtrace;
    let _: for<'this> fn(&'this mut Config, WasmBacktraceDetails) -> &'this mut Config =
        <Config>::wasm_backtrace_details;
    let _: for<'this> fn(&'this mut Config, Option<std::num::NonZeroUsize>) -> &'this mut Config =
        <Config>::wasm_backtrace_max_frames;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::native_unwind_info;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::consume_fuel;
    let _: for<'this> fn(&'this mut Config, OperatorCost) -> &'this mut Config =
        <Config>::operator_cost;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::epoch_interruption;
    let _: for<'this> fn(&'this mut Config, usize) -> &'this mut Config = <Config>::max_wasm_stack;
    let _: for<'this> fn(&'this mut Config, usize) -> &'this mut Config =
        <Config>::async_stack_size;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::async_stack_zeroing;
    let _: for<'this> fn(&'this mut Config, WasmFeatures, bool) -> &'this mut Config =
        <Config>::wasm_features;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::wasm_tail_call;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::wasm_branch_hinting;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::wasm_custom_page_sizes;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::wasm_threads;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::wasm_shared_everything_threads;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::wasm_reference_types;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::wasm_function_references;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::wasm_wide_arithmetic;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::wasm_gc;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::wasm_simd;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::wasm_relaxed_simd;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::relaxed_simd_deterministic;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::wasm_bulk_memory;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::wasm_multi_value;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::wasm_multi_memory;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::wasm_memory64;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::wasm_extended_const;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::wasm_stack_switching;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::wasm_exceptions;
    let _: for<'this> fn(&'this mut Config, Strategy) -> &'this mut Config = <Config>::strategy;
    let _: for<'this> fn(&'this mut Config, Collector) -> &'this mut Config = <Config>::collector;
    let _: for<'this> fn(&'this mut Config, u64) -> &'this mut Config =
        <Config>::gc_heap_initial_size;
    let _: for<'this> fn(&'this mut Config, ProfilingStrategy) -> &'this mut Config =
        <Config>::profiler;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::cranelift_debug_verifier;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::cranelift_wasmtime_debug_checks;
    let _: for<'this> fn(&'this mut Config, OptLevel) -> &'this mut Config =
        <Config>::cranelift_opt_level;
    let _: for<'this> fn(&'this mut Config, RegallocAlgorithm) -> &'this mut Config =
        <Config>::cranelift_regalloc_algorithm;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::cranelift_nan_canonicalization;
    let _: for<'this> unsafe fn(&'this mut Config, &str) -> &'this mut Config =
        <Config>::cranelift_flag_enable;
    let _: for<'this> unsafe fn(&'this mut Config, &str, &str) -> &'this mut Config =
        <Config>::cranelift_flag_set;
    let _: for<'this> fn(&'this mut Config, Option<Cache>) -> &'this mut Config = <Config>::cache;
    let _: for<'this> fn(
        &'this mut Config,
        std::sync::Arc<dyn MemoryCreator>,
    ) -> &'this mut Config = <Config>::with_host_memory;
    let _: for<'this> fn(&'this mut Config, std::sync::Arc<dyn StackCreator>) -> &'this mut Config =
        <Config>::with_host_stack;
    let _: for<'this> fn(
        &'this mut Config,
        Option<std::sync::Arc<dyn CustomCodeMemory>>,
    ) -> &'this mut Config = <Config>::with_custom_code_memory;
    let _: for<'this> fn(&'this mut Config, u64) -> &'this mut Config =
        <Config>::memory_reservation;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::memory_may_move;
    let _: for<'this> fn(&'this mut Config, u64) -> &'this mut Config = <Config>::memory_guard_size;
    let _: for<'this> fn(&'this mut Config, u64) -> &'this mut Config =
        <Config>::memory_reservation_for_growth;
    let _: for<'this> fn(&'this mut Config, u64) -> &'this mut Config =
        <Config>::gc_heap_reservation;
    let _: for<'this> fn(&'this mut Config, u64) -> &'this mut Config =
        <Config>::gc_heap_guard_size;
    let _: for<'this> fn(&'this mut Config, u64) -> &'this mut Config =
        <Config>::gc_heap_reservation_for_growth;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::gc_heap_may_move;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::guard_before_linear_memory;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::table_lazy_init;
    let _: for<'this> fn(&'this mut Config, ModuleVersionStrategy) -> Result<&'this mut Config> =
        <Config>::module_version;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::generate_address_map;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::memory_init_cow;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::force_memory_init_memfd;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::coredump_on_trap;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::wmemcheck;
    let _: for<'this> fn(&'this mut Config, u64) -> &'this mut Config =
        <Config>::memory_guaranteed_dense_image_size;
    let _: for<'this> fn(&'this mut Config, Inlining) -> &'this mut Config =
        <Config>::compiler_inlining;
    let _: for<'this> fn(&'this mut Config, &std::path::Path) -> &'this mut Config =
        <Config>::emit_clif;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::macos_use_mach_ports;
    let _: for<'this> unsafe fn(&'this mut Config, fn(&str) -> Option<bool>) -> &'this mut Config =
        <Config>::detect_host_feature;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::signals_based_traps;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::gc_support;
    let _: for<'this> unsafe fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::x86_float_abi_ok;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config = <Config>::shared_memory;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::concurrency_support;
    let _: for<'this> fn(&'this mut Config, RRConfig) -> &'this mut Config = <Config>::rr;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::metadata_for_internal_asserts;
    let _: for<'this> fn(&'this mut Config, bool) -> &'this mut Config =
        <Config>::metadata_for_gc_heap_corruption;
}

fn config_allocation_strategy<A0: Into<InstanceAllocationStrategy>>() {
    let _: for<'this> fn(&'this mut Config, A0) -> &'this mut Config =
        <Config>::allocation_strategy;
}

implements!([] [] Config: Clone + Default + Send + Sync + Unpin + std::fmt::Debug);

// `CustomCodeMemory`

fn custom_code_memory_required_alignment<This: CustomCodeMemory>() {
    let _: fn(&This) -> usize = <This as CustomCodeMemory>::required_alignment;
}

fn custom_code_memory_publish_executable<This: CustomCodeMemory>() {
    let _: fn(&This, *const u8, usize) -> Result<()> =
        <This as CustomCodeMemory>::publish_executable;
}

fn custom_code_memory_unpublish_executable<This: CustomCodeMemory>() {
    let _: fn(&This, *const u8, usize) -> Result<()> =
        <This as CustomCodeMemory>::unpublish_executable;
}

fn custom_code_memory_object(it: Box<dyn CustomCodeMemory>) {
    drop(it);
}

const _: () = {
    struct Mine;
    impl CustomCodeMemory for Mine {
        fn required_alignment(self: &Self) -> usize where {
            unreachable!()
        }
        fn publish_executable(self: &Self, _a1: *const u8, _a2: usize) -> Result<()> where {
            unreachable!()
        }
        fn unpublish_executable(self: &Self, _a1: *const u8, _a2: usize) -> Result<()> where {
            unreachable!()
        }
    }
};

implements!([This: CustomCodeMemory] [] This: Send + Sync);

// `Enabled`

fn enabled_variants(it: &Enabled) {
    match it {
        Enabled::Auto => {}
        Enabled::Yes => {}
        Enabled::No => {}
    }
}

implements!([] [] Enabled: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `Inlining`

fn inlining_variants(it: &Inlining) {
    match it {
        Inlining::Yes => {}
        Inlining::InterModuleAndIntraGc => {}
        Inlining::InterModule => {}
        Inlining::Intrinsics => {}
        Inlining::No => {}
    }
}

implements!([] [] Inlining: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::fmt::Display + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe + std::str::FromStr<Err = Error>);

// `InstanceAllocationStrategy`

fn instance_allocation_strategy_signatures() {
    let _: fn() -> InstanceAllocationStrategy = <InstanceAllocationStrategy>::pooling;
}

fn instance_allocation_strategy_variants(it: &InstanceAllocationStrategy) {
    match it {
        InstanceAllocationStrategy::OnDemand => {}
        InstanceAllocationStrategy::Pooling(a0) => {
            let _: (&PoolingAllocationConfig,) = (a0,);
        }
        _ => {}
    }
}

implements!([] [] InstanceAllocationStrategy: Clone + Default + From<PoolingAllocationConfig> + Send + Sync + Unpin + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `ModuleVersionStrategy`

fn module_version_strategy_signatures() {
    let _: for<'this> fn(&'this ModuleVersionStrategy) -> &'this str =
        <ModuleVersionStrategy>::as_str;
}

fn module_version_strategy_variants(it: &ModuleVersionStrategy) {
    match it {
        ModuleVersionStrategy::WasmtimeVersion => {}
        ModuleVersionStrategy::Custom(a0) => {
            let _: (&String,) = (a0,);
        }
        ModuleVersionStrategy::None => {}
    }
}

implements!([] [] ModuleVersionStrategy: Clone + Default + Send + Sync + Unpin + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `OperatorCost`

fields!(OperatorCost [] Unreachable: &u8, Nop: &u8, Block: &u8, Loop: &u8, If: &u8, Else: &u8,
    End: &u8, Br: &u8, BrIf: &u8, BrTable: &u8, Return: &u8, Call: &u8, CallIndirect: &u8,
    Drop: &u8, Select: &u8, LocalGet: &u8, LocalSet: &u8, LocalTee: &u8, GlobalGet: &u8,
    GlobalSet: &u8, I32Load: &u8, I64Load: &u8, F32Load: &u8, F64Load: &u8, I32Load8S: &u8,
    I32Load8U: &u8, I32Load16S: &u8, I32Load16U: &u8, I64Load8S: &u8, I64Load8U: &u8,
    I64Load16S: &u8, I64Load16U: &u8, I64Load32S: &u8, I64Load32U: &u8, I32Store: &u8,
    I64Store: &u8, F32Store: &u8, F64Store: &u8, I32Store8: &u8, I32Store16: &u8, I64Store8: &u8,
    I64Store16: &u8, I64Store32: &u8, MemorySize: &u8, MemoryGrow: &u8, I32Const: &u8,
    I64Const: &u8, F32Const: &u8, F64Const: &u8, I32Eqz: &u8, I32Eq: &u8, I32Ne: &u8, I32LtS: &u8,
    I32LtU: &u8, I32GtS: &u8, I32GtU: &u8, I32LeS: &u8, I32LeU: &u8, I32GeS: &u8, I32GeU: &u8,
    I64Eqz: &u8, I64Eq: &u8, I64Ne: &u8, I64LtS: &u8, I64LtU: &u8, I64GtS: &u8, I64GtU: &u8,
    I64LeS: &u8, I64LeU: &u8, I64GeS: &u8, I64GeU: &u8, F32Eq: &u8, F32Ne: &u8, F32Lt: &u8,
    F32Gt: &u8, F32Le: &u8, F32Ge: &u8, F64Eq: &u8, F64Ne: &u8, F64Lt: &u8, F64Gt: &u8, F64Le: &u8,
    F64Ge: &u8, I32Clz: &u8, I32Ctz: &u8, I32Popcnt: &u8, I32Add: &u8, I32Sub: &u8, I32Mul: &u8,
    I32DivS: &u8, I32DivU: &u8, I32RemS: &u8, I32RemU: &u8, I32And: &u8, I32Or: &u8, I32Xor: &u8,
    I32Shl: &u8, I32ShrS: &u8, I32ShrU: &u8, I32Rotl: &u8, I32Rotr: &u8, I64Clz: &u8, I64Ctz: &u8,
    I64Popcnt: &u8, I64Add: &u8, I64Sub: &u8, I64Mul: &u8, I64DivS: &u8, I64DivU: &u8,
    I64RemS: &u8, I64RemU: &u8, I64And: &u8, I64Or: &u8, I64Xor: &u8, I64Shl: &u8, I64ShrS: &u8,
    I64ShrU: &u8, I64Rotl: &u8, I64Rotr: &u8, F32Abs: &u8, F32Neg: &u8, F32Ceil: &u8,
    F32Floor: &u8, F32Trunc: &u8, F32Nearest: &u8, F32Sqrt: &u8, F32Add: &u8, F32Sub: &u8,
    F32Mul: &u8, F32Div: &u8, F32Min: &u8, F32Max: &u8, F32Copysign: &u8, F64Abs: &u8, F64Neg: &u8,
    F64Ceil: &u8, F64Floor: &u8, F64Trunc: &u8, F64Nearest: &u8, F64Sqrt: &u8, F64Add: &u8,
    F64Sub: &u8, F64Mul: &u8, F64Div: &u8, F64Min: &u8, F64Max: &u8, F64Copysign: &u8,
    I32WrapI64: &u8, I32TruncF32S: &u8, I32TruncF32U: &u8, I32TruncF64S: &u8, I32TruncF64U: &u8,
    I64ExtendI32S: &u8, I64ExtendI32U: &u8, I64TruncF32S: &u8, I64TruncF32U: &u8,
    I64TruncF64S: &u8, I64TruncF64U: &u8, F32ConvertI32S: &u8, F32ConvertI32U: &u8,
    F32ConvertI64S: &u8, F32ConvertI64U: &u8, F32DemoteF64: &u8, F64ConvertI32S: &u8,
    F64ConvertI32U: &u8, F64ConvertI64S: &u8, F64ConvertI64U: &u8, F64PromoteF32: &u8,
    I32ReinterpretF32: &u8, I64ReinterpretF64: &u8, F32ReinterpretI32: &u8, F64ReinterpretI64: &u8,
    I32Extend8S: &u8, I32Extend16S: &u8, I64Extend8S: &u8, I64Extend16S: &u8, I64Extend32S: &u8,
    RefEq: &u8, StructNew: &u8, StructNewDefault: &u8, StructGet: &u8, StructGetS: &u8,
    StructGetU: &u8, StructSet: &u8, ArrayNew: &u8, ArrayNewDefault: &u8, ArrayNewFixed: &u8,
    ArrayNewData: &u8, ArrayNewElem: &u8, ArrayGet: &u8, ArrayGetS: &u8, ArrayGetU: &u8,
    ArraySet: &u8, ArrayLen: &u8, ArrayFill: &u8, ArrayCopy: &u8, ArrayInitData: &u8,
    ArrayInitElem: &u8, RefTestNonNull: &u8, RefTestNullable: &u8, RefCastNonNull: &u8,
    RefCastNullable: &u8, BrOnCast: &u8, BrOnCastFail: &u8, AnyConvertExtern: &u8,
    ExternConvertAny: &u8, RefI31: &u8, I31GetS: &u8, I31GetU: &u8, StructNewDesc: &u8,
    StructNewDefaultDesc: &u8, RefGetDesc: &u8, RefCastDescEqNonNull: &u8,
    RefCastDescEqNullable: &u8, BrOnCastDescEq: &u8, BrOnCastDescEqFail: &u8, I32TruncSatF32S: &u8,
    I32TruncSatF32U: &u8, I32TruncSatF64S: &u8, I32TruncSatF64U: &u8, I64TruncSatF32S: &u8,
    I64TruncSatF32U: &u8, I64TruncSatF64S: &u8, I64TruncSatF64U: &u8, MemoryInit: &u8,
    DataDrop: &u8, MemoryCopy: &u8, MemoryFill: &u8, TableInit: &u8, ElemDrop: &u8, TableCopy: &u8,
    TypedSelect: &u8, TypedSelectMulti: &u8, RefNull: &u8, RefIsNull: &u8, RefFunc: &u8,
    TableFill: &u8, TableGet: &u8, TableSet: &u8, TableGrow: &u8, TableSize: &u8, ReturnCall: &u8,
    ReturnCallIndirect: &u8, MemoryDiscard: &u8, MemoryAtomicNotify: &u8, MemoryAtomicWait32: &u8,
    MemoryAtomicWait64: &u8, AtomicFence: &u8, I32AtomicLoad: &u8, I64AtomicLoad: &u8,
    I32AtomicLoad8U: &u8, I32AtomicLoad16U: &u8, I64AtomicLoad8U: &u8, I64AtomicLoad16U: &u8,
    I64AtomicLoad32U: &u8, I32AtomicStore: &u8, I64AtomicStore: &u8, I32AtomicStore8: &u8,
    I32AtomicStore16: &u8, I64AtomicStore8: &u8, I64AtomicStore16: &u8, I64AtomicStore32: &u8,
    I32AtomicRmwAdd: &u8, I64AtomicRmwAdd: &u8, I32AtomicRmw8AddU: &u8, I32AtomicRmw16AddU: &u8,
    I64AtomicRmw8AddU: &u8, I64AtomicRmw16AddU: &u8, I64AtomicRmw32AddU: &u8, I32AtomicRmwSub: &u8,
    I64AtomicRmwSub: &u8, I32AtomicRmw8SubU: &u8, I32AtomicRmw16SubU: &u8, I64AtomicRmw8SubU: &u8,
    I64AtomicRmw16SubU: &u8, I64AtomicRmw32SubU: &u8, I32AtomicRmwAnd: &u8, I64AtomicRmwAnd: &u8,
    I32AtomicRmw8AndU: &u8, I32AtomicRmw16AndU: &u8, I64AtomicRmw8AndU: &u8,
    I64AtomicRmw16AndU: &u8, I64AtomicRmw32AndU: &u8, I32AtomicRmwOr: &u8, I64AtomicRmwOr: &u8,
    I32AtomicRmw8OrU: &u8, I32AtomicRmw16OrU: &u8, I64AtomicRmw8OrU: &u8, I64AtomicRmw16OrU: &u8,
    I64AtomicRmw32OrU: &u8, I32AtomicRmwXor: &u8, I64AtomicRmwXor: &u8, I32AtomicRmw8XorU: &u8,
    I32AtomicRmw16XorU: &u8, I64AtomicRmw8XorU: &u8, I64AtomicRmw16XorU: &u8,
    I64AtomicRmw32XorU: &u8, I32AtomicRmwXchg: &u8, I64AtomicRmwXchg: &u8, I32AtomicRmw8XchgU: &u8,
    I32AtomicRmw16XchgU: &u8, I64AtomicRmw8XchgU: &u8, I64AtomicRmw16XchgU: &u8,
    I64AtomicRmw32XchgU: &u8, I32AtomicRmwCmpxchg: &u8, I64AtomicRmwCmpxchg: &u8,
    I32AtomicRmw8CmpxchgU: &u8, I32AtomicRmw16CmpxchgU: &u8, I64AtomicRmw8CmpxchgU: &u8,
    I64AtomicRmw16CmpxchgU: &u8, I64AtomicRmw32CmpxchgU: &u8, V128Load: &u8, V128Load8x8S: &u8,
    V128Load8x8U: &u8, V128Load16x4S: &u8, V128Load16x4U: &u8, V128Load32x2S: &u8,
    V128Load32x2U: &u8, V128Load8Splat: &u8, V128Load16Splat: &u8, V128Load32Splat: &u8,
    V128Load64Splat: &u8, V128Load32Zero: &u8, V128Load64Zero: &u8, V128Store: &u8,
    V128Load8Lane: &u8, V128Load16Lane: &u8, V128Load32Lane: &u8, V128Load64Lane: &u8,
    V128Store8Lane: &u8, V128Store16Lane: &u8, V128Store32Lane: &u8, V128Store64Lane: &u8,
    V128Const: &u8, I8x16Shuffle: &u8, I8x16ExtractLaneS: &u8, I8x16ExtractLaneU: &u8,
    I8x16ReplaceLane: &u8, I16x8ExtractLaneS: &u8, I16x8ExtractLaneU: &u8, I16x8ReplaceLane: &u8,
    I32x4ExtractLane: &u8, I32x4ReplaceLane: &u8, I64x2ExtractLane: &u8, I64x2ReplaceLane: &u8,
    F32x4ExtractLane: &u8, F32x4ReplaceLane: &u8, F64x2ExtractLane: &u8, F64x2ReplaceLane: &u8,
    I8x16Swizzle: &u8, I8x16Splat: &u8, I16x8Splat: &u8, I32x4Splat: &u8, I64x2Splat: &u8,
    F32x4Splat: &u8, F64x2Splat: &u8, I8x16Eq: &u8, I8x16Ne: &u8, I8x16LtS: &u8, I8x16LtU: &u8,
    I8x16GtS: &u8, I8x16GtU: &u8, I8x16LeS: &u8, I8x16LeU: &u8, I8x16GeS: &u8, I8x16GeU: &u8,
    I16x8Eq: &u8, I16x8Ne: &u8, I16x8LtS: &u8, I16x8LtU: &u8, I16x8GtS: &u8, I16x8GtU: &u8,
    I16x8LeS: &u8, I16x8LeU: &u8, I16x8GeS: &u8, I16x8GeU: &u8, I32x4Eq: &u8, I32x4Ne: &u8,
    I32x4LtS: &u8, I32x4LtU: &u8, I32x4GtS: &u8, I32x4GtU: &u8, I32x4LeS: &u8, I32x4LeU: &u8,
    I32x4GeS: &u8, I32x4GeU: &u8, I64x2Eq: &u8, I64x2Ne: &u8, I64x2LtS: &u8, I64x2GtS: &u8,
    I64x2LeS: &u8, I64x2GeS: &u8, F32x4Eq: &u8, F32x4Ne: &u8, F32x4Lt: &u8, F32x4Gt: &u8,
    F32x4Le: &u8, F32x4Ge: &u8, F64x2Eq: &u8, F64x2Ne: &u8, F64x2Lt: &u8, F64x2Gt: &u8,
    F64x2Le: &u8, F64x2Ge: &u8, V128Not: &u8, V128And: &u8, V128AndNot: &u8, V128Or: &u8,
    V128Xor: &u8, V128Bitselect: &u8, V128AnyTrue: &u8, I8x16Abs: &u8, I8x16Neg: &u8,
    I8x16Popcnt: &u8, I8x16AllTrue: &u8, I8x16Bitmask: &u8, I8x16NarrowI16x8S: &u8,
    I8x16NarrowI16x8U: &u8, I8x16Shl: &u8, I8x16ShrS: &u8, I8x16ShrU: &u8, I8x16Add: &u8,
    I8x16AddSatS: &u8, I8x16AddSatU: &u8, I8x16Sub: &u8, I8x16SubSatS: &u8, I8x16SubSatU: &u8,
    I8x16MinS: &u8, I8x16MinU: &u8, I8x16MaxS: &u8, I8x16MaxU: &u8, I8x16AvgrU: &u8,
    I16x8ExtAddPairwiseI8x16S: &u8, I16x8ExtAddPairwiseI8x16U: &u8, I16x8Abs: &u8, I16x8Neg: &u8,
    I16x8Q15MulrSatS: &u8, I16x8AllTrue: &u8, I16x8Bitmask: &u8, I16x8NarrowI32x4S: &u8,
    I16x8NarrowI32x4U: &u8, I16x8ExtendLowI8x16S: &u8, I16x8ExtendHighI8x16S: &u8,
    I16x8ExtendLowI8x16U: &u8, I16x8ExtendHighI8x16U: &u8, I16x8Shl: &u8, I16x8ShrS: &u8,
    I16x8ShrU: &u8, I16x8Add: &u8, I16x8AddSatS: &u8, I16x8AddSatU: &u8, I16x8Sub: &u8,
    I16x8SubSatS: &u8, I16x8SubSatU: &u8, I16x8Mul: &u8, I16x8MinS: &u8, I16x8MinU: &u8,
    I16x8MaxS: &u8, I16x8MaxU: &u8, I16x8AvgrU: &u8, I16x8ExtMulLowI8x16S: &u8,
    I16x8ExtMulHighI8x16S: &u8, I16x8ExtMulLowI8x16U: &u8, I16x8ExtMulHighI8x16U: &u8,
    I32x4ExtAddPairwiseI16x8S: &u8, I32x4ExtAddPairwiseI16x8U: &u8, I32x4Abs: &u8, I32x4Neg: &u8,
    I32x4AllTrue: &u8, I32x4Bitmask: &u8, I32x4ExtendLowI16x8S: &u8, I32x4ExtendHighI16x8S: &u8,
    I32x4ExtendLowI16x8U: &u8, I32x4ExtendHighI16x8U: &u8, I32x4Shl: &u8, I32x4ShrS: &u8,
    I32x4ShrU: &u8, I32x4Add: &u8, I32x4Sub: &u8, I32x4Mul: &u8, I32x4MinS: &u8, I32x4MinU: &u8,
    I32x4MaxS: &u8, I32x4MaxU: &u8, I32x4DotI16x8S: &u8, I32x4ExtMulLowI16x8S: &u8,
    I32x4ExtMulHighI16x8S: &u8, I32x4ExtMulLowI16x8U: &u8, I32x4ExtMulHighI16x8U: &u8,
    I64x2Abs: &u8, I64x2Neg: &u8, I64x2AllTrue: &u8, I64x2Bitmask: &u8, I64x2ExtendLowI32x4S: &u8,
    I64x2ExtendHighI32x4S: &u8, I64x2ExtendLowI32x4U: &u8, I64x2ExtendHighI32x4U: &u8,
    I64x2Shl: &u8, I64x2ShrS: &u8, I64x2ShrU: &u8, I64x2Add: &u8, I64x2Sub: &u8, I64x2Mul: &u8,
    I64x2ExtMulLowI32x4S: &u8, I64x2ExtMulHighI32x4S: &u8, I64x2ExtMulLowI32x4U: &u8,
    I64x2ExtMulHighI32x4U: &u8, F32x4Ceil: &u8, F32x4Floor: &u8, F32x4Trunc: &u8,
    F32x4Nearest: &u8, F32x4Abs: &u8, F32x4Neg: &u8, F32x4Sqrt: &u8, F32x4Add: &u8, F32x4Sub: &u8,
    F32x4Mul: &u8, F32x4Div: &u8, F32x4Min: &u8, F32x4Max: &u8, F32x4PMin: &u8, F32x4PMax: &u8,
    F64x2Ceil: &u8, F64x2Floor: &u8, F64x2Trunc: &u8, F64x2Nearest: &u8, F64x2Abs: &u8,
    F64x2Neg: &u8, F64x2Sqrt: &u8, F64x2Add: &u8, F64x2Sub: &u8, F64x2Mul: &u8, F64x2Div: &u8,
    F64x2Min: &u8, F64x2Max: &u8, F64x2PMin: &u8, F64x2PMax: &u8, I32x4TruncSatF32x4S: &u8,
    I32x4TruncSatF32x4U: &u8, F32x4ConvertI32x4S: &u8, F32x4ConvertI32x4U: &u8,
    I32x4TruncSatF64x2SZero: &u8, I32x4TruncSatF64x2UZero: &u8, F64x2ConvertLowI32x4S: &u8,
    F64x2ConvertLowI32x4U: &u8, F32x4DemoteF64x2Zero: &u8, F64x2PromoteLowF32x4: &u8,
    I8x16RelaxedSwizzle: &u8, I32x4RelaxedTruncF32x4S: &u8, I32x4RelaxedTruncF32x4U: &u8,
    I32x4RelaxedTruncF64x2SZero: &u8, I32x4RelaxedTruncF64x2UZero: &u8, F32x4RelaxedMadd: &u8,
    F32x4RelaxedNmadd: &u8, F64x2RelaxedMadd: &u8, F64x2RelaxedNmadd: &u8,
    I8x16RelaxedLaneselect: &u8, I16x8RelaxedLaneselect: &u8, I32x4RelaxedLaneselect: &u8,
    I64x2RelaxedLaneselect: &u8, F32x4RelaxedMin: &u8, F32x4RelaxedMax: &u8, F64x2RelaxedMin: &u8,
    F64x2RelaxedMax: &u8, I16x8RelaxedQ15mulrS: &u8, I16x8RelaxedDotI8x16I7x16S: &u8,
    I32x4RelaxedDotI8x16I7x16AddS: &u8, TryTable: &u8, Throw: &u8, ThrowRef: &u8, Try: &u8,
    Catch: &u8, Rethrow: &u8, Delegate: &u8, CatchAll: &u8, GlobalAtomicGet: &u8,
    GlobalAtomicSet: &u8, GlobalAtomicRmwAdd: &u8, GlobalAtomicRmwSub: &u8,
    GlobalAtomicRmwAnd: &u8, GlobalAtomicRmwOr: &u8, GlobalAtomicRmwXor: &u8,
    GlobalAtomicRmwXchg: &u8, GlobalAtomicRmwCmpxchg: &u8, TableAtomicGet: &u8,
    TableAtomicSet: &u8, TableAtomicRmwXchg: &u8, TableAtomicRmwCmpxchg: &u8, StructAtomicGet: &u8,
    StructAtomicGetS: &u8, StructAtomicGetU: &u8, StructAtomicSet: &u8, StructAtomicRmwAdd: &u8,
    StructAtomicRmwSub: &u8, StructAtomicRmwAnd: &u8, StructAtomicRmwOr: &u8,
    StructAtomicRmwXor: &u8, StructAtomicRmwXchg: &u8, StructAtomicRmwCmpxchg: &u8,
    ArrayAtomicGet: &u8, ArrayAtomicGetS: &u8, ArrayAtomicGetU: &u8, ArrayAtomicSet: &u8,
    ArrayAtomicRmwAdd: &u8, ArrayAtomicRmwSub: &u8, ArrayAtomicRmwAnd: &u8, ArrayAtomicRmwOr: &u8,
    ArrayAtomicRmwXor: &u8, ArrayAtomicRmwXchg: &u8, ArrayAtomicRmwCmpxchg: &u8, RefI31Shared: &u8,
    CallRef: &u8, ReturnCallRef: &u8, RefAsNonNull: &u8, BrOnNull: &u8, BrOnNonNull: &u8,
    ContNew: &u8, ContBind: &u8, Suspend: &u8, Resume: &u8, ResumeThrow: &u8, ResumeThrowRef: &u8,
    Switch: &u8, I64Add128: &u8, I64Sub128: &u8, I64MulWideS: &u8, I64MulWideU: &u8,
    variable: &VariableOperatorCost,);

const fn operator_cost_new() -> OperatorCost {
    <OperatorCost>::new()
}

implements!([] [] OperatorCost: Clone + Default + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `OptLevel`

fn opt_level_variants(it: &OptLevel) {
    match it {
        OptLevel::None => {}
        OptLevel::Speed => {}
        OptLevel::SpeedAndSize => {}
        _ => {}
    }
}

implements!([] [] OptLevel: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `PoolConcurrencyLimitError`

implements!([] [] PoolConcurrencyLimitError: Send + Sync + Unpin + std::error::Error + std::fmt::Debug + std::fmt::Display + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `PoolingAllocationConfig`

fn pooling_allocation_config_signatures() {
    let _: fn() -> bool = <PoolingAllocationConfig>::is_pagemap_scan_available;
    let _: fn() -> PoolingAllocationConfig = <PoolingAllocationConfig>::new;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        u32,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::max_unused_warm_slots;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        usize,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::decommit_batch_size;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        usize,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::async_stack_keep_resident;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        usize,
    ) -> &'this mut PoolingAllocationConfig =
        <PoolingAllocationConfig>::linear_memory_keep_resident;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        usize,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::table_keep_resident;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        u32,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::total_component_instances;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        usize,
    ) -> &'this mut PoolingAllocationConfig =
        <PoolingAllocationConfig>::max_component_instance_size;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        u32,
    ) -> &'this mut PoolingAllocationConfig =
        <PoolingAllocationConfig>::max_core_instances_per_component;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        u32,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::max_memories_per_component;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        u32,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::max_tables_per_component;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        u32,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::total_memories;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        u32,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::total_tables;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        u32,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::total_stacks;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        u32,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::total_core_instances;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        usize,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::max_core_instance_size;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        u32,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::max_tables_per_module;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        usize,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::table_elements;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        u32,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::max_memories_per_module;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        usize,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::max_memory_size;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        u32,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::total_gc_heaps;
    let _: for<'this> fn(
        &'this mut PoolingAllocationConfig,
        Enabled,
    ) -> &'this mut PoolingAllocationConfig = <PoolingAllocationConfig>::pagemap_scan;
    let _: fn(&PoolingAllocationConfig) -> usize =
        <PoolingAllocationConfig>::get_decommit_batch_size;
    let _: fn(&PoolingAllocationConfig) -> u32 =
        <PoolingAllocationConfig>::get_max_unused_warm_slots;
    let _: fn(&PoolingAllocationConfig) -> usize =
        <PoolingAllocationConfig>::get_memory_keep_resident;
    let _: fn(&PoolingAllocationConfig) -> usize =
        <PoolingAllocationConfig>::get_table_keep_resident;
    let _: fn(&PoolingAllocationConfig) -> usize =
        <PoolingAllocationConfig>::get_async_stack_keep_resident;
    let _: fn(&PoolingAllocationConfig) -> Enabled =
        <PoolingAllocationConfig>::get_memory_protection_keys;
    let _: fn(&PoolingAllocationConfig) -> usize =
        <PoolingAllocationConfig>::get_max_memory_protection_keys;
    let _: fn(&PoolingAllocationConfig) -> Enabled = <PoolingAllocationConfig>::get_pagemap_scan;
    let _: fn(&PoolingAllocationConfig) -> u32 =
        <PoolingAllocationConfig>::get_total_core_instances;
    let _: fn(&PoolingAllocationConfig) -> u32 =
        <PoolingAllocationConfig>::get_total_component_instances;
    let _: fn(&PoolingAllocationConfig) -> u32 = <PoolingAllocationConfig>::get_total_memories;
    let _: fn(&PoolingAllocationConfig) -> u32 = <PoolingAllocationConfig>::get_total_tables;
    let _: fn(&PoolingAllocationConfig) -> u32 = <PoolingAllocationConfig>::get_total_stacks;
    let _: fn(&PoolingAllocationConfig) -> u32 = <PoolingAllocationConfig>::get_total_gc_heaps;
    let _: fn(&PoolingAllocationConfig) -> usize = <PoolingAllocationConfig>::get_max_memory_size;
    let _: fn(&PoolingAllocationConfig) -> usize = <PoolingAllocationConfig>::get_table_elements;
    let _: fn(&PoolingAllocationConfig) -> usize =
        <PoolingAllocationConfig>::get_max_core_instance_size;
    let _: fn(&PoolingAllocationConfig) -> usize =
        <PoolingAllocationConfig>::get_max_component_instance_size;
    let _: fn(&PoolingAllocationConfig) -> u32 =
        <PoolingAllocationConfig>::get_max_core_instances_per_component;
    let _: fn(&PoolingAllocationConfig) -> u32 =
        <PoolingAllocationConfig>::get_max_memories_per_component;
    let _: fn(&PoolingAllocationConfig) -> u32 =
        <PoolingAllocationConfig>::get_max_tables_per_component;
    let _: fn(&PoolingAllocationConfig) -> u32 =
        <PoolingAllocationConfig>::get_max_tables_per_module;
    let _: fn(&PoolingAllocationConfig) -> u32 =
        <PoolingAllocationConfig>::get_max_memories_per_module;
}

implements!([] [] InstanceAllocationStrategy: From<PoolingAllocationConfig>);
implements!([] [] PoolingAllocationConfig: Clone + Default + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `PoolingAllocatorMetrics`

fn pooling_allocator_metrics_signatures() {
    let _: fn(&PoolingAllocatorMetrics) -> u64 = <PoolingAllocatorMetrics>::core_instances;
    let _: fn(&PoolingAllocatorMetrics) -> u64 = <PoolingAllocatorMetrics>::component_instances;
    let _: fn(&PoolingAllocatorMetrics) -> usize = <PoolingAllocatorMetrics>::memories;
    let _: fn(&PoolingAllocatorMetrics) -> usize = <PoolingAllocatorMetrics>::tables;
    let _: fn(&PoolingAllocatorMetrics) -> usize = <PoolingAllocatorMetrics>::stacks;
    let _: fn(&PoolingAllocatorMetrics) -> usize = <PoolingAllocatorMetrics>::gc_heaps;
    let _: fn(&PoolingAllocatorMetrics) -> u32 = <PoolingAllocatorMetrics>::unused_warm_memories;
    let _: fn(&PoolingAllocatorMetrics) -> usize =
        <PoolingAllocatorMetrics>::unused_memory_bytes_resident;
    let _: fn(&PoolingAllocatorMetrics) -> u32 = <PoolingAllocatorMetrics>::unused_warm_tables;
    let _: fn(&PoolingAllocatorMetrics) -> usize =
        <PoolingAllocatorMetrics>::unused_table_bytes_resident;
    let _: fn(&PoolingAllocatorMetrics) -> u32 = <PoolingAllocatorMetrics>::unused_warm_stacks;
    let _: fn(&PoolingAllocatorMetrics) -> Option<usize> =
        <PoolingAllocatorMetrics>::unused_stack_bytes_resident;
}

implements!([] [] PoolingAllocatorMetrics: Clone + Send + Sync + Unpin);

// `ProfilingStrategy`

fn profiling_strategy_variants(it: &ProfilingStrategy) {
    match it {
        ProfilingStrategy::None => {}
        ProfilingStrategy::PerfMap => {}
        ProfilingStrategy::JitDump => {}
        ProfilingStrategy::VTune => {}
        ProfilingStrategy::Pulley => {}
    }
}

implements!([] [] ProfilingStrategy: Clone + Copy + Send + Sync + Unpin + std::cmp::PartialEq + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `RRConfig`

fn rrconfig_variants(it: &RRConfig) {
    match it {
        RRConfig::None => {}
        _ => {}
    }
}

implements!([] [] RRConfig: Clone + Send + Sync + Unpin + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `RegallocAlgorithm`

fn regalloc_algorithm_variants(it: &RegallocAlgorithm) {
    match it {
        RegallocAlgorithm::Backtracking => {}
        RegallocAlgorithm::SinglePass => {}
        _ => {}
    }
}

implements!([] [] RegallocAlgorithm: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `StackCreator`

fn stack_creator_new_stack<This: StackCreator>() {
    let _: fn(&This, usize, bool) -> Result<Box<dyn StackMemory>, Error> =
        <This as StackCreator>::new_stack;
}

fn stack_creator_object(it: Box<dyn StackCreator>) {
    drop(it);
}

const _: () = {
    struct Mine;
    // SAFETY: nobody makes one.
    unsafe impl StackCreator for Mine {
        fn new_stack(self: &Self, _a1: usize, _a2: bool) -> Result<Box<dyn StackMemory>, Error> where
        {
            unreachable!()
        }
    }
};

implements!([This: StackCreator] [] This: Send + Sync);

// `StackMemory`

fn stack_memory_top<This: StackMemory>() {
    let _: fn(&This) -> *mut u8 = <This as StackMemory>::top;
}

fn stack_memory_range<This: StackMemory>() {
    let _: fn(&This) -> std::ops::Range<usize> = <This as StackMemory>::range;
}

fn stack_memory_guard_range<This: StackMemory>() {
    let _: fn(&This) -> std::ops::Range<*mut u8> = <This as StackMemory>::guard_range;
}

fn stack_memory_object(it: Box<dyn StackMemory>) {
    drop(it);
}

const _: () = {
    struct Mine;
    // SAFETY: nobody makes one.
    unsafe impl StackMemory for Mine {
        fn top(self: &Self) -> *mut u8 where {
            unreachable!()
        }
        fn range(self: &Self) -> std::ops::Range<usize> where {
            unreachable!()
        }
        fn guard_range(self: &Self) -> std::ops::Range<*mut u8> where {
            unreachable!()
        }
    }
};

implements!([This: StackMemory] [] This: Send + Sync);

// `Strategy`

fn strategy_variants(it: &Strategy) {
    match it {
        Strategy::Auto => {}
        Strategy::Cranelift => {}
        Strategy::Winch => {}
        _ => {}
    }
}

implements!([] [] Strategy: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `VariableOperatorCost`

fields!(VariableOperatorCost [] memory_copy_per_byte: &u8, memory_fill_per_byte: &u8,
    memory_init_per_byte: &u8, memory_grow_per_page: &u8, table_copy_per_element: &u8,
    table_fill_per_element: &u8, table_init_per_element: &u8, table_grow_per_element: &u8,
    array_copy_per_element: &u8, array_fill_per_element: &u8, array_new_data_per_element: &u8,
    array_init_data_per_element: &u8, array_new_elem_per_element: &u8,
    array_init_elem_per_element: &u8, array_new_default_per_element: &u8,
    array_new_per_element: &u8,);

const fn variable_operator_cost_new() -> VariableOperatorCost {
    <VariableOperatorCost>::new()
}

implements!([] [] VariableOperatorCost: Clone + Default + Send + Sync + Unpin + std::cmp::Eq + std::cmp::PartialEq + std::fmt::Debug + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `WasmBacktraceDetails`

fn wasm_backtrace_details_variants(it: &WasmBacktraceDetails) {
    match it {
        WasmBacktraceDetails::Enable => {}
        WasmBacktraceDetails::Disable => {}
        WasmBacktraceDetails::Environment => {}
    }
}

implements!([] [] WasmBacktraceDetails: Clone + Copy + Send + Sync + Unpin + std::fmt::Debug + std::panic::RefUnwindSafe + std::panic::UnwindSafe);
