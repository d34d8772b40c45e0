//! Tags, which the host can make, and types of what has no values yet.

use crate::{error, panic_message};
use wasm_interp_jit::{
    Engine, ExnType, Extern, ExternType, FieldType, FuncType, HeapType, Instance, Linker, Module,
    Mutability, NoExtern, NoFunc, NoneRef, Result, StorageType, Store, Tag, TagType,
    ThrownException, ValType,
};

fn tag_type(engine: &Engine) -> TagType {
    TagType::new(FuncType::new(engine, [ValType::I32], []))
}

#[test]
fn tags() -> Result<()> {
    let mut store = Store::<()>::default();
    let ty = tag_type(store.engine());
    let (a, b) = (Tag::new(&mut store, &ty)?, Tag::new(&mut store, &ty)?);
    assert!(Tag::eq(&a, &a, &store) && !Tag::eq(&a, &b, &store));
    assert_eq!(a.ty(&store).ty().params().len(), 1);
    let item = Extern::from(a);
    assert!(item.clone().into_func().is_none());
    assert!(matches!(item.ty(&store), ExternType::Tag(_)));
    assert!(item.into_tag().is_some_and(|it| Tag::eq(&it, &a, &store)));
    let mut linker = Linker::new(store.engine());
    linker.define(&store, "m", "t", a)?;
    let found = linker.get(&mut store, "m", "t")?;
    assert!(found.into_tag().is_some());
    Ok(())
}

#[test]
fn tags_are_no_functions() -> Result<()> {
    let mut store = Store::<()>::default();
    let ty = tag_type(store.engine());
    let tag = Tag::new(&mut store, &ty)?;
    let wat = r#"(module (import "m" "f" (func (param i32))))"#;
    let module = Module::new(store.engine(), wat)?;
    assert_eq!(
        error(Instance::new(&mut store, &module, &[tag.into()])),
        "incompatible import type for `m::f`: expected func, but found tag"
    );
    Ok(())
}

#[test]
fn tags_of_other_stores() -> Result<()> {
    let mut store = Store::<()>::default();
    let ty = tag_type(store.engine());
    let tag = Tag::new(&mut store, &ty)?;
    let other = Store::<()>::default();
    assert_eq!(
        panic_message(|| tag.ty(&other)),
        "object used with the wrong store"
    );
    assert!(error(Tag::new(&mut Store::<()>::default(), &ty)).contains("wrong engine"));
    Ok(())
}

#[test]
fn storage_types() {
    let [i8, i16] = [StorageType::I8, StorageType::I16];
    assert!(i8.is_i8() && i16.is_i16() && !i8.is_i16());
    assert!(i8.unpack().is_i32() && i8.as_val_type().is_none());
    let func = StorageType::from(ValType::NULLFUNCREF);
    let funcs = StorageType::from(ValType::FUNCREF);
    assert!(func.matches(&funcs) && !funcs.matches(&func) && !StorageType::eq(&func, &funcs));
    let field = |mutability, ty: &StorageType| FieldType::new(mutability, ty.clone());
    let (const_, var) = (Mutability::Const, Mutability::Var);
    assert!(field(const_, &func).matches(&field(const_, &funcs)));
    assert!(!field(var, &func).matches(&field(var, &funcs)));
    assert!(FieldType::eq(&field(var, &i8), &field(var, &i8)));
    assert!(!field(var, &i8).matches(&field(const_, &i8)));
    assert_eq!(field(var, &i8).to_string(), "(mut i8)");
    assert_eq!(field(const_, &funcs).to_string(), "(ref null func)");
}

#[test]
fn heap_types() {
    for ty in [HeapType::Any, HeapType::Exn, HeapType::Cont, HeapType::Func] {
        assert!(ty.is_abstract() && !ty.is_concrete() && ty.is_top());
        assert!(!ty.is_concrete_struct() && !ty.is_concrete_array());
        assert!(ty.as_concrete_exn().is_none() && ty.as_concrete_cont().is_none());
    }
}

#[test]
fn nulls() {
    assert!(NoFunc::null().is_none() && NoFunc::null_ref().is_func());
    assert!(NoExtern::null().is_none() && NoExtern::null_ref().is_extern());
    assert!(NoneRef::null().is_none());
    if !crate::differs("the null of `NoneRef` is one of the host") {
        assert!(NoneRef::null_ref().is_any());
        assert!(NoneRef::null_val().unwrap_anyref().is_none());
    }
    assert!(NoFunc::null_val().unwrap_funcref().is_none());
    assert!(NoExtern::null_val().unwrap_externref().is_none());
}

#[test]
fn exceptions_that_nobody_throws() {
    let mut store = Store::<()>::default();
    assert!(!store.has_pending_exception());
    assert!(store.take_pending_exception().is_none());
    assert_eq!(ThrownException.to_string(), "thrown Wasm exception");
}

#[test]
fn types_without_values() {
    if crate::differs("it has values of all types") {
        return;
    }
    let engine = Engine::default();
    assert_eq!(
        error(ExnType::new(&engine, [])),
        "cannot define `ExnType`s without a GC runtime enabled"
    );
    assert_eq!(
        error(wasm_interp_jit::StructType::new(&engine, [])),
        "cannot define `StructType`s without a GC runtime enabled"
    );
    let field = FieldType::new(Mutability::Const, StorageType::I8);
    assert_eq!(
        panic_message(|| wasm_interp_jit::ArrayType::new(&engine, field)),
        "cannot define `ArrayType`s without a GC runtime enabled"
    );
}
