//! Stubs: the code between compiled code and everything else.
//!
//! ```text
//!   Rust ──entry, resume_entry──► compiled code ──slow_stub, deopt_stub, builtins──► Rust
//!                                      ▲                     │
//!                                      └──────tail_entry─────┘  Status::Tail
//! ```
//!
//! Signatures have five, which those that pass values alike share, made when the first code that
//! needs them is compiled; the builtins' are made along with the first of these. Arguments and results cross over in slots.
//!
//! Invariants:
//! 1. A stub that leaves compiled code records its frame pointer in `VMStore::exit_fp` first: from
//!    there, stack walks see the frames of compiled code and no stub.
//! 2. An entry records, before it calls, where its own handler is: who abandons the activation
//!    resumes there, with every register lost but the stack and frame pointer.
//! 3. A signature's stubs are stored before the `slow_stub`, which says that they exist.
//! 4. Stubs move no `VMStore::value_top`; whom they call does.

use crate::CompileError;
use crate::abi::{builtin_signature, load_slots, resume_signature, store_slots, tail_signature};
use crate::code_memory::{Block, CodeMemory};
use crate::compiler::{generate, machine_code};
use crate::install::MachineCode;
use crate::traps::trap_code;
use cranelift_codegen::Context;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, BlockArg, ExceptionTableData, ExceptionTableItem, InstBuilder, MemFlagsData,
    Signature, Type, Value, types,
};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use runtime::types::{FuncType, SigRef};
use runtime::vm::{
    BUILTINS, EntryRecord, RAISED, VMContext, VMFuncRef, VMStore, builtin_address,
    call_slow_address, deopt_address, unwind_to_entry,
};
use runtime::{Status, Trap};
use rustc_hash::FxHashSet;
use std::mem::offset_of;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The stubs of an engine.
#[derive(Debug)]
pub(crate) struct Stubs {
    /// By `Builtin`; null until the first signature has stubs.
    builtins: Box<[AtomicPtr<u8>]>,
    /// Memory of the stubs. Held while stubs are made, so that they are made once.
    blocks: Mutex<Vec<Block>>,
}

impl Stubs {
    pub(crate) fn new() -> Self {
        let builtins = BUILTINS.iter().map(|_| AtomicPtr::default()).collect();
        Self {
            builtins,
            blocks: Mutex::default(),
        }
    }

    /// The table of builtin stubs, valid as long as `self`.
    pub(crate) fn builtins(&self) -> *const *const u8 {
        self.builtins.as_ptr().cast()
    }

    /// Makes the stubs that are missing, all of them in one block.
    pub(crate) fn ensure(
        &self,
        sigs: &[SigRef],
        isa: &OwnedTargetIsa,
        memory: &Arc<CodeMemory>,
    ) -> Result<(), CompileError> {
        if sigs.iter().all(|it| it.stubs().exist()) {
            return Ok(());
        }
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let mut missing: Vec<_> = sigs.iter().filter(|it| !it.stubs().exist()).collect();
        if missing.is_empty() {
            // Another thread made them while this one waited.
            return Ok(());
        }
        missing.sort_by_key(|it| it.id);
        let mut seen = FxHashSet::default();
        missing.retain(|it| seen.insert(it.stubs));
        let mut batch = Batch::new(isa);
        if blocks.is_empty() {
            for (&(builtin, n_operands), place) in BUILTINS.iter().zip(&self.builtins) {
                let address = builtin_address(builtin);
                batch.push(place, builtin_signature(n_operands), |cx| {
                    builtin_stub(cx, address, n_operands);
                })?;
            }
        }
        for sig in missing {
            batch.push_signature(sig)?;
        }
        let (block, start) = batch.code.publish(isa, memory)?;
        blocks.push(block);
        for (place, offset) in batch.places {
            place.store(start.wrapping_add(offset).cast_mut(), Ordering::Release);
        }
        Ok(())
    }
}

/// Stubs on their way into one block.
struct Batch<'a> {
    isa: &'a OwnedTargetIsa,
    cx: Context,
    builder: FunctionBuilderContext,
    code: MachineCode,
    /// Where the address of the stub at an offset goes, in the order of storing.
    places: Vec<(&'a AtomicPtr<u8>, usize)>,
}

