//! A summary of a run: who was interpreted, compiled and inlined, and what failed.

use super::code::{CodeSummary, Decision, DeoptSummary, InlinedBody, Named};
use super::explain::Targets;
use super::{Recorded, dump};
use crate::store::StoreOpaque;
use runtime::{CodeId, CodeMemory, Event, FuncIdx, IcState, InstanceId, TierKind};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What the tiers of a store did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Functions that the interpreter ran, with their names.
    pub interpreted: Vec<(FuncIdx, Option<String>)>,
    /// What those of them did in the interpreter that made calls, or whose instructions were
    /// counted. The hottest first.
    pub functions: Vec<FunctionSummary>,
    /// Code that was installed, in order.
    pub codes: Vec<CodeSummary>,
    /// Exits that were taken, in order.
    pub deopts: Vec<DeoptSummary>,
    /// Functions that could not be compiled, for good or for a while, and why.
    pub failed: Vec<(FuncIdx, String)>,
    /// What compiled code takes in the engine, and how much was not compiled there.
    pub code_memory: CodeMemory,
    /// Inline caches that became monomorphic, polymorphic and megamorphic.
    pub inline_caches: [usize; 3],
    /// Time in the interpreter.
    pub interpreter: Duration,
    /// Time in compiled code.
    pub compiled: Duration,
    /// Time in host functions, and outside of wasm.
    pub host: Duration,
}

/// What the interpreter did in a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionSummary {
    /// The function.
    pub func: FuncIdx,
    /// Its name.
    pub name: Option<String>,
    /// Instructions, if [`Config::interp_counts`](crate::Config::interp_counts) is on.
    pub instructions: Option<u64>,
    /// Calls it made. If nothing is counted, this is what feedback says, which saturates and does
    /// not know what megamorphic sites call.
    pub calls: u64,
    /// Indirect calls whose target was on record.
    pub cache_hits: u64,
    /// Indirect calls whose target was not on record.
    pub cache_misses: u64,
    /// Sites that have more targets than are kept.
    pub megamorphic: u64,
}

impl Report {
    pub(super) fn new(events: &[Recorded], store: &StoreOpaque) -> Report {
        let mut report = Report::default();
        let mut decisions = Vec::new();
        // Code that is installed again has a second summary, which is then the one that counts.
        let mut places = BTreeMap::<CodeId, usize>::new();
        for Recorded { at, event } in events {
            match event {
                Event::Inlined {
                    func, pc, decision, ..
                } => decisions.push(Decision {
                    func: *func,
                    pc: *pc,
                    text: decision.clone(),
                }),
                Event::Installed {
                    instance,
                    func,
                    osr,
                    code,
                    size,
                    exits,
                    time,
                    reused,
                    bodies,
                } => {
                    places.insert(*code, report.codes.len());
                    report.codes.push(CodeSummary {
                        code: *code,
                        instance: *instance,
                        func: *func,
                        name: name(store, *instance, *func),
                        osr: *osr,
                        size: *size,
                        exits: *exits,
                        deopts: 0,
                        compile_time: *time,
                        reused: *reused,
                        installed: *at,
                        first_osr: None,
                        osr_entries: 0,
                        withdrawn: None,
                        inlined: std::mem::take(&mut decisions),
                        bodies: bodies.iter().map(InlinedBody::new).collect(),
                    });
                }
                Event::OsrEntered { code, .. } => {
                    if let Some(&place) = places.get(code) {
                        let code = &mut report.codes[place];
                        code.osr_entries += 1;
                        code.first_osr.get_or_insert(*at);
                    }
                }
                Event::Invalidated { code, .. } => {
                    if let Some(&place) = places.get(code) {
                        report.codes[place].withdrawn.get_or_insert(*at);
                    }
                }
                Event::Deopt {
                    code,
                    exit,
                    reason,
                    home,
                    func,
                    pc,
                    frames,
                } => {
                    if let Some(&place) = places.get(code) {
                        report.codes[place].deopts += 1;
                    }
                    report.deopts.push(DeoptSummary {
                        code: *code,
                        exit: *exit,
                        reason: reason.to_string(),
                        home: *home,
                        func: *func,
                        pc: *pc,
                        frames: *frames,
                        at: *at,
                    });
                }
                Event::CompileFailed { func, error } => report.failed.push((*func, error.clone())),
                Event::Ic { state, .. } => match state {
                    IcState::Uninitialized => {}
                    IcState::Monomorphic => report.inline_caches[0] += 1,
                    IcState::Polymorphic => report.inline_caches[1] += 1,
                    IcState::Megamorphic => report.inline_caches[2] += 1,
                },
                _ => {}
            }
        }
        report.interpreted = interpreted(store);
        report.functions = functions(store);
        report.code_memory = store.engine().tiers().code_memory();
        if let Some(clock) = &store.runtime().clock {
            report.interpreter = clock.spent(TierKind::Interpreter);
            report.compiled = clock.spent(TierKind::Compiled);
            report.host = clock.spent(TierKind::Host);
        }
        report
    }
}

