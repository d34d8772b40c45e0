//! Modules in files: the same as those in memory, whatever is in them.

use runtime::FuncIdx;
use runtime::module::{Features, Module, Validation};
use runtime::types::TypeRegistry;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

/// A file of the test `name`.
fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("wij-files-{}-{name}.wasm", std::process::id()))
}

fn decode(bytes: &[u8]) -> Result<Module, String> {
    let registry = Arc::new(TypeRegistry::default());
    Module::decode(
        bytes.into(),
        registry,
        Features::default(),
        Validation::Lazy,
    )
    .map_err(|error| error.to_string())
}

fn decode_file(path: &PathBuf) -> Result<Module, String> {
    let file = File::open(path).expect("it was written");
    let registry = Arc::new(TypeRegistry::default());
    Module::decode_file(file, registry, Features::default()).map_err(|error| error.to_string())
}

/// A module of some pages, with functions on all of them.
fn module() -> Vec<u8> {
    let funcs: String = (0..100)
        .map(|nth| {
            let nops = "nop ".repeat(nth * 7);
            format!("(func $f{nth} (param i32) (result i32) {nops} i32.const {nth} call {nth})")
        })
        .collect();
    let data = "x".repeat(5000);
    let wat = format!("(module (memory 1) (data (i32.const 1) \"{data}\") {funcs})");
    wat::parse_str(wat).expect("wat of a test")
}

#[test]
fn same_bodies_data_and_names() {
    let (bytes, path) = (module(), path("same"));
    std::fs::write(&path, &bytes).expect("the temporary directory is writable");
    let (memory, file) = (decode(&bytes).unwrap(), decode_file(&path).unwrap());
    assert_eq!(file.bytes.len(), bytes.len());
    assert_eq!(
        file.data(runtime::DataIdx(0)),
        memory.data(runtime::DataIdx(0))
    );
    assert_eq!(file.names().func(FuncIdx(7)), Some("f7"));
    // From several threads, which share pages.
    std::thread::scope(|scope| {
        for first in 0..3 {
            let (memory, file) = (&memory, &file);
            scope.spawn(move || {
                for func in (first..100).map(FuncIdx) {
                    let [here, there] = [memory, file].map(|module| {
                        let body = module.prepare(func).expect("a valid body");
                        body.display(module).to_string()
                    });
                    assert_eq!(here, there);
                }
            });
        }
    });
    assert_eq!(
        file.bytes.get(0..bytes.len()).expect("the same file"),
        bytes
    );
    std::fs::remove_file(&path).expect("it was there");
}

// A file that ends early, anywhere, gives the error of bytes that do.
#[test]
fn same_errors() {
    let (bytes, path) = (module(), path("errors"));
    let mut n_errors = 0;
    for len in (0..bytes.len()).filter(|len| *len < 600 || len % 97 == 0) {
        std::fs::write(&path, &bytes[..len]).expect("the temporary directory is writable");
        let error = decode(&bytes[..len]).err();
        // Between sections, what is there is a module.
        n_errors += usize::from(error.is_some());
        assert_eq!(decode_file(&path).err(), error, "{len} bytes");
    }
    assert!(n_errors > 600, "{n_errors}");
    std::fs::remove_file(&path).expect("it was there");
}

#[test]
fn a_file_that_was_written() {
    let (bytes, path) = (module(), path("written"));
    std::fs::write(&path, &bytes).expect("the temporary directory is writable");
    let file = decode_file(&path).unwrap();
    file.prepare(FuncIdx(0)).expect("a valid body");
    std::fs::write(&path, [&bytes[..], b"more"].concat()).expect("it is writable");
    file.prepare(FuncIdx(0)).expect("it was prepared");
    let error = file.prepare(FuncIdx(50)).expect_err("another file");
    assert_eq!(
        error.to_string(),
        "failed to read the module: the file of the module was written after it was opened"
    );
    std::fs::remove_file(&path).expect("it was there");
}
