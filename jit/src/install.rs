//! Installing: from the bytes of a compilation to executable memory.
//!
//! Bytes have no relocations, so they run wherever they are put, and several pieces can be put
//! one after the other. A `JITModule` is made for each installation and dropped after it; the
//! [`Block`] that it wrote to stays, and frees exactly that code when it is dropped.

use crate::code_memory::{Block, CodeMemory, LINE, NoRoom, Provider};
use crate::compiler::{Compiled, Dump};
use crate::{CompileError, Fact, MemoryStyle};
use cranelift_codegen::ir::Signature;
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Module, ModuleError, default_libcall_names};
use deopt::ExitTable;
use runtime::code::CodeInfo;
use runtime::{CodeId, Event, FuncIdx};
use std::sync::Arc;
use std::time::Duration;

/// Machine code that runs at any address of its alignment.
#[derive(Clone, Debug)]
pub(crate) struct MachineCode {
    pub(crate) bytes: Vec<u8>,
    pub(crate) align: usize,
    /// The offset that had best be at the start of a cache line: a small loop takes up to twice as
    /// long if it lies in one line more than it must.
    pub(crate) line_start: usize,
}

/// Traps if it is ever executed (`int3`).
const PADDING: u8 = 0xcc;

/// Installed code.
///
/// It runs in every instance of its module for which its facts hold, in stores of one engine.
///
/// It owns its memory: dropping it frees the code, so nothing may be inside it or about to enter
/// it then, and no `VMFuncRef` may lead to it.
#[derive(Debug)]
pub struct Code {
    info: Arc<CodeInfo>,
    osr: Option<u32>,
    exits: ExitTable,
    decisions: Box<[Event]>,
    facts: Box<[Fact]>,
    memories: Box<[MemoryStyle]>,
    time: Duration,
    dump: Option<Dump>,
    block: Block,
    described: Described,
}

/// Counts in its memory that code is there, and the bytes of what describes it.
#[derive(Debug)]
struct Described {
    memory: Arc<CodeMemory>,
    bytes: usize,
}

impl MachineCode {
    pub(crate) const EMPTY: Self = Self {
        bytes: Vec::new(),
        align: 1,
        line_start: 0,
    };

    /// Puts `other` behind this code, and returns the offset it got.
    pub(crate) fn append(&mut self, other: &MachineCode) -> usize {
        let offset = self.bytes.len().next_multiple_of(other.align);
        self.bytes.resize(offset, PADDING);
        self.bytes.extend_from_slice(&other.bytes);
        self.align = self.align.max(other.align);
        offset
    }

    /// How far behind the start of a line it begins.
    fn lead(&self) -> usize {
        let lead = self.line_start.next_multiple_of(LINE) - self.line_start;
        lead.next_multiple_of(self.align)
    }

    /// Makes it executable, and returns where it begins.
    pub(crate) fn publish(
        &self,
        isa: &OwnedTargetIsa,
        memory: &Arc<CodeMemory>,
    ) -> Result<(Block, *const u8), CompileError> {
        let provider = Provider::new(memory);
        let mut builder = JITBuilder::with_isa(isa.clone(), default_libcall_names());
        builder.memory_provider(Box::new(provider.clone()));
        let mut module = JITModule::new(builder);
        // The signature is not looked at: nobody in the module calls the function.
        let sig = Signature::new(CallConv::Tail);
        let func = module
            .declare_anonymous_function(&sig)
            .map_err(|err| refused(&err))?;
        let lead = self.lead();
        let mut bytes = vec![PADDING; lead];
        bytes.extend_from_slice(&self.bytes);
        module
            .define_function_bytes(func, self.align as u64, &bytes, &[])
            .map_err(|err| refused(&err))?;
        module.finalize_definitions().map_err(|err| refused(&err))?;
        let start = module.get_finalized_function(func).wrapping_add(lead);
        match provider.take() {
            Some(block) => Ok((block, start)),
            None => unreachable!("defining a function allocates its memory"),
        }
    }
}

