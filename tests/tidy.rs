//! The rules of the house that the compiler cannot check.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which workspace crates each crate may depend on. Changing this is a design decision.
const EDGES: &[(&str, &[&str])] = &[
    ("runtime", &[]),
    ("interp", &["runtime"]),
    ("deopt", &["runtime"]),
    ("jit", &["runtime", "deopt"]),
    (".", &["runtime", "interp", "deopt", "jit"]),
    ("wasi", &["wasm-interp-jit"]),
    ("capi", &["wasm-interp-jit"]),
    ("spec", &["wasm-interp-jit"]),
    (
        "tools",
        &["wasm-interp-jit", "wasm-interp-jit-wasi", "spec"],
    ),
    ("fuzz", &["wasm-interp-jit"]),
];

/// The only crate that sees Cranelift.
const CRANELIFT: &str = "jit";

/// Files that may contain unsafe code, by crate. Extending this list is a matter for review.
const UNSAFE: &[&str] = &[
    // Raw memory, layouts, and the operating system.
    "runtime/src/atomic.rs",
    "runtime/src/bulk.rs",
    "runtime/src/call.rs",
    "runtime/src/host.rs",
    "runtime/src/host_values.rs",
    "runtime/src/instance.rs",
    "runtime/src/limits.rs",
    "runtime/src/memory.rs",
    "runtime/src/metering.rs",
    "runtime/src/module/bytes.rs",
    "runtime/src/os/mapping.rs",
    "runtime/src/os/mod.rs",
    "runtime/src/os/signals.rs",
    "runtime/src/racy.rs",
    "runtime/src/raise.rs",
    "runtime/src/shadow.rs",
    "runtime/src/shared_memory.rs",
    "runtime/src/store.rs",
    "runtime/src/table.rs",
    "runtime/src/tiers.rs",
    "runtime/src/types/registry.rs",
    "runtime/src/vm/asm.rs",
    "runtime/src/vm/builtins.rs",
    "runtime/src/vm/layout.rs",
    "runtime/src/walk.rs",
    // Executable memory.
    "jit/src/code_memory.rs",
    // Raw values and handles behind the public API.
    "src/call.rs",
    "src/code_builder.rs",
    "src/config/accepted.rs",
    "src/config.rs",
    "src/gc/anyref.rs",
    "src/gc/externref.rs",
    "src/linker.rs",
    "src/raw.rs",
    "src/serialized.rs",
    "tests/api/raw.rs",
    "tests/api/serialize.rs",
    "src/func.rs",
    "src/func/host.rs",
    "src/func/typed.rs",
    "src/inspect/dump.rs",
    "src/limits.rs",
    "src/memory.rs",
    "src/shared_memory.rs",
    "src/store.rs",
    "src/store/metering.rs",
    "src/values.rs",
    // `wait4` for CPU times, and an allocator that counts.
    "tools/src/bench/measure.rs",
    "tools/src/bench/process.rs",
    "tools/tests/command.rs",
    // Flags of Cranelift, as wasmtime's command takes them, and serialized modules.
    "tools/src/run.rs",
    "tools/src/options/codegen.rs",
    "tests/allocation.rs",
    // Shared memories, as embedders have to.
    "fuzz/src/cells.rs",
    "examples/threads.rs",
    "tests/api/getters.rs",
    "tests/api/memory_creator.rs",
    "tests/api/shared_memory.rs",
    // Handlers of signals, as in wasmtime.
    "src/engine.rs",
    "src/unix.rs",
    "tests/api/signals.rs",
    "tests/api/unload.rs",
    // Transitions between tiers.
    "deopt/src/materialize.rs",
    "src/tiering.rs",
    "src/tiering/request.rs",
    "src/tiering/state.rs",
    "src/tiering/two_tiers.rs",
];

/// Whole directories of unsafe code: the interpreter executes validated bytes by raw pointers, tests
/// of single tiers play the part of the others, every function of the C API is exported to C, and
/// signatures and what writes them say what is unsafe.
const UNSAFE_DIRS: &[&str] = &[
    "interp/src/",
    "interp/tests/",
    "jit/src/tests/",
    "capi/src/",
    "tests/compat/signatures/src/",
    "tests/signatures/",
];

const MAX_LINES: usize = 800;

/// Names that say nothing about what is in a file.
const EMPTY_NAMES: &[&str] = &["utils.rs", "util.rs", "common.rs", "misc.rs", "helpers.rs"];

/// Opcode families: the same file name in every phase.
const FAMILIES: &[&str] = &[
    "control",
    "call",
    "variable",
    "memory",
    "table",
    "const_",
    "int",
    "float",
    "convert",
    "reference",
    "simd",
    "wide",
    "atomic",
];

#[test]
fn crates_depend_only_downwards() {
    for (krate, allowed) in EDGES {
        let dependencies = dependencies(krate);
        for (other, _) in EDGES {
            let name = match *other {
                "." => "wasm-interp-jit",
                "wasi" => "wasm-interp-jit-wasi",
                other => other,
            };
            let edge = dependencies.contains(name);
            assert!(
                !edge || allowed.contains(&name),
                "{krate} must not depend on {name}"
            );
        }
    }
}

