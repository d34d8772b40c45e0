//! Memories and tables beyond one memory of 32-bit addresses: several, with 64-bit addresses or
//! indices, with pages of one byte.

use crate::{check, check_with, error, instance, panic_message, text};
use wasm_interp_jit::{
    Config, Engine, Error, Func, Instance, Memory, MemoryType, MemoryTypeBuilder, Module, Ref,
    RefType, Result, Store, Table, TableType, Trap, Val,
};

const PAGE: u64 = 65536;

/// Why wasmtime does not say where an access went wrong.
const EXPLICIT: &str = "an access that it checks by an instruction has no fault, only a trap";

/// What a load gives, or its fault.
type Loaded = Result<i64, Option<(u64, u64)>>;

/// Address and memory size of a memory fault; none if the access is at no address at all.
fn fault(error: &Error) -> Option<(u64, u64)> {
    assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
    crate::fault(error)
}

// Sums of address, offset and size must be right where they leave 32 bits, and where they leave
// 64. A memory of 64-bit addresses is no slower path's afterthought: each access is made in every
// mode, before and after it is hot.
#[test]
fn wide_addresses() {
    const WAT: &str = r#"(module
        (memory (export "m") i64 1)
        (data (i64.const 0xfff8) "\01\02\03\04\05\06\07\08")
        (func (export "plain") (param i64) (result i64) (i64.load (local.get 0)))
        (func (export "byte") (param i64) (result i64) (i64.load8_u (local.get 0)))
        (func (export "near") (param i64) (result i64) (i64.load offset=8 (local.get 0)))
        (func (export "page") (param i64) (result i64) (i64.load offset=0x10000 (local.get 0)))
        (func (export "far") (param i64) (result i64)
            (i64.load offset=0x1_0000_0000 (local.get 0)))
        (func (export "last") (param i64) (result i64)
            (i64.load offset=0xffff_ffff_ffff_ffff (local.get 0)))
        (func (export "store") (param i64) (result i64)
            (i64.store offset=8 (local.get 0) (i64.const 0x0807060504030201))
            (i64.load offset=8 (local.get 0))))"#;
    const VALUE: i64 = 0x0807_0605_0403_0201;
    let out = |at: u64| Err(Some((at.max(PAGE), PAGE)));
    let nowhere = Err(None);
    let cases: &[(&str, u64, Loaded)] = &[
        ("plain", 0xfff8, Ok(VALUE)),
        ("plain", 0xfff9, out(0xfff9)),
        ("plain", 0x1_0000_fff8, out(0x1_0000_fff8)),
        ("plain", 1 << 63, out(1 << 63)),
        ("plain", u64::MAX - 7, out(u64::MAX - 7)),
        ("plain", u64::MAX, out(u64::MAX)),
        ("byte", 0xffff, Ok(8)),
        ("byte", 0x10000, out(0x10000)),
        ("byte", u64::MAX, out(u64::MAX)),
        ("near", 0xfff0, Ok(VALUE)),
        ("near", 0xfff1, out(0xfff9)),
        ("near", u64::MAX - 7, nowhere),
        ("near", u64::MAX, nowhere),
        ("page", 0, out(0x10000)),
        ("page", u64::MAX - 0xffff, nowhere),
        ("far", 0, out(1 << 32)),
        ("far", u64::MAX << 32, nowhere),
        ("last", 0, out(u64::MAX)),
        ("last", 0xfff9, nowhere),
        ("store", 0xfff0, Ok(VALUE)),
        ("store", 0xfff1, out(0xfff9)),
        ("store", u64::MAX - 7, nowhere),
    ];
    check(|engine| {
        for &(name, address, ref expected) in cases {
            let (mut store, it) = instance(engine, (), WAT)?;
            let f = it.get_typed_func::<u64, i64>(&mut store, name)?;
            for _ in 0..4 {
                let actual = f.call(&mut store, address).map_err(|it| fault(&it));
                if expected.is_err() && crate::differs(EXPLICIT) {
                    assert!(actual.is_err(), "{name} at {address:#x}");
                    continue;
                }
                assert_eq!(&actual, expected, "{name} at {address:#x}");
            }
        }
        Ok(())
    });
}

