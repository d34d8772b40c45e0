//! Runs the programs of WebAssembly/wasi-testsuite in every mode of the engine: one test a program
//! and mode.
//!
//! `WASI_TESTSUITE` names a checkout of its branch `prod/testsuite-base`, which has the programs
//! built. If it is not set, there is one test, which is reported as ignored.

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use spec::Mode;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{fs, io};
use wasm_interp_jit::{Config, Engine, Linker, Module, Result, Store};
use wasm_interp_jit_wasi::p1::{self, WasiP1Ctx};
use wasm_interp_jit_wasi::p2::pipe::MemoryOutputPipe;
use wasm_interp_jit_wasi::{FsPerms, I32Exit, WasiCtxBuilder};

/// Programs for preview 1 in the suite as of 2026. Fewer means that it was not found.
const PROGRAMS: usize = 72;

/// Bytes of output that are kept.
const OUTPUT: usize = 1 << 20;

/// How a program is started, and what is expected of it.
#[derive(Debug, Default)]
struct Case {
    args: Vec<String>,
    env: Vec<(String, String)>,
    /// A folder beside the program that it sees as its root.
    root: Option<PathBuf>,
    exit_code: i32,
    stdout: Option<String>,
    stderr: Option<String>,
}

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let trials = match std::env::var_os("WASI_TESTSUITE") {
        Some(dir) => trials(Path::new(&dir)),
        None => {
            eprintln!("WASI_TESTSUITE is not set: no program of wasi-testsuite is run");
            let none = Trial::test("set WASI_TESTSUITE to run wasi-testsuite", || Ok(()));
            vec![none.with_ignored_flag(true)]
        }
    };
    libtest_mimic::run(&args, trials).exit_code()
}

fn trials(suite: &Path) -> Vec<Trial> {
    let found = spec::files_below(suite, is_program);
    let programs = found.as_deref().unwrap_or_default().to_vec();
    let complete = Trial::test("the suite is complete", move || {
        let count = found?.len();
        if count < PROGRAMS {
            return Err(format!("there are {count} programs, not {PROGRAMS}").into());
        }
        Ok(())
    });
    let mut trials = vec![complete];
    for mode in Mode::ALL {
        let mut config = Config::new();
        mode.configure(&mut config);
        let engine = Engine::new(&config).expect("the settings are those of the spec suite");
        for program in programs.clone() {
            let engine = engine.clone();
            let name = program.strip_prefix(suite).unwrap_or(&program).display();
            trials.push(Trial::test(format!("{mode} {name}"), move || {
                spec::on_stack(spec::STACK, || check(&engine, &program))?
            }));
        }
    }
    trials
}

/// Is it a program for preview 1?
fn is_program(path: &Path) -> bool {
    let is_in = |name| path.parent().is_some_and(|it| it.ends_with(name));
    path.extension().is_some_and(|it| it == "wasm") && is_in("wasm32-wasip1")
}

/// The program does what its case expects.
fn check(engine: &Engine, program: &Path) -> Result<(), Failed> {
    let case = Case::read(program)?;
    let stdout = MemoryOutputPipe::new(OUTPUT);
    let stderr = MemoryOutputPipe::new(OUTPUT);
    let name = program.file_name().unwrap_or_default().to_string_lossy();

    let mut builder = WasiCtxBuilder::new();
    builder
        .stdout(stdout.clone())
        .stderr(stderr.clone())
        .arg(name)
        .args(&case.args)
        .envs(&case.env);
    // Programs write there, several at a time.
    let root = case.root.as_deref().map(Copied::new).transpose()?;
    if let Some(root) = &root {
        builder
            .preopened_dir(&root.0, "/", FsPerms::ReadWrite)
            .map_err(|error| format!("{error:?}"))?;
    }
    let ended = run(engine, program, builder.build_p1());

    let (out, err) = (stdout.contents(), stderr.contents());
    let (out, err) = (String::from_utf8_lossy(&out), String::from_utf8_lossy(&err));
    let code = match ended {
        Ok(()) => 0,
        Err(error) => match error.downcast_ref() {
            Some(I32Exit(code)) => *code,
            None => return Err(format!("{error:?}\n{out}{err}").into()),
        },
    };
    if code != case.exit_code {
        let expected = case.exit_code;
        return Err(format!("exit code {code}, expected {expected}\n{out}{err}").into());
    }
    for (actual, expected) in [(out, case.stdout), (err, case.stderr)] {
        if let Some(expected) = expected
            && actual != expected
        {
            return Err(format!("printed {actual:?}, expected {expected:?}").into());
        }
    }
    Ok(())
}

fn run(engine: &Engine, program: &Path, context: WasiP1Ctx) -> Result<()> {
    let module = Module::from_file(engine, program)?;
    let mut linker = Linker::new(engine);
    p1::add_to_linker_sync(&mut linker, |context: &mut WasiP1Ctx| context)?;
    let mut store = Store::new(engine, context);
    let instance = linker.instantiate(&mut store, &module)?;
    instance
        .get_typed_func::<(), ()>(&mut store, "_start")?
        .call(&mut store, ())
}

impl Case {
    /// What the file beside the program says; it is optional, and so is everything in it.
    fn read(program: &Path) -> Result<Case, Failed> {
        let path = program.with_extension("json");
        if !path.exists() {
            return Ok(Case::default());
        }
        let Value::Object(fields) = serde_json::from_str(&fs::read_to_string(&path)?)? else {
            return Err("the case is not an object".into());
        };
        let mut case = Case::default();
        for (name, value) in fields {
            let unknown = || Failed::from(format!("unknown form of {name}: {value}"));
            let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(unknown);
            match name.as_str() {
                "args" => {
                    let args = value.as_array().ok_or_else(unknown)?;
                    case.args = args.iter().map(text).collect::<Result<_, _>>()?;
                }
                "env" => {
                    for (name, value) in value.as_object().ok_or_else(unknown)? {
                        case.env.push((name.clone(), text(value)?));
                    }
                }
                "root" => case.root = Some(program.with_file_name(text(&value)?)),
                "exit_code" => {
                    let code = value.as_i64().and_then(|code| code.try_into().ok());
                    case.exit_code = code.ok_or_else(unknown)?;
                }
                "stdout" => case.stdout = Some(text(&value)?),
                "stderr" => case.stderr = Some(text(&value)?),
                _ => return Err(unknown()),
            }
        }
        Ok(case)
    }
}

/// A copy of a folder, which is removed in the end.
struct Copied(PathBuf);

impl Copied {
    fn new(from: &Path) -> io::Result<Copied> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("wij-wasi-testsuite-{}-{count}", std::process::id());
        let copied = Copied(std::env::temp_dir().join(name));
        copy(from, &copied.0)?;
        Ok(copied)
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        // A folder that stays behind is no reason to fail.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// `to` does not exist.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let to = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &to)?;
        } else {
            fs::copy(&path, &to)?;
        }
    }
    Ok(())
}
