//! Bodies: translating one, and translating a callee in place of its call.
//!
//! An inlined tail call makes its caller's frame disappear: the callee's parent is the caller's
//! parent, in frame states and in backtraces alike, and its results are the caller's results.

use super::body::{Body, Label, LabelKind};
use super::call::Position;
use super::exit::State;
use super::{Home, Translator, control, meter, router};
use crate::Callee;
use crate::abi::clif_type;
use crate::plan::NodeId;
use cranelift_codegen::ir::{InstBuilder, SourceLoc, Type, Value, types};
use runtime::code::{CodePos, InlineFrame};
use runtime::module::side_table_entries;
use runtime::{FuncIdx, HomeIdx};
use std::rc::Rc;

/// Translates `node` in place of the call that is the current instruction, whose arguments have
/// been popped. `reference` is the one to the function, if it is of another instance. `after` is the
/// caller's state after the call; not needed for tail calls.
///
/// Returns the results if control goes on behind the call.
pub(super) fn translate_inlined(
    cx: &mut Translator<'_>,
    (node, reference): (NodeId, Option<Value>),
    args: &[Value],
    position: Position,
    after: Option<&Rc<State>>,
) -> Option<Vec<Value>> {
    let frame = u8::try_from(cx.frames.len()).expect("the plan bounds the number of inlinees");
    debug_assert!(usize::from(frame) < CodePos::MAX_FRAMES);
    let (call, parent) = match position {
        Position::Call => (Some(cx.body.pos()), after.cloned()),
        Position::Return => (
            cx.frames[usize::from(cx.body.frame)].call,
            cx.body.parent.clone(),
        ),
    };
    let Callee { home, func } = cx.plan.callee(node);
    cx.frames.push(InlineFrame { home, func, call });
    let outer = cx.home;
    if home != outer.idx {
        enter_home(cx, (home, func), reference);
    }
    let results = translate_body(cx, node, frame, args, parent);
    cx.home = outer;
    cx.builder.set_srcloc(SourceLoc::new(cx.body.pos().0));
    match position {
        Position::Call => results,
        Position::Return => {
            if let Some(results) = results {
                control::emit_return(cx, &results);
            }
            None
        }
    }
}

/// Goes on in the instance of `func`, to which `reference` is a reference.
fn enter_home(cx: &mut Translator<'_>, (home, func): (HomeIdx, FuncIdx), reference: Option<Value>) {
    let offset = cx.request.offsets(home).func_ref(func);
    let (Some(reference), Some(offset)) = (reference, offset) else {
        unreachable!("a function of another instance is found by a reference, and has a body")
    };
    let vmctx = cx.builder.ins().iadd_imm_s(reference, -i64::from(offset));
    cx.home = Home::new(cx.request, home, vmctx);
}

/// Translates the body of `node` with `args`, and returns its results if it can return.
pub(super) fn translate_body(
    cx: &mut Translator<'_>,
    node: NodeId,
    frame: u8,
    args: &[Value],
    parent: Option<Rc<State>>,
) -> Option<Vec<Value>> {
    let body = open_body(cx, node, frame, args, parent);
    let outer = std::mem::replace(&mut cx.body, body);
    meter::enter_function(cx);
    translate_instructions(cx);
    if cx.body.reachable {
        meter::leave_function(cx);
    }
    let results = cx
        .body
        .reachable
        .then(|| std::mem::take(&mut cx.body.operands));
    cx.body = outer;
    results
}

fn open_body<'a>(
    cx: &mut Translator<'a>,
    node: NodeId,
    frame: u8,
    args: &[Value],
    parent: Option<Rc<State>>,
) -> Body<'a> {
    let callee @ Callee { func, .. } = cx.plan.callee(node);
    let request = cx.request;
    let Some(prepared) = request.body(callee) else {
        unreachable!("the plan and the limits ask only for prepared bodies")
    };
    let mut locals = Vec::with_capacity(prepared.local_types.len());
    for (n, &ty) in prepared.local_types.iter().enumerate() {
        let ty = clif_type(ty);
        let value = match args.get(n) {
            Some(&arg) => arg,
            None => emit_zero(cx, ty),
        };
        let local = cx.builder.declare_var(ty);
        cx.builder.def_var(local, value);
        locals.push(local);
    }
    let results = cx
        .home
        .module
        .func_type(func)
        .results
        .iter()
        .map(|&it| clif_type(it));
    let dest = cx.builder.create_block();
    for ty in results {
        cx.builder.append_block_param(dest, ty);
    }
    let label = Label {
        kind: LabelKind::Block,
        dest,
        height: 0,
        n_params: 0,
        n_results: cx.builder.block_params(dest).len(),
        branched: false,
        is_rare: cx.is_rare,
        carries_all: false,
    };
    Body {
        func,
        node: Some(node),
        frame,
        prepared: Some(prepared),
        survey: cx.survey(node),
        parent,
        locals,
        labels: vec![label],
        reachable: true,
        ..Body::default()
    }
}

/// The value of locals that are not parameters.
pub(super) fn emit_zero(cx: &mut Translator<'_>, ty: Type) -> Value {
    match ty {
        types::F32 => cx.builder.ins().f32const(0.0),
        types::F64 => cx.builder.ins().f64const(0.0),
        types::I8X16 => cx.emit_vector([0, 0]),
        ty => cx.builder.ins().iconst(ty, 0),
    }
}

fn translate_instructions(cx: &mut Translator<'_>) {
    let start = cx.body.prepared().code.start as usize;
    let mut operators = cx.body.prepared().operators(cx.home.module);
    let offset = |at: usize| u32::try_from(at - start).expect("bodies are below 8 MB");
    while !operators.eof() {
        cx.body.pc = offset(operators.original_position());
        let op = match operators.read() {
            Ok(op) => op,
            Err(error) => unreachable!("the body passed validation: {error}"),
        };
        cx.body.next_pc = offset(operators.original_position());
        cx.body.next_stp = cx.body.stp + side_table_entries(&op);
        if cx.body.reachable {
            cx.builder.set_srcloc(SourceLoc::new(cx.body.pos().0));
            meter::translate_before(cx);
        }
        if cx.body.reachable {
            router::translate(cx, &op);
        } else {
            control::skip(cx, &op);
        }
        cx.body.stp = cx.body.next_stp;
    }
    debug_assert!(cx.body.labels.is_empty());
}
