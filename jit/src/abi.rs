//! The compiled calling convention: signatures, and values in slots.
//!
//! All wasm code and all stubs for it use Cranelift's `Tail` convention with one pointer before
//! the wasm arguments: the `VMFuncRef` of the callee, or for code that is entered in the middle of
//! a function the `VMContext`. That parameter has the purpose `VMContext`, so that a prologue's
//! stack check can start from it.

use cranelift_codegen::ir::{
    AbiParam, ArgumentPurpose, InstBuilder, MemFlagsData, Signature, Type, Value, types,
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilder;
use runtime::types::{FuncType, ValType};

/// Size of a slot in bytes, as an offset.
pub(crate) const SLOT: i32 = size_of::<u64>() as i32;

/// Flags of accesses to slots. They promise no alignment: slots are aligned to 8 bytes only, and a
/// vector lies in two of them.
pub(crate) const SLOT_FLAGS: MemFlagsData = MemFlagsData::new().with_notrap();

/// The type of a wasm value in compiled code.
pub(crate) fn clif_type(ty: ValType) -> Type {
    match ty {
        ValType::I32 => types::I32,
        ValType::I64 | ValType::Ref(_) => types::I64,
        ValType::F32 => types::F32,
        ValType::F64 => types::F64,
        // Instructions cast it to the type of their lanes.
        ValType::V128 => types::I8X16,
    }
}

/// Number of slots that a value of type `ty` takes.
pub(crate) fn n_slots(ty: Type) -> i32 {
    if ty.is_vector() { 2 } else { 1 }
}

/// `Tail (callee, args...) -> results`: how functions of type `ty` are called.
pub(crate) fn tail_signature(ty: &FuncType) -> Signature {
    let mut sig = Signature::new(CallConv::Tail);
    sig.params.push(context_param());
    sig.params
        .extend(ty.params.iter().map(|&it| AbiParam::new(clif_type(it))));
    push_results(&mut sig, ty);
    sig
}

/// `Tail (context, word) -> results`: how a function of type `ty` is finished by other code.
///
/// OSR code is `(vmctx, local 0)`, a tail entry `(callee, slots)`, a deopt stub `(vmctx, exit)`.
pub(crate) fn resume_signature(ty: &FuncType) -> Signature {
    let mut sig = Signature::new(CallConv::Tail);
    sig.params
        .extend([context_param(), AbiParam::new(types::I64)]);
    push_results(&mut sig, ty);
    sig
}

/// `Tail (vmctx, operands...) -> value`: how builtin stubs are called.
pub(crate) fn builtin_signature(n_operands: usize) -> Signature {
    let mut sig = Signature::new(CallConv::Tail);
    sig.params.push(context_param());
    sig.params
        .extend((0..n_operands).map(|_| AbiParam::new(types::I64)));
    sig.returns.push(AbiParam::new(types::I64));
    sig
}

fn context_param() -> AbiParam {
    AbiParam::special(types::I64, ArgumentPurpose::VMContext)
}

fn push_results(sig: &mut Signature, ty: &FuncType) {
    sig.returns
        .extend(ty.results.iter().map(|&it| AbiParam::new(clif_type(it))));
}

/// Loads a value of type `ty` from the slot at `base + offset`, and the next one if it takes two.
///
/// `flags` are [`SLOT_FLAGS`], with the region if accesses to the slots have one.
pub(crate) fn load_slot(
    builder: &mut FunctionBuilder<'_>,
    flags: MemFlagsData,
    ty: Type,
    (base, offset): (Value, i32),
) -> Value {
    // Slots are little-endian on every host this is compiled for: the low half comes first.
    builder.ins().load(ty, flags, base, offset)
}

/// Loads values of these types from the slots at `base`.
pub(crate) fn load_slots(
    builder: &mut FunctionBuilder<'_>,
    types: &[ValType],
    base: Value,
) -> Vec<Value> {
    let mut offset = 0;
    let load = |&ty: &ValType| {
        let ty = clif_type(ty);
        let value = load_slot(builder, SLOT_FLAGS, ty, (base, offset));
        offset += n_slots(ty) * SLOT;
        value
    };
    types.iter().map(load).collect()
}

/// Stores `value` to the slot at `base + offset`, all 64 bits of it, and to the next one if it
/// takes two. Flags as for [`load_slot`].
pub(crate) fn store_slot(
    builder: &mut FunctionBuilder<'_>,
    flags: MemFlagsData,
    value: Value,
    (base, offset): (Value, i32),
) {
    let value = to_slot(builder, value);
    builder.ins().store(flags, value, base, offset);
}

/// Stores values to the slots at `base`.
pub(crate) fn store_slots(builder: &mut FunctionBuilder<'_>, values: &[Value], base: Value) {
    let mut offset = 0;
    for &value in values {
        store_slot(builder, SLOT_FLAGS, value, (base, offset));
        offset += n_slots(builder.func.dfg.value_type(value)) * SLOT;
    }
}

/// The 64 bits of `value` as they are in a slot: upper halves are zero. An `f64`, or a vector,
/// stays one.
pub(crate) fn to_slot(builder: &mut FunctionBuilder<'_>, value: Value) -> Value {
    match builder.func.dfg.value_type(value) {
        types::I32 => builder.ins().uextend(types::I64, value),
        types::F32 => {
            let bits = builder
                .ins()
                .bitcast(types::I32, MemFlagsData::new(), value);
            builder.ins().uextend(types::I64, bits)
        }
        _ => value,
    }
}
