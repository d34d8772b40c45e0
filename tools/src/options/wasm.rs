//! The option group `-W`: proposals, and limits of what runs.

use super::value::{Form, Value};
use super::{Group, Key, Settings, key, size};
use std::mem;
use wasm_interp_jit::{Config, StoreLimitsBuilder, WasmFeatures};

/// What happens to an import that nobody defines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UnknownImports {
    #[default]
    Reject,
    /// Calling it traps.
    Trap,
    /// Calling it returns zeros.
    Default,
}

/// What happens to an export of a command that is not a function of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UnknownExports {
    #[default]
    Reject,
    Allow,
}

/// The key that is applied before all others.
pub(super) const ALL_PROPOSALS: &str = "all-proposals";

/// The key that is applied after all others: one of them gives it a default.
pub(super) const ASYNC_STACK_SIZE: &str = "async-stack-size";

/// What is added to the stack of Wasm for the default of that key, as in wasmtime.
const HOST_STACK: usize = 512 << 10;

/// What [`ALL_PROPOSALS`] turns on: all that this engine has.
const ALL_ON: WasmFeatures = WasmFeatures::WIDE_ARITHMETIC.union(WasmFeatures::CUSTOM_PAGE_SIZES);

/// What it turns off, if it is off: all that keys below turn off.
const ALL_OFF: WasmFeatures = ALL_ON
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::RELAXED_SIMD)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::MEMORY64)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::FUNCTION_REFERENCES)
    .union(WasmFeatures::GC)
    .union(WasmFeatures::EXCEPTIONS)
    .union(WasmFeatures::THREADS)
    .union(WasmFeatures::EXTENDED_CONST);

