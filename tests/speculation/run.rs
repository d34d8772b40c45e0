//! A run of a script: what the script can do, and the transcript of what it saw.
//!
//! The imports of a module that a script runs are these, all of module `host`:
//!
//! - `do (param i32) (result i32)`: the script's callback;
//! - `trace`: the backtrace, as a line in the transcript;
//! - `fail`: returns an error.
//!
//! Lines repeat seldom for their own sake: equal lines in a row become one with a count.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use wasm_interp_jit::inspect::{self, Event};
use wasm_interp_jit::{
    AsContextMut, Caller, Config, Engine, Error, Extern, ExternRef, Func, Instance, Linker, Module,
    Result, Store, Table, Trap, Val, WasmBacktrace, WasmFault, bail,
};

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

/// Fuel of a call, and epochs until it is interrupted, if the settings ask for them and the script
/// says nothing.
const PLENTY: u64 = 1 << 40;
/// An engine and its modules, for one run or several.
pub(crate) struct World {
    engine: Engine,
    /// By their text.
    modules: Mutex<HashMap<String, Module>>,
    /// What modules are to begin with.
    profiles: HashMap<String, Vec<u8>>,
}

impl World {
    /// With the settings `config`.
    pub(crate) fn new(config: &Config) -> Arc<Self> {
        Self::with_profiles(config, HashMap::new())
    }

    /// Where modules with these texts begin with these profiles.
    pub(crate) fn with_profiles(config: &Config, profiles: HashMap<String, Vec<u8>>) -> Arc<Self> {
        Arc::new(Self {
            engine: Engine::new(config).expect("the settings are valid"),
            modules: Mutex::default(),
            profiles,
        })
    }

    /// The module with this text.
    pub(crate) fn module(&self, name: &str, wat: &str) -> Module {
        let mut modules = self.modules.lock().expect("no panic while it is locked");
        let make = || {
            let module = Module::new(&self.engine, wat)
                .unwrap_or_else(|err| panic!("module {name}: {err:?}"));
            if let Some(profile) = self.profiles.get(wat) {
                module.apply_profile(profile).expect("it is of this module");
            }
            module
        };
        modules.entry(wat.to_owned()).or_insert_with(make).clone()
    }

    /// What the modules have learned.
    pub(crate) fn profiles(&self) -> HashMap<String, Vec<u8>> {
        let modules = self.modules.lock().expect("no panic while it is locked");
        let profile = |it: &Module| it.profile().expect("in memory");
        modules
            .iter()
            .map(|(wat, it)| (wat.clone(), profile(it)))
            .collect()
    }
}

/// One run of a script.
pub(crate) struct Run {
    pub(crate) store: Store<Host>,
    world: Arc<World>,
    fuel: u64,
    linker: Linker<Host>,
    instances: Vec<(String, Instance)>,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Run {
    /// A run of `wat` with the settings `config`.
    pub(crate) fn new(config: &Config, wat: &str) -> Self {
        Self::in_world(&World::new(config), wat)
    }

    /// A run of `wat` in a store of `world`.
    pub(crate) fn in_world(world: &Arc<World>, wat: &str) -> Self {
        let mut run = Self::empty(world);
        run.instantiate("main", wat);
        run
    }

    /// A run in a store of `world`, without an instance.
    pub(crate) fn empty(world: &Arc<World>) -> Self {
        let engine = &world.engine;
        let mut store = Store::new(engine, Host::default());
        let events = Arc::<Mutex<Vec<Event>>>::default();
        let sink = events.clone();
        inspect::on_event(&mut store, move |event| {
            sink.lock()
                .expect("no panic while it is locked")
                .push(event.clone());
        });
        // An error if fuel is not counted.
        let _ = store.set_fuel(PLENTY);
        store.set_epoch_deadline(PLENTY);
        let linker = host_functions(engine);
        Self {
            store,
            world: world.clone(),
            fuel: PLENTY,
            linker,
            instances: Vec::new(),
            events,
        }
    }

    /// From now on, instances may take the names of earlier ones.
    pub(crate) fn allow_shadowing(&mut self) {
        self.linker.allow_shadowing(true);
    }

    /// Makes another instance. Its exports can be imported from a module `name`.
    pub(crate) fn instantiate(&mut self, name: &str, wat: &str) {
        let module = self.world.module(name, wat);
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
        // An error if fuel is not counted.
        let _ = self.store.set_fuel(self.fuel);
        invoke(&mut self.store, (name, func), &args.vals())
    }

    /// From now on, calls have this much fuel.
    pub(crate) fn fuel(&mut self, fuel: u64) {
        self.fuel = fuel;
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

    /// The transcript so far, each line as often as it was noted.
    pub(crate) fn observations(&self) -> Vec<String> {
        let lines = &self.store.data().lines;
        lines
            .iter()
            .flat_map(|(line, n)| std::iter::repeat_n(line.clone(), *n))
            .collect()
    }

    /// Notes what the instances export.
    pub(crate) fn note_state(&mut self) {
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
fn invoke(
    mut store: impl AsContextMut<Data = Host>,
    (name, func): (&str, Func),
    args: &[Val],
) -> Option<Vec<Val>> {
    let n_results = func.ty(&store).results().len();
    let mut results = vec![Val::I32(0); n_results];
    let result = func.call(&mut store, args, &mut results);
    let args = describe_vals(&mut store, args);
    let mut line = match &result {
        Ok(()) if n_results == 0 => format!("{name}({args})"),
        Ok(()) => format!("{name}({args}) = {}", describe_vals(&mut store, &results)),
        Err(error) => format!("{name}({args}) {}", describe_error(error)),
    };
    // Tiers overflow at different depths, and are interrupted at different times.
    let ended = result.as_ref().err().and_then(Error::downcast_ref);
    let varies = matches!(ended, Some(Trap::StackOverflow | Trap::Interrupt));
    if let (Ok(left), false) = (store.as_context().get_fuel(), varies) {
        let _ = write!(line, ", {left} left");
    }
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
        other => unreachable!("Wasm has no values like {other:?}"),
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
