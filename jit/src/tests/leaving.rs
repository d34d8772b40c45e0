//! Leaving compiled code other than by returning: traps, errors, panics, through stubs and signals.

use super::*;
use crate::abi::{builtin_signature, resume_signature};
use crate::traps::{HEAP, trap_code};
use cranelift_codegen::ir::condcodes::IntCC;
use runtime::Trap;
use runtime::host::{HostCall, HostError};
use runtime::types::FuncType;
use runtime::vm::{Builtin, Place};
use runtime::{MemoryIdx, raise_trap};
use std::sync::atomic::{AtomicU32, Ordering};

/// `func0` calls `func1`, in which `emit` does something at the second of two inlined bodies:
/// `func2`, and in it `func3`.
fn inner_and_outer(wat: &str, emit: impl FnOnce(&mut Emitter<'_>)) -> Fixture {
    let mut fixture = Fixture::new(wat);
    define_inner_and_outer(&mut fixture, emit);
    fixture
}

fn define_inner_and_outer(fixture: &mut Fixture, emit: impl FnOnce(&mut Emitter<'_>)) {
    let frames = [
        InlineFrame {
            home: HomeIdx(0),
            func: FuncIdx(1),
            call: None,
        },
        InlineFrame {
            home: HomeIdx(0),
            func: FuncIdx(2),
            call: Some(CodePos::new(0, 0x10)),
        },
        InlineFrame {
            home: HomeIdx(0),
            func: FuncIdx(3),
            call: Some(CodePos::new(1, 0x20)),
        },
    ];
    fixture.define_inlined(1, &frames, |cx| {
        cx.at(2, 0x30);
        emit(cx);
    });
    fixture.define(0, |cx| {
        cx.at(0, 0x40);
        let args = cx.args.clone();
        let results = cx.call(1, &args);
        cx.return_(&results);
    });
}

const BINARY: &str = "(module (memory 1)
    (func (param i32 i32) (result i32) unreachable)
    (func (param i32 i32) (result i32) unreachable)
    (func (param i32 i32) (result i32) unreachable)
    (func (param i32 i32) (result i32) unreachable))";

const FRAMES: &str = "func3@0x30 func2@0x20 func1@0x10 func0@0x40";

// Each kind of signal, and the frames of inlined functions in its backtrace.
#[test]
fn traps_name_all_frames() {
    let mut fixture = inner_and_outer(BINARY, |cx| {
        let equal = cx.builder.ins().icmp(IntCC::Equal, cx.args[0], cx.args[1]);
        cx.builder
            .ins()
            .trapnz(equal, trap_code(Trap::BadSignature));
        let value = cx.args[0];
        cx.return_(&[value]);
    });
    assert_eq!(fixture.call_text(0, &[1, 2]), "[1]");
    assert_eq!(
        fixture.call_text(0, &[2, 2]),
        format!("BadSignature: {FRAMES}")
    );

    let mut fixture = inner_and_outer(BINARY, |cx| {
        let quotient = cx.builder.ins().sdiv(cx.args[0], cx.args[1]);
        cx.return_(&[quotient]);
    });
    assert_eq!(fixture.call_text(0, &[7, 2]), "[3]");
    assert_eq!(
        fixture.call_text(0, &[7, 0]),
        format!("IntegerDivisionByZero: {FRAMES}")
    );
    let min = u64::from(i32::MIN.cast_unsigned());
    assert_eq!(
        fixture.call_text(0, &[min, 0xffff_ffff]),
        format!("IntegerOverflow: {FRAMES}")
    );

    let mut fixture = inner_and_outer(BINARY, |cx| {
        let Place::Own(memory) = cx.offsets.memory(MemoryIdx(0)) else {
            panic!("defined")
        };
        let base = cx.load(cx.vmctx, usize::try_from(memory).expect("not negative"));
        let index = cx.builder.ins().uextend(types::I64, cx.args[0]);
        let address = cx.builder.ins().iadd(base, index);
        let flags = MemFlagsData::new().with_trap_code(Some(HEAP));
        let value = cx.builder.ins().load(types::I32, flags, address, 0);
        cx.return_(&[value]);
    });
    assert_eq!(fixture.call_text(0, &[0xfffc, 0]), "[0]");
    let text = format!("MemoryOutOfBounds at 0x10000: {FRAMES}");
    assert_eq!(fixture.call_text(0, &[0x10000, 0]), text);
    // Once more: nothing of the abandoned activation is left.
    assert_eq!(fixture.call_text(0, &[0x10000, 0]), text);
}

// Arguments on the stack belong to the callee, which pops them when it returns, and results beyond
// the registers lie in the entry's frame. The entry that is resumed has neither.
#[test]
fn traps_with_stack_arguments() {
    let (params, results) = ("i64 ".repeat(20), "i64 ".repeat(10));
    let mut fixture = Fixture::new(&format!(
        "(module (func (param {params}) (result {results}) unreachable))"
    ));
    fixture.define(0, |cx| {
        cx.at(0, 0x7);
        let last = cx.args[19];
        cx.builder
            .ins()
            .trapnz(last, trap_code(Trap::UnreachableCodeReached));
        let results = cx.args[10..].to_vec();
        cx.return_(&results);
    });
    let mut args = [0; 20];
    for round in 0..100_u64 {
        args[10] = round;
        args[19] = round % 2;
        match (fixture.call(0, &args), round % 2) {
            (Ok(results), 0) => assert_eq!(results, args[10..]),
            (Err(raised), 1) => {
                assert_eq!(raised_text(&raised), "UnreachableCodeReached: func0@0x7");
            }
            (other, _) => panic!("round {round}: {other:?}"),
        }
    }
}

// The prologue that ran out of stack belongs to a function that has not begun.
#[test]
fn stack_overflow() {
    let mut fixture = Fixture::new("(module (func (param i64) (result i64) unreachable))");
    fixture.define(0, |cx| {
        cx.at(0, 0x5);
        let args = cx.args.clone();
        let results = cx.call(0, &args);
        // No tail call, and something to do after the call.
        let result = cx.builder.ins().iadd(results[0], args[0]);
        cx.return_(&[result]);
    });
    for _ in 0..2 {
        let text = fixture.call_text(0, &[0]);
        let expected = format!("StackOverflow: func0{}", " func0@0x5".repeat(19));
        assert_eq!(text, expected);
    }
}

const WITH_HOST: &str = r#"(module (import "" "" (func (param i32) (result i32)))
    (func (param i32) (result i32) unreachable)
    (func (param i32) (result i32) unreachable))"#;

