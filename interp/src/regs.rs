//! What handlers work on: the registers of the interpreter.
//!
//! ```text
//!   fp                    sp
//!   │ locals │ operands   │ (free)        + up to two operands in registers:
//!   └────────┴────────────┘                 Empty   none
//!                                           Int     r0 on top
//!                                           IntInt  r0, and r1 on top
//!                                           Float   f0 on top
//! ```
//!
//! Which operands are in registers is known when a handler is compiled: there is one copy of it
//! for each [`Cache`], and `cache` is a constant in it from the first instruction to the last. In
//! the loop mode of dispatch it is a value like the others.
//!
//! Methods are safe although they follow raw pointers. What makes them so is proved once, for
//! whoever makes a [`Regs`], instead of in each handler:
//!
//! 1. `ctx` is the context of a live store and describes the current frame (see `context.rs`).
//! 2. `pc` is at an instruction of the current function's validated body, and only the handler of
//!    that instruction works on the registers.
//! 3. Operands and locals are those that validation promises at `pc`: a handler pops what its
//!    instruction takes, pushes what it gives, and names locals, globals, tables and types by its
//!    immediates.
//! 4. `fp..fp + n_slots` of the current function are usable slots, so operands need no checks.
//! 5. Slots of 32-bit values have clean upper halves.

use crate::context::{Context, Saved};
use crate::cursor::Cursor;
use runtime::module::SideTableEntry;
use runtime::vm::{FuncInstance, GLOBAL_IS_VECTOR, VMFuncRef, VMSignature, VMTable};
use runtime::{FuncIdx, GlobalIdx, TableIdx, TypeIdx};

/// Which operands are in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cache {
    Empty,
    Int,
    IntInt,
    Float,
}

impl Cache {
    /// Number of states.
    #[cfg(tail_calls)]
    pub(crate) const COUNT: usize = 4;
}

/// The registers. See the file's documentation.
#[derive(Clone, Copy)]
pub(crate) struct Regs {
    pub(crate) pc: Cursor,
    pub(crate) sp: *mut u64,
    pub(crate) fp: *mut u64,
    pub(crate) r0: u64,
    pub(crate) r1: u64,
    pub(crate) ctx: *mut Context,
    pub(crate) f0: f64,
    pub(crate) cache: Cache,
    /// Is the current function a vector function (see `ops/vector.rs`)? Like `cache`, a constant
    /// in each handler.
    pub(crate) vector: bool,
}

/// A side table entry of the current function.
#[derive(Clone, Copy)]
pub(crate) struct Entry(*const SideTableEntry);

impl Entry {
    /// The entry that a branch of this one makes current.
    #[inline(always)]
    pub(crate) fn landing(self) -> Self {
        Self(self.0.wrapping_offset(self.stp_delta() as isize))
    }

    /// The entry `n` further on.
    #[inline(always)]
    pub(crate) fn plus(self, n: u32) -> Self {
        Self(self.0.wrapping_add(n as usize))
    }

    #[inline(always)]
    pub(crate) fn as_ptr(self) -> *const SideTableEntry {
        self.0
    }
}

impl std::ops::Deref for Entry {
    type Target = SideTableEntry;

    #[inline(always)]
    fn deref(&self) -> &SideTableEntry {
        // SAFETY: type invariant.
        unsafe { &*self.0 }
    }
}

impl Regs {
    /// All operands in memory.
    ///
    /// # Safety
    ///
    /// The invariants of this file hold.
    pub(crate) unsafe fn new(ctx: *mut Context, saved: Saved) -> Self {
        let Saved { pc, sp, fp } = saved;
        // SAFETY: forwarded.
        let vector = unsafe { (*(*ctx).func).is_vector() };
        Self {
            pc,
            sp,
            fp,
            r0: 0,
            r1: 0,
            ctx,
            f0: 0.0,
            cache: Cache::Empty,
            vector,
        }
    }

