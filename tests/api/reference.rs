//! Typed references: what the embedder sees of their types, and which values are refused.

use crate::{check, error, instance};
use wasm_interp_jit::{
    Engine, Finality, Func, FuncType, Global, GlobalType, HeapType, Instance, Module, Mutability,
    Ref, RefType, Result, Store, Table, TableType, Val, ValType,
};

fn concrete(is_nullable: bool, ty: FuncType) -> RefType {
    RefType::new(is_nullable, ty.into())
}

/// A function `(param i32) (result i32)` that adds `n`.
fn adder(store: &mut Store<()>, n: i32) -> Func {
    Func::wrap(store, move |x: i32| x + n)
}

fn adder_type(engine: &Engine) -> FuncType {
    FuncType::new(engine, [ValType::I32], [ValType::I32])
}

#[test]
fn types_of_exports() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module (type $t (func (param i32) (result i32)))
        (global (export "g") (mut (ref null $t)) (ref.null $t))
        (table (export "t") 1 2 (ref $t) (ref.func $t))
        (func $t (type $t) (local.get 0))
        (func (export "f") (param (ref $t) (ref extern)) (result nullfuncref) (ref.null nofunc)))"#,
    )?;
    let export = |name: &str| module.get_export(name).expect("is exported");
    let global = export("g");
    let content = global.unwrap_global().content().unwrap_ref().clone();
    assert!(RefType::eq(&content, &concrete(true, adder_type(&engine))));
    let table = export("t");
    let element = table.unwrap_table().element().clone();
    assert!(RefType::eq(&element, &concrete(false, adder_type(&engine))));
    let func = export("f");
    let params: Vec<ValType> = func.unwrap_func().params().collect();
    assert!(ValType::eq(&params[0], &element.into()));
    assert!(ValType::eq(
        &params[1],
        &RefType::new(false, HeapType::Extern).into()
    ));
    let result = func.unwrap_func().result(0).expect("there is one");
    assert!(ValType::eq(&result, &ValType::NULLFUNCREF));
    assert!(result.default_value().is_some() && params[0].default_value().is_none());
    Ok(())
}

#[test]
fn globals_check_their_values() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let (good, bad) = (adder(&mut store, 1), Func::wrap(&mut store, || ()));
        let ty = |is_nullable| {
            let content = concrete(is_nullable, adder_type(engine));
            GlobalType::new(content.into(), Mutability::Var)
        };
        let global = Global::new(&mut store, ty(true), good.into())?;
        global.set(&mut store, Val::FuncRef(None))?;
        global.set(&mut store, good.into())?;
        let wrong = "type mismatch: attempt to set global to value of wrong type: type mismatch: \
                     expected (ref null (concrete func ";
        assert!(error(global.set(&mut store, bad.into())).starts_with(wrong));
        assert!(error(global.set(&mut store, Val::ExternRef(None))).starts_with(wrong));
        let value = global.get(&mut store);
        let func = value.unwrap_func_ref().expect("is not null");
        assert_eq!(func.typed::<i32, i32>(&store)?.call(&mut store, 5)?, 6);

        let never_null = Global::new(&mut store, ty(false), good.into())?;
        assert!(never_null.set(&mut store, Val::FuncRef(None)).is_err());
        assert!(Global::new(&mut store, ty(false), Val::FuncRef(None)).is_err());
        assert_eq!(
            error(ty(false).default_value(&mut store)),
            "global type has no default value"
        );
        Ok(())
    });
}