pub(super) const GROUP: Group = Group {
    letter: 'W',
    name: "wasm",
    keys: &[
        key(
            "max-wasm-stack",
            Value::Number(|it, bytes| {
                let bytes = size(bytes);
                let with_host = bytes.saturating_add(HOST_STACK);
                it.config.max_wasm_stack(bytes).async_stack_size(with_host);
            }),
            "bytes of stack that Wasm may use",
        ),
        key(
            ASYNC_STACK_SIZE,
            Value::Number(|it, bytes| {
                it.config.async_stack_size(size(bytes));
            }),
            "not less than `max-wasm-stack`; without effect otherwise",
        ),
        key(
            "async-stack-zeroing",
            Value::Ignored(Form::Flag),
            "whether such stacks are zeroed",
        ),
        key(
            "unknown-imports-trap",
            Value::Flag(|it, on| it.set_unknown_imports(on, UnknownImports::Trap)),
            "functions that nobody defines trap when called",
        ),
        key(
            "unknown-imports-default",
            Value::Flag(|it, on| it.set_unknown_imports(on, UnknownImports::Default)),
            "functions that nobody defines return zeros",
        ),
        key(
            "unknown-exports-allow",
            Value::Flag(|it, on| {
                it.unknown_exports = if on {
                    UnknownExports::Allow
                } else {
                    UnknownExports::Reject
                }
            }),
            "commands may export what is not known",
        ),
        key(
            "nan-canonicalization",
            Value::Flag(|it, on| {
                it.config.cranelift_nan_canonicalization(on);
            }),
            "float arithmetic makes no NaNs but the canonical ones",
        ),
        key(
            "fuel",
            Value::Number(|it, fuel| {
                it.config.consume_fuel(true);
                it.fuel = Some(fuel);
            }),
            "fuel that the program may use: about an instruction each",
        ),
        key(
            "epoch-interruption",
            Value::Flag(|it, on| {
                it.config.epoch_interruption(on);
            }),
            "look whether the program is to be interrupted; at once, without `timeout`",
        ),
        key(
            "timeout",
            Value::Duration(|it, time| it.timeout = Some(time)),
            "time that the program may take",
        ),
        key(
            "max-memory-size",
            Value::Number(|it, n| it.limit(|limits| limits.memory_size(size(n)))),
            "bytes that a memory may grow to",
        ),
        key(
            "max-table-elements",
            Value::Number(|it, n| it.limit(|limits| limits.table_elements(size(n)))),
            "elements that a table may grow to",
        ),
        key(
            "max-instances",
            Value::Number(|it, n| it.limit(|limits| limits.instances(size(n)))),
            "instances that there may be",
        ),
        key(
            "max-tables",
            Value::Number(|it, n| it.limit(|limits| limits.tables(size(n)))),
            "tables that there may be",
        ),
        key(
            "max-memories",
            Value::Number(|it, n| it.limit(|limits| limits.memories(size(n)))),
            "memories that there may be",
        ),
        key(
            "trap-on-grow-failure",
            Value::Flag(|it, on| it.limit(|limits| limits.trap_on_grow_failure(on))),
            "growing beyond a limit traps",
        ),
        key(
            "wmemcheck",
            Value::Flag(|it, on| {
                it.config.wmemcheck(on);
            }),
            "find accesses to freed memory; not supported",
        ),
        key(
            "concurrency-support",
            Value::Ignored(Form::Flag),
            "concurrent calls of components",
        ),
        key(
            ALL_PROPOSALS,
            Value::Flag(|it, on| set_all(&mut it.config, on)),
            "all proposals that this engine has, but for those named beside it",
        ),
        proposal("bulk-memory", WasmFeatures::BULK_MEMORY),
        proposal("multi-memory", WasmFeatures::MULTI_MEMORY),
        proposal("multi-value", WasmFeatures::MULTI_VALUE),
        proposal("reference-types", WasmFeatures::REFERENCE_TYPES),
        proposal("simd", WasmFeatures::SIMD),
        proposal("relaxed-simd", WasmFeatures::RELAXED_SIMD),
        key(
            "relaxed-simd-deterministic",
            Value::Flag(|it, on| {
                it.config.relaxed_simd_deterministic(on);
            }),
            "the same results of relaxed-simd on all machines",
        ),
        proposal("tail-call", WasmFeatures::TAIL_CALL),
        proposal("threads", WasmFeatures::THREADS),
        key(
            "shared-memory",
            Value::Flag(|it, on| {
                it.config.shared_memory(on);
            }),
            "memories for several threads",
        ),
        proposal("memory64", WasmFeatures::MEMORY64),
        proposal("function-references", WasmFeatures::FUNCTION_REFERENCES),
        proposal("gc", WasmFeatures::GC),
        proposal("gc-support", WasmFeatures::GC_TYPES),
        proposal("custom-page-sizes", WasmFeatures::CUSTOM_PAGE_SIZES),
        proposal("wide-arithmetic", WasmFeatures::WIDE_ARITHMETIC),
        proposal("extended-const", WasmFeatures::EXTENDED_CONST),
        proposal("exceptions", WasmFeatures::EXCEPTIONS),
        proposal("stack-switching", WasmFeatures::STACK_SWITCHING),
        proposal(
            "shared-everything-threads",
            WasmFeatures::SHARED_EVERYTHING_THREADS,
        ),
        key(
            "branch-hinting",
            Value::Ignored(Form::Flag),
            "hints on branches: what was executed says more",
        ),
        components("component-model", WasmFeatures::COMPONENT_MODEL),
        components("component-model-async", WasmFeatures::CM_ASYNC),
        components(
            "component-model-more-async-builtins",
            WasmFeatures::CM_MORE_ASYNC_BUILTINS,
        ),
        components(
            "component-model-async-stackful",
            WasmFeatures::CM_ASYNC_STACKFUL,
        ),
        components("component-model-threading", WasmFeatures::CM_THREADING),
        components(
            "component-model-error-context",
            WasmFeatures::CM_ERROR_CONTEXT,
        ),
        components("component-model-gc", WasmFeatures::CM_GC),
        components("component-model-map", WasmFeatures::CM_MAP),
        components("component-model-memory64", WasmFeatures::CM64),
        components(
            "component-model-fixed-length-lists",
            WasmFeatures::CM_FIXED_LENGTH_LISTS,
        ),
        components("component-model-implements", WasmFeatures::CM_IMPLEMENTS),
    ],
};

const fn proposal(name: &'static str, feature: WasmFeatures) -> Key {
    key(name, Value::Feature(feature), "proposal")
}

const fn components(name: &'static str, feature: WasmFeatures) -> Key {
    key(
        name,
        Value::Feature(feature),
        "proposal for components; not supported",
    )
}

fn set_all(config: &mut Config, on: bool) {
    let features = if on { ALL_ON } else { ALL_OFF };
    config.wasm_features(features, on);
}

impl Settings {
    fn limit(&mut self, set: impl FnOnce(StoreLimitsBuilder) -> StoreLimitsBuilder) {
        self.limits = set(mem::take(&mut self.limits));
    }

    fn set_unknown_imports(&mut self, on: bool, to: UnknownImports) {
        if on {
            self.unknown_imports = to;
        } else if self.unknown_imports == to {
            self.unknown_imports = UnknownImports::Reject;
        }
    }
}