    /// The registers in memory. Requires that all operands are, too.
    #[cfg(tail_calls)]
    #[inline(always)]
    pub(crate) fn saved(&self) -> Saved {
        debug_assert!(self.cache == Cache::Empty);
        Saved {
            pc: self.pc,
            sp: self.sp,
            fp: self.fp,
        }
    }

    /// Moves the pc on by `n` bytes.
    #[inline(always)]
    pub(crate) fn advance(&mut self, n: usize) {
        self.pc = self.pc.skip(n);
    }

    /// Pops a value.
    #[inline(always)]
    pub(crate) fn pop<T: Slot>(&mut self) -> T {
        T::pop(self)
    }

    /// Pushes a value.
    #[inline(always)]
    pub(crate) fn push<T: Slot>(&mut self, value: T) {
        value.push(self);
    }

    /// Pops a slot of any type.
    #[inline(always)]
    pub(crate) fn pop_slot(&mut self) -> u64 {
        match self.cache {
            Cache::Empty => self.unspill(),
            Cache::Int => {
                self.cache = Cache::Empty;
                self.r0
            }
            Cache::IntInt => {
                self.cache = Cache::Int;
                self.r1
            }
            Cache::Float => {
                self.cache = Cache::Empty;
                self.f0.to_bits()
            }
        }
    }

    /// Pushes a slot into an integer register.
    #[inline(always)]
    pub(crate) fn push_slot(&mut self, slot: u64) {
        match self.cache {
            Cache::Empty => {
                self.r0 = slot;
                self.cache = Cache::Int;
            }
            Cache::Int => {
                self.r1 = slot;
                self.cache = Cache::IntInt;
            }
            Cache::IntInt => {
                self.spill(self.r0);
                self.r0 = self.r1;
                self.r1 = slot;
            }
            Cache::Float => {
                self.spill(self.f0.to_bits());
                self.r0 = slot;
                self.cache = Cache::Int;
            }
        }
    }

    /// Pops a vector.
    #[inline(always)]
    pub(crate) fn pop_v128(&mut self) -> [u8; 16] {
        debug_assert!(self.cache == Cache::Empty);
        if self.cache != Cache::Empty {
            // SAFETY: the topmost operand is a vector (invariant 3), and registers hold none.
            unsafe { std::hint::unreachable_unchecked() }
        }
        self.sp = self.sp.wrapping_sub(2);
        self.assert_in_frame(self.sp);
        // SAFETY: invariant 3.
        unsafe { self.sp.cast::<[u8; 16]>().read() }
    }

    /// Pushes a vector. All operands are in memory then.
    #[inline(always)]
    pub(crate) fn push_v128(&mut self, value: [u8; 16]) {
        self.flush();
        self.assert_in_frame(self.sp.wrapping_add(1));
        // SAFETY: invariants 3 and 4.
        unsafe { self.sp.cast::<[u8; 16]>().write(value) };
        self.sp = self.sp.wrapping_add(2);
    }

    /// Moves all operands to memory.
    #[inline(always)]
    pub(crate) fn flush(&mut self) {
        match self.cache {
            Cache::Empty => {}
            Cache::Int => self.spill(self.r0),
            Cache::IntInt => {
                self.spill(self.r0);
                self.spill(self.r1);
            }
            Cache::Float => self.spill(self.f0.to_bits()),
        }
        self.cache = Cache::Empty;
    }

    /// Drops all operands but the top one, which ends up in a register, and sets `sp`.
    #[inline(always)]
    pub(crate) fn keep_top_at(&mut self, sp: *mut u64) {
        match self.cache {
            Cache::Empty => {
                self.r0 = self.unspill();
                self.cache = Cache::Int;
            }
            Cache::Int | Cache::Float => {}
            Cache::IntInt => {
                self.r0 = self.r1;
                self.cache = Cache::Int;
            }
        }
        self.sp = sp;
    }

    /// Puts a slot on top of the operands in memory. Requires that none is in a register, or that
    /// those that are lie above it.
    #[inline(always)]
    pub(crate) fn spill(&mut self, slot: u64) {
        self.assert_in_frame(self.sp);
        // SAFETY: invariants 3 and 4.
        unsafe { self.sp.write(slot) };
        self.sp = self.sp.wrapping_add(1);
    }

