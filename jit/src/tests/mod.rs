//! Tests of everything below translation: hand-made CLIF in a real store, with a stand-in for the
//! interpreter. Wasm bodies are executed only where settings are not those of this machine.

mod convention;
mod fused;
mod leaving;

use crate::abi::tail_signature;
use crate::compiler::catch_panic;
use crate::translate::Translation;
use crate::{Code, CompileError, Compiled, Compiler, Options, Request};
use cranelift_codegen::ir::{
    GlobalValueData, InstBuilder, MemFlagsData, Signature, SourceLoc, Value, types,
};
use cranelift_frontend::FunctionBuilder;
use deopt::ExitTable;
use runtime::code::{CodePos, InlineFrame};
use runtime::module::{Features, Module, Validation};
use runtime::types::{SigRef, TypeRegistry};
use runtime::vm::{
    FuncInstance, FuncKind, VMContext, VMFuncRef, VMOffsets, VMSignature, VMStore, VMStubs,
};
use runtime::{
    CodeId, ExitId, ExternVal, FuncIdx, HomeIdx, HotAction, HotPoint, Instance, InstanceId,
    Linkage, Raised, RelaxedSimd, Status, Store, TierState, Tiers, Tuning, TypeIdx, call_from_host,
};
use std::mem::offset_of;
use std::sync::{Arc, Mutex};

/// What stands for the interpreter: gets the function and its slots.
type Interpret = dyn Fn(*mut Store, *mut FuncInstance, *mut u64) -> Status + Send + Sync;

/// What stands for materialization.
type Exit = dyn Fn(*mut Store, *mut VMContext, ExitId) -> Status + Send + Sync;

struct TestTiers {
    compiler: Compiler,
    interpret: Mutex<Arc<Interpret>>,
    exit: Mutex<Arc<Exit>>,
}

impl Tiers for TestTiers {
    unsafe fn on_hot(&self, _: *mut Store, _: *mut FuncInstance, _: HotPoint) -> HotAction {
        HotAction::Continue
    }

    unsafe fn interpret(
        &self,
        store: *mut Store,
        func: *mut FuncInstance,
        slots: *mut u64,
    ) -> Status {
        let interpret = self.interpret.lock().expect("not poisoned").clone();
        interpret(store, func, slots)
    }

    unsafe fn on_deopt_exit(
        &self,
        store: *mut Store,
        vmctx: *mut VMContext,
        exit: ExitId,
    ) -> Status {
        let take = self.exit.lock().expect("not poisoned").clone();
        take(store, vmctx, exit)
    }

    fn compiled_linkage(&self) -> Linkage {
        self.compiler.linkage()
    }

    fn new_store(&self, _: &Tuning) -> TierState {
        TierState {
            interp: Box::new(()),
            tiering: Box::new(()),
        }
    }
}

/// A store with one instance, whose functions get code one by one.
struct Fixture {
    store: Box<Store>,
    instance: InstanceId,
    tiers: Arc<TestTiers>,
    codes: Vec<Code>,
}

/// A function being made.
struct Emitter<'a> {
    builder: FunctionBuilder<'a>,
    offsets: VMOffsets,
    module: &'a Module,
    vmctx: Value,
    args: Vec<Value>,
}

const TRUSTED: MemFlagsData = MemFlagsData::trusted();

impl Fixture {
    fn new(wat: &str) -> Self {
        Self::with_imports(wat, |_, _| Vec::new())
    }