#[test]
fn tables_check_their_elements() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let (good, bad) = (adder(&mut store, 1), Func::wrap(&mut store, || ()));
        let ty = TableType::new(concrete(false, adder_type(engine)), 2, Some(4));
        let wrong = "type mismatch: value does not match table element type";
        for element in [Ref::Func(None), bad.into()] {
            assert!(error(Table::new(&mut store, ty.clone(), element)).starts_with(wrong));
        }
        assert_eq!(
            error(ty.default_value(&mut store)),
            "table element type does not have a default value"
        );
        let table = Table::new(&mut store, ty, good.into())?;
        for element in [Ref::Func(None), bad.into()] {
            assert!(error(table.set(&mut store, 0, element.clone())).starts_with(wrong));
            assert!(error(table.grow(&mut store, 1, element.clone())).starts_with(wrong));
            assert!(error(table.fill(&mut store, 0, element, 1)).starts_with(wrong));
        }
        let other = adder(&mut store, 10);
        table.set(&mut store, 1, other.into())?;
        table.grow(&mut store, 1, other.into())?;
        for (index, expected) in [6, 15, 15].into_iter().enumerate() {
            let element = table.get(&mut store, index as u64).expect("exists");
            let func = *element.unwrap_func().expect("is not null");
            assert_eq!(
                func.typed::<i32, i32>(&store)?.call(&mut store, 5)?,
                expected
            );
        }
        // A table of any functions can take what is in it, but not the other way round.
        let any = TableType::new(RefType::FUNCREF, 3, None);
        let any = Table::new(&mut store, any, Ref::Func(None))?;
        Table::copy(&mut store, &any, 0, &table, 0, 3)?;
        assert!(Table::copy(&mut store, &table, 0, &any, 0, 1).is_err());
        Ok(())
    });
}

const APPLY: &str = r#"(module (type $t (func (param i32) (result i32)))
    (func (export "apply") (param (ref null $t) i32) (result i32)
        (if (result i32) (ref.is_null (local.get 0)) (then (i32.const -1))
        (else (call_ref $t (local.get 1) (local.get 0)))))
    (func (export "apply_some") (param (ref $t) i32) (result i32)
        (call_ref $t (local.get 1) (local.get 0)))
    (func (export "id") (param (ref $t)) (result (ref $t)) (local.get 0)))"#;

// Rust has one type for functions of all types: arguments are checked by each call.
#[test]
fn typed_calls_check_functions() {
    check(|engine| {
        let (mut store, instance) = instance(engine, (), APPLY)?;
        let (good, bad) = (adder(&mut store, 1), Func::wrap(&mut store, || ()));
        let foreign = adder(&mut Store::new(engine, ()), 1);
        let mismatch = "argument type mismatch for reference to concrete type: type mismatch: \
                        expected (type (func (param i32) (result i32))), found (type (func))";
        let cross = "attempt to pass cross-`Store` value to Wasm as function argument";

        let apply = instance.get_typed_func::<(Option<Func>, i32), i32>(&mut store, "apply")?;
        assert_eq!(apply.call(&mut store, (Some(good), 5))?, 6);
        assert_eq!(apply.call(&mut store, (None, 5))?, -1);
        assert_eq!(error(apply.call(&mut store, (Some(bad), 5))), mismatch);
        assert_eq!(error(apply.call(&mut store, (Some(foreign), 5))), cross);

        let some = instance.get_typed_func::<(Func, i32), i32>(&mut store, "apply_some")?;
        assert_eq!(some.call(&mut store, (good, 5))?, 6);
        assert_eq!(error(some.call(&mut store, (bad, 5))), mismatch);
        let some = instance.get_typed_func::<(Option<Func>, i32), i32>(&mut store, "apply_some")?;
        let null = error(some.call(&mut store, (None, 5)));
        let expected = "argument type mismatch: expected non-nullable (ref (concrete func ";
        assert!(
            null.starts_with(expected) && null.ends_with("), found null reference"),
            "{null}"
        );

        // Results are of more types than one asks for, parameters not.
        let id = instance.get_typed_func::<Func, Option<Func>>(&mut store, "id")?;
        let same = id.call(&mut store, good)?.expect("is not null");
        assert_eq!(same.typed::<i32, i32>(&store)?.call(&mut store, 1)?, 2);
        let results = instance.get_typed_func::<i32, Func>(&mut store, "id");
        assert!(error(results).contains("type mismatch with parameters"));
        Ok(())
    });
}

