//! The plan of a compilation: which call sites are inlined, and behind which guards.
//!
//! Call sites of the function, and then of what is inlined into it, compete for a budget of bytes
//! by calls per byte. Nothing is emitted here, and nothing here looks at instructions: feedback
//! and sizes are all there is.
//!
//! Invariants:
//! 1. Every arm of a guarded site is a defined function whose type is the site's or a subtype, so
//!    that no check of the type remains.
//! 2. Arms of sites that are guarded by the index have different indices.
//! 3. The slots of a node and of all nodes it is inlined into fit the deopt buffer.
//! 4. Equal requests make equal plans.
//! 5. A node is in the instance of the node above it if both have the same home; else it enters
//!    another one.

mod budget;
mod candidate;
mod paths;

use crate::{Callee, Fact, Request};
use budget::Budget;
pub use budget::MAX_CALLEE;
use candidate::{Candidate, Queue};
pub(crate) use paths::{Arms, Direction, Paths};
use runtime::module::CallSiteInfo;
use runtime::vm::DEOPT_BUFFER_SLOTS;
use runtime::{CallSiteIdx, FuncIdx, HomeIdx};
use rustc_hash::FxHashMap;
use std::fmt;
use std::rc::Rc;

/// Nodes above a node, at most.
pub const MAX_DEPTH: u32 = 7;

/// How often a function may occur among a node and the nodes above it.
const MAX_RECURSION: usize = 4;

/// Sites that are executed less often than this for each execution of the hottest one are cold.
const COLD: f64 = 1e-4;

/// A body in the inline tree. The first node is the compiled function itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) const ROOT: NodeId = NodeId(0);

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// What to do at every call site of the compiled code.
#[derive(Debug)]
pub(crate) struct Plan {
    nodes: Vec<Node>,
    stays_home: bool,
    /// What guards by the index take for granted.
    pub(crate) facts: Vec<Fact>,
    /// What was decided at the sites that were ever executed.
    pub(crate) decisions: Vec<Decision>,
}

#[derive(Debug)]
struct Node {
    callee: Callee,
    /// The node at which its instance is entered: the root, itself, or one above it.
    entered: NodeId,
    above: Option<NodeId>,
    depth: u32,
    /// Slots of its frame and of the frames above it.
    n_slots: usize,
    /// Executions, as a multiple of those that its feedback counted.
    scale: f64,
    sites: Box<[SitePlan]>,
    paths: Rc<Paths>,
}

/// What to do at a call site.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SitePlan {
    /// Call whatever it calls.
    Call,
    /// Nothing: only arms that are not compiled lead there.
    Unreached,
    /// Inline the callee of a direct call: a function of the instance, or an import of which a fact
    /// tells the body.
    Inline(NodeId),
    /// Inline the targets of a call of a table's element or of a reference.
    Guarded(Guarded),
}

/// An indirect call whose likely targets are inlined.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Guarded {
    /// The targets, most frequent first.
    pub(crate) arms: Vec<Arm>,
    /// What tells them apart.
    pub(crate) guard: GuardKind,
    /// What happens to other targets.
    pub(crate) miss: Miss,
}

/// An inlined target of an indirect call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Arm {
    /// The target.
    pub(crate) callee: Callee,
    /// Its table index; meaningful if the site is guarded by the index.
    pub(crate) index: u32,
    /// Its body.
    pub(crate) node: NodeId,
}

/// What tells the targets of an indirect call apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GuardKind {
    /// The table index: elements never change.
    Index,
    /// The table index, as long as the table has this version.
    IndexAtVersion(u64),
    /// The element.
    Element,
    /// The reference, where there is no table.
    Reference,
}

/// What happens if no guard of a site holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// A deopt exit.
    Exit,
    /// An ordinary indirect call.
    Call,
}

/// What was decided at a call site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Function of the site.
    pub(crate) func: FuncIdx,
    /// The call's pc.
    pub(crate) pc: u32,
    /// What was decided, e.g. `func3 behind index == 2, else exit`.
    pub(crate) text: String,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{:#x} {}", self.func, self.pc, self.text)
    }
}

