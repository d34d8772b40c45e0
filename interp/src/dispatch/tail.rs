//! Dispatch by jumps: each handler ends in a call in tail position of the next one.
//!
//! ```text
//!   handle<Op, S>     the quick version, one for each state S of the cache (`state.rs`)
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

#![expect(
    clippy::pointers_in_nomem_asm_block,
    reason = "there is no instruction in them that could follow a pointer"
)]

#[path = "lookahead.rs"]
mod lookahead;
#[path = "state.rs"]
mod state;

use super::{Nans, looped, run_cold};
use crate::context::Context;
use crate::cursor::{Cursor, Full, General, Path, Quick};
use crate::observe;
use crate::ops::canonical::{Canonical, for_each_arithmetic, for_each_vector_arithmetic};
use crate::ops::vector::{self, for_each_vector_version};
use crate::ops::{
    Flow, N_ATOMICS, N_BYTES, N_VECTOR_SLOTS, Op, op, slot_of, slot_of_prefixed, slot_of_simd,
};
use crate::regs::{Cache, Regs};
use lookahead::{Lookahead, Successors, Unaware};
use runtime::opcode::{Immediates, Opcode};
use runtime::{MemoryIdx, Status, Store, Trap};
use state::{Empty, Float, Int, IntInt, State};
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

