//! Arms of branches that were never taken: compiled code leaves by an exit instead.

use super::harness::{Run, agrees, count_deopts, count_installed, events, everywhere, tiered};
use super::run::World;
use std::fmt::Write as _;
use std::num::NonZeroU32;
use wasm_interp_jit::Config;
use wasm_interp_jit::inspect::{Event, Reason};

/// Executions of a branch after which an arm is left out, in runs that are made to look at events.
const EXECUTIONS: u32 = 8;

/// Compiles after some calls, of which the last ones are observed.
fn observing(threshold: u32) -> Config {
    let mut config = tiered(threshold);
    config.jit_untaken_after(NonZeroU32::new(EXECUTIONS));
    config
}

/// The places of exits because of branches.
fn untaken(events: &[Event]) -> Vec<String> {
    let place = |it: &Event| match it {
        Event::Deopt {
            reason: Reason::UntakenBranch,
            func,
            pc,
            frames,
            ..
        } => Some(format!("{func}@{pc:#x} x{frames}")),
        _ => None,
    };
    events.iter().filter_map(place).collect()
}

/// Bodies of `f (x)` that return `x + 100` with operands below, in all forms of a branch, and take
/// another arm if `x` is 7.
const BODIES: [(&str, &str); 11] = [
    (
        "br_if, taken by 7",
        "(i32.const 100)
(block $seven (result i32)
(br_if $seven (local.get 0) (i32.eq (local.get 0) (i32.const 7)))
(br 1 (i32.add (i32.const 100))))
(call $cold) (i32.add)",
    ),
    (
        "br_if, not taken by 7",
        "(i32.const 100)
(block $others (result i32)
(local.get 0) (br_if $others (i32.ne (local.get 0) (i32.const 7)))
(call $cold))
(i32.add)",
    ),
    (
        "if without else, entered by 7",
        "(local.set 1 (local.get 0))
(i32.const 100)
(if (i32.eq (local.get 0) (i32.const 7)) (then (local.set 1 (call $cold (local.get 1)))))
(i32.add (local.get 1))",
    ),
    (
        "if without else, skipped by 7",
        "(local.set 1 (i32.const -1000))
(i32.const 100)
(if (i32.ne (local.get 0) (i32.const 7)) (then (local.set 1 (local.get 0))))
(i32.add (local.get 1))",
    ),
    (
        "if with parameter, first arm for 7",
        "(i32.const 100) (local.get 0)
(if (param i32) (result i32) (i32.eq (local.get 0) (i32.const 7))
(then (call $cold)) (else (i32.add (i32.const 0))))
(i32.add)",
    ),
    (
        "if with parameter, second arm for 7",
        "(i32.const 100) (local.get 0)
(if (param i32) (result i32) (i32.ne (local.get 0) (i32.const 7))
(then (nop)) (else (call $cold)))
(i32.add)",
    ),
    (
        "both arms end",
        "(if (i32.eq (local.get 0) (i32.const 7)) (then (return (call $cold (i32.const 107))))
(else (return (i32.add (local.get 0) (i32.const 100)))))
(unreachable)",
    ),
    (
        "br_on_null, taken by 7",
        "(i32.const 100)
(block $seven
(select (result funcref) (ref.null func) (ref.func $cold) (i32.eq (local.get 0) (i32.const 7)))
(br_on_null $seven) (drop)
(br 1 (i32.add (local.get 0) (i32.const 100))))
(i32.add (call $cold (local.get 0)))",
    ),
    (
        "br_on_null, not taken by 7",
        "(i32.const 100)
(block $others
(select (result funcref) (ref.null func) (ref.func $cold) (i32.ne (local.get 0) (i32.const 7)))
(br_on_null $others) (drop)
(br 1 (i32.add (i32.const 100) (call $cold (local.get 0)))))
(i32.add (local.get 0))",
    ),
    (
        "br_on_non_null, taken by 7",
        "(i32.const 100)
(block $seven (result (ref func))
(select (result funcref) (ref.null func) (ref.func $cold) (i32.ne (local.get 0) (i32.const 7)))
(br_on_non_null $seven)
(br 1 (i32.add (local.get 0) (i32.const 100))))
(drop) (i32.add (call $cold (local.get 0)))",
    ),
    (
        "br_on_non_null, not taken by 7",
        "(i32.const 100)
(block $others (result (ref func))
(select (result funcref) (ref.null func) (ref.func $cold) (i32.eq (local.get 0) (i32.const 7)))
(br_on_non_null $others)
(br 1 (i32.add (i32.const 100) (call $cold (local.get 0)))))
(drop) (i32.add (local.get 0))",
    ),
];

fn of_body(body: &str) -> String {
    format!(
        r#"(module
(global $n (export "n") (mut i32) (i32.const 0))
(elem declare func $cold)
(func $cold (param i32) (result i32)
(global.set $n (i32.add (global.get $n) (i32.const 1)))
(i32.sub (local.get 0) (i32.const 1000)))
(func $inner (param i32) (result i32) (local i32)
{body})
(func $middle (param i32) (result i32)
(i32.add (call $inner (local.get 0)) (i32.const 1)))
(func (export "f") (param i32) (result i32) {}
(call $middle (local.get 0))))"#,
        "(nop)".repeat(100)
    )
}

