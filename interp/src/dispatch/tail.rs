//! Dispatch by jumps: each handler ends in a call in tail position of the next one.
//!
//! ```text
//!   handle<Op, S>     the quick version, one for each state S of the cache
//!     │  └─► the next opcode is a likely one (`lookahead.rs`): its body follows here
//!     ├────► tables[state][next opcode]
//!     ├────► full<Op, S>    long immediates and other less frequent cases
//!     ├────► general<Op>    other memories
//!     ├────► cold<Op>       operands to memory, then a function call
//!     └────► raise, or return a status
//! ```
//!
//! Invariant: nothing that lives here has its address taken by a function that is called. Only
//! then is there no stack frame that the next handler would need to be kept. The registers pass
//! through the context to the cold functions for that reason.

#[path = "lookahead.rs"]
mod lookahead;

use super::{Nans, run_cold};
use crate::context::Context;
use crate::cursor::{Cursor, Full, General, Path, Quick};
use crate::ops::canonical::{Canonical, for_each_arithmetic, for_each_vector_arithmetic};
use crate::ops::vector::{self, for_each_vector_version};
use crate::ops::{
    Flow, N_ATOMICS, N_BYTES, N_VECTOR_SLOTS, Op, op, slot_of, slot_of_prefixed, slot_of_simd,
};
use crate::regs::{Cache, Regs};
use lookahead::{Lookahead, Successors, Unaware};
use runtime::opcode::Opcode;
use runtime::{MemoryIdx, Status, Trap};
use std::sync::OnceLock;

/// A handler. Its parameters are the registers; it returns the status that the activation ends
/// with.
type Handler = unsafe extern "sysv64" fn(
    pc: Cursor,
    sp: *mut u64,
    fp: *mut u64,
    r0: u64,
    r1: u64,
    ctx: *mut Context,
    f0: f64,
) -> u64;

/// Handlers by state of the cache and opcode.
type Handlers<const N: usize> = [[Handler; N]; Cache::COUNT];

/// The handlers of a store.
#[repr(C)]
pub(crate) struct Tables {
    /// Those of functions without vectors. A copy: in a context, it takes no register to find it.
    ordinary: Handlers<N_BYTES>,
    /// Those of vector functions.
    vector: &'static Handlers<N_VECTOR_SLOTS>,
}

impl Tables {
    pub(crate) fn new(nans: Nans) -> Self {
        match nans {
            Nans::Any => Tables {
                ordinary: TABLES,
                vector: &VECTOR_TABLES,
            },
            Nans::Canonical => {
                let mut ordinary = TABLES;
                for row in UNAWARE.iter().flatten().chain(CANONICAL) {
                    enter(&mut ordinary, row.slot, row.handlers);
                }
                Tables {
                    ordinary,
                    vector: canonical_vector_tables(),
                }
            }
        }
    }
}

/// The handlers of vector functions in stores that canonicalize NaNs. Made when there is such a
/// store: pointers in a static cost each start of a program something.
fn canonical_vector_tables() -> &'static Handlers<N_VECTOR_SLOTS> {
    static TABLES: OnceLock<Box<Handlers<N_VECTOR_SLOTS>>> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut tables = Box::new(VECTOR_TABLES);
        for row in CANONICAL_IN_VECTOR.iter().chain(CANONICAL_VECTORS) {
            enter(&mut tables, row.slot, row.handlers);
        }
        tables
    })
}

/// The handlers of an instruction by state of the cache.
const fn in_states<O: Op + Lookahead>() -> [Handler; Cache::COUNT] {
    [
        handle::<O, EMPTY>,
        handle::<O, INT>,
        handle::<O, INT_INT>,
        handle::<O, FLOAT>,
    ]
}

/// The same for vector functions.
const fn in_vector<O: Op + Lookahead>() -> [Handler; Cache::COUNT] {
    [
        handle_in_vector::<O, EMPTY>,
        handle_in_vector::<O, INT>,
        handle_in_vector::<O, INT_INT>,
        handle_in_vector::<O, FLOAT>,
    ]
}

const fn enter<const N: usize>(
    tables: &mut Handlers<N>,
    slot: usize,
    handlers: [Handler; Cache::COUNT],
) {
    let mut state = 0;
    while state < Cache::COUNT {
        tables[state][slot] = handlers[state];
        state += 1;
    }
}

