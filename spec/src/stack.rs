//! Threads with as much native stack as Wasm may need.

use std::io;
use std::thread::Builder;

/// Bytes of native stack for a script: much more than any [`Mode`](crate::Mode) lets Wasm use.
pub const STACK: usize = 16 << 20;

/// Runs `body` on a thread with `size` bytes of native stack.
///
/// # Errors
///
/// If the system refuses another thread.
///
/// # Panics
///
/// If `body` does.
pub fn on_stack<R: Send>(size: usize, body: impl FnOnce() -> R + Send) -> io::Result<R> {
    std::thread::scope(|scope| {
        let thread = Builder::new().stack_size(size).spawn_scoped(scope, body)?;
        let result = thread.join();
        Ok(result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}
