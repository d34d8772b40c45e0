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

use super::{Data, Mode, engine, host_functions, in_order, print_times};
use std::fmt::Write as _;
use std::time::Duration;
use wasm_interp_jit::inspect::{Event, Recorder};
use wasm_interp_jit::{Instance, Module, Result, Store, ensure};

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

fn instantiate(module: &Module) -> Result<(Store<Data>, Instance)> {
    let mut store = Store::new(module.engine(), Data::default());
    let instance = host_functions(module.engine())?.instantiate(&mut store, module)?;
    Ok((store, instance))
}

/// Entries at loops, in a run of its own: nobody listens while time is measured.
fn count_entries(
    module: &Module,
    calls: impl FnOnce(&mut Store<Data>, &Instance) -> Result<()>,
) -> Result<usize> {
    let (mut store, instance) = instantiate(module)?;
    let recorder = Recorder::attach(&mut store);
    calls(&mut store, &instance)?;
    let events = recorder.events();
    let is_entry = |it: &&Event| matches!(it, Event::OsrEntered { .. });
    Ok(events.iter().map(|it| &it.event).filter(is_entry).count())
}

/// Times between the two host functions.
fn measure(
    module: &Module,
    calls: impl FnOnce(&mut Store<Data>, &Instance) -> Result<()>,
) -> Result<Vec<Duration>> {
    let (mut store, instance) = instantiate(module)?;
    calls(&mut store, &instance)?;
    Ok(store.into_data().samples)
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
    let module = Module::new(&engine(mode, 1)?, text)?;
    let calls = |store: &mut Store<Data>, instance: &Instance| {
        let f = instance.get_typed_func::<i32, ()>(&mut *store, "f")?;
        f.call(store, MANY + i32::try_from(n)?)
    };
    let entries = count_entries(&module, calls)?;
    ensure!(
        mode == Mode::Interpreter || entries >= n,
        "{entries} entries instead of {n}"
    );
    let mut samples = measure(&module, calls)?;
    in_order(samples.split_off(samples.len() - n), n)
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
    let module = Module::new(&engine(mode, 1)?, text)?;
    let calls = |iterations| {
        move |store: &mut Store<Data>, instance: &Instance| {
            for n in 0..n {
                let f = instance.get_typed_func::<i32, ()>(&mut *store, &format!("f{n}"))?;
                f.call(&mut *store, iterations)?;
            }
            Ok(())
        }
    };
    measure(&module, calls(MANY))?;
    let entries = count_entries(&module, calls(3))?;
    ensure!(
        mode == Mode::Interpreter || entries == n,
        "{entries} entries instead of {n}"
    );
    in_order(measure(&module, calls(3))?, n)
}
