//! What call sites learn, and what the policy makes of guards that fail.

use super::harness::{
    Run, agrees, call_element, count_deopts, count_installed, deopts, events, everywhere, inlined,
    reenter, table_of, tiered, unindent,
};

/// Five functions of type `$t`.
pub(crate) const TARGETS: &str = "(type $t (func (param i32) (result i32)))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $c (type $t) (i32.xor (local.get 0) (i32.const 5)))
(func $d (type $t) (i32.sub (local.get 0) (i32.const 7)))
(func $e (type $t) (i32.rotl (local.get 0) (i32.const 3)))";

/// A function `f (index, x)` that calls an element of a table of [`TARGETS`], declared as given.
fn five_targets(table: &str) -> String {
    format!(
        r#"(module {TARGETS}
(table $t {table} funcref (elem $a $b $c $d $e))
(func (export "f") (param i32 i32) (result i32)
(call_indirect (type $t) (local.get 1) (local.get 0)))
(func (export "write")
(table.set $t (i32.const 0) (ref.func $e)) (table.set $t (i32.const 0) (ref.func $a))))"#
    )
}

/// All targets, one after the other, twice.
fn walk(run: &mut Run) {
    for index in (0..5).chain(0..5) {
        run.repeat(20, "f", (index, 100));
    }
}

const WALKED: &str = "
    f(0, 100) = 101 x20
    f(1, 100) = 300 x20
    f(2, 100) = 97 x20
    f(3, 100) = 93 x20
    f(4, 100) = 800 x20
    f(0, 100) = 101 x20
    f(1, 100) = 300 x20
    f(2, 100) = 97 x20
    f(3, 100) = 93 x20
    f(4, 100) = 800 x20";

// A site meets five targets, each long enough to be compiled for, and all of them again. A guard
// must fail once for each new target and never for one that is known.
#[test]
fn site_walks_from_one_target_to_many() {
    let wat = five_targets("").replace("table.set $t (i32.const 0)", "drop");
    let guards = [
        "index == 0",
        "index == 1 | 0",
        "index == 2 | 0 | 1",
        "index == 3 | 0 | 1 | 2",
    ];
    check_walk(&wat, "0x4", guards);
}

/// Checks the walk in `wat`, whose call at `pc` is inlined behind one of `guards` after the other,
/// the newest target first: a failure makes what was seen before count less.
pub(crate) fn check_walk(wat: &str, pc: &str, guards: [&str; 4]) {
    everywhere(wat, walk, WALKED);
    let exit = format!("WrongCallTarget func5@{pc} x1");
    assert_eq!(deopts(wat, walk), [exit.as_str(); 4]);
    let [one, two, three, four] = guards;
    assert_eq!(
        inlined(wat, walk),
        [
            format!("func5: func5@{pc} func0 behind {one}, else exit"),
            format!("func5: func5@{pc} func1 | func0 behind {two}, else exit"),
            format!("func5: func5@{pc} func2 | func0 | func1 behind {three}, else exit"),
            format!("func5: func5@{pc} func3 | func0 | func1 | func2 behind {four}, else exit"),
            format!("func5: func5@{pc} called: megamorphic"),
        ]
    );
}

// The same walk where the host could write the table, but does not. The version that the guard
// looks at beside the index must not make it fail more often.
#[test]
fn site_walks_in_an_exported_table() {
    let wat = five_targets(r#"(export "t")"#);
    everywhere(&wat, walk, WALKED);
    assert_eq!(deopts(&wat, walk), ["WrongCallTarget func5@0x4 x1"; 4]);
    let decisions = inlined(&wat, walk);
    assert_eq!(
        decisions[0],
        "func5: func5@0x4 func0 behind index == 0 and table version, else exit"
    );
}

// The same walk where the table was written before, so that elements are compared and not
// indices. An element must be told from another one, not only from none.
#[test]
fn site_walks_in_a_written_table() {
    let wat = five_targets("");
    let script = |run: &mut Run| {
        run.call("write", ());
        walk(run);
    };
    everywhere(&wat, script, &format!("write()\n{WALKED}"));
    assert_eq!(deopts(&wat, script), ["WrongCallTarget func5@0x4 x1"; 4]);
    assert_eq!(
        inlined(&wat, script)[0],
        "func5: func5@0x4 func0 behind element, else exit"
    );
}

/// A function `f (index, index)` that calls a target at each of two sites.
fn two_sites(form: &str) -> String {
    let table = table_of(form, "$a $b");
    let first = call_element(form, "(i32.const 10)", "(local.get 0)");
    let second = call_element(form, &first, "(local.get 1)");
    format!(
        r#"(module
(type $t (func (param i32) (result i32)))
{table}
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param i32 i32) (result i32) {second}))"#
    )
}

