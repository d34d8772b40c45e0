//! Atomic instructions in every mode: results, traps and their places, on both kinds of memories.

use crate::{check_with, error, instance};
use std::fmt::Write as _;
use wasm_interp_jit::{Config, TypedFunc, Val};

fn allow_shared(config: &mut Config) {
    config.shared_memory(true);
}

/// Type of the operands, name of the width in mnemonics, and bytes.
const WIDTHS: [(&str, &str, u32); 7] = [
    ("i32", "", 4),
    ("i64", "", 8),
    ("i32", "8", 1),
    ("i32", "16", 2),
    ("i64", "8", 1),
    ("i64", "16", 2),
    ("i64", "32", 4),
];

const RMW: [&str; 6] = ["add", "sub", "and", "or", "xor", "xchg"];

/// Every atomic access as a function of an address, and 64-bit operands and results.
fn module(memory: &str) -> String {
    let mut wat = format!("(module (memory (export \"memory\") {memory})");
    for (ty, width, _) in WIDTHS {
        let (u, rmw) = match width {
            "" => ("", "rmw".to_owned()),
            _ => ("_u", format!("rmw{width}")),
        };
        let (from_64, to_64) = match ty {
            "i32" => ("(i32.wrap_i64", "(i64.extend_i32_u"),
            _ => ("(i64.add (i64.const 0)", "(i64.add (i64.const 0)"),
        };
        let name = |op: &str| format!("{ty}.{op}{width}");
        let (a, b) = (
            format!("{from_64} (local.get 1))"),
            format!("{from_64} (local.get 2))"),
        );
        for offset in ["", "offset=8"] {
            let _ = write!(
                wat,
                "(func (export \"{load}{offset}\") (param i32) (result i64)
                   {to_64} ({ty}.atomic.load{width}{u} {offset} (local.get 0))))
                 (func (export \"{store}{offset}\") (param i32 i64)
                   ({ty}.atomic.store{width} {offset} (local.get 0) {a}))
                 (func (export \"{cas}{offset}\") (param i32 i64 i64) (result i64)
                   {to_64} ({ty}.atomic.{rmw}.cmpxchg{u} {offset} (local.get 0) {a} {b})))",
                load = name("load"),
                store = name("store"),
                cas = name("cmpxchg"),
            );
            for op in RMW {
                let _ = write!(
                    wat,
                    "(func (export \"{name}{offset}\") (param i32 i64) (result i64)
                       {to_64} ({ty}.atomic.{rmw}.{op}{u} {offset} (local.get 0) {a})))",
                    name = name(op),
                );
            }
        }
    }
    wat + ")"
}

const OLD: u64 = 0xfedc_ba98_7654_3210;
const OPERAND: u64 = 0x8899_aabb_ccdd_eeff;

/// What `op` leaves.
fn model(op: &str, old: u64, operand: u64) -> u64 {
    match op {
        "add" => old.wrapping_add(operand),
        "sub" => old.wrapping_sub(operand),
        "and" => old & operand,
        "or" => old | operand,
        "xor" => old ^ operand,
        _ => operand,
    }
}

// Each access touches its bytes and no others, and gives what was there.
#[test]
fn all_accesses() {
    for memory in ["1", "1 1 shared"] {
        let wat = module(memory);
        check_with(allow_shared, |engine| {
            let (mut store, instance) = instance(engine, (), &wat)?;
            let read: TypedFunc<u32, u64> = instance.get_typed_func(&mut store, "i64.load")?;
            let write: TypedFunc<(u32, u64), ()> =
                instance.get_typed_func(&mut store, "i64.store")?;
            for (ty, width, bytes) in WIDTHS {
                let mask = u64::MAX >> (64 - 8 * bytes);
                for (suffix, at) in [("", 16), ("offset=8", 8), ("", 16), ("offset=8", 8)] {
                    let name = |op: &str| format!("{ty}.{op}{width}{suffix}");
                    write.call(&mut store, (16, OLD))?;
                    let load = instance.get_typed_func::<u32, u64>(&mut store, &name("load"))?;
                    assert_eq!(load.call(&mut store, at)?, OLD & mask, "{}", name("load"));
                    let set =
                        instance.get_typed_func::<(u32, u64), ()>(&mut store, &name("store"))?;
                    set.call(&mut store, (at, OPERAND))?;
                    let expected = OLD & !mask | OPERAND & mask;
                    assert_eq!(read.call(&mut store, 16)?, expected, "{}", name("store"));
                    for op in RMW {
                        write.call(&mut store, (16, OLD))?;
                        let rmw =
                            instance.get_typed_func::<(u32, u64), u64>(&mut store, &name(op))?;
                        let old = rmw.call(&mut store, (at, OPERAND))?;
                        assert_eq!(old, OLD & mask, "{}", name(op));
                        let expected = OLD & !mask | model(op, OLD, OPERAND) & mask;
                        assert_eq!(read.call(&mut store, 16)?, expected, "{}", name(op));
                    }
                    let cas = instance
                        .get_typed_func::<(u32, u64, u64), u64>(&mut store, &name("cmpxchg"))?;
                    // Of what is expected only the low bits count.
                    for (expected, new) in [(!OLD, OLD), (OLD, OPERAND), (OLD & mask, OPERAND)] {
                        write.call(&mut store, (16, OLD))?;
                        let old = cas.call(&mut store, (at, expected, OPERAND))?;
                        assert_eq!(old, OLD & mask, "{}", name("cmpxchg"));
                        let expected = OLD & !mask | new & mask;
                        assert_eq!(read.call(&mut store, 16)?, expected, "{}", name("cmpxchg"));
                    }
                }
            }
            Ok(())
        });
    }
}

