//! The wiring: the only file that names the interpreter, the compiler and deoptimization together.
//!
//! ```text
//!   interpreter ──hot──► on_hot ──► request ──► compiler (here, or on its worker thread)
//!        ▲                 │                        │
//!        │                 └──◄── install ◄─────────┘ on the store's own thread
//!        │
//!        └── resume ◄── materialize ◄── on_deopt_exit ◄── a guard of compiled code failed
//! ```
//!
//! `request.rs` copies feedback for the compiler; `shared.rs` keeps the code of a module for all
//! its instances, `state.rs` what of it a store has installed. Without the feature `jit` only the
//! interpreter is wired.

#[cfg(all(test, feature = "jit"))]
mod falsify;
#[cfg(feature = "jit")]
mod perf;
#[cfg(feature = "jit")]
mod request;
#[cfg(feature = "jit")]
mod shared;
#[cfg(feature = "jit")]
mod state;
#[cfg(feature = "jit")]
mod two_tiers;

use crate::error::Result;
use runtime::vm::FuncInstance;
use runtime::{HotAction, HotPoint, Status, Store, TierKind, TierState, Tiers, Tuning};
use std::sync::Arc;

#[cfg(feature = "jit")]
pub(crate) use state::codes;

/// The tiers of an engine with these settings.
///
/// If the host refuses executable memory everything runs in the interpreter, and a warning says so
/// once in the life of the process.
pub(crate) fn tiers(tuning: &Arc<Tuning>) -> Arc<dyn Tiers> {
    #[cfg(feature = "jit")]
    if tuning.jit {
        match jit::Compiler::new(tuning) {
            Ok(compiler) => return Arc::new(two_tiers::TwoTiers::new(compiler, tuning)),
            Err(error) => warn_once(&error.to_string()),
        }
    }
    let _ = tuning;
    Arc::new(InterpreterOnly)
}

/// Says what is wrong with flags of Cranelift. Without it there are none.
///
/// # Errors
///
/// If there is no such flag, or a setting has no such value.
pub(crate) fn check_flags(flags: &[(String, Option<String>)]) -> Result<()> {
    #[cfg(feature = "jit")]
    jit::check_flags(flags)?;
    #[cfg(not(feature = "jit"))]
    crate::ensure!(flags.is_empty(), "jit support not compiled in");
    Ok(())
}

#[cfg(feature = "jit")]
fn warn_once(error: &str) {
    static WARNED: std::sync::Once = std::sync::Once::new();
    WARNED.call_once(|| {
        eprintln!("warning: the JIT is off, everything runs in the interpreter: {error}");
    });
}

/// One tier.
struct InterpreterOnly;

impl Tiers for InterpreterOnly {
    unsafe fn on_hot(&self, _: *mut Store, func: *mut FuncInstance, _: HotPoint) -> HotAction {
        // SAFETY: the caller promises a live function.
        unsafe { (*func).hotness = i32::MAX };
        HotAction::Continue
    }

    unsafe fn interpret(
        &self,
        store: *mut Store,
        func: *mut FuncInstance,
        slots: *mut u64,
    ) -> Status {
        // SAFETY: forwarded.
        unsafe {
            Store::timed(store, TierKind::Interpreter, || {
                interp::interpret(store, func, slots)
            })
        }
    }

    fn new_store(&self, tuning: &Tuning) -> TierState {
        TierState {
            interp: interp::new_context(tuning),
            tiering: Box::new(()),
        }
    }
}
