//! What the names of a script stand for: definitions, instances and registered modules.

use crate::script::Stop;
use std::collections::HashMap;
use wasm_interp_jit::{Instance, Module, format_err};
use wast::token::Id;

/// A module or instance, or why there is none.
#[derive(Clone)]
pub(crate) enum Slot<T> {
    Ready(T),
    /// It was skipped for this reason.
    Skipped(String),
    /// The directive on this line should have made it.
    Failed(usize),
}

impl<T: Clone> Slot<T> {
    /// The outcome of the directive on `line`.
    pub(crate) fn of(result: &Result<T, Stop>, line: usize) -> Self {
        match result {
            Ok(ready) => Self::Ready(ready.clone()),
            Err(Stop::Skip(reason)) => Self::Skipped(reason.clone()),
            Err(Stop::Fail(_)) => Self::Failed(line),
        }
    }

    pub(crate) fn get(&self) -> Result<T, Stop> {
        match self {
            Self::Ready(ready) => Ok(ready.clone()),
            Self::Skipped(reason) => Err(Stop::Skip(reason.clone())),
            Self::Failed(line) => Err(Stop::Fail(format_err!(
                "the module on line {line} has failed"
            ))),
        }
    }
}

/// The names of a script. The name `None` stands for the last one of its kind.
#[derive(Default)]
pub(crate) struct Names {
    definitions: HashMap<Option<String>, Slot<Module>>,
    instances: HashMap<Option<String>, Slot<Instance>>,
    /// Registered modules that are not in the linker because they do not exist.
    unusable: HashMap<String, Slot<()>>,
}

impl Names {
    pub(crate) fn define(&mut self, name: Option<Id<'_>>, module: Slot<Module>) {
        insert(&mut self.definitions, name, module);
    }

    pub(crate) fn definition(&self, name: Option<Id<'_>>) -> Result<Module, Stop> {
        get(&self.definitions, name, "module definition")
    }

    pub(crate) fn enter(&mut self, name: Option<Id<'_>>, instance: Slot<Instance>) {
        insert(&mut self.instances, name, instance);
    }

    pub(crate) fn instance(&self, name: Option<Id<'_>>) -> Result<Instance, Stop> {
        get(&self.instances, name, "instance")
    }

    /// Notes whether modules can import from `name`.
    pub(crate) fn register(&mut self, name: &str, slot: Slot<()>) {
        match slot {
            Slot::Ready(()) => self.unusable.remove(name),
            slot => self.unusable.insert(name.to_string(), slot),
        };
    }

    /// Fails if `name` was registered for something that does not exist.
    pub(crate) fn check_registered(&self, name: &str) -> Result<(), Stop> {
        self.unusable.get(name).map_or(Ok(()), Slot::get)
    }
}

fn insert<T: Clone>(
    names: &mut HashMap<Option<String>, Slot<T>>,
    name: Option<Id<'_>>,
    slot: Slot<T>,
) {
    if let Some(name) = name {
        names.insert(Some(name.name().to_string()), slot.clone());
    }
    names.insert(None, slot);
}

fn get<T: Clone>(
    names: &HashMap<Option<String>, Slot<T>>,
    name: Option<Id<'_>>,
    what: &str,
) -> Result<T, Stop> {
    match names.get(&name.map(|name| name.name().to_string())) {
        Some(slot) => slot.get(),
        None => Err(Stop::Fail(match name {
            Some(name) => format_err!("no {what} named `{}` found", name.name()),
            None => format_err!("no previous {what} found"),
        })),
    }
}
