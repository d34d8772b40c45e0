;; Like `vtable-1.wat`, but half-way all objects change their class, once.
(module
  (type $method (func (param $this i32) (result i32)))
  (memory 1)
  (table 3 3 funcref)
  ;; Index 0 is the null pointer to a function.
  (elem (i32.const 1) $area0 $area1)
  ;; Vtables of one method each, from address 16 on.
  (data (i32.const 16)
    "\01\00\00\00\02\00\00\00")

  (func $area0 (type $method) (param $this i32) (result i32)
    (i32.mul (i32.load offset=4 (local.get $this)) (i32.load offset=8 (local.get $this))))
  (func $area1 (type $method) (param $this i32) (result i32)
    (i32.add (i32.load offset=4 (local.get $this)) (i32.const 2)))

  (func $area (param $object i32) (result i32)
    (call_indirect (type $method)
      (local.get $object)
      (i32.load (i32.load (local.get $object)))))

  ;; Makes 256 objects of 12 bytes from address 1024 on: vtable, width, height.
  (func $make_objects (param $classes i32)
    (local $i i32)
    (local $object i32)
    (local $random i32)
    (local.set $object (i32.const 1024))
    (loop $next
      (local.set $random
        (i32.add (i32.mul (local.get $random) (i32.const 1664525)) (i32.const 1013904223)))
      (i32.store (local.get $object)
        (i32.add
          (i32.const 16)
          (i32.shl
            (i32.rem_u (i32.shr_u (local.get $random) (i32.const 16)) (local.get $classes))
            (i32.const 2))))
      (i32.store offset=4 (local.get $object) (local.get $i))
      (i32.store offset=8 (local.get $object) (i32.and (local.get $random) (i32.const 15)))
      (local.set $object (i32.add (local.get $object) (i32.const 12)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 256)))))

  ;; All objects become objects of the second class.
  (func $change_class
    (local $object i32)
    (local.set $object (i32.const 1024))
    (loop $next
      (i32.store (local.get $object) (i32.const 20))
      (local.set $object (i32.add (local.get $object) (i32.const 12)))
      (br_if $next (i32.lt_u (local.get $object) (i32.const 4096)))))

  (func $sum_areas (result i32)
    (local $object i32)
    (local $sum i32)
    (local.set $object (i32.const 1024))
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (call $area (local.get $object))))
      (local.set $object (i32.add (local.get $object) (i32.const 12)))
      (br_if $next (i32.lt_u (local.get $object) (i32.const 4096))))
    (local.get $sum))

  (func (export "run") (param $n i32) (result i32)
    (local $half i32)
    (local $sum i32)
    (local.set $half (i32.shr_u (local.get $n) (i32.const 1)))
    (call $make_objects (i32.const 1))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $n)))
        (if (i32.eq (local.get $n) (local.get $half))
          (then (call $change_class)))
        (local.set $sum (i32.add (local.get $sum) (call $sum_areas)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next)))
    (local.get $sum)))
