//! What is freed when nobody refers to it, and when; roots and scopes.

use crate::{check, error, instance, panic_message};
use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wasm_interp_jit::{
    AnyRef, AsContextMut, Caller, EqRef, ExternRef, Func, HeapType, I31, Instance, Module,
    OwnedRooted, Ref, Result, RootScope, Rooted, Store, Val,
};

/// Counts how many of it there are.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

impl Count {
    fn make(&self, store: impl AsContextMut) -> Result<Rooted<ExternRef>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        ExternRef::new(store, Counted(self.0.clone()))
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

#[test]
fn scopes_end() -> Result<()> {
    let count = Count::default();
    let mut store = Store::<()>::default();
    let inner = {
        let mut scope = RootScope::new(&mut store);
        let inner = count.make(&mut scope)?;
        scope.as_context_mut().gc(None)?;
        assert_eq!(count.get(), 1);
        inner
    };
    let unrooted = "attempted to use a garbage-collected object that has been unrooted";
    assert_eq!(error(inner.data(&store).map(|_| ())), unrooted);
    assert_eq!(error(inner.to_owned_rooted(&mut store)), unrooted);
    assert_eq!(error(Rooted::ref_eq(&store, &inner, &inner)), unrooted);
    store.gc(None)?;
    assert_eq!(count.get(), 0);
    // A root in the same place is another one.
    count.make(&mut store)?;
    assert_eq!(error(inner.data(&store).map(|_| ())), unrooted);
    assert_eq!(error(inner.to_raw(&mut store)), unrooted);
    store.gc(None)?;
    assert_eq!(count.get(), 1);
    Ok(())
}

#[test]
fn scopes_nest() -> Result<()> {
    let mut store = Store::<()>::default();
    let outermost = ExternRef::new(&mut store, 1_u32)?;
    {
        let mut outer = RootScope::new(&mut store);
        let middle = ExternRef::new(&mut outer, 2_u32)?;
        {
            let mut inner = RootScope::new(&mut outer);
            ExternRef::new(&mut inner, 3_u32)?;
            assert!(middle.data(inner.as_context_mut())?.is_some());
        }
        assert!(middle.data(outer.as_context_mut())?.is_some());
        assert!(outermost.data(outer.as_context_mut())?.is_some());
    }
    assert!(outermost.data(&store)?.is_some());
    Ok(())
}

#[test]
fn owned_roots() -> Result<()> {
    let count = Count::default();
    let mut store = Store::<()>::default();
    let owned = {
        let mut scope = RootScope::new(&mut store);
        let value = count.make(&mut scope)?;
        value.to_owned_rooted(&mut scope)?
    };
    let again = owned.clone();
    drop(owned);
    store.gc(None)?;
    assert_eq!(count.get(), 1);
    assert!(again.data(&store)?.is_some_and(|it| it.is::<Counted>()));
    drop(again);
    store.gc(None)?;
    assert_eq!(count.get(), 0);
    Ok(())
}

const HOLDER: &str = r#"(module
    (import "" "gc" (func $gc))
    (import "" "make" (func $make (result externref)))
    (import "" "use" (func $use (param externref)))
    (global $g (mut externref) (ref.null extern))
    (table $t 4 externref)
    (func (export "keep") (global.set $g (call $make)) (table.set $t (i32.const 2) (call $make)))
    (func (export "drop") (global.set $g (ref.null extern))
        (table.set $t (i32.const 2) (ref.null extern)))
    (func (export "local") (result i32)
        (local $a externref)
        (local.set $a (call $make))
        (call $gc)
        (call $use (local.get $a))
        (i32.const 7))
    (func $recurse (export "recurse") (param i32) (param externref)
        (if (i32.eqz (local.get 0)) (then (call $gc) (return)))
        (call $recurse (i32.sub (local.get 0) (i32.const 1)) (call $make))
        (call $use (local.get 1)))
    (func (export "garbage") (param i32)
        (loop $l
            (drop (call $make))
            (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"#;

fn holder(engine: &wasm_interp_jit::Engine) -> Result<(Store<Count>, Instance)> {
    let mut store = Store::new(engine, Count::default());
    let gc = Func::wrap(&mut store, |mut caller: Caller<'_, Count>| caller.gc(None));
    let make = Func::wrap(&mut store, |mut caller: Caller<'_, Count>| {
        let count = caller.data().clone();
        count.make(&mut caller).map(Some)
    });
    let use_ = Func::wrap(
        &mut store,
        |caller: Caller<'_, Count>, it: Option<Rooted<ExternRef>>| -> Result<()> {
            let it = it.expect("is not null");
            assert!(it.data(&caller)?.expect("is of the host").is::<Counted>());
            Ok(())
        },
    );
    let module = Module::new(engine, HOLDER)?;
    let imports = [gc.into(), make.into(), use_.into()];
    let it = Instance::new(&mut store, &module, &imports)?;
    Ok((store, it))
}

#[test]
fn globals_and_tables_hold_values() {
    check(|engine| {
        let (mut store, it) = holder(engine)?;
        let keep = it.get_typed_func::<(), ()>(&mut store, "keep")?;
        let drop = it.get_typed_func::<(), ()>(&mut store, "drop")?;
        for _ in 0..4 {
            keep.call(&mut store, ())?;
            store.gc(None)?;
            assert_eq!(store.data().get(), 2);
        }
        drop.call(&mut store, ())?;
        store.gc(None)?;
        assert_eq!(store.data().get(), 0);
        Ok(())
    });
}

// The only reference is in a frame of Wasm while the host collects.
#[test]
fn frames_hold_values() {
    check(|engine| {
        let (mut store, it) = holder(engine)?;
        let local = it.get_typed_func::<(), i32>(&mut store, "local")?;
        for _ in 0..4 {
            assert_eq!(local.call(&mut store, ())?, 7);
        }
        type Params = (i32, Option<Rooted<ExternRef>>);
        let recurse = it.get_typed_func::<Params, ()>(&mut store, "recurse")?;
        for _ in 0..4 {
            let mut scope = RootScope::new(&mut store);
            let count = scope.as_context_mut().data().clone();
            let value = count.make(&mut scope)?;
            recurse.call(&mut scope, (50, Some(value)))?;
        }
        store.gc(None)?;
        assert_eq!(store.data().get(), 0);
        Ok(())
    });
}

// Values that a program makes and forgets do not add up, without anybody asking for it.
#[test]
fn garbage_is_collected_now_and_then() {
    check(|engine| {
        let (mut store, it) = holder(engine)?;
        let garbage = it.get_typed_func::<i32, ()>(&mut store, "garbage")?;
        garbage.call(&mut store, 20_000)?;
        let left = store.data().get();
        assert!(left <= 3000, "{left} values are left");
        store.gc(None)?;
        assert_eq!(store.data().get(), 0);
        Ok(())
    });
}

// What a host function makes is valid until it returns to Wasm.
#[test]
fn calls_of_host_functions_are_scopes() {
    check(|engine| {
        type Kept = Option<Rooted<ExternRef>>;
        let mut store = Store::new(engine, None::<Rooted<ExternRef>>);
        let keep = Func::wrap(&mut store, |mut caller: Caller<'_, Kept>| -> Result<()> {
            let value = ExternRef::new(&mut caller, 5_u32)?;
            *caller.data_mut() = Some(value);
            Ok(())
        });
        let wat = r#"(module (import "" "f" (func $f)) (func (export "f") (call $f)))"#;
        let module = Module::new(engine, wat)?;
        let it = Instance::new(&mut store, &module, &[keep.into()])?;
        let f = it.get_typed_func::<(), ()>(&mut store, "f")?;
        f.call(&mut store, ())?;
        let kept = store.data().expect("was kept");
        assert_eq!(
            error(kept.data(&store).map(|_| ())),
            "attempted to use a garbage-collected object that has been unrooted"
        );
        Ok(())
    });
}

#[test]
fn results_are_valid_in_the_scope_of_the_caller() {
    check(|engine| {
        let wat = r#"(module (func (export "id") (param externref) (result externref)
            (local.get 0)))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        type Value = Option<Rooted<ExternRef>>;
        let id = it.get_typed_func::<Value, Value>(&mut store, "id")?;
        let outer = ExternRef::new(&mut store, 1_u32)?;
        let inner = {
            let mut scope = RootScope::new(&mut store);
            let inner = id.call(&mut scope, Some(outer))?.expect("is not null");
            assert!(Rooted::ref_eq(&scope, &inner, &outer)?);
            assert!(!Rooted::rooted_eq(inner, outer));
            inner
        };
        let text = "attempted to use a garbage-collected object that has been unrooted";
        assert_eq!(error(id.call(&mut store, Some(inner))), text);
        let untyped = it.get_func(&mut store, "id").expect("is exported");
        let mut results = [Val::null_extern_ref()];
        let called = untyped.call(&mut store, &[inner.into()], &mut results);
        assert!(error(called).ends_with(text));
        untyped.call(&mut store, &[outer.into()], &mut results)?;
        let back = results[0].unwrap_externref().expect("is not null");
        assert!(Rooted::ref_eq(&store, back, &outer)?);
        Ok(())
    });
}

