//! The compiler of an engine: Cranelift's settings, and the way of a request through it.
//!
//! It has no state that a compilation changes but code memory and stubs, and can compile on any
//! number of threads at once.

use crate::code_memory::CodeMemory;
use crate::install::{Code, MachineCode};
use crate::positions::merged_loads;
use crate::stubs::Stubs;
use crate::translate::{Translation, translate};
use crate::worker::{Deliver, Worker};
use crate::{CompileError, Fact, MemoryStyle, Request, traps};
use cranelift_codegen::binemit::CodeOffset;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{self, SourceLoc};
use cranelift_codegen::isa::{self, OwnedTargetIsa, TargetFrontendConfig};
use cranelift_codegen::print_errors::pretty_error;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CompiledCode, Context};
use cranelift_frontend::FunctionBuilderContext;
use deopt::ExitTable;
use runtime::code::{CodePos, InlineFrame, ReturnSite, TrapSite};
use runtime::module::Module;
use runtime::types::SigRef;
use runtime::{CodeId, Event, FuncIdx, Linkage, Tuning, os};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// Bytes of code that there may be, unless asked for otherwise.
const CODE_LIMIT: usize = 256 << 20;

/// The compiler of an engine.
///
/// Stubs live as long as their compiler, and the engine's `VMSignature`s point to them; so an
/// engine has one compiler at most, and drops it after its stores.
#[derive(Debug)]
pub struct Compiler {
    pub(crate) backend: Arc<Backend>,
    worker: Worker,
}

/// A finished compilation: plain data, to be installed by the store's thread.
#[derive(Debug)]
pub struct Compiled {
    /// Number that the code will get in its engine.
    pub code: CodeId,
    /// The compiled function.
    pub func: FuncIdx,
    /// The loop header at which it is entered, if it is OSR code.
    pub osr: Option<u32>,
    /// Its deopt exits.
    pub exits: ExitTable,
    /// What was decided about calls, to be emitted when the code is installed.
    pub decisions: Box<[Event]>,
    /// What its guards take for granted.
    pub facts: Box<[Fact]>,
    /// How accesses to memories are checked in it.
    pub memories: Box<[MemoryStyle]>,
    /// CLIF and disassembly, if they were asked for.
    pub dump: Option<Dump>,
    /// How long it took.
    pub time: Duration,
    pub(crate) modules: Box<[Weak<Module>]>,
    pub(crate) machine_code: MachineCode,
    pub(crate) frames: Box<[InlineFrame]>,
    pub(crate) traps: Box<[TrapSite]>,
    pub(crate) returns: Box<[ReturnSite]>,
}

/// What a compilation looked like on the way.
#[derive(Clone, Debug)]
pub struct Dump {
    /// As translated, before optimization.
    pub clif: String,
    /// The machine code.
    pub disassembly: String,
}

/// The part of a compiler that its worker shares.
pub(crate) struct Backend {
    isa: OwnedTargetIsa,
    memory: Arc<CodeMemory>,
    stubs: Stubs,
    /// Allocations for the next compilations.
    scratch: Mutex<Vec<Scratch>>,
}

/// Allocations that outlive a compilation.
struct Scratch {
    cx: Context,
    builder: FunctionBuilderContext,
}

