//! What the interpreter counts: exactly what it executed, and nothing of what compiled code did.

use super::text;
use wasm_interp_jit::inspect::{self, FunctionSummary, Listing, Recorder, Report};
use wasm_interp_jit::{Config, Engine, Instance, Module, Result, Store, Strategy, Val};

/// A program in an engine that counts.
struct Run {
    store: Store<()>,
    instance: Instance,
    recorder: Recorder,
}

impl Run {
    fn new(config: &mut Config, wat: &str) -> Result<Self> {
        let engine = Engine::new(config.interp_counts(true))?;
        let module = Module::new(&engine, wat)?;
        let mut store = Store::new(&engine, ());
        let recorder = Recorder::attach(&mut store);
        let instance = Instance::new(&mut store, &module, &[])?;
        Ok(Self {
            store,
            instance,
            recorder,
        })
    }

    fn call(&mut self, name: &str, arg: i32) -> Result<i32> {
        let func = self
            .instance
            .get_typed_func::<i32, i32>(&mut self.store, name)?;
        func.call(&mut self.store, arg)
    }

    fn report(&self) -> Report {
        self.recorder.report(&self.store)
    }

    fn listing(&self, func: &str) -> Listing {
        let mut listings = inspect::explain(&self.store, Some(func));
        assert_eq!(listings.len(), 1, "{func} was called");
        listings.remove(0)
    }

    fn instructions(&self, func: &str) -> Option<u64> {
        self.listing(func).instructions
    }
}

fn interpreter() -> Config {
    let mut config = Config::new();
    config.strategy(Strategy::Interpreter);
    config
}

/// Small enough that the second call of a function is the last one that is interpreted.
fn tiered() -> Config {
    let mut config = Config::new();
    config
        .strategy(Strategy::Tiered)
        .jit_threshold(2)
        .jit_background(false);
    config
}

const BRANCHES: &str = r#"(module
(func (export "f") (param i32) (result i32) (local i32)
  loop
    block
      block
        block
          local.get 1
          br_table 0 1 2
        end
        local.get 1
        drop
      end
      local.get 1
      drop
    end
    (if (i32.and (local.get 1) (i32.const 1)) (then nop) (else nop nop))
    (br_if 0 (i32.lt_u
      (local.tee 1 (i32.add (local.get 1) (i32.const 1)))
      (local.get 0)))
  end
  (br 0 (local.get 1))))"#;

// Ten trips: of the targets of the table, the first two are each taken once; every second trip
// takes the first arm; nine go back. Branches land behind `block`, `nop` and `end`, which are then
// not executed: 4 instructions to begin with, 10 * 13 in all trips, 6 and 3 behind the first two
// targets, 5 * 2 in the first arm, 4 in the end.
#[test]
fn branches() -> Result<()> {
    let mut run = Run::new(&mut interpreter(), BRANCHES)?;
    assert_eq!(run.call("f", 10)?, 10);
    assert_eq!(run.instructions("f"), Some(4 + 10 * 13 + 6 + 3 + 5 * 2 + 4));
    let listing = run.listing("f").to_string();
    let (_, lines) = listing.split_once('\n').expect("it has a heading");
    assert_eq!(
        lines,
        "  0x0000  loop            ; header 0x2, lands 0x8
  0x0002  block
  0x0004  block
  0x0006  block
  0x0008  local.get 1
  0x000a  br_table 0 1 2  ; st0 -> 0x10 st3 keep=0 drop=0, taken 1 of 10
                          ; st1 -> 0x14 st3 keep=0 drop=0, taken 1 of 10
                          ; st2 -> 0x18 st3 keep=0 drop=0, taken 8 of 10
  0x000f  end
  0x0010  local.get 1
  0x0012  drop
  0x0013  end
  0x0014  local.get 1
  0x0016  drop
  0x0017  end
  0x0018  local.get 1
  0x001a  i32.const 1
  0x001c  i32.and
  0x001d  if              ; st3 -> 0x24 st5 keep=0 drop=0, taken 5 of 10
  0x001f  nop
  0x0020  else            ; st4 -> 0x24 st5 keep=0 drop=0, taken 5 of 5
  0x0021  nop
  0x0022  nop
  0x0023  end
  0x0024  local.get 1
  0x0026  i32.const 1
  0x0028  i32.add
  0x0029  local.tee 1
  0x002b  local.get 0
  0x002d  i32.lt_u
  0x002e  br_if 0         ; st5 ->^ 0x8 st0 keep=0 drop=0, taken 9 of 10
  0x0030  end
  0x0031  local.get 1
  0x0033  br 0            ; st6 -> 0x35 st7 keep=1 drop=0, taken 1 of 1
  0x0035  end
"
    );
    Ok(())
}

