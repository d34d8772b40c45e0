//! What once went wrong, found by fuzzing or in review. Programs run in every tier.

use wasm_interp_jit::{
    Caller, Config, Engine, Func, Instance, Memory, MemoryType, Module, Result, Store, Strategy,
    Val, WasmBacktrace,
};

/// Engines that compile at once, late, and never.
fn engines() -> Vec<(&'static str, Engine)> {
    [
        ("interpreter", Strategy::Interpreter, 0),
        ("compiled at the first call", Strategy::Jit, 0),
        ("compiled at the third call", Strategy::Tiered, 2),
    ]
    .into_iter()
    .map(|(name, strategy, threshold)| {
        let mut config = Config::new();
        config.strategy(strategy).jit_background(false);
        if threshold > 0 {
            config.jit_threshold(threshold);
        }
        (name, Engine::new(&config).expect("a valid configuration"))
    })
    .collect()
}

fn instantiate(engine: &Engine, wat: &str) -> Result<(Store<()>, Instance)> {
    let module = Module::new(engine, wat)?;
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    Ok((store, instance))
}

// An interpreted function tail-calls a compiled one of another type. The host's call used to go on
// through the stubs of the interpreted function's type, which had never been made.
#[test]
fn tail_call_from_the_interpreter_into_code_of_another_type() -> Result<()> {
    let wat = r#"
(module
  (func $compiled (export "compiled") (param i32) (result i32) (local.get 0))
  (func (export "interpreted") (param i64 i64) (result i32)
    (return_call $compiled (i32.const 7))))
"#;
    for (name, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, wat)?;
        let compiled = instance.get_typed_func::<i32, i32>(&mut store, "compiled")?;
        for n in 0..50 {
            assert_eq!(compiled.call(&mut store, n)?, n, "{name}");
        }
        let interpreted = instance.get_typed_func::<(i64, i64), i32>(&mut store, "interpreted")?;
        assert_eq!(interpreted.call(&mut store, (1, 2))?, 7, "{name}");
    }
    Ok(())
}

/// Calls `f(0)` until it is compiled where it ever is, then `f(1)`, which traps at the same offset
/// in every tier.
fn check_trap_offset(wat: &str) -> Result<()> {
    let mut offsets = Vec::new();
    for (_, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, wat)?;
        let func = instance.get_func(&mut store, "f").expect("it is exported");
        for _ in 0..50 {
            func.call(&mut store, &[Val::I32(0)], &mut [])?;
        }
        let call = func.call(&mut store, &[Val::I32(1)], &mut []);
        let error = call.expect_err("it traps");
        let backtrace = error
            .downcast_ref::<WasmBacktrace>()
            .expect("it has a backtrace");
        offsets.push(backtrace.frames()[0].func_offset());
    }
    let same = offsets.iter().all(|it| it.is_some() && *it == offsets[0]);
    assert!(same, "{offsets:?}");
    Ok(())
}

// Cranelift makes a conditional trap of a branch to a block that only traps, and gives it the
// position of the branch. Backtraces then named the `if` instead of the `unreachable`.
#[test]
fn trap_behind_a_branch() -> Result<()> {
    check_trap_offset(
        r#"(module (func (export "f") (param i32) (if (local.get 0) (then unreachable))))"#,
    )
}

// A load makes the address of another one, and is merged into its instruction. The trap of the
// second load was taken for that of the first one.
#[test]
fn trap_of_a_load_that_makes_an_address() -> Result<()> {
    check_trap_offset(
        r#"
(module
  (memory 0)
  (global $result (mut i64) (i64.const 0))
  (func (export "f") (param i32)
    (if (local.get 0)
      (then (global.set $result
        (i64.load8_u (i32.load align=1 (i32.const 1636865853))))))))
"#,
    )
}

// The address is the bits of a constant. The trap of the load was taken for that of the cast,
// which was taken for a load.
#[test]
fn trap_of_a_load_whose_address_is_cast() -> Result<()> {
    check_trap_offset(
        r#"
(module
  (memory 0)
  (func (export "f") (param i32)
    (if (local.get 0)
      (then
        (drop (i64.load8_u offset=39888
          (i32.reinterpret_f32 (f32.const 0x1.fffffep+0))))))))
"#,
    )
}

