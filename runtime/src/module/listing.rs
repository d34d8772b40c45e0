//! Instructions as text: mnemonic and immediates, for listings and traces.

use super::{Module, PreparedBody, side_table_entries};
use crate::opcode::{Immediates, Opcode};
use std::ops::Range;
use wasmparser::{BinaryReader, Result};

/// An instruction of a prepared body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// From the first instruction of the body.
    pub pc: u32,
    /// The side table entries it owns.
    pub entries: Range<u32>,
}

impl PreparedBody {
    /// The instructions.
    pub fn instructions(&self, module: &Module) -> impl Iterator<Item = Instruction> {
        let mut operators = self.operators(module);
        let mut stp = 0;
        std::iter::from_fn(move || {
            if operators.eof() {
                return None;
            }
            let at = operators.original_position();
            let op = match operators.read() {
                Ok(op) => op,
                Err(error) => unreachable!("the body passed validation: {error}"),
            };
            let entries = stp..stp + side_table_entries(&op);
            stp = entries.end;
            let pc = u32::try_from(at).expect("modules are below 4 GiB") - self.code.start;
            Some(Instruction { pc, entries })
        })
    }

    /// The instruction at `pc`, as text.
    pub fn instruction_text(&self, module: &Module, pc: u32) -> String {
        let start = (self.code.start + pc) as usize;
        let bytes = module.bytes.present(start..self.code.end as usize);
        match text(&mut BinaryReader::new(bytes, start)) {
            Ok(text) => text,
            Err(error) => unreachable!("the body passed validation: {error}"),
        }
    }
}

/// The instruction that `reader` is at.
fn text(reader: &mut BinaryReader<'_>) -> Result<String> {
    let byte = reader.read_u8()?;
    let opcode = match Opcode::from_byte(byte) {
        Some(opcode) => Some(opcode),
        None => Opcode::from_prefixed(byte, reader.read_var_u32()?),
    };
    let Some(opcode) = opcode else {
        unreachable!("opcode {byte:#x} passed validation")
    };
    let immediates = immediates(opcode.immediates(), reader)?;
    Ok(format!("{opcode}{immediates}"))
}

/// Immediates of this kind, each with a space before it.
fn immediates(kind: Immediates, reader: &mut BinaryReader<'_>) -> Result<String> {
    Ok(match kind {
        Immediates::None | Immediates::ValTypes | Immediates::Lanes | Immediates::V128 => {
            String::new()
        }
        Immediates::BlockType => match reader.read_var_s33()? {
            -0x40 => String::new(),
            ty @ 0.. => format!(" type{ty}"),
            code => format!(" result={:#x}", code & 0x7f),
        },
        Immediates::Labels => {
            let n_targets = reader.read_var_u32()?;
            (0..=n_targets)
                .map(|_| number(reader))
                .collect::<Result<_>>()?
        }
        Immediates::Label
        | Immediates::Func
        | Immediates::Local
        | Immediates::Global
        | Immediates::Table
        | Immediates::Elem
        | Immediates::Memory
        | Immediates::Data
        | Immediates::Type => number(reader)?,
        Immediates::TypeTable
        | Immediates::TableTable
        | Immediates::ElemTable
        | Immediates::MemoryMemory
        | Immediates::DataMemory => number(reader)? + &number(reader)?,
        Immediates::Memarg => memarg(reader)?,
        Immediates::MemargLane => memarg(reader)? + &byte(reader)?,
        Immediates::I32 => format!(" {}", reader.read_var_i32()?),
        Immediates::I64 => format!(" {}", reader.read_var_i64()?),
        Immediates::HeapType => format!(" {}", reader.read_var_s33()?),
        Immediates::F32 => format!(" {}", f32::from_bits(reader.read_f32()?.bits())),
        Immediates::F64 => format!(" {}", f64::from_bits(reader.read_f64()?.bits())),
        Immediates::Lane | Immediates::Ordering => byte(reader)?,
    })
}

fn memarg(reader: &mut BinaryReader<'_>) -> Result<String> {
    /// Says that the index of a memory follows.
    const HAS_MEMORY: u32 = 0x40;
    let memory = match reader.read_var_u32()? & HAS_MEMORY {
        0 => String::new(),
        _ => format!(" memory{}", reader.read_var_u32()?),
    };
    Ok(match reader.read_var_u64()? {
        0 => memory,
        offset => format!("{memory} offset={offset}"),
    })
}

fn number(reader: &mut BinaryReader<'_>) -> Result<String> {
    Ok(format!(" {}", reader.read_var_u32()?))
}

fn byte(reader: &mut BinaryReader<'_>) -> Result<String> {
    Ok(format!(" {}", reader.read_u8()?))
}
