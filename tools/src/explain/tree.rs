//! Inline trees: the bodies in a piece of code, and what was decided on the calls in each.

use std::collections::BTreeMap;
use wasm_interp_jit::inspect::{CodeSummary, Decision, FuncIdx, HomeIdx};

/// A body in a piece of code.
pub(super) struct Node<'a> {
    /// Its instance: 0 is that of the code.
    pub(super) home: HomeIdx,
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
        let node = node(code, (body.home, body.func), below_this);
        match body.call {
            _ if n == 0 => return Some(node),
            Some((above, pc)) => below[above as usize].push((Some(pc), node)),
            None => below[0].push((None, node)),
        }
    }
    None
}

fn node<'a>(
    code: &'a CodeSummary,
    (home, func): (HomeIdx, FuncIdx),
    below: Vec<(Option<u32>, Node<'a>)>,
) -> Node<'a> {
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
    // What was decided on calls in other instances is not told.
    let own = code.inlined.iter().filter(|_| home == HomeIdx(0));
    for decision in own.filter(|it| it.func == func) {
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
        home,
        func,
        sites: sites.collect(),
        tail_called,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use std::fmt::Write as _;
    use wasm_interp_jit::inspect::InlinedBody;

    fn write(node: &Node<'_>, indent: usize, out: &mut String) {
        let _ = writeln!(out, "{:indent$}{}", "", node.func);
        for site in &node.sites {
            let decisions: Vec<&str> = site.decisions.iter().map(|it| it.text.as_str()).collect();
            let _ = writeln!(out, "{:indent$} @{} {decisions:?}", "", site.pc);
            for inlined in &site.inlined {
                write(inlined, indent + 2, out);
            }
        }
        for called in &node.tail_called {
            let _ = writeln!(out, "{:indent$} tail-called", "");
            write(called, indent + 2, out);
        }
    }

    // A recursive function is inlined until that is enough: its one site was decided on twice. Two
    // targets of a site keep their order, and what is tail-called is below the root.
    #[test]
    fn each_body_has_its_own_decisions() {
        let body = |func, call| InlinedBody {
            home: HomeIdx(0),
            func: FuncIdx(func),
            call,
        };
        let decision = |func, pc, text: &str| Decision {
            func: FuncIdx(func),
            pc,
            text: text.to_owned(),
        };
        let code = CodeSummary {
            bodies: vec![
                body(1, None),
                body(1, Some((0, 4))),
                body(2, Some((1, 8))),
                body(3, Some((1, 8))),
                body(5, None),
            ],
            inlined: vec![
                decision(1, 4, "called: func1 is recursive"),
                decision(1, 4, "func1"),
                decision(1, 8, "func2 | func3 behind element, else exit"),
                decision(3, 6, "called: cold"),
            ],
            ..sample::code()
        };
        let mut out = String::new();
        write(&tree(&code).expect("it has bodies"), 0, &mut out);
        let expected = "\
func1
 @4 [\"func1\"]
  func1
   @4 [\"called: func1 is recursive\"]
   @8 [\"func2 | func3 behind element, else exit\"]
    func2
    func3
     @6 [\"called: cold\"]
 @8 [\"func2 | func3 behind element, else exit\"]
 tail-called
  func5
";
        assert_eq!(out, expected);
    }
}
