//! Runs the command, and writes down what it printed and how it ended.

use std::fs;
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many folders this process has made.
static FOLDERS: AtomicUsize = AtomicUsize::new(0);

/// Runs the command in a folder of this call's own that holds `files`: tests that share a name run
/// at the same time.
pub(crate) fn transcript(test: &str, files: &[(&str, &str)], args: &[&str]) -> String {
    let folder = FOLDERS.fetch_add(1, Ordering::Relaxed);
    let name = format!("wij-texts-{}-{folder}-{test}", process::id());
    let dir = std::env::temp_dir().join(name);
    fs::create_dir_all(&dir).expect("the temporary directory is writable");
    for (name, text) in files {
        fs::write(dir.join(name), text).expect("the temporary directory is writable");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_wasm-interp-jit"))
        .args(args)
        .current_dir(&dir)
        .stdin(Stdio::null())
        // It adds a section to errors.
        .env_remove("RUST_BACKTRACE")
        .output()
        .expect("the command starts");
    fs::remove_dir_all(&dir).expect("it was made here");
    format!(
        "{}{}[exit {}]",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout),
        output.status.code().unwrap_or(-1),
    )
}

/// The same, compared.
pub(crate) fn check(test: &str, files: &[(&str, &str)], args: &[&str], expected: &str) {
    assert_eq!(transcript(test, files, args), expected.trim_start());
}
