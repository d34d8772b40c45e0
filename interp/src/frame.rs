//! Frames of the interpreter: the current one is in registers, suspended ones are on record.
//!
//! ```text
//!   records                        value stack
//!   ┌──────────┐ ◄─ ctx.frame      ┌─────────────────────┐ ◄─ sp
//!   │ caller   │ fp ───────┐       │ current frame       │
//!   │ caller   │ fp ──┐    │       ├─────────────────────┤ ◄─ fp (arguments: the caller's
//!   │ sentinel │      │    └─────► │ caller              │         operands, in place)
//!   └──────────┘      └──────────► │ caller's caller     │
//!                                  └─────────────────────┘
//! ```
//!
//! Bit 0 of a record's `fp` says that returning to it takes more than loading registers
//! ([`LEAVES`]): it is a sentinel, or the frame above belongs to another instance, or only one of
//! both is that of a vector function. Only the interpreter reads a record's `fp`.

use crate::context::Context;
use crate::cursor::{Cursor, Path};
use crate::dispatch::{opaque, opaque_ptr};
use crate::ops::Flow;
use crate::regs::{Cache, Entry, Regs};
use runtime::vm::{Frame, FuncInstance, FuncKind, VMFuncRef};
use runtime::{FuncIdx, Instance, Status};

/// Bit of a record's `fp`: returning to it ends the activation, enters another instance, or goes
/// on with other dispatch tables.
pub(crate) const LEAVES: usize = 1;

/// Marks a record.
fn leaving(fp: *mut u64) -> *mut u64 {
    fp.map_addr(|it| it | LEAVES)
}

/// The record below the first frame of an activation.
pub(crate) fn sentinel() -> Frame {
    Frame {
        func: std::ptr::null_mut(),
        pc: std::ptr::null(),
        stp: std::ptr::null(),
        fp: leaving(std::ptr::null_mut()),
    }
}

/// The record of a frame that waits for one of `callee`.
///
/// # Safety
///
/// The function of `frame` and `callee` are alive.
pub(crate) unsafe fn suspended(frame: Frame, callee: *mut FuncInstance) -> Frame {
    // SAFETY: forwarded.
    let (caller, callee) = unsafe { (&*frame.func, &*callee) };
    let is_simple = caller.vmctx == callee.vmctx && caller.is_vector() == callee.is_vector();
    Frame {
        fp: if is_simple {
            frame.fp
        } else {
            leaving(frame.fp)
        },
        ..frame
    }
}

impl Regs {
    /// Is a frame of `func` at `fp` all that a call of it takes? Charges the function.
    #[inline(always)]
    pub(crate) fn is_simple_call(&self, func: *mut FuncInstance, fp: *mut u64) -> bool {
        // SAFETY: invariant 1 of `regs.rs`; functions live as long as their store.
        unsafe {
            (*func).kind == self.kind()
                && fp.wrapping_add((*func).n_slots as usize) <= (*self.ctx).value_limit
                && (*self.ctx).frame < (*self.ctx).frames_limit
                && !charge(func)
        }
    }

    /// The kind of functions that are executed in the same way as the current one.
    #[inline(always)]
    fn kind(&self) -> FuncKind {
        match self.vector {
            true => FuncKind::InterpretedVector,
            false => FuncKind::Interpreted,
        }
    }

    /// Is the current function a vector function?
    #[inline(always)]
    pub(crate) fn is_in_vector_function(&self) -> bool {
        // SAFETY: invariant 1 of `regs.rs`.
        unsafe { (*self.func()).is_vector() }
    }

    /// Where the frame of `func` begins if it is called: its arguments are the topmost operands.
    /// Requires all operands in memory.
    #[inline(always)]
    pub(crate) fn args_of(&self, func: *mut FuncInstance) -> *mut u64 {
        debug_assert!(self.cache == Cache::Empty);
        // SAFETY: functions live as long as their store.
        opaque_ptr(self.sp).wrapping_sub(unsafe { (*func).n_params as usize })
    }

