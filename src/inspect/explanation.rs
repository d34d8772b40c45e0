//! Explanations: what the tiers did in a run, function by function and call by call, and why.
//!
//! Plain data, so that it can be written down and read again; `tools/src/explain` shows it.

use super::code::{CodeSummary, DeoptSummary};
use super::explain::{self, Listing, SiteDecision, SiteExits};
use super::{Recorded, Report};
use crate::store::StoreOpaque;
use runtime::{CodeId, Event, FuncIdx, HomeIdx, InstanceId};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Exits, and moments, that are kept one by one.
const MAX_KEPT: usize = 10_000;

/// What the tiers did in a run, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// Functions that were called, the hottest first, with what was decided at their call sites.
    pub functions: Vec<Listing>,
    /// Names of other functions that were called.
    pub others: Vec<((InstanceId, FuncIdx), String)>,
    /// Code that was installed, in order.
    pub codes: Vec<CodeSummary>,
    /// The first 10,000 exits that were taken, in order.
    pub deopts: Vec<DeoptSummary>,
    /// Exits that were taken after those.
    pub more_deopts: u64,
    /// The first 10,000 things that happened, in order.
    pub moments: Vec<Moment>,
    /// Things that happened after those.
    pub more_moments: u64,
    /// Functions that could not be compiled, and why.
    pub failed: Vec<(FuncIdx, String)>,
    /// Time in the interpreter.
    pub interpreter: Duration,
    /// Time in compiled code.
    pub compiled: Duration,
    /// Time in host functions, and outside of wasm.
    pub host: Duration,
    /// When the explanation was made.
    pub end: Duration,
}

/// Something that happened to a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Duration,
    /// The function's instance.
    pub instance: InstanceId,
    /// The function; that of the code, if there is code.
    pub func: FuncIdx,
    /// The code.
    pub code: Option<CodeId>,
    /// What.
    pub kind: MomentKind,
    /// The event, as `--trace` prints it.
    pub text: String,
}

/// What happened to a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MomentKind {
    /// It became hot, and code was requested.
    Hot,
    /// Code of it was installed.
    Installed,
    /// A running frame entered code at a loop.
    OsrEntered,
    /// Code was left through an exit.
    Deopt,
    /// Code was withdrawn.
    Withdrawn,
    /// It could not be compiled.
    Failed,
}

impl Explanation {
    pub(super) fn new(
        events: &[Recorded],
        end: Duration,
        (store, select): (&StoreOpaque, Option<&str>),
    ) -> Explanation {
        let report = Report::new(events, store);
        let mut explanation = Explanation {
            functions: explain::listings(store, select),
            moments: moments(events, store),
            codes: report.codes,
            deopts: report.deopts,
            failed: report.failed,
            interpreter: report.interpreter,
            compiled: report.compiled,
            host: report.host,
            end,
            ..Explanation::default()
        };
        if select.is_some() {
            explanation.keep_selected(explain::listings(store, None));
        }
        explanation.fill_sites();
        explanation.more_deopts = truncate(&mut explanation.deopts);
        explanation.more_moments = truncate(&mut explanation.moments);
        explanation
    }

    /// Drops what has nothing to do with the functions that are listed.
    fn keep_selected(&mut self, all: Vec<Listing>) {
        let listed = self.functions.iter().map(|it| (it.instance, it.func));
        let listed: BTreeSet<_> = listed.collect();
        let others = all.into_iter().filter_map(|it| {
            let func = (it.instance, it.func);
            (!listed.contains(&func)).then_some((func, it.name?))
        });
        self.others = others.collect();
        self.codes.retain(|code| {
            let mut bodies = code.bodies.iter();
            bodies.any(|it| it.home == HomeIdx(0) && listed.contains(&(code.instance, it.func)))
        });
        let codes: BTreeSet<CodeId> = self.codes.iter().map(|it| it.code).collect();
        self.deopts.retain(|it| codes.contains(&it.code));
        self.moments.retain(|it| match it.code {
            Some(code) => codes.contains(&code),
            None => listed.contains(&(it.instance, it.func)),
        });
        self.failed
            .retain(|(func, _)| listed.iter().any(|it| it.1 == *func));
    }

