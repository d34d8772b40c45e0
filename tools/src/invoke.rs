//! Calls of functions: arguments from text to values, and results from values to text.
//!
//! The forms are wasmtime's: integers in decimal, floats as Rust prints them, references by kind.

use std::ffi::OsString;
use wasm_interp_jit::error::Context as _;
use wasm_interp_jit::{Func, FuncType, Result, Store, Val, ValType, bail, format_err};

/// Calls `func` with arguments made from `args`, and prints its results one a line.
///
/// `name` is what messages call the function.
pub(crate) fn invoke<T>(
    store: &mut Store<T>,
    func: Func,
    name: &str,
    args: &[OsString],
) -> Result<()> {
    let ty = func.ty(&mut *store);
    if ty.params().len() > 0 {
        warn("takes arguments");
    }
    let args = arguments(&ty, name, args)?;
    let mut results = vec![Val::null_func_ref(); ty.results().len()];
    func.call(&mut *store, &args, &mut results)
        .with_context(|| format!("failed to invoke {name}"))?;
    if !results.is_empty() {
        warn("returns values");
    }
    for result in results {
        println!("{}", text(&result));
    }
    Ok(())
}

fn warn(what: &str) {
    eprintln!(
        "warning: using `--invoke` with a function that {what} is experimental and may break in \
         the future"
    );
}

/// Arguments beyond the parameters are ignored.
fn arguments(ty: &FuncType, name: &str, args: &[OsString]) -> Result<Vec<Val>> {
    let mut args = args.iter();
    ty.params()
        .map(|ty| match args.next() {
            Some(arg) => {
                let arg = arg
                    .to_str()
                    .with_context(|| format!("argument is not valid utf-8: {arg:?}"))?;
                value(&ty, arg)
            }
            None => Err(format_err!("not enough arguments for {name}")),
        })
        .collect()
}

fn value(ty: &ValType, text: &str) -> Result<Val> {
    Ok(match ty {
        ValType::I32 => Val::I32(match hexadecimal(text) {
            Some(digits) => i32::from_str_radix(digits, 16)?,
            None => text.parse()?,
        }),
        ValType::I64 => Val::I64(match hexadecimal(text) {
            Some(digits) => i64::from_str_radix(digits, 16)?,
            None => text.parse()?,
        }),
        ValType::F32 => Val::F32(text.parse::<f32>()?.to_bits()),
        ValType::F64 => Val::F64(text.parse::<f64>()?.to_bits()),
        ty => bail!("unsupported argument type {ty:?}"),
    })
}

fn hexadecimal(text: &str) -> Option<&str> {
    text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))
}

fn text(value: &Val) -> String {
    match value {
        Val::I32(value) => value.to_string(),
        Val::I64(value) => value.to_string(),
        Val::F32(bits) => f32::from_bits(*bits).to_string(),
        Val::F64(bits) => f64::from_bits(*bits).to_string(),
        Val::V128(value) => value.as_u128().to_string(),
        Val::FuncRef(None) => "<null funcref>".to_string(),
        Val::FuncRef(Some(_)) => "<funcref>".to_string(),
        Val::ExternRef(None) => "<null externref>".to_string(),
        Val::ExternRef(Some(_)) => "<externref>".to_string(),
        Val::AnyRef(None) => "<null anyref>".to_string(),
        Val::AnyRef(Some(_)) => "<anyref>".to_string(),
        Val::ExnRef(None) => "<null exnref>".to_string(),
        Val::ExnRef(Some(_)) => "<exnref>".to_string(),
        Val::ContRef(None) => "<null contref>".to_string(),
        Val::ContRef(Some(_)) => "<contref>".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ty: ValType, given: &str, printed: &str) {
        let actual = match value(&ty, given) {
            Ok(value) => text(&value),
            Err(error) => error.to_string(),
        };
        assert_eq!(actual, printed, "{ty} {given}");
    }

    // What goes in as text comes out as wasmtime prints it, also at the ends of the ranges.
    #[test]
    fn values_as_text() {
        check(ValType::I32, "-2147483648", "-2147483648");
        check(ValType::I32, "0x7fffffff", "2147483647");
        check(
            ValType::I32,
            "0xffffffff",
            "number too large to fit in target type",
        );
        check(
            ValType::I32,
            "4294967295",
            "number too large to fit in target type",
        );
        check(ValType::I32, "", "cannot parse integer from empty string");
        check(ValType::I64, "0X10", "16");
        check(ValType::F32, "1.1", "1.1");
        check(ValType::F64, "1e2", "100");
        check(ValType::F64, "-0", "-0");
        check(ValType::F64, "nan", "NaN");
        check(ValType::F64, "x", "invalid float literal");
    }
}
