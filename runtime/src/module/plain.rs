//! Validation of plain bodies: those made of the instructions that compilers emit for numbers,
//! memory 0 and calls.
//!
//! It only accepts. Whatever it does not know, be it valid or not, is left to wasmparser, which
//! then reads the body from its start and has the last word. So errors are wasmparser's, and this
//! file may be as simple as it is fast: four types, no unreachable instructions, no references.
//! What it leaves out: vectors, atomics, references, tables but for `call_indirect`, segments,
//! memories but the first, tail calls, features that are switched off.
//!
//! # Note
//!
//! Nobody relies on the validity of what is accepted here: a body that is called is validated by
//! wasmparser when it is prepared. A mistake would delay an error. Debug builds compare both on
//! every body. What is written is relied on (`constness.rs`): globals that are set and memories that
//! grow are noted here, and no instruction here writes a table.
//!
//! Invariant: a body is accepted only if wasmparser accepts it, and if it writes no table.

mod cursor;
mod effect;
mod module;
#[cfg(test)]
mod tests;

pub(super) use module::PlainModule;

use super::constness::Writes;
use crate::{FuncIdx, GlobalIdx, TableIdx, TypeIdx};
use cursor::Cursor;
use effect::{EFFECTS, EFFECTS_WITHOUT_MEMORY, Effect, Number};
use module::{BlockType, F32, F64, I32, I64, Type};

/// Bodies with more locals are left to wasmparser, which has a limit of its own.
const MAX_LOCALS: usize = 10_000;

/// More operands at once than this, likewise.
const MAX_OPERANDS: usize = 4096;

/// Validates plain bodies of a module, one after the other.
pub(super) struct PlainValidator<'p> {
    module: &'p PlainModule<'p>,
    locals: Vec<Type>,
    /// The first of them once more.
    first_locals: Box<[u8; 128]>,
    operands: Operands,
    /// Blocks that are open but for the innermost one, outermost first.
    outer: Vec<Label<'p>>,
}

/// In the place of a type: there is no such local.
const NO_LOCAL: u8 = 0xff;

/// Types of operands. There is room for a limited number; bodies that need more are not plain.
struct Operands {
    /// Below the first operand are [`BELOW`] cells that mean nothing, so that there always are two
    /// to look at.
    slots: Box<[Type]>,
    len: usize,
}

/// Cells below the operands.
const BELOW: usize = 2;

impl Operands {
    fn new() -> Self {
        let slots = vec![I32; BELOW + MAX_OPERANDS].into_boxed_slice();
        Self { slots, len: 0 }
    }

    fn push(&mut self, ty: Type) -> Option<()> {
        *self.slots.get_mut(self.len + BELOW)? = ty;
        self.len += 1;
        Some(())
    }

    fn extend(&mut self, types: &[Type]) -> Option<()> {
        let free = self.slots.get_mut(self.len + BELOW..)?;
        free.get_mut(..types.len())?.copy_from_slice(types);
        self.len += types.len();
        Some(())
    }

    /// Those above the first `height`.
    fn above(&self, height: usize) -> &[Type] {
        &self.slots[height + BELOW..self.len + BELOW]
    }
}

/// A block that is open.
#[derive(Clone, Copy)]
struct Label<'p> {
    kind: LabelKind,
    ty: BlockType<'p>,
    /// Operands below its parameters.
    height: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LabelKind {
    /// A block, a function, or an `if` behind its `else`.
    Block,
    Loop,
    /// An `if` before its `else`.
    If,
}

impl<'p> Label<'p> {
    /// What a branch to it takes along.
    fn carries(&self) -> &'p [Type] {
        match self.kind {
            LabelKind::Loop => self.ty.params,
            LabelKind::Block | LabelKind::If => self.ty.results,
        }
    }
}

impl<'p> PlainValidator<'p> {
    pub(super) fn new(module: &'p PlainModule<'p>) -> Self {
        Self {
            module,
            locals: Vec::new(),
            first_locals: Box::new([NO_LOCAL; 128]),
            operands: Operands::new(),
            outer: Vec::new(),
        }
    }

