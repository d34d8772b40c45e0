//! Interpreter below, speculative compiler above.

use super::perf::Perf;
use super::request;
use super::shared::{Found, Refusal, Shared, SharedCode};
use super::state::{EntryKey, Installation, State, instance, key, withdraw};
use deopt::{Decision, Materialized, Policy, SpecSite};
use interp::Resume;
use jit::{Code, CompileError, Compiler};
use runtime::code::InlineFrame;
use runtime::module::Module;
use runtime::vm::{Frame, FuncInstance, FuncKind, VMContext, VMFuncRef};
use runtime::{
    CodeId, CodeMemory, Event, ExitId, HomeIdx, HotAction, HotPoint, Instance, InstanceId, Linkage,
    Profile, Reason, Status, Store, TierKind, TierState, Tiers, Trap, Tuning, raise_trap,
};
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Hotness until a function that waits for the worker asks again.
const POLL: i32 = 200;

/// Hotness until a function for which there is no room asks again: so rarely that it costs nothing.
const RETRY: i32 = 20_000;

/// Both tiers. One for each engine.
pub(super) struct TwoTiers {
    compiler: Compiler,
    /// Number of the next piece of code.
    next_code: AtomicU32,
    perf: Option<Arc<Perf>>,
    refusals: Arc<Refusals>,
}

/// Counts compilations that led to no code.
#[derive(Default)]
struct Refusals {
    for_now: AtomicU64,
    for_good: AtomicU64,
}

/// How far an entry of an instance has come.
enum Progress {
    Queued,
    Installed,
    /// There is no room for it now.
    Refused,
    Failed,
}

