//! In which file an item is pinned.

use std::path::Path;

/// Topics, and the ends of paths in wasmtime's sources that belong there. The first that fits
/// decides.
const TOPICS: &[(&str, &[&str])] = &[
    ("errors", &["internal-core", "runtime/bug.rs"]),
    ("gc", &["runtime/gc", "runtime/exception.rs"]),
    (
        "config",
        &[
            "config.rs",
            "cache-48",
            "tunables.rs",
            "allocator/pooling",
            "runtime/stack.rs",
            "code_memory.rs",
        ],
    ),
    ("engine", &["engine.rs"]),
    ("store", &["runtime/store", "runtime/unix.rs"]),
    ("limits", &["runtime/limits.rs"]),
    (
        "module",
        &["runtime/module.rs", "code_builder.rs", "resources.rs"],
    ),
    ("linking", &["runtime/linker.rs", "runtime/instance.rs"]),
    ("func", &["runtime/func"]),
    ("memory", &["runtime/memory.rs", "runtime/vm.rs"]),
    ("externs", &["runtime/externals"]),
    ("types", &["runtime/types.rs"]),
    (
        "values",
        &["runtime/values.rs", "runtime/v128.rs", "vmcontext.rs"],
    ),
    ("trap", &["trap.rs", "trap_encoding.rs", "coredump.rs"]),
    ("debug", &["runtime/debug.rs", "runtime/profiling.rs"]),
];

/// The topic of what is defined in the file.
pub(crate) fn topic(file: &Path) -> &'static str {
    let file = file.to_str().expect("sources have names");
    let belongs = |part: &&str| match part.ends_with(".rs") {
        true => file.ends_with(*part),
        false => file.contains(*part),
    };
    let found = TOPICS
        .iter()
        .find(|(_, parts)| parts.iter().any(|part| belongs(part)));
    found.map_or("index", |(topic, _)| topic)
}
