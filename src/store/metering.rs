//! Fuel and epochs: how long the Wasm of a store may run.

use super::{CallHook, Caller, Store, StoreContext, StoreContextMut, StoreInner, StoreOpaque};
use crate::async_::block_on;
use crate::error::{Error, Result, bail, ensure};
use runtime::EpochUpdate;
use runtime::host::HostError;
use std::fmt;
use std::num::NonZeroU64;
use std::pin::Pin;

/// What happens when the deadline of a store has passed.
///
/// The result of the callback of [`Store::epoch_deadline_callback`].
#[non_exhaustive]
pub enum UpdateDeadline {
    /// Wasm stops, with [`Trap::Interrupt`](crate::Trap::Interrupt).
    Interrupt,
    /// Wasm goes on; the deadline is this many epochs from now.
    Continue(u64),
    /// The same, for Wasm that was called by a function named `*_async`; for other Wasm an error.
    ///
    /// Nothing is yielded: the thread goes on.
    Yield(u64),
    /// The same when this future is ready, for which the thread waits.
    YieldCustom(u64, Pin<Box<dyn Future<Output = ()> + Send>>),
}

impl fmt::Debug for UpdateDeadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UpdateDeadline::Interrupt => f.write_str("Interrupt"),
            UpdateDeadline::Continue(delta) => f.debug_tuple("Continue").field(delta).finish(),
            UpdateDeadline::Yield(delta) => f.debug_tuple("Yield").field(delta).finish(),
            UpdateDeadline::YieldCustom(delta, _) => {
                f.debug_tuple("YieldCustom").field(delta).finish()
            }
        }
    }
}

impl<T> Store<T> {
    /// The fuel that is left.
    ///
    /// # Errors
    ///
    /// Without [`Config::consume_fuel`](crate::Config::consume_fuel).
    pub fn get_fuel(&self) -> Result<u64> {
        self.inner.opaque.fuel()
    }

    /// Sets the fuel that is left. A new store has none.
    ///
    /// # Errors
    ///
    /// Without [`Config::consume_fuel`](crate::Config::consume_fuel).
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.inner.opaque.set_fuel(fuel)
    }

    /// Has no effect but that Wasm must be called by functions named `*_async`, as in wasmtime.
    /// Their futures do all of their work when they are polled first, whatever fuel that takes.
    ///
    /// # Errors
    ///
    /// Without [`Config::consume_fuel`](crate::Config::consume_fuel), and if `interval` is 0.
    pub fn fuel_async_yield_interval(&mut self, interval: Option<u64>) -> Result<()> {
        self.inner.opaque.set_fuel_interval(interval)
    }

    /// Sets the deadline to `ticks_beyond_current` epochs from now. It has passed in a new store.
    ///
    /// What Wasm finds at the entries of functions and at each iteration of loops; what happens
    /// then is up to [`Store::epoch_deadline_trap`] and its like. Matters only with
    /// [`Config::epoch_interruption`](crate::Config::epoch_interruption).
    pub fn set_epoch_deadline(&mut self, ticks_beyond_current: u64) {
        let runtime = self.inner.opaque.runtime_mut();
        runtime.set_epoch_deadline(ticks_beyond_current);
    }

    /// Lets Wasm stop when the deadline has passed, with
    /// [`Trap::Interrupt`](crate::Trap::Interrupt). The default.
    pub fn epoch_deadline_trap(&mut self) {
        self.inner.opaque.runtime_mut().meters.on_epoch = None;
    }

    /// Lets `callback` decide when the deadline has passed. It may use the store. An error of it is
    /// the error of the call into Wasm.
    pub fn epoch_deadline_callback(
        &mut self,
        callback: impl FnMut(StoreContextMut<'_, T>) -> Result<UpdateDeadline> + Send + Sync + 'static,
    ) {
        self.inner.set_epoch_callback(callback);
    }

    /// As [`Store::epoch_deadline_callback`] with one that returns [`UpdateDeadline::Yield`]: Wasm
    /// goes on for `delta` epochs more. It must be called by functions named `*_async`.
    pub fn epoch_deadline_async_yield_and_update(&mut self, delta: u64) {
        self.inner.yield_and_update(delta);
    }
}

impl<T> StoreContext<'_, T> {
    /// See [`Store::get_fuel`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn get_fuel(&self) -> Result<u64> {
        self.0.opaque().fuel()
    }
}

