//! Deopt exits: where compiled code is left, and what the interpreter needs to go on.
//!
//! ```text
//!   guard ──fails──► exit block                  shared block
//!     │              store values to the    ───► return_call deopt_stub(vmctx, exit id)
//!     ▼              deopt buffer, jump
//! ```
//!
//! Exit blocks are emitted after all other code: what they need is captured at the guard as
//! values, and more of these turn out to be constants when the whole function is known.
//!
//! Invariant: no exit has more values than the deopt buffer has slots. The plan's invariant 3 and
//! the limits of `translate` see to it.

use super::meter::{self, Counted};
use super::{Translator, field};
use crate::abi::{SLOT, n_slots, resume_signature, store_slot};
use crate::regions::Region;
use cranelift_codegen::ir::{
    Block, BlockArg, DataFlowGraph, InstBuilder, InstructionData, Opcode, SourceLoc, Value,
    ValueDef, types,
};
use deopt::{Exit, ExitTable, ExitTableBuilder, FrameState, Home, SlotState, SpecSite};
use runtime::vm::{DEOPT_BUFFER_SLOTS, VMSignature, VMStore, VMStubs};
use runtime::{ExitId, FuncIdx, HomeIdx, Reason};
use rustc_hash::FxHashMap;
use std::mem::offset_of;
use std::rc::Rc;

/// An interpreter frame as values, with the frames below it.
#[derive(Debug)]
pub(super) struct State {
    /// Its instance, and where that is; `None` for the compiled function's.
    home: Option<(HomeIdx, Value)>,
    pub(super) func: FuncIdx,
    /// Where it goes on.
    pub(super) pc: u32,
    pub(super) stp: u32,
    /// Slots of the locals.
    pub(super) n_locals: u32,
    /// Locals, then operands; `None` for slots of locals that are never read again.
    pub(super) slots: Vec<Option<Value>>,
    /// The fuel that was consumed, if it is counted and this is the innermost frame.
    pub(super) counted: Option<Counted>,
    /// The frame below it, after its call.
    pub(super) parent: Option<Rc<State>>,
}

/// The exits of a function.
#[derive(Default)]
pub(super) struct Exits {
    table: ExitTableBuilder,
    pending: Vec<Pending>,
    /// Blocks by the address of their state, which `pending` keeps alive.
    known: FxHashMap<(*const State, Reason, Option<SpecSite>), Block>,
}

/// An exit block that is not filled yet.
struct Pending {
    block: Block,
    state: Rc<State>,
    reason: Reason,
    site: Option<SpecSite>,
    srcloc: SourceLoc,
}

impl Exits {
    pub(super) fn finish(self) -> ExitTable {
        self.table.finish()
    }
}

impl Translator<'_> {
    /// The frame of the current body before the current instruction.
    pub(super) fn state_before(&mut self) -> Rc<State> {
        let (pc, stp) = (self.body.pc, self.body.stp);
        self.state_at((pc, stp), pc, self.counted_before())
    }

    /// The frame of the current body before the next instruction, without what the current one
    /// pushes.
    pub(super) fn state_after(&mut self) -> Rc<State> {
        let (pc, stp) = (self.body.next_pc, self.body.next_stp);
        let counted = self.counted();
        self.state_at((pc, stp), pc, counted)
    }

    /// The frame of the current body at `pc`, with the locals that are live at `live_at`.
    pub(super) fn state_at(
        &mut self,
        (pc, stp): (u32, u32),
        live_at: u32,
        counted: Option<Counted>,
    ) -> Rc<State> {
        let body = &self.body;
        let mut slots = Vec::with_capacity(body.locals.len() + body.operands.len());
        let types = &body.prepared().local_types;
        for (n, (&local, ty)) in body.locals.iter().zip(types).enumerate() {
            if body.survey.is_live(live_at, n) {
                slots.push(Some(self.builder.use_var(local)));
            } else {
                slots.extend(std::iter::repeat_n(None, ty.n_slots() as usize));
            }
        }
        slots.extend(body.operands.iter().map(|&it| Some(it)));
        Rc::new(State {
            home: (!self.home.is_own()).then_some((self.home.idx, self.home.vmctx)),
            func: body.func,
            pc,
            stp,
            n_locals: body.prepared().local_slots,
            slots,
            counted,
            parent: body.parent.clone(),
        })
    }

    /// A cold block that leaves with `state`. The same block for the same state and reason.
    pub(super) fn exit_block(
        &mut self,
        state: &Rc<State>,
        reason: Reason,
        site: Option<SpecSite>,
    ) -> Block {
        let key = (Rc::as_ptr(state), reason, site);
        if let Some(&block) = self.exits.known.get(&key) {
            return block;
        }
        let block = self.create_cold_block();
        let (state, srcloc) = (state.clone(), self.builder.srcloc());
        self.exits.pending.push(Pending {
            block,
            state,
            reason,
            site,
            srcloc,
        });
        self.exits.known.insert(key, block);
        block
    }
}

