//! Atomics. Narrow values are extended with zeros; an address that is not aligned traps before
//! anything else is checked.
//!
//! Cranelift treats each of them as a fence: no load before one is redundant with a load behind it.

use super::Translator;
use super::memory::emit_address;
use crate::traps::trap_code;
use cranelift_codegen::ir::types::{I8, I16, I32, I64};
use cranelift_codegen::ir::{AtomicRmwOp as Rmw, InstBuilder, MemFlagsData, Type, Value};
use runtime::vm::Builtin;
use runtime::{MemoryIdx, Trap};
use wasmparser::{MemArg, Operator as Op};

/// Translates `op` if it is an atomic instruction.
#[rustfmt::skip]
pub(super) fn translate(cx: &mut Translator<'_>, op: &Op<'_>) -> bool {
    match *op {
        Op::MemoryAtomicNotify { memarg: ref at } => translate_notify(cx, at),
        Op::MemoryAtomicWait32 { memarg: ref at } => translate_wait(cx, at, Builtin::MemoryAtomicWait32),
        Op::MemoryAtomicWait64 { memarg: ref at } => translate_wait(cx, at, Builtin::MemoryAtomicWait64),
        Op::AtomicFence => translate_fence(cx),
        Op::I32AtomicLoad { memarg: ref at } => translate_load(cx, at, (I32, I32)),
        Op::I64AtomicLoad { memarg: ref at } => translate_load(cx, at, (I64, I64)),
        Op::I32AtomicLoad8U { memarg: ref at } => translate_load(cx, at, (I32, I8)),
        Op::I32AtomicLoad16U { memarg: ref at } => translate_load(cx, at, (I32, I16)),
        Op::I64AtomicLoad8U { memarg: ref at } => translate_load(cx, at, (I64, I8)),
        Op::I64AtomicLoad16U { memarg: ref at } => translate_load(cx, at, (I64, I16)),
        Op::I64AtomicLoad32U { memarg: ref at } => translate_load(cx, at, (I64, I32)),
        Op::I32AtomicStore { memarg: ref at } => translate_store(cx, at, I32),
        Op::I64AtomicStore { memarg: ref at } => translate_store(cx, at, I64),
        Op::I32AtomicStore8 { memarg: ref at } => translate_store(cx, at, I8),
        Op::I32AtomicStore16 { memarg: ref at } => translate_store(cx, at, I16),
        Op::I64AtomicStore8 { memarg: ref at } => translate_store(cx, at, I8),
        Op::I64AtomicStore16 { memarg: ref at } => translate_store(cx, at, I16),
        Op::I64AtomicStore32 { memarg: ref at } => translate_store(cx, at, I32),
        Op::I32AtomicRmwAdd { memarg: ref at } => translate_rmw(cx, at, (I32, I32), Rmw::Add),
        Op::I64AtomicRmwAdd { memarg: ref at } => translate_rmw(cx, at, (I64, I64), Rmw::Add),
        Op::I32AtomicRmw8AddU { memarg: ref at } => translate_rmw(cx, at, (I32, I8), Rmw::Add),
        Op::I32AtomicRmw16AddU { memarg: ref at } => translate_rmw(cx, at, (I32, I16), Rmw::Add),
        Op::I64AtomicRmw8AddU { memarg: ref at } => translate_rmw(cx, at, (I64, I8), Rmw::Add),
        Op::I64AtomicRmw16AddU { memarg: ref at } => translate_rmw(cx, at, (I64, I16), Rmw::Add),
        Op::I64AtomicRmw32AddU { memarg: ref at } => translate_rmw(cx, at, (I64, I32), Rmw::Add),
        Op::I32AtomicRmwSub { memarg: ref at } => translate_rmw(cx, at, (I32, I32), Rmw::Sub),
        Op::I64AtomicRmwSub { memarg: ref at } => translate_rmw(cx, at, (I64, I64), Rmw::Sub),
        Op::I32AtomicRmw8SubU { memarg: ref at } => translate_rmw(cx, at, (I32, I8), Rmw::Sub),
        Op::I32AtomicRmw16SubU { memarg: ref at } => translate_rmw(cx, at, (I32, I16), Rmw::Sub),
        Op::I64AtomicRmw8SubU { memarg: ref at } => translate_rmw(cx, at, (I64, I8), Rmw::Sub),
        Op::I64AtomicRmw16SubU { memarg: ref at } => translate_rmw(cx, at, (I64, I16), Rmw::Sub),
        Op::I64AtomicRmw32SubU { memarg: ref at } => translate_rmw(cx, at, (I64, I32), Rmw::Sub),
        Op::I32AtomicRmwAnd { memarg: ref at } => translate_rmw(cx, at, (I32, I32), Rmw::And),
        Op::I64AtomicRmwAnd { memarg: ref at } => translate_rmw(cx, at, (I64, I64), Rmw::And),
        Op::I32AtomicRmw8AndU { memarg: ref at } => translate_rmw(cx, at, (I32, I8), Rmw::And),
        Op::I32AtomicRmw16AndU { memarg: ref at } => translate_rmw(cx, at, (I32, I16), Rmw::And),
        Op::I64AtomicRmw8AndU { memarg: ref at } => translate_rmw(cx, at, (I64, I8), Rmw::And),
        Op::I64AtomicRmw16AndU { memarg: ref at } => translate_rmw(cx, at, (I64, I16), Rmw::And),
        Op::I64AtomicRmw32AndU { memarg: ref at } => translate_rmw(cx, at, (I64, I32), Rmw::And),
        Op::I32AtomicRmwOr { memarg: ref at } => translate_rmw(cx, at, (I32, I32), Rmw::Or),
        Op::I64AtomicRmwOr { memarg: ref at } => translate_rmw(cx, at, (I64, I64), Rmw::Or),
        Op::I32AtomicRmw8OrU { memarg: ref at } => translate_rmw(cx, at, (I32, I8), Rmw::Or),
        Op::I32AtomicRmw16OrU { memarg: ref at } => translate_rmw(cx, at, (I32, I16), Rmw::Or),
        Op::I64AtomicRmw8OrU { memarg: ref at } => translate_rmw(cx, at, (I64, I8), Rmw::Or),
        Op::I64AtomicRmw16OrU { memarg: ref at } => translate_rmw(cx, at, (I64, I16), Rmw::Or),
        Op::I64AtomicRmw32OrU { memarg: ref at } => translate_rmw(cx, at, (I64, I32), Rmw::Or),
        Op::I32AtomicRmwXor { memarg: ref at } => translate_rmw(cx, at, (I32, I32), Rmw::Xor),
        Op::I64AtomicRmwXor { memarg: ref at } => translate_rmw(cx, at, (I64, I64), Rmw::Xor),
        Op::I32AtomicRmw8XorU { memarg: ref at } => translate_rmw(cx, at, (I32, I8), Rmw::Xor),
        Op::I32AtomicRmw16XorU { memarg: ref at } => translate_rmw(cx, at, (I32, I16), Rmw::Xor),
        Op::I64AtomicRmw8XorU { memarg: ref at } => translate_rmw(cx, at, (I64, I8), Rmw::Xor),
        Op::I64AtomicRmw16XorU { memarg: ref at } => translate_rmw(cx, at, (I64, I16), Rmw::Xor),
        Op::I64AtomicRmw32XorU { memarg: ref at } => translate_rmw(cx, at, (I64, I32), Rmw::Xor),
        Op::I32AtomicRmwXchg { memarg: ref at } => translate_rmw(cx, at, (I32, I32), Rmw::Xchg),
        Op::I64AtomicRmwXchg { memarg: ref at } => translate_rmw(cx, at, (I64, I64), Rmw::Xchg),
        Op::I32AtomicRmw8XchgU { memarg: ref at } => translate_rmw(cx, at, (I32, I8), Rmw::Xchg),
        Op::I32AtomicRmw16XchgU { memarg: ref at } => translate_rmw(cx, at, (I32, I16), Rmw::Xchg),
        Op::I64AtomicRmw8XchgU { memarg: ref at } => translate_rmw(cx, at, (I64, I8), Rmw::Xchg),
        Op::I64AtomicRmw16XchgU { memarg: ref at } => translate_rmw(cx, at, (I64, I16), Rmw::Xchg),
        Op::I64AtomicRmw32XchgU { memarg: ref at } => translate_rmw(cx, at, (I64, I32), Rmw::Xchg),
        Op::I32AtomicRmwCmpxchg { memarg: ref at } => translate_cmpxchg(cx, at, (I32, I32)),
        Op::I64AtomicRmwCmpxchg { memarg: ref at } => translate_cmpxchg(cx, at, (I64, I64)),
        Op::I32AtomicRmw8CmpxchgU { memarg: ref at } => translate_cmpxchg(cx, at, (I32, I8)),
        Op::I32AtomicRmw16CmpxchgU { memarg: ref at } => translate_cmpxchg(cx, at, (I32, I16)),
        Op::I64AtomicRmw8CmpxchgU { memarg: ref at } => translate_cmpxchg(cx, at, (I64, I8)),
        Op::I64AtomicRmw16CmpxchgU { memarg: ref at } => translate_cmpxchg(cx, at, (I64, I16)),
        Op::I64AtomicRmw32CmpxchgU { memarg: ref at } => translate_cmpxchg(cx, at, (I64, I32)),
        _ => return false,
    }
    true
}

