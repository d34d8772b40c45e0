//! The compiled calling convention: every stub of a signature hands over every value unchanged.

use super::*;
use crate::abi::{clif_type, resume_signature};
use runtime::resume_compiled;
use runtime::types::{FuncType, ValType};
use std::sync::atomic::Ordering;

/// The same sequence in every run.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % below
    }

    fn types(&mut self, below: usize) -> Vec<ValType> {
        use ValType::{F32, F64, I32, I64};
        let all = [I32, I64, F32, F64, ValType::FUNCREF, ValType::EXTERNREF];
        let n = self.next(below);
        (0..n).map(|_| all[self.next(all.len())]).collect()
    }
}

/// Few and many parameters and results of all types, with and without a result area.
fn func_types() -> Vec<FuncType> {
    use ValType::{F32, F64, I32, I64};
    let mut all: Vec<(Vec<ValType>, Vec<ValType>)> = vec![
        (vec![], vec![]),
        (vec![I32; 12], vec![I32; 8]),
        (vec![I32; 12], vec![I32; 9]),
        (vec![F64; 12], vec![F64; 8]),
        (vec![F32; 12], vec![F32; 9]),
        (vec![], vec![I64; 10]),
        (vec![I64, F64, I32, F32], [I64, F64].repeat(9)),
        (vec![I64; 100], vec![]),
        (vec![I32, F32], vec![I32; 100]),
    ];
    let mut random = Random(7);
    all.extend((0..24).map(|_| (random.types(13), random.types(11))));
    all.into_iter()
        .map(|(params, results)| FuncType {
            params: params.into(),
            results: results.into(),
        })
        .collect()
}

/// Which parameter result `n` is a copy of; `None` if there is none of its type.
fn source(ty: &FuncType, n: usize) -> Option<usize> {
    let candidates: Vec<_> = (0..ty.params.len())
        .filter(|&it| ty.params[it] == ty.results[n])
        .collect();
    Some(*candidates.get((n * 7 + 3) % candidates.len().max(1))?)
}

/// Results of the function that every test is about.
fn expected(ty: &FuncType, args: &[u64]) -> Vec<u64> {
    (0..ty.results.len())
        .map(|n| source(ty, n).map_or(0, |it| args[it]))
        .collect()
}

/// Arguments in which every bit counts: signaling NaNs, upper halves, sign bits.
fn arguments(ty: &FuncType) -> Vec<u64> {
    let patterns = [
        0x7ff4_dead_beef_0001,
        0xfff8_1234_8765_4321,
        0x8000_0000_ffa0_0003,
    ];
    let wide = |n: usize| patterns[n % 3] ^ (n as u64) << 8;
    let slot = |(n, ty): (usize, &ValType)| match ty {
        ValType::I32 | ValType::F32 => wide(n) & 0xffff_ffff,
        _ => wide(n),
    };
    ty.params.iter().enumerate().map(slot).collect()
}

fn wat_of(types: &[FuncType]) -> String {
    let list = |kind: &str, types: &[ValType]| {
        types
            .iter()
            .map(|it| format!("({kind} {it})"))
            .collect::<String>()
    };
    let mut wat = String::from("(module\n");
    for ty in types {
        let (params, results) = (list("param", &ty.params), list("result", &ty.results));
        wat.push_str(&format!("(type (func {params} {results}))\n"));
    }
    for n in 0..types.len() {
        for _ in 0..FUNCS_PER_TYPE {
            wat.push_str(&format!("(func (type {n}) unreachable)\n"));
        }
    }
    wat + ")"
}

const FUNCS_PER_TYPE: u32 = 4;

/// Functions of each type: compiled; compiled, calls `SLOW`; not compiled; compiled, takes an exit.
const ECHO: u32 = 0;
const FORWARD: u32 = 1;
const SLOW: u32 = 2;
const EXIT: u32 = 3;

fn emit_echo(cx: &mut Emitter<'_>, ty: &FuncType) {
    let mut results = Vec::new();
    for n in 0..ty.results.len() {
        results.push(match source(ty, n) {
            Some(param) => cx.args[param],
            None => match clif_type(ty.results[n]) {
                types::F32 => cx.builder.ins().f32const(0.0),
                types::F64 => cx.builder.ins().f64const(0.0),
                int => cx.builder.ins().iconst(int, 0),
            },
        });
    }
    cx.return_(&results);
}