// Two sites fail one after the other, and then both have the target that each has met before.
// A failure must be booked on its own site, or the combination would be new.
#[test]
fn two_sites_fail_independently() {
    check_two_sites("call_indirect", ["0x4", "0x9"]);
}

/// Checks two sites whose calls are of the form `form` and at `pcs`.
pub(crate) fn check_two_sites(form: &str, pcs: [&str; 2]) {
    let wat = two_sites(form);
    let script = |run: &mut Run| {
        for args in [(0, 0), (1, 0), (0, 1), (1, 1), (0, 0)] {
            run.repeat(20, "f", args);
        }
    };
    let expected = "
        f(0, 0) = 12 x20
        f(1, 0) = 31 x20
        f(0, 1) = 33 x20
        f(1, 1) = 90 x20
        f(0, 0) = 12 x20";
    everywhere(&wat, script, expected);
    assert_eq!(
        deopts(&wat, script),
        pcs.map(|pc| format!("WrongCallTarget func2@{pc} x1"))
    );
}

// A null element is called before the site has met anything, and when it has met function 0 at
// index 1. An unused record is null as well, and must not count as a hit.
#[test]
fn null_is_no_hit_at_an_unused_site() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table 3 funcref)
(elem (i32.const 1) func $a $b)
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func (export "f") (param i32) (result i32)
(call_indirect (type $t) (i32.const 10) (local.get 0)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3))))"#;
    let script = |run: &mut Run| {
        run.call("f", (0,));
        run.repeat(20, "f", (1,));
        run.call("f", (0,));
        run.repeat(20, "f", (2,));
        run.call("f", (0,));
    };
    let expected = "
        f(0) fails: wasm trap: uninitialized element < func1@0x5
        f(1) = 11 x20
        f(0) fails: wasm trap: uninitialized element < func1@0x5
        f(2) = 30 x20
        f(0) fails: wasm trap: uninitialized element < func1@0x5";
    everywhere(wat, script, expected);
}

// Calls that trap for want of a target teach nothing: however many there are, the site keeps its
// code and its exits, and still learns its second target.
#[test]
fn calls_without_a_target_use_up_no_exits() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(type $other (func))
(table (export "t") 4 funcref)
(elem (i32.const 0) func $a $b $other)
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $other (type $other))
(func (export "f") (param i32) (result i32)
(call_indirect (type $t) (i32.const 10) (local.get 0))))"#;
    let script = |run: &mut Run| {
        run.repeat(20, "f", (0,));
        for index in [2, 3, 9] {
            run.repeat(10, "f", (index,));
        }
        run.repeat(20, "f", (0,));
        run.repeat(20, "f", (1,));
    };
    let expected = "
        f(0) = 11 x20
        f(2) fails: wasm trap: indirect call type mismatch < func3@0x5 x10
        f(3) fails: wasm trap: uninitialized element < func3@0x5 x10
        f(9) fails: wasm trap: undefined element: out of bounds table access < func3@0x5 x10
        f(0) = 11 x20
        f(1) = 30 x20";
    everywhere(wat, script, expected);
    // 30 that trap, and the one that meets the second target.
    assert_eq!(deopts(wat, script), ["WrongCallTarget func3@0x4 x1"; 31]);
}

// Function 0 at index 0 is the second target of a site. Nothing about zeros may look like "none".
#[test]
fn function_0_at_index_0_is_a_target() {
    let wat = two_sites("call_indirect");
    let script = |run: &mut Run| {
        for args in [(1, 1), (0, 1), (1, 1), (0, 0)] {
            run.repeat(20, "f", args);
        }
    };
    let expected = "
        f(1, 1) = 90 x20
        f(0, 1) = 33 x20
        f(1, 1) = 90 x20
        f(0, 0) = 12 x20";
    everywhere(&wat, script, expected);
    assert_eq!(
        deopts(&wat, script),
        [
            "WrongCallTarget func2@0x4 x1",
            "WrongCallTarget func2@0x9 x1"
        ]
    );
}

// A site is on a path that is not taken until its function is compiled. The policy is to call:
// there is nothing to guess, and the path may be taken from now on.
#[test]
fn site_first_executed_in_compiled_code_is_called() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param i32 i32) (result i32)
(if (result i32) (local.get 0)
(then (call_indirect (type $t) (i32.const 10) (local.get 1)))
(else (i32.const 0)))))"#;
    let script = |run: &mut Run| {
        for args in [(0, 0), (1, 0), (1, 1)] {
            run.repeat(20, "f", args);
        }
    };
    let expected = "
        f(0, 0) = 0 x20
        f(1, 0) = 11 x20
        f(1, 1) = 30 x20";
    everywhere(wat, script, expected);
    assert!(deopts(wat, script).is_empty());
    assert!(inlined(wat, script).is_empty());
}