/// Loads a value of type `memory` as one of type `ty`.
fn translate_load(cx: &mut Translator<'_>, arg: &MemArg, (ty, memory): (Type, Type)) {
    let (flags, address) = emit_atomic_address(cx, arg, memory, 1);
    let value = cx.builder.ins().atomic_load(memory, flags, address);
    push_extended(cx, value, ty);
}

/// Stores the low bits of a value as one of type `memory`.
fn translate_store(cx: &mut Translator<'_>, arg: &MemArg, memory: Type) {
    let (flags, address) = emit_atomic_address(cx, arg, memory, 2);
    let value = cx.pop_reduced(memory);
    cx.builder.ins().atomic_store(flags, value, address);
}

/// Replaces a value of type `memory` by what `op` makes of it; the old one is the result.
fn translate_rmw(cx: &mut Translator<'_>, arg: &MemArg, (ty, memory): (Type, Type), op: Rmw) {
    let (flags, address) = emit_atomic_address(cx, arg, memory, 2);
    let operand = cx.pop_reduced(memory);
    let old = cx
        .builder
        .ins()
        .atomic_rmw(memory, flags, op, address, operand);
    push_extended(cx, old, ty);
}

/// Replaces a value of type `memory` if it is the low bits of the expected one; the old one is the
/// result.
fn translate_cmpxchg(cx: &mut Translator<'_>, arg: &MemArg, (ty, memory): (Type, Type)) {
    let (flags, address) = emit_atomic_address(cx, arg, memory, 3);
    let new = cx.pop_reduced(memory);
    let expected = cx.pop_reduced(memory);
    let old = cx.builder.ins().atomic_cas(flags, address, expected, new);
    push_extended(cx, old, ty);
}

