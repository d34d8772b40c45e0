//! Runs a script in every mode of the engine and compares what it saw; counts what the tiers did.
//!
//! A script calls exports, sets what the host does when it is called, and changes tables, globals
//! and memories from outside. All it sees goes into a transcript, one line an observation:
//! results bit by bit, traps with their backtrace, calls of the host; at the end the exported
//! globals, memories and tables. The transcript of every mode must be the interpreter's, and that
//! one must begin with the text that the test expects. What a script can do is in `run.rs`.
//! Scenarios that exist for calls by index and by reference have here what differs in their wat.

use std::num::NonZeroU32;
use wasm_interp_jit::inspect::{Comparison, Event, ExitRecorder, HomeIdx, Reason, Shadow};
use wasm_interp_jit::{Config, Engine, Ref, Strategy};

pub(crate) use super::run::{Run, World, reenter, trace};

/// Hotness budget of the runs that are made to look at events: small, but enough calls to have
/// feedback.
const THRESHOLD: u32 = 10;

/// Runs in which one chosen guard fails, at most.
const MAX_CHOSEN: usize = 64;

/// Up to here, every guard that is executed is made to fail in a run of its own.
const ALL_CHOSEN: u64 = 24;

/// Native stack of the thread that scripts run on.
const THREAD_STACK: usize = 128 << 20;

/// Stack that Wasm may use, unless a test is about its limits. Where each call of a recursion is
/// left by an exit, each takes native stack for an activation of the interpreter, which is a
/// lot in debug builds.
const WASM_STACK: usize = 64 << 20;

/// A way to run a script.
struct Mode {
    name: String,
    config: Config,
    /// What the module has learned before.
    before: Before,
}

/// What ran before the run that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// Nothing.
    Nothing,
    /// The same script, in another store of the engine, whose code is shared.
    SameEngine,
    /// The same script in another engine, which left a profile.
    Profile,
}

impl Mode {
    fn new(name: impl Into<String>, base: &Config, set: impl FnOnce(&mut Config)) -> Self {
        let mut config = base.clone();
        set(&mut config);
        Self {
            name: name.into(),
            config,
            before: Before::Nothing,
        }
    }

    fn after(self, before: Before) -> Self {
        Self {
            name: format!("{} after {before:?}", self.name),
            before,
            ..self
        }
    }
}

/// Settings on which modes are based.
pub(crate) fn base() -> Config {
    let mut config = Config::new();
    config
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(WASM_STACK)
        .strategy(Strategy::Tiered)
        .jit_background(false);
    config
}

/// Compiles on the spot after about `threshold` calls.
pub(crate) fn tiered(threshold: u32) -> Config {
    let mut config = base();
    config.jit_threshold(threshold);
    config
}

fn interpreter(base: &Config) -> Mode {
    Mode::new("interpreter", base, |it| {
        it.strategy(Strategy::Interpreter);
    })
}

/// The modes whose number does not depend on the script, but for the interpreter.
fn modes(base: &Config) -> Vec<Mode> {
    let mut modes = vec![Mode::new("jit", base, |it| {
        it.strategy(Strategy::Jit);
    })];
    for threshold in [1, 2, 10] {
        modes.push(Mode::new(format!("tiered {threshold}"), base, |it| {
            it.jit_threshold(threshold);
        }));
    }
    // Once without feedback, hence without inlining, and once with.
    for threshold in [0, 2] {
        for every in [1, 2, 3, 7] {
            let name = format!("tiered {threshold}, each guard number {every} fails");
            modes.push(Mode::new(name, base, |it| {
                it.jit_threshold(threshold)
                    .jit_deopt_every(NonZeroU32::new(every));
            }));
        }
    }
    modes.push(Mode::new("background", base, |it| {
        it.jit_threshold(2).jit_background(true);
    }));
    for before in [Before::SameEngine, Before::Profile] {
        for background in [false, true] {
            let name = format!("warm, background {background}");
            let mode = Mode::new(name, base, |it| {
                it.jit_threshold(2).jit_background(background);
            });
            modes.push(mode.after(before));
        }
    }
    for seed in 1..=3 {
        modes.push(Mode::new(
            format!("random guards fail, seed {seed}"),
            base,
            |it| {
                it.jit_threshold(2).jit_deopt_random(Some(seed));
            },
        ));
    }
    modes.push(Mode::new("calls are looked at anew", base, |it| {
        it.jit_threshold(2).jit_reprofile_after(NonZeroU32::new(3));
    }));
    // Arms are left out that were not taken at once.
    for (threshold, every) in [(2, None), (10, None), (10, NonZeroU32::new(2))] {
        let name = format!("tiered {threshold}, few arms, stress {every:?}");
        modes.push(Mode::new(name, base, |it| {
            it.jit_threshold(threshold)
                .jit_untaken_after(NonZeroU32::new(1))
                .jit_deopt_every(every);
        }));
    }
    modes.push(Mode::new("counting", base, |it| {
        it.jit_threshold(2).interp_counts(true);
    }));
    modes.push(Mode::new("no speculation", base, |it| {
        it.jit_threshold(2).jit_speculation(false);
    }));
    modes.push(Mode::new("no inlining", base, |it| {
        it.jit_threshold(2).jit_inlining(false);
    }));
    modes.push(Mode::new("no entry at loops", base, |it| {
        it.jit_threshold(2).jit_osr(false);
    }));
    for every in [None, NonZeroU32::new(2)] {
        modes.push(Mode::new(
            format!("checked memory, stress {every:?}"),
            base,
            |it| {
                it.jit_threshold(2).jit_deopt_every(every);
                it.memory_reservation(0).memory_guard_size(0);
            },
        ));
    }
    modes
}

