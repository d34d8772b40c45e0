//! Positions of memory accesses that Cranelift merged into other instructions.
//!
//! A load with a single user can become an operand of the user's machine instruction, which then
//! has the user's source location: a trap would be reported at an `i64.add` instead of at the
//! `i64.load` before it. Here the accesses that are left in the optimized CLIF are compared with
//! the traps in the machine code. A load that has no trap at its own position was merged, and the
//! trap that is one too many at the position of its user, or of the user's user, is the load's.
//!
//! # Note
//!
//! An instruction that loads, computes and stores at one address has one trap, at the store. The
//! load comes first, so the trap is the load's.
//!
//! What the optimizer has made of several instructions has no position at all.

use crate::traps::HEAP;
use cranelift_codegen::ir::{Block, Function, Inst, Value};
use runtime::code::CodePos;
use rustc_hash::FxHashMap;

/// Users of a load's value that are looked at: no instruction merges more.
const MAX_STEPS: usize = 4;

/// The traps of memory accesses whose position is another one than their machine instruction's.
///
/// `traps` are offset and position of all traps with the code [`HEAP`] in the code that Cranelift
/// made of `func`, which is as the optimizer left it.
pub(crate) fn merged_loads(
    func: &Function,
    traps: &[(u32, Option<CodePos>)],
) -> Vec<(u32, CodePos)> {
    let mut found = FxHashMap::<Option<u32>, Traps>::default();
    for &(offset, pos) in traps {
        let traps = found.entry(pos.map(|it| it.0)).or_default();
        traps.offsets.push(offset);
    }
    let mut loads = Vec::new();
    for block in func.layout.blocks() {
        for inst in func.layout.block_insts(block) {
            let Some(pos) = access(func, inst) else {
                continue;
            };
            found.entry(Some(pos.0)).or_default().n_accesses += 1;
            if !func.dfg.inst_results(inst).is_empty() {
                loads.push((block, inst, pos));
            }
        }
    }
    loads.retain(|(_, _, pos)| {
        let traps = &found[&Some(pos.0)];
        traps.offsets.len() < traps.n_accesses
    });
    let moved = loads.into_iter().filter_map(|(block, load, pos)| {
        let offset = find_trap(func, &mut found, (block, load))?;
        Some((offset, pos))
    });
    moved.collect()
}

/// What there is at a position.
#[derive(Default)]
struct Traps {
    /// Traps in machine code.
    offsets: Vec<u32>,
    /// Accesses in CLIF.
    n_accesses: usize,
}

/// The position of `inst`, if it is a memory access that can trap.
fn access(func: &Function, inst: Inst) -> Option<CodePos> {
    // Casts of bits have flags of memory, too.
    let opcode = func.dfg.insts[inst].opcode();
    let is_access = opcode.can_load() || opcode.can_store();
    let flags = func.dfg.insts[inst].memflags_data(&func.dfg)?;
    (is_access && flags.trap_code() == Some(HEAP))
        .then(|| position(func, inst))
        .flatten()
}

fn position(func: &Function, inst: Inst) -> Option<CodePos> {
    let loc = func.srcloc(inst);
    (!loc.is_default()).then(|| CodePos(loc.bits()))
}

/// The trap of `load`, which was merged into something behind it in `block`.
fn find_trap(
    func: &Function,
    found: &mut FxHashMap<Option<u32>, Traps>,
    (block, load): (Block, Inst),
) -> Option<u32> {
    let mut value = *func.dfg.inst_results(load).first()?;
    for _ in 0..MAX_STEPS {
        let user = user(func, block, value)?;
        if let Some(traps) = found.get_mut(&position(func, user).map(|it| it.0)) {
            let is_access = access(func, user).is_some();
            if traps.offsets.len() > traps.n_accesses || is_access && !traps.offsets.is_empty() {
                // The first one: what is merged runs before what it is merged into.
                return Some(traps.offsets.remove(0));
            }
        }
        value = *func.dfg.inst_results(user).first()?;
    }
    None
}

/// The first instruction of `block` that uses `value`.
fn user(func: &Function, block: Block, value: Value) -> Option<Inst> {
    let uses = |inst: &Inst| {
        func.dfg
            .inst_values(*inst)
            .any(|it| func.dfg.resolve_aliases(it) == value)
    };
    func.layout.block_insts(block).find(uses)
}
