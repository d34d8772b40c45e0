//! What stores can do on Unix only.

use crate::Store;
use runtime::os::signals;

/// Methods of [`Store`] that exist on Unix only.
pub trait StoreExt {
    /// Sets what is asked first when there is a `SIGSEGV`, `SIGBUS`, `SIGILL` or `SIGFPE` while the
    /// store's Wasm is on the stack of the thread, in whichever tier: it says whether that was
    /// taken care of, so that the program goes on where it was.
    ///
    /// # Panics
    ///
    /// If the system refuses handlers of signals.
    ///
    /// # Safety
    ///
    /// `handler` does only what a [handler of signals may do], and nothing to the store.
    ///
    /// [handler of signals may do]: https://man7.org/linux/man-pages/man7/signal-safety.7.html
    unsafe fn set_signal_handler<H>(&mut self, handler: H)
    where
        H: 'static
            + Fn(libc::c_int, *const libc::siginfo_t, *const libc::c_void) -> bool
            + Send
            + Sync;
}

impl<T> StoreExt for Store<T> {
    unsafe fn set_signal_handler<H>(&mut self, handler: H)
    where
        H: 'static
            + Fn(libc::c_int, *const libc::siginfo_t, *const libc::c_void) -> bool
            + Send
            + Sync,
    {
        if let Err(error) = signals::install() {
            panic!("unable to install signal handler: {error}");
        }
        self.set_runtime_signal_handler(Box::new(handler));
    }
}