impl Refusals {
    fn count<T>(&self, result: &Result<T, CompileError>) {
        let Err(error) = result else { return };
        let counter = match error {
            CompileError::NoRoom { .. } => &self.for_now,
            _ => &self.for_good,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl TwoTiers {
    pub(super) fn new(compiler: Compiler, tuning: &Tuning) -> Self {
        Self {
            compiler,
            next_code: AtomicU32::new(0),
            perf: Perf::new(tuning).map(Arc::new),
            refusals: Arc::default(),
        }
    }

    /// Looks for code of an entry into `func`, for the function or for its loop at `osr`, and asks
    /// for it if nobody has. It has none in this instance.
    unsafe fn advance(
        &self,
        store: *mut Store,
        func: *mut FuncInstance,
        osr: Option<u32>,
    ) -> Progress {
        // SAFETY: the caller promises a live store and function; no reference to the state is
        // alive.
        let (key, instance) = unsafe { (key(func, osr), instance(func)) };
        // SAFETY: as above; instances live as long as the store.
        let module = unsafe {
            debug_assert!(State::of(store).entered(key).is_none());
            (*instance).module.clone()
        };
        let shared = Shared::of(&module);
        let at = (key.func, osr);
        // SAFETY: as above; nothing changes the instance meanwhile.
        let fits = |code: &Code| unsafe { request::fits(&*store, &*instance, code) };
        let new_code = || CodeId(self.next_code.fetch_add(1, Ordering::Relaxed));
        let has_room = |bytes| self.compiler.has_room(bytes);
        match shared.find_or_begin(at, fits, has_room, new_code) {
            Found::Code(code) => {
                // SAFETY: the code fits.
                unsafe { install(store, (key, func), &code) };
                Progress::Installed
            }
            Found::Queued(code) => {
                self.compiler.hurry(code);
                Progress::Queued
            }
            // SAFETY: as above.
            Found::Refused(refusal) => unsafe { refused(store, key, &refusal) },
            Found::Begun { code, nth } => {
                // SAFETY: as above.
                unsafe { self.begin(store, (key, func), (code, nth)) }
            }
        }
    }

    /// Has `code` compiled, here or by the worker. It is the `nth` for its entry.
    unsafe fn begin(
        &self,
        store: *mut Store,
        (key, func): (EntryKey, *mut FuncInstance),
        (code, nth): (CodeId, u32),
    ) -> Progress {
        let at @ (idx, osr) = (key.func, key.osr);
        // SAFETY: the caller promises a live store and function.
        let (tuning, module) = unsafe { (Store::tuning(store), (*instance(func)).module.clone()) };
        let speculation = tuning.speculation && Policy::may_speculate(nth);
        // SAFETY: as above.
        unsafe { State::of(store).note_request(key, code) };
        let clock = {
            let mut profile = module.profile();
            profile.note_hot(idx, osr);
            profile.clock
        };
        // SAFETY: as above.
        let request = unsafe {
            (*store).emit(|| Event::Hot {
                instance: key.instance,
                func: idx,
                osr,
            });
            request::make(store, func, (osr, code, speculation))
        };
        if tuning.background {
            let (perf, refusals) = (self.perf.clone(), self.refusals.clone());
            let deliver = move |request: &jit::Request, result| {
                announce(perf.as_deref(), &request.module, &result);
                refusals.count(&result);
                // Who waits for it will find it, or the error.
                let _ = Shared::of(&request.module).finish(at, clock, result);
            };
            self.compiler.enqueue(request, Box::new(deliver));
            return Progress::Queued;
        }
        let code = self.compiler.compile(&request);
        #[cfg(test)]
        let code = code.map(super::falsify::falsified);
        let code = code.and_then(|it| self.compiler.publish(it));
        announce(self.perf.as_deref(), &module, &code);
        self.refusals.count(&code);
        match Shared::of(&module).finish(at, clock, code) {
            Ok(code) => {
                // SAFETY: as above. What the request said of the instance is still so.
                unsafe { install(store, (key, func), &code) };
                Progress::Installed
            }
            // SAFETY: as above.
            Err(refusal) => unsafe { refused(store, key, &refusal) },
        }
    }
}

/// Tells that `key` stays in the interpreter: once, if it is for want of room.
unsafe fn refused(store: *mut Store, key: EntryKey, refusal: &Refusal) -> Progress {
    let is_for_good = refusal.needed.is_none();
    // SAFETY: the caller promises a live store; no reference to the state is alive.
    unsafe {
        if is_for_good || State::of(store).note_refused(key) {
            let (func, error) = (key.func, &refusal.error);
            (*store).emit(|| Event::CompileFailed {
                func,
                error: (**error).to_owned(),
            });
        }
    }
    if is_for_good {
        Progress::Failed
    } else {
        Progress::Refused
    }
}

fn announce(perf: Option<&Perf>, module: &Module, code: &Result<Code, CompileError>) {
    if let (Some(perf), Ok(code)) = (perf, code) {
        perf.announce(module, code);
    }
}

/// Makes callers of the function, or its loop, enter `code`, which fits their instance.
unsafe fn install(
    store: *mut Store,
    (key, func): (EntryKey, *mut FuncInstance),
    code: &Arc<SharedCode>,
) {
    let shared = code;
    let code = &code.code;
    // SAFETY: the caller promises a live store and function; no reference to the state is alive.
    unsafe {
        for frame in code.info().frames.iter().filter(|it| it.home == HomeIdx(0)) {
            // What an exit writes frames of is prepared. It was, when the code was compiled, so
            // its body is valid.
            let prepared = Instance::prepare(instance(func), frame.func);
            debug_assert!(prepared.is_ok());
        }
        let Installation { is_new, reused } = State::of(store).install(key, shared);
        if is_new {
            (*store).codes.insert(code.info().clone());
        }
        code.decisions()
            .iter()
            .for_each(|it| (*store).emit(|| it.clone()));
        (*store).emit(|| Event::Installed {
            instance: key.instance,
            func: key.func,
            osr: key.osr,
            code: code.id(),
            size: code.size(),
            exits: code.exits().len(),
            time: code.time(),
            reused,
            bodies: code.info().frames.clone(),
        });
        if key.osr.is_none() {
            (*(*func).func_ref).code = code.entry();
            (*func).kind = FuncKind::Compiled;
        }
    }
}

/// Remembers that the speculation at `site` of `instance` failed for `reason` in `code`, and
/// withdraws what is to be compiled anew.
unsafe fn learn(
    store: *mut Store,
    instance: *mut Instance,
    code: &SharedCode,
    (site, reason): (SpecSite, Reason),
) {
    // SAFETY: as below.
    let module = Arc::as_ptr(unsafe { &(*instance).module });
    let is_own = code.code.info().modules[0].as_ptr() == module;
    // What clock another module's profile had is not known, so each failure counts.
    let clock = if is_own { code.clock } else { u32::MAX };
    // SAFETY: the caller promises a live store that owns the instance.
    let instance = unsafe { &*instance };
    let mut profile = instance.module.profile();
    if reason == Reason::Reprofile {
        // SAFETY: nobody refers to call sites while compiled code runs.
        unsafe { instance.add_to_profile(site.func, &mut profile) };
    }
    if Policy::exit_taken(&mut profile, site, reason, clock) == Decision::Keep {
        return;
    }
    let mut stale = smallvec![code.code.id()];
    if reason == Reason::Reprofile {
        // SAFETY: as above.
        unsafe { begin_anew(store, instance, &mut profile, (code, site), &mut stale) };
    }
    drop(profile);
    for code in stale {
        // SAFETY: as above.
        unsafe { withdraw(store, code, hotness_after_failure(store)) };
    }
}

/// Has `code` inlined `target` in functions of `home`, which their guards could not see: it is another
/// instance's, in which it has never been called? They will from now on.
unsafe fn is_inlined(code: &SharedCode, home: HomeIdx, target: *mut VMFuncRef) -> bool {
    // SAFETY: the caller promises a reference of a live store, to a function of an instance if it
    // is to be prepared. Instances live as long as the store.
    let (instance, func) = unsafe {
        if (*(*target).instance).kind != FuncKind::Unprepared {
            return false;
        }
        let instance = &*(*(*target).vmctx).instance;
        (instance, instance.own_func(target))
    };
    let info = code.code.info();
    let module = Arc::as_ptr(&instance.module);
    let is_target = |it: &InlineFrame| {
        it.home != home && Some(it.func) == func && info.modules[it.home.index()].as_ptr() == module
    };
    info.frames.iter().any(is_target)
}

/// Are the branches of `func` observed from this hot point on? Not if it has been compiled.
unsafe fn is_observed(store: *mut Store, func: *mut FuncInstance) -> bool {
    // SAFETY: the caller promises a live store and function; no reference to the state is alive.
    unsafe {
        let key = key(func, None);
        State::of(store).observe((key.instance, key.func), || {
            let module = &(*instance(func)).module;
            let compiled = Shared::of(module).compiled(key.func);
            if compiled.entry || compiled.loops {
                return 0;
            }
            let size = (*func).prepared().code.len();
            let budget = Store::tuning(store).budget(size);
            budget.observed.cast_unsigned()
        })
    }
}

/// Remembers that the branch that `frame` is at takes an arm for which `code` has none, and withdraws
/// it. The operands of the branch are below `sp`.
unsafe fn learn_branch(store: *mut Store, code: &SharedCode, (frame, sp): (&Frame, *mut u64)) {
    // SAFETY: the caller promises a live store that owns the frame's function.
    unsafe {
        let func = &*frame.func;
        let entry = interp::branch_entry(frame, sp);
        let mut profile = (*instance(frame.func)).module.profile();
        let decision = Policy::branch_failed(&mut profile, func.func, entry);
        drop(profile);
        if decision == Decision::Recompile {
            withdraw(store, code.code.id(), hotness_after_failure(store));
        }
    }
}

/// The budget of a function whose code was withdrawn: soon, but not before the interpreter has met
/// what is new.
unsafe fn hotness_after_failure(store: *mut Store) -> i32 {
    // SAFETY: the caller promises a live store.
    let threshold = unsafe { Store::tuning(store) }.threshold;
    i32::try_from(threshold / 4).unwrap_or(i32::MAX)
}

/// Has `site`, and what else of its module is worn out in `code`, learned anew, and lists other code
/// of their functions in `stale`: as long as it runs, the interpreter sees nothing of them.
unsafe fn begin_anew(
    store: *mut Store,
    instance: &Instance,
    profile: &mut Profile,
    (code, site): (&SharedCode, SpecSite),
    stale: &mut SmallVec<[CodeId; 1]>,
) {
    // SAFETY: the caller promises a live store that owns the instance, and that no reference to
    // its call sites and to the state is alive.
    unsafe {
        let first = Store::tuning(store).reprofile_after;
        let first = first.map_or(u32::MAX, |it| it.get());
        let known = profile.site_mut(site.func, site.site);
        let after = known.map(|it| Policy::reprofile_after(it, first));
        (*store).vm.generic_calls = after.unwrap_or(first.into());
        forget(instance, site);
        let mut anew = vec![site.func];
        let info = code.code.info();
        for frame in &info.frames {
            let func = frame.func;
            let module = info.modules[frame.home.index()].as_ptr();
            if module != Arc::as_ptr(&instance.module) {
                continue;
            }
            instance.add_to_profile(func, profile);
            let Some(body) = instance.module.body(func).and_then(|it| it.prepared()) else {
                continue;
            };
            for site in Policy::begin_others_anew(profile, func, &body.call_sites) {
                forget(instance, SpecSite { func, site });
                anew.push(func);
            }
        }
        anew.dedup();
        for func in anew {
            stale.extend(State::of(store).codes_of(instance.id, func));
        }
    }
}

/// Has the interpreter forget what `site` has called.
unsafe fn forget(instance: &Instance, site: SpecSite) {
    if let Some(func) = instance.prepared(site.func) {
        // SAFETY: the caller promises that no reference to call sites is alive.
        unsafe { interp::forget(func, site.site) };
    }
}

impl Tiers for TwoTiers {
    unsafe fn on_hot(&self, store: *mut Store, func: *mut FuncInstance, at: HotPoint) -> HotAction {
        let osr = match at {
            HotPoint::Entry => None,
            HotPoint::Loop { pc } => Some(pc),
        };
        // SAFETY: forwarded, here and below.
        if osr.is_some() && !unsafe { Store::tuning(store) }.osr {
            // SAFETY: as above.
            unsafe { (*func).hotness = i32::MAX };
            return HotAction::Continue;
        }
        // SAFETY: as above; no reference to the state is alive.
        let key = unsafe { key(func, osr) };
        // SAFETY: as above.
        let entered = || unsafe { State::of(store).entered(key).map(Arc::as_ptr) };
        // The next hot point of an installed loop enters its code at once.
        let (mut code, mut hotness) = (entered(), 0);
        if code.is_none() {
            // SAFETY: as above.
            if unsafe { is_observed(store, func) } {
                // SAFETY: as above.
                unsafe { (*func).hotness = 0 };
                return HotAction::Observe;
            }
            // SAFETY: as above.
            let progress = unsafe { self.advance(store, func, osr) };
            hotness = match progress {
                Progress::Queued => POLL,
                Progress::Refused => RETRY,
                Progress::Installed => 0,
                Progress::Failed => i32::MAX,
            };
            code = entered();
        }
        // SAFETY: as above.
        unsafe { (*func).hotness = hotness };
        let (Some(code), HotPoint::Loop { pc }) = (code, at) else {
            return HotAction::Continue;
        };
        // SAFETY: as above; installed code is not freed.
        unsafe {
            let code = &(*code).code;
            (*store).emit(|| Event::OsrEntered {
                func: (*func).func,
                pc,
                code: code.id(),
            });
            HotAction::EnterOsr(code.entry())
        }
    }

    unsafe fn on_instantiated(&self, store: *mut Store, instance: InstanceId) {
        // SAFETY: forwarded.
        let instance = unsafe { &raw mut *(&mut (*store).instances)[instance.index()] };
        // SAFETY: instances live as long as the store.
        let module = unsafe { (*instance).module.clone() };
        let eager = module.profile().eager().to_vec();
        for func in eager {
            // SAFETY: no reference to the store is alive. A body that does not validate (lazily)
            // is not compiled: its call raises.
            unsafe {
                if let Ok(func) = Instance::prepare(instance, func) {
                    self.advance(store, func, None);
                }
            }
        }
    }

    unsafe fn on_prepared(&self, store: *mut Store, func: *mut FuncInstance) {
        // SAFETY: forwarded.
        unsafe {
            if (*func).hotness <= 0 {
                self.on_hot(store, func, HotPoint::Entry);
                return;
            }
            let module = (*instance(func)).module.clone();
            let compiled = Shared::of(&module).compiled((*func).func);
            if compiled.entry {
                self.advance(store, func, None);
            } else if compiled.loops {
                // Its first backward branch asks for the loop's code: this call is charged, too.
                (*func).hotness = 1;
            }
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
        let code = unsafe {
            let code = State::of(store).code(exit.code);
            Arc::as_ptr(code.expect("code that takes an exit is installed"))
        };
        // SAFETY: the compiled code stored what its exit names; its functions are prepared.
        let rebuilt = unsafe {
            let exits = (*code).code.exits();
            deopt::materialize(store, vmctx, (exits, exit.exit))
        };
        let Some(Materialized {
            reason,
            site,
            home,
            ref frames,
            sp,
        }) = rebuilt
        else {
            // SAFETY: forwarded.
            return unsafe { raise_trap(store, Trap::StackOverflow, None, None) };
        };
        let innermost = frames[frames.len() - 1];
        // SAFETY: as above.
        unsafe {
            (*store).emit(|| Event::Deopt {
                code: exit.code,
                exit: exit.exit,
                reason,
                home,
                func: (*innermost.func).func,
                pc: (*innermost.func).pc_offset(innermost.pc),
                frames: frames.len(),
            });
            (*store).note_exit(reason, frames, sp);
            if reason == Reason::Stress {
                (*store).rearm_stress();
            }
            if reason == Reason::UntakenBranch {
                learn_branch(store, &*code, (&innermost, sp));
            }
            // A call without a target traps: the site's targets are still those that were seen.
            let teaches = reason != Reason::WrongCallTarget
                || interp::call_target(&innermost, sp)
                    .is_some_and(|it| !is_inlined(&*code, home, it));
            if let Some(site) = site.filter(|_| teaches) {
                let instance = (*(*innermost.func).vmctx).instance;
                learn(store, instance, &*code, (site, reason));
            }
            let at = match reason {
                Reason::PollAtEntry => Resume::Entry,
                _ => Resume::Instruction,
            };
            let resume = || interp::resume(store, frames, sp, at);
            Store::timed(store, TierKind::Interpreter, resume)
        }
    }

    unsafe fn on_idle(&self, store: *mut Store) {
        // SAFETY: no reference to the state is alive, and no activation can be in its code.
        unsafe {
            for freed in State::of(store).free_retired() {
                (*store).codes.remove(freed.code.info());
            }
        }
    }

    fn compiled_linkage(&self) -> Linkage {
        self.compiler.linkage()
    }

    fn code_memory(&self) -> CodeMemory {
        let mut memory = CodeMemory::default();
        memory.used = self.compiler.code_bytes();
        memory.limit = self.compiler.code_limit();
        (memory.pieces, memory.described_by) = self.compiler.described();
        memory.refused = self.refusals.for_now.load(Ordering::Relaxed);
        memory.failed = self.refusals.for_good.load(Ordering::Relaxed);
        memory
    }

    fn new_store(&self, tuning: &Tuning) -> TierState {
        TierState {
            interp: interp::new_context(tuning),
            tiering: Box::new(State::default()),
        }
    }
}
