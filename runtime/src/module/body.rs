//! Function bodies: where they are and what the interpreter needs besides their bytes.
//!
//! A body is prepared when it is first called: `prepare.rs` makes the side table and numbers call
//! sites and loops. This file holds the result and answers questions about it; it does not look
//! into instructions, except in [`PreparedBody::stp_at`].
//!
//! Invariants:
//! 1. A [`PreparedBody`] comes from a validated body, and never moves or changes: the runtime
//!    keeps pointers to it and to its side table for as long as the module lives.
//! 2. `call_sites` and `loops` are sorted by pc; `loops` also by `landing`.

use super::{DecodeError, Meters, Module, SideTableEntry, prepare, side_table_entries};
use crate::types::ValType;
use crate::{FuncIdx, TableIdx, TypeIdx};
use std::ops::Range;
use std::sync::OnceLock;
use wasmparser::{BinaryReader, OperatorsReader};

/// The body of a defined function.
#[derive(Debug)]
pub struct Body {
    /// The body in [`Module::bytes`], declarations of locals included.
    pub range: Range<u32>,
    /// Made by [`Module::prepare`]. Boxed, since most bodies are never called.
    prepared: OnceLock<Box<PreparedBody>>,
}

const _: () = assert!(size_of::<Body>() <= 24);

/// A body that was validated and can be interpreted.
#[derive(Debug)]
pub struct PreparedBody {
    /// First instruction to one past the final `end`, in [`Module::bytes`].
    pub code: Range<u32>,
    /// Types of all locals, parameters first.
    pub local_types: Box<[ValType]>,
    /// Slots of the parameters.
    pub param_slots: u32,
    /// Slots of the results.
    pub result_slots: u32,
    /// Slots of all locals.
    pub local_slots: u32,
    /// Most operand slots in use at once.
    pub max_operands: u32,
    /// Entries of branches and calls in the order of the bytes.
    pub side_table: Box<[SideTableEntry]>,
    /// Call sites; their index is a [`CallSiteIdx`](crate::CallSiteIdx).
    pub call_sites: Box<[CallSiteInfo]>,
    /// Loop headers.
    pub loops: Box<[LoopInfo]>,
    /// Present if there is a vector among its locals or operands: it is a vector function.
    pub vectors: Option<Box<Vectors>>,
    /// Present if the engine meters.
    pub meters: Option<Box<Meters>>,
}

/// Where the vectors of a vector function are.
#[derive(Debug, PartialEq, Eq)]
pub struct Vectors {
    /// For each local: its first slot times 2, plus 1 if it is a vector.
    pub locals: Box<[u32]>,
    /// A bit for each byte of code, lowest first: is the `drop` or untyped `select` there about
    /// vectors?
    pub operands: Box<[u8]>,
}

/// A call instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallSiteInfo {
    /// pc of its opcode, from the start of `code`.
    pub pc: u32,
    /// Whom it calls.
    pub kind: CallKind,
}

/// Whom a call instruction calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// `call`
    Direct(FuncIdx),
    /// `call_indirect`
    Indirect {
        /// Type of the callee.
        ty: TypeIdx,
        /// Where the callee is found.
        table: TableIdx,
    },
    /// `call_ref`
    Ref {
        /// Type of the callee.
        ty: TypeIdx,
    },
    /// `return_call`
    ReturnDirect(FuncIdx),
    /// `return_call_indirect`
    ReturnIndirect {
        /// Type of the callee.
        ty: TypeIdx,
        /// Where the callee is found.
        table: TableIdx,
    },
    /// `return_call_ref`
    ReturnRef {
        /// Type of the callee.
        ty: TypeIdx,
    },
}

impl CallKind {
    /// The callee, if it is always the same.
    pub fn callee(self) -> Option<FuncIdx> {
        match self {
            CallKind::Direct(func) | CallKind::ReturnDirect(func) => Some(func),
            _ => None,
        }
    }

    /// Does the callee take the place of its caller?
    pub fn is_tail(self) -> bool {
        use CallKind::{ReturnDirect, ReturnIndirect, ReturnRef};
        matches!(
            self,
            ReturnDirect(_) | ReturnIndirect { .. } | ReturnRef { .. }
        )
    }
}

