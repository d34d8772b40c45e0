//! Limits of stores: what limiters are asked, in which order, and what their answers do.

use crate::{check, error, instance, panic_message};
use wasm_interp_jit::{
    Caller, Engine, Error, Func, Instance, Linker, Memory, MemoryType, Module, Ref, RefType,
    ResourceLimiter, Result, Store, StoreLimits, StoreLimitsBuilder, Table, TableType, Trap,
    WasmBacktrace, bail,
};

/// A limiter that writes down what it is asked and told.
#[derive(Default)]
struct Log {
    lines: Vec<String>,
    refuse: bool,
    fail: bool,
    panic: bool,
    fail_on_failure: bool,
}

impl Log {
    fn answer(&mut self, line: String) -> Result<bool> {
        self.lines.push(line);
        if self.panic {
            panic!("resource limiter panics");
        }
        if self.fail {
            bail!("the limiter fails");
        }
        Ok(!self.refuse)
    }

    fn told(&mut self, line: String, error: Error) -> Result<()> {
        self.lines.push(line);
        if self.fail_on_failure {
            return Err(error.context("growth must not fail"));
        }
        Ok(())
    }

    fn take(&mut self) -> String {
        std::mem::take(&mut self.lines).join("; ")
    }
}

fn text(maximum: Option<usize>) -> String {
    maximum.map_or("none".to_owned(), |it| format!("{it:#x}"))
}

impl ResourceLimiter for Log {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        self.answer(format!(
            "memory {current:#x} {desired:#x} {}",
            text(maximum)
        ))
    }

    fn memory_grow_failed(&mut self, error: Error) -> Result<()> {
        self.told(format!("memory failed: {error}"), error)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        self.answer(format!("table {current} {desired} {}", text(maximum)))
    }

    fn table_grow_failed(&mut self, error: Error) -> Result<()> {
        self.told(format!("table failed: {error}"), error)
    }
}

fn store(engine: &Engine) -> Store<Log> {
    let mut store = Store::new(engine, Log::default());
    store.limiter(|log| log);
    store
}

const GROWING: &str = r#"(module
    (memory (export "m") 1 3)
    (table (export "t") 2 4 funcref)
    (func (export "memory") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "table") (param i32) (result i32)
        (table.grow (ref.null func) (local.get 0))))"#;

fn growing(engine: &Engine) -> Result<(Store<Log>, Instance)> {
    let mut store = store(engine);
    let module = Module::new(engine, GROWING)?;
    let it = Instance::new(&mut store, &module, &[])?;
    store.data_mut().take();
    Ok((store, it))
}

#[test]
fn memories_come_before_tables() {
    check(|engine| {
        let mut store = store(engine);
        let wat = r#"(module
            (table 1 2 funcref) (table 3 funcref)
            (memory 1) (memory 2 5) (memory i64 1))"#;
        Instance::new(&mut store, &Module::new(engine, wat)?, &[])?;
        assert_eq!(
            store.data_mut().take(),
            "memory 0x0 0x10000 0x100000000; memory 0x0 0x20000 0x50000; \
             memory 0x0 0x10000 0xffffffffffff0000; table 0 1 0x2; table 0 3 0xffffffff"
        );
        Ok(())
    });
}

#[test]
fn imports_are_not_asked_for() {
    check(|engine| {
        let (mut store, it) = growing(engine)?;
        let memory = it.get_memory(&mut store, "m").expect("is exported");
        let table = it.get_table(&mut store, "t").expect("is exported");
        let wat = r#"(module (import "" "m" (memory 1)) (import "" "t" (table 1 funcref)))"#;
        let module = Module::new(engine, wat)?;
        Instance::new(&mut store, &module, &[memory.into(), table.into()])?;
        assert_eq!(store.data_mut().take(), "");
        Ok(())
    });
}

#[test]
fn made_by_the_host() {
    check(|engine| {
        let mut store = store(engine);
        Memory::new(&mut store, MemoryType::new(1, Some(2)))?;
        let ty = TableType::new(RefType::FUNCREF, 3, None);
        Table::new(&mut store, ty.clone(), Ref::Func(None))?;
        assert_eq!(
            store.data_mut().take(),
            "memory 0x0 0x10000 0x20000; table 0 3 0xffffffff"
        );
        store.data_mut().refuse = true;
        assert_eq!(
            error(Memory::new(&mut store, MemoryType::new(11, None))),
            "memory minimum size of 11 pages exceeds memory limits"
        );
        let ty = TableType::new(RefType::FUNCREF, 23, None);
        assert_eq!(
            error(Table::new(&mut store, ty, Ref::Func(None))),
            "table minimum size of 23 elements exceeds table limits"
        );
        store.data_mut().fail = true;
        assert_eq!(
            error(Memory::new(&mut store, MemoryType::new(1, None))),
            "the limiter fails"
        );
        Ok(())
    });
}

