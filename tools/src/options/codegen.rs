//! The option group `-C`: the compiler.

use super::value::{COLLECTOR, COMPILER, Form, INLINING, Value};
use super::{Group, key};
use wasm_interp_jit::Strategy;

pub(super) const GROUP: Group = Group {
    letter: 'C',
    name: "codegen",
    keys: &[
        key(
            "compiler",
            Value::Choice(&COMPILER, |it, compiler| {
                it.config.strategy(match compiler {
                    "winch" => Strategy::Winch,
                    _ => Strategy::Cranelift,
                });
            }),
            "the compiler: only Cranelift is there",
        ),
        key(
            "collector",
            Value::Ignored(Form::Choice(&COLLECTOR)),
            "how garbage is collected",
        ),
        key(
            "cranelift-debug-verifier",
            Value::Flag(|it, on| {
                it.config.cranelift_debug_verifier(on);
            }),
            "check intermediate code",
        ),
        key(
            "cache",
            Value::Ignored(Form::Flag),
            "a cache of compiled modules",
        ),
        key(
            "cache-config",
            Value::Ignored(Form::Text),
            "settings of the cache",
        ),
        key(
            "parallel-compilation",
            Value::Flag(|it, on| {
                it.config.parallel_compilation(on);
            }),
            "compile in the background",
        ),
        key(
            "native-unwind-info",
            Value::Ignored(Form::Flag),
            "unwind information for compiled code",
        ),
        key(
            "inlining",
            Value::Choice(&INLINING, |it, which| match which {
                "n" | "no" | "false" => drop(it.config.jit_inlining(false)),
                "y" | "yes" | "true" => drop(it.config.jit_inlining(true)),
                // What was called says which calls are worth it.
                _ => {}
            }),
            "inline calls; on by default",
        ),
        key(
            "metadata-for-internal-asserts",
            Value::Ignored(Form::Flag),
            "for checks of the compiler",
        ),
        key(
            "metadata-for-gc-heap-corruption",
            Value::Ignored(Form::Flag),
            "for checks of a heap for GC",
        ),
        key(
            "cranelift-",
            Value::Prefixed(|it, flag, value| {
                let flag = flag.replace('-', "_");
                // SAFETY: whoever sets flags answers for them, as with wasmtime's command: that the
                // processor has what they say it has.
                unsafe {
                    match value {
                        Some(value) => it.config.cranelift_flag_set(&flag, value),
                        None => it.config.cranelift_flag_enable(&flag),
                    };
                }
            }),
            "a flag of Cranelift",
        ),
    ],
};
