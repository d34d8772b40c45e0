//! Runs a module by a random script, over the API that all engines under test have in common.
//!
//! This file is compiled once for each engine, with `super::api` as its crate: that is also a test
//! of that API. Everything it does follows from the module and a seed; nothing depends on the
//! engine.

use super::api::{
    AsContext, AsContextMut, Caller, Engine, Error, Extern, ExternRef, ExternType, Func, FuncType,
    Global, Instance, Memory, MemoryTypeBuilder, Module, Mutability, Ref, RefType, Result,
    SharedMemory, Store, Table, Trap, Val, ValType, WasmBacktrace,
};
use crate::cells;
use crate::record::{Item, Outcome, Record, Seen, Step};
use crate::rng::Rng;
use crate::script::Script;
use crate::values;

/// Fuel that nothing uses up.
const PLENTY: u64 = 1 << 40;

/// How deep host functions call back.
const REENTRANCE: u32 = 2;

/// What host functions know.
#[derive(Debug, Default)]
pub(crate) struct Host {
    seed: u64,
    /// Calls so far.
    calls: u64,
    /// Fingerprint of all arguments so far.
    log: u64,
    /// Calls back that are under way.
    depth: u32,
}

/// A store with its instances.
struct Run {
    store: Store<Host>,
    instances: Vec<Vec<(String, Extern)>>,
    record: Record,
    rng: Rng,
}

/// Runs `module` by `script`. `watch` sees the store first.
pub(crate) fn run(
    engine: &Engine,
    module: &Module,
    (script, seed): (Script, u64),
    watch: impl FnOnce(&mut Store<Host>),
) -> Record {
    let mut store = Store::new(
        engine,
        Host {
            seed,
            ..Host::default()
        },
    );
    watch(&mut store);
    let mut run = Run {
        store,
        instances: Vec::new(),
        record: Record::default(),
        rng: Rng::of(&[seed, 1]),
    };
    match script {
        Script::Random => run.random(module),
        Script::EachOnce => run.each_once(module),
    }
    run.record
}

/// Makes `module` with this engine.
pub(crate) fn compile(engine: &Engine, wasm: &[u8]) -> Result<Module> {
    // Not `Module::new`, which also takes text.
    Module::from_binary(engine, wasm)
}

impl Run {
    fn random(&mut self, module: &Module) {
        let n_instances = 1 + self.rng.below(2);
        for _ in 0..n_instances {
            self.instantiate(module);
            // Nothing after an overflow is compared.
            if self.record.overflowed {
                return;
            }
        }
        if self.instances.is_empty() {
            return;
        }
        for _ in 0..4 + self.rng.below(20) {
            if self.record.overflowed {
                return;
            }
            self.step();
        }
    }

    fn each_once(&mut self, module: &Module) {
        self.instantiate(module);
        let Some(exports) = self.instances.first().cloned() else {
            return;
        };
        for (name, export) in &exports {
            if let Extern::Func(func) = export {
                self.refuel(20);
                let mut args = Rng::of(&[self.rng.number()]);
                self.call(name, *func, &exports, &mut args);
            }
        }
    }

    fn instantiate(&mut self, module: &Module) {
        let imports: Vec<Extern> = module
            .imports()
            .enumerate()
            .map(|(n, import)| {
                let ty = import.ty();
                self.existing(&ty)
                    .unwrap_or_else(|| self.import(n as u64, ty))
            })
            .collect();
        // An error if it is not counted.
        let _ = self.store.set_fuel(PLENTY);
        let outcome = match Instance::new(&mut self.store, module, &imports) {
            Ok(instance) => {
                let exports = instance.exports(&mut self.store);
                let exports: Vec<_> = exports
                    .map(|export| (export.name().to_owned(), export.into_extern()))
                    .collect();
                self.instances.push(exports);
                Outcome::Values(Vec::new())
            }
            Err(error) => self.failure(&error),
        };
        self.finish_step("instantiate".to_owned(), outcome);
    }

    /// An export of an earlier instance that can be imported as `ty`.
    fn existing(&mut self, ty: &ExternType) -> Option<Extern> {
        let exports = self.instances.first()?;
        let matching: Vec<&Extern> = exports
            .iter()
            .filter(|(name, export)| name != "fuel" && fits(&export.ty(&self.store), ty))
            .map(|(_, export)| export)
            .collect();
        (!matching.is_empty()).then(|| matching[self.rng.index(matching.len())].clone())
    }

