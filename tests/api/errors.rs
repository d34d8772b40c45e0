//! `Error`: how it is made, what it says in each form, and what can be found in it.

use std::fmt;
use wasm_interp_jit::error::Context as _;
use wasm_interp_jit::{
    Error, OutOfMemory, Result, ToWasmtimeResult as _, Trap, bail, ensure, format_err,
};

/// Why texts of errors that were boxed in between differ.
const FORGOTTEN: &str = "an error that was boxed or `anyhow`'s says no causes in texts";

#[derive(Debug, PartialEq)]
struct Cause(u32);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cause {}", self.0)
    }
}

impl std::error::Error for Cause {}

#[derive(Debug)]
struct Wrapper(Cause);

impl fmt::Display for Wrapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wrapper")
    }
}

impl std::error::Error for Wrapper {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn chain(error: &Error) -> Vec<String> {
    error.chain().map(|it| it.to_string()).collect()
}

/// `{:?}` without the backtrace that the environment may ask for.
fn debug(error: &Error) -> String {
    let text = format!("{error:?}");
    let end = text.find("\nStack backtrace:\n").unwrap_or(text.len());
    text[..end].to_owned()
}

#[test]
fn one_message() {
    let error = Error::msg("alone");
    assert_eq!(error.to_string(), "alone");
    assert_eq!(format!("{error:#}"), "alone");
    assert_eq!(debug(&error), "alone");
    assert_eq!(chain(&error), ["alone"]);
    assert_eq!(error.root_cause().to_string(), "alone");
}

#[test]
fn one_cause() {
    let error = Error::new(Cause(1)).context("outer");
    assert_eq!(error.to_string(), "outer");
    assert_eq!(format!("{error:#}"), "outer: cause 1");
    assert_eq!(debug(&error), "outer\n\nCaused by:\n    cause 1\n");
    assert_eq!(chain(&error), ["outer", "cause 1"]);
    assert_eq!(error.root_cause().to_string(), "cause 1");
}

#[test]
fn several_causes() {
    let error = Error::new(Wrapper(Cause(1)))
        .context("middle")
        .context("outer");
    assert_eq!(format!("{error:#}"), "outer: middle: wrapper: cause 1");
    assert_eq!(
        debug(&error),
        "outer\n\nCaused by:\n    0: middle\n    1: wrapper\n    2: cause 1\n"
    );
    assert_eq!(chain(&error), ["outer", "middle", "wrapper", "cause 1"]);
}

// Further lines of a cause are as they were: they may be a backtrace of Wasm.
#[test]
fn causes_of_several_lines() {
    let error = Error::msg("a\nb").context("c\nd").context("e\nf");
    assert_eq!(
        debug(&error),
        "e\nf\n\nCaused by:\n    0: c\nd\n    1: a\nb\n"
    );
    let error = Error::msg("a\nb").context("c");
    assert_eq!(debug(&error), "c\n\nCaused by:\n    a\nb\n");
}

// What is put around an error does not hide it, and can be found itself.
#[test]
fn found_in_contexts() {
    let mut error = Error::new(Cause(1))
        .context(Trap::Interrupt)
        .context("outer");
    assert!(error.is::<Cause>() && error.is::<Trap>() && error.is::<&str>());
    assert!(!error.is::<String>() && !error.is::<Wrapper>());
    assert_eq!(error.downcast_ref(), Some(&Cause(1)));
    assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
    assert_eq!(error.downcast_ref::<&str>(), Some(&"outer"));
    error.downcast_mut::<Cause>().expect("it is there").0 = 2;
    assert_eq!(error.downcast::<Cause>().expect("it is there"), Cause(2));
}

#[test]
fn taken_out() {
    let error = Error::new(Cause(1)).context("outer");
    let error = error.downcast::<Wrapper>().expect_err("it is not there");
    assert_eq!(format!("{error:#}"), "outer: cause 1");
    assert_eq!(error.downcast::<&str>().expect("it is there"), "outer");
}

#[test]
fn the_source_of_an_error_is_not_found() {
    let error = Error::new(Wrapper(Cause(1)));
    assert!(error.is::<Wrapper>() && !error.is::<Cause>());
    let source = error.root_cause().downcast_ref::<Cause>();
    assert_eq!(source, Some(&Cause(1)));
}

#[test]
fn contexts_of_results_and_options() {
    let failed: Result<(), Cause> = Err(Cause(1));
    let error = failed.context("of a result").expect_err("it failed");
    assert_eq!(format!("{error:#}"), "of a result: cause 1");
    let failed: Result<()> = Err(Error::msg("inner"));
    let error = failed.with_context(|| format!("outer {}", 2));
    assert_eq!(
        format!("{:#}", error.expect_err("it failed")),
        "outer 2: inner"
    );
    let error = None::<u32>.context("nothing").expect_err("there is none");
    assert_eq!(format!("{error:#}"), "nothing");
    let some = Some(3).with_context(|| -> String { unreachable!("not needed") });
    assert_eq!(some.expect("there is one"), 3);
}

#[test]
fn macros() {
    fn positive(n: i32) -> Result<i32> {
        ensure!(n != 0);
        ensure!(n > -10, "{n} is far too small");
        if n < 0 {
            bail!("{} is too small", n);
        }
        Ok(n)
    }
    assert_eq!(positive(1).expect("it is"), 1);
    let text = |n| positive(n).expect_err("it is not").to_string();
    assert_eq!(text(-1), "-1 is too small");
    assert_eq!(text(-10), "-10 is far too small");
    assert!(text(0).contains("n != 0"), "{}", text(0));
    // An error stays what it is; anything else is a message.
    assert!(format_err!(Cause(1)).is::<Cause>());
    assert_eq!(format_err!(String::from("text")).to_string(), "text");
    assert_eq!(format_err!("{}-{name}", 1, name = 2).to_string(), "1-2");
}

#[test]
fn errors_of_the_standard_library() {
    fn parse(text: &str) -> Result<u8> {
        Ok(text.parse()?)
    }
    let error = parse("x").expect_err("it is no number");
    assert!(error.is::<std::num::ParseIntError>());
    assert_eq!(error.to_string(), "invalid digit found in string");
}

#[test]
fn boxes() {
    let error = Error::new(Wrapper(Cause(1))).context("outer");
    let boxed: Box<dyn std::error::Error + Send + Sync> = error.into();
    assert_eq!(boxed.to_string(), "outer");
    let source = boxed.source().expect("it has one");
    assert_eq!(source.to_string(), "wrapper");
    let again = Error::from_boxed(boxed);
    let expected = match crate::differs(FORGOTTEN) {
        true => "outer",
        false => "outer: wrapper: cause 1",
    };
    assert_eq!(format!("{again:#}"), expected);
    let plain: Box<dyn std::error::Error> = Error::msg("plain").into();
    assert_eq!(plain.to_string(), "plain");
    let boxed = Error::new(Cause(1)).into_boxed_dyn_error();
    assert_eq!(boxed.to_string(), "cause 1");
}

// Programs that use `anyhow` themselves.
#[test]
fn anyhow() {
    fn theirs() -> anyhow::Result<()> {
        Err(Error::new(Cause(1)).context("outer"))?;
        Ok(())
    }
    let error = theirs().expect_err("it fails");
    if !crate::differs(FORGOTTEN) {
        assert_eq!(format!("{error:#}"), "outer: cause 1");
    }
    assert_eq!(error.downcast_ref::<Cause>(), Some(&Cause(1)));
    let ours = theirs().to_wasmtime_result().expect_err("it fails");
    assert_eq!(ours.to_string(), "outer");
    assert_eq!(ours.downcast_ref::<Cause>(), Some(&Cause(1)));
    let ours = Error::from_anyhow(anyhow::Error::new(Cause(2)).context("of anyhow"));
    assert_eq!(chain(&ours), ["of anyhow", "cause 2"]);
    assert_eq!(ours.downcast_ref::<Cause>(), Some(&Cause(2)));
}

// One word, so that results are small.
#[test]
fn size() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    fn sent<T: Send + Sync + 'static>() {}
    sent::<Error>();
}

#[test]
fn lack_of_memory() {
    let error = Error::from(OutOfMemory::new(64));
    assert!(error.is::<OutOfMemory>());
    assert_eq!(
        error.to_string(),
        "out of memory (failed to allocate 64 bytes)"
    );
    assert_eq!(
        error
            .downcast_ref::<OutOfMemory>()
            .expect("it is one")
            .requested_allocation_size(),
        64
    );
}

// `Deref` and `AsRef` lead to the trait of the standard library.
#[test]
fn as_an_error_of_the_standard_library() {
    fn first(error: &(dyn std::error::Error + 'static)) -> String {
        error.to_string()
    }
    let error = Error::new(Wrapper(Cause(1)));
    assert_eq!(first(&*error), "wrapper");
    let by_ref: &(dyn std::error::Error + Send + Sync) = error.as_ref();
    assert_eq!(by_ref.source().expect("it has one").to_string(), "cause 1");
}
