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
    /// Why it stays in the interpreter.
    refusal: Option<Refusal>,
}

/// How far an entry has come, for an instance.
pub(super) enum Found {
    /// There is code that fits the instance.
    Code(Arc<SharedCode>),
    /// Code is being compiled.
    Queued(CodeId),
    /// The caller must have `code` compiled. It is the n-th compilation of the entry.
    Begun { code: CodeId, nth: u32 },
    /// It is not compiled, for now or for good.
    Refused(Refusal),
}

/// Why there is no code.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) error: Arc<str>,
    /// Bytes of code memory with which it is worth another try, if any are.
    pub(super) needed: Option<usize>,
}

impl Shared {
    /// What is shared of `module`.
    pub(super) fn of(module: &Module) -> &Shared {
        module.tiers(Shared::default)
    }

    /// Looks for code that `fits`. If there is none and nobody has asked for it, or there is room
    /// for what was refused, the caller must ask for `new_code`.
    pub(super) fn find_or_begin(
        &self,
        at: EntryPoint,
        fits: impl Fn(&Code) -> bool,
        has_room: impl Fn(usize) -> bool,
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
        if let Some(refusal) = &entry.refusal
            && !refusal.needed.is_some_and(has_room)
        {
            return Found::Refused(refusal.clone());
        }
        entry.refusal = None;
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
    ) -> Result<Arc<SharedCode>, Refusal> {
        let result: Result<_, Refusal> = match result {
            Ok(code) => Ok(Arc::new(SharedCode { code, clock })),
            Err(error) => Err(error.into()),
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
            Err(refusal) => {
                // Nothing was tried in vain that would count against the entry.
                entry.compiles -= u32::from(refusal.needed.is_some());
                entry.refusal = Some(refusal.clone());
            }
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

impl From<CompileError> for Refusal {
    fn from(error: CompileError) -> Self {
        Self {
            error: error.to_string().into(),
            needed: match error {
                CompileError::NoRoom { needed, .. } => Some(needed),
                _ => None,
            },
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    const AT: EntryPoint = (FuncIdx(0), None);

    /// Asks for code where `room` bytes are free. Returns which compilation begins, or why none.
    fn ask(shared: &Shared, room: usize) -> Result<u32, Refusal> {
        let has_room = |needed| needed <= room;
        match shared.find_or_begin(AT, |_| true, has_room, || CodeId(0)) {
            Found::Begun { nth, .. } => Ok(nth),
            Found::Refused(refusal) => Err(refusal),
            Found::Code(_) | Found::Queued(_) => panic!("nothing was compiled"),
        }
    }

    fn finish(shared: &Shared, error: CompileError) -> Refusal {
        let refused = shared.finish(AT, 0, Err(error));
        refused.err().expect("it was an error")
    }

    // What found no room is tried again as soon as there is room, and only then; that counts as no
    // compilation. What the system or the compiler refused is never tried again.
    #[test]
    fn refusals_for_now_and_for_good() {
        let shared = Shared::default();
        let no_room = CompileError::NoRoom {
            needed: 5000,
            used: 1,
            limit: 4096,
        };
        for _ in 0..3 {
            assert_eq!(ask(&shared, 5000).ok(), Some(1));
            assert_eq!(finish(&shared, no_room.clone()).needed, Some(5000));
            for _ in 0..3 {
                let refusal = ask(&shared, 4999).expect_err("there is no room");
                assert!(refusal.error.starts_with("no room for 5000 bytes"));
            }
        }
        assert_eq!(ask(&shared, 5000).ok(), Some(1));
        finish(&shared, CompileError::CodeMemory("mmap".into()));
        let refusal = ask(&shared, usize::MAX).expect_err("it is for good");
        assert_eq!(
            (&*refusal.error, refusal.needed),
            ("no memory for code: mmap", None)
        );
    }
}
