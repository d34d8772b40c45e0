//! Meters of a body: what its instructions cost in fuel, and where fuel and deadline are looked at.
//!
//! Made along with the side table, in modules of engines that meter. There is an entry for each
//! byte of code, so that the interpreter finds that of an instruction by its pc; both tiers read
//! them, so that they count alike.
//!
//! # Note
//!
//! Some rules are only as they are because wasmtime counts in code that it compiles: what a cheap
//! constant length is, and that an access that can never be within its memory settles what was
//! counted before it traps.

use super::constants::Constants;
use super::{DecodeError, Module};
use crate::Metering;
use crate::metering::VariableOperatorCost;
use crate::types::MemoryType;
use std::ops::Range;
use wasmparser::{MemArg, Operator as Op};

/// Cost up to which an instruction with a constant length looks at no fuel and no deadline.
pub(super) const CHEAP: u64 = 128;

/// What is metered at an instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meter {
    /// Its cost.
    pub cost: u8,
    /// For [`MeterKind::Bulk`]: the cost for each unit of the topmost operand.
    pub per_unit: u8,
    /// What else happens.
    pub kind: MeterKind,
}

/// What happens at an instruction besides counting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum MeterKind {
    /// Nothing.
    #[default]
    None,
    /// `block`
    Block,
    /// `loop`: fuel and deadline are looked at, here and whenever a branch comes back.
    Loop,
    /// `if`, `else`, `end`: the next instruction may be reached in several ways.
    Join,
    /// A branch: to a loop, or forward.
    Branch,
    /// A call: what was counted is settled.
    Call,
    /// The function ends, by `return`, `unreachable` or the last `end`: the same.
    Leave,
    /// The topmost operand is a number of units, which are counted.
    Bulk {
        /// Are fuel and deadline looked at?
        polls: bool,
    },
    /// An access that is always outside of its memory: what was counted is settled.
    Outside,
}

/// The meters of a body.
#[derive(Debug)]
pub struct Meters {
    /// By pc.
    pub at: Box<[Meter]>,
    /// The place of its entry, from the start of the code: it lies before that, and wraps.
    pub entry: u32,
    /// Cost of the final `end`. A branch there does not pay it.
    pub end_cost: u8,
    /// pc of each loop's header and of its `loop` instruction, in order.
    loops: Box<[(u32, u32)]>,
}

impl Meters {
    /// The `loop` instruction whose header is at `pc`.
    pub fn loop_of(&self, pc: u32) -> u32 {
        match self.loops.binary_search_by_key(&pc, |it| it.0) {
            Ok(at) => self.loops[at].1,
            Err(_) => unreachable!("no loop header at {pc:#x}"),
        }
    }
}

/// Makes [`Meters`].
pub(super) struct MetersBuilder<'m> {
    module: &'m Module,
    metering: &'m Metering,
    variable: VariableOperatorCost,
    at: Box<[Meter]>,
    loops: Vec<(u32, u32)>,
    constants: Constants,
    end_cost: u8,
}

impl<'m> MetersBuilder<'m> {
    /// For a body with `size` bytes of code and these locals.
    pub(super) fn new(
        module: &'m Module,
        metering: &'m Metering,
        size: usize,
        constants: Constants,
    ) -> Self {
        Self {
            module,
            metering,
            variable: metering.variable(),
            at: vec![Meter::default(); size].into(),
            loops: Vec::new(),
            constants,
            end_cost: 0,
        }
    }

    /// Follows an instruction before it is validated. `arity` is how many operands it takes and
    /// gives.
    pub(super) fn instruction(&mut self, op: &Op<'_>, pc: u32, next: u32, arity: (u32, u32)) {
        let is_last = next as usize == self.at.len();
        let cost = self.metering.fuel.as_ref().map_or(0, |it| it.of(op));
        if let Op::Loop { .. } = op {
            self.loops.push((next, pc));
        }
        let (kind, per_unit) = self.kind(op, is_last);
        if is_last {
            self.end_cost = cost;
        }
        self.at[pc as usize] = Meter {
            cost,
            per_unit,
            kind,
        };
        self.constants.instruction(self.module, op, arity);
        if kind == MeterKind::Outside {
            self.constants.stop();
        }
    }

