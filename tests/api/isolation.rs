//! Handles of one store in another: each use panics, or is an error where the handle is a value.

use crate::{error, panic_message};
use wasm_interp_jit::{
    AsContextMut as _, Engine, ExternRef, Func, FuncType, Global, GlobalType, Instance, Linker,
    Memory, MemoryType, Module, Mutability, Ref, RefType, Rooted, Store, Table, TableType, Tag,
    TagType, TypedFunc, Val, ValType,
};

/// Everything there is in a store.
struct Items {
    store: Store<()>,
    instance: Instance,
    func: Func,
    typed: TypedFunc<i32, i32>,
    memory: Memory,
    table: Table,
    global: Global,
    tag: Tag,
}

fn items(engine: &Engine) -> Items {
    let wat = r#"(module
        (func (export "f") (param i32) (result i32) (local.get 0))
        (memory (export "m") 1)
        (table (export "t") 1 funcref)
        (global (export "g") (mut i32) (i32.const 1)))"#;
    let module = Module::new(engine, wat).expect("it is valid");
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("it imports nothing");
    let func = instance.get_func(&mut store, "f").expect("a function");
    let ty = TagType::new(FuncType::new(engine, [], []));
    Items {
        instance,
        func,
        typed: func.typed(&store).expect("it has this type"),
        memory: instance.get_memory(&mut store, "m").expect("a memory"),
        table: instance.get_table(&mut store, "t").expect("a table"),
        global: instance.get_global(&mut store, "g").expect("a global"),
        tag: Tag::new(&mut store, &ty).expect("it can be made"),
        store,
    }
}

const WRONG: &str = "object used with the wrong store";

/// The same about references.
const WRONG_REFERENCE: &str = "object used with wrong store";

/// Asserts that each of the expressions panics, for it uses a handle with a store that is not its.
macro_rules! all_panic {
    ($($use:expr;)*) => {
        all_panic_with!(WRONG: $($use;)*);
    };
}

macro_rules! all_panic_with {
    ($text:ident: $($use:expr;)*) => {$(
        assert_eq!(panic_message(|| { let _ = $use; }), $text, stringify!($use));
    )*};
}

#[test]
fn functions() {
    let engine = Engine::default();
    let (it, mut other) = (items(&engine), items(&engine).store);
    let results = &mut [Val::I32(0)];
    all_panic! {
        it.func.ty(&other);
        it.func.call(&mut other, &[Val::I32(1)], results);
        it.func.typed::<i32, i32>(&other);
        it.func.typed::<i64, i32>(&other);
        it.func.matches_ty(&other, &FuncType::new(&engine, [], []));
        it.func.to_raw(&mut other);
        it.typed.call(&mut other, 1);
    }
}

#[test]
fn memories() {
    let engine = Engine::default();
    let (it, mut other) = (items(&engine), items(&engine).store);
    all_panic! {
        it.memory.ty(&other);
        it.memory.data(&other).len();
        it.memory.data_mut(&mut other).len();
        it.memory.data_and_store_mut(&mut other).0.len();
        it.memory.data_ptr(&other);
        it.memory.data_size(&other);
        it.memory.size(&other);
        it.memory.page_size(&other);
        it.memory.read(&other, 0, &mut [0]);
        it.memory.write(&mut other, 0, &[0]);
        it.memory.grow(&mut other, 1);
    }
}

#[test]
fn tables() {
    let engine = Engine::default();
    let (it, mut other) = (items(&engine), items(&engine).store);
    let null = || Ref::Func(None);
    all_panic! {
        it.table.ty(&other);
        it.table.get(&mut other, 0);
        it.table.set(&mut other, 0, null());
        it.table.size(&other);
        it.table.grow(&mut other, 1, null());
        it.table.fill(&mut other, 0, null(), 1);
    }
}

#[test]
fn globals() {
    let engine = Engine::default();
    let (it, mut other) = (items(&engine), items(&engine).store);
    all_panic! {
        it.global.ty(&other);
        it.global.get(&mut other);
        it.global.set(&mut other, Val::I32(1));
    }
}

#[test]
fn instances() {
    let engine = Engine::default();
    let (it, mut other) = (items(&engine), items(&engine).store);
    all_panic! {
        it.instance.module(&other);
        it.instance.get_export(&mut other, "f");
        it.instance.get_func(&mut other, "f");
        it.instance.get_memory(&mut other, "m");
        it.instance.get_typed_func::<i32, i32>(&mut other, "f");
    }
}

#[test]
fn tags() {
    let engine = Engine::default();
    let (it, other) = (items(&engine), items(&engine).store);
    all_panic! {
        it.tag.ty(&other);
    }
}

// Copies between tables are of one store.
#[test]
fn two_tables() {
    let engine = Engine::default();
    let (it, mut other) = (items(&engine), items(&engine));
    all_panic! {
        Table::copy(&mut other.store, &it.table, 0, &other.table, 0, 1);
        Table::copy(&mut other.store, &other.table, 0, &it.table, 0, 1);
    }
}

