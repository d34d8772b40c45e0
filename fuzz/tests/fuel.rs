//! Fuel is counted as wasmtime counts it, to the unit, in every mode: each program is called with
//! each amount of fuel from none to more than it needs, and must end in the same way, at the same
//! place, with the same fuel left.

mod modes;

use modes::modes;
use std::fmt::Write as _;

/// More fuel than any program here needs.
const PLENTY: u64 = 1 << 40;

/// Amounts of fuel that are tried at most.
const MOST: u64 = 400;

/// Defines a module that runs a program with all amounts of fuel, over one of the engines.
macro_rules! engine {
    ($name:ident, $krate:ident) => {
        mod $name {
            use super::{MOST, PLENTY, Program};
            use $krate::{
                Caller, Config, Engine, Extern, Func, Instance, Module, Store, Trap, Val,
                WasmBacktrace,
            };

            /// A line for each amount.
            pub(super) fn run(mut config: Config, program: &Program) -> Vec<String> {
                config.consume_fuel(true).shared_memory(true);
                if let Some(set) = program.set {
                    let mut cost = $krate::OperatorCost::new();
                    for name in set {
                        match *name {
                            "End" => cost.End = 3,
                            "Block" => cost.Block = 5,
                            "Loop" => cost.Loop = 7,
                            "Else" => cost.Else = 2,
                            "MemoryGrow" => cost.variable.memory_grow_per_page = 100,
                            "LocalGet" => cost.LocalGet = 0,
                            other => panic!("{other}"),
                        }
                    }
                    config.operator_cost(cost);
                }
                let engine = Engine::new(&config).expect("the settings are valid");
                let module = Module::from_binary(&engine, &program.wasm()).expect("it is valid");
                let mut store = Store::new(&engine, ());
                store.set_fuel(PLENTY).expect("fuel is on");
                let host = Func::wrap(&mut store, |mut caller: Caller<'_, ()>, n: i32| {
                    // Takes some away, and adds some to odd numbers.
                    let left = caller.get_fuel().expect("fuel is on");
                    let left = if n % 2 == 0 { left / 2 } else { left + 3 };
                    caller.set_fuel(left).expect("fuel is on");
                    n
                });
                let imports: Vec<Extern> = module.imports().map(|_| host.into()).collect();
                let instance = Instance::new(&mut store, &module, &imports);
                let mut lines = vec![format!(
                    "instance took {}",
                    PLENTY - store.get_fuel().expect("fuel is on")
                )];
                let instance = instance.expect("it can be made");
                let func = instance.get_func(&mut store, "f").expect("it is there");
                let args: Vec<Val> = program.args.iter().map(|&it| Val::I32(it)).collect();
                let mut call = |fuel: u64| {
                    store.set_fuel(fuel).expect("fuel is on");
                    let mut results = vec![Val::I32(0); func.ty(&store).results().len()];
                    let outcome = match func.call(&mut store, &args, &mut results) {
                        Ok(()) => format!(
                            "{:?}",
                            results.iter().map(Val::unwrap_i32).collect::<Vec<_>>()
                        ),
                        Err(error) => {
                            let trap = error.downcast_ref::<Trap>().copied();
                            let frames: Vec<_> = error
                                .downcast_ref::<WasmBacktrace>()
                                .map(|it| {
                                    it.frames()
                                        .iter()
                                        .map(|it| (it.func_index(), it.module_offset()))
                                        .collect()
                                })
                                .unwrap_or_default();
                            format!("{trap:?} at {frames:x?}")
                        }
                    };
                    (outcome, store.get_fuel().expect("fuel is on"))
                };
                let (_, left) = call(PLENTY);
                let used = PLENTY - left.min(PLENTY);
                for fuel in 0..=(used + 4).min(MOST) {
                    let (outcome, left) = call(fuel);
                    lines.push(format!("{fuel}: {outcome}, left {left}"));
                }
                lines.push(format!("all: {:?}", call(PLENTY)));
                lines
            }
        }
    };
}

engine!(ours, wasm_interp_jit);
engine!(theirs, wasmtime);

/// A program with a function `f`.
struct Program {
    wat: &'static str,
    args: &'static [i32],
    /// Instructions that cost something else than usual.
    set: Option<&'static [&'static str]>,
}

impl Program {
    fn wasm(&self) -> Vec<u8> {
        wat::parse_str(self.wat).expect("it is valid text")
    }
}

/// Runs a program everywhere.
fn check(wat: &'static str, args: &'static [i32]) {
    check_with_costs(wat, args, None);
}

