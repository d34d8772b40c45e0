//! Tables.

use super::define::outside;
use super::{Flow, Op, decode, op};
use crate::cursor::{Full, Path};
use crate::regs::Regs;
use runtime::{ElemIdx, TableIdx, Trap};

impl Op for op::TableGet {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (table, next) = decode!(P::u32(m.pc.skip(1)));
        let index = m.pop();
        let Some(element) = m.element(TableIdx(table), index) else {
            return Flow::Trap(Trap::TableOutOfBounds);
        };
        m.push(element);
        m.pc = next;
        Flow::Next
    }
}

impl Op for op::TableSize {
    #[inline(always)]
    fn run<P: Path>(m: &mut Regs) -> Flow {
        let (_sub, at) = decode!(P::u32(m.pc.skip(1)));
        let (table, next) = decode!(P::u32(at));
        m.push(m.table_len(TableIdx(table)));
        m.pc = next;
        Flow::Next
    }
}

impl Op for op::TableGrow {
    #[inline(always)]
    fn run<P: Path>(_m: &mut Regs) -> Flow {
        Flow::Cold
    }

    fn cold(m: &mut Regs) -> Flow {
        let (_sub, at) = decode!(Full::u32(m.pc.skip(1)));
        let (table, next) = decode!(Full::u32(at));
        let delta = m.pop();
        let init = m.pop_slot();
        // SAFETY: the instance is that of the current frame; no reference to its store is alive.
        match unsafe { runtime::table_grow(m.instance(), TableIdx(table), (delta, init)) } {
            Ok(old) => {
                m.push(old);
                m.flush();
                m.pc = next;
                Flow::Next
            }
            Err(error) => Flow::Exit(m.raise_growth(error)),
        }
    }
}

outside! {
    TableSet |m, table, next| {
        let value = m.pop_slot();
        let index = m.pop();
        // SAFETY: the instance is that of the current frame; no reference to its store is alive.
        let written = unsafe {
            let instance = m.instance();
            let id = (&(*instance).tables)[table as usize];
            (*(*instance).store).table_mut(id).set(index, value)
        };
        written.then_some(next).ok_or(Trap::TableOutOfBounds)
    }
    TableInit |m, _sub, at| {
        let (elem, at) = decode!(Full::u32(at));
        let (table, next) = decode!(Full::u32(at));
        let at = (TableIdx(table), ElemIdx(elem));
        // SAFETY: as above.
        unsafe { runtime::table_init(m.instance(), at, m.pop_span()) }
            .map(|()| next)
    }
    ElemDrop |m, _sub, at| {
        let (elem, next) = decode!(Full::u32(at));
        // SAFETY: as above.
        unsafe { runtime::elem_drop(m.instance(), ElemIdx(elem)) };
        Ok(next)
    }
    TableCopy |m, _sub, at| {
        let (dst, at) = decode!(Full::u32(at));
        let (src, next) = decode!(Full::u32(at));
        let at = (TableIdx(dst), TableIdx(src));
        // SAFETY: as above.
        unsafe { runtime::table_copy(m.instance(), at, m.pop_span()) }
            .map(|()| next)
    }
    TableFill |m, _sub, at| {
        let (table, next) = decode!(Full::u32(at));
        let span = m.pop_span();
        // SAFETY: as above.
        unsafe { runtime::table_fill(m.instance(), TableIdx(table), span) }.map(|()| next)
    }
}
