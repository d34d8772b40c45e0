//! Prepared bodies as text, for `--dump side-table` and tests.
//!
//! An entry does not say whose it is; the dump walks the code to find out.

use super::{CallKind, Module, PreparedBody, SideTableEntry, Vectors, side_table_entries};
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
        let mut operators = body.operators(self.module);
        let mut stp = 0;
        while !operators.eof() {
            let at = operators.original_position();
            let op = operators.read().map_err(|_| fmt::Error)?;
            let n_entries = side_table_entries(&op) as usize;
            let opcode = Opcode::from_byte(self.module.bytes.present(at..at + 1)[0]);
            for nth in 0..n_entries {
                let opcode = opcode.ok_or(fmt::Error)?;
                self.entry(f, opcode, at - body.code.start as usize, stp, nth)?;
                stp += 1;
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
        pc: usize,
        stp: usize,
        nth: usize,
    ) -> fmt::Result {
        write!(f, "st{stp} {pc:#x} {opcode}")?;
        let entry = &self.body.side_table[stp];
        match opcode {
            Opcode::Call | Opcode::CallIndirect | Opcode::CallRef => self.call(f, entry),
            Opcode::ReturnCall | Opcode::ReturnCallIndirect | Opcode::ReturnCallRef => {
                self.call(f, entry)
            }
            Opcode::BrTable => {
                write!(f, "[{nth}]")?;
                branch(f, entry, pc, stp)?;
                writeln!(f)
            }
            _ => {
                branch(f, entry, pc, stp)?;
                writeln!(f, " len={}", entry.op_len())
            }
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

fn branch(
    f: &mut fmt::Formatter<'_>,
    entry: &SideTableEntry,
    pc: usize,
    stp: usize,
) -> fmt::Result {
    let landing = pc.wrapping_add_signed(entry.pc_delta() as isize);
    let landing_stp = stp.wrapping_add_signed(entry.stp_delta() as isize);
    let arrow = if entry.is_backward() { "->^" } else { "->" };
    write!(
        f,
        " {arrow} {landing:#x} st{landing_stp} keep={} drop={}",
        entry.n_keep(),
        entry.n_drop(),
    )
}
