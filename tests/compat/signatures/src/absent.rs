//! What is absent here on purpose, though it is no part of what features leave out.

const ABSENT: &[(&str, &str)] = &[
    (
        "CodeMemory",
        "machine code; an embedder of wasmtime gets no value of it",
    ),
    (
        "CompiledModule",
        "machine code; an embedder of wasmtime gets no value of it",
    ),
];

/// Why the item is absent, if it is.
pub(crate) fn reason(path: &str) -> Option<&'static str> {
    let found = ABSENT.iter().find(|(absent, _)| *absent == path);
    found.map(|(_, reason)| *reason)
}
