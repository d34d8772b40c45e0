//! Tells the crate whether calls in tail position are sure to be jumps: on x86-64, in builds that
//! are optimized and have no debug assertions. Builds that trace instructions use the loop.

use std::env::var;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(tail_calls)");
    let optimized = matches!(&*var("OPT_LEVEL").unwrap_or_default(), "2" | "3" | "s");
    let x86_64 = var("CARGO_CFG_TARGET_ARCH").is_ok_and(|it| it == "x86_64");
    let checked = var("CARGO_CFG_DEBUG_ASSERTIONS").is_ok();
    let traced = var("CARGO_FEATURE_TRACE_INTERP").is_ok();
    if optimized && x86_64 && !checked && !traced {
        println!("cargo::rustc-cfg=tail_calls");
    }
}
