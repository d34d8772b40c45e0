//! NaN canonicalization: the same bits in every mode.

use crate::{check_with, instance};
use wasm_interp_jit::{Config, Result, TypedFunc};

const NAN32: u32 = 0x7fc0_0000;
const NAN64: u64 = 0x7ff8_0000_0000_0000;

fn canonicalize(config: &mut Config) {
    config.cranelift_nan_canonicalization(true);
}

// NaNs as operands, with sign and payload, and NaNs made of other numbers.
#[test]
fn arithmetic_makes_canonical_nans() {
    const BINARY: [&str; 6] = ["add", "sub", "mul", "div", "min", "max"];
    const UNARY: [&str; 5] = ["ceil", "floor", "trunc", "nearest", "sqrt"];
    let mut wat = String::from("(module ");
    for (float, int) in [("f32", "i32"), ("f64", "i64")] {
        for op in BINARY {
            wat += &format!(
                "(func (export \"{float}.{op}\") (param {int} {int}) (result {int})
                  ({int}.reinterpret_{float} ({float}.{op}
                    ({float}.reinterpret_{int} (local.get 0))
                    ({float}.reinterpret_{int} (local.get 1)))))"
            );
        }
        for op in UNARY {
            wat += &format!(
                "(func (export \"{float}.{op}\") (param {int}) (result {int})
                  ({int}.reinterpret_{float} ({float}.{op}
                    ({float}.reinterpret_{int} (local.get 0)))))"
            );
        }
    }
    wat += "(func (export \"demote\") (param i64) (result i32)
              (i32.reinterpret_f32 (f32.demote_f64 (f64.reinterpret_i64 (local.get 0)))))
            (func (export \"promote\") (param i32) (result i64)
              (i64.reinterpret_f64 (f64.promote_f32 (f32.reinterpret_i32 (local.get 0))))))";
    let nans32 = [0xffff_ffff_u32, 0x7f80_0001, 0xffc0_0000, NAN32];
    let nans64 = [u64::MAX, 0x7ff0_0000_0000_0001, 0xfff8 << 48, NAN64];
    check_with(canonicalize, |engine| {
        let (mut store, instance) = instance(engine, (), &wat)?;
        // Several times: what is compiled when it is hot is compiled then.
        for _ in 0..4 {
            for op in BINARY {
                let func: TypedFunc<(u32, u32), u32> =
                    instance.get_typed_func(&mut store, &format!("f32.{op}"))?;
                for nan in nans32 {
                    assert_eq!(func.call(&mut store, (nan, 0x3f80_0000))?, NAN32, "{op}");
                    assert_eq!(func.call(&mut store, (0x3f80_0000, nan))?, NAN32, "{op}");
                    assert_eq!(func.call(&mut store, (nan, nans32[0]))?, NAN32, "{op}");
                }
                let func: TypedFunc<(u64, u64), u64> =
                    instance.get_typed_func(&mut store, &format!("f64.{op}"))?;
                for nan in nans64 {
                    assert_eq!(func.call(&mut store, (nan, 1))?, NAN64, "{op}");
                    assert_eq!(func.call(&mut store, (1, nan))?, NAN64, "{op}");
                    assert_eq!(func.call(&mut store, (nan, nans64[0]))?, NAN64, "{op}");
                }
            }
            for op in UNARY {
                let func: TypedFunc<u32, u32> =
                    instance.get_typed_func(&mut store, &format!("f32.{op}"))?;
                for nan in nans32 {
                    assert_eq!(func.call(&mut store, nan)?, NAN32, "{op}");
                }
                assert_eq!(func.call(&mut store, 0)?, 0, "{op}");
                let func: TypedFunc<u64, u64> =
                    instance.get_typed_func(&mut store, &format!("f64.{op}"))?;
                for nan in nans64 {
                    assert_eq!(func.call(&mut store, nan)?, NAN64, "{op}");
                }
                assert_eq!(func.call(&mut store, 0)?, 0, "{op}");
            }
            let sqrt = instance.get_typed_func::<u64, u64>(&mut store, "f64.sqrt")?;
            assert_eq!(sqrt.call(&mut store, (-1.0_f64).to_bits())?, NAN64);
            let div = instance.get_typed_func::<(u64, u64), u64>(&mut store, "f64.div")?;
            assert_eq!(div.call(&mut store, (0, 0))?, NAN64);
            let demote = instance.get_typed_func::<u64, u32>(&mut store, "demote")?;
            let promote = instance.get_typed_func::<u32, u64>(&mut store, "promote")?;
            for (nan64, nan32) in nans64.into_iter().zip(nans32) {
                assert_eq!(demote.call(&mut store, nan64)?, NAN32);
                assert_eq!(promote.call(&mut store, nan32)?, NAN64);
            }
        }
        Ok(())
    });
}

// What is no arithmetic keeps every bit.
#[test]
fn other_instructions_keep_nans() {
    let wat = r#"(module (memory 1)
        (func (export "neg") (param i64) (result i64)
          (i64.reinterpret_f64 (f64.neg (f64.reinterpret_i64 (local.get 0)))))
        (func (export "copysign") (param i64) (result i64)
          (i64.reinterpret_f64
            (f64.copysign (f64.reinterpret_i64 (local.get 0)) (f64.const -1))))
        (func (export "memory") (param i64) (result i64)
          (f64.store (i32.const 8) (f64.reinterpret_i64 (local.get 0)))
          (i64.load (i32.const 8))))"#;
    check_with(canonicalize, |engine| {
        let (mut store, instance) = instance(engine, (), wat)?;
        for _ in 0..4 {
            let mut call = |name, bits| -> Result<u64> {
                let func = instance.get_typed_func::<u64, u64>(&mut store, name)?;
                func.call(&mut store, bits)
            };
            assert_eq!(call("neg", 0x7ff0_1234_0000_0000)?, 0xfff0_1234_0000_0000);
            assert_eq!(call("copysign", 0x7ff0_0000_0000_0001)?, 0xfff0 << 48 | 1);
            assert_eq!(
                call("memory", 0xfff0_1234_0000_0000)?,
                0xfff0_1234_0000_0000
            );
        }
        Ok(())
    });
}

// The interpreter looks for additions behind multiplications and for `local.set` behind these. The
// loop is entered and left by every tier.
#[test]
fn sums_of_products() {
    let wat = r#"(module
        (func (export "dot") (param $n i32) (param $x f64) (result i64) (local $sum f64)
          loop $l
            local.get $sum local.get $x local.get $x f64.mul f64.add local.set $sum
            local.get $sum f64.const 0 f64.mul local.get $sum f64.add local.set $sum
            local.get $n i32.const 1 i32.sub local.tee $n br_if $l
          end
          local.get $sum i64.reinterpret_f64))"#;
    check_with(canonicalize, |engine| {
        let (mut store, instance) = instance(engine, (), wat)?;
        let dot = instance.get_typed_func::<(u32, f64), u64>(&mut store, "dot")?;
        for _ in 0..4 {
            for nan in [f64::from_bits(u64::MAX), f64::INFINITY] {
                assert_eq!(dot.call(&mut store, (100, nan))?, NAN64);
            }
            assert_eq!(dot.call(&mut store, (100, 1.0))?, 100_f64.to_bits());
        }
        Ok(())
    });
}