fn check_with_costs(wat: &'static str, args: &'static [i32], set: Option<&'static [&'static str]>) {
    let program = Program { wat, args, set };
    let mut config = wasmtime::Config::new();
    config
        .cranelift_opt_level(wasmtime::OptLevel::None)
        .signals_based_traps(false)
        .memory_reservation(0)
        .memory_guard_size(0)
        .memory_init_cow(true);
    let expected = theirs::run(config, &program);
    for (mode, config) in modes() {
        let actual = ours::run(config, &program);
        let mut differences = String::new();
        for (expected, actual) in expected.iter().zip(&actual) {
            if expected != actual {
                let _ = writeln!(differences, "  wasmtime: {expected}\n  {mode}: {actual}");
            }
        }
        let n = differences.lines().count();
        let first: Vec<_> = differences.lines().take(12).collect();
        assert!(
            n == 0,
            "{wat}\n{mode}, {} differences:\n{}",
            n / 2,
            first.join("\n")
        );
        assert_eq!(expected.len(), actual.len());
    }
}

#[test]
fn straight_code() {
    check(
        r#"(module (func (export "f") (param i32) (result i32) (local i64)
            nop
            block (result i32)
                local.get 0
                i32.const 3
                i32.mul
                drop
                local.get 0
            end
            i32.const 1
            i32.add))"#,
        &[5],
    );
}

#[test]
fn branches() {
    check(
        r#"(module (func (export "f") (param i32) (result i32)
            local.get 0
            if (result i32)
                local.get 0
                i32.const 2
                i32.eq
                if (result i32) i32.const 7 else i32.const 1 i32.const 2 i32.add end
            else
                i32.const 5
            end
            block $a (param i32) (result i32)
                block $b (param i32) (result i32)
                    local.get 0
                    br_table $a $b 2
                end
                i32.const 4
                i32.add
                br 1
            end))"#,
        &[1],
    );
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
            local.get $s))"#,
        &[10],
    );
}

#[test]
fn loops_with_costs() {
    const COSTS: &[&str] = &["End", "Block", "Loop", "Else", "LocalGet"];
    check_with_costs(
        r#"(module (func (export "f") (param i32) (result i32) (local $i i32)
            block block block
            loop $l
                block block br 0 end end
                local.get $i
                i32.const 1
                i32.add
                local.tee $i
                local.get 0
                i32.lt_s
                if br $l else nop end
            end
            local.get 0
            i32.const 100
            i32.gt_s
            br_if 1
            local.get $i
            return
            end end end
            unreachable))"#,
        &[6],
        Some(COSTS),
    );
    check_with_costs(
        r#"(module (func $g (param i32) (result i32)
            local.get 0
            local.get 0
            br_if 0
            drop
            i32.const 9)
           (func (export "f") (param i32) (result i32)
            i32.const 0 call $g
            i32.const 1 call $g
            i32.add
            drop
            block (result i32) i32.const 1 br 1 end))"#,
        &[6],
        Some(COSTS),
    );
}

#[test]
fn calls() {
    check(
        r#"(module
            (type $t (func (param i32) (result i32)))
            (import "" "h" (func $h (param i32) (result i32)))
            (table funcref (elem $fib $id $h))
            (func $id (type $t) local.get 0)
            (func $fib (type $t)
                local.get 0
                i32.const 2
                i32.lt_s
                if (result i32)
                    local.get 0
                    call $id
                else
                    local.get 0
                    i32.const 1
                    i32.sub
                    call $fib
                    local.get 0
                    i32.const 2
                    i32.sub
                    i32.const 0
                    call_indirect (type $t)
                    i32.add
                end)
            (func (export "f") (param i32) (result i32)
                local.get 0
                call $fib
                local.get 0
                i32.const 1
                call_indirect (type $t)
                i32.const 3
                i32.const 2
                call_indirect (type $t)
                i32.const 4
                call $h
                i32.add
                i32.add
                i32.add))"#,
        &[5],
    );
}

#[test]
fn tail_calls() {
    check(
        r#"(module
            (type $t (func (param i32 i32) (result i32)))
            (table funcref (elem $odd))
            (func $even (type $t)
                local.get 0
                i32.eqz
                if local.get 1 return end
                local.get 0
                i32.const 1
                i32.sub
                local.get 1
                i32.const 1
                i32.add
                i32.const 0
                return_call_indirect (type $t))
            (func $odd (type $t)
                local.get 0
                i32.eqz
                if i32.const -1 return end
                local.get 0
                i32.const 1
                i32.sub
                local.get 1
                return_call $even)
            (func (export "f") (param i32) (result i32)
                local.get 0
                i32.const 0
                call $even
                local.get 0
                i32.const 1
                return_call $even))"#,
        &[6],
    );
}