// A branch always goes the same way, in an inlined function, until it goes the other one. That is an
// exit before the branch, once; then there is code for both arms, and none is left any more.
#[test]
fn other_arm_is_taken_after_all() {
    for (name, body) in BODIES {
        let wat = of_body(body);
        let script = |run: &mut Run| {
            run.repeat(60, "f", (1,));
            run.call("f", (7,));
            run.repeat(60, "f", (1,));
            run.repeat(60, "f", (7,));
            run.repeat(10, "f", (1,));
        };
        let expected = "f(1) = 102 x60\n f(7) = -892\n f(1) = 102 x60\n f(7) = -892 x60";
        let expected = match name {
            "if without else, skipped by 7" => expected.replace("-892", "-899"),
            _ => expected.to_owned(),
        };
        everywhere(&wat, script, &expected);
        let events = agrees(&observing(24), &wat, script);
        let untaken = untaken(&events);
        assert_eq!(untaken.len(), 1, "{name}: {untaken:?}");
        assert!(
            untaken[0].starts_with("func1@") && untaken[0].ends_with(" x3"),
            "{name}: {untaken:?}"
        );
        assert_eq!(count_deopts(&events), 1, "{name}");
    }
}

/// A function `f (n, x)` that loops `n` times, and calls `$cold` in iteration `x`.
const LOOP: &str = r#"(module
(memory (export "memory") 1)
(func $cold (param i32) (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (local.get 0))))
(func (export "f") (param $n i32) (param $x i32) (result i32)
(local $sum i32)
(loop $next
(if (i32.eq (local.get $n) (local.get $x)) (then (call $cold (local.get $sum))))
(local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 3)) (i32.load8_u (local.get $n))))
(br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
(local.get $sum)))"#;

// A loop is entered in the middle, and has never been left: leaving it is no exit, however often it
// went round. What it has never called is one, once.
#[test]
fn loop_that_was_never_left() {
    let script = |run: &mut Run| {
        run.call("f", (2000, 0));
        run.call("f", (2000, 7));
        run.repeat(3, "f", (500, 100));
        run.repeat(3, "f", (500, 0));
    };
    everywhere(LOOP, script, "f(2000, 0) = 0 \n f(2000, 7) = ");
    let found = agrees(&observing(100), LOOP, script);
    let at_if = |it: &String| it == "func1@0x7 x1";
    let untaken = untaken(&found);
    assert!(
        untaken.iter().all(at_if) && !untaken.is_empty(),
        "{untaken:?}"
    );
    // The loop's code and the function's may both have been made before.
    assert!(untaken.len() <= 2, "{untaken:?}");
    let once = agrees(&observing(100), LOOP, |run| {
        run.call("f", (5000, 0));
    });
    assert!(once.iter().any(|it| matches!(it, Event::OsrEntered { .. })));
    assert_eq!(count_deopts(&once), 0, "{once:?}");
}

