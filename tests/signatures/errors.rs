//! Signatures of wasmtime 48.0.8: errors. Written by `tests/compat/signatures`.

use super::*;

// `Error`

fn error_signatures() {
    let _: fn(Box<dyn std::error::Error + Send + Sync + 'static>) -> Error = <Error>::from_boxed;
    let _: fn(anyhow::Error) -> Error = <Error>::from_anyhow;
    let _: for<'this> fn(&'this Error) -> error::Chain<'this> = <Error>::chain;
    let _: for<'this> fn(&'this Error) -> &'this (dyn std::error::Error + 'static) =
        <Error>::root_cause;
    let _: fn(Error) -> Box<dyn std::error::Error + Send + Sync + 'static> =
        <Error>::into_boxed_dyn_error;
}

fn error_new<E>()
where
    E: std::error::Error + Send + Sync + 'static,
{
    let _: fn(E) -> Error = <Error>::new::<E>;
}

fn error_msg<M>()
where
    M: std::fmt::Debug + std::fmt::Display + Send + Sync + 'static,
{
    let _: fn(M) -> Error = <Error>::msg::<M>;
}

fn error_context<C>()
where
    C: std::fmt::Display + Send + Sync + 'static,
{
    let _: fn(Error, C) -> Error = <Error>::context::<C>;
}

fn error_is<E>()
where
    E: std::fmt::Display + std::fmt::Debug + Send + Sync + 'static,
{
    let _: fn(&Error) -> bool = <Error>::is::<E>;
}

fn error_downcast<E>()
where
    E: std::fmt::Display + std::fmt::Debug + Send + Sync + 'static,
{
    let _: fn(Error) -> Result<E, Error> = <Error>::downcast::<E>;
}

fn error_downcast_ref<E>()
where
    E: std::fmt::Display + std::fmt::Debug + Send + Sync + 'static,
{
    let _: for<'this> fn(&'this Error) -> Option<&'this E> = <Error>::downcast_ref::<E>;
}

fn error_downcast_mut<E>()
where
    E: std::fmt::Display + std::fmt::Debug + Send + Sync + 'static,
{
    let _: for<'this> fn(&'this mut Error) -> Option<&'this mut E> = <Error>::downcast_mut::<E>;
}

implements!([] [] Box<dyn std::error::Error + 'static>: From<Error>);
implements!([] [] Box<dyn std::error::Error + Send + 'static>: From<Error>);
implements!([] [] Box<dyn std::error::Error + Send + Sync + 'static>: From<Error>);
implements!([] [] Error: Send + Sync + Unpin + std::convert::AsRef<dyn std::error::Error + Sync + Send> + std::convert::AsRef<dyn std::error::Error> + std::fmt::Debug + std::fmt::Display + std::ops::Deref<Target = dyn std::error::Error + Sync + Send> + std::panic::RefUnwindSafe + std::panic::UnwindSafe);
implements!([] [] anyhow::Error: From<Error>);
implements!([E] [E: std::error::Error + Send + Sync + 'static] Error: From<E>);
implements!([T] [] Result<T>: error::Context<T, Error>);

// `OutOfMemory`

fn out_of_memory_signatures() {
    let _: fn(&OutOfMemory) -> usize = <OutOfMemory>::requested_allocation_size;
}

const fn out_of_memory_new(a0: usize) -> OutOfMemory {
    <OutOfMemory>::new(a0)
}

implements!([] [] OutOfMemory: Clone + Copy + Send + Sync + Unpin + std::error::Error + std::fmt::Debug + std::fmt::Display + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `Result`

fn result<T, E>(it: Result<T, E>) -> std::result::Result<T, E> {
    it
}

// `ToWasmtimeResult`

fn to_wasmtime_result_to_wasmtime_result<T, This: ToWasmtimeResult<T>>() {
    let _: fn(This) -> Result<T> = <This as ToWasmtimeResult<T>>::to_wasmtime_result;
}

fn to_wasmtime_result_object<T>(it: Box<dyn ToWasmtimeResult<T>>) {
    drop(it);
}

const _: () = {
    struct Mine<T>(std::marker::PhantomData<fn() -> (T,)>);
    impl<T> ToWasmtimeResult<T> for Mine<T> {
        fn to_wasmtime_result(self: Self) -> Result<T> where {
            unreachable!()
        }
    }
};

implements!([T] [] anyhow::Result<T>: ToWasmtimeResult<T>);

// `WasmtimeBug`

implements!([] [] WasmtimeBug: Send + Sync + Unpin + std::error::Error + std::fmt::Debug + std::fmt::Display + std::panic::RefUnwindSafe + std::panic::UnwindSafe);

// `bail`

use wasm_interp_jit::bail as _;

// `ensure`

use wasm_interp_jit::ensure as _;

// `format_err`

use wasm_interp_jit::format_err as _;

// `error::Chain`

implements!(['a] [] error::Chain<'a>: Unpin + std::iter::Iterator<Item = &'a (dyn std::error::Error + 'static)>);
implements!(['p0] [] error::Chain<'p0>: std::iter::FusedIterator);
lacks!(['a] [] error::Chain<'a>: Send);
lacks!(['a] [] error::Chain<'a>: Sync);

// `error::Context`

fn error_context_context<T, E, This: error::Context<T, E>, C>()
where
    C: std::fmt::Display + Send + Sync + 'static,
{
    let _: fn(This, C) -> Result<T, Error> = <This as error::Context<T, E>>::context::<C>;
}

fn error_context_with_context<T, E, This: error::Context<T, E>, C, F>()
where
    C: std::fmt::Display + Send + Sync + 'static,
    F: FnOnce() -> C,
{
    let _: fn(This, F) -> Result<T, Error> = <This as error::Context<T, E>>::with_context::<C, F>;
}

implements!([T] [] Option<T>: error::Context<T, std::convert::Infallible>);

// `error::Ok`

fn error_ok<T>() {
    let _: fn(T) -> Result<T> = error::Ok::<T>;
}
