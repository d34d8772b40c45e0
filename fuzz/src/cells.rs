//! Bytes of shared memories, which every engine hands out as cells.
//!
//! Programs have one thread, and whoever looks at a memory here has stopped it.

use std::cell::UnsafeCell;

/// A copy of the bytes.
pub(crate) fn read(cells: &[UnsafeCell<u8>]) -> Vec<u8> {
    // SAFETY: no other thread has the memory, and no Wasm runs meanwhile.
    cells.iter().map(|cell| unsafe { *cell.get() }).collect()
}

/// Writes the byte at `at`; `false` if there is none.
pub(crate) fn write(cells: &[UnsafeCell<u8>], at: usize, byte: u8) -> bool {
    let Some(cell) = cells.get(at) else {
        return false;
    };
    // SAFETY: as in `read`.
    unsafe { *cell.get() = byte };
    true
}
