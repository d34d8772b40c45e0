//! The instructions of the engine, in one table.
//!
//! [`for_each_opcode!`](crate::for_each_opcode) is the only list of opcodes: dispatch tables,
//! disassembly, trace and counters are made of it. It says nothing about operand types, which
//! are validation's business. A test compares it with wasmparser's list of operators, so that a
//! feature cannot be switched on in `Features` and be forgotten here.
//!
//! Feature set: WebAssembly 2.0 without SIMD, tail calls, and wide arithmetic.

use std::fmt;

/// Expands `$mac! { (code, Variant, "mnemonic", immediates, feedback) ... }`, by rising code.
///
/// - `code`: the opcode byte, or `0xfc00 | sub` for an instruction with prefix `0xfc`. As a `u16`
///   it is the discriminant of [`Opcode`](crate::opcode::Opcode).
/// - `Variant`: the name in `wasmparser::Operator`.
/// - `immediates`: what follows the opcode, see [`Immediates`](crate::opcode::Immediates).
/// - `feedback`: what the interpreter records, see [`Feedback`](crate::opcode::Feedback):
///   `plain` (nothing), `call`, `branch` or `loop`.
#[macro_export]
macro_rules! for_each_opcode {
    ($mac:path) => {
        $mac! {
            (0x00, Unreachable, "unreachable", none, plain)
            (0x01, Nop, "nop", none, plain)
            (0x02, Block, "block", block_type, plain)
            (0x03, Loop, "loop", block_type, loop)
            (0x04, If, "if", block_type, branch)
            (0x05, Else, "else", none, plain)
            (0x0b, End, "end", none, plain)
            (0x0c, Br, "br", label, plain)
            (0x0d, BrIf, "br_if", label, branch)
            (0x0e, BrTable, "br_table", labels, branch)
            (0x0f, Return, "return", none, plain)
            (0x10, Call, "call", func, call)
            (0x11, CallIndirect, "call_indirect", type_table, call)
            (0x12, ReturnCall, "return_call", func, call)
            (0x13, ReturnCallIndirect, "return_call_indirect", type_table, call)
            (0x1a, Drop, "drop", none, plain)
            (0x1b, Select, "select", none, plain)
            (0x1c, TypedSelect, "select", val_types, plain)
            (0x20, LocalGet, "local.get", local, plain)
            (0x21, LocalSet, "local.set", local, plain)
            (0x22, LocalTee, "local.tee", local, plain)
            (0x23, GlobalGet, "global.get", global, plain)
            (0x24, GlobalSet, "global.set", global, plain)
            (0x25, TableGet, "table.get", table, plain)
            (0x26, TableSet, "table.set", table, plain)
            (0x28, I32Load, "i32.load", memarg, plain)
            (0x29, I64Load, "i64.load", memarg, plain)
            (0x2a, F32Load, "f32.load", memarg, plain)
            (0x2b, F64Load, "f64.load", memarg, plain)
            (0x2c, I32Load8S, "i32.load8_s", memarg, plain)
            (0x2d, I32Load8U, "i32.load8_u", memarg, plain)
            (0x2e, I32Load16S, "i32.load16_s", memarg, plain)
            (0x2f, I32Load16U, "i32.load16_u", memarg, plain)
            (0x30, I64Load8S, "i64.load8_s", memarg, plain)
            (0x31, I64Load8U, "i64.load8_u", memarg, plain)
            (0x32, I64Load16S, "i64.load16_s", memarg, plain)
            (0x33, I64Load16U, "i64.load16_u", memarg, plain)
            (0x34, I64Load32S, "i64.load32_s", memarg, plain)
            (0x35, I64Load32U, "i64.load32_u", memarg, plain)
            (0x36, I32Store, "i32.store", memarg, plain)
            (0x37, I64Store, "i64.store", memarg, plain)
            (0x38, F32Store, "f32.store", memarg, plain)
            (0x39, F64Store, "f64.store", memarg, plain)
            (0x3a, I32Store8, "i32.store8", memarg, plain)
            (0x3b, I32Store16, "i32.store16", memarg, plain)
            (0x3c, I64Store8, "i64.store8", memarg, plain)
            (0x3d, I64Store16, "i64.store16", memarg, plain)
            (0x3e, I64Store32, "i64.store32", memarg, plain)
            (0x3f, MemorySize, "memory.size", memory, plain)
            (0x40, MemoryGrow, "memory.grow", memory, plain)
            (0x41, I32Const, "i32.const", i32, plain)
            (0x42, I64Const, "i64.const", i64, plain)
            (0x43, F32Const, "f32.const", f32, plain)
            (0x44, F64Const, "f64.const", f64, plain)
            (0x45, I32Eqz, "i32.eqz", none, plain)
            (0x46, I32Eq, "i32.eq", none, plain)
            (0x47, I32Ne, "i32.ne", none, plain)
            (0x48, I32LtS, "i32.lt_s", none, plain)
            (0x49, I32LtU, "i32.lt_u", none, plain)
            (0x4a, I32GtS, "i32.gt_s", none, plain)
            (0x4b, I32GtU, "i32.gt_u", none, plain)
            (0x4c, I32LeS, "i32.le_s", none, plain)
            (0x4d, I32LeU, "i32.le_u", none, plain)
            (0x4e, I32GeS, "i32.ge_s", none, plain)
            (0x4f, I32GeU, "i32.ge_u", none, plain)
            (0x50, I64Eqz, "i64.eqz", none, plain)
            (0x51, I64Eq, "i64.eq", none, plain)
            (0x52, I64Ne, "i64.ne", none, plain)
            (0x53, I64LtS, "i64.lt_s", none, plain)
            (0x54, I64LtU, "i64.lt_u", none, plain)
            (0x55, I64GtS, "i64.gt_s", none, plain)
            (0x56, I64GtU, "i64.gt_u", none, plain)
            (0x57, I64LeS, "i64.le_s", none, plain)
            (0x58, I64LeU, "i64.le_u", none, plain)
            (0x59, I64GeS, "i64.ge_s", none, plain)
            (0x5a, I64GeU, "i64.ge_u", none, plain)
            (0x5b, F32Eq, "f32.eq", none, plain)
            (0x5c, F32Ne, "f32.ne", none, plain)
            (0x5d, F32Lt, "f32.lt", none, plain)
            (0x5e, F32Gt, "f32.gt", none, plain)
            (0x5f, F32Le, "f32.le", none, plain)
            (0x60, F32Ge, "f32.ge", none, plain)
            (0x61, F64Eq, "f64.eq", none, plain)
            (0x62, F64Ne, "f64.ne", none, plain)
            (0x63, F64Lt, "f64.lt", none, plain)
            (0x64, F64Gt, "f64.gt", none, plain)
            (0x65, F64Le, "f64.le", none, plain)
            (0x66, F64Ge, "f64.ge", none, plain)
            (0x67, I32Clz, "i32.clz", none, plain)
            (0x68, I32Ctz, "i32.ctz", none, plain)
            (0x69, I32Popcnt, "i32.popcnt", none, plain)
            (0x6a, I32Add, "i32.add", none, plain)
            (0x6b, I32Sub, "i32.sub", none, plain)
            (0x6c, I32Mul, "i32.mul", none, plain)
            (0x6d, I32DivS, "i32.div_s", none, plain)
            (0x6e, I32DivU, "i32.div_u", none, plain)
            (0x6f, I32RemS, "i32.rem_s", none, plain)
            (0x70, I32RemU, "i32.rem_u", none, plain)
            (0x71, I32And, "i32.and", none, plain)
            (0x72, I32Or, "i32.or", none, plain)
            (0x73, I32Xor, "i32.xor", none, plain)
            (0x74, I32Shl, "i32.shl", none, plain)
            (0x75, I32ShrS, "i32.shr_s", none, plain)
            (0x76, I32ShrU, "i32.shr_u", none, plain)
            (0x77, I32Rotl, "i32.rotl", none, plain)
            (0x78, I32Rotr, "i32.rotr", none, plain)
            (0x79, I64Clz, "i64.clz", none, plain)
            (0x7a, I64Ctz, "i64.ctz", none, plain)
            (0x7b, I64Popcnt, "i64.popcnt", none, plain)
            (0x7c, I64Add, "i64.add", none, plain)
            (0x7d, I64Sub, "i64.sub", none, plain)
            (0x7e, I64Mul, "i64.mul", none, plain)
            (0x7f, I64DivS, "i64.div_s", none, plain)
            (0x80, I64DivU, "i64.div_u", none, plain)
            (0x81, I64RemS, "i64.rem_s", none, plain)
            (0x82, I64RemU, "i64.rem_u", none, plain)
            (0x83, I64And, "i64.and", none, plain)
            (0x84, I64Or, "i64.or", none, plain)
            (0x85, I64Xor, "i64.xor", none, plain)
            (0x86, I64Shl, "i64.shl", none, plain)
            (0x87, I64ShrS, "i64.shr_s", none, plain)
            (0x88, I64ShrU, "i64.shr_u", none, plain)
            (0x89, I64Rotl, "i64.rotl", none, plain)
            (0x8a, I64Rotr, "i64.rotr", none, plain)
            (0x8b, F32Abs, "f32.abs", none, plain)
            (0x8c, F32Neg, "f32.neg", none, plain)
            (0x8d, F32Ceil, "f32.ceil", none, plain)
            (0x8e, F32Floor, "f32.floor", none, plain)
            (0x8f, F32Trunc, "f32.trunc", none, plain)
            (0x90, F32Nearest, "f32.nearest", none, plain)
            (0x91, F32Sqrt, "f32.sqrt", none, plain)
            (0x92, F32Add, "f32.add", none, plain)
            (0x93, F32Sub, "f32.sub", none, plain)
            (0x94, F32Mul, "f32.mul", none, plain)
            (0x95, F32Div, "f32.div", none, plain)
            (0x96, F32Min, "f32.min", none, plain)
            (0x97, F32Max, "f32.max", none, plain)
            (0x98, F32Copysign, "f32.copysign", none, plain)
            (0x99, F64Abs, "f64.abs", none, plain)
            (0x9a, F64Neg, "f64.neg", none, plain)
            (0x9b, F64Ceil, "f64.ceil", none, plain)
            (0x9c, F64Floor, "f64.floor", none, plain)
            (0x9d, F64Trunc, "f64.trunc", none, plain)
            (0x9e, F64Nearest, "f64.nearest", none, plain)
            (0x9f, F64Sqrt, "f64.sqrt", none, plain)
            (0xa0, F64Add, "f64.add", none, plain)
            (0xa1, F64Sub, "f64.sub", none, plain)
            (0xa2, F64Mul, "f64.mul", none, plain)
            (0xa3, F64Div, "f64.div", none, plain)
            (0xa4, F64Min, "f64.min", none, plain)
            (0xa5, F64Max, "f64.max", none, plain)
            (0xa6, F64Copysign, "f64.copysign", none, plain)
            (0xa7, I32WrapI64, "i32.wrap_i64", none, plain)
            (0xa8, I32TruncF32S, "i32.trunc_f32_s", none, plain)
            (0xa9, I32TruncF32U, "i32.trunc_f32_u", none, plain)
            (0xaa, I32TruncF64S, "i32.trunc_f64_s", none, plain)
            (0xab, I32TruncF64U, "i32.trunc_f64_u", none, plain)
            (0xac, I64ExtendI32S, "i64.extend_i32_s", none, plain)
            (0xad, I64ExtendI32U, "i64.extend_i32_u", none, plain)
            (0xae, I64TruncF32S, "i64.trunc_f32_s", none, plain)
            (0xaf, I64TruncF32U, "i64.trunc_f32_u", none, plain)
            (0xb0, I64TruncF64S, "i64.trunc_f64_s", none, plain)
            (0xb1, I64TruncF64U, "i64.trunc_f64_u", none, plain)
            (0xb2, F32ConvertI32S, "f32.convert_i32_s", none, plain)
            (0xb3, F32ConvertI32U, "f32.convert_i32_u", none, plain)
            (0xb4, F32ConvertI64S, "f32.convert_i64_s", none, plain)
            (0xb5, F32ConvertI64U, "f32.convert_i64_u", none, plain)
            (0xb6, F32DemoteF64, "f32.demote_f64", none, plain)
            (0xb7, F64ConvertI32S, "f64.convert_i32_s", none, plain)
            (0xb8, F64ConvertI32U, "f64.convert_i32_u", none, plain)
            (0xb9, F64ConvertI64S, "f64.convert_i64_s", none, plain)
            (0xba, F64ConvertI64U, "f64.convert_i64_u", none, plain)
            (0xbb, F64PromoteF32, "f64.promote_f32", none, plain)
            (0xbc, I32ReinterpretF32, "i32.reinterpret_f32", none, plain)
            (0xbd, I64ReinterpretF64, "i64.reinterpret_f64", none, plain)
            (0xbe, F32ReinterpretI32, "f32.reinterpret_i32", none, plain)
            (0xbf, F64ReinterpretI64, "f64.reinterpret_i64", none, plain)
            (0xc0, I32Extend8S, "i32.extend8_s", none, plain)
            (0xc1, I32Extend16S, "i32.extend16_s", none, plain)
            (0xc2, I64Extend8S, "i64.extend8_s", none, plain)
            (0xc3, I64Extend16S, "i64.extend16_s", none, plain)
            (0xc4, I64Extend32S, "i64.extend32_s", none, plain)
            (0xd0, RefNull, "ref.null", heap_type, plain)
            (0xd1, RefIsNull, "ref.is_null", none, plain)
            (0xd2, RefFunc, "ref.func", func, plain)
            (0xfc00, I32TruncSatF32S, "i32.trunc_sat_f32_s", none, plain)
            (0xfc01, I32TruncSatF32U, "i32.trunc_sat_f32_u", none, plain)
            (0xfc02, I32TruncSatF64S, "i32.trunc_sat_f64_s", none, plain)
            (0xfc03, I32TruncSatF64U, "i32.trunc_sat_f64_u", none, plain)
            (0xfc04, I64TruncSatF32S, "i64.trunc_sat_f32_s", none, plain)
            (0xfc05, I64TruncSatF32U, "i64.trunc_sat_f32_u", none, plain)
            (0xfc06, I64TruncSatF64S, "i64.trunc_sat_f64_s", none, plain)
            (0xfc07, I64TruncSatF64U, "i64.trunc_sat_f64_u", none, plain)
            (0xfc08, MemoryInit, "memory.init", data_memory, plain)
            (0xfc09, DataDrop, "data.drop", data, plain)
            (0xfc0a, MemoryCopy, "memory.copy", memory_memory, plain)
            (0xfc0b, MemoryFill, "memory.fill", memory, plain)
            (0xfc0c, TableInit, "table.init", elem_table, plain)
            (0xfc0d, ElemDrop, "elem.drop", elem, plain)
            (0xfc0e, TableCopy, "table.copy", table_table, plain)
            (0xfc0f, TableGrow, "table.grow", table, plain)
            (0xfc10, TableSize, "table.size", table, plain)
            (0xfc11, TableFill, "table.fill", table, plain)
            (0xfc13, I64Add128, "i64.add128", none, plain)
            (0xfc14, I64Sub128, "i64.sub128", none, plain)
            (0xfc15, I64MulWideS, "i64.mul_wide_s", none, plain)
            (0xfc16, I64MulWideU, "i64.mul_wide_u", none, plain)
        }
    };
}

