//! The asynchronous functions of wasmtime's API, named `*_async`.
//!
//! Wasm has no stack of its own here that could be left and taken up again. So these functions do
//! all of their work when they are polled first: the future is then ready. A host function that is
//! a future is run to completion on the thread that calls it, which is blocked in the meantime;
//! what wakes it must run on another one.

use crate::error::Result;
use crate::func::HostFunc;
use crate::instance::Import;
use crate::types::{FuncType, MemoryType, TableType};
use crate::{
    AsContextMut, Caller, Extern, Func, Instance, InstancePre, Linker, Memory, Module, Ref,
    StoreContextMut, Table, TypedFunc, Val, WasmParams, WasmResults, WasmRet, WasmTyList,
};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Wakes a blocked thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to completion on this thread.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            // Returns early if it was woken since it was polled, and sometimes without a reason.
            Poll::Pending => thread::park(),
        }
    }
}

impl<T: Send + 'static> HostFunc<T> {
    fn new_async(
        ty: FuncType,
        func: impl for<'a> Fn(
            Caller<'a, T>,
            &'a [Val],
            &'a mut [Val],
        ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>
        + Send
        + Sync
        + 'static,
    ) -> Result<Self> {
        HostFunc::new(ty, move |caller, params, results| {
            block_on(Box::into_pin(func(caller, params, results)))
        })
    }

    fn wrap_async<P, R>(
        engine: &crate::Engine,
        func: impl for<'a> Fn(Caller<'a, T>, P) -> Box<dyn Future<Output = R> + Send + 'a>
        + Send
        + Sync
        + 'static,
    ) -> Result<Self>
    where
        P: WasmTyList,
        R: WasmRet,
    {
        HostFunc::wrap(engine, move |caller: Caller<'_, T>, params: P| {
            block_on(Box::into_pin(func(caller, params)))
        })
    }
}

impl<T: Send + 'static> Linker<T> {
    /// As [`Linker::func_new`], with a function that is a future. Its thread is blocked until it
    /// is ready.
    ///
    /// # Errors
    ///
    /// If the name is already defined, or if `ty` has a type that is not supported.
    ///
    /// # Panics
    ///
    /// If `ty` belongs to another engine.
    pub fn func_new_async<F>(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: F,
    ) -> Result<&mut Self>
    where
        F: for<'a> Fn(
                Caller<'a, T>,
                &'a [Val],
                &'a mut [Val],
            ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>
            + Send
            + Sync
            + 'static,
    {
        let engine = self.engine();
        assert!(ty.comes_from_same_engine(engine));
        self.insert(
            module,
            name,
            Import::HostFunc(HostFunc::new_async(ty, func)?),
        )
    }

    /// As [`Linker::func_wrap`], with a function that is a future; its parameters come as a tuple.
    /// Its thread is blocked until it is ready.
    ///
    /// # Errors
    ///
    /// If the name is already defined, or if the function has a type that is not supported.
    pub fn func_wrap_async<F, Params: WasmTyList, Args: WasmRet>(
        &mut self,
        module: &str,
        name: &str,
        func: F,
    ) -> Result<&mut Self>
    where
        F: for<'a> Fn(Caller<'a, T>, Params) -> Box<dyn Future<Output = Args> + Send + 'a>
            + Send
            + Sync
            + 'static,
    {
        let func = HostFunc::wrap_async(self.engine(), func)?;
        self.insert(module, name, Import::HostFunc(func))
    }

    /// As [`Linker::module`]; the work is done when it is polled first.
    ///
    /// # Errors
    ///
    /// Those of [`Linker::module`].
    ///
    /// # Panics
    ///
    /// If the store belongs to another engine.
    pub async fn module_async(
        &mut self,
        store: impl AsContextMut<Data = T>,
        module_name: &str,
        module: &Module,
    ) -> Result<&mut Self> {
        self.module(store, module_name, module)
    }

    /// As [`Linker::instantiate`]; the work is done when it is polled first.
    ///
    /// # Errors
    ///
    /// Those of [`Linker::instantiate`].
    ///
    /// # Panics
    ///
    /// If a host function panics.
    pub async fn instantiate_async(
        &self,
        store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<Instance> {
        let mut store = store;
        let store = store.as_context_mut().0;
        store.run_async(|store| self.instantiate(StoreContextMut(store), module))
    }
}

impl<T: 'static> InstancePre<T> {
    /// As [`InstancePre::instantiate`]; the work is done when it is polled first.
    ///
    /// # Errors
    ///
    /// Those of [`InstancePre::instantiate`].
    ///
    /// # Panics
    ///
    /// If the store belongs to another engine, or if a host function panics.
    pub async fn instantiate_async(&self, store: impl AsContextMut<Data = T>) -> Result<Instance> {
        let mut store = store;
        let store = store.as_context_mut().0;
        store.run_async(|store| self.instantiate(StoreContextMut(store)))
    }
}

