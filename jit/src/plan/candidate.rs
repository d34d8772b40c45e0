//! Call sites that could be inlined, and the order in which they get their chance.

use super::budget::is_too_large;
use super::{Arm, GuardKind, Guarded, Miss, NodeId, SitePlan, direct_callee, size};
use crate::{Callee, ElementFact, Fact, Request, SiteFeedback, TableState};
use runtime::module::{CallKind, CallSiteInfo};
use runtime::types::SigRef;
use runtime::{CallSiteIdx, FuncIdx, HomeIdx, IcState, TableIdx};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fmt;

/// The seen targets of a site must cover this share of its calls, or other ones are expected.
const COVERED: f64 = 0.99;

/// The hottest targets of a megamorphic site must cover this share of its calls to be inlined.
const DOMINANT: f64 = 0.9;

/// Targets below this share are not worth a guard at a site that does not leave by an exit.
const RARE: f64 = 0.01;

/// A call site that could be inlined.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Expected executions.
    pub(super) calls: f64,
    /// Bodies to inline: one for a direct call.
    pub(super) targets: Vec<Target>,
    /// `None` for direct calls.
    guards: Option<(GuardKind, Miss)>,
    /// Where the targets are elements.
    table: Option<TableIdx>,
    /// The import that a direct call calls, if its body is known.
    import: Option<FuncIdx>,
}

/// A body to inline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) callee: Callee,
    pub(super) calls: f64,
    index: Option<u32>,
}

impl Candidate {
    /// Looks at the feedback of a site in `home`; says why there is nothing to inline.
    pub(super) fn new(
        request: &Request,
        (home, info): (HomeIdx, &CallSiteInfo),
        site: &SiteFeedback,
        scale: f64,
    ) -> Result<Self, String> {
        match info.kind {
            CallKind::Direct(func) | CallKind::ReturnDirect(func) => {
                Self::direct(request, (home, func), site.count as f64 * scale)
            }
            CallKind::Indirect { ty, table } | CallKind::ReturnIndirect { ty, table } => {
                let sig = request.module(home).types[ty.index()];
                Self::indirect(request, home, (sig, Some(table)), site, scale)
            }
            CallKind::Ref { ty } | CallKind::ReturnRef { ty } => {
                let sig = request.module(home).types[ty.index()];
                Self::indirect(request, home, (sig, None), site, scale)
            }
        }
    }

    fn direct(
        request: &Request,
        (home, func): (HomeIdx, FuncIdx),
        calls: f64,
    ) -> Result<Self, String> {
        let callee = direct_callee(request, home, func);
        check_inlinable(request, callee)?;
        let targets = vec![Target {
            callee,
            calls,
            index: None,
        }];
        Ok(Self {
            calls,
            targets,
            guards: None,
            table: None,
            import: (callee.home != home).then_some(func),
        })
    }

    fn indirect(
        request: &Request,
        home: HomeIdx,
        (sig, table): (SigRef, Option<TableIdx>),
        site: &SiteFeedback,
        scale: f64,
    ) -> Result<Self, String> {
        if !request.options.speculation {
            return Err("called: speculation is off".to_owned());
        }
        let seen: f64 = site.targets.iter().map(|it| it.count as f64).sum();
        let total = seen.max(site.count as f64);
        let mut miss = Miss::Exit;
        match site.state {
            IcState::Monomorphic | IcState::Polymorphic => {}
            IcState::Uninitialized => return Err("called: never executed".to_owned()),
            IcState::Megamorphic if seen >= DOMINANT * total => miss = Miss::Call,
            IcState::Megamorphic => return Err("called: megamorphic".to_owned()),
        }
        if site.exits_exhausted || seen < COVERED * total {
            miss = Miss::Call;
        }
        let may_drop_rare = miss == Miss::Call;
        let mut targets = Vec::new();
        for target in &site.targets {
            let Some(callee) = target.callee else {
                miss = Miss::Call;
                continue;
            };
            let count = target.count as f64;
            if may_drop_rare && count < RARE * total {
                continue;
            }
            check_inlinable(request, callee)?;
            // The interpreter has checked the type of every target it recorded, but the plan
            // must not depend on what it recorded.
            let decl = &request.module(callee.home).funcs[callee.func.index()];
            if !decl.sig.is_subtype_of(sig) {
                return Err(format!("called: {callee} has another type"));
            }
            targets.push(Target {
                callee,
                calls: count * scale,
                index: target.index,
            });
        }
        if targets.is_empty() {
            return Err("called: no target of this instance".to_owned());
        }
        targets.sort_by(|a, b| b.calls.total_cmp(&a.calls).then(a.callee.cmp(&b.callee)));
        let guard = match table {
            Some(table) if home == HomeIdx(0) => {
                guard_kind(request.tables[table.index()], site.table_changed, &targets)
            }
            Some(_) => GuardKind::Element,
            None => GuardKind::Reference,
        };
        let calls = site.count as f64 * scale;
        Ok(Self {
            calls,
            targets,
            guards: Some((guard, miss)),
            table,
            import: None,
        })
    }

