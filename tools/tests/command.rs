//! The command as a process: exit codes, texts, and hosts that refuse what it asks for.

use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/indirect-sum.wat");

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wasm-interp-jit"));
    // Would add a section to error texts.
    command.env_remove("RUST_BACKTRACE");
    command
}

/// A file with `text` for the test `name`.
fn file(name: &str, text: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("wij-{}-{name}", std::process::id()));
    fs::write(&path, text).expect("the temporary directory is writable");
    path
}

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the command starts");
    let text = |bytes| String::from_utf8(bytes).expect("the output is text");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn example_prints_its_result_and_a_report() {
    let args = [
        "run",
        "--sync-tier-up",
        "--stats",
        "--invoke",
        "example_with_change",
        EXAMPLE,
    ];
    let (code, out, err) = run(command().args(args).arg("100000"));
    // 50,000 times 44 and 50,000 times 107.
    assert_eq!((code, out.as_str()), (Some(0), "7550000\n"), "{err}");
    assert!(
        err.contains("deopts: 1\n") && err.contains("entered by OSR"),
        "{err}"
    );
}

/// A function without calls that a loop calls, and one that nobody calls.
const COUNTED: &[u8] = br#"(module
    (func $inc (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (func $unused)
    (func (export "f") (param i32) (result i32) (local i32)
      loop
        (local.set 1 (call $inc (local.get 1)))
        (br_if 0 (i32.lt_u (local.get 1) (local.get 0)))
      end
      local.get 1))"#;

// The table is aligned, and begins with the function that executed most.
#[test]
fn stats_are_a_table_of_what_the_interpreter_executed() {
    let path = file("counted.wat", COUNTED);
    let args = ["run", "--tier=interp", "--stats", "--invoke=f"];
    let (code, out, err) = run(command().args(args).arg(&path).arg("1000"));
    assert_eq!((code, out.as_str()), (Some(0), "1000\n"), "{err}");
    let table = "
in the interpreter, not counting what compiled code executes:
  instructions  calls  cache hits  misses  megamorphic  function
          7004   1000           0       0            0  func2
          4000      0           0       0            0  func0 (inc)
";
    assert!(err.contains(table), "{err}");
    fs::remove_file(path).expect("the test has made it");
}

#[test]
fn stats_and_listings_for_programs() {
    let path = file("counted-json.wat", COUNTED);
    let args = ["run", "--tier=interp", "--stats=json", "--invoke=f"];
    let (_, _, err) = run(command().args(args).arg(&path).arg("10"));
    let line = err.lines().find(|line| line.starts_with('{'));
    let report: Value = serde_json::from_str(line.expect("a line of JSON")).expect("JSON");
    let func = &report["functions"][0];
    let counts = ["func", "instructions", "calls"].map(|key| func[key].as_u64());
    assert_eq!(counts, [Some(2), Some(74), Some(10)], "{report}");

    let args = [
        "explain",
        "--tier=interp",
        "--json",
        "--func=f",
        "--invoke=f",
    ];
    let (_, out, err) = run(command().args(args).arg(&path).arg("10"));
    let explanation = out.lines().last().unwrap_or_default();
    let explanation: Value = serde_json::from_str(explanation).expect("JSON");
    let lines = explanation["functions"][0]["lines"]
        .as_array()
        .expect("lines");
    let find = |key: &str| lines.iter().find_map(|line| line.get(key));
    let call = find("call").expect("a call");
    assert_eq!(call["counts"]["taken"], 10, "{err}");
    let branch = &find("branches").expect("a branch")[0];
    assert_eq!(branch["counts"], json!([9, 10]));
    fs::remove_file(path).expect("the test has made it");
}

#[test]
fn traps_exit_as_an_abort_with_a_backtrace() {
    let text = br#"(module $m (func $boom (export "boom") unreachable))"#;
    let path = file("trap.wat", text);
    for tier in ["interp", "jit", "auto"] {
        let args = ["run", "--tier", tier, "--invoke", "boom"];
        let (code, _, err) = run(command().args(args).arg(&path));
        assert_eq!(code, Some(134), "{err}");
        assert!(err.contains("0:     0x21 - m!boom\n"), "{err}");
        assert!(
            err.contains("wasm trap: wasm `unreachable` instruction executed"),
            "{err}"
        );
    }
}

#[test]
fn errors_of_the_user_exit_with_one_or_two() {
    let (code, _, err) = run(command().args(["run", "--invoke", "nope", EXAMPLE]));
    assert_eq!(code, Some(1));
    assert!(err.contains("no func export named `nope` found"), "{err}");
    let (code, _, err) = run(command().args(["run", "--invoke", "example", EXAMPLE]));
    assert_eq!(code, Some(1));
    assert!(err.contains("not enough arguments for `example`"), "{err}");
    let (code, _, err) = run(command().args(["run", "-W", "bogus", EXAMPLE]));
    assert_eq!(code, Some(2));
    assert!(err.contains("unknown -W / --wasm option: bogus"), "{err}");
    let truncated = file("truncated.wasm", b"\0asm\x01\0\0\0\x01\x04");
    let (code, _, err) = run(command().arg(&truncated));
    assert_eq!(code, Some(1));
    assert!(err.contains("unexpected end"), "{err}");
}

// An invalid function that nobody calls is an error with the module, or none at all.
#[test]
fn validation_is_eager_unless_asked() {
    let text = br#"(module (func (export "one") (result i32) i32.const 1) (func i32.add))"#;
    let module = file("lazy.wat", text);
    let invoke = ["--invoke", "one"];
    let (code, _, err) = run(command().args(invoke).arg(&module));
    assert_eq!(code, Some(1));
    assert!(
        err.contains("failed to compile: wasm[0]::function[1]"),
        "{err}"
    );
    let lazy = ["-O", "lazy-validation"];
    let (code, out, _) = run(command().args(lazy).args(invoke).arg(&module));
    assert_eq!((code, &*out), (Some(0), "1\n"));
}

// Without the 4 GiB that a memory reserves for its guard pages, accesses are checked.
#[test]
#[cfg(target_os = "linux")]
fn little_address_space_is_enough() {
    let text = br#"(module (memory 1) (func (export "run") (param i32) (result i32)
        (local $sum i32)
        (loop $next
          (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (local.get 0)))
          (local.set $sum (i32.add (local.get $sum) (i32.load (local.get 0))))
          (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 4)))))
        (i32.load (local.get $sum))))"#;
    let path = file("little.wat", text);
    let script = format!(
        "ulimit -v 1000000; exec {} run --sync-tier-up --invoke run {} 60000",
        env!("CARGO_BIN_EXE_wasm-interp-jit"),
        path.display()
    );
    let (code, _, err) = run(Command::new("sh").args(["-c", &script]));
    assert_eq!(code, Some(134), "{err}");
    // The sum of 4, 8, .. 60000.
    assert!(
        err.contains("memory fault at wasm address 0x1ad2e9b0"),
        "{err}"
    );
}

// A process that refuses new executable memory runs everything in the interpreter, and says so.
#[test]
#[cfg(target_os = "linux")]
fn refused_executable_memory_leaves_the_interpreter() {
    use std::os::unix::process::CommandExt;
    let refuse = || {
        const PR_SET_MDWE: i32 = 65;
        const PR_MDWE_REFUSE_EXEC_GAIN: u64 = 1;
        // SAFETY: `prctl` with these arguments changes one flag of the child process.
        let result = unsafe { libc::prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) };
        // Kernels before 6.3 do not know it: then nothing is refused.
        let known = result == 0;
        known
            .then_some(())
            .ok_or_else(std::io::Error::last_os_error)
    };
    let mut command = command();
    command.args(["run", "--invoke", "example", EXAMPLE, "1000"]);
    // SAFETY: the closure only makes a system call.
    unsafe { command.pre_exec(refuse) };
    match command.output() {
        Ok(output) => {
            assert_eq!(output.stdout, b"44000\n");
            let err = String::from_utf8_lossy(&output.stderr);
            assert_eq!(err.matches("the JIT is off").count(), 1, "{err}");
        }
        Err(error) => assert_eq!(error.raw_os_error(), Some(libc::EINVAL)),
    }
}
