//! Inlining, guards and their exits.

use super::{
    Compiled, called, check_decisions, check_exits, compile, feedback, loop_of_calls, request,
    targets,
};
use crate::{MemoryStyle, Request, TableState};

/// `func3` calls through a constant table; `func0` to `func2` are its targets.
const INDIRECT: &str = "(module
(type $t (func (param i32) (result i32)))
(table funcref (elem 0 1 2))
(func (type $t) local.get 0 i32.const 1 i32.add)
(func (type $t) local.get 0 i32.const 2 i32.mul)
(func (type $t) local.get 0 i32.const 3 i32.shl)
(func (param i32 i32) (result i32)
  i32.const 100
  local.get 0 local.get 1 call_indirect (type $t)
  i32.add))";

fn indirect(seen: &[(Option<u32>, Option<u32>, u32)]) -> Request {
    let mut request = request(INDIRECT, 3);
    targets(&mut request, (3, 0), seen);
    request
}

// One target of a table that never changes: one comparison, straight on, and an exit at the call
// with all its operands.
#[test]
fn monomorphic() {
    let request = indirect(&[(Some(1), Some(1), 100)]);
    check_decisions(&request, &["func3@0x7 func1 behind index == 1, else exit"]);
    check_exits(
        &request,
        "exit0 WrongCallTarget: func3@0x7[locals=2 operands=3]",
    );
    let Compiled { clif, .. } = compile(&request);
    assert!(!clif.contains("TableElements"), "{clif}");
    assert!(!clif.contains("call_indirect sig1"), "{clif}");
}

#[test]
fn polymorphic() {
    let request = indirect(&[(Some(1), Some(1), 100), (Some(2), Some(2), 900)]);
    check_decisions(
        &request,
        &["func3@0x7 func2 | func1 behind index == 2 | 1, else exit"],
    );
    check_exits(
        &request,
        "exit0 WrongCallTarget: func3@0x7[locals=2 operands=3]",
    );
}

// A target that was seen at several indices is compared as an element; so are all others.
#[test]
fn guarded_by_element() {
    let request = indirect(&[(Some(0), None, 100), (Some(2), Some(2), 90)]);
    check_decisions(
        &request,
        &["func3@0x7 func0 | func2 behind element, else exit"],
    );
    check_exits(
        &request,
        "exit0 WrongCallTarget: func3@0x7[locals=2 operands=3]",
    );
}

/// `func3` calls a reference; the types of `func1` and `func2` are subtypes of its type.
const REFERENCE: &str = "(module
(type $t (sub (func (param i32) (result i32))))
(type $u (sub final $t (func (param i32) (result i32))))
(type $other (func (param i32) (result i32)))
(func (type $t) local.get 0 i32.const 1 i32.add)
(func (type $u) local.get 0 i32.const 2 i32.mul)
(func (type $other) local.get 0 i32.const 3 i32.shl)
(func (param i32 (ref null $t)) (result i32)
  i32.const 100
  local.get 0 local.get 1 call_ref $t
  i32.add))";

// A call of a reference: the reference itself is compared, whatever table it may be from.
#[test]
fn guarded_by_reference() {
    let mut request = request(REFERENCE, 3);
    targets(
        &mut request,
        (3, 0),
        &[(Some(0), None, 100), (Some(1), None, 90)],
    );
    check_decisions(
        &request,
        &["func3@0x7 func0 | func1 behind reference, else exit"],
    );
    check_exits(
        &request,
        "exit0 WrongCallTarget: func3@0x7[locals=2 operands=3]",
    );
    let Compiled { clif, .. } = compile(&request);
    assert!(!clif.contains("call_indirect sig1"), "{clif}");
    // Equal parameters and results do not make a subtype.
    targets(&mut request, (3, 0), &[(Some(2), None, 100)]);
    check_decisions(&request, &["func3@0x7 called: func2 has another type"]);
}

// A table that others may write is trusted as long as its version is the same.
#[test]
fn guarded_by_version() {
    let mut request = indirect(&[(Some(0), Some(0), 100)]);
    request.tables[0] = TableState::Unwritten { version: 3 };
    check_decisions(
        &request,
        &["func3@0x7 func0 behind index == 0 and table version, else exit"],
    );
    check_exits(
        &request,
        "exit0 TableChanged: func3@0x7[locals=2 operands=3]
         exit1 WrongCallTarget: func3@0x7[locals=2 operands=3]",
    );
    feedback(&mut request, 3).sites[0].table_changed = true;
    check_decisions(&request, &["func3@0x7 func0 behind element, else exit"]);
}

// What cannot be inlined, or failed too often, is called; there is no exit then.
#[test]
fn generic_arm() {
    let request = indirect(&[(Some(1), Some(1), 500), (None, Some(0), 400)]);
    check_decisions(
        &request,
        &["func3@0x7 func1 behind index == 1, else called"],
    );
    check_exits(&request, "");
    let mut request = indirect(&[(Some(1), Some(1), 9000), (Some(0), Some(0), 1)]);
    feedback(&mut request, 3).sites[0].exits_exhausted = true;
    check_decisions(
        &request,
        &["func3@0x7 func1 behind index == 1, else called"],
    );
    check_exits(&request, "");
    check_decisions(
        &indirect(&[(None, Some(0), 400)]),
        &["func3@0x7 called: no target of this instance"],
    );
}

