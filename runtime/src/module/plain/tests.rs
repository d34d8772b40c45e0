//! What is plain, and that nothing is accepted that wasmparser refuses.

use super::{PlainModule, PlainValidator};
use crate::FuncIdx;
use crate::module::constness::Writes;
use crate::module::{Features, Module, Validation};
use crate::types::TypeRegistry;
use std::sync::Arc;
use wasmparser::WasmFeatures;

fn decode(bytes: &[u8]) -> Option<Module> {
    let registry = Arc::new(TypeRegistry::default());
    Module::decode(bytes.into(), registry, Features::ALL, Validation::Lazy).ok()
}

/// For each defined function: is it accepted?
fn accepted(module: &Module) -> Vec<bool> {
    let Some(plain) = PlainModule::new(module) else {
        return vec![false; module.bodies.len()];
    };
    let (mut validator, mut writes) = (PlainValidator::new(&plain), Writes::none(module));
    let funcs = (module.n_imports.funcs..).map(FuncIdx);
    let accepts = |(func, body): (FuncIdx, &crate::module::Body)| {
        let bytes = module
            .bytes
            .present(body.range.start as usize..module.bytes.len());
        validator.accepts(func, (bytes, body.range.len()), &mut writes)
    };
    funcs.zip(&module.bodies).map(accepts).collect()
}

/// Checks whether the body of a function, among some definitions, is plain.
#[track_caller]
fn check(body: &str, expected: bool) {
    let wat = format!("(module {DEFINITIONS} (func (export \"test\") {body}))");
    let bytes = wat::parse_str(&wat).expect("wat of a test");
    let module = decode(&bytes).expect("valid but for bodies");
    let func = FuncIdx(module.n_imports.funcs + module.bodies.len() as u32 - 1);
    assert_eq!(accepted(&module).last(), Some(&expected), "{body}");
    if expected {
        module.prepare(func).expect("wasmparser accepts it, too");
    }
}

const DEFINITIONS: &str = r#"
    (import "" "add" (func $add (param i32 i64) (result i64)))
    (type $pair (func (param i32 i64) (result i32 i64)))
    (memory 1)
    (table 4 funcref)
    (table $externs 1 externref)
    (global $mutable (mut i32) (i32.const 0))
    (global $constant f64 (f64.const 0))
"#;

/// A body with all kinds of plain instructions.
const EVERYTHING: &str = r#"(param $p i32) (result f64) (local i32 i64 f32 f64 f64)
    i32.const 0x80000000 local.tee 1 local.get $p i32.add i32.const -70000 i32.lt_s
    if (result i64)
      i64.const 0x8000000000000000 local.get 2 i64.mul
    else
      i32.const 1 i64.const 2 call $add
    end
    local.set 2
    block $out
      loop $again (result i32)
        local.get $p i32.eqz br_if $out
        local.get $p i32.const 1 i32.sub local.tee $p br_if $again
        local.get $p br_table $out $out 
      end
      drop
    end
    local.get $p local.get 2 block (type $pair) i64.const 3 i64.shl end
    i32.const 0 call_indirect (type $pair) i64.const 1 i64.gt_u i32.and
    if f64.const 1 return end
    local.get 3 f32.const 2 f32.add f64.promote_f32 local.tee 4
    local.get 1 f64.load offset=300 align=4 f64.max
    local.get 4 local.get $p select local.set 5
    local.get $p local.get 2 i64.store8 offset=7
    i32.const 0 i32.const 1 i32.const 2 memory.fill
    i32.const 0 i32.const 1 i32.const 2 memory.copy
    memory.size memory.grow global.get $mutable i32.xor global.set $mutable
    local.get 3 i32.trunc_sat_f32_s i32.extend8_s drop
    global.get $constant local.get 5 i64.reinterpret_f64 f64.convert_i64_u f64.div"#;

#[test]
fn plain() {
    check(EVERYTHING, true);
    check("", true);
    check("nop", true);
    check("unreachable", true);
    check("(result i32) block br 1 end unreachable", false);
    check("(result i32) block (result i32) i32.const 1 br 1 end", true);
    check("(local i32) local.get 0 drop", true);
    let locals = "(local i32) ".repeat(200);
    check(&format!("{locals} local.get 150 local.set 199"), true);
    check(&format!("{locals} local.get 200 drop"), false);
}

// All of this is valid, but for wasmparser to judge.
#[test]
fn valid_but_not_plain() {
    check("unreachable drop", false);
    check("(local v128) local.get 0 drop", false);
    check("(local externref)", false);
    check("ref.null func drop", false);
    check("i32.const 0 table.get 0 drop", false);
    check("return_call 1", false);
    check("i32.const 0 call_indirect $externs", false);
    check(&"i32.const 0 ".repeat(5000), false);
    check(
        "(local i32) (local i64) (local.set 0 (i32.atomic.load (i32.const 0)))",
        false,
    );
}

#[test]
fn invalid() {
    check("i32.add", false);
    check("i32.const 0 i64.const 0 i32.add drop", false);
    check("i64.const 0 i32.const 0 i32.add drop", false);
    check("i32.const 0 block drop end", false);
    check("i32.const 0 block i32.eqz end drop", false);
    check("i32.const 0", false);
    check("(result i32)", false);
    check(
        "(result i32) i32.const 0 if (result i32) i32.const 1 end",
        false,
    );
    check("i32.const 0 i64.const 0 local.set 0 drop", false);
    check("f64.const 1 global.set $constant", false);
    check("i32.const 0 i32.load align=8 drop", false);
    check("br 5", false);
    check("call 100", false);
}

// Without a memory there are no loads, and no body is plain if a feature is missing.
#[test]
fn modules_without() {
    let wat = "(module (func i32.const 0 i32.load drop) (func nop))";
    let bytes = wat::parse_str(wat).expect("wat of a test");
    let module = decode(&bytes).expect("valid but for bodies");
    assert_eq!(accepted(&module), [false, true]);
    let features = Features::ALL.without(WasmFeatures::SIGN_EXTENSION);
    let registry = Arc::new(TypeRegistry::default());
    let module = Module::decode(bytes.into(), registry, features, Validation::Lazy);
    assert!(PlainModule::new(&module.expect("valid but for bodies")).is_none());
}

// Each byte of a body is changed in many ways: to that of other opcodes and types, to longer and
// shorter numbers. Whatever is accepted, wasmparser accepts.
#[test]
fn nothing_more_than_wasmparser() {
    let wat = format!("(module {DEFINITIONS} (func {EVERYTHING}))");
    let bytes = wat::parse_str(&wat).expect("wat of a test");
    let module = decode(&bytes).expect("a valid module");
    let body = module.bodies[0].range.clone();
    let mut n_accepted = 0;
    for at in body.start as usize..body.end as usize {
        for change in (0..8).map(|bit| 1 << bit).chain([3, 7, 15, 0x7f, 0xff]) {
            let mut bytes = bytes.clone();
            bytes[at] ^= change;
            let Some(module) = decode(&bytes) else {
                continue;
            };
            if accepted(&module) == [true] {
                n_accepted += 1;
                let result = module.prepare(FuncIdx(1));
                result.unwrap_or_else(|error| panic!("{at:#x} ^ {change:#x}: {error}"));
            }
        }
    }
    assert!(n_accepted > 500, "{n_accepted}");
}