impl<T> StoreContextMut<'_, T> {
    /// See [`Store::get_fuel`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn get_fuel(&self) -> Result<u64> {
        self.0.opaque().fuel()
    }

    /// See [`Store::set_fuel`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.0.opaque_mut().set_fuel(fuel)
    }

    /// See [`Store::fuel_async_yield_interval`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn fuel_async_yield_interval(&mut self, interval: Option<u64>) -> Result<()> {
        self.0.opaque_mut().set_fuel_interval(interval)
    }

    /// See [`Store::set_epoch_deadline`].
    pub fn set_epoch_deadline(&mut self, ticks_beyond_current: u64) {
        let runtime = self.0.opaque_mut().runtime_mut();
        runtime.set_epoch_deadline(ticks_beyond_current);
    }

    /// See [`Store::epoch_deadline_trap`].
    pub fn epoch_deadline_trap(&mut self) {
        self.0.opaque_mut().runtime_mut().meters.on_epoch = None;
    }

    /// See [`Store::epoch_deadline_async_yield_and_update`].
    pub fn epoch_deadline_async_yield_and_update(&mut self, delta: u64)
    where
        T: 'static,
    {
        self.0.yield_and_update(delta);
    }
}

impl<T> Caller<'_, T> {
    /// See [`Store::get_fuel`]: what the calling function has settled.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn get_fuel(&self) -> Result<u64> {
        self.store.get_fuel()
    }

    /// See [`Store::set_fuel`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.store.set_fuel(fuel)
    }

    /// See [`Store::fuel_async_yield_interval`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn fuel_async_yield_interval(&mut self, interval: Option<u64>) -> Result<()> {
        self.store.fuel_async_yield_interval(interval)
    }
}

impl<T: 'static> StoreInner<T> {
    fn set_epoch_callback(
        &mut self,
        mut callback: impl FnMut(StoreContextMut<'_, T>) -> Result<UpdateDeadline>
        + Send
        + Sync
        + 'static,
    ) {
        let on_epoch = move |store: *mut runtime::Store| {
            // SAFETY: Wasm of the store runs, so that its owner is the `StoreInner` of the call in
            // progress (`store.rs`, invariant 2), which nobody else uses now; of this `T`, since
            // the callback was set there.
            let inner = unsafe { &mut *(*store).owner.cast::<StoreInner<T>>() };
            let update = inner.call_hook(CallHook::CallingHost).and_then(|()| {
                let update = callback(StoreContextMut(inner));
                let update = update.and_then(|it| it.finish(&inner.opaque));
                inner.call_hook(CallHook::ReturningFromHost)?;
                update
            });
            update.map_err(|error: Error| Box::new(error) as HostError)
        };
        self.opaque.runtime_mut().meters.on_epoch = Some(Box::new(on_epoch));
    }

    fn yield_and_update(&mut self, delta: u64) {
        self.opaque.async_required = true;
        self.set_epoch_callback(move |_| Ok(UpdateDeadline::Yield(delta)));
    }

    /// Runs what a function named `*_async` is to run.
    pub(crate) fn run_async<R>(&mut self, run: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.opaque.in_async, true);
        let result = run(self);
        self.opaque.in_async = outer;
        result
    }
}

impl UpdateDeadline {
    /// Waits for what is to be waited for.
    fn finish(self, store: &StoreOpaque) -> Result<EpochUpdate> {
        Ok(match self {
            UpdateDeadline::Interrupt => EpochUpdate::Interrupt,
            UpdateDeadline::Continue(delta) => EpochUpdate::Continue(delta),
            UpdateDeadline::Yield(_) if !store.in_async => {
                bail!("cannot use `UpdateDeadline::Yield` without using an async wasm entrypoint")
            }
            UpdateDeadline::YieldCustom(..) if !store.in_async => {
                bail!(
                    "cannot use `UpdateDeadline::YieldCustom` without using an async wasm \
                     entrypoint"
                )
            }
            UpdateDeadline::Yield(delta) => EpochUpdate::Continue(delta),
            UpdateDeadline::YieldCustom(delta, future) => {
                block_on(future);
                EpochUpdate::Continue(delta)
            }
        })
    }
}

impl StoreOpaque {
    /// Checks that Wasm may be called by the function that is about to.
    #[inline]
    pub(crate) fn check_entry(&self) -> Result<()> {
        if self.async_required && !self.in_async {
            bail!("store configuration requires that `*_async` functions are used instead");
        }
        Ok(())
    }

    fn fuel(&self) -> Result<u64> {
        self.check_fuel()?;
        Ok(self.runtime().fuel())
    }

    fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.check_fuel()?;
        self.runtime_mut().set_fuel(fuel);
        Ok(())
    }

    fn set_fuel_interval(&mut self, interval: Option<u64>) -> Result<()> {
        self.check_fuel()?;
        ensure!(
            interval != Some(0),
            "fuel_async_yield_interval must not be 0"
        );
        self.async_required = true;
        let interval = interval.and_then(NonZeroU64::new);
        self.runtime_mut().set_fuel_interval(interval);
        Ok(())
    }

    fn check_fuel(&self) -> Result<()> {
        let metering = self.engine.tuning().metering.as_ref();
        ensure!(
            metering.is_some_and(|it| it.fuel.is_some()),
            "fuel is not configured in this store"
        );
        Ok(())
    }
}
