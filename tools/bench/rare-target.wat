;; A call by table that goes to the same function but once in ten thousand times, when it goes to
;; one of seven others in turn: more than an inline cache keeps.
(module
  (type $step (func (param i32 i32) (result i32)))
  (table 8 8 funcref)
  (elem (i32.const 0) $add $sub $xor $mul $or $and $shl $rotl)
  (func $add (type $step) (i32.add (local.get 0) (local.get 1)))
  (func $sub (type $step) (i32.sub (local.get 0) (local.get 1)))
  (func $xor (type $step) (i32.xor (local.get 0) (local.get 1)))
  (func $mul (type $step) (i32.mul (local.get 0) (i32.or (local.get 1) (i32.const 1))))
  (func $or (type $step) (i32.or (local.get 0) (local.get 1)))
  (func $and (type $step) (i32.and (local.get 0) (local.get 1)))
  (func $shl (type $step) (i32.shl (local.get 0) (i32.const 1)))
  (func $rotl (type $step) (i32.rotl (local.get 0) (local.get 1)))

  (func (export "run") (param $n i32) (result i32)
    (local $sum i32)
    (local $rest i32)
    (local $rare i32)
    (local $target i32)
    (local.set $rest (i32.const 10000))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $target (i32.const 0))
        (local.set $rest (i32.sub (local.get $rest) (i32.const 1)))
        (if (i32.eqz (local.get $rest))
          (then
            (local.set $rest (i32.const 10000))
            (local.set $rare (i32.rem_u (i32.add (local.get $rare) (i32.const 1)) (i32.const 7)))
            (local.set $target (i32.add (local.get $rare) (i32.const 1)))))
        (local.set $sum
          (call_indirect (type $step) (local.get $sum) (local.get $n) (local.get $target)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next)))
    (local.get $sum)))
