//! Memory for code: one reservation for each compiler, handed out in whole pages.
//!
//! ```text
//!   | block (r-x) | block (r-x) | free (---) | block being written (rw-) | free (---) ...
//! ```
//!
//! A page is writable or executable, never both, and once executable it stays as it is until its
//! block is freed. Smaller blocks would share pages, and writing a second block into a page would
//! take the execute permission from the first one while other threads run it; so even the smallest
//! code takes a page. What is made together (the stubs of a signature) is packed into one block.
//!
//! Invariants:
//! 1. Free ranges are inaccessible, disjoint, and not adjacent to each other.
//! 2. Blocks are disjoint from each other and from free ranges.
//! 3. Only `Provider::allocate` makes pages writable, and only `Provider::finalize` executable.
//! 4. Pages in use are never more than the limit, but for the one by which `probe` asks whether
//!    memory may be executable at all.

use crate::CompileError;
use cranelift_jit::{BranchProtection, JITMemoryKind, JITMemoryProvider};
use cranelift_module::{ModuleError, ModuleResult};
use runtime::os::{Mapping, page_size};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fmt, io};

/// Bytes of a cache line.
pub(crate) const LINE: usize = 64;

/// Memory for code.
#[derive(Debug)]
pub(crate) struct CodeMemory {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    mapping: Mapping,
    /// Free ranges: length by start, as offsets.
    free: BTreeMap<usize, usize>,
    used: usize,
    /// Bytes that may be in use.
    limit: usize,
    /// Pieces of compiled code, and bytes of what describes them.
    described: (usize, usize),
}

/// Why there is no block: others must be freed first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoRoom {
    /// Bytes that were asked for,
    pub(crate) needed: usize,
    /// that are in use,
    pub(crate) used: usize,
    /// and that may be.
    pub(crate) limit: usize,
}

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NoRoom { used, limit, .. } = self;
        write!(f, "{used} of at most {limit} bytes are in use")
    }
}

impl std::error::Error for NoRoom {}

/// Pages of a [`CodeMemory`]; freed on drop.
#[derive(Debug)]
pub(crate) struct Block {
    memory: Arc<CodeMemory>,
    start: usize,
    len: usize,
}

impl CodeMemory {
    /// Reserves address space for `limit` bytes of code, or for less if that much is refused.
    ///
    /// # Errors
    ///
    /// If not even a little is to be had, or if the system does not let memory be executable.
    pub(crate) fn new(limit: usize) -> Result<Arc<Self>, CompileError> {
        const LEAST: usize = 1 << 20;
        const MOST: usize = 1 << 40;
        // The probe needs a page even if nobody else may have one.
        let mut len = limit.clamp(1, MOST).next_multiple_of(page_size());
        let mapping = loop {
            match Mapping::reserve(len) {
                Ok(mapping) => break mapping,
                Err(err) if len <= LEAST => return Err(no_memory(&err)),
                Err(_) => len /= 2,
            }
        };
        let free = BTreeMap::from([(0, mapping.len())]);
        let this = Arc::new(Self {
            state: Mutex::new(State {
                limit: mapping.len(),
                mapping,
                free,
                used: 0,
                described: (0, 0),
            }),
        });
        this.probe()?;
        let mut state = this.state();
        state.limit = limit.min(state.limit);
        drop(state);
        Ok(this)
    }

    /// Bytes in use, in whole pages.
    pub(crate) fn used(&self) -> usize {
        self.state().used
    }

    /// Bytes that may be in use.
    pub(crate) fn limit(&self) -> usize {
        self.state().limit
    }

    /// Pieces of compiled code, and bytes of what describes them.
    pub(crate) fn described(&self) -> (usize, usize) {
        self.state().described
    }

    /// Counts a piece of code that `bytes` describe.
    pub(crate) fn add_described(&self, bytes: usize) {
        let (pieces, described) = &mut self.state().described;
        *pieces += 1;
        *described += bytes;
    }

    /// Counts it no more.
    pub(crate) fn remove_described(&self, bytes: usize) {
        let (pieces, described) = &mut self.state().described;
        *pieces -= 1;
        *described -= bytes;
    }

