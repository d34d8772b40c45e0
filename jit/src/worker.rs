//! Background compilation: one thread for each compiler, and a mailbox for each store.
//!
//! ```text
//!   store's thread ──Job──► queue ──► worker ──Finished──► Mailbox ◄──polls── store's thread
//! ```
//!
//! The thread starts with the first job and ends when the compiler is dropped, after the job it is
//! at. Jobs are done in the order of their arrival: a function arrives when it is hot, so the
//! hottest ones arrive first.

use crate::compiler::Backend;
use crate::{CompileError, Compiled, Request};
use runtime::{CodeId, FuncIdx};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};

/// The thread's stack: translation recurses into what it inlines.
const STACK_SIZE: usize = 8 << 20;

/// A store's finished compilations.
#[derive(Debug, Default)]
pub struct Mailbox {
    /// Set after something was put in.
    ready: AtomicBool,
    finished: Mutex<Vec<Finished>>,
    arrival: Condvar,
}

/// A compilation that came to an end.
#[derive(Debug)]
pub struct Finished {
    /// As in its request.
    pub code: CodeId,
    /// As in its request.
    pub func: FuncIdx,
    /// As in its request.
    pub osr: Option<u32>,
    /// How it ended.
    pub result: Result<Compiled, CompileError>,
}

impl Mailbox {
    /// Is there something in it? A single load, to be asked often.
    #[inline]
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// Takes everything out.
    pub fn take(&self) -> Vec<Finished> {
        let mut finished = self.finished();
        self.ready.store(false, Ordering::Release);
        std::mem::take(&mut *finished)
    }

    /// Takes everything out, but waits for something to come if there is nothing.
    ///
    /// Requires a job that was enqueued for this mailbox and whose result was not taken yet.
    pub fn wait(&self) -> Vec<Finished> {
        let mut finished = self.finished();
        while finished.is_empty() {
            finished = self
                .arrival
                .wait(finished)
                .unwrap_or_else(PoisonError::into_inner);
        }
        self.ready.store(false, Ordering::Release);
        std::mem::take(&mut *finished)
    }

    fn put(&self, it: Finished) {
        let mut finished = self.finished();
        finished.push(it);
        self.ready.store(true, Ordering::Release);
        self.arrival.notify_all();
    }

    fn finished(&self) -> MutexGuard<'_, Vec<Finished>> {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
    jobs: VecDeque<Job>,
    stop: bool,
}

#[derive(Debug)]
struct Job {
    request: Request,
    /// Dead when its store is dropped: then nobody wants the result.
    mailbox: Weak<Mailbox>,
}

impl Worker {
    /// Queues a request. If the system refuses a thread, it is compiled here and now.
    pub(crate) fn enqueue(&self, backend: &Arc<Backend>, request: Request, mailbox: &Arc<Mailbox>) {
        let job = Job {
            request,
            mailbox: Arc::downgrade(mailbox),
        };
        if self.start(backend) {
            self.queue.state().jobs.push_back(job);
            self.queue.change.notify_one();
        } else {
            job.run(backend);
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
                    while let Some(job) = queue.next() {
                        job.run(&backend);
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
    /// The next job somebody still waits for; `None` when the compiler is dropped.
    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if state.stop {
                return None;
            }
            match state.jobs.pop_front() {
                Some(job) if job.mailbox.strong_count() > 0 => return Some(job),
                Some(abandoned) => {
                    drop(state);
                    drop(abandoned);
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

impl Job {
    fn run(self, backend: &Backend) {
        let Self { request, mailbox } = self;
        let (code, func, osr) = (request.code, request.func, request.osr);
        let result = backend.compile(&request);
        // The module must not outlive its store only because the worker was slow to let go.
        drop(request);
        if let Some(mailbox) = mailbox.upgrade() {
            mailbox.put(Finished {
                code,
                func,
                osr,
                result,
            });
        }
    }
}