macro_rules! prefix {
    ($tables:ident[$prefix:ident] = $handler:ident) => {
        let handlers: [Handler; Cache::COUNT] = [
            $handler::<EMPTY>,
            $handler::<INT>,
            $handler::<INT_INT>,
            $handler::<FLOAT>,
        ];
        enter(&mut $tables, Opcode::$prefix as usize, handlers);
    };
}

macro_rules! define_tables {
    ($(($code:literal, $name:ident, $mnemonic:literal, $immediates:tt, $feedback:tt))*) => {
        static TABLES: Handlers<N_BYTES> = {
            let mut tables: Handlers<N_BYTES> = [[no_instruction; N_BYTES]; Cache::COUNT];
            $(
                if slot_of(Opcode::$name) < N_BYTES {
                    enter(&mut tables, slot_of(Opcode::$name), in_states::<op::$name>());
                }
            )*
            prefix!(tables[PREFIX] = prefix);
            prefix!(tables[ATOMIC_PREFIX] = atomic_prefix);
            tables
        };

        /// The tables of vector functions.
        static VECTOR_TABLES: Handlers<N_VECTOR_SLOTS> = {
            let mut tables: Handlers<N_VECTOR_SLOTS> =
                [[no_instruction; N_VECTOR_SLOTS]; Cache::COUNT];
            $(
                if slot_of(Opcode::$name) < N_VECTOR_SLOTS {
                    enter(&mut tables, slot_of(Opcode::$name), in_vector::<op::$name>());
                }
            )*
            for_each_vector_version!(enter_vector_versions, tables);
            prefix!(tables[PREFIX] = prefix_in_vector);
            prefix!(tables[SIMD_PREFIX] = simd_prefix);
            prefix!(tables[ATOMIC_PREFIX] = atomic_prefix);
            tables
        };

        /// Atomics by the second part of their opcode. They are always general, in any function.
        static ATOMICS: [Handler; N_ATOMICS] = {
            let mut handlers: [Handler; N_ATOMICS] = [no_instruction; N_ATOMICS];
            $(
                if let Some((Opcode::ATOMIC_PREFIX, sub)) = Opcode::$name.prefixed() {
                    handlers[sub as usize] = general::<op::$name>;
                }
            )*
            handlers
        };

        /// What canonicalizing stores have for instructions that look for float arithmetic.
        const UNAWARE: &[Option<Row>] = &[$(Row::unaware::<op::$name>(),)*];
    };
}

macro_rules! enter_vector_versions {
    ($tables:ident: $($name:ident)*) => {$(
        let slot = slot_of(Opcode::$name);
        enter(&mut $tables, slot, in_vector::<Unaware<vector::$name>>());
    )*};
}
runtime::for_each_opcode!(define_tables);

macro_rules! define_canonical {
    ($(($name:ident, $result:ty))*) => {
        /// What canonicalizing stores have for float arithmetic.
        const CANONICAL: &[Row] =
            &[$(Row::new::<op::$name>(in_states::<Unaware<Canonical<op::$name>>>()),)*];

        /// The same in vector functions.
        const CANONICAL_IN_VECTOR: &[Row] =
            &[$(Row::new::<op::$name>(in_vector::<Unaware<Canonical<op::$name>>>()),)*];
    };
}
for_each_arithmetic!(define_canonical);

macro_rules! define_canonical_vectors {
    ($(($name:ident, $result:ty))*) => {
        /// The same for float arithmetic of vectors.
        const CANONICAL_VECTORS: &[Row] =
            &[$(Row::new::<op::$name>(in_vector::<Unaware<Canonical<op::$name>>>()),)*];
    };
}
for_each_vector_arithmetic!(define_canonical_vectors);

/// Other handlers for an instruction.
struct Row {
    slot: usize,
    handlers: [Handler; Cache::COUNT],
}

impl Row {
    const fn new<O: Op>(handlers: [Handler; Cache::COUNT]) -> Self {
        Row {
            slot: slot_of(O::OPCODE),
            handlers,
        }
    }

