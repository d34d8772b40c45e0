//! The interpreter alone, on modules in the text format.

#[path = "interpreter/calls.rs"]
mod calls;
#[path = "interpreter/control.rs"]
mod control;
#[path = "interpreter/inline_caches.rs"]
mod inline_caches;
#[path = "interpreter/numbers.rs"]
mod numbers;
#[path = "interpreter/support.rs"]
mod support;
#[path = "interpreter/tables_and_memories.rs"]
mod tables_and_memories;
#[path = "interpreter/traps.rs"]
mod traps;