    /// Something of the host's.
    fn import(&mut self, n: u64, ty: ExternType) -> Extern {
        let rng = &mut self.rng;
        match ty {
            ExternType::Func(ty) => host_func(&mut self.store, ty, n).into(),
            ExternType::Global(ty) => {
                let value = value(&mut self.store, ty.content(), rng, None);
                Global::new(&mut self.store, ty, value)
                    .expect("the value has the type")
                    .into()
            }
            ExternType::Table(ty) => {
                let init = Ref::null(ty.element().heap_type());
                Table::new(&mut self.store, ty, init)
                    .expect("small tables can be made")
                    .into()
            }
            other => {
                let ExternType::Memory(ty) = other else {
                    unreachable!("no other imports with these features")
                };
                let max = ty.maximum().map(|max| max.min(ty.minimum() + 3));
                let ty = MemoryTypeBuilder::new()
                    .min(ty.minimum())
                    .max(max)
                    .memory64(ty.is_64())
                    .shared(ty.is_shared())
                    .page_size_log2(ty.page_size_log2())
                    .build()
                    .expect("smaller than one that is valid");
                if ty.is_shared() {
                    return SharedMemory::new(self.store.engine(), ty)
                        .expect("small memories can be made")
                        .into();
                }
                Memory::new(&mut self.store, ty)
                    .expect("small memories can be made")
                    .into()
            }
        }
    }

    fn step(&mut self) {
        let which = self.rng.index(self.instances.len());
        let exports = self.instances[which].clone();
        // Where references come from: functions of one instance get into tables of another.
        let others = self.instances[self.rng.index(self.instances.len())].clone();
        let funcs: Vec<(&str, Func)> = exports
            .iter()
            .filter_map(|(name, export)| Some((name.as_str(), export.clone().into_func()?)))
            .collect();
        if self.rng.below(4) != 0 && !funcs.is_empty() {
            let fuel = [40, 200, 1000, 4000][self.rng.index(4)];
            self.refuel(fuel);
            let (name, func) = funcs[self.rng.index(funcs.len())];
            let args = Rng::of(&[self.rng.number()]);
            // Several calls with the same arguments make it hot.
            for _ in 0..self.rng.below(4) + 1 {
                self.call(
                    &format!("i{which}.{name}"),
                    func,
                    &others,
                    &mut args.clone(),
                );
                if self.record.overflowed {
                    return;
                }
            }
        } else {
            // One of two changes is to the first global: it selects targets in many programs.
            let mutable: Vec<_> = exports
                .iter()
                .filter(|(_, it)| !matches!(it, Extern::Func(_)))
                .collect();
            let first = mutable.iter().find(|(name, _)| name == "g0");
            let (name, export) = match first {
                Some(first) if self.rng.below(2) == 0 => first,
                _ => mutable[self.rng.index(mutable.len())],
            };
            let what = mutate(&mut self.store, export, &mut self.rng, &others);
            self.finish_step(
                format!("i{which}.{name}{what}"),
                Outcome::Values(Vec::new()),
            );
        }
    }

    fn call(&mut self, name: &str, func: Func, exports: &[(String, Extern)], rng: &mut Rng) {
        let ty = func.ty(&self.store);
        let args: Vec<Val> = ty
            .params()
            .map(|ty| value(&mut self.store, &ty, rng, Some(exports)))
            .collect();
        let what = format!("{name}({:?})", seen_all(&args, &self.store));
        let mut results = vec![Val::I32(0); ty.results().len()];
        self.limit();
        let outcome = match func.call(&mut self.store, &args, &mut results) {
            Ok(()) => Outcome::Values(seen_all(&results, &self.store)),
            Err(error) => self.failure(&error),
        };
        self.finish_step(what, outcome);
    }

    /// Sets the fuel of the next call, if it is counted: mostly plenty.
    fn limit(&mut self) {
        if self.store.get_fuel().is_err() {
            return;
        }
        let fuel = match self.rng.below(4) {
            0 => self.rng.below(60),
            1 => self.rng.below(3000),
            _ => PLENTY,
        };
        self.store.set_fuel(fuel).expect("fuel is counted");
    }

    fn refuel(&mut self, fuel: i32) {
        for exports in &self.instances {
            for (name, export) in exports {
                if let ("fuel", Extern::Global(global)) = (name.as_str(), export) {
                    global
                        .set(&mut self.store, Val::I32(fuel))
                        .expect("fuel is mutable");
                }
            }
        }
    }

    fn failure(&mut self, error: &Error) -> Outcome {
        let trap = error.downcast_ref::<Trap>();
        self.record.overflowed |= trap == Some(&Trap::StackOverflow);
        let backtrace = error.downcast_ref::<WasmBacktrace>();
        let frames = backtrace.map_or_else(Vec::new, |backtrace| {
            backtrace
                .frames()
                .iter()
                .map(|it| (it.func_index(), it.func_offset()))
                .collect()
        });
        let cause = match trap {
            Some(trap) => format!("{trap:?}"),
            None => error.root_cause().to_string(),
        };
        Outcome::Failed {
            error: cause,
            text: format!("{error:#}"),
            frames,
        }
    }

