//! [`Error`]: what every fallible call of this crate returns, and the tools to make and extend it.
//!
//! The type is wasmtime's in behaviour: a pointer to an error with a chain of contexts, any of
//! which can be downcast to. It is a type of its own and not `anyhow::Error`, although it wraps
//! one, so that code written against this crate compiles against wasmtime too.
//!
//! A trap is made of these, innermost first: [`Trap`](crate::Trap), [`WasmFault`](crate::WasmFault)
//! for an access outside of a memory, [`WasmBacktrace`](crate::WasmBacktrace).

mod chain;
#[macro_use]
mod macros;

use runtime::ResourceError;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::error::Error as StdError;
use std::fmt::{self, Debug, Display};
use std::ops::Deref;

#[expect(deprecated, reason = "the old name is exported on purpose")]
pub use crate::anyhow;
pub use crate::{bail, ensure, format_err};
pub use chain::Chain;
#[doc(hidden)]
pub use macros::kind;
pub use runtime::OutOfMemory;

/// The error of a memory or table that was refused.
pub(crate) fn refused(error: ResourceError) -> Error {
    match error {
        ResourceError::OutOfMemory(error) => error.into(),
        ResourceError::Limiter(error) => crate::call::open(error),
        other => other.into(),
    }
}

/// The result of a fallible call of this crate.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// `Ok` with the error type of this crate, for closures that only use `?`.
#[expect(non_snake_case, reason = "named as the variant it stands for")]
pub fn Ok<T>(value: T) -> Result<T> {
    Result::Ok(value)
}

/// An error with a chain of contexts. One word big.
///
/// It does not implement [`std::error::Error`], so that every type which does converts into it.
///
/// ```
/// use wasm_interp_jit::{Engine, Instance, Linker, Module, Store, Trap, WasmBacktrace};
///
/// # fn main() -> wasm_interp_jit::Result<()> {
/// let engine = Engine::default();
/// let mut linker = Linker::new(&engine);
/// linker.func_wrap("host", "read", || -> wasm_interp_jit::Result<u32> {
///     Ok("no number".parse::<u32>()?)
/// })?;
/// let module = Module::new(
///     &engine,
///     r#"(module $m
///         (import "host" "read" (func $read (result i32)))
///         (func $inner unreachable)
///         (func (export "trap") (call $inner))
///         (func (export "fail") (drop (call $read))))"#,
/// )?;
/// let mut store = Store::new(&engine, ());
/// let instance = linker.instantiate(&mut store, &module)?;
///
/// // The error of a trap has the trap and the place under its message.
/// let trap = instance.get_typed_func::<(), ()>(&mut store, "trap")?;
/// let error = trap.call(&mut store, ()).unwrap_err();
/// assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::UnreachableCodeReached));
/// let backtrace = error.downcast_ref::<WasmBacktrace>().expect("it left Wasm");
/// assert_eq!(backtrace.frames()[0].func_name(), Some("inner"));
///
/// // An error of the host comes back as it was.
/// let fail = instance.get_typed_func::<(), ()>(&mut store, "fail")?;
/// let error = fail.call(&mut store, ()).unwrap_err();
/// assert!(error.is::<std::num::ParseIntError>());
/// assert_eq!(error.root_cause().to_string(), "invalid digit found in string");
/// # Ok(())
/// # }
/// ```
pub struct Error(anyhow::Error);

impl Error {
    /// Wraps an error.
    pub fn new<E>(error: E) -> Error
    where
        E: StdError + Send + Sync + 'static,
    {
        Error(anyhow::Error::new(error))
    }

    /// An error that is only a message.
    pub fn msg<M>(message: M) -> Error
    where
        M: Display + Debug + Send + Sync + 'static,
    {
        Error(anyhow::Error::msg(message))
    }

    /// Takes a boxed error over. It can only be downcast to by the type of the box.
    pub fn from_boxed(error: Box<dyn StdError + Send + Sync + 'static>) -> Error {
        Error(anyhow::Error::from_boxed(error))
    }

    /// Takes an error of the `anyhow` crate over, with its contexts.
    pub fn from_anyhow(error: anyhow::Error) -> Error {
        Error(error)
    }

    /// Puts `context` in front of the chain, unless it is [`OutOfMemory`].
    pub fn context<C>(self, context: C) -> Error
    where
        C: Display + Send + Sync + 'static,
    {
        match self.is::<OutOfMemory>() {
            true => self,
            false => Error(self.0.context(context)),
        }
    }