/// The modes in which scripts run once more, with fuel and a deadline: these are looked at where
/// functions and iterations begin, exits and entries at loops hand them over.
fn metered_modes(base: &Config) -> Vec<Mode> {
    let mut base = base.clone();
    base.consume_fuel(true).epoch_interruption(true);
    let mut modes = vec![
        interpreter(&base),
        Mode::new("metered jit", &base, |it| {
            it.strategy(Strategy::Jit);
        }),
    ];
    for every in [None, NonZeroU32::new(1)] {
        modes.push(Mode::new(
            format!("metered, stress {every:?}"),
            &base,
            |it| {
                it.jit_threshold(2)
                    .jit_untaken_after(NonZeroU32::new(1))
                    .jit_deopt_every(every);
            },
        ));
    }
    modes
}

/// The modes whose exits are compared, one by one, with what the interpreter has.
fn shadowed_modes(base: &Config) -> Vec<Mode> {
    let mut base = base.clone();
    base.consume_fuel(true)
        .cranelift_nan_canonicalization(true)
        .jit_threshold(2);
    let random = |it: &mut Config| {
        it.jit_deopt_random(Some(1));
    };
    let every = |it: &mut Config| {
        it.jit_deopt_every(NonZeroU32::new(1));
    };
    vec![
        interpreter(&base),
        Mode::new("shadowed", &base, |_| {}),
        Mode::new("shadowed, random guards fail", &base, random),
        Mode::new("shadowed, all guards fail", &base, every),
    ]
}

/// Exits of a run that are compared, at most.
const MAX_SHADOWED: usize = 500;

/// Compares what exits rebuild, in several modes, with what the interpreter has at the same moments.
pub(crate) fn shadow(base: &Config, wat: &str, script: impl Fn(&mut Run)) -> Vec<Comparison> {
    let modes = shadowed_modes(base);
    let compare = |mode: &Mode| {
        let mut run = Run::empty(&World::new(&mode.config));
        let exits = ExitRecorder::attach(&mut run.store, MAX_SHADOWED).expect("fuel is counted");
        run.instantiate("main", wat);
        script(&mut run);
        let mut run = Run::empty(&World::new(&modes[0].config));
        let shadow = Shadow::attach(&mut run.store, &exits).expect("fuel is counted");
        run.instantiate("main", wat);
        script(&mut run);
        let comparison = shadow.compare();
        assert!(
            comparison.differences.is_empty(),
            "{}: {comparison}",
            mode.name
        );
        comparison
    };
    modes[1..].iter().map(compare).collect()
}

/// Runs `script` on `wat` in all modes, which must agree on a transcript that begins with
/// `expected`. Returns it.
pub(crate) fn everywhere(wat: &str, script: impl Fn(&mut Run) + Sync, expected: &str) -> String {
    everywhere_with(&base(), wat, script, expected)
}

