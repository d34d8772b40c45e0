//! Loops that call nothing: what they rely on is loaded and checked before them.
//!
//! Cranelift moves a load out of a loop only if the same load lies before it and nothing in the
//! loop may write to its region, as every call may. A loop without calls, after inlining, is
//! "quiet". Before a quiet loop its loads are emitted once more, where they cost nothing, and
//! guards of table versions are emitted there instead of inside.
//!
//! Invariant: a version in `known_versions` was checked on every way into the innermost quiet
//! loop that is open, and nothing since could change it. The OSR entry edge is such a way.

use super::Translator;
use super::guard::{guard_stress, guard_table_version};
use super::survey::{Extent, insert};
use super::table::TableAccess;
use crate::plan::{GuardKind, Guarded, Miss, NodeId, SitePlan};
use deopt::SpecSite;
use runtime::module::CallKind;
use runtime::{CallSiteIdx, MemoryIdx, Reason, TableIdx};

/// A table whose version was checked, and the site that relies on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownVersion {
    table: TableIdx,
    version: u64,
    site: SpecSite,
}

/// What a quiet loop relies on.
#[derive(Debug, Default)]
struct Needs {
    versions: Vec<KnownVersion>,
    tables: Vec<TableIdx>,
    memories: Vec<MemoryIdx>,
}

/// Prepares for the loop that the current instruction opens: emits what its body relies on.
/// Returns the number of versions that were known before, for [`leave_loop`].
pub(super) fn enter_loop(cx: &mut Translator<'_>) -> usize {
    let n_known = cx.known_versions.len();
    let mut needs = Needs::default();
    let survey = cx.body.survey.clone();
    let Some(extent) = survey.loop_at(cx.body.next_pc) else {
        return n_known;
    };
    if !find_needs(cx, cx.body.node(), extent, &mut needs) {
        return n_known;
    }
    for &memory in &needs.memories {
        cx.touch_memory(memory);
    }
    for &table in &needs.tables {
        let table = TableAccess::new(cx, table);
        table.touch(cx);
    }
    for known in needs.versions {
        if !cx.knows_version(known.table, known.version) {
            emit_version_guard(cx, known);
            cx.known_versions.push(known);
        }
    }
    n_known
}

/// Forgets what was known only in the loop that ends.
pub(super) fn leave_loop(cx: &mut Translator<'_>, n_known: usize) {
    cx.known_versions.truncate(n_known);
}

/// Checks everything that is known, on another way into the loop that the current instruction
/// opens.
pub(super) fn emit_known(cx: &mut Translator<'_>) {
    for known in cx.known_versions.clone() {
        emit_version_guard(cx, known);
    }
}

/// Checks the version of a table at the header of a loop.
fn emit_version_guard(cx: &mut Translator<'_>, known: KnownVersion) {
    let state = cx.state_at_loop();
    // Not on the entry edge of OSR code: see `translate_loop`.
    if !cx.body.is_root() || cx.osr.is_none() {
        guard_stress(cx, &state);
    }
    let exit = cx.exit_block(&state, Reason::TableChanged, Some(known.site));
    let table = TableAccess::new(cx, known.table);
    guard_table_version(cx, table, known.version, exit);
}

/// Collects what `extent` of `node` relies on. Returns whether it calls nothing.
fn find_needs(cx: &mut Translator<'_>, node: NodeId, extent: &Extent, needs: &mut Needs) -> bool {
    if extent.has_builtin {
        return false;
    }
    for &memory in &extent.memories {
        insert(&mut needs.memories, memory);
    }
    for &table in &extent.tables {
        insert(&mut needs.tables, table);
    }
    let plan = cx.plan;
    extent.sites.clone().all(|site| {
        let site = CallSiteIdx(site);
        match plan.site(node, site) {
            SitePlan::Unreached => true,
            SitePlan::Call => ends_activation(cx, node, site),
            SitePlan::Inline(inner) => body_needs(cx, *inner, needs),
            SitePlan::Guarded(guarded) => guarded_needs(cx, (node, site), guarded, needs),
        }
    })
}

fn guarded_needs(
    cx: &mut Translator<'_>,
    (node, site): (NodeId, CallSiteIdx),
    guarded: &Guarded,
    needs: &mut Needs,
) -> bool {
    if guarded.miss == Miss::Call {
        return false;
    }
    let func = cx.plan.callee(node).func;
    let table = match call_kind(cx, node, site) {
        Some(CallKind::Indirect { table, .. } | CallKind::ReturnIndirect { table, .. }) => {
            Some(table)
        }
        _ => None,
    };
    match (guarded.guard, table) {
        (GuardKind::Index | GuardKind::Reference, _) => {}
        (GuardKind::IndexAtVersion(version), Some(table)) => {
            needs.versions.push(KnownVersion {
                table,
                version,
                site: SpecSite { func, site },
            });
        }
        (GuardKind::Element, Some(table)) => insert(&mut needs.tables, table),
        (GuardKind::IndexAtVersion(_) | GuardKind::Element, None) => return false,
    }
    guarded.arms.iter().all(|it| body_needs(cx, it.node, needs))
}

fn body_needs(cx: &mut Translator<'_>, node: NodeId, needs: &mut Needs) -> bool {
    let survey = cx.survey(node);
    if cx.plan.entered(node) == node {
        // What another instance has is not known before its function is called.
        return find_needs(cx, node, survey.whole(), &mut Needs::default());
    }
    find_needs(cx, node, survey.whole(), needs)
}

/// Does the call leave the compiled activation, so that it is the last thing the loop does?
fn ends_activation(cx: &Translator<'_>, node: NodeId, site: CallSiteIdx) -> bool {
    let is_tail = call_kind(cx, node, site).is_some_and(CallKind::is_tail);
    is_tail && node == NodeId::ROOT
}

fn call_kind(cx: &Translator<'_>, node: NodeId, site: CallSiteIdx) -> Option<CallKind> {
    let body = cx.request.body(cx.plan.callee(node))?;
    Some(body.call_sites[site.index()].kind)
}

impl Translator<'_> {
    /// Was `table` found to have `version`, on every way to here?
    pub(super) fn knows_version(&self, table: TableIdx, version: u64) -> bool {
        self.known_versions
            .iter()
            .any(|it| it.table == table && it.version == version)
    }
}
