//! How long it takes to enter compiled code at a loop, and to return from there.
//!
//! ```text
//!   interpreter      host.before() ── br ──┐                    return ──► host.after()
//!   compiled loop         host.after() ◄───┘    host.before() ────┘
//! ```
//!
//! *Enter*: a guard behind the loop's header fails each time, so that each iteration ends in the
//! interpreter, which branches to the header. *Return*: each of many functions is called once more
//! in a new instance, which finds the code of its loop and enters it; the caller has too many
//! locals to be compiled.

use super::{Data, Mode, host_functions, print_times};
use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::time::Duration;
use wasm_interp_jit::inspect::{Event, Recorder};
use wasm_interp_jit::{Config, Engine, Module, Result, Store, Strategy, ensure};

/// Locals with which a function stays in the interpreter.
const TOO_MANY: usize = 2100;

/// Iterations after which a loop is compiled for certain.
const MANY: i32 = 1000;

/// What both programs have.
const HEAD: &str = r#"(module
    (type $target (func))
    (import "host" "before" (func $before))
    (import "host" "after" (func $after))
    (table funcref (elem $usual))
    (func $usual)
    "#;

/// Measures and prints both.
pub(super) fn print(n: usize) -> Result<()> {
    let enter = |mode| measure_enter(mode, n);
    print_times(
        "enter at a loop",
        enter(Mode::Interpreter)?,
        enter(Mode::Again)?,
    );
    let return_ = |mode| measure_return(mode, n);
    let interpreted = return_(Mode::Interpreter)?;
    print_times("return from there", interpreted, return_(Mode::First)?);
    Ok(())
}

fn engine(mode: Mode) -> Result<Engine> {
    let mut config = Config::new();
    config.jit_threshold(2).jit_background(false);
    config.strategy(match mode {
        Mode::Interpreter => Strategy::Interpreter,
        Mode::First | Mode::Again => Strategy::Tiered,
    });
    if mode == Mode::Again {
        config.jit_deopt_every(Some(NonZeroU32::MIN));
    }
    Engine::new(&config)
}

/// Entries that were counted in a run of `store`.
fn count_entries(recorder: &Recorder) -> usize {
    let events = recorder.events();
    let is_entry = |it: &&Event| matches!(it, Event::OsrEntered { .. });
    events.iter().map(|it| &it.event).filter(is_entry).count()
}

fn measure_enter(mode: Mode, n: usize) -> Result<Vec<Duration>> {
    let text = format!(
        "{HEAD}
        (func (export \"f\") (param i32)
            (loop $next
                call $after
                (call_indirect (type $target) (i32.shr_u (local.get 0) (i32.const 31)))
                call $before
                (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"
    );
    let engine = engine(mode)?;
    let module = Module::new(&engine, text)?;
    let mut samples = Vec::new();
    for count in [true, false] {
        let mut store = Store::new(&engine, Data::default());
        let instance = host_functions(&engine)?.instantiate(&mut store, &module)?;
        let f = instance.get_typed_func::<i32, ()>(&mut store, "f")?;
        // Counted in a run of its own, so that nobody listens while time is measured.
        let recorder = count.then(|| Recorder::attach(&mut store));
        f.call(&mut store, MANY + i32::try_from(n)?)?;
        samples = std::mem::take(&mut store.data_mut().samples);
        if let Some(recorder) = recorder.filter(|_| mode != Mode::Interpreter) {
            let entries = count_entries(&recorder);
            ensure!(entries >= n, "{entries} entries instead of {n}");
        }
    }
    samples.drain(..samples.len() - n);
    samples.sort();
    Ok(samples)
}

fn measure_return(mode: Mode, n: usize) -> Result<Vec<Duration>> {
    let mut text = String::from(HEAD);
    for n in 0..n {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "(func $f{n} (param i32)
                (loop $next
                    call $usual
                    (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
                call $before)
            (func (export \"f{n}\") (param i32) (local {})
                (call $f{n} (local.get 0))
                call $after)",
            "i64 ".repeat(TOO_MANY)
        );
    }
    text.push(')');
    let engine = engine(mode)?;
    let module = Module::new(&engine, text)?;
    let mut samples = Vec::new();
    for (iterations, count) in [(MANY, false), (3, true), (3, false)] {
        let mut store = Store::new(&engine, Data::default());
        let instance = host_functions(&engine)?.instantiate(&mut store, &module)?;
        let recorder = count.then(|| Recorder::attach(&mut store));
        for n in 0..n {
            let f = instance.get_typed_func::<i32, ()>(&mut store, &format!("f{n}"))?;
            f.call(&mut store, iterations)?;
        }
        samples = std::mem::take(&mut store.data_mut().samples);
        if let Some(recorder) = recorder.filter(|_| mode != Mode::Interpreter) {
            let entries = count_entries(&recorder);
            ensure!(entries == n, "{entries} entries instead of {n}");
        }
    }
    ensure!(
        samples.len() == n,
        "{} samples instead of {n}",
        samples.len()
    );
    samples.sort();
    Ok(samples)
}