/// What follows the opcode in the bytes. Indices are LEB128 of 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Immediates {
    /// Nothing.
    None,
    /// Block type: empty, value type or type index (33-bit signed LEB128).
    BlockType,
    /// Branch depth.
    Label,
    /// Count, that many branch depths, and the default's.
    Labels,
    /// Function index.
    Func,
    /// Type index, table index.
    TypeTable,
    /// Local index.
    Local,
    /// Global index.
    Global,
    /// Table index.
    Table,
    /// Two table indices: destination, source.
    TableTable,
    /// Element segment index, table index.
    ElemTable,
    /// Element segment index.
    Elem,
    /// Alignment exponent, offset.
    Memarg,
    /// Memory index.
    Memory,
    /// Two memory indices: destination, source.
    MemoryMemory,
    /// Data segment index, memory index.
    DataMemory,
    /// Data segment index.
    Data,
    /// 32-bit signed LEB128.
    I32,
    /// 64-bit signed LEB128.
    I64,
    /// 4 bytes, little endian.
    F32,
    /// 8 bytes, little endian.
    F64,
    /// Count, that many value types.
    ValTypes,
    /// Heap type (33-bit signed LEB128).
    HeapType,
}

/// What the interpreter records when it executes an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feedback {
    /// Nothing.
    None,
    /// Execution count and, for indirect calls, targets.
    Call,
    /// Which way it went.
    Branch,
    /// Trips; the place of OSR entries.
    Loop,
}

