//! What the command prints, word for word: these texts are wasmtime's, and others parse them.
//!
//! A test is a module or script, arguments, and the transcript: standard error, standard output,
//! exit code. The interpreter and the compiler must print the same.

#[path = "texts/transcript.rs"]
mod transcript;

use transcript::{check, transcript};

/// `run` with these arguments, in both tiers.
fn check_run(test: &str, files: &[(&str, &str)], args: &[&str], expected: &str) {
    for tier in ["--tier=interp", "--tier=jit"] {
        let args = [&["run", tier], args].concat();
        assert_eq!(
            transcript(test, files, &args),
            expected.trim_start(),
            "{tier}"
        );
    }
}

const TRAP: (&str, &str) = (
    "trap.wat",
    r#"(module $m (func $start (export "_start") call $middle)
        (func $middle call $boom) (func $boom unreachable))"#,
);

const CALLS: (&str, &str) = (
    "calls.wat",
    r#"(module
        (memory 1)
        (func $rec (export "rec") call $rec)
        (func (export "load") (param i32) (result i32) local.get 0 i32.load)
        (func (export "two") (result i32 f64) i32.const 1 f64.const 2.5)
        (func (export "floats") (param f32 f64) (result f32 f64) local.get 0 local.get 1)
        (func (export "add") (param i32 i64) (result i64)
            local.get 0 i64.extend_i32_s local.get 1 i64.add)
        (func (export "refs") (result funcref externref funcref)
            ref.null func ref.null extern ref.func $rec))"#,
);

#[test]
fn a_trap_in_the_entry() {
    check_run(
        "entry",
        &[TRAP],
        &["trap.wat"],
        "
Error: failed to run main module `trap.wat`

Caused by:
    0: failed to invoke command default
    1: error while executing at wasm backtrace:
    0:     0x2f - m!boom
    1:     0x2a - m!middle
    2:     0x25 - m!start
    2: wasm trap: wasm `unreachable` instruction executed
[exit 134]",
    );
}

