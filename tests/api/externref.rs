//! Values of the host that Wasm holds.

use crate::{check, error, instance, panic_message};
use wasm_interp_jit::{
    Caller, Engine, ExternRef, Func, Global, GlobalType, Mutability, OwnedRooted, Ref, RefType,
    Result, RootScope, Rooted, Store, Table, TableType, Val, ValType,
};

const HOLDER: &str = r#"(module
    (global $g (mut externref) (ref.null extern))
    (table $t (export "t") 2 externref)
    (func (export "put") (param externref)
        (global.set $g (local.get 0))
        (table.set $t (i32.const 1) (local.get 0)))
    (func (export "get") (result externref) global.get $g)
    (func (export "is_null") (param externref) (result i32) (ref.is_null (local.get 0))))"#;

fn number(value: Rooted<ExternRef>, store: &Store<()>) -> Option<u32> {
    value.data(store).ok()??.downcast_ref::<u32>().copied()
}

#[test]
fn through_wasm() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), HOLDER)?;
        let put = it.get_typed_func::<Option<Rooted<ExternRef>>, ()>(&mut store, "put")?;
        let get = it.get_typed_func::<(), Option<Rooted<ExternRef>>>(&mut store, "get")?;
        assert!(get.call(&mut store, ())?.is_none());
        let five = ExternRef::new(&mut store, 5_u32)?;
        for _ in 0..4 {
            put.call(&mut store, Some(five))?;
            let back = get.call(&mut store, ())?.expect("is not null");
            assert_eq!(number(back, &store), Some(5));
            assert!(Rooted::ref_eq(&store, &five, &back)?);
        }
        let table = it.get_table(&mut store, "t").expect("is exported");
        let element = table.get(&mut store, 1).expect("there is an element");
        assert_eq!(
            number(*element.unwrap_extern().expect("is not null"), &store),
            Some(5)
        );
        put.call(&mut store, None)?;
        assert!(get.call(&mut store, ())?.is_none());
        Ok(())
    });
}

#[test]
fn dynamic_values() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), HOLDER)?;
        let is_null = it.get_func(&mut store, "is_null").expect("is exported");
        let value = ExternRef::new(&mut store, "text")?;
        let mut results = [Val::I32(0)];
        for (param, expected) in [(Val::null_extern_ref(), 1), (value.into(), 0)] {
            is_null.call(&mut store, &[param], &mut results)?;
            assert_eq!(results[0].i32(), Some(expected));
        }
        assert!(
            is_null
                .call(&mut store, &[Val::null_func_ref()], &mut results)
                .is_err()
        );
        assert_eq!(
            Val::from(value).ty(&store)?.to_string(),
            "(ref null extern)"
        );
        Ok(())
    });
}

#[test]
fn data() -> Result<()> {
    let mut store = Store::<()>::default();
    let value = ExternRef::new(&mut store, 1_u32)?;
    let data = value.data_mut(&mut store)?.expect("there is data");
    *data.downcast_mut::<u32>().expect("is a number") = 2;
    assert_eq!(number(value, &store), Some(2));
    assert!(
        value
            .data(&store)?
            .expect("there is data")
            .downcast_ref::<i32>()
            .is_none()
    );
    Ok(())
}

#[test]
fn handles() -> Result<()> {
    let mut store = Store::<()>::default();
    let (one, also_one) = (
        ExternRef::new(&mut store, 1_u32)?,
        ExternRef::new(&mut store, 1_u32)?,
    );
    assert!(!Rooted::ref_eq(&store, &one, &also_one)?);
    assert!(Rooted::rooted_eq(one, one) && !Rooted::rooted_eq(one, also_one));
    let owned = {
        let mut scope = RootScope::new(&mut store);
        scope.reserve(10);
        let inner = ExternRef::new(&mut scope, 3_u32)?;
        inner.to_owned_rooted(&mut scope)?
    };
    let rooted = owned.to_rooted(&mut store);
    assert_eq!(number(rooted, &store), Some(3));
    assert!(OwnedRooted::ref_eq(&store, &owned.clone(), &rooted)?);
    Ok(())
}

#[test]
fn owned_handles_as_arguments() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), HOLDER)?;
        let put = it.get_typed_func::<OwnedRooted<ExternRef>, ()>(&mut store, "put")?;
        let get = it.get_typed_func::<(), Option<OwnedRooted<ExternRef>>>(&mut store, "get")?;
        let value = ExternRef::new(&mut store, 8_u32)?.to_owned_rooted(&mut store)?;
        put.call(&mut store, value)?;
        let back = get
            .call(&mut store, ())?
            .expect("is not null")
            .to_rooted(&mut store);
        assert_eq!(number(back, &store), Some(8));
        Ok(())
    });
}

#[test]
fn host_functions() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let host = Func::wrap(
            &mut store,
            |mut caller: Caller<'_, ()>, value: Option<Rooted<ExternRef>>| -> Result<_> {
                let Some(value) = value else { return Ok(None) };
                let data = value.data(&caller)?.and_then(|it| it.downcast_ref::<u32>());
                let next = data.copied().unwrap_or_default() + 1;
                Ok(Some(ExternRef::new(&mut caller, next)?))
            },
        );
        let host = host.typed::<Option<Rooted<ExternRef>>, Option<Rooted<ExternRef>>>(&store)?;
        let one = ExternRef::new(&mut store, 1_u32)?;
        let two = host.call(&mut store, Some(one))?.expect("is not null");
        assert_eq!(
            (number(one, &store), number(two, &store)),
            (Some(1), Some(2))
        );
        assert!(host.call(&mut store, None)?.is_none());
        Ok(())
    });
}

#[test]
fn wrong_store() -> Result<()> {
    let engine = Engine::default();
    let (mut store, it) = instance(&engine, (), HOLDER)?;
    let mut other = Store::new(&engine, ());
    let foreign = ExternRef::new(&mut other, 1_u32)?;
    let put = it.get_func(&mut store, "put").expect("is exported");
    assert_eq!(
        error(put.call(&mut store, &[foreign.into()], &mut [])),
        "argument type mismatch: value used with wrong store"
    );
    let ty = GlobalType::new(ValType::EXTERNREF, Mutability::Var);
    assert!(Global::new(&mut store, ty, foreign.into()).is_err());
    let ty = TableType::new(RefType::EXTERNREF, 1, None);
    assert!(Table::new(&mut store, ty, Ref::from(foreign)).is_err());
    let text = "object used with wrong store";
    assert_eq!(panic_message(|| foreign.data(&store).is_ok()), text);
    assert_eq!(
        panic_message(|| Rooted::ref_eq(&store, &foreign, &foreign).is_ok()),
        text
    );
    Ok(())
}

// Values that have a root outside of any scope are dropped with the store.
#[test]
fn values_die_with_the_store() -> Result<()> {
    let token = std::sync::Arc::new(());
    let mut store = Store::<()>::default();
    let value = ExternRef::new(&mut store, token.clone())?;
    assert_eq!(std::sync::Arc::strong_count(&token), 2);
    assert!(value.data(&store)?.is_some());
    drop(store);
    assert_eq!(std::sync::Arc::strong_count(&token), 1);
    Ok(())
}
