//! Tables: reading is inline, writing is done by builtins, which keep the version.

use super::{Translator, field};
use crate::TableState;
use crate::abi::SLOT;
use crate::regions::{Owner, Region};
use crate::traps::trap_code;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use runtime::vm::{Builtin, Place, VMTable};
use runtime::{ElemIdx, TableIdx, Trap};
use std::mem::offset_of;

/// How to reach a table.
#[derive(Clone, Copy)]
pub(super) struct TableAccess {
    pub(super) table: TableIdx,
    place: Place,
    owner: Owner,
    /// Nobody writes or grows it.
    constant: bool,
}

impl TableAccess {
    pub(super) fn new(cx: &Translator<'_>, table: TableIdx) -> Self {
        let place = cx.home.offsets.table(table);
        let constant = cx.table_state(table) == TableState::Constant;
        Self {
            table,
            place,
            owner: cx.owner(place, table.0),
            constant,
        }
    }

    /// `VMTable::version`.
    pub(super) fn version(self, cx: &mut Translator<'_>) -> Value {
        self.load(
            cx,
            Region::TableVersion(self.owner),
            offset_of!(VMTable, version),
        )
    }

    /// Number of elements, 64 bits.
    pub(super) fn len(self, cx: &mut Translator<'_>) -> Value {
        self.load(cx, Region::TableLen(self.owner), offset_of!(VMTable, len))
    }

    /// Is there no element `index`?
    pub(super) fn is_out_of_bounds(self, cx: &mut Translator<'_>, index: Value) -> Value {
        let len = self.len(cx);
        let index = cx.extend(index);
        cx.builder
            .ins()
            .icmp(IntCC::UnsignedGreaterThanOrEqual, index, len)
    }

    /// Loads what accesses to it load, so that loads further on are redundant.
    pub(super) fn touch(self, cx: &mut Translator<'_>) {
        self.len(cx);
        self.base(cx);
    }

    /// The slot of element `index`, which exists.
    pub(super) fn element(self, cx: &mut Translator<'_>, index: Value) -> Value {
        let base = self.base(cx);
        let index = cx.extend(index);
        let offset = cx
            .builder
            .ins()
            .ishl_imm_u(index, i64::from(SLOT.trailing_zeros()));
        let at = cx.builder.ins().iadd(base, offset);
        cx.load_field(Region::TableElements(self.owner), (at, 0))
    }

    fn base(self, cx: &mut Translator<'_>) -> Value {
        self.load(cx, Region::TableBase(self.owner), offset_of!(VMTable, base))
    }

    fn load(self, cx: &mut Translator<'_>, region: Region, offset: usize) -> Value {
        let (base, at) = cx.place(self.place);
        let flags = if self.constant {
            cx.constant()
        } else {
            cx.flags(region)
        };
        cx.builder
            .ins()
            .load(types::I64, flags, base, at + field(offset))
    }
}

pub(super) fn translate_table_get(cx: &mut Translator<'_>, table: TableIdx) {
    let index = cx.pop();
    let table = TableAccess::new(cx, table);
    let missing = table.is_out_of_bounds(cx, index);
    cx.builder
        .ins()
        .trapnz(missing, trap_code(Trap::TableOutOfBounds));
    let element = table.element(cx, index);
    cx.push(element);
}

pub(super) fn translate_table_set(cx: &mut Translator<'_>, table: TableIdx) {
    let (index, value) = cx.pop2();
    let table = cx.iconst64(u64::from(table.0));
    let index = cx.extend(index);
    cx.call_builtin(Builtin::TableSet, &[table, index, value]);
}

pub(super) fn translate_table_size(cx: &mut Translator<'_>, table: TableIdx) {
    let len = TableAccess::new(cx, table).len(cx);
    let len = cx.reduce(len, cx.home.module.tables[table.index()].ty.index);
    cx.push(len);
}

pub(super) fn translate_table_grow(cx: &mut Translator<'_>, table: TableIdx) {
    let (init, delta) = cx.pop2();
    let index = cx.home.module.tables[table.index()].ty.index;
    let table = cx.iconst64(u64::from(table.0));
    let delta = cx.extend(delta);
    let old = cx.call_builtin(Builtin::TableGrow, &[table, delta, init]);
    let old = cx.reduce(old, index);
    cx.push(old);
}

pub(super) fn translate_table_fill(cx: &mut Translator<'_>, table: TableIdx) {
    let (to, value, len) = cx.pop3();
    let table = cx.iconst64(u64::from(table.0));
    let (to, len) = (cx.extend(to), cx.extend(len));
    cx.call_builtin(Builtin::TableFill, &[table, to, value, len]);
}

pub(super) fn translate_table_copy(cx: &mut Translator<'_>, dst: TableIdx, src: TableIdx) {
    cx.call_range_builtin(Builtin::TableCopy, (dst.0, src.0));
}

pub(super) fn translate_table_init(cx: &mut Translator<'_>, table: TableIdx, elem: ElemIdx) {
    cx.call_range_builtin(Builtin::TableInit, (table.0, elem.0));
}

pub(super) fn translate_elem_drop(cx: &mut Translator<'_>, elem: ElemIdx) {
    let elem = cx.iconst64(u64::from(elem.0));
    cx.call_builtin(Builtin::ElemDrop, &[elem]);
}

impl Translator<'_> {
    /// Calls a builtin that takes two packed indices, and the operands to, from and length.
    pub(super) fn call_range_builtin(&mut self, builtin: Builtin, (high, low): (u32, u32)) {
        let (to, from, len) = self.pop3();
        let at = self.iconst64(u64::from(high) << 32 | u64::from(low));
        let (to, from, len) = (self.extend(to), self.extend(from), self.extend(len));
        self.call_builtin(builtin, &[at, to, from, len]);
    }
}
