//! Instructions on memories, tables and references.

use super::support::Wasm;

#[test]
fn loads_and_stores_of_all_widths() {
    let mut wasm = Wasm::new(
        r#"(module (memory 1) (data (i32.const 8) "\f8\f9\fa\fb\fc\fd\fe\ff")
(func (export "i32") (result i32 i32 i32 i32 i32)
  i32.const 8 i32.load8_s i32.const 8 i32.load8_u i32.const 8 i32.load16_s
  i32.const 8 i32.load16_u i32.const 8 i32.load)
(func (export "i64") (result i64 i64 i64 i64 i64 i64 i64)
  i32.const 8 i64.load8_s i32.const 8 i64.load8_u i32.const 8 i64.load16_s i32.const 8 i64.load16_u
  i32.const 8 i64.load32_s i32.const 8 i64.load32_u i32.const 7 i64.load offset=1)
(func (export "floats") (result f32 f64) i32.const 8 f32.load i32.const 8 f64.load)
(func (export "store") (param i64) (result i64)
  i32.const 100 i64.const -1 i64.store
  i32.const 100 local.get 0 i64.store8
  i32.const 101 local.get 0 i32.wrap_i64 i32.store8
  i32.const 102 local.get 0 i32.wrap_i64 i32.store16
  i32.const 104 local.get 0 i64.store16
  i32.const 100 i64.load)
(func (export "store32") (param i64 f32 f64) (result i64 i64 f64)
  i32.const 200 local.get 0 i64.store32 i32.const 204 local.get 0 i32.wrap_i64 i32.store
  i32.const 208 local.get 1 f32.store i32.const 216 local.get 2 f64.store
  i32.const 200 i64.load i32.const 208 i64.load i32.const 216 f64.load))"#,
    );
    wasm.check(
        "i32",
        &[],
        Ok(&[0xffff_fff8, 0xf8, 0xffff_f9f8, 0xf9f8, 0xfbfa_f9f8]),
    );
    let all = 0xfffe_fdfc_fbfa_f9f8;
    let signed = |bits: u32| (all << (64 - bits)) as i64 >> (64 - bits);
    wasm.check(
        "i64",
        &[],
        Ok(&[
            signed(8) as u64,
            0xf8,
            signed(16) as u64,
            0xf9f8,
            signed(32) as u64,
            0xfbfa_f9f8,
            all,
        ]),
    );
    wasm.check("floats", &[], Ok(&[0xfbfa_f9f8, all]));
    wasm.check("store", &[0x1234_5678], Ok(&[0xffff_5678_5678_7878]));
    wasm.check(
        "store32",
        &[0x1_2345_6789, 0x3f80_0000, all],
        Ok(&[0x2345_6789_2345_6789, 0x3f80_0000, all]),
    );
}

#[test]
fn memory_size_and_growth() {
    let mut wasm = Wasm::new(
        r#"(module (memory 1 3)
(func (export "f") (param i32) (result i32 i32 i32)
  memory.size local.get 0 memory.grow memory.size)
(func (export "touch") (param i32) (result i32)
  local.get 0 i32.const 7 i32.store local.get 0 i32.load))"#,
    );
    wasm.check(
        "touch",
        &[0x10000],
        Err("out of bounds memory access [0x10000/0x10000]: func1@0x4"),
    );
    wasm.check("f", &[1], Ok(&[1, 1, 2]));
    wasm.check("touch", &[0x10000], Ok(&[7]));
    wasm.check("f", &[2], Ok(&[2, 0xffff_ffff, 2]));
    wasm.check("f", &[0], Ok(&[2, 2, 2]));
}

#[test]
fn bulk_memory() {
    let mut wasm = Wasm::new(
        r#"(module (memory 1) (data $d "hello")
(func (export "init") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.init $d)
(func (export "drop") data.drop $d)
(func (export "copy") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.copy)
(func (export "fill") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.fill)
(func (export "load") (param i32) (result i64) local.get 0 i64.load))"#,
    );
    wasm.check("init", &[0, 0, 5], Ok(&[]));
    wasm.check("copy", &[2, 0, 5], Ok(&[]));
    wasm.check("load", &[0], Ok(&[u64::from_le_bytes(*b"hehello\0")]));
    wasm.check("fill", &[1, 0x141, 3], Ok(&[]));
    wasm.check("load", &[0], Ok(&[u64::from_le_bytes(*b"hAAAllo\0")]));
    let text = "out of bounds memory access: ";
    wasm.check("init", &[0, 3, 3], Err(&format!("{text}func0@0x6")));
    wasm.check("copy", &[0xfffe, 0, 3], Err(&format!("{text}func2@0x6")));
    wasm.check(
        "fill",
        &[0xffff_ffff, 0, 2],
        Err(&format!("{text}func3@0x6")),
    );
    wasm.check("drop", &[], Ok(&[]));
    wasm.check("init", &[0, 0, 0], Ok(&[]));
    wasm.check("init", &[0, 0, 1], Err(&format!("{text}func0@0x6")));
}

#[test]
fn tables() {
    let mut wasm = Wasm::new(
        r#"(module (table $t 3 10 externref) (table $f 2 funcref)
(elem $e func $one $two)
(type $r (func (result i32)))
(func $one (result i32) i32.const 1)
(func $two (result i32) i32.const 2)
(func (export "set") (param i32 externref) local.get 0 local.get 1 table.set $t)
(func (export "get") (param i32) (result externref) local.get 0 table.get $t)
(func (export "size") (result i32) table.size $t)
(func (export "grow") (param externref i32) (result i32) local.get 0 local.get 1 table.grow $t)
(func (export "fill") (param i32 externref i32) local.get 0 local.get 1 local.get 2 table.fill $t)
(func (export "copy") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 table.copy $t $t)
(func (export "init") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 table.init $f $e)
(func (export "drop") elem.drop $e)
(func (export "call") (param i32) (result i32) local.get 0 call_indirect $f (type $r))
(func (export "refs") (result i32 i32 i32)
  ref.null func ref.is_null ref.func $one ref.is_null
  i32.const 0 ref.func $two table.set $f i32.const 0 call_indirect $f (type $r)))"#,
    );
    let text = "undefined element: out of bounds table access: ";
    wasm.check("set", &[1, 77], Ok(&[]));
    wasm.check("get", &[1], Ok(&[77]));
    wasm.check("get", &[3], Err(&format!("{text}func3@0x2")));
    wasm.check("set", &[3, 1], Err(&format!("{text}func2@0x4")));
    wasm.check("grow", &[5, 2], Ok(&[3]));
    wasm.check("size", &[], Ok(&[5]));
    wasm.check("get", &[4], Ok(&[5]));
    wasm.check("grow", &[5, 6], Ok(&[0xffff_ffff]));
    wasm.check("copy", &[0, 1, 4], Ok(&[]));
    wasm.check("get", &[0], Ok(&[77]));
    wasm.check("fill", &[3, 9, 2], Ok(&[]));
    wasm.check("get", &[4], Ok(&[9]));
    wasm.check("fill", &[4, 9, 2], Err(&format!("{text}func6@0x6")));
    wasm.check("call", &[0], Err("uninitialized element: func10@0x2"));
    wasm.check("init", &[0, 0, 2], Ok(&[]));
    wasm.check("call", &[1], Ok(&[2]));
    wasm.check("drop", &[], Ok(&[]));
    wasm.check("init", &[0, 0, 1], Err(&format!("{text}func8@0x6")));
    wasm.check("refs", &[], Ok(&[1, 0, 2]));
}
