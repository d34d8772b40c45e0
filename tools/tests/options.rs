//! The option groups and the commands around them: what is known, what has an effect, and with which
//! words the rest is refused.

#[path = "texts/transcript.rs"]
mod transcript;

use serde_json::Value;
use std::process::Command;
use transcript::{check, transcript};

const OK: (&str, &str) = ("ok.wat", r#"(module (func (export "_start")))"#);

/// All keys of the groups of wasmtime-cli-flags 48.0.8.
const WASMTIME: &[(&str, &str)] = &[
    (
        "-W / --wasm",
        "nan-canonicalization fuel epoch-interruption max-wasm-stack async-stack-size \
         async-stack-zeroing unknown-exports-allow unknown-imports-trap unknown-imports-default \
         wmemcheck max-memory-size max-table-elements max-instances max-tables max-memories \
         trap-on-grow-failure timeout all-proposals bulk-memory multi-memory multi-value \
         reference-types simd relaxed-simd relaxed-simd-deterministic tail-call threads \
         shared-memory shared-everything-threads memory64 component-model component-model-async \
         component-model-more-async-builtins component-model-async-stackful \
         component-model-threading component-model-error-context component-model-gc \
         component-model-map component-model-memory64 function-references stack-switching gc \
         custom-page-sizes wide-arithmetic branch-hinting extended-const exceptions gc-support \
         component-model-fixed-length-lists component-model-implements concurrency-support",
    ),
    (
        "-O / --optimize",
        "opt-level regalloc-algorithm memory-may-move memory-reservation \
         memory-reservation-for-growth memory-guard-size gc-heap-may-move gc-heap-reservation \
         gc-heap-reservation-for-growth gc-heap-guard-size gc-heap-initial-size \
         guard-before-linear-memory table-lazy-init pooling-allocator pooling-decommit-batch-size \
         pooling-memory-keep-resident pooling-table-keep-resident pooling-memory-protection-keys \
         pooling-max-memory-protection-keys memory-init-cow memory-guaranteed-dense-image-size \
         pooling-total-core-instances pooling-total-component-instances pooling-total-memories \
         pooling-total-tables pooling-total-stacks pooling-max-memory-size pooling-table-elements \
         pooling-max-core-instance-size pooling-max-unused-warm-slots \
         pooling-async-stack-keep-resident pooling-max-component-instance-size \
         pooling-max-core-instances-per-component pooling-max-memories-per-component \
         pooling-max-tables-per-component pooling-max-tables-per-module \
         pooling-max-memories-per-module pooling-total-gc-heaps signals-based-traps \
         dynamic-memory-guard-size static-memory-guard-size static-memory-forced \
         static-memory-maximum-size dynamic-memory-reserved-for-growth pooling-pagemap-scan \
         gc-zeal-alloc-counter",
    ),
    (
        "-C / --codegen",
        "compiler collector cranelift-debug-verifier cache cache-config parallel-compilation \
         native-unwind-info inlining metadata-for-internal-asserts \
         metadata-for-gc-heap-corruption cranelift-<KEY>",
    ),
    (
        "-D / --debug",
        "debug-info guest-debug address-map logging log-to-files coredump debugger arg \
         inherit-stdin inherit-stdout inherit-stderr max-backtrace symbols",
    ),
    (
        "-S / --wasi",
        "cli cli-exit-with-code common nn threads http http-outgoing-body-buffer-chunks \
         http-outgoing-body-chunk-size config keyvalue listenfd tcplisten tls preview2 nn-graph \
         inherit-network allow-ip-name-lookup tcp udp network-error-code preview0 inherit-env \
         inherit-stdin inherit-stdout inherit-stderr cwd config-var keyvalue-in-memory-data p3 \
         max-resources hostcall-fuel max-component-handles max-random-size max-http-fields-size",
    ),
    (
        "-R / --record",
        "path validation-metadata event-window-size",
    ),
];

fn listing() -> Vec<Value> {
    let json = transcript("listing", &[], &["settings", "--json"]);
    let json = json.lines().next().expect("one line");
    serde_json::from_str(json).expect("JSON")
}

#[test]
fn every_key_of_wasmtime_is_known() {
    let listing = listing();
    for (group, keys) in WASMTIME {
        if *group == "-S / --wasi" && cfg!(not(feature = "wasi")) {
            continue;
        }
        for key in keys.split_whitespace() {
            let is_key = |it: &&Value| {
                let usage = it["key"].as_str().unwrap_or_default();
                let rest = usage.strip_prefix(key);
                it["group"] == *group
                    && rest.is_some_and(|it| it.is_empty() || it.starts_with(['=', '[']))
            };
            assert_eq!(listing.iter().filter(is_key).count(), 1, "{group} {key}");
        }
    }
}

/// A value that a key accepts, by the form that the list gives.
fn value(form: &str) -> Option<&str> {
    match form {
        "" | "=val" | "[=val]" => Some("=x"),
        "=N" => Some("=1_000"),
        "=N|Ns|Nms|.." => Some("=3s"),
        "[=y|n]" => Some("=n"),
        choice => {
            let words = choice.trim_start_matches(['[', '=']).trim_end_matches(']');
            words.split('|').next_back().map(|_| choice)
        }
    }
}

// Scripts that were made for wasmtime go on to work: what has no effect is taken with any value that
// wasmtime takes.
#[test]
fn what_has_no_effect_is_taken() {
    let mut args = vec!["run".to_string()];
    for key in listing().iter().filter(|it| it["effect"] == "no effect") {
        let usage = key["key"].as_str().expect("a text");
        let at = usage.find(['=', '[']).expect("all have values");
        let (name, form) = usage.split_at(at);
        let letter = &key["group"].as_str().expect("a text")[..2];
        let value = match value(form) {
            Some(value) if value == form => {
                let words = form.trim_start_matches(['[', '=']).trim_end_matches(']');
                for word in words.split('|') {
                    args.push(format!("{letter}{name}={word}"));
                }
                continue;
            }
            value => value.unwrap_or_default(),
        };
        args.push(format!("{letter}{name}{value}"));
    }
    assert!(args.len() > 50, "{args:?}");
    args.push("ok.wat".to_string());
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    check("ignored", &[OK], &args, "[exit 0]");
}

#[test]
#[cfg(feature = "wasi")]
fn what_is_refused_says_why() {
    let mut refused = String::new();
    for key in listing().iter().filter(|it| it["effect"] == "refused") {
        let usage = key["key"].as_str().expect("a text");
        let at = usage.find(['=', '[']).expect("all have values");
        let letter = &key["group"].as_str().expect("a text")[..2];
        let value = match value(&usage[at..]) {
            Some("=n") => "=y",
            value => value.unwrap_or_default(),
        };
        let item = format!("{letter}{}{value}", &usage[..at]);
        let text = transcript("refused", &[OK], &["run", &item, "ok.wat"]);
        refused.push_str(&text);
        refused.push('\n');
    }
    let expected = include_str!("texts/refused.txt");
    assert_eq!(refused, expected);
}

#[test]
fn values_that_are_none() {
    for (item, text) in [
        (
            "-Oopt-level=3",
            "unknown optimization level `3`, only 0,1,2,s accepted",
        ),
        (
            "-Oopt-level",
            "value must be specified with `key=val` syntax",
        ),
        (
            "-Oregalloc-algorithm=fast",
            "unknown regalloc algorithm`fast`, only backtracking,single-pass accepted",
        ),
        (
            "-Opooling-pagemap-scan=maybe",
            "unknown flag `maybe`, only yes,no,auto,<nothing> accepted",
        ),
        ("-Ogc-zeal-alloc-counter=0", "value must be non-zero"),
        ("-Omemory-reservation=many", "invalid digit found in string"),
        (
            "-Ccompiler=gcc",
            "unknown compiler `gcc` only `cranelift` and `winch` accepted",
        ),
        (
            "-Ccollector=all",
            "unknown collector `all` only `drc`, `null`, and `copying` accepted",
        ),
        (
            "-Cinlining=some",
            "invalid intra-module inlining option string: `some`, only \
             yes,no,gc,inter-module,intrinsics accepted",
        ),
        ("-Wtimeout=soon", "failed to parse duration: soon"),
        (
            "-Wsimd=1",
            "unknown boolean flag `1`, only yes,no,<nothing> accepted",
        ),
    ] {
        let (letter, given) = item.split_at(2);
        let expected =
            format!("error: failed to parse {letter} option `{given}`: {text}\n[exit 2]");
        let actual = transcript("values", &[OK], &["run", item, "ok.wat"]);
        assert_eq!(actual, expected);
    }
    check(
        "unknown",
        &[OK],
        &["run", "-Dbogus=1", "ok.wat"],
        "error: unknown -D / --debug option: bogus\n[exit 2]",
    );
    // The key alone is none.
    check(
        "prefix",
        &[OK],
        &["run", "-Ccranelift-=1", "ok.wat"],
        "error: unknown -C / --codegen option: cranelift-\n[exit 2]",
    );
}

// These are found out when the engine is made, with wasmtime's words.
#[test]
fn engines_that_cannot_be_made() {
    for (args, text) in [
        (&["-Ccompiler=winch"][..], "winch support not compiled in"),
        (
            &["-Wwmemcheck"],
            "wmemcheck (memory checker) was requested but is not enabled in this build",
        ),
        (
            &["-Dguest-debug"],
            "debug instrumentation support was disabled at compile time",
        ),
        (
            &["-Wcomponent-model"],
            "the wasm_component_model feature is not supported on this compiler configuration",
        ),
        (
            &["-Wsimd=n"],
            "cannot disable the simd proposal but enable the relaxed simd proposal",
        ),
        (
            &["-Wmax-wasm-stack=0"],
            "max_wasm_stack size cannot be zero",
        ),
        (
            &["-Wasync-stack-size=1000,max-wasm-stack=2000"],
            "max_wasm_stack size cannot exceed the async_stack_size",
        ),
        (
            &["-Opooling-memory-protection-keys"],
            "memory protection keys require the pooling allocator",
        ),
        (
            &["-Opooling-allocator,pooling-max-memory-protection-keys=1"],
            "max memory protection keys requires memory protection keys to be enabled",
        ),
        (
            &["--target", "riscv64gc-unknown-linux-gnu"],
            "target `riscv64gc-unknown-linux-gnu` is not supported: Wasm is executed on this host \
             only",
        ),
    ] {
        let args = [&["run"], args, &["ok.wat"]].concat();
        check("engine", &[OK], &args, &format!("Error: {text}\n[exit 1]"));
    }
}

// The same proposals are off, wherever the key for all of them stands.
#[test]
fn all_proposals() {
    let tail = (
        "tail.wat",
        r#"(module (func $f (param i32) (result i32) (local.get 0))
        (func (export "f") (result i32) (return_call $f (i32.const 7))))"#,
    );
    let off = "Error: failed to compile: wasm[0]::function[1]

Caused by:
    0: WebAssembly translation error
    1: Invalid input WebAssembly code at offset 44: tail calls support is not enabled
[exit 1]";
    let on = "warning: using `--invoke` with a function that returns values is experimental and \
              may break in the future\n7\n[exit 0]";
    for (given, expected) in [
        ("-Wall-proposals=n", off),
        ("-Wall-proposals=n,tail-call", on),
        ("-Wtail-call,all-proposals=n", on),
        ("-Wall-proposals,tail-call=n", off),
        ("-Wall-proposals", on),
    ] {
        let args = ["run", given, "--invoke", "f", "tail.wat"];
        check("proposals", &[tail], &args, expected);
    }
    let pages = ("pages.wat", "(module (memory 1 (pagesize 1)))");
    check(
        "pages",
        &[pages],
        &["run", "-Wall-proposals", "pages.wat"],
        "[exit 0]",
    );
}