// The optimizer makes one instruction of two, which has no position, and the load before it is merged
// into that. The trap had no offset, and that of the second load was taken for the first one's.
#[test]
fn trap_of_a_load_behind_which_operations_became_one() -> Result<()> {
    // The first load traps, then the second one.
    for address in [-1, 0] {
        check_trap_offset(&format!(
            r#"
(module
  (memory 1)
  (data (i32.const 4) "\ff\ff\ff\ff")
  (global $result (mut i32) (i32.const 0))
  (func (export "f") (param i32)
    (if (local.get 0)
      (then (global.set $result
        (i32.load8_s offset=65535
          (i32.and
            (i32.and (i32.load offset=4 (i32.const {address})) (i32.const 0xfff))
            (i32.const 0xff8))))))))
"#
        ))?;
    }
    Ok(())
}

// The start function of a module is the host's, and looks at an export of the instance that is
// being made. It used to be called by nobody.
#[test]
fn host_function_as_start_is_called_by_its_instance() -> Result<()> {
    let wat = r#"
(module
  (import "host" "start" (func $start))
  (memory (export "memory") 1)
  (start $start))
"#;
    for (name, engine) in engines() {
        let module = Module::new(&engine, wat)?;
        let mut store = Store::new(&engine, false);
        let start = Func::wrap(&mut store, |mut caller: Caller<'_, bool>| {
            let found = caller.get_export("memory").is_some();
            *caller.data_mut() = found;
        });
        Instance::new(&mut store, &module, &[start.into()])?;
        assert!(*store.data(), "{name}");
    }
    Ok(())
}

// A loop takes operands that unreachable code need not have pushed. Preparing the function, whose
// operands are followed since it has a vector, looked for them.
#[test]
fn parameter_of_an_unreachable_loop_beside_a_vector() -> Result<()> {
    let wat = r#"
(module
  (func (export "f") (param v128 i32) (result i32)
    (if (local.get 1) (then (return (i32.const 7))))
    unreachable
    loop (param i32) (result i32) end))
"#;
    for (name, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, wat)?;
        let func = instance.get_func(&mut store, "f").expect("it is exported");
        for _ in 0..5 {
            let mut results = [Val::I32(0)];
            func.call(
                &mut store,
                &[Val::V128(1.into()), Val::I32(1)],
                &mut results,
            )?;
            assert_eq!(results[0].i32(), Some(7), "{name}");
        }
    }
    Ok(())
}

// Two chains of function types that match link by link. They were compared by recursion, one native
// frame a link, when a host passed one where the other is expected.
#[test]
fn long_chains_of_types_are_compared() -> Result<()> {
    const LEN: usize = 20_000;
    let chain = |name: &str, link: fn(&str) -> String| {
        let links = (0..LEN).map(|n| {
            let next = match n + 1 {
                LEN => "funcref".to_owned(),
                next => format!("(ref null ${name}{next})"),
            };
            format!("(type ${name}{n} {})", link(&next))
        });
        format!("(rec {})", links.collect::<String>())
    };
    let wat = format!(
        r#"(module {} {}
        (func (export "a") (type $a0)) (func (export "b") (type $b0)))"#,
        chain("a", |next| format!("(func (param {next}))")),
        chain("b", |next| format!("(sub (func (param {next})))")),
    );
    let (mut store, instance) = instantiate(&Engine::default(), &wat)?;
    let mut ty = |name| {
        let func = instance.get_func(&mut store, name).expect("it is exported");
        func.ty(&store)
    };
    let (a, b) = (ty("a"), ty("b"));
    assert!(a.matches(&b) && b.matches(&a));
    Ok(())
}

// Rounded to pages, this reservation leaves room for 4 GiB, so that compiled code need not check
// addresses; but when it grew to that, the memory moved away from under that code.
#[test]
fn guarded_memory_stays_where_it_is() -> Result<()> {
    let mut config = Config::new();
    config.memory_reservation((4 << 30) - 1);
    let engine = Engine::new(&config)?;
    let mut store = Store::new(&engine, ());
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    let before = memory.data_ptr(&store);
    // A machine may refuse so much.
    if memory.grow(&mut store, 65535).is_ok() {
        assert_eq!(memory.data_ptr(&store), before);
    }
    Ok(())
}
