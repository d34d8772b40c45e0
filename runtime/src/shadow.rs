//! Shadows: what there is when compiled code is left by an exit, and when the interpreter comes to
//! the same moment of another run.
//!
//! A moment is told by the fuel that was consumed: both tiers count it exactly, and no instruction
//! is reached twice with the same. So a program without randomness can run once with exits and once
//! more in the interpreter alone, whatever it calls on the way, and the state at each exit must be
//! the state at that moment: functions, pcs, locals and operands of the rebuilt frames, and all
//! memories, tables and globals.
//!
//! Compiled code does not keep locals that nobody reads any more: their slots are rebuilt as 0. So a
//! local that is 0 after an exit is not compared. If it should have been another number, somebody
//! reads it, and the program does something else.
//!
//! Polls are left out: what they look at may end the activation before the instruction. So are exits
//! before a `loop` that will find the fuel used up.
//!
//! Functions have other addresses in another store: a number that is the address of a function of
//! the store stands here as the function's number. Shared memories are not looked at.

use crate::opcode::Opcode;
use crate::vm::{Frame, VMFuncRef};
use crate::{FuncIdx, InstanceId, Memory, Reason, Store};
use rustc_hash::{FxHashMap, FxHasher};
use std::fmt;
use std::hash::Hasher as _;

/// When: before an instruction, with so much fuel consumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// How often fuel was set.
    pub n_set: u64,
    /// The counter of fuel.
    pub fuel: i64,
    /// The instance,
    pub instance: InstanceId,
    /// the function,
    pub func: FuncIdx,
    /// and the offset of the instruction. At a `loop` and its header it is that of the first one
    /// behind them that does something: a branch to the header lands there.
    pub pc: u32,
}

/// A frame: where it is, or goes on, and its locals and operands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameCopy {
    /// The function.
    pub func: FuncIdx,
    /// The offset of the next instruction.
    pub pc: u32,
    /// Slots of the locals.
    pub n_locals: usize,
    /// Locals and operands.
    pub slots: Box<[u64]>,
}

/// What there is at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The innermost frames, outermost first.
    pub frames: Vec<FrameCopy>,
    /// Length and hash of each memory.
    pub memories: Vec<(usize, u64)>,
    /// Length and hash of each table.
    pub tables: Vec<(usize, u64)>,
    /// Values of globals.
    pub globals: Vec<u128>,
}

/// An exit that was taken.
#[derive(Clone, Debug)]
pub struct ExitTaken {
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: Reason,
    /// What was rebuilt.
    pub snapshot: Snapshot,
}

/// Receives what was seen.
type Sink<T> = Box<dyn FnMut(T) + Send + Sync>;

/// What is watched in a store.
pub enum Watch {
    /// Exits from compiled code.
    Exits(Sink<ExitTaken>),
    /// The interpreter, at moments with so many frames of interest.
    Moments {
        /// Which.
        wanted: FxHashMap<Moment, usize>,
        /// Receives what there was.
        sink: Sink<(Moment, Snapshot)>,
    },
}

impl Store {
    /// Tells that the exit for `reason` has rebuilt `frames`, up to `end`, if somebody wants to
    /// know.
    ///
    /// # Safety
    ///
    /// The frames are of functions of the store, the outermost first, and lie one after the other
    /// in the value stack; the last one ends at `end`.
    pub unsafe fn note_exit(&mut self, reason: Reason, frames: &[Frame], end: *const u64) {
        let ends = self.vm.fuel_running >= 0 && frames.last().is_some_and(is_loop);
        let is_poll = matches!(reason, Reason::Poll | Reason::PollAtEntry);
        if is_poll || ends || !matches!(self.watch, Some(Watch::Exits(_))) {
            return;
        }
        // SAFETY: forwarded.
        let (at, snapshot) = unsafe { self.state(frames, end) };
        if let Some(Watch::Exits(sink)) = &mut self.watch {
            sink(ExitTaken {
                at,
                reason,
                snapshot,
            });
        }
    }

    /// How many frames somebody wants to see at the moment that `innermost` is at.
    ///
    /// # Safety
    ///
    /// The frame is of a function of the store.
    pub unsafe fn wanted_frames(&self, innermost: &Frame) -> Option<usize> {
        let Some(Watch::Moments { wanted, .. }) = &self.watch else {
            return None;
        };
        // SAFETY: forwarded.
        wanted.get(&unsafe { self.moment(innermost) }).copied()
    }

    /// Tells what there is at such a moment.
    ///
    /// # Safety
    ///
    /// As for [`Store::note_exit`].
    pub unsafe fn note_moment(&mut self, frames: &[Frame], end: *const u64) {
        // SAFETY: forwarded.
        let seen = unsafe { self.state(frames, end) };
        if let Some(Watch::Moments { sink, .. }) = &mut self.watch {
            sink(seen);
        }
    }

    /// When it is, and what there is.
    ///
    /// # Safety
    ///
    /// As for [`Store::note_exit`].
    unsafe fn state(&self, frames: &[Frame], end: *const u64) -> (Moment, Snapshot) {
        let innermost = &frames[frames.len() - 1];
        // SAFETY: forwarded: it is of a function of the store.
        let at = unsafe { self.moment(innermost) };
        // SAFETY: forwarded.
        let mut snapshot = unsafe { self.snapshot(frames, end) };
        if let Some(innermost) = snapshot.frames.last_mut() {
            innermost.pc = at.pc;
        }
        (at, snapshot)
    }