/// The error of calling `name` with an address, and zeros for all else.
fn failure(
    store: &mut wasm_interp_jit::Store<()>,
    instance: wasm_interp_jit::Instance,
    name: &str,
    address: u32,
) -> String {
    let func = instance.get_func(&mut *store, name).expect("an export");
    let ty = func.ty(&mut *store);
    let mut args = vec![Val::I32(address.cast_signed())];
    args.resize(ty.params().len(), Val::I64(0));
    let mut results = vec![Val::I64(0); ty.results().len()];
    error(func.call(&mut *store, &args, &mut results))
}

// Misaligned and out of bounds, to the byte; what is both is misaligned.
#[test]
fn traps() {
    for memory in ["1", "1 1 shared"] {
        let wat = module(memory);
        check_with(allow_shared, |engine| {
            let (mut store, instance) = instance(engine, (), &wat)?;
            for (ty, width, bytes) in WIDTHS {
                for op in ["load", "store", "cmpxchg"].iter().chain(&RMW) {
                    for (suffix, offset) in [("", 0), ("offset=8", 8)] {
                        let name = format!("{ty}.{op}{width}{suffix}");
                        let mut check = |address: u32, text: &str| {
                            // Twice: compiled code may be entered at the second call only.
                            for _ in 0..2 {
                                let error = failure(&mut store, instance, &name, address);
                                assert!(error.contains(text), "{name} {address:#x}: {error}");
                            }
                        };
                        for off in 1..bytes {
                            check(16 + off, "unaligned atomic");
                            check(65536 + off, "unaligned atomic");
                        }
                        let fault = "memory fault at wasm address 0x10000 in linear memory of \
                                     size 0x10000";
                        check(65536 - offset, fault);
                        check(65536 - offset, "out of bounds memory access");
                        check(!(bytes - 1), "out of bounds memory access");
                    }
                }
            }
            Ok(())
        });
    }
}

// The place of a trap is the instruction's, also when the call is inlined.
#[test]
fn places_of_traps() {
    let wat = r#"(module (memory 1)
        (func $inc (param i32) (result i32) nop
          local.get 0 i32.const 1 i32.atomic.rmw.add)
        (func (export "f") (param i32) (result i32) local.get 0 call $inc)
        (func (export "wait") (param i32) (result i32)
          local.get 0 i32.const 0 i64.const 0 memory.atomic.wait32)
        (func (export "wait64") (param i32) (result i32)
          local.get 0 i64.const 0 i64.const 0 memory.atomic.wait64)
        (func (export "notify") (param i32) (result i32)
          local.get 0 i32.const 0 memory.atomic.notify offset=4))"#;
    let mut seen = Vec::new();
    for (mode, mut config) in crate::modes() {
        config.shared_memory(true);
        let engine = wasm_interp_jit::Engine::new(&config).expect("the settings are valid");
        let (mut store, instance) = instance(&engine, (), wat).expect("an instance");
        let mut texts = Vec::new();
        for (name, address) in [
            ("f", 2),
            ("f", 65536),
            ("wait", 0),
            ("wait", 2),
            ("wait", 65536),
            ("wait64", 4),
            ("wait64", 65528),
            ("notify", 1),
            ("notify", 65532),
            ("notify", u32::MAX - 3),
        ] {
            let func = instance.get_typed_func::<u32, u32>(&mut store, name);
            let func = func.expect("an export");
            for _ in 0..3 {
                texts.push(error(func.call(&mut store, address)));
            }
        }
        let notify = instance.get_typed_func::<u32, u32>(&mut store, "notify");
        let notify = notify.expect("an export");
        for _ in 0..3 {
            let woken = notify.call(&mut store, 65528);
            assert_eq!(woken.expect("in bounds"), 0, "nobody waits: {mode}");
        }
        seen.push((mode, texts));
    }
    let (_, expected) = &seen[0];
    assert!(
        expected[6].contains("atomic wait on non-shared memory"),
        "{}",
        expected[6]
    );
    assert!(expected[9].contains("unaligned atomic"), "{}", expected[9]);
    assert!(
        expected[12].contains("out of bounds memory access"),
        "{}",
        expected[12]
    );
    for (mode, texts) in &seen {
        assert_eq!(texts, expected, "{mode}");
    }
}