/// `func2` calls `func1`, which calls the host.
fn calling_host(
    host: impl Fn(&HostCall) -> Result<(), HostError> + Send + Sync + 'static,
) -> Fixture {
    let mut fixture = Fixture::with_imports(WITH_HOST, |store, registry| {
        let i32s = || vec![runtime::types::ValType::I32].into();
        let sig = registry.intern(&FuncType {
            params: i32s(),
            results: i32s(),
        });
        vec![ExternVal::Func(store.new_host_func(sig, Arc::new(host)))]
    });
    for (func, callee) in [(1, 0), (2, 1)] {
        fixture.define(func, |cx| {
            cx.at(0, 0x10 + func);
            let args = cx.args.clone();
            let results = cx.call(callee, &args);
            cx.return_(&results);
        });
    }
    fixture
}

// A host function may fail in every way there is, and may be called again afterwards.
#[test]
fn host_errors_and_panics() {
    let mut fixture = calling_host(|call| {
        // SAFETY: called with its argument.
        match unsafe { call.slots.read() } {
            0 => return Err(Box::new("refused")),
            1 => panic!("host panic"),
            // SAFETY: as above.
            arg => unsafe { call.slots.write(arg + 1) },
        }
        Ok(())
    });
    assert_eq!(fixture.call_text(2, &[5]), "[6]");
    assert_eq!(fixture.call_text(2, &[0]), "error: func1@0x11 func2@0x12");
    assert_eq!(fixture.call_text(2, &[1]), "panic");
    assert_eq!(fixture.call_text(2, &[5]), "[6]");
}

