//! Profiles as bytes and as custom sections: of this module or another, damaged, and made up.

use std::sync::{Arc, Mutex};
use wasm_interp_jit::inspect::{self, Event};
use wasm_interp_jit::{Config, Engine, Instance, Module, Store, Strategy};

const WAT: &str = r#"(module
    (type $t (func (param i32) (result i32)))
    (table funcref (elem $inc $triple))
    (func $inc (type $t) (i32.add (local.get 0) (i32.const 1)))
    (func $triple (type $t) (i32.mul (local.get 0) (i32.const 3)))
    (func (export "f") (param $index i32) (param $n i32) (result i32)
        (local $x i32)
        (loop $next
            (local.set $x (call_indirect (type $t) (local.get $x) (local.get $index)))
            (local.set $x (call $inc (local.get $x)))
            (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $x)))"#;

/// What [`run`] computes.
const RESULT: i32 = 2 * 100;

fn engine() -> Engine {
    let mut config = Config::new();
    config
        .strategy(Strategy::Tiered)
        .jit_threshold(10)
        .jit_background(false);
    Engine::new(&config).expect("the settings are valid")
}

/// Calls `f` of the module in a new store. Returns its result, and what happened.
fn run(module: &Module) -> (i32, Vec<Event>) {
    let mut store = Store::new(module.engine(), ());
    let events = Arc::<Mutex<Vec<Event>>>::default();
    let sink = events.clone();
    inspect::on_event(&mut store, move |event| {
        sink.lock().expect("not poisoned").push(event.clone());
    });
    let instance = Instance::new(&mut store, module, &[]).expect("no imports");
    let f = instance.get_typed_func::<(i32, i32), i32>(&mut store, "f");
    let result = f.expect("exported").call(&mut store, (0, 100));
    drop(store);
    let events = std::mem::take(&mut *events.lock().expect("not poisoned"));
    (result.expect("does not trap"), events)
}

/// The profile that a run of the module leaves.
fn recorded() -> (Module, Vec<u8>) {
    let module = Module::new(&engine(), WAT).expect("valid");
    assert_eq!(run(&module).0, RESULT);
    let profile = module.profile().expect("in memory");
    (module, profile)
}

/// Was something compiled before the interpreter met the first call?
fn is_compiled_at_once(events: &[Event]) -> bool {
    let of = |is: fn(&Event) -> bool| events.iter().position(is).unwrap_or(usize::MAX);
    of(|it| matches!(it, Event::Installed { .. })) < of(|it| matches!(it, Event::Ic { .. }))
}

fn inlined(events: &[Event]) -> Vec<&str> {
    let decisions = events.iter().filter_map(|it| match it {
        Event::Inlined { decision, .. } => Some(decision.as_str()),
        _ => None,
    });
    decisions.collect()
}

// A profile is small, the same for the same run, and is read back as what it was.
#[test]
fn bytes_are_read_back() {
    let (module, profile) = recorded();
    assert_eq!(recorded().1, profile);
    assert!(profile.len() < 100, "{} bytes", profile.len());
    let other = Module::new(&engine(), WAT).expect("valid");
    other.apply_profile(&profile).expect("of the same bytes");
    assert_eq!(other.profile().expect("in memory"), profile);
    assert!(!is_compiled_at_once(
        &run(&Module::new(&engine(), WAT).expect("valid")).1
    ));
    let (result, events) = run(&other);
    assert_eq!(result, RESULT);
    assert!(is_compiled_at_once(&events), "{events:?}");
    drop(module);
}

// The words for each kind of bytes that are no profile of the module.
#[test]
fn what_is_refused() {
    let (module, profile) = recorded();
    let refusal = |bytes: &[u8]| {
        let error = module.apply_profile(bytes).expect_err("refused");
        format!("{error:#}")
    };
    assert_eq!(refusal(b""), "not a profile: it begins with other bytes");
    assert_eq!(
        refusal(b"\0asm"),
        "not a profile: it begins with other bytes"
    );
    assert_eq!(
        refusal(&profile[..10]),
        "not a profile: unexpected end-of-file"
    );
    let mut changed = profile.clone();
    changed[4] = 9;
    assert_eq!(
        refusal(&changed),
        "profile has version 9, but this engine reads version 2"
    );
    changed = profile.clone();
    changed[5] ^= 1;
    assert_eq!(
        refusal(&changed),
        "the profile was recorded with another module"
    );
    changed = profile.clone();
    changed.push(0);
    assert_eq!(refusal(&changed), "not a profile: there is more behind it");
    let with = |rest: &[u8]| [&profile[..21], rest].concat();
    // A function that is not there; more loops and sites than bytes; a site that is not there.
    assert_eq!(
        refusal(&with(&[1, 7])),
        "the profile does not fit the module: func7 has no body"
    );
    assert_eq!(
        refusal(&with(&[1, 0, 100])),
        "the profile does not fit the module: func0 has too few loops for it"
    );
    assert_eq!(
        refusal(&with(&[1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xf])),
        "the profile does not fit the module: func0 has too few call sites for it"
    );
    assert_eq!(
        refusal(&with(&[1, 0, 0, 1, 1, 1])),
        "the profile does not fit the module: func0 has no call site 1"
    );
    assert_eq!(
        refusal(&with(&[1, 0, 0, 1, 1, 0, 5, 0, 0, 9])),
        "not a profile: a call site with 9 targets"
    );
    assert_eq!(
        refusal(&with(&[1, 0, 0, 1, 1, 0, 5, 0, 0, 1, 9])),
        "the profile does not fit the module: func9 is no target: it has no body"
    );
}

