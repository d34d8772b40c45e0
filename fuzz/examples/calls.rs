//! What calls between the host and Wasm cost, beside wasmtime: pairs of runs in turn.
//!
//! `calls` prints the time of a call and the ratio; `calls ENGINE CASE N` makes N calls with one
//! engine, for `valgrind --tool=callgrind`, whose counts repeat exactly.

use std::env;
use std::time::{Duration, Instant};

/// Calls in a run: no longer than a slice of time, so that others who use the machine do not count.
const N: u32 = 50_000;

/// Runs of each engine, of which the fastest counts.
const ROUNDS: usize = 200;

const WAT: &str = r#"(module
    (import "" "h" (func $h (param i32) (result i32)))
    (func (export "id") (param i32) (result i32) local.get 0)
    (func (export "six") (param i32 i32 i64 i64 f64 f64) (result f64) local.get 5)
    (func (export "host") (param $n i32) (result i32) (local $x i32)
        loop $l
            local.get $x
            call $h
            local.set $x
            local.get $n
            i32.const 1
            i32.sub
            local.tee $n
            br_if $l
        end
        local.get $x))"#;

/// Kinds of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    /// The host calls Wasm and it returns.
    In,
    /// The same with six parameters.
    InWithSix,
    /// Wasm calls a closure.
    Out,
}

const CASES: [Case; 3] = [Case::In, Case::InWithSix, Case::Out];

/// An engine that is ready to run.
trait Run {
    /// Makes `n` calls.
    fn run(&mut self, case: Case, n: u32);
}

macro_rules! engine {
    ($name:ident, $krate:ident) => {
        mod $name {
            use super::{Case, Run, WAT};
            use $krate::{Config, Engine, Func, Instance, Module, Store, TypedFunc};

            pub(super) struct Calls {
                store: Store<()>,
                id: TypedFunc<i32, i32>,
                six: TypedFunc<(i32, i32, i64, i64, f64, f64), f64>,
                host: TypedFunc<i32, i32>,
            }

            impl Calls {
                pub(super) fn new(config: &Config) -> Self {
                    let engine = Engine::new(config).expect("the settings are valid");
                    let wasm = wat::parse_str(WAT).expect("it is valid text");
                    let module = Module::from_binary(&engine, &wasm).expect("it is valid");
                    let mut store = Store::new(&engine, ());
                    let host = Func::wrap(&mut store, |n: i32| n.wrapping_add(1));
                    let instance =
                        Instance::new(&mut store, &module, &[host.into()]).expect("it can be made");
                    let store = &mut store;
                    let id = instance.get_typed_func(&mut *store, "id");
                    let six = instance.get_typed_func(&mut *store, "six");
                    let host = instance.get_typed_func(&mut *store, "host");
                    Self {
                        id: id.expect("it has the type"),
                        six: six.expect("it has the type"),
                        host: host.expect("it has the type"),
                        store: std::mem::replace(store, Store::new(&engine, ())),
                    }
                }
            }

            impl Run for Calls {
                fn run(&mut self, case: Case, n: u32) {
                    let Calls {
                        store,
                        id,
                        six,
                        host,
                    } = self;
                    match case {
                        Case::In => {
                            for i in 0..n.cast_signed() {
                                let result = id.call(&mut *store, i).expect("it returns");
                                assert_eq!(result, i);
                            }
                        }
                        Case::InWithSix => {
                            for i in 0..n.cast_signed() {
                                let args = (i, 2, 3, 4, 5.0, 6.0);
                                let result = six.call(&mut *store, args).expect("it returns");
                                assert_eq!(result, 6.0);
                            }
                        }
                        Case::Out => {
                            let n = n.cast_signed();
                            let result = host.call(&mut *store, n).expect("it returns");
                            assert_eq!(result, n);
                        }
                    }
                }
            }
        }
    };
}

engine!(ours, wasm_interp_jit);
engine!(theirs, wasmtime);

/// An engine by name.
fn engine(name: &str) -> Box<dyn Run> {
    use wasm_interp_jit::{Config, Strategy};
    let ours = |strategy| {
        let mut config = Config::new();
        config.strategy(strategy);
        Box::new(ours::Calls::new(&config))
    };
    match name {
        "jit" => ours(Strategy::Jit),
        "interp" => ours(Strategy::Interpreter),
        "wasmtime" => Box::new(theirs::Calls::new(&wasmtime::Config::new())),
        other => panic!("{other} is no engine: jit, interp, wasmtime"),
    }
}

fn time(engine: &mut dyn Run, case: Case) -> Duration {
    let start = Instant::now();
    engine.run(case, N);
    start.elapsed()
}

fn compare(name: &str, case: Case) {
    let (mut ours, mut theirs) = (engine(name), engine("wasmtime"));
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        best.0 = best.0.min(time(&mut *ours, case));
        best.1 = best.1.min(time(&mut *theirs, case));
    }
    let nanos = |time: Duration| time.as_secs_f64() * 1e9 / f64::from(N);
    println!(
        "{case:?}: {name} {:.1} ns, wasmtime {:.1} ns, ratio {:.2}",
        nanos(best.0),
        nanos(best.1),
        nanos(best.0) / nanos(best.1)
    );
}

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    if let [name, case, n] = &args[..] {
        let case = CASES.iter().find(|it| format!("{it:?}") == *case);
        let n = n.parse().expect("a number of calls");
        engine(name).run(*case.expect("In, InWithSix or Out"), n);
        return;
    }
    for case in CASES {
        for name in ["jit", "interp"] {
            compare(name, case);
        }
    }
}
