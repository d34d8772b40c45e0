//! Translation: from the validated bytes of a function to CLIF, with the calls that the plan
//! chose inlined.
//!
//! One pass over the bytes, which follows the operand stack with SSA values. Inlining is
//! recursive translation: the callee's body is translated in place of the call, with the caller's
//! frame state as its parent. Nothing is decided here that [`Plan`] can decide.
//!
//! ```text
//!   router ──► control, call, variable, memory, ...     one file for each family of opcodes
//!                 │      └──► inline ──► body           a callee in place of its call
//!                 └──► guard ──► exit                   what speculation costs
//! ```
//!
//! Invariants:
//! 1. Code has no relocations: everything is reached through the `VMContext`.
//! 2. Values of 32 bits are exact in their registers; slots in memory have zero upper halves.
//! 3. A body that is translated has been validated and prepared.
//!
//! # Note
//!
//! Errors are found before the first instruction is emitted or reported after the last one:
//! Cranelift's builder does not survive being dropped in between.

mod atomic;
mod body;
mod call;
mod const_;
mod control;
mod convert;
mod exit;
mod float;
mod guard;
mod hoist;
mod inline;
mod int;
mod memory;
mod meter;
mod osr;
mod reference;
mod router;
mod simd;
mod survey;
mod table;
mod variable;
mod wide;

use crate::abi::{SLOT, SLOT_FLAGS, builtin_signature, resume_signature, tail_signature};
use crate::plan::{Decision, NodeId, Plan};
use crate::regions::{Owner, Region, Regions, constant, constant_here};
use crate::{Callee, CompileError, Fact, MemoryStyle, Request, TableState};
use body::Body;
use cranelift_codegen::ir::{
    self, Block, GlobalValueData, InstBuilder, MemFlagsData, SigRef as ClifSig, Value, types,
};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use deopt::ExitTable;
use exit::Exits;
use hoist::KnownVersion;
use meter::Fuel;
use osr::Osr;
use runtime::code::InlineFrame;
use runtime::module::{Module, TableClass};
use runtime::types::SigRef;
use runtime::vm::{
    BUILTINS, Builtin, DEOPT_BUFFER_SLOTS, Place, VMContext, VMFuncRef, VMOffsets, VMStore,
};
use runtime::{FuncIdx, HomeIdx, MemoryIdx, TableIdx, TypeIdx};
use rustc_hash::FxHashMap;
use std::mem::offset_of;
use std::rc::Rc;
use survey::{Points, Survey};

/// Functions with more locals stay in the interpreter: every exit describes each of them.
const MAX_LOCALS: usize = 2000;

/// Larger functions stay in the interpreter: they would block the compiler for seconds.
const MAX_BYTES: usize = 512 << 10;

/// What is known of translated code besides its CLIF.
#[derive(Debug)]
pub(crate) struct Translation {
    /// Its deopt exits.
    pub(crate) exits: ExitTable,
    /// The bodies it is made of, the function itself first.
    pub(crate) frames: Box<[InlineFrame]>,
    /// What was decided at call sites.
    pub(crate) decisions: Vec<Decision>,
    /// What its guards take for granted.
    pub(crate) facts: Vec<Fact>,
    /// Signatures whose stubs the code relies on.
    pub(crate) called_sigs: Vec<SigRef>,
}

/// Translates the function that `request` asks for into `func`, which is empty.
///
/// # Errors
///
/// See [`CompileError`]. `builders` can be used again in any case.
pub(crate) fn translate(
    func: &mut ir::Function,
    builders: &mut FunctionBuilderContext,
    config: TargetFrontendConfig,
    request: &Request,
) -> Result<Translation, CompileError> {
    check_limits(request)?;
    let osr = osr::find(request)?;
    let live_from = osr.as_ref().map_or(0, |it| it.live_from);
    let plan = Plan::new(request, live_from);
    let sig = request.module.funcs[request.func.index()].sig;
    func.signature = match request.osr {
        None => tail_signature(sig.ty()),
        Some(_) => resume_signature(sig.ty()),
    };
    func.stack_limit = Some(declare_stack_limit(func, request.osr.is_some()));
    let builder = FunctionBuilder::new(func, builders);
    let mut cx = Translator::new(builder, request, &plan, osr);
    translate_root(&mut cx);
    osr::finish(&mut cx);
    exit::emit_exits(&mut cx);
    debug_assert_eq!(cx.home.idx, HomeIdx(0));
    let Translator {
        mut builder,
        frames,
        exits,
        signatures,
        unsupported,
        ..
    } = cx;
    builder.seal_all_blocks();
    builder.finalize(config);
    if let Some(error) = unsupported {
        return Err(error);
    }
    let mut called_sigs = signatures.called;
    called_sigs.push(sig);
    called_sigs.sort_by_key(|it| it.id);
    called_sigs.dedup();
    Ok(Translation {
        exits: exits.finish(),
        frames: frames.into(),
        decisions: plan.decisions,
        facts: plan.facts,
        called_sigs,
    })
}

