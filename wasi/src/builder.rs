//! [`WasiCtxBuilder`]: what a program sees of its host.
//!
//! Contexts are those of `wasmtime-wasi`. The builder is one of our own because the other one fails
//! with wasmtime's error, which `?` does not turn into ours.

use crate::error::translate;
use crate::p1::WasiP1Ctx;
use crate::{FsPerms, HostMonotonicClock, HostWallClock, Rng, WasiCtx};
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use wasm_interp_jit::Result;
use wasmtime_wasi::cli::{StdinStream, StdoutStream};
use wasmtime_wasi::sockets::SocketAddrUse;

/// Builds the context of a program: arguments, environment, directories, streams, clocks.
///
/// What is not set is empty: there are no arguments, variables and directories, standard input is
/// at its end, and output goes nowhere. Clocks and random numbers are those of the host.
///
/// ```
/// use wasm_interp_jit_wasi::{FsPerms, WasiCtxBuilder};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let context = WasiCtxBuilder::new()
///     .inherit_stdio()
///     .args(&["program", "--verbose"])
///     .env("LANG", "C")
///     .preopened_dir(".", "/", FsPerms::ReadOnly)?
///     .build_p1();
/// # drop(context);
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct WasiCtxBuilder(wasmtime_wasi::WasiCtxBuilder);

/// Declares methods that set something and return the builder.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident($($param:ident: $ty:ty),*);)*) => {
        impl WasiCtxBuilder {
            $(
                $(#[$doc])*
                pub fn $name(&mut self, $($param: $ty),*) -> &mut Self {
                    self.0.$name($($param),*);
                    self
                }
            )*
        }
    };
}

setters! {
    /// Where standard input comes from.
    stdin(stdin: impl StdinStream + 'static);
    /// Where standard output goes.
    stdout(stdout: impl StdoutStream + 'static);
    /// Where standard error goes.
    stderr(stderr: impl StdoutStream + 'static);
    /// Standard input is that of the host.
    inherit_stdin();
    /// Standard output is that of the host.
    inherit_stdout();
    /// Standard error is that of the host.
    inherit_stderr();
    /// All three streams are those of the host.
    inherit_stdio();
    /// Whether calls may block the thread by themselves. Otherwise work that blocks is done on
    /// another thread while they wait for it, which takes longer; so it is by default.
    allow_blocking_current_thread(enable: bool);
    /// Adds variables to the environment.
    envs(env: &[(impl AsRef<str>, impl AsRef<str>)]);
    /// Adds a variable to the environment.
    env(name: impl AsRef<str>, value: impl AsRef<str>);
    /// Adds the variables of the host.
    inherit_env();
    /// Adds arguments. The first one of a program is its name.
    args(args: &[impl AsRef<str>]);
    /// Adds an argument.
    arg(arg: impl AsRef<str>);
    /// Adds the arguments of the host.
    inherit_args();
    /// The current directory, of which preview 1 does not know.
    initial_cwd(path: impl AsRef<str>);
    /// Where random numbers come from.
    secure_random(random: impl Rng + Send + 'static);
    /// Where random numbers come from that need not be secure; preview 1 has none.
    insecure_random(random: impl Rng + Send + 'static);
    /// A seed for random numbers that need not be secure; preview 1 has none.
    insecure_random_seed(seed: u128);
    /// How many random bytes a call may ask for.
    max_random_size(size: u64);
    /// The clock that tells the time of day.
    wall_clock(clock: impl HostWallClock + 'static);
    /// The clock that never goes back.
    monotonic_clock(clock: impl HostMonotonicClock + 'static);
    /// The network is that of the host; preview 1 opens no connections.
    inherit_network();
    /// Whether names of hosts can be looked up; not by preview 1.
    allow_ip_name_lookup(enable: bool);
    /// Whether there is UDP; not in preview 1.
    allow_udp(enable: bool);
    /// Whether there is TCP; not in preview 1.
    allow_tcp(enable: bool);
}

impl WasiCtxBuilder {
    /// A builder of a context in which everything is empty.
    pub fn new() -> WasiCtxBuilder {
        WasiCtxBuilder::default()
    }

    /// Lets the program see a directory of the host under the name `guest_path`.
    ///
    /// # Errors
    ///
    /// If the directory cannot be opened: the [`std::io::Error`].
    pub fn preopened_dir(
        &mut self,
        host_path: impl AsRef<Path>,
        guest_path: impl AsRef<str>,
        perms: FsPerms,
    ) -> Result<&mut Self> {
        self.0
            .preopened_dir(host_path, guest_path, perms)
            .map_err(translate)?;
        Ok(self)
    }

    /// Which addresses the program may use; preview 1 opens no connections.
    pub fn socket_addr_check<F>(&mut self, check: F) -> &mut Self
    where
        F: Fn(SocketAddr, SocketAddrUse) -> Pin<Box<dyn Future<Output = bool> + Send + Sync>>
            + Send
            + Sync
            + 'static,
    {
        self.0.socket_addr_check(check);
        self
    }

    /// The context, without a table of descriptors.
    ///
    /// # Panics
    ///
    /// If this builder was already used.
    pub fn build(&mut self) -> WasiCtx {
        self.0.build()
    }

    /// The context for [`p1`](crate::p1).
    ///
    /// # Panics
    ///
    /// If this builder was already used.
    pub fn build_p1(&mut self) -> WasiP1Ctx {
        self.0.build_p1()
    }
}