const REFERENCES: &str = r#"(module
(elem declare func $f)
(func $f (export "f") (param i32) (result i32)
  (block $null
    (br_on_null $null
      (select (result funcref) (ref.null func) (ref.func $f) (local.get 0)))
    drop)
  (block $non_null (result (ref func))
    (br_on_non_null $non_null
      (select (result funcref) (ref.null func) (ref.func $f) (local.get 0)))
    (return (i32.const 1)))
  drop
  (i32.const 0)))"#;

// Both branches are about the same reference: three times null, twice not.
#[test]
fn branches_on_references() -> Result<()> {
    let mut run = Run::new(&mut interpreter(), REFERENCES)?;
    for null in [1, 0, 1, 0, 1] {
        assert_eq!(run.call("f", null)?, null);
    }
    let listing = run.listing("f");
    let branches = listing.lines.iter().flat_map(|line| &line.branches);
    let counts: Vec<_> = branches.map(|branch| branch.counts).collect();
    assert_eq!(counts, [Some((3, 5)), Some((2, 5))]);
    Ok(())
}

const CALLS: &str = r#"(module
(type $t (func (param i32) (result i32)))
(table $table 8 funcref)
(elem (table $table) (i32.const 0) func $0 $1 $2 $3 $4 $5)
(elem (table $table) (i32.const 7) func $other)
(table $typed 8 (ref null $t))
(elem (table $typed) (i32.const 0) (ref $t)
  (ref.func $0) (ref.func $1) (ref.func $2) (ref.func $3) (ref.func $4) (ref.func $5))
(func $0 (type $t) local.get 0)
(func $1 (type $t) local.get 0)
(func $2 (type $t) local.get 0)
(func $3 (type $t) local.get 0)
(func $4 (type $t) local.get 0)
(func $5 (type $t) local.get 0)
(func $other)
(func $direct (export "direct") (type $t) (call $0 (local.get 0)))
(func $tail (export "tail") (type $t) (return_call $0 (local.get 0)))
(func $indirect (export "indirect") (type $t)
  (call_indirect $table (type $t) (i32.const 9) (local.get 0)))
(func $tail_indirect (export "tail_indirect") (type $t)
  (return_call_indirect $table (type $t) (i32.const 9) (local.get 0)))
(func $ref (export "ref") (type $t)
  (call_ref $t (i32.const 9) (table.get $typed (local.get 0))))
(func $tail_ref (export "tail_ref") (type $t)
  (return_call_ref $t (i32.const 9) (table.get $typed (local.get 0)))))"#;

/// Counts of the function `name` in the report.
fn summary(report: &Report, name: &str) -> FunctionSummary {
    let mut functions = report.functions.iter();
    let found = functions.find(|it| it.name.as_deref() == Some(name));
    found
        .unwrap_or_else(|| panic!("{name} is not in the report"))
        .clone()
}

