//! Everything that validation lets through is translated, verified, compiled without relocations,
//! and has exits that the checker agrees with.

mod branches;
mod control;
mod instructions;
mod simd;
mod speculation;

use super::{Translation, translate};
use crate::positions::merged_loads;
use crate::{
    Callee, CompileError, FuncFeedback, MemoryStyle, Options, Request, SiteFeedback, TableState,
    TargetFeedback,
};
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CompiledCode, Context};
use cranelift_frontend::FunctionBuilderContext;
use runtime::code::CodePos;
use runtime::module::{Features, Module, TableClass, Validation};
use runtime::types::TypeRegistry;
use runtime::vm::VMOffsets;
use runtime::{CodeId, FuncIdx, IcState, TableIdx};
use std::sync::Arc;

/// A request to compile function `func` of the module `wat`, without feedback.
pub(crate) fn request(wat: &str, func: u32) -> Request {
    let bytes = wat::parse_str(wat).unwrap_or_else(|err| panic!("{err}\n{wat}"));
    let registry = Arc::new(TypeRegistry::default());
    let module = Module::decode(bytes.into(), registry, Features::ALL, Validation::Eager);
    let module = Arc::new(module.unwrap_or_else(|err| panic!("{err}\n{wat}")));
    let n_imported = module.n_imports.funcs;
    let mut feedback = rustc_hash::FxHashMap::default();
    for n in 0..module.bodies.len() as u32 {
        let func = FuncIdx(n_imported + n);
        let body = module.prepare(func).unwrap();
        let sites = body.call_sites.iter().map(|_| SiteFeedback {
            state: IcState::Uninitialized,
            count: 0,
            targets: Vec::new(),
            exits_exhausted: false,
            table_changed: false,
        });
        feedback.insert(
            Callee::own(func),
            FuncFeedback {
                sites: sites.collect(),
                branches: Box::default(),
            },
        );
    }
    let tables =
        (0..module.tables.len() as u32).map(|it| match module.table_facts(TableIdx(it)).class {
            TableClass::Constant => TableState::Constant,
            TableClass::SharedUnwritten => TableState::Unwritten { version: 7 },
            TableClass::Written => TableState::Written,
        });
    Request {
        offsets: VMOffsets::new(&module),
        func: FuncIdx(func),
        osr: None,
        code: CodeId(3),
        others: Vec::new(),
        imports: rustc_hash::FxHashMap::default(),
        feedback,
        memories: module.memories.iter().map(|_| GUARDED).collect(),
        tables: tables.collect(),
        options: Options::default(),
        module,
    }
}

