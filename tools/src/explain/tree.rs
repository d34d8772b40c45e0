//! Inline trees: the bodies in a piece of code, and what was decided on the calls in each.

use std::collections::BTreeMap;
use wasm_interp_jit::inspect::{CodeSummary, Decision, FuncIdx};

/// A body in a piece of code.
pub(super) struct Node<'a> {
    /// Its function.
    pub(super) func: FuncIdx,
    /// Its call sites, by pc.
    pub(super) sites: Vec<Site<'a>>,
    /// What it tail-calls; its own frame is gone then.
    pub(super) tail_called: Vec<Node<'a>>,
}

/// A call site in a body.
pub(super) struct Site<'a> {
    /// The call's pc.
    pub(super) pc: u32,
    /// What was decided on it.
    pub(super) decisions: Vec<&'a Decision>,
    /// The bodies that are inlined here.
    pub(super) inlined: Vec<Node<'a>>,
}

/// The tree of `code`; `None` if nothing is known of its bodies.
pub(super) fn tree(code: &CodeSummary) -> Option<Node<'_>> {
    // What is inlined comes after what it is inlined into, so all of a node is made before it is.
    let mut below: Vec<Vec<(Option<u32>, Node<'_>)>> =
        code.bodies.iter().map(|_| Vec::new()).collect();
    for (n, body) in code.bodies.iter().enumerate().rev() {
        let mut below_this = std::mem::take(&mut below[n]);
        below_this.reverse();
        let node = node(code, body.func, below_this);
        match body.call {
            _ if n == 0 => return Some(node),
            Some((above, pc)) => below[above as usize].push((Some(pc), node)),
            None => below[0].push((None, node)),
        }
    }
    None
}

fn node<'a>(code: &'a CodeSummary, func: FuncIdx, below: Vec<(Option<u32>, Node<'a>)>) -> Node<'a> {
    let mut inlined = BTreeMap::<u32, Vec<Node<'a>>>::new();
    let mut tail_called = Vec::new();
    for (pc, node) in below {
        match pc {
            Some(pc) => inlined.entry(pc).or_default().push(node),
            None => tail_called.push(node),
        }
    }
    let mut decisions = BTreeMap::<u32, Vec<&'a Decision>>::new();
    for pc in inlined.keys() {
        decisions.entry(*pc).or_default();
    }
    for decision in code.inlined.iter().filter(|it| it.func == func) {
        decisions.entry(decision.pc).or_default().push(decision);
    }
    let sites = decisions.into_iter().map(|(pc, mut decisions)| {
        let inlined = inlined.remove(&pc).unwrap_or_default();
        // A function that is inlined at several places can be decided on differently. What was
        // decided here is what was done here.
        let fits = |it: &&Decision| it.refusal().is_some() == inlined.is_empty();
        if decisions.iter().any(fits) {
            decisions.retain(fits);
        }
        Site {
            pc,
            decisions,
            inlined,
        }
    });
    Node {
        func,
        sites: sites.collect(),
        tail_called,
    }
}
