//! Runs a script in every mode of the engine and compares what it saw; counts what the tiers did.
//!
//! A script calls exports, sets what the host does when it is called, and changes tables, globals
//! and memories from outside. All it sees goes into a transcript, one line an observation:
//! results bit by bit, traps with their backtrace, calls of the host; at the end the exported
//! globals, memories and tables. The transcript of every mode must be the interpreter's, and that
//! one must begin with the text that the test expects.
//!
//! The imports of a module that a script runs are these, all of module `host`:
//!
//! - `do (param i32) (result i32)`: the script's callback;
//! - `log (param i32)`: a line in the transcript;
//! - `trace`: the backtrace, as a line in the transcript;
//! - `fail`: returns an error.
//!
//! Lines repeat seldom for their own sake: equal lines in a row become one with a count.

use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use wasm_interp_jit::inspect::{self, Event, Reason};
use wasm_interp_jit::{
    AsContextMut, Caller, Config, Engine, Error, Extern, ExternRef, Func, Instance, Linker, Module,
    Ref, Result, Store, Strategy, Table, Trap, Val, WasmBacktrace, WasmFault, bail,
};

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

/// What the host does when `host.do` is called.
type Callback = Arc<dyn Fn(&mut Caller<'_, Host>, i32) -> Result<i32> + Send + Sync>;

/// The data of a run's store.
#[derive(Default)]
pub(crate) struct Host {
    callback: Option<Callback>,
    lines: Vec<(String, usize)>,
}

impl Host {
    /// Adds a line to the transcript.
    pub(crate) fn line(&mut self, line: String) {
        match self.lines.last_mut() {
            Some((last, n)) if *last == line => *n += 1,
            _ => self.lines.push((line, 1)),
        }
    }

    fn transcript(&self) -> String {
        let mut text = String::new();
        for (line, n) in &self.lines {
            let _ = match n {
                1 => writeln!(text, "{line}"),
                n => writeln!(text, "{line} x{n}"),
            };
        }
        text
    }
}

/// One run of a script.
pub(crate) struct Run {
    pub(crate) store: Store<Host>,
    linker: Linker<Host>,
    instances: Vec<(String, Instance)>,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Run {
    fn new(config: &Config, wat: &str) -> Self {
        let engine = Engine::new(config).expect("the settings are valid");
        let mut store = Store::new(&engine, Host::default());
        let events = Arc::<Mutex<Vec<Event>>>::default();
        let sink = events.clone();
        inspect::on_event(&mut store, move |event| {
            sink.lock()
                .expect("no panic while it is locked")
                .push(event.clone());
        });
        let linker = host_functions(&engine);
        let mut run = Self {
            store,
            linker,
            instances: Vec::new(),
            events,
        };
        run.instantiate("main", wat);
        run
    }

    /// Makes another instance. Its exports can be imported from a module `name`.
    pub(crate) fn instantiate(&mut self, name: &str, wat: &str) {
        let module = Module::new(self.store.engine(), wat)
            .unwrap_or_else(|err| panic!("module {name}: {err:?}"));
        match self.linker.instantiate(&mut self.store, &module) {
            Ok(instance) => {
                self.linker
                    .instance(&mut self.store, name, instance)
                    .expect("the name is new");
                self.instances.push((name.to_owned(), instance));
            }
            Err(error) => {
                let line = format!("instantiate {name} {}", describe_error(&error));
                self.store.data_mut().line(line);
            }
        }
    }

    /// Calls an export, `name` of the main instance or `instance.name`, and notes the result.
    pub(crate) fn call(&mut self, name: &str, args: impl Args) -> Option<Vec<Val>> {
        let Extern::Func(func) = self.export(name) else {
            panic!("{name} is no function")
        };
        invoke(&mut self.store, (name, func), &args.vals())
    }

    /// Calls an export `n` times.
    pub(crate) fn repeat(&mut self, n: usize, name: &str, args: impl Args) {
        let args = args.vals();
        for _ in 0..n {
            self.call(name, args.clone());
        }
    }

    /// From now on, `host.do` is `callback`.
    pub(crate) fn host(
        &mut self,
        callback: impl Fn(&mut Caller<'_, Host>, i32) -> Result<i32> + Send + Sync + 'static,
    ) {
        self.store.data_mut().callback = Some(Arc::new(callback));
    }

    /// An export, as named for [`Run::call`].
    pub(crate) fn export(&mut self, name: &str) -> Extern {
        let (instance, name) = name.split_once('.').unwrap_or(("main", name));
        let instance = self.instances.iter().find(|it| it.0 == instance);
        let (_, instance) = instance.unwrap_or_else(|| panic!("{name}: there is no such instance"));
        let export = instance.get_export(&mut self.store, name);
        export.unwrap_or_else(|| panic!("{name} is not exported"))
    }

    /// An exported function as a value.
    pub(crate) fn func(&mut self, name: &str) -> Val {
        self.export(name)
            .into_func()
            .unwrap_or_else(|| panic!("{name} is no function"))
            .into()
    }

    /// An exported table.
    pub(crate) fn table(&mut self, name: &str) -> Table {
        self.export(name)
            .into_table()
            .unwrap_or_else(|| panic!("{name} is no table"))
    }

    /// Sets an element of a table to an exported function.
    pub(crate) fn set_element(&mut self, table: &str, index: u64, func: &str) {
        let (table, func) = (self.table(table), self.func(func));
        let element = func.ref_().expect("a function is a reference");
        table
            .set(&mut self.store, index, element)
            .expect("the element exists");
    }

    /// Sets an exported global.
    pub(crate) fn set_global(&mut self, name: &str, value: impl Into<Val>) {
        let global = self.export(name).into_global();
        let global = global.unwrap_or_else(|| panic!("{name} is no global"));
        global
            .set(&mut self.store, value.into())
            .expect("the global is mutable");
    }

    /// A value of the host.
    pub(crate) fn extern_ref(&mut self, value: i32) -> Val {
        ExternRef::new(&mut self.store, value)
            .expect("values of the host are unlimited")
            .into()
    }

    /// The events so far.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.events
            .lock()
            .expect("no panic while it is locked")
            .clone()
    }

    /// The transcript so far.
    pub(crate) fn transcript(&self) -> String {
        self.store.data().transcript()
    }

    /// Notes what the instances export.
    fn note_state(&mut self) {
        for (name, instance) in self.instances.clone() {
            let exports: Vec<_> = instance
                .exports(&mut self.store)
                .map(|it| (it.name().to_owned(), it.into_extern()))
                .collect();
            for (export, item) in exports {
                if let Some(state) = describe_extern(&mut self.store, &item) {
                    self.store
                        .data_mut()
                        .line(format!("{name}.{export}: {state}"));
                }
            }
        }
    }
}

/// Arguments of a call.
pub(crate) trait Args {
    fn vals(self) -> Vec<Val>;
}

impl Args for () {
    fn vals(self) -> Vec<Val> {
        Vec::new()
    }
}

impl Args for Vec<Val> {
    fn vals(self) -> Vec<Val> {
        self
    }
}

macro_rules! tuple_args {
    ($(($($name:ident)*))*) => {$(
        impl<$($name: Into<Val>),*> Args for ($($name,)*) {
            #[expect(non_snake_case, reason = "named as their types")]
            fn vals(self) -> Vec<Val> {
                let ($($name,)*) = self;
                vec![$($name.into()),*]
            }
        }
    )*};
}

tuple_args! { (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) }

fn host_functions(engine: &Engine) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    let define = |linker: &mut Linker<Host>| -> Result<()> {
        linker.func_wrap("host", "do", |mut caller: Caller<'_, Host>, arg: i32| {
            let callback = caller.data().callback.clone();
            let callback = callback.expect("the script sets what the host does");
            callback(&mut caller, arg)
        })?;
        linker.func_wrap("host", "log", |mut caller: Caller<'_, Host>, arg: i32| {
            caller.data_mut().line(format!("log {arg}"));
        })?;
        linker.func_wrap("host", "trace", |mut caller: Caller<'_, Host>| {
            trace(&mut caller)
        })?;
        linker.func_wrap("host", "fail", || -> Result<()> { bail!("the host fails") })?;
        Ok(())
    };
    define(&mut linker).expect("the names are different");
    linker
}