/// Fills all exit blocks, and the block they share.
pub(super) fn emit_exits(cx: &mut Translator<'_>) {
    let pending = std::mem::take(&mut cx.exits.pending);
    if pending.is_empty() {
        return;
    }
    let shared = cx.create_cold_block();
    let exit_id = cx.builder.append_block_param(shared, types::I64);
    for exit in pending {
        emit_exit(cx, exit, shared);
    }
    cx.continue_in(shared);
    cx.builder.set_srcloc(SourceLoc::default());
    let decl = cx.home.module.funcs[cx.request.func.index()];
    let own = cx.sig_address(decl.ty);
    let stubs = cx.load_constant(own, field(offset_of!(VMSignature, stubs)));
    let stub = cx.load_constant(stubs, field(offset_of!(VMStubs, deopt_stub)));
    let sig = cx.builder.import_signature(resume_signature(decl.sig.ty()));
    cx.builder
        .ins()
        .return_call_indirect(sig, stub, &[cx.home.vmctx, exit_id]);
}

fn emit_exit(cx: &mut Translator<'_>, exit: Pending, shared: Block) {
    cx.continue_in(exit.block);
    cx.builder.set_srcloc(exit.srcloc);
    let mut buffer = Buffer::default();
    let mut frames = Vec::new();
    let mut next = Some(&exit.state);
    while let Some(state) = next {
        let mut slots = Vec::with_capacity(state.slots.len());
        for &value in &state.slots {
            buffer.describe(&cx.builder.func.dfg, value, &mut slots);
        }
        frames.push(FrameState {
            home: match state.home {
                None => Home::Own,
                Some((idx, vmctx)) => Home::Other {
                    idx,
                    vmctx: buffer.store(vmctx, 1),
                },
            },
            func: state.func,
            pc: state.pc,
            stp: state.stp,
            n_locals: state.n_locals,
            slots,
        });
        next = state.parent.as_ref();
    }
    frames.reverse();
    let vmstore = cx.vmstore();
    let flags = cx.slot_flags(Region::DeoptBuffer);
    debug_assert!(buffer.n_slots as usize <= DEOPT_BUFFER_SLOTS);
    for &(value, slot) in &buffer.values {
        let offset = field(offset_of!(VMStore, deopt_buffer)) + field(slot as usize) * SLOT;
        store_slot(&mut cx.builder, flags, value, (vmstore, offset));
    }
    meter::hand_over(cx, exit.state.counted);
    let exit = cx.exits.table.push(&Exit {
        reason: exit.reason,
        site: exit.site,
        frames,
    });
    let id = ExitId {
        code: cx.request.code,
        exit,
    };
    let id = cx.iconst64(id.to_bits());
    cx.builder.ins().jump(shared, &[BlockArg::Value(id)]);
}

/// The values of one exit.
#[derive(Default)]
struct Buffer {
    /// With their first slots.
    values: Vec<(Value, u32)>,
    n_slots: u32,
    known: FxHashMap<Value, u32>,
}

impl Buffer {
    /// Adds the description of `value` to `out`: a state for each of its slots.
    fn describe(&mut self, dfg: &DataFlowGraph, value: Option<Value>, out: &mut Vec<SlotState>) {
        let Some(value) = value else {
            return out.push(SlotState::Const(0));
        };
        let value = dfg.resolve_aliases(value);
        if let Some(constant) = constant_of(dfg, value) {
            return out.push(SlotState::Const(constant));
        }
        if let Some(slots) = constant_vector_of(dfg, value) {
            return out.extend(slots.map(SlotState::Const));
        }
        let n_slots = n_slots(dfg.value_type(value)).cast_unsigned();
        let slot = self.store(value, n_slots);
        out.extend((slot..slot + n_slots).map(SlotState::Value));
    }

    /// Has `value` stored, and returns its first slot of the buffer.
    fn store(&mut self, value: Value, n_slots: u32) -> u32 {
        *self.known.entry(value).or_insert_with(|| {
            let slot = self.n_slots;
            self.values.push((value, slot));
            self.n_slots += n_slots;
            slot
        })
    }
}

/// The slots of `value`, if it is a constant vector.
fn constant_vector_of(dfg: &DataFlowGraph, value: Value) -> Option<[u64; 2]> {
    let ValueDef::Result(inst, _) = dfg.value_def(value) else {
        return None;
    };
    let InstructionData::UnaryConst {
        opcode: Opcode::Vconst,
        constant_handle,
    } = dfg.insts[inst]
    else {
        return None;
    };
    let bytes = dfg.constants.get(constant_handle).as_slice();
    let bits = u128::from_le_bytes(bytes.try_into().ok()?);
    Some([bits as u64, (bits >> 64) as u64])
}

/// The slot of `value`, if it is a constant.
pub(super) fn constant_of(dfg: &DataFlowGraph, value: Value) -> Option<u64> {
    let ValueDef::Result(inst, _) = dfg.value_def(dfg.resolve_aliases(value)) else {
        return None;
    };
    match dfg.insts[inst] {
        InstructionData::UnaryImm {
            opcode: Opcode::Iconst,
            imm,
        } => {
            let bits = imm.bits().cast_unsigned();
            let is_small = dfg.value_type(value) == types::I32;
            Some(if is_small {
                u64::from(bits as u32)
            } else {
                bits
            })
        }
        InstructionData::UnaryIeee32 {
            opcode: Opcode::F32const,
            imm,
        } => Some(u64::from(imm.bits())),
        InstructionData::UnaryIeee64 {
            opcode: Opcode::F64const,
            imm,
        } => Some(imm.bits()),
        _ => None,
    }
}
