//! Scripts that `wasmtime-wast` cannot run to their end.

/// By the end of their path.
const OUT: &[(&str, &str)] = &[
    ("bulk-memory/table_init.wast", "has a module with an array type: gc"),
    ("wasm-latest/imports.wast", "imports tags: exceptions"),
    ("wasm-latest/instance.wast", "exports tags: exceptions"),
    ("wasm-latest/ref_null.wast", "has null exceptions: exceptions"),
    ("wasm-latest/type-rec.wast", "has structure types: gc"),
];

/// Why the script at `path` fails.
pub fn reason(path: &str) -> Option<&'static str> {
    OUT.iter()
        .find(|(end, _)| path.ends_with(end))
        .map(|(_, reason)| *reason)
}
