//! The option group `-D`: backtraces and debugging.

use super::value::{Form, Value};
use super::{Group, key, size};
use std::num::NonZeroUsize;
use wasm_interp_jit::WasmBacktraceDetails;

const DEBUGGER: &str = "there is no debugger";

pub(super) const GROUP: Group = Group {
    letter: 'D',
    name: "debug",
    keys: &[
        key(
            "address-map",
            Value::Flag(|it, on| {
                it.config.generate_address_map(on);
            }),
            "offsets in backtraces",
        ),
        key(
            "max-backtrace",
            Value::Number(|it, frames| match NonZeroUsize::new(size(frames)) {
                None => drop(
                    it.config
                        .wasm_backtrace_details(WasmBacktraceDetails::Disable),
                ),
                frames => drop(it.config.wasm_backtrace_max_frames(frames)),
            }),
            "frames of a backtrace; 0 only leaves out details",
        ),
        key(
            "debug-info",
            Value::Ignored(Form::Flag),
            "debug information of compiled code",
        ),
        key(
            "symbols",
            Value::Ignored(Form::Flag),
            "symbols of compiled code",
        ),
        key(
            "logging",
            Value::Ignored(Form::Flag),
            "messages of the engine; see `--trace`",
        ),
        key(
            "log-to-files",
            Value::Ignored(Form::Flag),
            "messages of the engine in files",
        ),
        key(
            "coredump",
            Value::Text(|it, path| it.coredump = Some(path.to_string())),
            "write a core dump of a trap to this file",
        ),
        key(
            "guest-debug",
            Value::Flag(|it, on| {
                it.config.guest_debug(on);
            }),
            "debug the program; not supported",
        ),
        key(
            "debugger",
            Value::Refused(Form::Text, DEBUGGER),
            "a component that debugs the program",
        ),
        key(
            "arg",
            Value::Refused(Form::Text, DEBUGGER),
            "an argument of the debugger",
        ),
        key(
            "inherit-stdin",
            Value::Ignored(Form::Flag),
            "of the debugger",
        ),
        key(
            "inherit-stdout",
            Value::Ignored(Form::Flag),
            "of the debugger",
        ),
        key(
            "inherit-stderr",
            Value::Ignored(Form::Flag),
            "of the debugger",
        ),
    ],
};