    fn finish_step(&mut self, what: String, outcome: Outcome) {
        let mut state = Vec::new();
        for (n, exports) in self.instances.iter().enumerate() {
            for (name, export) in exports {
                if let Some(item) = item(&mut self.store, export) {
                    state.push((format!("i{n}.{name}"), item));
                }
            }
        }
        let fuel = self.store.get_fuel().ok();
        let host = self.store.data();
        let host = (host.calls, host.log);
        self.record.steps.push(Step {
            what,
            outcome,
            state,
            host,
            fuel,
        });
    }
}

/// Can something of type `export` be imported as `import`?
fn fits(export: &ExternType, import: &ExternType) -> bool {
    match (export, import) {
        (ExternType::Func(a), ExternType::Func(b)) => FuncType::eq(a, b),
        (ExternType::Global(a), ExternType::Global(b)) => {
            a.mutability() == b.mutability() && ValType::eq(a.content(), b.content())
        }
        (ExternType::Table(a), ExternType::Table(b)) => {
            a.is_64() == b.is_64()
                && RefType::eq(a.element(), b.element())
                && a.minimum() >= b.minimum()
                && b.maximum()
                    .is_none_or(|max| a.maximum().is_some_and(|mine| mine <= max))
        }
        (ExternType::Memory(a), ExternType::Memory(b)) => {
            (a.is_64(), a.is_shared(), a.page_size()) == (b.is_64(), b.is_shared(), b.page_size())
                && a.minimum() >= b.minimum()
                && b.maximum()
                    .is_none_or(|max| a.maximum().is_some_and(|mine| mine <= max))
        }
        _ => false,
    }
}

/// A host function that does what follows from its arguments and its number: mostly nothing, but
/// it also changes exports, calls back and fails.
fn host_func(store: &mut Store<Host>, ty: FuncType, n: u64) -> Func {
    let results: Vec<ValType> = ty.results().collect();
    Func::new(store, ty, move |mut caller: Caller<'_, Host>, args, out| {
        let seen = seen_all(args, &caller);
        let host = caller.data_mut();
        host.calls += 1;
        let parts = seen.iter().map(|seen| seen.fingerprint());
        host.log = parts.fold(host.log ^ n, |log, part| Rng::of(&[log, part]).number());
        let mut rng = Rng::of(&[host.seed, host.calls, host.log]);
        act(&mut caller, &mut rng)?;
        for (slot, ty) in out.iter_mut().zip(&results) {
            *slot = value(&mut caller, ty, &mut rng, None);
        }
        Ok(())
    })
}

fn act(caller: &mut Caller<'_, Host>, rng: &mut Rng) -> Result<()> {
    if let Ok(left) = caller.get_fuel()
        && rng.below(8) == 0
    {
        caller.set_fuel(left / 2 + rng.below(100))?;
    }
    let (prefix, n) = match rng.below(24) {
        0 => return Err(Error::msg("the host gave up")),
        1 | 2 => ("m", 1),
        3 | 4 => ("g", 8),
        5..8 => ("t", 3),
        8..11 => ("f", 12),
        _ => return Ok(()),
    };
    let name = format!("{prefix}{}", rng.below(n));
    let Some(export) = caller.get_export(&name) else {
        return Ok(());
    };
    let Extern::Func(func) = export else {
        mutate(caller, &export, rng, &[]);
        return Ok(());
    };
    if caller.data().depth == REENTRANCE {
        return Ok(());
    }
    caller.data_mut().depth += 1;
    let ty = func.ty(&*caller);
    let args: Vec<Val> = ty
        .params()
        .map(|ty| value(&mut *caller, &ty, rng, None))
        .collect();
    let mut results = vec![Val::I32(0); ty.results().len()];
    let returned = func.call(&mut *caller, &args, &mut results);
    caller.data_mut().depth -= 1;
    returned
}

