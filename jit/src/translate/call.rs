//! Calls: direct, by table and by reference, in tail position or not, inlined or not.
//!
//! Code is always entered through `VMFuncRef::code`, so that a function can change its tier at
//! any time. A call that may reach the host says first who calls.

use super::exit::{State, constant_of};
use super::guard::{
    guard_body, guard_call_target, guard_element_exists, guard_generic_call, guard_index,
    guard_stress, guard_table_version,
};
use super::inline::translate_inlined;
use super::table::TableAccess;
use super::{Translator, control, field, meter};
use crate::Callee;
use crate::abi::{SLOT, clif_type};
use crate::plan::{GuardKind, Guarded, Miss, SitePlan};
use crate::regions::{Region, constant_here};
use crate::traps::trap_code;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, SourceLoc, Value, types};
use deopt::SpecSite;
use runtime::types::SigRef;
use runtime::vm::{VMFuncRef, VMSignature, VMStore};
use runtime::{CallSiteIdx, FuncIdx, Reason, TableIdx, Trap, TypeIdx};
use std::mem::offset_of;
use std::rc::Rc;

/// Where a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// Anywhere: `call`, `call_indirect`, `call_ref`.
    Call,
    /// In place of the caller: `return_call`, `return_call_indirect`, `return_call_ref`.
    Return,
}

/// A function to call.
#[derive(Clone, Copy)]
struct CallTarget {
    func_ref: Value,
    code: Value,
    sig: SigRef,
}

/// Where a call that is not direct finds its callee.
#[derive(Clone, Copy)]
enum Source {
    /// The element of a table.
    Element { table: TableAccess, index: Value },
    /// A reference.
    Reference(Value),
}

/// A call that is not direct, and is being translated.
struct IndirectCall {
    ty: TypeIdx,
    source: Source,
    args: Vec<Value>,
    position: Position,
    site: SpecSite,
}

pub(super) fn translate_call(cx: &mut Translator<'_>, func: FuncIdx, position: Position) {
    stress_call(cx);
    let site = current_site(cx);
    let sig = cx.func_sig(func);
    let args = cx.pop_n(sig.n_params());
    let plan = cx.plan;
    let results = match plan.site(cx.body.node(), site) {
        SitePlan::Inline(node) => {
            let after = (position == Position::Call).then(|| cx.state_after());
            let is_own = cx.plan.callee(*node).home == cx.home.idx;
            let reference = (!is_own).then(|| cx.func_ref(func));
            translate_inlined(cx, (*node, reference), &args, position, after.as_ref())
        }
        _ => {
            let callee = load_callee(cx, func);
            emit_call(cx, callee, &args, position)
        }
    };
    finish(cx, results);
}

pub(super) fn translate_call_indirect(
    cx: &mut Translator<'_>,
    ty: TypeIdx,
    table: TableIdx,
    position: Position,
) {
    translate_indirect(cx, ty, position, |cx| {
        let index = cx.pop();
        let table = TableAccess::new(cx, table);
        Source::Element { table, index }
    });
}

pub(super) fn translate_call_ref(cx: &mut Translator<'_>, ty: TypeIdx, position: Position) {
    translate_indirect(cx, ty, position, |cx| Source::Reference(cx.pop()));
}

/// A call whose callee is what `pop_source` takes from the operand stack.
fn translate_indirect<'a>(
    cx: &mut Translator<'a>,
    ty: TypeIdx,
    position: Position,
    pop_source: impl FnOnce(&mut Translator<'a>) -> Source,
) {
    let site = current_site(cx);
    let plan = cx.plan;
    let plan = plan.site(cx.body.node(), site);
    let before = match plan {
        SitePlan::Guarded(_) => Some(cx.state_before()),
        _ => cx.request.options.reprofile.then(|| cx.state_before()),
    };
    match &before {
        Some(before) => guard_stress(cx, before),
        None => stress_call(cx),
    }
    let source = pop_source(cx);
    let args = cx.pop_n(cx.home.module.types[ty.index()].n_params());
    let site = SpecSite {
        func: cx.body.func,
        site,
    };
    let call = IndirectCall {
        ty,
        source,
        args,
        position,
        site,
    };
    let results = match (plan, &before) {
        (SitePlan::Guarded(guarded), Some(before)) => translate_guarded(cx, &call, guarded, before),
        _ => emit_call_indirect(cx, &call, before.as_ref()),
    };
    finish(cx, results);
}

