//! What is known of globals and memories of a module that never ran.

use runtime::module::{Features, Module, Validation};
use runtime::types::TypeRegistry;
use runtime::{GlobalIdx, MemoryIdx};
use std::fmt::Write as _;
use std::sync::Arc;

fn decode(wat: &str, validation: Validation) -> Module {
    let bytes = wat::parse_str(wat).expect("wat of a test");
    let registry = Arc::new(TypeRegistry::default());
    let module = Module::decode(bytes.into(), registry, Features::default(), validation);
    module.expect("a valid module")
}

/// Checks what is known of each global and memory, found eagerly and lazily.
#[track_caller]
fn check_others(wat: &str, expected: &str) {
    for validation in [Validation::Eager, Validation::Lazy] {
        let module = decode(wat, validation);
        let mut out = String::new();
        for n in 0..module.globals.len() as u32 {
            let global = GlobalIdx(n);
            let is_constant = module.is_constant(global);
            let value = module.known_value(global);
            writeln!(out, "global{n} {is_constant} {value:?}").expect("a string");
        }
        for n in 0..module.memories.len() as u32 {
            let len = module.fixed_len(MemoryIdx(n));
            writeln!(out, "memory{n} {len:?}").expect("a string");
        }
        let expected: Vec<&str> = expected.lines().map(str::trim).collect();
        assert_eq!(out.lines().collect::<Vec<_>>(), expected);
    }
}

// A global is constant if it is immutable, or if nobody can write it: no instruction, no other
// instance and no host. Its value is known unless it depends on an import.
#[test]
fn globals() {
    check_others(
        "(module
           (import \"\" \"\" (global $imported i32))
           (import \"\" \"\" (global $imported_mutable (mut i32)))
           (global $fixed i32 (i32.const 3))
           (global $kept (mut i64) (i64.const 4))
           (global $set (mut i32) (i32.const 5))
           (global $exported (export \"g\") (mut i32) (i32.const 6))
           (global $copied (mut i32) (global.get $fixed))
           (global $given i32 (global.get $imported))
           (global $sum (mut i32) (i32.add (global.get $imported) (i32.const 1)))
           (global $func (mut funcref) (ref.func $f))
           (global $vector (mut v128) (v128.const i64x2 1 2))
           (func $f (global.set $set (global.get $kept) (i32.wrap_i64))))",
        "global0 true None
         global1 false None
         global2 true Some(Const(3))
         global3 true Some(Const(4))
         global4 false None
         global5 false None
         global6 true Some(Const(3))
         global7 true None
         global8 true None
         global9 true Some(RefFunc(func0))
         global10 true Some(Vector([1, 2]))",
    );
}

// A memory has a fixed size if its type says so, whoever has it, or if nobody can make it grow.
// Those that threads share never count.
#[test]
fn memories() {
    check_others(
        "(module
           (import \"\" \"\" (memory $imported 1))
           (import \"\" \"\" (memory $imported_fixed 2 2))
           (memory $grows 1)
           (memory $fixed (export \"f\") 3 3)
           (memory $exported (export \"e\") 1)
           (memory $kept 1 10)
           (memory $kept_64 i64 0)
           (memory $shared 1 1 shared)
           (func (drop (memory.grow $grows (i32.const 0)))
             (drop (memory.grow $fixed (i32.const 0)))))",
        "memory0 None
         memory1 Some(131072)
         memory2 None
         memory3 Some(196608)
         memory4 None
         memory5 Some(65536)
         memory6 Some(0)
         memory7 None",
    );
}

// The validator of plain bodies sees the same as the other one.
#[test]
fn plain_bodies_write() {
    check_others(
        "(module (memory 1)
           (global $set (mut i32) (i32.const 5)) (global $kept (mut i32) (i32.const 6))
           (func (global.set $set (memory.grow (i32.const 1)))))",
        "global0 false None
         global1 true Some(Const(6))
         memory0 None",
    );
}