/// Notes the frames that call the host.
pub(crate) fn trace(caller: &mut Caller<'_, Host>) {
    let backtrace = WasmBacktrace::force_capture(&mut *caller);
    caller
        .data_mut()
        .line(format!("trace{}", describe_frames(&backtrace)));
}

/// Calls a function and notes the result, or the error.
pub(crate) fn invoke(
    mut store: impl AsContextMut<Data = Host>,
    (name, func): (&str, Func),
    args: &[Val],
) -> Option<Vec<Val>> {
    let n_results = func.ty(&store).results().len();
    let mut results = vec![Val::I32(0); n_results];
    let result = func.call(&mut store, args, &mut results);
    let args = describe_vals(&mut store, args);
    let line = match &result {
        Ok(()) if n_results == 0 => format!("{name}({args})"),
        Ok(()) => format!("{name}({args}) = {}", describe_vals(&mut store, &results)),
        Err(error) => format!("{name}({args}) {}", describe_error(error)),
    };
    store.as_context_mut().data_mut().line(line);
    result.is_ok().then_some(results)
}

/// Calls an export of the instance that called the host, and notes the result.
pub(crate) fn reenter(caller: &mut Caller<'_, Host>, name: &str, args: impl Args) -> Option<Val> {
    let func = caller.get_export(name).and_then(Extern::into_func);
    let func = func.unwrap_or_else(|| panic!("{name} is not an exported function"));
    invoke(&mut *caller, (name, func), &args.vals())?
        .first()
        .copied()
}

