//! Arms of branches that were never taken.

use super::{check_decisions, check_exits, compile, feedback, loop_of_calls, request, targets};
use crate::{BranchFeedback, Request};
use std::num::NonZeroU32;

/// Lets the branches of `func` have been taken, and not taken, so often, by side table entry.
fn branches(request: &mut Request, func: u32, seen: &[(u32, u32)]) {
    request.options.untaken_after = NonZeroU32::new(10);
    let branch = |&(taken, not_taken): &(u32, u32)| BranchFeedback { taken, not_taken };
    feedback(request, func).branches = seen.iter().map(branch).collect();
}

/// An error path behind a block, as compilers emit it.
const CHECK: &str = "(module
(func $panic (param i32) unreachable)
(func (param i32 i32) (result i32)
  block
    local.get 0 local.get 1 i32.ge_u br_if 0
    local.get 0 i32.const 1 i32.add return
  end
  local.get 1 call $panic
  unreachable))";

// The exit is before the branch, with its condition, and with the locals of both arms. What is
// behind is not compiled.
#[test]
fn branch_that_was_never_taken() {
    let mut request = request(CHECK, 1);
    branches(&mut request, 1, &[(0, 10)]);
    check_exits(
        &request,
        "exit0 UntakenBranch: func1@0x7[locals=2 operands=1]",
    );
    check_decisions(&request, &["func1@0x7 exit if taken: not taken 10 times"]);
    let slots = |request: &Request| {
        let exits = compile(request).translation.exits;
        exits.exit(runtime::ExitIdx(0)).frames[0].slots.len()
    };
    assert_eq!(slots(&request), 3);
    let calls = |request: &Request| compile(request).clif.contains("    call_indirect");
    assert!(!calls(&request));
    // Not often enough, both ways, or nothing known.
    for seen in [&[(0, 9)][..], &[(1, 100)], &[(0, 0)], &[]] {
        branches(&mut request, 1, seen);
        check_exits(&request, "");
        assert!(calls(&request));
    }
}

// Both arms of an `if`, with and without `else`, and with a parameter.
#[test]
fn arms_of_if() {
    let wat = "(module
(func (param i32) (result i32)
  local.get 0 local.get 0
  if (param i32) (result i32) i32.const 1 i32.add else i32.const 2 i32.mul end
  local.get 0
  if i32.const 3 local.set 0 end
  local.get 0 i32.sub))";
    let mut request = request(wat, 0);
    // Side table entries are those of `if`, `else`, `if`.
    for (seen, exits) in [
        (
            [(0, 10), (9, 0), (0, 10)],
            "exit0 UntakenBranch: func0@0x4[locals=1 operands=2]\nexit1 UntakenBranch: func0@0x10[locals=1 operands=2]",
        ),
        (
            [(10, 0), (9, 0), (10, 0)],
            "exit0 UntakenBranch: func0@0x4[locals=1 operands=2]\nexit1 UntakenBranch: func0@0x10[locals=1 operands=2]",
        ),
        (
            [(10, 10), (9, 0), (10, 0)],
            "exit0 UntakenBranch: func0@0x10[locals=1 operands=2]",
        ),
        ([(10, 10), (0, 20), (10, 10)], ""),
    ] {
        branches(&mut request, 0, &seen);
        check_exits(&request, exits);
    }
}

/// A call that is seldom made.
const COLD: &str = "local.get 2 i32.const 1000 i32.eq if local.get 2 call $cold end";

// A loop that calls something only where it never went is quiet: the version of the table is looked
// at before it, and not in each iteration.
#[test]
fn cold_call_in_a_loop() {
    let mut request = request(&loop_of_calls(COLD), 1);
    targets(&mut request, (1, 0), &[(Some(0), Some(0), 100)]);
    check_exits(
        &request,
        "exit0 TableChanged: func1@0x6[locals=3 operands=2]
         exit1 WrongCallTarget: func1@0x6[locals=3 operands=2]",
    );
    // The call, `if`, the other call, `br_if`.
    branches(&mut request, 1, &[(0, 0), (100, 0), (0, 0), (99, 1)]);
    check_exits(
        &request,
        "exit0 TableChanged: func1@0x2[locals=3 operands=0]
         exit1 WrongCallTarget: func1@0x6[locals=3 operands=2]
         exit2 UntakenBranch: func1@0x11[locals=3 operands=1]",
    );
}

