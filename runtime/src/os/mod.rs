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

/// The system's monotonic clock, in nanoseconds.
pub fn monotonic_nanos() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a `timespec`. The clock exists.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}

/// The system's number of this thread.
pub fn thread_id() -> u32 {
    // SAFETY: `gettid` has no preconditions.
    unsafe { libc::gettid() }.cast_unsigned()
}

/// Calls `visit` with each word of the native stack from here to `top`, and with the registers that
/// a caller may rely on.
///
/// Only for stacks with frames of compiled code, which exists on x86-64 only.
///
/// # Safety
///
/// `top` is an address of this thread's stack.
#[cfg(target_arch = "x86_64")]
#[inline(never)]
pub(crate) unsafe fn scan_stack(top: usize, mut visit: impl FnMut(u64)) {
    let saved: [u64; 5];
    // A register that this function or one it was called by uses is on the stack instead.
    // SAFETY: reads registers.
    unsafe {
        let (rbx, r12, r13, r14, r15): (u64, u64, u64, u64, u64);
        std::arch::asm!("mov {0}, rbx", "mov {1}, r12", "mov {2}, r13", "mov {3}, r14",
            "mov {4}, r15", out(reg) rbx, out(reg) r12, out(reg) r13, out(reg) r14, out(reg) r15,
            options(nomem, nostack, preserves_flags));
        saved = [rbx, r12, r13, r14, r15];
    }
    saved.into_iter().for_each(&mut visit);
    let mut at = stack_pointer() & !7;
    while at + 8 <= top {
        let word: u64;
        // SAFETY: `at` is in the used part of the stack. It is read by an instruction of our own,
        // for what lies there are no objects that Rust knows in this frame.
        unsafe {
            std::arch::asm!("mov {word}, [{at}]", word = out(reg) word, at = in(reg) at,
                options(nostack, readonly, preserves_flags));
        }
        visit(word);
        at += 8;
    }
}

/// There is no compiled code, hence nothing to find.
///
/// # Safety
///
/// None is required.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) unsafe fn scan_stack(_top: usize, _visit: impl FnMut(u64)) {}

/// The lowest address of this thread's native stack that Wasm may use; `None` if the stack in use is
/// not the thread's own, or nothing is known of it. Below it, a quarter of a megabyte is left to
/// Rust.
#[cfg(target_os = "linux")]
pub(crate) fn stack_floor() -> Option<usize> {
    use std::cell::Cell;
    use std::mem::MaybeUninit;
    const RESERVE: usize = 256 << 10;
    thread_local! {
        static STACK: Cell<Option<(usize, usize)>> = const { Cell::new(None) };
    }
    /// The first address and the one after the last; nothing if they are not known.
    fn find() -> (usize, usize) {
        let mut attr = MaybeUninit::<libc::pthread_attr_t>::uninit();
        let (mut low, mut size) = (std::ptr::null_mut(), 0);
        // SAFETY: the attributes are of this thread, and destroyed if they were made.
        unsafe {
            if libc::pthread_getattr_np(libc::pthread_self(), attr.as_mut_ptr()) != 0 {
                return (0, 0);
            }
            let found = libc::pthread_attr_getstack(attr.as_ptr(), &raw mut low, &raw mut size);
            libc::pthread_attr_destroy(attr.as_mut_ptr());
            match found {
                0 => (low.addr(), low.addr().saturating_add(size)),
                _ => (0, 0),
            }
        }
    }
    let (low, high) = STACK.get().unwrap_or_else(|| {
        let found = find();
        STACK.set(Some(found));
        found
    });
    (low..high)
        .contains(&stack_pointer())
        .then(|| low.saturating_add(RESERVE))
}

/// The lowest address of this thread's native stack that Wasm may use: not known.
#[cfg(not(target_os = "linux"))]
pub(crate) fn stack_floor() -> Option<usize> {
    None
}

/// An address near the top of the native stack.
#[inline(always)]
pub(crate) fn stack_pointer() -> usize {
    let marker = 0u8;
    (&raw const marker).addr()
}
