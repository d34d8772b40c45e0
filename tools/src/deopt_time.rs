//! `deopt-time`: how long a deopt takes, from the call whose guard fails to the interpreter's
//! first instruction; and how long entering compiled code at a loop takes (`osr.rs`).
//!
//! ```text
//!   compiled code    host.before() ── call_indirect, guard fails ──┐
//!   interpreter      call_indirect again ──► host.after() ◄────────┘
//! ```
//!
//! Measured from the end of one host function to the beginning of the other. What a return from
//! the host, the interpreter's call and reading the clock take is measured in the interpreter
//! alone, and subtracted.
//!
//! Twice: *first*, each of many functions deopts once, while it runs, and the policy withdraws its
//! code; *again*, one function deopts many times at the same guard, which a stress mode makes fail.

mod osr;

use clap::Args;
use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use wasm_interp_jit::inspect::{EventKind, on_event};
use wasm_interp_jit::{Caller, Config, Engine, Linker, Module, Result, Store, Strategy, ensure};

/// Measures how long deopts take, and entries at loops
///
/// `middle` is the mean of the middle half of the samples: a median is a step of the clock, which
/// has steps of 10 ns on some machines.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct DeoptTimeCommand {
    /// Deopts of each kind
    #[arg(long, value_name = "N", default_value_t = 1000)]
    samples: usize,
    /// Deopts of functions of 500 KB, which take a second each to compile
    #[arg(long, value_name = "N", default_value_t = 9)]
    large_samples: usize,
}

/// What to measure.
#[derive(Clone, Copy)]
struct Case {
    /// Functions that deopt.
    n_funcs: usize,
    /// Frames to rebuild.
    n_frames: usize,
    /// Bytes of code beside the call, never executed.
    padding: usize,
    /// The type of eight values that are needed after the call, if there are any.
    values: Option<&'static str>,
}

/// Types of values that an exit hands over.
const TYPES: [&str; 7] = ["i32", "i64", "f32", "f64", "v128", "funcref", "externref"];

/// Which tiers run, and what makes guards fail.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// The interpreter: no deopts.
    Interpreter,
    /// Another target.
    First,
    /// The same target: a stress mode makes the guard fail each time.
    Again,
}

/// Of the store: clock readings and the deopts that were reported.
#[derive(Default)]
struct Data {
    before: Option<Instant>,
    samples: Vec<Duration>,
}

impl DeoptTimeCommand {
    pub(crate) fn execute(&self) -> ExitCode {
        crate::exit_code(self.run())
    }

    fn run(&self) -> Result<()> {
        println!(
            "{:24} {:>8} {:>10} {:>10} {:>10} {:>10}",
            "deopt", "samples", "min", "median", "middle", "p90"
        );
        for (name, n_frames, padding, n_first) in [
            ("1 frame", 1, 0, self.samples),
            ("4 frames", 4, 0, self.samples),
            ("1 frame, 500 KB", 1, 500_000, self.large_samples),
        ] {
            let case = |n_funcs| Case {
                n_funcs,
                n_frames,
                padding,
                values: None,
            };
            print(
                &format!("{name}, first"),
                case(n_first),
                (Mode::First, n_first),
            )?;
            print(
                &format!("{name}, again"),
                case(1),
                (Mode::Again, self.samples),
            )?;
        }
        for ty in TYPES {
            let case = Case {
                n_funcs: 1,
                n_frames: 1,
                padding: 0,
                values: Some(ty),
            };
            print(&format!("8 values {ty}"), case, (Mode::Again, self.samples))?;
        }
        osr::print(self.samples)
    }
}

/// Measures and prints a line.
fn print(name: &str, case: Case, (mode, n): (Mode, usize)) -> Result<()> {
    // Counted in a run of its own, so that nobody listens while time is measured.
    let deopts = measure(case, mode, n, true)?.1;
    ensure!(deopts == n, "{name}: {deopts} deopts instead of {n}");
    let (without, _) = measure(case, Mode::Interpreter, n, false)?;
    let (with, _) = measure(case, mode, n, false)?;
    print_times(name, without, with);
    Ok(())
}

/// Prints what `with` takes more than `without`, whose median, or mean of the middle half, is
/// subtracted. Both are in ascending order.
fn print_times(name: &str, without: Vec<Duration>, with: Vec<Duration>) {
    let rank = |samples: &[Duration], share: f64| {
        samples[(samples.len() as f64 * share) as usize].as_nanos()
    };
    let middle = |samples: &[Duration]| {
        let half = &samples[samples.len() / 4..=samples.len() * 3 / 4];
        half.iter().sum::<Duration>().as_nanos() / half.len() as u128
    };
    let around = rank(&without, 0.5);
    let at = |share| rank(&with, share).saturating_sub(around);
    println!(
        "{name:24} {:>8} {:>7} ns {:>7} ns {:>7} ns {:>7} ns",
        with.len(),
        at(0.0),
        at(0.5),
        middle(&with).saturating_sub(middle(&without)),
        at(0.9)
    );
}