#[test]
fn only_the_compiler_sees_cranelift() {
    for (krate, _) in EDGES {
        let sees = dependencies(krate)
            .iter()
            .any(|it| it.starts_with("cranelift"));
        assert_eq!(
            sees,
            *krate == CRANELIFT,
            "{krate}: Cranelift belongs to {CRANELIFT} alone"
        );
    }
}

#[test]
fn only_tiering_names_all_tiers() {
    for (name, text) in rust_files() {
        let in_root = name.starts_with("src/");
        let names = |tier: &str| text.contains(&format!("{tier}::"));
        let all = names("interp") && (names("jit") || names("deopt"));
        assert!(
            !(in_root && all) || name.starts_with("src/tiering"),
            "{name} wires tiers"
        );
    }
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    for (name, text) in rust_files() {
        assert!(
            text.starts_with("//! "),
            "{name}: says what it is for in a `//!` first line"
        );
        let lines = text.lines().count();
        assert!(
            lines <= MAX_LINES,
            "{name}: {lines} lines, more than {MAX_LINES}"
        );
        let file = name.rsplit('/').next().unwrap_or(&name);
        assert!(
            !EMPTY_NAMES.contains(&file),
            "{name}: name it by what is in it"
        );
        let allow = ["[allow", "("].concat();
        assert!(
            !text.contains(&allow),
            "{name}: `#[expect(.., reason)]`, not allow"
        );
    }
}

#[test]
fn unsafe_code_stays_where_it_was_reviewed() {
    for (name, text) in rust_files() {
        if UNSAFE_DIRS.iter().any(|it| name.starts_with(it)) || name == "tests/tidy.rs" {
            continue;
        }
        let has_unsafe = text.lines().any(|line| {
            let code = line.split("//").next().unwrap_or(line);
            [
                "unsafe {",
                "unsafe fn",
                "unsafe impl",
                "unsafe extern",
                "unsafe(",
                "unsafe trait",
            ]
            .iter()
            .any(|it| code.contains(it))
        });
        let listed = UNSAFE.contains(&name.as_str());
        assert!(!has_unsafe || listed, "{name}: unsafe outside the list");
        assert!(
            has_unsafe || !listed,
            "{name}: has no unsafe code, remove it from the list"
        );
    }
}

#[test]
fn a_family_of_opcodes_has_one_name_in_every_phase() {
    for family in FAMILIES {
        for dir in ["interp/src/ops", "jit/src/translate"] {
            let path = format!("{dir}/{family}");
            let found = root().join(format!("{path}.rs")).exists() || root().join(&path).is_dir();
            assert!(found, "{path}.rs is missing");
        }
    }
}

#[test]
fn programs_lie_beside_their_sources() {
    for dir in ["tools/bench", "tools/tests/wasi"] {
        let dir = root().join(dir);
        assert!(dir.join("build.sh").exists(), "it says how they are built");
        for entry in fs::read_dir(&dir).expect("the programs") {
            let path = entry.expect("readable directory").path();
            if path.extension().is_some_and(|it| it == "wasm") {
                let sources = ["c", "cc", "rs"].map(|language| path.with_extension(language));
                assert!(
                    sources.iter().any(|it| it.exists()),
                    "{} has no source",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn paths_in_documents_exist() {
    for document in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "docs/moving-from-wasmtime.md",
    ] {
        let text = fs::read_to_string(root().join(document)).expect(document);
        for quoted in text.split('`').skip(1).step_by(2) {
            let is_path = quoted.contains('/')
                && quoted
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || "_-./".contains(it))
                && EDGES
                    .iter()
                    .any(|(it, _)| quoted.starts_with(&format!("{it}/")))
                || ["src/", "tests/", "examples/", "docs/"]
                    .iter()
                    .any(|it| quoted.starts_with(it));
            if is_path && !quoted.contains('*') {
                assert!(root().join(quoted).exists(), "{document} names {quoted}");
            }
        }
    }
}

/// Names in the `[dependencies]` of a crate.
fn dependencies(krate: &str) -> BTreeSet<String> {
    let path = root().join(krate).join("Cargo.toml");
    let toml = fs::read_to_string(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()));
    let section = toml.split("\n[dependencies]\n").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let name = |line: &str| Some(line.split(['.', ' ', '=']).next()?.trim().to_owned());
    section
        .lines()
        .filter_map(name)
        .filter(|it| !it.is_empty() && !it.starts_with('#'))
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files of the workspace: name relative to the root, and text.
fn rust_files() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    collect(root(), &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let name = path
            .strip_prefix(root())
            .expect("below the root")
            .display()
            .to_string();
        let text = fs::read_to_string(&path).unwrap_or_else(|err| panic!("{name}: {err}"));
        (name, text)
    };
    paths.into_iter().map(read).collect()
}

fn collect(dir: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap_or_else(|err| panic!("{}: {err}", dir.display())) {
        let path = entry.expect("readable directory").path();
        let name = path
            .file_name()
            .map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                collect(&path, paths);
            }
        } else if name.ends_with(".rs") {
            paths.push(path);
        }
    }
}
