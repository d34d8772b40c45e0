//! Traps of compiled code: from a signal to a raised trap.
//!
//! Compiled code traps by faulting: `ud2`, a division, or an access beyond a memory. The handler
//! does nothing but decide that the fault is ours and redirect the thread to a landing, which runs
//! as ordinary code on the wasm stack: it records the trap with its backtrace and abandons the
//! activation. A fault that is not ours goes to whoever handled the signal before.
//!
//! Installed when the first compiler is made, or the first [`SignalHandler`] is set, never by the
//! interpreter.

use crate::vm::{VMStore, unwind_to_entry};
use crate::{Fault, Store, Trap};
use std::cell::Cell;
use std::io;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

/// What the embedder has asked about signals while Wasm of its store is on the stack. Says whether
/// it took care of one.
pub type SignalHandler =
    Box<dyn Fn(i32, *const libc::siginfo_t, *const libc::c_void) -> bool + Send + Sync>;

thread_local! {
    /// The store whose compiled code runs on this thread, or whose Wasm does if it has a
    /// [`SignalHandler`].
    static CURRENT: Cell<*mut Store> = const { Cell::new(ptr::null_mut()) };
}

/// Marks `store` as running compiled code on this thread; returns the one that was before.
pub(crate) fn set_current(store: *mut Store) -> *mut Store {
    CURRENT.with(|it| it.replace(store))
}

const SIGNALS: [i32; 4] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE];

/// What handled the signals before; null as long as it still does.
static PREVIOUS: AtomicPtr<[libc::sigaction; SIGNALS.len()]> = AtomicPtr::new(ptr::null_mut());

/// Held while handlers change.
static CHANGING: Mutex<()> = Mutex::new(());

/// Installs the handlers, unless they are.
///
/// # Errors
///
/// The operating system's; traps of compiled code could not be caught then.
pub fn install() -> io::Result<()> {
    let _changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
    if !PREVIOUS.load(Ordering::Acquire).is_null() {
        return Ok(());
    }
    // SAFETY: an all-zero `sigaction` is valid.
    let zero = || unsafe { MaybeUninit::<libc::sigaction>::zeroed().assume_init() };
    let mut previous = [zero(), zero(), zero(), zero()];
    for (signal, previous) in SIGNALS.into_iter().zip(&mut previous) {
        change(signal, ptr::null(), previous)?;
    }
    // Known before the first signal arrives. Never freed: a handler may read it at any time.
    PREVIOUS.store(Box::into_raw(Box::new(previous)), Ordering::Release);
    let mut ours = zero();
    ours.sa_sigaction = handle as *const () as usize;
    // Not deferred: the handler returns into the landing, not to the faulting code.
    ours.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
    SIGNALS
        .into_iter()
        .try_for_each(|signal| change(signal, &raw const ours, &mut zero()))
}

/// Has the signals handled as they were before. Aborts the process if somebody else handles them
/// now, who may pass them on to us.
///
/// Requires that no compiled code runs, nor will before [`install`] is called again.
pub fn uninstall() {
    let _changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: set by `install`, and never freed.
    let Some(previous) = (unsafe { PREVIOUS.load(Ordering::Acquire).as_ref() }) else {
        return;
    };
    for (signal, previous) in SIGNALS.into_iter().zip(previous) {
        let mut current = *previous;
        let result = change(signal, previous, &mut current);
        if result.is_err() || current.sa_sigaction != handle as *const () as usize {
            eprintln!("the handler of signal {signal} cannot be restored");
            std::process::abort();
        }
    }
    PREVIOUS.store(ptr::null_mut(), Ordering::Release);
}