    /// Is the body of `func` plain and valid? `bytes` are the module from the body on, which begins
    /// with the declarations of locals and has `len` bytes. What it writes is added to `writes`.
    pub(super) fn accepts(
        &mut self,
        func: FuncIdx,
        (bytes, len): (&[u8], usize),
        writes: &mut Writes,
    ) -> bool {
        self.accept(func, Cursor(bytes), writes) == Some(len)
    }

    /// The length of a plain and valid body.
    fn accept(&mut self, func: FuncIdx, mut at: Cursor<'_>, writes: &mut Writes) -> Option<usize> {
        let n_bytes = at.0.len();
        let ty = self.module.func(func)?;
        self.operands.len = 0;
        self.outer.clear();
        self.locals.clear();
        self.locals.extend_from_slice(ty.params);
        for _ in 0..at.u32()? {
            let count = at.u32()? as usize;
            let [ty] = *Type::from_byte(at.byte()?)?;
            let n_locals = self.locals.len().checked_add(count)?;
            if n_locals > MAX_LOCALS {
                return None;
            }
            self.locals.resize(n_locals, ty);
        }
        self.first_locals.fill(NO_LOCAL);
        for (first, ty) in self.first_locals.iter_mut().zip(&self.locals) {
            *first = ty.0;
        }
        let effects = match self.module.has_memory {
            true => &EFFECTS,
            false => &EFFECTS_WITHOUT_MEMORY,
        };
        let mut body = Body {
            module: self.module,
            effects,
            locals: &self.locals,
            first_locals: &self.first_locals,
            operands: &mut self.operands,
            outer: &mut self.outer,
            writes,
            label: Label {
                kind: LabelKind::Block,
                ty: BlockType {
                    params: &[],
                    results: ty.results,
                },
                height: 0,
            },
            at,
        };
        body.instructions()?;
        Some(n_bytes - body.at.0.len())
    }
}

/// A body on its way. Methods return `None` if it is not plain or not valid.
struct Body<'v, 'p> {
    module: &'p PlainModule<'p>,
    effects: &'static [Effect; 256],
    locals: &'v [Type],
    first_locals: &'v [u8; 128],
    operands: &'v mut Operands,
    outer: &'v mut Vec<Label<'p>>,
    writes: &'v mut Writes,
    /// The innermost block.
    label: Label<'p>,
    at: Cursor<'v>,
}

