//! Background compilation: one thread for each compiler, and a queue of what to do next.
//!
//! The thread starts with the first job and ends when the compiler is dropped, after the job it is
//! at. A function arrives when it is hot, so hotter ones arrive first; one that is executed
//! again and again while it waits overtakes the others.

use crate::compiler::Backend;
use crate::{Code, CompileError, Request};
use runtime::CodeId;
use runtime::module::Module;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};

/// The thread's stack: translation recurses into what it inlines.
const STACK_SIZE: usize = 8 << 20;

/// Receives what became of a request.
pub type Deliver = Box<dyn FnOnce(&Request, Result<Code, CompileError>) + Send>;

/// The worker thread of a compiler.
#[derive(Debug, Default)]
pub(crate) struct Worker {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Queue {
    state: Mutex<QueueState>,
    change: Condvar,
}

#[derive(Debug, Default)]
struct QueueState {
    /// In the order of their arrival.
    jobs: Vec<Job>,
    stop: bool,
}

struct Job {
    request: Request<Weak<Module>>,
    deliver: Deliver,
    /// How often somebody asked for it.
    urgency: u32,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Job({}, urgency {})", self.request.func, self.urgency)
    }
}

impl Worker {
    /// Queues a request. If the system refuses a thread, it is compiled here and now.
    pub(crate) fn enqueue(&self, backend: &Arc<Backend>, request: Request, deliver: Deliver) {
        if self.start(backend) {
            self.queue.state().jobs.push(Job {
                request: request.park(),
                deliver,
                urgency: 0,
            });
            self.queue.change.notify_one();
        } else {
            run(request, deliver, backend);
        }
    }

    /// See [`Compiler::hurry`](crate::Compiler::hurry).
    pub(crate) fn hurry(&self, code: CodeId) {
        let mut state = self.queue.state();
        if let Some(job) = state.jobs.iter_mut().find(|it| it.request.code == code) {
            job.urgency += 1;
        }
    }

    /// Starts the thread, unless it runs. Returns whether it does.
    fn start(&self, backend: &Arc<Backend>) -> bool {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            let (backend, queue) = (backend.clone(), self.queue.clone());
            *thread = thread::Builder::new()
                .name("wasm compiler".into())
                .stack_size(STACK_SIZE)
                .spawn(move || {
                    while let Some((request, deliver)) = queue.next() {
                        run(request, deliver, &backend);
                    }
                })
                .ok();
        }
        thread.is_some()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let jobs = {
            let mut state = self.queue.state();
            state.stop = true;
            std::mem::take(&mut state.jobs)
        };
        // Outside of the lock: a request may hold the last reference to its module.
        drop(jobs);
        self.queue.change.notify_one();
        let thread = self
            .thread
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            // The thread catches panics of the compiler, so it ends well; and if not, a drop is
            // no place to say so.
            let _ = thread.join();
        }
    }
}

impl Queue {
    /// The next job whose module is still there; `None` when the compiler is dropped.
    fn next(&self) -> Option<(Request, Deliver)> {
        let mut state = self.state();
        loop {
            if state.stop {
                return None;
            }
            match state.take_most_urgent() {
                Some(Job {
                    request, deliver, ..
                }) => {
                    drop(state);
                    if let Some(request) = request.revive() {
                        return Some((request, deliver));
                    }
                    state = self.state();
                }
                None => {
                    state = self
                        .change
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl QueueState {
    /// Of equally urgent jobs, the one that came first.
    fn take_most_urgent(&mut self) -> Option<Job> {
        let jobs = self.jobs.iter().enumerate().rev();
        let (at, _) = jobs.max_by_key(|(_, it)| it.urgency)?;
        Some(self.jobs.remove(at))
    }
}

fn run(request: Request, deliver: Deliver, backend: &Backend) {
    let code = backend.compile(&request).and_then(|it| backend.publish(it));
    deliver(&request, code);
}
