;; A loop over objects with checks that never fail: an index that is in bounds, and a sum that needs
;; no attention. What is done if one fails is a call, which takes part in nothing else.
(module
  (type $method (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (table $methods (export "methods") funcref (elem $odd $double))
  (global $failures (mut i32) (i32.const 0))
  (func $odd (type $method) (i32.or (local.get 0) (i32.const 1)))
  (func $double (type $method) (i32.shl (local.get 0) (i32.const 1)))
  (func $fail (param $index i32) (param $len i32)
    (global.set $failures (i32.add (global.get $failures) (i32.const 1)))
    (i32.store offset=32768 (i32.and (local.get $index) (i32.const 1023)) (local.get $len))
    (drop (memory.grow (i32.const 0)))
    (table.set $methods (i32.const 0) (ref.func $odd)))
  (func $item (param $index i32) (param $len i32) (result i32)
    (if (i32.ge_u (local.get $index) (local.get $len))
      (then (call $fail (local.get $index) (local.get $len))))
    (i32.load8_u (local.get $index)))
  (func (export "run") (param $n i32) (result i32)
    (local $sum i32) (local $len i32)
    (local.set $len (i32.const 1024))
    (loop $next
      (local.set $sum
        (i32.add
          (local.get $sum)
          (call_indirect $methods (type $method)
            (i32.add
              (call $item (i32.and (local.get $n) (i32.const 1023)) (local.get $len))
              (local.get $n))
            (i32.const 1))))
      (if (i32.eq (local.get $sum) (i32.const -1))
        (then (call $fail (local.get $sum) (local.get $n))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
