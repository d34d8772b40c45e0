//! What is inlined, from which feedback.

use super::*;
use crate::translate::tests::{called, request, targets};

/// A module of functions with bodies of `sizes` bytes and a last one that calls each of them.
fn callees(sizes: &[usize]) -> Request {
    let mut wat = String::from("(module ");
    for &size in sizes {
        // A body has its final `end`, and `nop` has one byte.
        wat += &format!("(func {})", "nop ".repeat(size - 1));
    }
    let calls: String = (0..sizes.len()).map(|it| format!("call {it} ")).collect();
    wat += &format!("(func {calls}))");
    request(&wat, sizes.len() as u32)
}

fn check(request: &Request, expected: &[&str]) {
    let plan = Plan::new(request, 0);
    let actual: Vec<String> = plan.decisions.iter().map(|it| it.to_string()).collect();
    assert_eq!(actual, expected, "\n{plan}");
}

// A large callee is never inlined, a cold one neither; a site that was never reached is not even
// worth a word.
#[test]
fn size_and_heat() {
    let mut request = callees(&[20, 501, 20, 20]);
    called(&mut request, (4, 0), 100_000);
    called(&mut request, (4, 1), 100_000);
    called(&mut request, (4, 2), 5);
    check(
        &request,
        &[
            "func4@0x0 func0",
            "func4@0x2 called: func1 has 501 bytes",
            "func4@0x4 called: cold",
        ],
    );
}

// The budget goes to the sites with the most calls for their size.
#[test]
fn budget() {
    let mut request = callees(&[30, 30, 30]);
    called(&mut request, (3, 0), 10);
    called(&mut request, (3, 1), 30);
    called(&mut request, (3, 2), 20);
    check(
        &request,
        &[
            "func3@0x0 called: the budget is used up",
            "func3@0x2 func1",
            "func3@0x4 called: the budget is used up",
        ],
    );
    // Tiny ones fit nearly always.
    let mut request = callees(&[10; 12]);
    (0..12).for_each(|it| called(&mut request, (12, it), 10));
    assert_eq!(Plan::new(&request, 0).nodes.len(), 13);
}

// Either all targets of a site are inlined or none.
#[test]
fn all_targets_or_none() {
    let big = "nop ".repeat(300);
    let wat = format!(
        "(module (type $t (func)) (table funcref (elem 0 1 2)) (func) (func) (func {big} {big})
         (func (param i32) local.get 0 call_indirect (type $t)))"
    );
    let mut request = request(&wat, 3);
    targets(
        &mut request,
        (3, 0),
        &[(Some(0), Some(0), 10), (Some(1), Some(1), 10)],
    );
    check(
        &request,
        &["func3@0x2 func0 | func1 behind index == 0 | 1, else exit"],
    );
    let all = [
        (Some(0), Some(0), 10),
        (Some(1), Some(1), 10),
        (Some(2), Some(2), 1),
    ];
    targets(&mut request, (3, 0), &all);
    check(&request, &["func3@0x2 called: func2 has 601 bytes"]);
}

// A wrong type in feedback would be called with wrong arguments: it is not believed.
#[test]
fn types_are_checked() {
    let wat = "(module (type $t (func)) (table funcref (elem 0)) (func (param i64))
         (func (param i32) local.get 0 call_indirect (type $t)))";
    let mut request = request(wat, 1);
    targets(&mut request, (1, 0), &[(Some(0), Some(0), 10)]);
    check(&request, &["func1@0x2 called: func0 has another type"]);
}

// Switched off, nothing is inlined; without speculation, direct calls still are.
#[test]
fn options() {
    let wat = "(module (type $t (func)) (table funcref (elem 0)) (func)
         (func (param i32) call 0 local.get 0 call_indirect (type $t)))";
    let mut request = request(wat, 1);
    called(&mut request, (1, 0), 10);
    targets(&mut request, (1, 1), &[(Some(0), Some(0), 10)]);
    check(
        &request,
        &[
            "func1@0x0 func0",
            "func1@0x4 func0 behind index == 0, else exit",
        ],
    );
    request.options.speculation = false;
    check(
        &request,
        &["func1@0x0 func0", "func1@0x4 called: speculation is off"],
    );
    request.options.inlining = false;
    check(&request, &[]);
}
