//! Globals of the host and of instances.

use crate::{check, error, instance, panic_message};
use wasm_interp_jit::{
    Engine, Func, Global, GlobalType, Instance, Module, Mutability, Result, Store, Val, ValType,
};

#[test]
fn get_and_set() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let ty = GlobalType::new(ValType::I64, Mutability::Var);
        let global = Global::new(&mut store, ty, Val::I64(-3))?;
        assert_eq!(global.get(&mut store).i64(), Some(-3));
        global.set(&mut store, Val::I64(i64::MAX))?;
        assert_eq!(global.get(&mut store).i64(), Some(i64::MAX));
        assert!(global.ty(&store).content().is_i64() && global.ty(&store).mutability().is_var());
        Ok(())
    });
}

#[test]
fn refused_values() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let ty = |mutability| GlobalType::new(ValType::I32, mutability);
    assert_eq!(
        error(Global::new(&mut store, ty(Mutability::Var), Val::F32(0))),
        "type mismatch: initial value provided does not match the type of this global: type \
         mismatch: expected i32, found f32"
    );
    let constant = Global::new(&mut store, ty(Mutability::Const), Val::I32(1))?;
    assert_eq!(
        error(constant.set(&mut store, Val::I32(2))),
        "immutable global cannot be set"
    );
    let variable = Global::new(&mut store, ty(Mutability::Var), Val::I32(1))?;
    assert_eq!(
        error(variable.set(&mut store, Val::I64(2))),
        "type mismatch: attempt to set global to value of wrong type: type mismatch: expected \
         i32, found i64"
    );
    Ok(())
}

#[test]
fn values_of_another_store() -> Result<()> {
    let engine = Engine::default();
    let (mut store, mut other) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let foreign = Val::from(Func::wrap(&mut other, || ()));
    let ty = GlobalType::new(ValType::FUNCREF, Mutability::Var);
    assert!(error(Global::new(&mut store, ty.clone(), foreign)).contains("wrong store"));
    let global = Global::new(&mut store, ty, Val::null_func_ref())?;
    assert!(error(global.set(&mut store, foreign)).contains("wrong store"));
    assert_eq!(
        panic_message(|| global.get(&mut other)),
        "object used with the wrong store"
    );
    Ok(())
}

// Host and Wasm see each other's writes, through an import and through an export.
#[test]
fn shared_with_wasm() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let ty = GlobalType::new(ValType::I32, Mutability::Var);
        let global = Global::new(&mut store, ty, Val::I32(5))?;
        let wat = r#"(module
            (import "" "" (global $g (mut i32)))
            (global $h (export "h") (mut f32) (f32.const 1.5))
            (export "g" (global $g))
            (func (export "f") (result f32)
                (global.set $g (i32.add (global.get $g) (i32.const 1)))
                global.get $h))"#;
        let module = Module::new(engine, wat)?;
        let it = Instance::new(&mut store, &module, &[global.into()])?;
        let f = it.get_typed_func::<(), f32>(&mut store, "f")?;
        assert_eq!(f.call(&mut store, ())?, 1.5);
        assert_eq!(global.get(&mut store).i32(), Some(6));
        global.set(&mut store, Val::I32(10))?;
        it.get_global(&mut store, "h")
            .expect("is exported")
            .set(&mut store, 2.5_f32.into())?;
        assert_eq!(f.call(&mut store, ())?, 2.5);
        let again = it.get_global(&mut store, "g").expect("is exported");
        assert_eq!(again.get(&mut store).i32(), Some(11));
        Ok(())
    });
}

#[test]
fn functions_in_globals() {
    check(|engine| {
        let wat = r#"(module
            (func $f (result i32) i32.const 3)
            (elem declare func $f)
            (global (export "g") (mut funcref) (ref.func $f)))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let global = it.get_global(&mut store, "g").expect("is exported");
        let func = *global
            .get(&mut store)
            .unwrap_funcref()
            .expect("is not null");
        assert_eq!(func.typed::<(), i32>(&store)?.call(&mut store, ())?, 3);
        let host = Func::wrap(&mut store, || 4);
        global.set(&mut store, host.into())?;
        let func = *global
            .get(&mut store)
            .unwrap_funcref()
            .expect("is not null");
        assert_eq!(func.typed::<(), i32>(&store)?.call(&mut store, ())?, 4);
        Ok(())
    });
}
