//! Options that show what the tiers do: statistics, traces and dumps, all on standard error.
//!
//! Standard output belongs to the program that runs, so that it can be compared with wasmtime's.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::time::Duration;
use wasm_interp_jit::inspect::{self, DumpKind, EventKind, Recorder, Report};
use wasm_interp_jit::{Config, Store};

/// What to show of the tiers.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "What the tiers do, on standard error")]
pub(crate) struct InspectOptions {
    /// Report at the end what the interpreter executed in each function, which functions were
    /// compiled and inlined, and what failed
    ///
    /// The interpreter counts then, which makes it slower. Counts are of what it executed, not of
    /// what compiled code did: `--tier interp` counts everything.
    #[arg(
        long,
        value_name = "FORM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "text"
    )]
    stats: Option<Form>,
    /// Print events when they happen, one a line
    #[arg(long, value_name = "KIND,..", value_delimiter = ',')]
    trace: Vec<Kind>,
    /// Dump at the end what the tiers work with
    #[arg(long, value_name = "WHAT,..", value_delimiter = ',')]
    dump: Vec<Dump>,
    /// Record events even if no option asks for them.
    #[arg(skip)]
    pub(crate) record: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// For programs, on one line
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// State changes of inline caches
    Ic,
    /// Functions that became hot or were compiled, and code that was withdrawn
    Tier,
    /// Decisions on calls
    Inline,
    /// Exits from compiled code
    Deopt,
    /// Entries in the middle of a loop
    Osr,
    /// Each interpreted instruction with the operands before it
    #[cfg(feature = "trace-interp")]
    Interp,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Dump {
    /// Side tables of the interpreter
    SideTable,
    /// Inline caches
    Feedback,
    /// Cranelift's intermediate code
    Clif,
    /// Disassembly of compiled code
    Asm,
    /// Exits of compiled code
    Exits,
}

/// Watches a store; made by [`InspectOptions::attach`].
pub(crate) struct Watch<'a> {
    options: &'a InspectOptions,
    recorder: Option<Recorder>,
}

impl InspectOptions {
    /// Keeps what will be dumped, and counts what will be reported.
    pub(crate) fn apply(&self, config: &mut Config) {
        if self.stats.is_some() {
            config.interp_counts(true);
        }
        if self
            .dump
            .iter()
            .any(|dump| matches!(dump, Dump::Clif | Dump::Asm))
        {
            config.jit_keep_dumps(true);
        }
    }

    /// Starts to watch `store`. Without an option for it, nothing is recorded.
    pub(crate) fn attach<T>(&self, store: &mut Store<T>) -> Watch<'_> {
        let kinds: Vec<EventKind> = self.trace.iter().map(|kind| kind.event()).collect();
        let print = move |event: &inspect::Event| {
            if kinds.contains(&event.kind()) {
                eprintln!("{event}");
            }
        };
        let recorder = match (self.stats.is_some() || self.record, self.trace.is_empty()) {
            (true, _) => Some(Recorder::attach_with(store, print)),
            (false, false) => {
                inspect::on_event(store, print);
                None
            }
            (false, true) => None,
        };
        Watch {
            options: self,
            recorder,
        }
    }
}

impl Watch<'_> {
    /// What records the events, if anything does.
    pub(crate) fn recorder(&self) -> Option<&Recorder> {
        self.recorder.as_ref()
    }

    /// Prints what was asked for at the end.
    pub(crate) fn finish<T>(&self, store: &Store<T>) {
        for dump in &self.options.dump {
            eprint!("{}", inspect::dump(store, dump.kind()));
        }
        if let (Some(recorder), Some(form)) = (&self.recorder, self.options.stats) {
            let report = recorder.report(store);
            match form {
                Form::Text => eprintln!("{report}"),
                Form::Json => eprintln!("{}", to_json(&report)),
            }
        }
    }
}

impl Kind {
    fn event(self) -> EventKind {
        match self {
            Kind::Ic => EventKind::Ic,
            Kind::Tier => EventKind::Tier,
            Kind::Inline => EventKind::Inline,
            Kind::Deopt => EventKind::Deopt,
            Kind::Osr => EventKind::Osr,
            #[cfg(feature = "trace-interp")]
            Kind::Interp => EventKind::Interp,
        }
    }
}

impl Dump {
    fn kind(self) -> DumpKind {
        match self {
            Dump::SideTable => DumpKind::SideTable,
            Dump::Feedback => DumpKind::Feedback,
            Dump::Clif => DumpKind::Clif,
            Dump::Asm => DumpKind::Asm,
            Dump::Exits => DumpKind::Exits,
        }
    }
}

/// Times are in milliseconds, since the start of recording where they are points in time.
fn to_json(report: &Report) -> Value {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let codes: Vec<Value> = report
        .codes
        .iter()
        .map(|code| {
            let inlined: Vec<Value> = code
                .inlined
                .iter()
                .map(|it| json!({"func": it.func.0, "pc": it.pc, "decision": it.text}))
                .collect();
            json!({
                "code": code.code.to_string(),
                "func": code.func.0,
                "name": code.name,
                "osr": code.osr,
                "size": code.size,
                "exits": code.exits,
                "compile_time": ms(code.compile_time),
                "reused": code.reused,
                "installed": ms(code.installed),
                "first_osr": code.first_osr.map(ms),
                "withdrawn": code.withdrawn.is_some(),
                "inlined": inlined,
            })
        })
        .collect();
    let deopts: Vec<Value> = report
        .deopts
        .iter()
        .map(|deopt| {
            json!({
                "code": deopt.code.to_string(),
                "reason": deopt.reason,
                "func": deopt.func.0,
                "pc": deopt.pc,
                "frames": deopt.frames,
                "at": ms(deopt.at),
            })
        })
        .collect();
    let [monomorphic, polymorphic, megamorphic] = report.inline_caches;
    let functions: Vec<Value> = report
        .functions
        .iter()
        .map(|func| {
            json!({
                "func": func.func.0,
                "name": func.name,
                "instructions": func.instructions,
                "calls": func.calls,
                "cache_hits": func.cache_hits,
                "cache_misses": func.cache_misses,
                "megamorphic": func.megamorphic,
            })
        })
        .collect();
    json!({
        "functions": functions,
        "interpreted": report.interpreted.iter().map(|(func, _)| func.0).collect::<Vec<_>>(),
        "inline_caches": {
            "monomorphic": monomorphic,
            "polymorphic": polymorphic,
            "megamorphic": megamorphic,
        },
        "codes": codes,
        "failed": report
            .failed
            .iter()
            .map(|(func, error)| json!({"func": func.0, "error": error}))
            .collect::<Vec<_>>(),
        "code_memory": {
            "used": report.code_memory.used,
            "limit": report.code_memory.limit,
            "refused": report.code_memory.refused,
            "failed": report.code_memory.failed,
        },
        "deopts": deopts,
        "time": {
            "interpreter": ms(report.interpreter),
            "compiled": ms(report.compiled),
            "host": ms(report.host),
        },
    })
}
