//! Guards: every speculation of the compiler is emitted here.
//!
//! A guard compares at run time what feedback or stress mode says, and leaves through a block,
//! mostly a deopt exit, if it does not hold. It writes no memory that Wasm can see.
//!
//! Invariant: a guard dominates everything that relies on it, and never merges back.
//!
//! # Note
//!
//! The cold block comes first in every `brif`: Cranelift's block order then puts it behind loops,
//! and the register allocator does not mistake it for a part of the loop. With the cold block
//! second, values kept only for an exit cost a loop up to 59 %.

use super::Translator;
use super::exit::State;
use super::table::TableAccess;
use crate::regions::Region;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use deopt::SpecSite;
use runtime::vm::{FuncInstance, VMFuncRef, VMStore};
use runtime::{BodyId, FuncIdx, Reason};
use std::mem::offset_of;
use std::rc::Rc;

/// Continues only if `fails` is zero, else in `otherwise`.
pub(super) fn guard_not(cx: &mut Translator<'_>, fails: Value, otherwise: Block) {
    let go_on = cx.builder.create_block();
    cx.builder.ins().brif(fails, otherwise, &[], go_on, &[]);
    cx.continue_in(go_on);
}

/// In stress mode, continues only if the count of guards to pass is not used up.
///
/// Requires `state` to be before an instruction that has not begun.
pub(super) fn guard_stress(cx: &mut Translator<'_>, state: &Rc<State>) {
    if cx.request.options.stress {
        let exit = cx.exit_block(state, Reason::Stress, None);
        count_down(cx, (Region::Stress, offset_of!(VMStore, stress)), exit);
    }
}

/// Continues only if indirect calls that are not inlined may go on as they are.
///
/// Requires `state` to be before the call at `site`.
pub(super) fn guard_generic_call(cx: &mut Translator<'_>, state: &Rc<State>, site: SpecSite) {
    if cx.request.options.reprofile {
        let exit = cx.exit_block(state, Reason::Reprofile, Some(site));
        let counter = offset_of!(VMStore, generic_calls);
        count_down(cx, (Region::GenericCalls, counter), exit);
    }
}

/// Continues only if a counter of the store is not 0, and decrements it; else in `otherwise`.
fn count_down(cx: &mut Translator<'_>, (region, offset): (Region, usize), otherwise: Block) {
    let vmstore = cx.vmstore();
    let (flags, offset) = (cx.flags(region), super::field(offset));
    let left = cx.builder.ins().load(types::I64, flags, vmstore, offset);
    let used_up = cx.builder.ins().icmp_imm_s(IntCC::Equal, left, 0);
    guard_not(cx, used_up, otherwise);
    let left = cx.builder.ins().iadd_imm_s(left, -1);
    cx.builder.ins().store(flags, left, vmstore, offset);
}

/// Continues only if the current branch goes on in the arm that is compiled, which it does unless
/// `fails`. `state` is that before it, of which it has popped its condition.
pub(super) fn guard_untaken(cx: &mut Translator<'_>, state: &Rc<State>, fails: Value) {
    let exit = cx.exit_block(state, Reason::UntakenBranch, None);
    guard_not(cx, fails, exit);
}

/// Continues only if `table` still has `version`.
pub(super) fn guard_table_version(
    cx: &mut Translator<'_>,
    table: TableAccess,
    version: u64,
    otherwise: Block,
) {
    let actual = table.version(cx);
    let expected = cx.iconst64(version);
    let changed = cx.builder.ins().icmp(IntCC::NotEqual, actual, expected);
    guard_not(cx, changed, otherwise);
}

/// Continues only if the table index is `expected`.
pub(super) fn guard_index(cx: &mut Translator<'_>, index: Value, expected: u32, otherwise: Block) {
    let expected = match cx.builder.func.dfg.value_type(index) {
        types::I64 => i64::from(expected),
        _ => i64::from(expected.cast_signed()),
    };
    let wrong = cx
        .builder
        .ins()
        .icmp_imm_s(IntCC::NotEqual, index, expected);
    guard_not(cx, wrong, otherwise);
}

/// Continues only if `table` has an element `index`, which is returned.
pub(super) fn guard_element_exists(
    cx: &mut Translator<'_>,
    table: TableAccess,
    index: Value,
    otherwise: Block,
) -> Value {
    let missing = table.is_out_of_bounds(cx, index);
    guard_not(cx, missing, otherwise);
    table.element(cx, index)
}

/// Continues only if `actual` is a reference to a function with the body `expected`, in whatever
/// instance; in `otherwise` if its body is another one, in `missing` if it is null.
///
/// `known` is the body of `actual`, once it was loaded, on the way to here.
pub(super) fn guard_body(
    cx: &mut Translator<'_>,
    (actual, known): (Value, &mut Option<Value>),
    expected: BodyId,
    (otherwise, missing): (Block, Block),
) {
    let body = match *known {
        Some(body) => body,
        None => {
            let is_null = cx.builder.ins().icmp_imm_u(IntCC::Equal, actual, 0);
            guard_not(cx, is_null, missing);
            let instance = super::field(offset_of!(VMFuncRef, instance));
            // It changes once, when the function is prepared.
            let instance = cx.load_field(Region::FuncCode, (actual, instance));
            let (flags, body) = (cx.flags(Region::FuncCode), offset_of!(FuncInstance, body));
            let ins = cx.builder.ins();
            *known.insert(ins.load(types::I64, flags, instance, super::field(body)))
        }
    };
    let expected = cx.iconst64(expected.0);
    let wrong = cx.builder.ins().icmp(IntCC::NotEqual, body, expected);
    guard_not(cx, wrong, otherwise);
}

/// Continues only if `actual` is the reference to the instance's own function `expected`.
pub(super) fn guard_call_target(
    cx: &mut Translator<'_>,
    actual: Value,
    expected: FuncIdx,
    otherwise: Block,
) {
    let expected = cx.own_func_ref(expected);
    let wrong = cx.builder.ins().icmp(IntCC::NotEqual, actual, expected);
    guard_not(cx, wrong, otherwise);
}
