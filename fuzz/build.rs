//! Tells the compiler that `cfg(fuzzing)` is meant: `cargo fuzz` sets it, nothing else does.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(fuzzing)");
}
