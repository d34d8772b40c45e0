//! Widths of operands while a body is prepared: vectors take two slots, everything else one.
//!
//! The validator counts operands; this follows which of them are vectors. It begins to when there
//! can be one, so that preparing other bodies takes no longer: a vector comes from a vector
//! instruction, from a local, or by a type or global of the module.

use super::{Module, Vectors};
use crate::opcode::Opcode;
use crate::types::ValType;
use std::ops::Range;
use wasmparser::{BlockType, FuncValidator, Operator, ValidatorResources};

type Validator<'m> = FuncValidator<&'m ValidatorResources>;

/// The operands of a body in preparation.
pub(super) struct Widths {
    /// For each operand: how many vectors there are up to it. Absent as long as there can be none.
    n_vectors: Option<Vec<u32>>,
    /// Was there a vector?
    any: bool,
    /// Most slots in use at once, since there can be vectors.
    max_slots: u32,
    /// pcs of `drop` and `select` instructions about vectors.
    about_vectors: Vec<u32>,
}

/// How many operands an instruction pushes, at most.
pub(super) struct Pushes(u32);

impl Widths {
    pub(super) fn new(module: &Module, locals: &[ValType]) -> Self {
        let any = locals.contains(&ValType::V128);
        Self {
            n_vectors: (any || module.has_vector_types).then(Vec::new),
            any,
            max_slots: 0,
            about_vectors: Vec::new(),
        }
    }

    /// Looks at an instruction before it is validated: `opcode` is its first byte.
    pub(super) fn before(
        &mut self,
        op: &Operator<'_>,
        validator: &Validator<'_>,
        (opcode, pc): (u8, u32),
    ) -> Option<Pushes> {
        let names_vectors = opcode == Opcode::SIMD_PREFIX || has_vector_type(op);
        if self.n_vectors.is_none() && names_vectors {
            self.n_vectors = Some(vec![0; validator.operand_stack_height() as usize]);
        }
        let n_vectors = self.n_vectors.as_deref()?;
        self.any |= names_vectors;
        let depth = match op {
            Operator::Drop => 1,
            Operator::Select => 2,
            _ => 0,
        };
        // In unreachable code operands may be missing.
        let at = (n_vectors.len() as u32).checked_sub(depth);
        if depth != 0 && at.is_some_and(|it| self.slots(it..it + 1) == 2) {
            self.about_vectors.push(pc);
        }
        // If that is not known, all operands are looked at.
        let pushes = op.operator_arity(validator).map_or(u32::MAX, |it| it.1);
        Some(Pushes(pushes))
    }

    /// Looks at the operands after an instruction.
    pub(super) fn after(&mut self, pushes: Option<Pushes>, validator: &Validator<'_>) {
        let (Some(n_vectors), Some(Pushes(pushes))) = (&mut self.n_vectors, pushes) else {
            return;
        };
        let height = validator.operand_stack_height();
        n_vectors.truncate(height.saturating_sub(pushes) as usize);
        for at in n_vectors.len() as u32..height {
            let ty = validator.get_operand_type((height - 1 - at) as usize);
            let is_vector = ty == Some(Some(wasmparser::ValType::V128));
            self.any |= is_vector;
            let below = n_vectors.last().copied().unwrap_or(0);
            n_vectors.push(below + u32::from(is_vector));
        }
        self.max_slots = self.max_slots.max(self.slots(0..height));
    }

    /// Slots of a range of operands.
    pub(super) fn slots(&self, operands: Range<u32>) -> u32 {
        let up_to = |end: u32| {
            let n_vectors = self.n_vectors.as_deref().unwrap_or_default();
            // In unreachable code the operands of the current instruction may be missing.
            let there = &n_vectors[..n_vectors.len().min(end as usize)];
            there.last().copied().unwrap_or(0)
        };
        operands.end - operands.start + up_to(operands.end) - up_to(operands.start)
    }

    /// Most slots in use at once, or less if there never was a vector.
    pub(super) fn max_slots(&self) -> u32 {
        self.max_slots
    }

    /// What the interpreter needs, if it is a vector function of `n_bytes` bytes of code.
    pub(super) fn finish(self, locals: &[ValType], n_bytes: usize) -> Option<Box<Vectors>> {
        if !self.any {
            return None;
        }
        let mut slot = 0;
        let mut place = |ty: &ValType| {
            let place = slot << 1 | u32::from(*ty == ValType::V128);
            slot += ty.n_slots();
            place
        };
        let locals: Vec<u32> = locals.iter().map(&mut place).collect();
        let mut operands = vec![0; n_bytes.div_ceil(8)];
        for pc in self.about_vectors {
            operands[pc as usize / 8] |= 1 << (pc % 8);
        }
        Some(Box::new(Vectors {
            locals: locals.into(),
            operands: operands.into(),
        }))
    }
}

/// Does the instruction name the vector type?
fn has_vector_type(op: &Operator<'_>) -> bool {
    let ty = match *op {
        Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
            match blockty {
                BlockType::Type(ty) => ty,
                // The module has vector types, or this one has none.
                _ => return false,
            }
        }
        Operator::TypedSelect { ty } => ty,
        _ => return false,
    };
    ty == wasmparser::ValType::V128
}
