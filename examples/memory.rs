//! The memory of an instance, read, written and made larger by the host.
//!
//! `cargo run --example memory`

use wasm_interp_jit::{Engine, Instance, Memory, MemoryType, Module, Result, Store, Trap};

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let module = Module::new(
        &engine,
        r#"(module
            (memory (export "memory") 1 3)
            (data (i32.const 16) "abc")
            (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
            (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1))))"#,
    )?;
    let instance = Instance::new(&mut store, &module, &[])?;
    let memory = instance
        .get_memory(&mut store, "memory")
        .expect("it is exported");
    let load = instance.get_typed_func::<u32, u32>(&mut store, "load")?;
    let put = instance.get_typed_func::<(u32, u32), ()>(&mut store, "store")?;

    // All of it is a slice, as long as the store is borrowed.
    println!(
        "{} bytes, {} page",
        memory.data_size(&store),
        memory.size(&store)
    );
    println!("from the data segment: {:?}", &memory.data(&store)[16..19]);

    // What one side writes, the other reads.
    memory.data_mut(&mut store)[17] = b'B';
    println!(
        "Wasm reads {:?}",
        char::from_u32(load.call(&mut store, 17)?)
    );
    put.call(&mut store, (18, u32::from(b'C')))?;
    let mut copy = [0; 3];
    memory.read(&store, 16, &mut copy)?;
    println!("the host reads {:?}", String::from_utf8_lossy(&copy));

    // Beyond its end there is nothing, for neither of them.
    let outside = memory.write(&mut store, 65_535, &[1, 2]);
    println!("host: {}", outside.expect_err("it is too long"));
    let outside = load.call(&mut store, 65_536).expect_err("it is too far");
    println!("Wasm: {}", outside.downcast_ref::<Trap>().expect("a trap"));

    // It grows by pages, up to its maximum. What is new is zero.
    println!("it had {} page", memory.grow(&mut store, 2)?);
    println!("now Wasm reads {}", load.call(&mut store, 65_536)?);
    println!("{}", memory.grow(&mut store, 1).expect_err("three is all"));

    // The host makes memories, too, for modules that import one.
    let ours = Memory::new(&mut store, MemoryType::new(1, Some(1)))?;
    ours.write(&mut store, 0, b"ours")?;
    let reader = Module::new(
        &engine,
        r#"(module
            (import "" "" (memory 1 1))
            (func (export "first") (result i32) (i32.load8_u (i32.const 0))))"#,
    )?;
    let reader = Instance::new(&mut store, &reader, &[ours.into()])?;
    let first = reader.get_typed_func::<(), u32>(&mut store, "first")?;
    println!("{:?}", char::from_u32(first.call(&mut store, ())?));
    Ok(())
}

// Prints:
// 65536 bytes, 1 page
// from the data segment: [97, 98, 99]
// Wasm reads Some('B')
// the host reads "aBC"
// host: out of bounds memory access
// Wasm: wasm trap: out of bounds memory access
// it had 1 page
// now Wasm reads 0
// failed to grow memory by `1`
// Some('o')
