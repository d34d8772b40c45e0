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

/// Slots of all operands up to each one, from the bottom, as far as they were asked for.
#[derive(Default)]
struct Slots(Vec<u32>);

impl Slots {
    /// Slots of all operands.
    fn of_all(&mut self, validator: &FuncValidator<&ValidatorResources>) -> u32 {
        let height = validator.operand_stack_height() as usize;
        for n in self.0.len()..height {
            let ty = validator.get_operand_type(height - 1 - n);
            let is_vector = ty == Some(Some(ValType::V128));
            self.0.push(self.below(n) + 1 + u32::from(is_vector));
        }
        self.below(height)
    }

    fn below(&self, height: usize) -> u32 {
        height.checked_sub(1).map_or(0, |top| self.0[top])
    }

    /// The operands from `height` on may be other ones.
    fn forget_from(&mut self, height: u32) {
        self.0.truncate(height as usize);
    }
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
            let mut slots = Slots::default();
            let mut heights = FxHashMap::default();
            while !operators.eof() {
                let at = operators.original_position();
                let op = operators.read()?;
                let reachable = validator
                    .get_control_frame(0)
                    .is_some_and(|it| !it.unreachable);
                let height = reachable.then(|| slots.of_all(&validator));
                heights.insert(
                    (at - start) as u32,
                    AtPc {
                        stp,
                        height,
                        call_results_before,
                    },
                );
                // In unreachable code there may be fewer operands than it pops.
                let n_popped = op.operator_arity(&validator).map_or(u32::MAX, |it| it.0);
                slots.forget_from(validator.operand_stack_height().saturating_sub(n_popped));
                validator.op(at, &op)?;
                slots.forget_from(validator.operand_stack_height());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::{Features, Validation};
    use crate::types::TypeRegistry;
    use std::sync::Arc;

    // Instructions and ends of blocks replace what is on top, by operands of other widths; below
    // that, vectors count on.
    #[test]
    fn vectors_take_two_slots() {
        let wat = "(module (func (param i32 v128) (result i32)
            local.get 1 local.get 0 i32x4.splat
            block (param v128) (result v128)
                local.get 0 br_if 0
                drop local.get 0 i32x4.splat
            end
            i32x4.add i32x4.extract_lane 0
            block unreachable drop end
            local.get 0 i32.add))";
        let bytes = wat::parse_str(wat).expect("well-formed").into_boxed_slice();
        let registry = Arc::new(TypeRegistry::default());
        let module = Module::decode(bytes, registry, Features::ALL, Validation::Eager);
        let heights = module.expect("valid").operand_heights(FuncIdx(0));
        let mut heights: Vec<_> = heights.expect("valid").into_iter().collect();
        heights.sort_by_key(|it| it.0);
        let heights: Vec<_> = heights.iter().map(|it| it.1.height).collect();
        let expected = [
            &[Some(0), Some(2), Some(3), Some(4)][..],
            &[Some(4), Some(5), Some(4), Some(2), Some(3), Some(4)],
            &[Some(4), Some(2), Some(1), Some(1), None, None],
            &[Some(1), Some(2), Some(1)],
        ];
        assert_eq!(heights, expected.concat());
    }
}