#[test]
fn limits_of_the_store() {
    let grow = (
        "grow.wat",
        r#"(module (memory 1) (table 1 funcref)
        (func (export "memory") (result i32) (memory.grow (i32.const 2)))
        (func (export "table") (result i32) (table.grow (ref.null func) (i32.const 9))))"#,
    );
    let warning = "warning: using `--invoke` with a function that returns values is experimental \
                   and may break in the future\n";
    for (given, func, result) in [
        ("-Wmax-memory-size=196608", "memory", "1"),
        ("-Wmax-memory-size=0x2_ffff", "memory", "-1"),
        ("-Wmax-table-elements=10", "table", "1"),
        ("-Wmax-table-elements=9", "table", "-1"),
    ] {
        let expected = format!("{warning}{result}\n[exit 0]");
        let args = ["run", given, "--invoke", func, "grow.wat"];
        check("limits", &[grow], &args, &expected);
    }
    check(
        "limits",
        &[grow],
        &[
            "run",
            "-Wmax-memory-size=65536,trap-on-grow-failure",
            "--invoke=memory",
            "grow.wat",
        ],
        "Error: failed to run main module `grow.wat`

Caused by:
    0: failed to invoke `memory`
    1: error while executing at wasm backtrace:
    0:     0x3a - <unknown>!<wasm function 0>
    2: forcing trap when growing memory to 196608 bytes
[exit 1]",
    );
    for (given, text) in [
        (
            "max-instances",
            "resource limit exceeded: instance count too high at 1",
        ),
        (
            "max-memories",
            "resource limit exceeded: memory count too high at 1",
        ),
        (
            "max-tables",
            "resource limit exceeded: table count too high at 1",
        ),
    ] {
        let given = format!("-W{given}=0");
        let expected = format!(
            "Error: failed to run main module `grow.wat`

Caused by:
    0: failed to instantiate \"grow.wat\"
    1: {text}
[exit 1]"
        );
        check("counts", &[grow], &["run", &given, "grow.wat"], &expected);
    }
}

