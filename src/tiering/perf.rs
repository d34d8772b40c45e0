//! Telling `perf` where compiled code is: which function, and whether it is entered at a loop.
//!
//! A *map* is a text file of addresses, sizes and names, which `perf report` reads while code is
//! where it was. A *dump* holds the code itself with the times at which it was made, for
//! `perf inject --jit`.
//!
//! Source: `tools/perf/Documentation/{jit-interface.txt,jitdump-specification.txt}` of Linux.

use jit::Code;
use runtime::module::Module;
use runtime::os::{self, Mapping};
use runtime::{Profiler, Tuning};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// A file for `perf`. After the first error of writing it, nothing is written any more.
pub(super) struct Perf(Mutex<Output>);

enum Output {
    Map(File),
    Dump {
        file: File,
        n_codes: u64,
        _marker: Mapping,
    },
    Failed,
}

/// Machine of an ELF file: x86-64.
const ELF_MACHINE: u32 = 62;

/// Kind of a record: code was made.
const CODE_LOAD: u32 = 0;

impl Perf {
    /// The file that the settings ask for. If it cannot be made, a warning says so.
    pub(super) fn new(tuning: &Tuning) -> Option<Perf> {
        let (path, output) = match tuning.profiler {
            Profiler::None => return None,
            Profiler::PerfMap => {
                let path = PathBuf::from(format!("/tmp/perf-{}.map", std::process::id()));
                // Several engines of a process write the same one.
                let file = OpenOptions::new().append(true).create(true).open(&path);
                (path, file.map(Output::Map))
            }
            Profiler::JitDump => {
                let path = PathBuf::from(format!("jit-{}.dump", std::process::id()));
                let output = open_dump(&path);
                (path, output)
            }
        };
        match output {
            Ok(output) => Some(Perf(Mutex::new(output))),
            Err(error) => {
                eprintln!(
                    "warning: perf will not know compiled code: {}: {error}",
                    path.display()
                );
                None
            }
        }
    }

    /// Tells of a piece of code.
    pub(super) fn announce(&self, module: &Module, code: &Code) {
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if output.write(&name(module, code), code).is_err() {
            *output = Output::Failed;
        }
    }
}

impl Output {
    fn write(&mut self, name: &str, code: &Code) -> io::Result<()> {
        match self {
            Output::Map(file) => {
                let line = format!("{:x} {:x} {name}\n", code.entry() as usize, code.size());
                file.write_all(line.as_bytes())
            }
            Output::Dump { file, n_codes, .. } => {
                *n_codes += 1;
                file.write_all(&load_record(name, code, *n_codes))
            }
            Output::Failed => Ok(()),
        }
    }
}

/// The function, and how the code is entered.
fn name(module: &Module, code: &Code) -> String {
    let func = code.func();
    let name = match module.names().func(func) {
        // A line each.
        Some(name) => name.replace(char::is_control, "?"),
        None => format!("wasm-function[{}]", func.0),
    };
    match code.osr() {
        Some(pc) => format!("{name} [jit, loop@{pc:#x}]"),
        None => format!("{name} [jit]"),
    }
}

fn open_dump(path: &PathBuf) -> io::Result<Output> {
    let mut options = OpenOptions::new();
    let mut file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    let mut header = Vec::new();
    // Magic, version, size of the header, machine, padding, process.
    for word in [0x4a69_5444, 1, 40, ELF_MACHINE, 0, std::process::id()] {
        header.extend_from_slice(&u32::to_ne_bytes(word));
    }
    // Time and flags.
    for word in [os::monotonic_nanos(), 0] {
        header.extend_from_slice(&u64::to_ne_bytes(word));
    }
    file.write_all(&header)?;
    let marker = Mapping::of_file(&file)?;
    Ok(Output::Dump {
        file,
        n_codes: 0,
        _marker: marker,
    })
}

fn load_record(name: &str, code: &Code, nth: u64) -> Vec<u8> {
    let bytes = code.bytes();
    // Kind, size of the record, time; process, thread; address twice, size, number.
    let len = 16 + 8 + 32 + name.len() + 1 + bytes.len();
    let len = u32::try_from(len).expect("code is below 4 GiB");
    let (process, address) = (std::process::id(), code.entry() as u64);
    let mut record = Vec::with_capacity(len as usize);
    record.extend_from_slice(&CODE_LOAD.to_ne_bytes());
    record.extend_from_slice(&len.to_ne_bytes());
    record.extend_from_slice(&os::monotonic_nanos().to_ne_bytes());
    record.extend_from_slice(&process.to_ne_bytes());
    record.extend_from_slice(&os::thread_id().to_ne_bytes());
    for word in [address, address, bytes.len() as u64, nth] {
        record.extend_from_slice(&word.to_ne_bytes());
    }
    record.extend_from_slice(name.as_bytes());
    record.push(0);
    record.extend_from_slice(bytes);
    debug_assert_eq!(record.len(), len as usize);
    record
}
