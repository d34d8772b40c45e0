//! Waiting for the futures of system calls, on threads of any kind.
//!
//! Some of them need timers and threads of a Tokio runtime. They get one of this crate, which runs
//! on a thread of its own, and not that of the embedder: the calling thread is blocked, and if it
//! is the only one of the embedder's runtime, nobody would be left to wake it.

use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use tokio::runtime::{Builder, Runtime};

/// One thread is enough: it only fires timers, and blocking work has threads of its own.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("wasi")
        .enable_all()
        .build()
        .expect("the operating system gives a thread and an event queue")
});

/// Wakes a blocked thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to completion on this thread, which is blocked in the meantime.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let _runtime = RUNTIME.enter();
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            // Returns early if it was woken since it was polled, and sometimes without a reason.
            Poll::Pending => thread::park(),
        }
    }
}
