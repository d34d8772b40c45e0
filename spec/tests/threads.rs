//! Scripts with threads: they run at the same time, and what they do counts.

use spec::{Mode, Options, Report, features, run_text};
use wasm_interp_jit::{Config, Engine};

fn run(mode: Mode, script: &str) -> Report {
    let mut config = Config::new();
    features::enable(&mut config);
    mode.configure(&mut config);
    let engine = Engine::new(&config).expect("the settings are valid");
    run_text("threads.wast", script, &engine, &Options::default())
}

/// Two threads that wait for each other: neither could come first if they did not run at once.
const HANDSHAKE: &str = r#"
(module $Mem (memory (export "shared") 1 1 shared))
(thread $T1 (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 1 shared)
    (func (export "run") (result i32)
      (i32.store (i32.const 64) (i32.const 42))
      (i32.atomic.store (i32.const 0) (i32.const 1))
      (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
      (loop $l
        (drop (memory.atomic.wait32 (i32.const 4) (i32.const 0) (i64.const -1)))
        (br_if $l (i32.eqz (i32.atomic.load (i32.const 4)))))
      (i32.load (i32.const 68))))
  (assert_return (invoke "run") (i32.const 43)))
(thread $T2 (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 1 shared)
    (func (export "run") (result i32)
      (loop $l
        (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
        (br_if $l (i32.eqz (i32.atomic.load (i32.const 0)))))
      (i32.store (i32.const 68) (i32.const 43))
      (i32.atomic.store (i32.const 4) (i32.const 1))
      (drop (memory.atomic.notify (i32.const 4) (i32.const 1)))
      (i32.load (i32.const 64))))
  (assert_return (invoke "run") (i32.const 42)))
(wait $T1)
(wait $T2)
(register "mem" $Mem)
(module
  (memory (import "mem" "shared") 1 1 shared)
  (func (export "sum") (result i32)
    (i32.add (i32.load (i32.const 64)) (i32.load (i32.const 68)))))
(assert_return (invoke "sum") (i32.const 85))
"#;

#[test]
fn threads_run_at_once() {
    for &mode in Mode::ALL {
        let report = run(mode, HANDSHAKE);
        assert!(report.is_ok(), "{mode}: {report}");
        assert_eq!((report.passed, report.skipped.len()), (14, 0), "{mode}");
    }
}

// What fails in a thread fails the script, whether it is waited for or not.
#[test]
fn failures_of_threads() {
    let script = r#"(module $Mem (memory (export "shared") 1 1 shared))
(thread $T1 (shared (module $Mem))
  (module (func (export "one") (result i32) i32.const 1))
  (assert_return (invoke "one") (i32.const 2)))
(wait $T1)
(thread $T2
  (register "mem" $Mem))
(wait $T3)"#;
    let report = run(Mode::Interp, script);
    let mut lines: Vec<_> = report.failed.iter().map(|it| it.line).collect();
    lines.sort_unstable();
    assert_eq!(lines, [4, 7, 8], "{report}");
}