impl Plan {
    /// Plans the compilation of `request`. Instructions before `live_from` are never executed.
    pub(crate) fn new(request: &Request, live_from: u32) -> Self {
        let mut planner = Planner {
            request,
            plan: Plan {
                nodes: Vec::new(),
                stays_home: true,
                facts: Vec::new(),
                decisions: Vec::new(),
            },
            queue: Queue::default(),
            entries: count_entries(request),
            hottest: 0.0,
            paths: FxHashMap::default(),
            live_from,
        };
        let root = Callee::own(request.func);
        planner.add_node(root, None, 1.0);
        let sites = request.feedback.get(&root).map_or(&[][..], |it| &it.sites);
        planner.hottest = sites.iter().map(|it| it.count as f64).fold(0.0, f64::max);
        if request.options.inlining {
            planner.expand(NodeId::ROOT);
            planner.run();
        }
        planner.plan.decisions.sort_by_key(|it| (it.func, it.pc));
        planner.plan.decisions.dedup();
        planner.plan
    }

    /// What to do at `site` of `node`.
    pub(crate) fn site(&self, node: NodeId, site: CallSiteIdx) -> &SitePlan {
        &self.nodes[node.index()].sites[site.index()]
    }

    /// What of the body of `node` is compiled.
    pub(crate) fn paths(&self, node: NodeId) -> &Rc<Paths> {
        &self.nodes[node.index()].paths
    }

    /// The function of `node`.
    pub(crate) fn callee(&self, node: NodeId) -> Callee {
        self.nodes[node.index()].callee
    }

    /// The node at which the instance of `node` is entered.
    pub(crate) fn entered(&self, node: NodeId) -> NodeId {
        self.nodes[node.index()].entered
    }

    /// Is everything inlined from the compiled function's instance?
    pub(crate) fn stays_home(&self) -> bool {
        self.stays_home
    }
}

struct Planner<'a> {
    request: &'a Request,
    plan: Plan,
    queue: Queue,
    /// How often each function was called by the functions with feedback.
    entries: FxHashMap<Callee, f64>,
    /// Executions of the hottest site of the compiled function.
    hottest: f64,
    /// Paths of inlined functions.
    paths: FxHashMap<Callee, Rc<Paths>>,
    /// Instructions of the compiled function before this pc are never executed.
    live_from: u32,
}