impl Compiler {
    /// A compiler for this host. Installs the signal handlers of compiled code.
    ///
    /// # Errors
    ///
    /// If compiled code cannot run here: another machine, or a system that refuses executable
    /// memory. The engine then runs everything in the interpreter.
    pub fn new(tuning: &Tuning) -> Result<Self, CompileError> {
        if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
            return Err(CompileError::Host("not an x86-64 Linux".into()));
        }
        let backend = Backend {
            isa: host_isa(tuning)?,
            memory: CodeMemory::new(tuning.code_limit.unwrap_or(CODE_LIMIT))?,
            stubs: Stubs::new(),
            scratch: Mutex::default(),
        };
        os::signals::install().map_err(|error| CompileError::Host(error.to_string()))?;
        Ok(Self {
            backend: Arc::new(backend),
            worker: Worker::default(),
        })
    }

    /// What instances need to know of compiled code.
    pub fn linkage(&self) -> Linkage {
        Linkage {
            builtins: self.backend.stubs.builtins(),
        }
    }

    /// Compiles, on the calling thread. The stubs that the code needs exist afterwards.
    ///
    /// # Errors
    ///
    /// See [`CompileError`]; the function stays in the interpreter.
    pub fn compile(&self, request: &Request) -> Result<Compiled, CompileError> {
        self.backend.compile(request)
    }

    /// Compiles and publishes on the worker thread, which hands the code to `deliver`, unless
    /// nobody but the request refers to its module by then.
    pub fn enqueue(&self, request: Request, deliver: Deliver) {
        self.worker.enqueue(&self.backend, request, deliver);
    }

    /// Somebody waits for `code`, if it is still in the queue. The one that most are waiting for
    /// is compiled next.
    pub fn hurry(&self, code: CodeId) {
        self.worker.hurry(code);
    }

    /// Makes compiled code executable.
    ///
    /// # Errors
    ///
    /// If code memory is exhausted.
    pub fn publish(&self, compiled: Compiled) -> Result<Code, CompileError> {
        self.backend.publish(compiled)
    }

    /// Bytes of code memory in use, stubs included, in whole pages.
    pub fn code_bytes(&self) -> usize {
        self.backend.memory.used()
    }

    /// Bytes of code memory that may be in use.
    pub fn code_limit(&self) -> usize {
        self.backend.memory.limit()
    }

    /// Pieces of installed code, and bytes of what describes them.
    pub fn described(&self) -> (usize, usize) {
        self.backend.memory.described()
    }

    /// Is there room for `bytes` of code at this moment?
    pub fn has_room(&self, bytes: usize) -> bool {
        self.backend.memory.check_room(bytes).is_ok()
    }
}

impl Backend {
    /// Makes the stubs of signatures, unless they exist.
    pub(crate) fn ensure_stubs(&self, sigs: &[SigRef]) -> Result<(), CompileError> {
        self.stubs.ensure(sigs, &self.isa, &self.memory)
    }

    /// See [`Compiler::publish`].
    pub(crate) fn publish(&self, compiled: Compiled) -> Result<Code, CompileError> {
        Code::new(compiled, &self.isa, &self.memory)
    }

    /// See [`Compiler::compile`].
    pub(crate) fn compile(&self, request: &Request) -> Result<Compiled, CompileError> {
        // Before time and memory are spent in vain.
        self.memory.check_room(1)?;
        let start = Instant::now();
        let mut compiled = catch_panic(|| self.compile_with(request, translate))?;
        compiled.time = start.elapsed();
        Ok(compiled)
    }

    /// Compiles what `translate` makes of the request.
    pub(crate) fn compile_with(
        &self,
        request: &Request,
        translate: impl FnOnce(
            &mut ir::Function,
            &mut FunctionBuilderContext,
            TargetFrontendConfig,
            &Request,
        ) -> Result<Translation, CompileError>,
    ) -> Result<Compiled, CompileError> {
        let mut scratch = self.take_scratch();
        let Scratch { cx, builder } = &mut scratch;
        // Positions are kept relative to the first one. Any other base than 0 could turn a
        // position into the one that means "none".
        cx.func.params.ensure_base_srcloc(SourceLoc::new(0));
        let config = self.isa.frontend_config();
        let translation = translate(&mut cx.func, builder, config, request)?;
        let compiled = self.generate(cx, translation, request)?;
        // After an error the allocations are in a state of their own, and are not used again.
        self.return_scratch(scratch);
        Ok(compiled)
    }

    /// Makes machine code of the translated function in `cx`, and collects what belongs to it.
    fn generate(
        &self,
        cx: &mut Context,
        translation: Translation,
        request: &Request,
    ) -> Result<Compiled, CompileError> {
        self.ensure_stubs(&translation.called_sigs)?;
        let clif = request
            .options
            .keep_dumps
            .then(|| cx.func.display().to_string());
        generate(&self.isa, cx)?;
        let (func, code) = (&cx.func, cx.compiled_code());
        let code = code.ok_or_else(|| CompileError::Codegen("no code".to_owned()))?;
        let dump = clif.map(|clif| Dump {
            clif,
            disassembly: disassemble(&self.isa, code),
        });
        let decisions = translation.decisions.into_iter().map(|it| Event::Inlined {
            root: request.func,
            func: it.func,
            pc: it.pc,
            decision: it.text,
        });
        let others = request.others.iter().map(|it| &it.module);
        let modules = std::iter::once(&request.module).chain(others);
        Ok(Compiled {
            code: request.code,
            func: request.func,
            osr: request.osr,
            exits: translation.exits,
            decisions: decisions.collect(),
            facts: translation.facts.into(),
            memories: request.memories.clone(),
            dump,
            time: Duration::ZERO,
            modules: modules.map(Arc::downgrade).collect(),
            machine_code: machine_code(code),
            frames: translation.frames,
            traps: trap_sites(func, code)?,
            returns: return_sites(code),
        })
    }