    /// Pushes a frame of `func` at `fp`. The current one goes on at `pc`, whose entry is `next`.
    /// Requires that this is a simple call of a function of the current instance.
    #[inline(always)]
    pub(crate) fn push_frame(&mut self, func: *mut FuncInstance, fp: *mut u64, next: Entry) {
        let ctx = self.ctx;
        // SAFETY: invariant 2 of `context.rs`; there are a record and slots left.
        unsafe {
            let record = (*ctx).frame;
            let (pc, stp) = (self.pc.as_ptr(), next.as_ptr());
            record.write(Frame {
                func: (*ctx).func,
                pc,
                stp,
                fp: self.fp,
            });
            (*ctx).frame = record.add(1);
            self.begin(func, fp);
        }
    }

    /// Replaces the current frame by one of `func`. Requires that this is a simple call of a
    /// function of the current instance.
    #[inline(always)]
    pub(crate) fn replace_frame(&mut self, func: *mut FuncInstance) {
        // SAFETY: functions live as long as their store; there are slots left.
        unsafe {
            self.move_operands((*func).n_params, self.fp);
            self.begin(func, self.fp);
        }
    }

    /// Makes a frame of `func` at `fp` the current one: its parameters are in place, and `sp` is
    /// behind them.
    ///
    /// # Safety
    ///
    /// `func` is interpreted, its frame fits the value stack, and the context is that of its
    /// instance.
    #[inline(always)]
    pub(crate) unsafe fn begin(&mut self, func: *mut FuncInstance, fp: *mut u64) {
        self.fp = fp;
        // SAFETY: forwarded.
        unsafe {
            (*self.ctx).func = func;
            (*self.ctx).stp = (*func).side_table;
            self.pc = Cursor::new((*func).code);
            let mut n = (*func).n_extra as usize;
            // Few locals: a call of `memset` would cost more, and a stack frame in each handler.
            while n != 0 {
                self.spill(0);
                n = opaque(n - 1);
            }
        }
    }

    /// Moves the `n` topmost operands to `to`, which is not above them, and `sp` behind them.
    /// Requires all operands in memory.
    #[inline(always)]
    pub(crate) fn move_operands(&mut self, n: u32, to: *mut u64) {
        debug_assert!(self.cache == Cache::Empty);
        let (mut n, mut from) = (n as usize, self.sp.wrapping_sub(n as usize));
        debug_assert!(to <= from);
        self.sp = to;
        while n != 0 {
            // SAFETY: invariants 3 and 4 of `regs.rs`; moving up, no operand is overwritten
            // before it is read.
            unsafe { self.sp.write(*from) };
            self.sp = self.sp.wrapping_add(1);
            from = from.wrapping_add(1);
            n = opaque(n - 1);
        }
    }

    /// Returns to the suspended frame, with the topmost operands as results.
    #[inline(always)]
    pub(crate) fn return_<P: Path>(&mut self) -> Flow {
        let ctx = self.ctx;
        // SAFETY: invariant 1 of `regs.rs`, invariant 2 of `context.rs`.
        unsafe {
            let record = (*ctx).frame.sub(1);
            if (*record).fp.addr() & LEAVES != 0 {
                return Flow::Cold;
            }
            match (*(*ctx).func).n_results {
                0 => {
                    self.cache = Cache::Empty;
                    self.sp = self.fp;
                }
                1 => self.keep_top_at(self.fp),
                _ if !P::FULL => return Flow::Full,
                n => {
                    self.flush();
                    self.move_operands(n, self.fp);
                }
            }
            (*ctx).frame = record;
            (*ctx).func = (*record).func;
            (*ctx).stp = (*record).stp;
            self.pc = Cursor::new((*record).pc);
            self.fp = (*record).fp;
        }
        Flow::Jump
    }

    /// Returns to whatever is below the current frame. Requires all operands in memory.
    pub(crate) fn return_cold(&mut self) -> Flow {
        // SAFETY: invariant 1 of `regs.rs`.
        let n_results = unsafe { (*self.func()).n_results };
        self.move_operands(n_results, self.fp);
        self.return_with_results()
    }

    /// The current frame is done; its results are in place, and `sp` is behind them.
    pub(crate) fn return_with_results(&mut self) -> Flow {
        if self.is_base_frame() {
            return Flow::Exit(Status::Returned);
        }
        // SAFETY: invariant 2 of `context.rs`: there is a record, and it is no sentinel.
        unsafe { self.resume_record((*self.ctx).frame.sub(1)) };
        Flow::Jump
    }

    /// Is the current frame the first one of its activation?
    pub(crate) fn is_base_frame(&self) -> bool {
        // SAFETY: invariant 2 of `context.rs`.
        unsafe { (*(*self.ctx).frame.sub(1)).func.is_null() }
    }