    /// # Safety
    ///
    /// As for [`Store::wanted_frames`].
    unsafe fn moment(&self, innermost: &Frame) -> Moment {
        // SAFETY: the caller promises a function of the store, which has an instance.
        let (func, instance) = unsafe {
            let func = &*innermost.func;
            (func, (*(*func.vmctx).instance).id)
        };
        // SAFETY: functions that are executed are prepared.
        let prepared = unsafe { func.prepared() };
        let pc = func.pc_offset(innermost.pc);
        let (header, cost) = match is_loop(innermost) {
            // The next header is its own.
            true => {
                let at = prepared.loops.partition_point(|it| it.pc <= pc);
                let cost = prepared
                    .meters
                    .as_ref()
                    .map_or(0, |it| it.at[pc as usize].cost);
                (prepared.loops.get(at), cost.into())
            }
            false => (prepared.loop_at(pc), 0),
        };
        Moment {
            n_set: self.meters.n_set(),
            fuel: self.vm.fuel_running + cost,
            instance,
            func: func.func,
            pc: header.map_or(pc, |it| it.landing),
        }
    }

    /// # Safety
    ///
    /// As for [`Store::note_exit`].
    unsafe fn snapshot(&self, frames: &[Frame], end: *const u64) -> Snapshot {
        let names = self.func_names();
        let name = |slot: u64| names.get(&slot).copied().unwrap_or(slot);
        let ends = frames.iter().skip(1).map(|it| it.fp.cast_const());
        let copies = frames.iter().zip(ends.chain([end])).map(|(frame, end)| {
            // SAFETY: the caller promises functions of the store, and frames one after the other.
            let (func, slots) = unsafe {
                let len = end.offset_from_unsigned(frame.fp);
                (&*frame.func, std::slice::from_raw_parts(frame.fp, len))
            };
            FrameCopy {
                func: func.func,
                pc: func.pc_offset(frame.pc),
                n_locals: (func.n_params + func.n_extra) as usize,
                slots: slots.iter().map(|it| name(*it)).collect(),
            }
        });
        let hash_table = |slots: &[u64]| {
            let mut hasher = FxHasher::default();
            slots.iter().for_each(|it| hasher.write_u64(name(*it)));
            (slots.len(), hasher.finish())
        };
        let global = |cell: u128| match u64::try_from(cell) {
            Ok(slot) => name(slot).into(),
            Err(_) => cell,
        };
        Snapshot {
            frames: copies.collect(),
            memories: self.memories.iter().map(hash_memory).collect(),
            tables: self
                .tables
                .iter()
                .map(|it| hash_table(it.slots()))
                .collect(),
            globals: self.globals.iter().map(|it| global(it.cell())).collect(),
        }
    }

    /// Numbers that stand for the addresses of functions.
    fn func_names(&self) -> FxHashMap<u64, u64> {
        /// No address, and no number that programs compute by chance.
        const FIRST: u64 = 0xfeed_beef_0000_0000;
        let address = |func_ref: *mut VMFuncRef| func_ref as u64;
        let own = self
            .instances
            .iter()
            .flat_map(|it| (0..it.module.funcs.len() as u32).map(move |n| it.func_ref(FuncIdx(n))));
        let host = self.host_funcs.iter();
        let host = host.map(|it| (&raw const *it.func_ref).cast_mut());
        let mut names = FxHashMap::default();
        for func_ref in host.chain(own) {
            let name = FIRST + names.len() as u64;
            names.entry(address(func_ref)).or_insert(name);
        }
        names
    }
}

/// Is the next instruction of `frame` a `loop`?
fn is_loop(frame: &Frame) -> bool {
    // SAFETY: frames are in validated bodies, which live as long as their module.
    Opcode::from_byte(unsafe { *frame.pc }) == Some(Opcode::Loop)
}

fn hash_memory(memory: &Memory) -> (usize, u64) {
    if memory.shared().is_some() {
        // Others may write it meanwhile.
        return (0, 0);
    }
    let mut hasher = FxHasher::default();
    // SAFETY: the memory is the store's alone, which the caller has.
    hasher.write(unsafe { std::slice::from_raw_parts(memory.base(), memory.len()) });
    (memory.len(), hasher.finish())
}

impl Snapshot {
    /// What is not as in `expected`, if anything, where this was rebuilt by an exit.
    pub fn differs(&self, expected: &Snapshot) -> Option<String> {
        if self.frames.len() != expected.frames.len() {
            let (n, expected) = (self.frames.len(), expected.frames.len());
            return Some(format!("{n} frames instead of {expected}"));
        }
        for (frame, expected) in self.frames.iter().zip(&expected.frames) {
            if !frame.agrees(expected) {
                return Some(format!("{frame} instead of {expected}"));
            }
        }
        let parts = [
            ("memories", self.memories != expected.memories),
            ("tables", self.tables != expected.tables),
            ("globals", self.globals != expected.globals),
        ];
        let part = parts.iter().find(|it| it.1)?;
        Some(format!("other {}", part.0))
    }
}

impl FrameCopy {
    fn agrees(&self, expected: &FrameCopy) -> bool {
        let is_same_slot = |(n, (&slot, &expected)): (usize, (&u64, &u64))| {
            let may_be_dead = n < self.n_locals && slot == 0;
            slot == expected || may_be_dead
        };
        let mut slots = self.slots.iter().zip(&expected.slots).enumerate();
        (self.func, self.pc, self.slots.len()) == (expected.func, expected.pc, expected.slots.len())
            && slots.all(is_same_slot)
    }
}

impl fmt::Display for FrameCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{:#x}{:x?}", self.func, self.pc, self.slots)
    }
}

impl fmt::Display for ExitTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Moment { func, pc, .. } = self.at;
        write!(f, "exit {} at {func}@{pc:#x}", self.reason)
    }
}