fn refused(err: &ModuleError) -> CompileError {
    let ModuleError::Allocation { err } = err else {
        return CompileError::CodeMemory(err.to_string());
    };
    match err.get_ref().and_then(|it| it.downcast_ref::<NoRoom>()) {
        Some(&no_room) => no_room.into(),
        None => CompileError::CodeMemory(err.to_string()),
    }
}

impl Code {
    pub(crate) fn new(
        compiled: Compiled,
        isa: &OwnedTargetIsa,
        memory: &Arc<CodeMemory>,
    ) -> Result<Self, CompileError> {
        let (block, start) = compiled.machine_code.publish(isa, memory)?;
        let info = CodeInfo {
            id: compiled.code,
            start: start as usize,
            len: compiled.machine_code.bytes.len(),
            modules: compiled.modules,
            frames: compiled.frames,
            traps: compiled.traps,
            returns: compiled.returns,
        };
        let bytes = size_of_val(&*info.frames)
            + size_of_val(&*info.traps)
            + size_of_val(&*info.returns)
            + compiled.exits.size();
        Ok(Self {
            described: Described::new(memory, bytes),
            info: Arc::new(info),
            osr: compiled.osr,
            exits: compiled.exits,
            decisions: compiled.decisions,
            facts: compiled.facts,
            memories: compiled.memories,
            time: compiled.time,
            dump: compiled.dump,
            block,
        })
    }

    /// Its number in the engine.
    pub fn id(&self) -> CodeId {
        self.info.id
    }

    /// The compiled function.
    pub fn func(&self) -> FuncIdx {
        self.info.frames[0].func
    }

    /// The loop header at which it is entered, if it is OSR code.
    pub fn osr(&self) -> Option<u32> {
        self.osr
    }

    /// Where it is entered: `Tail (callee, args...)`, or for OSR code `Tail (vmctx, local 0)`.
    pub fn entry(&self) -> *const u8 {
        self.info.start as *const u8
    }

    /// Size in bytes.
    pub fn size(&self) -> usize {
        self.info.len
    }

    /// Bytes of what describes it: exits, bodies, and the positions of calls and accesses.
    pub fn described_by(&self) -> usize {
        self.described.bytes
    }

    /// The machine code.
    pub fn bytes(&self) -> &[u8] {
        &self.block.bytes(self.info.start)[..self.info.len]
    }

    /// Its deopt exits.
    pub fn exits(&self) -> &ExitTable {
        &self.exits
    }

    /// What was decided about its calls.
    pub fn decisions(&self) -> &[Event] {
        &self.decisions
    }

    /// What must be so in an instance that it is installed in,
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// and how accesses to the memories of such an instance must be checked.
    pub fn memories(&self) -> &[MemoryStyle] {
        &self.memories
    }

    /// How long it took to compile.
    pub fn time(&self) -> Duration {
        self.time
    }

    /// What the store's code map needs.
    pub fn info(&self) -> &Arc<CodeInfo> {
        &self.info
    }

    /// Its CLIF and disassembly, if they were asked for.
    pub fn dump(&self) -> Option<&Dump> {
        self.dump.as_ref()
    }
}

impl Described {
    fn new(memory: &Arc<CodeMemory>, bytes: usize) -> Self {
        memory.add_described(bytes);
        Self {
            memory: memory.clone(),
            bytes,
        }
    }
}

impl Drop for Described {
    fn drop(&mut self) {
        self.memory.remove_described(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_should_begin_a_line_does_as_far_as_alignment_lets_it() {
        for align in [1, 16, 64] {
            for line_start in 0..200 {
                let code = MachineCode {
                    align,
                    line_start,
                    ..MachineCode::EMPTY
                };
                let lead = code.lead();
                assert!(lead.is_multiple_of(align) && lead <= LINE);
                assert!((lead + line_start) % LINE < align);
            }
        }
    }
}
