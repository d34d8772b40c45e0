//! The option group `-S`: what programs see of their host.
//!
//! Keys of wasmtime that concern only components are taken without effect if they change nothing
//! for modules, and refused if a module would miss something.

use super::value::{Form, Value};
use super::{Group, Key, key, size};

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

const FOR_COMPONENTS: &str = "only for components";
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
        key("preview2", Value::Ignored(Form::Flag), FOR_COMPONENTS),
        key("threads", Value::RefusedOn(NOT_BUILT), "`wasi-threads`"),
        key("nn", Value::RefusedOn(NOT_BUILT), "`wasi-nn`"),
        key(
            "nn-graph",
            Value::Refused(Form::Text, NOT_BUILT),
            "a graph for `wasi-nn`",
        ),
        key("http", Value::RefusedOn(NOT_BUILT), "`wasi-http`"),
        key("config", Value::RefusedOn(NOT_BUILT), "`wasi-config`"),
        key(
            "config-var",
            Value::Refused(Form::Text, NOT_BUILT),
            "a variable for `wasi-config`",
        ),
        key("keyvalue", Value::RefusedOn(NOT_BUILT), "`wasi-keyvalue`"),
        key(
            "keyvalue-in-memory-data",
            Value::Refused(Form::Text, NOT_BUILT),
            "data for `wasi-keyvalue`",
        ),
        key("tls", Value::RefusedOn(NOT_BUILT), "`wasi-tls`"),
        key(
            "listenfd",
            Value::RefusedOn(NOT_BUILT),
            "open sockets of this process",
        ),
        key(
            "tcplisten",
            Value::Refused(Form::Text, NOT_BUILT),
            "an address to listen at",
        ),
        for_components("cli-exit-with-code", Form::Flag),
        for_components("inherit-network", Form::Flag),
        for_components("allow-ip-name-lookup", Form::Flag),
        for_components("tcp", Form::Flag),
        for_components("udp", Form::Flag),
        for_components("network-error-code", Form::Flag),
        for_components("p3", Form::Flag),
        for_components("cwd", Form::Text),
        for_components("max-random-size", Form::Number),
        for_components("max-http-fields-size", Form::Number),
        for_components("http-outgoing-body-buffer-chunks", Form::Number),
        for_components("http-outgoing-body-chunk-size", Form::Number),
        for_components("max-component-handles", Form::Number),
    ],
};

const fn for_components(name: &'static str, form: Form) -> Key {
    key(name, Value::Ignored(form), FOR_COMPONENTS)
}