#[test]
fn dynamic_calls_check_functions() {
    check(|engine| {
        let (mut store, instance) = instance(engine, (), APPLY)?;
        let (good, bad) = (adder(&mut store, 1), Func::wrap(&mut store, || ()));
        let apply = instance
            .get_func(&mut store, "apply_some")
            .expect("is exported");
        let mut call = |func: Val| {
            let mut results = [Val::I32(0)];
            apply.call(&mut store, &[func, Val::I32(5)], &mut results)?;
            Ok(results[0].unwrap_i32())
        };
        assert_eq!(call(good.into())?, 6);
        for wrong in [Val::FuncRef(None), bad.into(), Val::I32(1)] {
            let text = error(call(wrong));
            assert!(
                text.starts_with("argument type mismatch: type mismatch: expected (ref ("),
                "{text}"
            );
        }
        Ok(())
    });
}

#[test]
fn host_functions_with_typed_references() {
    check(|engine| {
        let wat = r#"(module (type $t (func (param i32) (result i32)))
            (import "" "choose" (func $choose (param (ref null $t)) (result (ref $t))))
            (func $double (type $t) (i32.mul (local.get 0) (i32.const 2)))
            (elem declare func $double)
            (func (export "f") (param i32) (result i32)
                (call_ref $t (local.get 0) (call $choose (ref.func $double))))
            (func (export "g") (param i32) (result i32)
                (call_ref $t (local.get 0) (call $choose (ref.null $t)))))"#;
        let module = Module::new(engine, wat)?;
        let mut store = Store::new(engine, ());
        let one = adder(&mut store, 1);
        let wrong = Func::wrap(&mut store, || ());
        let target = concrete(true, adder_type(engine));
        let ty = FuncType::new(
            engine,
            [target.into()],
            [concrete(false, adder_type(engine)).into()],
        );
        let choose = move |results: &mut [Val], given: &Val, other: Func| {
            results[0] = match given.unwrap_func_ref() {
                Some(given) => (*given).into(),
                None => other.into(),
            };
            Ok(())
        };
        for (other, expected) in [(one, Ok(6)), (wrong, Err(()))] {
            let func = Func::new(&mut store, ty.clone(), move |_, params, results| {
                choose(results, &params[0], other)
            });
            let instance = Instance::new(&mut store, &module, &[func.into()])?;
            for _ in 0..5 {
                let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
                assert_eq!(f.call(&mut store, 5)?, 10);
                let g = instance.get_typed_func::<i32, i32>(&mut store, "g")?;
                match (g.call(&mut store, 5), expected) {
                    (Ok(actual), Ok(expected)) => assert_eq!(actual, expected),
                    (Err(error), Err(())) => assert!(
                        format!("{error:?}")
                            .contains("function attempted to return an incompatible value")
                    ),
                    (actual, _) => panic!("{actual:?}"),
                }
            }
        }
        Ok(())
    });
}

/// Why `user` cannot import from `library`, if it cannot.
fn import(engine: &Engine, library: &str, user: &str) -> Result<()> {
    let (mut store, library) = instance(engine, (), library)?;
    let user = Module::new(engine, user)?;
    let item = library.get_export(&mut store, "x").expect("is exported");
    Instance::new(&mut store, &user, &[item]).map(drop)
}