// wasm, host, wasm, host ...: a trap leaves the innermost activation only. The host sees what was
// raised and goes on; backtraces show the frames of all activations.
#[test]
fn nested_activations() {
    static DEPTH: AtomicU32 = AtomicU32::new(0);
    let mut fixture = calling_host(|call| {
        let depth = DEPTH.fetch_add(1, Ordering::Relaxed);
        // SAFETY: called with its argument; the store is alive and nobody refers to it.
        unsafe {
            if depth == 3 {
                return Err(Box::new(()));
            }
            let instance = (*call.caller).instance;
            let slots = (*call.store).vm.value_top;
            slots.write(call.slots.read());
            let raised = call_from_host(
                call.store,
                (*instance).func_ref(FuncIdx(2)),
                std::ptr::null_mut(),
            );
            match raised {
                Ok(()) => call.slots.write(slots.read() + 1),
                Err(raised) => {
                    assert_eq!(
                        raised_text(&raised),
                        format!("error:{}", " func1@0x11 func2@0x12".repeat(4))
                    );
                    call.slots.write(100);
                }
            }
            Ok(())
        }
    });
    assert_eq!(fixture.call_text(2, &[5]), "[66]");
    DEPTH.store(0, Ordering::Relaxed);
    assert_eq!(fixture.call_text(2, &[5]), "[66]");
}

// What the interpreter raises below a stub leaves the compiled callers, too.
#[test]
fn slow_and_deopt_stubs_raise() {
    const WAT: &str = "(module (func (param i32) (result i32) unreachable)
        (func (param i32) (result i32) unreachable)
        (func (param i32) (result i32) unreachable)
        (func (param i32) (result i32) unreachable)
        (func (param i32) (result i32) unreachable))";
    let mut fixture = inner_and_outer(WAT, |cx| {
        let args = cx.args.clone();
        let results = cx.call(4, &args);
        cx.return_(&results);
    });
    fixture.interpret(|store, _, _| {
        // SAFETY: the store is alive and nobody refers to it.
        unsafe { raise_trap(store, Trap::OutOfFuel, None, None) }
    });
    assert_eq!(fixture.call_text(0, &[1]), format!("OutOfFuel: {FRAMES}"));

    let mut fixture = inner_and_outer(WAT, |cx| {
        let sig = cx.signature(TypeIdx(0));
        let stubs = cx.load(sig, offset_of!(VMSignature, stubs));
        let stub = cx.load(stubs, offset_of!(VMStubs, deopt_stub));
        let exit = cx.builder.ins().iconst(types::I64, 0);
        let sig = cx
            .builder
            .import_signature(resume_signature(cx.module.types[0].ty()));
        let vmctx = cx.vmctx;
        cx.builder
            .ins()
            .return_call_indirect(sig, stub, &[vmctx, exit]);
    });
    fixture.on_exit(|store, _, _| {
        // SAFETY: the store is alive and nobody refers to it.
        unsafe { raise_trap(store, Trap::OutOfFuel, None, None) }
    });
    // The frame that took the exit is gone.
    assert_eq!(fixture.call_text(0, &[1]), "OutOfFuel: func0@0x40");
}

// Builtins return a value or do not return.
#[test]
fn builtins_return_and_raise() {
    let call = |builtin: Builtin| {
        move |cx: &mut Emitter<'_>| {
            let builtins = cx.load(cx.vmctx, offset_of!(VMContext, builtins));
            let stub = cx.load(builtins, 8 * builtin as usize);
            let memory = cx.builder.ins().iconst(types::I64, 0);
            let [first, second] = cx.args[..] else {
                panic!("two arguments")
            };
            let [first, second] =
                [first, second].map(|it| cx.builder.ins().uextend(types::I64, it));
            let operands = match builtin {
                Builtin::MemoryGrow => vec![cx.vmctx, memory, first],
                // The second one is both the value and the length.
                _ => vec![cx.vmctx, memory, first, second, second],
            };
            let results = cx.call_indirect(builtin_signature(operands.len() - 1), stub, &operands);
            let result = cx.builder.ins().ireduce(types::I32, results[0]);
            cx.return_(&[result]);
        }
    };
    let mut fixture = inner_and_outer(BINARY, call(Builtin::MemoryGrow));
    assert_eq!(fixture.call_text(0, &[2, 0]), "[1]");
    assert_eq!(fixture.call_text(0, &[0, 0]), "[3]");
    assert_eq!(fixture.call_text(0, &[0xffff, 0]), "[ffffffff]");
    // Memory 0, filled from the first argument on.
    let mut fixture = inner_and_outer(BINARY, call(Builtin::MemoryFill));
    assert_eq!(fixture.call_text(0, &[0, 100]), "[0]");
    assert_eq!(fixture.call_text(0, &[0xffff, 1]), "[0]");
    let text = format!("MemoryOutOfBounds: {FRAMES}");
    assert_eq!(fixture.call_text(0, &[0xffff, 2]), text);
    assert_eq!(fixture.call_text(0, &[0xffff, 1]), "[0]");
}
