//! The functions of WASI previews 0 and 1 as functions of a [`Linker`].
//!
//! `wiggle` writes the code for each of them. It addresses wasmtime by paths that begin with
//! `wiggle`; the module of this name gives it our engine there. Only errors differ: those of the
//! functions are wasmtime's, so they are translated where a function is defined.

use crate::block_on;
use crate::error::{SystemError, translate};
use wasm_interp_jit::{Caller, Linker, Result, WasmRet, WasmTy};
use wasmtime_wasi::p1::WasiP1Ctx;

type SystemResult<R> = Result<R, SystemError>;

/// Defines all functions of preview 1.
pub(crate) fn add_preview1<T: Send + 'static>(
    linker: &mut Linker<T>,
    context: impl Fn(&mut T) -> &mut WasiP1Ctx + Copy + Send + Sync + 'static,
) -> Result<()> {
    preview1::add_wasi_snapshot_preview1_to_linker(&mut SystemLinker(linker), context)
        .map_err(translate)
}

/// Defines all functions of preview 0.
pub(crate) fn add_preview0<T: Send + 'static>(
    linker: &mut Linker<T>,
    context: impl Fn(&mut T) -> &mut WasiP1Ctx + Copy + Send + Sync + 'static,
) -> Result<()> {
    preview0::add_wasi_unstable_to_linker(&mut SystemLinker(linker), context).map_err(translate)
}

/// The functions of one preview. Those that are listed may wait.
macro_rules! preview {
    ($preview:ident: $witx:tt, $target:ident, $module:ident) => {
        mod $preview {
            use super::{run, wiggle};

            ::wiggle::wasmtime_integration!({
                witx: [$witx],
                target: ::wasmtime_wasi::$target,
                block_on[run]: {
                    $module::{
                        fd_advise, fd_close, fd_datasync, fd_fdstat_get, fd_filestat_get,
                        fd_filestat_set_size, fd_filestat_set_times, fd_pread, fd_pwrite, fd_read,
                        fd_readdir, fd_renumber, fd_seek, fd_sync, fd_write,
                        path_create_directory, path_filestat_get, path_filestat_set_times,
                        path_link, path_open, path_readlink, path_remove_directory, path_rename,
                        path_symlink, path_unlink_file, poll_oneoff
                    }
                },
            });
        }
    };
}

preview!(preview1: "witx/preview1.witx", p1, wasi_snapshot_preview1);
preview!(preview0: "witx/preview0.witx", p0, wasi_unstable);

/// What generated code uses of `wiggle`, and of wasmtime as `wiggle` exports it.
mod wiggle {
    pub(super) use ::wiggle::{GuestMemory, error};

    pub(super) mod wasmtime_crate {
        pub(in super::super) use super::super::SystemLinker as Linker;
        pub(in super::super) use wasm_interp_jit::{AsContextMut, Caller, Extern};
    }
}

/// A linker for closures whose errors are wasmtime's.
struct SystemLinker<'a, T: 'static>(&'a mut Linker<T>);

/// Closures that can be defined in a [`SystemLinker`].
trait SystemFunc<T, Params, R> {
    fn define(self, linker: &mut Linker<T>, module: &str, name: &str) -> Result<()>;
}

impl<T> SystemLinker<'_, T> {
    fn func_wrap<Params, R>(
        &mut self,
        module: &str,
        name: &str,
        func: impl SystemFunc<T, Params, R>,
    ) -> SystemResult<()> {
        func.define(self.0, module, name)
            .map_err(|error| SystemError::msg(format!("{error:#}")))
    }
}

macro_rules! system_func {
    ($($ty:ident $value:ident)*) => {
        impl<T, F, R, $($ty),*> SystemFunc<T, ($($ty,)*), R> for F
        where
            T: 'static,
            F: Fn(Caller<'_, T>, $($ty),*) -> SystemResult<R> + Send + Sync + 'static,
            R: WasmRet,
            $($ty: WasmTy + 'static,)*
        {
            fn define(self, linker: &mut Linker<T>, module: &str, name: &str) -> Result<()> {
                let func = move |caller: Caller<'_, T>, $($value: $ty),*| -> Result<R> {
                    self(caller, $($value),*).map_err(translate)
                };
                linker.func_wrap(module, name, func).map(drop)
            }
        }
    };
}

system_func!();
system_func!(A a);
system_func!(A a B b);
system_func!(A a B b C c);
system_func!(A a B b C c D d);
system_func!(A a B b C c D d E e);
system_func!(A a B b C c D d E e G g);
system_func!(A a B b C c D d E e G g H h);
system_func!(A a B b C c D d E e G g H h I i);
system_func!(A a B b C c D d E e G g H h I i J j);

/// Generated code has two layers of results where it waits.
fn run<F: Future>(future: F) -> SystemResult<F::Output> {
    Ok(block_on::block_on(future))
}