    /// Ends the activation; `code`, of the compiled function `func_ref`, finishes what is its first
    /// and only frame.
    pub(crate) fn exit_to(
        &self,
        func_ref: *mut VMFuncRef,
        (code, arg0, arg1): (*const u8, *mut u8, *mut u8),
    ) -> Flow {
        debug_assert!(self.is_base_frame());
        // SAFETY: invariant 1 of `regs.rs`.
        let vm = unsafe { &mut (*(*self.ctx).store).vm };
        (vm.tail_func, vm.tail_code, vm.tail_arg0, vm.tail_arg1) = (func_ref, code, arg0, arg1);
        Flow::Exit(Status::Tail)
    }

    /// Puts the current frame on record, as it goes on after the call of `entry`. It stays
    /// current. Requires all operands in memory.
    pub(crate) fn suspend(&mut self, entry: Entry) -> *mut Frame {
        debug_assert!(self.cache == Cache::Empty);
        // SAFETY: invariant 2 of `context.rs`. There is room: the stack keeps a reserve of
        // records, of which each activation that is at the limit takes one.
        unsafe {
            let record = (*self.ctx).frame;
            record.write(Frame {
                func: self.func(),
                pc: self.pc.skip(entry.op_len() as usize).as_ptr(),
                stp: entry.plus(1).as_ptr(),
                fp: self.fp,
            });
            (*self.ctx).frame = record.add(1);
            record
        }
    }

    /// Takes the frame of `record` from record and makes it the current one. Whatever ran since
    /// may have used the context. `sp` is that of the frame.
    ///
    /// # Safety
    ///
    /// `record` is the topmost one and no sentinel.
    pub(crate) unsafe fn resume_record(&mut self, record: *mut Frame) {
        // SAFETY: forwarded.
        unsafe {
            let frame = *record;
            (*self.ctx).frame = record;
            (*self.ctx).func = frame.func;
            (*self.ctx).stp = frame.stp;
            self.pc = Cursor::new(frame.pc);
            self.fp = frame.fp.map_addr(|it| it & !LEAVES);
            self.vector = self.is_in_vector_function();
            Context::enter_instance(self.ctx, (*frame.func).vmctx);
        }
    }

    /// Marks the topmost record as `func`, which takes the place of another one, needs it.
    ///
    /// # Safety
    ///
    /// `func` is alive.
    pub(crate) unsafe fn mark_record(&mut self, func: *mut FuncInstance) {
        if self.is_base_frame() {
            return;
        }
        // SAFETY: invariant 2 of `context.rs`; it is no sentinel.
        unsafe {
            let record = (*self.ctx).frame.sub(1);
            let fp = (*record).fp.map_addr(|it| it & !LEAVES);
            *record = suspended(Frame { fp, ..*record }, func);
        }
    }

    /// The instance of the current frame.
    pub(crate) fn instance(&self) -> *mut Instance {
        // SAFETY: invariant 1 of `regs.rs`; the context is that of a live instance.
        unsafe { (*(*self.ctx).vmctx).instance }
    }

    /// The reference to a function, own or imported.
    pub(crate) fn any_func(&self, func: FuncIdx) -> *mut VMFuncRef {
        // SAFETY: as above.
        unsafe { (*self.instance()).func_ref(func) }
    }

    /// Is `func_ref` a function of the current instance?
    #[inline(always)]
    pub(crate) fn is_own(&self, func_ref: *mut VMFuncRef) -> bool {
        // SAFETY: a function reference of the store; invariant 1 of `regs.rs`.
        unsafe { (*func_ref).vmctx == (*self.ctx).vmctx }
    }

    /// Loads base and length of the memory after it may have grown.
    pub(crate) fn reload_memory(&mut self) {
        // SAFETY: invariant 1 of `regs.rs`.
        unsafe { Context::reload_memory(self.ctx) };
    }
}

/// Charges `func` for a call or a loop's trip. Is its budget used up?
///
/// # Safety
///
/// `func` is alive.
#[inline(always)]
pub(crate) unsafe fn charge(func: *mut FuncInstance) -> bool {
    // SAFETY: forwarded.
    unsafe {
        (*func).hotness = (*func).hotness.wrapping_sub(1);
        (*func).hotness < 0
    }
}
