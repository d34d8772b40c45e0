//! Inline caches: states, targets, counts, table indices, events.

use super::support::Wasm;
use runtime::types::ValType::I32;
use runtime::{CallSite, Event, EventKind, FuncIdx, InstanceId, MANY_INDICES, Tuning};
use std::fmt::Write;
use std::sync::{Arc, Mutex};

/// The call sites of a function: `site0 Monomorphic func1*3@2`.
fn sites(wasm: &Wasm, instance: InstanceId, func: u32) -> String {
    let instance = wasm.store.instance(instance);
    let func = instance.prepared(FuncIdx(func)).expect("it was called");
    // SAFETY: prepared functions live as long as the store, which nobody else uses.
    let sites: &[CallSite] = unsafe {
        let n = (*func).prepared().call_sites.len();
        std::slice::from_raw_parts((*func).call_sites, n)
    };
    let mut text = String::new();
    for (n, site) in sites.iter().enumerate() {
        write!(text, "site{n} {:?}", site.state).expect("a string");
        for target in site.targets() {
            let name = match instance.own_func(target.func_ref) {
                Some(func) => func.to_string(),
                None => "other".to_owned(),
            };
            let index = match target.index {
                MANY_INDICES => "many".to_owned(),
                index => index.to_string(),
            };
            write!(text, " {name}*{}@{index}", target.count).expect("a string");
        }
        text.push('\n');
    }
    text
}

const TARGETS: &str = r#"(module
(type $t (func (param i32) (result i32)))
(table (export "t") 8 funcref)
(elem (i32.const 0) func $f0 $f1 $f2 $f3 $f4 $f5 $f0)
(func $f0 (type $t) i32.const 0)
(func $f1 (type $t) i32.const 1)
(func $f2 (type $t) i32.const 2)
(func $f3 (type $t) i32.const 3)
(func $f4 (type $t) i32.const 4)
(func $f5 (type $t) i32.const 5)
(func (export "call") (param i32) (result i32) i32.const 9 local.get 0 call_indirect (type $t))
(func (export "tail") (param i32) (result i32) i32.const 9 local.get 0 return_call_indirect (type $t))
(func (export "direct") (result i32) i32.const 0 call $f1 drop i32.const 0 return_call $f2))"#;

#[test]
fn states_and_counts() {
    for (name, func) in [("call", 6), ("tail", 7)] {
        let mut wasm = Wasm::new(TARGETS);
        let log = Arc::new(Mutex::new(String::new()));
        let sink = log.clone();
        wasm.store.events = Some(Box::new(move |event: &Event| {
            // Builds that trace have events of other kinds, too.
            if event.kind() == EventKind::Ic {
                writeln!(sink.lock().expect("unlocked"), "{event}").expect("a string");
            }
        }));
        let call = |wasm: &mut Wasm, index: u64, times: usize| {
            for _ in 0..times {
                assert_eq!(wasm.call(name, &[index]), Ok(vec![index % 6]));
            }
            sites(wasm, InstanceId(0), func)
        };
        assert_eq!(call(&mut wasm, 2, 3), "site0 Monomorphic func2*3@2\n");
        assert_eq!(
            call(&mut wasm, 0, 2),
            "site0 Polymorphic func2*3@2 func0*2@0\n"
        );
        // The same function at another index.
        assert_eq!(
            call(&mut wasm, 6, 1),
            "site0 Polymorphic func2*3@2 func0*3@many\n"
        );
        call(&mut wasm, 1, 1);
        let four = call(&mut wasm, 3, 2);
        assert_eq!(
            four,
            "site0 Polymorphic func2*3@2 func0*3@many func1*1@1 func3*2@3\n"
        );
        let mega = call(&mut wasm, 5, 4);
        assert_eq!(
            mega,
            "site0 Megamorphic func2*3@2 func0*3@many func1*1@1 func3*2@3\n"
        );
        // Targets on record are counted still.
        call(&mut wasm, 4, 3);
        let mega = call(&mut wasm, 3, 1);
        assert_eq!(
            mega,
            "site0 Megamorphic func2*3@2 func0*3@many func1*1@1 func3*3@3\n"
        );
        assert!(wasm.call(name, &[7]).is_err());
        let log = log.lock().expect("unlocked").clone();
        let expected = [
            "Monomorphic",
            "Polymorphic",
            "Polymorphic",
            "Polymorphic",
            "Megamorphic",
        ]
        .map(|state| format!("ic func{func} site0 {state}\n"));
        assert_eq!(log, expected.concat());
    }
}

#[test]
fn direct_calls_are_counted() {
    let mut wasm = Wasm::new(TARGETS);
    for _ in 0..3 {
        wasm.check("direct", &[], Ok(&[2]));
    }
    let instance = wasm.store.instance(InstanceId(0));
    let func = instance.prepared(FuncIdx(8)).expect("it was called");
    // SAFETY: as in `sites`.
    let counts = unsafe { [0, 1].map(|n| (*(*func).call_sites.add(n)).first.count) };
    assert_eq!(counts, [3, 3]);
}

// Null is not the target of a site that has none.
#[test]
fn null_at_an_unused_site() {
    let mut wasm = Wasm::new(TARGETS);
    wasm.check("call", &[7], Err("uninitialized element: func6@0x4"));
    assert_eq!(sites(&wasm, InstanceId(0), 6), "site0 Uninitialized\n");
}

// Counts stay at their maximum, on the quick path and on the others.
#[test]
fn counts_saturate() {
    let mut wasm = Wasm::new(TARGETS);
    for index in [2, 0] {
        wasm.check("call", &[index], Ok(&[index]));
    }
    let func = wasm
        .store
        .instance(InstanceId(0))
        .prepared(FuncIdx(6))
        .expect("it was called");
    // SAFETY: as in `sites`.
    unsafe {
        let site = &mut *(*func).call_sites;
        site.first.count = u32::MAX - 1;
        site.more.as_mut().expect("two targets").targets[0].count = u32::MAX - 1;
    }
    for _ in 0..3 {
        for index in [2, 0] {
            wasm.check("call", &[index], Ok(&[index]));
        }
    }
    let max = u32::MAX;
    let expected = format!("site0 Polymorphic func2*{max}@2 func0*{max}@0\n");
    assert_eq!(sites(&wasm, InstanceId(0), 6), expected);
}

#[test]
fn foreign_targets_are_targets_like_others() {
    let mut wasm = Wasm::empty(Tuning::default());
    let host = wasm.host(&[I32], &[I32], |call| {
        // SAFETY: one argument and one result.
        unsafe { *call.slots += 1 };
        Ok(())
    });
    let targets = wasm.instantiate(TARGETS, &[]);
    let table = wasm.export(targets, "t");
    let user = wasm.instantiate(
        r#"(module (import "" "" (func $host (param i32) (result i32)))
(import "" "" (table 8 funcref))
(elem (i32.const 5) func $host $own)
(type $t (func (param i32) (result i32)))
(func $own (type $t) i32.const 7)
(func (export "call") (param i32) (result i32) i32.const 9 local.get 0 call_indirect (type $t)))"#,
        &[host, table],
    );
    for (index, result) in [(0, 0), (5, 10), (6, 7), (5, 10), (0, 0)] {
        assert_eq!(wasm.call_in(user, "call", &[index]), Ok(vec![result]));
    }
    assert_eq!(
        sites(&wasm, user, 2),
        "site0 Polymorphic other*2@0 other*2@5 func1*1@6\n"
    );
}
