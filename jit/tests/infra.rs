//! The compiler as tiering uses it: on a worker, with and without dumps, and dropped at any time.

use jit::{CompileError, Compiler, FuncFeedback, Mailbox, Options, Request};
use runtime::module::{Features, Module, Validation};
use runtime::types::TypeRegistry;
use runtime::vm::VMOffsets;
use runtime::{CodeId, FuncIdx, RelaxedSimd, Tuning};
use std::sync::Arc;

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
        feedback: [(FuncIdx(func), FuncFeedback::default())]
            .into_iter()
            .collect(),
        memories: Box::default(),
        tables: Box::default(),
        options: Options {
            inlining: true,
            speculation: true,
            stress: false,
            relaxed_simd: RelaxedSimd::native(),
            has_fused: RelaxedSimd::native().fused,
            keep_dumps: false,
        },
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

// Results come in the order of the requests, say whose they are, and can be published.
#[test]
fn worker_compiles_in_order() {
    let (compiler, module, mailbox) = (compiler(), module(5), Arc::new(Mailbox::default()));
    assert!(!mailbox.is_ready());
    for func in 0..5 {
        compiler.enqueue(request(&module, func), &mailbox);
    }
    let mut finished = Vec::new();
    while finished.len() < 5 {
        finished.extend(mailbox.wait());
    }
    assert!(!mailbox.is_ready() && mailbox.take().is_empty());
    for (n, it) in (0..).zip(finished) {
        assert_eq!((it.code, it.func, it.osr), (CodeId(n), FuncIdx(n), None));
        let code = compiler
            .publish(it.result.expect("compiles"))
            .expect("there is memory");
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

// A store that is dropped wants no code. Its modules must not stay alive in the queue.
#[test]
fn jobs_of_dropped_stores_are_discarded() {
    let (compiler, dropped, module) = (compiler(), module(20), module(1));
    let mailbox = Arc::new(Mailbox::default());
    for func in 0..20 {
        compiler.enqueue(request(&dropped, func), &mailbox);
    }
    drop(mailbox);
    let mailbox = Arc::new(Mailbox::default());
    compiler.enqueue(request(&module, 0), &mailbox);
    assert_eq!(mailbox.wait().len(), 1);
    assert_eq!(Arc::strong_count(&dropped), 1);
}

// Dropping the compiler waits for the job that runs, and for no other.
#[test]
fn dropped_with_jobs_in_the_queue() {
    let (compiler, module, mailbox) = (compiler(), module(50), Arc::new(Mailbox::default()));
    for func in 0..50 {
        compiler.enqueue(request(&module, func), &mailbox);
    }
    drop(compiler);
    let finished = mailbox.take();
    assert!(finished.iter().all(|it| it.result.is_ok()));
    drop(finished);
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
