//! Control: blocks, branches, returns.
//!
//! A label's parameters and results are parameters of its CLIF block. The block behind a Wasm
//! block exists only if some branch goes there; otherwise translation just goes on.

use super::body::{Label, LabelKind, block_args};
use super::guard::{guard_stress, guard_untaken};
use super::{Translator, hoist, meter, osr};
use crate::abi::clif_type;
use crate::plan::Direction;
use crate::traps::trap_code;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    Block, BlockArg, BlockCall, InstBuilder, JumpTableData, Type, Value, types,
};
use runtime::{Reason, Trap};
use wasmparser::{BlockType, BrTable, Operator};

/// Follows the nesting of unreachable code, up to where it is left.
pub(super) fn skip(cx: &mut Translator<'_>, op: &Operator<'_>) {
    match op {
        Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
            cx.body.n_unreachable += 1;
        }
        Operator::Else if cx.body.n_unreachable == 0 => translate_else(cx),
        Operator::End if cx.body.n_unreachable == 0 => translate_end(cx),
        Operator::End => cx.body.n_unreachable -= 1,
        _ => {}
    }
}

pub(super) fn translate_unreachable(cx: &mut Translator<'_>) {
    // Cranelift turns a branch to a block that does nothing but trap into a conditional trap, which
    // has the position of the branch.
    cx.builder.ins().sequence_point();
    cx.builder
        .ins()
        .trap(trap_code(Trap::UnreachableCodeReached));
    cx.body.reachable = false;
}

pub(super) fn translate_block(cx: &mut Translator<'_>, ty: BlockType) {
    let label = open(cx, ty, LabelKind::Block);
    cx.body.labels.push(label);
}

pub(super) fn translate_loop(cx: &mut Translator<'_>, ty: BlockType) {
    let header = cx.body.next_pc;
    let n_known = hoist::enter_loop(cx);
    let label = open(cx, ty, LabelKind::Loop { header, n_known });
    let args = cx.body.branch_args(&label);
    cx.builder.ins().jump(label.dest, &args);
    if osr::is_target(cx) {
        osr::translate_entry_edge(cx, &label);
    }
    cx.begin(label.dest);
    enter(cx, &label);
    cx.body.labels.push(label);
    meter::poll_at_loop(cx);
    // Not where OSR code is entered: it would be left again before its first instruction, for
    // ever. See `guard_backward`.
    if !osr::is_target(cx) && cx.request.options.stress {
        let state = cx.state_after();
        guard_stress(cx, &state);
    }
}

pub(super) fn translate_if(cx: &mut Translator<'_>, ty: BlockType) {
    // It is taken, to its `else`, if its condition is zero.
    let omitted = pop_condition(cx, Direction::NotTaken);
    let otherwise = match omitted {
        Condition::Always => None,
        Condition::Never | Condition::Either(_) => Some(create_arm(cx, Direction::Taken)),
    };
    let operands = cx.body.operands.clone();
    let label = open(
        cx,
        ty,
        LabelKind::If {
            otherwise,
            operands,
        },
    );
    match (omitted, otherwise) {
        (Condition::Either(condition), Some(otherwise)) => {
            let then = create_arm(cx, Direction::NotTaken);
            emit_brif(cx, condition, (then, &[]), (otherwise, &[]));
            cx.continue_in_arm(then);
        }
        (_, Some(otherwise)) => {
            cx.builder.ins().jump(otherwise, &[]);
            cx.body.reachable = false;
        }
        (_, None) => {}
    }
    cx.body.labels.push(label);
}

/// The condition of a branch, as far as code tests it.
#[derive(Clone, Copy)]
enum Condition {
    /// It may be anything.
    Either(Value),
    /// It is not zero: the code was left if it is.
    Always,
    /// It is zero: the code was left if it is not.
    Never,
}

/// Pops the condition of the current branch, which goes on in the arm `if_not_zero` if it is not
/// zero. Leaves the code if the arm it goes on in is not compiled.
fn pop_condition(cx: &mut Translator<'_>, if_not_zero: Direction) -> Condition {
    let plan = cx.plan;
    let Some(arm) = plan.paths(cx.body.node()).omitted(cx.body.pc) else {
        return Condition::Either(cx.pop());
    };
    let before = cx.state_before();
    guard_stress(cx, &before);
    let condition = cx.pop();
    if arm != if_not_zero {
        let fails = cx.builder.ins().icmp_imm_s(IntCC::Equal, condition, 0);
        guard_untaken(cx, &before, fails);
        Condition::Always
    } else {
        guard_untaken(cx, &before, condition);
        Condition::Never
    }
}

pub(super) fn translate_else(cx: &mut Translator<'_>) {
    let mut label = close(cx);
    leave(cx, &mut label);
    let LabelKind::If {
        otherwise,
        operands,
    } = label.kind
    else {
        unreachable!("validation matched `else` with `if`")
    };
    if let Some(otherwise) = otherwise {
        cx.continue_in_arm(otherwise);
        cx.body.operands = operands;
        cx.body.reachable = true;
    }
    label.kind = LabelKind::Block;
    cx.body.labels.push(label);
}