/// As [`everywhere`], with other settings.
pub(crate) fn everywhere_with(
    base: &Config,
    wat: &str,
    script: impl Fn(&mut Run) + Sync,
    expected: &str,
) -> String {
    on_large_stack(|| {
        let (reference, _) = transcript(&interpreter(base), wat, &script);
        let expected = unindent(expected);
        if !reference.starts_with(&expected) {
            panic!("interpreter:\n{}", difference(&expected, &reference));
        }
        let check = |mode: &Mode| {
            let (actual, events) = transcript(mode, wat, &script);
            if actual != reference {
                let events: Vec<String> = events.iter().map(Event::to_string).collect();
                let differs = difference(&reference, &actual);
                panic!("{}:\n{differs}\nevents:\n{}", mode.name, events.join("\n"));
            }
            events
        };
        for mode in modes(base) {
            check(&mode);
        }
        let metered = metered_modes(base);
        let (expected, _) = transcript(&metered[0], wat, &script);
        for mode in &metered[1..] {
            let (actual, _) = transcript(mode, wat, &script);
            let differs = difference(&expected, &actual);
            assert!(actual == expected, "{}:\n{differs}", mode.name);
        }
        let engine = Engine::new(base).expect("the settings are valid");
        // Deadlines pass when time has come, not at a moment that fuel tells.
        if !engine.get_epoch_interruption() {
            shadow(base, wat, &script);
        }
        let mut chosen = 0;
        for _ in 0..MAX_CHOSEN {
            let mode = Mode::new(format!("guard {chosen} fails"), base, |it| {
                it.jit_threshold(2).jit_deopt_at(Some(chosen));
            });
            let events = check(&mode);
            if !events.iter().any(is_stress) {
                break;
            }
            chosen += 1.max(chosen.saturating_sub(ALL_CHOSEN) / 8);
        }
        reference
    })
}

/// Runs `script` on `wat` with the settings `config` and in the interpreter, which must agree.
/// Returns what happened.
pub(crate) fn agrees(config: &Config, wat: &str, script: impl Fn(&mut Run) + Sync) -> Vec<Event> {
    on_large_stack(|| {
        let (expected, _) = transcript(&interpreter(config), wat, &script);
        let mode = Mode::new("", config, |_| {});
        let (actual, events) = transcript(&mode, wat, &script);
        assert!(actual == expected, "{}", difference(&expected, &actual));
        events
    })
}

/// Runs `script` on `wat` in all modes with the settings `base`, which may give Wasm too little
/// stack. Each call must either end as with enough stack, or exhaust it. Returns how many calls
/// did the one and the other.
pub(crate) fn survives(
    base: &Config,
    wat: &str,
    script: impl Fn(&mut Run) + Sync,
) -> (usize, usize) {
    on_large_stack(|| {
        let mut enough = interpreter(base);
        enough
            .config
            .max_wasm_stack(WASM_STACK)
            .async_stack_size(WASM_STACK);
        let expected = lines(&enough, wat, &script);
        let (mut n_good, mut n_exhausted) = (0, 0);
        for mode in modes(base).into_iter().chain([interpreter(base)]) {
            let actual = lines(&mode, wat, &script);
            assert_eq!(actual.len(), expected.len(), "{}", mode.name);
            for (expected, actual) in expected.iter().zip(&actual) {
                let call = expected.split(" = ").next().unwrap_or(expected);
                if actual == expected {
                    n_good += 1;
                } else if *actual == format!("{call} fails: call stack exhausted") {
                    n_exhausted += 1;
                } else {
                    panic!("{}: expected {expected}, but was {actual}", mode.name);
                }
            }
        }
        (n_good, n_exhausted)
    })
}

/// The lines of a transcript, without the state at its end.
fn lines(mode: &Mode, wat: &str, script: &impl Fn(&mut Run)) -> Vec<String> {
    let mut run = Run::new(&mode.config, wat);
    script(&mut run);
    run.observations()
}

fn is_stress(event: &Event) -> bool {
    matches!(
        event,
        Event::Deopt {
            reason: Reason::Stress,
            ..
        }
    )
}

fn transcript(mode: &Mode, wat: &str, script: &impl Fn(&mut Run)) -> (String, Vec<Event>) {
    let mut world = World::new(&mode.config);
    if mode.before != Before::Nothing {
        script(&mut Run::in_world(&world, wat));
    }
    if mode.before == Before::Profile {
        world = World::with_profiles(&mode.config, world.profiles());
    }
    let mut run = Run::in_world(&world, wat);
    script(&mut run);
    run.note_state();
    (run.transcript(), run.events())
}

/// The lines of `text` that say something, as they stand in a transcript.
pub(crate) fn unindent(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect();
    lines.join("\n")
}

/// Both texts from the first line on in which they differ.
fn difference(expected: &str, actual: &str) -> String {
    let (mut left, mut right) = (expected.lines().peekable(), actual.lines().peekable());
    let mut n = 1;
    while left.peek().is_some() && left.peek() == right.peek() {
        left.next();
        right.next();
        n += 1;
    }
    let rest = |it: &mut dyn Iterator<Item = &str>| it.take(20).collect::<Vec<_>>().join("\n  ");
    format!(
        "from line {n} on, expected\n  {}\nbut was\n  {}",
        rest(&mut left),
        rest(&mut right)
    )
}