#[test]
fn imports_match_by_declared_types() -> Result<()> {
    let engine = Engine::default();
    let types = r#"(type $top (sub (func))) (type $sub (sub $top (func))) (type $plain (func))"#;
    let check = |exported: &str, imported: &str, expected: Option<&str>| {
        let library = format!("(module {types} (func $f (type $sub)) {exported})");
        let user = format!(r#"(module {types} (import "" "x" {imported}))"#);
        let result = import(&engine, &library, &user);
        match expected {
            None => assert!(result.is_ok(), "{imported}: {result:?}"),
            Some(text) => {
                let actual = error(result);
                let text = match text.split_once(" `(ref ") {
                    Some((text, _)) if crate::differs("it leaves `ref` out of the text") => text,
                    _ => text,
                };
                assert!(actual.contains(text), "{imported}: {actual}");
            }
        }
    };
    let func = r#"(export "x" (func $f))"#;
    check(func, "(func (type $sub))", None);
    check(func, "(func (type $top))", None);
    check(
        func,
        "(func (type $plain))",
        Some("types incompatible: expected type `(func)`, found type `(sub (engine "),
    );
    let constant = r#"(global (export "x") (ref $sub) (ref.func $f))"#;
    check(constant, "(global (ref null $top))", None);
    check(constant, "(global funcref)", None);
    check(
        constant,
        "(global (ref $plain))",
        Some("global types incompatible: expected global of type `(ref func (engine "),
    );
    check(
        constant,
        "(global (mut (ref $sub)))",
        Some("expected mutable global, found immutable global"),
    );
    let variable = r#"(global (export "x") (mut (ref $sub)) (ref.func $f))"#;
    check(variable, "(global (mut (ref $sub)))", None);
    check(
        variable,
        "(global (mut (ref null $sub)))",
        Some("global types incompatible"),
    );
    let table = r#"(table (export "x") 1 (ref $sub) (ref.func $f))"#;
    check(table, "(table 1 (ref $sub))", None);
    check(
        table,
        "(table 1 funcref)",
        Some(
            "table types incompatible: expected table of type `funcref`, found table of type `(ref func (engine ",
        ),
    );
    Ok(())
}

#[test]
fn subtypes_of_the_embedder() -> Result<()> {
    let engine = Engine::default();
    let declare = |finality, supertype: Option<&FuncType>, results: &[ValType]| {
        FuncType::with_finality_and_supertype(
            &engine,
            finality,
            supertype,
            [ValType::I32],
            results.iter().cloned(),
        )
    };
    let top = declare(Finality::NonFinal, None, &[ValType::FUNCREF])?;
    let sub = declare(Finality::Final, Some(&top), &[ValType::NULLFUNCREF])?;
    assert!(top.finality().is_non_final() && sub.finality().is_final());
    assert!(FuncType::eq(&sub.supertype().expect("has one"), &top));
    assert!(sub.matches(&top) && !top.matches(&sub) && !FuncType::eq(&sub, &top));
    let text = error(declare(
        Finality::Final,
        Some(&sub),
        &[ValType::NULLFUNCREF],
    ));
    assert_eq!(text, "cannot create a subtype of a final supertype");
    let text = error(declare(Finality::Final, Some(&top), &[ValType::I32]));
    assert_eq!(
        text,
        "function type must match its supertype: found (func (params i32) (results i32)), \
         expected (type (func (param i32) (result (ref null func))))"
    );
    // The same declarations in a module are the same types.
    let module = Module::new(
        &engine,
        "(module (type $top (sub (func (param i32) (result funcref))))
        (type $sub (sub final $top (func (param i32) (result nullfuncref))))
        (func (export \"f\") (type $sub) (ref.null nofunc)))",
    )?;
    let func = module.get_export("f").expect("is exported");
    assert!(FuncType::eq(func.unwrap_func(), &sub));
    Ok(())
}

// Types that refer to themselves are printed, compared and hashed without end otherwise.
#[test]
fn recursive_types() -> Result<()> {
    let engine = Engine::default();
    let ty = |wat: &str| -> Result<FuncType> {
        let module = Module::new(&engine, wat)?;
        let func = module.get_export("f").expect("is exported");
        Ok(func.unwrap_func().clone())
    };
    let one = ty("(module (rec (type $t (func (param (ref null $t)))))
        (func (export \"f\") (type $t)))")?;
    let two = ty("(module (rec (type $t (func (param (ref null $u))))
        (type $u (func (param (ref null $t))))) (func (export \"f\") (type $t)))")?;
    assert!(
        one.to_string()
            .starts_with("(type (func (param (ref null (concrete func ")
    );
    assert!(!FuncType::eq(&one, &two));
    if !crate::differs("it compares types that refer to themselves by name only") {
        assert!(one.matches(&two) && two.matches(&one));
    }
    let param = one.param(0).expect("there is one");
    let inner = param
        .unwrap_ref()
        .heap_type()
        .unwrap_concrete_func()
        .clone();
    assert!(FuncType::eq(&inner, &one));
    Ok(())
}
