//! Writes `tests/signatures`: Rust that names every public item of wasmtime with its types.
//!
//! It reads what rustdoc says of wasmtime and of the crates whose items wasmtime exports, and
//! pins each item by code that compiles only if the item is there with this signature. `run`
//! beside this has rustdoc say it.

mod absent;
mod definition;
mod function;
mod implementation;
mod pins;
mod shape;
mod surface;
mod text;
mod topic;

use pins::Pins;
use rustdoc_types::{Crate, Id, ItemEnum, Type};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use surface::{At, Found, Surface};

/// wasmtime, and the crates from which it exports something.
const CRATES: &[&str] = &[
    "wasmtime",
    "wasmtime_environ",
    "wasmtime_internal_core",
    "wasmtime_internal_cache",
];

fn main() {
    let mut args = std::env::args().skip(1);
    let (Some(descriptions), Some(out)) = (args.next(), args.next()) else {
        eprintln!("usage: signatures DESCRIPTIONS OUT");
        std::process::exit(2);
    };
    let crates = CRATES
        .iter()
        .map(|name| read(Path::new(&descriptions), name))
        .collect();
    let surface = Surface::new(crates);
    let files = files(&surface);
    let out = PathBuf::from(out);
    // Topics that are no more.
    for entry in std::fs::read_dir(&out).expect("a directory") {
        let path = entry.expect("readable directory").path();
        if path.extension().is_some_and(|it| it == "rs") {
            std::fs::remove_file(path).expect("it can be written");
        }
    }
    for (name, text) in files {
        let path = out.join(format!("{name}.rs"));
        std::fs::write(&path, text).expect("it can be written");
    }
    // It formats what it declares, too.
    let formatted = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .arg(out.join("mod.rs"))
        .status()
        .expect("rustfmt is there");
    assert!(formatted.success(), "what is written is Rust");
}

fn read(dir: &Path, name: &str) -> Crate {
    let path = dir.join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names and texts of the files.
fn files(surface: &Surface) -> BTreeMap<&'static str, String> {
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    let (mut items, mut members, mut traits) = (0, 0, 0);
    let (mut unnamed, mut absent) = (Vec::new(), Vec::new());
    for found in &surface.items {
        if let Some(reason) = absent::reason(&found.path) {
            absent.push((found.path.clone(), reason.to_string()));
            continue;
        }
        let mut pins = Pins::new(surface, found);
        foreign(surface, found, &mut pins);
        items += 1;
        members += pins.members;
        traits += pins.traits();
        unnamed.append(&mut pins.left);
        let span = surface.item(found.at).span.as_ref();
        let topic = topic::topic(&span.expect("it is in a source").filename);
        *files.entry(topic).or_default() += &pins.text(&found.path);
    }
    for (topic, text) in &mut files {
        *text = format!(
            "//! Signatures of wasmtime 48.0.8: {topic}. Written by `tests/compat/signatures`.\n\nuse super::*;\n{text}"
        );
    }
    let topics: Vec<&str> = files.keys().copied().collect();
    let list = |list: &[(String, String)]| -> String {
        list.iter()
            .map(|(path, reason)| format!("// {path}: {reason}\n"))
            .collect()
    };
    let mods: String = topics
        .iter()
        .map(|topic| format!("mod {topic};\n"))
        .collect();
    let aliases = &surface.aliases;
    let uses: String = aliases
        .iter()
        .map(|path| format!("use wasm_interp_jit::{path} as _;\n"))
        .collect();
    let text = [
        "//! The public items of wasmtime 48.0.8, by topic, with their signatures: this compiles if",
        "//! they are there.",
        "//!",
        &format!("//! {items} items, with {members} methods, variants and fields, and {traits}"),
        "//! implementations of traits. Written by `tests/compat/signatures`.",
        "",
        MACROS,
        "// Absent on purpose:",
        &list(&absent),
        "// Not written here, since programs cannot name what is in their types:",
        &list(&unnamed),
        "// By other paths, too.",
        &uses,
        &mods,
    ];
    let text = text.join("\n");
    files.insert("mod", text);
    files
}

const MACROS: &str = "use wasm_interp_jit::*;

/// Compiles if the type implements the traits, whatever these parameters are.
macro_rules! implements {
    ([$($params:tt)*] [$($predicates:tt)*] $type:ty: $($traits:tt)*) => {
        const _: () = {
            fn check<$($params)*>(it: $type) -> impl Sized + $($traits)*
            where $($predicates)* { it }
        };
    };
}

/// Compiles if the structure has these fields, and `..` says that it may get more.
macro_rules! fields {
    ($type:ident [$($rest:tt)*] $($field:ident: $ty:ty,)*) => {
        const _: () = {
            fn fields(it: &$type) {
                let $type { $($field,)* $($rest)* } = it;
                $(let _: $ty = $field;)*
            }
        };
    };
}

/// Compiles if the type does not implement the trait: otherwise, two functions are meant.
macro_rules! lacks {
    ([$($params:tt)*] [$($predicates:tt)*] $type:ty: $trait:path) => {
        const _: () = {
            trait Either<A> { fn it() {} }
            impl<X: ?Sized> Either<()> for X {}
            impl<X: ?Sized + $trait> Either<u8> for X {}
            fn check<$($params)*>() where $($predicates)* { <$type as Either<_>>::it() }
        };
    };
}
";

/// Implementations of a trait by types that are not of this crate.
fn foreign(surface: &Surface, found: &Found, pins: &mut Pins) {
    let ItemEnum::Trait(inner) = &surface.item(found.at).inner else {
        return;
    };
    let of = |id: Id| At { id, ..found.at };
    for at in inner.implementations.iter().copied().map(of) {
        let Some(ItemEnum::Impl(implementation)) = surface.get(at).map(|item| &item.inner) else {
            continue;
        };
        let own = matches!(&implementation.for_, Type::ResolvedPath(path)
            if surface.get(of(path.id)).is_some());
        if own {
            continue;
        }
        if let Err(reason) = pins.implements(surface, at, implementation) {
            pins.left
                .push((format!("{}: {:?}", found.path, implementation.for_), reason));
        }
    }
}