// A constant index of a constant table needs no guard, and no exit.
#[test]
fn constant_index() {
    let wat = INDIRECT.replace("local.get 1 call_indirect", "i32.const 2 call_indirect");
    let mut request = request(&wat, 3);
    targets(&mut request, (3, 0), &[(Some(2), Some(2), 100)]);
    check_exits(&request, "");
    let Compiled { optimized, .. } = compile(&request);
    assert!(!optimized.contains("brif"), "{optimized}");
}

/// `func2` calls `func1`, which calls `func0` through the table, which traps for 0.
const NESTED: &str = "(module
(type $t (func (param i32) (result i32)))
(table funcref (elem 0))
(func (type $t) i32.const 7 local.get 0 i32.div_u)
(func (param i32 i32) (result i32)
  local.get 0 local.get 1 call_indirect (type $t) i32.const 1 i32.add)
(func (param i32) (result i32)
  i32.const 5 local.get 0 local.get 0 call 1 i32.add))";

// The inner frame is at its call, the outer one behind it and without its arguments.
#[test]
fn exit_in_inlined_callee() {
    let mut request = request(NESTED, 2);
    called(&mut request, (2, 0), 100);
    targets(&mut request, (1, 0), &[(Some(0), Some(0), 100)]);
    check_decisions(
        &request,
        &[
            "func1@0x4 func0 behind index == 0, else exit",
            "func2@0x6 func1",
        ],
    );
    check_exits(
        &request,
        "exit0 WrongCallTarget: func2@0x8[locals=1 operands=1] func1@0x4[locals=2 operands=2]",
    );
    let frames = compile(&request).translation.frames;
    let frames: Vec<String> = frames
        .iter()
        .map(|it| match it.call {
            Some(call) => format!("{} from {}@{:#x}", it.func, call.frame(), call.pc()),
            None => it.func.to_string(),
        })
        .collect();
    assert_eq!(frames, ["func2", "func1 from 0@0x6", "func0 from 1@0x4"]);
}

// The frame of an inlined function that ends in a tail call is not restored.
#[test]
fn exit_after_inlined_tail_call() {
    let wat = NESTED.replace(
        "call_indirect (type $t) i32.const 1 i32.add",
        "return_call_indirect (type $t)",
    );
    let mut request = request(&wat, 2);
    called(&mut request, (2, 0), 100);
    targets(&mut request, (1, 0), &[(Some(0), Some(0), 100)]);
    let frames = compile(&request).translation.frames;
    assert_eq!(frames[2].call, frames[1].call);
    request.options.stress = true;
    let wat = wat.replace(
        "i32.const 7 local.get 0 i32.div_u",
        "loop br 0 end i32.const 0",
    );
    request.module = super::request(&wat, 2).module;
    check_exits(
        &request,
        "exit0 Stress: func2@0x6[locals=1 operands=3]
         exit1 Stress: func2@0x8[locals=1 operands=1] func1@0x4[locals=2 operands=2]
         exit2 WrongCallTarget: func2@0x8[locals=1 operands=1] func1@0x4[locals=2 operands=2]
         exit3 Stress: func2@0x8[locals=1 operands=1] func0@0x2[locals=1 operands=0]",
    );
}

// The compiled function itself is tail-called away: nothing is below the inlined callee.
#[test]
fn inlined_tail_call_of_root() {
    let wat = "(module
(func (param i32) (result i32) local.get 0 i32.const 1 i32.and if i32.const 5 return end
  local.get 0 return_call 2)
(func (param i32) (result i32) local.get 0 return_call 0)
(func (param i32) (result i32) local.get 0))";
    let mut request = request(wat, 1);
    called(&mut request, (1, 0), 100);
    request.options.stress = true;
    check_exits(
        &request,
        "exit0 Stress: func1@0x2[locals=1 operands=1]
         exit1 Stress: func0@0xd[locals=1 operands=1]",
    );
    let Compiled {
        translation, clif, ..
    } = compile(&request);
    assert_eq!(translation.frames[1].call, None);
    assert_eq!(clif.matches("return_call_indirect").count(), 2, "{clif}");
}

// Recursion is inlined a few times, and then called.
#[test]
fn recursion() {
    let wat = "(module (func (param i32) (result i32)
local.get 0 i32.const 2 i32.lt_s if (result i32) local.get 0 else
  local.get 0 i32.const 1 i32.sub call 0
  local.get 0 i32.const 2 i32.sub call 0
  i32.add
end))";
    let mut request = request(wat, 0);
    called(&mut request, (0, 0), 1000);
    called(&mut request, (0, 1), 1000);
    let Compiled { translation, .. } = compile(&request);
    assert!(
        (3..=60).contains(&translation.frames.len()),
        "{}",
        translation.frames.len()
    );
    assert!(translation.exits.is_empty());
}