fn emit_exit(cx: &mut Emitter<'_>, ty: &FuncType, n: usize) {
    let sig = cx.signature(TypeIdx(n as u32));
    let stubs = cx.load(sig, offset_of!(VMSignature, stubs));
    let stub = cx.load(stubs, offset_of!(VMStubs, deopt_stub));
    let exit = cx.builder.ins().iconst(types::I64, EXIT_BITS.cast_signed());
    let sig = cx.builder.import_signature(resume_signature(ty));
    let vmctx = cx.vmctx;
    cx.builder
        .ins()
        .return_call_indirect(sig, stub, &[vmctx, exit]);
}

const EXIT_BITS: u64 = 0x8000_0001_ffff_fffe;

/// All four functions of each type, and what they should return.
fn fixture() -> (Fixture, Vec<FuncType>) {
    let types = func_types();
    let mut fixture = Fixture::new(&wat_of(&types));
    for (n, ty) in types.iter().enumerate() {
        let first = n as u32 * FUNCS_PER_TYPE;
        fixture.define(first + ECHO, |cx| emit_echo(cx, ty));
        fixture.define(first + FORWARD, |cx| {
            let args = cx.args.clone();
            let results = cx.call(first + SLOW, &args);
            cx.return_(&results);
        });
        fixture.define(first + EXIT, |cx| emit_exit(cx, ty, n));
    }
    (fixture, types)
}

fn check(fixture: &mut Fixture, types: &[FuncType], func: u32) {
    for (n, ty) in types.iter().enumerate() {
        let args = arguments(ty);
        // Twice: the first call may replace the entry of what it calls.
        for _ in 0..2 {
            let results = fixture.call(n as u32 * FUNCS_PER_TYPE + func, &args);
            let results = results.expect("nothing is raised");
            assert_eq!(results, expected(ty, &args), "type {n}: {ty:?}");
        }
    }
}

/// Computes in `slots` what the function's compiled twin would return.
unsafe fn echo_slots(ty: &FuncType, slots: *mut u64) {
    // SAFETY: the caller promises arguments, and room for results.
    unsafe {
        let args: Vec<_> = (0..ty.params.len()).map(|n| slots.add(n).read()).collect();
        for (n, result) in expected(ty, &args).into_iter().enumerate() {
            slots.add(n).write(result);
        }
    }
}

#[test]
fn entry_and_return() {
    let (mut fixture, types) = fixture();
    check(&mut fixture, &types, ECHO);
}

// The lazy entry finds the callee behind the result area, if there is one; then the slow stub.
#[test]
fn slow_stub_returns() {
    let (mut fixture, types) = fixture();
    fixture.interpret(|_, func, slots| {
        // SAFETY: called with a live function and its arguments.
        unsafe { echo_slots((*(*(*func).func_ref).sig).ty(), slots) };
        Status::Returned
    });
    check(&mut fixture, &types, FORWARD);
    for n in 0..types.len() as u32 {
        let slow = fixture.func_ref(n * FUNCS_PER_TYPE + SLOW);
        let stub = fixture
            .sig(n * FUNCS_PER_TYPE)
            .stubs()
            .slow_stub
            .load(Ordering::Relaxed);
        // SAFETY: the fixture's store is alive.
        assert_eq!(unsafe { (*slow).code }, stub.cast_const());
    }
}

/// Makes the stub that called continue with the compiled twin, whose arguments are in `slots`.
unsafe fn tail_to_echo(store: *mut Store, func_ref: *mut VMFuncRef, slots: *mut u64) -> Status {
    // SAFETY: the caller promises a live store and function.
    unsafe {
        let vm = &raw mut (*store).vm;
        (*vm).tail_code = (*(*func_ref).sig)
            .stubs()
            .tail_entry
            .load(Ordering::Relaxed);
        (*vm).tail_func = func_ref;
        (*vm).tail_arg0 = func_ref.cast();
        (*vm).tail_arg1 = slots.cast();
    }
    Status::Tail
}

// The interpreter ends in a tail call of compiled code: the stub makes it, and is gone.
#[test]
fn slow_stub_tail_calls() {
    let (mut fixture, types) = fixture();
    fixture.interpret(|store, func, slots| {
        // SAFETY: called with a live function and its arguments.
        unsafe { tail_to_echo(store, (*func).func_ref.sub((SLOW - ECHO) as usize), slots) }
    });
    check(&mut fixture, &types, FORWARD);
    // The host's own calls have no stub to make the tail call.
    check(&mut fixture, &types, SLOW);
}

