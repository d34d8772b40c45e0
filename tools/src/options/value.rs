//! Values of keys: what is accepted, and what it does.

use super::Settings;
use std::time::Duration;
use wasm_interp_jit::WasmFeatures;

/// What a key's value is and does.
pub(super) enum Value {
    Flag(fn(&mut Settings, bool)),
    Feature(WasmFeatures),
    Number(fn(&mut Settings, u64)),
    Duration(fn(&mut Settings, Duration)),
    Text(fn(&mut Settings, &str)),
    Choice(&'static Choice, fn(&mut Settings, &str)),
    /// For keys that begin so: gets the rest of the key, and any value or none.
    Prefixed(fn(&mut Settings, &str, Option<&str>)),
    /// Taken without effect.
    Ignored(Form),
    /// Refused with this text if it is turned on, and without effect if it is turned off.
    #[cfg_attr(
        not(feature = "wasi"),
        expect(dead_code, reason = "only keys of WASI are refused so")
    )]
    RefusedOn(&'static str),
    /// Refused with this text.
    Refused(Form, &'static str),
}

/// What values look like.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Flag,
    Number,
    NonZero,
    Text,
    Choice(&'static Choice),
}

/// One of several words.
pub(super) struct Choice {
    /// As help shows it.
    pub(super) form: &'static str,
    pub(super) words: &'static [&'static str],
    /// What it means without a value.
    pub(super) default: Option<&'static str>,
    /// What is said about another word, with `{}` for it.
    pub(super) unknown: &'static str,
}

pub(super) const OPT_LEVEL: Choice = Choice {
    form: "=0|1|2|s",
    words: &["0", "1", "2", "s"],
    default: None,
    unknown: "unknown optimization level `{}`, only 0,1,2,s accepted",
};

pub(super) const REGALLOC: Choice = Choice {
    form: "=backtracking|single-pass",
    words: &["backtracking", "single-pass"],
    default: None,
    unknown: "unknown regalloc algorithm`{}`, only backtracking,single-pass accepted",
};

pub(super) const COMPILER: Choice = Choice {
    form: "=winch|cranelift",
    words: &["winch", "cranelift"],
    default: None,
    unknown: "unknown compiler `{}` only `cranelift` and `winch` accepted",
};

pub(super) const COLLECTOR: Choice = Choice {
    form: "=drc|null|copying",
    words: &["drc", "null", "copying"],
    default: None,
    unknown: "unknown collector `{}` only `drc`, `null`, and `copying` accepted",
};

pub(super) const ENABLED: Choice = Choice {
    form: "[=y|n|auto]",
    words: &["y", "yes", "true", "n", "no", "false", "auto"],
    default: Some("y"),
    unknown: "unknown flag `{}`, only yes,no,auto,<nothing> accepted",
};

pub(super) const INLINING: Choice = Choice {
    form: "[=y|n|gc|inter-module|intrinsics]",
    words: &[
        "y",
        "yes",
        "true",
        "n",
        "no",
        "false",
        "gc",
        "inter-module",
        "intrinsics",
    ],
    default: Some("y"),
    unknown: "invalid intra-module inlining option string: `{}`, only \
              yes,no,gc,inter-module,intrinsics accepted",
};

impl Value {
    /// `rest` is what the key has beyond the name that it was found by.
    pub(super) fn apply(
        &self,
        rest: &str,
        value: Option<&str>,
        settings: &mut Settings,
    ) -> Result<(), String> {
        match self {
            Value::Flag(set) => set(settings, flag(value)?),
            Value::Feature(feature) => drop(settings.config.wasm_features(*feature, flag(value)?)),
            Value::Number(set) => set(settings, number(value)?),
            Value::Duration(set) => set(settings, duration(value)?),
            Value::Text(set) => set(settings, given(value)?),
            Value::Choice(choice, set) => set(settings, choice.word(value)?),
            Value::Prefixed(set) => set(settings, rest, value),
            Value::Ignored(form) => form.check(value)?,
            Value::RefusedOn(text) => {
                if flag(value)? {
                    return Err((*text).to_string());
                }
            }
            Value::Refused(form, text) => {
                form.check(value)?;
                return Err((*text).to_string());
            }
        }
        Ok(())
    }

