//! Values of the host that Wasm holds, passes on and gives back, without seeing what is in them.
//!
//! `cargo run --example externref`

use wasm_interp_jit::{
    Caller, Engine, ExternRef, Instance, Linker, Module, Ref, Result, Rooted, Store,
};

fn main() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "length" (func $length (param externref) (result i32)))
            (table (export "table") 4 externref)
            (func (export "keep") (param i32 externref)
                (table.set (local.get 0) (local.get 1)))
            (func (export "lengths") (result i32)
                (i32.add
                    (call $length (table.get (i32.const 0)))
                    (call $length (table.get (i32.const 1))))))"#,
    )?;
    let mut linker = Linker::new(&engine);
    linker.func_wrap(
        "host",
        "length",
        |caller: Caller<'_, ()>, text: Option<Rooted<ExternRef>>| -> Result<u32> {
            // Null is a value like any other.
            let Some(text) = text else { return Ok(0) };
            let data = text
                .data(&caller)?
                .and_then(|it| it.downcast_ref::<String>());
            Ok(data.map_or(0, |text| text.len() as u32))
        },
    )?;
    let mut store = Store::new(&engine, ());
    let instance: Instance = linker.instantiate(&mut store, &module)?;
    let keep =
        instance.get_typed_func::<(u32, Option<Rooted<ExternRef>>), ()>(&mut store, "keep")?;
    let lengths = instance.get_typed_func::<(), u32>(&mut store, "lengths")?;

    // Anything that other threads may have can be moved into the store.
    let hello = ExternRef::new(&mut store, "hello".to_string())?;
    keep.call(&mut store, (0, Some(hello)))?;
    println!("together {}", lengths.call(&mut store, ())?);
    let world = ExternRef::new(&mut store, "wide world".to_string())?;
    keep.call(&mut store, (1, Some(world)))?;
    println!("together {}", lengths.call(&mut store, ())?);

    // What comes out of a table is what went in, and the host can change it.
    let table = instance
        .get_table(&mut store, "table")
        .expect("it is exported");
    let first = table.get(&mut store, 0).expect("there is an element");
    let Ref::Extern(Some(first)) = first else {
        unreachable!("it was set");
    };
    println!("the same: {}", Rooted::ref_eq(&store, &first, &hello)?);
    let text = first
        .data_mut(&mut store)?
        .and_then(|it| it.downcast_mut::<String>());
    text.expect("a string").push_str(", hello");
    println!("together {}", lengths.call(&mut store, ())?);

    keep.call(&mut store, (1, None))?;
    println!("together {}", lengths.call(&mut store, ())?);
    Ok(())
}

// Prints:
// together 5
// together 15
// the same: true
// together 22
// together 12
