//! [`HostInfo`]: pointers that C attaches to objects, and when their finalizers run.
//!
//! A finalizer is code of C, which may use any store. Objects also end while a store is borrowed:
//! when it collects garbage, or when arguments of a callback are freed. So finalizers that become due
//! then wait until nothing is borrowed on this thread (invariant F1), which is before the function
//! that C called returns.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::mem;

/// A function of C that frees what it is given.
pub(crate) type Finalizer = Option<extern "C" fn(*mut c_void)>;

/// A pointer of C, and who frees what it points to.
pub(crate) struct HostInfo {
    data: *mut c_void,
    finalizer: Finalizer,
}

// SAFETY: the pointer is only given to functions of C, by the thread that uses the store: by the
// header, both are C's concern.
unsafe impl Send for HostInfo {}
// SAFETY: as for `Send`.
unsafe impl Sync for HostInfo {}

thread_local! {
    /// Whether code of C must not run on this thread, since a store is borrowed.
    static IS_BORROWED: Cell<bool> = const { Cell::new(false) };
    /// What is to be finalized when it may.
    static PENDING: RefCell<Vec<HostInfo>> = const { RefCell::new(Vec::new()) };
}

/// Says for as long as it exists whether a store is borrowed on this thread.
pub(crate) struct Stage {
    outer: bool,
}

impl Stage {
    /// A store is borrowed.
    pub(crate) fn borrow() -> Stage {
        let outer = IS_BORROWED.replace(true);
        Stage { outer }
    }

    /// It is lent to a callback of C.
    pub(crate) fn lend() -> Stage {
        let outer = IS_BORROWED.replace(false);
        Stage { outer }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        IS_BORROWED.set(self.outer);
        if self.outer {
            return;
        }
        loop {
            // Finalizers may lead to others.
            let due = PENDING.with_borrow_mut(mem::take);
            if due.is_empty() {
                return;
            }
            drop(due);
        }
    }
}

impl HostInfo {
    pub(crate) fn new(data: *mut c_void, finalizer: Finalizer) -> HostInfo {
        HostInfo { data, finalizer }
    }

    pub(crate) fn data(&self) -> *mut c_void {
        self.data
    }
}

impl Drop for HostInfo {
    fn drop(&mut self) {
        let finalizer = self.finalizer.take();
        let Some(run) = finalizer else { return };
        if IS_BORROWED.get() {
            let waiting = HostInfo::new(self.data, finalizer);
            PENDING.with_borrow_mut(|pending| pending.push(waiting));
        } else {
            run(self.data);
        }
    }
}
