//! Profiles as custom sections of a module: those of the compilation hints proposal.
//!
//! `metadata.code.call_targets` has the targets of indirect calls with their share of the calls in
//! percent, `metadata.code.instr_freq` how often a call is executed for each call of its function,
//! and `metadata.code.compilation_priority` which functions are hot. Other engines read them, and
//! this one reads those of others.
//!
//! Source: <https://github.com/WebAssembly/compilation-hints>, "Overview". Hints that make no sense
//! (other functions, no call at the offset, too many percent) are ignored, as it demands.

use super::{FuncProfile, Profile, SiteProfile, TargetProfile};
use crate::FuncIdx;
use crate::leb128::write_leb128 as number;
use crate::module::{CallSiteInfo, DecodeError, Module, PreparedBody};
use std::ops::Range;
use wasmparser::{BinaryReader, Parser, Payload};

/// A section of hints in a module's bytes.
#[derive(Clone, Debug)]
pub(crate) struct HintSection {
    pub(crate) kind: HintKind,
    /// Its contents.
    pub(crate) range: Range<usize>,
}

/// What a section of hints is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HintKind {
    CallTargets,
    InstrFreq,
    CompilationPriority,
}

/// In the order of their names.
const KINDS: [(HintKind, &str); 3] = [
    (HintKind::CallTargets, "metadata.code.call_targets"),
    (
        HintKind::CompilationPriority,
        "metadata.code.compilation_priority",
    ),
    (HintKind::InstrFreq, "metadata.code.instr_freq"),
];

impl HintKind {
    /// The kind of the custom section `name`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        KINDS.iter().find(|it| it.1 == name).map(|it| it.0)
    }
}

/// Bytes of magic and version at the beginning of a module.
const MODULE_HEADER: usize = 8;

/// The id of custom sections.
const CUSTOM_SECTION: u8 = 0;

/// Calls of a function that hints stand for: enough that one percent counts.
const CALLS: u64 = 1000;

/// What `instr_freq` adds to the logarithm of a frequency.
const FREQ_BIAS: i32 = 32;

/// The least hot function that is compiled at once, as a negative logarithm of the time spent
/// there: one in a thousand.
const MAX_PRIORITY: u32 = 10;

/// A hint: what it is about, as an offset from the function's declarations of locals, and what it
/// says.
type Hint<'a> = (u32, &'a [u8]);

impl Profile {
    /// The custom sections that say what the profile says: names and contents, in the order of
    /// their names. Functions that are not prepared are left out.
    pub(crate) fn hint_sections(&self, module: &Module) -> Vec<(&'static str, Vec<u8>)> {
        let mut funcs: Vec<_> = self
            .funcs()
            .filter_map(|(func, it)| Some((func, it, module.body(func)?.prepared()?)))
            .collect();
        funcs.sort_by_key(|it| it.0);
        let section = |kind| {
            let mut n = 0;
            let mut contents = Vec::new();
            for &(func, profile, body) in &funcs {
                let hints = hints_of(kind, module, (func, profile, body));
                if hints.is_empty() {
                    continue;
                }
                n += 1;
                number(func.0.into(), &mut contents);
                number(hints.len() as u64, &mut contents);
                for (offset, hint) in hints {
                    number(offset.into(), &mut contents);
                    number(hint.len() as u64, &mut contents);
                    contents.extend_from_slice(&hint);
                }
            }
            let mut out = Vec::new();
            number(n, &mut out);
            out.append(&mut contents);
            out
        };
        KINDS
            .iter()
            .map(|&(kind, name)| (name, section(kind)))
            .collect()
    }

    /// The bytes of `module` with the sections that say what the profile says, in place of those it
    /// has.
    ///
    /// # Errors
    ///
    /// If the module is in a file that cannot be read any more.
    pub fn write_hints(&self, module: &Module) -> Result<Vec<u8>, DecodeError> {
        let bytes = module.bytes.get(0..module.bytes.len())?;
        let mut out = Vec::with_capacity(bytes.len());
        let mut end = MODULE_HEADER;
        out.extend_from_slice(&bytes[..end]);
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload.map_err(DecodeError::from)?;
            let Some((_, range)) = payload.as_section() else {
                continue;
            };
            let section = std::mem::replace(&mut end, range.end)..range.end;
            let is_hints = matches!(&payload, Payload::CustomSection(it)
                if HintKind::from_name(it.name()).is_some());
            if !is_hints {
                out.extend_from_slice(&bytes[section]);
            }
        }
        // Behind all others: where they are is free.
        for (name, contents) in self.hint_sections(module) {
            let mut section = Vec::new();
            number(name.len() as u64, &mut section);
            section.extend_from_slice(name.as_bytes());
            section.extend_from_slice(&contents);
            out.push(CUSTOM_SECTION);
            number(section.len() as u64, &mut out);
            out.append(&mut section);
        }
        Ok(out)
    }

    /// What the hints of `module` say, if it has any. Prepares the functions that they are about.
    pub fn from_hints(module: &Module) -> Option<Profile> {
        if module.hints.is_empty() {
            return None;
        }
        let mut profile = Profile::default();
        for section in &module.hints {
            // Cut off, or in a file that is gone: what was read before counts.
            let _ = module
                .bytes
                .get(section.range.clone())
                .ok()
                .and_then(|bytes| {
                    read_section(BinaryReader::new(bytes, 0), &mut |func, hint| {
                        apply(&mut profile, module, section.kind, func, hint);
                    })
                });
        }
        Some(profile)
    }
}