#[test]
fn hashes() -> Result<()> {
    let mut store = Store::<()>::default();
    let one = ExternRef::new(&mut store, 1_u32)?;
    let owned = one.to_owned_rooted(&mut store)?;
    let same = owned.to_rooted(&mut store);
    let other = ExternRef::new(&mut store, 1_u32)?;
    let hash = |it: Rooted<ExternRef>, store: &Store<()>| -> Result<u64> {
        let mut hasher = DefaultHasher::new();
        it.ref_hash(store, &mut hasher)?;
        Ok(hasher.finish())
    };
    assert_eq!(hash(one, &store)?, hash(same, &store)?);
    assert_ne!(hash(one, &store)?, hash(other, &store)?);
    let handle = |it: Rooted<ExternRef>| {
        let mut hasher = DefaultHasher::new();
        it.rooted_hash(&mut hasher);
        hasher.finish()
    };
    assert_ne!(handle(one), handle(same));
    assert!(OwnedRooted::ref_eq(&store, &owned, &one)?);
    Ok(())
}

#[test]
fn integers() {
    assert_eq!(I31::new_u32(5).map(|it| it.get_u32()), Some(5));
    assert!(I31::new_u32(1 << 31).is_none() && I31::new_i32(1 << 30).is_none());
    assert_eq!(I31::new_i32(-1).map(|it| it.get_i32()), Some(-1));
    assert_eq!(I31::wrapping_u32(u32::MAX).get_u32(), u32::MAX >> 1);
    assert_eq!(I31::wrapping_i32(-5).get_i32(), -5);
    assert_eq!(
        format!("{:?}", I31::wrapping_i32(-1)),
        "I31 { as_u32: 2147483647, as_i32: -1 }"
    );
}