fn check_limits(request: &Request) -> Result<(), CompileError> {
    let unsupported = |what: &str| CompileError::Unsupported {
        what: what.to_owned(),
        func: request.func,
        pc: 0,
    };
    let body = request
        .module
        .body(request.func)
        .and_then(|it| it.prepared());
    let Some(body) = body else {
        return Err(unsupported("unprepared function"));
    };
    let n_slots = (body.local_slots + body.max_operands) as usize;
    for (what, size, limit) in [
        ("number of locals", body.local_types.len(), MAX_LOCALS),
        ("frame size in slots", n_slots, DEOPT_BUFFER_SLOTS),
        ("size in bytes", body.code.len(), MAX_BYTES),
    ] {
        if size > limit {
            return Err(CompileError::TooLarge { what, size, limit });
        }
    }
    Ok(())
}

/// The lowest address that the stack may reach, for the prologue's check.
fn declare_stack_limit(func: &mut ir::Function, has_vmctx: bool) -> ir::GlobalValue {
    let mut value = func.create_global_value(GlobalValueData::VMContext);
    let mut loads = vec![
        offset_of!(VMFuncRef, vmctx),
        offset_of!(VMContext, store),
        offset_of!(VMStore, native_limit),
    ];
    if has_vmctx {
        loads.remove(0);
    }
    let flags = func
        .dfg
        .mem_flags
        .insert(constant())
        .unwrap_or_else(|_| unreachable!("these are the first flags of the function"));
    for offset in loads {
        value = func.create_global_value(GlobalValueData::Load {
            base: value,
            offset: field(offset).into(),
            global_type: types::I64,
            flags,
        });
    }
    value
}

/// The compiled function itself.
fn translate_root(cx: &mut Translator<'_>) {
    let entry = cx.builder.create_block();
    cx.builder.append_block_params_for_function_params(entry);
    cx.builder.switch_to_block(entry);
    cx.builder.seal_block(entry);
    let params = cx.builder.block_params(entry).to_vec();
    let (vmctx, args) = match cx.osr.is_some() {
        true => (params[0], osr::translate_entry(cx, params[1])),
        false => {
            let own = cx.home.offsets.func_ref(cx.request.func);
            let own = own.unwrap_or_else(|| unreachable!("only defined functions have bodies"));
            let vmctx = cx.builder.ins().iadd_imm_s(params[0], -i64::from(own));
            (vmctx, params[1..].to_vec())
        }
    };
    (cx.own_vmctx, cx.home.vmctx) = (vmctx, vmctx);
    meter::begin(cx);
    cx.frames.push(InlineFrame {
        home: HomeIdx(0),
        func: cx.request.func,
        call: None,
    });
    if let Some(results) = inline::translate_body(cx, NodeId::ROOT, 0, &args, None) {
        cx.builder.ins().return_(&results);
    }
}

/// The state of a translation.
pub(crate) struct Translator<'a> {
    builder: FunctionBuilder<'a>,
    request: &'a Request,
    plan: &'a Plan,
    osr: Option<Osr>,
    regions: Regions,
    signatures: Signatures,
    exits: Exits,
    fuel: Fuel,
    frames: Vec<InlineFrame>,
    /// The body that is being translated,
    body: Body<'a>,
    /// and the instance that it runs in.
    home: Home<'a>,
    /// The context of the compiled function's instance.
    own_vmctx: Value,
    /// By function; that of OSR code is another one than where it is inlined.
    surveys: FxHashMap<(Callee, bool), Rc<Survey>>,
    /// Is the current block rarely reached? It lies out of the way of the others.
    is_rare: bool,
    /// Versions of tables that need not be checked now.
    known_versions: Vec<KnownVersion>,
    /// The first instruction that could not be translated.
    unsupported: Option<CompileError>,
}

