//! Waiting for the futures of system calls, on threads of any kind.
//!
//! They may need timers, threads and tasks of a Tokio runtime. They get one of this crate and not
//! that of the embedder: the calling thread is blocked, and if it is the only one of the embedder's
//! runtime, nobody would be left to wake it.
//!
//! Most calls are done when they are polled first. So the runtime has no thread until one is
//! needed, which most programs never see.

use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use tokio::runtime::{Builder, Runtime};

/// Its timers, events and tasks stand still until [`DRIVER`] is forced.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the operating system gives an event queue")
});

/// The thread that runs the runtime, to the end of the process.
static DRIVER: LazyLock<()> = LazyLock::new(|| {
    thread::Builder::new()
        .name("wasi".to_string())
        .spawn(|| RUNTIME.block_on(std::future::pending::<()>()))
        .expect("the operating system gives a thread");
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
        let polled = future.as_mut().poll(&mut context);
        // Tasks go on when the call is over, such as those that empty a buffer.
        if polled.is_pending() || RUNTIME.metrics().num_alive_tasks() > 0 {
            LazyLock::force(&DRIVER);
        }
        match polled {
            Poll::Ready(output) => return output,
            // Returns early if it was woken since it was polled, and sometimes without a reason.
            Poll::Pending => thread::park(),
        }
    }
}
