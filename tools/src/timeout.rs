//! `-W timeout=TIME`: the end of a program that takes longer.
//!
//! Wasm finds the epoch changed, and traps. A program that waits in its host finds nothing: then the
//! process ends soon after, with the same exit code.

use crate::run::TRAPPED;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;
use wasm_interp_jit::{Error, Store, Trap};

/// How much longer than Wasm the host may take.
const GRACE: Duration = Duration::from_millis(500);

/// A timeout that has begun. It is over when this is dropped.
pub(crate) struct Timeout {
    _is_over: Sender<()>,
}

impl Timeout {
    pub(crate) fn start<T>(store: &mut Store<T>, time: Duration) -> Timeout {
        store.set_epoch_deadline(1);
        let engine = store.engine().clone();
        let (sender, receiver) = mpsc::channel();
        let has_passed = move |time| {
            let result: Result<(), _> = receiver.recv_timeout(time);
            result == Err(RecvTimeoutError::Timeout)
        };
        thread::spawn(move || {
            if has_passed(time) {
                engine.increment_epoch();
                if has_passed(GRACE) {
                    let error = Error::from(Trap::Interrupt).context(format!(
                        "timed out after {time:?} in a function of the host"
                    ));
                    eprintln!("Error: {}", format!("{error:?}").trim_end());
                    std::process::exit(TRAPPED.into());
                }
            }
        });
        Timeout { _is_over: sender }
    }
}