    fn with_imports(
        wat: &str,
        imports: impl FnOnce(&mut Store, &TypeRegistry) -> Vec<ExternVal>,
    ) -> Self {
        let tuning = Arc::new(Tuning {
            verifier: true,
            ..Tuning::default()
        });
        let compiler = Compiler::new(&tuning).expect("this host runs compiled code");
        let tiers = Arc::new(TestTiers {
            compiler,
            interpret: Mutex::new(Arc::new(|_, _, _| panic!("no function is interpreted"))),
            exit: Mutex::new(Arc::new(|_, _, _| panic!("no exit is taken"))),
        });
        let bytes = wat::parse_str(wat).expect("well-formed").into_boxed_slice();
        let registry = Arc::new(TypeRegistry::default());
        let module = Module::decode(bytes, registry.clone(), Features::ALL, Validation::Eager);
        let mut store = Store::new(tiers.clone(), tuning).expect("a value stack");
        let imports = imports(&mut store, &registry);
        let module = Arc::new(module.expect("valid"));
        let instance = Instance::new(&mut store, module, &imports).expect("instantiated");
        Self {
            store,
            instance,
            tiers,
            codes: Vec::new(),
        }
    }

    fn module(&self) -> Arc<Module> {
        self.store.instance(self.instance).module.clone()
    }

    fn sig(&self, func: u32) -> SigRef {
        self.module().funcs[func as usize].sig
    }

    fn func_ref(&self, func: u32) -> *mut VMFuncRef {
        self.store.instance(self.instance).func_ref(FuncIdx(func))
    }

    fn interpret(
        &self,
        it: impl Fn(*mut Store, *mut FuncInstance, *mut u64) -> Status + Send + Sync + 'static,
    ) {
        *self.tiers.interpret.lock().expect("not poisoned") = Arc::new(it);
    }

    fn on_exit(
        &self,
        it: impl Fn(*mut Store, *mut VMContext, ExitId) -> Status + Send + Sync + 'static,
    ) {
        *self.tiers.exit.lock().expect("not poisoned") = Arc::new(it);
    }

    fn request(&self, func: u32) -> Request {
        Request {
            module: self.module(),
            offsets: self.store.instance(self.instance).offsets,
            func: FuncIdx(func),
            osr: None,
            code: CodeId(u32::try_from(self.codes.len()).expect("few")),
            others: Vec::new(),
            imports: Default::default(),
            feedback: Default::default(),
            memories: Box::default(),
            tables: Box::default(),
            options: Options {
                inlining: false,
                speculation: false,
                ..Options::default()
            },
        }
    }

