//! Explanations as one page for browsers.
//!
//! The page needs nothing else: no network, no script, no other file. Modules choose names, so
//! whatever comes from one goes through [`Escaped`]; and the page's own policy lets no script run,
//! should that ever fail. Equal explanations make equal pages.

mod timeline;

use super::text::ms;
use super::tree::{Node, tree};
use super::{named, text::facts};
use std::fmt::{self, Display, Write as _};
use std::time::Duration;
use wasm_interp_jit::inspect::{
    Branch, Call, CodeId, CodeSummary, Explanation, FuncIdx, HomeIdx, IcState, InstanceId, Line,
    Listing, Printable, SiteDecision, SiteExits, Target, Targets,
};

const STYLE: &str = include_str!("html/page.css");

/// Nothing is loaded, and nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// Rows of a table of events.
const MAX_ROWS: usize = 1000;

/// Blocks that indent a listing, at most.
const MAX_INDENT: usize = 24;

/// The page.
pub(super) fn page(explanation: &Explanation) -> String {
    Page(explanation).to_string()
}

/// Text of a page.
struct Escaped<T>(T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaper(f), "{}", self.0)
    }
}

/// Escapes what is written through it.
struct Escaper<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for Escaper<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|it| match it {
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '&' => self.0.write_str("&amp;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            it => self.0.write_char(it),
        })
    }
}

/// The place of a function in the page.
struct Place(InstanceId, FuncIdx);

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "f{}-{}", self.0.0, self.1.0)
    }
}

struct Page<'a>(&'a Explanation);

impl Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>wasm-interp-jit explain</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <header>\n<h1>What the tiers did</h1>\n\
             <nav><a href=\"#timeline\">Timeline</a> <a href=\"#functions\">Functions</a> \
             <a href=\"#deopts\">Deopts</a></nav>\n</header>\n<main>\n",
        )?;
        self.write_summary(f)?;
        timeline::write(f, self.0)?;
        self.write_functions(f)?;
        self.write_deopts(f)?;
        f.write_str("</main>\n</body>\n</html>\n")
    }
}

