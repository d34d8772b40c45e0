//! Macros that make errors, and the trait lookup by which they tell errors from messages.

/// What `format_err!(value)` needs to tell errors from messages. Not part of the API.
///
/// Method lookup on `&value` finds the traits in this order: those implemented for the value's
/// type itself, then [`FromMessage`](kind::FromMessage), which is implemented for a reference to it.
#[doc(hidden)]
pub mod kind {
    use crate::Error;
    use std::fmt::{Debug, Display};

    pub struct Wrap;
    pub struct Message;
    pub struct Anyhow;

    pub trait FromError: Sized {
        fn wasm_error_kind(&self) -> Wrap {
            Wrap
        }
    }
    impl<E: Into<Error>> FromError for E {}

    pub trait FromAnyhow: Sized {
        fn wasm_error_kind(&self) -> Anyhow {
            Anyhow
        }
    }
    impl FromAnyhow for anyhow::Error {}

    pub trait FromMessage: Sized {
        fn wasm_error_kind(&self) -> Message {
            Message
        }
    }
    impl<M: Display + Debug + Send + Sync + 'static> FromMessage for &M {}

    impl Wrap {
        pub fn into_error(self, error: impl Into<Error>) -> Error {
            error.into()
        }
    }

    impl Anyhow {
        pub fn into_error(self, error: anyhow::Error) -> Error {
            Error::from_anyhow(error)
        }
    }

    impl Message {
        pub fn into_error<M>(self, message: M) -> Error
        where
            M: Display + Debug + Send + Sync + 'static,
        {
            Error::msg(message)
        }
    }
}

/// Makes an [`Error`](crate::Error) of a format string and its arguments, or of a value.
///
/// A value that is an error is wrapped and can be downcast to; any other becomes a message.
#[macro_export]
macro_rules! format_err {
    ($message:literal $(,)?) => {
        $crate::Error::msg(::std::format!($message))
    };
    ($value:expr $(,)?) => {
        match $value {
            value => {
                use $crate::error::kind::*;
                (&value).wasm_error_kind().into_error(value)
            }
        }
    };
    ($format:expr, $($arg:tt)*) => {
        $crate::Error::msg(::std::format!($format, $($arg)*))
    };
}

/// Returns the error that [`format_err!`] makes of the same arguments.
#[macro_export]
macro_rules! bail {
    ($($arg:tt)*) => {
        return ::core::result::Result::Err($crate::format_err!($($arg)*))
    };
}

/// Returns an error unless a condition holds.
#[macro_export]
macro_rules! ensure {
    ($condition:expr $(,)?) => {
        $crate::ensure!(
            $condition,
            ::core::concat!("Condition failed: `", ::core::stringify!($condition), "`")
        )
    };
    ($condition:expr, $($arg:tt)*) => {
        if !$condition {
            $crate::bail!($($arg)*);
        }
    };
}

/// The old name of [`format_err!`].
#[macro_export]
#[deprecated(note = "use `format_err!`")]
macro_rules! anyhow {
    ($($arg:tt)*) => {
        $crate::format_err!($($arg)*)
    };
}
