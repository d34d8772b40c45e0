;; Eight sites call by table what changes together in 64 phases: in each, a site calls one function.
(module
  (type $step (func (param i32 i32) (result i32)))
  (table 64 64 funcref)
  (elem (i32.const 0)
    $f0 $f1 $f2 $f3 $f4 $f5 $f6 $f7
    $f8 $f9 $f10 $f11 $f12 $f13 $f14 $f15
    $f16 $f17 $f18 $f19 $f20 $f21 $f22 $f23
    $f24 $f25 $f26 $f27 $f28 $f29 $f30 $f31
    $f32 $f33 $f34 $f35 $f36 $f37 $f38 $f39
    $f40 $f41 $f42 $f43 $f44 $f45 $f46 $f47
    $f48 $f49 $f50 $f51 $f52 $f53 $f54 $f55
    $f56 $f57 $f58 $f59 $f60 $f61 $f62 $f63)
  (func $f0 (type $step) (i32.add (i32.add (local.get 0) (local.get 1)) (i32.const 1)))
  (func $f1 (type $step) (i32.add (i32.sub (local.get 0) (local.get 1)) (i32.const 8)))
  (func $f2 (type $step) (i32.add (i32.xor (local.get 0) (local.get 1)) (i32.const 15)))
  (func $f3 (type $step) (i32.add (i32.or (local.get 0) (local.get 1)) (i32.const 22)))
  (func $f4 (type $step) (i32.add (i32.and (local.get 0) (local.get 1)) (i32.const 29)))
  (func $f5 (type $step) (i32.add (i32.rotl (local.get 0) (local.get 1)) (i32.const 36)))
  (func $f6 (type $step) (i32.add (i32.mul (local.get 0) (local.get 1)) (i32.const 43)))
  (func $f7 (type $step) (i32.add (i32.shr_u (local.get 0) (local.get 1)) (i32.const 50)))
  (func $f8 (type $step) (i32.add (i32.add (local.get 0) (local.get 1)) (i32.const 57)))
  (func $f9 (type $step) (i32.add (i32.sub (local.get 0) (local.get 1)) (i32.const 64)))
  (func $f10 (type $step) (i32.add (i32.xor (local.get 0) (local.get 1)) (i32.const 71)))
  (func $f11 (type $step) (i32.add (i32.or (local.get 0) (local.get 1)) (i32.const 78)))
  (func $f12 (type $step) (i32.add (i32.and (local.get 0) (local.get 1)) (i32.const 85)))
  (func $f13 (type $step) (i32.add (i32.rotl (local.get 0) (local.get 1)) (i32.const 92)))
  (func $f14 (type $step) (i32.add (i32.mul (local.get 0) (local.get 1)) (i32.const 99)))
  (func $f15 (type $step) (i32.add (i32.shr_u (local.get 0) (local.get 1)) (i32.const 106)))
  (func $f16 (type $step) (i32.add (i32.add (local.get 0) (local.get 1)) (i32.const 113)))
  (func $f17 (type $step) (i32.add (i32.sub (local.get 0) (local.get 1)) (i32.const 120)))
  (func $f18 (type $step) (i32.add (i32.xor (local.get 0) (local.get 1)) (i32.const 127)))
  (func $f19 (type $step) (i32.add (i32.or (local.get 0) (local.get 1)) (i32.const 134)))
  (func $f20 (type $step) (i32.add (i32.and (local.get 0) (local.get 1)) (i32.const 141)))
  (func $f21 (type $step) (i32.add (i32.rotl (local.get 0) (local.get 1)) (i32.const 148)))
  (func $f22 (type $step) (i32.add (i32.mul (local.get 0) (local.get 1)) (i32.const 155)))
  (func $f23 (type $step) (i32.add (i32.shr_u (local.get 0) (local.get 1)) (i32.const 162)))
  (func $f24 (type $step) (i32.add (i32.add (local.get 0) (local.get 1)) (i32.const 169)))
  (func $f25 (type $step) (i32.add (i32.sub (local.get 0) (local.get 1)) (i32.const 176)))
  (func $f26 (type $step) (i32.add (i32.xor (local.get 0) (local.get 1)) (i32.const 183)))
  (func $f27 (type $step) (i32.add (i32.or (local.get 0) (local.get 1)) (i32.const 190)))
  (func $f28 (type $step) (i32.add (i32.and (local.get 0) (local.get 1)) (i32.const 197)))
  (func $f29 (type $step) (i32.add (i32.rotl (local.get 0) (local.get 1)) (i32.const 204)))
  (func $f30 (type $step) (i32.add (i32.mul (local.get 0) (local.get 1)) (i32.const 211)))
  (func $f31 (type $step) (i32.add (i32.shr_u (local.get 0) (local.get 1)) (i32.const 218)))
  (func $f32 (type $step) (i32.add (i32.add (local.get 0) (local.get 1)) (i32.const 225)))
  (func $f33 (type $step) (i32.add (i32.sub (local.get 0) (local.get 1)) (i32.const 232)))
  (func $f34 (type $step) (i32.add (i32.xor (local.get 0) (local.get 1)) (i32.const 239)))
  (func $f35 (type $step) (i32.add (i32.or (local.get 0) (local.get 1)) (i32.const 246)))
  (func $f36 (type $step) (i32.add (i32.and (local.get 0) (local.get 1)) (i32.const 253)))
  (func $f37 (type $step) (i32.add (i32.rotl (local.get 0) (local.get 1)) (i32.const 260)))
  (func $f38 (type $step) (i32.add (i32.mul (local.get 0) (local.get 1)) (i32.const 267)))
  (func $f39 (type $step) (i32.add (i32.shr_u (local.get 0) (local.get 1)) (i32.const 274)))
  (func $f40 (type $step) (i32.add (i32.add (local.get 0) (local.get 1)) (i32.const 281)))
  (func $f41 (type $step) (i32.add (i32.sub (local.get 0) (local.get 1)) (i32.const 288)))
  (func $f42 (type $step) (i32.add (i32.xor (local.get 0) (local.get 1)) (i32.const 295)))
  (func $f43 (type $step) (i32.add (i32.or (local.get 0) (local.get 1)) (i32.const 302)))
  (func $f44 (type $step) (i32.add (i32.and (local.get 0) (local.get 1)) (i32.const 309)))
  (func $f45 (type $step) (i32.add (i32.rotl (local.get 0) (local.get 1)) (i32.const 316)))
  (func $f46 (type $step) (i32.add (i32.mul (local.get 0) (local.get 1)) (i32.const 323)))
  (func $f47 (type $step) (i32.add (i32.shr_u (local.get 0) (local.get 1)) (i32.const 330)))
  (func $f48 (type $step) (i32.add (i32.add (local.get 0) (local.get 1)) (i32.const 337)))
  (func $f49 (type $step) (i32.add (i32.sub (local.get 0) (local.get 1)) (i32.const 344)))
  (func $f50 (type $step) (i32.add (i32.xor (local.get 0) (local.get 1)) (i32.const 351)))
  (func $f51 (type $step) (i32.add (i32.or (local.get 0) (local.get 1)) (i32.const 358)))
  (func $f52 (type $step) (i32.add (i32.and (local.get 0) (local.get 1)) (i32.const 365)))
  (func $f53 (type $step) (i32.add (i32.rotl (local.get 0) (local.get 1)) (i32.const 372)))
  (func $f54 (type $step) (i32.add (i32.mul (local.get 0) (local.get 1)) (i32.const 379)))
  (func $f55 (type $step) (i32.add (i32.shr_u (local.get 0) (local.get 1)) (i32.const 386)))
  (func $f56 (type $step) (i32.add (i32.add (local.get 0) (local.get 1)) (i32.const 393)))
  (func $f57 (type $step) (i32.add (i32.sub (local.get 0) (local.get 1)) (i32.const 400)))
  (func $f58 (type $step) (i32.add (i32.xor (local.get 0) (local.get 1)) (i32.const 407)))
  (func $f59 (type $step) (i32.add (i32.or (local.get 0) (local.get 1)) (i32.const 414)))
  (func $f60 (type $step) (i32.add (i32.and (local.get 0) (local.get 1)) (i32.const 421)))
  (func $f61 (type $step) (i32.add (i32.rotl (local.get 0) (local.get 1)) (i32.const 428)))
  (func $f62 (type $step) (i32.add (i32.mul (local.get 0) (local.get 1)) (i32.const 435)))
  (func $f63 (type $step) (i32.add (i32.shr_u (local.get 0) (local.get 1)) (i32.const 442)))

  ;; Calls by eight sites, `count` times, functions that `phase` chooses.
  (func $calls (param $count i32) (param $phase i32) (param $sum i32) (result i32)
    (loop $next
      (local.set $sum
        (call_indirect (type $step) (local.get $sum) (local.get $count)
          (i32.and (i32.add (local.get $phase) (i32.const 0)) (i32.const 63))))
      (local.set $sum
        (call_indirect (type $step) (local.get $sum) (local.get $count)
          (i32.and (i32.add (local.get $phase) (i32.const 9)) (i32.const 63))))
      (local.set $sum
        (call_indirect (type $step) (local.get $sum) (local.get $count)
          (i32.and (i32.add (local.get $phase) (i32.const 18)) (i32.const 63))))
      (local.set $sum
        (call_indirect (type $step) (local.get $sum) (local.get $count)
          (i32.and (i32.add (local.get $phase) (i32.const 27)) (i32.const 63))))
      (local.set $sum
        (call_indirect (type $step) (local.get $sum) (local.get $count)
          (i32.and (i32.add (local.get $phase) (i32.const 36)) (i32.const 63))))
      (local.set $sum
        (call_indirect (type $step) (local.get $sum) (local.get $count)
          (i32.and (i32.add (local.get $phase) (i32.const 45)) (i32.const 63))))
      (local.set $sum
        (call_indirect (type $step) (local.get $sum) (local.get $count)
          (i32.and (i32.add (local.get $phase) (i32.const 54)) (i32.const 63))))
      (local.set $sum
        (call_indirect (type $step) (local.get $sum) (local.get $count)
          (i32.and (i32.add (local.get $phase) (i32.const 63)) (i32.const 63))))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $sum))

  ;; Each of 64 phases makes `n` calls, a thousand turns at a time.
  (func (export "run") (param $n i32) (result i32)
    (local $phase i32)
    (local $turns i32)
    (local $sum i32)
    (loop $next
      (local.set $turns (i32.div_u (local.get $n) (i32.const 8000)))
      (loop $more
        (local.set $sum
          (call $calls (i32.const 1000) (local.get $phase) (local.get $sum)))
        (br_if $more (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
      (local.set $phase (i32.add (local.get $phase) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $phase) (i32.const 64))))
    (local.get $sum)))