// Sizes that no machine has are asked for, too.
#[test]
fn absurd_sizes() {
    check(|engine| {
        let mut store = store(engine);
        let ty = MemoryType::new64(1 << 47, None);
        error(Memory::new(&mut store, ty));
        assert_eq!(
            store.data_mut().take(),
            "memory 0x0 0x8000000000000000 0xffffffffffff0000"
        );
        Ok(())
    });
}

#[test]
fn growth_by_wasm() {
    check(|engine| {
        let (mut store, it) = growing(engine)?;
        let memory = it.get_typed_func::<i32, i32>(&mut store, "memory")?;
        let table = it.get_typed_func::<i32, i32>(&mut store, "table")?;
        for _ in 0..3 {
            assert_eq!(memory.call(&mut store, 0)?, 1);
            assert_eq!(table.call(&mut store, 0)?, 2);
        }
        assert_eq!(store.data_mut().take(), "");
        assert_eq!(memory.call(&mut store, 1)?, 1);
        assert_eq!(table.call(&mut store, 1)?, 2);
        assert_eq!(
            store.data_mut().take(),
            "memory 0x10000 0x20000 0x30000; table 2 3 0x4"
        );
        store.data_mut().refuse = true;
        assert_eq!(memory.call(&mut store, 1)?, -1);
        assert_eq!(table.call(&mut store, 1)?, -1);
        assert_eq!(
            store.data_mut().take(),
            "memory 0x20000 0x30000 0x30000; table 3 4 0x4"
        );
        Ok(())
    });
}

// The limiter is asked although the maximum forbids it, and told that it failed.
#[test]
fn growth_beyond_the_maximum() {
    check(|engine| {
        let (mut store, it) = growing(engine)?;
        let memory = it.get_typed_func::<i32, i32>(&mut store, "memory")?;
        let table = it.get_typed_func::<i32, i32>(&mut store, "table")?;
        assert_eq!(memory.call(&mut store, 3)?, -1);
        assert_eq!(table.call(&mut store, 3)?, -1);
        assert_eq!(memory.call(&mut store, -1)?, -1);
        assert_eq!(table.call(&mut store, -1)?, -1);
        assert_eq!(
            store.data_mut().take(),
            "memory 0x10000 0x40000 0x30000; memory failed: Memory maximum size exceeded; \
             table 2 5 0x4; table failed: Table maximum size exceeded; \
             memory 0x10000 0x1000000000000 0x30000; memory failed: Memory maximum size exceeded; \
             table 2 4294967297 0x4; table failed: Table maximum size exceeded"
        );
        store.data_mut().fail_on_failure = true;
        let failed = memory.call(&mut store, 3).expect_err("it is an error");
        assert!(failed.is::<WasmBacktrace>() && !failed.is::<Trap>());
        assert_eq!(
            failed
                .chain()
                .skip(1)
                .map(|it| it.to_string())
                .collect::<Vec<_>>(),
            ["growth must not fail", "Memory maximum size exceeded"]
        );
        let failed = table.call(&mut store, 3).expect_err("it is an error");
        assert_eq!(
            failed.root_cause().to_string(),
            "Table maximum size exceeded"
        );
        Ok(())
    });
}

#[test]
fn growth_by_the_host() {
    check(|engine| {
        let (mut store, it) = growing(engine)?;
        let memory = it.get_memory(&mut store, "m").expect("is exported");
        let table = it.get_table(&mut store, "t").expect("is exported");
        assert_eq!(memory.grow(&mut store, 1)?, 1);
        assert_eq!(table.grow(&mut store, 1, Ref::Func(None))?, 2);
        store.data_mut().refuse = true;
        assert_eq!(
            error(memory.grow(&mut store, 1)),
            "failed to grow memory by `1`"
        );
        assert_eq!(
            error(table.grow(&mut store, 1, Ref::Func(None))),
            "failed to grow table by `1`"
        );
        store.data_mut().fail = true;
        assert_eq!(error(memory.grow(&mut store, 1)), "the limiter fails");
        let grown = table.grow(&mut store, 1, Ref::Func(None));
        assert_eq!(error(grown), "the limiter fails");
        Ok(())
    });
}