    /// Handlers of `O` that do not look for float arithmetic, if the others do.
    const fn unaware<O: Op + Lookahead>() -> Option<Self> {
        if lookahead::finds_arithmetic::<O>() {
            Some(Row::new::<O>(in_states::<Unaware<O>>()))
        } else {
            None
        }
    }
}

// States of the cache as parameters of handlers.
const EMPTY: u8 = Cache::Empty as u8;
const INT: u8 = Cache::Int as u8;
const INT_INT: u8 = Cache::IntInt as u8;
const FLOAT: u8 = Cache::Float as u8;

const fn cache(state: u8) -> Cache {
    match state {
        EMPTY => Cache::Empty,
        INT => Cache::Int,
        INT_INT => Cache::IntInt,
        _ => Cache::Float,
    }
}

/// A value that the optimizer knows nothing about: it must not make a table of a few compares, or
/// a call of a few stores.
#[inline(always)]
pub(crate) fn opaque(value: u32) -> u32 {
    let mut same = value;
    // SAFETY: no instruction at all.
    unsafe {
        std::arch::asm!("/* {0:e} */", inlateout(reg) same,
            options(pure, nomem, nostack, preserves_flags));
    }
    same
}

/// An address that the optimizer does not take apart.
#[inline(always)]
pub(crate) fn opaque_ptr<T>(at: *mut T) -> *mut T {
    let mut same = at;
    // SAFETY: no instruction at all.
    unsafe {
        std::arch::asm!("/* {0} */", inlateout(reg) same,
            options(pure, nomem, nostack, preserves_flags));
    }
    same
}

/// A value that the optimizer does not compute together with those of another `ID`.
#[inline(always)]
pub(crate) fn apart<const ID: u32>(value: i64) -> i64 {
    let mut same = value;
    // SAFETY: no instruction at all.
    unsafe {
        std::arch::asm!("/* {0} {1} */", inlateout(reg) same, const ID,
            options(pure, nomem, nostack, preserves_flags));
    }
    same
}

/// Puts registers where the next handler expects them: the optimizer does not get there on its own,
/// and runs out of registers on the way.
#[inline(always)]
fn pin(m: &mut Regs) {
    let mut pc = m.pc.as_ptr();
    // SAFETY: no instruction at all.
    unsafe {
        std::arch::asm!("", inlateout("rdi") pc, inlateout("rsi") m.sp, inlateout("rdx") m.fp,
            options(pure, nomem, nostack, preserves_flags));
        m.pc = Cursor::new(pc);
        if matches!(m.cache, Cache::Int | Cache::IntInt) {
            std::arch::asm!("", inlateout("rcx") m.r0, options(pure, nomem, nostack, preserves_flags));
        }
        if m.cache == Cache::IntInt {
            std::arch::asm!("", inlateout("r8") m.r1, options(pure, nomem, nostack, preserves_flags));
        }
    }
    forget_empty(m);
}

/// Forgets what was in cache registers that are empty now, so that it need not be kept.
#[inline(always)]
fn forget_empty(m: &mut Regs) {
    // SAFETY: no instruction at all, which leaves any value in these registers.
    unsafe {
        if matches!(m.cache, Cache::Empty | Cache::Float) {
            std::arch::asm!("", out("rcx") m.r0, options(nomem, nostack, preserves_flags));
        }
        if m.cache != Cache::IntInt {
            std::arch::asm!("", out("r8") m.r1, options(nomem, nostack, preserves_flags));
        }
        if m.cache != Cache::Float {
            std::arch::asm!("", out("xmm0") m.f0, options(nomem, nostack, preserves_flags));
        }
    }
}

/// Calls a handler with registers, in tail position.
macro_rules! go {
    ($handler:expr, $m:ident) => {{
        let handler: Handler = $handler;
        // SAFETY: the registers are as the handler expects them: it is that of the opcode at `pc`
        // and of the state of the cache, or one that the current handler hands its work to.
        unsafe { handler($m.pc, $m.sp, $m.fp, $m.r0, $m.r1, $m.ctx, $m.f0) }
    }};
}