impl<'a> Batch<'a> {
    fn new(isa: &'a OwnedTargetIsa) -> Self {
        Self {
            isa,
            cx: Context::new(),
            builder: FunctionBuilderContext::new(),
            code: MachineCode::EMPTY,
            places: Vec::new(),
        }
    }

    fn push_signature(&mut self, sig: &'a SigRef) -> Result<(), CompileError> {
        let (ty, stubs) = (sig.ty(), sig.stubs());
        let tail = || tail_signature(ty);
        let resume = || resume_signature(ty);
        self.push(&stubs.entry, c_signature(4), |cx| entry(cx, ty))?;
        self.push(&stubs.resume_entry, c_signature(5), |cx| {
            resume_entry(cx, ty)
        })?;
        self.push(&stubs.tail_entry, resume(), |cx| tail_entry(cx, ty))?;
        self.push(&stubs.deopt_stub, resume(), |cx| deopt_stub(cx, ty))?;
        self.push(&stubs.slow_stub, tail(), |cx| slow_stub(cx, ty))
    }

    fn push(
        &mut self,
        place: &'a AtomicPtr<u8>,
        sig: Signature,
        build: impl FnOnce(&mut StubBuilder<'_>),
    ) -> Result<(), CompileError> {
        self.cx.clear();
        self.cx.func.signature = sig;
        let mut builder = FunctionBuilder::new(&mut self.cx.func, &mut self.builder);
        let block = builder.create_block();
        builder.append_block_params_for_function_params(block);
        builder.switch_to_block(block);
        let params = builder.block_params(block).to_vec();
        let mut stub = StubBuilder { builder, params };
        build(&mut stub);
        stub.builder.seal_all_blocks();
        stub.builder.finalize(self.isa.frontend_config());
        let code = machine_code(generate(self.isa, &mut self.cx)?);
        self.places.push((place, self.code.append(&code)));
        Ok(())
    }
}

/// `C (words...) -> u32`.
fn c_signature(n_params: usize) -> Signature {
    let mut sig = Signature::new(CallConv::SystemV);
    sig.params
        .extend((0..n_params).map(|_| AbiParam::new(types::I64)));
    sig.returns.push(AbiParam::new(types::I32));
    sig
}

/// A stub being made.
struct StubBuilder<'a> {
    builder: FunctionBuilder<'a>,
    params: Vec<Value>,
}

/// `C (code, callee, slots, vmstore) -> status`: calls with arguments from slots.
fn entry(cx: &mut StubBuilder<'_>, ty: &FuncType) {
    let [code, callee, slots, store] = cx.params();
    let mut args = vec![callee];
    args.extend(load_slots(&mut cx.builder, &ty.params, slots));
    cx.call_and_catch(tail_signature(ty), code, &args, (slots, store));
}

/// `C (code, arg0, arg1, results, vmstore) -> status`: enters OSR code or a tail entry.
fn resume_entry(cx: &mut StubBuilder<'_>, ty: &FuncType) {
    let [code, arg0, arg1, slots, store] = cx.params();
    cx.call_and_catch(resume_signature(ty), code, &[arg0, arg1], (slots, store));
}

/// `Tail (callee, slots) -> results`: loads arguments from slots and tail-calls.
fn tail_entry(cx: &mut StubBuilder<'_>, ty: &FuncType) {
    let [callee, slots] = cx.params();
    let code = cx.load_word(callee, offset_of!(VMFuncRef, code));
    let mut args = vec![callee];
    args.extend(load_slots(&mut cx.builder, &ty.params, slots));
    let sig = cx.builder.import_signature(tail_signature(ty));
    cx.builder.ins().return_call_indirect(sig, code, &args);
}

