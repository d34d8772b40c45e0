//! Files by which `perf` knows compiled code.

#![cfg(feature = "jit")]

use std::path::Path;
use wasm_interp_jit::{Config, Engine, Instance, Module, ProfilingStrategy, Store, Strategy};

/// Runs a function by its entry and by its loop, with a profiler.
fn run(profiler: ProfilingStrategy) {
    let mut config = Config::new();
    config
        .strategy(Strategy::Tiered)
        .jit_threshold(10)
        .jit_background(false)
        .profiler(profiler);
    let engine = Engine::new(&config).expect("the settings are valid");
    let wat = r#"(module
        (func $count (export "f") (param i32) (result i32) (local i32)
            (loop $next
                (local.set 1 (i32.add (local.get 1) (i32.const 1)))
                (br_if $next (i32.lt_u (local.get 1) (local.get 0))))
            (local.get 1)))"#;
    let module = Module::new(&engine, wat).expect("valid");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
    let f = instance.get_typed_func::<i32, i32>(&mut store, "f");
    let f = f.expect("exported");
    for _ in 0..3 {
        assert_eq!(f.call(&mut store, 1000).expect("does not trap"), 1000);
    }
}

// A line for each piece of code: address and size in hexadecimal, name and how it is entered.
#[test]
fn map() {
    let path = format!("/tmp/perf-{}.map", std::process::id());
    run(ProfilingStrategy::PerfMap);
    let map = std::fs::read_to_string(&path).expect("it was written");
    std::fs::remove_file(path).expect("it is ours");
    let names: Vec<&str> = map
        .lines()
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            let mut number = || u64::from_str_radix(parts.next().expect("a number"), 16);
            let (address, size) = (number().expect("address"), number().expect("size"));
            assert!(address > 4096 && (1..4096).contains(&size), "{line}");
            parts.next().expect("a name")
        })
        .collect();
    assert!(names.contains(&"count [jit]"), "{map}");
    assert!(
        names.iter().any(|it| it.starts_with("count [jit, loop@0x")),
        "{map}"
    );
}

// A header, then records whose sizes lead from one to the next up to the end of the file.
#[test]
fn dump() {
    let path = format!("jit-{}.dump", std::process::id());
    run(ProfilingStrategy::JitDump);
    let dump = std::fs::read(&path).expect("it was written");
    std::fs::remove_file(Path::new(&path)).expect("it is ours");
    let word = |at: usize| u32::from_ne_bytes(dump[at..at + 4].try_into().expect("four bytes"));
    assert_eq!([word(0), word(4), word(8)], [0x4a69_5444, 1, 40]);
    assert_eq!(word(20), std::process::id());
    let (mut at, mut n) = (40, 0);
    while at < dump.len() {
        assert_eq!((word(at), word(at + 16)), (0, std::process::id()));
        let size = u64::from_ne_bytes(dump[at + 40..at + 48].try_into().expect("eight bytes"));
        let name = &dump[at + 56..];
        assert!(name.starts_with(b"count [jit"));
        let len = name.iter().position(|it| *it == 0).expect("its end");
        assert_eq!(word(at + 4) as usize, 56 + len + 1 + size as usize);
        at += word(at + 4) as usize;
        n += 1;
    }
    assert_eq!(at, dump.len());
    assert!(n >= 2);
}

#[test]
fn profilers_that_there_are_not() {
    for (profiler, text) in [
        (
            ProfilingStrategy::VTune,
            "vtune support disabled at compile time",
        ),
        (
            ProfilingStrategy::Pulley,
            "pulley profiler support disabled at compile time",
        ),
    ] {
        let mut config = Config::new();
        config.profiler(profiler);
        let error = Engine::new(&config).expect_err("refused");
        assert_eq!(error.to_string(), text);
    }
}