    pub(super) fn form(&self) -> &'static str {
        match self {
            Value::Flag(_) | Value::Feature(_) | Value::RefusedOn(_) => "[=y|n]",
            Value::Number(_) => "=N",
            Value::Duration(_) => "=N|Ns|Nms|..",
            Value::Text(_) => "=val",
            Value::Choice(choice, _) => choice.form,
            Value::Prefixed(_) => "[=val]",
            Value::Ignored(form) | Value::Refused(form, _) => form.text(),
        }
    }

    /// In a word, what happens if not what the key says.
    pub(super) fn effect(&self) -> Option<&'static str> {
        match self {
            Value::Ignored(_) => Some("no effect"),
            Value::RefusedOn(_) | Value::Refused(..) => Some("refused"),
            _ => None,
        }
    }

    /// The same in a sentence.
    pub(super) fn explain(&self, effect: &str) -> String {
        match self {
            Value::RefusedOn(text) => format!("Refused if it is on: {text}"),
            Value::Refused(_, text) => format!("Refused: {text}"),
            _ => format!("Accepted, since wasmtime has it, but with {effect}"),
        }
    }
}

impl Form {
    fn check(self, value: Option<&str>) -> Result<(), String> {
        match self {
            Form::Flag => drop(flag(value)?),
            Form::Number => drop(number(value)?),
            Form::NonZero => {
                if number(value)? == 0 {
                    return Err("value must be non-zero".to_string());
                }
            }
            Form::Text => drop(given(value)?),
            Form::Choice(choice) => drop(choice.word(value)?),
        }
        Ok(())
    }

    fn text(self) -> &'static str {
        match self {
            Form::Flag => "[=y|n]",
            Form::Number | Form::NonZero => "=N",
            Form::Text => "=val",
            Form::Choice(choice) => choice.form,
        }
    }
}

impl Choice {
    fn word(&self, value: Option<&str>) -> Result<&'static str, String> {
        let value = match (value, self.default) {
            (None, Some(default)) => default,
            _ => given(value)?,
        };
        let word = self.words.iter().find(|word| **word == value);
        word.copied()
            .ok_or_else(|| self.unknown.replace("{}", value))
    }
}

pub(super) fn flag(value: Option<&str>) -> Result<bool, String> {
    match value {
        None | Some("y" | "yes" | "true") => Ok(true),
        Some("n" | "no" | "false") => Ok(false),
        Some(value) => Err(format!(
            "unknown boolean flag `{value}`, only yes,no,<nothing> accepted"
        )),
    }
}

fn given(value: Option<&str>) -> Result<&str, String> {
    value.ok_or_else(|| "value must be specified with `key=val` syntax".to_string())
}

fn number(value: Option<&str>) -> Result<u64, String> {
    let digits = given(value)?.replace('_', "");
    match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => digits.parse(),
    }
    .map_err(|error| error.to_string())
}

/// A number of seconds, or of the unit behind it.
pub(crate) fn duration(value: Option<&str>) -> Result<Duration, String> {
    let text = given(value)?;
    type Unit = (&'static str, fn(u64) -> Duration);
    let units: [Unit; 6] = [
        ("", Duration::from_secs),
        ("s", Duration::from_secs),
        ("ms", Duration::from_millis),
        ("us", Duration::from_micros),
        ("μs", Duration::from_micros),
        ("ns", Duration::from_nanos),
    ];
    let of_unit = |(unit, make): Unit| {
        let number = text.strip_suffix(unit)?.parse().ok()?;
        Some(make(number))
    };
    let duration = units.into_iter().find_map(of_unit);
    duration.ok_or_else(|| format!("failed to parse duration: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let check = |text, expected| assert_eq!(duration(Some(text)), expected, "{text}");
        check("3", Ok(Duration::from_secs(3)));
        check("3s", Ok(Duration::from_secs(3)));
        check("30ms", Ok(Duration::from_millis(30)));
        check("30us", Ok(Duration::from_micros(30)));
        check("30μs", Ok(Duration::from_micros(30)));
        check("30ns", Ok(Duration::from_nanos(30)));
        for wrong in ["", "s", "1.5s", "-1", "3 s", "3h"] {
            check(wrong, Err(format!("failed to parse duration: {wrong}")));
        }
        assert!(duration(None).is_err());
    }

    #[test]
    fn numbers() {
        let check = |text, expected| assert_eq!(number(Some(text)).ok(), expected, "{text}");
        check("1_000", Some(1000));
        check("0x1_00", Some(256));
        check("18446744073709551615", Some(u64::MAX));
        check("18446744073709551616", None);
        check("-1", None);
        check("", None);
    }

    #[test]
    fn words() {
        assert_eq!(OPT_LEVEL.word(Some("s")), Ok("s"));
        assert_eq!(ENABLED.word(None), Ok("y"));
        assert_eq!(
            OPT_LEVEL.word(Some("3")),
            Err("unknown optimization level `3`, only 0,1,2,s accepted".to_string())
        );
        assert!(OPT_LEVEL.word(None).is_err());
    }
}
