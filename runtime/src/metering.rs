//! Metering: what instructions cost, and what stops Wasm that runs too long.
//!
//! Fuel is counted up from a negative number, and is used up when it reaches 0. There are two
//! counters: a function counts in one that is its own ([`VMStore::fuel_running`], or a variable of
//! compiled code), and makes it the store's ([`VMStore::fuel_consumed`]) before it calls and when
//! it returns. What a function that traps has counted since then is lost, as in wasmtime.
//!
//! Where fuel is looked at, so is the epoch: at the entry of functions, at the headers of loops,
//! and before instructions that take time in proportion to an operand ([`poll`]).
//!
//! [`VMStore::fuel_running`]: crate::vm::VMStore::fuel_running
//! [`VMStore::fuel_consumed`]: crate::vm::VMStore::fuel_consumed

use crate::host::HostError;
use crate::module::Startup;
use crate::vm::{FuncInstance, VMStore};
use crate::walk::{Activation, ActivationKind};
use crate::{Raised, RawFrame, Status, Store, Trap, raise_error, raise_trap};
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use wasmparser::Operator;

/// What an engine meters.
#[derive(Clone, Debug)]
pub struct Metering {
    /// The costs of instructions, if fuel is counted.
    pub fuel: Option<Arc<OperatorCost>>,
    /// Is there a deadline?
    pub epochs: bool,
}

impl Metering {
    /// The costs of instructions that take time in proportion to an operand. They count even
    /// without fuel: cheap ones look at no deadline.
    pub(crate) fn variable(&self) -> VariableOperatorCost {
        self.fuel
            .as_ref()
            .map_or(VariableOperatorCost::new(), |it| it.variable.clone())
    }
}

/// What happens when the deadline has passed.
pub enum EpochUpdate {
    /// Wasm goes on, until this many epochs later than now.
    Continue(u64),
    /// [`Trap::Interrupt`].
    Interrupt,
}

/// Decides what happens when the deadline has passed.
pub type EpochCallback = dyn FnMut(*mut Store) -> Result<EpochUpdate, HostError> + Send + Sync;

/// Fuel that compiled code and the interpreter do not see, and the deadline's callback.
#[derive(Default)]
pub struct StoreMeters {
    /// Fuel beyond what the counters hold.
    reserve: u64,
    /// Fuel that is moved to the counters at once.
    interval: Option<NonZeroU64>,
    /// How often fuel was set.
    n_set: u64,
    /// Absent if a deadline interrupts.
    pub on_epoch: Option<Box<EpochCallback>>,
}

impl StoreMeters {
    /// How often fuel was set.
    pub(crate) fn n_set(&self) -> u64 {
        self.n_set
    }
}

impl Store {
    /// Fuel that is left.
    pub fn fuel(&self) -> u64 {
        let consumed = self.vm.fuel_consumed;
        self.meters
            .reserve
            .saturating_add_signed(consumed.wrapping_neg())
    }

    /// Sets the fuel that is left.
    pub fn set_fuel(&mut self, fuel: u64) {
        let interval = self.meters.interval.map_or(u64::MAX, NonZeroU64::get);
        let active = fuel.min(interval).min(i64::MAX.cast_unsigned());
        self.meters.reserve = fuel - active;
        self.vm.fuel_consumed = -active.cast_signed();
        self.meters.n_set += 1;
    }

    /// Sets how much fuel is moved to the counters at once.
    pub fn set_fuel_interval(&mut self, interval: Option<NonZeroU64>) {
        self.meters.interval = interval;
        self.set_fuel(self.fuel());
    }

    /// Sets the deadline to `delta` epochs from now.
    pub fn set_epoch_deadline(&mut self, delta: u64) {
        self.vm.epoch_deadline = epoch(&self.vm).saturating_add(delta);
    }
}

/// The epoch of a store's engine.
fn epoch(vm: &VMStore) -> u64 {
    // SAFETY: the engine's counter outlives the store; without one, it is a static.
    unsafe { (*vm.epoch).load(Ordering::Relaxed) }
}

/// The epoch of stores to which nobody gave one.
pub(crate) static NO_EPOCH: AtomicU64 = AtomicU64::new(0);

/// Has [`poll`] anything to do?
///
/// # Safety
///
/// `store` is alive.
#[inline]
pub unsafe fn is_poll_due(store: *mut Store) -> bool {
    // SAFETY: forwarded.
    let (vm, tuning) = unsafe { (&(*store).vm, Store::tuning(store)) };
    tuning.metering.as_ref().is_some_and(|it| {
        it.fuel.is_some() && vm.fuel_running >= 0 || it.epochs && epoch(vm) >= vm.epoch_deadline
    })
}

