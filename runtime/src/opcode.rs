//! The instructions of the engine, in one table.
//!
//! [`for_each_opcode!`](crate::for_each_opcode) is the only list of opcodes: dispatch tables,
//! disassembly, trace and counters are made of it. It says nothing about operand types, which
//! are validation's business. A test compares it with wasmparser's list of operators, so that a
//! feature cannot be switched on in `Features` and be forgotten here.
//!
//! Feature set: WebAssembly 2.0, tail calls, relaxed SIMD, typed function references, wide
//! arithmetic, and threads.

#[macro_use]
mod table;

use std::fmt;

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
    /// Type index.
    Type,
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
    /// Alignment exponent, offset, and a byte: lane index.
    MemargLane,
    /// Memory index.
    Memory,
    /// A byte that is 0: the only ordering there is.
    Ordering,
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
    /// 16 bytes, little endian.
    V128,
    /// A byte: lane index.
    Lane,
    /// 16 bytes: lane indices.
    Lanes,
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
    (type) => { Immediates::Type };
    (type_table) => { Immediates::TypeTable };
    (local) => { Immediates::Local };
    (global) => { Immediates::Global };
    (table) => { Immediates::Table };
    (table_table) => { Immediates::TableTable };
    (elem_table) => { Immediates::ElemTable };
    (elem) => { Immediates::Elem };
    (memarg) => { Immediates::Memarg };
    (memarg_lane) => { Immediates::MemargLane };
    (memory) => { Immediates::Memory };
    (memory_memory) => { Immediates::MemoryMemory };
    (data_memory) => { Immediates::DataMemory };
    (ordering) => { Immediates::Ordering };
    (data) => { Immediates::Data };
    (i32) => { Immediates::I32 };
    (i64) => { Immediates::I64 };
    (f32) => { Immediates::F32 };
    (f64) => { Immediates::F64 };
    (v128) => { Immediates::V128 };
    (lane) => { Immediates::Lane };
    (lanes) => { Immediates::Lanes };
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
        /// The discriminant is the opcode byte, or `prefix << 12 | sub`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u32)]
        pub enum Opcode {
            $(
                #[doc = concat!("`", $mnemonic, "`")]
                $name = $code,
            )*
        }

        impl Opcode {
            /// All opcodes by rising code.
            pub const ALL: &[Opcode] = &[$(Opcode::$name),*];

            const fn from_code(code: u32) -> Option<Opcode> {
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
    /// The first byte of instructions on tables, memories and floats that are told apart by a
    /// LEB128 number behind it.
    pub const PREFIX: u8 = 0xfc;

    /// The first byte of vector instructions, likewise.
    pub const SIMD_PREFIX: u8 = 0xfd;

    /// The first byte of atomics, likewise.
    pub const ATOMIC_PREFIX: u8 = 0xfe;

    /// The instruction that is encoded as `byte` alone; `None` for prefixes, too.
    pub const fn from_byte(byte: u8) -> Option<Opcode> {
        Opcode::from_code(byte as u32)
    }

    /// The instruction `sub` behind `prefix`.
    pub(crate) const fn from_prefixed(prefix: u8, sub: u32) -> Option<Opcode> {
        if sub > 0xfff {
            return None;
        }
        Opcode::from_code((prefix as u32) << 12 | sub)
    }

    /// The prefix and the number behind it, unless the opcode is a byte.
    pub const fn prefixed(self) -> Option<(u8, u32)> {
        match self as u32 {
            0..=0xff => None,
            code => Some(((code >> 12) as u8, code & 0xfff)),
        }
    }

    /// Whether it is encoded behind a prefix.
    pub const fn is_prefixed(self) -> bool {
        self.prefixed().is_some()
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
        assert!((Opcode::ALL[at - 1] as u32) < Opcode::ALL[at] as u32);
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
        "simd",
        "relaxed_simd",
        "wide_arithmetic",
        "function_references",
        "threads",
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
            | Immediates::Type
            | Immediates::Local
            | Immediates::Global
            | Immediates::Table
            | Immediates::Elem
            | Immediates::Memory
            | Immediates::Data
            | Immediates::Ordering
            | Immediates::I32
            | Immediates::I64 => &[0],
            Immediates::Labels
            | Immediates::TypeTable
            | Immediates::TableTable
            | Immediates::ElemTable
            | Immediates::Memarg
            | Immediates::MemoryMemory
            | Immediates::DataMemory => &[0, 0],
            Immediates::MemargLane => &[0, 0, 0],
            Immediates::Lane => &[0],
            Immediates::V128 | Immediates::Lanes => &[0; 16],
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
            match op.prefixed() {
                None => bytes.push(op as u32 as u8),
                Some((prefix, sub)) => {
                    bytes.push(prefix);
                    match sub {
                        0..0x80 => bytes.push(sub as u8),
                        _ => bytes.extend([sub as u8 | 0x80, (sub >> 7) as u8]),
                    }
                }
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
            assert!(op.is_none_or(|op| op as u32 == u32::from(code) && !op.is_prefixed()));
        }
        assert_eq!(Opcode::from_byte(0x6a), Some(Opcode::I32Add));
        let bulk = |sub| Opcode::from_prefixed(Opcode::PREFIX, sub);
        assert_eq!(Opcode::from_byte(Opcode::PREFIX), None);
        assert_eq!(Opcode::from_byte(Opcode::SIMD_PREFIX), None);
        assert_eq!(Opcode::from_byte(Opcode::ATOMIC_PREFIX), None);
        assert_eq!(bulk(0x0a), Some(Opcode::MemoryCopy));
        assert_eq!(bulk(0x12), None);
        assert_eq!(bulk(0x10a), None);
        assert_eq!(bulk(0x100a), None);
        let prefixed = Opcode::ALL.iter().filter(|op| op.is_prefixed()).count();
        assert_eq!((Opcode::ALL.len(), prefixed), (535, 345));
    }
}
