//! Linear memory.
//!
//! With guard pages an access needs no check: a 32-bit address and an offset up to the size of
//! the guard region cannot leave the reservation. Without, as for all 64-bit addresses, an access
//! that is out of bounds leaves through an exit before it begins, and the interpreter raises the
//! exact trap. A memory whose size cannot change (`Module::fixed_len`) has its size in the code.

use super::exit::constant_of;
use super::guard::{guard_not, guard_stress};
use super::{Translator, field};
use crate::MemoryStyle;
use crate::regions::{Owner, Region, constant};
use crate::traps::HEAP;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Endianness, InstBuilder, MemFlagsData, Type, Value, types};
use runtime::vm::{Builtin, VMMemory};
use runtime::{DataIdx, MemoryIdx, Reason};
use std::mem::offset_of;
use wasmparser::MemArg;

/// How a loaded value becomes one of the instruction's type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extend {
    /// It is as wide.
    No,
    /// With zeros.
    Zero,
    /// With its sign.
    Sign,
}

/// Loads a value of type `memory` and makes it one of type `ty`.
pub(super) fn translate_load(
    cx: &mut Translator<'_>,
    arg: &MemArg,
    (ty, memory): (Type, Type),
    extend: Extend,
) {
    let (flags, base, offset) = emit_address(cx, arg, memory, 1);
    let ins = cx.builder.ins();
    // Not a load and an extension: Cranelift does not merge narrow loads into other instructions.
    let value = match (extend, memory) {
        (Extend::No, _) => ins.load(memory, flags, base, offset),
        (Extend::Zero, types::I8) => ins.uload8(ty, flags, base, offset),
        (Extend::Zero, types::I16) => ins.uload16(ty, flags, base, offset),
        (Extend::Zero, _) => ins.uload32(flags, base, offset),
        (Extend::Sign, types::I8) => ins.sload8(ty, flags, base, offset),
        (Extend::Sign, types::I16) => ins.sload16(ty, flags, base, offset),
        (Extend::Sign, _) => ins.sload32(flags, base, offset),
    };
    cx.push(value);
}

/// Stores the low bits of a value as one of type `memory`.
pub(super) fn translate_store(cx: &mut Translator<'_>, arg: &MemArg, memory: Type) {
    let (flags, base, offset) = emit_address(cx, arg, memory, 2);
    let value = cx.pop_reduced(memory);
    cx.builder.ins().store(flags, value, base, offset);
}

/// The address of an access to a value of type `ty`, and its flags. Removes the address from the
/// operands, of which the instruction has `n_operands`: the address lies lowest.
pub(super) fn emit_address(
    cx: &mut Translator<'_>,
    arg: &MemArg,
    ty: Type,
    n_operands: usize,
) -> (MemFlagsData, Value, i32) {
    let memory = MemoryAccess::new(cx, MemoryIdx(arg.memory));
    // Absent if it is beyond all addresses.
    let end = arg.offset.checked_add(ty.bytes().into());
    let at = cx.body.operands.len() - n_operands;
    let index = cx.body.operands[at];
    let covered =
        matches!(memory.style, MemoryStyle::Guarded { guard } if end.is_some_and(|it| it <= guard));
    let flags = MemFlagsData::new().with_endianness(Endianness::Little);
    let flags = if covered {
        flags.with_trap_code(Some(HEAP))
    } else {
        guard_bounds(cx, memory, index, end);
        flags.with_notrap()
    };
    cx.body.operands.remove(at);
    let base = memory.base(cx);
    let index = cx.extend(index);
    let address = cx.builder.ins().iadd(base, index);
    let (address, offset) = match i32::try_from(arg.offset) {
        Ok(offset) => (address, offset),
        Err(_) => {
            let offset = cx.iconst64(arg.offset);
            (cx.builder.ins().iadd(address, offset), 0)
        }
    };
    let flags = cx
        .regions
        .tag(cx.builder.func, Region::Memory(memory.owner), flags);
    (flags, address, offset)
}

/// Continues only if `index + end` is within the memory.
fn guard_bounds(cx: &mut Translator<'_>, memory: MemoryAccess, index: Value, end: Option<u64>) {
    let before = cx.state_before();
    guard_stress(cx, &before);
    let outside = match (end, memory.fixed_len) {
        (None, _) => cx.builder.ins().iconst(types::I8, 1),
        (Some(end), None) => emit_is_outside(cx, memory, index, end),
        (Some(end), Some(len)) => match emit_is_above(cx, index, len.checked_sub(end)) {
            Some(outside) => outside,
            None => return,
        },
    };
    let exit = cx.exit_block(&before, Reason::OutOfBounds, None);
    guard_not(cx, outside, exit);
}

/// Is `index + end` beyond the memory?
fn emit_is_outside(cx: &mut Translator<'_>, memory: MemoryAccess, index: Value, end: u64) -> Value {
    let len = memory.len(cx);
    let ty = &cx.home.module.memories[memory.memory.index()];
    let always_in = ty.bytes(ty.minimum).is_some_and(|minimum| end <= minimum);
    let (is_64, end) = (ty.index.is_64(), cx.iconst64(end));
    let ins =
        |cx: &mut Translator<'_>, a, b| cx.builder.ins().icmp(IntCC::UnsignedGreaterThan, a, b);
    if !is_64 {
        // Both summands are below 2^33.
        let index = cx.extend(index);
        let end = cx.builder.ins().iadd(index, end);
        return ins(cx, end, len);
    }
    // The sum may be beyond all numbers, but the difference is none below zero if the memory is
    // at least as large; its minimum often says so.
    let last = cx.builder.ins().isub(len, end);
    let beyond = ins(cx, index, last);
    if always_in {
        return beyond;
    }
    let too_small = ins(cx, end, len);
    cx.builder.ins().bor(too_small, beyond)
}