/// `Tail (callee, args...) -> results`: calls a function that is not compiled.
fn slow_stub(cx: &mut StubBuilder<'_>, ty: &FuncType) {
    let callee = cx.params[0];
    let vmctx = cx.load_word(callee, offset_of!(VMFuncRef, vmctx));
    let store = cx.load_word(vmctx, offset_of!(VMContext, store));
    cx.record_exit(store);
    let slots = cx.load_word(store, offset_of!(VMStore, value_top));
    store_slots(&mut cx.builder, &cx.params[1..], slots);
    let status = cx.call_rust(call_slow_address(), &[callee, slots], types::I32);
    cx.finish(ty, store, status, Some(slots));
}

/// `Tail (vmctx, exit id) -> results`: finishes the activation in the interpreter.
fn deopt_stub(cx: &mut StubBuilder<'_>, ty: &FuncType) {
    let [vmctx, exit] = cx.params();
    let store = cx.load_word(vmctx, offset_of!(VMContext, store));
    cx.record_exit(store);
    let status = cx.call_rust(deopt_address(), &[vmctx, exit], types::I32);
    cx.finish(ty, store, status, None);
}

/// `Tail (vmctx, operands...) -> value`: calls a builtin, and leaves the activation if it raises.
fn builtin_stub(cx: &mut StubBuilder<'_>, address: *const u8, n_operands: usize) {
    let vmctx = cx.params[0];
    let store = cx.load_word(vmctx, offset_of!(VMContext, store));
    cx.record_exit(store);
    let params = cx.params.clone();
    debug_assert_eq!(params.len(), 1 + n_operands);
    let value = cx.call_rust(address, &params, types::I64);
    let raised = cx
        .builder
        .ins()
        .icmp_imm_s(IntCC::Equal, value, RAISED.cast_signed());
    let (abandon, done) = (cx.builder.create_block(), cx.builder.create_block());
    cx.builder.ins().brif(raised, abandon, &[], done, &[]);
    cx.builder.switch_to_block(done);
    cx.builder.ins().return_(&[value]);
    cx.builder.switch_to_block(abandon);
    cx.abandon(store);
}

const TRUSTED: MemFlagsData = MemFlagsData::trusted();

