//! Why a memory or a table cannot be made.

use crate::host::HostError;
use crate::types::{MemoryType, TableType};
use std::alloc::LayoutError;
use std::io;

/// A memory or table was refused.
#[derive(Debug, thiserror::Error)]
pub enum ResourceError {
    /// Its type does not allow the size, or the address space does not.
    #[error("{kind} minimum size of {size} {unit} exceeds {kind} limits")]
    TooLarge {
        /// `memory` or `table`.
        kind: &'static str,
        /// The size.
        size: u64,
        /// What the size counts.
        unit: &'static str,
    },
    /// The engine is not to have shared memories.
    #[error("shared memory support is disabled for this engine -- see `Config::shared_memory`")]
    SharedMemoryOff,
    /// The size of a table in bytes is no number.
    #[error("overflow calculating table allocation size")]
    Overflow,
    /// The size of a table in bytes is larger than any object.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// There is not enough memory for a table.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
    /// The system refused address space for a memory.
    #[error("mmap failed to reserve {bytes:#x} bytes")]
    Reserve {
        /// How much was asked for.
        bytes: usize,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused memory.
    #[error(transparent)]
    System(#[from] io::Error),
    /// The embedder's memories refused.
    #[error("{0}")]
    Creator(String),
    /// The limiter failed.
    #[error("the limiter failed")]
    Limiter(HostError),
    /// A store has as many as it may have.
    #[error("resource limit exceeded: {kind} count too high at {count}")]
    TooMany {
        /// `instance`, `memory` or `table`.
        kind: &'static str,
        /// How many there would be.
        count: usize,
    },
}

impl ResourceError {
    pub(crate) fn memory_too_large(ty: &MemoryType) -> Self {
        ResourceError::TooLarge {
            kind: "memory",
            size: ty.minimum,
            unit: "pages",
        }
    }

    pub(crate) fn table_too_large(ty: &TableType) -> Self {
        ResourceError::TooLarge {
            kind: "table",
            size: ty.minimum,
            unit: "elements",
        }
    }
}

/// There was not enough memory for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("out of memory (failed to allocate {requested_allocation_size} bytes)")]
pub struct OutOfMemory {
    requested_allocation_size: usize,
}

impl OutOfMemory {
    /// That many bytes were asked for. More than an object may have are not told apart.
    pub const fn new(requested_allocation_size: usize) -> Self {
        const MAX: usize = isize::MAX.cast_unsigned();
        Self {
            requested_allocation_size: if requested_allocation_size < MAX {
                requested_allocation_size
            } else {
                MAX
            },
        }
    }

    /// How many bytes were asked for.
    pub fn requested_allocation_size(&self) -> usize {
        self.requested_allocation_size
    }
}
