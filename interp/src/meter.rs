//! Metering: counts fuel and looks at fuel and deadline, in stores whose engine asks for that.
//!
//! Only the loop calls this, around each instruction (`dispatch/looped.rs`), so that no handler
//! knows of fuel. What an instruction costs is in the function's meters, which the compiler reads,
//! too.

use crate::context::Context;
use crate::counts::blocks_behind;
use crate::regs::Regs;
use runtime::module::{Meter, MeterKind};
use runtime::vm::{Frame, VMStore};
use runtime::{Raised, Status, Trap};

/// What there is to be looked at before an activation executes its first instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// A function begins: it is counted.
    Call,
    /// A function was counted by compiled code, which then left it to the interpreter to look at
    /// fuel and deadline.
    Entry,
    /// Nothing.
    Middle,
}

/// Where an instruction began.
#[derive(Clone, Copy)]
pub(crate) struct Before {
    meter: Meter,
    pc: *const u8,
    frame: *mut Frame,
}

/// Before the first instruction of an activation. A status if the activation ends.
pub(crate) fn begin(m: &mut Regs, begin: Begin) -> Option<Status> {
    match begin {
        Begin::Call => enter_function(m),
        Begin::Entry => poll_at_entry(m),
        Begin::Middle => None,
    }
}

/// Counts the instruction at `pc`, before it is executed. A status if the activation ends.
pub(crate) fn before(m: &mut Regs) -> Result<Before, Status> {
    // SAFETY: invariants 1 and 2 of `regs.rs`; functions of a store that meters have meters.
    let (meter, vm, frame) = unsafe {
        let func = &*m.func();
        let meter = *func.meters.add(func.pc_offset(m.pc.as_ptr()) as usize);
        (meter, vm(m), (*m.ctx).frame)
    };
    let before = Before {
        meter,
        pc: m.pc.as_ptr(),
        frame,
    };
    let mut cost = i64::from(meter.cost);
    match meter.kind {
        MeterKind::Block if cost != 0 => cost *= 1 + blocks_behind(*m).cast_signed(),
        MeterKind::Bulk { .. } => cost = cost.wrapping_add(cost_of_units(m, meter.per_unit)),
        _ => {}
    }
    // SAFETY: the store is alive.
    unsafe {
        (*vm).fuel_running = (*vm).fuel_running.wrapping_add(cost);
        match meter.kind {
            MeterKind::Call | MeterKind::Leave => (*vm).fuel_consumed = (*vm).fuel_running,
            MeterKind::Loop | MeterKind::Bulk { polls: true } => {
                let pc = (*m.func()).pc_offset(m.pc.as_ptr());
                if let Some(status) = poll(m, || pc) {
                    return Err(status);
                }
            }
            _ => {}
        }
    }
    Ok(before)
}

/// Looks at what the instruction did. A status if the activation ends.
pub(crate) fn after(m: &mut Regs, before: Before) -> Option<Status> {
    let kind = before.meter.kind;
    // SAFETY: invariant 1 of `regs.rs`.
    let (func, frame) = unsafe { (&*m.func(), (*m.ctx).frame) };
    if kind == MeterKind::Call || frame != before.frame {
        let vm = vm(m);
        // Whoever ran has settled what it counted.
        // SAFETY: the store is alive.
        unsafe { (*vm).fuel_running = (*vm).fuel_consumed };
        // A frame that goes on does so behind a call.
        if kind == MeterKind::Call && m.pc.as_ptr() == func.code {
            return enter_function(m);
        }
        return None;
    }
    if kind != MeterKind::Branch {
        return None;
    }
    let pc = m.pc.as_ptr();
    if pc <= before.pc {
        return poll(m, || {
            // SAFETY: functions that are executed are prepared.
            let prepared = unsafe { func.prepared() };
            let meters = prepared.meters.as_ref();
            meters.map_or(0, |it| it.loop_of(func.pc_offset(pc)))
        });
    }
    if pc.wrapping_add(1) == func.end {
        // A branch out of the function does not pass its `end`.
        // SAFETY: as above.
        unsafe {
            let end = *func.meters.add(func.pc_offset(pc) as usize);
            let vm = vm(m);
            (*vm).fuel_running = (*vm).fuel_running.wrapping_sub(end.cost.into());
        }
    }
    None
}

/// Settles what was counted before an access outside of its memory, if that is what the
/// instruction was known to be.
#[cold]
pub(crate) fn at_trap(m: &Regs, before: Before) {
    if before.meter.kind != MeterKind::Outside {
        return;
    }
    let vm = vm(m);
    // SAFETY: the store is alive, and nothing refers to it.
    unsafe {
        if let Some(Raised::Trap {
            trap: Trap::MemoryOutOfBounds,
            ..
        }) = &(*(*m.ctx).store).pending
        {
            (*vm).fuel_consumed = (*vm).fuel_running;
        }
    }
}

/// Counts the function that has just begun.
fn enter_function(m: &mut Regs) -> Option<Status> {
    let vm = vm(m);
    // SAFETY: the store is alive.
    unsafe { (*vm).fuel_running = (*vm).fuel_consumed.wrapping_add(1) };
    poll_at_entry(m)
}

fn poll_at_entry(m: &mut Regs) -> Option<Status> {
    // SAFETY: invariant 1 of `regs.rs`; functions that are executed are prepared.
    let meters = unsafe { (*m.func()).prepared().meters.as_ref() };
    poll(m, || meters.map_or(0, |it| it.entry))
}

/// Looks at fuel and deadline. `pc` is where that is.
fn poll(m: &mut Regs, pc: impl FnOnce() -> u32) -> Option<Status> {
    // SAFETY: the store is alive, and its engine's epoch with it.
    let is_due = unsafe { runtime::is_poll_due((*m.ctx).store) };
    match is_due {
        true => poll_now(m, pc()),
        false => None,
    }
}

#[cold]
fn poll_now(m: &mut Regs, pc: u32) -> Option<Status> {
    m.flush();
    let ctx = m.ctx;
    // SAFETY: invariant 1 of `regs.rs`. The callback may run an activation in the same context.
    unsafe {
        let (store, func, stp, frame) = ((*ctx).store, m.func(), m.entry().as_ptr(), (*ctx).frame);
        (*store).vm.value_top = m.sp;
        (*store).vm.frames_top = frame;
        let polled = runtime::poll(store, func, pc);
        ((*ctx).func, (*ctx).stp, (*ctx).frame) = (func, stp, frame);
        Context::enter_instance(ctx, (*func).vmctx);
        polled.err()
    }
}

/// What the units of the topmost operand cost.
fn cost_of_units(m: &mut Regs, per_unit: u8) -> i64 {
    m.flush();
    // SAFETY: the instruction has operands.
    let units = unsafe { *m.sp.wrapping_sub(1) };
    let cost = units.checked_mul(per_unit.into());
    cost.and_then(|it| i64::try_from(it).ok())
        .unwrap_or(i64::MAX)
}

fn vm(m: &Regs) -> *mut VMStore {
    // SAFETY: invariant 1 of `regs.rs`.
    unsafe { &raw mut (*(*m.ctx).store).vm }
}