#[test]
fn deopt_stub_returns() {
    let (mut fixture, types) = fixture();
    for (n, ty) in types.into_iter().enumerate() {
        let args = arguments(&ty);
        let results = expected(&ty, &args);
        let expected = results.clone();
        fixture.on_exit(move |store, vmctx, exit| {
            assert_eq!(exit.to_bits(), EXIT_BITS);
            // SAFETY: called with a live store and context.
            unsafe {
                assert_eq!((*(*vmctx).store).store, store);
                let slots = (*store).vm.value_top;
                for (n, &result) in results.iter().enumerate() {
                    slots.add(n).write(result);
                }
            }
            Status::Returned
        });
        let results = fixture.call(n as u32 * FUNCS_PER_TYPE + EXIT, &args);
        assert_eq!(
            results.expect("nothing is raised"),
            expected,
            "type {n}: {ty:?}"
        );
    }
}

#[test]
fn deopt_stub_tail_calls() {
    let (mut fixture, types) = fixture();
    for (n, ty) in types.into_iter().enumerate() {
        let args = arguments(&ty);
        let in_exit = args.clone();
        let echo = fixture.func_ref(n as u32 * FUNCS_PER_TYPE + ECHO) as usize;
        fixture.on_exit(move |store, _, _| {
            // SAFETY: called with a live store; the function belongs to it.
            unsafe {
                let slots = (*store).vm.value_top;
                for (n, &arg) in in_exit.iter().enumerate() {
                    slots.add(n).write(arg);
                }
                tail_to_echo(store, echo as *mut VMFuncRef, slots)
            }
        });
        let results = fixture.call(n as u32 * FUNCS_PER_TYPE + EXIT, &args);
        assert_eq!(
            results.expect("nothing is raised"),
            expected(&ty, &args),
            "type {n}: {ty:?}"
        );
    }
}

#[test]
fn resume_entry_returns() {
    let (mut fixture, types) = fixture();
    let store = &raw mut *fixture.store;
    for (n, ty) in types.iter().enumerate() {
        let args = arguments(ty);
        let func_ref = fixture.func_ref(n as u32 * FUNCS_PER_TYPE + ECHO);
        let code = fixture
            .sig(n as u32 * FUNCS_PER_TYPE)
            .stubs()
            .tail_entry
            .load(Ordering::Relaxed);
        // SAFETY: a tail entry with the callee and its arguments; the store is alive.
        unsafe {
            let slots = (*store).vm.value_top;
            for (n, &arg) in args.iter().enumerate() {
                slots.add(n).write(arg);
            }
            let code = (code.cast_const(), func_ref.cast(), slots.cast());
            assert_eq!(
                resume_compiled(store, func_ref, code, slots),
                Status::Returned
            );
            let results: Vec<_> = (0..ty.results.len()).map(|n| slots.add(n).read()).collect();
            assert_eq!(results, expected(ty, &args), "type {n}: {ty:?}");
        }
    }
}

// A loop of tail calls that alternates between the tiers. The stack did not grow by a frame for
// each round, or it would overflow.
#[test]
fn tail_calls_across_tiers_take_no_stack() {
    const ROUNDS: u64 = 100_000;
    for results in ["i64", "i64 i64 i64 i64 i64 i64 i64 i64 i64"] {
        // The compiled function has more stack arguments than the interpreted one.
        let params = "i64 ".repeat(9);
        let mut fixture = Fixture::new(&format!(
            "(module (type (func (param i64) (result {results})))
                (type (func (param {params}) (result {results})))
                (func (type 0) unreachable) (func (type 1) unreachable))"
        ));
        fixture.define(1, |cx| {
            let first = cx.args[0];
            cx.tail_call(0, &[first]);
        });
        let compiled = fixture.func_ref(1) as usize;
        fixture.interpret(move |store, _, slots| {
            // SAFETY: called with a live store and the argument; the function belongs to it.
            unsafe {
                let round = slots.read();
                for n in 0..9 {
                    slots.add(n).write(round + 1);
                }
                if round == ROUNDS {
                    return Status::Returned;
                }
                tail_to_echo(store, compiled as *mut VMFuncRef, slots)
            }
        });
        let results = fixture
            .call(1, &[0; 9])
            .expect("the stack does not overflow");
        assert!(results.iter().all(|&it| it == ROUNDS + 1));
    }
}