#[test]
fn errors_and_panics_go_through_wasm() {
    check(|engine| {
        let (mut store, it) = growing(engine)?;
        let memory = it.get_typed_func::<i32, i32>(&mut store, "memory")?;
        let table = it.get_typed_func::<i32, i32>(&mut store, "table")?;
        store.data_mut().fail = true;
        for func in [&memory, &table] {
            let failed = func.call(&mut store, 1).expect_err("it is an error");
            assert_eq!(failed.root_cause().to_string(), "the limiter fails");
            let backtrace = failed.downcast_ref::<WasmBacktrace>().expect("has one");
            assert_eq!(backtrace.frames().len(), 1);
        }
        store.data_mut().panic = true;
        for func in [&memory, &table] {
            let message = panic_message(|| func.call(&mut store, 1));
            assert_eq!(message, "resource limiter panics");
        }
        let export = it.get_memory(&mut store, "m").expect("is exported");
        let message = panic_message(|| export.grow(&mut store, 1));
        assert_eq!(message, "resource limiter panics");
        // Everything goes on afterwards.
        (store.data_mut().fail, store.data_mut().panic) = (false, false);
        assert_eq!(memory.call(&mut store, 1)?, 1);
        assert_eq!(table.call(&mut store, 1)?, 2);
        Ok(())
    });
}

// A host function that is called by Wasm grows the memory, and the limiter is found all the same.
#[test]
fn growth_by_the_host_during_a_call() {
    check(|engine| {
        let mut store = store(engine);
        let grow = Func::wrap(&mut store, |mut caller: Caller<'_, Log>, by: i32| {
            let memory = caller.get_export("m").and_then(|it| it.into_memory());
            let memory = memory.expect("is exported");
            let old = memory.grow(&mut caller, by as u64)?;
            Ok(old as i32)
        });
        let wat = r#"(module
            (import "" "grow" (func $grow (param i32) (result i32)))
            (memory (export "m") 1)
            (func (export "f") (result i32)
                (i32.add (call $grow (i32.const 1)) (memory.grow (i32.const 1)))))"#;
        let it = Instance::new(&mut store, &Module::new(engine, wat)?, &[grow.into()])?;
        let f = it.get_typed_func::<(), i32>(&mut store, "f")?;
        store.data_mut().take();
        assert_eq!(f.call(&mut store, ())?, 1 + 2);
        assert_eq!(
            store.data_mut().take(),
            "memory 0x10000 0x20000 0x100000000; memory 0x20000 0x30000 0x100000000"
        );
        Ok(())
    });
}

#[test]
fn counts() {
    check(|engine| {
        type Set = fn(StoreLimitsBuilder) -> StoreLimitsBuilder;
        let limited = |set: Set| {
            let mut store = Store::new(engine, set(StoreLimitsBuilder::new()).build());
            store.limiter(|limits| limits);
            store
        };
        let module = Module::new(engine, "(module (memory 1) (table 1 funcref))")?;
        let cases: [(Set, &str); 3] = [
            (|it| it.instances(1), "instance"),
            (|it| it.memories(1), "memory"),
            (|it| it.tables(1), "table"),
        ];
        for (set, kind) in cases {
            let mut store = limited(set);
            Instance::new(&mut store, &module, &[])?;
            assert_eq!(
                error(Instance::new(&mut store, &module, &[])),
                format!("resource limit exceeded: {kind} count too high at 2")
            );
        }
        let mut store = limited(|it| it.memories(0).tables(0));
        Memory::new(&mut store, MemoryType::new(1, None))?;
        Instance::new(&mut store, &Module::new(engine, "(module)")?, &[])?;
        Ok(())
    });
}

#[test]
fn default_counts() -> Result<()> {
    assert_eq!(wasm_interp_jit::DEFAULT_INSTANCE_LIMIT, 10_000);
    assert_eq!(wasm_interp_jit::DEFAULT_MEMORY_LIMIT, 10_000);
    assert_eq!(wasm_interp_jit::DEFAULT_TABLE_LIMIT, 10_000);
    let mut store = Store::<()>::default();
    let module = Module::new(store.engine(), "(module)")?;
    for _ in 0..10_000 {
        Instance::new(&mut store, &module, &[])?;
    }
    assert_eq!(
        error(Instance::new(&mut store, &module, &[])),
        "resource limit exceeded: instance count too high at 10001"
    );
    Ok(())
}

