//! `bench --instances`: what a short-lived instance costs in a cold engine and in a warm one.
//!
//! Each instance of a program of the suite does some work and is dropped. In a cold engine it is
//! the first one of a new module; in a warm one, code and feedback of those before it are there.
//! With a profile the engine is new, but the module begins with what another one has learned.

use super::BenchCommand;
use super::measure::Spread;
use super::process::own_cpu_time;
use super::suite::PROGRAMS;
use wasm_interp_jit::{Engine, Instance, Module, Result, Store};

/// The program, and the work of an instance: about 20 ms for compiled code.
const PROGRAM: (&str, i32) = ("vtable-3.wat", 40_000);

/// What an instance finds.
#[derive(Clone, Copy, Debug)]
enum Start {
    Cold,
    Warm,
    Profile,
}

impl BenchCommand {
    pub(super) fn run_instances(&self, n: u32) -> Result<()> {
        let (name, work) = PROGRAM;
        let program = PROGRAMS.iter().find(|it| it.name == name);
        let program = program.unwrap_or_else(|| unreachable!("it is in the list"));
        let (warm, recorder) = (Engine::default(), Engine::default());
        let shared = Module::new(&warm, program.module)?;
        let recorded = Module::new(&recorder, program.module)?;
        run(&recorded, work)?;
        let profile = recorded.profile()?;
        println!("{name}, {n} instances, ms of CPU time for each, all threads together");
        let mut cold = None;
        for start in [Start::Cold, Start::Warm, Start::Profile] {
            let mut times = Vec::new();
            for _ in 0..n {
                let before = own_cpu_time()?;
                match start {
                    Start::Warm => run(&shared, work)?,
                    Start::Cold | Start::Profile => {
                        let module = Module::new(&Engine::default(), program.module)?;
                        if let Start::Profile = start {
                            module.apply_profile(&profile)?;
                        }
                        run(&module, work)?;
                    }
                }
                times.push((own_cpu_time()? - before) * 1e3);
            }
            let Spread { min, median, max } = Spread::of(times);
            let ratio = median / *cold.get_or_insert(median);
            let start = format!("{start:?}").to_lowercase();
            println!("{start:<8} {median:>8.2}  {ratio:>5.2} of cold  {min:>8.2} to {max:.2}");
        }
        Ok(())
    }
}

/// An instance, its work, and its end.
fn run(module: &Module, work: i32) -> Result<()> {
    let mut store = Store::new(module.engine(), ());
    let instance = Instance::new(&mut store, module, &[])?;
    let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
    run.call(&mut store, work)?;
    Ok(())
}