/// Turns a word of the table's columns into the variant it stands for.
#[rustfmt::skip]
macro_rules! cell {
    (none) => { Immediates::None };
    (block_type) => { Immediates::BlockType };
    (label) => { Immediates::Label };
    (labels) => { Immediates::Labels };
    (func) => { Immediates::Func };
    (type_table) => { Immediates::TypeTable };
    (local) => { Immediates::Local };
    (global) => { Immediates::Global };
    (table) => { Immediates::Table };
    (table_table) => { Immediates::TableTable };
    (elem_table) => { Immediates::ElemTable };
    (elem) => { Immediates::Elem };
    (memarg) => { Immediates::Memarg };
    (memory) => { Immediates::Memory };
    (memory_memory) => { Immediates::MemoryMemory };
    (data_memory) => { Immediates::DataMemory };
    (data) => { Immediates::Data };
    (i32) => { Immediates::I32 };
    (i64) => { Immediates::I64 };
    (f32) => { Immediates::F32 };
    (f64) => { Immediates::F64 };
    (val_types) => { Immediates::ValTypes };
    (heap_type) => { Immediates::HeapType };
    (plain) => { Feedback::None };
    (call) => { Feedback::Call };
    (branch) => { Feedback::Branch };
    (loop) => { Feedback::Loop };
}

