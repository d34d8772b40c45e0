//! What the tiers do, and why: events, reports, and dumps.
//!
//! Not part of wasmtime's API. Nothing here changes what a program computes; a store that nobody
//! inspects pays nothing.
//!
//! ```
//! use wasm_interp_jit::{Engine, Store, inspect::Recorder};
//!
//! let mut store = Store::new(&Engine::default(), ());
//! let recorder = Recorder::attach(&mut store);
//! // ... run something ...
//! println!("{}", recorder.report(&store));
//! ```

mod code;
mod dump;
mod explain;
mod explanation;
mod report;
mod shadow;
mod sizes;

pub use code::{CodeSummary, Decision, DeoptSummary, InlinedBody};
pub use dump::{DumpKind, dump};
pub use explain::{
    Branch, Call, Line, Listing, Printable, SiteDecision, SiteExits, Target, Targets, explain,
};
pub use explanation::{Explanation, Moment, MomentKind};
pub use report::{FunctionSummary, Report};
pub use runtime::module::{CallKind, Landing};
pub use runtime::vm::FuncKind;
pub use runtime::{
    CallSiteIdx, CodeId, CodeMemory, EntryCounts, Event, EventKind, ExitIdx, FuncIdx, HomeIdx,
    IcState, InstanceId, Reason, TableIdx, TierKind, TypeIdx,
};
pub use shadow::{Comparison, ExitRecorder, Shadow};
pub use sizes::{ModuleSizes, bytecode_len, module_sizes};

use crate::{AsContext, AsContextMut, Engine};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What compiled code takes in `engine`, and what was not compiled; nothing without a compiler.
pub fn code_memory(engine: &Engine) -> CodeMemory {
    engine.tiers().code_memory()
}

/// Sends every event of a store to `sink`, in place of an earlier sink.
pub fn on_event(mut store: impl AsContextMut, sink: impl FnMut(&Event) + Send + Sync + 'static) {
    store.as_context_mut().0.opaque_mut().runtime_mut().events = Some(Box::new(sink));
}

/// An event, and when it happened after the recorder was attached.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// When.
    pub at: Duration,
    /// What.
    pub event: Event,
}

/// Records the events of a store, and the time it spends in each tier.
#[derive(Clone, Debug)]
pub struct Recorder {
    start: Instant,
    events: Arc<Mutex<Vec<Recorded>>>,
}

impl Recorder {
    /// Starts to record.
    pub fn attach(store: impl AsContextMut) -> Recorder {
        Self::attach_with(store, |_| {})
    }

    /// Starts to record, and shows each event to `also`, e.g. to print it.
    pub fn attach_with(
        mut store: impl AsContextMut,
        mut also: impl FnMut(&Event) + Send + Sync + 'static,
    ) -> Recorder {
        let recorder = Recorder {
            start: Instant::now(),
            events: Arc::default(),
        };
        let (start, events) = (recorder.start, recorder.events.clone());
        on_event(&mut store, move |event| {
            also(event);
            if event.kind() == EventKind::Interp {
                // Too many to keep.
                return;
            }
            let recorded = Recorded {
                at: start.elapsed(),
                event: event.clone(),
            };
            lock(&events).push(recorded);
        });
        store.as_context_mut().0.opaque_mut().runtime_mut().clock = Some(Default::default());
        recorder
    }

    /// What happened so far.
    pub fn events(&self) -> Vec<Recorded> {
        lock(&self.events).clone()
    }

    /// What it amounts to.
    pub fn report(&self, store: impl AsContext) -> Report {
        Report::new(&self.events(), store.as_context().0.opaque())
    }

    /// What it amounts to, function by function and call by call; `select` as for [`explain`].
    pub fn explain(&self, store: impl AsContext, select: Option<&str>) -> Explanation {
        let end = self.start.elapsed();
        Explanation::new(&self.events(), end, (store.as_context().0.opaque(), select))
    }
}

fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}
