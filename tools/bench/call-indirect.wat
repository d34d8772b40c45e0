;; A call through a table that always finds the same function; the table is never written.
(module
  (type $unary (func (param i32) (result i32)))
  (table 2 2 funcref)
  (elem (i32.const 0) $never $step)
  (func $never (type $unary) (unreachable))
  (func $step (type $unary)
    (i32.add (i32.mul (local.get 0) (i32.const 5)) (i32.const 37)))

  (func (export "run") (param $n i32) (result i32)
    (local $sum i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $sum
          (i32.xor
            (local.get $sum)
            (call_indirect (type $unary) (local.get $n) (i32.const 1))))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next)))
    (local.get $sum)))