    #[inline(always)]
    fn unspill(&mut self) -> u64 {
        self.sp = self.sp.wrapping_sub(1);
        self.assert_in_frame(self.sp);
        // SAFETY: invariant 3.
        unsafe { self.sp.read() }
    }

    /// Requires `slot` to be one of the current frame's.
    #[inline(always)]
    fn assert_in_frame(&self, slot: *mut u64) {
        // SAFETY: invariant 1.
        let n_slots = || unsafe { (*(*self.ctx).func).n_slots as usize };
        debug_assert!(self.fp <= slot && slot < self.fp.wrapping_add(n_slots()));
    }

    /// A local.
    #[inline(always)]
    pub(crate) fn local(&self, idx: u32) -> u64 {
        let at = self.fp.wrapping_add(idx as usize);
        self.assert_in_frame(at);
        // SAFETY: invariant 3.
        unsafe { at.read() }
    }

    /// Pops a local's new value.
    #[inline(always)]
    pub(crate) fn set_local(&mut self, idx: u32) {
        let at = self.fp.wrapping_add(idx as usize);
        self.assert_in_frame(at);
        if self.cache == Cache::Float {
            self.cache = Cache::Empty;
            // SAFETY: invariant 3.
            return unsafe { at.cast::<f64>().write(self.f0) };
        }
        let slot = self.pop_slot();
        // SAFETY: invariant 3.
        unsafe { at.write(slot) };
    }

    /// A global's value.
    #[inline(always)]
    pub(crate) fn global_value(&self, idx: GlobalIdx) -> u64 {
        // SAFETY: invariants 1 and 3.
        unsafe { **(*self.ctx).globals.add(idx.index()) }
    }

    /// Sets a global's value.
    #[inline(always)]
    pub(crate) fn set_global(&mut self, idx: GlobalIdx, slot: u64) {
        // SAFETY: invariants 1 and 3.
        unsafe { **(*self.ctx).globals.add(idx.index()) = slot };
    }

    /// Where a vector is, if it is the value of this global. Requires a vector function.
    #[inline(always)]
    pub(crate) fn vector_global(&self, idx: GlobalIdx) -> Option<*mut [u8; 16]> {
        // SAFETY: invariants 1 and 3.
        let at = unsafe { *(*self.ctx).globals.add(idx.index()) };
        (at.addr() & GLOBAL_IS_VECTOR != 0).then(|| at.map_addr(|it| it & !GLOBAL_IS_VECTOR).cast())
    }

    /// A table's definition.
    #[inline(always)]
    pub(crate) fn table(&self, idx: TableIdx) -> *mut VMTable {
        // SAFETY: invariants 1 and 3.
        unsafe { *(*self.ctx).tables.add(idx.index()) }
    }

    /// The element at `index` of a table.
    #[inline(always)]
    pub(crate) fn element(&self, table: TableIdx, index: u64) -> Option<u64> {
        let table = self.table(table);
        // SAFETY: definitions live as long as the store; `base` has `len` elements.
        unsafe { (index < (*table).len).then(|| *(*table).base.add(index as usize)) }
    }

    /// Number of elements of a table.
    #[inline(always)]
    pub(crate) fn table_len(&self, table: TableIdx) -> u64 {
        // SAFETY: definitions live as long as the store.
        unsafe { (*self.table(table)).len }
    }

    /// A canonical type.
    #[inline(always)]
    pub(crate) fn sig(&self, ty: TypeIdx) -> *const VMSignature {
        // SAFETY: invariants 1 and 3.
        unsafe { *(*self.ctx).sigs.add(ty.index()) }
    }

