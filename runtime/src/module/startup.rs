//! What it costs in fuel to begin an instance.
//!
//! wasmtime compiles what has to be executed into a function of its own, of which it makes images
//! of memories and tables where it can. What is left is counted like instructions, and so is the
//! function, if there is one.

use super::{ConstExpr, ElemItems, ElemSegment, Module, SegmentMode};
use crate::metering::VariableOperatorCost;
use crate::module::meters::CHEAP;
use crate::types::{HeapType, ValType};
use std::ops::Range;

/// Elements that a table may have that is made as an image.
const MAX_TABLE_IMAGE: u64 = 1 << 20;

/// Bytes that the image of a memory may have, even if there is little in it.
const MAX_MEMORY_IMAGE: u64 = 16 << 20;

/// Bytes of a page of wasmtime's host.
const HOST_PAGE: u64 = 4096;

/// The fuel that beginning an instance takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Startup {
    /// What was counted where fuel is looked at for the last time.
    pub polled: i64,
    /// What is counted in all, before the start function is called.
    pub total: i64,
}

/// Counts.
struct Counter {
    polled: i64,
    settled: i64,
    /// What is not added to `settled` yet.
    more: i64,
    is_needed: bool,
}

impl Counter {
    fn add(&mut self, cost: u64) {
        let cost = i64::try_from(cost).unwrap_or(i64::MAX);
        self.more = self.more.saturating_add(cost);
        self.is_needed = true;
    }

    fn poll(&mut self) {
        self.settled = self.settled.saturating_add(std::mem::take(&mut self.more));
        self.polled = self.settled;
    }

    /// A number of units that is a constant.
    fn add_units(&mut self, units: u64, cost: u8) {
        let cost = units.saturating_mul(cost.into());
        self.add(cost);
        if cost > CHEAP {
            self.poll();
        }
    }
}

impl Module {
    /// The fuel that beginning an instance takes, without its start function. `None` if there is
    /// nothing to do.
    pub fn startup(&self) -> Option<Startup> {
        let cost = self.metering.as_ref()?.variable();
        let mut counter = Counter {
            polled: 0,
            settled: 0,
            more: 1,
            is_needed: self.start.is_some(),
        };
        counter.poll();
        for global in &self.globals[self.n_imports.globals as usize..] {
            let init = global.init.as_ref()?;
            let is_number = !matches!(global.ty.content, ValType::Ref(_));
            let is_plain = matches!(init, ConstExpr::Const(_) | ConstExpr::Vector(_));
            if !(is_number && is_plain) {
                counter.add(init.n_ops());
            }
        }
        for elem in &self.elems {
            if let SegmentMode::Passive = elem.mode {
                counter.add(ops_of_items(elem));
            }
        }
        let tables = self.count_tables(&mut counter, &cost);
        self.count_elems(&mut counter, &tables, &cost);
        self.count_datas(&mut counter, &cost);
        // Its call settles what was counted; without one, what was not added yet is lost.
        let more = match self.start {
            Some(_) => counter.more.saturating_add(1),
            None => 0,
        };
        counter.is_needed.then(|| Startup {
            polled: counter.polled,
            total: counter.settled.saturating_add(more),
        })
    }

    /// Counts initial values of tables. Returns which tables have some that are no image.
    fn count_tables(&self, counter: &mut Counter, cost: &VariableOperatorCost) -> Vec<bool> {
        let own = self.tables.iter().skip(self.n_imports.tables as usize);
        let filled = own.map(|table| {
            let Some(init) = &table.init else {
                return false;
            };
            let is_image =
                matches!(init, ConstExpr::RefFunc(_)) && table.ty.minimum <= MAX_TABLE_IMAGE;
            if is_image {
                return false;
            }
            counter.add(init.n_ops());
            counter.add_units(table.ty.minimum, cost.table_fill_per_element);
            true
        });
        filled.collect()
    }

    fn count_elems(&self, counter: &mut Counter, filled: &[bool], cost: &VariableOperatorCost) {
        let mut are_images = true;
        for elem in &self.elems {
            let SegmentMode::Active { index, offset } = &elem.mode else {
                continue;
            };
            let own = index.0.checked_sub(self.n_imports.tables);
            let n_items = n_items(elem);
            are_images = are_images
                && own.is_some_and(|own| !filled[own as usize])
                && self.fits_table_image(index.index(), offset, n_items)
                && matches!(elem.items, ElemItems::Funcs(_));
            if are_images {
                continue;
            }
            counter.add(offset.n_ops());
            counter.add_units(n_items, cost.table_init_per_element);
            counter.add(match elem.items {
                ElemItems::Funcs(_) => 0,
                ElemItems::Exprs(_) => ops_of_items(elem),
            });
        }
    }

