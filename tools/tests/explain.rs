//! `explain`: what it says of a run, as text and as JSON, and what a saved run says again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A loop whose target is another one half-way, and that is called by a function with a name that
/// no page should take for its own.
const CHANGE: &str = r#"(module
  (type $unary (func (param i32) (result i32)))
  (table $targets 1 1 funcref)
  (elem (i32.const 0) $seven)
  (elem declare func $other)
  (func $seven (type $unary) (i32.add (local.get 0) (i32.const 7)))
  (func $other (type $unary) (i32.add (local.get 0) (i32.const 9)))
  (func $loop (@name "</code><script>document.title = 'harm'</script>") (export "f")
    (param $n i32) (result i32)
    (local $sum i32)
    (loop $next
      (if (i32.eq (local.get $n) (i32.const 5000))
        (then (table.set $targets (i32.const 0) (ref.func $other))))
      (local.set $sum
        (call_indirect $targets (type $unary) (local.get $sum) (i32.const 0)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $next (local.get $n)))
    (local.get $sum)))"#;

/// A folder of a test's own, with a module in it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        Self::with(test, "change.wat", CHANGE)
    }

    fn with(test: &str, name: &str, module: &str) -> Folder {
        let dir = std::env::temp_dir().join(format!("wij-explain-{}-{test}", std::process::id()));
        fs::create_dir_all(&dir).expect("the temporary directory is writable");
        fs::write(dir.join(name), module).expect("the temporary directory is writable");
        Folder(dir)
    }

    /// Runs the command in it.
    fn explain(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_wasm-interp-jit"))
            .arg("explain")
            .args(args)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .expect("the command starts")
    }

    /// The same, for what must succeed; its standard output.
    fn explained(&self, args: &[&str]) -> String {
        let output = self.explain(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        String::from_utf8(output.stdout).expect("text")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("the command has written it")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("the test has made it");
    }
}

/// 10,000 trips of the loop, with code of it and then an exit from that.
const RUN: [&str; 6] = [
    "--tier=auto",
    "--threshold=100",
    "--sync-tier-up",
    "--invoke=f",
    "change.wat",
    "10000",
];

// Bytecode with what the interpreter knows beside it: landing places, call sites and their targets,
// and how often. The hottest function comes first.
#[test]
fn bytecode_with_feedback() {
    let module = r#"(module
        (type $t (func (param i32) (result i32)))
        (table funcref (elem $inc))
        (func $inc (type $t) (i32.add (local.get 0) (i32.const 1)))
        (func (export "f") (param i32) (result i32)
          loop
            (call_indirect (type $t) (local.get 0) (i32.const 0))
            local.tee 0
            (br_if 0 (i32.lt_u (i32.const 70)))
          end
          local.get 0))"#;
    let folder = Folder::with("bytecode", "explain.wat", module);
    let text = folder.explained(&[
        "--tier=interp",
        "--threshold=1000",
        "--invoke=f",
        "explain.wat",
        "5",
    ]);
    let (text, times) = text.split_once("time: ").expect("times come last");
    assert_eq!(
        text,
        "\
70
func1 (f): 21 bytes, 1 locals, 2 operand slots, Interpreted, hotness left 935, 459 instructions interpreted
  0x0000  loop               ; header 0x2, lands 0x2
  0x0002  local.get 0
  0x0004  i32.const 0
  0x0006  call_indirect 0 0  ; st0 site0 Monomorphic func0[0] x 65, 64 hits, 1 misses
  0x0009  local.tee 0
  0x000b  i32.const 70
  0x000e  i32.lt_u
  0x000f  br_if 0            ; st1 ->^ 0x2 st0 keep=0 drop=0, taken 64 of 65
  0x0011  end
  0x0012  local.get 0
  0x0014  end
func0 (inc): 6 bytes, 1 locals, 2 operand slots, Interpreted, hotness left 935, 260 instructions interpreted
  0x0000  local.get 0
  0x0002  i32.const 1
  0x0004  i32.add
  0x0005  end
deopts: 0
"
    );
    assert!(times.ends_with(" ms\n"), "{times}");
}

