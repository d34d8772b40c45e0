//! Metering: counting fuel, and looking at fuel and deadline, as the interpreter does.
//!
//! ```text
//!   fuel_consumed ──entry, after calls──► variable ──before calls, at the end──► fuel_consumed
//!   fuel_running  ──OSR entry───────────►    │     ──deopt exits───────────────► fuel_running
//! ```
//!
//! What instructions cost is in the meters of each body. Inlined functions count as if they were
//! called. The count is a variable plus a constant, which is added where control flow parts or
//! meets.
//!
//! Where fuel is used up or the deadline has passed, code is left for the interpreter, which looks
//! again and decides: a call here would keep values across it that no iteration needs. The exit of
//! a loop is before its `loop` instruction, which looks; that was counted, so its cost is taken
//! back.
//!
//! # Note
//!
//! Cranelift would move the load of the epoch out of a loop that writes nothing: the store to the
//! same alias region behind it says that it may have changed.

use super::body::LabelKind;
use super::exit::State;
use super::guard::guard_not;
use super::{Translator, field};
use crate::regions::Region;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::Variable;
use runtime::Reason;
use runtime::module::{Meter, MeterKind};
use runtime::vm::VMStore;
use std::mem::offset_of;
use std::rc::Rc;

/// The fuel that was consumed so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    value: Value,
    more: i64,
}

/// The count of a function in translation.
#[derive(Default)]
pub(super) struct Fuel {
    /// Absent if fuel is not counted.
    variable: Option<Variable>,
    /// What the variable does not have yet.
    more: i64,
    /// Before the current instruction.
    before: Option<Counted>,
}

/// Begins to count, at the entry of the code.
pub(super) fn begin(cx: &mut Translator<'_>) {
    if !cx.request.options.fuel {
        return;
    }
    let variable = cx.builder.declare_var(types::I64);
    cx.fuel.variable = Some(variable);
    reload(cx);
}

/// Takes over what the interpreter has counted, on the entry edge of OSR code.
pub(super) fn enter_osr(cx: &mut Translator<'_>) {
    load(cx, Region::FuelRunning, offset_of!(VMStore, fuel_running));
}

/// Counts the call of the body that begins.
pub(super) fn enter_function(cx: &mut Translator<'_>) {
    // The beginning of OSR code is never executed.
    if !is_metered(cx) || cx.body.is_root() && cx.osr.is_some() {
        return;
    }
    if cx.fuel.variable.is_some() {
        cx.fuel.more += 1;
    }
    add(cx);
    let counted = cx.counted();
    let state = cx.state_at((0, 0), 0, counted);
    poll(cx, &state, Reason::PollAtEntry);
}

/// Settles the count of the body that ends here.
pub(super) fn leave_function(cx: &mut Translator<'_>) {
    add(cx);
    settle(cx);
}

/// Counts the current instruction, before it is translated.
pub(super) fn translate_before(cx: &mut Translator<'_>) {
    let Some(meter) = current(cx) else {
        return;
    };
    cx.fuel.before = cx.counted();
    if cx.fuel.variable.is_some() {
        cx.fuel.more += i64::from(meter.cost);
    }
    match meter.kind {
        MeterKind::None | MeterKind::Block => {}
        MeterKind::Loop | MeterKind::Join | MeterKind::Branch => add(cx),
        MeterKind::Call | MeterKind::Leave => {
            add(cx);
            settle(cx);
        }
        MeterKind::Bulk { polls } => translate_bulk(cx, meter.per_unit, polls),
        MeterKind::Outside => {
            // The interpreter traps, and knows what is settled before it does.
            let before = cx.state_before();
            let exit = cx.exit_block(&before, Reason::OutOfBounds, None);
            cx.builder.ins().jump(exit, &[]);
            cx.fuel.more = 0;
            cx.body.reachable = false;
        }
    }
}

/// Looks at fuel and deadline at the header of the loop that the current instruction opens.
pub(super) fn poll_at_loop(cx: &mut Translator<'_>) {
    debug_assert!(matches!(
        cx.body.labels.last().map(|it| &it.kind),
        Some(LabelKind::Loop { .. })
    ));
    if is_metered(cx) {
        let state = cx.state_at_loop();
        poll(cx, &state, Reason::Poll);
    }
}

/// Loads what others have settled, behind a call.
pub(super) fn reload(cx: &mut Translator<'_>) {
    load(cx, Region::FuelConsumed, offset_of!(VMStore, fuel_consumed));
}

/// Hands the count over to the interpreter, in an exit.
pub(super) fn hand_over(cx: &mut Translator<'_>, counted: Option<Counted>) {
    let Some(Counted { value, more }) = counted else {
        return;
    };
    let running = cx.builder.ins().iadd_imm_s(value, more);
    let (vmstore, flags) = (cx.vmstore(), cx.flags(Region::FuelRunning));
    let offset = field(offset_of!(VMStore, fuel_running));
    cx.builder.ins().store(flags, running, vmstore, offset);
}