    /// The chain, outermost first.
    pub fn chain(&self) -> Chain<'_> {
        Chain(self.0.chain())
    }

    /// The innermost error of the chain.
    pub fn root_cause(&self) -> &(dyn StdError + 'static) {
        self.0.root_cause()
    }

    /// Is the error, or one of its contexts, an `E`?
    pub fn is<E>(&self) -> bool
    where
        E: Display + Debug + Send + Sync + 'static,
    {
        self.0.is::<E>()
    }

    /// The error or context of type `E`; gives the error back if there is none.
    pub fn downcast<E>(self) -> Result<E>
    where
        E: Display + Debug + Send + Sync + 'static,
    {
        self.0.downcast::<E>().map_err(Error)
    }

    /// The error or context of type `E`, borrowed.
    pub fn downcast_ref<E>(&self) -> Option<&E>
    where
        E: Display + Debug + Send + Sync + 'static,
    {
        self.0.downcast_ref::<E>()
    }

    /// The error or context of type `E`, mutably borrowed.
    pub fn downcast_mut<E>(&mut self) -> Option<&mut E>
    where
        E: Display + Debug + Send + Sync + 'static,
    {
        self.0.downcast_mut::<E>()
    }

    /// The error as a trait object.
    pub fn into_boxed_dyn_error(self) -> Box<dyn StdError + Send + Sync + 'static> {
        self.0.into()
    }

    /// Where the error was made, if the environment asked for backtraces.
    pub fn backtrace(&self) -> &Backtrace {
        self.0.backtrace()
    }
}

impl Display for Error {
    /// The outermost message; all of them, separated by colons, with `{:#}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

impl Debug for Error {
    /// The chain as a report, each cause in a line; the error's fields with `{:#?}`.
    ///
    /// # Note
    ///
    /// `anyhow` indents the further lines of a cause, and ends in no line break. Reports of traps
    /// must show the lines of a Wasm backtrace as they are, hence this is written out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return Debug::fmt(&self.0, f);
        }
        Display::fmt(self.0.deref(), f)?;
        let causes = self.0.chain().skip(1);
        let several = causes.len() > 1;
        for (i, cause) in causes.enumerate() {
            if i == 0 {
                f.write_str("\n\nCaused by:\n")?;
            }
            if several {
                writeln!(f, "{i:>5}: {cause}")?;
            } else {
                writeln!(f, "    {cause}")?;
            }
        }
        let backtrace = self.backtrace();
        if let BacktraceStatus::Captured = backtrace.status() {
            write!(f, "\nStack backtrace:\n{backtrace}")?;
        }
        fmt::Result::Ok(())
    }
}

impl Deref for Error {
    type Target = dyn StdError + Send + Sync + 'static;

    fn deref(&self) -> &Self::Target {
        self.0.deref()
    }
}

impl AsRef<dyn StdError + Send + Sync> for Error {
    fn as_ref(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self.0.as_ref()
    }
}

impl AsRef<dyn StdError> for Error {
    fn as_ref(&self) -> &(dyn StdError + 'static) {
        self.0.as_ref()
    }
}

impl<E> From<E> for Error
where
    E: StdError + Send + Sync + 'static,
{
    fn from(error: E) -> Error {
        Error::new(error)
    }
}

impl From<Error> for anyhow::Error {
    fn from(error: Error) -> anyhow::Error {
        error.0
    }
}

impl From<Error> for Box<dyn StdError + Send + Sync + 'static> {
    fn from(error: Error) -> Self {
        error.0.into()
    }
}

impl From<Error> for Box<dyn StdError + Send + 'static> {
    fn from(error: Error) -> Self {
        error.0.into()
    }
}

impl From<Error> for Box<dyn StdError + 'static> {
    fn from(error: Error) -> Self {
        error.0.into()
    }
}

/// Adds contexts to the error of a `Result`, or makes an error of a missing value.
pub trait Context<T, E>: sealed::Sealed {
    /// Puts `context` in front of the error's chain.
    fn context<C>(self, context: C) -> Result<T>
    where
        C: Display + Send + Sync + 'static;

    /// Like [`Context::context`], but the context is only made if there is an error.
    fn with_context<C, F>(self, context: F) -> Result<T>
    where
        C: Display + Send + Sync + 'static,
        F: FnOnce() -> C;
}

impl<T, E> Context<T, E> for Result<T, E>
where
    E: sealed::IntoError,
{
    fn context<C>(self, context: C) -> Result<T>
    where
        C: Display + Send + Sync + 'static,
    {
        self.with_context(|| context)
    }

    fn with_context<C, F>(self, context: F) -> Result<T>
    where
        C: Display + Send + Sync + 'static,
        F: FnOnce() -> C,
    {
        self.map_err(|error| error.into_error().context(context()))
    }
}

impl<T> Context<T, std::convert::Infallible> for Option<T> {
    fn context<C>(self, context: C) -> Result<T>
    where
        C: Display + Send + Sync + 'static,
    {
        anyhow::Context::context(self, context).map_err(Error)
    }

