//! The programs in `examples/` print what their last comment says, in every mode of execution.
//!
//! `cargo test` builds them before it runs this; `cargo test --test examples` alone does not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MODES: &[&str] = &["interp", "jit", "tiered", "deopt-stress"];

/// The programs, by name.
fn sources() -> Vec<(String, PathBuf)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(dir).expect("the examples");
    let paths = files.map(|it| it.expect("readable").path());
    let mut sources: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            (name.into_owned(), path)
        })
        .collect();
    sources.sort();
    sources
}

/// What a program says that it prints.
fn expected(source: &Path) -> String {
    let text = fs::read_to_string(source).expect("the example");
    let comment = text
        .split_once("\n// Prints:\n")
        .expect("says what it prints")
        .1;
    let lines = comment.lines().map(|line| line.trim_start_matches("//"));
    lines
        .map(|line| line.strip_prefix(' ').unwrap_or(line).to_string() + "\n")
        .collect()
}

/// Where cargo puts the built programs.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test is a file");
    let profile = test
        .parent()
        .and_then(Path::parent)
        .expect("target/PROFILE/deps");
    let program = profile.join("examples").join(name);
    assert!(
        program.exists(),
        "{name} is not built: cargo build --examples"
    );
    program
}

#[test]
fn examples_print_what_they_say() {
    let sources = sources();
    assert!(sources.len() >= 9);
    for (name, source) in sources {
        for mode in MODES {
            let mut command = Command::new(program(&name));
            command
                .env("WASM_INTERP_JIT_MODE", mode)
                .env_remove("RUST_BACKTRACE");
            let output = command.output().expect("it starts");
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success(),
                "{name} in the mode {mode}: {errors}"
            );
            let printed = String::from_utf8_lossy(&output.stdout);
            assert_eq!(printed, expected(&source), "{name} in the mode {mode}");
        }
    }
}