// An inlined callee that is in bounds, then out of it: the exit happens in the inner frame.
#[test]
fn wide_addresses_in_loops() {
    check(|engine| {
        let wat = r#"(module
            (memory i64 1)
            (func $add (param i64) (result i64)
                (i64.store (local.get 0) (i64.add (i64.load (local.get 0)) (i64.const 1)))
                (i64.load (local.get 0)))
            (func (export "f") (param i64 i64) (result i64) (local i64)
                loop
                    (local.set 2 (i64.add (local.get 2) (call $add (local.get 0))))
                    (local.set 0 (i64.add (local.get 0) (i64.const 8)))
                    (br_if 0 (i64.lt_u (local.get 0) (local.get 1)))
                end
                local.get 2))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let f = it.get_typed_func::<(u64, u64), i64>(&mut store, "f")?;
        for n in 1..5 {
            assert_eq!(f.call(&mut store, (0, PAGE))?, n * 8192);
        }
        let error = f.call(&mut store, (PAGE - 16, PAGE + 8)).expect_err("ends");
        assert_eq!(fault(&error), Some((PAGE, PAGE)));
        assert_eq!(f.call(&mut store, (PAGE - 16, PAGE))?, 12);
        Ok(())
    });
}

// The fault of an access says where, in the size of the memory that was accessed.
#[test]
fn several_memories() {
    check(|engine| {
        let wat = r#"(module
            (memory $a 1 3) (memory $b i64 2 3) (memory $c 3)
            (data (memory $b) (i64.const 6) "bbbb") (data (memory $c) (i32.const 6) "cccc")
            (func (export "a") (param i32) (result i32) (i32.load $a offset=2 (local.get 0)))
            (func (export "b") (param i32) (result i32)
                (i32.load $b offset=2 (i64.extend_i32_u (local.get 0))))
            (func (export "c") (param i32) (result i32) (i32.load $c offset=2 (local.get 0)))
            (func (export "copy") (param i32 i64 i32)
                (memory.copy $a $b (local.get 0) (local.get 1) (local.get 2)))
            (func (export "fill") (param i64 i32 i64)
                (memory.fill $b (local.get 0) (local.get 1) (local.get 2)))
            (func (export "grow") (param i64) (result i64) (memory.grow $b (local.get 0)))
            (func (export "sizes") (result i32 i64 i32)
                (memory.size $a) (memory.size $b) (memory.size $c)))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let load = |store: &mut Store<()>, name: &str, at: u32| {
            let f = it.get_typed_func::<u32, u32>(&mut *store, name)?;
            for _ in 0..3 {
                _ = f.call(&mut *store, at);
            }
            f.call(store, at)
        };
        assert_eq!(load(&mut store, "a", 4)?, 0);
        assert_eq!(load(&mut store, "b", 4)?, 0x6262_6262);
        assert_eq!(load(&mut store, "c", 4)?, 0x6363_6363);
        for (name, pages) in [("a", 1), ("b", 2), ("c", 3)] {
            let size = pages * PAGE;
            let at = u32::try_from(size)? - 5;
            let error = load(&mut store, name, at).expect_err("out of bounds");
            assert_eq!(fault(&error), Some((size, size)));
            let error = load(&mut store, name, u32::MAX).expect_err("out of bounds");
            if crate::differs(EXPLICIT) {
                continue;
            }
            assert_eq!(fault(&error), Some(((1 << 32) + 1, size)));
            let message = format!(
                "memory fault at wasm address 0x100000001 in linear memory of size {size:#x}"
            );
            assert!(text(&error).contains(&message), "{error:?}");
        }
        let sizes = it.get_typed_func::<(), (i32, i64, i32)>(&mut store, "sizes")?;
        let grow = it.get_typed_func::<u64, i64>(&mut store, "grow")?;
        assert_eq!(sizes.call(&mut store, ())?, (1, 2, 3));
        assert_eq!(grow.call(&mut store, 2)?, -1);
        assert_eq!(grow.call(&mut store, u64::MAX)?, -1);
        assert_eq!(grow.call(&mut store, 1)?, 2);
        assert_eq!(sizes.call(&mut store, ())?, (1, 3, 3));
        let copy = it.get_typed_func::<(u32, u64, u32), ()>(&mut store, "copy")?;
        let fill = it.get_typed_func::<(u64, u32, u64), ()>(&mut store, "fill")?;
        fill.call(&mut store, (2 * PAGE, 7, PAGE))?;
        copy.call(&mut store, (4, 3 * PAGE - 4, 4))?;
        assert_eq!(load(&mut store, "a", 2)?, 0x0707_0707);
        for (to, from, len) in [
            (0, 3 * PAGE, 1),
            (0, u64::MAX, 1),
            (0, 1 << 32, 1),
            (PAGE as u32, 0, 1),
        ] {
            let trap = copy.call(&mut store, (to, from, len)).expect_err("traps");
            assert_eq!(trap.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
        }
        let trap = fill.call(&mut store, (1, 0, u64::MAX)).expect_err("traps");
        assert_eq!(trap.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
        Ok(())
    });
}

fn small_pages(config: &mut Config) {
    config.wasm_custom_page_sizes(true);
}

// Such a memory can end anywhere in a page of the system, so that no guard page ever helps.
#[test]
fn pages_of_one_byte() {
    check_with(small_pages, |engine| {
        let wat = r#"(module
            (memory (export "m") 5 (pagesize 1))
            (func (export "load") (param i32) (result i32) (i32.load8_u offset=1 (local.get 0)))
            (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
            (func (export "size") (result i32) memory.size))"#;
        let (mut store, it) = instance(engine, (), wat)?;
        let memory = it.get_memory(&mut store, "m").expect("is exported");
        let load = it.get_typed_func::<u32, u32>(&mut store, "load")?;
        let grow = it.get_typed_func::<u32, i32>(&mut store, "grow")?;
        let size = it.get_typed_func::<(), u32>(&mut store, "size")?;
        for n in 5..9 {
            assert_eq!(size.call(&mut store, ())?, n);
            assert_eq!(memory.data_size(&store), n as usize);
            memory.data_mut(&mut store)[n as usize - 1] = n as u8;
            assert_eq!(load.call(&mut store, n - 2)?, n);
            let error = load.call(&mut store, n - 1).expect_err("out of bounds");
            if !crate::differs(EXPLICIT) {
                assert_eq!(fault(&error), Some((n.into(), n.into())));
            }
            assert_eq!(grow.call(&mut store, 1)?, n as i32);
        }
        assert_eq!(
            (memory.page_size(&store), memory.page_size_log2(&store)),
            (1, 0)
        );
        // Its size would be -1, or no number.
        assert_eq!(grow.call(&mut store, u32::MAX - 9)?, -1);
        assert_eq!(memory.grow(&mut store, 0)?, 9);
        assert!(memory.grow(&mut store, u64::from(u32::MAX) - 9).is_err());
        assert_eq!(memory.grow(&mut store, u64::from(u32::MAX) - 10)?, 9);
        assert_eq!(size.call(&mut store, ())?, u32::MAX - 1);
        Ok(())
    });
}

#[test]
fn small_pages_are_off_by_default() -> Result<()> {
    let wat = "(module (memory 5 (pagesize 1)))";
    assert!(Module::new(&Engine::default(), wat).is_err());
    let mut config = Config::new();
    config.wasm_custom_page_sizes(true);
    Module::new(&Engine::new(&config)?, wat)?;
    for wat in [
        "(memory 1) (memory 1)",
        "(memory i64 1)",
        "(table i64 1 funcref)",
    ] {
        Module::new(&Engine::default(), format!("(module {wat})"))?;
    }
    Ok(())
}

/// What is given for an import must have the same type of addresses, and the same page size.
#[test]
fn imports() -> Result<()> {
    let mut config = Config::new();
    small_pages(&mut config);
    let engine = Engine::new(&config)?;
    let mut store = Store::new(&engine, ());
    let memory =
        |store: &mut Store<()>, ty| Memory::new(store, ty).map(wasm_interp_jit::Extern::from);
    let funcref = || RefType::FUNCREF;
    let small = MemoryTypeBuilder::new()
        .min(65536)
        .page_size_log2(0)
        .build()?;
    let narrow = memory(&mut store, MemoryType::new(1, None))?;
    let wide = memory(&mut store, MemoryType::new64(1, None))?;
    let small = memory(&mut store, small)?;
    let null = Ref::Func(None);
    let narrow_table = Table::new(&mut store, TableType::new(funcref(), 1, None), null.clone())?;
    let wide_table = Table::new(&mut store, TableType::new64(funcref(), 1, None), null)?;
    let mut import = |wat: &str, item: wasm_interp_jit::Extern| {
        let module = Module::new(&engine, format!(r#"(module (import "" "" {wat}))"#))?;
        Instance::new(&mut store, &module, &[item])
    };
    import("(memory 1)", narrow.clone())?;
    import("(memory i64 1)", wide.clone())?;
    import("(table 1 funcref)", narrow_table.into())?;
    import("(table i64 1 funcref)", wide_table.into())?;
    let start = "incompatible import type for `::`: ";
    assert_eq!(
        error(import("(memory i64 1)", narrow.clone())),
        format!("{start}memory types incompatible: expected 64-bit memory, found 32-bit memory")
    );
    assert_eq!(
        error(import("(memory 1)", wide)),
        format!("{start}memory types incompatible: expected 32-bit memory, found 64-bit memory")
    );
    assert_eq!(
        error(import("(table 1 funcref)", wide_table.into())),
        format!("{start}table types incompatible: expected 32-bit table, found 64-bit table")
    );
    assert_eq!(
        error(import("(memory 1 (pagesize 1))", narrow)),
        format!(
            "{start}memory types incompatible: expected a memory with a page size of 1, but \
             received a memory with a page size of 65536"
        )
    );
    import("(memory 1 (pagesize 1))", small)?;
    Ok(())
}

#[test]
fn types() -> Result<()> {
    let ty = MemoryType::new64(1, Some(1 << 48));
    assert!(ty.is_64() && !ty.is_shared() && ty.page_size() == PAGE);
    let mut store = Store::<()>::default();
    let memory = Memory::new(&mut store, ty.clone())?;
    assert_eq!(memory.ty(&store), ty);
    let table = TableType::new64(RefType::EXTERNREF, 3, Some(u64::MAX));
    assert!(table.is_64() && !TableType::new(RefType::EXTERNREF, 3, None).is_64());
    let table = Table::new(&mut store, table, Ref::Extern(None))?;
    assert!(table.ty(&store).is_64());
    assert_eq!(table.ty(&store).maximum(), Some(u64::MAX));

    let message = panic_message(|| MemoryType::new64(1 << 48, None));
    assert!(
        message.starts_with(
            "called `Result::unwrap()` on an `Err` value: memory's minimum byte size must fit in \
             a u64\n\nCaused by:\n    size overflow calculating memory size"
        ),
        "{message}"
    );
    // No memory of 64-bit addresses gets to its maximum.
    MemoryType::new64(0, Some(u64::MAX));
    let small = |min, is_64| {
        let mut builder = MemoryTypeBuilder::new();
        builder.min(min).memory64(is_64).page_size_log2(0).build()
    };
    assert_eq!(
        error(small(1 << 33, false)),
        "minimum size is too large for this memory type's index type"
    );
    assert_eq!(small(u64::MAX, true)?.minimum(), u64::MAX);
    Ok(())
}

// Sizes that no machine has: refused, and before any memory is spent.
#[test]
fn larger_than_the_machine() {
    check_with(small_pages, |engine| {
        let mut store = Store::new(engine, ());
        let refused = error(Memory::new(&mut store, MemoryType::new64(1 << 40, None)));
        assert!(
            refused.starts_with("mmap failed to reserve 0x"),
            "{refused}"
        );
        let memory = Memory::new(&mut store, MemoryType::new64(1, None))?;
        for pages in [1 << 40, (1 << 48) - 2, 1 << 48, u64::MAX] {
            assert_eq!(
                error(memory.grow(&mut store, pages)),
                format!("failed to grow memory by `{pages}`")
            );
        }
        assert_eq!(memory.grow(&mut store, 1)?, 1);
        let small = MemoryTypeBuilder::new()
            .min(u64::from(u32::MAX))
            .page_size_log2(0)
            .build()?;
        assert_eq!(
            error(Memory::new(&mut store, small)),
            "memory minimum size of 4294967295 pages exceeds memory limits"
        );
        let instantiate = |store: &mut Store<()>, wat: &str| {
            let module = Module::new(engine, wat)?;
            Instance::new(store, &module, &[])
        };
        assert_eq!(
            error(instantiate(
                &mut store,
                "(module (memory i64 0x1_0000_0000_0000))"
            )),
            "memory minimum size of 281474976710656 pages exceeds memory limits"
        );
        let it = instantiate(
            &mut store,
            r#"(module (memory i64 1) (table i64 1 funcref)
                (func (export "memory") (param i64) (result i64) (memory.grow (local.get 0)))
                (func (export "table") (param i64) (result i64)
                    (table.grow (ref.null func) (local.get 0))))"#,
        )?;
        for name in ["memory", "table"] {
            let grow = it.get_typed_func::<u64, i64>(&mut store, name)?;
            for delta in [1 << 40, 1 << 48, 1 << 61, u64::MAX - 1] {
                match name {
                    "memory" => assert_eq!(grow.call(&mut store, delta)?, -1, "{delta:#x}"),
                    _ => {
                        let text = error(grow.call(&mut store, delta));
                        assert!(text.starts_with("out of memory"), "{delta:#x}: {text}");
                    }
                }
            }
            assert_eq!(grow.call(&mut store, u64::MAX)?, -1, "{name}");
            assert_eq!(grow.call(&mut store, 1)?, 1);
            assert_eq!(grow.call(&mut store, 0)?, 2);
        }
        let table = |n| TableType::new64(RefType::FUNCREF, n, None);
        let mut new_table = |n| error(Table::new(&mut store, table(n), Ref::Func(None)));
        assert_eq!(
            new_table(u64::MAX),
            "overflow calculating table allocation size"
        );
        assert_eq!(
            new_table(1 << 40),
            "out of memory (failed to allocate 8796093022208 bytes)"
        );
        Ok(())
    });
}

// A memory that has used up its reservation moves. What compiled code knew of it is loaded again.
#[test]
fn moving() {
    let set = |config: &mut Config| {
        _ = config
            .memory_reservation(PAGE)
            .memory_reservation_for_growth(PAGE)
    };
    let wat = r#"(module
        (memory (export "m") i64 1)
        (func (export "f") (param i64) (result i64)
            (i64.store (local.get 0) (i64.const 77))
            (drop (memory.grow (i64.const 1)))
            (i64.load (local.get 0))))"#;
    check_with(set, |engine| {
        let (mut store, it) = instance(engine, (), wat)?;
        let f = it.get_typed_func::<u64, i64>(&mut store, "f")?;
        let memory = it.get_memory(&mut store, "m").expect("is exported");
        let mut places = Vec::new();
        for i in 1..20 {
            assert_eq!(f.call(&mut store, i * PAGE - 8)?, 77);
            assert_eq!(memory.size(&store), i + 1);
            places.push(memory.data_ptr(&store));
        }
        places.dedup();
        assert!(places.len() > 5, "it moves at every other growth");
        Ok(())
    });
    let set = |config: &mut Config| _ = config.memory_reservation(3 * PAGE).memory_may_move(false);
    check_with(set, |engine| {
        let (mut store, it) = instance(engine, (), wat)?;
        let f = it.get_typed_func::<u64, i64>(&mut store, "f")?;
        let memory = it.get_memory(&mut store, "m").expect("is exported");
        for _ in 0..5 {
            f.call(&mut store, 0)?;
        }
        assert_eq!(memory.size(&store), 3);
        assert_eq!(
            error(memory.grow(&mut store, 1)),
            "failed to grow memory by `1`"
        );
        Ok(())
    });
}

const TABLES: &str = r#"(module
    (type $t (func (result i32)))
    (table $t (export "t") i64 4 100 funcref) (table $u 4 funcref)
    (elem $e func $one $two)
    (elem (table $t) (i64.const 0) func $one $two $one)
    (func $one (result i32) i32.const 1)
    (func $two (result i32) i32.const 2)
    (func (export "call") (param i64) (result i32) (call_indirect $t (type $t) (local.get 0)))
    (func (export "tail") (param i64) (result i32)
        (return_call_indirect $t (type $t) (local.get 0)))
    (func (export "is_null") (param i64) (result i32) (ref.is_null (table.get $t (local.get 0))))
    (func (export "set") (param i64) (table.set $t (local.get 0) (ref.func $two)))
    (func (export "size") (result i64) (table.size $t))
    (func (export "grow") (param i64) (result i64) (table.grow $t (ref.func $two) (local.get 0)))
    (func (export "fill") (param i64 i64) (table.fill $t (local.get 0) (ref.func $one) (local.get 1)))
    (func (export "init") (param i64 i32 i32)
        (table.init $t $e (local.get 0) (local.get 1) (local.get 2)))
    (func (export "copy") (param i64 i32 i32)
        (table.copy $t $u (local.get 0) (local.get 1) (local.get 2)))
    (elem declare func $one $two))"#;

