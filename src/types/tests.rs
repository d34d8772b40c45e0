//! Tests of the type hierarchy, its texts, and the way to the runtime's types and back.

use super::*;
use crate::Engine;

fn func(engine: &Engine, params: &[ValType], results: &[ValType]) -> FuncType {
    FuncType::new(engine, params.iter().cloned(), results.iter().cloned())
}

fn heap_types(engine: &Engine) -> Vec<HeapType> {
    use HeapType::*;
    let concrete = ConcreteFunc(func(engine, &[], &[]));
    vec![
        Extern, NoExtern, Func, concrete, NoFunc, Any, Eq, I31, Array, Struct, Exn, Cont, NoCont,
        None, NoExn,
    ]
}

#[test]
fn heap_types_match_along_their_hierarchy() {
    let types = heap_types(&Engine::default());
    for a in &types {
        assert!(a.matches(a) && HeapType::eq(a, a), "{a}");
        assert!(a.matches(&a.top()) && a.bottom().matches(a), "{a}");
        assert!(a.top().is_top() && a.bottom().is_bottom(), "{a}");
        for b in &types {
            let same_tree = HeapType::eq(&a.top(), &b.top());
            assert!(same_tree || !a.matches(b), "{a} {b}");
            for c in &types {
                assert!(
                    !(a.matches(b) && b.matches(c)) || a.matches(c),
                    "{a} {b} {c}"
                );
            }
        }
    }
    assert!(HeapType::Struct.matches(&HeapType::Eq));
    assert!(!HeapType::Eq.matches(&HeapType::Struct));
    assert!(!HeapType::Func.matches(&types[3]));
}

#[test]
fn nullability() {
    let non_null = RefType::new(false, HeapType::Func);
    assert!(non_null.matches(&RefType::FUNCREF));
    assert!(!RefType::FUNCREF.matches(&non_null));
    assert!(ValType::NULLFUNCREF.matches(&ValType::FUNCREF));
    assert!(!ValType::FUNCREF.matches(&ValType::EXTERNREF));
    assert!(!ValType::I32.matches(&ValType::I64));
    assert!(ValType::FUNCREF.is_funcref() && !ValType::from(non_null).is_funcref());
}

// Error messages of the embedding API are made of these.
#[test]
fn texts() {
    let engine = Engine::default();
    let show = |params: &[_], results: &[_]| func(&engine, params, results).to_string();
    assert_eq!(show(&[], &[]), "(type (func))");
    assert_eq!(
        show(&[ValType::I32, ValType::FUNCREF], &[ValType::F64]),
        "(type (func (param i32 (ref null func)) (result f64)))"
    );
    let concrete = HeapType::from(func(&engine, &[], &[]));
    assert_eq!(
        RefType::new(false, concrete).to_string(),
        "(ref (concrete func VMSharedTypeIndex(0)))"
    );
}

#[test]
fn equal_function_types_are_one_signature() {
    let engine = Engine::default();
    let a = func(&engine, &[ValType::I32], &[]);
    let b = func(&engine, &[ValType::I32], &[]);
    assert!(FuncType::eq(&a, &b) && a.sig() == b.sig() && a.sig().is_some());
    assert!(!FuncType::eq(&a, &func(&engine, &[], &[ValType::I32])));
    let raised = FuncType::raise(&engine, a.sig().expect("can be executed"));
    assert!(FuncType::eq(&a, &raised) && raised.to_string() == a.to_string());
}

// A type that cannot be executed still has to be told from others: no function of it exists.
#[test]
fn types_that_cannot_be_executed() {
    let engine = Engine::default();
    let any = func(&engine, &[ValType::ANYREF], &[]);
    assert!(any.sig().is_none());
    assert!(FuncType::eq(&any, &func(&engine, &[ValType::ANYREF], &[])));
    assert!(!FuncType::eq(&any, &func(&engine, &[ValType::EQREF], &[])));
    assert!(!FuncType::eq(&any, &func(&engine, &[], &[])));
    let shared = MemoryType::shared(1, 2);
    assert_eq!(MemoryType::raise(&shared.lower()), shared);
}

#[test]
fn wrong_engine() {
    let (one, two) = (Engine::default(), Engine::default());
    let foreign = ValType::from(RefType::new(true, func(&one, &[], &[]).into()));
    let error = foreign
        .ensure_matches(&two, &ValType::FUNCREF)
        .expect_err("another engine");
    assert_eq!(error.to_string(), "type used with wrong engine");
    let error = ValType::I32
        .ensure_matches(&two, &ValType::F32)
        .expect_err("another type");
    assert_eq!(error.to_string(), "type mismatch: expected f32, found i32");
    assert!(foreign.ensure_matches(&one, &ValType::FUNCREF).is_ok());
}

#[test]
fn memory_limits() {
    let build = |set: &dyn Fn(&mut MemoryTypeBuilder)| {
        let mut builder = MemoryType::builder();
        set(&mut builder);
        builder
            .build()
            .map(|ty| ty.minimum())
            .map_err(|error| error.to_string())
    };
    let err = |text: &str| Err(text.to_owned());
    assert_eq!(build(&|b| _ = b.min(65536)), Ok(65536));
    assert_eq!(
        build(&|b| _ = b.min(2).max(Some(1))),
        err("maximum page size cannot be smaller than the minimum page size")
    );
    assert_eq!(
        build(&|b| _ = b.min(65537)),
        err("minimum size is too large for this memory type's index type")
    );
    assert_eq!(
        build(&|b| _ = b.max(Some(65537))),
        err("maximum size is too large for this memory type's index type")
    );
    assert_eq!(build(&|b| _ = b.memory64(true).max(Some(1 << 48))), Ok(0));
    assert_eq!(
        build(&|b| _ = b.memory64(true).min(1 << 48)),
        err("memory's minimum byte size must fit in a u64")
    );
    assert_eq!(
        build(&|b| _ = b.shared(true)),
        err("shared memories must have a maximum size")
    );
    assert!(build(&|b| _ = b.page_size_log2(3)).is_err());
    assert_eq!(build(&|b| _ = b.page_size_log2(0).min(7)), Ok(7));
}
