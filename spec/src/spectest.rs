//! The host module `spectest` that scripts import from.

use crate::Output;
use wasm_interp_jit::{
    Global, GlobalType, Linker, Memory, MemoryType, Mutability, Ref, RefType, Result, SharedMemory,
    Store, Table, TableType, Val, ValType,
};

/// Defines `spectest` in `linker`.
///
/// A 64-bit table is defined as well if the engine can make one.
pub(crate) fn define(linker: &mut Linker<()>, store: &mut Store<()>, output: Output) -> Result<()> {
    let print = move |text: String| {
        if output == Output::Stdout {
            println!("{text}");
        }
    };
    let m = "spectest";
    linker.func_wrap(m, "print", || {})?;
    linker.func_wrap(m, "print_i32", move |a: i32| print(format!("{a}: i32")))?;
    linker.func_wrap(m, "print_i64", move |a: i64| print(format!("{a}: i64")))?;
    linker.func_wrap(m, "print_f32", move |a: f32| print(format!("{a}: f32")))?;
    linker.func_wrap(m, "print_f64", move |a: f64| print(format!("{a}: f64")))?;
    linker.func_wrap(m, "print_i32_f32", move |a: i32, b: f32| {
        print(format!("{a}: i32"));
        print(format!("{b}: f32"));
    })?;
    linker.func_wrap(m, "print_f64_f64", move |a: f64, b: f64| {
        print(format!("{a}: f64"));
        print(format!("{b}: f64"));
    })?;

    let globals = [
        ("global_i32", ValType::I32, Val::I32(666)),
        ("global_i64", ValType::I64, Val::I64(666)),
        ("global_f32", ValType::F32, Val::F32(666.6_f32.to_bits())),
        ("global_f64", ValType::F64, Val::F64(666.6_f64.to_bits())),
    ];
    for (name, ty, value) in globals {
        let global = Global::new(&mut *store, GlobalType::new(ty, Mutability::Const), value)?;
        linker.define(&mut *store, m, name, global)?;
    }

    let ty = TableType::new(RefType::FUNCREF, 10, Some(20));
    let table = Table::new(&mut *store, ty, Ref::Func(None))?;
    linker.define(&mut *store, m, "table", table)?;
    let ty = TableType::new64(RefType::FUNCREF, 10, Some(20));
    if let Ok(table) = Table::new(&mut *store, ty, Ref::Func(None)) {
        linker.define(&mut *store, m, "table64", table)?;
    }
    let memory = Memory::new(&mut *store, MemoryType::new(1, Some(2)))?;
    linker.define(&mut *store, m, "memory", memory)?;
    // Refused unless the engine is to have shared memories.
    if let Ok(memory) = SharedMemory::new(store.engine(), MemoryType::shared(1, 2)) {
        linker.define(&mut *store, m, "shared_memory", memory)?;
    }
    Ok(())
}
