//! The compiler as tiering uses it: on a worker, with and without dumps, and dropped at any time.

use jit::{Callee, Code, CompileError, Compiler, FuncFeedback, Options, Request};
use runtime::module::{Features, Module, Validation};
use runtime::types::TypeRegistry;
use runtime::vm::VMOffsets;
use runtime::{CodeId, FuncIdx, Tuning};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Barrier};

/// A module of `n` functions that do a little arithmetic, all of them prepared.
fn module(n: u32) -> Arc<Module> {
    let funcs = (0..n).map(|n| {
        format!(
            "(func (param i32 i64) (result i32 i64)
                local.get 0 i32.const {n} i32.add
                local.get 1 i64.const 1 i64.shl)"
        )
    });
    let wat = format!("(module {})", funcs.collect::<String>());
    let bytes = wat::parse_str(wat).expect("well-formed").into_boxed_slice();
    let registry = Arc::new(TypeRegistry::default());
    let module = Module::decode(bytes, registry, Features::ALL, Validation::Eager);
    let module = Arc::new(module.expect("valid"));
    for func in 0..n {
        module.prepare(FuncIdx(func)).expect("valid");
    }
    module
}

fn request(module: &Arc<Module>, func: u32) -> Request {
    Request {
        module: module.clone(),
        offsets: VMOffsets::new(module),
        func: FuncIdx(func),
        osr: None,
        code: CodeId(func),
        others: Vec::new(),
        imports: Default::default(),
        feedback: [(Callee::own(FuncIdx(func)), FuncFeedback::default())]
            .into_iter()
            .collect(),
        memories: Box::default(),
        tables: Box::default(),
        options: Options::default(),
    }
}

fn compiler() -> Compiler {
    let tuning = Tuning {
        verifier: true,
        keep_dumps: true,
        ..Tuning::default()
    };
    Compiler::new(&tuning).expect("this host runs compiled code")
}

/// Enqueues a request for each function of `module` below `n`. What is delivered arrives at the
/// other end, in order.
fn enqueue(compiler: &Compiler, module: &Arc<Module>, n: u32) -> Receiver<Delivered> {
    let (sender, receiver) = channel();
    for func in 0..n {
        let sender = sender.clone();
        let deliver = move |request: &Request, result| {
            // Tests that drop the receiver want nothing.
            let _ = sender.send((request.code, result));
        };
        compiler.enqueue(request(module, func), Box::new(deliver));
    }
    receiver
}

type Delivered = (CodeId, Result<Code, CompileError>);

// Results come in the order of the requests, say whose they are, and are published.
#[test]
fn worker_compiles_in_order() {
    let (compiler, module) = (compiler(), module(5));
    let delivered = enqueue(&compiler, &module, 5);
    for (n, (id, code)) in (0..).zip(delivered) {
        let code = code.expect("compiles");
        assert_eq!(id, CodeId(n));
        assert_eq!(
            (code.id(), code.func(), code.osr()),
            (CodeId(n), FuncIdx(n), None)
        );
        assert_eq!(
            (code.entry() as usize, code.size()),
            (code.info().start, code.info().len)
        );
    }
}

// A function that is asked for again and again while it waits overtakes the others.
#[test]
fn the_most_urgent_request_is_next() {
    let (compiler, module) = (compiler(), module(20));
    let (blocked, unblock) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (reached, go_on) = (blocked.clone(), unblock.clone());
    // The worker is at this one until the others are in the queue.
    let wait = move |_: &Request, _| {
        reached.wait();
        go_on.wait();
    };
    compiler.enqueue(request(&module, 19), Box::new(wait));
    blocked.wait();
    let delivered = enqueue(&compiler, &module, 19);
    for code in [7, 12, 12] {
        compiler.hurry(CodeId(code));
    }
    unblock.wait();
    let order: Vec<u32> = delivered.into_iter().map(|it| it.0.0).collect();
    assert_eq!(order[..4], [12, 7, 0, 1]);
    assert_eq!(order.len(), 19);
}

// A module that is dropped needs no code, and does not stay alive in the queue.
#[test]
fn jobs_of_dropped_modules_are_discarded() {
    let (compiler, dropped, other) = (compiler(), module(20), module(1));
    let (blocked, unblock) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (reached, go_on) = (blocked.clone(), unblock.clone());
    let wait = move |_: &Request, _| {
        reached.wait();
        go_on.wait();
    };
    compiler.enqueue(request(&other, 0), Box::new(wait));
    blocked.wait();
    let delivered = enqueue(&compiler, &dropped, 20);
    assert_eq!(Arc::strong_count(&dropped), 1);
    drop(dropped);
    unblock.wait();
    assert_eq!(delivered.into_iter().count(), 0);
}

// Dropping the compiler waits for the job that runs, and for no other.
#[test]
fn dropped_with_jobs_in_the_queue() {
    let (compiler, module) = (compiler(), module(50));
    let delivered = enqueue(&compiler, &module, 50);
    drop(compiler);
    assert!(delivered.into_iter().all(|(_, code)| code.is_ok()));
    assert_eq!(Arc::strong_count(&module), 1);
}

// Stores of one engine compile the same signatures at the same time; stubs are made once.
#[test]
fn many_threads_share_a_compiler() {
    let (compiler, module) = (compiler(), module(8));
    let sizes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|func| {
                let (compiler, module) = (&compiler, &module);
                scope.spawn(move || {
                    let compiled = compiler.compile(&request(module, func));
                    compiler
                        .publish(compiled.expect("compiles"))
                        .expect("there is memory")
                        .size()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|it| it.join().expect("does not panic"))
            .collect()
    });
    assert!(sizes.iter().all(|&it| it > 0));
    // Code was freed with its `Code`; the stubs of the one signature, and the builtins', stay.
    assert_eq!(compiler.code_bytes(), runtime::os::page_size());
}

// Dumps are compared in tests, so they must not depend on addresses or on what ran before.
#[test]
fn dumps_are_deterministic() {
    let module = module(1);
    let dump = |compiler: &Compiler| {
        let mut request = request(&module, 0);
        request.options.keep_dumps = true;
        let compiled = compiler.compile(&request).expect("compiles");
        let dump = compiled.dump.expect("asked for");
        (dump.clif, dump.disassembly)
    };
    let (first, second) = (compiler(), compiler());
    let (clif, disassembly) = dump(&first);
    assert!(clif.starts_with("function ") && clif.contains("iadd"));
    assert!(disassembly.contains("retq"), "{disassembly}");
    assert_eq!(dump(&first), (clif.clone(), disassembly.clone()));
    assert_eq!(dump(&second), (clif, disassembly));
    assert!(
        first
            .compile(&request(&module, 0))
            .expect("compiles")
            .dump
            .is_none()
    );
}

// What cannot be compiled is an error that says where, and the compiler goes on.
#[test]
fn errors_leave_the_compiler_intact() {
    let (compiler, module) = (compiler(), module(1));
    let mut bad = request(&module, 0);
    bad.osr = Some(3);
    let err = compiler.compile(&bad).expect_err("there is no loop");
    assert!(
        matches!(
            err,
            CompileError::Unsupported {
                func: FuncIdx(0),
                ..
            }
        ),
        "{err}"
    );
    assert!(compiler.compile(&request(&module, 0)).is_ok());
}
