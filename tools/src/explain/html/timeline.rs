//! The timeline: a lane for each function that became hot, a bar for each piece of its code, and
//! marks for what happened. The same is below it as a table.

use super::{Escaped, MAX_ROWS, Page, Place, is_listed, link, write_more};
use crate::explain::named;
use crate::explain::text::ms;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::time::Duration;
use wasm_interp_jit::inspect::{
    CodeId, Explanation, FuncIdx, InstanceId, Moment, MomentKind, Printable,
};

/// Lanes that are drawn.
const MAX_LANES: usize = 24;

/// Characters of a name beside its lane.
const MAX_LABEL: usize = 27;

// In units of the drawing.
const LABELS: f64 = 225.0;
const WIDTH: f64 = 1000.0;
const LANE: f64 = 26.0;
const AXIS: f64 = 30.0;

type Func = (InstanceId, FuncIdx);

struct Timeline<'a> {
    explanation: &'a Explanation,
    /// In the order in which something first happened to them.
    lanes: Vec<Func>,
    /// What is drawn. Nothing is before or after it that would need room.
    start: Duration,
    end: Duration,
}

pub(super) fn write(f: &mut fmt::Formatter<'_>, explanation: &Explanation) -> fmt::Result {
    f.write_str("<section id=\"timeline\">\n<h2>Timeline</h2>\n")?;
    let times = explanation.moments.iter().map(|it| it.at);
    let (Some(first), Some(last)) = (times.clone().min(), times.max()) else {
        return f.write_str("<p>Nothing became hot.</p>\n</section>\n");
    };
    let (lanes, n_more) = lanes(explanation);
    let margin = (last.saturating_sub(first) / 20).max(Duration::from_micros(1));
    let timeline = Timeline {
        explanation,
        lanes,
        start: first.saturating_sub(margin),
        end: last.saturating_add(margin),
    };
    timeline.write_drawing(f)?;
    if n_more > 0 {
        writeln!(
            f,
            "<p>{n_more} functions to which less happened are not drawn.</p>"
        )?;
    }
    timeline.write_table(f)?;
    f.write_str("</section>\n")
}

/// The functions to whom most happened, and how many there are more.
fn lanes(explanation: &Explanation) -> (Vec<Func>, usize) {
    let mut counts = BTreeMap::<Func, usize>::new();
    let mut lanes = Vec::new();
    for moment in &explanation.moments {
        let func = (moment.instance, moment.func);
        let count = counts.entry(func).or_insert(0);
        if *count == 0 {
            lanes.push(func);
        }
        *count += 1;
    }
    let mut busiest = lanes.clone();
    busiest.sort_by_key(|it| Reverse(counts[it]));
    busiest.truncate(MAX_LANES);
    let n_more = lanes.len() - busiest.len();
    lanes.retain(|it| busiest.contains(it));
    (lanes, n_more)
}