impl Planner<'_> {
    fn add_node(&mut self, callee: Callee, above: Option<NodeId>, calls: f64) -> NodeId {
        let id = NodeId(u32::try_from(self.plan.nodes.len()).expect("nodes are few"));
        let scale = match above {
            None => 1.0,
            Some(_) => calls / self.entries.get(&callee).map_or(calls, |it| it.max(calls)),
        };
        let paths = self.paths_of(callee, above.is_none());
        let sites = self.new_sites(callee, &paths);
        let above_node = above.map(|it| &self.plan.nodes[it.index()]);
        self.plan.stays_home &= callee.home == HomeIdx(0);
        let is_inside = |it: &&Node| it.callee.home == callee.home;
        self.plan.nodes.push(Node {
            callee,
            entered: above_node.filter(is_inside).map_or(id, |it| it.entered),
            above,
            depth: above_node.map_or(0, |it| it.depth + 1),
            n_slots: frame_slots(self.request, callee)
                + context_slots(callee)
                + above_node.map_or(0, |it| it.n_slots),
            scale,
            sites,
            paths,
        });
        id
    }

    /// The paths of a function that is compiled, or inlined.
    fn paths_of(&mut self, callee: Callee, is_root: bool) -> Rc<Paths> {
        // What is before the loop that is entered is not executed, or in another iteration of a
        // loop around it.
        let header = self.request.osr.filter(|_| is_root);
        if header.is_none()
            && let Some(known) = self.paths.get(&callee)
        {
            return known.clone();
        }
        let paths = Rc::new(Paths::new(self.request, callee, header.unwrap_or(0)));
        self.decide_paths(callee, &paths);
        if header.is_none() {
            self.paths.insert(callee, paths.clone());
        }
        paths
    }

    fn decide_paths(&mut self, callee: Callee, paths: &Paths) {
        for (pc, omitted) in paths.all_omitted() {
            let n = omitted.n_others;
            let text = match &omitted.arms {
                Arms::One(Direction::Taken) => format!("exit if taken: not taken {n} times"),
                Arms::One(Direction::NotTaken) => format!("exit if not taken: taken {n} times"),
                Arms::Labels(depths) => {
                    let depths: Vec<_> = depths.iter().map(u32::to_string).collect();
                    let depths = depths.join(", ");
                    format!("exit if to label {depths}: to others {n} times")
                }
            };
            self.decide(callee, pc, text);
        }
    }

    /// What is known of the sites of `callee` before any is inlined.
    fn new_sites(&self, callee: Callee, paths: &Paths) -> Box<[SitePlan]> {
        let body = self.request.body(callee);
        let sites = body.map_or(&[][..], |it| &it.call_sites);
        let plan = |it: &CallSiteInfo| match paths.reaches(it.pc) {
            true => SitePlan::Call,
            false => SitePlan::Unreached,
        };
        sites.iter().map(plan).collect()
    }

    /// Looks for sites of `node` to inline at.
    fn expand(&mut self, node: NodeId) {
        let Node { callee, scale, .. } = self.plan.nodes[node.index()];
        let live_from = match node {
            NodeId::ROOT => self.live_from,
            _ => 0,
        };
        let Some(body) = self.request.body(callee) else {
            return;
        };
        let Some(feedback) = self.request.feedback.get(&callee) else {
            return;
        };
        for (n, (info, site)) in (0..).zip(body.call_sites.iter().zip(&feedback.sites)) {
            let is_reached = self.plan.paths(node).reaches(info.pc);
            if info.pc < live_from || site.count == 0 || !is_reached {
                continue;
            }
            let candidate = Candidate::new(self.request, (callee.home, info), site, scale);
            let candidate = candidate.and_then(|it| self.admit(node, it));
            match candidate {
                Ok(candidate) => {
                    let size = candidate.sizes(self.request).iter().sum();
                    self.queue
                        .push(node, CallSiteIdx(n), info.pc, (candidate, size));
                }
                Err(why) => self.decide(callee, info.pc, why),
            }
        }
    }

    /// Rejects candidates that no budget could help.
    fn admit(&self, node: NodeId, candidate: Candidate) -> Result<Candidate, String> {
        if candidate.calls < COLD * self.hottest {
            return Err("called: cold".to_owned());
        }
        let Node { depth, n_slots, .. } = self.plan.nodes[node.index()];
        if depth >= MAX_DEPTH {
            return Err(format!(
                "called: {MAX_DEPTH} functions are inlined around it"
            ));
        }
        for target in &candidate.targets {
            let callee = target.callee;
            if self.occurrences(node, callee) >= MAX_RECURSION {
                return Err(format!("called: {callee} is recursive"));
            }
            if n_slots + frame_slots(self.request, callee) + context_slots(callee)
                > DEOPT_BUFFER_SLOTS
            {
                return Err(format!("called: the frames of {callee} are too large"));
            }
        }
        Ok(candidate)
    }

    /// How often `callee` occurs among `node` and the nodes above it.
    fn occurrences(&self, node: NodeId, callee: Callee) -> usize {
        let above = |it: &NodeId| self.plan.nodes[it.index()].above;
        let path = std::iter::successors(Some(node), above);
        path.filter(|&it| self.plan.callee(it) == callee).count()
    }

    /// Spends the budget.
    fn run(&mut self) {
        let mut budget = Budget::new(size(self.request, Callee::own(self.request.func)));
        while let Some((node, site, pc, candidate)) = self.queue.pop() {
            let func = self.plan.callee(node);
            if !budget.take(&candidate.sizes(self.request)) {
                self.decide(func, pc, "called: the budget is used up".to_owned());
                continue;
            }
            let text = candidate.to_string();
            self.plan.facts.extend(candidate.facts(self.request));
            self.decide(func, pc, text);
            let targets = &candidate.targets;
            let nodes: Vec<NodeId> = targets
                .iter()
                .map(|it| self.add_node(it.callee, Some(node), it.calls))
                .collect();
            let plan = candidate.into_plan(&nodes);
            self.plan.nodes[node.index()].sites[site.index()] = plan;
            nodes.into_iter().for_each(|it| self.expand(it));
        }
    }

    /// Notes what was decided at a site. Those in other instances are not of the module whose
    /// functions decisions name.
    fn decide(&mut self, Callee { home, func }: Callee, pc: u32, text: String) {
        if home == HomeIdx(0) {
            self.plan.decisions.push(Decision { func, pc, text });
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, NodeId::ROOT)
    }
}