    fn fits_table_image(&self, table: usize, offset: &ConstExpr, n_items: u64) -> bool {
        let ty = &self.tables[table].ty;
        let end = match offset {
            ConstExpr::Const(offset) => offset.checked_add(n_items),
            _ => None,
        };
        end.is_some_and(|it| it <= ty.minimum && it <= MAX_TABLE_IMAGE)
            && matches!(
                ty.element.heap,
                HeapType::Func | HeapType::NoFunc | HeapType::ConcreteFunc(_)
            )
    }

    fn count_datas(&self, counter: &mut Counter, cost: &VariableOperatorCost) {
        if self.are_memories_images() {
            self.count_images(counter, cost);
            return;
        }
        for data in &self.datas {
            if let SegmentMode::Active { offset, .. } = &data.mode {
                counter.add(offset.n_ops());
                let len = data.range.len() as u64;
                counter.add(len.saturating_mul(cost.memory_init_per_byte.into()));
                counter.poll();
            }
        }
    }

    /// Counts data segments that are images: they are mapped, or copied if the module imports a memory.
    fn count_images(&self, counter: &mut Counter, cost: &VariableOperatorCost) {
        let mut has_image = vec![false; self.memories.len()];
        for data in self.datas.iter().filter(|it| !it.range.is_empty()) {
            if let SegmentMode::Active { index, .. } = data.mode {
                has_image[index.index()] = true;
            }
        }
        if self.n_imports.memories > 0 {
            for memory in (0..has_image.len()).filter(|it| has_image[*it]) {
                let image = self.image(memory);
                let len = image.end - image.start;
                counter.add(len.saturating_mul(cost.memory_init_per_byte.into()));
                counter.poll();
            }
        } else if has_image.contains(&true) {
            // What counts is skipped, along with what was to be added there, but it is there for
            // memories without an image.
            counter.more = 0;
            counter.is_needed |= has_image.contains(&false);
        }
    }

    /// The host's pages of a memory to which data segments go, of which one is not empty.
    fn image(&self, memory: usize) -> Range<u64> {
        let segments = || {
            self.datas.iter().filter_map(move |data| match data.mode {
                SegmentMode::Active {
                    index,
                    offset: ConstExpr::Const(start),
                } if index.index() == memory => Some((start, data)),
                _ => None,
            })
        };
        let segments = || segments().filter(|(_, data)| !data.range.is_empty());
        let ends = segments().map(|(start, data)| start + data.range.len() as u64);
        let first = segments().map(|it| it.0).min().unwrap_or(0);
        let len = ends.max().unwrap_or(0) - first;
        let mut image = vec![0; usize::try_from(len).expect("there is as much data, or little")];
        for (start, data) in segments() {
            let bytes = self.bytes.present(data.range.clone());
            image[(start - first) as usize..][..bytes.len()].copy_from_slice(bytes);
        }
        // Zeros at both ends are no part of it, unless there is nothing else.
        let is_set = |it: &u8| *it != 0;
        let low = image.iter().position(is_set).unwrap_or(0) as u64;
        let high = image
            .iter()
            .rposition(is_set)
            .map_or(len, |it| it as u64 + 1);
        let start = (first + low) / HOST_PAGE * HOST_PAGE;
        start..(first + high).next_multiple_of(HOST_PAGE)
    }

    /// Are all active data segments parts of images, which are mapped?
    fn are_memories_images(&self) -> bool {
        let mut extents = vec![(u64::MAX, 0, 0_u64); self.memories.len()];
        for data in &self.datas {
            let SegmentMode::Active { index, offset } = &data.mode else {
                continue;
            };
            let (ConstExpr::Const(start), Some(_)) =
                (offset, index.0.checked_sub(self.n_imports.memories))
            else {
                return false;
            };
            let (ty, len) = (&self.memories[index.index()], data.range.len() as u64);
            let end = start.checked_add(len);
            let minimum = ty.minimum.checked_mul(1 << ty.page_size_log2);
            let (Some(end), Some(minimum)) = (end, minimum) else {
                return false;
            };
            if end > minimum {
                return false;
            }
            if len != 0 {
                let (low, high, size) = &mut extents[index.index()];
                (*low, *high, *size) = ((*low).min(*start), (*high).max(end), *size + len);
            }
        }
        let fits = |((low, high, size), ty): (&(u64, u64, u64), &crate::types::MemoryType)| {
            *size == 0
                || 1 << ty.page_size_log2 >= HOST_PAGE
                    && (high - low < size.saturating_mul(2) || high - low < MAX_MEMORY_IMAGE)
        };
        extents.iter().zip(&self.memories).all(fits)
    }
}

fn n_items(elem: &ElemSegment) -> u64 {
    match &elem.items {
        ElemItems::Funcs(funcs) => funcs.len() as u64,
        ElemItems::Exprs(exprs) => exprs.len() as u64,
    }
}

/// Instructions that make the elements of a segment.
fn ops_of_items(elem: &ElemSegment) -> u64 {
    match &elem.items {
        ElemItems::Funcs(_) => 0,
        ElemItems::Exprs(exprs) => exprs.iter().map(ConstExpr::n_ops).sum(),
    }
}