/// The instance that a body runs in.
#[derive(Clone, Copy)]
struct Home<'a> {
    idx: HomeIdx,
    module: &'a Module,
    offsets: VMOffsets,
    vmctx: Value,
}

impl<'a> Home<'a> {
    fn new(request: &'a Request, idx: HomeIdx, vmctx: Value) -> Self {
        Self {
            idx,
            module: request.module(idx),
            offsets: request.offsets(idx),
            vmctx,
        }
    }

    /// Is it the compiled function's, of which the request knows more than the module?
    fn is_own(&self) -> bool {
        self.idx == HomeIdx(0)
    }
}

/// Signatures of calls.
#[derive(Default)]
struct Signatures {
    known: FxHashMap<SigRef, ClifSig>,
    builtins: FxHashMap<usize, ClifSig>,
    called: Vec<SigRef>,
}

impl<'a> Translator<'a> {
    fn new(
        builder: FunctionBuilder<'a>,
        request: &'a Request,
        plan: &'a Plan,
        osr: Option<Osr>,
    ) -> Self {
        Self {
            builder,
            request,
            plan,
            osr,
            regions: Regions::default(),
            signatures: Signatures::default(),
            exits: Exits::default(),
            fuel: Fuel::default(),
            frames: Vec::new(),
            body: Body::default(),
            home: Home::new(request, HomeIdx(0), Value::from_u32(0)),
            own_vmctx: Value::from_u32(0),
            surveys: FxHashMap::default(),
            is_rare: false,
            known_versions: Vec::new(),
            unsupported: None,
        }
    }

    /// Notes that an instruction cannot be translated; the code is not used.
    fn unsupported(&mut self, what: String) {
        let (func, pc) = (self.body.func, self.body.pc);
        self.unsupported
            .get_or_insert(CompileError::Unsupported { what, func, pc });
    }

    /// Flags of an aligned access to `region` that cannot trap.
    fn flags(&mut self, region: Region) -> MemFlagsData {
        self.regions.flags(self.builder.func, region)
    }

    /// Flags of an access to slots in `region`.
    fn slot_flags(&mut self, region: Region) -> MemFlagsData {
        self.regions.tag(self.builder.func, region, SLOT_FLAGS)
    }

    /// Loads a pointer or 64-bit field that never changes, of something that is always there.
    fn load_constant(&mut self, base: Value, offset: i32) -> Value {
        self.builder
            .ins()
            .load(types::I64, constant(), base, offset)
    }

    /// Loads a pointer from the current instance's context that never changes.
    fn load_home(&mut self, offset: i32) -> Value {
        let (flags, vmctx) = (self.constant(), self.home.vmctx);
        self.builder.ins().load(types::I64, flags, vmctx, offset)
    }

    /// Flags of a load from the current instance's context, or through it, that gives the same value
    /// for as long as the instance lives.
    ///
    /// Such loads may be moved before guards, but not before the one that says that the instance is
    /// there at all.
    fn constant(&self) -> MemFlagsData {
        match self.home.is_own() {
            true => constant(),
            false => constant_here(),
        }
    }

    /// Loads a pointer or 64-bit field.
    fn load_field(&mut self, region: Region, (base, offset): (Value, i32)) -> Value {
        let flags = self.flags(region);
        self.builder.ins().load(types::I64, flags, base, offset)
    }

    /// The `VMStore`.
    fn vmstore(&mut self) -> Value {
        // Of whatever instance: they are in the same store.
        self.load_constant(self.own_vmctx, field(offset_of!(VMContext, store)))
    }

    /// Base and offset of what lies at `place`.
    fn place(&mut self, place: Place) -> (Value, i32) {
        match place {
            Place::Own(offset) => (self.home.vmctx, offset),
            Place::Imported(offset) => (self.load_home(offset), 0),
        }
    }

    /// The address of the canonical signature of `ty`.
    fn sig_address(&mut self, ty: TypeIdx) -> Value {
        self.load_home(self.home.offsets.sig(ty))
    }

