//! Threads that wait at addresses of a shared memory, and their notification.
//!
//! One lock guards all queues of a memory. Who waits compares the value at the address while it
//! holds the lock and is in the queue before it lets go of it; who notifies takes the lock after it
//! has changed the value. So nobody waits for a notification that has been sent.

use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitResult {
    /// By a notification.
    Ok = 0,
    /// It did not begin: there was another value than expected.
    Mismatch = 1,
    /// By the timeout.
    TimedOut = 2,
}

/// The queues of a memory, by address. None is empty.
#[derive(Debug, Default)]
pub(crate) struct WaitQueue(Mutex<Queues>);

type Queues = FxHashMap<u64, VecDeque<Arc<Waiter>>>;

/// A thread that waits. It is notified when it is in no queue any more.
#[derive(Debug, Default)]
struct Waiter(Condvar);

impl WaitQueue {
    /// Waits at `address` if `is_expected`.
    ///
    /// A timeout beyond what clocks can say is none.
    pub(crate) fn wait(
        &self,
        address: u64,
        timeout: Option<Duration>,
        is_expected: impl FnOnce() -> bool,
    ) -> WaitResult {
        let deadline = timeout.and_then(|it| Instant::now().checked_add(it));
        let mut queues = self.lock();
        if !is_expected() {
            return WaitResult::Mismatch;
        }
        let waiter = Arc::<Waiter>::default();
        let queue = queues.entry(address).or_default();
        queue.push_back(waiter.clone());
        // The system may wake threads for no reason.
        loop {
            let left = deadline.map(|it| it.saturating_duration_since(Instant::now()));
            queues = match left {
                Some(Duration::ZERO) => {
                    remove(&mut queues, address, &waiter);
                    return WaitResult::TimedOut;
                }
                Some(left) => {
                    let woken = waiter.0.wait_timeout(queues, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let woken = waiter.0.wait(queues);
                    woken.unwrap_or_else(PoisonError::into_inner)
                }
            };
            if !is_queued(&queues, address, &waiter) {
                return WaitResult::Ok;
            }
        }
    }

    /// Notifies up to `count` of the threads that wait at `address`, those that came first, and
    /// returns how many.
    pub(crate) fn notify(&self, address: u64, count: u32) -> u32 {
        let mut queues = self.lock();
        let Some(queue) = queues.get_mut(&address) else {
            return 0;
        };
        let n = queue
            .len()
            .min(usize::try_from(count).unwrap_or(usize::MAX));
        for waiter in queue.drain(..n) {
            waiter.0.notify_one();
        }
        if queue.is_empty() {
            queues.remove(&address);
        }
        u32::try_from(n).unwrap_or(u32::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        // Nothing that panics leaves the queues half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_queued(queues: &Queues, address: u64, waiter: &Arc<Waiter>) -> bool {
    let queue = queues.get(&address);
    queue.is_some_and(|it| it.iter().any(|it| Arc::ptr_eq(it, waiter)))
}

fn remove(queues: &mut Queues, address: u64, waiter: &Arc<Waiter>) {
    if let Some(queue) = queues.get_mut(&address) {
        queue.retain(|it| !Arc::ptr_eq(it, waiter));
        if queue.is_empty() {
            queues.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// Waits until `n` threads wait at `address`.
    fn await_waiters(queue: &WaitQueue, address: u64, n: usize) {
        while queue.lock().get(&address).map_or(0, VecDeque::len) != n {
            thread::yield_now();
        }
    }

    #[test]
    fn first_come_first_woken() {
        let queue = &WaitQueue::default();
        let order = &Mutex::new(Vec::new());
        thread::scope(|scope| {
            for n in 0..3 {
                scope.spawn(move || {
                    assert_eq!(queue.wait(8, None, || true), WaitResult::Ok);
                    order.lock().expect("no panic while locked").push(n);
                });
                await_waiters(queue, 8, n + 1);
            }
            assert_eq!(queue.notify(16, 1), 0);
            assert_eq!(queue.notify(8, 0), 0);
            for n in 1..=3 {
                assert_eq!(queue.notify(8, 1), 1);
                while order.lock().expect("no panic while locked").len() < n {
                    thread::yield_now();
                }
            }
            assert_eq!(queue.notify(8, 1), 0);
        });
        assert_eq!(*order.lock().expect("no panic while locked"), [0, 1, 2]);
    }

    // Who is not notified leaves no trace: a later notification must not count it.
    #[test]
    fn mismatch_and_timeout() {
        let queue = WaitQueue::default();
        assert_eq!(queue.wait(8, None, || false), WaitResult::Mismatch);
        let wait = |timeout| queue.wait(8, Some(timeout), || true);
        assert_eq!(wait(Duration::ZERO), WaitResult::TimedOut);
        assert_eq!(wait(Duration::from_millis(2)), WaitResult::TimedOut);
        assert_eq!(queue.notify(8, u32::MAX), 0);
        assert!(queue.lock().is_empty());
    }

    #[test]
    fn longest_timeout_is_none() {
        let queue = &WaitQueue::default();
        thread::scope(|scope| {
            scope.spawn(|| assert_eq!(queue.wait(8, Some(Duration::MAX), || true), WaitResult::Ok));
            await_waiters(queue, 8, 1);
            assert_eq!(queue.notify(8, u32::MAX), 1);
        });
    }
}