/// The same handler for whatever the state of the cache is, which is known when this is compiled.
macro_rules! in_state {
    ($m:ident, $name:ident::<$op:ident>) => {
        match $m.cache {
            Cache::Empty => go!($name::<$op, EMPTY>, $m),
            Cache::Int => go!($name::<$op, INT>, $m),
            Cache::IntInt => go!($name::<$op, INT_INT>, $m),
            Cache::Float => go!($name::<$op, FLOAT>, $m),
        }
    };
}

/// Does something for whatever the state of the cache is, as a constant. Paths of a body that
/// end in different states would otherwise meet, and dispatch on the state at run time.
macro_rules! in_each_state {
    ($m:ident, $then:expr) => {
        match $m.cache {
            Cache::Empty => in_each_state!($m, Empty, $then),
            Cache::Int => in_each_state!($m, Int, $then),
            Cache::IntInt => in_each_state!($m, IntInt, $then),
            Cache::Float => in_each_state!($m, Float, $then),
        }
    };
    ($m:ident, $cache:ident, $then:expr) => {{
        $m.cache = Cache::$cache;
        $then
    }};
}

/// Executes an instruction by its full version, outside of vector functions.
#[inline(always)]
fn full_in_state<O: Op + Lookahead>(m: Regs) -> u64 {
    in_state!(m, full::<O>)
}

/// Executes the next instruction, which is at `slot` of dispatch tables.
#[inline(always)]
fn next(m: Regs, slot: usize) -> u64 {
    // SAFETY: invariant 1 of `regs.rs`.
    let table: *const Handler = unsafe {
        if m.vector {
            (&raw const (*(*m.ctx).dispatch.vector)[m.cache as usize]).cast()
        } else {
            (&raw const (*m.ctx).dispatch.ordinary[m.cache as usize]).cast()
        }
    };
    // SAFETY: a slot is an opcode byte, or that of a prefixed opcode.
    let handler = unsafe { *table.add(slot) };
    go!(handler, m)
}

/// Executes the instruction `O` at `pc`, and those that follow: behind it, likely ones are in
/// `Next`; elsewhere, in `Jump`.
#[inline(always)]
fn execute<O: Op + Lookahead, P: Path, Next: Successors, Jump: Successors>(before: Regs) -> u64 {
    let mut m = before;
    match O::run::<P>(&mut m) {
        Flow::Next => in_each_state!(m, Next::run(m)),
        Flow::Jump => in_each_state!(m, Jump::run(m)),
        Flow::Full => Next::full::<O>(m),
        Flow::General => {
            let mut m = before;
            m.flush();
            go!(general::<O>, m)
        }
        Flow::Cold => {
            m.flush();
            go!(cold::<O>, m)
        }
        Flow::Trap(trap) => {
            let m = at_trap(before, trap as u64);
            go!(raise, m)
        }
        Flow::OutOfBounds(address, memory) => {
            let m = Regs {
                r1: memory.0.into(),
                ..at_trap(before, address)
            };
            go!(raise_out_of_bounds, m)
        }
        Flow::Exit(status) => status as u64,
    }
}

/// What raising needs of the registers. The others need not be kept for it.
#[inline(always)]
fn at_trap(before: Regs, r0: u64) -> Regs {
    let null = std::ptr::null_mut();
    let mut m = Regs {
        sp: null,
        fp: null,
        cache: Cache::Empty,
        ..before
    };
    forget_empty(&mut m);
    Regs { r0, ..m }
}

