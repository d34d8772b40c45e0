//! Calls: direct, by table and by reference, ordinary and in tail position.
//!
//! The frequent case, an interpreted function of the same instance, is a matter of registers. All
//! others are cold: another tier, the host, another instance, a function that is not prepared or
//! is hot, a stack that is used up.

use super::{Flow, Op, op};
use crate::context::Context;
use crate::cursor::Path;
use crate::dispatch::opaque_ptr;
use crate::hotness::charge_call;
use crate::inline_cache::{self, Site};
use crate::regs::{Entry, Regs};
use runtime::vm::{FuncInstance, FuncKind, VMFuncRef};
use runtime::{MANY_INDICES, Status, Target, Trap};
use std::sync::atomic::Ordering;

impl Op for op::Call {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let entry = m.entry();
        let Some(callee) = m.own_func(entry.func()) else {
            return Flow::Cold;
        };
        // SAFETY: a function reference of the instance.
        let func = unsafe { (*callee).instance };
        m.flush();
        let fp = m.args_of(func);
        if !m.is_simple_call(func, fp) {
            return Flow::Cold;
        }
        m.advance(entry.op_len() as usize);
        m.site(entry).count_direct();
        m.push_frame(func, fp, entry.plus(1));
        Flow::Jump
    }

    fn cold(m: &mut Regs) -> Flow {
        let entry = m.entry();
        m.site(entry).count_direct();
        m.call_cold(m.any_func(entry.func()), entry)
    }
}

impl Op for op::ReturnCall {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let entry = m.entry();
        let Some(callee) = m.own_func(entry.func()) else {
            return Flow::Cold;
        };
        // SAFETY: a function reference of the instance.
        let func = unsafe { (*callee).instance };
        m.flush();
        if !m.is_simple_call(func, m.fp) {
            return Flow::Cold;
        }
        m.site(entry).count_direct();
        m.replace_frame(func);
        Flow::Jump
    }

    fn cold(m: &mut Regs) -> Flow {
        let entry = m.entry();
        m.site(entry).count_direct();
        m.return_call_cold(m.any_func(entry.func()))
    }
}

impl Op for op::CallIndirect {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let entry = m.entry();
        m.flush();
        let flushed = *m;
        let index = m.pop();
        let callee = m.own_target::<P>(entry, index);
        m.call_own(flushed, entry, callee)
    }

    fn cold(m: &mut Regs) -> Flow {
        let entry = m.entry();
        match m.checked_target(entry) {
            Ok(callee) => m.call_cold(callee, entry),
            Err(trap) => Flow::Trap(trap),
        }
    }
}

impl Op for op::ReturnCallIndirect {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let entry = m.entry();
        m.flush();
        let flushed = *m;
        let index = m.pop();
        let callee = m.own_target::<P>(entry, index);
        m.return_call_own(flushed, callee)
    }

    fn cold(m: &mut Regs) -> Flow {
        match m.checked_target(m.entry()) {
            Ok(callee) => m.return_call_cold(callee),
            Err(trap) => Flow::Trap(trap),
        }
    }
}

impl Op for op::CallRef {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let entry = m.entry();
        m.flush();
        let flushed = *m;
        let callee = m.own_referent::<P>(entry);
        m.call_own(flushed, entry, callee)
    }

    fn cold(m: &mut Regs) -> Flow {
        let entry = m.entry();
        match m.checked_referent(entry) {
            Ok(callee) => m.call_cold(callee, entry),
            Err(trap) => Flow::Trap(trap),
        }
    }
}

impl Op for op::ReturnCallRef {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let entry = m.entry();
        m.flush();
        let flushed = *m;
        let callee = m.own_referent::<P>(entry);
        m.return_call_own(flushed, callee)
    }

    fn cold(m: &mut Regs) -> Flow {
        match m.checked_referent(m.entry()) {
            Ok(callee) => m.return_call_cold(callee),
            Err(trap) => Flow::Trap(trap),
        }
    }
}