// A file has what the groups have; what is given beside it counts more.
#[test]
fn options_in_a_file() {
    let file = (
        "options.toml",
        "[optimize]
opt-level = 2
signals-based-traps = false

[codegen]
collector = \"null\"

[debug]
address-map = false

[wasm]
max-wasm-stack = 65536
",
    );
    let trap = (
        "trap.wat",
        r#"(module $m (func $f (export "_start") unreachable))"#,
    );
    let report = |place: &str| {
        format!(
            "Error: failed to run main module `trap.wat`

Caused by:
    0: failed to invoke command default
    1: error while executing at wasm backtrace:
    0: {place}m!f
    2: wasm trap: wasm `unreachable` instruction executed
[exit 134]"
        )
    };
    let config = ["run", "--config", "options.toml"];
    let with = |args: &[&'static str]| [&config, args, &["trap.wat"]].concat();
    check("file", &[file, trap], &with(&[]), &report(""));
    let args = with(&["-Daddress-map"]);
    check("file", &[file, trap], &args, &report("    0x23 - "));
    check(
        "file",
        &[file, trap],
        &with(&["-Wmax-wasm-stack=0"]),
        "Error: max_wasm_stack size cannot be zero\n[exit 1]",
    );
    let wrong = ("options.toml", "[optimize]\nthis-key-does-not-exist = true");
    check(
        "file",
        &[wrong, trap],
        &with(&[]),
        "Error: failed to parse TOML config file \"options.toml\"

Caused by:
    unknown field `this-key-does-not-exist`
[exit 1]",
    );
    check(
        "file",
        &[trap],
        &with(&[]),
        "Error: failed to read config file: \"options.toml\"

Caused by:
    No such file or directory (os error 2)
[exit 1]",
    );
}

#[test]
fn fuel_and_time() {
    let forever = (
        "forever.wat",
        r#"(module $m (func $spin (export "_start") (loop (br 0)))
        (func (export "quick")))"#,
    );
    let report = |text: &str| {
        format!(
            "Error: failed to run main module `forever.wat`

Caused by:
    0: failed to invoke command default
    1: error while executing at wasm backtrace:
    0:     0x2c - m!spin
    2: wasm trap: {text}
[exit 134]"
        )
    };
    let fuel = report("all fuel consumed by WebAssembly");
    let interrupt = report("interrupt");
    for tier in ["--tier=interp", "--tier=jit", "--tier=auto"] {
        let args = ["run", tier, "-Wfuel=10_000", "forever.wat"];
        check("fuel", &[forever], &args, &fuel);
        // Long enough for a busy machine to begin: otherwise it is interrupted before the loop.
        let args = ["run", tier, "-Wtimeout=300ms", "forever.wat"];
        check("timeout", &[forever], &args, &interrupt);
    }
    for given in ["-Wfuel=10", "-Wtimeout=1000"] {
        let args = ["run", given, "--invoke=quick", "forever.wat"];
        check("enough", &[forever], &args, "[exit 0]");
    }
    // Without a timeout, the deadline has passed before the program begins.
    let args = [
        "run",
        "-Wepoch-interruption",
        "--invoke=quick",
        "forever.wat",
    ];
    check(
        "epoch",
        &[forever],
        &args,
        "Error: failed to run main module `forever.wat`

Caused by:
    0: failed to invoke `quick`
    1: error while executing at wasm backtrace:
    0:     0x33 - m!<wasm function 1>
    2: wasm trap: interrupt
[exit 134]",
    );
}

