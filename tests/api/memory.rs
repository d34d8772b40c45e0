//! Memories of the host and of instances.

use crate::{check, check_with, error, instance, panic_message};
use wasm_interp_jit::{Engine, Instance, Memory, MemoryType, Module, Result, Store, Trap};

const PAGE: usize = 65536;

#[test]
fn read_and_write() {
    check(|engine| {
        let mut store = Store::new(engine, 7_u8);
        let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
        memory.write(&mut store, 10, b"hello")?;
        let mut buffer = [0; 7];
        memory.read(&store, 9, &mut buffer)?;
        assert_eq!(&buffer, b"\0hello\0");
        memory.data_mut(&mut store)[PAGE - 1] = 1;
        assert_eq!(memory.data(&store)[PAGE - 1], 1);
        let (bytes, data) = memory.data_and_store_mut(&mut store);
        bytes[0] = *data;
        *data = bytes[10];
        assert_eq!((memory.data(&store)[0], *store.data()), (7, b'h'));
        Ok(())
    });
}

#[test]
fn out_of_bounds() -> Result<()> {
    let mut store = Store::<()>::default();
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    let mut buffer = [0; 4];
    memory.read(&store, PAGE - 4, &mut buffer)?;
    memory.read(&store, PAGE, &mut [])?;
    for offset in [PAGE - 3, PAGE, usize::MAX - 2, usize::MAX] {
        let error = memory
            .read(&store, offset, &mut buffer)
            .expect_err("out of bounds");
        assert_eq!(error.to_string(), "out of bounds memory access");
        assert!(memory.write(&mut store, offset, &[1; 4]).is_err());
    }
    assert!(
        memory.data(&store).iter().all(|&byte| byte == 0),
        "nothing was written"
    );
    Ok(())
}

#[test]
fn grow() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let memory = Memory::new(&mut store, MemoryType::new(1, Some(3)))?;
        memory.data_mut(&mut store)[5] = 5;
        assert_eq!(memory.grow(&mut store, 0)?, 1);
        assert_eq!(memory.grow(&mut store, 2)?, 1);
        assert_eq!(
            error(memory.grow(&mut store, 1)),
            "failed to grow memory by `1`"
        );
        assert!(memory.grow(&mut store, u64::MAX).is_err());
        assert_eq!(
            (memory.size(&store), memory.data_size(&store)),
            (3, 3 * PAGE)
        );
        assert_eq!(
            (memory.data(&store)[5], memory.data(&store)[2 * PAGE]),
            (5, 0)
        );
        assert_eq!(
            (memory.page_size(&store), memory.page_size_log2(&store)),
            (65536, 16)
        );
        assert_eq!(memory.ty(&store), MemoryType::new(1, Some(3)));
        Ok(())
    });
}

// Without a reservation memories move when they grow.
#[test]
fn grow_without_reservation() {
    let set = |config: &mut wasm_interp_jit::Config| {
        _ = config
            .memory_reservation(0)
            .memory_reservation_for_growth(0)
            .memory_guard_size(0)
    };
    check_with(set, |engine| {
        let wat = r#"(module
            (memory (export "m") 1)
            (func (export "f") (param i32) (result i32)
                (i32.store (local.get 0) (i32.const 77))
                (drop (memory.grow (i32.const 1)))
                (i32.load (local.get 0))))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let f = it.get_typed_func::<i32, i32>(&mut store, "f")?;
        let memory = it.get_memory(&mut store, "m").expect("is exported");
        for i in 1..40 {
            assert_eq!(f.call(&mut store, i * 4)?, 77);
            assert_eq!(memory.size(&store), u64::from(i.cast_unsigned()) + 1);
        }
        let trap = f.call(&mut store, 1 << 28).expect_err("out of bounds");
        assert_eq!(trap.downcast_ref::<Trap>(), Some(&Trap::MemoryOutOfBounds));
        Ok(())
    });
}

#[test]
fn refused_types() {
    let mut store = Store::<()>::default();
    assert_eq!(
        error(Memory::new(&mut store, MemoryType::shared(1, 2))),
        "shared memories must be created through `SharedMemory`"
    );
    let message = panic_message(|| MemoryType::new(2, Some(1)));
    assert!(
        message.starts_with(
            "called `Result::unwrap()` on an `Err` value: maximum page size cannot be smaller \
             than the minimum page size"
        ),
        "{message}"
    );
    assert!(panic_message(|| MemoryType::new(65537, None)).contains("minimum size is too large"));
}

// The largest 32-bit memory is 4 GiB, and its size in bytes does not fit 32 bits.
#[test]
fn four_gibibytes() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let memory = Memory::new(&mut store, MemoryType::new(0, Some(65536)))?;
        assert!(memory.data(&store).is_empty());
        assert!(error(memory.grow(&mut store, 65537)).contains("failed to grow"));
        assert_eq!(memory.grow(&mut store, 65536)?, 0);
        assert_eq!(memory.data_size(&store), 1 << 32);
        memory.write(&mut store, (1 << 32) - 1, &[1])?;
        Ok(())
    });
}

#[test]
fn wrong_store() -> Result<()> {
    let engine = Engine::default();
    let (mut store, other) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    let text = "object used with the wrong store";
    assert_eq!(panic_message(|| memory.data(&other).len()), text);
    assert_eq!(panic_message(|| memory.size(&other)), text);
    Ok(())
}

#[test]
fn shared_with_wasm() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let memory = Memory::new(&mut store, MemoryType::new(1, Some(2)))?;
        let wat = r#"(module
            (import "" "" (memory 1 2))
            (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
            (func (export "grow") (result i32) (memory.grow (i32.const 1)))
            (func (export "size") (result i32) memory.size))"#;
        let module = Module::new(engine, wat)?;
        let it = Instance::new(&mut store, &module, &[memory.into()])?;
        let load = it.get_typed_func::<u32, i32>(&mut store, "load")?;
        let grow = it.get_typed_func::<(), i32>(&mut store, "grow")?;
        let size = it.get_typed_func::<(), i32>(&mut store, "size")?;
        memory.data_mut(&mut store)[3] = 33;
        assert_eq!(load.call(&mut store, 3)?, 33);
        assert!(load.call(&mut store, 65536).is_err());
        memory.grow(&mut store, 1)?;
        assert_eq!(load.call(&mut store, 65536)?, 0);
        assert_eq!(
            (size.call(&mut store, ())?, grow.call(&mut store, ())?),
            (2, -1)
        );
        Ok(())
    });
}
