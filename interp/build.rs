//! Tells the crate whether it is optimized: only then are calls in tail position jumps.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(optimized)");
    let level = std::env::var("OPT_LEVEL").unwrap_or_default();
    if matches!(&*level, "2" | "3" | "s") {
        println!("cargo::rustc-cfg=optimized");
    }
}
