//! Only tests: what unmodified clients of wasmtime do with us.