// Six targets where four are kept: what a megamorphic site calls beyond them is missed each time.
// Calls that trap for want of a target are none.
#[test]
fn calls() -> Result<()> {
    let mut run = Run::new(&mut interpreter(), CALLS)?;
    for name in ["direct", "tail"] {
        for arg in 0..4 {
            assert_eq!(run.call(name, arg)?, arg);
        }
        let summary = summary(&run.report(), name);
        assert_eq!((summary.calls, summary.cache_hits), (4, 0), "{name}");
        assert_eq!(
            (summary.cache_misses, summary.megamorphic),
            (0, 0),
            "{name}"
        );
    }
    for (name, instructions) in [
        ("indirect", 11 * 4 + 3 * 3),
        ("tail_indirect", 11 * 3 + 3 * 3),
        // One of the traps is that of `table.get`.
        ("ref", 11 * 5 + 2 * 4 + 3),
        ("tail_ref", 11 * 4 + 2 * 4 + 3),
    ] {
        let mut n_traps = 0;
        for target in [0, 0, 0, 1, 2, 3, 4, 4, 5, 0, 6, 7, 8, 5] {
            match run.call(name, target) {
                Ok(result) => assert_eq!(result, 9),
                Err(error) => {
                    assert!(target > 5, "{name}: {}", text(&error));
                    n_traps += 1;
                }
            }
        }
        let summary = summary(&run.report(), name);
        assert_eq!((summary.calls, summary.megamorphic), (11, 1), "{name}");
        assert_eq!((summary.cache_hits, summary.cache_misses), (3, 8), "{name}");
        assert_eq!(n_traps, 3, "{name}");
        assert_eq!(summary.instructions, Some(instructions), "{name}");
    }
    Ok(())
}

// The first two calls are interpreted, then there is code. A guard that fails goes on in the
// interpreter, with the call that failed.
#[test]
fn compiled_code_does_not_count() -> Result<()> {
    if !cfg!(feature = "jit") {
        return Ok(());
    }
    let mut run = Run::new(&mut tiered(), CALLS)?;
    for _ in 0..10 {
        assert_eq!(run.call("indirect", 0)?, 9);
    }
    // `local.get`, `end`; in the caller `i32.const`, `local.get`, `call_indirect` and `end`.
    assert_eq!(run.instructions("indirect"), Some(2 * 4));
    assert_eq!(run.instructions("0"), Some(2 * 2));
    assert_eq!(run.call("indirect", 1)?, 9);
    assert_eq!(run.report().deopts.len(), 1);
    assert_eq!(run.instructions("indirect"), Some(2 * 4 + 2));
    assert_eq!(run.instructions("1"), Some(2));
    let summary = summary(&run.report(), "indirect");
    assert_eq!((summary.calls, summary.cache_misses), (3, 2));

    let mut jit = Config::new();
    let mut run = Run::new(jit.strategy(Strategy::Jit), CALLS)?;
    assert_eq!(run.call("direct", 3)?, 3);
    assert_eq!(run.instructions("direct"), Some(0));
    assert_eq!(run.report().functions, []);
    Ok(())
}

// Counting is per engine: without it, there are no counts, and reports say what feedback knows.
#[test]
fn nothing_is_counted_unless_asked_for() -> Result<()> {
    let engine = Engine::new(&interpreter())?;
    let module = Module::new(&engine, CALLS)?;
    let mut store = Store::new(&engine, ());
    let recorder = Recorder::attach(&mut store);
    let instance = Instance::new(&mut store, &module, &[])?;
    let func = instance.get_func(&mut store, "indirect").expect("exported");
    for target in [0, 0, 1] {
        func.call(&mut store, &[Val::I32(target)], &mut [Val::I32(0)])?;
    }
    let summary = summary(&recorder.report(&store), "indirect");
    assert_eq!((summary.instructions, summary.calls), (None, 3));
    assert_eq!((summary.cache_hits, summary.cache_misses), (1, 2));
    let listing = inspect::explain(&store, Some("indirect")).remove(0);
    assert_eq!(listing.instructions, None);
    assert!(listing.lines.iter().all(|line| {
        let call = line.call.as_ref();
        call.is_none_or(|call| call.counts.is_none())
    }));
    Ok(())
}
