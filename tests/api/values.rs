//! `Val`, `Ref` and the types of values: what they are, are made of, and say.

use crate::check;
use wasm_interp_jit::{
    Engine, ExternRef, Func, FuncType, HeapType, NoExtern, NoFunc, Ref, RefType, Store, V128, Val,
    ValType,
};

#[test]
fn numbers() {
    assert_eq!(Val::from(-1i32).i32(), Some(-1));
    assert_eq!(Val::from(-1i64).i64(), Some(-1));
    assert_eq!(Val::from(1.5f32).f32(), Some(1.5));
    assert_eq!(Val::from(1.5f64).f64(), Some(1.5));
    assert_eq!(Val::from(3u128).v128(), Some(V128::from(3)));
    assert_eq!(Val::from(V128::from(3)).unwrap_v128().as_u128(), 3);
    assert_eq!(Val::I32(1).i64(), None);
    assert_eq!(Val::F32(0).f64(), None);
    // Bits, not numbers.
    assert!(matches!(Val::from(1.0f32), Val::F32(0x3f80_0000)));
    assert!(matches!(
        Val::from(-0.0f64),
        Val::F64(0x8000_0000_0000_0000)
    ));
}

#[test]
fn numbers_of_another_type() {
    let texts = [
        crate::panic_message(|| Val::I64(1).unwrap_i32()),
        crate::panic_message(|| Val::I32(1).unwrap_f64()),
        crate::panic_message(|| Val::I32(1).unwrap_v128()),
    ];
    assert_eq!(texts, ["expected i32", "expected f64", "expected V128"]);
}

#[test]
fn types_of_values() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let func = Func::wrap(&mut store, || ());
        let external = ExternRef::new(&mut store, 1)?;
        for (value, text) in [
            (Val::I32(0), "i32"),
            (Val::I64(0), "i64"),
            (Val::F32(0), "f32"),
            (Val::F64(0), "f64"),
            (Val::V128(V128::from(0)), "v128"),
            (Val::ExternRef(Some(external)), "(ref null extern)"),
            (Val::FuncRef(None), "(ref null nofunc)"),
        ] {
            let ty = value.ty(&store)?;
            assert_eq!(ty.to_string(), text);
            assert!(value.matches_ty(&store, &ty)?);
        }
        if !crate::differs("it takes the null `externref` for a null function") {
            let ty = Val::ExternRef(None).ty(&store)?;
            assert_eq!(ty.to_string(), "(ref null noextern)");
        }
        let ty = Val::from(func).ty(&store)?;
        let ty = ty.unwrap_ref();
        assert!(!ty.is_nullable() && ty.heap_type().is_concrete_func());
        Ok(())
    });
}

#[test]
fn matching() {
    check(|engine| {
        let mut store = Store::new(engine, ());
        let func = Val::from(Func::wrap(&mut store, |_: i32| ()));
        let same = FuncType::new(engine, [ValType::I32], []);
        let other = FuncType::new(engine, [ValType::I64], []);
        let concrete =
            |ty: &FuncType| ValType::Ref(RefType::new(false, HeapType::ConcreteFunc(ty.clone())));
        assert!(func.matches_ty(&store, &ValType::FUNCREF)?);
        assert!(func.matches_ty(&store, &concrete(&same))?);
        assert!(!func.matches_ty(&store, &concrete(&other))?);
        assert!(!func.matches_ty(&store, &ValType::EXTERNREF)?);
        assert!(!func.matches_ty(&store, &ValType::NULLFUNCREF)?);
        assert!(!func.matches_ty(&store, &ValType::I32)?);
        let null = Val::null_func_ref();
        assert!(null.matches_ty(&store, &ValType::FUNCREF)?);
        assert!(null.matches_ty(&store, &ValType::NULLFUNCREF)?);
        assert!(!null.matches_ty(&store, &concrete(&same))?);
        assert!(!null.matches_ty(&store, &ValType::EXTERNREF)?);
        Ok(())
    });
}

