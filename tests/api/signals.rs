//! Signals that the embedder handles while Wasm runs.

use crate::check;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wasm_interp_jit::unix::StoreExt as _;
use wasm_interp_jit::{Engine, Func, Instance, Memory, Module, Result, Store, Trap};

const WAT: &str = r#"(module
    (import "" "hide" (func $hide))
    (memory (export "memory") 2)
    (func (export "load") (param i32) (result i32)
        (call $hide)
        (i32.load (local.get 0))))"#;

const PAGE: usize = 65_536;

/// Changes what may be done with the second page.
fn protect(base: usize, protection: i32) {
    // SAFETY: these are pages of a memory, which nobody refers to.
    let status = unsafe { libc::mprotect((base + PAGE) as *mut _, PAGE, protection) };
    assert_eq!(status, 0);
}

fn make(engine: &Engine) -> Result<(Store<Option<usize>>, Instance, Memory)> {
    let mut store = Store::new(engine, None);
    let hide = Func::wrap(
        &mut store,
        |caller: wasm_interp_jit::Caller<'_, Option<usize>>| {
            if let Some(base) = caller.data() {
                protect(*base, libc::PROT_NONE);
            }
        },
    );
    let module = Module::new(engine, WAT)?;
    let instance = Instance::new(&mut store, &module, &[hide.into()])?;
    let memory = instance.get_memory(&mut store, "memory").expect("is there");
    Ok((store, instance, memory))
}

// The page comes into being when it is touched; the instruction is executed again.
#[test]
fn handled_by_the_embedder() {
    check(|engine| {
        let (mut store, instance, memory) = make(engine)?;
        memory.write(&mut store, PAGE + 8, &[7])?;
        let base = memory.data_ptr(&store) as usize;
        let handled = Arc::new(AtomicUsize::new(0));
        let count = handled.clone();
        // SAFETY: it makes one call of the system and counts.
        unsafe {
            store.set_signal_handler(move |signal, info, _| {
                let address = (*info).si_addr() as usize;
                let ours = signal == libc::SIGSEGV && (base..base + 2 * PAGE).contains(&address);
                if ours {
                    protect(base, libc::PROT_READ | libc::PROT_WRITE);
                    count.fetch_add(1, Ordering::Relaxed);
                }
                ours
            });
        }
        *store.data_mut() = Some(base);
        let load = instance.get_typed_func::<i32, i32>(&mut store, "load")?;
        assert_eq!(load.call(&mut store, PAGE as i32 + 8)?, 7);
        assert_eq!(handled.load(Ordering::Relaxed), 1);
        assert_eq!(load.call(&mut store, PAGE as i32 + 8)?, 7);
        assert_eq!(handled.load(Ordering::Relaxed), 2);
        *store.data_mut() = None;
        assert_eq!(load.call(&mut store, PAGE as i32 + 8)?, 7);
        assert_eq!(handled.load(Ordering::Relaxed), 2);
        Ok(())
    });
}

// A handler that takes care of nothing leaves traps as they are.
#[test]
fn not_handled() {
    check(|engine| {
        let (mut store, instance, _) = make(engine)?;
        // SAFETY: it does nothing.
        unsafe { store.set_signal_handler(|_, _, _| false) };
        let load = instance.get_typed_func::<i32, i32>(&mut store, "load")?;
        let error = load
            .call(&mut store, 2 * PAGE as i32)
            .expect_err("out of bounds");
        assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
        assert_eq!(load.call(&mut store, 0)?, 0);
        Ok(())
    });
}