/// Functions with feedback: only the interpreter prepares and runs functions before they are
/// compiled.
fn interpreted(store: &StoreOpaque) -> Vec<(FuncIdx, Option<String>)> {
    let mut found = Vec::new();
    for instance in &store.runtime().instances {
        for n in 0..instance.module.bodies.len() as u32 {
            let func = FuncIdx(instance.module.n_imports.funcs + n);
            if instance.prepared(func).is_some() {
                found.push((func, instance.module.names().func(func).map(str::to_owned)));
            }
        }
    }
    found
}

/// What was counted, or what inline caches say, function by function.
fn functions(store: &StoreOpaque) -> Vec<FunctionSummary> {
    let funcs = store
        .runtime()
        .instances
        .iter()
        .flat_map(|it| dump::prepared(it));
    let mut found: Vec<_> = funcs.map(|it| summarize(&it)).collect();
    found.retain(|it| it.calls != 0 || it.instructions.is_some_and(|it| it != 0));
    found.sort_by_key(|it| Reverse((it.instructions, it.calls)));
    found
}

fn summarize(func: &dump::Prepared<'_>) -> FunctionSummary {
    let mut summary = FunctionSummary {
        func: func.instance.func,
        name: func
            .module
            .names()
            .func(func.instance.func)
            .map(str::to_owned),
        instructions: func.counts.map(|it| it.instructions),
        ..FunctionSummary::default()
    };
    for call in func.calls() {
        let (hits, misses) = match (&call.targets, call.counts) {
            (_, Some(counts)) => (counts.taken, counts.not_taken),
            (Targets::Direct(count), None) => (u64::from(*count), 0),
            (Targets::Cached(_, targets), None) => {
                let calls: u64 = targets.iter().map(|it| u64::from(it.count)).sum();
                let misses = targets.len() as u64;
                (calls.saturating_sub(misses), misses)
            }
        };
        summary.calls += hits + misses;
        if let Targets::Cached(state, _) = call.targets {
            summary.cache_hits += hits;
            summary.cache_misses += misses;
            summary.megamorphic += u64::from(state == IcState::Megamorphic);
        }
    }
    summary
}

/// The name of a function.
fn name(store: &StoreOpaque, instance: InstanceId, func: FuncIdx) -> Option<String> {
    let instance = store.runtime().instances.get(instance.index())?;
    instance.module.names().func(func).map(str::to_owned)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interpreted:")?;
        for (n, (func, name)) in self.interpreted.iter().enumerate() {
            write!(
                f,
                "{} {}",
                if n == 0 { "" } else { "," },
                Named(*func, name)
            )?;
        }
        let [mono, poly, mega] = self.inline_caches;
        writeln!(
            f,
            "\ninline caches: {mono} monomorphic, {poly} polymorphic, {mega} megamorphic"
        )?;
        write!(f, "{}", FunctionTable(&self.functions))?;
        for code in &self.codes {
            writeln!(f, "{code}")?;
        }
        for (func, error) in &self.failed {
            writeln!(f, "{func} stays in the interpreter: {error}")?;
        }
        let memory = &self.code_memory;
        writeln!(
            f,
            "code memory: {} of at most {} bytes; {} compilations refused for want of room, {} failed",
            memory.used, memory.limit, memory.refused, memory.failed
        )?;
        writeln!(f, "deopts: {}", self.deopts.len())?;
        for deopt in self.deopts.iter().take(MAX_DEOPTS) {
            writeln!(f, "  {deopt}")?;
        }
        if let Some(more) = self
            .deopts
            .len()
            .checked_sub(MAX_DEOPTS)
            .filter(|&it| it > 0)
        {
            writeln!(f, "  ... and {more} more")?;
        }
        let ms = |it: Duration| it.as_secs_f64() * 1e3;
        write!(
            f,
            "time: interpreter {:.1} ms, compiled {:.1} ms, host {:.1} ms",
            ms(self.interpreter),
            ms(self.compiled),
            ms(self.host),
        )
    }
}

/// Functions as a table, with a line of headings if there are any.
struct FunctionTable<'a>(&'a [FunctionSummary]);

impl fmt::Display for FunctionTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEADINGS: [&str; 5] = [
            "instructions",
            "calls",
            "cache hits",
            "misses",
            "megamorphic",
        ];
        let row = |it: &FunctionSummary| {
            let numbers = [it.calls, it.cache_hits, it.cache_misses, it.megamorphic];
            let [calls, hits, misses, megamorphic] = numbers.map(|it| it.to_string());
            let instructions = it.instructions.map_or("-".to_owned(), |it| it.to_string());
            [instructions, calls, hits, misses, megamorphic]
        };
        let rows: Vec<_> = self.0.iter().map(row).collect();
        let width = |n: usize| {
            let cells = rows.iter().map(|row: &[String; 5]| row[n].len());
            cells.max().unwrap_or(0).max(HEADINGS[n].len())
        };
        if rows.is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "in the interpreter, not counting what compiled code executes:"
        )?;
        for (n, heading) in HEADINGS.iter().enumerate() {
            write!(f, "  {heading:>width$}", width = width(n))?;
        }
        writeln!(f, "  function")?;
        for (row, func) in rows.iter().zip(self.0) {
            for (n, cell) in row.iter().enumerate() {
                write!(f, "  {cell:>width$}", width = width(n))?;
            }
            writeln!(f, "  {}", Named(func.func, &func.name))?;
        }
        Ok(())
    }
}

/// Deopts that a printed report lists.
const MAX_DEOPTS: usize = 20;
