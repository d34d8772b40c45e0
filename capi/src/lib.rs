//! The standard C API of WebAssembly (`wasm.h` of WebAssembly/wasm-c-api) over the public API of
//! `wasm-interp-jit`.
//!
//! It is used through the header, `capi/include/wasm.h`, which says what its functions do, who owns
//! what, and what NULL means; nothing here is for Rust programs. Beyond the names, this crate decides
//! nothing about WebAssembly.
//!
//! ```text
//!   C:   wasm_func_t *f ──► Reference { store: StoreRef, object: Func(..) }   one for each handle
//!                                          │
//!                                          ▼
//!        wasm_store_t *s ──► StoreRef ──► StoreCell { Store<Data>, active }   one for each store
//! ```
//!
//! Invariants:
//! 1. A pointer that C passes is NULL or valid for its type, as the header demands; that is why the
//!    functions take `Option<&T>` for what is lent and `Option<Box<T>>` for what is owned. Where C
//!    code can run during a call, and so could free what was lent, the function takes a pointer,
//!    and copies what it needs first.
//! 2. Functions are not declared `unsafe`: nobody but C can name them, and it knows no such thing.
//! 3. No panic crosses the boundary: what calls the engine goes through [`protect`], and what would
//!    still panic ends the process, as `extern "C"` functions do.
//! 4. A store is used by one thread at a time (the header demands it), and its objects never hold a
//!    [`store::StoreRef`], so that it ends with the last handle.

#![expect(
    non_camel_case_types,
    reason = "types have the names that the header gives them"
)]

#[macro_use]
mod declare;

mod external;
mod finalizer;
mod func;
mod instance;
mod module;
mod reference;
mod store;
mod trap;
mod types;
mod value;
mod vector;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `f`; a panic in it is an error with its message.
///
/// Nothing that `f` leaves half-done is reached again: the engine sees to its own parts, and what
/// this crate keeps is written after the engine has returned.
fn protect<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| message(&*payload))
}

fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return (*text).to_string();
    }
    match payload.downcast_ref::<String>() {
        Some(text) => text.clone(),
        None => "a panic".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        let n = std::hint::black_box(3);
        assert_eq!(protect(|| n), Ok(3));
        assert_eq!(
            protect(|| -> i32 { panic!("five") }),
            Err("five".to_string())
        );
        let formatted = protect(|| -> i32 { panic!("{n} and five") });
        assert_eq!(formatted, Err("3 and five".to_string()));
        let other = protect(|| -> i32 { std::panic::panic_any(n) });
        assert_eq!(other, Err("a panic".to_string()));
    }
}
