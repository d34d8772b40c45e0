;; Objects of one class, and four small methods called for each: what getters of virtual classes do.
(module
  (type $getter (func (param $this i32) (result i32)))
  (memory 1)
  (table 5 5 funcref)
  ;; Index 0 is the null pointer to a function.
  (elem (i32.const 1) $left $top $width $height)
  ;; The vtable, at address 16.
  (data (i32.const 16) "\01\00\00\00\02\00\00\00\03\00\00\00\04\00\00\00")

  (func $left (type $getter) (i32.load offset=4 (local.get 0)))
  (func $top (type $getter) (i32.load offset=8 (local.get 0)))
  (func $width (type $getter) (i32.load offset=12 (local.get 0)))
  (func $height (type $getter) (i32.load offset=16 (local.get 0)))

  ;; Makes 256 objects of 20 bytes from address 1024 on: vtable, left, top, width, height.
  (func $make_objects
    (local $i i32)
    (local $object i32)
    (local.set $object (i32.const 1024))
    (loop $next
      (i32.store (local.get $object) (i32.const 16))
      (i32.store offset=4 (local.get $object) (local.get $i))
      (i32.store offset=8 (local.get $object) (i32.shl (local.get $i) (i32.const 1)))
      (i32.store offset=12 (local.get $object) (i32.and (local.get $i) (i32.const 15)))
      (i32.store offset=16 (local.get $object) (i32.and (local.get $i) (i32.const 7)))
      (local.set $object (i32.add (local.get $object) (i32.const 20)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 256)))))

  (func $sum (result i32)
    (local $object i32)
    (local $sum i32)
    (local.set $object (i32.const 1024))
    (loop $next
      (local.set $sum
        (i32.add
          (i32.add (local.get $sum)
            (i32.mul
              (call_indirect (type $getter) (local.get $object)
                (i32.load offset=8 (i32.load (local.get $object))))
              (call_indirect (type $getter) (local.get $object)
                (i32.load offset=12 (i32.load (local.get $object))))))
          (i32.sub
            (call_indirect (type $getter) (local.get $object)
              (i32.load (i32.load (local.get $object))))
            (call_indirect (type $getter) (local.get $object)
              (i32.load offset=4 (i32.load (local.get $object)))))))
      (local.set $object (i32.add (local.get $object) (i32.const 20)))
      (br_if $next (i32.lt_u (local.get $object) (i32.const 6144))))
    (local.get $sum))

  (func (export "run") (param $n i32) (result i32)
    (local $sum i32)
    (call $make_objects)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $sum (i32.add (local.get $sum) (call $sum)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next)))
    (local.get $sum)))
