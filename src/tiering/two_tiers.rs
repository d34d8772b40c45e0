//! Interpreter below, speculative compiler above.

use super::request;
use super::state::{EntryIdx, Installed, Progress, Requested, State, key, withdraw};
use deopt::{Decision, Materialized, Policy, SpecSite};
use jit::{Code, CompileError, Compiled, Compiler};
use runtime::vm::{FuncInstance, FuncKind, VMContext};
use runtime::{
    CallSite, Event, ExitId, HotAction, HotPoint, Linkage, Reason, Status, Store, TierKind,
    TierState, Tiers, Trap, Tuning, raise_trap,
};
use std::sync::Arc;

/// Hotness until a function that waits for the worker looks at its mailbox again.
const POLL: i32 = 200;

/// Both tiers. One for each engine.
pub(super) struct TwoTiers {
    compiler: Compiler,
}

impl TwoTiers {
    pub(super) fn new(compiler: Compiler) -> Self {
        Self { compiler }
    }

    /// Requests code for `func` at `osr`, which is `entry`, or compiles it on the spot.
    unsafe fn request(
        &self,
        store: *mut Store,
        (func, osr): (*mut FuncInstance, Option<u32>),
        entry: EntryIdx,
    ) {
        // SAFETY: the caller promises a live store and function.
        let tuning = unsafe { Store::tuning(store) };
        // SAFETY: no reference to the state is alive.
        let (code, clock, speculation) = unsafe {
            let state = State::of(store);
            let compiles = &mut state.entries[entry].compiles;
            *compiles += 1;
            let speculation = tuning.speculation && Policy::may_speculate(*compiles);
            (state.new_code(), state.policy.clock(), speculation)
        };
        // SAFETY: as above.
        let request = unsafe {
            let idx = (*func).func;
            (*store).emit(Event::Hot { func: idx, osr });
            request::make(store, func, (osr, code, speculation))
        };
        let requested = Requested {
            func,
            osr,
            entry,
            clock,
        };
        if tuning.background {
            // SAFETY: as above.
            let state = unsafe { State::of(store) };
            state.entries[entry].progress = Progress::Queued;
            state.queued.insert(code, requested);
            self.compiler.enqueue(request, &state.mailbox);
        } else {
            let result = self.compiler.compile(&request);
            // SAFETY: as above.
            unsafe { self.finish(store, requested, result) };
        }
    }

    /// Installs what the worker has finished.
    unsafe fn poll(&self, store: *mut Store) {
        // SAFETY: no reference to the state is alive.
        let state = unsafe { State::of(store) };
        if !state.mailbox.is_ready() {
            return;
        }
        for finished in state.mailbox.take() {
            // SAFETY: as above.
            let requested = unsafe { State::of(store).queued.remove(&finished.code) };
            let requested = requested.expect("only what was requested is finished");
            // SAFETY: forwarded.
            unsafe { self.finish(store, requested, finished.result) };
        }
    }

    /// Publishes and installs a finished compilation, or notes that it failed.
    unsafe fn finish(
        &self,
        store: *mut Store,
        requested: Requested,
        result: Result<Compiled, CompileError>,
    ) {
        let Requested {
            func, osr, entry, ..
        } = requested;
        // SAFETY: the caller promises a live store and function.
        let idx = unsafe { (*func).func };
        let published = result.and_then(|mut compiled| {
            let decisions = std::mem::take(&mut compiled.decisions);
            let time = compiled.time;
            Ok((self.compiler.publish(compiled)?, decisions, time))
        });
        // SAFETY: as above; no reference to the state is alive.
        unsafe {
            match published {
                Ok((code, decisions, time)) => {
                    decisions.into_iter().for_each(|it| (*store).emit(it));
                    (*store).emit(Event::Installed {
                        func: idx,
                        osr,
                        code: code.id(),
                        size: code.size(),
                        exits: code.exits().len(),
                        time,
                    });
                    install(store, requested, code);
                }
                Err(error) => {
                    State::of(store).entries[entry].progress = Progress::Failed;
                    let error = error.to_string();
                    (*store).emit(Event::CompileFailed { func: idx, error });
                }
            }
        }
    }

    /// What to do at a hot point, by how far its entry has come.
    unsafe fn advance(
        &self,
        store: *mut Store,
        func: *mut FuncInstance,
        osr: Option<u32>,
    ) -> Progress {
        // SAFETY: the caller promises a live store and function; no reference to the state is alive.
        let entry = unsafe { State::of(store).entry(key(func, osr)) };
        // SAFETY: as above.
        let progress = || unsafe { State::of(store).entries[entry].progress };
        if progress() == Progress::None {
            // SAFETY: forwarded.
            unsafe { self.request(store, (func, osr), entry) };
        }
        progress()
    }
}

/// The call site `site` of the instance of `func`.
///
/// # Safety
///
/// `func` is of a live store, and no reference to its call sites is alive.
unsafe fn call_site<'a>(func: *mut FuncInstance, site: SpecSite) -> Option<&'a mut CallSite> {
    // SAFETY: forwarded; a prepared function has all its call sites.
    unsafe {
        let instance = (*(*func).vmctx).instance;
        let func = (*instance).prepared(site.func)?;
        Some(&mut *(*func).call_sites.add(site.site.index()))
    }
}