/// Looks at the fuel and the deadline, at `pc` of `func`, whose frame is not on record. What it
/// raises is raised there.
///
/// The callback of the deadline may do anything: what was loaded from the store is loaded anew
/// afterwards.
///
/// # Errors
///
/// What was raised.
///
/// # Safety
///
/// `store` is alive and no reference to it is; `func` belongs to it; all frames but that of `func`
/// are on record, and `VMStore::value_top` is above all that is in use.
pub unsafe fn poll(store: *mut Store, func: *mut FuncInstance, pc: u32) -> Result<(), Status> {
    // SAFETY: forwarded, here and below.
    let (vm, tuning) = unsafe { (&raw mut (*store).vm, Store::tuning(store)) };
    let Some(metering) = &tuning.metering else {
        return Ok(());
    };
    let at = Some((func, pc));
    // SAFETY: as above.
    unsafe {
        if metering.fuel.is_some() && (*vm).fuel_running >= 0 {
            refuel(store, at)?;
            (*vm).fuel_running = (*vm).fuel_consumed;
        }
        if metering.epochs && epoch(&*vm) >= (*vm).epoch_deadline {
            // What the callback executes counts for itself.
            let running = (*vm).fuel_running;
            new_epoch(store, at)?;
            (*vm).fuel_running = running;
        }
    }
    Ok(())
}

/// Counts what it takes to begin an instance, before its start function is called.
///
/// # Errors
///
/// What was raised.
///
/// # Safety
///
/// `store` is alive and no reference to it is; the host runs.
pub unsafe fn poll_at_start(store: *mut Store, startup: Startup) -> Result<(), Raised> {
    // SAFETY: forwarded, here and below.
    let (vm, tuning) = unsafe { (&raw mut (*store).vm, Store::tuning(store)) };
    let Some(metering) = &tuning.metering else {
        return Ok(());
    };
    // SAFETY: as above.
    let polled = unsafe {
        let poll = || {
            if metering.fuel.is_some() {
                (*vm).fuel_running = (*vm).fuel_consumed.saturating_add(startup.polled);
                if (*vm).fuel_running >= 0 {
                    refuel(store, None)?;
                    (*vm).fuel_running = (*vm).fuel_consumed;
                }
            }
            if metering.epochs && epoch(&*vm) >= (*vm).epoch_deadline {
                new_epoch(store, None)?;
            }
            if metering.fuel.is_some() {
                let more = startup.total - startup.polled;
                (*vm).fuel_consumed = (*vm).fuel_running.saturating_add(more);
            }
            Ok::<_, Status>(())
        };
        poll()
    };
    // SAFETY: as above.
    polled.map_err(|_| unsafe {
        (*store)
            .pending
            .take()
            .expect("a status says that something was raised")
    })
}

/// Where a poll is: the frame that is not on record.
type At = Option<(*mut FuncInstance, u32)>;

/// Moves fuel from the reserve to the counters.
///
/// # Safety
///
/// `store` is alive and no reference to it is; all frames but that of `at` are on record.
#[cold]
unsafe fn refuel(store: *mut Store, at: At) -> Result<(), Status> {
    // SAFETY: the caller promises a live store.
    unsafe {
        (*store).vm.fuel_consumed = (*store).vm.fuel_running;
        let left = (*store).fuel();
        if left == 0 {
            return Err(raise_trap(store, Trap::OutOfFuel, None, frame_at(at)));
        }
        (*store).set_fuel(left);
    }
    Ok(())
}

/// Asks the callback what happens now that the deadline has passed.
///
/// # Safety
///
/// As for [`refuel`].
#[cold]
unsafe fn new_epoch(store: *mut Store, at: At) -> Result<(), Status> {
    // SAFETY: the caller promises a live store; the callback is taken so that it can be replaced.
    let callback = unsafe { (*store).meters.on_epoch.take() };
    let Some(mut callback) = callback else {
        // SAFETY: forwarded.
        return Err(unsafe { raise_trap(store, Trap::Interrupt, None, frame_at(at)) });
    };
    // SAFETY: as above; the activation is unlinked before it dies.
    let update = unsafe {
        let prev = (*store).activations;
        let mut activation = at.map(|(func, pc)| Activation {
            prev,
            kind: ActivationKind::Polling { func, pc },
        });
        if let Some(activation) = &mut activation {
            (*store).activations = activation;
        }
        let update = catch_unwind(AssertUnwindSafe(|| callback(store)));
        (*store).activations = prev;
        (*store).meters.on_epoch = Some(callback);
        update
    };
    // SAFETY: as above.
    unsafe {
        match update {
            Ok(Ok(EpochUpdate::Continue(delta))) => {
                (*store).set_epoch_deadline(delta);
                Ok(())
            }
            Ok(Ok(EpochUpdate::Interrupt)) => {
                Err(raise_trap(store, Trap::Interrupt, None, frame_at(at)))
            }
            Ok(Err(error)) => Err(raise_error(store, error, frame_at(at))),
            Err(payload) => {
                (*store).pending = Some(Raised::Panic(payload));
                Err(Status::Raised)
            }
        }
    }
}