/// Function 1 is a loop that calls by a table which others may write, and then executes `rest`; 2
/// is a function to call there.
fn loop_of_calls(rest: &str) -> String {
    format!(
        "(module
(type $t (func (param i32) (result i32)))
(table (export \"t\") funcref (elem 0))
(func (type $t) local.get 0 i32.const 1 i32.add)
(func (param i32 i32) (result i32) (local i32)
  loop
    local.get 2 local.get 1 call_indirect (type $t) local.set 2
    {rest}
    local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
  end
  local.get 2)
(func $cold (param i32)))"
    )
}

const GUARDED: MemoryStyle = MemoryStyle::Guarded { guard: 32 << 20 };

/// The feedback of a function of the module.
fn feedback(request: &mut Request, func: u32) -> &mut FuncFeedback {
    let callee = Callee::own(FuncIdx(func));
    request.feedback.get_mut(&callee).unwrap()
}

/// Gives a direct call site a count.
pub(crate) fn called(request: &mut Request, (func, site): (u32, usize), count: u64) {
    let site = &mut feedback(request, func).sites[site];
    (site.state, site.count) = (IcState::Monomorphic, count);
}

/// Gives an indirect call site targets: function, table index if always the same, and count.
/// A function of `None` is one of another instance.
pub(crate) fn targets(
    request: &mut Request,
    (func, site): (u32, usize),
    targets: &[(Option<u32>, Option<u32>, u32)],
) {
    let site = &mut feedback(request, func).sites[site];
    site.state = match targets.len() {
        1 => IcState::Monomorphic,
        2..=4 => IcState::Polymorphic,
        _ => IcState::Megamorphic,
    };
    site.count = targets.iter().map(|it| u64::from(it.2)).sum();
    let targets = targets.iter().map(|&(own, index, count)| TargetFeedback {
        callee: own.map(|it| Callee::own(FuncIdx(it))),
        index,
        count: count.into(),
    });
    site.targets = targets.collect();
}

pub(crate) fn isa() -> OwnedTargetIsa {
    let mut flags = settings::builder();
    for (name, value) in [
        ("opt_level", "speed"),
        ("enable_verifier", "true"),
        ("preserve_frame_pointers", "true"),
        ("unwind_info", "false"),
    ] {
        flags.set(name, value).unwrap();
    }
    let isa = cranelift_native::builder().unwrap();
    isa.finish(settings::Flags::new(flags)).unwrap()
}

/// Code of a request.
struct Compiled {
    translation: Translation,
    clif: String,
    optimized: String,
}

fn compile(request: &Request) -> Compiled {
    try_compile(request).unwrap_or_else(|err| panic!("{err}"))
}

fn try_compile(request: &Request) -> Result<Compiled, CompileError> {
    let isa = isa();
    let mut cx = Context::new();
    let mut builders = FunctionBuilderContext::new();
    let config = isa.frontend_config();
    let translation = translate(&mut cx.func, &mut builders, config, request)?;
    let clif = cx.func.display().to_string();
    if let Err(err) = cx.compile(&*isa, &mut ControlPlane::default()) {
        panic!("{:?}\n{clif}", err.inner);
    }
    let code = cx.compiled_code().unwrap();
    assert!(code.buffer.relocs().is_empty(), "{clif}");
    for trap in code.buffer.traps() {
        assert!(crate::traps::trap_of(trap.code).is_some(), "{}", trap.code);
    }
    if let Err(err) = deopt::check_exits(&translation.exits, &modules(request)) {
        panic!("{err}\n{clif}");
    }
    check_positions(&cx.func, code, (&translation, request));
    let optimized = cx.func.display().to_string();
    Ok(Compiled {
        translation,
        clif,
        optimized,
    })
}

/// The modules of the instances that code of `request` can be made of.
fn modules(request: &Request) -> Vec<&Module> {
    let others = request.others.iter().map(|it| &*it.module);
    std::iter::once(&*request.module).chain(others).collect()
}

/// Every trap of a memory access is at a load or store.
fn check_positions(
    func: &ir::Function,
    code: &CompiledCode,
    (translation, request): (&Translation, &Request),
) {
    let ranges = code.buffer.get_srclocs_sorted();
    let traps = code
        .buffer
        .traps()
        .iter()
        .filter(|it| it.code == crate::traps::HEAP);
    let traps: Vec<(u32, Option<CodePos>)> = traps
        .map(|trap| {
            let range = ranges
                .iter()
                .find(|it| (it.start..it.end).contains(&trap.offset));
            let loc = range.map(|it| it.loc).filter(|it| !it.is_default());
            (trap.offset, loc.map(|it| CodePos(it.bits())))
        })
        .collect();
    let merged = merged_loads(func, &traps);
    for (offset, pos) in traps {
        let load = merged.iter().find(|it| it.0 == offset).map(|it| it.1);
        let pos = load.or(pos).expect("each trap has a position");
        let frame = translation.frames[pos.frame()];
        let module = request.module(frame.home);
        let start = module.prepare(frame.func).unwrap().code.start;
        let at = (start + pos.pc()) as usize;
        let opcode = module.bytes.present(at..at + 2);
        assert!(
            matches!(
                opcode,
                [0x28..=0x3e | 0xfe, ..] | [0xfd, 0x00..=0x0b | 0x54..=0x5d, ..]
            ),
            "{:x?} at {pos:?}\n{}",
            &opcode[..2],
            func.display()
        );
    }
}

/// Compiles every function of `wat` in all ways: plain, under stress, with checked memories, and
/// entered at each of its loops.
fn check(wat: &str) {
    let first = request(wat, 0);
    let n_imported = first.module.n_imports.funcs;
    for n in 0..first.module.bodies.len() as u32 {
        let mut request = Request {
            func: FuncIdx(n_imported + n),
            ..first.clone()
        };
        check_ways(&mut request);
        let headers: Vec<u32> = {
            let body = request.module.prepare(request.func).unwrap();
            body.loops.iter().map(|it| it.pc).collect()
        };
        for header in headers {
            request.osr = Some(header);
            check_ways(&mut request);
        }
    }
}

fn check_ways(request: &mut Request) {
    for stress in [false, true] {
        request.options.stress = stress;
        for style in [GUARDED, MemoryStyle::Checked] {
            request.memories.fill(style);
            match try_compile(request) {
                // The interpreter cannot be in an unreachable loop.
                Err(CompileError::Unsupported { what, .. })
                    if request.osr.is_some() && what == "entry at an unreachable loop" => {}
                Err(err) => panic!("{err}"),
                Ok(_) => {}
            }
        }
    }
}

/// Compiles `request` and compares its exits, one a line.
fn check_exits(request: &Request, expected: &str) {
    let actual = compile(request).translation.exits.to_string();
    let strip = |text: &str| -> Vec<String> {
        text.lines()
            .map(|it| it.trim().to_owned())
            .filter(|it| !it.is_empty())
            .collect()
    };
    assert_eq!(strip(&actual), strip(expected), "\n{actual}");
}

/// Compiles `request` and compares what was decided at its call sites, one a line.
fn check_decisions(request: &Request, expected: &[&str]) {
    let decisions = compile(request).translation.decisions;
    let actual: Vec<String> = decisions.iter().map(|it| it.to_string()).collect();
    assert_eq!(actual, expected);
}