/// What an indirect call calls.
struct Callee {
    func: *mut FuncInstance,
    /// What counts it in the inline cache.
    target: *mut Target,
}

impl Callee {
    /// Counts the call.
    #[inline(always)]
    fn count(&self) {
        // SAFETY: it is that of the call site, which lives as long as its function.
        unsafe { inline_cache::count(self.target) };
    }
}

impl Regs {
    /// Gives the current instruction up, as `flow` says.
    #[inline(always)]
    fn give_up(&mut self, before: Regs, flow: Flow) -> Flow {
        *self = before;
        flow
    }

    /// Calls what the indirect call of `entry` was found to call. If that takes more than pushing a
    /// frame, goes back to the registers `before`.
    #[inline(always)]
    fn call_own(&mut self, before: Regs, entry: Entry, callee: Result<Callee, Flow>) -> Flow {
        let callee = match callee {
            Ok(callee) => callee,
            Err(flow) => return self.give_up(before, flow),
        };
        let fp = self.args_of(callee.func);
        if !self.is_simple_call(callee.func, fp) {
            return self.give_up(before, Flow::Cold);
        }
        self.advance(entry.op_len() as usize);
        callee.count();
        self.push_frame(callee.func, fp, entry.plus(1));
        Flow::Jump
    }

    /// The same in place of the current frame.
    #[inline(always)]
    fn return_call_own(&mut self, before: Regs, callee: Result<Callee, Flow>) -> Flow {
        let callee = match callee {
            Ok(callee) => callee,
            Err(flow) => return self.give_up(before, flow),
        };
        if !self.is_simple_call(callee.func, self.fp) {
            return self.give_up(before, Flow::Cold);
        }
        callee.count();
        self.replace_frame(callee.func);
        Flow::Jump
    }

    /// The inline cache of the call of `entry`.
    #[inline(always)]
    fn site(&self, entry: Entry) -> Site {
        // SAFETY: the call sites of the current function; nobody else refers to them meanwhile.
        unsafe {
            Site::new(opaque_ptr(
                (*self.func()).call_sites.add(entry.site().index()),
            ))
        }
    }

    /// The target of the indirect call of `entry`, whose table index is on top, if it is a
    /// function of this instance and on record, or the site is megamorphic.
    #[inline(always)]
    fn own_target<P: Path>(&mut self, entry: Entry, index: u64) -> Result<Callee, Flow> {
        let element = self.element(entry.table(), index);
        let callee = element.ok_or(Flow::Trap(Trap::TableOutOfBounds))? as *mut VMFuncRef;
        let site = self.site(entry);
        let target = if site.is_first(callee) {
            Some(site.first())
        } else if !P::FULL {
            return Err(Flow::Full);
        } else {
            site.find(callee)
        };
        let target = match target {
            Some(target) => {
                // Done now, not with the count: the call is made, whatever it takes, and registers
                // are few.
                // SAFETY: it is this site's.
                unsafe { inline_cache::note_index(target, index as u32) };
                target
            }
            None => match site.others() {
                Some(others) if self.is_exactly_callable(callee, entry) => others,
                _ => return Err(Flow::Cold),
            },
        };
        if !self.is_own(callee) {
            return Err(Flow::Cold);
        }
        // SAFETY: a function reference of the store, as elements of its tables are.
        let func = unsafe { (*callee).instance };
        Ok(Callee { func, target })
    }

    /// Is `callee`, which is not on record, of the type that `entry` demands? If it is of a
    /// subtype, that is for the cold version to find: handlers call no functions.
    #[inline(always)]
    fn is_exactly_callable(&self, callee: *mut VMFuncRef, entry: Entry) -> bool {
        !callee.is_null()
            // SAFETY: a function reference of the store.
            && unsafe { (*callee).sig == self.sig(entry.ty()) }
    }

