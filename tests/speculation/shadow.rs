//! States at exits, compared with those of the interpreter at the same moments.
//!
//! Every scenario is compared so, by the harness. Here it is said how much that is.

use super::harness::{base, shadow};

// Exits in a loop, in an inlined callee, at a call of another instance's function, with a host that
// calls back, and with memories, tables and globals that change: each is compared, and is right.
#[test]
fn exits_rebuild_what_the_interpreter_has() {
    let wat = r#"(module
(type $t (func (param i32) (result i32)))
(import "host" "do" (func $do (type $t)))
(memory 1)
(global $g (mut i64) (i64.const 5))
(table funcref (elem $a $b $do $c))
(func $a (type $t) (i32.store (i32.const 4) (local.get 0)) (i32.add (local.get 0) (i32.const 1)))
(func $b (type $t)
(global.set $g (i64.add (global.get $g) (i64.const 1)))
(table.set (i32.const 0) (ref.func $b))
(i32.mul (local.get 0) (i32.const 3)))
(func $c (type $t) (call_indirect (type $t) (local.get 0) (i32.and (local.get 0) (i32.const 1))))
(func (export "f") (param $n i32) (param $i i32) (result i32)
(local $x i32) (local $y f64)
(loop $next
(local.set $y (f64.convert_i32_s (local.get $n)))
(local.set $x (i32.xor (local.get $x)
(call_indirect (type $t) (i32.add (local.get $x) (i32.trunc_f64_s (local.get $y))) (local.get $i))))
(br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
(local.get $x)))"#;
    let comparisons = shadow(&base(), wat, |run| {
        run.host(|_, arg| Ok(arg * 2));
        for index in [3, 0, 1, 2, 3, 0] {
            run.repeat(4, "f", (9, index));
        }
    });
    let equal: Vec<usize> = comparisons.iter().map(|it| it.equal).collect();
    let [plain, random, all] = equal[..] else {
        panic!("{equal:?}")
    };
    assert!(plain >= 3 && random >= 20 && all >= 100, "{equal:?}");
}