fn frame_at(at: At) -> Option<RawFrame> {
    // SAFETY: functions of a live store belong to a live instance.
    at.map(|(func, pc)| unsafe { RawFrame::new(func, pc) })
}

/// Costs of instructions in proportion to an operand, besides those in [`OperatorCost`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VariableOperatorCost {
    /// For each byte that `memory.copy` copies.
    pub memory_copy_per_byte: u8,
    /// For each byte that `memory.fill` writes.
    pub memory_fill_per_byte: u8,
    /// For each byte that `memory.init` copies.
    pub memory_init_per_byte: u8,
    /// For each page that `memory.grow` asks for.
    pub memory_grow_per_page: u8,
    /// For each element that `table.copy` copies.
    pub table_copy_per_element: u8,
    /// For each element that `table.fill` writes.
    pub table_fill_per_element: u8,
    /// For each element that `table.init` copies.
    pub table_init_per_element: u8,
    /// For each element that `table.grow` asks for.
    pub table_grow_per_element: u8,
    /// For each element that `array.copy` copies.
    pub array_copy_per_element: u8,
    /// For each element that `array.fill` writes.
    pub array_fill_per_element: u8,
    /// For each element that `array.new_data` makes.
    pub array_new_data_per_element: u8,
    /// For each element that `array.init_data` writes.
    pub array_init_data_per_element: u8,
    /// For each element that `array.new_elem` makes.
    pub array_new_elem_per_element: u8,
    /// For each element that `array.init_elem` writes.
    pub array_init_elem_per_element: u8,
    /// For each element that `array.new_default` makes.
    pub array_new_default_per_element: u8,
    /// For each element that `array.new` makes.
    pub array_new_per_element: u8,
}

impl VariableOperatorCost {
    /// 1 for each byte and element, and nothing for pages.
    pub const fn new() -> Self {
        Self {
            memory_copy_per_byte: 1,
            memory_fill_per_byte: 1,
            memory_init_per_byte: 1,
            memory_grow_per_page: 0,
            table_copy_per_element: 1,
            table_fill_per_element: 1,
            table_init_per_element: 1,
            table_grow_per_element: 1,
            array_copy_per_element: 1,
            array_fill_per_element: 1,
            array_new_data_per_element: 1,
            array_init_data_per_element: 1,
            array_new_elem_per_element: 1,
            array_init_elem_per_element: 1,
            array_new_default_per_element: 1,
            array_new_per_element: 1,
        }
    }
}

impl Default for VariableOperatorCost {
    fn default() -> Self {
        Self::new()
    }
}

/// The default cost of an instruction.
macro_rules! default_cost {
    (Nop) => {
        0
    };
    (Drop) => {
        0
    };
    (Block) => {
        0
    };
    (Loop) => {
        0
    };
    (Unreachable) => {
        0
    };
    (Return) => {
        0
    };
    (Else) => {
        0
    };
    (End) => {
        0
    };
    ($other:ident) => {
        1
    };
}

macro_rules! operator_cost {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        /// What each instruction costs in fuel; named as in `wasmparser::Operator`.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct OperatorCost {
            $(
                #[doc = concat!("Cost of `", stringify!($op), "`.")]
                pub $op: u8,
            )*
            /// Costs in proportion to an operand.
            pub variable: VariableOperatorCost,
        }

        impl OperatorCost {
            /// 1 for each instruction, but nothing for `nop`, `drop`, `block`, `loop`,
            /// `unreachable`, `return`, `else` and `end`.
            pub const fn new() -> Self {
                Self {
                    $($op: default_cost!($op),)*
                    variable: VariableOperatorCost::new(),
                }
            }

            /// What `op` costs, the variable part apart.
            pub(crate) fn of(&self, op: &Operator<'_>) -> u8 {
                match op {
                    $(Operator::$op { .. } => self.$op,)*
                    // wasmparser may know more in the future; validation lets none of them through.
                    _ => unreachable!("{op:?} passed validation"),
                }
            }
        }
    };
}
wasmparser::for_each_operator!(operator_cost);

impl Default for OperatorCost {
    fn default() -> Self {
        Self::new()
    }
}
