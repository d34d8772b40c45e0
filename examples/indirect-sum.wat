;; The example of V8's article on speculative optimizations for WebAssembly: a loop around a call
;; through a table that always finds the same function.
;;
;; `example` adds up `inlinee(7)`, which is 44, as often as it is told.
;; `example_with_change` does the same, but half-way it puts `other` into the table, so that from
;; then on each call is worth 107. What was compiled for `inlinee` must notice exactly once.
(module
  (type $unary (func (param i32) (result i32)))
  (table $targets 1 1 funcref)
  (elem (i32.const 0) $inlinee)
  (elem declare func $inlinee $other)

  (func $inlinee (type $unary)
    (i32.add (local.get 0) (i32.const 37)))

  (func $other (type $unary)
    (i32.add (local.get 0) (i32.const 100)))

  (func $example (export "example") (param $iterations i32) (result i32)
    (local $sum i32)
    (if (i32.gt_s (local.get $iterations) (i32.const 0))
      (then
        (loop $next
          (local.set $sum
            (i32.add
              (local.get $sum)
              (call_indirect $targets (type $unary) (i32.const 7) (i32.const 0))))
          (local.set $iterations (i32.sub (local.get $iterations) (i32.const 1)))
          (br_if $next (local.get $iterations)))))
    (local.get $sum))

  (func $example_with_change (export "example_with_change") (param $iterations i32) (result i32)
    (local $i i32)
    (local $half i32)
    (local $sum i32)
    (local.set $half (i32.shr_u (local.get $iterations) (i32.const 1)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $i) (local.get $iterations)))
        (if (i32.eq (local.get $i) (local.get $half))
          (then (table.set $targets (i32.const 0) (ref.func $other))))
        (local.set $sum
          (i32.add
            (local.get $sum)
            (call_indirect $targets (type $unary) (i32.const 7) (i32.const 0))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    ;; The next call starts as this one did.
    (table.set $targets (i32.const 0) (ref.func $inlinee))
    (local.get $sum)))