// Checked memories: the access leaves before it begins. Only what is read later is kept.
#[test]
fn checked_memory() {
    let wat = "(module (memory 1)
(func (param i32 i32 i32) (result i32) (local i64 f32)
  i32.const 1
  local.get 0 i32.load
  local.get 1 i32.add
  i32.add))";
    let mut request = request(wat, 0);
    request.memories[0] = MemoryStyle::Checked;
    check_exits(
        &request,
        "exit0 OutOfBounds: func0@0x4[locals=5 operands=2]",
    );
    let exit = compile(&request)
        .translation
        .exits
        .exit(runtime::ExitIdx(0));
    let slots: Vec<String> = exit.frames[0]
        .slots
        .iter()
        .map(|it| format!("{it:?}"))
        .collect();
    assert_eq!(
        slots,
        [
            "Const(0)", "Value(0)", "Const(0)", "Const(0)", "Const(0)", "Const(1)", "Value(1)"
        ],
    );
}

// A loop whose only call is inlined checks the version of the table once, before it.
#[test]
fn version_guard_before_quiet_loop() {
    let mut request = request(&loop_of_calls(""), 1);
    targets(&mut request, (1, 0), &[(Some(0), Some(0), 100)]);
    check_exits(
        &request,
        "exit0 TableChanged: func1@0x2[locals=3 operands=0]
         exit1 WrongCallTarget: func1@0x6[locals=3 operands=2]",
    );
    // Both ways into the loop check it; the first one is never taken.
    request.osr = Some(2);
    check_exits(
        &request,
        "exit0 TableChanged: func1@0x2[locals=3 operands=0]
         exit1 TableChanged: func1@0x2[locals=3 operands=0]
         exit2 WrongCallTarget: func1@0x6[locals=3 operands=2]",
    );
}

// A global that nobody writes is a constant, whether it may be written or not: as an index, it needs
// no guard, if the table never changes or the version of the table is checked.
#[test]
fn index_from_a_global_that_nobody_writes() {
    let wat = |decl: &str| {
        format!(
            "(module
(type $t (func (param i32) (result i32)))
(table funcref (elem 0 1))
(global $i {decl})
(func (type $t) local.get 0 i32.const 1 i32.add)
(func (type $t) local.get 0 i32.const 2 i32.mul)
(func (export \"f\") (param i32) (result i32)
  local.get 0 global.get $i call_indirect (type $t)))"
        )
    };
    for decl in ["i32 (i32.const 1)", "(mut i32) (i32.const 1)"] {
        let mut request = request(&wat(decl), 2);
        targets(&mut request, (2, 0), &[(Some(1), Some(1), 100)]);
        check_exits(&request, "");
        assert!(!compile(&request).clif.contains("Global"));
        request.tables[0] = TableState::Unwritten { version: 3 };
        check_exits(
            &request,
            "exit0 TableChanged: func2@0x4[locals=1 operands=2]",
        );
    }
    let decl = "(export \"g\") (mut i32) (i32.const 1)";
    let mut request = request(&wat(decl), 2);
    targets(&mut request, (2, 0), &[(Some(1), Some(1), 100)]);
    check_exits(
        &request,
        "exit0 WrongCallTarget: func2@0x4[locals=1 operands=2]",
    );
}

// A memory that cannot grow has its size in the code, and its base is loaded as a constant. Accesses
// that are in bounds whatever happens have no guard.
#[test]
fn memory_of_fixed_size() {
    let wat = |memory: &str| {
        format!(
            "(module (memory {memory})
(func (param i32) (result i32) local.get 0 i32.load offset=4)
(func (result i32) i32.const 65532 i32.load)
(func (result i32) i32.const 65533 i32.load)
(func (result i32) memory.size))"
        )
    };
    let exit =
        |func: u32, pc: u32| format!("exit0 OutOfBounds: func{func}@{pc:#x}[locals=0 operands=1]");
    for (memory, fixed) in [
        ("1", true),
        ("(export \"m\") 1 1", true),
        ("(export \"m\") 1", false),
    ] {
        let wat = wat(memory);
        let of = |func: u32| {
            let mut request = request(&wat, func);
            request.memories[0] = MemoryStyle::Checked;
            request
        };
        check_exits(&of(0), "exit0 OutOfBounds: func0@0x2[locals=1 operands=1]");
        check_exits(
            &of(1),
            if fixed { String::new() } else { exit(1, 4) }.as_str(),
        );
        check_exits(&of(2), &exit(2, 4));
        for func in 0..4 {
            let clif = compile(&of(func)).clif;
            assert_eq!(clif.contains("MemoryLen"), !fixed, "{clif}");
            assert_eq!(clif.contains("MemoryBase"), !fixed && func != 3, "{clif}");
        }
    }
    let mut request = request(
        "(module (memory 65536) (func (param i32) (result i32) local.get 0 i32.load8_u))",
        0,
    );
    request.memories[0] = MemoryStyle::Checked;
    check_exits(&request, "");
}