/// Pushes the results of a call, if control comes back from it.
fn finish(cx: &mut Translator<'_>, results: Option<Vec<Value>>) {
    match results {
        Some(results) => cx.body.operands.extend(results),
        None => cx.body.reachable = false,
    }
}

/// The call site that the current instruction is.
fn current_site(cx: &Translator<'_>) -> CallSiteIdx {
    cx.body.prepared().side_table[cx.body.stp as usize].site()
}

/// In stress mode, a guard before a call that speculates on nothing.
fn stress_call(cx: &mut Translator<'_>) {
    if cx.request.options.stress {
        let before = cx.state_before();
        guard_stress(cx, &before);
    }
}

/// Tests the planned targets one after the other, and inlines each.
fn translate_guarded(
    cx: &mut Translator<'_>,
    call: &IndirectCall,
    guarded: &Guarded,
    before: &Rc<State>,
) -> Option<Vec<Value>> {
    let after = (call.position == Position::Call).then(|| cx.state_after());
    if let (GuardKind::IndexAtVersion(version), Source::Element { table, .. }) =
        (guarded.guard, call.source)
        && !cx.knows_version(table.table, version)
    {
        let exit = cx.exit_block(before, Reason::TableChanged, Some(call.site));
        guard_table_version(cx, table, version, exit);
    }
    if let Some(index) = known_index(cx, call, guarded) {
        let arm = guarded.arms.iter().find(|it| u64::from(it.index) == index);
        return match arm {
            Some(arm) => {
                let node = (arm.node, None);
                translate_inlined(cx, node, &call.args, call.position, after.as_ref())
            }
            None => emit_call_indirect(cx, call, Some(before)),
        };
    }
    let miss = match guarded.miss {
        Miss::Exit => cx.exit_block(before, Reason::WrongCallTarget, Some(call.site)),
        Miss::Call => cx.create_cold_block(),
    };
    let actual = match (guarded.guard, call.source) {
        (GuardKind::Element, Source::Element { table, index }) => {
            guard_element_exists(cx, table, index, miss)
        }
        (_, Source::Element { index, .. }) => index,
        (_, Source::Reference(reference)) => reference,
    };
    let mut join = Join::new(cx, call, guarded);
    let mut body = None;
    for (n, arm) in guarded.arms.iter().enumerate() {
        let is_last = n + 1 == guarded.arms.len();
        let otherwise = if is_last {
            miss
        } else {
            cx.builder.create_block()
        };
        let Callee { home, func } = arm.callee;
        match guarded.guard {
            GuardKind::Element | GuardKind::Reference if home == cx.home.idx => {
                guard_call_target(cx, actual, func, otherwise);
            }
            GuardKind::Element | GuardKind::Reference => {
                let expected = cx.request.module(home).body_id(func);
                guard_body(cx, (actual, &mut body), expected, (otherwise, miss));
            }
            GuardKind::Index | GuardKind::IndexAtVersion(_) => {
                guard_index(cx, actual, arm.index, otherwise);
            }
        }
        let node = (arm.node, (home != cx.home.idx).then_some(actual));
        let results = translate_inlined(cx, node, &call.args, call.position, after.as_ref());
        join.arrive(cx, results);
        if !is_last {
            cx.continue_in(otherwise);
        }
    }
    if guarded.miss == Miss::Call {
        let around = cx.is_rare;
        cx.continue_in_arm(miss);
        let results = emit_call_indirect(cx, call, Some(before));
        join.arrive(cx, results);
        cx.is_rare = around;
    }
    join.finish(cx)
}

/// The index, if it is a constant and elements are known not to change: then only its arm is possible.
fn known_index(cx: &Translator<'_>, call: &IndirectCall, guarded: &Guarded) -> Option<u64> {
    match call.source {
        Source::Element { index, .. } if guarded.guard != GuardKind::Element => {
            constant_of(&cx.builder.func.dfg, index)
        }
        _ => None,
    }
}

