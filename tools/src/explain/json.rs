//! Explanations as JSON, and back.
//!
//! What is empty or not there is absent. Times are in milliseconds, since the start of recording
//! where they are points in time. Each record lists its fields once, for both directions.

use serde_json::{Map, Value, json};
use std::time::Duration;
use wasm_interp_jit::inspect::{
    Branch, Call, CallKind, CallSiteIdx, CodeId, CodeSummary, Decision, DeoptSummary, EntryCounts,
    ExitIdx, Explanation, FuncIdx, FuncKind, HomeIdx, IcState, InlinedBody, InstanceId, Landing,
    Line, Listing, Moment, MomentKind, SiteDecision, SiteExits, TableIdx, Target, Targets, TypeIdx,
};

/// What the value of `format` is.
const FORMAT: &str = "wasm-interp-jit explain 1";

/// Bodies in a piece of code, at most; it bounds the depth of inline trees.
const MAX_BODIES: usize = 255;

/// Writes an explanation, on one line.
pub(super) fn write(explanation: &Explanation) -> String {
    let mut json = explanation.to_json();
    json["format"] = FORMAT.into();
    json.to_string()
}

/// Reads what [`write`] has written.
pub(super) fn read(text: &str) -> Result<Explanation, String> {
    let json: Value = serde_json::from_str(text).map_err(|it| it.to_string())?;
    if json.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(format!("its `format` is not {FORMAT:?}"));
    }
    let explanation = Explanation::from_json(&json)?;
    for (n, code) in explanation.codes.iter().enumerate() {
        check_tree(code).map_err(|it| format!("codes: {n}: bodies: {it}"))?;
    }
    Ok(explanation)
}

/// A tree has a root, and what is inlined comes after what it is inlined into.
fn check_tree(code: &CodeSummary) -> Result<(), String> {
    if code.bodies.len() > MAX_BODIES {
        return Err(format!("more than {MAX_BODIES}"));
    }
    for (n, body) in code.bodies.iter().enumerate() {
        if body.call.is_some_and(|(above, _)| above as usize >= n) {
            return Err(format!("{n}: inlined into what is not before it"));
        }
    }
    Ok(())
}

/// What can be written and read. Errors say where they are.
trait Json: Sized {
    fn to_json(&self) -> Value;
    fn from_json(json: &Value) -> Result<Self, String>;
}

macro_rules! records {
    ($($ty:ident { $($field:ident),* })*) => {$(
        impl Json for $ty {
            fn to_json(&self) -> Value {
                let mut map = Map::new();
                $(insert(&mut map, stringify!($field), &self.$field);)*
                Value::Object(map)
            }

            fn from_json(json: &Value) -> Result<Self, String> {
                if !json.is_object() {
                    return Err("not an object".to_owned());
                }
                Ok($ty { $($field: field(json, stringify!($field))?,)* })
            }
        }
    )*};
}

/// Types that are written as the number in them.
macro_rules! indices {
    ($($ty:ident),*) => {$(
        impl Json for $ty {
            fn to_json(&self) -> Value {
                self.0.into()
            }

            fn from_json(json: &Value) -> Result<Self, String> {
                u32::from_json(json).map($ty)
            }
        }
    )*};
}

macro_rules! integers {
    ($($ty:ident)*) => {$(
        impl Json for $ty {
            fn to_json(&self) -> Value {
                (*self).into()
            }

            fn from_json(json: &Value) -> Result<Self, String> {
                let number = json.as_i64().and_then(|it| $ty::try_from(it).ok());
                let number = number.or_else(|| json.as_u64().and_then(|it| $ty::try_from(it).ok()));
                number.ok_or_else(|| concat!("not a number (", stringify!($ty), ")").to_owned())
            }
        }
    )*};
}

/// Types that are written as the name of a variant.
macro_rules! names {
    ($($ty:ident { $($variant:ident)* })*) => {$(
        impl Json for $ty {
            fn to_json(&self) -> Value {
                match self {
                    $($ty::$variant => stringify!($variant).into(),)*
                }
            }

            fn from_json(json: &Value) -> Result<Self, String> {
                match json.as_str() {
                    $(Some(stringify!($variant)) => Ok($ty::$variant),)*
                    _ => Err(concat!("not a ", stringify!($ty)).to_owned()),
                }
            }
        }
    )*};
}