// What is passed on as a value is checked, and refused with an error.
#[test]
fn values() {
    let engine = Engine::default();
    let (it, mut other) = (items(&engine), items(&engine));
    let foreign = Val::from(it.func);
    let store = &mut other.store;
    let ty = GlobalType::new(ValType::FUNCREF, Mutability::Var);
    let text = error(Global::new(&mut *store, ty.clone(), foreign));
    assert!(text.ends_with("value used with wrong store"), "{text}");
    let global = Global::new(&mut *store, ty, Val::null_func_ref()).expect("null fits");
    let text = error(global.set(&mut *store, foreign));
    assert!(text.ends_with("value used with wrong store"), "{text}");
    for text in [
        error(other.table.set(&mut *store, 0, Ref::Func(Some(it.func)))),
        error(other.table.grow(&mut *store, 1, Ref::Func(Some(it.func)))),
        error(
            other
                .table
                .fill(&mut *store, 0, Ref::Func(Some(it.func)), 1),
        ),
        error(Table::new(
            &mut *store,
            TableType::new(RefType::FUNCREF, 1, None),
            Ref::Func(Some(it.func)),
        )),
    ] {
        assert!(text.ends_with("reference used with wrong store"), "{text}");
    }
}

#[test]
fn imports() {
    let engine = Engine::default();
    let (it, mut other) = (items(&engine), items(&engine).store);
    let wat = r#"(module (import "" "f" (func (param i32) (result i32))))"#;
    let module = Module::new(&engine, wat).expect("it is valid");
    let text = error(Instance::new(&mut other, &module, &[it.func.into()]));
    assert_eq!(
        text,
        "cross-`Store` instantiation is not currently supported"
    );
    let mut linker = Linker::new(&engine);
    linker
        .define(&it.store, "", "f", it.func)
        .expect("it is the first");
    let text = error(linker.instantiate(&mut other, &module));
    assert_eq!(
        text,
        "cross-`Store` instantiation is not currently supported"
    );
}

// Items of a store are found with any store; using them there panics.
#[test]
fn items_of_a_linker() {
    let engine = Engine::default();
    let (mut it, mut other) = (items(&engine), items(&engine).store);
    let mut linker = Linker::new(&engine);
    linker
        .define(&it.store, "", "f", it.func)
        .expect("it is the first");
    assert!(linker.get(&mut it.store, "", "f").is_ok());
    let found = linker.get(&mut other, "", "f").expect("it is defined");
    let func = found.into_func().expect("it is a function");
    all_panic! {
        func.ty(&other);
    }
    assert_eq!(linker.iter(&mut it.store).count(), 1);
}

#[test]
fn references() {
    let engine = Engine::default();
    let (mut it, mut other) = (items(&engine).store, items(&engine).store);
    let foreign = ExternRef::new(&mut it, 5).expect("there is room");
    all_panic_with! { WRONG_REFERENCE:
        foreign.data(&other);
        foreign.to_owned_rooted(&mut other);
        Rooted::ref_eq(&other, &foreign, &foreign);
    }
    let owned = foreign.to_owned_rooted(&mut it).expect("it is valid");
    all_panic_with! { WRONG_REFERENCE:
        owned.to_rooted(&mut other);
    }
}

#[test]
fn stores_and_modules_of_two_engines() {
    let (engine, other) = (Engine::default(), Engine::default());
    let module = Module::new(&other, "(module)").expect("it is valid");
    let mut store = Store::new(&engine, ());
    let text = error(Instance::new(&mut store, &module, &[]));
    assert_eq!(
        text,
        "cross-`Engine` instantiation is not currently supported"
    );
    let linker = Linker::<()>::new(&engine);
    let text = error(linker.instantiate_pre(&module));
    assert!(text.contains("Engine"), "{text}");
}

// Types belong to engines, and say so in their own way.
#[test]
fn types_of_another_engine() {
    let (engine, other) = (Engine::default(), Engine::default());
    let mut store = Store::new(&engine, ());
    let ty = FuncType::new(&other, [ValType::I32], []);
    let text = panic_message(|| {
        Func::new(&mut store, ty.clone(), |_, _, _| Ok(()));
    });
    assert!(text.contains("comes_from_same_engine"), "{text}");
    let mut linker = Linker::<()>::new(&engine);
    let text = panic_message(|| {
        let _ = linker.func_new("", "f", ty.clone(), |_, _, _| Ok(()));
    });
    assert!(text.contains("comes_from_same_engine"), "{text}");
}

// A store that is gone leaves handles that no other store takes for its own.
#[test]
fn handles_outlive_their_store() {
    let engine = Engine::default();
    let it = items(&engine);
    let (func, memory) = (it.func, it.memory);
    drop(it);
    let mut other = items(&engine).store;
    all_panic! {
        func.ty(&other);
        memory.size(other.as_context_mut());
    }
    let memory = Memory::new(&mut other, MemoryType::new(1, None));
    assert_eq!(memory.expect("there is room").size(&other), 1);
}