impl Tables {
    /// Those of a store that counts or meters: all are the loop, which never looks here again.
    pub(crate) fn looped() -> Self {
        static TABLES: OnceLock<Box<Handlers<N_VECTOR_SLOTS>>> = OnceLock::new();
        Tables {
            ordinary: [[run_loop; N_BYTES]; Cache::COUNT],
            vector: TABLES.get_or_init(|| Box::new([[run_loop; N_VECTOR_SLOTS]; Cache::COUNT])),
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

/// The handlers `$handle` of `$op` by state of the cache. None is compiled for a state that cannot be.
macro_rules! by_state {
    ($op:ident, $handle:ident) => {
        [
            by_state!($op, $handle, Empty),
            by_state!($op, $handle, Int),
            by_state!($op, $handle, IntInt),
            by_state!($op, $handle, Float),
        ]
    };
    ($op:ident, $handle:ident, $state:ident) => {
        if $op::TOP.allows(Cache::$state) {
            $handle::<$op, $state>
        } else {
            no_instruction
        }
    };
}

/// The handlers of an instruction by state of the cache.
const fn in_states<O: Op + Lookahead>() -> [Handler; Cache::COUNT] {
    by_state!(O, handle)
}

/// The same for vector functions.
const fn in_vector<O: Op + Lookahead>() -> [Handler; Cache::COUNT] {
    by_state!(O, handle_in_vector)
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
            $handler::<Empty>,
            $handler::<Int>,
            $handler::<IntInt>,
            $handler::<Float>,
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

/// A value that the optimizer knows nothing about: it must not make a table of a few compares, or
/// a call of a few stores.
#[inline(always)]
pub(crate) fn opaque(value: usize) -> usize {
    let mut same = value;
    // SAFETY: no instruction at all.
    unsafe {
        std::arch::asm!("/* {0} */", inlateout(reg) same,
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
        std::arch::asm!("", inlateout("rdi") pc, inlateout("rsi") m.sp,
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

/// The same where the frame is another one than before.
#[inline(always)]
fn pin_frame(m: &mut Regs) {
    // SAFETY: no instruction at all.
    unsafe {
        std::arch::asm!("", inlateout("rdx") m.fp,
            options(pure, nomem, nostack, preserves_flags));
    }
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

/// Executes an instruction by another handler, whatever the state of the cache is, which is known
/// when this is compiled.
macro_rules! hand_over {
    ($m:ident, $name:ident::<$op:ident>) => {
        match $m.cache {
            Cache::Empty => go!($name::<$op, Empty>, $m),
            Cache::Int => go!($name::<$op, Int>, $m),
            Cache::IntInt => go!($name::<$op, IntInt>, $m),
            Cache::Float => go!($name::<$op, Float>, $m),
        }
    };
}

/// Executes an instruction by its full version, outside of vector functions.
#[inline(always)]
fn full_in_state<O: Op + Lookahead>(m: Regs) -> u64 {
    hand_over!(m, full::<O>)
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
/// `Next`; elsewhere, in `Jump`. The cache is in state `S` before it.
#[inline(always)]
fn execute<O, P, S, Next, Jump>(before: Regs) -> u64
where
    O: Op + Lookahead,
    P: Path,
    S: State,
    Next: Successors,
    Jump: Successors,
{
    let mut m = before;
    match O::run::<P>(&mut m) {
        Flow::Test(condition) => test::<Next, O::After<S>>(m, condition),
        flow => finish::<O, O::After<S>, O::Landing<S>, Next, Jump>(before, m, flow),
    }
}

/// Is there a full version? What has no immediates is decoded in any.
const fn has_full(opcode: Opcode) -> bool {
    let returns = matches!(opcode, Opcode::End | Opcode::Return);
    returns || opcode.is_prefixed() || !matches!(opcode.immediates(), Immediates::None)
}

/// Is there a general version?
const fn has_general(opcode: Opcode) -> bool {
    matches!(
        opcode.immediates(),
        Immediates::Memarg | Immediates::MemargLane
    )
}

/// Goes on behind the body of `O`, which went from `before` to `m` and ended with `flow`. The cache
/// is in state `A` if the next instruction follows, in state `L` if one elsewhere does.
///
/// Not with a test: what goes on behind one calls this, and would not be part of the handler.
#[inline(always)]
fn finish<O, A, L, Next, Jump>(before: Regs, mut m: Regs, flow: Flow) -> u64
where
    O: Op + Lookahead,
    A: State,
    L: State,
    Next: Successors,
    Jump: Successors,
{
    match flow {
        Flow::Next => go_on::<A, Next>(m),
        Flow::Jump => {
            pin_frame(&mut m);
            if m.cache == Cache::Empty {
                return go_on::<Empty, Jump>(m);
            }
            go_on::<L, Jump>(m)
        }
        Flow::Test(_) => unreachable!("{} is no comparison", O::OPCODE),
        Flow::Full if const { has_full(O::OPCODE) } => Next::full::<O>(m),
        Flow::General if const { has_general(O::OPCODE) } => {
            let mut m = before;
            m.flush();
            go!(general::<O>, m)
        }
        Flow::Full | Flow::General => unreachable!("{} has one version", O::OPCODE),
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

/// Executes the next instruction. The cache should be in state `S`: in others, nothing is looked
/// for.
#[inline(always)]
fn go_on<S: State, Next: Successors>(m: Regs) -> u64 {
    if m.cache == S::CACHE {
        return Next::run::<S>(Regs {
            cache: S::CACHE,
            ..m
        });
    }
    // It is another state, which nothing that is looked for depends on.
    <()>::run::<S>(m)
}

/// Goes on behind a comparison: a branch on its result takes it as it is, without a push. The cache
/// would be in state `A` behind that.
#[inline(always)]
fn test<Next: Successors, A: State>(mut m: Regs, condition: bool) -> u64 {
    const {
        // So that stores that canonicalize NaNs need no comparisons of their own.
        assert!(!lookahead::finds_arithmetic::<op::BrIf>());
        assert!(!lookahead::finds_arithmetic::<op::If>());
    }
    if Next::MAY_BRANCH {
        let opcode = opaque(usize::from(m.pc.byte()));
        if opcode == Opcode::BrIf as usize {
            let (before, flow) = (m, m.branch_if::<Quick>(condition));
            return finish_branch::<op::BrIf, A>(before, m, flow);
        }
        if opcode == Opcode::If as usize {
            let (before, flow) = (m, m.if_(condition));
            return finish_branch::<op::If, A>(before, m, flow);
        }
    }
    m.push(condition);
    go_on::<A, Next>(m)
}

/// Goes on behind a branch on the result of a comparison, which left the cache in state `A`.
#[inline(always)]
fn finish_branch<O: Op + Lookahead, A: State>(before: Regs, m: Regs, flow: Flow) -> u64 {
    finish::<O, A::Pop, A::Pop, O::Next, O::Jump>(before, m, flow)
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
    fn handle[O: Op + Lookahead, S: State](m, S::CACHE, false) {
        execute::<O, Quick, S, O::Next, O::Jump>(m)
    }

    #[cold]
    #[inline(never)]
    fn full[O: Op + Lookahead, S: State](m, S::CACHE, false) {
        execute::<O, Full, S, O::NextOfFull, O::Jump>(m)
    }

    /// In vector functions, too.
    #[cold]
    #[inline(never)]
    fn general[O: Op + Lookahead](m, Cache::Empty, false) {
        let vector = m.is_in_vector_function();
        execute::<O, General, Empty, (), ()>(Regs { vector, ..m })
    }

    fn handle_in_vector[O: Op + Lookahead, S: State](m, S::CACHE, true) {
        execute::<O, Quick, S, InVector, InVector>(m)
    }

    #[cold]
    #[inline(never)]
    fn full_in_vector[O: Op + Lookahead](m, Cache::Empty, true) {
        execute::<O, Full, Empty, InVector, InVector>(m)
    }

    /// Prefixed instructions have their handlers in the same tables.
    fn prefix[S: State](m, S::CACHE, false) {
        next(m, slot_of_prefixed(sub_opcode(m)))
    }

    fn prefix_in_vector[S: State](m, S::CACHE, true) {
        next(m, slot_of_prefixed(sub_opcode(m)))
    }

    /// In vector functions, too.
    fn atomic_prefix[S: State](m, S::CACHE, false) {
        let mut m = m;
        m.flush();
        go!(ATOMICS[sub_opcode(m) as usize], m)
    }

    fn simd_prefix[S: State](m, S::CACHE, true) {
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

    /// Executes all that is left of the activation. Its frame is the first of the activation.
    #[cold]
    #[inline(never)]
    fn run_loop[](m, Cache::Empty, false) {
        let vector = m.is_in_vector_function();
        // SAFETY: the registers are as the first handler of an activation finds them.
        let status = unsafe { looped::run(Regs { vector, ..m }) };
        status as u64
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
    const MAY_BRANCH: bool = false;

    #[inline(always)]
    fn run_opcode<S: State>(m: Regs, opcode: usize) -> u64 {
        next(m, opcode)
    }

    #[inline(always)]
    fn full<O: Op + Lookahead>(mut m: Regs) -> u64 {
        m.flush();
        go!(full_in_vector::<O>, m)
    }
}

/// Runs the cold version of an instruction on the registers in the context.
#[inline(never)]
fn run_saved<O: Op>(ctx: *mut Context) -> Option<Status> {
    // SAFETY: the handler that calls this has put its registers there.
    let mut m = unsafe { Regs::new(ctx, (*ctx).saved) };
    let mut status = run_cold::<O>(&mut m);
    if status.is_none() && observe::is_on(&m) {
        status = looped::run_window(&mut m);
    }
    // SAFETY: the context lives as long as the store.
    unsafe { (*ctx).saved = m.saved() };
    status
}

/// Runs the activation that begins with these registers.
///
/// # Safety
///
/// The invariants of `regs.rs` hold.
pub(super) unsafe fn run(mut m: Regs) -> Status {
    if observe::is_on(&m) && !is_looped(&m) {
        if let Some(status) = looped::run_window(&mut m) {
            return status;
        }
    }
    match next(m, usize::from(m.pc.byte())) {
        0 => Status::Returned,
        1 => Status::Raised,
        _ => Status::Tail,
    }
}

/// Does its store count or meter, so that the loop does everything, observing included?
#[cold]
fn is_looped(m: &Regs) -> bool {
    // SAFETY: invariant 1 of `regs.rs`.
    let tuning = unsafe { Store::tuning((*m.ctx).store) };
    tuning.counts || tuning.metering.is_some()
}