impl Instance {
    /// As [`Instance::new`]; the work is done when it is polled first.
    ///
    /// # Errors
    ///
    /// Those of [`Instance::new`].
    ///
    /// # Panics
    ///
    /// If a host function panics.
    pub async fn new_async(
        store: impl AsContextMut,
        module: &Module,
        imports: &[Extern],
    ) -> Result<Instance> {
        let mut store = store;
        let store = store.as_context_mut().0;
        store.run_async(|store| Instance::new(StoreContextMut(store), module, imports))
    }
}

impl Func {
    /// As [`Func::new`], with a function that is a future. Its thread is blocked until it is ready.
    ///
    /// # Panics
    ///
    /// If `ty` belongs to another engine, or has a type that is not supported.
    pub fn new_async<T, F>(mut store: impl AsContextMut<Data = T>, ty: FuncType, func: F) -> Func
    where
        F: for<'a> Fn(
                Caller<'a, T>,
                &'a [Val],
                &'a mut [Val],
            ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>
            + Send
            + Sync
            + 'static,
        T: Send + 'static,
    {
        let store = store.as_context_mut().0;
        let engine = store.opaque().engine();
        assert!(ty.comes_from_same_engine(engine));
        supported(HostFunc::new_async(ty, func)).bring_into(store)
    }

    /// As [`Func::wrap`], with a function that is a future; its parameters come as a tuple. Its
    /// thread is blocked until it is ready.
    ///
    /// # Panics
    ///
    /// If it has a type that is not supported.
    pub fn wrap_async<T, F, P, R>(mut store: impl AsContextMut<Data = T>, func: F) -> Func
    where
        F: for<'a> Fn(Caller<'a, T>, P) -> Box<dyn Future<Output = R> + Send + 'a>
            + Send
            + Sync
            + 'static,
        P: WasmTyList,
        R: WasmRet,
        T: Send + 'static,
    {
        let store = store.as_context_mut().0;
        supported(HostFunc::wrap_async(store.opaque().engine(), func)).bring_into(store)
    }

    /// As [`Func::call`]; the work is done when it is polled first.
    ///
    /// # Errors
    ///
    /// Those of [`Func::call`].
    ///
    /// # Panics
    ///
    /// If it belongs to another store, or if a host function panics.
    pub async fn call_async(
        &self,
        store: impl AsContextMut<Data: Send>,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let mut store = store;
        let store = store.as_context_mut().0;
        store.run_async(|store| self.call(StoreContextMut(store), params, results))
    }
}

impl<Params, Results> TypedFunc<Params, Results>
where
    Params: WasmParams,
    Results: WasmResults,
{
    /// As [`TypedFunc::call`]; the work is done when it is polled first.
    ///
    /// # Errors
    ///
    /// Those of [`TypedFunc::call`].
    ///
    /// # Panics
    ///
    /// If it belongs to another store, or if a host function panics.
    pub async fn call_async(
        &self,
        store: impl AsContextMut<Data: Send>,
        params: Params,
    ) -> Result<Results>
    where
        Params: Sync,
        Results: Sync,
    {
        let mut store = store;
        let store = store.as_context_mut().0;
        store.run_async(|store| self.call(StoreContextMut(store), params))
    }
}

impl Memory {
    /// As [`Memory::new`].
    ///
    /// # Errors
    ///
    /// Those of [`Memory::new`].
    pub async fn new_async(store: impl AsContextMut, ty: MemoryType) -> Result<Memory> {
        Memory::new(store, ty)
    }

    /// As [`Memory::grow`].
    ///
    /// # Errors
    ///
    /// Those of [`Memory::grow`].
    pub async fn grow_async(&self, store: impl AsContextMut, delta: u64) -> Result<u64> {
        self.grow(store, delta)
    }
}

impl Table {
    /// As [`Table::new`].
    ///
    /// # Errors
    ///
    /// Those of [`Table::new`].
    pub async fn new_async(store: impl AsContextMut, ty: TableType, init: Ref) -> Result<Table> {
        Table::new(store, ty, init)
    }

    /// As [`Table::grow`].
    ///
    /// # Errors
    ///
    /// Those of [`Table::grow`].
    pub async fn grow_async(&self, store: impl AsContextMut, delta: u64, init: Ref) -> Result<u64> {
        self.grow(store, delta, init)
    }
}

fn supported<T>(func: Result<HostFunc<T>>) -> HostFunc<T> {
    func.unwrap_or_else(|error| panic!("cannot make a host function: {error:#}"))
}
