//! What is true before each instruction of a body, by an independent walk.
//!
//! For checkers and dumps: it shares nothing with the compiler and with the builder of side
//! tables but the validator.

use super::{DecodeError, Module, side_table_entries};
use crate::FuncIdx;
use rustc_hash::FxHashMap;
use wasmparser::{
    FuncToValidate, FuncValidator, FuncValidatorAllocations, Operator, OperatorsReader, ValType,
    ValidatorResources,
};

/// What is true before an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtPc {
    /// Side table index.
    pub stp: u32,
    /// Slots of the operands; `None` in unreachable code.
    pub height: Option<u32>,
    /// If the instruction before is a call: the slots of its results.
    pub call_results_before: Option<u32>,
}

/// Slots of all operands.
fn slots(validator: &FuncValidator<&ValidatorResources>) -> u32 {
    let height = validator.operand_stack_height();
    let is_vector = |depth: &u32| {
        let ty = validator.get_operand_type(*depth as usize);
        ty == Some(Some(ValType::V128))
    };
    height + (0..height).filter(is_vector).count() as u32
}

impl Module {
    /// Walks the body of a defined function: what is true before the instruction at each pc.
    ///
    /// # Errors
    ///
    /// A validation error of the body.
    pub fn operand_heights(&self, func: FuncIdx) -> Result<FxHashMap<u32, AtPc>, DecodeError> {
        let Some(body) = self.body(func) else {
            return Ok(FxHashMap::default());
        };
        let walk = || {
            let mut validator = FuncToValidate {
                resources: self.resources(),
                index: func.0,
                ty: self.funcs[func.index()].ty.0,
                features: self.features,
            }
            .into_validator(FuncValidatorAllocations::default());
            let mut reader = self.reader(&body.range)?;
            validator.read_locals(&mut reader)?;
            let start = reader.original_position();
            let mut operators = OperatorsReader::new(reader);
            let (mut stp, mut call_results_before) = (0, None);
            let mut heights = FxHashMap::default();
            while !operators.eof() {
                let at = operators.original_position();
                let op = operators.read()?;
                let reachable = validator
                    .get_control_frame(0)
                    .is_some_and(|it| !it.unreachable);
                let height = reachable.then(|| slots(&validator));
                heights.insert(
                    (at - start) as u32,
                    AtPc {
                        stp,
                        height,
                        call_results_before,
                    },
                );
                validator.op(at, &op)?;
                stp += side_table_entries(&op);
                call_results_before = self.call_results(&op);
            }
            Ok(heights)
        };
        walk().map_err(|error: DecodeError| error.in_body(func, self.n_imports.funcs))
    }

    fn call_results(&self, op: &Operator<'_>) -> Option<u32> {
        let n_results = match *op {
            Operator::Call { function_index } => {
                self.funcs[function_index as usize].sig.result_slots()
            }
            Operator::CallIndirect { type_index, .. } | Operator::CallRef { type_index } => {
                self.types[type_index as usize].result_slots()
            }
            _ => return None,
        };
        u32::try_from(n_results).ok()
    }
}
