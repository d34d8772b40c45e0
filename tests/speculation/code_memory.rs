//! Memory for code is bounded: by a limit, and over any number of deopts and recompilations.

use super::harness::{FIVE, RESULTS, base, tiered};
use std::fmt::Write as _;
use wasm_interp_jit::inspect::{CodeMemory, Event, Recorder, code_memory};
use wasm_interp_jit::{Config, Engine, Instance, Module, Store, Strategy, TypedFunc};

/// Pages that code is counted in.
const PAGE: usize = 4096;

/// A module with `n` functions `f0`, `f1`, ... of an index and a number; each has one call with
/// five targets.
fn many(n: usize) -> String {
    let mut wat = FIVE.to_owned();
    for n in 0..n {
        let _ = writeln!(
            wat,
            r#"(func (export "f{n}") (param i32 i32) (result i32)
(i32.add (call_indirect (type $t) (local.get 1) (local.get 0)) (i32.const {n})))"#
        );
    }
    wat + ")"
}

/// A store with an instance of [`many`].
struct Many {
    store: Store<()>,
    funcs: Vec<TypedFunc<(i32, i32), i32>>,
    recorder: Recorder,
}

impl Many {
    fn new(module: &Module) -> Self {
        let mut store = Store::new(module.engine(), ());
        let recorder = Recorder::attach(&mut store);
        let instance = Instance::new(&mut store, module, &[]).expect("it imports nothing");
        let funcs = module.exports().map(|it| {
            let func = instance.get_typed_func(&mut store, it.name());
            func.expect("all exports have this type")
        });
        let funcs = funcs.collect();
        Self {
            store,
            funcs,
            recorder,
        }
    }

    /// Calls function `n` with target `index`.
    fn call(&mut self, n: usize, index: usize) {
        let result = self.funcs[n].call(&mut self.store, (index as i32, 100));
        assert_eq!(result.expect("nothing traps"), RESULTS[index] + n as i32);
    }

    /// Calls all functions with target `index`, `times` times.
    fn call_all(&mut self, index: usize, times: usize) {
        for n in 0..self.funcs.len() {
            (0..times).for_each(|_| self.call(n, index));
        }
    }

    fn count(&self, is_counted: impl Fn(&Event) -> bool) -> usize {
        let events = self.recorder.events();
        events.iter().filter(|it| is_counted(&it.event)).count()
    }
}

fn is_installed(event: &Event) -> bool {
    matches!(event, Event::Installed { .. })
}

fn is_refused(event: &Event) -> bool {
    matches!(event, Event::CompileFailed { error, .. } if error.starts_with("no room for "))
}

fn module(config: &Config, wat: &str) -> Module {
    let engine = Engine::new(config).expect("the settings are valid");
    Module::new(&engine, wat).expect("the module is valid")
}

/// As soon as nothing refers to code, it is gone. What stays are stubs.
fn only_stubs(engine: &Engine) -> CodeMemory {
    let memory = code_memory(engine);
    assert_eq!((memory.pieces, memory.described_by), (0, 0));
    memory
}

// There is room for some functions of many. The others are interpreted, and say why once each;
// the report counts them. Code of a dropped module makes room for another one.
#[test]
fn limit_of_a_few_pages() {
    const N: usize = 20;
    const LIMIT: usize = 8 * PAGE + 100;
    let mut config = tiered(1);
    config.jit_code_limit(LIMIT);
    let first = module(&config, &many(N));
    let engine = first.engine().clone();
    let mut run = Many::new(&first);
    for index in [0, 1, 0] {
        run.call_all(index, 4);
    }
    let memory = code_memory(&engine);
    assert_eq!((memory.limit, memory.used), (LIMIT, 8 * PAGE));
    let refused = run.count(is_refused);
    assert!(memory.pieces > 2 && refused >= N - 8, "{memory:?}");
    assert!(memory.refused >= refused as u64 && memory.failed == 0);
    let report = run.recorder.report(&run.store);
    assert_eq!(report.failed.len(), refused);
    let text = report.to_string();
    let line = format!("code memory: {} of at most {LIMIT} bytes; ", 8 * PAGE);
    assert!(text.contains(&line), "{text}");
    drop((run, first));
    let stubs = only_stubs(&engine);
    assert!(stubs.used > 0 && stubs.used < 8 * PAGE);
    let second = Module::new(&engine, many(1)).expect("the module is valid");
    let mut run = Many::new(&second);
    run.call_all(0, 4);
    assert!(run.count(is_installed) > 0 && run.count(is_refused) == 0);
}

