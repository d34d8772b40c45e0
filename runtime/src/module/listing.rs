//! Instructions as text: mnemonic and immediates, for listings and traces.

use super::Module;
use crate::opcode::{Immediates, Opcode};
use std::fmt::Write as _;

impl Module {
    /// The instruction at `at` in the bytes, as text. Requires an instruction of a prepared body.
    pub fn instruction(&self, at: usize) -> String {
        let nth = (self.bodies).partition_point(|it| it.range.start as usize <= at);
        let end = self.bodies[nth - 1].range.end as usize;
        let mut bytes = Bytes(self.bytes.present(at..end));
        let byte = bytes.byte();
        let opcode = Opcode::from_byte(byte).or_else(|| {
            let sub = u32::try_from(bytes.unsigned()).ok()?;
            Opcode::from_prefixed(byte, sub)
        });
        let Some(opcode) = opcode else {
            unreachable!("opcode {byte:#x} passed validation")
        };
        let mut text = opcode.mnemonic().to_string();
        bytes.immediates(opcode.immediates(), &mut text);
        text
    }
}

/// What is left of an instruction.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    /// Appends immediates of this kind to `text`.
    fn immediates(&mut self, kind: Immediates, text: &mut String) {
        // Writing to a string does not fail.
        let _ = match kind {
            Immediates::None => Ok(()),
            Immediates::BlockType => match self.signed() {
                -0x40 => Ok(()),
                ty @ 0.. => write!(text, " type{ty}"),
                code => write!(text, " result={:#x}", code & 0x7f),
            },
            Immediates::Labels => (0..=self.unsigned()).try_for_each(|_| self.numbers(1, text)),
            Immediates::ValTypes | Immediates::Lanes | Immediates::V128 => Ok(()),
            Immediates::Label
            | Immediates::Func
            | Immediates::Local
            | Immediates::Global
            | Immediates::Table
            | Immediates::Elem
            | Immediates::Memory
            | Immediates::Data
            | Immediates::Type => self.numbers(1, text),
            Immediates::TypeTable
            | Immediates::TableTable
            | Immediates::ElemTable
            | Immediates::MemoryMemory
            | Immediates::DataMemory => self.numbers(2, text),
            Immediates::Memarg => self.memarg(text),
            Immediates::MemargLane => {
                let memarg = self.memarg(text);
                memarg.and_then(|()| write!(text, " {}", self.byte()))
            }
            Immediates::I32 | Immediates::I64 | Immediates::HeapType => {
                write!(text, " {}", self.signed())
            }
            Immediates::F32 => write!(text, " {}", f32::from_le_bytes(self.array())),
            Immediates::F64 => write!(text, " {}", f64::from_le_bytes(self.array())),
            Immediates::Lane | Immediates::Ordering => write!(text, " {}", self.byte()),
        };
    }

    fn memarg(&mut self, text: &mut String) -> std::fmt::Result {
        /// Says that the index of a memory follows.
        const HAS_MEMORY: u64 = 0x40;
        if self.unsigned() & HAS_MEMORY != 0 {
            write!(text, " memory{}", self.unsigned())?;
        }
        match self.unsigned() {
            0 => Ok(()),
            offset => write!(text, " offset={offset}"),
        }
    }

    fn numbers(&mut self, n: usize, text: &mut String) -> std::fmt::Result {
        (0..n).try_for_each(|_| write!(text, " {}", self.unsigned()))
    }

    fn byte(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let (bytes, rest) = self.0.split_first_chunk().expect("immediates are whole");
        self.0 = rest;
        *bytes
    }

    fn unsigned(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    }

    fn signed(&mut self) -> i64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= i64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                let unused = 64u32.saturating_sub(shift);
                return value << unused >> unused;
            }
        }
    }
}