// An index must not be cut to 32 bits on the way to a guard or an element.
#[test]
fn indices_of_64_bits() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), TABLES)?;
        for name in ["call", "tail"] {
            let call = it.get_typed_func::<u64, i32>(&mut store, name)?;
            for _ in 0..5 {
                assert_eq!(call.call(&mut store, 1)?, 2);
            }
            for index in [4, 0x1_0000_0000, 0x1_0000_0001, u64::MAX] {
                let error = call.call(&mut store, index).expect_err("traps");
                assert_eq!(
                    error.downcast_ref(),
                    Some(&Trap::TableOutOfBounds),
                    "{index:#x}"
                );
            }
            let error = call.call(&mut store, 3).expect_err("traps");
            assert_eq!(error.downcast_ref(), Some(&Trap::IndirectCallToNull));
            assert_eq!(call.call(&mut store, 0)?, 1);
            assert_eq!(call.call(&mut store, 2)?, 1);
        }
        let is_null = it.get_typed_func::<u64, i32>(&mut store, "is_null")?;
        let set = it.get_typed_func::<u64, ()>(&mut store, "set")?;
        assert_eq!(is_null.call(&mut store, 3)?, 1);
        set.call(&mut store, 3)?;
        assert_eq!(is_null.call(&mut store, 3)?, 0);
        for index in [4, 0x1_0000_0003, u64::MAX] {
            assert!(is_null.call(&mut store, index).is_err());
            assert!(set.call(&mut store, index).is_err());
        }
        Ok(())
    });
}

