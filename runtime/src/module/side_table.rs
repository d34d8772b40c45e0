//! The side table: what the bytes of a body do not tell the interpreter.
//!
//! The bytes say how many blocks a branch leaves, not where it lands. Branches and calls
//! therefore own entries, in the order of the bytes, and an interpreter frame keeps the index of
//! the next entry (`stp`) beside its pc. This file knows what entries look like and who owns how
//! many; `prepare.rs` fills them, `dump.rs` prints them.
//!
//! pcs are byte offsets of opcodes from the first instruction of the body.
//!
//! ```text
//! word           branch                                   call
//! target         pc delta, opcode byte to landing pc      function or type index
//! link           stp delta, this entry to landing stp     table index; 0 if there is no table
//! drop_or_site   slots to drop below the kept ones;       call site index
//!                bit 31: backward
//! keep_and_len   low 16: slots kept; high 16: length      low 16: 0; high 16: length
//! ```
//!
//! Who owns entries:
//! 1. `br`, `br_if`, `br_on_null`, `br_on_non_null`, `if` and `else` own one; `br_table` owns one
//!    for each target in order, the default's last; calls of all kinds, in tail position or not,
//!    own one; other instructions own none. [`side_table_entries`] is this rule.
//! 2. Numbering is syntactic: unreachable code owns entries, too, although their drop counts mean
//!    nothing. So `stp` follows from the pc alone.
//!
//! Where branches land:
//! 3. On a loop: behind the loop's block type, so `loop` itself executes once per entry from above.
//! 4. On the outermost label: on the final `end`, which returns.
//! 5. On any other label: behind its `end`. `else`, reached at the end of the first arm, lands
//!    there, too.
//! 6. `if`, when false: behind its `else`, or behind its `end` if there is none.
//!
//! 7. Moved on from there, past `nop`, `block` and `end`, which do nothing; and once along a `br` or
//!    `else` that drops nothing, unless the branch is backward. So a branch that is marked as
//!    backward always lands at the landing place of a loop.
//!
//! A branch on the default path of 6 keeps the block's parameters, `else` keeps its results, and
//! both drop nothing. `keep` counts results of blocks and parameters of loops.
//!
//! # Note
//!
//! Long immediates own no entries: numbering would depend on more than the opcode, and the JIT
//! follows it, too.

use crate::{CallSiteIdx, FuncIdx, TableIdx, TypeIdx};
use std::fmt;

/// Number of side table entries that `op` owns.
pub fn side_table_entries(op: &wasmparser::Operator<'_>) -> u32 {
    use wasmparser::Operator as Op;
    match op {
        Op::Br { .. } | Op::BrIf { .. } | Op::If { .. } | Op::Else => 1,
        Op::BrOnNull { .. } | Op::BrOnNonNull { .. } => 1,
        Op::Call { .. } | Op::CallIndirect { .. } | Op::CallRef { .. } => 1,
        Op::ReturnCall { .. } | Op::ReturnCallIndirect { .. } | Op::ReturnCallRef { .. } => 1,
        Op::BrTable { targets } => targets.len() + 1,
        _ => 0,
    }
}

/// One entry; see the file's documentation for what the words mean to whom.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SideTableEntry {
    /// Branch: pc delta. Call: function or type index.
    pub target: i32,
    /// Branch: side table delta in entries. Call: table index.
    pub link: i32,
    /// Branch: slots to drop and, in bit 31, the direction. Call: call site index.
    pub drop_or_site: u32,
    /// Low half: slots kept. High half: length of the instruction in bytes.
    pub keep_and_len: u32,
}

const _: () = assert!(size_of::<SideTableEntry>() == 16);

impl SideTableEntry {
    /// Bit of `drop_or_site` that marks branches to loops.
    pub const BACKWARD: u32 = 1 << 31;

    /// A branch. Its landing place is given as deltas from the branch and from this entry.
    ///
    /// Lengths above 65535 bytes, which only `br_table` reaches, saturate.
    pub fn branch(pc_delta: i32, stp_delta: i32, drop: u32, keep: u32, len: u32) -> Self {
        debug_assert!(drop < Self::BACKWARD && keep <= 0xffff);
        Self {
            target: pc_delta,
            link: stp_delta,
            drop_or_site: drop,
            keep_and_len: len.min(0xffff) << 16 | keep,
        }
    }

    /// The same branch, marked as backward.
    pub fn backward(self) -> Self {
        Self {
            drop_or_site: self.drop_or_site | Self::BACKWARD,
            ..self
        }
    }

    /// A direct call.
    pub fn call(func: FuncIdx, site: CallSiteIdx, len: u32) -> Self {
        Self::any_call(func.0, TableIdx(0), site, len)
    }

    /// An indirect call.
    pub fn call_indirect(ty: TypeIdx, table: TableIdx, site: CallSiteIdx, len: u32) -> Self {
        Self::any_call(ty.0, table, site, len)
    }

    /// A call of a reference.
    pub fn call_ref(ty: TypeIdx, site: CallSiteIdx, len: u32) -> Self {
        Self::any_call(ty.0, TableIdx(0), site, len)
    }

    fn any_call(target: u32, table: TableIdx, site: CallSiteIdx, len: u32) -> Self {
        debug_assert!(len <= 0xffff);
        Self {
            target: target.cast_signed(),
            link: table.0.cast_signed(),
            drop_or_site: site.0,
            keep_and_len: len << 16,
        }
    }

    /// Branch: from its opcode byte to the pc it lands on.
    #[inline]
    pub fn pc_delta(&self) -> i32 {
        self.target
    }

    /// Branch: from this entry to the one that is current where it lands.
    #[inline]
    pub fn stp_delta(&self) -> i32 {
        self.link
    }

    /// Branch: operand slots to drop below the kept ones.
    #[inline]
    pub fn n_drop(&self) -> u32 {
        self.drop_or_site & !Self::BACKWARD
    }

    /// Branch: operand slots to keep on top.
    #[inline]
    pub fn n_keep(&self) -> u32 {
        self.keep_and_len & 0xffff
    }

    /// Branch: is the target a loop?
    #[inline]
    pub fn is_backward(&self) -> bool {
        self.drop_or_site & Self::BACKWARD != 0
    }

    /// Direct call: the callee.
    #[inline]
    pub fn func(&self) -> FuncIdx {
        FuncIdx(self.target.cast_unsigned())
    }

    /// Call of a table's element or of a reference: the expected type.
    #[inline]
    pub fn ty(&self) -> TypeIdx {
        TypeIdx(self.target.cast_unsigned())
    }

    /// Call of a table's element: the table.
    #[inline]
    pub fn table(&self) -> TableIdx {
        TableIdx(self.link.cast_unsigned())
    }

    /// Call: the call site.
    #[inline]
    pub fn site(&self) -> CallSiteIdx {
        CallSiteIdx(self.drop_or_site)
    }

    /// Length of the instruction in bytes: from the opcode to the next instruction.
    ///
    /// Not meaningful for `br_table`.
    #[inline]
    pub fn op_len(&self) -> u32 {
        self.keep_and_len >> 16
    }
}

/// The raw words; `dump.rs` knows how to read them.
impl fmt::Debug for SideTableEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            target,
            link,
            drop_or_site,
            keep_and_len,
        } = self;
        write!(f, "[{target} {link} {drop_or_site:#x} {keep_and_len:#x}]")
    }
}