// The whole story of a speculation that fails: seen, compiled with the target inlined, entered,
// left, withdrawn, and compiled again. Times differ between runs, and nothing else does.
#[test]
fn a_speculation_that_fails() {
    let folder = Folder::new("speculation");
    let text = folder.explained(&RUN);
    let story = [
        "(</code><script>document.title = 'harm'</script>): ",
        "  code1 from the loop at 0x",
        " exits, taken once, compiled in ",
        ", entered by OSR once, withdrawn at ",
        "    @0x15 func0 behind index == 0 and table version, else exit\n      func0 (seven)\n",
        "; st1 site0 Polymorphic func0[0] x ",
        "code1: inlined func0 behind index == 0 and table version, else exit",
        "code1: exits taken x 1: TableChanged\n",
        "timeline: ",
        "deopts: 1\n",
    ];
    for part in story {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

// The same for an arm that was left out because nothing had taken it, and then is taken.
#[test]
fn an_arm_that_was_never_taken() {
    let module = r#"(module (func (export "f") (param $n i32) (result i32) (local $sum i32)
        (loop $next
          (if (i32.eq (local.get $n) (i32.const 5))
            (then (local.set $sum (i32.add (local.get $sum) (i32.const 1000000)))))
          (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
          (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum)))"#;
    let folder = Folder::with("arm", "rare.wat", module);
    folder.explained(&[
        "--json=run.json",
        "--tier=auto",
        "--threshold=1000",
        "--sync-tier-up",
        "--untaken-after=100",
        "--invoke=f",
        "rare.wat",
        "100000",
    ]);
    let text = folder.explained(&["--from=run.json"]);
    let story = [
        "    @0x7 exit if not taken: taken ",
        "  0x0007  if                 ; st0 -> 0x13 st1 keep=0 drop=0, taken ",
        "code0: exits taken x 1: UntakenBranch\n",
        " deopt code0 exit0 UntakenBranch: func0@0x7, 1 frame(s)\n",
        "deopts: 1\n",
    ];
    for part in story {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
    folder.explained(&["--from=run.json", "--html=page.html"]);
    assert!(
        folder
            .read("page.html")
            .contains("exit if not taken: taken ")
    );
}

#[test]
fn a_saved_run_is_explained_without_running() {
    let folder = Folder::new("saved");
    let printed = folder.explained(&[&["--json=run.json"], &RUN[..]].concat());
    assert_eq!(printed, "80000\n", "only the program's own output");
    let saved = folder.read("run.json");
    let again = folder.explained(&["--from=run.json", "--json"]);
    assert_eq!(again, format!("{saved}\n"));
    let text = folder.explained(&["--from=run.json"]);
    assert!(!text.contains("80000"), "nothing runs");
    assert!(text.contains("deopts: 1\n"), "{text}");
    folder.explained(&["--from=run.json", "--html=a.html"]);
    folder.explained(&["--from=run.json", "--html=b.html"]);
    assert_eq!(folder.read("a.html"), folder.read("b.html"));
}

// What is listed of one function is what concerns it: here a callee, and the code it is inlined in.
#[test]
fn one_function() {
    let folder = Folder::new("one");
    let text = folder.explained(&[&["--func=other"], &RUN[..]].concat());
    let headings = text.lines().filter(|it| it.contains(" hotness left "));
    assert_eq!(headings.count(), 1, "{text}");
    assert!(text.contains("func1 (other): "), "{text}");
    assert!(
        text.contains("\n      func1 (other)\n      func0 (seven)\n"),
        "{text}"
    );
    let nothing = folder.explained(&[&["--func=none"], &RUN[..]].concat());
    let (output, rest) = nothing.split_once('\n').expect("lines");
    assert_eq!(output, "80000");
    assert!(rest.starts_with("deopts: 0\ntime: "), "{nothing}");
}

// A run may take as many exits as it likes: they are counted, and the first ones are listed.
#[test]
fn very_many_exits() {
    let folder = Folder::new("many");
    let args = ["--tier=jit", "--deopt-every=1", "--invoke=f", "change.wat"];
    let args = [&["--json=run.json"], &args[..], &["30000"]].concat();
    folder.explained(&args);
    let text = folder.explained(&["--from=run.json"]);
    assert!(text.contains("exits taken x 29999: Stress\n"), "{text}");
    assert!(text.contains("\ndeopts: 30000\n"), "{text}");
    assert!(text.contains("\n  ... and 29950 more\ntime: "), "{text}");
    folder.explained(&["--from=run.json", "--html=page.html"]);
    let page = folder.read("page.html");
    assert!(page.contains("<p>... and 29000 more</p>\n</section>"));
    let sizes = [folder.read("run.json").len(), page.len()];
    assert!(sizes.iter().all(|it| *it < 3_000_000), "{sizes:?}");
}

// Functions of several instances have the same numbers; code, decisions and exits are those of the
// right one.
#[test]
fn several_instances() {
    let lib = r#"(module
      (func $half (param i32) (result i32) (i32.shr_u (local.get 0) (i32.const 1)))
      (func $lib (export "lib") (param i32) (result i32) (call $half (local.get 0))))"#;
    let main = r#"(module
      (import "lib" "lib" (func $lib (param i32) (result i32)))
      (func $main (export "f") (param i32) (result i32)
        (local i32)
        (loop
          (local.set 1 (i32.add (local.get 1)
            (i32.add (call $lib (local.get 0)) (call $lib (local.get 0)))))
          (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 1)))"#;
    let folder = Folder::with("instances", "lib.wat", lib);
    fs::write(folder.0.join("main.wat"), main).expect("the folder is writable");
    let text = folder.explained(&[
        "--tier=auto",
        "--threshold=50",
        "--sync-tier-up",
        "--preload=lib=lib.wat",
        "--invoke=f",
        "main.wat",
        "100",
    ]);
    let of = |name: &str| {
        let start = text.find(name).expect("a listing");
        let rest = &text[start..];
        let end = rest.find("\n  0x0000").expect("a listing");
        rest[..end].to_owned()
    };
    let lib = of("\ninstance0 func1 (lib): ");
    assert!(lib.contains(" from the entry: "), "{lib}");
    assert!(
        lib.ends_with("\n    @0x2 func0\n      instance0 func0 (half)"),
        "{lib}"
    );
    let main = of("\ninstance1 func1 (main): ");
    assert!(main.contains(" from the loop at 0x2: "), "{main}");
    assert!(
        main.ends_with(
            "\n    @0xa home1:func1\n      home1:func1\n        @0x2 \n          home1:func0"
        ),
        "{main}"
    );
    assert!(text.contains(" ms instance0 tier func1 hot\n"), "{text}");
}

#[test]
fn counting_is_a_choice() {
    let folder = Folder::new("counts");
    let counted = folder.explained(&RUN);
    assert!(counted.contains(" instructions interpreted\n"), "{counted}");
    let not_counted = folder.explained(&[&["--no-counts"], &RUN[..]].concat());
    assert!(!not_counted.contains("interpreted\n"), "{not_counted}");
    assert!(!not_counted.contains(" hits, "), "{not_counted}");
    assert!(
        not_counted.contains("Polymorphic func0[0] x "),
        "{not_counted}"
    );
}

// A program that traps is explained, too; and its exit code stays.
#[test]
fn a_run_that_traps() {
    let module = r#"(module (func $boom (export "_start") unreachable))"#;
    let folder = Folder::with("trap", "trap.wat", module);
    let output = folder.explain(&["--tier=interp", "trap.wat"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("func0 (boom): 2 bytes"), "{text}");
    assert_eq!(output.status.code(), Some(134));
}

fn check_error(args: &[&str], code: i32, expected: &str) {
    let folder = Folder::new(&format!("error-{}", args.len() + expected.len()));
    fs::write(folder.0.join("other.json"), "{}").expect("the folder is writable");
    let output = folder.explain(args);
    assert_eq!(output.status.code(), Some(code));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.starts_with(expected.trim_start()), "{stderr}");
}

#[test]
fn files_that_are_not_there_or_something_else() {
    check_error(
        &["--from=none.json"],
        1,
        "
Error: failed to read `none.json`

Caused by:
    No such file or directory (os error 2)
",
    );
    check_error(
        &["--from=other.json"],
        1,
        "
Error: `other.json` is not of `explain --json`

Caused by:
    its `format` is not \"wasm-interp-jit explain 1\"
",
    );
    check_error(
        &["--html=none/page.html", "change.wat"],
        1,
        "
Error: failed to write `none/page.html`

Caused by:
    No such file or directory (os error 2)
",
    );
    check_error(
        &["--from=other.json", "change.wat"],
        2,
        "error: the argument '--from <FILE>' cannot be used with '[WASM]...'",
    );
    check_error(
        &[],
        2,
        "error: the following required arguments were not provided:",
    );
}

/// Chromium, if there is one: `CHROMIUM`, or `chromium` in `PATH`.
fn chromium() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Some(path.into());
    }
    let path = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&path).map(|it| it.join("chromium"));
    places.find(|it| it.is_file())
}