#[test]
fn whole_ranges_of_tables() {
    check(|engine| {
        let (mut store, it) = instance(engine, (), TABLES)?;
        let size = it.get_typed_func::<(), u64>(&mut store, "size")?;
        let grow = it.get_typed_func::<u64, i64>(&mut store, "grow")?;
        assert_eq!(grow.call(&mut store, 97)?, -1);
        assert_eq!(grow.call(&mut store, 6)?, 4);
        assert_eq!(size.call(&mut store, ())?, 10);
        let call = it.get_typed_func::<u64, i32>(&mut store, "call")?;
        assert_eq!(call.call(&mut store, 9)?, 2);
        let fill = it.get_typed_func::<(u64, u64), ()>(&mut store, "fill")?;
        fill.call(&mut store, (8, 2))?;
        assert_eq!(call.call(&mut store, 9)?, 1);
        assert!(fill.call(&mut store, (8, 3)).is_err());
        assert!(fill.call(&mut store, (u64::MAX, 2)).is_err());
        let init = it.get_typed_func::<(u64, u32, u32), ()>(&mut store, "init")?;
        init.call(&mut store, (8, 0, 2))?;
        assert_eq!(call.call(&mut store, 9)?, 2);
        assert!(init.call(&mut store, (0x1_0000_0000, 0, 1)).is_err());
        assert!(init.call(&mut store, (0, 1, 2)).is_err());
        let copy = it.get_typed_func::<(u64, u32, u32), ()>(&mut store, "copy")?;
        copy.call(&mut store, (6, 0, 4))?;
        let error = call.call(&mut store, 9).expect_err("is null");
        assert_eq!(error.downcast_ref(), Some(&Trap::IndirectCallToNull));
        assert!(copy.call(&mut store, (7, 0, 4)).is_err());
        assert!(copy.call(&mut store, (0x1_0000_0000, 0, 1)).is_err());

        let table = it.get_table(&mut store, "t").expect("is exported");
        let seven = Func::wrap(&mut store, || 7);
        table.set(&mut store, 9, seven.into())?;
        assert_eq!(call.call(&mut store, 9)?, 7);
        assert!(table.get(&mut store, 1 << 32).is_none());
        assert!(table.set(&mut store, 1 << 32, Ref::Func(None)).is_err());
        assert_eq!(table.grow(&mut store, 90, Ref::Func(None))?, 10);
        assert!(table.grow(&mut store, u64::MAX, Ref::Func(None)).is_err());
        Ok(())
    });
}

// Offsets of segments are as wide as addresses.
#[test]
fn segments() {
    check(|engine| {
        let module = |offset: &str| {
            let wat = format!(
                r#"(module (memory i64 1) (data (i64.const {offset}) "x")
                    (func (export "f") (result i64) (i64.load8_u (i64.const 7))))"#
            );
            instance(engine, (), &wat)
        };
        let (mut store, it) = module("7")?;
        let f = it.get_func(&mut store, "f").expect("is exported");
        let mut results = [Val::I64(0)];
        f.call(&mut store, &[], &mut results)?;
        assert_eq!(results[0].unwrap_i64(), i64::from(b'x'));
        for offset in ["0x1_0000_0007", "-1", "0x10000"] {
            let error = module(offset).map(drop).expect_err("is out of bounds");
            assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
        }
        let wat = "(module (table i64 1 funcref) (elem (i64.const 0x1_0000_0000) func 0) (func))";
        let error = instance(engine, (), wat)
            .map(drop)
            .expect_err("is out of bounds");
        assert_eq!(error.downcast_ref(), Some(&Trap::TableOutOfBounds));
        Ok(())
    });
}
