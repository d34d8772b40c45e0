//! Which proposals a module needs: tells "not covered yet" from "wrong".
//!
//! The judge is wasmparser, not the engine under test: a module is excused only if wasmparser
//! rejects it with the covered features and accepts it with more.

use crate::lists::is_named;
use wasm_interp_jit::Config;
use wasmparser::{Operator, Parser, Payload, Validator, WasmFeatures};

/// What the engine covers: WebAssembly 2.0, relaxed SIMD, tail calls, extended constants, typed
/// function references, wide arithmetic and threads. What function references share with the gc proposal
/// is covered, too, which has no flag of its own: see [`missing`].
pub const COVERED: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::RELAXED_SIMD)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::FUNCTION_REFERENCES)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::MEMORY64)
    .union(WasmFeatures::CUSTOM_PAGE_SIZES)
    .union(WasmFeatures::THREADS)
    .union(WasmFeatures::WIDE_ARITHMETIC);

/// Proposals that are told apart in reasons. Those later in the list need those before them.
const PROPOSALS: &[(&str, WasmFeatures)] = &[
    ("multi-memory", WasmFeatures::MULTI_MEMORY),
    ("memory64", WasmFeatures::MEMORY64),
    ("custom-page-sizes", WasmFeatures::CUSTOM_PAGE_SIZES),
    ("simd", WasmFeatures::SIMD),
    ("relaxed-simd", WasmFeatures::RELAXED_SIMD),
    ("threads", WasmFeatures::THREADS),
    ("tail-call", WasmFeatures::TAIL_CALL),
    ("extended-const", WasmFeatures::EXTENDED_CONST),
    ("function-references", WasmFeatures::FUNCTION_REFERENCES),
    ("gc", WasmFeatures::GC),
    ("exceptions", WasmFeatures::EXCEPTIONS),
    ("legacy-exceptions", WasmFeatures::LEGACY_EXCEPTIONS),
    ("wide-arithmetic", WasmFeatures::WIDE_ARITHMETIC),
    ("custom-descriptors", WasmFeatures::CUSTOM_DESCRIPTORS),
    ("compact-imports", WasmFeatures::COMPACT_IMPORTS),
    ("stack-switching", WasmFeatures::STACK_SWITCHING),
    (
        "shared-everything-threads",
        WasmFeatures::SHARED_EVERYTHING_THREADS,
    ),
];

/// Scripts that are older than proposals: they say that what these allow is invalid. Named as in
/// [`lists`](crate::lists).
const OLDER: &[(&str, WasmFeatures)] = &[
    ("wasm-v2", MEMORIES),
    ("multi-value", MEMORIES),
    ("reference-types", MEMORIES),
    ("function-references/binary.wast", MEMORIES),
    ("memory64/binary.wast", WasmFeatures::MULTI_MEMORY),
    ("memory64/memory.wast", WasmFeatures::MULTI_MEMORY),
    ("memory64/memory64.wast", WasmFeatures::MULTI_MEMORY),
    ("threads/imports.wast", MEMORIES.union(REFERENCES)),
    ("threads/memory.wast", MEMORIES),
];

/// Also what lets modules have several tables.
const REFERENCES: WasmFeatures = WasmFeatures::REFERENCE_TYPES
    .union(WasmFeatures::FUNCTION_REFERENCES)
    .union(WasmFeatures::GC);

const MEMORIES: WasmFeatures = WasmFeatures::MULTI_MEMORY
    .union(WasmFeatures::MEMORY64)
    .union(WasmFeatures::CUSTOM_PAGE_SIZES);

/// What is covered, but did not exist when the script at `path`, relative to its suite, was made.
pub(crate) fn later_than(path: &str) -> WasmFeatures {
    let older = OLDER.iter().find(|(name, _)| is_named(path, name));
    older.map_or(WasmFeatures::empty(), |(_, later)| *later)
}

/// Lets modules use all that is covered, whether it is on by default or not.
pub fn enable(config: &mut Config) {
    config.wasm_features(COVERED, true).shared_memory(true);
}

/// The proposals that the module `wasm` needs in addition to `covered`, as `gc` or `gc+simd`.
///
/// `None` if it is valid without them, or not valid with all of them either.
pub fn missing(wasm: &[u8], covered: WasmFeatures) -> Option<String> {
    if is_valid(wasm, covered) {
        return None;
    }
    let mut features = PROPOSALS
        .iter()
        .fold(covered, |all, (_, feature)| all.union(*feature));
    if !is_valid(wasm, features) {
        return None;
    }
    let mut names = Vec::new();
    for (name, feature) in PROPOSALS.iter().rev() {
        if covered.contains(*feature) {
            continue;
        }
        let without = features.difference(*feature);
        if is_valid(wasm, without) {
            features = without;
        } else {
            names.insert(0, *name);
        }
    }
    // Without "gc types", only types of functions are left of it: these are covered.
    let has_gc_types = !is_valid(wasm, features.difference(WasmFeatures::GC_TYPES));
    if names == ["gc"] && !has_gc_types && !has_gc_instructions(wasm) {
        return None;
    }
    Some(names.join("+"))
}

macro_rules! is_gc {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        fn is_gc(op: &Operator<'_>) -> bool {
            match op {
                $(Operator::$op { .. } => is_gc!($proposal),)*
                _ => false,
            }
        }
    };
    (gc) => { true };
    ($other:ident) => { false };
}
wasmparser::for_each_operator!(is_gc);

/// Whether functions of the valid module `wasm` have instructions of the gc proposal.
fn has_gc_instructions(wasm: &[u8]) -> bool {
    let bodies = Parser::new(0)
        .parse_all(wasm)
        .filter_map(|payload| match payload {
            Ok(Payload::CodeSectionEntry(body)) => body.get_operators_reader().ok(),
            _ => None,
        });
    bodies.flatten().flatten().any(|op| is_gc(&op))
}

fn is_valid(wasm: &[u8], features: WasmFeatures) -> bool {
    Validator::new_with_features(features)
        .validate_all(wasm)
        .is_ok()
}