impl Translator<'_> {
    /// The count now.
    pub(super) fn counted(&mut self) -> Option<Counted> {
        let variable = self.fuel.variable?;
        Some(Counted {
            value: self.builder.use_var(variable),
            more: self.fuel.more,
        })
    }

    /// The count before the current instruction.
    pub(super) fn counted_before(&self) -> Option<Counted> {
        self.fuel.before
    }

    /// The frame of the current body at the header of the loop that the current instruction opens,
    /// from where the interpreter looks at fuel and deadline before it goes on.
    pub(super) fn state_at_loop(&mut self) -> Rc<State> {
        let Some(meter) = current(self) else {
            return self.state_after();
        };
        let counted = self.counted().map(|it| Counted {
            more: it.more - i64::from(meter.cost),
            ..it
        });
        let at = (self.body.pc, self.body.stp);
        self.state_at(at, self.body.next_pc, counted)
    }
}

fn is_metered(cx: &Translator<'_>) -> bool {
    cx.request.options.fuel || cx.request.options.epochs
}

/// The meter of the current instruction.
fn current(cx: &Translator<'_>) -> Option<Meter> {
    if !is_metered(cx) {
        return None;
    }
    let meters = cx.body.prepared().meters.as_ref()?;
    Some(meters.at[cx.body.pc as usize])
}

/// Counts the units of the topmost operand.
fn translate_bulk(cx: &mut Translator<'_>, per_unit: u8, polls: bool) {
    if let Some(variable) = cx.fuel.variable
        && per_unit != 0
    {
        add(cx);
        let cost = emit_cost_of_units(cx, per_unit);
        let value = cx.builder.use_var(variable);
        let value = cx.builder.ins().iadd(value, cost);
        cx.builder.def_var(variable, value);
    }
    if polls {
        // The instruction counts again in the interpreter.
        add(cx);
        let before = cx.state_before();
        poll(cx, &before, Reason::Poll);
    }
}

fn emit_cost_of_units(cx: &mut Translator<'_>, per_unit: u8) -> Value {
    let units = match cx.body.operands.last() {
        Some(&units) => units,
        None => unreachable!("validation counted the operands"),
    };
    let is_64 = cx.builder.func.dfg.value_type(units) == types::I64;
    let units = cx.extend(units);
    let cost = cx.builder.ins().imul_imm_u(units, i64::from(per_unit));
    if !is_64 {
        return cost;
    }
    let most = i64::MAX / i64::from(per_unit);
    let too_many = cx
        .builder
        .ins()
        .icmp_imm_u(IntCC::UnsignedGreaterThan, units, most);
    let largest = cx.builder.ins().iconst(types::I64, i64::MAX);
    cx.builder.ins().select(too_many, largest, cost)
}

/// Leaves through an exit with `state` if fuel is used up or the deadline has passed.
///
/// Requires that the variable has all that was counted.
fn poll(cx: &mut Translator<'_>, state: &Rc<State>, reason: Reason) {
    if let Some(variable) = cx.fuel.variable {
        debug_assert_eq!(cx.fuel.more, 0);
        let consumed = cx.builder.use_var(variable);
        let used_up = cx
            .builder
            .ins()
            .icmp_imm_s(IntCC::SignedGreaterThanOrEqual, consumed, 0);
        let exit = cx.exit_block(state, reason, None);
        guard_not(cx, used_up, exit);
    }
    if cx.request.options.epochs {
        let vmstore = cx.vmstore();
        let epoch = cx.load_constant(vmstore, field(offset_of!(VMStore, epoch)));
        let now = cx.load_field(Region::Epoch, (epoch, 0));
        let flags = cx.flags(Region::Epoch);
        let seen = field(offset_of!(VMStore, epoch_seen));
        cx.builder.ins().store(flags, now, vmstore, seen);
        let at = (vmstore, field(offset_of!(VMStore, epoch_deadline)));
        let deadline = cx.load_field(Region::EpochDeadline, at);
        let has_passed = cx
            .builder
            .ins()
            .icmp(IntCC::UnsignedGreaterThanOrEqual, now, deadline);
        let exit = cx.exit_block(state, reason, None);
        guard_not(cx, has_passed, exit);
    }
}

/// Adds to the variable what it does not have yet.
fn add(cx: &mut Translator<'_>) {
    let more = std::mem::take(&mut cx.fuel.more);
    if let Some(variable) = cx.fuel.variable
        && more != 0
    {
        let value = cx.builder.use_var(variable);
        let value = cx.builder.ins().iadd_imm_s(value, more);
        cx.builder.def_var(variable, value);
    }
}

/// Makes what was counted the store's.
fn settle(cx: &mut Translator<'_>) {
    if let Some(variable) = cx.fuel.variable {
        let value = cx.builder.use_var(variable);
        let (vmstore, flags) = (cx.vmstore(), cx.flags(Region::FuelConsumed));
        let offset = field(offset_of!(VMStore, fuel_consumed));
        cx.builder.ins().store(flags, value, vmstore, offset);
    }
}

fn load(cx: &mut Translator<'_>, region: Region, offset: usize) {
    if let Some(variable) = cx.fuel.variable {
        let vmstore = cx.vmstore();
        let value = cx.load_field(region, (vmstore, field(offset)));
        cx.builder.def_var(variable, value);
    }
}