records! {
    Explanation {
        functions, others, codes, deopts, more_deopts, moments, more_moments, failed, interpreter, compiled,
        host, end
    }
    Listing {
        instance, func, name, size, n_locals, operand_slots, kind, hotness, instructions, lines
    }
    Line { pc, instruction, branches, call, header, exits }
    Branch { stp, landing, counts }
    Landing { pc, stp, backward, keep, drop }
    Call { pc, stp, site, kind, targets, counts, decisions }
    Target { func, index, count }
    EntryCounts { taken, not_taken }
    SiteDecision { code, decision }
    SiteExits { code, reason, count }
    CodeSummary {
        code, instance, func, name, osr, size, exits, deopts, compile_time, reused, installed,
        first_osr, osr_entries, withdrawn, inlined, bodies
    }
    Decision { func, pc, text }
    InlinedBody { home, func, call }
    DeoptSummary { code, exit, reason, home, func, pc, frames, at }
    Moment { at, instance, func, code, kind, text }
}

indices!(
    CallSiteIdx,
    CodeId,
    ExitIdx,
    FuncIdx,
    HomeIdx,
    InstanceId,
    TableIdx,
    TypeIdx
);

integers!(i32 u32 u64 usize);

names! {
    FuncKind { Interpreted Unprepared Host Compiled InterpretedVector }
    IcState { Uninitialized Monomorphic Polymorphic Megamorphic }
    MomentKind { Hot Installed OsrEntered Deopt Withdrawn Failed }
}

fn insert(map: &mut Map<String, Value>, name: &str, value: &impl Json) {
    let json = value.to_json();
    let is_empty = json.as_array().is_some_and(Vec::is_empty);
    if !json.is_null() && !is_empty {
        map.insert(name.to_owned(), json);
    }
}

fn field<T: Json>(json: &Value, name: &str) -> Result<T, String> {
    T::from_json(&json[name]).map_err(|it| format!("{name}: {it}"))
}

impl Json for bool {
    fn to_json(&self) -> Value {
        (*self).into()
    }

    fn from_json(json: &Value) -> Result<Self, String> {
        json.as_bool().ok_or_else(|| "not true or false".to_owned())
    }
}

impl Json for String {
    fn to_json(&self) -> Value {
        self.as_str().into()
    }

    fn from_json(json: &Value) -> Result<Self, String> {
        let text = json.as_str().ok_or("not a string")?;
        Ok(text.to_owned())
    }
}

/// To the nanosecond.
impl Json for Duration {
    fn to_json(&self) -> Value {
        (self.as_secs_f64() * 1e3).into()
    }

    fn from_json(json: &Value) -> Result<Self, String> {
        let ms = json.as_f64().ok_or("not a time in milliseconds")?;
        // What is no time at all is none, or as long as can be.
        Ok(Duration::from_nanos((ms * 1e6).round() as u64))
    }
}

impl<T: Json> Json for Option<T> {
    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }

    fn from_json(json: &Value) -> Result<Self, String> {
        match json {
            Value::Null => Ok(None),
            json => T::from_json(json).map(Some),
        }
    }
}

impl<T: Json> Json for Vec<T> {
    fn to_json(&self) -> Value {
        self.iter().map(T::to_json).collect()
    }

    fn from_json(json: &Value) -> Result<Self, String> {
        match json {
            Value::Null => Ok(Vec::new()),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                let items =
                    items.map(|(n, it)| T::from_json(it).map_err(|it| format!("{n}: {it}")));
                items.collect()
            }
            _ => Err("not an array".to_owned()),
        }
    }
}

impl<A: Json, B: Json> Json for (A, B) {
    fn to_json(&self) -> Value {
        json!([self.0.to_json(), self.1.to_json()])
    }

    fn from_json(json: &Value) -> Result<Self, String> {
        match json.as_array().map(Vec::as_slice) {
            Some([a, b]) => Ok((A::from_json(a)?, B::from_json(b)?)),
            _ => Err("not an array of two".to_owned()),
        }
    }
}

/// A direct call has no cache, so no state.
impl Json for Targets {
    fn to_json(&self) -> Value {
        match self {
            Targets::Direct(count) => json!({"count": count}),
            Targets::Cached(state, targets) => {
                json!({"state": state.to_json(), "cached": targets.to_json()})
            }
        }
    }