#[test]
fn defaults() {
    let default = |ty: ValType| Val::default_for_ty(&ty);
    assert!(matches!(default(ValType::I32), Some(Val::I32(0))));
    assert!(matches!(default(ValType::F64), Some(Val::F64(0))));
    assert!(matches!(default(ValType::V128), Some(Val::V128(it)) if it.as_u128() == 0));
    assert!(matches!(
        default(ValType::FUNCREF),
        Some(Val::FuncRef(None))
    ));
    assert!(matches!(
        default(ValType::EXTERNREF),
        Some(Val::ExternRef(None))
    ));
    let never_null = RefType::new(false, HeapType::Func);
    assert!(default(ValType::Ref(never_null)).is_none());
    assert!(matches!(ValType::I64.default_value(), Some(Val::I64(0))));
}

#[test]
fn references() {
    let null = Ref::null(&HeapType::Func);
    assert!(null.is_null() && !null.is_non_null() && null.is_func());
    assert!(!null.is_extern() && null.as_extern().is_none());
    assert!(matches!(null.as_func(), Some(None)));
    assert!(null.unwrap_func().is_none());
    assert!(Ref::null(&HeapType::Extern).is_extern());
    assert!(Ref::null(&HeapType::NoExtern).is_extern());
    assert!(Ref::null(&HeapType::NoFunc).is_func());
    assert!(Ref::null(&HeapType::Any).is_any());
    assert!(Ref::null(&HeapType::None).is_any());
    let text = crate::panic_message(|| {
        Ref::null(&HeapType::Func).unwrap_extern();
    });
    assert_eq!(text, "Ref::unwrap_extern on non-extern reference");
    assert!(Val::I32(0).ref_().is_none());
    assert!(
        Val::null_extern_ref()
            .ref_()
            .is_some_and(|it| it.is_extern())
    );
    assert!(matches!(
        Val::null_ref(&HeapType::NoFunc),
        Val::FuncRef(None)
    ));
}

#[test]
fn from_references() {
    let mut store = Store::<()>::default();
    let func = Func::wrap(&mut store, || ());
    let external = ExternRef::new(&mut store, "text").expect("there is room");
    assert!(matches!(Val::from(func), Val::FuncRef(Some(_))));
    assert!(matches!(Val::from(None::<Func>), Val::FuncRef(None)));
    assert!(matches!(Val::from(external), Val::ExternRef(Some(_))));
    assert!(matches!(Val::from(Ref::from(func)), Val::FuncRef(Some(_))));
    assert!(matches!(Ref::from(external), Ref::Extern(Some(_))));
    let reference = Val::from(external).ref_().expect("it is one");
    let ty = reference.ty(&store).expect("it is valid");
    assert_eq!(ty.to_string(), "(ref extern)");
    assert!(
        reference
            .matches_ty(&store, &RefType::EXTERNREF)
            .expect("it is valid")
    );
}

// Types of which there are no values but null, if that.
#[test]
fn bottoms() {
    assert!(NoFunc::null().is_none() && NoExtern::null().is_none());
    assert!(matches!(NoFunc::null_val(), Val::FuncRef(None)));
    assert!(matches!(NoExtern::null_val(), Val::ExternRef(None)));
    assert!(NoFunc::null_ref().is_func() && NoExtern::null_ref().is_extern());
}

#[test]
fn kinds_of_types() {
    assert!(ValType::I32.is_num() && ValType::I32.is_i32() && !ValType::I32.is_ref());
    assert!(ValType::I64.is_i64() && ValType::F32.is_f32() && ValType::F64.is_f64());
    assert!(ValType::V128.is_v128() && !ValType::V128.is_num());
    assert!(ValType::FUNCREF.is_ref() && ValType::FUNCREF.is_funcref());
    assert!(ValType::EXTERNREF.is_externref() && !ValType::EXTERNREF.is_funcref());
    assert!(ValType::ANYREF.is_anyref());
    // Only the type that has this name.
    assert!(!ValType::NULLFUNCREF.is_funcref());
    assert!(ValType::I32.as_ref().is_none());
    assert!(ValType::FUNCREF.as_ref().is_some_and(|it| it.is_nullable()));
    let text = crate::panic_message(|| {
        let _ = ValType::I32.unwrap_ref();
    });
    assert_eq!(text, "ValType::unwrap_ref on a non-reference type");
}