impl Plan {
    /// Prints `node` and what is inlined into it, one line each.
    fn write(&self, f: &mut fmt::Formatter<'_>, node: NodeId) -> fmt::Result {
        let Node {
            callee,
            depth,
            ref sites,
            ..
        } = self.nodes[node.index()];
        let mut indent = String::new();
        (0..depth).for_each(|_| indent.push_str("  "));
        writeln!(f, "{indent}{callee}")?;
        for (n, site) in (0..).zip(sites) {
            let site_idx = CallSiteIdx(n);
            match site {
                SitePlan::Call | SitePlan::Unreached => {}
                SitePlan::Inline(node) => {
                    writeln!(f, "{indent} {site_idx}")?;
                    self.write(f, *node)?;
                }
                SitePlan::Guarded(guarded) => {
                    writeln!(
                        f,
                        "{indent} {site_idx} {:?} else {:?}",
                        guarded.guard, guarded.miss
                    )?;
                    guarded
                        .arms
                        .iter()
                        .try_for_each(|it| self.write(f, it.node))?;
                }
            }
        }
        Ok(())
    }
}

/// How often each function was called from the sites with feedback.
fn count_entries(request: &Request) -> FxHashMap<Callee, f64> {
    let mut entries = FxHashMap::<Callee, f64>::default();
    for (&caller, feedback) in &request.feedback {
        let Some(body) = request.body(caller) else {
            continue;
        };
        for (info, site) in body.call_sites.iter().zip(&feedback.sites) {
            if let Some(func) = info.kind.callee() {
                let callee = direct_callee(request, caller.home, func);
                *entries.entry(callee).or_default() += site.count as f64;
                continue;
            }
            for target in &site.targets {
                let Some(callee) = target.callee else {
                    continue;
                };
                *entries.entry(callee).or_default() += target.count as f64;
            }
        }
    }
    entries
}

/// What a direct call of `func` in `home` calls, as far as it is known.
fn direct_callee(request: &Request, home: HomeIdx, func: FuncIdx) -> Callee {
    // What another instance imports is not known, even if it is of the same module.
    let imported = request.imports.get(&func).filter(|_| home == HomeIdx(0));
    imported.copied().unwrap_or(Callee { home, func })
}

/// Size of a function in bytes.
fn size(request: &Request, callee: Callee) -> usize {
    let body = request.body(callee);
    body.map_or(usize::MAX, |it| it.code.len())
}

/// Slots that a frame of `callee` can use.
fn frame_slots(request: &Request, callee: Callee) -> usize {
    let body = request.body(callee);
    body.map_or(0, |it| (it.local_slots + it.max_operands) as usize)
}

/// Slots that an exit takes for the context of a frame of `callee`.
fn context_slots(callee: Callee) -> usize {
    usize::from(callee.home != HomeIdx(0))
}

#[cfg(test)]
mod tests;