impl Page<'_> {
    fn write_summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = self.0;
        let deopts = it.deopts.len() as u64 + it.more_deopts;
        let code: usize = it.codes.iter().map(|it| it.size).sum();
        let compiling: Duration = it.codes.iter().map(|it| it.compile_time).sum();
        let cards = [
            ("functions called", it.functions.len().to_string()),
            ("pieces of code", it.codes.len().to_string()),
            ("bytes of code", code.to_string()),
            ("exits taken", deopts.to_string()),
            ("compiling", format!("{:.1} ms", ms(compiling))),
            ("interpreter", format!("{:.1} ms", ms(it.interpreter))),
            ("compiled code", format!("{:.1} ms", ms(it.compiled))),
            ("host", format!("{:.1} ms", ms(it.host))),
        ];
        f.write_str("<dl id=\"summary\" class=\"cards\">\n")?;
        for (name, value) in cards {
            writeln!(f, "<div><dt>{name}</dt><dd>{value}</dd></div>")?;
        }
        f.write_str("</dl>\n")?;
        if !it.failed.is_empty() {
            f.write_str("<ul id=\"failed\">\n")?;
            for (func, error) in &it.failed {
                let error = Escaped(Printable(error));
                writeln!(f, "<li>{func} stays in the interpreter: {error}</li>")?;
            }
            f.write_str("</ul>\n")?;
        }
        Ok(())
    }

    fn write_functions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<section id=\"functions\">\n<h2>Functions</h2>\n")?;
        f.write_str("<p>The hottest function in the interpreter comes first.</p>\n")?;
        for (n, listing) in self.0.functions.iter().enumerate() {
            self.write_function(f, listing, if n == 0 { " open" } else { "" })?;
        }
        for code in self.0.other_codes() {
            let name = Escaped(named(self.0, code.instance, code.func));
            writeln!(
                f,
                "<details class=\"function\"><summary><b>{name}</b></summary>"
            )?;
            self.write_code(f, code)?;
            f.write_str("</details>\n")?;
        }
        f.write_str("</section>\n")
    }

    /// Only the first one is open, so that a page with many is readable.
    fn write_function(
        &self,
        f: &mut fmt::Formatter<'_>,
        listing: &Listing,
        open: &str,
    ) -> fmt::Result {
        let it = listing;
        let is_its = |code: &&CodeSummary| (code.instance, code.func) == (it.instance, it.func);
        let codes: Vec<_> = self.0.codes.iter().filter(is_its).collect();
        let place = Place(it.instance, it.func);
        write!(
            f,
            "<details class=\"function\" id=\"{place}\"{open}>\n<summary><b>{}</b>",
            Escaped(named(self.0, it.instance, it.func)),
        )?;
        write!(f, " <span class=\"badge\">{:?}</span>", it.kind)?;
        f.write_str(" <small>")?;
        if let Some(n) = it.instructions {
            write!(f, "{n} instructions interpreted, ")?;
        }
        let deopts: u64 = codes.iter().map(|it| it.deopts).sum();
        write!(
            f,
            "pieces of code: {}, exits taken: {deopts}</small>",
            codes.len()
        )?;
        writeln!(f, "</summary>")?;
        writeln!(
            f,
            "<p class=\"facts\">{}, {} bytes, {} locals, {} operand slots, hotness left {}</p>",
            it.instance, it.size, it.n_locals, it.operand_slots, it.hotness,
        )?;
        for code in codes {
            self.write_code(f, code)?;
        }
        self.write_listing(f, it)?;
        f.write_str("</details>\n")
    }

    fn write_code(&self, f: &mut fmt::Formatter<'_>, code: &CodeSummary) -> fmt::Result {
        let state = if code.withdrawn.is_some() {
            "withdrawn"
        } else {
            "installed"
        };
        writeln!(
            f,
            "<details class=\"code {state}\" id=\"{}\" open>\n<summary>{}</summary>",
            code.code,
            Escaped(facts(code)),
        )?;
        if let Some(root) = tree(code) {
            f.write_str("<ul class=\"tree\">\n")?;
            self.write_node(f, code, &root, "")?;
            f.write_str("</ul>\n")?;
        }
        f.write_str("</details>\n")
    }

    /// A body, and below it what was decided on its calls.
    fn write_node(
        &self,
        f: &mut fmt::Formatter<'_>,
        code: &CodeSummary,
        node: &Node<'_>,
        how: &str,
    ) -> fmt::Result {
        let place = Place(code.instance, node.func);
        let is_own = node.home == HomeIdx(0);
        let name = match is_own {
            true => format!("{how}{}", self.link(code.instance, node.func)),
            false => format!("{how}{}:{}", node.home, node.func),
        };
        if node.sites.is_empty() && node.tail_called.is_empty() {
            return writeln!(f, "<li class=\"body\">{name}</li>");
        }
        writeln!(
            f,
            "<li class=\"body\"><details open><summary>{name}</summary>\n<ul>"
        )?;
        for site in &node.sites {
            let pc = site.pc;
            match is_own && is_listed(self.0, code.instance, node.func) {
                true => write!(
                    f,
                    "<li class=\"site\"><a href=\"#{place}-{pc:x}\">{pc:#x}</a>"
                )?,
                false => write!(f, "<li class=\"site\">{pc:#x}")?,
            }
            for it in &site.decisions {
                let class = if it.refusal().is_some() {
                    "called"
                } else {
                    "inlined"
                };
                let text = Escaped(&it.text);
                write!(f, " <span class=\"{class}\">{text}</span>")?;
            }
            if !site.inlined.is_empty() {
                f.write_str("\n<ul>\n")?;
                for inlined in &site.inlined {
                    self.write_node(f, code, inlined, "")?;
                }
                f.write_str("</ul>\n")?;
            }
            f.write_str("</li>\n")?;
        }
        for called in &node.tail_called {
            self.write_node(f, code, called, "tail-called ")?;
        }
        f.write_str("</ul></details></li>\n")
    }

    fn write_listing(&self, f: &mut fmt::Formatter<'_>, listing: &Listing) -> fmt::Result {
        f.write_str(
            "<div class=\"wide\"><table class=\"listing\">\n<thead><tr><th scope=\"col\">pc</th>\
             <th scope=\"col\">instruction</th><th scope=\"col\">what was seen and decided</th>\
             </tr></thead>\n<tbody>\n",
        )?;
        let place = Place(listing.instance, listing.func);
        let mut depth = 0_usize;
        for line in &listing.lines {
            let mnemonic = line.instruction.split(' ').next().unwrap_or_default();
            if matches!(mnemonic, "end" | "else") {
                depth = depth.saturating_sub(1);
            }
            let class = match (&line.call, line.exits.as_slice()) {
                (_, [_, ..]) => " class=\"left\"",
                (Some(_), []) => " class=\"call\"",
                (None, []) => "",
            };
            write!(
                f,
                "<tr id=\"{place}-{pc:x}\"{class}><td>{pc:#06x}</td>\
                 <td><code style=\"--depth:{}\">{}</code></td><td>",
                depth.min(MAX_INDENT),
                Escaped(Printable(&line.instruction)),
                pc = line.pc,
            )?;
            self.write_notes(f, listing.instance, line)?;
            writeln!(f, "</td></tr>")?;
            if matches!(mnemonic, "block" | "loop" | "if" | "else" | "try_table") {
                depth += 1;
            }
        }
        f.write_str("</tbody>\n</table></div>\n")
    }

    fn write_notes(
        &self,
        f: &mut fmt::Formatter<'_>,
        instance: InstanceId,
        line: &Line,
    ) -> fmt::Result {
        for branch in &line.branches {
            write_branch(f, branch)?;
        }
        if let Some((pc, landing)) = line.header {
            write!(
                f,
                "<div class=\"note\">header {pc:#x}, lands {landing:#x}</div>"
            )?;
        }
        if let Some(call) = &line.call {
            self.write_call(f, instance, call)?;
        }
        for SiteExits {
            code,
            reason,
            count,
        } in &line.exits
        {
            write!(
                f,
                "<div class=\"note\">{} <span class=\"exit\">exits taken &times; {count}: {}</span></div>",
                link(*code),
                Escaped(Printable(reason)),
            )?;
        }
        Ok(())
    }

    fn write_call(
        &self,
        f: &mut fmt::Formatter<'_>,
        instance: InstanceId,
        call: &Call,
    ) -> fmt::Result {
        write!(f, "<div class=\"note\">{}", call.site)?;
        match &call.targets {
            Targets::Direct(count) => {
                let count = call.counts.map_or(u64::from(*count), |it| it.total());
                write!(f, " direct &times; {count}</div>")?;
            }
            Targets::Cached(state, targets) => {
                let class = match state {
                    IcState::Uninitialized => "none",
                    IcState::Monomorphic => "mono",
                    IcState::Polymorphic => "poly",
                    IcState::Megamorphic => "mega",
                };
                write!(f, " <span class=\"badge {class}\">{state:?}</span>")?;
                if let Some(counts) = call.counts {
                    let (hits, misses) = (counts.taken, counts.not_taken);
                    write!(f, " {hits} hits, {misses} misses")?;
                }
                f.write_str("</div>")?;
                let total: u64 = targets.iter().map(|it| u64::from(it.count)).sum();
                for target in targets {
                    self.write_target(f, instance, (target, total))?;
                }
            }
        }
        for SiteDecision { code, decision } in &call.decisions {
            let class = if decision.refusal().is_some() {
                "called"
            } else {
                "inlined"
            };
            let text = Escaped(&decision.text);
            write!(
                f,
                "<div class=\"note\">{} <span class=\"{class}\">{text}</span></div>",
                link(*code),
            )?;
        }
        Ok(())
    }

    fn write_target(
        &self,
        f: &mut fmt::Formatter<'_>,
        instance: InstanceId,
        (target, total): (&Target, u64),
    ) -> fmt::Result {
        let share = 100.0 * f64::from(target.count) / (total.max(1) as f64);
        write!(
            f,
            "<div class=\"note\"><span class=\"bar\"><i style=\"width:{share:.0}%\"></i></span> "
        )?;
        match target.func {
            Some(func) => f.write_str(&self.link(instance, func))?,
            None => f.write_str("foreign")?,
        }
        match target.index {
            Some(index) => write!(f, "[{index}]")?,
            None => f.write_str("[*]")?,
        }
        write!(f, " &times; {}</div>", target.count)
    }

    /// A function, with a link if it is listed. Functions of the host are not.
    fn link(&self, instance: InstanceId, func: FuncIdx) -> String {
        let name = Escaped(named(self.0, instance, func));
        match is_listed(self.0, instance, func) {
            true => format!("<a href=\"#{}\">{name}</a>", Place(instance, func)),
            false => name.to_string(),
        }
    }

    fn write_deopts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<section id=\"deopts\">\n<h2>Deopts</h2>\n")?;
        if self.0.deopts.is_empty() {
            return f.write_str("<p>No exit was taken.</p>\n</section>\n");
        }
        f.write_str(
            "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">at</th>\
             <th scope=\"col\">code</th><th scope=\"col\">exit</th><th scope=\"col\">reason</th>\
             <th scope=\"col\">went on at</th><th scope=\"col\">frames</th></tr></thead>\n<tbody>\n",
        )?;
        for it in self.0.deopts.iter().take(MAX_ROWS) {
            let mut codes = self.0.codes.iter();
            let code = codes.find(|code| code.code == it.code);
            let instance = code.map_or(InstanceId(0), |it| it.instance);
            let func = match it.home {
                HomeIdx(0) => self.link(instance, it.func),
                home => format!("{home}:{}", it.func),
            };
            writeln!(
                f,
                "<tr><td>{:.3} ms</td><td>{}</td><td>{}</td><td>{}</td>\
                 <td>{}@{:#x}</td><td>{}</td></tr>",
                ms(it.at),
                link(it.code),
                it.exit,
                Escaped(Printable(&it.reason)),
                func,
                it.pc,
                it.frames,
            )?;
        }
        f.write_str("</tbody>\n</table></div>\n")?;
        write_more(f, self.0.deopts.len(), self.0.more_deopts)?;
        f.write_str("</section>\n")
    }
}