#[test]
fn subtypes() {
    let all = [
        ValType::I32,
        ValType::I64,
        ValType::F32,
        ValType::F64,
        ValType::V128,
        ValType::FUNCREF,
        ValType::EXTERNREF,
    ];
    for (i, a) in all.iter().enumerate() {
        for (j, b) in all.iter().enumerate() {
            assert_eq!(a.matches(b), i == j, "{a} {b}");
            assert_eq!(ValType::eq(a, b), i == j, "{a} {b}");
        }
    }
    assert!(ValType::NULLFUNCREF.matches(&ValType::FUNCREF));
    assert!(!ValType::FUNCREF.matches(&ValType::NULLFUNCREF));
    assert!(ValType::NULLEXTERNREF.matches(&ValType::EXTERNREF));
    assert!(!ValType::NULLFUNCREF.matches(&ValType::EXTERNREF));
    let (null, never) = (
        RefType::new(true, HeapType::Func),
        RefType::new(false, HeapType::Func),
    );
    assert!(never.matches(&null) && !null.matches(&never));
    assert!(!RefType::eq(&null, &never));
}

#[test]
fn names_of_types() {
    for (ty, text) in [
        (ValType::FUNCREF, "(ref null func)"),
        (ValType::EXTERNREF, "(ref null extern)"),
        (ValType::ANYREF, "(ref null any)"),
        (ValType::NULLFUNCREF, "(ref null nofunc)"),
        (ValType::NULLEXTERNREF, "(ref null noextern)"),
        (ValType::EQREF, "(ref null eq)"),
        (ValType::I31REF, "(ref null i31)"),
        (ValType::STRUCTREF, "(ref null struct)"),
        (ValType::ARRAYREF, "(ref null array)"),
        (ValType::NULLREF, "(ref null none)"),
        (ValType::EXNREF, "(ref null exn)"),
        (
            ValType::Ref(RefType::new(false, HeapType::Func)),
            "(ref func)",
        ),
        (
            ValType::Ref(RefType::new(false, HeapType::Extern)),
            "(ref extern)",
        ),
    ] {
        assert_eq!(ty.to_string(), text);
    }
}

#[test]
fn tops_and_bottoms() {
    for (ty, top, bottom) in [
        (HeapType::Func, "func", "nofunc"),
        (HeapType::NoFunc, "func", "nofunc"),
        (HeapType::Extern, "extern", "noextern"),
        (HeapType::NoExtern, "extern", "noextern"),
        (HeapType::Any, "any", "none"),
        (HeapType::Eq, "any", "none"),
        (HeapType::I31, "any", "none"),
        (HeapType::None, "any", "none"),
        (HeapType::Exn, "exn", "noexn"),
    ] {
        assert_eq!(ty.top().to_string(), top);
        assert_eq!(ty.bottom().to_string(), bottom);
        assert_eq!(ty.is_top(), ty.to_string() == top);
        assert_eq!(ty.is_bottom(), ty.to_string() == bottom);
        assert!(ty.is_abstract() && !ty.is_concrete());
    }
    let engine = Engine::default();
    let func = HeapType::from(FuncType::new(&engine, [], []));
    assert!(func.is_concrete_func() && func.top().is_func() && func.bottom().is_no_func());
    assert!(func.as_concrete_func().is_some());
    assert_eq!(func.unwrap_concrete_func().params().len(), 0);
}

#[test]
fn vectors() {
    let (low, high) = (V128::from(1), V128::from(1 << 127));
    assert!(low < high && low == V128::from(1));
    assert_eq!(format!("{low:?}"), "1");
    assert_eq!(u128::from(high), 1 << 127);
}
