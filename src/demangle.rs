//! Names of functions as their sources have them, if they are mangled as Rust or C++ mangles them.

use std::fmt;

/// A function of a module, by the name that it has there, or by its index.
pub(crate) struct FuncName<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) index: u32,
}

impl fmt::Display for FuncName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => write_demangled(f, name),
            None => write!(f, "<wasm function {}>", self.index),
        }
    }
}

/// Writes a name, demangled if the feature `demangle` is on.
pub(crate) fn write_demangled(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    #[cfg(feature = "demangle")]
    if let Ok(demangled) = rustc_demangle::try_demangle(name) {
        return write!(f, "{demangled}");
    } else if let Some(demangled) = demangle_cpp(name) {
        return f.write_str(&demangled);
    }
    f.write_str(name)
}

/// A name of C++, if it is one: types are names, too, and `f` would become `float`.
#[cfg(feature = "demangle")]
fn demangle_cpp(name: &str) -> Option<String> {
    if !name.starts_with("_Z") {
        return None;
    }
    cpp_demangle::Symbol::new(name).ok()?.demangle().ok()
}
