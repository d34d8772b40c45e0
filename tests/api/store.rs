//! Stores: data, contexts, and which types may go to other threads.

use crate::{check, instance};
use std::rc::Rc;
use wasm_interp_jit::{
    AsContext, AsContextMut, Caller, Config, Engine, Error, Extern, ExternRef, Func, FuncType,
    Global, Instance, InstancePre, Linker, Memory, Module, OwnedRooted, Ref, Result, Rooted, Store,
    StoreContext, StoreContextMut, Table, Trap, TypedFunc, V128, Val, ValType, WasmBacktrace,
};

#[test]
fn data() -> Result<()> {
    let mut store = Store::new(&Engine::default(), vec![1]);
    store.data_mut().push(2);
    assert_eq!(store.data()[..], [1, 2]);
    assert!(format!("{store:?}").contains("[1, 2]"));
    assert_eq!(store.into_data(), [1, 2]);
    assert_eq!(*Store::<u8>::default().data(), 0);
    let message = Store::try_new(&Engine::default(), ())?;
    assert!(Engine::same(
        message.engine(),
        message.as_context().engine()
    ));
    Ok(())
}

#[test]
fn contexts() {
    fn read(store: impl AsContext<Data = i32>) -> i32 {
        *store.as_context().data()
    }
    fn bump(mut store: impl AsContextMut<Data = i32>) {
        *store.as_context_mut().data_mut() += 1;
    }
    let mut store = Store::new(&Engine::default(), 1);
    bump(&mut store);
    bump(store.as_context_mut());
    let mut context = StoreContextMut::from(&mut store);
    bump(&mut context);
    bump(context.as_context_mut());
    assert_eq!(read(&context), 5);
    assert_eq!(read(StoreContext::from(&context)), 5);
    assert_eq!(read(StoreContext::from(&store)), 5);
    assert_eq!(read(StoreContext::from(store.as_context_mut())), 5);
}

// Limits on the stack that nobody can satisfy are an error or no limit, never a panic.
#[test]
fn absurd_stack_size() {
    let mut config = Config::new();
    config
        .max_wasm_stack(usize::MAX)
        .async_stack_size(usize::MAX);
    let engine = Engine::new(&config).expect("is not checked yet");
    let _ = Store::try_new(&engine, ());
}

fn send<T: Send>() {}
fn sync<T: Sync>() {}
fn both<T: Send + Sync>() {}

// Which types are `Send` and `Sync` is part of the interface; losing one breaks embedders.
#[test]
fn send_and_sync() {
    type Anything = *mut u8;
    both::<(Engine, Config, Module, Error, Trap, WasmBacktrace)>();
    both::<(Linker<Anything>, InstancePre<Anything>)>();
    both::<(
        FuncType,
        ValType,
        Extern,
        Func,
        Global,
        Memory,
        Table,
        Instance,
    )>();
    both::<(TypedFunc<(i32, i64), f32>, TypedFunc<(), ()>)>();
    both::<(Val, Ref, V128, Rooted<ExternRef>, OwnedRooted<ExternRef>)>();
    both::<(
        Store<u8>,
        StoreContext<'_, u8>,
        StoreContextMut<'_, u8>,
        Caller<'_, u8>,
    )>();
    send::<Store<std::cell::Cell<u8>>>();
    sync::<Store<std::sync::MutexGuard<'static, u8>>>();
}

// Data that may not leave its thread is fine as long as the store does not either.
#[test]
fn data_that_is_not_send() {
    check(|engine| {
        let mut store = Store::new(engine, Rc::new(5));
        let host = Func::wrap(&mut store, |caller: Caller<'_, Rc<i32>>| **caller.data());
        assert_eq!(host.typed::<(), i32>(&store)?.call(&mut store, ())?, 5);
        Ok(())
    });
}

// Activations belong to calls, not to threads: a store can go on elsewhere.
#[test]
fn stores_move_between_threads() {
    check(|engine| {
        let wat = r#"(module
            (global $n (mut i32) (i32.const 0))
            (func (export "f") (result i32)
                (global.set $n (i32.add (global.get $n) (i32.const 1)))
                (if (i32.eq (i32.rem_u (global.get $n) (i32.const 4)) (i32.const 3)) (then unreachable))
                (global.get $n)))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let f = it.get_typed_func::<(), i32>(&mut store, "f")?;
        let mut results = Vec::new();
        for _ in 0..4 {
            let f = f.clone();
            let thread = std::thread::spawn(move || {
                let results: Vec<_> = (0..3).map(|_| f.call(&mut store, ()).ok()).collect();
                (store, results)
            });
            let (back, some) = thread.join().expect("does not panic");
            store = back;
            results.extend(some);
        }
        let expected: Vec<_> = (1..=12).map(|n| (n % 4 != 3).then_some(n)).collect();
        assert_eq!(results, expected);
        Ok(())
    });
}

#[test]
fn traps_on_many_threads() {
    check(|engine| {
        let module = Module::new(
            engine,
            "(module (memory 1) (func (export \"f\") (drop (i32.load (i32.const -1)))))",
        )?;
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut store = Store::new(engine, ());
                    let it = Instance::new(&mut store, &module, &[]).expect("is valid");
                    let f = it
                        .get_typed_func::<(), ()>(&mut store, "f")
                        .expect("is exported");
                    for _ in 0..50 {
                        let error = f.call(&mut store, ()).expect_err("traps");
                        assert!(error.is::<Trap>());
                    }
                });
            }
        });
        Ok(())
    });
}

// Wasm needs its own stack only: a small thread can run much of it.
#[test]
fn many_stores_one_engine() {
    check(|engine| {
        let module = Module::new(
            engine,
            "(module (func (export \"f\") (param i32) (result i32) local.get 0))",
        )?;
        let mut stores = Vec::new();
        for i in 0..50 {
            let mut store = Store::new(engine, i);
            let it = Instance::new(&mut store, &module, &[])?;
            let f = it.get_typed_func::<i32, i32>(&mut store, "f")?;
            stores.push((store, f));
        }
        for (store, f) in &mut stores {
            let i = *store.data();
            assert_eq!(f.call(store, i)?, i);
        }
        Ok(())
    });
}
