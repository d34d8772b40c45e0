//! Signatures of wasmtime 48.0.8: index. Written by `tests/compat/signatures`.

use super::*;

// `FuncIndex`

fn func_index_signatures() {
    let _: fn(u32) -> FuncIndex = <FuncIndex>::from_u32;
    let _: fn(FuncIndex) -> u32 = <FuncIndex>::as_u32;
    let _: fn(FuncIndex) -> u32 = <FuncIndex>::as_bits;
    let _: fn(u32) -> FuncIndex = <FuncIndex>::from_bits;
}

implements!([] [] FuncIndex: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::Ord + std::cmp::PartialEq + std::cmp::PartialOrd + std::fmt::Debug + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `ModulePC`

fn module_pc_signatures() {
    let _: fn(u32) -> ModulePC = <ModulePC>::new;
    let _: fn(ModulePC) -> u32 = <ModulePC>::raw;
}

implements!([] [] ModulePC: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::Ord + std::cmp::PartialEq + std::cmp::PartialOrd + std::fmt::Debug + std::fmt::Display + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `StaticModuleIndex`

fn static_module_index_signatures() {
    let _: fn(u32) -> StaticModuleIndex = <StaticModuleIndex>::from_u32;
    let _: fn(StaticModuleIndex) -> u32 = <StaticModuleIndex>::as_u32;
    let _: fn(StaticModuleIndex) -> u32 = <StaticModuleIndex>::as_bits;
    let _: fn(u32) -> StaticModuleIndex = <StaticModuleIndex>::from_bits;
}

implements!([] [] StaticModuleIndex: Clone + Copy + Send + Sync + Unpin + std::cmp::Eq + std::cmp::Ord + std::cmp::PartialEq + std::cmp::PartialOrd + std::fmt::Debug + std::hash::Hash + std::panic::RefUnwindSafe + std::panic::UnwindSafe);
