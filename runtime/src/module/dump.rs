//! Prepared bodies as text, for `--dump side-table` and tests.
//!
//! An entry does not say whose it is; the dump walks the code to find out.

use super::{CallKind, Instruction, Module, PreparedBody, SideTableEntry, Vectors};
use crate::opcode::Opcode;
use std::fmt;

/// A prepared body with its module, to print.
#[derive(Clone, Copy, Debug)]
pub struct SideTableDump<'a> {
    body: &'a PreparedBody,
    module: &'a Module,
}

impl PreparedBody {
    /// The frame's sizes, side table and loop headers as text.
    pub fn display<'a>(&'a self, module: &'a Module) -> SideTableDump<'a> {
        SideTableDump { body: self, module }
    }
}

impl fmt::Display for SideTableDump<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body;
        writeln!(
            f,
            "params={} results={} locals={} operands={} bytes={:#x}",
            body.param_slots,
            body.result_slots,
            body.local_slots,
            body.max_operands,
            body.code.len(),
        )?;
        if let Some(vectors) = &body.vectors {
            writeln!(f, "{vectors}")?;
        }
        for Instruction { pc, entries } in body.instructions(self.module) {
            let at = (body.code.start + pc) as usize;
            let byte = self.module.bytes.present(at..at + 1)[0];
            for (nth, stp) in entries.enumerate() {
                let Some(opcode) = Opcode::from_byte(byte) else {
                    unreachable!("prefixed instructions own no entries")
                };
                self.entry(f, opcode, (pc, stp), nth)?;
            }
        }
        for header in &body.loops {
            let (pc, stp, height) = (header.pc, header.stp, header.height);
            writeln!(f, "loop {pc:#x} st{stp} height={height}")?;
        }
        Ok(())
    }
}

/// Slots of locals that are vectors, and pcs of instructions about vectors.
impl fmt::Display for Vectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("vectors in slots")?;
        for local in self.locals.iter().filter(|it| **it & 1 != 0) {
            write!(f, " {}", local >> 1)?;
        }
        f.write_str("; dropped or selected at")?;
        for pc in 0..self.operands.len() * 8 {
            if self.operands[pc / 8] >> (pc % 8) & 1 != 0 {
                write!(f, " {pc:#x}")?;
            }
        }
        Ok(())
    }
}

impl SideTableDump<'_> {
    /// Prints entry `stp`, which is the `nth` of the instruction at `pc`.
    fn entry(
        &self,
        f: &mut fmt::Formatter<'_>,
        opcode: Opcode,
        (pc, stp): (u32, u32),
        nth: usize,
    ) -> fmt::Result {
        write!(f, "st{stp} {pc:#x} {opcode}")?;
        let entry = &self.body.side_table[stp as usize];
        let landing = Landing::new(entry, pc, stp);
        match opcode {
            Opcode::Call | Opcode::CallIndirect | Opcode::CallRef => self.call(f, entry),
            Opcode::ReturnCall | Opcode::ReturnCallIndirect | Opcode::ReturnCallRef => {
                self.call(f, entry)
            }
            Opcode::BrTable => writeln!(f, "[{nth}] {landing}"),
            _ => writeln!(f, " {landing} len={}", entry.op_len()),
        }
    }

    fn call(&self, f: &mut fmt::Formatter<'_>, entry: &SideTableEntry) -> fmt::Result {
        let site = entry.site();
        match self.body.call_sites[site.index()].kind {
            CallKind::Direct(_) | CallKind::ReturnDirect(_) => write!(f, " {}", entry.func())?,
            CallKind::Indirect { .. } | CallKind::ReturnIndirect { .. } => {
                write!(f, " {} {}", entry.ty(), entry.table())?;
            }
            CallKind::Ref { .. } | CallKind::ReturnRef { .. } => write!(f, " {}", entry.ty())?,
        }
        writeln!(f, " {site} len={}", entry.op_len())
    }
}

/// Where a branch lands, and what becomes of the operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landing {
    /// The pc there.
    pub pc: u32,
    /// The side table index there.
    pub stp: u32,
    /// Is it at a loop?
    pub backward: bool,
    /// Operand slots kept on top.
    pub keep: u32,
    /// Operand slots dropped below these.
    pub drop: u32,
}

impl Landing {
    /// That of the branch at `pc` by its entry, which is at `stp`.
    pub fn new(entry: &SideTableEntry, pc: u32, stp: u32) -> Self {
        Self {
            pc: pc.wrapping_add_signed(entry.pc_delta()),
            stp: stp.wrapping_add_signed(entry.stp_delta()),
            backward: entry.is_backward(),
            keep: entry.n_keep(),
            drop: entry.n_drop(),
        }
    }
}

impl fmt::Display for Landing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Landing {
            pc,
            stp,
            backward,
            keep,
            drop,
        } = self;
        let arrow = if *backward { "->^" } else { "->" };
        write!(f, "{arrow} {pc:#x} st{stp} keep={keep} drop={drop}")
    }
}