    fn kind(&self, op: &Op<'_>, is_last: bool) -> (MeterKind, u8) {
        let kind = match op {
            Op::Block { .. } => MeterKind::Block,
            Op::Loop { .. } => MeterKind::Loop,
            Op::End if is_last => MeterKind::Leave,
            Op::If { .. } | Op::Else | Op::End => MeterKind::Join,
            Op::Br { .. }
            | Op::BrIf { .. }
            | Op::BrTable { .. }
            | Op::BrOnNull { .. }
            | Op::BrOnNonNull { .. } => MeterKind::Branch,
            Op::Call { .. }
            | Op::CallIndirect { .. }
            | Op::CallRef { .. }
            | Op::ReturnCall { .. }
            | Op::ReturnCallIndirect { .. }
            | Op::ReturnCallRef { .. } => MeterKind::Call,
            Op::Return | Op::Unreachable => MeterKind::Leave,
            op => match per_unit(op, &self.variable) {
                Some(per_unit) => return (self.bulk(per_unit), per_unit),
                None if self.is_outside(op) => MeterKind::Outside,
                None => MeterKind::None,
            },
        };
        (kind, 0)
    }

    fn bulk(&self, per_unit: u8) -> MeterKind {
        let units = self.constants.top();
        let cost = units.and_then(|it| it.checked_mul(per_unit.into()));
        let polls = cost.is_none_or(|it| it > CHEAP);
        MeterKind::Bulk { polls }
    }

    /// Is the access of `op` outside of its memory, whatever its address is?
    fn is_outside(&self, op: &Op<'_>) -> bool {
        let Some(arg) = access(op) else {
            return false;
        };
        let Some(ty) = self.module.memories.get(arg.memory as usize) else {
            return false;
        };
        // Larger offsets are added to the address.
        let offset = u32::try_from(arg.offset).unwrap_or(0);
        let end = u64::from(offset) + (1 << arg.max_align);
        end > max_bytes(ty)
    }

    /// What was collected. `body` are the declarations of locals and the code.
    pub(super) fn finish(self, body: &Range<u32>) -> Result<Meters, DecodeError> {
        let code = body.end - u32::try_from(self.at.len()).expect("part of a body");
        Ok(Meters {
            entry: entry(self.module, body)?.wrapping_sub(code),
            at: self.at,
            end_cost: self.end_cost,
            loops: self.loops.into(),
        })
    }
}

/// Where the entry of a body is said to be: at its last declaration of locals, or before the
/// others if there is none.
fn entry(module: &Module, body: &Range<u32>) -> Result<u32, DecodeError> {
    let mut reader = module.reader(body)?;
    let mut at = reader.original_position();
    for _ in 0..reader.read_var_u32()? {
        at = reader.original_position();
        reader.read_var_u32()?;
        reader.read::<wasmparser::ValType>()?;
    }
    Ok(u32::try_from(at).expect("modules have less than 2^32 bytes"))
}

/// The cost of each unit that the topmost operand of `op` says there are.
fn per_unit(op: &Op<'_>, cost: &VariableOperatorCost) -> Option<u8> {
    Some(match op {
        Op::MemoryCopy { .. } => cost.memory_copy_per_byte,
        Op::MemoryFill { .. } => cost.memory_fill_per_byte,
        Op::MemoryInit { .. } => cost.memory_init_per_byte,
        Op::MemoryGrow { .. } => cost.memory_grow_per_page,
        Op::TableCopy { .. } => cost.table_copy_per_element,
        Op::TableFill { .. } => cost.table_fill_per_element,
        Op::TableInit { .. } => cost.table_init_per_element,
        Op::TableGrow { .. } => cost.table_grow_per_element,
        _ => return None,
    })
}

/// The most bytes that a memory of type `ty` can have.
fn max_bytes(ty: &MemoryType) -> u64 {
    match ty.maximum {
        Some(maximum) => maximum.saturating_mul(1 << ty.page_size_log2),
        None if ty.index.is_64() => u64::MAX,
        None => 1 << 32,
    }
}

macro_rules! access {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        /// The memory immediate of a load, a store, or an atomic that is like them.
        fn access<'a>(op: &'a Op<'_>) -> Option<&'a MemArg> {
            if let Op::MemoryAtomicNotify { .. }
            | Op::MemoryAtomicWait32 { .. }
            | Op::MemoryAtomicWait64 { .. } = op
            {
                return None;
            }
            $(access!(op, $op $($(, $arg)*)?);)*
            None
        }
    };
    ($it:ident, $op:ident, memarg $(, $other:ident)*) => {
        if let Op::$op { memarg, .. } = $it {
            return Some(memarg);
        }
    };
    ($it:ident, $op:ident $(, $other:ident)*) => {};
}
wasmparser::for_each_operator!(access);