/// Runs `script` on `wat` with the settings `config`, and returns what happened.
pub(crate) fn events(config: &Config, wat: &str, script: impl Fn(&mut Run) + Sync) -> Vec<Event> {
    on_large_stack(|| {
        let mode = Mode::new("", config, |_| {});
        transcript(&mode, wat, &script).1
    })
}

/// The exits that `script` takes when functions are compiled after a few calls, one line each:
/// reason, place, and number of frames.
pub(crate) fn deopts(wat: &str, script: impl Fn(&mut Run) + Sync) -> Vec<String> {
    deopts_with(&tiered(THRESHOLD), wat, script)
}

/// As [`deopts`], with other settings.
pub(crate) fn deopts_with(
    config: &Config,
    wat: &str,
    script: impl Fn(&mut Run) + Sync,
) -> Vec<String> {
    events(config, wat, script)
        .iter()
        .filter_map(deopt_line)
        .collect()
}

/// A line for a deopt.
pub(crate) fn deopt_line(event: &Event) -> Option<String> {
    match event {
        Event::Deopt {
            reason,
            home: HomeIdx(0),
            func,
            pc,
            frames,
            ..
        } => Some(format!("{reason} {func}@{pc:#x} x{frames}")),
        Event::Deopt {
            reason,
            home,
            func,
            pc,
            frames,
            ..
        } => Some(format!("{reason} {home}:{func}@{pc:#x} x{frames}")),
        _ => None,
    }
}

/// The decisions on call sites, in order, under the conditions of [`deopts`].
pub(crate) fn inlined(wat: &str, script: impl Fn(&mut Run) + Sync) -> Vec<String> {
    let line = |event: &Event| match event {
        Event::Inlined {
            root,
            func,
            pc,
            decision,
        } => Some(format!("{root}: {func}@{pc:#x} {decision}")),
        _ => None,
    };
    events(&tiered(THRESHOLD), wat, script)
        .iter()
        .filter_map(line)
        .collect()
}

/// As [`inlined`], but only what was decided for the code of `root`.
pub(crate) fn inlined_into(root: &str, wat: &str, script: impl Fn(&mut Run) + Sync) -> Vec<String> {
    let mut lines = inlined(wat, script);
    lines.retain(|it| it.starts_with(&format!("{root}: ")));
    lines
}

/// How many pieces of code were installed.
pub(crate) fn count_installed(events: &[Event]) -> usize {
    events
        .iter()
        .filter(|it| matches!(it, Event::Installed { .. }))
        .count()
}

/// How many deopts there were.
pub(crate) fn count_deopts(events: &[Event]) -> usize {
    events
        .iter()
        .filter(|it| matches!(it, Event::Deopt { .. }))
        .count()
}

/// How often a running frame entered code at a loop.
pub(crate) fn count_osr(events: &[Event]) -> usize {
    events
        .iter()
        .filter(|it| matches!(it, Event::OsrEntered { .. }))
        .count()
}

/// The beginning of a module: five functions of type `$t`, and a table of them.
pub(crate) const FIVE: &str = "(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b $c $d $e))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $c (type $t) (i32.xor (local.get 0) (i32.const 5)))
(func $d (type $t) (i32.sub (local.get 0) (i32.const 7)))
(func $e (type $t) (i32.rotl (local.get 0) (i32.const 3)))\n";

/// What those of [`FIVE`] make of 100.
pub(crate) const RESULTS: [i32; 5] = [101, 300, 97, 93, 800];

/// An element of a table that is nothing.
pub(crate) fn null() -> Ref {
    Ref::Func(None)
}

/// A table `$targets` of the functions `elements`, for calls of the form `form`. Those of
/// references need elements of their type, `$t`.
pub(crate) fn table_of(form: &str, elements: &str) -> String {
    if !is_by_reference(form) {
        return format!("(table $targets funcref (elem {elements}))");
    }
    let elements: String = elements
        .split(' ')
        .map(|it| format!("(ref.func {it})"))
        .collect();
    format!("(table $targets (ref null $t) (elem {elements}))")
}

/// A call of the element at `index` of `$targets`, which is the only table.
pub(crate) fn call_element(form: &str, args: &str, index: &str) -> String {
    if is_by_reference(form) {
        format!("({form} $t {args} (table.get $targets {index}))")
    } else {
        format!("({form} (type $t) {args} {index})")
    }
}

/// Does a call of the form `form` take a reference, and not the index of one?
fn is_by_reference(form: &str) -> bool {
    form.ends_with("call_ref")
}

/// Runs `body` where Wasm may use all of [`WASM_STACK`], however large native frames are.
fn on_large_stack<R: Send>(body: impl FnOnce() -> R + Send) -> R {
    spec::on_stack(THREAD_STACK, body).expect("threads are unlimited")
}
