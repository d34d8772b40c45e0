//! Modules: how they are made and what they tell.

use crate::{check, error};
use wasm_interp_jit::{Engine, ExternType, FuncType, Instance, Module, Mutability, Result, Store};

const EVERYTHING: &str = r#"(module $everything
    (import "m" "f" (func (param i32)))
    (import "m" "g" (global (mut i64)))
    (import "n" "t" (table 1 5 funcref))
    (import "n" "m" (memory 2 4))
    (func (export "ff") (result f64) unreachable)
    (global (export "gg") f32 (f32.const 0))
    (table (export "tt") 3 externref)
    (export "mm" (memory 0)))"#;

#[test]
fn imports_and_exports() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(&engine, EVERYTHING)?;
    let imports: Vec<_> = module
        .imports()
        .map(|it| (it.module(), it.name(), it.ty()))
        .collect();
    let names: Vec<_> = imports
        .iter()
        .map(|(module, name, _)| (*module, *name))
        .collect();
    assert_eq!(names, [("m", "f"), ("m", "g"), ("n", "t"), ("n", "m")]);
    assert_eq!(
        imports[0].2.unwrap_func().to_string(),
        "(type (func (param i32)))"
    );
    assert_eq!(imports[1].2.unwrap_global().mutability(), Mutability::Var);
    assert!(imports[1].2.unwrap_global().content().is_i64());
    assert_eq!(imports[2].2.unwrap_table().maximum(), Some(5));
    assert_eq!(imports[3].2.unwrap_memory().minimum(), 2);
    assert_eq!(imports[3].2.unwrap_memory().maximum(), Some(4));

    let exports: Vec<_> = module.exports().map(|it| (it.name(), it.ty())).collect();
    let names: Vec<_> = exports.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["ff", "gg", "tt", "mm"]);
    assert!(
        exports[0]
            .1
            .func()
            .is_some_and(|ty| ty.results().all(|ty| ty.is_f64()))
    );
    assert!(exports[1].1.unwrap_global().mutability().is_const());
    assert!(
        exports[2]
            .1
            .unwrap_table()
            .element()
            .heap_type()
            .is_extern()
    );
    assert!(matches!(
        module.get_export("mm"),
        Some(ExternType::Memory(_))
    ));
    assert!(module.get_export("zz").is_none());
    assert_eq!(module.imports().len(), 4);
    Ok(())
}

#[test]
fn names_and_resources() -> Result<()> {
    let module = Module::new(&Engine::default(), EVERYTHING)?;
    assert_eq!(module.name(), Some("everything"));
    let resources = module.resources_required();
    assert_eq!(
        (resources.num_memories, resources.max_initial_memory_size),
        (0, None)
    );
    assert_eq!(
        (resources.num_tables, resources.max_initial_table_size),
        (1, Some(3))
    );
    Ok(())
}

#[test]
fn same_module() -> Result<()> {
    let engine = Engine::default();
    let (a, b) = (
        Module::new(&engine, "(module)")?,
        Module::new(&engine, "(module)")?,
    );
    assert!(Module::same(&a, &a.clone()) && !Module::same(&a, &b));
    assert!(Engine::same(a.engine(), &engine));
    Ok(())
}

#[test]
fn malformed_modules() {
    let engine = Engine::default();
    assert!(error(Module::new(&engine, "(module")).contains("expected `)`"));
    assert!(error(Module::new(&engine, b"\0asm\x01\0\0")).contains("unexpected end"));
    assert!(error(Module::new(&engine, b"\0asm\x07\0\0\0")).contains("unknown binary version"));
    // A type section of more types than there are.
    assert!(Module::new(&engine, b"\0asm\x01\0\0\0\x01\x02\x05\x60").is_err());
    if !crate::differs("it is built without components here, and says so") {
        assert_eq!(
            error(Module::new(&engine, "(component)")),
            "expected a WebAssembly module but was given a WebAssembly component"
        );
    }
    assert!(error(Module::new(&engine, "")).contains("expected at least one module field"));
}

// The text of the validator comes last in the chain, and its offset is that in the file.
#[test]
fn invalid_bodies() {
    let message = error(Module::new(
        &Engine::default(),
        "(module (func (result i32)))",
    ));
    assert_eq!(
        message,
        "failed to compile: wasm[0]::function[0]: WebAssembly translation error: Invalid input \
         WebAssembly code at offset 24: type mismatch: expected i32 but nothing on stack"
    );
}

#[test]
fn invalid_outside_of_bodies() {
    let message = error(Module::new(
        &Engine::default(),
        "(module (export \"a\" (func 3)))",
    ));
    assert!(message.contains("unknown function 3"), "{message}");
}

#[test]
fn binary_only() -> Result<()> {
    let engine = Engine::default();
    let binary = b"\0asm\x01\0\0\0";
    assert!(Module::from_binary(&engine, binary).is_ok());
    assert!(Module::from_binary(&engine, b"(module)").is_err());
    Module::validate(&engine, binary)?;
    assert!(Module::validate(&engine, b"(module)").is_err());
    Ok(())
}

#[test]
fn files() -> Result<()> {
    let engine = Engine::default();
    let message = error(Module::from_file(&engine, "no/such/file.wat"));
    assert!(
        message.starts_with("failed to read from `no/such/file.wat`"),
        "{message}"
    );
    let path = std::env::temp_dir().join(format!("wij-api-{}.wat", std::process::id()));
    std::fs::write(&path, "(module (func (export \"f\")))")?;
    let module = Module::from_file(&engine, &path);
    std::fs::write(&path, "(module (funk))")?;
    let bad = Module::from_file(&engine, &path);
    std::fs::remove_file(&path)?;
    assert!(module?.get_export("f").is_some());
    assert!(error(bad).contains(&format!("--> {}:1:10", path.display())));
    Ok(())
}

// An export index is good for instances of its module only: another module has other items there.
#[test]
fn export_indices() {
    check(|engine| {
        let module = Module::new(
            engine,
            "(module (func (export \"a\")) (memory (export \"b\") 1))",
        )?;
        let other = Module::new(engine, "(module)")?;
        let index = module.get_export_index("b").expect("there is an export");
        assert!(module.get_export_index("c").is_none());
        let mut store = Store::new(engine, ());
        let instance = Instance::new(&mut store, &module, &[])?;
        let found = instance.get_module_export(&mut store, &index);
        assert!(found.is_some_and(|it| it.into_memory().is_some()));
        let instance = Instance::new(&mut store, &other, &[])?;
        assert!(instance.get_module_export(&mut store, &index).is_none());
        Ok(())
    });
}

#[test]
fn types_of_an_engine() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(&engine, EVERYTHING)?;
    let ty = module.get_export("ff").expect("there is an export");
    let same = FuncType::new(&engine, [], ty.unwrap_func().results());
    assert!(FuncType::eq(ty.unwrap_func(), &same));
    assert!(Engine::same(same.engine(), &engine));
    Ok(())
}
