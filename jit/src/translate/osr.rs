//! OSR entry: entering compiled code at a loop header, from an interpreter frame.
//!
//! ```text
//!   entry(vmctx, local 0) ───► load locals and operands ───┐
//!                                                          ▼
//!   (unreachable beginning of the function) ───► ... ──► loop header ◄── ...
//! ```
//!
//! The function is translated as usual from a beginning that nothing reaches, and the loop gets
//! one more predecessor. Cranelift deletes what stays unreachable.
//!
//! Invariants:
//! 1. Nothing that is computed outside of the blocks around the loop is used inside: the entry
//!    edge does not pass there. So the blocks around the loop take all operands as parameters
//!    (`Label::carries_all`), and locals are variables anyway.
//! 2. Operands lie behind the locals in the interpreter frame.

use super::body::{Label, block_args};
use super::{Translator, field, hoist, meter};
use crate::abi::{SLOT, load_slot, n_slots};
use crate::regions::Region;
use crate::traps::trap_code;
use crate::{CompileError, Request};
use cranelift_codegen::ir::{Block, InstBuilder, Type, Value};
use runtime::Trap;
use rustc_hash::FxHashSet;
use wasmparser::Operator;

/// Where OSR code is entered.
#[derive(Debug)]
pub(super) struct Osr {
    /// pcs of the instructions that open the blocks around the loop header, the loop's included.
    around: FxHashSet<u32>,
    /// Instructions before this pc are never executed.
    pub(super) live_from: u32,
    /// Block of the entry edge, and its pointer to local 0.
    entry: Option<(Block, Value)>,
}

/// Looks for the loop that `request` wants to be entered at.
pub(super) fn find(request: &Request) -> Result<Option<Osr>, CompileError> {
    let Some(header) = request.osr else {
        return Ok(None);
    };
    let missing = || CompileError::Unsupported {
        what: "entry where no loop is".to_owned(),
        func: request.func,
        pc: header,
    };
    let body = request
        .module
        .body(request.func)
        .and_then(|it| it.prepared());
    let body = body.ok_or_else(missing)?;
    let mut operators = body.operators(&request.module);
    let offset = |at: usize| (at - body.code.start as usize) as u32;
    let mut open = Vec::new();
    while !operators.eof() {
        let pc = offset(operators.original_position());
        let op = operators.read().map_err(|_| missing())?;
        match op {
            Operator::Block { .. } | Operator::If { .. } => open.push((pc, false)),
            Operator::Loop { .. } => {
                open.push((pc, true));
                if offset(operators.original_position()) == header {
                    let first_loop = open.iter().find(|it| it.1).map_or(pc, |it| it.0);
                    let around = open.iter().map(|it| it.0).collect();
                    return Ok(Some(Osr {
                        around,
                        live_from: first_loop,
                        entry: None,
                    }));
                }
            }
            Operator::End => drop(open.pop()),
            _ => {}
        }
    }
    Err(missing())
}

/// Leaves the entry block open-ended towards the loop, and goes on at the unreachable beginning
/// of the function. Returns the values of its parameters.
pub(super) fn translate_entry(cx: &mut Translator<'_>, local0: Value) -> Vec<Value> {
    let (edge, beginning) = (cx.builder.create_block(), cx.builder.create_block());
    cx.builder.ins().jump(edge, &[]);
    cx.builder.seal_block(edge);
    cx.continue_in(beginning);
    if let Some(osr) = &mut cx.osr {
        osr.entry = Some((edge, local0));
    }
    let params = &cx.home.module.func_type(cx.request.func).params;
    let types = params.iter().map(|&it| crate::abi::clif_type(it));
    types.map(|it| super::inline::emit_zero(cx, it)).collect()
}

/// Is the current instruction the loop that is entered?
pub(super) fn is_target(cx: &Translator<'_>) -> bool {
    cx.body.is_root() && cx.request.osr == Some(cx.body.next_pc)
}

/// Does the current instruction open a block around the loop that is entered, or that loop?
pub(super) fn is_around(cx: &Translator<'_>) -> bool {
    let around = |it: &Osr| it.around.contains(&cx.body.pc);
    cx.body.is_root() && cx.osr.as_ref().is_some_and(around)
}

/// The edge from the entry to the loop of `label`.
///
/// Requires that the current block is finished; leaves it finished.
pub(super) fn translate_entry_edge(cx: &mut Translator<'_>, label: &Label) {
    let Some((edge, local0)) = cx.osr.as_mut().and_then(|it| it.entry.take()) else {
        return;
    };
    cx.builder.switch_to_block(edge);
    meter::enter_osr(cx);
    let locals = cx.body.locals.clone();
    let prepared = cx.body.prepared();
    for (n, local) in (0..).zip(locals) {
        let ty = cx.module_local_type(n as usize);
        let value = load_frame_slot(cx, ty, (local0, prepared.local_slot(n)));
        cx.builder.def_var(local, value);
    }
    let types: Vec<Type> = {
        let dfg = &cx.builder.func.dfg;
        cx.builder
            .block_params(label.dest)
            .iter()
            .map(|&it| dfg.value_type(it))
            .collect()
    };
    let mut args = Vec::with_capacity(types.len());
    let mut slot = prepared.local_slots;
    for ty in types {
        args.push(load_frame_slot(cx, ty, (local0, slot)));
        slot += n_slots(ty).cast_unsigned();
    }
    let operands = std::mem::replace(&mut cx.body.operands, args);
    hoist::emit_known(cx);
    let args = std::mem::replace(&mut cx.body.operands, operands);
    cx.builder.ins().jump(label.dest, &block_args(&args));
}

/// Makes the compilation fail if the loop turned out to be unreachable.
pub(super) fn finish(cx: &mut Translator<'_>) {
    if let Some((edge, _)) = cx.osr.as_mut().and_then(|it| it.entry.take()) {
        cx.builder.switch_to_block(edge);
        cx.unsupported("entry at an unreachable loop".to_owned());
        cx.builder
            .ins()
            .trap(trap_code(Trap::UnreachableCodeReached));
    }
}

fn load_frame_slot(cx: &mut Translator<'_>, ty: Type, (local0, slot): (Value, u32)) -> Value {
    let flags = cx.slot_flags(Region::OsrFrame);
    let at = (local0, field(slot as usize) * SLOT);
    load_slot(&mut cx.builder, flags, ty, at)
}

impl Translator<'_> {
    fn module_local_type(&self, local: usize) -> Type {
        crate::abi::clif_type(self.body.prepared().local_types[local])
    }
}