    /// Is there room for `len` bytes? By the time that they are needed, it may be gone again.
    pub(crate) fn check_room(&self, len: usize) -> Result<(), NoRoom> {
        self.state().find_room(len).map(drop)
    }

    /// Takes a page through its whole life: policies against executable memory refuse a step of
    /// it, whichever they are.
    fn probe(self: &Arc<Self>) -> Result<(), CompileError> {
        let block = Block::new(self, 1).map_err(|err| no_memory(&err))?;
        let start = block.address();
        // SAFETY: a new block is writable and has at least one byte.
        unsafe { start.write(0) };
        block.make_executable().map_err(|err| no_memory(&err))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics between two writes that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A free range for `len` bytes, and how many bytes of whole pages these are.
    fn find_room(&self, len: usize) -> Result<(usize, usize), NoRoom> {
        let no_room = NoRoom {
            needed: len,
            used: self.used,
            limit: self.limit,
        };
        let len = len.max(1).checked_next_multiple_of(page_size());
        let len = len.filter(|&it| it <= self.limit.saturating_sub(self.used));
        let len = len.ok_or(no_room)?;
        let fit = self.free.iter().find(|&(_, &free)| free >= len);
        let (&start, _) = fit.ok_or(no_room)?;
        Ok((start, len))
    }
}

fn no_memory(err: &io::Error) -> CompileError {
    CompileError::CodeMemory(err.to_string())
}

impl Block {
    /// The bytes from `start`, an address in the block, to the end.
    ///
    /// Requires that the block is executable, so that nobody writes it.
    pub(crate) fn bytes(&self, start: usize) -> &[u8] {
        let address = self.address() as usize;
        assert!(address <= start && start <= address + self.len);
        // SAFETY: the pages are readable, and are not written until the block is dropped.
        unsafe { std::slice::from_raw_parts(start as *const u8, address + self.len - start) }
    }

    /// Writable pages for `len` bytes.
    fn new(memory: &Arc<CodeMemory>, len: usize) -> io::Result<Self> {
        let mut state = memory.state();
        let (start, len) = state.find_room(len).map_err(io::Error::other)?;
        state.mapping.make_accessible(start, start + len)?;
        if let Some(free) = state.free.remove(&start).filter(|&free| free > len) {
            state.free.insert(start + len, free - len);
        }
        state.used += len;
        drop(state);
        Ok(Self {
            memory: memory.clone(),
            start,
            len,
        })
    }

    /// Where `len` bytes of code begin in it: at a line that is another one from page to page, for
    /// lines at the same place of pages displace each other from caches.
    fn place(&self, len: usize) -> *mut u8 {
        let n_lines = (self.len - len) / LINE + 1;
        let line = self.start / page_size() % n_lines;
        self.address().wrapping_add(line * LINE)
    }

    /// First byte.
    pub(crate) fn address(&self) -> *mut u8 {
        self.memory.state().mapping.start().wrapping_add(self.start)
    }

    fn make_executable(&self) -> io::Result<()> {
        let mut state = self.memory.state();
        state
            .mapping
            .make_executable(self.start, self.start + self.len)
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let mut state = self.memory.state();
        let address = state.mapping.start().wrapping_add(self.start);
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_FIXED;
        // Mapping the pages anew drops their contents and their permissions at once.
        // SAFETY: the pages are ours (invariant 2), and nobody uses them any more.
        let result = unsafe { libc::mmap(address.cast(), self.len, libc::PROT_NONE, flags, -1, 0) };
        state.used -= self.len;
        if result == libc::MAP_FAILED {
            // The pages may still be executable: they are lost, never handed out again.
            return;
        }
        let (mut start, mut len) = (self.start, self.len);
        if let Some((&before, &free)) = state.free.range(..start).next_back()
            && before + free == start
        {
            state.free.remove(&before);
            (start, len) = (before, free + len);
        }
        if let Some(free) = state.free.remove(&(start + len)) {
            len += free;
        }
        state.free.insert(start, len);
    }
}

/// Gives one block to a `JITModule`, and keeps it for whoever published the module.
///
/// The module can be dropped as soon as it is finalized: the block is what keeps its code alive.
#[derive(Clone, Debug)]
pub(crate) struct Provider {
    memory: Arc<CodeMemory>,
    block: Arc<Mutex<Option<Block>>>,
}

impl Provider {
    pub(crate) fn new(memory: &Arc<CodeMemory>) -> Self {
        Self {
            memory: memory.clone(),
            block: Arc::default(),
        }
    }

