//! libFuzzer target; see `fuzz::feedback`. Without libFuzzer, it runs the files it is given.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(failure) = fuzz::feedback(data) {
        panic!("{failure}");
    }
});

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    fuzz::replay(fuzz::feedback, std::env::args().skip(1))
}
