//! Profiles in files: written by one run and read by the next, and by engines that know hints.

use std::path::PathBuf;
use std::process::Command;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/indirect-sum.wat");

/// Where the test `name` writes a file.
fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("wij-profile-{}-{name}", std::process::id()))
}

/// Runs the command. Returns its exit code and what it printed, results first.
fn run(args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wasm-interp-jit"));
    let output = command
        .env_remove("RUST_BACKTRACE")
        .arg("run")
        .args(args)
        .output()
        .expect("the command starts");
    let text = |bytes| String::from_utf8(bytes).expect("the output is text");
    (
        output.status.code(),
        text(output.stdout) + &text(output.stderr),
    )
}

// The second run compiles before it interprets, and fails where the first one had learned nothing.
#[test]
fn second_run_begins_where_the_first_one_ended() {
    let (profile, hinted) = (path("profile"), path("hinted.wasm"));
    let (profile, hinted) = (
        profile.to_str().expect("text"),
        hinted.to_str().expect("text"),
    );
    let call = |more: &[&str], file: &str, func: &str| {
        let mut args = vec!["--sync-tier-up", "--stats", "--invoke", func];
        args.extend(more);
        args.extend([file, "100000"]);
        run(&args)
    };
    let out = ["--profile-out", profile, "--hints-out", hinted];
    let (code, first) = call(&out, EXAMPLE, "example");
    assert_eq!(code, Some(0), "{first}");
    assert!(
        first.starts_with("4400000\n") && first.contains("1 monomorphic"),
        "{first}"
    );
    let (code, second) = call(&["--profile-in", profile], EXAMPLE, "example");
    assert_eq!(code, Some(0), "{second}");
    // Nothing was interpreted, so that no cache met anything.
    assert!(
        second.starts_with("4400000\n") && second.contains("0 monomorphic"),
        "{second}"
    );
    let (_, changed) = call(&["--profile-in", profile], EXAMPLE, "example_with_change");
    assert!(changed.starts_with("7550000\n"), "{changed}");
    let (code, hinted) = call(&[], hinted, "example");
    assert_eq!(code, Some(0), "{hinted}");
    assert!(
        hinted.starts_with("4400000\n") && hinted.contains("0 monomorphic"),
        "{hinted}"
    );
}

#[test]
fn what_is_wrong_with_a_profile() {
    let other = path("other");
    std::fs::write(&other, b"wijp\x02").expect("the temporary directory is writable");
    let other = other.to_str().expect("text");
    let with = |more: &[&str]| {
        let mut args = more.to_vec();
        args.extend(["--invoke", "example", EXAMPLE, "10"]);
        run(&args)
    };
    let (code, text) = with(&["--profile-in", other]);
    assert_eq!(code, Some(1));
    let expected = format!(
        "Error: failed to read profile `{other}`\n\nCaused by:\n    not a profile: unexpected end-of-file\n"
    );
    assert_eq!(text, expected);
    let (code, text) = with(&["--profile-in", "/nowhere"]);
    assert_eq!(code, Some(1));
    assert!(
        text.starts_with("Error: failed to read profile `/nowhere`\n"),
        "{text}"
    );
    let (code, text) = with(&["--profile-out", "/nowhere/it"]);
    assert_eq!(code, Some(1));
    assert!(
        text.contains("Error: failed to write profile `/nowhere/it`\n"),
        "{text}"
    );
}