// What the function that traps has counted is lost, but not what was settled before.
#[test]
fn traps() {
    check(
        r#"(module (memory 1)
            (func $div (param i32) (result i32)
                i32.const 10
                local.get 0
                i32.div_u)
            (func (export "f") (param i32) (result i32)
                i32.const 5
                call $div
                i32.const 1
                i32.add
                drop
                local.get 0
                call $div))"#,
        &[0],
    );
    check(
        r#"(module (memory 1)
            (func (export "f") (param i32) (result i32)
                nop
                i32.const 1
                if
                    i32.const 1
                    drop
                    unreachable
                end
                i32.const 0))"#,
        &[0],
    );
    check(
        r#"(module (memory 1)
            (func $load (param i32) (result i32)
                i32.const 1
                drop
                local.get 0
                i32.load)
            (func (export "f") (param i32) (result i32)
                i32.const 16
                call $load
                local.get 0
                call $load
                i32.add))"#,
        &[65535],
    );
    check(
        r#"(module (type $t (func)) (table 2 funcref) (func $g)
            (func (export "f") (param i32) (result i32)
                call $g
                i32.const 1
                call_indirect (type $t)
                i32.const 1))"#,
        &[65535],
    );
}

// An access that can never be within its memory settles what was counted.
#[test]
fn accesses_that_are_always_outside() {
    check(
        r#"(module (memory 1 2)
            (func (export "f") (param i32) (result i32)
                i32.const 1
                drop
                local.get 0
                i32.load offset=131069))"#,
        &[0],
    );
    check(
        r#"(module (memory 0 0)
            (func $g (param i32)
                local.get 0
                i64.const 1
                i64.store8)
            (func (export "f") (param i32) (result i32)
                i32.const 1
                drop
                local.get 0
                call $g
                i32.const 1))"#,
        &[0],
    );
    check(
        r#"(module (memory 0 1 shared)
            (func (export "f") (param i32) (result i32)
                i32.const 1
                drop
                local.get 0
                i64.atomic.load offset=0x10000
                i32.wrap_i64))"#,
        &[1],
    );
}

#[test]
fn bulk_operations() {
    check(
        r#"(module (memory 1) (data $d "0123456789")
            (func (export "f") (param i32) (result i32)
                i32.const 0 i32.const 1 local.get 0 memory.fill
                i32.const 0 i32.const 1 i32.const 5 memory.fill
                i32.const 9 i32.const 1 i32.const 200 memory.fill
                i32.const 9 i32.const 1 local.get 0 memory.copy
                i32.const 9 i32.const 1 i32.const 7 memory.copy
                i32.const 9 i32.const 1 i32.const 7 memory.init $d
                local.get 0
                i32.const 12
                i32.eq
                if data.drop $d end
                local.get 0 memory.grow drop
                i32.const 0 memory.grow))"#,
        &[3],
    );
    check(
        r#"(module (table $t 4 10 funcref) (elem $e func $g $g) (func $g)
            (func (export "f") (param i32) (result i32)
                i32.const 0 ref.null func local.get 0 table.fill $t
                i32.const 0 ref.null func i32.const 2 table.fill $t
                i32.const 0 i32.const 1 local.get 0 table.copy $t $t
                i32.const 0 i32.const 0 i32.const 2 table.init $t $e
                ref.null func local.get 0 table.grow $t drop
                ref.func $g i32.const 100 table.grow $t))"#,
        &[2],
    );
    // Traps at its bounds, after it was counted.
    check(
        r#"(module (memory 1)
            (func (export "f") (param i32) (result i32)
                i32.const 65530 i32.const 1 local.get 0 memory.fill
                i32.const 1))"#,
        &[20],
    );
    check_with_costs(
        r#"(module (memory 1 3)
            (func (export "f") (param i32) (result i32)
                local.get 0 memory.grow drop
                i32.const 1 memory.grow drop
                i32.const 2 memory.grow))"#,
        &[1],
        Some(&["MemoryGrow"]),
    );
}

// Whether a length is a constant decides whether fuel is looked at.
#[test]
fn lengths_that_are_constants() {
    check(
        r#"(module (memory 1)
            (func (export "f") (param i32) (result i32) (local $n i32) (local $m i32)
                i32.const 5
                local.set $n
                local.get 0
                if nop end
                i32.const 0 i32.const 1 local.get $n memory.fill
                local.get 0
                if i32.const 5 local.set $n end
                i32.const 0 i32.const 1 local.get $n memory.fill
                i32.const 0 i32.const 1 local.get $m memory.fill
                block (result i32) i32.const 9 end
                local.set $n
                i32.const 0 i32.const 1 local.get $n memory.fill
                loop $l
                    i32.const 0 i32.const 1 local.get $n memory.fill
                    local.get 0
                    i32.const 1
                    i32.sub
                    local.tee 0
                    br_if $l
                end
                i32.const 0 i32.const 1 local.get $n memory.fill
                i32.const 0 i32.const 1 local.get 0 memory.fill
                i32.const 0))"#,
        &[3],
    );
}

