//! Values of the host that Wasm refers to, and their collection.
//!
//! A reference is a slot: twice the index of the value plus two, or an odd number, which is a
//! 31-bit integer itself. Values that nothing refers to are freed when the embedder asks for it, or
//! makes a value and there are twice as many as were left the last time.
//!
//! What refers to a value: the embedder's roots, globals, tables, element segments, and frames. The
//! slots of frames have no types at run time, so that every number there that could be a
//! reference is taken for one. That frees too little, never too much, and nothing of it is left
//! when no Wasm runs.

use crate::types::{RefType, ValType};
use crate::walk::ActivationKind;
use crate::{Store, os};
use std::any::Any;

/// A value of the host.
pub type HostValue = Box<dyn Any + Send + Sync>;

/// Below this many values nothing is collected unless it is asked for.
const FIRST_THRESHOLD: usize = 1024;

/// The values of a store.
#[derive(Default)]
pub struct HostValues {
    values: Vec<Option<HostValue>>,
    free: Vec<u32>,
    /// How many were left by the last collection.
    left: usize,
}

impl HostValues {
    /// The slot of a new value.
    ///
    /// # Panics
    ///
    /// If there are 2^31 values.
    pub fn insert(&mut self, value: HostValue) -> u64 {
        let index = match self.free.pop() {
            Some(index) => {
                self.values[index as usize] = Some(value);
                index
            }
            None => {
                self.values.push(Some(value));
                let index = self.values.len() - 1;
                u32::try_from(index)
                    .ok()
                    .filter(|it| *it < u32::MAX / 2)
                    .expect("fewer than 2^31 values of the host")
            }
        };
        slot_of(index)
    }

    /// The value of a slot; `None` if the slot is an integer.
    pub fn get(&self, slot: u64) -> Option<&(dyn Any + Send + Sync)> {
        self.values.get(index_of(slot)?)?.as_deref()
    }

    /// The value of a slot, for writing.
    pub fn get_mut(&mut self, slot: u64) -> Option<&mut (dyn Any + Send + Sync)> {
        self.values.get_mut(index_of(slot)?)?.as_deref_mut()
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len() - self.free.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Is it time to collect?
    pub fn is_crowded(&self) -> bool {
        self.len() >= FIRST_THRESHOLD.max(self.left * 2)
    }

    /// Takes out what is not marked.
    fn sweep(&mut self, marks: &Marks) -> Vec<HostValue> {
        let mut garbage = Vec::new();
        for (index, value) in self.values.iter_mut().enumerate() {
            if !marks.marked[index]
                && let Some(value) = value.take()
            {
                garbage.push(value);
                self.free.push(index as u32);
            }
        }
        self.left = self.len();
        garbage
    }
}

impl std::fmt::Debug for HostValues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HostValues({})", self.len())
    }
}

fn slot_of(index: u32) -> u64 {
    (u64::from(index) + 1) * 2
}

fn index_of(slot: u64) -> Option<usize> {
    let is_value = slot != 0 && slot.is_multiple_of(2);
    is_value.then(|| (slot / 2 - 1) as usize)
}

/// Which values are referred to.
struct Marks {
    marked: Vec<bool>,
}

impl Marks {
    fn mark(&mut self, slot: u64) {
        if let Some(mark) = index_of(slot).and_then(|it| self.marked.get_mut(it)) {
            *mark = true;
        }
    }
}

/// Takes the values out of `store` that neither `roots` nor anything in it refers to.
///
/// # Safety
///
/// `store` is alive and no reference to it is. If its Wasm runs, a host function of it does, on
/// this thread.
pub unsafe fn collect(store: *mut Store, roots: impl Iterator<Item = u64>) -> Vec<HostValue> {
    // SAFETY: forwarded.
    let this = unsafe { &mut *store };
    let mut marks = Marks {
        marked: vec![false; this.host_values.values.len()],
    };
    let is_host = |ty: RefType| !ty.heap.is_func();
    roots.for_each(|slot| marks.mark(slot));
    for global in &this.globals {
        if matches!(global.ty.content, ValType::Ref(ty) if is_host(ty)) {
            marks.mark(global.get());
        }
    }
    for table in this.tables.iter().filter(|it| is_host(it.ty.element)) {
        table.slots().iter().for_each(|&slot| marks.mark(slot));
    }
    for instance in &this.instances {
        let items = instance.elems.iter().flatten();
        items.flatten().for_each(|&slot| marks.mark(slot));
    }
    // SAFETY: everything below the top of the value stack is accessible, and zero until it is
    // written.
    unsafe {
        let (mut at, top) = (this.stack_start(), this.vm.value_top);
        while at < top {
            marks.mark(at.read());
            at = at.add(1);
        }
    }
    if runs_compiled_code(this) {
        // SAFETY: between this frame and that of the outermost call is the stack of this thread.
        // Values that live across calls lie there, or in registers.
        unsafe { os::scan_stack(this.native_top, |word| marks.mark(word)) };
    }
    this.host_values.sweep(&marks)
}

fn runs_compiled_code(store: &Store) -> bool {
    let mut activation = store.activations;
    while !activation.is_null() {
        // SAFETY: activations lie on the stack below and are unlinked before they die.
        let this = unsafe { &*activation };
        if let ActivationKind::Compiled { .. } = this.kind {
            return true;
        }
        activation = this.prev;
    }
    false
}
