//! `run --profile`: where the time of a program goes.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Counts down from its parameter, in functions with names.
const PROGRAM: &str = r#"(module
    (func $inner (param i32) (result i32)
        (i32.xor (i32.mul (local.get 0) (i32.const 17)) (i32.const 5)))
    (func $outer (export "run") (param $n i32) (result i32) (local $x i32)
        (loop $again
            (local.set $x (call $inner (local.get $x)))
            (br_if $again
                (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $x)))"#;

/// A directory for one test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let name = format!("wij-sampling-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("it can be made");
        std::fs::write(path.join("program.wat"), PROGRAM).expect("it can be written");
        Scratch(path)
    }

    fn run(&self, options: &[&str], n: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_wasm-interp-jit"))
            .current_dir(&self.0)
            .arg("run")
            .args(options)
            .args(["--invoke", "run", "program.wat", n])
            .output()
            .expect("the command can be run")
    }

    fn profile(&self, name: &str) -> Value {
        let text = std::fs::read(self.0.join(name)).expect("it was written");
        serde_json::from_slice(&text).expect("it is JSON")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Names of functions that samples are in.
fn names(profile: &Value) -> Vec<String> {
    let thread = &profile["threads"][0];
    let funcs = thread["funcTable"]["name"].as_array().expect("a column");
    let name = |it: &Value| thread["stringArray"][it.as_u64().expect("an index") as usize].clone();
    let names = funcs.iter().map(name);
    names
        .filter_map(|it| Some(it.as_str()?.to_owned()))
        .collect()
}

#[test]
fn guest() {
    let scratch = Scratch::new("guest");
    for tier in ["interp", "auto", "jit"] {
        // It never ends by itself.
        let options = ["--tier", tier, "--profile", "guest,it.json,1ms"];
        let output = scratch.run(&[&options[..], &["-W", "timeout=40ms"]].concat(), "-1");
        let text = stderr(&output);
        let expected = "\nProfile written to: it.json\n\
            View this profile at https://profiler.firefox.com/.\n";
        assert!(text.contains(expected), "{text}");
        let profile = scratch.profile("it.json");
        assert_eq!(profile["meta"]["product"], "program.wat");
        assert_eq!(profile["meta"]["interval"], 1.0);
        assert_eq!(profile["threads"][0]["samples"]["length"], 40);
        assert_eq!(profile["libs"][0]["name"], "program.wat");
        let names = names(&profile);
        assert!(names.contains(&"outer".to_owned()), "{tier}: {names:?}");
        let known = |it: &String| it == "outer" || it == "inner";
        assert!(names.iter().all(known), "{tier}: {names:?}");
    }
}

#[test]
fn defaults() {
    let scratch = Scratch::new("defaults");
    let output = scratch.run(&["--profile=guest"], "1");
    assert!(output.status.success(), "{}", stderr(&output));
    let profile = scratch.profile("wasmtime-guest-profile.json");
    assert_eq!(profile["meta"]["interval"], 10.0);
}

// Whatever happens to the program, what was seen is written.
#[test]
fn timeouts_are_multiples_of_the_interval() {
    let scratch = Scratch::new("timeouts");
    let options = ["--profile=guest,it.json,5ms", "-W", "timeout=12ms"];
    let output = scratch.run(&options, "-1");
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("timeout exceeded"), "{text}");
    let profile = scratch.profile("it.json");
    assert_eq!(profile["threads"][0]["samples"]["length"], 3);
}

#[test]
fn for_perf() {
    let scratch = Scratch::new("perf");
    let output = scratch.run(&["--profile=jitdump", "--tier=jit"], "10");
    assert!(output.status.success(), "{}", stderr(&output));
    let is_dump = |it: &Path| it.extension().is_some_and(|it| it == "dump");
    let files = std::fs::read_dir(&scratch.0).expect("it is there");
    let dumps = files.filter(|it| it.as_ref().is_ok_and(|it| is_dump(&it.path())));
    assert_eq!(dumps.count(), 1);
    let output = scratch.run(&["--profile=vtune"], "10");
    assert!(stderr(&output).contains("vtune support disabled at compile time"));
}

#[test]
fn wrong_strategies() {
    let scratch = Scratch::new("wrong");
    for (value, expected) in [
        ("fast", "unknown profiling strategy: fast"),
        ("guest,a,1ms,b", "unknown profiling strategy: guest,a,1ms,b"),
        ("perfmap,a", "unknown profiling strategy: perfmap,a"),
        ("guest,a,soon", "failed to parse duration: soon"),
        ("guest,a,0ms", "the interval of a profile must not be zero"),
    ] {
        let output = scratch.run(&["--profile", value], "1");
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    let output = scratch.run(&["--profile=guest,/nowhere/it.json"], "1");
    let text = stderr(&output);
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("failed writing profile at /nowhere/it.json: "),
        "{text}"
    );
}
