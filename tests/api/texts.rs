//! Texts of errors that no other file of the suite asserts.

use crate::{check, error, instance, panic_message};
use wasm_interp_jit::{
    Engine, Func, Global, GlobalType, Instance, Linker, Memory, MemoryType, MemoryTypeBuilder,
    Module, Mutability, Ref, RefType, Result, SharedMemory, Store, Table, TableType, Val, ValType,
};

fn refused(set: impl FnOnce(&mut MemoryTypeBuilder)) -> String {
    let mut builder = MemoryType::builder();
    set(&mut builder);
    error(builder.build())
}

#[test]
fn types_of_memories() {
    assert_eq!(
        refused(|it| {
            it.shared(true);
        }),
        "shared memories must have a maximum size"
    );
    assert_eq!(
        refused(|it| {
            it.min(2).max(Some(1));
        }),
        "maximum page size cannot be smaller than the minimum page size"
    );
    assert_eq!(
        refused(|it| {
            it.page_size_log2(3);
        }),
        "page size must be 2**16 or 2**0, but was given 2**3; note that future Wasm extensions \
         might allow any power of two page size, but only 2**16 and 2**0 are currently valid"
    );
    assert_eq!(
        refused(|it| {
            it.min(65537);
        }),
        "minimum size is too large for this memory type's index type"
    );
    assert_eq!(
        refused(|it| {
            it.max(Some(65537));
        }),
        "maximum size is too large for this memory type's index type"
    );
}

#[test]
fn memories_for_the_wrong_number_of_threads() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    assert_eq!(
        error(Memory::new(&mut store, MemoryType::shared(1, 1))),
        "shared memories must be created through `SharedMemory`"
    );
    assert_eq!(
        error(SharedMemory::new(&engine, MemoryType::new(1, Some(1)))),
        "shared memory must have the `shared` flag enabled on its memory type"
    );
    assert_eq!(
        error(SharedMemory::new(&engine, MemoryType::shared(1, 1))),
        "shared memory support is disabled for this engine -- see `Config::shared_memory`"
    );
}

#[test]
fn globals() -> Result<()> {
    let mut store = Store::<()>::default();
    let ty = GlobalType::new(ValType::I32, Mutability::Const);
    assert_eq!(
        error(Global::new(&mut store, ty.clone(), Val::I64(1))),
        "type mismatch: initial value provided does not match the type of this global: \
         type mismatch: expected i32, found i64"
    );
    let constant = Global::new(&mut store, ty, Val::I32(1))?;
    assert_eq!(
        error(constant.set(&mut store, Val::I32(2))),
        "immutable global cannot be set"
    );
    let ty = GlobalType::new(ValType::I32, Mutability::Var);
    let variable = Global::new(&mut store, ty, Val::I32(1))?;
    assert_eq!(
        error(variable.set(&mut store, Val::F32(2))),
        "type mismatch: attempt to set global to value of wrong type: \
         type mismatch: expected i32, found f32"
    );
    Ok(())
}

#[test]
fn tables() -> Result<()> {
    let mut store = Store::<()>::default();
    let ty = TableType::new(RefType::FUNCREF, 1, Some(2));
    let text = "type mismatch: value does not match table element type: \
                type mismatch: expected (ref null func), found ";
    assert!(error(Table::new(&mut store, ty.clone(), Ref::Extern(None))).starts_with(text));
    let table = Table::new(&mut store, ty, Ref::Func(None))?;
    assert!(error(table.set(&mut store, 0, Ref::Extern(None))).starts_with(text));
    assert!(error(table.fill(&mut store, 0, Ref::Extern(None), 1)).starts_with(text));
    assert!(error(table.grow(&mut store, 1, Ref::Extern(None))).starts_with(text));
    assert_eq!(
        error(table.grow(&mut store, 2, Ref::Func(None))),
        "failed to grow table by `2`"
    );
    let out = "wasm trap: undefined element: out of bounds table access";
    assert!(error(table.fill(&mut store, 1, Ref::Func(None), 1)).contains(out));
    assert!(error(Table::copy(&mut store, &table, 0, &table, 1, 1)).contains(out));
    Ok(())
}

#[test]
fn numbers_of_values() {
    check(|engine| {
        let wat = r#"(module (func (export "f") (param i32) (result i32) (local.get 0)))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let f = it.get_func(&mut store, "f").expect("is exported");
        let mut one = [Val::I32(0)];
        assert_eq!(
            error(f.call(&mut store, &[], &mut one)),
            "expected 1 arguments, got 0"
        );
        assert_eq!(
            error(f.call(&mut store, &[Val::I32(1)], &mut [])),
            "expected 1 results, got 0"
        );
        assert_eq!(
            error(f.typed::<(), i32>(&store)),
            "type mismatch with parameters: expected 0 types, found 1"
        );
        assert_eq!(
            error(f.typed::<i32, (i32, i32)>(&store)),
            "type mismatch with results: expected 2 types, found 1"
        );
        assert_eq!(
            error(f.typed::<i64, i32>(&store)),
            "type mismatch with parameters: type mismatch: expected i32, found i64"
        );
        assert_eq!(
            error(it.get_typed_func::<i32, i32>(&mut store, "g")),
            "failed to find function export `g`"
        );
        assert_eq!(
            error(it.get_typed_func::<i32, i64>(&mut store, "f")),
            "failed to convert function `f` to given type: type mismatch with results: \
             type mismatch: expected i64, found i32"
        );
        Ok(())
    });
}

#[test]
fn imports() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let module = Module::new(engine, r#"(module (import "m" "f" (func (param i32))))"#)?;
        assert_eq!(
            error(Instance::new(&mut store, &module, &[])),
            "expected 1 imports, found 0"
        );
        let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
        assert_eq!(
            error(Instance::new(&mut store, &module, &[memory.into()])),
            "incompatible import type for `m::f`: expected func, but found memory"
        );
        let func = Func::wrap(&mut store, || ());
        assert_eq!(
            error(Instance::new(&mut store, &module, &[func.into()])),
            "incompatible import type for `m::f`: types incompatible: expected type \
             `(func (param i32))`, found type `(func)`"
        );
        let mut linker = Linker::new(engine);
        assert_eq!(
            error(linker.instantiate(&mut store, &module)),
            "unknown import: `m::f` has not been defined"
        );
        linker.define(&store, "m", "f", func)?;
        assert_eq!(
            error(linker.define(&store, "m", "f", func).map(|_| ())),
            "import of `m::f` defined twice"
        );
        Ok(())
    });
}

#[test]
fn values_of_other_kinds() {
    assert_eq!(panic_message(|| Val::I32(1).unwrap_i64()), "expected i64");
    assert_eq!(panic_message(|| Val::I64(1).unwrap_f32()), "expected f32");
    assert_eq!(panic_message(|| Val::F64(1).unwrap_v128()), "expected V128");
    assert_eq!(
        panic_message(|| ValType::I32.unwrap_ref().clone()),
        "ValType::unwrap_ref on a non-reference type"
    );
    assert_eq!(
        panic_message(|| Ref::Extern(None).unwrap_func().copied()),
        "Ref::unwrap_func on non-func reference"
    );
}