    /// Compiles `func` of what `emit` emits, and installs it. It is made of `frames`.
    fn define_inlined(
        &mut self,
        func: u32,
        frames: &[InlineFrame],
        emit: impl FnOnce(&mut Emitter<'_>),
    ) {
        let request = self.request(func);
        let module = request.module.clone();
        let compiled = self.tiers.compiler.backend.compile_with(
            &request,
            |clif, builders, config, request| {
                let sig = request.module.funcs[request.func.index()].sig;
                clif.signature = tail_signature(sig.ty());
                let mut stack_limit = clif.create_global_value(GlobalValueData::VMContext);
                let flags = clif.dfg.mem_flags.insert(TRUSTED).expect("the first flags");
                for offset in [
                    offset_of!(VMFuncRef, vmctx),
                    offset_of!(VMContext, store),
                    offset_of!(VMStore, native_limit),
                ] {
                    stack_limit = clif.create_global_value(GlobalValueData::Load {
                        base: stack_limit,
                        offset: (offset as i32).into(),
                        global_type: types::I64,
                        flags,
                    });
                }
                clif.stack_limit = Some(stack_limit);
                let mut builder = FunctionBuilder::new(clif, builders);
                let block = builder.create_block();
                builder.append_block_params_for_function_params(block);
                builder.switch_to_block(block);
                let params = builder.block_params(block).to_vec();
                let own = request.offsets.func_ref(request.func).expect("defined");
                let vmctx = builder.ins().iadd_imm_s(params[0], -i64::from(own));
                let mut emitter = Emitter {
                    builder,
                    offsets: request.offsets,
                    module: &module,
                    vmctx,
                    args: params[1..].to_vec(),
                };
                emit(&mut emitter);
                emitter.builder.seal_all_blocks();
                emitter.builder.finalize(config);
                Ok(Translation {
                    exits: ExitTable::default(),
                    frames: frames.into(),
                    decisions: Vec::new(),
                    facts: Vec::new(),
                    called_sigs: module.types.to_vec(),
                })
            },
        );
        self.install(func, compiled.expect("compiles"));
    }

    /// Compiles the function of `request` as it is, and installs it.
    fn define_translated(&mut self, request: &Request) {
        self.module().prepare(request.func).expect("valid");
        let compiled = self.tiers.compiler.compile(request);
        self.install(request.func.0, compiled.expect("compiles"));
    }

    fn install(&mut self, func: u32, compiled: Compiled) {
        let code = self
            .tiers
            .compiler
            .publish(compiled)
            .expect("there is memory for code");
        let instance = &raw mut *self.store.instances[self.instance.index()];
        // SAFETY: the fixture's store is alive, and nothing runs in it.
        unsafe {
            let prepared = Instance::prepare(instance, FuncIdx(func)).expect("valid");
            (*prepared).kind = FuncKind::Compiled;
            (*(*prepared).func_ref).code = code.entry();
        }
        self.store.codes.insert(code.info().clone());
        self.codes.push(code);
    }

    fn define(&mut self, func: u32, emit: impl FnOnce(&mut Emitter<'_>)) {
        let frame = InlineFrame {
            home: HomeIdx(0),
            func: FuncIdx(func),
            call: None,
        };
        self.define_inlined(func, &[frame], emit);
    }

    fn call(&mut self, func: u32, args: &[u64]) -> Result<Vec<u64>, Raised> {
        let (func_ref, n_results) = (self.func_ref(func), self.sig(func).result_slots());
        let store = &raw mut *self.store;
        // SAFETY: the store is alive, the arguments fit, and nobody refers to the store meanwhile.
        unsafe {
            let slots = (*store).vm.value_top;
            for (n, &arg) in args.iter().enumerate() {
                slots.add(n).write(arg);
            }
            call_from_host(store, func_ref, std::ptr::null_mut())?;
            Ok((0..n_results).map(|n| slots.add(n).read()).collect())
        }
    }

    /// The trap and backtrace of a call: `trap: func1@0x10 func0@0x2`.
    fn call_text(&mut self, func: u32, args: &[u64]) -> String {
        match self.call(func, args) {
            Ok(results) => format!("{results:x?}"),
            Err(raised) => raised_text(&raised),
        }
    }
}

fn raised_text(raised: &Raised) -> String {
    let (mut text, backtrace) = match raised {
        Raised::Trap {
            trap,
            fault,
            backtrace,
        } => {
            let fault = fault.map_or(String::new(), |it| format!(" at {:#x}", it.address));
            (format!("{trap:?}{fault}:"), backtrace.as_slice())
        }
        Raised::Error { backtrace, .. } => ("error:".into(), backtrace.as_slice()),
        Raised::Panic(_) => ("panic".into(), [].as_slice()),
    };
    for frame in backtrace {
        text.push_str(&match frame.pc {
            Some(pc) => format!(" {}@{pc:#x}", frame.func),
            None => format!(" {}", frame.func),
        });
    }
    text
}

impl Emitter<'_> {
    fn at(&mut self, frame: u8, pc: u32) {
        self.builder
            .set_srcloc(SourceLoc::new(CodePos::new(frame, pc).0));
    }

    fn load(&mut self, base: Value, offset: usize) -> Value {
        let offset = i32::try_from(offset).expect("small");
        self.builder.ins().load(types::I64, TRUSTED, base, offset)
    }

    fn callee(&mut self, func: u32) -> Value {
        match self.offsets.func_ref(FuncIdx(func)) {
            Some(offset) => self.builder.ins().iadd_imm_s(self.vmctx, i64::from(offset)),
            None => {
                let offset = self.offsets.imported_func(FuncIdx(func));
                self.builder
                    .ins()
                    .load(types::I64, TRUSTED, self.vmctx, offset)
            }
        }
    }

    /// Calls `func`, through whatever its reference leads to.
    fn call(&mut self, func: u32, args: &[Value]) -> Vec<Value> {
        let sig = tail_signature(self.module.func_type(FuncIdx(func)));
        let callee = self.callee(func);
        let code = self.load(callee, offset_of!(VMFuncRef, code));
        let store = self.load(self.vmctx, offset_of!(VMContext, store));
        let caller = i32::try_from(offset_of!(VMStore, caller)).expect("small");
        self.builder.ins().store(TRUSTED, self.vmctx, store, caller);
        let args: Vec<_> = std::iter::once(callee)
            .chain(args.iter().copied())
            .collect();
        self.call_indirect(sig, code, &args)
    }

    fn tail_call(&mut self, func: u32, args: &[Value]) {
        let sig = tail_signature(self.module.func_type(FuncIdx(func)));
        let callee = self.callee(func);
        let code = self.load(callee, offset_of!(VMFuncRef, code));
        let args: Vec<_> = std::iter::once(callee)
            .chain(args.iter().copied())
            .collect();
        let sig = self.builder.import_signature(sig);
        self.builder.ins().return_call_indirect(sig, code, &args);
    }

    fn call_indirect(&mut self, sig: Signature, code: Value, args: &[Value]) -> Vec<Value> {
        let sig = self.builder.import_signature(sig);
        let call = self.builder.ins().call_indirect(sig, code, args);
        self.builder.inst_results(call).to_vec()
    }

    fn return_(&mut self, results: &[Value]) {
        self.builder.ins().return_(results);
    }

    /// The pointer to a type's `VMSignature`.
    fn signature(&mut self, ty: TypeIdx) -> Value {
        let offset = self.offsets.sig(ty);
        self.builder
            .ins()
            .load(types::I64, TRUSTED, self.vmctx, offset)
    }
}

// The worker must survive the compiler, and the program too.
#[test]
fn panics_are_errors() {
    let panicked: Result<(), _> = catch_panic(|| panic!("at {}", 7));
    assert_eq!(panicked, Err(CompileError::Panic("at 7".into())));
}

// Code that comes and goes must not use memory up: each piece is freed with its `Code`.
#[test]
fn dropped_code_is_freed() {
    let mut fixture = Fixture::new(r#"(module (func) (func))"#);
    fixture.define(0, |cx| cx.return_(&[]));
    let before = fixture.tiers.compiler.code_bytes();
    for _ in 0..3 {
        fixture.define(1, |cx| cx.return_(&[]));
        assert!(fixture.tiers.compiler.code_bytes() > before);
        let code = fixture.codes.pop().expect("just defined");
        fixture.store.codes.remove(code.info());
        drop(code);
        assert_eq!(fixture.tiers.compiler.code_bytes(), before);
    }
}

// Code memory is limited. What does not fit is refused, and what is there keeps running.
#[test]
fn exhausted_code_memory() {
    let page = runtime::os::page_size();
    let tuning = Tuning {
        code_limit: Some(page),
        ..Tuning::default()
    };
    let compiler = Compiler::new(&tuning).expect("one page");
    let registry = TypeRegistry::default();
    let sig = registry.intern(&Default::default());
    // Builtins and one signature take more than nothing; a page may or may not be enough.
    let backend = &compiler.backend;
    let mut results = vec![backend.ensure_stubs(&[sig])];
    for n in 1..4 {
        let params = vec![runtime::types::ValType::I32; n];
        let ty = runtime::types::FuncType {
            params: params.into(),
            results: Box::default(),
        };
        results.push(backend.ensure_stubs(&[registry.intern(&ty)]));
    }
    assert!(
        results
            .iter()
            .any(|it| matches!(it, Err(CompileError::NoRoom { .. })))
    );
    assert!(compiler.code_bytes() <= page);
}
