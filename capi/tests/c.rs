//! Programs in C, against the library as C sees it.
//!
//! A program is a file in `capi/tests/c`: its first comment has the module that it runs, its last
//! what it prints, in every mode of execution. What is declared in the header is all that the library
//! exports, and all that it exports is declared.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use wasm_interp_jit_capi as _;

const MODES: &[&str] = &["interp", "jit", "tiered", "deopt-stress"];

fn dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder that cargo built the library in: that of this test.
fn library_dir() -> PathBuf {
    let test = std::env::current_exe().expect("a test is a file");
    test.parent().expect("in a folder").to_path_buf()
}

/// A folder for what tests make.
fn work_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("capi");
        fs::create_dir_all(&dir).expect("the target folder is writable");
        dir
    })
}

/// Runs a command that must succeed. The result is what it prints.
fn run(command: &mut Command) -> String {
    let output = command.output();
    let Output {
        status,
        stdout,
        stderr,
    } = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr),
    );
    assert!(status.success(), "{command:?}: {status}\n{out}{err}");
    out.into_owned()
}

/// A compiler with this header, and all warnings as errors.
fn compiler(name: &str, standard: &str) -> Command {
    let mut command = Command::new(name);
    command.args(["-Wall", "-Wextra", "-Werror", standard, "-I"]);
    command.arg(dir().join("include"));
    command
}

/// Links with the library that is loaded when the program starts.
fn link_dynamically(command: &mut Command) {
    let libraries = library_dir();
    command
        .arg("-L")
        .arg(&libraries)
        .arg("-lwasm_interp_jit_capi");
    command.arg(format!("-Wl,-rpath,{}", libraries.display()));
    command.arg("-pthread");
}

fn compile(source: &Path, name: &str, link: impl FnOnce(&mut Command)) -> PathBuf {
    let program = work_dir().join(name);
    let mut command = compiler("cc", "-std=c11");
    command
        .args(["-g", "-D_GNU_SOURCE", "-o"])
        .arg(&program)
        .arg(source);
    link(&mut command);
    run(&mut command);
    program
}

/// What stands between a mark and the end of its comment.
fn section<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let text = text.split_once(&format!("{mark}\n"))?.1;
    Some(text.split_once("*/").expect("a comment ends").0)
}

fn check(name: &str) {
    let source = dir().join(format!("tests/c/{name}.c"));
    let text = fs::read_to_string(&source).expect("the program exists");
    let module = wat::parse_str(section(&text, "MODULE").expect("a module"));
    let path = work_dir().join(format!("{name}.wasm"));
    fs::write(&path, module.expect("the module is valid")).expect("the folder is writable");
    let program = compile(&source, name, link_dynamically);
    let sorted = section(&text, "PRINTS SORTED");
    let expected = sorted.or_else(|| section(&text, "PRINTS"));
    for mode in MODES {
        let mut command = Command::new(&program);
        command.arg(&path).env("WASM_INTERP_JIT_MODE", mode);
        command.env_remove("RUST_BACKTRACE");
        let mut out = run(&mut command);
        if sorted.is_some() {
            let mut lines: Vec<&str> = out.lines().collect();
            lines.sort_unstable();
            out = lines.join("\n") + "\n";
        }
        assert_eq!(Some(&*out), expected, "{name} in the mode {mode}");
    }
}

macro_rules! programs {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name));
            }
        )*

        const PROGRAMS: &[&str] = &[$(stringify!($name)),*];
    };
}

programs! {
    callback
    finalize
    global
    hello
    hostref
    memory
    multi
    null
    reenter
    reflect
    serialize
    start
    table
    threads
    trap
    wrong
}

#[test]
fn every_program_is_run() {
    let files = fs::read_dir(dir().join("tests/c")).expect("the programs");
    let files = files.map(|it| it.expect("readable").path());
    let names: BTreeSet<String> = files
        .filter(|it| it.extension().is_some_and(|it| it == "c"))
        .filter_map(|it| Some(it.file_stem()?.to_str()?.to_string()))
        .collect();
    assert_eq!(names, PROGRAMS.iter().map(|it| it.to_string()).collect());
}