fn describe_error(error: &Error) -> String {
    let trap = error.downcast_ref::<Trap>();
    // Tiers have frames of different sizes.
    if trap == Some(&Trap::StackOverflow) {
        return "fails: call stack exhausted".to_owned();
    }
    let mut text = format!("fails: {}", error.root_cause());
    if let Some(fault) = error.downcast_ref::<WasmFault>() {
        let _ = write!(text, " ({fault})");
    }
    if let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() {
        text.push_str(&describe_frames(backtrace));
    }
    text
}

fn describe_frames(backtrace: &WasmBacktrace) -> String {
    let mut text = String::new();
    for frame in backtrace.frames() {
        let _ = match frame.func_offset() {
            Some(offset) => write!(text, " < func{}@{offset:#x}", frame.func_index()),
            None => write!(text, " < func{}", frame.func_index()),
        };
    }
    text
}

fn describe_vals(mut store: impl AsContextMut<Data = Host>, vals: &[Val]) -> String {
    let vals = vals.iter().map(|it| describe_val(&mut store, it));
    vals.collect::<Vec<_>>().join(", ")
}

fn describe_val(store: &mut impl AsContextMut<Data = Host>, val: &Val) -> String {
    match val {
        Val::I32(it) => format!("{it}"),
        Val::I64(it) => format!("{it}i64"),
        Val::F32(it) => format!("{it:#x}f32"),
        Val::F64(it) => format!("{it:#x}f64"),
        Val::V128(it) => format!("{:#x}v128", it.as_u128()),
        Val::FuncRef(None) | Val::ExternRef(None) => "null".to_owned(),
        Val::FuncRef(Some(it)) => describe_func(store, *it),
        Val::ExternRef(Some(it)) => {
            let data = it.data(&*store).expect("references stay valid");
            match data.and_then(|it| it.downcast_ref::<i32>()) {
                Some(it) => format!("extern {it}"),
                None => "extern".to_owned(),
            }
        }
    }
}

/// What can be seen of a function without calling it.
fn describe_func(store: &mut impl AsContextMut<Data = Host>, func: Func) -> String {
    let ty = func.ty(&*store);
    let names = |it: Vec<String>| it.join(" ");
    let params = names(ty.params().map(|it| it.to_string()).collect());
    let results = names(ty.results().map(|it| it.to_string()).collect());
    format!("func[{params}]->[{results}]")
}

/// What an export holds; nothing for functions.
fn describe_extern(store: &mut Store<Host>, item: &Extern) -> Option<String> {
    match item {
        Extern::Global(global) => {
            let value = global.get(&mut *store);
            Some(describe_val(store, &value))
        }
        Extern::Memory(memory) => {
            let data = memory.data(&*store);
            let first = &data[..data.len().min(64)];
            Some(format!(
                "{} bytes, {:#x}, begins {first:?}",
                data.len(),
                hash(data)
            ))
        }
        Extern::Table(table) => {
            let elements = (0..table.size(&*store)).map(|index| {
                let element = table.get(&mut *store, index).expect("the element exists");
                describe_val(store, &element.into())
            });
            Some(elements.collect::<Vec<_>>().join(", "))
        }
        _ => None,
    }
}

/// FNV-1a.
fn hash(data: &[u8]) -> u64 {
    data.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A way to run a script.
struct Mode {
    name: String,
    config: Config,
}

impl Mode {
    fn new(name: impl Into<String>, base: &Config, set: impl FnOnce(&mut Config)) -> Self {
        let mut config = base.clone();
        set(&mut config);
        Self {
            name: name.into(),
            config,
        }
    }
}

/// Settings on which modes are based.
pub(crate) fn base() -> Config {
    let mut config = Config::new();
    config
        .max_wasm_stack(WASM_STACK)
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
        let mode = Mode {
            name: String::new(),
            config: config.clone(),
        };
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
        enough.config.max_wasm_stack(WASM_STACK);
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
    let lines = &run.store.data().lines;
    lines
        .iter()
        .flat_map(|(line, n)| std::iter::repeat_n(line.clone(), *n))
        .collect()
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
    let mut run = Run::new(&mode.config, wat);
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
        (left.next(), right.next());
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
        let mode = Mode {
            name: String::new(),
            config: config.clone(),
        };
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
            func,
            pc,
            frames,
            ..
        } => Some(format!("{reason} {func}@{pc:#x} x{frames}")),
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

/// An element of a table that is nothing.
pub(crate) fn null() -> Ref {
    Ref::Func(None)
}

fn on_large_stack<R: Send>(body: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(THREAD_STACK);
        let thread = thread
            .spawn_scoped(scope, body)
            .expect("threads are unlimited");
        thread
            .join()
            .unwrap_or_else(|payload| std::panic::resume_unwind(payload))
    })
}