// Two instances of a module call different targets, then each the other's, then in turns. What
// one of them learns helps the other: they fail as often together as one would alone.
#[test]
fn instances_of_a_module_learn_together() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b $c $d))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $c (type $t) (i32.xor (local.get 0) (i32.const 5)))
(func $d (type $t) (i32.sub (local.get 0) (i32.const 7)))
(func (export "f") (param i32) (result i32)
(call_indirect (type $t) (i32.const 10) (local.get 0))))"#;
    let script = |run: &mut Run| {
        run.instantiate("other", wat);
        run.repeat(20, "f", (0,));
        run.repeat(20, "other.f", (1,));
        run.repeat(20, "f", (1,));
        run.repeat(20, "other.f", (0,));
        for _ in 0..50 {
            run.call("f", (0,));
            run.call("other.f", (1,));
        }
        run.repeat(20, "f", (2,));
        run.repeat(20, "other.f", (3,));
    };
    let expected = "
        f(0) = 11 x20
        other.f(1) = 30 x20
        f(1) = 30 x20
        other.f(0) = 11 x20
        f(0) = 11
        other.f(1) = 30";
    everywhere(wat, script, expected);
    assert_eq!(deopts(wat, script), ["WrongCallTarget func4@0x4 x1"; 3]);
}

/// A loop over `n` calls, `period` of each of six targets in turn.
const FLIPS: &str = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b $c $d $e $f))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $c (type $t) (i32.xor (local.get 0) (i32.const 5)))
(func $d (type $t) (i32.sub (local.get 0) (i32.const 7)))
(func $e (type $t) (i32.rotl (local.get 0) (i32.const 3)))
(func $f (type $t) (i32.or (local.get 0) (i32.const 1)))
(func (export "f") (param $n i32) (param $period i32) (result i32)
(local $i i32) (local $x i32)
(loop $next
(local.set $x (call_indirect (type $t)
(local.get $x)
(i32.rem_u (i32.div_u (local.get $i) (local.get $period)) (i32.const 6))))
(local.set $i (i32.add (local.get $i) (i32.const 1)))
(br_if $next (i32.lt_u (local.get $i) (local.get $n))))
(local.get $x)))"#;

// The target changes in every iteration of a loop, or every so many. No program may cause more
// exits and compilations than the policy grants the site.
#[test]
fn flipping_targets_cause_few_deopts() {
    let script = |run: &mut Run| {
        run.call("f", (300, 37));
        run.call("f", (300, 1));
    };
    let expected = "
        f(300, 37) = -914013504
        f(300, 1) = -158549833";
    everywhere(FLIPS, script, expected);
    for (period, result) in [(1, -1925337044), (1000, -315272053), (100_000, -1929518847)] {
        let script = |run: &mut Run| {
            let results = run.call("f", (1_000_000, period)).expect("nothing traps");
            assert_eq!(results[0].unwrap_i32(), result, "period {period}");
        };
        let events = events(&tiered(10), FLIPS, script);
        assert!(
            count_deopts(&events) <= 4,
            "period {period}: {} deopts",
            count_deopts(&events)
        );
        let n_codes = count_installed(&events);
        assert!(n_codes <= 20, "period {period}: {n_codes} compilations");
    }
}

// One site of a function meets every target there is, its neighbour only one. When the first has
// used up its exits, the second must still be inlined.
#[test]
fn exhausted_site_does_not_spoil_its_neighbour() {
    let wat = five_targets("").replace(
        "(call_indirect (type $t) (local.get 1) (local.get 0)))",
        "(call_indirect (type $t) (call_indirect (type $t) (local.get 1) (local.get 0)) \
         (i32.const 1)))",
    );
    let script = |run: &mut Run| {
        run.call("write", ());
        for index in (0..5).chain(0..5) {
            run.repeat(20, "f", (index, 100));
        }
    };
    let expected = "
        write()
        f(0, 100) = 303 x20
        f(1, 100) = 900 x20
        f(2, 100) = 291 x20
        f(3, 100) = 279 x20
        f(4, 100) = 2400 x20
        f(0, 100) = 303 x20";
    everywhere(&wat, script, expected);
    assert_eq!(deopts(&wat, script), ["WrongCallTarget func5@0x4 x1"; 4]);
    let decisions = inlined(&wat, script);
    assert_eq!(
        decisions[decisions.len() - 2..],
        [
            "func5: func5@0x4 called: megamorphic",
            "func5: func5@0x9 func1 behind element, else exit"
        ]
    );
}