    /// The block, if there was an allocation.
    pub(crate) fn take(&self) -> Option<Block> {
        self.block().take()
    }

    fn block(&self) -> MutexGuard<'_, Option<Block>> {
        self.block.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl JITMemoryProvider for Provider {
    fn allocate(&mut self, size: usize, align: u64, _: JITMemoryKind) -> io::Result<*mut u8> {
        let mut block = self.block();
        if block.is_some() {
            return Err(io::Error::other(
                "code without relocations needs one allocation",
            ));
        }
        if usize::try_from(align).is_ok_and(|it| it > LINE) {
            return Err(io::Error::other(format!(
                "alignment {align} is more than a line"
            )));
        }
        let new = Block::new(&self.memory, size)?;
        let place = new.place(size);
        *block = Some(new);
        Ok(place)
    }

    unsafe fn free_memory(&mut self) {
        *self.block() = None;
    }

    fn finalize(&mut self, _: BranchProtection) -> ModuleResult<()> {
        match &*self.block() {
            Some(block) => block
                .make_executable()
                .map_err(|err| ModuleError::Allocation { err }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_begins_at_another_line_in_each_page_and_ends_in_its_block() {
        let page = page_size();
        let memory = CodeMemory::new(8 * page).expect("a few pages");
        for len in [1, page - LINE, page - LINE + 1, page] {
            let places: Vec<_> = (0..4)
                .map(|_| {
                    let mut provider = Provider::new(&memory);
                    let kind = JITMemoryKind::Executable;
                    let place = provider.allocate(len, 16, kind).expect("pages are free");
                    let block = provider.take().expect("it was allocated");
                    let offset = place as usize - block.address() as usize;
                    assert!(offset.is_multiple_of(LINE) && offset + len <= page);
                    (block, offset)
                })
                .collect();
            let differ = places.windows(2).all(|it| it[0].1 != it[1].1);
            assert_eq!(differ, len <= page - LINE, "{len} bytes");
        }
    }

    // Code comes and goes in any order. Freed neighbours become one range again, or a large
    // function would find no place among the pieces.
    #[test]
    fn freed_neighbours_merge() {
        let page = page_size();
        let memory = CodeMemory::new(8 * page).expect("a few pages");
        let mut blocks: Vec<_> = (0..8)
            .map(|_| Block::new(&memory, 1).expect("eight pages are free"))
            .collect();
        assert!(Block::new(&memory, 1).is_err());
        assert_eq!(memory.used(), 8 * page);
        for at in [6, 1, 3, 1, 1] {
            blocks.remove(at);
        }
        // Left are the pages 0, 5 and 7.
        assert_eq!(memory.used(), 3 * page);
        assert!(Block::new(&memory, 5 * page).is_err());
        drop(Block::new(&memory, 4 * page).expect("pages 1 to 4 are one range"));
        drop(blocks);
        assert_eq!(memory.used(), 0);
        drop(Block::new(&memory, 8 * page).expect("all pages are one range"));
    }

    // Where there may be no code at all, the system is still asked whether it could run any.
    #[test]
    fn limits_are_not_exceeded() {
        let page = page_size();
        for (limit, n_blocks) in [(0, 0), (page - 1, 0), (page, 1), (3 * page + 1, 3)] {
            let memory = CodeMemory::new(limit).expect("a few pages");
            let mut blocks = Vec::new();
            while memory.check_room(1).is_ok() {
                blocks.push(Block::new(&memory, 1).expect("there is room"));
            }
            assert_eq!((blocks.len(), memory.used()), (n_blocks, n_blocks * page));
            let error = Block::new(&memory, 1).expect_err("there is no room");
            let no_room = error.get_ref().and_then(|it| it.downcast_ref::<NoRoom>());
            assert_eq!(no_room.map(|it| it.limit), Some(limit));
            assert!(memory.check_room(usize::MAX).is_err());
            if blocks.pop().is_some() {
                assert!(memory.check_room(page).is_ok());
                assert!(memory.check_room(page + 1).is_err());
            }
        }
    }
}