pub(super) fn translate_end(cx: &mut Translator<'_>) {
    let mut label = close(cx);
    match label.kind {
        LabelKind::Loop { n_known, .. } => {
            hoist::leave_loop(cx, n_known);
            cx.builder.seal_block(label.dest);
            return;
        }
        LabelKind::If {
            otherwise: Some(otherwise),
            ref mut operands,
        } => {
            // Without an `else` the parameters are the results.
            let operands = std::mem::take(operands);
            leave(cx, &mut label);
            cx.continue_in_arm(otherwise);
            cx.body.operands = operands;
            cx.body.reachable = true;
        }
        LabelKind::Block
        | LabelKind::If {
            otherwise: None, ..
        } => {}
    }
    if !label.branched {
        return;
    }
    leave(cx, &mut label);
    cx.is_rare = label.is_rare;
    cx.continue_in(label.dest);
    enter(cx, &label);
    cx.body.reachable = true;
}

pub(super) fn translate_br(cx: &mut Translator<'_>, depth: u32) {
    guard_backward(cx, &[depth]);
    emit_branch(cx, depth);
}

pub(super) fn translate_br_if(cx: &mut Translator<'_>, depth: u32) {
    guard_backward(cx, &[depth]);
    let condition = match pop_condition(cx, Direction::Taken) {
        Condition::Either(condition) => condition,
        Condition::Always => return emit_branch(cx, depth),
        Condition::Never => return,
    };
    let BlockTarget { block, args } = branch_to(cx, depth);
    let go_on = create_arm(cx, Direction::NotTaken);
    emit_brif(cx, condition, (block, &args), (go_on, &[]));
    cx.continue_in_arm(go_on);
}

pub(super) fn translate_br_on_null(cx: &mut Translator<'_>, depth: u32) {
    guard_backward(cx, &[depth]);
    let reference = cx.top();
    // It is taken if the reference is zero.
    match pop_condition(cx, Direction::NotTaken) {
        Condition::Either(_) => {
            let BlockTarget { block, args } = branch_to(cx, depth);
            let go_on = create_arm(cx, Direction::NotTaken);
            emit_brif(cx, reference, (go_on, &[]), (block, &args));
            cx.continue_in_arm(go_on);
        }
        Condition::Always => {}
        Condition::Never => return emit_branch(cx, depth),
    }
    cx.push(reference);
}

/// The reference goes along if the branch is taken.
pub(super) fn translate_br_on_non_null(cx: &mut Translator<'_>, depth: u32) {
    guard_backward(cx, &[depth]);
    let reference = cx.top();
    let condition = pop_condition(cx, Direction::Taken);
    if let Condition::Never = condition {
        return;
    }
    cx.push(reference);
    if let Condition::Always = condition {
        return emit_branch(cx, depth);
    }
    let BlockTarget { block, args } = branch_to(cx, depth);
    cx.pop();
    let go_on = create_arm(cx, Direction::NotTaken);
    emit_brif(cx, reference, (block, &args), (go_on, &[]));
    cx.continue_in_arm(go_on);
}

pub(super) fn translate_br_table(cx: &mut Translator<'_>, targets: &BrTable<'_>) {
    let depths: Vec<u32> = targets.targets().map_while(Result::ok).collect();
    debug_assert_eq!(depths.len(), targets.len() as usize);
    guard_backward(cx, &depths);
    guard_backward(cx, &[targets.default()]);
    let plan = cx.plan;
    let omitted = plan.paths(cx.body.node()).omitted_labels(cx.body.pc);
    let exit = (!omitted.is_empty()).then(|| {
        let before = cx.state_before();
        guard_stress(cx, &before);
        cx.exit_block(&before, Reason::UntakenBranch, None)
    });
    let index = cx.pop();
    let mut call = |depth: u32| match exit.filter(|_| omitted.contains(&depth)) {
        Some(exit) => cx.builder.func.dfg.block_call(exit, &[]),
        None => block_call(cx, depth),
    };
    let default = call(targets.default());
    let table: Vec<BlockCall> = depths.into_iter().map(call).collect();
    let table = cx
        .builder
        .create_jump_table(JumpTableData::new(default, &table));
    cx.builder.ins().br_table(index, table);
    cx.body.reachable = false;
}

pub(super) fn translate_return(cx: &mut Translator<'_>) {
    let n = cx.body.labels[0].n_results;
    let results = cx.pop_n(n);
    emit_return(cx, &results);
}

/// Returns from the current body.
pub(super) fn emit_return(cx: &mut Translator<'_>, results: &[Value]) {
    if cx.body.is_root() {
        cx.builder.ins().return_(results);
    } else {
        let label = &mut cx.body.labels[0];
        label.branched = true;
        cx.builder.ins().jump(label.dest, &block_args(results));
    }
    cx.body.reachable = false;
}

/// Branches to a label.
fn emit_branch(cx: &mut Translator<'_>, depth: u32) {
    let BlockTarget { block, args } = branch_to(cx, depth);
    cx.builder.ins().jump(block, &args);
    cx.body.reachable = false;
}

