//! `bench --compile`: how long compiling takes, and how large code is, for the bytes compiled.
//!
//! Each program runs once, with little to do, in an engine that compiles functions at their first
//! call, so that nothing is known of targets and nothing is inlined behind guards. The generated
//! module is the same as that of `generate --bytes 1000000`.

use super::BenchCommand;
use super::suite::PROGRAMS;
use crate::generate::generate;
use std::borrow::Cow;
use std::time::Duration;
use wasm_interp_jit::inspect::{Recorder, bytecode_len};
use wasm_interp_jit::{Config, Engine, Instance, Module, Result, Store, Strategy};

/// Size of the generated module.
const GENERATED: usize = 1_000_000;

/// What was compiled of a program.
#[derive(Default)]
struct Compiled {
    functions: usize,
    /// Bytes of instructions, those of inlined bodies each time.
    bytecode: usize,
    /// Bytes of machine code.
    code: usize,
    /// By function, in order.
    times: Vec<Duration>,
}

impl BenchCommand {
    pub(super) fn run_compile(&self) -> Result<()> {
        println!(
            "{:<18} {:>9} {:>9} {:>9} {:>11} {:>14}",
            "", "functions", "bytecode", "code", "code/byte", "us for 1000 B"
        );
        let programs = PROGRAMS
            .iter()
            .map(|it| (it.name, Cow::Borrowed(it.module), little(it.name)))
            .chain([("generated", Cow::Owned(generate(GENERATED)), 0)]);
        for (name, module, size) in programs {
            if self.only.as_ref().is_some_and(|text| !name.contains(text)) {
                continue;
            }
            let mut best = compile(&module, size)?;
            for _ in 1..self.rounds {
                let again = compile(&module, size)?;
                // Each function's best time: others use the machine, too.
                for (best, time) in best.times.iter_mut().zip(again.times) {
                    *best = time.min(*best);
                }
            }
            let time: Duration = best.times.iter().sum();
            println!(
                "{name:<18} {:>9} {:>9} {:>9} {:>11.2} {:>14.1}",
                best.functions,
                best.bytecode,
                best.code,
                best.code as f64 / best.bytecode as f64,
                time.as_secs_f64() * 1e9 / best.bytecode as f64
            );
        }
        Ok(())
    }
}

/// The argument with which a program has little to do.
fn little(name: &str) -> i32 {
    match name {
        // Each of its phases takes a 64th.
        "phases.wat" => 64,
        // All of its expressions have a value to compute only if there are a few numbers.
        "evaluator.wasm" => 10,
        _ => 1,
    }
}

fn compile(module: &[u8], size: i32) -> Result<Compiled> {
    let mut config = Config::new();
    config
        .strategy(Strategy::Jit)
        .jit_reprofile_after(None)
        .cranelift_debug_verifier(false);
    let engine = Engine::new(&config)?;
    let module = Module::new(&engine, module)?;
    let mut store = Store::new(&engine, ());
    let recorder = Recorder::attach(&mut store);
    let instance = Instance::new(&mut store, &module, &[])?;
    let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
    run.call(&mut store, size)?;
    let mut compiled = Compiled::default();
    for code in recorder.report(&store).codes {
        compiled.functions += 1;
        compiled.code += code.size;
        compiled.times.push(code.compile_time);
        let bodies = code.bodies.iter();
        let lens = bodies.filter_map(|it| bytecode_len(&store, code.instance, it.func));
        compiled.bytecode += lens.sum::<usize>();
    }
    Ok(compiled)
}