    /// Puts decisions and exits beside their instructions.
    fn fill_sites(&mut self) {
        let mut lines = BTreeMap::new();
        for listing in &mut self.functions {
            let (instance, func) = (listing.instance, listing.func);
            for line in &mut listing.lines {
                lines.insert((instance, func, line.pc), line);
            }
        }
        let mut instances = BTreeMap::new();
        for code in &self.codes {
            instances.insert(code.code, code.instance);
            for decision in &code.inlined {
                let line = lines.get_mut(&(code.instance, decision.func, decision.pc));
                if let Some(call) = line.and_then(|it| it.call.as_mut()) {
                    let (code, decision) = (code.code, decision.clone());
                    call.decisions.push(SiteDecision { code, decision });
                }
            }
        }
        // Where an exit goes on in another instance, it is not known in which.
        for deopt in self.deopts.iter().filter(|it| it.home == HomeIdx(0)) {
            let Some(&instance) = instances.get(&deopt.code) else {
                continue;
            };
            let Some(line) = lines.get_mut(&(instance, deopt.func, deopt.pc)) else {
                continue;
            };
            let is_it = |it: &&mut SiteExits| it.code == deopt.code && it.reason == deopt.reason;
            match line.exits.iter_mut().find(is_it) {
                Some(exits) => exits.count += 1,
                None => line.exits.push(SiteExits {
                    code: deopt.code,
                    reason: deopt.reason.clone(),
                    count: 1,
                }),
            }
        }
    }

    /// Code of functions that are not listed.
    pub fn other_codes(&self) -> impl Iterator<Item = &CodeSummary> {
        let listed = self.functions.iter().map(|it| (it.instance, it.func));
        let listed: BTreeSet<_> = listed.collect();
        let codes = self.codes.iter();
        codes.filter(move |it| !listed.contains(&(it.instance, it.func)))
    }

    /// The name of a function that was called.
    pub fn name(&self, instance: InstanceId, func: FuncIdx) -> Option<&str> {
        let mut listings = self.functions.iter();
        let listing = listings.find(|it| (it.instance, it.func) == (instance, func));
        let mut others = self.others.iter();
        match listing {
            Some(listing) => listing.name.as_deref(),
            None => others
                .find(|it| it.0 == (instance, func))
                .map(|it| it.1.as_str()),
        }
    }
}

/// What happened to functions. Inline caches and decisions are told beside call sites.
fn moments(events: &[Recorded], store: &StoreOpaque) -> Vec<Moment> {
    // The events of a piece of code do not say whose it is.
    let mut owners = BTreeMap::<CodeId, (InstanceId, FuncIdx)>::new();
    let last = store.runtime().instances.len().saturating_sub(1);
    let last = InstanceId(u32::try_from(last).unwrap_or(u32::MAX));
    let mut moments = Vec::new();
    for Recorded { at, event } in events {
        let (kind, owner, code) = match event {
            Event::Hot { instance, func, .. } => (MomentKind::Hot, Some((*instance, *func)), None),
            Event::Installed {
                instance,
                func,
                code,
                ..
            } => {
                owners.insert(*code, (*instance, *func));
                (MomentKind::Installed, None, Some(*code))
            }
            Event::OsrEntered { code, .. } => (MomentKind::OsrEntered, None, Some(*code)),
            Event::Deopt { code, .. } => (MomentKind::Deopt, None, Some(*code)),
            Event::Invalidated { code, .. } => (MomentKind::Withdrawn, None, Some(*code)),
            // Which instance it was nobody says. The main module is instantiated last.
            Event::CompileFailed { func, .. } => (MomentKind::Failed, Some((last, *func)), None),
            _ => continue,
        };
        let known = code.and_then(|it| owners.get(&it).copied());
        let Some((instance, func)) = owner.or(known) else {
            // Its installation was before the recorder.
            continue;
        };
        moments.push(Moment {
            at: *at,
            instance,
            func,
            code,
            kind,
            text: event.to_string(),
        });
    }
    moments
}

/// Keeps the first ones; returns how many there were more.
fn truncate<T>(all: &mut Vec<T>) -> u64 {
    let more = all.len().saturating_sub(MAX_KEPT);
    all.truncate(MAX_KEPT);
    more as u64
}
