//! Shadows: proof that exits rebuild what the interpreter would have.

use super::lock;
use crate::{AsContextMut, Result, ensure};
use runtime::{ExitTaken, Moment, Snapshot, Watch};
use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

/// Records what exits from compiled code rebuild in a store.
///
/// The program can then run once more, in a store of another engine that only interprets and does
/// everything else alike, with a [`Shadow`] of these exits.
#[derive(Clone, Debug)]
pub struct ExitRecorder {
    exits: Arc<Mutex<Vec<ExitTaken>>>,
}

/// A run of the interpreter that looks at what there is at the moments at which another run left
/// compiled code.
///
/// Moments are told by fuel, so both stores must count it, and what runs must not depend on
/// anything but the store: not on time, nor on other threads. NaNs must be canonical
/// ([`Config::cranelift_nan_canonicalization`](crate::Config::cranelift_nan_canonicalization)),
/// or their bits may differ. Shared memories are not compared, nor are locals that are 0 after an
/// exit: compiled code does not keep those that nobody reads any more.
#[derive(Clone, Debug)]
pub struct Shadow {
    exits: Arc<[ExitTaken]>,
    seen: Arc<Mutex<FxHashMap<Moment, Snapshot>>>,
}

/// How the states at exits compare to those of the interpreter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Exits that rebuilt what the interpreter had.
    pub equal: usize,
    /// What is different at others.
    pub differences: Vec<String>,
}

impl ExitRecorder {
    /// Starts to record, up to `limit` exits. Nothing else may watch the store.
    ///
    /// # Errors
    ///
    /// If the store does not count fuel.
    pub fn attach(store: impl AsContextMut, limit: usize) -> Result<ExitRecorder> {
        let recorder = ExitRecorder {
            exits: Arc::default(),
        };
        let exits = recorder.exits.clone();
        let sink = move |exit| {
            let mut exits = lock(&exits);
            if exits.len() < limit {
                exits.push(exit);
            }
        };
        watch(store, Watch::Exits(Box::new(sink)))?;
        Ok(recorder)
    }

    /// How many exits were recorded.
    pub fn len(&self) -> usize {
        lock(&self.exits).len()
    }

    /// Was none recorded?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Shadow {
    /// Looks at `store` at the moments of the exits that `recorder` has recorded.
    ///
    /// # Errors
    ///
    /// If the store does not count fuel.
    pub fn attach(store: impl AsContextMut, recorder: &ExitRecorder) -> Result<Shadow> {
        let shadow = Shadow {
            exits: lock(&recorder.exits).as_slice().into(),
            seen: Arc::default(),
        };
        let wanted = |it: &ExitTaken| (it.at, it.snapshot.frames.len());
        let wanted = shadow.exits.iter().map(wanted).collect();
        let seen = shadow.seen.clone();
        let sink = move |(at, snapshot)| {
            lock(&seen).entry(at).or_insert(snapshot);
        };
        let sink = Box::new(sink);
        watch(store, Watch::Moments { wanted, sink })?;
        Ok(shadow)
    }

    /// Compares what was recorded with what the store had, after it has run.
    pub fn compare(&self) -> Comparison {
        let seen = lock(&self.seen);
        let mut comparison = Comparison::default();
        for exit in &*self.exits {
            let difference = match seen.get(&exit.at) {
                Some(expected) => exit.snapshot.differs(expected),
                None => Some("the interpreter was never there".to_owned()),
            };
            match difference {
                Some(it) => comparison.differences.push(format!("{exit}: {it}")),
                None => comparison.equal += 1,
            }
        }
        comparison
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (equal, differ) = (self.equal, self.differences.len());
        write!(f, "{equal} exits as in the interpreter, {differ} not")?;
        self.differences
            .iter()
            .try_for_each(|it| write!(f, "\n  {it}"))
    }
}

fn watch(mut store: impl AsContextMut, watch: Watch) -> Result<()> {
    let store = store.as_context_mut().0.opaque_mut().runtime_mut();
    let metering = store.tuning.metering.as_ref();
    ensure!(
        metering.is_some_and(|it| it.fuel.is_some()),
        "fuel is not configured in this store"
    );
    store.watch = Some(watch);
    Ok(())
}
