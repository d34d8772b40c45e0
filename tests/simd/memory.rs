//! Loads and stores at the end of memory, with guard pages and without.

use super::model::{join, split};
use std::num::NonZeroU32;
use wasm_interp_jit::{
    Config, Engine, Instance, Memory, Module, Result, Store, Strategy, Trap, WasmBacktrace,
};

/// Size of the memory.
const LEN: usize = 0x10000;

/// The vector that lanes are loaded into and stored from.
const VECTOR: u128 = 0x0f1e_2d3c_4b5a_6978_8796_a5b4_c3d2_e1f0;

/// What an instruction does with the bytes it loads.
type Load = Box<dyn Fn(u128) -> u128>;

/// A load or a store.
struct Access {
    /// As in the text format, without offset.
    text: String,
    /// The lane, if it takes one.
    lane: String,
    /// Number of bytes.
    size: usize,
    /// `None` for stores.
    load: Option<Load>,
    /// What is stored.
    stored: u128,
}

fn accesses() -> Vec<Access> {
    let access = |text: &str, lane: &str, size, load| Access {
        text: text.to_owned(),
        lane: lane.to_owned(),
        size,
        load,
        stored: VECTOR,
    };
    let mut all = vec![
        access("v128.load", "", 16, Some(Box::new(|it| it) as Load)),
        access("v128.store", "", 16, None),
    ];
    for width in [8, 16, 32] {
        let extend = |sign: &str, load| {
            let text = format!("v128.load{width}x{}_{sign}", 64 / width);
            access(&text, "", 8, Some(load))
        };
        all.push(extend(
            "u",
            Box::new(move |it| {
                join(
                    split(it & u128::from(u64::MAX), width)
                        .into_iter()
                        .take(64 / width as usize),
                    2 * width,
                )
            }),
        ));
        all.push(extend(
            "s",
            Box::new(move |it| {
                let signed = |lane: u128| (lane << (128 - width)).cast_signed() >> (128 - width);
                let lanes = split(it, width).into_iter().take(64 / width as usize);
                join(lanes.map(|lane| signed(lane).cast_unsigned()), 2 * width)
            }),
        ));
    }
    for width in [8, 16, 32, 64] {
        let size = width as usize / 8;
        let text = format!("v128.load{width}_splat");
        let splat = move |it| join(vec![it; 128 / width as usize], width);
        all.push(access(&text, "", size, Some(Box::new(splat))));
        if width >= 32 {
            let text = format!("v128.load{width}_zero");
            all.push(access(&text, "", size, Some(Box::new(|it| it))));
        }
        for lane in [0, 128 / width as usize - 1] {
            let insert = move |it| {
                let mut lanes = split(VECTOR, width);
                lanes[lane] = it;
                join(lanes, width)
            };
            let number = lane.to_string();
            let text = format!("v128.load{width}_lane");
            all.push(access(&text, &number, size, Some(Box::new(insert))));
            let stored = split(VECTOR, width)[lane];
            let text = format!("v128.store{width}_lane");
            all.push(Access {
                stored,
                ..access(&text, &number, size, None)
            });
        }
    }
    all
}

/// A function for each access and offset: from an address, and loads to address 0.
fn module(accesses: &[Access]) -> String {
    let bytes: String = split(VECTOR, 8).iter().map(|it| format!(" {it}")).collect();
    let vector = format!("(v128.const i8x16{bytes})");
    let mut wat = String::from("(module (memory (export \"memory\") 1)\n");
    for (
        nth,
        Access {
            text, lane, load, ..
        },
    ) in accesses.iter().enumerate()
    {
        let operand = if load.is_none() || !lane.is_empty() {
            &vector
        } else {
            ""
        };
        for offset in OFFSETS {
            let access = format!("({text} offset={offset} {lane} (local.get 0) {operand})");
            let body = match load {
                Some(_) => format!("(v128.store (i32.const 0) {access})"),
                None => access,
            };
            wat += &format!("(func (export \"{nth} {offset}\") (param i32) {body})\n");
        }
    }
    wat + ")"
}

const OFFSETS: [u32; 5] = [0, 1, 255, 0xffff, u32::MAX];

fn engines() -> Vec<(&'static str, Engine)> {
    let config = |strategy| {
        let mut config = Config::new();
        config.strategy(strategy);
        config
    };
    let mut configs = vec![("interpreter", config(Strategy::Interpreter))];
    if cfg!(feature = "jit") {
        let mut checked = config(Strategy::Jit);
        checked.memory_reservation(0).memory_guard_size(0);
        let mut stress = checked.clone();
        stress.jit_deopt_every(NonZeroU32::new(1));
        configs.extend([
            ("guarded", config(Strategy::Jit)),
            ("checked", checked),
            ("stress", stress),
        ]);
    }
    let engine = |(name, config)| (name, Engine::new(&config).expect("the settings are valid"));
    configs.into_iter().map(engine).collect()
}