/// What a table of events leaves out of `n_kept`, and of those that were not kept.
fn write_more(f: &mut fmt::Formatter<'_>, n_kept: usize, n_not_kept: u64) -> fmt::Result {
    match n_kept.saturating_sub(MAX_ROWS) as u64 + n_not_kept {
        0 => Ok(()),
        n_more => writeln!(f, "<p>... and {n_more} more</p>"),
    }
}

fn write_branch(f: &mut fmt::Formatter<'_>, branch: &Branch) -> fmt::Result {
    write!(
        f,
        "<div class=\"note\">st{} {}",
        branch.stp,
        Escaped(branch.landing)
    )?;
    if let Some((taken, executed)) = branch.counts {
        write!(f, ", taken {taken} of {executed}")?;
    }
    f.write_str("</div>")
}

/// Has the page a listing of it? Not if another one was asked for, or if it is a function of the host.
fn is_listed(explanation: &Explanation, instance: InstanceId, func: FuncIdx) -> bool {
    let mut functions = explanation.functions.iter();
    functions.any(|it| (it.instance, it.func) == (instance, func))
}

fn link(code: CodeId) -> String {
    format!("<a href=\"#{code}\">{code}</a>")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    // A page that a module could put anything into could read what else the browser has. Each `<`
    // is the page's own: those that open or close an element which the page is known to use.
    #[test]
    fn names_cannot_become_elements() {
        let page = page(&sample::explanation());
        for harm in ["<script", "onload=\"", "alert('1')", "\u{1b}", "\u{202e}"] {
            assert!(!page.contains(harm), "{harm:?}");
        }
        let name = "&lt;/pre&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; \
                    onload=&quot;&amp;amp;\\u{202e}\\u{1b}[2J";
        // The heading, the tree, the timeline and the log.
        assert!(page.matches(name).count() >= 4, "{page}");
        let style_end = page.find("</style>").expect("it has a style");
        for (at, _) in page[style_end..].match_indices('<') {
            let tag = page[style_end + at + 1..].trim_start_matches('/');
            let tag: String = tag
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            const KNOWN: &str = "a b body circle code dd details div dl dt g h1 h2 head header \
                html i li line main nav p path rect section small span style summary svg table \
                tbody td text th thead title tr ul";
            assert!(KNOWN.split(' ').any(|it| it == tag), "<{tag}");
        }
    }

    // Two files of equal runs can be compared.
    #[test]
    fn pages_are_deterministic() {
        let (a, b) = (sample::explanation(), sample::explanation());
        assert_eq!(page(&a), page(&b));
    }

    // Nothing is loaded: no address of anything else is in the page.
    #[test]
    fn pages_are_alone() {
        let page = page(&sample::explanation());
        for reference in ["src=", "http:", "https:", "url(", "@import", "<link"] {
            assert!(!page.contains(reference), "{reference}");
        }
        // Links lead into the page.
        assert_eq!(
            page.matches("href=").count(),
            page.matches("href=\"#").count()
        );
    }

    #[test]
    fn links_lead_somewhere() {
        let page = page(&sample::explanation());
        for (at, link) in page.match_indices("href=\"#") {
            let rest = &page[at + link.len()..];
            let (id, _) = rest.split_once('"').expect("attributes end");
            assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }

    #[test]
    fn a_run_without_code_is_a_page() {
        let page = page(&Explanation::default());
        assert!(page.contains("<p>No exit was taken.</p>"), "{page}");
        assert!(page.contains("<p>Nothing became hot.</p>"), "{page}");
    }
}