/// A loop with a `br_table` that takes one of three labels of five, and in iteration `x` that of
/// index `k`.
const TABLE: &str = r#"(module
(global $n (mut i32) (i32.const 0))
(func $cold (param i32) (result i32)
(global.set $n (i32.add (global.get $n) (local.get 0)))
(i32.add (global.get $n) (local.get 0)))
(func (export "f") (param $n i32) (param $x i32) (param $k i32) (result i32)
(local $sum i32)
(loop $next
(block $join (block $five (block $else (block $two (block $one (block $zero
(local.get $sum)
(br_table $zero $one $two $zero $else $five $else
(select (local.get $k) (i32.and (local.get $n) (i32.const 3)) (i32.eq (local.get $n) (local.get $x))))
) (local.set $sum (i32.add (local.get $sum) (i32.const 1))) (br $join)
) (local.set $sum (i32.mul (local.get $sum) (i32.const 3))) (br $join)
) (local.set $sum (i32.xor (local.get $sum) (local.get $n))) (br $join)
) (local.set $sum (call $cold (i32.const 1000))) (br $join)
) (local.set $sum (call $cold (local.get $sum))))
(br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
(local.get $sum)))"#;

// Labels of a `br_table` that were never taken are one exit, until one is: then that one has code,
// and the others have none yet.
#[test]
fn labels_of_a_table_are_taken_after_all() {
    let script = |run: &mut Run| {
        run.call("f", (2000, 0, 0));
        for k in [5, 4, 100, 5, 0, 1] {
            run.repeat(2, "f", (2000, 7, k));
        }
    };
    everywhere(TABLE, script, "f(2000, 0, 0) = ");
    let events = agrees(&observing(100), TABLE, script);
    let untaken = untaken(&events);
    let at_table = |it: &String| it.starts_with("func1@") && it.ends_with(" x1");
    assert!(untaken.iter().all(at_table), "{untaken:?}");
    // Two labels, in the loop's code and the function's.
    assert!((2..=4).contains(&untaken.len()), "{untaken:?}");
    let once = agrees(&observing(100), TABLE, |run| {
        run.call("f", (5000, 0, 0));
    });
    assert_eq!(count_deopts(&once), 0, "{once:?}");
}

/// A function `f (k)` with twelve branches, of which the `k`-th calls something.
fn twelve() -> String {
    let mut wat = String::from(
        r#"(module
(global $n (mut i32) (i32.const 0))
(func $cold (param i32) (global.set $n (i32.add (global.get $n) (local.get 0))))
(func (export "f") (param i32) (result i32)
"#,
    );
    for k in 0..12 {
        let _ = writeln!(
            wat,
            "(if (i32.eq (local.get 0) (i32.const {k})) (then (call $cold (i32.const {k}))))"
        );
    }
    wat.push_str("(global.get $n)))");
    wat
}

// Each branch of a function fails in turn, over and over. The bound of the policy holds: four of
// them fail, and then all arms of the function are compiled.
#[test]
fn wrong_branches_are_bounded() {
    let wat = twelve();
    let script = |run: &mut Run| {
        for k in [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -1, 3, 11] {
            run.repeat(60, "f", (k,));
        }
    };
    everywhere(
        &wat,
        script,
        "f(-1) = 0 x60\n f(0) = 0 x60\n f(1) = 1\n f(1) = 2",
    );
    let events = agrees(&observing(24), &wat, script);
    let untaken = untaken(&events);
    assert_eq!(untaken.len(), 4, "{untaken:?}");
    assert!(count_installed(&events) <= 5 + 1, "{events:?}");
}

// A function that was executed a few times proves nothing, and neither does a setting that leaves
// out nothing.
#[test]
fn few_executions_prove_nothing() {
    let wat = twelve();
    let script = |run: &mut Run| {
        run.repeat(40, "f", (-1,));
        run.repeat(40, "f", (3,));
    };
    let mut never = observing(24);
    never.jit_untaken_after(None);
    let mut few = tiered(12);
    few.jit_untaken_after(NonZeroU32::new(100));
    let mut unspeculative = observing(24);
    unspeculative.jit_speculation(false);
    for config in [never, few, unspeculative] {
        let events = agrees(&config, &wat, script);
        assert!(count_installed(&events) > 0);
        assert_eq!(untaken(&events), [""; 0]);
    }
    assert_eq!(untaken(&agrees(&observing(24), &wat, script)).len(), 1);
}

// All stores of an engine learn from the failure of one: a second one has code with both arms.
#[test]
fn stores_share_what_they_learn() {
    let wat = of_body(BODIES[0].1);
    let script = |run: &mut Run| {
        run.repeat(60, "f", (1,));
        run.repeat(60, "f", (7,));
    };
    let world = World::new(&observing(24));
    let found: Vec<_> = (0..3)
        .map(|_| {
            let mut run = Run::in_world(&world, &wat);
            script(&mut run);
            untaken(&run.events()).len()
        })
        .collect();
    // Each code that has the branch may fail: that of `f`, and that of what is inlined into it.
    assert!((1..=3).contains(&found[0]), "{found:?}");
    assert_eq!(found[1..], [0, 0]);
}

// A profile says which arms were never taken: code is without them from the first call on, and
// what failed in the earlier run does not fail again.
#[test]
fn profile_of_an_earlier_run() {
    let wat = of_body(BODIES[0].1);
    for (before, n_exits) in [(1, 1), (7, 0)] {
        let world = World::new(&observing(24));
        let mut run = Run::in_world(&world, &wat);
        run.repeat(60, "f", (1,));
        run.repeat(60, "f", (before,));
        let world = World::with_profiles(&observing(24), world.profiles());
        let mut run = Run::in_world(&world, &wat);
        run.call("f", (7,));
        let events = run.events();
        assert_eq!(untaken(&events).len(), n_exits, "{events:?}");
    }
}

// With little stack, exits and windows in deep recursion: each activation leaves by its own exit.
#[test]
fn every_activation_takes_the_other_arm() {
    let wat = r#"(module
(func $f (export "f") (param $n i32) (param $x i32) (result i32)
(if (i32.eqz (local.get $n)) (then (return (i32.const 1))))
(i32.add (call $f (i32.sub (local.get $n) (i32.const 1)) (local.get $x))
(if (result i32) (local.get $x) (then (i32.const 2)) (else (i32.const 3)))))
(func (export "flip") (param $n i32) (result i32)
(i32.add (call $f (local.get $n) (i32.const 0)) (call $f (local.get $n) (i32.const 1)))))"#;
    let script = |run: &mut Run| {
        run.repeat(20, "f", (20, 0));
        run.repeat(5, "f", (20, 1));
        run.repeat(5, "flip", (30,));
    };
    everywhere(
        wat,
        script,
        "f(20, 0) = 61 x20\n f(20, 1) = 41 x5\n flip(30) = 152 x5",
    );
    let events = events(&observing(100), wat, script);
    assert!(!untaken(&events).is_empty());
}