#[test]
fn references_within_wasm() -> Result<()> {
    let mut store = Store::<()>::default();
    let seven = I31::wrapping_u32(7);
    let any = AnyRef::from_i31(&mut store, seven);
    assert!(any.is_i31(&store)? && any.is_eqref(&store)?);
    assert!(!any.is_struct(&store)? && !any.is_array(&store)?);
    assert_eq!(any.unwrap_i31(&store)?, seven);
    assert_eq!(any.ty(&store)?.to_string(), "i31");
    assert!(any.matches_ty(&store, &HeapType::Eq)?);
    let eq = any.unwrap_eqref(&mut store)?;
    assert_eq!(eq.unwrap_i31(&store)?, seven);
    assert!(Rooted::ref_eq(&store, &any, &eq.to_anyref())?);
    let as_extern = ExternRef::convert_any(&mut store, any)?;
    assert!(as_extern.data(&store)?.is_none());
    let back = AnyRef::convert_extern(&mut store, as_extern)?;
    assert_eq!(back.unwrap_i31(&store)?, seven);
    let value = ExternRef::new(&mut store, 5_u32)?;
    let any = AnyRef::convert_extern(&mut store, value)?;
    assert!(!any.is_i31(&store)? && any.as_eqref(&mut store)?.is_none());
    assert_eq!(any.ty(&store)?.to_string(), "any");
    let back = ExternRef::convert_any(&mut store, any)?;
    assert!(Rooted::ref_eq(&store, &back, &value)?);
    let eq: Rooted<EqRef> = EqRef::from_i31(&mut store, seven);
    assert_eq!(
        Val::from(eq.to_anyref()).ty(&store)?.to_string(),
        "(ref i31)"
    );
    assert!(Ref::from(eq.to_anyref()).is_any());
    assert_eq!(
        panic_message(|| any.unwrap_i31(&store)),
        "AnyRef::unwrap_i31 on non-i31"
    );
    Ok(())
}

// Slots are used again; a value never takes the place of one that is alive.
#[test]
fn places_are_used_again() -> Result<()> {
    let mut store = Store::<()>::default();
    let mut kept = Vec::new();
    for round in 0..20_u32 {
        for n in 0..100_u32 {
            let mut scope = RootScope::new(&mut store);
            let value = ExternRef::new(&mut scope, round * 100 + n)?;
            if n % 10 == 0 {
                kept.push((round * 100 + n, value.to_owned_rooted(&mut scope)?));
            }
        }
        if round % 3 == 2 {
            kept.retain(|it| it.0 % 20 == 0);
        }
        store.gc(None)?;
        for (number, value) in &kept {
            let data = value.data(&store)?.expect("is of the host");
            assert_eq!(data.downcast_ref::<u32>(), Some(number));
        }
    }
    Ok(())
}