    /// The reference to a function that is not imported; `None` for imports.
    #[inline(always)]
    pub(crate) fn own_func(&self, func: FuncIdx) -> Option<*mut VMFuncRef> {
        // SAFETY: invariants 1 and 3; `own_func_refs` lies before the instance's references.
        unsafe {
            let imported = func.0 < (*self.ctx).n_imported_funcs;
            (!imported).then(|| (*self.ctx).own_func_refs.wrapping_add(func.index()))
        }
    }

    /// The function of the current frame.
    #[inline(always)]
    pub(crate) fn func(&self) -> *mut FuncInstance {
        // SAFETY: invariant 1.
        unsafe { (*self.ctx).func }
    }

    /// The side table entry of the current instruction; it has one if it is a branch or a call.
    #[inline(always)]
    pub(crate) fn entry(&self) -> Entry {
        // SAFETY: invariants 1 and 2.
        unsafe { Entry((*self.ctx).stp) }
    }

    /// Makes `entry` that of the next instruction.
    #[inline(always)]
    pub(crate) fn set_entry(&mut self, entry: Entry) {
        // SAFETY: invariant 1.
        unsafe { (*self.ctx).stp = entry.0 };
    }
}

#[cfg(feature = "trace-interp")]
impl Regs {
    /// Reports the instruction at `pc`.
    pub(crate) fn trace(&mut self) {
        self.flush();
        // SAFETY: invariants 1 to 3; nothing refers to the store.
        unsafe {
            let (func, store) = (&*self.func(), &mut *(*self.ctx).store);
            if store.events.is_none() {
                return;
            }
            let module = (*self.instance()).module.clone();
            let pc = func.pc_offset(self.pc.as_ptr());
            let n_locals = (func.n_params + func.n_extra) as usize;
            let operands = self.fp.wrapping_add(n_locals);
            let n_operands = (self.sp.addr() - operands.addr()) / size_of::<u64>();
            store.emit(|| runtime::Event::Step {
                func: func.func,
                pc,
                instruction: func.prepared().instruction_text(&module, pc),
                operands: std::slice::from_raw_parts(operands, n_operands).to_vec(),
            });
        }
    }
}

/// A type of values in slots.
pub(crate) trait Slot: Copy {
    /// Can it be in the float register?
    const IS_FLOAT: bool = false;

    fn from_slot(slot: u64) -> Self;

    fn to_slot(self) -> u64;

    #[inline(always)]
    fn pop(m: &mut Regs) -> Self {
        Self::from_slot(m.pop_slot())
    }

    #[inline(always)]
    fn push(self, m: &mut Regs) {
        m.push_slot(self.to_slot());
    }
}

macro_rules! slot {
    ($($ty:ty: |$slot:ident| $from:expr, |$value:ident| $to:expr;)*) => {$(
        impl Slot for $ty {
            #[inline(always)]
            fn from_slot($slot: u64) -> Self {
                $from
            }

            #[inline(always)]
            fn to_slot(self) -> u64 {
                let $value = self;
                $to
            }
        }
    )*};
}

slot! {
    u32: |slot| slot as u32, |value| u64::from(value);
    i32: |slot| slot as i32, |value| u64::from(value.cast_unsigned());
    u64: |slot| slot, |value| value;
    i64: |slot| slot.cast_signed(), |value| value.cast_unsigned();
    f32: |slot| f32::from_bits(slot as u32), |value| u64::from(value.to_bits());
    bool: |slot| slot as u32 != 0, |value| u64::from(value);
}

impl Slot for f64 {
    const IS_FLOAT: bool = true;

    #[inline(always)]
    fn from_slot(slot: u64) -> Self {
        f64::from_bits(slot)
    }

    #[inline(always)]
    fn to_slot(self) -> u64 {
        self.to_bits()
    }

    #[inline(always)]
    fn pop(m: &mut Regs) -> Self {
        if m.cache == Cache::Float {
            m.cache = Cache::Empty;
            return m.f0;
        }
        f64::from_bits(m.pop_slot())
    }

    #[inline(always)]
    fn push(self, m: &mut Regs) {
        m.flush();
        m.f0 = self;
        m.cache = Cache::Float;
    }
}