/// Is `index` above `last`, unless it never is? Everything is above what is absent.
fn emit_is_above(cx: &mut Translator<'_>, index: Value, last: Option<u64>) -> Option<Value> {
    let ty = cx.builder.func.dfg.value_type(index);
    let known = match (last, constant_of(&cx.builder.func.dfg, index)) {
        (None, _) => Some(true),
        (Some(last), Some(index)) => Some(index > last),
        (Some(last), None) if ty == types::I32 && last >= u32::MAX.into() => Some(false),
        _ => None,
    };
    match (known, last) {
        (Some(false), _) => None,
        (Some(true), _) | (None, None) => Some(cx.builder.ins().iconst(types::I8, 1)),
        (None, Some(last)) => {
            let last = cx.builder.ins().iconst(ty, last.cast_signed());
            let above = IntCC::UnsignedGreaterThan;
            Some(cx.builder.ins().icmp(above, index, last))
        }
    }
}

/// How to reach a memory.
#[derive(Clone, Copy)]
struct MemoryAccess {
    memory: MemoryIdx,
    owner: Owner,
    style: MemoryStyle,
    /// Its size in bytes, if that cannot change; then it never moves.
    fixed_len: Option<u64>,
    /// Other threads access it and make it grow; it never moves.
    shared: bool,
}

impl MemoryAccess {
    fn new(cx: &Translator<'_>, memory: MemoryIdx) -> Self {
        let place = cx.home.offsets.memory(memory);
        let style = cx.memory_style(memory);
        Self {
            memory,
            owner: cx.owner(place, memory.0),
            style,
            fixed_len: cx.home.module.fixed_len(memory),
            shared: cx.home.module.memories[memory.index()].shared,
        }
    }

    /// First byte.
    fn base(self, cx: &mut Translator<'_>) -> Value {
        let (base, at) = cx.place(cx.home.offsets.memory(self.memory));
        let is_constant = self.shared || self.fixed_len.is_some();
        let flags = match self.style {
            MemoryStyle::Guarded { .. } => constant(),
            MemoryStyle::Checked if is_constant => cx.constant(),
            MemoryStyle::Checked => cx.flags(Region::MemoryBase(self.owner)),
        };
        let offset = at + field(offset_of!(VMMemory, base));
        cx.builder.ins().load(types::I64, flags, base, offset)
    }

    /// Size in bytes.
    fn len(self, cx: &mut Translator<'_>) -> Value {
        if let Some(len) = self.fixed_len {
            return cx.iconst64(len);
        }
        let (base, at) = cx.place(cx.home.offsets.memory(self.memory));
        let offset = at + field(offset_of!(VMMemory, len));
        if self.shared {
            // Anew each time: another thread may make it grow while this one loops.
            let flags = cx.flags(Region::MemoryLen(self.owner));
            let at = cx.builder.ins().iadd_imm_s(base, i64::from(offset));
            return cx.builder.ins().atomic_load(types::I64, flags, at);
        }
        cx.load_field(Region::MemoryLen(self.owner), (base, offset))
    }
}

impl Translator<'_> {
    /// Loads what accesses to `memory` load, so that loads further on are redundant.
    pub(super) fn touch_memory(&mut self, memory: MemoryIdx) {
        let memory = MemoryAccess::new(self, memory);
        memory.base(self);
        let is_read = memory.style == MemoryStyle::Checked && memory.fixed_len.is_none();
        if is_read && !memory.shared {
            memory.len(self);
        }
    }
}

pub(super) fn translate_memory_size(cx: &mut Translator<'_>, memory: MemoryIdx) {
    let ty = cx.home.module.memories[memory.index()];
    let len = MemoryAccess::new(cx, memory).len(cx);
    let pages = cx
        .builder
        .ins()
        .ushr_imm_u(len, i64::from(ty.page_size_log2));
    let pages = cx.reduce(pages, ty.index);
    cx.push(pages);
}

pub(super) fn translate_memory_grow(cx: &mut Translator<'_>, memory: MemoryIdx) {
    let delta = cx.pop();
    let index = cx.home.module.memories[memory.index()].index;
    let memory = cx.iconst64(u64::from(memory.0));
    let delta = cx.extend(delta);
    let old = cx.call_builtin(Builtin::MemoryGrow, &[memory, delta]);
    let old = cx.reduce(old, index);
    cx.push(old);
}

pub(super) fn translate_memory_copy(cx: &mut Translator<'_>, dst: MemoryIdx, src: MemoryIdx) {
    cx.call_range_builtin(Builtin::MemoryCopy, (dst.0, src.0));
}

pub(super) fn translate_memory_fill(cx: &mut Translator<'_>, memory: MemoryIdx) {
    let (to, value, len) = cx.pop3();
    let memory = cx.iconst64(u64::from(memory.0));
    let (to, value, len) = (cx.extend(to), cx.extend(value), cx.extend(len));
    cx.call_builtin(Builtin::MemoryFill, &[memory, to, value, len]);
}

pub(super) fn translate_memory_init(cx: &mut Translator<'_>, memory: MemoryIdx, data: DataIdx) {
    cx.call_range_builtin(Builtin::MemoryInit, (memory.0, data.0));
}

pub(super) fn translate_data_drop(cx: &mut Translator<'_>, data: DataIdx) {
    let data = cx.iconst64(u64::from(data.0));
    cx.call_builtin(Builtin::DataDrop, &[data]);
}