    /// The signature to call functions of type `sig` with. Their stubs will exist.
    fn import_sig(&mut self, sig: SigRef) -> ClifSig {
        let Signatures { known, called, .. } = &mut self.signatures;
        *known.entry(sig).or_insert_with(|| {
            called.push(sig);
            self.builder.import_signature(tail_signature(sig.ty()))
        })
    }

    /// Calls a builtin with 64-bit operands. What it raises does not come back here.
    fn call_builtin(&mut self, builtin: Builtin, operands: &[Value]) -> Value {
        debug_assert_eq!(BUILTINS[builtin as usize].1, operands.len());
        let builtins = self.load_constant(self.own_vmctx, field(offset_of!(VMContext, builtins)));
        let at = i32::try_from(builtin as u32).expect("builtins are few") * SLOT;
        let code = self.load_constant(builtins, at);
        let sigs = &mut self.signatures.builtins;
        let sig = *sigs.entry(operands.len()).or_insert_with(|| {
            self.builder
                .import_signature(builtin_signature(operands.len()))
        });
        let mut args = vec![self.home.vmctx];
        args.extend_from_slice(operands);
        let call = self.builder.ins().call_indirect(sig, code, &args);
        self.builder.inst_results(call)[0]
    }

    /// A block out of the way of the others.
    fn create_cold_block(&mut self) -> Block {
        let block = self.builder.create_block();
        self.builder.set_cold_block(block);
        block
    }

    /// Goes on in `block`, all of whose predecessors exist.
    fn continue_in(&mut self, block: Block) {
        self.builder.seal_block(block);
        self.begin(block);
    }

    /// Goes on in `block`, an arm of a branch, and rarely if it is out of the way.
    fn continue_in_arm(&mut self, block: Block) {
        self.is_rare |= self.builder.func.layout.is_cold(block);
        self.continue_in(block);
    }

    /// Begins `block`, which lies out of the way if what is around it is rarely reached.
    fn begin(&mut self, block: Block) {
        if self.is_rare {
            self.builder.set_cold_block(block);
        }
        self.builder.switch_to_block(block);
    }

    /// A 64-bit constant.
    fn iconst64(&mut self, value: u64) -> Value {
        self.builder.ins().iconst(types::I64, value.cast_signed())
    }

    /// Facts about the body of `node`, whose function is prepared.
    fn survey(&mut self, node: NodeId) -> Rc<Survey> {
        let (request, plan) = (self.request, self.plan);
        let callee = plan.callee(node);
        let is_osr = node == NodeId::ROOT && request.osr.is_some();
        let survey = self.surveys.entry((callee, is_osr)).or_insert_with(|| {
            let paths = plan.paths(node);
            let is_other = callee.home != HomeIdx(0);
            let points = Points {
                memory: is_other || request.memories.contains(&MemoryStyle::Checked),
                branches: request.options.stress || !paths.is_complete(),
            };
            let module = request.module(callee.home);
            match request.body(callee) {
                Some(body) => Rc::new(Survey::new(module, body, (points, paths))),
                None => unreachable!("{callee} is not prepared"),
            }
        });
        survey.clone()
    }

    /// How accesses to a memory of the current instance are checked.
    fn memory_style(&self, memory: MemoryIdx) -> MemoryStyle {
        match self.home.is_own() {
            true => self.request.memories[memory.index()],
            // What holds for all.
            false => MemoryStyle::Checked,
        }
    }

    /// What is known of a table of the current instance.
    fn table_state(&self, table: TableIdx) -> TableState {
        if self.home.is_own() {
            return self.request.tables[table.index()];
        }
        match self.home.module.table_facts(table).class {
            TableClass::Constant => TableState::Constant,
            TableClass::SharedUnwritten | TableClass::Written => TableState::Written,
        }
    }

    /// The owner of entity `index` at `place` of the current instance's context. What one instance
    /// owns another one may import.
    fn owner(&self, place: Place, index: u32) -> Owner {
        match self.plan.stays_home() {
            true => Owner::new(place, index),
            false => Owner::Imported,
        }
    }

    fn func_sig(&self, func: FuncIdx) -> SigRef {
        self.home.module.funcs[func.index()].sig
    }
}

/// The offset of a field in an address.
fn field(offset: usize) -> i32 {
    i32::try_from(offset).expect("structures are small")
}

#[cfg(test)]
pub(crate) mod tests;