    fn with_context<C, F>(self, context: F) -> Result<T>
    where
        C: Display + Send + Sync + 'static,
        F: FnOnce() -> C,
    {
        anyhow::Context::with_context(self, context).map_err(Error)
    }
}

/// Converts results of the `anyhow` crate.
pub trait ToWasmtimeResult<T> {
    /// The same result with this crate's error type.
    fn to_wasmtime_result(self) -> Result<T>;
}

impl<T> ToWasmtimeResult<T> for core::result::Result<T, anyhow::Error> {
    fn to_wasmtime_result(self) -> Result<T> {
        self.map_err(Error::from_anyhow)
    }
}

mod sealed {
    use super::{Error, StdError};

    pub trait Sealed {}

    impl<T, E: IntoError> Sealed for Result<T, E> {}
    impl<T> Sealed for Option<T> {}

    /// Errors, and [`Error`] although it is none.
    pub trait IntoError {
        fn into_error(self) -> Error;
    }

    impl<E> IntoError for E
    where
        E: StdError + Send + Sync + 'static,
    {
        fn into_error(self) -> Error {
            Error::new(self)
        }
    }

    impl IntoError for Error {
        fn into_error(self) -> Error {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Trap;

    #[derive(Debug)]
    struct Place(&'static str);

    impl Display for Place {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "at {}", self.0)
        }
    }

    /// The report without a Rust backtrace, which depends on the environment.
    fn report(error: &Error) -> String {
        let report = format!("{error:?}");
        match report.split_once("\nStack backtrace:") {
            Some((report, _)) => report.to_owned(),
            None => report,
        }
    }

    // The lines of a multi-line cause are not indented: the command line prints Wasm backtraces
    // this way.
    #[test]
    fn reports() {
        let error = Error::msg("one");
        assert_eq!(report(&error), "one");
        let error = error.context("two");
        assert_eq!(report(&error), "two\n\nCaused by:\n    one\n");
        let error = error.context("three\n    0: line").context("four");
        assert_eq!(
            report(&error),
            "four\n\nCaused by:\n    0: three\n    0: line\n    1: two\n    2: one\n"
        );
        assert_eq!(error.to_string(), "four");
        assert_eq!(format!("{error:#}"), "four: three\n    0: line: two: one");
        assert_eq!(error.chain().count(), 4);
    }

    // Embedders look for the trap and for the backtrace in one and the same error.
    #[test]
    fn downcasts_through_contexts() {
        let mut error = Error::from(Trap::Interrupt)
            .context(Place("a"))
            .context("message");
        assert!(error.is::<Trap>() && error.is::<Place>() && error.is::<&str>());
        assert!(!error.is::<String>());
        assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Interrupt));
        assert_eq!(
            error.root_cause().downcast_ref::<Trap>(),
            Some(&Trap::Interrupt)
        );
        error.downcast_mut::<Place>().expect("there is a place").0 = "b";
        let error = error.downcast::<String>().expect_err("there is no string");
        assert_eq!(error.downcast::<Place>().expect("there is a place").0, "b");
    }

    #[test]
    fn one_word() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    // `format_err!(value)` must keep the type of an error, or host errors lose theirs.
    #[test]
    fn macros_choose_by_type() {
        let name = "x";
        assert_eq!(format_err!("no {name}").to_string(), "no x");
        assert_eq!(format_err!("no {}", name).to_string(), "no x");
        assert_eq!(format_err!(name.to_owned()).to_string(), "x");
        assert!(format_err!(Trap::Interrupt).is::<Trap>());
        assert!(format_err!(Error::from(Trap::Interrupt)).is::<Trap>());
        let foreign = anyhow::Error::new(Trap::Interrupt).context("there");
        let error = format_err!(foreign);
        assert!(error.is::<Trap>());
        assert_eq!(format!("{error:#}"), "there: wasm trap: interrupt");
        let back: anyhow::Error = error.into();
        assert!(back.is::<Trap>());
    }

    #[test]
    fn ensure_and_contexts() {
        fn positive(n: i32) -> Result<i32> {
            ensure!(n > 0);
            ensure!(n < 9, "{n} is too large");
            Ok(n)
        }
        let text = |result: Result<i32>| format!("{:#}", result.expect_err("is an error"));
        assert_eq!(positive(5).expect("is positive"), 5);
        assert_eq!(text(positive(0)), "Condition failed: `n > 0`");
        assert_eq!(text(positive(9).context("sum")), "sum: 9 is too large");
        assert_eq!(text(None.with_context(|| "nothing")), "nothing");
        let parsed: Result<i32> = "z".parse::<i32>().context("number");
        assert_eq!(text(parsed), "number: invalid digit found in string");
        let foreign: Result<i32, anyhow::Error> = Err(anyhow::Error::msg("there"));
        assert_eq!(text(foreign.to_wasmtime_result()), "there");
    }
}