// Every cut and every changed byte: the profile is refused, or it changes speed only.
#[test]
fn damaged_profiles_change_speed_only() {
    let (_, profile) = recorded();
    let engine = engine();
    let check = |bytes: &[u8]| {
        let module = Module::new(&engine, WAT).expect("valid");
        let accepted = module.apply_profile(bytes).is_ok();
        assert_eq!(run(&module).0, RESULT, "{bytes:?}");
        accepted
    };
    for len in 0..profile.len() {
        assert!(!check(&profile[..len]), "cut to {len} bytes");
    }
    let mut n_accepted = 0;
    for at in 21..profile.len() {
        for change in [1, 2, 0x40, 0x80, 0xff] {
            let mut bytes = profile.clone();
            bytes[at] ^= change;
            n_accepted += u32::from(check(&bytes));
        }
    }
    assert!(
        n_accepted > 0,
        "all were refused, so that nothing was tested"
    );
}

// A profile of an engine that does not compile says nothing, and one that is applied there is as
// good as none.
#[test]
fn without_a_compiler() {
    let (_, profile) = recorded();
    let mut config = Config::new();
    config.strategy(Strategy::Interpreter);
    let engine = Engine::new(&config).expect("valid");
    let module = Module::new(&engine, WAT).expect("valid");
    assert_eq!(run(&module).0, RESULT);
    assert_eq!(module.profile().expect("in memory").len(), 22);
    module.apply_profile(&profile).expect("of the same bytes");
    assert_eq!(run(&module).0, RESULT);
}

// The hints that a run leaves are sections of a valid module, by which another engine compiles at
// once what was hot, with the targets of then. Written twice they are there once.
#[test]
fn hints_are_read_back() {
    let (module, _) = recorded();
    let hinted = module.with_hints().expect("in memory");
    let read = Module::new(&engine(), &hinted).expect("valid");
    let (result, events) = run(&read);
    assert_eq!(result, RESULT);
    assert!(is_compiled_at_once(&events), "{events:?}");
    assert!(
        inlined(&events)
            .iter()
            .any(|it| it.starts_with("func0 behind element")),
        "{events:?}"
    );
    let again = read.with_hints().expect("in memory");
    assert!(
        again.len() <= hinted.len() + 8,
        "{} and {}",
        again.len(),
        hinted.len()
    );
    let mut config = Config::new();
    config.strategy(Strategy::Tiered).jit_hints(false);
    let ignoring = Engine::new(&config).expect("valid");
    let ignored = Module::new(&ignoring, &hinted).expect("valid");
    assert!(!is_compiled_at_once(&run(&ignored).1));
}

/// The module with a section of hints in which `f` has `hints`.
fn with_section(name: &str, contents: &[u8]) -> Vec<u8> {
    let mut bytes = wat::parse_str(WAT).expect("well-formed");
    let len = |it: usize| u8::try_from(it).expect("small");
    bytes.push(0);
    bytes.push(len(1 + name.len() + contents.len()));
    bytes.push(len(name.len()));
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(contents);
    bytes
}

// Hints that make no sense are ignored: functions that are not there, offsets at no call, targets
// of another type, more than all calls, duplicates, any order, cut off.
#[test]
fn hints_that_make_no_sense_are_ignored() {
    // The function `f`, two of its bytes from the start of locals, where a call may be or not.
    let hint = |offset: u8, hint: &[u8]| {
        let mut contents = vec![1, 2, 1, offset, hint.len() as u8];
        contents.extend_from_slice(hint);
        contents
    };
    let mut n_used = 0;
    for offset in 0..60 {
        for targets in [
            &[0, 90][..],
            &[1, 50, 0, 50],
            &[2, 90],
            &[77, 90],
            &[0, 200],
            &[0, 90, 0, 90],
            &[0],
            &[],
        ] {
            let bytes = with_section("metadata.code.call_targets", &hint(offset, targets));
            let module = Module::new(&engine(), bytes).expect("valid");
            let (result, events) = run(&module);
            assert_eq!(result, RESULT, "targets {targets:?} at {offset}");
            n_used += usize::from(
                inlined(&events)
                    .iter()
                    .any(|it| it.contains("behind element")),
            );
        }
        for frequency in [0, 1, 32, 64, 100, 127, 255] {
            let bytes = with_section("metadata.code.instr_freq", &hint(offset, &[frequency]));
            let module = Module::new(&engine(), bytes).expect("valid");
            assert_eq!(run(&module).0, RESULT, "frequency {frequency} at {offset}");
        }
    }
    assert!(n_used > 0, "no hint was at the call");
    for contents in [
        &[][..],
        &[0xff, 0xff, 0xff, 0xff, 0xf],
        &[1, 99, 1, 0, 0],
        &[1, 2, 3, 0, 1],
        &[2, 2, 1, 5, 2, 0, 9, 2, 1, 5, 2, 0, 9],
        &[1, 2, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xf],
    ] {
        for name in [
            "metadata.code.call_targets",
            "metadata.code.instr_freq",
            "metadata.code.compilation_priority",
        ] {
            let module = Module::new(&engine(), with_section(name, contents)).expect("valid");
            assert_eq!(run(&module).0, RESULT, "{name} {contents:?}");
        }
    }
}
