//! An independent check of exit tables against the bodies they restore.
//!
//! The compiler follows the operand stack in its own way; this walks the validated bytes again
//! with wasmparser's validator and compares what both say of each frame: that `pc` is an
//! instruction, the side table index there, and the number of locals and operands. It runs on
//! every compilation in debug builds and under fuzzing.

use crate::{Exit, ExitTable, FrameState};
use runtime::module::Module;
use runtime::{ExitIdx, FuncIdx};
use rustc_hash::FxHashMap;

/// An exit that does not describe what the interpreter expects.
#[derive(Debug, thiserror::Error)]
#[error("{exit}, frame {frame} ({state}): {what}")]
pub struct CheckError {
    exit: ExitIdx,
    frame: usize,
    state: String,
    what: String,
}

/// Checks all exits of `table`. `modules` are those of the instances that frames are of.
///
/// # Errors
///
/// The first frame that is wrong.
pub fn check_exits(table: &ExitTable, modules: &[&Module]) -> Result<(), CheckError> {
    let mut bodies = FxHashMap::default();
    for (idx, exit) in table.exits() {
        for (n, state) in exit.frames.iter().enumerate() {
            let home = state.home.idx();
            let module = modules[home.index()];
            let body = bodies
                .entry((home, state.func))
                .or_insert_with(|| module.operand_heights(state.func).unwrap_or_default());
            check_frame(&exit, n, state, body, module).map_err(|what| CheckError {
                exit: idx,
                frame: n,
                state: state.to_string(),
                what,
            })?;
        }
    }
    Ok(())
}

fn check_frame(
    exit: &Exit,
    n: usize,
    state: &FrameState,
    heights: &FxHashMap<u32, runtime::module::AtPc>,
    module: &Module,
) -> Result<(), String> {
    let n_locals = local_count(module, state.func)?;
    if state.n_locals != n_locals {
        return Err(format!("the function has {n_locals} slots of locals"));
    }
    let Some(at) = heights.get(&state.pc) else {
        return Err("there is no instruction at this pc".to_owned());
    };
    if state.stp != at.stp {
        return Err(format!(
            "side table index {} instead of {}",
            state.stp, at.stp
        ));
    }
    let operands = (state.slots.len() - n_locals as usize) as u32;
    // A frame below another one is after its call: the results are still missing.
    let missing = match exit.frames.get(n + 1) {
        Some(_) => at
            .call_results_before
            .ok_or("there is no call before this pc")?,
        None => 0,
    };
    // Unreachable code has no fixed height, and is never compiled.
    match at.height {
        Some(height) if height != operands + missing => Err(format!(
            "{operands} slots of operands instead of {}",
            height.saturating_sub(missing)
        )),
        _ => Ok(()),
    }
}

fn local_count(module: &Module, func: FuncIdx) -> Result<u32, String> {
    let body = module.prepare(func).map_err(|err| err.to_string())?;
    Ok(body.local_slots)
}
