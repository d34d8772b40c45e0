//! `compile`, and what `run` makes of what it wrote.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const MODULE: &str = r#"(module $m
    (func $inner (param i32) (result i32)
        (i32.div_u (i32.const 84) (local.get 0)))
    (func (export "half") (param i32) (result i32) (call $inner (local.get 0))))"#;

/// A folder of the test's own.
fn folder(test: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("wij-compile-{}-{test}", std::process::id()));
    fs::create_dir_all(&dir).expect("the temporary directory is writable");
    dir
}

fn write(dir: &Path, name: &str, bytes: &[u8]) {
    fs::write(dir.join(name), bytes).expect("the temporary directory is writable");
}

/// What the command prints, and how it ends, in a folder, with a file as standard input.
fn transcript(dir: &Path, args: &[&str], stdin: Option<&str>) -> String {
    let stdin = stdin.map_or(Stdio::null(), |name| {
        fs::File::open(dir.join(name))
            .expect("the file exists")
            .into()
    });
    let output = Command::new(env!("CARGO_BIN_EXE_wasm-interp-jit"))
        .args(args)
        .current_dir(dir)
        .stdin(stdin)
        .env_remove("RUST_BACKTRACE")
        .output()
        .expect("the command starts");
    format!(
        "{}{}[exit {}]",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout),
        output.status.code().unwrap_or(-1),
    )
}

const WARNINGS: &str = "\
warning: using `--invoke` with a function that takes arguments is experimental and may break in the future
warning: using `--invoke` with a function that returns values is experimental and may break in the future
";

// Results, traps and offsets are those of the module it was made of, also from standard input and as
// a preload.
#[test]
fn what_it_writes_runs() {
    let dir = folder("runs");
    write(&dir, "m.wat", MODULE.as_bytes());
    assert_eq!(transcript(&dir, &["compile", "m.wat"], None), "[exit 0]");
    let bytes = fs::read(dir.join("m.cwasm")).expect("it was written");
    assert_eq!(
        transcript(&dir, &["compile", "-o", "n", "m.wat"], None),
        "[exit 0]"
    );
    assert_eq!(fs::read(dir.join("n")).expect("it was written"), bytes);

    let invoke = ["run", "--allow-precompiled", "--invoke", "half"];
    let two = format!("{WARNINGS}42\n[exit 0]");
    for tier in ["--tier=interp", "--tier=jit"] {
        let args = [&invoke[..], &[tier, "m.cwasm", "2"]].concat();
        assert_eq!(transcript(&dir, &args, None), two);
    }
    let args = [&invoke[..], &["-", "2"]].concat();
    assert_eq!(transcript(&dir, &args, Some("m.cwasm")), two);
    // The text format and the binary one come from there, too.
    assert_eq!(transcript(&dir, &args, Some("m.wat")), two);

    let trap = |name: &str| {
        let args = [&invoke[..], &[name, "0"]].concat();
        transcript(&dir, &args, None).replace(name, "FILE")
    };
    assert_eq!(trap("m.cwasm"), trap("m.wat"));
    assert!(trap("m.cwasm").contains("integer divide by zero\n[exit 134]"));

    let main = r#"(module (import "m" "half" (func $half (param i32) (result i32)))
        (func (export "_start")
            (if (i32.ne (call $half (i32.const 4)) (i32.const 21)) (then unreachable))))"#;
    write(&dir, "main.wat", main.as_bytes());
    let args = ["--allow-precompiled", "--preload", "m=m.cwasm", "main.wat"];
    assert_eq!(transcript(&dir, &args, None), "[exit 0]");
    fs::remove_dir_all(&dir).expect("the test has made it");
}

#[test]
fn precompiled_modules_must_be_allowed() {
    let dir = folder("allowed");
    write(&dir, "m.wat", MODULE.as_bytes());
    assert_eq!(transcript(&dir, &["compile", "m.wat"], None), "[exit 0]");
    let refused = "Error: running a precompiled module requires the `--allow-precompiled` flag\n\
                   [exit 1]";
    assert_eq!(transcript(&dir, &["m.cwasm"], None), refused);
    assert_eq!(transcript(&dir, &["-"], Some("m.cwasm")), refused);
    fs::remove_dir_all(&dir).expect("the test has made it");
}

#[test]
fn what_cannot_be_compiled() {
    let dir = folder("cannot");
    write(&dir, "invalid.wat", b"(module (func (result i32)))");
    write(&dir, "m.wat", MODULE.as_bytes());
    for (args, text) in [
        (
            &["invalid.wat"][..],
            "failed to compile: wasm[0]::function[0]

Caused by:
    0: WebAssembly translation error
    1: Invalid input WebAssembly code at offset 24: type mismatch: expected i32 but nothing on stack",
        ),
        (
            &["nothing.wat"],
            "failed to read from `nothing.wat`

Caused by:
    No such file or directory (os error 2)",
        ),
        (&["/"], "'/' is not a valid input module path"),
        (
            &["-o", "no/where", "m.wat"],
            "failed to write output: no/where

Caused by:
    No such file or directory (os error 2)",
        ),
        (
            &["--emit-clif", "clif", "m.wat"],
            "nothing is compiled before it runs: `run --dump clif` shows what was",
        ),
    ] {
        let args = [&["compile"], args].concat();
        let expected = format!("Error: {text}\n[exit 1]");
        assert_eq!(transcript(&dir, &args, None), expected);
    }
    // Nothing was written.
    let files = fs::read_dir(&dir).expect("the folder").count();
    assert_eq!(files, 2);
    fs::remove_dir_all(&dir).expect("the test has made it");
}

// A file that was damaged, or is for other proposals, is an error and no more.
#[test]
fn damaged_and_foreign_files() {
    let dir = folder("damaged");
    write(&dir, "m.wat", MODULE.as_bytes());
    let pages = "(module (memory 1 (pagesize 1)))";
    write(&dir, "pages.wat", pages.as_bytes());
    assert_eq!(transcript(&dir, &["compile", "m.wat"], None), "[exit 0]");
    let args = ["compile", "-Wcustom-page-sizes", "pages.wat"];
    assert_eq!(transcript(&dir, &args, None), "[exit 0]");
    let args = ["--allow-precompiled", "pages.cwasm"];
    assert_eq!(
        transcript(&dir, &args, None),
        "Error: failed deserialization for: pages.cwasm

Caused by:
    Module was compiled with support for WebAssembly feature `custom_page_sizes` but it is not \
         enabled for the host
[exit 1]"
    );
    let bytes = fs::read(dir.join("m.cwasm")).expect("it was written");
    for length in 8..bytes.len().min(120) {
        write(&dir, "cut.cwasm", &bytes[..length]);
        let text = transcript(&dir, &["--allow-precompiled", "cut.cwasm"], None);
        let failed = text.starts_with("Error: failed deserialization for: cut.cwasm\n");
        // What was learned is a hint, and may be missing.
        assert!(
            failed && text.ends_with("[exit 1]") || text == "[exit 0]",
            "{length}: {text}"
        );
    }
    for at in (8..bytes.len()).step_by(5) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x10;
        write(&dir, "changed.cwasm", &bytes);
        let args = ["--allow-precompiled", "--invoke=half", "changed.cwasm", "2"];
        let text = transcript(&dir, &args, None);
        let ends = ["[exit 0]", "[exit 1]", "[exit 134]"];
        assert!(ends.iter().any(|end| text.ends_with(end)), "{at}: {text}");
    }
    fs::remove_dir_all(&dir).expect("the test has made it");
}