/// Changes what handles a signal, unless `new` is null, and says in `old` what did.
fn change(signal: i32, new: *const libc::sigaction, old: &mut libc::sigaction) -> io::Result<()> {
    // SAFETY: both pointers are valid or null; `handle` keeps to what a handler may do.
    match unsafe { libc::sigaction(signal, new, old) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The machine state at a fault, as far as it matters here.
struct MachineState {
    pc: usize,
    fp: usize,
}

unsafe extern "C" fn handle(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let store = CURRENT.with(Cell::get);
    if !store.is_null() {
        // SAFETY: `store` is alive: it runs on this thread. The embedder promises that its handler
        // may be called here.
        let asked = unsafe { &(*store).signal_handler };
        if asked.as_ref().is_some_and(|it| it(signal, info, context)) {
            return;
        }
        // SAFETY: the kernel passes a valid context.
        let at = unsafe { machine_state(context) };
        // SAFETY: `store` runs compiled code on this thread, so it is alive, and nothing else
        // touches its code map meanwhile.
        let site = unsafe { (*store).codes.find(at.pc).and_then(|it| it.trap_at(at.pc)) };
        if site.is_some() {
            let address = match signal {
                // SAFETY: `si_addr` is valid for these signals.
                libc::SIGSEGV | libc::SIGBUS => unsafe { (*info).si_addr() as usize },
                _ => 0,
            };
            // SAFETY: the kernel passes a valid context; the landing never returns.
            unsafe { redirect(context, store, &at, address) };
            return;
        }
    }
    // SAFETY: forwards what the kernel passed.
    unsafe { forward(signal, info, context) }
}

/// Hands a signal that is not ours to its previous handler.
///
/// # Safety
///
/// The arguments are those of a handler of signals that is running.
unsafe fn forward(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let at = SIGNALS.iter().position(|&it| it == signal);
    // SAFETY: set by `install`, and never freed.
    let previous = unsafe { PREVIOUS.load(Ordering::Acquire).as_ref() };
    let previous = at.zip(previous).map(|(at, previous)| &previous[at]);
    match previous {
        Some(action) if action.sa_sigaction == libc::SIG_IGN => {}
        Some(action) if action.sa_sigaction != libc::SIG_DFL => {
            if action.sa_flags & libc::SA_SIGINFO != 0 {
                type Action = unsafe extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);
                // SAFETY: a handler installed with SA_SIGINFO has this type.
                let handler = unsafe { std::mem::transmute::<usize, Action>(action.sa_sigaction) };
                // SAFETY: called as the kernel would.
                unsafe { handler(signal, info, context) };
            } else {
                // SAFETY: a handler installed without SA_SIGINFO has this type.
                let handler = unsafe {
                    std::mem::transmute::<usize, unsafe extern "C" fn(i32)>(action.sa_sigaction)
                };
                // SAFETY: called as the kernel would.
                unsafe { handler(signal) };
            }
        }
        _ => {
            // The default action: returning executes the faulting instruction again.
            // SAFETY: resets the disposition of a signal.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
    }
}

/// # Safety
///
/// `context` is what the kernel gave a handler of signals.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
unsafe fn machine_state(context: *mut libc::c_void) -> MachineState {
    // SAFETY: the kernel passes a `ucontext_t`.
    let registers = unsafe { &(*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs };
    MachineState {
        pc: registers[libc::REG_RIP as usize] as usize,
        fp: registers[libc::REG_RBP as usize] as usize,
    }
}

/// Has the thread go on in [`landing`] when the handler returns.
///
/// # Safety
///
/// `context` is what the kernel gave the handler that is running, and `at` its state: it is at a trap
/// site of code installed in `store`, which is alive.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
unsafe fn redirect(
    context: *mut libc::c_void,
    store: *mut Store,
    at: &MachineState,
    address: usize,
) {
    // SAFETY: the kernel passes a `ucontext_t`, which it reads back on return.
    let registers = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs };
    // As if `landing` had just been called: 16-byte aligned, then a return address. Compiled code
    // keeps nothing below its stack pointer.
    let sp = (registers[libc::REG_RSP as usize] as usize & !15) - 8;
    registers[libc::REG_RSP as usize] = sp as i64;
    registers[libc::REG_RDI as usize] = store as usize as i64;
    registers[libc::REG_RSI as usize] = at.pc as i64;
    registers[libc::REG_RDX as usize] = at.fp as i64;
    registers[libc::REG_RCX as usize] = address as i64;
    registers[libc::REG_RIP as usize] = landing as *const () as usize as i64;
}

/// There is no compiled code, hence nothing to look at.
///
/// # Safety
///
/// None is required.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
unsafe fn machine_state(_context: *mut libc::c_void) -> MachineState {
    MachineState { pc: 0, fp: 0 }
}

/// There is no compiled code, hence no trap site.
///
/// # Safety
///
/// None is required.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
unsafe fn redirect(_: *mut libc::c_void, _: *mut Store, _: &MachineState, _address: usize) {}

/// Records the trap at `pc` and abandons the activation.
///
/// # Safety
///
/// `store` is alive and no reference to it is; compiled code of it has trapped at `pc`, in a frame with
/// this frame pointer.
unsafe extern "C" fn landing(store: *mut Store, pc: usize, fp: usize, address: usize) -> ! {
    let record = || {
        // SAFETY: the handler found the site; the store is alive.
        let (code, trap) = unsafe {
            let code = (*store)
                .codes
                .find(pc)
                .cloned()
                .expect("found by the handler");
            let trap = code.trap_at(pc).expect("found by the handler").trap;
            (code, trap)
        };
        let fault = match trap {
            // SAFETY: as above.
            Trap::MemoryOutOfBounds => unsafe { fault_at(store, address) },
            _ => None,
        };
        // SAFETY: `fp` is the frame pointer of the compiled frame that trapped.
        let backtrace = unsafe { crate::walk::capture_at_trap(store, &code, pc, fp) };
        // SAFETY: as above.
        unsafe {
            (*store).pending = Some(crate::Raised::Trap {
                trap,
                fault,
                backtrace,
            })
        };
    };
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(record)).is_err() {
        std::process::abort();
    }
    // SAFETY: the innermost activation is compiled code of `store`: it trapped.
    let vm: *mut VMStore = unsafe { &raw mut (*store).vm };
    // SAFETY: as above; nothing with a destructor is alive in this frame.
    unsafe { unwind_to_entry(vm) }
}

/// The wasm address of a native one, if it lies in the reservation of a memory of `store`.
///
/// # Safety
///
/// `store` is alive, and nobody changes its memories meanwhile.
unsafe fn fault_at(store: *mut Store, address: usize) -> Option<Fault> {
    // SAFETY: the store is alive, and its memories do not change meanwhile.
    let memories = unsafe { &(*store).memories };
    memories.iter().find_map(|it| it.fault_at(address))
}