impl Timeline<'_> {
    fn x(&self, at: Duration) -> f64 {
        let part = at.saturating_sub(self.start).as_secs_f64();
        let share = (part / self.end.saturating_sub(self.start).as_secs_f64()).min(1.0);
        LABELS + share * (WIDTH - LABELS - 10.0)
    }

    fn write_drawing(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let height = AXIS + LANE * self.lanes.len() as f64 + 6.0;
        writeln!(
            f,
            "<p class=\"legend\">{} {} {} {} {} {}</p>\n<div class=\"wide\">\
             <svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             aria-label=\"Timeline of tier-ups, OSR entries and deopts\">",
            key(MomentKind::Hot),
            key(MomentKind::Installed),
            key(MomentKind::OsrEntered),
            key(MomentKind::Deopt),
            key(MomentKind::Withdrawn),
            key(MomentKind::Failed),
        )?;
        self.write_axis(f, height)?;
        for (n, &lane) in self.lanes.iter().enumerate() {
            self.write_lane(f, lane, AXIS + LANE * n as f64)?;
        }
        f.write_str("</svg></div>\n")
    }

    fn write_axis(&self, f: &mut fmt::Formatter<'_>, height: f64) -> fmt::Result {
        let (start, end) = (ms(self.start), ms(self.end));
        let step = tick(end - start);
        let first = (start / step).ceil();
        // As many as there can be.
        for n in 0_u32..=10 {
            let at = (first + f64::from(n)) * step;
            if at > end {
                break;
            }
            let x = self.x(Duration::from_secs_f64(at / 1e3));
            writeln!(
                f,
                "<line class=\"grid\" x1=\"{x:.1}\" y1=\"18\" x2=\"{x:.1}\" y2=\"{height}\"/>\
                 <text class=\"tick\" x=\"{x:.1}\" y=\"12\">{} ms</text>",
                (at * 1e6).round() / 1e6,
            )?;
        }
        Ok(())
    }

    fn write_lane(&self, f: &mut fmt::Formatter<'_>, lane: Func, y: f64) -> fmt::Result {
        let (explanation, middle) = (self.explanation, y + LANE / 2.0);
        let name = named(explanation, lane.0, lane.1);
        let mut label: String = name.chars().take(MAX_LABEL).collect();
        if label.len() < name.len() {
            label.push('…');
        }
        let label = format!(
            "<text x=\"4\" y=\"{:.1}\">{}<title>{}</title></text>",
            middle + 4.0,
            Escaped(label),
            Escaped(name),
        );
        f.write_str("<g class=\"lane\">")?;
        match is_listed(explanation, lane.0, lane.1) {
            true => writeln!(f, "<a href=\"#{}\">{label}</a>", Place(lane.0, lane.1))?,
            false => writeln!(f, "{label}")?,
        }
        for code in &explanation.codes {
            if (code.instance, code.func) != lane {
                continue;
            }
            let (from, to) = (
                self.x(code.installed),
                self.x(code.withdrawn.unwrap_or(self.end)),
            );
            let class = if code.osr.is_some() { "bar osr" } else { "bar" };
            writeln!(
                f,
                "<rect class=\"{class}\" x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{}\">\
                 <title>{}</title></rect>",
                y + 5.0,
                (to - from).max(1.5),
                LANE - 10.0,
                Escaped(crate::explain::text::facts(code)),
            )?;
        }
        // Marks of a kind at the same place are one.
        let mut marks = BTreeMap::<(MomentKind, i64), (&Moment, u64)>::new();
        for moment in &explanation.moments {
            if (moment.instance, moment.func) == lane {
                let place = (self.x(moment.at) * 2.0) as i64;
                let mark = marks.entry((moment.kind, place)).or_insert((moment, 0));
                mark.1 += 1;
            }
        }
        for ((kind, _), (first, count)) in marks {
            let (x, text) = (self.x(first.at), Printable(&first.text));
            write!(f, "<g class=\"mark\">{}<title>", shape(kind, x, middle))?;
            write!(f, "{:.3} ms {}", ms(first.at), Escaped(text))?;
            if count > 1 {
                write!(f, ", and {} more here", count - 1)?;
            }
            writeln!(f, "</title></g>")?;
        }
        f.write_str("</g>\n")
    }

    fn write_table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let explanation = self.explanation;
        f.write_str(
            "<details><summary>As a table</summary>\n<div class=\"wide\"><table>\n\
             <thead><tr><th scope=\"col\">at</th><th scope=\"col\">function</th>\
             <th scope=\"col\">code</th><th scope=\"col\">event</th></tr></thead>\n<tbody>\n",
        )?;
        for it in explanation.moments.iter().take(MAX_ROWS) {
            writeln!(
                f,
                "<tr><td>{:.3} ms</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                ms(it.at),
                Page(explanation).link(it.instance, it.func),
                it.code.map_or_else(String::new, |it: CodeId| link(it)),
                Escaped(Printable(&it.text)),
            )?;
        }
        f.write_str("</tbody>\n</table></div>\n")?;
        write_more(f, explanation.moments.len(), explanation.more_moments)?;
        f.write_str("</details>\n")
    }
}

/// Between four and ten of these fit into `end`; 1, 2 or 5 of a power of ten.
fn tick(end: f64) -> f64 {
    let power = 10_f64.powf((end / 10.0).log10().floor());
    let mut steps = [1.0, 2.0, 5.0].map(|it| it * power).into_iter();
    steps.find(|it| end / it <= 10.0).unwrap_or(10.0 * power)
}

fn key(kind: MomentKind) -> String {
    let name = match kind {
        MomentKind::Hot => "hot",
        MomentKind::Installed => "code installed",
        MomentKind::OsrEntered => "OSR entry",
        MomentKind::Deopt => "deopt",
        MomentKind::Withdrawn => "withdrawn",
        MomentKind::Failed => "not compiled",
    };
    let shape = shape(kind, 8.0, 8.0);
    format!(
        "<span><svg class=\"key\" viewBox=\"0 0 16 16\" aria-hidden=\"true\">{shape}</svg> {name}</span>"
    )
}

/// Told apart by form, not only by colour.
fn shape(kind: MomentKind, x: f64, y: f64) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = match kind {
        MomentKind::Hot => write!(
            out,
            "<circle class=\"hot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>"
        ),
        MomentKind::Installed => write!(
            out,
            "<path class=\"up\" d=\"M{x:.1} {:.1}v14h2v-14z\"/>",
            y - 7.0
        ),
        MomentKind::OsrEntered => write!(
            out,
            "<path class=\"osr-entry\" d=\"M{x:.1} {:.1}l4.5 8h-9z\"/>",
            y - 4.0
        ),
        MomentKind::Deopt => write!(
            out,
            "<path class=\"deopt\" d=\"M{x:.1} {:.1}l5 5l-5 5l-5 -5z\"/>",
            y - 5.0
        ),
        MomentKind::Withdrawn => write!(
            out,
            "<path class=\"gone\" d=\"M{x:.1} {:.1}v14\"/>",
            y - 7.0
        ),
        MomentKind::Failed => write!(
            out,
            "<path class=\"gone\" d=\"M{:.1} {:.1}l8 8m0 -8l-8 8\"/>",
            x - 4.0,
            y - 4.0
        ),
    };
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    // A wrong step would make an axis without ticks, or one with millions.
    #[test]
    fn ticks_are_few() {
        for exponent in -30..60 {
            let end = 1.7_f64.powi(exponent);
            let n = end / tick(end);
            assert!((4.0..=10.0).contains(&n), "{n} ticks in {end} ms");
        }
    }
}