    fn take_scratch(&self) -> Scratch {
        let mut pool = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        pool.pop().unwrap_or_else(|| Scratch {
            cx: Context::new(),
            builder: FunctionBuilderContext::new(),
        })
    }

    fn return_scratch(&self, mut scratch: Scratch) {
        scratch.cx.clear();
        let mut pool = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        pool.push(scratch);
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Backend({}, {} bytes of code)",
            self.isa.name(),
            self.memory.used()
        )
    }
}

/// Cranelift for the machine this runs on.
fn host_isa(tuning: &Tuning) -> Result<OwnedTargetIsa, CompileError> {
    // What the embedder set comes first: code relies on what is set below.
    let (mut flags, builder) = builders(&tuning.cranelift_flags)?;
    let text = |on| if on { "true" } else { "false" };
    for (name, value) in [
        ("opt_level", "speed"),
        ("is_pic", "false"),
        ("unwind_info", "false"),
        // Stack walks follow frame pointers, and `Tail` calls need them.
        ("preserve_frame_pointers", "true"),
        // A stack check precedes every frame, however large.
        ("enable_probestack", "false"),
        // More results than registers.
        ("enable_multi_ret_implicit_sret", "true"),
        // Loops are looked for in machine code, and dumps show blocks.
        ("machine_code_cfg_info", "true"),
        ("enable_nan_canonicalization", text(tuning.canonical_nans)),
        ("enable_verifier", text(tuning.verifier)),
    ] {
        flags
            .set(name, value)
            .map_err(|err| CompileError::Codegen(format!("{name}: {err}")))?;
    }
    builder
        .finish(settings::Flags::new(flags))
        .map_err(|err| CompileError::Host(err.to_string()))
}

/// Says what is wrong with flags of Cranelift that the embedder set.
///
/// # Errors
///
/// If there is no such flag, or a setting has no such value.
pub fn check_flags(flags: &[(String, Option<String>)]) -> Result<(), CompileError> {
    builders(flags).map(|_| ())
}

/// Cranelift's defaults with `set`: settings for every machine, else for this one.
fn builders(
    set: &[(String, Option<String>)],
) -> Result<(settings::Builder, isa::Builder), CompileError> {
    let mut shared = settings::builder();
    let mut isa = cranelift_native::builder().map_err(|err| CompileError::Host(err.into()))?;
    for (name, value) in set {
        let apply = |flags: &mut dyn Configurable| match value {
            Some(value) => flags.set(name, value),
            None => flags.enable(name),
        };
        let result = match apply(&mut shared) {
            Err(settings::SetError::BadName(_)) => apply(&mut isa),
            other => other,
        };
        result.map_err(|err| CompileError::Flag(err.to_string()))?;
    }
    Ok((shared, isa))
}

/// Runs Cranelift on the function in `cx`. The code has no relocations.
pub(crate) fn generate<'a>(
    isa: &OwnedTargetIsa,
    cx: &'a mut Context,
) -> Result<&'a CompiledCode, CompileError> {
    let code = cx
        .compile(&**isa, &mut ControlPlane::default())
        .map_err(|err| CompileError::Codegen(pretty_error(err.func, err.inner)))?;
    match code.buffer.relocs().first() {
        None => Ok(code),
        // Instructions that this machine lacks (rounding without SSE4.1) become calls of libm.
        Some(reloc) => {
            let target = reloc.target.display(None);
            Err(CompileError::Host(format!(
                "it has no instructions for {target}"
            )))
        }
    }
}