// A recursion of the same compiled function meets a new target in its innermost call; each outer
// one meets it later, in code that was withdrawn meanwhile. They must not return into nothing.
#[test]
fn every_activation_of_a_recursion_deopts() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func $f (export "f") (param $n i32) (param $i i32) (result i32)
(if (result i32) (i32.eqz (local.get $n))
(then (call_indirect (type $t) (i32.const 10) (local.get $i)))
(else (call_indirect (type $t)
(call $f (i32.sub (local.get $n) (i32.const 1)) (local.get $i))
(local.get $i))))))"#;
    let script = |run: &mut Run| {
        run.repeat(20, "f", (1, 0));
        run.call("f", (200, 0));
        run.repeat(2, "f", (200, 1));
        run.repeat(20, "f", (20, 1));
    };
    let expected = "
        f(1, 0) = 12 x20
        f(200, 0) = 211
        f(200, 1) = 153400030 x2
        f(20, 1) = 1524316926 x20";
    everywhere(wat, script, expected);
    let first = |run: &mut Run| {
        run.repeat(20, "f", (1, 0));
        let results = run.call("f", (1000, 1)).expect("nothing traps");
        assert_eq!(results[0].unwrap_i32(), -811946530);
    };
    let n_first = deopts(wat, first).len();
    assert!((1..=1001).contains(&n_first), "{n_first} deopts");
    let again = |run: &mut Run| {
        first(run);
        run.repeat(20, "f", (20, 1));
        run.repeat(5, "f", (1000, 1));
    };
    let n_again = deopts(wat, again).len() - n_first;
    assert!(n_again <= 2, "{n_again} deopts with known targets");
}

// While compiled activations wait for the host, one that the host starts deopts, and the function
// is compiled again. The waiting ones go on in code that was withdrawn.
#[test]
fn withdrawn_code_is_returned_into() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param $i i32) (param $again i32) (result i32)
(if (local.get $again) (then (drop (call $do (local.get $again)))))
(call_indirect (type $t) (i32.const 10) (local.get $i))))"#;
    let script = |run: &mut Run| {
        run.host(|caller, again| {
            reenter(caller, "f", (1, again - 1));
            if again == 1 {
                for _ in 0..20 {
                    reenter(caller, "f", (1, 0));
                }
            }
            Ok(0)
        });
        run.repeat(20, "f", (0, 0));
        run.call("f", (0, 3));
        run.repeat(20, "f", (0, 0));
        run.call("f", (1, 3));
    };
    let expected = "
        f(0, 0) = 11 x20
        f(1, 0) = 30 x21
        f(1, 1) = 30
        f(1, 2) = 30
        f(0, 3) = 11
        f(0, 0) = 11 x20
        f(1, 0) = 30 x21
        f(1, 1) = 30
        f(1, 2) = 30
        f(1, 3) = 30";
    everywhere(wat, script, expected);
    assert_eq!(deopts(wat, script), ["WrongCallTarget func3@0xe x1"; 3]);
}

// A function has thirty sites, and one after the other meets a second target. Each fails once, and
// the function is compiled anew as often.
#[test]
fn many_sites_fail_in_turn() {
    const N: u32 = 30;
    let mut wat = String::from(
        r#"(module
(type $t (func (param i32) (result i32)))
(table funcref (elem $a $b))
(func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t) (i32.mul (local.get 0) (i32.const 3)))
(func (export "f") (param $x i32) (param $bits i32) (result i32)
(local.get $x)"#,
    );
    for n in 0..N {
        wat.push_str(&format!(
            "\n(call_indirect (type $t) \
             (i32.and (i32.shr_u (local.get $bits) (i32.const {n})) (i32.const 1)))"
        ));
    }
    wat.push_str("))");
    let value = |bits: i32| {
        (0..N).fold(1_i32, |x, n| match bits >> n & 1 {
            0 => x.wrapping_add(1),
            _ => x.wrapping_mul(3),
        })
    };
    let script = |run: &mut Run| {
        run.repeat(40, "f", (1, 0));
        for n in 0..N {
            run.repeat(20, "f", (1, 1 << n));
        }
        run.repeat(20, "f", (1, 0x1555_5555));
    };
    let mut expected = format!("f(1, 0) = {} x40\n", value(0));
    for bits in (0..N).map(|n| 1 << n).chain([0x1555_5555]) {
        expected.push_str(&format!("f(1, {bits}) = {} x20\n", value(bits)));
    }
    for threshold in [0, 1, 2] {
        agrees(&tiered(threshold), &wat, script);
    }
    let events = agrees(&tiered(10), &wat, |run| {
        script(run);
        assert!(run.transcript().starts_with(&unindent(&expected)));
    });
    let (n_deopts, n_codes) = (count_deopts(&events), count_installed(&events));
    assert_eq!(n_deopts, N as usize);
    // One for each exit, the first one, and the targets'.
    assert!(n_codes <= N as usize + 1 + 2, "{n_codes} compilations");
}
