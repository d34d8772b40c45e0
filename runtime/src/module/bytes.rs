//! The bytes of a module: in memory, or in a file and read when they are needed.
//!
//! Bytes of a file are read page by page into address space of their own. A page is read once, and
//! stays as it was read. Pages that nobody asks for take no memory.
//!
//! Invariants:
//! 1. A page is written before its flag is set, by the thread that holds `reading`; nobody has a
//!    reference into it until then, and nobody writes it afterwards.
//! 2. A file that was written since it was opened is an error of whoever reads it next.

use super::DecodeError;
use crate::os::Mapping;
use std::fs::{File, Metadata};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use wasmparser::{Chunk, Parser, Payload};

/// The bytes of a module.
#[derive(Debug)]
pub struct ModuleBytes(Place);

#[derive(Debug)]
enum Place {
    Memory(Box<[u8]>),
    File(FileBytes),
}

impl From<Box<[u8]>> for ModuleBytes {
    fn from(bytes: Box<[u8]>) -> Self {
        Self(Place::Memory(bytes))
    }
}

impl From<FileBytes> for ModuleBytes {
    fn from(file: FileBytes) -> Self {
        Self(Place::File(file))
    }
}

impl ModuleBytes {
    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Place::Memory(bytes) => bytes.len(),
            Place::File(file) => file.len,
        }
    }

    /// Are there none? Never: a module has a header.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a range, which are read if they were not before.
    ///
    /// # Errors
    ///
    /// If they cannot be read, or the file is not the same any more.
    ///
    /// # Panics
    ///
    /// If they do not exist.
    pub fn get(&self, range: Range<usize>) -> Result<&[u8], DecodeError> {
        match &self.0 {
            Place::Memory(bytes) => Ok(&bytes[range]),
            Place::File(file) => file.get(range).map_err(DecodeError::file),
        }
    }

    /// Copies the bytes of a range to `to`, which is as long. Little of a file is kept.
    ///
    /// # Errors
    ///
    /// If they cannot be read, or the file is not the same any more: then `to` has anything.
    ///
    /// # Panics
    ///
    /// If they do not exist.
    pub fn copy(&self, range: Range<usize>, to: &mut [u8]) -> Result<(), DecodeError> {
        match &self.0 {
            Place::Memory(bytes) => to.copy_from_slice(&bytes[range]),
            Place::File(file) => file.copy(range, to).map_err(DecodeError::file)?,
        }
        Ok(())
    }

    /// The bytes of a range that [`ModuleBytes::get`] has given before: those of a prepared body,
    /// or of a data segment that is not only copied when an instance begins.
    ///
    /// # Panics
    ///
    /// If it has not, and they cannot be read now.
    pub fn present(&self, range: Range<usize>) -> &[u8] {
        match self.get(range) {
            Ok(bytes) => bytes,
            Err(error) => unreachable!("the bytes were there before: {error}"),
        }
    }
}

/// Bytes read at once, and for which memory is spent at once.
const PAGE: usize = 4096;

/// Less than this is read, and kept, with all of its page, which others share: so thousands of small
/// data segments are not thousands of reads.
const LEAST_COPY: usize = PAGE / 4;

/// A file, and what was read of it.
#[derive(Debug)]
pub(super) struct FileBytes {
    file: File,
    version: Version,
    len: usize,
    mapping: Mapping,
    /// For each page: was it read?
    present: Box<[AtomicBool]>,
    reading: Mutex<()>,
}

/// Size and time of the last change, in nanoseconds: another one if the file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version(u64, i64, i64);

impl Version {
    fn new(metadata: &Metadata) -> Self {
        Self(metadata.len(), metadata.mtime(), metadata.mtime_nsec())
    }
}

