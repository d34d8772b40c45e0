//! Code and profiles that instances, stores and runs share, and sites that are looked at anew.

use super::harness::{agrees, base, count_deopts, count_installed, events, everywhere, tiered};
use super::run::{Run, World};
use std::num::NonZeroU32;
use std::sync::Arc;
use wasm_interp_jit::inspect::{Event, Reason};

/// A function `f (index, n)` that calls one of nine targets by `$call`, `n` times.
const NINE: &str = r#"(module
(type $t (func (param i32) (result i32)))
(table $targets 9 funcref)
(elem (i32.const 0) $a $b $c $d $e $f $g $h $i)
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $c (type $t) (i32.xor (local.get 0) (i32.const 5)))
(func $d (type $t) (i32.sub (local.get 0) (i32.const 7)))
(func $e (type $t) (i32.rotl (local.get 0) (i32.const 3)))
(func $f (type $t) (i32.or (local.get 0) (i32.const 1)))
(func $g (type $t) (i32.and (local.get 0) (i32.const 0xffff)))
(func $h (type $t) (i32.shl (local.get 0) (i32.const 1)))
(func $i (type $t) (i32.rotr (local.get 0) (i32.const 1)))
(func $call (param i32 i32) (result i32) (call_indirect (type $t) (local.get 0) (local.get 1)))
(func (export "f") (param $index i32) (param $n i32) (result i32)
(local $x i32)
(loop $next
(local.set $x (call $call (local.get $x) (local.get $index)))
(br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
(local.get $x))
;; All targets in turn.
(func (export "all") (param $n i32) (result i32)
(local $x i32)
(loop $next
(local.set $x (call $call (local.get $x) (i32.rem_u (local.get $n) (i32.const 9))))
(br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
(local.get $x)))"#;

fn is_reused(event: &Event) -> bool {
    matches!(event, Event::Installed { reused: true, .. })
}

fn is_hot(event: &Event) -> bool {
    matches!(event, Event::Hot { .. })
}

fn is_reprofile(event: &Event) -> bool {
    let reason = Reason::Reprofile;
    matches!(event, Event::Deopt { reason: it, .. } if *it == reason)
}

/// The last decision on the call in `$call`.
fn last_decision(events: &[Event]) -> &str {
    let decisions = events.iter().rev().filter_map(|it| match it {
        Event::Inlined { func, decision, .. } if func.0 == 9 => Some(decision.as_str()),
        _ => None,
    });
    decisions.into_iter().next().expect("it was decided on")
}

/// Runs `script` in a new store of `world`.
fn run(world: &Arc<World>, wat: &str, script: impl Fn(&mut Run)) -> (String, Vec<Event>) {
    let mut run = Run::in_world(world, wat);
    script(&mut run);
    (run.transcript(), run.events())
}

// A second store of the engine runs what the first one had compiled: nothing gets hot, nothing is
// compiled, nothing fails.
#[test]
fn second_store_starts_with_the_code_of_the_first() {
    let script = |run: &mut Run| {
        run.repeat(20, "f", (1, 10));
        run.repeat(20, "f", (2, 10));
    };
    everywhere(NINE, script, "f(1, 10) = 0 x20\n f(2, 10) = 0 x20");
    let world = World::new(&tiered(10));
    let (first, before) = run(&world, NINE, script);
    let (second, after) = run(&world, NINE, script);
    assert_eq!(first, second);
    assert!(before.iter().any(is_hot) && !before.iter().any(is_reused));
    assert!(count_deopts(&before) > 0);
    assert!(after.iter().any(is_reused), "{after:?}");
    assert!(!after.iter().any(is_hot), "{after:?}");
    assert_eq!(count_deopts(&after), 0);
}

// What one store unlearns, others unlearn with it: code that failed is not given to new instances.
// All stores together get as many exits as one would: four for each piece of code that has the
// site, which are those of `$call`, of `f`, and of its loop.
#[test]
fn stores_share_their_failures() {
    let world = World::new(&tiered(10));
    let mut n_deopts = 0;
    for n in 0..40 {
        let script = |run: &mut Run| {
            run.repeat(5, "f", (n % 9, 10));
            run.repeat(5, "f", ((n + 1) % 9, 10));
        };
        n_deopts += count_deopts(&run(&world, NINE, script).1);
    }
    assert!((1..=12).contains(&n_deopts), "{n_deopts} deopts");
}

// Instances of a module whose tables differ: by an offset that is imported, so that an index names
// another function in each. Code that goes by the index must not run in the other one.
#[test]
fn instances_with_other_elements_get_other_code() {
    let wat = |exported: &str| {
        format!(
            r#"(module
(type $t (func (param i32) (result i32)))
(import "where" "offset" (global $offset i32))
(table {exported} 4 funcref)
(elem (global.get $offset) $a $b)
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param i32) (result i32)
(call_indirect (type $t) (i32.const 10) (local.get 0))))"#
        )
    };
    for exported in ["", r#"(export "t")"#] {
        let (wat, main) = (wat(exported), "(module)");
        let script = |run: &mut Run| {
            for offset in 0..2 {
                let module =
                    format!(r#"(module (global (export "offset") i32 (i32.const {offset})))"#);
                run.allow_shadowing();
                run.instantiate("where", &module);
                run.instantiate(&format!("at{offset}"), &wat);
            }
            for _ in 0..20 {
                run.call("at0.f", (1,));
                run.call("at1.f", (1,));
            }
            run.repeat(3, "at0.f", (0,));
            run.repeat(3, "at1.f", (0,));
            run.repeat(3, "at1.f", (2,));
        };
        let start = "at0.f(1) = 30\n at1.f(1) = 11\n at0.f(1) = 30\n at1.f(1) = 11";
        everywhere(main, script, start);
        let events = agrees(&tiered(10), main, script);
        assert!(count_installed(&events) >= 2, "{events:?}");
    }
}

// A profile of an earlier run: functions are compiled before they are called, with the targets of
// then, and leave by exits from the first call on.
#[test]
fn profile_of_an_earlier_run() {
    let script = |run: &mut Run| run.repeat(20, "f", (1, 10));
    let world = World::new(&tiered(10));
    let (first, _) = run(&world, NINE, script);
    let world = World::with_profiles(&tiered(10), world.profiles());
    let (second, events) = run(&world, NINE, script);
    assert_eq!(first, second);
    let at = |is: &dyn Fn(&Event) -> bool| events.iter().position(is);
    let installed = at(&|it| matches!(it, Event::Installed { .. })).expect("it was hot");
    let interpreted = at(&|it| matches!(it, Event::Ic { .. }));
    assert!(interpreted.is_none_or(|it| installed < it), "{events:?}");
    assert!(
        last_decision(&events).starts_with("func1 behind"),
        "{events:?}"
    );
    let other = |run: &mut Run| {
        run.call("f", (2, 10));
    };
    let world = World::with_profiles(&tiered(10), world.profiles());
    let (_, events) = run(&world, NINE, other);
    assert_eq!(count_deopts(&events), 1, "{events:?}");
}

// A site meets all nine targets and is given up as megamorphic; then it calls one of them only, for
// long. It is inlined again, and what it called before gets a call and no exit.
#[test]
fn megamorphic_site_becomes_monomorphic_again() {
    let script = |run: &mut Run| {
        run.repeat(3, "all", (90,));
        run.repeat(40, "f", (3, 10));
        run.repeat(3, "all", (90,));
    };
    everywhere(
        NINE,
        script,
        "all(90) = 615468 x3\n f(3, 10) = -70 x40\n all(90) = 615468 x3",
    );
    let mut config = tiered(10);
    config.jit_reprofile_after(NonZeroU32::new(50));
    let found = agrees(&config, NINE, script);
    let has = |text: &str| {
        let is_it = |it: &Event| matches!(it, Event::Inlined { decision, .. } if decision == text);
        found.iter().any(is_it)
    };
    assert!(has("called: megamorphic"), "{found:?}");
    assert!(has("func3 behind index == 3, else called"), "{found:?}");
    assert!(found.iter().any(is_reprofile));
}

// The number of new looks at a site is bounded by the square root of its calls.
#[test]
fn new_looks_are_bounded() {
    let (n_calls, first) = (1 << 14, 16);
    for threshold in [10, 100] {
        let mut config = base();
        config
            .jit_threshold(threshold)
            .jit_reprofile_after(NonZeroU32::new(first));
        let found = events(&config, NINE, |run| {
            run.call("all", (n_calls,));
        });
        let looks = found.iter().filter(|it| is_reprofile(it)).count();
        let most = (2.0 * f64::from(n_calls) / f64::from(first)).sqrt();
        assert!(
            looks >= 3 && looks as f64 <= most,
            "{looks} new looks, at most {most}"
        );
    }
}

// One call in many goes elsewhere, to more targets than a cache keeps. The frequent one stays
// inlined, and the others are called without an exit each.
#[test]
fn rare_targets_are_called() {
    let script = |run: &mut Run| {
        for n in 0..8 {
            run.repeat(10, "f", (0, 20));
            run.call("f", (1 + n, 1));
        }
        run.repeat(50, "f", (0, 20));
    };
    everywhere(
        NINE,
        script,
        "f(0, 20) = 20 x10\n f(1, 1) = 0\n f(0, 20) = 20 x10\n f(2, 1) = 5",
    );
    let found = events(&tiered(10), NINE, script);
    let last = last_decision(&found);
    assert!(
        last.starts_with("func0") && last.ends_with("else called"),
        "{last}"
    );
    assert!(count_deopts(&found) <= 4, "{found:?}");
}

// A site that compiled code reaches first is called as it is; when that turns out to be often, its
// targets are inlined after all.
#[test]
fn site_never_executed_before_is_inlined_later() {
    let wat = NINE.replace(
        r#"(func (export "f")"#,
        r#"(func (export "late") (param $n i32) (result i32)
(local $x i32)
(loop $first
(local.set $x (i32.add (local.get $x) (i32.const 3)))
(br_if $first (i32.lt_u (local.get $x) (local.get $n))))
(loop $then
(local.set $x (call_indirect (type $t) (local.get $x) (i32.const 1)))
(br_if $then (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
(local.get $x))
(func (export "f")"#,
    );
    let script = |run: &mut Run| {
        run.call("late", (900,));
    };
    everywhere(&wat, script, "late(900) =");
    let mut config = tiered(10);
    config.jit_reprofile_after(NonZeroU32::new(20));
    let found = agrees(&config, &wat, script);
    let inlined = |it: &Event| matches!(it, Event::Inlined { decision, .. } if decision.starts_with("func1 behind"));
    assert!(found.iter().any(is_reprofile), "{found:?}");
    assert!(found.iter().any(inlined), "{found:?}");
}
