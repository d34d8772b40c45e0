//! What the runtime asks of the operating system: address space and, for compiled code, signals.

mod mapping;
pub mod signals;

pub use mapping::Mapping;

/// The page size of the host in bytes.
pub fn page_size() -> usize {
    // SAFETY: `sysconf` has no preconditions.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).unwrap_or(4096)
}

/// An address near the top of the native stack.
#[inline(always)]
pub fn stack_pointer() -> usize {
    let marker = 0u8;
    (&raw const marker).addr()
}