#[test]
fn memories_of_64_bits() {
    check(
        r#"(module (memory i64 1 2)
            (func (export "f") (param i32) (result i32)
                i64.const 0 i32.const 1 local.get 0 i64.extend_i32_u memory.fill
                i64.const 0 i32.const 1 i64.const 9 memory.fill
                i64.const 0 i64.const 1 local.get 0 i64.extend_i32_u memory.copy
                i64.const 0 i32.const 1 local.get 0 i64.extend_i32_s i64.const 62 i64.shl memory.fill
                i32.const 0))"#,
        &[2],
    );
}

#[test]
fn vectors() {
    check(
        r#"(module (memory 1)
            (func (export "f") (param i32) (result i32) (local v128)
                loop $l
                    local.get 1
                    i32.const 1
                    i32x4.splat
                    i32x4.add
                    local.set 1
                    local.get 0
                    i32.const 1
                    i32.sub
                    local.tee 0
                    br_if $l
                end
                local.get 1
                i32x4.extract_lane 2))"#,
        &[4],
    );
}

#[test]
fn references() {
    check(
        r#"(module
            (type $t (func (param i32) (result i32)))
            (elem declare func $g)
            (func $g (type $t) local.get 0 i32.const 1 i32.add)
            (func (export "f") (param i32) (result i32) (local (ref null $t))
                block $null
                    local.get 1
                    br_on_null $null
                    drop
                end
                ref.func $g
                local.set 1
                block $there (result (ref $t))
                    local.get 1
                    br_on_non_null $there
                    unreachable
                end
                drop
                local.get 0
                local.get 1
                call_ref $t
                local.get 1
                return_call_ref $t))"#,
        &[4],
    );
}

#[test]
fn start_functions() {
    check(
        r#"(module (global $g (mut i32) (i32.const 0))
            (func $start i32.const 1 global.set $g)
            (start $start)
            (func (export "f") (param i32) (result i32) global.get $g))"#,
        &[0],
    );
}

// What an instance takes besides its start function: what wasmtime cannot make images of.
#[test]
fn instances() {
    for fields in [
        "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
        "(global funcref (ref.null func)) (global funcref (ref.func 0))",
        "(global $a i64 (i64.const 2)) (global i64 (global.get $a))",
        "(elem func 0 0)",
        "(elem funcref (ref.func 0) (ref.null func))",
        "(table 3 funcref) (elem (i32.const 0) func 0 0)",
        "(table 3 funcref) (elem (i32.const 0) funcref (ref.func 0) (item (ref.null func)))",
        "(table 3 funcref) (elem (offset (i32.add (i32.const 0) (i32.const 1))) func 0 0)",
        "(table 3 funcref (ref.func 0))",
        "(table 3 funcref (ref.null func)) (elem (i32.const 1) func 0)",
        "(table 3 externref) (elem (i32.const 0) externref (ref.null extern))",
        "(memory 1) (data (i32.const 9) \"abc\")",
        "(memory 1) (data (i32.const 9) \"abc\") (global funcref (ref.null func))",
        "(memory 1) (data (i32.const 9) \"\\00\") (global funcref (ref.null func))",
        "(global $a i32 (i32.const 2)) (memory 1) (data (global.get $a) \"abc\") \
         (data (i32.const 3) \"de\")",
        "(memory 1) (memory i64 1) (data (memory 1) (i64.const 9) \"abc\")",
        "(memory 1) (memory 1) (data (memory 1) (i32.const 9) \"abc\") (data (i32.const 3) \"a\")",
        "(memory 1) (memory 1) (data (memory 1) (i32.const 9) \"a\") (data (i32.const 3) \"\\00\")",
        "(memory 1) (memory 0) (data (i32.const 3) \"\\00\")",
        "(memory 600) (data (i32.const 9) \"abc\") (data (i32.const 30000000) \"abc\")",
        "(memory 1) (data \"abc\")",
        "(table 200 externref (ref.null extern))",
        "(func $s) (start $s) (elem func 0) (global i32 (i32.add (i32.const 1) (i32.const 2)))",
    ] {
        let wat =
            format!("(module (func (export \"f\") (param i32) (result i32) local.get 0) {fields})");
        check(wat.leak(), &[7]);
    }
}