fn hints_of(
    kind: HintKind,
    module: &Module,
    (func, profile, body): (FuncIdx, &FuncProfile, &PreparedBody),
) -> Vec<(u32, Vec<u8>)> {
    if kind == HintKind::CompilationPriority {
        // In no order; as hot as this format has it.
        return match profile.hot.is_empty() {
            true => Vec::new(),
            false => vec![(0, vec![0, 0])],
        };
    }
    let locals = locals_len(module, func, body);
    let sites = body.call_sites.iter().zip(&profile.sites);
    let calls = sites.filter(|(_, site)| site.count > 0);
    let most = profile
        .sites
        .iter()
        .map(|it| it.count)
        .max()
        .unwrap_or(1)
        .max(1);
    calls
        .filter_map(|(info, site)| {
            let hint = match kind {
                HintKind::CallTargets => targets_hint(site)?,
                // How often the function was called is not known; its hottest call stands for it.
                _ => vec![frequency(site.count, most)],
            };
            Some((locals + info.pc, hint))
        })
        .collect()
}

fn targets_hint(site: &SiteProfile) -> Option<Vec<u8>> {
    let mut hint = Vec::new();
    for target in &site.targets {
        let percent = target.count.saturating_mul(100) / site.count.max(1);
        if percent > 0 {
            number(target.func.0.into(), &mut hint);
            number(percent, &mut hint);
        }
    }
    (!hint.is_empty()).then_some(hint)
}

/// The logarithm of `count / calls`, as the proposal writes it.
fn frequency(count: u64, calls: u64) -> u8 {
    let log = (count as f64 / calls as f64).log2().floor() as i32;
    (log + FREQ_BIAS).clamp(1, 64) as u8
}

/// Bytes of the declarations of locals, from which offsets of hints count.
fn locals_len(module: &Module, func: FuncIdx, body: &PreparedBody) -> u32 {
    module
        .body(func)
        .map_or(0, |it| body.code.start - it.range.start)
}

/// Reads the hints of a section, one after the other. `None` if it is malformed.
fn read_section<'a>(
    mut reader: BinaryReader<'a>,
    each: &mut dyn FnMut(FuncIdx, Hint<'a>),
) -> Option<()> {
    for _ in 0..reader.read_var_u32().ok()? {
        let func = FuncIdx(reader.read_var_u32().ok()?);
        for _ in 0..reader.read_var_u32().ok()? {
            let offset = reader.read_var_u32().ok()?;
            let len = reader.read_var_u32().ok()? as usize;
            each(func, (offset, reader.read_bytes(len).ok()?));
        }
    }
    Some(())
}

fn apply(profile: &mut Profile, module: &Module, kind: HintKind, func: FuncIdx, hint: Hint<'_>) {
    // Too lazily validated to be true: its call will say so.
    let Some(Ok(body)) = module.body(func).map(|_| module.prepare(func)) else {
        return;
    };
    let body: &PreparedBody = body;
    let known = profile.funcs.entry(func).or_default();
    if known.sites.is_empty() {
        known.sites = vec![SiteProfile::default(); body.call_sites.len()].into();
    }
    let (offset, bytes) = hint;
    let mut reader = BinaryReader::new(bytes, 0);
    if kind == HintKind::CompilationPriority {
        let _compilation = reader.read_var_u32();
        if reader.read_var_u32().is_ok_and(|it| it <= MAX_PRIORITY) && !known.hot.contains(&None) {
            known.hot.push(None);
        }
        return;
    }
    let pc = offset.checked_sub(locals_len(module, func, body));
    let sites = body.call_sites.iter().zip(&mut known.sites);
    let Some((info, site)) = sites.into_iter().find(|(info, _)| Some(info.pc) == pc) else {
        return;
    };
    match kind {
        HintKind::CallTargets => apply_targets(module, info, site, reader),
        _ => apply_frequency(site, &mut reader),
    }
}

fn apply_targets(
    module: &Module,
    info: &CallSiteInfo,
    site: &mut SiteProfile,
    mut reader: BinaryReader<'_>,
) {
    if info.kind.callee().is_some() || !site.targets.is_empty() {
        return;
    }
    let total = site.count.max(CALLS);
    let mut left = 100;
    while let (Ok(func), Ok(percent)) = (reader.read_var_u32(), reader.read_var_u32()) {
        let func = FuncIdx(func);
        if percent == 0 || percent > left || module.body(func).is_none() {
            continue;
        }
        left -= percent;
        site.add_target(TargetProfile {
            func,
            index: None,
            count: total * u64::from(percent) / 100,
        });
    }
    if !site.targets.is_empty() {
        site.count = total;
    }
}

fn apply_frequency(site: &mut SiteProfile, reader: &mut BinaryReader<'_>) {
    let Ok(frequency @ 1..=64) = reader.read_u8() else {
        return;
    };
    let log = i32::from(frequency) - FREQ_BIAS;
    let count = (CALLS as f64 * f64::from(log).exp2()).max(1.0) as u64;
    let before = site.count.max(1);
    for target in &mut site.targets {
        // Shares stay what they are.
        target.count = (u128::from(target.count) * u128::from(count) / u128::from(before)) as u64;
    }
    site.count = count;
}
