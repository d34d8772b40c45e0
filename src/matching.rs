//! Checks of imports: does what is given have the type that a module asks for?

use crate::error::{Context, Result, bail, ensure};
use crate::store::StoreOpaque;
use crate::{Engine, Extern, Module};
use runtime::module::{ImportItem, Module as RuntimeModule};
use runtime::types as rt;
use runtime::types::SigRef;
use std::fmt;

/// What is given for an import: its type, and the current size of what can grow.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Definition {
    Func(SigRef),
    Global(rt::GlobalType),
    Table(rt::TableType, u64),
    Memory(rt::MemoryType, u64),
    Tag,
}

impl Definition {
    #[track_caller]
    pub(crate) fn new(store: &StoreOpaque, item: &Extern) -> Definition {
        match item {
            Extern::Func(it) => Definition::Func(it.sig(store)),
            Extern::Global(it) => Definition::Global(it.runtime(store).ty),
            Extern::Table(it) => Definition::Table(it.runtime(store).ty, it.runtime(store).len()),
            Extern::Memory(it) => {
                Definition::Memory(it.runtime(store).ty, it.runtime(store).pages())
            }
            Extern::SharedMemory(it) => Definition::Memory(*it.runtime().ty(), it.size()),
            Extern::Tag(it) => {
                it.load_ty(store);
                Definition::Tag
            }
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Definition::Func(_) => "function",
            Definition::Global(_) => "global",
            Definition::Table(..) => "table",
            Definition::Memory(..) => "memory",
            Definition::Tag => "tag",
        }
    }
}

/// Checks that `given` satisfies the imports of `module`, one by one.
pub(crate) fn check_imports(
    engine: &Engine,
    module: &Module,
    given: &[(Definition, &Engine)],
) -> Result<()> {
    ensure!(
        Engine::same(engine, module.engine()),
        "cross-`Engine` instantiation is not currently supported"
    );
    let imports = &module.runtime().imports;
    if imports.len() != given.len() {
        bail!("expected {} imports, found {}", imports.len(), given.len());
    }
    for (import, (definition, given_engine)) in imports.iter().zip(given) {
        let (from, name) = (&import.module, &import.name);
        ensure!(
            Engine::same(given_engine, engine),
            "cross-`Engine` instantiation is not currently supported: the item provided for \
             `{from}::{name}` belongs to a different engine than the module being instantiated"
        );
        check_import(module.runtime(), import.item, definition)
            .with_context(|| format!("incompatible import type for `{from}::{name}`"))?;
    }
    Ok(())
}

fn check_import(module: &RuntimeModule, expected: ImportItem, given: &Definition) -> Result<()> {
    match (expected, given) {
        (ImportItem::Func(idx), &Definition::Func(given)) => {
            check_func(module.funcs[idx.index()].sig, given)
        }
        (ImportItem::Global(idx), Definition::Global(given)) => {
            check_global(&module.globals[idx.index()].ty, given)
        }
        (ImportItem::Table(idx), &Definition::Table(given, size)) => {
            check_table(&module.tables[idx.index()].ty, &given, size)
        }
        (ImportItem::Memory(idx), &Definition::Memory(given, size)) => {
            check_memory(&module.memories[idx.index()], &given, size)
        }
        _ => bail!(
            "expected {}, but found {}",
            item_kind(expected),
            given.kind()
        ),
    }
}

fn item_kind(item: ImportItem) -> &'static str {
    match item {
        ImportItem::Func(_) => "func",
        ImportItem::Global(_) => "global",
        ImportItem::Table(_) => "table",
        ImportItem::Memory(_) => "memory",
    }
}

fn check_func(expected: SigRef, given: SigRef) -> Result<()> {
    ensure!(
        given.is_subtype_of(expected),
        "types incompatible: expected type `{expected}`, found type `{given}`"
    );
    Ok(())
}

fn check_global(expected: &rt::GlobalType, given: &rt::GlobalType) -> Result<()> {
    // What can be written must be of both types.
    let is_given_enough = given.content.matches(expected.content);
    let is_expected_enough = expected.content.matches(given.content);
    check_type(
        "global",
        is_given_enough && (is_expected_enough || !(expected.mutable || given.mutable)),
        (expected.content, given.content),
    )?;
    let text = |mutable| if mutable { "mutable" } else { "immutable" };
    ensure!(
        expected.mutable == given.mutable,
        "global types incompatible: expected {} global, found {} global",
        text(expected.mutable),
        text(given.mutable)
    );
    Ok(())
}

fn check_table(expected: &rt::TableType, given: &rt::TableType, size: u64) -> Result<()> {
    check_type(
        "table",
        expected.element == given.element,
        (expected.element, given.element),
    )?;
    check_index("table", expected.index, given.index)?;
    check_limits(
        "table",
        (expected.minimum, expected.maximum),
        (size, given.maximum),
    )
}

fn check_memory(expected: &rt::MemoryType, given: &rt::MemoryType, size: u64) -> Result<()> {
    let text = |shared| if shared { "shared" } else { "non-shared" };
    ensure!(
        expected.shared == given.shared,
        "memory types incompatible: expected {} memory, found {} memory",
        text(expected.shared),
        text(given.shared)
    );
    check_index("memory", expected.index, given.index)?;
    check_limits(
        "memory",
        (expected.minimum, expected.maximum),
        (size, given.maximum),
    )?;
    ensure!(
        expected.page_size_log2 == given.page_size_log2,
        "memory types incompatible: expected a memory with a page size of {}, but received a \
         memory with a page size of {}",
        1_u64 << expected.page_size_log2,
        1_u64 << given.page_size_log2
    );
    Ok(())
}

fn check_type<T: fmt::Display>(
    kind: &str,
    is_compatible: bool,
    (expected, given): (T, T),
) -> Result<()> {
    ensure!(
        is_compatible,
        "{kind} types incompatible: expected {kind} of type `{expected}`, found {kind} of type \
         `{given}`"
    );
    Ok(())
}

fn check_index(kind: &str, expected: rt::IndexType, given: rt::IndexType) -> Result<()> {
    let text = |index| match index {
        rt::IndexType::I32 => "32-bit",
        rt::IndexType::I64 => "64-bit",
    };
    ensure!(
        expected == given,
        "{kind} types incompatible: expected {} {kind}, found {} {kind}",
        text(expected),
        text(given)
    );
    Ok(())
}

fn check_limits(kind: &str, expected: (u64, Option<u64>), given: (u64, Option<u64>)) -> Result<()> {
    let (minimum, maximum) = expected;
    let fits = match (maximum, given.1) {
        (Some(expected), Some(given)) => expected >= given,
        (Some(_), None) => false,
        (None, _) => true,
    };
    let text = |(minimum, maximum): (u64, Option<u64>)| {
        let maximum = maximum.map_or("none".to_owned(), |it| it.to_string());
        format!("min: {minimum}, max: {maximum}")
    };
    ensure!(
        minimum <= given.0 && fits,
        "{kind} types incompatible: expected {kind} limits ({}) doesn't match provided {kind} \
         limits ({})",
        text(expected),
        text(given)
    );
    Ok(())
}
