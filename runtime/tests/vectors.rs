//! Side tables of functions with vectors: what is counted there are slots, of which vectors take
//! two. Like `module.rs`, text in and text out.

use runtime::FuncIdx;
use runtime::module::{Features, Module, Validation};
use runtime::types::TypeRegistry;
use std::sync::Arc;

/// Checks the dump of function 0 without its indentation.
#[track_caller]
fn check(wat: &str, expected: &str) {
    let bytes = wat::parse_str(wat).expect("wat of a test");
    let module = Module::decode(
        bytes.into_boxed_slice(),
        Arc::new(TypeRegistry::default()),
        Features::default(),
        Validation::default(),
    );
    let module = module.expect("a valid module");
    let body = module.prepare(FuncIdx(0)).expect("a valid body");
    let dump = body.display(&module).to_string();
    let expected: Vec<&str> = expected.lines().map(str::trim).collect();
    assert_eq!(dump.lines().collect::<Vec<_>>(), expected, "\n{dump}");
}

// As locals, as operands that are kept, dropped, or below a loop; `drop` and `select` are marked
// if they are about vectors.
#[test]
fn locals_and_operands() {
    check(
        "(module (type $t (func (param v128) (result v128)))
           (func (param v128 i32) (result i64 v128) (local v128)
             local.get 2 i32.const 5 i64.const 1 local.get 0 local.get 1
             br_if 0
             drop drop drop
             loop (type $t)
               local.get 1
               br_if 0
             end
             local.set 2
             i64.const 2
             local.get 2
             local.get 0
             local.get 1
             select))",
        "params=3 results=3 locals=5 operands=7 bytes=0x22
         vectors in slots 0 3; dropped or selected at 0xc 0x20
         st0 0xa br_if -> 0x21 st2 keep=3 drop=3 len=2
         st1 0x13 br_if ->^ 0x11 st1 keep=2 drop=0 len=2
         loop 0x11 st1 height=2",
    );
}

// A function with vectors in unreachable code only is one with vectors, too; operands may be
// missing there.
#[test]
fn unreachable_code() {
    check(
        "(module (func (param i32) (result i32)
            i32.const 1
            unreachable
            drop
            i32x4.add
            i32.const 0
            select
            drop
            i32.const 3
            br 0
            local.get 0))",
        "params=1 results=1 locals=1 operands=3 bytes=0x12
         vectors in slots; dropped or selected at 0x9 0xa
         st0 0xd br -> 0x11 st1 keep=1 drop=0 len=2",
    );
}

// The types of a module may have vectors: its other functions have none.
#[test]
fn function_without_vectors() {
    check(
        "(module
           (func (param i32) (result i32) local.get 0 if i32.const 1 drop end local.get 0)
           (func (param v128)))",
        "params=1 results=1 locals=1 operands=1 bytes=0xb
         st0 0x2 if -> 0x8 st1 keep=0 drop=0 len=2",
    );
}