#[test]
fn a_memory_fault_names_its_address() {
    check_run("fault", &[CALLS], &["--invoke", "load", "calls.wat", "65533"], "
warning: using `--invoke` with a function that takes arguments is experimental and may break in the future
Error: failed to run main module `calls.wat`

Caused by:
    0: failed to invoke `load`
    1: error while executing at wasm backtrace:
    0:     0x71 - <unknown>!<wasm function 1>
    2: memory fault at wasm address 0x10000 in linear memory of size 0x10000
    3: wasm trap: out of bounds memory access
[exit 134]");
}

// The innermost frame has not begun to execute, hence it has no offset.
#[test]
fn an_exhausted_stack() {
    let args = ["-D", "max-backtrace=3", "--invoke", "rec", "calls.wat"];
    check_run(
        "stack",
        &[CALLS],
        &args,
        "
Error: failed to run main module `calls.wat`

Caused by:
    0: failed to invoke `rec`
    1: error while executing at wasm backtrace:
    0: <unknown>!rec
    1:     0x6a - <unknown>!rec
    2:     0x6a - <unknown>!rec
    2: wasm trap: call stack exhausted
[exit 134]",
    );
}

#[test]
fn results_in_lines() {
    check_run("two", &[CALLS], &["--invoke", "two", "calls.wat"], "
warning: using `--invoke` with a function that returns values is experimental and may break in the future
1
2.5
[exit 0]");
    check_run("refs", &[CALLS], &["--invoke", "refs", "calls.wat"], "
warning: using `--invoke` with a function that returns values is experimental and may break in the future
<null funcref>
<null externref>
<funcref>
[exit 0]");
    check_run("floats", &[CALLS], &["--invoke", "floats", "calls.wat", "-inf", "1e2"], "
warning: using `--invoke` with a function that takes arguments is experimental and may break in the future
warning: using `--invoke` with a function that returns values is experimental and may break in the future
-inf
100
[exit 0]");
}

// What follows the module is for the function, even if it looks like an option.
#[test]
fn arguments_begin_after_the_module() {
    check_run("negative", &[CALLS], &["--invoke", "add", "calls.wat", "-1", "0x10"], "
warning: using `--invoke` with a function that takes arguments is experimental and may break in the future
warning: using `--invoke` with a function that returns values is experimental and may break in the future
15
[exit 0]");
    check_run("too-few", &[CALLS], &["--invoke", "add", "calls.wat", "1"], "
warning: using `--invoke` with a function that takes arguments is experimental and may break in the future
Error: failed to run main module `calls.wat`

Caused by:
    not enough arguments for `add`
[exit 1]");
    check_run("no-number", &[CALLS], &["--invoke", "add", "calls.wat", "x", "1"], "
warning: using `--invoke` with a function that takes arguments is experimental and may break in the future
Error: failed to run main module `calls.wat`

Caused by:
    invalid digit found in string
[exit 1]");
}

#[test]
fn what_is_missing_is_named() {
    check_run(
        "no-export",
        &[CALLS],
        &["--invoke", "nope", "calls.wat"],
        "
Error: failed to run main module `calls.wat`

Caused by:
    no func export named `nope` found
[exit 1]",
    );
    let host = r#"(module (import "env" "nope" (func $f)) (func (export "_start") call $f))"#;
    check_run(
        "no-import",
        &[("host.wat", host)],
        &["host.wat"],
        r#"
Error: failed to run main module `host.wat`

Caused by:
    0: failed to instantiate "host.wat"
    1: unknown import: `env::nope` has not been defined
[exit 1]"#,
    );
    check_run(
        "no-file",
        &[],
        &["nope.wat"],
        r#"
Error: failed to open wasm module "nope.wat"

Caused by:
    No such file or directory (os error 2)
[exit 1]"#,
    );
}

#[test]
fn an_invalid_module() {
    check_run(
        "bad",
        &[("bad.wat", "(module (func (result i32)))")],
        &["bad.wat"],
        "
Error: failed to compile: wasm[0]::function[0]

Caused by:
    0: WebAssembly translation error
    1: Invalid input WebAssembly code at offset 24: type mismatch: expected i32 but nothing on stack
[exit 1]",
    );
}

#[test]
fn initialize_runs_first_and_preloaded_modules_before_it() {
    let lib = r#"(module $lib (func (export "value") (result i32) i32.const 42))"#;
    let main = r#"(module (import "lib" "value" (func $value (result i32)))
        (global $g (mut i32) (i32.const 0))
        (func (export "_initialize") (global.set $g (call $value)))
        (func (export "_start") (if (i32.ne (global.get $g) (i32.const 42)) (then unreachable))))"#;
    let files = [("lib.wat", lib), ("main.wat", main)];
    check_run(
        "preload",
        &files,
        &["--preload", "lib=lib.wat", "main.wat"],
        "\n[exit 0]",
    );
}

#[test]
fn usage_errors_exit_with_two() {
    check(
        "bogus",
        &[TRAP],
        &["run", "-W", "bogus", "trap.wat"],
        "
error: unknown -W / --wasm option: bogus
[exit 2]",
    );
    check("flag", &[TRAP], &["-Wtail-call=maybe", "trap.wat"], "
error: failed to parse -W option `tail-call=maybe`: unknown boolean flag `maybe`, only yes,no,<nothing> accepted
[exit 2]");
}

#[test]
fn a_script_that_fails() {
    let script = r#"(module $m (func $boom (export "f") unreachable))
(assert_trap (invoke "f") "out of bounds")
(assert_trap (invoke "f") "unreachable")"#;
    check(
        "script",
        &[("c.wast", script)],
        &["wast", "--mode", "interp", "c.wast"],
        "
Error: failed to run script file 'c.wast'

Caused by:
    0: failed directive on c.wast:2
    1: expected 'out of bounds', got 'error while executing at wasm backtrace:
    0:     0x1e - m!boom

Caused by:
    wasm trap: wasm `unreachable` instruction executed
'
[interp] c.wast:2: expected 'out of bounds', got 'error while executing at wasm backtrace:
[interp]     0:     0x1e - m!boom
[interp] 
[interp] Caused by:
[interp]     wasm trap: wasm `unreachable` instruction executed
[interp] '
2 passed, 1 failed
[exit 1]",
    );
}

// Without effect, but others give them.
#[test]
fn a_script_with_options_of_wasmtime() {
    let script = r#"(module (func (export "f") (result i32) (i32.const 1)))
(assert_return (invoke "f") (i32.const 1))"#;
    let args = [
        "wast",
        "--mode=interp",
        "--async=false",
        "--generate-dwarf",
        "-Ccache=n",
        "script.wast",
    ];
    let expected = "2 passed, 0 failed\n[exit 0]";
    check("options", &[("script.wast", script)], &args, expected);
}

// Every assertion on a module that needs too much is skipped, and nothing fails.
#[test]
fn a_script_that_needs_what_is_not_covered() {
    let script = r#"(module (type (struct)) (func (export "f") (result i32) (i32.const 1)))
(assert_return (invoke "f") (i32.const 2))
(module (func (export "f") (result i32) (i32.const 1)))
(assert_return (invoke "f") (i32.const 1))"#;
    let files = [("gc.wast", script)];
    check(
        "skipped",
        &files,
        &["wast", "--mode", "all", "--skipped", "gc.wast"],
        "
skipped 14: needs gc
14 passed, 0 failed, 14 skipped
[exit 0]",
    );
}

// A build that traces prints each instruction with the operands before it.
#[cfg(feature = "trace-interp")]
#[test]
fn trace_prints_instructions() {
    let module = (
        "trace.wat",
        r#"(module (func (export "f") (result i32) (i32.mul (i32.const 6) (i32.const 7))))"#,
    );
    check(
        "trace",
        &[module],
        &["run", "--tier=interp", "--trace=interp", "--invoke=f", "trace.wat"],
        "
interp func0@0x0 i32.const 6
interp func0@0x2 i32.const 7 [6]
interp func0@0x4 i32.mul [6, 7]
interp func0@0x5 end [2a]
warning: using `--invoke` with a function that returns values is experimental and may break in the future
42
[exit 0]",
    );
}