/// Makes the enum and its functions of the table.
macro_rules! define_opcode {
    ($(($code:literal, $name:ident, $mnemonic:literal, $immediates:tt, $feedback:tt))*) => {
        /// An instruction, named as in `wasmparser::Operator`.
        ///
        /// The discriminant is the opcode byte, or `0xfc00 | sub` after the prefix `0xfc`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Opcode {
            $(
                #[doc = concat!("`", $mnemonic, "`")]
                $name = $code,
            )*
        }

        impl Opcode {
            /// All opcodes by rising code.
            pub const ALL: &[Opcode] = &[$(Opcode::$name),*];

            const fn from_code(code: u16) -> Option<Opcode> {
                match code {
                    $($code => Some(Opcode::$name),)*
                    _ => None,
                }
            }

            /// The name in the text format. `select` is the name of two opcodes.
            pub const fn mnemonic(self) -> &'static str {
                match self {
                    $(Opcode::$name => $mnemonic,)*
                }
            }

            /// What follows the opcode.
            pub const fn immediates(self) -> Immediates {
                match self {
                    $(Opcode::$name => cell!($immediates),)*
                }
            }

            /// What the interpreter records.
            pub const fn feedback(self) -> Feedback {
                match self {
                    $(Opcode::$name => cell!($feedback),)*
                }
            }
        }
    };
}
for_each_opcode!(define_opcode);