/// An engine of which, in the mode `Again`, each guard number `every` fails.
fn engine(mode: Mode, every: usize) -> Result<Engine> {
    let mut config = Config::new();
    config.jit_threshold(2).jit_background(false);
    config.strategy(match mode {
        Mode::Interpreter => Strategy::Interpreter,
        Mode::First | Mode::Again => Strategy::Tiered,
    });
    if mode == Mode::Again {
        config.jit_deopt_every(NonZeroU32::new(every.try_into()?));
    }
    Engine::new(&config)
}

/// `n` samples in ascending order.
fn in_order(mut samples: Vec<Duration>, n: usize) -> Result<Vec<Duration>> {
    let len = samples.len();
    ensure!(len == n, "{len} samples instead of {n}");
    samples.sort();
    Ok(samples)
}

/// Times between the two host functions in ascending order, and deopts if they are counted.
fn measure(case: Case, mode: Mode, n: usize, count: bool) -> Result<(Vec<Duration>, usize)> {
    let engine = engine(mode, case.n_frames + 1)?;
    let module = Module::new(&engine, module(case))?;
    let mut store = Store::new(&engine, Data::default());
    let instance = host_functions(&engine)?.instantiate(&mut store, &module)?;
    let funcs: Vec<_> = (0..case.n_funcs)
        .map(|n| instance.get_typed_func::<i32, ()>(&mut store, &format!("f{n}")))
        .collect::<Result<_>>()?;
    // Enough for the largest budget: budgets grow with the size of the function.
    for func in &funcs {
        for _ in 0..64 + case.padding / 16 {
            func.call(&mut store, 0)?;
        }
    }
    let deopts = Arc::new(AtomicUsize::new(0));
    if count {
        let deopts = deopts.clone();
        on_event(&mut store, move |event| {
            let is_deopt = event.kind() == EventKind::Deopt;
            deopts.fetch_add(usize::from(is_deopt), Ordering::Relaxed);
        });
    }
    let mut samples = Vec::with_capacity(n);
    for n in 0..n {
        let func = &funcs[n % funcs.len()];
        if mode != Mode::Again {
            // As code that is hot, not as code that nothing has touched since it was compiled.
            for _ in 0..8 {
                func.call(&mut store, 0)?;
            }
        }
        func.call(&mut store, 1)?;
        samples.append(&mut store.data_mut().samples);
    }
    Ok((in_order(samples, n)?, deopts.load(Ordering::Relaxed)))
}

/// The clock's two functions.
fn host_functions(engine: &Engine) -> Result<Linker<Data>> {
    let mut linker = Linker::new(engine);
    linker.func_wrap("host", "before", |mut caller: Caller<'_, Data>| {
        caller.data_mut().before = Some(Instant::now());
    })?;
    linker.func_wrap("host", "after", |mut caller: Caller<'_, Data>| {
        let now = Instant::now();
        if let Some(before) = caller.data_mut().before.take() {
            caller.data_mut().samples.push(now - before);
        }
    })?;
    Ok(linker)
}

/// A chain of `n_frames` functions for each sample, of which the innermost makes the call.
fn module(case: Case) -> String {
    let mut text = String::from(
        r#"(module
        (type $target (func))
        (import "host" "before" (func $before))
        (import "host" "after" (func $after))
        (table funcref (elem $usual $after))
        (func $usual)
        "#,
    );
    let (locals, load, store) = values(case, &mut text);
    for n in 0..case.n_funcs {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "(func $inner{n}_1 (param i32) (local i32 i64 f64 {locals})
            {load} call $before (call_indirect (type $target) (local.get 0)) {store}"
        );
        if case.padding > 0 {
            text.push_str("(if (i32.eq (local.get 0) (i32.const 7)) (then ");
            // Ten bytes each.
            for _ in 0..case.padding / 10 {
                text.push_str(
                    "(local.set 1 (i32.add (local.get 1) (i32.xor (local.get 0) (i32.const 3))))",
                );
            }
            text.push_str("))");
        }
        text.push_str(")\n");
        for depth in 2..=case.n_frames {
            let _ = write!(
                text,
                "(func $inner{n}_{depth} (param i32) (local i32 i64)
                (local.set 1 (i32.add (local.get 0) (i32.const {depth})))
                (call $inner{n}_{} (local.get 0))
                (drop (local.get 1)))\n",
                depth - 1
            );
        }
        let _ = writeln!(text, "(export \"f{n}\" (func $inner{n}_{}))", case.n_frames);
    }
    text.push(')');
    text
}

/// Adds globals with the values of `case` to a module. Returns the locals that hold the values, and
/// code that loads and stores them.
fn values(case: Case, text: &mut String) -> (String, String, String) {
    const N: usize = 8;
    /// The first local that holds a value.
    const FIRST: usize = 4;
    let (mut load, mut store) = (String::new(), String::new());
    let Some(ty) = case.values else {
        return (String::new(), load, store);
    };
    let init = match ty {
        "v128" => "v128.const i64x2 1 2".to_owned(),
        "funcref" => "ref.func $usual".to_owned(),
        "externref" => "ref.null extern".to_owned(),
        number => format!("{number}.const 7"),
    };
    for n in 0..N {
        let local = FIRST + n;
        let _ = write!(text, "(global $g{n} (mut {ty}) ({init}))");
        let _ = write!(load, "(local.set {local} (global.get $g{n}))");
        let _ = write!(store, "(global.set $g{n} (local.get {local}))");
    }
    (format!("{ty} ").repeat(N), load, store)
}