fn translate_fence(cx: &mut Translator<'_>) {
    cx.builder.ins().fence();
}

fn translate_notify(cx: &mut Translator<'_>, arg: &MemArg) {
    let (address, count) = cx.pop2();
    let (address, count) = (cx.extend(address), cx.extend(count));
    let [memory, offset] = immediates(cx, arg);
    let woken = cx.call_builtin(
        Builtin::MemoryAtomicNotify,
        &[memory, address, offset, count],
    );
    let woken = cx.builder.ins().ireduce(I32, woken);
    cx.push(woken);
}

/// `builtin` is that of the width.
fn translate_wait(cx: &mut Translator<'_>, arg: &MemArg, builtin: Builtin) {
    let (address, expected, timeout) = cx.pop3();
    let (address, expected) = (cx.extend(address), cx.extend(expected));
    let [memory, offset] = immediates(cx, arg);
    let result = cx.call_builtin(builtin, &[memory, address, offset, expected, timeout]);
    let result = cx.builder.ins().ireduce(I32, result);
    cx.push(result);
}

/// Memory and offset as operands of a builtin.
fn immediates(cx: &mut Translator<'_>, arg: &MemArg) -> [Value; 2] {
    let memory = MemoryIdx(arg.memory);
    [cx.iconst64(memory.0.into()), cx.iconst64(arg.offset)]
}

/// The aligned address of an access to a value of type `ty`, and its flags. As for `emit_address`,
/// the instruction has `n_operands`, and the address is removed from them.
fn emit_atomic_address(
    cx: &mut Translator<'_>,
    arg: &MemArg,
    ty: Type,
    n_operands: usize,
) -> (MemFlagsData, Value) {
    let low_bits = u64::from(ty.bytes()) - 1;
    if low_bits != 0 {
        let index = cx.body.operands[cx.body.operands.len() - n_operands];
        let offset = (arg.offset & low_bits).cast_signed();
        let address = match offset {
            0 => index,
            _ => cx.builder.ins().iadd_imm_s(index, offset),
        };
        let low = cx.builder.ins().band_imm_u(address, low_bits.cast_signed());
        cx.builder
            .ins()
            .trapnz(low, trap_code(Trap::HeapMisaligned));
    }
    let (flags, address, offset) = emit_address(cx, arg, ty, n_operands);
    let address = match offset {
        0 => address,
        _ => cx.builder.ins().iadd_imm_s(address, i64::from(offset)),
    };
    (flags, address)
}

fn push_extended(cx: &mut Translator<'_>, value: Value, ty: Type) {
    let value = match cx.builder.func.dfg.value_type(value) {
        memory if memory == ty => value,
        _ => cx.builder.ins().uextend(ty, value),
    };
    cx.push(value);
}