impl Opcode {
    /// The first byte of instructions that are told apart by a LEB128 behind it.
    pub const PREFIX: u8 = 0xfc;

    /// The instruction that is encoded as `byte` alone; `None` for [`Opcode::PREFIX`], too.
    pub const fn from_byte(byte: u8) -> Option<Opcode> {
        Opcode::from_code(byte as u16)
    }

    /// The instruction `sub` behind [`Opcode::PREFIX`].
    pub const fn from_prefixed(sub: u32) -> Option<Opcode> {
        if sub > 0xff {
            return None;
        }
        Opcode::from_code((Opcode::PREFIX as u16) << 8 | sub as u16)
    }

    /// Whether it is encoded behind [`Opcode::PREFIX`].
    pub const fn is_prefixed(self) -> bool {
        self as u16 > 0xff
    }
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mnemonic())
    }
}

// The order of rows is promised.
const _: () = {
    let mut at = 1;
    while at < Opcode::ALL.len() {
        assert!((Opcode::ALL[at - 1] as u16) < Opcode::ALL[at] as u16);
        at += 1;
    }
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use wasmparser::{BinaryReader, OperatorsReader};

    /// The proposals of the feature set that have instructions, as wasmparser calls them.
    const PROPOSALS: &[&str] = &[
        "mvp",
        "sign_extension",
        "saturating_float_to_int",
        "bulk_memory",
        "reference_types",
        "tail_call",
        "wide_arithmetic",
    ];

    /// (proposal, variant, visitor) of every operator wasmparser knows.
    macro_rules! list_operators {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
            &[$((stringify!($proposal), stringify!($op), stringify!($visit))),*]
        };
    }
    const OPERATORS: &[(&str, &str, &str)] = wasmparser::for_each_operator!(list_operators);

    // A feature that wasmparser accepts and the table lacks would be an undispatchable opcode.
    #[test]
    fn same_instructions_as_wasmparser() {
        // Parsed only for a better message; always invalid.
        let theirs: BTreeSet<String> = OPERATORS
            .iter()
            .filter(|(proposal, op, _)| PROPOSALS.contains(proposal) && *op != "TypedSelectMulti")
            .map(|(_, op, visit)| format!("{op} {}", visit.trim_start_matches("visit_")))
            .collect();
        let ours: BTreeSet<String> = Opcode::ALL
            .iter()
            .map(|op| match op {
                Opcode::TypedSelect => "TypedSelect typed_select".to_owned(),
                _ => format!("{op:?} {}", op.mnemonic().replace('.', "_")),
            })
            .collect();
        assert_eq!(ours, theirs);
    }

    /// Some valid encoding of the immediates.
    fn example_immediates(op: Opcode) -> &'static [u8] {
        match op.immediates() {
            Immediates::None => &[],
            Immediates::BlockType => &[0x40],
            Immediates::Label
            | Immediates::Func
            | Immediates::Local
            | Immediates::Global
            | Immediates::Table
            | Immediates::Elem
            | Immediates::Memory
            | Immediates::Data
            | Immediates::I32
            | Immediates::I64 => &[0],
            Immediates::Labels
            | Immediates::TypeTable
            | Immediates::TableTable
            | Immediates::ElemTable
            | Immediates::Memarg
            | Immediates::MemoryMemory
            | Immediates::DataMemory => &[0, 0],
            Immediates::F32 => &[0; 4],
            Immediates::F64 => &[0; 8],
            Immediates::ValTypes => &[1, 0x7f],
            Immediates::HeapType => &[0x70],
        }
    }

    // Codes and immediates are those that wasmparser reads.
    #[test]
    fn same_encoding_as_wasmparser() {
        for &op in Opcode::ALL {
            // `else` is read inside `if` only.
            let mut bytes = vec![0x04, 0x40];
            match u16::to_be_bytes(op as u16) {
                [0, byte] => bytes.push(byte),
                code => bytes.extend(code),
            }
            bytes.extend(example_immediates(op));
            let mut reader = OperatorsReader::new(BinaryReader::new(&bytes, 0));
            reader.read().expect("if");
            let read = format!("{:?}", reader.read().expect("an operator"));
            let variant = read.split(' ').next().expect("a word");
            assert_eq!(variant, format!("{op:?}"));
            assert!(reader.eof(), "{op} has other immediates");
        }
    }

    #[test]
    fn codes_round_trip() {
        for code in 0..=0xff {
            let op = Opcode::from_byte(code);
            assert!(op.is_none_or(|op| op as u16 == u16::from(code) && !op.is_prefixed()));
        }
        assert_eq!(Opcode::from_byte(0x6a), Some(Opcode::I32Add));
        assert_eq!(Opcode::from_byte(Opcode::PREFIX), None);
        assert_eq!(Opcode::from_prefixed(0x0a), Some(Opcode::MemoryCopy));
        assert_eq!(Opcode::from_prefixed(0x12), None);
        assert_eq!(Opcode::from_prefixed(0x10a), None);
        let prefixed = Opcode::ALL.iter().filter(|op| op.is_prefixed()).count();
        assert_eq!((Opcode::ALL.len(), prefixed), (207, 22));
    }
}
