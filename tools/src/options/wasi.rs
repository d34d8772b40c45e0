//! The option group `-S`: what programs see of their host.
//!
//! Keys of wasmtime that concern only components are taken without effect if they change nothing
//! for modules, and refused if a module would miss something.

use super::{Group, Key, Value, key, size};

/// What `-S` sets.
#[derive(Clone, Debug)]
pub(crate) struct WasiSettings {
    /// Whether there is WASI at all.
    pub(crate) cli: bool,
    /// Whether there is preview 0, too.
    pub(crate) preview0: bool,
    pub(crate) inherit_env: bool,
    pub(crate) inherit_stdin: bool,
    pub(crate) inherit_stdout: bool,
    pub(crate) inherit_stderr: bool,
    /// Bytes that a call may copy out of the program.
    pub(crate) hostcall_fuel: Option<usize>,
    /// How many files and streams may be open.
    pub(crate) max_resources: Option<usize>,
}

impl Default for WasiSettings {
    fn default() -> Self {
        WasiSettings {
            cli: true,
            preview0: true,
            inherit_env: false,
            inherit_stdin: true,
            inherit_stdout: true,
            inherit_stderr: true,
            hostcall_fuel: None,
            max_resources: None,
        }
    }
}

const FOR_COMPONENTS: &str = "only for components: no effect";
const MISSING: &str = "not there: only `n` is accepted";
const NOT_BUILT: &str = "not available in this build";

pub(super) const GROUP: Group = Group {
    letter: 'S',
    name: "wasi",
    keys: &[
        key(
            "cli",
            Value::Flag(|it, on| it.wasi.cli = on),
            "the system interface; on by default",
        ),
        key(
            "common",
            Value::Flag(|it, on| it.wasi.cli = on),
            "former name of `cli`",
        ),
        key(
            "inherit-env",
            Value::Flag(|it, on| it.wasi.inherit_env = on),
            "all variables of this process",
        ),
        key(
            "inherit-stdin",
            Value::Flag(|it, on| it.wasi.inherit_stdin = on),
            "standard input of this process; on by default",
        ),
        key(
            "inherit-stdout",
            Value::Flag(|it, on| it.wasi.inherit_stdout = on),
            "standard output of this process; on by default",
        ),
        key(
            "inherit-stderr",
            Value::Flag(|it, on| it.wasi.inherit_stderr = on),
            "standard error of this process; on by default",
        ),
        key(
            "hostcall-fuel",
            Value::Number(|it, bytes| it.wasi.hostcall_fuel = Some(size(bytes))),
            "bytes that a call may copy out of the program",
        ),
        key(
            "max-resources",
            Value::Number(|it, count| it.wasi.max_resources = Some(size(count))),
            "files and streams that may be open at once",
        ),
        key(
            "preview0",
            Value::Flag(|it, on| it.wasi.preview0 = on),
            "`wasi_unstable`, of old modules; on by default",
        ),
        key("preview2", Value::Ignored, "no effect"),
        key("threads", Value::Missing(NOT_BUILT), MISSING),
        key("nn", Value::Missing(NOT_BUILT), MISSING),
        key("http", Value::Missing(NOT_BUILT), MISSING),
        key("config", Value::Missing(NOT_BUILT), MISSING),
        key("keyvalue", Value::Missing(NOT_BUILT), MISSING),
        key("tls", Value::Missing(NOT_BUILT), MISSING),
        key("listenfd", Value::Missing(NOT_BUILT), MISSING),
        for_components("cli-exit-with-code"),
        for_components("inherit-network"),
        for_components("allow-ip-name-lookup"),
        for_components("tcp"),
        for_components("udp"),
        for_components("network-error-code"),
        for_components("p3"),
        key("cwd", Value::IgnoredText, FOR_COMPONENTS),
        key("max-random-size", Value::IgnoredText, FOR_COMPONENTS),
        key("max-http-fields-size", Value::IgnoredText, FOR_COMPONENTS),
        key("max-component-handles", Value::IgnoredText, FOR_COMPONENTS),
    ],
};

const fn for_components(name: &'static str) -> Key {
    key(name, Value::Ignored, FOR_COMPONENTS)
}
