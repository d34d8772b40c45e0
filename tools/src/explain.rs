//! `explain`: runs a module, then lists functions as the interpreter sees them.

use crate::run::{RunCommand, exit_code};
use clap::Args;
use serde_json::{Value, json};
use std::process::ExitCode;
use wasm_interp_jit::inspect::{self, Branch, Call, Line, Listing, Targets};

/// Runs a module, then lists bytecode with side table, call sites, branch counts and hotness
///
/// The interpreter counts what it executes, which makes it slower. What compiled code does is not
/// in the counts: `--tier interp` counts everything. The hottest function comes first.
#[derive(Args, Clone, Debug)]
pub(crate) struct ExplainCommand {
    /// Only this function: its index or its name
    #[arg(long, value_name = "FUNC")]
    func: Option<String>,
    /// List for programs, on one line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    run: RunCommand,
}

impl ExplainCommand {
    /// The listing goes to standard output, behind the program's own.
    pub(crate) fn execute(&self) -> ExitCode {
        let count = |config: &mut wasm_interp_jit::Config| {
            config.interp_counts(true);
        };
        exit_code(self.run.run_and(count, |store| {
            let listings = inspect::explain(store, self.func.as_deref());
            if self.json {
                println!("{}", listings.iter().map(to_json).collect::<Value>());
                return;
            }
            for listing in listings {
                print!("{listing}");
            }
        }))
    }
}

fn to_json(listing: &Listing) -> Value {
    json!({
        "func": listing.func.0,
        "name": listing.name,
        "size": listing.size,
        "locals": listing.n_locals,
        "operand_slots": listing.operand_slots,
        "kind": format!("{:?}", listing.kind),
        "hotness": listing.hotness,
        "instructions": listing.instructions,
        "lines": listing.lines.iter().map(line_to_json).collect::<Value>(),
    })
}

/// What an instruction does not have is absent.
fn line_to_json(line: &Line) -> Value {
    let mut json = json!({"pc": line.pc, "instruction": line.instruction});
    if !line.branches.is_empty() {
        json["branches"] = line.branches.iter().map(branch_to_json).collect();
    }
    if let Some(call) = &line.call {
        json["call"] = call_to_json(call);
    }
    if let Some((pc, landing)) = line.header {
        json["header"] = json!({"pc": pc, "landing": landing});
    }
    json
}

fn branch_to_json(branch: &Branch) -> Value {
    json!({
        "stp": branch.stp,
        "landing": branch.landing.pc,
        "landing_stp": branch.landing.stp,
        "backward": branch.landing.backward,
        "keep": branch.landing.keep,
        "drop": branch.landing.drop,
        "taken": branch.counts.map(|(taken, _)| taken),
        "executed": branch.counts.map(|(_, executed)| executed),
    })
}

fn call_to_json(call: &Call) -> Value {
    let (state, targets) = match &call.targets {
        Targets::Direct(_) => (None, Value::Null),
        Targets::Cached(state, targets) => (
            Some(format!("{state:?}")),
            targets
                .iter()
                .map(|it| {
                    let func = it.func.map(|it| it.0);
                    json!({"func": func, "index": it.index, "count": it.count})
                })
                .collect(),
        ),
    };
    json!({
        "stp": call.stp,
        "site": call.site.0,
        "state": state,
        "targets": targets,
        "calls": call.counts.map(|it| it.total()),
        "cache_misses": call.counts.map(|it| it.not_taken),
    })
}