/// Loads a page; what it is then as HTML, and what came to the console.
fn load(chromium: &Path, folder: &Folder, page: &str) -> (String, Vec<String>) {
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .args(["--disable-quic", "--no-first-run", "--disable-sync"])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
        ])
        .arg("--enable-logging=stderr")
        .arg(format!(
            "--user-data-dir={}",
            folder.0.join("profile").display()
        ))
        .arg(format!("file://{}", folder.0.join(page).display()))
        .stdin(Stdio::null())
        .output()
        .expect("Chromium starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let console = stderr.lines().filter(|it| it.contains(":CONSOLE"));
    let console = console.map(str::to_owned).collect();
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        console,
    )
}

// The page as a browser has it: the timeline, the inline tree and the sites are there, the name of
// the function is text, and nothing is reported to the console.
#[test]
fn the_page_in_a_browser() {
    let Some(chromium) = chromium() else {
        eprintln!("no page was loaded: there is no `chromium`, and CHROMIUM is not set");
        return;
    };
    let folder = Folder::new("browser");
    folder.explained(&[&["--html=page.html"], &RUN[..]].concat());
    let (dom, console) = load(&chromium, &folder, "page.html");
    assert_eq!(console, [""; 0]);
    let name = "func2 (&lt;/code&gt;&lt;script&gt;document.title = 'harm'&lt;/script&gt;)";
    let parts = [
        "<title>wasm-interp-jit explain</title>",
        "<section id=\"timeline\">",
        "<g class=\"lane\"><a href=\"#f0-2\">",
        "<rect class=\"bar osr\"",
        "<path class=\"osr-entry\"",
        "<path class=\"deopt\"",
        "<ul class=\"tree\">",
        "<span class=\"inlined\">func0 behind index == 0 and table version, else exit</span>",
        "<a href=\"#f0-0\">func0 (seven)</a>",
        "<span class=\"badge poly\">Polymorphic</span>",
        "<section id=\"deopts\">",
        name,
    ];
    for part in parts {
        assert!(dom.contains(part), "{part:?} is not in:\n{dom}");
    }
    assert!(!dom.contains("<script"), "{dom}");

    // A page that does what this one must not do is found out.
    let harm = "<!doctype html><script>document.title = 'harm'; console.error('seen')</script>";
    fs::write(folder.0.join("harm.html"), harm).expect("the folder is writable");
    let (dom, console) = load(&chromium, &folder, "harm.html");
    assert!(dom.contains("<title>harm</title>"), "{dom}");
    assert_eq!(console.len(), 1, "{console:?}");
}