// Where there is no room at all, nothing is compiled, however hot it is and whoever would compile
// it.
#[test]
fn limit_of_nothing() {
    for background in [false, true] {
        for strategy in [Strategy::Tiered, Strategy::Jit] {
            let mut config = base();
            config.strategy(strategy).jit_threshold(0);
            config.jit_background(background).jit_code_limit(0);
            let module = module(&config, &many(2));
            let mut run = Many::new(&module);
            for n in 0..1000 {
                run.call_all(n % 5, 1);
                std::thread::yield_now();
            }
            assert_eq!(run.count(is_installed), 0);
            let memory = code_memory(module.engine());
            assert_eq!((memory.used, memory.limit), (0, 0));
            if !background {
                assert!(run.count(is_refused) >= 2 && memory.refused >= 2);
            }
        }
    }
}

// A function was refused. When other code is gone, it is compiled without being asked to: it is
// hot.
#[test]
fn refused_functions_are_compiled_later() {
    for background in [false, true] {
        let mut config = tiered(1);
        config.jit_background(background).jit_code_limit(8 * PAGE);
        let large = module(&config, &many(20));
        let engine = large.engine().clone();
        let mut first = Many::new(&large);
        while first.count(is_refused) < 5 {
            first.call_all(0, 1);
            std::thread::yield_now();
        }
        let small = Module::new(&engine, many(1)).expect("the module is valid");
        let mut second = Many::new(&small);
        while second.count(is_refused) == 0 {
            second.call(0, 1);
            std::thread::yield_now();
        }
        assert_eq!(second.count(is_installed), 0);
        drop((first, large));
        while second.count(is_installed) == 0 {
            second.call(0, 1);
        }
        second.call_all(1, 3);
    }
}

// Code fails, is compiled anew and fails again, ten thousand times in an engine. In a store that
// goes on, what failed is gone when nothing runs; what the module knows stays as large as it is
// when every site has failed as often as it may; and modules that are dropped leave nothing.
#[test]
fn ten_thousand_recompilations_leave_nothing() {
    const FUNCS: usize = 250;
    const CYCLES: usize = 10_000;
    let mut config = tiered(1);
    // Another test checks code; this one makes much of it.
    config.cranelift_debug_verifier(false);
    config.jit_reprofile_after(None);
    let engine = Engine::new(&config).expect("the settings are valid");
    let mut cycles = 0;
    let mut first_round = None;
    while cycles < CYCLES {
        let module = Module::new(&engine, many(FUNCS)).expect("the module is valid");
        let mut run = Many::new(&module);
        let (mut sizes, mut deopts) = (Vec::new(), 0);
        for index in 0..5 {
            run.call_all(index, 4);
            let memory = code_memory(&engine);
            // A piece for each function, and one for each target.
            let pieces = FUNCS..=FUNCS + 5;
            assert!(pieces.contains(&memory.pieces), "{memory:?}");
            sizes.push((memory.used, memory.described_by));
            deopts = run.count(|it| matches!(it, Event::Deopt { .. }));
        }
        assert_eq!(deopts, 4 * FUNCS);
        let known = module.profile().expect("it is in memory").len();
        for index in 0..5 {
            run.call_all(index, 2);
        }
        let deopts_later = run.count(|it| matches!(it, Event::Deopt { .. }));
        assert_eq!(deopts_later, deopts);
        let known_later = module.profile().expect("it is in memory").len();
        // Counts have more digits.
        assert!(
            known_later <= known + 10 * 5 * FUNCS,
            "{known_later} bytes of profile"
        );
        cycles += deopts;
        drop((run, module));
        let round = (sizes, known, only_stubs(&engine).used);
        let first = first_round.get_or_insert_with(|| round.clone());
        assert_eq!(*first, round, "after {cycles} deopts");
    }
}