/// Calls the access; where it trapped, if it did.
fn call(
    store: &mut Store<()>,
    instance: Instance,
    name: &str,
    address: u32,
) -> Result<Option<usize>> {
    let func = instance.get_typed_func::<u32, ()>(&mut *store, name)?;
    let Err(error) = func.call(&mut *store, address) else {
        return Ok(None);
    };
    assert_eq!(
        error.downcast_ref(),
        Some(&Trap::MemoryOutOfBounds),
        "{name}"
    );
    let backtrace: &WasmBacktrace = error.downcast_ref().expect("it has a backtrace");
    Ok(backtrace.frames()[0].func_offset())
}

/// Checks an access at the last bytes of memory, at `address`.
fn check_last(
    (store, instance, memory): (&mut Store<()>, Instance, Memory),
    (access, name): (&Access, &str),
    address: u32,
) -> Result<()> {
    let pattern: Vec<u8> = (0..LEN).map(|it| (it % 251) as u8).collect();
    memory.write(&mut *store, 0, &pattern)?;
    assert_eq!(call(store, instance, name, address)?, None, "{name}");
    let value = |at: usize, len: usize, bytes: &[u8]| {
        bytes[at..at + len]
            .iter()
            .rev()
            .fold(0, |value, &byte| value << 8 | u128::from(byte))
    };
    let data = memory.data(&*store);
    let at = LEN - access.size;
    match &access.load {
        Some(load) => {
            let expected = load(value(at, access.size, &pattern));
            assert_eq!(value(0, 16, data), expected, "{name}: {}", access.text);
        }
        None => {
            assert_eq!(
                value(at, access.size, data),
                access.stored,
                "{name}: {}",
                access.text
            );
            assert_eq!(data[..at], pattern[..at], "{name}: {}", access.text);
        }
    }
    Ok(())
}

#[test]
fn accesses_at_the_end_of_memory() -> Result<()> {
    let accesses = accesses();
    let wat = module(&accesses);
    let mut all_traps = Vec::new();
    for (mode, engine) in engines() {
        let module = Module::new(&engine, &wat)?;
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[])?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .expect("it is exported");
        let mut traps = Vec::new();
        for (nth, access) in accesses.iter().enumerate() {
            for offset in OFFSETS {
                let name = format!("{nth} {offset}");
                let end = offset as usize + access.size;
                if let Some(last) = LEN.checked_sub(end) {
                    let last = last as u32;
                    check_last((&mut store, instance, memory), (access, &name), last)?;
                    traps.push(call(&mut store, instance, &name, last + 1)?);
                }
                // Also where the sum has more than 32 bits.
                traps.push(call(&mut store, instance, &name, u32::MAX)?);
                traps.push(call(&mut store, instance, &name, u32::MAX - offset)?);
            }
        }
        assert!(traps.iter().all(Option::is_some), "{mode}");
        all_traps.push((mode, traps));
    }
    // At the same places in all modes.
    for (mode, traps) in &all_traps {
        assert_eq!(*traps, all_traps[0].1, "{mode}");
    }
    Ok(())
}

// Memory is as before when a store does not fit.
#[test]
fn stores_that_trap_write_nothing() -> Result<()> {
    let accesses = accesses();
    let wat = module(&accesses);
    for (mode, engine) in engines() {
        let module = Module::new(&engine, &wat)?;
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[])?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .expect("it is exported");
        for (nth, access) in accesses.iter().enumerate() {
            for excess in 1..=access.size {
                let address = (LEN - access.size + excess) as u32;
                let name = format!("{nth} 0");
                assert!(
                    call(&mut store, instance, &name, address)?.is_some(),
                    "{mode} {name}"
                );
                let unchanged = memory.data(&store).iter().all(|&it| it == 0);
                assert!(unchanged, "{mode}: {} at {address:#x}", access.text);
            }
        }
    }
    Ok(())
}

// Lanes and alignments that do not exist are errors of validation, with wasmtime's words.
#[test]
fn immediates_out_of_range() {
    let refused = |operands: &str, instruction: &str| {
        let wat = format!("(module (memory 1) (func {operands} {instruction} drop))");
        let error = Module::new(&Engine::default(), wat).expect_err("it is invalid");
        format!("{error:#}")
    };
    let vector = "i32.const 0 i32x4.splat";
    for (operands, instruction, text) in [
        (
            vector,
            "i8x16.extract_lane_u 16",
            "SIMD index out of bounds",
        ),
        (vector, "i64x2.extract_lane 2", "SIMD index out of bounds"),
        (
            vector,
            "f32.const 0 f32x4.replace_lane 4",
            "SIMD index out of bounds",
        ),
        (
            "i32.const 0 i32.const 0 i8x16.splat",
            "v128.load32_lane 4",
            "SIMD index out of bounds",
        ),
        (
            "v128.const i64x2 0 0 v128.const i64x2 0 0",
            "i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 32",
            "SIMD index out of bounds",
        ),
        (
            "i32.const 0",
            "v128.load align=32",
            "alignment must not be larger than natural",
        ),
        (
            "i32.const 0",
            "v128.load8x8_u align=16",
            "alignment must not be larger than natural",
        ),
        (
            "i32.const 0",
            "v128.load16_splat align=4",
            "alignment must not be larger than natural",
        ),
        ("i64.const 0", "v128.load", "type mismatch"),
        (vector, "i8x16.add", "type mismatch"),
    ] {
        let error = refused(operands, instruction);
        assert!(error.contains(text), "{instruction}: {error}");
    }
}