/// Defines functions with the parameters of a handler, gathered in `m`.
macro_rules! handlers {
    ($(
        $(#[$attr:meta])*
        fn $name:ident[$($generics:tt)*]($m:ident, $cache:expr, $vector:expr) $body:block
    )*) => {$(
        $(#[$attr])*
        unsafe extern "sysv64" fn $name<$($generics)*>(
            pc: Cursor,
            sp: *mut u64,
            fp: *mut u64,
            r0: u64,
            r1: u64,
            ctx: *mut Context,
            f0: f64,
        ) -> u64 {
            let $m = Regs { pc, sp, fp, r0, r1, ctx, f0, cache: $cache, vector: $vector };
            $body
        }
    )*};
}

handlers! {
    fn handle[O: Op + Lookahead, const S: u8](m, cache(S), false) {
        execute::<O, Quick, O::Next, O::Jump>(m)
    }

    #[cold]
    #[inline(never)]
    fn full[O: Op + Lookahead, const S: u8](m, cache(S), false) {
        execute::<O, Full, O::NextOfFull, O::Jump>(m)
    }

    /// In vector functions, too.
    #[cold]
    #[inline(never)]
    fn general[O: Op + Lookahead](m, Cache::Empty, false) {
        let vector = m.is_in_vector_function();
        execute::<O, General, (), ()>(Regs { vector, ..m })
    }

    fn handle_in_vector[O: Op + Lookahead, const S: u8](m, cache(S), true) {
        execute::<O, Quick, InVector, InVector>(m)
    }

    #[cold]
    #[inline(never)]
    fn full_in_vector[O: Op + Lookahead, const S: u8](m, cache(S), true) {
        execute::<O, Full, InVector, InVector>(m)
    }

    /// Prefixed instructions have their handlers in the same tables.
    fn prefix[const S: u8](m, cache(S), false) {
        next(m, slot_of_prefixed(sub_opcode(m)))
    }

    fn prefix_in_vector[const S: u8](m, cache(S), true) {
        next(m, slot_of_prefixed(sub_opcode(m)))
    }

    /// In vector functions, too.
    fn atomic_prefix[const S: u8](m, cache(S), false) {
        let mut m = m;
        m.flush();
        go!(ATOMICS[sub_opcode(m) as usize], m)
    }

    fn simd_prefix[const S: u8](m, cache(S), true) {
        next(m, slot_of_simd(sub_opcode(m)))
    }

    #[cold]
    #[inline(never)]
    fn cold[O: Op](m, Cache::Empty, false) {
        let ctx = m.ctx;
        // SAFETY: invariant 1 of `regs.rs`; nobody else uses the context meanwhile.
        unsafe { (*ctx).saved = m.saved() };
        if let Some(status) = run_saved::<O>(ctx) {
            return status as u64;
        }
        // SAFETY: as above.
        let m = unsafe { Regs::new(ctx, (*ctx).saved) };
        next(m, usize::from(m.pc.byte()))
    }

    #[cold]
    #[inline(never)]
    fn raise[](m, Cache::Empty, false) {
        let Some(trap) = u8::try_from(m.r0).ok().and_then(Trap::from_u8) else {
            unreachable!("only raised with a trap")
        };
        m.raise(trap) as u64
    }

    #[cold]
    #[inline(never)]
    fn raise_out_of_bounds[](m, Cache::Empty, false) {
        m.raise_out_of_bounds(m.r0, MemoryIdx(m.r1 as u32)) as u64
    }

    #[cold]
    fn no_instruction[](m, Cache::Empty, false) {
        unreachable!("opcode {:#x} passed validation", m.pc.byte())
    }
}

/// The second part of the opcode at `pc`.
#[inline(always)]
fn sub_opcode(m: Regs) -> u32 {
    match Full::u32(m.pc.skip(1)) {
        Some((sub, _)) => sub,
        None => unreachable!("the full path reads any number"),
    }
}

/// What follows instructions of vector functions: any instruction.
enum InVector {}

impl Successors for InVector {
    const HAVE_ARITHMETIC: bool = false;

    #[inline(always)]
    fn run_opcode(m: Regs, opcode: u32) -> u64 {
        next(m, opcode as usize)
    }

    #[inline(always)]
    fn full<O: Op + Lookahead>(m: Regs) -> u64 {
        in_state!(m, full_in_vector::<O>)
    }
}

/// Runs the cold version of an instruction on the registers in the context.
#[inline(never)]
fn run_saved<O: Op>(ctx: *mut Context) -> Option<Status> {
    // SAFETY: the handler that calls this has put its registers there.
    let mut m = unsafe { Regs::new(ctx, (*ctx).saved) };
    let status = run_cold::<O>(&mut m);
    // SAFETY: the context lives as long as the store.
    unsafe { (*ctx).saved = m.saved() };
    status
}

/// Runs the activation that begins with these registers.
///
/// # Safety
///
/// The invariants of `regs.rs` hold.
pub(super) unsafe fn run(m: Regs) -> Status {
    match next(m, usize::from(m.pc.byte())) {
        0 => Status::Returned,
        1 => Status::Raised,
        _ => Status::Tail,
    }
}