/// A loop header: the place behind a `loop` instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopInfo {
    /// pc of the header, from the start of `code`.
    pub pc: u32,
    /// Side table index there.
    pub stp: u32,
    /// Operand slots in use there, the loop's parameters included.
    pub height: u32,
    /// pc on which backward branches land: the header, or behind instructions that do nothing.
    pub landing: u32,
}

impl Body {
    pub(super) fn new(range: Range<u32>) -> Self {
        Self {
            range,
            prepared: OnceLock::new(),
        }
    }

    /// The prepared body, if it was ever asked for.
    #[inline]
    pub fn prepared(&self) -> Option<&PreparedBody> {
        self.prepared.get().map(|prepared| &**prepared)
    }
}

impl PreparedBody {
    /// The first slot of a local.
    pub fn local_slot(&self, local: u32) -> u32 {
        match &self.vectors {
            Some(vectors) => vectors.locals[local as usize] >> 1,
            None => local,
        }
    }

    /// Number of locals, parameters included.
    pub fn n_locals(&self) -> u32 {
        u32::try_from(self.local_types.len()).expect("wasmparser limits locals to 50000")
    }

    /// The loop whose header is at `pc`.
    pub fn loop_at(&self, pc: u32) -> Option<&LoopInfo> {
        let at = self.loops.binary_search_by_key(&pc, |header| header.pc);
        at.ok().map(|at| &self.loops[at])
    }

    /// The loop whose backward branches land at `pc`.
    pub fn loop_landing_at(&self, pc: u32) -> Option<&LoopInfo> {
        // Sorted, too: no loop is skipped on the way from a header to its landing place.
        let at = self
            .loops
            .binary_search_by_key(&pc, |header| header.landing);
        at.ok().map(|at| &self.loops[at])
    }

    /// The instructions; positions are offsets in [`Module::bytes`].
    pub fn operators<'m>(&self, module: &'m Module) -> OperatorsReader<'m> {
        match module.reader(&self.code) {
            Ok(reader) => OperatorsReader::new(reader),
            Err(error) => unreachable!("the body was prepared: {error}"),
        }
    }

    /// The side table index at `pc`, found by walking the code: slow, for checks.
    ///
    /// Requires `pc` to be that of an instruction, or the end of `code`.
    pub fn stp_at(&self, module: &Module, pc: u32) -> u32 {
        let mut operators = self.operators(module);
        let mut stp = 0;
        while operators.original_position() < (self.code.start + pc) as usize {
            match operators.read() {
                Ok(op) => stp += side_table_entries(&op),
                Err(error) => unreachable!("the body passed validation: {error}"),
            }
        }
        debug_assert_eq!(
            operators.original_position(),
            (self.code.start + pc) as usize,
            "{pc:#x} is inside an instruction"
        );
        stp
    }
}

impl Module {
    /// Validates the body of `func` and makes its side table, once.
    ///
    /// Threads that come at the same time may all do the work; all get the same result. A body
    /// that failed is tried again by the next call.
    ///
    /// # Panics
    ///
    /// If `func` is an import or does not exist.
    #[inline]
    pub fn prepare(&self, func: FuncIdx) -> Result<&PreparedBody, DecodeError> {
        let Some(body) = self.body(func) else {
            unreachable!("{func} has no body to prepare")
        };
        match body.prepared() {
            Some(prepared) => Ok(prepared),
            None => self.prepare_now(func, body),
        }
    }

    #[cold]
    fn prepare_now<'m>(
        &self,
        func: FuncIdx,
        body: &'m Body,
    ) -> Result<&'m PreparedBody, DecodeError> {
        let prepared = prepare::prepare(self, func, body)
            .map_err(|error| error.in_body(func, self.n_imports.funcs))?;
        Ok(body.prepared.get_or_init(|| Box::new(prepared)))
    }

    /// A reader of a part of the bytes that knows its place and the features.
    pub(super) fn reader(&self, range: &Range<u32>) -> Result<BinaryReader<'_>, DecodeError> {
        let range = range.start as usize..range.end as usize;
        let bytes = self.bytes.get(range.clone())?;
        Ok(BinaryReader::new_features(
            bytes,
            range.start,
            self.features,
        ))
    }
}