#[test]
fn fixed_limits() {
    check(|engine| {
        let limits = StoreLimitsBuilder::new()
            .memory_size(0x20000)
            .table_elements(3)
            .build();
        let mut store = Store::new(engine, limits);
        store.limiter(|limits| limits);
        let it = Linker::new(engine).instantiate(&mut store, &Module::new(engine, GROWING)?)?;
        let memory = it.get_typed_func::<i32, i32>(&mut store, "memory")?;
        let table = it.get_typed_func::<i32, i32>(&mut store, "table")?;
        assert_eq!(memory.call(&mut store, 2)?, -1);
        assert_eq!(memory.call(&mut store, 1)?, 1);
        assert_eq!(table.call(&mut store, 2)?, -1);
        assert_eq!(table.call(&mut store, 1)?, 2);
        assert_eq!(
            error(Memory::new(&mut store, MemoryType::new(3, None))),
            "memory minimum size of 3 pages exceeds memory limits"
        );
        Ok(())
    });
}

#[test]
fn growth_that_fails_as_a_trap() {
    check(|engine| {
        let limits = StoreLimitsBuilder::new()
            .memory_size(0x20000)
            .table_elements(3)
            .trap_on_grow_failure(true)
            .build();
        let (mut store, it) = instance(engine, limits, GROWING)?;
        store.limiter(|limits| limits);
        let memory = it.get_typed_func::<i32, i32>(&mut store, "memory")?;
        let table = it.get_typed_func::<i32, i32>(&mut store, "table")?;
        let text =
            |failed: Result<i32>| failed.expect_err("it is an error").root_cause().to_string();
        assert_eq!(
            text(memory.call(&mut store, 2)),
            "forcing trap when growing memory to 196608 bytes"
        );
        assert_eq!(
            text(table.call(&mut store, 2)),
            "forcing trap when growing table to 4 elements"
        );
        Ok(())
    });
}

// Sizes that no memory or table can have are failures of which the limits hear, not questions.
#[test]
fn sizes_that_cannot_be_as_a_trap() {
    let wat = r#"(module
        (memory 1 (pagesize 1))
        (table i64 1 funcref)
        (func (export "memory") (memory.grow (i32.const -2)) drop)
        (func (export "table") (table.grow (ref.null func) (i64.const -1)) drop))"#;
    let failures = [
        (
            "memory",
            "forcing a memory growth failure to be a trap",
            "memory growth exceeds memory type's limits",
        ),
        (
            "table",
            "forcing a table growth failure to be a trap",
            "overflow calculating new table size",
        ),
    ];
    crate::check_with(
        |config| {
            config.wasm_custom_page_sizes(true);
        },
        |engine| {
            let limits = StoreLimitsBuilder::new().trap_on_grow_failure(true).build();
            let (mut store, it) = instance(engine, limits, wat)?;
            store.limiter(|limits| limits);
            for (name, text, cause) in failures {
                let func = it.get_typed_func::<(), ()>(&mut store, name)?;
                let error = func.call(&mut store, ()).expect_err("it is an error");
                let texts: Vec<String> = error.chain().map(ToString::to_string).collect();
                assert_eq!(texts[texts.len() - 2..], [text, cause]);
            }
            Ok(())
        },
    );
}

// A memory of bytes that no 32-bit number can size fails without being asked for.
#[test]
fn pages_of_one_byte() {
    crate::check_with(
        |config| {
            config.wasm_custom_page_sizes(true);
        },
        |engine| {
            let mut store = store(engine);
            let wat = r#"(module (memory 1 (pagesize 1))
                (func (export "f") (result i32) (memory.grow (i32.const -2))))"#;
            let it = Instance::new(&mut store, &Module::new(engine, wat)?, &[])?;
            let f = it.get_typed_func::<(), i32>(&mut store, "f")?;
            store.data_mut().take();
            assert_eq!(f.call(&mut store, ())?, -1);
            assert_eq!(
                store.data_mut().take(),
                "memory failed: memory growth exceeds memory type's limits"
            );
            Ok(())
        },
    );
}

#[test]
fn limits_of_the_data_can_change() {
    check(|engine| {
        let mut store = Store::new(engine, StoreLimits::default());
        store.limiter(|limits| limits);
        Memory::new(&mut store, MemoryType::new(2, None))?;
        *store.data_mut() = StoreLimitsBuilder::new().memory_size(1 << 16).build();
        error(Memory::new(&mut store, MemoryType::new(2, None)));
        Memory::new(&mut store, MemoryType::new(1, None))?;
        Ok(())
    });
}
