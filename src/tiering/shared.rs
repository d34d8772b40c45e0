//! What the stores of an engine share of a module: its compiled code, and who has asked for which.
//!
//! Code has no addresses of an instance in it, so it runs in each instance for which its facts
//! hold. The thousandth short-lived instance finds what the first one made hot.
//!
//! Invariant: the code that an entry lists was compiled from this module in this engine, and is
//! freed with the module, or after its withdrawal from here and from the last store.

use jit::{Code, CompileError};
use runtime::module::Module;
use runtime::{CodeId, FuncIdx};
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pieces of code that an entry keeps for instances that differ.
const MAX_CODES: usize = 4;

/// An entry into a function: the normal one, or one at a loop header.
pub(super) type EntryPoint = (FuncIdx, Option<u32>);

/// A piece of code.
pub(crate) struct SharedCode {
    pub(crate) code: Code,
    /// The profile's clock at its request.
    pub(super) clock: u32,
}

/// The code of a module.
#[derive(Default)]
pub(super) struct Shared {
    funcs: Mutex<FxHashMap<FuncIdx, Vec<Entry>>>,
}

/// What is known of an entry.
#[derive(Default)]
struct Entry {
    osr: Option<u32>,
    /// Compilations requested so far.
    compiles: u32,
    /// The newest one last.
    codes: Vec<Arc<SharedCode>>,
    /// What is being compiled.
    queued: Option<CodeId>,
    /// Why it stays in the interpreter for good.
    failed: Option<Arc<str>>,
}

/// How far an entry has come, for an instance.
pub(super) enum Found {
    /// There is code that fits the instance.
    Code(Arc<SharedCode>),
    /// Code is being compiled.
    Queued(CodeId),
    /// The caller must have `code` compiled. It is the n-th compilation of the entry.
    Begun { code: CodeId, nth: u32 },
    /// It cannot be compiled.
    Failed(Arc<str>),
}

impl Shared {
    /// What is shared of `module`.
    pub(super) fn of(module: &Module) -> &Shared {
        module.tiers(Shared::default)
    }

    /// Looks for code that `fits`. If there is none and nobody has asked for it, the caller must
    /// ask for `new_code`.
    pub(super) fn find_or_begin(
        &self,
        at: EntryPoint,
        fits: impl Fn(&Code) -> bool,
        new_code: impl FnOnce() -> CodeId,
    ) -> Found {
        let mut funcs = self.funcs();
        let entry = entry(&mut funcs, at);
        if let Some(code) = entry.codes.iter().rfind(|it| fits(&it.code)) {
            return Found::Code(code.clone());
        }
        if let Some(code) = entry.queued {
            return Found::Queued(code);
        }
        if let Some(error) = &entry.failed {
            return Found::Failed(error.clone());
        }
        let code = new_code();
        entry.queued = Some(code);
        entry.compiles += 1;
        Found::Begun {
            code,
            nth: entry.compiles,
        }
    }

    /// Ends the compilation that was begun at an entry, with code requested at `clock`.
    ///
    /// # Errors
    ///
    /// Why the entry stays in the interpreter.
    pub(super) fn finish(
        &self,
        at: EntryPoint,
        clock: u32,
        result: Result<Code, CompileError>,
    ) -> Result<Arc<SharedCode>, Arc<str>> {
        let result: Result<_, Arc<str>> = match result {
            Ok(code) => Ok(Arc::new(SharedCode { code, clock })),
            Err(error) => Err(error.to_string().into()),
        };
        let mut funcs = self.funcs();
        let entry = entry(&mut funcs, at);
        entry.queued = None;
        let mut oldest = None;
        match &result {
            Ok(code) => {
                entry.codes.push(code.clone());
                oldest = (entry.codes.len() > MAX_CODES).then(|| entry.codes.remove(0));
            }
            Err(error) => entry.failed = Some(error.clone()),
        }
        // Outside of the lock: it may be the last reference.
        drop(funcs);
        drop(oldest);
        result
    }

    /// Code that was compiled for `func`, at its entry or at loops.
    pub(super) fn compiled(&self, func: FuncIdx) -> Compiled {
        let funcs = self.funcs();
        let entries = funcs.get(&func).map_or(&[][..], |it| it);
        let has_code = |it: &&Entry| !it.codes.is_empty();
        Compiled {
            entry: entries.iter().filter(has_code).any(|it| it.osr.is_none()),
            loops: entries.iter().filter(has_code).any(|it| it.osr.is_some()),
        }
    }

    /// Gives code to no instance any more.
    pub(super) fn withdraw(&self, at: EntryPoint, id: CodeId) {
        let mut funcs = self.funcs();
        let codes = &mut entry(&mut funcs, at).codes;
        let position = codes.iter().position(|it| it.code.id() == id);
        let withdrawn = position.map(|it| codes.remove(it));
        drop(funcs);
        drop(withdrawn);
    }

    fn funcs(&self) -> MutexGuard<'_, FxHashMap<FuncIdx, Vec<Entry>>> {
        self.funcs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where there is compiled code of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Compiled {
    pub(super) entry: bool,
    pub(super) loops: bool,
}

fn entry(funcs: &mut FxHashMap<FuncIdx, Vec<Entry>>, (func, osr): EntryPoint) -> &mut Entry {
    let entries = funcs.entry(func).or_default();
    let at = entries.iter().position(|it| it.osr == osr);
    let at = at.unwrap_or_else(|| {
        entries.push(Entry {
            osr,
            ..Entry::default()
        });
        entries.len() - 1
    });
    &mut entries[at]
}
