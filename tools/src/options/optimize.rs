//! The option group `-O`: memory and optimization.
//!
//! There is no pooling allocator: an instance allocates what it needs. What configures one is taken
//! without effect, but for what wasmtime refuses, too.

use super::value::{ENABLED, Form, OPT_LEVEL, REGALLOC, Value};
use super::{Group, Key, key};
use wasm_interp_jit::{OptLevel, Result, ensure};

/// What was said about pools.
#[derive(Debug, Default)]
pub(super) struct Pool {
    is_on: bool,
    has_keys: bool,
    has_max_keys: bool,
}

impl Pool {
    pub(super) fn check(&self) -> Result<()> {
        ensure!(
            self.is_on || !self.has_keys,
            "memory protection keys require the pooling allocator"
        );
        ensure!(
            self.has_keys || !self.has_max_keys,
            "max memory protection keys requires memory protection keys to be enabled"
        );
        Ok(())
    }
}

pub(super) const GROUP: Group = Group {
    letter: 'O',
    name: "optimize",
    keys: &[
        key(
            "opt-level",
            Value::Choice(&OPT_LEVEL, |it, level| {
                it.config.cranelift_opt_level(match level {
                    "0" => OptLevel::None,
                    "s" => OptLevel::SpeedAndSize,
                    _ => OptLevel::Speed,
                });
            }),
            "how much Cranelift optimizes",
        ),
        key(
            "regalloc-algorithm",
            Value::Ignored(Form::Choice(&REGALLOC)),
            "how Cranelift allocates registers",
        ),
        key(
            "lazy-validation",
            Value::Flag(|it, on| {
                it.config.lazy_validation(on);
            }),
            "validate functions when they are first called",
        ),
        key(
            "memory-reservation",
            Value::Number(|it, bytes| {
                it.config.memory_reservation(bytes);
            }),
            "bytes of address space for a memory",
        ),
        key(
            "memory-reservation-for-growth",
            Value::Number(|it, bytes| {
                it.config.memory_reservation_for_growth(bytes);
            }),
            "bytes of address space for a memory to grow beyond its reservation",
        ),
        key(
            "memory-may-move",
            Value::Flag(|it, on| {
                it.config.memory_may_move(on);
            }),
            "whether memories may move when they grow",
        ),
        key(
            "memory-guard-size",
            Value::Number(|it, bytes| {
                it.config.memory_guard_size(bytes);
            }),
            "inaccessible bytes after a memory",
        ),
        key(
            "signals-based-traps",
            Value::Flag(|it, on| {
                it.config.signals_based_traps(on);
            }),
            "whether traps may be raised by signals",
        ),
        key(
            "static-memory-maximum-size",
            Value::Number(|it, bytes| {
                it.config.memory_reservation(bytes);
            }),
            "former name of `memory-reservation`",
        ),
        key(
            "static-memory-forced",
            Value::Flag(|it, on| {
                it.config.memory_may_move(!on);
            }),
            "former name of the contrary of `memory-may-move`",
        ),
        key(
            "static-memory-guard-size",
            Value::Number(|it, bytes| {
                it.config.memory_guard_size(bytes);
            }),
            "former name of `memory-guard-size`",
        ),
        key(
            "dynamic-memory-guard-size",
            Value::Number(|it, bytes| {
                it.config.memory_guard_size(bytes);
            }),
            "former name of `memory-guard-size`",
        ),
        key(
            "dynamic-memory-reserved-for-growth",
            Value::Number(|it, bytes| {
                it.config.memory_reservation_for_growth(bytes);
            }),
            "former name of `memory-reservation-for-growth`",
        ),
        key(
            "guard-before-linear-memory",
            Value::Ignored(Form::Flag),
            "inaccessible bytes before a memory",
        ),
        key(
            "table-lazy-init",
            Value::Ignored(Form::Flag),
            "fill tables when they are read",
        ),
        key(
            "memory-init-cow",
            Value::Ignored(Form::Flag),
            "map the first contents of memories",
        ),
        key(
            "memory-guaranteed-dense-image-size",
            Value::Ignored(Form::Number),
            "size up to which they are mapped",
        ),
        gc_heap("gc-heap-may-move", Form::Flag),
        gc_heap("gc-heap-reservation", Form::Number),
        gc_heap("gc-heap-reservation-for-growth", Form::Number),
        gc_heap("gc-heap-guard-size", Form::Number),
        gc_heap("gc-heap-initial-size", Form::Number),
        gc_heap("gc-zeal-alloc-counter", Form::NonZero),
        key(
            "pooling-allocator",
            Value::Flag(|it, on| it.pool.is_on = on),
            "allocate instances from a pool; without effect, there is none",
        ),
        key(
            "pooling-memory-protection-keys",
            Value::Choice(&ENABLED, |it, _| it.pool.has_keys = true),
            "of the pool; without effect",
        ),
        key(
            "pooling-max-memory-protection-keys",
            Value::Number(|it, _| it.pool.has_max_keys = true),
            "of the pool; without effect",
        ),
        key(
            "pooling-pagemap-scan",
            Value::Ignored(Form::Choice(&ENABLED)),
            "of the pool",
        ),
        pool("pooling-decommit-batch-size"),
        pool("pooling-memory-keep-resident"),
        pool("pooling-table-keep-resident"),
        pool("pooling-total-core-instances"),
        pool("pooling-total-component-instances"),
        pool("pooling-total-memories"),
        pool("pooling-total-tables"),
        pool("pooling-total-stacks"),
        pool("pooling-max-memory-size"),
        pool("pooling-table-elements"),
        pool("pooling-max-core-instance-size"),
        pool("pooling-max-unused-warm-slots"),
        pool("pooling-async-stack-keep-resident"),
        pool("pooling-max-component-instance-size"),
        pool("pooling-max-core-instances-per-component"),
        pool("pooling-max-memories-per-component"),
        pool("pooling-max-tables-per-component"),
        pool("pooling-max-tables-per-module"),
        pool("pooling-max-memories-per-module"),
        pool("pooling-total-gc-heaps"),
    ],
};

const fn pool(name: &'static str) -> Key {
    key(name, Value::Ignored(Form::Number), "of the pool")
}

const fn gc_heap(name: &'static str, form: Form) -> Key {
    key(name, Value::Ignored(form), "of a heap for GC")
}