/// Where the arms of a call meet again.
enum Join {
    /// There is one arm: its end is the end of the call.
    Straight(Option<Vec<Value>>),
    /// There are several.
    Block { block: Block, reached: bool },
}

impl Join {
    fn new(cx: &mut Translator<'_>, call: &IndirectCall, guarded: &Guarded) -> Self {
        if guarded.arms.len() == 1 && guarded.miss == Miss::Exit {
            return Join::Straight(None);
        }
        let block = cx.builder.create_block();
        if call.position == Position::Call {
            for &ty in &cx.home.module.types[call.ty.index()].ty().results {
                cx.builder.append_block_param(block, clif_type(ty));
            }
        }
        Join::Block {
            block,
            reached: false,
        }
    }

    /// The end of an arm, with its results if it is reached.
    fn arrive(&mut self, cx: &mut Translator<'_>, results: Option<Vec<Value>>) {
        match self {
            Join::Straight(straight) => *straight = results,
            Join::Block { block, reached } => {
                if let Some(results) = results {
                    *reached = true;
                    let args = super::body::block_args(&results);
                    cx.builder.ins().jump(*block, &args);
                }
            }
        }
    }

    fn finish(self, cx: &mut Translator<'_>) -> Option<Vec<Value>> {
        match self {
            Join::Straight(results) => results,
            Join::Block { reached: false, .. } => None,
            Join::Block {
                block,
                reached: true,
            } => {
                cx.continue_in(block);
                Some(cx.builder.block_params(block).to_vec())
            }
        }
    }
}

/// Calls whatever there is, after the checks that the instruction demands. `before` is the state
/// before the call, if it may be left for a new look at its targets.
fn emit_call_indirect(
    cx: &mut Translator<'_>,
    call: &IndirectCall,
    before: Option<&Rc<State>>,
) -> Option<Vec<Value>> {
    if let Some(before) = before {
        guard_generic_call(cx, before, call.site);
    }
    let func_ref = match call.source {
        Source::Element { table, index } => emit_checked_element(cx, call.ty, table, index),
        Source::Reference(reference) => {
            let trap = trap_code(Trap::NullReference);
            cx.builder.ins().trapz(reference, trap);
            reference
        }
    };
    announce_caller(cx);
    let code = cx.load_field(
        Region::FuncCode,
        (func_ref, field(offset_of!(VMFuncRef, code))),
    );
    let callee = CallTarget {
        func_ref,
        code,
        sig: cx.home.module.types[call.ty.index()],
    };
    emit_call(cx, callee, &call.args, call.position)
}

/// The element `index` of `table`, which is a function that can be called as one of type `ty`.
fn emit_checked_element(
    cx: &mut Translator<'_>,
    ty: TypeIdx,
    table: TableAccess,
    index: Value,
) -> Value {
    let missing = table.is_out_of_bounds(cx, index);
    cx.builder
        .ins()
        .trapnz(missing, trap_code(Trap::TableOutOfBounds));
    let func_ref = table.element(cx, index);
    cx.builder
        .ins()
        .trapz(func_ref, trap_code(Trap::IndirectCallToNull));
    // Not `can_move`: valid only behind the null check.
    let flags = constant_here();
    let sig_field = field(offset_of!(VMFuncRef, sig));
    let actual = cx
        .builder
        .ins()
        .load(types::I64, flags, func_ref, sig_field);
    let expected = cx.sig_address(ty);
    if cx.home.module.types[ty.index()].is_final() {
        let matches = cx.builder.ins().icmp(IntCC::Equal, actual, expected);
        cx.builder
            .ins()
            .trapz(matches, trap_code(Trap::BadSignature));
    } else {
        let depth = cx.home.module.types[ty.index()].depth;
        emit_subtype_check(cx, actual, (expected, depth));
    }
    func_ref
}