pub(crate) fn machine_code(code: &CompiledCode) -> MachineCode {
    let align = code.buffer.alignment as usize;
    MachineCode {
        bytes: code.code_buffer().to_vec(),
        align: align.max(1),
        line_start: tightest_loop(&code.bb_edges).unwrap_or(0) as usize,
    }
}

/// Where the smallest loop begins, by the edges between blocks.
fn tightest_loop(edges: &[(CodeOffset, CodeOffset)]) -> Option<CodeOffset> {
    let backward = edges.iter().filter(|(from, to)| to <= from);
    let tightest = backward.min_by_key(|(from, to)| from - to);
    tightest.map(|&(_, header)| header)
}

fn trap_sites(func: &ir::Function, code: &CompiledCode) -> Result<Box<[TrapSite]>, CompileError> {
    let sites = code
        .buffer
        .traps()
        .iter()
        .map(|it| match traps::trap_of(it.code) {
            Some(trap) => Ok(TrapSite {
                offset: it.offset,
                trap,
                pos: pos_at(code, it.offset),
            }),
            None => Err(CompileError::Codegen(format!(
                "trap code {} is not a trap",
                it.code
            ))),
        });
    let mut sites: Vec<_> = sites.collect::<Result<_, _>>()?;
    sites.sort_by_key(|it| it.offset);
    let heap = code
        .buffer
        .traps()
        .iter()
        .filter(|it| it.code == traps::HEAP);
    let heap: Vec<_> = heap
        .map(|it| (it.offset, pos_at(code, it.offset)))
        .collect();
    for (offset, pos) in merged_loads(func, &heap) {
        if let Ok(at) = sites.binary_search_by_key(&offset, |it| it.offset) {
            sites[at].pos = Some(pos);
        }
    }
    Ok(sites.into())
}

/// Calls without a position have no wasm frame (the jump into a deopt stub).
fn return_sites(code: &CompiledCode) -> Box<[ReturnSite]> {
    let sites = code.buffer.call_sites().filter_map(|it| {
        let pos = pos_at(code, it.ret_addr - 1)?;
        Some(ReturnSite {
            offset: it.ret_addr,
            pos,
        })
    });
    let mut sites: Vec<_> = sites.collect();
    sites.sort_by_key(|it| it.offset);
    sites.into()
}

/// The position of the machine instruction at `offset`.
fn pos_at(code: &CompiledCode, offset: u32) -> Option<CodePos> {
    let ranges = code.buffer.get_srclocs_sorted();
    let at = ranges
        .partition_point(|it| it.start <= offset)
        .checked_sub(1)?;
    let range = &ranges[at];
    (offset < range.end && !range.loc.is_default()).then(|| CodePos(range.loc.bits()))
}

fn disassemble(isa: &OwnedTargetIsa, code: &CompiledCode) -> String {
    match isa.to_capstone() {
        Ok(capstone) => code
            .disassemble(None, &capstone)
            .unwrap_or_else(|err| format!("disassembly failed: {err}\n")),
        Err(err) => format!("disassembly failed: {err}\n"),
    }
}

/// Runs a phase of the compiler. A panic of it is an error: the program goes on without the code.
pub(crate) fn catch_panic<T>(
    run: impl FnOnce() -> Result<T, CompileError>,
) -> Result<T, CompileError> {
    // What a panic may leave inconsistent is the scratch space, which is dropped then.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
        let text = match (
            payload.downcast_ref::<String>(),
            payload.downcast_ref::<&str>(),
        ) {
            (Some(text), _) => text.clone(),
            (None, Some(text)) => (*text).into(),
            (None, None) => "no message".into(),
        };
        Err(CompileError::Panic(text))
    })
}

#[cfg(test)]
mod tests {
    use super::tightest_loop;

    #[test]
    fn the_tightest_loop_is_found_by_its_edge_back() {
        assert_eq!(tightest_loop(&[(0, 10), (0, 20), (10, 20)]), None);
        let outer = [(0, 10), (10, 40), (40, 10), (40, 50)];
        assert_eq!(tightest_loop(&outer), Some(10));
        let inner = [(10, 30), (30, 20), (20, 30), (30, 10)];
        assert_eq!(tightest_loop(&inner), Some(20));
        assert_eq!(tightest_loop(&[(0, 10), (10, 10), (10, 20)]), Some(10));
    }
}