/// Changes `export`, if it can be changed, and says how.
fn mutate(
    mut store: impl AsContextMut,
    export: &Extern,
    rng: &mut Rng,
    exports: &[(String, Extern)],
) -> String {
    match export {
        Extern::Global(global) => {
            let ty = global.ty(&store);
            if ty.mutability() == Mutability::Const {
                return String::new();
            }
            let value = value(&mut store, ty.content(), rng, Some(exports));
            global
                .set(&mut store, value)
                .expect("the value has the type");
            format!(" = {:?}", seen(&value, &store))
        }
        Extern::Memory(memory) => {
            if rng.below(8) == 0 {
                return format!(".grow(1) -> {:?}", memory.grow(&mut store, 1).ok());
            }
            let data = memory.data_mut(store.as_context_mut());
            let (at, byte) = (rng.index(data.len()), rng.number() as u8);
            match data.get_mut(at) {
                Some(slot) => *slot = byte,
                None => return String::new(),
            }
            format!("[{at}] = {byte}")
        }
        Extern::SharedMemory(memory) => {
            if rng.below(8) == 0 {
                return format!(".grow(1) -> {:?}", memory.grow(1).ok());
            }
            let data = memory.data();
            let (at, byte) = (rng.index(data.len()), rng.number() as u8);
            match cells::write(data, at, byte) {
                true => format!("[{at}] = {byte}"),
                false => String::new(),
            }
        }
        Extern::Table(table) => {
            let ty = ValType::from(table.ty(&store).element().clone());
            let size = table.size(&store);
            let value = value(&mut store, &ty, rng, Some(exports));
            let shown = seen(&value, &store);
            let value = value.ref_().expect("tables have references");
            let at = rng.index(size as usize + 1) as u64;
            match rng.below(4) {
                0 => {
                    let grown = table.grow(&mut store, 1, value);
                    format!(".grow(1, {shown:?}) -> {:?}", grown.ok())
                }
                1 => {
                    let filled = table.fill(&mut store, at, value, 2);
                    format!(".fill({at}, {shown:?}, 2) -> {:?}", filled.is_ok())
                }
                _ => {
                    let set = table.set(&mut store, at, value);
                    format!("[{at}] = {shown:?} -> {:?}", set.is_ok())
                }
            }
        }
        _ => String::new(),
    }
}

/// A value of type `ty`; functions are from `exports`.
fn value(
    mut store: impl AsContextMut,
    ty: &ValType,
    rng: &mut Rng,
    exports: Option<&[(String, Extern)]>,
) -> Val {
    match ty {
        ValType::I32 => Val::I32(values::integer(rng) as i32),
        ValType::I64 => Val::I64(values::integer(rng).cast_signed()),
        ValType::F32 => Val::F32(values::single(rng)),
        ValType::F64 => Val::F64(values::double(rng)),
        ValType::V128 => Val::V128(values::vector(rng).into()),
        ValType::Ref(ty) if ty.heap_type().is_extern() => {
            if rng.below(3) == 0 {
                return Val::ExternRef(None);
            }
            let data = rng.below(1000) as u32;
            let made = ExternRef::new(&mut store, data).expect("the store holds many references");
            Val::ExternRef(Some(made))
        }
        ValType::Ref(_) => {
            let funcs: Vec<Func> = exports
                .unwrap_or(&[])
                .iter()
                .filter_map(|(_, it)| it.clone().into_func())
                .collect();
            // One case more: null.
            Val::FuncRef(funcs.get(rng.index(funcs.len() + 1)).copied())
        }
    }
}

fn seen_all(vals: &[Val], store: impl AsContext) -> Vec<Seen> {
    vals.iter().map(|val| seen(val, &store)).collect()
}

fn seen(val: &Val, store: impl AsContext) -> Seen {
    match val {
        Val::I32(value) => Seen::I32(value.cast_unsigned()),
        Val::I64(value) => Seen::I64(value.cast_unsigned()),
        Val::F32(bits) => Seen::F32(*bits),
        Val::F64(bits) => Seen::F64(*bits),
        Val::V128(bits) => Seen::V128(bits.as_u128()),
        Val::FuncRef(func) => Seen::Func(func.map(|func| {
            let ty = func.ty(&store);
            (ty.params().len(), ty.results().len())
        })),
        other => {
            let Val::ExternRef(reference) = other else {
                unreachable!("no other values with these features")
            };
            let data = reference.as_ref().and_then(|reference| {
                let data = reference.data(store.as_context());
                data.expect("it is of this store")
            });
            Seen::Extern(data.and_then(|data| data.downcast_ref::<u32>()).copied())
        }
    }
}

fn item(store: &mut Store<Host>, export: &Extern) -> Option<Item> {
    Some(match export {
        Extern::Global(global) => {
            let value = global.get(&mut *store);
            Item::Global(seen(&value, &*store))
        }
        Extern::Memory(memory) => {
            let data = memory.data(&*store);
            Item::Memory {
                len: data.len(),
                hash: values::hash(data),
            }
        }
        Extern::SharedMemory(memory) => {
            let data = cells::read(memory.data());
            Item::Memory {
                len: data.len(),
                hash: values::hash(&data),
            }
        }
        Extern::Table(table) => {
            let len = table.size(&*store);
            let elements = (0..len)
                .map(|index| {
                    let element = table
                        .get(&mut *store, index)
                        .expect("the index is in bounds");
                    seen(&Val::from(element), &*store)
                })
                .collect();
            Item::Table { len, elements }
        }
        _ => return None,
    })
}