/// Names of functions that a header declares, and does not define itself.
fn declared(include: &Path) -> BTreeSet<String> {
    let source = work_dir().join("header.c");
    fs::write(&source, "#include \"wasm.h\"\n").expect("the folder is writable");
    let mut command = Command::new("cc");
    let text = run(command.args(["-E", "-P", "-I"]).arg(include).arg(&source));
    let mut names = BTreeSet::new();
    for declaration in text.split(['{', '}', ';']) {
        let is_other = ["static", "typedef", "return"];
        let is_defined = is_other.iter().any(|it| declaration.contains(it));
        let head = declaration.split('(').next().unwrap_or_default();
        let name = head.split([' ', '*', '\n']).rfind(|it| !it.is_empty());
        names.extend(
            name.filter(|it| it.starts_with("wasm_") && declaration.contains('(') && !is_defined)
                .map(str::to_string),
        );
    }
    names
}

#[test]
fn what_is_declared_is_exported_and_nothing_else() {
    let library = library_dir().join("libwasm_interp_jit_capi.so");
    let mut command = Command::new("nm");
    let symbols = run(command.args(["-D", "--defined-only", "-P"]).arg(library));
    let exported: BTreeSet<String> = symbols
        .lines()
        .filter_map(|it| it.split(' ').next())
        .map(str::to_string)
        .collect();
    let declared = declared(&dir().join("include"));
    // As many as the published header declares.
    assert_eq!(declared.len(), 280);
    assert_eq!(exported, declared);
}

// Programs in C++ include the header as well.
#[test]
fn compilers_accept_the_header() {
    let source = work_dir().join("accept.c");
    fs::write(&source, "#include \"wasm.h\"\n#include \"wasm.h\"\n").expect("it is writable");
    for (name, language, standard) in [
        ("cc", "c", "-std=c11"),
        ("cc", "c", "-std=c17"),
        ("c++", "c++", "-std=c++11"),
        ("c++", "c++", "-std=c++20"),
    ] {
        let mut command = compiler(name, standard);
        command
            .args(["-pedantic", "-fsyntax-only", "-x", language])
            .arg(&source);
        run(&mut command);
    }
}

#[test]
fn the_static_library_can_be_linked() {
    let mut archives = fs::read_dir(library_dir())
        .expect("the folder of the library")
        .map(|it| it.expect("readable").path())
        .filter(|it| {
            let name = it
                .file_name()
                .and_then(|it| it.to_str())
                .unwrap_or_default();
            name.starts_with("libwasm_interp_jit_capi") && name.ends_with(".a")
        });
    let archive = archives.next().expect("the static library is built");
    let source = dir().join("tests/c/null.c");
    let program = compile(&source, "static", |command| {
        command.arg(archive).args(["-lpthread", "-ldl", "-lm"]);
    });
    let module = work_dir().join("static.wasm");
    fs::write(&module, b"\0asm\x01\0\0\0").expect("the folder is writable");
    assert_eq!(run(Command::new(program).arg(module)), "done\n");
}

// With a checkout of WebAssembly/wasm-c-api: its header declares the same, and its programs, compiled
// with it, run to their end. The module of `hostref` there is from before references were standard.
#[test]
fn published_programs() {
    let Some(checkout) = std::env::var_os("WASM_C_API").map(PathBuf::from) else {
        println!("WASM_C_API names no checkout: none was run");
        return;
    };
    let include = checkout.join("include");
    assert_eq!(declared(&include), declared(&dir().join("include")));
    for name in [
        "callback",
        "finalize",
        "global",
        "hello",
        "memory",
        "multi",
        "reflect",
        "serialize",
        "start",
        "table",
        "threads",
        "trap",
    ] {
        let program = work_dir().join(format!("published-{name}"));
        let mut command = Command::new("cc");
        command.arg("-I").arg(&include).arg("-o").arg(&program);
        command.arg(checkout.join(format!("example/{name}.c")));
        link_dynamically(&mut command);
        run(&mut command);
        run(Command::new(program).current_dir(checkout.join("example")));
    }
}
