//! Anonymous memory mappings: reserved address space of which a prefix is accessible.

use super::page_size;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, RawFd};
use std::ptr::{self, NonNull};

/// Address space of the process, unmapped on drop. Accessible bytes start out zero.
#[derive(Debug)]
pub struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: a mapping is owned address space; nothing about it depends on the thread.
unsafe impl Send for Mapping {}
// SAFETY: `&Mapping` only gives out its bounds.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Reserves `len` bytes, none of them accessible.
    ///
    /// # Errors
    ///
    /// The operating system's, e.g. when a limit on address space is hit.
    pub fn reserve(len: usize) -> io::Result<Self> {
        Self::map(len, libc::PROT_NONE)
    }

    /// Maps `len` accessible bytes.
    ///
    /// # Errors
    ///
    /// The operating system's.
    pub fn accessible(len: usize) -> io::Result<Self> {
        Self::map(len, libc::PROT_READ | libc::PROT_WRITE)
    }

    /// Maps the beginning of a file, of at most a page, as if to execute it: who records the
    /// mappings of the process learns of the file by it.
    ///
    /// # Errors
    ///
    /// The operating system's.
    pub fn of_file(file: &File) -> io::Result<Self> {
        let protection = libc::PROT_READ | libc::PROT_EXEC;
        Self::map_at(1, (protection, libc::MAP_PRIVATE), file.as_raw_fd())
    }

    fn map(len: usize, protection: i32) -> io::Result<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        Self::map_at(len, (protection, flags), -1)
    }

    fn map_at(len: usize, (protection, flags): (i32, i32), file: RawFd) -> io::Result<Self> {
        let len = round_up(len.max(1))?;
        // SAFETY: a new mapping at an address of the system's choice.
        let start = unsafe { libc::mmap(ptr::null_mut(), len, protection, flags, file, 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { start, len })
    }

    /// First byte.
    pub fn start(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// Size in bytes, accessible or not.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is it empty? Never: a mapping has at least a page.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Makes the bytes in `from..to` readable and writable. Rounds outwards to pages.
    ///
    /// # Errors
    ///
    /// The operating system's, e.g. when a limit on memory is hit.
    pub fn make_accessible(&mut self, from: usize, to: usize) -> io::Result<()> {
        self.protect(from, to, libc::PROT_READ | libc::PROT_WRITE)
    }

    /// Makes the bytes in `from..to` readable and executable. Rounds outwards to pages.
    ///
    /// # Errors
    ///
    /// The operating system's, e.g. when a policy refuses executable memory.
    pub fn make_executable(&mut self, from: usize, to: usize) -> io::Result<()> {
        self.protect(from, to, libc::PROT_READ | libc::PROT_EXEC)
    }

    fn protect(&mut self, from: usize, to: usize, protection: i32) -> io::Result<()> {
        let from = from / page_size() * page_size();
        let to = round_up(to)?;
        if to > self.len || from >= to {
            return if from >= to {
                Ok(())
            } else {
                Err(io::ErrorKind::InvalidInput.into())
            };
        }
        // SAFETY: the range lies within this mapping.
        let result =
            unsafe { libc::mprotect(self.start.as_ptr().add(from).cast(), to - from, protection) };
        if result == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }

    /// Copies the first `len` bytes of another mapping, which are accessible in both.
    pub(crate) fn copy_from(&mut self, other: &Mapping, len: usize) {
        assert!(len <= self.len && len <= other.len);
        // SAFETY: both are mapped in this length, and do not overlap. If they were not accessible
        // this would fault, which is no undefined behaviour.
        unsafe { ptr::copy_nonoverlapping(other.start.as_ptr(), self.start.as_ptr(), len) };
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and no one uses it any more.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.len) };
    }
}

fn round_up(len: usize) -> io::Result<usize> {
    len.checked_next_multiple_of(page_size())
        .ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}