/// Makes callers of the function, or its loop, enter `code`.
unsafe fn install(store: *mut Store, requested: Requested, code: Code) {
    let Requested {
        func, osr, entry, ..
    } = requested;
    let (id, code_entry) = (code.id(), code.entry());
    // SAFETY: the caller promises a live store and function; no reference to the state is alive.
    unsafe {
        (*store).codes.insert(code.info().clone());
        let state = State::of(store);
        state.entries[entry].progress = Progress::Installed(id);
        state.codes[id.index()] = Some(Installed {
            code: Arc::new(code),
            requested,
        });
        if osr.is_none() {
            (*(*func).func_ref).code = code_entry;
            (*func).kind = FuncKind::Compiled;
        }
    }
}

impl Tiers for TwoTiers {
    unsafe fn on_hot(&self, store: *mut Store, func: *mut FuncInstance, at: HotPoint) -> HotAction {
        // SAFETY: forwarded, here and below.
        unsafe { self.poll(store) };
        let osr = match at {
            HotPoint::Entry => None,
            HotPoint::Loop { pc } => Some(pc),
        };
        // SAFETY: as above.
        if osr.is_some() && !unsafe { Store::tuning(store) }.osr {
            // SAFETY: as above.
            unsafe { (*func).hotness = i32::MAX };
            return HotAction::Continue;
        }
        // SAFETY: as above.
        let progress = unsafe { self.advance(store, func, osr) };
        // The next hot point of an installed loop enters its code at once.
        let hotness = match progress {
            Progress::None | Progress::Queued => POLL,
            Progress::Installed(_) => 0,
            Progress::Failed => i32::MAX,
        };
        // SAFETY: as above.
        unsafe { (*func).hotness = hotness };
        let (Progress::Installed(id), HotPoint::Loop { pc }) = (progress, at) else {
            return HotAction::Continue;
        };
        // SAFETY: as above.
        unsafe {
            (*store).emit(Event::OsrEntered {
                func: (*func).func,
                pc,
                code: id,
            });
            let installed = State::of(store).codes[id.index()].as_ref();
            HotAction::EnterOsr(installed.expect("installed code is not freed").code.entry())
        }
    }

    unsafe fn interpret(
        &self,
        store: *mut Store,
        func: *mut FuncInstance,
        slots: *mut u64,
    ) -> Status {
        // SAFETY: forwarded.
        unsafe {
            Store::timed(store, TierKind::Interpreter, || {
                interp::interpret(store, func, slots)
            })
        }
    }

    unsafe fn on_deopt_exit(
        &self,
        store: *mut Store,
        vmctx: *mut VMContext,
        exit: ExitId,
    ) -> Status {
        // SAFETY: no reference to the state is alive; the code cannot be freed while it runs.
        let (code, func, clock) = unsafe {
            let installed = State::of(store).codes[exit.code.index()].as_ref();
            let installed = installed.expect("code that takes an exit is installed");
            (
                Arc::as_ptr(&installed.code),
                installed.requested.func,
                installed.requested.clock,
            )
        };
        // SAFETY: the compiled code stored what its exit names; its functions are prepared.
        let rebuilt = unsafe { deopt::materialize(store, vmctx, ((*code).exits(), exit.exit)) };
        let Some(Materialized {
            reason,
            site,
            frames,
            sp,
        }) = rebuilt
        else {
            // SAFETY: forwarded.
            return unsafe { raise_trap(store, Trap::StackOverflow, None, None) };
        };
        let innermost = frames[frames.len() - 1];
        // SAFETY: as above.
        unsafe {
            (*store).emit(Event::Deopt {
                code: exit.code,
                exit: exit.exit,
                reason,
                func: (*innermost.func).func,
                pc: (*innermost.func).pc_offset(innermost.pc),
                frames: frames.len(),
            });
            if reason == Reason::Stress {
                (*store).rearm_stress();
            }
            // A call without a target traps: the site's targets are still those that were seen.
            let traps = reason == Reason::WrongCallTarget && !interp::has_target(&innermost, sp);
            let site = site.and_then(|it| call_site(func, it));
            let policy = &mut State::of(store).policy;
            if !traps && policy.exit_taken(site, reason, clock) == Decision::Recompile {
                // Soon, but not before the interpreter has met the new target.
                let hotness = i32::try_from(Store::tuning(store).threshold / 4).unwrap_or(i32::MAX);
                withdraw(store, exit.code, hotness);
            }
            let resume = || interp::resume(store, &frames, sp);
            Store::timed(store, TierKind::Interpreter, resume)
        }
    }

    unsafe fn on_idle(&self, store: *mut Store) {
        // SAFETY: no reference to the state is alive, and no activation can be in its code.
        unsafe {
            let state = State::of(store);
            for id in std::mem::take(&mut state.retired) {
                (*store).codes.remove(id);
                State::of(store).codes[id.index()] = None;
            }
        }
    }

    fn compiled_linkage(&self) -> Linkage {
        self.compiler.linkage()
    }

    fn new_store(&self, tuning: &Tuning) -> TierState {
        TierState {
            interp: interp::new_context(tuning),
            tiering: Box::new(State::default()),
        }
    }
}
