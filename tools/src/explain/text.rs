//! Explanations for people at a terminal.

use super::tree::{Node, tree};
use super::{named, which};
use std::fmt::{self, Display, Write as _};
use std::time::Duration;
use wasm_interp_jit::inspect::{
    CodeSummary, DeoptSummary, Explanation, FuncIdx, HomeIdx, InstanceId, Moment,
};

/// Exits, and moments, that are listed.
const MAX_LISTED: usize = 50;

/// An explanation as text.
pub(super) struct Text<'a>(pub(super) &'a Explanation);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = self.0;
        for listing in &it.functions {
            let text = listing.to_string();
            let (heading, lines) = text.split_once('\n').unwrap_or((&text, ""));
            writeln!(f, "{}{heading}", which(it, listing.instance))?;
            let is_its = |code: &&CodeSummary| {
                (code.instance, code.func) == (listing.instance, listing.func)
            };
            for code in it.codes.iter().filter(is_its) {
                write_code(f, it, code)?;
            }
            write!(f, "{lines}")?;
        }
        for code in it.other_codes() {
            writeln!(f, "{}", named(it, code.instance, code.func))?;
            write_code(f, it, code)?;
        }
        for (func, error) in &it.failed {
            writeln!(f, "{func} stays in the interpreter: {error}")?;
        }
        if !it.moments.is_empty() {
            let total = it.moments.len() as u64 + it.more_moments;
            let lines = it.moments.iter().map(|moment| line(it, moment));
            write_some(f, "timeline", total, lines)?;
        }
        let total = it.deopts.len() as u64 + it.more_deopts;
        write_some(
            f,
            "deopts",
            total,
            it.deopts.iter().map(|deopt| log(it, deopt)),
        )?;
        writeln!(
            f,
            "time: interpreter {:.1} ms, compiled {:.1} ms, host {:.1} ms",
            ms(it.interpreter),
            ms(it.compiled),
            ms(it.host),
        )
    }
}

fn write_some(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    total: u64,
    lines: impl Iterator<Item = String>,
) -> fmt::Result {
    writeln!(f, "{what}: {total}")?;
    for line in lines.take(MAX_LISTED) {
        writeln!(f, "  {line}")?;
    }
    match total.checked_sub(MAX_LISTED as u64) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(f, "  ... and {more} more"),
    }
}

/// What is known of a piece of code, but for what is inlined.
pub(super) fn facts(code: &CodeSummary) -> String {
    let mut text = code.code.to_string();
    // Writing to a string does not fail.
    let _ = match code.osr {
        Some(pc) => write!(text, " from the loop at {pc:#x}"),
        None => write!(text, " from the entry"),
    };
    let _ = write!(
        text,
        ": {} bytes, {} exits, {}, compiled in {:.2} ms, installed at {:.2} ms",
        code.size,
        code.exits,
        match code.deopts {
            0 => "none taken".to_owned(),
            n => format!("taken {}", times(n)),
        },
        ms(code.compile_time),
        ms(code.installed),
    );
    if code.reused {
        text.push_str(", for another instance");
    }
    if code.osr_entries > 0 {
        let _ = write!(text, ", entered by OSR {}", times(code.osr_entries));
    }
    if let Some(at) = code.withdrawn {
        let _ = write!(text, ", withdrawn at {:.2} ms", ms(at));
    }
    text
}

fn write_code(
    f: &mut fmt::Formatter<'_>,
    explanation: &Explanation,
    code: &CodeSummary,
) -> fmt::Result {
    writeln!(f, "  {}", facts(code))?;
    match tree(code) {
        Some(root) => write_sites(f, (explanation, code), &root, 4),
        None => Ok(()),
    }
}

fn write_sites(
    f: &mut fmt::Formatter<'_>,
    (explanation, code): (&Explanation, &CodeSummary),
    node: &Node<'_>,
    indent: usize,
) -> fmt::Result {
    for site in &node.sites {
        let decided: Vec<&str> = site.decisions.iter().map(|it| it.text.as_str()).collect();
        writeln!(f, "{:indent$}@{:#x} {}", "", site.pc, decided.join("; "))?;
        for inlined in &site.inlined {
            write_node(f, (explanation, code), inlined, ("", indent + 2))?;
        }
    }
    for called in &node.tail_called {
        write_node(f, (explanation, code), called, ("tail-called ", indent))?;
    }
    Ok(())
}

fn write_node(
    f: &mut fmt::Formatter<'_>,
    (explanation, code): (&Explanation, &CodeSummary),
    node: &Node<'_>,
    (prefix, indent): (&str, usize),
) -> fmt::Result {
    let func = body_name(explanation, code.instance, (node.home, node.func));
    writeln!(f, "{:indent$}{prefix}{func}", "")?;
    write_sites(f, (explanation, code), node, indent + 2)
}

/// A line of the timeline.
fn line(explanation: &Explanation, it: &Moment) -> String {
    let which = which(explanation, it.instance);
    format!("{:.2} ms {which}{}", ms(it.at), it.text)
}

/// A line of the deopt log.
fn log(explanation: &Explanation, it: &DeoptSummary) -> String {
    format!(
        "{:.2} ms {} {} {}: to {}@{:#x}, {} frame(s)",
        ms(it.at),
        it.code,
        it.exit,
        it.reason,
        match explanation.codes.iter().find(|code| code.code == it.code) {
            Some(code) => body_name(explanation, code.instance, (it.home, it.func)),
            None => it.func.to_string(),
        },
        it.pc,
        it.frames,
    )
}

/// A function in code of `instance`, which may be one of another instance.
fn body_name(
    explanation: &Explanation,
    instance: InstanceId,
    (home, func): (HomeIdx, FuncIdx),
) -> String {
    match home {
        HomeIdx(0) => named(explanation, instance, func),
        home => format!("{home}:{func}"),
    }
}

fn times(n: u64) -> String {
    match n {
        1 => "once".to_owned(),
        n => format!("{n} times"),
    }
}

pub(super) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_run_as_text() {
        assert_eq!(
            Text(&sample::explanation()).to_string(),
            include_str!("sample.txt")
        );
    }

    #[test]
    fn long_logs_are_cut() {
        let mut explanation = sample::explanation();
        let deopt = explanation.deopts[0].clone();
        explanation.deopts = vec![deopt; 60];
        explanation.more_deopts = 7;
        let text = Text(&explanation).to_string();
        assert!(text.contains("deopts: 67\n"), "{text}");
        assert!(text.contains("\n  ... and 17 more\n"), "{text}");
    }
}