    /// What its guards take for granted, or having none.
    pub(super) fn facts(&self, request: &Request) -> impl Iterator<Item = Fact> {
        let imported = self.import.map(|func| {
            let Callee { home, func: body } = self.targets[0].callee;
            let body = request.module(home).body_id(body);
            Fact::Import { func, body }
        });
        let by_index = |it: &(GuardKind, Miss)| {
            matches!(it.0, GuardKind::Index | GuardKind::IndexAtVersion(_))
        };
        let table = self.guards.filter(by_index).and(self.table);
        let elements = self.targets.iter().filter_map(move |it| {
            Some(Fact::Element(ElementFact {
                table: table?,
                index: it.index?,
                func: it.callee.func,
            }))
        });
        imported.into_iter().chain(elements)
    }

    /// Sizes of the bodies in bytes.
    pub(super) fn sizes(&self, request: &Request) -> Vec<usize> {
        self.targets
            .iter()
            .map(|it| size(request, it.callee))
            .collect()
    }

    /// The plan of the site, its bodies being `nodes`.
    pub(super) fn into_plan(self, nodes: &[NodeId]) -> SitePlan {
        let Some((guard, miss)) = self.guards else {
            return SitePlan::Inline(nodes[0]);
        };
        let arms = self.targets.iter().zip(nodes);
        let arms = arms.map(|(target, &node)| Arm {
            callee: target.callee,
            index: target.index.unwrap_or(u32::MAX),
            node,
        });
        SitePlan::Guarded(Guarded {
            arms: arms.collect(),
            guard,
            miss,
        })
    }
}

fn check_inlinable(request: &Request, callee: Callee) -> Result<(), String> {
    if request.module(callee.home).is_imported_func(callee.func) {
        return Err(format!("called: {callee} is imported"));
    }
    // First: requests carry no feedback of functions that are too large.
    let size = size(request, callee);
    if size != usize::MAX && is_too_large(size) {
        return Err(format!("called: {callee} has {size} bytes"));
    }
    if !request.feedback.contains_key(&callee) || size == usize::MAX {
        return Err(format!("called: {callee} has no feedback"));
    }
    Ok(())
}

/// The cheapest guard that tells `targets` of a table in `state` apart.
fn guard_kind(state: TableState, table_changed: bool, targets: &[Target]) -> GuardKind {
    // What facts say of elements is about functions of the instance: they have indices.
    let distinct = targets.iter().enumerate().all(|(n, target)| {
        target.index.is_some() && targets[..n].iter().all(|it| it.index != target.index)
    });
    match state {
        TableState::Constant if distinct => GuardKind::Index,
        TableState::Unwritten { version } if distinct && !table_changed => {
            GuardKind::IndexAtVersion(version)
        }
        _ => GuardKind::Element,
    }
}

/// What is done at the site, e.g. `func3 behind index == 2, else exit`.
impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, target) in self.targets.iter().enumerate() {
            let separator = if n == 0 { "" } else { " | " };
            write!(f, "{separator}{}", target.callee)?;
        }
        let Some((guard, miss)) = self.guards else {
            return Ok(());
        };
        match guard {
            GuardKind::Element => f.write_str(" behind element")?,
            GuardKind::Reference => f.write_str(" behind reference")?,
            GuardKind::Index | GuardKind::IndexAtVersion(_) => {
                f.write_str(" behind index ==")?;
                for (n, target) in self.targets.iter().enumerate() {
                    let separator = if n == 0 { "" } else { " |" };
                    write!(f, "{separator} {}", target.index.unwrap_or(u32::MAX))?;
                }
                if matches!(guard, GuardKind::IndexAtVersion(_)) {
                    f.write_str(" and table version")?;
                }
            }
        }
        match miss {
            Miss::Exit => f.write_str(", else exit"),
            Miss::Call => f.write_str(", else called"),
        }
    }
}

/// Candidates, most calls per byte first, then in the order they were found.
#[derive(Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Entry>,
    n_pushed: u32,
}

#[derive(Debug)]
struct Entry {
    score: f64,
    nth: Reverse<u32>,
    node: NodeId,
    site: CallSiteIdx,
    pc: u32,
    candidate: Candidate,
}

impl Queue {
    pub(super) fn push(
        &mut self,
        node: NodeId,
        site: CallSiteIdx,
        pc: u32,
        (candidate, size): (Candidate, usize),
    ) {
        let score = candidate.calls / size.max(1) as f64;
        let nth = Reverse(self.n_pushed);
        self.n_pushed += 1;
        self.heap.push(Entry {
            score,
            nth,
            node,
            site,
            pc,
            candidate,
        });
    }

    pub(super) fn pop(&mut self) -> Option<(NodeId, CallSiteIdx, u32, Candidate)> {
        let Entry {
            node,
            site,
            pc,
            candidate,
            ..
        } = self.heap.pop()?;
        Some((node, site, pc, candidate))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score
            .total_cmp(&other.score)
            .then(self.nth.cmp(&other.nth))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}