// A loop that was never left is left by code, and a call on the way says that an arm was taken, if
// not in the window. A trap is not what a loop ends with.
#[test]
fn arms_that_stay() {
    let mut request = request(&loop_of_calls(COLD), 1);
    branches(&mut request, 1, &[(0, 0), (50, 50), (0, 0), (100, 0)]);
    check_exits(&request, "");
    branches(&mut request, 1, &[(0, 0), (100, 0), (0, 0), (100, 0)]);
    check_exits(
        &request,
        "exit0 UntakenBranch: func1@0x11[locals=3 operands=1]",
    );
    super::called(&mut request, (1, 1), 1);
    check_exits(&request, "");
    let wat = "(module
(func (param i32) (local i32)
  block block
    loop
      local.get 1 local.get 0 i32.eq br_if 1
      local.get 1 i32.const 1000 i32.eq br_if 2
      local.get 1 i32.const 1 i32.add local.tee 1 br_if 0
    end
  end unreachable
  end))";
    let mut request = super::request(wat, 0);
    branches(&mut request, 0, &[(0, 100), (0, 100), (100, 0)]);
    check_exits(
        &request,
        "exit0 UntakenBranch: func0@0xb[locals=2 operands=1]",
    );
    // Left by one branch, the others may be exits.
    branches(&mut request, 0, &[(0, 100), (1, 100), (100, 0)]);
    check_exits(
        &request,
        "exit0 UntakenBranch: func0@0xb[locals=2 operands=1]
         exit1 UntakenBranch: func0@0x1c[locals=2 operands=1]",
    );
}

// OSR code keeps all arms before the loop that is entered: another iteration of a loop around it gets
// there.
#[test]
fn arms_before_the_entry() {
    let wat = "(module
(func (param i32) (local i32)
  loop
    local.get 0 if i32.const 7 local.set 1 end
    loop
      local.get 1 if i32.const 8 local.set 1 end
      local.get 1 br_if 0
    end
    local.get 0 br_if 0
  end))";
    let mut request = request(wat, 0);
    branches(&mut request, 0, &[(100, 0), (100, 0), (50, 50), (50, 50)]);
    check_exits(
        &request,
        "exit0 UntakenBranch: func0@0x4[locals=2 operands=1]
         exit1 UntakenBranch: func0@0xf[locals=2 operands=1]",
    );
    request.osr = Some(0xd);
    check_exits(
        &request,
        "exit0 UntakenBranch: func0@0xf[locals=2 operands=1]",
    );
}

// Branches on references have two arms, too.
#[test]
fn arms_of_branches_on_null() {
    let wat = "(module
(func (param externref) (result i32)
  block
    local.get 0 br_on_null 0 drop
    i32.const 1 return
  end
  block (result externref)
    local.get 0 br_on_non_null 0
    i32.const 2 return
  end
  drop i32.const 3))";
    let mut request = request(wat, 0);
    for (seen, exits) in [
        (
            [(0, 10), (10, 0)],
            "exit0 UntakenBranch: func0@0x4[locals=1 operands=1]",
        ),
        (
            [(10, 0), (0, 10)],
            "exit0 UntakenBranch: func0@0x4[locals=1 operands=1]
             exit1 UntakenBranch: func0@0xf[locals=1 operands=1]",
        ),
        (
            [(10, 0), (10, 0)],
            "exit0 UntakenBranch: func0@0x4[locals=1 operands=1]
             exit1 UntakenBranch: func0@0xf[locals=1 operands=1]",
        ),
        ([(1, 10), (10, 1)], ""),
    ] {
        branches(&mut request, 0, &seen);
        check_exits(&request, exits);
    }
}

