//! Options in a file: `--config FILE`, with a table for each group.

use super::GROUPS;
use std::fs;
use std::path::Path;
use toml::{Table, Value};
use wasm_interp_jit::error::Context as _;
use wasm_interp_jit::{Result, bail};

/// The items of a file, as the groups take them: `KEY=VALUE`, by the name of the group.
pub(super) fn items(path: &Path) -> Result<Vec<(&'static str, String)>> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("failed to read config file: {path:?}"))?;
    parse(&text).with_context(|| format!("failed to parse TOML config file {path:?}"))
}

fn parse(text: &str) -> Result<Vec<(&'static str, String)>> {
    let tables: Table = toml::from_str(text)?;
    let mut items = Vec::new();
    for (name, table) in tables {
        let Some(group) = GROUPS.iter().find(|group| group.name == name) else {
            bail!("unknown field `{name}`");
        };
        let Value::Table(table) = table else {
            bail!("`{name}` is not a table");
        };
        for (key, value) in table {
            if !group.keys.iter().any(|known| known.is(&key)) {
                bail!("unknown field `{key}`");
            }
            let values = match value {
                Value::Array(values) => values,
                value => vec![value],
            };
            for value in values {
                let value = match value {
                    Value::Boolean(true) => "y".to_string(),
                    Value::Boolean(false) => "n".to_string(),
                    Value::Integer(number) => number.to_string(),
                    Value::String(text) => text,
                    other => bail!("invalid type of `{key}`: {}", other.type_str()),
                };
                items.push((group.name, format!("{key}={value}")));
            }
        }
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let actual = match parse(text) {
            Ok(items) => items
                .iter()
                .map(|(group, item)| format!("{group} {item}"))
                .collect::<Vec<_>>()
                .join(", "),
            Err(error) => error.to_string(),
        };
        assert_eq!(actual, expected);
    }

    #[test]
    fn values_of_all_kinds() {
        check("", "");
        check(
            "[wasm]\nsimd = false\nmax-memories = 3\n[optimize]\nopt-level = \"s\"",
            "optimize opt-level=s, wasm max-memories=3, wasm simd=n",
        );
        check("[debug]\narg = [\"a\", \"b\"]", "debug arg=a, debug arg=b");
        check(
            "[codegen]\ncranelift-has-avx = \"true\"",
            "codegen cranelift-has-avx=true",
        );
    }

    #[test]
    fn what_does_not_belong_there() {
        check("[network]\nfast = true", "unknown field `network`");
        check("[wasm]\nfast = true", "unknown field `fast`");
        check("wasm = 1", "`wasm` is not a table");
        check("[wasm]\nsimd = 1.5", "invalid type of `simd`: float");
    }
}