impl<'p> Body<'_, 'p> {
    fn instructions(&mut self) -> Option<()> {
        loop {
            let opcode = self.table_instructions()?;
            if self.instruction(opcode)? {
                return Some(());
            }
        }
    }

    /// Validates instructions of the table. Returns the first opcode that is not there.
    ///
    /// # Note
    ///
    /// All these instructions do the same with other numbers. With a branch for each kind, as a
    /// `match` makes it, they take fewer machine instructions, but start-up takes 1.1 times as
    /// long: which kind follows is what a processor cannot predict.
    fn table_instructions(&mut self) -> Option<u8> {
        /// Bits that say of 4 bytes whether LEB128 goes on.
        const MORE: u32 = 0x8080_8080;
        let height = self.label.height;
        let effects = self.effects;
        loop {
            let (mut at, mut len) = (self.at.0, self.operands.len);
            while let Some(&[opcode, ref next @ ..]) = at.first_chunk::<9>() {
                let effect = &effects[usize::from(opcode)];
                let next = u64::from_le_bytes(*next);
                let number = next.wrapping_shr(8 * u32::from(effect.n_bytes)) as u32;
                // 5 if it is longer than 4.
                let number_len = (!number & MORE).trailing_zeros() as u8 / 8 + 1;
                let number_len = number_len & effect.has_number;
                if number_len >= effect.long_number || effect.number == Number::Other {
                    break;
                }
                let local = self.first_locals[(number as u8 & effect.is_local & 0x7f) as usize];
                let local = local & effect.is_local;
                let expected = effect.expected | u16::from(local) << 8 & effect.mask;
                let [below, top] = *self.operands.slots.get(len..)?.first_chunk()?;
                let found = u16::from_le_bytes([below.0, top.0]) & effect.mask;
                let pops = usize::from(effect.pops);
                let is_bad = (found != expected)
                    | (len - height < pops)
                    | (next as u8 > effect.max_byte)
                    | (local == NO_LOCAL);
                if is_bad {
                    return None;
                }
                len -= pops;
                // Even if nothing is pushed: then nobody looks at it.
                *self.operands.slots.get_mut(len + BELOW)? = Type(effect.result | local);
                len += usize::from(effect.pushes);
                at = &at[1 + usize::from(effect.n_bytes + number_len)..];
            }
            (self.at, self.operands.len) = (Cursor(at), len);
            let opcode = self.at.byte()?;
            let effect = &effects[usize::from(opcode)];
            if effect.number == Number::Other {
                return Some(opcode);
            }
            self.table_instruction(effect)?;
        }
    }

    /// Validates an instruction of the table that has a long number, or is at the end of the module.
    #[cold]
    fn table_instruction(&mut self, effect: &Effect) -> Option<()> {
        if effect.max_byte < 0xff && *self.at.0.first()? > effect.max_byte {
            return None;
        }
        self.at.skip(effect.n_bytes.into())?;
        let mut effect = *effect;
        match effect.number {
            Number::None => {}
            Number::Local => {
                let ty = *self.locals.get(self.at.u32()? as usize)?;
                effect.expected = u16::from(ty.0) << 8 & effect.mask;
                effect.result = ty.0;
            }
            Number::U32 => drop(self.at.u32()?),
            Number::I32 => self.at.signed::<5>(0x07)?,
            Number::I64 => self.at.signed::<10>(0x00)?,
            Number::Other => unreachable!("it is of the table"),
        }
        for nth in 0..effect.pops {
            let popped = self.pop_any()?;
            let (shift, mask) = (8 - 8 * u32::from(nth), effect.mask >> 8);
            if mask != 0 && u16::from(popped.0) != effect.expected >> shift & 0xff {
                return None;
            }
        }
        match effect.pushes {
            0 => Some(()),
            _ => self.operands.push(Type(effect.result)),
        }
    }

    /// Validates an instruction that is not in the table. Was it the last one?
    fn instruction(&mut self, opcode: u8) -> Option<bool> {
        match opcode {
            0x00 => self.leave()?, // unreachable
            0x02 => self.open(LabelKind::Block)?,
            0x03 => self.open(LabelKind::Loop)?,
            0x04 => {
                self.pop(I32)?;
                self.open(LabelKind::If)?;
            }
            0x05 => self.else_()?,
            0x0b => return self.end(),
            0x0c => {
                let carried = self.target()?.carries();
                self.holds(carried)?;
                self.leave()?;
            }
            0x0d => {
                self.pop(I32)?;
                let carried = self.target()?.carries();
                self.holds(carried)?;
            }
            0x0e => self.branch_table()?,
            0x0f => {
                self.holds(self.function().ty.results)?;
                self.leave()?;
            }
            0x10 => {
                let func = FuncIdx(self.at.u32()?);
                self.call(self.module.func(func)?)?;
            }
            0x11 => {
                let ty = self.module.ty(TypeIdx(self.at.u32()?))?;
                let table = TableIdx(self.at.u32()?);
                (*self.module.tables.get(table.index())?).then_some(())?;
                self.pop(I32)?;
                self.call(ty)?;
            }
            0x1b => {
                self.pop(I32)?;
                let ty = self.pop_any()?;
                self.pop(ty)?;
                self.operands.push(ty)?;
            }
            0x23 => {
                let (ty, _) = self.module.global(GlobalIdx(self.at.u32()?))?;
                self.operands.push(ty)?;
            }
            0x24 => {
                let global = GlobalIdx(self.at.u32()?);
                let (ty, is_mutable) = self.module.global(global)?;
                is_mutable.then_some(())?;
                self.writes.set_global(global.0);
                self.pop(ty)?;
            }
            0x3f => {
                self.memory()?;
                self.operands.push(I32)?;
            }
            0x40 => {
                self.memory()?;
                self.writes.grow_memory(0);
                self.convert(I32, I32)?;
            }
            0xfc => self.prefixed()?,
            _ => return None,
        }
        Some(false)
    }

    fn prefixed(&mut self) -> Option<()> {
        match self.at.byte()? {
            0 | 1 => self.convert(F32, I32),
            2 | 3 => self.convert(F64, I32),
            4 | 5 => self.convert(F32, I64),
            6 | 7 => self.convert(F64, I64),
            10 => {
                self.memory()?; // memory.copy
                self.memory()?;
                (0..3).try_for_each(|_| self.pop(I32))
            }
            11 => {
                self.memory()?; // memory.fill
                (0..3).try_for_each(|_| self.pop(I32))
            }
            _ => None,
        }
    }

    fn convert(&mut self, from: Type, to: Type) -> Option<()> {
        self.pop(from)?;
        self.operands.push(to)
    }

    fn pop(&mut self, ty: Type) -> Option<()> {
        (self.pop_any()? == ty).then_some(())
    }

    fn pop_any(&mut self) -> Option<Type> {
        let (&top, rest) = self.own().split_last()?;
        self.operands.len = self.label.height + rest.len();
        Some(top)
    }

    /// Operands of the innermost block.
    fn own(&self) -> &[Type] {
        self.operands.above(self.label.height)
    }

    /// Are these on top?
    fn holds(&self, types: &[Type]) -> Option<()> {
        self.own().ends_with(types).then_some(())
    }

    fn call(&mut self, ty: BlockType<'_>) -> Option<()> {
        self.holds(ty.params)?;
        self.operands.len -= ty.params.len();
        self.operands.extend(ty.results)
    }

    /// Reads the index of a memory, which must be 0.
    fn memory(&mut self) -> Option<()> {
        (self.module.has_memory && self.at.byte()? == 0).then_some(())
    }

    fn open(&mut self, kind: LabelKind) -> Option<()> {
        let ty = self.block_type()?;
        self.holds(ty.params)?;
        self.outer.push(self.label);
        self.label = Label {
            kind,
            ty,
            height: self.operands.len - ty.params.len(),
        };
        Some(())
    }

    fn block_type(&mut self) -> Option<BlockType<'p>> {
        let byte = *self.at.0.first()?;
        if byte == 0x40 {
            self.at.skip(1)?;
            return Some(BlockType::default());
        }
        if let Some(results) = Type::from_byte(byte) {
            self.at.skip(1)?;
            let params = &[];
            return Some(BlockType { params, results });
        }
        // An index, if the number, which is signed, is not negative: a sign bit of the last byte
        // would make it the encoding of another type.
        let before = self.at.0;
        let ty = self.at.u32()?;
        let last = before[before.len() - self.at.0.len() - 1];
        (last & 0x40 == 0).then_some(())?;
        self.module.ty(TypeIdx(ty))
    }

    fn else_(&mut self) -> Option<()> {
        if self.label.kind != LabelKind::If {
            return None;
        }
        self.at_end()?;
        self.label.kind = LabelKind::Block;
        self.operands.len = self.label.height;
        self.operands.extend(self.label.ty.params)
    }

    fn end(&mut self) -> Option<bool> {
        self.at_end()?;
        // Without `else`, the parameters are the results.
        if self.label.kind == LabelKind::If && self.label.ty.params != self.label.ty.results {
            return None;
        }
        let Some(outer) = self.outer.pop() else {
            return Some(true);
        };
        self.label = outer;
        Some(false)
    }

    /// Are the results there, and nothing else?
    fn at_end(&self) -> Option<()> {
        (self.own() == self.label.ty.results).then_some(())
    }

    /// Reads the depth of a label.
    fn target(&mut self) -> Option<Label<'p>> {
        let depth = self.at.u32()? as usize;
        match depth.checked_sub(1) {
            None => Some(self.label),
            Some(depth) => self.outer.iter().nth_back(depth).copied(),
        }
    }

    fn function(&self) -> Label<'p> {
        self.outer.first().copied().unwrap_or(self.label)
    }

    fn branch_table(&mut self) -> Option<()> {
        self.pop(I32)?;
        let n_targets = self.at.u32()?;
        let first = self.target()?.carries();
        self.holds(first)?;
        for _ in 0..n_targets {
            // All types are the same then, as there is nothing like a subtype here.
            (self.target()?.carries() == first).then_some(())?;
        }
        self.leave()
    }

    /// Nothing comes here from above any more: the block must end at once, with results that
    /// nobody computes.
    fn leave(&mut self) -> Option<()> {
        const ELSE: u8 = 0x05;
        const END: u8 = 0x0b;
        if !matches!(self.at.0.first(), Some(&(ELSE | END))) {
            return None;
        }
        self.operands.len = self.label.height;
        self.operands.extend(self.label.ty.results)
    }
}