    /// Is `callee` of the type that the indirect call of `entry` demands, or of a subtype?
    ///
    /// # Safety
    ///
    /// `callee` is a function reference of the store.
    #[inline(always)]
    unsafe fn is_callable(&self, callee: *mut VMFuncRef, entry: Entry) -> bool {
        let expected = self.sig(entry.ty());
        // SAFETY: forwarded; signatures live as long as the engine.
        unsafe { (*callee).sig == expected || inline_cache::is_subtype((*callee).sig, expected) }
    }

    /// Pops the table index of the indirect call of `entry`, and checks and records its target.
    fn checked_target(&mut self, entry: Entry) -> Result<*mut VMFuncRef, Trap> {
        let index: u64 = self.pop();
        let element = self
            .element(entry.table(), index)
            .ok_or(Trap::TableOutOfBounds)?;
        let callee = element as *mut VMFuncRef;
        let site = self.site(entry);
        if let Some(target) = site.find(callee) {
            // SAFETY: it is this site's.
            unsafe {
                inline_cache::note_index(target, index as u32);
                inline_cache::count(target);
            }
            return Ok(callee);
        }
        if callee.is_null() {
            return Err(Trap::IndirectCallToNull);
        }
        // SAFETY: a function reference of the store.
        if !unsafe { self.is_callable(callee, entry) } {
            return Err(Trap::BadSignature);
        }
        self.record(entry, callee, index as u32);
        Ok(callee)
    }

    /// Records a target that is not on record, found at table index `index`.
    fn record(&mut self, entry: Entry, callee: *mut VMFuncRef, index: u32) {
        let site = self.site(entry);
        if let Some(others) = site.others() {
            // SAFETY: it is this site's.
            unsafe { inline_cache::count(others) };
            return;
        }
        let state = site.add(callee, index);
        // SAFETY: the store is alive and no reference to it is.
        let (store, func) = unsafe { (&mut *(*self.ctx).store, (*self.func()).func) };
        inline_cache::report(store, func, entry.site(), state);
    }

    /// Pops the target of a call of a reference, if it is a function of this instance and on
    /// record, or the site is megamorphic. Its type was validated.
    #[inline(always)]
    fn own_referent<P: Path>(&mut self, entry: Entry) -> Result<Callee, Flow> {
        let callee = self.pop_slot() as *mut VMFuncRef;
        let site = self.site(entry);
        let target = if site.is_first(callee) {
            Some(site.first())
        } else if !P::FULL {
            return Err(Flow::Full);
        } else {
            site.find(callee)
        };
        let others = || site.others().filter(|_| !callee.is_null());
        let target = target.or_else(others).ok_or(Flow::Cold)?;
        if !self.is_own(callee) {
            return Err(Flow::Cold);
        }
        // SAFETY: a function reference of the store.
        let func = unsafe { (*callee).instance };
        Ok(Callee { func, target })
    }

    /// Pops the target of a call of a reference, checks and records it.
    fn checked_referent(&mut self, entry: Entry) -> Result<*mut VMFuncRef, Trap> {
        let callee = self.pop_slot() as *mut VMFuncRef;
        match self.site(entry).find(callee) {
            // SAFETY: it is this site's.
            Some(target) => unsafe { inline_cache::count(target) },
            None if callee.is_null() => return Err(Trap::NullReference),
            None => self.record(entry, callee, MANY_INDICES),
        }
        Ok(callee)
    }

    /// Calls any function with the topmost operands. Requires all of them in memory.
    fn call_cold(&mut self, callee: *mut VMFuncRef, entry: Entry) -> Flow {
        let (ctx, sig) = (self.ctx, sig_of(callee));
        let args = self.sp.wrapping_sub(sig.param_slots());
        let record = self.suspend(entry);
        self.leave(args);
        // SAFETY: invariant 1 of `regs.rs`; all frames are on record, arguments on top.
        unsafe {
            let store = (*ctx).store;
            let Some(func) = ready(store, callee) else {
                return Flow::Exit(Status::Raised);
            };
            if (*func).kind.is_interpreted() {
                let end = args.wrapping_add((*func).n_slots as usize);
                if end > (*ctx).value_limit || record >= (*ctx).frames_limit {
                    return Flow::Exit(runtime::stack_overflow(store, callee));
                }
                (*ctx).frame = record.add(1);
                self.enter(func, args);
                return Flow::Jump;
            }
            let status = runtime::call(store, callee, args);
            match runtime::finish_tail(store, args, status) {
                Status::Returned => {
                    self.sp = args.wrapping_add(sig.result_slots());
                    self.resume_record(record);
                    Flow::Jump
                }
                status => Flow::Exit(status),
            }
        }
    }