impl FileBytes {
    /// Requires a regular file.
    pub(super) fn new(file: File) -> Result<Self, DecodeError> {
        let version = Version::new(&file.metadata().map_err(DecodeError::file)?);
        let len = usize::try_from(version.0).unwrap_or(usize::MAX);
        if u32::try_from(len).is_err() {
            return Err(DecodeError::TooLarge { len });
        }
        let flags = (0..len.div_ceil(PAGE)).map(|_| AtomicBool::new(false));
        Ok(Self {
            file,
            version,
            len,
            mapping: Mapping::accessible(len).map_err(DecodeError::file)?,
            present: flags.collect(),
            reading: Mutex::default(),
        })
    }

    fn get(&self, range: Range<usize>) -> io::Result<&[u8]> {
        let pages = self.pages(&range);
        if !self.are_present(pages.clone()) {
            self.read(pages)?;
        }
        // SAFETY: the range is within the mapping.
        let start = unsafe { self.mapping.start().add(range.start) };
        // SAFETY: all its pages are present; nobody writes them any more (invariant 1).
        Ok(unsafe { std::slice::from_raw_parts(start, range.len()) })
    }

    fn copy(&self, range: Range<usize>, to: &mut [u8]) -> io::Result<()> {
        if range.len() < LEAST_COPY || self.are_present(self.pages(&range)) {
            to.copy_from_slice(self.get(range)?);
            return Ok(());
        }
        assert_eq!(range.len(), to.len());
        self.read_at(to, range.start)
    }

    fn pages(&self, range: &Range<usize>) -> Range<usize> {
        assert!(range.start <= range.end && range.end <= self.len);
        range.start / PAGE..range.end.div_ceil(PAGE)
    }

    fn are_present(&self, pages: Range<usize>) -> bool {
        let is_present = |page: &AtomicBool| page.load(Ordering::Acquire);
        self.present[pages].iter().all(is_present)
    }

    #[cold]
    fn read(&self, pages: Range<usize>) -> io::Result<()> {
        let _reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        for page in pages {
            if self.present[page].load(Ordering::Relaxed) {
                continue;
            }
            let start = page * PAGE;
            let len = PAGE.min(self.len - start);
            // SAFETY: the page is within the mapping.
            let at = unsafe { self.mapping.start().add(start) };
            // SAFETY: nobody has a reference into it, as it is not present, and nobody else makes
            // one, as the lock is held (invariant 1).
            let bytes = unsafe { std::slice::from_raw_parts_mut(at, len) };
            self.read_at(bytes, start)?;
            self.present[page].store(true, Ordering::Release);
        }
        Ok(())
    }

    fn read_at(&self, bytes: &mut [u8], at: usize) -> io::Result<()> {
        self.file.read_exact_at(bytes, at as u64)?;
        if Version::new(&self.file.metadata()?) != self.version {
            let message = "the file of the module was written after it was opened";
            return Err(io::Error::other(message));
        }
        Ok(())
    }

    /// Hands out the payloads of the file in order. Keeps nothing of it in memory.
    pub(super) fn payloads(
        &self,
        mut parser: Parser,
        mut each: impl FnMut(Payload<'_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        /// Least number of bytes that are read ahead.
        const WINDOW: usize = 64 << 10;
        let mut buffer = Vec::new();
        // What is done of the buffer, and how far in the file it ends.
        let (mut done, mut position) = (0, 0);
        loop {
            match parser.parse(&buffer[done..], position == self.len)? {
                Chunk::NeedMoreData(hint) => {
                    buffer.drain(..done);
                    done = 0;
                    let more = usize::try_from(hint).unwrap_or(usize::MAX).max(WINDOW);
                    let more = more.min(self.len - position);
                    let start = buffer.len();
                    buffer.resize(start + more, 0);
                    self.read_at(&mut buffer[start..], position)
                        .map_err(DecodeError::file)?;
                    position += more;
                }
                Chunk::Parsed { consumed, payload } => {
                    let is_end = matches!(payload, Payload::End(_));
                    each(payload)?;
                    if is_end {
                        return Ok(());
                    }
                    done += consumed;
                }
            }
        }
    }
}