// Labels of a table are counted together, whichever index leads to them; those that nothing led to
// share an exit. If something rare was seen, there may be more.
#[test]
fn labels_of_a_table() {
    let wat = "(module
(func $cold)
(func (param i32) (result i32)
  block block block block
    local.get 0 br_table 0 1 2 0 3
  end i32.const 1 return
  end i32.const 2 return
  end call $cold i32.const 3 return
  end i32.const 4))";
    let mut request = request(wat, 1);
    let exit = "exit0 UntakenBranch: func1@0xa[locals=1 operands=1]";
    for (seen, exits, decision) in [
        (
            [10, 20, 0, 10, 0],
            exit,
            "func1@0xa exit if to label 2, 3: to others 40 times",
        ),
        (
            [0, 0, 7, 3, 0],
            exit,
            "func1@0xa exit if to label 1, 3: to others 10 times",
        ),
        (
            [40, 0, 0, 0, 0],
            exit,
            "func1@0xa exit if to label 1, 2, 3: to others 40 times",
        ),
        ([0, 0, 9, 0, 0], "", ""),
        ([0, 0, 99, 1, 0], "", ""),
        ([10, 10, 10, 10, 10], "", ""),
    ] {
        let seen = seen.map(|taken| (taken, 0));
        branches(&mut request, 1, &seen);
        check_exits(&request, exits);
        if !decision.is_empty() {
            check_decisions(&request, &[decision]);
        }
        let calls = compile(&request).clif.contains("    call_indirect");
        assert_eq!(calls, seen[2].0 > 0 || exits.is_empty());
    }
}

/// Does the block that adds `constant` lie out of the way?
fn is_out_of_the_way(clif: &str, constant: i32) -> bool {
    let code = clif.split(&format!("iconst.i32 {constant}\n")).next();
    let is_block = |line: &&str| line.trim_start().starts_with("block") && line.ends_with(':');
    let block = code.and_then(|it| it.lines().rev().find(is_block));
    block.is_some_and(|it| it.contains("cold"))
}

// An arm that is rarely taken lies out of the way, with all that is in it, inlined functions
// included, and up to where the others meet it. Not what is behind a branch back to a loop: the
// branch is best in its place.
#[test]
fn rare_arms() {
    let add = |n: i32| format!("local.get 0 i32.const {n} i32.add local.set 0\n");
    let [
        callee,
        then,
        nested,
        after,
        otherwise,
        joined,
        skipped,
        behind,
        end,
    ] = [71, 72, 73, 74, 75, 76, 77, 78, 79].map(add);
    let wat = format!(
        "(module
(func $callee (param i32) (result i32)
  block local.get 0 br_if 0 {callee} end
  local.get 0)
(func (param i32) (result i32)
  local.get 0 if
    {then}
    local.get 0 if {nested} end
    local.get 0 call $callee local.set 0
    {after}
  else
    {otherwise}
  end
  {joined}
  block local.get 0 br_if 0 {skipped} end
  loop
    {behind}
    local.get 0 br_if 0
    {end}
  end
  local.get 0))"
    );
    let mut request = request(&wat, 1);
    super::called(&mut request, (1, 0), 100);
    let mut check = |seen: [(u32, u32); 5], expected: &[i32]| {
        branches(&mut request, 1, &seen);
        let clif = compile(&request).clif;
        let actual: Vec<i32> = (71..80)
            .filter(|&it| is_out_of_the_way(&clif, it))
            .collect();
        assert_eq!(actual, expected, "{seen:?}\n{clif}");
    };
    // `if`, the one in it, `else`, and the two `br_if`.
    let even = (50, 50);
    check([even; 5], &[]);
    check([(99, 1), even, (1, 0), even, even], &[71, 72, 73, 74]);
    check([(1, 99), even, (99, 0), even, even], &[75]);
    check([even, (1, 99), (99, 0), (1, 99), (1, 99)], &[]);
    check([even, (99, 1), (99, 0), (99, 1), (99, 1)], &[73, 77]);
    // Not rarely enough.
    check([(96, 4), even, (4, 0), (30, 1), even], &[]);
}
