//! Only tests: the API suite against wasmtime.
