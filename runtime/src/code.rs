//! Installed code of a store: which function a pc belongs to, and where it can trap.
//!
//! Looked up by stack walks and by the signal handler. The handler runs on the thread that owns
//! the store while compiled code runs, and code is installed and removed only while it does not,
//! so no lock is needed.

use crate::module::Module;
use crate::{CodeId, FuncIdx, HomeIdx, Trap};
use std::sync::{Arc, Weak};

/// A position in source: 8 bits inline frame, 24 bits pc. Used as Cranelift's source location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodePos(pub u32);

impl CodePos {
    /// Number of inline frames a position can name; the last one stands for "none".
    pub const MAX_FRAMES: usize = 255;

    /// The instruction at `pc` of inline frame `frame`.
    pub fn new(frame: u8, pc: u32) -> Self {
        debug_assert!(pc < 1 << 24 && (frame as usize) < Self::MAX_FRAMES);
        Self(u32::from(frame) << 24 | pc)
    }

    /// The inline frame; 0 is the compiled function itself.
    pub fn frame(self) -> usize {
        (self.0 >> 24) as usize
    }

    /// The offset of the instruction from the first one of its function.
    pub fn pc(self) -> u32 {
        self.0 & 0x00ff_ffff
    }
}

/// A function body that code was made of: the compiled one, or one inlined into it.
#[derive(Clone, Copy, Debug)]
pub struct InlineFrame {
    /// The instance it runs in,
    pub home: HomeIdx,
    /// and the function of that instance's module.
    pub func: FuncIdx,
    /// The call instruction in the frame below it; `None` if this code has no frame below it:
    /// for the compiled function, and for what it tail-calls.
    pub call: Option<CodePos>,
}

/// An instruction that can trap.
#[derive(Clone, Copy, Debug)]
pub struct TrapSite {
    /// Offset of the machine instruction.
    pub offset: u32,
    /// Which trap.
    pub trap: Trap,
    /// Where; `None` in a prologue (stack overflow).
    pub pos: Option<CodePos>,
}

/// A call in compiled code.
#[derive(Clone, Copy, Debug)]
pub struct ReturnSite {
    /// Offset of the return address.
    pub offset: u32,
    /// The call instruction.
    pub pos: CodePos,
}

/// One piece of installed code.
#[derive(Debug)]
pub struct CodeInfo {
    /// Its number in the engine.
    pub id: CodeId,
    /// First byte.
    pub start: usize,
    /// Size in bytes.
    pub len: usize,
    /// The modules it was compiled from: that of the function, then those of other instances whose
    /// functions are inlined. Not kept alive by it: the first one owns its code, and if the others
    /// are gone, nothing gets past the guards before their bodies.
    pub modules: Box<[Weak<Module>]>,
    /// Bodies it is made of; the compiled function first.
    pub frames: Box<[InlineFrame]>,
    /// Sorted by offset.
    pub traps: Box<[TrapSite]>,
    /// Sorted by offset.
    pub returns: Box<[ReturnSite]>,
}

impl CodeInfo {
    /// The module of a frame that is on the stack: its instance keeps it alive.
    ///
    /// # Panics
    ///
    /// If there is no instance: then the frame cannot be.
    pub fn module(&self, frame: &InlineFrame) -> Arc<Module> {
        self.modules[frame.home.index()]
            .upgrade()
            .expect("code that runs is of modules that have instances")
    }

    /// The trap site at `pc`.
    pub(crate) fn trap_at(&self, pc: usize) -> Option<&TrapSite> {
        let offset = u32::try_from(pc - self.start).ok()?;
        let at = self
            .traps
            .binary_search_by_key(&offset, |it| it.offset)
            .ok()?;
        Some(&self.traps[at])
    }

    /// The call that returns to `pc`.
    pub(crate) fn return_to(&self, pc: usize) -> Option<CodePos> {
        let offset = u32::try_from(pc - self.start).ok()?;
        let at = self
            .returns
            .binary_search_by_key(&offset, |it| it.offset)
            .ok()?;
        Some(self.returns[at].pos)
    }
}

/// All installed code of a store, by address.
#[derive(Debug, Default)]
pub struct CodeMap {
    sorted: Vec<Arc<CodeInfo>>,
}

impl CodeMap {
    /// Adds `code`.
    pub fn insert(&mut self, code: Arc<CodeInfo>) {
        let at = self.sorted.partition_point(|it| it.start < code.start);
        self.sorted.insert(at, code);
    }

    /// Removes `code`, if it is there.
    pub fn remove(&mut self, code: &CodeInfo) {
        let at = self.sorted.partition_point(|it| it.start < code.start);
        if self.sorted.get(at).is_some_and(|it| it.id == code.id) {
            self.sorted.remove(at);
        }
    }

    /// The code that `pc` lies in. A return address may be one past the end of its call, so ask
    /// for the byte before it.
    pub fn find(&self, pc: usize) -> Option<&Arc<CodeInfo>> {
        let at = self
            .sorted
            .partition_point(|it| it.start <= pc)
            .checked_sub(1)?;
        let code = &self.sorted[at];
        (pc - code.start < code.len).then_some(code)
    }
}
