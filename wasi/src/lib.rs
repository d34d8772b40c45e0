//! WASI preview 1 for stores of `wasm-interp-jit`, with the interface of wasmtime's crate.
//!
//! What the functions do is in `wasmtime-wasi`; this crate puts them into a
//! [`Linker`](wasm_interp_jit::Linker) of ours. Contexts are made with the same builder, and have
//! the same paths here as there.
//!
//! ```
//! use wasm_interp_jit::{Engine, Linker, Module, Result, Store};
//! use wasm_interp_jit_wasi::p1::{self, WasiP1Ctx};
//! use wasm_interp_jit_wasi::{I32Exit, WasiCtxBuilder};
//!
//! fn main() -> Result<()> {
//!     let engine = Engine::default();
//!     let mut linker: Linker<WasiP1Ctx> = Linker::new(&engine);
//!     p1::add_to_linker_sync(&mut linker, |context| context)?;
//!
//!     let wat = r#"(module
//!         (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
//!         (memory (export "memory") 1)
//!         (func (export "_start") (call $exit (i32.const 7))))"#;
//!     let module = Module::new(&engine, wat)?;
//!     let context = WasiCtxBuilder::new().inherit_stdio().arg("program").build_p1();
//!     let mut store = Store::new(&engine, context);
//!     let instance = linker.instantiate(&mut store, &module)?;
//!     let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
//!     let error = start.call(&mut store, ()).unwrap_err();
//!     assert_eq!(error.downcast_ref::<I32Exit>().map(|exit| exit.0), Some(7));
//!     Ok(())
//! }
//! ```

mod block_on;
mod builder;
mod error;
mod integration;
pub mod p0;
pub mod p1;

pub use builder::WasiCtxBuilder;
pub use wasmtime_wasi::{
    Deterministic, FsPerms, HostMonotonicClock, HostWallClock, I32Exit, OpenMode, ResourceTable,
    ResourceTableError, Rng, SystemTimeSpec, WasiCtx, WasiCtxView, WasiView, async_trait, cli,
    random, sockets, thread_rng,
};

/// Streams for standard input and output that are memory of the host.
pub mod p2 {
    pub use wasmtime_wasi::p2::pipe;
}