/// In stress mode: a guard before branches back to where OSR code was entered, instead of the one
/// in the loop header. The interpreter then executes the branch, so every exit makes progress.
fn guard_backward(cx: &mut Translator<'_>, depths: &[u32]) {
    if !cx.request.options.stress || cx.osr.is_none() {
        return;
    }
    let is_target = |depth: &u32| match cx.body.label(*depth).kind {
        LabelKind::Loop { header, .. } => cx.request.osr == Some(header),
        _ => false,
    };
    let is_backward = cx.body.is_root() && depths.iter().any(is_target);
    if is_backward {
        let state = cx.state_before();
        guard_stress(cx, &state);
    }
}

/// A block for an arm of the current branch.
fn create_arm(cx: &mut Translator<'_>, arm: Direction) -> Block {
    let plan = cx.plan;
    match plan.paths(cx.body.node()).rare(cx.body.pc) {
        Some(rare) if rare == arm => cx.create_cold_block(),
        _ => cx.builder.create_block(),
    }
}

/// Goes on in `then` if `condition` is not zero.
///
/// The arm that is rarely taken comes first, see [`super::guard`].
fn emit_brif(
    cx: &mut Translator<'_>,
    mut condition: Value,
    then: (Block, &[BlockArg]),
    otherwise: (Block, &[BlockArg]),
) {
    let (mut first, mut second) = (then, otherwise);
    if cx.builder.func.layout.is_cold(otherwise.0) {
        condition = cx.builder.ins().icmp_imm_s(IntCC::Equal, condition, 0);
        (first, second) = (otherwise, then);
    }
    let ins = cx.builder.ins();
    ins.brif(condition, first.0, first.1, second.0, second.1);
}

struct BlockTarget {
    block: Block,
    args: Vec<BlockArg>,
}

/// The target of a branch that is taken with the current operands.
fn branch_to(cx: &mut Translator<'_>, depth: u32) -> BlockTarget {
    let nth = cx.body.labels.len() - 1 - depth as usize;
    cx.body.labels[nth].branched = true;
    let label = cx.body.label(depth);
    BlockTarget {
        block: label.dest,
        args: cx.body.branch_args(label),
    }
}

fn block_call(cx: &mut Translator<'_>, depth: u32) -> BlockCall {
    let BlockTarget { block, args } = branch_to(cx, depth);
    cx.builder.func.dfg.block_call(block, &args)
}

/// A label for a block that begins here, with its parameters on the stack.
fn open(cx: &mut Translator<'_>, ty: BlockType, kind: LabelKind) -> Label {
    let (params, results) = block_types(cx, ty);
    let height = cx.body.operands.len() - params.len();
    let carries_all = osr::is_around(cx);
    let dest = cx.builder.create_block();
    if carries_all {
        for n in 0..height {
            let ty = cx.builder.func.dfg.value_type(cx.body.operands[n]);
            cx.builder.append_block_param(dest, ty);
        }
    }
    let (n_params, n_results) = (params.len(), results.len());
    let is_loop = matches!(kind, LabelKind::Loop { .. });
    for ty in if is_loop { params } else { results } {
        cx.builder.append_block_param(dest, ty);
    }
    Label {
        kind,
        dest,
        height,
        n_params,
        n_results,
        branched: false,
        is_rare: cx.is_rare,
        carries_all,
    }
}

fn close(cx: &mut Translator<'_>) -> Label {
    let Some(label) = cx.body.labels.pop() else {
        unreachable!("validation matched `end` with what it ends")
    };
    cx.is_rare = label.is_rare;
    label
}

/// Jumps behind the block of `label`, if its end is reached.
fn leave(cx: &mut Translator<'_>, label: &mut Label) {
    if cx.body.reachable {
        let args = cx.body.branch_args(label);
        cx.builder.ins().jump(label.dest, &args);
        label.branched = true;
        cx.body.reachable = false;
    }
}

/// Takes the parameters of the block of `label` as operands.
fn enter(cx: &mut Translator<'_>, label: &Label) {
    let height = if label.carries_all { 0 } else { label.height };
    cx.body.operands.truncate(height);
    cx.body
        .operands
        .extend_from_slice(cx.builder.block_params(label.dest));
}

/// Types of a block's parameters and results.
fn block_types(cx: &Translator<'_>, ty: BlockType) -> (Vec<Type>, Vec<Type>) {
    match ty {
        BlockType::Empty => (Vec::new(), Vec::new()),
        BlockType::Type(ty) => (Vec::new(), vec![wasm_type(ty)]),
        BlockType::FuncType(ty) => {
            let ty = cx.home.module.types[ty as usize].ty();
            let types = |it: &[_]| it.iter().map(|&it| clif_type(it)).collect();
            (types(&ty.params), types(&ty.results))
        }
    }
}

/// The type of a value in compiled code.
fn wasm_type(ty: wasmparser::ValType) -> Type {
    match ty {
        wasmparser::ValType::I32 => types::I32,
        wasmparser::ValType::I64 | wasmparser::ValType::Ref(_) => types::I64,
        wasmparser::ValType::F32 => types::F32,
        wasmparser::ValType::F64 => types::F64,
        wasmparser::ValType::V128 => types::I8X16,
    }
}
