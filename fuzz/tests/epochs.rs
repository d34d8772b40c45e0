//! The deadline is looked at where wasmtime looks at it, and as often, in every mode: a callback
//! notes the backtrace each time.

mod modes;

use modes::modes;

/// Defines a module that runs a program, over one of the engines.
macro_rules! engine {
    ($name:ident, $krate:ident) => {
        mod $name {
            use super::Policy;
            use $krate::{
                Caller, Config, Engine, Extern, Func, Instance, Module, Store, Trap,
                UpdateDeadline, Val, WasmBacktrace,
            };

            fn frames(trace: Option<&WasmBacktrace>) -> String {
                let frames = trace.map_or(&[][..], WasmBacktrace::frames);
                let frame = |it: &$krate::FrameInfo| (it.func_index(), it.module_offset());
                format!("{:x?}", frames.iter().map(frame).collect::<Vec<_>>())
            }

            /// A line for each time the deadline has passed, and each call.
            pub(super) fn run(mut config: Config, wasm: &[u8], policy: Policy) -> Vec<String> {
                config.epoch_interruption(true);
                let engine = Engine::new(&config).expect("the settings are valid");
                let module = Module::from_binary(&engine, wasm).expect("it is valid");
                let mut store = Store::new(&engine, Vec::new());
                let mut n = 0;
                store.epoch_deadline_callback(move |mut store| {
                    let trace = WasmBacktrace::capture(&store);
                    let line = frames(Some(&trace));
                    store.data_mut().push(line);
                    n += 1;
                    Ok(match policy {
                        Policy::Always => UpdateDeadline::Continue(0),
                        Policy::Continue(delta) => UpdateDeadline::Continue(delta),
                        Policy::Until(last) if n % last == 0 => UpdateDeadline::Interrupt,
                        Policy::Until(_) => UpdateDeadline::Continue(0),
                    })
                });
                let host = Func::wrap(&mut store, |caller: Caller<'_, Vec<String>>, n: i32| {
                    caller.engine().increment_epoch();
                    n
                });
                let imports: Vec<Extern> = module.imports().map(|_| host.into()).collect();
                let instance = Instance::new(&mut store, &module, &imports);
                let instance = instance.expect("it can be made");
                let func = instance.get_func(&mut store, "f").expect("it is there");
                for arg in [3, 1, 4, 1, 5] {
                    let mut results = [Val::I32(0)];
                    let line = match func.call(&mut store, &[Val::I32(arg)], &mut results) {
                        Ok(()) => format!("f({arg}) = {}", results[0].unwrap_i32()),
                        Err(error) => format!(
                            "f({arg}): {:?} at {}",
                            error.downcast_ref::<Trap>(),
                            frames(error.downcast_ref())
                        ),
                    };
                    store.data_mut().push(line);
                }
                store.into_data()
            }
        }
    };
}

engine!(ours, wasm_interp_jit);
engine!(theirs, wasmtime);

/// What the callback says.
#[derive(Clone, Copy, Debug)]
enum Policy {
    /// The deadline has passed again at once.
    Always,
    /// It is that many epochs later.
    Continue(u64),
    /// The same as `Always`, but each time of so many, Wasm is interrupted.
    Until(u32),
}

fn check(wat: &str) {
    let wasm = wat::parse_str(wat).expect("it is valid text");
    let policies = [
        Policy::Always,
        Policy::Continue(1),
        Policy::Continue(3),
        Policy::Until(2),
        Policy::Until(7),
        Policy::Until(11),
    ];
    for policy in policies {
        let mut config = wasmtime::Config::new();
        config.signals_based_traps(false);
        let expected = theirs::run(config, &wasm, policy);
        assert!(expected.len() > 5, "{policy:?}: {expected:?}");
        for (mode, config) in modes() {
            let actual = ours::run(config, &wasm, policy);
            let first = expected.iter().zip(&actual).position(|(a, b)| a != b);
            if let Some(n) = first {
                panic!(
                    "{wat}\n{policy:?} {mode}, line {n} of {}:\n  wasmtime: {}\n  {mode}: {}",
                    expected.len(),
                    expected[n],
                    actual[n]
                );
            }
            assert_eq!(expected.len(), actual.len(), "{wat}\n{policy:?} {mode}");
        }
    }
}

#[test]
fn loops() {
    check(
        r#"(module (func (export "f") (param i32) (result i32) (local $i i32) (local $s i32)
            loop $outer
                loop $inner
                    local.get $s
                    local.get $i
                    i32.add
                    local.set $s
                    local.get $i
                    i32.const 1
                    i32.add
                    local.tee $i
                    i32.const 3
                    i32.rem_u
                    br_if $inner
                end
                local.get $i
                local.get 0
                i32.lt_s
                br_if $outer
            end
            loop end
            local.get $s))"#,
    );
}

#[test]
fn calls() {
    check(
        r#"(module
            (type $t (func (param i32) (result i32)))
            (import "" "h" (func $h (type $t)))
            (table funcref (elem $few $id $h))
            (func $id (type $t) local.get 0)
            (func $few (type $t) (local $i i32) (local f64)
                loop $l
                    local.get $i
                    i32.const 1
                    i32.add
                    call $id
                    local.tee $i
                    i32.const 3
                    i32.lt_s
                    br_if $l
                end
                local.get 0
                return_call $id)
            (func (export "f") (type $t) (local $s i32)
                loop $l
                    local.get 0
                    call $h
                    local.get 0
                    i32.const 3
                    i32.rem_u
                    call_indirect (type $t)
                    local.get $s
                    i32.add
                    local.set $s
                    local.get 0
                    i32.const 1
                    i32.sub
                    local.tee 0
                    br_if $l
                end
                local.get $s))"#,
    );
}

// Those that may take long are polled before they begin, unless their length is a small constant.
#[test]
fn bulk_operations() {
    check(
        r#"(module (memory 1 9) (table 3 funcref)
            (func (export "f") (param i32) (result i32)
                i32.const 0 i32.const 1 local.get 0 memory.fill
                i32.const 0 i32.const 1 i32.const 5 memory.fill
                i32.const 9 i32.const 1 i32.const 200 memory.fill
                i32.const 9 i32.const 1 local.get 0 memory.copy
                i32.const 0 ref.null func i32.const 2 table.fill
                local.get 0 i32.const 0 i32.mul memory.grow drop
                i32.const 0 memory.grow))"#,
    );
}