/// Traps unless the type `actual` is `expected`, which has `depth` supertypes, or a subtype of it.
fn emit_subtype_check(cx: &mut Translator<'_>, actual: Value, (expected, depth): (Value, u32)) {
    let (differs, go_on) = (cx.create_cold_block(), cx.builder.create_block());
    let differ = cx.builder.ins().icmp(IntCC::NotEqual, actual, expected);
    cx.builder.ins().brif(differ, differs, &[], go_on, &[]);
    cx.continue_in(differs);
    let flags = constant_here();
    let trap = trap_code(Trap::BadSignature);
    let depth_field = field(offset_of!(VMSignature, depth));
    let n_supertypes = cx
        .builder
        .ins()
        .load(types::I32, flags, actual, depth_field);
    let has_enough =
        cx.builder
            .ins()
            .icmp_imm_u(IntCC::UnsignedGreaterThan, n_supertypes, i64::from(depth));
    cx.builder.ins().trapz(has_enough, trap);
    let supertypes = field(offset_of!(VMSignature, supertypes));
    let supertypes = cx.builder.ins().load(types::I64, flags, actual, supertypes);
    let at = i32::try_from(depth).expect("validation limits the depth") * SLOT;
    let supertype = cx.builder.ins().load(types::I64, flags, supertypes, at);
    let matches = cx.builder.ins().icmp(IntCC::Equal, supertype, expected);
    cx.builder.ins().trapz(matches, trap);
    cx.builder.ins().jump(go_on, &[]);
    cx.continue_in(go_on);
}

/// Says who calls, for a callee that may be the host's.
fn announce_caller(cx: &mut Translator<'_>) {
    let vmstore = cx.vmstore();
    let flags = cx.flags(Region::Caller);
    let offset = field(offset_of!(VMStore, caller));
    cx.builder
        .ins()
        .store(flags, cx.home.vmctx, vmstore, offset);
}

/// The callee of a direct call.
fn load_callee(cx: &mut Translator<'_>, func: FuncIdx) -> CallTarget {
    let code_field = field(offset_of!(VMFuncRef, code));
    let own = cx.home.offsets.func_ref(func);
    if own.is_none() {
        announce_caller(cx);
    }
    let func_ref = cx.func_ref(func);
    // That of an own function is at a constant place of the context.
    let place = match own {
        Some(offset) => (cx.home.vmctx, offset + code_field),
        None => (func_ref, code_field),
    };
    CallTarget {
        func_ref,
        code: cx.load_field(Region::FuncCode, place),
        sig: cx.func_sig(func),
    }
}

/// Calls `callee`. Returns its results if control comes back.
fn emit_call(
    cx: &mut Translator<'_>,
    callee: CallTarget,
    args: &[Value],
    position: Position,
) -> Option<Vec<Value>> {
    let CallTarget {
        func_ref,
        code,
        sig,
    } = callee;
    let sig = cx.import_sig(sig);
    let mut all = Vec::with_capacity(args.len() + 1);
    all.push(func_ref);
    all.extend_from_slice(args);
    match (position, cx.frames[usize::from(cx.body.frame)].call) {
        (Position::Call, _) => {
            let call = cx.builder.ins().call_indirect(sig, code, &all);
            meter::reload(cx);
            Some(cx.builder.inst_results(call).to_vec())
        }
        (Position::Return, None) => {
            cx.builder.ins().return_call_indirect(sig, code, &all);
            cx.body.reachable = false;
            None
        }
        (Position::Return, Some(caller)) => {
            // The frame of the current body is gone during the call: to backtraces this is a call
            // by the frame below it.
            cx.builder.set_srcloc(SourceLoc::new(caller.0));
            let call = cx.builder.ins().call_indirect(sig, code, &all);
            cx.builder.set_srcloc(SourceLoc::new(cx.body.pos().0));
            let results = cx.builder.inst_results(call).to_vec();
            meter::reload(cx);
            control::emit_return(cx, &results);
            None
        }
    }
}

impl Translator<'_> {
    /// The reference to one of the instance's own functions.
    pub(super) fn own_func_ref(&mut self, func: FuncIdx) -> Value {
        let Some(offset) = self.home.offsets.func_ref(func) else {
            unreachable!("{func} is an import")
        };
        self.builder
            .ins()
            .iadd_imm_s(self.home.vmctx, i64::from(offset))
    }

    /// The reference to a function.
    pub(super) fn func_ref(&mut self, func: FuncIdx) -> Value {
        match self.home.offsets.func_ref(func) {
            Some(_) => self.own_func_ref(func),
            None => {
                let at = self.home.offsets.imported_func(func);
                self.load_home(at)
            }
        }
    }
}
