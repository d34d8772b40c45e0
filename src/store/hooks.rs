//! What a store tells the embedder: [`CallHook`]s at each change between the host and Wasm.

use super::{Store, StoreContextMut, StoreInner};
use crate::async_::block_on;
use crate::error::Result;
use crate::limits::{self, FindLimiter, ResourceLimiter, ResourceLimiterAsync};
use std::pin::Pin;

/// A change between the host and Wasm.
#[derive(Clone, Copy, Debug)]
pub enum CallHook {
    /// The host calls Wasm.
    CallingWasm,
    /// Wasm returns to the host.
    ReturningFromWasm,
    /// Wasm calls the host.
    CallingHost,
    /// The host returns to Wasm.
    ReturningFromHost,
}

impl CallHook {
    /// Does the host go on?
    pub fn entering_host(&self) -> bool {
        matches!(self, CallHook::ReturningFromWasm | CallHook::CallingHost)
    }

    /// Does Wasm go on?
    pub fn exiting_host(&self) -> bool {
        matches!(self, CallHook::ReturningFromHost | CallHook::CallingWasm)
    }
}

/// A hook that may wait. Its thread is blocked until it is ready.
///
/// The function has the signature that the macro `async_trait` makes of it.
pub trait CallHookHandler<T>: Send {
    /// What happens at a change between the host and Wasm.
    fn handle_call_event<'life0, 'life1, 'async_trait>(
        &'life0 self,
        store: StoreContextMut<'life1, T>,
        hook: CallHook,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait;
}

/// The hook of a store.
pub(super) type Hook<T> =
    Box<dyn FnMut(StoreContextMut<'_, T>, CallHook) -> Result<()> + Send + Sync>;

impl<T> Store<T> {
    /// Sets what is asked before memories and tables are made or grow. `limiter` finds it in the
    /// embedder's data.
    ///
    /// How many instances, tables and memories there may be is asked now, and never again.
    pub fn limiter(
        &mut self,
        limiter: impl (FnMut(&mut T) -> &mut dyn ResourceLimiter) + Send + Sync + 'static,
    ) {
        self.inner.set_limiter(FindLimiter::Sync(Box::new(limiter)));
    }

    /// As [`Store::limiter`], with one that may wait.
    pub fn limiter_async(
        &mut self,
        limiter: impl (FnMut(&mut T) -> &mut dyn ResourceLimiterAsync) + Send + Sync + 'static,
    ) {
        self.inner
            .set_limiter(FindLimiter::Async(Box::new(limiter)));
    }

    /// Sets what is called at each change between the host and Wasm: calls of Wasm, of host
    /// functions, and of callbacks of a deadline ([`Store::epoch_deadline_callback`]). Limiters are
    /// asked without it.
    ///
    /// If it fails before a call, the call does not happen; if it fails after one, its error takes
    /// the place of the result. It is not called for calls that it makes itself.
    pub fn call_hook(
        &mut self,
        hook: impl FnMut(StoreContextMut<'_, T>, CallHook) -> Result<()> + Send + Sync + 'static,
    ) {
        self.inner.hook = Some(Box::new(hook));
    }

    /// As [`Store::call_hook`], with one that may wait.
    pub fn call_hook_async(&mut self, hook: impl CallHookHandler<T> + Sync + 'static) {
        self.call_hook(move |store, event| block_on(hook.handle_call_event(store, event)));
    }
}

impl<T> StoreInner<T> {
    fn set_limiter(&mut self, mut limiter: FindLimiter<T>) {
        let most = limiter.counts(&mut self.data);
        self.limiter = Some(limiter);
        let limits = &mut self.opaque.runtime_mut().limits;
        limits.most = most;
        limits.limiter = Some(limits::answer::<T>);
    }

    pub(crate) fn limiter_and_data(&mut self) -> (Option<&mut FindLimiter<T>>, &mut T) {
        (self.limiter.as_mut(), &mut self.data)
    }

    /// Is there a hook?
    #[inline]
    pub(crate) fn has_hook(&self) -> bool {
        self.hook.is_some()
    }

    /// Calls the hook, if there is one.
    ///
    /// # Errors
    ///
    /// The hook's.
    #[inline]
    pub(crate) fn call_hook(&mut self, event: CallHook) -> Result<()> {
        match self.hook {
            Some(_) => self.call_hook_now(event),
            None => Ok(()),
        }
    }

    #[cold]
    fn call_hook_now(&mut self, event: CallHook) -> Result<()> {
        let Some(mut hook) = self.hook.take() else {
            return Ok(());
        };
        let result = hook(StoreContextMut(self), event);
        // As in wasmtime, the hook that was called stays, even if it has set another.
        self.hook = Some(hook);
        result
    }
}