    fn from_json(json: &Value) -> Result<Self, String> {
        match json.get("state") {
            Some(_) => Ok(Targets::Cached(
                field(json, "state")?,
                field(json, "cached")?,
            )),
            None => field(json, "count").map(Targets::Direct),
        }
    }
}

impl Json for CallKind {
    fn to_json(&self) -> Value {
        let callee = |form: &str, it: &FuncIdx| json!({"form": form, "callee": it.0});
        let of_table = |form: &str, ty: &TypeIdx, table: &TableIdx| json!({"form": form, "type": ty.0, "table": table.0});
        let of_type = |form: &str, ty: &TypeIdx| json!({"form": form, "type": ty.0});
        match self {
            CallKind::Direct(func) => callee("call", func),
            CallKind::ReturnDirect(func) => callee("return_call", func),
            CallKind::Indirect { ty, table } => of_table("call_indirect", ty, table),
            CallKind::ReturnIndirect { ty, table } => of_table("return_call_indirect", ty, table),
            CallKind::Ref { ty } => of_type("call_ref", ty),
            CallKind::ReturnRef { ty } => of_type("return_call_ref", ty),
        }
    }

    fn from_json(json: &Value) -> Result<Self, String> {
        let callee = || field(json, "callee");
        let (ty, table) = (|| field(json, "type"), || field(json, "table"));
        let form: String = field(json, "form")?;
        Ok(match form.as_str() {
            "call" => CallKind::Direct(callee()?),
            "return_call" => CallKind::ReturnDirect(callee()?),
            "call_indirect" => CallKind::Indirect {
                ty: ty()?,
                table: table()?,
            },
            "return_call_indirect" => CallKind::ReturnIndirect {
                ty: ty()?,
                table: table()?,
            },
            "call_ref" => CallKind::Ref { ty: ty()? },
            "return_call_ref" => CallKind::ReturnRef { ty: ty()? },
            _ => return Err("form: not a call".to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    // Whatever a run can leave is there again, to the nanosecond.
    #[test]
    fn what_is_written_is_read() {
        let explanation = sample::explanation();
        assert_eq!(read(&write(&explanation)), Ok(explanation));
        let nothing = Explanation::default();
        assert_eq!(read(&write(&nothing)), Ok(nothing));
    }

    #[test]
    fn all_calls_are_read() {
        let (ty, table) = (TypeIdx(1), TableIdx(2));
        for kind in [
            CallKind::Direct(FuncIdx(3)),
            CallKind::ReturnDirect(FuncIdx(3)),
            CallKind::Indirect { ty, table },
            CallKind::ReturnIndirect { ty, table },
            CallKind::Ref { ty },
            CallKind::ReturnRef { ty },
        ] {
            assert_eq!(CallKind::from_json(&kind.to_json()), Ok(kind));
        }
    }

    fn check_error(change: impl FnOnce(&mut Value), expected: &str) {
        let mut json: Value = serde_json::from_str(&write(&sample::explanation())).expect("JSON");
        change(&mut json);
        assert_eq!(read(&json.to_string()), Err(expected.to_owned()));
    }

    // A file may be any file.
    #[test]
    fn errors_say_where() {
        check_error(
            |it| it["format"] = json!("2"),
            "its `format` is not \"wasm-interp-jit explain 1\"",
        );
        check_error(
            |it| it["functions"][0]["lines"][1]["pc"] = json!(-1),
            "functions: 0: lines: 1: pc: not a number (u32)",
        );
        check_error(
            |it| it["functions"][0]["kind"] = json!("Half"),
            "functions: 0: kind: not a FuncKind",
        );
        check_error(
            |it| it["codes"][0]["bodies"][1]["call"] = json!([1, 4]),
            "codes: 0: bodies: 1: inlined into what is not before it",
        );
        check_error(
            |it| it["end"] = json!("soon"),
            "end: not a time in milliseconds",
        );
        check_error(|it| it["codes"] = json!({}), "codes: not an array");
        let error = read("70\n{}").expect_err("no JSON");
        assert_eq!(error, "trailing characters at line 2 column 1");
        assert_eq!(
            read("[]"),
            Err("its `format` is not \"wasm-interp-jit explain 1\"".to_owned()),
        );
    }
}