// A program that sleeps in its host is not interrupted by epochs.
#[test]
#[cfg(feature = "wasi")]
fn time_in_the_host() {
    // Waits for a clock, for a minute.
    let sleep = (
        "sleep.wat",
        r#"(module
        (import "wasi_snapshot_preview1" "poll_oneoff"
            (func $poll (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_start")
            (i32.store (i32.const 16) (i32.const 1))
            (i64.store (i32.const 24) (i64.const 60_000_000_000))
            (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))"#,
    );
    check(
        "sleep",
        &[sleep],
        &["run", "-Wtimeout=20ms", "sleep.wat"],
        "Error: timed out after 20ms in a function of the host

Caused by:
    wasm trap: interrupt
[exit 134]",
    );
}

// A core dump is a module in the binary format, with sections of its own.
#[test]
fn core_dumps() {
    let trap = (
        "trap.wat",
        r#"(module $m (memory 1) (data (i32.const 0) "memory")
        (global (mut i32) (i32.const 7))
        (func $f (export "_start") unreachable))"#,
    );
    let path = std::env::temp_dir().join(format!("wij-core-{}", std::process::id()));
    let given = format!("-Dcoredump={}", path.display());
    let expected = format!(
        "Error: failed to run main module `trap.wat`

Caused by:
    0: core dumped at {}
    1: failed to invoke command default
    2: wasm coredump generated while executing store_name:
modules:
  m
instances:
  Instance {{ store: StoreId(0), id: instance0 }}
memories:
  Memory {{ store: StoreId(0), id: memory#0 }}
globals:
  Global {{ store: StoreId(0), id: global#0 }}
backtrace:
error while executing at wasm backtrace:
    0:     0x30 - m!f
    3: error while executing at wasm backtrace:
    0:     0x30 - m!f
    4: wasm trap: wasm `unreachable` instruction executed
[exit 134]",
        path.display()
    );
    check("core", &[trap], &["run", &given, "trap.wat"], &expected);
    let core = std::fs::read(&path).expect("it was written");
    std::fs::remove_file(&path).expect("it was written");
    assert!(core.starts_with(b"\0asm"));
    for section in [
        "core",
        "coremodules",
        "coreinstances",
        "corestack",
        "memory",
    ] {
        let is_there = core
            .windows(section.len())
            .any(|it| it == section.as_bytes());
        assert!(is_there, "{section}");
    }
    check(
        "pattern",
        &[trap],
        &["run", "-Dcoredump=core.%p", "trap.wat"],
        "Error: the coredump-on-trap path does not support patterns yet.\n[exit 1]",
    );
}

#[test]
fn help_on_groups() {
    check(
        "help",
        &[],
        &["run", "-R", "help"],
        "
Available record options:

  -R path=val                  -- where the recording is written to (refused)
  -R validation-metadata[=y|n] -- checks in the recording (no effect)
  -R event-window-size=N       -- events that are kept in memory (no effect)

pass `-R help-long` to see longer-form explanations
[exit 0]",
    );
    check(
        "help-long",
        &[],
        &["-R", "help-long"],
        "
Available record options:

  -R path=val --

        where the recording is written to.
        Refused: executions are not recorded.

  -R validation-metadata[=y|n] --

        checks in the recording.
        Accepted, since wasmtime has it, but with no effect.

  -R event-window-size=N --

        events that are kept in memory.
        Accepted, since wasmtime has it, but with no effect.

[exit 0]",
    );
    for (letter, name) in [
        ("-W", "wasm"),
        ("-O", "optimize"),
        ("-C", "codegen"),
        ("-D", "debug"),
    ] {
        let text = transcript("help", &[], &[letter, "help"]);
        assert!(
            text.starts_with(&format!("Available {name} options:\n\n  {letter} ")),
            "{text}"
        );
        assert!(text.ends_with("explanations\n[exit 0]"), "{text}");
    }
}

#[test]
fn shells_complete_commands() {
    for (shell, begins) in [
        ("bash", "_wasm__interp__jit()"),
        ("elvish", "\nuse builtin;"),
        ("fish", "# Print an optspec"),
        ("powershell", "\nusing namespace"),
        ("zsh", "#compdef wasm-interp-jit"),
    ] {
        let script = transcript("completion", &[], &["completion", shell]);
        assert!(script.starts_with(begins), "{script}");
        assert!(script.ends_with("[exit 0]"), "{script}");
        for word in ["explain", "compile", "invoke", "preload"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    // What bash makes of it.
    let script = transcript("bash", &[], &["completion", "bash"]);
    let script = script.strip_suffix("[exit 0]").expect("it succeeds");
    let complete = format!(
        "{script}\nCOMP_WORDS=(wasm-interp-jit expl) COMP_CWORD=1\n\
         _wasm__interp__jit wasm-interp-jit expl wasm-interp-jit\necho \"${{COMPREPLY[@]}}\""
    );
    if let Ok(output) = Command::new("bash").args(["-c", &complete]).output() {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "explain explore\n");
    }
}

#[test]
fn help_has_examples_of_every_command() {
    let help = transcript("examples", &[], &["--help"]);
    let examples = help.split_once("Examples:\n").expect("there are some").1;
    for command in [
        "run",
        "explain",
        "compile",
        "wast",
        "completion",
        "settings",
    ] {
        let line = format!("wasm-interp-jit {command}");
        assert!(examples.contains(&line), "{command}");
        let own = transcript("examples", &[], &[command, "--help"]);
        assert!(own.contains(&format!("Usage: {line}")), "{own}");
    }
}
