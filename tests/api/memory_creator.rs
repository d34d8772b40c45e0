//! Memories of the embedder's.

use crate::{check_with, error, instance};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wasm_interp_jit::{
    Instance, LinearMemory, Memory, MemoryCreator, MemoryType, Module, Result, Trap, bail,
};

/// A memory in a vector, which never moves and cannot have more than `capacity` bytes.
struct Bytes {
    bytes: Vec<u8>,
    size: usize,
    alive: Arc<AtomicUsize>,
}

impl Drop for Bytes {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

// SAFETY: the bytes are the vector's, which has as many as the capacity.
unsafe impl LinearMemory for Bytes {
    fn byte_size(&self) -> usize {
        self.size
    }

    fn byte_capacity(&self) -> usize {
        self.bytes.len()
    }

    fn grow_to(&mut self, new_size: usize) -> Result<()> {
        if new_size > self.bytes.len() {
            bail!("the vector is full");
        }
        self.size = new_size;
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        self.bytes.as_ptr().cast_mut()
    }
}

#[derive(Default)]
struct Creator {
    alive: Arc<AtomicUsize>,
}

// SAFETY: as for `Bytes`.
unsafe impl MemoryCreator for Creator {
    fn new_memory(
        &self,
        ty: MemoryType,
        minimum: usize,
        maximum: Option<usize>,
        _reserved: Option<usize>,
        _guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        if ty.minimum() == 7 {
            return Err("seven pages are too many".to_owned());
        }
        self.alive.fetch_add(1, Ordering::SeqCst);
        assert!(maximum.is_some_and(|it| it == 1 << 32));
        let capacity = minimum + (2 << 16);
        Ok(Box::new(Bytes {
            bytes: vec![0; capacity],
            size: minimum,
            alive: self.alive.clone(),
        }))
    }
}

const WAT: &str = r#"(module
    (memory (export "m") 1)
    (data (i32.const 4) "\2a")
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#;

#[test]
fn used_by_wasm_and_the_host() {
    let creator = Arc::new(Creator::default());
    let alive = creator.alive.clone();
    check_with(
        |config| {
            // wasmtime would look for an image of the memory.
            config
                .with_host_memory(creator.clone())
                .memory_init_cow(false);
            // The memory has neither reserve nor guard.
            config.memory_reservation(0).memory_guard_size(0);
        },
        |engine| {
            let (mut store, it) = instance(engine, (), WAT)?;
            assert_eq!(alive.load(Ordering::SeqCst), 1);
            let load = it.get_typed_func::<i32, i32>(&mut store, "load")?;
            let grow = it.get_typed_func::<i32, i32>(&mut store, "grow")?;
            let memory = it.get_memory(&mut store, "m").expect("is exported");
            for _ in 0..3 {
                assert_eq!(load.call(&mut store, 4)?, 42);
            }
            let failed = load
                .call(&mut store, 0x10000)
                .expect_err("is out of bounds");
            assert_eq!(failed.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
            if !crate::differs(
                "an access that it checks by an instruction has no fault, only a trap",
            ) {
                assert_eq!(crate::fault(&failed), Some((0x10000, 0x10000)));
            }
            assert_eq!(grow.call(&mut store, 1)?, 1);
            assert_eq!(memory.grow(&mut store, 1)?, 2);
            memory.write(&mut store, 0x20000, &[7])?;
            assert_eq!(load.call(&mut store, 0x20000)?, 7);
            assert_eq!(grow.call(&mut store, 1)?, -1);
            assert_eq!(
                error(memory.grow(&mut store, 1)),
                "failed to grow memory by `1`"
            );
            drop(store);
            assert_eq!(alive.load(Ordering::SeqCst), 0);
            Ok(())
        },
    );
}

#[test]
fn refused() {
    check_with(
        |config| {
            config.with_host_memory(Arc::new(Creator::default()));
        },
        |engine| {
            let mut store = wasm_interp_jit::Store::new(engine, ());
            let module = Module::new(engine, "(module (memory 7))")?;
            assert_eq!(
                error(Instance::new(&mut store, &module, &[])),
                "seven pages are too many"
            );
            if !crate::differs("it does not ask for memories that the host makes") {
                assert_eq!(
                    error(Memory::new(&mut store, MemoryType::new(7, None))),
                    "seven pages are too many"
                );
            }
            Ok(())
        },
    );
}