impl StubBuilder<'_> {
    fn params<const N: usize>(&self) -> [Value; N] {
        match self.params.as_slice().try_into() {
            Ok(params) => params,
            Err(_) => unreachable!("{} parameters instead of {N}", self.params.len()),
        }
    }

    fn load_word(&mut self, base: Value, offset: usize) -> Value {
        self.builder
            .ins()
            .load(types::I64, TRUSTED, base, offset_imm(offset))
    }

    fn store_word(&mut self, value: Value, base: Value, offset: usize) {
        self.builder
            .ins()
            .store(TRUSTED, value, base, offset_imm(offset));
    }

    /// Establishes invariant 1.
    fn record_exit(&mut self, store: Value) {
        let fp = self.builder.ins().get_frame_pointer(types::I64);
        self.store_word(fp, store, offset_of!(VMStore, exit_fp));
    }

    /// Calls `code`, stores its results to `slots`, and returns `Returned`; or `Raised`, if the
    /// activation is abandoned meanwhile.
    ///
    /// Establishes invariant 2. Must be the first and only call of the stub.
    fn call_and_catch(
        &mut self,
        sig: Signature,
        code: Value,
        args: &[Value],
        (slots, store): (Value, Value),
    ) {
        let builder = &mut self.builder;
        let calling = builder.create_block();
        builder.ins().jump(calling, &[]);
        builder.switch_to_block(calling);
        let fp = builder.ins().get_frame_pointer(types::I64);
        let sp = builder.ins().get_stack_pointer(types::I64);
        // The first and only item of the exception table below.
        let handler = builder
            .ins()
            .get_exception_handler_address(types::I64, calling, 0);
        let entry = offset_of!(VMStore, entry);
        self.store_word(fp, store, entry + offset_of!(EntryRecord, fp));
        self.store_word(sp, store, entry + offset_of!(EntryRecord, sp));
        self.store_word(handler, store, entry + offset_of!(EntryRecord, handler));

        let builder = &mut self.builder;
        let (returned, abandoned) = (builder.create_block(), builder.create_block());
        let result_types: Vec<_> = sig.returns.iter().map(|it| it.value_type).collect();
        for ty in result_types {
            builder.append_block_param(returned, ty);
        }
        let n_results = sig.returns.len();
        let results: Vec<_> = (0..).map(BlockArg::TryCallRet).take(n_results).collect();
        let returned_call = builder.func.dfg.block_call(returned, &results);
        let abandoned_call = builder.func.dfg.block_call(abandoned, &[]);
        let sig = builder.import_signature(sig);
        let items = [ExceptionTableItem::Default(abandoned_call)];
        let table = ExceptionTableData::new(sig, returned_call, items);
        let table = builder.func.dfg.exception_tables.push(table);
        builder.ins().try_call_indirect(code, args, table);

        builder.switch_to_block(returned);
        let results = builder.block_params(returned).to_vec();
        store_slots(builder, &results, slots);
        self.return_status(Status::Returned);
        self.builder.switch_to_block(abandoned);
        self.return_status(Status::Raised);
    }

    fn return_status(&mut self, status: Status) {
        let status = self
            .builder
            .ins()
            .iconst(types::I32, i64::from(status as u32));
        self.builder.ins().return_(&[status]);
    }

    /// Calls a Rust function.
    fn call_rust(&mut self, address: *const u8, args: &[Value], result: Type) -> Value {
        let mut sig = Signature::new(CallConv::SystemV);
        sig.params
            .extend(args.iter().map(|_| AbiParam::new(types::I64)));
        sig.returns.push(AbiParam::new(result));
        let sig = self.builder.import_signature(sig);
        let address = self.builder.ins().iconst(types::I64, address as i64);
        let call = self.builder.ins().call_indirect(sig, address, args);
        self.builder.inst_results(call)[0]
    }

    /// Goes on as a `Status` says. Results are at `VMStore::value_top`, which is `slots` if that is
    /// known: loading it again would wait for what was just stored.
    fn finish(&mut self, ty: &FuncType, store: Value, status: Value, slots: Option<Value>) {
        let builder = &mut self.builder;
        let (returned, other) = (builder.create_block(), builder.create_block());
        builder.ins().brif(status, other, &[], returned, &[]);
        builder.switch_to_block(returned);
        let slots = match slots {
            Some(slots) => slots,
            None => self.load_word(store, offset_of!(VMStore, value_top)),
        };
        let results = load_slots(&mut self.builder, &ty.results, slots);
        self.builder.ins().return_(&results);

        let builder = &mut self.builder;
        builder.switch_to_block(other);
        let (tail, abandon) = (builder.create_block(), builder.create_block());
        let is_tail = builder
            .ins()
            .icmp_imm_s(IntCC::Equal, status, Status::Tail as i64);
        builder.ins().brif(is_tail, tail, &[], abandon, &[]);
        builder.switch_to_block(tail);
        let code = self.load_word(store, offset_of!(VMStore, tail_code));
        let arg0 = self.load_word(store, offset_of!(VMStore, tail_arg0));
        let arg1 = self.load_word(store, offset_of!(VMStore, tail_arg1));
        let sig = self.builder.import_signature(resume_signature(ty));
        self.builder
            .ins()
            .return_call_indirect(sig, code, &[arg0, arg1]);

        self.builder.switch_to_block(abandon);
        self.abandon(store);
    }

    /// Resumes at the handler of the innermost entry.
    fn abandon(&mut self, store: Value) {
        let mut sig = Signature::new(CallConv::SystemV);
        sig.params.push(AbiParam::new(types::I64));
        let sig = self.builder.import_signature(sig);
        let address = unwind_to_entry as *const u8 as i64;
        let address = self.builder.ins().iconst(types::I64, address);
        self.builder.ins().call_indirect(sig, address, &[store]);
        // Not reached, but blocks end in a terminator.
        self.builder
            .ins()
            .trap(trap_code(Trap::UnreachableCodeReached));
    }
}

fn offset_imm(offset: usize) -> i32 {
    i32::try_from(offset).expect("the structures of `runtime::vm` are small")
}

const _: () = {
    // `brif` takes the status as it is.
    assert!(Status::Returned as u32 == 0);
    // The table of stubs is read as a table of plain pointers.
    assert!(size_of::<AtomicPtr<u8>>() == size_of::<*const u8>());
};