    /// Calls any function with the topmost operands, in place of the current frame. Requires all
    /// of them in memory.
    fn return_call_cold(&mut self, callee: *mut VMFuncRef) -> Flow {
        let (ctx, sig) = (self.ctx, sig_of(callee));
        let n_params = u32::try_from(sig.param_slots()).expect("validated");
        // The frame is gone: it is on no record.
        self.move_operands(n_params, self.fp);
        let args = self.fp;
        self.leave(args);
        // SAFETY: as in `call_cold`. What is called here has the results of the current function.
        unsafe {
            let (store, record) = ((*ctx).store, (*ctx).frame);
            let Some(func) = ready(store, callee) else {
                return Flow::Exit(Status::Raised);
            };
            if (*func).kind.is_interpreted() {
                if args.wrapping_add((*func).n_slots as usize) > (*ctx).value_limit {
                    return Flow::Exit(runtime::stack_overflow(store, callee));
                }
                (*ctx).frame = record;
                self.enter(func, args);
                return Flow::Jump;
            }
            if (*func).kind == FuncKind::Compiled && self.is_base_frame() {
                let code = sig.stubs().tail_entry.load(Ordering::Acquire);
                return self.exit_to(callee, (code, callee.cast(), args.cast()));
            }
            let status = runtime::call(store, callee, args);
            match runtime::finish_tail(store, args, status) {
                Status::Returned => {
                    (*ctx).frame = record;
                    self.sp = args.wrapping_add(sig.result_slots());
                    self.return_with_results()
                }
                status => Flow::Exit(status),
            }
        }
    }

    /// Makes the store what other tiers and the host expect: frames are on record, and the value
    /// stack is free from `top`.
    fn leave(&mut self, top: *mut u64) {
        // SAFETY: invariant 1 of `regs.rs`.
        unsafe {
            let vm = &raw mut (*(*self.ctx).store).vm;
            (*vm).value_top = top;
            (*vm).frames_top = (*self.ctx).frame;
            (*vm).caller = (*self.ctx).vmctx;
        }
    }

    /// Begins a frame of `func`, whose arguments are at `fp`, above the topmost record.
    ///
    /// # Safety
    ///
    /// `func` is an interpreted function of the store, and its frame fits the value stack.
    unsafe fn enter(&mut self, func: *mut FuncInstance, fp: *mut u64) {
        // SAFETY: forwarded.
        unsafe {
            Context::enter_instance(self.ctx, (*func).vmctx);
            self.sp = fp.wrapping_add((*func).n_params as usize);
            self.mark_record(func);
            self.vector = (*func).is_vector();
            self.begin(func, fp);
        }
    }
}

/// The signature of a function.
fn sig_of<'a>(callee: *mut VMFuncRef) -> &'a runtime::vm::VMSignature {
    // SAFETY: function references and signatures live as long as the store.
    unsafe { &*(*callee).sig }
}

/// Gets `callee` ready for a call: prepared, and charged if it is interpreted. `None` if that
/// raised something.
///
/// # Safety
///
/// `store` is alive and no reference to it is; `callee` belongs to it; all frames are on record.
unsafe fn ready(store: *mut runtime::Store, callee: *mut VMFuncRef) -> Option<*mut FuncInstance> {
    // SAFETY: forwarded.
    unsafe {
        let mut func = (*callee).instance;
        if (*func).kind == FuncKind::Unprepared {
            func = runtime::prepare(store, callee).ok()?;
        }
        if (*func).kind.is_interpreted() {
            charge_call(store, func);
        }
        Some(func)
    }
}
