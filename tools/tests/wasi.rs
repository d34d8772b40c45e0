//! WASI programs in C and in Rust, run by the command in every mode: what they print, and how they
//! end, is the same.
#![cfg(feature = "wasi")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Options of the command for each mode.
const MODES: &[&[&str]] = &[
    &["--tier", "interp"],
    &["--tier", "jit"],
    &["--tier", "jit", "--deopt-every", "1"],
    &["--tier", "auto"],
];

/// The same commands from two compilers.
const PROGRAMS: &[&str] = &["commands-c.wasm", "commands-rs.wasm"];

/// How a process ended.
#[derive(Debug, PartialEq)]
struct Outcome {
    code: Option<i32>,
    out: String,
    err: String,
}

fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/wasi")
        .join(name)
}

/// An empty folder for the test `name`.
fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("wij-wasi-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("the temporary directory is writable");
    path
}

/// Runs the command with `args`, and `input` as its standard input.
fn run(args: &[&str], input: &[u8]) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wasm-interp-jit"))
        .arg("run")
        .args(args)
        .env_remove("RUST_BACKTRACE")
        .env("WIJ_INHERITED", "from the host")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_vec();
    // A program that does not read its input may be gone before it is written.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("the command ends");
    writer.join().expect("the writer does not panic");
    let text = |bytes| String::from_utf8(bytes).expect("the output is text");
    Outcome {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Runs each program in each mode: `options` go before it, `args` are its own.
fn for_each(options: &[&str], args: &[&str], input: &[u8], mut check: impl FnMut(&str, Outcome)) {
    for name in PROGRAMS {
        let path = program(name);
        let path = path.to_str().expect("the path is text");
        for mode in MODES {
            let all = [*mode, options, &[path], args].concat();
            check(&format!("{name} {mode:?}"), run(&all, input));
        }
    }
}

/// The program succeeds and prints `expected`.
fn check(options: &[&str], args: &[&str], input: &[u8], expected: &str) {
    for_each(options, args, input, |what, outcome| {
        assert_eq!(outcome.err, "", "{what}");
        assert_eq!(
            (outcome.code, outcome.out.as_str()),
            (Some(0), expected),
            "{what}"
        );
    });
}

#[test]
fn hello() {
    check(&[], &[], b"", "Hello, world!\n");
}

// The name is the file's, without folders, unless there is another one.
#[test]
fn arguments() {
    for_each(&[], &["args", "a b", "--dir"], b"", |what, outcome| {
        let name = what.split(' ').next().unwrap_or_default();
        let expected = format!("0: {name}\n1: args\n2: a b\n3: --dir\n");
        assert_eq!(outcome.out, expected, "{what}");
    });
    check(&["--argv0", "other"], &["args"], b"", "0: other\n1: args\n");
}

#[test]
fn environment() {
    let get = |name| ["env", name];
    let (unset, set) = ("WIJ_INHERITED: not set\n", "WIJ_INHERITED: from the host\n");
    check(&[], &get("WIJ_INHERITED"), b"", unset);
    check(&["--env", "A=x=y"], &get("A"), b"", "A: x=y\n");
    // How it is put together is the same in every mode.
    let check = |options: &[&str], name, expected| {
        let path = program(PROGRAMS[0]);
        let path = path.to_str().expect("the path is text");
        let outcome = run(&[options, &[path], &get(name)].concat(), b"");
        assert_eq!(outcome.out, expected, "{options:?} {}", outcome.err);
    };
    check(&["--env", "WIJ_INHERITED"], "WIJ_INHERITED", set);
    check(&["-S", "inherit-env"], "WIJ_INHERITED", set);
    // What is given counts more than what is inherited, and what is not there is left out.
    let given = ["-Sinherit-env", "--env", "WIJ_INHERITED=b"];
    check(&given, "WIJ_INHERITED", "WIJ_INHERITED: b\n");
    check(
        &["--env", "WIJ_NOWHERE"],
        "WIJ_NOWHERE",
        "WIJ_NOWHERE: not set\n",
    );
}

#[test]
fn files() {
    let outer = folder("files");
    let host = outer.join("inner");
    fs::create_dir(&host).expect("the folder is writable");
    let expected = "\
read: first line
read: second line
read: third line
at 6: line
size: 34
made: three two
gone: yes
outside: no
";
    let host = host.to_str().expect("the path is text");
    check(
        &["--dir", &format!("{host}::/work")],
        &["files", "/work"],
        b"",
        expected,
    );
    // Without a name for the program it is called as on the host.
    check(&["--dir", host], &["files", host], b"", expected);
    assert!(!outer.join("outside").exists());
    fs::remove_dir_all(outer).expect("it is ours");
}

#[test]
fn no_files_without_a_directory() {
    let host = folder("none");
    let args = ["files", host.to_str().expect("the path is text")];
    for_each(&[], &args, b"", |what, outcome| {
        assert_eq!(
            (outcome.code, outcome.out.as_str()),
            (Some(1), ""),
            "{what}"
        );
    });
    let nowhere = host.join("nowhere");
    let option = ["--dir", nowhere.to_str().expect("the path is text")];
    for_each(&option, &[], b"", |what, outcome| {
        assert_eq!(
            (outcome.code, outcome.out.as_str()),
            (Some(1), ""),
            "{what}"
        );
        assert!(
            outcome.err.contains("No such file or directory"),
            "{what}: {}",
            outcome.err
        );
    });
    fs::remove_dir(host).expect("nothing was made there");
}

// More than one buffer on the way, and bytes that are cut anywhere.
#[test]
fn standard_input_to_output() {
    let text = "0123456789\u{e9}\n".repeat(9000);
    check(&[], &["cat"], text.as_bytes(), &text);
    check(&[], &["cat"], b"", "");
    check(&["-S", "inherit-stdin=n"], &["cat"], b"unread", "");
    check(&["-S", "inherit-stdout=n"], &["cat"], b"unseen", "");
}

// A code that fits is the command's own; others are an error, as in wasmtime.
#[test]
fn exit_codes() {
    for code in [0, 125] {
        for_each(&[], &["exit", &code.to_string()], b"", |what, outcome| {
            assert_eq!(outcome.code, Some(code), "{what}");
            assert_eq!(outcome.err, "exiting\n", "{what}");
        });
    }
    for_each(&[], &["exit", "126"], b"", |what, outcome| {
        assert_eq!(outcome.code, Some(1), "{what}");
        assert!(
            outcome.err.contains("invalid exit status"),
            "{what}: {}",
            outcome.err
        );
    });
}

#[test]
fn traps() {
    for_each(&[], &["trap"], b"", |what, outcome| {
        assert_eq!(
            (outcome.code, outcome.out.as_str()),
            (Some(134), "before\n"),
            "{what}"
        );
        let text = "wasm trap: wasm `unreachable` instruction executed";
        assert!(outcome.err.contains(text), "{what}: {}", outcome.err);
    });
}

#[test]
fn clocks() {
    check(&[], &["clocks"], b"", "slept: yes\nlater than 2020: yes\n");
}

#[test]
fn random_numbers() {
    let mut seen = std::collections::BTreeSet::new();
    for_each(&[], &["chance"], b"", |what, outcome| {
        assert_eq!(outcome.code, Some(0), "{what}");
        assert!(seen.insert(outcome.out), "{what}: the same numbers again");
    });
}

#[test]
fn without_wasi_its_imports_are_unknown() {
    for_each(&["-S", "cli=n"], &[], b"", |what, outcome| {
        assert_eq!(outcome.code, Some(1), "{what}");
        let text = "unknown import: `wasi_snapshot_preview1::";
        assert!(outcome.err.contains(text), "{what}: {}", outcome.err);
    });
}

// Modules from before preview 1, alone and together with others.
#[test]
fn preview_0() {
    let text = |from: &str| {
        format!(
            r#"(module
              (import "{from}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
              (import "wasi_unstable" "proc_exit" (func $exit (param i32)))
              (memory (export "memory") 1)
              (data (i32.const 0) "\10\00\00\00\03\00\00\00")
              (data (i32.const 16) "old")
              (func (export "_start")
                (call $exit (i32.add (i32.const 5)
                  (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))))"#
        )
    };
    let dir = folder("preview0");
    for from in ["wasi_unstable", "wasi_snapshot_preview1"] {
        let path = dir.join("old.wat");
        fs::write(&path, text(from)).expect("the folder is writable");
        let path = path.to_str().expect("the path is text");
        for mode in MODES {
            let outcome = run(&[*mode, &[path]].concat(), b"");
            let expected = (Some(5), "old");
            assert_eq!(
                (outcome.code, outcome.out.as_str()),
                expected,
                "{}",
                outcome.err
            );
        }
        let outcome = run(&["-S", "preview0=n", path], b"");
        let text = "unknown import: `wasi_unstable::";
        assert_eq!(outcome.code, Some(1));
        assert!(outcome.err.contains(text), "{}", outcome.err);
    }
    fs::remove_dir_all(dir).expect("it is ours");
}

#[test]
fn limits() {
    let fuel = ["-S", "hostcall-fuel=20"];
    for_each(&fuel, &["args", &"x".repeat(100)], b"", |what, outcome| {
        assert_eq!(outcome.out, "", "{what}: the output is too long for a call");
    });
    let options = run(&["-S", "help"], b"");
    assert!(
        options.out.contains("-S inherit-env[=y|n]"),
        "{}",
        options.out
    );
    let refused = run(&["-S", "nn", "none.wasm"], b"");
    assert_eq!(refused.code, Some(2), "{}", refused.err);
}

// The module from standard input, whose rest is the program's.
#[test]
fn module_from_standard_input() {
    for mode in MODES {
        let bytes = fs::read(program(PROGRAMS[0])).expect("the program is there");
        let outcome = run(&[*mode, &["-", "args"]].concat(), &bytes);
        assert_eq!(outcome.out, "0: -\n1: args\n", "{mode:?} {}", outcome.err);
    }
}
