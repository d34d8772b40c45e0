//! The modes in which what is metered is compared with wasmtime.

use std::num::NonZeroU32;
use wasm_interp_jit::{Config, Strategy};

/// Settings by the names of the modes.
pub(crate) fn modes() -> Vec<(String, Config)> {
    let mode = |strategy| {
        let mut config = Config::new();
        config.strategy(strategy);
        config
    };
    let mut modes = vec![
        ("interp".to_owned(), mode(Strategy::Interpreter)),
        ("jit".to_owned(), mode(Strategy::Jit)),
    ];
    for every in [1, 2, 3] {
        let mut config = mode(Strategy::Jit);
        config
            .jit_deopt_every(NonZeroU32::new(every))
            .memory_reservation(0)
            .memory_reservation_for_growth(0)
            .memory_guard_size(0);
        modes.push((format!("every {every}"), config));
    }
    for threshold in [1, 2, 10] {
        let mut config = mode(Strategy::Tiered);
        config.jit_threshold(threshold).jit_background(false);
        modes.push((format!("tiered {threshold}"), config));
    }
    modes
}
